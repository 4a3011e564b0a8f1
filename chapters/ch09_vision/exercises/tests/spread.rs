//! What the way back of a correlation has to give.

use super::*;

/// The forward pass, written out.
fn slide(signal: &[f64], kernel: &[f64], stride: usize) -> Vec<f64> {
    let places = (0..=signal.len() - kernel.len()).step_by(stride);
    let sum = |place: usize| kernel.iter().zip(&signal[place..]).map(|(w, x)| w * x).sum();
    places.map(sum).collect()
}

#[test]
fn the_numbers_of_the_page() {
    let found = spread(&[10.0, 1.0], &[2.0, 3.0], 1, 3);
    assert_eq!(found, [20.0, 32.0, 3.0], "10 · 2; 10 · 3 + 1 · 2; 1 · 3");
}

#[test]
fn pixels_that_no_place_saw_have_no_gradient() {
    let found = spread(&[1.0, 1.0], &[5.0], 3, 6);
    assert_eq!(found, [5.0, 0.0, 0.0, 5.0, 0.0, 0.0], "a kernel of one, a stride of three");
}

#[test]
fn both_sides_of_the_dot_product_test_agree() {
    let signal = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0];
    for (kernel, stride) in [(&[2.0, -7.0][..], 1), (&[1.0, 8.0, -2.0], 2), (&[1.0, 4.0], 3)] {
        let map = slide(&signal, kernel, stride);
        let delta: Vec<f64> = (1..=map.len()).map(|place| place as f64).collect();
        let left: f64 = map.iter().zip(&delta).map(|(z, d)| z * d).sum();
        let back = spread(&delta, kernel, stride, signal.len());
        assert_eq!(back.len(), signal.len(), "one gradient for each number of the signal");
        let right: f64 = back.iter().zip(&signal).map(|(g, x)| g * x).sum();
        assert_eq!(left, right, "kernel {kernel:?}, stride {stride}: (K x) · δ and x · (Kᵀ δ)");
    }
}
