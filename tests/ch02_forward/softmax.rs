//! The formulas of *Softmax*.

use ch02_forward as library;
use formulas::*;
use ndarray::{Array1, Axis, array};

/// ```math softmax
/// p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}
/// ```
///
/// Softmax takes the exponential of each logit, over the sum of all of them. As printed it
/// overflows beyond 700; there, ties and a far winner have answers that are known. 1e-14: thirty
/// roundings at 1e-16.
#[test]
fn softmax() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let mut printed = logits.mapv(f64::exp);
        for mut row in printed.rows_mut() {
            row /= row.sum();
        }
        assert_all_close(&library::softmax(logits.view()), &printed, 1e-14);
        for (z, p) in logits.rows().into_iter().zip(library::softmax(logits.view()).rows()) {
            let page = page("softmax").over("k", classes).list("z", &z).list("p", &p);
            (1..=classes).for_each(|j| page.assert_close(&[("j", j as f64)], 1e-14));
        }
    }
    let hard = array![[1000.0, 1000.0], [-1000.0, -1000.0], [1000.0, -1000.0], [1e17, 1e17]];
    let known = array![[0.5, 0.5], [0.5, 0.5], [1.0, 0.0], [0.5, 0.5]];
    assert_all_close(&library::softmax(hard.view()), &known, 1e-14);
}

/// ```math softmax-sum
/// 0 \le p_j \le 1, \quad
/// \sum_j p_j = \frac{\sum_j e^{z_j}}{\sum_k e^{z_k}} = 1
/// ```
///
/// The probabilities of a row are between 0 and 1 and add up to 1, whatever the logits. 1e-14:
/// thirty roundings.
#[test]
fn softmax_sum() {
    let _formula = formula!();
    let mut generator = generator();
    for scale in [0.0, 1e-9, 1.0, 1e3, 1e9, 1e300] {
        let logits = matrix(50, 30, &mut generator) * scale;
        let probabilities = library::softmax(logits.view());
        assert_bound!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        assert_all_close(&probabilities.sum_axis(Axis(1)), &Array1::ones(50), 1e-14);
        for (z, p) in logits.rows().into_iter().zip(probabilities.rows()).take(5) {
            let page = |n: usize| page("softmax-sum").statement(n).list("p", &p);
            (1..=30).for_each(|j| page(0).assert_close(&[("j", f64::from(j))], 0.0));
            if scale < 100.0 {
                page(1).over("j", 30).over("k", 30).list("z", &z).assert_close(&[], 1e-14);
            }
        }
    }
}

/// ```math softmax-of-two
/// \begin{aligned}
/// p_1 &= \frac{e^{z_1}}{e^{z_1} + e^{z_2}} = \frac{1}{1 + e^{-(z_1 - z_2)}} \\
/// &= \sigma(z_1 - z_2)
/// \end{aligned}
/// ```
///
/// With two classes softmax is the sigmoid of the difference of the logits. 1e-15: rounding.
#[test]
fn softmax_of_two() {
    let _formula = formula!();
    for z in points() {
        for other in [0.0, 1.0, -30.0] {
            let p = library::softmax(array![[z, other]].view());
            let sigmoid = 1.0 / (1.0 + (-(z - other)).exp());
            assert_all_close(&p, &array![[sigmoid, 1.0 - sigmoid]], 1e-15);
            if z.abs() < 600.0 {
                let page = page("softmax-of-two").function(r"\sigma", ch01_neuron::sigmoid);
                page.assert_close(&[("p_1", p[[0, 0]]), ("z_1", z), ("z_2", other)], 1e-15);
            }
        }
    }
}

/// ```math softmax-shift
/// \frac{e^{z_j - z^*}}{\sum_k e^{z_k - z^*}}
/// = \frac{e^{-z^*} \, e^{z_j}}{e^{-z^*} \sum_k e^{z_k}}
/// = \frac{e^{z_j}}{\sum_k e^{z_k}}
/// ```
///
/// The same number z* subtracted from all logits of a row changes nothing: the exponentials of z − z*,
/// shared out as printed, are the library's softmax of z, and of z − z*. 1e-12, because z − z* itself
/// is rounded, by up to 1e-13 at 1000. As printed only up to 600, where nothing overflows.
#[test]
fn softmax_shift() {
    let _formula = formula!();
    let mut generator = generator();
    let logits = matrix(50, 10, &mut generator);
    let probabilities = library::softmax(logits.view());
    for shift in [-600.0, -1.0, 1e-9, 7.0, 600.0] {
        let mut printed = (&logits - shift).mapv(f64::exp);
        for mut row in printed.rows_mut() {
            row /= row.sum();
        }
        assert_all_close(&printed, &probabilities, 1e-12);
        let (z, p) = (logits.row(0), probabilities.row(0));
        let page = page("softmax-shift").over("k", 10).list("z", &z);
        for j in 1..=10 {
            let named = [("j", j as f64), ("z^*", shift)];
            page.assert_close(&named, 1e-12);
            assert_close(page.value(0, &named), p[j - 1], 1e-12);
        }
    }
    for shift in [-1000.0, 1000.0] {
        assert_all_close(&library::softmax((&logits - shift).view()), &probabilities, 1e-12);
    }
}

/// ```math log-softmax
/// \ln p_j = z_j - \ln \sum_k e^{z_k}
/// ```
///
/// The logarithm of softmax, as printed, where softmax does not round to 0; and where it does, the
/// distance to the largest logit. 1e-13: the logarithm of a small p, which has a few digits more.
#[test]
fn log_softmax() {
    let _formula = formula!();
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let mut printed = logits.mapv(f64::exp);
        for mut row in printed.rows_mut() {
            row /= row.sum();
        }
        assert_all_close(&library::log_softmax(logits.view()), &printed.mapv(f64::ln), 1e-13);
        let (z, p) = (logits.row(0), printed.row(0));
        let page = page("log-softmax").over("k", classes).list("z", &z).list("p", &p);
        (1..=classes).for_each(|j| page.assert_close(&[("j", j as f64)], 1e-13));
        for (j, &known) in library::log_softmax(logits.view()).row(0).indexed_iter() {
            assert_close(page.value(1, &[("j", j as f64 + 1.0)]), known, 1e-13);
        }
    }
    let hard = array![[1000.0, -1000.0], [1e17, 1e17]];
    let known = array![[0.0, -2000.0], [-2.0_f64.ln(), -2.0_f64.ln()]];
    assert_all_close(&library::log_softmax(hard.view()), &known, 1e-15);
}

/// ```math log-sum-exp
/// \begin{aligned}
/// \ln \sum_k e^{z_k}
/// &= \ln \Bigl( e^{z^*} \sum_k e^{z_k - z^*} \Bigr) \\
/// &= z^* + \ln \sum_k e^{z_k - z^*}
/// \end{aligned}
/// ```
///
/// ln Σ exp z as printed, where that does not overflow; where it does, the largest logit taken out
/// of the sum gives the answer: ln (n exp z) = z + ln n. 1e-14: rounding.
#[test]
fn log_sum_exp() {
    let _formula = formula!();
    let mut generator = generator();
    for length in [1, 2, 10, 100] {
        let z = vector(length, &mut generator) * 5.0;
        assert_close(library::log_sum_exp(z.view()), z.mapv(f64::exp).sum().ln(), 1e-14);
        let page = page("log-sum-exp").over("k", length).list("z", &z);
        let highest = z.fold(f64::NEG_INFINITY, |highest, &z| highest.max(z));
        page.assert_close(&[("z^*", highest)], 1e-14);
        assert_close(library::log_sum_exp(z.view()), page.value(2, &[("z^*", highest)]), 1e-14);
        for huge in [1000.0, -1000.0] {
            let ties = Array1::from_elem(length, huge);
            assert_close(library::log_sum_exp(ties.view()), huge + (length as f64).ln(), 1e-14);
        }
    }
    assert_exact!(library::log_sum_exp(array![1000.0, -1000.0].view()), 1000.0);
}
