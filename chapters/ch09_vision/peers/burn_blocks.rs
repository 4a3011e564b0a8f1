//! An epoch of chapter 9's three blocks in Burn: `burn_blocks DIR [seed]`. A program of the crate in chapter
//! 5's `peers/burn`.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d, Relu};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn_peers::{Logits, Train, run};

#[derive(Module, Debug)]
struct Block<B: Backend> {
    convolution: Conv2d<B>,
    normalization: BatchNorm<B>,
    pool: MaxPool2d,
}

#[derive(Module, Debug)]
struct Network<B: Backend> {
    blocks: Vec<Block<B>>,
    hidden: Linear<B>,
    output: Linear<B>,
}

impl<B: Backend> Network<B> {
    fn new(device: &B::Device) -> Self {
        let block = |(inputs, outputs)| Block {
            convolution: Conv2dConfig::new([inputs, outputs], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_bias(false)
                .init(device),
            normalization: BatchNormConfig::new(outputs).init(device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
        };
        Self {
            blocks: [(1, 16), (16, 32), (32, 64)].map(block).into(),
            hidden: LinearConfig::new(576, 128).init(device),
            output: LinearConfig::new(128, 10).init(device),
        }
    }
}

impl<B: Backend> Logits<B> for Network<B> {
    fn logits(&self, rows: Tensor<B, 2>) -> Tensor<B, 2> {
        let count = rows.dims()[0];
        let mut images = rows.reshape([count, 1, 28, 28]);
        for block in &self.blocks {
            let normalized = block.normalization.forward(block.convolution.forward(images));
            images = Relu::new().forward(block.pool.forward(normalized));
        }
        let hidden = Relu::new().forward(self.hidden.forward(images.flatten(1, 3)));
        self.output.forward(hidden)
    }
}

fn main() {
    let (warm, top) = (100.0, 0.003);
    let falling = |step: f64, steps: f64| {
        top * ((step + 1.0) / warm).min(1.0 - (step - warm).max(0.0) / (steps - warm))
    };
    run(Network::<Train>::new, 1, falling);
}
