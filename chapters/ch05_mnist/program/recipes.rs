//! Page *What the recipe decides*: seven rules, seven widths, twenty epochs.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::records::Record;

use crate::recorded;
use crate::studies::{LongEpoch, Rule, Width};

/// Draws and sets what the long experiments of the page have recorded.
pub fn draw_records(output: &Output, values: &mut Values) -> Result<()> {
    draw_widths(&recorded::record("widths")?, output, values)?;
    set_rules(&recorded::record("rules")?, values)?;
    draw_long(&recorded::record("long")?, output, values)
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
    output.figure("widths", &recorded::exact(chart).experiment(&how))?;
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
    output.figure("long", &recorded::exact(chart).experiment(&how))?;
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
