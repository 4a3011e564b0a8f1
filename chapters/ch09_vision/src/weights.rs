//! The weights of a convolutional network in a file that PyTorch opens. Page: *Weights for PyTorch*
//! (`ch09_vision/weights.md`).

use ch01_neuron::{Activation, Real};
use ch02_forward::{Dense, Layer, Network};
use ch05_mnist::WeightsError;
use ndarray::{Array1, Array2, Array4, ShapeBuilder};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::blocks::{Block, ConvolutionalNetwork};
use crate::convolution::Convolution;
use crate::normalization::BatchNorm;

/// How many modules a block is in PyTorch: convolution, normalization perhaps, pooling, ReLU.
fn modules(normalized: bool) -> usize {
    if normalized { 4 } else { 3 }
}

/// The weights as a safetensors file, named as PyTorch numbers them in
/// `Sequential(Conv2d, BatchNorm2d, MaxPool2d, ReLU, …, Flatten, Linear, ReLU, Linear)`, and in its
/// layout: kernels `[outputs × channels × height × width]`, dense weights `[outputs × inputs]`.
pub fn save_network<T: Real>(network: &ConvolutionalNetwork<T>) -> Vec<u8> {
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    let mut add = |name: String, shape: &[usize], numbers: Vec<T>| {
        let bytes = numbers.iter().flat_map(|number| (number.as_f64() as f32).to_le_bytes());
        tensors.push((name, shape.to_vec(), bytes.collect()));
    };
    let mut first = 0;
    for Block { convolution, normalization } in &network.blocks {
        let kernels = &convolution.kernels;
        add(format!("{first}.weight"), kernels.shape(), kernels.iter().copied().collect());
        match normalization {
            None => add(format!("{first}.bias"), &[kernels.dim().0], convolution.bias.to_vec()),
            Some(norm) => {
                for (name, array) in NORM.into_iter().zip(norm.arrays()) {
                    add(format!("{}.{name}", first + 1), array.shape(), array.to_vec());
                }
            }
        }
        first += modules(normalization.is_some());
    }
    for (index, Layer { dense, .. }) in network.dense.layers.iter().enumerate() {
        let (inputs, outputs) = dense.weights.dim();
        let name = first + 1 + 2 * index; // behind Flatten
        add(
            format!("{name}.weight"),
            &[outputs, inputs],
            dense.weights.t().iter().copied().collect(),
        );
        add(format!("{name}.bias"), &[outputs], dense.bias.to_vec());
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("four bytes for each number"))
    });
    let (height, width) = network.shape;
    // One note only: several would be written in a random order, and equal networks give different files.
    let note = [(SIZE.to_owned(), format!("{height} × {width}"))].into();
    safetensors::serialize(views, Some(note)).expect("names are unique and sizes agree")
}

/// The note of a file that says for which images its weights are; files of other programs have none.
const SIZE: &str = "images";

/// Refuses a file whose note names images of another size.
fn check_size(file: &[u8], (height, width): (usize, usize)) -> Result<(), WeightsError> {
    let (_, metadata) = SafeTensors::read_metadata(file)?;
    let note = metadata.metadata().as_ref().and_then(|notes| notes.get(SIZE));
    let expected = format!("{height} × {width}");
    match note.filter(|&found| *found != expected) {
        None => Ok(()),
        Some(found) => Err(WeightsError::Shape {
            name: "the images of the weights".to_owned(),
            expected,
            found: found.clone(),
        }),
    }
}

/// The names of the arrays of a normalization, in the order of [`BatchNorm`].
const NORM: [&str; 4] = ["weight", "bias", "running_mean", "running_var"];

/// A network with the weights of a safetensors file for images of this `shape`. How many blocks there are,
/// how large their kernels, and how many classes, the file says; each block pools squares of 2 × 2, and
/// pads half a kernel.
///
/// # Errors
/// If it is no such file, or if its tensors do not fit such images.
pub fn load_network<T: Real>(
    file: &[u8],
    shape: (usize, usize),
) -> Result<ConvolutionalNetwork<T>, WeightsError> {
    let tensors = SafeTensors::deserialize(file)?;
    check_size(file, shape)?;
    let (mut blocks, mut first, mut channels) = (Vec::new(), 0, 1);
    let (mut height, mut width) = shape;
    while let [outputs, _, size, _] = *tensor(&tensors, &format!("{first}.weight"))?.shape() {
        let (outputs, size) = (outputs.max(1), size.max(1) | 1); // at least one, and odd
        let name = format!("{first}.weight");
        let kernels = numbers(&tensors, &name, &[outputs, channels, size, size])?;
        let kernels = Array4::from_shape_vec((outputs, channels, size, size), kernels);
        let kernels = kernels.expect("checked shape");
        let normalized = tensors.names().contains(&format!("{}.running_mean", first + 1).as_str());
        let (bias, normalization) = match normalized {
            true => (vec![T::zero(); outputs], Some(norm(&tensors, first + 1, outputs)?)),
            false => (numbers(&tensors, &format!("{first}.bias"), &[outputs])?, None),
        };
        let bias = Array1::from_vec(bias);
        let convolution = Convolution { kernels, bias, stride: 1, padding: size / 2 };
        blocks.push(Block { convolution, normalization });
        (height, width, channels) = (height / 2, width / 2, outputs);
        first += modules(normalized);
        if !tensors.names().contains(&format!("{first}.weight").as_str()) {
            break; // Flatten
        }
    }
    let dense = dense(&tensors, first + 1, channels * height * width)?;
    Ok(ConvolutionalNetwork { shape, blocks, dense })
}

fn norm<T: Real>(
    tensors: &SafeTensors,
    module: usize,
    channels: usize,
) -> Result<BatchNorm<T>, WeightsError> {
    let mut norm = BatchNorm::new(channels);
    for (name, array) in NORM.into_iter().zip(norm.arrays_mut()) {
        *array = numbers(tensors, &format!("{module}.{name}"), &[channels])?.into();
    }
    Ok(norm)
}

/// The dense layers from a module on; the last is the one behind which there is no other.
fn dense<T: Real>(
    tensors: &SafeTensors,
    mut module: usize,
    mut inputs: usize,
) -> Result<Network<T>, WeightsError> {
    let mut layers = Vec::new();
    loop {
        let last = !tensors.names().contains(&format!("{}.weight", module + 2).as_str());
        let name = format!("{module}.weight");
        let found = tensor(tensors, &name)?.shape().first().copied();
        let outputs = found.unwrap_or(1).max(1);
        let weights = numbers(tensors, &name, &[outputs, inputs])?;
        let weights =
            Array2::from_shape_vec((inputs, outputs).f(), weights).expect("checked shape");
        let weights = weights.as_standard_layout().into_owned(); // [inputs × outputs]
        let bias = numbers(tensors, &format!("{module}.bias"), &[outputs])?.into();
        let activation = if last { Activation::Identity } else { Activation::Relu };
        layers.push(Layer { dense: Dense { weights, bias }, activation });
        if last {
            return Ok(Network { layers });
        }
        (inputs, module) = (outputs, module + 2);
    }
}

fn tensor<'a>(tensors: &SafeTensors<'a>, name: &str) -> Result<TensorView<'a>, WeightsError> {
    tensors.tensor(name).map_err(|_| {
        let mut names = tensors.names();
        names.sort_unstable();
        names.truncate(10);
        let found = if names.is_empty() { "no tensor at all".into() } else { names.join(", ") };
        WeightsError::Missing { name: name.to_owned(), found }
    })
}

/// The numbers of a tensor of this shape, of `f32` or `f64`, which must be finite.
fn numbers<T: Real>(
    tensors: &SafeTensors,
    name: &str,
    shape: &[usize],
) -> Result<Vec<T>, WeightsError> {
    let tensor = tensor(tensors, name)?;
    let bytes = tensor.data();
    let numbers: Option<Vec<f64>> = match tensor.dtype() {
        _ if tensor.shape() != shape => None,
        Dtype::F32 => {
            Some(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b).into()).collect())
        }
        Dtype::F64 => Some(bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect()),
        _ => None,
    };
    let Some(numbers) = numbers else {
        return Err(WeightsError::Shape {
            name: name.to_owned(),
            expected: format!("F32 {shape:?}"),
            found: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
        });
    };
    match numbers.iter().find(|&&number| !T::of(number).is_finite()) {
        Some(&found) => Err(WeightsError::NotFinite { name: name.to_owned(), found }),
        None => Ok(numbers.into_iter().map(T::of).collect()),
    }
}
