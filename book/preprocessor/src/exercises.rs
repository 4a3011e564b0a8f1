//! Exercises: a stub that the reader fills in, a solution, and the tests that both have to pass.

use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{FnArg, Item as Syntax, Visibility};

use crate::html::{anchor, attribute, block_text, rust_code};
use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean};
use crate::project::{Project, file_name, files_in, folders_in, unix};
use crate::source::{self, Excerpt};

/// An exercise in the folder of its chapter.
#[derive(Debug, Clone)]
struct Exercise {
    /// `ch01_neuron/pocket`
    name: String,
    /// The package that holds it: `ch01_neuron`.
    package: String,
    /// The name of its three files: `pocket`.
    stem: String,
    /// What the reader is given.
    stub: Part,
    /// What the reader's code and the solution have to pass.
    tests: Part,
    /// How it can be done.
    solution: Part,
}

/// One of the three files.
#[derive(Debug, Clone)]
struct Part {
    /// What the page shows: all items but the module of the tests.
    excerpt: Excerpt,
    /// How many tests there are.
    tests: usize,
    /// What other code can use, without what it does.
    interface: Vec<Signature>,
    /// The file that its module `tests` names, as it is written.
    tests_path: Option<String>,
}

/// A public item: what messages call it, and all that the tests may rely on.
#[derive(Debug, Clone, PartialEq)]
struct Signature {
    name: String,
    tokens: String,
}

impl Exercise {
    /// What the reader types.
    fn command(&self) -> String {
        format!("cargo test -p {} --test {}", self.package, self.stem)
    }

    /// The stub, the command, the tests folded and the solution folded.
    fn render(&self, project: &Project) -> String {
        let (id, name) = (anchor(&self.name), attribute(&self.name));
        let stub = self.stub.listing("Stub", &self.name, project);
        let command = block_text(&self.command());
        let command = format!(r#"<pre><code class="language-console">{command}</code></pre>"#);
        let tests = self.tests.folded_tests(project);
        let solution = self.solution.listing("Solution", &self.name, project);
        let solution = format!(
            r#"<details class="solution"><summary>A solution</summary>{solution}</details>"#
        );
        let open = format!(
            r#"<div class="exercise" id="exercise-{id}" role="group" aria-label="Exercise {name}">"#
        );
        format!("{open}{stub}{command}{tests}{solution}</div>")
    }
}

impl Part {
    /// Reads a file, which is relative to the root; problems are reported.
    fn read(project: &Project, file: &Path, problems: &mut Problems) -> Option<Self> {
        let (text, syntax) = source::parse(&project.root, file, problems)?;
        let shown: Vec<&Syntax> = syntax.items.iter().filter(|item| !is_tests(item)).collect();
        let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
            problems.error(Place::new(file, 1), "nothing to show: expected Rust items");
            return None;
        };
        let first = Excerpt::of(file, &text, first);
        let last = Excerpt::of(file, &text, last);
        let excerpt = Excerpt::of_lines(file, &text, *first.lines.start(), *last.lines.end());
        let tests = shown.iter().filter(|item| is_test(item)).count();
        let interface = shown.iter().flat_map(|item| signatures(item)).collect();
        let tests_path = syntax.items.iter().find(|item| is_tests(item)).and_then(path_of);
        Some(Self { excerpt, tests, interface, tests_path })
    }

    fn listing(&self, what: &str, name: &str, project: &Project) -> String {
        let label = format!(r#"aria-label="{what} of {}""#, attribute(name));
        let caption = format!("<figcaption>{}</figcaption>", self.excerpt.link(project));
        let code = rust_code(&self.excerpt.text());
        format!(r#"<figure class="listing" {label}>{caption}{code}</figure>"#)
    }

    fn folded_tests(&self, project: &Project) -> String {
        let count = match self.tests {
            1 => "its test".to_owned(),
            count => format!("its {count} tests"),
        };
        let summary = format!(r#"<summary><span class="check-label">{count}</span></summary>"#);
        let (code, link) = (rust_code(&self.excerpt.text()), self.excerpt.link(project));
        let source = format!(r#"<p class="check-source">{link}</p>"#);
        format!(r#"<details class="check">{summary}{code}{source}</details>"#)
    }
}

/// All exercises, those in the folders of the chapters and those on pages.
#[derive(Debug, Default)]
pub struct Exercises {
    all: Vec<Exercise>,
    shown: Vec<(String, Place)>,
}

impl Exercises {
    /// Reads the exercises of all chapters, and sees to it that each is complete, is run by the
    /// command on its page, and is solved.
    pub fn gather(project: &Project, pages: &[Page], problems: &mut Problems) -> Self {
        let mut exercises = Self { all: read(project, problems), shown: Vec::new() };
        if !exercises.all.is_empty() {
            report_unsolved(project, &exercises.all, problems);
        }
        for page in pages {
            for mark in &page.marks {
                match &mark.kind {
                    Kind::Directive(directive) if directive.name == "exercise" => {
                        let place = page.place(mark.range.start);
                        exercises.show(&directive.argument, place, problems);
                    }
                    _ => {}
                }
            }
        }
        exercises
    }

    fn show(&mut self, name: &str, place: Place, problems: &mut Problems) {
        if let Some((_, other)) = self.shown.iter().find(|(shown, _)| shown == name) {
            let message = format!("exercise `{name}` is already shown at {other}");
            return problems.error(place, message);
        }
        self.shown.push((name.to_owned(), place));
    }

    /// The exercise of a name, for its page.
    pub fn render(&self, project: &Project, name: &str) -> Result<String, String> {
        let exercise = self.all.iter().find(|exercise| exercise.name == name).ok_or_else(|| {
            let names = self.all.iter().map(|exercise| exercise.name.as_str());
            let (chapter, stem) = name.split_once('/').unwrap_or((name, "…"));
            let file = folder_of(project, chapter).join(format!("{stem}.rs"));
            let meant = did_you_mean(name, names);
            format!("unknown exercise `{name}`: there is no {}{meant}", unix(&file))
        })?;
        Ok(exercise.render(project))
    }

    /// Says which exercises no page shows.
    pub fn report_unshown(&self, project: &Project, problems: &mut Problems) {
        for Exercise { name, stub, .. } in &self.all {
            if !self.shown.iter().any(|(shown, _)| shown == name) {
                let message = format!(
                    "exercise `{name}` is shown on no page: expected {{{{#exercise {name}}}}}"
                );
                let place = Place::new(&stub.excerpt.file, 1);
                problems.add(project.settings.unshown_exercise, place, message);
            }
        }
    }
}

/// The command of each exercise, as its page shows it.
pub fn exercise_commands(project: &Project) -> Result<Vec<String>, Problems> {
    let mut problems = Problems::default();
    let commands = read(project, &mut problems).iter().map(Exercise::command).collect();
    if problems.errors.is_empty() { Ok(commands) } else { Err(problems) }
}

fn folder_of(project: &Project, chapter: &str) -> PathBuf {
    project.chapters().join(chapter).join("exercises")
}

/// Reads the exercises of all chapters.
fn read(project: &Project, problems: &mut Problems) -> Vec<Exercise> {
    let mut all = Vec::new();
    for chapter in folders_in(&project.root.join(project.chapters())) {
        let package = file_name(&chapter);
        let folder = folder_of(project, &package);
        let before = all.len();
        for file in files_in(&project.root.join(&folder), "rs") {
            let stem = file_name(&file).trim_end_matches(".rs").to_owned();
            all.extend(read_one(project, &package, stem, problems));
        }
        report_orphans(project, &folder, problems);
        report_not_run(project, &package, &all[before..], problems);
    }
    all
}

/// Reads the three files of an exercise, and compares them with each other.
fn read_one(
    project: &Project,
    package: &str,
    stem: String,
    problems: &mut Problems,
) -> Option<Exercise> {
    let folder = folder_of(project, package);
    let file = format!("{stem}.rs");
    let stub_file = folder.join(&file);
    for part in ["tests", "solutions"] {
        let expected = folder.join(part).join(&file);
        if !project.root.join(&expected).is_file() {
            let message = format!("exercise without {part}: expected {}", unix(&expected));
            problems.error(Place::new(&stub_file, 1), message);
            return None;
        }
    }
    let name = format!("{package}/{stem}");
    let stub = Part::read(project, &stub_file, problems)?;
    let tests = Part::read(project, &folder.join("tests").join(&file), problems)?;
    let solution = Part::read(project, &folder.join("solutions").join(&file), problems)?;
    for (part, path) in [(&stub, format!("tests/{file}")), (&solution, format!("../tests/{file}"))]
    {
        if part.tests_path.as_deref() != Some(&path) {
            let message = format!("no tests: expected #[path = \"{path}\"] mod tests;");
            problems.error(Place::new(&part.excerpt.file, 1), message);
        }
    }
    report_differences(&stub, &solution, problems);
    let package = package.to_owned();
    Some(Exercise { name, package, stem, stub, tests, solution })
}

/// Says which public items only one of the two has, or has with another signature.
fn report_differences(stub: &Part, solution: &Part, problems: &mut Problems) {
    for (one, other) in [(stub, solution), (solution, stub)] {
        for item in one.interface.iter().filter(|item| !other.interface.contains(item)) {
            let (name, file) = (&item.name, unix(&one.excerpt.file));
            let message = format!("expected the public `{name}` of {file} with the same signature");
            problems.error(other.excerpt.place(), message);
        }
    }
}

/// Says which tests and solutions have no stub.
fn report_orphans(project: &Project, folder: &Path, problems: &mut Problems) {
    for part in ["tests", "solutions"] {
        for file in files_in(&project.root.join(folder).join(part), "rs") {
            let name = file_name(&file);
            let stub = folder.join(&name);
            if !project.root.join(&stub).is_file() {
                let place = Place::new(folder.join(part).join(name), 1);
                problems.error(place, format!("no stub: expected {}", unix(&stub)));
            }
        }
    }
}

/// Says which stubs the command on their page would not run, and which a plain `cargo test` would.
fn report_not_run(project: &Project, package: &str, all: &[Exercise], problems: &mut Problems) {
    if all.is_empty() {
        return;
    }
    let file = project.chapters().join(package).join("Cargo.toml");
    let text = std::fs::read_to_string(project.root.join(&file)).unwrap_or_default();
    let manifest: toml::Table = toml::from_str(&text).unwrap_or_default();
    let targets = manifest.get("test").and_then(toml::Value::as_array);
    for stem in all.iter().map(|exercise| &exercise.stem) {
        let path = format!("exercises/{stem}.rs");
        let is_run = targets.into_iter().flatten().any(|target| {
            let text = |key| target.get(key).and_then(toml::Value::as_str);
            let waits = target.get("test").and_then(toml::Value::as_bool) == Some(false);
            text("name") == Some(stem) && text("path") == Some(&path) && waits
        });
        if !is_run {
            let message = format!(
                "exercise `{package}/{stem}` is not run: expected [[test]] with name = \"{stem}\", \
                 path = \"{path}\" and test = false"
            );
            problems.error(Place::new(&file, 1), message);
        }
    }
}

/// Says which solutions are in no test.
fn report_unsolved(project: &Project, all: &[Exercise], problems: &mut Problems) {
    let file = project.tests().join("solutions.rs");
    let modules = source::parse(&project.root, &file, problems);
    let paths: Vec<String> =
        modules.iter().flat_map(|(_, syntax)| &syntax.items).filter_map(path_of).collect();
    for Exercise { name, solution, .. } in all {
        let solution = unix(&solution.excerpt.file);
        if !paths.iter().any(|path| path.trim_start_matches("../") == solution) {
            let message = format!(
                "the solution of `{name}` is not tested: expected #[path = \"../{solution}\"] \
                 before a module"
            );
            problems.error(Place::new(&file, 1), message);
        }
    }
}

/// Whether an item is the module of the tests.
fn is_tests(item: &Syntax) -> bool {
    matches!(item, Syntax::Mod(module) if module.ident == "tests" && module.content.is_none())
}

/// Whether an item is a test.
fn is_test(item: &Syntax) -> bool {
    matches!(item, Syntax::Fn(function) if source::has_attribute(&function.attrs, "test"))
}

/// The file that the attribute `path` of a module names.
fn path_of(item: &Syntax) -> Option<String> {
    let Syntax::Mod(module) = item else { return None };
    source::path_attribute(&module.attrs)
}

/// The public items in an item: itself, or the methods of a block.
fn signatures(item: &Syntax) -> Vec<Signature> {
    match item {
        Syntax::Fn(function) if is_public(&function.vis) => vec![of_function("", &function.sig)],
        Syntax::Struct(structure) if is_public(&structure.vis) => {
            let (generics, mut fields) = (&structure.generics, structure.fields.clone());
            fields.iter_mut().for_each(|field| field.attrs.clear());
            let public = fields.iter().filter(|field| is_public(&field.vis));
            let public: Vec<String> = public.map(written).collect();
            let tokens = format!("{} {public:?}", written(generics));
            vec![Signature { name: format!("struct {}", structure.ident), tokens }]
        }
        Syntax::Const(constant) if is_public(&constant.vis) => {
            let tokens = format!("{} = {}", written(&constant.ty), written(&constant.expr));
            vec![Signature { name: format!("const {}", constant.ident), tokens }]
        }
        Syntax::Impl(block) => {
            let of_trait = block.trait_.as_ref().map(|(_, path, _)| written(path) + " for ");
            let owner = of_trait.clone().unwrap_or_default() + &written(&block.self_ty);
            let functions = block.items.iter().filter_map(|item| match item {
                syn::ImplItem::Fn(function) => Some(function),
                _ => None,
            });
            let public =
                functions.filter(|function| of_trait.is_some() || is_public(&function.vis));
            public.map(|function| of_function(&format!("{owner}::"), &function.sig)).collect()
        }
        _ => Vec::new(),
    }
}

/// The signature of a function; how it calls its arguments or takes them apart concerns nobody else.
fn of_function(owner: &str, signature: &syn::Signature) -> Signature {
    let mut signature = signature.clone();
    for input in &mut signature.inputs {
        if let FnArg::Typed(argument) = input {
            *argument.pat = syn::parse_quote!(_);
        }
    }
    Signature { name: format!("fn {owner}{}", signature.ident), tokens: written(&signature) }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn written(syntax: &impl ToTokens) -> String {
    syntax.to_token_stream().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(source: &str) -> Vec<Signature> {
        syn::parse_file(source).expect("Rust").items.iter().flat_map(signatures).collect()
    }

    #[test]
    fn two_files_agree_whatever_their_functions_do() {
        let stub = "/// A.\npub fn a(x: &[f64], y: f64) -> f64 { todo!() }\n\
             pub struct S { pub b: u8 }\nimpl S { pub fn c(&mut self) { todo!() } }";
        let solution = "fn helper() {}\npub fn a([x]: &[f64], mut y: f64) -> f64 { y += x; y }\n\
             pub struct S { /// B.\n pub b: u8, memory: u8 }\n\
             impl S { pub fn c(&mut self) { self.d() } fn d(&self) {} }";
        assert_eq!(interface(stub), interface(solution));
    }

    #[test]
    fn another_type_another_field_and_another_method_are_seen() {
        let names = |source| interface(source).into_iter().map(|item| item.name).collect();
        let all: Vec<String> = names("pub const C: u8 = 1; impl X for Y { fn f() {} }");
        assert_eq!(all, ["const C", "fn X for Y::f"]);
        for (one, other) in [
            ("pub fn a(x: f64) {}", "pub fn a(x: f32) {}"),
            ("pub struct S { pub b: u8 }", "pub struct S { pub b: u16 }"),
            ("impl S { pub fn c(&mut self) {} }", "impl S { pub fn c(&self) {} }"),
            ("pub const C: u8 = 1;", "pub const C: u8 = 2;"),
        ] {
            assert_ne!(interface(one), interface(other));
        }
    }

    #[test]
    fn a_module_names_its_file() {
        let file =
            syn::parse_file("#[path = \"../tests/a.rs\"]\nmod tests;\nmod b;").expect("Rust");
        assert_eq!(path_of(&file.items[0]).as_deref(), Some("../tests/a.rs"));
        assert!(is_tests(&file.items[0]) && !is_tests(&file.items[1]));
        assert_eq!(path_of(&file.items[1]), None);
    }
}
