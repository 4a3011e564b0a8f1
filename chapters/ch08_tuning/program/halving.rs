//! Page *Spend where it pays*: whether one may judge early, and what halving finds.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch08_tuning::{cost, rungs, survivors};

use crate::measured::set;
use crate::pool::{self, Member, NOTE};
use crate::strategies::BEGINNERS;

/// Draws the page's figure and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    let rungs = rungs(BEGINNERS, (1, 9), 3);
    let note = format!("{BEGINNERS} beginners, one in three goes on, from one epoch to nine");
    set(values, "halving.cost", Measured::count(cost(&rungs)), &note, "")?;
    let record = pool::recorded()?;
    let (how, members) = (record.how(), &record.outcome.settings);
    let after = |epochs: usize| -> Vec<f64> {
        members.iter().map(|member| member.curve[epochs - 1].loss).collect()
    };
    let last = after(9);
    let best = survivors(&last, 1)[0];
    let top = survivors(&last, 20);
    let mut told = Vec::new();
    for epochs in [1, 3] {
        let early = after(epochs);
        let kept = survivors(&early, members.len() / 3);
        let share = top.iter().filter(|trial| kept.contains(trial)).count() as f64 / 20.0;
        let note = format!(
            "share of the best 20 of 400 settings after nine epochs that are in the best third after \
             {epochs}, {NOTE}"
        );
        let measured = Measured::number(share, Format::Percent(0));
        set(values, &format!("halving.kept.{epochs}"), measured, &note, &how)?;
        let rank = 1 + early.iter().filter(|loss| **loss < early[best]).count();
        let note = format!("rank of the best of 400 settings after {epochs} epochs, {NOTE}");
        set(values, &format!("halving.rank.{epochs}"), Measured::count(rank), &note, &how)?;
        told.push(format!("{:.0}% after {epochs}", 100.0 * share));
    }
    rates_of_top(members, &how, values)?;
    let description = format!(
        "The validation loss of 400 settings after nine epochs by that after one, on logarithmic scales. \
         They rise together, with a broad spread at the lower end. Of the best twenty in the end are in \
         the best third: {}.",
        told.join(", ")
    );
    let (first, middle) = (after(1), survivors(&after(1), members.len() / 3));
    let cloud = |inside: bool| {
        let chosen = (0..members.len()).filter(|trial| middle.contains(trial) == inside);
        chosen.map(|trial| (first[trial], last[trial])).collect::<Vec<_>>()
    };
    let chart = Chart::new("Early and late losses", description)
        .x_axis(Axis::new("validation loss after one epoch [nats]").log())
        .y_axis(Axis::new("after nine epochs [nats]").log())
        .series(Series::scatter("best third after one epoch", cloud(true)))
        .series(Series::scatter("others", cloud(false)));
    output.figure("early", &chart.experiment(how))?;
    Ok(())
}

/// The mean place of the learning rate among the best tenth, early and late: systematic, not noise.
fn rates_of_top(members: &[Member], how: &str, values: &mut Values) -> Result<()> {
    for epochs in [1, 9] {
        let losses: Vec<f64> = members.iter().map(|member| member.curve[epochs - 1].loss).collect();
        let top = survivors(&losses, members.len() / 10);
        let logs: f64 = top.iter().map(|&trial| 4.0 * members[trial].point[2] - 4.0).sum();
        let rate = 10f64.powf(logs / top.len() as f64);
        let note =
            format!("geometric mean of the rates of the best tenth after {epochs} epochs, {NOTE}");
        let measured = Measured::number(rate, Format::Decimals(4));
        set(values, &format!("halving.rate.{epochs}"), measured, &note, how)?;
    }
    Ok(())
}
