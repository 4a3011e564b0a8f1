//! What `explain` does, when all is well and when it is not; the records, and how peers are compared.

use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use ch05_mnist::{Recipe, save_weights};
use image::{GrayImage, Luma};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

/// A folder with weights, and with a picture of a stroke on paper.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.weights("w.safetensors", 784, vec![8]);
        let stroke = |x: u32, y: u32| Luma([if (18..24).contains(&x) && y > 9 { 20 } else { 230 }]);
        GrayImage::from_fn(40, 50, stroke).save(folder.path("one.png")).unwrap();
        GrayImage::from_pixel(40, 50, Luma([230])).save(folder.path("blank.png")).unwrap();
        GrayImage::from_pixel(28, 28, Luma([60])).save(folder.path("gray.png")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn weights(&self, name: &str, pixels: usize, hidden: Vec<usize>) {
        let mut generator = ChaCha8Rng::seed_from_u64(0);
        let network =
            Recipe { hidden, ..Recipe::documents() }.network::<f32>(pixels, &mut generator);
        fs::write(self.path(name), save_weights(&network)).unwrap();
    }

    /// `explain`, with file names taken from this folder.
    fn explain(&self, weights: &str, picture: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ch07_inside"));
        command.current_dir(self.0.path()).args(["explain", "--weights", weights]);
        command.args(arguments).arg(picture);
        command
    }
}

/// The number behind a word, in what a command prints.
fn number(printed: &str, word: &str) -> f64 {
    let line = printed.lines().find(|line| line.starts_with(word)).unwrap();
    let numbers = line[word.len()..].split([' ', ',']).filter_map(|word| word.parse().ok());
    numbers.into_iter().next().unwrap()
}

#[test]
fn complete_methods_add_up_to_the_gain_and_write_a_map() {
    let folder = Folder::new();
    for (method, baseline) in [
        ("integrated-gradients", "black"),
        ("integrated-gradients", "gray.png"),
        ("shapley", "white"),
        ("shapley", "black"),
    ] {
        let arguments = ["--method", method, "--baseline", baseline, "--class", "3"];
        let output = folder.explain("w.safetensors", "one.png", &arguments).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (gain, sum) = (number(&printed, "gain"), number(&printed, "the map"));
        assert!((gain - sum).abs() < 2e-3, "{method} from {baseline}: {gain} and {sum}");
        let svg = fs::read_to_string(folder.path("one.explained.svg")).unwrap();
        assert!(svg.starts_with("<svg xmlns=") && svg.contains("Why a 3?"));
    }
}

#[test]
fn every_method_writes_where_it_is_told_to() {
    let folder = Folder::new();
    for method in ["gradient", "gradient-times-input", "relevance", "smooth-gradient"] {
        let arguments = ["--method", method, "--output", "map.svg"];
        let output = folder.explain("w.safetensors", "one.png", &arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::remove_file(folder.path("map.svg")).unwrap();
    }
}

/// The one line that a command says, which must fail and name all these parts.
#[track_caller]
fn refuses(mut command: Command, parts: &[&str]) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "expected {part:?} in: {stderr}");
    }
}

#[test]
fn bad_input_gets_one_line() {
    let folder = Folder::new();
    folder.weights("small.safetensors", 100, vec![8]);
    folder.weights("deep.safetensors", 784, vec![8, 8]);
    let explain =
        |weights, picture, arguments: &[&str]| folder.explain(weights, picture, arguments);
    let w = "w.safetensors";
    refuses(
        explain("small.safetensors", "one.png", &[]),
        &["small.safetensors", "[8, 784]", "[8, 100]"],
    );
    refuses(
        explain("none.safetensors", "one.png", &[]),
        &["none.safetensors: expected a file of weights"],
    );
    refuses(explain(w, "blank.png", &[]), &["blank.png: expected a digit, found one shade"]);
    refuses(explain(w, "none.png", &[]), &["none.png: expected a PNG image"]);
    refuses(explain(w, w, &[]), &["expected a PNG image"]);
    // What has no end is not read.
    refuses(explain("/dev/zero", "one.png", &[]), &["/dev/zero", "found a device or a pipe"]);
    refuses(explain(w, "/dev/zero", &[]), &["/dev/zero", "found a device or a pipe"]);
    refuses(explain("one.png", "one.png", &[]), &["a safetensors file, found a PNG image"]);
    refuses(explain(w, "one.png", &["--method", "magic"]), &["magic", "integrated-gradients"]);
    refuses(explain(w, "one.png", &["--baseline", "one.png"]), &["28 × 28 pixels, found 40 × 50"]);
    refuses(
        explain(w, "one.png", &["--baseline", "gray"]),
        &["black, white or a PNG file, found gray"],
    );
    refuses(explain(w, "one.png", &["--class", "10"]), &["10"]);
    let shapley = ["--method", "shapley"];
    refuses(
        explain("deep.safetensors", "one.png", &shapley),
        &["expected one hidden layer", "found 2"],
    );
}

fn run(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch07_inside"));
    command.args(arguments);
    command
}

#[test]
fn peers_are_compared_with_the_sum_by_slopes_with_as_many_threads() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("runs");
    let runs = path.to_str().unwrap();
    let times = ["captum_1|Captum|3.0|0.5", "captum_1|Captum|4.0|0.5", "by_slopes_1|ours|0.5|1.25"];
    fs::write(&path, times.join("\n")).unwrap();
    let output = run(&["peers", runs]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("| Captum | 2 | 3.500 s | 3.000 to 4.000 s | 7.0 |"), "{printed}");
    assert!(printed.contains("load: 1.2 at most"), "{printed}");
    fs::write(&path, "captum_1|Captum|fast|0.5").unwrap();
    refuses(run(&["peers", runs]), &["runs:1: expected `key|name|seconds|load`", "fast"]);
    fs::write(&path, "").unwrap();
    refuses(run(&["peers", runs]), &["expected runs, found none"]);
}

#[test]
fn the_records_are_as_they_were_recorded() {
    let output = run(&["records"]).output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "all records are as they were recorded\n"
    );
}
