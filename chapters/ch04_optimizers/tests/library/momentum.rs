//! Where the state is kept: threads, snapshots, flushing; and a heavy ball that circles for ever.

use ndarray::array;

use super::{generator, random, rules, step};
use ch04_optimizers::*;

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
                pairs.map(|(values, gradient)| Parameter::new(values, gradient)).collect(),
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
