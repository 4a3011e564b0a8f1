//! The background page: the timeline, and numbers over the years.

use anyhow::{Context, Result};
use book_figures::{Axis, BarChart, Format, Measured, Output, Values};
use book_programs::print;

use crate::data::{self, Landmark, Landmarks};
use crate::dots::Dots;
use crate::timeline::Timeline;

/// Draws the timeline, and counts its events.
pub fn draw_timeline(output: &Output, values: &mut Values) -> Result<()> {
    let here = data::here()?;
    let bibliography = here.join(data::BIBLIOGRAPHY);
    let events = data::timeline(&here.join("data/timeline.toml"), &bibliography)?;
    let (first, last) = years(events.iter().map(|event| event.year));
    print(format_args!("{} events from {first} to {last}", events.len()))?;
    values.set("timeline.events", Measured::count(events.len()))?;
    values.set("timeline.years", Measured::count((last - first) as usize))?;
    let recent = events.iter().filter(|event| event.year > 2008).count();
    values.set("timeline.after_2008", Measured::count(recent))?;
    output.figure("timeline", &Timeline::new(events))?;
    Ok(())
}

/// Draws networks, data sets, contests and trainings, and measures how they grew.
pub fn draw_landmarks(output: &Output, values: &mut Values) -> Result<()> {
    let here = data::here()?;
    let bibliography = here.join(data::BIBLIOGRAPHY);
    let landmarks = data::landmarks(&here.join("data/landmarks.toml"), &bibliography)?;
    let Landmarks { networks, data_sets, contests, trainings } = &landmarks;
    output.figure("networks", &Dots::new("Parameters of networks", networks, "parameters"))?;
    output.figure("data-sets", &Dots::new("Images in data sets", data_sets, "images"))?;
    let work = Dots::new("Work of trainings", trainings, "multiplications and additions");
    output.figure("work", &work)?;
    output.figure("contest", &contest(contests))?;
    for entry in contests {
        let error = Measured::number(entry.number, Format::Percent(1));
        values.set(&format!("contest.{}", entry.year), error)?;
    }
    for (name, entries) in [("networks", networks), ("images", data_sets), ("work", trainings)] {
        let (first, last) = years(entries.iter().map(|entry| entry.year));
        let grown = growth(entries);
        print(format_args!("{name}: {grown:.1e} times from {first} to {last}"))?;
        let number = match name {
            "networks" => Measured::number(grown / 1e6, Format::Unit(1, "million")),
            "images" => Measured::number(grown, Format::Integer),
            _ => Measured::number(grown, Format::Scientific(0)),
        };
        values.set(&format!("growth.{name}"), number)?;
        let years = Measured::count((last - first) as usize);
        values.set(&format!("growth.{name}_years"), years)?;
    }
    let zip_codes = trainings.iter().find(|entry| entry.name == "zip codes");
    let zip_codes = zip_codes.context("landmarks.toml: expected a training `zip codes`")?;
    let ours = Measured::number(work_of_chapter_5() / zip_codes.number, Format::Decimals(1));
    values.set("work.ours_to_zip_codes", ours)?;
    Ok(())
}

/// The first year and the last; zeros if there is none.
fn years(years: impl Iterator<Item = i32> + Clone) -> (i32, i32) {
    (years.clone().min().unwrap_or(0), years.max().unwrap_or(0))
}

/// How many times larger the newest number is than the oldest; the files are in order of years.
fn growth(entries: &[Landmark]) -> f64 {
    let ends = entries.first().zip(entries.last());
    ends.map_or(f64::NAN, |(first, last)| last.number / first.number)
}

/// The work of training chapter 5's network, by the rule of the data file: 784, 128 and 10 neurons,
/// 60,000 images, five passes.
fn work_of_chapter_5() -> f64 {
    let connections = 784 * 128 + 128 * 10;
    data::OPERATIONS_OF_A_CONNECTION * f64::from(connections) * 60_000.0 * 5.0
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
    let axis = Axis::new("top-5 error [% of the test images]");
    let chart = BarChart::new("Winners of the ImageNet challenge", description, axis)
        .categories("year and winner")
        .print(Format::Decimals(1))
        .horizontal();
    contests.iter().fold(chart, |chart, entry| {
        chart.bar(format!("{} {}", entry.year, entry.name), 100.0 * entry.number)
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
    fn growth_is_the_newest_over_the_oldest() {
        assert_eq!(growth(&[entry(10.0), entry(2.0), entry(50.0)]), 5.0);
    }

    #[test]
    fn the_years_of_a_file_are_its_first_and_its_last() {
        assert_eq!(years([1958, 1943, 2021].into_iter()), (1943, 2021));
    }

    #[test]
    fn the_work_of_chapter_5_is_six_operations_for_each_connection_image_and_pass() {
        assert_eq!(work_of_chapter_5(), 182_937_600_000.0);
    }

    #[test]
    fn the_contest_is_described_with_its_numbers() {
        let svg = contest(&[entry(0.282), entry(0.0357)]).svg("x").unwrap();
        assert!(svg.contains("2000 A 28.2%, 2000 A 3.6%."), "{svg}");
    }
}
