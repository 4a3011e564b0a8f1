use ch01_neuron::*;
use proptest::prelude::*;

#[test]
fn nothing_overflows_at_a_thousand_and_beyond() {
    for activation in Activation::ALL {
        for z in [0.0, 1000.0, -1000.0, 1e30, -1e30] {
            assert!(activation.value::<f64>(z).is_finite(), "{activation:?}({z})");
            assert!(activation.derivative::<f64>(z).is_finite(), "{activation:?}'({z})");
            assert!(activation.value::<f32>(z as f32).is_finite(), "{activation:?}({z}), f32");
            assert!(
                activation.derivative::<f32>(z as f32).is_finite(),
                "{activation:?}'({z}), f32"
            );
        }
    }
}

#[test]
fn at_infinity_every_function_has_its_limit() {
    use Activation::{Gelu, Identity, LeakyRelu, Relu, Sigmoid, Softplus, Step, Tanh};
    let inf = f64::INFINITY;
    for (activation, values, derivatives) in [
        (Identity, [-inf, inf], [1.0, 1.0]),
        (Step, [0.0, 1.0], [0.0, 0.0]),
        (Sigmoid, [0.0, 1.0], [0.0, 0.0]),
        (Tanh, [-1.0, 1.0], [0.0, 0.0]),
        (Relu, [0.0, inf], [0.0, 1.0]),
        (LeakyRelu, [-inf, inf], [0.01, 1.0]),
        (Softplus, [0.0, inf], [0.0, 1.0]),
        (Gelu, [0.0, inf], [0.0, 1.0]),
    ] {
        assert_eq!([-inf, inf].map(|z| activation.value(z)), values, "{activation:?}");
        let found = [-inf, inf].map(|z| activation.derivative(z));
        assert_eq!(found, derivatives, "{activation:?}'");
    }
}

#[test]
fn not_a_number_passes_through_every_function_but_the_step() {
    for activation in Activation::ALL.into_iter().filter(|&f| f != Activation::Step) {
        assert!(activation.value(f64::NAN).is_nan(), "{activation:?}");
    }
}

#[test]
fn a_list_becomes_what_its_numbers_become_one_by_one() {
    let points: Vec<f64> = (-50..=50).map(|i| f64::from(i) / 7.0).collect();
    for activation in Activation::ALL {
        let (mut values, mut derivatives) = (points.clone(), points.clone());
        activation.apply(&mut values);
        activation.apply_derivative(&mut derivatives);
        for (i, &z) in points.iter().enumerate() {
            assert_eq!(values[i], activation.value(z));
            assert_eq!(derivatives[i], activation.derivative(z));
        }
        activation.apply::<f64>(&mut []);
    }
}

proptest! {
    #[test]
    fn sigmoid_is_between_0_and_1_and_climbs(z in -1000.0..1000.0_f64, step in 0.0..10.0_f64) {
        prop_assert!((0.0..=1.0).contains(&sigmoid(z)));
        prop_assert!(sigmoid(z + step) >= sigmoid(z));
        prop_assert!((0.0..=0.25).contains(&sigmoid_derivative(z)));
    }

    #[test]
    fn tanh_is_between_minus_1_and_1_and_odd(z in -1000.0..1000.0_f64) {
        prop_assert!((-1.0..=1.0).contains(&tanh(z)));
        prop_assert_eq!(tanh(-z), -tanh(z));
        prop_assert!((0.0..=1.0).contains(&tanh_derivative(z)));
    }

    #[test]
    fn softplus_lies_above_relu_by_at_most_the_logarithm_of_2(z in -1000.0..1000.0_f64) {
        let above = softplus(z) - relu(z);
        prop_assert!((0.0..=std::f64::consts::LN_2).contains(&above));
    }

    #[test]
    fn gelu_lies_between_minus_a_fifth_and_relu(z in -1000.0..1000.0_f64) {
        prop_assert!(gelu(z) >= -0.2 && gelu(z) <= relu(z));
    }

    /// 2e-6: sixteen times ε of `f32`, for functions whose values are compared at size 1 and more.
    #[test]
    fn f32_agrees_with_f64(z in -20.0..20.0_f32) {
        for activation in Activation::ALL {
            let single = f64::from(activation.value(z));
            let double = activation.value(f64::from(z));
            prop_assert!((single - double).abs() <= 2e-6 * double.abs().max(1.0), "{activation:?}");
            let single = f64::from(activation.derivative(z));
            let double = activation.derivative(f64::from(z));
            prop_assert!((single - double).abs() <= 2e-6, "{activation:?}'");
        }
    }
}
