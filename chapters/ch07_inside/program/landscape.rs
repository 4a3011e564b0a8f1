//! Page *The landscape*: lines, a plane, two seeds connected, and the sharpness of one function in
//! several parameters.

use anyhow::Result;
use book_figures::{Axis, Chart, ContourMap, Figure, Format, Output, Series, Values};
use book_programs::statistics::Estimate;
use ch02_forward::{Network, one_hot};
use ch05_mnist::{CLASSES, Dataset};
use ch07_inside::{
    barrier, between, filter_normalized, inner_product, loss_of, matched_neurons, moved,
    random_direction, reordered_hidden, rescaled_hidden, sharpness,
};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, answers, first, trained};

/// On how many training images the loss is taken along lines, and on how many the curvature.
const IMAGES: [usize; 2] = [1000, 200];
/// How often the Hessian is applied to find its largest curvature.
const ITERATIONS: usize = 20;

/// Draws the page's figures and sets its values. `epochs` are the networks after each epoch, from
/// the first weights on.
pub fn draw(
    epochs: &[Vec<Network<f64>>],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let networks = trained(epochs);
    output.figure("descent", &descent(epochs, train, values)?.machine_dependent())?;
    output.figure("slices", &slices(&networks[0], train, values)?.machine_dependent())?;
    output.figure("plane", &plane(&networks[0], train).machine_dependent())?;
    output
        .figure("connected", &connected(&networks, (train, test), values)?.machine_dependent())?;
    output.figure("sharpness", &sharp(epochs, train, values)?.machine_dependent())?;
    Ok(())
}

/// The first training images with their targets.
fn batch(train: &Dataset, count: usize) -> (Array2<f64>, Array2<f64>) {
    let (inputs, labels) = first(train, count);
    let targets = one_hot(&labels, CLASSES);
    (inputs, targets)
}

fn loss(network: &Network<f64>, batch: &(Array2<f64>, Array2<f64>)) -> f64 {
    loss_of(network, (batch.0.view(), batch.1.view()))
}

/// A line of means with their intervals.
fn line(name: &str, places: &[f64], means: &[Estimate]) -> Series {
    let band =
        means.iter().map(|mean| ((mean.value - mean.margin).max(0.0), mean.value + mean.margin));
    let points = places.iter().zip(means).map(|(&place, mean)| (place, mean.value));
    Series::line(name, points.collect::<Vec<_>>()).markers().band(band.collect::<Vec<_>>())
}

/// The straight way from the first weights to the last.
fn descent(epochs: &[Vec<Network<f64>>], train: &Dataset, values: &mut Values) -> Result<Chart> {
    let batch = batch(train, IMAGES[0]);
    let places: Vec<f64> = (0..=14).map(|step| f64::from(step) / 10.0).collect();
    let of_seed = |epochs: &Vec<Network<f64>>| -> Vec<f64> {
        let (start, end) = (&epochs[0], &epochs[epochs.len() - 1]);
        places.iter().map(|&u| loss(&between(start, end, u), &batch)).collect()
    };
    let all: Vec<Vec<f64>> = epochs.par_iter().map(of_seed).collect();
    let at = |place: usize| mean_of(&all.iter().map(|losses| losses[place]).collect::<Vec<_>>());
    let rising = |losses: &Vec<f64>| losses[..=10].windows(2).any(|pair| pair[1] > pair[0]);
    let note = format!("{} training images, {NOTE}", IMAGES[0]);
    let bumps = all.iter().filter(|losses| rising(losses)).count();
    let count = book_figures::Measured::count(bumps).machine().note(&note);
    values.set("landscape.bumps", count)?;
    for (name, place) in [("start", 0), ("half", 5), ("end", 10)] {
        let name = format!("landscape.descent.{name}");
        set_mean(values, &name, at(place), Format::Decimals(3), &note)?;
    }
    let description = format!(
        "Loss on the straight way from the first weights to the trained ones and beyond. It falls from \
         {:.2} at 0 over {:.2} at one half to {:.3} at 1, and is {:.3} at 1.4.",
        at(0).value,
        at(5).value,
        at(10).value,
        at(14).value
    );
    let means: Vec<Estimate> = (0..places.len()).map(at).collect();
    Ok(Chart::new("From the first weights to the last", description)
        .x_axis(Axis::new("share of the way"))
        .y_axis(Axis::new("training loss").from_zero())
        .vertical_rule(1.0, "trained")
        .series(line("", &places, &means)))
}

/// Slices through one function in two parametrizations, along one direction, plain and normalized.
fn slices(network: &Network<f64>, train: &Dataset, values: &mut Values) -> Result<Chart> {
    let batch = batch(train, IMAGES[0]);
    let twin = rescaled_hidden(network, 3.0);
    let change = network.forward(batch.0.view()) - twin.forward(batch.0.view());
    let distance = change.iter().fold(0.0_f64, |most, e| most.max(e.abs()));
    let note = "the first 1,000 training images, steady recipe, seed 0";
    set(values, "landscape.twin", distance, Format::Scientific(0), note)?;
    let drawn = random_direction(network, &mut ChaCha8Rng::seed_from_u64(0));
    let normalized = [network, &twin].map(|network| filter_normalized(&drawn, network));
    // The plain direction is as long as the normalized one of the network.
    let longer =
        (inner_product(&normalized[0], &normalized[0]) / inner_product(&drawn, &drawn)).sqrt();
    let places: Vec<f64> = (-10..=10).map(|step| f64::from(step) / 10.0).collect();
    let along = |network: &Network<f64>, direction: &Network<f64>, length: f64| -> Vec<f64> {
        let at = |&u: &f64| loss(&moved(network, &[(u * length, direction)]), &batch);
        places.par_iter().map(at).collect()
    };
    let lines = [
        ("plain, network", along(network, &drawn, longer)),
        ("plain, twin", along(&twin, &drawn, longer)),
        ("normalized, network", along(network, &normalized[0], 1.0)),
        ("normalized, twin", along(&twin, &normalized[1], 1.0)),
    ];
    let far = lines[2].1.iter().zip(&lines[3].1);
    let apart = far.fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
    set(values, "landscape.normalized_apart", apart, Format::Scientific(0), note)?;
    let mut told = Vec::new();
    for (name, losses) in &lines {
        told.push(format!("{name} {:.2}", losses[20]));
    }
    for (name, index) in [("plain", 0), ("plain_twin", 1), ("normalized", 2)] {
        let name = format!("landscape.slices.{name}");
        set(values, &name, lines[index].1[20], Format::Decimals(2), note)?;
    }
    let description = format!(
        "Loss along a random direction through a network and its twin, in which the hidden neurons are \
         three times as strong. At 1: {}.",
        told.join(", ")
    );
    let chart = Chart::new("One function, two slices", description)
        .x_axis(Axis::new("step along a random direction"))
        .y_axis(Axis::new("training loss").log())
        .legend();
    let series = lines[..3].iter().map(|(name, losses)| {
        let name = if *name == "normalized, network" { "normalized, both" } else { name };
        let points = places.iter().zip(losses).map(|(&u, &loss)| (u, loss));
        Series::line(name, points.collect::<Vec<_>>()).markers()
    });
    Ok(series.fold(chart, Chart::series))
}

/// How many places the plane is measured at along each axis; between them the map is interpolated.
const PLACES: usize = 17;

/// The loss over a plane of two random directions, normalized.
fn plane(network: &Network<f64>, train: &Dataset) -> ContourMap {
    let batch = batch(train, IMAGES[1]);
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let [one, other] =
        [0, 1].map(|_| filter_normalized(&random_direction(network, &mut generator), network));
    let place = |step: usize| 2.0 * step as f64 / (PLACES - 1) as f64 - 1.0;
    let of_row = |row: usize| -> Vec<f64> {
        let steps = |column: usize| [(place(column), &one), (place(row), &other)];
        (0..PLACES).map(|column| loss(&moved(network, &steps(column)), &batch)).collect()
    };
    let losses: Vec<Vec<f64>> = (0..PLACES).into_par_iter().map(of_row).collect();
    let between = |x: f64, y: f64| {
        let position = |place: f64| {
            let position = (place + 1.0) / 2.0 * (PLACES - 1) as f64;
            let low = (position as usize).min(PLACES - 2);
            (low, position - low as f64)
        };
        let ((column, right), (row, up)) = (position(x), position(y));
        let of_row =
            |row: usize| losses[row][column] * (1.0 - right) + losses[row][column + 1] * right;
        of_row(row) * (1.0 - up) + of_row(row + 1) * up
    };
    let middle = PLACES / 2;
    let corners = [(0, 0), (0, PLACES - 1), (PLACES - 1, 0), (PLACES - 1, PLACES - 1)];
    let corners = corners.map(|(row, column)| losses[row][column]);
    let description = format!(
        "Level lines of the loss over two random directions with filter normalization: one bowl, {:.3} in \
         its middle, and {:.1}, {:.1}, {:.1} and {:.1} in the corners.",
        losses[middle][middle], corners[0], corners[1], corners[2], corners[3]
    );
    ContourMap::new("A plane through a trained network", description, [(-1.0, 1.0); 2], between)
        .axes("first direction", "second direction")
        .levels([0.03, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0])
        .mark("trained", (0.0, 0.0))
}

/// The straight way from one seed to the next, before and after matching their neurons.
fn connected(
    networks: &[Network<f64>],
    (train, test): (&Dataset, &Dataset),
    values: &mut Values,
) -> Result<Chart> {
    let batch = batch(train, IMAGES[0]);
    let (inputs, labels) = first(test, IMAGES[0]);
    let error = |network: &Network<f64>| {
        let answers = answers(network, &inputs);
        let wrong = answers.iter().zip(&labels).filter(|(a, b)| a != b).count();
        wrong as f64 / labels.len() as f64
    };
    let places: Vec<f64> = (0..=10).map(|step| f64::from(step) / 10.0).collect();
    let of_pair = |seed: usize| {
        let (network, other) = (&networks[seed], &networks[(seed + 1) % networks.len()]);
        let matched = reordered_hidden(other, &matched_neurons(network, other));
        let change = matched.forward(inputs.view()) - other.forward(inputs.view());
        let distance = change.iter().fold(0.0_f64, |most, e| most.max(e.abs()));
        let ways = [other, &matched].map(|end| {
            let losses: Vec<f64> =
                places.iter().map(|&u| loss(&between(network, end, u), &batch)).collect();
            (losses, error(&between(network, end, 0.5)))
        });
        (distance, ways, error(network))
    };
    let pairs: Vec<_> = (0..networks.len()).into_par_iter().map(of_pair).collect();
    let distance = pairs.iter().fold(0.0_f64, |most, pair| most.max(pair.0));
    let note = format!("{} images, seeds 0 to 4, each with the next", IMAGES[0]);
    set(values, "landscape.reordered", distance, Format::Scientific(0), &note)?;
    let ends: Vec<f64> = pairs.iter().map(|pair| pair.2).collect();
    set_mean(values, "landscape.ends_error", mean_of(&ends), Format::Percent(1), &note)?;
    let mut series = Vec::new();
    let mut told = Vec::new();
    for (way, (name, key)) in
        [("as they are", "direct"), ("matched", "matched")].into_iter().enumerate()
    {
        let at = |place: usize| {
            mean_of(&pairs.iter().map(|pair| pair.1[way].0[place]).collect::<Vec<_>>())
        };
        let barriers: Vec<f64> = pairs.iter().map(|pair| barrier(&pair.1[way].0)).collect();
        let errors: Vec<f64> = pairs.iter().map(|pair| pair.1[way].1).collect();
        let name_of = |what: &str| format!("landscape.{key}.{what}");
        set_mean(values, &name_of("barrier"), mean_of(&barriers), Format::Decimals(3), &note)?;
        set_mean(values, &name_of("error"), mean_of(&errors), Format::Percent(1), &note)?;
        told.push(format!("{name} {:.2}", at(5).value));
        let means: Vec<Estimate> = (0..places.len()).map(at).collect();
        series.push(line(name, &places, &means));
    }
    let description = format!(
        "Loss on the straight way from a network to that of another seed. Half way: {}.",
        told.join(", ")
    );
    let chart = Chart::new("Between two seeds", description)
        .x_axis(Axis::new("share of the way from one seed to the next"))
        .y_axis(Axis::new("training loss").from_zero())
        .legend();
    Ok(series.into_iter().fold(chart, Chart::series))
}

/// The sharpness of one function in several parametrizations, and at the start.
fn sharp(epochs: &[Vec<Network<f64>>], train: &Dataset, values: &mut Values) -> Result<Chart> {
    let batch = batch(train, IMAGES[1]);
    let networks = trained(epochs);
    let of = |network: &Network<f64>| {
        let mut generator = ChaCha8Rng::seed_from_u64(0);
        sharpness(network, (batch.0.view(), batch.1.view()), ITERATIONS, &mut generator)
    };
    let factors = [0.5, 1.0, 2.0, 4.0];
    let note = format!("{} training images, {ITERATIONS} iterations, {NOTE}", IMAGES[1]);
    let mut means = Vec::new();
    for (factor, key) in factors.into_iter().zip(["0_5", "1", "2", "4"]) {
        let scaled = |network| of(&rescaled_hidden(network, factor));
        let mean = mean_of(&networks.par_iter().map(scaled).collect::<Vec<_>>());
        set_mean(values, &format!("landscape.sharpness.{key}"), mean, Format::Decimals(1), &note)?;
        means.push(mean);
    }
    let start = |epochs: &Vec<Network<f64>>| of(&epochs[0]);
    let start = mean_of(&epochs.par_iter().map(start).collect::<Vec<_>>());
    set_mean(values, "landscape.sharpness.start", start, Format::Decimals(1), &note)?;
    let told =
        factors.iter().zip(&means).map(|(factor, mean)| format!("{factor}: {:.1}", mean.value));
    let description = format!(
        "Sharpness of trained networks by the factor of their hidden neurons, which leaves the function as \
         it is. {}.",
        told.collect::<Vec<_>>().join(", ")
    );
    Ok(Chart::new("One function, several sharpnesses", description)
        .x_axis(Axis::new("factor of the hidden neurons").log())
        .y_axis(Axis::new("sharpness").log())
        .series(line("", &factors, &means)))
}
