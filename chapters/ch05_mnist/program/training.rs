//! Page *The five steps*: learning rates that are too high and too low, the units that die of one of
//! them, a forgotten total, a forgotten shuffle.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::Network;
use ch05_mnist::{CLASSES, Dataset, Recipe, evaluate};
use indicatif::ProgressBar;

use crate::outcome::Outcome;
use crate::runs::{run_and_watch, trainer};

/// A hundred times the documents' rate, and a hundredth of it.
const RATES: [f64; 2] = [0.1, 0.00001];
const EPOCHS: usize = 3;

/// A network trained with one of these rates.
struct Trial {
    network: Network<f32>,
    /// The share of the test images that is read right after each epoch.
    accuracies: Vec<f64>,
}

/// Trains with both rates at the same time; draws accuracy by epoch, and which neurons fire.
pub fn draw(
    (train, test): (&Dataset, &Dataset),
    documents: &Outcome,
    steady: &Outcome,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let accuracies: Vec<f64> = documents.history.iter().map(|epoch| epoch.test_accuracy).collect();
    let trial = |rate| {
        let recipe = Recipe { learning_rate: rate, epochs: EPOCHS, ..Recipe::documents() };
        let mut accuracies = Vec::new();
        let run = run_and_watch(&recipe, 0, train, &ProgressBar::hidden(), |network, _| {
            accuracies.push(evaluate(network, test).accuracy);
        })?;
        Ok::<_, anyhow::Error>(Trial { network: run.model.network, accuracies })
    };
    let (high, low) = rayon::join(|| trial(RATES[0]), || trial(RATES[1]));
    let (high, low) = (high?, low?);
    for (name, trial) in [("too_high", &high), ("too_low", &low)] {
        for (epoch, &share) in trial.accuracies.iter().enumerate() {
            let accuracy = Measured::number(share, Format::Percent(0)).within(0.01);
            let accuracy = if name == "too_high" { accuracy.machine() } else { accuracy };
            values.set(&format!("{name}.epoch_{}", epoch + 1), accuracy.note("seed 0"))?;
        }
    }
    order((train, test), accuracies[0], values)?;
    forgotten_total((train, test), values)?;
    let firing =
        [&documents.network, &steady.network, &high.network].map(|network| firing(network, test));
    let dead = [0, 1, 2].map(|i| firing[i].iter().filter(|&&share| share == 0.0).count());
    let note = "of 128 hidden neurons, for 10,000 test images, seed 0";
    for (name, dead) in ["documents", "steady", "too_high"].iter().zip(dead) {
        values.set(&format!("{name}.dead"), Measured::count(dead).machine().note(note))?;
    }
    output.figure("rates", &rates(&high, &low, &accuracies).machine_dependent())?;
    output.figure("firing", &firing_chart(firing, dead).machine_dependent())?;
    Ok(())
}

/// One epoch of the documents' recipe without shuffling: in the order of the file, and sorted by digit.
fn order((train, test): (&Dataset, &Dataset), shuffled: f64, values: &mut Values) -> Result<()> {
    let one_epoch = |order: Vec<usize>| {
        let recipe = Recipe::documents();
        let mut trainer = trainer(&recipe, 0, train);
        trainer.pass(train, &order, || ());
        evaluate(&trainer.model, test)
    };
    let file: Vec<usize> = (0..train.len()).collect();
    let mut sorted = file.clone();
    sorted.sort_by_key(|&index| train.labels[index]);
    let (file, sorted) = rayon::join(|| one_epoch(file), || one_epoch(sorted));
    let nines = sorted.confusion.column(CLASSES - 1).sum() as f64 / test.len() as f64;
    for (name, share) in [
        ("shuffled", shuffled),
        ("file", file.accuracy),
        ("sorted", sorted.accuracy),
        ("sorted_nines", nines),
    ] {
        let share = Measured::number(share, Format::Percent(0)).within(0.01);
        values.set(&format!("order.{name}"), share.note("after one epoch, seed 0"))?;
    }
    Ok(())
}

/// The steady recipe with a schedule that takes the steps of one epoch for those of the whole run.
fn forgotten_total((train, test): (&Dataset, &Dataset), values: &mut Values) -> Result<()> {
    let epochs = Recipe::steady().epochs;
    let recipe = Recipe { epochs: 1, ..Recipe::steady() };
    let mut trainer = trainer(&recipe, 0, train);
    for epoch in 1..=epochs {
        trainer.epoch(train, || ());
        if epoch == 1 || epoch == epochs {
            let network = &trainer.model;
            let (loss, accuracy) =
                (evaluate(network, train).loss, evaluate(network, test).accuracy);
            let name = |what: &str| format!("forgotten_total.epoch_{epoch}.{what}");
            let note = "the steady recipe, with a total of one epoch's steps, seed 0";
            let loss = Measured::number(loss, Format::Decimals(3)).within(0.001);
            values.set(&name("train_loss"), loss.note(note))?;
            let accuracy = Measured::number(accuracy, Format::Percent(1)).within(0.001);
            values.set(&name("test_accuracy"), accuracy.note(note))?;
        }
    }
    Ok(())
}

fn rates(high: &Trial, low: &Trial, documents: &[f64]) -> Chart {
    let percent = |shares: &[f64]| -> Vec<(f64, f64)> {
        let epochs = shares.iter().take(EPOCHS).enumerate();
        epochs.map(|(index, share)| (index as f64 + 1.0, 100.0 * share)).collect()
    };
    let listed = |shares: &[f64]| {
        let shares = shares.iter().take(EPOCHS).map(|share| format!("{:.0}%", 100.0 * share));
        shares.collect::<Vec<_>>().join(", ")
    };
    let description = format!(
        "Test images read right after epochs 1, 2, 3: with the rate 0.1 {}; with 0.001 {}; with \
         0.00001 {}.",
        listed(&high.accuracies),
        listed(documents),
        listed(&low.accuracies)
    );
    Chart::new("Three learning rates", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("test images read right [%]").range(0.0, 100.0))
        .series(Series::line("0.001", percent(documents)).markers())
        .series(Series::line("0.00001", percent(&low.accuracies)).markers())
        .series(Series::line("0.1", percent(&high.accuracies)).markers())
        .height(320.0)
}

/// For each hidden neuron, the share of the images that it answers with more than 0, largest first.
fn firing(network: &Network<f32>, data: &Dataset) -> Vec<f64> {
    let mut counts = vec![0_usize; network.layers[0].dense.bias.len()];
    let indices: Vec<usize> = (0..data.len()).collect();
    for indices in indices.chunks(500) {
        let (inputs, _) = data.batch::<f32>(indices);
        for row in network.trace(inputs.view()).activations[0].rows() {
            for (count, &activation) in counts.iter_mut().zip(row) {
                *count += usize::from(activation > 0.0);
            }
        }
    }
    let mut shares: Vec<f64> = counts.iter().map(|&c| c as f64 / data.len() as f64).collect();
    shares.sort_by(|a, b| b.total_cmp(a));
    shares
}

fn firing_chart([documents, steady, high]: [Vec<f64>; 3], dead: [usize; 3]) -> Chart {
    let description = format!(
        "The 128 hidden neurons, sorted by the share of the test images for which each is above \
         zero. Zero for all images are {} with the documents' recipe, {} with the steady one, and {} \
         with the rate 0.1.",
        dead[0], dead[1], dead[2]
    );
    let points = |shares: Vec<f64>| {
        let neurons = shares.into_iter().enumerate();
        neurons.map(|(neuron, share)| (neuron as f64 + 1.0, 100.0 * share))
    };
    Chart::new("How many images wake each neuron", description)
        .x_axis(Axis::new("hidden neurons, the busiest first").range(0.0, 128.0))
        .y_axis(Axis::new("test images that wake it [%]").range(0.0, 100.0))
        .series(Series::line("documents", points(documents)))
        .series(Series::line("steady", points(steady)))
        .series(Series::line("rate 0.1", points(high)))
        .height(320.0)
        .legend()
}
