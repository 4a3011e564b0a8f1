//! The chapter as one run: both recipes, their table, the figures and the numbers of the page.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, HeatMap, ImageGrid, Measured, Output, Series};
use book_programs::data::Source;
use ch02_forward::Network;
use ch05_mnist::{CLASSES, Dataset, Evaluation, evaluate, likeliest};
use ndarray::Axis as Along;

use crate::arguments::RecipeName;
use crate::experiments::{LongEpoch, Subnormal};
use crate::files;
use crate::look;
use crate::print;
use crate::runs::{self, Rule, Study, Timing, Width, progress, run_and_watch, with_threads};
use crate::{stages, time, trouble};

/// The seed of everything that a plain run of the chapter shows.
const SEED: u64 = 0;

/// One recipe, run to its end, with a look at it after each epoch.
struct Outcome {
    name: RecipeName,
    network: Network<f32>,
    fit_seconds: f64,
    history: Vec<Epoch>,
    test: Evaluation,
}

/// The network after an epoch.
struct Epoch {
    train_loss: f64,
    train_accuracy: f64,
    test_loss: f64,
    test_accuracy: f64,
}

/// Trains, prints, draws, measures.
pub fn run() -> Result<()> {
    let (train, test) = files::load(&Source::new(None))?;
    let output = Output::chapter("ch05_mnist")?;
    print(format_args!("{} training and {} test images, seed {SEED}\n", train.len(), test.len()))?;
    print("recipe      epochs   training   train loss   test loss   test accuracy")?;
    let mut results = Vec::new();
    for name in RecipeName::ALL {
        let result = with_threads(None, || train_and_watch(name, &train, &test))?;
        let (epochs, last) = (result.history.len(), result.last());
        print(format_args!(
            "{:10}{epochs:8}{:9.2} s{:13.4}{:12.4}{:14.2} %",
            name.name(),
            result.fit_seconds,
            last.train_loss,
            last.test_loss,
            100.0 * last.test_accuracy,
        ))?;
        results.push(result);
    }
    let mut values = output.values()?;
    look::look(&train, &output, &mut values)?;
    let reached: Vec<_> =
        results.iter().map(|result| (result.name.name(), result.test.accuracy)).collect();
    look::baselines((&train, &test), &reached, &output, &mut values)?;
    let documents = &results[0];
    let accuracies = documents.history.iter().map(|epoch| epoch.test_accuracy).collect();
    let documents = (&documents.network, accuracies);
    with_threads(None, || {
        let steady = &results.last().expect("two recipes").network;
        trouble::trouble((&train, &test), documents, steady, &output, &mut values)?;
        stages::stages(steady, &test, &output, &mut values)
    })?;
    time::time(&train, &output, &mut values)?;
    values.save()?;
    draw_curves(&results, &output)?;
    draw_steady(results.last().expect("two recipes"), &test, &output)?;
    write_values(&results, &output)?;
    let folder = output.path().canonicalize()?;
    print(format_args!("\nfigures and values: {}", folder.display()))?;
    Ok(())
}

fn train_and_watch(name: RecipeName, train: &Dataset, test: &Dataset) -> Result<Outcome> {
    let recipe = name.recipe();
    let mut history = Vec::new();
    let run = run_and_watch(&recipe, SEED, train, &progress(&recipe, train), |network, _| {
        let (on_train, on_test) = (evaluate(network, train), evaluate(network, test));
        history.push(Epoch {
            train_loss: on_train.loss,
            train_accuracy: on_train.accuracy,
            test_loss: on_test.loss,
            test_accuracy: on_test.accuracy,
        });
    })?;
    let test = evaluate(&run.network, test);
    Ok(Outcome { name, network: run.network, fit_seconds: run.fit_seconds, history, test })
}

impl Outcome {
    fn last(&self) -> &Epoch {
        self.history.last().expect("a recipe has an epoch")
    }

    /// One point an epoch, from epoch 1.
    fn curve(&self, value: fn(&Epoch) -> f64) -> impl Iterator<Item = (f64, f64)> {
        self.history
            .iter()
            .enumerate()
            .map(move |(index, epoch)| (index as f64 + 1.0, value(epoch)))
    }
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

/// What the steady network takes for what, its worst mistakes, what its neurons look for.
fn draw_steady(result: &Outcome, test: &Dataset, output: &Output) -> Result<()> {
    let confusion = &result.test.confusion;
    let wrong = confusion.sum() - confusion.diag().sum();
    let ((digit, taken_for), count) = (confusion.indexed_iter())
        .filter(|((digit, taken_for), _)| digit != taken_for)
        .max_by_key(|(_, count)| **count)
        .expect("there are ten classes");
    let description = format!(
        "Of {} test images {wrong} are misread. The most frequent mistake is a {digit} taken for a \
         {taken_for}, {count} times.",
        test.len()
    );
    let matrix = confusion.rows().into_iter();
    let matrix = matrix.map(|row| row.iter().map(|&count| count as f64).collect()).collect();
    let digits = || (0..CLASSES).map(|digit| digit.to_string());
    let heat_map = HeatMap::new("What is taken for what", description, matrix)
        .rows("the digit", digits())
        .columns("taken for", digits())
        .print(Format::Integer)
        .color_range(0.0, *count as f64);
    output.figure("confusion", &heat_map.machine_dependent())?;
    output.figure("mistakes", &worst_mistakes(&result.test, test).machine_dependent())?;
    output.figure("weights", &first_weights(&result.network, test).machine_dependent())?;
    Ok(())
}

/// The misread images to whose true class the network gave the smallest probability.
fn worst_mistakes(evaluation: &Evaluation, test: &Dataset) -> ImageGrid {
    let answers = evaluation.probabilities.rows().into_iter().zip(&test.labels).enumerate();
    let mut mistakes: Vec<_> = answers
        .map(|(index, (row, &label))| (index, label, likeliest(row), row[usize::from(label)]))
        .filter(|(_, label, taken_for, _)| usize::from(*label) != *taken_for)
        .collect();
    mistakes.sort_by(|a, b| a.3.total_cmp(&b.3));
    mistakes.truncate(15);
    let pairs = mistakes.iter().map(|(_, label, taken_for, _)| format!("{label} as {taken_for}"));
    let description = format!(
        "Fifteen test images with what they were read as: {}.",
        pairs.collect::<Vec<_>>().join(", ")
    );
    let mut grid = ImageGrid::new("The worst mistakes", description, 5);
    for (index, label, taken_for, _) in mistakes {
        let pixels = test.images.pixels.row(index).to_vec();
        grid = grid.gray(format!("{label} read as {taken_for}"), test.images.width, &pixels);
    }
    grid
}

/// The weights of the first neurons of the first layer, each as an image.
fn first_weights(network: &Network<f32>, test: &Dataset) -> ImageGrid {
    let weights = &network.layers[0].dense.weights;
    let shown = weights.ncols().min(20);
    let largest = weights.iter().fold(0.0, |largest: f32, weight| largest.max(weight.abs()));
    let description = format!(
        "The weights of {shown} of the {} neurons of the first layer, each drawn where its pixel \
         is. The largest weight of the layer is {largest:.2} in size.",
        weights.ncols()
    );
    let mut grid = ImageGrid::new("What the first neurons look for", description, 5);
    for (neuron, column) in weights.axis_iter(Along(1)).take(shown).enumerate() {
        let numbers: Vec<f64> = column.iter().map(|&weight| weight.into()).collect();
        grid = grid.signed(format!("neuron {neuron}"), test.images.width, &numbers);
    }
    grid.range(0.4)
}

fn write_values(results: &[Outcome], output: &Output) -> Result<()> {
    let mut values = output.values()?;
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
    values.save()?;
    Ok(())
}

/// What made the figure of the seeds; the values name the number of seeds that they come from.
/// The command that makes an experiment's numbers, and today's date.
pub fn dated(command: &str) -> String {
    format!("{command} ({})", book_programs::files::today())
}

const STUDY: &str = "cargo run -p ch05_mnist -- study --record";

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
        chart = chart.series(Series::scatter(study.recipe, points));
    }
    chart
}

/// Draws both losses of a long run and writes them into the chapter's values.
pub fn record_long(epochs: &[LongEpoch]) -> Result<()> {
    let how = dated("cargo run -p ch05_mnist -- long --record");
    let output = Output::chapter("ch05_mnist")?;
    let mut values = output.values()?;
    values.forget("long");
    let best = epochs.iter().min_by(|a, b| a.test_loss.total_cmp(&b.test_loss)).expect("epochs");
    let (fifth, last) = (&epochs[4], epochs.last().expect("epochs"));
    let number = epochs.iter().position(|epoch| std::ptr::eq(epoch, best)).expect("it is one") + 1;
    let description = format!(
        "The loss on the training images falls from {:.3} after epoch 1 to {:.3} after epoch {}. On \
         the test images it is lowest after epoch {number}, {:.3}, and {:.3} at the end.",
        epochs[0].train_loss,
        last.train_loss,
        epochs.len(),
        best.test_loss,
        last.test_loss
    );
    let points = |value: fn(&LongEpoch) -> f64| {
        let points = epochs.iter().enumerate().map(|(i, epoch)| (i as f64 + 1.0, value(epoch)));
        points.collect::<Vec<_>>()
    };
    let chart = Chart::new("Twenty epochs", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("cross-entropy after the epoch [nats]").from_zero())
        .series(Series::line("test", points(|epoch| epoch.test_loss)).markers())
        .series(Series::line("training", points(|epoch| epoch.train_loss)).markers());
    output.figure("long", &chart.experiment(&how))?;
    let note = "the documents' recipe, seed 0";
    for (name, epoch) in [("epoch_5", fifth), ("last", last)] {
        let mut set = |what: &str, value: f64, format: Format, tolerance: f64| {
            let measured = Measured::number(value, format).within(tolerance).note(note);
            values.set(&format!("long.{name}.{what}"), measured.experiment(&how))
        };
        set("train_loss", epoch.train_loss, Format::Decimals(3), 0.001)?;
        set("test_loss", epoch.test_loss, Format::Decimals(3), 0.001)?;
        set("test_accuracy", epoch.test_accuracy, Format::Percent(1), 0.001)?;
    }
    values.save()?;
    Ok(())
}

/// Draws how long the epochs took with and without flushing.
pub fn record_subnormal(outcome: &Subnormal) -> Result<()> {
    let how = dated("cargo run -p ch05_mnist -- subnormal --record");
    let output = Output::chapter("ch05_mnist")?;
    let mut values = output.values()?;
    values.forget("subnormal");
    let times = outcome.without.last().expect("epochs") / outcome.with.last().expect("epochs");
    let description = format!(
        "Seconds of each epoch. With the comparison the last takes {:.1} s; without it the first \
         takes {:.1} s and the last {:.1} s.",
        outcome.with.last().expect("epochs"),
        outcome.without[0],
        outcome.without.last().expect("epochs")
    );
    let points = |seconds: &[f64]| {
        let points = seconds.iter().enumerate().map(|(i, &s)| (i as f64 + 1.0, s));
        points.collect::<Vec<_>>()
    };
    let chart = Chart::new("What subnormal numbers cost", description)
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("seconds of the epoch").from_zero())
        .series(Series::line("without flushing", points(&outcome.without)).markers())
        .series(Series::line("with flushing", points(&outcome.with)).markers())
        .height(320.0)
        .legend();
    output.figure("subnormal", &chart.experiment(&how))?;
    let times = Measured::number(times, Format::Decimals(1)).machine();
    values.set("subnormal.times", times.note("the last epoch, seed 0").experiment(&how))?;
    let share = Measured::number(outcome.subnormal_share, Format::Percent(0)).within(0.01);
    let note = "of the means m of the first layer's weights, after the last epoch, seed 0";
    values.set("subnormal.share", share.note(note).experiment(&how))?;
    let same = Measured::count(outcome.different_weights).note("weights that differ, seed 0");
    values.set("subnormal.different", same.experiment(&how))?;
    values.save()?;
    Ok(())
}

/// Writes the outcome of `study` into the chapter's values.
pub fn record_study(studies: &[Study]) -> Result<()> {
    let output = Output::chapter("ch05_mnist")?;
    let mut values = output.values()?;
    values.forget("study");
    output.figure("seeds", &seeds_chart(studies).experiment(dated(STUDY)))?;
    for study in studies {
        let command = format!("cargo run -p ch05_mnist -- study --seeds {} --record", study.seeds);
        let how = dated(&command);
        let note = format!("seeds 0 to {}", study.seeds - 1);
        let mut set = |what: &str, value: f64, format: Format, tolerance: f64| {
            // The mean of ten shares may end in 5. Then the rounding errors of its sum would decide
            // what is printed, and they do not survive the file.
            let value = (1e12 * value).round() / 1e12;
            let measured = Measured::number(value, format).within(tolerance);
            let measured = measured.note(&note).experiment(&how);
            values.set(&format!("study.{}.{what}", study.recipe), measured)
        };
        set("mean", study.mean, Format::Percent(2), 0.0001)?;
        set("deviation", study.deviation, Format::Percent(2), 0.0001)?;
        set("lowest", study.lowest, Format::Percent(2), 0.0001)?;
        set("highest", study.highest, Format::Percent(2), 0.0001)?;
        set("train_loss", study.train_loss, Format::Decimals(3), 0.001)?;
        set("train_loss_deviation", study.train_loss_deviation, Format::Decimals(4), 0.0001)?;
    }
    values.save()?;
    Ok(())
}

const WIDTHS: &str = "cargo run -p ch05_mnist -- widths --record";

/// Draws the outcome of `widths`, and writes it into the chapter's values.
pub fn record_widths(widths: &[Width]) -> Result<()> {
    let output = Output::chapter("ch05_mnist")?;
    let mut values = output.values()?;
    values.forget("widths");
    let part = |numbers: &Width, of: fn(&(f64, f64)) -> f64| {
        let shares = || numbers.errors.iter().map(of);
        let mean = shares().sum::<f64>() / shares().count() as f64;
        (mean, shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max))
    };
    let on =
        [("train", (|errors| errors.0) as fn(&(f64, f64)) -> f64), ("test", |errors| errors.1)];
    for width in widths {
        for (name, of) in on {
            let error = Measured::number(part(width, of).0, Format::Percent(1)).within(0.001);
            let error = error.note("misread, the steady recipe, mean of seeds 0 to 2");
            let name = format!("widths.{}_hidden.{name}_error", width.hidden);
            values.set(&name, error.experiment(dated(WIDTHS)))?;
        }
    }
    let (narrow, wide) = (&widths[0], widths.last().expect("seven widths"));
    let [from, to] = [narrow, wide].map(|width| on.map(|(_, of)| 100.0 * part(width, of).0));
    let description = format!(
        "Misread images by the number of hidden neurons, both on logarithmic scales. With {} neurons \
         {:.1}% of the training images and {:.1}% of the test images are misread, with {} neurons \
         {:.1}% and {:.1}%.",
        narrow.hidden, from[0], from[1], wide.hidden, to[0], to[1]
    );
    let line = |name: &str, of| {
        let parts: Vec<_> =
            widths.iter().map(|width| (width.hidden as f64, part(width, of))).collect();
        let points = parts.iter().map(|(hidden, (mean, ..))| (*hidden, 100.0 * mean));
        let band = parts.iter().map(|(_, (_, low, high))| (100.0 * low, 100.0 * high));
        Series::line(name, points.collect::<Vec<_>>()).markers().band(band)
    };
    let chart = Chart::new("How wide a hidden layer?", description)
        .x_axis(Axis::new("hidden neurons").log().range(7.0, 600.0))
        .y_axis(Axis::new("images misread [%]").log())
        .series(line("test", on[1].1))
        .series(line("training", on[0].1))
        .height(320.0);
    output.figure("widths", &chart.experiment(dated(WIDTHS)))?;
    values.save()?;
    Ok(())
}

const RULES: &str = "cargo run -p ch05_mnist -- rules --record";

/// Writes the outcome of `rules` into the chapter's values.
pub fn record_rules(rules: &[Rule]) -> Result<()> {
    let mut values = Output::chapter("ch05_mnist")?.values()?;
    values.forget("rules");
    for rule in rules {
        let last = rule.accuracies.len() - 1;
        let note = format!(
            "seeds 0 to {last}; the rate is one of {:?}, chosen with seed 100 on a sixth of the training \
             images, held back",
            rule.rates
        );
        let mut set = |what: &str, measured: Measured| {
            values.set(
                &format!("rules.{}.{what}", rule.name),
                measured.note(&note).experiment(dated(RULES)),
            )
        };
        let (mean, deviation) = runs::mean_and_deviation(&rule.accuracies);
        let share = |share: f64| Measured::number(share, Format::Percent(1)).within(0.001);
        set("rate", Measured::text(rule.best.to_string()))?;
        set("mean", share(mean))?;
        set("deviation", Measured::number(deviation, Format::Percent(2)).within(0.0001))?;
    }
    values.save()?;
    Ok(())
}

/// Writes the outcome of `scaling` into the chapter's values.
pub fn record_scaling(timings: &[Timing]) -> Result<()> {
    let mut values = Output::chapter("ch05_mnist")?.values()?;
    values.forget("scaling");
    for timing in timings {
        let name = format!("scaling.{}_examples_{}_hidden", timing.examples, timing.hidden);
        let epoch = Measured::number(1e3 * timing.seconds, Format::Integer);
        let per_weight = Measured::number(1e3 * timing.per_weight(28 * 28), Format::Integer);
        for (part, measured, note) in [
            ("epoch", epoch, "milliseconds, the documents' recipe"),
            ("per_weight", per_weight, "nanoseconds an example and a thousand weights"),
        ] {
            let measured = measured.machine().note(note);
            let command = "cargo run -p ch05_mnist -- scaling --record";
            values.set(&format!("{name}.{part}"), measured.experiment(dated(command)))?;
        }
    }
    values.save()?;
    Ok(())
}
