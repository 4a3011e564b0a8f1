//! The foot of a page: where its code, its drawings and its tests are.

use std::path::{Path, PathBuf};

use crate::house::House;
use crate::html;
use crate::marks::Kind;
use crate::pages::Page;
use crate::project::{Project, unix};

/// The foot of a page; nothing for a page that shows neither code nor figures nor formulas.
pub fn render(house: &House<'_>, index: usize) -> String {
    let page = &house.pages[index];
    let parts = [
        ("code", code(house, index)),
        ("figures and numbers", drawings(house, index)),
        ("tests", tests(house, index)),
    ];
    if parts.iter().all(|(_, files)| files.is_empty()) {
        return String::new();
    }
    let text = ("text", vec![page.file.clone()]);
    let rows = parts.into_iter().chain([text]).filter(|(_, files)| !files.is_empty());
    let rows: Vec<String> = rows.map(|(name, files)| row(house.project, name, &files)).collect();
    let (title, rows) = ("<p>This page in the repository</p>", rows.concat());
    format!(r#"<footer class="page-house">{title}<dl>{rows}</dl></footer>"#)
}

/// A name and its files, each linked to the repository if the book names one.
fn row(project: &Project, name: &str, files: &[PathBuf]) -> String {
    let file = |file: &PathBuf| {
        let path = format!(r#"<span class="path">{}</span>"#, html::path(&unix(file)));
        match project.file_url(file) {
            Some(url) => format!(r#"<dd><a href="{}">{path}</a></dd>"#, html::attribute(&url)),
            None => format!("<dd>{path}</dd>"),
        }
    };
    let files: Vec<String> = files.iter().map(file).collect();
    format!("<div><dt>{name}</dt>{}</div>", files.concat())
}

/// The files of the items that a page shows.
fn code(house: &House<'_>, index: usize) -> Vec<PathBuf> {
    let shown = house.listings.iter().filter(|listed| listed.page == index);
    once_each(shown.map(|listed| listed.item.excerpt.file.as_path()))
}

/// The files that draw the figures of a page, and the one that has its name if it quotes numbers of
/// that chapter.
fn drawings(house: &House<'_>, index: usize) -> Vec<PathBuf> {
    let page = &house.pages[index];
    let shown = house.figures.shown().iter().filter(|shown| shown.page == index);
    let drawn: Vec<PathBuf> = shown.filter_map(|shown| house.drawn_in(page, &shown.name)).collect();
    let measured = house.program_of(page).filter(|(chapter, _)| quotes_numbers(page, chapter));
    let measured = measured.map(|(_, file)| file);
    once_each(drawn.iter().map(PathBuf::as_path).chain(measured))
}

/// The files of the tests that check the formulas of a page.
fn tests(house: &House<'_>, index: usize) -> Vec<PathBuf> {
    let formulas = house.formulas.all.iter().filter(|formula| formula.page == index);
    let checks = formulas.filter_map(|formula| formula.check.as_ref());
    once_each(checks.map(|check| check.excerpt.file.as_path()))
}

/// Whether a page quotes a number of a chapter.
fn quotes_numbers(page: &Page, chapter: &str) -> bool {
    let is_of_chapter =
        |name: &str| name.split_once('.').is_some_and(|(found, _)| found == chapter);
    page.marks.iter().any(|mark| match &mark.kind {
        Kind::Directive(found) => found.name == "value" && is_of_chapter(&found.argument),
        _ => false,
    })
}

/// The files in their order, each once.
fn once_each<'a>(files: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for file in files {
        if !found.iter().any(|known| known == file) {
            found.push(file.to_owned());
        }
    }
    found
}
