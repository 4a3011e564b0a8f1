//! What the program does when all is well.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use ch05_mnist::{Dataset, evaluate, likeliest, load_weights};
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, Luma, LumaA, Rgb};
use serde_json::Value;

use common::*;

mod common;

/// One epoch on the shipped data, for all the tests that need a network that can read.
struct Trained {
    folder: Folder,
    test: Dataset,
    accuracy: f64,
    /// What the operating system says of the run, in kilobytes.
    peak_memory: Option<u64>,
}

static TRAINED: LazyLock<Trained> = LazyLock::new(|| {
    let folder = Folder::empty();
    let weights = folder.file("weights.safetensors");
    let arguments = arguments!["train", "--epochs", "1", "--json", "--weights", weights];
    let (output, peak_memory) = watch_memory(&arguments);
    let run: Value = serde_json::from_str(&output).unwrap();
    let accuracy = run["test_accuracy"].as_f64().unwrap();
    Trained { folder, test: shipped_test_set(), accuracy, peak_memory }
});

impl Trained {
    fn weights(&self) -> PathBuf {
        self.folder.file("weights.safetensors")
    }
}

/// Runs the program, and looks at its peak memory (VmHWM, which never falls) until it ends.
fn watch_memory(arguments: &[std::ffi::OsString]) -> (String, Option<u64>) {
    let mut command = std::process::Command::new(binary());
    let command = command.args(arguments).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kilobytes);
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    (String::from_utf8(output.stdout).unwrap(), peak)
}

fn json(output: &str) -> Value {
    assert_eq!(output.lines().count(), 1, "{output}");
    serde_json::from_str(output).unwrap()
}

/// Trains on a folder with these options; gives the JSON object and the bytes of the weights.
fn train(data: &Folder, options: &[&str]) -> (Value, Vec<u8>) {
    let output = Folder::empty();
    let weights = output.file("w.safetensors");
    let mut arguments =
        arguments!["train", "--data", data.path(), "--json", "--weights", weights].to_vec();
    arguments.extend(options.iter().map(Into::into));
    (json(&run(arguments)), output.read("w.safetensors"))
}

// ---------------------------------------------------------------------------------- the data sets --

#[test]
fn packed_and_unpacked_files_give_the_same_weights() {
    let folder = Folder::small();
    let (_, unpacked) = train(&folder, &[]);
    folder.pack(TRAIN_IMAGES);
    folder.pack(TEST_LABELS);
    let (_, mixed) = train(&folder, &[]);
    folder.pack(TRAIN_LABELS);
    folder.pack(TEST_IMAGES);
    let (_, packed) = train(&folder, &[]);
    assert!(unpacked == mixed && mixed == packed);
}

#[test]
fn images_of_any_size_can_be_learned() {
    for (height, width) in [(2, 5), (1, 10), (7, 3), (28, 28), (40, 30)] {
        let folder = Folder::data((300, 50), (height, width));
        let (run, _) = train(&folder, &["--epochs", "30", "--hidden", "20"]);
        let accuracy = run["test_accuracy"].as_f64().unwrap();
        assert!(accuracy > 0.9, "{height} × {width}: {accuracy}");
    }
}

#[test]
fn one_image_of_one_pixel_is_a_data_set() {
    let folder = Folder::empty();
    let image = idx(ch05_mnist::IMAGES_MAGIC, &[1, 1, 1], &[200]);
    for name in [TRAIN_IMAGES, TEST_IMAGES] {
        folder.write(name, &image);
    }
    for name in [TRAIN_LABELS, TEST_LABELS] {
        folder.write(name, &idx_labels(&[9]));
    }
    let (run, _) = train(&folder, &["--epochs", "3", "--batch-size", "1000"]);
    assert_eq!(run["epochs"], 3);
}

// ------------------------------------------------------------------------------------------ train --

#[test]
fn json_has_exactly_its_seven_keys_and_nothing_beside_it() {
    let (run, _) = train(&Folder::small(), &["--seed", "7"]);
    let keys: Vec<_> = run.as_object().unwrap().keys().collect();
    let expected =
        ["recipe", "seed", "epochs", "fit_seconds", "train_loss", "test_loss", "test_accuracy"];
    assert_eq!(keys, expected);
    assert_eq!(
        (&run["recipe"], &run["seed"], &run["epochs"]),
        (&"documents".into(), &7.into(), &5.into())
    );
    for key in &expected[3..6] {
        assert!(run[key].as_f64().is_some_and(|number| number > 0.0), "{key}: {run}");
    }
    assert!((0.0..=1.0).contains(&run["test_accuracy"].as_f64().unwrap()), "{run}");
}

#[test]
fn a_recipe_keeps_its_name_until_an_option_changes_it() {
    let folder = Folder::small();
    let name = |options: &[&str]| train(&folder, options).0["recipe"].clone();
    assert_eq!(name(&[]), "documents");
    assert_eq!(name(&["--recipe", "documents", "--learning-rate", "0.001"]), "documents");
    assert_eq!(name(&["--recipe", "steady", "--threads", "1", "--seed", "3"]), "steady");
    assert_eq!(name(&["--recipe", "steady", "--epochs", "4"]), "custom");
    assert_eq!(name(&["--learning-rate", "0.002", "--schedule", "linear"]), "custom");
}

#[test]
fn every_option_changes_the_weights() {
    let folder = Folder::small();
    let (_, documents) = train(&folder, &[]);
    let mut seen = BTreeMap::from([(documents, "nothing")]);
    let options = [
        "--recipe=steady",
        "--hidden=256",
        "--hidden=64,32",
        "--epochs=6",
        "--batch-size=7",
        "--learning-rate=0.01",
        "--seed=1",
        "--optimizer=sgd",
        "--optimizer=momentum",
        "--optimizer=nesterov",
        "--optimizer=adagrad",
        "--optimizer=rmsprop",
        "--optimizer=adamw",
        "--schedule=linear",
        "--schedule=cosine",
        "--schedule=step:2:0.5",
        "--schedule=warm-up:3:constant",
        "--schedule=warm-up:3:cosine",
        "--schedule=warm-up:2:step:2:0.1",
    ];
    for option in options {
        let (_, weights) = train(&folder, &[option]);
        if let Some(other) = seen.insert(weights, option) {
            panic!("{option} gives the same weights as {other}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_file_and_another_seed_another() {
    let folder = Folder::small();
    let (first, weights) = train(&folder, &["--seed", "42"]);
    let (second, same) = train(&folder, &["--seed", "42"]);
    let (_, other) = train(&folder, &["--seed", "43"]);
    assert!(weights == same && weights != other);
    for key in ["train_loss", "test_loss", "test_accuracy"] {
        assert_eq!(first[key], second[key]);
    }
    train(&folder, &["--seed", "18446744073709551615"]);
}

/// Large enough to be shared out: a product of 128 × 784 × 700 multiplications, most of them not
/// by zero, and an Adam step over 548,800 weights.
#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    let folder = Folder::data((256, 20), (28, 28));
    let options = ["--hidden", "700", "--batch-size", "128", "--epochs", "1"];
    let train = |threads: &[&str]| train(&folder, &[&options[..], threads].concat()).1;
    let one = train(&["--threads", "1"]);
    for threads in [&["--threads", "2"][..], &["--threads", "3"], &["--threads", "7"], &[]] {
        assert!(one == train(threads), "{threads:?}");
    }
}

/// An interruption at any moment costs at most the epoch that was going on.
#[test]
fn an_interrupted_training_goes_on_to_the_same_weights() {
    let folder = Folder::small();
    let (plain, weights) = train(&folder, &["--epochs", "300"]);
    let checkpoint = folder.file("c.safetensors");
    let options = ["--epochs", "300", "--resume", checkpoint.to_str().unwrap()];
    let program = |options: &[&str]| {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_ch05_mnist"));
        program.args(["train", "--json", "--data"]).arg(folder.path()).args(options);
        program.stdout(std::process::Stdio::null());
        program
    };
    let mut interrupted = program(&options).spawn().unwrap();
    while !checkpoint.exists() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    interrupted.kill().unwrap();
    interrupted.wait().unwrap();
    for _ in 0..2 {
        // The second time there is nothing left to do.
        let (resumed, same) = train(&folder, &options);
        assert!(weights == same && resumed["epochs"] == plain["epochs"]);
        assert_eq!(resumed["train_loss"], plain["train_loss"]);
    }
    let refused = program(&["--epochs", "299", "--resume", options[3]]).output().unwrap();
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("c.safetensors: expected a checkpoint of 16-128-10"), "{error}");
    assert!(error.contains("299 epochs") && error.contains("300 epochs"), "{error}");
}

#[test]
fn no_progress_is_shown_where_there_is_no_terminal() {
    // `run` insists on an empty standard error.
    let folder = Folder::small();
    let output = run(arguments!["train", "--data", folder.path(), "--epochs", "200"]);
    let [recipe, trained, training_loss, test_loss, accuracy] =
        output.lines().collect::<Vec<_>>().try_into().unwrap();
    assert!(recipe.contains("custom (seed 0)") && trained.contains("200 epochs"), "{output}");
    assert!(training_loss.starts_with("training loss") && test_loss.starts_with("test loss"));
    assert!(accuracy.starts_with("test accuracy") && accuracy.ends_with(" %"), "{output}");
    run(arguments!["study", "--data", folder.path(), "--seeds", "2"]);
}

#[test]
fn a_file_of_weights_is_overwritten_and_nothing_is_left_beside_it() {
    let folder = Folder::small();
    let target = Folder::empty();
    let weights = target.write("w.safetensors", b"old");
    run(arguments!["train", "--data", folder.path(), "--weights", weights]);
    load_weights::<f32>(&target.read("w.safetensors"), 16).unwrap();
    assert_eq!(std::fs::read_dir(target.path()).unwrap().count(), 1);
    let mut here = program(arguments!["train", "--data", folder.path(), "--weights", "bare"]);
    here.current_dir(target.path()).assert().success(); // a name without a folder
    assert!(target.file("bare").is_file());
}

// --------------------------------------------------------------------------------------- evaluate --

#[test]
fn evaluate_gives_what_train_gave() {
    for (height, width) in [(4, 4), (5, 7)] {
        let folder = Folder::data((200, 90), (height, width));
        let weights = folder.file("w.safetensors");
        let train = arguments!["train", "--data", folder.path(), "--weights", weights, "--json"];
        let trained = json(&run(train));
        folder.remove(TRAIN_IMAGES); // the test set is enough
        folder.remove(TRAIN_LABELS);
        let evaluate = arguments!["evaluate", "--data", folder.path(), "--weights", weights];
        let evaluated = json(&run([&evaluate[..], &arguments!["--json"]].concat()));
        for key in ["test_loss", "test_accuracy"] {
            assert_eq!(trained[key], evaluated[key]);
        }
        let text = run(evaluate);
        let percent = 100.0 * trained["test_accuracy"].as_f64().unwrap();
        assert!(text.contains("test examples  90\n"), "{text}");
        assert!(text.contains(&format!("test accuracy  {percent:.2} %\n")), "{text}");
        let rows = text.lines().skip_while(|line| !line.starts_with("rows")).skip(1);
        let rows: Vec<Vec<usize>> = rows
            .map(|row| row.split_whitespace().map(|count| count.parse().unwrap()).collect())
            .collect();
        assert!(rows.len() == 10 && rows.iter().all(|row| row.len() == 10), "{text}");
        assert_eq!(rows.iter().flatten().sum::<usize>(), 90);
        let right: usize = (0..10).map(|digit| rows[digit][digit]).sum();
        assert_eq!(right as f64 / 90.0, evaluated["test_accuracy"].as_f64().unwrap());
    }
}

#[test]
fn one_epoch_on_the_shipped_data_reads_more_than_nineteen_in_twenty() {
    assert!(TRAINED.accuracy > 0.95, "{}", TRAINED.accuracy);
    let evaluated = json(&run(arguments!["evaluate", "--weights", TRAINED.weights(), "--json"]));
    assert_eq!(evaluated["test_accuracy"], TRAINED.accuracy);
    assert_eq!(evaluated["examples"], 10_000);
}

#[cfg(target_os = "linux")]
#[test]
fn training_takes_less_than_128_mebibytes() {
    let peak = TRAINED.peak_memory.expect("Linux tells the peak memory of a process");
    // The training set alone is 46 MiB: less than that, and nothing has been measured.
    assert!((46 * 1024..128 * 1024).contains(&peak), "{peak} kB");
}

// ---------------------------------------------------------------------------------------- predict --

/// The digit and the ten probabilities for each picture.
fn predict(pictures: &[PathBuf]) -> Vec<(usize, Vec<f64>)> {
    let mut arguments = arguments!["predict", "--weights", TRAINED.weights()].to_vec();
    arguments.extend(pictures.iter().map(Into::into));
    let output = run(arguments);
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines.len(), 2 * pictures.len(), "{output}");
    let answers = lines.chunks_exact(2).zip(pictures).map(|(lines, picture)| {
        let digit = lines[0].strip_prefix(&format!("{}: ", picture.display())).unwrap();
        let shares = lines[1].split('%').filter(|share| !share.trim().is_empty());
        let shares = shares.enumerate().map(|(class, share)| {
            let (name, share) = share.split_once(':').unwrap();
            assert_eq!(name.trim(), class.to_string(), "{output}");
            share.trim().parse::<f64>().unwrap() / 100.0
        });
        let (digit, certainty) = digit.split_once(' ').unwrap();
        assert!(["(sure)", "(fairly sure)"].contains(&certainty), "{output}");
        (digit.parse().unwrap(), shares.collect())
    });
    answers.collect()
}

/// For each digit, a test image that the network reads without doubt, 28 × 28, light on dark.
fn clear_digits() -> Vec<GrayImage> {
    let Trained { folder, test, .. } = &*TRAINED;
    let network = load_weights::<f32>(&folder.read("weights.safetensors"), 784).unwrap();
    let probabilities = evaluate(&network, test).probabilities;
    let clear = |digit: usize| {
        let best = (0..test.len()).filter(|&index| usize::from(test.labels[index]) == digit);
        let sure = |index: &usize| probabilities[[*index, digit]];
        let best = best.max_by(|a, b| sure(a).total_cmp(&sure(b))).unwrap();
        GrayImage::from_raw(28, 28, test.images.pixels.row(best).to_vec()).unwrap()
    };
    (0..10).map(clear).collect()
}

fn save(folder: &Folder, name: &str, picture: impl Into<DynamicImage>) -> PathBuf {
    let path = folder.file(name);
    picture.into().save(&path).unwrap();
    path
}

/// Draws all ten digits in one manner, and reads them.
fn assert_reads(manner: &str, draw: impl Fn(GrayImage) -> DynamicImage) {
    let folder = Folder::empty();
    let digits = clear_digits().into_iter().enumerate();
    let pictures = digits.map(|(digit, image)| save(&folder, &format!("{digit}.png"), draw(image)));
    let answers = predict(&pictures.collect::<Vec<_>>());
    for (digit, (answer, probabilities)) in answers.into_iter().enumerate() {
        assert_eq!(answer, digit, "{manner}: {probabilities:?}");
        let sum: f64 = probabilities.iter().sum();
        assert!((sum - 1.0).abs() < 10.0 * 0.00005 + 1e-9, "{manner}: {sum}"); // two decimals
        let largest = probabilities.iter().copied().fold(0.0, f64::max);
        assert_eq!(largest, probabilities[digit], "{manner}");
    }
}

fn inverted(mut image: GrayImage) -> GrayImage {
    imageops::invert(&mut image);
    image
}

/// Puts an image on a larger sheet of the shade of its corner.
fn on_sheet(image: &GrayImage, (width, height): (u32, u32), (x, y): (i64, i64)) -> GrayImage {
    let mut sheet = GrayImage::from_pixel(width, height, *image.get_pixel(0, 0));
    imageops::overlay(&mut sheet, image, x, y);
    sheet
}

fn scaled(image: &GrayImage, side: u32) -> GrayImage {
    imageops::resize(image, side, side, FilterType::CatmullRom)
}

#[test]
fn digits_are_read_light_on_dark_and_dark_on_light() {
    assert_reads("light on dark", |image| image.into());
    assert_reads("dark on light", |image| inverted(image).into());
}

#[test]
fn digits_are_read_in_any_size() {
    assert_reads("large", |image| scaled(&image, 500).into());
    assert_reads("large, dark on light", |image| inverted(scaled(&image, 300)).into());
    assert_reads("small", |image| {
        let digit = imageops::crop_imm(&image, 2, 2, 24, 24).to_image();
        scaled(&digit, 18).into()
    });
}

#[test]
fn digits_are_read_anywhere_on_a_sheet() {
    assert_reads("wide", |image| on_sheet(&image, (300, 60), (250, 20)).into());
    assert_reads("tall", |image| on_sheet(&inverted(image), (40, 400), (3, 9)).into());
}

#[test]
fn digits_are_read_in_pale_ink_and_in_color() {
    assert_reads("pale", |image| {
        GrayImage::from_fn(28, 28, |x, y| Luma([120 + image.get_pixel(x, y).0[0] / 4])).into()
    });
    assert_reads("blue on yellow", |image| {
        let mut picture = image::RgbImage::new(28, 28);
        for (x, y, pixel) in image.enumerate_pixels() {
            let ink = pixel.0[0];
            picture.put_pixel(x, y, Rgb([255 - ink, 255 - ink, ink]));
        }
        picture.into()
    });
    assert_reads("sixteen bits", |image| DynamicImage::from(image).into_luma16().into());
}

#[test]
fn digits_are_read_on_transparent_paper() {
    for ink in [0, 255] {
        assert_reads("transparent", |image| {
            let mut picture = image::GrayAlphaImage::new(28, 28);
            for (x, y, pixel) in image.enumerate_pixels() {
                picture.put_pixel(x, y, LumaA([ink, pixel.0[0]]));
            }
            picture.into()
        });
    }
}

/// A thousand test images as PNG files. Those that are not sure are refused, and named.
#[test]
fn test_images_are_read_as_evaluate_reads_them() {
    let Trained { folder, test, .. } = &*TRAINED;
    let test = test.first(1_000);
    let network = load_weights::<f32>(&folder.read("weights.safetensors"), 784).unwrap();
    let probabilities = evaluate(&network, &test).probabilities;
    let pictures = Folder::empty();
    let mut arguments = arguments!["predict", "--json", "--weights", TRAINED.weights()].to_vec();
    for (index, row) in test.images.pixels.rows().into_iter().enumerate() {
        let image = GrayImage::from_raw(28, 28, row.to_vec()).unwrap();
        arguments.push(save(&pictures, &format!("{index}.png"), image).into());
    }
    let output = program(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1)); // some are refused
    let (stdout, stderr) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (stdout, stderr) = (stdout.unwrap(), stderr.unwrap());
    let readings: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(readings.len(), 1_000);
    let mut refused = 0;
    for (reading, expected) in readings.iter().zip(probabilities.rows()) {
        for (digit, share) in expected.iter().enumerate() {
            let found = reading["probabilities"][digit].as_f64().unwrap();
            assert!((found - share).abs() < 1e-5, "{reading}");
        }
        match reading["certainty"].as_str().unwrap() {
            "not sure" => {
                let name = reading["image"].as_str().unwrap();
                assert!(reading["digit"].is_null(), "{reading}");
                assert!(
                    stderr.contains(&format!("error: {name}: expected a digit that can be told"))
                );
                refused += 1;
            }
            "sure" | "fairly sure" => assert_eq!(reading["digit"], likeliest(expected)),
            other => panic!("{other}"),
        }
    }
    assert_eq!(stderr.lines().count(), refused);
    assert!(refused < 100, "{refused} of 1000 refused");
}

#[test]
fn pictures_are_read_and_counted_by_condition() {
    let output = run(["pictures", "--count", "2"]);
    let lines: Vec<&str> = output.lines().collect();
    for word in ["sure", "fairly sure", "not sure", "pencil", "shadow"] {
        assert!(lines.iter().any(|line| line.contains(word)), "{word}: {output}");
    }
    let clean = lines.iter().find(|line| line.starts_with("clean")).unwrap();
    let counts: usize = clean.split_whitespace().skip(1).map(|n| n.parse::<usize>().unwrap()).sum();
    assert_eq!(counts, 2, "{clean}");
}

#[test]
fn the_name_of_a_picture_does_not_matter() {
    let folder = Folder::empty();
    let picture = save(&folder, "three.png", clear_digits().swap_remove(3));
    let renamed = folder.file("three of mine");
    std::fs::rename(&picture, &renamed).unwrap();
    let answers = predict(&[renamed.clone(), renamed]);
    assert!(answers[0].0 == 3 && answers[0] == answers[1]);
}

#[test]
fn predict_and_the_library_agree() {
    let folder = Folder::empty();
    let network = load_weights::<f32>(&TRAINED.folder.read("weights.safetensors"), 784).unwrap();
    for image in clear_digits() {
        let input = ch05_mnist::center_digit::<f32>(&image).unwrap();
        let logits = network.forward(input.view());
        let expected = ch02_forward::softmax(logits.view()).row(0).mapv(f64::from);
        let (answer, probabilities) = predict(&[save(&folder, "digit.png", image)]).remove(0);
        assert_eq!(answer, likeliest(expected.view()));
        for (share, expected) in probabilities.iter().zip(&expected) {
            assert!((share - expected).abs() < 0.000_051, "{share} {expected}");
        }
    }
}

// -------------------------------------------------------------------------------- study, scaling --

#[test]
fn study_tells_mean_and_spread_of_each_recipe() {
    let folder = Folder::small();
    let study = |more: &[&str]| {
        let mut arguments = arguments!["study", "--data", folder.path()].to_vec();
        arguments.extend(more.iter().map(Into::into));
        run(arguments)
    };
    let studies = json(&study(&["--seeds", "3", "--json"]));
    assert_eq!(studies, json(&study(&["--seeds", "3", "--json", "--threads", "1"])));
    for (recipe, study) in ["documents", "steady"].into_iter().zip(studies.as_array().unwrap()) {
        let accuracy = |seed: usize| {
            let (run, _) = train(&folder, &["--recipe", recipe, "--seed", &seed.to_string()]);
            run["test_accuracy"].as_f64().unwrap()
        };
        let accuracies = [0, 1, 2].map(accuracy);
        let mean = accuracies.iter().sum::<f64>() / 3.0;
        let squares: f64 = accuracies.iter().map(|accuracy| (accuracy - mean).powi(2)).sum();
        assert_eq!((&study["recipe"], &study["seeds"]), (&recipe.into(), &3.into()));
        for (key, expected) in [
            ("mean", mean),
            ("deviation", (squares / 2.0).sqrt()),
            ("lowest", accuracies.iter().copied().fold(1.0, f64::min)),
            ("highest", accuracies.iter().copied().fold(0.0, f64::max)),
        ] {
            let found = study[key].as_f64().unwrap();
            assert!((found - expected).abs() < 1e-12, "{recipe}, {key}: {found}, not {expected}");
        }
    }
    let table = study(&["--seeds", "1"]);
    assert_eq!(table.lines().count(), 5, "{table}");
    assert!(table.lines().nth(2).unwrap().starts_with("steady"), "{table}");
}

#[test]
fn scaling_measures_each_size() {
    let folder = Folder::small();
    let table = run(arguments!["scaling", "--data", folder.path(), "--repeats", "1"]);
    let widths = table.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap());
    let widths: Vec<_> = widths.collect();
    assert_eq!(widths, ["128", "128", "128", "128", "32", "64", "256", "512"]);
}

/// The long experiments of the chapter on a small data set: each still does what its record says.
#[test]
fn every_long_experiment_runs_on_a_small_data_set() {
    let folder = Folder::small();
    let lines = |command: &str| {
        let table = run(arguments![command, "--data", folder.path()]);
        table.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let widths = lines("widths");
    assert_eq!(widths.len(), 1 + 7, "{widths:?}");
    assert!(widths[1].trim_start().starts_with("8 "), "{widths:?}");
    let rules = lines("rules");
    assert_eq!(rules.len(), 1 + 7, "{rules:?}");
    assert!(rules[7].starts_with("adamw"), "{rules:?}");
    let long = lines("long");
    assert_eq!(long.len(), 1 + 20, "{long:?}");
    let subnormal = lines("subnormal");
    assert_eq!(subnormal.len(), 1 + 5 + 1, "{subnormal:?}");
    assert_eq!(subnormal[6], "weights that differ: 0");
}

#[test]
fn other_libraries_are_compared_by_their_medians() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs");
    let times = [
        "documents|ours|1.0|0.9",
        "other|theirs|3.0|0.8",
        "other|theirs|2.0|0.8",
        "other|theirs|9.0|0.8",
    ];
    std::fs::write(&runs, times.join("\n")).unwrap();
    let table = run(arguments!["peers", &runs]);
    let other = table.lines().find(|line| line.starts_with("| theirs")).unwrap();
    assert_eq!(other, "| theirs | 3 | 3.00 s | 2.00 to 9.00 s | 3.0 | 80.00 % |");
}

#[test]
fn the_records_are_as_they_were_recorded() {
    assert_eq!(run(["records"]), "all records are as they were recorded\n");
}

// ------------------------------------------------------------------------------------------- help --

#[test]
fn help_mentions_every_command_and_every_option() {
    let commands: [(&[&str], &[&str]); 6] = [
        (&[], &["train", "evaluate", "predict", "study", "scaling", "--help", "--version"]),
        (
            &["train"],
            &[
                "--recipe",
                "documents",
                "steady",
                "--hidden",
                "--epochs",
                "--batch-size",
                "--optimizer",
                "sgd",
                "momentum",
                "nesterov",
                "adagrad",
                "rmsprop",
                "adam",
                "adamw",
                "--learning-rate",
                "--schedule",
                "constant",
                "linear",
                "cosine",
                "step:",
                "warm-up:",
                "--seed",
                "--threads",
                "--data",
                "--weights",
                "--json",
            ],
        ),
        (&["evaluate"], &["--weights", "--data", "--json"]),
        (&["predict"], &["--weights", "IMAGE", "PNG", "10,000", "--json", "not sure", "EMNIST"]),
        (&["study"], &["--seeds", "--threads", "--data", "--json"]),
        (&["scaling"], &["--repeats", "--data"]),
    ];
    for (command, mentioned) in commands {
        let help = run([command, &["--help"]].concat());
        for word in mentioned {
            assert!(help.contains(word), "{command:?} --help does not mention {word}:\n{help}");
        }
        let short = run([command, &["-h"]].concat());
        assert!(short.contains("Usage: ch05_mnist"), "{short}");
        let options = help.lines().filter(|line| line.trim_start().starts_with('-'));
        assert!(options.clone().count() > 0, "{help}");
    }
    assert!(run(["--version"]).starts_with("ch05_mnist "));
}

#[test]
fn the_shipped_data_are_documented_beside_them() {
    let readme = std::fs::read_to_string(shipped_folder().join("README.md")).unwrap();
    for name in [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] {
        assert!(
            readme.contains(name)
                && Path::new(&shipped_folder()).join(format!("{name}.gz")).is_file()
        );
    }
    assert!(readme.contains("CC BY-SA 3.0"));
}
