//! The formulas that the pages show.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::evidence::root;

/// The LaTeX of all displayed formulas by their names.
fn formulas() -> &'static BTreeMap<String, String> {
    static FORMULAS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FORMULAS.get_or_init(|| {
        let mut formulas = BTreeMap::new();
        read_folder(&root().join("book/src"), &mut formulas);
        formulas
    })
}

fn read_folder(folder: &Path, formulas: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the pages").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_folder(&path, formulas);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            read(&std::fs::read_to_string(&path).expect("a page"), formulas);
        }
    }
}

/// Reads the blocks fenced with three backticks and `math name`.
fn read(page: &str, formulas: &mut BTreeMap<String, String>) {
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        let text = line.trim_start_matches([' ', '>']);
        match &mut open {
            Some(_) if text.starts_with("```") => formulas.extend(open.take()),
            Some((_, latex)) => {
                latex.push_str(text);
                latex.push('\n');
            }
            None => {
                let name = text.strip_prefix("```math ").map(str::trim);
                open = name.map(|name| (name.to_owned(), String::new()));
            }
        }
    }
}

/// Whether a page has a formula of this name.
pub fn is_formula(name: &str) -> bool {
    formulas().contains_key(name)
}

/// The formula of this name.
pub fn page(name: &str) -> &'static str {
    formulas().get(name).unwrap_or_else(|| panic!("no page has a formula `{name}`"))
}
