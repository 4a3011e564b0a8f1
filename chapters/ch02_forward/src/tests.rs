//! How the code of chapter 2 behaves, apart from its formulas.

use crate::*;
use ch01_neuron::Activation;
use ndarray::{Array1, Array2, ArrayView2, Axis, array};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(2)
}

/// Numbers between −1 and 1, of which the share `zeros` is 0.
fn random(shape: (usize, usize), zeros: f64, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn(shape, || {
        if generator.random_bool(zeros) { 0.0 } else { 2.0 * generator.random::<f64>() - 1.0 }
    })
}

fn assert_close(left: ArrayView2<f64>, right: ArrayView2<f64>) {
    assert_eq!(left.dim(), right.dim());
    for (l, r) in left.iter().zip(right) {
        assert!((l - r).abs() <= 1e-13, "{l} and {r}");
    }
}

fn in_pool_of<R: Send>(threads: usize, job: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(job)
}

// ---------------------------------------------------------------------------------- products --

proptest! {
    #[test]
    fn the_fast_product_is_the_product(
        (rows, inner, columns) in (0..12_usize, 0..150_usize, 0..300_usize),
        zeros in 0.0..=1.0_f64,
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), zeros, &mut generator);
        let right = random((inner, columns), zeros / 2.0, &mut generator);
        let by_definition = product_by_definition(left.view(), right.view());
        assert_close(product_by_rows(left.view(), right.view()).view(), by_definition.view());
        assert_close(product(left.view(), right.view()).view(), by_definition.view());
        let turned = left.t().as_standard_layout().into_owned();
        assert_close(transposed_product(turned.view(), right.view()).view(), by_definition.view());
    }

    #[test]
    fn the_product_does_not_mind_how_its_operands_lie_in_memory(
        (rows, inner, columns) in (1..8_usize, 1..40_usize, 1..40_usize),
        seed in any::<u64>(),
    ) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let left = random((rows, inner), 0.5, &mut generator);
        let right = random((inner, columns), 0.0, &mut generator);
        let plain = product(left.view(), right.view());

        // The same numbers, column by column.
        let (left_by_columns, right_by_columns) =
            (left.t().as_standard_layout().into_owned(), right.t().as_standard_layout().into_owned());
        prop_assert_eq!(&product(left_by_columns.t(), right_by_columns.t()), &plain);
        prop_assert_eq!(&transposed_product(left_by_columns.view(), right_by_columns.t()), &plain);
        // Every second row and column of a larger matrix.
        let spread = |matrix: &Array2<f64>| {
            let mut large = Array2::from_elem((2 * matrix.nrows(), 2 * matrix.ncols()), f64::NAN);
            let mut every_second = large.exact_chunks_mut((2, 2)).into_iter();
            matrix.iter().for_each(|&number| every_second.next().unwrap()[[0, 0]] = number);
            large
        };
        let (left, right) = (spread(&left), spread(&right));
        let thin = |large: &Array2<f64>| {
            let mut thin = large.clone();
            thin.slice_axis_inplace(Axis(0), ndarray::Slice::new(0, None, 2));
            thin.slice_axis_inplace(Axis(1), ndarray::Slice::new(0, None, 2));
            thin
        };
        prop_assert_eq!(product(thin(&left).view(), thin(&right).view()), plain);
    }
}

#[test]
fn threads_do_not_change_a_bit_of_a_product() {
    let mut generator = generator();
    let left = random((400, 600), 0.1, &mut generator);
    let right = random((600, 257), 0.0, &mut generator);
    let tall = random((400, 600), 0.1, &mut generator);
    let delta = random((400, 257), 0.0, &mut generator);
    assert!(worth_sharing(NonZeros::of_rows(left.view()).count(), 257));
    let both = || {
        let forward = product(left.view(), right.view());
        (forward, transposed_product(tall.view(), delta.view()))
    };
    let alone = in_pool_of(1, both);
    assert_close(alone.0.view(), product_by_definition(left.view(), right.view()).view());
    for threads in [2, 3, 7, 200] {
        assert_eq!(in_pool_of(threads, both), alone, "{threads} threads");
    }
}

#[test]
fn eight_million_multiplications_are_worth_a_second_thread() {
    assert!(worth_sharing(1 << 16, 128) && !worth_sharing((1 << 16) - 1, 128));
}

#[test]
fn a_product_and_a_sum_are_the_same_in_one_instruction_and_in_two() {
    for (a, b, c) in [(2.0, 3.0, 4.0), (-1.5, 8.0, 0.25), (0.0, 7.0, -3.0)] {
        assert_eq!(multiply_add::<f64, true>(a, b, c), a * b + c);
        assert_eq!(multiply_add::<f64, false>(a, b, c), a * b + c);
    }
}

#[test]
fn lists_of_nonzeros_hold_what_is_not_zero_and_nothing_else() {
    let matrix = array![[0.0, 5.0, -0.0], [0.0, 0.0, 0.0], [f64::NAN, 7.0, 0.0]];
    let (rows, columns) = (NonZeros::of_rows(matrix.view()), NonZeros::of_columns(matrix.view()));
    assert_eq!((rows.count(), columns.count()), (3, 3));
    assert_eq!((rows.lists(), columns.lists()), (3, 3));
    assert_eq!([0, 1, 2].map(|row| rows.list(row)), [[0b010], [0b000], [0b011]]);
    assert_eq!([0, 1, 2].map(|column| columns.list(column)), [[0b100], [0b101], [0b000]]);
}

#[test]
fn a_list_of_more_than_64_entries_goes_on_in_the_next_word() {
    let mut long = Array2::<f32>::zeros((2, 131));
    for column in [0, 63, 64, 130] {
        long[[1, column]] = 1.0;
    }
    let words = [1 | 1 << 63, 1, 1 << 2];
    let (rows, columns) = (NonZeros::of_rows(long.view()), NonZeros::of_columns(long.t()));
    for lists in [rows, columns] {
        assert_eq!((lists.lists(), lists.count()), (2, 4));
        assert_eq!((lists.list(0), lists.list(1)), (&[0, 0, 0][..], &words[..]));
    }
}

#[test]
fn matrices_without_rows_or_columns_have_products_too() {
    for (rows, inner, columns) in [(0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 0)] {
        let (left, right) = (Array2::<f64>::ones((rows, inner)), Array2::ones((inner, columns)));
        let plain = Array2::<f64>::zeros((rows, columns));
        assert_eq!(product(left.view(), right.view()), plain);
        assert_eq!(product_by_rows(left.view(), right.view()), plain);
        assert_eq!(transposed_product(left.t(), right.view()), plain);
    }
}

#[test]
fn not_a_number_on_the_left_reaches_its_row_of_the_product_and_no_other() {
    let left = array![[1.0, f64::NAN], [1.0, 1.0]];
    let product = product(left.view(), array![[1.0, 2.0], [3.0, 4.0]].view());
    assert!(product.row(0).iter().all(|number| number.is_nan()));
    assert_eq!(product.row(1), array![4.0, 6.0]);
}

#[test]
fn what_a_zero_skips_is_not_looked_at() {
    let right = array![[f64::INFINITY, f64::NAN], [3.0, 4.0]];
    assert_eq!(product(array![[0.0, 1.0]].view(), right.view()), array![[3.0, 4.0]]);
    assert_eq!(transposed_product(array![[0.0], [1.0]].view(), right.view()), array![[3.0, 4.0]]);
    assert!(product(array![[1.0, 1.0]].view(), right.view())[[0, 1]].is_nan());
}

#[test]
#[should_panic(
    expected = "the columns of left, (2, 3), must be as many as the rows of right, (4, 5)"
)]
fn a_product_of_matrices_that_do_not_fit_names_both_shapes() {
    product(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}

#[test]
#[should_panic(
    expected = "the columns of left, (2, 3), must be as many as the rows of right, (4, 5)"
)]
fn a_product_by_definition_of_matrices_that_do_not_fit_names_both_shapes() {
    product_by_definition(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}

#[test]
#[should_panic(expected = "the rows of left, (2, 3), must be as many as the rows of right, (4, 5)")]
fn a_transposed_product_of_matrices_that_do_not_fit_names_both_shapes() {
    transposed_product(Array2::<f64>::zeros((2, 3)).view(), Array2::zeros((4, 5)).view());
}

// -------------------------------------------------------------------------- layers, networks --

fn network(sizes: &[usize]) -> Network<f64> {
    let functions = (Activation::Relu, Activation::Identity);
    Network::new(sizes, functions, Initialization::He, &mut generator())
}

/// The answer of a network 2-2-1 with tanh to the input 1, 0, and the answers after one weight was
/// raised by 0.1: from the first input into each hidden neuron, then from each out to the answer.
fn answers_to_nudges(into: f64, out: [f64; 2]) -> [f64; 5] {
    let (hidden, answer) = (array![[into, into], [into, into]], array![[out[0]], [out[1]]]);
    let nudges = [None, Some((0, 0)), Some((0, 1)), Some((1, 0)), Some((1, 1))];
    nudges.map(|nudge| {
        let mut network = network(&[2, 2, 1]);
        for (layer, weights) in network.layers.iter_mut().zip([&hidden, &answer]) {
            layer.dense.weights.assign(weights);
        }
        network.layers[0].activation = Activation::Tanh;
        network.layers[1].activation = Activation::Identity;
        if let Some((layer, number)) = nudge {
            network.parameters_mut()[2 * layer][number] += 0.1;
        }
        network.forward(array![[1.0, 0.0]].view())[[0, 0]]
    })
}

/// The table of the page, with its three decimals.
#[test]
fn a_network_of_zeros_hears_no_nudge_and_equal_weights_make_twins() {
    let table = [
        (0.0, [0.0, 0.0], [0.0; 5]),
        (0.5, [0.5, 0.5], [0.462, 0.500, 0.500, 0.508, 0.508]),
        (0.5, [0.5, -0.5], [0.0, 0.037, -0.037, 0.046, 0.046]),
    ];
    for (into, out, printed) in table {
        for (answer, printed) in answers_to_nudges(into, out).into_iter().zip(printed) {
            assert!((answer - printed).abs() <= 0.0005, "{answer}, printed as {printed}");
        }
    }
    assert_eq!(answers_to_nudges(0.0, [0.0, 0.0]), [0.0; 5]);
}

#[test]
#[should_panic(
    expected = "product: the columns of left, (4, 3), must be as many as the rows of right, (2, 3)"
)] // as the page prints it
fn a_layer_refuses_inputs_of_another_width() {
    network(&[2, 3]).forward(Array2::zeros((4, 3)).view());
}

#[test]
#[should_panic(expected = "weights (4, 5) and bias [1] must have as many outputs")]
fn a_layer_refuses_a_bias_of_another_length() {
    let dense = Dense { weights: Array2::<f64>::zeros((4, 5)), bias: Array1::zeros(1) };
    dense.forward(Array2::zeros((2, 4)).view());
}

#[test]
#[should_panic(expected = "a network has at least inputs and outputs, not sizes [784]")]
fn a_network_of_one_size_is_refused() {
    network(&[784]);
}

#[test]
#[should_panic(expected = "a network has at least inputs and outputs, not sizes []")]
fn a_network_of_no_size_is_refused() {
    network(&[]);
}

#[test]
fn an_empty_batch_gives_an_empty_answer() {
    assert_eq!(network(&[4, 5, 3]).forward(Array2::zeros((0, 4)).view()).dim(), (0, 3));
}

#[test]
fn a_layer_without_inputs_answers_with_its_bias() {
    let dense = Dense { weights: Array2::zeros((0, 2)), bias: array![1.0, 2.0] };
    assert_eq!(dense.forward(Array2::zeros((3, 0)).view()), array![[1., 2.], [1., 2.], [1., 2.]]);
}

#[test]
fn a_layer_without_outputs_answers_with_nothing() {
    assert_eq!(network(&[4, 0]).forward(Array2::ones((3, 4)).view()).dim(), (3, 0));
}

#[test]
fn hidden_layers_and_the_last_one_have_their_own_functions() {
    let functions = (Activation::Tanh, Activation::Sigmoid);
    let network =
        Network::<f64>::new(&[4, 5, 6, 3], functions, Initialization::He, &mut generator());
    let names: Vec<_> = network.layers.iter().map(|layer| layer.activation).collect();
    assert_eq!(names, [Activation::Tanh, Activation::Tanh, Activation::Sigmoid]);
    let shapes: Vec<_> = network.layers.iter().map(|layer| layer.dense.weights.dim()).collect();
    assert_eq!(shapes, [(4, 5), (5, 6), (6, 3)]);
}

#[test]
fn the_trace_ends_with_what_forward_answers() {
    let (network, inputs) = (network(&[4, 5, 6, 3]), random((7, 4), 0.3, &mut generator()));
    let trace = network.trace(inputs.view());
    assert_eq!(trace.output(), network.forward(inputs.view()));
    assert_eq!(trace.inputs_of(0, inputs.view()), inputs);
    assert_eq!(trace.inputs_of(2, inputs.view()), trace.activations[1]);
    assert_eq!((trace.pre_activations.len(), trace.activations.len()), (3, 3));
}

#[test]
fn a_forward_pass_changes_nothing_and_can_be_repeated() {
    let (network, inputs) = (network(&[4, 5, 3]), random((7, 4), 0.3, &mut generator()));
    let before = network.clone();
    assert_eq!(network.trace(inputs.view()), network.trace(inputs.view()));
    assert_eq!(network, before);
}

#[test]
fn not_a_number_in_one_example_stays_in_its_row() {
    let (network, mut inputs) = (network(&[4, 5, 3]), random((3, 4), 0.0, &mut generator()));
    let clean = network.forward(inputs.view());
    inputs[[1, 2]] = f64::NAN;
    let outputs = network.forward(inputs.view());
    assert!(outputs.row(1).iter().all(|a| a.is_nan()));
    assert_eq!((outputs.row(0), outputs.row(2)), (clean.row(0), clean.row(2)));
}

#[test]
fn parameters_can_be_seen_and_changed_in_one_order() {
    let mut network = network(&[2, 3, 1]);
    let seen: Vec<Vec<f64>> = network.parameters().into_iter().map(<[f64]>::to_vec).collect();
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [6, 3, 3, 1]);
    assert_eq!(seen[0][4], network.layers[0].dense.weights[[1, 1]]);
    network.parameters_mut()[0][4] = 9.0;
    network.parameters_mut()[3][0] = 8.0;
    assert_eq!(network.layers[0].dense.weights[[1, 1]], 9.0);
    assert_eq!(network.layers[1].dense.bias[0], 8.0);
}

// ---------------------------------------------------------------------------- initialization --

#[test]
fn networks_in_f32_and_f64_start_alike() {
    for start in [
        Initialization::Zeros,
        Initialization::Normal(0.3),
        Initialization::Xavier,
        Initialization::He,
    ] {
        let functions = (Activation::Relu, Activation::Identity);
        let double = Network::<f64>::new(&[20, 10, 5], functions, start, &mut generator());
        let single = Network::<f32>::new(&[20, 10, 5], functions, start, &mut generator());
        for (double, single) in
            double.parameters().concat().iter().zip(single.parameters().concat())
        {
            assert_eq!(*double as f32, single);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_network_and_another_seed_another() {
    assert_eq!(network(&[4, 3]), network(&[4, 3]));
    let functions = (Activation::Relu, Activation::Identity);
    let mut other = ChaCha8Rng::seed_from_u64(3);
    assert_ne!(network(&[4, 3]), Network::new(&[4, 3], functions, Initialization::He, &mut other));
}

#[test]
fn biases_start_at_zero_and_weights_do_not() {
    for layer in network(&[20, 10, 5]).layers {
        assert!(layer.dense.bias.iter().all(|&b| b == 0.0));
        assert!(layer.dense.weights.iter().all(|&w| w != 0.0));
    }
}

// --------------------------------------------------------------------------- softmax, losses --

proptest! {
    #[test]
    fn rows_of_softmax_are_probabilities(
        logits in prop::collection::vec(-1e6..1e6_f64, 1..40),
        scale in prop::sample::select(vec![1e-300, 1e-6, 1e-3, 1.0, 1e300]),
    ) {
        let row = Array2::from_shape_vec((1, logits.len()), logits).unwrap() * scale;
        let probabilities = softmax(row.view());
        prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        prop_assert!((probabilities.sum() - 1.0).abs() < 1e-14);
        for (z, p) in row.iter().zip(&probabilities) {
            for (other_z, other_p) in row.iter().zip(&probabilities) {
                prop_assert!(z < other_z || p >= other_p, "a larger logit, a smaller probability");
            }
        }
    }

    #[test]
    fn rows_of_softmax_in_f32_add_up_to_1(
        logits in prop::collection::vec(-1e9..1e9_f32, 1..40),
        scale in prop::sample::select(vec![1e-9_f32, 1e-6, 1.0, 1e28]),
    ) {
        let row = Array2::from_shape_vec((1, logits.len()), logits).unwrap() * scale;
        let probabilities = softmax(row.view());
        prop_assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        prop_assert!((probabilities.sum() - 1.0).abs() < 4e-6);
    }

    #[test]
    fn losses_are_finite_and_not_negative(
        logits in prop::collection::vec(-1e6..1e6_f64, 12),
        seed in any::<u64>(),
    ) {
        let logits = Array2::from_shape_vec((3, 4), logits).unwrap();
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let targets = softmax((random((3, 4), 0.2, &mut generator) * 10.0).view());
        for loss in Loss::ALL {
            let value = loss.value(logits.view(), targets.view());
            prop_assert!(value.is_finite() && value >= -1e-9, "{loss:?}: {value}");
        }
    }
}

#[test]
fn log_sum_exp_of_nothing_is_the_logarithm_of_nothing() {
    assert_eq!(log_sum_exp(Array1::<f64>::zeros(0).view()), f64::NEG_INFINITY);
    let impossible = array![f64::NEG_INFINITY, f64::NEG_INFINITY];
    assert_eq!(log_sum_exp(impossible.view()), f64::NEG_INFINITY);
    assert_eq!(log_sum_exp(array![1.0, f64::INFINITY].view()), f64::INFINITY);
}

#[test]
fn not_a_number_among_the_logits_stays_one() {
    for row in [
        array![[f64::NAN, 1.0]],
        array![[1.0, f64::NAN]],
        array![[f64::NAN, f64::NAN]],
        array![[f64::INFINITY, f64::NAN]],
        array![[f64::NAN, f64::INFINITY]],
    ] {
        assert!(log_sum_exp(row.row(0)).is_nan(), "{row}");
        assert!(softmax(row.view()).iter().all(|p| p.is_nan()), "{row}");
        assert!(softmax_cross_entropy(row.view(), array![[0.0, 1.0]].view()).is_nan(), "{row}");
    }
}

#[test]
fn a_right_answer_far_from_the_border_still_costs_a_little() {
    // ln(1 + e⁻⁴⁰) = 4e-18: as a difference of two numbers near 40 it would be lost.
    let loss = binary_cross_entropy(array![[40.0]].view(), array![[1.0]].view());
    assert!((loss / (-40.0_f64).exp() - 1.0).abs() < 1e-12, "{loss:e}");
    let loss = binary_cross_entropy(array![[-40.0]].view(), array![[0.0]].view());
    assert!((loss / (-40.0_f64).exp() - 1.0).abs() < 1e-12, "{loss:e}");
}

#[test]
fn softmax_of_an_empty_batch_is_empty() {
    assert_eq!(softmax(Array2::<f64>::zeros((0, 3)).view()).dim(), (0, 3));
    assert_eq!(log_softmax(Array2::<f64>::zeros((0, 3)).view()).dim(), (0, 3));
    assert_eq!(softmax(Array2::<f64>::zeros((2, 0)).view()).dim(), (2, 0));
}

#[test]
fn the_mean_loss_of_no_examples_is_not_a_number() {
    let nothing = Array2::<f64>::zeros((0, 3));
    for loss in Loss::ALL {
        assert!(loss.value(nothing.view(), nothing.view()).is_nan(), "{loss:?}");
    }
}

#[test]
fn losses_refuse_targets_of_another_shape_and_name_both() {
    for loss in Loss::ALL {
        for shape in [(1, 2), (3, 1), (2, 3)] {
            let refused = std::panic::catch_unwind(|| {
                loss.value(Array2::<f64>::zeros((3, 2)).view(), Array2::zeros(shape).view())
            });
            let message = *refused.unwrap_err().downcast::<String>().expect("a formatted message");
            let expected = format!("loss: outputs (3, 2) and targets {shape:?} differ");
            assert_eq!(message, expected, "{loss:?}");
        }
    }
}

#[test]
fn a_loss_is_what_its_own_function_says() {
    let mut generator = generator();
    let (z, y) =
        (random((3, 4), 0.0, &mut generator), softmax(random((3, 4), 0.0, &mut generator).view()));
    let (z, y) = (z.view(), y.view());
    assert_eq!(Loss::MeanSquaredError.value(z, y), mean_squared_error(z, y));
    assert_eq!(Loss::BinaryCrossEntropy.value(z, y), binary_cross_entropy(z, y));
    assert_eq!(Loss::SoftmaxCrossEntropy.value(z, y), softmax_cross_entropy(z, y));
}

#[test]
#[should_panic]
fn a_label_that_is_no_class_is_refused() {
    one_hot::<f64>(&[0, 5], 5);
}

#[test]
fn no_labels_give_no_rows() {
    assert_eq!(one_hot::<f64>(&[], 5).dim(), (0, 5));
}
