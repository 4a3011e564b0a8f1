use super::{generator, network, random};
use ndarray::Array2;

#[test]
fn an_empty_batch_gives_an_empty_answer() {
    assert_eq!(network(&[4, 5, 3]).forward(Array2::zeros((0, 4)).view()).dim(), (0, 3));
}

#[test]
fn the_trace_ends_with_what_forward_answers() {
    let (network, inputs) = (network(&[4, 5, 6, 3]), random((7, 4), 0.3, &mut generator()));
    let trace = network.trace(inputs.view());
    assert_eq!(trace.output(), network.forward(inputs.view()));
    assert_eq!(trace.inputs_of(0, inputs.view()), inputs);
    assert_eq!(trace.inputs_of(2, inputs.view()), trace.activations[1]);
    assert_eq!((trace.pre_activations.len(), trace.activations.len()), (3, 3));
}

#[test]
fn a_forward_pass_changes_nothing_and_can_be_repeated() {
    let (network, inputs) = (network(&[4, 5, 3]), random((7, 4), 0.3, &mut generator()));
    let before = network.clone();
    assert_eq!(network.trace(inputs.view()), network.trace(inputs.view()));
    assert_eq!(network, before);
}

#[test]
fn not_a_number_in_one_example_stays_in_its_row() {
    let (network, mut inputs) = (network(&[4, 5, 3]), random((3, 4), 0.0, &mut generator()));
    let clean = network.forward(inputs.view());
    inputs[[1, 2]] = f64::NAN;
    let outputs = network.forward(inputs.view());
    assert!(outputs.row(1).iter().all(|a| a.is_nan()));
    assert_eq!((outputs.row(0), outputs.row(2)), (clean.row(0), clean.row(2)));
}

#[test]
fn parameters_can_be_seen_and_changed_in_one_order() {
    let mut network = network(&[2, 3, 1]);
    let seen: Vec<Vec<f64>> = network.parameters().into_iter().map(<[f64]>::to_vec).collect();
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [6, 3, 3, 1]);
    assert_eq!(seen[0][4], network.layers[0].dense.weights[[1, 1]]);
    network.parameters_mut()[0][4] = 9.0;
    network.parameters_mut()[3][0] = 8.0;
    assert_eq!(network.layers[0].dense.weights[[1, 1]], 9.0);
    assert_eq!(network.layers[1].dense.bias[0], 8.0);
}

#[test]
fn what_stands_between_two_layers_is_what_the_next_one_is_given() {
    let (network, inputs) = (network(&[4, 5, 6, 3]), random((7, 4), 0.3, &mut generator()));
    let plain = network.trace(inputs.view());
    let mut seen = Vec::new();
    let trace = network.trace_with(inputs.view(), |index, activations| {
        seen.push((index, activations.dim()));
        if index == 2 { 2.0 * activations } else { activations }
    });
    assert_eq!(seen, [(1, (7, 5)), (2, (7, 6))]);
    assert_eq!(trace.activations[0], plain.activations[0]);
    assert_eq!(trace.activations[1], 2.0 * &plain.activations[1]);
    assert_eq!(trace.pre_activations[..2], plain.pre_activations[..2]);
    let last = network.layers[2].dense.forward((2.0 * &plain.activations[1]).view());
    assert_eq!((&trace.pre_activations[2], trace.output()), (&last, last.view()));
}

#[test]
fn in_a_network_of_one_layer_nothing_stands_between() {
    let (network, inputs) = (network(&[4, 3]), random((7, 4), 0.3, &mut generator()));
    let trace = network.trace_with(inputs.view(), |_, _| unreachable!("there is one layer"));
    assert_eq!(trace, network.trace(inputs.view()));
}
