//! Gradient descent and the heavy ball on bowls: how fast, and how fast at most.

use anyhow::Result;
use book_figures::{Axis, Chart, ContourMap, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::{Momentum, Nesterov, Optimizer, Quadratic, Sgd};
use ndarray::array;

use crate::paths::{Point, RULES, best_path, descend, distance, drawn, slope, turned_bowl};

/// The ravine of the chapter: κ = 20.
const CURVATURES: [f64; 2] = [1.0, 20.0];
/// Where all paths across it start.
pub const START: Point = [-3.5, -1.0];
/// With [`HEIGHT`] both parameters have one scale, so that right angles look like right angles.
const WINDOW: [(f64, f64); 2] = [(-4.4, 3.4), (-3.3, 2.2)];
const HEIGHT: f64 = 536.0;
const LEVELS: [f64; 8] = [0.3, 1.0, 3.0, 7.0, 14.0, 25.0, 45.0, 80.0];

/// The ravine, its steep axis turned from upright.
pub fn ravine() -> Quadratic<f64> {
    turned_bowl(CURVATURES, 30.0)
}

/// All of it.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    hops(output)?;
    parabola(output)?;
    zigzag(output, values)?;
    contraction(output)?;
    heavy_ball(output, values)?;
    too_much(output, values)?;
    steps_by_condition(output, values)?;
    race(output, values)
}

/// A contour map of the ravine.
fn map(title: &str, description: String) -> ContourMap {
    let bowl = ravine();
    let height = move |x: f64, y: f64| bowl.value(array![x, y].view());
    ContourMap::new(title, description, WINDOW, height)
        .axes("first parameter", "second parameter")
        .height(HEIGHT)
        .levels(LEVELS)
        .mark("lowest", (1.0, 0.5))
}

/// The parabola that the page works on paper, and a few steps across it with three rates.
fn hops(output: &Output) -> Result<()> {
    let bowl = Quadratic { curvature: array![[2.0]], minimum: array![3.0] };
    let height = |theta: f64| (theta, bowl.value(array![theta].view()));
    let path = |rate, steps| {
        let slope = |[theta, _]: Point| [bowl.gradient(array![theta].view())[0], 0.0];
        descend(&mut Sgd::default(), rate, [0.0, 0.0], steps, slope)
    };
    let paths = [(0.1, 8), (0.9, 8), (1.1, 3)].map(|(rate, steps)| (rate, path(rate, steps)));
    let told = paths.iter().map(|(rate, path)| {
        let ends = path.iter().map(|[theta, _]| format!("{theta:.2}")).collect::<Vec<_>>();
        format!("with rate {rate} {}", ends.join(", "))
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let description = format!("A parabola with its lowest point at 3. The weight goes, {told}.");
    let mut chart = Chart::new("Steps on a parabola", description)
        .x_axis(Axis::new("weight").range(-2.5, 8.5))
        .y_axis(Axis::new("loss").range(0.0, 28.0))
        .series(Series::line("the loss", (0..=220).map(|k| height(-2.5 + 0.05 * f64::from(k)))));
    for (rate, path) in paths {
        let points: Vec<(f64, f64)> = path.iter().map(|&[theta, _]| height(theta)).collect();
        chart = chart.series(Series::line(format!("rate {rate}"), points).markers());
    }
    output.figure("hops", &chart.legend())?;
    Ok(())
}

/// One parameter, four rates: too small, good, nearly too large, too large.
fn parabola(output: &Output) -> Result<()> {
    let bowl = Quadratic { curvature: array![[1.0]], minimum: array![0.0] };
    let series = [0.1, 0.5, 1.8, 2.05].map(|rate| {
        let (mut sgd, mut point, mut losses) = (Sgd::default(), [1.0], Vec::new());
        for step in 0..=40 {
            let here = array![point[0]];
            losses.push((f64::from(step), bowl.value(here.view())));
            let slope = bowl.gradient(here.view()).to_vec();
            let values = &mut point;
            let parameter = ch04_optimizers::Parameter { values, gradient: &slope };
            sgd.step(rate, vec![parameter]);
        }
        (rate, losses)
    });
    let ends = series.iter().map(|(rate, losses)| format!("{:.0e} with {rate}", losses[40].1));
    let ends = ends.collect::<Vec<_>>().join(", ");
    let description = format!("From a loss of 0.5, forty steps lead to {ends}.");
    let mut chart = Chart::new("The loss on a parabola by step", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("loss").log().range(1e-9, 10.0));
    for (rate, losses) in series {
        chart = chart.series(Series::line(format!("rate {rate}"), losses));
    }
    output.figure("parabola", &chart)?;
    Ok(())
}

/// Gradient descent in the ravine, with the best rate and with one just below the largest stable.
fn zigzag(output: &Output, values: &mut Values) -> Result<()> {
    let bowl = ravine();
    let (best, largest) = (bowl.best_rate(), bowl.largest_stable_rate());
    let path = |rate| descend(&mut Sgd::default(), rate, START, 25, slope(&bowl));
    let [small, good, wild] = [path(0.2 * largest), path(best), path(0.99 * largest)];
    let left = |path: &[Point]| distance(path[25], [1.0, 0.5]);
    let description = format!(
        "Level lines of a bowl twenty times as steep across as along. After 25 steps gradient \
         descent is {:.2} from the lowest point with a fifth of the largest stable rate, {:.2} with \
         the best rate, and {:.2} with 0.99 of the largest stable one.",
        left(&small),
        left(&good),
        left(&wild),
    );
    let map = map("Gradient descent in a ravine", description);
    let map = map.path("fifth of the largest", drawn(&small)).path("best", drawn(&good));
    output.figure("zigzag", &map.path("0.99 of the largest", drawn(&wild)))?;
    values.set("ravine.condition", number(bowl.condition_number(), 0))?;
    values.set("ravine.largest_rate", number(largest, 3))?;
    values.set("ravine.best_rate", number(best, 3))?;
    values.set("ravine.contraction", number(bowl.contraction(best), 3))?;
    print(format_args!(
        "ravine: κ = {:.0}, largest rate {largest:.3}, best {best:.3}",
        CURVATURES[1]
    ))?;
    Ok(())
}

/// A number that every machine computes alike.
pub fn number(value: f64, decimals: usize) -> Measured {
    let digit = 10_f64.powi(-(decimals as i32));
    Measured::number(value, Format::Decimals(decimals)).within(0.5 * digit)
}

/// What a step leaves of the distance, by rate: the formula, and what twenty steps really leave.
fn contraction(output: &Output) -> Result<()> {
    let bowl = ravine();
    let (best, largest) = (bowl.best_rate(), bowl.largest_stable_rate());
    let rates = |count: u32| (1..=count).map(move |k| 0.12 * f64::from(k) / f64::from(count));
    let formula = rates(240).map(|rate| (rate, bowl.contraction(rate)));
    let measured = rates(24).map(|rate| {
        let path = descend(&mut Sgd::default(), rate, START, 60, slope(&bowl));
        let left = |step: usize| distance(path[step], [1.0, 0.5]);
        (rate, (left(60) / left(40)).powf(1.0 / 20.0))
    });
    let description = format!(
        "The share of the distance that a step leaves falls from 1 at rate 0 to {:.3} at the best \
         rate, {best:.3}, and climbs to 1 at {largest:.3}. Measured shares lie on the line.",
        bowl.contraction(best)
    );
    let chart = Chart::new("What a step leaves of the distance", description)
        .x_axis(Axis::new("learning rate"))
        .y_axis(Axis::new("left after a step").range(0.8, 1.2))
        .series(Series::line("formula", formula))
        .series(Series::scatter("measured", measured))
        .vertical_rule(best, "best")
        .vertical_rule(largest, "")
        .horizontal_rule(1.0, "");
    output.figure("contraction", &chart)?;
    Ok(())
}

/// The same ravine with a memory: Polyak's and Nesterov's.
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
    values.set("ravine.plain_left", number(plain_left, 2))?;
    values.set("ravine.heavy_left", number(heavy_left, 4))?;
    values.set("ravine.nesterov_left", number(ahead_left, 3))?;
    print(format_args!("after 25 steps: plain {plain_left:.3}, heavy ball {heavy_left:.5}"))?;
    Ok(())
}

/// The heavy ball at its best rate, with its best momentum and with more.
fn too_much(output: &Output, values: &mut Values) -> Result<()> {
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
            let key = format!("too_much.{}", name.replace('.', "_"));
            values.set(&key, number(line[100].1, decimals))?;
        }
        chart = chart.series(Series::line(format!("μ = {mu:.2}"), line));
    }
    let kappa = ((1.0 + 0.9_f64.sqrt()) / (1.0 - 0.9_f64.sqrt())).powi(2);
    values.set("too_much.kappa_of_0_9", number(kappa, 0))?;
    output.figure("too_much", &chart)?;
    Ok(())
}

/// How many steps a millionth takes, by condition number.
fn steps_by_condition(output: &Output, values: &mut Values) -> Result<()> {
    let conditions = [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];
    let needed = |condition: f64, heavy: bool| {
        let bowl = turned_bowl([1.0, condition], 30.0);
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
    values.set("steps.plain_1024_formula", number(by_formula(1024.0), 0))?;
    values.set("steps.heavy_1024_formula", number(by_formula(32.0), 0))?;
    values.set("steps.plain_1024", Measured::count(plain[9].1 as usize))?;
    values.set("steps.heavy_1024", Measured::count(heavy[9].1 as usize))?;
    print(format_args!("κ = 1024: {} steps, {} with a heavy ball", plain[9].1, heavy[9].1))?;
    Ok(())
}

/// All seven rules from one start, each with the rate that suits it best.
fn race(output: &Output, values: &mut Values) -> Result<()> {
    let (bowl, steps) = (ravine(), 40);
    let (mut paths, mut rates) = (Vec::new(), Vec::new());
    print(format_args!("after {steps} steps in the ravine, each with its best rate:"))?;
    for rule in RULES {
        let (rate, path) = best_path(rule, START, steps, [1.0, 0.5], slope(&bowl));
        let left = distance(path[steps], [1.0, 0.5]);
        let name = rule.0.to_lowercase();
        values.set(&format!("race.{name}.left"), number(left, 2))?;
        values.set(&format!("race.{name}.rate"), number(rate, 3))?;
        print(format_args!("  {:10}rate {rate:.4}, {left:.1e} from the lowest point", rule.0))?;
        paths.push((rule.0, path));
        rates.push(rate);
    }
    let largest = rates.iter().copied().fold(0.0, f64::max);
    let smallest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    values.set("race.rate_ratio", number(largest / smallest, 0))?;
    let title = "Rules that share one rate";
    output.figure("race_shared", &race_map(title, &paths[..3]))?;
    let title = "Rules with a rate for each parameter";
    output.figure("race_adaptive", &race_map(title, &paths[3..]))?;
    output.figure("race", &race_chart(&paths))?;
    Ok(())
}

/// How far the paths end from the lowest point, as a sentence.
fn ends(paths: &[(&str, Vec<Point>)]) -> String {
    let end = |path: &[Point]| distance(path[path.len() - 1], [1.0, 0.5]);
    let told = paths.iter().map(|(name, path)| format!("{name} {:.2}", end(path)));
    let told = told.collect::<Vec<_>>().join(", ");
    format!("Distances from the lowest point after 40 steps: {told}.")
}

fn race_map(title: &str, paths: &[(&str, Vec<Point>)]) -> ContourMap {
    let mut map = map(title, ends(paths));
    for (name, path) in paths {
        map = map.path(*name, drawn(path));
    }
    map
}

fn race_chart(paths: &[(&str, Vec<Point>)]) -> Chart {
    let mut chart = Chart::new("Seven optimizers by step", ends(paths))
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("distance from the lowest point").log());
    for (name, path) in paths {
        let line = path.iter().enumerate();
        let line = line.map(|(step, &point)| (step as f64, distance(point, [1.0, 0.5])));
        chart = chart.series(Series::line(*name, line));
    }
    chart
}
