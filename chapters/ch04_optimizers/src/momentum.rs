//! Momentum: a state that a rule keeps from step to step, and what a velocity makes of it. Page:
//! *Momentum* (`ch04_optimizers/momentum.md`).

use ch01_neuron::Real;
use ch02_forward::TransposedProduct;
use ch02_forward::tiles::PART;

use crate::optimizer::{Gradient, Optimizer, Parameter, Snapshot};

/// A heavy ball: the velocity v ← μv + g gathers speed, and θ ← θ − ηv (Polyak 1964).
#[derive(Debug, Clone, PartialEq)]
pub struct Momentum<T> {
    /// μ: how much of the velocity is left after a step.
    pub momentum: T,
    /// λ, as in [`Sgd`](crate::Sgd).
    pub weight_decay: T,
    /// What it keeps from step to step, at first nothing.
    pub state: OptimizerState<T, 1>,
}

impl<T: Real> Momentum<T> {
    /// With momentum μ, usually 0.9.
    pub fn new(momentum: T) -> Self {
        Self { momentum, weight_decay: T::zero(), state: OptimizerState::default() }
    }
}

impl<T: Real> Optimizer<T> for Momentum<T> {
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>) {
        let Self { momentum, weight_decay, ref mut state } = *self;
        state.step(parameters, |weight, gradient, [velocity]| {
            let gradient = gradient + weight_decay * weight;
            let velocity = momentum * velocity + gradient;
            (weight - learning_rate * velocity, [velocity])
        });
    }

    fn snapshot(&self) -> Snapshot<T> {
        self.state.snapshot()
    }

    fn restore(&mut self, snapshot: Snapshot<T>) {
        self.state.restore(snapshot);
    }
}

/// What an optimizer keeps from step to step: N numbers for each weight, at first all zero.
/// [`OptimizerState::default`] is empty, and takes its sizes from the parameters of the first step.
#[derive(Debug, Clone, PartialEq)]
pub struct OptimizerState<T, const N: usize> {
    /// How many steps there have been.
    pub steps: i32,
    /// How long each parameter was at the first step, once there has been one.
    pub lengths: Option<Vec<usize>>,
    /// N vectors for each parameter, each as long as the parameter.
    pub slots: Vec<[Vec<T>; N]>,
}

impl<T, const N: usize> Default for OptimizerState<T, N> {
    fn default() -> Self {
        Self { steps: 0, lengths: None, slots: Vec::new() }
    }
}

impl<T: Real, const N: usize> OptimizerState<T, N> {
    /// Applies `rule` to every weight: it is given the weight, its gradient and its state, and
    /// answers with the new weight and the new state.
    ///
    /// # Panics
    /// If the parameters are not as long as at the first step, or not as long as their gradients.
    pub fn step(
        &mut self,
        parameters: Vec<Parameter<'_, T>>,
        rule: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Sync,
    ) {
        let lengths: Vec<usize> = parameters.iter().map(|p| p.values.len()).collect();
        let first = self.lengths.get_or_insert_with(|| {
            let zeros = |&length: &usize| std::array::from_fn(|_| vec![T::zero(); length]);
            self.slots = lengths.iter().map(zeros).collect();
            lengths.clone()
        });
        assert!(
            lengths == *first,
            "optimizer: parameters {lengths:?}, at the first step {first:?}"
        );
        for (parameter, slots) in parameters.into_iter().zip(&mut self.slots) {
            let slots = slots.each_mut().map(Vec::as_mut_slice);
            match parameter.gradient {
                Gradient::Numbers(gradient) => update(parameter.values, gradient, slots, &rule),
                Gradient::Product(product) => {
                    let (rows, columns) = (product.rows(), product.columns());
                    let length = parameter.values.len();
                    assert!(
                        rows * columns == length,
                        "optimizer: {length} weights, {rows} × {columns} gradients"
                    );
                    update_rows(parameter.values, product, 0, slots, &rule);
                }
            }
        }
        self.steps = self.steps.saturating_add(1);
    }
}

impl<T: Real, const N: usize> OptimizerState<T, N> {
    /// A copy: the N vectors of the first parameter, those of the second, and so on.
    pub fn snapshot(&self) -> Snapshot<T> {
        Snapshot { steps: self.steps, slots: self.slots.iter().flatten().cloned().collect() }
    }

    /// Takes over the vectors of a snapshot.
    ///
    /// # Panics
    /// If they are not N for each parameter, all of one length.
    pub fn restore(&mut self, Snapshot { steps, slots }: Snapshot<T>) {
        let (count, parameters) = (slots.len(), slots.len().checked_div(N).unwrap_or(0));
        assert!(count == N * parameters, "optimizer: {count} slots, not {N} for each parameter");
        let mut slots = slots.into_iter();
        let mut next = || slots.next().expect("there are N for each parameter");
        self.slots = (0..parameters).map(|_| std::array::from_fn(|_| next())).collect();
        let length = |slots: &[Vec<T>; N]| {
            let lengths = slots.each_ref().map(Vec::len);
            assert!(lengths == [lengths[0]; N], "optimizer: slots {lengths:?} of one parameter");
            lengths[0]
        };
        let known = steps > 0 && N > 0; // else they are those of the next step
        self.lengths = known.then(|| self.slots.iter().map(length).collect());
        self.steps = steps;
    }
}

/// Applies `rule` to each weight of a parameter. A long one is split among the threads; what happens
/// to one weight does not depend on any other.
fn update<T: Real, const N: usize>(
    values: &mut [T],
    gradient: &[T],
    state: [&mut [T]; N],
    rule: &(impl Fn(T, T, [T; N]) -> (T, [T; N]) + Sync),
) {
    let length = values.len();
    assert!(gradient.len() == length, "optimizer: {length} weights, {} gradients", gradient.len());
    if cfg!(not(target_arch = "wasm32")) && length >= PARALLEL_THRESHOLD {
        let middle = length / 2;
        let (values, more_values) = values.split_at_mut(middle);
        let (gradient, more_gradient) = gradient.split_at(middle);
        let [state, more_state] = split(state, middle);
        rayon::join(
            || update(values, gradient, state, rule),
            || update(more_values, more_gradient, more_state, rule),
        );
        return;
    }
    let state = state.map(|slot| &mut slot[..length]);
    for i in 0..length {
        let (value, new) = rule(values[i], gradient[i], std::array::from_fn(|n| state[n][i]));
        values[i] = value;
        for n in 0..N {
            state[n][i] = flush(new[n]);
        }
    }
}

/// The same for a gradient that is a product, from its row `first` on: a part of a row is computed, used
/// at once, and forgotten.
fn update_rows<T: Real, const N: usize>(
    values: &mut [T],
    product: &TransposedProduct<T>,
    first: usize,
    state: [&mut [T]; N],
    rule: &(impl Fn(T, T, [T; N]) -> (T, [T; N]) + Sync),
) {
    let columns = product.columns();
    let rows = values.len() / columns;
    if cfg!(not(target_arch = "wasm32")) && values.len() >= PARALLEL_THRESHOLD && rows > 1 {
        let (values, more_values) = values.split_at_mut(rows / 2 * columns);
        let [state, more_state] = split(state, values.len());
        rayon::join(
            || update_rows(values, product, first, state, rule),
            || update_rows(more_values, product, first + rows / 2, more_state, rule),
        );
        return;
    }
    let (parts, _) = values.as_chunks_mut::<PART>();
    let mut state = state.map(|slot| slot.as_chunks_mut::<PART>().0);
    for (number, values) in parts.iter_mut().enumerate() {
        let (row, part) = (number / (columns / PART), number % (columns / PART));
        let gradient = product.part_of_row(first + row, part);
        let state = state.each_mut().map(|parts| &mut parts[number]);
        for i in 0..PART {
            let (value, new) = rule(values[i], gradient[i], std::array::from_fn(|n| state[n][i]));
            values[i] = value;
            for n in 0..N {
                state[n][i] = flush(new[n]);
            }
        }
    }
}

/// From this length on, a second thread saves more time than it takes to wake.
const PARALLEL_THRESHOLD: usize = 1 << 15;

fn split<T, const N: usize>(slots: [&mut [T]; N], middle: usize) -> [[&mut [T]; N]; 2] {
    let mut ends = slots.map(Some);
    let starts = ends.each_mut().map(|slot| {
        let (start, end) = slot.take().expect("each slot is split once").split_at_mut(middle);
        *slot = Some(end);
        start
    });
    [starts, ends.map(|slot| slot.expect("just put back"))]
}

/// A number too small for the processor to handle at full speed becomes 0.
///
/// A state that halves again and again ends among the subnormal numbers, below 1e-38 in `f32`, and
/// there each multiplication takes a hundred times as long. What is flushed is far too small to
/// change a weight.
#[inline]
fn flush<T: Real>(number: T) -> T {
    let smallest = T::min_positive_value() / T::epsilon();
    if number.abs() < smallest { T::zero() } else { number }
}
