//! What the program of the chapter does, when all is well and when it is not.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use ch05_mnist::{IMAGES_MAGIC, LABELS_MAGIC};
use safetensors::SafeTensors;
use tempfile::TempDir;

/// The program that Cargo has built beside this test: found when the test runs, since the checkout may
/// have been moved since.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap(); // target/debug/deps/program-0123
    folder.join("ch06_overfitting").with_extension(std::env::consts::EXE_EXTENSION)
}

/// A folder with a small data set, and the program to run on it.
struct Folder(TempDir);

impl Folder {
    fn new(train: usize, test: usize) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (set, count) in [("train", train), ("t10k", test)] {
            let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
            let pixels: Vec<u8> = labels
                .iter()
                .flat_map(|&label| (0..12).map(move |pixel| if pixel == label { 255 } else { 9 }))
                .collect();
            let header = |magic: u32, sizes: &[u32]| {
                let numbers = std::iter::once(&magic).chain(sizes);
                numbers.flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>()
            };
            let images = [header(IMAGES_MAGIC, &[count as u32, 3, 4]), pixels].concat();
            fs::write(folder.path(&format!("{set}-images-idx3-ubyte")), images).unwrap();
            let labels = [header(LABELS_MAGIC, &[count as u32]), labels].concat();
            fs::write(folder.path(&format!("{set}-labels-idx1-ubyte")), labels).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a command on the data of this folder, with the checkpoints in `checkpoints`.
    fn program(&self, arguments: &[&str], checkpoints: &str) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).arg("--data").arg(self.0.path());
        command.arg("--checkpoint").arg(self.path(checkpoints));
        command
    }
}

/// What a command prints, which must succeed.
fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that a command says, which must fail properly and name all these parts.
#[track_caller]
fn refuses(mut command: Command, parts: &[&str]) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{command:?}");
    assert!(stderr.starts_with("error: ") && !stderr.contains("panicked"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is not in {stderr:?}");
    }
}

/// The arguments of a row of the table that is small enough for a test.
const ROW: [&str; 7] = ["table", "--row", "max-norm", "--hidden", "16,12", "--epochs", "3"];

/// The one file in a folder whose name begins so and ends so; between stands what tells its data and
/// settings from others.
fn checkpoint(folder: &Path, start: &str, end: &str) -> PathBuf {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(start) && name.ends_with(end)
    };
    let [path] = paths.filter(named).collect::<Vec<_>>().try_into().expect("one checkpoint");
    path
}

/// All tensors of a checkpoint, by name.
fn tensors(path: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> =
        tensors.iter().map(|(name, view)| (name.to_owned(), view.data().to_vec())).collect();
    tensors.sort();
    tensors
}

#[test]
fn a_row_of_the_table_that_pauses_twice_ends_with_the_same_bits() {
    let folder = Folder::new(300, 50);
    let whole = output(folder.program(&ROW, "whole"));
    let paused = [&ROW[..], &["--pause-after", "1"]].concat();
    let first = output(folder.program(&paused, "parts"));
    assert_eq!(first, "max-norm: paused after 1 of 3 epochs\n");
    let second = output(folder.program(&paused, "parts"));
    assert_eq!(second, "max-norm: paused after 2 of 3 epochs\n");
    let parts = output(folder.program(&ROW, "parts"));
    let of_seed = |checkpoints, seed| {
        let start = format!("max-norm-2-seed-{seed}-epochs-3-");
        tensors(&checkpoint(&folder.path(checkpoints), &start, ".safetensors"))
    };
    let [whole_tensors, parts_tensors] = ["whole", "parts"].map(|parts| of_seed(parts, 0));
    assert_eq!(whole_tensors.len(), 3 * 6, "weights and biases of three layers, with m and s");
    assert!(whole_tensors == parts_tensors, "the weights differ");
    let error = |printed: &str| printed.trim_end().rsplit("   ").next().unwrap().to_owned();
    assert_eq!(error(&whole), error(&parts));
    assert_eq!(output(folder.program(&ROW, "parts")), parts, "a finished row is not run again");
    let other_seed = [&ROW[..], &["--seed", "1"]].concat();
    output(folder.program(&other_seed, "parts"));
    assert!(of_seed("parts", 1) != parts_tensors, "another seed gives other weights");
}

#[test]
fn a_checkpoint_of_another_run_is_not_gone_on_with() {
    let folder = Folder::new(300, 50);
    output(folder.program(&ROW, "here"));
    let checkpoint =
        checkpoint(&folder.path("here"), "max-norm-2-seed-0-epochs-3-", ".safetensors");
    let bytes = fs::read(&checkpoint).unwrap();

    // Other layers, and other data: each has a checkpoint of its own.
    let wider = ["table", "--row", "max-norm", "--hidden", "16,13", "--epochs", "3"];
    output(folder.program(&wider, "here"));
    let images = folder.path("train-images-idx3-ubyte");
    let mut changed = fs::read(&images).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&images, &changed).unwrap();
    output(folder.program(&ROW, "here"));
    assert_eq!(fs::read_dir(folder.path("here")).unwrap().count(), 3);
    assert!(fs::read(&checkpoint).unwrap() == bytes, "it stays as it was");
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&images, &changed).unwrap();

    // One that was put in the place of another, and broken ones.
    let run = b"max-norm [16, 12]";
    let place = bytes.windows(run.len()).position(|window| window == run).unwrap();
    let mut renamed = bytes.clone();
    renamed[place..place + 8].copy_from_slice(b"standard");
    fs::write(&checkpoint, renamed).unwrap();
    let parts = [
        "max-norm-2-seed-0-epochs-3-",
        "expected a checkpoint of max-norm",
        "found one of standard",
    ];
    refuses(folder.program(&ROW, "here"), &parts);
    for broken in [&bytes[..bytes.len() - 1], &bytes[..100], b"text", b""] {
        fs::write(&checkpoint, broken).unwrap();
        let parts = ["max-norm-2-seed-0-epochs-3-", "expected a checkpoint of"];
        refuses(folder.program(&ROW, "here"), &parts);
    }
}

#[test]
fn the_study_goes_on_where_it_was() {
    let folder = Folder::new(2_000, 100);
    let study = ["study", "--seeds", "1"];
    let first = output(folder.program(&study, "here"));
    assert_eq!(first.lines().count(), 1 + 16, "{first}");
    assert!(first.contains("30 % random") && first.contains("early stopping"), "{first}");
    let checkpoint = checkpoint(&folder.path("here"), "study-", ".json");
    let runs: serde_json::Value = serde_json::from_slice(&fs::read(&checkpoint).unwrap()).unwrap();
    let mut runs = runs.as_array().unwrap().clone();
    assert_eq!(runs.len(), 16);
    runs.retain(|run| run["regularizer"] != "plain"); // two of them have been interrupted
    fs::write(&checkpoint, serde_json::to_vec(&runs).unwrap()).unwrap();
    assert_eq!(output(folder.program(&study, "here")), first);
    fs::write(&checkpoint, "text").unwrap();
    refuses(folder.program(&study, "here"), &["study-", "expected a checkpoint of the study"]);
}

#[test]
fn strengths_are_tried_on_a_small_data_set() {
    let folder = Folder::new(6_000, 100);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch06_overfitting"));
    command.args(["tune", "--seeds", "1", "--epochs", "1", "--data"]).arg(folder.0.path());
    let table = output(command);
    assert_eq!(table.lines().count(), 1 + 26, "{table}");
    for word in
        ["nothing", "decay 1", "L2 penalty 0.01", "max-norm 1.5", "shifts by 2", "elastic 34 4,"]
    {
        assert!(table.contains(word), "{word}: {table}");
    }
}

#[test]
fn the_records_are_as_they_were_recorded() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch06_overfitting"));
    command.arg("records");
    assert_eq!(output(command), "all records are as they were recorded\n");
}

#[test]
fn whatever_is_wrong_with_data_or_folders_is_said_in_a_line() {
    let folder = Folder::new(300, 50);
    let at = folder.0.path().to_str().unwrap();
    let small = "expected at least 2000 training images, found 300";
    refuses(folder.program(&["study"], "here"), &[at, small]);
    let labels = "train-labels-idx1-ubyte";
    fs::write(folder.path("file"), "text").unwrap();
    refuses(folder.program(&ROW, "file"), &["file", "expected a folder for checkpoints"]);
    fs::write(folder.path(labels), "text").unwrap();
    refuses(folder.program(&ROW, "here"), &[labels, "expected"]);
    fs::remove_file(folder.path(labels)).unwrap();
    let neither = format!("expected {labels} or {labels}.gz, found neither");
    refuses(folder.program(&ROW, "here"), &[at, &neither]);
    for (data, found) in [("nowhere", "found nothing"), ("file", "found a file")] {
        let data = folder.path(data);
        for command in ["table", "study", "tune"] {
            let mut program = Command::new(binary());
            program.arg(command).arg("--data").arg(&data);
            refuses(program, &[data.to_str().unwrap(), "expected a folder", found]);
        }
    }
}

#[test]
fn sets_of_different_sizes_do_not_belong_together() {
    let folder = Folder::new(300, 50);
    let name = folder.path("t10k-images-idx3-ubyte");
    let mut images = fs::read(&name).unwrap();
    (images[11], images[15]) = (4, 3); // 4 × 3 pixels
    fs::write(name, images).unwrap();
    let parts = ["expected images of one size", "3 × 4 pixels", "4 × 3 in t10k"];
    refuses(folder.program(&ROW, "here"), &parts);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let folder = Folder::new(300, 50);
    for (options, parts) in [
        (&["--row", "third"][..], &["--row", "third"][..]),
        (&["--epochs", "0"], &["--epochs", "from 1 to 1000000", "\"0\""]),
        (&["--epochs", "-1"], &["--epochs", "\"-1\""]),
        (&["--hidden", "16,x"], &["--hidden", "\"x\""]),
        (&["--hidden", "100000"], &["--hidden", "from 1 to 10000"]),
        (&["--hidden", "9999,9999,9999"], &["at most 150000000 weights", "[12, 9999"]),
        (&["--seed", "1.5"], &["--seed", "\"1.5\""]),
        (&["--pause-after", "0"], &["--pause-after", "\"0\""]),
        (&["--record"], &["--record", "cannot be used with"]),
        (&["--patience"], &["--patience"]),
    ] {
        refuses(folder.program(&[&["table"], options].concat(), "here"), parts);
    }
    let help = output({
        let mut program = Command::new(binary());
        program.args(["table", "--help"]);
        program
    });
    assert!(help.contains("minutes"), "a long command states its time: {help}");
}
