//! What several seeds say, and what they cannot tell: means, t intervals, comparisons.

use anyhow::Result;
use book_figures::{Measured, Values};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The mean of at least one number.
pub fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The standard deviation of one number, estimated from at least two; 0 of a single one.
pub fn standard_deviation(numbers: &[f64]) -> f64 {
    let mean = mean(numbers);
    let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
    (squares / (numbers.len() as f64 - 1.0).max(1.0)).sqrt()
}

/// An estimate with an interval that holds the true value with some confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate itself.
    pub value: f64,
    /// Half of the interval's length: it reaches from `value - margin` to `value + margin`.
    pub margin: f64,
}

impl Estimate {
    /// What the interval says of the sign: `None` if it holds 0.
    pub fn sign(self) -> Option<f64> {
        (self.value.abs() > self.margin).then(|| self.value.signum())
    }

    /// Sets `name.mean` and `name.margin`; `measured` says how the two numbers are written, and how far a
    /// run elsewhere may be off.
    ///
    /// # Errors
    /// If the values do not take them.
    pub fn set(
        self,
        values: &mut Values,
        name: &str,
        note: &str,
        measured: impl Fn(f64) -> Measured,
    ) -> Result<()> {
        values.set(&format!("{name}.mean"), measured(self.value).note(note))?;
        let note = format!("{note}; half the width of the 95% interval of the mean");
        Ok(values.set(&format!("{name}.margin"), measured(self.margin).note(note))?)
    }
}

/// The mean of numbers that vary like a normal distribution, with its t interval. Of `comparisons`
/// such intervals all hold their true values with this confidence together (Bonferroni's
/// correction).
///
/// # Panics
/// If there are fewer than two numbers, or no comparison.
pub fn t_interval(numbers: &[f64], confidence: f64, comparisons: usize) -> Estimate {
    assert!(numbers.len() >= 2, "t interval: {} numbers, expected two or more", numbers.len());
    let count = numbers.len() as f64;
    let error = standard_deviation(numbers) / count.sqrt();
    let margin = quantile(count - 1.0, confidence, comparisons) * error;
    Estimate { value: mean(numbers), margin }
}

/// How much larger the mean of `others` is than that of `numbers`, with the interval of Welch, who does
/// not suppose that both vary alike; the two are not paired.
///
/// # Panics
/// If there are fewer than two numbers on a side, or no comparison.
pub fn welch(numbers: &[f64], others: &[f64], confidence: f64, comparisons: usize) -> Estimate {
    let [one, two] = [numbers, others].map(|all| {
        assert!(all.len() >= 2, "Welch: {} numbers, expected two or more", all.len());
        standard_deviation(all).powi(2) / all.len() as f64 // variance of the mean
    });
    let freedom = (one + two).powi(2)
        / (one.powi(2) / (numbers.len() as f64 - 1.0) + two.powi(2) / (others.len() as f64 - 1.0));
    let freedom = if freedom.is_finite() { freedom } else { 1.0 }; // neither side varies
    let margin = quantile(freedom, confidence, comparisons) * (one + two).sqrt();
    Estimate { value: mean(others) - mean(numbers), margin }
}

/// How many standard errors an interval reaches to either side.
fn quantile(freedom: f64, confidence: f64, comparisons: usize) -> f64 {
    assert!(comparisons > 0, "an interval is at least one comparison");
    let outside = (1.0 - confidence) / comparisons as f64;
    let distribution = StudentsT::new(0.0, 1.0, freedom).expect("a positive number of degrees");
    distribution.inverse_cdf(1.0 - outside / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: f64, right: f64, tolerance: f64) {
        assert!((left - right).abs() < tolerance, "{left} and {right}");
    }

    /// Quantiles of printed tables: 97.5 % of t with 4, 9 and 30 degrees of freedom.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, expected) in [(4.0, 2.776), (9.0, 2.262), (30.0, 2.042)] {
            close(quantile(freedom, 0.95, 1), expected, 5e-4);
        }
        close(quantile(9.0, 0.95, 10), 3.690, 5e-4); // 99.75 %
    }

    #[test]
    fn an_interval_of_five_numbers() {
        let numbers = [1.0, 2.0, 3.0, 4.0, 5.0];
        let estimate = t_interval(&numbers, 0.95, 1);
        close(estimate.value, 3.0, 1e-12);
        close(estimate.margin, 2.776 * (2.5_f64 / 5.0).sqrt(), 1e-3);
        assert_eq!(estimate.sign(), Some(1.0));
        assert_eq!(t_interval(&[-1.0, 1.0], 0.95, 1).sign(), None);
        assert_eq!(t_interval(&[-1.0, -1.1, -0.9], 0.95, 1).sign(), Some(-1.0));
        assert!(t_interval(&numbers, 0.95, 6).margin > estimate.margin);
    }

    /// Two samples of one spread and size have 2 (n − 1) degrees of freedom; a constant one leaves those
    /// of the other.
    #[test]
    fn welch_counts_degrees_of_freedom() {
        let (numbers, others) = ([1.0, 2.0, 3.0, 4.0, 5.0], [11.0, 12.0, 13.0, 14.0, 15.0]);
        let estimate = welch(&numbers, &others, 0.95, 1);
        close(estimate.value, 10.0, 1e-12);
        close(estimate.margin, 2.306, 1e-3); // t with 8 degrees, standard error 1
        let estimate = welch(&[7.0; 5], &numbers, 0.95, 1);
        close(estimate.margin, 2.776 * 0.5_f64.sqrt(), 1e-3);
        assert_eq!(welch(&[1.0; 3], &[1.0; 3], 0.95, 1).sign(), None);
    }
}
