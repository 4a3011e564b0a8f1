//! Page *Fast*: products counted, and both ways of a convolution timed.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, BarChart, Figure, Format, Measured, Output, Values};
use book_programs::progress::with_threads;
use ch02_forward::Initialization;
use ch09_vision::Convolution;
use ndarray::Array4;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::measured::set_count;
use crate::peers;

/// How often each pass is timed; the fastest counts.
const REPEATS: usize = 7;
const BATCH: usize = 32;

/// Draws the page's figure and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    for (index, (weights, side)) in [(144, 28), (4608, 14), (18_432, 7)].into_iter().enumerate() {
        let name = format!("fast.products.{index}");
        set_count(values, &name, weights * side * side, "weights times places")?;
    }
    set_count(values, "fast.products.dense", 576 * 128 + 128 * 10, "one product for each weight")?;
    set_count(values, "fast.repeats", REPEATS, "repetitions of each pass")?;
    let times = with_threads(Some(1), || Ok(times()))?;
    let products = (BATCH * 4608 * 14 * 14) as f64;
    let mut bars = Vec::new();
    for (name, title, [plain, fast]) in times {
        for (way, seconds) in [("plain", plain), ("fast", fast)] {
            let measured = Measured::number(1e3 * seconds, Format::Unit(2, "ms")).machine();
            values.set(&format!("fast.{name}.{way}"), measured.note("one thread, batch of 32"))?;
            let way = if way == "plain" { "definition" } else { "slices" };
            bars.push((format!("{title}, {way}"), products / seconds / 1e9));
        }
        let ratio = Measured::number(plain / fast, Format::Decimals(0)).machine();
        values.set(&format!("fast.{name}.ratio"), ratio.note("definition over slices"))?;
    }
    let told: Vec<String> = bars.iter().map(|(name, speed)| format!("{name} {speed:.1}")).collect();
    let description = format!("Billions of products in a second: {}.", told.join("; "));
    let axis = Axis::new("products in a nanosecond").from_zero();
    let mut chart = BarChart::new("How fast the products are", description, axis)
        .print(Format::Decimals(1))
        .horizontal();
    for (name, speed) in bars {
        chart = chart.bar(name, speed);
    }
    output.figure("passes", &chart.machine_dependent())?;
    let (chart, how) = peers::chart(values)?;
    output.figure("peers", &chart.tolerance(0.1).experiment(how))?;
    Ok(())
}

/// Name, title, and the seconds of the definition and of the slices.
fn times() -> Vec<(&'static str, &'static str, [f64; 2])> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let layer = Convolution::<f32>::new([16, 32, 3], 1, Initialization::He, &mut generator);
    let mut draw = |channels| {
        Array4::from_shape_simple_fn((BATCH, channels, 14, 14), || generator.random::<f32>() - 0.5)
    };
    let (x, delta) = (draw(16), draw(32));
    let shape = (14, 14);
    vec![
        (
            "forward",
            "forward",
            [
                fastest(|| layer.forward_by_definition(x.view())),
                fastest(|| layer.forward(x.view())),
            ],
        ),
        (
            "kernels",
            "kernels",
            [
                fastest(|| layer.backward_by_definition(x.view(), delta.view())),
                fastest(|| layer.backward(x.view(), delta.view())),
            ],
        ),
        (
            "images",
            "images",
            [
                fastest(|| layer.input_gradient_by_definition(delta.view(), shape)),
                fastest(|| layer.input_gradient(delta.view(), shape)),
            ],
        ),
    ]
}

fn fastest<T>(work: impl Fn() -> T) -> f64 {
    let time = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    (0..REPEATS).map(time).fold(f64::INFINITY, f64::min)
}
