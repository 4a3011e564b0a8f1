//! The four files of MNIST, read byte by byte from whatever they are handed as. Page: *A file, byte by
//! byte* (`ch05_mnist/files.md`).

use std::io::{self, Read};

use byteorder::{BigEndian, ReadBytesExt};
use ndarray::Array2;
use thiserror::Error;

/// The digits 0 to 9.
pub const CLASSES: usize = 10;

/// The first four bytes of a file of images: unsigned bytes (8) in three dimensions (3).
pub const IMAGES_MAGIC: u32 = 0x0000_0803;
/// The first four bytes of a file of labels: unsigned bytes (8) in one dimension (1).
pub const LABELS_MAGIC: u32 = 0x0000_0801;
/// No file of images is larger than this many bytes: a header that promises more is not believed.
pub const LARGEST_FILE: u64 = 1 << 32;

/// What can be wrong with an IDX file.
#[derive(Debug, Error)]
pub enum IdxError {
    /// The bytes could not be read, or not be unpacked; the source of the error says why.
    #[error("expected a file that can be read and unpacked to its end")]
    Read(#[from] io::Error),
    /// The file ends within its header.
    #[error("expected a header of {expected} bytes, found the end of the file")]
    ShortHeader {
        /// How long a header is.
        expected: usize,
    },
    /// It is not a file of this kind.
    #[error("expected the magic number {expected:#010x}, found {found:#010x}")]
    Magic {
        /// The number a file of this kind begins with.
        expected: u32,
        /// The number this file begins with.
        found: u32,
    },
    /// The header promises more than [`LARGEST_FILE`].
    #[error(
        "expected at most {LARGEST_FILE} bytes, found a header that promises {count} images of \
         {height} × {width} pixels"
    )]
    TooLarge {
        /// How many images.
        count: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels from left to right.
        width: u32,
    },
    /// There is no image, or no pixel.
    #[error(
        "expected at least one image of at least one pixel, found {count} of {height} × {width}"
    )]
    Empty {
        /// How many images.
        count: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels from left to right.
        width: u32,
    },
    /// There is less than the header promises.
    #[error("expected {expected} bytes after the header, found {found}")]
    Truncated {
        /// What the header promises.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// There is more than the header promises.
    #[error("expected the file to end after {expected} bytes, found more behind them")]
    TrailingBytes {
        /// What the header promises.
        expected: u64,
    },
    /// A label that is no digit.
    #[error("expected labels from 0 to 9, found {label} as label number {index}")]
    Label {
        /// Which label, counted from 0.
        index: usize,
        /// What it says.
        label: u8,
    },
}

/// Images of one size, as they are in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// Brightness from 0 (paper) to 255 (ink), `[images × pixels]`, each image row by row.
    pub pixels: Array2<u8>,
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
}

/// Reads a file of images: magic number, count, height and width, four bytes each, the most
/// significant first; then the pixels.
pub fn read_images(mut file: impl Read) -> Result<Images, IdxError> {
    let [count, height, width] = read_header(&mut file, IMAGES_MAGIC)?;
    let size = u64::from(height) * u64::from(width);
    let bytes = size.checked_mul(count.into()).filter(|&bytes| bytes <= LARGEST_FILE);
    let bytes = bytes.ok_or(IdxError::TooLarge { count, height, width })?;
    if bytes == 0 {
        return Err(IdxError::Empty { count, height, width });
    }
    let pixels = read_body(file, bytes)?;
    let shape = (count as usize, size as usize);
    let pixels = Array2::from_shape_vec(shape, pixels).expect("as many bytes as the shape says");
    Ok(Images { pixels, height: height as usize, width: width as usize })
}

/// Reads a file of labels: magic number and count, four bytes each; then a byte for each label.
pub fn read_labels(mut file: impl Read) -> Result<Vec<u8>, IdxError> {
    let [count] = read_header(&mut file, LABELS_MAGIC)?;
    let labels = read_body(file, count.into())?;
    match labels.iter().position(|&label| usize::from(label) >= CLASSES) {
        Some(index) => Err(IdxError::Label { index, label: labels[index] }),
        None => Ok(labels),
    }
}

/// The N sizes of a header that begins with `magic`.
fn read_header<const N: usize>(file: &mut impl Read, magic: u32) -> Result<[u32; N], IdxError> {
    let mut next = || match file.read_u32::<BigEndian>() {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(IdxError::ShortHeader { expected: 4 + 4 * N })
        }
        other => Ok(other?),
    };
    let found = next()?;
    if found != magic {
        return Err(IdxError::Magic { expected: magic, found });
    }
    let mut sizes = [0; N];
    for size in &mut sizes {
        *size = next()?;
    }
    Ok(sizes)
}

/// All that follows the header, if it is `expected` bytes. The memory grows with what is there, not
/// with what is promised.
fn read_body(file: impl Read, expected: u64) -> Result<Vec<u8>, IdxError> {
    let mut body = Vec::new();
    file.take(expected + 1).read_to_end(&mut body)?; // one more, to see whether there is more
    match body.len() as u64 {
        found if found < expected => Err(IdxError::Truncated { expected, found }),
        found if found > expected => Err(IdxError::TrailingBytes { expected }),
        _ => Ok(body),
    }
}
