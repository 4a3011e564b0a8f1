//! The same job in Burn, on its Flex backend: `burn_mnist DIR [seed]`.

use std::io::Read;
use std::path::Path;
use std::time::Instant;

use burn::backend::{Autodiff, Flex};
use burn::module::{AutodiffModule, Module};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig, Relu};
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Int, Tensor, TensorData};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

type Train = Autodiff<Flex>;

#[derive(Module, Debug)]
struct Network<B: Backend> {
    hidden: Linear<B>,
    output: Linear<B>,
}

impl<B: Backend> Network<B> {
    fn forward(&self, images: Tensor<B, 2>) -> Tensor<B, 2> {
        let hidden = Relu::new().forward(self.hidden.forward(images));
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
        let read = |name: String, header: usize| {
            let path = folder.join(&name);
            let mut bytes = Vec::new();
            match std::fs::read(&path) {
                Ok(plain) => bytes = plain,
                Err(_) => {
                    let packed = std::fs::File::open(folder.join(name + ".gz")).unwrap();
                    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
                }
            }
            bytes.split_off(header)
        };
        let pixels = read(format!("{kind}-images-idx3-ubyte"), 16);
        let labels = read(format!("{kind}-labels-idx1-ubyte"), 8);
        Self {
            pixels: pixels.into_iter().map(|pixel| f32::from(pixel) / 255.0).collect(),
            labels: labels.into_iter().map(i32::from).collect(),
        }
    }

    fn batch<B: Backend>(
        &self,
        rows: &[usize],
        device: &B::Device,
    ) -> (Tensor<B, 2>, Tensor<B, 1, Int>) {
        let mut pixels = Vec::with_capacity(rows.len() * 784);
        for row in rows {
            pixels.extend_from_slice(&self.pixels[row * 784..(row + 1) * 784]);
        }
        let labels: Vec<i32> = rows.iter().map(|&row| self.labels[row]).collect();
        let count = rows.len();
        (
            Tensor::from_data(TensorData::new(pixels, [count, 784]), device),
            Tensor::from_data(TensorData::new(labels, [count]), device),
        )
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("burn_mnist DIR [seed]");
    let seed: u64 = arguments.next().map_or(0, |seed| seed.parse().expect("a seed"));
    let (train, test) =
        (Set::load(Path::new(&folder), "train"), Set::load(Path::new(&folder), "t10k"));

    let device = Default::default();
    Train::seed(&device, seed);
    let mut network = Network::<Train> {
        hidden: LinearConfig::new(784, 128).init(&device),
        output: LinearConfig::new(128, 10).init(&device),
    };
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    let mut random = StdRng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..train.labels.len()).collect();

    let start = Instant::now();
    for _ in 0..5 {
        order.shuffle(&mut random);
        for rows in order.chunks(32) {
            let (images, labels) = train.batch::<Train>(rows, &device);
            let gradients = loss.forward(network.forward(images), labels).backward();
            let gradients = GradientsParams::from_grads(gradients, &network);
            network = optimizer.step(0.001, network, gradients);
        }
    }
    let seconds = start.elapsed().as_secs_f64();

    let rows: Vec<usize> = (0..test.labels.len()).collect();
    let (images, labels) = test.batch::<Flex>(&rows, &device);
    let answers = network.valid().forward(images).argmax(1).squeeze_dim::<1>(1);
    let right: i64 = answers.equal(labels).int().sum().into_scalar().into();
    let accuracy = right as f64 / rows.len() as f64;
    println!("burn seed={seed} fit_seconds={seconds:.2} test_accuracy={accuracy:.4}");
}
