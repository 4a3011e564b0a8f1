//! Mini-batches: how noisy a gradient is, and how far it keeps a weight from the minimum; schedules.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Adam, Optimizer, Parameter, Schedule, Sgd};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::numbers::number as exact;

const SEED: u64 = 4;
const EXAMPLES: usize = 1000;
const STEPS: usize = 400;
/// How many runs a mean is taken over.
const RUNS: u64 = 1000;

/// The points of a line: the step, and the mean squared distance.
type Line = Vec<(f64, f64)>;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new();
    gradient_noise(&task, output, values)?;
    noise_floor(&task, output, values)?;
    floors(&task, values)?;
    decaying_rate(&task, output, values)?;
    schedules(output, values)?;
    schedule_result(&task, values)
}

/// Numbers whose mean is to be found: L(θ) is half the mean of (θ − x)², a parabola of curvature 1.
struct Task {
    numbers: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Task {
    fn new() -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        let draw = || StandardNormal.sample(&mut generator);
        let numbers: Vec<f64> = std::iter::repeat_with(draw).take(EXAMPLES).collect();
        let mean = numbers.iter().sum::<f64>() / EXAMPLES as f64;
        let squares = numbers.iter().map(|number| (number - mean).powi(2));
        let variance = squares.sum::<f64>() / EXAMPLES as f64;
        Self { numbers, mean, variance }
    }

    /// The gradient at `weight` of so many examples, drawn one by one with replacement.
    fn gradient(&self, weight: f64, batch: usize, generator: &mut ChaCha8Rng) -> f64 {
        let mut draw = || self.numbers[generator.random_range(0..EXAMPLES)];
        let sum: f64 = (0..batch).map(|_| weight - draw()).sum();
        sum / batch as f64
    }

    /// The mean over many runs of the squared distance after each step, from a distance of 3.
    fn mean_squares(&self, batch: usize, rate: f64, schedule: &Schedule) -> Line {
        self.with_rates(batch, |step| rate * schedule.factor(step, STEPS))
    }

    /// The same, with a learning rate for each step, counted from 0.
    fn with_rates(&self, batch: usize, rate: impl Fn(usize) -> f64) -> Line {
        let mut sums = vec![0.0; STEPS + 1];
        for run in 0..RUNS {
            let mut generator = ChaCha8Rng::seed_from_u64(SEED + 1 + run);
            let (mut sgd, mut weight) = (Sgd::default(), [self.mean + 3.0]);
            for (step, sum) in sums.iter_mut().enumerate() {
                *sum += (weight[0] - self.mean).powi(2);
                let gradient = [self.gradient(weight[0], batch, &mut generator)];
                sgd.step(rate(step), vec![Parameter::new(&mut weight, &gradient)]);
            }
        }
        let mean = |(step, sum): (usize, f64)| (step as f64, sum / RUNS as f64);
        sums.into_iter().enumerate().map(mean).collect()
    }
}

/// The deviation of a batch's gradient from that of all examples, by the size of the batch.
fn gradient_noise(task: &Task, output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    let measured = sizes.map(|size| {
        let full = -task.mean;
        let error = |_| (task.gradient(0.0, size, &mut generator) - full).powi(2);
        let squares: f64 = (0..2000).map(error).sum();
        (size as f64, (squares / 2000.0).sqrt())
    });
    let formula = sizes.map(|size| (size as f64, (task.variance / size as f64).sqrt()));
    let description = format!(
        "The deviation of the gradient falls from {:.2} for one example to {:.3} for 256, as the \
         square root of the batch size grows.",
        measured[0].1, measured[8].1
    );
    let chart = Chart::new("The noise of a batch", description)
        .x_axis(Axis::new("examples in a batch").log())
        .y_axis(Axis::new("deviation of the gradient").log())
        .series(Series::line("formula", formula))
        .series(Series::scatter("measured", measured));
    output.figure("gradient_noise", &chart)?;
    values.set("gradient_noise.one", number(measured[0].1))?;
    values.set("gradient_noise.sixty_four", number(measured[6].1))?;
    Ok(())
}

fn number(value: f64) -> Measured {
    Measured::number(value, Format::Decimals(2)).within(0.005).note(format!("seed {SEED}"))
}

/// The squared distance from the goal by step, for several batch sizes at one rate.
fn noise_floor(task: &Task, output: &Output, values: &mut Values) -> Result<()> {
    let rate = 0.1;
    let mut told = Vec::new();
    let mut lines = Vec::new();
    for batch in [1, 4, 16, 64] {
        let line = task.mean_squares(batch, rate, &Schedule::Constant);
        let late = line[STEPS / 2..].iter().map(|point| point.1).sum::<f64>();
        let late = late / (STEPS / 2 + 1) as f64;
        let floor = rate * task.variance / batch as f64 / (2.0 - rate);
        let measured = Measured::number(late, Format::Scientific(1)).within(0.009 * late);
        values.set(&format!("noise_floor.batch_{batch}"), measured.note(format!("{RUNS} runs")))?;
        print(format_args!(
            "batches of {batch:2}: mean square {late:.2e}, by the formula {floor:.2e}"
        ))?;
        told.push(format!("{late:.1e} for {batch} ({floor:.1e} by the formula)"));
        lines.push((batch, line, floor));
    }
    let description = format!("In the long run the mean square is {}.", told.join(", "));
    examples_seen(&lines, output, values)?;
    let mut chart = Chart::new("The cloud around the lowest point", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("mean squared distance").log());
    for (batch, line, floor) in lines {
        chart = chart.series(Series::line(format!("n = {batch}"), line));
        chart = chart.horizontal_rule(floor, "");
    }
    output.figure("noise_floor", &chart)?;
    Ok(())
}

/// The same lines, not by steps but by examples looked at.
fn examples_seen(lines: &[(usize, Line, f64)], output: &Output, values: &mut Values) -> Result<()> {
    let bought = |batch: usize, line: &[(f64, f64)]| -> Line {
        let points = line.iter().skip(1).map(|&(step, square)| (step * batch as f64, square));
        points.collect()
    };
    let lines: Vec<(usize, Line)> =
        lines.iter().map(|(batch, line, _)| (*batch, bought(*batch, line))).collect();
    let after = |batch: usize, examples: f64| {
        let line = lines.iter().find(|line| line.0 == batch).map(|line| &line.1);
        let at = line.and_then(|line| line.iter().find(|point| point.0 >= examples));
        at.map_or(f64::NAN, |point| point.1)
    };
    for batch in [1, 64] {
        let square = after(batch, 64.0);
        let measured = Measured::number(square, Format::Decimals(2)).within(0.005);
        values
            .set(&format!("examples_seen.batch_{batch}"), measured.note(format!("{RUNS} runs")))?;
    }
    let description = format!(
        "After 64 examples the mean squared distance is {:.2} with batches of one and {:.2} with a \
         single batch of 64; after 25,600 examples batches of 64 have {:.1e}.",
        after(1, 64.0),
        after(64, 64.0),
        after(64, 25_600.0),
    );
    let mut chart = Chart::new("What a batch costs", description)
        .x_axis(Axis::new("examples looked at").log())
        .y_axis(Axis::new("mean squared distance").log());
    for (batch, line) in lines {
        chart = chart.series(Series::line(format!("n = {batch}"), line));
    }
    output.figure("examples_seen", &chart)?;
    Ok(())
}

/// The floors of SGD and Adam, which see the same batches: means over a million steps.
fn floors(task: &Task, values: &mut Values) -> Result<()> {
    let (rate, steps) = (0.01, 1_000_000);
    for batch in [1, 4, 16, 64] {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        let (mut sgd, mut adam) = (Sgd::default(), Adam::default());
        let (mut weights, mut sums) = ([[task.mean]; 2], [0.0; 2]);
        for _ in 0..steps {
            let at_zero = task.gradient(0.0, batch, &mut generator);
            let rules: [&mut dyn Optimizer<f64>; 2] = [&mut sgd, &mut adam];
            for ((weight, sum), rule) in weights.iter_mut().zip(&mut sums).zip(rules) {
                let gradient = [weight[0] + at_zero];
                rule.step(rate, vec![Parameter::new(weight, &gradient)]);
                *sum += (weight[0] - task.mean).powi(2);
            }
        }
        let variance = task.variance / batch as f64;
        let [sgd, adam] = sums.map(|sum| sum / f64::from(steps));
        let formulas = [rate * variance / (2.0 - rate), rate * variance.sqrt() / 2.0];
        print(format_args!("floors with batches of {batch:2}: SGD {sgd:.2e}, Adam {adam:.2e}"))?;
        let numbers = [sgd, formulas[0], adam, formulas[1]];
        for (name, floor) in ["sgd", "sgd_formula", "adam", "adam_formula"].iter().zip(numbers) {
            let measured = Measured::number(floor, Format::Scientific(1)).within(0.009 * floor);
            values.set(&format!("noise_floor.{name}_{batch}"), measured.note("a million steps"))?;
        }
    }
    Ok(())
}

/// A constant rate, a tenth of it, and one that falls to 0: the steady recipe in small.
fn decaying_rate(task: &Task, output: &Output, values: &mut Values) -> Result<()> {
    let lines = [
        ("constant 0.1", task.mean_squares(4, 0.1, &Schedule::Constant)),
        ("constant 0.01", task.mean_squares(4, 0.01, &Schedule::Constant)),
        ("0.1 falling to 0", task.mean_squares(4, 0.1, &Schedule::Linear)),
        ("one over t", task.with_rates(4, |step| 1.0 / (step + 1) as f64)),
    ];
    let ends = lines.iter().map(|(name, line)| format!("{:.1e} with {name}", line[STEPS].1));
    let ends = ends.collect::<Vec<_>>().join(", ");
    let description = format!("After {STEPS} steps the mean squared distance is {ends}.");
    let mut chart = Chart::new("Far and settled", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("mean squared distance").log());
    for (name, (_, line)) in ["constant", "small", "linear", "one_over_t"].into_iter().zip(&lines) {
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

/// Where the five schedules end, by the recursion of the mean square: nothing is left to chance.
fn schedule_result(task: &Task, values: &mut Values) -> Result<()> {
    let schedules = [
        ("constant", Schedule::Constant),
        ("step", Schedule::Step { every: 120, factor: 0.5 }),
        ("linear", Schedule::Linear),
        ("cosine", Schedule::Cosine),
        ("warm_up", Schedule::WarmUp { steps: 60, then: Box::new(Schedule::Cosine) }),
    ];
    let variance = task.variance / 4.0;
    for (name, schedule) in schedules {
        let end = (0..STEPS).fold(9.0, |square, step| {
            let rate = 0.1 * schedule.factor(step, STEPS);
            (1.0 - rate).powi(2) * square + rate * rate * variance
        });
        print(format_args!("{name}: mean square {end:.5} after {STEPS} steps"))?;
        values.set(&format!("schedule_result.{name}"), exact(end, 4))?;
    }
    values.set("schedule_result.steps", Measured::count(STEPS))?;
    Ok(())
}
