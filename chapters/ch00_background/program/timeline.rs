//! The timeline: years to scale on the left, what happened in them on the right.

use anyhow::Result;
use book_figures::{Canvas, Element, Error, Figure, Head};

use crate::data::Event;

const WIDTH: f64 = 640.0;
const AXIS: f64 = 58.0;
const TEXT: f64 = 108.0;
const PITCH: f64 = 31.0;
const TOP: f64 = 16.0;

/// Events along an axis of years that runs from top to bottom.
pub struct Timeline {
    head: Head,
    events: Vec<Event>,
}

impl Timeline {
    pub fn new(events: Vec<Event>) -> Self {
        let told = |event: &Event| format!("{} {}: {}", event.year, event.who, event.what);
        let told: Vec<String> = events.iter().map(told).collect();
        let description = format!("Events along an axis of years. {}.", told.join("; "));
        Self { head: Head::new("A timeline of neural networks", description), events }
    }

    /// First and last decade of the axis.
    fn decades(&self) -> Result<(i32, i32), Error> {
        let years = || self.events.iter().map(|event| event.year);
        let ends = years().min().zip(years().max());
        let (first, last) = ends.ok_or_else(|| Error::NoData("timeline".to_owned()))?;
        Ok((first.div_euclid(10), last.div_euclid(10) + 1))
    }
}

impl Figure for Timeline {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn draw(&self) -> Result<Canvas, Error> {
        let (first, last) = self.decades()?;
        let height = PITCH * self.events.len() as f64;
        let at = |year: i32| {
            let share = f64::from(year - 10 * first) / f64::from(10 * (last - first));
            TOP + share * (height - PITCH)
        };
        let mut canvas = Canvas::new(WIDTH, height + TOP - 10.0);
        let axis = Element::line((AXIS, at(10 * first)), (AXIS, at(10 * last)));
        canvas.push(axis.number("stroke-width", 1.5));
        for decade in first..=last {
            let y = at(10 * decade);
            canvas.push(Element::line((AXIS - 6.0, y), (AXIS, y)));
            canvas.push(Element::label(&(10 * decade).to_string(), (AXIS - 10.0, y), "end"));
        }
        for (row, event) in self.events.iter().enumerate() {
            let (from, to) = (at(event.year), TOP + PITCH * row as f64);
            let line = [(AXIS, from), (AXIS + 14.0, from), (TEXT - 20.0, to), (TEXT - 6.0, to)];
            let line = Element::points("polyline", line).set("fill", "none");
            canvas.push(line.set("stroke", "currentColor").set("stroke-opacity", "0.45"));
            let dot = Element::new("circle").numbers([("cx", AXIS), ("cy", from), ("r", 4.0)]);
            canvas.push(dot);
            let year = Element::label(&event.year.to_string(), (TEXT, to), "start");
            canvas.push(year.set("font-weight", "600"));
            let text = format!("{}: {}", event.who, event.what);
            canvas.push(Element::label(&text, (TEXT + 58.0, to), "start"));
        }
        Ok(canvas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(year: i32) -> Event {
        Event { year, what: "a thing".to_owned(), who: "Someone".to_owned() }
    }

    #[test]
    fn the_axis_runs_over_whole_decades_around_the_events() {
        assert_eq!(Timeline::new(vec![event(1943), event(2020)]).decades().unwrap(), (194, 203));
        assert_eq!(Timeline::new(vec![event(1950)]).decades().unwrap(), (195, 196));
    }

    #[test]
    fn years_stand_on_the_axis_to_scale() {
        let timeline = Timeline::new(vec![event(1940), event(1945), event(1949)]);
        let svg = timeline.svg("x").unwrap();
        // Ten years on the length of two rows: 16 and 62 units.
        for (year, y) in [(1940, "16"), (1945, "47"), (1949, "71.8")] {
            assert!(svg.contains(&format!("cy=\"{y}\" r=\"4\"")), "{year}: {svg}");
        }
    }

    #[test]
    fn without_events_there_is_nothing_to_draw() {
        assert!(Timeline::new(vec![]).svg("x").is_err());
    }
}
