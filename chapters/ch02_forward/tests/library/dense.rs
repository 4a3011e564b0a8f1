use super::network;
use ch02_forward::*;
use ndarray::{Array1, Array2, array};

#[test]
#[should_panic(
    expected = "product: the columns of left, (4, 3), must be as many as the rows of right, (2, 3)"
)] // as the page prints it
fn a_layer_refuses_inputs_of_another_width() {
    network(&[2, 3]).forward(Array2::zeros((4, 3)).view());
}

#[test]
#[should_panic(expected = "weights (4, 5) and bias [1] must have as many outputs")]
fn a_layer_refuses_a_bias_of_another_length() {
    let dense = Dense { weights: Array2::<f64>::zeros((4, 5)), bias: Array1::zeros(1) };
    dense.forward(Array2::zeros((2, 4)).view());
}

#[test]
fn a_layer_without_inputs_answers_with_its_bias() {
    let dense = Dense { weights: Array2::zeros((0, 2)), bias: array![1.0, 2.0] };
    assert_eq!(dense.forward(Array2::zeros((3, 0)).view()), array![[1., 2.], [1., 2.], [1., 2.]]);
}

#[test]
fn a_layer_without_outputs_answers_with_nothing() {
    assert_eq!(network(&[4, 0]).forward(Array2::ones((3, 4)).view()).dim(), (3, 0));
}
