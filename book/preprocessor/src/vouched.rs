//! What prose says by itself, without a directive: numbers, names and commands. Each exists, is
//! right or is vouched for.

use crate::commands::{self, Arguments, Calls, Origin, Printed};
use crate::names;
use crate::pages::Page;
use crate::problems::{Place, Problems};
use crate::project::Project;
use crate::prose::{self, Block, Prose, Vouch};
use crate::typed;
use crate::values::Values;
use crate::vocabulary::Vocabulary;

/// Files beside the pages whose prose is tried like theirs.
const BESIDE: [&str; 2] = ["README.md", "CONTRIBUTING.md"];

/// What the pages call and print, for a check that runs programs.
#[derive(Debug, Default)]
pub struct Typing {
    /// The programs that pages call.
    pub calls: Calls,
    /// What commands print, as the pages say.
    pub printed: Vec<Printed>,
}

/// A page or a file beside the pages.
struct Sheet<'a> {
    file: &'a std::path::Path,
    source: &'a str,
}

impl Sheet<'_> {
    fn place(&self, offset: usize) -> Place {
        Place::at(self.file, self.source, offset)
    }
}

/// How much of the pages is tried: values, names in code style and commands, for the pages to say.
pub fn counts(project: &Project, pages: &[Page]) -> Vec<(&'static str, u64)> {
    let (mut values, mut names, mut called) = (0, 0, 0);
    for page in pages {
        let prose = prose::read(&page.source, &project.markdown);
        for block in &prose.blocks {
            values += block.text.matches(prose::stand_in::VALUE).count();
            names += block.codes.len();
        }
        called += commands::of(&prose).len();
    }
    vec![("values", values as u64), ("names", names as u64), ("commands", called as u64)]
}

/// Tries the prose of all pages and of the files beside them.
pub fn report(
    project: &Project,
    pages: &[Page],
    vocabulary: &Vocabulary,
    problems: &mut Problems,
) -> Typing {
    let mut typing = Typing::default();
    for page in pages {
        let sheet = Sheet { file: &page.file, source: &page.source };
        report_sheet(project, &sheet, vocabulary, &mut typing, problems);
    }
    for name in BESIDE {
        let Ok(source) = std::fs::read_to_string(project.root.join(name)) else { continue };
        let sheet = Sheet { file: name.as_ref(), source: &source };
        report_sheet(project, &sheet, vocabulary, &mut typing, problems);
    }
    commands::report_gate(project, problems);
    typing
}

fn report_sheet(
    project: &Project,
    sheet: &Sheet<'_>,
    vocabulary: &Vocabulary,
    typing: &mut Typing,
    problems: &mut Problems,
) {
    let prose = prose::read(sheet.source, &project.markdown);
    let mut used = vec![false; prose.vouches.len()];
    for (index, block) in prose.blocks.iter().enumerate() {
        let mut excused = |at: usize| excuse(&prose, index, block, at, &mut used);
        for typed in typed::numbers(block) {
            if !excused(typed.range.start) {
                let message = format!(
                    "`{}` was typed: expected {{{{#value …}}}}, a source ({{{{#cite …}}}}) in the \
                     same sentence, or <!-- typed --> behind it in the sentence",
                    typed.text
                );
                problems.error(sheet.place(block.offset(typed.range.start)), message);
            }
        }
        for code in &block.codes {
            let Some(problem) = names::problem(&code.text, vocabulary) else { continue };
            if !excused(code.at) {
                let message = format!(
                    "{problem}; where it is right so, put <!-- typed --> behind it in the sentence"
                );
                problems.error(sheet.place(code.offset), message);
            }
        }
    }
    for (vouch, _) in prose.vouches.iter().zip(used).filter(|(_, used)| !used) {
        let message = "<!-- typed --> vouches for nothing: expected a number or a name before it \
                       in its sentence that would be refused without it";
        problems.error(sheet.place(vouch.range.start), message);
    }
    report_commands(sheet, &prose, vocabulary, typing, problems);
}

/// Whether a mark stands behind a place in its sentence; it is then used.
fn excuse(prose: &Prose, index: usize, block: &Block, at: usize, used: &mut [bool]) -> bool {
    let sentence = block.sentence_at(at);
    let covers =
        |vouch: &Vouch| vouch.block == index && vouch.at > at && sentence.contains(&vouch.at);
    match prose.vouches.iter().rposition(covers) {
        Some(found) => {
            used[found] = true;
            true
        }
        None => false,
    }
}

fn report_commands(
    sheet: &Sheet<'_>,
    prose: &Prose,
    vocabulary: &Vocabulary,
    typing: &mut Typing,
    problems: &mut Problems,
) {
    for typed in commands::of(prose) {
        let place = sheet.place(typed.offset);
        match commands::examine(&typed, vocabulary) {
            Ok(Some((package, words))) => {
                typing.calls.entry(package).or_default().push(Arguments { place, words });
            }
            Ok(None) => {}
            Err(message) => {
                problems.error(place, format!("`{}`: {message}", typed.words.join(" ")));
            }
        }
    }
    let printed = commands::printed(sheet.source, prose, |offset| sheet.place(offset), problems);
    typing.printed.extend(printed);
}

/// Says which quoted texts do not stand in the file that is named.
pub fn report_quotes(project: &Project, typing: &Typing, problems: &mut Problems) {
    for printed in &typing.printed {
        let Origin::In(file) = &printed.origin else { continue };
        match std::fs::read_to_string(project.root.join(file)) {
            Ok(text) if commands::has_words(&text.replace(['"', '\\'], " "), &printed.text) => {}
            Ok(_) => {
                let message = format!("this text does not stand in {file}");
                problems.error(printed.place.clone(), message);
            }
            Err(error) => {
                problems.error(printed.place.clone(), format!("cannot read `{file}`: {error}"));
            }
        }
    }
}

/// Says which numbers of the README are not those that were measured: they stand between
/// `<!-- chNN_name.dotted.name -->`, or another name of a value, and `<!-- -->`.
pub fn report_readme(project: &Project, values: &Values, problems: &mut Problems) {
    let file = std::path::Path::new("README.md");
    let Ok(source) = std::fs::read_to_string(project.root.join(file)) else { return };
    for (start, _) in source.match_indices("<!-- ") {
        let place = Place::at(file, &source, start);
        let rest = &source[start + "<!-- ".len()..];
        let Some((name, rest)) = rest.split_once("-->") else { continue };
        let name = name.trim();
        if !name.contains('.') || name.contains([' ', ':']) {
            continue; // no name of a value
        }
        let found = rest.split("<!-- -->").next().filter(|text| !text.contains("<!--"));
        let Some(found) = found.filter(|_| rest.contains("<!-- -->")) else {
            problems.error(
                place,
                format!("the number `{name}` has no end: expected <!-- --> behind it"),
            );
            continue;
        };
        match values.text(name) {
            Ok(text) if text == found => {}
            Ok(text) => {
                problems.error(place, format!("`{name}`: expected `{text}`, found `{found}`"));
            }
            Err(message) => problems.error(place, message),
        }
    }
}
