//! Chapter 5: MNIST.
//!
//! Sixty thousand handwritten digits, one network, five steps. This crate reads the files, deals out
//! batches, trains, evaluates, and keeps the weights in a format that other programs open. It reads
//! from and writes to what it is handed; files are the business of the program beside it.

use std::io::{self, Read};

use byteorder::{BigEndian, ReadBytesExt};
use ch01_neuron::{Activation, Real};
use ch02_forward::{Dense, Initialization, Layer, Loss, Network, one_hot, softmax};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{
    AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RmsProp, Schedule, Sgd, parameters,
};
use image::GrayImage;
use image::imageops::{self, FilterType};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::{Rng, RngExt};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use thiserror::Error;

/// The digits 0 to 9.
pub const CLASSES: usize = 10;

// ------------------------------------------------------------------------------- the IDX files --

/// The first four bytes of a file of images: unsigned bytes (8) in three dimensions (3).
pub const IMAGES_MAGIC: u32 = 0x0000_0803;
/// The first four bytes of a file of labels: unsigned bytes (8) in one dimension (1).
pub const LABELS_MAGIC: u32 = 0x0000_0801;
/// No file of images is larger than this many bytes: a header that promises more is not believed.
pub const LARGEST_FILE: u64 = 1 << 32;

/// What can be wrong with an IDX file.
#[derive(Debug, Error)]
pub enum IdxError {
    /// The bytes could not be read, or not be unpacked; the source of the error says why.
    #[error("expected a file that can be read and unpacked to its end")]
    Read(#[from] io::Error),
    /// The file ends within its header.
    #[error("expected a header of {expected} bytes, found the end of the file")]
    ShortHeader {
        /// How long a header is.
        expected: usize,
    },
    /// It is not a file of this kind.
    #[error("expected the magic number {expected:#010x}, found {found:#010x}")]
    Magic {
        /// The number a file of this kind begins with.
        expected: u32,
        /// The number this file begins with.
        found: u32,
    },
    /// The header promises more than [`LARGEST_FILE`].
    #[error(
        "expected at most {LARGEST_FILE} bytes, found a header that promises {count} images of \
         {height} × {width} pixels"
    )]
    TooLarge {
        /// How many images.
        count: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels from left to right.
        width: u32,
    },
    /// There is no image, or no pixel.
    #[error(
        "expected at least one image of at least one pixel, found {count} of {height} × {width}"
    )]
    Empty {
        /// How many images.
        count: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Pixels from left to right.
        width: u32,
    },
    /// There is less than the header promises.
    #[error("expected {expected} bytes after the header, found {found}")]
    Truncated {
        /// What the header promises.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// There is more than the header promises.
    #[error("expected the file to end after {expected} bytes, found more behind them")]
    TrailingBytes {
        /// What the header promises.
        expected: u64,
    },
    /// A label that is no digit.
    #[error("expected labels from 0 to 9, found {label} as label number {index}")]
    Label {
        /// Which label, counted from 0.
        index: usize,
        /// What it says.
        label: u8,
    },
}

/// Images of one size, as they are in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    /// Brightness from 0 (paper) to 255 (ink), `[images × pixels]`, each image row by row.
    pub pixels: Array2<u8>,
    /// Pixels from top to bottom.
    pub height: usize,
    /// Pixels from left to right.
    pub width: usize,
}

/// Reads a file of images: magic number, count, height and width, four bytes each, the most
/// significant first; then the pixels.
pub fn read_images(mut file: impl Read) -> Result<Images, IdxError> {
    let [count, height, width] = read_header(&mut file, IMAGES_MAGIC)?;
    let size = u64::from(height) * u64::from(width);
    let bytes = size.checked_mul(count.into()).filter(|&bytes| bytes <= LARGEST_FILE);
    let bytes = bytes.ok_or(IdxError::TooLarge { count, height, width })?;
    if bytes == 0 {
        return Err(IdxError::Empty { count, height, width });
    }
    let pixels = read_body(file, bytes)?;
    let shape = (count as usize, size as usize);
    let pixels = Array2::from_shape_vec(shape, pixels).expect("as many bytes as the shape says");
    Ok(Images { pixels, height: height as usize, width: width as usize })
}

/// Reads a file of labels: magic number and count, four bytes each; then a byte for each label.
pub fn read_labels(mut file: impl Read) -> Result<Vec<u8>, IdxError> {
    let [count] = read_header(&mut file, LABELS_MAGIC)?;
    let labels = read_body(file, count.into())?;
    match labels.iter().position(|&label| usize::from(label) >= CLASSES) {
        Some(index) => Err(IdxError::Label { index, label: labels[index] }),
        None => Ok(labels),
    }
}

/// The N sizes of a header that begins with `magic`.
fn read_header<const N: usize>(file: &mut impl Read, magic: u32) -> Result<[u32; N], IdxError> {
    let mut next = || match file.read_u32::<BigEndian>() {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(IdxError::ShortHeader { expected: 4 + 4 * N })
        }
        other => Ok(other?),
    };
    let found = next()?;
    if found != magic {
        return Err(IdxError::Magic { expected: magic, found });
    }
    let mut sizes = [0; N];
    for size in &mut sizes {
        *size = next()?;
    }
    Ok(sizes)
}

/// All that follows the header, if it is `expected` bytes. The memory grows with what is there, not
/// with what is promised.
fn read_body(file: impl Read, expected: u64) -> Result<Vec<u8>, IdxError> {
    let mut body = Vec::new();
    file.take(expected + 1).read_to_end(&mut body)?; // one more, to see whether there is more
    match body.len() as u64 {
        found if found < expected => Err(IdxError::Truncated { expected, found }),
        found if found > expected => Err(IdxError::TrailingBytes { expected }),
        _ => Ok(body),
    }
}

// ------------------------------------------------------------------------ examples and batches --

/// Images with what they show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// `[examples × pixels]`
    pub images: Images,
    /// A digit for each image.
    pub labels: Vec<u8>,
}

/// Images and labels that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected as many labels as images, found {labels} labels for {images} images")]
pub struct CountMismatch {
    /// How many images there are.
    pub images: usize,
    /// How many labels there are.
    pub labels: usize,
}

impl Dataset {
    /// Puts images and labels together.
    pub fn new(images: Images, labels: Vec<u8>) -> Result<Self, CountMismatch> {
        let (images_count, labels_count) = (images.pixels.nrows(), labels.len());
        if images_count != labels_count {
            return Err(CountMismatch { images: images_count, labels: labels_count });
        }
        Ok(Self { images, labels })
    }

    /// How many examples there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many numbers describe an image.
    pub fn pixels(&self) -> usize {
        self.images.pixels.ncols()
    }

    /// The first `count` examples, or all if there are fewer.
    pub fn first(&self, count: usize) -> Self {
        let count = count.min(self.len());
        let pixels = self.images.pixels.slice_axis(Axis(0), (..count).into()).to_owned();
        Self { images: Images { pixels, ..self.images }, labels: self.labels[..count].to_vec() }
    }

    /// The examples with these indices, as a network wants them: inputs from 0 to 1,
    /// `[batch × pixels]`, and one-hot targets, `[batch × classes]`.
    pub fn batch<T: Real>(&self, indices: &[usize]) -> (Array2<T>, Array2<T>) {
        let shape = (indices.len(), self.pixels());
        let images: Vec<&[u8]> = indices.iter().map(|&index| self.image(index)).collect();
        let pixels = Array2::from_shape_vec(shape, images.concat()).expect("images of one size");
        let labels: Vec<u8> = indices.iter().map(|&index| self.labels[index]).collect();
        (pixels.mapv(brightness), one_hot(&labels, CLASSES))
    }

    /// The pixels of one image, row by row.
    fn image(&self, index: usize) -> &[u8] {
        self.images.pixels.row(index).to_slice().expect("images are kept in standard layout")
    }
}

/// A pixel as a number from 0 to 1.
fn brightness<T: Real>(pixel: u8) -> T {
    T::from_u8(pixel).expect("every float type holds 0 to 255") * T::of(1.0 / 255.0)
}

/// The numbers from 0 to `count` − 1 in an order in which every order is equally likely
/// (Durstenfeld 1964, after Fisher and Yates 1938).
pub fn shuffled(count: usize, generator: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, generator.random_range(0..=last));
    }
    order
}

// ------------------------------------------------------------------------------------ training --

/// The optimizers by name, each with its usual constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptimizerName {
    /// [`Sgd`]
    Sgd,
    /// [`Momentum`], μ = 0.9
    Momentum,
    /// [`Nesterov`], μ = 0.9
    Nesterov,
    /// [`AdaGrad`]
    AdaGrad,
    /// [`RmsProp`]
    RmsProp,
    /// [`Adam`]
    Adam,
    /// [`AdamW`]
    AdamW,
}

impl OptimizerName {
    /// An optimizer that has not taken a step.
    pub fn optimizer<T: Real>(self) -> Box<dyn Optimizer<T>> {
        match self {
            Self::Sgd => Box::new(Sgd::default()),
            Self::Momentum => Box::new(Momentum::new(T::of(0.9))),
            Self::Nesterov => Box::new(Nesterov::new(T::of(0.9))),
            Self::AdaGrad => Box::new(AdaGrad::default()),
            Self::RmsProp => Box::new(RmsProp::default()),
            Self::Adam => Box::new(Adam::default()),
            Self::AdamW => Box::new(AdamW::default()),
        }
    }
}

/// All that is decided before training begins, except for chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// How many neurons each hidden layer has.
    pub hidden: Vec<usize>,
    /// How often each example is seen.
    pub epochs: usize,
    /// How many examples are seen between two steps.
    pub batch_size: usize,
    /// What makes a step of a gradient.
    pub optimizer: OptimizerName,
    /// How large a step is.
    pub learning_rate: f64,
    /// How that changes on the way.
    pub schedule: Schedule,
}

impl Recipe {
    /// The recipe of the documents: 128 hidden neurons, Adam with its usual rate, five epochs.
    pub fn documents() -> Self {
        Self {
            hidden: vec![128],
            epochs: 5,
            batch_size: 32,
            optimizer: OptimizerName::Adam,
            learning_rate: 0.001,
            schedule: Schedule::Constant,
        }
    }

    /// The same network and the same five epochs, with twice the rate, falling to 0 in a line.
    pub fn steady() -> Self {
        Self { learning_rate: 0.002, schedule: Schedule::Linear, ..Self::documents() }
    }

    /// Step 1, initialize the parameters: a network for images of `pixels` pixels, with ReLUs in
    /// its hidden layers and logits for outputs.
    pub fn network<T: Real>(&self, pixels: usize, generator: &mut impl Rng) -> Network<T> {
        let sizes = [&[pixels], &self.hidden[..], &[CLASSES]].concat();
        let activations = (Activation::Relu, Activation::Identity);
        Network::new(&sizes, activations, Initialization::Xavier, generator)
    }
}

/// Steps 2 to 4 for one batch; gives the loss before the step.
///
/// `inputs: [batch × pixels]`, `targets: [batch × classes]`.
pub fn train_step<T: Real>(
    network: &mut Network<T>,
    optimizer: &mut dyn Optimizer<T>,
    learning_rate: T,
    (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
) -> T {
    let loss = Loss::SoftmaxCrossEntropy;
    let trace = network.trace(inputs); // 2. forward pass
    let output_gradient = loss.gradient(trace.output(), targets);
    let gradients = network.backward(inputs, &trace, output_gradient); // 3. backward pass
    optimizer.step(learning_rate, parameters(network, &gradients)); // 4. update the parameters
    loss.value(trace.output(), targets)
}

/// A network on its way through the epochs of a recipe.
pub struct Trainer<'a, T, R> {
    /// The network as it is now.
    pub network: Network<T>,
    recipe: &'a Recipe,
    data: &'a Dataset,
    optimizer: Box<dyn Optimizer<T>>,
    generator: R,
    steps: usize,
}

impl<'a, T: Real, R: Rng> Trainer<'a, T, R> {
    /// A new network. All chance, first of the weights and then of the order of examples, comes
    /// from `generator`.
    pub fn new(recipe: &'a Recipe, data: &'a Dataset, mut generator: R) -> Self {
        let network = recipe.network(data.pixels(), &mut generator);
        let optimizer = recipe.optimizer.optimizer();
        Self { network, recipe, data, optimizer, generator, steps: 0 }
    }

    /// Step 5, repeat: one pass through all the examples, in a new order; gives their mean loss,
    /// each example's as it was when its turn came. Calls `after_batch` after each batch.
    pub fn epoch(&mut self, mut after_batch: impl FnMut()) -> f64 {
        let batch_size = self.recipe.batch_size;
        let total_steps = self.recipe.epochs * self.data.len().div_ceil(batch_size);
        let mut total_loss = 0.0;
        for indices in shuffled(self.data.len(), &mut self.generator).chunks(batch_size) {
            let factor = self.recipe.schedule.factor(self.steps, total_steps);
            let rate = T::of(self.recipe.learning_rate * factor);
            let (inputs, targets) = self.data.batch(indices);
            let batch = (inputs.view(), targets.view());
            let loss = train_step(&mut self.network, &mut *self.optimizer, rate, batch);
            total_loss += loss.as_f64() * indices.len() as f64;
            self.steps += 1;
            after_batch();
        }
        total_loss / self.data.len() as f64
    }
}

// ---------------------------------------------------------------------------------- evaluation --

/// How well a network does on examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The mean cross-entropy.
    pub loss: f64,
    /// The share of examples whose likeliest class is the right one.
    pub accuracy: f64,
    /// How many examples of a class (row) were taken for which (column), `[classes × classes]`
    pub confusion: Array2<usize>,
    /// The probability that the network gives each class, `[examples × classes]`
    pub probabilities: Array2<f64>,
}

/// Runs the network on all the examples, a few hundred at a time.
pub fn evaluate<T: Real>(network: &Network<T>, data: &Dataset) -> Evaluation {
    let mut loss = 0.0;
    let mut confusion = Array2::zeros((CLASSES, CLASSES));
    let mut probabilities = Array2::zeros((data.len(), CLASSES));
    let indices: Vec<usize> = (0..data.len()).collect();
    let answers = probabilities.axis_chunks_iter_mut(Axis(0), 500);
    for (indices, mut answers) in indices.chunks(500).zip(answers) {
        let (inputs, targets) = data.batch::<T>(indices);
        let logits = network.forward(inputs.view());
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

// ------------------------------------------------------------------------------------- weights --

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
        found: f32,
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
        let weights = bytes(layer.dense.weights.t().iter());
        tensors.push((format!("{}.weight", 2 * index), vec![outputs, inputs], weights));
        let bias = bytes(layer.dense.bias.iter());
        tensors.push((format!("{}.bias", 2 * index), vec![outputs], bias));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("four bytes for each number"))
    });
    safetensors::serialize(views, None).expect("names are unique and sizes agree")
}

/// The numbers as `f32`, four bytes each, the least significant first.
fn bytes<'a, T: Real>(numbers: impl Iterator<Item = &'a T>) -> Vec<u8> {
    numbers.flat_map(|number| (number.as_f64() as f32).to_le_bytes()).collect()
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
            [outputs, _] if !last && *outputs > 0 => *outputs,
            _ => CLASSES,
        };
        let weights = numbers(&tensors, &name, &[outputs, inputs])?;
        let weights = Array2::from_shape_vec((outputs, inputs), weights).expect("checked shape");
        let bias = numbers(&tensors, &format!("{}.bias", 2 * index), &[outputs])?;
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
                names.truncate(10);
                names.join(", ")
            }
        },
    })
}

/// The numbers of a tensor that must have this shape, in the order of the file.
fn numbers<T: Real>(
    tensors: &SafeTensors,
    name: &str,
    shape: &[usize],
) -> Result<Vec<T>, WeightsError> {
    let tensor = tensor(tensors, name)?;
    if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
        return Err(WeightsError::Shape {
            name: name.to_owned(),
            expected: format!("F32 {shape:?}"),
            found: format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
        });
    }
    let (chunks, _) = tensor.data().as_chunks::<4>();
    let numbers: Vec<f32> = chunks.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(&found) => Err(WeightsError::NotFinite { name: name.to_owned(), found }),
        None => Ok(numbers.into_iter().map(|number| T::of(number.into())).collect()),
    }
}

// ------------------------------------------------------------------------------ your own digit --

/// How many pixels an MNIST image has from side to side, and its digit from end to end.
const IMAGE_SIDE: usize = 28;
const DIGIT_SIDE: u32 = 20;

/// A picture of a digit as MNIST has them: light on dark, 20 pixels along its longer side, with the
/// center of its ink in the center of 28 × 28 pixels. `[1 × 784]`, from 0 to 1.
///
/// The picture may be of any size, dark on light or light on dark: the paper is what most of its
/// edge shows. Gives nothing if all its pixels are alike, so that there is no digit.
pub fn center_digit<T: Real>(picture: &GrayImage) -> Option<Array2<T>> {
    let ink = stretch_contrast(picture)?;
    let digit = crop_to_ink(&ink);
    let longest = digit.width().max(digit.height());
    let scaled = |side: u32| (side * DIGIT_SIDE).div_ceil(longest).max(1);
    let (width, height) = (scaled(digit.width()), scaled(digit.height()));
    let digit = imageops::resize(&digit, width, height, FilterType::Triangle);
    let (x, y) = center_of_ink(&digit)?;
    let middle = IMAGE_SIDE as f64 / 2.0 + 0.5; // the middle of pixel 14, as in MNIST
    let shift = |center: f64, side: u32| {
        (middle - center).round().clamp(0.0, (IMAGE_SIDE as u32 - side) as f64) as usize
    };
    let (left, top) = (shift(x, width), shift(y, height));
    let mut input = Array2::zeros((1, IMAGE_SIDE * IMAGE_SIDE));
    for (x, y, pixel) in digit.enumerate_pixels() {
        input[[0, (top + y as usize) * IMAGE_SIDE + left + x as usize]] = brightness(pixel.0[0]);
    }
    Some(input)
}

/// Paper becomes 0 and the strongest ink 255. Paper is the median shade of the edge. Gives nothing if
/// all pixels are alike.
pub fn stretch_contrast(picture: &GrayImage) -> Option<GrayImage> {
    let (width, height) = picture.dimensions();
    let on_edge = |x, y| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let edge = picture.enumerate_pixels().filter(|&(x, y, _)| on_edge(x, y));
    let mut edge: Vec<u8> = edge.map(|(_, _, pixel)| pixel.0[0]).collect();
    edge.sort_unstable();
    let paper = f64::from(*edge.get(edge.len() / 2)?);
    let strength = |pixel: u8| (f64::from(pixel) - paper).abs();
    let strongest = picture.iter().map(|&pixel| strength(pixel)).fold(0.0, f64::max);
    if strongest == 0.0 {
        return None;
    }
    let mut ink = picture.clone();
    for pixel in ink.iter_mut() {
        *pixel = (255.0 * strength(*pixel) / strongest).round() as u8;
    }
    Some(ink)
}

/// The smallest rectangle with all ink that is more than a fifth as strong as 255. Panics if there is
/// none; after [`stretch_contrast`] there is.
pub fn crop_to_ink(ink: &GrayImage) -> GrayImage {
    let dark = || ink.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[0] > 51);
    let (left, right) = (dark().map(|p| p.0).min(), dark().map(|p| p.0).max());
    let (top, bottom) = (dark().map(|p| p.1).min(), dark().map(|p| p.1).max());
    let corners = left.zip(right).zip(top.zip(bottom)).expect("there is ink");
    let ((left, right), (top, bottom)) = corners;
    imageops::crop_imm(ink, left, top, right - left + 1, bottom - top + 1).to_image()
}

/// The mean position of the ink, right and down from the upper left corner, in pixels. Gives nothing
/// if there is no ink left, as of two specks far apart.
pub fn center_of_ink(ink: &GrayImage) -> Option<(f64, f64)> {
    let total: f64 = ink.iter().map(|&pixel| f64::from(pixel)).sum();
    let sums = ink.enumerate_pixels().fold((0.0, 0.0), |(x_sum, y_sum), (x, y, pixel)| {
        let weight = f64::from(pixel.0[0]);
        (x_sum + weight * (f64::from(x) + 0.5), y_sum + weight * (f64::from(y) + 0.5))
    });
    (total > 0.0).then(|| (sums.0 / total, sums.1 / total))
}
