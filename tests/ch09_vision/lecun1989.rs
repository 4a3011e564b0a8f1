//! The formulas of `ch09_vision/lecun1989.md`.

use ch01_neuron::Activation;
use ch02_forward::{Loss, one_hot};
use ch05_mnist::{Dataset, Images, Model};
use ch09_vision::{Decisions, MAPS, SharedLayer, ZipNetwork, resized};
use formulas::*;
use ndarray::{Array1, Array2, Array4};
use rand_chacha::ChaCha8Rng;

/// Layers for images of one channel and of several; maps that look at all channels and at some.
fn layers(generator: &mut ChaCha8Rng) -> Vec<SharedLayer<f64>> {
    let some = Array2::from_shape_fn((6, MAPS), |(i, j)| f64::from(u8::from(i / 2 != j % 3)));
    let mut layers =
        [(16, Array2::ones((1, MAPS))), (8, Array2::ones((3, MAPS))), (4, some.clone()), (2, some)]
            .map(|(side, sources)| SharedLayer::<f64>::new(side, sources, generator));
    for layer in &mut layers {
        layer.bias = vector(layer.bias.len(), generator);
    }
    layers.into()
}

/// What a layer looks at: random images, `[batch × height × width × channels]`, and the same in rows.
fn images(layer: &SharedLayer<f64>, generator: &mut ChaCha8Rng) -> (Array4<f64>, Array2<f64>) {
    let shape = (3, layer.side, layer.side, layer.sources.nrows());
    let images = Array4::from_shape_simple_fn(shape, || number(generator));
    let rows = images.clone().into_shape_with_order((3, images.len() / 3)).unwrap();
    (images, rows)
}

/// x_i(2 t + k − 2), which is −1 beyond the edges.
fn met(images: &Array4<f64>, [r, i]: [usize; 2], t: [usize; 2], k: [usize; 2]) -> f64 {
    let [row, column] = [0, 1].map(|axis| (2 * t[axis] + k[axis]).checked_sub(2));
    let place = row.zip(column);
    place.and_then(|(row, column)| images.get([r, row, column, i])).copied().unwrap_or(-1.0)
}

/// ```math unit-bias
/// z_j(\mathbf t) = b_j(\mathbf t)
/// + \sum_i \sum_{\mathbf k} w_{ij}(\mathbf k) \, x_i(2 \mathbf t + \mathbf k - 2)
/// ```
///
/// The library's, against sums that are written out here, with −1 for the pixels beyond the edges; all
/// sums add in orders of their own: 1e-12. Where a map does not look at a channel, the weight is 0.
#[test]
fn unit_bias() {
    let _formula = formula!();
    let mut generator = generator();
    for layer in layers(&mut generator) {
        let (images, rows) = images(&layer, &mut generator);
        let (places, channels) = (layer.side / 2, layer.sources.nrows());
        let found = layer.forward(layer.padded(rows.view()).view());
        let expected = Array2::from_shape_fn(found.dim(), |(r, unit)| {
            let (place, j) = (unit / MAPS, unit % MAPS);
            let t = [place / places, place % places];
            let mut z = layer.bias[unit];
            for (k, l, i) in ndarray::indices((5, 5, channels)) {
                let w = layer.weights[[(5 * k + l) * channels + i, j]];
                assert_bound!(layer.sources[[i, j]] == 1.0 || w == 0.0);
                z += w * met(&images, [r, i], t, [k, l]);
            }
            z
        });
        assert_all_close(&found, &expected, 1e-12);
    }
}

/// ```math unit-bias-gradient
/// \frac{\partial \mathcal L}{\partial w_{ij}(\mathbf k)}
/// = \sum_{\mathbf t} \delta_j(\mathbf t) \, x_i(2 \mathbf t + \mathbf k - 2), \qquad
/// \frac{\partial \mathcal L}{\partial b_j(\mathbf t)} = \delta_j(\mathbf t)
/// ```
///
/// The library's, against finite differences of Σ δ z, for which ∂L/∂z is δ; over a batch, the gradients
/// of its images are added. And the gradient of what the layer looked at, which the page does not show.
#[test]
fn unit_bias_gradient() {
    let _formula = formula!();
    let mut generator = generator();
    for layer in layers(&mut generator).into_iter().skip(1) {
        let (images, rows) = images(&layer, &mut generator);
        let delta = matrix(3, layer.bias.len(), &mut generator);
        let loss = |layer: &SharedLayer<f64>, rows: &Array2<f64>| {
            (layer.forward(layer.padded(rows.view()).view()) * &delta).sum()
        };
        let padded = layer.padded(rows.view());
        let gradient = layer.backward(padded.view(), delta.view());
        let of_bias =
            |bias: &Array1<f64>| loss(&SharedLayer { bias: bias.clone(), ..layer.clone() }, &rows);
        assert_all_close(&gradient.bias, &slopes(of_bias, &layer.bias), 1e-9);
        let of_weights = |weights: &Array2<f64>| {
            loss(&SharedLayer { weights: weights.clone(), ..layer.clone() }, &rows)
        };
        let channels = layer.sources.nrows();
        let mut expected = slopes(of_weights, &layer.weights);
        for ((tap, j), slope) in expected.indexed_iter_mut() {
            *slope *= layer.sources[[tap % channels, j]]; // a weight that is not there does not move
        }
        assert_all_close(&gradient.weights, &expected, 1e-9);
        let of_rows = |rows: &Array2<f64>| loss(&layer, rows);
        assert_all_close(&layer.input_gradient(delta.view()), &slopes(of_rows, &rows), 1e-9);
        let (places, tap) = (layer.side / 2, [1, 3]);
        for j in (0..MAPS).filter(|&j| layer.sources[[0, j]] == 1.0) {
            let terms = ndarray::indices((3, places, places)).into_iter().map(|(r, t, u)| {
                delta[[r, (t * places + u) * MAPS + j]] * met(&images, [r, 0], [t, u], tap)
            });
            let sum: f64 = terms.sum();
            assert_close(gradient.weights[[(5 * tap[0] + tap[1]) * channels, j]], sum, 1e-12);
        }
    }
}

/// ```math shared-parameters
/// P = \text{maps} \cdot (\text{kernel}^2 \cdot \text{channels} + \text{places})
/// ```
///
/// Against the numbers of layers that were made: the weights that are not 0, and the biases. And of the
/// whole network, as in the paper: 1,068 in H1, 2,592 in H2, 9,760 in all.
#[test]
fn shared_parameters() {
    let _formula = formula!();
    let mut generator = generator();
    for layer in layers(&mut generator) {
        let learned = layer.weights.iter().filter(|w| **w != 0.0).count() + layer.bias.len();
        let channels = layer.sources.column(0).sum() as usize;
        let claimed = MAPS * (5 * 5 * channels + (layer.side / 2) * (layer.side / 2));
        assert_exact!(learned, claimed);
        assert_exact!(layer.parameter_count(), claimed);
        let places = (r"\text{places}", (layer.bias.len() / MAPS) as f64);
        let sizes = [(r"\text{maps}", 12.0), (r"\text{kernel}", 5.0), places];
        let counts = [("P", learned as f64), (r"\text{channels}", channels as f64)];
        page("shared-parameters").assert_exact(&[&sizes[..], &counts].concat());
    }
    let network = ZipNetwork::<f64>::new(Decisions::PAPER, &mut generator);
    assert_exact!(network.shared[0].parameter_count(), 1068);
    assert_exact!(network.shared[1].parameter_count(), 2592);
    assert_exact!(network.parameter_count(), 9760);
    let not_zero = |numbers: &&[f64]| numbers.iter().filter(|w| **w != 0.0).count();
    let weights: usize = network.parameters().iter().map(not_zero).sum();
    assert_exact!(weights + 768 + 192 + 30 + 10, 9760); // all biases start at 0
}

/// ```math shared-connections
/// \text{connections} = \text{maps} \cdot \text{places} \cdot (\text{kernel}^2 \cdot \text{channels} + 1)
/// ```
///
/// Against a count by the backward pass: for every unit, the padded numbers on which its z depends, and
/// its bias. And of the whole network, as in the paper: 19,968 in H1, 38,592 in H2, 64,660 in all.
#[test]
fn shared_connections() {
    let _formula = formula!();
    let mut generator = generator();
    let mut network = ZipNetwork::<f64>::new(Decisions::PAPER, &mut generator);
    let mut all = network.dense.parameter_count();
    for (layer, expected) in network.shared.iter_mut().zip([19_968, 38_592]) {
        let channels = layer.sources.column(0).sum() as usize;
        let units = layer.bias.len();
        let mut counted = units; // the biases
        let padded = (layer.side + 4) * (layer.side + 4) * layer.sources.nrows();
        let still = layer.forward(Array2::zeros((1, padded)).view());
        for number in 0..padded {
            let mut nudged = Array2::zeros((1, padded));
            nudged[[0, number]] = 1.0;
            let z = layer.forward(nudged.view());
            counted += z.iter().zip(&still).filter(|(z, still)| z != still).count();
        }
        assert_exact!(counted, MAPS * (units / MAPS) * (5 * 5 * channels + 1));
        assert_exact!(layer.connection_count(), counted);
        let places = (r"\text{places}", (units / MAPS) as f64);
        let sizes = [(r"\text{maps}", 12.0), (r"\text{kernel}", 5.0), places];
        let connections = (r"\text{connections}", counted as f64);
        let counts = [connections, (r"\text{channels}", channels as f64)];
        page("shared-connections").assert_exact(&[&sizes[..], &counts].concat());
        assert_exact!(counted, expected);
        all += counted;
    }
    assert_exact!(all, 64_660);
    assert_exact!(network.connection_count(), all);
}

/// ```math fan-in-uniform
/// \operatorname{Var} w = \frac{2.4^2}{3 \cdot \text{inputs}}
/// ```
///
/// A hundred thousand drawn weights: their mean square, and the largest of them.
#[test]
fn fan_in_uniform() {
    let _formula = formula!().allowing(0.02, "the variance of a hundred thousand drawn numbers");
    let mut generator = generator();
    for inputs in [25, 200, 192, 30] {
        let weights = ch09_vision::fan_in_uniform::<f64>((500, 200), inputs, &mut generator);
        let square = weights.mapv(|w| w * w).mean().unwrap();
        assert_relative(square, 2.4 * 2.4 / (3.0 * inputs as f64), 0.02);
        let named = [(r"\operatorname{Var} w", square), (r"\text{inputs}", inputs as f64)];
        page("fan-in-uniform").assert_relative(&named, 0.02);
        let (most, largest) =
            (2.4 / (inputs as f64).sqrt(), weights.fold(0.0_f64, |m, w| m.max(w.abs())));
        assert_bound!(largest <= most && largest > 0.999 * most);
    }
}

/// ```math half-pixel
/// I'(i, j) = I\bigl(\text{scale} \, (i + \tfrac12) - \tfrac12, \;
/// \text{scale} \, (j + \tfrac12) - \tfrac12\bigr)
/// ```
///
/// The library's, of ramps, between whose pixels the brightness is known; halving, where each new pixel is
/// the mean of four, and 28 to 16. Pixels are whole numbers: half of one is lost by rounding.
#[test]
fn half_pixel() {
    let _formula = formula!().allowing(0.5, "pixels are rounded to whole numbers");
    for (old, new) in [(28, 16), (28, 14), (8, 4), (28, 28)] {
        let scale = old as f64 / new as f64;
        for (down, right) in [(3.0, 2.0), (0.0, 7.0), (8.0, 0.0)] {
            let ramp = |i: f64, j: f64| down * i + right * j;
            let pixels = Array2::from_shape_fn((1, old * old), |(_, place)| {
                ramp((place / old) as f64, (place % old) as f64) as u8
            });
            let data =
                Dataset { images: Images { pixels, height: old, width: old }, labels: vec![0] };
            let small = resized(&data, new);
            for (place, &pixel) in small.images.pixels.iter().enumerate() {
                let [i, j] = [place / new, place % new].map(|at| scale * (at as f64 + 0.5) - 0.5);
                assert_close(f64::from(pixel), ramp(i, j), 0.5 / ramp(i, j).abs().max(1.0));
            }
        }
    }
}

/// ```math squared-error-delta
/// \delta_j = \frac{2}{N} (a_j - y_j) (1 - a_j^2)
/// ```
///
/// Against finite differences of the squared error of tanh with respect to z; for answers that are right,
/// and for those that are wrong and certain of it, where δ nearly vanishes. The last layer's bias of the
/// network of 1989 has the same δ, for a batch of one.
#[test]
fn squared_error_delta() {
    let _formula = formula!();
    let mut generator = generator();
    let mse = Loss::MeanSquaredError;
    let targets = Array2::from_shape_fn((1, 10), |(_, j)| if j == 3 { 1.0 } else { -1.0 });
    for size in [0.1, 1.0, 8.0] {
        let z = matrix(1, 10, &mut generator) * size;
        let loss = |z: &Array2<f64>| mse.value(z.mapv(f64::tanh).view(), targets.view());
        let a = z.mapv(f64::tanh);
        let delta = (&a - &targets) * a.mapv(|a| 1.0 - a * a) * 0.2;
        assert_all_close(&delta, &slopes(loss, &z), 1e-9);
        let page = page("squared-error-delta");
        for ((&a, &y), &delta) in a.iter().zip(&targets).zip(&delta) {
            let named = [(r"\delta_j", delta), ("a_j", a), ("y_j", y), ("N", 10.0)];
            page.assert_close(&named, 1e-14);
        }
    }
    let network = ZipNetwork::<f64>::new(Decisions::PAPER, &mut generator);
    let x = matrix(1, 256, &mut generator);
    let (a, y) = (network.forward(x.view()), one_hot(&[3], 10));
    let (_, gradient) = network.loss_and_gradients((x.view(), y.view()), &mut generator);
    let delta = (&a - &targets) * a.mapv(|a| 1.0 - a * a) * 0.2;
    assert_all_close(&gradient.dense.layers[1].bias, &delta.row(0).to_owned(), 1e-14);
    assert_bound!(network.dense.layers[1].activation == Activation::Tanh);
}
