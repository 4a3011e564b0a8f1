//! The register of symbols, against which every displayed formula is checked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mdbook_markdown::MarkdownOptions;
use serde::Deserialize;

use crate::formulas::Formulas;
use crate::html::{block_text, section, table};
use crate::marks::Kind;
use crate::markup;
use crate::math::{Converter, symbols};
use crate::names;
use crate::pages::Page;
use crate::problems::{Place, Problems, line_at};
use crate::project::Project;
use crate::vocabulary::Vocabulary;

/// The file of the register: a list of tables `[[symbol]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Register {
    #[serde(default)]
    symbol: Vec<toml::Spanned<Entry>>,
}

/// A symbol of the register.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// LaTeX, such as `\mathbf W`.
    tex: String,
    /// What it stands for.
    meaning: String,
    /// Its shape, such as `inputs × outputs`.
    #[serde(default)]
    shape: String,
    /// Its name in the code.
    #[serde(default)]
    code: String,
}

/// An entry, typeset, and where the book first uses it.
#[derive(Debug)]
struct Symbol {
    entry: Entry,
    mathml: String,
    /// What it stands for, with its math typeset.
    meaning: String,
    /// What identifies it in formulas: its letters.
    letters: Vec<String>,
    /// The index of the page that uses it first.
    first: Option<usize>,
    /// Whether a page of the book uses it, all of its letters together.
    used: bool,
    /// Its line in the register.
    line: usize,
}

/// The register of symbols.
#[derive(Debug, Default)]
pub struct Notation {
    file: PathBuf,
    symbols: Vec<Symbol>,
    /// Whether its file is damaged, so that nothing can be said about what it lacks.
    damaged: bool,
    /// Whether some math of the pages cannot be read, so that it may use any symbol.
    unread: bool,
}

impl Notation {
    /// Reads the register and looks for the first use of each symbol.
    pub fn gather(
        project: &Project,
        pages: &[Page],
        converter: &Converter,
        problems: &mut Problems,
    ) -> Self {
        let mut notation = Self { file: project.notation(), ..Self::default() };
        let source = std::fs::read_to_string(project.root.join(&notation.file));
        let missing = source.as_ref().err().map(|error| format!("expected a register: {error}"));
        let source = source.unwrap_or_default();
        let register: Register = toml::from_str(&source).unwrap_or_else(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let place = Place::at(&notation.file, &source, at);
            problems.error(place, format!("not a register of symbols: {}", error.message()));
            notation.damaged = true;
            Register::default()
        });
        let uses;
        (uses, notation.unread) = find_uses(pages, converter);
        if let Some(message) = missing.filter(|_| !uses.is_empty()) {
            notation.damaged = true;
            problems.error(Place::new(&notation.file, 1), message);
        }
        for entry in register.symbol {
            let line = line_at(&source, entry.span().start);
            notation.add(entry.into_inner(), line, converter, &uses, problems);
        }
        notation
    }

    fn add(
        &mut self,
        entry: Entry,
        line: usize,
        converter: &Converter,
        uses: &BTreeMap<String, usize>,
        problems: &mut Problems,
    ) {
        let place = Place::new(&self.file, line);
        let mathml = match converter.inline(&entry.tex) {
            Ok(mathml) => mathml,
            Err(bad) => {
                let message = format!("LaTeX `{}` does not parse: {}", entry.tex, bad.message);
                return problems.error(place, message);
            }
        };
        if let Some(other) = self.symbols.iter().find(|other| other.mathml == mathml) {
            let message =
                format!("symbol `{}` is registered twice: {}", entry.tex, other.entry.meaning);
            return problems.error(place, message);
        }
        let meaning = prose(&entry.meaning, converter).unwrap_or_else(|message| {
            problems.error(place, format!("meaning of `{}`: {message}", entry.tex));
            String::new()
        });
        let letters = symbols(&mathml);
        let first = letters.first().and_then(|letter| uses.get(letter)).copied();
        let used = letters.iter().all(|letter| uses.contains_key(letter));
        self.symbols.push(Symbol { entry, mathml, meaning, letters, first, used, line });
    }

    /// Says which formulas have symbols that the register lacks.
    pub fn report_unregistered(
        &self,
        project: &Project,
        formulas: &Formulas,
        problems: &mut Problems,
    ) {
        let known: Vec<&String> = self.symbols.iter().flat_map(|symbol| &symbol.letters).collect();
        for formula in formulas.all.iter().filter(|_| !self.damaged) {
            for symbol in symbols(&formula.mathml) {
                if !known.contains(&&symbol) {
                    let (name, file) = (&formula.name, self.file.display());
                    let message = format!(
                        "unknown symbol `{symbol}` in the formula `{name}`: expected an entry \
                         [[symbol]] with its tex and meaning in {file}"
                    );
                    let level = project.settings.unregistered_symbol;
                    problems.add(level, formula.place.clone(), message);
                }
            }
        }
    }

    /// Says which symbols no page uses, and which names in code there are not.
    pub fn report_idle(&self, project: &Project, vocabulary: &Vocabulary, problems: &mut Problems) {
        for Symbol { entry, used, line, .. } in &self.symbols {
            let place = Place::new(&self.file, *line);
            if !used && !self.unread {
                let message = format!(
                    "symbol `{}` is used on no page of a chapter: expected math with it, or no \
                     entry",
                    entry.tex
                );
                problems.add(project.settings.unregistered_symbol, place.clone(), message);
            }
            for name in entry.code.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                if let Some(message) = names::problem(name, vocabulary) {
                    problems.error(place.clone(), format!("symbol `{}`: {message}", entry.tex));
                }
            }
        }
    }

    /// Says which sentences have math with a symbol that neither the register nor a displayed
    /// formula of the book knows.
    pub fn report_unregistered_inline(
        &self,
        project: &Project,
        pages: &[Page],
        converter: &Converter,
        problems: &mut Problems,
    ) {
        let registered = self.symbols.iter().flat_map(|symbol| symbol.letters.clone());
        let known: std::collections::BTreeSet<String> = registered.collect();
        let in_chapters = pages.iter().filter(|page| page.chapter.is_some() && !self.damaged);
        for page in in_chapters {
            for mark in &page.marks {
                let Kind::Math(math) = &mark.kind else { continue };
                let Ok(mathml) = converter.inline(&math.latex) else { continue };
                for symbol in symbols(&mathml).iter().filter(|symbol| !known.contains(*symbol)) {
                    let message = format!(
                        "unknown symbol `{symbol}` in `{}`: expected an entry [[symbol]] with its \
                         tex and meaning in {}",
                        math.latex,
                        self.file.display()
                    );
                    let level = project.settings.unregistered_symbol;
                    problems.add(level, page.place(mark.range.start), message);
                }
            }
        }
    }

    /// What the symbols of a formula stand for; nothing for a formula without any.
    pub fn legend(&self, mathml: &str) -> String {
        let letters = symbols(mathml);
        let here = self.symbols.iter().filter(|symbol| {
            !symbol.letters.is_empty()
                && symbol.letters.iter().all(|letter| letters.contains(letter))
        });
        let item = |symbol: &Symbol| {
            let shape = match symbol.entry.shape.as_str() {
                "" => String::new(),
                shape => format!(", {}", block_text(shape)),
            };
            format!("<div><dt>{}</dt><dd>{}{shape}</dd></div>", symbol.mathml, symbol.meaning)
        };
        let items: Vec<String> = here.map(item).collect();
        match items.is_empty() {
            true => String::new(),
            false => format!(r#"<dl class="symbols">{}</dl>"#, items.concat()),
        }
    }

    /// The tables of the notation page, one for each kind of letter.
    pub fn render(&self, from: &Page, pages: &[Page]) -> String {
        let mut sections = String::new();
        for (id, title, holds) in KINDS {
            let here = self.symbols.iter().filter(|symbol| {
                let first = KINDS.iter().find(|(_, _, holds)| holds(symbol));
                holds(symbol) && first.is_some_and(|(other, _, _)| *other == id)
            });
            let mut here: Vec<&Symbol> = here.collect();
            here.sort_by_key(|symbol| symbol.first.unwrap_or(usize::MAX));
            let rows: Vec<String> = here.iter().map(|symbol| symbol.row(from, pages)).collect();
            if !rows.is_empty() {
                let heads = ["Symbol", "Meaning", "Shape", "In code", "First on"];
                sections.push_str(&section(id, title, &table("notation", &heads, &rows)));
            }
        }
        sections
    }
}

/// A kind of symbol: its anchor, its heading, and which symbols are of it.
type SymbolKind = (&'static str, &'static str, fn(&Symbol) -> bool);

/// The kinds of symbols; one that is of several is listed with the first.
const KINDS: [SymbolKind; 5] = [
    ("latin", "Latin letters", |symbol| {
        let letters = symbol.first_letters();
        letters.chars().filter(char::is_ascii_alphabetic).count() == 1
    }),
    ("greek", "Greek letters", |symbol| {
        let greek = |c: char| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1d6e2}'..='\u{1d71b}');
        symbol.first_letters().chars().any(greek)
    }),
    ("matrices", "Vectors and matrices", |symbol| {
        // Bold letters of the block of mathematical alphabets, Latin and Greek.
        let bold = |c: char| {
            matches!(
                c,
                '\u{1d400}'..='\u{1d433}'
                    | '\u{1d468}'..='\u{1d49b}'
                    | '\u{1d6a8}'..='\u{1d6e1}'
                    | '\u{1d71c}'..='\u{1d755}'
            )
        };
        symbol.first_letters().chars().any(bold)
    }),
    ("functions", "Functions and operators", |symbol| {
        symbol.letters.is_empty() || symbol.first_letters().chars().any(|c| c.is_ascii_alphabetic())
    }),
    ("scripts", "Other letters and signs", |_| true),
];

impl Symbol {
    /// The first of what identifies it.
    fn first_letters(&self) -> &str {
        self.letters.first().map(String::as_str).unwrap_or_default()
    }

    fn row(&self, from: &Page, pages: &[Page]) -> String {
        let Entry { shape, code, .. } = &self.entry;
        let codes = code.split(',').map(str::trim).filter(|name| !name.is_empty());
        let codes: Vec<String> =
            codes.map(|name| format!("<code>{}</code>", block_text(name))).collect();
        let first = self.first.map_or("—".to_owned(), |page| {
            let page = &pages[page];
            let address = from.address_of(page);
            let name = block_text(match page.section.as_str() {
                "" => &page.title,
                section => section,
            });
            format!(r#"<a href="{address}">{name}</a>"#)
        });
        format!(
            "<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{first}</td>",
            self.mathml,
            self.meaning,
            block_text(shape),
            codes.join(", ")
        )
    }
}

/// Plain text in which math is written as on a page.
fn prose(text: &str, converter: &Converter) -> Result<String, String> {
    let mut result = String::new();
    let mut done = 0;
    for mark in markup::read(text, &MarkdownOptions::default()) {
        result.push_str(&block_text(&text[done..mark.range.start]));
        done = mark.range.end;
        let math = match mark.kind {
            Kind::Math(math) => math,
            Kind::Fault(message) => return Err(message),
            _ => return Err("expected text and math, found a directive".to_owned()),
        };
        let mathml = converter.inline(&math.latex).map_err(|bad| bad.message)?;
        result.push_str(&(block_text(&math.before) + &mathml + &block_text(&math.after)));
    }
    Ok(result + &block_text(&text[done..]))
}

/// The first page of a chapter on which each symbol is used, in a sentence or displayed; and whether
/// some math could not be read.
fn find_uses(pages: &[Page], converter: &Converter) -> (BTreeMap<String, usize>, bool) {
    let mut uses = BTreeMap::new();
    let mut unread = false;
    for (index, page) in pages.iter().enumerate().filter(|(_, page)| page.chapter.is_some()) {
        for mark in &page.marks {
            let mathml = match &mark.kind {
                Kind::Math(math) => converter.inline(&math.latex),
                Kind::Formula(block) => converter.display(&block.latex),
                _ => continue,
            };
            unread |= mathml.is_err();
            for symbol in mathml.map(|mathml| symbols(&mathml)).unwrap_or_default() {
                uses.entry(symbol).or_insert(index);
            }
        }
    }
    (uses, unread)
}
