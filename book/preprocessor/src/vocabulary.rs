//! The words that prose may write in code style: names of the workspace's code and of the language,
//! options of its programs, packages, files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::Item as Syntax;

use crate::items::Items;
use crate::modules::{Crate, Crates};
use crate::pages::Page;
use crate::project::{Project, file_name};

/// Everything that exists.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Each name in the code of the workspace, in its manifests and in code that pages quote.
    pub names: BTreeSet<String>,
    /// What each type and trait of the chapters has: methods, fields, variants, constants.
    pub members: BTreeMap<String, BTreeSet<String>>,
    /// The names at any depth of each crate of a chapter.
    pub crates: BTreeMap<String, BTreeSet<String>>,
    /// The options of the programs, such as `--learning-rate`.
    pub options: BTreeSet<String>,
    /// The packages of the workspace and what each can run.
    pub packages: BTreeMap<String, Package>,
    /// All files and folders, relative to the root.
    pub files: BTreeSet<String>,
}

/// A package of the workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Package {
    /// The names of its programs.
    pub programs: BTreeSet<String>,
    /// The names of its tests.
    pub tests: BTreeSet<String>,
    /// The names of its benchmarks.
    pub benches: BTreeSet<String>,
    /// The names of its examples.
    pub examples: BTreeSet<String>,
}

/// Folders in which nothing is the book's own.
const SKIPPED: [&str; 5] = ["target", ".git", "node_modules", "build", "generated"];

impl Vocabulary {
    /// Reads the workspace.
    pub fn gather(project: &Project, crates: &Crates, items: &Items, pages: &[Page]) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.walk(&project.root, Path::new(""));
        vocabulary.read_items(items);
        for chapter in &crates.chapters {
            chapter.library.iter().chain(&chapter.program).for_each(|from| vocabulary.read(from));
        }
        crates.shared.iter().for_each(|from| vocabulary.read(from));
        for page in pages {
            let prose = crate::prose::read(&page.source, &project.markdown);
            let quoted = prose.fences.iter();
            let quoted = quoted.filter(|fence| fence.language.as_deref() == Some("python"));
            quoted.for_each(|fence| vocabulary.names.extend(identifiers(&fence.text)));
        }
        vocabulary
    }

    /// Whether there is a file or a folder of this path; a star stands for any part of a name.
    pub fn has_file(&self, path: &str) -> bool {
        match path.split_once('*') {
            Some((start, end)) => {
                self.files.iter().any(|file| file.starts_with(start) && file.ends_with(end))
            }
            None => self.files.contains(path),
        }
    }

    /// Takes in the names of the files below a folder, and what is in them.
    fn walk(&mut self, root: &Path, folder: &Path) {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        for entry in entries {
            let (path, name) = (folder.join(entry.file_name()), file_name(&entry.path()));
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && SKIPPED.contains(&name.as_str()) && name != "generated" {
                continue;
            }
            self.files.insert(crate::project::unix(&path));
            if is_folder {
                self.walk(root, &path);
                continue;
            }
            let read = || std::fs::read_to_string(root.join(&path)).unwrap_or_default();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("rs") => self.names.extend(identifiers(&without_comments(&read()))),
                Some("py") => self.names.extend(identifiers(&read())),
                Some("toml") if name == "Cargo.toml" => self.read_manifest(&path, &read(), root),
                _ => {}
            }
        }
    }

    /// Takes in a package: its name, its parts, what it depends on.
    fn read_manifest(&mut self, path: &Path, text: &str, root: &Path) {
        self.names.extend(identifiers(text));
        let manifest: toml::Table = toml::from_str(text).unwrap_or_default();
        let folder = root.join(path).parent().map(PathBuf::from).unwrap_or_default();
        let text_at = |table: &toml::Table, key: &str| {
            table.get(key).and_then(toml::Value::as_str).map(str::to_owned)
        };
        let package = manifest.get("package").and_then(toml::Value::as_table);
        let name = match package.and_then(|package| text_at(package, "name")) {
            Some(name) => name,
            // A manifest that names no package, in the folder of one.
            None => file_name(&folder),
        };
        let listed = |key: &str| -> BTreeSet<String> {
            let targets = manifest.get(key).and_then(toml::Value::as_array);
            let targets = targets.into_iter().flatten().filter_map(toml::Value::as_table);
            targets.filter_map(|target| text_at(target, "name")).collect()
        };
        let found = |inner: &str| -> BTreeSet<String> {
            let files = crate::project::files_in(&folder.join(inner), "rs");
            let stems = files.iter().filter_map(|file| file.file_stem());
            stems.map(|stem| stem.to_string_lossy().into_owned()).collect()
        };
        let mut programs = listed("bin");
        let mut main = ["program/main.rs", "src/main.rs"].iter().map(|file| folder.join(file));
        if programs.is_empty() && main.any(|file| file.is_file()) {
            programs.insert(name.clone());
        }
        let (mut tests, mut benches) = (listed("test"), listed("bench"));
        tests.extend(found("tests"));
        benches.extend(found("benches"));
        let mut examples = found("examples");
        examples.extend(
            crate::project::folders_in(&folder.join("examples")).iter().map(|f| file_name(f)),
        );
        self.packages.insert(name, Package { programs, tests, benches, examples });
    }

    /// Takes in what the chapters' types have.
    fn read_items(&mut self, items: &Items) {
        for item in &items.all {
            let names = self.crates.entry(item.krate().to_owned()).or_default();
            names.extend(item.module.split("::").map(str::to_owned));
            names.extend(item.name.split("::").map(str::to_owned));
            if let Some((owner, member)) = item.name.split_once("::") {
                self.add_member(owner, member);
            }
        }
        for item in items.all.iter().filter(|item| item.block.is_some()) {
            let block = item.block.as_ref();
            let Some(name) = block.and_then(|block| block.trait_name.as_deref()) else { continue };
            // What a trait of the workspace gives to a type.
            let given = self.members.get(&crate::items::short(name)).cloned().unwrap_or_default();
            self.members
                .entry(item.owner().unwrap_or_default().to_owned())
                .or_default()
                .extend(given);
        }
    }

    fn add_member(&mut self, owner: &str, member: &str) {
        self.members.entry(owner.to_owned()).or_default().insert(member.to_owned());
    }

    /// Takes in the fields, the variants and the options of a crate.
    fn read(&mut self, from: &Crate) {
        for item in from.modules.iter().flat_map(|module| module.items.iter().chain(&module.tests))
        {
            match item {
                Syntax::Struct(syntax) => {
                    self.read_attributes(&syntax.ident, &syntax.attrs);
                    self.read_fields(&syntax.ident, &syntax.fields);
                }
                Syntax::Enum(syntax) => {
                    self.read_attributes(&syntax.ident, &syntax.attrs);
                    for variant in &syntax.variants {
                        self.add_member(&syntax.ident.to_string(), &variant.ident.to_string());
                        self.read_fields(&syntax.ident, &variant.fields);
                    }
                }
                Syntax::Impl(syntax) => {
                    use quote::ToTokens;
                    let owner = syntax.self_ty.to_token_stream().to_string().replace(' ', "");
                    let owner = crate::items::short(&owner);
                    for member in &syntax.items {
                        if let syn::ImplItem::Fn(function) = member {
                            self.add_member(&owner, &function.sig.ident.to_string());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// What is derived gives a type its methods.
    fn read_attributes(&mut self, owner: &syn::Ident, attributes: &[syn::Attribute]) {
        let derived = [
            ("Clone", "clone"),
            ("Default", "default"),
            ("PartialEq", "eq"),
            ("Hash", "hash"),
            ("Parser", "parse"),
            ("ValueEnum", "value_variants"),
            ("Serialize", "serialize"),
            ("Ord", "cmp"),
            ("PartialOrd", "partial_cmp"),
        ];
        for attribute in attributes.iter().filter(|found| found.path().is_ident("derive")) {
            let syn::Meta::List(list) = &attribute.meta else { continue };
            let names: BTreeSet<String> = identifiers(&list.tokens.to_string()).collect();
            for (_, method) in derived.iter().filter(|(name, _)| names.contains(*name)) {
                self.add_member(&owner.to_string(), method);
            }
        }
    }

    fn read_fields(&mut self, owner: &syn::Ident, fields: &syn::Fields) {
        for field in fields {
            let Some(name) = &field.ident else { continue };
            self.add_member(&owner.to_string(), &name.to_string());
            if let Some(option) = option_of(field) {
                self.options.insert(option);
            }
        }
    }
}

/// The option that a field of arguments has: `#[arg(long)]`.
fn option_of(field: &syn::Field) -> Option<String> {
    let name = field.ident.as_ref()?.to_string().replace('_', "-");
    let attribute = field.attrs.iter().find(|attribute| attribute.path().is_ident("arg"))?;
    let syn::Meta::List(list) = &attribute.meta else { return None };
    let tokens: Vec<String> = list.tokens.clone().into_iter().map(|t| t.to_string()).collect();
    let at = tokens.iter().position(|token| token == "long")?;
    match (tokens.get(at + 1).map(String::as_str), tokens.get(at + 2)) {
        (Some("="), Some(text)) => Some(format!("--{}", text.trim_matches('"'))),
        _ => Some(format!("--{name}")),
    }
}

/// The names in a text: letters, digits and low lines.
pub fn identifiers(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words
        .filter(|word| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
}

/// Rust without its comments and without the texts between quotes.
fn without_comments(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut kept = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest {
            [b'/', b'/', ..] => rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => end_of_comment(rest),
            [b'r', b'"', ..] | [b'r', b'#', b'"', ..] if !ends_word(&kept) => end_of_raw(rest),
            [b'"', ..] => end_of_text(rest),
            [b'\'', b'\\', ..] => 3 + rest[3..].iter().position(|&b| b == b'\'').unwrap_or(0),
            [b'\'', b'"', b'\'', ..] => 3,
            _ => {
                kept.push(bytes[at]);
                at += 1;
                continue;
            }
        };
        kept.push(b' ');
        at += length.max(1);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

fn ends_word(kept: &[u8]) -> bool {
    kept.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn end_of_comment(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" if depth == 1 => return at + 2,
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

fn end_of_raw(rest: &[u8]) -> usize {
    let (begin, end): (usize, &[u8]) = if rest[1] == b'"' { (2, b"\"") } else { (3, b"\"#") };
    let found = rest[begin..].windows(end.len()).position(|window| window == end);
    found.map_or(rest.len(), |found| begin + found + end.len())
}

fn end_of_text(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_code_and_not_of_comments_or_texts() {
        let source = "// no\nfn yes(a: &'a str) { /* no /* no */ no */ m!(\"no \\\" no\", r#\"no\"#, \
             'x', '\\'', '\"'); r\"no\"; bar\"no\" }";
        let names: Vec<String> = identifiers(&without_comments(source)).collect();
        assert!(!names.contains(&"no".to_owned()), "{names:?}");
        for name in ["yes", "str", "m", "x", "bar"] {
            assert!(names.contains(&name.to_owned()), "{name}: {names:?}");
        }
    }
}
