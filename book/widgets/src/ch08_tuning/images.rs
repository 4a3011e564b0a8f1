//! The images that chapter 8 tunes with, as bytes that a page can carry.

use std::cell::RefCell;
use std::rc::Rc;

use ch05_mnist::{Dataset, Images};
use ndarray::Array2;

use crate::data;

/// What the bytes are called.
pub const NAME: &str = "training";
const SIDE: usize = 28;

/// Images to learn from, and some to judge by.
#[derive(Debug)]
pub struct Training {
    /// The thousand images of the chapter, in its order.
    pub train: Dataset,
    /// The first of its validation images.
    pub validation: Dataset,
}

thread_local! {
    static READ: RefCell<Option<Rc<Training>>> = const { RefCell::new(None) };
}

impl Training {
    /// The bytes: for each set how many images it has, then each after its label, row by row: where the
    /// ink begins, how many pixels it takes, and these.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for set in [&self.train, &self.validation] {
            bytes.extend((set.len() as u16).to_le_bytes());
            for (pixels, &label) in set.images.pixels.outer_iter().zip(&set.labels) {
                bytes.push(label);
                let pixels = pixels.to_vec();
                for row in pixels.chunks(SIDE) {
                    let first = row.iter().position(|&ink| ink > 0).unwrap_or(0);
                    let end = row.iter().rposition(|&ink| ink > 0).map_or(first, |last| last + 1);
                    bytes.extend([first as u8, (end - first) as u8]);
                    bytes.extend(&row[first..end]);
                }
            }
        }
        bytes
    }

    /// Reads these bytes; gives nothing if they are others.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let train = read_set(&mut bytes)?;
        let validation = read_set(&mut bytes)?;
        bytes.is_empty().then_some(Self { train, validation })
    }

    /// Those that were handed to the module, read once.
    pub fn kept() -> Option<Rc<Self>> {
        data::kept(NAME, &READ, Self::read)
    }
}

fn read_set(bytes: &mut &[u8]) -> Option<Dataset> {
    let mut take = |count| data::take(bytes, count);
    let count = usize::from(u16::from_le_bytes(take(2)?.try_into().ok()?));
    let mut pixels = Array2::zeros((count, SIDE * SIDE));
    let mut labels = Vec::new();
    for mut image in pixels.outer_iter_mut() {
        labels.push(take(1)?[0]);
        for row in 0..SIDE {
            let [first, ink] = take(2)? else { return None };
            let (first, ink) = (usize::from(*first), usize::from(*ink));
            if first + ink > SIDE {
                return None;
            }
            for (column, &shade) in take(ink)?.iter().enumerate() {
                image[SIDE * row + first + column] = shade;
            }
        }
    }
    Dataset::new(Images { pixels, height: SIDE, width: SIDE }, labels).ok()
}
