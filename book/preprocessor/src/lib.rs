//! A preprocessor for mdBook that keeps a book about code honest: listings are the source,
//! formulas are tests, numbers and figures come from programs, and what does not exist cannot be
//! named.
//!
//! # What an author types
//!
//! | on the page | in the book |
//! | --- | --- |
//! | `` $`x_i`$ `` | math in a sentence; punctuation that touches it stays on its line |
//! | a fenced block ```` ```math weight-gradient ```` | a displayed formula with its number, the anchor `#eq-weight-gradient` and a ✓ that unfolds the test `fn weight_gradient` of a file in `tests/chNN_…` |
//! | `{{#listing ch03_backprop::Dense::backward}}` | the source of an item, see below |
//! | `{{#figure ch05_mnist/loss}}`, and the caption from the next line on | the picture `generated/ch05_mnist/loss.svg`, inline and numbered |
//! | `{{#widget ch04_optimizers/zigzag}}`, and the caption from the next line on | the same figure, and where scripts run the widget of its name, which a file of `book/widgets/src/list` lists |
//! | `{{#exercise ch01_neuron/pocket}}` | the stub `exercises/pocket.rs` of the chapter, the command that runs its tests, and folded the tests and the solution |
//! | `{{#value ch05_mnist.documents.test_accuracy}}` | the `text` of that name in `generated/ch05_mnist/values.json` |
//! | `{{#value ch05_mnist.documents.test_accuracy as share}}` | the same, if it is a share |
//! | `<!-- typed -->` | nothing: the author vouches for what stands before it in its sentence |
//! | `{{#eq weight-gradient}}` | a link "(3.7)" |
//! | `{{#cite nielsen2015}}` | a link "Nielsen 2015" to the entry of `references.bib` |
//! | `{{#term gradient descent}}`, `{{#term logit: logits}}` | the term in italics where its page defines it, with a link into the glossary |
//! | `{{#references}}`, `{{#formulas}}`, `{{#notation}}` | the list of references with links to the pages that cite them, the index of formulas with their tests, the register of symbols |
//! | `{{#glossary}}`, `{{#errata}}` | the register of terms with links to the pages that define them, what earlier editions said and what is right |
//! | `\$`, `\{{#eq …}}` | a dollar of money, a directive that stays as it is |
//!
//! Directives and math in code spans, code blocks and comments stay as they are. Listings,
//! figures, exercises and the three tables stand in a paragraph of their own, which may be in a list or in
//! a quote.
//!
//! A listing can name a function, type, trait, constant, macro, inline module, a method
//! (`ch02_forward::Dense::forward`), the method of a trait
//! (`ch03_backprop::<Dense as Backward>::backward`; generics may be left out where that is clear) or
//! a whole block (`ch03_backprop::impl Backward for Dense`). What the root of a crate exports is
//! found by its short path, whichever module it stands in. An `impl` belongs to the crate in which
//! it stands, also when its type comes from elsewhere; its module is needed only where several
//! modules of the crate have such a block. The program of a chapter, `program/main.rs`, is its
//! module `main`.
//!
//! A test states the formula of its page in its doc comment, fenced as there, and begins with
//! `let _formula = formula!();`. What the tests have seen is in `generated/evidence.json`; the ✓ says
//! it. `{{#value evidence.comparisons}}` and its like are sums over that file, and
//! `evidence.arithmetic` counts the equalities of plain numbers that a build computes, in math and
//! in sentences, and in tables below `<!-- arithmetic: d = b c -->`, a rule about their columns;
//! `evidence.listings`, `.figures` and `.values` count the directives of the pages. `tried.values`,
//! `tried.names` and `tried.commands` count what the prose of the pages says.
//!
//! The tests of a chapter are the folder `tests/chNN_…`: a root `mod.rs` with a `mod` line for each
//! page that has formulas. `tests/main.rs`, the one program of them all, has a `mod` line for each
//! chapter.
//!
//! The register `notation.toml` is a list of tables `[[symbol]]` with the keys `tex`, `meaning`
//! (in which math is written as on a page), `shape` and `code` (names, separated by commas). Every
//! symbol of a displayed formula must be in it: each letter in its font, with its accent, and the
//! names of functions that school does not teach. Signs, numbers and words in `\text` need no entry.
//!
//! The register `terms.toml` is a list of tables `[[term]]` with the keys `name`, `chinese`,
//! `definition` (a sentence) and `page` (where `{{#term …}}` defines it, once). The register
//! `errata.toml` is a list of tables `[[entry]]` with `edition`, `page`, `said`, `right` and `found`;
//! a page that still says the words of `said` is an error.
//!
//! An exercise `pocket` is three files in the folder `exercises` of a chapter: `pocket.rs`, the stub
//! with `todo!()`, `solutions/pocket.rs` with the same public items, and `tests/pocket.rs`, which is
//! the module `tests` of both. `Cargo.toml` of the chapter names the stub as a test that a plain
//! `cargo test` passes by; `solutions.rs` in the folder of the tests names the solution.
//!
//! # The house
//!
//! A page, the code that it shows, the program that draws it and the tests that hold it bear one
//! name. For the page `ch03_backprop/tape.md`:
//!
//! | what the page is the first to show | stands in |
//! | --- | --- |
//! | an item of the library | `chapters/ch03_backprop/src/tape.rs` |
//! | an item of the program | `chapters/ch03_backprop/program/tape.rs` |
//! | a figure | `chapters/ch03_backprop/program/tape.rs`, with its name as a string literal |
//! | a formula | `tests/ch03_backprop/tape.rs` |
//!
//! The first page of a chapter, `ch03_backprop.md`, gives its name to no file: what it shows stands
//! in files of the same folders that are named for an idea, and for no page. What an earlier page
//! has shown, in part or in whole, may be shown again; the first page that shows something is one of
//! its own chapter.
//!
//! The root of a library, `lib.rs`, is a table of contents: docs, `mod` and `use` lines, and
//! `#[cfg(test)] mod tests;`. The modules that have a page stand in the order of the pages. Each file
//! of a library opens with `//!`; one that has a page names it there, as in `ch03_backprop/tape.md`.
//! No file below `src` has more than 350 lines.
//!
//! No two files of a crate import each other, and no file needs itself over others: in the
//! libraries and programs of the chapters, and in the crates beside the pages. In a library, a
//! module that has a page imports only from modules above it in `lib.rs`. What a table of contents
//! exports is looked up in the module where it stands. Tests may import what they like.
//!
//! At the foot of a page that shows any of these stand the files that it really comes from, each
//! linked to the repository: its code, its figures and numbers, its tests and its text.
//!
//! # What prose says by itself
//!
//! A number with a unit (a percentage, a time, a size, a factor of a comparison) is a value, or its
//! sentence has a source, a citation or a link to another site; what stands in code style exists in
//! the workspace or in the language, as an option of a program or as a file; a command can be run;
//! a block of text says where it comes from. The author vouches for an exception by
//! `<!-- typed -->`, with a reason if need be, behind it in its sentence or row. A mark that vouches
//! for nothing is refused. README.md and CONTRIBUTING.md are tried like pages.
//!
//! Values and figures that depend on the machine are listed in `machine.toml` beside the pages, a
//! list of tables `[[depends]]` with `values`, `figures` and a `reason`.
//!
//! # The check
//!
//! `cargo run -p book-preprocessor -- check` tries all locks without building the book, and names
//! every problem with its file and line; with `--about ch03`, only those that have that word in
//! their file or message. `cargo run -p book-preprocessor -- exercises` prints the command of each
//! exercise, for a gate that tries them; `-- commands` has programs try the commands of the pages, and
//! runs those whose output a page shows.
//!
//! # Settings
//!
//! ```toml
//! [preprocessor.book]
//! command = "cargo run -q -p book-preprocessor"
//! renderers = ["html", "search"]
//! before = ["links"]
//! # Locks that may only warn ("warn") while pages are being written; the default is "deny".
//! coverage = "warn"
//! test-without-formula = "warn"
//! unshown-figure = "warn"
//! unshown-exercise = "warn"
//! unregistered-symbol = "warn"
//! uncited-reference = "warn"
//!
//! [preprocessor.book.macros]
//! R = "\\mathbb{R}"
//! ```
//!
//! The keys `chapters`, `tests`, `generated`, `bibliography` and `notation` move folders and files;
//! see [`Settings`]. Links to sources use `output.html.git-repository-url`.
//!
//! # The search index
//!
//! mdBook puts the text of every element into its search index, also that of MathML and SVG. The
//! renderer `search` comes after mdBook's own, which writes the pages, and puts an index in the
//! place of mdBook's that lacks the formulas (… stands for one in a sentence), the pictures of the
//! figures, the unfolded tests and the feet of the pages. Captions, listings and the numbers of formulas can be found.
//!
//! ```toml
//! [build]
//! build-dir = "book/build" # the pages are in book/build/html
//!
//! [output.html]
//!
//! [output.search]
//! command = "cargo run -q -p book-preprocessor -- search"
//! ```
//!
//! `mdbook serve` does not wait for it: an edited page is shown first, and its words are found a
//! moment later.
//!
//! mdBook runs that command in the folder that it builds into, so that folder must be one of the
//! repository.
//!
//! # For the style sheet
//!
//! | selector | what it is |
//! | --- | --- |
//! | `span.inline-math` | math in a sentence with its punctuation: `white-space: nowrap` |
//! | `div.formula` | a displayed formula: `div.formula-math`, `a.formula-number`, `details.check` |
//! | `details.check` | `summary` with `span.check-mark` (✓) and `span.check-label`, `span.check-evidence`; then the code, `p.check-evidence` and `p.check-source` |
//! | `a.formula-link`, `a.citation`, `span.value` | in a sentence |
//! | `figure.listing` | `figcaption` (with `span.path` and `span.lines`), then `pre > code.language-rust` |
//! | `div.exercise` | `figure.listing`, the command in a `pre`, `details.check` with the tests, `details.solution` with a `figure.listing` |
//! | `figure.figure` | `svg`, then `figcaption` with `span.figure-number` |
//! | `p.page-above`, `p.page-facts`, `nav.chapter-pages`, `nav.page-cards` | above a title the chapter and the number, below it the minutes, the formulas and the command, on the first page of a chapter its pages, and at the end of each page its neighbors |
//! | `footer.page-house` | the foot of a page: `p`, then a `dl` with a `div` for each kind of file, its `dd` with `span.path` |
//! | `table.formulas`, `table.notation`, `ul.references` | the three tables; tables are in a `div.table-wrapper`, and an entry of the references ends with `span.citing` |
//!
//! # How it works
//!
//! `markup` reads a page with mdBook's own parser and marks byte ranges. `modules` reads the crates;
//! `stated` looks into the tests, `arithmetic` computes what is plain numbers; `items`, `claims`, `figures`, `exercises`, `values`, `references` and `notation` what pages may
//! name. `house` compares the names, `library` and `circles` look at the crates themselves. `press`
//! puts the two together, replaces the marked ranges and leaves every other byte of the page alone.
//! A replacement is a single line in which Markdown finds nothing to read, so that it can stand in a
//! list, a quote or a table. All problems are collected and shown at once, each with its file and
//! line.
//!
//! `debris` takes out of a pressed page what nobody searches for. `search` has mdBook's own renderer
//! render such pages aside, and keeps nothing of that but the index.

mod arithmetic;
mod chapter;
mod circles;
mod claims;
mod commands;
mod debris;
mod directive;
mod disk;
mod errata;
mod evidence;
mod exercises;
mod figures;
mod footer;
mod formulas;
mod glossary;
mod heading;
mod hidden;
mod house;
mod html;
mod imports;
mod includes;
mod items;
mod library;
mod listing;
mod machine;
mod marks;
mod markup;
mod math;
mod modules;
mod names;
mod notation;
mod pages;
mod pasted;
mod press;
mod problems;
mod project;
mod prose;
mod references;
mod registers;
mod rust_path;
mod search;
mod sentences;
mod source;
mod stated;
mod steps;
mod tables;
mod tags;
mod tried;
mod typed;
mod values;
mod vocabulary;
mod vouched;
mod widgets;
mod written;

pub use commands::{Arguments, Calls, Origin, Printed, has_words};
pub use disk::load;
pub use exercises::exercise_commands;
pub use press::{press, typing};
pub use problems::{Level, Place, Problem, Problems};
pub use project::{Project, Settings};
pub use search::{RENDERER, index_words, is_served};
pub use tried::{try_calls, try_outputs};
pub use vouched::Typing;
