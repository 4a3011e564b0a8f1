//! The formulas of `ch05_mnist/mistakes.md`.

use super::common::*;
use ch02_forward::Dense;
use ch05_mnist::{CLASSES, Evaluation, Recipe, evaluate, likeliest};
use formulas::*;
use ndarray::{ArrayView1, Axis};

/// ```math recall
/// \text{recall}_j = \frac{K_{jj}}{\sum_k K_{jk}}
/// ```
///
/// Of the examples of a digit, the share that is read right, counted one by one; and the accuracy is
/// the mean of the recalls, each weighted by how often its digit comes. 1e-12: ten roundings.
#[test]
fn recall() {
    let _formula = formula!();
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let evaluation = evaluate(&network, &data);
    let mut weighted = 0.0;
    for j in 0..CLASSES {
        let (mut of_digit, mut found) = (0.0, 0.0);
        for (row, &label) in evaluation.probabilities.rows().into_iter().zip(&data.labels) {
            if usize::from(label) == j {
                of_digit += 1.0;
                found += f64::from(row.iter().all(|&p| p <= row[j]));
            }
        }
        let matrix = &evaluation.confusion;
        let page = page("recall").over("k", CLASSES).table("K", &matrix.mapv(|count| count as f64));
        let named = [(r"\text{recall}_j", found / of_digit), ("j", j as f64 + 1.0)];
        page.assert_exact(&named);
        assert_exact!(matrix[[j, j]] as f64 / matrix.row(j).sum() as f64, found / of_digit);
        weighted += found / of_digit * of_digit / 1203.0;
    }
    assert_close(evaluation.accuracy, weighted, 1e-12);
}

/// ```math precision
/// \text{precision}_k = \frac{K_{kk}}{\sum_j K_{jk}}
/// ```
///
/// Of what is called a digit, the share that is one, counted one by one: found among the answers, where
/// recall looks among the labels. Exact: quotients of the same whole numbers.
#[test]
fn precision() {
    let _formula = formula!();
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let Evaluation { confusion, probabilities, .. } = evaluate(&network, &data);
    for k in 0..CLASSES {
        let answered = |row: &ArrayView1<f64>| row.iter().all(|&p| p <= row[k]);
        let rows = probabilities.rows().into_iter().zip(&data.labels);
        let called: Vec<u8> = rows.filter(|(row, _)| answered(row)).map(|(_, &l)| l).collect();
        if called.is_empty() {
            continue; // nothing is called so, and nothing can be said
        }
        let right = called.iter().filter(|&&label| usize::from(label) == k).count();
        let expected = right as f64 / called.len() as f64;
        let table = confusion.mapv(|count| count as f64);
        let page = page("precision").over("j", CLASSES).table("K", &table);
        page.assert_exact(&[(r"\text{precision}_k", expected), ("k", k as f64 + 1.0)]);
        assert_exact!(confusion[[k, k]] as f64 / confusion.column(k).sum() as f64, expected);
    }
}

/// ```math nearest-mean
/// \begin{aligned}
/// &\arg\min_j |\mathbf x - \bar{\mathbf x}_j|^2 \\
/// &\quad= \arg\max_j \left(\mathbf x \cdot \bar{\mathbf x}_j - \tfrac12 |\bar{\mathbf x}_j|^2\right)
/// \end{aligned}
/// ```
///
/// The nearest of ten points is the one with the largest x · x̄ⱼ − |x̄ⱼ|²/2: a dense layer whose
/// column j is point j. Exact, but for ties, which random points do not have.
#[test]
fn nearest_mean() {
    let _formula = formula!();
    let mut generator = generator();
    let means = matrix(5, 10, &mut generator); // [inputs × classes]
    let bias = means.map_axis(Axis(0), |mean| -0.5 * mean.dot(&mean));
    let layer = Dense { weights: means.clone(), bias };
    let points = matrix(200, 5, &mut generator);
    for (point, sums) in points.rows().into_iter().zip(layer.forward(points.view()).rows()) {
        let distance = |j: usize| {
            let offset = &point - &means.column(j);
            offset.dot(&offset)
        };
        let nearest = (0..10).min_by(|&j, &k| distance(j).total_cmp(&distance(k)));
        assert_exact!(nearest, Some(likeliest(sums)));
    }
}
