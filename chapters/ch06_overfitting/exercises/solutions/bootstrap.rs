//! A solution of the exercise `bootstrap`.

use rand::{Rng, RngExt};

/// An exam made out of another: as many numbers of images as it has, each drawn from 0 to
/// `images` − 1, all equally likely, whatever was drawn before.
pub fn redraw(images: usize, generator: &mut impl Rng) -> Vec<usize> {
    (0..images).map(|_| generator.random_range(0..images)).collect()
}

/// The standard deviation of what `measure` finds on `times` redrawn exams. It is told which
/// images are in the exam.
pub fn bootstrap(
    images: usize,
    times: usize,
    generator: &mut impl Rng,
    measure: impl Fn(&[usize]) -> f64,
) -> f64 {
    let found: Vec<f64> = (0..times).map(|_| measure(&redraw(images, generator))).collect();
    let mean = found.iter().sum::<f64>() / times as f64;
    (found.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / times as f64).sqrt()
}

/// By how much the share of misread images falls from one network to another, and how much that
/// spreads over `times` redrawn exams. The lists say of each image whether a network misreads it.
pub fn gain(before: &[bool], after: &[bool], times: usize, generator: &mut impl Rng) -> (f64, f64) {
    let images = before.len();
    let share = |wrong: &[bool], exam: &[usize]| {
        exam.iter().filter(|&&image| wrong[image]).count() as f64 / images as f64
    };
    let gain = |exam: &[usize]| share(before, exam) - share(after, exam); // both sit the same exam
    let all: Vec<usize> = (0..images).collect();
    (gain(&all), bootstrap(images, times, generator, gain))
}

#[path = "../tests/bootstrap.rs"]
mod tests;
