//! The command line: numbers, of which each parser says what it expected and what it found, and options
//! that several programs have.

use std::path::PathBuf;

use clap::Args;

/// The options of `peers`, which a chapter's `peers/compare.sh` calls.
#[derive(Debug, Args)]
pub struct PeersArguments {
    /// A file with a line `key|name|seconds|number` for each run; the number is what the script adds: an
    /// accuracy, or the load of the machine
    #[arg(value_name = "RUNS")]
    pub runs: PathBuf,
    /// Write the outcome into the chapter's folder of records, which the book quotes
    #[arg(long)]
    pub record: bool,
}

/// The options of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArguments {
    /// Weights that `train` has saved, or those of another program: for inputs from 0 to 1 that are not
    /// normalized further
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// A folder with the four files of MNIST, or of a set in the same format; packed (.gz) or not
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub json: bool,
}

/// A whole number from 1 upward; a million is more than any option has a use for.
///
/// # Errors
/// If the text is no such number.
pub fn positive(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1_000_000).contains(number));
    number.ok_or_else(|| format!("expected a whole number from 1 to 1000000, found {text:?}"))
}

/// The neurons of a layer. With more than this, the weights alone would take gigabytes.
///
/// # Errors
/// If the text is no number of neurons.
pub fn layer_size(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| format!("expected whole numbers from 1 to 10000, found {text:?}"))
}

/// More threads than this are no help on any machine.
///
/// # Errors
/// If the text is no number of threads.
pub fn threads(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=1024).contains(number));
    number.ok_or_else(|| format!("expected a whole number from 1 to 1024, found {text:?}"))
}

/// Any number of 64 bits.
///
/// # Errors
/// If the text is none.
pub fn seed(text: &str) -> Result<u64, String> {
    let number = text.parse();
    number.map_err(|_| format!("expected a whole number from 0 to {}, found {text:?}", u64::MAX))
}

/// A finite number above 0 that is not 0 in `f32`, in which the networks are trained.
///
/// # Errors
/// If the text is no such number.
pub fn learning_rate(text: &str) -> Result<f64, String> {
    let least = f32::from_bits(1);
    let number = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate as f32 >= least);
    let expected = || format!("expected a finite number above 0, at least {least:e}");
    number.ok_or_else(|| format!("{}, found {text:?}", expected()))
}

/// The weights and biases of a network of these layers, the inputs first, if there are no more than
/// a program can keep: each takes some 20 bytes while the network is trained.
///
/// # Errors
/// If there are more.
pub fn parameter_count(sizes: &[usize]) -> Result<usize, String> {
    const MOST: usize = 150_000_000;
    let count = sizes.windows(2).try_fold(0_usize, |sum, pair| {
        (pair[0].checked_add(1)?).checked_mul(pair[1])?.checked_add(sum)
    });
    let found = count.map_or("more than can be counted".to_owned(), |count| count.to_string());
    count.filter(|&count| count <= MOST).ok_or_else(|| {
        format!("expected a network of at most {MOST} weights, found {found} in layers {sizes:?}")
    })
}

/// What clap says, without usage and advice, on one line.
pub(crate) fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let line = lines.collect::<Vec<_>>().join(" ");
    format!("{} (--help tells more)", line.strip_prefix("error: ").unwrap_or(&line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused_with_what_was_found() {
        assert_eq!((positive("1"), positive("1000000")), (Ok(1), Ok(1_000_000)));
        for wrong in ["0", "1000001", "-3", "1.5", "", "ten"] {
            assert!(positive(wrong).unwrap_err().ends_with(&format!("found {wrong:?}")));
        }
        assert!(layer_size("10000").is_ok() && layer_size("10001").is_err());
        assert!(threads("1024").is_ok() && threads("1025").is_err());
        assert!(seed("18446744073709551615").is_ok() && seed("18446744073709551616").is_err());
    }

    #[test]
    fn a_learning_rate_must_not_vanish_in_f32() {
        assert_eq!(learning_rate("1e-3"), Ok(1e-3));
        for wrong in ["0", "-1", "nan", "inf", "1e-50", "fast"] {
            assert!(learning_rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_network_must_fit_into_memory() {
        assert_eq!(parameter_count(&[784, 128, 10]), Ok(101_770));
        let error = parameter_count(&[784, 10_000, 10_000, 10_000, 10]).unwrap_err();
        assert!(error.contains("found 207970010 in layers [784, 10000"), "{error}");
        let error = parameter_count(&[usize::MAX / 2, 10_000, 10]).unwrap_err();
        assert!(error.contains("found more than can be counted"), "{error}");
    }
}
