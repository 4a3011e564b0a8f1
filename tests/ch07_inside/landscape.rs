//! The formulas of `ch07_inside/landscape.md`.

use super::common::*;
use ch02_forward::{Network, one_hot};
use ch04_optimizers::Quadratic;
use ch07_inside::{
    assignment, between, hessian_vector_product, inner_product, loss_of, matched_neurons, moved,
    random_direction, reordered_hidden, rescaled_hidden, sharpness,
};
use formulas::*;
use ndarray::{Array1, Array2};
use rand_chacha::ChaCha8Rng;

/// A batch at which no hidden neuron is near its kink, with labels.
fn batch(network: &Network<f64>, generator: &mut ChaCha8Rng) -> (Array2<f64>, Array2<f64>) {
    let classes = network.layers.last().expect("a layer").dense.bias.len();
    let mut inputs = Array2::zeros((7, inputs_of(network)));
    for mut row in inputs.rows_mut() {
        row.assign(&smooth_point(network, generator).row(0));
    }
    (inputs, one_hot(&labels(7, classes as u8, generator), classes))
}

/// The loss by sums over indices, without the library's forward pass or loss.
fn loss(network: &Network<f64>, (inputs, targets): &(Array2<f64>, Array2<f64>)) -> f64 {
    let classes = targets.ncols();
    let one = |r: usize| {
        let x = inputs.row(r).to_owned();
        let logit = |k: usize| {
            let c = Array2::from_shape_fn((1, classes), |(_, j)| f64::from(j == k));
            explained(network, &x, &c)
        };
        let logits: Vec<f64> = (0..classes).map(logit).collect();
        let sum: f64 = logits.iter().map(|z| z.exp()).sum();
        (0..classes).map(|k| targets[[r, k]] * (sum.ln() - logits[k])).sum::<f64>()
    };
    (0..inputs.nrows()).map(one).sum::<f64>() / inputs.nrows() as f64
}

/// All parameters in one list.
fn flat(network: &Network<f64>) -> Array1<f64> {
    network.parameters().concat().into()
}

/// ```math loss-line
/// \mathcal L(u) = \mathcal L\bigl((1 - u) \, \boldsymbol\theta + u \, \boldsymbol\theta'\bigr)
/// ```
///
/// The network between two others, against parameters mixed one by one and a loss that is written
/// out.
#[test]
fn loss_line() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        let (start, end) =
            (network(&[4, 6, 3], &mut generator), network(&[4, 6, 3], &mut generator));
        let batch = batch(&start, &mut generator);
        for u in [0.0, 0.3, 1.0, 1.5] {
            let mut mixed = start.clone();
            for (own, others) in mixed.parameters_mut().into_iter().zip(end.parameters()) {
                own.iter_mut().zip(others).for_each(|(a, b)| *a = (1.0 - u) * *a + u * b);
            }
            let found = loss_of(&between(&start, &end, u), (batch.0.view(), batch.1.view()));
            assert_close(found, loss(&mixed, &batch), 1e-12);
        }
    }
}

/// ```math barrier
/// \mathcal B = \max_{0 \le u \le 1}
/// \bigl(\mathcal L(u) - (1 - u) \, \mathcal L(0) - u \, \mathcal L(1)\bigr)
/// ```
///
/// Against the page's maximum over the same steps. Without a hidden layer the loss is convex, so
/// there is none. Between a network and its twin with other names, on images that both read alike,
/// there mostly is.
#[test]
fn barrier() {
    let _formula = formula!();
    let mut generator = generator();
    let mut high = 0;
    for round in 0..40 {
        let sizes: &[usize] = if round % 2 == 0 { &[4, 3] } else { &[4, 6, 3] };
        let (mut start, mut end) = (network(sizes, &mut generator), network(sizes, &mut generator));
        let mut batch = batch(&start, &mut generator);
        if round % 2 == 1 {
            start.parameters_mut().into_iter().flatten().for_each(|value| *value *= 3.0);
            end = reordered_hidden(&start, &[5, 4, 3, 2, 1, 0]);
            let answers = start.forward(batch.0.view());
            let largest =
                answers.rows().into_iter().map(|row| row.fold(f64::MIN, |a, &b| a.max(b)));
            let largest: Array1<f64> = largest.collect();
            batch.1 = Array2::from_shape_fn(answers.dim(), |(r, k)| {
                f64::from(answers[[r, k]] == largest[r])
            });
        }
        let at = |u: f64| loss(&between(&start, &end, u), &batch);
        let losses: Vec<f64> = (0..=20).map(|step| at(f64::from(step) / 20.0)).collect();
        let found = ch07_inside::barrier(&losses);
        let above = |step: usize| {
            let u = step as f64 / 20.0;
            at(u) - (1.0 - u) * at(0.0) - u * at(1.0)
        };
        assert_close(found, (0..=20).map(above).fold(0.0, f64::max), 1e-12);
        if round % 2 == 0 {
            assert_bound!(found < 1e-12);
        } else {
            high += usize::from(found > 1e-3);
        }
    }
    assert_bound!(high > 5, "{high}");
}

/// ```math scaling-symmetry
/// \operatorname{relu}(\omega z_j) \, \frac{w_{jk}}{\omega} = \operatorname{relu}(z_j) \, w_{jk}
/// ```
///
/// A network whose hidden sums are ω times as large, and all weights behind them divided by ω,
/// against the outputs of the first one by sums over indices. The order of neurons may change too.
#[test]
fn scaling_symmetry() {
    let _formula = formula!();
    let mut generator = generator();
    for omega in [1e-3, 0.5, 4.0, 1e3] {
        let network = network(&[6, 9, 4], &mut generator);
        let scaled =
            reordered_hidden(&rescaled_hidden(&network, omega), &[3, 1, 4, 0, 5, 8, 2, 6, 7]);
        for _ in 0..10 {
            let c = output_weights(&network, &mut generator);
            let x = vector(6, &mut generator);
            let input = x.clone().insert_axis(ndarray::Axis(0));
            let found = (scaled.forward(input.view()) * &c).sum();
            assert_close(found, explained(&network, &x, &c), 1e-12);
        }
    }
}

/// ```math filter-normalization
/// \mathbf d_j \leftarrow \mathbf d_j \, \frac{|\mathbf w_j|}{|\mathbf d_j|}
/// ```
///
/// Column by column. What it is for: along the same direction, normalized for each, a network and
/// its rescaled twin have one loss, while along the plain direction they have not.
#[test]
fn filter_normalization() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        let network = network(&[4, 6, 3], &mut generator);
        let twin = rescaled_hidden(&network, 8.0);
        let plain = random_direction(&network, &mut generator);
        let [own, twins] = [&network, &twin].map(|n| ch07_inside::filter_normalized(&plain, n));
        for (layer, sizes) in [(0, (4, 6)), (1, (6, 3))] {
            let [d, w, found] = [&plain, &network, &own].map(|n| &n.layers[layer].dense.weights);
            let long = |m: &Array2<f64>, j: usize| {
                (0..sizes.0).map(|i| m[[i, j]].powi(2)).sum::<f64>().sqrt()
            };
            for j in 0..sizes.1 {
                for i in 0..sizes.0 {
                    assert_close(found[[i, j]], d[[i, j]] * long(w, j) / long(d, j), 1e-13);
                }
            }
        }
        let batch = batch(&network, &mut generator);
        let at = |n: &Network<f64>, d: &Network<f64>| loss(&moved(n, &[(0.7, d)]), &batch);
        assert_close(at(&network, &own), at(&twin, &twins), 1e-11);
        assert_bound!((at(&network, &plain) - at(&twin, &plain)).abs() > 1e-3);
    }
}

/// ```math matching
/// |\boldsymbol\theta - \Gamma \boldsymbol\theta'|^2
/// = |\boldsymbol\theta|^2 + |\boldsymbol\theta'|^2
/// - 2 \sum_j \mathbf w_j \cdot \mathbf w'_{\Gamma(j)}
/// ```
///
/// Here a neuron's list has its weights, its bias, and the weights behind it; the biases of the
/// outputs are 0. Both sides for every order of five neurons; no order is nearer than the matched
/// one. And a network that was only reordered is found again.
#[test]
fn matching() {
    let _formula = formula!();
    let mut generator = generator();
    let mut orders = vec![vec![]];
    for next in 0..5 {
        let insert = |order: Vec<usize>| {
            (0..=next).map(move |at| [&order[..at], &[next], &order[at..]].concat())
        };
        orders = orders.into_iter().flat_map(insert).collect();
    }
    for _ in 0..10 {
        let mut pair = [0, 1].map(|_| network(&[4, 5, 3], &mut generator));
        pair.iter_mut().for_each(|network| network.layers[1].dense.bias.fill(0.0));
        let [left, right] = &pair;
        let list = |n: &Network<f64>, j: usize| {
            let [hidden, output] = [0, 1].map(|layer: usize| &n.layers[layer].dense);
            let weights = hidden.weights.column(j).to_vec();
            [weights, vec![hidden.bias[j]], output.weights.row(j).to_vec()].concat()
        };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let distance = |order: &[usize]| {
            (flat(left) - flat(&reordered_hidden(right, order))).mapv(|d| d * d).sum()
        };
        let best = distance(&matched_neurons(left, right));
        for order in &orders {
            let sum: f64 = (0..5).map(|j| dot(&list(left, j), &list(right, order[j]))).sum();
            let claimed = flat(left).dot(&flat(left)) + flat(right).dot(&flat(right)) - 2.0 * sum;
            assert_close(distance(order), claimed, 1e-12);
            assert_bound!(best <= distance(order) + 1e-12);
        }
        let order = &orders[77];
        let found = matched_neurons(&reordered_hidden(left, order), left);
        assert_exact!(&found, order);
        let gains = matrix(5, 5, &mut generator);
        let total = |order: &[usize]| (0..5).map(|j| gains[[j, order[j]]]).sum::<f64>();
        let largest = orders.iter().map(|order| total(order)).fold(f64::MIN, f64::max);
        assert_close(total(&assignment(gains.view())), largest, 1e-12);
    }
}

/// The gradient of the loss by all parameters, by finite differences of a loss that is written out.
fn gradient(network: &Network<f64>, batch: &(Array2<f64>, Array2<f64>)) -> Array1<f64> {
    let at = |values: &Array1<f64>| loss(&with(network, values), batch);
    slopes(at, &flat(network))
}

/// The network with these parameters.
fn with(network: &Network<f64>, values: &Array1<f64>) -> Network<f64> {
    let mut changed = network.clone();
    let slots = changed.parameters_mut().into_iter().flatten();
    slots.zip(values).for_each(|(slot, value)| *slot = *value);
    changed
}

/// ```math hessian-vector
/// \mathbf H \mathbf u = \frac{d}{dh} \, \mathbf g(\boldsymbol\theta + h \, \mathbf u) \Big|_{h = 0}
/// ```
///
/// The library's product, against the slope of the gradient along the direction, by finite
/// differences of the library's backward pass, to 1e-8; and for one network, of a loss that is
/// written out. And it is symmetric: v · Hu = u · Hv.
#[test]
fn hessian_vector() {
    let _formula = formula!().allowing(1e-6, "a finite difference of finite differences");
    use ch02_forward::Loss;
    use ch03_backprop::{LossBackward, NetworkBackward};
    let mut generator = generator();
    for sizes in [&[4, 3][..], &[4, 6, 3], &[3, 5, 4, 3]] {
        for _ in 0..5 {
            let network = network(sizes, &mut generator);
            let batch = batch(&network, &mut generator);
            let [u, v] = [0, 1]
                .map(|_| with(&network, &(vector(flat(&network).len(), &mut generator) * 0.1)));
            let views = (batch.0.view(), batch.1.view());
            let found = hessian_vector_product(&network, views, &u);
            let slope_of = |index: usize| {
                slope(
                    |h| {
                        let there = moved(&network, &[(h, &u)]);
                        let trace = there.trace(views.0);
                        let output = Loss::SoftmaxCrossEntropy.gradient(trace.output(), views.1);
                        there.backward(views.0, &trace, output).slices().concat()[index]
                    },
                    0.0,
                )
            };
            for index in 0..flat(&network).len() {
                assert_close(flat(&found)[index], slope_of(index), 1e-8);
            }
            let back = hessian_vector_product(&network, views, &v);
            assert_close(inner_product(&v, &found), inner_product(&u, &back), 1e-12);
        }
    }
    let network = network(&[2, 3, 2], &mut generator);
    let batch = batch(&network, &mut generator);
    let u = with(&network, &vector(flat(&network).len(), &mut generator));
    let found = flat(&hessian_vector_product(&network, (batch.0.view(), batch.1.view()), &u));
    let h = 1e-3;
    let [up, down] = [h, -h].map(|h| gradient(&moved(&network, &[(h, &u)]), &batch));
    assert_all_close(&found, &((up - down) / (2.0 * h)), 1e-6);
}

/// ```math power-iteration
/// \mathbf u \leftarrow \frac{\mathbf H \mathbf u}{|\mathbf H \mathbf u|}, \qquad
/// \lambda_1 = \mathbf u \cdot \mathbf H \mathbf u
/// ```
///
/// The sharpness after many iterations, against the largest eigenvalue of the whole Hessian, whose
/// columns are finite differences of gradients.
#[test]
fn power_iteration() {
    let _formula = formula!().allowing(1e-6, "a Hessian of finite differences");
    let mut generator = generator();
    for _ in 0..3 {
        let network = network(&[2, 4, 3], &mut generator);
        let batch = batch(&network, &mut generator);
        let views = (batch.0.view(), batch.1.view());
        let found = sharpness(&network, views, 2000, &mut generator);
        let start = flat(&network);
        let h = 1e-3;
        let mut hessian = Array2::zeros((start.len(), start.len()));
        for index in 0..start.len() {
            let [up, down] = [h, -h].map(|h| {
                let mut there = start.clone();
                there[index] += h;
                gradient(&with(&network, &there), &batch)
            });
            hessian.column_mut(index).assign(&((up - down) / (2.0 * h)));
        }
        let hessian = (&hessian + &hessian.t()) * 0.5;
        let minimum = Array1::zeros(start.len());
        let eigenvalues = Quadratic { curvature: hessian, minimum }.eigenvalues();
        let far =
            eigenvalues.iter().fold(0.0, |far: f64, &e| if e.abs() > far.abs() { e } else { far });
        assert_close(found, far, 1e-6);
    }
}
