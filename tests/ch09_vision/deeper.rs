//! The formulas of *Deeper*.

use ch01_neuron::relu;
use ch02_forward::Dense;
use ch09_vision::{self as library, ResidualBlock, Start, sum_over_paths};
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Blocks with random weights and biases.
fn blocks(
    count: usize,
    width: usize,
    shortcut: bool,
    generator: &mut ChaCha8Rng,
) -> Vec<ResidualBlock<f64>> {
    let mut block = || {
        let mut block = ResidualBlock::new(width, shortcut, Start::He, generator);
        block.first.bias = vector(width, generator);
        block.second.bias = vector(width, generator);
        block
    };
    (0..count).map(|_| block()).collect()
}

/// What each block is given, and what the last one gives.
fn states(blocks: &[ResidualBlock<f64>], q: &Array1<f64>) -> Vec<Array1<f64>> {
    let mut states = vec![q.clone()];
    for block in blocks {
        let next = block.trace(states[states.len() - 1].view().insert_axis(Axis(0))).0;
        states.push(next.row(0).to_owned());
    }
    states
}

/// How the last state changes with the first, by finite differences. Between its kinks the network is a straight
/// line, so a small step costs nothing but rounding.
fn nudged(blocks: &[ResidualBlock<f64>], q: &Array1<f64>) -> Array2<f64> {
    let (width, h) = (q.len(), 1e-6);
    let last = |q: &Array1<f64>| states(blocks, q).pop().expect("at least the first");
    let mut jacobian = Array2::zeros((width, width));
    for input in 0..width {
        let [up, down] = [h, -h].map(|h| {
            let mut nudged = q.clone();
            nudged[input] += h;
            last(&nudged)
        });
        jacobian.column_mut(input).assign(&((up - down) / (2.0 * h)));
    }
    jacobian
}

fn branch_jacobians(blocks: &[ResidualBlock<f64>], q: &Array1<f64>) -> Vec<Array2<f64>> {
    let states = states(blocks, q);
    blocks.iter().zip(&states).map(|(block, q)| block.branch_jacobian(q.view())).collect()
}

/// ```math plain-jacobians
/// \frac{\partial \mathbf q^{(L)}}{\partial \mathbf q^{(0)}}
/// = \mathbf J^{(L)} \, \mathbf J^{(L-1)} \cdots \mathbf J^{(1)}
/// ```
///
/// Finite differences of the whole row of blocks, against the product of the library's Jacobians of the
/// branches, without shortcuts.
#[test]
fn plain_jacobians() {
    let _formula = formula!();
    let mut generator = generator();
    for count in [1, 2, 5, 10] {
        let (blocks, q) = (blocks(count, 5, false, &mut generator), vector(5, &mut generator));
        let jacobians = branch_jacobians(&blocks, &q);
        let product = jacobians.iter().fold(Array2::eye(5), |below, jacobian| jacobian.dot(&below));
        assert_all_close(&nudged(&blocks, &q), &product, 1e-8);
    }
}

/// ```math residual-block
/// \mathbf q^{(l)} = \mathbf q^{(l-1)} + \mathbf f^{(l)} {\bigl( \mathbf q^{(l-1)} \bigr)}
/// ```
///
/// The library's block, against its branch, two layers of neurons computed one by one, and the sum. Without
/// the shortcut it is the branch alone.
#[test]
fn residual_block() {
    let _formula = formula!();
    let mut generator = generator();
    for shortcut in [true, false] {
        for _ in 0..5 {
            let block = &blocks(1, 6, shortcut, &mut generator)[0];
            let q = vector(6, &mut generator);
            let neurons = |dense: &Dense<f64>, inputs: &Array1<f64>| -> Array1<f64> {
                let z =
                    |j: usize| (0..6).map(|i| relu(inputs[i]) * dense.weights[[i, j]]).sum::<f64>();
                (0..6).map(|j| z(j) + dense.bias[j]).collect()
            };
            let branch = neurons(&block.second, &neurons(&block.first, &q));
            let expected = if shortcut { &q + &branch } else { branch };
            assert_all_close(&states(std::slice::from_ref(block), &q)[1], &expected, 1e-13);
        }
    }
}

/// ```math residual-jacobians
/// \frac{\partial \mathbf q^{(L)}}{\partial \mathbf q^{(0)}}
/// = \bigl( \mathbf I + \mathbf J^{(L)} \bigr) \cdots \bigl( \mathbf I + \mathbf J^{(1)} \bigr)
/// ```
///
/// The same with shortcuts. Where each branch ends in weights of 0, both sides are the identity.
#[test]
fn residual_jacobians() {
    let _formula = formula!();
    let mut generator = generator();
    for count in [1, 2, 5, 8] {
        let (blocks, q) = (blocks(count, 5, true, &mut generator), vector(5, &mut generator));
        let step = |below: Array2<f64>, jacobian: &Array2<f64>| {
            (jacobian + &Array2::<f64>::eye(5)).dot(&below)
        };
        let product = branch_jacobians(&blocks, &q).iter().fold(Array2::eye(5), step);
        assert_all_close(&nudged(&blocks, &q), &product, 1e-8);
    }
    let zero = |_| ResidualBlock::new(5, true, Start::ZeroBranch, &mut generator);
    let zero: Vec<_> = (0..20).map(zero).collect();
    let q = array![0.5, -1.0, 2.0, -0.25, 0.125];
    assert_all_close(&nudged(&zero, &q), &Array2::eye(5), 1e-8);
}

/// ```math residual-paths
/// \bigl( \mathbf I + \mathbf J^{(L)} \bigr) \cdots \bigl( \mathbf I + \mathbf J^{(1)} \bigr)
/// = \sum_{\mathcal S \subseteq \{1, \dots, L\}} \prod_{l \in \mathcal S} \mathbf J^{(l)}
/// ```
///
/// The product, multiplied out step by step, against the library's sum over all paths; of numbers, of matrices,
/// and of matrices that are all 1, where the sum counts the paths.
#[test]
fn residual_paths() {
    let _formula = formula!();
    let mut generator = generator();
    let product = |jacobians: &[Array2<f64>]| {
        let width = jacobians[0].nrows();
        let step = |below: Array2<f64>, jacobian: &Array2<f64>| &below + &jacobian.dot(&below);
        jacobians.iter().fold(Array2::eye(width), step)
    };
    for (count, width) in [(1, 3), (2, 2), (5, 4), (9, 3)] {
        let jacobians: Vec<_> =
            (0..count).map(|_| matrix(width, width, &mut generator) * 0.5).collect();
        assert_all_close(&product(&jacobians), &sum_over_paths(&jacobians), 1e-11);
    }
    for count in 1..12_usize {
        let ones = vec![array![[1.0]]; count];
        assert_exact!(sum_over_paths(&ones), array![[2_f64.powi(count as i32)]]);
    }
}

/// All matrices of 2 × 2 signs.
fn signs() -> Vec<Array2<f64>> {
    let sign = |signs: usize, place: usize| if signs >> place & 1 == 1 { 1.0 } else { -1.0 };
    (0..16).map(|signs| Array2::from_shape_fn((2, 2), |(i, j)| sign(signs, 2 * i + j))).collect()
}

/// ```math residual-variance
/// \operatorname{E} {\bigl( q^{(L)} \bigr)}^2 = 2^L \, \operatorname{E} {\bigl( q^{(0)} \bigr)}^2
/// ```
///
/// Exactly, for layers of two neurons whose weights are 1 or −1, so that their variance is He's 2 / 2: the mean over
/// all of their draws, and over q and −q. Then for five blocks of the library, 500 wide, with He's normal weights: 30 %,
/// since chance moves the growth by a few percent a block.
#[test]
fn residual_variance() {
    let _formula = formula!().allowing(0.3, "chance moves the growth through five blocks by 10 %");
    let mut generator = generator();
    let page = page("residual-variance");
    let (after, before) = (
        r"\operatorname{E} {\bigl( q^{(L)} \bigr)}^2",
        r"\operatorname{E} {\bigl( q^{(0)} \bigr)}^2",
    );
    let mean_square = |q: &Array2<f64>| q.mapv(|q| q * q).mean().expect("not empty");
    let after_draws = |q: &Array2<f64>| -> Vec<Array2<f64>> {
        let dense =
            |weights: &Array2<f64>| Dense { weights: weights.clone(), bias: Array1::zeros(2) };
        let block = |first: &Array2<f64>, second: &Array2<f64>| ResidualBlock {
            first: dense(first),
            second: dense(second),
            shortcut: true,
        };
        let pairs =
            signs().into_iter().flat_map(|a| signs().into_iter().map(move |b| (a.clone(), b)));
        pairs.map(|(first, second)| block(&first, &second).trace(q.view()).0).collect()
    };
    let mean = |all: &[Array2<f64>]| all.iter().map(mean_square).sum::<f64>() / all.len() as f64;
    for _ in 0..20 {
        let (a, b) = (number(&mut generator), number(&mut generator));
        let q = array![[a, b], [-a, -b]];
        let square = mean(&after_draws(&q));
        assert_close(square, 2.0 * mean_square(&q), 1e-12);
        page.assert_relative(&[(after, square), (before, mean_square(&q)), ("L", 1.0)], 1e-12);
    }
    let q = array![[1.5, -1.5], [-1.5, 1.5]]; // q and −q are on as often
    let two: Vec<Array2<f64>> = after_draws(&q).iter().flat_map(after_draws).collect();
    page.assert_relative(&[(after, mean(&two)), (before, 2.25), ("L", 2.0)], 1e-12);
    let q = matrix(50, 500, &mut generator);
    let mut state = q.clone();
    for _ in 0..5 {
        state = ResidualBlock::new(500, true, Start::He, &mut generator).trace(state.view()).0;
    }
    let named = [(after, mean_square(&state)), (before, mean_square(&q)), ("L", 5.0)];
    page.assert_relative(&named, 0.3);
}

/// ```math next-cosine
/// \cos \psi' = \frac{\sin \psi + (\pi - \psi) \cos \psi}{\pi}
/// ```
///
/// Two sums of one neuron by He's rule are two shadows of one random direction, an angle ψ apart. The mean of the
/// product of their ReLUs, over all directions, by Simpson's rule, against the library's function and the page; it
/// is 1 at ψ = 0.
#[test]
fn next_cosine() {
    let _formula = formula!();
    let mut generator = generator();
    let half = std::f64::consts::FRAC_PI_2;
    let angles = (0..40).map(|_| generator.random_range(0.0..2.0 * half));
    for psi in [0.0, 1e-6, half, 2.0 * half - 1e-6].into_iter().chain(angles) {
        // Both are on for directions from ψ − π/2 to π/2.
        let product = |t: f64| (t + psi - half).cos() * (t - half).cos();
        let next = integral(product, 2.0 * half - psi) / half;
        assert_close(next, library::next_cosine(psi.cos()), 1e-10);
        let named = [(r"\psi", psi), (r"\psi'", next.clamp(-1.0, 1.0).acos())];
        page("next-cosine").assert_close(&named, 1e-10);
    }
}
