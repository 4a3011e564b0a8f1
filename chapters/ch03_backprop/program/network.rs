//! A whole network: the pictures of both passes.

use anyhow::Result;
use book_figures::{Format, Measured, NetworkDiagram, Output, Values};
use book_programs::print;
use ch02_forward::{Network, softmax};
use ch03_backprop::{DenseBackward, NetworkBackward};
use ndarray::{Array2, ArrayView2, array};

use crate::example;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    output.figure("paths", &paths())?;
    passes(output, values)?;
    Ok(())
}

/// All that the first weight of [`example::branches`] touches: δ in the nodes, weights on the wires.
fn paths() -> NetworkDiagram {
    let (network, inputs) = (example::branches(), array![[2.0]]);
    let trace = network.trace(inputs.view());
    let gradients = network.backward(inputs.view(), &trace, array![[1.0]]);
    let deltas: Vec<Vec<f64>> = gradients.layers.iter().map(|layer| layer.bias.to_vec()).collect();
    let weights: Vec<Vec<Vec<f64>>> =
        network.layers.iter().map(|layer| table(&layer.dense.weights)).collect();
    let description = format!(
        "The input 2, a weight of {}, its neuron, two layers of two neurons and the output. δ is 1 \
         at the output, {} and {} in layer 3, {} and {} in layer 2, and {} at the neuron of the \
         weight, which is the sum over four roads: 4, 6, 2 and −1.",
        weights[0][0][0], deltas[2][0], deltas[2][1], deltas[1][0], deltas[1][1], deltas[0][0]
    );
    let caption = |layer: usize| format!("layer {layer}");
    NetworkDiagram::new("Four roads from one weight", description, [1, 1, 2, 2, 1])
        .names(0, ["x"])
        .names(1, ["δ"])
        .names(2, ["δ", "δ"])
        .names(3, ["δ", "δ"])
        .names(4, ["δ"])
        .values(0, &[2.0])
        .values(1, &deltas[0][..1])
        .values(2, &deltas[1])
        .values(3, &deltas[2])
        .values(4, &deltas[3])
        .weights(0, vec![weights[0][0][..1].to_vec()])
        .weights(1, weights[1][..1].to_vec())
        .weights(2, weights[2].clone())
        .weights(3, weights[3].clone())
        .caption(0, "input")
        .caption(1, caption(1))
        .caption(2, caption(2))
        .caption(3, caption(3))
        .caption(4, "output")
        .print(Format::Integer)
        .spread()
}

/// One example through a network and back, and a step against its gradient.
fn passes(output: &Output, values: &mut Values) -> Result<()> {
    print("\nOne example through a network and back")?;
    let network = example::network();
    let passes = example::passes(&network);
    print(format_args!("  loss {:.4}", passes.loss))?;
    output.figure("forward", &forward(&network, &passes))?;
    output.figure("backward", &backward(&network, &passes))?;

    let mut stepped = network.clone();
    let gradients = passes.gradients.slices();
    for (parameters, gradient) in stepped.parameters_mut().into_iter().zip(gradients) {
        for (parameter, g) in parameters.iter_mut().zip(gradient) {
            *parameter -= 0.05 * g;
        }
    }
    let squares: f64 = passes.gradients.slices().concat().iter().map(|g| g * g).sum();
    let after = example::passes(&stepped).loss;
    print(format_args!("  after a step of 0.05 against the gradient: {after:.4}"))?;
    let three = |number| Measured::number(number, Format::Decimals(3)).within(1e-3);
    values.set("passes.loss", three(passes.loss))?;
    values.set("passes.loss_after_step", three(after))?;
    let two = |number| Measured::number(number, Format::Decimals(2)).within(1e-2);
    values.set("passes.predicted_decrease", two(0.05 * squares))?;
    values.set("passes.decrease", two(passes.loss - after))?;
    let p = softmax(passes.trace.output());
    values.set("passes.p_0", three(p[[0, 0]]))?;
    values.set("passes.p_1", three(p[[0, 1]]))?;
    values.set("passes.a_2", three(passes.trace.activations[0][[0, 1]]))?;
    Ok(())
}

/// Activations in the nodes, weights on the wires.
fn forward(network: &Network<f64>, passes: &example::Passes) -> NetworkDiagram {
    let p = softmax(passes.trace.output());
    let hidden = &passes.trace.activations[0];
    let z = [0, 1].map(|layer| row(passes.trace.pre_activations[layer].view()));
    let description = format!(
        "The inputs 1 and 2 make the hidden neurons {:.2}, {:.2} and {:.2}; the last one is off. \
         The probabilities are {:.2} and {:.2}; the second class is right; the loss is {:.2}.",
        hidden[[0, 0]],
        hidden[[0, 1]],
        hidden[[0, 2]],
        p[[0, 0]],
        p[[0, 1]],
        passes.loss
    );
    NetworkDiagram::new("The forward pass with its numbers", description, [2, 3, 2])
        .names(0, ["x₁", "x₂"])
        .names(1, z[0].iter().zip(1..).map(|(z, j)| format!("a{} = relu({})", index(j), minus(*z))))
        .names(
            2,
            z[1].iter()
                .zip(1..)
                .map(|(z, j)| format!("p{}, z{} = {}", index(j), index(j), minus(*z))),
        )
        .values(0, &row(passes.inputs.view()))
        .values(1, &row(hidden.view()))
        .values(2, &row(p.view()))
        .weights(0, table(&network.layers[0].dense.weights))
        .weights(1, table(&network.layers[1].dense.weights))
        .caption(0, "inputs")
        .caption(1, "hidden, ReLU")
        .caption(2, "probabilities")
        .spread()
}

/// 1, 2 or 3 as an index.
fn index(j: usize) -> char {
    ['₀', '₁', '₂', '₃'][j]
}

/// A number with a real minus sign.
fn minus(number: f64) -> String {
    number.to_string().replace('-', "−")
}

/// δ in the nodes, gradients of the weights on the wires.
fn backward(network: &Network<f64>, passes: &example::Passes) -> NetworkDiagram {
    let [first, second] = &passes.gradients.layers[..] else { unreachable!("two layers") };
    let input_gradient =
        network.layers[0].dense.input_gradient(first.bias.view().insert_axis(ndarray::Axis(0)));
    let description = format!(
        "From right to left: δ is {:.2} and {:.2} at the outputs, {:.2}, {:.2} and {:.2} at the \
         hidden neurons, and ∂L/∂x is {:.2} and {:.2}. The weights into and out of the third hidden \
         neuron have gradient 0.",
        second.bias[0],
        second.bias[1],
        first.bias[0],
        first.bias[1],
        first.bias[2],
        input_gradient[[0, 0]],
        input_gradient[[0, 1]]
    );
    NetworkDiagram::new("The backward pass with its numbers", description, [2, 3, 2])
        .names(0, ["∂L/∂x₁", "∂L/∂x₂"])
        .names(1, ["δ₁", "δ₂", "δ₃"])
        .names(2, ["δ₁", "δ₂"])
        .values(0, &row(input_gradient.view()))
        .values(1, &first.bias.to_vec()) // a batch of one: the sum over the batch is δ itself
        .values(2, &second.bias.to_vec())
        .weights(0, table(&first.weights))
        .weights(1, table(&second.weights))
        .caption(0, "inputs")
        .caption(1, "hidden, pre-activations")
        .caption(2, "logits")
        .spread()
        .backward()
}

fn row(matrix: ArrayView2<f64>) -> Vec<f64> {
    matrix.row(0).to_vec()
}

fn table(matrix: &Array2<f64>) -> Vec<Vec<f64>> {
    matrix.rows().into_iter().map(|row| row.to_vec()).collect()
}
