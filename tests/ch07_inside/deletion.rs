//! The formulas of `ch07_inside/deletion.md`.

use super::common::*;
use ch02_forward::{Dense, Layer, Network};
use ch07_inside::{area_under, descending, replace_in_order};
use formulas::*;
use ndarray::{Array1, Array2, ArrayView2};
use rand_chacha::ChaCha8Rng;

/// ```math occlusion
/// \mathcal A_{\mathcal S} = \mathcal F(\mathbf x) - \mathcal F(\mathbf x_{\mathcal S})
/// ```
///
/// What each part's covering takes, by the library, against two forward passes that are written
/// out, one of an image that is covered here pixel by pixel.
#[test]
fn occlusion() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..20 {
        let network = network(&[6, 9, 4], &mut generator);
        let c = output_weights(&network, &mut generator);
        let (x, baseline) = (vector(6, &mut generator), vector(6, &mut generator));
        let part = [0, 2, 1, 1, 0, 2];
        let images = (baseline.view(), x.view());
        let found = ch07_inside::occlusion(&network, images, c.row(0), (3, &part));
        for covered in 0..3 {
            let pixel = |i: usize| if part[i] == covered { baseline[i] } else { x[i] };
            let after = explained(&network, &Array1::from_shape_fn(6, pixel), &c);
            assert_close(found[covered], explained(&network, &x, &c) - after, 1e-12);
        }
    }
}

/// ```math deletion-area
/// \mathcal D = \frac{1}{T} \sum_{t=1}^{T} \frac{\mathcal F_{t-1} + \mathcal F_t}{2}
/// ```
///
/// The page's sum, and the library's area, against the integral of the polygon through the values,
/// here by the exact area of each strip cut into a thousand pieces.
#[test]
fn deletion_area() {
    let _formula = formula!();
    let mut generator = generator();
    for steps in [1, 2, 10] {
        let curve = vector(steps + 1, &mut generator);
        let polygon = |u: f64| {
            let left = ((u * steps as f64) as usize).min(steps - 1);
            let share = u * steps as f64 - left as f64;
            curve[left] * (1.0 - share) + curve[left + 1] * share
        };
        let pieces = 1000 * steps;
        let middle = |piece: usize| polygon((piece as f64 + 0.5) / pieces as f64);
        let area = (0..pieces).map(middle).sum::<f64>() / pieces as f64;
        assert_close(area_under(curve.view()), area, 1e-12);
        let claimed: f64 = (1..=steps).map(|t| 0.5 * (curve[t - 1] + curve[t])).sum();
        assert_close(claimed / steps as f64, area, 1e-12);
    }
}

/// A network of one layer: 𝓕 is a weighted sum.
fn straight(pixels: usize, generator: &mut ChaCha8Rng) -> (Network<f64>, Array2<f64>) {
    let network = network(&[pixels, 3], generator);
    let c = output_weights(&network, generator);
    (network, c)
}

/// The area of a curve of 𝓕, pixel by pixel, by forward passes that are written out.
fn area(network: &Network<f64>, images: ArrayView2<f64>, c: &Array2<f64>) -> f64 {
    let values = images.rows().into_iter().map(|row| explained(network, &row.to_owned(), c));
    area_under(values.collect::<Array1<f64>>().view())
}

/// ```math deletion-linear
/// \mathcal D = \mathcal F(\mathbf x') + \frac{1}{M_0} \sum_i \Bigl(t_i - \frac12\Bigr) \mathcal A_i
/// ```
///
/// For a weighted sum the area is known from the step at which each pixel goes and from what it
/// contributes. All 120 orders of five pixels are tried: no area is smaller than that of the order
/// by falling contributions, none larger than that of its reverse.
#[test]
fn deletion_linear() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        let (network, c) = straight(5, &mut generator);
        let (x, baseline) = (vector(5, &mut generator), vector(5, &mut generator));
        let Layer { dense: Dense { weights, .. }, .. } = &network.layers[0];
        let contributions = weights.dot(&row(&c)) * (&x - &baseline);
        let area_of = |order: &[usize]| {
            area(&network, replace_in_order((x.view(), baseline.view()), order, 5).view(), &c)
        };
        let mut best = descending(contributions.view());
        let lowest = area_of(&best);
        best.reverse();
        let highest = area_of(&best);
        for order in orders(5) {
            let found = area_of(&order);
            let late = order.iter().enumerate().map(|(t, &i)| (t as f64 + 0.5) * contributions[i]);
            let claimed = explained(&network, &baseline, &c) + late.sum::<f64>() / 5.0;
            assert_close(found, claimed, 1e-12);
            assert_bound!(lowest <= found + 1e-12 && found <= highest + 1e-12);
        }
    }
}

/// ```math insertion-reverse
/// \mathcal I(i_1, i_2, \dots, i_T) = \mathcal D(i_T, \dots, i_2, i_1)
/// ```
///
/// Inserting in one order passes through the same images as deleting in the reverse one, from the
/// other end. Networks with hidden layers, random orders; both areas by forward passes that are
/// written out.
#[test]
fn insertion_reverse() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        for network in networks(&mut generator) {
            let pixels = inputs_of(&network);
            let c = output_weights(&network, &mut generator);
            let (x, baseline) = (vector(pixels, &mut generator), vector(pixels, &mut generator));
            let mut order = descending(vector(pixels, &mut generator).view());
            let inserted = replace_in_order((baseline.view(), x.view()), &order, pixels);
            order.reverse();
            let deleted = replace_in_order((x.view(), baseline.view()), &order, pixels);
            let (left, right) =
                (area(&network, inserted.view(), &c), area(&network, deleted.view(), &c));
            assert_close(left, right, 1e-12);
        }
    }
}
