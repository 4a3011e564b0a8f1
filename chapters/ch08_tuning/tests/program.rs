//! What `search`, `trial` and `gather` do: when all is well, when they are killed, and when what they are
//! given is wrong.

use std::fs;
use std::path::PathBuf;
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use assert_cmd::Command;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

const SPACE: &str = "\
[fixed]
images = 40
validation = 20
epochs = 3
hidden = 3

[knobs.batch_size]
low = 4
high = 16

[knobs.learning_rate]
low = 0.001
high = 1.0
scale = \"log\"
";

/// A folder with a space in which a trial takes a moment.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::write(folder.path("space.toml"), SPACE).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program with a command and words, where file names are those of this folder.
    fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ch08_tuning"));
        command.current_dir(self.0.path()).args(words);
        command
    }

    fn search(&self, words: &[&str]) -> Command {
        let mut command = self.program(&["search", "--space", "space.toml", "--results"]);
        command.args(words);
        command
    }

    /// The lines of a file of results, sorted: trials finish in any order.
    fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.ends_with('\n'));
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// What a command that fails says: one line.
    fn error(&self, words: &[&str]) -> String {
        let output = self.program(words).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.lines().count() == 1, "{error}");
        error
    }
}

#[test]
fn the_trials_are_the_same_on_any_number_of_threads() {
    let folder = Folder::new();
    for (strategy, count) in
        [("random", 12), ("sobol", 12), ("halving", 16), ("hyperband", 16), ("bayes", 12)]
    {
        for threads in ["1", "2", "5"] {
            let results = format!("{strategy}-{threads}.jsonl");
            let words = [&results, "--trials", "12", "--strategy", strategy, "--threads", threads];
            folder.search(&words).assert().success();
        }
        let all =
            ["1", "2", "5"].map(|threads| folder.lines(&format!("{strategy}-{threads}.jsonl")));
        assert_eq!(all[0].len(), count, "{strategy}");
        assert!(all[0] == all[1] && all[0] == all[2], "{strategy}");
    }
}

#[test]
fn single_trials_gathered_in_any_order_are_the_search() {
    let folder = Folder::new();
    folder.search(&["whole.jsonl", "--trials", "5", "--strategy", "sobol"]).assert().success();
    for (file, indices) in [("a", [4, 1, 2]), ("b", [3, 0, 1])] {
        let trial = |index: i32| {
            let index = index.to_string();
            let words =
                ["trial", "--space", "space.toml", "--strategy", "sobol", "--index", &index];
            folder.program(&words).output().unwrap().stdout
        };
        fs::write(folder.path(file), indices.map(trial).concat()).unwrap();
    }
    let gathered = |format: &str| {
        let words = ["gather", "--space", "space.toml", "--format", format, "a", "b"];
        String::from_utf8(folder.program(&words).output().unwrap().stdout).unwrap()
    };
    let mut lines: Vec<String> = gathered("lines").lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, folder.lines("whole.jsonl"));
    assert!(gathered("csv").starts_with("index,epochs,batch_size,learning_rate,loss,error\n0,3,"));
    let json: serde_json::Value = serde_json::from_str(&gathered("json")).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 5);
}

#[test]
fn twenty_kills_lose_and_repeat_nothing() {
    let folder = Folder::new();
    let slower = SPACE.replace("images = 40", "images = 400").replace("hidden = 3", "hidden = 16");
    fs::write(folder.path("space.toml"), slower).unwrap();
    let words = ["killed.jsonl", "--trials", "400", "--strategy", "random"];
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let mut kept: Vec<String> = Vec::new();
    let mut interrupted = 0;
    for _ in 0..20 {
        let mut child = Process::new(env!("CARGO_BIN_EXE_ch08_tuning"))
            .current_dir(folder.0.path())
            .args(["search", "--space", "space.toml", "--results"])
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Some trials later, and a moment: on any machine the search is still running then.
        let wanted = kept.len() + generator.random_range(0..14);
        let results = folder.path("killed.jsonl");
        let done = || fs::read_to_string(&results).unwrap_or_default().lines().count();
        while done() < wanted && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis(generator.random_range(0..30)));
        interrupted += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        let text = fs::read_to_string(folder.path("killed.jsonl")).unwrap_or_default();
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        let lines: Vec<String> = text[..whole].lines().map(str::to_owned).collect();
        assert!(lines.starts_with(&kept), "a finished trial is gone");
        kept = lines;
    }
    folder.search(&words).assert().success();
    folder.search(&["whole.jsonl", "--trials", "400"]).assert().success();
    let lines = folder.lines("killed.jsonl");
    assert_eq!(lines.len(), 400);
    assert_eq!(lines, folder.lines("whole.jsonl"));
    assert_eq!(interrupted, 20, "each kill met a running search");
}

#[test]
fn a_torn_last_line_is_dropped_and_its_trial_run_again() {
    let folder = Folder::new();
    folder.search(&["whole.jsonl", "--trials", "4"]).assert().success();
    let text = fs::read_to_string(folder.path("whole.jsonl")).unwrap();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    for torn in [last + 1, last + 40, text.len() - 1] {
        fs::write(folder.path("torn.jsonl"), &text[..torn]).unwrap();
        folder.search(&["torn.jsonl", "--trials", "4"]).assert().success();
        assert_eq!(folder.lines("torn.jsonl"), folder.lines("whole.jsonl"));
    }
}

#[test]
fn two_searches_at_one_file_do_not_damage_it() {
    let folder = Folder::new();
    let words = ["shared.jsonl", "--trials", "60"];
    let start = || {
        Process::new(env!("CARGO_BIN_EXE_ch08_tuning"))
            .current_dir(folder.0.path())
            .args(["search", "--space", "space.toml", "--results"])
            .args(words)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let pair = [start(), start(), start()].map(|child| child.wait_with_output().unwrap());
    assert!(pair.iter().any(|output| output.status.success()));
    for refused in pair.iter().filter(|output| !output.status.success()) {
        let error = String::from_utf8_lossy(&refused.stderr);
        assert!(error.contains("shared.jsonl: expected it to be free"), "{error}");
    }
    folder.search(&words).assert().success();
    assert_eq!(folder.lines("shared.jsonl").len(), 60);
    folder.search(&["alone.jsonl", "--trials", "60"]).assert().success();
    assert_eq!(folder.lines("shared.jsonl"), folder.lines("alone.jsonl"));
}

#[test]
fn what_is_wrong_in_a_space_is_told_with_its_line() {
    let folder = Folder::new();
    let cases = [
        (
            "[knobs.batch_size]",
            "[knobs.batch_seize]",
            "line 7: unknown knob `batch_seize`: expected",
        ),
        ("hidden = 3", "hiden = 3", "line 5: unknown field `hiden`, expected"),
        ("low = 4\nhigh", "low = 4\nhihg", "line 9: unknown field `hihg`, expected"),
        (
            "high = 16",
            "high = 4",
            "line 9: batch_size: empty range: expected low below high, found 4",
        ),
        ("low = 0.001", "low = 0.0", "line 12: learning_rate: expected a number from"),
        (
            "\"log\"",
            "\"lug\"",
            "line 14: learning_rate: expected \"log\" or \"linear\", found \"lug\"",
        ),
        (
            "images = 40",
            "images = 0",
            "line 2: images: expected a whole number from 1 to 40000, found 0",
        ),
        ("hidden = 3", "batch_size = 3", "line 5: batch_size is fixed, and a knob as well"),
        ("hidden = 3", "optimizer = \"adm\"", "line 5: optimizer: expected one of sgd, momentum"),
        ("epochs = 3", "epochs = ", "line 4: "),
        ("low = 4\n", "", "batch_size: expected low and high"),
    ];
    for (old, new, expected) in cases {
        fs::write(folder.path("bad.toml"), SPACE.replacen(old, new, 1)).unwrap();
        let error = folder.error(&["search", "--space", "bad.toml", "--results", "r.jsonl"]);
        assert!(error.contains("bad.toml: line ") && error.contains(expected), "{error}");
        assert!(!folder.path("r.jsonl").exists());
    }
    let decay = "[knobs.weight_decay]\nlow = 0.0\nhigh = 1.0\nscale = \"log\"\n";
    fs::write(folder.path("bad.toml"), format!("{SPACE}\n{decay}")).unwrap();
    let error = folder.error(&["trial", "--space", "bad.toml", "--index", "0"]);
    assert!(error.contains("line 19: weight_decay: a log scale has no 0"), "{error}");
}

#[test]
fn other_mistakes_are_told_in_one_line() {
    let folder = Folder::new();
    let trial =
        |words: &[&str]| folder.error(&[&["trial", "--space", "space.toml"], words].concat());
    let error = trial(&["--index", "9", "--trials", "9"]);
    assert!(error.contains("--index: expected a trial from 0 to 8, found 9"), "{error}");
    assert!(trial(&["--index", "-1"]).contains("error: "));
    assert!(trial(&["--index", "0", "--strategy", "bayes"]).contains("expected random or sobol"));
    folder.search(&["r.jsonl", "--trials", "2"]).assert().success();
    let again = |space: &str, words: &[&str]| {
        folder.error(&[&["search", "--space", space, "--results", "r.jsonl"], words].concat())
    };
    fs::write(folder.path("other.toml"), SPACE.replace("high = 16", "high = 17")).unwrap();
    let error = again("other.toml", &[]);
    assert!(error.contains("r.jsonl: line 1: a trial of another space: expected "), "{error}");
    let error = again("space.toml", &["--seed", "1"]);
    assert!(error.contains("line 1: a trial of another search: expected random, seed 1, found"));
    let text = fs::read_to_string(folder.path("r.jsonl")).unwrap();
    fs::write(folder.path("r.jsonl"), format!("{text}{{\"index\"\n")).unwrap();
    assert!(again("space.toml", &[]).contains("r.jsonl: line 3: expected a trial"));
    let error = folder.error(&["search", "--space", "none.toml", "--results", "r.jsonl"]);
    assert!(error.contains("none.toml: expected a file that describes a space"), "{error}");
    let error = folder.error(&["gather", "--space", "space.toml", "none.jsonl"]);
    assert!(error.contains("none.jsonl: expected a file of results"), "{error}");
}

#[test]
fn a_short_version_of_each_long_experiment_runs() {
    let folder = Folder::new();
    for experiment in
        ["pool", "rates", "batches", "strategies", "recipe", "transfer", "rules", "remedies"]
    {
        folder.program(&[experiment, "--short"]).assert().success();
    }
    folder.program(&["records"]).assert().success();
}
