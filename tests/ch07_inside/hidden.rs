//! The formulas of `ch07_inside/hidden.md`.

use ch07_inside::{
    LinearProbe, PrincipalComponents, joint_probabilities, map_probabilities,
    neighbor_probabilities, perplexity_of,
};
use formulas::*;
use ndarray::{Array1, Array2, Axis};

/// Points in three unlike directions, and one in which they do not differ at all.
fn cloud(points: usize) -> Array2<f64> {
    let mut generator = generator();
    let mut cloud = matrix(points, 5, &mut generator);
    for (column, scale) in [0.2, 3.0, 0.0, 1.0, 1e-3].into_iter().enumerate() {
        cloud.column_mut(column).mapv_inplace(|x| scale * x + column as f64);
    }
    let turn = matrix(5, 5, &mut generator);
    cloud.dot(&turn)
}

/// ```math pca-variance
/// \lambda_k = \frac{1}{n} \sum_r \bigl(\mathbf u_k \cdot (\mathbf a_r - \bar{\mathbf a})\bigr)^2
/// ```
///
/// The variance along each axis, summed up here point by point, and in other directions: none has
/// more than the first axis, and none at right angles to it more than the second.
#[test]
fn pca_variance() {
    let _formula = formula!();
    let points = cloud(40);
    let found = PrincipalComponents::of(points.view());
    let mean = points.mean_axis(Axis(0)).expect("points");
    let variance = |u: &Array1<f64>| {
        points.rows().into_iter().map(|a| (&a - &mean).dot(u).powi(2)).sum::<f64>() / 40.0
    };
    for k in 0..5 {
        assert_close(found.variances[k], variance(&found.axes.column(k).to_owned()), 1e-10);
        for other in 0..5 {
            let product = found.axes.column(k).dot(&found.axes.column(other));
            assert_close(product, f64::from(k == other), 1e-12);
        }
    }
    let mut generator = generator();
    for _ in 0..200 {
        let u = vector(5, &mut generator);
        let first = found.axes.column(0).to_owned();
        assert_bound!(variance(&(&u / u.dot(&u).sqrt())) <= found.variances[0] * (1.0 + 1e-12));
        let across = &u - &first * first.dot(&u);
        let across = &across / across.dot(&across).sqrt();
        assert_bound!(variance(&across) <= found.variances[1] * (1.0 + 1e-12));
    }
}

/// ```math pca-remainder
/// \frac{1}{n} \sum_r |\mathbf a_r - \hat{\mathbf a}_r|^2 = \sum_{k > 2} \lambda_k
/// ```
///
/// The mean squared distance of points from their shadows on the plane of the first two axes,
/// against the variances of the other axes. Planes at random are no nearer.
#[test]
fn pca_remainder() {
    let _formula = formula!();
    let points = cloud(40);
    let found = PrincipalComponents::of(points.view());
    let plane = found.axes.slice_axis(Axis(1), (..2).into());
    let shadows = found.project(points.view(), 2).dot(&plane.t()) + &found.mean;
    let distance = (&points - &shadows).mapv(|d| d * d).sum() / 40.0;
    assert_close(distance, found.variances[2..].iter().sum(), 1e-10);
    assert_close(1.0 - found.kept(2), distance / found.variances.iter().sum::<f64>(), 1e-12);
    let mut generator = generator();
    let centered = &points - &found.mean;
    for _ in 0..200 {
        let mut u = vector(5, &mut generator);
        u /= u.dot(&u).sqrt();
        let mut v = vector(5, &mut generator);
        v = &v - &u * u.dot(&v);
        v /= v.dot(&v).sqrt();
        let kept = centered.dot(&u).mapv(|x| x * x).sum() + centered.dot(&v).mapv(|x| x * x).sum();
        let left = centered.mapv(|x| x * x).sum() - kept;
        assert_bound!(distance <= left / 40.0 * (1.0 + 1e-12));
    }
}

/// The squared distance of two rows.
fn squared(points: &Array2<f64>, r: usize, k: usize) -> f64 {
    (&points.row(r) - &points.row(k)).mapv(|d| d * d).sum()
}

/// ```math neighbor-probability
/// p_{k \mid r} = \frac{e^{-|\mathbf a_r - \mathbf a_k|^2 / 2 \sigma_r^2}}
/// {\sum_{j \ne r} e^{-|\mathbf a_r - \mathbf a_j|^2 / 2 \sigma_r^2}}
/// ```
///
/// The library says the probabilities and not σ. From the ratio of two neighbors σ follows, and
/// with it all others are computed here.
#[test]
fn neighbor_probability() {
    let _formula = formula!();
    let points = cloud(20);
    let p = neighbor_probabilities(points.view(), 5.0);
    for r in 0..20 {
        assert_exact!(p[[r, r]], 0.0);
        let (one, other) = ((r + 1) % 20, (r + 2) % 20);
        let double = (squared(&points, r, other) - squared(&points, r, one))
            / (p[[r, one]].ln() - p[[r, other]].ln()); // 2σ²
        assert_bound!(double > 0.0);
        let weight = |k: usize| (-squared(&points, r, k) / double).exp();
        let sum: f64 = (0..20).filter(|&j| j != r).map(weight).sum();
        for k in (0..20).filter(|&k| k != r) {
            assert_close(p[[r, k]], weight(k) / sum, 1e-9);
        }
    }
}

/// ```math perplexity
/// \Pi = e^{-\sum_{k} p_{k \mid r} \log p_{k \mid r}}
/// ```
///
/// Each row has the perplexity that was asked for, summed up here. Equal probabilities of n points
/// have the perplexity n.
#[test]
fn perplexity() {
    let _formula = formula!();
    let points = cloud(30);
    for wanted in [1.5, 5.0, 28.0] {
        let p = neighbor_probabilities(points.view(), wanted);
        for row in p.rows() {
            assert_close(row.sum(), 1.0, 1e-12);
            let entropy: f64 = row.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
            assert_close(entropy.exp(), wanted, 1e-8);
        }
    }
    for n in [1, 2, 10] {
        let equal = Array1::from_elem(n, 1.0 / n as f64);
        assert_close(perplexity_of(equal.view()), n as f64, 1e-13);
    }
}

/// ```math map-probability
/// q_{rk} = \frac{(1 + |\mathbf m_r - \mathbf m_k|^2)^{-1}}
/// {\sum_{i \ne j} (1 + |\mathbf m_i - \mathbf m_j|^2)^{-1}}
/// ```
///
/// Against sums over pairs, for maps of size 1 and 100.
#[test]
fn map_probability() {
    let _formula = formula!();
    let mut generator = generator();
    for scale in [1.0, 100.0] {
        let map = matrix(12, 2, &mut generator) * scale;
        let (q, _) = map_probabilities(map.view());
        let weight = |i: usize, j: usize| 1.0 / (1.0 + squared(&map, i, j));
        let pairs = || (0..12).flat_map(|i| (0..12).map(move |j| (i, j))).filter(|(i, j)| i != j);
        let sum: f64 = pairs().map(|(i, j)| weight(i, j)).sum();
        for (r, k) in pairs() {
            assert_close(q[[r, k]], weight(r, k) / sum, 1e-12);
        }
        assert_close(q.sum(), 1.0, 1e-12);
    }
}

/// ```math tsne-loss
/// \mathcal L = \sum_{r \ne k} p_{rk} \log \frac{p_{rk}}{q_{rk}}
/// ```
///
/// Against the sum over pairs with q by its formula. It is never below 0, and 0 for a map whose q
/// are the p.
#[test]
fn tsne_loss() {
    let _formula = formula!();
    let mut generator = generator();
    let p = joint_probabilities(neighbor_probabilities(cloud(12).view(), 4.0).view());
    assert_close(p.sum(), 1.0, 1e-12);
    for _ in 0..20 {
        let map = matrix(12, 2, &mut generator);
        let (q, _) = map_probabilities(map.view());
        let mut sum = 0.0;
        for r in 0..12 {
            for k in (0..12).filter(|&k| k != r) {
                sum += p[[r, k]] * (p[[r, k]] / q[[r, k]]).ln();
            }
        }
        let found = ch07_inside::tsne_loss(p.view(), map.view());
        assert_close(found, sum, 1e-12);
        assert_bound!(found > 0.0);
        assert_close(ch07_inside::tsne_loss(q.view(), map.view()), 0.0, 1e-14);
    }
}

/// ```math tsne-gradient
/// \frac{\partial \mathcal L}{\partial \mathbf m_r}
/// = 4 \sum_k (p_{rk} - q_{rk}) \frac{\mathbf m_r - \mathbf m_k}{1 + |\mathbf m_r - \mathbf m_k|^2}
/// ```
///
/// The library's gradient, sums over pairs, and finite differences of the loss, at maps of three
/// sizes: all agree to 1e-9.
#[test]
fn tsne_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    let p = joint_probabilities(neighbor_probabilities(cloud(12).view(), 4.0).view());
    for scale in [0.1, 1.0, 10.0] {
        let map = matrix(12, 2, &mut generator) * scale;
        let found = ch07_inside::tsne_gradient(p.view(), map.view());
        let measured = slopes(|map| ch07_inside::tsne_loss(p.view(), map.view()), &map);
        assert_all_close(&found, &measured, 1e-9);
        let (q, _) = map_probabilities(map.view());
        for r in 0..12 {
            let mut sum = Array1::zeros(2);
            for k in 0..12 {
                let pull = 4.0 * (p[[r, k]] - q[[r, k]]) / (1.0 + squared(&map, r, k));
                sum += &((&map.row(r) - &map.row(k)) * pull);
            }
            assert_all_close(&found.row(r), &sum.view(), 1e-12);
        }
    }
}

/// ```math linear-cka
/// \operatorname{CKA} = \frac{|\mathbf A^\top \mathbf A'|_F^2}
/// {|\mathbf A^\top \mathbf A|_F \; |\mathbf A'^\top \mathbf A'|_F}
/// ```
///
/// For columns of mean 0. The library's, against the other way around: the correlation of the two
/// matrices of products between images. It is 1 for a layer that is turned, moved and made larger,
/// and it is between 0 and 1.
#[test]
fn linear_cka() {
    let _formula = formula!();
    let mut generator = generator();
    for (left, right) in [(3, 3), (2, 7), (30, 1)] {
        let (a, b) = (matrix(15, left, &mut generator), matrix(15, right, &mut generator));
        let found = ch07_inside::linear_cka(a.view(), b.view());
        let products = |a: &Array2<f64>| {
            let centered = a - &a.mean_axis(Axis(0)).expect("rows");
            Array2::from_shape_fn((15, 15), |(r, k)| centered.row(r).dot(&centered.row(k)))
        };
        let (k, l) = (products(&a), products(&b));
        let dot = |k: &Array2<f64>, l: &Array2<f64>| (k * l).sum();
        assert_close(found, dot(&k, &l) / (dot(&k, &k) * dot(&l, &l)).sqrt(), 1e-12);
        assert_bound!((0.0..=1.0 + 1e-12).contains(&found));
        let turn = PrincipalComponents::of(a.view()).axes; // orthogonal
        let moved = (a.dot(&turn) * 3.0) + &vector(left, &mut generator);
        assert_close(ch07_inside::linear_cka(a.view(), moved.view()), 1.0, 1e-12);
    }
}

/// ```math probe
/// \sum_r \mathbf a_r \, (y_r - \hat y_r) = \lambda \, \hat{\mathbf w}_\lambda
/// ```
///
/// The normal equations of a ridge regression, for activations of mean 0: what the residuals leave
/// of each feature is the penalty's. With scores from the library, the weights by differences of
/// scores.
#[test]
fn probe() {
    let _formula = formula!();
    let mut generator = generator();
    for lambda in [0.01, 1.0, 100.0] {
        let mut a = matrix(20, 4, &mut generator);
        a -= &a.mean_axis(Axis(0)).expect("rows");
        let y = matrix(20, 3, &mut generator);
        let probe = LinearProbe::fit(a.view(), y.view(), lambda);
        let residuals = &y - &probe.scores(a.view());
        let zero = probe.scores(Array2::zeros((1, 4)).view());
        let weights = probe.scores(Array2::eye(4).view()) - &zero;
        assert_all_close(&a.t().dot(&residuals), &(&weights * lambda), 1e-10);
        assert_close(residuals.sum(), 0.0, 1e-10);
    }
}
