//! A data set in the format of MNIST with any number of classes. Chapter 5 knows ten digits; here the largest label
//! says how many classes there are.

use std::io::Read;

use anyhow::{Result, ensure};
use book_programs::data::{Set, Source};
use ch02_forward::{Loss, one_hot};
use ch05_mnist::{Dataset, Examples, IdxError, LABELS_MAGIC, Model, likeliest, read_images};
use ch06_overfitting::{Augmentation, Augmented, subset};
use ndarray::Array2;
use rand::Rng;

/// Images whose labels may be any byte.
pub struct AnySet {
    /// The images, with labels of 0.
    images: Dataset,
    labels: Vec<u8>,
    pub classes: usize,
}

/// How well a model does on such a set.
pub struct Outcome {
    pub loss: f64,
    pub accuracy: f64,
}

/// Both sets of a folder.
pub fn load(source: &Source) -> Result<(AnySet, AnySet)> {
    let (mut train, mut test) = source.load_both(1, load_set, AnySet::shape)?;
    let classes = train.classes.max(test.classes);
    (train.classes, test.classes) = (classes, classes);
    Ok((train, test))
}

/// One of the two sets.
pub fn load_set(source: &Source, set: Set) -> Result<AnySet> {
    let join = |images, labels: Vec<u8>| {
        let images = Dataset::new(images, vec![0; labels.len()])?;
        let classes = labels.iter().max().map_or(1, |&label| usize::from(label) + 1);
        Ok::<_, ch05_mnist::CountMismatch>(AnySet { images, labels, classes })
    };
    source.load(set, |file| read_images(file), |file| read_any_labels(file), join)
}

/// The labels of a file, as `ch05_mnist::read_labels` reads them, but above 9, too.
fn read_any_labels(mut file: impl Read) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let Some((header, labels)) = bytes.split_first_chunk::<8>() else {
        return Err(IdxError::ShortHeader { expected: 8 });
    };
    let [magic, count] =
        [0, 4].map(|at| header[at..at + 4].iter().fold(0, |n, &byte| n << 8 | u32::from(byte)));
    let (expected, found) = (u64::from(count), labels.len() as u64);
    match magic {
        _ if magic != LABELS_MAGIC => Err(IdxError::Magic { expected: LABELS_MAGIC, found: magic }),
        _ if found < expected => Err(IdxError::Truncated { expected, found }),
        _ if found > expected => Err(IdxError::TrailingBytes { expected }),
        _ => Ok(labels.to_vec()),
    }
}

impl AnySet {
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    fn shape(&self) -> [usize; 3] {
        self.images.shape()
    }

    /// Height and width of the images.
    pub fn size(&self) -> (usize, usize) {
        (self.images.images.height, self.images.images.width)
    }

    /// All but the last examples, and those.
    pub fn held_out(&self, last: usize) -> Result<(Self, Self)> {
        let count = self.len();
        ensure!(count > last, "--validate: expected more than {last} examples, found {count}");
        let all: Vec<usize> = (0..count).collect();
        let (train, rest) = all.split_at(count - last);
        let part = |indices: &[usize]| Self {
            images: subset(&self.images, indices),
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
            classes: self.classes,
        };
        Ok((part(train), part(rest)))
    }

    fn targets(&self, indices: &[usize]) -> Array2<f32> {
        let labels: Vec<u8> = indices.iter().map(|&index| self.labels[index]).collect();
        one_hot(&labels, self.classes)
    }

    /// Runs a model with as many outputs as there are classes on all the examples.
    pub fn examine(&self, model: &impl Model<f32>) -> Outcome {
        let (mut loss, mut right) = (0.0, 0);
        for indices in (0..self.len()).collect::<Vec<_>>().chunks(500) {
            let logits = model.forward(self.images.batch(indices).0.view());
            let batch_loss =
                Loss::SoftmaxCrossEntropy.value(logits.view(), self.targets(indices).view());
            loss += f64::from(batch_loss) * indices.len() as f64;
            for (row, &index) in logits.rows().into_iter().zip(indices) {
                let answer = likeliest(row.mapv(f64::from).view());
                right += usize::from(answer == usize::from(self.labels[index]));
            }
        }
        let examples = self.len() as f64;
        Outcome { loss: loss / examples, accuracy: right as f64 / examples }
    }
}

/// Such a set with images that move, for the trainer.
pub struct Moved<'a> {
    pub set: &'a AnySet,
    pub augmentation: Augmentation,
}

impl Examples<f32> for Moved<'_> {
    fn count(&self) -> usize {
        self.set.len()
    }

    fn batch(&self, indices: &[usize], generator: &mut impl Rng) -> (Array2<f32>, Array2<f32>) {
        let images = Augmented { data: &self.set.images, augmentation: self.augmentation };
        (images.batch(indices, generator).0, self.set.targets(indices))
    }
}
