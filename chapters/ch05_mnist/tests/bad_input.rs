//! Whatever is wrong with files or flags: one line that says so, and nothing worse.

use book_programs::data::{Set, Source};
use ch02_forward::Network;
use ch05_mnist::{IMAGES_MAGIC, LABELS_MAGIC, Recipe, save_weights};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use safetensors::{Dtype, tensor::TensorView};

use common::*;

mod common;

/// The program's own module, so that a [`Source::Shipped`] can be a folder of ours; on the command
/// line it is always the folder beside the chapter.
#[path = "../program/disk.rs"]
#[allow(dead_code, reason = "only the reading of data sets is tested here")]
mod disk;

/// Runs the program, which must fail properly; gives its error message.
fn error_of(mut command: assert_cmd::Command) -> String {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let context = format!("{command:?} said:\n{stderr}");
    assert!(matches!(output.status.code(), Some(1 | 2)), "{:?}, {context}", output.status);
    assert!(output.stdout.is_empty(), "{context}");
    assert!(!stderr.contains("panicked"), "{context}");
    assert_eq!(stderr.lines().count(), 1, "{context}");
    let message = stderr.trim_end().strip_prefix("error: ").expect(&context).to_owned();
    let parts: Vec<&str> = message.split(": ").collect();
    assert!(parts.windows(2).all(|pair| pair[0] != pair[1]), "it says a thing twice: {context}");
    message
}

fn assert_names(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
}

/// `train` with this folder must fail, and name all these parts.
fn refuses_data(folder: &Folder, parts: &[&str]) {
    let message = error_of(program(arguments!["train", "--data", folder.path()]));
    assert_names(&message, &[folder.path().to_str().unwrap(), "expected"]);
    assert_names(&message, parts);
}

/// `train` with these options must fail, and name all these parts.
fn refuses_options(options: &[&str], parts: &[&str]) {
    let folder = Folder::small();
    let mut command = program(arguments!["train", "--data", folder.path()]);
    command.args(options);
    assert_names(&error_of(command), parts);
}

// ------------------------------------------------------------------------------- folders, files --

#[test]
fn a_missing_folder_is_named() {
    let folder = Folder::empty();
    let nowhere = folder.file("nowhere");
    for command in ["train", "study", "scaling"] {
        let message = error_of(program(arguments![command, "--data", nowhere]));
        assert_names(&message, &[nowhere.to_str().unwrap(), "expected a folder, found nothing"]);
    }
}

#[test]
fn a_file_is_no_folder() {
    let folder = Folder::empty();
    let file = folder.write("file", b"text");
    let message = error_of(program(arguments!["train", "--data", file]));
    assert_names(&message, &[file.to_str().unwrap(), "expected a folder, found a file"]);
}

#[test]
fn each_missing_file_is_named() {
    for name in [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] {
        let folder = Folder::small();
        folder.remove(name);
        let expected = format!("expected {name} or {name}.gz, found neither");
        refuses_data(&folder, &[&expected]);
        std::fs::create_dir(folder.file(name)).unwrap(); // a folder of that name is no such file
        refuses_data(&folder, &[&expected]);
    }
}

#[test]
fn an_empty_file_has_no_header() {
    for (name, header) in [(TRAIN_IMAGES, "16 bytes"), (TEST_LABELS, "8 bytes")] {
        let folder = Folder::small();
        folder.write(name, b"");
        refuses_data(&folder, &[name, header, "found the end of the file"]);
        folder.remove(name);
        let packed = format!("{name}.gz");
        for bytes in [gzip(b""), Vec::new()] {
            folder.write(&packed, &bytes);
            refuses_data(&folder, &[&packed, header, "found the end of the file"]);
        }
    }
}

#[test]
fn half_a_header_is_no_header() {
    let folder = Folder::small();
    folder.write(TRAIN_IMAGES, &folder.read(TRAIN_IMAGES)[..15]);
    refuses_data(&folder, &[TRAIN_IMAGES, "16 bytes", "found the end of the file"]);
}

#[test]
fn a_truncated_raw_file_tells_how_much_is_there() {
    let folder = Folder::small();
    let bytes = folder.read(TRAIN_IMAGES);
    folder.write(TRAIN_IMAGES, &bytes[..bytes.len() - 3]);
    refuses_data(&folder, &[TRAIN_IMAGES, "expected 640 bytes after the header, found 637"]);
}

#[test]
fn a_gz_file_truncated_anywhere_is_refused() {
    let folder = Folder::small();
    let bytes = gzip(&folder.read(TRAIN_IMAGES));
    folder.remove(TRAIN_IMAGES);
    let packed = format!("{TRAIN_IMAGES}.gz");
    for kept in [5, 12, bytes.len() / 2, bytes.len() - 8, bytes.len() - 1] {
        folder.write(&packed, &bytes[..kept]);
        refuses_data(&folder, &[&packed]);
    }
}

#[test]
fn a_gz_file_that_is_none_is_read_as_what_it_is() {
    let folder = Folder::small();
    let packed = format!("{TRAIN_IMAGES}.gz");
    folder.write(&packed, &folder.read(TRAIN_IMAGES));
    folder.remove(TRAIN_IMAGES);
    let train = arguments!["train", "--data", folder.path()];
    assert!(program(train).output().unwrap().status.success()); // unpacked, and the name was kept
    folder.write(&packed, b"neither packed nor images");
    refuses_data(&folder, &[&packed, "magic number", "found 0x6e656974"]);
}

#[test]
fn a_gz_file_with_a_wrong_checksum_is_refused() {
    let folder = Folder::small();
    folder.pack(TRAIN_IMAGES);
    let packed = format!("{TRAIN_IMAGES}.gz");
    let mut bytes = folder.read(&packed);
    let checksum = bytes.len() - 8;
    bytes[checksum] ^= 1;
    folder.write(&packed, &bytes);
    refuses_data(&folder, &[&packed, "checksum"]);
}

#[test]
fn images_are_no_labels_and_labels_are_no_images() {
    let folder = Folder::small();
    folder.write(TRAIN_LABELS, &folder.read(TRAIN_IMAGES));
    refuses_data(&folder, &[TRAIN_LABELS, "expected", "0x00000801", "found 0x00000803"]);
    let folder = Folder::small();
    folder.write(TRAIN_IMAGES, &folder.read(TRAIN_LABELS));
    refuses_data(&folder, &[TRAIN_IMAGES, "expected", "0x00000803", "found 0x00000801"]);
}

#[test]
fn images_and_labels_of_different_number_are_refused() {
    let folder = Folder::small();
    folder.write(TEST_LABELS, &idx_labels(&labels(19)));
    refuses_data(&folder, &[TEST_IMAGES, TEST_LABELS, "found 19 labels for 20 images"]);
}

#[test]
fn label_ten_is_refused() {
    let folder = Folder::small();
    let mut wrong = labels(20);
    wrong[7] = 10;
    folder.write(TEST_LABELS, &idx_labels(&wrong));
    refuses_data(&folder, &[TEST_LABELS, "from 0 to 9", "found 10", "number 7"]);
}

#[test]
fn trailing_bytes_are_refused() {
    for (name, size) in [(TRAIN_IMAGES, "640"), (TRAIN_LABELS, "40")] {
        let folder = Folder::small();
        folder.write(name, &[&folder.read(name)[..], b"x"].concat());
        refuses_data(&folder, &[name, "end after", size, "found more"]);
        folder.pack(name);
        refuses_data(&folder, &[name, "end after", size, "found more"]);
    }
}

#[test]
fn bytes_behind_the_gzip_stream_are_refused() {
    let folder = Folder::small();
    folder.pack(TRAIN_LABELS);
    let packed = format!("{TRAIN_LABELS}.gz");
    folder.write(&packed, &[&folder.read(&packed)[..], b"junk"].concat());
    refuses_data(&folder, &[&packed]);
}

#[test]
fn no_images_and_images_without_pixels_are_refused() {
    for (sizes, found) in [([0, 4, 4], "found 0 of 4 × 4"), ([40, 4, 0], "found 40 of 4 × 0")] {
        let folder = Folder::small();
        folder.write(TRAIN_IMAGES, &idx(IMAGES_MAGIC, &sizes, b""));
        folder.write(TRAIN_LABELS, &idx_labels(&labels(sizes[0] as usize)));
        refuses_data(&folder, &[TRAIN_IMAGES, "at least one image of at least one pixel", found]);
    }
}

#[test]
fn training_and_test_images_must_be_of_one_size() {
    for (height, width) in [(4, 5), (2, 8)] {
        let folder = Folder::small();
        folder.write(TEST_IMAGES, &idx_images(&labels(20), height, width, 0));
        let found = format!("{height} × {width}");
        refuses_data(&folder, &[TRAIN_IMAGES, "4 × 4 pixels", TEST_IMAGES, &found]);
    }
}

// ------------------------------------------------------------------------- memory, and the digest --

/// The program with at most 200 MB of address space: it could not allocate what is promised.
#[cfg(target_os = "linux")]
fn starved<A: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = A>,
) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new("sh");
    command.args(["-c", "ulimit -v 200000; exec \"$@\"", "sh"]).arg(binary());
    command.args(arguments).timeout(std::time::Duration::from_secs(20));
    command
}

#[cfg(target_os = "linux")]
#[test]
fn a_header_that_promises_four_billion_allocates_nothing() {
    const MOST: u32 = u32::MAX;
    let images = [
        ([MOST, 28, 28], "4294967295 images of 28 × 28"),
        ([MOST, MOST, MOST], "4294967295 images of 4294967295 × 4294967295"),
        ([MOST, 1, 1], "expected 4294967295 bytes after the header, found 100"),
        ([5_000_000, 28, 28], "expected 3920000000 bytes after the header, found 100"),
    ];
    for (sizes, found) in images {
        let folder = Folder::small();
        folder.write(TRAIN_IMAGES, &idx(IMAGES_MAGIC, &sizes, &[0; 100]));
        let message = error_of(starved(arguments!["train", "--data", folder.path()]));
        assert_names(&message, &[TRAIN_IMAGES, "expected", found]);
    }
    let folder = Folder::small();
    folder.write(TRAIN_LABELS, &idx(LABELS_MAGIC, &[MOST], &[0; 100]));
    folder.pack(TRAIN_LABELS);
    let message = error_of(starved(arguments!["train", "--data", folder.path()]));
    assert_names(&message, &[TRAIN_LABELS, "expected 4294967295 bytes", "found 100"]);
}

#[cfg(target_os = "linux")]
#[test]
fn weights_and_pictures_that_promise_much_allocate_nothing() {
    let folder = Folder::small();
    let header = r#"{"0.weight":{"dtype":"F32","shape":[1000000000,16],"data_offsets":[0,4]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&[0; 4]);
    let weights = folder.write("w.safetensors", &bytes);
    let arguments = arguments!["evaluate", "--data", folder.path(), "--weights", weights];
    assert_names(&error_of(starved(arguments)), &["w.safetensors", "expected a safetensors file"]);

    let weights = good_weights(&folder, 28 * 28);
    let mut png = png(4, 4, &[0; 16]);
    png[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let picture = folder.write("large.png", &png);
    let arguments = arguments!["predict", "--weights", weights, picture];
    assert_names(&error_of(starved(arguments)), &["large.png", "expected a PNG image"]);
}

#[test]
fn the_digests_of_the_shipped_data_are_checked() {
    let source = Source::new(None);
    assert!(matches!(&source, Source::Shipped(path) if *path == shipped_folder()));
    let folder = Folder::empty();
    for name in [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS] {
        let packed = format!("{name}.gz");
        std::fs::copy(shipped_folder().join(&packed), folder.file(&packed)).unwrap();
    }
    let source = Source::Shipped(folder.path().to_owned());
    disk::load(&source).expect("an exact copy is fine");

    let test = shipped_test_set();
    let mut changed = test.images.pixels.clone();
    changed[[4_711, 300]] ^= 1; // one bit of one pixel
    let pixels = changed.as_slice().unwrap();
    folder.write(TEST_IMAGES, &idx(IMAGES_MAGIC, &[10_000, 28, 28], pixels));
    let message = format!("{:#}", disk::load_set(&source, Set::Test).unwrap_err());
    let known = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7";
    assert_names(
        &message,
        &[TEST_IMAGES, "SHA-256", &format!("expected the SHA-256 digest {known}, found ")],
    );
    folder.remove(TEST_IMAGES);

    let swapped: Vec<u8> = test.labels.iter().rev().copied().collect();
    folder.write(TEST_LABELS, &idx_labels(&swapped));
    let message = format!("{:#}", disk::load_set(&source, Set::Test).unwrap_err());
    assert_names(&message, &[TEST_LABELS, "SHA-256", "expected", "ff7bcfd4", "found"]);
    let elsewhere = Source::Folder(folder.path().to_owned());
    disk::load_set(&elsewhere, Set::Test).expect("any other folder may hold what it likes");
}

// --------------------------------------------------------------------------------------- weights --

/// Weights of a network that nobody trained.
fn good_weights(folder: &Folder, pixels: usize) -> std::path::PathBuf {
    let recipe = Recipe { hidden: vec![3], ..Recipe::documents() };
    let network: Network<f32> = recipe.network(pixels, &mut generator(0));
    folder.write("weights.safetensors", &save_weights(&network))
}

/// A file of weights for images of 16 pixels; `None` leaves a tensor out.
fn weights_file(change: &str, tensor: Option<(Dtype, Vec<usize>, Vec<u8>)>) -> Vec<u8> {
    let shapes = [
        ("0.weight", vec![3, 16]),
        ("0.bias", vec![3]),
        ("2.weight", vec![10, 3]),
        ("2.bias", vec![10]),
    ];
    let mut tensors = Vec::new();
    for (name, shape) in shapes {
        let bytes = vec![0; 4 * shape.iter().product::<usize>()];
        if name != change {
            tensors.push((name, (Dtype::F32, shape, bytes)));
        }
    }
    tensors.extend(tensor.map(|tensor| (change, tensor)));
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

/// `evaluate` with a file of these weights must fail, and name all these parts.
fn refuses_weights(bytes: &[u8], parts: &[&str]) {
    let folder = Folder::small();
    let weights = folder.write("w.safetensors", bytes);
    let arguments = arguments!["evaluate", "--data", folder.path(), "--weights", weights];
    let message = error_of(program(arguments));
    assert_names(&message, &[weights.to_str().unwrap(), "expected"]);
    assert_names(&message, parts);
}

#[test]
fn files_that_hold_no_weights_are_refused() {
    let good = weights_file("", None);
    let long_header = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    let broken: [&[u8]; 6] = [
        b"",
        b"no weights",
        &good[..20],
        &good[..good.len() - 1],
        &[&good[..], b"x"].concat(),
        &long_header,
    ];
    for bytes in broken {
        refuses_weights(bytes, &["a safetensors file"]);
    }
    let folder = Folder::small();
    for name in ["nowhere", "."] {
        let weights = folder.file(name);
        let arguments = arguments!["evaluate", "--data", folder.path(), "--weights", weights];
        let message = error_of(program(arguments));
        assert_names(&message, &[weights.to_str().unwrap(), "expected"]);
    }
}

#[test]
fn a_missing_tensor_is_named() {
    for name in ["0.weight", "0.bias", "2.weight", "2.bias"] {
        refuses_weights(&weights_file(name, None), &[name, "found"]);
    }
}

#[test]
fn a_tensor_of_another_shape_or_type_is_named() {
    let cases = [
        ("0.weight", Dtype::F32, vec![3, 17], "F32 [3, 16]", "F32 [3, 17]"),
        ("0.weight", Dtype::F32, vec![48], "F32", "F32 [48]"),
        ("0.bias", Dtype::F32, vec![4], "F32 [3]", "F32 [4]"),
        ("0.bias", Dtype::F32, vec![1, 3], "F32 [3]", "F32 [1, 3]"),
        ("0.bias", Dtype::I32, vec![3], "F32 [3]", "I32 [3]"),
        ("2.weight", Dtype::F32, vec![3, 10], "F32 [10, 3]", "F32 [3, 10]"),
        ("2.weight", Dtype::F32, vec![9, 3], "F32 [10, 3]", "F32 [9, 3]"),
        ("2.bias", Dtype::F32, vec![9], "F32 [10]", "F32 [9]"),
    ];
    for (name, dtype, shape, expected, found) in cases {
        let bytes = vec![0; 4 * shape.iter().product::<usize>()];
        let file = weights_file(name, Some((dtype, shape, bytes)));
        refuses_weights(&file, &[name, expected, &format!("found {found}")]);
    }
}

#[test]
fn weights_that_are_no_numbers_are_refused() {
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let bytes = [number.to_le_bytes(), [0; 4], [0; 4]].concat();
        let file = weights_file("0.bias", Some((Dtype::F32, vec![3], bytes)));
        refuses_weights(&file, &["0.bias", "finite", &format!("found {number}")]);
    }
}

#[test]
fn weights_so_large_that_the_loss_is_no_number_are_refused() {
    let bytes = f32::MAX.to_le_bytes().repeat(48);
    let file = weights_file("0.weight", Some((Dtype::F32, vec![3, 16], bytes)));
    refuses_weights(&file, &["finite", "found"]);
}

#[test]
fn weights_for_images_of_another_size_are_refused() {
    let folder = Folder::data((20, 20), (5, 6));
    let weights = good_weights(&folder, 16);
    let arguments = arguments!["evaluate", "--data", folder.path(), "--weights", weights];
    assert_names(&error_of(program(arguments)), &["0.weight", "[3, 30]", "found F32 [3, 16]"]);
    let picture = folder.write("digit.png", &png(2, 2, &[0, 255, 0, 0]));
    let arguments = arguments!["predict", "--weights", weights, picture];
    assert_names(&error_of(program(arguments)), &["0.weight", "[3, 784]", "found F32 [3, 16]"]);
}

// -------------------------------------------------------------------------------------- pictures --

/// A gray PNG.
fn png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = PngEncoder::new(&mut file);
    encoder.write_image(pixels, width, height, ExtendedColorType::L8).unwrap();
    file
}

#[test]
fn pictures_that_show_nothing_are_refused() {
    let folder = Folder::empty();
    let weights = good_weights(&folder, 28 * 28);
    let whole = png(30, 30, &(0..900).map(|i| (i % 251) as u8).collect::<Vec<_>>());
    let gray = png(8, 8, &[128; 64]);
    let mut faint = [128; 64];
    faint[30] = 129;
    let mut transparent = Vec::new();
    let black = [0, 0, 0, 0].repeat(64);
    let encoder = PngEncoder::new(&mut transparent);
    encoder.write_image(&black, 8, 8, ExtendedColorType::Rgba8).unwrap();
    let jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1];
    let cases: [(&str, &[u8], &str); 13] = [
        ("empty.png", b"", "expected a PNG image"),
        ("text.png", b"this is no picture", "expected a PNG image"),
        ("signature.png", &whole[..8], "expected a PNG image"),
        ("header.png", &whole[..40], "expected a PNG image"),
        ("half.png", &whole[..whole.len() / 2], "expected a PNG image"),
        ("photograph.png", &jpeg, "expected a PNG image, found a JPEG image"),
        ("page.png", b"<!DOCTYPE html>", "expected a PNG image, found an HTML page"),
        ("phone.png", b"\0\0\0\x18ftypheic", "expected a PNG image, found a HEIC image"),
        ("gray.png", &gray, "expected a digit, found one shade all over"),
        ("transparent.png", &transparent, "expected a digit, found one shade"),
        ("dot.png", &png(1, 1, &[7]), "expected a digit, found one shade"),
        ("faint.png", &png(8, 8, &faint), "expected a digit, found nothing drawn"),
        ("speck.png", &png(3, 3, &[0, 0, 0, 0, 255, 0, 0, 0, 0]), "found nothing but specks"),
    ];
    for (name, bytes, expected) in cases {
        let picture = folder.write(name, bytes);
        let message = error_of(program(arguments!["predict", "--weights", weights, picture]));
        assert_names(&message, &[picture.to_str().unwrap(), expected]);
    }
    for name in ["nowhere.png", "."] {
        let picture = folder.file(name);
        let message = error_of(program(arguments!["predict", "--weights", weights, picture]));
        assert_names(&message, &[picture.to_str().unwrap(), "expected"]);
    }
}

/// A picture of 10,001 × 1 pixels is 10 kilobytes; the message is about its size all the same.
#[test]
fn a_picture_that_is_too_large_is_told_with_size_and_limit() {
    let folder = Folder::empty();
    let weights = good_weights(&folder, 28 * 28);
    for (width, height) in [(10_001, 1), (1, 10_001)] {
        let picture = folder.write("wide.png", &png(width, height, &[7; 10_001]));
        let message = error_of(program(arguments!["predict", "--weights", weights, picture]));
        let found = format!("at most 10000 × 10000 pixels, found {width} × {height}");
        assert_names(&message, &["wide.png", &found]);
    }
}

/// Weights that answer 0 for every image with ink, surely.
fn zero_weights(factor: f32) -> Vec<u8> {
    let mut network: Network<f32> =
        Recipe { hidden: vec![], ..Recipe::documents() }.network(28 * 28, &mut generator(0));
    network.layers[0].dense.weights.fill(0.0);
    network.layers[0].dense.weights.column_mut(0).fill(factor);
    save_weights(&network)
}

#[test]
fn good_pictures_are_answered_and_bad_ones_named() {
    let folder = Folder::empty();
    let weights = folder.write("w.safetensors", &zero_weights(9.0));
    let stroke =
        |i: usize| if (40..46).contains(&(i % 100)) && (1500..8000).contains(&i) { 0 } else { 255 };
    let good = png(100, 100, &(0..10_000).map(stroke).collect::<Vec<_>>());
    let first = folder.write("first.png", &good);
    let blank = folder.write("blank.png", &png(100, 100, &[255; 10_000]));
    let last = folder.write("last.png", &good);
    let nowhere = folder.file("nowhere.png");
    let output =
        program(arguments!["predict", "--weights", weights, first, blank, nowhere, last]).output();
    let output = output.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(1));
    let answers: Vec<&str> = stdout.lines().step_by(2).collect();
    let expected = [&first, &last].map(|path| format!("{}: 0 (sure)", path.display()));
    assert_eq!(answers, expected);
    let [blank_error, nowhere_error] = stderr.lines().collect::<Vec<_>>().try_into().unwrap();
    let blank = format!("error: {}: expected a digit, found one shade all over", blank.display());
    assert_eq!(blank_error, blank);
    assert!(nowhere_error.starts_with(&format!("error: {}: expected", nowhere.display())));
}

#[test]
fn a_network_that_knows_nothing_answers_nothing() {
    let folder = Folder::empty();
    let weights = folder.write("w.safetensors", &zero_weights(0.0));
    let stroke =
        |i: usize| if (40..46).contains(&(i % 100)) && (1500..8000).contains(&i) { 0 } else { 255 };
    let picture =
        folder.write("p.png", &png(100, 100, &(0..10_000).map(stroke).collect::<Vec<_>>()));
    let message = error_of(program(arguments!["predict", "--weights", weights, picture]));
    assert_names(&message, &["p.png: expected a digit that can be told, found what may be a"]);
}

#[test]
fn weights_whose_sums_overflow_are_refused_by_predict_too() {
    let folder = Folder::empty();
    let weights = folder.write("w.safetensors", &zero_weights(f32::MAX));
    let stroke =
        |i: usize| if (40..46).contains(&(i % 100)) && (1500..8000).contains(&i) { 0 } else { 255 };
    let picture =
        folder.write("p.png", &png(100, 100, &(0..10_000).map(stroke).collect::<Vec<_>>()));
    let message = error_of(program(arguments!["predict", "--weights", weights, picture]));
    assert_names(&message, &["w.safetensors: expected weights that give finite", "p.png"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_or_nobody_at_the_other_is_not_read() {
    let folder = Folder::empty();
    let weights = good_weights(&folder, 28 * 28);
    let pipe = folder.file("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for endless in [std::path::Path::new("/dev/zero"), &pipe] {
        let found = "found a device or a pipe";
        let message = error_of(program(arguments!["evaluate", "--weights", endless]));
        assert_names(&message, &[endless.to_str().unwrap(), "expected a file of weights", found]);
        let message = error_of(program(arguments!["predict", "--weights", weights, endless]));
        assert_names(&message, &[endless.to_str().unwrap(), "expected a PNG image", found]);
    }
}

#[test]
fn other_files_in_the_place_of_weights_are_told() {
    for (bytes, found) in [
        (&b"PK\x03\x04 and so on"[..], "found a zip archive, as torch.save writes one"),
        (b"\n<html><body>404", "found an HTML page"),
        (&gzip(b"weights")[..], "found a gzip file"),
    ] {
        refuses_weights(bytes, &["expected a safetensors file", found]);
    }
}

#[test]
fn what_lies_in_the_place_of_the_data_is_told() {
    let moved = |from: &Folder, to: &str| {
        let (target, content) = (from.file(to), from.read(TRAIN_IMAGES));
        from.remove(TRAIN_IMAGES);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, content).unwrap();
    };
    let cases = [
        ("train-images.idx3-ubyte".to_owned(), "train-images.idx3-ubyte, train-labels"),
        (format!("MNIST/raw/{TRAIN_IMAGES}"), "but there is one in"),
        (format!("raw/{TRAIN_IMAGES}.gz"), "but there is one in"),
        (format!("{TRAIN_IMAGES}/{TRAIN_IMAGES}"), "but there is one in"),
        (
            "elsewhere/a".to_owned(),
            "but t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, the folder else",
        ),
    ];
    for (to, expected) in cases {
        let folder = Folder::small();
        moved(&folder, &to);
        refuses_data(&folder, &["found neither", expected]);
    }
    let folder = Folder::empty();
    refuses_data(&folder, &["found neither: the folder is empty"]);
    (0..14).for_each(|i| drop(folder.write(&format!("file{i:02}"), b"")));
    refuses_data(&folder, &["file08, file09 and 4 more"]);
}

#[test]
fn packed_files_are_known_by_their_first_bytes() {
    let folder = Folder::small();
    let train = |folder: &Folder| {
        program(arguments!["train", "--data", folder.path()]).output().unwrap().status.success()
    };
    folder.write(TRAIN_IMAGES, &gzip(&folder.read(TRAIN_IMAGES))); // packed under the plain name
    std::fs::rename(folder.file(TRAIN_LABELS), folder.file("train-labels-idx1-ubyte.gz")).unwrap();
    assert!(train(&folder));
    let padded = [&gzip(&folder.read(TEST_IMAGES))[..], &[0; 20_000]].concat();
    folder.write(TEST_IMAGES, &padded); // zcat takes this too
    assert!(train(&folder));
    folder.write(TEST_IMAGES, &[&padded[..], b"x"].concat());
    refuses_data(&folder, &[TEST_IMAGES, "something else behind the packed data"]);
    folder.write(TEST_IMAGES, b"<html>not found</html>");
    refuses_data(
        &folder,
        &[TEST_IMAGES, "expected a file of images or labels, found an HTML page"],
    );
}

// ----------------------------------------------------------------------------------------- flags --

#[test]
fn sizes_and_counts_must_be_whole_numbers_from_one() {
    for flag in ["--hidden", "--epochs", "--batch-size", "--threads"] {
        for number in ["0", "-1", "1.5", "x", "", " ", "99999999999999999999"] {
            let expected = ["expected", "whole number", &format!("found {number:?}")];
            // `--flag=value` for what is empty: as a value of its own it counts as none at all.
            refuses_options(&[&format!("{flag}={number}")], &[&[flag][..], &expected].concat());
            if !number.is_empty() {
                refuses_options(&[flag, number], &[&[flag][..], &expected].concat());
            }
        }
    }
    for sizes in ["128,0", "0,128", "128,", ",", "128,,10", "128;10"] {
        refuses_options(&["--hidden", sizes], &["--hidden", "expected", "whole number", "found"]);
    }
    refuses_options(&["--hidden", ""], &["--hidden"]);
    let folder = Folder::small();
    for seeds in ["0", "-1"] {
        let arguments = arguments!["study", "--data", folder.path(), "--seeds", seeds];
        assert_names(&error_of(program(arguments)), &["--seeds", "expected", "found"]);
    }
}

#[test]
fn a_learning_rate_must_be_finite_and_above_zero() {
    for rate in ["NaN", "nan", "-0.1", "-1e-3", "inf", "-inf", "0", "-0", "1e-400", "1e400", "x"] {
        let expected = ["--learning-rate", "expected a finite number above 0", rate];
        refuses_options(&["--learning-rate", rate], &expected);
        refuses_options(&[&format!("--learning-rate={rate}")], &expected);
    }
}

#[test]
fn a_run_that_diverges_fails_and_saves_nothing() {
    let options: [&[&str]; 4] = [
        &["--learning-rate", "1e30"],
        &["--learning-rate", "1e300", "--epochs", "1", "--batch-size", "40"], // only the last step
        &["--learning-rate", "1e38", "--epochs", "1", "--batch-size", "40", "--optimizer", "sgd"],
        &["--schedule", "step:1:1e30", "--epochs", "3", "--batch-size", "5"],
    ];
    for options in options {
        let folder = Folder::small();
        let weights = folder.file("w.safetensors");
        let arguments =
            arguments!["train", "--data", folder.path(), "--weights", weights, "--json"];
        let mut command = program(arguments);
        command.args(options);
        let message = error_of(command);
        assert_names(&message, &["learning rate", "expected a finite", "found"]);
        assert!(!weights.exists(), "{options:?}");
    }
}

#[test]
fn a_schedule_that_cannot_be_read_is_refused() {
    let malformed = [
        "",
        "x",
        "Linear",
        "linear:3",
        "step",
        "step:5",
        "step:5:x",
        "warm-up",
        "warm-up:5",
        "warm-up:5:x",
        "warm-up:5:step:5",
        "constant:",
        ":",
    ];
    for schedule in malformed {
        let option = format!("--schedule={schedule}");
        refuses_options(&[&option], &["--schedule", "expected constant, linear, cosine"]);
    }
    for schedule in ["step:0:0.5", "step:-5:0.5", "step:x:0.5", "warm-up:0:linear"] {
        let option = format!("--schedule={schedule}");
        refuses_options(&[&option], &["--schedule", schedule, "expected a whole number", "found"]);
    }
    for factor in ["-1", "NaN", "inf"] {
        let option = format!("--schedule=step:5:{factor}");
        refuses_options(&[&option], &["--schedule", "expected a finite factor", "found", factor]);
    }
}

#[test]
fn a_seed_must_be_a_whole_number() {
    for seed in ["-1", "x", "1.5", "18446744073709551616"] {
        refuses_options(&["--seed", seed], &["--seed", "expected a whole number", seed]);
    }
}

#[test]
fn names_that_do_not_exist_are_answered_with_those_that_do() {
    refuses_options(&["--recipe", "x"], &["--recipe", "'x'", "documents", "steady"]);
    refuses_options(&["--optimizer", "x"], &["--optimizer", "'x'", "sgd", "adamw"]);
}

#[test]
fn weights_that_cannot_be_written_are_refused_before_training() {
    let folder = Folder::empty(); // without data: whoever looks for them has looked too late
    let file = folder.write("file", b"");
    let targets = [
        (folder.file("nowhere").join("w.safetensors"), "expected a folder"),
        (file.join("w.safetensors"), "expected a folder"),
        (folder.path().to_owned(), "expected a file name, found a folder"),
    ];
    for (target, expected) in targets {
        let arguments = arguments!["train", "--data", folder.path(), "--weights", target];
        let message = error_of(program(arguments));
        assert_names(&message, &[target.to_str().unwrap(), expected]);
    }
}

#[test]
fn weights_named_like_a_folder_are_refused_before_training() {
    let folder = Folder::empty();
    let target = format!("{}/new/", folder.path().display());
    let arguments = arguments!["train", "--data", folder.path(), "--weights", target];
    let message = error_of(program(arguments));
    assert_names(&message, &[&target, "expected", "found"]);
}

#[test]
fn unknown_and_missing_arguments_are_named() {
    let cases: [(&[&str], &str); 9] = [
        (&["tarin"], "tarin"),
        (&["--nonsense"], "--nonsense"),
        (&["train", "--nonsense"], "--nonsense"),
        (&["train", "nonsense"], "nonsense"),
        (&["train", "--weights"], "--weights"),
        (&["evaluate"], "--weights"),
        (&["predict"], "--weights"),
        (&["predict", "--weights", "w.safetensors"], "IMAGE"),
        (&["predict", "digit.png"], "--weights"),
    ];
    for (arguments, named) in cases {
        assert_names(&error_of(program(arguments)), &[named]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_standard_output_is_an_error_and_no_panic() {
    let folder = Folder::small();
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap();
    let weights = good_weights(&folder, 16);
    let data = folder.path();
    let commands = [
        arguments!["train", "--data", data].to_vec(),
        arguments!["train", "--data", data, "--json"].to_vec(),
        arguments!["evaluate", "--data", data, "--weights", weights].to_vec(),
        arguments!["study", "--data", data, "--seeds", "1"].to_vec(),
    ];
    for arguments in commands {
        let mut command = std::process::Command::new(binary());
        let output = command.args(&arguments).stdout(full()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
        assert!(stderr.starts_with("error: standard output: "), "{arguments:?}: {stderr}");
    }
}

// ----------------------------------------------------------------------------- times of others --

#[test]
fn runs_of_other_programs_that_cannot_be_read_are_named() {
    let folder = Folder::empty();
    let good = "documents|ours|2.1|0.976\n";
    for (bad, parts) in [
        ("keras|Keras|20\n".to_owned(), ["runs:1:", "found `keras|Keras|20`"]),
        (format!("{good}keras|Keras|NaN|0.97\n"), ["runs:2:", "key|name|seconds|accuracy"]),
        (format!("{good}keras|Keras|-3|0.97\n"), ["runs:2:", "found `keras|Keras|-3|0.97`"]),
        ("keras|Keras|20|0.97\n".to_owned(), ["runs:", "`documents`, found none"]),
        (String::new(), ["runs:", "`documents`, found none"]),
    ] {
        let runs = folder.write("runs", bad.as_bytes());
        let message = error_of(program(arguments!["peers", runs]));
        assert_names(&message, &parts);
    }
    let missing = folder.file("nowhere");
    let message = error_of(program(arguments!["peers", missing]));
    assert_names(&message, &[missing.to_str().unwrap(), "expected the runs of compare.sh"]);
}
