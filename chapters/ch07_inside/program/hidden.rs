//! Page *What the hidden layer knows*: two planes, probes, and likeness of layers.

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Figure, Format, Output, Series, Values};
use book_programs::statistics::Estimate;
use ch02_forward::{Network, one_hot};
use ch05_mnist::{CLASSES, Dataset, Recipe, likeliest};
use ch07_inside::{
    LinearProbe, PrincipalComponents, joint_probabilities, linear_cka, nearest_neighbor_error,
    neighbor_probabilities, tsne,
};
use ndarray::{Array2, Axis as Along};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, answers, doubled, first, trained};

/// How many test images are laid out in a plane, with which perplexity, in how many steps of which
/// rate.
const LAID_OUT: usize = 400;
const PERPLEXITY: f64 = 30.0;
const STEPS: (usize, f64) = (400, 100.0);
/// How many training images a probe is fitted to, how many choose its penalty, and how many test
/// it.
const PROBED: [usize; 3] = [4000, 2000, 2000];
/// Among which penalties is chosen.
const PENALTIES: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];
/// How many test images two layers are compared on.
const COMPARED: usize = 1000;

/// What the hidden layer of a network gives for images.
fn hidden(network: &Network<f64>, inputs: &Array2<f64>) -> Array2<f64> {
    network.trace(inputs.view()).activations.swap_remove(0)
}

/// A network with random weights only, as training begins with.
fn untrained(seed: u64) -> Network<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(300 + seed);
    doubled(&Recipe::steady().network::<f32>(28 * 28, &mut generator))
}

/// Draws the page's figures and sets its values. `epochs` are the networks after each epoch, from
/// the first weights on.
pub fn draw(
    epochs: &[Vec<Network<f64>>],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let networks = trained(epochs);
    output.figure("variance", &variance(&networks, test, values)?.machine_dependent())?;
    for (name, chart) in ["pca", "tsne"].into_iter().zip(planes(&networks, test, values)?) {
        output.figure(name, &chart.machine_dependent())?;
    }
    widths(values)?;
    output.figure("probes", &probes(&networks, (train, test), values)?.machine_dependent())?;
    output.figure("alike", &alike(epochs, test, values)?.machine_dependent())?;
    Ok(())
}

/// The share of the variance that the first components keep.
fn variance(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<Chart> {
    let (inputs, _) = first(test, COMPARED);
    let fresh: Vec<_> = (0..networks.len() as u64).map(untrained).collect();
    let components = |networks: &[Network<f64>]| -> Vec<PrincipalComponents> {
        let one = |network| PrincipalComponents::of(hidden(network, &inputs).view());
        networks.par_iter().map(one).collect()
    };
    let (trained, random) = (components(networks), components(&fresh));
    let at = |all: &[PrincipalComponents], count: usize| {
        mean_of(&all.iter().map(|one| one.kept(count)).collect::<Vec<_>>())
    };
    let note = format!("{COMPARED} test images, {NOTE}");
    for count in [2, 10, 30] {
        let name = format!("hidden.kept.{count}");
        set_mean(values, &name, at(&trained, count), Format::Percent(0), &note)?;
    }
    let line = |name: &str, all: &[PrincipalComponents]| {
        let counts = [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60];
        let points = counts.map(|count| (count as f64, 100.0 * at(all, count).value));
        Series::line(name, points).markers()
    };
    let description = format!(
        "Share of the variance of 128 hidden neurons by the number of components. Trained: 2 keep {:.0}%, \
         10 keep {:.0}%, 30 keep {:.0}%. Random weights: 2 keep {:.0}%, 10 keep {:.0}%.",
        100.0 * at(&trained, 2).value,
        100.0 * at(&trained, 10).value,
        100.0 * at(&trained, 30).value,
        100.0 * at(&random, 2).value,
        100.0 * at(&random, 10).value
    );
    Ok(Chart::new("Variance that components keep", description)
        .x_axis(Axis::new("principal components"))
        .y_axis(Axis::new("variance kept [%]").range(0.0, 100.0))
        .series(line("trained", &trained))
        .series(line("random", &random)))
}

/// Both planes of one cloud: its first two components, and the map of t-SNE that starts from them.
fn two_planes(points: &Array2<f64>) -> [Array2<f64>; 2] {
    let plane = PrincipalComponents::of(points.view()).project(points.view(), 2);
    let p = joint_probabilities(neighbor_probabilities(points.view(), PERPLEXITY).view());
    let map = tsne(p.view(), small(&plane), STEPS.0, STEPS.1);
    [plane, map]
}

/// A plane that is made small enough to begin with.
fn small(plane: &Array2<f64>) -> Array2<f64> {
    let first = plane.column(0);
    let deviation = (first.dot(&first) / first.len() as f64).sqrt();
    plane * (1e-2 / deviation)
}

/// The planes of the first network, and nearest-neighbor errors of all of them.
fn planes(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<[Chart; 2]> {
    let (inputs, labels) = first(test, LAID_OUT);
    let fresh: Vec<_> = (0..networks.len() as u64).map(untrained).collect();
    let all: Vec<_> = networks
        .par_iter()
        .chain(&fresh)
        .map(|network| {
            let points = hidden(network, &inputs);
            let planes = two_planes(&points);
            let clouds = [&points, &planes[0], &planes[1]];
            (clouds.map(|cloud| nearest_neighbor_error(cloud.view(), &labels)), planes)
        })
        .collect();
    let note = format!("{LAID_OUT} test images, {NOTE}");
    let (trained, random) = all.split_at(networks.len());
    for (kind, all) in [("trained", trained), ("random", random)] {
        for (cloud, name) in ["all", "pca", "tsne"].into_iter().enumerate() {
            let errors: Vec<f64> = all.iter().map(|(errors, _)| errors[cloud]).collect();
            let name = format!("hidden.neighbor.{kind}.{name}");
            set_mean(values, &name, mean_of(&errors), Format::Percent(1), &note)?;
        }
    }
    let of_pixels = nearest_neighbor_error(inputs.view(), &labels);
    let note = format!("{LAID_OUT} test images");
    set(values, "hidden.neighbor.pixels", of_pixels, Format::Percent(1), &note)?;
    let [pca, map] = &trained[0].1;
    let told = |plane: usize| 100.0 * trained[0].0[plane];
    Ok([
        scatter("Two principal components", "component", pca, &labels, told(1)),
        scatter("A map by t-SNE", "coordinate", map, &labels, told(2)),
    ])
}

/// A cloud in a plane; six digits have marks of their own.
fn scatter(title: &str, axis: &str, plane: &Array2<f64>, labels: &[u8], error: f64) -> Chart {
    let description = format!(
        "{} test images in a plane, by their digit. For {error:.1}% of them the nearest other image is of \
         another digit.",
        labels.len()
    );
    let chart = Chart::new(title, description)
        .x_axis(Axis::new(format!("first {axis}")))
        .y_axis(Axis::new(format!("second {axis}")))
        .height(480.0)
        .legend();
    let shown = [3, 5, 8, 4, 9, 7];
    let series = |name: String, is: &dyn Fn(u8) -> bool| {
        let points = plane.rows().into_iter().zip(labels).filter(|(_, label)| is(**label));
        Series::scatter(name, points.map(|(point, _)| (point[0], point[1])).collect::<Vec<_>>())
    };
    let chart = shown.into_iter().fold(chart, |chart, digit| {
        chart.series(series(digit.to_string(), &|label| label == digit))
    });
    chart.series(series("0, 1, 2, 6".to_owned(), &|label| !shown.contains(&label)))
}

/// Two clouds, one ten times as wide as the other: how much wider it is in a map.
fn widths(values: &mut Values) -> Result<()> {
    let wider = |seed: u64| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let points = Array2::from_shape_fn((200, 20), |(row, column)| {
            let noise: f64 = StandardNormal.sample(&mut generator);
            let (width, middle) = if row < 100 { (1.0, 0.0) } else { (10.0, 100.0) };
            width * noise + if column == 0 { middle } else { 0.0 }
        });
        let [_, map] = two_planes(&points);
        let width = |from: usize| {
            let part = map.slice_axis(Along(0), (from..from + 100).into());
            let away = &part - &part.mean_axis(Along(0)).expect("points");
            (away.mapv(|d| d * d).sum() / 100.0).sqrt()
        };
        width(100) / width(0)
    };
    let ratios: Vec<f64> = (0..5_u64).into_par_iter().map(wider).collect();
    let note = "two clouds of 100 points in 20 dimensions, widths 1 and 10, five draws";
    set_mean(values, "hidden.wider", mean_of(&ratios), Format::Decimals(1), note)
}

/// The error of a probe, its penalty chosen on other images than those that test it.
fn probe_error(train: &Dataset, test: &Dataset, of: impl Fn(&Array2<f64>) -> Array2<f64>) -> f64 {
    let batch = |data: &Dataset, from: usize, count: usize| {
        let indices: Vec<usize> = (from..from + count).collect();
        (of(&data.batch(&indices).0), data.labels[from..from + count].to_vec())
    };
    let fitted = batch(train, 0, PROBED[0]);
    let chosen = batch(train, PROBED[0], PROBED[1]);
    let tested = batch(test, 0, PROBED[2]);
    let targets = one_hot::<f64>(&fitted.1, CLASSES);
    let error = |probe: &LinearProbe, (points, labels): &(Array2<f64>, Vec<u8>)| {
        let scores = probe.scores(points.view());
        let rows = scores.rows().into_iter().zip(labels);
        let wrong = rows.filter(|(row, label)| likeliest(*row) != usize::from(**label)).count();
        wrong as f64 / labels.len() as f64
    };
    let fit = |&lambda: &f64| LinearProbe::fit(fitted.0.view(), targets.view(), lambda);
    let best = PENALTIES
        .iter()
        .map(fit)
        .min_by(|one, other| error(one, &chosen).total_cmp(&error(other, &chosen)));
    error(&best.expect("there are penalties"), &tested)
}

/// What probes read off trained neurons, random ones, and pixels.
fn probes(
    networks: &[Network<f64>],
    (train, test): (&Dataset, &Dataset),
    values: &mut Values,
) -> Result<BarChart> {
    let error = |network: &Network<f64>| probe_error(train, test, |inputs| hidden(network, inputs));
    let of_trained: Vec<f64> = networks.par_iter().map(error).collect();
    let fresh: Vec<_> = (0..networks.len() as u64).map(untrained).collect();
    let of_random: Vec<f64> = fresh.par_iter().map(error).collect();
    let of_pixels = probe_error(train, test, Array2::clone);
    let (inputs, labels) = first(test, PROBED[2]);
    let own = |network: &Network<f64>| {
        let answers = answers(network, &inputs);
        let wrong = answers.iter().zip(&labels).filter(|(a, b)| a != b).count();
        wrong as f64 / labels.len() as f64
    };
    let of_networks: Vec<f64> = networks.iter().map(own).collect();
    let [trained, random, network] =
        [&of_trained, &of_random, &of_networks].map(|errors| mean_of(errors));
    let note =
        format!("fitted to {} training images, {} test images, {NOTE}", PROBED[0], PROBED[2]);
    for (name, mean) in [("trained", trained), ("random", random), ("network", network)] {
        set_mean(values, &format!("hidden.probe.{name}"), mean, Format::Percent(1), &note)?;
    }
    set(values, "hidden.probe.pixels", of_pixels, Format::Percent(1), &note)?;
    let description = format!(
        "Test error of linear probes. On pixels {:.1}%, on random hidden neurons {:.1}%, on trained ones \
         {:.1}%; the network itself {:.1}%.",
        100.0 * of_pixels,
        100.0 * random.value,
        100.0 * trained.value,
        100.0 * network.value
    );
    let chart = BarChart::new("Linear probes", description, Axis::new("test error [%]"))
        .print(Format::Decimals(1))
        .bar("probe on pixels", 100.0 * of_pixels);
    let bars = [
        ("probe on random neurons", random),
        ("probe on trained neurons", trained),
        ("the network itself", network),
    ];
    Ok(bars.into_iter().fold(chart, |chart, (name, mean)| {
        let (low, high) = (mean.value - mean.margin, mean.value + mean.margin);
        chart.bar_with_spread(name, 100.0 * mean.value, (100.0 * low.max(0.0), 100.0 * high))
    }))
}

/// How alike the hidden layer is to what it will be, and to that of another seed.
fn alike(epochs: &[Vec<Network<f64>>], test: &Dataset, values: &mut Values) -> Result<Chart> {
    let (inputs, _) = first(test, COMPARED);
    let layers: Vec<Vec<Array2<f64>>> = epochs
        .par_iter()
        .map(|epochs| epochs.iter().map(|network| hidden(network, &inputs)).collect())
        .collect();
    let last = layers[0].len() - 1;
    let seeds = layers.len();
    let mean = |cka: &dyn Fn(usize) -> f64| mean_of(&(0..seeds).map(cka).collect::<Vec<_>>());
    let to_end = |epoch: usize| {
        mean(&|seed| linear_cka(layers[seed][epoch].view(), layers[seed][last].view()))
    };
    let to_other = |epoch: usize| {
        let other = |seed: usize| &layers[(seed + 1) % seeds][epoch];
        mean(&|seed| linear_cka(layers[seed][epoch].view(), other(seed).view()))
    };
    let to_pixels =
        |epoch: usize| mean(&|seed| linear_cka(layers[seed][epoch].view(), inputs.view()));
    let note = format!("linear CKA on {COMPARED} test images, {NOTE}");
    for (name, mean) in [
        ("start_to_end", to_end(0)),
        ("first_to_end", to_end(1)),
        ("seeds", to_other(last)),
        ("seeds_at_start", to_other(0)),
        ("pixels", to_pixels(last)),
        ("pixels_at_start", to_pixels(0)),
    ] {
        set_mean(values, &format!("hidden.cka.{name}"), mean, Format::Decimals(2), &note)?;
    }
    let description = format!(
        "Linear CKA by the epoch. To the same network at the end: {:.2} before training, {:.2} after one \
         epoch. To another seed: {:.2} before training, {:.2} at the end. To the pixels: {:.2} before, \
         {:.2} at the end.",
        to_end(0).value,
        to_end(1).value,
        to_other(0).value,
        to_other(last).value,
        to_pixels(0).value,
        to_pixels(last).value
    );
    let line = |name: &str, of: &dyn Fn(usize) -> Estimate| {
        let means: Vec<Estimate> = (0..=last).map(of).collect();
        let band = means.iter().map(|m| (m.value - m.margin, (m.value + m.margin).min(1.0)));
        let points = means.iter().enumerate().map(|(epoch, mean)| (epoch as f64, mean.value));
        Series::line(name, points.collect::<Vec<_>>()).markers().band(band.collect::<Vec<_>>())
    };
    Ok(Chart::new("Likeness of hidden layers", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("linear CKA").range(0.0, 1.0))
        .legend()
        .series(line("to itself at the end", &to_end))
        .series(line("to another seed", &to_other))
        .series(line("to the pixels", &to_pixels)))
}
