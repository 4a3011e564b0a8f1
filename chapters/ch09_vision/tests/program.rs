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
    for (set, count) in [("train", 60_u32), ("t10k", 20.max(u32::from(classes)))] {
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
    let weights = small.path().join("small.safetensors");
    let train = format!("train --channels 3 --hidden 5 --weights {}", weights.display());
    output(program(&small, &train));
    let evaluate = format!("evaluate --weights {}", weights.display());
    let size = error(program(&large, &evaluate));
    let found = "small.safetensors: expected the images of the weights to be 12 × 12, found 8 × 8";
    assert!(size.contains(found), "{size}");
    let classes = error(program(&letters, &evaluate));
    let found =
        "small.safetensors: expected weights for the 47 classes of the test images, found 10";
    assert!(classes.contains(found), "{classes}");
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
    assert_eq!(ladder.lines().filter(|line| line.ends_with("% misread")).count(), 5, "{ladder}");
    let sees = output(program(&folder, "study sees --seeds 1"));
    let kinds: Vec<&str> = sees.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(kinds, ["Dense", "Convolutional"], "{sees}");
    let both = error(program(&folder, "study sees --record"));
    assert!(both.contains("cannot be used with"), "{both}");
}

#[test]
fn sets_of_other_sizes_and_with_other_numbers_of_classes_are_learned() {
    for (side, classes) in [(7, 3), (12, 47), (40, 10)] {
        let folder = folder(side, classes);
        let weights = folder.path().join("any.safetensors").display().to_string();
        let train = format!("train --channels 3 --hidden 5 --shift 1 --weights {weights} --json");
        let train: serde_json::Value =
            serde_json::from_str(&output(program(&folder, &train))).unwrap();
        let evaluate = format!("evaluate --json --weights {weights}");
        let evaluation: serde_json::Value =
            serde_json::from_str(&output(program(&folder, &evaluate))).unwrap();
        assert_eq!(evaluation["test_accuracy"], train["test_accuracy"], "{side} {classes}");
        let half = u64::from(side) / 2;
        let expected = 3 * 9 + 2 * 3 + (3 * half * half + 1) * 5 + 6 * u64::from(classes);
        assert_eq!(train["parameters"], expected, "{side} {classes}");
    }
}

#[test]
fn weights_of_many_classes_are_refused_for_data_of_few() {
    let (letters, digits) = (folder(8, 47), folder(8, 10));
    let weights = letters.path().join("letters.safetensors").display().to_string();
    output(program(&letters, &format!("train --channels 3 --hidden 5 --weights {weights}")));
    let refused = error(program(&digits, &format!("evaluate --weights {weights}")));
    let found =
        "letters.safetensors: expected weights for the 10 classes of the test images, found 47";
    assert!(refused.contains(found), "{refused}");
    let picture = error({
        let mut command = Command::new(binary());
        command.args(["predict", "--weights", &weights, "digit.png"]);
        command
    });
    let found = "expected the images of the weights to be 28 × 28, found 8 × 8";
    assert!(picture.contains(found), "{picture}");
}

#[test]
fn broken_files_of_labels_are_refused() {
    let folder = folder(8, 10);
    let path = folder.path().join("t10k-labels-idx1-ubyte");
    let whole = fs::read(&path).unwrap();
    let refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        error(program(&folder, "train"))
    };
    let short = refused(&whole[..5]);
    assert!(short.contains("expected a header of 8 bytes, found the end of the file"), "{short}");
    let cut = refused(&whole[..20]);
    assert!(cut.contains("expected 20 bytes after the header, found 12"), "{cut}");
    let long = refused(&[&whole[..], &[1]].concat());
    assert!(long.contains("expected the file to end after 20 bytes, found more"), "{long}");
    let other = refused(&[&[9], &whole[1..]].concat());
    assert!(other.contains("expected the magic number 0x00000801, found 0x09000801"), "{other}");
}

/// The short version of a study, in the folder of the repository.
fn study(name: &str) -> String {
    let mut command = Command::new(binary());
    command.args(["study", name, "--short", "--seeds", "2"]);
    output(command)
}

#[test]
fn the_study_of_depth_chooses_a_rate_for_each_network() {
    let told = study("deeper");
    for network in
        ["Plain, 2", "Plain, 6", "PlainNearIdentity, 6", "Residual, 6", "ResidualZero, 6"]
    {
        assert!(told.contains(&format!("{network} layers: rate ")), "{told}");
    }
    assert_eq!(told, study("deeper"));
}

#[test]
fn the_study_of_transfer_examines_all_contenders() {
    let told = study("transfer");
    for contender in [
        "Pixels",
        "Random",
        "Dense",
        "Frozen",
        "FineTuned",
        "Scratch",
        "ScratchLonger",
        "FineTunedLonger",
    ] {
        assert!(told.contains(&format!("{contender}, 3 labels: rate ")), "{told}");
    }
    assert!(told.contains("seed 1: done"), "{told}");
}
