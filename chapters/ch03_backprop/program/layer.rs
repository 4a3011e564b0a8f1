//! The three products of a layer's backward pass, as grids of cells.

use anyhow::Result;
use book_figures::{Canvas, Element, Error, Figure, Head, Output};
use ch02_forward::Dense;
use ch03_backprop::DenseBackward;
use ndarray::Array2;

/// The side of a cell.
const CELL: f64 = 24.0;

/// Where the middle of a row of grids is, and how far two rows are apart.
const FIRST_ROW: f64 = 96.0;
const ROW: f64 = 208.0;

pub fn run(output: &Output) -> Result<()> {
    output.figure("shapes", &Products::new())?;
    Ok(())
}

/// A matrix in the picture: its name, its shape, and which of its cells are filled.
struct Grid {
    name: &'static str,
    shape: (usize, usize),
    filled: fn(usize, usize) -> bool,
}

/// Rows of the picture: two factors and their product.
struct Products {
    head: Head,
    rows: Vec<[Grid; 3]>,
}

impl Products {
    fn new() -> Self {
        let dense =
            Dense { weights: Array2::<f64>::zeros((5, 4)), bias: ndarray::Array1::zeros(4) };
        let (x, delta) = (Array2::zeros((3, 5)), Array2::zeros((3, 4)));
        let gradient = dense.backward(x.view(), delta.view());
        let input_gradient = dense.input_gradient(delta.view());
        let first = [
            Grid { name: "Xᵀ", shape: x.t().dim(), filled: |row, _| row == 1 },
            Grid { name: "δ", shape: delta.dim(), filled: |_, column| column == 2 },
            Grid {
                name: "∂L/∂W", shape: gradient.weights.dim(), filled: |i, j| (i, j) == (1, 2)
            },
        ];
        let second = [
            Grid { name: "δ", shape: delta.dim(), filled: |row, _| row == 0 },
            Grid { name: "Wᵀ", shape: dense.weights.t().dim(), filled: |_, column| column == 3 },
            Grid {
                name: "∂L/∂X", shape: input_gradient.dim(), filled: |r, i| (r, i) == (0, 3)
            },
        ];
        let description = "A batch of 3, 5 inputs, 4 neurons. The 5 × 3 matrix Xᵀ times the 3 × 4 \
                           matrix δ gives a 5 × 4 matrix, the shape of W. The 3 × 4 matrix δ times \
                           the 4 × 5 matrix Wᵀ gives a 3 × 5 matrix, the shape of X. In each \
                           product one row, one column and the entry that they make are filled.";
        let head = Head::new("The two products of the backward pass of a layer", description);
        Self { head, rows: vec![first, second] }
    }
}

impl Figure for Products {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn draw(&self) -> Result<Canvas, Error> {
        let mut canvas = Canvas::new(640.0, 2.0 * FIRST_ROW + ROW * (self.rows.len() - 1) as f64);
        for (index, grids) in self.rows.iter().enumerate() {
            let middle = FIRST_ROW + ROW * index as f64;
            for (grid, (x, sign)) in grids.iter().zip([(110.0, "·"), (310.0, "="), (515.0, "")]) {
                draw_grid(grid, (x, middle), &mut canvas);
                let to_the_right = (x + 100.0, middle);
                canvas.push(Element::label(sign, to_the_right, "middle").number("font-size", 26.0));
            }
        }
        Ok(canvas)
    }
}

fn draw_grid(grid: &Grid, (x, y): (f64, f64), canvas: &mut Canvas) {
    let (rows, columns) = grid.shape;
    let left = x - CELL * columns as f64 / 2.0;
    let top = y - CELL * rows as f64 / 2.0;
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let corner = (left + CELL * column as f64, top + CELL * row as f64);
        let cell = Element::rect(corner, (CELL, CELL)).set("stroke", "currentColor");
        let fill = match (grid.filled)(row, column) {
            true => "fill:var(--series-1, #007ac2)",
            false => "fill:none",
        };
        canvas.push(cell.set("style", fill));
    }
    canvas.push(Element::label(grid.name, (x, top - 16.0), "middle").set("font-weight", "600"));
    let below = (x, top + CELL * rows as f64 + 16.0);
    canvas.push(Element::label(&format!("[{rows} × {columns}]"), below, "middle"));
}
