//! What the bootstrap has to do.

use super::*;
use ch06_overfitting::standard_error;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// How often an exam is redrawn. A deviation of 4,000 numbers is known to about 1 %.
const TIMES: usize = 4000;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(6)
}

/// A thousand images, of which those in this range are misread.
fn misread(range: std::ops::Range<usize>) -> Vec<bool> {
    (0..1000).map(|image| range.contains(&image)).collect()
}

fn assert_near(found: f64, expected: f64, what: &str) {
    let near = (found - expected).abs() <= 0.05 * expected;
    assert!(near, "{what}: expected {expected:.5} and at most 5 % more or less, found {found:.5}");
}

/// Each of five images is expected 20,000 times, with a deviation of 126.
#[test]
fn a_redrawn_exam_is_as_long_and_every_image_is_as_likely() {
    let (mut generator, mut counts) = (generator(), [0.0; 5]);
    for _ in 0..20_000 {
        let exam = redraw(5, &mut generator);
        assert_eq!(exam.len(), 5, "how many images a redrawn exam of five has: {exam:?}");
        for image in exam {
            assert!(image < 5, "five images have the numbers 0 to 4, found {image}");
            counts[image] += 1.0;
        }
    }
    for (image, &count) in counts.iter().enumerate() {
        assert_near(count, 20_000.0, &format!("how often image {image} was drawn: {counts:?}"));
    }
}

/// An image is passed over a thousand times with probability 0.999¹⁰⁰⁰ = 0.368.
#[test]
fn a_third_of_the_images_is_left_out_because_others_come_twice() {
    let mut exam = redraw(1000, &mut generator());
    exam.sort_unstable();
    exam.dedup();
    assert_near(exam.len() as f64, 632.0, "how many different images are in a redrawn exam");
}

#[test]
fn an_exam_differs_from_the_next_and_not_from_one_with_the_same_seed() {
    let mut one = generator();
    let (first, second) = (redraw(100, &mut one), redraw(100, &mut one));
    assert_ne!(first, second, "two exams drawn one after the other");
    assert_eq!(first, redraw(100, &mut generator()), "the first exam of the same seed");
}

#[test]
fn the_spread_of_a_share_is_what_the_formula_says() {
    for (wrong, images) in [(100, 1000), (50, 100), (1, 10)] {
        let error = |exam: &[usize]| {
            let misread = exam.iter().filter(|&&image| image < wrong).count();
            misread as f64 / exam.len() as f64
        };
        let found = bootstrap(images, TIMES, &mut generator(), error);
        let expected = standard_error(wrong as f64 / images as f64, images);
        assert_near(found, expected, &format!("{wrong} of {images} misread"));
    }
}

/// The mean of a thousand numbers that are 0.3 must not be off by so much that a root of what
/// should be 0 is not a number.
#[test]
fn what_is_the_same_on_every_exam_has_no_spread() {
    let found = bootstrap(10, 1000, &mut generator(), |_| 0.3);
    assert!(found < 1e-12, "a measure that always says 0.3 has no spread, found {found}");
}

#[test]
fn a_gain_is_positive_if_fewer_images_are_misread() {
    let (worse, better) = (misread(0..100), misread(20..110));
    for (before, after, expected) in [(&worse, &better, 0.01), (&better, &worse, -0.01)] {
        let (gain, _) = gain(before, after, 10, &mut generator());
        assert!((gain - expected).abs() < 1e-15, "expected a gain of {expected}, found {gain}");
    }
}

/// Of 100 and 90 misread images 80 are the same. A redrawn exam gains by the 20 that only the
/// first misreads and loses by the 10 that only the second does: the variance of one image is
/// 0.030 − 0.010². With an exam for each network the spread would be 0.0131.
#[test]
fn two_networks_sit_the_same_exam() {
    let (gain, spread) = gain(&misread(0..100), &misread(20..110), TIMES, &mut generator());
    let expected = ((0.030 - gain * gain) / 1000.0).sqrt();
    assert_near(spread, expected, "the spread of a gain of 1 %");
}

#[test]
fn a_network_gains_nothing_over_itself_on_any_exam() {
    let wrong = misread(0..100);
    assert_eq!(gain(&wrong, &wrong, 100, &mut generator()), (0.0, 0.0), "gain and spread");
}
