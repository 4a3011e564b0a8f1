//! What a dense layer does not know: which pixels are neighbors. Page: *Vision* (`ch09_vision.md`).

use ch01_neuron::Real;
use ch02_forward::Network;
use ch05_mnist::{Dataset, Images};
use ndarray::Axis;

/// The same images with their pixels in another order, one order for all of them: place i of a new
/// image shows what place `order[i]` of the old one showed.
///
/// # Panics
/// If the order names a pixel that is not there.
pub fn reordered_pixels(data: &Dataset, order: &[usize]) -> Dataset {
    let pixels = data.images.pixels.select(Axis(1), order); // column by column in memory
    let pixels = pixels.as_standard_layout().into_owned();
    Dataset { images: Images { pixels, ..data.images }, labels: data.labels.clone() }
}

/// The network that answers for reordered images what `network` answers for the images as they were:
/// the rows of its first weights are in the same order.
///
/// # Panics
/// If the order names an input that is not there.
pub fn reordered_inputs<T: Real>(network: &Network<T>, order: &[usize]) -> Network<T> {
    let mut reordered = network.clone();
    let first = &mut reordered.layers[0].dense;
    first.weights = first.weights.select(Axis(0), order); // [inputs × outputs]
    reordered
}
