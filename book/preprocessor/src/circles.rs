//! Files that import each other, and modules that import what comes after them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use crate::imports::{self, Import};
use crate::modules::Crate;
use crate::problems::{Place, Problems};

/// For each file the files that it imports, and the line of the first import.
type Graph<'a> = BTreeMap<&'a Path, BTreeMap<&'a Path, usize>>;

/// Says which files of a crate need themselves, over others.
pub fn report(krate: &Crate, problems: &mut Problems) {
    let mut graph = Graph::new();
    for Import { from, to, line } in imports::of(krate) {
        let (from, to) = (&krate.modules[from].file, &krate.modules[to].file);
        if from != to {
            let first = graph.entry(from).or_default().entry(to).or_insert(line);
            *first = line.min(*first);
        }
    }
    for circle in circles(&graph) {
        let next = |at: usize| circle[(at + 1) % circle.len()];
        let line = |at: usize| graph[circle[at]][next(at)];
        let step = |at: usize| {
            format!("{}:{} imports {}", circle[at].display(), line(at), next(at).display())
        };
        let steps: Vec<String> = (0..circle.len()).map(step).collect();
        let message =
            format!("circle of imports: {}; expected that imports run one way", steps.join(", "));
        problems.error(Place::new(circle[0], line(0)), message);
    }
}

/// The shortest circle through each import, each once; it begins with its first file by name.
fn circles<'a>(graph: &Graph<'a>) -> BTreeSet<Vec<&'a Path>> {
    let mut found = BTreeSet::new();
    for (from, imported) in graph {
        for to in imported.keys() {
            let Some(mut circle) = way(graph, to, from) else { continue };
            let first = (0..circle.len()).min_by_key(|&at| circle[at]).unwrap_or_default();
            circle.rotate_left(first);
            found.insert(circle);
        }
    }
    found
}

/// The shortest way from one file to another over imports, both included.
fn way<'a>(graph: &Graph<'a>, from: &'a Path, to: &'a Path) -> Option<Vec<&'a Path>> {
    let mut ways = VecDeque::from([vec![from]]);
    let mut seen = BTreeSet::from([from]);
    while let Some(way) = ways.pop_front() {
        let last = way.last().copied()?;
        if last == to {
            return Some(way);
        }
        for next in graph.get(last).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next) {
                ways.push_back([&way[..], &[*next]].concat());
            }
        }
    }
    None
}

/// Says which modules with a page import one that stands below them in the root of their library;
/// `pages` are the names of the pages.
pub fn report_downward(library: &Crate, pages: &[&str], problems: &mut Problems) {
    let order: Vec<&str> = library.inner_names();
    let rank = |name: &str| order.iter().position(|found| *found == name);
    for Import { from, to, line } in imports::of(library) {
        let (from, to) = (&library.modules[from], &library.modules[to]);
        let (name, other) = (from.first_name(), to.first_name());
        if pages.contains(&name) && rank(other) > rank(name) {
            let message = format!(
                "`{name}` imports `{other}`, which stands below it in lib.rs: expected imports \
                 from modules above it only"
            );
            problems.error(Place::new(&from.file, line), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_circle_is_found_once_and_as_short_as_it_can_be() {
        let mut graph = Graph::new();
        for (from, to) in
            [("a", "b"), ("b", "c"), ("c", "a"), ("c", "b"), ("c", "d"), ("d", "e"), ("e", "d")]
        {
            graph.entry(Path::new(from)).or_default().insert(Path::new(to), 1);
        }
        let found: Vec<String> = circles(&graph)
            .iter()
            .map(|circle| circle.iter().map(|file| file.to_string_lossy()).collect())
            .collect();
        assert_eq!(found, ["abc", "bc", "de"]);
    }
}
