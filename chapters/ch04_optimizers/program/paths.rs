//! Optimizers on their way across a landscape, and the search for the rate that suits each best.

use ch04_optimizers::{Adam, Momentum, Optimizer, Parameter, Quadratic, Sgd};
use ndarray::{ArrayView1, array};

/// A point of the plane.
pub type Point = [f64; 2];

/// How an optimizer is made, and what the page calls it.
pub type Rule = (&'static str, fn() -> Box<dyn Optimizer<f64>>);

/// Three rules of the chapter, each with its usual constants.
pub const RULES: [Rule; 3] = [
    ("SGD", || Box::new(Sgd::default())),
    ("momentum", || Box::new(Momentum::new(0.9))),
    ("Adam", || Box::new(Adam::default())),
];

/// The way of an optimizer: the start, and the point after each step. It ends early where the
/// numbers run away.
pub fn descend(
    optimizer: &mut dyn Optimizer<f64>,
    rate: f64,
    start: Point,
    steps: usize,
    gradient: impl Fn(Point) -> Point,
) -> Vec<Point> {
    let (mut point, mut path) = (start, vec![start]);
    for _ in 0..steps {
        let slope = gradient(point);
        optimizer.step(rate, vec![Parameter::new(&mut point, &slope)]);
        if point.iter().any(|number| !number.is_finite() || number.abs() > 1e100) {
            break;
        }
        path.push(point);
    }
    path
}

/// The gradient of a quadratic of two parameters.
pub fn slope(bowl: &Quadratic<f64>) -> impl Fn(Point) -> Point + '_ {
    |[x, y]| {
        let gradient = bowl.gradient(array![x, y].view());
        [gradient[0], gradient[1]]
    }
}

/// A quadratic of two parameters with these curvatures along its axes, the steep one rotated by so
/// many degrees from upright; its minimum is (1, 0.5).
pub fn rotated_quadratic([flat, steep]: [f64; 2], degrees: f64) -> Quadratic<f64> {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let mixed = (flat - steep) * sin * cos;
    let along = flat * cos * cos + steep * sin * sin;
    let across = flat * sin * sin + steep * cos * cos;
    Quadratic { curvature: array![[along, mixed], [mixed, across]], minimum: array![1.0, 0.5] }
}

/// How far a point is from another.
pub fn distance(point: Point, [x, y]: Point) -> f64 {
    (point[0] - x).hypot(point[1] - y)
}

/// How far the last point of a path is from the minimum; infinite if it ran away.
pub fn missed_by(path: &[Point], steps: usize, lowest: ArrayView1<f64>) -> f64 {
    if path.len() <= steps {
        return f64::INFINITY;
    }
    path.last().map_or(f64::INFINITY, |&end| distance(end, [lowest[0], lowest[1]]))
}

/// The rate among 0.0001, 0.000126, …, 10 with which a rule ends nearest to the minimum after
/// so many steps, and the path that it takes.
pub fn best_path(
    rule: Rule,
    start: Point,
    steps: usize,
    lowest: Point,
    gradient: impl Fn(Point) -> Point,
) -> (f64, Vec<Point>) {
    let lowest = array![lowest[0], lowest[1]];
    let tries = (-40..=10).map(|exponent| {
        let rate = 10_f64.powf(f64::from(exponent) / 10.0);
        (rate, descend(&mut *rule.1(), rate, start, steps, &gradient))
    });
    let end = |path: &[Point]| missed_by(path, steps, lowest.view());
    tries.min_by(|a, b| end(&a.1).total_cmp(&end(&b.1))).expect("there are 51 rates")
}

/// The points as a figure wants them.
pub fn drawn(path: &[Point]) -> Vec<(f64, f64)> {
    path.iter().map(|&[x, y]| (x, y)).collect()
}

/// The lengths of the steps that a rule takes with rate 1 when it is given these gradients.
pub fn step_lengths(
    mut optimizer: impl Optimizer<f64>,
    gradients: impl IntoIterator<Item = f64>,
) -> Vec<(f64, f64)> {
    let mut weight = [0.0];
    let step = |(index, gradient): (usize, f64)| {
        let before = weight[0];
        optimizer.step(1.0, vec![Parameter::new(&mut weight, &[gradient])]);
        (index as f64 + 1.0, (weight[0] - before).abs())
    };
    gradients.into_iter().enumerate().map(step).collect()
}
