//! Figures and values of the long experiments, as they were recorded.

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Format, Measured, Output, Series, Values};

use ch06_overfitting::standard_error;

use crate::study::{self, NOISE, Record, Remedy, Spread};
use crate::table::{self, Outcome, Row};

pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = study::recorded()?;
    for (noise, labels, figure) in
        [(0.0, "true", "remedies"), (NOISE, "30% random", "remedies-noisy")]
    {
        output.figure(figure, &remedies(&record, noise, labels))?;
    }
    output.figure("remedies-by-seed", &by_seed(&record))?;
    study_values(&record, values)?;
    let outcomes = table::recorded()?;
    output.figure("table", &table_curves(&outcomes))?;
    table_values(&outcomes, values)?;
    Ok(())
}

fn errors(record: &Record, remedy: Remedy, noise: f64) -> Vec<f64> {
    study::numbers(&record.runs, remedy, noise, |run| run.test_error)
}

fn remedies(record: &Record, noise: f64, labels: &str) -> BarChart {
    let spreads = Remedy::ALL.map(|remedy| (remedy, Spread::of(&errors(record, remedy, noise))));
    let listed = spreads
        .iter()
        .map(|(remedy, spread)| format!("{} {:.1}%", remedy.label(), 100.0 * spread.mean));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let seeds = errors(record, Remedy::Plain, noise).len();
    let description = format!(
        "Misread test images of networks with a thousand training images, {labels} labels, mean of \
         {seeds} seeds: {listed}. Whiskers reach from the lowest seed to the highest."
    );
    let axis = Axis::new("test images misread [%]").from_zero();
    let mut chart = BarChart::new(format!("Remedies, {labels} labels"), description, axis);
    for (remedy, spread) in spreads {
        let [mean, lowest, highest] =
            [spread.mean, spread.lowest, spread.highest].map(|share| 100.0 * share);
        chart = chart.bar_with_spread(remedy.label(), mean, (lowest, highest));
    }
    chart.horizontal().print(Format::Decimals(1))
}

/// Each seed has images of its own, and the same for all remedies.
fn by_seed(record: &Record) -> Chart {
    let shown = [
        Remedy::Plain,
        Remedy::EarlyStopping,
        Remedy::WeightDecay,
        Remedy::Dropout,
        Remedy::Shifts,
        Remedy::Elastic,
    ];
    let plain = errors(record, Remedy::Plain, 0.0);
    let better = |remedy: Remedy| {
        let pairs = errors(record, remedy, 0.0).into_iter().zip(&plain);
        pairs.filter(|(error, plain)| error < plain).count()
    };
    let counts = shown[1..].iter().map(|&remedy| format!("{} {}", remedy.label(), better(remedy)));
    let description = format!(
        "Test error by seed, true labels. Seeds on which a remedy is better than nothing, of {}: {}.",
        plain.len(),
        counts.collect::<Vec<_>>().join(", ")
    );
    let mut chart = Chart::new("Remedies, seed by seed", description)
        .x_axis(Axis::new("seed").integers())
        .y_axis(Axis::new("test images misread [%]").from_zero());
    for remedy in shown {
        let points = errors(record, remedy, 0.0).into_iter().zip(0..);
        let points = points.map(|(error, seed)| (f64::from(seed), 100.0 * error));
        chart = chart.series(Series::line(remedy.label(), points).markers());
    }
    chart
}

fn study_values(record: &Record, values: &mut Values) -> Result<()> {
    let how = format!("{} ({})", record.command, record.date);
    for (noise, labels) in [(0.0, "true"), (NOISE, "noisy")] {
        let plain = errors(record, Remedy::Plain, noise);
        for remedy in Remedy::ALL {
            let errors = errors(record, remedy, noise);
            let losses = study::numbers(&record.runs, remedy, noise, |run| run.test_loss);
            let train_losses = study::numbers(&record.runs, remedy, noise, |run| run.train_loss);
            let error = Spread::of(&errors);
            let name = remedy.name().replace([' ', '-'], "_");
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
            for (what, measured) in gains(&errors, &plain) {
                set(what, measured)?;
            }
        }
        let elastic = errors(record, Remedy::Elastic, noise);
        for (what, measured) in gains(&errors(record, Remedy::Together, noise), &elastic) {
            let measured = measured.note("elastic and dropout against elastic").experiment(&how);
            values.set(&format!("study.{labels}.together_over_elastic.{what}"), measured)?;
        }
        let epochs =
            study::numbers(&record.runs, Remedy::EarlyStopping, noise, |run| run.epochs as f64);
        let mean = Measured::number(Spread::of(&epochs).mean, Format::Integer).within(1.0);
        let mean = mean.note("mean of the seeds").experiment(&how);
        values.set(&format!("study.{labels}.early_stopping.epochs"), mean)?;
    }
    let seeds = errors(record, Remedy::Plain, 0.0).len();
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
    let points = |number: f64| Measured::number(number, Format::Decimals(2)).within(0.01);
    [
        ("gain", points(gain.mean)),
        ("gain_error", points(standard_error)),
        ("gain_ratio", Measured::number(ratio, Format::Decimals(1)).within(0.1)),
        ("better_seeds", Measured::count(gains.iter().filter(|&&gain| gain > 0.0).count())),
    ]
}

/// How much the errors go up and down together, from −1 to 1.
fn correlation(errors: &[f64], others: &[f64]) -> f64 {
    let (a, b) = (Spread::of(errors), Spread::of(others));
    let products = errors.iter().zip(others).map(|(x, y)| (x - a.mean) * (y - b.mean));
    products.sum::<f64>() / (errors.len() as f64 - 1.0) / (a.deviation * b.deviation)
}

fn table_curves(outcomes: &[Outcome]) -> Chart {
    let ends = outcomes.iter().map(|outcome| {
        let (epochs, error) = (outcome.epochs.len(), 100.0 * outcome.error());
        format!("{} {error:.2}% after {epochs}", label(outcome.row))
    });
    let description = format!(
        "Misread test images by epoch, for the rows of the table: {}.",
        ends.collect::<Vec<_>>().join(", ")
    );
    let mut chart = Chart::new("The table, epoch by epoch", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("test images misread [%]").log().range(1.0, 5.0));
    for outcome in outcomes {
        let epochs = outcome.epochs.iter().zip(1..);
        let points = epochs.map(|(epoch, at)| (f64::from(at), 100.0 * epoch.test_error));
        chart = chart.series(Series::line(label(outcome.row), points.collect::<Vec<_>>()));
    }
    chart.legend()
}

/// The name of a row in a figure.
fn label(row: Row) -> &'static str {
    match row {
        Row::MaxNorm => "largest norm",
        Row::OneHidden => "one hidden layer",
        Row::Control => "no dropout",
        other => other.name(),
    }
}

fn table_values(outcomes: &[Outcome], values: &mut Values) -> Result<()> {
    let spread = 100.0 * standard_error(Row::Dropout.paper().expect("a row of the paper"), 10_000);
    let note = "points of a percentage, for an error of 1.25% on 10,000 images";
    let points = |number: f64| Measured::number(number, Format::Decimals(2)).within(0.01);
    values.set("table.standard_error", points(spread).note(note))?;
    values.set("table.difference_error", points(spread * 2_f64.sqrt()).note(note))?;
    let of = |row: Row| outcomes.iter().find(|outcome| outcome.row == row).map(Outcome::error);
    for (name, row) in [("standard", Row::Standard), ("control", Row::Control)] {
        if let (Some(other), Some(dropout)) = (of(row), of(Row::Dropout)) {
            let gain = points(100.0 * (other - dropout)).note("percentage points");
            values.set(&format!("table.dropout_over_{name}"), gain)?;
        }
    }
    if let (Some(one), Some(two)) = (of(Row::OneHidden), of(Row::Standard)) {
        let error = standard_error(one, 10_000).hypot(standard_error(two, 10_000));
        let ratio = Measured::number((one - two) / error, Format::Decimals(1)).within(0.1);
        let note = "one hidden layer against two: the gain over its standard error, if each had an \
                    exam of its own";
        values.set("table.second_layer_ratio", ratio.note(note))?;
    }
    for outcome in outcomes {
        let name = outcome.row.name().replace('-', "_");
        let (epochs, seed) = (outcome.epochs.len(), outcome.seed);
        let note = format!("seed {seed}, after epoch {epochs}");
        let how = format!("{} ({})", outcome.command, outcome.date);
        let mut set = |what: &str, measured: Measured| {
            values.set(&format!("table.{name}.{what}"), measured.note(&note).experiment(&how))
        };
        let percent = |share: f64| Measured::number(share, Format::Percent(2)).within(0.0001);
        set("error", percent(outcome.error()))?;
        if let Some(paper) = outcome.row.paper() {
            set("paper", percent(paper))?;
            let gap = 100.0 * (outcome.error() - paper);
            set("gap", Measured::number(gap, Format::Decimals(2)).within(0.01))?;
        }
        set("epochs", Measured::count(epochs))?;
        set("steps", Measured::count(epochs * 60_000_usize.div_ceil(128)))?;
        if outcome.row == Row::MaxNorm {
            set("norms", Measured::text(norms(outcome)))?;
        }
        let minutes = Measured::number(outcome.seconds() / 60.0, Format::Integer);
        set("minutes", minutes.machine())?;
        let seconds = Measured::number(outcome.seconds_per_epoch(), Format::Seconds(0));
        set("seconds_per_epoch", seconds.machine())?;
        set("date", Measured::text(outcome.date.clone()))?;
    }
    Ok(())
}

/// How long the weights of a neuron could become when the row was run.
fn norms(outcome: &Outcome) -> String {
    let norms = outcome.norms.iter().map(f64::to_string);
    norms.collect::<Vec<_>>().join(", ")
}
