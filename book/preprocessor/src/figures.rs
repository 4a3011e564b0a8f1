//! Figures that the chapters' programs drew, and where the book shows them.

use std::path::PathBuf;

use crate::html::anchor;
use crate::marks::Kind;
use crate::pages::{Page, continuation};
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, file_name, files_in, folders_in};

/// A figure in the folder of generated files.
#[derive(Debug, Clone, PartialEq)]
struct Drawn {
    /// `ch05_mnist/loss`
    name: String,
    /// Its file, relative to the root.
    file: PathBuf,
}

/// A figure on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// `ch05_mnist/loss`
    pub name: String,
    /// The index of its page.
    pub page: usize,
    offset: usize,
    /// Its file and line.
    pub place: Place,
    /// Its number as the reader sees it: `3.2`.
    label: String,
    chapter: Option<u32>,
}

/// All figures, those on pages and those in the folder.
#[derive(Debug, Default)]
pub struct Figures {
    drawn: Vec<Drawn>,
    shown: Vec<Shown>,
}

impl Figures {
    /// Lists the figures that were drawn, and numbers those that are shown.
    pub fn gather(project: &Project, pages: &[Page], problems: &mut Problems) -> Self {
        let mut figures = Self { drawn: drawn(project), shown: Vec::new() };
        for (index, page) in pages.iter().enumerate() {
            for mark in &page.marks {
                match &mark.kind {
                    Kind::Directive(directive)
                        if ["figure", "widget"].contains(&directive.name.as_str()) =>
                    {
                        let offset = mark.range.start;
                        figures.number(index, page, offset, &directive.argument, problems);
                    }
                    _ => {}
                }
            }
        }
        figures
    }

    fn number(
        &mut self,
        index: usize,
        page: &Page,
        offset: usize,
        name: &str,
        problems: &mut Problems,
    ) {
        let place = page.place(offset);
        if let Some(other) = self.shown.iter().find(|other| other.name == name) {
            let message = format!("figure `{name}` is already shown at {}", other.place);
            return problems.error(place, message);
        }
        let chapter = page.chapter;
        let number = 1 + self.shown.iter().filter(|other| other.chapter == chapter).count();
        let label = match chapter {
            Some(chapter) => format!("{chapter}.{number}"),
            None => number.to_string(),
        };
        let name = name.to_owned();
        self.shown.push(Shown { name, page: index, offset, place, label, chapter });
    }

    /// What comes before and what comes after the caption of the figure at a place of a page, or
    /// what is wrong with it.
    pub fn render(
        &self,
        project: &Project,
        page: usize,
        offset: usize,
        name: &str,
    ) -> Result<Frame, String> {
        let drawn = self.drawn.iter().find(|drawn| drawn.name == name).ok_or_else(|| {
            let names = self.drawn.iter().map(|drawn| drawn.name.as_str());
            let folder = project.generated();
            let meant = did_you_mean(name, names);
            format!("unknown figure `{name}`: there is no {}/{name}.svg{meant}", folder.display())
        })?;
        let svg = std::fs::read_to_string(project.root.join(&drawn.file))
            .map_err(|error| format!("cannot read {}: {error}", drawn.file.display()))?;
        let svg = embedded(&svg).map_err(|what| format!("{}: {what}", drawn.file.display()))?;
        let shown = self.shown.iter().find(|shown| (shown.page, shown.offset) == (page, offset));
        let label = shown.map(|shown| shown.label.as_str()).unwrap_or_default();
        let id = anchor(name);
        Ok(Frame {
            open: format!(r#"<figure class="figure" id="fig-{id}">{svg}<figcaption>"#),
            number: format!(r#"<span class="figure-number">Figure {label}.</span> "#),
            close: "</figcaption></figure>".to_owned(),
        })
    }

    /// The figures on pages, in the order of the book.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    /// The names of the figures of which only the words are compared.
    pub fn machine_dependent(&self, project: &Project) -> Vec<String> {
        let is_loose = |drawn: &&Drawn| {
            let text = std::fs::read_to_string(project.root.join(&drawn.file)).unwrap_or_default();
            let head = text.split_once("<svg").and_then(|(_, rest)| rest.split_once('>'));
            head.is_some_and(|(head, _)| head.contains("data-tolerance=\"machine\""))
        };
        self.drawn.iter().filter(is_loose).map(|drawn| drawn.name.clone()).collect()
    }

    /// Whether a program drew a figure of this name.
    pub fn is_drawn(&self, name: &str) -> bool {
        self.drawn.iter().any(|drawn| drawn.name == name)
    }

    /// Says which figures no page shows.
    pub fn report_unshown(&self, project: &Project, problems: &mut Problems) {
        for drawn in &self.drawn {
            if !self.shown.iter().any(|shown| shown.name == drawn.name) {
                let name = &drawn.name;
                let message = format!(
                    "figure `{name}` is shown on no page: expected {{{{#figure {name}}}}}, or a \
                     program that does not draw it"
                );
                problems.add(project.settings.unshown_figure, Place::new(&drawn.file, 1), message);
            }
        }
    }
}

/// A figure without its caption.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    open: String,
    number: String,
    close: String,
}

impl Frame {
    /// The same figure with attributes that tell what stands over it where scripts run.
    pub fn with_attributes(mut self, attributes: &str) -> Self {
        self.open = self.open.replacen(" id=", &format!(" {attributes} id="), 1);
        self
    }

    /// The replacements on the page: for the directive, at the start and at the end of the caption.
    pub fn edits(
        self,
        source: &str,
        directive: std::ops::Range<usize>,
        caption: std::ops::Range<usize>,
    ) -> Vec<(std::ops::Range<usize>, String)> {
        let prefix = continuation(source, caption.start);
        let blank = prefix.trim_end();
        let close = self.close;
        let close = format!("\n{blank}\n{prefix}{close}\n{blank}");
        // Markdown is read again after a blank line only.
        let between = &source[directive.end..caption.start];
        let lines = between.matches('\n').count();
        let open =
            self.open + if lines < 2 { "\n" } else { "" } + if lines < 2 { blank } else { "" };
        vec![
            (directive, open),
            (caption.start..caption.start, self.number),
            (caption.end..caption.end, close),
        ]
    }
}

/// The figures in the folders of the generated files.
fn drawn(project: &Project) -> Vec<Drawn> {
    let generated = project.generated();
    let mut drawn = Vec::new();
    for folder in folders_in(&project.root.join(&generated)) {
        let chapter = file_name(&folder);
        for path in files_in(&folder, "svg") {
            let file = generated.join(&chapter).join(file_name(&path));
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            drawn.push(Drawn { name: format!("{chapter}/{}", stem.unwrap_or_default()), file });
        }
    }
    drawn
}

/// A picture as it stands in a page: on one line, without the head of its file.
fn embedded(svg: &str) -> Result<String, &'static str> {
    let start = svg.find("<svg").ok_or("no <svg> element: expected a picture")?;
    for (needed, what) in [
        ("<title", "picture without a description: expected a <title>"),
        ("<desc", "picture without a description: expected a <desc>"),
        (r#"role="img""#, "picture without role=\"img\", which a screen reader needs"),
    ] {
        if !svg.contains(needed) {
            return Err(what);
        }
    }
    let lines: Vec<&str> = svg[start..].lines().map(str::trim).collect();
    let line = lines.join(" ");
    Ok(line.trim().replace("{{", "&#123;&#123;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_stands_on_one_line_and_describes_itself() {
        let svg = "<?xml version=\"1.0\"?>\n\
             <svg role=\"img\">\n\n  <title>T</title>\n<desc>D\nE</desc></svg>\n";
        let line = "<svg role=\"img\">  <title>T</title> <desc>D E</desc></svg>";
        assert_eq!(embedded(svg).unwrap(), line);
        assert!(embedded("<svg role=\"img\"><title>T</title></svg>").unwrap_err().contains("desc"));
        assert!(embedded("PNG").is_err());
    }
}
