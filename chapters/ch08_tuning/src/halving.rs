//! Many short trainings, and a long one for the few that look good. Page: *Spend where it pays*
//! (`ch08_tuning/halving.md`).

/// A stage of successive halving: so many trials, each trained until it has had so many epochs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// How many trials are trained.
    pub trials: usize,
    /// How many epochs each has had in the end.
    pub epochs: usize,
}

/// Successive halving (Jamieson and Talwalkar 2016): all trials for `first` epochs, then the best
/// one in `factor` of them for `factor` times as many, and so on up to `most` epochs (formula
/// `halving-rungs`).
///
/// # Panics
/// If the factor is less than 2, or there is no trial or no first epoch.
pub fn rungs(trials: usize, (first, most): (usize, usize), factor: usize) -> Vec<Rung> {
    assert!(factor >= 2 && trials >= 1 && first >= 1, "rungs: {trials} trials, factor {factor}");
    let mut rungs = Vec::new();
    let (mut trials, mut epochs) = (trials, first);
    while trials >= 1 && epochs <= most {
        rungs.push(Rung { trials, epochs });
        (trials, epochs) = (trials / factor, epochs * factor);
    }
    rungs
}

/// How many epochs the rungs take altogether, if each training goes on where it was (formula
/// `halving-cost`).
pub fn cost(rungs: &[Rung]) -> usize {
    let before = std::iter::once(0).chain(rungs.iter().map(|rung| rung.epochs));
    rungs.iter().zip(before).map(|(rung, before)| rung.trials * (rung.epochs - before)).sum()
}

/// The `count` trials with the lowest losses, in their old order; of equal ones the earlier. A loss
/// that is no number is the worst.
pub fn survivors(losses: &[f64], count: usize) -> Vec<usize> {
    let height =
        |&trial: &usize| if losses[trial].is_nan() { f64::INFINITY } else { losses[trial] };
    let mut order: Vec<usize> = (0..losses.len()).collect();
    order.sort_by(|a, b| height(a).total_cmp(&height(b)));
    order.truncate(count);
    order.sort_unstable();
    order
}

/// Hyperband (Li et al. 2018): several brackets of successive halving at about one cost, from many
/// trials that begin with one epoch to few that have all epochs from the start (formula
/// `hyperband-bracket`).
pub fn hyperband(most: usize, factor: usize) -> Vec<Vec<Rung>> {
    let last = most.ilog(factor);
    let bracket = |early: u32| {
        let share = factor.pow(early) * (last as usize + 1);
        let trials = share.div_ceil(early as usize + 1);
        rungs(trials, (most / factor.pow(early), most), factor)
    };
    (0..=last).rev().map(bracket).collect()
}
