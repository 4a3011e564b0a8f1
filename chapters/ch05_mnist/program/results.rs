//! Page *What five epochs buy*: both recipes epoch by epoch and over ten seeds, and what simple models
//! reach.

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::records::Record;
use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network};
use ch05_mnist::{CLASSES, Dataset, Recipe, evaluate};
use indicatif::ProgressBar;
use ndarray::{Array2, Axis as Along};

use crate::mistakes::class_means;
use crate::outcome::{Epoch, Outcome, SEED};
use crate::recorded;
use crate::runs::run;
use crate::studies::Study;

/// Draws and sets what the long experiment of the page has recorded.
pub fn draw_records(output: &Output, values: &mut Values) -> Result<()> {
    draw_study(&recorded::record("study")?, output, values)
}

/// The curves of both recipes, their last values, and the simple models beside them.
pub fn draw(
    results: &[Outcome],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    draw_curves(results, output)?;
    set_values(results, values)?;
    let reached: Vec<_> =
        results.iter().map(|result| (result.name.name(), result.test.accuracy)).collect();
    baselines((train, test), &reached, output, values)
}

/// Loss and accuracy by epoch, on the training images and on the test images.
fn draw_curves(results: &[Outcome], output: &Output) -> Result<()> {
    let [documents, steady] = results else { unreachable!("two recipes") };
    let ends = |value: fn(&Epoch) -> f64| (value(documents.last()), value(steady.last()));
    let ((train, steady_train), (test, steady_test)) =
        (ends(|epoch| epoch.train_loss), ends(|epoch| epoch.test_loss));
    let description = format!(
        "After the last epoch the loss on the training images is {train:.3} with the documents' \
         recipe and {steady_train:.3} with the steady one; on the test images it is {test:.3} and \
         {steady_test:.3}."
    );
    let axis = Axis::new("cross-entropy after the epoch [nats]").from_zero();
    let chart = Chart::new("Loss by epoch", description).y_axis(axis);
    output.figure("loss", &curves(chart, results, |e| e.train_loss, |e| e.test_loss))?;

    let ((train, steady_train), (test, steady_test)) =
        (ends(|epoch| epoch.train_accuracy), ends(|epoch| epoch.test_accuracy));
    let [train, steady_train, test, steady_test] =
        [train, steady_train, test, steady_test].map(|share| 100.0 * share);
    let description = format!(
        "After the last epoch {train:.1}% of the training images are read right with the \
         documents' recipe and {steady_train:.1}% with the steady one; of the test images \
         {test:.1}% and {steady_test:.1}%."
    );
    let axis = Axis::new("images read right [%]");
    let chart = Chart::new("Accuracy by epoch", description).y_axis(axis);
    let percent = |e: &Epoch| 100.0 * e.train_accuracy;
    output.figure("accuracy", &curves(chart, results, percent, |e| 100.0 * e.test_accuracy))?;
    Ok(())
}

fn curves(
    chart: Chart,
    results: &[Outcome],
    train: fn(&Epoch) -> f64,
    test: fn(&Epoch) -> f64,
) -> impl Figure {
    let mut chart = chart.x_axis(Axis::new("epoch").integers());
    for result in results {
        let name = |set: &str| format!("{}, {set}", result.name.name());
        chart = chart.series(Series::line(name("test"), result.curve(test)).markers());
        chart = chart.series(Series::line(name("training"), result.curve(train)).markers());
    }
    chart.tolerance(12.0)
}

fn set_values(results: &[Outcome], values: &mut Values) -> Result<()> {
    for result in results {
        let (name, last) = (result.name.name(), result.last());
        let note = format!("seed {SEED}, after epoch {}", result.history.len());
        let accuracy = |share: f64| Measured::number(share, Format::Percent(1)).within(0.001);
        let loss = |loss: f64| Measured::number(loss, Format::Decimals(2)).within(0.01);
        let mut set = |what: &str, measured: Measured| {
            values.set(&format!("{name}.{what}"), measured.note(&note))
        };
        set("test_accuracy", accuracy(last.test_accuracy))?;
        set("train_accuracy", accuracy(last.train_accuracy))?;
        set("test_loss", loss(last.test_loss))?;
        set("train_loss", loss(last.train_loss))?;
        set("fit_seconds", Measured::number(result.fit_seconds, Format::Seconds(1)).machine())?;
    }
    values.set("parameters", Measured::count(results[0].network.parameter_count()))?;
    Ok(())
}

/// The nearest mean image as a network of one layer.
fn nearest_mean(means: Array2<f64>) -> Network<f64> {
    let bias = means.map_axis(Along(0), |mean| -0.5 * mean.dot(&mean));
    let weights = means.as_standard_layout().into_owned();
    let dense = Dense { weights, bias };
    Network { layers: vec![Layer { dense, activation: Activation::Identity }] }
}

/// What guessing, the nearest mean, and a single layer reach, beside both recipes.
fn baselines(
    (train, test): (&Dataset, &Dataset),
    trained: &[(&str, f64)],
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let nearest = evaluate(&nearest_mean(class_means(train)), test).accuracy;
    let recipe = Recipe { hidden: vec![], ..Recipe::documents() };
    let linear = run(&recipe, 0, train, &ProgressBar::hidden())?;
    let linear = evaluate(&linear.network, test).accuracy;
    let accuracy = |share: f64| Measured::number(share, Format::Percent(1)).within(0.001);
    values.set("baselines.nearest_mean", accuracy(nearest))?;
    values.set("baselines.linear", accuracy(linear).note("seed 0, the documents' recipe"))?;
    let guessing = 1.0 / CLASSES as f64;
    let simple = [("guessing", guessing), ("nearest mean", nearest), ("one layer", linear)];
    let all = || simple.iter().chain(trained);
    let listed = all().map(|(name, share)| format!("{name} {:.1}%", 100.0 * share));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let description = format!("The share of the test images that is read right: {listed}.");
    let axis = Axis::new("test images read right [%]").from_zero();
    let mut chart = BarChart::new("What each machine reaches", description, axis).horizontal();
    for (name, share) in all() {
        chart = chart.bar(*name, 100.0 * share);
    }
    output.figure("baselines", &chart.print(Format::Decimals(1)).tolerance(12.0))?;
    Ok(())
}

/// A dot for each seed of each recipe.
fn seeds_chart(studies: &[Study]) -> Chart {
    let listed = studies.iter().map(|study| {
        let [low, high] = [study.lowest, study.highest].map(|share| 100.0 * share);
        format!("{}: from {low:.2}% to {high:.2}%", study.recipe)
    });
    let description = format!(
        "The share of the test images that is read right, for {} seeds of each recipe. {}.",
        studies[0].seeds,
        listed.collect::<Vec<_>>().join("; ")
    );
    let mut chart = Chart::new("Ten seeds of each recipe", description)
        .x_axis(Axis::new("seed").integers())
        .y_axis(Axis::new("test images read right [%]"))
        .horizontal_rule(98.0, "98%");
    for study in studies {
        let seeds = study.accuracies.iter().enumerate();
        let points = seeds.map(|(seed, share)| (seed as f64, 100.0 * share));
        chart = chart.series(Series::scatter(&study.recipe, points));
    }
    chart
}

/// Draws the record of `study` and sets its values.
fn draw_study(record: &Record<Vec<Study>>, output: &Output, values: &mut Values) -> Result<()> {
    let (studies, how) = (&record.outcome, record.how());
    output.figure("seeds", &recorded::exact(seeds_chart(studies)).experiment(&how))?;
    for study in studies {
        let note = format!("seeds 0 to {}", study.seeds - 1);
        let mut set = |what: &str, value: f64, format: Format| {
            // The mean of ten shares may end in 5. Then the rounding errors of its sum would decide
            // what is printed, and they do not survive the file.
            let value = (1e12 * value).round() / 1e12;
            let measured = match what {
                "mean" | "lowest" | "highest" => Measured::number(value, format).of("test images"),
                _ => Measured::number(value, format),
            };
            let measured = measured.note(&note).experiment(&how);
            values.set(&format!("study.{}.{what}", study.recipe), measured)
        };
        set("mean", study.mean, Format::Percent(2))?;
        set("deviation", study.deviation, Format::Percent(2))?;
        set("lowest", study.lowest, Format::Percent(2))?;
        set("highest", study.highest, Format::Percent(2))?;
        set("train_loss", study.train_loss, Format::Decimals(3))?;
        set("train_loss_deviation", study.train_loss_deviation, Format::Decimals(4))?;
    }
    Ok(())
}
