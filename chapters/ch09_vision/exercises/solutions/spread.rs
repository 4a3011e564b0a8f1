//! A solution of the exercise `spread`.

/// The gradient of a signal of `length` numbers, over which `kernel` slid with this `stride`: each number
/// of `delta` is spread over the numbers that its place saw.
pub fn spread(delta: &[f64], kernel: &[f64], stride: usize, length: usize) -> Vec<f64> {
    let mut gradient = vec![0.0; length];
    for (place, &delta) in delta.iter().enumerate() {
        for (k, &weight) in kernel.iter().enumerate() {
            gradient[place * stride + k] += delta * weight;
        }
    }
    gradient
}

#[path = "../tests/spread.rs"]
mod tests;
