//! Page *How well will it do?*: luck in the best of many, cross-validation over all splits, nested
//! cross-validation.

use anyhow::Result;
use book_figures::{Axis, BarChart, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::statistics::{mean, standard_deviation};
use ch06_overfitting::{folds, least_squares};
use ch08_tuning::{expected_best, nested, one_standard_error, survivors};
use ndarray::{Array1, Array2, Axis as Along};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::measured::set;
use crate::pool::{self, Member};

/// Draws the page's figures and sets its values.
pub fn draw(output: &Output, values: &mut Values) -> Result<()> {
    curse(output, values)?;
    splits(output, values)?;
    cure(output, values)
}

/// How many contenders, in the figure.
const CONTENDERS: [usize; 7] = [1, 2, 5, 10, 27, 50, 100];

/// The best of many seeds of one setting: as it is seen, and as it is.
fn curse(output: &Output, values: &mut Values) -> Result<()> {
    let record = pool::recorded()?;
    let (how, members) = (record.how(), &record.outcome.seeds);
    let seen: Vec<f64> = members.iter().map(|m: &Member| m.curve[8].error).collect();
    let truth: Vec<f64> = members.iter().map(|m: &Member| m.truth.error).collect();
    let (middle, deviation) = (mean(&seen), standard_deviation(&seen));
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    for count in CONTENDERS {
        let draws = 4000;
        let (mut of_seen, mut of_truth) = (0.0, 0.0);
        for _ in 0..draws {
            let drawn: Vec<usize> =
                (0..count).map(|_| generator.random_range(0..members.len())).collect();
            let errors: Vec<f64> = drawn.iter().map(|&member| seen[member]).collect();
            let best = drawn[survivors(&errors, 1)[0]];
            of_seen += seen[best] / f64::from(draws);
            of_truth += truth[best] / f64::from(draws);
        }
        let law = middle - deviation * expected_best(count);
        for (line, error) in lines.iter_mut().zip([of_seen, of_truth, law]) {
            line.push((count as f64, 100.0 * error));
        }
        if [27, 100].contains(&count) {
            for (name, error) in [("seen", of_seen), ("truth", of_truth), ("law", law)] {
                let note = "mean of 4,000 draws from 200 seeds of one setting; seed 8";
                let measured = Measured::number(error, Format::Percent(2));
                set(values, &format!("estimate.curse.{count}.{name}"), measured, note, &how)?;
            }
            let (lead, real) = (middle - of_seen, mean(&truth) - of_truth);
            let points = |error: f64| Measured::number(100.0 * error, Format::Decimals(2));
            for (name, error) in [("lead", lead), ("real", real), ("gone", lead - real)] {
                let note = "percentage points by which the best looks better than the mean, is better, and is not";
                set(values, &format!("estimate.curse.{count}.{name}"), points(error), note, &how)?;
            }
            let deviations = Measured::number(lead / deviation, Format::Decimals(1));
            set(
                values,
                &format!("estimate.curse.{count}.deviations"),
                deviations,
                "the lead",
                &how,
            )?;
        }
    }
    let note = "200 seeds of one setting, 2,000 validation images and 10,000 others";
    let [on_seen, on_truth] =
        [middle, mean(&truth)].map(|e| Measured::number(e, Format::Percent(2)));
    set(values, "estimate.curse.mean_seen", on_seen, note, &how)?;
    set(values, "estimate.curse.mean_truth", on_truth, note, &how)?;
    for (count, name) in [(2, "two"), (27, "best_of_27"), (100, "best_of_100")] {
        let best = Measured::number(expected_best(count), Format::Decimals(2));
        set(values, &format!("estimate.expected.{name}"), best, "by Simpson's rule", "")?;
    }
    let description = format!(
        "The error of the best of many equal contenders. As seen it falls from {:.2}% for one to {:.2}% for \
         the best of a hundred, and the law says {:.2}%; its true error stays between {:.2}% and {:.2}%.",
        lines[0][0].1, lines[0][6].1, lines[2][6].1, lines[1][6].1, lines[1][0].1
    );
    let chart = Chart::new("The winner's curse", description)
        .x_axis(Axis::new("contenders").log())
        .y_axis(Axis::new("misread [%]"));
    let names = ["as seen", "in truth", "law"];
    let lines = names.into_iter().zip(lines).map(|(name, line)| Series::line(name, line).markers());
    output.figure("curse", &lines.fold(chart, Chart::series).experiment(how))?;
    Ok(())
}

/// A small problem: a curve with noise, fitted by polynomials.
struct Curve {
    x: Array1<f64>,
    y: Array1<f64>,
}

const NOISE: f64 = 0.3;

fn truth(x: f64) -> f64 {
    (3.0 * x).sin()
}

/// Powers 0 to `degree`, `[points × weights]`
fn powers(x: &[f64], degree: usize) -> Array2<f64> {
    Array2::from_shape_fn((x.len(), degree + 1), |(row, power)| x[row].powi(power as i32))
}

impl Curve {
    fn new(count: usize, generator: &mut ChaCha8Rng) -> Self {
        let x = Array1::linspace(-1.0, 1.0, count);
        let noise = |_| -> f64 { StandardNormal.sample(&mut *generator) };
        let noise: Vec<f64> = (0..count).map(noise).collect();
        let y = x.iter().zip(noise).map(|(&x, u)| truth(x) + NOISE * u).collect();
        Self { x, y }
    }

    fn fit(&self, degree: usize, training: &[usize]) -> Array1<f64> {
        let x: Vec<f64> = training.iter().map(|&i| self.x[i]).collect();
        least_squares(powers(&x, degree).view(), self.y.select(Along(0), training).view())
    }

    /// The mean squared error of a fit to some points on others.
    fn error(&self, degree: usize, training: &[usize], held_out: &[usize]) -> f64 {
        let weights = self.fit(degree, training);
        let x: Vec<f64> = held_out.iter().map(|&i| self.x[i]).collect();
        let missed = powers(&x, degree).dot(&weights) - self.y.select(Along(0), held_out);
        missed.dot(&missed) / held_out.len() as f64
    }

    /// What a fit to all points would miss on new points at any place.
    fn true_error(&self, degree: usize) -> f64 {
        let all: Vec<usize> = (0..self.x.len()).collect();
        let weights = self.fit(degree, &all);
        let x: Vec<f64> = (0..=200).map(|k| f64::from(k) / 100.0 - 1.0).collect();
        let missed =
            powers(&x, degree).dot(&weights) - Array1::from_iter(x.iter().map(|&x| truth(x)));
        missed.dot(&missed) / x.len() as f64 + NOISE * NOISE
    }

    /// The error as these pairs of training and validation indices see it.
    fn validated(&self, degree: usize, pairs: &[(Vec<usize>, Vec<usize>)]) -> f64 {
        let sum = |(training, held_out): &(Vec<usize>, Vec<usize>)| {
            self.error(degree, training, held_out) * held_out.len() as f64
        };
        let count: usize = pairs.iter().map(|pair| pair.1.len()).sum();
        pairs.iter().map(sum).sum::<f64>() / count as f64
    }
}

/// All ways to deal `count` examples out into folds of `size`: each a list of pairs.
fn all_splits(count: usize, size: usize) -> Vec<Vec<(Vec<usize>, Vec<usize>)>> {
    fn deal(left: &[usize], size: usize) -> Vec<Vec<Vec<usize>>> {
        let Some((&first, others)) = left.split_first() else { return vec![Vec::new()] };
        let mut all = Vec::new();
        for bits in 0_u32..1 << others.len() {
            if bits.count_ones() as usize + 1 != size {
                continue;
            }
            let is_in = |k: &usize| bits >> k & 1 == 1;
            let fold: Vec<usize> = std::iter::once(first)
                .chain((0..others.len()).filter(is_in).map(|k| others[k]))
                .collect();
            let rest: Vec<usize> =
                (0..others.len()).filter(|k| !is_in(k)).map(|k| others[k]).collect();
            for mut more in deal(&rest, size) {
                more.push(fold.clone());
                all.push(more);
            }
        }
        all
    }
    let everyone: Vec<usize> = (0..count).collect();
    let pairs = |folds: Vec<Vec<usize>>| {
        let pair = |fold: Vec<usize>| {
            let training = everyone.iter().copied().filter(|i| !fold.contains(i)).collect();
            (training, fold)
        };
        folds.into_iter().map(pair).collect()
    };
    deal(&everyone, size).into_iter().map(pairs).collect()
}

const POINTS: usize = 12;
const DEGREE: usize = 3;

/// Cross-validation of one fit: over all splits of one set, and over many sets.
fn splits(output: &Output, values: &mut Values) -> Result<()> {
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let sets: Vec<Curve> = (0..2000).map(|_| Curve::new(POINTS, &mut generator)).collect();
    let truths: Vec<f64> = sets.iter().map(|set| set.true_error(DEGREE)).collect();
    let note = "a cubic fitted to 12 points, 2,000 data sets, seed 8";
    let level = mean(&truths);
    set(values, "estimate.cv.truth", number(level), note, "")?;
    let axis = Axis::new("mean squared error").from_zero();
    let (mut told, mut bars) = (Vec::new(), Vec::new());
    for count in [2, 3, 4, 6, 12] {
        let found: Vec<f64> = sets
            .iter()
            .map(|set| set.validated(DEGREE, &folds(POINTS, count, &mut generator)))
            .collect();
        let (middle, spread) = (quantiles(&found), mean(&found));
        set(values, &format!("estimate.cv.{count}.mean"), number(spread), note, "")?;
        set(values, &format!("estimate.cv.{count}.median"), number(middle.1), note, "")?;
        let splits = all_splits(POINTS, POINTS / count);
        let of_first: Vec<f64> =
            splits.par_iter().map(|pairs| sets[0].validated(DEGREE, pairs)).collect();
        let note = format!("all {} splits of the first data set", splits.len());
        let key = format!("estimate.cv.{count}");
        set(values, &format!("{key}.splits"), Measured::count(splits.len()), &note, "")?;
        let (low, median, high) = quantiles(&of_first);
        set(values, &format!("{key}.low"), number(low), &note, "")?;
        set(values, &format!("{key}.high"), number(high), &note, "")?;
        if count == 2 {
            continue; // its whisker would hide the others: the page tells it
        }
        told.push(format!("{count} folds {median:.2}, from {low:.2} to {high:.2}"));
        bars.push((format!("{count} folds"), median, (low, high)));
    }
    let first = truths[0];
    set(values, "estimate.cv.first", number(first), "the first data set", "")?;
    let description = format!(
        "Cross-validation of one fit to twelve points, over all splits: median, and the range of the middle \
         nine tenths. {}. The truth is {first:.2}.",
        told.join("; ")
    );
    let chart = BarChart::new("One data set, all its splits", description, axis)
        .categories("cross-validation")
        .print(Format::Decimals(2));
    let chart = bars
        .into_iter()
        .fold(chart, |chart, (name, value, range)| chart.bar_with_spread(name, value, range));
    output.figure("splits", &chart.bar("truth", first))?;
    Ok(())
}

/// A squared error, as another machine's least squares may have it in the last bits.
fn number(error: f64) -> Measured {
    Measured::number(error, Format::Decimals(3)).within(0.001)
}

/// The ends and the middle of the middle nine tenths.
fn quantiles(numbers: &[f64]) -> (f64, f64, f64) {
    let at = |share| pool::quantile(numbers, share);
    (at(0.05), at(0.5), at(0.95))
}

/// Choosing a degree by cross-validation: what it is seen to do, what nested validation says, the truth.
fn cure(output: &Output, values: &mut Values) -> Result<()> {
    const SETS: u64 = 500;
    let one = |seed: u64| {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let curve = Curve::new(20, &mut generator);
        let degrees = 0..=8;
        let best = |pairs: &[(Vec<usize>, Vec<usize>)]| {
            let error = |degree: &usize| curve.validated(*degree, pairs);
            let all: Vec<(usize, f64)> = degrees.clone().map(|d| (d, error(&d))).collect();
            all.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).expect("a degree")
        };
        let pairs = folds(20, 5, &mut generator);
        let (degree, seen) = best(&pairs);
        let by_fold = |degree: usize| {
            let errors: Vec<f64> =
                pairs.iter().map(|pair| curve.error(degree, &pair.0, &pair.1)).collect();
            (mean(&errors), standard_deviation(&errors) / (errors.len() as f64).sqrt())
        };
        let simple = one_standard_error(&degrees.clone().map(by_fold).collect::<Vec<_>>());
        let outer = nested(
            20,
            (5, 4),
            |pairs| best(pairs).0,
            |&degree, training, held_out| curve.error(degree, training, held_out),
            &mut generator,
        );
        [
            seen,
            outer,
            curve.true_error(degree),
            curve.true_error(simple),
            degree as f64,
            simple as f64,
        ]
    };
    let found: Vec<[f64; 6]> = (0..SETS).into_par_iter().map(one).collect();
    let note = "20 points, degrees 0 to 8, five folds, 500 data sets, seeds 0 to 499";
    let column = |k: usize| found.iter().map(|row| row[k]).collect::<Vec<f64>>();
    let names = ["seen", "nested", "truth", "simple_truth", "degree", "simple_degree"];
    let mut bars = Vec::new();
    for (k, name) in names.into_iter().enumerate() {
        let (format, numbers) = if k < 4 { (3, column(k)) } else { (1, column(k)) };
        let middle = pool::quantile(&numbers, 0.5);
        let key = format!("estimate.cure.{name}");
        let measured = Measured::number(middle, Format::Decimals(format));
        let measured = measured.within(10f64.powi(-(format as i32)));
        set(values, &format!("{key}.median"), measured, note, "")?;
        if k >= 4 {
            let measured = Measured::number(mean(&numbers), Format::Decimals(1)).within(0.1);
            set(values, &format!("{key}.mean"), measured, note, "")?;
        } else {
            bars.push(middle);
        }
    }
    let description = format!(
        "Medians over 500 data sets of twenty points. The lowest of nine cross-validated errors {:.3}; nested \
         cross-validation {:.3}; the truth {:.3}.",
        bars[0], bars[1], bars[2]
    );
    let axis = Axis::new("mean squared error, median").from_zero();
    let chart = BarChart::new("Seen, nested, true", description, axis)
        .categories("of the chosen degree")
        .print(Format::Decimals(3))
        .bar("lowest of nine", bars[0])
        .bar("nested", bars[1])
        .bar("truth", bars[2]);
    output.figure("cure", &chart)?;
    Ok(())
}
