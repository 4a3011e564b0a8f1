//! What a long training needs: a checkpoint after each epoch, and a word on memory before it begins.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use book_programs::data::fingerprint;
use ch05_mnist::{CLASSES, Dataset, OptimizerName, Recipe};

use crate::runs::FastTrainer;

/// A file that holds a training after its last whole epoch. It is replaced whole or not at all, so that
/// Ctrl-C costs the epoch that was going on and no more.
pub struct Checkpoint<'a> {
    path: &'a Path,
    /// What is being trained, in words.
    run: String,
}

impl<'a> Checkpoint<'a> {
    /// In this file, for this training.
    pub fn new(path: &'a Path, recipe: &Recipe, seed: u64, data: &Dataset) -> Self {
        let Recipe { epochs, batch_size, optimizer, learning_rate, .. } = recipe;
        let sizes = sizes(recipe, data).map(|size| size.to_string()).collect::<Vec<_>>().join("-");
        let others = format!("{:?} {:?}", recipe.schedule, recipe.initialization);
        let pixels = data.images.pixels.as_slice().expect("standard layout");
        let these = fingerprint([others.as_bytes(), pixels, &data.labels]);
        let run = format!(
            "{sizes}, {optimizer:?} at {learning_rate}, {epochs} epochs in batches of {batch_size}, \
             seed {seed}, schedule and data {these}"
        );
        Self { path, run }
    }

    /// Goes to where the file says, if there is one; gives the number of epochs that it has behind it.
    pub fn resume(&self, trainer: &mut FastTrainer<'_>) -> Result<usize> {
        if self.path.exists() {
            let name = || self.path.display().to_string();
            trainer
                .resume(&fs::read(self.path).with_context(name)?, &self.run)
                .with_context(name)?;
        }
        Ok(trainer.history.len())
    }

    /// Writes the file.
    pub fn write(&self, trainer: &FastTrainer<'_>) -> Result<()> {
        book_programs::files::write(self.path, &trainer.checkpoint(&self.run, ""))
    }
}

fn sizes<'a>(recipe: &'a Recipe, data: &Dataset) -> impl Iterator<Item = usize> + use<'a> {
    [data.pixels()].into_iter().chain(recipe.hidden.iter().copied()).chain([CLASSES])
}

/// About how many bytes a training needs: the weights, as many numbers again for each slot of the
/// optimizer, what a step computes, and the images; a checkpoint is made of two copies of the first two.
pub fn memory_needed(recipe: &Recipe, data: &Dataset, checkpoint: bool) -> u64 {
    let sizes: Vec<u64> = sizes(recipe, data).map(|size| size as u64).collect();
    let weights: u64 = sizes.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum();
    let slots = match recipe.optimizer {
        OptimizerName::Sgd => 0,
        OptimizerName::Momentum | OptimizerName::Nesterov | OptimizerName::AdaGrad => 1,
        OptimizerName::Adam | OptimizerName::AdamW => 2,
        OptimizerName::RmsProp => 3,
    };
    let copies = if checkpoint { 3 } else { 1 };
    let batch = recipe.batch_size.max(500) as u64; // 500 images are evaluated at a time
    let step = 5 * batch * sizes.iter().sum::<u64>(); // Z, A, two gradients, and copies of some
    4 * (weights * (1 + slots) * copies + step) + data.images.pixels.len() as u64
}

/// What to say, if there is not as much memory.
pub fn memory_warning(needed: u64, available: u64) -> Option<String> {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let (short, needed, available) = (needed > available, gib(needed), gib(available));
    short.then(|| {
        format!("warning: this needs about {needed:.1} GiB of memory; {available:.1} GiB are free")
    })
}

/// How many bytes are free, where the system tells.
pub fn memory_available() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use ch05_mnist::Images;
    use ndarray::Array2;

    use super::*;

    #[test]
    fn memory_is_counted_and_a_lack_of_it_is_said() {
        let images = Images { pixels: Array2::zeros((60_000, 784)), height: 28, width: 28 };
        let data = Dataset::new(images, vec![0; 60_000]).unwrap();
        let recipe = Recipe { hidden: vec![2048, 2048], ..Recipe::documents() };
        let weights = 785 * 2048 + 2049 * 2048 + 2049 * 10;
        let needed = memory_needed(&recipe, &data, false);
        assert!(needed > 4 * 3 * weights && needed < 4 * 3 * weights + 100_000_000, "{needed}");
        assert_eq!(memory_needed(&recipe, &data, true) - needed, 4 * 3 * 2 * weights);
        assert_eq!(memory_warning(3 << 30, 3 << 30), None);
        let warning = memory_warning(3 << 30, 2 << 30).unwrap();
        assert_eq!(warning, "warning: this needs about 3.0 GiB of memory; 2.0 GiB are free");
    }
}
