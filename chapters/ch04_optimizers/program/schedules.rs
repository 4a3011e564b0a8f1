//! Schedules: how much a falling rate gains, and how much it matters how it falls.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Adam, Optimizer, Parameter, Schedule, Sgd};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::mean_task::{RUNS, SEED, STEPS, Task, best_rate};
use crate::numbers::number as exact;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new();
    decaying_rate(&task, output, values)?;
    schedules(output, values)?;
    schedule_result(&task, values)?;
    averaging(&task, values)?;
    with_adam(&task, values)
}

/// A constant rate, a tenth of it, the best constant one, and two that fall.
fn decaying_rate(task: &Task, output: &Output, values: &mut Values) -> Result<()> {
    let lines = [
        ("constant 0.1", task.with_rates(4, |_| 0.1)),
        ("constant 0.01", task.with_rates(4, |_| 0.01)),
        ("0.1 falling to 0", task.with_rates(4, |step| 0.1 * Schedule::Linear.factor(step, STEPS))),
        ("one over t", task.with_rates(4, |step| 1.0 / (step + 1) as f64)),
    ];
    let best = best_rate(|rate| task.end(4, STEPS, |_| rate)).0;
    let best = (format!("constant {best:.3}"), task.with_rates(4, |_| best));
    let lines = lines.map(|(name, line)| (name.to_owned(), line));
    let [first, second, third, fourth] = lines;
    let lines = [first, second, best, third, fourth];
    let ends = lines.iter().map(|(name, line)| format!("{:.1e} with {name}", line[STEPS].1));
    let ends = ends.collect::<Vec<_>>().join(", ");
    let description = format!("After {STEPS} steps the mean squared distance is {ends}.");
    let mut chart = Chart::new("Far and settled", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("mean squared distance").log());
    for (name, (_, line)) in
        ["constant", "small", "best", "linear", "one_over_t"].into_iter().zip(&lines)
    {
        let end = line[STEPS].1;
        let measured = Measured::number(end, Format::Scientific(1)).within(0.009 * end);
        values.set(&format!("decaying_rate.{name}"), measured.note(format!("{RUNS} runs")))?;
    }
    for (name, line) in lines {
        chart = chart.series(Series::line(name, line));
    }
    output.figure("decaying_rate", &chart)?;
    Ok(())
}

/// Five schedules over a hundred steps.
fn schedules(output: &Output, values: &mut Values) -> Result<()> {
    let warm_up = Schedule::WarmUp { steps: 15, then: Box::new(Schedule::Cosine) };
    let schedules = [
        ("constant", Schedule::Constant),
        ("step", Schedule::Step { every: 30, factor: 0.5 }),
        ("linear", Schedule::Linear),
        ("cosine", Schedule::Cosine),
        ("warm-up, cosine", warm_up),
    ];
    let half = |schedule: &Schedule| schedule.factor(50, 100);
    let told = schedules.iter().map(|(name, schedule)| format!("{name} {:.2}", half(schedule)));
    let told = told.collect::<Vec<_>>().join(", ");
    let description = format!("The factor of the learning rate halfway through: {told}.");
    let mut chart = Chart::new("Schedules", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("factor of the learning rate").from_zero());
    for (name, schedule) in schedules {
        let mean = (0..100).map(|step| schedule.factor(step, 100)).sum::<f64>() / 100.0;
        values.set(&format!("schedules.{}", name.split(',').next().unwrap()), exact(mean, 2))?;
        let line = (0..=100).map(|step| (step as f64, schedule.factor(step, 100)));
        chart = chart.series(Series::line(name, line));
    }
    output.figure("schedules", &chart)?;
    Ok(())
}

/// The factor of the rate at a step.
type Factor = Box<dyn Fn(usize) -> f64>;

/// The schedules that are compared.
fn compared() -> Vec<(&'static str, Factor)> {
    let of = |schedule: Schedule| -> Factor { Box::new(move |step| schedule.factor(step, STEPS)) };
    let steady = STEPS * 4 / 5;
    vec![
        ("constant", of(Schedule::Constant)),
        ("step", of(Schedule::Step { every: 120, factor: 0.5 })),
        ("step_60", of(Schedule::Step { every: 60, factor: 0.5 })),
        ("linear", of(Schedule::Linear)),
        ("cosine", of(Schedule::Cosine)),
        ("warm_up", of(Schedule::WarmUp { steps: 60, then: Box::new(Schedule::Cosine) })),
        (
            "stable_decay",
            Box::new(move |step| {
                let into_decay = step.saturating_sub(steady);
                1.0 - into_decay as f64 / (STEPS - steady) as f64
            }),
        ),
        ("one_over_t", Box::new(|step| 1.0 / (step + 1) as f64)),
    ]
}

/// Where the schedules end from the first rate 0.1, and each from its own best one, by the recursion
/// of the mean square: nothing is left to chance.
fn schedule_result(task: &Task, values: &mut Values) -> Result<()> {
    let mut best_of_all = Vec::new();
    for (name, factor) in compared() {
        let end = |first: f64| task.end(4, STEPS, |step| first * factor(step));
        let (rate, best) = best_rate(end);
        print(format_args!(
            "{name}: mean square {:.5} from 0.1, {best:.5} from {rate:.3}, after {STEPS} steps",
            end(0.1)
        ))?;
        let decimals = |end| Measured::number(end, Format::Decimals(5)).within(0.000_005);
        values.set(&format!("schedule_result.{name}.shared"), decimals(end(0.1)))?;
        values.set(&format!("schedule_result.{name}.best"), decimals(best))?;
        values.set(&format!("schedule_result.{name}.rate"), exact(rate, 3))?;
        best_of_all.push((name, best));
    }
    let end = |wanted: &str| {
        best_of_all.iter().find(|(name, _)| *name == wanted).map_or(f64::NAN, |found| found.1)
    };
    values.set("schedule_result.gain", exact(end("constant") / end("linear"), 1))?;
    let constant = best_rate(|rate| task.end(4, STEPS, |_| rate)).0;
    values.set("schedule_result.constant_rate", exact(constant, 3))?;
    let halfway = task.end(4, STEPS / 2, |step| 0.1 * Schedule::Linear.factor(step, STEPS));
    let full = task.end(4, STEPS, |step| 0.1 * Schedule::Linear.factor(step, STEPS));
    values.set("schedule_result.halfway", exact(halfway / full, 1))?;
    values.set("schedule_result.steps", Measured::count(STEPS))?;
    Ok(())
}

/// The mean of the batch of each step, for so many runs: every rule and rate sees the same ones.
fn batches(task: &Task, batch: usize, runs: u64, first: u64) -> Vec<Vec<f64>> {
    let run = |run: u64| {
        let mut generator = ChaCha8Rng::seed_from_u64(first + run);
        (0..STEPS).map(|_| -task.gradient(0.0, batch, &mut generator)).collect()
    };
    (0..runs).map(run).collect()
}

/// The mean over the second half of a run is nearer than its last weight.
fn averaging(task: &Task, values: &mut Values) -> Result<()> {
    let squares = |rate: f64, all: &[Vec<f64>]| {
        let run = |means: &Vec<f64>| {
            let (mut weight, mut sum) = (task.mean + 3.0, 0.0);
            for (step, mean) in means.iter().enumerate() {
                weight -= rate * (weight - mean);
                sum += if step >= STEPS / 2 { weight } else { 0.0 };
            }
            (sum / (STEPS / 2) as f64 - task.mean).powi(2)
        };
        all.iter().map(run).sum::<f64>() / all.len() as f64
    };
    let tuning = batches(task, 4, 200, 10_000);
    let rates = (0..60).map(|k| 10_f64.powf(-f64::from(k) / 25.0));
    let rate = rates.min_by(|&a, &b| squares(a, &tuning).total_cmp(&squares(b, &tuning)));
    let rate = rate.expect("there are rates");
    let end = squares(rate, &batches(task, 4, RUNS, SEED + 1));
    print(format_args!("the mean of the second half at rate {rate:.3}: {end:.5}"))?;
    values.set("averaging.rate", exact(rate, 2))?;
    let measured = Measured::number(end, Format::Decimals(5)).within(0.000_01);
    values.set("averaging.end", measured.note(format!("{RUNS} runs")))?;
    Ok(())
}

/// SGD and Adam with a constant rate and with one that falls linearly, each at its own best.
fn with_adam(task: &Task, values: &mut Values) -> Result<()> {
    let squares = |adam: bool, falls: bool, rate: f64, all: &[Vec<f64>]| -> Vec<f64> {
        let run = |means: &Vec<f64>| {
            let mut rule: Box<dyn Optimizer<f64>> =
                if adam { Box::<Adam<f64>>::default() } else { Box::<Sgd<f64>>::default() };
            let mut weight = [task.mean + 3.0];
            for (step, mean) in means.iter().enumerate() {
                let factor = if falls { Schedule::Linear.factor(step, STEPS) } else { 1.0 };
                let gradient = [weight[0] - mean];
                let parameter = Parameter::new(&mut weight, &gradient);
                rule.step(rate * factor, vec![parameter]);
            }
            (weight[0] - task.mean).powi(2)
        };
        all.iter().map(run).collect()
    };
    let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
    for batch in [4, 64] {
        let (tuning, fresh) =
            (batches(task, batch, 100, 20_000), batches(task, batch, RUNS, 30_000));
        for (name, adam) in [("sgd", false), ("adam", true)] {
            let [constant, falling] = [false, true].map(|falls| {
                let rates = (0..30).map(|k| 10_f64.powf(0.2 - f64::from(k) / 10.0));
                let score = |rate: f64| mean(&squares(adam, falls, rate, &tuning));
                let rate = rates.min_by(|&a, &b| score(a).total_cmp(&score(b)));
                let rate = rate.expect("there are rates");
                (rate, squares(adam, falls, rate, &fresh))
            });
            let times = mean(&constant.1) / mean(&falling.1);
            let half = 1.96 * relative_error(&constant.1, &falling.1) * times;
            print(format_args!(
                "{name}, batches of {batch}: constant {:.2e} (rate {:.3}), falling {:.2e} (rate {:.3}), \
                 {times:.2} ± {half:.2} times",
                mean(&constant.1),
                constant.0,
                mean(&falling.1),
                falling.0
            ))?;
            let key = format!("with_adam.{name}_{batch}");
            for (which, end) in [("constant", mean(&constant.1)), ("falling", mean(&falling.1))] {
                let end = Measured::number(end, Format::Scientific(1)).within(0.009 * end);
                values.set(&format!("{key}.{which}"), end.note(format!("{RUNS} runs")))?;
            }
            for (which, number) in [("times", times), ("half", half)] {
                let number = Measured::number(number, Format::Decimals(1)).within(0.05);
                values.set(&format!("{key}.{which}"), number.note(format!("{RUNS} runs")))?;
            }
        }
    }
    Ok(())
}

/// The relative standard error of a ratio of two means whose numbers are paired.
fn relative_error(above: &[f64], below: &[f64]) -> f64 {
    let count = above.len() as f64;
    let [a, b] = [above, below].map(|numbers| numbers.iter().sum::<f64>() / count);
    let squares = above.iter().zip(below).map(|(x, y)| (x / a - y / b).powi(2)).sum::<f64>();
    (squares / (count - 1.0) / count).sqrt()
}
