//! The formulas of `ch09_vision/pooling.md`.

use super::common::*;
use ch09_vision::{Convolution, max_pool, mean_pool, mean_pool_backward};
use formulas::*;
use ndarray::{Array1, Array4};

/// Sizes of squares with images: some have rows and columns that fill no square.
const SHAPES: [(usize, [usize; 4]); 6] = [
    (1, [1, 1, 1, 1]),
    (1, [2, 2, 3, 4]),
    (2, [1, 1, 2, 2]),
    (2, [2, 3, 6, 4]),
    (2, [1, 2, 5, 7]),
    (3, [2, 1, 7, 9]),
];

/// The numbers of one square.
fn square(images: &Array4<f64>, [r, i, t, u]: [usize; 4], size: usize) -> Vec<f64> {
    let places = ndarray::indices((size, size)).into_iter();
    places.map(|(k, l)| images[[r, i, size * t + k, size * u + l]]).collect()
}

/// ```math mean-pooling
/// a_i(\mathbf t) = \frac{1}{\text{size}^2} \sum_{\mathbf k} x_i(\text{size} \cdot \mathbf t + \mathbf k)
/// ```
///
/// The library's, against a convolution of each channel with a kernel whose weights are all 1 / size²,
/// and the stride of which is the size.
#[test]
fn mean_pooling() {
    let _formula = formula!();
    let mut generator = generator();
    for (size, shape) in SHAPES {
        let x = images(shape, &mut generator);
        let channels = shape[1];
        let kernels = Array4::from_shape_fn((channels, channels, size, size), |(j, i, _, _)| {
            if i == j { 1.0 / (size * size) as f64 } else { 0.0 }
        });
        let bias = Array1::zeros(channels);
        let layer = Convolution { kernels, bias, stride: size, padding: 0 };
        let expected = layer.forward_by_definition(x.view());
        assert_all_close(&mean_pool(x.view(), size), &expected, 1e-14);
    }
}

/// ```math mean-pooling-gradient
/// \frac{\partial \mathcal L}{\partial x_i(\text{size} \cdot \mathbf t + \mathbf k)}
/// = \frac{1}{\text{size}^2} \frac{\partial \mathcal L}{\partial a_i(\mathbf t)}
/// ```
///
/// Against finite differences of a number of the pooled images; pixels of no square have 0.
#[test]
fn mean_pooling_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (size, shape) in SHAPES {
        let x = images(shape, &mut generator);
        let g = mean_pool(x.view(), size).mapv(|_| number(&mut generator));
        let expected = slopes(|x| (mean_pool(x.view(), size) * &g).sum(), &x);
        let found = mean_pool_backward(g.view(), size, (shape[2], shape[3]));
        assert_all_close(&found, &expected, 1e-10);
    }
}

/// ```math max-pooling
/// a_i(\mathbf t) = \max_{\mathbf k} x_i(\text{size} \cdot \mathbf t + \mathbf k)
/// ```
///
/// The library's, against sorting the numbers of each square; with ties, and below zero.
#[test]
fn max_pooling() {
    let _formula = formula!();
    let mut generator = generator();
    for (size, shape) in SHAPES {
        let random = images(shape, &mut generator);
        for x in [random.clone(), random.mapv(f64::round), random.mapv(|x| -x.abs()), random * 0.0]
        {
            let pooled = max_pool(x.view(), size);
            for ((r, i, t, u), &value) in pooled.values.indexed_iter() {
                let mut numbers = square(&x, [r, i, t, u], size);
                let place = usize::from(pooled.places[[r, i, t, u]]);
                let first = numbers.iter().position(|&number| number == value);
                assert_exact!(Some(place), first);
                numbers.sort_by(f64::total_cmp);
                assert_exact!(value, numbers[numbers.len() - 1]);
            }
        }
    }
}

/// ```math max-pooling-gradient
/// \frac{\partial \mathcal L}{\partial x_i(\text{size} \cdot \mathbf t + \mathbf k)} =
/// \begin{cases} \dfrac{\partial \mathcal L}{\partial a_i(\mathbf t)}
/// & \text{if } \mathbf k \text{ is the first place of the largest} \\ 0 & \text{otherwise} \end{cases}
/// ```
///
/// Against finite differences, at points without ties. With a tie there is no slope: the numbers of a
/// square then still get the square's gradient in sum, and the first of them gets all of it.
#[test]
fn max_pooling_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for (size, shape) in SHAPES {
        let x = images(shape, &mut generator).mapv(|x| 10.0 * x);
        let pooled = max_pool(x.view(), size);
        let g = pooled.values.mapv(|_| number(&mut generator));
        let expected = slopes(|x| (max_pool(x.view(), size).values * &g).sum(), &x);
        let found = pooled.backward(g.view(), (shape[2], shape[3]));
        assert_all_close(&found, &expected, 1e-9);
        let tied = max_pool((&x * 0.0).view(), size).backward(g.view(), (shape[2], shape[3]));
        for ((r, i, t, u), &g) in g.indexed_iter() {
            let numbers = square(&tied, [r, i, t, u], size);
            assert_exact!(numbers[0], g);
            assert_exact!(numbers.iter().sum::<f64>(), g);
        }
    }
}

/// ```math relu-behind
/// \operatorname{relu}\Bigl(\max_{\mathbf k} z(\mathbf k)\Bigr)
/// = \max_{\mathbf k} \operatorname{relu}\bigl(z(\mathbf k)\bigr)
/// ```
///
/// Pooling before ReLU and behind it give the same, bit for bit; so do the gradients, where nothing is 0
/// or tied. With the mean they differ.
#[test]
fn relu_behind() {
    let _formula = formula!();
    let mut generator = generator();
    for (size, shape) in SHAPES {
        let x = images(shape, &mut generator);
        let relu = |x: &Array4<f64>| x.mapv(ch01_neuron::relu);
        let behind = relu(&max_pool(x.view(), size).values);
        assert_exact!(behind, max_pool(relu(&x).view(), size).values);
        if size > 1 {
            let means = [relu(&mean_pool(x.view(), size)), mean_pool(relu(&x).view(), size)];
            assert_bound!(means[0].iter().zip(&means[1]).all(|(behind, before)| behind <= before));
            assert_bound!((&means[1] - &means[0]).sum() > 0.0);
        }
    }
}
