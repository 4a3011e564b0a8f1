//! Page *Cover and delete*: pixels go in the order of a map, and the answer with them.

use anyhow::Result;
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Output, Series, Values};
use ch02_forward::{Network, softmax};
use ch05_mnist::{Dataset, likeliest, shuffled};
use ch07_inside::{
    InputGradient, area_under, descending, gradient_times_input, guided_gradient,
    integrated_gradients_exactly, occlusion, rank_correlation, replace_in_order, squares,
};
use ndarray::{Array1, Array2, ArrayView1, Axis as Along, concatenate};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, answers, first, logits_of};

/// How many test images lose their pixels, and in how many steps.
const IMAGES: usize = 1000;
const STEPS: usize = 10;
/// The side of the patches that occlusion covers.
const SIDE: usize = 4;

/// The orders: their names in a figure and in the values.
const ORDERS: [(&str, &str); 8] = [
    ("random", "random"),
    ("brightness", "brightness"),
    ("|gradient|", "absolute"),
    ("guided × input", "guided"),
    ("other network", "other"),
    ("occlusion", "occlusion"),
    ("gradient × input", "times_input"),
    ("integrated", "integrated"),
];

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: &[Network<f64>],
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("patches", &patches(&networks[0], test, values)?.machine_dependent())?;
    let all: Vec<Curves> = (0..networks.len()).map(|own| curves(networks, own, test)).collect();
    let [deleted, inserted] = [0, 1].map(|way| areas(&all, way));
    let note = format!("{IMAGES} test images, {STEPS} steps, {NOTE}");
    for (way, areas) in [("deletion", &deleted), ("insertion", &inserted)] {
        for (index, (_, key)) in ORDERS.into_iter().enumerate() {
            let name = format!("deletion.{way}.{key}");
            set_mean(values, &name, mean_of(&areas[index]), Format::Decimals(3), &note)?;
            let best = &areas[6]; // gradient × input, seed by seed
            let pairs = areas[index].iter().zip(best);
            let differences: Vec<f64> = pairs.map(|(one, best)| one - best).collect();
            let name = format!("deletion.{way}.beyond.{key}");
            set_mean(values, &name, mean_of(&differences), Format::Decimals(3), &note)?;
        }
    }
    output.figure("deletion", &chart(&all, 0).machine_dependent())?;
    output.figure("insertion", &chart(&all, 1).machine_dependent())?;
    output.figure("deleted", &pictures(&networks[0], test).machine_dependent())?;
    Ok(())
}

/// A digit, the same without the patch for which the map promises most, what the map promises for
/// each patch, and how far the logit falls without it.
fn patches(network: &Network<f64>, test: &Dataset, values: &mut Values) -> Result<ImageGrid> {
    let (inputs, _) = first(test, 1);
    let class = answers(network, &inputs);
    let weights = logits_of(&class);
    let part = squares(28, SIDE);
    let parts = (28 / SIDE) * (28 / SIDE);
    let map = gradient_times_input(network, inputs.view(), weights.view());
    let (mut promised, mut ink) = (Array1::<f64>::zeros(parts), Array1::<f64>::zeros(parts));
    for (pixel, &part) in part.iter().enumerate() {
        promised[part] += map[[0, pixel]];
        ink[part] += inputs[[0, pixel]];
    }
    let black = Array1::zeros(inputs.ncols());
    let ends = (black.view(), inputs.row(0));
    let falls = occlusion(network, ends, weights.row(0), (parts, &part));
    let most = descending(promised.view())[0];
    let with_ink: Vec<usize> = (0..parts).filter(|&part| ink[part] > 0.0).collect();
    let [p, f] = [&promised, &falls].map(|all| all.select(Along(0), &with_ink));
    let alike = rank_correlation(p.view(), f.view()).expect("patches differ");
    let note = "the first test image, patches of 4 × 4, steady recipe, seed 0";
    set(values, "deletion.patch.promised", promised[most], Format::Decimals(1), note)?;
    set(values, "deletion.patch.happened", falls[most], Format::Decimals(1), note)?;
    set(values, "deletion.patch.alike", alike, Format::Decimals(2), note)?;
    for (name, place) in [("column", most % (28 / SIDE)), ("row", most / (28 / SIDE))] {
        set(values, &format!("deletion.patch.{name}"), place as f64, Format::Integer, note)?;
    }
    let covered =
        part.iter().zip(inputs.row(0)).map(|(&part, &x)| if part == most { 0.0 } else { x });
    let largest = promised.iter().chain(&falls).fold(0.0_f64, |most, value| most.max(value.abs()));
    let spread = |all: &Array1<f64>| part.iter().map(|&p| all[p] / largest).collect::<Vec<_>>();
    let description = format!(
        "A {}; the same with one patch of {SIDE} × {SIDE} pixels covered; what gradient times input \
         promises for each patch, and how far the logit falls without it. For the covered patch {:.2} \
         were promised, and the logit falls by {:.2}. Over the patches with ink the two have a rank \
         correlation of {alike:.2}.",
        class[0], promised[most], falls[most]
    );
    Ok(ImageGrid::new("A patch is covered", description, 4)
        .shares(format!("a {}", class[0]), 28, &inputs.row(0).to_vec())
        .shares("a patch covered", 28, &covered.collect::<Vec<_>>())
        .signed("promised", 28, &spread(&promised))
        .signed("happened", 28, &spread(&falls))
        .range(1.0))
}

/// For each order the mean curve over the images of deletion and of insertion: `[orders × steps +
/// 1]`.
type Curves = [Array2<f64>; 2];

/// How likely the answer of one network is on the way.
fn curves(networks: &[Network<f64>], own: usize, test: &Dataset) -> Curves {
    let network = &networks[own];
    let (inputs, _) = first(test, IMAGES);
    let classes = answers(network, &inputs);
    let scores = scores(networks, own, &inputs, &logits_of(&classes));
    let black = Array1::zeros(inputs.ncols());
    let of_image = |image: usize| {
        let input = inputs.row(image);
        let mut orders: Vec<Vec<usize>> =
            scores.iter().map(|scores| on_ink(input, descending(scores.row(image)))).collect();
        let mut generator = ChaCha8Rng::seed_from_u64(image as u64);
        orders.insert(0, on_ink(input, shuffled(input.len(), &mut generator)));
        [(input, black.view()), (black.view(), input)].map(|way| {
            let images: Vec<_> =
                orders.iter().map(|order| replace_in_order(way, order, STEPS)).collect();
            let images: Vec<_> = images.iter().map(|images| images.view()).collect();
            let images = concatenate(Along(0), &images).expect("images of one size");
            let p = softmax(network.forward(images.view()).view());
            let of_answer = p.column(usize::from(classes[image])).to_owned();
            let shape = (ORDERS.len(), STEPS + 1);
            of_answer.into_shape_with_order(shape).expect("a curve for each order")
        })
    };
    let zero = || [0, 1].map(|_| Array2::zeros((ORDERS.len(), STEPS + 1)));
    let add = |[left, right]: Curves, [l, r]: Curves| [left + l, right + r];
    let sums = (0..IMAGES).into_par_iter().map(of_image).reduce(zero, add);
    sums.map(|sum| sum / IMAGES as f64)
}

/// What each order but the random one goes by, `[images × pixels]`.
fn scores(
    networks: &[Network<f64>],
    own: usize,
    inputs: &Array2<f64>,
    weights: &Array2<f64>,
) -> [Array2<f64>; ORDERS.len() - 1] {
    let network = &networks[own];
    let gradient = network.input_gradient(inputs.view(), weights.view());
    let black = Array2::zeros(inputs.dim());
    let other = &networks[(own + 1) % networks.len()];
    [
        inputs.clone(),
        gradient.mapv(f64::abs),
        guided_gradient(network, inputs.view(), weights.view()) * inputs,
        other.input_gradient(inputs.view(), weights.view()) * inputs,
        covered(network, inputs, weights),
        gradient * inputs,
        integrated_gradients_exactly(network, (black.view(), inputs.view()), weights.view()),
    ]
}

/// For each pixel how far the logit falls with its patch. Pixels of one patch go by brightness.
fn covered(network: &Network<f64>, inputs: &Array2<f64>, weights: &Array2<f64>) -> Array2<f64> {
    let part = squares(28, SIDE);
    let parts = (28 / SIDE) * (28 / SIDE);
    let black = Array1::zeros(inputs.ncols());
    let of_image = |image: usize| {
        let (input, weights) = (inputs.row(image), weights.row(image));
        let falls = occlusion(network, (black.view(), input), weights, (parts, &part));
        part.iter().zip(input).map(|(&part, x)| falls[part] + 1e-9 * x).collect::<Vec<_>>()
    };
    let rows: Vec<f64> = (0..inputs.nrows()).into_par_iter().flat_map(of_image).collect();
    Array2::from_shape_vec(inputs.dim(), rows).expect("a score for each pixel")
}

/// An order without the pixels that are black.
fn on_ink(input: ArrayView1<f64>, order: Vec<usize>) -> Vec<usize> {
    order.into_iter().filter(|&pixel| input[pixel] > 0.0).collect()
}

/// The area of each order's curve, seed by seed.
fn areas(all: &[Curves], way: usize) -> Vec<Vec<f64>> {
    let of_order =
        |order: usize| all.iter().map(|curves| area_under(curves[way].row(order))).collect();
    (0..ORDERS.len()).map(of_order).collect()
}

/// The curves of deletion or of insertion.
fn chart(all: &[Curves], way: usize) -> Chart {
    let shown = [0, 1, 2, 5, 6];
    let at = |order: usize, step: usize| {
        let shares: Vec<f64> = all.iter().map(|curves| curves[way][[order, step]]).collect();
        100.0 * mean_of(&shares).value
    };
    let told = shown.map(|order| format!("{} {:.0}%", ORDERS[order].0, at(order, 3)));
    let (title, axis, what) = match way {
        0 => ("Deletion", "share of the ink deleted [%]", "deleted"),
        _ => ("Insertion", "share of the ink inserted [%]", "inserted"),
    };
    let description = format!(
        "Mean probability of the answer by the share of the ink that is {what}, in five orders. After \
         three tenths of it: {}.",
        told.join(", ")
    );
    let chart = Chart::new(title, description)
        .x_axis(Axis::new(axis).range(0.0, 100.0))
        .y_axis(Axis::new("probability [%]").range(0.0, 100.0))
        .legend();
    shown.into_iter().fold(chart, |chart, order| {
        let points = (0..=STEPS).map(|step| (100.0 * step as f64 / STEPS as f64, at(order, step)));
        chart.series(Series::line(ORDERS[order].0, points.collect::<Vec<_>>()).markers())
    })
}

/// A digit that loses its ink, by gradient × input and at random, and what the network answers.
fn pictures(network: &Network<f64>, test: &Dataset) -> ImageGrid {
    let (inputs, _) = first(test, 1);
    let input = inputs.row(0);
    let class = answers(network, &inputs);
    let weights = logits_of(&class);
    let map = network.input_gradient(inputs.view(), weights.view()) * &inputs;
    let random = shuffled(input.len(), &mut ChaCha8Rng::seed_from_u64(0));
    let orders = [on_ink(input, descending(map.row(0))), on_ink(input, random)];
    let black = Array1::zeros(input.len());
    let mut told = Vec::new();
    let mut cells = Vec::new();
    for (order, name) in orders.iter().zip(["by gradient times input", "at random"]) {
        let images = replace_in_order((input, black.view()), order, STEPS);
        let images = images.slice_axis(Along(0), (0..5).into());
        let p = softmax(network.forward(images).view());
        let mut read = Vec::new();
        for (step, (image, p)) in images.rows().into_iter().zip(p.rows()).enumerate() {
            let answer = likeliest(p);
            cells.push((
                format!("−{}%\n{answer}: {:.0}%", 10 * step, 100.0 * p[answer]),
                image.to_vec(),
            ));
            read.push(format!("{answer} with {:.0}%", 100.0 * p[answer]));
        }
        told.push(format!("{name}: {}", read.join(", ")));
    }
    let description = format!(
        "A {} that loses 0 to 40% of its ink in steps of 10%, and how it is read. {}.",
        class[0],
        told.join("; ")
    );
    let grid = ImageGrid::new("A digit loses its ink", description, 5);
    cells.into_iter().fold(grid, |grid, (caption, image)| grid.shares(caption, 28, &image))
}
