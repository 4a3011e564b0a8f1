//! What the jobs in Burn share: MNIST from its files, and the training that is timed. On its Flex backend.

use std::io::Read;
use std::path::Path;
use std::time::Instant;

use burn::backend::{Autodiff, Flex};
use burn::module::{AutodiffModule, Module};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::optim::{AdamConfig, GradientsParams, Optimizer};
use burn::tensor::backend::Backend;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// What is trained.
pub type Train = Autodiff<Flex>;

/// A network that takes rows of 784 pixels and gives ten logits.
pub trait Logits<B: Backend>: Module<B> {
    /// From `[images × 784]` to `[images × 10]`.
    fn logits(&self, images: Tensor<B, 2>) -> Tensor<B, 2>;
}

/// Pixels from 0 to 1, image after image, and the labels.
struct Set {
    pixels: Vec<f32>,
    labels: Vec<i32>,
}

impl Set {
    fn load(folder: &Path, kind: &str) -> Self {
        let read = |name: &str, header: usize| {
            let name = format!("{kind}-{name}-ubyte");
            let mut bytes = Vec::new();
            match std::fs::read(folder.join(&name)) {
                Ok(plain) => bytes = plain,
                Err(_) => {
                    let packed = std::fs::File::open(folder.join(name + ".gz")).unwrap();
                    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
                }
            }
            bytes.split_off(header)
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
    ) -> (Tensor<B, 2>, Tensor<B, 1, Int>) {
        let pixels: Vec<f32> =
            rows.iter().flat_map(|row| &self.pixels[row * 784..][..784]).copied().collect();
        let labels: Vec<i32> = rows.iter().map(|&row| self.labels[row]).collect();
        let count = rows.len();
        (
            Tensor::from_data(TensorData::new(pixels, [count, 784]), device),
            Tensor::from_data(TensorData::new(labels, [count]), device),
        )
    }
}

/// Trains a network in batches of 32 with Adam, at a rate that depends on the step and on how many there
/// are, and prints how long that took and what it reads. The command line is `DIR [seed]`.
pub fn run<N>(new: impl Fn(&Device<Train>) -> N, epochs: usize, rate: impl Fn(f64, f64) -> f64)
where
    N: Logits<Train> + AutodiffModule<Train>,
    N::InnerModule: Logits<Flex>,
{
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("DIR [seed]");
    let seed: u64 = arguments.next().map_or(0, |seed| seed.parse().expect("a seed"));
    let (train, test) =
        (Set::load(Path::new(&folder), "train"), Set::load(Path::new(&folder), "t10k"));

    let device = Default::default();
    Train::seed(&device, seed);
    let mut network = new(&device);
    let mut optimizer = AdamConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    let mut random = StdRng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..train.labels.len()).collect();
    let steps = epochs * order.len().div_ceil(32);

    let start = Instant::now();
    let mut step = 0;
    for _ in 0..epochs {
        order.shuffle(&mut random);
        for rows in order.chunks(32) {
            let (images, labels) = train.batch::<Train>(rows, &device);
            let gradients = loss.forward(network.logits(images), labels).backward();
            let gradients = GradientsParams::from_grads(gradients, &network);
            network = optimizer.step(rate(step as f64, steps as f64), network, gradients);
            step += 1;
        }
    }
    let seconds = start.elapsed().as_secs_f64();

    let network = network.valid();
    let (mut right, rows) = (0, (0..test.labels.len()).collect::<Vec<_>>());
    for rows in rows.chunks(500) {
        let (images, labels) = test.batch::<Flex>(rows, &device);
        let answers = network.logits(images).argmax(1).squeeze_dim::<1>(1);
        let found: i64 = answers.equal(labels).int().sum().into_scalar().into();
        right += found;
    }
    let accuracy = right as f64 / rows.len() as f64;
    println!("burn seed={seed} fit_seconds={seconds:.2} test_accuracy={accuracy:.4}");
}
