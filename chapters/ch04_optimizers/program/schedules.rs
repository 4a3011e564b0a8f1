//! The schedules, drawn.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series, Values};
use ch04_optimizers::Schedule;

use crate::bowls::number;

/// Five schedules over a hundred steps.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    let warm_up = Schedule::WarmUp { steps: 15, then: Box::new(Schedule::Cosine) };
    let schedules = [
        ("constant", Schedule::Constant),
        ("step", Schedule::Step { every: 30, factor: 0.5 }),
        ("linear", Schedule::Linear),
        ("cosine", Schedule::Cosine),
        ("warm-up, cosine", warm_up),
    ];
    let half = |schedule: &Schedule| schedule.factor(50, 100);
    let told = schedules.iter().map(|(name, schedule)| format!("{name} {:.2}", half(schedule)));
    let told = told.collect::<Vec<_>>().join(", ");
    let description = format!("The factor of the learning rate halfway through: {told}.");
    let mut chart = Chart::new("Schedules", description)
        .x_axis(Axis::new("step").integers())
        .y_axis(Axis::new("factor of the learning rate").from_zero());
    for (name, schedule) in schedules {
        let mean = (0..100).map(|step| schedule.factor(step, 100)).sum::<f64>() / 100.0;
        values.set(&format!("schedules.{}", name.split(',').next().unwrap()), number(mean, 2))?;
        let line = (0..=100).map(|step| (step as f64, schedule.factor(step, 100)));
        chart = chart.series(Series::line(name, line));
    }
    output.figure("schedules", &chart)?;
    Ok(())
}
