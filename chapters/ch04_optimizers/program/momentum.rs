//! Momentum: how a velocity grows, and how fast the heavy ball and Nesterov's are in the ravine.

use anyhow::Result;
use book_figures::{Axis, Chart, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Momentum, Nesterov, Optimizer, Sgd};

use crate::numbers::number;
use crate::paths::{Point, descend, distance, drawn, rotated_quadratic, slope, step_lengths};
use crate::ravine::{CURVATURES, START, map, ravine};

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    velocity(output)?;
    steps_by_condition(output, values)?;
    heavy_ball(output, values)?;
    high_momentum(output, values)
}

/// Under a constant gradient a velocity grows to 1 / (1 − μ) times the gradient.
fn velocity(output: &Output) -> Result<()> {
    let lengths = |mu: f64| step_lengths(Momentum::new(mu), [1.0; 60]);
    let [half, usual, long] = [lengths(0.5), lengths(0.9), lengths(0.95)];
    let description = format!(
        "With a constant gradient of 1 the steps grow to {:.1} for a momentum of 0.5, {:.1} for 0.9 \
         and {:.1} for 0.95 within sixty steps.",
        half[59].1, usual[59].1, long[59].1
    );
    let chart = Chart::new("A velocity reaches its limit", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("length of the step ÷ learning rate").from_zero())
        .series(Series::line("μ = 0.5", half))
        .series(Series::line("μ = 0.9", usual))
        .series(Series::line("μ = 0.95", long));
    output.figure("velocity", &chart)?;
    Ok(())
}

/// How many steps a millionth takes, by condition number.
fn steps_by_condition(output: &Output, values: &mut Values) -> Result<()> {
    let conditions = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];
    let needed = |condition: f64, heavy: bool| {
        let bowl = rotated_quadratic([1.0, condition], 30.0);
        let (rate, mu) = if heavy { bowl.best_momentum() } else { (bowl.best_rate(), 0.0) };
        let path = descend(&mut Momentum::new(mu), rate, START, 20_000, slope(&bowl));
        let goal = 1e-6 * distance(START, [1.0, 0.5]);
        let far = |&&point: &&Point| distance(point, [1.0, 0.5]) > goal;
        path.iter().rev().skip_while(|point| !far(point)).count() as f64
    };
    let plain = conditions.map(|condition| (condition, needed(condition, false)));
    let heavy = conditions.map(|condition| (condition, needed(condition, true)));
    let description = format!(
        "To come a million times nearer takes plain descent {} steps at a condition number of 4 and \
         {} at 1024; the heavy ball {} and {}.",
        plain[1].1, plain[9].1, heavy[1].1, heavy[9].1
    );
    let chart = Chart::new("Steps to a millionth of the distance", description)
        .x_axis(Axis::new("condition number").log())
        .y_axis(Axis::new("steps").log())
        .series(Series::line("plain", plain).markers())
        .series(Series::line("heavy ball", heavy).markers());
    output.figure("steps", &chart)?;
    let by_formula = |root: f64| 1e6_f64.ln() / -((root - 1.0) / (root + 1.0)).ln();
    values.set("steps.sgd_1024_formula", number(by_formula(1024.0), 0))?;
    values.set("steps.heavy_ball_1024_formula", number(by_formula(32.0), 0))?;
    values.set("steps.sgd_1024", Measured::count(plain[9].1 as usize))?;
    values.set("steps.heavy_ball_1024", Measured::count(heavy[9].1 as usize))?;
    print(format_args!("κ = 1024: {} steps, {} with a heavy ball", plain[9].1, heavy[9].1))?;
    Ok(())
}

/// The ravine with momentum: Polyak's and Nesterov's.
fn heavy_ball(output: &Output, values: &mut Values) -> Result<()> {
    let bowl = ravine();
    let (rate, mu) = bowl.best_momentum();
    let walk = |optimizer: &mut dyn Optimizer<f64>, rate| {
        descend(optimizer, rate, START, 25, slope(&bowl))
    };
    let plain = walk(&mut Sgd::default(), bowl.best_rate());
    let heavy = walk(&mut Momentum::new(mu), rate);
    let (ahead_rate, ahead_mu) = bowl.best_nesterov();
    let ahead = walk(&mut Nesterov::new(ahead_mu), ahead_rate);
    let left = |path: &[Point]| distance(path[25], [1.0, 0.5]);
    let [plain_left, heavy_left, ahead_left] = [left(&plain), left(&heavy), left(&ahead)];
    let description = format!(
        "After 25 steps plain descent is {plain_left:.3} from the lowest point, the heavy ball \
         {heavy_left:.5}, Nesterov's momentum {ahead_left:.5}."
    );
    let map = map("Momentum in a ravine", description).path("plain", drawn(&plain));
    let map = map.path("heavy ball", drawn(&heavy)).path("Nesterov", drawn(&ahead));
    output.figure("momentum", &map)?;
    values.set("ravine.momentum", number(mu, 2))?;
    values.set("ravine.momentum_rate", number(rate, 3))?;
    values.set("ravine.momentum_contraction", number(mu.sqrt(), 3))?;
    values.set("ravine.nesterov_momentum", number(ahead_mu, 2))?;
    values.set("ravine.nesterov_rate", number(ahead_rate, 2))?;
    values.set("ravine.nesterov_contraction", number(1.0 - CURVATURES[1].sqrt().recip(), 3))?;
    values.set("ravine.sgd_distance", number(plain_left, 2))?;
    values.set("ravine.heavy_ball_distance", number(heavy_left, 4))?;
    values.set("ravine.nesterov_distance", number(ahead_left, 3))?;
    print(format_args!("after 25 steps: plain {plain_left:.3}, heavy ball {heavy_left:.5}"))?;
    Ok(())
}

/// The heavy ball at its best rate, with its best momentum and with more.
fn high_momentum(output: &Output, values: &mut Values) -> Result<()> {
    let bowl = ravine();
    let (rate, best) = bowl.best_momentum();
    let lines = [("best", best), ("0.9", 0.9), ("0.99", 0.99)].map(|(name, mu)| {
        let path = descend(&mut Momentum::new(mu), rate, START, 150, slope(&bowl));
        let line = path.iter().enumerate();
        let line: Vec<(f64, f64)> =
            line.map(|(step, &point)| (step as f64, distance(point, [1.0, 0.5]))).collect();
        (name, mu, line)
    });
    let told = lines.iter().map(|(_, mu, line)| format!("{:.1e} with {mu:.2}", line[100].1));
    let told = told.collect::<Vec<_>>().join(", ");
    let description = format!("After 100 steps the distance is, by momentum: {told}.");
    let mut chart = Chart::new("Too much momentum", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("distance from the lowest point").log().range(1e-8, 20.0));
    for (name, mu, line) in lines {
        if name != "best" {
            let decimals = if mu < 0.95 { 2 } else { 1 };
            let key = format!("high_momentum.{}", name.replace('.', "_"));
            values.set(&key, number(line[100].1, decimals))?;
        }
        chart = chart.series(Series::line(format!("μ = {mu:.2}"), line));
    }
    let kappa = ((1.0 + 0.9_f64.sqrt()) / (1.0 - 0.9_f64.sqrt())).powi(2);
    values.set("high_momentum.kappa_of_0_9", number(kappa, 0))?;
    output.figure("high_momentum", &chart)?;
    Ok(())
}
