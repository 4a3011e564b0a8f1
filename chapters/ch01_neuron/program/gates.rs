//! A neuron as a line in the plane: gates that are learned, the bound, and the gate that is not.

use anyhow::Result;
use book_figures::{
    Axis, Chart, ComputationGraph, DecisionRegions, Figure, Format, Measured, Output, Series,
    Values,
};
use book_programs::print;
use ch01_neuron::{Activation, Gate, Neuron, mistake_bound, perceptron_step, train_perceptron};
use ndarray::{Array1, Array2, ArrayView1, array};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::SEED;

/// The neuron of the chapter's first example: whether to go for a walk.
fn walker() -> Neuron<f64> {
    Neuron { weights: array![3.0, 4.0], bias: -2.0, activation: Activation::Step }
}

/// Two days, light and warmth, and the day with nothing to tempt her.
const BRIGHT: [f64; 2] = [1.0, 0.5];
const GRAY: [f64; 2] = [0.2, 0.1];
const ORIGIN: [f64; 2] = [0.0, 0.0];

/// The first example as a graph: what goes in on the bright day, and what becomes of it.
pub fn draw_walk(output: &Output) -> Result<()> {
    let neuron = walker();
    let (w, b) = (&neuron.weights, neuron.bias);
    let z = neuron.pre_activation(array![BRIGHT[0], BRIGHT[1]].view());
    let a = neuron.output(array![BRIGHT[0], BRIGHT[1]].view());
    let description = format!(
        "Light {} times the weight {} is {}. Warmth {} times the weight {} is {}. With the bias \
         {b} the sum is {z}, and the step makes {a} of it.",
        BRIGHT[0],
        w[0],
        w[0] * BRIGHT[0],
        BRIGHT[1],
        w[1],
        w[1] * BRIGHT[1]
    );
    print(format_args!("the walker on a bright day: z = {z}, a = {a}\n"))?;
    let mut graph = ComputationGraph::new("A neuron decides", description.replace('-', "−"));
    let plus = graph.operation("+", (2.6, 1.0));
    for (input, name) in ["light", "warmth"].into_iter().enumerate() {
        let row = input as f64;
        let from = graph.variable(name, (0.0, row));
        let times = graph.operation(format!("× {}", w[input]), (1.4, row));
        graph.wire(from, times, Some(BRIGHT[input]), None);
        graph.wire(times, plus, Some(w[input] * BRIGHT[input]), None);
    }
    let bias = graph.variable("bias", (0.0, 2.0));
    let step = graph.operation("step", (3.7, 1.0));
    let answer = graph.variable("walk", (4.8, 1.0));
    graph.wire(bias, plus, Some(b), None);
    graph.wire(plus, step, Some(z), None);
    graph.wire(step, answer, Some(a), None);
    output.figure("walk", &graph)?;
    Ok(())
}

/// The line of the walker, and the shortest ways to it from three days.
pub fn draw_distance(output: &Output) -> Result<()> {
    let neuron = walker();
    let (w, length) = (&neuron.weights, neuron.weights.dot(&neuron.weights).sqrt());
    let days =
        [("bright day", BRIGHT), ("gray day", GRAY), ("origin", ORIGIN)].map(|(name, at)| {
            let z = neuron.pre_activation(array![at[0], at[1]].view());
            let foot = (at[0] - z * w[0] / length.powi(2), at[1] - z * w[1] / length.powi(2));
            (name, (at[0], at[1]), foot, z)
        });
    let sentence = |&(name, (x, y), foot, z): &(&str, (f64, f64), (f64, f64), f64)| {
        let way = (x - foot.0).hypot(y - foot.1);
        format!("The {name} ({x}, {y}) has the sum {z:.0} and is {way:.1} away from it.")
    };
    let sentences: Vec<String> = days.iter().map(sentence).collect();
    let description = format!(
        "The line 3 x₁ + 4 x₂ = 2, the arrow of the weights at a right angle to it, and three \
         ways to the line. {}",
        sentences.join(" ").replace('-', "−")
    );
    let (from, to) = ((0.0, 0.5), (w[0] / 10.0, 0.5 + w[1] / 10.0));
    let barb = |side: f64| {
        let (back, out) = (-0.04 / length, 0.02 * side / length);
        (to.0 + back * w[0] - out * w[1], to.1 + back * w[1] + out * w[0])
    };
    let arrow = [from, to, barb(1.0), to, barb(-1.0)];
    let chart = Chart::new("The sum is a distance", description)
        .x_axis(Axis::new("first input x₁").range(-0.2, 1.2))
        .y_axis(Axis::new("second input x₂").range(-0.2, 1.0))
        .height(648.0)
        .series(Series::line("weights, a tenth as long", arrow))
        .series(Series::line("z = 0", line(&neuron).expect("its weights are not 0")));
    let ways = days.map(|(name, at, foot, z)| {
        let name = format!("{name}, z = {z:.0}").replace('-', "−");
        Series::line(name, [at, foot]).markers()
    });
    output.figure("distance", &ways.into_iter().fold(chart, Chart::series).legend())?;
    Ok(())
}

/// The line that the walker draws in the plane, with random days on both sides of it.
pub fn draw_line(output: &Output) -> Result<()> {
    let neuron = walker();
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let points: Vec<(f64, f64)> = (0..30)
        .map(|_| (2.0 * generator.random::<f64>() - 1.0, 2.0 * generator.random::<f64>() - 1.0))
        .collect();
    let side = |x: f64, y: f64| usize::from(neuron.output(array![x, y].view()) == 1.0);
    let of = |class| points.iter().copied().filter(move |&(x, y)| side(x, y) == class);
    let description = format!(
        "The plane of two inputs, split by the line 3 x₁ + 4 x₂ = 2. Of {} random points {} lie \
         on the side where the neuron says 1, above and to the right.",
        points.len(),
        of(1).count()
    );
    let ranges = [(-1.0, 1.0), (-1.0, 1.0)];
    let regions = DecisionRegions::new("A neuron is a line", description, ranges, side)
        .height(691.0)
        .axes("first input x₁", "second input x₂")
        .class("z < 0, the neuron says 0", of(0))
        .class("z ≥ 0, it says 1", of(1));
    output.figure("line", &regions)?;
    Ok(())
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

/// The inputs for which the gate wants an answer.
fn corners(gate: Gate, wanted: f64) -> Vec<(f64, f64)> {
    let (inputs, targets) = gate.examples::<f64>();
    let wanted = inputs.rows().into_iter().zip(targets).filter(move |(_, y)| *y == wanted);
    wanted.map(|(x, _)| (x[0], x[1])).collect()
}

/// Two points of the line w₁x₁ + w₂x₂ + b = 0 that are far apart; none if both weights are 0.
fn line(neuron: &Neuron<f64>) -> Option<[(f64, f64); 2]> {
    let (w1, w2, b) = (neuron.weights[0], neuron.weights[1], neuron.bias);
    let square = w1 * w1 + w2 * w2;
    let point = |t: f64| ((-b * w1 - t * w2) / square, (-b * w2 + t * w1) / square);
    (square > 0.0).then(|| [point(-10.0 * square.sqrt()), point(10.0 * square.sqrt())])
}

/// Three hundred tasks that can be learned: mistakes made against mistakes allowed.
pub fn draw_bound(output: &Output, values: &mut Values) -> Result<()> {
    const TASKS: usize = 300;
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let points: Vec<(f64, f64)> = (0..TASKS).map(|_| task(&mut generator)).collect();
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
    values.set("bound.closest", Measured::number(closest, Format::Percent(0)).within(0.01))?;
    Ok(())
}

/// Forty random points on both sides of a random line, none closer to it than a random gap:
/// Novikoff's bound, and the mistakes of the perceptron rule.
fn task(generator: &mut ChaCha8Rng) -> (f64, f64) {
    let mut number = || 2.0 * generator.random::<f64>() - 1.0;
    let weights = array![number(), number()];
    let length: f64 = weights.dot(&weights).sqrt();
    let bias = 0.3 * length * number();
    let judge = Neuron { weights, bias, activation: Activation::Step };
    let gap = length * 10.0_f64.powf(0.75 * number() - 1.25); // from 0.01 to 0.3
    let mut inputs = Array2::zeros((40, 2));
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

/// XOR: the best of many neurons, and the perceptron rule that never comes to rest.
pub fn draw_xor(output: &Output, values: &mut Values) -> Result<()> {
    let (best, right, searched) = best_for_xor();
    print(format_args!(
        "\nXOR: the best of {searched} neurons answers {right} of 4 examples right"
    ))?;
    values.set("xor.searched", Measured::count(searched))?;
    values.set("xor.best", Measured::count(right))?;
    let side = |x: f64, y: f64| usize::from(best.output(array![x, y].view()) == 1.0);
    let description = format!(
        "The line of the best of {searched} neurons: it has {right} of the four corners on the \
         right side. The corners that want a 1 face each other across the square, and so do \
         those that want a 0."
    );
    let ranges = [(-0.5, 1.5), (-0.5, 1.5)];
    let regions = DecisionRegions::new("XOR, and the best line for it", description, ranges, side)
        .axes("first input x₁", "second input x₂")
        .class("wants 0", corners(Gate::Xor, 0.0))
        .class("wants 1", corners(Gate::Xor, 1.0));
    output.figure("xor", &regions)?;
    draw_mistakes_by_pass(output, values)
}

/// Of a grid of neurons, the one that answers most examples of XOR, and by the widest margin.
fn best_for_xor() -> (Neuron<f64>, usize, usize) {
    let (inputs, targets) = Gate::Xor.examples::<f64>();
    let tick = |index: i32| f64::from(index) / 4.0 - 5.0;
    let neuron = |n: i32| Neuron {
        weights: array![tick(n % 41), tick(n / 41 % 41)],
        bias: tick(n / 41 / 41),
        activation: Activation::Step,
    };
    let right = |neuron: &Neuron<f64>| {
        let is_right = |(x, y): (ArrayView1<f64>, &f64)| neuron.output(x) == *y;
        inputs.rows().into_iter().zip(&targets).map(is_right).filter(|right| *right).count()
    };
    let margin = |neuron: &Neuron<f64>| {
        let length = neuron.weights.dot(&neuron.weights).sqrt().max(1e-9);
        inputs
            .rows()
            .into_iter()
            .map(|x| neuron.pre_activation(x).abs() / length)
            .fold(1e9, f64::min)
    };
    let all = (0..41 * 41 * 41).map(neuron).map(|neuron| (right(&neuron), neuron));
    let best = all.min_by(|(many, one), (others, other)| {
        others.cmp(many).then(margin(other).total_cmp(&margin(one)))
    });
    let (right, best) = best.expect("a grid has points");
    (best, right, 41 * 41 * 41)
}

/// How many of the four examples each pass gets wrong.
fn draw_mistakes_by_pass(output: &Output, values: &mut Values) -> Result<()> {
    const PASSES: usize = 12;
    let (inputs, targets) = Gate::Xor.examples();
    let mut neuron = Neuron::<f64>::zeros(2, Activation::Step);
    let long = train_perceptron(&mut neuron, inputs.view(), targets.view(), 1000);
    print(format_args!("XOR: {} mistakes in {} passes, no end", long.mistakes, long.epochs))?;
    values.set("xor.passes", Measured::count(long.epochs))?;
    values.set("xor.mistakes", Measured::count(long.mistakes))?;
    let description = format!(
        "AND, OR and NAND come to a pass without a mistake and stay there. XOR does not: in {} \
         passes it makes {} mistakes.",
        long.epochs, long.mistakes
    );
    let chart = Chart::new("Mistakes by pass", description)
        .x_axis(Axis::new("pass through the four examples").integers())
        .y_axis(Axis::new("mistakes").from_zero().integers());
    let gates = [(Gate::And, "AND"), (Gate::Or, "OR"), (Gate::Nand, "NAND"), (Gate::Xor, "XOR")];
    let chart = gates.into_iter().fold(chart, |chart, (gate, name)| {
        chart.series(Series::line(name, mistakes_by_pass(gate, PASSES)).markers())
    });
    output.figure("xor_mistakes", &chart)?;
    Ok(())
}

fn mistakes_by_pass(gate: Gate, passes: usize) -> Vec<(f64, f64)> {
    let (inputs, targets) = gate.examples();
    let mut neuron = Neuron::<f64>::zeros(2, Activation::Step);
    let mut pass = || train_perceptron(&mut neuron, inputs.view(), targets.view(), 1).mistakes;
    (1..=passes).map(|index| (index as f64, pass() as f64)).collect()
}
