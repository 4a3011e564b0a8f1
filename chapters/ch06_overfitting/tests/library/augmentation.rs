//! What `src/augmentation.rs` promises.

use ch06_overfitting::*;
use ndarray::{Array2, ArrayView2};
use proptest::prelude::*;
use rand::RngExt;

use super::{generator, noise};

proptest! {
    #[test]
    fn an_image_moved_there_and_back_is_what_has_stayed_inside(
        (height, width) in (1..9_usize, 1..9_usize),
        (down, right) in (-10..10_isize, -10..10_isize),
    ) {
        let image = noise(height, width, &mut generator());
        let back = shift(shift(image.view(), down, right).view(), -down, -right);
        for ((i, j), &value) in back.indexed_iter() {
            let inside = |at: usize, by: isize, size: usize| {
                (0..size as isize).contains(&(at as isize + by))
            };
            let stayed = inside(i, down, height) && inside(j, right, width);
            prop_assert_eq!(value, if stayed { image[[i, j]] } else { 0.0 });
        }
    }
}

#[test]
fn a_field_without_strength_bends_nothing() {
    let image = noise(5, 7, &mut generator());
    let still = Displacement::elastic((5, 7), (0.0, 4.0), &mut generator());
    assert_eq!(still.apply(image.view()), image);
    let elastic = Augmentation::Elastic { strength: 34.0, width: 4.0 };
    assert_ne!(elastic.image(image.view(), &mut generator()), image);
}

#[test]
fn the_two_fields_of_a_displacement_differ() {
    let field = Displacement::elastic((6, 6), (34.0, 2.0), &mut generator());
    assert_ne!(field.rows, field.columns);
}

#[test]
fn smoothing_keeps_a_flat_field_flat_far_from_its_edges() {
    let kernel = gaussian_kernel(2.0);
    let smoothed = smooth(Array2::ones((20, 20)).view(), kernel.view());
    assert!((smoothed[[10, 10]] - 1.0_f64).abs() < 1e-14);
    assert!(smoothed[[0, 10]] < 0.7, "half of what it looks at lies beyond the edge");
    let narrow = smooth(Array2::<f64>::ones((2, 1)).view(), kernel.view()); // far beyond both edges
    assert!(narrow.iter().all(|&value| value > 0.0 && value < 0.2));
}

#[test]
fn a_kernel_has_a_width() {
    for width in [0.0, -1.0, f64::NAN, 1e9] {
        let error = std::panic::catch_unwind(|| gaussian_kernel(width)).unwrap_err();
        let message = error.downcast_ref::<String>().unwrap();
        assert_eq!(
            message,
            &format!("gaussian kernel: width {width} must be above 0 and at most 1000")
        );
    }
}

#[test]
#[should_panic(expected = "displacement: image (4, 3) and fields [(3, 4), (3, 4)] differ")]
fn a_field_fits_its_image() {
    let field = Displacement { rows: Array2::zeros((3, 4)), columns: Array2::zeros((3, 4)) };
    field.apply(Array2::<f64>::zeros((4, 3)).view());
}

#[test]
fn each_image_of_a_batch_is_moved_on_its_own_and_by_no_more_than_asked_for() {
    let mut image = Array2::zeros((1, 49));
    image[[0, 24]] = 1.0; // the middle of 7 × 7 pixels
    let mut batch = image.broadcast((200, 49)).unwrap().to_owned();
    Augmentation::Shift(2).batch(&mut batch, (7, 7), &mut generator());
    let mut found = Array2::<usize>::zeros((7, 7));
    for row in batch.rows() {
        let place = row.iter().position(|&pixel| pixel == 1.0).expect("it stays inside");
        found[[place / 7, place % 7]] += 1;
    }
    let reached = found.indexed_iter().filter(|(_, count)| **count > 0);
    let reached: Vec<(usize, usize)> = reached.map(|(place, _)| place).collect();
    assert_eq!(reached.len(), 25, "all places within two pixels: {reached:?}");
    assert!(reached.iter().all(|(i, j)| i.abs_diff(3) <= 2 && j.abs_diff(3) <= 2));
}

#[test]
fn no_augmentation_changes_nothing_and_draws_nothing() {
    let (mut used, mut unused) = (generator(), generator());
    let mut batch = noise(4, 12, &mut generator());
    let before = batch.clone();
    Augmentation::None.batch(&mut batch, (3, 4), &mut used);
    assert_eq!(batch, before);
    assert_eq!(Augmentation::None.image(before.view(), &mut used), before);
    assert_eq!(used.random::<u64>(), unused.random::<u64>());
}

#[test]
fn a_view_is_enough_for_everything_that_reads() {
    // Views of a transposed matrix: rows that do not lie one after the other.
    let image = noise(4, 6, &mut generator());
    let transposed: ArrayView2<f64> = image.t();
    assert_eq!(shift(transposed, 0, 0), transposed);
    assert_eq!(bilinear(transposed, 2.0, 1.0), image[[1, 2]]);
    let kernel = gaussian_kernel(1.0);
    let owned = transposed.as_standard_layout().into_owned();
    assert_eq!(smooth(transposed, kernel.view()), smooth(owned.view(), kernel.view()));
}
