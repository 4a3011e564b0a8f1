//! Page *Backward through a convolution*: the kernel, turned by 180°.

use anyhow::Result;
use book_figures::{ImageGrid, Output};
use ch09_vision::Convolution;
use ndarray::{Array1, Array4};

/// Draws the page's figure.
pub fn draw(output: &Output) -> Result<()> {
    let letter: [f64; 15] = [1., 1., 1., 1., 0., 0., 1., 1., 0., 1., 0., 0., 1., 0., 0.];
    let kernels = Array4::from_shape_vec((1, 1, 5, 3), letter.to_vec()).expect("fifteen weights");
    let layer = Convolution { kernels, bias: Array1::zeros(1), stride: 1, padding: 0 };
    let (height, width) = (14, 12);
    let mut delta = Array4::zeros((1, 1, height - 4, width - 2));
    (delta[[0, 0, 1, 1]], delta[[0, 0, 4, 6]]) = (1.0, -1.0);
    let gradient = layer.input_gradient(delta.view(), (height, width));
    let turned: Vec<f64> = letter.iter().rev().copied().collect();
    let description = "Four pictures: a kernel in the form of the letter F; the same turned by 180 \
        degrees; a map whose delta is 0 except for one place above 0 and one below; and the gradient of \
        the image, which has an orange F at the first place and a blue F at the second, both upright.";
    let grid = ImageGrid::new("The kernel on its way back", description, 4)
        .signed("kernel", 3, &letter)
        .signed("turned", 3, &turned)
        .signed("δ of the map", width - 2, &delta.iter().copied().collect::<Vec<_>>())
        .signed("gradient", width, &gradient.iter().copied().collect::<Vec<_>>())
        .range(1.0);
    output.figure("flipped", &grid)?;
    Ok(())
}
