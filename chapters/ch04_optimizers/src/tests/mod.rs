//! How the code of chapter 4 behaves, apart from its formulas.

use crate::*;
use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Loss, Network};
use ch03_backprop::{Gradients, LossBackward, NetworkBackward};
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(4)
}

fn random(length: usize, generator: &mut ChaCha8Rng) -> Vec<f64> {
    (0..length).map(|_| 2.0 * generator.random::<f64>() - 1.0).collect()
}

/// Each rule, with all it has switched on.
fn rules<T: Real>() -> Vec<(&'static str, Box<dyn Optimizer<T> + Send>)> {
    let (weight_decay, momentum) = (T::of(0.01), T::of(0.9));
    vec![
        ("Sgd", Box::new(Sgd { weight_decay, ..Sgd::default() })),
        ("Momentum", Box::new(Momentum { weight_decay, ..Momentum::new(momentum) })),
        ("Nesterov", Box::new(Nesterov { weight_decay, ..Nesterov::new(momentum) })),
        ("AdaGrad", Box::new(AdaGrad { weight_decay, ..AdaGrad::default() })),
        (
            "RmsProp",
            Box::new(RmsProp { weight_decay, momentum, centered: true, ..RmsProp::default() }),
        ),
        ("Adam", Box::new(Adam { weight_decay, ..Adam::default() })),
        ("AdamW", Box::new(AdamW::default())),
    ]
}

fn step<T: Real>(
    optimizer: &mut (impl Optimizer<T> + ?Sized),
    rate: f64,
    values: &mut [T],
    gradient: &[T],
) {
    optimizer.step(T::of(rate), vec![Parameter { values, gradient }]);
}

// ---------------------------------------------------------------------------------- all rules --

#[test]
fn every_rule_goes_downhill() {
    for (name, mut rule) in rules::<f64>() {
        let mut theta = [3.0, -2.0];
        let height = |theta: &[f64; 2]| theta[0] * theta[0] + 4.0 * theta[1] * theta[1];
        let start = height(&theta);
        for _ in 0..500 {
            let gradient = [2.0 * theta[0], 8.0 * theta[1]];
            step(&mut *rule, 0.01, &mut theta, &gradient);
        }
        assert!(height(&theta) < 0.9 * start, "{name}: {} of {start}", height(&theta));
    }
}

#[test]
fn every_rule_in_f32_goes_where_it_goes_in_f64() {
    for ((name, mut single), (_, mut double)) in rules::<f32>().into_iter().zip(rules::<f64>()) {
        let (mut theta32, mut theta64) = ([0.5_f32, -0.25], [0.5_f64, -0.25]);
        for _ in 0..10 {
            step(&mut *single, 0.125, &mut theta32, &[1.0, -0.5]);
            step(&mut *double, 0.125, &mut theta64, &[1.0, -0.5]);
        }
        for (single, double) in theta32.into_iter().zip(theta64) {
            let error = (f64::from(single) - double).abs();
            assert!(error < 1e-3 * double.abs().max(1.0), "{name}: {single} and {double}");
        }
    }
}

#[test]
fn threads_do_not_change_a_bit_of_an_update() {
    // Longer than the 2¹⁹ from which a list is split, and odd, so that the halves differ.
    let length = 3 * (1 << 19) + 7;
    let mut generator = generator();
    let (start, gradient) = (random(length, &mut generator), random(length, &mut generator));
    let with = |threads: usize, rule: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let (mut values, mut rules) = (start.clone(), rules::<f64>());
            for _ in 0..2 {
                step(&mut *rules[rule].1, 0.01, &mut values, &gradient);
            }
            values
        })
    };
    for (rule, (name, _)) in rules::<f64>().iter().enumerate() {
        let alone = with(1, rule);
        assert!(with(2, rule) == alone, "{name}, 2 threads");
        assert!(with(3, rule) == alone, "{name}, 3 threads");
    }
}

#[test]
fn a_weight_in_a_long_list_fares_as_it_would_alone() {
    let length = (1 << 20) + 3;
    let mut generator = generator();
    let (start, gradient) = (random(length, &mut generator), random(length, &mut generator));
    for ((name, mut together), (_, mut alone)) in rules::<f64>().into_iter().zip(rules()) {
        let watched = [0, 1, length / 4, length / 2 - 1, length / 2, length / 2 + 1, length - 1];
        let (mut long, mut short) = (start.clone(), watched.map(|i| start[i]));
        for _ in 0..2 {
            step(&mut *together, 0.01, &mut long, &gradient);
            step(&mut *alone, 0.01, &mut short, &watched.map(|i| gradient[i]));
        }
        assert_eq!(watched.map(|i| long[i]), short, "{name}");
    }
}

proptest! {
    /// Each weight has its own memory: cut anywhere into lists, the weights take the same path.
    #[test]
    fn how_weights_are_cut_into_lists_does_not_matter(cut in 0..=10_usize, seed in any::<u64>()) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let start = random(10, &mut generator);
        for ((name, mut whole), (_, mut cut_in_two)) in rules::<f64>().into_iter().zip(rules()) {
            let (mut one, mut two) = (start.clone(), start.clone());
            for _ in 0..5 {
                let gradient = random(10, &mut generator);
                step(&mut *whole, 0.01, &mut one, &gradient);
                let (front, back) = two.split_at_mut(cut);
                let (front_gradient, back_gradient) = gradient.split_at(cut);
                cut_in_two.step(0.01, vec![
                    Parameter { values: front, gradient: front_gradient },
                    Parameter { values: back, gradient: back_gradient },
                ]);
            }
            prop_assert_eq!(one, two, "{}", name);
        }
    }

    #[test]
    fn a_learning_rate_of_0_moves_nothing(seed in any::<u64>()) {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        let start = random(10, &mut generator);
        for (name, mut rule) in rules::<f64>() {
            let mut theta = start.clone();
            for _ in 0..3 {
                step(&mut *rule, 0.0, &mut theta, &random(10, &mut generator));
            }
            prop_assert_eq!(&theta, &start, "{}", name);
        }
    }
}

#[test]
fn the_same_steps_give_the_same_weights() {
    for ((name, mut one), (_, mut other)) in rules::<f64>().into_iter().zip(rules()) {
        let (mut generator, mut again) = (generator(), generator());
        let (mut first, mut second) = ([1.0; 8], [1.0; 8]);
        for _ in 0..20 {
            step(&mut *one, 0.01, &mut first, &random(8, &mut generator));
            step(&mut *other, 0.01, &mut second, &random(8, &mut again));
        }
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn not_a_number_stays_with_its_own_weight() {
    for (name, mut rule) in rules::<f64>() {
        let mut theta = [1.0, 1.0];
        step(&mut *rule, 0.01, &mut theta, &[f64::NAN, 1.0]);
        step(&mut *rule, 0.01, &mut theta, &[1.0, 1.0]);
        assert!(theta[0].is_nan() && theta[1].is_finite(), "{name}: {theta:?}");
    }
}

#[test]
fn no_parameters_and_empty_ones_are_steps_too() {
    for (_, mut rule) in rules::<f64>() {
        rule.step(0.01, vec![]);
        rule.step(0.01, vec![]);
    }
    for (_, mut rule) in rules::<f64>() {
        step(&mut *rule, 0.01, &mut [], &[]);
        step(&mut *rule, 0.01, &mut [], &[]);
    }
}

#[test]
fn other_parameters_than_at_the_first_step_are_refused() {
    let second_steps: [&[usize]; 4] = [&[3], &[3, 4, 1], &[3, 5], &[3, 2]];
    for (second, rule) in second_steps.into_iter().flat_map(|s| (0..7).map(move |r| (s, r))) {
        let message = std::panic::catch_unwind(|| {
            let (_, mut rule) = rules::<f64>().swap_remove(rule);
            for lengths in [&[3, 4][..], second] {
                let mut lists: Vec<_> =
                    lengths.iter().map(|&n| (vec![1.0; n], vec![1.0; n])).collect();
                let parameters = lists
                    .iter_mut()
                    .map(|(values, gradient)| Parameter { values, gradient })
                    .collect();
                rule.step(0.01, parameters);
            }
        });
        let message = *message.expect_err("was to panic").downcast::<String>().expect("a text");
        let expected = format!("optimizer: parameters {second:?}, at the first step [3, 4]");
        assert_eq!(message, expected);
    }
}

#[test]
#[should_panic(expected = "optimizer: 3 weights, 2 gradients")]
fn a_gradient_of_another_length_is_refused() {
    step(&mut Sgd::default(), 0.01, &mut [1.0; 3], &[1.0; 2]);
}

#[test]
fn every_rule_goes_on_from_a_snapshot_as_if_it_had_never_stopped() {
    let lengths = [3, 0, 5];
    let mut generator = generator();
    let gradients: Vec<_> =
        (0..20).map(|_| lengths.map(|length| random(length, &mut generator))).collect();
    let steps = |rule: &mut dyn Optimizer<f64>, values: &mut [Vec<f64>], from, to| {
        for gradients in &gradients[from..to] {
            let pairs = values.iter_mut().zip(gradients);
            rule.step(
                0.01,
                pairs.map(|(values, gradient)| Parameter { values, gradient }).collect(),
            );
        }
    };
    let bits =
        |values: &[Vec<f64>]| values.concat().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    for (stop, which) in [0, 1, 7].into_iter().flat_map(|stop| (0..7).map(move |r| (stop, r))) {
        let fresh = || rules::<f64>().swap_remove(which).1;
        let (name, mut whole) = rules::<f64>().swap_remove(which);
        let mut through = lengths.map(|length| vec![1.0; length]);
        steps(&mut *whole, &mut through, 0, 20);
        let mut first = fresh();
        let mut values = lengths.map(|length| vec![1.0; length]);
        steps(&mut *first, &mut values, 0, stop);
        let snapshot = first.snapshot();
        assert_eq!(snapshot.steps, stop as i32, "{name}");
        assert_eq!(snapshot.slots.is_empty(), stop == 0 || name == "Sgd", "{name}");
        let mut second = fresh();
        second.restore(snapshot.clone());
        assert_eq!(second.snapshot(), snapshot, "{name}");
        steps(&mut *second, &mut values, stop, 20);
        assert_eq!(bits(&values), bits(&through), "{name}, stopped after {stop} steps");
        assert_eq!(second.snapshot(), whole.snapshot(), "{name}, stopped after {stop} steps");
    }
}

#[test]
fn going_back_to_a_snapshot_forgets_what_came_after_it() {
    for (name, mut rule) in rules::<f64>() {
        let mut ends = [[1.0, 2.0]; 2];
        step(&mut *rule, 0.01, &mut [1.0, 2.0], &[0.5, -0.5]);
        let snapshot = rule.snapshot();
        for end in &mut ends {
            rule.restore(snapshot.clone());
            for _ in 0..3 {
                step(&mut *rule, 0.01, end, &[-1.0, 3.0]);
            }
        }
        assert_eq!(ends[0], ends[1], "{name}");
    }
}

#[test]
fn a_snapshot_of_other_parameters_is_refused_at_the_next_step() {
    for which in 1..7 {
        let message = std::panic::catch_unwind(|| {
            let (_, mut rule) = rules::<f64>().swap_remove(which);
            step(&mut *rule, 0.01, &mut [1.0; 3], &[1.0; 3]);
            let (_, mut other) = rules::<f64>().swap_remove(which);
            other.restore(rule.snapshot());
            step(&mut *other, 0.01, &mut [1.0; 4], &[1.0; 4]);
        });
        let message = *message.expect_err("was to panic").downcast::<String>().expect("a text");
        assert_eq!(message, "optimizer: parameters [4], at the first step [3]");
    }
}

#[test]
#[should_panic(expected = "optimizer: 3 slots, not 2 for each parameter")]
fn a_snapshot_of_another_rule_is_refused() {
    Adam::default().restore(Snapshot { steps: 1, slots: vec![vec![1.0]; 3] });
}

#[test]
#[should_panic(expected = "optimizer: 1 slots, not 0 for each parameter")]
fn a_rule_without_a_state_takes_no_slots() {
    Sgd::default().restore(Snapshot { steps: 1, slots: vec![vec![1.0]] });
}

#[test]
#[should_panic(expected = "optimizer: slots [1, 2] of one parameter")]
fn slots_of_one_parameter_are_of_one_length() {
    Adam::default().restore(Snapshot { steps: 1, slots: vec![vec![1.0], vec![1.0, 2.0]] });
}

// ------------------------------------------------------------------------------- some of them --

#[test]
fn without_momentum_the_heavy_ball_is_gradient_descent() {
    let (mut ball, mut nesterov) = (Momentum::new(0.0), Nesterov::new(0.0));
    let (mut one, mut two, mut three) = ([1.0], [1.0], [1.0]);
    for gradient in [1.0, -3.0, 0.5] {
        step(&mut Sgd::default(), 0.1, &mut one, &[gradient]);
        step(&mut ball, 0.1, &mut two, &[gradient]);
        step(&mut nesterov, 0.1, &mut three, &[gradient]);
    }
    assert_eq!((one, one), (two, three));
}

#[test]
fn without_decay_adamw_is_adam() {
    let mut adamw = AdamW { decoupled_decay: 0.0, ..AdamW::default() };
    let (mut adam, mut one, mut two) = (Adam::default(), [1.0], [1.0]);
    for gradient in [1.0, -3.0, 0.5] {
        step(&mut adam, 0.1, &mut one, &[gradient]);
        step(&mut adamw, 0.1, &mut two, &[gradient]);
    }
    assert_eq!(one, two);
}

#[test]
fn after_more_steps_than_can_be_counted_it_goes_on() {
    let mut adam = Adam::<f64>::default();
    let mut weight = [1.0];
    let mut step = |adam: &mut Adam<f64>| {
        adam.step(0.1, vec![Parameter { values: &mut weight, gradient: &[1.0] }]);
        weight[0]
    };
    step(&mut adam);
    adam.state.steps = i32::MAX - 1;
    let weights = [step(&mut adam), step(&mut adam), step(&mut adam)];
    assert_eq!(adam.state.steps, i32::MAX);
    assert!(weights.is_sorted_by(|before, after| after < before), "{weights:?}");
}

#[test]
fn steps_are_counted() {
    let mut adam = Adam::default();
    assert_eq!(adam.state.steps, 0);
    for _ in 0..3 {
        step(&mut adam, 0.1, &mut [1.0], &[1.0]);
    }
    assert_eq!(adam.state.steps, 3);
}

#[test]
fn centered_rmsprop_survives_a_gradient_that_never_changes() {
    // The variance of a constant is 0, and rounding may leave a little less.
    for gradient in [0.1, 0.3, 1.7, -12.3] {
        let mut rule = RmsProp { centered: true, ..RmsProp::default() };
        let mut theta = [0.0_f64];
        for _ in 0..10_000 {
            step(&mut rule, 1e-12, &mut theta, &[gradient]);
        }
        assert!(theta[0].is_finite(), "gradient {gradient}");
    }
}

#[test]
fn ordinary_numbers_are_not_flushed_from_memory() {
    // A velocity is the gradient at first, and 0 only where the gradient is absurdly small.
    let velocity = |gradient: f32| {
        let (mut ball, mut theta) = (Momentum::new(1.0_f32), [0.0_f32]);
        step(&mut ball, 0.0, &mut theta, &[gradient]);
        step(&mut ball, 1.0, &mut theta, &[0.0]);
        -theta[0]
    };
    for ordinary in [1.0, -1.0, 1e-10, -1e-20, 1e-30, 1e30] {
        assert_eq!(velocity(ordinary), ordinary);
    }
    assert_eq!((velocity(1e-35), velocity(-1e-38)), (0.0, 0.0));
    assert!(velocity(f32::NAN).is_nan());
}

#[test]
fn what_adam_remembers_of_a_gradient_that_is_gone_ends_at_zero() {
    let (mut adam, mut theta) = (Adam::<f32>::default(), [1.0_f32]);
    step(&mut adam, 0.001, &mut theta, &[1.0]);
    for _ in 0..1000 {
        step(&mut adam, 0.001, &mut theta, &[0.0]);
    }
    let before = theta;
    step(&mut adam, 0.001, &mut theta, &[0.0]);
    assert_eq!(theta, before);
    assert!(format!("{:?}", adam.state).contains("[[0.0], ["), "{:?}", adam.state);
}

// -------------------------------------------------------------------------- with real networks --

fn network(sizes: &[usize]) -> Network<f64> {
    let functions = (Activation::Tanh, Activation::Identity);
    Network::new(sizes, functions, Initialization::Xavier, &mut generator())
}

fn gradients(
    network: &Network<f64>,
    inputs: &Array2<f64>,
    targets: &Array2<f64>,
) -> Gradients<f64> {
    let trace = network.trace(inputs.view());
    let output_gradient = Loss::BinaryCrossEntropy.gradient(trace.output(), targets.view());
    network.backward(inputs.view(), &trace, output_gradient)
}

#[test]
fn two_layers_learn_the_xor_that_one_neuron_cannot() {
    let inputs = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = array![[0.0], [1.0], [1.0], [0.0]];
    for (name, mut rule) in [
        ("Momentum", Box::new(Momentum::new(0.9)) as Box<dyn Optimizer<f64>>),
        ("Adam", Box::new(Adam::default())),
    ] {
        let mut network = network(&[2, 8, 1]);
        for _ in 0..500 {
            let gradients = gradients(&network, &inputs, &targets);
            rule.step(0.05, parameters(&mut network, &gradients));
        }
        let answers = network.forward(inputs.view()).mapv(|z| f64::from(u8::from(z > 0.0)));
        assert_eq!(answers, targets, "{name}");
    }
}

#[test]
fn a_network_pairs_each_parameter_with_its_gradient() {
    let mut network = network(&[2, 3, 1]);
    let before = network.clone();
    let gradients = gradients(&network, &Array2::ones((4, 2)), &Array2::zeros((4, 1)));
    Sgd::default().step(0.5, parameters(&mut network, &gradients));
    for (l, layer) in network.layers.iter().enumerate() {
        let (old, gradient) = (&before.layers[l].dense, &gradients.layers[l]);
        assert_eq!(layer.dense.weights, &old.weights - 0.5 * &gradient.weights);
        assert_eq!(layer.dense.bias, &old.bias - 0.5 * &gradient.bias);
    }
}

#[test]
#[should_panic(expected = "optimizer: a network of 2 layers, gradients of 1")]
fn gradients_of_another_network_are_refused() {
    let other = network(&[2, 1]);
    let gradients = gradients(&other, &Array2::ones((4, 2)), &Array2::zeros((4, 1)));
    parameters(&mut network(&[2, 3, 1]), &gradients);
}

// ----------------------------------------------------------------------------------- schedules --

proptest! {
    #[test]
    fn factors_are_between_0_and_1(step in 0..2000_usize, total in 0..1000_usize, warm in 0..50_usize) {
        let stairs = Schedule::Step { every: 10, factor: 0.5 };
        for schedule in [Schedule::Constant, stairs, Schedule::Linear, Schedule::Cosine] {
            prop_assert!((0.0..=1.0).contains(&schedule.factor(step, total)), "{schedule:?}");
            let warm_up = Schedule::WarmUp { steps: warm, then: Box::new(schedule) };
            prop_assert!((0.0..=1.0).contains(&warm_up.factor(step, total)), "{warm_up:?}");
        }
    }

    #[test]
    fn after_the_warm_up_factors_never_rise(step in 0..200_usize, total in 1..200_usize) {
        let stairs = Schedule::Step { every: 10, factor: 0.5 };
        for schedule in [Schedule::Constant, stairs, Schedule::Linear, Schedule::Cosine] {
            prop_assert!(schedule.factor(step + 1, total) <= schedule.factor(step, total));
        }
    }
}

#[test]
fn a_step_schedule_of_every_0_steps_does_not_divide_by_zero() {
    assert_eq!(Schedule::Step { every: 0, factor: 0.5 }.factor(3, 10), 0.125);
}

// --------------------------------------------------------------------------------------- bowls --

#[test]
fn a_round_bowl_is_solved_in_one_step_at_its_best_rate() {
    let bowl = Quadratic { curvature: array![[4.0, 0.0], [0.0, 4.0]], minimum: array![1.0, -2.0] };
    assert_eq!(
        (bowl.condition_number(), bowl.best_rate(), bowl.contraction(0.25)),
        (1.0, 0.25, 0.0)
    );
    assert_eq!(bowl.best_momentum(), (0.25, 0.0));
    assert_eq!(bowl.gradient(bowl.minimum.view()), array![0.0, 0.0]);
}

#[test]
fn eigenvalues_come_smallest_first_in_f32_too() {
    let bowl =
        Quadratic { curvature: array![[5.0_f32, 2.0], [2.0, 2.0]], minimum: array![0.0, 0.0] };
    let eigenvalues = bowl.eigenvalues();
    assert!((eigenvalues[0] - 1.0).abs() < 1e-6 && (eigenvalues[1] - 6.0).abs() < 1e-6);
}

/// The example of Lessard, Recht and Packard: a loss whose curvature is 25, then 1, then 25 again.
#[test]
fn a_heavy_ball_can_circle_for_ever_where_nesterov_comes_to_rest() {
    let slope = |x: f64| match x {
        x if x < 1.0 => 25.0 * x,
        x if x < 2.0 => x + 24.0,
        x => 25.0 * x - 24.0,
    };
    let bowl = Quadratic { curvature: array![[1.0, 0.0], [0.0, 25.0]], minimum: array![0.0, 0.0] };
    let ((rate, mu), (ahead_rate, ahead_mu)) = (bowl.best_momentum(), bowl.best_nesterov());
    let (mut heavy, mut ahead) = (Momentum::new(mu), Nesterov::new(ahead_mu));
    let (mut one, mut other) = ([3.3], [3.3]);
    for _ in 0..3000 {
        let gradients = [slope(one[0]), slope(other[0])];
        step(&mut heavy, rate, &mut one, &gradients[..1]);
        step(&mut ahead, ahead_rate, &mut other, &gradients[1..]);
    }
    assert!(one[0].abs() > 0.5, "the heavy ball is at {}", one[0]);
    assert!(other[0].abs() < 1e-9, "Nesterov's is at {}", other[0]);
}
