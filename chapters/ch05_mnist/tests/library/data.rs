//! What `src/data.rs` promises.

use approx::assert_relative_eq;
use ch01_neuron::Real;
use ch05_mnist::*;
use ndarray::{Array1, Array2, Axis};

use super::common::*;
use super::small;

#[test]
fn a_batch_holds_the_examples_that_were_asked_for() {
    let data = small(30);
    let (inputs, targets) = data.batch::<f64>(&[7, 29, 7]);
    assert_eq!((inputs.dim(), targets.dim()), ((3, 20), (3, 10)));
    for (row, index) in [7, 29, 7].into_iter().enumerate() {
        let pixels = data.images.pixels.row(index);
        for (input, &pixel) in inputs.row(row).iter().zip(pixels) {
            assert_relative_eq!(*input, f64::from(pixel) / 255.0, max_relative = 1e-15);
        }
        let label = usize::from(data.labels[index]);
        let one_hot = Array1::from_shape_fn(10, |class| if class == label { 1.0 } else { 0.0 });
        assert_eq!(targets.row(row), one_hot);
    }
}

#[test]
fn black_is_exactly_zero_and_white_exactly_one() {
    fn check<T: Real>() {
        let pixels: Vec<u8> = (0..=255).collect();
        let images = Images {
            pixels: Array2::from_shape_vec((1, 256), pixels).unwrap(),
            height: 16,
            width: 16,
        };
        let (inputs, _) = Dataset::new(images, vec![0]).unwrap().batch::<T>(&[0]);
        let row = inputs.row(0);
        assert!(row[0] == T::zero() && row[255] == T::one(), "{:?}", row[255]);
        for (pixel, &input) in row.iter().enumerate() {
            let exact = T::of(pixel as f64 / 255.0);
            assert!((input - exact).abs() <= exact * T::epsilon(), "{pixel}: {input}, not {exact}");
        }
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn the_first_examples_are_the_first_and_never_too_many() {
    let data = small(30);
    let first = data.first(12);
    assert_eq!((first.len(), first.images.pixels.nrows()), (12, 12));
    assert_eq!(first.labels, data.labels[..12]);
    assert_eq!(first.images.pixels, data.images.pixels.slice_axis(Axis(0), (..12).into()));
    assert_eq!((first.images.height, first.images.width), (5, 4));
    assert_eq!(data.first(31), data);
}

#[test]
fn shuffling_loses_nothing_and_doubles_nothing() {
    for count in [0, 1, 2, 3, 10, 1000] {
        let mut order = shuffled(count, &mut generator(1));
        if count == 1000 {
            let moved = (0..count).filter(|&place| order[place] != place).count();
            assert!(moved > 950, "only {moved} moved");
        }
        order.sort_unstable();
        assert!(order.into_iter().eq(0..count), "{count}");
    }
}

/// Each of the 24 orders of four, 24,000 times in all: a count of 1,000 varies by √1000 ≈ 32; five
/// times that, 160, happens to one of 24 counts once in 70,000 seeds.
#[test]
fn every_order_is_equally_likely() {
    let mut generator = generator(2);
    let mut counts = std::collections::BTreeMap::new();
    for _ in 0..24_000 {
        *counts.entry(shuffled(4, &mut generator)).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 24);
    assert!(counts.values().all(|&count: &i32| (count - 1000).abs() < 160), "{counts:?}");
}

#[test]
fn shuffling_depends_on_the_generator_alone() {
    assert_eq!(shuffled(100, &mut generator(3)), shuffled(100, &mut generator(3)));
    assert_ne!(shuffled(100, &mut generator(3)), shuffled(100, &mut generator(4)));
    let mut one = generator(3);
    assert_ne!(shuffled(100, &mut one), shuffled(100, &mut one));
}
