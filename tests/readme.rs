//! The numbers of the README are those that the chapters' programs have measured.

use std::fs;

use serde_json::Value;

/// What stands in the README between `<!-- prefix… -->` and `<!-- -->`, with the name that begins so.
fn quoted(readme: &str, prefix: &str) -> Vec<(String, String)> {
    let opening = format!("<!-- {prefix}");
    let pieces = readme.split(&opening).skip(1);
    let quote = |piece: &str| {
        let (name, rest) = piece.split_once(" -->").expect("a comment ends with -->");
        let (text, _) = rest.split_once("<!-- -->").expect("a quoted number ends with <!-- -->");
        (format!("{prefix}{name}"), text.to_owned())
    };
    pieces.map(quote).collect()
}

/// What `values.json` has under the name that follows the chapter's.
fn measured(name: &str) -> String {
    let (chapter, value) = name.split_once('.').expect("a name begins with its chapter");
    let path = format!("../book/src/generated/{chapter}/values.json");
    let path = formulas::package().join(path);
    let json = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let values: Value = serde_json::from_str(&json).expect("values.json is JSON");
    let text = values[value]["text"].as_str();
    text.unwrap_or_else(|| panic!("{}: expected `{value}`, found none", path.display())).to_owned()
}

#[test]
fn every_number_of_the_readme_is_a_measured_value() {
    let path = formulas::package().join("../README.md");
    let readme = fs::read_to_string(&path).expect("the README is there");
    let quoted = quoted(&readme, "ch");
    assert!(quoted.len() >= 4, "README.md: expected quoted values, found {}", quoted.len());
    for (name, text) in quoted {
        assert_eq!(text, measured(&name), "README.md: {name}");
    }
}

#[test]
fn the_readme_counts_the_formulas_that_are_tested_and_computed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(folder.join(path)).expect("the file is there");
    let record: Value =
        serde_json::from_str(&read("../book/src/generated/evidence.json")).expect("JSON");
    let record = record.as_object().expect("names with evidence");
    let computed = record.values().filter(|evidence| evidence["computed"].is_u64()).count();
    let expected = [("evidence.formulas", record.len()), ("evidence.computed", computed)];
    let expected = expected.map(|(name, count)| (name.to_owned(), count.to_string()));
    assert_eq!(quoted(&read("../README.md"), "evidence."), expected);
}

#[test]
fn numbers_with_a_unit_stand_nowhere_else_in_the_readme() {
    let path = formulas::package().join("../README.md");
    let readme = fs::read_to_string(&path).expect("the README is there");
    for (number, line) in readme.lines().enumerate() {
        let mut plain = String::new();
        for piece in line.split("<!-- ch") {
            plain.push_str(piece.split_once("<!-- -->").map_or(piece, |(_, rest)| rest));
        }
        let typed = plain.split_whitespace().any(|word| {
            let digits = word.trim_start_matches(['(', '|']);
            digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('%')
        });
        assert!(!typed, "README.md:{}: a measured number typed by hand: {line}", number + 1);
    }
}
