use ch01_neuron::*;
use ndarray::array;

#[test]
#[should_panic(expected = "a neuron needs one input for each weight")]
fn a_neuron_refuses_too_few_inputs() {
    Neuron::<f64>::zeros(3, Activation::Relu).output(array![1.0, 2.0].view());
}
