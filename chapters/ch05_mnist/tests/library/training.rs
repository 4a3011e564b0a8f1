//! What `src/training.rs` promises.

use std::ops::ControlFlow;

use approx::assert_relative_eq;
use ch02_forward::Loss;
use ch04_optimizers::{Adam, Parameter, Schedule, Sgd};
use ch05_mnist::*;
use ndarray::{Array2, ArrayView2, Axis, array};
use rand::{Rng, RngExt};

use super::common::*;
use super::{recipe, small};

#[test]
fn steps_on_one_batch_lower_its_loss_every_time() {
    let data = small(40);
    let (inputs, targets) = data.batch::<f64>(&(0..32).collect::<Vec<_>>());
    let batch = (inputs.view(), targets.view());
    let mut network = recipe(&[16]).network::<f64>(20, &mut generator(0));
    let mut optimizer = Sgd::default();
    let mut last = f64::INFINITY;
    for step in 0..200 {
        let before =
            Loss::SoftmaxCrossEntropy.value(network.forward(inputs.view()).view(), targets.view());
        let loss = train_step(&mut network, &mut optimizer, 0.1, batch, &mut generator(0));
        assert_eq!(loss, before, "the loss is that before the step");
        assert!(loss < last, "step {step}: {loss} after {last}");
        last = loss;
    }
    assert!(last < 2.0, "{last}");
}

#[test]
fn with_learning_rate_zero_nothing_is_learned() {
    let data = small(20);
    let (inputs, targets) = data.batch::<f32>(&[1, 2, 3]);
    let mut network = recipe(&[16]).network::<f32>(20, &mut generator(0));
    let before = network.clone();
    let batch = (inputs.view(), targets.view());
    train_step(&mut network, &mut Adam::default(), 0.0, batch, &mut generator(0));
    assert_eq!(network, before);
}

/// With a learning rate of 0 the network stands still, so that the mean over an epoch in which each
/// example is seen once is the loss over the whole set; any example left out or seen twice shows.
#[test]
fn an_epoch_sees_each_example_once() {
    for count in [1, 31, 32, 33, 100] {
        let mut data = small(count);
        // Each example has a loss of its own.
        let mut generator = generator(9);
        data.images.pixels.mapv_inplace(|_| generator.random());
        let recipe = Recipe { learning_rate: 0.0, epochs: 2, ..recipe(&[8]) };
        let mut trainer = recipe.trainer::<f64, _>(data.pixels(), generator);
        for _ in 0..2 {
            let mut batches = 0;
            let loss = trainer.epoch(&data, || batches += 1);
            assert_eq!(batches, count.div_ceil(32));
            assert_relative_eq!(loss, evaluate(&trainer.model, &data).loss, max_relative = 1e-12);
        }
    }
}

#[test]
fn the_trainer_does_what_the_five_steps_say() {
    let data = small(50);
    let recipe = Recipe {
        epochs: 3,
        batch_size: 8,
        schedule: Schedule::Linear,
        optimizer: OptimizerName::Nesterov,
        ..recipe(&[6, 5])
    };
    let mut trainer = recipe.trainer::<f64, _>(data.pixels(), generator(4));
    let mut generator = generator(4);
    let mut network = recipe.network::<f64>(20, &mut generator);
    assert_eq!(trainer.model, network);
    let mut optimizer = recipe.optimizer.optimizer();
    let (mut step, steps) = (0, 3 * 7);
    for _ in 0..3 {
        for indices in shuffled(50, &mut generator).chunks(8) {
            let rate = 0.001 * (1.0 - f64::from(step) / f64::from(steps));
            let (inputs, targets) = data.batch(indices);
            let batch = (inputs.view(), targets.view());
            train_step(&mut network, &mut *optimizer, rate, batch, &mut generator);
            step += 1;
        }
        trainer.epoch(&data, || ());
        for (found, expected) in trainer.model.parameters().iter().zip(network.parameters()) {
            for (found, expected) in found.iter().zip(expected) {
                assert_relative_eq!(found, expected, max_relative = 1e-12);
            }
        }
    }
}

#[test]
fn every_optimizer_learns() {
    use OptimizerName::*;
    let data = small(100);
    let rates = [
        (Sgd, 0.5),
        (Momentum, 0.05),
        (Nesterov, 0.05),
        (AdaGrad, 0.05),
        (RmsProp, 0.005),
        (Adam, 0.01),
        (AdamW, 0.01),
    ];
    for (optimizer, learning_rate) in rates {
        let recipe = Recipe { optimizer, learning_rate, ..recipe(&[16]) };
        let mut trainer = recipe.trainer::<f32, _>(data.pixels(), generator(5));
        (0..40).for_each(|_| {
            trainer.epoch(&data, || ());
        });
        let accuracy = evaluate(&trainer.model, &data).accuracy;
        assert!(accuracy > 0.9, "{optimizer:?}: {accuracy}");
    }
}

#[test]
fn the_recipes_are_those_of_the_page() {
    let documents = Recipe::documents();
    assert_eq!(
        (&documents.hidden[..], documents.epochs, documents.batch_size),
        (&[128][..], 5, 32)
    );
    assert_eq!((documents.optimizer, documents.learning_rate), (OptimizerName::Adam, 0.001));
    assert_eq!(documents.schedule, Schedule::Constant);
    let steady = Recipe { learning_rate: 0.002, schedule: Schedule::Linear, ..documents.clone() };
    assert_eq!(Recipe::steady(), steady);
    let network = documents.network::<f32>(784, &mut generator(0));
    assert_eq!(network.parameter_count(), 101_770);
}

#[test]
fn single_and_double_precision_stay_close_in_the_first_steps() {
    let data = shipped_training_set().first(320);
    let recipe = Recipe::documents();
    let mut single = recipe.network::<f32>(784, &mut generator(6));
    let mut double = recipe.network::<f64>(784, &mut generator(6));
    let (mut adam32, mut adam64) = (Adam::default(), Adam::default());
    for step in 0..10 {
        let indices: Vec<usize> = (32 * step..32 * step + 32).collect();
        let (inputs, targets) = data.batch(&indices);
        let batch = (inputs.view(), targets.view());
        let loss32 = train_step(&mut single, &mut adam32, 0.001, batch, &mut generator(0));
        let (inputs, targets) = data.batch(&indices);
        let batch = (inputs.view(), targets.view());
        let loss64 = train_step(&mut double, &mut adam64, 0.001, batch, &mut generator(0));
        assert_relative_eq!(f64::from(loss32), loss64, max_relative = 1e-4);
    }
    // Where a gradient is hardly more than rounding, Adam's first steps follow its sign: so not each
    // weight agrees, but all of them in the mean, to a hundredth of the way they have gone.
    let start = recipe.network::<f64>(784, &mut generator(6));
    let (mut apart, mut way) = (0.0, 0.0);
    let pairs =
        single.parameters().into_iter().flatten().zip(double.parameters().into_iter().flatten());
    for ((single, double), start) in pairs.zip(start.parameters().into_iter().flatten()) {
        apart += (f64::from(*single) - double).abs();
        way += (double - start).abs();
    }
    assert!(way > 0.0 && apart < 0.01 * way, "{apart} apart after a way of {way}");
}

#[test]
fn five_thousand_examples_are_enough_for_nine_in_ten() {
    let data = shipped_training_set().first(5_000);
    let recipe = Recipe { epochs: 2, ..Recipe::documents() };
    let mut trainer = recipe.trainer::<f32, _>(data.pixels(), generator(0));
    let losses = [trainer.epoch(&data, || ()), trainer.epoch(&data, || ())];
    assert!(losses[1] < 0.5 * losses[0], "{losses:?}");
    let accuracy = evaluate(&trainer.model, &shipped_test_set()).accuracy;
    assert!((0.9..0.95).contains(&accuracy), "{accuracy}");
}

/// A model that no chapter has: a·b·x for one input x, with the squared error, and a penalty of chance.
/// Its two parameters are arrays of different length, and its gradients are of a type of their own.
struct Product {
    a: [f64; 1],
    b: [f64; 2],
    calls: (usize, usize),
}

struct ProductGradients {
    a: [f64; 1],
    b: [f64; 2],
}

impl Model<f64> for Product {
    type Gradients = ProductGradients;

    fn forward(&self, inputs: ArrayView2<f64>) -> Array2<f64> {
        let weights = array![[self.a[0] * self.b[0]], [self.a[0] * self.b[1]]];
        inputs.dot(&weights) // [batch × 2] [2 × 1]
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<f64>, ArrayView2<f64>),
        generator: &mut impl Rng,
    ) -> (f64, ProductGradients) {
        let _: f64 = generator.random(); // chance is there for whoever wants it
        let error = self.forward(inputs) - targets;
        let count = error.len() as f64;
        let sums = inputs.t().dot(&error); // [2 × 1]: Σ error x
        let [a, b] = [self.a[0], 2.0 / count];
        let gradients = ProductGradients {
            a: [b * (self.b[0] * sums[[0, 0]] + self.b[1] * sums[[1, 0]])],
            b: [b * a * sums[[0, 0]], b * a * sums[[1, 0]]],
        };
        (error.mapv(|e| e * e).sum() / count, gradients)
    }

    fn parameters(&self) -> Vec<&[f64]> {
        vec![&self.a, &self.b]
    }

    fn parameters_mut(&mut self) -> Vec<&mut [f64]> {
        vec![&mut self.a, &mut self.b]
    }

    fn with_gradients<'a>(
        &'a mut self,
        gradients: &'a ProductGradients,
    ) -> Vec<Parameter<'a, f64>> {
        vec![Parameter::new(&mut self.a, &gradients.a), Parameter::new(&mut self.b, &gradients.b)]
    }

    fn before_step(&mut self, learning_rate: f64) {
        assert!(learning_rate > 0.0);
        self.calls.0 += 1;
    }

    fn after_step(&mut self) {
        self.calls.1 += 1;
    }
}

/// Two inputs and one target an example, without images or labels.
struct Points(Array2<f64>, Array2<f64>);

impl Examples<f64> for Points {
    fn count(&self) -> usize {
        self.0.nrows()
    }

    fn batch(&self, indices: &[usize], _: &mut impl Rng) -> (Array2<f64>, Array2<f64>) {
        (self.0.select(Axis(0), indices), self.1.select(Axis(0), indices))
    }
}

fn points() -> Points {
    let mut generator = generator(11);
    let inputs = Array2::from_shape_simple_fn((60, 2), || generator.random::<f64>() - 0.5);
    let targets = inputs.dot(&array![[3.0], [-2.0]]);
    Points(inputs, targets)
}

#[test]
fn the_trainer_trains_a_model_that_no_chapter_knows() {
    let points = points();
    let recipe = Recipe { epochs: 60, learning_rate: 0.05, batch_size: 7, ..Recipe::documents() };
    for optimizer in [OptimizerName::Adam, OptimizerName::Momentum] {
        let recipe = Recipe { optimizer, ..recipe.clone() };
        let model = Product { a: [1.0], b: [0.5, 0.5], calls: (0, 0) };
        let mut trainer = Trainer::new(&recipe, model, generator(0));
        let mut batches = 0;
        trainer.train(&points, || batches += 1, |_, _| ControlFlow::Continue(())).unwrap();
        let Product { a: [a], b: [b, c], calls } = trainer.model;
        assert_relative_eq!(a * b, 3.0, max_relative = 1e-2);
        assert_relative_eq!(a * c, -2.0, max_relative = 1e-2);
        assert_eq!((batches, calls), (60 * 9, (60 * 9, 60 * 9)));
        assert_eq!(trainer.history.len(), 60);
        assert_eq!(trainer.history[59].steps, 60 * 9);
        assert!(trainer.history[59].train_loss < 1e-2 * trainer.history[0].train_loss);
    }
}

#[test]
fn whoever_watches_may_end_the_training() {
    let data = small(40);
    let recipe = Recipe { epochs: 5, ..recipe(&[6]) };
    let mut trainer = recipe.trainer::<f64, _>(data.pixels(), generator(1));
    let mut seen = Vec::new();
    let watch = |_: &mut Trainer<_, _, _>, epoch: EpochRecord| {
        seen.push(epoch.train_loss);
        if seen.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    trainer.train(&data, || (), watch).unwrap();
    let history: Vec<f64> = trainer.history.iter().map(|epoch| epoch.train_loss).collect();
    assert_eq!((seen.len(), seen), (3, history));
    trainer.train(&data, || (), |_, _| ControlFlow::Continue(())).unwrap(); // the two that are left
    assert_eq!(trainer.history.len(), 5);
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_with_an_error() {
    let data = small(40);
    let recipe =
        Recipe { epochs: 50, learning_rate: 1e300, optimizer: OptimizerName::Sgd, ..recipe(&[6]) };
    let mut trainer = recipe.trainer::<f64, _>(data.pixels(), generator(1));
    let error = trainer.train(&data, || (), |_, _| ControlFlow::Continue(())).unwrap_err();
    assert!(!error.train_loss.is_finite() && error.learning_rate == 1e300, "{error:?}");
    assert_eq!(error.epoch, trainer.history.len());
    let message = error.to_string();
    for part in ["learning rate 1", "expected a finite loss", "in epoch", "smaller rate may help"] {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}

#[test]
fn a_pass_in_a_given_order_takes_the_batches_in_that_order() {
    let data = small(40);
    let recipe = Recipe { batch_size: 16, ..recipe(&[6]) };
    let mut trainer = recipe.trainer::<f64, _>(data.pixels(), generator(2));
    let mut network = trainer.model.clone();
    let order: Vec<usize> = (0..40).rev().collect();
    let mut adam = Adam::default();
    for indices in order.chunks(16) {
        let (inputs, targets) = data.batch(indices);
        let batch = (inputs.view(), targets.view());
        train_step(&mut network, &mut adam, 0.001, batch, &mut generator(0));
    }
    trainer.pass(&data, &order, || ());
    assert_eq!(trainer.model, network);
}
