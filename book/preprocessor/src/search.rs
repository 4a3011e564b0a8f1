//! The search index: the words of the book without the debris of formulas and figures.
//!
//! mdBook indexes the text of every element, also that of MathML and SVG, and has no setting for
//! it. So its own renderer renders the book once more, aside and without that text, and only the
//! index of the two is swapped. Its format, its addresses and its options are mdBook's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use mdbook_html::HtmlHandlebars;
use mdbook_renderer::config::Config;
use mdbook_renderer::{RenderContext, Renderer};

use crate::debris;
use crate::project::{Project, file_name, files_in};

/// The name of the renderer: its table is `[output.search]`.
pub const RENDERER: &str = "search";

/// Whether this book is one that `mdbook serve` shows: there a reader of an edited page waits for
/// this renderer, and need not.
pub fn is_served(context: &RenderContext) -> bool {
    let endpoint: Result<Option<String>> = context.config.get("output.html.live-reload-endpoint");
    matches!(endpoint, Ok(Some(_)))
}

/// Puts an index of words in place of the one that mdBook wrote; if search is switched off, there
/// is none, and nothing happens.
pub fn index_words(mut context: RenderContext) -> Result<()> {
    let site = site(&context.destination)?;
    let before = index_in(&site).map(with_time);
    if before.is_none() {
        return Ok(());
    }
    expect_pressed(&context.config)?;
    let project = Project::new(&context.root, &context.config)?;
    context.book.for_each_chapter_mut(|chapter| {
        chapter.content = debris::without(&chapter.content, &project.markdown);
    });
    // A folder for this run alone: while a book is served, the run of the last edit may not be over.
    let aside = tempfile::tempdir_in(&context.destination)
        .with_context(|| format!("cannot write into {}", context.destination.display()))?;
    context.destination = aside.path().to_path_buf();
    context.config.set("output.html.print.enable", false).context("cannot leave out print.html")?;
    HtmlHandlebars::new().render(&context).context("cannot render the book without its debris")?;
    let words = index_in(aside.path())
        .with_context(|| format!("no search index in {}: expected one", aside.path().display()))?;
    // Looked up again: if the pages were written anew meanwhile, another run indexes the new ones.
    let Some(index) = index_in(&site).filter(|index| Some(with_time(index.clone())) == before)
    else {
        return Ok(());
    };
    // In one step, since a browser may be reading it.
    let beside = tempfile::Builder::new().suffix(".part").tempfile_in(&site);
    let beside = beside.with_context(|| format!("cannot write into {}", site.display()))?;
    let beside = beside.into_temp_path(); // of this run alone
    let swapped = fs::copy(&words, &beside).map(drop);
    let swapped = swapped.and_then(|()| beside.persist(&index).map_err(|error| error.error));
    swapped.with_context(|| format!("cannot write {}", index.display()))
}

/// A file and when it was written last.
fn with_time(file: PathBuf) -> (PathBuf, Option<SystemTime>) {
    let time = fs::metadata(&file).and_then(|metadata| metadata.modified());
    (file, time.ok())
}

/// The folder of the finished pages, beside the folder of this renderer.
fn site(destination: &Path) -> Result<PathBuf> {
    let named = destination.ends_with(RENDERER);
    let site = destination.with_file_name("html");
    ensure!(
        named && site.is_dir(),
        "no pages beside {}: expected the tables [output.html] and [output.{RENDERER}] in book.toml",
        destination.display()
    );
    Ok(site)
}

/// The search index in a folder of pages; mdBook puts a hash into its name.
fn index_in(folder: &Path) -> Option<PathBuf> {
    let named = |file: &PathBuf| file_name(file).starts_with("searchindex");
    files_in(folder, "js").into_iter().find(named)
}

/// Sees to it that the pages come with their directives expanded.
fn expect_pressed(config: &Config) -> Result<()> {
    let renderers: Option<Vec<String>> = config.get("preprocessor.book.renderers")?;
    match renderers {
        Some(names) if !names.iter().any(|name| name == RENDERER) => bail!(
            "book.toml: [preprocessor.book] has renderers = {names:?}: expected \"{RENDERER}\" \
             among them"
        ),
        _ => Ok(()),
    }
}
