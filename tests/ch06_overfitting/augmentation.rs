//! The formulas of `ch06_overfitting/augmentation.md`.

use super::common::*;
use ch06_overfitting::{Displacement, bilinear, gaussian_kernel, shift, smooth};
use formulas::*;
use ndarray::Array2;
use rand::RngExt;

/// ```math shifted-image
/// I'_{ij} = I_{i - k,\, j - l}
/// ```
///
/// A moved image shows at (i, j) what was at (i − down, j − right).
#[test]
fn shifted_image() {
    let _formula = formula!();
    for image in images() {
        for (down, right) in [(0, 0), (1, -2), (-3, 1), (30, 0)] {
            let moved = shift(image.view(), down, right);
            for ((i, j), &value) in moved.indexed_iter() {
                assert_exact!(value, at(&image, i as isize - down, j as isize - right));
            }
        }
    }
}

/// ```math bilinear-interpolation
/// \begin{aligned}
/// &I(i + d, j + r) \\
/// &\quad= (1 - d) \bigl[ (1 - r) \, I_{ij} + r \, I_{i,j+1} \bigr] \\
/// &\qquad {}+ d \bigl[ (1 - r) \, I_{i+1,j} + r \, I_{i+1,j+1} \bigr]
/// \end{aligned}
/// ```
///
/// Between four pixels: each counts by the area of the rectangle opposite to it. At whole places it
/// is the pixel; where brightness is a + bi + cj + dij, it is exact.
#[test]
fn bilinear_interpolation() {
    let _formula = formula!();
    let mut generator = generator();
    for image in images() {
        let (height, width) = image.dim();
        for _ in 0..100 {
            let i = generator.random_range(-2.0..height as f64 + 1.0);
            let j = generator.random_range(-2.0..width as f64 + 1.0);
            let (top, left) = (i.floor(), j.floor());
            let (d, r) = (i - top, j - left);
            let p =
                |down: isize, right: isize| at(&image, top as isize + down, left as isize + right);
            let areas = (1.0 - d) * ((1.0 - r) * p(0, 0) + r * p(0, 1))
                + d * ((1.0 - r) * p(1, 0) + r * p(1, 1));
            assert_close(bilinear(image.view(), i, j), areas, 1e-14);
            let page = page("bilinear-interpolation")
                .entries("I", |place| at(&image, place[0] as isize, place[1] as isize))
                .function_of_many("I", |place| bilinear(image.view(), place[0], place[1]));
            let named = [("i", top), ("j", left), ("d", d), ("r", r)];
            page.assert_close(&named, 1e-14);
            assert_close(bilinear(image.view(), i, j), page.value(1, &named), 1e-14);
        }
        assert_exact!(bilinear(image.view(), 0.0, 0.0), image[[0, 0]]);
    }
    let saddle = |i: f64, j: f64| 0.3 + 2.0 * i - j + 0.5 * i * j;
    let image = Array2::from_shape_fn((5, 5), |(i, j)| saddle(i as f64, j as f64));
    assert_close(bilinear(image.view(), 2.3, 1.8), saddle(2.3, 1.8), 1e-14);
}

/// ```math gaussian-kernel-entries
/// J_k = \frac{e^{-k^2 / (2 S^2)}}{\sum_{l} e^{-l^2 / (2 S^2)}}
/// ```
///
/// The kernel's entries go like exp(−k²/2S²), add up to 1, and their variance is S², but for what
/// is cut off beyond 3S (3 % of it) and for whole distances.
#[test]
fn gaussian_kernel_entries() {
    let _formula = formula!();
    for width in [0.4, 1.0, 4.0, 7.5] {
        let kernel = gaussian_kernel::<f64>(width);
        let reach = kernel.len() as isize / 2;
        assert_exact!((kernel.len() % 2, reach), (1, (3.0 * width).ceil() as isize));
        assert_close(kernel.sum(), 1.0, 1e-14);
        let distance = |index: usize| index as f64 - reach as f64;
        for (index, &entry) in kernel.iter().enumerate() {
            let page = page("gaussian-kernel-entries").between("l", -(reach as i64)..=reach as i64);
            let named = [("J_k", entry), ("k", distance(index)), ("S", width)];
            page.assert_relative(&named, 1e-12);
            let claimed = (-distance(index).powi(2) / (2.0 * width * width)).exp();
            assert_relative(entry / kernel[reach as usize], claimed, 1e-12);
        }
        let variance: f64 = kernel.iter().enumerate().map(|(i, k)| k * distance(i).powi(2)).sum();
        assert_bound!(width < 1.0 || (variance / (width * width) - 1.0).abs() < 0.03);
    }
}

/// ```math smoothing
/// \begin{aligned}
/// &\sum_k \sum_l J_k \, J_l \, I_{i+k,\,j+l} \\
/// &\quad= \sum_k J_k \left( \sum_l J_l \, I_{i+k,\,j+l} \right)
/// \end{aligned}
/// ```
///
/// Smoothing by rows and then by columns is smoothing by the bell curve of the plane, whose weights
/// are products; what lies outside is 0.
#[test]
fn smoothing() {
    let _formula = formula!();
    for field in images() {
        for width in [0.4, 1.0, 3.0] {
            let kernel = gaussian_kernel(width);
            let reach = kernel.len() as isize / 2;
            let smoothed = smooth(field.view(), kernel.view());
            for ((i, j), &value) in smoothed.indexed_iter() {
                let mut sum = 0.0;
                for k in -reach..=reach {
                    for l in -reach..=reach {
                        let weight = kernel[(k + reach) as usize] * kernel[(l + reach) as usize];
                        sum += weight * at(&field, i as isize + k, j as isize + l);
                    }
                }
                assert_close(value, sum, 1e-13);
            }
        }
    }
}

/// ```math displacement-size
/// \sigma_U = \frac{F}{\sqrt 3} \cdot \frac{1}{2 S \sqrt\pi} = \frac{F}{2 S \sqrt{3\pi}}
/// ```
///
/// How far an elastic field moves a pixel: the deviation is F / (2S√(3π)). First the exact variance
/// far from the edges, F²/3 (Σ J²)², to 2 %: the curve is cut off at 3S. Then drawn fields, to 6 %.
#[test]
fn displacement_size() {
    let _formula = formula!().allowing(0.06, "chance in 1,200 drawn pixels, about 2 %");
    let mut generator = generator();
    for (strength, width) in [(34.0, 4.0), (8.0, 2.0)] {
        let claimed = strength / (2.0 * width * (3.0 * std::f64::consts::PI).sqrt());
        let named = [("F", strength), ("S", width), (r"\sigma_U", claimed)];
        page("displacement-size").assert_relative(&named, 1e-14);
        let squares = gaussian_kernel(width).mapv(|g| g * g).sum();
        assert_relative(strength * squares / f64::sqrt(3.0), claimed, 0.02);
        let mut squared = 0.0;
        for _ in 0..200 {
            let shape = (61, 61);
            let field = Displacement::elastic(shape, (strength, width), &mut generator);
            squared += field.rows[[20, 20]].powi(2) + field.columns[[20, 20]].powi(2);
            squared += field.rows[[40, 40]].powi(2) + field.columns[[40, 40]].powi(2);
            squared += field.rows[[20, 40]].powi(2) + field.columns[[40, 20]].powi(2);
        }
        assert_relative((squared / 1200.0).sqrt(), claimed, 0.06);
    }
}

/// ```math displaced-image
/// I'_{ij} = I(i + V_{ij}, \, j + U_{ij})
/// ```
///
/// An elastic image shows at each pixel what is where its field points, between four pixels. With a
/// field of whole numbers, it is the moved image.
#[test]
fn displaced_image() {
    let _formula = formula!();
    let mut generator = generator();
    for image in images() {
        let field = Displacement {
            rows: 2.0 * matrix(image.nrows(), image.ncols(), &mut generator),
            columns: 2.0 * matrix(image.nrows(), image.ncols(), &mut generator),
        };
        for ((i, j), &value) in field.apply(image.view()).indexed_iter() {
            let (row, column) = (i as f64 + field.rows[[i, j]], j as f64 + field.columns[[i, j]]);
            let mut sum = 0.0;
            for near in -12..42 {
                for beside in -12..42 {
                    let down = (1.0 - (row - near as f64).abs()).max(0.0);
                    let right = (1.0 - (column - beside as f64).abs()).max(0.0);
                    sum += down * right * at(&image, near, beside);
                }
            }
            assert_close(value, sum, 1e-12);
        }
        let constant = |value: f64| Array2::from_elem(image.dim(), value);
        let moved = Displacement { rows: constant(-1.0), columns: constant(2.0) };
        assert_all_close(&moved.apply(image.view()), &shift(image.view(), 1, -2), 1e-15);
    }
}
