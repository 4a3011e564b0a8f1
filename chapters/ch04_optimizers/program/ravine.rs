//! The ravine of the chapter: a quadratic of two parameters, twenty times as steep across as along.

use book_figures::ContourMap;
use ch04_optimizers::Quadratic;
use ndarray::array;

use crate::paths::{Point, rotated_quadratic};

/// The ravine of the chapter: κ = 20.
pub const CURVATURES: [f64; 2] = [1.0, 20.0];
/// Where all paths across it start.
pub const START: Point = [-3.5, -1.0];
/// With [`HEIGHT`] both parameters have one scale, so that right angles look like right angles.
const WINDOW: [(f64, f64); 2] = [(-4.4, 3.4), (-3.3, 2.2)];
const HEIGHT: f64 = 536.0;
const LEVELS: [f64; 8] = [0.3, 1.0, 3.0, 7.0, 14.0, 25.0, 45.0, 80.0];

/// The ravine, its steep axis turned from upright.
pub fn ravine() -> Quadratic<f64> {
    rotated_quadratic(CURVATURES, 30.0)
}

/// A contour map of the ravine.
pub fn map(title: &str, description: String) -> ContourMap {
    let bowl = ravine();
    let height = move |x: f64, y: f64| bowl.value(array![x, y].view());
    ContourMap::new(title, description, WINDOW, height)
        .axes("first parameter", "second parameter")
        .height(HEIGHT)
        .levels(LEVELS)
        .mark("minimum", (1.0, 0.5))
}
