//! What a hidden layer knows: its principal components, a map by t-SNE, linear probes, and how
//! alike two layers are. Page: *What the hidden layer knows* (`ch07_inside/hidden.md`).
//!
//! Activations are rows, one for each image. All of this looks at them, and none of it is trained
//! by gradients but the map; so it is in double precision throughout.

use nalgebra::{Cholesky, DMatrix, SymmetricEigen};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// The principal components of a cloud of points (Pearson 1901).
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalComponents {
    /// The mean of the points, `[features]`
    pub mean: Array1<f64>,
    /// The axes, one a column, the one of the largest variance first, `[features × features]`
    pub axes: Array2<f64>,
    /// The variance along each axis: the eigenvalues of the covariance matrix.
    pub variances: Vec<f64>,
}

/// The points less their mean.
fn centered(points: ArrayView2<f64>) -> Array2<f64> {
    let mean = points.mean_axis(Axis(0)).expect("there are points");
    &points - &mean
}

fn to_nalgebra(matrix: ArrayView2<f64>) -> DMatrix<f64> {
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, column| matrix[[row, column]])
}

impl PrincipalComponents {
    /// Of points, `[points × features]`, by the eigenvectors of their covariance matrix.
    ///
    /// # Panics
    /// If there are no points.
    pub fn of(points: ArrayView2<f64>) -> Self {
        let mean = points.mean_axis(Axis(0)).expect("there are points");
        let centered = &points - &mean;
        let covariance = centered.t().dot(&centered) / points.nrows() as f64;
        let eigen = SymmetricEigen::new(to_nalgebra(covariance.view()));
        let mut order: Vec<usize> = (0..mean.len()).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
        let axis = |(row, column): (usize, usize)| eigen.eigenvectors[(row, order[column])];
        let axes = Array2::from_shape_fn((mean.len(), mean.len()), axis);
        let variances = order.iter().map(|&k| eigen.eigenvalues[k].max(0.0)).collect();
        Self { mean, axes, variances }
    }

    /// The coordinates of points along the first `count` axes, `[points × count]`.
    pub fn project(&self, points: ArrayView2<f64>, count: usize) -> Array2<f64> {
        (&points - &self.mean).dot(&self.axes.slice_axis(Axis(1), (..count).into()))
    }

    /// Which share of the variance the first `count` axes keep.
    pub fn kept(&self, count: usize) -> f64 {
        self.variances[..count].iter().sum::<f64>() / self.variances.iter().sum::<f64>()
    }
}

/// The squared distances of all pairs of points, `[points × points]`.
fn squared_distances(points: ArrayView2<f64>) -> Array2<f64> {
    let norms = points.map_axis(Axis(1), |point| point.dot(&point)); // [points]
    let mut distances = points.dot(&points.t()) * -2.0;
    distances += &norms;
    distances += &norms.insert_axis(Axis(1));
    distances.mapv_inplace(|d| d.max(0.0));
    distances
}

/// How much each point takes each other one for a neighbor, p_{k|r}: a softmax of −|a_r − a_k|² /
/// 2σ_r², a row for each point, with the σ_r for which its perplexity is this one. `[points ×
/// points]`
///
/// # Panics
/// If the perplexity is not between 1 and the number of other points.
pub fn neighbor_probabilities(points: ArrayView2<f64>, perplexity: f64) -> Array2<f64> {
    let others = points.nrows() as f64 - 1.0;
    assert!(
        1.0 < perplexity && perplexity < others,
        "perplexity {perplexity}: expected between 1 and {others}"
    );
    let mut distances = squared_distances(points);
    for (own, mut row) in distances.rows_mut().into_iter().enumerate() {
        row[own] = f64::INFINITY; // no point is its own neighbor
        let nearest = row.fold(f64::INFINITY, |least, &d| least.min(d));
        let weights = |precision: f64| row.mapv(|d| (-precision * (d - nearest)).exp());
        let (mut low, mut high) = (0.0_f64, f64::INFINITY); // of 1 / 2σ²
        let mut precision = 1.0 / row.iter().filter(|d| d.is_finite()).sum::<f64>() * others;
        for _ in 0..60 {
            let p = weights(precision);
            if perplexity_of((&p / p.sum()).view()) > perplexity {
                low = precision;
            } else {
                high = precision;
            }
            precision = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * low };
        }
        let p = weights(precision);
        row.assign(&(&p / p.sum()));
    }
    distances
}

/// The perplexity of a distribution, e to its entropy: for n outcomes of equal probability it is n.
pub fn perplexity_of(probabilities: ArrayView1<f64>) -> f64 {
    let terms = probabilities.iter().filter(|&&p| p > 0.0).map(|p| -p * p.ln());
    terms.sum::<f64>().exp()
}

/// p_{rk}, which adds up to 1 over all pairs: both ways of a pair, half and half. `[points ×
/// points]`
pub fn joint_probabilities(neighbors: ArrayView2<f64>) -> Array2<f64> {
    (&neighbors + &neighbors.t()) / (2.0 * neighbors.nrows() as f64)
}

/// q_{rk} of points in the plane: proportional to 1 / (1 + distance²). Gives these weights too.
pub fn map_probabilities(map: ArrayView2<f64>) -> (Array2<f64>, Array2<f64>) {
    let mut weights = squared_distances(map).mapv(|d| 1.0 / (1.0 + d));
    weights.diag_mut().fill(0.0);
    (&weights / weights.sum(), weights)
}

/// The loss of t-SNE, Σ p log(p/q): the Kullback–Leibler divergence of q from p.
pub fn tsne_loss(p: ArrayView2<f64>, map: ArrayView2<f64>) -> f64 {
    let (q, _) = map_probabilities(map);
    p.iter().zip(&q).filter(|(p, _)| **p > 0.0).map(|(p, q)| p * (p / q).ln()).sum()
}

/// Its gradient by each point of the map, `[points × 2]`.
pub fn tsne_gradient(p: ArrayView2<f64>, map: ArrayView2<f64>) -> Array2<f64> {
    let (q, weights) = map_probabilities(map);
    let pulls = (&p - &q) * weights; // [points × points]
    let sums = pulls.sum_axis(Axis(1)).insert_axis(Axis(1));
    (&map * &sums - pulls.dot(&map)) * 4.0 // Σ over k of pull · (m_r − m_k)
}

/// t-SNE (van der Maaten and Hinton 2008): gradient descent with momentum from a map to begin with.
/// In the first quarter of the steps p is four times as large, which lets groups form.
pub fn tsne(p: ArrayView2<f64>, start: Array2<f64>, steps: usize, rate: f64) -> Array2<f64> {
    let mut map = start;
    let mut velocity = Array2::zeros(map.dim());
    for step in 0..steps {
        let early = step < steps / 4;
        let (factor, momentum) = if early { (4.0, 0.5) } else { (1.0, 0.8) };
        let gradient = tsne_gradient((&p * factor).view(), map.view());
        velocity = velocity * momentum - gradient * rate;
        map += &velocity;
    }
    map
}

/// The share of points whose nearest other point has another label.
pub fn nearest_neighbor_error(points: ArrayView2<f64>, labels: &[u8]) -> f64 {
    let mut distances = squared_distances(points);
    distances.diag_mut().fill(f64::INFINITY);
    let wrong = distances.rows().into_iter().zip(labels).filter(|(row, label)| {
        let nearest = (0..row.len()).min_by(|&i, &j| row[i].total_cmp(&row[j]));
        nearest.is_some_and(|nearest| labels[nearest] != **label)
    });
    wrong.count() as f64 / labels.len() as f64
}

/// A linear probe (Alain and Bengio 2017): what can be read off activations by a weighted sum.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProbe {
    weights: Array2<f64>,
    bias: Array1<f64>,
}

impl LinearProbe {
    /// The least-squares fit to one-hot targets, with the penalty λ on the weights: a ridge
    /// regression for each class. `activations: [images × features]`, `targets: [images × classes]`
    ///
    /// # Panics
    /// If λ is not above zero, or if images and targets differ in number.
    pub fn fit(activations: ArrayView2<f64>, targets: ArrayView2<f64>, lambda: f64) -> Self {
        assert!(lambda > 0.0, "a probe's penalty {lambda} must be above zero");
        let x = centered(activations);
        let mut gram = x.t().dot(&x); // [features × features]
        gram.diag_mut().mapv_inplace(|square| square + lambda);
        let right = x.t().dot(&centered(targets)); // [features × classes]
        let cholesky = Cholesky::new(to_nalgebra(gram.view())).expect("λ makes it definite");
        let solved = cholesky.solve(&to_nalgebra(right.view()));
        let weights = Array2::from_shape_fn(right.dim(), |(row, column)| solved[(row, column)]);
        let mean = |points: ArrayView2<f64>| points.mean_axis(Axis(0)).expect("there are points");
        let bias = mean(targets) - mean(activations).dot(&weights);
        Self { weights, bias }
    }

    /// A score for each class, `[images × classes]`.
    pub fn scores(&self, activations: ArrayView2<f64>) -> Array2<f64> {
        activations.dot(&self.weights) + &self.bias
    }
}

/// Linear CKA of two layers that saw the same images (Kornblith et al. 2019): 1 if one is the
/// other, turned, moved, or made larger. `[images × features]` each, of any two widths.
pub fn linear_cka(left: ArrayView2<f64>, right: ArrayView2<f64>) -> f64 {
    let (left, right) = (centered(left), centered(right));
    let square = |x: &Array2<f64>, y: &Array2<f64>| {
        x.t().dot(y).iter().map(|entry| entry * entry).sum::<f64>()
    };
    square(&left, &right) / (square(&left, &left) * square(&right, &right)).sqrt()
}
