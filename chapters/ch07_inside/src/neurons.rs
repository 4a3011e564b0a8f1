//! What a hidden neuron responds to, and what it does to the answer. Page: *What a neuron wants*
//! (`ch07_inside/neurons.md`).

use ch01_neuron::Real;
use ch02_forward::{Dense, Network};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// The input of length 1 that excites a neuron most: its weights, divided by their length. `[inputs]`
///
/// A neuron without weights wants nothing, and gets zeros.
pub fn preferred_input<T: Real>(weights: ArrayView1<T>) -> Array1<T> {
    let length = weights.dot(&weights).sqrt();
    if length == T::zero() { weights.to_owned() } else { weights.mapv(|w| w / length) }
}

/// The image that excites a neuron most, if pixels are from 0 to 1: white where its weights are above
/// zero, black elsewhere. `[inputs]`
pub fn preferred_image<T: Real>(weights: ArrayView1<T>) -> Array1<T> {
    weights.mapv(|w| if w > T::zero() { T::one() } else { T::zero() })
}

/// What each hidden neuron adds to a logit, aⱼ wⱼₖ, for the last layer and its inputs:
/// `[batch × hidden]`. With the bias they add up to the logit of the class.
pub fn contributions<T: Real>(
    last: &Dense<T>,
    activations: ArrayView2<T>,
    class: usize,
) -> Array2<T> {
    &activations * &last.weights.column(class)
}

/// For each class, the share of its images for which each neuron of the first layer is on:
/// `[classes × hidden]`.
pub fn firing_shares<T: Real>(
    network: &Network<T>,
    inputs: ArrayView2<T>,
    labels: &[u8],
    classes: usize,
) -> Array2<f64> {
    let z = network.layers[0].dense.forward(inputs); // [batch × hidden]
    let mut on = Array2::<f64>::zeros((classes, z.ncols()));
    let mut counts = Array1::<f64>::zeros(classes);
    for (row, &label) in z.rows().into_iter().zip(labels) {
        let mut class = on.row_mut(usize::from(label));
        class += &row.mapv(|z| f64::from(u8::from(z > T::zero())));
        counts[usize::from(label)] += 1.0;
    }
    on / counts.insert_axis(Axis(1))
}
