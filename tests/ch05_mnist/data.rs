//! The formulas of `ch05_mnist/data.md`.

use super::common::*;
use ch04_optimizers::Adam;
use ch05_mnist::{Dataset, Images, Recipe, shuffled, train_step};
use formulas::*;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// ```math pixel-brightness
/// x_i = \frac{\text{pixel}_i}{255}
/// ```
///
/// A pixel p becomes p/255. Half a unit in the last place of the quotient would be 1.1e-16; the
/// library multiplies by a rounded 1/255, which may cost another.
#[test]
fn pixel_brightness() {
    let _formula = formula!();
    let pixels = Array2::from_shape_fn((256, 1), |(p, _)| p as u8);
    let data = Dataset::new(Images { pixels, height: 1, width: 1 }, vec![0; 256]).expect("equal");
    let (inputs, _) = data.batch::<f64>(&(0..256).collect::<Vec<_>>());
    for p in 0..256 {
        assert_relative(inputs[[p, 0]], p as f64 / 255.0, 3e-16);
        let named = [("x_i", inputs[[p, 0]]), (r"\text{pixel}_i", p as f64)];
        page("pixel-brightness").assert_relative(&named, 3e-16);
    }
    assert_exact!([inputs[[0, 0]], inputs[[255, 0]]], [0.0, 1.0]);
}

/// ```math shuffle
/// \text{probability of each order} = \frac{1}{D!}
/// ```
///
/// Every order of four things is as likely as any other. Of 240,000 shuffles each of the 24 orders
/// gets 10,000, give or take a standard deviation of 98; five of those make 490.
#[test]
fn shuffle() {
    let _formula = formula!();
    let mut generator = generator();
    let mut counts = std::collections::BTreeMap::<Vec<usize>, u32>::new();
    for _ in 0..240_000 {
        *counts.entry(shuffled(4, &mut generator)).or_default() += 1;
    }
    assert_exact!(counts.len(), 24);
    for (order, count) in counts {
        let expected = 240_000.0 * page("shuffle").value(1, &[("D", 4.0)]);
        assert_bound!((f64::from(count) - expected).abs() < 490.0);
        assert_bound!(count.abs_diff(10_000) < 490, "{order:?} came {count} times");
    }
}

/// ```math steps-per-epoch
/// \left\lceil \frac{D}{n} \right\rceil
/// ```
///
/// An epoch has ⌈D/n⌉ steps: the steps of two epochs are taken here by hand, three batches an epoch,
/// with the rate of the steady recipe falling by a sixth of its first value each time. Then it is 0,
/// and a further epoch changes nothing. Exact: the same operations.
#[test]
fn steps_per_epoch() {
    let _formula = formula!();
    let data = noise(65);
    let recipe = Recipe { epochs: 2, hidden: vec![3], ..Recipe::steady() };
    let mut trainer = recipe.trainer::<f64, _>(data.pixels(), ChaCha8Rng::seed_from_u64(0));
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let mut network = recipe.network::<f64>(12, &mut generator);
    let mut adam = Adam::default();
    for epoch in 0..2 {
        let mut steps = 0;
        trainer.epoch(&data, || steps += 1);
        let order = shuffled(65, &mut generator);
        for (step, batch) in [&order[..32], &order[32..64], &order[64..]].into_iter().enumerate() {
            let (inputs, targets) = data.batch::<f64>(batch);
            let rate = 0.002 * (1.0 - f64::from(3 * epoch + step as i32) / 6.0);
            let batch = (inputs.view(), targets.view());
            train_step(&mut network, &mut adam, rate, batch, &mut generator);
        }
        assert_exact!(steps, 3); // 32 + 32 + 1
        let named = [("D", 65.0), ("n", 32.0)];
        assert_exact!(f64::from(steps), page("steps-per-epoch").value(0, &named));
        assert_exact!(trainer.model, network);
    }
    trainer.epoch(&data, || ());
    assert_exact!(trainer.model, network);
}
