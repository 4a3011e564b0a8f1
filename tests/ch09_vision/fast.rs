//! The formulas of `ch09_vision/fast.md`.

use super::common::*;
use formulas::*;
use ndarray::{Array3, Array4};

/// ```math convolution-products
/// C = \text{outputs} \cdot \text{channels} \cdot \text{kernel}^2 \cdot \text{places}
/// ```
///
/// The products of a forward pass for one image without padding, counted by another way: with kernels
/// and images of ones, each number of a map is the number of products that it was made of.
#[test]
fn convolution_products() {
    let _formula = formula!();
    let mut generator = generator();
    for (channels, outputs, kernel, size, stride) in
        [(1, 1, 1, 1, 1), (1, 16, 5, 28, 1), (3, 2, 3, 7, 2), (4, 5, 2, 9, 3)]
    {
        let mut layer = layer([outputs, channels, kernel, kernel], stride, 0, &mut generator);
        layer.kernels.fill(1.0);
        layer.bias.fill(0.0);
        let ones = Array4::ones((1, channels, size, size));
        let counted = layer.forward_by_definition(ones.view()).sum();
        let side = ch09_vision::output_size(size, kernel, stride, 0).expect("it fits");
        let claimed = outputs * channels * kernel * kernel * side * side;
        assert_exact!(counted, claimed as f64);
    }
}

/// ```math shifted-slices
/// \begin{aligned}
/// \text{place}(\mathbf t + \mathbf k) &= \text{place}(\mathbf t) + \text{place}(\mathbf k), \\
/// \text{place}(\mathbf t) &= \text{row} \cdot \text{width} + \text{column}
/// \end{aligned}
/// ```
///
/// For every place of a map and every weight of a kernel, the pixel that they meet is found by adding
/// two numbers: against ndarray's own indices into images of several widths. And the sum of slices that
/// begin at place(k), each times its weight, is the map of the library, read off row by row.
#[test]
fn shifted_slices() {
    let _formula = formula!();
    let mut generator = generator();
    for (height, width, kernel) in [(3, 3, 3), (5, 8, 3), (9, 6, 4)] {
        let layer = layer([1, 1, kernel, kernel], 1, 0, &mut generator);
        let image = images([1, 1, height, width], &mut generator);
        let line: Vec<f64> = image.iter().copied().collect();
        let place = |row: usize, column: usize| row * width + column;
        let numbers = Array3::from_shape_vec((1, height, width), line.clone()).expect("as many");
        let map = layer.forward(image.view());
        for ((_, _, t, u), &z) in map.indexed_iter() {
            let mut sum = layer.bias[0];
            for (k, l) in ndarray::indices((kernel, kernel)) {
                let number = line[place(t, u) + place(k, l)];
                assert_exact!(number, numbers[[0, t + k, u + l]]);
                sum += layer.kernels[[0, 0, k, l]] * number;
            }
            assert_close(sum, z, 1e-12);
        }
    }
}
