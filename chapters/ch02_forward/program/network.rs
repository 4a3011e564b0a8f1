//! Networks: one that computes XOR, one with and without bends, one for MNIST.

use anyhow::Result;
use book_figures::{DecisionRegions, Format, Measured, NetworkDiagram, Output, Values};
use book_programs::print;
use ch01_neuron::{Activation, Gate};
use ch02_forward::{Dense, Initialization, Layer, Network};
use ndarray::array;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::dense::rows;
use crate::seed::SEED;

/// OR and NAND in the first layer, AND in the second, all chosen by hand.
fn xor_network() -> Network<f64> {
    let hidden = Dense { weights: array![[2.0, -2.0], [2.0, -2.0]], bias: array![-1.0, 3.0] };
    let output = Dense { weights: array![[2.0], [2.0]], bias: array![-3.0] };
    let layers = [hidden, output].map(|dense| Layer { dense, activation: Activation::Step });
    Network { layers: layers.into() }
}

/// The network for XOR: itself, its plane of inputs, and its plane of hidden outputs.
pub fn draw_xor(output: &Output, values: &mut Values) -> Result<()> {
    let network = xor_network();
    let (inputs, targets) = Gate::Xor.examples::<f64>();
    let answers = network.forward(inputs.view());
    let right = answers.iter().zip(&targets).filter(|(answer, target)| answer == target).count();
    print(format_args!("\nXOR by a network of two layers: {right} of 4 right"))?;
    values.set("xor.right", Measured::count(right))?;
    output.figure("xor_network", &xor_diagram(&network))?;

    let class = |x: f64, y: f64| usize::from(network.forward(array![[x, y]].view())[[0, 0]] == 1.0);
    let corners = |wanted: f64| {
        let pairs = inputs.rows().into_iter().zip(&targets);
        let pairs = pairs.filter(move |(_, target)| **target == wanted);
        pairs.map(|(x, _)| (x[0], x[1])).collect::<Vec<_>>()
    };
    let description = "The plane of the two inputs. The network says 1 in a band between two \
                       parallel lines, in which the corners 0, 1 and 1, 0 lie; the corners 0, 0 \
                       and 1, 1 are outside, one on each side of it.";
    let ranges = [(-0.5, 1.5), (-0.5, 1.5)];
    let regions = DecisionRegions::new("Two layers compute XOR", description, ranges, class)
        .axes("first input x₁", "second input x₂")
        .class("wants 0", corners(0.0))
        .class("wants 1", corners(1.0));
    output.figure("xor_regions", &regions)?;

    let hidden = &network.trace(inputs.view()).activations[0];
    let last = Network { layers: vec![network.layers[1].clone()] };
    let class = |x: f64, y: f64| usize::from(last.forward(array![[x, y]].view())[[0, 0]] == 1.0);
    let landed = |wanted: f64| {
        let pairs = hidden.rows().into_iter().zip(&targets);
        let pairs = pairs.filter(move |(_, target)| **target == wanted);
        pairs.map(|(h, _)| (h[0], h[1])).collect::<Vec<_>>()
    };
    let description = "The plane of the two hidden outputs. The inputs 0, 1 and 1, 0 both land on \
                       1, 1. The inputs 0, 0 and 1, 1 land on 0, 1 and 1, 0. One straight line \
                       separates them.";
    let regions = DecisionRegions::new("What the second layer sees", description, ranges, class)
        .axes("first hidden output (OR)", "second hidden output (NAND)")
        .class("0, 0 and 1, 1: want 0", landed(0.0))
        .class("0, 1 and 1, 0: want 1", landed(1.0));
    output.figure("xor_hidden", &regions)?;
    Ok(())
}

/// The network with its weights, and what it computes for the input 1, 0.
fn xor_diagram(network: &Network<f64>) -> NetworkDiagram {
    let input = array![[1.0, 0.0]];
    let trace = network.trace(input.view());
    let [hidden, output] = [0, 1].map(|layer| trace.activations[layer].row(0).to_vec());
    let bias = |layer: usize| {
        let bias = network.layers[layer].dense.bias.iter().map(|b| format!("{b}"));
        bias.collect::<Vec<_>>().join(" and ").replace('-', "−")
    };
    let description = format!(
        "Two inputs, two hidden neurons, one output, with all weights. For the input 1, 0 the \
         hidden neurons say {} and {}, and the output says {}.",
        hidden[0], hidden[1], output[0]
    );
    NetworkDiagram::new("A network that computes XOR", description, [2, 2, 1])
        .names(0, ["x₁", "x₂"])
        .names(1, ["OR", "NAND"])
        .names(2, ["AND"])
        .values(0, &[1.0, 0.0])
        .values(1, &hidden)
        .values(2, &output)
        .weights(0, rows(&network.layers[0].dense.weights))
        .weights(1, rows(&network.layers[1].dense.weights))
        .caption(0, "inputs")
        .caption(1, format!("hidden layer\nbias {}", bias(0)))
        .caption(2, format!("output\nbias {}", bias(1)))
        .print(Format::Integer)
}

/// The network of chapter 5, from its own sizes.
pub fn draw_mnist(output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let functions = (Activation::Relu, Activation::Identity);
    let network =
        Network::<f32>::new(&[784, 128, 10], functions, Initialization::He, &mut generator);
    let mut sizes = vec![network.layers[0].dense.weights.nrows()];
    sizes.extend(network.layers.iter().map(|layer| layer.dense.weights.ncols()));
    let parameters = network.parameter_count();
    print(format_args!("784-128-10 has {parameters} parameters"))?;
    values.set("mnist.parameters", Measured::count(parameters))?;
    let description = format!(
        "A layer of {} inputs, one of {} hidden neurons and one of {} outputs. Each node is \
         connected to all of the next layer; most are left out. There are {parameters} parameters.",
        sizes[0], sizes[1], sizes[2]
    );
    let diagram = NetworkDiagram::new("The network for digits", description, sizes)
        .names(2, (0..10).map(|digit| digit.to_string()))
        .limit(10)
        .caption(0, "784 pixels")
        .caption(1, "128 hidden neurons\nReLU")
        .caption(2, "10 digits\nsoftmax");
    output.figure("mnist_network", &diagram)?;
    Ok(())
}

/// The same weights in three layers, once without activation functions and once with ReLU.
pub fn draw_depth(output: &Output, values: &mut Values) -> Result<()> {
    for (hidden, file, name, sees) in [
        (Activation::Identity, "deep_linear", "without bends", "one straight line"),
        (Activation::Relu, "deep_relu", "with ReLU", "a border with several corners"),
    ] {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        let sizes = [2, 16, 16, 1];
        let functions = (hidden, Activation::Identity);
        let mut network =
            Network::<f64>::new(&sizes, functions, Initialization::He, &mut generator);
        for layer in &mut network.layers {
            let bias =
                Initialization::Normal(0.5).weights(1, layer.dense.bias.len(), &mut generator);
            layer.dense.bias.assign(&bias.row(0));
        }
        let parameters = network.parameter_count();
        print(format_args!("2-16-16-1 {name}, {parameters} parameters: {sees}"))?;
        values.set("deep.parameters", Measured::count(parameters))?;
        let class =
            |x: f64, y: f64| usize::from(network.forward(array![[x, y]].view())[[0, 0]] >= 0.0);
        let description = format!(
            "Three layers, two of 16 hidden neurons and one of a single output, split the plane \
             by {sees}. The weights are random, seed {SEED}, and the same in both pictures."
        );
        let ranges = [(-3.0, 3.0), (-3.0, 3.0)];
        let title = format!("Three layers {name}");
        let regions = DecisionRegions::new(title, description, ranges, class)
            .axes("first input x₁", "second input x₂")
            .height(380.0);
        output.figure(file, &regions)?;
    }
    Ok(())
}
