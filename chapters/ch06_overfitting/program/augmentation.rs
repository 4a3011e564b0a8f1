//! Page *More examples out of old ones*: shifted and deformed digits, and how far their pixels move.

use anyhow::Result;
use book_figures::{Axis, Chart, Format, ImageGrid, Measured, Output, Series, Values};
use ch05_mnist::Dataset;
use ch06_overfitting::{Augmentation, Displacement, bilinear, gaussian_kernel, shift};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::measured::set;
use crate::thousand::{image, pixels};

/// What the paper on elastic images found best: strength and width in pixels.
const ELASTIC: (f64, f64) = (34.0, 4.0);

/// Draws one digit and many new ones out of it.
pub fn draw(
    train: &Dataset,
    digit: ArrayView2<f64>,
    output: &Output,
    values: &mut Values,
    generator: &mut ChaCha8Rng,
) -> Result<()> {
    output.figure("between-pixels", &between_pixels(digit))?;
    output.figure("elastic-field", &field(digit, generator))?;
    output.figure("elastic-strengths", &strengths(digit, generator))?;
    output.figure("augmented", &augmented(train, generator))?;
    displacements(values)
}

/// How far the pixels of a thousand elastic fields look to one side, as a deviation: far from all
/// edges by the kernel, and drawn, in the middle, over the 20 × 20 pixels of a digit, in a corner.
fn displacements(values: &mut Values) -> Result<()> {
    const FIELDS: usize = 1_000;
    let (strength, width) = ELASTIC;
    let squares = gaussian_kernel(width).mapv(|g| g * g).sum();
    let deviation = strength * squares / 3_f64.sqrt();
    let measured = Measured::number(deviation, Format::Decimals(2)).within(0.001);
    set(values, "elastic.deviation", measured, "pixels, strength 34, width 4, far from the edges")?;
    let mut generator = ChaCha8Rng::seed_from_u64(6);
    let mut squared = Array2::<f64>::zeros((28, 28));
    for _ in 0..FIELDS {
        let field = Displacement::elastic((28, 28), ELASTIC, &mut generator);
        squared += &(&field.rows * &field.rows + &field.columns * &field.columns);
    }
    squared /= 2.0 * FIELDS as f64;
    let note = "pixels, strength 34, width 4, a thousand fields of 28 × 28, seed 6";
    let deviation = |square: f64| Measured::number(square.sqrt(), Format::Decimals(1)).within(0.1);
    let inside = |place: usize| (4..24).contains(&place);
    let digit = squared.indexed_iter().filter(|((i, j), _)| inside(*i) && inside(*j));
    let digit = digit.map(|(_, square)| square).sum::<f64>() / 400.0;
    set(values, "elastic.middle", deviation(squared[[14, 14]]), note)?;
    set(values, "elastic.digit", deviation(digit), note)?;
    set(values, "elastic.corner", deviation(squared[[0, 0]]), note)
}

/// The brightness along a row of the digit, pixel by pixel and between.
fn between_pixels(digit: ArrayView2<f64>) -> Chart {
    let row = 14;
    let places = (0..=270).map(|place| f64::from(place) / 10.0);
    let line = places.map(|column| (column, bilinear(digit, row as f64, column)));
    let line: Vec<(f64, f64)> = line.collect();
    let dots =
        digit.row(row).iter().copied().enumerate().map(|(j, p)| (j as f64, p)).collect::<Vec<_>>();
    let description = "Brightness along one row of a handwritten five: a square for each pixel, and \
                       straight lines between them, where the image is read between pixels.";
    Chart::new("Between pixels", description)
        .x_axis(Axis::new("column [pixels]"))
        .y_axis(Axis::new("brightness").range(0.0, 1.05))
        .series(Series::line("between", line))
        .series(Series::scatter("pixels", dots))
        .legend()
}

/// Noise, smoothed noise, the fields, and what they do.
fn field(digit: ArrayView2<f64>, generator: &mut ChaCha8Rng) -> ImageGrid {
    let width = digit.ncols();
    let field = Displacement::elastic(digit.dim(), ELASTIC, generator);
    let bent = field.apply(digit);
    let farthest =
        field.rows.iter().chain(&field.columns).fold(0.0, |most: f64, d| most.max(d.abs()));
    let description = format!(
        "A handwritten five; the two smooth fields that say how far each pixel looks down (orange) or \
         up (blue), and to the right (orange) or left (blue), at most {farthest:.1} pixels; and the \
         five bent by them."
    );
    let [down, right] = [&field.rows, &field.columns].map(|field| {
        let most = field.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
        format!("at most {most:.1} pixels")
    });
    ImageGrid::new("An elastic deformation", description, 4)
        .shares("the digit", width, &pixels(&digit.to_owned()))
        .signed(format!("orange: looks down\nblue: looks up\n{down}"), width, &pixels(&field.rows))
        .signed(
            format!("orange: looks right\nblue: looks left\n{right}"),
            width,
            &pixels(&field.columns),
        )
        .shares("bent", width, &pixels(&bent))
}

/// The same digit bent with rough and smooth fields, weakly and strongly.
fn strengths(digit: ArrayView2<f64>, generator: &mut ChaCha8Rng) -> ImageGrid {
    let description = "A handwritten five bent with fields of three widths, 1, 4 and 10 pixels. Far \
                       from the edges each would move pixels by 1.4 up or down and as far to the \
                       side, the last row by 3. Narrow fields \
                       tear it to pieces; wide ones move it whole; between them it looks as if \
                       another hand had written it.";
    let mut grid = ImageGrid::new("Too rough, too stiff, right", description, 3);
    for deviation in [1.4, 1.4, 3.0] {
        for width in [1.0, 4.0, 10.0] {
            let strength = deviation * 2.0 * width * (3.0 * std::f64::consts::PI).sqrt();
            let bent =
                Displacement::elastic(digit.dim(), (strength, width), generator).apply(digit);
            let caption = format!("width {width},\nstrength {strength:.0}");
            grid = grid.shares(caption, digit.ncols(), &pixels(&bent));
        }
    }
    grid
}

/// Five digits, each with shifts and bends.
fn augmented(train: &Dataset, generator: &mut ChaCha8Rng) -> ImageGrid {
    let (strength, width) = ELASTIC;
    let elastic = Augmentation::Elastic { strength, width };
    let description = "Four handwritten digits; beside each, two copies moved by up to two pixels and \
                       three bent ones. All are still the same digits to a reader.";
    let mut grid = ImageGrid::new("New examples out of old ones", description, 6);
    for index in [1, 2, 3, 5] {
        let digit = image(train, index);
        grid = grid.shares("as it is", digit.ncols(), &pixels(&digit));
        let moved = [shift(digit.view(), -2, 1), shift(digit.view(), 1, 2)];
        for image in &moved {
            grid = grid.shares("moved", digit.ncols(), &pixels(image));
        }
        for _ in 0..3 {
            let bent = elastic.image(digit.view(), generator);
            grid = grid.shares("bent", digit.ncols(), &pixels(&bent));
        }
    }
    grid
}
