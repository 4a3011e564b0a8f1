//! The first page: a neuron that decides, its line in the plane, and distances from it.

use anyhow::Result;
use book_figures::{Axis, Chart, ComputationGraph, DecisionRegions, Output, Series};
use book_programs::print;
use ch01_neuron::{Activation, Neuron};
use ndarray::array;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::seed::SEED;

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

/// Two points of the line w₁x₁ + w₂x₂ + b = 0 that are far apart; none if both weights are 0.
pub fn line(neuron: &Neuron<f64>) -> Option<[(f64, f64); 2]> {
    let (w1, w2, b) = (neuron.weights[0], neuron.weights[1], neuron.bias);
    let square = w1 * w1 + w2 * w2;
    let point = |t: f64| ((-b * w1 - t * w2) / square, (-b * w2 + t * w1) / square);
    (square > 0.0).then(|| [point(-10.0 * square.sqrt()), point(10.0 * square.sqrt())])
}
