//! How well a model does on examples. Page: *What five epochs buy* (`ch05_mnist/results.md`).

use ch01_neuron::Real;
use ch02_forward::{Loss, softmax};
use ndarray::{Array2, ArrayView1, Axis};

use crate::data::Dataset;
use crate::files::CLASSES;
use crate::training::Model;

/// How well a model does on examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The mean cross-entropy.
    pub loss: f64,
    /// The share of examples whose likeliest class is the right one.
    pub accuracy: f64,
    /// How many examples of a class (row) were taken for which (column), `[classes × classes]`
    pub confusion: Array2<usize>,
    /// The probability that the model gives each class, `[examples × classes]`
    pub probabilities: Array2<f64>,
}

/// Runs the model on all the examples, a few hundred at a time.
pub fn evaluate<T: Real>(model: &impl Model<T>, data: &Dataset) -> Evaluation {
    let mut loss = 0.0;
    let mut confusion = Array2::zeros((CLASSES, CLASSES));
    let mut probabilities = Array2::zeros((data.len(), CLASSES));
    let indices: Vec<usize> = (0..data.len()).collect();
    let answers = probabilities.axis_chunks_iter_mut(Axis(0), 500);
    for (indices, mut answers) in indices.chunks(500).zip(answers) {
        let (inputs, targets) = data.batch::<T>(indices);
        let logits = model.forward(inputs.view());
        let batch_loss = Loss::SoftmaxCrossEntropy.value(logits.view(), targets.view());
        loss += batch_loss.as_f64() * indices.len() as f64;
        answers.assign(&softmax(logits.view()).mapv(Real::as_f64));
    }
    for (row, &label) in probabilities.rows().into_iter().zip(&data.labels) {
        confusion[[usize::from(label), likeliest(row)]] += 1;
    }
    let right = confusion.diag().sum();
    let examples = data.len() as f64;
    Evaluation {
        loss: loss / examples,
        accuracy: right as f64 / examples,
        confusion,
        probabilities,
    }
}

/// The class with the largest probability; the first of them if there is a tie.
pub fn likeliest(probabilities: ArrayView1<f64>) -> usize {
    let better = |best: usize, class: usize| {
        if probabilities[class] > probabilities[best] { class } else { best }
    };
    (0..probabilities.len()).fold(0, better)
}
