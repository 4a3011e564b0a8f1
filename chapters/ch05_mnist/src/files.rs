//! What the program reads and writes: data sets, weights, pictures. Every error names its file.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ch02_forward::Network;
use ch05_mnist::{Dataset, load_weights, read_images, read_labels, save_weights};
use flate2::read::MultiGzDecoder;
use image::{DynamicImage, GrayImage, ImageReader, Limits};
use sha2::{Digest, Sha256};

/// The files of the training set and of the test set: images, labels.
const NAMES: [[&str; 2]; 2] = [
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
    ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
];

/// SHA-256 of the four shipped files, unpacked, in the same order.
const DIGESTS: [[&str; 2]; 2] = [
    [
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ],
    [
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ],
];

/// Where the data come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// The files beside the chapter, whose digests are known.
    Shipped(PathBuf),
    /// Any folder with four files of the usual names.
    Folder(PathBuf),
}

impl Source {
    /// The folder given on the command line, or else the chapter's own.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let shipped = || Self::Shipped(Path::new(env!("CARGO_MANIFEST_DIR")).join("data"));
        folder.map_or_else(shipped, Self::Folder)
    }

    /// The training set and the test set.
    pub fn load(&self) -> Result<(Dataset, Dataset)> {
        let (train, test) = (self.load_set(0)?, self.load_set(1)?);
        let size = |data: &Dataset| (data.images.height, data.images.width);
        if size(&train) != size(&test) {
            bail!(
                "{}: expected images of one size, found {:?} pixels in {} and {:?} in {}",
                self.folder().display(),
                size(&train),
                NAMES[0][0],
                size(&test),
                NAMES[1][0],
            );
        }
        Ok((train, test))
    }

    /// The test set alone.
    pub fn load_test(&self) -> Result<Dataset> {
        self.load_set(1)
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Shipped(folder) | Self::Folder(folder) => folder,
        }
    }

    fn load_set(&self, set: usize) -> Result<Dataset> {
        let folder = self.folder();
        if !folder.is_dir() {
            let found = if folder.exists() { "a file" } else { "nothing" };
            bail!("{}: expected a folder, found {found}", folder.display());
        }
        let images = self.read(set, 0, |file| read_images(file))?;
        let labels = self.read(set, 1, |file| read_labels(file))?;
        let names = NAMES[set].join(" and ");
        Dataset::new(images, labels).with_context(|| format!("{}: {names}", folder.display()))
    }

    /// Reads one of the four files, packed or not; of the shipped ones, checks the digest.
    fn read<T, E: std::error::Error + Send + Sync + 'static>(
        &self,
        set: usize,
        kind: usize,
        parse: impl FnOnce(&mut dyn Read) -> Result<T, E>,
    ) -> Result<T> {
        let path = find(self.folder(), NAMES[set][kind])?;
        let name = || path.display().to_string();
        let file = BufReader::new(File::open(&path).with_context(name)?);
        let mut digest = Sha256::new();
        let unpacked: Box<dyn Read> = match path.extension() {
            Some(extension) if extension == "gz" => Box::new(MultiGzDecoder::new(file)),
            _ => Box::new(file),
        };
        let mut reader = Hashing { reader: unpacked, digest: &mut digest };
        let parsed = parse(&mut reader).with_context(name)?;
        let (expected, found) = (DIGESTS[set][kind], hex(&digest.finalize()));
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
        None => bail!("{}: expected {name} or {name}.gz, found neither", folder.display()),
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file to be written later, checked before hours of training go into it.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) {
        bail!("{}: expected a file name, found the name of a folder", path.display());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!(
            "{}: expected a folder to write to, found none at {}",
            path.display(),
            folder.display()
        );
    }
    if path.is_dir() {
        bail!("{}: expected a file name, found a folder", path.display());
    }
    Ok(())
}

/// Writes the weights beside their place first, so that an interruption leaves no half a file.
pub fn write_weights(path: &Path, network: &Network<f32>) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let written =
        fs::write(&beside, save_weights(network)).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("{}: expected to write it", path.display()))
}

/// The network of a file of weights, for images of `pixels` pixels.
pub fn read_weights(path: &Path, pixels: usize) -> Result<Network<f32>> {
    let name = || path.display().to_string();
    let bytes =
        fs::read(path).with_context(|| format!("{}: expected a file of weights", name()))?;
    load_weights(&bytes, pixels).with_context(name)
}

/// A picture in shades of gray. What is transparent shows white paper behind it, or black paper if
/// the rest is light.
pub fn read_picture(path: &Path) -> Result<GrayImage> {
    let name = || format!("{}: expected a PNG image", path.display());
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(10_000), Some(10_000));
    let reader = ImageReader::open(path).with_context(name)?.with_guessed_format();
    let mut reader = reader.with_context(name)?;
    reader.limits(limits);
    let picture = reader.decode().with_context(name)?;
    Ok(on_paper(&picture))
}

fn on_paper(picture: &DynamicImage) -> GrayImage {
    let pixels = picture.to_luma_alpha8();
    let sum = |value: fn([u8; 2]) -> u64| pixels.pixels().map(|pixel| value(pixel.0)).sum::<u64>();
    let opacity = sum(|[_, alpha]| alpha.into());
    let light = sum(|[light, alpha]| u64::from(light) * u64::from(alpha));
    let paper = if light > opacity * 128 { 0 } else { 255 };
    GrayImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [light, alpha] = pixels.get_pixel(x, y).0.map(u32::from);
        image::Luma([((light * alpha + paper * (255 - alpha)) / 255) as u8])
    })
}
