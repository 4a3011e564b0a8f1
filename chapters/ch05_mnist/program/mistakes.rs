//! Page *Mistakes and weights*: what is taken for what, the worst mistakes, what neurons respond to.

use anyhow::Result;
use book_figures::{Figure, Format, HeatMap, ImageGrid, Output};
use ch02_forward::{Network, transposed_product};
use ch05_mnist::{CLASSES, Dataset, Evaluation, likeliest};
use ndarray::{Array1, Array2, Axis as Along};

use crate::outcome::Outcome;

/// The mistakes and weights of the steady network, and the mean image of each digit.
pub fn draw(steady: &Outcome, (train, test): (&Dataset, &Dataset), output: &Output) -> Result<()> {
    output.figure("means", &mean_images(&class_means(train), train.images.width))?;
    let confusion = &steady.test.confusion;
    let wrong = confusion.sum() - confusion.diag().sum();
    let ((digit, taken_for), count) = (confusion.indexed_iter())
        .filter(|((digit, taken_for), _)| digit != taken_for)
        .max_by_key(|(_, count)| **count)
        .expect("there are ten classes");
    let description = format!(
        "Of {} test images {wrong} are misread. The most frequent mistake is a {digit} taken for a \
         {taken_for}, {count} times.",
        test.len()
    );
    let matrix = confusion.rows().into_iter();
    let matrix = matrix.map(|row| row.iter().map(|&count| count as f64).collect()).collect();
    let digits = || (0..CLASSES).map(|digit| digit.to_string());
    let heat_map = HeatMap::new("What is taken for what", description, matrix)
        .rows("the digit", digits())
        .columns("taken for", digits())
        .print(Format::Integer)
        .neutral_diagonal()
        .color_range(0.0, *count as f64);
    output.figure("confusion", &heat_map.machine_dependent())?;
    output.figure("mistakes", &worst_mistakes(&steady.test, test).machine_dependent())?;
    output.figure("weights", &first_weights(&steady.network, test).machine_dependent())?;
    Ok(())
}

/// The misread images to whose true class the network gave the smallest probability.
fn worst_mistakes(evaluation: &Evaluation, test: &Dataset) -> ImageGrid {
    let answers = evaluation.probabilities.rows().into_iter().zip(&test.labels).enumerate();
    let mut mistakes: Vec<_> = answers
        .map(|(index, (row, &label))| (index, label, likeliest(row), row[usize::from(label)]))
        .filter(|(_, label, taken_for, _)| usize::from(*label) != *taken_for)
        .collect();
    mistakes.sort_by(|a, b| a.3.total_cmp(&b.3));
    mistakes.truncate(15);
    let pairs = mistakes.iter().map(|(_, label, taken_for, _)| format!("{label} as {taken_for}"));
    let description = format!(
        "Fifteen test images with what they were read as: {}.",
        pairs.collect::<Vec<_>>().join(", ")
    );
    let mut grid = ImageGrid::new("The worst mistakes", description, 5);
    for (index, label, taken_for, _) in mistakes {
        let pixels = test.images.pixels.row(index).to_vec();
        grid = grid.gray(format!("{label} read as {taken_for}"), test.images.width, &pixels);
    }
    grid
}

/// The weights of the first neurons of the first layer, each as an image.
fn first_weights(network: &Network<f32>, test: &Dataset) -> ImageGrid {
    let weights = &network.layers[0].dense.weights;
    let shown = weights.ncols().min(20);
    let largest = weights.iter().fold(0.0, |largest: f32, weight| largest.max(weight.abs()));
    let description = format!(
        "The weights of {shown} of the {} neurons of the first layer, each drawn where its pixel \
         is. The largest weight of the layer is {largest:.2} in size.",
        weights.ncols()
    );
    let mut grid = ImageGrid::new("What the first neurons look for", description, 5);
    for (neuron, column) in weights.axis_iter(Along(1)).take(shown).enumerate() {
        let numbers: Vec<f64> = column.iter().map(|&weight| weight.into()).collect();
        grid = grid.signed(format!("neuron {neuron}"), test.images.width, &numbers);
    }
    grid.range(0.4)
}

/// The mean image of each digit, from 0 to 1. `[pixels × classes]`
pub fn class_means(data: &Dataset) -> Array2<f64> {
    let mut sums = Array2::zeros((data.pixels(), CLASSES));
    let mut counts = Array1::<f64>::zeros(CLASSES);
    let indices: Vec<usize> = (0..data.len()).collect();
    for indices in indices.chunks(500) {
        let (inputs, targets) = data.batch::<f64>(indices);
        sums += &transposed_product(inputs.view(), targets.view()); // [pixels × batch] [batch × 10]
        counts += &targets.sum_axis(Along(0));
    }
    sums / &counts
}

fn mean_images(means: &Array2<f64>, width: usize) -> ImageGrid {
    let description = "Ten blurred digits, from 0 to 9: bright where most writers put ink.";
    let mut grid = ImageGrid::new("The mean image of each digit", description, 5);
    for (digit, mean) in means.axis_iter(Along(1)).enumerate() {
        grid = grid.shares(format!("mean {digit}"), width, &mean.to_vec());
    }
    grid
}
