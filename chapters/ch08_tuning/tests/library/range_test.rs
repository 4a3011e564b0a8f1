use ch02_forward::Initialization;
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, Images, OptimizerName, Recipe};
use ch08_tuning::{RangeTest, rising_rates, smoothed, turning_rate};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Random pixels with random labels.
fn examples(count: usize) -> Dataset {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let pixels = Array2::from_shape_fn((count, 4), |_| generator.random());
    let labels = (0..count).map(|index| (index % 10) as u8).collect();
    Dataset::new(Images { pixels, height: 2, width: 2 }, labels).expect("as many labels as images")
}

#[test]
fn with_one_rate_it_is_the_training_of_the_trainer_to_the_bit() {
    let examples = examples(50);
    let recipe = Recipe {
        hidden: vec![6],
        epochs: 3,
        batch_size: 8, // the last batch of a pass has two
        optimizer: OptimizerName::Adam,
        learning_rate: 0.01,
        schedule: Schedule::Constant,
        initialization: Initialization::He,
    };
    let mut trainer = recipe.trainer::<f32, _>(4, ChaCha8Rng::seed_from_u64(1));
    trainer.train(&examples, || (), |_, _| std::ops::ControlFlow::Continue(())).expect("finite");
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let network = recipe.network::<f32>(4, &mut generator);
    let mut test = RangeTest::new(network, recipe.optimizer, recipe.batch_size, generator);
    for _ in 0..3 * 7 {
        test.step(recipe.learning_rate, &examples);
    }
    assert_eq!(test.model, trainer.model);
}

#[test]
fn a_test_of_one_step_has_the_lowest_rate() {
    assert_eq!(rising_rates([0.1, 10.0], 1), [0.1]);
    assert_eq!(rising_rates([0.1, 10.0], 0), [0.0; 0]);
}

#[test]
fn a_curve_that_has_not_turned_names_no_rate() {
    let rates = [0.1, 1.0, 10.0];
    assert_eq!(turning_rate(&rates, &[3.0, 2.0, 1.0]), None);
    assert_eq!(turning_rate(&rates, &[1.0, 2.0, 3.0]), None);
    assert_eq!(turning_rate(&rates, &[2.0, 1.0, f64::NAN]), Some(1.0));
    assert_eq!(turning_rate(&rates, &[f64::NAN; 3]), None);
    assert_eq!(turning_rate(&[], &[]), None);
}

#[test]
fn smoothing_with_0_changes_nothing() {
    assert_eq!(smoothed(&[3.0, 1.0, 2.0], 0.0), [3.0, 1.0, 2.0]);
}
