//! The formulas of `ch06_overfitting/dropout.md`.

use super::common::*;
use ch01_neuron::Activation;
use ch02_forward::{Loss, Network, softmax};
use ch03_backprop::LossBackward;
use ch06_overfitting::{Dropout, MaskedNetwork, NetworkDropout, WeightDecay, standard_error};
use formulas::*;
use ndarray::{Array1, Array2, Axis};

/// Every mask of `count` entries that dropout can draw, with its probability.
fn masks(count: usize, keep: f64) -> impl Iterator<Item = (Array1<f64>, f64)> {
    signs(count).map(move |signs| {
        let probability = signs.mapv(|sign| if sign > 0.0 { keep } else { 1.0 - keep }).product();
        (signs.mapv(|sign| if sign > 0.0 { 1.0 / keep } else { 0.0 }), probability)
    })
}

/// ```math dropout-mask
/// \begin{aligned}
/// \tilde a &= \chi a \\
/// \chi &= \begin{cases}
/// 1/\nu & \text{with probability } \nu \\
/// 0 & \text{otherwise}
/// \end{cases}
/// \end{aligned}
/// ```
///
/// What dropout does to an activation: a/ν with probability ν, 0 otherwise, and nothing else. Of
/// 200,000 entries the kept share must be within five standard errors of ν.
#[test]
fn dropout_mask() {
    let _formula = formula!();
    let mut generator = generator();
    for keep in [0.1, 0.5, 0.8, 1.0] {
        let a = matrix(400, 500, &mut generator);
        let (dropped, mask) = Dropout { keep }.forward(a.view(), &mut generator);
        let mut kept = 0;
        for ((&a, &dropped), &m) in a.iter().zip(&dropped).zip(&mask) {
            assert_bound!(m == 0.0 || m == 1.0 / keep);
            assert_exact!(dropped, if m == 0.0 { 0.0 * a } else { a * (1.0 / keep) });
            kept += usize::from(m != 0.0);
        }
        let spread = standard_error(keep, 200_000);
        assert_bound!(
            (kept as f64 / 2e5 - keep).abs() <= 5.0 * spread,
            "{kept} of 200000 at {keep}"
        );
    }
}

/// ```math dropout-mean
/// \operatorname{E} \tilde a = \nu \cdot \frac{a}{\nu} + (1 - \nu) \cdot 0 = a
/// ```
///
/// The mean of a dropped activation is the activation. From both outcomes with their probabilities,
/// and from 100,000 draws, within five standard errors.
#[test]
fn dropout_mean() {
    let _formula = formula!();
    let mut generator = generator();
    for keep in [0.2, 0.5, 0.8] {
        for a in [-3.0, 0.7] {
            let mean: f64 =
                masks(1, keep).map(|(mask, probability)| probability * mask[0] * a).sum();
            assert_close(mean, a, 1e-15);
            let named = [(r"\operatorname{E} \tilde a", mean), (r"\nu", keep), ("a", a)];
            page("dropout-mean").assert_close(&named, 1e-15);
            let draws = Array2::from_elem((1, 100_000), a);
            let drawn = Dropout { keep }.forward(draws.view(), &mut generator).0.mean();
            let spread = f64::abs(a) * ((1.0 - keep) / keep / 1e5).sqrt();
            assert_bound!((drawn.expect("not empty") - a).abs() < 5.0 * spread);
        }
    }
}

/// ```math dropout-variance
/// \operatorname{Var} \tilde a = a^2 \, \frac{1 - \nu}{\nu}
/// ```
///
/// The variance of a dropped activation is a² (1 − ν) / ν. From both outcomes, and from 100,000 draws
/// within 3 %, which is far more than their spread.
#[test]
fn dropout_variance() {
    let _formula = formula!().allowing(0.03, "the variance of 100,000 draws strays by about 1 %");
    let mut generator = generator();
    for keep in [0.2, 0.5, 0.8] {
        for a in [-3.0, 0.7] {
            let claimed = a * a * (1.0 - keep) / keep;
            let square = |(mask, p): (Array1<f64>, f64)| p * (mask[0] * a - a).powi(2);
            assert_close(masks(1, keep).map(square).sum(), claimed, 1e-14);
            let variance = (r"\operatorname{Var} \tilde a", masks(1, keep).map(square).sum());
            page("dropout-variance").assert_close(&[variance, (r"\nu", keep), ("a", a)], 1e-14);
            let draws = Array2::from_elem((1, 100_000), a);
            let drawn = Dropout { keep }.forward(draws.view(), &mut generator).0;
            assert_relative(drawn.var(0.0), claimed, 0.03);
        }
    }
}

/// ```math dropped-sum-variance
/// \operatorname{Var} \sum_i w_i \tilde a_i = \frac{1 - \nu}{\nu} \sum_i (w_i a_i)^2
/// ```
///
/// A neuron's weighted sum keeps its mean under dropout, and gets the variance (1 − ν)/ν Σ(wa)²: over
/// all 256 masks of eight inputs, each through the library's forward pass.
#[test]
fn dropped_sum_variance() {
    let _formula = formula!();
    let mut generator = generator();
    let (a, w) = (vector(8, &mut generator), vector(8, &mut generator));
    let weights = w.clone().insert_axis(Axis(1));
    let network = Network { layers: vec![layer(weights, Array1::from_elem(1, 0.3))] };
    for keep in [0.3, 0.5, 0.9] {
        let (mut mean, mut square) = (0.0, 0.0);
        for (mask, probability) in masks(8, keep) {
            let mask = mask.insert_axis(Axis(0));
            let trace = network.masked_trace(a.view().insert_axis(Axis(0)), vec![mask]);
            mean += probability * trace.trace.output()[[0, 0]];
            square += probability * trace.trace.output()[[0, 0]].powi(2);
        }
        assert_close(mean, a.dot(&w) + 0.3, 1e-13);
        let claimed = (1.0 - keep) / keep * (&a * &w).mapv(|x| x * x).sum();
        assert_close(square - mean * mean, claimed, 1e-11);
        let page = page("dropped-sum-variance").over("i", 8).list("w", &w).list("a", &a);
        assert_close(square - mean * mean, page.value(1, &[(r"\nu", keep)]), 1e-11);
    }
}

/// ```math dropout-backward
/// \frac{\partial\mathcal L}{\partial a} = \chi \, \frac{\partial\mathcal L}{\partial \tilde a}
/// ```
///
/// The backward pass of dropout hands a gradient on through the units that were kept, times the same
/// 1/ν. Finite differences of a loss behind the mask. Then the mean over both masks of one unit, for
/// L = ã²/2: the slope of the mean loss, a²/(2ν), is a/ν. A second mask in place of the first would
/// give a, and so would no mask at all.
#[test]
fn dropout_backward() {
    let _formula = formula!();
    let mut generator = generator();
    for keep in [0.3, 0.8, 1.0] {
        let (a, y) = (matrix(4, 6, &mut generator), distributions(4, 6, &mut generator));
        let (dropped, mask) = Dropout { keep }.forward(a.view(), &mut generator);
        let loss = Loss::SoftmaxCrossEntropy;
        let behind = loss.gradient(dropped.view(), y.view());
        let before = Dropout::backward(mask.view(), behind);
        let value = |a: &Array2<f64>| loss.value((a * &mask).view(), y.view());
        assert_all_close(&before, &slopes(value, &a), 1e-10);
    }
    let (a, keep) = (0.7, 0.5);
    let back = |mask: &Array1<f64>, gradient: f64| {
        let mask = mask.view().insert_axis(Axis(0));
        Dropout::backward(mask, Array2::from_elem((1, 1), gradient))[[0, 0]]
    };
    let mean_loss = |a: f64| -> f64 {
        masks(1, keep).map(|(mask, probability)| probability * (mask[0] * a).powi(2) / 2.0).sum()
    };
    let (mut same, mut new) = (0.0, 0.0);
    for (mask, probability) in masks(1, keep) {
        let behind = mask[0] * a; // the slope of ã²/2
        same += probability * back(&mask, behind);
        for (other, its_probability) in masks(1, keep) {
            new += probability * its_probability * back(&other, behind);
        }
    }
    assert_close(same, slope(mean_loss, a), 1e-9);
    assert_close(same, a / keep, 1e-14);
    assert_close(new, a, 1e-14);
}

/// ```math dropout-penalty
/// \begin{aligned}
/// &\operatorname{E} |\tilde{\mathbf X} \mathbf w - \mathbf y|^2 \\
/// &\quad= |\mathbf X \mathbf w - \mathbf y|^2 \\
/// &\qquad {}+ \frac{1 - \nu}{\nu} \sum_i w_i^2 \sum_r x_{ri}^2
/// \end{aligned}
/// ```
///
/// For a linear neuron, dropout is a penalty that data choose: the mean squared distance over all
/// masks is the plain one, and (1 − ν)/ν wᵢ² Σᵣ xᵣᵢ² more for each input. All 4096 masks of three
/// examples of four inputs.
#[test]
fn dropout_penalty() {
    let _formula = formula!();
    let mut generator = generator();
    let (x, w) = (matrix(3, 4, &mut generator), vector(4, &mut generator));
    let y = vector(3, &mut generator);
    for keep in [0.3, 0.5, 0.9] {
        let distance = |(mask, probability): (Array1<f64>, f64)| {
            let mask = mask.into_shape_with_order((3, 4)).expect("twelve entries");
            probability * squared_length(&((&x * &mask).dot(&w) - &y))
        };
        let over_masks: f64 = masks(12, keep).map(distance).sum();
        let input = |j: usize| w[j].powi(2) * x.column(j).mapv(|x| x * x).sum();
        let penalty = (1.0 - keep) / keep * (0..4).map(input).sum::<f64>();
        assert_close(over_masks, squared_length(&(x.dot(&w) - &y)) + penalty, 1e-11);
        let page = page("dropout-penalty").over("i", 4).over("r", 3).table("x", &x).list("w", &w);
        let plain = squared_length(&(x.dot(&w) - &y));
        let named = [
            (r"\operatorname{E} |\tilde{\mathbf X} \mathbf w - \mathbf y|^2", over_masks),
            (r"|\mathbf X \mathbf w - \mathbf y|^2", plain),
            (r"\nu", keep),
        ];
        page.assert_close(&named, 1e-11);
    }
}

/// ```math geometric-ensemble
/// \begin{aligned}
/// &\operatorname{softmax}(\mathbf a \mathbf W)_j \\
/// &= \frac{\prod_{\boldsymbol\chi}
/// \operatorname{softmax}((\boldsymbol\chi \odot \mathbf a) \mathbf W)_j^{1/2^n}}
/// {\sum_{k} \prod_{\boldsymbol\chi}
/// \operatorname{softmax}((\boldsymbol\chi \odot \mathbf a) \mathbf W)_k^{1/2^n}}
/// \end{aligned}
/// ```
///
/// For one layer of softmax, the network without dropout is the ensemble of all thinned networks: its
/// probabilities are their geometric mean, each counted by the probability of its mask, scaled to add
/// up to 1. All 256 networks of eight inputs.
#[test]
fn geometric_ensemble() {
    let _formula = formula!();
    let mut generator = generator();
    let weights = matrix(8, 3, &mut generator);
    let network = Network { layers: vec![layer(weights, vector(3, &mut generator))] };
    let x = vector(8, &mut generator).insert_axis(Axis(0));
    for keep in [0.3, 0.5, 0.8] {
        let mut logarithms = Array2::<f64>::zeros((1, 3));
        for (mask, probability) in masks(8, keep) {
            let trace = network.masked_trace(x.view(), vec![mask.insert_axis(Axis(0))]);
            logarithms += &(probability * softmax(trace.trace.output()).mapv(f64::ln));
        }
        let means = logarithms.mapv(f64::exp);
        let whole = softmax(network.forward(x.view()).view());
        assert_all_close(&(&means / means.sum()), &whole, 1e-12);
    }
}

/// ```math paper-masks
/// \sum_i (\nu \chi_i) \, w_i \, a_i = \sum_i \chi_i \, (\nu w_i) \, a_i
/// ```
///
/// The paper's masks are 0 or 1, and its weights shrink to νW when training is over; ours are 0 or
/// 1/ν, and the weights stay. With our weights ν times theirs, layer by layer, each pair of masks
/// gives the same outputs while training, through a hidden layer of ReLUs and biases, and the whole
/// network gives the same afterward. And their largest norm Ψ is νΨ for us: 0.8Ψ behind the inputs,
/// 0.5Ψ behind the hidden units.
#[test]
fn paper_masks() {
    let _formula = formula!();
    let mut generator = generator();
    let dropouts = NetworkDropout::PAPER;
    let keeps = [dropouts.inputs.keep, dropouts.hidden.keep];
    let sizes = [(6, 7), (7, 3)];
    let mut layers = sizes.map(|(inputs, outputs)| {
        layer(matrix(inputs, outputs, &mut generator), vector(outputs, &mut generator))
    });
    layers[0].activation = Activation::Relu;
    let times = |network: &Network<f64>, factors: [f64; 2]| {
        let mut network = network.clone();
        for (layer, factor) in network.layers.iter_mut().zip(factors) {
            layer.dense.weights *= factor;
        }
        network
    };
    let mut theirs = Network { layers: layers.to_vec() };
    let mut ours = times(&theirs, keeps);
    let x = matrix(5, 6, &mut generator);
    for limited in [false, true] {
        if limited {
            let before = theirs.clone();
            theirs.constrain_norms(|_| 0.9);
            assert_bound!(before.layers.iter().zip(&theirs.layers).all(|(old, new)| old != new));
            ours.constrain_norms(|index| [0.8, 0.5][index] * 0.9);
        }
        let our_masks = ours.masks(5, dropouts, &mut generator);
        let zeros_and_ones = |mask: &Array2<f64>| mask.mapv(|m| if m == 0.0 { 0.0 } else { 1.0 });
        let their_masks = our_masks.iter().map(zeros_and_ones).collect();
        let their_outputs = theirs.masked_trace(x.view(), their_masks).trace.output().to_owned();
        let our_outputs = ours.masked_trace(x.view(), our_masks).trace.output().to_owned();
        assert_all_close(&our_outputs, &their_outputs, 1e-13);
        let shrunk = times(&theirs, keeps);
        assert_all_close(&ours.forward(x.view()), &shrunk.forward(x.view()), 1e-13);
    }
}
