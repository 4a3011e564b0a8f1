//! The regularizers of chapter 6 on its thousand images, each tuned with one budget, its learning rate
//! included.

use std::ops::ControlFlow;

use anyhow::Result;
use book_programs::records::Record;
use ch02_forward::{Initialization, Network};
use ch04_optimizers::Schedule;
use ch05_mnist::{Dataset, OptimizerName, Recipe, Trainer, evaluate};
use ch06_overfitting::{
    Augmentation, Dropout, EarlyStopping, NetworkDropout, Regularization, Regularized, split,
};
use ch08_tuning::Knob;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::arguments::Experiment;
use crate::contest::{Budget, Contender, Found, contest};
use crate::disk;
use crate::measured::{keep, recorded as read};
use crate::surface::{Score, judged};

/// What `--record` has written.
pub fn recorded() -> Result<Record<Vec<Found>>> {
    read("remedies")
}

/// What is done against overfitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    Plain,
    EarlyStopping,
    MaxNorm,
    L2,
    WeightDecay,
    Dropout,
    Shifts,
    Elastic,
    Together,
}

/// How many images there are to learn from, to stop with, and to choose with.
const LEARN: usize = 1_000;
const WATCH: usize = 1_000;
const CHOOSE: usize = 5_000;
const EPOCHS: usize = 100;

/// Each with its rate over a factor of 100 and one or two knobs of its own.
fn contenders() -> Vec<Contender<Remedy>> {
    let log = |low, high| Knob::Log { low, high };
    let share = |low| Knob::Linear { low, high: 1.0 };
    let contender = |name, kind, own: &[(&'static str, Knob)]| Contender {
        name,
        kind,
        knobs: [&[("rate", log(0.0003, 0.03))], own].concat(),
    };
    let strength = ("strength", log(8.0, 60.0));
    vec![
        contender("plain", Remedy::Plain, &[]),
        contender(
            "early_stopping",
            Remedy::EarlyStopping,
            &[
                ("patience", Knob::Whole { low: 1, high: 30 }),
                ("watches", Knob::Choice { count: 2 }),
            ],
        ),
        contender("max_norm", Remedy::MaxNorm, &[("length", log(0.5, 4.0))]),
        contender("l2", Remedy::L2, &[("penalty", log(0.0001, 0.03))]),
        contender("weight_decay", Remedy::WeightDecay, &[("decay", log(0.03, 10.0))]),
        contender(
            "dropout",
            Remedy::Dropout,
            &[("keeps pixels", share(0.5)), ("keeps hidden", share(0.2))],
        ),
        contender("shifts", Remedy::Shifts, &[("pixels", Knob::Choice { count: 4 })]),
        contender("elastic", Remedy::Elastic, &[strength]),
        contender("together", Remedy::Together, &[strength, ("keeps hidden", share(0.2))]),
    ]
}

/// What the values of the knobs ask of a training.
fn regularization(remedy: Remedy, values: &[f64]) -> Regularization {
    let none = Regularization::NONE;
    let knob = |index: usize| values[index];
    let dropout = |inputs: f64, hidden: f64| NetworkDropout {
        inputs: Dropout { keep: inputs },
        hidden: Dropout { keep: hidden },
    };
    let elastic = |strength: f64| Augmentation::Elastic { strength, width: 4.0 };
    match remedy {
        Remedy::Plain | Remedy::EarlyStopping => none,
        Remedy::MaxNorm => Regularization { max_norm: Some(knob(1)), ..none },
        Remedy::L2 => Regularization { l2: knob(1), ..none },
        Remedy::WeightDecay => Regularization { weight_decay: knob(1), ..none },
        Remedy::Dropout => Regularization { dropout: dropout(knob(1), knob(2)), ..none },
        Remedy::Shifts => {
            Regularization { augmentation: Augmentation::Shift(1 + knob(1) as usize), ..none }
        }
        Remedy::Elastic => Regularization { augmentation: elastic(knob(1)), ..none },
        Remedy::Together => Regularization {
            augmentation: elastic(knob(1)),
            dropout: dropout(1.0, knob(2)),
            ..none
        },
    }
}

/// Tunes on validation images, then examines once.
pub fn run(arguments: &Experiment) -> Result<()> {
    let (all, test) = disk::load()?;
    let (test, budget, epochs) = if arguments.short {
        (test.first(100), Budget::SHORT, 1)
    } else {
        (test, Budget::WHOLE, EPOCHS)
    };
    let found = contest(&contenders(), budget, |contender, values, seed, exam| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let [learn, watch, choose] = split(&all, [LEARN, WATCH, CHOOSE], &mut generator);
        let judge = if exam { &test } else { &choose };
        error(contender.kind, values, epochs, ([&learn, &watch, judge], generator))
    });
    keep("remedies", found, arguments.record)
}

/// The share of images that is misread by a network that was trained with a remedy.
fn error(
    remedy: Remedy,
    values: &[f64],
    epochs: usize,
    ([learn, watch, judge], mut generator): ([&Dataset; 3], ChaCha8Rng),
) -> f64 {
    let recipe = Recipe {
        hidden: vec![128],
        epochs,
        batch_size: 50,
        optimizer: OptimizerName::Adam,
        learning_rate: values[0],
        schedule: Schedule::Constant,
        initialization: Initialization::He,
    };
    let regularization = regularization(remedy, values);
    let network = recipe.network::<f32>(learn.pixels(), &mut generator);
    let mut trainer = Trainer::new(&recipe, Regularized { network, regularization }, generator);
    let mut stopping = (remedy == Remedy::EarlyStopping)
        .then(|| (EarlyStopping::<Network<f32>>::new(values[1] as usize), values[2] > 0.5));
    let trained = trainer.train(
        &regularization.examples(learn),
        || (),
        |trainer, _| {
            let Some((stopping, by_error)) = &mut stopping else {
                return ControlFlow::Continue(());
            };
            let network = &trainer.model.network;
            let found = evaluate(network, watch);
            let watched = if *by_error { 1.0 - found.accuracy } else { found.loss };
            stopping.observe(watched, || network.clone())
        },
    );
    let best = stopping.and_then(|(stopping, _)| stopping.best);
    let network = best.map_or(trainer.model.network, |(_, network)| network);
    if trained.is_err() { Score::GUESSING.error } else { judged(&network, judge).error }
}
