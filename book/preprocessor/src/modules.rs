//! The modules of the crates: each with its file and its items, those of tests left out.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use quote::ToTokens;
use syn::{Item as Syntax, Visibility};

use crate::problems::{Place, Problems};
use crate::project::{Project, file_name, folders_in};
use crate::source;
use crate::written::{Written, WrittenPath};

/// A module: what stands in a file, or between braces in one.
#[derive(Default)]
pub struct Module {
    /// Its path from the root of its crate, which has an empty one: `plot::axis`.
    pub path: String,
    /// Whether another crate can name it.
    pub public: bool,
    /// Whether it stands between the braces of its parent.
    pub inline: bool,
    /// Its file, relative to the root of the book.
    pub file: PathBuf,
    /// The text of its file.
    pub source: Rc<str>,
    /// Its items.
    pub items: Vec<Syntax>,
    /// Those that are compiled for tests only.
    pub tests: Vec<Syntax>,
    /// What is written in its items, but not in those for tests.
    pub written: Written,
    /// What its `use` lines name.
    pub uses: Vec<WrittenPath>,
}

impl Module {
    /// The first name of its path.
    pub fn first_name(&self) -> &str {
        self.path.split("::").next().unwrap_or_default()
    }

    /// A module of these items, which has neither name nor file yet.
    fn of(items: Vec<Syntax>) -> Self {
        let is_test = |item: &Syntax| source::has_argument(attributes_of(item), "cfg", "test");
        let (tests, items) = items.into_iter().partition(is_test);
        let mut module = Self { items, tests, ..Self::default() };
        // What stands in a module between braces is written there.
        let is_outside = |item: &&Syntax| !matches!(item, Syntax::Mod(_));
        for item in module.items.iter().filter(is_outside) {
            let before = module.written.paths.len();
            module.written.take_in(item.to_token_stream());
            if matches!(item, Syntax::Use(_)) {
                module.uses.extend_from_slice(&module.written.paths[before..]);
            }
        }
        module
    }

    /// Whether it is a table of contents: nothing but `mod` lines, and `use` lines beside them.
    pub fn is_contents(&self) -> bool {
        let is_line = |item: &Syntax| match item {
            Syntax::Mod(module) => module.content.is_none(),
            other => matches!(other, Syntax::Use(_)),
        };
        let is_mod = |item: &Syntax| matches!(item, Syntax::Mod(_));
        self.items.iter().any(is_mod) && self.items.iter().all(is_line)
    }
}

/// A crate: its root first, each module before those in it.
pub struct Crate {
    /// Its modules.
    pub modules: Vec<Module>,
}

/// A chapter: its library and its program, if it has them.
pub struct Chapter {
    /// The name of its folder and its library: `ch03_backprop`.
    pub name: String,
    /// Its library.
    pub library: Option<Crate>,
    /// Its program.
    pub program: Option<Crate>,
}

/// All crates whose source this preprocessor reads.
pub struct Crates {
    /// The chapters, sorted by name.
    pub chapters: Vec<Chapter>,
    /// What the chapters share: the libraries and programs beside the pages.
    pub shared: Vec<Crate>,
}

impl Crates {
    /// Reads the chapters, and the crates in the folder of the pages' folder.
    pub fn read(project: &Project, problems: &mut Problems) -> Self {
        let mut chapters = Vec::new();
        for folder in folders_in(&project.root.join(project.chapters())) {
            let name = file_name(&folder);
            let chapter = project.chapters().join(&name);
            let library = Crate::read(project, &chapter.join("src/lib.rs"), problems);
            let program = Crate::read(project, &chapter.join("program/main.rs"), problems);
            chapters.push(Chapter { name, library, program });
        }
        let beside = project.pages.parent().unwrap_or(Path::new("")).to_owned();
        let mut shared = Vec::new();
        for folder in folders_in(&project.root.join(&beside)) {
            let source = beside.join(file_name(&folder)).join("src");
            let roots = ["lib.rs", "main.rs"].map(|root| source.join(root));
            shared.extend(roots.iter().filter_map(|root| Crate::read(project, root, problems)));
        }
        Self { chapters, shared }
    }
}

impl Chapter {
    /// Where a text stands in the program: the name of a figure, where that is drawn. The root
    /// comes last, as it only lists what is drawn.
    pub fn drawn_at(&self, text: &str) -> Vec<Place> {
        let modules = self.program.iter().flat_map(|program| &program.modules);
        let lines = |module: &'_ Module| -> Vec<Place> {
            let texts = module.written.texts.iter().filter(|(found, _)| found == text);
            texts.map(|(_, line)| Place::new(&module.file, *line)).collect()
        };
        let mut places: Vec<Place> = modules.flat_map(lines).collect();
        places.sort_by_key(|place| place.file.ends_with("main.rs"));
        places
    }
}

impl Crate {
    /// Reads the file at the root of a crate, if there is one, and those to which it leads.
    fn read(project: &Project, root: &Path, problems: &mut Problems) -> Option<Self> {
        if !project.root.join(root).is_file() {
            return None;
        }
        let mut reader = Reader { project, problems, modules: Vec::new() };
        let folder = root.parent().unwrap_or(root).to_owned();
        reader.read_file(root, String::new(), true, folder);
        Some(Self { modules: reader.modules })
    }

    /// The module at the root.
    pub fn root(&self) -> Option<&Module> {
        self.modules.first()
    }

    /// The names of the modules at its root, in their order.
    pub fn inner_names(&self) -> Vec<&str> {
        let inner = self.modules.iter().map(|module| module.path.as_str());
        inner.filter(|path| !path.is_empty() && !path.contains("::")).collect()
    }
}

/// A walk over the files of a crate.
struct Reader<'a> {
    project: &'a Project,
    problems: &'a mut Problems,
    modules: Vec<Module>,
}

impl Reader<'_> {
    fn read_file(&mut self, file: &Path, path: String, public: bool, folder: PathBuf) {
        let parsed = source::parse(&self.project.root, file, self.problems);
        let Some((source, syntax)) = parsed else { return };
        let module = Module {
            path,
            public,
            inline: false,
            file: file.to_owned(),
            source,
            ..Module::of(syntax.items)
        };
        self.push(module, &folder);
    }

    /// Takes a module in, and then those that it names. `folder` is where their files are.
    fn push(&mut self, module: Module, folder: &Path) {
        let index = self.modules.len();
        self.modules.push(module);
        for inner in 0..self.modules[index].items.len() {
            let parent = &self.modules[index];
            let Syntax::Mod(syntax) = &parent.items[inner] else { continue };
            let syntax = syntax.clone();
            let name = syntax.ident.to_string();
            let path = joined(&parent.path, &name);
            let public = parent.public && is_public(&syntax.vis);
            match syntax.content {
                Some((_, items)) => {
                    let module = Module {
                        path,
                        public,
                        inline: true,
                        file: parent.file.clone(),
                        source: Rc::clone(&parent.source),
                        ..Module::of(items)
                    };
                    self.push(module, &folder.join(name));
                }
                None => {
                    let file = source::module_file(&self.project.root, folder, &syntax);
                    self.read_file(&file, path, public, folder.join(name));
                }
            }
        }
    }
}

/// A path and one more name.
pub fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}

/// Whether an item says `pub`.
pub fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The name of an item, if it has one.
pub fn name_of(item: &Syntax) -> Option<&syn::Ident> {
    match item {
        Syntax::Fn(it) => Some(&it.sig.ident),
        Syntax::Struct(it) => Some(&it.ident),
        Syntax::Union(it) => Some(&it.ident),
        Syntax::Enum(it) => Some(&it.ident),
        Syntax::Const(it) => Some(&it.ident),
        Syntax::Static(it) => Some(&it.ident),
        Syntax::Type(it) => Some(&it.ident),
        Syntax::Trait(it) => Some(&it.ident),
        Syntax::Macro(it) => it.ident.as_ref(),
        Syntax::Mod(it) => Some(&it.ident),
        _ => None,
    }
}

/// The attributes of an item; those of `extern crate` and the like are of no concern.
pub fn attributes_of(item: &Syntax) -> &[syn::Attribute] {
    match item {
        Syntax::Fn(it) => &it.attrs,
        Syntax::Struct(it) => &it.attrs,
        Syntax::Union(it) => &it.attrs,
        Syntax::Enum(it) => &it.attrs,
        Syntax::Const(it) => &it.attrs,
        Syntax::Static(it) => &it.attrs,
        Syntax::Type(it) => &it.attrs,
        Syntax::Trait(it) => &it.attrs,
        Syntax::Impl(it) => &it.attrs,
        Syntax::Macro(it) => &it.attrs,
        Syntax::Mod(it) => &it.attrs,
        Syntax::Use(it) => &it.attrs,
        _ => &[],
    }
}
