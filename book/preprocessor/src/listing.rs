//! Listings: the source of an item of a chapter, as it was written.

use crate::html::{anchor, attribute, rust_code};
use crate::items::{Item, ItemKind, Items};
use crate::markup::Kind;
use crate::pages::Page;
use crate::problems::Problems;
use crate::project::Project;
use crate::rust_path;

/// The listing of an item.
pub fn render(project: &Project, items: &Items, path: &str) -> Result<String, String> {
    let item = rust_path::find(items, path)?;
    let shortest = rust_path::shortest(items, item);
    let (id, code) = (anchor(&item.full_path()), rust_code(&item.excerpt.text));
    let name = format!(r#"data-item="{id}" aria-label="Listing: {}""#, attribute(&shortest));
    let caption = format!("<figcaption>{}</figcaption>", item.excerpt.link(project));
    Ok(format!(r#"<figure class="listing" {name}>{caption}{code}</figure>"#))
}

/// Says which public items of the chapters no page shows.
pub fn report_unshown(project: &Project, items: &Items, pages: &[Page], problems: &mut Problems) {
    let shown: Vec<&Item> = pages
        .iter()
        .flat_map(|page| &page.marks)
        .filter_map(|mark| match &mark.kind {
            Kind::Directive(directive) if directive.name == "listing" => {
                rust_path::find(items, &directive.argument).ok()
            }
            _ => None,
        })
        .collect();
    for item in items.all.iter().filter(|item| item.public && item.kind != ItemKind::Impl) {
        if !shown.iter().any(|other| other.excerpt.contains(&item.excerpt)) {
            let (kind, path) = (item.kind.word(), rust_path::shortest(items, item));
            let message = format!(
                "public {kind} `{path}` is shown on no page: expected {{{{#listing {path}}}}}, \
                 or no `pub`"
            );
            problems.add(project.settings.coverage, item.excerpt.place(), message);
        }
    }
}
