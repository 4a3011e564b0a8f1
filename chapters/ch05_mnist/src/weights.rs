//! Weights in a file that other programs open, and a training that can go on where it was interrupted.
//! Page: *Weights in a file* (`ch05_mnist/weights.md`).

use ch01_neuron::{Activation, Real};
use ch02_forward::{Dense, Layer, Network};
use ch04_optimizers::Snapshot;
use ndarray::{Array1, Array2};
use rand::Rng;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::files::CLASSES;
use crate::training::{EpochRecord, Model, Trainer};

/// What can be wrong with a file of weights.
#[derive(Debug, Error)]
pub enum WeightsError {
    /// It is no safetensors file; the source of the error says why.
    #[error("expected a safetensors file")]
    Format(#[from] SafeTensorError),
    /// It holds no `0.weight`, or another tensor is not there.
    #[error("expected a tensor {name}, found {found}")]
    Missing {
        /// What it should be called.
        name: String,
        /// What the file has.
        found: String,
    },
    /// A tensor of another type or shape.
    #[error("expected {name} to be {expected}, found {found}")]
    Shape {
        /// Which tensor.
        name: String,
        /// Type and shape that fit.
        expected: String,
        /// Type and shape in the file.
        found: String,
    },
    /// A weight that is infinite or not a number.
    #[error("expected finite numbers in {name}, found {found}")]
    NotFinite {
        /// Which tensor.
        name: String,
        /// One of its numbers.
        found: f64,
    },
}

/// The weights as a safetensors file: `0.weight`, `0.bias`, `2.weight`, `2.bias` and so on, as
/// PyTorch numbers them in `Sequential(Linear, ReLU, Linear)`.
///
/// PyTorch keeps a weight matrix as `[outputs × inputs]`, the transpose of ours.
pub fn save_weights<T: Real>(network: &Network<T>) -> Vec<u8> {
    let mut tensors = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let (inputs, outputs) = layer.dense.weights.dim();
        let weights = bytes(layer.dense.weights.t().iter(), Dtype::F32);
        tensors.push((format!("{}.weight", 2 * index), vec![outputs, inputs], weights));
        let bias = bytes(layer.dense.bias.iter(), Dtype::F32);
        tensors.push((format!("{}.bias", 2 * index), vec![outputs], bias));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("four bytes for each number"))
    });
    let format = [("format".to_owned(), "pt".to_owned())].into(); // some readers ask for it
    safetensors::serialize(views, Some(format)).expect("names are unique and sizes agree")
}

/// The numbers as `f32` or `f64`, the least significant byte first.
fn bytes<'a, T: Real>(numbers: impl Iterator<Item = &'a T>, dtype: Dtype) -> Vec<u8> {
    let numbers = numbers.map(|number| number.as_f64());
    match dtype {
        Dtype::F64 => numbers.flat_map(f64::to_le_bytes).collect(),
        _ => numbers.flat_map(|number| (number as f32).to_le_bytes()).collect(),
    }
}

/// A network with the weights of a safetensors file, ReLUs in its hidden layers, logits for
/// outputs. The shapes come from the file; the first layer must take `pixels` inputs, the last must
/// give [`CLASSES`] outputs.
pub fn load_weights<T: Real>(file: &[u8], pixels: usize) -> Result<Network<T>, WeightsError> {
    let tensors = SafeTensors::deserialize(file)?;
    let count = tensors.len().div_ceil(2).max(1);
    let (mut layers, mut inputs) = (Vec::new(), pixels);
    for index in 0..count {
        let last = index + 1 == count;
        let name = format!("{}.weight", 2 * index);
        let outputs = match tensor(&tensors, &name)?.shape() {
            [_, _] if last => CLASSES,
            [from, to] if *from == inputs && *to != inputs => *to, // transposed, as will be said
            [outputs, _] if *outputs > 0 => *outputs,
            _ => CLASSES,
        };
        let weights = numbers(&tensors, &name, &[outputs, inputs], None)?;
        let weights = Array2::from_shape_vec((outputs, inputs), weights).expect("checked shape");
        let bias = numbers(&tensors, &format!("{}.bias", 2 * index), &[outputs], None)?;
        layers.push(Layer {
            dense: Dense {
                weights: weights.t().as_standard_layout().into_owned(), // [inputs × outputs]
                bias: Array1::from_vec(bias),
            },
            activation: if last { Activation::Identity } else { Activation::Relu },
        });
        inputs = outputs;
    }
    Ok(Network { layers })
}

fn tensor<'a>(tensors: &SafeTensors<'a>, name: &str) -> Result<TensorView<'a>, WeightsError> {
    tensors.tensor(name).map_err(|_| WeightsError::Missing {
        name: name.to_owned(),
        found: match tensors.names() {
            names if names.is_empty() => "no tensor at all".to_owned(),
            mut names => {
                names.sort_unstable();
                let more = names.len().saturating_sub(10);
                names.truncate(10);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                names.join(", ") + &more
            }
        },
    })
}

/// The numbers of a tensor that must have this shape, and this type unless any float will do, in the
/// order of the file.
fn numbers<T: Real>(
    tensors: &SafeTensors,
    name: &str,
    shape: &[usize],
    dtype: Option<Dtype>,
) -> Result<Vec<T>, WeightsError> {
    let tensor = tensor(tensors, name)?;
    let is_expected = dtype.is_none_or(|dtype| tensor.dtype() == dtype);
    let numbers = floats(&tensor).filter(|_| is_expected && tensor.shape() == shape);
    let Some(numbers) = numbers else {
        let transposed = tensor.shape().len() == 2 && tensor.shape().iter().rev().eq(shape);
        let hint = if transposed { ": transposed?" } else { "" };
        return Err(WeightsError::Shape {
            name: name.to_owned(),
            expected: format!("{:?} {shape:?}", dtype.unwrap_or(Dtype::F32)),
            found: format!("{:?} {:?}{hint}", tensor.dtype(), tensor.shape()),
        });
    };
    match numbers.iter().find(|&&number| !T::of(number).is_finite()) {
        Some(&found) => Err(WeightsError::NotFinite { name: name.to_owned(), found }),
        None => Ok(numbers.into_iter().map(T::of).collect()),
    }
}

/// The numbers of a tensor of floats of any width, widened to `f64`; nothing if they are no floats.
fn floats(tensor: &TensorView) -> Option<Vec<f64>> {
    let bytes = tensor.data();
    let pairs = || bytes.as_chunks().0.iter().map(|&pair| u16::from_le_bytes(pair));
    let fours = || bytes.as_chunks().0.iter().map(|&four| f32::from_le_bytes(four));
    // A bfloat16 is the upper half of an f32.
    let upper_half = |bits: u16| f32::from_bits(u32::from(bits) << 16);
    match tensor.dtype() {
        Dtype::F16 => Some(pairs().map(half).collect()),
        Dtype::BF16 => Some(pairs().map(|bits| upper_half(bits).into()).collect()),
        Dtype::F32 => Some(fours().map(f64::from).collect()),
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()),
        _ => None,
    }
}

/// The value of a 16-bit float: a sign, 5 bits of exponent, 10 bits of fraction.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    sign * match exponent {
        0 => fraction * 2.0_f64.powi(-14), // subnormal
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    }
}

/// What can be wrong with a checkpoint.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// Its tensors are not those of the model and the optimizer.
    #[error("expected a checkpoint of {run}")]
    Tensors {
        /// What is being trained.
        run: String,
        /// What is wrong with them.
        source: WeightsError,
    },
    /// It is a safetensors file of something else.
    #[error("expected a checkpoint of {run}, found no progress in its metadata")]
    Progress {
        /// What is being trained.
        run: String,
    },
    /// It is the checkpoint of another training.
    #[error("expected a checkpoint of {run}, found one of {found}")]
    OtherRun {
        /// What is being trained.
        run: String,
        /// What was being trained then.
        found: String,
    },
}

/// How far a training has come: what a checkpoint holds beside numbers.
#[derive(Serialize, Deserialize)]
struct Progress<R> {
    run: String,
    notes: String,
    optimizer_steps: i32,
    history: Vec<EpochRecord>,
    generator: R,
}

impl<T: Real, M: Model<T>, R: Rng + Serialize + DeserializeOwned> Trainer<'_, T, M, R> {
    /// All that is needed to go on later, as a safetensors file: the parameters, the optimizer's state,
    /// the history, and where the generator stands. One file holds all of it, so that an interruption
    /// cannot leave weights of one epoch beside the count of another.
    ///
    /// `run` says what is being trained; `notes` are the caller's own.
    pub fn checkpoint(&self, run: &str, notes: &str) -> Vec<u8> {
        let Snapshot { steps, slots } = self.optimizer.snapshot();
        let parameters = self.model.parameters().into_iter().map(<[T]>::to_vec);
        let named = |name, arrays: Vec<Vec<T>>| {
            arrays.into_iter().enumerate().map(move |(i, array)| (format!("{name}.{i}"), array))
        };
        let tensors = named("parameter", parameters.collect()).chain(named("state", slots));
        let tensors: Vec<_> = tensors
            .map(|(name, numbers)| (name, numbers.len(), bytes(numbers.iter(), dtype::<T>())))
            .collect();
        let views = tensors.iter().map(|(name, length, bytes)| {
            let view = TensorView::new(dtype::<T>(), vec![*length], bytes);
            (name, view.expect("as many bytes as the numbers have"))
        });
        let progress = Progress {
            run: run.to_owned(),
            notes: notes.to_owned(),
            optimizer_steps: steps,
            history: self.history.clone(),
            generator: &self.generator,
        };
        let progress = serde_json::to_string(&progress).expect("text and finite numbers");
        let metadata = [("progress".to_owned(), progress)].into_iter().collect();
        safetensors::serialize(views, Some(metadata)).expect("names are unique and sizes agree")
    }

    /// Goes to where a checkpoint was made; gives the notes that were left in it. The trainer must have
    /// been made as that one was, with the same recipe and the same kind of model. If something is
    /// wrong with the file, the trainer stays as it is.
    ///
    /// # Errors
    /// If the file is no checkpoint, or that of another run or another model.
    pub fn resume(&mut self, file: &[u8], run: &str) -> Result<String, CheckpointError> {
        let run = run.to_owned();
        let wrong = |source: WeightsError| CheckpointError::Tensors { run: run.clone(), source };
        let tensors = SafeTensors::deserialize(file).map_err(|error| wrong(error.into()))?;
        let (_, header) = SafeTensors::read_metadata(file).map_err(|error| wrong(error.into()))?;
        let json = header.metadata().as_ref().and_then(|metadata| metadata.get("progress"));
        let progress = json.and_then(|json| serde_json::from_str::<Progress<R>>(json).ok());
        let Some(progress) = progress else { return Err(CheckpointError::Progress { run }) };
        if progress.run != run {
            return Err(CheckpointError::OtherRun { run, found: progress.run });
        }
        let lengths: Vec<usize> = self.model.parameters().iter().map(|slice| slice.len()).collect();
        let load = |name: &str, index: usize, length: usize| {
            numbers::<T>(&tensors, &format!("{name}.{index}"), &[length], Some(dtype::<T>()))
                .map_err(wrong)
        };
        let parameters =
            lengths.iter().enumerate().map(|(i, &length)| load("parameter", i, length));
        let parameters: Vec<Vec<T>> = parameters.collect::<Result<_, _>>()?;
        let each = tensors.len().saturating_sub(lengths.len()) / lengths.len(); // slots of a parameter
        let slots = (0..each * lengths.len()).map(|slot| load("state", slot, lengths[slot / each]));
        let slots = slots.collect::<Result<_, _>>()?;
        for (values, loaded) in self.model.parameters_mut().into_iter().zip(parameters) {
            values.copy_from_slice(&loaded);
        }
        self.optimizer.restore(Snapshot { steps: progress.optimizer_steps, slots });
        (self.history, self.generator) = (progress.history, progress.generator);
        Ok(progress.notes)
    }
}

/// How the numbers of a type are kept in a checkpoint: to the last bit.
fn dtype<T>() -> Dtype {
    if size_of::<T>() == 8 { Dtype::F64 } else { Dtype::F32 }
}
