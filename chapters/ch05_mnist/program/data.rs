//! Page *Look before you train*: the images, the classes, the ink.

use anyhow::Result;
use book_figures::{Axis, BarChart, Format, ImageGrid, Measured, Output, Values};
use ch05_mnist::{CLASSES, Dataset, Recipe};
use ndarray::Axis as Along;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Figures and values that need no trained network.
pub fn draw(train: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    output.figure("samples", &samples(train))?;
    output.figure("classes", &classes(train, values)?)?;
    output.figure("ink", &ink(train))?;
    let pixels = &train.images.pixels;
    let zeros = pixels.iter().filter(|&&pixel| pixel == 0).count() as f64 / pixels.len() as f64;
    let unused = pixels.axis_iter(Along(1)).filter(|pixel| pixel.iter().all(|&p| p == 0)).count();
    let share = Measured::number(zeros, Format::Percent(1)).within(0.0005);
    values.set("data.zero_share", share.note("of the pixels of the training images"))?;
    values.set("data.unused_pixels", Measured::count(unused))?;
    values.set("data.train_examples", Measured::count(train.len()))?;
    undivided_sums(train, values)
}

/// How large the first weighted sums would be if bytes were not divided by 255.
fn undivided_sums(train: &Dataset, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let network = Recipe::documents().network::<f32>(train.pixels(), &mut generator);
    let (inputs, _) = train.batch::<f32>(&(0..2_000).collect::<Vec<_>>());
    let trace = network.trace(inputs.view());
    let sums = trace.pre_activations[0].mapv(|sum| 255.0 * f64::from(sum)); // biases are 0 at first
    let deviation = (sums.mapv(|sum| sum * sum).sum() / sums.len() as f64).sqrt();
    let largest = sums.iter().fold(0.0, |largest: f64, sum| largest.max(sum.abs()));
    let note = "weighted sums of bytes, 2,000 training images, 128 new neurons, seed 0";
    for (name, size) in [("sum_deviation", deviation), ("largest_sum", largest)] {
        let size = Measured::number(size, Format::Integer).within(1.0);
        values.set(&format!("undivided.{name}"), size.note(note))?;
    }
    Ok(())
}

/// The first forty images.
fn samples(train: &Dataset) -> ImageGrid {
    let labels = train.labels.iter().take(40);
    let listed = labels.clone().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let description = format!("Forty handwritten digits. Their labels: {listed}.");
    let mut grid = ImageGrid::new("The first forty training images", description, 10);
    for (pixels, label) in train.images.pixels.rows().into_iter().zip(labels) {
        grid = grid.gray(label.to_string(), train.images.width, &pixels.to_vec());
    }
    grid
}

/// How many examples each digit has.
fn classes(train: &Dataset, values: &mut Values) -> Result<BarChart> {
    let mut counts = [0_usize; CLASSES];
    for &label in &train.labels {
        counts[usize::from(label)] += 1;
    }
    let (least, most) = (*counts.iter().min().expect("ten"), *counts.iter().max().expect("ten"));
    values.set("classes.least", Measured::count(least))?;
    values.set("classes.most", Measured::count(most))?;
    let listed = counts.iter().enumerate().map(|(digit, count)| format!("{digit}: {count}"));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let description = format!("Training images of each digit. {listed}.");
    let axis = Axis::new("training images").from_zero();
    let mut chart = BarChart::new("How many of each", description, axis);
    for (digit, count) in counts.into_iter().enumerate() {
        chart = chart.bar(digit.to_string(), count as f64);
    }
    Ok(chart)
}

/// How bright each pixel is on the average, and in how many images it is not 0.
fn ink(train: &Dataset) -> ImageGrid {
    let count = train.len() as f64;
    let pixels = &train.images.pixels;
    let by_pixel = |value: fn(u8) -> f64| -> Vec<f64> {
        pixels.axis_iter(Along(1)).map(|pixel| pixel.iter().map(|&p| value(p)).sum()).collect()
    };
    let mean: Vec<f64> = by_pixel(|p| f64::from(p) / 255.0).iter().map(|sum| sum / count).collect();
    let inked = by_pixel(|p| f64::from(u8::from(p > 0)));
    let at_least = |least: f64| inked.iter().map(move |&n| f64::from(u8::from(n >= least)));
    let (ever, often): (Vec<f64>, Vec<f64>) = (at_least(1.0).collect(), at_least(600.0).collect());
    let used = |mask: &[f64]| mask.iter().filter(|&&pixel| pixel > 0.0).count();
    let description = format!(
        "Three maps of the 784 pixels. The mean image is a blot in the middle. {} pixels have ink in \
         at least one training image, {} in at least one of a hundred.",
        used(&ever),
        used(&often)
    );
    let mean_name = "mean of all images";
    ImageGrid::new("Where the ink is", description, 3)
        .shares(mean_name, train.images.width, &mean)
        .shares("ink in any image", train.images.width, &ever)
        .shares("ink in 1 of 100", train.images.width, &often)
}
