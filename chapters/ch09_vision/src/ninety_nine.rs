//! What a convolutional network is made of, and its first weights. Page: *Half of the mistakes*
//! (`ch09_vision/ninety_nine.md`).

use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Network};
use rand::Rng;
use thiserror::Error;

use crate::blocks::{Block, ConvolutionalNetwork};
use crate::convolution::Convolution;
use crate::normalization::BatchNorm;

/// What a network is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architecture {
    /// How many outputs each convolution has.
    pub channels: Vec<usize>,
    /// How many pixels a kernel is high and wide: an odd number.
    pub kernel: usize,
    /// Whether batch normalization follows each convolution.
    pub normalized: bool,
    /// How many neurons each hidden layer has behind the convolutions.
    pub hidden: Vec<usize>,
}

/// What no network can be made of.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ArchitectureError {
    /// A convolution without outputs, or none at all.
    #[error(
        "channels: expected at least one channel in each of at least one convolution, found {0:?}"
    )]
    NoChannels(Vec<usize>),
    /// A kernel that has no pixel in its middle.
    #[error("kernel: expected an odd number of pixels, found {0}")]
    EvenKernel(usize),
    /// A kernel that is larger than what it looks at.
    #[error(
        "kernel: expected at most {height} × {width} pixels, the size of what convolution {layer} \
         looks at, found {kernel} × {kernel}"
    )]
    LargeKernel {
        /// Which convolution, counted from 1.
        layer: usize,
        /// How many pixels the kernel is high and wide.
        kernel: usize,
        /// The height of what it looks at.
        height: usize,
        /// And its width.
        width: usize,
    },
}

impl Architecture {
    /// Three blocks with 16, 32 and 64 kernels of 3 × 3, normalized, and 128 hidden neurons.
    pub fn three_blocks() -> Self {
        Self { channels: vec![16, 32, 64], kernel: 3, normalized: true, hidden: vec![128] }
    }

    /// How many numbers the last block gives, for images of this shape.
    ///
    /// # Errors
    /// If no such network can be made.
    pub fn features(&self, (height, width): (usize, usize)) -> Result<usize, ArchitectureError> {
        if self.channels.is_empty() || self.channels.contains(&0) {
            return Err(ArchitectureError::NoChannels(self.channels.clone()));
        }
        if self.kernel.is_multiple_of(2) {
            return Err(ArchitectureError::EvenKernel(self.kernel));
        }
        let (mut height, mut width) = (height, width);
        for layer in 1..=self.channels.len() {
            if self.kernel > height.min(width) || height.min(width) < 2 {
                let kernel = self.kernel;
                return Err(ArchitectureError::LargeKernel { layer, kernel, height, width });
            }
            (height, width) = (height / 2, width / 2);
        }
        Ok(self.channels[self.channels.len() - 1] * height * width)
    }

    /// A network for images of this shape, with logits of so many classes; its weights are drawn from
    /// `generator`, the first layer's first.
    ///
    /// # Errors
    /// If no such network can be made.
    pub fn network<T: Real>(
        &self,
        shape: (usize, usize),
        classes: usize,
        generator: &mut impl Rng,
    ) -> Result<ConvolutionalNetwork<T>, ArchitectureError> {
        let sizes = [&[self.features(shape)?], &self.hidden[..], &[classes]].concat();
        let (mut blocks, mut channels) = (Vec::new(), 1);
        for &outputs in &self.channels {
            let sizes = [channels, outputs, self.kernel];
            blocks.push(Block {
                convolution: Convolution::new(
                    sizes,
                    self.kernel / 2,
                    Initialization::He,
                    generator,
                ),
                normalization: self.normalized.then(|| BatchNorm::new(outputs)),
            });
            channels = outputs;
        }
        let activations = (Activation::Relu, Activation::Identity);
        let dense = Network::new(&sizes, activations, Initialization::He, generator);
        Ok(ConvolutionalNetwork { shape, blocks, dense })
    }
}
