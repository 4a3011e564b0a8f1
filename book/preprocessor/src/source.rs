//! Rust files: their text, their items, and the lines that a reader is shown.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::Span;
use syn::spanned::Spanned;

use crate::html;
use crate::problems::{Place, Problems};
use crate::project::Project;

/// Some lines of a Rust file.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// The file, relative to the root of the book.
    pub file: PathBuf,
    /// The lines, counted from 1.
    pub lines: RangeInclusive<usize>,
    /// The text of the whole file.
    source: Rc<str>,
}

impl Excerpt {
    /// The whole lines in which a piece of syntax stands, its doc comment and attributes included.
    pub fn of(file: &Path, source: &Rc<str>, syntax: &impl Spanned) -> Self {
        Self::between(file, source, syntax.span(), syntax.span())
    }

    /// The whole lines from one piece of syntax to another.
    pub fn between(file: &Path, source: &Rc<str>, first: Span, last: Span) -> Self {
        Self::of_lines(file, source, first.start().line, last.end().line)
    }

    /// The lines from `first` to `last`, counted from 1.
    pub fn of_lines(file: &Path, source: &Rc<str>, first: usize, last: usize) -> Self {
        Self { file: file.to_owned(), lines: first..=last, source: Rc::clone(source) }
    }

    /// The text of the lines, without the indentation of the first.
    pub fn text(&self) -> String {
        let (first, last) = (*self.lines.start(), *self.lines.end());
        let lines = self.source.lines().take(last).skip(first.saturating_sub(1));
        html::dedent(&lines.collect::<Vec<_>>().join("\n"))
    }

    /// Where the excerpt begins.
    pub fn place(&self) -> Place {
        Place::new(&self.file, *self.lines.start())
    }

    /// Whether the excerpt shows the other one too.
    pub fn contains(&self, other: &Self) -> bool {
        self.file == other.file
            && self.lines.contains(other.lines.start())
            && self.lines.contains(other.lines.end())
    }

    /// File and lines, linked to the repository if the book names one.
    pub fn link(&self, project: &Project) -> String {
        let (first, last) = (*self.lines.start(), *self.lines.end());
        let file = html::path(&crate::project::unix(&self.file));
        let lines = match first == last {
            true => format!("line {first}"),
            false => format!("lines {first}–{last}"),
        };
        let text =
            format!(r#"<span class="path">{file}</span>, <span class="lines">{lines}</span>"#);
        match project.source_url(&self.file, first, last) {
            Some(url) => format!(r#"<a href="{}">{text}</a>"#, html::attribute(&url)),
            None => text,
        }
    }
}

/// Reads and parses a Rust file; `file` is relative to the root.
pub fn parse(root: &Path, file: &Path, problems: &mut Problems) -> Option<(Rc<str>, syn::File)> {
    let source = match std::fs::read_to_string(root.join(file)) {
        Ok(source) => source.replace("\r\n", "\n"),
        Err(error) => {
            problems.error(Place::new(file, 1), format!("cannot read the file: {error}"));
            return None;
        }
    };
    match syn::parse_file(&source) {
        Ok(syntax) => Some((source.into(), syntax)),
        Err(error) => {
            let line = error.span().start().line.max(1);
            problems.error(Place::new(file, line), format!("not Rust: {error}"));
            None
        }
    }
}

/// The file of a module without a body, relative to the root as `folder` is, which is the folder
/// for the files of its parent's modules.
pub fn module_file(root: &Path, folder: &Path, module: &syn::ItemMod) -> PathBuf {
    if let Some(path) = path_attribute(&module.attrs) {
        return folder.join(path);
    }
    let name = module.ident.to_string();
    let beside = folder.join(format!("{name}.rs"));
    if root.join(&beside).is_file() { beside } else { folder.join(name).join("mod.rs") }
}

/// The file that the attribute `path` names.
pub fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            path,
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
            ..
        }) if path.is_ident("path") => Some(text.value()),
        _ => None,
    })
}

/// Whether there is an attribute of this name, such as `test`.
pub fn has_attribute(attributes: &[syn::Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident(name))
}

/// Whether an attribute of this name has exactly this argument, such as `cfg(test)`.
pub fn has_argument(attributes: &[syn::Attribute], name: &str, argument: &str) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident(name) && list.tokens.to_string() == argument,
        _ => false,
    })
}
