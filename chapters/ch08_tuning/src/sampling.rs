//! Where to look: on a grid, at random, or evenly without a grid. Page: *Grid, random, quasi-random*
//! (`ch08_tuning/sampling.md`).
//!
//! A point has a place from 0 to 1 for each knob; points are rows.

use ndarray::{Array2, ArrayView2};
use rand::{Rng, RngExt};

/// How many trials at random it takes until, with this certainty, at least one of them is among the
/// best `share` of all settings (formula `trials-needed`).
pub fn trials_needed(share: f64, certainty: f64) -> usize {
    ((1.0 - certainty).ln() / (1.0 - share).ln()).ceil() as usize
}

/// All combinations of `per_knob` places for each knob, in the middles of as many equal parts;
/// `[per_knob^knobs × knobs]`
pub fn grid(per_knob: usize, knobs: usize) -> Array2<f64> {
    let count = per_knob.pow(knobs as u32);
    Array2::from_shape_fn((count, knobs), |(trial, knob)| {
        let part = trial / per_knob.pow(knob as u32) % per_knob;
        (part as f64 + 0.5) / per_knob as f64
    })
}

/// Points drawn at random, `[count × knobs]`
pub fn random_points(count: usize, knobs: usize, generator: &mut impl Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((count, knobs), || generator.random())
}

/// The digits of an index in a base, mirrored at the point (van der Corput 1935; formula
/// `radical-inverse`).
pub fn radical_inverse(index: u64, base: u64) -> f64 {
    let (mut rest, mut inverse, mut place) = (index, 0.0, 1.0 / base as f64);
    while rest > 0 {
        inverse += (rest % base) as f64 * place;
        rest /= base;
        place /= base as f64;
    }
    inverse
}

/// The first points of Halton's sequence (Halton 1960): knob k counts in the k-th prime.
/// `[count × knobs]`
///
/// # Panics
/// If there are more than eight knobs.
pub fn halton(count: usize, knobs: usize) -> Array2<f64> {
    const PRIMES: [u64; 8] = [2, 3, 5, 7, 11, 13, 17, 19];
    assert!(knobs <= PRIMES.len(), "halton: {knobs} knobs, expected at most {}", PRIMES.len());
    let place = |(index, knob)| radical_inverse(index as u64, PRIMES[knob]);
    Array2::from_shape_fn((count, knobs), place)
}

/// For the second knob and those after it: the coefficients of a polynomial over {0, 1} between its
/// first and its last, as bits, and the first direction numbers (Joe and Kuo 2008).
const DIRECTIONS: [(u32, &[u32]); 7] = [
    (0, &[1]),
    (1, &[1, 3]),
    (1, &[1, 3, 1]),
    (2, &[1, 1, 1]),
    (1, &[1, 1, 3, 3]),
    (4, &[1, 3, 5, 13]),
    (2, &[1, 1, 5, 5, 17]),
];

/// The directions of a knob: what each bit of an index turns over in its place.
fn directions(knob: usize) -> [u32; 32] {
    let Some(previous) = knob.checked_sub(1) else {
        return std::array::from_fn(|bit| 1 << (31 - bit));
    };
    let (polynomial, first) = DIRECTIONS[previous];
    let degree = first.len();
    let mut all = [0; 32];
    for bit in 0..32 {
        all[bit] = if bit < degree {
            first[bit] << (31 - bit)
        } else {
            let start = all[bit - degree] ^ (all[bit - degree] >> degree);
            let taken = (1..degree).filter(|k| polynomial >> (degree - 1 - k) & 1 == 1);
            taken.fold(start, |sum, k| sum ^ all[bit - k])
        };
    }
    all
}

/// Point number `index` of Sobol's sequence (Sobol 1967, with the directions of Joe and Kuo 2008), a
/// place for each knob. Of the first 2ᵐ points, each half, each quarter, … of a knob gets equally
/// many.
///
/// # Panics
/// If there are more than eight knobs.
pub fn sobol(index: u32, knobs: usize) -> Vec<f64> {
    assert!(knobs <= 8, "sobol: {knobs} knobs, expected at most 8");
    let gray = index ^ (index >> 1);
    let place = |knob: usize| {
        let directions = directions(knob);
        let bits = (0..32).filter(|bit| gray >> bit & 1 == 1);
        f64::from(bits.fold(0, |sum, bit| sum ^ directions[bit])) / 2f64.powi(32)
    };
    (0..knobs).map(place).collect()
}

/// All points moved by one shift, what leaves at one side coming in at the other: as even as
/// before, and different for each shift (Cranley and Patterson 1976).
pub fn shifted(points: ArrayView2<f64>, shift: &[f64]) -> Array2<f64> {
    let place = |(trial, knob)| (points[[trial, knob]] + shift[knob]).fract();
    Array2::from_shape_fn(points.dim(), place)
}

/// How uneven points are: over all boxes with a corner at zero, the largest distance of the share of
/// points inside from the box's volume (formula `discrepancy`). Exact, and slow: it tries every box
/// that a coordinate of a point can end.
pub fn star_discrepancy(points: ArrayView2<f64>) -> f64 {
    let (count, knobs) = points.dim();
    let mut ends: Vec<Vec<f64>> =
        points.columns().into_iter().map(|column| column.to_vec()).collect();
    ends.iter_mut().for_each(|ends| ends.push(1.0));
    let mut worst = 0.0_f64;
    for number in 0..(count + 1).pow(knobs as u32) {
        let end = |knob: usize| ends[knob][number / (count + 1).pow(knob as u32) % (count + 1)];
        let volume: f64 = (0..knobs).map(end).product();
        let (mut inside, mut touching) = (0, 0);
        for point in points.rows() {
            let is = |strictly: bool| {
                (0..knobs).all(|k| point[k] < end(k) || !strictly && point[k] == end(k))
            };
            inside += usize::from(is(true));
            touching += usize::from(is(false));
        }
        let share = |inside: usize| inside as f64 / count as f64;
        worst = worst.max(volume - share(inside)).max(share(touching) - volume);
    }
    worst
}
