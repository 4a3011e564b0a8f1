//! What the library and the program of chapter 6 do, when all is well and when it is not.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use ch01_neuron::Activation;
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{GradientCheck, LossBackward, NetworkBackward, all_entries};
use ch04_optimizers::{Adam, Optimizer, Schedule, parameters};
use ch05_mnist::{CLASSES, Dataset, IMAGES_MAGIC, Images, LABELS_MAGIC, evaluate, train_step};
use ch06_overfitting::*;
use ndarray::{Array1, Array2, ArrayView2, array};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::SafeTensors;
use tempfile::TempDir;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(6)
}

fn noise(rows: usize, columns: usize, generator: &mut ChaCha8Rng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || 2.0 * generator.random::<f64>() - 1.0)
}

/// Images of 3 × 4 pixels in which the pixel of the label is bright: ten classes that can be learned.
fn data(examples: usize) -> Dataset {
    let mut generator = generator();
    let labels: Vec<u8> = (0..examples).map(|_| generator.random_range(0..10)).collect();
    let pixels = Array2::from_shape_fn((examples, 12), |(example, pixel)| {
        if pixel == usize::from(labels[example]) { 200 } else { generator.random_range(0..60) }
    });
    Dataset::new(Images { pixels, height: 3, width: 4 }, labels).unwrap()
}

fn course(restraints: Restraints) -> Course {
    Course {
        hidden: vec![9, 7],
        epochs: 3,
        batch_size: 8,
        learning_rate: 0.01,
        schedule: Schedule::Linear,
        restraints,
    }
}

fn network() -> Network<f64> {
    let activations = (Activation::Tanh, Activation::Identity);
    Network::new(&[6, 5, 4, 3], activations, Initialization::Xavier, &mut generator())
}

const SOME: Dropouts = Dropouts { inputs: Dropout { keep: 0.8 }, hidden: Dropout { keep: 0.5 } };

// ---------------------------------------------------------------------------------- polynomials --

#[test]
fn of_all_weights_that_fit_alike_the_shortest_are_taken() {
    let x = array![[1.0, 1.0, 0.0], [1.0, 1.0, 0.0]]; // the first two weights can be traded
    let weights = least_squares(x.view(), array![3.0, 5.0].view());
    for (weight, expected) in weights.iter().zip([2.0_f64, 2.0, 0.0]) {
        assert!((weight - expected).abs() < 1e-12, "{weights}");
    }
}

#[test]
fn what_counts_as_nothing_is_measured_against_the_largest_singular_value() {
    let column = array![0.1, 0.7, 0.3, 1.1, 1.9];
    for scale in [1e-9_f64, 1.0, 1e9] {
        // The second column is three times the first, but for the rounding of its numbers.
        let x = Array2::from_shape_fn((5, 2), |(r, j)| scale * column[r] * [1.0, 3.0][j]);
        let weights = least_squares(x.view(), column.view());
        for (weight, expected) in weights.iter().zip([0.1_f64, 0.3]) {
            assert!((weight * scale - expected).abs() < 1e-9, "scale {scale}: {weights}");
        }
    }
}

#[test]
fn a_penalty_of_nothing_is_least_squares() {
    let mut generator = generator();
    let (x, y) = (noise(9, 4, &mut generator), Array1::linspace(0.0, 1.0, 9));
    let difference = ridge(x.view(), y.view(), 0.0) - least_squares(x.view(), y.view());
    assert!(difference.iter().all(|d| d.abs() < 1e-12));
}

#[test]
fn fits_work_in_f32_too() {
    let x = Array1::linspace(-1.0_f32, 1.0, 8);
    let y = x.mapv(|x| 2.0 - 3.0 * x + x * x);
    let weights = least_squares(powers(x.view(), 2).view(), y.view());
    assert!((polynomial(weights.view(), 0.5) - 0.75).abs() < 1e-5);
}

#[test]
#[should_panic(expected = "least squares: inputs (3, 2) and targets [4] differ")]
fn least_squares_names_what_does_not_fit() {
    let _ = least_squares(Array2::<f64>::zeros((3, 2)).view(), Array1::zeros(4).view());
}

#[test]
#[should_panic(expected = "ridge: inputs (3, 2) and targets [4] differ")]
fn ridge_names_what_does_not_fit() {
    let _ = ridge(Array2::<f64>::zeros((3, 2)).view(), Array1::zeros(4).view(), 1.0);
}

#[test]
#[should_panic(expected = "decompose: predictions (5, 2) and truth [3] differ")]
fn decompose_names_what_does_not_fit() {
    decompose(Array2::<f64>::zeros((5, 2)).view(), Array1::zeros(3).view());
}

#[test]
fn one_machine_has_no_variance_and_a_right_mean_has_no_bias() {
    let truth = array![1.0, 2.0];
    let one = decompose(array![[2.0, 5.0]].view(), truth.view());
    assert_eq!((one.bias_squared, one.variance), (5.0, 0.0));
    let fair = decompose(array![[0.0, 4.0], [2.0, 0.0]].view(), truth.view());
    assert_eq!((fair.bias_squared, fair.variance), (0.0, 2.5));
}

// ------------------------------------------------------------------------------------- splitting --

#[test]
fn parts_have_their_sizes_and_share_no_example() {
    let mut all = data(30);
    for (index, mut image) in all.images.pixels.rows_mut().into_iter().enumerate() {
        image.fill(index as u8);
    }
    let [first, second] = split(&all, [12, 5], &mut generator());
    assert_eq!((first.len(), second.len()), (12, 5));
    assert_eq!((first.images.height, first.images.width), (3, 4));
    let mut seen = [false; 30];
    for part in [first, second] {
        for (image, &label) in part.images.pixels.rows().into_iter().zip(&part.labels) {
            let index = usize::from(image[0]);
            assert!(!std::mem::replace(&mut seen[index], true), "{index} is in two parts");
            assert_eq!(label, all.labels[index], "a label has lost its image");
        }
    }
    let [other, _] = split(&all, [12, 5], &mut ChaCha8Rng::seed_from_u64(7));
    assert_ne!(other.labels, split(&all, [12, 5], &mut generator())[0].labels);
}

#[test]
#[should_panic(expected = "split: sizes [20, 11] ask for 31 of 30 examples")]
fn more_than_there_is_cannot_be_dealt_out() {
    let _ = split(&data(30), [20, 11], &mut generator());
}

#[test]
#[should_panic(expected = "folds: 1 of 5 examples")]
fn one_fold_would_leave_nothing_to_train_on() {
    let _ = folds(5, 1, &mut generator());
}

#[test]
#[should_panic(expected = "folds: 6 of 5 examples")]
fn no_fold_is_empty() {
    let _ = folds(5, 6, &mut generator());
}

// --------------------------------------------------------------------------------- weight decay --

#[test]
fn a_norm_limit_leaves_short_and_empty_columns_alone_to_the_last_bit() {
    let mut network = network();
    let first = &mut network.layers[0].dense.weights;
    first.column_mut(0).fill(0.0);
    first.column_mut(1).fill(0.01);
    first.column_mut(2).fill(1e150);
    let before = network.clone();
    network.limit_norms(|_| 2.0);
    let (old, new) = (&before.layers[0].dense.weights, &network.layers[0].dense.weights);
    assert_eq!((old.column(0), old.column(1)), (new.column(0), new.column(1)));
    assert!((new.column(2).mapv(|w| w * w).sum() - 4.0).abs() < 1e-12);
    assert_eq!(before.layers[1], network.layers[1], "no column of it is longer than 2");
}

#[test]
fn a_norm_limit_below_1_shortens_columns_below_1() {
    let mut network = network();
    network.layers[0].dense.weights.fill(0.0);
    network.layers[0].dense.weights.row_mut(0).fill(0.8);
    network.layers[1].dense.weights.fill(0.0);
    network.limit_norms(|_| 0.5);
    let lengths = network.layers[0].dense.weights.row(0).to_owned();
    assert!(lengths.iter().all(|length| (length - 0.5).abs() < 1e-15), "{lengths}");
}

#[test]
fn where_no_factor_is_better_than_another_nothing_is_cooled() {
    let (logits, targets) =
        (Array2::<f64>::zeros((2, 3)), array![[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
    assert_eq!(cooling(logits.view(), targets.view()), 1.0);
}

// -------------------------------------------------------------------------------------- dropout --

#[test]
fn gradients_through_masks_are_the_slopes_of_the_loss() {
    let (network, mut generator) = (network(), generator());
    let (inputs, targets) = (noise(7, 6, &mut generator), noise(7, 3, &mut generator));
    let masks = network.masks(7, SOME, &mut generator);
    let loss = Loss::MeanSquaredError;
    let trace = network.masked_trace(inputs.view(), masks.clone());
    let output_gradient = loss.gradient(trace.output.view(), targets.view());
    let gradients = network.masked_backward(&trace, output_gradient);
    let value = |network: &Network<f64>| {
        let output = network.masked_trace(inputs.view(), masks.clone()).output;
        loss.value(output.view(), targets.view())
    };
    let check = GradientCheck::default();
    check.network(&network, &gradients, all_entries(&network), value).unwrap();
}

#[test]
fn with_every_unit_kept_a_masked_pass_is_the_plain_one_to_the_last_bit() {
    let (network, mut generator) = (network(), generator());
    let inputs = noise(7, 6, &mut generator);
    let masks = network.masks(7, Dropouts::NONE, &mut generator);
    let (masked, plain) =
        (network.masked_trace(inputs.view(), masks), network.trace(inputs.view()));
    assert_eq!(masked.output, plain.output());
    assert_eq!(masked.pre_activations, plain.pre_activations);
    let gradient = noise(7, 3, &mut generator);
    let by_masks = network.masked_backward(&masked, gradient.clone());
    assert_eq!(by_masks, network.backward(inputs.view(), &plain, gradient));
}

#[test]
fn masks_fit_what_each_layer_is_given_and_keep_the_shares_asked_for() {
    let activations = (Activation::Relu, Activation::Identity);
    let sizes = [300, 200, 100, 3];
    let network = Network::<f64>::new(&sizes, activations, Initialization::Zeros, &mut generator());
    let masks = network.masks(50, Dropouts::PAPER, &mut generator());
    for (mask, (inputs, keep)) in masks.iter().zip([(300, 0.8), (200, 0.5), (100, 0.5)]) {
        assert_eq!(mask.dim(), (50, inputs));
        assert!((mask.mean().unwrap() - 1.0).abs() < 0.05);
        assert!(mask.iter().all(|&m| m == 0.0 || m == 1.0 / keep));
    }
    assert_eq!(masks.len(), 3);
}

#[test]
fn keeping_everything_draws_no_random_number() {
    let (mut used, mut unused) = (generator(), generator());
    let mask: Array2<f32> = Dropout { keep: 1.0 }.mask((3, 2), &mut used);
    assert_eq!(mask, Array2::<f32>::ones((3, 2)));
    assert_eq!(used.random::<u64>(), unused.random::<u64>());
}

#[test]
fn masks_in_f32_and_f64_are_alike() {
    let small: Array2<f32> = Dropout { keep: 0.5 }.mask((9, 9), &mut generator());
    let large: Array2<f64> = Dropout { keep: 0.5 }.mask((9, 9), &mut generator());
    assert_eq!(small.mapv(f64::from), large);
}

#[test]
fn a_share_to_keep_is_above_0_and_at_most_1() {
    for keep in [0.0, -0.5, 1.5, f64::NAN] {
        let draw = || Dropout { keep }.mask::<f64>((1, 1), &mut generator());
        let error = std::panic::catch_unwind(draw).unwrap_err();
        let message = error.downcast_ref::<String>().unwrap();
        assert_eq!(message, &format!("dropout: keep {keep} must be above 0 and at most 1"));
    }
}

#[test]
#[should_panic(expected = "dropout: mask (2, 3) and gradient (1, 3) differ")]
fn a_mask_of_another_shape_is_not_stretched() {
    let _ = Dropout::backward(Array2::<f64>::ones((2, 3)).view(), Array2::ones((1, 3)));
}

#[test]
#[should_panic(expected = "dropout: mask (2, 6) and activations (1, 6) differ")]
fn a_mask_of_the_forward_pass_is_not_stretched_either() {
    let masks = [6, 5, 4].map(|units| Array2::ones((2, units))).to_vec();
    let _ = network().masked_trace(Array2::zeros((1, 6)).view(), masks);
}

#[test]
#[should_panic(expected = "dropout: a network of 3 layers, 2 masks")]
fn every_layer_needs_a_mask() {
    let masks = vec![Array2::ones((1, 6)), Array2::ones((1, 5))];
    let _ = network().masked_trace(Array2::zeros((1, 6)).view(), masks);
}

// --------------------------------------------------------------------------------- more examples --

proptest! {
    #[test]
    fn an_image_moved_there_and_back_is_what_has_stayed_inside(
        (height, width) in (1..9_usize, 1..9_usize),
        (down, right) in (-10..10_isize, -10..10_isize),
    ) {
        let image = noise(height, width, &mut generator());
        let back = shift(shift(image.view(), down, right).view(), -down, -right);
        for ((i, j), &value) in back.indexed_iter() {
            let inside = |at: usize, by: isize, size: usize| {
                (0..size as isize).contains(&(at as isize + by))
            };
            let stayed = inside(i, down, height) && inside(j, right, width);
            prop_assert_eq!(value, if stayed { image[[i, j]] } else { 0.0 });
        }
    }
}

#[test]
fn a_field_without_strength_bends_nothing() {
    let image = noise(5, 7, &mut generator());
    let still = Displacement::elastic((5, 7), (0.0, 4.0), &mut generator());
    assert_eq!(still.apply(image.view()), image);
    let elastic = Augmentation::Elastic { strength: 34.0, width: 4.0 };
    assert_ne!(elastic.image(image.view(), &mut generator()), image);
}

#[test]
fn the_two_fields_of_a_displacement_differ() {
    let field = Displacement::elastic((6, 6), (34.0, 2.0), &mut generator());
    assert_ne!(field.rows, field.columns);
}

#[test]
fn smoothing_keeps_a_flat_field_flat_far_from_its_edges() {
    let kernel = gaussian_kernel(2.0);
    let smoothed = smooth(Array2::ones((20, 20)).view(), kernel.view());
    assert!((smoothed[[10, 10]] - 1.0_f64).abs() < 1e-14);
    assert!(smoothed[[0, 10]] < 0.7, "half of what it looks at lies beyond the edge");
    let narrow = smooth(Array2::<f64>::ones((2, 1)).view(), kernel.view()); // far beyond both edges
    assert!(narrow.iter().all(|&value| value > 0.0 && value < 0.2));
}

#[test]
fn a_kernel_has_a_width() {
    for width in [0.0, -1.0, f64::NAN, 1e9] {
        let error = std::panic::catch_unwind(|| gaussian_kernel(width)).unwrap_err();
        let message = error.downcast_ref::<String>().unwrap();
        assert_eq!(
            message,
            &format!("gaussian kernel: width {width} must be above 0 and at most 1000")
        );
    }
}

#[test]
#[should_panic(expected = "displacement: image (4, 3) and fields [(3, 4), (3, 4)] differ")]
fn a_field_fits_its_image() {
    let field = Displacement { rows: Array2::zeros((3, 4)), columns: Array2::zeros((3, 4)) };
    field.apply(Array2::<f64>::zeros((4, 3)).view());
}

#[test]
fn each_image_of_a_batch_is_moved_on_its_own_and_by_no_more_than_asked_for() {
    let mut image = Array2::zeros((1, 49));
    image[[0, 24]] = 1.0; // the middle of 7 × 7 pixels
    let mut batch = image.broadcast((200, 49)).unwrap().to_owned();
    Augmentation::Shift(2).batch(&mut batch, (7, 7), &mut generator());
    let mut found = Array2::<usize>::zeros((7, 7));
    for row in batch.rows() {
        let place = row.iter().position(|&pixel| pixel == 1.0).expect("it stays inside");
        found[[place / 7, place % 7]] += 1;
    }
    let reached = found.indexed_iter().filter(|(_, count)| **count > 0);
    let reached: Vec<(usize, usize)> = reached.map(|(place, _)| place).collect();
    assert_eq!(reached.len(), 25, "all places within two pixels: {reached:?}");
    assert!(reached.iter().all(|(i, j)| i.abs_diff(3) <= 2 && j.abs_diff(3) <= 2));
}

#[test]
fn no_augmentation_changes_nothing_and_draws_nothing() {
    let (mut used, mut unused) = (generator(), generator());
    let mut batch = noise(4, 12, &mut generator());
    let before = batch.clone();
    Augmentation::None.batch(&mut batch, (3, 4), &mut used);
    assert_eq!(batch, before);
    assert_eq!(Augmentation::None.image(before.view(), &mut used), before);
    assert_eq!(used.random::<u64>(), unused.random::<u64>());
}

// ----------------------------------------------------------------------------------- label noise --

#[test]
fn labels_stay_as_they_are_if_none_is_to_be_random() {
    let mut noisy = data(50);
    randomize_labels(&mut noisy, 0.0, &mut generator());
    assert_eq!(noisy, data(50));
    randomize_labels(&mut noisy, 1.0, &mut ChaCha8Rng::seed_from_u64(7));
    assert_ne!(noisy.labels, data(50).labels);
    assert_eq!(noisy.images, data(50).images);
    assert!(noisy.labels.iter().all(|&label| usize::from(label) < CLASSES));
}

#[test]
#[should_panic(expected = "randomize labels: share 1.5 must be from 0 to 1")]
fn a_share_of_labels_is_a_share() {
    randomize_labels(&mut data(1), 1.5, &mut generator());
}

// -------------------------------------------------------------------------------- early stopping --

/// What [`EarlyStopping`] says to each number, and the number it keeps in the end.
fn observe(patience: usize, numbers: &[f64]) -> (Vec<bool>, Option<(f64, usize)>) {
    let mut stopping = EarlyStopping::new(patience);
    let answers = numbers.iter().enumerate();
    let answers = answers.map(|(index, &number)| stopping.observe(number, || index)).collect();
    (answers, stopping.best)
}

#[test]
fn it_stops_when_its_patience_is_at_an_end_and_keeps_the_best() {
    let (answers, best) = observe(2, &[3.0, 2.0, 2.5, 1.0, 1.0, 4.0]);
    assert_eq!(answers, [true, true, true, true, true, false]); // as good as before is no better
    assert_eq!(best, Some((1.0, 3)));
}

#[test]
fn patience_of_one_stops_at_the_first_failure() {
    assert_eq!(observe(1, &[1.0, 2.0]).0, [true, false]);
}

#[test]
fn not_a_number_is_never_the_best_while_there_is_a_number() {
    let (answers, best) = observe(2, &[f64::NAN, 2.0, f64::NAN, 1.0]);
    assert_eq!(answers, [true; 4]);
    assert_eq!(best, Some((1.0, 3)));
}

#[test]
fn what_was_never_a_number_ends_when_patience_does_and_leaves_nothing() {
    let (answers, best) = observe(2, &[f64::NAN; 3]);
    assert_eq!(answers, [true, false, false]);
    assert_eq!(best, None);
}

#[test]
#[should_panic(expected = "early stopping: patience 0 must be at least 1")]
fn without_patience_nothing_could_be_observed() {
    let _ = EarlyStopping::<()>::new(0);
}

#[test]
fn only_the_best_model_is_asked_for_its_weights() {
    let mut stopping = EarlyStopping::new(5);
    let mut asked = 0;
    for number in [3.0, 4.0, 2.0, 5.0] {
        stopping.observe(number, || asked += 1);
    }
    assert_eq!(asked, 2);
}

// ------------------------------------------------------------------------------------- training --

#[test]
fn without_restraints_a_step_is_that_of_chapter_5_to_the_last_bit() {
    let (course, data) = (course(Restraints::NONE), data(20));
    let mut ours = Learner::<f64>::new(&course, 12, &mut generator());
    let (mut network, mut adam) = (ours.network.clone(), Adam::default());
    for _ in 0..3 {
        let (inputs, targets) = data.batch(&[3, 1, 4, 1, 5]);
        let batch = (inputs.view(), targets.view());
        let our_loss = ours.step(&course.restraints, 0.01, batch, &mut generator());
        assert_eq!(our_loss, train_step(&mut network, &mut adam, 0.01, batch));
    }
    assert_eq!((ours.network, ours.adam), (network, adam));
}

#[test]
fn a_step_with_all_restraints_is_all_of_them_in_their_order() {
    let restraints = Restraints {
        penalty: 0.3,
        decay: 2.0,
        dropouts: SOME,
        largest_norm: Some(1.1),
        augmentation: Augmentation::None,
    };
    let (course, data) = (course(restraints), data(20));
    let mut ours = Learner::<f64>::new(&course, 12, &mut generator());
    let (mut network, mut adam) = (ours.network.clone(), Adam::default());
    let (inputs, targets): (Array2<f64>, _) = data.batch(&[3, 1, 4, 1, 5]);
    let our_loss = ours.step(&restraints, 0.01, (inputs.view(), targets.view()), &mut generator());

    let loss = Loss::SoftmaxCrossEntropy;
    let masks = network.masks(5, SOME, &mut generator());
    let trace = network.masked_trace(inputs.view(), masks);
    let output_gradient = loss.gradient(trace.output.view(), targets.view());
    let mut gradients = network.masked_backward(&trace, output_gradient);
    network.add_penalty_gradient(0.3, &mut gradients);
    network.decay(0.01 * 2.0);
    adam.step(0.01, parameters(&mut network, &gradients));
    let unlimited = network.clone();
    let kept = [SOME.inputs.keep, SOME.hidden.keep]; // of what the first layer is given, the others
    network.limit_norms(|index| 1.1 * kept[index.min(1)]);
    let changed = unlimited.layers.iter().zip(&network.layers).all(|(old, new)| old != new);
    assert!(changed, "some column of each layer is longer than that");
    assert_eq!(our_loss, loss.value(trace.output.view(), targets.view()));
    assert_eq!((ours.network, ours.adam), (network, adam));
}

#[test]
fn an_epoch_shows_each_example_once_and_gives_their_mean_loss() {
    let (mut course, data) = (course(Restraints::NONE), data(30)); // batches of 8, 8, 8 and 6
    course.learning_rate = 0.0;
    let mut learner = Learner::<f64>::new(&course, 12, &mut generator());
    let before = learner.network.clone();
    let mut batches = 0;
    let loss = learner.epoch(&course, &data, &mut generator(), || batches += 1);
    assert_eq!((batches, learner.adam.memory.steps), (4, 4));
    assert_eq!(learner.network, before, "at rate 0");
    assert!((loss - evaluate(&before, &data).loss).abs() < 1e-12);
}

#[test]
fn the_learning_rate_follows_the_schedule_of_the_whole_course() {
    let (course, data) = (course(Restraints::NONE), data(30));
    let mut ours = Learner::<f64>::new(&course, 12, &mut generator());
    let mut by_hand = ours.clone();
    let mut generator = generator();
    for epoch in 0..3 {
        let mut order = generator.clone();
        ours.epoch(&course, &data, &mut generator, || ());
        for (batch, indices) in ch05_mnist::shuffled(30, &mut order).chunks(8).enumerate() {
            let rate = 0.01 * (1.0 - f64::from(4 * epoch + batch as i32) / 12.0);
            let (inputs, targets) = data.batch(indices);
            let batch = (inputs.view(), targets.view());
            by_hand.step(&course.restraints, rate, batch, &mut order);
        }
    }
    for (ours, by_hand) in ours.network.parameters().iter().zip(by_hand.network.parameters()) {
        assert!(ours.iter().zip(by_hand).all(|(a, b)| (a - b).abs() < 1e-14));
    }
}

#[test]
fn augmentation_reaches_the_network() {
    let restraints = Restraints { augmentation: Augmentation::Shift(1), ..Restraints::NONE };
    let (mut plain, data) = (course(Restraints::NONE), data(30));
    plain.learning_rate = 0.0;
    let shifted = Course { restraints, ..plain.clone() };
    let mut learner = Learner::<f64>::new(&plain, 12, &mut generator());
    let loss = learner.epoch(&plain, &data, &mut generator(), || ());
    assert_ne!(loss, learner.epoch(&shifted, &data, &mut generator(), || ()));
}

#[test]
fn training_learns_and_goes_on_until_it_is_told_not_to() {
    let course = Course { epochs: 60, ..course(Restraints::NONE) };
    let mut losses = Vec::new();
    let learner = Learner::<f32>::train(&course, &data(100), &mut generator(), |_, loss| {
        losses.push(loss);
        losses.len() < 50
    });
    assert_eq!(losses.len(), 50);
    assert!(losses[49] < 0.2 * losses[0], "{losses:?}");
    assert!(evaluate(&learner.network, &data(100)).accuracy > 0.9);
    let mut epochs = 0;
    let short = Course { epochs: 4, ..course };
    Learner::<f32>::train(&short, &data(20), &mut generator(), |_, _| {
        epochs += 1;
        true
    });
    assert_eq!(epochs, 4);
}

#[test]
fn the_same_seed_gives_the_same_weights_and_threads_do_not_matter() {
    let restraints = Restraints { dropouts: Dropouts::PAPER, ..Restraints::NONE };
    let course =
        Course { hidden: vec![2_000, 1_100], batch_size: 60, epochs: 1, ..course(restraints) };
    let train = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Learner::<f32>::train(&course, &data(60), &mut generator(), |_, _| true))
    };
    assert!(train(1) == train(2), "the weights differ");
}

#[test]
fn learners_in_f32_and_f64_start_alike() {
    let (small, large) = (
        Learner::<f32>::new(&course(Restraints::NONE), 12, &mut generator()),
        Learner::<f64>::new(&course(Restraints::NONE), 12, &mut generator()),
    );
    for (small, large) in small.network.parameters().iter().zip(large.network.parameters()) {
        assert!(small.iter().zip(large).all(|(&small, &large)| small == large as f32));
    }
    let activations: Vec<_> = small.network.layers.iter().map(|layer| layer.activation).collect();
    assert_eq!(activations, [Activation::Relu, Activation::Relu, Activation::Identity]);
}

// ---------------------------------------------------------------------------------- the program --

/// A folder with a small data set, and the program to run on it.
struct Folder(TempDir);

impl Folder {
    fn new(train: usize, test: usize) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (set, count) in [("train", train), ("t10k", test)] {
            let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
            let pixels: Vec<u8> = labels
                .iter()
                .flat_map(|&label| (0..12).map(move |pixel| if pixel == label { 255 } else { 9 }))
                .collect();
            let header = |magic: u32, sizes: &[u32]| {
                let numbers = std::iter::once(&magic).chain(sizes);
                numbers.flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>()
            };
            let images = [header(IMAGES_MAGIC, &[count as u32, 3, 4]), pixels].concat();
            fs::write(folder.path(&format!("{set}-images-idx3-ubyte")), images).unwrap();
            let labels = [header(LABELS_MAGIC, &[count as u32]), labels].concat();
            fs::write(folder.path(&format!("{set}-labels-idx1-ubyte")), labels).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs a command on the data of this folder, with the checkpoints in `checkpoints`.
    fn program(&self, arguments: &[&str], checkpoints: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ch06_overfitting"));
        command.args(arguments).arg("--data").arg(self.0.path());
        command.arg("--checkpoint").arg(self.path(checkpoints));
        command
    }
}

/// What a command prints, which must succeed.
fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The one line that a command says, which must fail properly and name all these parts.
#[track_caller]
fn refuses(mut command: Command, parts: &[&str]) {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{command:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{command:?}");
    assert!(stderr.starts_with("error: ") && !stderr.contains("panicked"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part:?} is not in {stderr:?}");
    }
}

/// The arguments of a row of the table that is small enough for a test.
const ROW: [&str; 7] = ["table", "--row", "max-norm", "--hidden", "16,12", "--epochs", "3"];

/// The one file in a folder whose name begins so and ends so; between stands what tells its data and
/// settings from others.
fn checkpoint(folder: &Path, start: &str, end: &str) -> PathBuf {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(start) && name.ends_with(end)
    };
    let [path] = paths.filter(named).collect::<Vec<_>>().try_into().expect("one checkpoint");
    path
}

/// All tensors of a checkpoint, by name.
fn tensors(path: &Path) -> Vec<(String, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<_> =
        tensors.iter().map(|(name, view)| (name.to_owned(), view.data().to_vec())).collect();
    tensors.sort();
    tensors
}

#[test]
fn a_row_of_the_table_that_pauses_twice_ends_with_the_same_bits() {
    let folder = Folder::new(300, 50);
    let whole = output(folder.program(&ROW, "whole"));
    let paused = [&ROW[..], &["--pause-after", "1"]].concat();
    let first = output(folder.program(&paused, "parts"));
    assert_eq!(first, "max-norm: paused after 1 of 3 epochs\n");
    let second = output(folder.program(&paused, "parts"));
    assert_eq!(second, "max-norm: paused after 2 of 3 epochs\n");
    let parts = output(folder.program(&ROW, "parts"));
    let of_seed = |checkpoints, seed| {
        let start = format!("max-norm-2-seed-{seed}-epochs-3-");
        tensors(&checkpoint(&folder.path(checkpoints), &start, ".safetensors"))
    };
    let [whole_tensors, parts_tensors] = ["whole", "parts"].map(|parts| of_seed(parts, 0));
    assert_eq!(whole_tensors.len(), 3 * 6, "weights and biases of three layers, with m and s");
    assert!(whole_tensors == parts_tensors, "the weights differ");
    let error = |printed: &str| printed.trim_end().rsplit("   ").next().unwrap().to_owned();
    assert_eq!(error(&whole), error(&parts));
    assert_eq!(output(folder.program(&ROW, "parts")), parts, "a finished row is not run again");
    let other_seed = [&ROW[..], &["--seed", "1"]].concat();
    output(folder.program(&other_seed, "parts"));
    assert!(of_seed("parts", 1) != parts_tensors, "another seed gives other weights");
}

#[test]
fn a_checkpoint_of_another_run_is_not_gone_on_with() {
    let folder = Folder::new(300, 50);
    output(folder.program(&ROW, "here"));
    let checkpoint =
        checkpoint(&folder.path("here"), "max-norm-2-seed-0-epochs-3-", ".safetensors");
    let bytes = fs::read(&checkpoint).unwrap();

    // Other layers, and other data: each has a checkpoint of its own.
    let wider = ["table", "--row", "max-norm", "--hidden", "16,13", "--epochs", "3"];
    output(folder.program(&wider, "here"));
    let images = folder.path("train-images-idx3-ubyte");
    let mut changed = fs::read(&images).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&images, &changed).unwrap();
    output(folder.program(&ROW, "here"));
    assert_eq!(fs::read_dir(folder.path("here")).unwrap().count(), 3);
    assert!(fs::read(&checkpoint).unwrap() == bytes, "it stays as it was");
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&images, &changed).unwrap();

    // One that was put in the place of another, and broken ones.
    let run = b"max-norm [16, 12]";
    let place = bytes.windows(run.len()).position(|window| window == run).unwrap();
    let mut renamed = bytes.clone();
    renamed[place..place + 8].copy_from_slice(b"standard");
    fs::write(&checkpoint, renamed).unwrap();
    let parts = [
        "max-norm-2-seed-0-epochs-3-",
        "expected a checkpoint of max-norm",
        "found one of standard",
    ];
    refuses(folder.program(&ROW, "here"), &parts);
    for broken in [&bytes[..bytes.len() - 1], &bytes[..100], b"text", b""] {
        fs::write(&checkpoint, broken).unwrap();
        let parts = ["max-norm-2-seed-0-epochs-3-", "expected a checkpoint of"];
        refuses(folder.program(&ROW, "here"), &parts);
    }
}

#[test]
fn the_study_goes_on_where_it_was() {
    let folder = Folder::new(2_000, 100);
    let study = ["study", "--seeds", "1"];
    let first = output(folder.program(&study, "here"));
    assert_eq!(first.lines().count(), 1 + 16, "{first}");
    assert!(first.contains("30 % random") && first.contains("early stopping"), "{first}");
    let checkpoint = checkpoint(&folder.path("here"), "study-", ".json");
    let runs: serde_json::Value = serde_json::from_slice(&fs::read(&checkpoint).unwrap()).unwrap();
    let mut runs = runs.as_array().unwrap().clone();
    assert_eq!(runs.len(), 16);
    runs.retain(|run| run["remedy"] != "plain"); // two of them have been interrupted
    fs::write(&checkpoint, serde_json::to_vec(&runs).unwrap()).unwrap();
    assert_eq!(output(folder.program(&study, "here")), first);
    fs::write(&checkpoint, "text").unwrap();
    refuses(folder.program(&study, "here"), &["study-", "expected a checkpoint of the study"]);
}

#[test]
fn whatever_is_wrong_with_data_or_folders_is_said_in_a_line() {
    let folder = Folder::new(300, 50);
    let at = folder.0.path().to_str().unwrap();
    let small = "expected at least 2000 training images, found 300";
    refuses(folder.program(&["study"], "here"), &[at, small]);
    let labels = "train-labels-idx1-ubyte";
    fs::write(folder.path("file"), "text").unwrap();
    refuses(folder.program(&ROW, "file"), &["file", "expected a folder for checkpoints"]);
    fs::write(folder.path(labels), "text").unwrap();
    refuses(folder.program(&ROW, "here"), &[labels, "expected"]);
    fs::remove_file(folder.path(labels)).unwrap();
    let neither = format!("expected {labels} or {labels}.gz, found neither");
    refuses(folder.program(&ROW, "here"), &[at, &neither]);
    for (data, found) in [("nowhere", "found nothing"), ("file", "found a file")] {
        let data = folder.path(data);
        for command in ["table", "study", "tune"] {
            let mut program = Command::new(env!("CARGO_BIN_EXE_ch06_overfitting"));
            program.arg(command).arg("--data").arg(&data);
            refuses(program, &[data.to_str().unwrap(), "expected a folder", found]);
        }
    }
}

#[test]
fn sets_of_different_sizes_do_not_belong_together() {
    let folder = Folder::new(300, 50);
    let name = folder.path("t10k-images-idx3-ubyte");
    let mut images = fs::read(&name).unwrap();
    (images[11], images[15]) = (4, 3); // 4 × 3 pixels
    fs::write(name, images).unwrap();
    let parts = ["expected images of one size", "(3, 4)", "(4, 3)"];
    refuses(folder.program(&ROW, "here"), &parts);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let folder = Folder::new(300, 50);
    for (options, parts) in [
        (&["--row", "third"][..], &["--row", "third"][..]),
        (&["--epochs", "0"], &["--epochs", "from 1 to 1000000", "\"0\""]),
        (&["--epochs", "-1"], &["--epochs", "\"-1\""]),
        (&["--hidden", "16,x"], &["--hidden", "\"x\""]),
        (&["--hidden", "100000"], &["--hidden", "from 1 to 10000"]),
        (&["--hidden", "9999,9999,9999"], &["at most 150000000 weights", "[12, 9999"]),
        (&["--seed", "1.5"], &["--seed", "\"1.5\""]),
        (&["--pause-after", "0"], &["--pause-after", "\"0\""]),
        (&["--record"], &["--record", "cannot be used with"]),
        (&["--patience"], &["--patience"]),
    ] {
        refuses(folder.program(&[&["table"], options].concat(), "here"), parts);
    }
    let help = output({
        let mut program = Command::new(env!("CARGO_BIN_EXE_ch06_overfitting"));
        program.args(["table", "--help"]);
        program
    });
    assert!(help.contains("minutes"), "a long command states its time: {help}");
}

#[test]
fn a_view_is_enough_for_everything_that_reads() {
    // Views of a transposed matrix: rows that do not lie one after the other.
    let image = noise(4, 6, &mut generator());
    let turned: ArrayView2<f64> = image.t();
    assert_eq!(shift(turned, 0, 0), turned);
    assert_eq!(bilinear(turned, 2.0, 1.0), image[[1, 2]]);
    let kernel = gaussian_kernel(1.0);
    let owned = turned.as_standard_layout().into_owned();
    assert_eq!(smooth(turned, kernel.view()), smooth(owned.view(), kernel.view()));
}
