//! The gradient check, which compares a backward pass with finite differences. Page: *The gradient
//! check* (`ch03_backprop/gradient_check.md`).

use ch01_neuron::Real;
use ch02_forward::Network;
use thiserror::Error;

use crate::network::Gradients;

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

    /// Checks `gradients` of `loss` with respect to the parameters of `network`, entry by entry; gives
    /// the largest relative error if all pass, the first failure if not.
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
        let mut largest = T::zero();
        for error in self.entries(network, gradients, entries, loss) {
            largest = largest.max(error?);
        }
        Ok(largest)
    }

    /// All the entries that fail, not only the first: which they are is a clue to the mistake.
    pub fn mismatches(
        &self,
        network: &Network<T>,
        gradients: &Gradients<T>,
        entries: impl IntoIterator<Item = (usize, usize)>,
        loss: impl Fn(&Network<T>) -> T,
    ) -> Vec<GradientMismatch> {
        self.entries(network, gradients, entries, loss).filter_map(Result::err).collect()
    }

    /// What [`Self::entry`] says of each entry, one after the other.
    fn entries(
        &self,
        network: &Network<T>,
        gradients: &Gradients<T>,
        entries: impl IntoIterator<Item = (usize, usize)>,
        loss: impl Fn(&Network<T>) -> T,
    ) -> impl Iterator<Item = Result<T, GradientMismatch>> {
        let mut nudged = network.clone();
        entries.into_iter().map(move |(slice, index)| {
            let x = network.parameters()[slice][index];
            let analytic = gradients.slices()[slice][index];
            let outcome = self.entry(
                || entry_name(network, slice, index),
                analytic,
                x,
                |x| {
                    nudged.parameters_mut()[slice][index] = x;
                    loss(&nudged)
                },
            );
            nudged.parameters_mut()[slice][index] = x;
            outcome
        })
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
