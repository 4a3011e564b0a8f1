//! The bibliography: citations in the text, and the page of references.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use biblatex::{
    Bibliography, ChunksExt, DateValue, Entry, PermissiveType, Person, RawBibliography,
};

use crate::html::{anchor, attribute, block_text, inline_text};
use crate::marks::Kind;
use crate::math::Converter;
use crate::pages::Page;
use crate::problems::{Place, Problems, did_you_mean, line_at};
use crate::project::{Project, unix};

/// A work, ready to be cited and listed.
#[derive(Debug, Clone, PartialEq)]
struct Work {
    key: String,
    /// Its line in the bibliography.
    line: usize,
    /// Authors or editors: `Rumelhart, Hinton and Williams`.
    authors: String,
    /// As cited: `Rumelhart et al. 1986`.
    short: String,
    year: String,
    title: String,
    /// Journal, book, publisher, pages.
    container: String,
    url: Option<String>,
}

/// All works, which of them are cited, and where they are listed.
#[derive(Debug, Default)]
pub struct References {
    file: PathBuf,
    works: Vec<Work>,
    /// Entries with a mistake of their own. To call citations of them unknown would only bury it.
    broken: BTreeSet<String>,
    /// Whether the file is no BibTeX, so that any key may be in it.
    unreadable: bool,
    /// Where each cited work is first cited on a page: the page's index and the place in it.
    cited: BTreeMap<String, Vec<(usize, usize)>>,
    /// The page of references.
    page: Option<usize>,
}

impl References {
    /// Reads the bibliography, and looks through the pages for citations.
    pub fn gather(project: &Project, pages: &[Page], problems: &mut Problems) -> Self {
        let mut references = Self { file: project.bibliography(), ..Self::default() };
        let source = std::fs::read_to_string(project.root.join(&references.file));
        references.unreadable = source.is_err();
        let missing =
            source.as_ref().err().map(|error| format!("expected a bibliography: {error}"));
        references.read(&source.unwrap_or_default(), problems);
        for (index, page) in pages.iter().enumerate() {
            for mark in &page.marks {
                let Kind::Directive(directive) = &mark.kind else { continue };
                match directive.name.as_str() {
                    "cite" => {
                        let places = references.cited.entry(directive.argument.clone());
                        let places = places.or_default();
                        if places.last().is_none_or(|&(page, _)| page != index) {
                            places.push((index, mark.range.start));
                        }
                    }
                    "references" if references.page.is_some() => problems
                        .error(page.place(mark.range.start), "the references are listed twice"),
                    "references" => references.page = Some(index),
                    _ => {}
                }
            }
        }
        if let Some(message) = missing.filter(|_| !references.cited.is_empty()) {
            problems.error(Place::new(&references.file, 1), message);
        }
        references
    }

    fn read(&mut self, source: &str, problems: &mut Problems) {
        let parsed = RawBibliography::parse(source).and_then(|raw| {
            let starts =
                raw.entries.iter().map(|entry| (entry.v.key.v.to_owned(), entry.span.start));
            let starts: BTreeMap<String, usize> = starts.collect();
            Bibliography::from_raw(raw).map(|bibliography| (starts, bibliography))
        });
        let (starts, bibliography) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                let place = Place::at(&self.file, source, error.span.start);
                self.unreadable = true;
                return problems.error(place, format!("not BibTeX: {}", error.kind));
            }
        };
        for entry in bibliography.iter() {
            let line = line_at(source, starts.get(&entry.key).copied().unwrap_or_default());
            match Work::new(entry, line) {
                Ok(work) => self.works.push(work),
                Err(message) => {
                    problems.error(Place::new(&self.file, line), message);
                    self.broken.insert(entry.key.clone());
                }
            }
        }
        self.works
            .sort_by_key(|work| (work.authors.to_lowercase(), work.year.clone(), work.key.clone()));
        self.tell_apart();
    }

    /// Two works that are cited alike get letters: 1986a, 1986b.
    fn tell_apart(&mut self) {
        let shorts: Vec<String> = self.works.iter().map(|work| work.short.clone()).collect();
        for (index, work) in self.works.iter_mut().enumerate() {
            if shorts.iter().filter(|short| **short == work.short).count() > 1 {
                let before =
                    shorts[..index].iter().filter(|short| **short == shorts[index]).count();
                let letter = char::from(b'a' + u8::try_from(before).unwrap_or(25).min(25));
                work.short.push(letter);
                work.year.push(letter);
            }
        }
    }

    /// A citation in a sentence, at `place` of a page. The first of a work on a page has an anchor.
    pub fn cite(
        &self,
        key: &str,
        from: &Page,
        place: &Range<usize>,
        pages: &[Page],
    ) -> Result<String, String> {
        if self.unreadable || self.broken.contains(key) {
            return Ok(inline_text(key)); // the build has failed already, for a better reason
        }
        let work = self.works.iter().find(|work| work.key == key).ok_or_else(|| {
            let meant = did_you_mean(key, self.works.iter().map(|work| work.key.as_str()));
            format!("unknown reference `{key}`: {} has no such entry{meant}", self.file.display())
        })?;
        let page = self.page.ok_or("citation, but no page has {{#references}} to list it")?;
        let address = attribute(&from.address_of(&pages[page]));
        // The full stop of an abbreviation and that of a sentence are one: "n.d."
        let stop = from.source[place.end..].starts_with('.');
        let short = if stop { work.short.trim_end_matches('.') } else { &work.short };
        // A line may end between the names, and not before the year.
        let short = match short.rsplit_once(' ') {
            Some((names, year)) => {
                let names = inline_text(names).replace("&nbsp;", " ");
                format!("{names}&nbsp;{}", inline_text(year))
            }
            None => inline_text(short),
        };
        let anchor = work.anchor();
        let first = self
            .places(key)
            .iter()
            .any(|&(page, offset)| pages[page].path == from.path && offset == place.start);
        let id = if first { format!(r#" id="{}""#, work.citation(from)) } else { String::new() };
        Ok(format!(r#"<a class="citation"{id} href="{address}#{anchor}">{short}</a>"#))
    }

    /// Where a work is cited, once for each page.
    fn places(&self, key: &str) -> &[(usize, usize)] {
        self.cited.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The list of all works on a page of the book, each with links to the pages that cite it.
    pub fn render(
        &self,
        from: &Page,
        pages: &[Page],
        converter: &Converter,
    ) -> Result<String, String> {
        let mut items = String::new();
        for work in &self.works {
            let places = self.places(&work.key).iter();
            let citing: Vec<&Page> = places.map(|&(page, _)| &pages[page]).collect();
            let entry = work.render(converter)? + &work.citing(&citing, from);
            items.push_str(&format!(r#"<li id="{}">{entry}</li>"#, work.anchor()));
        }
        Ok(format!(r#"<ul class="references">{items}</ul>"#))
    }

    /// Says which works no page cites.
    pub fn report_uncited(&self, project: &Project, problems: &mut Problems) {
        for work in self.works.iter().filter(|work| !self.cited.contains_key(&work.key)) {
            let key = &work.key;
            let message = format!(
                "reference `{key}` is cited on no page: expected {{{{#cite {key}}}}}, or no entry"
            );
            let place = Place::new(&self.file, work.line);
            problems.add(project.settings.uncited_reference, place, message);
        }
    }
}

impl Work {
    /// Takes from an entry what the page of references shows.
    fn new(entry: &Entry, line: usize) -> Result<Self, String> {
        let key = entry.key.clone();
        let missing = |what: &str| format!("reference `{key}` without {what}");
        let people = entry.author().or_else(|_| {
            let editors = entry.editors().unwrap_or_default().into_iter();
            editors.map(|(people, _)| people).next().ok_or(())
        });
        let organization = || text(entry, "organization").or_else(|| text(entry, "institution"));
        let (authors, cited) = match people {
            Ok(people) if !people.is_empty() => (listed(&people), cited(&people)),
            _ => {
                let name = organization().ok_or_else(|| missing("author"))?;
                (name.clone(), name)
            }
        };
        let year = year(entry).ok_or_else(|| missing("year"))?;
        let title = text(entry, "title").ok_or_else(|| missing("title"))?;
        let (short, url, container) = (format!("{cited} {year}"), url(entry), container(entry));
        Ok(Self { key, line, authors, short, year, title, container, url })
    }

    fn anchor(&self) -> String {
        format!("ref-{}", anchor(&self.key))
    }

    /// The anchor of its first citation on a page.
    fn citation(&self, page: &Page) -> String {
        let page = unix(&page.path.with_extension(""));
        format!("cite-{}-{}", anchor(&page), anchor(&self.key))
    }

    /// The entry in the list of works.
    fn render(&self, converter: &Converter) -> Result<String, String> {
        let Self { authors, year, container, .. } = self;
        let title = format!("<cite>{}</cite>", self.typeset_title(converter)?);
        let title = match &self.url {
            Some(url) => format!(r#"<a href="{}">{title}</a>"#, attribute(url)),
            None => title,
        };
        let container = match container.as_str() {
            "" => String::new(),
            container => format!(" {}.", block_text(container)),
        };
        let (authors, year) = (block_text(authors), block_text(year));
        let stop = if self.title.ends_with(['.', '?', '!']) { "" } else { "." };
        Ok(format!("{authors} ({year}). {title}{stop}{container}"))
    }

    /// Its title, with the math between dollar signs typeset.
    fn typeset_title(&self, converter: &Converter) -> Result<String, String> {
        let parts: Vec<&str> = self.title.split('$').collect();
        if parts.len().is_multiple_of(2) {
            return Ok(block_text(&self.title)); // a dollar of money
        }
        let mut html = String::new();
        for (index, part) in parts.into_iter().enumerate() {
            if index.is_multiple_of(2) {
                html.push_str(&block_text(part));
                continue;
            }
            let mathml = converter.inline(part).map_err(|bad| {
                let (key, message) = (&self.key, bad.message);
                format!("the title of reference `{key}` has LaTeX that does not parse: {message}")
            })?;
            html.push_str(&format!(r#"<span class="inline-math">{mathml}</span>"#));
        }
        Ok(html)
    }

    /// Links to the pages that cite it.
    fn citing(&self, pages: &[&Page], from: &Page) -> String {
        let links: Vec<String> = pages
            .iter()
            .map(|page| {
                let address = attribute(&from.address_of(page));
                let name = format!("{} {}", page.section, page.title);
                let (anchor, name) = (self.citation(page), block_text(name.trim()));
                format!(r##"<a href="{address}#{anchor}">{name}</a>"##)
            })
            .collect();
        match links.as_slice() {
            [] => String::new(),
            links => format!(r#" <span class="citing">Cited in {}.</span>"#, links.join("; ")),
        }
    }
}

/// A field as plain text.
fn text(entry: &Entry, field: &str) -> Option<String> {
    let text = entry.get(field)?.format_verbatim();
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ")).filter(|text| !text.is_empty())
}

fn year(entry: &Entry) -> Option<String> {
    let date = match entry.date() {
        Ok(PermissiveType::Typed(date)) => date,
        _ => return text(entry, "year").or_else(|| text(entry, "date")),
    };
    let (DateValue::At(day) | DateValue::After(day) | DateValue::Before(day)) = date.value else {
        return text(entry, "year").or_else(|| text(entry, "date"));
    };
    Some(day.year.to_string())
}

fn url(entry: &Entry) -> Option<String> {
    let doi = text(entry, "doi").map(|doi| match doi.starts_with("http") {
        true => doi,
        false => format!("https://doi.org/{doi}"),
    });
    let arxiv = || {
        let archive = text(entry, "eprinttype").or_else(|| text(entry, "archiveprefix"))?;
        let is_arxiv = archive.eq_ignore_ascii_case("arxiv");
        text(entry, "eprint").filter(|_| is_arxiv).map(|id| format!("https://arxiv.org/abs/{id}"))
    };
    doi.or_else(|| text(entry, "url")).or_else(arxiv)
}

/// Where the work was printed: `Nature 323, 533–536`.
fn container(entry: &Entry) -> String {
    let first = ["journal", "journaltitle", "booktitle", "howpublished"];
    let name = first.iter().find_map(|field| text(entry, field));
    let volume = text(entry, "volume").map(|volume| match text(entry, "number") {
        Some(number) => format!("{volume} ({number})"),
        None => volume,
    });
    let name = [name, volume].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let pages = text(entry, "pages").map(|pages| pages.replace("--", "–").replace('-', "–"));
    let publisher =
        ["publisher", "school", "institution"].iter().find_map(|field| text(entry, field));
    let note = text(entry, "note");
    let edition = text(entry, "edition").map(|edition| match edition.as_str() {
        "2" => "2nd edition".to_owned(),
        "3" => "3rd edition".to_owned(),
        other => format!("{other} edition"),
    });
    let parts = [Some(name).filter(|name| !name.is_empty()), edition, pages, publisher, note];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A family name with its particle.
fn family(person: &Person) -> String {
    format!("{} {}", person.prefix, person.name).trim().to_owned()
}

/// All names: `Rumelhart, David E., Hinton, Geoffrey E. and Williams, Ronald J.`
fn listed(people: &[Person]) -> String {
    let name = |person: &Person| match person.given_name.as_str() {
        "" => family(person),
        given => format!("{}, {given}", family(person)),
    };
    let names: Vec<String> = people.iter().map(name).collect();
    match names.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join("; ")),
        names => names.concat(),
    }
}

/// The names of a citation.
fn cited(people: &[Person]) -> String {
    match people {
        [one] => family(one),
        [one, other] => format!("{} and {}", family(one), family(other)),
        [first, ..] => format!("{} et al.", family(first)),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entry `a` of a bibliography, as the page of references shows it.
    fn rendered(fields: &str) -> String {
        titled("Elements", fields)
    }

    fn titled(title: &str, fields: &str) -> String {
        let source =
            format!("@book{{a,\n  author = {{Euclid}},\n  title = {{{title}}},\n{fields}}}");
        let bibliography = Bibliography::parse(&source).unwrap();
        Work::new(bibliography.get("a").unwrap(), 1).unwrap().render(&Converter::plain()).unwrap()
    }

    #[test]
    fn a_later_edition_is_named_before_its_publisher() {
        let html = rendered("  year = {2008},\n  edition = {2},\n  publisher = {SIAM},\n");
        assert!(html.ends_with("(2008). <cite>Elements</cite>. 2nd edition, SIAM."), "{html}");
        let html = rendered("  year = {2008},\n  edition = {Revised},\n");
        assert!(html.ends_with("<cite>Elements</cite>. Revised edition."), "{html}");
    }

    #[test]
    fn a_work_without_a_date_says_so() {
        let html = rendered("  year = {n.d.},\n");
        assert!(html.contains("Euclid (n.d.). <cite>Elements</cite>."), "{html}");
    }

    #[test]
    fn math_in_a_title_is_typeset() {
        let html = titled("Some comments on {$C_p$}", "  year = {1973},\n");
        let math =
            "<span class=\"inline-math\"><math><msub><mi>C</mi><mi>p</mi></msub></math></span>";
        assert!(html.contains(&format!("<cite>Some comments on {math}</cite>.")), "{html}");
    }

    #[test]
    fn a_title_that_ends_with_a_sign_gets_no_full_stop() {
        let html = titled("What is a line?", "  year = {1973},\n");
        assert!(html.ends_with("<cite>What is a line?</cite>"), "{html}");
    }
}
