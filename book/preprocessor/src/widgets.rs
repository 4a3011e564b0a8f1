//! Widgets: which figures come alive where scripts run, and where each is written.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

use crate::html::attribute;
use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, unix};
use crate::written::Written;

/// The folder of the widgets' crate, relative to the root.
const SOURCES: &str = "book/widgets/src";

/// The widgets that the crate lists.
#[derive(Debug, Default)]
pub struct Widgets {
    root: PathBuf,
    /// The figure that each stands over, such as `ch04_optimizers/zigzag`, and its line.
    listed: Vec<(String, usize)>,
    /// Those that stand on a page.
    shown: Vec<String>,
}

impl Widgets {
    /// Reads the list of the crate. A book without the crate has no widgets.
    pub fn gather(project: &Project, pages: &[Page]) -> Self {
        let file = project.root.join(SOURCES).join("list.rs");
        let code = std::fs::read_to_string(file).unwrap_or_default();
        let marks = pages.iter().flat_map(|page| &page.marks);
        let shown = marks.filter_map(|mark| match &mark.kind {
            Kind::Directive(directive) if directive.name == "widget" => {
                Some(directive.argument.clone())
            }
            _ => None,
        });
        Self { root: project.root.clone(), listed: listed(&code), shown: shown.collect() }
    }

    /// What the figure of a widget says about it: its name, and the data that it needs.
    pub fn attributes(&self, name: &str, page: &Page) -> Result<String, String> {
        if !self.listed.iter().any(|(listed, _)| listed == name) {
            let meant = did_you_mean(name, self.listed.iter().map(|(listed, _)| listed.as_str()));
            return Err(format!(
                "unknown widget `{name}`: {SOURCES}/list.rs does not list it{meant}"
            ));
        }
        if let Some(expected) = file_of(name, &page.path)
            && !self.root.join(&expected).is_file()
        {
            return Err(format!("widget `{name}`: expected its code in {}", unix(&expected)));
        }
        Ok(format!(r#"data-widget="{}""#, attribute(name)))
    }

    /// Says which widgets stand on no page.
    pub fn report_unshown(&self, problems: &mut Problems) {
        for (name, line) in &self.listed {
            if !self.shown.contains(name) {
                let message =
                    format!("widget `{name}` is on no page: expected {{{{#widget {name}}}}}");
                problems.error(Place::new(Path::new(SOURCES).join("list.rs"), *line), message);
            }
        }
    }
}

/// The names in the list of the crate: texts with one slash.
fn listed(code: &str) -> Vec<(String, usize)> {
    let mut written = Written::default();
    written.take_in(code.parse::<TokenStream>().unwrap_or_default());
    let is_name = |text: &str| text.split('/').filter(|part| !part.is_empty()).count() == 2;
    written.texts.into_iter().filter(|(text, _)| text.starts_with("ch") && is_name(text)).collect()
}

/// Where a widget of a page is written: the file bears the page's name, unless the page is the first
/// of its chapter.
fn file_of(name: &str, page: &Path) -> Option<PathBuf> {
    let (chapter, _) = name.split_once('/')?;
    let stem = page.file_stem()?.to_str()?;
    (stem != chapter).then(|| Path::new(SOURCES).join(chapter).join(stem).with_extension("rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_figures_and_the_file_of_a_widget_bears_the_name_of_its_page() {
        let code = "const A: B = &[(\"ch04_x/zigzag\", f), (\"none\", g)];";
        assert_eq!(listed(code), [("ch04_x/zigzag".to_owned(), 1)]);
        let file = file_of("ch04_x/zigzag", Path::new("ch04_x/quadratics.md"));
        assert_eq!(file, Some(PathBuf::from("book/widgets/src/ch04_x/quadratics.rs")));
        assert_eq!(file_of("ch04_x/zigzag", Path::new("ch04_x.md")), None);
    }
}
