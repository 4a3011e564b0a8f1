//! The network that read zip codes in 1989. Page: *1989, again* (`ch09_vision/lecun1989.md`).
//! Maps lie place by place: `[batch × height · width · maps]`, the maps of a place side by side.

use ch01_neuron::{Activation, Real};
use ch02_forward::{Dense, Layer, Loss, Network};
use ch03_backprop::{ActivationBackward, Gradients, LossBackward};
use ch04_optimizers::Parameter;
use ch05_mnist::{CLASSES, Dataset, Images, Model};
use ch06_overfitting::{Dropout, bilinear};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::{Rng, RngExt};

use crate::blocks::dense_backward;

/// How many maps each of the two layers of kernels has.
pub const MAPS: usize = 12;
/// How many pixels its kernels are high and wide, and move from one place to the next.
const KERNEL: usize = 5;
const STRIDE: usize = 2;
/// How many pixels of background are put around what they look at, and what background is.
const PADDING: usize = 2;
const BACKGROUND: f64 = -1.0;

/// The images on another, square grid: each new pixel shows what is between old ones at its middle.
pub fn resized(data: &Dataset, side: usize) -> Dataset {
    let Images { pixels, height, width } = &data.images;
    let scale = [*height, *width].map(|old| old as f64 / side as f64);
    let middle = |new: usize, scale: f64| (new as f64 + 0.5) * scale - 0.5;
    let mut small = Array2::zeros((data.len(), side * side));
    for (old, mut new) in pixels.rows().into_iter().zip(small.rows_mut()) {
        let old = old.mapv(f64::from).into_shape_with_order((*height, *width)).expect("an image");
        for (place, pixel) in new.iter_mut().enumerate() {
            let (row, column) = (middle(place / side, scale[0]), middle(place % side, scale[1]));
            *pixel = bilinear(old.view(), row, column).round() as u8;
        }
    }
    let images = Images { pixels: small, height: side, width: side };
    Dataset { images, labels: data.labels.clone() }
}

/// Weights between ±2.4 / √inputs, each as likely as any other: `[inputs × outputs]`.
pub fn fan_in_uniform<T: Real>(
    shape: (usize, usize),
    inputs: usize,
    generator: &mut impl Rng,
) -> Array2<T> {
    let most = 2.4 / (inputs as f64).sqrt();
    Array2::from_shape_simple_fn(shape, || T::of(most * (2.0 * generator.random::<f64>() - 1.0)))
}

/// Kernels of 5 × 5 that look at every second place, with a bias of its own for each unit.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedLayer<T> {
    /// w, `[5 · 5 · channels × maps]`: 0 where a map does not look at a channel.
    pub weights: Array2<T>,
    /// b, `[height · width · maps]`: one for each unit.
    pub bias: Array1<T>,
    /// 1 where a map looks at a channel and 0 elsewhere, `[channels × maps]`
    pub sources: Array2<T>,
    /// How many pixels what it looks at is high and wide: an even number.
    pub side: usize,
}

/// How the loss changes with the parameters of such a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedGradient<T> {
    /// ∂L/∂w, `[5 · 5 · channels × maps]`
    pub weights: Array2<T>,
    /// ∂L/∂b, `[height · width · maps]`
    pub bias: Array1<T>,
}

impl<T: Real> SharedLayer<T> {
    /// A layer with random weights, and with biases of 0.
    pub fn new(side: usize, sources: Array2<T>, generator: &mut impl Rng) -> Self {
        let (channels, seen) = (sources.nrows(), sources.column(0).sum().as_f64() as usize);
        let area = KERNEL * KERNEL;
        let mut weights = fan_in_uniform((area * channels, MAPS), area * seen, generator);
        masked(&mut weights, &sources);
        let bias = Array1::zeros((side / STRIDE) * (side / STRIDE) * MAPS);
        Self { weights, bias, sources, side }
    }

    /// Each row of a kernel at each place: the place, the first of its weights, and the first of
    /// the numbers that it meets in a padded image.
    fn rows_of_kernels(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let (channels, side) = (self.sources.nrows(), self.side);
        let (places, padded) = (side / STRIDE, side + 2 * PADDING);
        ndarray::indices((places, places, KERNEL)).into_iter().map(move |(t, u, k)| {
            let first = (STRIDE * t + k) * padded + STRIDE * u;
            (t * places + u, k * KERNEL * channels, first * channels)
        })
    }

    /// What is looked at, with background around it; it must be of the layer's size.
    pub fn padded(&self, images: ArrayView2<T>) -> Array2<T> {
        let width = self.side * self.sources.nrows();
        assert!(images.ncols() == self.side * width, "shared layer: images {:?}", images.shape());
        let shape = (images.nrows(), (self.side + 2 * PADDING).pow(2) * self.sources.nrows());
        let mut result = Array2::from_elem(shape, T::of(BACKGROUND));
        for (image, mut result) in images.rows().into_iter().zip(result.rows_mut()) {
            let result = result.as_slice_mut().expect("a row");
            for (row, numbers) in slice(&image).chunks(width).enumerate() {
                result[self.start(row)..][..width].copy_from_slice(numbers);
            }
        }
        result
    }

    /// Where a row of an image begins in a padded one.
    fn start(&self, row: usize) -> usize {
        ((row + PADDING) * (self.side + 2 * PADDING) + PADDING) * self.sources.nrows()
    }

    /// z of each unit, from padded images: `[batch × height · width · maps]`
    pub fn forward(&self, padded: ArrayView2<T>) -> Array2<T> {
        let mut z = Array2::zeros((padded.nrows(), self.bias.len()));
        let length = KERNEL * self.sources.nrows();
        let weights = self.weights.as_slice().expect("rows").as_chunks::<MAPS>().0;
        for (x, mut z) in padded.rows().into_iter().zip(z.rows_mut()) {
            z.assign(&self.bias);
            let (x, z) = (slice(&x), z.as_slice_mut().expect("a row").as_chunks_mut::<MAPS>().0);
            for (place, first, start) in self.rows_of_kernels() {
                let mut sums = z[place];
                for (&x, w) in x[start..][..length].iter().zip(&weights[first..]) {
                    (0..MAPS).for_each(|j| sums[j] += w[j] * x);
                }
                z[place] = sums;
            }
        }
        z
    }

    /// Each weight collects δ times what it met, at all places; each bias has one δ. `delta` is
    /// `[batch × height · width · maps]`.
    pub fn backward(&self, padded: ArrayView2<T>, delta: ArrayView2<T>) -> SharedGradient<T> {
        let mut weights = Array2::zeros(self.weights.dim());
        let sums = weights.as_slice_mut().expect("rows").as_chunks_mut::<MAPS>().0;
        let length = KERNEL * self.sources.nrows();
        let rows: Vec<_> = self.rows_of_kernels().collect();
        for (x, delta) in padded.rows().into_iter().zip(delta.rows()) {
            let (x, delta) = (slice(&x), slice(&delta).as_chunks::<MAPS>().0);
            for (tap, sums) in sums.iter_mut().enumerate() {
                let mut sum = *sums;
                for &(place, _, start) in rows.iter().skip(tap / length).step_by(KERNEL) {
                    let (delta, x) = (delta[place], x[start + tap % length]);
                    (0..MAPS).for_each(|j| sum[j] += delta[j] * x);
                }
                *sums = sum;
            }
        }
        masked(&mut weights, &self.sources);
        SharedGradient { weights, bias: delta.sum_axis(Axis(0)) }
    }

    /// ∂L/∂x, without what belongs to the padding.
    pub fn input_gradient(&self, delta: ArrayView2<T>) -> Array2<T> {
        let (channels, width) = (self.sources.nrows(), self.side * self.sources.nrows());
        let maps = self.weights.t().as_standard_layout().into_owned(); // [maps × 5 · 5 · channels]
        let mut gradient = Array2::zeros((delta.nrows(), self.side * width));
        for (delta, mut gradient) in delta.rows().into_iter().zip(gradient.rows_mut()) {
            let mut whole = vec![T::zero(); (self.side + 2 * PADDING).pow(2) * channels];
            for (place, first, start) in self.rows_of_kernels() {
                let met = &mut whole[start..][..KERNEL * channels];
                for (map, &delta) in maps.rows().into_iter().zip(&slice(&delta)[place * MAPS..]) {
                    met.iter_mut().zip(&slice(&map)[first..]).for_each(|(to, &w)| *to += delta * w);
                }
            }
            let rows = gradient.as_slice_mut().expect("a row").chunks_mut(width);
            for (row, numbers) in rows.enumerate() {
                numbers.copy_from_slice(&whole[self.start(row)..][..width]);
            }
        }
        gradient
    }

    /// How many weights and biases there are to learn.
    pub fn parameter_count(&self) -> usize {
        KERNEL * KERNEL * self.sources.sum().as_f64() as usize + self.bias.len()
    }

    /// How many connections its units have, the one with the bias included.
    pub fn connection_count(&self) -> usize {
        self.bias.len() / MAPS * (KERNEL * KERNEL * self.sources.sum().as_f64() as usize + MAPS)
    }
}

fn slice<'a, T>(row: &'a ArrayView1<T>) -> &'a [T] {
    row.to_slice().expect("a row in standard layout")
}

/// Sets to 0 what belongs to connections that are not there.
fn masked<T: Real>(weights: &mut Array2<T>, sources: &Array2<T>) {
    for (index, mut row) in weights.rows_mut().into_iter().enumerate() {
        row *= &sources.row(index % sources.nrows());
    }
}

/// What was decided about the training of 1989's network, and is decided otherwise today.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decisions {
    /// Squared errors of outputs from −1 to 1, or the cross-entropy of softmax.
    pub loss: Loss,
    /// f of all hidden units.
    pub hidden: Activation,
    /// Which units of the second layer are kept.
    pub dropout: Dropout,
}

impl Decisions {
    /// Those of the paper.
    pub const PAPER: Self = Self {
        loss: Loss::MeanSquaredError,
        hidden: Activation::Tanh,
        dropout: Dropout { keep: 1.0 },
    };
}

/// The network of 1989: two layers of shared weights, and two dense ones. It takes rows of 16 × 16
/// pixels from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ZipNetwork<T> {
    /// H1, 12 maps of 8 × 8, and H2, 12 maps of 4 × 4.
    pub shared: [SharedLayer<T>; 2],
    /// H3, 30 units, and the outputs.
    pub dense: Network<T>,
    /// How it is trained.
    pub decisions: Decisions,
}

/// How the loss changes with every parameter of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ZipGradient<T> {
    /// Those of H1 and H2.
    pub shared: [SharedGradient<T>; 2],
    /// Those of H3 and of the outputs.
    pub dense: Gradients<T>,
}

impl<T: Real> ZipNetwork<T> {
    /// A network with random weights. A map of H2 looks at eight of the twelve maps of H1: the maps of
    /// each layer are three groups of four, and each group of H2 leaves out another one of H1.
    pub fn new(decisions: Decisions, generator: &mut impl Rng) -> Self {
        let sources = Array2::from_shape_fn((MAPS, MAPS), |(i, j)| {
            if i / 4 == (j / 4 + 2) % 3 { T::zero() } else { T::one() }
        });
        let first = SharedLayer::new(16, Array2::ones((1, MAPS)), generator);
        let second = SharedLayer::new(8, sources, generator);
        let squares = decisions.loss == Loss::MeanSquaredError;
        let output = if squares { Activation::Tanh } else { Activation::Identity };
        let mut layer = |inputs, outputs, activation| {
            let weights = fan_in_uniform((inputs, outputs), inputs, generator);
            Layer { dense: Dense { weights, bias: Array1::zeros(outputs) }, activation }
        };
        let layers = vec![layer(16 * MAPS, 30, decisions.hidden), layer(30, CLASSES, output)];
        Self { shared: [first, second], dense: Network { layers }, decisions }
    }

    /// How many numbers there are to learn.
    pub fn parameter_count(&self) -> usize {
        let shared = self.shared.iter().map(SharedLayer::parameter_count);
        shared.sum::<usize>() + self.dense.parameter_count()
    }

    /// How many connections there are: a dense layer has one for each parameter.
    pub fn connection_count(&self) -> usize {
        let shared = self.shared.iter().map(SharedLayer::connection_count);
        shared.sum::<usize>() + self.dense.parameter_count()
    }

    /// What H1 and H2 look at, padded, and their z.
    fn trace(&self, inputs: ArrayView2<T>) -> ([Array2<T>; 2], [Array2<T>; 2]) {
        let [first, second] = &self.shared;
        let padded = first.padded(signed(inputs).view());
        let z = first.forward(padded.view()); // [batch × 8 · 8 · 12]
        let maps = second.padded(self.activated(&z).view());
        let z_maps = second.forward(maps.view()); // [batch × 4 · 4 · 12]
        ([padded, maps], [z, z_maps])
    }

    fn activated(&self, z: &Array2<T>) -> Array2<T> {
        let mut a = z.clone();
        self.decisions.hidden.apply(a.as_slice_mut().expect("standard layout"));
        a
    }
}

/// From 0 to 1, to from −1 to 1.
fn signed<T: Real>(shares: ArrayView2<T>) -> Array2<T> {
    shares.mapv(|share| share + share - T::one())
}

/// What is below 10⁻²⁰ becomes 0. It moves no weight, but processors are slow with tiny numbers.
fn without_traces<T: Real>(delta: Array2<T>) -> Array2<T> {
    delta.mapv_into(|d| if d.abs() < T::of(1e-20) { T::zero() } else { d })
}

impl<T: Real> Model<T> for ZipNetwork<T> {
    type Gradients = ZipGradient<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        let (_, [_, z]) = self.trace(inputs);
        self.dense.forward(self.activated(&z).view())
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> (T, ZipGradient<T>) {
        let Decisions { loss, hidden, dropout } = self.decisions;
        let ([padded, maps], [z, z_maps]) = self.trace(inputs);
        let (features, mask) = dropout.forward(self.activated(&z_maps).view(), generator);
        let trace = self.dense.trace(features.view());
        let squares = loss == Loss::MeanSquaredError;
        let targets = if squares { signed(targets) } else { targets.to_owned() };
        let gradient = without_traces(loss.gradient(trace.output(), targets.view()));
        let (dense, gradient) = dense_backward(&self.dense, features.view(), &trace, gradient);
        let gradient = Dropout::backward(mask.view(), gradient);
        let delta_maps = without_traces(hidden.backward(z_maps.view(), gradient));
        let gradient = self.shared[1].input_gradient(delta_maps.view());
        let delta = without_traces(hidden.backward(z.view(), gradient));
        let first = self.shared[0].backward(padded.view(), delta.view());
        let second = self.shared[1].backward(maps.view(), delta_maps.view());
        let value = loss.value(trace.output(), targets.view());
        (value, ZipGradient { shared: [first, second], dense })
    }

    fn parameters(&self) -> Vec<&[T]> {
        let shared = self.shared.iter().flat_map(|of| [of.weights.as_slice(), of.bias.as_slice()]);
        shared.flatten().chain(self.dense.parameters()).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        let shared = self.shared.iter_mut();
        let shared = shared.flat_map(|of| [of.weights.as_slice_mut(), of.bias.as_slice_mut()]);
        shared.flatten().chain(self.dense.parameters_mut()).collect()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a ZipGradient<T>) -> Vec<Parameter<'a, T>> {
        let shared = gradients.shared.iter();
        let shared = shared.flat_map(|of| [of.weights.as_slice(), of.bias.as_slice()]);
        let slices = shared.flatten().chain(gradients.dense.slices());
        let pairs = self.parameters_mut().into_iter().zip(slices);
        pairs.map(|(values, gradient)| Parameter::new(values, gradient)).collect()
    }
}
