//! Blocks of convolutions with dense layers behind them: a model for the trainer of chapter 5. Page:
//! *A network of blocks* (`ch09_vision/blocks.md`).

use ch01_neuron::Real;
use ch02_forward::{Loss, Network, Trace};
use ch03_backprop::{ActivationBackward, DenseBackward, Gradients, LossBackward};
use ch04_optimizers::Parameter;
use ch05_mnist::Model;
use ndarray::{Array2, Array4, ArrayView2, ArrayView4};
use rand::Rng;

use crate::backward::ConvolutionGradient;
use crate::convolution::Convolution;
use crate::normalization::{BatchNorm, BatchNormGradient, Normalized};
use crate::pooling::{MaxPooled, max_pool};

/// A convolution, batch normalization perhaps, the largest of each 2 × 2 pixels, ReLU.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<T> {
    /// With as much padding as keeps the size. Its bias is 0, and stays so, if it is normalized.
    pub convolution: Convolution<T>,
    /// Brings each channel to a mean and a deviation of its own.
    pub normalization: Option<BatchNorm<T>>,
}

/// Blocks of convolutions, and dense layers on what they give. It takes images as rows of pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvolutionalNetwork<T> {
    /// Height and width of the images.
    pub shape: (usize, usize),
    /// From the image on.
    pub blocks: Vec<Block<T>>,
    /// From the numbers of the last block to the logits.
    pub dense: Network<T>,
}

/// How many pixels the squares are high and wide of which a block keeps the largest.
const POOL: usize = 2;

/// What a block computed on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockTrace<T> {
    /// The images that it was given.
    pub inputs: Array4<T>,
    /// What batch normalization gave, if there is one.
    pub normalized: Option<Normalized<T>>,
    /// The largest numbers, before ReLU.
    pub pooled: MaxPooled<T>,
    /// The height and the width before pooling.
    pub shape: (usize, usize),
}

/// How the loss changes with the parameters of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockGradient<T> {
    /// Those of the convolution.
    pub convolution: ConvolutionGradient<T>,
    /// Those of batch normalization.
    pub normalization: Option<BatchNormGradient<T>>,
}

/// How the loss changes with every parameter of a convolutional network.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkGradient<T> {
    /// From the image on.
    pub blocks: Vec<BlockGradient<T>>,
    /// Those of the dense layers.
    pub dense: Gradients<T>,
}

impl<T: Real> Block<T> {
    /// What a block gives in training, and all that its backward pass needs. ReLU comes after the
    /// pooling: the largest of four numbers is the same before and after it, and there are fewer.
    pub fn trace(&self, inputs: Array4<T>) -> (Array4<T>, BlockTrace<T>) {
        let z = self.convolution.forward(inputs.view());
        let shape = (z.dim().2, z.dim().3);
        let (pooled, normalized) = match &self.normalization {
            None => (max_pool(z.view(), POOL), None),
            Some(norm) => {
                let normalized = norm.forward(z);
                (max_pool(normalized.outputs.view(), POOL), Some(normalized))
            }
        };
        let outputs = pooled.values.mapv(ch01_neuron::relu);
        (outputs, BlockTrace { inputs, normalized, pooled, shape })
    }

    /// What a block gives when the network is in use.
    pub fn forward(&self, inputs: ArrayView4<T>) -> Array4<T> {
        let z = self.convolution.forward(inputs);
        let z = match &self.normalization {
            None => z,
            Some(norm) => norm.forward_in_use(z),
        };
        max_pool(z.view(), POOL).values.mapv(ch01_neuron::relu)
    }

    /// The gradients of the block's parameters, and δ of its convolution, `[batch × outputs × …]`, from
    /// ∂L/∂(what the block gave).
    pub fn backward(
        &self,
        trace: &BlockTrace<T>,
        mut gradient: Array4<T>,
    ) -> (BlockGradient<T>, Array4<T>) {
        gradient.zip_mut_with(&trace.pooled.values, |g, &z| {
            if z <= T::zero() {
                *g = T::zero();
            }
        });
        let delta = trace.pooled.backward(gradient.view(), trace.shape);
        let (normalization, delta) = match (&self.normalization, &trace.normalized) {
            (Some(norm), Some(trace)) => {
                let (gradient, delta) = norm.backward(trace, delta);
                (Some(gradient), delta)
            }
            _ => (None, delta),
        };
        let convolution = self.convolution.backward(trace.inputs.view(), delta.view());
        (BlockGradient { convolution, normalization }, delta)
    }
}

impl<T: Real> ConvolutionalNetwork<T> {
    /// Rows of pixels as images of one channel.
    fn images(&self, inputs: ArrayView2<T>) -> Array4<T> {
        let (batch, (height, width)) = (inputs.nrows(), self.shape);
        let shape = (batch, 1, height, width);
        let images = inputs.to_owned().into_shape_with_order(shape);
        images.unwrap_or_else(|_| {
            panic!("network: inputs {:?} are no images of {height} × {width}", inputs.dim())
        })
    }

    /// What the blocks give when the network is in use, after each of them: the feature maps.
    pub fn feature_maps(&self, inputs: ArrayView2<T>) -> Vec<Array4<T>> {
        let mut maps = Vec::new();
        for block in &self.blocks {
            let images = maps.pop().unwrap_or_else(|| self.images(inputs));
            let next = block.forward(images.view());
            maps.push(images);
            maps.push(next);
        }
        maps.remove(0); // the images themselves
        maps
    }

    /// How many numbers there are to learn.
    pub fn parameter_count(&self) -> usize {
        let of_block = |block: &Block<T>| {
            let norm = block.normalization.as_ref();
            let rest = norm.map_or(block.convolution.bias.len(), |norm| 2 * norm.scale.len());
            block.convolution.kernels.len() + rest
        };
        self.blocks.iter().map(of_block).sum::<usize>() + self.dense.parameter_count()
    }
}

/// Each image's numbers in a row, channel by channel.
pub(crate) fn flattened<T: Real>(images: Array4<T>) -> Array2<T> {
    let (batch, numbers) = (images.dim().0, images.len() / images.dim().0.max(1));
    let rows = images.into_shape_with_order((batch, numbers));
    rows.expect("as many numbers")
}

impl<T: Real> Model<T> for ConvolutionalNetwork<T> {
    type Gradients = NetworkGradient<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        let mut images = self.images(inputs);
        for block in &self.blocks {
            images = block.forward(images.view());
        }
        self.dense.forward(flattened(images).view())
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        _generator: &mut impl Rng,
    ) -> (T, NetworkGradient<T>) {
        let (mut images, mut traces) = (self.images(inputs), Vec::new());
        for block in &self.blocks {
            let (outputs, trace) = block.trace(images);
            traces.push(trace);
            images = outputs;
        }
        let shape = images.dim();
        let features = flattened(images); // [batch × features]
        let trace = self.dense.trace(features.view());
        let loss = Loss::SoftmaxCrossEntropy;
        let output_gradient = loss.gradient(trace.output(), targets);
        let (dense, gradient) =
            dense_backward(&self.dense, features.view(), &trace, output_gradient);
        let mut gradient = gradient.into_shape_with_order(shape).expect("as many numbers");
        let mut blocks = Vec::new();
        for (index, (block, trace)) in self.blocks.iter().zip(&traces).enumerate().rev() {
            let (of_block, delta) = block.backward(trace, gradient);
            blocks.push(of_block);
            if index == 0 {
                break; // nobody asks how the loss changes with the pixels
            }
            let (_, _, height, width) = trace.inputs.dim();
            gradient = block.convolution.input_gradient(delta.view(), (height, width));
        }
        blocks.reverse();
        (loss.value(trace.output(), targets), NetworkGradient { blocks, dense })
    }

    fn parameters(&self) -> Vec<&[T]> {
        let mut slices = Vec::new();
        for block in &self.blocks {
            slices.extend(block.convolution.kernels.as_slice());
            match &block.normalization {
                None => slices.extend(block.convolution.bias.as_slice()),
                Some(norm) => slices.extend(norm.arrays().map(|a| a.as_slice().expect("a vector"))),
            }
        }
        slices.extend(self.dense.parameters());
        slices
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        let mut slices = Vec::new();
        for block in &mut self.blocks {
            slices.extend(block.convolution.kernels.as_slice_mut());
            match &mut block.normalization {
                None => slices.extend(block.convolution.bias.as_slice_mut()),
                Some(norm) => {
                    let arrays = norm.arrays_mut();
                    slices.extend(arrays.map(|a| a.as_slice_mut().expect("a vector")));
                }
            }
        }
        slices.extend(self.dense.parameters_mut());
        slices
    }

    fn with_gradients<'a>(
        &'a mut self,
        gradients: &'a NetworkGradient<T>,
    ) -> Vec<Parameter<'a, T>> {
        for (block, gradient) in self.blocks.iter_mut().zip(&gradients.blocks) {
            if let (Some(norm), Some(gradient)) =
                (&mut block.normalization, &gradient.normalization)
            {
                norm.next = Some(gradient.running.clone());
            }
        }
        let values = self.parameters_mut().into_iter();
        let pairs = values.zip(gradients.slices());
        pairs.map(|(values, gradient)| Parameter::new(values, gradient)).collect()
    }

    /// The running statistics follow no optimizer: what a step has made of them is replaced.
    fn after_step(&mut self) {
        for norm in self.blocks.iter_mut().filter_map(|block| block.normalization.as_mut()) {
            if let Some([mean, variance]) = norm.next.take() {
                (norm.running_mean, norm.running_variance) = (mean, variance);
            }
        }
    }
}

impl<T: Real> NetworkGradient<T> {
    /// In the order of the parameters.
    fn slices(&self) -> Vec<&[T]> {
        let mut slices = Vec::new();
        for block in &self.blocks {
            slices.extend(block.convolution.kernels.as_slice());
            match &block.normalization {
                None => slices.extend(block.convolution.bias.as_slice()),
                Some(norm) => slices.extend(norm.arrays().map(|a| a.as_slice().expect("a vector"))),
            }
        }
        slices.extend(self.dense.slices());
        slices
    }
}

/// The backward pass of dense layers down to what they were given: their gradients, and ∂L/∂X.
fn dense_backward<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    trace: &Trace<T>,
    mut gradient: Array2<T>,
) -> (Gradients<T>, Array2<T>) {
    let mut layers = Vec::new();
    for (index, layer) in network.layers.iter().enumerate().rev() {
        let delta = layer.activation.backward(trace.pre_activations[index].view(), gradient);
        layers.push(layer.dense.backward(trace.inputs_of(index, inputs), delta.view()));
        gradient = layer.dense.input_gradient(delta.view());
    }
    layers.reverse();
    (Gradients { layers }, gradient)
}
