use super::*;
use ch02_forward::Initialization;
use ch04_optimizers::Schedule;
use ch05_mnist::{Model, OptimizerName, Recipe, Trainer, evaluate};
use std::ops::ControlFlow;

fn recipe() -> Recipe {
    Recipe {
        hidden: vec![],
        epochs: 8,
        batch_size: 10,
        optimizer: OptimizerName::Adam,
        learning_rate: 0.01,
        schedule: Schedule::Linear,
        initialization: Initialization::He,
    }
}

fn network<T: Real>(normalized: bool) -> ConvolutionalNetwork<T> {
    let architecture =
        Architecture { channels: vec![4, 5], kernel: 3, normalized, hidden: vec![6] };
    architecture.network((8, 8), 10, &mut generator()).unwrap()
}

#[test]
fn the_trainer_of_chapter_5_teaches_it_bars() {
    for normalized in [false, true] {
        let (train, test) = (bars(300), bars(400));
        let recipe = recipe();
        let mut trainer = Trainer::new(&recipe, network::<f32>(normalized), generator());
        trainer.train(&train, || (), |_, _| ControlFlow::Continue(())).unwrap();
        let accuracy = evaluate(&trainer.model, &test).accuracy;
        assert!(accuracy > 0.97, "{accuracy}");
    }
}

#[test]
fn every_gradient_agrees_with_finite_differences() {
    for normalized in [false, true] {
        let data = bars(6);
        let (x, y) = data.batch::<f64>(&[0, 1, 2, 3, 4, 5]);
        let x = x.mapv(|x| x + 0.1)
            + 0.05 * &Array2::from_shape_fn((6, 64), |(r, i)| ((r * i) as f64).sin());
        let network = network::<f64>(normalized);
        let batch = (x.view(), y.view());
        let loss = |network: &ConvolutionalNetwork<f64>| {
            network.loss_and_gradients(batch, &mut generator()).0
        };
        let (_, gradients) = network.loss_and_gradients(batch, &mut generator());
        let mut same = network.clone();
        let gradients: Vec<Vec<f64>> = same
            .with_gradients(&gradients)
            .iter()
            .map(|parameter| parameter.gradient.numbers().to_vec())
            .collect();
        for (array, gradient) in gradients.iter().enumerate() {
            for (index, gradient) in gradient.iter().enumerate().step_by(7) {
                let h = 1e-6;
                let at = |nudge: f64| {
                    let mut nudged = network.clone();
                    nudged.parameters_mut()[array][index] += nudge;
                    loss(&nudged)
                };
                let slope = (at(h) - at(-h)) / (2.0 * h);
                assert!((slope - gradient).abs() < 1e-6, "{array} {index}: {slope} {gradient}");
            }
        }
    }
}

#[test]
fn running_statistics_follow_the_batches_and_no_optimizer() {
    let data = bars(10);
    let (x, y) = data.batch::<f64>(&(0..10).collect::<Vec<_>>());
    let mut network = network::<f64>(true);
    let (_, gradients) = network.loss_and_gradients((x.view(), y.view()), &mut generator());
    let expected = gradients.blocks[0].normalization.as_ref().unwrap().running.clone();
    let before = network.clone();
    let mut optimizer = OptimizerName::AdamW.optimizer::<f64>();
    optimizer.step(0.1, network.with_gradients(&gradients));
    network.after_step();
    let norm = network.blocks[0].normalization.as_ref().unwrap();
    assert_eq!([norm.running_mean.clone(), norm.running_variance.clone()], expected);
    assert_ne!(norm.running_mean, before.blocks[0].normalization.as_ref().unwrap().running_mean);
    assert_eq!(network.parameters().len(), before.parameters().len());
}

#[test]
fn a_training_goes_on_from_a_checkpoint_with_its_running_statistics() {
    let (data, recipe) = (bars(100), recipe());
    let mut trainer = Trainer::new(&recipe, network::<f32>(true), generator());
    trainer.epoch(&data, || ());
    let file = trainer.checkpoint("bars", "");
    let mut resumed = Trainer::new(&recipe, network::<f32>(true), generator());
    resumed.resume(&file, "bars").unwrap();
    trainer.epoch(&data, || ());
    resumed.epoch(&data, || ());
    assert_eq!(trainer.model, resumed.model);
}

#[test]
fn the_number_of_threads_changes_no_bit_of_a_training() {
    let (data, recipe) = (bars(200), Recipe { batch_size: 100, ..recipe() });
    let trained = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut trainer = Trainer::new(&recipe, network::<f32>(true), generator());
            trainer.epoch(&data, || ());
            trainer.model
        })
    };
    assert_eq!(trained(1), trained(3));
}

#[test]
#[should_panic = "network: inputs (2, 63) are no images of 8 × 8"]
fn images_of_another_size_are_refused() {
    network::<f64>(false).forward(Array2::zeros((2, 63)).view());
}
