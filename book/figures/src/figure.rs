//! What all figures share: a title, a description, and the frame of the SVG.

use crate::error::Error;
use crate::svg::{Canvas, Element, TEXT_SIZE, short};

/// What a figure says about itself, apart from its drawing.
#[derive(Debug, Clone)]
pub struct Head {
    title: String,
    description: String,
    tolerance: f64,
    machine_dependent: bool,
    experiment: Option<String>,
}

impl Head {
    /// A head with the default tolerance of one unit.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            tolerance: 1.0,
            machine_dependent: false,
            experiment: None,
        }
    }

    /// The opening `<svg>` with title and description inside; `id` is unique in the book.
    fn frame(&self, id: &str, canvas: &Canvas) -> Result<Element, Error> {
        for (what, text) in [("title", &self.title), ("description", &self.description)] {
            if text.trim().is_empty() {
                return Err(Error::NoText(what.to_owned()));
            }
        }
        if !(self.tolerance >= 0.0 && self.tolerance.is_finite()) {
            return Err(Error::size("tolerance", "0 or a finite number above it", self.tolerance));
        }
        let (width, height) = (short(canvas.width), short(canvas.height));
        let svg = Element::new("svg")
            .set("role", "img")
            .set("aria-labelledby", format!("{id}-title {id}-desc"))
            .set("viewBox", format!("0 0 {width} {height}"))
            .set("style", style(&width))
            .set("fill", "currentColor")
            .number("font-size", TEXT_SIZE);
        Ok(self
            .comparison(svg)
            .child(Element::new("title").set("id", format!("{id}-title")).text(&self.title))
            .child(Element::new("desc").set("id", format!("{id}-desc")).text(&self.description)))
    }

    /// Says how the figure is to be compared with the one of another run.
    fn comparison(&self, svg: Element) -> Element {
        let svg = if self.machine_dependent {
            svg.set("data-tolerance", "machine")
        } else {
            svg.number("data-tolerance", self.tolerance)
        };
        match &self.experiment {
            Some(how) => svg.set("data-experiment", how),
            None => svg,
        }
    }
}

/// Fills a narrow screen, does not grow beyond its own size, uses the page's sans-serif font.
fn style(width: &str) -> String {
    let font = "font-family:var(--figure-font, system-ui, sans-serif)";
    format!("display:block;width:100%;max-width:{width}px;height:auto;margin:0 auto;{font}")
}

/// A figure of the book: it has a head and can be drawn.
pub trait Figure {
    /// Title, description and how to compare.
    fn head(&self) -> &Head;

    /// The same, to be changed.
    fn head_mut(&mut self) -> &mut Head;

    /// Draws the figure without its frame.
    ///
    /// # Errors
    /// If the data cannot be drawn: empty, not finite, of sizes that do not match.
    fn draw(&self) -> Result<Canvas, Error>;

    /// The complete SVG. Its ids begin with `id`, which must be unique in the book.
    ///
    /// # Errors
    /// If title or description is empty or the data cannot be drawn.
    fn svg(&self, id: &str) -> Result<String, Error> {
        let canvas = self.draw()?;
        let frame = self.head().frame(id, &canvas)?;
        Ok(format!("{}\n", canvas.into_element(frame)))
    }

    /// States by how many units a run on another machine may move what is drawn; a number in a
    /// text may move by as many units of its last digit. The default is 1.
    fn tolerance(mut self, units: f64) -> Self
    where
        Self: Sized,
    {
        self.head_mut().tolerance = units;
        self
    }

    /// States that only the words of the figure can be compared, such as for timings, whose
    /// numbers and ticks depend on the machine.
    fn machine_dependent(mut self) -> Self
    where
        Self: Sized,
    {
        self.head_mut().machine_dependent = true;
        self
    }

    /// States that a long experiment made the figure: command, seed, date. A short run need not
    /// draw it again.
    fn experiment(mut self, how: impl Into<String>) -> Self
    where
        Self: Sized,
    {
        self.head_mut().experiment = Some(how.into());
        self
    }
}

/// Implements [`Figure`] for a type with a field `head` and a method `canvas`.
macro_rules! impl_figure {
    ($type:ty) => {
        impl $crate::figure::Figure for $type {
            fn head(&self) -> &$crate::figure::Head {
                &self.head
            }

            fn head_mut(&mut self) -> &mut $crate::figure::Head {
                &mut self.head
            }

            fn draw(&self) -> Result<$crate::svg::Canvas, $crate::error::Error> {
                self.canvas()
            }
        }
    };
}
pub(crate) use impl_figure;

#[cfg(test)]
mod tests {
    use super::*;

    struct Blank(Head);

    impl Figure for Blank {
        fn head(&self) -> &Head {
            &self.0
        }

        fn head_mut(&mut self) -> &mut Head {
            &mut self.0
        }

        fn draw(&self) -> Result<Canvas, Error> {
            Ok(Canvas::new(640.0, 400.0))
        }
    }

    #[test]
    fn a_figure_without_a_description_is_refused() {
        let error = Blank(Head::new("Title", " ")).svg("ch01-x").unwrap_err();
        assert_eq!(error.to_string(), "the description is empty");
    }

    #[test]
    fn the_frame_names_title_and_description_by_unique_ids() {
        let svg = Blank(Head::new("A < B", "Text.")).svg("ch01_neuron-x").unwrap();
        assert!(
            svg.contains(r#"role="img" aria-labelledby="ch01_neuron-x-title ch01_neuron-x-desc""#)
        );
        assert!(svg.contains(r#"<title id="ch01_neuron-x-title">A &lt; B</title>"#));
        assert!(svg.contains(r#"viewBox="0 0 640 400""#) && !svg.contains(" width="));
        assert!(!svg.contains("\n\n"));
    }

    #[test]
    fn a_tolerance_that_would_let_everything_pass_is_refused() {
        assert!(Blank(Head::new("A", "B")).tolerance(f64::NAN).svg("x").is_err());
        assert!(Blank(Head::new("A", "B")).tolerance(-1.0).svg("x").is_err());
    }

    #[test]
    fn a_machine_dependent_figure_says_so() {
        let svg = Blank(Head::new("A", "B")).machine_dependent().svg("x").unwrap();
        assert!(svg.contains(r#"data-tolerance="machine""#));
    }
}
