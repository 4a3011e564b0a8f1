//! How sure a network is of a digit, in words. Page: *How sure is it?* (`ch05_mnist/certainty.md`).

use std::fmt;

use ch01_neuron::Real;
use ch02_forward::{Network, softmax};
use ndarray::{Array1, Array2, Axis};

use crate::results::likeliest;

/// From this mean probability upward an answer is sure: of the validation images that far up, at most
/// one in a thousand is misread, and no lower limit, in steps of 0.05, keeps to that.
pub const SURE: f64 = 0.95;
/// Below this mean probability there is no answer: of the validation images down there, at most half
/// are read right, and no higher limit, in steps of 0.05, keeps to that.
pub const TOLD: f64 = 0.5;

/// How sure an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// One answer in a thousand is wrong, or fewer.
    Sure,
    /// About one answer in twenty-five is wrong.
    FairlySure,
    /// About every second answer would be wrong.
    NotSure,
}

impl Certainty {
    /// The word for a mean probability.
    pub fn of(mean: f64) -> Self {
        match mean {
            mean if mean >= SURE => Self::Sure,
            mean if mean >= TOLD => Self::FairlySure,
            _ => Self::NotSure,
        }
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sure => "sure",
            Self::FairlySure => "fairly sure",
            Self::NotSure => "not sure",
        })
    }
}

/// What a network says of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The probability of each digit.
    pub probabilities: Array1<f64>,
    /// The mean probability of each digit when the image is moved by up to a pixel.
    pub moved: Array1<f64>,
}

impl Reading {
    /// The likeliest digit.
    pub fn digit(&self) -> usize {
        likeliest(self.probabilities.view())
    }

    /// The next likeliest, in the mean of the moved images.
    pub fn runner_up(&self) -> usize {
        let mut others = self.moved.clone();
        others[self.digit()] = f64::NEG_INFINITY;
        likeliest(others.view())
    }

    /// The mean probability of the answer.
    pub fn confidence(&self) -> f64 {
        self.moved[self.digit()]
    }

    /// How sure the answer is.
    pub fn certainty(&self) -> Certainty {
        Certainty::of(self.confidence())
    }
}

/// Reads an image of 28 × 28 pixels, `[1 × 784]`, where it is and moved by one pixel in each of the
/// eight directions. What the network knows, it knows a pixel aside as well.
pub fn read_digit<T: Real>(network: &Network<T>, image: &Array2<T>) -> Reading {
    let mut batch = Array2::zeros((9, image.len()));
    for (place, mut row) in batch.rows_mut().into_iter().enumerate() {
        let [right, down] = [place % 3, place / 3].map(|step| step as isize - 1);
        row.assign(&moved(image, [right, down]).row(0));
    }
    let all = softmax(network.forward(batch.view()).view()).mapv(T::as_f64);
    let probabilities = all.row(4).to_owned(); // not moved at all
    let moved = all.mean_axis(Axis(0)).expect("nine images");
    Reading { probabilities, moved }
}

/// An image moved by a pixel or none; what enters is paper.
fn moved<T: Real>(image: &Array2<T>, [right, down]: [isize; 2]) -> Array2<T> {
    const SIDE: usize = 28;
    Array2::from_shape_fn((1, SIDE * SIDE), |(_, place)| {
        let row = (place / SIDE).checked_add_signed(-down).filter(|&row| row < SIDE);
        let column = (place % SIDE).checked_add_signed(-right).filter(|&column| column < SIDE);
        let from = row.zip(column).map(|(row, column)| row * SIDE + column);
        from.map_or(T::zero(), |from| image[[0, from]])
    })
}
