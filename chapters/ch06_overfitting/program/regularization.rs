//! Page *Which regularizer helps?*: the study as it was recorded.

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Format, Measured, Output, Series, Values};
use book_programs::records::Record;

use crate::study::{self, NOISE, Regularizer, Run, Spread};

/// Draws the recorded study, and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = study::recorded()?;
    output.figure("regularizers", &regularizers(&record, 0.0, "true"))?;
    output.figure("regularizers-noisy", &regularizers(&record, NOISE, "30% random"))?;
    output.figure("regularizers-by-seed", &by_seed(&record))?;
    study_values(&record, values)
}

fn errors(record: &Record<Vec<Run>>, regularizer: Regularizer, noise: f64) -> Vec<f64> {
    study::numbers(&record.outcome, regularizer, noise, |run| run.test_error)
}

fn regularizers(record: &Record<Vec<Run>>, noise: f64, labels: &str) -> BarChart {
    let spreads = Regularizer::ALL
        .map(|regularizer| (regularizer, Spread::of(&errors(record, regularizer, noise))));
    let listed = spreads.iter().map(|(regularizer, spread)| {
        format!("{} {:.1}%", regularizer.label(), 100.0 * spread.mean)
    });
    let listed = listed.collect::<Vec<_>>().join(", ");
    let seeds = errors(record, Regularizer::Plain, noise).len();
    let description = format!(
        "Misread test images of networks with a thousand training images, {labels} labels, mean of \
         {seeds} seeds: {listed}. Whiskers reach from the lowest seed to the highest."
    );
    let axis = Axis::new("test images misread [%]").from_zero();
    let mut chart = BarChart::new(format!("Regularizers, {labels} labels"), description, axis);
    for (regularizer, spread) in spreads {
        let [mean, lowest, highest] =
            [spread.mean, spread.lowest, spread.highest].map(|share| 100.0 * share);
        chart = chart.bar_with_spread(regularizer.label(), mean, (lowest, highest));
    }
    chart.horizontal().print(Format::Decimals(1))
}

/// Each seed has images of its own, and the same for all regularizers.
fn by_seed(record: &Record<Vec<Run>>) -> Chart {
    let shown = [
        Regularizer::Plain,
        Regularizer::EarlyStopping,
        Regularizer::WeightDecay,
        Regularizer::Dropout,
        Regularizer::Shifts,
        Regularizer::Elastic,
    ];
    let plain = errors(record, Regularizer::Plain, 0.0);
    let better = |regularizer: Regularizer| {
        let pairs = errors(record, regularizer, 0.0).into_iter().zip(&plain);
        pairs.filter(|(error, plain)| error < plain).count()
    };
    let counts = shown[1..]
        .iter()
        .map(|&regularizer| format!("{} {}", regularizer.label(), better(regularizer)));
    let description = format!(
        "Test error by seed, true labels. Seeds on which a regularizer is better than nothing, of {}: {}.",
        plain.len(),
        counts.collect::<Vec<_>>().join(", ")
    );
    let mut chart = Chart::new("Regularizers, seed by seed", description)
        .x_axis(Axis::new("seed").integers())
        .y_axis(Axis::new("test images misread [%]").from_zero());
    for regularizer in shown {
        let points = errors(record, regularizer, 0.0).into_iter().zip(0..);
        let points = points.map(|(error, seed)| (f64::from(seed), 100.0 * error));
        chart = chart.series(Series::line(regularizer.label(), points).markers());
    }
    chart
}

fn study_values(record: &Record<Vec<Run>>, values: &mut Values) -> Result<()> {
    let how = format!("{} ({})", record.command, record.date);
    for (noise, labels) in [(0.0, "true"), (NOISE, "noisy")] {
        let plain = errors(record, Regularizer::Plain, noise);
        for regularizer in Regularizer::ALL {
            let errors = errors(record, regularizer, noise);
            let losses = study::numbers(&record.outcome, regularizer, noise, |run| run.test_loss);
            let train_losses =
                study::numbers(&record.outcome, regularizer, noise, |run| run.train_loss);
            let error = Spread::of(&errors);
            let name = regularizer.name().replace([' ', '-'], "_");
            let note = format!("seeds 0 to {}, 1,000 images, {labels} labels", errors.len() - 1);
            let mut set = |what: &str, measured: Measured| {
                let measured = measured.note(&note).experiment(&how);
                values.set(&format!("study.{labels}.{name}.{what}"), measured)
            };
            let percent = |share: f64| Measured::number(share, Format::Percent(1));
            set("mean", percent(error.mean))?;
            set("deviation", percent(error.deviation))?;
            set("lowest", percent(error.lowest))?;
            set("highest", percent(error.highest))?;
            let correlation = Measured::number(correlation(&errors, &plain), Format::Decimals(2));
            set("correlation", correlation)?;
            let loss = Measured::number(Spread::of(&losses).mean, Format::Decimals(2));
            set("loss", loss)?;
            let mean = Spread::of(&train_losses).mean;
            set("train_loss", Measured::number(mean, Format::Decimals(3)))?;
            for (what, measured) in gains(&errors, &plain) {
                set(what, measured)?;
            }
        }
        let elastic = errors(record, Regularizer::Elastic, noise);
        for (what, measured) in gains(&errors(record, Regularizer::Together, noise), &elastic) {
            let measured = measured.note("elastic and dropout against elastic").experiment(&how);
            values.set(&format!("study.{labels}.together_over_elastic.{what}"), measured)?;
        }
        let epochs = study::numbers(&record.outcome, Regularizer::EarlyStopping, noise, |run| {
            run.epochs as f64
        });
        let mean = Measured::number(Spread::of(&epochs).mean, Format::Integer);
        let mean = mean.note("mean of the seeds").experiment(&how);
        values.set(&format!("study.{labels}.early_stopping.epochs"), mean)?;
    }
    let seeds = errors(record, Regularizer::Plain, 0.0).len();
    values.set("study.seeds", Measured::count(seeds).experiment(&how))?;
    Ok(())
}

/// What is gained over other errors, seed by seed, in points of a percentage: the mean, its standard
/// error, how many of these it is, and on how many seeds there is a gain.
fn gains(errors: &[f64], others: &[f64]) -> [(&'static str, Measured); 4] {
    let gains: Vec<f64> =
        errors.iter().zip(others).map(|(error, other)| 100.0 * (other - error)).collect();
    let gain = Spread::of(&gains);
    let standard_error = gain.deviation / (gains.len() as f64).sqrt();
    let ratio = if standard_error > 0.0 { gain.mean / standard_error } else { 0.0 };
    let points = |number: f64| Measured::number(number, Format::Decimals(2));
    [
        ("gain", points(gain.mean)),
        ("gain_error", points(standard_error)),
        ("gain_ratio", Measured::number(ratio, Format::Decimals(1))),
        ("better_seeds", Measured::count(gains.iter().filter(|&&gain| gain > 0.0).count())),
    ]
}

/// How much the errors go up and down together, from −1 to 1.
fn correlation(errors: &[f64], others: &[f64]) -> f64 {
    let (a, b) = (Spread::of(errors), Spread::of(others));
    let products = errors.iter().zip(others).map(|(x, y)| (x - a.mean) * (y - b.mean));
    products.sum::<f64>() / (errors.len() as f64 - 1.0) / (a.deviation * b.deviation)
}
