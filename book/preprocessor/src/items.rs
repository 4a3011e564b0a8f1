//! The items of the chapters' crates: every function, type, trait, constant, macro, `impl` and
//! method with its Rust path and its lines.

use syn::spanned::Spanned;
use syn::{ImplItem, Item as Syntax, TraitItem};

use crate::modules::{Crate, Crates, Module, attributes_of, is_public};
use crate::problems::{Place, Problems};
use crate::source::{self, Excerpt};

/// What kind of item it is, as messages call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A function.
    Function,
    /// A method or an associated function.
    Method,
    /// A structure or a union.
    Struct,
    /// An enumeration.
    Enum,
    /// A trait.
    Trait,
    /// A constant or a static.
    Constant,
    /// A type alias.
    Type,
    /// A macro by example.
    Macro,
    /// An implementation block.
    Impl,
    /// A module with its items between braces.
    Module,
}

impl ItemKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Trait => "trait",
            Self::Constant => "constant",
            Self::Type => "type",
            Self::Macro => "macro",
            Self::Impl => "impl",
            Self::Module => "module",
        }
    }
}

/// The `impl` block that an item is, or is a part of.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The type, as written: `Dense<F>`.
    pub type_name: String,
    /// The trait, as written: `Layer<F>`.
    pub trait_name: Option<String>,
    /// The name of the type alone: `Dense`.
    pub owner: String,
}

impl Block {
    /// The first line of the block: `impl Layer<F> for Dense<F>`.
    fn name(&self) -> String {
        match &self.trait_name {
            Some(trait_name) => format!("impl {trait_name} for {}", self.type_name),
            None => format!("impl {}", self.type_name),
        }
    }
}

/// An item of a chapter's crate.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The path of the module in which it stands.
    pub module: String,
    /// Its name; that of a method begins with its type or trait.
    pub name: String,
    /// The `impl` block, if there is one.
    pub block: Option<Block>,
    /// What it is.
    pub kind: ItemKind,
    /// Whether it says `pub` and its documentation shows it.
    visible: bool,
    /// Whether another crate can use it, so that a page must show it.
    pub public: bool,
    /// Its lines.
    pub excerpt: Excerpt,
}

impl Item {
    /// Its Rust path: `ch03_backprop::Dense::backward`.
    pub fn path(&self) -> String {
        format!("{}::{}", self.module, self.name)
    }

    /// Whether it is a part of an `impl` block.
    pub fn is_member(&self) -> bool {
        self.block.is_some() && self.kind != ItemKind::Impl
    }

    /// The name of the type to whose `impl` block it belongs.
    pub fn owner(&self) -> Option<&str> {
        self.block.as_ref().map(|block| block.owner.as_str())
    }

    /// The library or the program in which it stands.
    pub fn root(&self) -> &str {
        root_of(&self.module)
    }

    /// The name of its crate.
    pub fn krate(&self) -> &str {
        self.module.split("::").next().unwrap_or_default()
    }

    /// Whether it stands in the program of a chapter, not in its library.
    pub fn is_of_program(&self) -> bool {
        self.root() != self.krate()
    }

    /// Whether it is at a plain path: `ch03_backprop::Dense::backward`.
    pub fn is_at(&self, path: &str) -> bool {
        let module = path.strip_suffix(&self.name).and_then(|path| path.strip_suffix("::"));
        module == Some(&self.module)
    }

    /// Whether it has methods of its own.
    fn is_type(&self) -> bool {
        matches!(self.kind, ItemKind::Struct | ItemKind::Enum | ItemKind::Type)
    }

    /// A path that tells it from other items of the same name.
    pub fn full_path(&self) -> String {
        let Some(Block { type_name, trait_name: Some(trait_name), .. }) = &self.block else {
            return self.path();
        };
        match self.name.rsplit_once("::") {
            Some((_, method)) if self.is_member() => {
                format!("{}::<{type_name} as {trait_name}>::{method}", self.module)
            }
            _ => self.path(),
        }
    }
}

/// Another name of an item or a module: `pub use idx::Reader`.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    /// The path under which it is exported.
    pub from: String,
    /// The path that it stands for.
    pub to: String,
    /// Whether it stands for all that is in a module.
    pub glob: bool,
}

/// The crate of the widgets, as listings name it.
const WIDGETS: &str = "book_widgets";

/// All items of all chapters, and of the widgets.
#[derive(Debug, Default)]
pub struct Items {
    /// The items in the order of their files.
    pub all: Vec<Item>,
    /// Public items that documentation leaves out: their paths and places.
    hidden: Vec<(String, Place)>,
    /// The names that were exported a second time.
    pub aliases: Vec<Alias>,
    /// The names of the crates.
    pub crates: Vec<String>,
}

impl Items {
    /// Takes in the library of every chapter, and its program as the module `main`.
    pub fn of(crates: &Crates) -> Self {
        let mut items = Self::default();
        items.crates.extend(crates.chapters.iter().map(|chapter| chapter.name.clone()));
        for chapter in &crates.chapters {
            let main = format!("{}::main", chapter.name);
            for (path, from, is_library) in
                [(&chapter.name, &chapter.library, true), (&main, &chapter.program, false)]
            {
                from.iter().for_each(|from| items.take_in(from, path, is_library));
            }
        }
        let widgets = crates.shared.iter().find(|shared| {
            shared.root().is_some_and(|root| root.file.ends_with("widgets/src/lib.rs"))
        });
        if let Some(widgets) = widgets {
            items.crates.push(WIDGETS.to_owned());
            items.take_in(widgets, WIDGETS, false);
        }
        items.open_exports();
        items.close_methods_of_private_types();
        // A page may show what is in the widgets, and need not.
        let of_widgets = |item: &&mut Item| item.krate() == WIDGETS;
        items.all.iter_mut().filter(of_widgets).for_each(|item| item.public = false);
        items
    }

    /// Takes in a crate at a path; what a program has is never public.
    fn take_in(&mut self, from: &Crate, path: &str, is_library: bool) {
        for module in &from.modules {
            let public = is_library && module.public;
            let path = match module.path.as_str() {
                "" => path.to_owned(),
                inner => format!("{path}::{inner}"),
            };
            let mut reader = Reader { path, public, module, items: self };
            module.items.iter().for_each(|item| reader.read_item(item));
        }
    }

    /// Makes public what a private module holds and `pub use` exports.
    fn open_exports(&mut self) {
        for item in self.all.iter_mut().filter(|item| item.visible) {
            let exported = |alias: &Alias| match alias.glob {
                true => item.module == alias.to,
                false => format!("{}::{}", item.module, item.name) == alias.to,
            };
            item.public |= self.aliases.iter().any(exported);
        }
    }

    /// A method is public if its type is, which may stand in another module of the crate.
    fn close_methods_of_private_types(&mut self) {
        let types: Vec<Item> = self.all.iter().filter(|item| item.is_type()).cloned().collect();
        for item in self.all.iter_mut().filter(|item| item.is_member()) {
            let of_name = || types.iter().filter(|owner| Some(owner.name.as_str()) == item.owner());
            let here = of_name().find(|owner| owner.module == item.module);
            let elsewhere = || of_name().filter(|owner| owner.root() == item.root());
            let public = match here {
                Some(owner) => owner.public,
                None => elsewhere()
                    .map(|owner| owner.public)
                    .reduce(|one, other| one | other)
                    .unwrap_or(item.public),
            };
            item.public = item.visible && public;
        }
    }

    /// Says which public items hide from the documentation, and so from the pages.
    pub fn report_hidden(&self, problems: &mut Problems) {
        for (path, place) in &self.hidden {
            let short = self.shown_path(path);
            let message = format!(
                "`{short}` is hidden from the documentation (#[doc(hidden)]), and so from the lock on \
                 public items: expected it shown on a page, or no `pub`"
            );
            problems.error(place.clone(), message);
        }
    }

    /// The path under which the root of its crate exports an item, if it does.
    fn shown_path(&self, path: &str) -> String {
        let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
        let exported = self.aliases.iter().find(|alias| match alias.glob {
            true => alias.to == module,
            false => alias.to == path,
        });
        match exported {
            Some(alias) if alias.glob => format!("{}::{name}", alias.from),
            Some(alias) => alias.from.clone(),
            None => path.to_owned(),
        }
    }

    /// Whether a module has a type of its own of this name.
    pub fn defines_type(&self, module: &str, name: &str) -> bool {
        self.all.iter().any(|item| item.is_type() && item.module == module && item.name == name)
    }

    /// Where the module of an alias or an import begins: `self::a`, `crate::a`, `a` are absolute
    /// afterwards.
    fn absolute(&self, module: &str, path: &str) -> String {
        let krate = module.split("::").next().unwrap_or_default();
        let (first, rest) = path.split_once("::").map_or((path, ""), |parts| parts);
        let base = match first {
            "crate" => krate.to_owned(),
            "self" => module.to_owned(),
            "super" => module.rsplit_once("::").map_or(module, |(parent, _)| parent).to_owned(),
            other if self.crates.iter().any(|known| known == other) => other.to_owned(),
            other => format!("{module}::{other}"),
        };
        if rest.is_empty() { base } else { format!("{base}::{rest}") }
    }
}

/// A walk over the items of a module.
struct Reader<'a> {
    /// Its path, as authors type it.
    path: String,
    /// Whether another crate can name it.
    public: bool,
    module: &'a Module,
    items: &'a mut Items,
}

impl Reader<'_> {
    fn read_item(&mut self, item: &Syntax) {
        use ItemKind as Kind;
        let (visibility, name, kind) = match item {
            Syntax::Fn(it) => (&it.vis, &it.sig.ident, Kind::Function),
            Syntax::Struct(it) => (&it.vis, &it.ident, Kind::Struct),
            Syntax::Union(it) => (&it.vis, &it.ident, Kind::Struct),
            Syntax::Enum(it) => (&it.vis, &it.ident, Kind::Enum),
            Syntax::Const(it) => (&it.vis, &it.ident, Kind::Constant),
            Syntax::Static(it) => (&it.vis, &it.ident, Kind::Constant),
            Syntax::Type(it) => (&it.vis, &it.ident, Kind::Type),
            Syntax::Trait(it) => {
                self.read_trait(it);
                (&it.vis, &it.ident, Kind::Trait)
            }
            Syntax::Impl(it) => return self.read_impl(item, it),
            Syntax::Macro(it) => return self.read_macro(item, it),
            // What is in it comes as a module of its own.
            Syntax::Mod(it) if it.content.is_some() => {
                let excerpt = self.excerpt(item);
                return self.push(it.ident.to_string(), None, Kind::Module, false, excerpt);
            }
            Syntax::Use(it) if is_public(&it.vis) => return self.read_use(&it.tree, ""),
            _ => return,
        };
        let excerpt = self.excerpt(item);
        let hidden = is_undocumented(attributes_of(item));
        let visible = self.is_visible(visibility, hidden, &name.to_string(), &excerpt);
        self.push(name.to_string(), None, kind, visible, excerpt);
    }

    /// Whether an item says `pub`, and is not hidden; what is both is remembered.
    fn is_visible(
        &mut self,
        visibility: &syn::Visibility,
        hidden: bool,
        name: &str,
        excerpt: &Excerpt,
    ) -> bool {
        if hidden && is_public(visibility) && self.public {
            let path = format!("{}::{name}", self.path);
            self.items.hidden.push((path, excerpt.place()));
        }
        is_public(visibility) && !hidden
    }

    fn excerpt(&self, syntax: &impl Spanned) -> Excerpt {
        Excerpt::of(&self.module.file, &self.module.source, syntax)
    }

    fn push(
        &mut self,
        name: String,
        block: Option<Block>,
        kind: ItemKind,
        visible: bool,
        excerpt: Excerpt,
    ) {
        let (public, module) = (visible && self.public, self.path.clone());
        self.items.all.push(Item { module, name, block, kind, visible, public, excerpt });
    }

    fn read_trait(&mut self, syntax: &syn::ItemTrait) {
        let owner = &syntax.ident;
        for member in &syntax.items {
            let name = match member {
                TraitItem::Fn(function) => &function.sig.ident,
                TraitItem::Const(constant) => &constant.ident,
                TraitItem::Type(alias) => &alias.ident,
                _ => continue,
            };
            let excerpt = self.excerpt(member);
            let name = format!("{owner}::{name}");
            self.push(name, None, ItemKind::Method, false, excerpt);
        }
    }

    fn read_impl(&mut self, item: &Syntax, syntax: &syn::ItemImpl) {
        let type_name = written(&*syntax.self_ty);
        let trait_name = syntax.trait_.as_ref().map(|(_, path, _)| written(path));
        let inherent = trait_name.is_none();
        let owner = short(&type_name);
        let block = Block { type_name, trait_name, owner: owner.clone() };
        let excerpt = self.excerpt(item);
        let name = block.name();
        self.push(name, Some(block.clone()), ItemKind::Impl, false, excerpt);
        for member in &syntax.items {
            let (name, kind, visibility, attributes) = match member {
                ImplItem::Fn(it) => (&it.sig.ident, ItemKind::Method, &it.vis, &it.attrs),
                ImplItem::Const(it) => (&it.ident, ItemKind::Constant, &it.vis, &it.attrs),
                _ => continue,
            };
            let excerpt = self.excerpt(member);
            let name = format!("{owner}::{name}");
            let hidden = is_undocumented(attributes);
            let visible = self.is_visible(visibility, hidden, &name, &excerpt) && inherent;
            self.push(name, Some(block.clone()), kind, visible, excerpt);
        }
    }

    fn read_macro(&mut self, item: &Syntax, syntax: &syn::ItemMacro) {
        let Some(name) = &syntax.ident else { return };
        let visible = source::has_attribute(&syntax.attrs, "macro_export");
        let excerpt = self.excerpt(item);
        self.push(name.to_string(), None, ItemKind::Macro, visible, excerpt);
    }

    fn read_use(&mut self, tree: &syn::UseTree, before: &str) {
        let joined = |name: &syn::Ident| match before {
            "" => name.to_string(),
            before if name == "self" => before.to_owned(),
            before => format!("{before}::{name}"),
        };
        match tree {
            syn::UseTree::Path(path) => self.read_use(&path.tree, &joined(&path.ident)),
            syn::UseTree::Name(name) => {
                let path = joined(&name.ident);
                self.export(&path, path.rsplit("::").next().unwrap_or(&path));
            }
            syn::UseTree::Rename(name) => {
                self.export(&joined(&name.ident), &name.rename.to_string());
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.read_use(tree, before));
            }
            syn::UseTree::Glob(_) => {
                let to = self.items.absolute(&self.path, before);
                self.items.aliases.push(Alias { from: self.path.clone(), to, glob: true });
            }
        }
    }

    fn export(&mut self, path: &str, name: &str) {
        let to = self.items.absolute(&self.path, path);
        let from = format!("{}::{name}", self.path);
        self.items.aliases.push(Alias { from, to, glob: false });
    }
}

/// The library or the program to which a module belongs: `ch03_backprop::main` for the program.
pub fn root_of(module: &str) -> &str {
    let mut ends = module.match_indices("::").map(|(at, _)| at).chain([module.len()]);
    let krate = &module[..ends.next().unwrap_or(module.len())];
    let first = ends.next().map_or("", |end| &module[krate.len()..end]);
    if first == "::main" { &module[..krate.len() + first.len()] } else { krate }
}

/// Whether documentation leaves the item out.
fn is_undocumented(attributes: &[syn::Attribute]) -> bool {
    source::has_argument(attributes, "doc", "hidden")
}

/// A type or a trait as one would write it: `Dense<F>`.
fn written(syntax: &impl quote::ToTokens) -> String {
    let mut text = String::new();
    for token in syntax.to_token_stream().to_string().split(' ') {
        let word = |text: &str| text.chars().next_back().is_some_and(char::is_alphanumeric);
        let both_words = word(&text) && token.starts_with(char::is_alphanumeric);
        if both_words || text.ends_with([',', '+', ';']) || token == "+" {
            text.push(' ');
        }
        text.push_str(token);
    }
    text
}

/// The last part of a path without its generics: `Dense` of `ch02_forward::Dense<F>`.
pub fn short(path: &str) -> String {
    let plain = path.trim_start_matches(['&', '*']).trim_start_matches("mut ");
    let plain = plain.split('<').next().unwrap_or(plain);
    plain.rsplit("::").next().unwrap_or(plain).trim().to_owned()
}
