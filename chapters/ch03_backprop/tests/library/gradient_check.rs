//! What the gradient check passes, and what it says of the rest.

use ch01_neuron::Real;
use ch02_forward::{Loss, Network};
use ndarray::{Array2, array};

use super::{generator, gradients, network, random};
use ch03_backprop::*;

fn check<T: Real>(network: &Network<T>, gradients: &Gradients<T>) -> Result<T, GradientMismatch> {
    let (x, y) = data::<T>();
    GradientCheck::default().network(network, gradients, all_entries(network), |network| {
        Loss::MeanSquaredError.value(network.forward(x.view()).view(), y.view())
    })
}

fn data<T: Real>() -> (Array2<T>, Array2<T>) {
    let mut generator = generator();
    let (x, y) = (random((6, 4), &mut generator), random((6, 3), &mut generator));
    (x.mapv(T::of), y.mapv(T::of))
}

#[test]
fn the_check_passes_what_is_right_in_f64_and_in_f32() {
    let (x, y) = data();
    let network64 = network::<f64>(&[4, 5, 3]);
    assert!(check(&network64, &gradients(&network64, &x, &y)).unwrap() < 4e-8);
    let (x, y) = data();
    let network32 = network::<f32>(&[4, 5, 3]);
    assert!(check(&network32, &gradients(&network32, &x, &y)).unwrap() < 2.5e-2);
}

#[test]
fn the_check_gives_the_largest_error_of_what_passes() {
    let ((x, y), network) = (data(), network::<f64>(&[4, 5, 3]));
    let mut wrong = gradients(&network, &x, &y);
    wrong.layers[0].weights[[2, 3]] *= 1.25; // a fifth of the larger of the two
    let lax = GradientCheck { tolerance: 0.5, ..GradientCheck::default() };
    let loss = |network: &Network<f64>| {
        Loss::MeanSquaredError.value(network.forward(x.view()).view(), y.view())
    };
    let largest = lax.network(&network, &wrong, all_entries(&network), loss).unwrap();
    assert!((largest - 0.2).abs() < 1e-6, "{largest}");
}

#[test]
fn the_check_finds_a_single_wrong_number_wherever_it_is() {
    let ((x, y), network) = (data(), network::<f64>(&[4, 5, 3]));
    let right = gradients(&network, &x, &y);
    for (layer, shape) in [(0, (4, 5)), (1, (5, 3))] {
        for (i, j) in (0..shape.0).flat_map(|i| (0..shape.1).map(move |j| (i, j))) {
            let mut wrong = right.clone();
            wrong.layers[layer].weights[[i, j]] += 1e-6;
            let mismatch = check(&network, &wrong).unwrap_err();
            assert_eq!(mismatch.parameter, format!("weights of layer {layer}[{i}, {j}]"));
        }
        for j in 0..shape.1 {
            let mut wrong = right.clone();
            wrong.layers[layer].bias[j] *= -1.0;
            let mismatch = check(&network, &wrong).unwrap_err();
            assert_eq!(mismatch.parameter, format!("bias of layer {layer}[{j}]"));
        }
    }
}

#[test]
fn the_check_never_passes_what_is_not_a_number() {
    let ((x, y), network) = (data(), network::<f64>(&[4, 5, 3]));
    let mut wrong = gradients(&network, &x, &y);
    wrong.layers[1].bias[2] = f64::NAN;
    assert_eq!(check(&network, &wrong).unwrap_err().parameter, "bias of layer 1[2]");
    wrong.layers[1].bias[2] = f64::INFINITY;
    assert!(check(&network, &wrong).is_err());
    let strict = GradientCheck::default();
    assert!(strict.entry(|| "x".into(), 0.0, 1.0, |_| f64::NAN).is_err());
}

#[test]
fn the_check_moves_a_parameter_by_a_share_of_its_size_but_of_1_at_least() {
    let check = GradientCheck { step: 1e-3, tolerance: 1e-6, floor: 1e-2 };
    for (x, step) in [(2000.0, 2.0), (-2000.0, 2.0), (0.5, 1e-3), (0.0, 1e-3)] {
        let mut asked = Vec::new();
        let line = |x: f64| {
            asked.push(x);
            3.0 * x
        };
        check.entry(|| "x".into(), 3.0, x, line).expect("the slope of a line");
        assert_eq!(asked, [x + step, x - step]);
    }
}

#[test]
fn a_mismatch_tells_the_slope_that_came_closest() {
    // A loss whose slope is another at each of the three steps.
    for (slopes, closest) in
        [([3.0, 2.0, 4.0], 2.0), ([2.0, 3.0, 4.0], 2.0), ([4.0, 3.0, 2.0], 2.0)]
    {
        let mut calls = 0;
        let loss = |x: f64| {
            calls += 1;
            slopes[(calls - 1) / 2] * x
        };
        let mismatch =
            GradientCheck::default().entry(|| "x".into(), 1.0, 0.0, loss).expect_err("wrong");
        assert!((mismatch.numeric - closest).abs() < 1e-9, "{mismatch}");
        assert!((mismatch.relative_error - 0.5).abs() < 1e-9, "{mismatch}");
    }
}

#[test]
fn a_mismatch_says_what_where_and_how_far() {
    let mismatch = GradientCheck::default().entry(|| "x".into(), 5.0, 3.0, |x| x * x).unwrap_err();
    assert_eq!((mismatch.parameter.as_str(), mismatch.analytic), ("x", 5.0));
    assert!(
        (mismatch.numeric - 6.0).abs() < 1e-8 && (mismatch.relative_error - 1.0 / 6.0).abs() < 1e-8
    );
    let text = mismatch.to_string();
    for part in ["gradient of x", "5.000000000e0", "finite differences say", "1.7e-1"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn entries_are_all_parameters_in_order() {
    let network = network::<f64>(&[2, 3, 1]);
    let entries = all_entries(&network);
    assert_eq!(entries.len(), network.parameter_count());
    assert_eq!((entries[0], entries[5], entries[6]), ((0, 0), (0, 5), (1, 0)));
    assert_eq!(entries[entries.len() - 1], (3, 0));
}

#[test]
fn central_differences_of_a_line_are_exact() {
    assert_eq!(central_difference(|x| 4.0 * x, 1.0, 0.25), 4.0);
    assert_eq!(array![1.0].mapv(|x: f64| central_difference(f64::abs, x - 1.0, 0.5)), array![0.0]);
}
