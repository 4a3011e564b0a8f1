//! The formulas of `ch09_vision/sees.md`.

use super::common::*;
use ch06_overfitting::shift;
use ch09_vision::{Architecture, BatchNorm, Block, max_pool, mean_pool};
use formulas::*;
use ndarray::{Array2, Array4};

/// ```math rotation
/// I'(i, j) = I(i \cos \text{angle} + j \sin \text{angle}, \; j \cos \text{angle} - i \sin \text{angle})
/// ```
///
/// The library's, of ramps, between whose pixels the brightness is known, at places whose origin is inside;
/// and exactly, pixel for pixel, for a quarter, a half and a whole turn of a random image.
#[test]
fn rotation() {
    let _formula = formula!();
    let mut generator = generator();
    let side = 9;
    for degrees in [-130.0, -40.0, 0.0, 10.0, 25.0, 90.0] {
        let (down, right) = (number(&mut generator), number(&mut generator));
        let ramp = Array2::from_shape_fn((side, side), |(i, j)| down * i as f64 + right * j as f64);
        let turned = ch09_vision::rotated(ramp.view(), degrees);
        let angle = f64::to_radians(degrees);
        for ((row, column), &pixel) in turned.indexed_iter() {
            let (i, j) = (row as f64 - 4.0, column as f64 - 4.0);
            let from = (i * angle.cos() + j * angle.sin(), j * angle.cos() - i * angle.sin());
            if from.0.abs().max(from.1.abs()) <= 4.0 {
                let expected = down * (from.0 + 4.0) + right * (from.1 + 4.0);
                assert_close(pixel, expected, 1e-12);
            }
        }
    }
    let image = matrix(8, 8, &mut generator);
    let quarter = |image: &Array2<f64>| {
        // counterclockwise: the last column becomes the first row
        Array2::from_shape_fn((8, 8), |(i, j)| image[[j, 7 - i]])
    };
    let mut expected = image.clone();
    for turn in 1..=4 {
        expected = quarter(&expected);
        let found = ch09_vision::rotated(image.view(), 90.0 * f64::from(turn));
        assert_all_close(&found, &expected, 1e-12);
    }
}

/// Random images in the middle of a wide black margin.
fn in_a_margin(generator: &mut rand_chacha::ChaCha8Rng) -> Array4<f64> {
    let mut image = Array4::zeros((1, 2, 20, 20));
    for (i, y, x) in ndarray::indices((2, 5, 5)) {
        image[[0, i, 8 + y, 8 + x]] = number(generator);
    }
    image
}

/// All channels moved down and to the right.
fn moved(images: &Array4<f64>, rows: isize, columns: isize) -> Array4<f64> {
    let mut moved = images.clone();
    for mut image in moved.outer_iter_mut() {
        for mut channel in image.outer_iter_mut() {
            let new = shift(channel.view(), rows, columns);
            channel.assign(&new);
        }
    }
    moved
}

/// ```math global-pooling
/// \sum_{\mathbf t} (\mathbf K \mathbf S \mathbf x)(\mathbf t)
/// = \sum_{\mathbf t} (\mathbf K \mathbf x)(\mathbf t)
/// ```
///
/// The sum of each map of a convolution with a stride of 1, and of its ReLU, for an image in a wide black
/// margin and the same moved. With a stride of 2 one pixel changes it, and so does what leaves the image.
#[test]
fn global_pooling() {
    let _formula = formula!();
    let mut generator = generator();
    let sums = |maps: Array4<f64>| mean_pool(maps.view(), maps.dim().2).mapv(|mean| 400.0 * mean);
    for (stride, rows, columns, same) in
        [(1, 1, 0, true), (1, -3, 2, true), (1, 4, -4, true), (2, 1, 0, false), (1, 10, 0, false)]
    {
        let image = in_a_margin(&mut generator);
        let mut layer = layer([3, 2, 3, 3], stride, 1, &mut generator);
        layer.bias.fill(0.0);
        let both = [image.clone(), moved(&image, rows, columns)];
        for f in [|z: f64| z, |z: f64| z.max(0.0)] {
            let [still, moved] = both.each_ref().map(|x| sums(layer.forward(x.view()).mapv(f)));
            match same {
                true => assert_all_close(&moved, &still, 1e-11),
                false => assert_bound!((moved - still).mapv(f64::abs).sum() > 0.1),
            }
        }
    }
}

/// ```math pooled-shift
/// \operatorname{pool}(\mathbf S \mathbf S \, \mathbf x) = \mathbf S \operatorname{pool}(\mathbf x)
/// ```
///
/// The largest of squares of 2 × 2, and their means: an image that moves by two pixels moves the map by
/// one, whatever the direction. One that moves by one pixel gives a map that is neither the old one nor
/// the old one moved.
#[test]
fn pooled_shift() {
    let _formula = formula!();
    let mut generator = generator();
    let image = in_a_margin(&mut generator);
    let pools =
        [|x: &Array4<f64>| max_pool(x.view(), 2).values, |x: &Array4<f64>| mean_pool(x.view(), 2)];
    for pool in pools {
        for (rows, columns) in [(1, 0), (0, -1), (-2, 3), (3, 3)] {
            let twice = pool(&moved(&image, 2 * rows, 2 * columns));
            assert_all_close(&twice, &moved(&pool(&image), rows, columns), 1e-15);
        }
        let once = pool(&moved(&image, 1, 0));
        for rows in [-1, 0, 1] {
            let other = moved(&pool(&image), rows, 0);
            assert_bound!((&once - &other).mapv(f64::abs).sum() > 0.1);
        }
    }
}

/// ```math folded-normalization
/// w'_{ij} = \frac{\gamma_j}{\sqrt{\sigma_j^2 + \epsilon}} \, w_{ij}, \qquad
/// b'_j = \beta_j + \frac{\gamma_j}{\sqrt{\sigma_j^2 + \epsilon}} \, (b_j - \mu_j)
/// ```
///
/// The library's kernels and biases, number by number; and a block with normalization against the folded
/// one, in use, and a whole network. The two round differently: 1e-12.
#[test]
fn folded_normalization() {
    let _formula = formula!();
    let mut generator = generator();
    for (layer, x) in cases(&mut generator) {
        let channels = layer.kernels.dim().0;
        let mut norm = BatchNorm::new(channels);
        norm.scale = vector(channels, &mut generator);
        norm.shift = vector(channels, &mut generator);
        norm.running_mean = vector(channels, &mut generator);
        norm.running_variance = vector(channels, &mut generator).mapv(|v| v * v);
        let block = Block { convolution: layer.clone(), normalization: Some(norm.clone()) };
        let folded = block.folded();
        for ((j, i, k, l), &w) in folded.convolution.kernels.indexed_iter() {
            let factor = norm.scale[j] / (norm.running_variance[j] + 1e-5).sqrt();
            assert_relative(w, factor * layer.kernels[[j, i, k, l]], 1e-14);
            let b = norm.shift[j] + factor * (layer.bias[j] - norm.running_mean[j]);
            assert_close(folded.convolution.bias[j], b, 1e-12);
        }
        let (found, expected) = (folded.forward(x.view()), block.forward(x.view()));
        assert_all_close(&found, &expected, 1e-10);
    }
    let three = Architecture::three_blocks().network::<f64>((28, 28), 10, &mut generator).unwrap();
    let x = matrix(2, 784, &mut generator);
    let found = ch05_mnist::Model::forward(&three.folded(), x.view());
    assert_all_close(&found, &ch05_mnist::Model::forward(&three, x.view()), 1e-10);
}
