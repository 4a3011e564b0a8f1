use ch01_neuron::Activation;
use ch02_forward::{Initialization, Network};
use ch05_mnist::Model;
use ch08_tuning::{Scaled, coordinate_changes, growth_exponent};
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const BASE: usize = 32;

fn network(width: usize, seed: u64) -> Network<f64> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let activations = (Activation::Relu, Activation::Identity);
    Network::new(&[20, width, width, 4], activations, Initialization::He, &mut generator)
}

/// Sixteen examples of four classes, each class around a place of its own.
fn batch() -> (Array2<f64>, Array2<f64>) {
    let mut generator = ChaCha8Rng::seed_from_u64(8);
    let inputs = Array2::from_shape_fn((16, 20), |(row, column)| {
        generator.random::<f64>() + if column % 4 == row % 4 { 1.0 } else { 0.0 }
    });
    (inputs, Array2::from_shape_fn((16, 4), |(row, class)| f64::from(u8::from(row % 4 == class))))
}

/// How the changes of each layer grow from width 32 to 512: three steps, the mean of three seeds.
fn exponents(model: impl Fn(Network<f64>) -> Scaled<f64>) -> Vec<f64> {
    let (inputs, targets) = batch();
    let changes = |width: usize| {
        let mut sums = [0.0; 3];
        for seed in 0..3 {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            let batch = (inputs.view(), targets.view());
            let model = model(network(width, seed));
            let changes = coordinate_changes(&model, batch, (3, 0.002), &mut generator);
            sums.iter_mut().zip(changes).for_each(|(sum, change)| *sum += change);
        }
        sums
    };
    let found = [32, 128, 512].map(|width| (width as f64, changes(width)));
    (0..3).map(|layer| growth_exponent(&found.map(|(width, sums)| (width, sums[layer])))).collect()
}

/// The check that a parametrization has to pass: no layer's changes grow or fade with the width.
fn passes(exponents: &[f64]) -> bool {
    exponents.iter().all(|exponent| exponent.abs() < 0.1)
}

#[test]
fn the_coordinate_check_passes_maximal_update_and_nothing_else() {
    let right = exponents(|network| Scaled::maximal_update(network, BASE));
    assert!(passes(&right), "{right:?}");
    let standard = exponents(Scaled::standard);
    assert!(standard[0].abs() < 0.1 && standard[1] > 0.5 && standard[2] > 0.7, "{standard:?}");
    // Each scaling broken alone; the weights in use start as they should.
    let with = |layer: usize, power: f64| {
        move |network: Network<f64>| {
            let width = network.layers[0].dense.weights.ncols() as f64;
            let factor = (width / BASE as f64).powf(power);
            let mut model = Scaled::maximal_update(network, BASE);
            model.multipliers[layer] *= factor;
            model.trained.layers[layer].dense.weights /= factor;
            model
        }
    };
    for (layer, power) in [(0, -1.0), (0, 1.0), (1, 1.0), (1, 0.5), (1, -1.0), (2, 1.0), (2, -1.0)]
    {
        let broken = exponents(with(layer, power));
        assert!(!passes(&broken), "layer {layer}, power {power}: {broken:?}");
    }
    // The output layer starts as large as a standard one.
    let large = exponents(|network| {
        let width = network.layers[0].dense.weights.ncols() as f64;
        let mut model = Scaled::maximal_update(network, BASE);
        model.trained.layers[2].dense.weights *= (width / BASE as f64).sqrt();
        model
    });
    assert!(!passes(&large), "{large:?}");
}

#[test]
fn at_the_base_width_both_parametrizations_are_one() {
    let [one, other] =
        [Scaled::standard(network(BASE, 3)), Scaled::maximal_update(network(BASE, 3), BASE)];
    assert_eq!(one, other);
    assert_eq!(one.network(), network(BASE, 3));
}

/// The gradient check of chapter 3 by hand: each number that is trained, nudged.
#[test]
fn gradients_are_those_of_what_is_trained() {
    let model = Scaled::maximal_update(network(8, 5), 2);
    let (inputs, targets) = batch();
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let loss = |model: &Scaled<f64>, generator: &mut ChaCha8Rng| {
        model.loss_and_gradients((inputs.view(), targets.view()), generator)
    };
    let (_, gradients) = loss(&model, &mut generator);
    let mut moved = model.clone();
    let slices: Vec<Vec<f64>> =
        moved.with_gradients(&gradients).iter().map(|p| p.gradient.numbers().to_vec()).collect();
    for (slice, gradient) in slices.iter().enumerate() {
        for (place, &gradient) in gradient.iter().enumerate() {
            let mut nudged = |nudge: f64| {
                let mut model = model.clone();
                model.parameters_mut()[slice][place] += nudge;
                loss(&model, &mut generator).0
            };
            let slope = (nudged(1e-5) - nudged(-1e-5)) / 2e-5;
            assert!((slope - gradient).abs() < 1e-7, "{slice} {place}: {slope} {gradient}");
        }
    }
}

#[test]
fn a_power_law_has_its_exponent() {
    for exponent in [-1.0, 0.0, 0.5, 2.0] {
        let points = [1.0, 2.0, 10.0, 64.0].map(|width: f64| (width, 3.0 * width.powf(exponent)));
        assert!((growth_exponent(&points) - exponent).abs() < 1e-12);
    }
}
