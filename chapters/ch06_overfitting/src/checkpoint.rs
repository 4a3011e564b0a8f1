//! A training run on disk: weights, the optimizer's memory, and how far it has come. One file holds
//! all of it, so that an interruption cannot leave weights of one epoch with the count of another.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ch06_overfitting::Learner;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being run: row, sizes of the layers, seed, epochs in all, examples.
    pub run: String,
    /// What was seen after each epoch so far.
    pub epochs: Vec<Epoch>,
    /// Steps of the optimizer so far.
    pub steps: i32,
}

/// What was seen after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The mean loss of the epoch, with dropout if there is dropout.
    pub train_loss: f64,
    /// The share of the test images that is misread.
    pub test_error: f64,
    /// How long the epoch took, without evaluation.
    pub seconds: f64,
}

/// Writes a checkpoint: a safetensors file with the progress as JSON in its metadata.
pub fn write(path: &Path, learner: &Learner<f32>, progress: &Progress) -> Result<()> {
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    let mut tensors = Vec::new();
    for (index, values) in learner.network.parameters().into_iter().enumerate() {
        let [m, s] = &learner.adam.memory.lists[index];
        for (name, numbers) in [("parameter", values), ("m", m), ("s", s)] {
            tensors.push((format!("{name}.{index}"), numbers.len(), bytes(numbers)));
        }
    }
    let views = tensors.iter().map(|(name, length, bytes)| {
        let view = TensorView::new(Dtype::F32, vec![*length], bytes);
        (name, view.expect("four bytes for each number"))
    });
    let metadata = [("progress".to_owned(), serde_json::to_string(progress)?)];
    let file = safetensors::serialize(views, Some(metadata.into_iter().collect()));
    let file = file.context("checkpoint")?;
    book_programs::files::write(path, &file)
}

/// Puts a checkpoint's weights and memory into `learner`, if there is a checkpoint of this run; gives
/// how far it has come.
pub fn read(path: &Path, learner: &mut Learner<f32>, run: &str) -> Result<Option<Progress>> {
    let name = || path.display().to_string();
    if !path.exists() {
        return Ok(None);
    }
    let bytes = fs::read(path).with_context(name)?;
    let expected = || format!("{}: expected a checkpoint of {run}", name());
    let tensors = SafeTensors::deserialize(&bytes).with_context(expected)?;
    let (_, header) = SafeTensors::read_metadata(&bytes).with_context(expected)?;
    let json = header.metadata().as_ref().and_then(|metadata| metadata.get("progress"));
    let Some(json) = json else { bail!("{}, found no progress in its metadata", expected()) };
    let progress: Progress = serde_json::from_str(json).with_context(expected)?;
    if progress.run != run {
        bail!("{}, found one of {}", expected(), progress.run);
    }
    let memory = &mut learner.adam.memory;
    (memory.lengths, memory.lists) = (Vec::new(), Vec::new());
    memory.steps = progress.steps;
    for (index, values) in learner.network.parameters_mut().into_iter().enumerate() {
        let length = values.len();
        let load = |what: &str| numbers(&tensors, &format!("{what}.{index}"), length);
        values.copy_from_slice(&load("parameter").with_context(expected)?);
        memory.lists.push([load("m").with_context(expected)?, load("s").with_context(expected)?]);
        memory.lengths.push(length);
    }
    Ok(Some(progress))
}

fn numbers(tensors: &SafeTensors, name: &str, length: usize) -> Result<Vec<f32>> {
    let tensor = tensors.tensor(name).with_context(|| format!("tensor {name}"))?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != [length] {
        let (dtype, shape) = (tensor.dtype(), tensor.shape());
        bail!("expected {name} to be F32 [{length}], found {dtype:?} {shape:?}");
    }
    let (chunks, _) = tensor.data().as_chunks::<4>();
    Ok(chunks.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}
