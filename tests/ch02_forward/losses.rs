//! The formulas of *How wrong is an answer?*

use ch01_neuron::sigmoid;
use ch02_forward as library;
use formulas::*;
use ndarray::array;

/// The mean over all N entries of (a − y)², added up by two loops. 1e-14: rounding.
#[test]
fn mean_squared_error() {
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let a = matrix(batch, outputs, &mut generator);
        let y = matrix(batch, outputs, &mut generator);
        let mut sum = 0.0;
        for (r, j) in (0..batch * outputs).map(|e| (e / outputs, e % outputs)) {
            sum += (a[[r, j]] - y[[r, j]]).powi(2);
        }
        let loss = library::mean_squared_error(a.view(), y.view());
        assert_close(loss, sum / (batch * outputs) as f64, 1e-14);
        assert_eq!(library::mean_squared_error(a.view(), a.view()), 0.0);
    }
}

/// If targets are outputs plus normal noise of one spread, minus the logarithm of their likelihood is
/// the squared error, scaled, plus a constant. The left side multiplies the densities themselves; the
/// constant is found from outputs that are exactly right. And so the outputs with the larger likelihood
/// are those with the smaller squared error. 1e-10: rounding, in products of up to nine densities.
#[test]
fn squared_error_likelihood() {
    let mut generator = generator();
    let density = |u: f64, spread: f64| {
        (-u * u / (2.0 * spread * spread)).exp() / (spread * std::f64::consts::TAU.sqrt())
    };
    for (batch, outputs) in [(1, 1), (4, 1), (3, 3)] {
        for spread in [0.5, 1.0, 3.0] {
            let y = matrix(batch, outputs, &mut generator);
            let likelihood = |a: &ndarray::Array2<f64>| -> f64 {
                y.iter().zip(a).map(|(y, a)| density(y - a, spread)).product()
            };
            let (n, constant) = (y.len() as f64, -likelihood(&y).ln());
            let tries = [0, 1].map(|_| &y + &matrix(batch, outputs, &mut generator));
            for a in &tries {
                let loss = library::mean_squared_error(a.view(), y.view());
                let scaled = n / (2.0 * spread * spread) * loss + constant;
                assert_close(-likelihood(a).ln(), scaled, 1e-10);
            }
            let [first, second] = &tries;
            let error = |a: &ndarray::Array2<f64>| library::mean_squared_error(a.view(), y.view());
            assert_eq!(error(first) < error(second), likelihood(first) > likelihood(second));
        }
    }
}

/// Label k becomes a row with a 1 at k and 0 elsewhere. Exact.
#[test]
fn one_hot() {
    let labels = labels(100, 7, &mut generator());
    for ((r, j), &y) in library::one_hot::<f64>(&labels, 7).indexed_iter() {
        assert_eq!(y, if usize::from(labels[r]) == j { 1.0 } else { 0.0 });
    }
}

/// For labels, the cross-entropy is −1/n times the logarithm of the likelihood: of the product of
/// the probabilities that the right classes were given. 1e-14: rounding.
#[test]
fn cross_entropy_likelihood() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let labels = labels(batch, classes as u8, &mut generator);
        let likelihood: f64 = (0..batch).map(|r| p[[r, usize::from(labels[r])]]).product();
        let targets = library::one_hot(&labels, classes);
        let loss = library::cross_entropy(p.view(), targets.view());
        assert_close(loss, -likelihood.ln() / batch as f64, 1e-14);
    }
}

/// The cross-entropy is the mean over the batch, not over all entries, of −Σ y ln p. A class that
/// is not asked for, y = 0, costs nothing even at p = 0. 1e-14: rounding.
#[test]
fn cross_entropy() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let y = distributions(batch, classes, &mut generator);
        let mut sum = 0.0;
        for (r, j) in (0..batch * classes).map(|e| (e / classes, e % classes)) {
            sum -= y[[r, j]] * p[[r, j]].ln();
        }
        assert_close(library::cross_entropy(p.view(), y.view()), sum / batch as f64, 1e-14);
    }
    let certain = array![[1.0, 0.0]];
    assert_eq!(library::cross_entropy(certain.view(), certain.view()), 0.0);
}

/// Softmax, then cross-entropy, in one: the same number, from the logits themselves; and finite
/// where softmax gives the right class a probability of 0. 1e-13: logits up to 10 are rounded.
#[test]
fn softmax_cross_entropy() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let targets = distributions(batch, classes, &mut generator);
        let in_one = library::softmax_cross_entropy(logits.view(), targets.view());
        let probabilities = library::softmax(logits.view());
        assert_close(in_one, library::cross_entropy(probabilities.view(), targets.view()), 1e-13);
    }
    let (logits, targets) = (array![[1000.0, -1000.0]], array![[0.0, 1.0]]);
    assert_eq!(library::softmax_cross_entropy(logits.view(), targets.view()), 2000.0);
}

/// The binary cross-entropy of a probability p = σ(z): the mean of −y ln p − (1 − y) ln(1 − p), as
/// printed. 1e-12: 1 − p loses up to four digits where |z| is 10.
#[test]
fn binary_cross_entropy() {
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let z = matrix(batch, outputs, &mut generator) * 3.0;
        let y = matrix(batch, outputs, &mut generator).mapv(sigmoid); // between 0 and 1
        let p = z.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        let surprise = -&y * p.mapv(f64::ln) - (1.0 - &y) * (1.0 - &p).mapv(f64::ln);
        let printed = surprise.sum() / (batch * outputs) as f64;
        assert_close(library::binary_cross_entropy(z.view(), y.view()), printed, 1e-12);
    }
}

/// From the logit itself, the binary cross-entropy is softplus(z) − yz. It has no logarithm of 0:
/// at ±1000 a right answer costs 0 and a wrong one 1000. 1e-14: rounding.
#[test]
fn binary_cross_entropy_of_logits() {
    for (z, y) in points().into_iter().flat_map(|z| [(z, 0.0), (z, 0.3), (z, 1.0)]) {
        let softplus = if z < 700.0 { z.exp().ln_1p() } else { z };
        let loss = library::binary_cross_entropy(array![[z]].view(), array![[y]].view());
        assert_close(loss, softplus - y * z, 1e-14);
    }
    let loss =
        |z: f64, y: f64| library::binary_cross_entropy(array![[z]].view(), array![[y]].view());
    assert_eq!([loss(1000.0, 1.0), loss(-1000.0, 0.0)], [0.0, 0.0]);
    assert_eq!([loss(1000.0, 0.0), loss(-1000.0, 1.0)], [1000.0, 1000.0]);
    assert_relative(loss(40.0, 1.0), (-40.0_f64).exp(), 1e-15); // not lost in 40 − 40
}
