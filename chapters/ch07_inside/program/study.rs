//! The long experiment: networks with and without training against adversaries, attacked and bounded.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use book_programs::print;
use book_programs::records::{self, Record};
use ch02_forward::Network;
use ch05_mnist::{Dataset, Recipe, Trainer, likeliest};
use ch07_inside::{Attack, Hardened, margin_bounds};
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::arguments::{AdversariesArguments, Arguments};
use crate::disk;
use crate::networks::doubled;

/// The radii at which all networks are attacked and bounded.
pub const RADII: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25];
/// The radius of the adversaries in training.
pub const TRAINED: f64 = 0.1;
/// How many steps the iterated attack takes on test images, and in training.
pub const STEPS: [usize; 2] = [10, 3];

/// How a network was trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Training {
    /// A single layer with softmax, the steady recipe.
    Softmax,
    /// 128 hidden neurons, the steady recipe.
    Plain,
    /// The same, each batch attacked by the fast gradient sign method.
    Fast,
    /// The same, each batch attacked in three steps.
    Iterated,
}

impl Training {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Softmax, Self::Plain, Self::Fast, Self::Iterated];
}

/// What was found of one network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub training: Training,
    pub seed: u64,
    /// How many test images there were, and how many are misread as they are.
    pub images: usize,
    pub misread: usize,
    pub radii: Vec<At>,
    pub train_seconds: f64,
}

/// What was found at one radius, in images.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct At {
    pub radius: f64,
    /// Misread after the fast attack.
    pub fast: usize,
    /// Misread after the iterated attack at this or a smaller radius, after the fast one, or before.
    pub found: usize,
    /// Not certified.
    pub open: usize,
    /// Certified and yet misread: there must be none.
    pub broken: usize,
}

/// What was recorded.
pub type Recorded = Record<Vec<Run>>;

/// The committed record.
pub fn recorded() -> Result<Recorded> {
    records::read::<Arguments, _>(&disk::record()?)
}

/// Runs the experiment, and writes what there is after each network.
pub fn run(arguments: &AdversariesArguments) -> Result<()> {
    let path = match (&arguments.checkpoint, arguments.record) {
        (Some(path), _) => path.clone(),
        (None, true) => disk::record()?,
        (None, false) => disk::checkpoint()?,
    };
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    book_programs::files::check_writable(&path)?;
    let (train, test) = disk::load()?;
    let test = test.first(arguments.images.unwrap_or(test.len()));
    let mut runs = match path.exists() {
        true => records::read::<Arguments, Vec<Run>>(&path)?.outcome,
        false => Vec::new(),
    };
    let command = format!("cargo run -p ch07_inside -- adversaries --seeds {}", arguments.seeds);
    for training in Training::ALL {
        for seed in 0..arguments.seeds as u64 {
            let same =
                |run: &Run| (run.training, run.seed, run.images) == (training, seed, test.len());
            if runs.iter().any(same) {
                continue;
            }
            let run = one(training, seed, (&train, &test))?;
            let last = run.radii[RADII.len() - 1];
            print(format_args!(
                "{training:?}, seed {seed}: {} of {} misread, {} at radius {}",
                run.misread, run.images, last.found, last.radius
            ))?;
            runs.push(run);
            Record::today(&command, &runs)?.write(&path)?;
        }
    }
    print(format_args!("written: {}", path.display()))
}

/// How many images of a part are misread as they are, and what was found at each radius.
type Found = (usize, Vec<At>);

fn one(training: Training, seed: u64, (train, test): (&Dataset, &Dataset)) -> Result<Run> {
    let start = Instant::now();
    let network = trained(training, seed, train)?;
    let train_seconds = start.elapsed().as_secs_f64();
    let parts: Vec<Dataset> = (0..test.len()).step_by(500).map(|from| part(test, from)).collect();
    let parts: Vec<_> = parts.par_iter().map(|part| attacked(&network, part)).collect();
    let sum = |number: &dyn Fn(&Found) -> usize| parts.iter().map(number).sum::<usize>();
    let radii = RADII.iter().enumerate().map(|(at, &radius)| At {
        radius,
        fast: sum(&|part| part.1[at].fast),
        found: sum(&|part| part.1[at].found),
        open: sum(&|part| part.1[at].open),
        broken: sum(&|part| part.1[at].broken),
    });
    let radii = radii.collect();
    let misread = sum(&|part| part.0);
    Ok(Run { training, seed, images: test.len(), misread, radii, train_seconds })
}

/// Up to 500 images from here on.
fn part(test: &Dataset, from: usize) -> Dataset {
    let indices: Vec<usize> = (from..test.len().min(from + 500)).collect();
    ch06_overfitting::subset(test, &indices)
}

fn trained(training: Training, seed: u64, train: &Dataset) -> Result<Network<f32>> {
    let mut recipe = Recipe::steady();
    if training == Training::Softmax {
        recipe.hidden.clear();
    }
    let mut generator = ChaCha8Rng::seed_from_u64(seed);
    let network = recipe.network(train.pixels(), &mut generator);
    let attack = match training {
        Training::Softmax | Training::Plain => Attack { radius: 0.0, steps: 0, step: 0.0 },
        Training::Fast => Attack::fast(TRAINED),
        Training::Iterated => Attack::iterated(TRAINED, STEPS[1]),
    };
    let mut trainer = Trainer::new(&recipe, Hardened { network, attack }, generator);
    trainer.train(train, || (), |_, _| ControlFlow::Continue(()))?;
    Ok(trainer.model.network)
}

/// How many images are misread as they are, and what attacks and bounds say at each radius.
fn attacked(network: &Network<f32>, test: &Dataset) -> Found {
    let all: Vec<usize> = (0..test.len()).collect();
    let (inputs, targets) = test.batch::<f32>(&all);
    let misread = |inputs: &Array2<f32>, of: &[usize]| -> Vec<bool> {
        let logits = network.forward(inputs.view());
        let rows = logits.rows().into_iter().zip(of);
        let wrong = |row: ndarray::ArrayView1<f32>, r: usize| {
            likeliest(row.mapv(f64::from).view()) != usize::from(test.labels[r])
        };
        rows.map(|(row, &r)| wrong(row, r)).collect()
    };
    let count = |flags: &[bool]| flags.iter().filter(|flag| **flag).count();
    let mut found = misread(&inputs, &all);
    let clean = count(&found);
    let exact = (doubled(network), inputs.mapv(f64::from));
    let mut radii = Vec::new();
    for radius in RADII {
        let moved = Attack::fast(radius).apply(network, inputs.view(), targets.view());
        let by_fast = misread(&moved, &all);
        (found.iter_mut().zip(&by_fast)).for_each(|(found, fast)| *found |= fast);
        let left: Vec<usize> = all.iter().copied().filter(|&r| !found[r]).collect();
        let [x, y] = [&inputs, &targets].map(|rows| rows.select(Axis(0), &left));
        let moved = Attack::iterated(radius, STEPS[0]).apply(network, x.view(), y.view());
        for (&r, wrong) in left.iter().zip(misread(&moved, &left)) {
            found[r] |= wrong;
        }
        let margins = margin_bounds(&exact.0, exact.1.view(), &test.labels, radius);
        let certified = margins.rows().into_iter().zip(&test.labels).map(|(row, &label)| {
            row.iter().enumerate().all(|(k, &margin)| k == usize::from(label) || margin > 0.0)
        });
        let certified: Vec<bool> = certified.collect();
        let broken = certified.iter().zip(&found).filter(|(sure, found)| **sure && **found).count();
        let open = test.len() - count(&certified);
        radii.push(At { radius, fast: count(&by_fast), found: count(&found), open, broken });
    }
    (clean, radii)
}
