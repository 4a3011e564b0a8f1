//! The first page of the chapter: what a scale does to a search, and what settings and seeds do to a
//! score.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, HeatMap, Measured, Output, Series, Values};
use book_programs::statistics::{mean, standard_deviation};
use ch08_tuning::Knob;

use crate::measured::set;
use crate::pool::{self, NOTE, quantile, shares};

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    output.figure("scales", &scales())?;
    spread(output, values)
}

/// Which share of evenly spread places falls into each power of ten, on two scales.
fn scales() -> HeatMap {
    let (low, high) = (0.0001, 1.0);
    let rows = [Knob::Linear { low, high }, Knob::Log { low, high }].map(|knob| {
        let mut row = vec![0.0; 4];
        let places = 100_000;
        for place in 0..places {
            let value = knob.at((f64::from(place) + 0.5) / f64::from(places));
            row[((value.log10() + 4.0).floor() as usize).min(3)] += 1.0 / f64::from(places);
        }
        row
    });
    let description = format!(
        "The share of settings in each power of ten from 0.0001 to 1. Linear: {}. Log: {}.",
        told(&rows[0]),
        told(&rows[1])
    );
    HeatMap::new("Where even places end up", description, rows.to_vec())
        .rows("scale", ["linear", "log"])
        .columns("learning rate", ["to 0.001", "to 0.01", "to 0.1", "to 1"])
        .print(Format::Percent(1))
}

fn told(row: &[f64]) -> String {
    let cells: Vec<String> = row.iter().map(|share| format!("{:.1}%", 100.0 * share)).collect();
    cells.join(", ")
}

/// The errors of many settings, and those of many seeds of one setting.
fn spread(output: &Output, values: &mut Values) -> Result<()> {
    let record = pool::recorded()?;
    let (how, pools) = (record.how(), &record.outcome);
    let error = |member: &pool::Member| member.curve.last().expect("an epoch").error;
    let [of_seeds, of_settings] =
        [&pools.seeds, &pools.settings].map(|pool| pool.iter().map(error).collect::<Vec<f64>>());
    let mut put = |name: &str, share: f64, what: &str| {
        let note = format!("{what}, {NOTE}, 2,000 validation images");
        let measured = Measured::number(share, Format::Percent(1));
        set(values, &format!("spread.{name}"), measured, &note, &how)
    };
    let lowest = |all: &[f64]| quantile(all, 0.0);
    put("settings.lowest", lowest(&of_settings), "400 random settings")?;
    put("settings.median", quantile(&of_settings, 0.5), "400 random settings")?;
    put("settings.highest", quantile(&of_settings, 1.0), "400 random settings")?;
    put("seeds.mean", mean(&of_seeds), "one setting, 200 seeds")?;
    put("seeds.lowest", lowest(&of_seeds), "one setting, 200 seeds")?;
    put("seeds.highest", quantile(&of_seeds, 1.0), "one setting, 200 seeds")?;
    put("seeds.deviation", standard_deviation(&of_seeds), "one setting, 200 seeds, one deviation")?;
    let description = format!(
        "The share of trainings with at most so large an error. One setting with 200 seeds: from {:.1}% \
         to {:.1}%. 400 random settings: from {:.1}% to {:.1}%, half of them above {:.1}%.",
        100.0 * lowest(&of_seeds),
        100.0 * quantile(&of_seeds, 1.0),
        100.0 * lowest(&of_settings),
        100.0 * quantile(&of_settings, 1.0),
        100.0 * quantile(&of_settings, 0.5),
    );
    let line = |name: &str, members: &[pool::Member]| {
        let points = shares(members, |member| 100.0 * member.curve.last().expect("an epoch").error);
        Series::line(name, points)
    };
    let chart = Chart::new("What settings do, and what seeds do", description)
        .x_axis(Axis::new("validation images misread [%]").log())
        .y_axis(Axis::new("trainings [%]").from_zero())
        .series(line("200 seeds", &pools.seeds))
        .series(line("400 settings", &pools.settings));
    output.figure("spread", &chart.experiment(how))?;
    Ok(())
}
