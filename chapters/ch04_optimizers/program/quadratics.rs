//! Gradient descent in the ravine, and how fast it is at most.

use anyhow::Result;
use book_figures::{Axis, Chart, Output, Series, Values};
use book_programs::print;
use ch04_optimizers::Sgd;

use crate::numbers::number;
use crate::paths::{Point, descend, distance, drawn, slope};
use crate::ravine::{CURVATURES, START, map, ravine};

/// Draws the figures of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    contraction(output)?;
    zigzag(output, values)
}

/// What a step leaves of the distance, by rate: the formula, and what twenty steps really leave.
fn contraction(output: &Output) -> Result<()> {
    let bowl = ravine();
    let (best, largest) = (bowl.best_rate(), bowl.largest_stable_rate());
    let rates = |count: u32| (1..=count).map(move |k| 0.12 * f64::from(k) / f64::from(count));
    let formula = rates(240).map(|rate| (rate, bowl.contraction(rate)));
    let measured = rates(24).map(|rate| {
        let path = descend(&mut Sgd::default(), rate, START, 60, slope(&bowl));
        let left = |step: usize| distance(path[step], [1.0, 0.5]);
        (rate, (left(60) / left(40)).powf(1.0 / 20.0))
    });
    let description = format!(
        "The share of the distance that a step leaves falls from 1 at rate 0 to {:.3} at the best \
         rate, {best:.3}, and climbs to 1 at {largest:.3}. Measured shares lie on the line.",
        bowl.contraction(best)
    );
    let chart = Chart::new("What a step leaves of the distance", description)
        .x_axis(Axis::new("learning rate"))
        .y_axis(Axis::new("left after a step").range(0.8, 1.2))
        .series(Series::line("formula", formula))
        .series(Series::scatter("measured", measured))
        .vertical_rule(best, "best")
        .vertical_rule(largest, "")
        .horizontal_rule(1.0, "");
    output.figure("contraction", &chart)?;
    Ok(())
}

/// Gradient descent in the ravine, with the best rate and with one just below the largest stable.
fn zigzag(output: &Output, values: &mut Values) -> Result<()> {
    let bowl = ravine();
    let (best, largest) = (bowl.best_rate(), bowl.largest_stable_rate());
    let path = |rate| descend(&mut Sgd::default(), rate, START, 25, slope(&bowl));
    let [small, good, wild] = [path(0.2 * largest), path(best), path(0.99 * largest)];
    let left = |path: &[Point]| distance(path[25], [1.0, 0.5]);
    let description = format!(
        "Level lines of a bowl twenty times as steep across as along. After 25 steps gradient \
         descent is {:.2} from the minimum with a fifth of the largest stable rate, {:.2} with \
         the best rate, and {:.2} with 0.99 of the largest stable one.",
        left(&small),
        left(&good),
        left(&wild),
    );
    let map = map("Gradient descent in a ravine", description);
    let map = map.path("fifth of the largest", drawn(&small)).path("best", drawn(&good));
    output.figure("zigzag", &map.path("0.99 of the largest", drawn(&wild)))?;
    values.set("ravine.condition", number(bowl.condition_number(), 0))?;
    values.set("ravine.largest_rate", number(largest, 3))?;
    values.set("ravine.best_rate", number(best, 3))?;
    values.set("ravine.contraction", number(bowl.contraction(best), 3))?;
    print(format_args!(
        "ravine: κ = {:.0}, largest rate {largest:.3}, best {best:.3}",
        CURVATURES[1]
    ))?;
    Ok(())
}
