//! mdBook's own `include` directives: when a file is missing, mdBook logs it and goes on.

use std::path::Path;

use crate::directive;
use crate::pages::Page;
use crate::problems::{Problems, did_you_mean};
use crate::project::{Project, file_name};

/// Says which files or anchors are missing; mdBook expands these directives in code blocks too.
pub fn report_missing(project: &Project, page: &Page, problems: &mut Problems) {
    for (offset, _) in page.source.match_indices("{{") {
        let rest = &page.source[offset..];
        let escaped = page.source[..offset].ends_with('\\');
        let Some(length) = directive::opening(rest).filter(|_| !escaped) else { continue };
        let Some((found, _)) = directive::parse(&page.source, offset, length) else { continue };
        if ["include", "rustdoc_include", "playground"].contains(&found.name.as_str())
            && let Err(message) = check(project, page, &found.argument)
        {
            problems.error(page.place(offset), message);
        }
    }
}

/// Looks for the file of an argument such as `../data.txt:anchor`.
fn check(project: &Project, page: &Page, argument: &str) -> Result<(), String> {
    let argument = argument.split_whitespace().next().unwrap_or_default();
    let (path, part) = argument.split_once(':').unwrap_or((argument, ""));
    let folder = project.root.join(page.file.parent().unwrap_or(Path::new("")));
    let file = folder.join(path);
    let Ok(text) = std::fs::read_to_string(&file) else {
        let beside = std::fs::read_dir(file.parent().unwrap_or(&folder)).into_iter().flatten();
        let names: Vec<String> = beside.flatten().map(|entry| file_name(&entry.path())).collect();
        let meant = did_you_mean(&file_name(&file), names.iter().map(String::as_str));
        return Err(format!("included file `{path}` cannot be read{meant}"));
    };
    let anchor = part.split(':').next().unwrap_or_default();
    let is_lines = anchor.parse::<usize>().is_ok() || anchor.is_empty();
    let marker = |line: &str| {
        line.split("ANCHOR:")
            .nth(1)
            .is_some_and(|name| name.split_whitespace().next() == Some(anchor))
    };
    match is_lines || text.lines().any(marker) {
        true => Ok(()),
        false => Err(format!("included file `{path}` has no line with `ANCHOR: {anchor}`")),
    }
}
