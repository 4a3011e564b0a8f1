//! The curvatures of a real loss, and how much of its gradient lies along which of them.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, Measured, Output, Series, Values};
use book_programs::print;
use ch02_forward::Network;
use ch04_optimizers::Sgd;
use nalgebra::{DMatrix, DVector, SymmetricEigen};

use crate::numbers::number;
use crate::spirals::{EXAMPLES, SEED, Task};

/// Draws the figure of the page and measures its numbers.
pub fn run(output: &Output, values: &mut Values) -> Result<()> {
    let task = Task::new(SEED);
    let mut network = task.tanh_network();
    let start = Directions::of(&task, &network);
    task.train(&mut network, &mut Sgd::default(), 0.3, 300);
    let trained = Directions::of(&task, &network);
    let mut told = Vec::new();
    for (name, directions) in [("start", &start), ("trained", &trained)] {
        told.push(directions.tell(name, values)?);
    }
    let count = start.sizes.len();
    values.set("spectrum.parameters", Measured::count(count))?;
    values.set("spectrum.examples", Measured::count(EXAMPLES))?;
    let description = format!("Of {count} curvatures, by size: {}.", told.join("; "));
    let mut chart = Chart::new("The curvatures of a real loss", description)
        .x_axis(Axis::new("curvature number").integers())
        .y_axis(Axis::new("size of the curvature").log().range(1e-8, 30.0))
        .vertical_rule(EXAMPLES as f64, "number of examples");
    for (name, directions) in [("start", start), ("trained", trained)] {
        let line = directions.sizes.into_iter().enumerate();
        chart = chart.series(Series::line(name, line.map(|(k, size)| (k as f64 + 1.0, size))));
    }
    output.figure("spectrum", &chart.machine_dependent())?;
    Ok(())
}

/// The directions of the Hessian's eigenvectors, those of the largest curvature first.
struct Directions {
    /// The sizes of the curvatures.
    sizes: Vec<f64>,
    negative: usize,
    /// The share of the gradient's squared length that lies along each.
    shares: Vec<f64>,
}

impl Directions {
    fn of(task: &Task, network: &Network<f64>) -> Self {
        let hessian = task.hessian(network);
        let count = hessian.nrows();
        let eigen = SymmetricEigen::new(DMatrix::from_iterator(count, count, hessian));
        let gradient = DVector::from_vec(task.loss_and_gradients(network).1.slices().concat());
        let along = eigen.eigenvectors.tr_mul(&gradient);
        let mut order: Vec<usize> = (0..count).collect();
        let size = |k: &usize| eigen.eigenvalues[*k].abs();
        order.sort_by(|a, b| size(b).total_cmp(&size(a)));
        Self {
            sizes: order.iter().map(size).collect(),
            negative: eigen.eigenvalues.iter().filter(|&&lambda| lambda < -1e-6).count(),
            shares: order.iter().map(|&k| along[k].powi(2) / gradient.norm_squared()).collect(),
        }
    }

    fn tell(&self, name: &str, values: &mut Values) -> Result<String> {
        let (largest, last) = (self.sizes[0], self.sizes[EXAMPLES - 1]);
        let beyond: f64 = self.shares[EXAMPLES..].iter().sum();
        print(format_args!(
            "{name}: largest curvature {largest:.3}, number 10 {:.1e}, number 50 {:.1e}, number 200 \
             {last:.1e}, {} negative, {beyond:.1e} of the gradient's square beyond number 200, {:.2} in \
             the first 10",
            self.sizes[9],
            self.sizes[49],
            self.negative,
            self.shares[..10].iter().sum::<f64>(),
        ))?;
        values.set(&format!("spectrum.{name}.largest"), number(largest, 2))?;
        values.set(&format!("spectrum.{name}.limit"), number(2.0 / largest, 2))?;
        for number in [10, 50, EXAMPLES] {
            let ratio = largest / self.sizes[number - 1];
            let measured = Measured::number(ratio, Format::Scientific(0)).within(0.05 * ratio);
            values.set(&format!("spectrum.{name}.ratio_{number}"), measured)?;
        }
        let percent = Measured::number(1.0 - beyond, Format::Percent(1)).within(0.0005);
        values.set(&format!("spectrum.{name}.gradient_share"), percent)?;
        Ok(format!(
            "at the {} the largest is {largest:.2}, number 200 {last:.0e}",
            if name == "start" { "start" } else { "end of training" }
        ))
    }
}
