//! The formula of *Five wrong gradients*.

use ch01_neuron::Activation;
use ch02_forward::{self as forward, Initialization, Loss, Network};
use ch03_backprop::{LossBackward, NetworkBackward};
use formulas::*;
use ndarray::Array1;

/// ```math wrong-direction
/// \begin{aligned}
/// \mathcal L(\boldsymbol\theta - \eta \hat{\mathbf g}) - \mathcal L(\boldsymbol\theta)
/// &\approx -\eta \, \hat{\mathbf g} \cdot \mathbf g \\
/// &= -\eta \, |\hat{\mathbf g}| \, |\mathbf g| \cos\psi
/// \end{aligned}
/// ```
///
/// A small step against any vector ĝ changes the loss by −η ĝ·g, which is −η |ĝ| |g| cos ψ; here ĝ
/// is g with its parts changed by chance, from nearly right to wrong. Of what is left, half the
/// step leaves a quarter. Below 90° the loss falls, above it rises. 2 %: the next term of the loss.
#[test]
fn wrong_direction() {
    let _formula = formula!().allowing(0.02, "the next term of the loss is of second order");
    let mut generator = generator();
    let functions = (Activation::Tanh, Activation::Identity);
    let network = Network::new(&[4, 5, 3], functions, Initialization::Xavier, &mut generator);
    let (x, y) = (matrix(6, 4, &mut generator), matrix(6, 3, &mut generator));
    let loss = |network: &Network<f64>| {
        forward::mean_squared_error(network.forward(x.view()).view(), y.view())
    };
    let trace = network.trace(x.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let g = Array1::from(network.backward(x.view(), &trace, output_gradient).slices().concat());
    let length = |list: &Array1<f64>| list.dot(list).sqrt();
    let (mut falls, mut rises) = (0, 0);
    for turned in [0.0, 0.3, 1.0, 3.0, 30.0].into_iter().flat_map(|by| [by; 20]) {
        let noise = vector(g.len(), &mut generator) * (length(&g) / (g.len() as f64).sqrt());
        let wrong = &g + turned * &noise;
        let change = |eta: f64| {
            let mut stepped = network.clone();
            let mut numbers = wrong.iter();
            for list in stepped.parameters_mut() {
                list.iter_mut().zip(&mut numbers).for_each(|(theta, g)| *theta -= eta * g);
            }
            loss(&stepped) - loss(&network)
        };
        // by the law of cosines, from the three sides of a triangle
        let sides = [length(&wrong), length(&g), length(&(&wrong - &g))];
        let cosine =
            (sides[0].powi(2) + sides[1].powi(2) - sides[2].powi(2)) / (2.0 * sides[0] * sides[1]);
        let eta = 1e-3 / length(&wrong);
        let printed = |eta: f64| -eta * length(&wrong) * length(&g) * cosine;
        assert_close(printed(eta), -eta * wrong.dot(&g), 1e-15);
        let missed = |eta: f64| change(eta) - printed(eta);
        assert_bound!(missed(eta).abs() < 1e-5, "η² times a curvature of at most 10");
        assert_relative(missed(eta), 4.0 * missed(eta / 2.0), 0.02);
        if cosine.abs() > 0.05 {
            assert_exact!(change(eta / 10.0) < 0.0, cosine > 0.0, "at the cosine {cosine}");
            *(if cosine > 0.0 { &mut falls } else { &mut rises }) += 1;
        }
    }
    assert_bound!(falls > 40 && rises > 0, "{falls} and {rises} cases");
}
