//! The formulas of `ch09_vision/convolution.md`.

use super::common::*;
use ch02_forward::Dense;
use ch09_vision::{correlation as correlate, receptive_field as field};
use formulas::*;
use ndarray::{Array1, Array2, Array4};

/// ```math correlation
/// z_j = \sum_k w_k \, x_{j+k}
/// ```
///
/// The library's, against a dense layer in which each neuron has a copy of the weights, moved by one
/// from neuron to neuron; kernels of one weight, and as long as the signal.
#[test]
fn correlation() {
    let _formula = formula!();
    let mut generator = generator();
    for (length, size) in [(1, 1), (5, 1), (5, 2), (5, 5), (30, 7)] {
        let (x, w) = (vector(length, &mut generator), vector(size, &mut generator));
        let neurons = length - size + 1;
        let weights = Array2::from_shape_fn((length, neurons), |(i, j)| {
            if i >= j && i - j < size { w[i - j] } else { 0.0 }
        });
        let dense = Dense { weights, bias: Array1::zeros(neurons) };
        let z = dense.forward(x.view().insert_axis(ndarray::Axis(0))).row(0).to_owned();
        assert_all_close(&correlate(x.view(), w.view()), &z, 1e-13);
    }
}

/// ```math output-size
/// \text{out} = \left\lfloor \frac{\text{in} + 2 \, \text{padding} - \text{kernel}}{\text{stride}}
/// \right\rfloor + 1
/// ```
///
/// The library's, against a count: a kernel is put at the first place of the padded signal and moved on
/// as long as it stays inside.
#[test]
fn output_size() {
    let _formula = formula!();
    for input in 1..20_usize {
        for (kernel, stride, padding) in ndarray::indices((12, 6, 5)) {
            let (kernel, stride, length) = (kernel + 1, stride + 1, input + 2 * padding);
            let places = (0..length).step_by(stride).filter(|first| first + kernel <= length);
            let counted = Some(places.count()).filter(|count| *count > 0);
            assert_exact!(ch09_vision::output_size(input, kernel, stride, padding), counted);
        }
    }
}

/// ```math convolution
/// z_j(\mathbf t) = b_j + \sum_i \sum_{\mathbf k} w_{ij}(\mathbf k) \,
/// x_i(\text{stride} \cdot \mathbf t + \mathbf k - \text{padding})
/// ```
///
/// Both of the library's forward passes, as defined and fast, against sums that are written out here
/// with pixels of 0 beyond the edges: kernels of one pixel and as large as the image, strides that leave
/// pixels out, padding, a batch of one. Both add in orders of their own: 1e-12.
#[test]
fn convolution() {
    let _formula = formula!();
    let mut generator = generator();
    for (layer, images) in cases(&mut generator) {
        let (_, channels, rows, columns) = layer.kernels.dim();
        let (stride, padding) = (layer.stride as isize, layer.padding as isize);
        let plain = layer.forward_by_definition(images.view());
        let expected = Array4::from_shape_fn(plain.dim(), |(r, j, t, u)| {
            let mut z = layer.bias[j];
            for i in 0..channels {
                for k in 0..rows {
                    for l in 0..columns {
                        let row = stride * t as isize + k as isize - padding;
                        let column = stride * u as isize + l as isize - padding;
                        z += layer.kernels[[j, i, k, l]] * pixel(&images, r, i, row, column);
                    }
                }
            }
            z
        });
        assert_all_close(&plain, &expected, 1e-12);
        assert_all_close(&layer.forward(images.view()), &expected, 1e-12);
    }
}

/// ```math toeplitz
/// \mathbf z = \mathbf K \mathbf x, \qquad (\mathbf K)_{ji} = w_{i-j}
/// ```
///
/// The matrix of the library, for one row of pixels, has w at i − j and 0 elsewhere; and for images of
/// several channels, with stride and padding, its product with an image is the convolution.
#[test]
fn toeplitz() {
    let _formula = formula!();
    let mut generator = generator();
    for (length, size) in [(1, 1), (4, 3), (9, 4)] {
        let layer = layer([1, 1, 1, size], 1, 0, &mut generator);
        let matrix = layer.matrix((1, length));
        for ((j, i), &entry) in matrix.indexed_iter() {
            let w = (i >= j && i - j < size).then(|| layer.kernels[[0, 0, 0, i - j]]);
            assert_exact!(entry, w.unwrap_or(0.0));
        }
    }
    for (mut layer, images) in cases(&mut generator) {
        layer.bias.fill(0.0);
        let (batch, _, height, width) = images.dim();
        let matrix = layer.matrix((height, width));
        let z = layer.forward_by_definition(images.view());
        for r in 0..batch {
            let x: Array1<f64> = images.index_axis(ndarray::Axis(0), r).iter().copied().collect();
            let z: Array1<f64> = z.index_axis(ndarray::Axis(0), r).iter().copied().collect();
            assert_all_close(&matrix.dot(&x), &z, 1e-12);
        }
    }
}

/// ```math shift-equivariance
/// \mathbf K \, \mathbf S \, \mathbf x = \mathbf S \, \mathbf K \, \mathbf x
/// ```
///
/// An image in a wide black margin is moved, by chapter 6's function, and then convolved; and convolved
/// and then moved. With a stride of 1 both are the same, as long as nothing leaves the image; a shift by
/// one pixel at a stride of 2 is the counterexample, and one by two pixels is none.
#[test]
fn shift_equivariance() {
    let _formula = formula!();
    let mut generator = generator();
    let moved = |images: &Array4<f64>, rows: isize, columns: isize| {
        let mut moved = images.clone();
        for mut image in moved.outer_iter_mut() {
            for mut channel in image.outer_iter_mut() {
                let new = ch06_overfitting::shift(channel.view(), rows, columns);
                channel.assign(&new);
            }
        }
        moved
    };
    let mut image = Array4::zeros((1, 2, 16, 16));
    for (i, y, x) in ndarray::indices((2, 4, 4)) {
        image[[0, i, 6 + y, 6 + x]] = number(&mut generator);
    }
    for (stride, rows, columns) in [(1, 1, 0), (1, -2, 3), (1, 0, -1), (2, 2, -2), (2, 1, 0)] {
        let mut layer = layer([3, 2, 3, 3], stride, 1, &mut generator);
        layer.bias.fill(0.0);
        let first = layer.forward(moved(&image, rows, columns).view());
        let by = stride as isize;
        if rows % by == 0 && columns % by == 0 {
            let then = moved(&layer.forward(image.view()), rows / by, columns / by);
            assert_all_close(&first, &then, 1e-12);
        } else {
            let then = moved(&layer.forward(image.view()), 1, 0);
            let unmoved = layer.forward(image.view());
            let far = |other: &Array4<f64>| (&first - other).mapv(f64::abs).sum();
            assert_bound!(far(&then) > 1.0 && far(&unmoved) > 1.0);
        }
    }
}

/// ```math convolution-parameters
/// P = \text{outputs} \cdot (\text{channels} \cdot \text{kernel}^2 + 1)
/// ```
///
/// Against the numbers of a layer that was made; whatever the image's size. And of a dense layer on 28 ×
/// 28 pixels with as many outputs as sixteen maps of the same size.
#[test]
fn convolution_parameters() {
    let _formula = formula!();
    let mut generator = generator();
    for (channels, outputs, kernel) in [(1, 1, 1), (1, 16, 5), (16, 32, 5), (3, 2, 7)] {
        let sizes = [channels, outputs, kernel];
        let he = ch02_forward::Initialization::He;
        let layer = ch09_vision::Convolution::<f64>::new(sizes, kernel / 2, he, &mut generator);
        let counted = layer.kernels.len() + layer.bias.len();
        assert_exact!(counted, outputs * (channels * kernel * kernel + 1));
    }
}

/// ```math receptive-field
/// \text{field} = 1 + \sum_l (\text{kernel}_l - 1) \prod_{k < l} \text{stride}_k
/// ```
///
/// The library's, against a count by the backward pass: layers of ones, and the pixels of a wide image
/// whose gradient for one output in the middle is not 0.
#[test]
fn receptive_field() {
    let _formula = formula!();
    let stacks: [&[(usize, usize)]; 6] = [
        &[(1, 1)],
        &[(5, 1)],
        &[(3, 1), (3, 1)],
        &[(5, 1), (2, 2), (5, 1), (2, 2)],
        &[(3, 2), (3, 2), (3, 2)],
        &[(2, 3), (4, 1), (1, 2)],
    ];
    for stack in stacks {
        let mut widths = vec![120];
        let mut layers = Vec::new();
        for &(kernel, stride) in stack {
            let kernels = Array4::ones((1, 1, 1, kernel));
            let bias = Array1::zeros(1);
            layers.push(ch09_vision::Convolution { kernels, bias, stride, padding: 0 });
            let last = widths[widths.len() - 1];
            widths.push(ch09_vision::output_size(last, kernel, stride, 0).expect("it fits"));
        }
        let mut gradient = Array4::<f64>::zeros((1, 1, 1, widths[stack.len()]));
        gradient[[0, 0, 0, widths[stack.len()] / 2]] = 1.0;
        for (layer, &width) in layers.iter().zip(&widths).rev() {
            gradient = layer.input_gradient_by_definition(gradient.view(), (1, width));
        }
        let seen = gradient.iter().filter(|&&g| g > 0.0).count();
        let reach: Vec<usize> = (0..120).filter(|&x| gradient[[0, 0, 0, x]] > 0.0).collect();
        assert_bound!(seen <= field(stack));
        assert_exact!(reach[reach.len() - 1] - reach[0] + 1, field(stack));
    }
}
