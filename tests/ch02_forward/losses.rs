//! The formulas of *How wrong is an answer?*

use ch01_neuron::sigmoid;
use ch02_forward as library;
use formulas::*;
use ndarray::array;

/// ```math mean-squared-error
/// \mathcal L = \frac{1}{N} \sum_{r, j} (a_{rj} - y_{rj})^2
/// ```
///
/// The mean over all N entries of (a − y)², added up by two loops. 1e-14: rounding.
#[test]
fn mean_squared_error() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let a = matrix(batch, outputs, &mut generator);
        let y = matrix(batch, outputs, &mut generator);
        let mut sum = 0.0;
        for (r, j) in (0..batch * outputs).map(|e| (e / outputs, e % outputs)) {
            sum += (a[[r, j]] - y[[r, j]]).powi(2);
        }
        let loss = library::mean_squared_error(a.view(), y.view());
        let page = page("mean-squared-error").over("r", batch).over("j", outputs);
        let count = (batch * outputs) as f64;
        page.table("a", &a)
            .table("y", &y)
            .assert_close(&[(r"\mathcal L", loss), ("N", count)], 1e-14);
        assert_close(loss, sum / (batch * outputs) as f64, 1e-14);
        assert_exact!(library::mean_squared_error(a.view(), a.view()), 0.0);
    }
}

/// ```math squared-error-likelihood
/// \begin{aligned}
/// & -\ln \prod_{r, j} \frac{1}{\sigma_\text{noise} \sqrt{2\pi}} \,
/// e^{-(y_{rj} - a_{rj})^2 / (2 \sigma_\text{noise}^2)} \\
/// &\quad = \frac{1}{2 \sigma_\text{noise}^2} \sum_{r, j} (a_{rj} - y_{rj})^2
/// + N \ln \bigl( \sigma_\text{noise} \sqrt{2\pi} \bigr)
/// \end{aligned}
/// ```
///
/// If targets are outputs plus normal noise of one spread, minus the logarithm of their likelihood is
/// the squared error, scaled, plus a constant. The left side multiplies the densities themselves; the
/// constant is found from outputs that are exactly right. And so the outputs with the larger likelihood
/// are those with the smaller squared error. 1e-10: rounding, in products of up to nine densities.
#[test]
fn squared_error_likelihood() {
    let _formula = formula!();
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
            assert_exact!(error(first) < error(second), likelihood(first) > likelihood(second));
        }
    }
}

/// ```math one-hot
/// y_{rj} = \begin{cases}
/// 1 & \text{if } j \text{ is the class of } r \\
/// 0 & \text{otherwise}
/// \end{cases}
/// ```
///
/// Label j becomes a row with a 1 at j and 0 elsewhere. Exact.
#[test]
fn one_hot() {
    let _formula = formula!();
    let labels = labels(100, 7, &mut generator());
    for ((r, j), &y) in library::one_hot::<f64>(&labels, 7).indexed_iter() {
        assert_exact!(y, if usize::from(labels[r]) == j { 1.0 } else { 0.0 });
    }
}

/// ```math cross-entropy-likelihood
/// \mathcal L = -\frac1n \ln \prod_{r} \prod_j p_{rj}^{\,y_{rj}}
/// ```
///
/// For labels, the cross-entropy is −1/n times the logarithm of the likelihood: of the product of
/// the probabilities that the right classes were given. 1e-14: rounding.
#[test]
fn cross_entropy_likelihood() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let labels = labels(batch, classes as u8, &mut generator);
        let likelihood: f64 = (0..batch).map(|r| p[[r, usize::from(labels[r])]]).product();
        let targets = library::one_hot(&labels, classes);
        let loss = library::cross_entropy(p.view(), targets.view());
        let page = page("cross-entropy-likelihood").over("r", batch).over("j", classes);
        let named = [(r"\mathcal L", loss), ("n", batch as f64)];
        page.table("p", &p).table("y", &targets).assert_close(&named, 1e-14);
        assert_close(loss, -likelihood.ln() / batch as f64, 1e-14);
    }
}

/// ```math cross-entropy
/// \mathcal L = -\frac1n \sum_r \sum_j y_{rj} \ln p_{rj}
/// ```
///
/// The cross-entropy is the mean over the batch, not over all entries, of −Σ y ln p. A class that
/// is not asked for, y = 0, costs nothing even at p = 0. 1e-14: rounding.
#[test]
fn cross_entropy() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let y = distributions(batch, classes, &mut generator);
        let mut sum = 0.0;
        for (r, j) in (0..batch * classes).map(|e| (e / classes, e % classes)) {
            sum -= y[[r, j]] * p[[r, j]].ln();
        }
        assert_close(library::cross_entropy(p.view(), y.view()), sum / batch as f64, 1e-14);
        let loss = library::cross_entropy(p.view(), y.view());
        let page = page("cross-entropy").over("r", batch).over("j", classes);
        let named = [(r"\mathcal L", loss), ("n", batch as f64)];
        page.table("p", &p).table("y", &y).assert_close(&named, 1e-14);
    }
    let certain = array![[1.0, 0.0]];
    assert_exact!(library::cross_entropy(certain.view(), certain.view()), 0.0);
}

/// ```math softmax-cross-entropy
/// \begin{aligned}
/// \mathcal L
/// &= -\frac1n \sum_{r, j} y_{rj} \Bigl( z_{rj} - \ln \sum_k e^{z_{rk}} \Bigr) \\
/// &= \frac1n \sum_r \Bigl( \ln \sum_k e^{z_{rk}} - \sum_j y_{rj} z_{rj} \Bigr)
/// \end{aligned}
/// ```
///
/// Softmax, then cross-entropy, in one: the same number, from the logits themselves; and finite
/// where softmax gives the right class a probability of 0. 1e-13: logits up to 10 are rounded.
#[test]
fn softmax_cross_entropy() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let targets = distributions(batch, classes, &mut generator);
        let in_one = library::softmax_cross_entropy(logits.view(), targets.view());
        let probabilities = library::softmax(logits.view());
        assert_close(in_one, library::cross_entropy(probabilities.view(), targets.view()), 1e-13);
        let page = page("softmax-cross-entropy").over("r", batch).over("j", classes);
        let page = page.over("k", classes).table("z", &logits).table("y", &targets);
        page.assert_close(&[(r"\mathcal L", in_one), ("n", batch as f64)], 1e-13);
    }
    let (logits, targets) = (array![[1000.0, -1000.0]], array![[0.0, 1.0]]);
    assert_exact!(library::softmax_cross_entropy(logits.view(), targets.view()), 2000.0);
}

/// ```math binary-cross-entropy
/// \begin{aligned}
/// &\mathcal L = -\frac1N \sum_{r, j} \bigl( y_{rj} \ln p_{rj} \\
/// &\qquad {} + (1 - y_{rj}) \ln (1 - p_{rj}) \bigr)
/// \end{aligned}
/// ```
///
/// The binary cross-entropy of a probability p = σ(z): the mean of −y ln p − (1 − y) ln(1 − p), as
/// printed. 1e-12: 1 − p loses up to four digits where |z| is 10.
#[test]
fn binary_cross_entropy() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let z = matrix(batch, outputs, &mut generator) * 3.0;
        let y = matrix(batch, outputs, &mut generator).mapv(sigmoid); // between 0 and 1
        let p = z.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        let surprise = -&y * p.mapv(f64::ln) - (1.0 - &y) * (1.0 - &p).mapv(f64::ln);
        let printed = surprise.sum() / (batch * outputs) as f64;
        assert_close(library::binary_cross_entropy(z.view(), y.view()), printed, 1e-12);
        let loss = library::binary_cross_entropy(z.view(), y.view());
        let page = page("binary-cross-entropy").over("r", batch).over("j", outputs);
        let named = [(r"\mathcal L", loss), ("N", (batch * outputs) as f64)];
        page.table("p", &p).table("y", &y).assert_close(&named, 1e-12);
    }
}

/// ```math binary-cross-entropy-of-logits
/// \begin{aligned}
/// &- y \ln \sigma(z) - (1 - y) \ln \bigl( 1 - \sigma(z) \bigr) \\
/// &\quad= y \bigl( \operatorname{softplus}(z) - z \bigr) \\
/// &\qquad + (1 - y) \operatorname{softplus}(z) \\
/// &\quad= \operatorname{softplus}(z) - y z
/// \end{aligned}
/// ```
///
/// From the logit itself, the binary cross-entropy is softplus(z) − yz. It has no logarithm of 0:
/// at ±1000 a right answer costs 0 and a wrong one 1000. 1e-14: rounding.
#[test]
fn binary_cross_entropy_of_logits() {
    let _formula = formula!();
    let page = page("binary-cross-entropy-of-logits").function(r"\sigma", sigmoid);
    let page = page.function(r"\operatorname{softplus}", ch01_neuron::softplus);
    for (z, y) in points().into_iter().flat_map(|z| [(z, 0.0), (z, 0.3), (z, 1.0)]) {
        let softplus = if z < 700.0 { z.exp().ln_1p() } else { z };
        let loss = library::binary_cross_entropy(array![[z]].view(), array![[y]].view());
        assert_close(loss, softplus - y * z, 1e-14);
        assert_close(loss, page.value(2, &[("z", z), ("y", y)]), 1e-14);
        if z.abs() < 5.0 {
            page.assert_close(&[("z", z), ("y", y)], 1e-13);
        }
    }
    let loss =
        |z: f64, y: f64| library::binary_cross_entropy(array![[z]].view(), array![[y]].view());
    assert_exact!([loss(1000.0, 1.0), loss(-1000.0, 0.0)], [0.0, 0.0]);
    assert_exact!([loss(1000.0, 0.0), loss(-1000.0, 1.0)], [1000.0, 1000.0]);
    assert_relative(loss(40.0, 1.0), (-40.0_f64).exp(), 1e-15); // not lost in 40 − 40
}
