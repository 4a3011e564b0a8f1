//! What the tests of this chapter share: small data sets, the shipped one, and the program.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use byteorder::{BigEndian, WriteBytesExt};
use ch05_mnist::{Dataset, IMAGES_MAGIC, LABELS_MAGIC, read_images, read_labels};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

pub const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
pub const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
pub const TEST_IMAGES: &str = "t10k-images-idx3-ubyte";
pub const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

pub fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

// ------------------------------------------------------------------------------------ IDX bytes --

pub fn idx(magic: u32, sizes: &[u32], body: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    for &number in [magic].iter().chain(sizes) {
        file.write_u32::<BigEndian>(number).unwrap();
    }
    file.extend_from_slice(body);
    file
}

pub fn idx_labels(labels: &[u8]) -> Vec<u8> {
    idx(LABELS_MAGIC, &[labels.len() as u32], labels)
}

/// Noise from 1 to 30, in which pixel number `label` is 255: ten classes that can be learned.
pub fn idx_images(labels: &[u8], height: u32, width: u32, seed: u64) -> Vec<u8> {
    let mut generator = generator(seed);
    let size = (height * width) as usize;
    let mut body = vec![0; labels.len() * size];
    body.iter_mut().for_each(|pixel| *pixel = generator.random_range(1..=30));
    for (image, &label) in body.chunks_exact_mut(size).zip(labels) {
        image[usize::from(label)] = 255;
    }
    idx(IMAGES_MAGIC, &[labels.len() as u32, height, width], &body)
}

/// The labels 0, 1, … 9, 0, 1, and so on.
pub fn labels(count: usize) -> Vec<u8> {
    (0..count).map(|index| (index % 10) as u8).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

// --------------------------------------------------------------------------------- data folders --

/// A folder that vanishes with its owner.
pub struct Folder(TempDir);

impl Folder {
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A data set of 40 training and 20 test images of 4 × 4 pixels.
    pub fn small() -> Self {
        Self::data((40, 20), (4, 4))
    }

    pub fn data((train, test): (usize, usize), (height, width): (u32, u32)) -> Self {
        let folder = Self::empty();
        let (train, test) = (labels(train), labels(test));
        folder.write(TRAIN_IMAGES, &idx_images(&train, height, width, 1));
        folder.write(TRAIN_LABELS, &idx_labels(&train));
        folder.write(TEST_IMAGES, &idx_images(&test, height, width, 2));
        folder.write(TEST_LABELS, &idx_labels(&test));
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.file(name)).unwrap()
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.file(name)).unwrap();
    }

    /// Packs a file, and takes the unpacked one away.
    pub fn pack(&self, name: &str) {
        self.write(&format!("{name}.gz"), &gzip(&self.read(name)));
        self.remove(name);
    }
}

/// The folder with the files that come with the chapter.
pub fn shipped_folder() -> PathBuf {
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("run by Cargo"));
    let root = package.ancestors().find(|folder| folder.join("Cargo.lock").exists());
    root.expect("a workspace").join("chapters/ch05_mnist/data")
}

fn shipped(images: &str, labels: &str) -> Dataset {
    let open = |name: &str| {
        let file = File::open(shipped_folder().join(format!("{name}.gz"))).unwrap();
        GzDecoder::new(BufReader::new(file))
    };
    Dataset::new(read_images(open(images)).unwrap(), read_labels(open(labels)).unwrap()).unwrap()
}

pub fn shipped_training_set() -> Dataset {
    shipped(TRAIN_IMAGES, TRAIN_LABELS)
}

pub fn shipped_test_set() -> Dataset {
    shipped(TEST_IMAGES, TEST_LABELS)
}

// ----------------------------------------------------------------------------------- the program --

/// Anything that names a path or is text, as arguments of the program.
#[macro_export]
macro_rules! arguments {
    ($($argument:expr),* $(,)?) => {
        [$(std::ffi::OsString::from(&$argument)),*]
    };
}

/// The program that Cargo has built beside this test: found when the test runs, since the checkout may
/// have been moved since.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap(); // target/debug/deps/program-0123
    folder.join("ch05_mnist").with_extension(std::env::consts::EXE_EXTENSION)
}

pub fn program<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).timeout(Duration::from_secs(60));
    command
}

/// Runs the program, which must succeed and say nothing on standard error; gives what it prints.
pub fn run<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> String {
    let mut command = program(arguments);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(status.success(), "{command:?}: {status}, {stderr}");
    assert_eq!(stderr, "", "{command:?}");
    String::from_utf8(stdout).unwrap()
}
