//! The formulas of *Where the weights start*.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Initialization, Layer, Network};
use formulas::*;
use ndarray::{Array1, Array2, array};

/// ```math variance-through-layer
/// \begin{aligned}
/// \operatorname{E}(z^2)
/// &= \sum_{i} \sum_k \operatorname{E}(w_i w_k) \, \operatorname{E}(x_i x_k) \\
/// &= \sum_{i} \operatorname{E}(w_i^2) \, \operatorname{E}(x_i^2) \\
/// &= M_0 \, \operatorname{Var} w \, \operatorname{E}(x^2)
/// \end{aligned}
/// ```
///
/// A weighted sum of M₀ inputs has variance M₀ · Var(w) · E(x²), if weights and inputs are drawn
/// independently. 10 %: 500 rows share their 400 × 400 weights, and 200,000 sums stray by 1 or 2 %.
#[test]
fn variance_through_layer() {
    let _formula =
        formula!().allowing(0.1, "500 rows share their weights, so the mean strays by 2 %");
    let mut generator = generator();
    for deviation in [0.01, 0.1, 1.0] {
        let weights = Initialization::Normal(deviation).weights(400, 400, &mut generator);
        let dense = Dense { weights, bias: Array1::zeros(400) };
        let x = matrix(500, 400, &mut generator).mapv(|x| 0.5 + x.max(0.0));
        let mean_square = x.mapv(|x| x * x).mean().expect("not empty");
        let z = dense.forward(x.view());
        let variance = (r"\operatorname{Var} w", deviation.powi(2));
        let named = [("M_0", 400.0), variance, (r"\operatorname{E}(x^2)", mean_square)];
        let page = page("variance-through-layer");
        assert_relative(z.mapv(|z| z * z).mean().unwrap(), page.value(3, &named), 0.1);
        assert_relative(
            z.mapv(|z| z * z).mean().unwrap(),
            400.0 * deviation.powi(2) * mean_square,
            0.1,
        );
    }
    // The coins of the page: all four cases, and their mean square.
    let coins = array![[0.5, 0.5, -0.5, -0.5], [0.5, -0.5, 0.5, -0.5]]; // one case a column
    let z = array![[1.0, 1.0]].dot(&coins);
    assert_exact!(z, array![[1.0, 0.0, 0.0, -1.0]]);
    assert_exact!(z.mapv(|z| z * z).mean(), Some(2.0 * coins.var(0.0) * 1.0));
}

/// ```math variance-through-network
/// \operatorname{E} {\bigl( a^{(L)} \bigr)}^2
/// = {\Bigl( \tfrac12 \, M_0 \operatorname{Var} w \Bigr)}^{L} \operatorname{E}(x^2)
/// ```
///
/// ReLU throws half of a symmetric sum away: E(a²) = Var(z) / 2. With He's 2 / M₀ the two cancel, and
/// one, two or five layers later the signal is as large as at first; 1 / M₀ loses a factor of 2 a layer.
/// 40 %: chance moves the growth through one layer of 1,000 neurons by about 7 %, through five 16 %.
#[test]
fn variance_through_network() {
    let _formula = formula!().allowing(0.4, "chance moves the growth through five layers by 16 %");
    let mut generator = generator();
    let mean_square = |a: &Array2<f64>| a.mapv(|a| a * a).mean().expect("not empty");
    let x = matrix(20, 1000, &mut generator);
    let functions = (Activation::Relu, Activation::Relu);
    let one_by_n = Initialization::Normal(0.001_f64.sqrt());
    let cases = [(Initialization::He, 1.0), (one_by_n, 0.5_f64)];
    for ((start, factor), depth) in cases.into_iter().flat_map(|case| [1, 2, 5].map(|l| (case, l)))
    {
        let network = Network::new(&vec![1000; depth + 1], functions, start, &mut generator);
        let growth = mean_square(&network.forward(x.view())) / mean_square(&x);
        let variance = if factor == 1.0 { 0.002 } else { 0.001 };
        let after = (r"\operatorname{E} {\bigl( a^{(L)} \bigr)}^2", growth * mean_square(&x));
        let before = (r"\operatorname{E}(x^2)", mean_square(&x));
        let named = [after, ("M_0", 1000.0), (r"\operatorname{Var} w", variance), before];
        page("variance-through-network")
            .assert_relative(&[&named[..], &[("L", depth as f64)]].concat(), 0.4);
        assert_relative(growth, factor.powi(depth as i32), 0.4);
    }
}

/// ```math he-variance
/// \operatorname{Var} w = \frac{2}{M_{l-1}}
/// ```
///
/// He's weights are normal with variance 2 / inputs: their mean is 0, and 68.3 % of them are within
/// one standard deviation. 3 %: the variance of 60,000 normal numbers strays by 0.6 %.
#[test]
fn he_variance() {
    let _formula = formula!().allowing(0.03, "the variance of 60,000 draws strays by 0.6 %");
    let mut generator = generator();
    for (inputs, outputs) in [(300, 200), (600, 100), (100, 600)] {
        let weights = Initialization::He.weights::<f64>(inputs, outputs, &mut generator);
        let (variance, count) = (2.0 / inputs as f64, weights.len() as f64);
        assert_relative(weights.var(0.0), variance, 0.03);
        let named = [(r"\operatorname{Var} w", weights.var(0.0)), ("M_{l-1}", inputs as f64)];
        page("he-variance").assert_relative(&named, 0.03);
        assert_bound!(weights.sum().abs() < 4.0 * (variance * count).sqrt());
        let within = weights.iter().filter(|w| w.abs() < variance.sqrt()).count() as f64;
        assert_close(within / count, 0.683, 0.01);
    }
}

/// ```math xavier-variance
/// \operatorname{Var} w = \frac{2}{M_{l-1} + M_l}
/// ```
///
/// Xavier's weights are uniform with variance 2 / (inputs + outputs), so none is beyond
/// √(6 / (inputs + outputs)). 2 %: the variance of 60,000 uniform numbers strays by 0.4 %.
#[test]
fn xavier_variance() {
    let _formula = formula!().allowing(0.02, "the variance of 60,000 draws strays by 0.4 %");
    let mut generator = generator();
    for (inputs, outputs) in [(300, 200), (600, 100), (100, 600)] {
        let weights = Initialization::Xavier.weights::<f64>(inputs, outputs, &mut generator);
        let (variance, sizes) = (weights.var(0.0), (inputs + outputs) as f64);
        assert_relative(variance, 2.0 / sizes, 0.02);
        let widths = [("M_{l-1}", inputs as f64), ("M_l", outputs as f64)];
        let named = [&[(r"\operatorname{Var} w", variance)], &widths[..]].concat();
        page("xavier-variance").assert_relative(&named, 0.02);
        let largest = weights.fold(0.0_f64, |largest, w| largest.max(w.abs()));
        assert_bound!(largest <= (6.0 / sizes).sqrt() && largest > 0.999 * (6.0 / sizes).sqrt());
        assert_bound!(weights.sum().abs() < 4.0 * (2.0 / sizes * weights.len() as f64).sqrt());
    }
}

/// ```math perturbation-through-layer
/// h_j^{(l)} = f'(z_j) \sum_i w_{ij} \, h_i^{(l-1)}
/// ```
///
/// A perturbation h of a layer's inputs becomes f′(z) Σ w h: the change of the layer's outputs,
/// measured with a step of 1e-6 to both sides. 1e-8: the error of such a difference is about 1e-12
/// times the third derivative, and rounding adds 1e-16 / 1e-6.
#[test]
fn perturbation_through_layer() {
    let _formula = formula!();
    let mut generator = generator();
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Gelu] {
        let weights = matrix(6, 5, &mut generator);
        let dense = Dense { weights, bias: vector(5, &mut generator) };
        let layer = Layer { dense, activation };
        let network = Network { layers: vec![layer] };
        let (x, h) = (matrix(7, 6, &mut generator), matrix(7, 6, &mut generator));
        let at = |step: f64| network.forward((&x + &(step * &h)).view());
        let measured = (at(1e-6) - at(-1e-6)) / 2e-6;
        let dense = &network.layers[0].dense;
        let z = x.dot(&dense.weights) + &dense.bias;
        let by_formula = z.mapv(|z| activation.derivative(z)) * h.dot(&dense.weights);
        assert_all_close(&measured, &by_formula, 1e-8);
    }
}

/// ```math perturbation-factor
/// \begin{aligned}
/// \operatorname{E} {\bigl( h^{(l)} \bigr)}^2
/// \approx {} & M_{l-1} \operatorname{Var} w \\
/// & \cdot \operatorname{E} f'(z)^2 \,
/// \operatorname{E} {\bigl( h^{(l-1)} \bigr)}^2
/// \end{aligned}
/// ```
///
/// In a wide layer the mean square of a perturbation grows by M Var(w) E f′(z)². It is measured
/// through ten layers of tanh by two forward passes a 1e-7th apart; the slopes come from 1 − tanh²
/// at the sums. 15 % a layer: chance moves the mean of 400 neurons' squares by about 7 %, of all
/// ten layers together by less than a factor 1.6.
#[test]
fn perturbation_factor() {
    let _formula = formula!().allowing(0.15, "chance moves the mean of 400 squares by about 7 %");
    let mut generator = generator();
    let mean_square = |a: &Array2<f64>| a.mapv(|a| a * a).mean().expect("not empty");
    for deviation in [0.03_f64, 0.05, 0.1] {
        let (start, functions) =
            (Initialization::Normal(deviation), (Activation::Tanh, Activation::Tanh));
        let network = Network::new(&[400; 11], functions, start, &mut generator);
        let (x, h) = (matrix(20, 400, &mut generator), matrix(20, 400, &mut generator));
        let (plain, moved) = (network.trace(x.view()), network.trace((&x + &(1e-7 * &h)).view()));
        let mut before = mean_square(&h);
        let mut product = 1.0;
        for layer in 0..10 {
            let change = (&moved.activations[layer] - &plain.activations[layer]) / 1e-7;
            let slope = plain.pre_activations[layer].mapv(|z| 1.0 - z.tanh() * z.tanh());
            let factor = 400.0 * deviation.powi(2) * mean_square(&slope);
            let after = mean_square(&change);
            assert_relative(after / before, factor, 0.15);
            product *= after / before / factor;
            before = after;
        }
        assert_bound!((1.0 / 1.6..1.6).contains(&product), "{product}");
    }
}
