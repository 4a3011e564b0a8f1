//! How the code of chapter 3 behaves, apart from its formulas: a file for each page.

mod layer;
mod losses;
mod network;
mod gradient_check;
mod tape;

use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Loss, Network};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use ch03_backprop::{Gradients, LossBackward, NetworkBackward};

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(3)
}

/// Numbers between −1 and 1.
fn random(shape: (usize, usize), generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || 2.0 * generator.random::<f64>() - 1.0)
}

fn network<T: Real>(sizes: &[usize]) -> Network<T> {
    let functions = (Activation::Tanh, Activation::Identity);
    Network::new(sizes, functions, Initialization::Xavier, &mut generator())
}

fn gradients<T: Real>(
    network: &Network<T>,
    inputs: &Array2<T>,
    targets: &Array2<T>,
) -> Gradients<T> {
    let trace = network.trace(inputs.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), targets.view());
    network.backward(inputs.view(), &trace, output_gradient)
}

fn message_of(job: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(job).expect_err("the job was to panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().expect("a panic with a text").to_string(),
    }
}
