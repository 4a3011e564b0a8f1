//! The tests of the formulas: one file a chapter, one test a formula.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::Item as Syntax;

use crate::problems::Problems;
use crate::project::{Project, file_name, files_in};
use crate::source::{self, Excerpt};

/// A test that may check a formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The chapter of its file.
    pub chapter: u32,
    /// The name of the function.
    pub name: String,
    /// Why it does not count, if it does not: it is ignored, or no test at all.
    pub defect: Option<String>,
    /// Its lines.
    pub excerpt: Excerpt,
}

impl Claim {
    /// Whether it runs.
    pub fn is_test(&self) -> bool {
        self.defect.is_none()
    }
}

/// Reads the functions of all files `chNN_….rs` in the folder of tests and in its folder `tests`.
pub fn read(project: &Project, problems: &mut Problems) -> Vec<Claim> {
    let mut claims = Vec::new();
    let manifest = Manifest::read(project);
    for folder in [project.tests(), project.tests().join("tests")] {
        for path in files_in(&project.root.join(&folder), "rs") {
            let name = file_name(&path);
            let Some(chapter) = chapter_in(&name) else { continue };
            let file = folder.join(&name);
            let parsed = source::parse(&project.root, &file, problems);
            let Some((source, syntax)) = parsed else { continue };
            let defect = manifest.defect_of(project, &file);
            let mut reader = Reader { chapter, file, source: &source, claims: &mut claims };
            reader.read_items(&syntax.items, defect);
        }
    }
    claims
}

/// What `Cargo.toml` in the folder of tests says about which files are compiled.
struct Manifest {
    /// The paths of its tests.
    listed: Vec<PathBuf>,
    /// Whether cargo finds the files of its folder `tests` by itself.
    automatic: bool,
}

impl Manifest {
    fn read(project: &Project) -> Self {
        let text = std::fs::read_to_string(project.root.join(project.tests()).join("Cargo.toml"));
        let manifest: toml::Table = toml::from_str(&text.unwrap_or_default()).unwrap_or_default();
        let targets = manifest.get("test").and_then(toml::Value::as_array);
        let runs = |target: &&toml::Value| {
            let off = |key| target.get(key).and_then(toml::Value::as_bool) == Some(false);
            !off("test") && !off("harness") && target.get("required-features").is_none()
        };
        let path = |target: &toml::Value| Some(target.get("path")?.as_str()?.into());
        let listed = targets.into_iter().flatten().filter(runs).filter_map(path).collect();
        let off = manifest.get("package").and_then(|package| package.get("autotests"));
        Self { listed, automatic: off.and_then(toml::Value::as_bool) != Some(false) }
    }

    /// Why cargo does not run the tests of a file, if it does not.
    fn defect_of(&self, project: &Project, file: &Path) -> Option<String> {
        let tests = project.tests();
        let path = file.strip_prefix(&tests).unwrap_or(file);
        let found = self.automatic && path.starts_with("tests");
        (!found && !self.listed.iter().any(|listed| listed == path)).then(|| {
            format!(
                "cargo does not run it, expected [[test]] with path = \"{}\" in {}",
                path.display(),
                tests.join("Cargo.toml").display()
            )
        })
    }
}

/// The number of the chapter in the name of a file or a folder: 3 in `ch03_backprop.rs`.
pub fn chapter_in(name: &str) -> Option<u32> {
    let rest = name.strip_prefix("ch")?;
    let digits = &rest[..rest.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(rest.len())];
    let ends = rest[digits.len()..].starts_with(['_', '-', '.']) || rest.len() == digits.len();
    digits.parse().ok().filter(|_| ends)
}

/// The file in which the tests of a chapter are expected, for messages.
pub fn expected_file(project: &Project, claims: &[Claim], chapter: u32) -> PathBuf {
    let known = claims.iter().find(|claim| claim.chapter == chapter);
    let file = known.map(|claim| claim.excerpt.file.clone());
    file.unwrap_or_else(|| project.tests().join(format!("ch{chapter:02}_….rs")))
}

/// A walk over the items of a file.
struct Reader<'a> {
    chapter: u32,
    file: PathBuf,
    source: &'a str,
    claims: &'a mut Vec<Claim>,
}

impl Reader<'_> {
    /// Reads functions, also those in modules. `defect` is one that all of them share.
    fn read_items(&mut self, items: &[Syntax], defect: Option<String>) {
        for item in items {
            match item {
                Syntax::Fn(function) => self.read_function(function, defect.clone()),
                Syntax::Mod(module) => {
                    let items = module.content.as_ref().map_or(&[][..], |(_, items)| items);
                    let has = |name: &str| source::has_attribute(&module.attrs, name);
                    self.read_items(items, defect.clone().or_else(|| condition(has)));
                }
                Syntax::Macro(call) => {
                    let has = |name: &str| source::has_attribute(&call.attrs, name);
                    let defect = defect.clone().or_else(|| condition(has));
                    self.read_macro(call.mac.tokens.clone(), &defect);
                }
                _ => {}
            }
        }
    }

    fn read_function(&mut self, function: &syn::ItemFn, defect: Option<String>) {
        let has = |name: &str| source::has_attribute(&function.attrs, name);
        let missing = || (!has("test")).then(|| "it lacks #[test]".to_owned());
        let defect = missing().or(defect).or_else(|| condition(has));
        let excerpt = Excerpt::of(&self.file, self.source, function);
        self.push(function.sig.ident.to_string(), defect, excerpt);
    }

    /// Finds the tests in a macro such as `proptest!`, whose contents are not quite Rust.
    fn read_macro(&mut self, tokens: TokenStream, defect: &Option<String>) {
        let mut attributes: Vec<(Span, String)> = Vec::new();
        let mut name: Option<String> = None;
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| tokens[index].to_string());
            match token {
                TokenTree::Group(group) if before.as_deref() == Some("#") => {
                    attributes.push((tokens[index - 1].span(), group.stream().to_string()));
                }
                TokenTree::Ident(ident) if before.as_deref() == Some("fn") => {
                    name = Some(ident.to_string());
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let end = group.span_close();
                    self.push_from_macro(name.take(), &attributes, end, defect.clone());
                    attributes.clear();
                }
                _ => {}
            }
        }
    }

    fn push_from_macro(
        &mut self,
        name: Option<String>,
        attributes: &[(Span, String)],
        end: Span,
        defect: Option<String>,
    ) {
        let word = |attribute: &str| attribute.split([' ', '(', '=']).next().map(str::to_owned);
        let has =
            |name: &str| attributes.iter().any(|(_, text)| word(text).as_deref() == Some(name));
        let (Some(name), Some((start, _)), true) = (name, attributes.first(), has("test")) else {
            return;
        };
        let defect = defect.or_else(|| condition(has));
        let excerpt = Excerpt::between(&self.file, self.source, *start, end);
        self.push(name, defect, excerpt);
    }

    fn push(&mut self, name: String, defect: Option<String>, excerpt: Excerpt) {
        let chapter = self.chapter;
        self.claims.push(Claim { chapter, name, defect, excerpt });
    }
}

/// Why a test with attributes may not run, or may pass although it fails.
fn condition(has: impl Fn(&str) -> bool) -> Option<String> {
    let defects = [
        ("ignore", "it is ignored"),
        ("cfg", "it runs on a condition (#[cfg])"),
        ("cfg_attr", "it has attributes on a condition (#[cfg_attr])"),
        ("should_panic", "it passes when it fails (#[should_panic])"),
    ];
    let defect = defects.into_iter().find(|(name, _)| has(name));
    defect.map(|(_, defect)| defect.to_owned())
}

/// The number of the chapter in a path of a page or a file.
pub fn chapter_of_path(path: &Path) -> Option<u32> {
    path.iter().find_map(|part| chapter_in(&part.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_is_known_by_its_path() {
        assert_eq!(chapter_of_path(Path::new("ch03_backprop/shapes.md")), Some(3));
        assert_eq!(chapter_of_path(Path::new("ch12.md")), Some(12));
        assert_eq!(chapter_of_path(Path::new("chart.md")), None);
        assert_eq!(chapter_of_path(Path::new("ch1x.md")), None);
    }
}
