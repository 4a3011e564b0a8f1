//! The formulas of `ch08_tuning/halving.md`.

use ch01_neuron::{normal_cdf, normal_density};
use ch08_tuning::{cost, hyperband, rungs};
use formulas::*;

/// ```math halving-rungs
/// Q_k = \Bigl\lfloor \frac{Q}{\Omega^k} \Bigr\rfloor, \qquad \mathcal T_k = \Omega^k \, \mathcal T_0
/// ```
///
/// The library's rungs against a count that takes no quotient: trials are dealt out in groups of Ωᵏ, and
/// each full group sends one on; epochs are multiplied up step by step. A factor that does not divide, a
/// single trial.
#[test]
fn halving_rungs() {
    let _formula = formula!();
    for (trials, factor) in [(81, 3), (107, 3), (1, 2), (64, 2), (100, 4), (5, 3)] {
        let (mut group, mut epochs) = (1, 1);
        for rung in rungs(trials, (1, 1000), factor) {
            let (mut full, mut left) = (0, trials);
            while left >= group {
                (left, full) = (left - group, full + 1);
            }
            assert_exact!((rung.trials, rung.epochs), (full, epochs));
            (group, epochs) = (group * factor, epochs * factor);
        }
        assert_bound!(group > trials || epochs > 1000);
    }
}

/// ```math halving-cost
/// C = Q \, \mathcal T_0 \Bigl( 1 + k \, \frac{\Omega - 1}{\Omega} \Bigr)
/// ```
///
/// Trials are trained epoch by epoch and the epochs counted, for numbers of trials that divide evenly,
/// over k further rungs; against the page and the library.
#[test]
fn halving_cost() {
    let _formula = formula!();
    for (trials, first, factor, further) in
        [(81, 1, 3, 4), (81, 2, 3, 1), (16, 3, 2, 4), (7, 5, 2, 0), (256, 1, 4, 2)]
    {
        let mut trained = vec![0; trials];
        let (mut count, mut going, mut goal) = (0, trials, first);
        for _ in 0..=further {
            for epochs in &mut trained[..going] {
                while *epochs < goal {
                    (*epochs, count) = (*epochs + 1, count + 1);
                }
            }
            (going, goal) = (going / factor, goal * factor);
        }
        let last = first * factor.pow(further);
        assert_exact!(cost(&rungs(trials, (first, last), factor)), count);
        let named = [
            ("Q", trials as f64),
            (r"\mathcal T_0", first as f64),
            (r"\Omega", factor as f64),
            ("k", f64::from(further)),
        ];
        assert_close(page("halving-cost").value(1, &named), count as f64, 1e-12);
    }
}

/// ```math hyperband-bracket
/// Q = \Bigl\lceil \frac{\mathcal H + 1}{k + 1} \, \Omega^k \Bigr\rceil
/// ```
///
/// The library's brackets against the smallest number of trials whose first rungs would use up the budget,
/// found by counting up. And the table of Li and his coauthors for 81 epochs and a factor of 3: 81, 34, 15, 8
/// and 5 trials.
#[test]
fn hyperband_bracket() {
    let _formula = formula!();
    for (most, factor) in [(81, 3), (27, 3), (64, 2), (9, 3), (2, 2)] {
        let brackets = hyperband(most, factor);
        let last = brackets.len() - 1;
        assert_exact!(factor.pow(last as u32), most);
        for (bracket, early) in brackets.iter().zip((0..=last).rev()) {
            let mut trials = 0;
            while trials * (early + 1) < (last + 1) * factor.pow(early as u32) {
                trials += 1;
            }
            assert_exact!(bracket[0].trials, trials);
            assert_exact!(bracket[0].epochs * factor.pow(early as u32), most);
            assert_exact!(bracket.last().expect("a rung").epochs, most);
        }
    }
    let begin: Vec<usize> = hyperband(81, 3).iter().map(|bracket| bracket[0].trials).collect();
    assert_exact!(begin, [81, 34, 15, 8, 5]);
}

/// ```math rank-kept
/// \text{chance} = \Phi \Bigl( \frac{\mathcal M}{\sqrt 2} \Bigr)
/// ```
///
/// Two settings whose true values differ by ℳ standard deviations, each seen with its own normal noise:
/// the integral over the noise of the one of how likely the other's is on the right side. By Simpson's
/// rule, from −10 to 10.
#[test]
fn rank_kept() {
    let _formula = formula!();
    for better in [0.0, 0.1, 0.5, 1.0, 2.0, 5.0, -1.0] {
        let at = |u: f64| normal_density(u - 10.0) * normal_cdf(u - 10.0 + better);
        let chance = integral(at, 20.0);
        let named = [(r"\mathcal M", better)];
        let page = page("rank-kept").function(r"\Phi", normal_cdf);
        assert_close(page.value(1, &named), chance, 1e-10);
    }
}
