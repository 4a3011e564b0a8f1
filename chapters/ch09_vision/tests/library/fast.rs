use super::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_fast_passes_compute_what_is_defined(
        (batch, channels, outputs) in (1..12_usize, 1..4_usize, 1..20_usize),
        (height, width) in (5..12_usize, 5..20_usize),
        (rows, columns) in (1..6_usize, 1..6_usize),
        (stride, padding) in (1..4_usize, 0..3_usize),
    ) {
        let mut generator = generator();
        let padding = padding.min(rows.min(columns) - 1);
        let layer = layer::<f64>([outputs, channels, rows, columns], (stride, padding), &mut generator);
        let x = images([batch, channels, height, width], &mut generator);
        let z = layer.forward_by_definition(x.view());
        assert_near(&layer.forward(x.view()), &z, 1e-12);
        let plain = layer.backward_by_definition(x.view(), z.view());
        let fast = layer.backward(x.view(), z.view());
        assert_near(&fast.kernels, &plain.kernels, 1e-10);
        for (fast, plain) in fast.bias.iter().zip(&plain.bias) {
            prop_assert!((fast - plain).abs() < 1e-10);
        }
        let shape = (height, width);
        let back = layer.input_gradient_by_definition(z.view(), shape);
        assert_near(&layer.input_gradient(z.view(), shape), &back, 1e-10);
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let layer = layer::<f32>([16, 3, 5, 5], (1, 2), &mut generator());
    let x = images([40, 3, 28, 28], &mut generator());
    let all = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let z = layer.forward(x.view());
            let gradient = layer.backward(x.view(), z.view());
            (layer.input_gradient(z.view(), (28, 28)), z, gradient)
        })
    };
    let one = all(1);
    assert_eq!((&one, &one), (&all(2), &all(5)));
}

#[test]
fn an_empty_batch_gives_an_empty_batch() {
    let layer = layer::<f64>([2, 1, 3, 3], (1, 1), &mut generator());
    let none = Array4::zeros((0, 1, 6, 6));
    let z = layer.forward(none.view());
    assert_eq!(z.dim(), (0, 2, 6, 6));
    assert_eq!(layer.backward(none.view(), z.view()).kernels.sum(), 0.0);
    assert_eq!(layer.input_gradient(z.view(), (6, 6)).dim(), (0, 1, 6, 6));
}
