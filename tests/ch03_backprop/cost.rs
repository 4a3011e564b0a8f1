//! The formulas of *What it costs*.

use ch01_neuron::Activation;
use ch02_forward::{self as forward, Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use formulas::*;
use ndarray::Array2;

/// A product by three plain loops, which counts its multiplications.
fn counted(left: &Array2<f64>, right: &Array2<f64>, count: &mut usize) -> Array2<f64> {
    assert_exact!(left.ncols(), right.nrows());
    let mut product = Array2::zeros((left.nrows(), right.ncols()));
    for (r, j) in ndarray::indices_of(&product) {
        for i in 0..left.ncols() {
            product[[r, j]] += left[[r, i]] * right[[i, j]];
            *count += 1;
        }
    }
    product
}

/// The outputs of all layers, with the inputs before them, by counted products.
fn counted_forward(network: &Network<f64>, x: &Array2<f64>, count: &mut usize) -> Vec<Array2<f64>> {
    let mut outputs = vec![x.clone()];
    for layer in &network.layers {
        let z =
            counted(outputs.last().expect("x"), &layer.dense.weights, count) + &layer.dense.bias;
        outputs.push(z.mapv(|z| layer.activation.value(z)));
    }
    outputs
}

/// A network of tanh, the numbers M of its inputs and of the neurons in its layers, and a batch.
struct Counted {
    sizes: Vec<usize>,
    network: Network<f64>,
    x: Array2<f64>,
    y: Array2<f64>,
}

/// Networks of one to three layers, with batches of one to five.
fn counted_cases() -> Vec<Counted> {
    let (mut generator, functions) = (generator(), (Activation::Tanh, Activation::Tanh));
    let cases: [(usize, &[usize]); 4] =
        [(1, &[1, 1]), (4, &[3, 2]), (5, &[2, 4, 3]), (3, &[4, 1, 6, 2])];
    let case = |(n, sizes): (usize, &[usize])| {
        let network = Network::new(sizes, functions, Initialization::Xavier, &mut generator);
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1]);
        let (x, y) = (matrix(n, inputs, &mut generator), matrix(n, outputs, &mut generator));
        Counted { sizes: sizes.to_vec(), network, x, y }
    };
    cases.map(case).into()
}

/// ```math forward-cost
/// C_\text{forward} = n \sum_{l=1}^{L} M_{l-1} \, M_l
/// ```
///
/// A forward pass on n examples multiplies n Σ M_{l−1} M_l times: counted, in loops that compute what
/// the library computes. 1e-13: rounding.
#[test]
fn forward_cost() {
    let _formula = formula!();
    for Counted { sizes, network, x, .. } in counted_cases() {
        let mut count = 0;
        let outputs = counted_forward(&network, &x, &mut count);
        assert_all_close(outputs.last().expect("outputs"), &network.forward(x.view()), 1e-13);
        let formula: usize = sizes.windows(2).map(|m| m[0] * m[1]).sum();
        assert_exact!(count, x.nrows() * formula);
        let page = page("forward-cost").entries("M", |l| sizes[l[0] as usize] as f64);
        let named = [(r"C_\text{forward}", count as f64), ("n", x.nrows() as f64)];
        page.assert_exact(&[&named[..], &[("L", (sizes.len() - 1) as f64)]].concat());
    }
}

/// ```math backward-cost
/// C_\text{backward} = 2 \, C_\text{forward} - n \, M_0 \, M_1
/// ```
///
/// The backward pass multiplies twice as often as the forward pass, less n M₀ M₁: counted in a walk
/// back that finds the library's gradients. 1e-13: rounding.
#[test]
fn backward_cost() {
    let _formula = formula!();
    for Counted { sizes, network, x, y } in counted_cases() {
        let (mut forward, mut count) = (0, 0);
        let outputs = counted_forward(&network, &x, &mut forward);
        let trace = network.trace(x.view());
        let mut by_a = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, by_a.clone());
        for l in (0..network.layers.len()).rev() {
            let delta = &by_a * &outputs[l + 1].mapv(|a| 1.0 - a * a); // the slope of tanh
            let by_weights = counted(&outputs[l].t().to_owned(), &delta, &mut count);
            assert_all_close(&gradients.layers[l].weights, &by_weights, 1e-13);
            if l > 0 {
                by_a = counted(&delta, &network.layers[l].dense.weights.t().to_owned(), &mut count);
            }
        }
        assert_exact!(count, 2 * forward - x.nrows() * sizes[0] * sizes[1]);
        let counts = [(r"C_\text{backward}", count as f64), (r"C_\text{forward}", forward as f64)];
        let widths = [("n", x.nrows() as f64), ("M_0", sizes[0] as f64), ("M_1", sizes[1] as f64)];
        page("backward-cost").assert_exact(&[&counts[..], &widths[..]].concat());
    }
}

/// ```math finite-difference-cost
/// C_\text{nudging} = (P + 1) \, C_\text{forward}
/// ```
///
/// To nudge each of P parameters takes one forward pass without a nudge and one for each: counted
/// while finding the library's gradient. 1e-5: one-sided differences with h = 1e-6.
#[test]
fn finite_difference_cost() {
    let _formula = formula!().allowing(1e-5, "one-sided differences with a step of 1e-6");
    for Counted { network, x, y, .. } in counted_cases() {
        let (mut one_pass, mut count) = (0, 0);
        counted_forward(&network, &x, &mut one_pass);
        let trace = network.trace(x.view());
        let by_a = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, by_a);
        let mut loss = |network: &Network<f64>| {
            let outputs = counted_forward(network, &x, &mut count);
            forward::mean_squared_error(outputs[outputs.len() - 1].view(), y.view())
        };
        let (before, mut nudged) = (loss(&network), network.clone());
        for (list, slopes) in gradients.slices().into_iter().enumerate() {
            for (entry, &by_theta) in slopes.iter().enumerate() {
                nudged.parameters_mut()[list][entry] += 1e-6;
                assert_close((loss(&nudged) - before) / 1e-6, by_theta, 1e-5);
                nudged.parameters_mut()[list][entry] = network.parameters()[list][entry];
            }
        }
        assert_exact!(count, (network.parameter_count() + 1) * one_pass);
        let counts = [(r"C_\text{nudging}", count as f64), (r"C_\text{forward}", one_pass as f64)];
        let parameters = [("P", network.parameter_count() as f64)];
        page("finite-difference-cost").assert_exact(&[&counts[..], &parameters].concat());
    }
}
