//! What the tests of the formulas share: random numbers from a fixed seed, hard points, slopes by
//! finite differences, and comparisons that say how far apart two numbers are.

pub mod evidence;
pub mod page;

use std::env;
use std::path::PathBuf;

use approx::relative_eq;
use evidence::{Measure, note};
use ndarray::{Array, Array1, Array2, ArrayBase, Data, Dimension};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

pub use page::page;

/// The folder of this package: the one that Cargo runs, not the one in which it was compiled.
pub fn package() -> PathBuf {
    PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo names the folder"))
}

/// The random numbers of a test: the same ones in every run, on every machine.
pub fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1958)
}

/// A normal number of mean 0 and variance 1.
pub fn number(generator: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// Normal numbers of mean 0 and variance 1, `[length]`.
pub fn vector(length: usize, generator: &mut ChaCha8Rng) -> Array1<f64> {
    Array1::from_shape_simple_fn(length, || number(generator))
}

/// Normal numbers of mean 0 and variance 1, `[rows × columns]`.
pub fn matrix(rows: usize, columns: usize, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || number(generator))
}

/// The same, with about four in five entries 0, like the pixels of a digit.
pub fn sparse_matrix(rows: usize, columns: usize, generator: &mut ChaCha8Rng) -> Array2<f64> {
    let draw = || if generator.random_bool(0.8) { 0.0 } else { number(generator) };
    Array2::from_shape_simple_fn((rows, columns), draw)
}

/// Rows of positive numbers that add up to 1, `[rows × columns]`.
pub fn distributions(rows: usize, columns: usize, generator: &mut ChaCha8Rng) -> Array2<f64> {
    let mut weights = matrix(rows, columns, generator).mapv(f64::exp);
    for mut row in weights.rows_mut() {
        row /= row.sum();
    }
    weights
}

/// Labels below `classes`.
pub fn labels(count: usize, classes: u8, generator: &mut ChaCha8Rng) -> Vec<u8> {
    (0..count).map(|_| generator.random_range(0..classes)).collect()
}

/// All orders of so many things.
pub fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for next in 0..count {
        let insert = |order: Vec<usize>| {
            (0..=next).map(move |at| [&order[..at], &[next], &order[at..]].concat())
        };
        all = all.into_iter().flat_map(insert).collect();
    }
    all
}

/// Where a function of one number is tried: at hard points, and at a thousand random ones.
pub fn points() -> Vec<f64> {
    let mut points = vec![0.0, -0.0];
    for size in [f64::MIN_POSITIVE, 1e-8, 0.5, 1.0, 20.0, 40.0, 1000.0] {
        points.extend([size, -size]);
    }
    let mut generator = generator();
    points.extend((0..1000).map(|_| 3.0 * number(&mut generator)));
    points
}

/// Batches, inputs and outputs of a layer: a batch of one, one input, one output, and more.
pub const SHAPES: [(usize, usize, usize); 6] =
    [(1, 1, 1), (1, 5, 3), (4, 1, 2), (3, 7, 1), (5, 4, 4), (16, 30, 9)];

/// The slope of `f` at `x` from four points, more exact than the two-point formula of chapter 3,
/// and independent of it.
///
/// With h = 5e-4 the formula's own error is about h⁴/30 = 2e-15 times the fifth derivative, and
/// rounding adds about ε/h = 4e-13 times |f|. So 1e-10 is a tolerance with room for functions of
/// ordinary size.
pub fn slope(mut f: impl FnMut(f64) -> f64, x: f64) -> f64 {
    let h = 5e-4;
    let inner = f(x + h) - f(x - h);
    let outer = f(x + 2.0 * h) - f(x - 2.0 * h);
    (8.0 * inner - outer) / (12.0 * h)
}

/// The [`slope`] of `f` by each entry of `at`, in the shape of `at`.
pub fn slopes<D: Dimension>(
    f: impl Fn(&Array<f64, D>) -> f64,
    at: &Array<f64, D>,
) -> Array<f64, D> {
    let mut result = at.clone();
    for (index, entry) in result.iter_mut().enumerate() {
        let nudged = |x: f64| {
            let mut nudged = at.clone();
            *nudged.iter_mut().nth(index).expect("as many entries") = x;
            f(&nudged)
        };
        *entry = slope(nudged, *entry);
    }
    result
}

/// ∫ f from 0 to `end` by Simpson's rule with a thousand pieces.
pub fn integral(f: impl Fn(f64) -> f64, end: f64) -> f64 {
    let h = end / 2000.0;
    let weight = |i: usize| if i == 0 || i == 2000 { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    (0..=2000).map(|i| weight(i) * f(h * i as f64)).sum::<f64>() * h / 3.0
}

/// Fails unless |left − right| ≤ tolerance · max(1, |left|, |right|).
#[track_caller]
pub fn assert_close(left: f64, right: f64, tolerance: f64) {
    let close = relative_eq!(left, right, epsilon = tolerance, max_relative = tolerance);
    assert!(close, "{left:e} and {right:e} differ by {:e}", (left - right).abs());
    note(Measure::Close, Some(error_over(left, right, 1.0)), Some(tolerance));
}

/// Fails unless |left − right| ≤ tolerance · max(|left|, |right|), however small both are.
#[track_caller]
pub fn assert_relative(left: f64, right: f64, tolerance: f64) {
    let close = relative_eq!(left, right, epsilon = 0.0, max_relative = tolerance);
    assert!(close, "{left:e} and {right:e} differ by {:e}", (left - right).abs());
    note(Measure::Relative, Some(error_over(left, right, 0.0)), Some(tolerance));
}

/// [`assert_close`] for every entry of two arrays of one shape.
#[track_caller]
pub fn assert_all_close<D: Dimension>(
    left: &ArrayBase<impl Data<Elem = f64>, D>,
    right: &ArrayBase<impl Data<Elem = f64>, D>,
    tolerance: f64,
) {
    assert_eq!(left.shape(), right.shape(), "the shapes differ");
    for ((index, &l), &r) in left.indexed_iter().zip(right) {
        let close = relative_eq!(l, r, epsilon = tolerance, max_relative = tolerance);
        assert!(close, "at {index:?}: {l:e} and {r:e} differ by {:e}", (l - r).abs());
        note(Measure::Close, Some(error_over(l, r, 1.0)), Some(tolerance));
    }
}

/// The distance of two numbers over the larger of both and `least`.
fn error_over(left: f64, right: f64, least: f64) -> f64 {
    let size = left.abs().max(right.abs()).max(least);
    if left == right { 0.0 } else { (left - right).abs() / size }
}
