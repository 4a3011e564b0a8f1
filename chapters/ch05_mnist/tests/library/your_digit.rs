//! What `src/your_digit.rs` promises.

use std::sync::LazyLock;

use ch02_forward::Network;
use ch05_mnist::*;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use ndarray::{Array2, Axis};
use proptest::prelude::*;
use rand::RngExt;
use rayon::prelude::*;

use super::common::*;

/// The program's own module, which draws the pictures of the page.
#[path = "../../program/pictures.rs"]
mod pictures;

/// A stroke or two with soft edges: dark paper, light ink.
fn drawing(side: u32, seed: u64) -> GrayImage {
    let mut generator = generator(seed);
    let mut corner = || (generator.random_range(0.2..0.8), generator.random_range(0.2..0.8));
    let corners: [(f64, f64); 4] = std::array::from_fn(|_| corner());
    GrayImage::from_fn(side, side, |x, y| {
        let place =
            ((f64::from(x) + 0.5) / f64::from(side), (f64::from(y) + 0.5) / f64::from(side));
        let distances = corners.windows(2).map(|ends| distance(place, ends[0], ends[1]));
        let nearest = distances.fold(f64::INFINITY, f64::min);
        Luma([(255.0 * (2.0 - nearest / 0.03).clamp(0.0, 1.0)) as u8])
    })
}

/// From a point to the line between two others.
fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}

fn center(picture: &GrayImage) -> Array2<f64> {
    let input = center_digit::<f64>(picture).expect("there is a digit");
    assert_eq!(input.dim(), (1, 784));
    assert!(input.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    input.into_shape_with_order((28, 28)).unwrap()
}

fn inverted(picture: &GrayImage) -> GrayImage {
    let mut picture = picture.clone();
    imageops::invert(&mut picture);
    picture
}

/// First and last row and column with ink.
fn extent(image: &Array2<f64>, axis: Axis) -> (usize, usize) {
    let inked = image.axis_iter(axis).map(|line| line.iter().any(|&pixel| pixel > 0.0));
    let inked: Vec<usize> = inked.enumerate().filter(|(_, ink)| *ink).map(|(i, _)| i).collect();
    (inked[0], inked[inked.len() - 1])
}

#[test]
fn a_digit_is_twenty_pixels_long_and_its_ink_is_centered() {
    for seed in 0..40 {
        for side in [40, 200] {
            let image = center(&drawing(side, seed));
            let [rows, columns] = [Axis(0), Axis(1)].map(|axis| extent(&image, axis));
            let longer = (rows.1 - rows.0 + 1).max(columns.1 - columns.0 + 1);
            assert!((19..=20).contains(&longer), "{seed}: {longer}"); // a faint edge may round to 0
            let total = image.sum();
            let mean = |axis: usize| {
                let sums = image
                    .indexed_iter()
                    .map(|(place, ink)| ink * ([place.0, place.1][axis] as f64 + 0.5));
                sums.sum::<f64>() / total
            };
            for (axis, ends) in [(0, rows), (1, columns)] {
                let at_the_border = ends.0 == 0 || ends.1 == 27; // it can be moved no farther
                let off = (mean(axis) - 14.5).abs(); // the middle of pixel 14, as in MNIST
                assert!(off <= 0.5 + 1e-9 || at_the_border, "{seed}: {off} off along axis {axis}");
            }
        }
    }
}

/// The images of MNIST have been centered already: they stay as they are, so that `predict` reads them
/// as `evaluate` does.
#[test]
fn an_image_of_the_data_set_stays_as_it_is() {
    let test = shipped_test_set();
    let stays = test.images.pixels.rows().into_iter().filter(|row| {
        let image = GrayImage::from_raw(28, 28, row.to_vec()).unwrap();
        let centered = center_digit::<f64>(&image);
        centered.is_ok_and(|centered| {
            centered
                .iter()
                .zip(*row)
                .all(|(share, &pixel)| (share * 255.0 - f64::from(pixel)).abs() < 1e-9)
        })
    });
    assert_eq!(stays.count(), 10_000);
}

#[test]
fn light_on_dark_and_dark_on_light_are_the_same_digit() {
    for seed in 0..20 {
        let picture = drawing(60, seed);
        assert_eq!(center(&picture), center(&inverted(&picture)), "{seed}");
    }
}

#[test]
fn paper_around_a_digit_changes_nothing() {
    for seed in 0..20 {
        let picture = drawing(60, seed);
        let mut sheet = GrayImage::new(213, 97);
        imageops::overlay(&mut sheet, &picture, 120, 11);
        assert_eq!(center(&picture), center(&sheet), "{seed}");
    }
}

/// How much of its ink another image has elsewhere. The edge of the ink is a matter of pixels, so the
/// other may lie one pixel aside.
fn difference(image: &Array2<f64>, other: &Array2<f64>) -> f64 {
    let shifts = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dy, dx)));
    let differences = shifts.map(|(dy, dx)| {
        let moved = |(y, x): (usize, usize)| {
            let place = (y.checked_add_signed(dy)?, x.checked_add_signed(dx)?);
            other.get(place).copied()
        };
        let pixels = image.indexed_iter();
        pixels.map(|(place, ink)| (ink - moved(place).unwrap_or(0.0)).abs()).sum::<f64>()
    });
    differences.fold(f64::INFINITY, f64::min) / image.sum()
}

#[test]
fn a_digit_looks_alike_in_pale_ink_on_gray_paper() {
    for seed in 0..20 {
        let picture = drawing(60, seed);
        let pale = GrayImage::from_fn(60, 60, |x, y| Luma([90 + picture.get_pixel(x, y).0[0] / 3]));
        let difference = difference(&center(&picture), &center(&pale));
        assert!(difference < 0.1, "{seed}: {difference}");
    }
}

#[test]
fn a_fifth_of_the_full_strength_is_not_ink_and_a_little_more_is() {
    let mut ink = GrayImage::new(9, 9);
    for (x, y, strength) in [(0, 0, 51), (8, 8, 51), (3, 2, 52), (5, 6, 255)] {
        ink.put_pixel(x, y, Luma([strength]));
    }
    let cropped = crop_to_ink(&ink);
    assert_eq!(cropped.dimensions(), (3, 5));
    assert_eq!((cropped.get_pixel(0, 0).0, cropped.get_pixel(2, 4).0), ([52], [255]));
}

#[test]
fn a_digit_looks_alike_in_every_resolution() {
    for seed in 0..20 {
        let reference = center(&drawing(400, seed));
        for side in [56, 100, 801] {
            let difference = difference(&reference, &center(&drawing(side, seed)));
            assert!(difference < 0.25, "{seed}, {side} pixels: {difference}");
        }
    }
    let others =
        (1..20).map(|seed| difference(&center(&drawing(400, 0)), &center(&drawing(400, seed))));
    assert!(others.fold(f64::INFINITY, f64::min) > 0.5, "other drawings must not look alike");
}

#[test]
fn pictures_of_one_shade_show_no_digit() {
    for (width, height) in [(0, 0), (0, 5), (1, 1), (28, 28), (3, 100)] {
        for shade in [0, 1, 128, 255] {
            let picture = GrayImage::from_pixel(width, height, Luma([shade]));
            let found = center_digit::<f32>(&picture);
            assert_eq!(found, Err(NoDigit::OneShade), "{width} × {height}");
        }
    }
}

#[test]
fn specks_and_what_cannot_be_seen_are_no_digits() {
    for side in [28, 400] {
        let paper = |shade| GrayImage::from_pixel(side, side, Luma([shade]));
        let mut faint = paper(128);
        faint.put_pixel(side / 2, side / 2, Luma([129]));
        assert_eq!(center_digit::<f32>(&faint), Err(NoDigit::Nothing));
        let mut specks = paper(255);
        specks.put_pixel(side / 4, side / 5, Luma([0]));
        specks.put_pixel(side / 2, side - 6, Luma([0]));
        assert_eq!(center_digit::<f32>(&specks), Err(NoDigit::Specks));
    }
}

#[test]
fn noise_is_never_surely_a_digit() {
    let (network, mut generator) = (network(), generator(3));
    for side in [28, 100, 400, 1000] {
        for strength in [2, 8, 30, 100, 255] {
            let shade = |_, _| Luma([generator.random_range(0..=strength)]);
            let found = center_digit::<f32>(&GrayImage::from_fn(side, side, shade));
            let certainty = found.map(|image| read_digit(network, &image).certainty());
            assert!(certainty != Ok(Certainty::Sure), "{side} pixels, up to {strength}");
        }
    }
}

/// The edge of a table is in view on all four sides, and nothing is written on the paper.
#[test]
fn ink_that_goes_on_beyond_the_picture_is_no_digit() {
    let table = |x: u32, y: u32| x < 10 || y < 12 || x > 230 || y > 215;
    let picture = GrayImage::from_fn(240, 230, |x, y| Luma([if table(x, y) { 60 } else { 230 }]));
    assert!(center_digit::<f32>(&picture).is_err());
}

#[test]
fn a_thin_line_is_a_digit_of_a_sort() {
    let line = GrayImage::from_fn(900, 900, |x, y| {
        Luma([if x.abs_diff(450) < 3 && y.abs_diff(450) < 300 { 0 } else { 255 }])
    });
    let line = center(&line);
    assert_eq!(extent(&line, Axis(0)), (5, 24));
    assert!(extent(&line, Axis(1)).1 - extent(&line, Axis(1)).0 <= 1);
}

/// At least 18 of 20 in each condition, with a network of two epochs; the pictures are those that the
/// program draws.
#[test]
fn digits_are_read_as_people_photograph_them() {
    let (network, test) = (network(), shipped_test_set());
    pictures::CONDITIONS.into_par_iter().for_each(|(condition, _)| {
        let right = (1000..1020).filter(|&seed| {
            let mut chance = generator(seed);
            let index = chance.random_range(0..test.len());
            let picture = pictures::photograph(condition, (&test, index), &mut chance);
            let image = center_digit::<f32>(&picture);
            let digit = image.map(|image| read_digit(network, &image).digit());
            digit == Ok(test.labels[index].into())
        });
        let right = right.count();
        assert!(right >= 18, "{condition}: {right} of 20");
    });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_picture_becomes_an_image_or_nothing(
        (width, height, pixels) in (1_u32..60, 1_u32..60).prop_flat_map(|(width, height)| {
            let few = prop_oneof![20 => Just(0_u8), 1 => any::<u8>()];
            let size = (width * height) as usize;
            (Just(width), Just(height), prop_oneof![
                prop::collection::vec(any::<u8>(), size),
                prop::collection::vec(few, size),
            ])
        }),
    ) {
        let one_shade = pixels.iter().all(|pixel| *pixel == pixels[0]);
        let picture = GrayImage::from_raw(width, height, pixels).unwrap();
        match center_digit::<f32>(&picture) {
            Ok(input) => {
                prop_assert!(!one_shade);
                prop_assert_eq!(input.dim(), (1, 784));
                prop_assert!(input.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
                prop_assert!(input.sum() > 0.0);
            }
            Err(found) => prop_assert_eq!(found == NoDigit::OneShade, one_shade),
        }
    }
}

/// A network of two epochs.
fn network() -> &'static Network<f32> {
    static NETWORK: LazyLock<Network<f32>> = LazyLock::new(|| {
        let data = shipped_training_set();
        let recipe = Recipe { epochs: 2, ..Recipe::steady() };
        let mut trainer = Fast::<f32>::trainer(&recipe, data.pixels(), generator(0));
        (0..2).for_each(|_| {
            trainer.epoch(&data, || ());
        });
        trainer.model.network
    });
    &NETWORK
}

/// A thousand real digits on big light sheets: not many more may be misread than in the files.
#[test]
fn mnist_digits_on_a_big_light_sheet_are_read() {
    let (network, test) = (network(), shipped_test_set().first(1_000));
    let in_the_files = evaluate(network, &test).accuracy;
    let right = test.labels.par_iter().enumerate().filter(|&(index, &label)| {
        let pixels = test.images.pixels.row(index).to_vec();
        let digit = inverted(&GrayImage::from_raw(28, 28, pixels).unwrap());
        let digit = imageops::resize(&digit, 84, 84, FilterType::CatmullRom);
        let mut sheet = GrayImage::from_pixel(200, 160, Luma([255]));
        imageops::overlay(&mut sheet, &digit, (index % 110) as i64, (index % 70) as i64);
        let input = center_digit::<f32>(&sheet).unwrap();
        let logits = network.forward(input.view()).row(0).mapv(f64::from);
        likeliest(logits.view()) == usize::from(label)
    });
    let right = right.count();
    let on_sheets = right as f64 / test.len() as f64;
    assert!(in_the_files > 0.9, "{in_the_files}");
    assert!(on_sheets > in_the_files - 0.02, "{on_sheets} on sheets, {in_the_files} in the files");
}
