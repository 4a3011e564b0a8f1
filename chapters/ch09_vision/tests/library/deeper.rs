use super::*;
use ch02_forward::Initialization;
use ch04_optimizers::Schedule;
use ch05_mnist::{Model, OptimizerName, Recipe, Trainer, evaluate};
use std::ops::ControlFlow;

fn network<T: Real>(blocks: usize, shortcut: bool, start: Start) -> DeepNetwork<T> {
    DeepNetwork::new([64, 6, 10], (blocks, shortcut), start, &mut generator())
}

#[test]
fn every_gradient_agrees_with_finite_differences() {
    let (x, y) = bars(6).batch::<f64>(&[0, 1, 2, 3, 4, 5]);
    let x = x.mapv(|x| x + 0.1)
        + 0.05 * &Array2::from_shape_fn((6, 64), |(r, i)| ((r * i) as f64).sin());
    let batch = (x.view(), y.view());
    for (shortcut, start) in [(false, Start::He), (true, Start::He), (true, Start::ZeroBranch)] {
        let network = network::<f64>(3, shortcut, start);
        let (_, gradients) = network.loss_and_gradients(batch, &mut generator());
        let mut same = network.clone();
        let parameters = same.with_gradients(&gradients);
        let gradients: Vec<Vec<f64>> =
            parameters.iter().map(|parameter| parameter.gradient.numbers().to_vec()).collect();
        assert_eq!(gradients.len(), 2 * (2 + 2 * 3));
        for (array, gradient) in gradients.iter().enumerate() {
            for (index, gradient) in gradient.iter().enumerate().step_by(5) {
                let at = |nudge: f64| {
                    let mut nudged = network.clone();
                    nudged.parameters_mut()[array][index] += nudge;
                    nudged.loss_and_gradients(batch, &mut generator()).0
                };
                let slope = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((slope - gradient).abs() < 1e-6, "{array} {index}: {slope} {gradient}");
            }
        }
    }
}

#[test]
fn with_branches_at_zero_a_deep_network_starts_as_one_without_blocks() {
    let (x, _) = bars(5).batch::<f64>(&[0, 1, 2, 3, 4]);
    let deep = network::<f64>(9, true, Start::ZeroBranch);
    let shallow = network::<f64>(0, true, Start::ZeroBranch);
    assert_eq!(deep.forward(x.view()), shallow.forward(x.view()));
    assert_eq!(deep.states(x.view()).len(), 10);
}

#[test]
fn near_the_identity_a_plain_network_keeps_what_is_positive() {
    let mut plain = network::<f64>(2, false, Start::NearIdentity);
    for block in &mut plain.blocks {
        for layer in [&mut block.first, &mut block.second] {
            let off = &layer.weights - &Array2::<f64>::eye(6);
            assert!(off.iter().all(|w| w.abs() < 0.4) && off.iter().any(|w| *w != 0.0));
            layer.weights = Array2::eye(6);
        }
    }
    let (x, _) = bars(5).batch::<f64>(&[0, 1, 2, 3, 4]);
    let states = plain.states(x.view());
    assert_eq!(states[2], states[0].mapv(ch01_neuron::relu));
}

#[test]
fn the_trainer_of_chapter_5_teaches_twenty_layers_with_shortcuts_bars() {
    let recipe = Recipe {
        hidden: vec![],
        epochs: 12,
        batch_size: 10,
        optimizer: OptimizerName::Adam,
        learning_rate: 0.01,
        schedule: Schedule::Linear,
        initialization: Initialization::He,
    };
    let network =
        DeepNetwork::<f32>::new([64, 24, 10], (9, true), Start::ZeroBranch, &mut generator());
    let (train, test) = (bars(400), bars(600));
    let mut trainer = Trainer::new(&recipe, network, generator());
    trainer.train(&train, || (), |_, _| ControlFlow::Continue(())).unwrap();
    let accuracy = evaluate(&trainer.model, &test).accuracy;
    assert!(accuracy > 0.9, "{accuracy}");
}

#[test]
fn wide_layers_make_two_inputs_alike_as_the_formula_says() {
    let mut generator = generator();
    let block = ResidualBlock::<f64>::new(1500, false, Start::He, &mut generator);
    let q = Array2::from_shape_simple_fn((2, 1500), || generator.random::<f64>() - 0.5);
    let cosine = |rows: &Array2<f64>| {
        let (one, other) = (rows.row(0), rows.row(1));
        one.dot(&other) / (one.dot(&one) * other.dot(&other)).sqrt()
    };
    let expected = next_cosine(next_cosine(cosine(&q)));
    let found = cosine(&block.trace(q.view()).0);
    assert!((found - expected).abs() < 0.05, "{found} {expected}");
}
