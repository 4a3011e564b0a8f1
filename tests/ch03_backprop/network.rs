//! The formulas of *The whole network*.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Initialization, Layer, Loss, Network};
use ch03_backprop::{ActivationBackward, LossBackward, NetworkBackward};
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};

/// ```math three-neurons
/// \begin{aligned}
/// \frac{\partial\mathcal L}{\partial w^{(3)}}
/// &= \frac{\partial\mathcal L}{\partial a^{(3)}} \, f'(z^{(3)}) \, a^{(2)} \\
/// \frac{\partial\mathcal L}{\partial w^{(2)}}
/// &= \frac{\partial\mathcal L}{\partial a^{(3)}} \, f'(z^{(3)}) \, w^{(3)} f'(z^{(2)}) \, a^{(1)} \\
/// \frac{\partial\mathcal L}{\partial w^{(1)}}
/// &= \frac{\partial\mathcal L}{\partial a^{(3)}} \, f'(z^{(3)}) \, w^{(3)} f'(z^{(2)}) \\
/// &\phantom{{}={}} \cdot w^{(2)} f'(z^{(1)}) \, x
/// \end{aligned}
/// ```
///
/// The derivatives of the loss of three neurons in a row with respect to their three weights, each
/// product written out to its end. 1e-9: slopes by four points, away from the kinks.
#[test]
fn three_neurons() {
    let _formula = formula!();
    let mut generator = generator();
    for f in Activation::ALL {
        let [x, y] = [0.7, 0.2];
        let biases: [f64; 3] = std::array::from_fn(|_| number(&mut generator));
        let weights: [f64; 3] = std::array::from_fn(|_| number(&mut generator));
        let pass = |weights: [f64; 3]| {
            let (mut z, mut a) = ([0.0; 3], [0.0; 3]);
            for l in 0..3 {
                z[l] = weights[l] * if l == 0 { x } else { a[l - 1] } + biases[l];
                a[l] = f.value(z[l]);
            }
            (z, a)
        };
        let (z, a) = pass(weights);
        if z.iter().any(|z| z.abs() < 0.01) {
            continue;
        }
        let [s1, s2, s3] = z.map(|z| f.derivative(z));
        let (by_a3, [_, w2, w3]) = (2.0 * (a[2] - y), weights);
        let printed =
            [by_a3 * s3 * w3 * s2 * w2 * s1 * x, by_a3 * s3 * w3 * s2 * a[0], by_a3 * s3 * a[1]];
        for (l, printed) in printed.into_iter().enumerate() {
            let loss = |w: f64| {
                let mut nudged = weights;
                nudged[l] = w;
                (pass(nudged).1[2] - y).powi(2)
            };
            assert_close(slope(loss, weights[l]), printed, 1e-9);
            let by_w = [
                r"\frac{\partial\mathcal L}{\partial w^{(1)}}",
                r"\frac{\partial\mathcal L}{\partial w^{(2)}}",
                r"\frac{\partial\mathcal L}{\partial w^{(3)}}",
            ];
            let sums = [("z^{(1)}", z[0]), ("z^{(2)}", z[1]), ("z^{(3)}", z[2]), ("x", x)];
            let between = [("a^{(1)}", a[0]), ("a^{(2)}", a[1]), ("w^{(2)}", w2), ("w^{(3)}", w3)];
            let by_a = (r"\frac{\partial\mathcal L}{\partial a^{(3)}}", by_a3);
            let named = [&[(by_w[l], slope(loss, weights[l])), by_a], &sums[..], &between].concat();
            let page = page("three-neurons").statement(2 - l);
            page.function("f'", |z| f.derivative(z)).assert_close(&named, 1e-9);
        }
    }
}

/// The layers' numbers along one path: δ at its end, times the weights and the slopes on it.
fn path(network: &Network<f64>, z: &[Array2<f64>], last_delta: &Array2<f64>, js: &[usize]) -> f64 {
    let end = last_delta[[0, js[js.len() - 1]]];
    (1..js.len()).fold(end, |product, l| {
        let slope = network.layers[l - 1].activation.derivative(z[l - 1][[0, js[l - 1]]]);
        product * network.layers[l].dense.weights[[js[l - 1], js[l]]] * slope
    })
}

/// All the paths from neuron `first` of the first layer: one neuron of each layer.
fn paths(network: &Network<f64>, first: usize) -> Vec<Vec<usize>> {
    network.layers[1..].iter().fold(vec![vec![first]], |paths, layer| {
        let longer =
            |path: Vec<usize>| (0..layer.dense.bias.len()).map(move |j| [&path[..], &[j]].concat());
        paths.into_iter().flat_map(longer).collect()
    })
}

/// ```math sum-of-path-products
/// \begin{gathered}
/// \delta^{(1)}_{j_1} \, x_i = \\
/// \sum_{j_2, \dots, j_L} \delta^{(L)}_{j_L} \,
/// \prod_{l=2}^{L} w^{(l)}_{j_{l-1} j_l} \, f'(z^{(l-1)}_{j_{l-1}}) \; x_i
/// \end{gathered}
/// ```
///
/// The derivative with respect to a weight of the first layer is the sum over all paths from its
/// neuron to the end: δ there, times the weights and slopes on the way, times the input. The
/// library's walk finds the same, and so does nudging. There are as many paths as the widths of the
/// later layers multiply to. And the four paths of the page: 4, 6, 2 and −1. 1e-13: rounding;
/// 1e-10: slopes by four points.
#[test]
fn sum_of_path_products() {
    let _formula = formula!();
    let (mut generator, functions) = (generator(), (Activation::Tanh, Activation::Sigmoid));
    for sizes in [&[3, 4][..], &[2, 3, 2], &[3, 4, 3, 2, 2]] {
        let network = Network::new(sizes, functions, Initialization::Xavier, &mut generator);
        let x = matrix(1, sizes[0], &mut generator);
        let y = matrix(1, sizes[sizes.len() - 1], &mut generator);
        let trace = network.trace(x.view());
        let by_a = Loss::MeanSquaredError.gradient(trace.output(), y.view());
        let gradients = network.backward(x.view(), &trace, by_a.clone());
        let z = &trace.pre_activations;
        let last_delta =
            network.layers[z.len() - 1].activation.backward(z[z.len() - 1].view(), by_a);
        for (i, first) in ndarray::indices((sizes[0], sizes[1])) {
            let all = paths(&network, first);
            assert_exact!(all.len(), sizes[2..].iter().product::<usize>());
            let sum: f64 = all.iter().map(|js| path(&network, z, &last_delta, js)).sum();
            assert_close(gradients.layers[0].weights[[i, first]], sum * x[[0, i]], 1e-13);
            let loss = |w: f64| {
                let mut nudged = network.clone();
                nudged.layers[0].dense.weights[[i, first]] = w;
                Loss::MeanSquaredError.value(nudged.forward(x.view()).view(), y.view())
            };
            let nudged = slope(loss, network.layers[0].dense.weights[[i, first]]);
            assert_close(nudged, sum * x[[0, i]], 1e-10);
        }
    }
    let weights = [
        array![[4.0, 1.0]],
        array![[2.0, 1.0], [1.0, 1.0]],
        array![[1.0, 3.0], [1.0, -1.0]],
        array![[2.0], [1.0]],
    ];
    let layer = |weights: Array2<f64>| Layer {
        dense: Dense { bias: Array1::zeros(weights.ncols()), weights },
        activation: Activation::Relu,
    };
    let network = Network { layers: weights.map(layer).into() };
    let trace = network.trace(array![[2.0]].view());
    assert_bound!(trace.pre_activations.iter().flatten().all(|&z| z > 0.0), "all neurons are on");
    let products: Vec<f64> = paths(&network, 0)
        .iter()
        .map(|js| path(&network, &trace.pre_activations, &array![[1.0]], js))
        .collect();
    assert_exact!(products, [4.0, 6.0, 2.0, -1.0]);
    let gradients = network.backward(array![[2.0]].view(), &trace, array![[1.0]]);
    assert_exact!(gradients.layers[0].weights[[0, 0]], 22.0);
    let deltas: Vec<Vec<f64>> = gradients.layers.iter().map(|layer| layer.bias.to_vec()).collect();
    assert_exact!(deltas[1..], [vec![5.0, 1.0], vec![2.0, 1.0], vec![1.0]]);
}

/// ```math backpropagation
/// \begin{aligned}
/// \boldsymbol\delta^{(L)}
/// &= \frac{\partial\mathcal L}{\partial\mathbf A^{(L)}} \odot f'(\mathbf Z^{(L)}) \\
/// \boldsymbol\delta^{(l)}
/// &= (\boldsymbol\delta^{(l+1)} \, \mathbf W^{(l+1)\top}) \odot f'(\mathbf Z^{(l)}) \\
/// \frac{\partial\mathcal L}{\partial\mathbf W^{(l)}}
/// &= \mathbf A^{(l-1)\top} \, \boldsymbol\delta^{(l)} \\
/// \frac{\partial\mathcal L}{\partial\mathbf b^{(l)}} &= \sum_r \boldsymbol\delta^{(l)}_r
/// \end{aligned}
/// ```
///
/// The four formulas of backpropagation, from the last layer to the first: δ of the last layer from
/// the loss, δ of each layer from the next one's, and from δ and the layer's inputs both gradients.
/// Written out here with ndarray's products, and by nudging. 1e-13: rounding in three layers; 1e-10:
/// slopes by four points.
#[test]
fn backpropagation() {
    let _formula = formula!();
    let mut generator = generator();
    let (functions, x) = ((Activation::Tanh, Activation::Sigmoid), matrix(6, 5, &mut generator));
    let network = Network::new(&[5, 4, 4, 3], functions, Initialization::Xavier, &mut generator);
    let y = matrix(6, 3, &mut generator);
    let trace = network.trace(x.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), y.view());
    let [a1, a2, a3] = [0, 1, 2].map(|l| &trace.activations[l]);
    let [w2, w3] = [1, 2].map(|l| &network.layers[l].dense.weights);
    let delta3 = &output_gradient * &a3.mapv(|a| a * (1.0 - a));
    let delta2 = delta3.dot(&w3.t()) * a2.mapv(|a| 1.0 - a * a);
    let delta1 = delta2.dot(&w2.t()) * a1.mapv(|a| 1.0 - a * a);
    let gradients = network.backward(x.view(), &trace, output_gradient.clone());
    let by_hand = [(&x, delta1), (a1, delta2), (a2, delta3)];
    for (layer, (inputs, delta)) in gradients.layers.iter().zip(by_hand) {
        assert_all_close(&layer.weights, &inputs.t().dot(&delta), 1e-13);
        assert_all_close(&layer.bias, &delta.sum_axis(Axis(0)), 1e-13);
    }
    for (l, layer) in gradients.layers.iter().enumerate() {
        let loss = |change: &dyn Fn(&mut Dense<f64>)| {
            let mut nudged = network.clone();
            change(&mut nudged.layers[l].dense);
            Loss::MeanSquaredError.value(nudged.forward(x.view()).view(), y.view())
        };
        let dense = &network.layers[l].dense;
        let by_weights = slopes(|w| loss(&|dense| dense.weights.assign(w)), &dense.weights);
        assert_all_close(&layer.weights, &by_weights, 1e-10);
        let by_bias = slopes(|b| loss(&|dense| dense.bias.assign(b)), &dense.bias);
        assert_all_close(&layer.bias, &by_bias, 1e-10);
    }
}
