//! Page *Half of the mistakes*: what is misread.

use anyhow::Result;
use book_figures::{Axis, BarChart, Figure, Format, ImageGrid, Measured, Output, Values};
use book_programs::statistics::t_interval;
use ch05_mnist::{Dataset, Evaluation, evaluate, likeliest};
use ch09_vision::ConvolutionalNetwork;

use crate::arguments::StudyName;
use crate::measured::set_mean;
use crate::pixels::errors;
use crate::study::{self, Kind};

/// Draws the page's figures and sets its values.
pub fn draw(
    network: &ConvolutionalNetwork<f32>,
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let evaluation = evaluate(network, test);
    output.figure("mistakes", &mistakes(&evaluation, test).machine_dependent())?;
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
