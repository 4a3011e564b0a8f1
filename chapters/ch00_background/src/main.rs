//! Draws the figures of the preface and of the background: `cargo run -p ch00_background`.

mod data;
mod dots;
#[cfg(test)]
mod layers;
mod map;
mod timeline;

use std::path::Path;

use anyhow::Result;
use book_figures::{Axis, BarChart, Format, Measured, Output};
use data::{Landmark, Landmarks};

fn main() -> Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bibliography = here.join("../../book/src/references.bib");
    let output = Output::chapter("ch00_background")?;
    let mut values = output.values()?;
    values.retain(|_| false);

    let chapters = data::chapters(&here.join("data/chapters.toml"), &here.join(".."))?;
    output.figure("chapters", &map::ChapterMap::new(chapters))?;

    let events = data::timeline(&here.join("data/timeline.toml"), &bibliography)?;
    println!("{} events from {} to {}", events.len(), first(&events), last(&events));
    output.figure("timeline", &timeline::Timeline::new(events))?;

    let landmarks = data::landmarks(&here.join("data/landmarks.toml"), &bibliography)?;
    let Landmarks { networks, data_sets, contests, trainings } = &landmarks;
    output
        .figure("networks", &dots::Dots::new("Parameters of networks", networks, "parameters"))?;
    output.figure("data-sets", &dots::Dots::new("Images in data sets", data_sets, "images"))?;
    let work = dots::Dots::new("Work of trainings", trainings, "multiplications and additions");
    output.figure("work", &work)?;
    output.figure("contest", &contest(contests))?;
    for entry in contests {
        let error = Measured::number(entry.number, Format::Percent(1));
        values.set(&format!("contest.{}", entry.year), error)?;
    }
    let [networks, images, work] = [networks, data_sets, trainings].map(|entries| growth(entries));
    println!("the largest network has {networks:.0} times the parameters of the smallest");
    println!("the largest data set has {images:.0} times the images of the smallest");
    values.set("growth.networks", Measured::number(networks / 1e6, Format::Unit(1, "million")))?;
    println!("the largest training took {work:.0e} times the work of the smallest");
    values.set("growth.work", Measured::number(work, Format::Scientific(0)))?;
    values.set("growth.images", Measured::number(images, Format::Integer))?;
    values.save()?;
    println!("\nfigures and values: {}", output.path().display());
    Ok(())
}

fn first(events: &[data::Event]) -> i32 {
    events.first().map_or(0, |event| event.year)
}

fn last(events: &[data::Event]) -> i32 {
    events.last().map_or(0, |event| event.year)
}

/// How many times larger the largest number is than the smallest.
fn growth(entries: &[Landmark]) -> f64 {
    let numbers = || entries.iter().map(|entry| entry.number);
    numbers().fold(0.0, f64::max) / numbers().fold(f64::INFINITY, f64::min)
}

/// The errors of the winners, year by year.
fn contest(contests: &[Landmark]) -> BarChart {
    let words: Vec<String> = contests
        .iter()
        .map(|entry| {
            let Landmark { year, name, number, .. } = entry;
            format!("{year} {name} {:.1}%", 100.0 * number)
        })
        .collect();
    let description = format!("Top-5 error of the winners: {}.", words.join(", "));
    let axis = Axis::new("top-5 error [share of the test images]");
    let chart = BarChart::new("Winners of the ImageNet challenge", description, axis)
        .categories("year and winner")
        .print(Format::Percent(1))
        .horizontal();
    contests.iter().fold(chart, |chart, entry| {
        chart.bar(format!("{} {}", entry.year, entry.name), entry.number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use book_figures::Figure;

    fn entry(number: f64) -> Landmark {
        Landmark { name: "A".to_owned(), year: 2000, number }
    }

    #[test]
    fn growth_is_the_largest_over_the_smallest_in_any_order() {
        assert_eq!(growth(&[entry(10.0), entry(2.0), entry(50.0)]), 25.0);
    }

    #[test]
    fn the_contest_is_described_with_its_numbers() {
        let svg = contest(&[entry(0.282), entry(0.0357)]).svg("x").unwrap();
        assert!(svg.contains("2000 A 28.2%, 2000 A 3.6%."), "{svg}");
    }
}
