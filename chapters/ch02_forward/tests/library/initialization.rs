use super::{generator, network};
use ch01_neuron::Activation;
use ch02_forward::*;
use ndarray::array;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The answer of a network 2-2-1 with tanh to the input 1, 0, and the answers after one weight was
/// raised by 0.1: from the first input into each hidden neuron, then from each out to the answer.
fn answers_to_nudges(into: f64, out: [f64; 2]) -> [f64; 5] {
    let (hidden, answer) = (array![[into, into], [into, into]], array![[out[0]], [out[1]]]);
    let nudges = [None, Some((0, 0)), Some((0, 1)), Some((1, 0)), Some((1, 1))];
    nudges.map(|nudge| {
        let mut network = network(&[2, 2, 1]);
        for (layer, weights) in network.layers.iter_mut().zip([&hidden, &answer]) {
            layer.dense.weights.assign(weights);
        }
        network.layers[0].activation = Activation::Tanh;
        network.layers[1].activation = Activation::Identity;
        if let Some((layer, number)) = nudge {
            network.parameters_mut()[2 * layer][number] += 0.1;
        }
        network.forward(array![[1.0, 0.0]].view())[[0, 0]]
    })
}

/// The table of the page, with its three decimals.
#[test]
fn a_network_of_zeros_does_not_respond_to_nudges_and_equal_weights_make_equal_neurons() {
    let table = [
        (0.0, [0.0, 0.0], [0.0; 5]),
        (0.5, [0.5, 0.5], [0.462, 0.500, 0.500, 0.508, 0.508]),
        (0.5, [0.5, -0.5], [0.0, 0.037, -0.037, 0.046, 0.046]),
    ];
    for (into, out, printed) in table {
        for (answer, printed) in answers_to_nudges(into, out).into_iter().zip(printed) {
            assert!((answer - printed).abs() <= 0.0005, "{answer}, printed as {printed}");
        }
    }
    assert_eq!(answers_to_nudges(0.0, [0.0, 0.0]), [0.0; 5]);
}

#[test]
#[should_panic(expected = "a network has at least inputs and outputs, not sizes [784]")]
fn a_network_of_one_size_is_refused() {
    network(&[784]);
}

#[test]
#[should_panic(expected = "a network has at least inputs and outputs, not sizes []")]
fn a_network_of_no_size_is_refused() {
    network(&[]);
}

#[test]
fn hidden_layers_and_the_last_one_have_their_own_functions() {
    let functions = (Activation::Tanh, Activation::Sigmoid);
    let network =
        Network::<f64>::new(&[4, 5, 6, 3], functions, Initialization::He, &mut generator());
    let names: Vec<_> = network.layers.iter().map(|layer| layer.activation).collect();
    assert_eq!(names, [Activation::Tanh, Activation::Tanh, Activation::Sigmoid]);
    let shapes: Vec<_> = network.layers.iter().map(|layer| layer.dense.weights.dim()).collect();
    assert_eq!(shapes, [(4, 5), (5, 6), (6, 3)]);
}

#[test]
fn networks_in_f32_and_f64_start_alike() {
    for start in [
        Initialization::Zeros,
        Initialization::Normal(0.3),
        Initialization::Xavier,
        Initialization::He,
    ] {
        let functions = (Activation::Relu, Activation::Identity);
        let double = Network::<f64>::new(&[20, 10, 5], functions, start, &mut generator());
        let single = Network::<f32>::new(&[20, 10, 5], functions, start, &mut generator());
        for (double, single) in
            double.parameters().concat().iter().zip(single.parameters().concat())
        {
            assert_eq!(*double as f32, single);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_network_and_another_seed_another() {
    assert_eq!(network(&[4, 3]), network(&[4, 3]));
    let functions = (Activation::Relu, Activation::Identity);
    let mut other = ChaCha8Rng::seed_from_u64(3);
    assert_ne!(network(&[4, 3]), Network::new(&[4, 3], functions, Initialization::He, &mut other));
}

#[test]
fn biases_start_at_zero_and_weights_do_not() {
    for layer in network(&[20, 10, 5]).layers {
        assert!(layer.dense.bias.iter().all(|&b| b == 0.0));
        assert!(layer.dense.weights.iter().all(|&w| w != 0.0));
    }
}
