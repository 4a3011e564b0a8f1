//! What every optimizer is given and what it does: one interface for all rules. Page: *Optimizers*
//! (`ch04_optimizers.md`).

use std::fmt::Debug;
use std::ops::Range;

use ch01_neuron::Real;
use ch02_forward::Network;
use ch03_backprop::Gradients;

/// Parameters that may change, and how the loss changes with each of them.
#[derive(Debug)]
pub struct Parameter<'a, T> {
    /// θ
    pub values: &'a mut [T],
    /// g = ∂L/∂θ, of the same length
    pub gradient: Gradient<'a, T>,
}

impl<'a, T> Parameter<'a, T> {
    /// Parameters whose gradient is there, number by number.
    pub fn new(values: &'a mut [T], gradient: &'a [T]) -> Self {
        Self { values, gradient: Gradient::Numbers(gradient) }
    }
}

/// How the loss changes with each of some parameters.
#[derive(Debug, Clone)]
pub enum Gradient<'a, T> {
    /// All the numbers.
    Numbers(&'a [T]),
    /// Numbers that are computed when they are asked for, a few rows at a time.
    Rows {
        /// What computes them.
        source: &'a dyn GradientRows<T>,
        /// Which of its rows these are.
        rows: Range<usize>,
    },
}

/// A gradient in rows that are computed when they are asked for. Each row must have the same bits
/// whenever and with whichever others it is asked for.
pub trait GradientRows<T>: Debug + Sync {
    /// How many numbers a row has.
    fn row_length(&self) -> usize;

    /// Writes the rows from `first` on, as many as there is room for in `rows`.
    fn write_rows(&self, first: usize, rows: &mut [T]);
}

impl<T: Copy> Gradient<'_, T> {
    /// Writes all the numbers.
    ///
    /// # Panics
    /// If there is not as much room.
    pub fn write(&self, numbers: &mut [T]) {
        match self {
            Self::Numbers(gradient) => numbers.copy_from_slice(gradient),
            Self::Rows { source, rows } => source.write_rows(rows.start, numbers),
        }
    }

    /// For how many parameters it is.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Rows { source, rows } => rows.len() * source.row_length(),
        }
    }

    /// Whether it is for none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The gradient in two, unless it is of a single row or number.
    pub(crate) fn halves(&self) -> Option<(Self, Self)> {
        match self {
            Self::Numbers(numbers) if numbers.len() > 1 => {
                let (first, second) = numbers.split_at(numbers.len() / 2);
                Some((Self::Numbers(first), Self::Numbers(second)))
            }
            Self::Rows { source, rows } if rows.len() > 1 => {
                let middle = rows.start + rows.len() / 2;
                let part = |rows| Self::Rows { source: *source, rows };
                Some((part(rows.start..middle), part(middle..rows.end)))
            }
            _ => None,
        }
    }
}

/// W and b of each layer of a network, each with its gradient.
pub fn parameters<'a, T: Real>(
    network: &'a mut Network<T>,
    gradients: &'a Gradients<T>,
) -> Vec<Parameter<'a, T>> {
    let (layers, given) = (network.layers.len(), gradients.layers.len());
    assert!(layers == given, "optimizer: a network of {layers} layers, gradients of {given}");
    let pairs = network.parameters_mut().into_iter().zip(gradients.slices());
    pairs.map(|(values, gradient)| Parameter::new(values, gradient)).collect()
}

/// A rule that changes parameters so that the loss falls.
pub trait Optimizer<T> {
    /// One step, of a size that `learning_rate` sets.
    ///
    /// An optimizer keeps a state for each parameter, made at the first step. It must be given
    /// the same parameters in the same order at every step.
    ///
    /// # Panics
    /// If a parameter and its gradient, or its state, are not of one length.
    fn step(&mut self, learning_rate: T, parameters: Vec<Parameter<'_, T>>);

    /// A copy of the state.
    fn snapshot(&self) -> Snapshot<T>;

    /// Goes back to the state of a snapshot, which an optimizer of the same rule has given.
    ///
    /// # Panics
    /// If the snapshot has other vectors than this rule keeps.
    fn restore(&mut self, snapshot: Snapshot<T>);
}

/// The state of an optimizer, whatever its rule: enough to go on with an interrupted training.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot<T> {
    /// How many steps there have been.
    pub steps: i32,
    /// The state's vectors, parameter by parameter. Before the first step there are none.
    pub slots: Vec<Vec<T>>,
}
