//! The rows of table 2 of Srivastava et al. 2014 that are reproduced, and two to compare with.

use ch02_forward::Initialization;
use ch04_optimizers::Schedule;
use ch05_mnist::{OptimizerName, Recipe};
use ch06_overfitting::{NetworkDropout, Regularization};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Row {
    /// 784-800-800-10, nothing holds it back
    Standard,
    /// Three hidden layers of 1,024 ReLUs with dropout
    Dropout,
    /// The same, and no neuron's weights are longer than 1.6 (first layer) or 1 (the others)
    MaxNorm,
    /// 784-800-10, the network of 2003 from which table 2 has its first number
    OneHidden,
    /// The three hidden layers of 1,024 ReLUs without dropout: is it the size that helps?
    Control,
}

impl Row {
    /// All of them, those of the paper first.
    pub const ALL: [Self; 5] =
        [Self::Standard, Self::Dropout, Self::MaxNorm, Self::OneHidden, Self::Control];
    /// Those of the paper, in its order.
    pub const PAPER: [Self; 3] = [Self::Standard, Self::Dropout, Self::MaxNorm];

    /// The name as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Dropout => "dropout",
            Self::MaxNorm => "max-norm",
            Self::OneHidden => "one-hidden",
            Self::Control => "control",
        }
    }

    /// The test error that the paper reports, if it has the row. (The network of 2003 is the one
    /// that table 2 quotes as "2 layers, 800 units".)
    pub fn paper(self) -> Option<f64> {
        match self {
            Self::Standard | Self::OneHidden => Some(0.0160),
            Self::Dropout => Some(0.0125),
            Self::MaxNorm => Some(0.0106),
            Self::Control => None,
        }
    }

    /// The recipe of the row. Nothing in it was chosen by a look at the test error.
    pub fn recipe(self) -> Recipe {
        let (hidden, epochs) = match self {
            Self::Standard => (vec![800; 2], 30),
            Self::OneHidden => (vec![800], 30),
            Self::Dropout | Self::MaxNorm | Self::Control => (vec![1024; 3], 80),
        };
        Recipe {
            hidden,
            epochs,
            batch_size: 128,
            optimizer: OptimizerName::Adam,
            learning_rate: 0.001,
            schedule: Schedule::Linear,
            initialization: Initialization::He,
        }
    }

    /// What joins the recipe.
    ///
    /// The max-norm is c = 2 of the paper's appendix B.1, for masks of 0 and 1. A step multiplies it by
    /// the keep probability of the layer's inputs: 1.6 for the first layer, 1 for the others.
    pub fn regularization(self) -> Regularization {
        let (dropout, max_norm) = match self {
            Self::Standard | Self::OneHidden | Self::Control => (NetworkDropout::NONE, None),
            Self::Dropout => (NetworkDropout::PAPER, None),
            Self::MaxNorm => (NetworkDropout::PAPER, Some(2.0)),
        };
        Regularization { dropout, max_norm, ..Regularization::NONE }
    }
}
