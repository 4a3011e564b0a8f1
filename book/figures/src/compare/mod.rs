//! Compares what the chapters' programs write now with what is committed.

mod skeleton;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::values::{Measured, Tolerance, Values};
use skeleton::compare_figures;

/// One difference between the committed files and those of a fresh run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file, relative to the folders that are compared.
    pub file: PathBuf,
    /// What is different, in words.
    pub problem: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.problem)
    }
}

/// Compares two folders of generated files, such as `book/src/generated` and one that a fresh run
/// of all programs filled: values within the tolerance that the committed file states, figures by
/// what is drawn.
///
/// # Errors
/// All differences, file by file; a file that cannot be read is one.
pub fn compare_generated(committed: &Path, fresh: &Path) -> Result<(), Vec<Difference>> {
    let mut differences = Vec::new();
    let mut files = BTreeSet::new();
    for folder in [committed, fresh] {
        if let Err(error) = collect(folder, folder, &mut files) {
            let file = folder.to_owned();
            differences.push(Difference { file, problem: format!("cannot be read: {error}") });
        }
    }
    for file in files {
        let problems = compare_files(&committed.join(&file), &fresh.join(&file));
        let file = |problem| Difference { file: file.clone(), problem };
        differences.extend(problems.into_iter().map(file));
    }
    if differences.is_empty() { Ok(()) } else { Err(differences) }
}

/// What the formula tests write, and compare themselves.
const EVIDENCE: &str = "evidence.json";

/// Adds all files below `folder`, relative to `root`. Hidden files are nobody's figures.
fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let (false, Ok(relative)) = (hidden, path.strip_prefix(root))
            && relative != Path::new(EVIDENCE)
        {
            files.insert(relative.to_owned());
        }
    }
    Ok(())
}

/// All problems of one file.
fn compare_files(committed: &Path, fresh: &Path) -> Vec<String> {
    let is_values = committed.file_name().is_some_and(|name| name == "values.json");
    if is_values && committed.exists() {
        return compare_values(committed, fresh);
    }
    match (committed.exists(), fresh.exists()) {
        (false, _) => return vec!["a program writes it, but it is not committed".to_owned()],
        (true, false) => {
            return vec!["it is committed, but no program writes it: remove it".to_owned()];
        }
        (true, true) => {}
    }
    match (std::fs::read(committed), std::fs::read(fresh)) {
        (Ok(old), Ok(new)) if old == new => Vec::new(),
        (Ok(old), Ok(new)) if committed.extension().is_some_and(|kind| kind == "svg") => {
            compare_figures(&String::from_utf8_lossy(&old), &String::from_utf8_lossy(&new))
        }
        (Ok(_), Ok(_)) => vec!["the bytes are different".to_owned()],
        (Err(error), _) | (_, Err(error)) => vec![format!("cannot be read: {error}")],
    }
}

/// All problems of two files of values. A missing fresh file is one without values.
fn compare_values(committed: &Path, fresh: &Path) -> Vec<String> {
    let (old, new) = match (Values::load(committed), Values::load_or_new(fresh)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(error), _) | (_, Err(error)) => return vec![error.to_string()],
    };
    let names: BTreeSet<&str> = old.iter().chain(new.iter()).map(|(name, _)| name).collect();
    let problem = |name: &str| {
        let problem = match (old.get(name), new.get(name)) {
            (None, _) => "a program writes it, but it is not committed".to_owned(),
            (Some(_), None) => "it is committed, but no program writes it: remove it".to_owned(),
            (Some(old), Some(new)) => value_problem(old, new)?,
        };
        Some(format!("value `{name}`: {problem}"))
    };
    names.into_iter().filter_map(problem).collect()
}

/// What is wrong with a fresh value, if anything.
fn value_problem(old: &Measured, new: &Measured) -> Option<String> {
    if !same_tolerance(old, new) {
        return Some(format!("tolerance: committed {}, fresh {}", old.tolerance, new.tolerance));
    }
    if old.tolerance != Tolerance::Machine && old.note != new.note {
        return Some(format!("note: committed {:?}, fresh {:?}", old.note, new.note));
    }
    if old.experiment != new.experiment {
        let (old, new) = (&old.experiment, &new.experiment);
        return Some(format!("experiment: committed {old:?}, fresh {new:?}"));
    }
    if old.kind != new.kind {
        return Some(format!("kind: committed {:?}, fresh {:?}", old.kind, new.kind));
    }
    let (text, fresh) = (&old.text, &new.text);
    if old.value.as_f64().is_some() && shape(text) != shape(fresh) {
        return Some(format!("committed {text:?}, fresh {fresh:?}: printed in another way"));
    }
    let Tolerance::Within(distance) = old.tolerance else { return None };
    match (old.value.as_f64(), new.value.as_f64()) {
        (Some(old), Some(new)) if (old - new).abs() <= distance => None,
        (Some(old), Some(new)) => {
            let off = (old - new).abs();
            Some(format!(
                "committed {old} ({text}), fresh {new} ({fresh}): off by {off}, tolerance {distance}"
            ))
        }
        (None, None) if old.value == new.value => None,
        _ => Some(format!("committed {text:?}, fresh {fresh:?}")),
    }
}

/// Whether two values state the same tolerance. One that is a share of the value moves with it: it is
/// as far off, in proportion, as the value may be.
fn same_tolerance(old: &Measured, new: &Measured) -> bool {
    let (Tolerance::Within(a), Tolerance::Within(b)) = (old.tolerance, new.tolerance) else {
        return old.tolerance == new.tolerance;
    };
    let share = |distance: f64| distance / old.value.as_f64().unwrap_or(0.0).abs();
    let is_share = share(a).is_finite() && a > 0.0 && old.value != new.value;
    a == b || is_share && (a - b).abs() <= share(a) * a * (1.0 + 1e-9)
}

/// What two printed numbers have in common if their format is the same: the number of decimals,
/// and everything that is not part of a number.
fn shape(text: &str) -> (usize, String) {
    let digit = |c: &char| c.is_ascii_digit();
    let decimals =
        text.split_once('.').map_or(0, |(_, rest)| rest.chars().take_while(digit).count());
    (decimals, text.chars().filter(|&c| !c.is_numeric() && !",.−⁻".contains(c)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chart, DecisionRegions, Error, Figure, Format, Output, Series};

    fn two_folders() -> (tempfile::TempDir, Output, Output) {
        let root = tempfile::tempdir().unwrap();
        let folder = |name| Output::folder(&root.path().join(name), "ch01_neuron").unwrap();
        let (old, new) = (folder("old"), folder("new"));
        (root, old, new)
    }

    fn problems(root: &tempfile::TempDir) -> Vec<String> {
        match compare_generated(&root.path().join("old"), &root.path().join("new")) {
            Ok(()) => Vec::new(),
            Err(differences) => differences.iter().map(Difference::to_string).collect(),
        }
    }

    fn measure(output: &Output, name: &str, measured: Measured) -> Result<(), Error> {
        let mut values = output.values()?;
        values.set(name, measured)?;
        values.save()
    }

    fn share(value: f64) -> Measured {
        Measured::number(value, Format::Percent(1)).within(0.001)
    }

    fn chart(last: f64) -> Chart {
        let points = [(0.0, 0.0), (1.0, 100.0), (2.0, last)];
        Chart::new("Title", "Description.").series(Series::line("line", points))
    }

    #[test]
    fn a_value_within_its_tolerance_passes_and_one_beyond_it_does_not() {
        let (root, old, new) = two_folders();
        measure(&old, "accuracy", share(0.9760)).unwrap();
        measure(&new, "accuracy", share(0.9769)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        measure(&new, "accuracy", share(0.9771)).unwrap();
        let problems = problems(&root);
        assert!(problems[0].contains("value `accuracy`: committed 0.976 (97.6%)"), "{problems:?}");
    }

    /// The value moved by less than its tolerance, and the tolerance, two hundredths of it, with it.
    #[test]
    fn a_tolerance_in_proportion_to_its_value_may_move_with_it() {
        let (root, old, new) = two_folders();
        let ratio = |value: f64| Measured::number(value, Format::Decimals(0)).within(0.02 * value);
        measure(&old, "ratio", ratio(40.0)).unwrap();
        measure(&new, "ratio", ratio(40.000_001)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        measure(&new, "ratio", ratio(40.7)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        measure(&new, "ratio", ratio(41.0)).unwrap();
        assert_eq!(problems(&root).len(), 1, "beyond the tolerance");
        measure(&new, "ratio", Measured::number(40.0, Format::Decimals(0)).within(0.9)).unwrap();
        assert_eq!(problems(&root).len(), 1, "another tolerance for the same value");
        let loose = Measured::number(40.1, Format::Decimals(0)).within(1.0);
        measure(&new, "ratio", loose).unwrap();
        assert_eq!(problems(&root).len(), 1, "another tolerance for another value");
    }

    #[test]
    fn the_evidence_of_the_formula_tests_is_no_figure() {
        let (root, ..) = two_folders();
        std::fs::write(root.path().join("old/evidence.json"), "{}").unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        std::fs::write(root.path().join("old/other.json"), "{}").unwrap();
        assert_eq!(problems(&root).len(), 1);
    }

    #[test]
    fn timings_are_not_compared() {
        let (root, old, new) = two_folders();
        let time = |seconds| Measured::number(seconds, Format::Seconds(1)).machine();
        measure(&old, "time", time(1.0)).unwrap();
        measure(&new, "time", time(9.0)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
    }

    #[test]
    fn a_note_is_compared_unless_the_value_depends_on_the_machine() {
        let (root, old, new) = two_folders();
        measure(&old, "share", share(0.976).note("seed 0")).unwrap();
        measure(&new, "share", share(0.976).note("seed 1")).unwrap();
        assert!(problems(&root)[0].contains("note: committed Some(\"seed 0\")"));
        measure(&old, "share", share(0.976).machine().note("processor A")).unwrap();
        measure(&new, "share", share(0.976).machine().note("processor B")).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
    }

    #[test]
    fn a_value_that_is_printed_in_another_way_is_a_difference() {
        let (root, old, new) = two_folders();
        measure(&old, "share", Measured::number(0.976, Format::Percent(1))).unwrap();
        measure(&new, "share", Measured::number(0.976, Format::Percent(0))).unwrap();
        assert_eq!(problems(&root).len(), 1);
        measure(&new, "share", Measured::number(0.976, Format::Decimals(1))).unwrap();
        assert_eq!(problems(&root).len(), 1);
        assert_eq!(shape("9.9 × 10⁻⁷"), shape("1.0 × 10⁶"));
    }

    #[test]
    fn regions_whose_border_moved_a_little_pass_and_others_do_not() {
        let (root, old, new) = two_folders();
        let regions = |border: f64| {
            let ranges = [(0.0, 1.0), (0.0, 1.0)];
            DecisionRegions::new("T", "D", ranges, move |x, _| usize::from(x > border))
        };
        old.figure("regions", &regions(0.5)).unwrap();
        new.figure("regions", &regions(0.504)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        new.figure("regions", &regions(0.6)).unwrap();
        assert!(problems(&root)[0].contains("pixels changed"), "{:?}", problems(&root));
    }

    #[test]
    fn a_folder_that_does_not_exist_is_a_difference() {
        let (root, _, new) = two_folders();
        new.figure("x", &chart(1.0)).unwrap();
        assert!(compare_generated(&root.path().join("none"), &root.path().join("new")).is_err());
        assert!(compare_generated(&root.path().join("new"), &root.path().join("none")).is_err());
    }

    #[test]
    fn all_differences_are_reported_at_once() {
        let (root, old, new) = two_folders();
        measure(&old, "gone", share(0.5)).unwrap();
        measure(&old, "kind", share(0.5)).unwrap();
        measure(&new, "kind", Measured::text("half")).unwrap();
        measure(&new, "new", share(0.5)).unwrap();
        old.figure("gone", &chart(1.0)).unwrap();
        new.figure("new", &chart(1.0)).unwrap();
        assert_eq!(problems(&root).len(), 5, "{:#?}", problems(&root));
    }

    #[test]
    fn results_of_long_experiments_are_made_from_their_records_by_every_run() {
        let (root, old, new) = two_folders();
        measure(&old, "long", share(0.5).experiment("seeds, 2026-11-23")).unwrap();
        old.figure("long", &chart(1.0).experiment("seeds, 2026-11-23")).unwrap();
        let missing = "it is committed, but no program writes it: remove it";
        let found = problems(&root);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|problem| problem.ends_with(missing)), "{found:?}");
        measure(&new, "long", share(0.5).experiment("seeds, 2026-11-24")).unwrap();
        new.figure("long", &chart(1.0).experiment("seeds, 2026-11-23")).unwrap();
        let found = problems(&root);
        assert!(found.len() == 1 && found[0].contains("experiment: committed"), "{found:?}");
    }

    #[test]
    fn what_a_value_is_must_stay_the_same() {
        let (root, old, new) = two_folders();
        measure(&old, "share", share(0.5).of("test images")).unwrap();
        measure(&new, "share", share(0.5).of("training images")).unwrap();
        assert!(problems(&root)[0].contains("kind: committed \"share of test images\""));
    }

    #[test]
    fn a_curve_that_moved_within_the_tolerance_passes_and_one_beyond_it_does_not() {
        let (root, old, new) = two_folders();
        old.figure("curve", &chart(50.0)).unwrap();
        new.figure("curve", &chart(50.2)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        new.figure("curve", &chart(60.0)).unwrap();
        assert!(problems(&root)[0].contains("the number"), "{:?}", problems(&root));
        old.figure("curve", &chart(50.0).tolerance(50.0)).unwrap();
        new.figure("curve", &chart(60.0).tolerance(50.0)).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
    }

    #[test]
    fn of_a_machine_dependent_figure_only_the_words_are_compared() {
        let (root, old, new) = two_folders();
        old.figure("time", &chart(10.0).machine_dependent()).unwrap();
        new.figure("time", &chart(9000.0).machine_dependent()).unwrap();
        assert_eq!(problems(&root), Vec::<String>::new());
        let more = chart(90.0).series(Series::line("other", [(0.0, 0.0), (1.0, 1.0)]));
        new.figure("time", &more.machine_dependent()).unwrap();
        assert_eq!(problems(&root).len(), 1);
    }
}
