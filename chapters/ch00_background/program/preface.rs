//! The preface: a map of the chapters, a box each, and an arrow from each to all that use it.

use anyhow::Result;
use book_figures::{Canvas, Element, Error, Figure, Head, Output};

use crate::data::{self, Chapter};

/// Draws the chapters that the data file lists, with what their manifests say that they use.
pub fn draw(output: &Output) -> Result<()> {
    let here = data::here()?;
    let chapters = data::chapters(&here.join("data/chapters.toml"), &here.join(".."))?;
    output.figure("chapters", &ChapterMap::new(chapters))?;
    Ok(())
}

const WIDTH: f64 = 640.0;
const RIGHT: f64 = 420.0;
const BOX: f64 = 66.0;
const PITCH: f64 = 96.0;

/// The chapters from top to bottom; neighbors are joined inside, the others by arcs on the right.
struct ChapterMap {
    head: Head,
    chapters: Vec<Chapter>,
}

impl ChapterMap {
    fn new(chapters: Vec<Chapter>) -> Self {
        let told = |chapter: &Chapter| {
            let needs: Vec<String> =
                chapter.needs.iter().map(|need| (need + 1).to_string()).collect();
            let needs = if needs.is_empty() { "none".to_owned() } else { needs.join(", ") };
            format!("{} ({}), uses: {needs}", chapter.title, chapter.adds)
        };
        let told: Vec<String> = chapters.iter().map(told).collect();
        let description = format!("The chapters and which they use. {}.", told.join(". "));
        Self { head: Head::new("The map of the chapters", description), chapters }
    }

    /// What a chapter needs and none of the others that it needs has brought along.
    fn direct(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        let needs = &self.chapters[row].needs;
        let brought = |need: usize| needs.iter().any(|&other| self.is_below(need, other));
        needs.iter().copied().filter(move |&need| !brought(need))
    }

    /// Whether a chapter needs another one, by itself or through others.
    fn is_below(&self, lower: usize, upper: usize) -> bool {
        let needs = &self.chapters[upper].needs;
        needs.iter().any(|&need| need == lower || self.is_below(lower, need))
    }

    fn top(row: usize) -> f64 {
        4.0 + PITCH * row as f64
    }

    /// An arrow from one box to a later one.
    fn arrow(from: usize, to: usize, canvas: &mut Canvas) {
        let far = (to - from) as f64;
        let line = Element::new("path").set("fill", "none").set("stroke", "currentColor");
        let line = line.number("stroke-width", 1.5).set("stroke-opacity", "0.7");
        if to == from + 1 {
            let (x, start, end) = (RIGHT / 2.0, Self::top(from) + BOX, Self::top(to));
            canvas.push(line.set("d", format!("M{x} {start} V{end}")));
            canvas.push(Element::points(
                "polygon",
                [(x, end), (x - 6.0, end - 11.0), (x + 6.0, end - 11.0)],
            ));
            return;
        }
        // The longer an arc, the farther out it runs, and the farther from the middle of its boxes.
        let start = Self::top(from) + BOX - 7.0 - 8.0 * (5.0 - far.min(5.0));
        let end = Self::top(to) + 7.0 + 8.0 * (5.0 - far.min(5.0));
        let out = RIGHT + 46.0 + 34.0 * (far - 2.0);
        let path = format!(
            "M{RIGHT} {start} C{out} {start} {out} {} {out} {} S{out} {end} {RIGHT} {end}",
            start + 0.25 * (end - start),
            start + 0.5 * (end - start),
        );
        canvas.push(line.set("d", path));
        let head = [(RIGHT, end), (RIGHT + 11.0, end - 4.0), (RIGHT + 11.0, end + 4.0)];
        canvas.push(Element::points("polygon", head));
    }
}

impl Figure for ChapterMap {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn draw(&self) -> Result<Canvas, Error> {
        if self.chapters.is_empty() {
            return Err(Error::NoData("map of the chapters".to_owned()));
        }
        let mut canvas = Canvas::new(WIDTH, Self::top(self.chapters.len() - 1) + BOX + 4.0);
        for (row, chapter) in self.chapters.iter().enumerate() {
            for need in self.direct(row) {
                Self::arrow(need, row, &mut canvas);
            }
            let top = Self::top(row);
            let frame = Element::rect((4.0, top), (RIGHT - 4.0, BOX)).number("rx", 6.0);
            let frame = frame.set("fill", "none").set("stroke", "currentColor");
            canvas.push(frame.number("stroke-width", 1.5));
            let title = Element::label(&chapter.title, (20.0, top + 21.0), "start");
            canvas.push(title.set("font-weight", "600"));
            canvas.push(Element::label(&chapter.adds, (20.0, top + 46.0), "start"));
        }
        Ok(canvas)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter(title: &str, needs: Vec<usize>) -> Chapter {
        Chapter { title: title.to_owned(), adds: "x".to_owned(), needs }
    }

    #[test]
    fn there_is_one_arrow_for_each_need_that_no_other_brings_along() {
        let [a, b] = [chapter("a", vec![]), chapter("b", vec![0])];
        let chapters = vec![a, b, chapter("c", vec![0, 1]), chapter("d", vec![0, 1])];
        let svg = ChapterMap::new(chapters).svg("x").unwrap();
        assert_eq!((svg.matches("<polygon").count(), svg.matches("<rect").count()), (3, 4));
        assert!(svg.contains("c (x), uses: 1, 2."), "{svg}");
    }
}
