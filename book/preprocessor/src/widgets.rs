//! Widgets: which figures come alive where scripts run, and where each is written.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;

use crate::html::attribute;
use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, files_in, unix};
use crate::written::Written;

/// The folder of the widgets' crate, relative to the root.
const SOURCES: &str = "book/widgets/src";

/// Its lists: a file for each module, which bears the module's name.
const LISTS: &str = "book/widgets/src/list";

/// The widgets that the crate lists.
#[derive(Debug, Default)]
pub struct Widgets {
    root: PathBuf,
    listed: Vec<Listed>,
    /// Those that stand on a page.
    shown: Vec<String>,
}

/// An entry of a list.
#[derive(Debug, PartialEq)]
struct Listed {
    /// The figure that it stands over, such as `ch04_optimizers/zigzag`.
    name: String,
    /// The module that it is compiled into, such as `curves`.
    module: String,
    line: usize,
}

impl Widgets {
    /// Reads the lists of the crate. A book without the crate has no widgets.
    pub fn gather(project: &Project, pages: &[Page]) -> Self {
        let lists = files_in(&project.root.join(LISTS), "rs");
        let listed = lists.iter().flat_map(|file| {
            let module = file.file_stem().unwrap_or_default().to_string_lossy();
            listed(&module, &std::fs::read_to_string(file).unwrap_or_default())
        });
        let listed = listed.collect();
        let marks = pages.iter().flat_map(|page| &page.marks);
        let shown = marks.filter_map(|mark| match &mark.kind {
            Kind::Directive(directive) if directive.name == "widget" => {
                Some(directive.argument.clone())
            }
            _ => None,
        });
        Self { root: project.root.clone(), listed, shown: shown.collect() }
    }

    /// What the figure of a widget says about it: its name, and the data that it needs.
    pub fn attributes(&self, name: &str, page: &Page) -> Result<String, String> {
        let Some(listed) = self.listed.iter().find(|listed| listed.name == name) else {
            let meant = did_you_mean(name, self.listed.iter().map(|listed| listed.name.as_str()));
            return Err(format!("unknown widget `{name}`: no file of {LISTS} lists it{meant}"));
        };
        if let Some(expected) = file_of(name, &page.path)
            && !self.root.join(&expected).is_file()
        {
            return Err(format!("widget `{name}`: expected its code in {}", unix(&expected)));
        }
        let module = attribute(&listed.module);
        Ok(format!(r#"data-widget="{}" data-module="{module}""#, attribute(name)))
    }

    /// Says which widgets stand on no page.
    pub fn report_unshown(&self, problems: &mut Problems) {
        for Listed { name, module, line } in &self.listed {
            if !self.shown.contains(name) {
                let message =
                    format!("widget `{name}` is on no page: expected {{{{#widget {name}}}}}");
                let list = Path::new(LISTS).join(module).with_extension("rs");
                problems.error(Place::new(list, *line), message);
            }
        }
    }
}

/// The entries of the list of a module: texts with one slash.
fn listed(module: &str, code: &str) -> Vec<Listed> {
    let mut written = Written::default();
    written.take_in(code.parse::<TokenStream>().unwrap_or_default());
    let is_name = |text: &str| text.split('/').filter(|part| !part.is_empty()).count() == 2;
    let names = written.texts.into_iter();
    let names = names.filter(|(text, _)| text.starts_with("ch") && is_name(text));
    names.map(|(name, line)| Listed { name, module: module.to_owned(), line }).collect()
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
        let (name, module) = ("ch04_x/zigzag".to_owned(), "curves".to_owned());
        assert_eq!(listed("curves", code), [Listed { name, module, line: 1 }]);
        let file = file_of("ch04_x/zigzag", Path::new("ch04_x/quadratics.md"));
        assert_eq!(file, Some(PathBuf::from("book/widgets/src/ch04_x/quadratics.rs")));
        assert_eq!(file_of("ch04_x/zigzag", Path::new("ch04_x.md")), None);
    }
}
