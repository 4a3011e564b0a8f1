//! What `src/your_digit.rs` promises.

use ch05_mnist::*;
use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use ndarray::{Array2, Axis};
use proptest::prelude::*;
use rand::RngExt;

use crate::common::*;

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

/// The images of MNIST have been centered already, so there is little to do: the contrast of some is
/// stretched, and a digit with a faint edge is enlarged to make up for it. None may move.
#[test]
fn an_image_of_the_data_set_stays_where_it_is() {
    let test = shipped_test_set().first(1_000);
    let stays = test.images.pixels.rows().into_iter().filter(|row| {
        let image = center(&GrayImage::from_raw(28, 28, row.to_vec()).unwrap());
        let apart =
            image.iter().zip(row).map(|(ink, &pixel)| (ink - f64::from(pixel) / 255.0).abs());
        apart.sum::<f64>() < 0.1 * image.sum()
    });
    let stays = stays.count();
    assert!(stays > 900, "{stays} of 1000");
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
fn the_paper_is_what_most_of_the_edge_shows_on_all_four_sides() {
    // Two sides with both their corners are just over half of the edge.
    let (width, height) = (7, 5);
    let paper_at = |near: bool, x: u32, y: u32| {
        if near { x == 0 || y == 0 } else { x + 1 == width || y + 1 == height }
    };
    for near in [true, false] {
        let shade = |x, y| Luma([if paper_at(near, x, y) { 50 } else { 200 }]);
        let ink = stretch_contrast(&GrayImage::from_fn(width, height, shade)).expect("two shades");
        for (x, y, pixel) in ink.enumerate_pixels() {
            assert_eq!(pixel.0[0], if paper_at(near, x, y) { 0 } else { 255 }, "at {x}, {y}");
        }
    }
}

#[test]
fn pictures_of_one_shade_show_no_digit() {
    for (width, height) in [(0, 0), (0, 5), (1, 1), (28, 28), (3, 100)] {
        for shade in [0, 1, 128, 255] {
            let picture = GrayImage::from_pixel(width, height, Luma([shade]));
            assert_eq!(center_digit::<f32>(&picture), None, "{width} × {height}");
        }
    }
}

#[test]
fn a_single_dot_and_a_thin_line_are_digits_of_a_sort() {
    let mut dot = GrayImage::new(1000, 700);
    dot.put_pixel(999, 0, Luma([1])); // the faintest ink, in a corner
    assert_eq!(extent(&center(&dot), Axis(0)), (5, 24));
    let line = GrayImage::from_fn(900, 900, |x, _| Luma([if x == 450 { 0 } else { 255 }]));
    let line = center(&line);
    assert_eq!(extent(&line, Axis(0)), (5, 24));
    assert_eq!(extent(&line, Axis(1)).1 - extent(&line, Axis(1)).0, 0);
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
            Some(input) => {
                prop_assert!(!one_shade);
                prop_assert_eq!(input.dim(), (1, 784));
                prop_assert!(input.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
                prop_assert!(input.sum() > 0.0);
            }
            None => prop_assert!(one_shade),
        }
    }
}

/// A thousand real digits on big light sheets: not many more may be misread than in the files.
#[test]
fn mnist_digits_on_a_big_light_sheet_are_read() {
    let data = shipped_training_set().first(10_000);
    let recipe = Recipe { epochs: 2, ..Recipe::documents() };
    let mut trainer = recipe.trainer::<f32, _>(data.pixels(), generator(0));
    (0..2).for_each(|_| {
        trainer.epoch(&data, || ());
    });
    let test = shipped_test_set().first(1_000);
    let in_the_files = evaluate(&trainer.model, &test).accuracy;
    let mut right = 0;
    for (index, &label) in test.labels.iter().enumerate() {
        let pixels = test.images.pixels.row(index).to_vec();
        let digit = inverted(&GrayImage::from_raw(28, 28, pixels).unwrap());
        let digit = imageops::resize(&digit, 84, 84, FilterType::CatmullRom);
        let mut sheet = GrayImage::from_pixel(200, 160, Luma([255]));
        imageops::overlay(&mut sheet, &digit, (index % 110) as i64, (index % 70) as i64);
        let input = center_digit::<f32>(&sheet).unwrap();
        let logits = trainer.model.forward(input.view()).row(0).mapv(f64::from);
        right += usize::from(likeliest(logits.view()) == usize::from(label));
    }
    let on_sheets = f64::from(right as u32) / 1_000.0;
    assert!(in_the_files > 0.9, "{in_the_files}");
    assert!(on_sheets > in_the_files - 0.02, "{on_sheets} on sheets, {in_the_files} in the files");
}
