//! Page *Skipping zeros*: how long products take by the share of zeros, and the first layer's product.

use std::time::Instant;

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use ch02_forward::{product, product_by_definition};
use ch05_mnist::{Dataset, NonZeros, Recipe, weighted_sums};
use ndarray::{Array2, ArrayView2};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Draws the figure, and measures X [32 × 784] times W [784 × 128] with a batch of the data; on one
/// thread.
pub fn draw(data: &Dataset, output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let network = Recipe::documents().network::<f32>(data.pixels(), &mut generator);
    let weights = &network.layers[0].dense.weights;
    output.figure("product_time", &by_zeros(weights, &mut generator).machine_dependent())?;
    let (inputs, _) = data.batch::<f32>(&(0..32).collect::<Vec<_>>());
    let (x, w) = (inputs.view(), weights.view());
    let skipping = median(301, || skipping_zeros(x, w));
    for (name, seconds) in [
        ("tuned", median(301, || x.dot(&w))),
        ("rows", median(101, || product(x, w))),
        ("plain", median(21, || product_by_definition(x, w))),
    ] {
        let times = Measured::number(seconds / skipping, Format::Decimals(1)).machine();
        values.set(&format!("time.product_{name}"), times.note("as long as with skipping"))?;
    }
    let ink = NonZeros::of_rows(x).count();
    for (name, multiplications) in
        [("done", ink * weights.ncols()), ("defined", inputs.len() * weights.ncols())]
    {
        let billions = multiplications as f64 / skipping / 1e9;
        let rate = Measured::number(billions, Format::Integer).machine();
        values.set(&format!("time.rate_{name}"), rate.note("billions a second, one thread"))?;
    }
    Ok(())
}

/// The product by sums that skip zeros, however many there are.
pub fn skipping_zeros(left: ArrayView2<f32>, right: ArrayView2<f32>) -> Array2<f32> {
    let mut sums = Array2::zeros((left.nrows(), right.ncols()));
    let words = left.ncols().div_ceil(64);
    let masks = NonZeros::of_rows(left);
    let halves = [0..words / 2, words / 2..words];
    weighted_sums((&masks, &halves), (left, 0), right, sums.view_mut(), false);
    sums
}

/// The median of so many measurements, in seconds.
pub fn median<T>(repetitions: usize, mut work: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed().as_secs_f64()
    };
    let mut seconds: Vec<f64> = (0..repetitions).map(once).collect();
    seconds.sort_by(f64::total_cmp);
    seconds[repetitions / 2]
}

fn by_zeros(weights: &Array2<f32>, generator: &mut ChaCha8Rng) -> Chart {
    let mut times = Vec::new();
    for tenths in 0..=9 {
        let zeros = f64::from(tenths) / 10.0;
        let draw = || if generator.random_bool(zeros) { 0.0 } else { generator.random() };
        let images = Array2::<f32>::from_shape_simple_fn((32, weights.nrows()), draw);
        let (x, w) = (images.view(), weights.view());
        let micro = [
            median(51, || product(x, w)),
            median(51, || x.dot(&w)),
            median(51, || skipping_zeros(x, w)),
        ];
        times.push((100.0 * zeros, micro.map(|seconds| 1e6 * seconds)));
    }
    let of = |index: usize| times.iter().map(move |(zeros, micro)| (*zeros, micro[index]));
    let (_, [rows, ndarray, bits]) = times[8];
    let description = format!(
        "Microseconds of a product of [32 × 784] and [784 × 128], from no zeros to nine in ten. With \
         four in five the product by rows takes {rows:.0}, ndarray's {ndarray:.0}, and the one with \
         bit masks {bits:.0}."
    );
    let chart = Chart::new("Skipping zeros, with bit masks", description)
        .x_axis(Axis::new("zeros on the left side [%]"))
        .y_axis(Axis::new("time [µs]").log());
    let names = ["by rows", "ndarray's dot", "with bit masks"];
    names.into_iter().enumerate().fold(chart, |chart, (index, name)| {
        chart.series(Series::line(name, of(index).collect::<Vec<_>>()).markers())
    })
}
