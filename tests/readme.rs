//! The numbers of the README are those that the chapters' programs have measured.

use std::fs;

use serde_json::Value;

/// What stands in the README between `<!-- chNN_name.dotted.name -->` and `<!-- -->`.
fn quoted(readme: &str) -> Vec<(String, String)> {
    let pieces = readme.split("<!-- ch").skip(1);
    let quote = |piece: &str| {
        let (name, rest) = piece.split_once(" -->").expect("a comment ends with -->");
        let (text, _) = rest.split_once("<!-- -->").expect("a quoted number ends with <!-- -->");
        (format!("ch{name}"), text.to_owned())
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
    let quoted = quoted(&readme);
    assert!(quoted.len() >= 4, "README.md: expected quoted values, found {}", quoted.len());
    for (name, text) in quoted {
        assert_eq!(text, measured(&name), "README.md: {name}");
    }
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
