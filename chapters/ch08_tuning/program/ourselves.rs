//! Page *We tune ourselves*: rules and regularizers of earlier chapters, each tuned with one budget.

use anyhow::{Context, Result};
use book_figures::{Axis, BarChart, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::statistics::{mean, t_interval};

use crate::contest::Found;
use crate::measured::{set, set_estimate};
use crate::{remedies, rules};

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let record = rules::recorded()?;
    let how = record.how();
    let note = "784-128-10, five epochs, batches of 32, constant rate, 60,000 training images, seeds 0 to 9";
    told(&record.outcome, "rules", ("adam", note, &how), values)?;
    let description = "How many test images each rule misreads, mean of ten seeds with the lowest and the \
                       highest";
    output.figure("rules", &bars("Rules, tuned", description, &record.outcome).experiment(how))?;
    let record = remedies::recorded()?;
    let (how, found) = (record.how(), &record.outcome);
    let note = "784-128-10, 1,000 training images, 100 epochs, seeds 0 to 9";
    told(found, "remedies", ("plain", note, &how), values)?;
    pair(found, ("elastic", "together"), (note, &how), values)?;
    let description = "How many test images a network misreads that has learned from 1,000, by what was \
                       done against overfitting, mean of ten seeds with the lowest and the highest";
    output.figure("remedies", &bars("Regularizers, tuned", description, found).experiment(&how))?;
    plain_rates(found, &how, output)
}

/// The contender of a name.
fn of<'a>(found: &'a [Found], name: &str) -> Result<&'a Found> {
    found
        .iter()
        .find(|found| found.name == name)
        .with_context(|| format!("{name} was no contender"))
}

/// The name as figures have it.
fn label(name: &str) -> String {
    match name {
        "sgd" => "gradient descent".to_owned(),
        "nesterov" => "Nesterov".to_owned(),
        "adagrad" => "AdaGrad".to_owned(),
        "rmsprop" => "RMSProp".to_owned(),
        "adam" => "Adam".to_owned(),
        "adamw" => "AdamW".to_owned(),
        "max_norm" => "max-norm".to_owned(),
        "l2" => "L2 penalty".to_owned(),
        "together" => "elastic and dropout".to_owned(),
        other => other.replace('_', " "),
    }
}

/// What was chosen for each contender, its test error, and how much lower that is than the baseline's.
fn told(
    found: &[Found],
    group: &str,
    (baseline, note, how): (&str, &str, &str),
    values: &mut Values,
) -> Result<()> {
    let base = of(found, baseline)?.test.clone();
    for contender in found {
        let name = format!("{group}.{}", contender.name);
        for (knob, value) in contender.knobs.iter().zip(contender.values()) {
            let measured = Measured::text(match knob.as_str() {
                "pixels" => rounded(1.0 + value), // a choice, counted from 0
                "watches" => ["the loss", "the error"][*value as usize].to_owned(),
                _ => rounded(*value),
            });
            let knob = knob.replace(' ', "_");
            set(values, &format!("{name}.{knob}"), measured, "chosen on validation images", how)?;
        }
        let percent = Format::Percent(2);
        let seen = Measured::number(contender.trials[contender.chosen].1, percent);
        set(values, &format!("{name}.seen"), seen, "its validation error in the search", how)?;
        let finals = contender.finals.iter().find(|(trial, _)| *trial == contender.chosen);
        let fresh = mean(&finals.context("a finalist")?.1);
        let measured = Measured::number(fresh, percent);
        set(values, &format!("{name}.fresh"), measured, "validation error, two fresh seeds", how)?;
        let interval = t_interval(&contender.test, 0.95, 1);
        let note = format!("test error; {note}");
        set_estimate(values, &name, interval, percent, (&note, how))?;
        if contender.name == baseline {
            continue;
        }
        let gains: Vec<f64> =
            base.iter().zip(&contender.test).map(|(b, e)| 100.0 * (b - e)).collect();
        let note = format!(
            "points of test error less than {baseline}, in pairs, for {} comparisons at once; {note}",
            found.len() - 1
        );
        let gain = t_interval(&gains, 0.95, found.len() - 1);
        set_estimate(values, &format!("{name}.gain"), gain, Format::Decimals(2), (&note, how))?;
    }
    Ok(())
}

/// A knob's value in two digits.
fn rounded(value: f64) -> String {
    if value == value.round() {
        return format!("{value}");
    }
    let decimals = (1.0 - value.abs().log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}")
}

/// How many points one contender gains over another one.
fn pair(
    found: &[Found],
    (one, other): (&str, &str),
    (note, how): (&str, &str),
    values: &mut Values,
) -> Result<()> {
    let [first, second] = [&of(found, one)?.test, &of(found, other)?.test];
    let gains: Vec<f64> = first.iter().zip(second).map(|(a, b)| 100.0 * (a - b)).collect();
    let note = format!("points of test error less than {one}, in pairs; {note}");
    let gain = t_interval(&gains, 0.95, 1);
    let name = format!("remedies.{other}_over_{one}");
    set_estimate(values, &name, gain, Format::Decimals(2), (&note, how))
}

/// A bar for each contender.
fn bars(title: &str, description: &str, found: &[Found]) -> BarChart {
    let means = found
        .iter()
        .map(|found| format!("{} {:.2}%", label(&found.name), 100.0 * mean(&found.test)));
    let description = format!("{description}: {}.", means.collect::<Vec<_>>().join(", "));
    let axis = Axis::new("test images misread [%]");
    found.iter().fold(BarChart::new(title, description, axis).horizontal(), |chart, found| {
        let low = found.test.iter().copied().fold(f64::INFINITY, f64::min);
        let high = found.test.iter().copied().fold(0.0, f64::max);
        let [mean, low, high] = [mean(&found.test), low, high].map(|share| 100.0 * share);
        chart.bar_with_spread(label(&found.name), mean, (low, high))
    })
}

/// The trials of plain training, by rate, beside those of weight decay and of the max-norm constraint.
fn plain_rates(found: &[Found], how: &str, output: &Output) -> Result<()> {
    let points = |name: &str| -> Result<Vec<(f64, f64)>> {
        let mut points: Vec<(f64, f64)> =
            of(found, name)?.trials.iter().map(|(values, e)| (values[0], 100.0 * e)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(points)
    };
    let plain = points("plain")?;
    let best = plain.iter().min_by(|a, b| a.1.total_cmp(&b.1)).context("a trial")?;
    let description = format!(
        "Validation images misread by learning rate, twelve trials each. Plain training has its lowest error, \
         {:.1}%, at a rate of {:.4}.",
        best.1, best.0
    );
    let chart = Chart::new("The rate of plain training", description)
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("validation images misread [%]"))
        .series(Series::line("plain", plain).markers())
        .series(Series::scatter("weight decay", points("weight_decay")?))
        .series(Series::scatter("max-norm", points("max_norm")?))
        .vertical_rule(0.001, "chapter 6");
    output.figure("plain-rates", &chart.legend().experiment(how))?;
    Ok(())
}
