//! Page *Four maps and two lies*: maps of trained networks beside maps of networks that know
//! nothing, and maps of one network on three scales.

use anyhow::Result;
use book_figures::{Figure, Format, HeatMap, ImageGrid, Output, Values};
use ch02_forward::Network;
use ch05_mnist::{Dataset, Recipe};
use ch06_overfitting::randomize_labels;
use ch07_inside::{
    InputGradient, gradient_times_input, guided_gradient, integrated_gradients_exactly,
    rank_correlation, rescaled_inputs, with_layers_of,
};
use ndarray::{Array1, Array2, ArrayView1};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::cover::COVERED;
use crate::measured::{mean_of, set, set_mean};
use crate::networks::{NOTE, answers, doubled, explained, first, logits_of};

/// The four maps: their names in a figure and in the values.
const MAPS: [(&str, &str); 4] = [
    ("gradient", "gradient"),
    ("guided", "guided"),
    ("× input", "times_input"),
    ("integrated", "integrated"),
];

/// How many images are learned by heart, and in how many epochs.
const LEARNED: (usize, usize) = (1000, 60);

/// A map of each kind.
fn maps(network: &Network<f64>, x: &Array2<f64>, weights: &Array2<f64>) -> [Array2<f64>; 4] {
    let black = Array2::zeros(x.dim());
    [
        network.input_gradient(x.view(), weights.view()),
        guided_gradient(network, x.view(), weights.view()),
        gradient_times_input(network, x.view(), weights.view()),
        integrated_gradients_exactly(network, (black.view(), x.view()), weights.view()),
    ]
}

/// The networks that one of the chapter's is compared with.
struct Others {
    /// Both networks of each comparison, in the order of [`COMPARED`].
    pairs: [(Network<f64>, Network<f64>); 5],
    /// Which share of its random labels the network has learned.
    learned: f64,
}

/// The comparisons: their names in a figure and in the values.
const COMPARED: [(&str, &str); 5] = [
    ("other seed", "seed"),
    ("last random", "last"),
    ("all random", "all"),
    ("few, other seed", "few_seed"),
    ("few, random labels", "few_labels"),
];

/// Draws the page's figures and sets its values.
pub fn draw(
    networks: &[Network<f64>],
    (train, test): (&Dataset, &Dataset),
    output: &Output,
    values: &mut Values,
) -> Result<()> {
    let others = others(networks, train)?;
    output.figure("lies", &pictures(&networks[0], &others[0], test).machine_dependent())?;
    sums(&others[0], test, values)?;
    disagreement(networks, test, values)?;
    let learned: Vec<f64> = others.iter().map(|others| others.learned).collect();
    let note = "share of 1,000 random labels learned, seeds 0 to 4";
    set_mean(values, "sanity.learned", mean_of(&learned), Format::Percent(1), note)?;
    output.figure("noticed", &noticed(&others, test, values, true)?.machine_dependent())?;
    output.figure("unnoticed", &noticed(&others, test, values, false)?.machine_dependent())?;
    output.figure("scales", &scales(networks, test, values)?.machine_dependent())?;
    Ok(())
}

/// For each network those that it is compared with. Some are trained on the first 1,000 images.
fn others(networks: &[Network<f64>], train: &Dataset) -> Result<Vec<Others>> {
    let recipe = Recipe { epochs: LEARNED.1, ..Recipe::steady() };
    let trained = |data: &Dataset, seed: u64| {
        let generator = ChaCha8Rng::seed_from_u64(seed);
        let mut trainer = recipe.trainer::<f32, _>(data.pixels(), generator);
        trainer.train(data, || (), |_, _| std::ops::ControlFlow::Continue(()))?;
        anyhow::Ok(doubled(&trainer.model))
    };
    let few = train.first(LEARNED.0);
    let seeds = 0..networks.len() as u64;
    let of_true: Vec<_> =
        seeds.clone().into_par_iter().map(|seed| trained(&few, seed)).collect::<Result<_>>()?;
    let one = |seed: u64| {
        let (own, next) = (seed as usize, (seed as usize + 1) % networks.len());
        let mut random = few.clone();
        randomize_labels(&mut random, 1.0, &mut ChaCha8Rng::seed_from_u64(100 + seed));
        let by_heart = trained(&random, seed)?;
        let (inputs, labels) = first(&random, LEARNED.0);
        let answers = answers(&by_heart, &inputs);
        let right = answers.iter().zip(&labels).filter(|(a, b)| a == b).count();
        let mut generator = ChaCha8Rng::seed_from_u64(200 + seed);
        let fresh = doubled(&recipe.network::<f32>(train.pixels(), &mut generator));
        let network = &networks[own];
        let beside = |other: Network<f64>| (network.clone(), other);
        let pairs = [
            beside(networks[next].clone()),
            beside(with_layers_of(network, &fresh, [1])),
            beside(fresh),
            (of_true[own].clone(), of_true[next].clone()),
            (of_true[own].clone(), by_heart),
        ];
        Ok(Others { pairs, learned: right as f64 / LEARNED.0 as f64 })
    };
    seeds.into_par_iter().map(one).collect()
}

/// The mean over images of the rank correlation between two maps: of signed values where there is
/// ink, or of sizes in the whole field.
fn likeness(left: &Array2<f64>, right: &Array2<f64>, inputs: &Array2<f64>, signed: bool) -> f64 {
    let one = |(row, left): (usize, ArrayView1<f64>)| {
        let pixels = (0..left.len()).filter(|&i| !signed || inputs[[row, i]] > 0.0);
        let seen = |value: f64| if signed { value } else { value.abs() };
        let (l, r): (Vec<_>, Vec<_>) =
            pixels.map(|i| (seen(left[i]), seen(right[[row, i]]))).unzip();
        rank_correlation(Array1::from(l).view(), Array1::from(r).view())
    };
    let known: Vec<f64> = left.rows().into_iter().enumerate().filter_map(one).collect();
    known.iter().sum::<f64>() / known.len() as f64
}

/// How alike two kinds of map of one network are.
fn disagreement(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, labels) = first(test, COVERED);
    let weights = logits_of(&labels);
    let all: Vec<_> = networks.par_iter().map(|network| maps(network, &inputs, &weights)).collect();
    let note = format!("rank correlation on the ink, {COVERED} test images, {NOTE}");
    for (left, right) in [(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)] {
        let of_one = |maps: &[Array2<f64>; 4]| likeness(&maps[left], &maps[right], &inputs, true);
        let alike: Vec<f64> = all.iter().map(of_one).collect();
        let name = format!("sanity.between.{}.{}", MAPS[left].1, MAPS[right].1);
        set_mean(values, &name, mean_of(&alike), Format::Decimals(2), &note)?;
    }
    Ok(())
}

/// How alike the maps of two networks are, by the kind of map and by what differs.
fn noticed(
    others: &[Others],
    test: &Dataset,
    values: &mut Values,
    signed: bool,
) -> Result<HeatMap> {
    let (inputs, labels) = first(test, COVERED);
    let weights = logits_of(&labels);
    let of_seed = |others: &Others| {
        others.pairs.each_ref().map(|(left, right)| {
            let (left, right) = (maps(left, &inputs, &weights), maps(right, &inputs, &weights));
            std::array::from_fn::<f64, 4, _>(|map| {
                likeness(&left[map], &right[map], &inputs, signed)
            })
        })
    };
    let all: Vec<_> = others.par_iter().map(of_seed).collect();
    let way = if signed { "signed" } else { "sizes" };
    let note = format!("rank correlation, {COVERED} test images, seeds 0 to 4");
    let mut rows = Vec::new();
    for (pair, (_, key)) in COMPARED.into_iter().enumerate() {
        let mut row = Vec::new();
        for (map, (_, map_key)) in MAPS.into_iter().enumerate() {
            let numbers: Vec<f64> = all.iter().map(|seed| seed[pair][map]).collect();
            let mean = mean_of(&numbers);
            set_mean(
                values,
                &format!("sanity.{way}.{map_key}.{key}"),
                mean,
                Format::Decimals(2),
                &note,
            )?;
            row.push(mean.value);
        }
        rows.push(row);
    }
    let told = COMPARED.iter().zip(&rows).map(|((what, _), row)| {
        let cells = MAPS.iter().zip(row).map(|((name, _), r)| format!("{name} {r:.2}"));
        format!("{what}: {}", cells.collect::<Vec<_>>().join(", "))
    });
    let description = format!(
        "Rank correlation of the maps of two networks, by what differs between them. {}.",
        told.collect::<Vec<_>>().join(". ")
    );
    let title = if signed { "What maps notice" } else { "What pictures hide" };
    Ok(HeatMap::new(title, description, rows)
        .rows("what differs", COMPARED.map(|(name, _)| name))
        .columns("map", MAPS.map(|(name, _)| name))
        .signed()
        .color_range(-1.0, 1.0)
        .print(Format::Decimals(2)))
}

/// A row of maps, each scaled by its largest value.
fn with_row(mut grid: ImageGrid, names: &[&str], maps: &[Array2<f64>]) -> ImageGrid {
    for (name, map) in names.iter().zip(maps) {
        let largest = map.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let scaled: Vec<f64> = map.iter().map(|value| value / largest).collect();
        grid = grid.signed(*name, 28, &scaled);
    }
    grid
}

/// The four maps of one digit, of a trained network and of three that do not know it.
fn pictures(network: &Network<f64>, others: &Others, test: &Dataset) -> ImageGrid {
    let (inputs, labels) = first(test, 1);
    let weights = logits_of(&labels);
    let description = format!(
        "Four rows of four maps of a {}. The first row is of a trained network, the second of the same \
         with a random last layer, the third of one with random weights only, the fourth of one that \
         was trained on random labels. In each row the last two maps show the digit.",
        labels[0]
    );
    let mut grid = ImageGrid::new("Four maps of four networks", description, 4);
    let rows: [(&Network<f64>, [&str; 4]); 4] = [
        (network, MAPS.map(|(name, _)| name)),
        (&others.pairs[1].1, ["last random"; 4]),
        (&others.pairs[2].1, ["all random"; 4]),
        (&others.pairs[4].1, ["random labels"; 4]),
    ];
    for (network, names) in rows {
        grid = with_row(grid, &names, &maps(network, &inputs, &weights));
    }
    grid.range(1.0)
}

/// What the integrated map of the first image adds up to, of the trained network and with a random last
/// layer; what the logit gains from black; and how alike the gradients are on the ink.
fn sums(others: &Others, test: &Dataset, values: &mut Values) -> Result<()> {
    let (inputs, labels) = first(test, 1);
    let (weights, black) = (logits_of(&labels), Array2::zeros(inputs.dim()));
    let note = "the first test image, steady recipe, seed 0";
    let (trained, random) = &others.pairs[1];
    for (network, name) in [(trained, "trained"), (random, "last")] {
        let gain = explained(network, &inputs, &weights) - explained(network, &black, &weights);
        let sum = maps(network, &inputs, &weights)[3].sum();
        set(values, &format!("sanity.first.{name}.gain"), gain[0], Format::Decimals(2), note)?;
        set(values, &format!("sanity.first.{name}.sum"), sum, Format::Decimals(2), note)?;
    }
    let [one, other] = [trained, random].map(|network| maps(network, &inputs, &weights));
    for (at, (_, key)) in MAPS.into_iter().enumerate() {
        let signed = likeness(&one[at], &other[at], &inputs, true);
        let sizes = likeness(&one[at], &other[at], &inputs, false);
        set(values, &format!("sanity.first.signed.{key}"), signed, Format::Decimals(2), note)?;
        set(values, &format!("sanity.first.sizes.{key}"), sizes, Format::Decimals(2), note)?;
    }
    Ok(())
}

/// Mean and standard deviation of all pixels of the training set, as tutorials standardize with.
const STANDARD: (f64, f64) = (0.1307, 0.3081);

/// Gradient × input of one network that is fed with pixels on three scales.
fn scales(networks: &[Network<f64>], test: &Dataset, values: &mut Values) -> Result<ImageGrid> {
    let (inputs, labels) = first(test, COVERED);
    let weights = logits_of(&labels);
    let on = |network: &Network<f64>, (shift, factor): (f64, f64), count: usize| {
        let inputs = inputs.slice_axis(ndarray::Axis(0), (..count).into()).to_owned();
        let shifts = Array1::from_elem(inputs.ncols(), shift);
        let network = rescaled_inputs(network, shifts.view(), factor);
        (network, inputs.mapv(|x| shift + factor * x))
    };
    let standard = (-STANDARD.0 / STANDARD.1, 1.0 / STANDARD.1);
    let scales = [(0.0, 1.0), (-1.0, 1.0), standard];
    let note = format!("{COVERED} test images, {NOTE}");
    let mut distance = 0.0_f64;
    for (scale, name) in [(scales[1], "negative"), (scales[2], "standard")] {
        let mut alike = Vec::new();
        for network in networks {
            let (other, moved) = on(network, scale, COVERED);
            let change =
                explained(&other, &moved, &weights) - explained(network, &inputs, &weights);
            distance = change.iter().fold(distance, |most, e| most.max(e.abs()));
            let before = gradient_times_input(network, inputs.view(), weights.view());
            let after = gradient_times_input(&other, moved.view(), weights.view());
            alike.push(likeness(&before, &after, &inputs, true));
        }
        let name = format!("sanity.scale.{name}");
        set_mean(values, &name, mean_of(&alike), Format::Decimals(2), &note)?;
    }
    set(values, "sanity.scale.distance", distance, Format::Scientific(0), &note)?;
    let description = format!(
        "A {}, and gradient times input of the same function on three scales. From 0 to 1 the map lies \
         on the ink; from -1 to 0 it lies everywhere but on the ink; standardized, it lies on both.",
        labels[0]
    );
    let one = logits_of(&labels[..1]);
    let grid = ImageGrid::new("One function on three scales", description, 4).shares(
        format!("a {}", labels[0]),
        28,
        &inputs.row(0).to_vec(),
    );
    let maps = scales.map(|scale| {
        let (network, moved) = on(&networks[0], scale, 1);
        gradient_times_input(&network, moved.view(), one.view())
    });
    Ok(with_row(grid, &["0 to 1", "−1 to 0", "standardized"], &maps).range(1.0))
}
