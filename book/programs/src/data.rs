//! The files of MNIST, or of a data set in the same format: found, unpacked, and the shipped ones
//! checked by their digests.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::bufread::GzDecoder;
use sha2::{Digest, Sha256};

use crate::files::kind;

/// Which of the two sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// What a network learns from.
    Train,
    /// What it is examined on.
    Test,
}

/// The names of the two files of each set, images and labels, and the SHA-256 of the shipped ones,
/// unpacked.
const FILES: [[(&str, &str); 2]; 2] = [
    [
        (
            "train-images-idx3-ubyte",
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        (
            "train-labels-idx1-ubyte",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
    ],
    [
        (
            "t10k-images-idx3-ubyte",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        (
            "t10k-labels-idx1-ubyte",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ],
];

/// Where the data come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The files that come with the book, whose digests are known.
    Shipped(PathBuf),
    /// Any folder with four files of the usual names.
    Folder(PathBuf),
}

impl Source {
    /// The folder given on the command line, or else the one that comes with chapter 5.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let root = || book_figures::root().unwrap_or_default(); // without one, the folder is missed
        let shipped = || Self::Shipped(root().join("chapters/ch05_mnist/data"));
        folder.map_or_else(shipped, Self::Folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Shipped(folder) | Self::Folder(folder) => folder,
        }
    }

    /// Both files of a set, packed (`.gz`) or not: the images and the labels, each read by its
    /// function.
    ///
    /// # Errors
    /// If the folder or a file is missing or cannot be read, or if the digest of a shipped file is
    /// not the known one.
    pub fn read<I, L, E: std::error::Error + Send + Sync + 'static>(
        &self,
        set: Set,
        images: impl FnOnce(&mut dyn Read) -> Result<I, E>,
        labels: impl FnOnce(&mut dyn Read) -> Result<L, E>,
    ) -> Result<(I, L)> {
        let folder = self.folder();
        if !folder.is_dir() {
            let found = if folder.exists() { "a file" } else { "nothing" };
            bail!("{}: expected a folder, found {found}", folder.display());
        }
        let [of_images, of_labels] = FILES[set as usize];
        Ok((self.read_file(of_images, images)?, self.read_file(of_labels, labels)?))
    }

    /// A set as a program wants it: its images and labels, joined.
    ///
    /// The functions are those of chapter 5, which this crate cannot name: chapter 5's program uses it.
    ///
    /// # Errors
    /// Those of [`Source::read`], and that of `join`, with the names of both files.
    pub fn load<I, L, D, E, F>(
        &self,
        set: Set,
        images: impl FnOnce(&mut dyn Read) -> Result<I, E>,
        labels: impl FnOnce(&mut dyn Read) -> Result<L, E>,
        join: impl FnOnce(I, L) -> Result<D, F>,
    ) -> Result<D>
    where
        E: std::error::Error + Send + Sync + 'static,
        F: std::error::Error + Send + Sync + 'static,
    {
        let (images, labels) = self.read(set, images, labels)?;
        let names = Self::names(set).join(" and ");
        join(images, labels).with_context(|| format!("{}: {names}", self.folder().display()))
    }

    /// The training set and the test set, each as `load` gives it; `shape` tells the examples, the
    /// height and the width of a set.
    ///
    /// # Errors
    /// Those of `load`, and if the images of the two sets differ in size, or if there are fewer than
    /// `least` training images.
    pub fn load_both<D>(
        &self,
        least: usize,
        load: impl Fn(&Self, Set) -> Result<D>,
        shape: impl Fn(&D) -> [usize; 3],
    ) -> Result<(D, D)> {
        let (train, test) = (load(self, Set::Train)?, load(self, Set::Test)?);
        let ([examples, height, width], [_, test_height, test_width]) =
            (shape(&train), shape(&test));
        let folder = self.folder().display();
        if (height, width) != (test_height, test_width) {
            let (of_train, of_test) = (Self::names(Set::Train)[0], Self::names(Set::Test)[0]);
            bail!(
                "{folder}: expected images of one size, found {height} × {width} pixels in {of_train} \
                 and {test_height} × {test_width} in {of_test}"
            );
        }
        if examples < least {
            bail!("{folder}: expected at least {least} training images, found {examples}");
        }
        Ok((train, test))
    }

    /// The names of the files of a set, for messages.
    pub fn names(set: Set) -> [&'static str; 2] {
        FILES[set as usize].map(|(name, _)| name)
    }

    fn read_file<T, E: std::error::Error + Send + Sync + 'static>(
        &self,
        (file_name, expected): (&str, &str),
        parse: impl FnOnce(&mut dyn Read) -> Result<T, E>,
    ) -> Result<T> {
        let path = find(self.folder(), file_name)?;
        let name = || path.display().to_string();
        let mut file = BufReader::new(File::open(&path).with_context(name)?);
        let mut digest = Sha256::new();
        // By its first bytes, not by its name: browsers unpack files and keep the name, or the reverse.
        let unpacked: Box<dyn Read> = match kind(file.fill_buf().with_context(name)?) {
            Some("a gzip file") => Box::new(Unpacked(Some(GzDecoder::new(file)))),
            Some(found) => bail!("{}: expected a file of images or labels, found {found}", name()),
            None => Box::new(file),
        };
        let mut reader = Hashing { reader: unpacked, digest: &mut digest };
        let parsed = parse(&mut reader).with_context(name)?;
        let found = hex(&digest.finalize());
        if matches!(self, Self::Shipped(_)) && found != expected {
            bail!("{}: expected the SHA-256 digest {expected}, found {found}", path.display());
        }
        Ok(parsed)
    }
}

/// `name` or `name.gz` in a folder.
fn find(folder: &Path, name: &str) -> Result<PathBuf> {
    let candidates = [folder.join(name), folder.join(format!("{name}.gz"))];
    match candidates.into_iter().find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!(
            "{}: expected {name} or {name}.gz, found neither{}",
            folder.display(),
            instead(folder, name)
        ),
    }
}

/// What is in a folder in the place of a file: other names, or a folder that holds the file.
fn instead(folder: &Path, name: &str) -> String {
    for inner in ["MNIST/raw", "raw", name] {
        let inner = folder.join(inner);
        if [inner.join(name), inner.join(format!("{name}.gz"))].iter().any(|path| path.is_file()) {
            return format!(", but there is one in {}", inner.display());
        }
    }
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| {
        let of = if entry.path().is_dir() { "the folder " } else { "" };
        format!("{of}{}", entry.file_name().to_string_lossy())
    });
    let mut names: Vec<String> = entries.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    let more = names.len().saturating_sub(10);
    names.truncate(10);
    match more {
        0 if names.is_empty() => ": the folder is empty".to_owned(),
        0 => format!(", but {}", names.join(", ")),
        more => format!(", but {} and {more} more", names.join(", ")),
    }
}

/// Unpacks all members of a gzip file, one after the other. Zeros behind the last one are padding, as
/// on a tape.
struct Unpacked<R>(Option<GzDecoder<R>>);

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.0 {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut file) = self.0.take().map(GzDecoder::into_inner) else { break };
            match after_zeros(&mut file)? {
                None => break,
                Some(0x1f) => self.0 = Some(GzDecoder::new(file)),
                Some(_) => {
                    return Err(io::Error::other("there is something else behind the packed data"));
                }
            }
        }
        Ok(0)
    }
}

/// The next byte that is not zero, which stays there.
fn after_zeros(file: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let bytes = file.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let (next, end) = (bytes.get(zeros).copied(), bytes.is_empty());
        file.consume(zeros);
        if next.is_some() || end {
            return Ok(next);
        }
    }
}

/// Hands on what it reads, and adds it to a digest.
struct Hashing<'a, R> {
    reader: R,
    digest: &'a mut Sha256,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(count)
    }
}

/// The first 16 digits of the SHA-256 of some bytes: enough to tell apart what is kept under it.
pub fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    hex(&digest.finalize()[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_knows_its_parts() {
        let one = fingerprint([&b"ab"[..], b"c"]);
        assert_eq!(one.len(), 16);
        assert_eq!(one, fingerprint([&b"ab"[..], b"c"]));
        assert_ne!(one, fingerprint([&b"a"[..], b"bc"]));
        assert_ne!(one, fingerprint([&b"ab"[..], b"d"]));
    }

    #[test]
    fn the_shipped_files_are_those_that_are_known() {
        let all = |reader: &mut dyn Read| io::copy(reader, &mut io::sink());
        for (set, examples) in [(Set::Train, 60_000), (Set::Test, 10_000)] {
            let (images, labels) = Source::new(None).read(set, all, all).unwrap();
            assert_eq!((images, labels), (16 + 784 * examples, 8 + examples));
        }
    }
}
