//! Listings: the source of an item of a chapter, as it was written.

use crate::html::{anchor, attribute, rust_code};
use crate::items::{Item, ItemKind, Items};
use crate::marks::Kind;
use crate::pages::Page;
use crate::problems::Problems;
use crate::project::Project;
use crate::rust_path;

/// The listing of an item.
pub fn render(project: &Project, items: &Items, path: &str) -> Result<String, String> {
    let item = rust_path::find(items, path)?;
    let shortest = rust_path::shortest(items, item);
    let (id, code) = (anchor(&item.full_path()), rust_code(&item.excerpt.text()));
    let name = format!(r#"data-item="{id}" aria-label="Listing: {}""#, attribute(&shortest));
    let caption = format!("<figcaption>{}</figcaption>", item.excerpt.link(project));
    Ok(format!(r#"<figure class="listing" {name}>{caption}{code}</figure>"#))
}

/// An item on a page.
#[derive(Debug)]
pub struct Listed<'a> {
    /// Its path, as it was typed.
    pub path: &'a str,
    /// The item.
    pub item: &'a Item,
    /// The index of the page.
    pub page: usize,
    /// Where the directive begins in the page.
    pub offset: usize,
}

/// All listings of items that there are, in the order of the book.
pub fn all<'a>(items: &'a Items, pages: &'a [Page]) -> Vec<Listed<'a>> {
    let mut listings = Vec::new();
    for (page, marks) in pages.iter().map(|page| &page.marks).enumerate() {
        for mark in marks {
            if let Kind::Directive(directive) = &mark.kind
                && directive.name == "listing"
                && let Some(item) = rust_path::named(items, &directive.argument)
            {
                let (path, offset) = (directive.argument.as_str(), mark.range.start);
                listings.push(Listed { path, item, page, offset });
            }
        }
    }
    listings
}

/// Says which public items of the chapters no page shows.
pub fn report_unshown(
    project: &Project,
    items: &Items,
    listings: &[Listed<'_>],
    problems: &mut Problems,
) {
    for item in items.all.iter().filter(|item| item.public && item.kind != ItemKind::Impl) {
        if !listings.iter().any(|other| other.item.excerpt.contains(&item.excerpt)) {
            let (kind, path) = (item.kind.word(), rust_path::shortest(items, item));
            let message = format!(
                "public {kind} `{path}` is shown on no page: expected {{{{#listing {path}}}}}, \
                 or no `pub`"
            );
            problems.add(project.settings.coverage, item.excerpt.place(), message);
        }
    }
}
