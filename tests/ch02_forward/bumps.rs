//! The formula of *A curve out of bumps*.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use formulas::*;
use ndarray::array;

/// ```math bump
/// \begin{aligned}
/// & w \, f(x + b_1) - w \, f(x + b_2) \\
/// & \quad = \begin{cases} w & \text{if } -b_1 \le x < -b_2 \\ 0 & \text{otherwise} \end{cases}
/// \end{aligned}
/// ```
///
/// Two step neurons with output weights w and −w are a bump: the network says w from where the first
/// switches on to where the second does, and 0 elsewhere. Exact. Sigmoids with sums 10,000 times as
/// large do the same: e⁻¹⁰⁰ is all that is missing at a distance of 0.01 from an edge.
#[test]
fn bump() {
    let _formula = formula!();
    let mut generator = generator();
    let page = page("bump").function("f", |z| Activation::Step.value(z));
    for _ in 0..100 {
        let (w, left) = (number(&mut generator), number(&mut generator));
        let right = left + 0.1 + number(&mut generator).abs();
        let network = |f: Activation, scale: f64| {
            let (weights, bias) = (array![[1.0, 1.0]], array![-left, -right]);
            let hidden = Dense { weights: weights * scale, bias: bias * scale };
            let output = Dense { weights: array![[w], [-w]], bias: array![0.0] };
            let layers = [(hidden, f), (output, Activation::Identity)];
            Network { layers: layers.map(|(dense, activation)| Layer { dense, activation }).into() }
        };
        let says = |network: &Network<f64>, x: f64| network.forward(array![[x]].view())[[0, 0]];
        let (steps, sigmoids) = (network(Activation::Step, 1.0), network(Activation::Sigmoid, 1e4));
        for x in [left - 9.0, left - 0.01, left + 0.01, right - 0.01, right + 0.01, right + 9.0] {
            let printed = if left <= x && x < right { w } else { 0.0 };
            assert_exact!(says(&steps, x), printed);
            let named = [("w", w), ("b_1", -left), ("b_2", -right), ("x", x)];
            page.assert_exact(&named);
            assert_exact!(says(&steps, x), page.value(1, &named));
            assert_close(says(&sigmoids, x), printed, 1e-15);
        }
        assert_exact!([says(&steps, left), says(&steps, right)], [w, 0.0]); // on the edges themselves
    }
}
