//! Page *Vision*: images with reordered pixels, and what networks make of them.

use anyhow::{Result, ensure};
use book_figures::{Axis, BarChart, Figure, Format, ImageGrid, Measured, Output, Values};
use book_programs::records::Record;
use book_programs::statistics::t_interval;
use ch05_mnist::Dataset;
use ch09_vision::reordered_pixels;

use crate::arguments::StudyName;
use crate::measured::{set_count, set_mean};
use crate::study::{self, Kind, Run};

/// Draws the page's figures and sets its values.
pub fn draw(test: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    output.figure("shuffled", &shuffled(test))?;
    let record = study::recorded(StudyName::Pixels)?;
    let chart = orders(&record)?.experiment(record.how());
    output.figure("orders", &chart)?;
    table(&record, values)?;
    let maps = 16 * 28 * 28;
    set_count(values, "pixels.dense_weights", 784 * maps, "28 · 28 inputs, 16 · 28 · 28 outputs")
}

/// Five digits as they are, and with their pixels in another order.
fn shuffled(test: &Dataset) -> ImageGrid {
    let order = study::order(test.pixels(), 0);
    let there = reordered_pixels(&test.first(5), &order);
    let labels = test.labels[..5].iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let description = format!(
        "Two rows of five images: the first five test digits, {labels}; and the same images with their \
         784 pixels in one random order, which look like noise."
    );
    let mut grid = ImageGrid::new("Digits with their pixels in another order", description, 5);
    for (name, data) in [("in order", test), ("reordered", &there)] {
        for index in 0..5 {
            let pixels = data.images.pixels.row(index).to_vec();
            grid = grid.gray(format!("{}, {name}", data.labels[index]), 28, &pixels);
        }
    }
    grid
}

/// The shares of misread test images of a kind, seed by seed.
pub fn errors(record: &Record<Vec<Run>>, kind: Kind) -> Result<Vec<f64>> {
    let mut runs: Vec<&Run> = record.outcome.iter().filter(|run| run.kind == kind).collect();
    runs.sort_by_key(|run| run.seed);
    ensure!(runs.len() >= 5, "the record: expected five seeds of {kind:?}, found {}", runs.len());
    Ok(runs.iter().map(|run| run.misread as f64 / run.images as f64).collect())
}

const ROWS: [(&str, &str, Kind, Kind); 2] = [
    ("dense", "dense", Kind::Dense, Kind::DenseReordered),
    ("convolutional", "convolutional", Kind::Convolutional, Kind::ConvolutionalReordered),
];

fn orders(record: &Record<Vec<Run>>) -> Result<BarChart> {
    let mut bars = Vec::new();
    for (name, _, ordered, reordered) in ROWS {
        for (order, kind) in [("in order", ordered), ("reordered", reordered)] {
            bars.push((format!("{name}, {order}"), t_interval(&errors(record, kind)?, 0.95, 1)));
        }
    }
    let told: Vec<String> =
        bars.iter().map(|(name, mean)| format!("{name} {:.2}%", 100.0 * mean.value)).collect();
    let description = format!("Misread test images: {}.", told.join("; "));
    let axis = Axis::new("misread test images [%]").from_zero();
    let mut chart = BarChart::new("Misread with pixels in order and reordered", description, axis)
        .print(Format::Decimals(2))
        .horizontal();
    for (name, mean) in bars {
        let ends = (100.0 * (mean.value - mean.margin), 100.0 * (mean.value + mean.margin));
        chart = chart.bar_with_spread(name, 100.0 * mean.value, ends);
    }
    Ok(chart)
}

fn table(record: &Record<Vec<Run>>, values: &mut Values) -> Result<()> {
    let how = record.how();
    let seeds = errors(record, Kind::Dense)?.len();
    let note = "seeds of each network";
    values.set("pixels.seeds", Measured::count(seeds).note(note).experiment(&how))?;
    let note = format!("misread test images, {seeds} seeds");
    for (_, name, ordered, reordered) in ROWS {
        let (before, after) = (errors(record, ordered)?, errors(record, reordered)?);
        let percent = Format::Percent(2);
        for (order, numbers) in [("ordered", &before), ("reordered", &after)] {
            let name = format!("pixels.{name}.{order}");
            let mean = t_interval(numbers, 0.95, 1);
            set_mean(values, &name, mean, percent, (&note, &how))?;
        }
        let pairs = before.iter().zip(&after).map(|(before, after)| after - before);
        let difference = t_interval(&pairs.collect::<Vec<_>>(), 0.95, 1);
        let note = format!("{note}, reordered less in order, seed by seed");
        set_mean(values, &format!("pixels.{name}.difference"), difference, percent, (&note, &how))?;
        let run = record.outcome.iter().find(|run| run.kind == ordered);
        let parameters = run.map_or(0, |run| run.parameters);
        let measured = Measured::count(parameters).experiment(&how);
        values.set(&format!("pixels.{name}.parameters"), measured)?;
    }
    Ok(())
}
