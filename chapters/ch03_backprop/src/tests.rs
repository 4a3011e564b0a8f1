//! How the code of chapter 3 behaves, apart from its formulas.

use crate::*;
use ch01_neuron::{Activation, Real};
use ch02_forward::{Dense, Initialization, Loss, Network, softmax};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(3)
}

/// Numbers between −1 and 1.
fn random(shape: (usize, usize), generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || 2.0 * generator.random::<f64>() - 1.0)
}

fn network<T: Real>(sizes: &[usize]) -> Network<T> {
    let functions = (Activation::Tanh, Activation::Identity);
    Network::new(sizes, functions, Initialization::Xavier, &mut generator())
}

fn gradients<T: Real>(
    network: &Network<T>,
    inputs: &Array2<T>,
    targets: &Array2<T>,
) -> Gradients<T> {
    let trace = network.trace(inputs.view());
    let output_gradient = Loss::MeanSquaredError.gradient(trace.output(), targets.view());
    network.backward(inputs.view(), &trace, output_gradient)
}

fn message_of(job: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(job).expect_err("the job was to panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast_ref::<&str>().expect("a panic with a text").to_string(),
    }
}

// ------------------------------------------------------------------------------------ shapes --

proptest! {
    #[test]
    fn a_gradient_has_the_shape_of_what_it_is_the_gradient_by(
        (batch, inputs, outputs) in (0..6_usize, 0..6_usize, 0..6_usize),
    ) {
        let mut generator = generator();
        let weights = random((inputs, outputs), &mut generator);
        let dense = Dense { weights, bias: Array1::zeros(outputs) };
        let x = random((batch, inputs), &mut generator);
        let delta = random((batch, outputs), &mut generator);
        let gradient = dense.backward(x.view(), delta.view());
        prop_assert_eq!(gradient.weights.dim(), dense.weights.dim());
        prop_assert_eq!(gradient.bias.dim(), dense.bias.dim());
        prop_assert_eq!(dense.input_gradient(delta.view()).dim(), x.dim());
    }

    #[test]
    fn gradients_pair_up_with_parameters(sizes in prop::collection::vec(1..5_usize, 2..5)) {
        let network = network::<f64>(&sizes);
        let (inputs, outputs) = (sizes[0], sizes[sizes.len() - 1]);
        let gradients = gradients(&network, &Array2::ones((3, inputs)), &Array2::ones((3, outputs)));
        let lengths = |lists: Vec<&[f64]>| lists.into_iter().map(<[f64]>::len).collect::<Vec<_>>();
        prop_assert_eq!(lengths(gradients.slices()), lengths(network.parameters()));
    }

    /// What lies column by column in memory gives the same as what lies row by row.
    #[test]
    fn memory_layout_does_not_matter((batch, outputs) in (1..6_usize, 1..6_usize)) {
        let mut generator = generator();
        let z = random((outputs, batch), &mut generator);
        let by_a = random((outputs, batch), &mut generator);
        let (turned_z, turned_a) = (z.t(), by_a.t());
        let (plain_z, plain_a) =
            (turned_z.as_standard_layout().into_owned(), turned_a.as_standard_layout().into_owned());
        for f in Activation::ALL {
            prop_assert_eq!(
                f.backward(turned_z, by_a.clone().reversed_axes()),
                f.backward(plain_z.view(), plain_a.clone())
            );
        }
        for loss in Loss::ALL {
            prop_assert_eq!(
                loss.gradient(turned_z, turned_a),
                loss.gradient(plain_z.view(), plain_a.view())
            );
        }
    }
}

#[test]
fn gradients_of_an_empty_batch_are_zero_or_empty() {
    let dense = Dense { weights: Array2::<f64>::ones((2, 3)), bias: Array1::ones(3) };
    let (x, delta) = (Array2::zeros((0, 2)), Array2::zeros((0, 3)));
    let gradient = dense.backward(x.view(), delta.view());
    assert_eq!(gradient.weights, Array2::<f64>::zeros((2, 3)));
    assert_eq!(gradient.bias, Array1::<f64>::zeros(3));
    for loss in Loss::ALL {
        assert_eq!(loss.gradient(delta.view(), delta.view()).dim(), (0, 3), "{loss:?}");
    }
}

#[test]
fn mismatched_shapes_are_refused_with_both_shapes_and_names() {
    let (three, one) = (Array2::<f64>::ones((3, 2)), Array2::<f64>::ones((1, 2)));
    let (z, y) = (three.view(), one.view());
    for (name, message) in [
        ("outputs", message_of(|| drop(mean_squared_error_gradient(z, y)))),
        ("logits", message_of(|| drop(binary_cross_entropy_gradient(z, y)))),
        ("probabilities", message_of(|| drop(cross_entropy_gradient(z, y)))),
        ("probabilities", message_of(|| drop(softmax_backward(z, y)))),
        ("logits", message_of(|| drop(softmax_cross_entropy_gradient(z, y)))),
        ("pre-activations", message_of(|| drop(Activation::Relu.backward(z, one.clone())))),
    ] {
        for part in [name, "(3, 2)", "(1, 2)"] {
            assert!(message.contains(part), "{message:?} does not say {part}");
        }
    }
}

#[test]
#[should_panic(expected = "the rows of left, (4, 2), must be as many as the rows of right, (3, 5)")]
fn a_layer_refuses_a_delta_of_another_batch() {
    let dense = Dense { weights: Array2::<f64>::ones((2, 5)), bias: Array1::ones(5) };
    dense.backward(Array2::ones((4, 2)).view(), Array2::ones((3, 5)).view());
}

// ----------------------------------------------------------------------------- the whole pass --

#[test]
fn a_backward_pass_changes_nothing_and_can_be_repeated() {
    let mut generator = generator();
    let (network, x) = (network(&[4, 5, 3]), random((6, 4), &mut generator));
    let (before, y) = (network.clone(), random((6, 3), &mut generator));
    assert_eq!(gradients(&network, &x, &y), gradients(&network, &x, &y));
    assert_eq!(network, before);
}

#[test]
fn threads_do_not_change_a_bit_of_a_gradient() {
    let mut generator = generator();
    let network = network(&[300, 300, 10]);
    let (x, y) = (random((128, 300), &mut generator), random((128, 10), &mut generator));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| gradients(&network, &x, &y))
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(3));
}

#[test]
fn a_batch_has_the_mean_of_the_gradients_of_its_examples() {
    let mut generator = generator();
    let network = network(&[4, 5, 3]);
    let (x, y) = (random((6, 4), &mut generator), random((6, 3), &mut generator));
    let together = gradients(&network, &x, &y).slices().concat();
    let mut mean = vec![0.0; together.len()];
    for n in 0..6 {
        let row = |of: &Array2<f64>| of.row(n).to_owned().insert_axis(ndarray::Axis(0));
        let alone = gradients(&network, &row(&x), &row(&y)).slices().concat();
        mean.iter_mut().zip(alone).for_each(|(mean, g)| *mean += g / 6.0);
    }
    for (together, mean) in together.into_iter().zip(mean) {
        assert!((together - mean).abs() < 1e-15, "{together} and {mean}");
    }
}

#[test]
fn a_network_of_steps_has_no_gradient_to_learn_from() {
    let functions = (Activation::Step, Activation::Identity);
    let network: Network<f64> =
        Network::new(&[4, 5, 3], functions, Initialization::Xavier, &mut generator());
    let mut generator = generator();
    let gradients =
        gradients(&network, &random((6, 4), &mut generator), &random((6, 3), &mut generator));
    assert!(gradients.slices()[..2].concat().iter().all(|&g| g == 0.0));
    assert!(gradients.slices()[2..].concat().iter().any(|&g| g != 0.0));
}

#[test]
fn a_perfect_answer_has_no_gradient() {
    let (network, x) = (network(&[4, 5, 3]), random((6, 4), &mut generator()));
    let gradients = gradients(&network, &x, &network.forward(x.view()));
    assert!(gradients.slices().concat().iter().all(|&g| g == 0.0));
}

#[test]
fn not_a_number_in_the_loss_reaches_the_gradients() {
    let (network, x) = (network(&[4, 5, 3]), random((6, 4), &mut generator()));
    let gradients = gradients(&network, &x, &Array2::from_elem((6, 3), f64::NAN));
    assert!(gradients.slices().concat().iter().all(|g| g.is_nan()));
}

#[test]
fn rows_of_a_softmax_gradient_add_up_to_zero() {
    let mut generator = generator();
    let z = random((5, 4), &mut generator) * 100.0;
    let y = softmax(random((5, 4), &mut generator).view());
    for row in softmax_cross_entropy_gradient(z.view(), y.view()).rows() {
        assert!(row.sum().abs() < 1e-15);
    }
}

// ------------------------------------------------------------------------- the gradient check --

fn check<T: Real>(network: &Network<T>, gradients: &Gradients<T>) -> Result<T, GradientMismatch> {
    let (x, y) = data::<T>();
    GradientCheck::default().network(network, gradients, all_entries(network), |network| {
        Loss::MeanSquaredError.value(network.forward(x.view()).view(), y.view())
    })
}

fn data<T: Real>() -> (Array2<T>, Array2<T>) {
    let mut generator = generator();
    let (x, y) = (random((6, 4), &mut generator), random((6, 3), &mut generator));
    (x.mapv(T::of), y.mapv(T::of))
}

#[test]
fn the_check_passes_what_is_right_in_f64_and_in_f32() {
    let (x, y) = data();
    let network64 = network::<f64>(&[4, 5, 3]);
    assert!(check(&network64, &gradients(&network64, &x, &y)).unwrap() < 4e-8);
    let (x, y) = data();
    let network32 = network::<f32>(&[4, 5, 3]);
    assert!(check(&network32, &gradients(&network32, &x, &y)).unwrap() < 2.5e-2);
}

#[test]
fn the_check_gives_the_largest_error_of_what_passes() {
    let ((x, y), network) = (data(), network::<f64>(&[4, 5, 3]));
    let mut wrong = gradients(&network, &x, &y);
    wrong.layers[0].weights[[2, 3]] *= 1.25; // a fifth of the larger of the two
    let lax = GradientCheck { tolerance: 0.5, ..GradientCheck::default() };
    let loss = |network: &Network<f64>| {
        Loss::MeanSquaredError.value(network.forward(x.view()).view(), y.view())
    };
    let largest = lax.network(&network, &wrong, all_entries(&network), loss).unwrap();
    assert!((largest - 0.2).abs() < 1e-6, "{largest}");
}

#[test]
fn the_check_finds_a_single_wrong_number_wherever_it_is() {
    let ((x, y), network) = (data(), network::<f64>(&[4, 5, 3]));
    let right = gradients(&network, &x, &y);
    for (layer, shape) in [(0, (4, 5)), (1, (5, 3))] {
        for (i, j) in (0..shape.0).flat_map(|i| (0..shape.1).map(move |j| (i, j))) {
            let mut wrong = right.clone();
            wrong.layers[layer].weights[[i, j]] += 1e-6;
            let mismatch = check(&network, &wrong).unwrap_err();
            assert_eq!(mismatch.parameter, format!("weights of layer {layer}[{i}, {j}]"));
        }
        for j in 0..shape.1 {
            let mut wrong = right.clone();
            wrong.layers[layer].bias[j] *= -1.0;
            let mismatch = check(&network, &wrong).unwrap_err();
            assert_eq!(mismatch.parameter, format!("bias of layer {layer}[{j}]"));
        }
    }
}

#[test]
fn the_check_never_passes_what_is_not_a_number() {
    let ((x, y), network) = (data(), network::<f64>(&[4, 5, 3]));
    let mut wrong = gradients(&network, &x, &y);
    wrong.layers[1].bias[2] = f64::NAN;
    assert_eq!(check(&network, &wrong).unwrap_err().parameter, "bias of layer 1[2]");
    wrong.layers[1].bias[2] = f64::INFINITY;
    assert!(check(&network, &wrong).is_err());
    let strict = GradientCheck::default();
    assert!(strict.entry(|| "x".into(), 0.0, 1.0, |_| f64::NAN).is_err());
}

#[test]
fn the_check_moves_a_parameter_by_a_share_of_its_size_but_of_1_at_least() {
    let check = GradientCheck { step: 1e-3, tolerance: 1e-6, floor: 1e-2 };
    for (x, step) in [(2000.0, 2.0), (-2000.0, 2.0), (0.5, 1e-3), (0.0, 1e-3)] {
        let mut asked = Vec::new();
        let line = |x: f64| {
            asked.push(x);
            3.0 * x
        };
        check.entry(|| "x".into(), 3.0, x, line).expect("the slope of a line");
        assert_eq!(asked, [x + step, x - step]);
    }
}

#[test]
fn a_mismatch_tells_the_slope_that_came_closest() {
    // A loss whose slope is another at each of the three steps.
    for (slopes, closest) in
        [([3.0, 2.0, 4.0], 2.0), ([2.0, 3.0, 4.0], 2.0), ([4.0, 3.0, 2.0], 2.0)]
    {
        let mut calls = 0;
        let loss = |x: f64| {
            calls += 1;
            slopes[(calls - 1) / 2] * x
        };
        let mismatch =
            GradientCheck::default().entry(|| "x".into(), 1.0, 0.0, loss).expect_err("wrong");
        assert!((mismatch.numeric - closest).abs() < 1e-9, "{mismatch}");
        assert!((mismatch.relative_error - 0.5).abs() < 1e-9, "{mismatch}");
    }
}

#[test]
fn a_mismatch_says_what_where_and_how_far() {
    let mismatch = GradientCheck::default().entry(|| "x".into(), 5.0, 3.0, |x| x * x).unwrap_err();
    assert_eq!((mismatch.parameter.as_str(), mismatch.analytic), ("x", 5.0));
    assert!(
        (mismatch.numeric - 6.0).abs() < 1e-8 && (mismatch.relative_error - 1.0 / 6.0).abs() < 1e-8
    );
    let text = mismatch.to_string();
    for part in ["gradient of x", "5.000000000e0", "finite differences say", "1.7e-1"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn entries_are_all_parameters_in_order() {
    let network = network::<f64>(&[2, 3, 1]);
    let entries = all_entries(&network);
    assert_eq!(entries.len(), network.parameter_count());
    assert_eq!((entries[0], entries[5], entries[6]), ((0, 0), (0, 5), (1, 0)));
    assert_eq!(entries[entries.len() - 1], (3, 0));
}

// ------------------------------------------------------------------------------------ the tape --

#[test]
fn a_variable_without_a_part_in_the_result_has_the_gradient_0() {
    let tape = Tape::new();
    let (x, unused) = (tape.variable(2.0), tape.variable(3.0));
    let result = x * x;
    let later = tape.variable(4.0);
    let gradient = result.backward();
    assert_eq!((gradient.by(x), gradient.by(unused), gradient.by(later)), (4.0, 0.0, 0.0));
    assert_eq!(gradient.by(result), 1.0);
}

#[test]
fn walks_back_from_different_results_do_not_disturb_each_other() {
    let tape = Tape::new();
    let x = tape.variable(2.0);
    let (square, cube) = (x * x, x * x * x);
    assert_eq!(cube.backward().by(x), 12.0);
    assert_eq!(square.backward().by(x), 4.0);
    assert_eq!(cube.backward().by(square), 0.0); // cube made its own x · x
}

#[test]
fn a_long_tape_needs_no_deep_stack() {
    let tape = Tape::new();
    let (x, one) = (tape.variable(1.0_f64), tape.variable(1.0));
    let sum = (0..1_000_000).fold(x, |sum, _| sum + one);
    assert_eq!((sum.value, sum.backward().by(x)), (1_000_001.0, 1.0));
    assert_eq!(sum.backward().by(one), 1_000_000.0);
}

#[test]
fn a_variable_used_with_itself_counts_twice() {
    let tape = Tape::new();
    let x = tape.variable(3.0);
    assert_eq!((x + x).backward().by(x), 2.0);
    assert_eq!((x * x).backward().by(x), 6.0);
    assert_eq!((x - x).backward().by(x), 0.0);
    assert_eq!((x / x).backward().by(x), 0.0);
}

#[test]
fn a_power_of_zero_has_the_slope_0_even_at_0() {
    for value in [0.0, 2.0] {
        let tape = Tape::new();
        let x = tape.variable(value);
        assert_eq!((x.powi(0).value, x.powi(0).backward().by(x)), (1.0, 0.0));
    }
}

#[test]
#[should_panic(expected = "both variables must be on the same tape")]
fn variables_of_two_tapes_do_not_mix() {
    let (one, other) = (Tape::new(), Tape::new());
    let _ = one.variable(1.0) + other.variable(2.0);
}

#[test]
#[should_panic(expected = "the variable must be on the same tape")]
fn a_gradient_knows_nothing_of_another_tape() {
    let (one, other) = (Tape::new(), Tape::new());
    one.variable(1.0).backward().by(other.variable(2.0));
}

#[test]
fn central_differences_of_a_line_are_exact() {
    assert_eq!(central_difference(|x| 4.0 * x, 1.0, 0.25), 4.0);
    assert_eq!(array![1.0].mapv(|x: f64| central_difference(f64::abs, x - 1.0, 0.5)), array![0.0]);
}
