//! What the quadratics and the counter of steps have to do, and what they then show.

use super::*;
use ch04_optimizers::{Adam, Momentum, Sgd};
use ndarray::{Array1, array};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

/// The point (x, y), rotated counterclockwise.
fn rotated([x, y]: [f64; 2], angle: f64) -> [f64; 2] {
    let (sin, cos) = angle.sin_cos();
    [cos * x - sin * y, sin * x + cos * y]
}

/// The fewest steps with the best of thirty rates.
fn fewest<O: Optimizer<f64>>(
    new: impl Fn() -> O,
    quadratic: &Quadratic<f64>,
    start: [f64; 2],
) -> Option<usize> {
    let rates = (0..30).map(|k| 1e-4 * 1.5_f64.powi(k));
    rates.filter_map(|rate| steps_needed(&mut new(), rate, quadratic, start, 3000)).min()
}

#[test]
fn an_unrotated_quadratic_has_its_curvatures_on_the_diagonal() {
    let quadratic = rotated_quadratic([1.0, 9.0], 0.0);
    assert_eq!(quadratic.curvature, array![[1.0, 0.0], [0.0, 9.0]]);
    assert_eq!(quadratic.minimum, Array1::<f64>::zeros(2));
}

/// 1e-12: a dozen roundings of numbers up to 1,000.
#[test]
fn the_curvatures_stay_what_they_are_however_the_axes_are_rotated() {
    for angle in [0.3, FRAC_PI_4, FRAC_PI_2, 2.5, -1.0] {
        let found = rotated_quadratic([1.0, 1000.0], angle).eigenvalues();
        let near = (found[0] - 1.0).abs() < 1e-12 * 1000.0 && (found[1] - 1000.0).abs() < 1e-9;
        assert!(near, "rotated by {angle}: expected the curvatures 1 and 1000, found {found:?}");
    }
}

#[test]
fn a_rotated_point_is_as_high_in_the_rotated_quadratic() {
    for angle in [0.3, FRAC_PI_4, -1.0] {
        for point in [[1.0, 0.0], [0.0, 1.0], [0.6, -0.8]] {
            let height =
                rotated_quadratic([1.0, 9.0], 0.0).value(Array1::from(point.to_vec()).view());
            let moved = Array1::from(rotated(point, angle).to_vec());
            let found = rotated_quadratic([1.0, 9.0], angle).value(moved.view());
            assert!((found - height).abs() < 1e-12, "{point:?} by {angle}: {found}, not {height}");
        }
    }
}

/// At a curvature of 1 a rate of ½ halves the distance, and 2¹⁰ = 1024 is above 1000.
#[test]
fn halving_takes_ten_steps_and_divergence_has_no_number() {
    let quadratic = rotated_quadratic([1.0, 1.0], 0.0);
    let steps =
        |rate, limit| steps_needed(&mut Sgd::default(), rate, &quadratic, [3.0, 4.0], limit);
    assert_eq!(steps(0.5, 100), Some(10), "steps at rate 1/2");
    assert_eq!(steps(1.0, 100), Some(1), "steps at rate 1");
    assert_eq!(steps(0.5, 10), Some(10), "ten steps are enough if the limit is ten");
    assert_eq!(steps(0.5, 9), None, "nine steps are not");
    assert_eq!(steps(2.5, 100), None, "steps at a rate above 2");
}

#[test]
fn the_heavy_ball_does_not_notice_the_rotation_and_adam_does() {
    let (curvatures, start) = ([1.0, 1000.0], [1.0, 1.0]);
    let straight = rotated_quadratic(curvatures, 0.0);
    let oblique = rotated_quadratic(curvatures, FRAC_PI_4);
    let rotated_start = rotated(start, FRAC_PI_4);
    let ball = || Momentum::new(0.9);
    let (one, other) = (fewest(ball, &straight, start), fewest(ball, &oblique, rotated_start));
    assert!(one.is_some() && one == other, "heavy ball: {one:?} straight, {other:?} rotated");
    let adam = Adam::default;
    let (one, other) = (fewest(adam, &straight, start), fewest(adam, &oblique, rotated_start));
    assert!(one.is_some() && one != other, "Adam: {one:?} straight, {other:?} rotated");
    println!("Adam: {one:?} straight, {other:?} rotated");
}
