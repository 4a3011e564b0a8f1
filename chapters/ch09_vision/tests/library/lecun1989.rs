use super::*;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss};
use ch04_optimizers::Schedule;
use ch05_mnist::{Model, OptimizerName, Recipe, Trainer, evaluate};
use ch06_overfitting::Dropout;
use std::ops::ControlFlow;

fn decisions() -> [Decisions; 3] {
    let today = Decisions { loss: Loss::SoftmaxCrossEntropy, ..Decisions::PAPER };
    let dropout = Dropout { keep: 0.75 };
    [Decisions::PAPER, today, Decisions { hidden: Activation::Softplus, dropout, ..today }]
}

#[test]
fn every_gradient_of_the_network_of_1989_agrees_with_finite_differences() {
    for decisions in decisions() {
        let data = resized(&bars(4), 16);
        let (x, y) = data.batch::<f64>(&[0, 1, 2, 3]);
        let network = ZipNetwork::<f64>::new(decisions, &mut generator());
        let loss = |network: &ZipNetwork<f64>| {
            network.loss_and_gradients((x.view(), y.view()), &mut generator()).0
        };
        let (_, gradients) = network.loss_and_gradients((x.view(), y.view()), &mut generator());
        let mut same = network.clone();
        let gradients: Vec<Vec<f64>> = same
            .with_gradients(&gradients)
            .iter()
            .map(|parameter| parameter.gradient.numbers().to_vec())
            .collect();
        for (array, gradient) in gradients.iter().enumerate() {
            for (index, gradient) in gradient.iter().enumerate().step_by(37) {
                if network.parameters()[array][index] == 0.0 && array == 2 {
                    assert_eq!(*gradient, 0.0, "a connection that is not there");
                    continue;
                }
                let h = 1e-6;
                let at = |nudge: f64| {
                    let mut nudged = network.clone();
                    nudged.parameters_mut()[array][index] += nudge;
                    loss(&nudged)
                };
                let slope = (at(h) - at(-h)) / (2.0 * h);
                assert!((slope - gradient).abs() < 1e-7, "{array} {index}: {slope} {gradient}");
            }
        }
    }
}

#[test]
fn the_trainer_teaches_the_network_of_1989_bars() {
    let recipe = Recipe {
        hidden: vec![],
        epochs: 10,
        batch_size: 1,
        optimizer: OptimizerName::Sgd,
        learning_rate: 0.03,
        schedule: Schedule::Constant,
        initialization: Initialization::Xavier,
    };
    for decisions in decisions() {
        let (train, test) = (resized(&bars(300), 16), resized(&bars(200), 16));
        let smooth = decisions.hidden == Activation::Softplus; // for finite differences
        let hidden = if smooth { Activation::Relu } else { decisions.hidden };
        let network = ZipNetwork::<f32>::new(Decisions { hidden, ..decisions }, &mut generator());
        let mut trainer = Trainer::new(&recipe, network, generator());
        trainer.train(&train, || (), |_, _| ControlFlow::Continue(())).unwrap();
        let accuracy = evaluate(&trainer.model, &test).accuracy;
        assert!(accuracy > 0.95, "{decisions:?}: {accuracy}");
        let [_, second] = &trainer.model.shared;
        let there = second.weights.iter().filter(|w| **w != 0.0).count();
        assert_eq!(there, 2400, "connections that are not there stay away");
    }
}

#[test]
#[should_panic = "shared layer: images [1, 255]"]
fn digits_of_another_size_are_refused_by_the_network_of_1989() {
    let network = ZipNetwork::<f64>::new(Decisions::PAPER, &mut generator());
    network.forward(Array2::zeros((1, 255)).view());
}
