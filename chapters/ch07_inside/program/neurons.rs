//! Page *What a neuron wants*: preferred images beside the images that excite neurons most, when neurons
//! are on, and what the images are worth that nobody drew.

use anyhow::Result;
use book_figures::{Axis, BarChart, Figure, Format, ImageGrid, Output, Values};
use book_programs::statistics::Estimate;
use ch02_forward::{Initialization, Network, softmax};
use ch05_mnist::{CLASSES, Dataset, Recipe, likeliest};
use ch07_inside::{contributions, firing_shares, preferred_image, preferred_input};
use ndarray::{Array1, Array2, Axis as Along};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, SEEDS, answers, first};

/// A neuron counts as on for a digit if it is on for at least this share of its images.
const MOSTLY: f64 = 0.5;

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: &[Network<f64>],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let (inputs, labels) = first(test, 10_000);
    output.figure("wants", &wants(&networks[0], &inputs, values)?.machine_dependent())?;
    let chart = digits_of_neurons(networks, train, (&inputs, &labels), values)?;
    output.figure("digits-of-neurons", &chart.machine_dependent())?;
    few_neurons(networks, (&inputs, &labels), values)
}

/// For four neurons: weights, the best image, and the three test images that excite it most.
fn wants(network: &Network<f64>, inputs: &Array2<f64>, values: &mut Values) -> Result<ImageGrid> {
    let dense = &network.layers[0].dense;
    let z = dense.forward(inputs.view());
    let mut alive: Vec<usize> = (0..z.ncols()).collect();
    let variance = |j: &usize| z.column(*j).var(0.0);
    alive.sort_by(|a, b| variance(b).total_cmp(&variance(a)));
    let shown = &alive[..4];
    let (mut best_rows, mut ratio) = (Vec::new(), 0.0);
    let description = "Four rows, a neuron each: its weights, strokes in orange between strokes in \
        blue; the image that excites it most, white specks all over the field and no digit; and the \
        three test images that excite it most, nearly always the same digit.";
    let mut grid = ImageGrid::new("What four neurons want", description, 5);
    for &neuron in shown {
        let w = dense.weights.column(neuron);
        let largest = w.iter().fold(0.0_f64, |most, w| most.max(w.abs()));
        let wanted = preferred_image(w);
        let mut order: Vec<usize> = (0..z.nrows()).collect();
        order.sort_by(|a, b| z[[*b, neuron]].total_cmp(&z[[*a, neuron]]));
        ratio += z[[order[0], neuron]] / (w.dot(&wanted) + dense.bias[neuron]) / shown.len() as f64;
        let scaled: Vec<f64> = preferred_input(w).iter().map(|x| x / largest).collect();
        let length = w.dot(&w).sqrt();
        let scaled: Vec<f64> = scaled.iter().map(|x| x * length).collect();
        grid = grid.signed(format!("neuron {neuron}"), 28, &scaled);
        let best = w.dot(&wanted) + dense.bias[neuron];
        grid = grid.shares(format!("best: {best:.0}"), 28, &wanted.to_vec());
        for &image in &order[..3] {
            let pixels = inputs.row(image).to_vec();
            grid = grid.shares(format!("{:.1}", z[[image, neuron]]), 28, &pixels);
        }
        best_rows.push(wanted);
    }
    let note = "four neurons of the steady network, seed 0, all test images";
    set(values, "neurons.reached", ratio, Format::Percent(0), note)?;
    let answers: Vec<f64> = best_rows
        .iter()
        .map(|image: &Array1<f64>| {
            let input = image.view().insert_axis(Along(0));
            let p = softmax(network.forward(input).view());
            p[[0, likeliest(p.row(0))]]
        })
        .collect();
    let lowest = answers.iter().copied().fold(1.0, f64::min);
    set(values, "neurons.certain", lowest, Format::Percent(0), note)?;
    Ok(grid.range(1.0))
}

/// For how many digits the neurons are mostly on, trained, untrained, and with the labels' order lost.
fn digits_of_neurons(
    networks: &[Network<f64>],
    train: &Dataset,
    (inputs, labels): (&Array2<f64>, &[u8]),
    values: &mut Values,
) -> Result<BarChart> {
    let count = |network: &Network<f64>| {
        let shares = firing_shares(network, inputs.view(), labels, CLASSES);
        let digits = shares.columns().into_iter();
        digits
            .map(|column| column.iter().filter(|share| **share >= MOSTLY).count())
            .collect::<Vec<_>>()
    };
    let untrained = |seed: u64| {
        let mut generator = ChaCha8Rng::seed_from_u64(100 + seed);
        let recipe = Recipe { initialization: Initialization::Xavier, ..Recipe::steady() };
        recipe.network::<f64>(train.pixels(), &mut generator)
    };
    let trained: Vec<Vec<usize>> = networks.iter().map(count).collect();
    let random: Vec<Vec<usize>> = (0..SEEDS).map(|seed| count(&untrained(seed))).collect();
    let share = |counts: &Vec<usize>, holds: &dyn Fn(usize) -> bool| {
        counts.iter().filter(|digits| holds(**digits)).count() as f64 / counts.len() as f64
    };
    let note = format!("all test images, {NOTE}; on for a digit: for at least half of its images");
    let kinds: [(&str, &dyn Fn(usize) -> bool); 3] =
        [("none", &|n| n == 0), ("one", &|n| n == 1), ("several", &|n| n > 1)];
    for (name, holds) in kinds {
        let of =
            |all: &[Vec<usize>]| all.iter().map(|counts| share(counts, holds)).collect::<Vec<_>>();
        let percent = Format::Percent(0);
        set_mean(values, &format!("neurons.{name}"), mean_of(&of(&trained)), percent, &note)?;
        set_mean(
            values,
            &format!("neurons.untrained_{name}"),
            mean_of(&of(&random)),
            percent,
            &note,
        )?;
    }
    let means = (0..=CLASSES).map(|digits| {
        let numbers: Vec<f64> =
            trained.iter().map(|counts| share(counts, &|n| n == digits)).collect();
        mean_of(&numbers)
    });
    let means: Vec<Estimate> = means.collect();
    let most =
        (0..=CLASSES).max_by(|a, b| means[*a].value.total_cmp(&means[*b].value)).expect("eleven");
    let description = format!(
        "The share of the 128 hidden neurons by the number of digits for which they are mostly on, from \
         0 to 10, mean of five networks with 95% intervals. The most frequent number is {most}, with \
         {:.0}%; one digit only have {:.0}%.",
        100.0 * means[most].value,
        100.0 * means[1].value
    );
    let axis = Axis::new("share of the neurons [%]").from_zero();
    let mut chart = BarChart::new("For how many digits a neuron is on", description, axis)
        .categories("digits for which a neuron is mostly on");
    for (digits, mean) in means.iter().enumerate() {
        let ends =
            (100.0 * (mean.value - mean.margin).max(0.0), 100.0 * (mean.value + mean.margin));
        chart = chart.bar_with_spread(digits.to_string(), 100.0 * mean.value, ends);
    }
    Ok(chart)
}

/// How many neurons, those with the largest contributions first, make up a logit; and how many answers
/// survive if each image keeps only its ten largest contributions to each logit.
fn few_neurons(
    networks: &[Network<f64>],
    (inputs, labels): (&Array2<f64>, &[u8]),
    values: &mut Values,
) -> Result<()> {
    let (mut kept, mut full, mut largest) = (Vec::new(), Vec::new(), Vec::new());
    for network in networks {
        let trace = network.trace(inputs.view());
        let last = &network.layers[1].dense;
        let mut logits = Array2::from_shape_fn((inputs.nrows(), CLASSES), |(_, k)| last.bias[k]);
        let mut share = 0.0;
        for class in 0..CLASSES {
            let parts = contributions(last, trace.activations[0].view(), class);
            for (r, row) in parts.rows().into_iter().enumerate() {
                let mut sizes = row.to_vec();
                sizes.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
                logits[[r, class]] += sizes[..10].iter().sum::<f64>();
                if usize::from(labels[r]) == class {
                    let all: f64 = sizes.iter().map(|part| part.abs()).sum();
                    share += sizes[0].abs() / all / labels.len() as f64;
                }
            }
        }
        let right = |logits: &Array2<f64>| {
            let rows = logits.rows().into_iter().zip(labels);
            rows.filter(|(row, label)| likeliest(*row) == usize::from(**label)).count() as f64
        };
        kept.push(right(&logits) / labels.len() as f64);
        let whole = answers(network, inputs);
        full.push(
            whole.iter().zip(labels).filter(|(a, b)| a == b).count() as f64 / labels.len() as f64,
        );
        largest.push(share);
    }
    let note = format!("all test images, {NOTE}");
    set_mean(values, "neurons.ten_kept", mean_of(&kept), Format::Percent(1), &note)?;
    set_mean(values, "neurons.all_kept", mean_of(&full), Format::Percent(1), &note)?;
    set_mean(values, "neurons.largest_part", mean_of(&largest), Format::Percent(0), &note)
}
