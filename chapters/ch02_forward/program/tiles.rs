//! Two ways to multiply matrices, by the share of zeros.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch02_forward::{sparse_product, tiled_product};

use crate::timing::{SHAPE, by_share_of_zeros, milliseconds};

/// Times both, and ndarray's product, on one thread.
pub fn measure(output: &Output, values: &mut Values) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let rate = |milliseconds: f64| (batch * inputs * outputs) as f64 / milliseconds / 1e6;
    print("\nbillions of multiplications with additions in a second, zeros counted too:")?;
    print("zeros    by tiles   skipping   ndarray")?;
    let rates = by_share_of_zeros(|x, w| {
        let times = [
            milliseconds(9, || tiled_product(x, w)),
            milliseconds(9, || sparse_product(x, w)),
            milliseconds(9, || x.dot(&w)),
        ];
        times.map(rate)
    })?;
    for (zeros, [tiles, skipping, ndarray]) in &rates {
        print(format_args!("{zeros:4.0} %{tiles:12.1}{skipping:11.1}{ndarray:10.1}"))?;
    }
    let (_, [tiles, _, ndarray]) = rates[0];
    let ratio = Measured::number(ndarray / tiles, Format::Decimals(1)).machine();
    values.set("tiles.as_ndarray", ratio.note("no zeros, one thread"))?;
    if let Some((zeros, _)) = rates.iter().find(|(_, [tiles, skipping, _])| skipping > tiles) {
        values.set("tiles.crossing", Measured::number(*zeros, Format::Integer).machine())?;
    }
    draw(output, &rates)
}

fn draw(output: &Output, rates: &[(f64, [f64; 3])]) -> Result<()> {
    let (batch, inputs, outputs) = SHAPE;
    let description = format!(
        "Billions of multiplications with additions in a second, zeros counted, for a product of \
         [{batch} × {inputs}] and [{inputs} × {outputs}]. Tiles and ndarray's dot do as many at \
         any share of zeros. The product that skips zeros begins below them and ends far above."
    );
    let chart = Chart::new("Tiles, and skipping", description)
        .x_axis(Axis::new("zeros on the left side [%]"))
        .y_axis(Axis::new("billions a second").from_zero());
    let names = ["tiled_product", "sparse_product", "ndarray's dot"];
    let chart = names.into_iter().enumerate().fold(chart, |chart, (index, name)| {
        let points = rates.iter().map(|(zeros, rates)| (*zeros, rates[index]));
        chart.series(Series::line(name, points.collect::<Vec<_>>()).markers())
    });
    output.figure("tiles", &chart.machine_dependent())?;
    Ok(())
}
