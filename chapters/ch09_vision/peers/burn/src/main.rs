//! An epoch of the chapter's three blocks in Burn, on its Flex backend: `burn_blocks DIR [seed]`.

use std::path::Path;
use std::time::Instant;

use burn::backend::{Autodiff, Flex};
use burn::module::{AutodiffModule, Module};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d, Relu};
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

type Train = Autodiff<Flex>;

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

    fn forward(&self, mut images: Tensor<B, 4>) -> Tensor<B, 2> {
        for block in &self.blocks {
            let normalized = block.normalization.forward(block.convolution.forward(images));
            images = Relu::new().forward(block.pool.forward(normalized));
        }
        let hidden = Relu::new().forward(self.hidden.forward(images.flatten(1, 3)));
        self.output.forward(hidden)
    }
}

/// Pixels from 0 to 1, image after image, and the labels.
struct Set {
    pixels: Vec<f32>,
    labels: Vec<i32>,
}

impl Set {
    fn load(folder: &Path, kind: &str) -> Self {
        let read = |name: &str, header| {
            let path = folder.join(format!("{kind}-{name}-ubyte"));
            std::fs::read(&path).expect("an unpacked IDX file").split_off(header)
        };
        Self {
            pixels: read("images-idx3", 16).into_iter().map(|p| f32::from(p) / 255.0).collect(),
            labels: read("labels-idx1", 8).into_iter().map(i32::from).collect(),
        }
    }

    fn batch<B: Backend>(
        &self,
        rows: &[usize],
        device: &B::Device,
    ) -> (Tensor<B, 4>, Tensor<B, 1, Int>) {
        let pixels: Vec<f32> =
            rows.iter().flat_map(|row| &self.pixels[row * 784..][..784]).copied().collect();
        let labels: Vec<i32> = rows.iter().map(|&row| self.labels[row]).collect();
        let count = rows.len();
        (
            Tensor::from_data(TensorData::new(pixels, [count, 1, 28, 28]), device),
            Tensor::from_data(TensorData::new(labels, [count]), device),
        )
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("burn_blocks DIR [seed]");
    let seed: u64 = arguments.next().map_or(0, |seed| seed.parse().expect("a seed"));
    let (train, test) =
        (Set::load(Path::new(&folder), "train"), Set::load(Path::new(&folder), "t10k"));

    let device = Default::default();
    Train::seed(&device, seed);
    let mut network = Network::<Train>::new(&device);
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    let mut order: Vec<usize> = (0..train.labels.len()).collect();
    let (steps, warm, top) = ((order.len() / 32) as f64, 100.0, 0.003);

    let start = Instant::now();
    order.shuffle(&mut StdRng::seed_from_u64(seed));
    for (step, rows) in order.chunks(32).enumerate() {
        let step = step as f64;
        let factor = ((step + 1.0) / warm).min(1.0 - (step - warm).max(0.0) / (steps - warm));
        let (images, labels) = train.batch::<Train>(rows, &device);
        let gradients = loss.forward(network.forward(images), labels).backward();
        let gradients = GradientsParams::from_grads(gradients, &network);
        network = optimizer.step(factor * top, network, gradients);
    }
    let seconds = start.elapsed().as_secs_f64();

    let network = network.valid();
    let (mut right, rows) = (0, (0..test.labels.len()).collect::<Vec<_>>());
    for rows in rows.chunks(500) {
        let (images, labels) = test.batch::<Flex>(rows, &device);
        let answers = network.forward(images).argmax(1).squeeze_dim::<1>(1);
        let found: i64 = answers.equal(labels).int().sum().into_scalar().into();
        right += found;
    }
    let accuracy = right as f64 / rows.len() as f64;
    println!("burn seed={seed} fit_seconds={seconds:.2} test_accuracy={accuracy:.4}");
}
