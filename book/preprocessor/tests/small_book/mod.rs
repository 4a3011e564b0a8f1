//! A small book in a temporary folder, right in everything; tests break one thing of it.
#![allow(dead_code, reason = "each test program uses its part")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use book_preprocessor::{Problem, Problems, Project, load, press};
use mdbook_preprocessor::book::Book;
use tempfile::TempDir;

/// The page of the first chapter.
pub const PAGE: &str = "src/ch01_line.md";

/// The root of the library of the first chapter.
pub const LIBRARY: &str = "chapters/ch01_line/src/lib.rs";

/// Its module.
pub const CODE: &str = "chapters/ch01_line/src/line.rs";

/// The file of its program that draws its figure.
pub const DRAWING: &str = "chapters/ch01_line/program/drawing.rs";

/// The test of its formula.
pub const TEST: &str = "tests/ch01_line/line.rs";

/// The page with an exercise.
pub const EXERCISES: &str = "src/more/slopes.md";

/// The stub of the exercise.
pub const STUB: &str = "chapters/ch01_line/exercises/rise.rs";

/// The solution of the exercise.
pub const SOLUTION: &str = "chapters/ch01_line/exercises/solutions/rise.rs";

/// The files of the book.
const FILES: [(&str, &str); 21] = [
    (
        "book.toml",
        "[book]\nsrc = \"src\"\n\n[output.html]\ngit-repository-url = \"https://example.org/book\"\n\n\
         [preprocessor.book]\ncommand = \"book-preprocessor\"\nwithout-evidence = true\n",
    ),
    (
        "src/SUMMARY.md",
        "# Summary\n\n[Preface](preface.md)\n\n- [A line](ch01_line.md)\n  - [More](more/slopes.md)\n\n\
         [Register](register.md)\n",
    ),
    ("src/preface.md", "# Preface\n"),
    ("src/ch01_line.md", LINE),
    ("src/more/slopes.md", "# Slopes\n\nBack to {{#eq slope}}.\n\n{{#exercise ch01_line/rise}}\n"),
    ("src/register.md", "# Register\n\n{{#notation}}\n\n{{#formulas}}\n\n{{#references}}\n"),
    ("src/references.bib", "@book{euclid, author = {Euclid}, title = {Elements}, year = 1482}\n"),
    (
        "src/notation.toml",
        "[[symbol]]\ntex = 'y'\nmeaning = \"the height at $`x`$\"\nshape = \"number\"\ncode = \"y\"\n\n\
         [[symbol]]\ntex = 'a'\nmeaning = \"the slope\"\n\n[[symbol]]\ntex = 'x'\nmeaning = \"the place\"\n",
    ),
    (LIBRARY, "//! A chapter.\n\npub mod line;\n\npub use line::*;\n"),
    (CODE, LINE_CODE),
    (
        "chapters/ch01_line/program/main.rs",
        "//! Draws.\n\nmod drawing;\n\nfn main() {\n    drawing::draw();\n}\n",
    ),
    (DRAWING, "//! Draws it.\n\npub fn draw() {\n    figure(\"plot\");\n}\n"),
    ("tests/ch01_line/mod.rs", "//! The claims of chapter 1.\n\nmod line;\n"),
    (
        TEST,
        "//! The claims of chapter 1.\n\n/// Rise over run.\n#[test]\nfn slope() {\n    \
         assert_eq!(2 * 3, 6, \"a < b\");\n}\n\nfn helper() {}\n",
    ),
    ("tests/main.rs", "//! All claims.\n\nmod ch01_line;\nmod ch02_other;\n"),
    ("tests/Cargo.toml", "[[test]]\nname = \"book\"\npath = \"main.rs\"\n"),
    (
        "chapters/ch01_line/Cargo.toml",
        "[[test]]\nname = \"rise\"\npath = \"exercises/rise.rs\"\ntest = false\n",
    ),
    (
        "chapters/ch01_line/exercises/rise.rs",
        "//! An exercise.\n\n/// How far it rises.\npub fn rise(x: f64) -> f64 {\n    todo!()\n}\n\n\
         #[path = \"tests/rise.rs\"]\nmod tests;\n",
    ),
    (
        "chapters/ch01_line/exercises/solutions/rise.rs",
        "//! Solved.\n\n/// How far it rises.\npub fn rise(x: f64) -> f64 {\n    2.0 * x\n}\n\n\
         #[path = \"../tests/rise.rs\"]\nmod tests;\n",
    ),
    (
        "chapters/ch01_line/exercises/tests/rise.rs",
        "//! Its tests.\n\nuse super::*;\n\n#[test]\nfn it_rises() {\n    \
         assert_eq!(rise(3.0), 6.0);\n}\n",
    ),
    (
        "tests/solutions.rs",
        "//! Solutions.\n\n#[path = \"../chapters/ch01_line/exercises/solutions/rise.rs\"]\n\
         mod rise;\n",
    ),
];

const LINE: &str = "# A line

The height is $`y`$, says {{#cite euclid}}; it is {{#value ch01_line.height}} high.

```math slope
y = a x
```

{{#listing ch01_line::Line}}

{{#listing ch01_line::Line::height}}

{{#figure ch01_line/plot}}
The line rises, see {{#eq slope}}.

";

const LINE_CODE: &str = "//! A line.

/// A line through the origin.
#[derive(Debug)]
pub struct Line {
    /// The slope.
    pub slope: f64,
}

impl Line {
    /// The height at `x`.
    pub fn height(&self, x: f64) -> f64 {
        self.slope * x
    }
}
";

const PLOT: &str = "<svg role=\"img\" viewBox=\"0 0 9 9\">\n<title>Line</title>\n<desc>It rises.</desc>\n\
     </svg>\n";

const VALUES: &str = "{\"height\": {\"value\": 6.0, \"text\": \"6.0 m\", \"tolerance\": 0}}";

/// A book in a temporary folder.
pub struct SmallBook {
    folder: TempDir,
}

impl SmallBook {
    /// The book without a fault.
    pub fn new() -> Self {
        let book = Self { folder: TempDir::new().expect("a temporary folder") };
        for (file, text) in FILES {
            book.write(file, text);
        }
        book.write("src/generated/ch01_line/plot.svg", PLOT);
        book.write("src/generated/ch01_line/values.json", VALUES);
        book
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).expect("a file")
    }

    /// The book with a file written anew.
    pub fn with(self, file: &str, text: &str) -> Self {
        self.write(file, text);
        self
    }

    /// The book with more text at the end of a file.
    pub fn and(self, file: &str, text: &str) -> Self {
        let text = self.read(file) + text;
        self.with(file, &text)
    }

    /// The book with one piece of a file replaced.
    pub fn but(self, file: &str, old: &str, new: &str) -> Self {
        let text = self.read(file);
        assert!(text.contains(old), "{file} has no `{old}`");
        self.with(file, &text.replacen(old, new, 1))
    }

    /// The book without a file or a folder.
    pub fn without(self, file: &str) -> Self {
        let path = self.root().join(file);
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        removed.expect("a file or a folder");
        self
    }

    /// The book and what is wrong with it.
    pub fn press(&self) -> (Book, Problems) {
        let (project, _) = Project::from_disk(self.root()).expect("book.toml");
        let mut book = load(&project).expect("the pages");
        let problems = press(&project, &mut book);
        (book, problems)
    }

    /// All errors as the author sees them.
    pub fn errors(&self) -> Vec<String> {
        shown(&self.press().1.errors)
    }

    /// All warnings as the author sees them.
    pub fn warnings(&self) -> Vec<String> {
        shown(&self.press().1.warnings)
    }

    /// A page without errors, as mdBook gets it.
    pub fn page(&self, path: &str) -> String {
        let (book, problems) = self.press();
        assert_eq!(shown(&problems.errors), [""; 0]);
        let path = Path::new(path);
        let page = book.chapters().find(|chapter| chapter.path.as_deref() == Some(path));
        page.expect("the page").content.clone()
    }
}

fn shown(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{}: {}", problem.place, problem.message)).collect()
}

/// Runs the program with something on its standard input.
pub fn run(arguments: &[&str], input: &str) -> Output {
    let test = std::env::current_exe().expect("this test");
    let folder = test.ancestors().nth(2).expect("target/debug/deps/program-0123");
    let program = folder.join("book-preprocessor").with_extension(std::env::consts::EXE_EXTENSION);
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut stdin = child.stdin.take().expect("its input");
    // A program that does not read its input may be gone by now.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("its output")
}
