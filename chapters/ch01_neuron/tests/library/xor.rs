use super::trained;
use ch01_neuron::Gate;

#[test]
fn xor_cannot_be_learned_by_one_neuron() {
    let (_, run) = trained(Gate::Xor, 1000);
    assert_eq!((run.epochs, run.converged), (1000, false));
    assert!(run.mistakes >= 1000, "a pass without a mistake would have been the last: {run:?}");
}

#[test]
fn on_xor_the_rule_goes_round_in_a_circle() {
    let state = |max_epochs| trained(Gate::Xor, max_epochs).0;
    let (second, third) = (state(2), state(3));
    assert_eq!((second.weights[0], second.weights[1], second.bias), (-1.0, 0.0, 0.0));
    assert_eq!(second, third, "so every later pass is like the third");
}
