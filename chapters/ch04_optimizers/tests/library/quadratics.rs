//! The curvatures of a quadratic.

use ndarray::array;

use ch04_optimizers::Quadratic;

#[test]
fn a_round_bowl_is_solved_in_one_step_at_its_best_rate() {
    let bowl = Quadratic { curvature: array![[4.0, 0.0], [0.0, 4.0]], minimum: array![1.0, -2.0] };
    assert_eq!(
        (bowl.condition_number(), bowl.best_rate(), bowl.contraction(0.25)),
        (1.0, 0.25, 0.0)
    );
    assert_eq!(bowl.best_momentum(), (0.25, 0.0));
    assert_eq!(bowl.gradient(bowl.minimum.view()), array![0.0, 0.0]);
}

#[test]
fn eigenvalues_come_smallest_first_in_f32_too() {
    let bowl =
        Quadratic { curvature: array![[5.0_f32, 2.0], [2.0, 2.0]], minimum: array![0.0, 0.0] };
    let eigenvalues = bowl.eigenvalues();
    assert!((eigenvalues[0] - 1.0).abs() < 1e-6 && (eigenvalues[1] - 6.0).abs() < 1e-6);
}
