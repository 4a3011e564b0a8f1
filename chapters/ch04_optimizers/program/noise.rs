//! Mini-batches: how noisy a gradient is, and how far it keeps a weight from the minimum.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Adam, Momentum, Optimizer, Parameter, Sgd};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::mean_task::{Line, RUNS, SEED, STEPS, Task, best_rate};
use crate::numbers::number as exact;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new();
    gradient_noise(&task, output, values)?;
    noise_floor(&task, output, values)?;
    floors(&task, values)?;
    examples_seen(&task, output, values)?;
    critical_batch(&task, output, values)?;
    momentum_in_noise(output, values)
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
        "The standard deviation of the gradient falls from {:.2} for one example to {:.3} for 256, as the \
         square root of the batch size grows.",
        measured[0].1, measured[8].1
    );
    let chart = Chart::new("The noise of a batch", description)
        .x_axis(Axis::new("examples in a batch").log())
        .y_axis(Axis::new("standard deviation of the gradient").log())
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
    let mut lines: Vec<(usize, Line, f64)> = Vec::new();
    for batch in [1, 4, 16, 64] {
        let line = task.with_rates(batch, |_| rate);
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
    let mut chart = Chart::new("The noise floor", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("mean squared distance").log());
    for (batch, line, floor) in lines {
        chart = chart.series(Series::line(format!("n = {batch}"), line));
        chart = chart.horizontal_rule(floor, "");
    }
    output.figure("noise_floor", &chart)?;
    Ok(())
}

/// The floors of SGD, momentum and Adam, which see the same batches: means over a million steps. How
/// far chance moves a mean, its fifty parts tell, which are much longer than the rules remember.
fn floors(task: &Task, values: &mut Values) -> Result<()> {
    const PARTS: usize = 50;
    let (rate, mu, steps) = (0.01, 0.9, 1_000_000);
    let mut chance: f64 = 0.0;
    for batch in [1, 4, 16, 64] {
        let mut generator = ChaCha8Rng::seed_from_u64(SEED);
        let (mut sgd, mut adam) = (Sgd::default(), Adam::default());
        let (mut ball, mut slow_ball) = (Momentum::new(mu), Momentum::new(mu));
        let (mut weights, mut parts) = ([[task.mean]; 4], [[0.0; PARTS]; 4]);
        for step in 0..steps {
            let at_zero = task.gradient(0.0, batch, &mut generator);
            let rules: [(&mut dyn Optimizer<f64>, f64); 4] = [
                (&mut sgd, rate),
                (&mut adam, rate),
                (&mut ball, rate),
                (&mut slow_ball, rate * (1.0 - mu)),
            ];
            for ((weight, parts), (rule, rate)) in weights.iter_mut().zip(&mut parts).zip(rules) {
                let gradient = [weight[0] + at_zero];
                rule.step(rate, vec![Parameter::new(weight, &gradient)]);
                parts[step * PARTS / steps] += (weight[0] - task.mean).powi(2);
            }
        }
        let variance = task.variance / batch as f64;
        let floor = |parts: [f64; PARTS]| parts.iter().sum::<f64>() / steps as f64;
        let [sgd, adam, ball, slow_ball] = parts.map(floor);
        chance = chance.max(relative_error(&parts[0])).max(relative_error(&parts[1]));
        let with_momentum =
            |rate: f64| rate * variance * (1.0 + mu) / ((1.0 - mu) * (2.0 * (1.0 + mu) - rate));
        print(format_args!(
            "floors with batches of {batch:2}: SGD {sgd:.2e}, momentum {ball:.2e}, at a tenth of the \
             rate {slow_ball:.2e}, Adam {adam:.2e}"
        ))?;
        let numbers = [
            ("sgd", sgd),
            ("sgd_formula", rate * variance / (2.0 - rate)),
            ("adam", adam),
            ("adam_formula", rate * variance.sqrt() / 2.0),
            ("momentum", ball),
            ("momentum_formula", with_momentum(rate)),
            ("slow_momentum", slow_ball),
        ];
        for (name, floor) in numbers {
            let measured = Measured::number(floor, Format::Scientific(1)).within(0.009 * floor);
            values.set(&format!("noise_floor.{name}_{batch}"), measured.note("a million steps"))?;
        }
    }
    let chance = Measured::number(chance, Format::Percent(1)).within(0.0005);
    let note =
        "largest standard error of the means of SGD and Adam, from fifty parts of their steps";
    values.set("noise_floor.chance", chance.note(note))?;
    Ok(())
}

/// The standard error of a mean, as a share of it.
fn relative_error(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / (count - 1.0) / count).sqrt() / mean
}

/// How near batches of each size come for the same number of examples, each at its best constant rate.
fn examples_seen(task: &Task, output: &Output, values: &mut Values) -> Result<()> {
    let best = |batch: usize, examples: usize| {
        best_rate(|rate| task.end(batch, examples / batch, |_| rate))
    };
    let shared = |batch: usize| task.end(batch, 64 / batch, |_| 0.1);
    let mut told = Vec::new();
    for batch in [1, 4, 16, 64] {
        for examples in [64, 256, 1024] {
            let (rate, end) = best(batch, examples);
            told.push(format!("n = {batch} after {examples} examples {end:.4} (rate {rate:.3})"));
            let measured = Measured::number(end, Format::Decimals(4)).within(0.00005);
            let name = format!("examples_seen.batch_{batch}");
            values.set(&format!("{name}.{examples}"), measured)?;
            values.set(&format!("{name}.{examples}_rate"), exact(rate, 3))?;
        }
        values.set(&format!("examples_seen.batch_{batch}.shared"), exact(shared(batch), 2))?;
    }
    print(format_args!("each at its best constant rate: {}", told.join(", ")))?;
    let description = format!("The mean squared distance: {}.", told.join(", "));
    let mut chart = Chart::new("Batch sizes at their best rates", description)
        .x_axis(Axis::new("examples looked at").log())
        .y_axis(Axis::new("mean squared distance").log());
    for batch in [1, 4, 16, 64] {
        let counts = (0..=24).map(|k| batch * (2.0_f64.powf(0.5 * f64::from(k)).round() as usize));
        let mut counts: Vec<usize> = counts.filter(|&count| count <= 4096).collect();
        counts.dedup();
        let line = counts.into_iter().map(|count| (count as f64, best(batch, count).1));
        chart = chart.series(Series::line(format!("n = {batch}"), line).markers());
    }
    output.figure("examples_seen", &chart.legend())?;
    Ok(())
}

/// How many steps a goal takes by batch size, each at its best constant rate.
fn critical_batch(task: &Task, output: &Output, values: &mut Values) -> Result<()> {
    let goal = 0.01;
    let reaches =
        |batch: usize, steps: usize| best_rate(|rate| task.end(batch, steps, |_| rate)).1 <= goal;
    let needed = |batch: usize| {
        let (mut low, mut high) = (0, 2048); // reached at `high`, not at `low`
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if reaches(batch, middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    };
    let sizes: Vec<usize> = (0..=10).map(|k| 1 << k).collect();
    let steps: Vec<(usize, usize)> = sizes.into_iter().map(|size| (size, needed(size))).collect();
    let told = steps.iter().map(|(size, steps)| format!("{steps} at {size}"));
    let told = told.collect::<Vec<_>>().join(", ");
    print(format_args!("steps to a mean square of {goal}: {told}"))?;
    for &(size, steps) in &steps {
        if [1, 8, 64, 512].contains(&size) {
            values.set(&format!("critical_batch.steps_{size}"), Measured::count(steps))?;
            let examples = Measured::count(steps * size);
            values.set(&format!("critical_batch.examples_{size}"), examples)?;
        }
    }
    let description = format!("Steps to a mean square of {goal}, by batch size: {told}.");
    let line = |of: fn(usize, usize) -> usize| -> Line {
        steps.iter().map(|&(size, steps)| (size as f64, of(size, steps) as f64)).collect()
    };
    let chart = Chart::new("Steps and examples to one goal", description)
        .x_axis(Axis::new("examples in a batch").log())
        .y_axis(Axis::new("needed for the goal").log())
        .series(Series::line("steps", line(|_, steps| steps)).markers())
        .series(Series::line("examples", line(|size, steps| size * steps)).markers());
    output.figure("critical_batch", &chart)?;
    Ok(())
}

/// Where plain descent and the heavy ball end, each at its best rate and momentum, by noise: two
/// axes, a condition number of 100, 200 steps from a distance of 1 along each.
fn momentum_in_noise(output: &Output, values: &mut Values) -> Result<()> {
    let noises: Vec<f64> = (-12..=4).map(|k| 10_f64.powf(f64::from(k) / 4.0)).collect();
    let (mut plain, mut heavy, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for noise in noises {
        let end = |mu: f64| {
            let tries = (0..=200).map(|k| 0.0398 * 1.05_f64.powi(-k));
            tries.map(|rate| noisy_end(rate, mu, noise)).fold(f64::INFINITY, f64::min)
        };
        let best = (0..40).map(|k| end(0.025 * f64::from(k))).fold(f64::INFINITY, f64::min);
        for (known, key) in [(0.001, "small"), (0.1, "middle"), (10.0, "large")] {
            if (noise / known - 1.0).abs() < 1e-9 {
                let times = end(0.0) / best;
                told.push(format!("{times:.2} at {known}"));
                let decimals = usize::from(times < 10.0);
                let times = Measured::number(times, Format::Decimals(decimals));
                let digit = 0.5 * 0.1_f64.powi(decimals as i32);
                values.set(&format!("momentum_in_noise.{key}"), times.within(digit))?;
            }
        }
        plain.push((noise, end(0.0)));
        heavy.push((noise, best));
    }
    let told = told.join(", ");
    print(format_args!("plain descent ends with more than momentum, times: {told}"))?;
    let description = format!(
        "The mean squared distance of plain descent over that with momentum, by the standard deviation \
         of the noise: {told}."
    );
    let chart = Chart::new("Momentum in noise", description)
        .x_axis(Axis::new("standard deviation of the gradient's noise").log())
        .y_axis(Axis::new("mean squared distance").log())
        .series(Series::line("plain", plain).markers())
        .series(Series::line("momentum", heavy).markers());
    output.figure("momentum_in_noise", &chart)?;
    Ok(())
}

/// The mean squared distance after 200 noisy steps, by the recursions of the second moments of
/// distance and velocity along each axis.
fn noisy_end(rate: f64, mu: f64, noise: f64) -> f64 {
    let along = |lambda: f64| {
        // means of d², dv and v², with v ← μv + λd + noise and d ← d − ηv
        let [mut dd, mut dv, mut vv] = [1.0, 0.0, 0.0];
        for _ in 0..200 {
            let new_vv =
                mu * mu * vv + 2.0 * mu * lambda * dv + lambda * lambda * dd + noise * noise;
            let d_new_v = mu * dv + lambda * dd;
            (dd, dv, vv) =
                (dd - 2.0 * rate * d_new_v + rate * rate * new_vv, d_new_v - rate * new_vv, new_vv);
        }
        dd
    };
    let end = along(1.0) + along(100.0);
    if end.is_finite() { end } else { f64::INFINITY }
}
