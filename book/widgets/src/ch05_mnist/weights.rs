//! A network of 8-bit weights and a few test images, as bytes that a page can carry.

use std::cell::RefCell;
use std::rc::Rc;

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use ch05_mnist::Dataset;
use ndarray::{Array1, Array2};

use crate::data;

/// What the network has: pixels, hidden neurons, classes.
const SIZES: [usize; 3] = [784, 128, 10];
/// How many test images come along.
pub const IMAGES: usize = 20;

/// The network of the steady recipe, and the first test images with their labels.
#[derive(Debug)]
pub struct Digits {
    /// 784-128-10.
    pub network: Network<f32>,
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
        let mut take = |count: usize| {
            let (taken, rest) = bytes.split_at_checked(count)?;
            bytes = rest;
            Some(taken)
        };
        let mut layers = Vec::new();
        let activations = [Activation::Relu, Activation::Identity];
        for (sizes, activation) in SIZES.windows(2).zip(activations) {
            let mut weights = Array2::zeros((sizes[0], sizes[1]));
            let mut bias = Array1::zeros(sizes[1]);
            for neuron in 0..sizes[1] {
                let step = f32::from_le_bytes(take(4)?.try_into().ok()?);
                bias[neuron] = f32::from_le_bytes(take(4)?.try_into().ok()?);
                for (weight, &byte) in weights.column_mut(neuron).iter_mut().zip(take(sizes[0])?) {
                    *weight = step * f32::from(i8::from_le_bytes([byte]));
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

    /// Those that were handed to the module, read once.
    pub fn kept() -> Option<Rc<Self>> {
        READ.with_borrow_mut(|read| {
            if read.is_none() {
                *read = data::kept().and_then(|bytes| Self::read(&bytes)).map(Rc::new);
            }
            read.clone()
        })
    }
}
