//! How the code of chapter 4 behaves, apart from its formulas: a file for each page.

mod optimizer;
mod quadratics;
mod momentum;
mod adaptive;
mod schedules;

use ch01_neuron::Real;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use ch04_optimizers::*;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(4)
}

fn random(length: usize, generator: &mut ChaCha8Rng) -> Vec<f64> {
    (0..length).map(|_| 2.0 * generator.random::<f64>() - 1.0).collect()
}

/// Each rule, with all it has switched on.
fn rules<T: Real>() -> Vec<(&'static str, Box<dyn Optimizer<T> + Send>)> {
    let (weight_decay, momentum) = (T::of(0.01), T::of(0.9));
    vec![
        ("Sgd", Box::new(Sgd { weight_decay, ..Sgd::default() })),
        ("Momentum", Box::new(Momentum { weight_decay, ..Momentum::new(momentum) })),
        ("Nesterov", Box::new(Nesterov { weight_decay, ..Nesterov::new(momentum) })),
        ("AdaGrad", Box::new(AdaGrad { weight_decay, ..AdaGrad::default() })),
        (
            "RmsProp",
            Box::new(RmsProp { weight_decay, momentum, centered: true, ..RmsProp::default() }),
        ),
        ("Adam", Box::new(Adam { weight_decay, ..Adam::default() })),
        ("AdamW", Box::new(AdamW::default())),
    ]
}

fn step<T: Real>(
    optimizer: &mut (impl Optimizer<T> + ?Sized),
    rate: f64,
    values: &mut [T],
    gradient: &[T],
) {
    optimizer.step(T::of(rate), vec![Parameter::new(values, gradient)]);
}
