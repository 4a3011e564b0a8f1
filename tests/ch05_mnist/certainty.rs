//! The formulas of `ch05_mnist/certainty.md`.

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network, softmax};
use ch05_mnist::read_digit;
use formulas::*;
use image::{GrayImage, Luma, imageops};
use ndarray::{Array1, Array2};
use rand::RngExt;

/// The mean of nine runs, one by one, of the picture pasted onto an empty one at nine places; the
/// library makes one batch of moved rows of numbers. 1e-12: sums of some hundred numbers.
#[test]
fn mean_of_moved() {
    let mut generator = generator();
    for _ in 0..5 {
        let functions = (Activation::Relu, Activation::Identity);
        let network: Network<f64> =
            Network::new(&[784, 16, 10], functions, Initialization::Xavier, &mut generator);
        let picture = GrayImage::from_fn(28, 28, |_, _| Luma([generator.random()]));
        let numbers = |picture: &GrayImage| {
            Array2::from_shape_fn((1, 784), |(_, k)| f64::from(picture.as_raw()[k]) / 255.0)
        };
        let mut sum = Array1::zeros(10);
        for (right, down) in (-1..=1).flat_map(|right| (-1..=1).map(move |down| (right, down))) {
            let mut moved = GrayImage::new(28, 28);
            imageops::replace(&mut moved, &picture, right, down);
            sum += &softmax(network.forward(numbers(&moved).view()).view()).row(0);
        }
        let reading = read_digit(&network, &numbers(&picture));
        for (found, sum) in reading.moved.iter().zip(&sum) {
            assert_close(*found, sum / 9.0, 1e-12);
        }
        let still = softmax(network.forward(numbers(&picture).view()).view());
        for (found, expected) in reading.probabilities.iter().zip(&still) {
            assert_close(*found, *expected, 1e-12);
        }
    }
}
