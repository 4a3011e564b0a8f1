//! What happens to an answer when parts of the image go. Page: *Cover and delete*
//! (`ch07_inside/deletion.md`).

use ch01_neuron::Real;
use ch05_mnist::Model;
use ndarray::{Array1, Array2, ArrayView1};

/// Occlusion (Zeiler and Fergus 2014): how far F falls when a part of the image is as in the
/// baseline, for each part. `part` says to which part each pixel belongs, and `output_weights` make
/// F of the outputs. `[parts]`
///
/// # Panics
/// If image, baseline and `part` differ in length.
pub fn occlusion<T: Real>(
    model: &impl Model<T>,
    (baseline, input): (ArrayView1<T>, ArrayView1<T>),
    output_weights: ArrayView1<T>,
    (parts, part): (usize, &[usize]),
) -> Array1<T> {
    assert_alike(baseline, input, part.len());
    let mut images = Array2::zeros((parts + 1, input.len()));
    images.rows_mut().into_iter().for_each(|mut row| row.assign(&input));
    for (pixel, &part) in part.iter().enumerate() {
        images[[part, pixel]] = baseline[pixel];
    }
    let values = model.forward(images.view()).dot(&output_weights); // the last is that of the image
    (0..parts).map(|part| values[parts] - values[part]).collect()
}

/// The images on the way from one to another, whose pixels are replaced in this order in equal
/// steps: `[steps + 1 × inputs]`. From an image to a baseline this is deletion, from a baseline to
/// an image insertion (Petsiuk, Das and Saenko 2018). Pixels that `order` leaves out stay as they
/// are.
///
/// # Panics
/// If the images differ in length, or if there are no steps.
pub fn replace_in_order<T: Real>(
    (from, to): (ArrayView1<T>, ArrayView1<T>),
    order: &[usize],
    steps: usize,
) -> Array2<T> {
    assert_alike(from, to, from.len());
    assert!(steps > 0, "a deletion needs at least one step");
    let mut images = Array2::zeros((steps + 1, from.len()));
    for (step, mut row) in images.rows_mut().into_iter().enumerate() {
        row.assign(&from);
        let gone = (step * order.len() + steps / 2) / steps; // rounded
        order[..gone].iter().for_each(|&pixel| row[pixel] = to[pixel]);
    }
    images
}

fn assert_alike<T>(baseline: ArrayView1<T>, input: ArrayView1<T>, parts: usize) {
    let found = [baseline.len(), input.len(), parts];
    assert!(found[0] == found[1] && found[1] == found[2], "images and parts: lengths {found:?}");
}

/// The pixels by falling score; those of equal score in their own order.
pub fn descending<T: Real>(scores: ArrayView1<T>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&i, &j| scores[j].as_f64().total_cmp(&scores[i].as_f64()));
    order
}

/// The area under a curve over steps of equal width, as a share of the way: the mean of the means
/// of neighbors.
///
/// # Panics
/// If there are fewer than two values.
pub fn area_under<T: Real>(curve: ArrayView1<T>) -> T {
    assert!(curve.len() > 1, "an area: expected at least two values, found {}", curve.len());
    let steps = curve.len() - 1;
    let ends = T::of(0.5) * (curve[0] + curve[steps]);
    (curve.sum() - ends) / T::of(steps as f64)
}
