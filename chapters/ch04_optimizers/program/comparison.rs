//! Six rules side by side, each at its own best setting: on two quadratics, and on two spirals.

use anyhow::{Context, Result};
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use book_programs::statistics::{Estimate, t_interval};
use ch04_optimizers::{AdaGrad, Adam, Momentum, Nesterov, Optimizer, Quadratic, RmsProp, Sgd};

use crate::numbers::number;
use crate::paths::{Point, descend, distance, drawn, rotated_quadratic, slope};
use crate::ravine::{CURVATURES, START, map, ravine};
use crate::study::{self, Rule, Runs, Setting, Study};

const MINIMUM: Point = [1.0, 0.5];
const STEPS: usize = 40;

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    race(output, values)?;
    activations_and_optimizers(output, values)
}

/// A rule with constants of its own; the usual ones stand first.
struct Contender {
    name: &'static str,
    constants: Vec<[f64; 2]>,
    make: fn([f64; 2]) -> Box<dyn Optimizer<f64>>,
}

/// The six rules. AdamW with a decay of 0 is Adam, so it does not race.
fn contenders() -> [Contender; 6] {
    let momenta = || {
        let all = (0..20).map(|k| [0.05 * f64::from(k), 0.0]);
        std::iter::once([0.9, 0.0]).chain(all).collect()
    };
    let decays = [0.99, 0.0, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.999];
    let pairs = [0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9]
        .into_iter()
        .flat_map(|beta1| [0.9, 0.99, 0.999].map(|beta2| [beta1, beta2]));
    let pairs = std::iter::once([0.9, 0.999]).chain(pairs).collect();
    let new = |name, constants, make| Contender { name, constants, make };
    [
        new("SGD", vec![[0.0; 2]], |_| Box::new(Sgd::default())),
        new("momentum", momenta(), |[mu, _]| Box::new(Momentum::new(mu))),
        new("Nesterov", momenta(), |[mu, _]| Box::new(Nesterov::new(mu))),
        new("AdaGrad", vec![[0.0; 2]], |_| Box::new(AdaGrad::default())),
        new("RMSProp", decays.map(|decay| [decay, 0.0]).to_vec(), |[decay, _]| {
            Box::new(RmsProp { decay, ..RmsProp::default() })
        }),
        new("Adam", pairs, |[beta1, beta2]| Box::new(Adam { beta1, beta2, ..Adam::default() })),
    ]
}

/// Eight starts on a circle around the minimum, the first of them that of the figures.
fn starts() -> [Point; 8] {
    let (radius, first) =
        (distance(START, MINIMUM), (START[1] - MINIMUM[1]).atan2(START[0] - MINIMUM[0]));
    std::array::from_fn(|k| {
        let angle = first + std::f64::consts::TAU * k as f64 / 8.0;
        [MINIMUM[0] + radius * angle.cos(), MINIMUM[1] + radius * angle.sin()]
    })
}

/// A setting, and what it leaves: the largest distance in steps 36 to 40, its geometric mean over the
/// starts.
#[derive(Debug, Clone, Copy)]
struct Tried {
    constants: [f64; 2],
    rate: f64,
    left: f64,
}

/// The best rate for these constants.
fn best_rate(contender: &Contender, constants: [f64; 2], bowl: &Quadratic<f64>) -> Tried {
    let left = |rate: f64| {
        let ends = starts().map(|start| {
            let path = descend(&mut *(contender.make)(constants), rate, start, STEPS, slope(bowl));
            let late = path.get(STEPS - 4..).filter(|late| late.len() == 5);
            late.map_or(f64::INFINITY, |late| {
                late.iter().map(|&point| distance(point, MINIMUM)).fold(1e-300, f64::max).ln()
            })
        });
        (ends.iter().sum::<f64>() / 8.0).exp()
    };
    let rates = (-50..=25).map(|k| 10_f64.powf(f64::from(k) / 20.0));
    let tries = rates.map(|rate| Tried { constants, rate, left: left(rate) });
    let coarse = tries.min_by(|a, b| a.left.total_cmp(&b.left)).expect("there are rates");
    let rates = (-9..=9).map(|k| coarse.rate * 10_f64.powf(f64::from(k) / 200.0));
    let tries = rates.map(|rate| Tried { constants, rate, left: left(rate) });
    tries.min_by(|a, b| a.left.total_cmp(&b.left)).expect("there are rates")
}

/// The usual constants and the best ones, each with its best rate.
fn tuned(contender: &Contender, bowl: &Quadratic<f64>) -> [Tried; 2] {
    let tries: Vec<Tried> = contender
        .constants
        .iter()
        .map(|&constants| best_rate(contender, constants, bowl))
        .collect();
    let best = tries.iter().copied().min_by(|a, b| a.left.total_cmp(&b.left));
    [tries[0], best.expect("there are constants")]
}

/// A race over forty steps, on the ravine and on one whose axes lie along the parameters.
fn race(output: &Output, values: &mut Values) -> Result<()> {
    let bowls = [ravine(), rotated_quadratic(CURVATURES, 0.0)];
    let (mut paths, mut rates) = (Vec::new(), Vec::new());
    print("after 40 steps, each rule with its best settings:")?;
    for contender in contenders() {
        let [[usual, best], [_, aligned]] =
            [&bowls[0], &bowls[1]].map(|bowl| tuned(&contender, bowl));
        let name = contender.name.to_lowercase();
        for (key, tried) in [("usual", usual), ("tuned", best), ("aligned", aligned)] {
            let left = match tried.left {
                left if left < 1e-14 => Measured::text("below 10⁻¹⁴"),
                left => Measured::number(left, Format::Scientific(1)).within(0.009 * left),
            };
            let note = format!("constants {:?}, rate {:.4}", tried.constants, tried.rate);
            values.set(&format!("comparison.{name}.{key}"), left.note(note))?;
        }
        values.set(&format!("comparison.{name}.rate"), number(best.rate, 3))?;
        values.set(&format!("comparison.{name}.constant"), number(best.constants[0], 2))?;
        values.set(&format!("comparison.{name}.constant2"), number(best.constants[1], 3))?;
        print(format_args!(
            "  {:10}usual {:.1e}; tuned {:.1e} (rate {:.4}, {:?}); axes along the parameters {:.1e} ({:?})",
            contender.name,
            usual.left,
            best.left,
            best.rate,
            best.constants,
            aligned.left,
            aligned.constants,
        ))?;
        let mut optimizer = (contender.make)(best.constants);
        let path = descend(&mut *optimizer, best.rate, START, STEPS, slope(&bowls[0]));
        paths.push((contender.name, path));
        rates.push(best.rate);
    }
    let largest = rates.iter().copied().fold(0.0, f64::max);
    let smallest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    values.set("comparison.rate_ratio", number(largest / smallest, 0))?;
    let title = "Rules that share one rate";
    output.figure("comparison_shared", &comparison_map(title, &paths[..3]))?;
    let title = "Rules with a rate for each parameter";
    output.figure("comparison_adaptive", &comparison_map(title, &paths[3..]))?;
    output.figure("comparison", &comparison_chart(&paths))?;
    Ok(())
}

/// How far the paths end from the minimum, as a sentence.
fn ends(paths: &[(&str, Vec<Point>)]) -> String {
    let told = paths.iter().map(|(name, path)| {
        let left = distance(path[path.len() - 1], MINIMUM);
        format!("{name} {left:.1e}")
    });
    let told = told.collect::<Vec<_>>().join(", ");
    format!("Distances from the minimum after 40 steps: {told}.")
}

fn comparison_map(title: &str, paths: &[(&str, Vec<Point>)]) -> ContourMap {
    let mut map = map(title, ends(paths));
    for (name, path) in paths {
        map = map.path(*name, drawn(path));
    }
    map
}

fn comparison_chart(paths: &[(&str, Vec<Point>)]) -> Chart {
    let mut chart = Chart::new("Six optimizers by step", ends(paths))
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("distance from the minimum").log().range(1e-7, 20.0));
    for (name, path) in paths {
        let line = path.iter().enumerate();
        let line = line.map(|(step, &point)| (step as f64, distance(point, MINIMUM).max(1e-7)));
        chart = chart.series(Series::line(*name, line));
    }
    chart.legend()
}

/// Two activation functions, two initializations and five rules: what the study found.
fn activations_and_optimizers(output: &Output, values: &mut Values) -> Result<()> {
    let record = study::load()?;
    let (how, study) = (record.how(), record.outcome);
    for runs in &study.results {
        let mean = t_interval(&runs.losses, 0.95, 1);
        let name = format!(
            "spirals.{}.{}.{}",
            runs.activation.to_lowercase(),
            runs.initialization.to_lowercase(),
            runs.rule.name().to_lowercase().replace(' ', "_")
        );
        let Runs { rate, constant, losses, .. } = runs;
        let note = format!("rate {rate:.3}, constant {constant}, {} seeds", losses.len());
        for (key, number) in [("loss", mean.value), ("half", mean.margin)] {
            let number = Measured::number(number, Format::Decimals(3)).within(0.0005);
            values.set(&format!("{name}.{key}"), number.note(&note).experiment(&how))?;
        }
    }
    pairs(&study, &how, values)?;
    let rules = [Rule::Sgd, Rule::Adam];
    let mut chart_lines = Vec::new();
    for (activation, short) in [("sigmoid", "sigmoid"), ("ReLU", "ReLU")] {
        for rule in rules {
            let runs = study.result(activation, "He", rule)?;
            let setting = Setting {
                activation,
                initialization: "He",
                rule,
                constant: runs.constant,
                rate: runs.rate,
            };
            let losses = median_curve(&setting);
            chart_lines.push((format!("{short}, {}", rule.name()), losses));
        }
    }
    let told = chart_lines
        .iter()
        .map(|(name, line)| format!("{name} {:.4}", line.last().map_or(f64::NAN, |point| point.1)));
    let told = told.collect::<Vec<_>>().join(", ");
    let description = format!("The median loss of five seeds after 300 steps: {told}.");
    let mut chart = Chart::new("Activation functions and optimizers", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("loss").log().range(1e-4, 2.0));
    for (name, line) in chart_lines {
        chart = chart.series(Series::line(name, line));
    }
    output.figure("activations_and_optimizers", &chart.machine_dependent())?;
    Ok(())
}

/// The median over five seeds of the loss after each step.
fn median_curve(setting: &Setting) -> Vec<(f64, f64)> {
    let curves: Vec<Vec<f64>> = (0..5).map(|seed| setting.losses(seed, study::STEPS)).collect();
    let median = |step: usize| {
        let mut losses: Vec<f64> = curves.iter().map(|curve| curve[step]).collect();
        losses.sort_by(f64::total_cmp);
        (step as f64, losses[2].clamp(1e-4, 2.0))
    };
    (0..study::STEPS).map(median).collect()
}

/// Ratios of losses, paired by seed: one contender's over another's, with intervals of 95% for all of them
/// at once.
fn pairs(study: &Study, how: &str, values: &mut Values) -> Result<()> {
    let compared = [
        ("initialization", ("sigmoid", "Xavier", Rule::Sgd), ("sigmoid", "He", Rule::Sgd)),
        ("function_sgd", ("sigmoid", "He", Rule::Sgd), ("ReLU", "He", Rule::Sgd)),
        ("function_adam", ("sigmoid", "He", Rule::Adam), ("ReLU", "He", Rule::Adam)),
        ("adam_sigmoid", ("sigmoid", "He", Rule::Sgd), ("sigmoid", "He", Rule::Adam)),
        ("adam_relu", ("ReLU", "He", Rule::Sgd), ("ReLU", "He", Rule::Adam)),
        ("sgd_momentum_sigmoid", ("sigmoid", "He", Rule::Sgd), ("sigmoid", "He", Rule::Momentum)),
        ("momentum_sigmoid", ("sigmoid", "He", Rule::Momentum), ("sigmoid", "He", Rule::Adam)),
        ("momentum_relu", ("ReLU", "He", Rule::Momentum), ("ReLU", "He", Rule::Adam)),
        ("vector_sigmoid", ("sigmoid", "He", Rule::Sgd), ("sigmoid", "He", Rule::PerVector)),
        ("rmsprop_sigmoid", ("sigmoid", "He", Rule::RmsProp), ("sigmoid", "He", Rule::Adam)),
        ("xavier_adam", ("sigmoid", "Xavier", Rule::Sgd), ("sigmoid", "Xavier", Rule::Adam)),
        (
            "xavier_momentum",
            ("sigmoid", "Xavier", Rule::Momentum),
            ("sigmoid", "Xavier", Rule::Adam),
        ),
        ("xavier_rmsprop", ("sigmoid", "Xavier", Rule::RmsProp), ("sigmoid", "Xavier", Rule::Adam)),
        ("xavier_vector", ("sigmoid", "Xavier", Rule::Sgd), ("sigmoid", "Xavier", Rule::PerVector)),
    ];
    let note = format!("paired by seed; 95% for all {} intervals at once", compared.len());
    for (key, a, b) in compared {
        let get = |(activation, initialization, rule)| -> Result<&Runs> {
            study.result(activation, initialization, rule)
        };
        let logs: Vec<f64> =
            get(a)?.losses.iter().zip(&get(b)?.losses).map(|(a, b)| (a / b).ln()).collect();
        let Estimate { value: mean, margin: half } = t_interval(&logs, 0.95, compared.len());
        print(format_args!(
            "{key}: {:.2} times the loss ({:.2} to {:.2})",
            mean.exp(),
            (mean - half).exp(),
            (mean + half).exp()
        ))?;
        for (end, log) in [("times", mean), ("low", mean - half), ("high", mean + half)] {
            let times = Measured::number(log.exp(), Format::Decimals(1)).within(0.05);
            let name = format!("spirals.pairs.{key}.{end}");
            values.set(&name, times.note(&note).experiment(how))?;
        }
    }
    study.results.first().context("the study has results")?;
    Ok(())
}
