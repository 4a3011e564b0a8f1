//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use book_programs::arguments::{
    EvaluateArguments, PeersArguments, layer_size, learning_rate, positive, seed, threads,
};
use ch04_optimizers::Schedule;
use ch05_mnist::{OptimizerName, Recipe};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// A neural network that reads handwritten digits.
///
/// Without a command it runs the whole chapter: it trains the documents' recipe and the steady
/// recipe, prints what both reach, and draws the figures and measures the numbers of the page.
#[derive(Debug, Parser)]
#[command(name = "ch05_mnist", version)]
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
    /// Tell which digit a picture shows, and how sure that is
    ///
    /// The digit should be the largest thing in the picture, with some paper around it, written with
    /// one pen, and upright. Ruled paper, shadows, dirt, a frame or a table in view do no harm. Not
    /// read are digits that touch a line as dark as themselves, several digits, and print in a text.
    ///
    /// What cannot be told is named on standard error, and the program then ends with 1: a picture
    /// that cannot be read, one without a digit, and one whose digit is not sure.
    ///
    /// Which pixels speak for an answer is drawn by `cargo run -p ch07_inside -- explain`.
    Predict(PredictArguments),
    /// Train each recipe with many seeds: mean and spread of the accuracy
    Study(StudyArguments),
    /// Train hidden layers of seven widths, three seeds each: errors on training and test images
    ///
    /// 21 networks, which take about a minute on two cores.
    Widths(ExperimentArguments),
    /// Train with each rule of chapter 4, each at the best of four learning rates, five seeds each
    ///
    /// 63 networks, which take about two minutes on two cores.
    Rules(ExperimentArguments),
    /// Measure how the time grows with examples and with hidden neurons
    Scaling(ScalingArguments),
    /// Train the documents' recipe for twenty epochs, with a look at both losses after each
    Long(ExperimentArguments),
    /// Measure what subnormal numbers cost: Adam with and without setting tiny numbers to zero
    Subnormal(ExperimentArguments),
    /// Compare the times of other libraries, as peers/compare.sh has measured them
    Peers(PeersArguments),
    /// Read pictures of test images as people photograph them, and count how sure the answers are
    ///
    /// With 200 pictures of each condition it takes about two minutes on two cores.
    Pictures(PicturesArguments),
    /// Check the records of the long experiments: unchanged, and their commands still there
    Records,
}

#[derive(Debug, Args)]
pub struct TrainArguments {
    /// The recipe to start from; the options below change parts of it
    #[arg(long, value_enum, default_value_t = RecipeName::Documents)]
    recipe: RecipeName,
    /// Neurons of the hidden layers, such as 128 or 256,128
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = layer_size, allow_hyphen_values = true)]
    hidden: Option<Vec<usize>>,
    /// Passes through the training set
    #[arg(long, value_parser = positive, allow_hyphen_values = true)]
    epochs: Option<usize>,
    /// Examples between two steps
    #[arg(long, value_parser = positive, allow_hyphen_values = true)]
    batch_size: Option<usize>,
    /// What makes a step of a gradient
    #[arg(long, value_enum)]
    optimizer: Option<OptimizerArgument>,
    /// How large a step is
    #[arg(long, value_parser = learning_rate, allow_hyphen_values = true)]
    learning_rate: Option<f64>,
    /// constant, linear, cosine, step:EVERY:FACTOR, or warm-up:STEPS:SCHEDULE; EVERY and STEPS
    /// count batches
    #[arg(long, allow_hyphen_values = true)]
    schedule: Option<ScheduleArgument>,
    /// What all chance comes from: the same seed gives the same weights to the last bit, on the same
    /// kind of processor and with the same compiler flags
    #[arg(long, default_value_t = 0, value_parser = seed, allow_hyphen_values = true)]
    pub seed: u64,
    /// Threads that share the work of a step, at most as many as there are cores, and as many if not
    /// given; the weights do not depend on it
    #[arg(long, value_parser = threads, allow_hyphen_values = true)]
    pub threads: Option<usize>,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where to save the weights, in the safetensors format
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Where to keep the training after each epoch; if it was interrupted, the same command goes on
    /// from there
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
    /// Print one JSON object and nothing else; its train_loss is the mean of the last epoch
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct PredictArguments {
    /// Weights that `train` has saved, or those of another program: for inputs from 0 to 1 that are not
    /// normalized further, and for digits that stand upright (those of EMNIST are transposed)
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// PNG images of one digit each, dark on light or light on dark, at most 10,000 pixels wide and
    /// high
    #[arg(required = true, value_name = "IMAGE")]
    pub images: Vec<PathBuf>,
    /// Print a JSON object for each picture: image, digit (null if it is not sure), certainty (sure,
    /// fairly sure or not sure) and probabilities
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct StudyArguments {
    /// How many seeds, from 0 upward
    #[arg(long, default_value_t = 10, value_parser = positive, allow_hyphen_values = true)]
    pub seeds: usize,
    /// How many networks are trained at the same time, as many as there are cores if not given
    #[arg(long, value_parser = threads, allow_hyphen_values = true)]
    pub threads: Option<usize>,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print one JSON array and nothing else
    #[arg(long)]
    pub json: bool,
    /// Write the outcome into the chapter's folder of records, which the book quotes
    #[arg(long, conflicts_with = "data")]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct ScalingArguments {
    /// How often each size is measured; the median counts
    #[arg(long, default_value_t = 3, value_parser = positive, allow_hyphen_values = true)]
    pub repeats: usize,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Write the outcome into the chapter's folder of records, which the book quotes
    #[arg(long, conflicts_with = "data")]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct ExperimentArguments {
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Write the outcome into the chapter's folder of records, which the book quotes
    #[arg(long, conflicts_with = "data")]
    pub record: bool,
}

#[derive(Debug, Args)]
pub struct PicturesArguments {
    /// How many pictures of each condition are read
    #[arg(long, default_value_t = 200, value_parser = positive, allow_hyphen_values = true)]
    pub count: usize,
    /// Write the outcome into the chapter's folder of records, which the book quotes
    #[arg(long)]
    pub record: bool,
}

/// The recipes by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecipeName {
    /// Adam at 0.001 throughout, as in the documents
    Documents,
    /// Adam from 0.002 down to 0 in a straight line
    Steady,
}

impl RecipeName {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Documents, Self::Steady];

    /// The recipe itself.
    pub fn recipe(self) -> Recipe {
        match self {
            Self::Documents => Recipe::documents(),
            Self::Steady => Recipe::steady(),
        }
    }

    /// The name as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Steady => "steady",
        }
    }
}

impl TrainArguments {
    /// The recipe with all that the options change.
    pub fn recipe(&self) -> Recipe {
        let recipe = self.recipe.recipe();
        Recipe {
            hidden: self.hidden.clone().unwrap_or(recipe.hidden),
            epochs: self.epochs.unwrap_or(recipe.epochs),
            batch_size: self.batch_size.unwrap_or(recipe.batch_size),
            optimizer: self.optimizer.map_or(recipe.optimizer, OptimizerArgument::name),
            learning_rate: self.learning_rate.unwrap_or(recipe.learning_rate),
            schedule: self.schedule.clone().map_or(recipe.schedule, |argument| argument.0),
            ..recipe
        }
    }

    /// The recipe's name, or `custom` if an option changes it.
    pub fn recipe_name(&self) -> &'static str {
        if self.recipe() == self.recipe.recipe() { self.recipe.name() } else { "custom" }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OptimizerArgument {
    Sgd,
    Momentum,
    Nesterov,
    Adagrad,
    Rmsprop,
    Adam,
    Adamw,
}

impl OptimizerArgument {
    fn name(self) -> OptimizerName {
        match self {
            Self::Sgd => OptimizerName::Sgd,
            Self::Momentum => OptimizerName::Momentum,
            Self::Nesterov => OptimizerName::Nesterov,
            Self::Adagrad => OptimizerName::AdaGrad,
            Self::Rmsprop => OptimizerName::RmsProp,
            Self::Adam => OptimizerName::Adam,
            Self::Adamw => OptimizerName::AdamW,
        }
    }
}

#[derive(Debug, Clone)]
struct ScheduleArgument(Schedule);

impl FromStr for ScheduleArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        schedule(text).map(Self)
    }
}

/// A schedule as it is typed.
fn schedule(text: &str) -> Result<Schedule, String> {
    let expected = || {
        "expected constant, linear, cosine, step:EVERY:FACTOR or warm-up:STEPS:SCHEDULE".to_owned()
    };
    match text.split(':').next().unwrap_or_default() {
        "constant" if text == "constant" => Ok(Schedule::Constant),
        "linear" if text == "linear" => Ok(Schedule::Linear),
        "cosine" if text == "cosine" => Ok(Schedule::Cosine),
        "step" => {
            let (_, rest) = text.split_once(':').ok_or_else(expected)?;
            let (every, factor) = rest.split_once(':').ok_or_else(expected)?;
            let factor: f64 = factor.parse().map_err(|_| expected())?;
            if !(factor.is_finite() && factor >= 0.0) {
                return Err(format!("expected a finite factor from 0 upward, found {factor}"));
            }
            Ok(Schedule::Step { every: positive(every)?, factor })
        }
        "warm-up" => {
            let (_, rest) = text.split_once(':').ok_or_else(expected)?;
            let (steps, then) = rest.split_once(':').ok_or_else(expected)?;
            Ok(Schedule::WarmUp { steps: positive(steps)?, then: Box::new(schedule(then)?) })
        }
        _ => Err(expected()),
    }
}
