//! A record of a computation that can be run backward. Page: *A tape* (`ch03_backprop/tape.md`).

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use ch01_neuron::{Activation, Real};

/// A record of a computation, operation by operation, that can be run backward.
#[derive(Debug, Default)]
pub struct Tape<T> {
    nodes: RefCell<Vec<Node<T>>>,
}

/// One operation: the nodes it took its numbers from, and how its result changes with each.
#[derive(Debug, Clone, Copy)]
struct Node<T> {
    inputs: [Option<(usize, T)>; 2],
}

/// A number whose history is on a tape.
#[derive(Debug, Clone, Copy)]
pub struct Variable<'t, T> {
    tape: &'t Tape<T>,
    node: usize,
    /// The number itself.
    pub value: T,
}

/// How one variable changes with each of the others: the outcome of a backward pass along the tape.
#[derive(Debug, Clone)]
pub struct TapeGradient<'t, T> {
    tape: &'t Tape<T>,
    node_gradients: Vec<Option<T>>,
}

impl<T: Real> Tape<T> {
    /// An empty tape.
    pub fn new() -> Self {
        Self { nodes: RefCell::new(Vec::new()) }
    }

    /// A number that does not come from others: an input, a weight, a constant.
    pub fn variable(&self, value: T) -> Variable<'_, T> {
        self.record(value, [None, None])
    }

    fn record(&self, value: T, inputs: [Option<(usize, T)>; 2]) -> Variable<'_, T> {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { inputs });
        Variable { tape: self, node: nodes.len() - 1, value }
    }
}

impl<'t, T: Real> Variable<'t, T> {
    /// Records a function of one variable: its value, and its derivative here.
    pub fn unary(self, value: T, derivative: T) -> Self {
        self.tape.record(value, [Some((self.node, derivative)), None])
    }

    /// Records a function of two variables: its value, and how it changes with each.
    fn binary(self, other: Self, value: T, self_derivative: T, other_derivative: T) -> Self {
        assert!(std::ptr::eq(self.tape, other.tape), "both variables must be on the same tape");
        self.tape.record(
            value,
            [Some((self.node, self_derivative)), Some((other.node, other_derivative))],
        )
    }

    /// eˣ
    pub fn exp(self) -> Self {
        self.unary(self.value.exp(), self.value.exp())
    }

    /// ln x
    pub fn ln(self) -> Self {
        self.unary(self.value.ln(), self.value.recip())
    }

    /// xⁿ
    pub fn powi(self, n: i32) -> Self {
        let derivative = match n {
            0 => T::zero(), // also at 0, where 0 · 0⁻¹ would not be a number
            _ => T::of(f64::from(n)) * self.value.powi(n - 1),
        };
        self.unary(self.value.powi(n), derivative)
    }

    /// f(x)
    pub fn activate(self, activation: Activation) -> Self {
        self.unary(activation.value(self.value), activation.derivative(self.value))
    }

    /// How this variable changes with every variable recorded before it: one pass back along the
    /// tape, on which each node hands its gradient to its inputs, times the slope of its operation.
    ///
    /// The gradient is a value of its own. The tape stays as it is, so that a second pass, from
    /// here or from elsewhere, starts from nothing too.
    pub fn backward(self) -> TapeGradient<'t, T> {
        let nodes = self.tape.nodes.borrow();
        let mut node_gradients = vec![None; nodes.len()];
        node_gradients[self.node] = Some(T::one());
        for index in (0..=self.node).rev() {
            let Some(gradient) = node_gradients[index] else { continue }; // no part in the result
            for (input, derivative) in nodes[index].inputs.into_iter().flatten() {
                let sum = node_gradients[input].get_or_insert(T::zero());
                *sum += gradient * derivative; // added: a variable may be used more than once
            }
        }
        TapeGradient { tape: self.tape, node_gradients }
    }
}

impl<T: Real> TapeGradient<'_, T> {
    /// The derivative with respect to `variable`; 0 if it had no part in the result.
    ///
    /// # Panics
    /// If the variable is on another tape.
    pub fn with_respect_to(&self, variable: Variable<T>) -> T {
        assert!(std::ptr::eq(self.tape, variable.tape), "the variable must be on the same tape");
        self.node_gradients.get(variable.node).copied().flatten().unwrap_or_default()
    }
}

impl<T: Real> Add for Variable<'_, T> {
    type Output = Self;

    /// A plus hands its gradient on to both.
    fn add(self, other: Self) -> Self {
        self.binary(other, self.value + other.value, T::one(), T::one())
    }
}

impl<T: Real> Sub for Variable<'_, T> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.binary(other, self.value - other.value, T::one(), -T::one())
    }
}

impl<T: Real> Mul for Variable<'_, T> {
    type Output = Self;

    /// A times hands on its gradient times the other factor.
    fn mul(self, other: Self) -> Self {
        self.binary(other, self.value * other.value, other.value, self.value)
    }
}

impl<T: Real> Div for Variable<'_, T> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        self.binary(other, quotient, other.value.recip(), -quotient / other.value)
    }
}

impl<T: Real> Neg for Variable<'_, T> {
    type Output = Self;

    fn neg(self) -> Self {
        self.unary(-self.value, -T::one())
    }
}
