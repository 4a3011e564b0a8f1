//! How fast momentum is: the roots that tell it, the plane of rate and momentum, and the bound that no
//! rule of its kind can beat.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, ContourMap, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Momentum, Nesterov, Optimizer, Parameter, Quadratic, Sgd};
use ndarray::{Array1, Array2};

use crate::numbers::number;
use crate::paths::{Point, descend, distance, drawn, rotated_quadratic, slope};
use crate::ravine::{CURVATURES, START, map, ravine};

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    damping(output)?;
    momentum_roots(output)?;
    momentum_plane(output, values)?;
    steps_by_condition(output, values)?;
    heavy_ball(output, values)?;
    high_momentum(output, values)?;
    lower_bound(output, values)
}

/// The size of the larger root of ρ² − (1 + μ − ηλ)ρ + μ = 0, for a product ηλ.
fn contraction(product: f64, mu: f64) -> f64 {
    let half = 0.5 * (1.0 + mu - product);
    let square = half * half - mu;
    if square > 0.0 { half.abs() + square.sqrt() } else { mu.sqrt() }
}

/// The distance on a parabola by step, at one rate, with too little, just enough and much momentum.
fn damping(output: &Output) -> Result<()> {
    let product = 0.1;
    let critical = (1.0 - f64::sqrt(product)).powi(2);
    let walk = |mu: f64| -> Vec<(f64, f64)> {
        let (mut ball, mut place) = (Momentum::new(mu), [1.0]);
        let step = |t: u32| {
            let point = (f64::from(t), place[0]);
            let gradient = [place[0]];
            ball.step(product, vec![Parameter::new(&mut place, &gradient)]);
            point
        };
        (0..=60).map(step).collect()
    };
    let lines = [("μ = 0", 0.0), ("best", critical), ("μ = 0.9", 0.9)];
    let lines = lines.map(|(name, mu)| (name, mu, walk(mu)));
    let told = lines.iter().map(|(_, mu, line)| {
        let lowest = line.iter().fold(f64::INFINITY, |a, point| a.min(point.1));
        format!("with μ = {mu:.2} {:.3} after 20 steps, and at lowest {lowest:.2}", line[20].1)
    });
    let description = format!("The distance from 1 on: {}.", told.collect::<Vec<_>>().join("; "));
    let mut chart = Chart::new("Three kinds of damping", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("distance from the minimum").range(-0.8, 1.05))
        .horizontal_rule(0.0, "");
    for (name, mu, line) in lines {
        let name = if name == "best" { format!("μ = {mu:.2}") } else { name.to_owned() };
        chart = chart.series(Series::line(name, line));
    }
    output.figure("damping", &chart)?;
    Ok(())
}

/// What a step leaves along an axis, by the product of rate and curvature, for three momenta.
fn momentum_roots(output: &Output) -> Result<()> {
    let line = |mu: f64| -> Vec<(f64, f64)> {
        let products = (0..=800).map(|k| 0.005 * f64::from(k));
        products.map(|product| (product, contraction(product, mu))).collect()
    };
    let description = format!(
        "Without momentum the line touches 0 at a product of 1. With μ = 0.5 it is flat at {:.2} from \
         {:.2} to {:.1}, with μ = 0.9 flat at {:.2} from {:.4} to {:.1}.",
        0.5_f64.sqrt(),
        (1.0 - 0.5_f64.sqrt()).powi(2),
        (1.0 + 0.5_f64.sqrt()).powi(2),
        0.9_f64.sqrt(),
        (1.0 - 0.9_f64.sqrt()).powi(2),
        (1.0 + 0.9_f64.sqrt()).powi(2),
    );
    let chart = Chart::new("What a step leaves along an axis", description)
        .x_axis(Axis::new("learning rate × curvature").range(0.0, 4.0))
        .y_axis(Axis::new("left after a step").range(0.0, 1.4))
        .series(Series::line("μ = 0", line(0.0)))
        .series(Series::line("μ = 0.5", line(0.5)))
        .series(Series::line("μ = 0.9", line(0.9)))
        .horizontal_rule(1.0, "");
    output.figure("momentum_roots", &chart)?;
    Ok(())
}

/// The convergence rate in the ravine for every learning rate and every momentum.
fn momentum_plane(output: &Output, values: &mut Values) -> Result<()> {
    let left = |rate: f64, mu: f64| {
        CURVATURES.iter().map(|lambda| contraction(rate * lambda, mu)).fold(0.0, f64::max)
    };
    let bowl = ravine();
    for (rate, mu) in [(0.05, 0.0), (0.05, 0.5), (0.12, 0.6), (0.15, 0.8)] {
        let path = descend(&mut Momentum::new(mu), rate, START, 80, slope(&bowl));
        let far = |step: usize| {
            path[step..step + 20].iter().map(|&at| distance(at, [1.0, 0.5])).fold(0.0, f64::max)
        };
        let measured = (far(60) / far(20)).powf(1.0 / 40.0);
        let close = (measured / left(rate, mu) - 1.0).abs() < 0.03;
        ensure!(close, "rate {rate}, momentum {mu}: {measured} left, not {}", left(rate, mu));
    }
    let (rate, mu) = bowl.best_momentum();
    let best_plain = ravine().best_rate();
    let usual = (1..200).map(|k| left(0.001 * f64::from(k), 0.9)).fold(f64::INFINITY, f64::min);
    let description = format!(
        "Without momentum a step leaves {:.3} at best, at rate {best_plain:.3}. The best point is rate \
         {rate:.3} with momentum {mu:.2}, which leaves {:.3}; with momentum 0.9 no rate leaves less \
         than {usual:.3}. The line 1 goes from rate 0.1 without momentum to 0.2 with momentum 1.",
        left(best_plain, 0.0),
        left(rate, mu),
    );
    let window = [(0.001, 0.2), (0.0, 0.995)];
    let plane = ContourMap::new("Learning rate and momentum", description, window, left)
        .axes("learning rate", "momentum μ")
        .levels([0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.2])
        .mark("best", (rate, mu))
        .mark("plain", (best_plain, 0.0));
    output.figure("momentum_plane", &plane)?;
    values.set("momentum_plane.usual", number(usual, 3))?;
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
        "After 25 steps plain descent is {plain_left:.3} from the minimum, the heavy ball \
         {heavy_left:.5}."
    );
    let with_momentum = map("Momentum in a ravine", description).path("plain", drawn(&plain));
    output.figure("momentum", &with_momentum.path("heavy ball", drawn(&heavy)))?;
    let description = format!(
        "After 25 steps plain descent is {plain_left:.3} from the minimum, the heavy ball \
         {heavy_left:.5}, Nesterov's momentum {ahead_left:.5}."
    );
    let both = map("Two kinds of momentum in a ravine", description).path("plain", drawn(&plain));
    let both = both.path("heavy ball", drawn(&heavy)).path("Nesterov", drawn(&ahead));
    output.figure("nesterov", &both)?;
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
        .y_axis(Axis::new("distance from the minimum").log().range(1e-8, 20.0));
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

/// The worst quadratic for rules whose steps are sums of gradients: a chain in which every gradient
/// reaches one parameter farther. The bound, and three rules with their best settings.
fn lower_bound(output: &Output, values: &mut Values) -> Result<()> {
    const SIZE: usize = 300;
    let (smallest, largest) = (1.0, 100.0_f64);
    let root = f64::sqrt(largest / smallest);
    let q = (root - 1.0) / (root + 1.0);
    let spring = (largest - smallest) / 4.0;
    let curvature = Array2::from_shape_fn((SIZE, SIZE), |(i, j)| match i.abs_diff(j) {
        0 => smallest + 2.0 * spring,
        1 => -spring,
        _ => 0.0,
    });
    let minimum = Array1::from_iter((1..=SIZE).map(|i| q.powi(i as i32)));
    let far = |point: &[f64]| {
        point.iter().zip(&minimum).map(|(x, c)| (x - c).powi(2)).sum::<f64>().sqrt()
    };
    let start = far(&[0.0; SIZE]);
    let bowl = Quadratic { curvature: curvature.clone(), minimum: minimum.clone() };
    let walk = |rule: &mut dyn Optimizer<f64>, rate: f64| -> Vec<(f64, f64)> {
        let mut point = [0.0; SIZE];
        let step = |t: u32| {
            let left = (f64::from(t), far(&point) / start);
            let here = Array1::from(point.to_vec());
            let gradient = bowl.gradient(here.view()).to_vec();
            rule.step(rate, vec![Parameter::new(&mut point, &gradient)]);
            left
        };
        (0..=50).map(step).collect()
    };
    let heavy = Momentum::new(q * q);
    let (ball_rate, ahead_rate) = ((2.0 / (root + 1.0)).powi(2), 1.0 / largest);
    let lines = [
        ("plain", walk(&mut Sgd::default(), 2.0 / (smallest + largest))),
        ("heavy ball", walk(&mut { heavy }, ball_rate)),
        ("Nesterov", walk(&mut Nesterov::new(q), ahead_rate)),
        ("lower bound", (0..=50).map(|t| (f64::from(t), q.powi(t))).collect()),
    ];
    let told = lines.iter().map(|(name, line)| format!("{name} {:.1e}", line[50].1));
    let told = told.collect::<Vec<_>>().join(", ");
    print(format_args!("on the chain after 50 steps: {told}"))?;
    let description = format!("What is left of the distance after 50 steps: {told}.");
    let mut chart = Chart::new("No first-order rule is faster", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("left of the distance").log());
    for (name, line) in lines {
        let end = Measured::number(line[50].1, Format::Scientific(0)).within(0.05 * line[50].1);
        values.set(&format!("lower_bound.{}", name.to_lowercase().replace(' ', "_")), end)?;
        chart = chart.series(Series::line(name, line));
    }
    output.figure("lower_bound", &chart)?;
    Ok(())
}
