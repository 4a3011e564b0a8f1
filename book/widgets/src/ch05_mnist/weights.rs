//! A network of 8-bit weights and a few test images, as bytes that a page can carry.

use std::cell::RefCell;
use std::rc::Rc;

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use ch05_mnist::Dataset;
use ndarray::{Array1, Array2};

use crate::data;

/// What the bytes are called.
pub const NAME: &str = "digits";

/// What the network has: pixels, hidden neurons, classes.
const SIZES: [usize; 3] = [784, 128, 10];
/// How many test images come along.
pub const IMAGES: usize = 20;

/// The network of the steady recipe, and the first test images with their labels.
#[derive(Debug)]
pub struct Digits {
    /// 784-128-10, in the precision of the chapters' figures.
    pub network: Network<f64>,
    /// `[pixels]` each, and the digit that it shows.
    pub images: Vec<(Vec<u8>, u8)>,
}

thread_local! {
    static READ: RefCell<Option<Rc<Digits>>> = const { RefCell::new(None) };
}

impl Digits {
    /// The bytes: for each neuron its weights as shares of the largest, in 127 steps, the size of a
    /// step, and its bias; then the images, each after its label.
    pub fn write(network: &Network<f32>, test: &Dataset) -> Vec<u8> {
        let mut bytes = Vec::new();
        for layer in &network.layers {
            for (weights, bias) in layer.dense.weights.columns().into_iter().zip(&layer.dense.bias)
            {
                let largest = weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
                let step = largest / 127.0;
                bytes.extend(step.to_le_bytes());
                bytes.extend(bias.to_le_bytes());
                let whole = |weight: &f32| (weight / step).round() as i8;
                bytes.extend(weights.iter().map(|weight| whole(weight).to_le_bytes()[0]));
            }
        }
        for index in 0..IMAGES {
            bytes.push(test.labels[index]);
            bytes.extend(test.images.pixels.row(index).iter());
        }
        bytes
    }

    /// Reads these bytes; gives nothing if they are too few.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let mut take = |count| data::take(&mut bytes, count);
        let mut layers = Vec::new();
        let activations = [Activation::Relu, Activation::Identity];
        for (sizes, activation) in SIZES.windows(2).zip(activations) {
            let mut weights = Array2::zeros((sizes[0], sizes[1]));
            let mut bias = Array1::zeros(sizes[1]);
            for neuron in 0..sizes[1] {
                let step = f64::from(f32::from_le_bytes(take(4)?.try_into().ok()?));
                bias[neuron] = f64::from(f32::from_le_bytes(take(4)?.try_into().ok()?));
                for (weight, &byte) in weights.column_mut(neuron).iter_mut().zip(take(sizes[0])?) {
                    *weight = step * f64::from(i8::from_le_bytes([byte]));
                }
            }
            layers.push(Layer { dense: Dense { weights, bias }, activation });
        }
        let mut images = Vec::new();
        for _ in 0..IMAGES {
            let label = take(1)?[0];
            images.push((take(SIZES[0])?.to_vec(), label));
        }
        Some(Self { network: Network { layers }, images })
    }

    /// A test image as the network is given it, `[1 × 784]`, and its digit.
    pub fn input(&self, index: usize) -> (Array2<f64>, u8) {
        let (pixels, label) = &self.images[index];
        (Array2::from_shape_fn((1, SIZES[0]), |(_, k)| f64::from(pixels[k]) / 255.0), *label)
    }

    /// The test images to choose from: the name of each, and what the reader is told that it is.
    pub fn choices(digits: Option<&Self>) -> impl Iterator<Item = (String, String)> {
        (0..IMAGES).map(move |index| {
            let name = format!("test image {}", index + 1);
            let label = digits.map(|digits| format!("{name}, a {}", digits.images[index].1));
            (index.to_string(), label.unwrap_or(name))
        })
    }

    /// Those that were handed to the module, read once.
    pub fn kept() -> Option<Rc<Self>> {
        data::kept(NAME, &READ, Self::read)
    }
}
