//! How the code of chapter 2 behaves, apart from its formulas.

mod dense;
mod product;
mod tiles;
mod network;
mod softmax;
mod losses;
mod initialization;

use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network};
use ndarray::{Array2, ArrayView2};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(2)
}

/// Numbers between −1 and 1, of which the share `zeros` is 0.
fn random(shape: (usize, usize), zeros: f64, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || {
        if generator.random_bool(zeros) { 0.0 } else { 2.0 * generator.random::<f64>() - 1.0 }
    })
}

fn assert_close(left: ArrayView2<f64>, right: ArrayView2<f64>) {
    assert_eq!(left.dim(), right.dim());
    for (l, r) in left.iter().zip(right) {
        assert!((l - r).abs() <= 1e-13, "{l} and {r}");
    }
}

/// A network with ReLU in the hidden layers and the identity at the end, by He's rule.
fn network(sizes: &[usize]) -> Network<f64> {
    let functions = (Activation::Relu, Activation::Identity);
    Network::new(sizes, functions, Initialization::He, &mut generator())
}
