//! What the program of the chapter does, when all is well and when it is not.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use ch05_mnist::{IMAGES_MAGIC, LABELS_MAGIC};
use tempfile::TempDir;

/// The program that Cargo has built beside this test.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap(); // target/debug/deps/program-0123
    folder.join("ch09_vision").with_extension(std::env::consts::EXE_EXTENSION)
}

/// A folder with a small data set of images of `side × side` pixels, with labels below `classes`.
fn folder(side: u32, classes: u8) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (set, count) in [("train", 60_u32), ("t10k", 20)] {
        let labels: Vec<u8> = (0..count).map(|index| index as u8 % classes).collect();
        let pixels = side * side;
        let image = |label: &u8| {
            let bright = u32::from(*label);
            (0..pixels).map(move |pixel| if pixel == bright { 255 } else { 9 })
        };
        let images: Vec<u8> = labels.iter().flat_map(image).collect();
        let header = |magic: u32, sizes: &[u32]| {
            let numbers = std::iter::once(&magic).chain(sizes);
            numbers.flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>()
        };
        let path = |name: &str| folder.path().join(format!("{set}-{name}-ubyte"));
        let images = [header(IMAGES_MAGIC, &[count, side, side]), images].concat();
        fs::write(path("images-idx3"), images).unwrap();
        let labels = [header(LABELS_MAGIC, &[count]), labels].concat();
        fs::write(path("labels-idx1"), labels).unwrap();
    }
    folder
}

fn program(folder: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments.split_whitespace()).arg("--data").arg(folder.path());
    command
}

/// The one line of a command that must fail.
fn error(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{command:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.starts_with("error: "), "{error}");
    error
}

fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_network_is_trained_saved_and_evaluated() {
    let folder = folder(8, 10);
    let weights = folder.path().join("w.safetensors");
    let train = "train --channels 3,4 --hidden 5 --epochs 2 --batch-size 7 --shift 1 --json";
    let train = output(program(&folder, &format!("{train} --weights {}", weights.display())));
    let train: serde_json::Value = serde_json::from_str(&train).unwrap();
    let arguments = format!("evaluate --json --weights {}", weights.display());
    let evaluation: serde_json::Value =
        serde_json::from_str(&output(program(&folder, &arguments))).unwrap();
    assert_eq!(evaluation["test_accuracy"], train["test_accuracy"]);
    let found = |key: &str, value: &serde_json::Value| (value[key].as_f64().unwrap() * 1e4).round();
    assert_eq!(found("test_loss", &evaluation), found("test_loss", &train));
}

#[test]
fn networks_that_cannot_be_are_refused() {
    let folder = folder(8, 10);
    let large = error(program(&folder, "train --kernel 9"));
    assert!(large.contains("expected at most 8 × 8 pixels"), "{large}");
    let even = error(program(&folder, "train --kernel 2"));
    assert!(even.contains("expected an odd number of pixels, found 2"), "{even}");
    let none = error(program(&folder, "train --channels 0"));
    assert!(none.contains("expected whole numbers from 1 to 1000, found \"0\""), "{none}");
    let few = error(program(&folder, "train --validate"));
    assert!(few.contains("expected more than 10000 examples, found 60"), "{few}");
}

#[test]
fn data_and_weights_that_do_not_fit_are_refused() {
    let (small, large, letters) = (folder(8, 10), folder(12, 10), folder(8, 47));
    let weights = small.path().join("w.safetensors");
    let train = format!("train --channels 3 --hidden 5 --weights {}", weights.display());
    output(program(&small, &train));
    let evaluate = format!("evaluate --weights {}", weights.display());
    let size = error(program(&large, &evaluate));
    assert!(size.contains("expected 5.weight to be F32 [5, 108], found F32 [5, 48]"), "{size}");
    let classes = error(program(&letters, "train"));
    assert!(classes.contains("expected labels from 0 to 9, found 10"), "{classes}");
    let images = small.path().join("t10k-images-idx3-ubyte");
    let no_weights = error(program(&small, &format!("evaluate --weights {}", images.display())));
    assert!(
        no_weights.contains("t10k-images-idx3-ubyte: expected a safetensors file"),
        "{no_weights}"
    );
}

#[test]
fn the_long_experiments_run_short_on_data_of_the_reader() {
    let folder = folder(28, 10);
    let ladder = output(program(&folder, "study lecun1989 --seeds 2"));
    assert_eq!(ladder.lines().filter(|line| line.ends_with("% misread")).count(), 4, "{ladder}");
    let sees = output(program(&folder, "study sees --seeds 1"));
    let kinds: Vec<&str> = sees.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(kinds, ["Dense", "Convolutional"], "{sees}");
    let both = error(program(&folder, "study sees --record"));
    assert!(both.contains("cannot be used with"), "{both}");
}
