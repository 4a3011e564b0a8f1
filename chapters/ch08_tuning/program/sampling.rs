//! Page *Grid, random, quasi-random*: how many trials, and where.

use anyhow::Result;
use book_figures::{
    Axis, BarChart, Chart, Figure, Format, ImageGrid, Measured, Output, Series, Values,
};
use book_programs::statistics::{mean, t_interval};
use ch08_tuning::{grid, halton, random_points, sobol, star_discrepancy, trials_needed};
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::measured::{set, set_estimate};
use crate::pool::{self, Member};
use crate::strategies::{self, NAMES, Search};

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    trials(output, values)?;
    output.figure("points", &points())?;
    discrepancy(output, values)?;
    knobs(output, values)?;
    compared(output, values)
}

/// How sure one of so many trials at random is among the best.
fn trials(output: &Output, values: &mut Values) -> Result<()> {
    let mut lines = Vec::new();
    for (share, name, key) in
        [(0.1_f64, "best 10%", "ten"), (0.05, "best 5%", "five"), (0.01, "best 1%", "one")]
    {
        let chance = |count: i32| 100.0 * (1.0 - (1.0 - share).powi(count));
        lines.push(Series::line(name, (0..=120).map(|count| (f64::from(count), chance(count)))));
        let needed = Measured::count(trials_needed(share, 0.95));
        set(values, &format!("sampling.needed.{key}"), needed, "certainty 95%", "")?;
    }
    let description = format!(
        "How likely at least one of so many random trials is among the best settings. 95% are reached \
         after {} trials for the best 10%, {} for the best 5%, {} for the best 1%.",
        trials_needed(0.1, 0.95),
        trials_needed(0.05, 0.95),
        trials_needed(0.01, 0.95)
    );
    let chart = Chart::new("Trials at random", description)
        .x_axis(Axis::new("trials").integers())
        .y_axis(Axis::new("certainty [%]").range(0.0, 100.0))
        .horizontal_rule(95.0, "")
        .vertical_rule(59.0, "59");
    output.figure("trials", &lines.into_iter().fold(chart, Chart::series))?;
    Ok(())
}

/// The four ways to lay out points.
fn layouts(count: usize) -> [(&'static str, Array2<f64>); 4] {
    let side = (count as f64).sqrt() as usize;
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let of_sobol = Array2::from_shape_fn((count, 2), |(index, knob)| sobol(index as u32, 2)[knob]);
    [
        ("grid", grid(side, 2)),
        ("random", random_points(count, 2, &mut generator)),
        ("Halton", halton(count, 2)),
        ("Sobol", of_sobol),
    ]
}

/// 64 points of each layout, as small pictures.
fn points() -> ImageGrid {
    const SIDE: usize = 66;
    let description = "Four squares with 64 points each: a grid of eight by eight; points at random, in \
                       clumps and gaps; Halton's and Sobol's points, which leave no large gap.";
    let images = ImageGrid::new("64 points in a square", description, 4);
    layouts(64).into_iter().fold(images, |images, (name, points)| {
        let mut pixels = vec![255_u8; SIDE * SIDE];
        for point in points.rows() {
            let [x, y] = [point[0], 1.0 - point[1]].map(|place| 1 + (place * 63.0) as usize);
            for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                pixels[(y + i) * SIDE + x + j] = 0;
            }
        }
        images.gray(name, SIDE, &pixels)
    })
}

/// How uneven the layouts are.
fn discrepancy(output: &Output, values: &mut Values) -> Result<()> {
    let counts = [4, 16, 64, 144];
    let mut lines = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for count in counts {
        for (line, (name, points)) in lines.iter_mut().zip(layouts(count)) {
            let found = if name == "random" {
                let mut generator = ChaCha8Rng::seed_from_u64(8);
                let each: Vec<f64> = (0..20)
                    .map(|_| star_discrepancy(random_points(count, 2, &mut generator).view()))
                    .collect();
                mean(&each)
            } else {
                star_discrepancy(points.view())
            };
            line.push((count as f64, found));
            if count == 64 {
                let note =
                    "star discrepancy of 64 points, two knobs; random: mean of 20 draws, seed 8";
                let measured = Measured::number(found, Format::Decimals(3)).within(0.001);
                set(
                    values,
                    &format!("sampling.discrepancy.{}", name.to_lowercase()),
                    measured,
                    note,
                    "",
                )?;
            }
        }
    }
    let names = ["grid", "random", "Halton", "Sobol"];
    let told: Vec<String> =
        names.iter().zip(&lines).map(|(name, line)| format!("{name} {:.3}", line[2].1)).collect();
    let description = format!(
        "The star discrepancy by the number of points, on logarithmic scales. With 64 points: {}.",
        told.join(", ")
    );
    let chart = Chart::new("How uneven points are", description)
        .x_axis(Axis::new("points").log())
        .y_axis(Axis::new("star discrepancy").log());
    let lines = names.into_iter().zip(lines).map(|(name, line)| Series::line(name, line).markers());
    output.figure("discrepancy", &lines.fold(chart, Chart::series))?;
    Ok(())
}

/// The loss of random settings by two of the knobs.
fn knobs(output: &Output, values: &mut Values) -> Result<()> {
    let record = pool::recorded()?;
    let members = &record.outcome.settings;
    let loss = |member: &Member| member.curve.last().expect("an epoch").loss;
    // The knobs stand in the order of the alphabet: batch size, keep, learning rate.
    let names =
        [("batch size", "batch_size"), ("kept by dropout", "keep"), ("learning rate", "rate")];
    let mut told = Vec::new();
    for (knob, (name, key)) in names.into_iter().enumerate() {
        let explained = explained(members, knob);
        let note = "share of the variance of the log loss that the means of ten bins explain, 400 random settings";
        let measured = Measured::number(explained, Format::Percent(0));
        set(values, &format!("sampling.explained.{key}"), measured, note, &record.how())?;
        told.push(format!("{name} {:.0}%", 100.0 * explained));
    }
    let cloud = |knob: usize| members.iter().map(move |member| (member.point[knob], loss(member)));
    let description = format!(
        "The validation loss of 400 random settings, by the place of the learning rate and by that of the \
         batch size in their ranges. The learning rate draws a clear valley, the batch size none. Share \
         of the variance of the log loss that each knob explains alone: {}.",
        told.join(", ")
    );
    let chart = Chart::new("One knob that matters, and one that does not", description)
        .x_axis(Axis::new("place in the knob's range").range(0.0, 1.0))
        .y_axis(Axis::new("validation loss [nats]").log())
        .series(Series::scatter("by the learning rate", cloud(2)))
        .series(Series::scatter("by the batch size", cloud(0)));
    output.figure("knobs", &chart.experiment(record.how()))?;
    Ok(())
}

/// The share of the variance of the log loss that the means of ten bins of a knob explain, less what
/// they would explain by chance.
pub fn explained(members: &[Member], knob: usize) -> f64 {
    let loss = |member: &Member| member.curve.last().expect("an epoch").loss.ln();
    let all: Vec<f64> = members.iter().map(loss).collect();
    let middle = mean(&all);
    let total: f64 = all.iter().map(|loss| (loss - middle).powi(2)).sum();
    let bins = 10;
    let mut inside = 0.0;
    for bin in 0..bins {
        let of_bin = |member: &&Member| (member.point[knob] * bins as f64) as usize == bin;
        let here: Vec<f64> = members.iter().filter(of_bin).map(loss).collect();
        let middle = mean(&here);
        inside += here.iter().map(|loss| (loss - middle).powi(2)).sum::<f64>();
    }
    let freedom = (members.len() - 1) as f64 / (members.len() - bins) as f64;
    (1.0 - inside / total * freedom).max(0.0)
}

/// The true losses of what the searches chose, repetition by repetition: the mean over fresh seeds.
pub fn truths(searches: &[Search], strategy: &str) -> Vec<f64> {
    let chosen = searches.iter().filter(|search| search.strategy == strategy);
    chosen.map(|s| mean(&s.truth.iter().map(|score| score.loss).collect::<Vec<_>>())).collect()
}

/// Grid, random and quasi-random searches at one budget.
fn compared(output: &Output, values: &mut Values) -> Result<()> {
    let record = strategies::recorded()?;
    let (how, searches) = (record.how(), &record.outcome);
    let note = "20 searches, true loss of what each chose: three fresh seeds, 10,000 other images";
    let mut told = Vec::new();
    let axis = Axis::new("true loss of what was chosen [nats]").from_zero();
    for (place, name) in NAMES.into_iter().enumerate() {
        let truths = truths(searches, name);
        let estimate = t_interval(&truths, 0.95, 1);
        set_estimate(
            values,
            &format!("strategies.{name}"),
            estimate,
            Format::Decimals(3),
            (note, &how),
        )?;
        if place < 3 {
            told.push(format!("{name} {:.3} ± {:.3}", estimate.value, estimate.margin));
        }
        if !["random"].contains(&name) {
            let base = self::truths(searches, "random");
            let gains: Vec<f64> = base.iter().zip(&truths).map(|(a, b)| a - b).collect();
            let gain = t_interval(&gains, 0.95, 1);
            let note = format!("how much lower than random search; {note}, pair by pair");
            let name = format!("strategies.gain.{name}");
            set_estimate(values, &name, gain, Format::Decimals(3), (&note, &how))?;
        }
    }
    let description = format!(
        "The mean true loss of what twenty searches of 27 trials chose: {}.",
        told.join(", ")
    );
    let mut bars = BarChart::new("What three searches find", description, axis)
        .categories("search")
        .print(Format::Decimals(3));
    for name in &NAMES[..3] {
        let estimate = t_interval(&truths(searches, name), 0.95, 1);
        let (low, high) = (estimate.value - estimate.margin, estimate.value + estimate.margin);
        bars = bars.bar_with_spread(*name, estimate.value, (low, high));
    }
    output.figure("searches", &bars.experiment(how))?;
    Ok(())
}
