//! Page *Adversaries*: images that mislead, what attacks find and bounds exclude, training against
//! adversaries, and published numbers beside ours.

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Measured, Output, Series, Values};
use book_programs::statistics::Estimate;
use ch02_forward::{Network, softmax};
use ch05_mnist::{Dataset, likeliest};
use ch07_inside::{Attack, loss_gradient, margin_bounds};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::measured::{mean_of, set};
use crate::networks::{answers, first, logits_of};
use crate::study::{self, At, RADII, Recorded, Training};

/// Draws the page's figures and sets its values.
pub fn draw(
    network: &Network<f64>,
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("misled", &misled(network, test, values)?.machine_dependent())?;
    random_noise(network, test, values)?;
    let record = study::recorded()?;
    let how = how(&record);
    output.figure("sandwich", &sandwich(&record, Training::Plain)?.experiment(&how))?;
    output.figure("hardened", &hardened(&record)?.experiment(&how))?;
    table(&record, values)
}

/// How the record was made, as values and figures say it.
fn how(record: &Recorded) -> String {
    format!("`{}`, {}", record.command, record.date)
}

/// A digit, the sign of the gradient, and the digit after attacks of growing radius.
fn misled(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<ImageGrid> {
    let (inputs, labels) = first(test, 1);
    let targets = logits_of(&labels);
    let read = |input: &Array2<f64>| {
        let p = softmax(network.forward(input.view()).view());
        let answer = likeliest(p.row(0));
        (answer, p[[0, answer]])
    };
    let signs = loss_gradient(network, inputs.view(), targets.view());
    let signs: Vec<f64> = signs.iter().map(|&g| if g == 0.0 { 0.0 } else { g.signum() }).collect();
    let radii = [0.02, 0.05, 0.1];
    let attacked: Vec<_> = radii
        .iter()
        .map(|&radius| {
            let moved = Attack::iterated(radius, 10).apply(network, inputs.view(), targets.view());
            let (answer, p) = read(&moved);
            (radius, moved, answer, p)
        })
        .collect();
    let told: Vec<String> = attacked
        .iter()
        .map(|(radius, _, answer, p)| format!("a {answer} with {:.0}% at {radius}", 100.0 * p))
        .collect();
    let (answer, p) = read(&inputs);
    let description = format!(
        "A {}, read as {answer} with {:.1}%; the sign of its loss's gradient, a picture of grains; and \
         the image after attacks, read as {}.",
        labels[0],
        100.0 * p,
        told.join(", ")
    );
    let mut grid = ImageGrid::new("A digit and its adversaries", description, 5)
        .shares(format!("{answer}: {:.0}%", 100.0 * p), 28, &inputs.row(0).to_vec())
        .signed("sign", 28, &signs);
    for (radius, moved, answer, p) in &attacked {
        let caption = format!("ε = {radius}\n{answer}: {:.0}%", 100.0 * p);
        grid = grid.shares(caption, 28, &moved.row(0).to_vec());
    }
    let note = "the first test image, steady recipe, seed 0, iterated attack";
    set(values, "adversaries.first_certain", attacked[2].3, Format::Percent(2), note)?;
    let margins = margin_bounds(network, inputs.view(), &labels, 0.01);
    let others = margins.iter().enumerate().filter(|(class, _)| *class != usize::from(labels[0]));
    let bound = others.map(|(_, margin)| *margin).fold(f64::INFINITY, f64::min);
    let note = "the first test image, changes of at most 0.01, steady recipe, seed 0";
    set(values, "adversaries.first_bound", bound, Format::Decimals(1), note)?;
    Ok(grid.range(1.0))
}

/// The control: as large a change of every pixel, but by a coin in place of the gradient.
fn random_noise(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, labels) = first(test, 10_000);
    let mut generator = ChaCha8Rng::seed_from_u64(7);
    for (radius, name) in [(0.1, "0_1"), (0.25, "0_25")] {
        let moved = inputs.mapv(|x| {
            let sign = if generator.random_bool(0.5) { radius } else { -radius };
            (x + sign).clamp(0.0, 1.0)
        });
        let wrong = answers(network, &moved).iter().zip(&labels).filter(|(a, b)| a != b).count();
        let share = wrong as f64 / labels.len() as f64;
        let name = format!("adversaries.random_{name}");
        set(values, &name, share, Format::Percent(1), "all test images, steady recipe, seed 0")?;
    }
    Ok(())
}

/// A share of the images at each radius, of all networks trained one way.
fn shares(record: &Recorded, training: Training, count: fn(&At) -> usize) -> Result<Vec<Estimate>> {
    let runs: Vec<_> = record.outcome.iter().filter(|run| run.training == training).collect();
    ensure!(
        runs.len() == 5,
        "the record: expected five seeds of {training:?}, found {}",
        runs.len()
    );
    let at = |index: usize| {
        let share = |run: &&study::Run| count(&run.radii[index]) as f64 / run.images as f64;
        mean_of(&runs.iter().map(share).collect::<Vec<_>>())
    };
    Ok((0..RADII.len()).map(at).collect())
}

fn line(name: &str, means: &[Estimate]) -> Series {
    let points = RADII.iter().zip(means).map(|(&radius, mean)| (radius, 100.0 * mean.value));
    let band = means.iter().map(|m| (100.0 * (m.value - m.margin), 100.0 * (m.value + m.margin)));
    let band = band.map(|(low, high)| (low.max(0.0), high.min(100.0)));
    Series::line(name, points.collect::<Vec<_>>()).markers().band(band.collect::<Vec<_>>())
}

/// What two attacks find, and what the bounds leave open.
fn sandwich(record: &Recorded, training: Training) -> Result<Chart> {
    let found = shares(record, training, |at| at.found)?;
    let fast = shares(record, training, |at| at.fast)?;
    let open = shares(record, training, |at| at.open)?;
    let at = |means: &[Estimate], radius: f64| {
        let index = RADII.iter().position(|r| *r == radius).expect("a radius of the study");
        100.0 * means[index].value
    };
    let description = format!(
        "Test images misread, by the radius, on a logarithmic scale. At 0.01 attacks find {:.1}%, and \
         bounds leave {:.0}% open; at 0.05 it is {:.0}% and {:.0}%; at 0.1 attacks find {:.0}%.",
        at(&found, 0.01),
        at(&open, 0.01),
        at(&found, 0.05),
        at(&open, 0.05),
        at(&found, 0.1)
    );
    Ok(Chart::new("What attacks find and what bounds exclude", description)
        .x_axis(Axis::new("largest change of a pixel").log())
        .y_axis(Axis::new("test images [%]").from_zero())
        .series(line("not certified", &open))
        .series(line("both attacks", &found))
        .series(line("fast attack", &fast)))
}

/// What the attacks find of networks that were trained in different ways.
fn hardened(record: &Recorded) -> Result<Chart> {
    let kinds =
        [(Training::Plain, "plain"), (Training::Fast, "fast"), (Training::Iterated, "iterated")];
    let mut told = Vec::new();
    let mut chart_lines = Vec::new();
    for (training, name) in kinds {
        let found = shares(record, training, |at| at.found)?;
        told.push(format!("{name} {:.0}%", 100.0 * found[6].value));
        chart_lines.push(line(name, &found));
    }
    let description = format!(
        "Test images that attacks mislead, by the radius, for three ways to train. At the radius of \
         training, 0.1: {}.",
        told.join(", ")
    );
    let chart = Chart::new("Training against adversaries", description)
        .x_axis(Axis::new("largest change of a pixel").log())
        .y_axis(Axis::new("test images misread [%]").from_zero())
        .vertical_rule(study::TRAINED, "in training");
    Ok(chart_lines.into_iter().fold(chart, Chart::series))
}

/// The numbers of the page.
fn table(record: &Recorded, values: &mut Values) -> Result<()> {
    let how = how(record);
    let note = "all 10,000 test images, seeds 0 to 4";
    let mut put = |name: &str, mean: Estimate, decimals: usize| -> Result<()> {
        for (part, number) in [("mean", mean.value), ("margin", mean.margin)] {
            let measured = Measured::number(number, Format::Percent(decimals)).machine();
            values
                .set(&format!("adversaries.{name}.{part}"), measured.note(note).experiment(&how))?;
        }
        Ok(())
    };
    for training in Training::ALL {
        let name = format!("{training:?}").to_lowercase();
        let runs: Vec<_> = record.outcome.iter().filter(|run| run.training == training).collect();
        let misread: Vec<f64> =
            runs.iter().map(|run| run.misread as f64 / run.images as f64).collect();
        put(&format!("{name}.clean"), mean_of(&misread), 1)?;
        let fast = shares(record, training, |at| at.fast)?;
        let found = shares(record, training, |at| at.found)?;
        let open = shares(record, training, |at| at.open)?;
        for (index, radius) in RADII.into_iter().enumerate() {
            let radius = radius.to_string().replace('.', "_");
            put(&format!("{name}.fast.{radius}"), fast[index], 1)?;
            put(&format!("{name}.found.{radius}"), found[index], 1)?;
            put(&format!("{name}.open.{radius}"), open[index], 1)?;
        }
    }
    let broken: usize = record.outcome.iter().flat_map(|run| &run.radii).map(|at| at.broken).sum();
    let checked: usize = record.outcome.iter().map(|run| run.images * run.radii.len()).sum();
    let count = |count: usize| Measured::count(count).machine().note(note).experiment(&how);
    values.set("adversaries.broken", count(broken))?;
    values.set("adversaries.checked", count(checked))?;
    let certified =
        record.outcome.iter().flat_map(|run| run.radii.iter().map(|at| run.images - at.open));
    let certified: usize = certified.sum();
    values.set("adversaries.certified", count(certified))?;
    Ok(())
}
