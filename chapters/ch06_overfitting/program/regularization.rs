//! Page *Which regularizer helps?*: the study as it was recorded.

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Format, Measured, Output, Series, Values};
use book_programs::statistics::t_interval;

use crate::networks::{NOISE, Regularizer};
use crate::study::{self, Record, Spread};
use crate::tuning;

/// Draws the recorded study, and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = study::recorded()?;
    output.figure("regularizers", &regularizers(&record, 0.0, "true"))?;
    output.figure("regularizers-noisy", &regularizers(&record, NOISE, "30% random"))?;
    output.figure("regularizers-by-seed", &by_seed(&record))?;
    tuned_values(values)?;
    study_values(&record, values)
}

/// The setting of each regularizer that the tuning chose, and what it chose from.
fn tuned_values(values: &mut Values) -> Result<()> {
    let tuned = tuning::recorded()?;
    let how = format!("{} ({})", tuned.command, tuned.date);
    for regularizer in Regularizer::ALL.into_iter().skip(1) {
        let name = regularizer.name().replace([' ', '-'], "_");
        for (noise, labels) in [(0.0, "true"), (NOISE, "noisy")] {
            let setting = tuned.chosen(regularizer, noise)?.label;
            let note = "lowest mean error on 4,000 validation images, seeds 1000 to 1004";
            let measured = Measured::text(setting).note(note).experiment(&how);
            values.set(&format!("tuned.{labels}.{name}"), measured)?;
        }
        let tried = tuning::candidates(regularizer).len();
        values.set(&format!("tuned.{name}.candidates"), Measured::count(tried))?;
    }
    Ok(())
}

fn errors(record: &Record, regularizer: Regularizer, noise: f64) -> Vec<f64> {
    study::numbers(&record.runs, regularizer, noise, |run| run.test_error)
}

fn regularizers(record: &Record, noise: f64, labels: &str) -> BarChart {
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
fn by_seed(record: &Record) -> Chart {
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

fn study_values(record: &Record, values: &mut Values) -> Result<()> {
    let how = format!("{} ({})", record.command, record.date);
    for (noise, labels) in [(0.0, "true"), (NOISE, "noisy")] {
        let plain = errors(record, Regularizer::Plain, noise);
        for regularizer in Regularizer::ALL {
            let errors = errors(record, regularizer, noise);
            let losses = study::numbers(&record.runs, regularizer, noise, |run| run.test_loss);
            let train_losses =
                study::numbers(&record.runs, regularizer, noise, |run| run.train_loss);
            let error = Spread::of(&errors);
            let name = regularizer.name().replace([' ', '-'], "_");
            let note = format!("seeds 0 to {}, 1,000 images, {labels} labels", errors.len() - 1);
            let mut set = |what: &str, measured: Measured| {
                let measured = measured.note(&note).experiment(&how);
                values.set(&format!("study.{labels}.{name}.{what}"), measured)
            };
            let percent = |share: f64| Measured::number(share, Format::Percent(1)).within(0.001);
            set("mean", percent(error.mean))?;
            set("deviation", percent(error.deviation))?;
            set("lowest", percent(error.lowest))?;
            set("highest", percent(error.highest))?;
            let correlation = Measured::number(correlation(&errors, &plain), Format::Decimals(2));
            set("correlation", correlation.within(0.01))?;
            let loss = Measured::number(Spread::of(&losses).mean, Format::Decimals(2)).within(0.01);
            set("loss", loss)?;
            let mean = Spread::of(&train_losses).mean;
            set("train_loss", Measured::number(mean, Format::Decimals(3)).within(0.001))?;
            if regularizer != Regularizer::Plain {
                for (what, measured) in gains(&errors, &plain) {
                    set(what, measured)?;
                }
            }
        }
        let elastic = errors(record, Regularizer::Elastic, noise);
        for (what, measured) in gains(&errors(record, Regularizer::Together, noise), &elastic) {
            let measured = measured.note("elastic and dropout against elastic").experiment(&how);
            values.set(&format!("study.{labels}.together_over_elastic.{what}"), measured)?;
        }
        let stopping = [Regularizer::EarlyStopping, Regularizer::StopByError];
        for (regularizer, name) in stopping.into_iter().zip(["early_stopping", "stop_by_error"]) {
            let epochs = study::numbers(&record.runs, regularizer, noise, |run| run.epochs as f64);
            let mean = Measured::number(Spread::of(&epochs).mean, Format::Integer).within(1.0);
            let mean = mean.note("mean of the seeds").experiment(&how);
            values.set(&format!("study.{labels}.{name}.epochs"), mean)?;
        }
    }
    let seeds = errors(record, Regularizer::Plain, 0.0).len();
    values.set("study.seeds", Measured::count(seeds).experiment(&how))?;
    Ok(())
}

/// How many differences the study looks at: each regularizer against none, and one pair, for true and
/// for noisy labels.
const COMPARISONS: usize = 2 * Regularizer::ALL.len();

/// What is gained over other errors, seed by seed, in percentage points: the mean, the margin of its
/// interval, what that says, and on how many seeds there is a gain.
fn gains(errors: &[f64], others: &[f64]) -> [(&'static str, Measured); 4] {
    let gains: Vec<f64> =
        errors.iter().zip(others).map(|(error, other)| 100.0 * (other - error)).collect();
    let gain = t_interval(&gains, 0.95, COMPARISONS);
    let verdict = match gain.sign() {
        Some(sign) if sign > 0.0 => "helps",
        Some(_) => "harms",
        None => "cannot tell",
    };
    let points = |number: f64| Measured::number(number, Format::Decimals(2)).within(0.01);
    [
        ("gain", points(gain.value)),
        ("gain_margin", points(gain.margin)),
        ("verdict", Measured::text(verdict)),
        ("better_seeds", Measured::count(gains.iter().filter(|&&gain| gain > 0.0).count())),
    ]
}

/// How much the errors go up and down together, from −1 to 1.
fn correlation(errors: &[f64], others: &[f64]) -> f64 {
    let (a, b) = (Spread::of(errors), Spread::of(others));
    let products = errors.iter().zip(others).map(|(x, y)| (x - a.mean) * (y - b.mean));
    products.sum::<f64>() / (errors.len() as f64 - 1.0) / (a.deviation * b.deviation)
}
