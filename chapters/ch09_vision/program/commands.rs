//! The commands that a reader runs: train, evaluate, predict.

use std::path::Path;

use anyhow::{Result, anyhow, ensure};
use book_programs::arguments::EvaluateArguments;
use book_programs::data::{Set, Source};
use book_programs::pictures::read_picture;
use book_programs::progress::with_threads;
use book_programs::{for_each, print};
use ch02_forward::softmax;
use ch05_mnist::{Model, center_digit, likeliest};
use ch06_overfitting::Augmentation;
use ch09_vision::ConvolutionalNetwork;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::any_set::{self, Moved};
use crate::arguments::{PredictArguments, TrainArguments};
use crate::{disk, runs};

/// Trains one network.
pub fn train(arguments: &TrainArguments) -> Result<()> {
    if let Some(path) = &arguments.weights {
        book_programs::files::check_writable(path)?;
    }
    let (mut train, mut test) = any_set::load(&Source::new(arguments.data.clone()))?;
    if arguments.validate {
        (train, test) = train.held_out(10_000)?;
    }
    let recipe = arguments.recipe();
    let mut generator = ChaCha8Rng::seed_from_u64(arguments.seed);
    let (size, classes) = (train.size(), train.classes);
    let network = arguments.architecture().network::<f32>(size, classes, &mut generator)?;
    let parameters = network.parameter_count();
    let augmentation = match arguments.shift {
        0 => Augmentation::None,
        pixels => Augmentation::Shift(pixels.into()),
    };
    let examples = Moved { set: &train, augmentation };
    let (run, evaluation) = with_threads(arguments.threads, || {
        let run = runs::fit(network, &recipe, generator, &examples)?;
        let evaluation = test.examine(&run.model);
        Ok((run, evaluation))
    })?;
    if let Some(path) = &arguments.weights {
        disk::write_weights(path, &run.model)?;
    }
    if arguments.json {
        return print(json!({
            "seed": arguments.seed,
            "parameters": parameters,
            "epochs": recipe.epochs,
            "fit_seconds": run.seconds,
            "train_loss": run.train_loss,
            "test_loss": evaluation.loss,
            "test_accuracy": evaluation.accuracy,
        }));
    }
    print(format_args!("network        {parameters} parameters (seed {})", arguments.seed))?;
    print(format_args!("trained        {} epochs in {:.2} s", recipe.epochs, run.seconds))?;
    print(format_args!("training loss  {:.4} (mean of the last epoch)", run.train_loss))?;
    print(format_args!("test loss      {:.4}", evaluation.loss))?;
    print(format_args!("test accuracy  {:.2} %", 100.0 * evaluation.accuracy))
}

/// Runs saved weights on the test set.
pub fn evaluate_weights(arguments: &EvaluateArguments) -> Result<()> {
    let test = any_set::load_set(&Source::new(arguments.data.clone()), Set::Test)?;
    let network = disk::read_weights(&arguments.weights, test.size())?;
    let outputs = network.dense.layers.last().map_or(0, |layer| layer.dense.bias.len());
    ensure!(
        outputs == test.classes,
        "{}: expected weights for the {} classes of the test images, found {outputs}",
        arguments.weights.display(),
        test.classes
    );
    let evaluation = test.examine(&network);
    ensure!(
        evaluation.loss.is_finite(),
        "{}: expected weights with a finite loss, found {}",
        arguments.weights.display(),
        evaluation.loss
    );
    let (loss, accuracy) = (evaluation.loss, evaluation.accuracy);
    if arguments.json {
        let examples = test.len();
        return print(
            json!({ "examples": examples, "test_loss": loss, "test_accuracy": accuracy }),
        );
    }
    print(format_args!("test examples  {}", test.len()))?;
    print(format_args!("test loss      {loss:.4}"))?;
    print(format_args!("test accuracy  {:.2} %", 100.0 * accuracy))
}

/// Tells which digit each picture shows, and names those that cannot be read.
pub fn predict(arguments: &PredictArguments) -> Result<()> {
    let network = disk::read_weights(&arguments.weights, (28, 28))?;
    for_each(&arguments.images, |path| predict_one(path, &network, arguments.json))
}

fn predict_one(path: &Path, network: &ConvolutionalNetwork<f32>, json: bool) -> Result<()> {
    let image = center_digit::<f32>(&read_picture(path)?);
    let image =
        image.map_err(|found| anyhow!("{}: expected a digit, found {found}", path.display()))?;
    let probabilities = softmax(network.forward(image.view()).view()).mapv(f64::from);
    let probabilities = probabilities.row(0);
    let digit = likeliest(probabilities);
    ensure!(
        probabilities[digit].is_finite(),
        "{}: expected finite probabilities, found {}",
        path.display(),
        probabilities[digit]
    );
    if json {
        let (image, probabilities) = (path.to_string_lossy(), probabilities.to_vec());
        return print(json!({ "image": image, "digit": digit, "probabilities": probabilities }));
    }
    print(format_args!("{}: {digit} ({:.1} %)", path.display(), 100.0 * probabilities[digit]))
}
