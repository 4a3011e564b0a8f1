//! From the Rust path that an author types to the item that it names.

use crate::items::{Item, ItemKind, Items, short};
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

/// The item that a path names, or what is wrong with the path.
pub fn find<'a>(items: &'a Items, path: &str) -> Result<&'a Item, String> {
    let Some(query) = read(path) else {
        return Err(format!(
            "`{path}` is no Rust path: expected crate::path::Item, crate::<Type as \
             Trait>::method or crate::impl Trait for Type"
        ));
    };
    let mut found: Vec<&Item> = Vec::new();
    for query in with_aliases(items, query) {
        found = items.all.iter().filter(|item| matches(item, &query)).collect();
        if !found.is_empty() {
            break;
        }
    }
    match prefer(found).as_slice() {
        [item] => Ok(item),
        [] => Err(unknown(items, path)),
        several => Err(ambiguous(path, several)),
    }
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

/// The query, and the same with every exported name replaced by what it stands for.
fn with_aliases(items: &Items, query: Query) -> Vec<Query> {
    let Query::Plain(path) = query else { return vec![query] };
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
    paths.into_iter().map(Query::Plain).collect()
}

/// Whether an item is what a query asks for.
fn matches(item: &Item, query: &Query) -> bool {
    match query {
        Query::Plain(path) => item.kind != ItemKind::Impl && item.path() == *path,
        Query::Member { module, type_name, trait_name, member } => {
            item.is_member()
                && item.module == *module
                && item.name.rsplit("::").next() == Some(member)
                && block_matches(item, type_name, Some(trait_name))
        }
        Query::Block { module, type_name, trait_name } => {
            item.kind == ItemKind::Impl
                && item.module == *module
                && block_matches(item, type_name, trait_name.as_ref())
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
    let paths: Vec<String> = items.all.iter().map(Item::full_path).chain(plain(items)).collect();
    let meant = did_you_mean(path, paths.iter().map(String::as_str));
    format!("unknown Rust path `{path}`: no such item in the chapters' crates{meant}")
}

fn plain(items: &Items) -> impl Iterator<Item = String> {
    items.all.iter().filter(|item| item.kind != ItemKind::Impl).map(Item::path)
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
