//! Chapter 3: backpropagation.
//!
//! How much does the loss change when one weight changes a little? The backward pass answers this
//! for all the weights at once, layer by layer from the last to the first. A gradient always has
//! the shape of the thing it is the gradient by. Then come two ways not to believe any of it: a
//! check by finite differences, and a tape that finds the same gradients by itself.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use ch01_neuron::{Activation, Real, sigmoid};
use ch02_forward::{Dense, Loss, Network, Trace, product, softmax, transposed_product};
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};
use thiserror::Error;

// ----------------------------------------------------------------------------- dense layers --

/// How the loss changes with the parameters of a dense layer.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseGradient<T> {
    /// ∂L/∂W, `[inputs × outputs]`
    pub weights: Array2<T>,
    /// ∂L/∂b, `[outputs]`
    pub bias: Array1<T>,
}

/// What [`Dense`] needs to take part in a backward pass. Here δ = ∂L/∂Z is `[batch × outputs]`.
pub trait DenseBackward<T> {
    /// ∂L/∂W = Xᵀδ and ∂L/∂b = the sum of the rows of δ, for the X of the forward pass.
    fn backward(&self, inputs: ArrayView2<T>, delta: ArrayView2<T>) -> DenseGradient<T>;

    /// ∂L/∂X = δWᵀ, `[batch × inputs]`: what the layer before this one needs.
    fn input_gradient(&self, delta: ArrayView2<T>) -> Array2<T>;
}

impl<T: Real> DenseBackward<T> for Dense<T> {
    fn backward(&self, inputs: ArrayView2<T>, delta: ArrayView2<T>) -> DenseGradient<T> {
        DenseGradient {
            weights: transposed_product(inputs, delta), // [inputs × batch] [batch × outputs]
            bias: delta.sum_axis(Axis(0)),              // [outputs]
        }
    }

    fn input_gradient(&self, delta: ArrayView2<T>) -> Array2<T> {
        product(delta, self.weights.t()) // [batch × outputs] [outputs × inputs]
    }
}

// ------------------------------------------------------------------------------- activations --

/// What [`Activation`] needs to take part in a backward pass.
pub trait ActivationBackward {
    /// δ = ∂L/∂Z = ∂L/∂A ⊙ f′(Z), entry by entry; all of them are `[batch × outputs]`.
    fn backward<T: Real>(
        self,
        pre_activations: ArrayView2<T>,
        activation_gradient: Array2<T>,
    ) -> Array2<T>;
}

impl ActivationBackward for Activation {
    fn backward<T: Real>(
        self,
        pre_activations: ArrayView2<T>,
        activation_gradient: Array2<T>,
    ) -> Array2<T> {
        assert_same_shape("pre-activations", pre_activations, activation_gradient.view());
        let mut slopes = pre_activations.as_standard_layout().into_owned();
        self.apply_derivative(slopes.as_slice_mut().expect("standard layout"));
        activation_gradient * slopes
    }
}

// ----------------------------------------------------------------------------------- losses --

/// ∂L/∂A = 2 (A − Y) / N for the mean squared error over N entries.
pub fn mean_squared_error_gradient<T: Real>(
    outputs: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("outputs", outputs, targets);
    (&outputs - &targets) * T::of(2.0 / outputs.len() as f64)
}

/// ∂L/∂Z = (σ(Z) − Y) / N for the binary cross-entropy of logits over N entries.
pub fn binary_cross_entropy_gradient<T: Real>(
    logits: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("logits", logits, targets);
    (logits.mapv(sigmoid) - targets) / T::of(logits.len() as f64)
}

/// ∂L/∂P = −Y / P / n for the cross-entropy of probabilities over a batch of n.
///
/// It is huge where a target has a small probability, and infinite where it has none.
pub fn cross_entropy_gradient<T: Real>(
    probabilities: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("probabilities", probabilities, targets);
    let batch = T::of(targets.nrows() as f64);
    let mut gradient = targets.to_owned();
    Zip::from(&mut gradient).and(probabilities).for_each(|y, &p| {
        *y = if *y == T::zero() { T::zero() } else { -*y / p / batch };
    });
    gradient
}

/// The backward pass of softmax: ∂L/∂zⱼ = pⱼ (∂L/∂pⱼ − Σₖ pₖ ∂L/∂pₖ) in each row.
///
/// It is the product with the Jacobian ∂pₖ/∂zⱼ = pₖ ([k = j] − pⱼ), without writing it down; [k = j]
/// is 1 if the two are the same class and 0 if not.
/// `probabilities` are the P of the forward pass; all are `[batch × classes]`.
pub fn softmax_backward<T: Real>(
    probabilities: ArrayView2<T>,
    probability_gradient: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("probabilities", probabilities, probability_gradient);
    let weighted = &probabilities * &probability_gradient;
    let row_sums = weighted.sum_axis(Axis(1)).insert_axis(Axis(1)); // [batch × 1]
    weighted - &probabilities * &row_sums
}

/// ∂L/∂Z = (P − Y) / n for softmax and cross-entropy together, over a batch of n: the whole of
/// [`cross_entropy_gradient`] and [`softmax_backward`], with everything that cancels cancelled.
///
/// Each row of `targets` must add up to 1.
pub fn softmax_cross_entropy_gradient<T: Real>(
    logits: ArrayView2<T>,
    targets: ArrayView2<T>,
) -> Array2<T> {
    assert_same_shape("logits", logits, targets);
    (softmax(logits) - targets) / T::of(logits.nrows() as f64)
}

/// What [`Loss`] needs to take part in a backward pass.
pub trait LossBackward {
    /// How the loss changes with each output, `[batch × outputs]`: here the backward pass begins.
    fn gradient<T: Real>(self, outputs: ArrayView2<T>, targets: ArrayView2<T>) -> Array2<T>;
}

impl LossBackward for Loss {
    fn gradient<T: Real>(self, outputs: ArrayView2<T>, targets: ArrayView2<T>) -> Array2<T> {
        match self {
            Self::MeanSquaredError => mean_squared_error_gradient(outputs, targets),
            Self::BinaryCrossEntropy => binary_cross_entropy_gradient(outputs, targets),
            Self::SoftmaxCrossEntropy => softmax_cross_entropy_gradient(outputs, targets),
        }
    }
}

/// Subtraction and multiplication of arrays would stretch a single row without a word.
fn assert_same_shape<T>(name: &str, values: ArrayView2<T>, others: ArrayView2<T>) {
    let (shape, other) = (values.dim(), others.dim());
    assert!(shape == other, "backward: {name} {shape:?} and gradient or targets {other:?} differ");
}

// --------------------------------------------------------------------------------- networks --

/// How the loss changes with every parameter of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients<T> {
    /// In the order of the network's layers.
    pub layers: Vec<DenseGradient<T>>,
}

impl<T: Real> Gradients<T> {
    /// The gradients by W and b of each layer in turn, each as one list of numbers, in the order
    /// of [`Network::parameters_mut`].
    pub fn slices(&self) -> Vec<&[T]> {
        let layers = self.layers.iter();
        let slices = layers.flat_map(|layer| [layer.weights.as_slice(), layer.bias.as_slice()]);
        slices.map(|slice| slice.expect("gradients are kept in standard layout")).collect()
    }
}

/// What [`Network`] needs to learn.
pub trait NetworkBackward<T> {
    /// Walks from the outputs back to the inputs, and collects the gradient of each layer.
    ///
    /// `inputs: [batch × inputs]` and `trace` are those of the forward pass, `output_gradient` is
    /// ∂L/∂A of the last layer, `[batch × outputs]`. The network and the trace stay as they are.
    fn backward(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
    ) -> Gradients<T>;
}

impl<T: Real> NetworkBackward<T> for Network<T> {
    fn backward(
        &self,
        inputs: ArrayView2<T>,
        trace: &Trace<T>,
        output_gradient: Array2<T>,
    ) -> Gradients<T> {
        let mut activation_gradient = output_gradient;
        let mut layers = Vec::new();
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let pre_activations = trace.pre_activations[index].view();
            let delta = layer.activation.backward(pre_activations, activation_gradient);
            layers.push(layer.dense.backward(trace.inputs_of(index, inputs), delta.view()));
            if index == 0 {
                break; // nobody asks how the loss changes with the pixels
            }
            activation_gradient = layer.dense.input_gradient(delta.view());
        }
        layers.reverse();
        Gradients { layers }
    }
}

// ------------------------------------------------------------------------- the gradient check --

/// The slope of `f` at `x`, from two points: (f(x + h) − f(x − h)) / 2h.
///
/// The error of the formula shrinks like h², the error of rounding grows like 1/h. Near
/// h = ∛ε the two are about equal, ε being the distance from 1 to the next number.
pub fn central_difference<T: Real>(mut f: impl FnMut(T) -> T, x: T, h: T) -> T {
    let (right, left) = (x + h, x - h); // rounded: their distance is not quite 2h
    (f(right) - f(left)) / (right - left)
}

/// |a − b| as a fraction of the larger of |a| and |b|, or of `floor` if both are smaller.
pub fn relative_error<T: Real>(a: T, b: T, floor: T) -> T {
    (a - b).abs() / a.abs().max(b.abs()).max(floor)
}

/// How strict a gradient check is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientCheck<T> {
    /// How far the check moves a parameter p, as a fraction of max(1, |p|).
    pub step: T,
    /// The largest relative error that passes; see [`relative_error`].
    pub tolerance: T,
    /// Below this size a gradient is compared by absolute error, `tolerance · floor`: rounding of
    /// the loss hides its digits.
    pub floor: T,
}

impl<T: Real> Default for GradientCheck<T> {
    /// The step ∛ε, and ten times the error, about ∛ε², that it leaves where a gradient is as small
    /// as the floor, 1/100: a tolerance of 4e-8 in `f64`, and of 2e-2 in `f32`.
    fn default() -> Self {
        let (step, floor) = (T::epsilon().cbrt(), T::of(1e-2));
        Self { step, tolerance: T::of(10.0) * step * step / floor, floor }
    }
}

/// A gradient that finite differences do not confirm.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(
    "gradient of {parameter}: the backward pass says {analytic:.9e}, finite differences say \
     {numeric:.9e}, relative error {relative_error:.1e}"
)]
pub struct GradientMismatch {
    /// The parameter with its index, such as `weights of layer 1[3, 5]`.
    pub parameter: String,
    /// What the backward pass says.
    pub analytic: f64,
    /// What finite differences say.
    pub numeric: f64,
    /// How far apart they are; see [`relative_error`].
    pub relative_error: f64,
}

impl GradientMismatch {
    fn new<T: Real>(parameter: String, analytic: T, numeric: T, relative_error: T) -> Self {
        let [analytic, numeric, relative_error] =
            [analytic, numeric, relative_error].map(T::as_f64);
        Self { parameter, analytic, numeric, relative_error }
    }
}

impl<T: Real> GradientCheck<T> {
    /// Compares one entry of a gradient, `analytic`, with the slope of `loss` at `x`; gives the
    /// relative error if it passes.
    ///
    /// A kink of a ReLU between x − h and x + h makes the two-point slope a mixture of two slopes,
    /// which no correct gradient agrees with. So where the first step does not agree, two smaller
    /// ones are tried: they jump over fewer kinks, and a wrong gradient stays wrong.
    pub fn entry(
        &self,
        name: impl FnOnce() -> String,
        analytic: T,
        x: T,
        mut loss: impl FnMut(T) -> T,
    ) -> Result<T, GradientMismatch> {
        let mut closest: Option<(T, T)> = None;
        for shrink in [1.0, 0.1, 0.01] {
            let step = self.step * T::of(shrink) * x.abs().max(T::one());
            let numeric = central_difference(&mut loss, x, step);
            let error = relative_error(analytic, numeric, self.floor);
            if error <= self.tolerance {
                return Ok(error);
            }
            if closest.is_none_or(|(smallest, _)| error < smallest) {
                closest = Some((error, numeric));
            }
        }
        let (error, numeric) = closest.expect("three steps were tried");
        Err(GradientMismatch::new(name(), analytic, numeric, error))
    }

    /// Checks `gradients` of `loss` by the parameters of `network`, entry by entry; gives the
    /// largest relative error if all pass, the first failure if not.
    ///
    /// An entry (s, i) is number i of slice s of [`Network::parameters_mut`]; [`all_entries`] lists
    /// them all, which takes two forward passes each.
    pub fn network(
        &self,
        network: &Network<T>,
        gradients: &Gradients<T>,
        entries: impl IntoIterator<Item = (usize, usize)>,
        loss: impl Fn(&Network<T>) -> T,
    ) -> Result<T, GradientMismatch> {
        let mut nudged = network.clone();
        let mut largest = T::zero();
        for (slice, index) in entries {
            let x = network.parameters()[slice][index];
            let analytic = gradients.slices()[slice][index];
            let name = || entry_name(network, slice, index);
            let error = self.entry(name, analytic, x, |x| {
                nudged.parameters_mut()[slice][index] = x;
                loss(&nudged)
            })?;
            nudged.parameters_mut()[slice][index] = x;
            largest = largest.max(error);
        }
        Ok(largest)
    }
}

/// Every parameter of a network, as (slice, index); see [`GradientCheck::network`].
pub fn all_entries<T: Real>(network: &Network<T>) -> Vec<(usize, usize)> {
    let slices = network.parameters().into_iter().enumerate();
    slices.flat_map(|(s, slice)| (0..slice.len()).map(move |index| (s, index))).collect()
}

/// `weights of layer 1[3, 5]` or `bias of layer 1[5]`, for slice and index.
fn entry_name<T: Real>(network: &Network<T>, slice: usize, index: usize) -> String {
    let layer = slice / 2;
    let outputs = network.layers[layer].dense.bias.len();
    match slice % 2 {
        0 => format!("weights of layer {layer}[{}, {}]", index / outputs, index % outputs),
        _ => format!("bias of layer {layer}[{index}]"),
    }
}

// ------------------------------------------------------------------------------------ the tape --

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

/// How one variable changes with each of the others: the outcome of a walk back along the tape.
#[derive(Debug, Clone)]
pub struct TapeGradient<'t, T> {
    tape: &'t Tape<T>,
    by_node: Vec<T>,
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
    fn binary(self, other: Self, value: T, by_self: T, by_other: T) -> Self {
        assert!(std::ptr::eq(self.tape, other.tape), "both variables must be on the same tape");
        self.tape.record(value, [Some((self.node, by_self)), Some((other.node, by_other))])
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

    /// How this variable changes with every variable recorded before it: one walk back along the
    /// tape, on which each node hands its gradient to its inputs, times the slope of its operation.
    ///
    /// The gradient is a value of its own. The tape stays as it is, so that a second walk, from
    /// here or from elsewhere, starts from nothing too.
    pub fn backward(self) -> TapeGradient<'t, T> {
        let nodes = self.tape.nodes.borrow();
        let mut by_node = vec![T::zero(); nodes.len()];
        by_node[self.node] = T::one();
        for index in (0..=self.node).rev() {
            for (input, derivative) in nodes[index].inputs.into_iter().flatten() {
                let handed_on = by_node[index] * derivative;
                by_node[input] += handed_on; // added: a variable may be used more than once
            }
        }
        TapeGradient { tape: self.tape, by_node }
    }
}

impl<T: Real> TapeGradient<'_, T> {
    /// The derivative by `variable`; 0 if it had no part in the result.
    ///
    /// # Panics
    /// If the variable is on another tape.
    pub fn by(&self, variable: Variable<T>) -> T {
        assert!(std::ptr::eq(self.tape, variable.tape), "the variable must be on the same tape");
        self.by_node.get(variable.node).copied().unwrap_or_default()
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

#[cfg(test)]
mod tests;
