//! Axes: a name, a scale, a range, and the ticks between.

use std::ops::Range;

use plotters::coord::ranged1d::{
    BoldPoints, KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter,
};
use plotters::coord::types::RangedCoordf64;

use crate::error::Error;
use crate::values::{Format, superscript};

/// An axis with its name and unit, such as `Axis::new("time [s]")`.
#[derive(Debug, Clone)]
pub struct Axis {
    pub(crate) name: String,
    logarithmic: bool,
    integers: bool,
    from_zero: bool,
    range: Option<(f64, f64)>,
}

impl Axis {
    /// A linear axis whose range is taken from the data.
    pub fn new(name: impl Into<String>) -> Self {
        let (logarithmic, integers, from_zero) = (false, false, false);
        Self { name: name.into(), logarithmic, integers, from_zero, range: None }
    }

    /// Makes the axis logarithmic.
    pub fn log(mut self) -> Self {
        self.logarithmic = true;
        self
    }

    /// Puts ticks at integers only, such as for epochs.
    pub fn integers(mut self) -> Self {
        self.integers = true;
        self
    }

    /// Lets the axis include zero.
    pub fn from_zero(mut self) -> Self {
        self.from_zero = true;
        self
    }

    /// Fixes the range; what lies outside is cut off.
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The coordinate for `data`, with room of `padding` (a share of the range) at both ends.
    pub(crate) fn coordinate(
        &self,
        data: impl Iterator<Item = f64>,
        padding: f64,
    ) -> Result<Coordinate, Error> {
        if self.name.trim().is_empty() {
            return Err(Error::NoText("name of an axis".to_owned()));
        }
        let mut data: Vec<f64> = data.collect();
        self.check(&data)?;
        if self.from_zero && !self.logarithmic {
            data.push(0.0);
        }
        let range = match self.range {
            Some((low, high)) => self.checked(low, high)?,
            None => self.fitted(&data, padding)?,
        };
        Ok(Coordinate { logarithmic: self.logarithmic, integers: self.integers, range })
    }

    /// A range that the caller gave.
    fn checked(&self, low: f64, high: f64) -> Result<Range<f64>, Error> {
        let possible = (high - low).is_finite() && !(self.logarithmic && low <= 0.0);
        if low < high && possible && !too_close(low, high) {
            return Ok(low..high);
        }
        let sign = if self.logarithmic { "0 < " } else { "" };
        let expected = format!("{sign}low < high, finite and not too close to each other");
        let what = format!("range of the axis `{}`", self.name);
        Err(Error::size(what, expected, format!("{low} to {high}")))
    }

    /// A range that holds all data.
    fn fitted(&self, data: &[f64], padding: f64) -> Result<Range<f64>, Error> {
        if data.is_empty() {
            return Err(Error::NoData(format!("axis `{}`", self.name)));
        }
        let to_line = |value: f64| if self.logarithmic { value.ln() } else { value };
        let low = to_line(data.iter().copied().fold(f64::INFINITY, f64::min));
        let high = to_line(data.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        let flat = too_close(low, high);
        let room = if flat { 0.5 * low.abs().max(1.0) } else { padding * (high - low) };
        let keeps_zero = |end: f64| self.from_zero && end == 0.0 && !self.logarithmic;
        let low = if keeps_zero(low) { low } else { low - room };
        let high = if keeps_zero(high) && !flat { high } else { high + room };
        if self.logarithmic { self.checked(low.exp(), high.exp()) } else { self.checked(low, high) }
    }

    /// Checks that all data can be drawn on this axis.
    fn check(&self, data: &[f64]) -> Result<(), Error> {
        let what = format!("axis `{}`", self.name);
        crate::error::all_finite(&what, data)?;
        match data.iter().position(|&value| self.logarithmic && value <= 0.0) {
            None => Ok(()),
            Some(index) => {
                let expected = "above zero, as a logarithmic axis needs";
                Err(Error::Number { what, index, value: data[index], expected })
            }
        }
    }
}

/// Whether there is no room for ticks between two numbers.
fn too_close(low: f64, high: f64) -> bool {
    high - low <= 1e-9 * low.abs().max(high.abs()).max(1e-99)
}

/// A range of numbers on a scale, in the form that plotters draws.
#[derive(Debug, Clone)]
pub struct Coordinate {
    logarithmic: bool,
    integers: bool,
    range: Range<f64>,
}

impl Coordinate {
    /// A linear coordinate.
    pub fn linear(range: Range<f64>) -> Self {
        Self { logarithmic: false, integers: false, range }
    }

    /// Whether a value lies in the range.
    pub fn contains(&self, value: f64) -> bool {
        self.range.start <= value && value <= self.range.end
    }

    /// The labels of the ticks.
    pub fn labels(&self, ticks: usize) -> Vec<String> {
        self.key_points(BoldPoints(ticks)).iter().map(|tick| self.format_ext(tick)).collect()
    }

    /// Where a value lies between the ends of the range: 0 at the start, 1 at the end.
    pub fn share(&self, value: f64) -> f64 {
        let line = |value: f64| if self.logarithmic { value.ln() } else { value };
        let (low, high) = (line(self.range.start), line(self.range.end));
        (line(value) - low) / (high - low)
    }

    /// Whether the numbers of the range are short without powers of ten.
    fn plain(&self) -> bool {
        self.range.start >= 1e-3 && self.range.end <= 1e4
    }

    /// The value at a share of the way: the inverse of [`Coordinate::share`].
    pub fn value(&self, share: f64) -> f64 {
        let Range { start, end } = self.range;
        if self.logarithmic {
            return start * (end / start).powf(share);
        }
        start + share * (end - start)
    }

    /// Powers of ten, and 2 and 5, or 3, times those if there are few.
    fn log_ticks(&self, limit: usize) -> Vec<f64> {
        let (low, high) = (self.range.start.log10(), self.range.end.log10());
        let exponents = (low - 1e-9).floor() as i32..=(high + 1e-9).ceil() as i32;
        let powers = (high + 1e-9).floor() - (low - 1e-9).ceil() + 1.0;
        let factors: &[f64] = match high - low {
            narrow if narrow < 2.0 => &[1.0, 2.0, 5.0],
            _ if powers < 3.0 && self.plain() => &[1.0, 3.0],
            _ => &[1.0],
        };
        let step = (((high - low) / limit as f64).ceil() as i32).max(1);
        exponents
            .filter(|exponent| exponent.rem_euclid(step) == 0)
            .flat_map(|exponent| factors.iter().map(move |factor| factor * 10f64.powi(exponent)))
            .filter(|&tick| self.share(tick) > -1e-9 && self.share(tick) < 1.0 + 1e-9)
            .collect()
    }
}

impl Ranged for Coordinate {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (low, high): (i32, i32)) -> i32 {
        (f64::from(low) + self.share(*value) * f64::from(high - low)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let limit = hint.bold_points();
        if limit == 0 {
            return Vec::new();
        }
        if self.logarithmic {
            return self.log_ticks(limit);
        }
        let ticks = RangedCoordf64::from(self.range.clone()).key_points(BoldPoints(limit));
        let whole = |tick: &f64| !self.integers || (tick - tick.round()).abs() < 1e-9;
        ticks.into_iter().filter(whole).collect()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Coordinate {
    fn format(value: &f64) -> String {
        tick_label(*value)
    }

    fn format_ext(&self, value: &f64) -> String {
        let exponent = value.log10().round();
        if self.logarithmic && !self.plain() && (value / 10f64.powf(exponent) - 1.0).abs() < 1e-9 {
            return format!("10{}", superscript(exponent as i32));
        }
        tick_label(*value)
    }
}

/// A number as a tick shows it: no more digits than it needs.
pub fn tick_label(value: f64) -> String {
    let size = value.abs();
    if value != 0.0 && !(1e-4..1e7).contains(&size) && size > 1e-12 {
        let text = Format::Scientific(1).print(value);
        return text.replace(".0 ×", " ×").replace(" × ", "×");
    }
    let text = format!("{value:.6}");
    let decimals = text.trim_end_matches('0').split_once('.').map_or(0, |(_, d)| d.len());
    let text = Format::Decimals(decimals).print(value);
    if text == "−0" { "0".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_shows_no_more_digits_than_it_needs() {
        let labels = [0.1 + 0.2, 5.0, -0.5, 20_000.0, 1e-5, 0.0, -1e-17].map(tick_label);
        assert_eq!(labels, ["0.3", "5", "−0.5", "20,000", "1×10⁻⁵", "0", "0"]);
    }

    #[test]
    fn a_logarithmic_axis_refuses_zero() {
        let error = Axis::new("rate").log().coordinate([1.0, 0.0].into_iter(), 0.0).unwrap_err();
        assert!(error.to_string().contains("0 at index 1 is not above zero"), "{error}");
    }

    #[test]
    fn an_axis_refuses_numbers_that_are_not_finite() {
        let error = Axis::new("loss").coordinate([1.0, f64::NAN].into_iter(), 0.0).unwrap_err();
        assert_eq!(error.to_string(), "axis `loss`: NaN at index 1 is not finite");
    }

    #[test]
    fn a_range_that_is_upside_down_is_refused() {
        assert!(Axis::new("x").range(1.0, 0.0).coordinate([].into_iter(), 0.0).is_err());
        assert!(Axis::new("x").log().range(0.0, 1.0).coordinate([].into_iter(), 0.0).is_err());
    }

    #[test]
    fn epochs_have_ticks_at_integers_only() {
        let axis = Axis::new("epoch").integers().coordinate([1.0, 3.0].into_iter(), 0.0).unwrap();
        assert_eq!(axis.labels(6), ["1", "2", "3"]);
    }

    #[test]
    fn a_logarithmic_axis_has_ticks_at_powers_of_ten() {
        let axis = Axis::new("rate").log().coordinate([1e-5, 1.0].into_iter(), 0.0).unwrap();
        assert_eq!(axis.labels(6), ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
    }

    #[test]
    fn a_logarithmic_axis_with_two_powers_of_ten_has_ticks_between_them() {
        let axis = Axis::new("time").log().coordinate([0.25, 60.0].into_iter(), 0.0).unwrap();
        assert_eq!(axis.labels(6), ["0.3", "1", "3", "10", "30"]);
    }

    #[test]
    fn a_constant_series_still_has_a_range() {
        let axis = Axis::new("y").coordinate([2.0, 2.0].into_iter(), 0.05).unwrap();
        assert!(axis.contains(2.0) && axis.share(2.0) == 0.5);
        let axis = Axis::new("y").from_zero().coordinate([0.0].into_iter(), 0.05).unwrap();
        assert_eq!((axis.share(0.0), axis.share(0.5)), (0.0, 1.0));
    }

    #[test]
    fn numbers_without_room_for_ticks_are_no_trap() {
        let range = |low: f64, high: f64| Axis::new("y").coordinate([low, high].into_iter(), 0.0);
        assert!(range(-1e308, 1e308).is_err());
        assert!(range(1e300, 1.000_000_000_000_1e300).unwrap().labels(6).len() > 1);
        assert!(range(0.0, 1e-310).unwrap().labels(6).len() > 1);
        assert!(Axis::new("y").range(1e16, 1e16 + 2.0).coordinate([].into_iter(), 0.0).is_err());
    }
}
