//! Page *What it sees*: kernels, maps, what answers rest on, and what shifts and turns do.

use std::fs;

use anyhow::{Result, ensure};
use book_figures::{Axis, Chart, Figure, Format, ImageGrid, Measured, Output, Series, Values};
use book_programs::data::Source;
use book_programs::print;
use book_programs::records::{self, Record};
use book_programs::statistics::{Estimate, t_interval};
use ch02_forward::{one_hot, softmax};
use ch05_mnist::{CLASSES, Dataset, Images, Model, evaluate, likeliest, shuffled};
use ch06_overfitting::{shift, subset};
use ch07_inside::{area_under, descending, occlusion, replace_in_order, squares};
use ch09_vision::{ConvolutionalNetwork, integrated_pixels, pixel_gradient, rotated};
use ndarray::{Array1, Array2, ArrayView1, Axis as Along};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::arguments::{Arguments, StudyArguments};
use crate::convolution::scaled;
use crate::disk;
use crate::journal;
use crate::measured::set_mean;
use crate::study::{self, Kind};

/// How many of the test images are moved: every second one.
const MOVED: usize = 5000;
/// How far they are moved, in pixels, and turned, in degrees.
const SHIFTS: [isize; 5] = [0, 1, 2, 3, 4];
const TURNS: [u32; 5] = [0, 10, 20, 30, 40];
/// How many lose their pixels, in how many steps, and the steps of a path.
const DELETED: usize = 200;
const STEPS: usize = 10;
const PATH: usize = 50;
/// How far the seed of another network is from a network's own.
const OTHER: u64 = 1000;
/// The side of the patches that occlusion covers.
const SIDE: usize = 4;

/// How all images were moved, and how many were misread then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Move {
    pub down: isize,
    pub right: isize,
    /// Counterclockwise.
    pub degrees: i32,
    pub misread: usize,
}

/// The areas under the deletion curves, by what the order goes by; means over images.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Areas {
    pub random: f64,
    pub brightness: f64,
    pub gradient: f64,
    pub integrated: f64,
    pub occlusion: f64,
    /// By the integrated gradients of another network, of the same kind and of another seed.
    pub other: f64,
    /// By how much the sums of integrated gradients miss the gains of the logits, as a share of the gains.
    pub missed: f64,
}

/// What was found of one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    pub kind: Kind,
    pub seed: u64,
    pub images: usize,
    pub moves: Vec<Move>,
    /// Of convolutional networks.
    pub areas: Option<Areas>,
}

/// The committed record.
pub fn recorded() -> Result<Record<Vec<Seen>>> {
    journal::recorded("sees")
}

/// Runs the experiment, and writes what there is after each network. With data of the reader's own it
/// only prints.
pub fn run(arguments: &StudyArguments) -> Result<()> {
    let path = match (&arguments.data, arguments.record) {
        (Some(_), _) => None,
        (None, true) => Some(journal::path("sees")?),
        (None, false) => Some(book_figures::root()?.join("target/ch09_vision/sees.json")),
    };
    let (train, test) = disk::load(&Source::new(arguments.data.clone()))?;
    let command = format!("cargo run -p ch09_vision -- study sees --seeds {}", arguments.seeds);
    let mut all = match &path {
        Some(path) if path.exists() => records::read::<Arguments, Vec<Seen>>(path)?.outcome,
        _ => Vec::new(),
    };
    if let Some(folder) = path.as_ref().and_then(|path| path.parent()) {
        fs::create_dir_all(folder)?;
    }
    for seed in 0..arguments.seeds as u64 {
        for kind in [Kind::Dense, Kind::Convolutional] {
            if all.iter().any(|seen| (seen.kind, seen.seed) == (kind, seed)) {
                continue;
            }
            let seen = one(kind, seed, (&train, &test))?;
            let still = seen.moves[0].misread as f64 / seen.images as f64;
            print(format_args!("{kind:?}, seed {seed}: {:.2} % misread", 100.0 * still))?;
            all.push(seen);
            if let Some(path) = &path {
                Record::today(&command, &all)?.write(path)?;
            }
        }
    }
    Ok(())
}

fn one(kind: Kind, seed: u64, (train, test): (&Dataset, &Dataset)) -> Result<Seen> {
    let every_second: Vec<usize> = (0..test.len()).step_by(2).take(MOVED).collect();
    let images = subset(test, &every_second);
    let count = images.len();
    if kind == Kind::Dense {
        let network = study::dense(seed, train)?.model;
        let moves = moves(&network, &images);
        return Ok(Seen { kind, seed, images: count, moves, areas: None });
    }
    let [network, other] = [seed, seed + OTHER].map(|seed| study::convolutional(kind, seed, train));
    let (network, other) = (network?.model, other?.model);
    let areas = Some(areas(&network, &other, &test.first(DELETED)));
    Ok(Seen { kind, seed, images: count, moves: moves(&network, &images), areas })
}

/// All shifts to the four sides and turns to both, and what is misread then; none of them first.
fn moves(model: &impl Model<f32>, images: &Dataset) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut tried = |down: isize, right: isize, degrees: i32| {
        let moved = changed(images, |image| match degrees {
            0 => shift(image.view(), down, right),
            _ => rotated(image.view(), degrees.into()),
        });
        let right_ones = evaluate(model, &moved).confusion.diag().sum();
        moves.push(Move { down, right, degrees, misread: images.len() - right_ones });
    };
    tried(0, 0, 0);
    for by in &SHIFTS[1..] {
        for (down, right) in [(-by, 0), (*by, 0), (0, -by), (0, *by)] {
            tried(down, right, 0);
        }
    }
    for by in &TURNS[1..] {
        tried(0, 0, *by as i32);
        tried(0, 0, -(*by as i32));
    }
    moves
}

/// Other images with the same labels.
fn changed(data: &Dataset, change: impl Fn(Array2<f32>) -> Array2<f32>) -> Dataset {
    let Images { pixels, height, width } = &data.images;
    let mut new = pixels.clone();
    for mut row in new.rows_mut() {
        let image = row.mapv(f32::from).into_shape_with_order((*height, *width));
        let image = change(image.expect("an image"));
        row.iter_mut().zip(image).for_each(|(to, pixel)| *to = pixel.round() as u8);
    }
    let images = Images { pixels: new, height: *height, width: *width };
    Dataset { images, labels: data.labels.clone() }
}

/// The answer to each image as a row of zeros and a one.
fn answers(network: &ConvolutionalNetwork<f32>, inputs: &Array2<f32>) -> (Vec<u8>, Array2<f32>) {
    let logits = network.forward(inputs.view()).mapv(f64::from);
    let answers: Vec<u8> = logits.rows().into_iter().map(|row| likeliest(row) as u8).collect();
    let weights = one_hot(&answers, CLASSES);
    (answers, weights)
}

/// What each order goes by, `[images × pixels]`: brightness, gradient × input, integrated gradients,
/// occlusion.
fn scores(network: &ConvolutionalNetwork<f32>, inputs: &Array2<f32>) -> [Array2<f32>; 4] {
    let (_, weights) = answers(network, inputs);
    let gradient = pixel_gradient(network, inputs.view(), weights.view()) * inputs;
    let integrated = integrated_pixels(network, inputs.view(), weights.view(), PATH);
    let (side, black) = (network.shape.1, Array1::zeros(inputs.ncols()));
    let part = squares(side, SIDE);
    let parts = part.iter().max().map_or(0, |last| last + 1);
    let mut covered = Array2::zeros(inputs.dim());
    for (image, mut covered) in covered.rows_mut().into_iter().enumerate() {
        let ends = (black.view(), inputs.row(image));
        let falls = occlusion(network, ends, weights.row(image), (parts, &part));
        let score = part.iter().zip(inputs.row(image)).map(|(&part, x)| falls[part] + 1e-6 * x);
        covered.iter_mut().zip(score).for_each(|(to, score)| *to = score);
    }
    [inputs.clone(), gradient, integrated, covered]
}

/// An order without the pixels that are black.
fn on_ink(input: ArrayView1<f32>, order: Vec<usize>) -> Vec<usize> {
    order.into_iter().filter(|&pixel| input[pixel] > 0.0).collect()
}

fn areas(
    network: &ConvolutionalNetwork<f32>,
    other: &ConvolutionalNetwork<f32>,
    test: &Dataset,
) -> Areas {
    let (inputs, _) = test.batch::<f32>(&(0..test.len()).collect::<Vec<_>>());
    let (classes, weights) = answers(network, &inputs);
    let of_other = integrated_pixels(other, inputs.view(), weights.view(), PATH);
    let [brightness, gradient, integrated, occlusion] = scores(network, &inputs);
    let scores = [brightness, gradient, integrated, occlusion, of_other];
    let black = Array1::zeros(inputs.ncols());
    let mut sums = [0.0; 6];
    for (image, &class) in classes.iter().enumerate() {
        let input = inputs.row(image);
        let random = shuffled(input.len(), &mut ChaCha8Rng::seed_from_u64(image as u64));
        let orders = scores.iter().map(|scores| descending(scores.row(image)));
        for (sum, order) in sums.iter_mut().zip(std::iter::once(random).chain(orders)) {
            let order = on_ink(input, order);
            let images = replace_in_order((input, black.view()), &order, STEPS);
            let p = softmax(network.forward(images.view()).view()).mapv(f64::from);
            *sum += area_under(p.column(class.into())) / classes.len() as f64;
        }
    }
    let [random, brightness, gradient, integrated, occlusion, other] = sums;
    let missed = missed(network, &inputs, (&weights, &scores[2]));
    Areas { random, brightness, gradient, integrated, occlusion, other, missed }
}

/// How far the sums of integrated gradients are from the gains of the logits, as a share of the gains.
fn missed(
    network: &ConvolutionalNetwork<f32>,
    inputs: &Array2<f32>,
    (weights, integrated): (&Array2<f32>, &Array2<f32>),
) -> f64 {
    let black = Array2::zeros(inputs.dim());
    let logits =
        |inputs: &Array2<f32>| (network.forward(inputs.view()) * weights).sum_axis(Along(1));
    let gains = logits(inputs) - logits(&black);
    let sums = integrated.sum_axis(Along(1));
    f64::from((&gains - &sums).mapv(f32::abs).sum() / gains.mapv(f32::abs).sum())
}

/// Draws the page's figures and sets its values.
pub fn draw(
    network: &ConvolutionalNetwork<f32>,
    test: &Dataset,
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    output.figure("kernels", &kernels(network).machine_dependent())?;
    output.figure("maps", &maps(network, test).machine_dependent())?;
    output.figure("rests_on", &rests_on(network, test).machine_dependent())?;
    let record = recorded()?;
    let seeds = record.outcome.iter().filter(|seen| seen.kind == Kind::Dense).count();
    ensure!(seeds >= 5, "the record: expected five seeds and more, found {seeds}");
    let note = "seeds of each network";
    values.set("sees.seeds", Measured::count(seeds).note(note).experiment(record.how()))?;
    let shifted =
        |by: usize| move |m: &Move| m.down.abs() + m.right.abs() == by as isize && m.degrees == 0;
    let turned = |by: usize| {
        move |m: &Move| m.degrees.unsigned_abs() as usize == by && (m.down, m.right) == (0, 0)
    };
    let by = SHIFTS.map(isize::unsigned_abs);
    let title = "Misread after a shift";
    let chart = moved(&record, values, (title, "shift", "shift [pixels]"), &by, shifted)?;
    output.figure("shifts", &chart.experiment(record.how()))?;
    directions(&record, values)?;
    let title = "Misread after a turn";
    let by = TURNS.map(|by| by as usize);
    let chart = moved(&record, values, (title, "turn", "turn [degrees]"), &by, turned)?;
    output.figure("turns", &chart.experiment(record.how()))?;
    deletions(&record, values)
}

fn kernels(network: &ConvolutionalNetwork<f32>) -> ImageGrid {
    let description = "Sixteen kernels of 3 × 3 pixels, each with weights above 0 in orange and below 0 in \
        blue; in many of them the two colors stand on opposite sides.";
    let mut grid = ImageGrid::new("The kernels of the first block", description, 8);
    let kernels = &network.blocks[0].convolution.kernels;
    for (index, kernel) in kernels.outer_iter().enumerate() {
        grid = grid.signed(index.to_string(), 3, &scaled(kernel.iter().map(|&w| f64::from(w))));
    }
    grid.range(1.0)
}

/// A test image, and eight maps of each block.
fn maps(network: &ConvolutionalNetwork<f32>, test: &Dataset) -> ImageGrid {
    let (pixels, _) = test.batch::<f32>(&[0]);
    let description = "Eight maps of each of three blocks for one seven: of 14 × 14 pixels, in which the \
        strokes can be seen; of 7 × 7, in which they can be guessed; of 3 × 3, in which they cannot.";
    let mut grid = ImageGrid::new("The maps of three blocks", description, 8);
    for (block, maps) in network.feature_maps(pixels.view()).iter().enumerate() {
        let maps = maps.index_axis(Along(0), 0);
        for (index, map) in maps.outer_iter().take(8).enumerate() {
            let numbers = scaled(map.iter().map(|&a| f64::from(a)));
            grid = grid.shares(format!("{}: {index}", block + 1), map.ncols(), &numbers);
        }
    }
    grid
}

/// Two digits, and what three methods say that the answers rest on.
fn rests_on(network: &ConvolutionalNetwork<f32>, test: &Dataset) -> ImageGrid {
    let (inputs, _) = test.batch::<f32>(&[0, 4]);
    let (classes, _) = answers(network, &inputs);
    let scores = scores(network, &inputs);
    let names = ["gradient × input", "integrated", "occlusion"];
    let description = format!(
        "A {} and a {}, each with three maps of its pixels, orange for the answer and blue against it: \
         {}. Integrated gradients are smoother than gradient × input; occlusion shows squares.",
        classes[0],
        classes[1],
        names.join(", ")
    );
    let mut grid = ImageGrid::new("What two answers rest on", description, 4);
    for (image, class) in classes.iter().enumerate() {
        grid = grid.shares(
            format!("read as {class}"),
            28,
            &inputs.row(image).mapv(f64::from).to_vec(),
        );
        for (name, scores) in names.iter().zip(&scores[1..]) {
            grid = grid.signed(*name, 28, &scaled(scores.row(image).iter().map(|&s| f64::from(s))));
        }
    }
    grid.range(1.0)
}

/// The shares of misread images of a kind after the moves that `chosen` picks, seed by seed.
fn errors(record: &Record<Vec<Seen>>, kind: Kind, chosen: impl Fn(&Move) -> bool) -> Vec<f64> {
    let mut all: Vec<&Seen> = record.outcome.iter().filter(|seen| seen.kind == kind).collect();
    all.sort_by_key(|seen| seen.seed);
    let share = |seen: &Seen| {
        let misread: Vec<usize> =
            seen.moves.iter().filter(|m| chosen(m)).map(|m| m.misread).collect();
        misread.iter().sum::<usize>() as f64 / (misread.len() * seen.images) as f64
    };
    all.into_iter().map(share).collect()
}

/// The values and the figure of one way to move images: both kinds, and their difference seed by
/// seed.
fn moved<F: Fn(&Move) -> bool>(
    record: &Record<Vec<Seen>>,
    values: &mut Values,
    (title, key, axis): (&str, &str, &str),
    amounts: &[usize],
    chosen: impl Fn(usize) -> F,
) -> Result<Chart> {
    let how = record.how();
    let note = format!("misread of {MOVED} test images, all directions");
    let kinds = [("convolutional", Kind::Convolutional), ("dense", Kind::Dense)];
    let mut lines: [Vec<Estimate>; 2] = [Vec::new(), Vec::new()];
    for &by in amounts {
        let both = kinds.map(|(_, kind)| errors(record, kind, chosen(by)));
        for (((name, _), errors), line) in kinds.iter().zip(&both).zip(&mut lines) {
            let mean = t_interval(errors, 0.95, 1);
            let name = format!("sees.{key}.{by}.{name}");
            set_mean(values, &name, mean, Format::Percent(2), (&note, &how))?;
            line.push(mean);
        }
        let pairs = both[1].iter().zip(&both[0]).map(|(dense, other)| dense - other);
        let more = t_interval(&pairs.collect::<Vec<_>>(), 0.95, amounts.len());
        let note = format!("{note}, dense less convolutional, seed by seed, all amounts at once");
        let name = format!("sees.{key}.{by}.difference");
        set_mean(values, &name, more, Format::Percent(2), (&note, &how))?;
    }
    let percent = |mean: &Estimate| format!("{:.1}", 100.0 * mean.value);
    let told: Vec<String> = kinds
        .iter()
        .zip(&lines)
        .map(|((name, _), line)| {
            format!("{name} {}", line.iter().map(percent).collect::<Vec<_>>().join(", "))
        })
        .collect();
    let amounts_told: Vec<String> = amounts.iter().map(usize::to_string).collect();
    let description = format!(
        "Misread test images in percent, {axis} {}: {}.",
        amounts_told.join(", "),
        told.join("; ")
    );
    let mut chart = Chart::new(title, description)
        .x_axis(Axis::new(axis).integers())
        .y_axis(Axis::new("misread test images [%]").from_zero());
    for ((name, _), line) in kinds.iter().zip(&lines) {
        let points = amounts.iter().zip(line).map(|(&by, mean)| (by as f64, 100.0 * mean.value));
        let band =
            line.iter().map(|m| (100.0 * (m.value - m.margin), 100.0 * (m.value + m.margin)));
        chart = chart.series(Series::line(*name, points.collect::<Vec<_>>()).markers().band(band));
    }
    Ok(chart)
}

/// What the largest shift costs the convolutional network, by its direction.
fn directions(record: &Record<Vec<Seen>>, values: &mut Values) -> Result<()> {
    let by = SHIFTS[SHIFTS.len() - 1];
    let note = format!("misread of {MOVED} test images, {by} pixels to one side");
    for (name, to) in [("up", (-by, 0)), ("down", (by, 0)), ("left", (0, -by)), ("right", (0, by))]
    {
        let errors = errors(record, Kind::Convolutional, |m| (m.down, m.right) == to);
        let name = format!("sees.shift.{by}.{name}");
        let mean = t_interval(&errors, 0.95, 1);
        set_mean(values, &name, mean, Format::Percent(1), (&note, &record.how()))?;
    }
    Ok(())
}

/// The area of an order.
type Area = fn(&Areas) -> f64;

const ORDERS: [(&str, Area); 6] = [
    ("random", |areas| areas.random),
    ("brightness", |areas| areas.brightness),
    ("gradient", |areas| areas.gradient),
    ("integrated", |areas| areas.integrated),
    ("occlusion", |areas| areas.occlusion),
    ("other", |areas| areas.other),
];

/// Which orders the page compares: by how much the area of the first is smaller.
const PAIRS: [[&str; 2]; 11] = [
    ["brightness", "random"],
    ["gradient", "random"],
    ["integrated", "random"],
    ["occlusion", "random"],
    ["other", "random"],
    ["gradient", "brightness"],
    ["integrated", "brightness"],
    ["occlusion", "brightness"],
    ["other", "brightness"],
    ["integrated", "gradient"],
    ["integrated", "other"],
];

fn order(name: &str) -> Area {
    ORDERS.iter().find(|(order, _)| *order == name).expect("an order of the list").1
}

fn deletions(record: &Record<Vec<Seen>>, values: &mut Values) -> Result<()> {
    let how = record.how();
    let all: Vec<&Areas> = record.outcome.iter().filter_map(|seen| seen.areas.as_ref()).collect();
    let note = format!("area under the deletion curve, {DELETED} test images, {STEPS} steps");
    for (name, area) in ORDERS {
        let numbers: Vec<f64> = all.iter().map(|areas| area(areas)).collect();
        let mean = t_interval(&numbers, 0.95, 1);
        let name = format!("sees.deletion.{name}");
        set_mean(values, &name, mean, Format::Decimals(3), (&note, &how))?;
    }
    for [name, beside] in PAIRS {
        let [area, control] = [name, beside].map(order);
        let pairs = all.iter().map(|areas| control(areas) - area(areas));
        let less = t_interval(&pairs.collect::<Vec<_>>(), 0.95, PAIRS.len());
        let count = PAIRS.len();
        let note =
            format!("{note}, below {beside}, network by network, {count} differences at once");
        let name = format!("sees.deletion.{name}.below_{beside}");
        set_mean(values, &name, less, Format::Decimals(3), (&note, &how))?;
    }
    let missed = all.iter().map(|areas| areas.missed).fold(0.0, f64::max);
    let note = format!(
        "{PATH} steps, {DELETED} test images, mean of the images: the worst of the networks"
    );
    let missed = Measured::number(missed, Format::Percent(1)).note(note).experiment(&how);
    Ok(values.set("sees.missed", missed)?)
}
