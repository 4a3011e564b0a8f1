//! The rules of chapter 4 on the task of chapter 5, each tuned with one budget.

use std::ops::ControlFlow;

use anyhow::Result;
use book_programs::records::Record;
use ch04_optimizers::{Adam, AdamW, Momentum, Nesterov, Optimizer, RmsProp};
use ch05_mnist::{Dataset, OptimizerName, Recipe};
use ch06_overfitting::split;
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
    read("rules")
}

/// Each rule with its rate over a factor of 100, and one more knob where it has one. A rule with a
/// velocity is given the rate that its steps have in the end, η / (1 − μ).
fn contenders() -> Vec<Contender<OptimizerName>> {
    use OptimizerName as Name;
    let log = |low, high| Knob::Log { low, high };
    let (coarse, fine) = (log(0.02, 2.0), log(0.0001, 0.01));
    let forgetting = ("forgotten in a step", log(0.01, 0.5));
    let contender = |name, kind, rate, other: Option<(&'static str, Knob)>| Contender {
        name,
        kind,
        knobs: [("rate", rate)].into_iter().chain(other).collect(),
    };
    vec![
        contender("sgd", Name::Sgd, coarse, None),
        contender("momentum", Name::Momentum, coarse, Some(forgetting)),
        contender("nesterov", Name::Nesterov, coarse, Some(forgetting)),
        contender("adagrad", Name::AdaGrad, log(0.005, 0.5), None),
        contender("rmsprop", Name::RmsProp, fine, Some(("forgotten in a step", log(0.001, 0.5)))),
        contender("adam", Name::Adam, fine, Some(forgetting)),
        contender("adamw", Name::AdamW, fine, Some(("decay", log(0.001, 1.0)))),
    ]
}

/// The rate and the optimizer that the values of the knobs stand for.
fn configured(kind: OptimizerName, values: &[f64]) -> (f64, Box<dyn Optimizer<f32>>) {
    let (rate, other) = (values[0], values.get(1).copied().unwrap_or(0.0));
    let kept = (1.0 - other) as f32;
    let optimizer: Box<dyn Optimizer<f32>> = match kind {
        OptimizerName::Momentum => Box::new(Momentum::new(kept)),
        OptimizerName::Nesterov => Box::new(Nesterov::new(kept)),
        OptimizerName::RmsProp => Box::new(RmsProp { decay: kept, ..RmsProp::default() }),
        OptimizerName::Adam => Box::new(Adam { beta1: kept, ..Adam::default() }),
        OptimizerName::AdamW => {
            Box::new(AdamW { decoupled_decay: other as f32, ..AdamW::default() })
        }
        plain => plain.optimizer(),
    };
    let velocity = matches!(kind, OptimizerName::Momentum | OptimizerName::Nesterov);
    (if velocity { rate * other } else { rate }, optimizer)
}

/// Tunes on validation images, then examines once.
pub fn run(arguments: &Experiment) -> Result<()> {
    let (full, test) = disk::load()?;
    let (full, test, budget) = if arguments.short {
        (full.first(300), test.first(100), Budget::SHORT)
    } else {
        (full, test, Budget::WHOLE)
    };
    let sizes = [full.len() / 6, full.len() - full.len() / 6];
    let [validation, train] = split(&full, sizes, &mut ChaCha8Rng::seed_from_u64(8));
    let found = contest(&contenders(), budget, |contender, values, seed, exam| {
        let (learn, judge) = if exam { (&full, &test) } else { (&train, &validation) };
        error(contender.kind, values, seed, (learn, judge))
    });
    keep("rules", found, arguments.record)
}

/// The share of images that is misread after five epochs of the documents' recipe with another rule.
fn error(
    kind: OptimizerName,
    values: &[f64],
    seed: u64,
    (learn, judge): (&Dataset, &Dataset),
) -> f64 {
    let (learning_rate, optimizer) = configured(kind, values);
    let recipe = Recipe { optimizer: kind, learning_rate, ..Recipe::documents() };
    let mut trainer = recipe.trainer::<f32, _>(learn.pixels(), ChaCha8Rng::seed_from_u64(seed));
    trainer.optimizer = optimizer;
    let trained = trainer.train(learn, || (), |_, _| ControlFlow::Continue(()));
    if trained.is_err() { Score::GUESSING.error } else { judged(&trainer.model, judge).error }
}
