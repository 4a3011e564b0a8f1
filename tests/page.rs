//! The formulas that the pages show, computed from their own LaTeX.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::OnceLock;

use book_latex::{Formula, Names, Relation, Statement};
use ndarray::{ArrayBase, Data, Ix1, Ix2};

use crate::evidence::{note_computed, root};
use crate::{assert_bound, assert_close, assert_exact, assert_relative};

/// All displayed formulas by their names, each with its LaTeX.
fn formulas() -> &'static BTreeMap<String, String> {
    static FORMULAS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FORMULAS.get_or_init(|| {
        let mut formulas = BTreeMap::new();
        read_folder(&root().join("book/src"), &mut formulas);
        formulas
    })
}

fn read_folder(folder: &Path, formulas: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("the pages").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_folder(&path, formulas);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            read(&std::fs::read_to_string(&path).expect("a page"), formulas);
        }
    }
}

/// Reads the blocks fenced with three backticks and `math name`.
fn read(page: &str, formulas: &mut BTreeMap<String, String>) {
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        let text = line.trim_start_matches([' ', '>']);
        match &mut open {
            Some(_) if text.starts_with("```") => formulas.extend(open.take()),
            Some((_, latex)) => {
                latex.push_str(text);
                latex.push('\n');
            }
            None => {
                let name = text.strip_prefix("```math ").map(str::trim);
                open = name.map(|name| (name.to_owned(), String::new()));
            }
        }
    }
}

/// Whether a page has a formula of this name.
pub fn is_formula(name: &str) -> bool {
    formulas().contains_key(name)
}

/// The formula that a page shows under this name, to be computed at points.
///
/// What it is to know is given by name, in LaTeX: functions, arrays and ranges once, numbers at
/// each point. What is not given, or not understood, is refused.
pub fn page<'a>(name: &str) -> Page<'a> {
    let latex = formulas().get(name).unwrap_or_else(|| panic!("no page has a formula `{name}`"));
    let formula = Formula::parse(latex).unwrap_or_else(|error| panic!("formula `{name}`: {error}"));
    Page { name: name.to_owned(), formula, statement: None, names: RefCell::new(Names::new()) }
}

/// A formula of a page, with the names of what it is to know.
pub struct Page<'a> {
    name: String,
    formula: Formula,
    statement: Option<usize>,
    names: RefCell<Names<'a>>,
}

impl<'a> Page<'a> {
    fn accepted<T>(&self, result: Result<T, book_latex::Refusal>) -> T {
        result.unwrap_or_else(|error| panic!("formula `{}`: {error}", self.name))
    }

    /// Takes one of several statements, counted from 0.
    pub fn statement(mut self, index: usize) -> Self {
        self.statement = Some(index);
        self
    }

    fn taken(&self) -> &Statement {
        let (all, name) = (self.formula.statements(), &self.name);
        match self.statement {
            None if all.len() == 1 => &all[0],
            None => panic!("formula `{name}`: {} statements, expected .statement(n)", all.len()),
            Some(index) => &all[index],
        }
    }

    /// Gives a function of one number.
    pub fn function(self, name: &str, function: impl Fn(f64) -> f64 + 'a) -> Self {
        self.function_of_many(name, move |arguments| {
            assert_eq!(arguments.len(), 1, "arguments of a function of one number");
            function(arguments[0])
        })
    }

    /// Gives a function of several numbers.
    pub fn function_of_many(self, name: &str, function: impl Fn(&[f64]) -> f64 + 'a) -> Self {
        let given = self.names.borrow_mut().function(name, function);
        self.accepted(given);
        self
    }

    /// Gives an array by a function of its indices, as the page counts them.
    pub fn entries(self, name: &str, entry: impl Fn(&[i64]) -> f64 + 'a) -> Self {
        let given = self.names.borrow_mut().array(name, entry);
        self.accepted(given);
        self
    }

    /// Gives an array with one index, which counts from 1.
    pub fn list(self, name: &str, values: &ArrayBase<impl Data<Elem = f64>, Ix1>) -> Self {
        let values = values.to_owned();
        self.entries(name, move |index| match *index {
            [i] => values[i as usize - 1],
            _ => panic!("{index:?}: expected one index"),
        })
    }

    /// Gives an array with two indices, which count from 1.
    pub fn table(self, name: &str, values: &ArrayBase<impl Data<Elem = f64>, Ix2>) -> Self {
        let values = values.to_owned();
        self.entries(name, move |index| match *index {
            [i, j] => values[[i as usize - 1, j as usize - 1]],
            _ => panic!("{index:?}: expected two indices"),
        })
    }

    /// Gives the values of an index from 1, where the page leaves them open.
    pub fn over(self, index: &str, last: usize) -> Self {
        self.between(index, 1..=last as i64)
    }

    /// Gives the values of an index, where the page leaves them open.
    pub fn between(self, index: &str, values: RangeInclusive<i64>) -> Self {
        self.names.borrow_mut().range(index, values);
        self
    }

    /// The value of a member of the chain, counted from 0, with these numbers.
    pub fn value(&self, member: usize, numbers: &[(&str, f64)]) -> f64 {
        self.give(numbers);
        note_computed(&self.name);
        self.accepted(self.taken().value(member, &self.names.borrow()))
    }

    /// The values of all members of the chain with these numbers.
    pub fn at(&self, numbers: &[(&str, f64)]) -> Vec<f64> {
        self.give(numbers);
        note_computed(&self.name);
        let (chain, names) = (self.taken(), self.names.borrow());
        (0..chain.members()).map(|member| self.accepted(chain.value(member, &names))).collect()
    }

    fn give(&self, numbers: &[(&str, f64)]) {
        for (name, value) in numbers {
            let given = self.names.borrow_mut().number(name, *value);
            self.accepted(given);
        }
    }

    /// Fails unless the chain holds with these numbers: equal members up to a tolerance in the
    /// measure of [`assert_close`], and inequalities up to the same.
    #[track_caller]
    pub fn assert_close(&self, numbers: &[(&str, f64)], tolerance: f64) {
        self.assert(numbers, tolerance, assert_close);
    }

    /// The same in the measure of [`assert_relative`].
    #[track_caller]
    pub fn assert_relative(&self, numbers: &[(&str, f64)], tolerance: f64) {
        self.assert(numbers, tolerance, assert_relative);
    }

    /// The same without any error.
    #[track_caller]
    pub fn assert_exact(&self, numbers: &[(&str, f64)]) {
        self.assert(numbers, 0.0, |left, right, _| assert_exact!(left, right));
    }

    #[track_caller]
    fn assert(&self, numbers: &[(&str, f64)], tolerance: f64, compare: fn(f64, f64, f64)) {
        let values = self.at(numbers);
        assert!(values.len() > 1, "formula `{}`: expected a chain, found one value", self.name);
        for (index, relation) in self.taken().relations().iter().enumerate() {
            let (left, right) = (values[index], values[index + 1]);
            let room = tolerance * left.abs().max(right.abs()).max(1.0);
            match relation {
                Relation::Less | Relation::AtMost => assert_bound!(left <= right + room),
                Relation::Greater | Relation::AtLeast => assert_bound!(left >= right - room),
                Relation::Different => assert_bound!(left != right),
                Relation::Equal | Relation::About => compare(left, right, tolerance),
                Relation::Becomes => panic!("formula `{}`: expected .value(1, …)", self.name),
            }
        }
    }
}
