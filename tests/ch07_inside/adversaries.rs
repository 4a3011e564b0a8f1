//! The formulas of `ch07_inside/adversaries.md`.

use super::common::*;
use ch01_neuron::softplus;
use ch02_forward::{Loss, Network, one_hot};
use ch05_mnist::Model;
use ch07_inside::{Attack, Bounds, Hardened, hidden_bounds, margin_bounds};
use formulas::*;
use ndarray::{Array1, Array2, Axis};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Pixels between 0.3 and 0.7, so that a radius of 0.3 is nowhere cut off.
fn gray(rows: usize, inputs: usize, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, inputs), || generator.random_range(0.3..0.7))
}

/// Every corner of the box of this radius around a row.
fn corners(x: &Array1<f64>, radius: f64) -> impl Iterator<Item = Array1<f64>> + use<> {
    let x = x.clone();
    (0..1_usize << x.len()).map(move |bits| {
        let sign = |i: usize| if bits >> i & 1 == 1 { 1.0 } else { -1.0 };
        Array1::from_shape_fn(x.len(), |i| x[i] + radius * sign(i))
    })
}

/// The loss of one image.
fn loss(network: &Network<f64>, x: &Array1<f64>, y: &Array2<f64>) -> f64 {
    Loss::SoftmaxCrossEntropy.value(network.forward(x.view().insert_axis(Axis(0))).view(), y.view())
}

/// ```math linear-worst-case
/// \min_{|d_i| \le \epsilon_\infty} \mathbf w \cdot (\mathbf x + \mathbf d)
/// = \mathbf w \cdot \mathbf x - \epsilon_\infty \sum_i |w_i|
/// ```
///
/// The lowest that a weighted sum can become: against all corners of the box, and random points in it.
#[test]
fn linear_worst_case() {
    let _formula = formula!();
    let mut generator = generator();
    for inputs in [1, 2, 7, 10] {
        for radius in [0.0, 0.01, 0.25] {
            let (w, x) = (vector(inputs, &mut generator), vector(inputs, &mut generator));
            let claimed = w.dot(&x) - radius * w.iter().map(|w| w.abs()).sum::<f64>();
            let lowest = corners(&x, radius).map(|x| w.dot(&x)).fold(f64::MAX, f64::min);
            assert_close(lowest, claimed, 1e-13);
            for _ in 0..200 {
                let inside = x.mapv(|x| x + radius * generator.random_range(-1.0..=1.0));
                assert_bound!(w.dot(&inside) >= claimed - 1e-12);
            }
        }
    }
}

/// ```math fast-gradient-sign
/// \tilde{\mathbf x} = \mathbf x
/// + \epsilon_\infty \operatorname{sign} \frac{\partial \mathcal L}{\partial \mathbf x}
/// ```
///
/// The fast gradient sign method moves every pixel by ε, by the sign of the slope of the loss, measured
/// here by finite differences. For a single layer and two classes nothing in the box is worse: against
/// all corners. Pixels at the ends of their range stay in it, and pixels without a slope stay.
#[test]
fn fast_gradient_sign() {
    let _formula = formula!();
    let mut generator = generator();
    for round in 0..20 {
        let sizes: &[usize] = if round % 2 == 0 { &[8, 2] } else { &[8, 6, 2] };
        let mut network = network(sizes, &mut generator);
        network.layers[0].dense.weights.row_mut(5).fill(0.0);
        let (x, y) = (gray(1, 8, &mut generator), one_hot(&[round % 2], 2));
        let moved = row(&Attack::fast(0.25).apply(&network, x.view(), y.view()));
        let slopes = slopes(|x| loss(&network, x, &y), &row(&x));
        for i in (0..8).filter(|i| slopes[*i].abs() > 1e-7 || *i == 5) {
            let sign = if i == 5 { 0.0 } else { slopes[i].signum() };
            assert_close(moved[i], x[[0, i]] + 0.25 * sign, 1e-15);
        }
        if sizes.len() == 2 {
            let worst = corners(&row(&x), 0.25).map(|x| loss(&network, &x, &y));
            assert_close(loss(&network, &moved, &y), worst.fold(f64::MIN, f64::max), 1e-12);
        }
        let ends = x.mapv(|x| f64::from(u8::from(x > 0.5)));
        let moved = Attack::fast(0.25).apply(&network, ends.view(), y.view());
        assert_bound!(moved.iter().all(|x| (0.0..=1.0).contains(x)));
    }
}

/// ```math projected-step
/// x_i \leftarrow \operatorname{clip}\Bigl(x_i
/// + h \operatorname{sign} \frac{\partial \mathcal L}{\partial x_i}\Bigr)
/// ```
///
/// A step of the iterated attack, written out: up by the sign of the measured slope, back into the box
/// around the image, back between 0 and 1. Two of them; and however many, no pixel is farther than ε.
#[test]
fn projected_step() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let network = network(&[6, 8, 3], &mut generator);
        let (x, y) = (matrix(1, 6, &mut generator).mapv(|x| x.clamp(0.0, 1.0)), one_hot(&[1], 3));
        let attack = Attack { radius: 0.1, steps: 2, step: 0.07 };
        let found = row(&attack.apply(&network, x.view(), y.view()));
        let (start, mut at) = (row(&x), row(&x));
        let mut sure = true;
        for _ in 0..2 {
            let slopes = slopes(|x| loss(&network, x, &y), &at);
            sure &= slopes.iter().all(|slope| slope.abs() > 1e-7);
            for i in 0..6 {
                let low = (start[i] - 0.1).max(0.0);
                let high = (start[i] + 0.1).min(1.0);
                at[i] = (at[i] + 0.07 * slopes[i].signum()).max(low).min(high);
            }
        }
        if sure {
            assert_all_close(&found, &at, 1e-14);
        }
        let far = Attack::iterated(0.1, 20).apply(&network, x.view(), y.view());
        assert_bound!((&far - &x).iter().all(|d| d.abs() <= 0.1 + 1e-15));
        assert_bound!(far.iter().all(|x| (0.0..=1.0).contains(x)));
    }
}

/// ```math interval-bounds
/// \begin{aligned}
/// \underline z_j &= b_j + \sum_i \bigl(w_{ij}^{+} \, \underline x_i - w_{ij}^{-} \, \overline x_i\bigr) \\
/// \overline z_j &= b_j + \sum_i \bigl(w_{ij}^{+} \, \overline x_i - w_{ij}^{-} \, \underline x_i\bigr)
/// \end{aligned}
/// ```
///
/// The interval of a weighted sum, by its positive and negative weights, against the library's, which
/// goes by middle and width; every corner of the box gives a sum inside, and some corner reaches each end.
#[test]
fn interval_bounds() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let network = network(&[6, 5, 3], &mut generator);
        let x = gray(1, 6, &mut generator);
        let Bounds { lower, upper } = hidden_bounds(&network, x.view(), 0.2);
        let dense = &network.layers[0].dense;
        for j in 0..5 {
            let (mut low, mut high) = (dense.bias[j], dense.bias[j]);
            for i in 0..6 {
                let (w, x) = (dense.weights[[i, j]], x[[0, i]]);
                low += w.max(0.0) * (x - 0.2) + w.min(0.0) * (x + 0.2);
                high += w.max(0.0) * (x + 0.2) + w.min(0.0) * (x - 0.2);
            }
            assert_close(lower[[0, j]], low.max(0.0), 1e-13);
            assert_close(upper[[0, j]], high.max(0.0), 1e-13);
            let sums =
                corners(&row(&x), 0.2).map(|x| x.dot(&dense.weights.column(j)) + dense.bias[j]);
            let sums: Vec<f64> = sums.collect();
            assert_close(sums.iter().copied().fold(f64::MAX, f64::min), low, 1e-13);
            assert_close(sums.iter().copied().fold(f64::MIN, f64::max), high, 1e-13);
        }
    }
}

/// ```math margin-bound
/// \begin{aligned}
/// z_y - z_k \;\ge\; b_y - b_k + \sum_j \bigl(&(w_{jy} - w_{jk})^{+} \, \underline a_j \\
/// &- (w_{jy} - w_{jk})^{-} \, \overline a_j\bigr)
/// \end{aligned}
/// ```
///
/// The margin of the true class over another is never below its bound: at all corners, at random points
/// and after attacks, for networks with and without hidden layers. For a single layer the bound is
/// reached.
#[test]
fn margin_bound() {
    let _formula = formula!();
    let mut generator = generator();
    for network in [network(&[6, 3], &mut generator), network(&[6, 8, 3], &mut generator)] {
        for label in 0..3_u8 {
            let x = gray(1, 6, &mut generator);
            let bound = row(&margin_bounds(&network, x.view(), &[label], 0.2));
            let margins = |x: &Array1<f64>| {
                let z = row(&network.forward(x.view().insert_axis(Axis(0))));
                z[usize::from(label)] - &z
            };
            let mut lowest = Array1::from_elem(3, f64::MAX);
            let attacked =
                Attack::iterated(0.2, 10).apply(&network, x.view(), one_hot(&[label], 3).view());
            let random = (0..500).map(|_| row(&x).mapv(|x| x + generator.random_range(-0.2..=0.2)));
            let tried: Vec<_> =
                corners(&row(&x), 0.2).chain(random).chain([row(&attacked)]).collect();
            for x in &tried {
                let margins = margins(x);
                for k in 0..3 {
                    assert_bound!(margins[k] >= bound[k] - 1e-12);
                    lowest[k] = f64::min(lowest[k], margins[k]);
                }
            }
            assert_exact!(bound[usize::from(label)], 0.0);
            if network.layers.len() == 1 {
                assert_all_close(&lowest, &bound, 1e-13);
            }
        }
    }
}

/// ```math sandwich
/// \text{misled by an attack} \;\le\; \text{can be misled} \;\le\; 1 - \text{certified}
/// ```
///
/// What an attack finds is there, and what the bound excludes is not: for 300 images and a network of two
/// inputs, whose boxes are searched by a fine grid. Attacks find at most what the grid and the attack find
/// together, and that is at most what is not certified. For two classes and one layer all three agree.
#[test]
fn sandwich() {
    let _formula = formula!();
    let mut generator = generator();
    for (sizes, exact) in [(&[2, 2][..], true), (&[2, 12, 2][..], false)] {
        let mut network = network(sizes, &mut generator);
        network.layers[0].dense.weights *= 4.0;
        let middle = row(&network.forward(Array2::from_elem((1, 2), 0.5).view()));
        let last = network.layers.len() - 1;
        network.layers[last].dense.bias -= &middle; // so that the border passes through the middle
        let x = gray(300, 2, &mut generator);
        let answers = network.forward(x.view());
        let labels: Vec<u8> = answers.rows().into_iter().map(|z| u8::from(z[1] > z[0])).collect();
        let errs = |x: &Array1<f64>, label: u8| {
            let z = row(&network.forward(x.view().insert_axis(Axis(0))));
            z[usize::from(label)] <= z[1 - usize::from(label)]
        };
        let attacked =
            Attack::iterated(0.05, 20).apply(&network, x.view(), one_hot(&labels, 2).view());
        let margins = margin_bounds(&network, x.view(), &labels, 0.05);
        let (mut found, mut there, mut open) = (0, 0, 0);
        for (r, &label) in labels.iter().enumerate() {
            let by_attack = errs(&attacked.row(r).to_owned(), label);
            let steps = || (-20..=20).map(|step| 0.0025 * f64::from(step));
            let by_grid = steps().any(|dx| {
                steps().any(|dy| errs(&Array1::from(vec![x[[r, 0]] + dx, x[[r, 1]] + dy]), label))
            });
            let certified = margins[[r, 1 - usize::from(label)]] > 0.0;
            found += usize::from(by_attack);
            there += usize::from(by_attack || by_grid);
            open += usize::from(!certified);
            assert_bound!(
                !(certified && (by_attack || by_grid)),
                "image {r} is certified and misread"
            );
        }
        assert_bound!(found <= there && there <= open && 0 < found && open < 300);
        assert_bound!(!exact || (found == there && there == open), "{found} {there} {open}");
    }
}

/// ```math adversarial-loss
/// \max_{|d_i| \le \epsilon_\infty} \mathcal L
/// = \operatorname{softplus}\Bigl(\epsilon_\infty \sum_i |w_i| - y z\Bigr)
/// ```
///
/// For a linear model of two classes the loss that an adversary leaves is that of a margin which is
/// smaller by ε times the sum of the sizes of the weights: the library's loss of a hardened network against
/// the softplus, and against all corners.
#[test]
fn adversarial_loss() {
    let _formula = formula!();
    let mut generator = generator();
    for radius in [0.0, 0.05, 0.25] {
        for label in [0_u8, 1] {
            let network = network(&[7, 2], &mut generator);
            let (x, y) = (gray(1, 7, &mut generator), one_hot(&[label], 2));
            let dense = &network.layers[0].dense;
            let sign = if label == 1 { 1.0 } else { -1.0 };
            let w = &dense.weights.column(1) - &dense.weights.column(0);
            let z = w.dot(&row(&x)) + dense.bias[1] - dense.bias[0];
            let claimed = softplus(-(sign * z - radius * w.mapv(f64::abs).sum()));
            let worst = corners(&row(&x), radius).map(|x| loss(&network, &x, &y));
            assert_close(worst.fold(f64::MIN, f64::max), claimed, 1e-12);
            let hardened = Hardened { network, attack: Attack::fast(radius) };
            let (found, _) = hardened.loss_and_gradients((x.view(), y.view()), &mut generator);
            assert_close(found, claimed, 1e-12);
        }
    }
}
