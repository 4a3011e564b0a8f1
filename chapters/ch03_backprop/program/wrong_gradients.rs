//! Five wrong gradients: how a network learns with each, and what the check says.

use std::f64::consts::TAU;

use anyhow::Result;
use book_figures::{
    Axis, Chart, DecisionRegions, Figure, Format, Measured, Output, Series, Values,
};
use book_programs::print;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Layer, Loss, Network, Trace, one_hot};
use ch03_backprop::{
    ActivationBackward, DenseBackward, DenseGradient, GradientCheck, GradientMismatch, Gradients,
    LossBackward, all_entries,
};
use ndarray::{Array2, ArrayView2, Axis as Along, Slice, array};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::runs::{SEEDS, interval, range};

/// Points in a class, and classes.
const POINTS: usize = 40;
const CLASSES: usize = 3;

/// How often the network takes a step against its gradient, and how long the step is.
const STEPS: usize = 3000;
const LEARNING_RATE: f64 = 0.5;

/// The learning rates from which each of the quiet mistakes, and the right gradient, may choose.
const RATES: [f64; 5] = [0.125, 0.5, 2.0, 8.0, 32.0];

/// One thing that can be wrong with a backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing is.
    Nothing,
    /// The gradient of the sum over the batch, not of the mean.
    SumForMean,
    /// `=` in place of `+=` in the loop over the batch: the last example counts alone.
    LastExample,
    /// δW in place of δWᵀ where W is square.
    NoTranspose,
    /// δ as the article printed it: the slope of the activation twice.
    SlopeTwice,
    /// f′(a) in place of f′(z).
    SlopeOfOutput,
}

impl Mistake {
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Nothing, "correct", "right"),
        (Self::SumForMean, "sum_for_mean", "sum for mean"),
        (Self::LastExample, "last_example", "last example"),
        (Self::NoTranspose, "no_transpose", "no transpose"),
        (Self::SlopeTwice, "slope_twice", "slope twice"),
        (Self::SlopeOfOutput, "slope_of_output", "slope of output"),
    ];

    /// ∂L/∂A of the last layer.
    fn output_gradient(self, outputs: ArrayView2<f64>, targets: ArrayView2<f64>) -> Array2<f64> {
        let gradient = Loss::SoftmaxCrossEntropy.gradient(outputs, targets);
        match self {
            Self::SumForMean => gradient * targets.nrows() as f64,
            _ => gradient,
        }
    }

    /// δ of a layer.
    fn delta(
        self,
        f: Activation,
        z: ArrayView2<f64>,
        activation_gradient: Array2<f64>,
    ) -> Array2<f64> {
        match self {
            Self::SlopeTwice => f.backward(z, f.backward(z, activation_gradient)),
            Self::SlopeOfOutput => f.backward(z.mapv(|z| f.value(z)).view(), activation_gradient),
            _ => f.backward(z, activation_gradient),
        }
    }

    /// The gradients of a layer's parameters.
    fn gradient(
        self,
        layer: &Layer<f64>,
        inputs: ArrayView2<f64>,
        delta: ArrayView2<f64>,
    ) -> DenseGradient<f64> {
        match self {
            Self::LastExample => layer.dense.backward(last_row(&inputs), last_row(&delta)),
            _ => layer.dense.backward(inputs, delta),
        }
    }

    /// ∂L/∂X of a layer, for the layer before it.
    fn input_gradient(self, layer: &Layer<f64>, delta: ArrayView2<f64>) -> Array2<f64> {
        let weights = &layer.dense.weights;
        match self {
            Self::NoTranspose if weights.is_square() => delta.dot(weights),
            _ => layer.dense.input_gradient(delta),
        }
    }
}

/// The last example of a batch, as a batch of one.
fn last_row<'a>(batch: &'a ArrayView2<f64>) -> ArrayView2<'a, f64> {
    batch.slice_axis(Along(0), Slice::from(-1..))
}

/// The backward pass of a network, with one mistake in it.
fn backward_with_mistake(
    mistake: Mistake,
    network: &Network<f64>,
    inputs: ArrayView2<f64>,
    trace: &Trace<f64>,
    targets: ArrayView2<f64>,
) -> Gradients<f64> {
    let mut activation_gradient = mistake.output_gradient(trace.output(), targets);
    let mut layers = Vec::new();
    for (index, layer) in network.layers.iter().enumerate().rev() {
        let z = trace.pre_activations[index].view();
        let delta = mistake.delta(layer.activation, z, activation_gradient);
        let inputs = trace.inputs_of(index, inputs);
        layers.push(mistake.gradient(layer, inputs, delta.view()));
        activation_gradient = mistake.input_gradient(layer, delta.view());
    }
    layers.reverse();
    Gradients { layers }
}

/// A network, and what it is to learn.
struct Task {
    inputs: Array2<f64>,
    labels: Vec<u8>,
    targets: Array2<f64>,
    network: Network<f64>,
}

impl Task {
    /// Three arms of a spiral, with a little noise; 2-16-16-3, sigmoid.
    fn new(seed: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let mut inputs = Array2::zeros((POINTS * CLASSES, 2));
        let mut labels = Vec::new();
        for (index, mut point) in inputs.rows_mut().into_iter().enumerate() {
            let (class, along) = (index % CLASSES, (index / CLASSES) as f64 / POINTS as f64);
            let noise: f64 = StandardNormal.sample(&mut generator);
            let angle = TAU * (class as f64 / CLASSES as f64 + 0.45 * along) + 0.1 * noise;
            let radius = 0.2 + along;
            point[0] = radius * angle.cos();
            point[1] = radius * angle.sin();
            labels.push(class as u8);
        }
        let functions = (Activation::Sigmoid, Activation::Identity);
        let sizes = [2, 16, 16, CLASSES];
        let network = Network::new(&sizes, functions, Initialization::Xavier, &mut generator);
        Self { inputs, targets: one_hot(&labels, CLASSES), labels, network }
    }

    fn loss(&self, network: &Network<f64>) -> f64 {
        let outputs = network.forward(self.inputs.view());
        Loss::SoftmaxCrossEntropy.value(outputs.view(), self.targets.view())
    }

    /// The share of the points whose class has the largest logit.
    fn accuracy(&self, network: &Network<f64>) -> f64 {
        let outputs = network.forward(self.inputs.view());
        let right = outputs
            .rows()
            .into_iter()
            .zip(&self.labels)
            .filter(|(row, label)| row.iter().all(|&logit| logit <= row[usize::from(**label)]));
        right.count() as f64 / self.labels.len() as f64
    }

    /// The share of the hidden activations where the sigmoid has a slope below 1/100.
    fn saturated(&self, network: &Network<f64>) -> f64 {
        let trace = network.trace(self.inputs.view());
        let hidden = &trace.pre_activations[..network.layers.len() - 1];
        let slopes: Vec<f64> =
            hidden.iter().flatten().map(|&z| Activation::Sigmoid.derivative(z)).collect();
        slopes.iter().filter(|&&slope| slope < 0.01).count() as f64 / slopes.len() as f64
    }

    /// The loss, and its gradients with a mistake.
    fn passes(&self, mistake: Mistake, network: &Network<f64>) -> (f64, Gradients<f64>) {
        let (inputs, targets) = (self.inputs.view(), self.targets.view());
        let trace = network.trace(inputs);
        let loss = Loss::SoftmaxCrossEntropy.value(trace.output(), targets);
        (loss, backward_with_mistake(mistake, network, inputs, &trace, targets))
    }

    /// Gradient descent: the loss before each step, and the trained network. The layers before
    /// `first_layer` stay as they are.
    fn train(&self, mistake: Mistake, first_layer: usize, rate: f64) -> (Vec<f64>, Network<f64>) {
        let mut network = self.network.clone();
        let mut losses = Vec::new();
        for _ in 0..STEPS {
            let (loss, gradients) = self.passes(mistake, &network);
            losses.push(loss);
            let slices = network.parameters_mut().into_iter().zip(gradients.slices());
            for (slice, gradient) in slices.skip(2 * first_layer) {
                for (parameter, g) in slice.iter_mut().zip(gradient) {
                    *parameter -= rate * g;
                }
            }
        }
        (losses, network)
    }

    /// The angles, in degrees, between a gradient with a mistake and the right one: of all
    /// parameters together, and of those of the first layer.
    fn angles(&self, mistake: Mistake, network: &Network<f64>) -> [f64; 2] {
        let [wrong, right] =
            [mistake, Mistake::Nothing].map(|mistake| self.passes(mistake, network).1);
        let angle = |slices: usize| {
            let [wrong, right] =
                [&wrong, &right].map(|gradients| gradients.slices()[..slices].concat());
            let lengths = length(&wrong) * length(&right);
            (product(&wrong, &right) / lengths).clamp(-1.0, 1.0).acos().to_degrees()
        };
        [angle(2 * network.layers.len()), angle(2)]
    }

    /// The length of the first layer's gradient, as a share of that of the whole.
    fn first_share(&self, network: &Network<f64>) -> f64 {
        let (_, gradients) = self.passes(Mistake::Nothing, network);
        length(&gradients.slices()[..2].concat()) / length(&gradients.slices().concat())
    }

    /// What the gradient check says before the first step.
    fn check(&self, mistake: Mistake) -> Result<f64, GradientMismatch> {
        let (_, gradients) = self.passes(mistake, &self.network);
        let entries = all_entries(&self.network);
        GradientCheck::default().network(&self.network, &gradients, entries, |n| self.loss(n))
    }

    /// The share of a layer's entries that fail the check before the first step.
    fn failing(&self, mistake: Mistake, layer: usize) -> f64 {
        let (_, gradients) = self.passes(mistake, &self.network);
        let entries = || all_entries(&self.network).into_iter().filter(|(s, _)| s / 2 == layer);
        let check = GradientCheck::default();
        let failures = check.mismatches(&self.network, &gradients, entries(), |n| self.loss(n));
        failures.len() as f64 / entries().count() as f64
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f64]) -> f64 {
    product(a, a).sqrt()
}

/// How a network learned with a mistake: one run for each seed.
#[derive(Default)]
struct Study {
    name: &'static str,
    /// The loss before each step, with the first seed.
    losses: Vec<f64>,
    /// The last loss with each seed.
    last: Vec<f64>,
    /// The share of points that are right at the end, with each seed.
    accuracy: Vec<f64>,
    /// The share of flat hidden activations at the end, with each seed.
    saturated: Vec<f64>,
    /// The angle to the right gradient before the first step, with each seed: of the whole, and of
    /// the first layer.
    angle: [Vec<f64>; 2],
    /// And after the last.
    last_angle: [Vec<f64>; 2],
}

impl Study {
    fn new(mistake: Mistake, name: &'static str, first_layer: usize, rate: f64) -> Self {
        let mut study = Self { name, ..Self::default() };
        for seed in SEEDS {
            let task = Task::new(seed);
            let (losses, network) = task.train(mistake, first_layer, rate);
            study.last.push(task.loss(&network));
            study.accuracy.push(task.accuracy(&network));
            study.saturated.push(task.saturated(&network));
            for (all, angle) in study.angle.iter_mut().zip(task.angles(mistake, &task.network)) {
                all.push(angle);
            }
            for (all, angle) in study.last_angle.iter_mut().zip(task.angles(mistake, &network)) {
                all.push(angle);
            }
            if seed == SEEDS.start {
                study.losses = losses;
            }
        }
        study
    }

    /// Prints the ends, and sets them as values.
    fn report(&self, key: &str, values: &mut Values) -> Result<()> {
        let (loss, right) = (range(&self.last), range(&self.accuracy));
        print(format_args!(
            "  {:18} last loss {:.2e} to {:.2e}, right {:.0} to {:.0} %",
            self.name,
            loss.0,
            loss.1,
            100.0 * right.0,
            100.0 * right.1
        ))?;
        set_range(values, &format!("{key}.loss"), loss, |loss| match loss {
            ..0.001 => Measured::number(loss, Format::Scientific(0)).machine(), // rounding adds up
            ..0.1 => Measured::number(loss, Format::Decimals(3)).within(0.001),
            0.1..10.0 => Measured::number(loss, Format::Decimals(2)).within(0.01),
            _ => Measured::number(loss, Format::Integer).machine(), // it leaps from step to step
        })?;
        set_range(values, &format!("{key}.accuracy"), right, |share| {
            Measured::number(share, Format::Percent(0)).within(0.01)
        })
    }

    /// Prints the angles, and sets them as values.
    fn report_angles(&self, key: &str, values: &mut Values) -> Result<()> {
        for (part, name) in ["", "first_layer_"].into_iter().enumerate() {
            let ends = [range(&self.angle[part]), range(&self.last_angle[part])];
            print(format_args!(
                "    {name}angle {:.0}° to {:.0}° before the first step, {:.0}° to {:.0}° after the last",
                ends[0].0, ends[0].1, ends[1].0, ends[1].1
            ))?;
            for (when, end) in ["angle", "last_angle"].into_iter().zip(ends) {
                set_range(values, &format!("{key}.{name}{when}"), end, |angle| {
                    Measured::number(angle, Format::Integer).within(1.0)
                })?;
            }
        }
        Ok(())
    }
}

/// Sets the lowest and the highest of what the seeds gave.
fn set_range(
    values: &mut Values,
    key: &str,
    (low, high): (f64, f64),
    measured: impl Fn(f64) -> Measured,
) -> Result<()> {
    let note = format!("seeds {} to {}", SEEDS.start, SEEDS.end - 1);
    for (end, number) in [("low", low), ("high", high)] {
        values.set(&format!("wrong_gradients.{key}_{end}"), measured(number).note(&note))?;
    }
    Ok(())
}

/// Trains with each mistake, and draws how it went.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    print(format_args!(
        "\nFive wrong gradients, {} points on a spiral, {STEPS} steps",
        POINTS * CLASSES
    ))?;
    output.figure("spiral", &spiral())?;
    let mut studies = Vec::new();
    for (mistake, key, name) in Mistake::ALL {
        let study = Study::new(mistake, name, 0, LEARNING_RATE);
        study.report(key, values)?;
        if mistake != Mistake::Nothing {
            study.report_angles(key, values)?;
        }
        if mistake == Mistake::SumForMean {
            let share = Measured::number(range(&study.saturated).0, Format::Percent(0));
            let share = share.note("seeds 0 to 4").machine(); // it leaps
            values.set(&format!("wrong_gradients.{key}.saturated"), share)?;
        }
        verdict(mistake, key, values)?;
        studies.push(study);
    }
    let [right, sum, last, no_transpose, twice, of_output] = &studies[..] else {
        unreachable!("six studies")
    };
    let title = "Two mistakes that give themselves away";
    output.figure("diverging", &chart(title, &[sum, last, right]).machine_dependent())?; // it leaps
    let frozen = Study::new(Mistake::Nothing, "first layer frozen", 1, LEARNING_RATE);
    frozen.report("frozen", values)?;
    control(no_transpose, &frozen, values)?;
    let title = "Three mistakes that look like training";
    output.figure(
        "falling",
        &chart(title, &[of_output, twice, &frozen, no_transpose, right]).tolerance(6.0),
    )?;
    best_rates(values)
}

/// Does what "no transpose" tells the first layer train it? Beside it, the same network with a first
/// layer that stays as it began.
fn control(no_transpose: &Study, frozen: &Study, values: &mut Values) -> Result<()> {
    let differences: Vec<f64> =
        frozen.last.iter().zip(&no_transpose.last).map(|(frozen, other)| frozen - other).collect();
    let gain = interval(differences[..].try_into()?);
    set_range(values, "frozen.gain", gain, |loss| {
        Measured::number(loss, Format::Decimals(2)).within(0.01)
    })?;
    let shares: Vec<f64> = SEEDS
        .map(|seed| {
            let task = Task::new(seed);
            task.first_share(&task.network)
        })
        .collect();
    set_range(values, "first_share", range(&shares), |share| {
        Measured::number(share, Format::Percent(0)).within(0.01)
    })?;
    print(format_args!(
        "  no transpose against a frozen first layer: lower by {:.3} to {:.3} (95%, paired); \
         first layer's share of the gradient {shares:.2?}",
        gain.0, gain.1
    ))
}

/// Each of the quiet mistakes, and the right gradient, at the best of several learning rates: the one
/// with the lowest median of the last loss.
fn best_rates(values: &mut Values) -> Result<()> {
    print(format_args!("\nEach at the best of the learning rates {RATES:?}"))?;
    for (mistake, key, name) in Mistake::ALL {
        if matches!(mistake, Mistake::SumForMean | Mistake::LastExample) {
            continue;
        }
        let studies = RATES.map(|rate| (rate, Study::new(mistake, name, 0, rate)));
        let median = |study: &Study| {
            let mut last = study.last.clone();
            last.sort_by(f64::total_cmp);
            last[last.len() / 2]
        };
        let (rate, best) = studies
            .iter()
            .min_by(|(_, a), (_, b)| median(a).total_cmp(&median(b)))
            .expect("several rates");
        best.report(&format!("best_rate.{key}"), values)?;
        print(format_args!("    at a rate of {rate}"))?;
        let rate = Measured::number(*rate, Format::Decimals(if *rate < 1.0 { 1 } else { 0 }));
        values.set(&format!("wrong_gradients.best_rate.{key}.rate"), rate)?;
    }
    Ok(())
}

/// The points of the first seed, and where the network puts the border once it has learned.
fn spiral() -> impl Figure {
    let task = Task::new(SEEDS.start);
    let (_, network) = task.train(Mistake::Nothing, 0, LEARNING_RATE);
    let right = (task.accuracy(&network) * task.labels.len() as f64).round();
    let class = |x: f64, y: f64| {
        let logits = network.forward(array![[x, y]].view());
        let largest = (0..CLASSES).max_by(|&j, &k| logits[[0, j]].total_cmp(&logits[[0, k]]));
        largest.expect("three classes")
    };
    let description = format!(
        "{} points on three arms that turn around the middle, and the regions in which the \
         trained network names each arm; {right} points lie in the region of their own arm.",
        task.labels.len()
    );
    let ranges = [(-2.0, 2.0), (-1.3, 1.3)];
    let regions = DecisionRegions::new("Three arms of a spiral", description, ranges, class)
        .axes("first input x₁", "second input x₂");
    let arms = (0..CLASSES).fold(regions, |regions, arm| {
        let rows = task.inputs.rows().into_iter().zip(&task.labels);
        let points = rows.filter(|(_, label)| usize::from(**label) == arm);
        regions.class(format!("arm {arm}"), points.map(|(x, _)| (x[0], x[1])))
    });
    arms.tolerance(6.0)
}

/// What the check says of a mistake.
fn verdict(mistake: Mistake, key: &str, values: &mut Values) -> Result<()> {
    let mut set = |what: &str, measured: Measured| {
        values.set(&format!("wrong_gradients.{key}.{what}"), measured)
    };
    match Task::new(SEEDS.start).check(mistake) {
        Ok(largest) => {
            print(format_args!("    the check passes; largest relative error {largest:.0e}"))?;
        }
        Err(mismatch) => {
            print(format_args!("    {mismatch}"))?;
            set("analytic", two_digits(mismatch.analytic))?;
            set("numeric", two_digits(mismatch.numeric))?;
            let error = Measured::number(mismatch.relative_error, Format::Decimals(2));
            set("error", error.within(0.01))?;
            set("parameter", Measured::text(mismatch.parameter))?;
            let task = Task::new(SEEDS.start);
            for layer in 0..3 {
                let share = Measured::number(task.failing(mistake, layer), Format::Percent(0));
                set(&format!("failing_{}", layer + 1), share.within(0.01))?;
            }
        }
    }
    Ok(())
}

/// A number of any size, with two digits.
fn two_digits(number: f64) -> Measured {
    let format = Format::Scientific(1);
    Measured::number(number, format).within(format.last_digit(number))
}

/// Loss curves by the step.
fn chart(title: &str, studies: &[&Study]) -> Chart {
    let ends: Vec<String> = studies
        .iter()
        .map(|study| format!("{}: {:.2}", study.name, study.losses[STEPS - 1]))
        .collect();
    let description = format!("The loss before the last step. {}.", ends.join("; "));
    let curves = studies.iter().fold(Chart::new(title, description), |chart, study| {
        let points = study.losses.iter().enumerate().step_by(10);
        let points = points.map(|(step, &loss)| (step as f64, loss));
        chart.series(Series::line(study.name, points))
    });
    curves.x_axis(Axis::new("step")).y_axis(Axis::new("loss").log())
}
