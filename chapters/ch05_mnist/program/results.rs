//! Page *What five epochs buy*: both recipes epoch by epoch and over ten seeds, seven rules, seven widths,
//! twenty epochs, and what simple models reach.

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
use crate::studies::{LongEpoch, Rule, Study, Width};

/// Draws and sets what the long experiments of the page have recorded.
pub fn draw_records(output: &Output, values: &mut Values) -> Result<()> {
    draw_study(&recorded::record("study")?, output, values)?;
    draw_widths(&recorded::record("widths")?, output, values)?;
    set_rules(&recorded::record("rules")?, values)?;
    draw_long(&recorded::record("long")?, output, values)
}

/// A figure that is made from a record: every machine draws the same.
fn exact(figure: impl Figure) -> impl Figure {
    figure.tolerance(0.1)
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
    output.figure("seeds", &exact(seeds_chart(studies)).experiment(&how))?;
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

/// Draws the record of `widths`, and sets its values.
fn draw_widths(record: &Record<Vec<Width>>, output: &Output, values: &mut Values) -> Result<()> {
    let (widths, how) = (&record.outcome, record.how());
    let part = |numbers: &Width, of: fn(&(f64, f64)) -> f64| {
        let shares = || numbers.errors.iter().map(of);
        let mean = shares().sum::<f64>() / shares().count() as f64;
        (mean, shares().fold(f64::INFINITY, f64::min), shares().fold(0.0, f64::max))
    };
    let on =
        [("train", (|errors| errors.0) as fn(&(f64, f64)) -> f64), ("test", |errors| errors.1)];
    for width in widths {
        for (name, of) in on {
            let error = Measured::number(part(width, of).0, Format::Percent(1));
            let error = error.note("misread, the steady recipe, mean of seeds 0 to 2");
            let name = format!("widths.{}_hidden.{name}_error", width.hidden);
            values.set(&name, error.experiment(&how))?;
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
    output.figure("widths", &exact(chart).experiment(&how))?;
    Ok(())
}

/// Sets the values of the record of `rules`.
fn set_rules(record: &Record<Vec<Rule>>, values: &mut Values) -> Result<()> {
    for rule in &record.outcome {
        let (seeds, mean, deviation) = rule.summary;
        let last = seeds - 1;
        let note = format!(
            "seeds 0 to {last}; the rate is one of {:?}, chosen with seed 100 on a sixth of the training \
             images, held back",
            rule.rates
        );
        let mut set = |what: &str, measured: Measured| {
            values.set(
                &format!("rules.{}.{what}", rule.name),
                measured.note(&note).experiment(record.how()),
            )
        };
        set("rate", Measured::text(rule.best.to_string()))?;
        set("mean", Measured::number(mean, Format::Percent(1)))?;
        set("deviation", Measured::number(deviation, Format::Percent(2)))?;
    }
    Ok(())
}

/// Draws both losses of the record of `long`, and sets its values.
fn draw_long(record: &Record<Vec<LongEpoch>>, output: &Output, values: &mut Values) -> Result<()> {
    let (epochs, how) = (&record.outcome, record.how());
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
    output.figure("long", &exact(chart).experiment(&how))?;
    let note = "the documents' recipe, seed 0";
    for (name, epoch) in [("epoch_5", fifth), ("last", last)] {
        let mut set = |what: &str, value: f64, format: Format| {
            let measured = Measured::number(value, format).note(note);
            values.set(&format!("long.{name}.{what}"), measured.experiment(&how))
        };
        set("train_loss", epoch.train_loss, Format::Decimals(3))?;
        set("test_loss", epoch.test_loss, Format::Decimals(3))?;
        set("test_accuracy", epoch.test_accuracy, Format::Percent(1))?;
    }
    Ok(())
}
