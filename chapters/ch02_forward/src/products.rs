//! The same product in three ways, timed.

use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::{product, product_by_definition};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::SEED;

/// A batch of 256 images, and the weights of 128 neurons.
const SHAPE: (usize, usize, usize) = (256, 784, 128);

/// Times the product by definition, ndarray's and ours, by the share of zeros, on one thread.
pub fn measure(output: &Output, values: &mut Values) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let weights = Array2::from_shape_simple_fn((inputs, outputs), || generator.random::<f32>());
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    println!("[{batch} × {inputs}] times [{inputs} × {outputs}], milliseconds on one thread:");
    println!("zeros   by definition   ndarray   ours");
    let mut times = Vec::new();
    for tenths in 0..=9 {
        let zeros = f64::from(tenths) / 10.0;
        let mut draw = || if generator.random_bool(zeros) { 0.0 } else { generator.random() };
        let images = Array2::<f32>::from_shape_simple_fn((batch, inputs), &mut draw);
        let (x, w) = (images.view(), weights.view());
        let measured = one_thread.install(|| {
            [
                milliseconds(2, || product_by_definition(x, w)),
                milliseconds(9, || x.dot(&w)),
                milliseconds(9, || product(x, w)),
            ]
        });
        let [plain, ndarray, ours] = measured;
        println!("{:4.0} %{plain:13.1}{ndarray:13.2}{ours:8.2}", 100.0 * zeros);
        times.push((100.0 * zeros, measured));
    }
    values.set("product.multiplications", Measured::count(batch * inputs * outputs))?;
    let (_, [plain, ndarray, ours]) = times[8];
    for (name, ratio) in [("definition", plain / ours), ("ndarray", ndarray / ours)] {
        let ratio = Measured::number(ratio, Format::Decimals(1)).machine();
        values.set(&format!("product.faster_than_{name}"), ratio.note("80 % zeros, one thread"))?;
    }
    draw(output, &times)
}

/// The shortest of a few runs: whatever disturbs a run makes it longer.
fn milliseconds<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    let run = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        1000.0 * start.elapsed().as_secs_f64()
    };
    (0..runs).map(run).fold(f64::INFINITY, f64::min)
}

fn draw(output: &Output, times: &[(f64, [f64; 3])]) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let description = format!(
        "The time of one product of [{batch} × {inputs}] and [{inputs} × {outputs}], from no zeros \
         to nine in ten. The product by definition takes the same time for all, and is by far the \
         slowest. Ours takes less the more zeros there are."
    );
    let chart = Chart::new("Skipping zeros saves time", description)
        .x_axis(Axis::new("zeros on the left side [%]"))
        .y_axis(Axis::new("time [ms]").log());
    let names = ["by definition", "ndarray's dot", "product"];
    let chart = names.into_iter().enumerate().fold(chart, |chart, (index, name)| {
        let points = times.iter().map(|(zeros, times)| (*zeros, times[index]));
        chart.series(Series::line(name, points.collect::<Vec<_>>()).markers())
    });
    output.figure("product_time", &chart.machine_dependent())?;
    Ok(())
}
