//! Learning from mistakes: gates that are learned, and mistakes made against mistakes allowed.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch01_neuron::{Activation, Gate, Neuron, mistake_bound, perceptron_step, train_perceptron};
use ndarray::{Array1, Array2, array};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::neuron::line;
use crate::seed::SEED;

/// AND, OR and NAND: how the line moves, how many mistakes it takes, and how many it may take.
pub fn draw_learned(output: &Output, values: &mut Values) -> Result<()> {
    print("\ngate   passes  mistakes  bound  weights and bias")?;
    let gates = [
        (
            Gate::And,
            "and",
            "AND",
            Neuron { weights: array![2.0, 2.0], bias: -3.0, activation: Activation::Step },
        ),
        (
            Gate::Or,
            "or",
            "OR",
            Neuron { weights: array![2.0, 2.0], bias: -1.0, activation: Activation::Step },
        ),
        (
            Gate::Nand,
            "nand",
            "NAND",
            Neuron { weights: array![-2.0, -2.0], bias: 3.0, activation: Activation::Step },
        ),
    ];
    for (gate, file, name, separator) in gates {
        let (inputs, targets) = gate.examples::<f64>();
        let mut neuron = Neuron::zeros(2, Activation::Step);
        let run = train_perceptron(&mut neuron, inputs.view(), targets.view(), 100);
        let bound = mistake_bound(&separator, inputs.view(), targets.view());
        let (w1, w2, b) = (neuron.weights[0], neuron.weights[1], neuron.bias);
        print(format_args!(
            "{name:6}{:7}{:10}{bound:7.0}  {w1}, {w2}, {b}",
            run.epochs, run.mistakes
        ))?;
        values.set(&format!("{file}.passes"), Measured::count(run.epochs))?;
        values.set(&format!("{file}.mistakes"), Measured::count(run.mistakes))?;
        values
            .set(&format!("{file}.bound"), Measured::number(bound, Format::Integer).within(0.01))?;
        for (what, number) in [("w1", w1), ("w2", w2), ("b", b)] {
            values.set(&format!("{file}.{what}"), Measured::number(number, Format::Integer))?;
        }
        output.figure(file, &moving_line(gate, name))?;
    }
    Ok(())
}

/// The four corners and the line after a few of the mistakes.
fn moving_line(gate: Gate, name: &str) -> Chart {
    let history = history(gate);
    let last = history.last().expect("a gate is not learned without a mistake");
    let description = format!(
        "The four corners of the square, and the line of the neuron after some of its {} \
         mistakes. The last line has the weights {} and {} and the bias {}; it has the ones on \
         one side, or on itself, and the zeros on the other.",
        history.len(),
        last.weights[0],
        last.weights[1],
        last.bias
    )
    .replace('-', "−");
    let chart = Chart::new(format!("The line of {name} moves with each mistake"), description)
        .x_axis(Axis::new("first input x₁").range(-0.5, 1.75))
        .y_axis(Axis::new("second input x₂").range(-0.5, 1.75))
        .height(480.0)
        .series(Series::scatter("wants 0", corners(gate, 0.0)))
        .series(Series::scatter("wants 1", corners(gate, 1.0)));
    let mut shown: Vec<usize> =
        (1..=4).map(|quarter| (quarter * history.len()).div_ceil(4)).collect();
    shown.dedup();
    shown
        .into_iter()
        .filter_map(|count| Some((count, line(&history[count - 1])?)))
        .fold(chart, |chart, (count, ends)| {
            chart.series(Series::line(format!("{count} mistakes"), ends))
        })
}

/// The neuron after each mistake, from zero weights, until a pass is right.
fn history(gate: Gate) -> Vec<Neuron<f64>> {
    let (inputs, targets) = gate.examples();
    let mut neuron = Neuron::zeros(2, Activation::Step);
    let mut history = Vec::new();
    loop {
        let before = history.len();
        for (input, &target) in inputs.rows().into_iter().zip(&targets) {
            if perceptron_step(&mut neuron, input, target) {
                history.push(neuron.clone());
            }
        }
        if history.len() == before {
            return history;
        }
    }
}

/// The inputs for which the gate wants an answer.
pub fn corners(gate: Gate, wanted: f64) -> Vec<(f64, f64)> {
    let (inputs, targets) = gate.examples::<f64>();
    let wanted = inputs.rows().into_iter().zip(targets).filter(move |(_, y)| *y == wanted);
    wanted.map(|(x, _)| (x[0], x[1])).collect()
}

/// Three hundred tasks that can be learned: mistakes made against mistakes allowed.
pub fn draw_bound(output: &Output, values: &mut Values) -> Result<()> {
    const TASKS: usize = 300;
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let points: Vec<(f64, f64)> = (0..TASKS).map(|_| task(40, None, &mut generator)).collect();
    let ratios = points.iter().map(|(bound, mistakes)| mistakes / bound);
    let closest = ratios.fold(0.0, f64::max);
    let ends = points.iter().map(|point| point.0);
    let (low, high) = (ends.clone().fold(f64::INFINITY, f64::min), ends.fold(0.0, f64::max));
    let description = format!(
        "{TASKS} tasks of forty points each. All lie below the diagonal, where mistakes and bound \
         would be equal. The closest reaches {:.0}% of its bound.",
        100.0 * closest
    );
    print(format_args!(
        "\n{TASKS} tasks: at most {:.0} % of the mistakes that the bound allows",
        100.0 * closest
    ))?;
    let chart = Chart::new("Mistakes made, and mistakes allowed", description)
        .x_axis(Axis::new("bound (R/γ)²").log())
        .y_axis(Axis::new("mistakes made").log())
        .series(Series::scatter("a task", points))
        .series(Series::line("mistakes = bound", [(low, low), (high, high)]));
    output.figure("bound", &chart.tolerance(2.0))?;
    values.set("bound.tasks", Measured::count(TASKS))?;
    for count in [4, 40, 400, 4000] {
        let tasks = (0..31).map(|_| task(count, Some(0.05), &mut generator));
        let mut mistakes: Vec<usize> = tasks.map(|(_, mistakes)| mistakes as usize).collect();
        mistakes.sort_unstable();
        let (median, most) = (mistakes[15], mistakes[30]);
        print(format_args!("  {count:5} points, gap 0.05: {median} mistakes, at most {most}"))?;
        for (what, number) in [("median", median), ("most", most)] {
            let number = Measured::count(number).note("31 tasks");
            values.set(&format!("bound.{what}_{count}"), number)?;
        }
    }
    values.set("bound.closest", Measured::number(closest, Format::Percent(0)).within(0.01))?;
    Ok(())
}

/// Random points on both sides of a random line, none closer to it than a gap, which is drawn if none
/// is given: Novikoff's bound, and the mistakes of the perceptron rule.
fn task(count: usize, gap: Option<f64>, generator: &mut ChaCha8Rng) -> (f64, f64) {
    let mut number = || 2.0 * generator.random::<f64>() - 1.0;
    let weights = array![number(), number()];
    let length: f64 = weights.dot(&weights).sqrt();
    let bias = 0.3 * length * number();
    let judge = Neuron { weights, bias, activation: Activation::Step };
    let gap = length * gap.unwrap_or_else(|| 10.0_f64.powf(0.75 * number() - 1.25)); // 0.01 to 0.3
    let mut inputs = Array2::zeros((count, 2));
    for (index, mut input) in inputs.rows_mut().into_iter().enumerate() {
        let side = if index % 2 == 0 { 1.0 } else { -1.0 };
        loop {
            input.assign(&array![number(), number()]);
            if side * judge.pre_activation(input.view()) >= gap {
                break;
            }
        }
    }
    let targets: Array1<f64> = inputs.rows().into_iter().map(|x| judge.output(x)).collect();
    let bound = mistake_bound(&judge, inputs.view(), targets.view());
    let mut neuron = Neuron::zeros(2, Activation::Step);
    let run = train_perceptron(&mut neuron, inputs.view(), targets.view(), 1_000_000);
    assert!(run.converged && run.mistakes as f64 <= bound);
    (bound, run.mistakes as f64)
}
