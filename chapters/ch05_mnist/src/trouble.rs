//! Learning rates that are too high and too low, and the neurons that die of one of them.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::Network;
use ch05_mnist::{Dataset, Recipe, evaluate};
use indicatif::ProgressBar;

use crate::runs::run_and_watch;

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
pub fn trouble(
    (train, test): (&Dataset, &Dataset),
    documents: (&Network<f32>, Vec<f64>),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let trial = |rate| {
        let recipe = Recipe { learning_rate: rate, epochs: EPOCHS, ..Recipe::documents() };
        let mut accuracies = Vec::new();
        let run = run_and_watch(&recipe, 0, train, &ProgressBar::hidden(), |network, _| {
            accuracies.push(evaluate(network, test).accuracy);
        })?;
        Ok::<_, anyhow::Error>(Trial { network: run.network, accuracies })
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
    let firing = [&high.network, documents.0].map(|network| firing(network, test));
    let [dead, dead_documents] = [0, 1].map(|i| firing[i].iter().filter(|&&s| s == 0.0).count());
    let note = "of 128 hidden neurons, for 10,000 test images, seed 0";
    values.set("too_high.dead", Measured::count(dead).machine().note(note))?;
    values.set("documents.dead", Measured::count(dead_documents).machine().note(note))?;
    output.figure("rates", &rates(&high, &low, &documents.1).machine_dependent())?;
    output.figure("firing", &firing_chart(firing, (dead, dead_documents)).machine_dependent())?;
    Ok(())
}

fn rates(high: &Trial, low: &Trial, documents: &[f64]) -> Chart {
    let percent = |shares: &[f64]| -> Vec<(f64, f64)> {
        let epochs = shares.iter().take(EPOCHS).enumerate();
        epochs.map(|(index, share)| (index as f64 + 1.0, 100.0 * share)).collect()
    };
    let listed = |shares: &[f64]| {
        let shares = shares.iter().take(EPOCHS).map(|share| format!("{:.0} %", 100.0 * share));
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

fn firing_chart([high, documents]: [Vec<f64>; 2], dead: (usize, usize)) -> Chart {
    let description = format!(
        "The 128 hidden neurons, sorted by the share of the test images for which each is above \
         zero. With the rate 0.1, {} of them are zero for all images; with the documents' rate, {}.",
        dead.0, dead.1
    );
    let points = |shares: Vec<f64>| {
        let neurons = shares.into_iter().enumerate();
        neurons.map(|(neuron, share)| (neuron as f64 + 1.0, 100.0 * share))
    };
    Chart::new("How many images wake each neuron", description)
        .x_axis(Axis::new("hidden neurons, the busiest first").range(0.0, 128.0))
        .y_axis(Axis::new("test images that wake it [%]").range(0.0, 100.0))
        .series(Series::line("rate 0.001", points(documents)))
        .series(Series::line("rate 0.1", points(high)))
        .height(320.0)
        .legend()
}
