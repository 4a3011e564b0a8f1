//! Which module of a crate needs which.

use crate::modules::{Crate, Module, joined, name_of};

/// One module names something of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// The index of the module that needs the other.
    pub from: usize,
    /// The index of the module in which what it names stands.
    pub to: usize,
    /// The line.
    pub line: usize,
}

/// All imports of a crate. A table of contents needs none of the names that it exports.
pub fn of(krate: &Crate) -> Vec<Import> {
    let mut imports = Vec::new();
    for (from, module) in krate.modules.iter().enumerate().filter(|(_, it)| !it.is_contents()) {
        for path in &module.written.paths {
            let found = Names { krate, depth: 0 }.resolve(from, &path.names);
            let imported = found.into_iter().filter(|&to| to != from);
            imports.extend(imported.map(|to| Import { from, to, line: path.line }));
        }
    }
    imports
}

/// The names of a crate. A name may stand for another one that stands for the first: `depth` ends
/// the search.
struct Names<'a> {
    krate: &'a Crate,
    depth: usize,
}

impl Names<'_> {
    fn module(&self, index: usize) -> &Module {
        &self.krate.modules[index]
    }

    fn index_of(&self, path: &str) -> Option<usize> {
        self.krate.modules.iter().position(|module| module.path == path)
    }

    /// The modules in which stands what a path in a module names; none if it is of another crate.
    fn resolve(&self, from: usize, names: &[String]) -> Vec<usize> {
        let here = &self.module(from).path;
        let parent =
            |path: &str| path.rsplit_once("::").map_or("", |(parent, _)| parent).to_owned();
        let (mut base, mut rest) = match names.first().map(String::as_str) {
            Some("crate") => (String::new(), &names[1..]),
            Some("self") => (here.clone(), &names[1..]),
            Some("super") => (parent(here), &names[1..]),
            Some(name) if self.index_of(&joined(here, name)).is_some() => {
                (joined(here, name), &names[1..])
            }
            _ => return Vec::new(),
        };
        while rest.first().is_some_and(|name| name == "super") {
            (base, rest) = (parent(&base), &rest[1..]);
        }
        self.index_of(&base).map_or_else(Vec::new, |base| self.descend(base, rest))
    }

    /// The modules in which stands what a path names that begins in a module.
    fn descend(&self, base: usize, names: &[String]) -> Vec<usize> {
        match names.first().map(String::as_str) {
            None | Some("self") => vec![base],
            Some("*") => self.all_of(base),
            Some(name) => match self.index_of(&joined(&self.module(base).path, name)) {
                Some(inner) => self.descend(inner, &names[1..]),
                None => self.standing(base, name),
            },
        }
    }

    /// Where a name of a module stands: there, or where its `use` lines lead.
    fn standing(&self, base: usize, name: &str) -> Vec<usize> {
        let module = self.module(base);
        if self.depth > 8 || defines(module, name) {
            return vec![base];
        }
        let deeper = Self { depth: self.depth + 1, ..*self };
        for path in module.uses.iter().filter(|path| path.shown_name() == name) {
            let found = deeper.resolve(base, &path.names);
            if !found.is_empty() {
                return found;
            }
        }
        for path in module.uses.iter().filter(|path| path.shown_name() == "*") {
            let opened = deeper.resolve(base, &path.names);
            let found = opened.into_iter().find(|&index| defines(self.module(index), name));
            if let Some(found) = found {
                return vec![found];
            }
        }
        vec![base]
    }

    /// Everything that `*` brings from a module: its own items, and what it exports.
    fn all_of(&self, base: usize) -> Vec<usize> {
        let module = self.module(base);
        let mut found = if module.is_contents() { Vec::new() } else { vec![base] };
        if self.depth <= 8 {
            let deeper = Self { depth: self.depth + 1, ..*self };
            for path in &module.uses {
                found.extend(deeper.resolve(base, &path.names));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Whether an item of this name stands in a module itself.
fn defines(module: &Module, name: &str) -> bool {
    module.items.iter().any(|item| name_of(item).is_some_and(|found| found == name))
}
