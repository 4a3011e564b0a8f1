//! The formulas of `ch05_mnist/results.md`.

use super::common::*;
use ch02_forward::{Loss, softmax};
use ch05_mnist::{Recipe, evaluate};
use formulas::*;

/// ```math accuracy
/// \text{accuracy} = \frac{\sum_j K_{jj}}{\sum_{j,k} K_{jk}}
/// ```
///
/// Accuracy is the diagonal of the confusion matrix over all of it, and the mean of [right] over
/// the examples, counted here one example at a time. Exact: it is a quotient of whole numbers.
#[test]
fn accuracy() {
    let _formula = formula!();
    let data = noise(1203); // more than two of the batches that `evaluate` takes, and a rest
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let right = (0..data.len()).filter(|&index| {
        let (input, _) = data.batch(&[index]);
        let p = softmax(network.forward(input.view()).view());
        p.iter().all(|&other| other <= p[[0, usize::from(data.labels[index])]])
    });
    let right = right.count() as f64;
    let evaluation = evaluate(&network, &data);
    let table = evaluation.confusion.mapv(|count| count as f64);
    let page = page("accuracy").over("j", table.nrows()).over("k", table.ncols());
    page.table("K", &table).assert_exact(&[(r"\text{accuracy}", evaluation.accuracy)]);
    assert_exact!(evaluation.accuracy, right / 1203.0);
    assert_exact!(evaluation.confusion.diag().sum() as f64, right);
    assert_exact!(evaluation.confusion.sum(), 1203);
}

/// ```math mean-loss
/// \mathcal L = \frac1D \sum_{r=1}^{D} \mathcal L_r
/// ```
///
/// The loss of a data set is the mean of the losses of its examples, each taken alone; batches of
/// different sizes count by their sizes. 1e-12: sums of a thousand numbers near 2.
#[test]
fn mean_loss() {
    let _formula = formula!();
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let alone = (0..data.len()).map(|index| {
        let (input, target) = data.batch(&[index]);
        Loss::SoftmaxCrossEntropy.value(network.forward(input.view()).view(), target.view())
    });
    assert_close(evaluate(&network, &data).loss, alone.clone().sum::<f64>() / 1203.0, 1e-12);
    let losses: Vec<f64> = alone.collect();
    let page = page("mean-loss").list(r"\mathcal L", &ndarray::aview1(&losses));
    page.assert_close(&[(r"\mathcal L", evaluate(&network, &data).loss), ("D", 1203.0)], 1e-12);
}

/// ```math accuracy-error
/// \sqrt{\frac{\rho \, (1 - \rho)}{D}}
/// ```
///
/// The deviation of the share of right answers among D, each right with probability ρ: summed here
/// over the binomial distribution, outcome by outcome. 1e-10: logarithms of a thousand odds are added up on the way.
#[test]
fn accuracy_error() {
    let _formula = formula!();
    for (questions, right) in [(1, 0.5), (10, 0.9), (1000, 0.98), (1000, 0.001)] {
        let mut probability = f64::from(questions) * f64::ln(1.0 - right); // ln of: none right
        let mut variance = 0.0;
        for count in 0..=questions {
            let share = f64::from(count) / f64::from(questions);
            variance += probability.exp() * (share - right).powi(2);
            let odds = f64::from(questions - count) / f64::from(count + 1);
            probability += (odds * right / (1.0 - right)).ln();
        }
        let deviation = (right * (1.0 - right) / f64::from(questions)).sqrt();
        let named = [(r"\rho", right), ("D", f64::from(questions))];
        assert_close(variance.sqrt(), page("accuracy-error").value(0, &named), 1e-10);
        assert_close(variance.sqrt(), deviation, 1e-10);
    }
}
