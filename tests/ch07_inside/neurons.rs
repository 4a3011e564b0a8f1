//! The formulas of `ch07_inside/neurons.md`.

use super::common::*;
use ch07_inside::contributions;
use formulas::*;
use ndarray::{Array1, Array2};

/// ```math preferred-input
/// \max_{|\mathbf x| = 1} \mathbf w \cdot \mathbf x = |\mathbf w|,
/// \quad \text{at } \mathbf x = \frac{\mathbf w}{|\mathbf w|}
/// ```
///
/// No input of length 1 excites a neuron more than its own weights, divided by their length, which
/// excite it by |w|. Against 20,000 random inputs of length 1, some of them close by; against what steps
/// uphill from a random place come to, 1e-9; and weights of zeros want nothing.
#[test]
fn preferred_input() {
    let _formula = formula!();
    let mut generator = generator();
    for inputs in [1, 2, 5, 40] {
        let w = vector(inputs, &mut generator);
        let best = ch07_inside::preferred_input(w.view());
        let length = w.iter().map(|w| w * w).sum::<f64>().sqrt();
        assert_close(best.dot(&best), 1.0, 1e-14);
        assert_close(w.dot(&best), length, 1e-14);
        for round in 0..5_000 {
            let near = if round % 2 == 0 { 0.0 } else { 1.0 };
            let x = near * &best + 0.1 * vector(inputs, &mut generator);
            assert_bound!(w.dot(&x) / x.dot(&x).sqrt() <= length * (1.0 + 1e-14));
        }
        let mut x = vector(inputs, &mut generator);
        for _ in 0..3_000 {
            x += &(0.1 * &w);
            x /= x.dot(&x).sqrt();
        }
        assert_all_close(&x, &best, 1e-9);
    }
    assert_exact!(
        ch07_inside::preferred_input(Array1::<f64>::zeros(3).view()),
        Array1::<f64>::zeros(3)
    );
}

/// ```math preferred-image
/// \max_{0 \le x_i \le 1} z = b + \sum_i \operatorname{relu}(w_i)
/// ```
///
/// With pixels from 0 to 1 the best is reached at a corner: against all corners, and against random
/// images inside.
#[test]
fn preferred_image() {
    let _formula = formula!();
    let mut generator = generator();
    for inputs in [1, 3, 9] {
        let (w, b) = (vector(inputs, &mut generator), number(&mut generator));
        let claimed = b + w.iter().map(|w| w.max(0.0)).sum::<f64>();
        let best = ch07_inside::preferred_image(w.view());
        assert_close(w.dot(&best) + b, claimed, 1e-14);
        let corner = |bits: u32| {
            let pixel = |i: usize| f64::from(bits >> i & 1);
            w.dot(&Array1::from_shape_fn(inputs, pixel)) + b
        };
        let highest = (0..1 << inputs).map(corner).fold(f64::MIN, f64::max);
        assert_close(highest, claimed, 1e-14);
        for _ in 0..1_000 {
            let inside = vector(inputs, &mut generator).mapv(|x| 1.0 / (1.0 + (-x).exp()));
            assert_bound!(w.dot(&inside) + b <= claimed + 1e-12);
        }
    }
}

/// ```math logit-contributions
/// z^{(2)}_k = b^{(2)}_k + \sum_j a_j \, w^{(2)}_{jk}
/// ```
///
/// A logit is the sum of what the hidden neurons contribute, and its bias: the library's contributions
/// against a forward pass that is written out; and switching a neuron off takes away its contribution.
#[test]
fn logit_contributions() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let network = network(&[6, 9, 4], &mut generator);
        let x = matrix(1, 6, &mut generator);
        let activations = network.trace(x.view()).activations[0].clone();
        let last = &network.layers[1].dense;
        for class in 0..4 {
            let c = Array2::from_shape_fn((1, 4), |(_, k)| f64::from(k == class));
            let parts = contributions(last, activations.view(), class);
            let logit = explained(&network, &row(&x), &c);
            assert_close(total(&parts) + last.bias[class], logit, 1e-13);
            let mut without = network.clone();
            without.layers[1].dense.weights.row_mut(3).fill(0.0);
            assert_close(explained(&without, &row(&x), &c), logit - parts[[0, 3]], 1e-13);
        }
    }
}
