//! Draws one figure of each kind on a light and on a dark page, at full width and as wide as a
//! phone: `cargo run -p book-figures --example gallery -- gallery.html`.

use std::fmt::Write;

use book_figures::{
    Axis, BarChart, Chart, ComputationGraph, ContourMap, DecisionRegions, Error, Figure, Format,
    HeatMap, ImageGrid, NetworkDiagram, Series,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "gallery.html".to_owned());
    let mut page = String::from("<!doctype html><meta charset=\"utf-8\"><title>Gallery</title>");
    page.push_str(
        "<style>body{margin:0;display:flex}.p{padding:12px;box-sizing:border-box}</style>",
    );
    let pages = [
        ("light", 664, "--bg:#fff;background:#fff;color:#000"),
        ("dark", 664, "--bg:#161923;background:#161923;color:#c8c9db"),
        ("phone", 390, "--bg:#fff;background:#fff;color:#000"),
        ("night", 390, "--bg:#161923;background:#161923;color:#c8c9db"),
    ];
    for (name, width, style) in pages {
        write!(page, "<div class=\"p\" style=\"width:{width}px;{style}\">")?;
        for (index, svg) in figures(name)?.iter().enumerate() {
            write!(page, "<figure id=\"{name}-{index}\" style=\"margin:0 0 24px\">{svg}</figure>")?;
        }
        page.push_str("</div>");
    }
    std::fs::write(&path, page)?;
    println!("wrote {path}");
    Ok(())
}

/// All figures, with ids that begin with the name of the page that they stand on.
fn figures(page: &str) -> Result<Vec<String>, Error> {
    let svg = |name: &str, figure: &dyn Fn(&str) -> Result<String, Error>| {
        figure(&format!("{page}-{name}"))
    };
    Ok(vec![
        svg("losses", &|id| losses().svg(id))?,
        svg("rates", &|id| rates().svg(id))?,
        svg("functions", &|id| functions().svg(id))?,
        svg("clouds", &|id| clouds().svg(id))?,
        svg("digits", &|id| digits().svg(id))?,
        svg("optimizers", &|id| optimizers().svg(id))?,
        svg("confusion", &|id| confusion().svg(id))?,
        svg("gradients", &|id| gradients().svg(id))?,
        svg("images", &|id| images().svg(id))?,
        svg("regions", &|id| regions().svg(id))?,
        svg("bowl", &|id| bowl().svg(id))?,
        svg("small-network", &|id| small_network().svg(id))?,
        svg("large-network", &|id| large_network().svg(id))?,
        svg("graph", &|id| graph().svg(id))?,
        svg("weights", &|id| weights().svg(id))?,
    ])
}

/// Numbers between 0 and 1 without a pattern that the eye would see.
fn noise(seed: usize) -> f64 {
    let mixed = (seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1u64 << 53) as f64
}

fn losses() -> Chart {
    let curve = |floor: f64, rate: f64| {
        (1..=12).map(move |epoch| (f64::from(epoch), floor + (-rate * f64::from(epoch)).exp()))
    };
    let spread = |(_, loss): (f64, f64)| (loss - 0.05, loss + 0.05);
    Chart::new("Loss by epoch", "Training falls to 0.02, validation stays at 0.12.")
        .x_axis(Axis::new("epoch").integers())
        .y_axis(Axis::new("cross-entropy [nats]").from_zero())
        .series(Series::line("training", curve(0.02, 0.5)).markers())
        .series(Series::line("validation", curve(0.12, 0.45)).band(curve(0.12, 0.45).map(spread)))
        .vertical_rule(8.0, "early stop")
}

fn rates() -> Chart {
    let curve = |scale: f64| {
        (0..=40).map(move |k| {
            let rate = 10f64.powf(-4.0 + 0.1 * f64::from(k));
            (rate, scale * (0.01 / rate + rate))
        })
    };
    Chart::new("Loss by learning rate", "The loss is lowest at a rate of 0.1.")
        .x_axis(Axis::new("learning rate").log())
        .y_axis(Axis::new("loss after 5 epochs").log())
        .series(Series::line("SGD", curve(1.0)))
        .series(Series::line("momentum", curve(0.8)))
        .series(Series::line("RMSProp", curve(0.7)))
        .series(Series::line("Adam", curve(0.66)))
        .series(Series::line("AdamW", curve(0.64)))
}

fn functions() -> Chart {
    let curve =
        |f: fn(f64) -> f64| (-60..=60).map(move |k| (0.1 * f64::from(k), f(0.1 * f64::from(k))));
    Chart::new("Three activation functions", "Sigmoid, tanh and ReLU between −6 and 6.")
        .x_axis(Axis::new("pre-activation z"))
        .y_axis(Axis::new("activation").range(-1.2, 2.0))
        .series(Series::line("sigmoid", curve(|z| 1.0 / (1.0 + (-z).exp()))))
        .series(Series::line("tanh", curve(f64::tanh)))
        .series(Series::line("ReLU", curve(|z| z.max(0.0))))
        .horizontal_rule(1.0, "")
}

fn clouds() -> Chart {
    let cloud = |class: usize| {
        (0..40).map(move |k| {
            let (u, v) = (noise(2 * k + 97 * class), noise(2 * k + 1 + 97 * class));
            (u + 0.4 * class as f64, v + 0.3 * (class % 2) as f64)
        })
    };
    (0..7).fold(
        Chart::new("Seven classes", "Seven clouds of 40 points.")
            .x_axis(Axis::new("petal length [cm]"))
            .y_axis(Axis::new("petal width [cm]")),
        |chart, class| chart.series(Series::scatter(format!("class {class}"), cloud(class))),
    )
}

fn digits() -> BarChart {
    let chart =
        BarChart::new("Digits in the training set", "About 6000 each.", Axis::new("images"));
    let counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    counts.iter().enumerate().fold(chart.categories("digit"), |chart, (digit, &count)| {
        chart.bar(digit.to_string(), f64::from(count))
    })
}

fn optimizers() -> BarChart {
    BarChart::new("Accuracy of optimizers", "Adam 97.8%.", Axis::new("test accuracy"))
        .bar_with_spread("SGD", 0.912, (0.90, 0.92))
        .bar_with_spread("SGD with momentum 0.9", 0.962, (0.95, 0.97))
        .bar_with_spread("Adam, learning rate 0.001", 0.978, (0.975, 0.981))
        .print(Format::Percent(1))
}

fn confusion() -> HeatMap {
    let entry = |row: usize, column: usize| match row == column {
        true => 950.0 + (60.0 * noise(row)).round(),
        false => (12.0 * noise(10 * row + column).powi(4)).round(),
    };
    let matrix = (0..10).map(|row| (0..10).map(|column| entry(row, column)).collect()).collect();
    let digits = || (0..10).map(|digit| digit.to_string());
    HeatMap::new("Confusion matrix", "Most counts are on the diagonal.", matrix)
        .rows("true digit", digits())
        .columns("predicted digit", digits())
        .print(Format::Integer)
}

fn gradients() -> HeatMap {
    let entry = |row: usize, column: usize| 2.0 * noise(31 * row + column) - 1.0;
    let matrix = (0..6).map(|row| (0..12).map(|column| entry(row, column)).collect()).collect();
    HeatMap::new("Gradients", "Signed numbers.", matrix)
        .rows("layer", (1..=6).map(|layer| format!("layer {layer}")))
        .columns("step", (1..=12).map(|step| step.to_string()))
        .signed()
}

/// A blurred ring or bar: what a digit looks like from far away.
fn digit(kind: usize) -> Vec<f64> {
    let pixel = |k: usize| {
        let (x, y) = ((k % 28) as f64 - 13.5, (k / 28) as f64 - 13.5);
        let distance = if kind.is_multiple_of(2) { x.hypot(y) - 8.0 } else { x + 0.3 * y };
        (-distance * distance / 4.0).exp() * f64::from(u8::from(y.abs() < 10.0))
    };
    (0..784).map(pixel).collect()
}

fn images() -> ImageGrid {
    let grid = ImageGrid::new("Digits", "Ten digits of the test set.", 5);
    (0..10).fold(grid, |grid, k| grid.shares(format!("{k}, said {}", k % 2), 28, &digit(k)))
}

fn weights() -> ImageGrid {
    let grid = ImageGrid::new("Weights", "Weights of sixteen hidden units.", 8);
    (0..16).fold(grid, |grid, k| {
        let weights: Vec<f64> =
            digit(k).iter().zip(0..).map(|(w, p)| w - noise(p + k) * 0.5).collect();
        grid.signed(format!("unit {k}"), 28, &weights)
    })
}

fn regions() -> DecisionRegions {
    let class = |x: f64, y: f64| {
        usize::from(x * x + y * y > 1.0) + usize::from(y > 0.5 + (3.0 * x).sin() * 0.3 && x > 0.0)
    };
    let points = |wanted: usize| {
        (0..60)
            .map(|k| (4.0 * noise(2 * k) - 2.0, 3.0 * noise(2 * k + 1) - 1.5))
            .filter(move |&(x, y)| class(x, y) == wanted)
    };
    let ranges = [(-2.0, 2.0), (-1.5, 1.5)];
    (0..3).fold(
        DecisionRegions::new("Three regions", "A disk and what is around it.", ranges, class)
            .axes("first input x₁", "second input x₂"),
        |figure, wanted| figure.class(format!("class {wanted}"), points(wanted)),
    )
}

fn bowl() -> ContourMap {
    let path = |rate: f64, momentum: f64| {
        let (mut at, mut speed) = ((-4.0, 1.5), (0.0, 0.0));
        (0..40).map(move |_| {
            let here: (f64, f64) = at;
            speed = (momentum * speed.0 - rate * here.0, momentum * speed.1 - rate * 10.0 * here.1);
            at = (here.0 + speed.0, here.1 + speed.1);
            here
        })
    };
    let loss = |x: f64, y: f64| 0.5 * (x * x + 10.0 * y * y);
    ContourMap::new("A narrow valley", "Three paths.", [(-5.0, 3.0), (-2.5, 2.5)], loss)
        .axes("weight w₁", "weight w₂")
        .path("gradient descent", path(0.18, 0.0))
        .path("small steps", path(0.03, 0.0))
        .path("momentum", path(0.03, 0.8))
        .mark("minimum", (0.0, 0.0))
}

fn small_network() -> NetworkDiagram {
    NetworkDiagram::new("XOR", "Two inputs, two hidden units, one output.", [2, 2, 1])
        .names(0, ["x₁", "x₂"])
        .values(0, &[1.0, 0.0])
        .names(1, ["h₁", "h₂"])
        .values(1, &[0.73, 0.5])
        .names(2, ["y"])
        .values(2, &[-0.62])
        .weights(0, vec![vec![1.0, -0.5], vec![0.25, 2.0]])
        .weights(1, vec![vec![-1.0], vec![1.5]])
        .caption(0, "inputs")
        .caption(1, "hidden")
        .caption(2, "output")
}

fn large_network() -> NetworkDiagram {
    NetworkDiagram::new("MNIST", "784 inputs, 128 hidden units, 10 outputs.", [784, 128, 10])
        .names(2, (0..10).map(|digit| digit.to_string()))
        .limit(10)
        .caption(0, "784 pixels")
        .caption(1, "128 hidden units\nReLU")
        .caption(2, "10 digits\nsoftmax")
}

fn graph() -> ComputationGraph {
    let mut graph = ComputationGraph::new("f = (x + y) z", "f is −12.");
    let x = graph.variable("x", (0.0, 0.0));
    let y = graph.variable("y", (0.0, 1.0));
    let z = graph.variable("z", (0.0, 2.0));
    let plus = graph.operation("+", (1.0, 0.5));
    let times = graph.operation("×", (2.0, 1.25));
    let f = graph.variable("f", (3.0, 1.25));
    graph.wire(x, plus, Some(-2.0), Some(-4.0));
    graph.wire(y, plus, Some(5.0), Some(-4.0));
    graph.wire(plus, times, Some(3.0), Some(-4.0));
    graph.wire(z, times, Some(-4.0), Some(3.0));
    graph.wire(times, f, Some(-12.0), Some(1.0));
    graph
}
