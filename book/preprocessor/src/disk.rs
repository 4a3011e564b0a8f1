//! The book as it lies on the disk, for a check without mdBook.

use std::path::Path;

use anyhow::{Context, Result, bail};
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_summary::{Link, SummaryItem, parse_summary};

use crate::project::Project;

/// Reads `SUMMARY.md` and all pages that it names.
pub fn load(project: &Project) -> Result<Book> {
    let folder = project.root.join(&project.pages);
    let file = folder.join("SUMMARY.md");
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let summary = parse_summary(&text).with_context(|| format!("{}", file.display()))?;
    let parts = [summary.prefix_chapters, summary.numbered_chapters, summary.suffix_chapters];
    let items = parts.iter().flatten().map(|item| load_item(&folder, item, &[]));
    Ok(Book::new_with_items(items.collect::<Result<_>>()?))
}

fn load_item(folder: &Path, item: &SummaryItem, parents: &[String]) -> Result<BookItem> {
    match item {
        SummaryItem::Link(link) => load_page(folder, link, parents).map(BookItem::Chapter),
        SummaryItem::Separator => Ok(BookItem::Separator),
        SummaryItem::PartTitle(title) => Ok(BookItem::PartTitle(title.clone())),
        other => bail!("SUMMARY.md: {other:?} is not understood"),
    }
}

fn load_page(folder: &Path, link: &Link, parents: &[String]) -> Result<Chapter> {
    let mut chapter = match &link.location {
        Some(location) => {
            let text = std::fs::read_to_string(folder.join(location)).with_context(|| {
                format!("SUMMARY.md names `{}`, which cannot be read", location.display())
            })?;
            let text = text.trim_start_matches('\u{feff}').to_owned();
            Chapter::new(&link.name, text, location, parents.to_vec())
        }
        None => Chapter::new_draft(&link.name, parents.to_vec()),
    };
    let parents: Vec<String> = parents.iter().chain([&link.name]).cloned().collect();
    let below = link.nested_items.iter().map(|item| load_item(folder, item, &parents));
    chapter.number = link.number.clone();
    chapter.sub_items = below.collect::<Result<_>>()?;
    Ok(chapter)
}
