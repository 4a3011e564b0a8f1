//! The formulas of `ch09_vision/backward.md`.

use super::common::*;
use ch09_vision::{Convolution, dilated};
use formulas::*;
use ndarray::{Array1, Array4};

/// A number of the outputs: Σ δ z, whose slope with respect to z is δ. It is the loss of these tests.
fn loss(layer: &Convolution<f64>, images: &Array4<f64>, delta: &Array4<f64>) -> f64 {
    (layer.forward_by_definition(images.view()) * delta).sum()
}

/// Layers with images and a δ for each output.
fn with_delta() -> Vec<(Convolution<f64>, Array4<f64>, Array4<f64>)> {
    let mut generator = generator();
    let cases = cases(&mut generator);
    let with = |(layer, images): (Convolution<f64>, Array4<f64>)| {
        let (batch, outputs, height, width) = layer.forward_by_definition(images.view()).dim();
        let delta = super::common::images([batch, outputs, height, width], &mut generator);
        (layer, images, delta)
    };
    cases.into_iter().map(with).collect()
}

/// ```math kernel-gradient
/// \frac{\partial \mathcal L}{\partial w_{ij}(\mathbf k)} = \sum_{\mathbf t} \delta_j(\mathbf t) \,
/// x_i(\text{stride} \cdot \mathbf t + \mathbf k - \text{padding})
/// ```
///
/// Both of the library's backward passes, as defined and fast, against finite differences of the
/// forward pass. The loss is linear in a weight, so rounding alone is left: 1e-9.
#[test]
fn kernel_gradient() {
    let _formula = formula!();
    for (layer, images, delta) in with_delta() {
        let by_kernels = |kernels: &Array4<f64>| {
            loss(&Convolution { kernels: kernels.clone(), ..layer.clone() }, &images, &delta)
        };
        let expected = slopes(by_kernels, &layer.kernels);
        let plain = layer.backward_by_definition(images.view(), delta.view());
        let fast = layer.backward(images.view(), delta.view());
        assert_all_close(&plain.kernels, &expected, 1e-9);
        assert_all_close(&fast.kernels, &plain.kernels, 1e-12);
    }
}

/// ```math convolution-bias-gradient
/// \frac{\partial \mathcal L}{\partial b_j} = \sum_{\mathbf t} \delta_j(\mathbf t)
/// ```
///
/// Against finite differences: a bias is part of every place of its map, in all images of the batch.
#[test]
fn convolution_bias_gradient() {
    let _formula = formula!();
    for (layer, images, delta) in with_delta() {
        let by_bias = |bias: &Array1<f64>| {
            loss(&Convolution { bias: bias.clone(), ..layer.clone() }, &images, &delta)
        };
        let expected = slopes(by_bias, &layer.bias);
        let plain = layer.backward_by_definition(images.view(), delta.view());
        assert_all_close(&plain.bias, &expected, 1e-9);
        assert_all_close(&layer.backward(images.view(), delta.view()).bias, &plain.bias, 1e-12);
    }
}

/// ```math convolution-input-gradient
/// \frac{\partial \mathcal L}{\partial x_i(\mathbf t)} = \sum_j \sum_{\mathbf k}
/// \delta_j(\mathbf t - \mathbf k) \, w_{ij}(\mathbf k)
/// ```
///
/// For a stride of 1 and no padding, the sums written out here, with δ = 0 beyond the edges of a map,
/// against finite differences; and for all layers the library's two ways, as defined and fast, against
/// finite differences.
#[test]
fn convolution_input_gradient() {
    let _formula = formula!();
    for (layer, images, delta) in with_delta() {
        let expected = slopes(|images| loss(&layer, images, &delta), &images);
        let (_, _, height, width) = images.dim();
        let plain = layer.input_gradient_by_definition(delta.view(), (height, width));
        assert_all_close(&plain, &expected, 1e-9);
        assert_all_close(&layer.input_gradient(delta.view(), (height, width)), &plain, 1e-12);
        if layer.stride == 1 && layer.padding == 0 {
            let (outputs, _, rows, columns) = layer.kernels.dim();
            let sums = Array4::from_shape_fn(images.dim(), |(r, i, t, u)| {
                let mut sum = 0.0;
                for (j, k, l) in ndarray::indices((outputs, rows, columns)) {
                    let (row, column) = (t as isize - k as isize, u as isize - l as isize);
                    sum += pixel(&delta, r, j, row, column) * layer.kernels[[j, i, k, l]];
                }
                sum
            });
            assert_all_close(&sums, &expected, 1e-9);
        }
    }
}

/// ```math adjoint
/// (\mathbf K \mathbf x) \cdot \boldsymbol\delta = \mathbf x \cdot (\mathbf K^\top \boldsymbol\delta)
/// ```
///
/// The left side by the forward pass without its bias, the right side by the input gradient; neither
/// writes down the matrix. Both fast ways too. And the matrix's transpose times δ is the gradient.
#[test]
fn adjoint() {
    let _formula = formula!();
    for (mut layer, images, delta) in with_delta() {
        layer.bias.fill(0.0);
        let (_, _, height, width) = images.dim();
        let left = (layer.forward_by_definition(images.view()) * &delta).sum();
        let back = layer.input_gradient_by_definition(delta.view(), (height, width));
        assert_close(left, (&back * &images).sum(), 1e-12);
        let left = (layer.forward(images.view()) * &delta).sum();
        let fast = layer.input_gradient(delta.view(), (height, width));
        assert_close(left, (fast * &images).sum(), 1e-12);
        let matrix = layer.matrix((height, width));
        for (delta, back) in delta.outer_iter().zip(back.outer_iter()) {
            let delta: Array1<f64> = delta.iter().copied().collect();
            let back: Array1<f64> = back.iter().copied().collect();
            assert_all_close(&matrix.t().dot(&delta), &back, 1e-12);
        }
    }
}

/// ```math flipped-kernel
/// w'_{ji}(\mathbf k) = w_{ij}(\text{kernel} - 1 - \mathbf k), \qquad
/// \text{padding}' = \text{kernel} - 1 - \text{padding}
/// ```
///
/// The forward pass of the flipped layer, on δ, against the input gradient of the layer; and the
/// flipped layer's own flipped layer is the first one.
#[test]
fn flipped_kernel() {
    let _formula = formula!();
    let mut generator = generator();
    for (shape, padding, size) in [
        ([1, 1, 1, 1], 0, 3),
        ([1, 1, 3, 3], 0, 5),
        ([2, 3, 3, 3], 1, 6),
        ([3, 2, 5, 5], 2, 7),
        ([2, 2, 4, 4], 3, 4),
    ] {
        let mut layer = layer(shape, 1, padding, &mut generator);
        let images = images([2, shape[1], size, size], &mut generator);
        let delta = layer.forward_by_definition(images.view());
        let expected = layer.input_gradient_by_definition(delta.view(), (size, size));
        let flipped = layer.flipped();
        assert_all_close(&flipped.forward_by_definition(delta.view()), &expected, 1e-12);
        layer.bias.fill(0.0);
        assert_exact!(flipped.flipped(), layer);
        let kernel = shape[2];
        for ((j, i, k, l), &w) in layer.kernels.indexed_iter() {
            assert_exact!(flipped.kernels[[i, j, kernel - 1 - k, kernel - 1 - l]], w);
        }
    }
}

/// ```math dilated-delta
/// \mathbf K_{\text{stride}}^\top \boldsymbol\delta = \mathbf K_1^\top \boldsymbol\delta_{\text{dilated}}
/// ```
///
/// The input gradient of a layer with a stride, against that of the same kernels with a stride of 1, for
/// δ with zeros between its numbers, and behind them where the stride leaves places out.
#[test]
fn dilated_delta() {
    let _formula = formula!();
    for (layer, images, delta) in with_delta() {
        let (_, _, height, width) = images.dim();
        let expected = layer.input_gradient_by_definition(delta.view(), (height, width));
        let dense = Convolution { stride: 1, ..layer.clone() };
        let between = dilated(delta.view(), layer.stride);
        let (new_height, new_width) = dense.output_shape((height, width));
        let (batch, outputs, _, _) = delta.dim();
        let mut all = Array4::zeros((batch, outputs, new_height, new_width));
        for (place, &delta) in between.indexed_iter() {
            all[place] = delta;
        }
        let gradient = dense.input_gradient_by_definition(all.view(), (height, width));
        assert_all_close(&gradient, &expected, 1e-12);
        assert_exact!(dilated(delta.view(), 1), delta);
    }
}
