//! The product of two matrices in four ways, timed.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch02_forward::{product_by_definition, product_by_rows, sparse_product};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::seed::SEED;
use crate::timing::{SHAPE, by_share_of_zeros, milliseconds};

/// Looks for what makes the definition slow: its columns, or that each addition waits for the last.
pub fn measure_definition(values: &mut Values) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let mut generator = ChaCha8Rng::seed_from_u64(SEED);
    let mut draw = |shape| Array2::from_shape_simple_fn(shape, || generator.random::<f32>());
    let (images, weights) = (draw((batch, inputs)), draw((inputs, outputs)));
    let by_columns = weights.t().as_standard_layout().into_owned();
    // ndarray's dot of two lists keeps eight sums at a time, and adds those up at the end.
    let eight_sums =
        || Array2::from_shape_fn((batch, outputs), |(r, j)| images.row(r).dot(&by_columns.row(j)));
    let mut best = [f64::INFINITY; 3];
    for _ in 0..15 {
        // In turns, so that what disturbs one disturbs all.
        let times = [
            milliseconds(1, || product_by_definition(images.view(), weights.view())),
            milliseconds(1, || product_by_definition(images.view(), by_columns.t())),
            milliseconds(1, eight_sums),
        ];
        best = std::array::from_fn(|way| best[way].min(times[way]));
    }
    let [plain, turned, eight] = best;
    print(format_args!(
        "\nthe definition takes {plain:.1} ms; with the columns of W side by side in memory"
    ))?;
    print(format_args!(
        "  {turned:.1} ms, and with eight sums at a time in each entry {eight:.1} ms"
    ))?;
    for (name, time) in [("plain_ms", plain), ("columns_ms", turned), ("eight_sums_ms", eight)] {
        let time = Measured::number(time, Format::Integer).machine();
        values.set(&format!("product.{name}"), time.note("no zeros, one thread"))?;
    }
    Ok(())
}

/// Times the product by definition, by rows, ndarray's and ours, by the share of zeros, on one thread.
pub fn measure(output: &Output, values: &mut Values) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    print(format_args!(
        "[{batch} × {inputs}] times [{inputs} × {outputs}], milliseconds on one thread:"
    ))?;
    print("zeros   by definition   by rows   ndarray   ours")?;
    let times = by_share_of_zeros(|x, w| {
        [
            milliseconds(2, || product_by_definition(x, w)),
            milliseconds(9, || product_by_rows(x, w)),
            milliseconds(9, || x.dot(&w)),
            milliseconds(9, || sparse_product(x, w)),
        ]
    })?;
    for (zeros, [plain, by_rows, ndarray, ours]) in &times {
        print(format_args!("{zeros:4.0} %{plain:13.1}{by_rows:13.2}{ndarray:10.2}{ours:8.2}"))?;
    }
    values.set("product.multiplications", Measured::count(batch * inputs * outputs))?;
    let (_, [plain, by_rows, ndarray, ours]) = times[8];
    for (name, ratio, format) in [
        ("definition", plain / ours, Format::Integer),
        ("rows", by_rows / ours, Format::Decimals(1)),
        ("ndarray", ndarray / ours, Format::Decimals(1)),
    ] {
        let ratio = Measured::number(ratio, format).machine();
        values.set(&format!("product.faster_than_{name}"), ratio.note("80 % zeros, one thread"))?;
    }
    if let Some((zeros, _)) = times.iter().find(|(_, [.., ndarray, ours])| ours < ndarray) {
        values.set("product.pays_from", Measured::number(*zeros, Format::Integer).machine())?;
    }
    draw(output, &times)
}

fn draw(output: &Output, times: &[(f64, [f64; 4])]) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let description = format!(
        "The time of one product of [{batch} × {inputs}] and [{inputs} × {outputs}], from no zeros \
         to nine in ten. The product by definition takes the same time for all, and is by far the \
         slowest. Those that skip zeros take less the more zeros there are, and `sparse_product` the least."
    );
    let chart = Chart::new("Skipping zeros saves time", description)
        .x_axis(Axis::new("zeros on the left side [%]"))
        .y_axis(Axis::new("time [ms]").log());
    let names = ["by definition", "product_by_rows", "ndarray's dot", "sparse_product"];
    let chart = names.into_iter().enumerate().fold(chart, |chart, (index, name)| {
        let points = times.iter().map(|(zeros, times)| (*zeros, times[index]));
        chart.series(Series::line(name, points.collect::<Vec<_>>()).markers())
    });
    output.figure("product_time", &chart.machine_dependent())?;
    Ok(())
}
