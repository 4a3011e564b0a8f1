use super::*;
use ch02_forward::one_hot;
use ch05_mnist::Model;

fn network() -> ConvolutionalNetwork<f64> {
    let architecture =
        Architecture { channels: vec![4, 5], kernel: 3, normalized: true, hidden: vec![6] };
    let mut network = architecture.network((8, 8), 10, &mut generator()).unwrap();
    for norm in network.blocks.iter_mut().filter_map(|block| block.normalization.as_mut()) {
        let mut other = generator();
        norm.running_mean = norm.running_mean.mapv(|_| other.random::<f64>() - 0.5);
        norm.running_variance = norm.running_variance.mapv(|_| 0.5 + other.random::<f64>());
    }
    network
}

fn inputs(count: usize) -> Array2<f64> {
    images([count, 1, 8, 8], &mut generator()).into_shape_with_order((count, 64)).unwrap()
}

#[test]
fn the_gradient_of_the_pixels_agrees_with_finite_differences() {
    let (network, x) = (network(), inputs(3));
    let weights = Array2::from_shape_fn((3, 10), |(r, k)| ((r + 3 * k) as f64).sin());
    let gradient = pixel_gradient(&network, x.view(), weights.view());
    let value = |x: &Array2<f64>| (network.forward(x.view()) * &weights).sum();
    for (place, gradient) in gradient.indexed_iter() {
        let h = 1e-6;
        let at = |nudge: f64| {
            let mut nudged = x.clone();
            nudged[place] += nudge;
            value(&nudged)
        };
        let slope = (at(h) - at(-h)) / (2.0 * h);
        assert!((slope - gradient).abs() < 1e-6, "{place:?}: {slope} {gradient}");
    }
}

#[test]
fn integrated_gradients_of_the_pixels_add_up_to_the_gain() {
    let (network, x) = (network(), inputs(4));
    let weights = one_hot::<f64>(&[1, 5, 0, 9], 10);
    let sums =
        integrated_pixels(&network, x.view(), weights.view(), 2000).sum_axis(ndarray::Axis(1));
    let value = |x: &Array2<f64>| (network.forward(x.view()) * &weights).sum_axis(ndarray::Axis(1));
    let gains = value(&x) - value(&Array2::zeros(x.dim()));
    for (sum, gain) in sums.iter().zip(&gains) {
        assert!((sum - gain).abs() < 2e-3, "{sum} and {gain}");
    }
}

#[test]
fn maps_are_those_of_the_forward_pass() {
    let (network, x) = (network(), inputs(3));
    let maps = network.feature_maps(x.view());
    assert_eq!(maps.iter().map(Array4::dim).collect::<Vec<_>>(), [(3, 4, 4, 4), (3, 5, 2, 2)]);
    let features = maps[1].clone().into_shape_with_order((3, 20)).unwrap();
    assert_eq!(network.dense.forward(features.view()), network.forward(x.view()));
}

#[test]
#[should_panic = "a path needs at least one step"]
fn a_path_of_no_steps_is_refused() {
    integrated_pixels(&network(), inputs(1).view(), one_hot(&[0], 10).view(), 0);
}
