//! The formulas of the first page of chapter 8, `ch08_tuning.md`.

use ch08_tuning::Knob;
use formulas::*;

/// Ends of ranges: the usual ones, narrow ones, wide ones.
const RANGES: [(f64, f64); 5] =
    [(1e-4, 1.0), (0.5, 2.0), (1e-12, 1e6), (3.0, 3.1), (1e-300, 1e300)];

/// ```math log-scale
/// \Lambda = \underline\Lambda^{1 - \mathcal U} \, \overline\Lambda^{\mathcal U}
/// ```
///
/// The page's power, and the library's knob, against the way through logarithms: the logarithm of the
/// value lies at the place between those of the ends.
#[test]
fn log_scale() {
    let _formula = formula!();
    for (low, high) in RANGES {
        let knob = Knob::Log { low, high };
        for place in [0.0, 0.1, 0.25, 0.5, 0.9, 1.0] {
            let through = (low.ln() + place * (high.ln() - low.ln())).exp();
            assert_relative(knob.at(place), through, 1e-12);
            let named =
                [(r"\underline\Lambda", low), (r"\overline\Lambda", high), (r"\mathcal U", place)];
            assert_relative(page("log-scale").value(1, &named), through, 1e-12);
        }
    }
}

/// ```math log-share
/// \text{share} = \frac{\ln \Lambda' - \ln \underline\Lambda}{\ln \overline\Lambda - \ln \underline\Lambda}
/// ```
///
/// The share of evenly spread places whose values are at most Λ′, counted among ten thousand, against the
/// page's ratio. A linear knob gives another share, (Λ′ − low)/(high − low), which is counted too.
#[test]
fn log_share() {
    let _formula = formula!().allowing(1e-4, "a count of ten thousand places");
    for (low, high) in RANGES {
        for place in [0.037, 0.5, 0.91] {
            let below = Knob::Log { low, high }.at(place);
            let counted = |knob: Knob| {
                let values = (0..10_000).map(|k| knob.at((f64::from(k) + 0.5) / 10_000.0));
                values.filter(|value| *value <= below).count() as f64 / 10_000.0
            };
            let named =
                [(r"\Lambda'", below), (r"\underline\Lambda", low), (r"\overline\Lambda", high)];
            let share = page("log-share").value(1, &named);
            assert_close(counted(Knob::Log { low, high }), share, 1e-4);
            let straight = (below - low) / (high - low);
            assert_close(counted(Knob::Linear { low, high }), straight, 1e-4);
        }
    }
}
