//! The formula of *What one neuron cannot do*.

use ch01_neuron::{self as library, Activation, Gate, Neuron};
use formulas::*;
use ndarray::array;

/// ```math xor-impossible
/// z_{01} + z_{10} = w_1 + w_2 + 2b = z_{00} + z_{11}
/// ```
///
/// XOR wants z ≥ 0 at (0, 1) and (1, 0), and z < 0 at (0, 0) and (1, 1). But both pairs have the
/// same sum, w₁ + w₂ + 2b, which cannot be both: no neuron does it. A search over 68,921 neurons
/// finds none either, though it finds the other gates.
#[test]
fn xor_impossible() {
    let _formula = formula!();
    let solved_by_some = |gate: Gate| {
        let (inputs, targets) = gate.examples::<f64>();
        let tick = |i: i32| f64::from(i) / 4.0 - 5.0;
        (0..41 * 41 * 41).any(|n| {
            let weights = array![tick(n % 41), tick(n / 41 % 41)];
            let neuron = Neuron { weights, bias: tick(n / 41 / 41), activation: Activation::Step };
            let z: Vec<f64> = inputs.rows().into_iter().map(|x| neuron.pre_activation(x)).collect();
            assert_exact!(z[1] + z[2], z[0] + z[3]);
            if n % 97 == 0 {
                let sums = [("z_{00}", z[0]), ("z_{01}", z[1]), ("z_{10}", z[2]), ("z_{11}", z[3])];
                let [w1, w2] = [neuron.weights[0], neuron.weights[1]];
                let weights = [("w_1", w1), ("w_2", w2), ("b", neuron.bias)];
                page("xor-impossible").assert_exact(&[&sums[..], &weights[..]].concat());
            }
            z.iter().zip(&targets).all(|(&z, &y)| library::step(z) == y)
        })
    };
    assert_exact!(solved_by_some(Gate::Xor), false);
    assert_exact!([Gate::And, Gate::Or, Gate::Nand].map(solved_by_some), [true; 3]);
}
