//! The command line.

use std::path::PathBuf;

use book_programs::arguments::{
    EvaluateArguments, PeersArguments, layer_size, learning_rate, positive, seed, threads,
};
use ch02_forward::Initialization;
use ch04_optimizers::Schedule;
use ch05_mnist::{OptimizerName, Recipe};
use ch09_vision::Architecture;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Vision: convolutional networks.
///
/// Without a command it runs the whole chapter: it trains the fast network once, measures the numbers
/// of the pages and draws their figures, in less than two minutes. The long experiments are commands.
#[derive(Debug, Parser)]
#[command(name = "ch09_vision", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train one network
    Train(TrainArguments),
    /// Run saved weights on the test set
    Evaluate(EvaluateArguments),
    /// Tell which digit a picture shows
    Predict(PredictArguments),
    /// Train networks of several seeds; half an hour and more. Interrupted, it goes on after the last
    /// network that was done when it is called again
    Study(StudyArguments),
    /// Compare the times of other libraries, as peers/compare.sh has measured them
    Peers(PeersArguments),
    /// Check the records of the long experiments: unchanged, and their commands still there
    Records,
}

#[derive(Debug, Args)]
pub struct PredictArguments {
    /// Weights that `train` has saved, or those of another program
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// PNG images of one digit each, dark on light or light on dark
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<PathBuf>,
    /// Print a JSON object for each picture: image, digit and probabilities
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct StudyArguments {
    /// Which experiment
    #[arg(value_enum)]
    pub study: StudyName,
    /// How many seeds, from 0 upward
    #[arg(long, default_value_t = 5, value_parser = positive, allow_hyphen_values = true)]
    pub seeds: usize,
    /// Write the outcome where the chapter finds it, for the book to quote
    #[arg(long, conflicts_with = "data")]
    pub record: bool,
    /// A folder with four files in MNIST's format, for a trial of which nothing is written (lecun1989, sees)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Only a small part of it, to try it quickly: of `deeper` and `transfer`
    #[arg(long, conflicts_with = "record")]
    pub short: bool,
}

/// The long experiments by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StudyName {
    /// Dense and convolutional networks, with pixels in order and in a random order
    Pixels,
    /// Convolutional networks, three epochs with images moved by up to a pixel
    Longer,
    /// The network of 1989, with decisions made as they are today
    Lecun1989,
    /// What shifts and turns do to dense and convolutional networks, and what answers rest on
    Sees,
    /// Networks of 2 to 50 layers, with and without shortcuts
    Deeper,
    /// The features of the digits 0 to 4, used on 5 to 9 with few labels
    Transfer,
}

#[derive(Debug, Args)]
pub struct TrainArguments {
    /// Outputs of the convolutions, such as 16,32,64
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = channels, default_value = "16,32,64", allow_hyphen_values = true)]
    pub channels: Vec<usize>,
    /// Pixels that a kernel is high and wide, an odd number
    #[arg(long, value_parser = positive, default_value_t = 3, allow_hyphen_values = true)]
    pub kernel: usize,
    /// No batch normalization
    #[arg(long)]
    pub no_normalization: bool,
    /// Neurons of the hidden layers behind the convolutions, such as 128
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = layer_size, default_value = "128", allow_hyphen_values = true)]
    pub hidden: Vec<usize>,
    /// Passes through the training set
    #[arg(long, value_parser = positive, default_value_t = 1, allow_hyphen_values = true)]
    pub epochs: usize,
    /// Examples between two steps
    #[arg(long, value_parser = positive, default_value_t = 32, allow_hyphen_values = true)]
    pub batch_size: usize,
    /// How large a step of Adam is at most; it falls to 0 in a straight line
    #[arg(long, value_parser = learning_rate, default_value_t = 0.003, allow_hyphen_values = true)]
    pub learning_rate: f64,
    /// Steps in which the learning rate rises, before it falls
    #[arg(long, value_name = "STEPS", default_value_t = 100, value_parser = clap::value_parser!(u16), allow_hyphen_values = true)]
    pub warm_up: u16,
    /// Move the images by up to so many pixels each time that they are seen
    #[arg(long, value_name = "PIXELS", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=5), allow_hyphen_values = true)]
    pub shift: u8,
    /// What all chance comes from
    #[arg(long, default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub seed: u64,
    /// Threads, as many as there are cores if not given; the weights do not depend on it
    #[arg(long, value_parser = threads, allow_hyphen_values = true)]
    pub threads: Option<usize>,
    /// A folder with the four files of MNIST, or of a set in the same format, with images of any size and
    /// up to 256 classes; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Train on all but the last 10,000 training images, and examine on those, to choose options
    #[arg(long)]
    pub validate: bool,
    /// Where to save the weights, in the safetensors format
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub json: bool,
}

/// The outputs of a convolution.
fn channels(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1000).contains(number));
    number.ok_or_else(|| format!("expected whole numbers from 1 to 1000, found {text:?}"))
}

impl TrainArguments {
    pub fn architecture(&self) -> Architecture {
        Architecture {
            channels: self.channels.clone(),
            kernel: self.kernel,
            normalized: !self.no_normalization,
            hidden: self.hidden.clone(),
        }
    }

    pub fn recipe(&self) -> Recipe {
        Recipe {
            hidden: self.hidden.clone(),
            epochs: self.epochs,
            batch_size: self.batch_size,
            optimizer: OptimizerName::Adam,
            learning_rate: self.learning_rate,
            schedule: match self.warm_up {
                0 => Schedule::Linear,
                steps => Schedule::WarmUp { steps: steps.into(), then: Box::new(Schedule::Linear) },
            },
            initialization: Initialization::He,
        }
    }
}
