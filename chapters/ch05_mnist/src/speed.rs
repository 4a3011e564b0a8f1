//! The training step, fast. Page: *Where the time goes* (`ch05_mnist/speed.md`).
//!
//! [`Fast`] is a network whose steps lead to the same parameters as those of a plain [`Network`], to the
//! last bit. Softmax and loss are computed in one pass; the gradient of the first layer is a product that
//! the optimizer asks for while it walks through the weights; and two threads share both. The plain step
//! of *The five steps* is its judge.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ch01_neuron::Real;
use ch02_forward::{Network, TransposedProduct};
use ch03_backprop::{Gradients, NetworkBackward};
use ch04_optimizers::{Gradient, Optimizer, Parameter, parameters};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};
use rand::Rng;
use rayon::Yield;

use crate::training::{Model, Recipe, Trainer};

/// A network that is trained fast.
#[derive(Debug, Clone, PartialEq)]
pub struct Fast<T> {
    /// The network itself.
    pub network: Network<T>,
}

impl<T: Real> Fast<T> {
    /// [`Recipe::trainer`], with a network that is trained fast.
    pub fn trainer<R: Rng>(
        recipe: &Recipe,
        pixels: usize,
        mut generator: R,
    ) -> Trainer<'_, T, Self, R> {
        let network = recipe.network(pixels, &mut generator);
        Trainer::new(recipe, Self { network }, generator)
    }
}

/// Has the program keep the memory that it has freed: each step needs the same arrays again.
///
/// glibc, the C library below a Rust program on Linux, hands large arrays back to the operating system
/// at once, and for a new one the system has to find pages and clear them. What counts as large it
/// learns from the largest array that was freed, if that had at most 32 MiB: one of 24 MiB that nobody
/// writes to will do, and costs nothing. See M_MMAP_THRESHOLD in mallopt(3).
pub fn keep_freed_memory() {
    drop(black_box(Vec::<u8>::with_capacity(24 << 20))); // unused, it would be optimized away
}

/// Keeps all threads of rayon's current pool awake while one of them does the `work`, whose small pieces
/// the others wait for.
///
/// A thread that finds nothing to do soon falls asleep, and to wake it takes time. Here the others go on
/// asking; if another program wants the core, it gets it.
pub fn keep_awake<T>(work: impl FnOnce() -> T) -> T {
    let (own, done) = (rayon::current_thread_index(), AtomicBool::new(false));
    rayon::in_place_scope(|scope| {
        for _ in 1..rayon::current_num_threads() {
            scope.spawn(|_| {
                while rayon::current_thread_index() != own && !done.load(Ordering::Acquire) {
                    if rayon::yield_now() != Some(Yield::Executed) {
                        thread::yield_now();
                    }
                }
            });
        }
        let _at_the_end = Signal(&done);
        work()
    })
}

/// Says that something is done when it goes away, even in a panic.
struct Signal<'a>(&'a AtomicBool);

impl Drop for Signal<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Softmax and cross-entropy in one pass: the loss of each example, and (P − Y) / n, the gradient of
/// their mean with respect to the logits for a batch of n, of which these may be a part.
///
/// `logits` and `targets` are `[examples × classes]`, as the gradient is; each row of `targets` adds up
/// to 1.
///
/// # Panics
/// If the shapes differ.
pub fn softmax_and_losses<T: Real>(
    logits: ArrayView2<T>,
    targets: ArrayView2<T>,
    n: usize,
) -> (Vec<T>, Array2<T>) {
    let (shape, given) = (logits.dim(), targets.dim());
    assert!(shape == given, "loss: logits {shape:?} and targets {given:?} differ");
    let (n, mut gradient) = (T::of(n as f64), logits.to_owned());
    let rows = gradient.rows_mut().into_iter().zip(targets.rows());
    let losses = rows.map(|(mut row, targets)| {
        let larger = |a: T, &z: &T| if z > a || z.is_nan() { z } else { a };
        let largest = row.fold(T::neg_infinity(), larger);
        row -= largest; // first, so that what is left is small and keeps its digits
        let mean: T = row.iter().zip(targets).map(|(&z, &y)| y * z).sum(); // Σ yz
        row.mapv_inplace(T::exp);
        let sum = row.sum();
        row /= sum;
        row.zip_mut_with(&targets, |p, &y| *p = (*p - y) / n);
        sum.ln() - mean
    });
    let losses = losses.collect();
    (losses, gradient)
}

/// What the passes through a network there and back find out about some examples.
struct Passes<T> {
    /// The loss of each.
    losses: Vec<T>,
    /// A of each layer, `[examples × outputs]`
    activations: Vec<Array2<T>>,
    /// δ of each layer, `[examples × outputs]`
    deltas: Vec<Array2<T>>,
}

impl<T: Real> Passes<T> {
    /// Those of a part of a batch of n.
    fn of_part(network: &Network<T>, (x, y): (ArrayView2<T>, ArrayView2<T>), n: usize) -> Self {
        let trace = network.trace(x);
        let (losses, gradient) = softmax_and_losses(trace.output(), y, n);
        let deltas = network.deltas_with(&trace, gradient, |_, gradient| gradient);
        Self { losses, activations: trace.activations, deltas }
    }

    /// Those of a batch. If there are several threads, two of them take a half each: what happens to one
    /// example does not depend on the others.
    fn of_batch(network: &Network<T>, (x, y): (ArrayView2<T>, ArrayView2<T>)) -> Self {
        let n = x.nrows();
        if cfg!(target_arch = "wasm32") || n < 2 || rayon::current_num_threads() < 2 {
            return Self::of_part(network, (x, y), n);
        }
        let (first_x, second_x) = x.split_at(Axis(0), n / 2);
        let (first_y, second_y) = y.split_at(Axis(0), n / 2);
        let (first, second) = rayon::join(
            || Self::of_part(network, (first_x, first_y), n),
            || Self::of_part(network, (second_x, second_y), n),
        );
        let joined = |first: Vec<Array2<T>>, second: Vec<Array2<T>>| {
            first.iter().zip(&second).map(|(a, b)| concatenate![Axis(0), *a, *b]).collect()
        };
        Self {
            losses: [first.losses, second.losses].concat(),
            activations: joined(first.activations, second.activations),
            deltas: joined(first.deltas, second.deltas),
        }
    }
}

impl<T: Real> Model<T> for Fast<T> {
    type Gradients = Gradients<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.network.forward(inputs)
    }

    fn loss_and_gradients(
        &self,
        batch: (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> (T, Gradients<T>) {
        self.network.loss_and_gradients(batch, generator)
    }

    /// The gradient of a layer's weights, where much of what the layer was given is zero, is left to the
    /// optimizer as a product.
    fn step(
        &mut self,
        optimizer: &mut dyn Optimizer<T>,
        learning_rate: T,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        _generator: &mut impl Rng,
    ) -> T {
        let Passes { losses, activations, deltas } =
            Passes::of_batch(&self.network, (inputs, targets));
        let given = [inputs].into_iter().chain(activations.iter().map(|a| a.view()));
        let products = given.zip(&deltas).map(|(x, d)| TransposedProduct::new(x, d.view()));
        let products: Vec<_> = products.collect();
        let numbers =
            products.iter().map(|product| (!product.may_wait()).then(|| product.carry_out()));
        let numbers: Vec<Option<Array2<T>>> = numbers.collect();
        let biases: Vec<Array1<T>> = deltas.iter().map(|delta| delta.sum_axis(Axis(0))).collect();
        let layers = products.iter().zip(&numbers).zip(&biases);
        let gradients = layers.flat_map(|((product, numbers), bias)| {
            let weights = numbers.as_ref().and_then(|numbers| numbers.as_slice());
            let weights = weights.map_or(Gradient::Product(product), Gradient::Numbers);
            [weights, Gradient::Numbers(bias.as_slice().expect("a vector"))]
        });
        let pairs = self.network.parameters_mut().into_iter().zip(gradients);
        let pairs = pairs.map(|(values, gradient)| Parameter { values, gradient });
        optimizer.step(learning_rate, pairs.collect());
        losses.iter().copied().sum::<T>() / T::of(losses.len() as f64)
    }

    fn parameters(&self) -> Vec<&[T]> {
        self.network.parameters()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        self.network.parameters_mut()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a Gradients<T>) -> Vec<Parameter<'a, T>> {
        parameters(&mut self.network, gradients)
    }
}
