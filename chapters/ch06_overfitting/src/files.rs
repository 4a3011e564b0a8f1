//! What the program reads and writes: the data, and the outcome of long experiments. Every error
//! names its file.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use ch05_mnist::{Dataset, IdxError, read_images, read_labels};
use flate2::read::MultiGzDecoder;

/// The training set and the test set of a folder, or of the one beside chapter 5; fails if there are
/// fewer training images than `least`.
pub fn load(folder: Option<&Path>, least: usize) -> Result<(Dataset, Dataset)> {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ch05_mnist/data");
    let folder = folder.unwrap_or(&shipped);
    if !folder.is_dir() {
        let found = if folder.exists() { "a file" } else { "nothing" };
        bail!("{}: expected a folder, found {found}", folder.display());
    }
    let (train, test) = (load_set(folder, "train")?, load_set(folder, "t10k")?);
    let size = |data: &Dataset| (data.images.height, data.images.width);
    let (train_size, test_size) = (size(&train), size(&test));
    if train_size != test_size {
        bail!(
            "{}: expected images of one size, found {train_size:?} pixels in the training set and \
             {test_size:?} in the test set",
            folder.display()
        );
    }
    if train.len() < least {
        bail!(
            "{}: expected at least {least} training images, found {}",
            folder.display(),
            train.len()
        );
    }
    Ok((train, test))
}

fn load_set(folder: &Path, set: &str) -> Result<Dataset> {
    let images = read(folder, &format!("{set}-images-idx3-ubyte"), |file| read_images(file))?;
    let labels = read(folder, &format!("{set}-labels-idx1-ubyte"), |file| read_labels(file))?;
    Dataset::new(images, labels).with_context(|| format!("{}: {set} set", folder.display()))
}

/// Reads `name` or `name.gz` of a folder.
fn read<T>(
    folder: &Path,
    name: &str,
    parse: impl FnOnce(&mut dyn Read) -> Result<T, IdxError>,
) -> Result<T> {
    let (plain, packed) = (folder.join(name), folder.join(format!("{name}.gz")));
    let path = if plain.is_file() { &plain } else { &packed };
    if !path.is_file() {
        bail!("{}: expected {name} or {name}.gz, found neither", folder.display());
    }
    let context = || path.display().to_string();
    let file = BufReader::new(File::open(path).with_context(context)?);
    let mut unpacked: Box<dyn Read> =
        if path == &packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    parse(&mut unpacked).with_context(context)
}

/// A file of the folder in which the outcome of long experiments is kept, for the chapter to quote.
pub fn results(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results").join(name)
}

/// Where checkpoints are kept: in the folder given on the command line, or below `target`. It is
/// made if it is not there.
pub fn checkpoints(folder: Option<&Path>) -> Result<PathBuf> {
    let below_target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ch06_overfitting");
    let folder = folder.map_or(below_target, Path::to_path_buf);
    let made = fs::create_dir_all(&folder);
    made.with_context(|| format!("{}: expected a folder for checkpoints", folder.display()))?;
    Ok(folder)
}

/// Writes a file beside its place first, so that an interruption leaves no half a file.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let written = fs::write(&beside, content).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("{}: expected to write it", path.display()))
}

/// Today's date, such as 2026-01-31 (Hinnant's algorithm: March is the first month of a year, so
/// that the leap day is its last).
pub fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let days = since.as_secs() / 86_400 + 719_468; // since 1 March of the year 0
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = 400 * era + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
