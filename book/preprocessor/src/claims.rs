//! The tests of the formulas: a folder a chapter, a file a page, a test a formula.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::Item as Syntax;

use crate::chapter::chapter_in;
use crate::pages::Page;
use crate::problems::{Place, Problems};
use crate::project::{Project, file_name, files_in, folders_in, unix};
use crate::source::{self, Excerpt};
use crate::stated::{self, Fault, Stated};

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
    /// The formula that its doc comment states.
    pub stated: Option<Stated>,
    /// What is wrong with how it compares.
    pub faults: Vec<Fault>,
}

impl Claim {
    /// Whether it runs.
    pub fn is_test(&self) -> bool {
        self.defect.is_none()
    }
}

/// Reads the functions of all folders `chNN_…` in the folder of tests, the modules of its `main.rs`.
pub fn read(project: &Project, problems: &mut Problems) -> Vec<Claim> {
    let mut claims = Vec::new();
    let tests = project.tests();
    report_files(project, &tests, problems);
    let folders = folders_in(&project.root.join(&tests));
    let chapters = folders.iter().map(|folder| file_name(folder));
    let chapters: Vec<_> = chapters.filter_map(|name| Some((chapter_in(&name)?, name))).collect();
    if !chapters.is_empty() {
        let program = Program::read(project, problems);
        for (chapter, name) in chapters {
            let (root, defect) = (tests.join(&name).join("mod.rs"), program.defect_of(&name));
            let (claims, files) = (&mut claims, Vec::new());
            let mut reader = Reader { project, problems, chapter, claims, files };
            reader.read_root(&root, defect);
        }
    }
    report_twins(&claims, problems);
    claims
}

/// Says which chapters have a file of tests, where nobody looks for them.
fn report_files(project: &Project, tests: &Path, problems: &mut Problems) {
    for file in files_in(&project.root.join(tests), "rs") {
        let name = file_name(&file);
        if chapter_in(&name).is_some() {
            let folder = unix(&tests.join(name.trim_end_matches(".rs")));
            let message = format!("tests of a chapter in one file: expected the folder {folder}");
            problems.error(Place::new(tests.join(name), 1), message);
        }
    }
}

/// Says which tests of a chapter have the name of another one: no page could tell them apart.
fn report_twins(claims: &[Claim], problems: &mut Problems) {
    for (index, claim) in claims.iter().enumerate().filter(|(_, claim)| claim.is_test()) {
        let same = |other: &&Claim| {
            (other.chapter, &other.name) == (claim.chapter, &claim.name) && other.is_test()
        };
        if let Some(first) = claims[..index].iter().find(same) {
            let (name, place) = (&claim.name, first.excerpt.place());
            let message = format!("test `{name}` is already at {place}: expected another name");
            problems.error(claim.excerpt.place(), message);
        }
    }
}

/// The program of all chapters' tests.
struct Program {
    file: PathBuf,
    /// Why none of its tests counts, if that is so.
    defect: Option<String>,
    /// Its modules, each with what keeps its tests from running.
    modules: Vec<(String, Option<String>)>,
}

impl Program {
    /// Reads `main.rs` in the folder of tests, and what `Cargo.toml` beside it says of it.
    fn read(project: &Project, problems: &mut Problems) -> Self {
        let file = project.tests().join("main.rs");
        let manifest = project.tests().join("Cargo.toml");
        let text = std::fs::read_to_string(project.root.join(&manifest)).unwrap_or_default();
        let defect = (!Self::runs(&text)).then(|| {
            let manifest = unix(&manifest);
            format!(
                "cargo does not run it, expected [[test]] with path = \"main.rs\" in {manifest}"
            )
        });
        let Some((_, syntax)) = source::parse(&project.root, &file, problems) else {
            return Self { file, defect, modules: Vec::new() };
        };
        let module = |item: &Syntax| match item {
            Syntax::Mod(module) if module.content.is_none() => {
                let has = |name: &str| source::has_attribute(&module.attrs, name);
                Some((module.ident.to_string(), condition(has)))
            }
            _ => None,
        };
        let modules = syntax.items.iter().filter_map(module).collect();
        let has = |name: &str| source::has_attribute(&syntax.attrs, name);
        Self { file, defect: defect.or_else(|| condition(has)), modules }
    }

    /// Whether this manifest has cargo run the tests of `main.rs`.
    fn runs(manifest: &str) -> bool {
        let manifest: toml::Table = toml::from_str(manifest).unwrap_or_default();
        let targets = manifest.get("test").and_then(toml::Value::as_array);
        targets.into_iter().flatten().any(|target| {
            let off = |key| target.get(key).and_then(toml::Value::as_bool) == Some(false);
            let path = target.get("path").and_then(toml::Value::as_str);
            let all = !off("test") && !off("harness") && target.get("required-features").is_none();
            all && path == Some("main.rs")
        })
    }

    /// Why the tests of a chapter do not count, if that is so.
    fn defect_of(&self, chapter: &str) -> Option<String> {
        let module = self.modules.iter().find(|(name, _)| name == chapter);
        let missing = || {
            let file = unix(&self.file);
            Some(format!("cargo does not run it, expected `mod {chapter};` in {file}"))
        };
        self.defect.clone().or_else(|| module.map_or_else(missing, |(_, defect)| defect.clone()))
    }
}

/// The file or the folder in which the test of a formula of a page is expected, for messages.
pub fn expected_file(project: &Project, claims: &[Claim], page: &Page, chapter: u32) -> PathBuf {
    let known = claims.iter().find(|claim| claim.chapter == chapter);
    let folder = known.and_then(|claim| {
        let inside = claim.excerpt.file.strip_prefix(project.tests()).ok()?;
        inside.iter().next().map(|name| project.tests().join(name))
    });
    match (folder, page.path.file_stem()) {
        (Some(folder), Some(name)) if page.path.iter().count() > 1 => {
            folder.join(name).with_extension("rs")
        }
        (Some(folder), _) => folder,
        (None, _) => project.tests().join(format!("ch{chapter:02}_…")),
    }
}

/// A file whose items are read.
struct Source<'a> {
    file: &'a Path,
    text: &'a Rc<str>,
    /// The folder in which the files of its modules are.
    folder: PathBuf,
}

/// A walk over the files of a chapter.
struct Reader<'a> {
    project: &'a Project,
    problems: &'a mut Problems,
    chapter: u32,
    claims: &'a mut Vec<Claim>,
    /// The files that were read.
    files: Vec<PathBuf>,
}

impl Reader<'_> {
    /// Reads a file that cargo compiles, and those to which its modules lead. `defect` is one that
    /// all tests in it share.
    fn read_root(&mut self, file: &Path, defect: Option<String>) {
        if !self.project.root.join(file).is_file() {
            return self.report_rootless(file);
        }
        let folder = file.parent().unwrap_or(file).to_owned();
        self.read_file(file, folder.clone(), defect);
        self.report_orphans(&folder, file);
    }

    fn read_file(&mut self, file: &Path, folder: PathBuf, defect: Option<String>) {
        self.files.push(file.to_owned());
        let parsed = source::parse(&self.project.root, file, self.problems);
        let Some((text, syntax)) = parsed else { return };
        let has = |name: &str| source::has_attribute(&syntax.attrs, name);
        let defect = defect.or_else(|| condition(has));
        self.read_items(&syntax.items, &Source { file, text: &text, folder }, defect);
    }

    /// Says that a folder of tests has no root.
    fn report_rootless(&mut self, file: &Path) {
        let folder = file.parent().unwrap_or(file);
        if let Some(orphan) = files_in(&self.project.root.join(folder), "rs").first() {
            let place = Place::new(folder.join(file_name(orphan)), 1);
            let message = format!("cargo does not run its tests: expected {}", unix(file));
            self.problems.error(place, message);
        }
    }

    /// Says to which files of a folder no module leads: their tests would never run.
    fn report_orphans(&mut self, folder: &Path, root: &Path) {
        for inner in folders_in(&self.project.root.join(folder)) {
            self.report_orphans(&folder.join(file_name(&inner)), root);
        }
        for file in files_in(&self.project.root.join(folder), "rs") {
            let (name, file) = (file_name(&file), folder.join(file_name(&file)));
            if !self.files.contains(&file) {
                let (name, root) = (name.trim_end_matches(".rs"), unix(root));
                let message = format!(
                    "no module leads here, so its tests never run: expected `mod {name};` in {root}"
                );
                self.problems.error(Place::new(file, 1), message);
            }
        }
    }

    /// Reads functions, also those in modules.
    fn read_items(&mut self, items: &[Syntax], source: &Source<'_>, defect: Option<String>) {
        for item in items {
            match item {
                Syntax::Fn(function) => self.read_function(function, source, defect.clone()),
                Syntax::Mod(module) => self.read_module(module, source, defect.clone()),
                Syntax::Macro(call) => {
                    let has = |name: &str| source::has_attribute(&call.attrs, name);
                    let defect = defect.clone().or_else(|| condition(has));
                    self.read_macro(call.mac.tokens.clone(), source, &defect);
                }
                _ => {}
            }
        }
    }

    fn read_module(&mut self, module: &syn::ItemMod, source: &Source<'_>, defect: Option<String>) {
        let has = |name: &str| source::has_attribute(&module.attrs, name);
        let defect = defect.or_else(|| condition(has));
        let folder = source.folder.join(module.ident.to_string());
        match &module.content {
            Some((_, items)) => {
                let inner = Source { file: source.file, text: source.text, folder };
                self.read_items(items, &inner, defect);
            }
            None => {
                let file = source::module_file(&self.project.root, &source.folder, module);
                self.read_file(&file, folder, defect);
            }
        }
    }

    fn read_function(
        &mut self,
        function: &syn::ItemFn,
        source: &Source<'_>,
        defect: Option<String>,
    ) {
        let has = |name: &str| source::has_attribute(&function.attrs, name);
        let missing = || (!has("test")).then(|| "it lacks #[test]".to_owned());
        let defect = missing().or(defect).or_else(|| condition(has));
        let excerpt = Excerpt::of(source.file, source.text, function);
        let (stated, faults) = (stated::stated(function), stated::faults(function));
        let (chapter, name) = (self.chapter, function.sig.ident.to_string());
        self.claims.push(Claim { chapter, name, defect, excerpt, stated, faults });
    }

    /// Finds the tests in a macro such as `proptest!`, whose contents are not quite Rust.
    fn read_macro(&mut self, tokens: TokenStream, source: &Source<'_>, defect: &Option<String>) {
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
                    self.push_from_macro(name.take(), &attributes, end, source, defect.clone());
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
        source: &Source<'_>,
        defect: Option<String>,
    ) {
        let word = |attribute: &str| attribute.split([' ', '(', '=']).next().map(str::to_owned);
        let has =
            |name: &str| attributes.iter().any(|(_, text)| word(text).as_deref() == Some(name));
        let (Some(name), Some((start, _)), true) = (name, attributes.first(), has("test")) else {
            return;
        };
        let defect = defect.or_else(|| condition(has));
        let excerpt = Excerpt::between(source.file, source.text, *start, end);
        let line = *excerpt.lines.start();
        let message = "its comparisons cannot be seen in a macro: expected a function".to_owned();
        let (chapter, faults) = (self.chapter, vec![Fault { line, message }]);
        self.claims.push(Claim { chapter, name, defect, excerpt, stated: None, faults });
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
