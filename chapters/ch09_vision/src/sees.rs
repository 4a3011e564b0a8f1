//! What a convolutional network makes of an image, and what its answer rests on. Page: *What it sees*
//! (`ch09_vision/sees.md`).

use ch01_neuron::Real;
use ch06_overfitting::bilinear;
use ndarray::{Array1, Array2, Array4, ArrayView2};

use crate::blocks::{Block, ConvolutionalNetwork, dense_backward, flattened};
use crate::normalization::EPSILON;

/// An image turned counterclockwise around its middle; what comes in from beyond its edges is 0.
pub fn rotated<T: Real>(image: ArrayView2<T>, degrees: f64) -> Array2<T> {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let middle = [image.nrows(), image.ncols()].map(|side| (side as f64 - 1.0) / 2.0);
    Array2::from_shape_fn(image.dim(), |(row, column)| {
        let (i, j) = (row as f64 - middle[0], column as f64 - middle[1]);
        let (row, column) = (i * cosine + j * sine, j * cosine - i * sine);
        bilinear(image, T::of(row + middle[0]), T::of(column + middle[1]))
    })
}

impl<T: Real> Block<T> {
    /// A block without normalization that gives what this one gives in use: the running statistics, γ
    /// and β become part of the kernels and of the bias.
    pub fn folded(&self) -> Self {
        let Some(norm) = &self.normalization else { return self.clone() };
        let factor: Array1<T> =
            &norm.scale / &norm.running_variance.mapv(|v| (v + T::of(EPSILON)).sqrt());
        let mut convolution = self.convolution.clone();
        for (mut kernel, &factor) in convolution.kernels.outer_iter_mut().zip(&factor) {
            kernel.mapv_inplace(|w| factor * w);
        }
        convolution.bias = &norm.shift + &(factor * (&convolution.bias - &norm.running_mean));
        Self { convolution, normalization: None }
    }
}

impl<T: Real> ConvolutionalNetwork<T> {
    /// The same answers in use, without normalization.
    pub fn folded(&self) -> Self {
        Self { blocks: self.blocks.iter().map(Block::folded).collect(), ..self.clone() }
    }

    /// What the blocks give when the network is in use, after each of them: the feature maps.
    pub fn feature_maps(&self, inputs: ArrayView2<T>) -> Vec<Array4<T>> {
        let mut maps = vec![self.images(inputs)];
        for block in &self.blocks {
            maps.push(block.forward(maps[maps.len() - 1].view()));
        }
        maps.split_off(1) // without the images themselves
    }
}

/// ∂F/∂x of each pixel, where F = Σₖ cₖ zₖ over the logits of a network in use: inputs are
/// `[batch × pixels]`, the rows c of `output_weights` `[batch × classes]`.
pub fn pixel_gradient<T: Real>(
    network: &ConvolutionalNetwork<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
) -> Array2<T> {
    let network = network.folded();
    let (mut images, mut traces) = (network.images(inputs), Vec::new());
    for block in &network.blocks {
        let (outputs, trace) = block.trace(images);
        traces.push(trace);
        images = outputs;
    }
    let shape = images.dim();
    let features = flattened(images); // [batch × features]
    let trace = network.dense.trace(features.view());
    let weights = output_weights.to_owned();
    let (_, gradient) = dense_backward(&network.dense, features.view(), &trace, weights);
    let mut gradient = gradient.into_shape_with_order(shape).expect("as many numbers");
    for (block, trace) in network.blocks.iter().zip(&traces).rev() {
        let (_, _, height, width) = trace.inputs.dim();
        let (_, delta) = block.backward(trace, gradient);
        gradient = block.convolution.input_gradient(delta.view(), (height, width));
    }
    flattened(gradient)
}

/// Integrated gradients from black images, by the midpoint rule: the mean gradient on the way from
/// black to each image, times the image. `[batch × pixels]`
///
/// # Panics
/// If there are no steps.
pub fn integrated_pixels<T: Real>(
    network: &ConvolutionalNetwork<T>,
    inputs: ArrayView2<T>,
    output_weights: ArrayView2<T>,
    steps: usize,
) -> Array2<T> {
    assert!(steps > 0, "a path needs at least one step");
    let mut sum = Array2::zeros(inputs.dim());
    for step in 0..steps {
        let share = T::of((step as f64 + 0.5) / steps as f64);
        sum += &pixel_gradient(network, inputs.mapv(|x| share * x).view(), output_weights);
    }
    sum / T::of(steps as f64) * inputs
}
