//! From the Rust path that an author types to the item that it names.

use crate::items::{Item, ItemKind, Items, root_of, short};
use crate::problems::did_you_mean;

/// What a path asks for.
#[derive(Debug, PartialEq)]
enum Query {
    /// `ch03_backprop::Dense::backward`
    Plain(String),
    /// `ch03_backprop::<Dense as Backward>::backward`
    Member { module: String, type_name: String, trait_name: String, member: String },
    /// `ch03_backprop::impl Backward for Dense`, or without the trait.
    Block { module: String, type_name: String, trait_name: Option<String> },
}

/// The item that a path names, if it names one.
pub fn named<'a>(items: &'a Items, path: &str) -> Option<&'a Item> {
    match candidates(items, read(path)?).as_slice() {
        [item] => Some(item),
        _ => None,
    }
}

/// The item that a path names, or what is wrong with the path.
pub fn find<'a>(items: &'a Items, path: &str) -> Result<&'a Item, String> {
    let Some(query) = read(path) else {
        return Err(format!(
            "`{path}` is no Rust path: expected crate::path::Item, crate::<Type as \
             Trait>::method or crate::impl Trait for Type"
        ));
    };
    match candidates(items, query).as_slice() {
        [item] => Ok(item),
        [] => Err(unknown(items, path)),
        several => Err(ambiguous(path, several)),
    }
}

/// The items that a query may mean: those at its path, or else `impl` blocks elsewhere in the crate.
fn candidates(items: &Items, query: Query) -> Vec<&Item> {
    let queries = with_aliases(items, query);
    let first = |matches: &dyn Fn(&Item, &Query) -> bool| {
        let mut found = queries.iter().map(|query| -> Vec<&Item> {
            items.all.iter().filter(|item| matches(item, query)).collect()
        });
        found.find(|found| !found.is_empty())
    };
    let elsewhere = |item: &Item, query: &Query| matches_elsewhere(items, item, query);
    let found = first(&matches).or_else(|| first(&elsewhere));
    prefer(found.unwrap_or_default())
}

/// Reads the three forms of a path.
fn read(path: &str) -> Option<Query> {
    let path = path.trim();
    if let Some((module, block)) = split_block(path) {
        let (trait_name, type_name) = match block.split_once(" for ") {
            Some((trait_name, type_name)) => (Some(squeezed(trait_name)), type_name),
            None => (None, block),
        };
        return Some(Query::Block { module, type_name: squeezed(type_name), trait_name });
    }
    let Some(start) = path.find('<') else {
        let plain = !path.is_empty() && path.split("::").all(is_name);
        return plain.then(|| Query::Plain(path.to_owned()));
    };
    let end = path.rfind(">::")?;
    let (type_name, trait_name) = path.get(start + 1..end)?.split_once(" as ")?;
    let member = path[end + 3..].to_owned();
    let module = path[..start].trim_end_matches("::");
    let inner_module = type_name.split('<').next()?.rsplit_once("::").map(|(module, _)| module);
    let module = if module.is_empty() { inner_module? } else { module }.to_owned();
    let (type_name, trait_name) = (squeezed(type_name), squeezed(trait_name));
    Some(Query::Member { module, type_name, trait_name, member })
}

/// The module and the rest of `ch03_backprop::impl Backward for Dense`.
fn split_block(path: &str) -> Option<(String, &str)> {
    let at = path.find("::impl ")?;
    Some((path[..at].to_owned(), path[at + "::impl ".len()..].trim()))
}

fn is_name(part: &str) -> bool {
    let part = part.trim();
    !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// Without the module of the type and without blanks, except between words.
fn squeezed(name: &str) -> String {
    name.trim().replace(" <", "<").replace("< ", "<").replace(" >", ">")
}

/// The shortest plain path of an item: without its module, where an export makes that enough.
pub fn shortest(items: &Items, item: &Item) -> String {
    let short = format!("{}::{}", item.root(), item.name);
    let is_enough = named(items, &short).is_some_and(|found| std::ptr::eq(found, item));
    if is_enough { short } else { item.path() }
}

/// The query, and the same with every exported name replaced by what it stands for.
fn with_aliases(items: &Items, query: Query) -> Vec<Query> {
    match query {
        Query::Plain(path) => expanded(items, path).into_iter().map(Query::Plain).collect(),
        other => vec![other],
    }
}

/// A plain path, and all that exports make of it.
fn expanded(items: &Items, path: String) -> Vec<String> {
    let mut paths = vec![path];
    let mut next = 0;
    while next < paths.len() && paths.len() < 32 {
        let path = paths[next].clone();
        for alias in &items.aliases {
            let rest = path.strip_prefix(&alias.from);
            let whole = rest.is_some_and(|rest| rest.is_empty() && !alias.glob);
            let Some(rest) = rest.filter(|rest| whole || rest.starts_with("::")) else { continue };
            let other = format!("{}{rest}", alias.to);
            if !paths.contains(&other) {
                paths.push(other);
            }
        }
        next += 1;
    }
    paths
}

/// Whether an item is what a query asks for.
fn matches(item: &Item, query: &Query) -> bool {
    match query {
        Query::Plain(path) => item.kind != ItemKind::Impl && item.is_at(path),
        Query::Member { module, .. } | Query::Block { module, .. } => {
            item.module == *module && block_answers(item, query)
        }
    }
}

/// Whether an `impl` block or a part of one is what a query asks for, although it stands in another
/// module of the crate: the query names the root, or the type where that stands.
fn matches_elsewhere(items: &Items, item: &Item, query: &Query) -> bool {
    let Some(owner) = item.owner() else { return false };
    let (module, is_asked) = match query {
        Query::Plain(path) => {
            let Some(module) = path.strip_suffix(&item.name).and_then(|it| it.strip_suffix("::"))
            else {
                return false;
            };
            (module, item.is_member())
        }
        Query::Member { module, .. } | Query::Block { module, .. } => {
            (module.as_str(), block_answers(item, query))
        }
    };
    is_asked && item.root() == root_of(module) && reaches(items, module, owner, item)
}

/// Whether a name in a module, where it is the root of its crate or has such a type, may be the
/// type of an `impl` block elsewhere.
fn reaches(items: &Items, module: &str, owner: &str, item: &Item) -> bool {
    let asked = expanded(items, format!("{module}::{owner}"));
    match items.defines_type(&item.module, owner) {
        true => asked.contains(&format!("{}::{owner}", item.module)),
        false => module == root_of(module) || items.defines_type(module, owner),
    }
}

/// Whether an item is the block, or the part of a block, that a query asks for.
fn block_answers(item: &Item, query: &Query) -> bool {
    match query {
        Query::Plain(_) => false,
        Query::Member { type_name, trait_name, member, .. } => {
            item.is_member()
                && item.name.rsplit("::").next() == Some(member)
                && block_matches(item, type_name, Some(trait_name))
        }
        Query::Block { type_name, trait_name, .. } => {
            item.kind == ItemKind::Impl && block_matches(item, type_name, trait_name.as_ref())
        }
    }
}

/// Whether an item belongs to the `impl` of a trait for a type; generics may be left out.
fn block_matches(item: &Item, type_name: &str, trait_name: Option<&String>) -> bool {
    let same = |written: &str, asked: &str| {
        written == asked || short(written) == asked || {
            asked.contains("::") && short(written) == short(asked)
        }
    };
    let Some(block) = &item.block else { return false };
    same(&block.type_name, type_name)
        && match (&block.trait_name, trait_name) {
            (Some(written), Some(asked)) => same(written, asked),
            (None, None) => true,
            _ => false,
        }
}

/// As Rust does: a method of the type itself goes before one of a trait; a function goes before
/// the module of the same name.
fn prefer(mut found: Vec<&Item>) -> Vec<&Item> {
    let inherent = |item: &Item| item.block.as_ref().is_none_or(|block| block.trait_name.is_none());
    if found.iter().any(|item| inherent(item)) {
        found.retain(|item| inherent(item));
    }
    if found.iter().any(|item| item.kind != ItemKind::Module) {
        found.retain(|item| item.kind != ItemKind::Module);
    }
    found
}

fn unknown(items: &Items, path: &str) -> String {
    let krate = path.trim_start_matches('<').split("::").next().unwrap_or(path);
    if !items.crates.iter().any(|known| known == krate) {
        let names = items.crates.iter().map(String::as_str);
        let meant = did_you_mean(krate, names);
        return format!("unknown Rust path `{path}`: there is no crate `{krate}`{meant}");
    }
    let full = items.all.iter().map(Item::full_path);
    let paths: Vec<String> = plain(items).chain(full).collect();
    let meant = did_you_mean(path, paths.iter().map(String::as_str));
    format!("unknown Rust path `{path}`: no such item in the chapters' crates{meant}")
}

fn plain(items: &Items) -> impl Iterator<Item = String> {
    let named = |item: &&Item| item.kind != ItemKind::Impl;
    items.all.iter().filter(named).map(|item| shortest(items, item))
}

fn ambiguous(path: &str, found: &[&Item]) -> String {
    let name = |item: &&Item| format!("`{}` ({})", item.full_path(), item.excerpt.place());
    let names: Vec<String> = found.iter().map(name).collect();
    format!("ambiguous Rust path `{path}`: it may be {}", names.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_three_forms() {
        assert_eq!(read("a::b"), Some(Query::Plain("a::b".into())));
        let member = Query::Member {
            module: "a".into(),
            type_name: "b::T<f32>".into(),
            trait_name: "X".into(),
            member: "m".into(),
        };
        assert_eq!(read("a::<b::T<f32> as X>::m"), Some(member));
        let block = Query::Block {
            module: "a::b".into(),
            type_name: "T".into(),
            trait_name: Some("From<U>".into()),
        };
        assert_eq!(read("a::b::impl From<U> for T"), Some(block));
        assert_eq!(read("a b"), None);
        assert_eq!(read("<T as X>::m"), None);
    }
}
