//! Page *Half of the mistakes*: what is misread, and what shifts do.

use anyhow::Result;
use book_figures::{
    Axis, BarChart, Chart, Figure, Format, ImageGrid, Measured, Output, Series, Values,
};
use book_programs::statistics::t_interval;
use ch01_neuron::Real;
use ch02_forward::Network;
use ch05_mnist::{Dataset, Evaluation, Images, Model, evaluate, likeliest};
use ch09_vision::ConvolutionalNetwork;
use ndarray::Array2;

use crate::arguments::StudyName;
use crate::measured::set_mean;
use crate::pixels::errors;
use crate::study::{self, Kind};

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: (&ConvolutionalNetwork<f32>, &Network<f32>),
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let evaluation = evaluate(networks.0, test);
    output.figure("mistakes", &mistakes(&evaluation, test).machine_dependent())?;
    output.figure("shifts", &shifts(networks, test).machine_dependent())?;
    let record = study::recorded(StudyName::Pixels)?;
    let errors = t_interval(&errors(&record, Kind::Convolutional)?, 0.95, 1);
    let accuracy = Measured::number(1.0 - errors.value, Format::Percent(2));
    let accuracy = accuracy.note("mean of five seeds, one epoch").experiment(record.how());
    values.set("ninety_nine.one.accuracy", accuracy)?;
    longer(output, values)
}

/// Chapter 5's network, one epoch, and three epochs with moved images.
fn longer(output: &Output, values: &mut Values) -> Result<()> {
    let (pixels, longer) =
        (study::recorded(StudyName::Pixels)?, study::recorded(StudyName::Longer)?);
    let bars = [
        ("dense, five epochs", errors(&pixels, Kind::Dense)?),
        ("one epoch", errors(&pixels, Kind::Convolutional)?),
        ("three epochs, moved", errors(&longer, Kind::Longer)?),
    ];
    let bars = bars.map(|(name, errors)| (name, t_interval(&errors, 0.95, 1)));
    let told: Vec<String> =
        bars.iter().map(|(name, mean)| format!("{name} {:.2}%", 100.0 * mean.value)).collect();
    let description = format!("Misread test images: {}.", told.join("; "));
    let axis = Axis::new("misread test images [%]").from_zero();
    let mut chart = BarChart::new("Misread by three networks", description, axis)
        .print(Format::Decimals(2))
        .horizontal();
    for (name, mean) in &bars {
        let ends = (100.0 * (mean.value - mean.margin), 100.0 * (mean.value + mean.margin));
        chart = chart.bar_with_spread(*name, 100.0 * mean.value, ends);
    }
    output.figure("errors", &chart.experiment(longer.how()))?;
    let (mean, how) = (bars[2].1, longer.how());
    let note = "misread test images, five seeds, three epochs, images moved by up to a pixel";
    set_mean(values, "ninety_nine.longer", mean, Format::Percent(2), (note, &how))?;
    let accuracy = Measured::number(1.0 - mean.value, Format::Percent(2)).note(note);
    Ok(values.set("ninety_nine.longer.accuracy", accuracy.experiment(&how))?)
}

/// Misread images, the surest mistakes first.
fn mistakes(evaluation: &Evaluation, test: &Dataset) -> ImageGrid {
    let mut wrong: Vec<(usize, usize, f64)> = Vec::new();
    for (index, row) in evaluation.probabilities.rows().into_iter().enumerate() {
        let answer = likeliest(row);
        if answer != usize::from(test.labels[index]) {
            wrong.push((index, answer, row[answer]));
        }
    }
    wrong.sort_by(|a, b| b.2.total_cmp(&a.2));
    let description = format!(
        "The eighteen surest of {} mistakes on the test images, each with its label and the network's \
         answer.",
        wrong.len()
    );
    let mut grid = ImageGrid::new("The surest mistakes", description, 6);
    for &(index, answer, _) in wrong.iter().take(18) {
        let caption = format!("{}, read as {answer}", test.labels[index]);
        grid = grid.gray(caption, 28, &test.images.pixels.row(index).to_vec());
    }
    grid
}

/// The share of test images that are misread when all are moved to the right by so many pixels.
fn shifts(
    (convolutional, dense): (&ConvolutionalNetwork<f32>, &Network<f32>),
    test: &Dataset,
) -> Chart {
    let by: Vec<usize> = (0..=6).collect();
    let moved: Vec<Dataset> = by.iter().map(|&pixels| to_the_right(test, pixels)).collect();
    let lines =
        [("convolutional", misread(convolutional, &moved)), ("dense", misread(dense, &moved))];
    let told: Vec<String> = lines
        .iter()
        .map(|(name, shares)| {
            let shares: Vec<String> = shares.iter().map(|share| format!("{share:.1}")).collect();
            format!("{name} {}", shares.join(", "))
        })
        .collect();
    let description = format!(
        "Misread test images in percent, for shifts of 0 to 6 pixels: {}.",
        told.join("; ")
    );
    let mut chart = Chart::new("Misread after a shift", description)
        .x_axis(Axis::new("pixels to the right").integers())
        .y_axis(Axis::new("misread test images [%]").from_zero());
    for (name, shares) in lines {
        let points = by.iter().map(|&pixels| pixels as f64).zip(shares);
        chart = chart.series(Series::line(name, points.collect::<Vec<_>>()).markers());
    }
    chart
}

fn misread<T: Real>(model: &impl Model<T>, moved: &[Dataset]) -> Vec<f64> {
    moved.iter().map(|test| 100.0 * (1.0 - evaluate(model, test).accuracy)).collect()
}

/// All images moved to the right; what enters is paper.
fn to_the_right(data: &Dataset, by: usize) -> Dataset {
    let Images { pixels, height, width } = &data.images;
    let moved = Array2::from_shape_fn(pixels.dim(), |(r, place)| {
        if place % width >= by { pixels[[r, place - by]] } else { 0 }
    });
    let images = Images { pixels: moved, height: *height, width: *width };
    Dataset { images, labels: data.labels.clone() }
}
