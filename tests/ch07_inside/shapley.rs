//! The formulas of `ch07_inside/shapley.md`.

use super::common::*;
use ch07_inside::{coalition_values, sampled_shapley, shapley_values};
use formulas::*;
use ndarray::Array1;
use rand_chacha::ChaCha8Rng;

/// A game: a random value for each set of players, 0 for the empty one or not.
fn game(players: usize, generator: &mut ChaCha8Rng) -> Vec<f64> {
    vector(1 << players, generator).to_vec()
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// ```math shapley-value
/// \begin{aligned}
/// \mathcal A_i = \sum_{\mathcal S \not\ni i} &\frac{|\mathcal S|! \, (B - 1 - |\mathcal S|)!}{B!} \\
/// &\cdot \bigl(\mathcal V(\mathcal S \cup \{i\}) - \mathcal V(\mathcal S)\bigr)
/// \end{aligned}
/// ```
///
/// The weights of the sum by factorials, written out, against the library's, which come from one
/// another; for games of random values.
#[test]
fn shapley_value() {
    let _formula = formula!();
    let mut generator = generator();
    for players in 1..=9 {
        let values = game(players, &mut generator);
        let found = shapley_values(players, &values);
        for (player, &found) in found.iter().enumerate() {
            let mut sum = 0.0;
            for set in (0..1_usize << players).filter(|set| set & (1 << player) == 0) {
                let size = set.count_ones() as usize;
                let weight = factorial(size) * factorial(players - 1 - size) / factorial(players);
                sum += weight * (values[set + (1 << player)] - values[set]);
            }
            assert_close(found, sum, 1e-13);
        }
    }
}

/// ```math shapley-orders
/// \mathcal A_i = \operatorname*{mean}_{\text{orders}}
/// \bigl(\mathcal V(\mathcal S_i \cup \{i\}) - \mathcal V(\mathcal S_i)\bigr)
/// ```
///
/// The Shapley value is what a player adds when it joins, averaged over all orders: over all 720 orders
/// of six players. Drawn orders come to the same within five standard errors.
#[test]
fn shapley_orders() {
    let _formula = formula!();
    let mut generator = generator();
    for players in 1..=6 {
        let values = game(players, &mut generator);
        let orders = orders(players);
        assert_exact!(orders.len() as f64, factorial(players));
        let mut gains = vec![Vec::new(); players];
        for order in &orders {
            let mut set = 0;
            for &player in order {
                gains[player].push(values[set | 1 << player] - values[set]);
                set |= 1 << player;
            }
        }
        let found = shapley_values(players, &values);
        let flags = |present: &[bool]| -> f64 {
            let bits = present.iter().enumerate().map(|(i, &there)| usize::from(there) << i);
            values[bits.sum::<usize>()]
        };
        let drawn = sampled_shapley(players, 4_000, flags, &mut generator);
        for player in 0..players {
            let all = Array1::from(gains[player].clone());
            let mean = all.mean().expect("an order");
            assert_close(found[player], mean, 1e-13);
            let error = 5.0 * all.std(0.0) / 4_000_f64.sqrt() + 1e-12;
            assert_bound!((drawn[player] - mean).abs() < error, "{} and {mean}", drawn[player]);
        }
    }
}

/// ```math efficiency
/// \sum_i \mathcal A_i = \mathcal V(\text{all}) - \mathcal V(\text{none})
/// ```
///
/// Efficiency: the shares add up to what all together are worth, less what nobody is worth. For random
/// games, and for all 4,096 coalitions of twelve inputs of a network, whose values are compared with
/// forward passes that are written out.
#[test]
fn efficiency() {
    let _formula = formula!();
    let mut generator = generator();
    for players in 1..=10 {
        let values = game(players, &mut generator);
        let sum: f64 = shapley_values(players, &values).iter().sum();
        assert_close(sum, values[values.len() - 1] - values[0], 1e-12);
    }
    let network = network(&[24, 9, 4], &mut generator);
    let c = output_weights(&network, &mut generator);
    let (base, x) = (matrix(1, 24, &mut generator), matrix(1, 24, &mut generator));
    let part: Vec<usize> = (0..24).map(|i| i % 12).collect();
    let ends = (base.row(0), x.row(0));
    let values = coalition_values(&network, ends, c.row(0), (12, &part));
    for set in [0, 1, 2, 77, 1234, 4094, 4095] {
        let shown = |i: usize| if set >> part[i] & 1 == 1 { x[[0, i]] } else { base[[0, i]] };
        let image = Array1::from_shape_fn(24, shown);
        assert_close(values[set], explained(&network, &image, &c), 1e-12);
    }
    let sum: f64 = shapley_values(12, &values).iter().sum();
    let gain = explained(&network, &row(&x), &c) - explained(&network, &row(&base), &c);
    assert_close(sum, gain, 1e-12);
}

/// ```math shapley-symmetry
/// \begin{aligned}
/// &\mathcal V(\mathcal S \cup \{i\}) = \mathcal V(\mathcal S \cup \{j\}) \text{ for all } \mathcal S \not\ni i, j \\
/// &\quad\Rightarrow\; \mathcal A_i = \mathcal A_j
/// \end{aligned}
/// ```
///
/// Two players that add the same to every set without them get the same: a random game, made symmetric
/// by averaging it with itself after the two have been exchanged.
#[test]
fn shapley_symmetry() {
    let _formula = formula!();
    let mut generator = generator();
    for players in 2..=8 {
        let values = game(players, &mut generator);
        let (one, other) = (0, players - 1);
        let exchanged = |set: usize| {
            let (a, b) = (set >> one & 1, set >> other & 1);
            set & !(1 << one) & !(1 << other) | b << one | a << other
        };
        let even: Vec<f64> =
            (0..values.len()).map(|set| 0.5 * (values[set] + values[exchanged(set)])).collect();
        let found = shapley_values(players, &even);
        assert_close(found[one], found[other], 1e-13);
    }
}

/// ```math null-player
/// \mathcal V(\mathcal S \cup \{i\}) = \mathcal V(\mathcal S) \text{ for all } \mathcal S
/// \;\Rightarrow\; \mathcal A_i = 0
/// ```
///
/// A player that adds nothing to any set gets nothing; one that always adds the same gets that.
#[test]
fn null_player() {
    let _formula = formula!();
    let mut generator = generator();
    for players in 1..=8 {
        let random = game(players, &mut generator);
        for always in [0.0, 0.75] {
            let last = 1 << (players - 1);
            let value =
                |set: usize| random[set & !last] + if set & last > 0 { always } else { 0.0 };
            let values: Vec<f64> = (0..random.len()).map(value).collect();
            assert_close(shapley_values(players, &values)[players - 1], always, 1e-13);
        }
    }
}

/// ```math additivity
/// \mathcal A_i(\mathcal V + \mathcal V') = \mathcal A_i(\mathcal V) + \mathcal A_i(\mathcal V')
/// ```
///
/// The shares of a sum of two games are the sums of the shares.
#[test]
fn additivity() {
    let _formula = formula!();
    let mut generator = generator();
    for players in 1..=8 {
        let (one, other) = (game(players, &mut generator), game(players, &mut generator));
        let both: Vec<f64> = one.iter().zip(&other).map(|(a, b)| a + b).collect();
        let [one, other, both] = [one, other, both].map(|game| shapley_values(players, &game));
        for player in 0..players {
            assert_close(both[player], one[player] + other[player], 1e-12);
        }
    }
}

/// ```math path-or-orders
/// \begin{aligned}
/// \text{path: } &\mathcal A_1 = \tfrac23 \, x_1^2 x_2, \quad \mathcal A_2 = \tfrac13 \, x_1^2 x_2 \\
/// \text{orders: } &\mathcal A_1 = \mathcal A_2 = \tfrac12 \, x_1^2 x_2
/// \end{aligned}
/// ```
///
/// For x₁² x₂ from a baseline of zeros, the straight path gives two thirds and one third, by Simpson's
/// rule along the path with measured slopes; the orders give a half each.
#[test]
fn path_or_orders() {
    let _formula = formula!();
    let mut generator = generator();
    for _ in 0..10 {
        let x = vector(2, &mut generator);
        let f = |x: &Array1<f64>| x[0] * x[0] * x[1];
        let gain = f(&x);
        for (i, share) in [(0, 2.0 / 3.0), (1, 1.0 / 3.0)] {
            let along = |u: f64| slopes(f, &(u * &x))[i];
            assert_close(x[i] * integral(along, 1.0), share * gain, 1e-9);
        }
        let shown = |set: usize| {
            f(&Array1::from_shape_fn(2, |i| if set >> i & 1 == 1 { x[i] } else { 0.0 }))
        };
        let values: Vec<f64> = (0..4).map(shown).collect();
        for share in shapley_values(2, &values) {
            assert_close(share, 0.5 * gain, 1e-14);
        }
    }
}
