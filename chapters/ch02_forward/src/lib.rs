//! Chapter 2: the forward pass.
//!
//! From one neuron to a layer of them, from one input to a batch, from a layer to a network; then
//! softmax and the losses, which say how wrong an answer is. A batch is rows everywhere: X is
//! `[batch × inputs]`, W is `[inputs × outputs]`, and Z = XW + b.

use std::borrow::Cow;
use std::ops::{BitOr, Range};

use ch01_neuron::{Activation, Real, relu, softplus};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, CowArray, Ix2};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

// ---------------------------------------------------------------------------------- products --

/// The product XW as it is defined: (XW)ᵣⱼ = Σᵢ xᵣᵢ wᵢⱼ, with X as `left` and W as `right`.
///
/// `left: [rows × inner]`, `right: [inner × columns]`, result `[rows × columns]`. It is the
/// yardstick for [`product`].
///
/// # Panics
/// If `left` is not as wide as `right` is high.
pub fn product_by_definition<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    Array2::from_shape_fn((left.nrows(), right.ncols()), |(r, j)| {
        (0..left.ncols()).map(|i| left[[r, i]] * right[[i, j]]).sum()
    })
}

/// The same product by rows: row r is Σᵢ xᵣᵢ · (row i of `right`), and where xᵣᵢ is 0 a whole row is
/// left out.
///
/// What is left out is not looked at, not even if it is infinite. Shapes and panics are those of
/// [`product_by_definition`].
pub fn product_by_rows<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let mut product = Array2::zeros((left.nrows(), right.ncols()));
    for r in 0..left.nrows() {
        for i in 0..left.ncols() {
            if left[[r, i]] != T::zero() {
                product.row_mut(r).scaled_add(left[[r, i]], &right.row(i));
            }
        }
    }
    product
}

/// The same again, fast: what is not zero is noted in bits, and sums stay in the registers.
///
/// Shapes, panics and what is left out are those of [`product_by_rows`].
pub fn product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the columns of left", left.dim(), left.ncols(), right);
    let left = row_by_row(&left);
    weighted_sums(&NonZeros::of_rows(left.view()), left.view(), right)
}

/// XᵀZ, with X as `left` and Z as `right`, fast in the same way: row i of it is a weighted sum of
/// the rows of `right` too, with the factors of column i of `left`.
///
/// `left: [inner × rows]`, `right: [inner × columns]`, result `[rows × columns]`.
///
/// # Panics
/// If `left` is not as high as `right`.
pub fn transposed_product<T: Real>(left: ArrayView2<T>, right: ArrayView2<T>) -> Array2<T> {
    assert_same_inner_size("the rows of left", left.dim(), left.nrows(), right);
    let left = row_by_row(&left);
    weighted_sums(&NonZeros::of_columns(left.view()), left.t(), right)
}

fn assert_same_inner_size<T>(
    side: &str,
    left_shape: (usize, usize),
    left_size: usize,
    right: ArrayView2<T>,
) {
    let right_shape = right.dim();
    assert!(
        left_size == right.nrows(),
        "product: {side}, {left_shape:?}, must be as many as the rows of right, {right_shape:?}",
    );
}

/// Where a matrix is not zero: a list for each row, or a list for each column.
///
/// A list is a string of bits, one for each entry of the row or column: 1 where it is not zero. It
/// is kept in words of 64 bits, the first entry in the lowest bit of the first word.
#[derive(Debug, Clone, PartialEq)]
pub struct NonZeros {
    /// The words of the first list, then those of the second, and so on.
    words: Vec<u64>,
    /// How many words a list has.
    words_per_list: usize,
    /// How many lists there are.
    lists: usize,
}

impl NonZeros {
    /// A list for each row of a matrix.
    pub fn of_rows<T: Real>(matrix: ArrayView2<T>) -> Self {
        let mut words = Vec::new();
        for row in row_by_row(&matrix).rows() {
            for part in row.as_slice().expect("standard layout").chunks(64) {
                let bits = part.iter().enumerate().map(|(bit, &entry)| non_zero(entry) << bit);
                words.push(bits.fold(0, BitOr::bitor));
            }
        }
        Self { words, words_per_list: matrix.ncols().div_ceil(64), lists: matrix.nrows() }
    }

    /// A list for each column. 64 rows at a time, each row adds its bit to the words of all columns.
    pub fn of_columns<T: Real>(matrix: ArrayView2<T>) -> Self {
        let words_per_list = matrix.nrows().div_ceil(64);
        let mut words = vec![0; matrix.ncols() * words_per_list];
        for (number, part) in row_by_row(&matrix).axis_chunks_iter(Axis(0), 64).enumerate() {
            let mut bits = vec![0; matrix.ncols()];
            for (bit, row) in part.rows().into_iter().enumerate() {
                let row = row.to_slice().expect("standard layout");
                bits.iter_mut().zip(row).for_each(|(bits, &entry)| *bits |= non_zero(entry) << bit);
            }
            for (column, bits) in bits.into_iter().enumerate() {
                words[column * words_per_list + number] = bits;
            }
        }
        Self { words, words_per_list, lists: matrix.ncols() }
    }

    /// The words of the list of one row (or column).
    ///
    /// # Panics
    /// If there is no such list.
    pub fn list(&self, index: usize) -> &[u64] {
        &self.words[index * self.words_per_list..][..self.words_per_list]
    }

    /// How many lists there are.
    pub fn lists(&self) -> usize {
        self.lists
    }

    /// How many entries are not zero.
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// 1 if the entry is not zero, and otherwise 0.
fn non_zero<T: Real>(entry: T) -> u64 {
    u64::from(entry != T::zero())
}

/// Row r of the result is the sum of `factors[[r, i]]` times row i of `rows`, over the i of list r.
///
/// It is filled in blocks of so many columns that their sums fit in the registers of a processor.
fn weighted_sums<T: Real>(
    lists: &NonZeros,
    factors: ArrayView2<T>,
    rows: ArrayView2<T>,
) -> Array2<T> {
    let mut sums = Array2::zeros((lists.lists(), rows.ncols()));
    let rows = row_by_row(&rows); // a copy, unless the rows lie one after the other already
    let mut columns = 0..rows.ncols();
    while !columns.is_empty() {
        let (first, rows) = (columns.start, rows.view());
        columns.start += match columns.len() {
            MANY.. => fill_columns::<T, MANY>(&mut sums, first, lists, factors, rows),
            32.. => fill_columns::<T, 32>(&mut sums, first, lists, factors, rows),
            _ => fill_columns::<T, 16>(&mut sums, first, lists, factors, rows),
        };
    }
    sums
}

/// So many sums of `f32` fit in some of the registers, with room for a row: in 8 of the 32 of
/// AVX-512, in 8 of the 16 of AVX2, in 16 of the 32 of ARM.
const MANY: usize = if cfg!(target_feature = "avx512f") { 128 } else { 64 };

/// Fills K columns from `first` on, or as many as there are, and gives K.
fn fill_columns<T: Real, const K: usize>(
    sums: &mut Array2<T>,
    first: usize,
    lists: &NonZeros,
    factors: ArrayView2<T>,
    rows: ArrayView2<T>,
) -> usize {
    let columns = first..rows.ncols().min(first + K);
    let (numbers, stride) = block(rows, columns.clone(), K);
    let fill = |r: usize, sum: &mut [T]| {
        let sum = &mut sum[columns.clone()];
        let mut spare = [T::zero(); K];
        let place = sum.first_chunk_mut::<K>().unwrap_or(&mut spare);
        add_weighted_rows(place, lists.list(r), factors.row(r), &numbers, stride);
        if sum.len() < K {
            sum.copy_from_slice(&spare[..sum.len()]);
        }
    };
    for_each_row(sums, worth_sharing(lists.count(), rows.ncols()), &fill);
    K
}

/// Whether sums of so many terms, in so many columns, are worth a second thread. With fewer, waking
/// it takes longer than it saves.
fn worth_sharing(terms: usize, columns: usize) -> bool {
    terms * columns >= 1 << 23
}

/// Hands each row of a matrix, and its index, to `work`.
///
/// If they are `shared`, they are dealt out among the threads of rayon's current pool. Each row is
/// worked on by one thread alone, so the number of threads does not change a bit of it.
fn for_each_row<T: Real>(
    matrix: &mut Array2<T>,
    shared: bool,
    work: &(dyn Fn(usize, &mut [T]) + Sync),
) {
    let width = matrix.ncols();
    let rows = matrix.as_slice_mut().expect("standard layout");
    if shared {
        rows.par_chunks_mut(width).enumerate().for_each(|(r, row)| work(r, row));
    } else {
        rows.chunks_mut(width).enumerate().for_each(|(r, row)| work(r, row));
    }
}

/// These columns of a matrix: where their numbers lie, and how far it is from a row to the next.
///
/// Fewer than `size` columns are copied, with zeros for those that are missing.
fn block<'a, T: Real>(
    matrix: ArrayView2<'a, T>,
    columns: Range<usize>,
    size: usize,
) -> (Cow<'a, [T]>, usize) {
    if columns.len() == size {
        let numbers = matrix.to_slice().expect("standard layout");
        let numbers = numbers.get(columns.start..).unwrap_or_default(); // none if there are no rows
        return (Cow::Borrowed(numbers), matrix.ncols());
    }
    let mut copy = vec![T::zero(); matrix.nrows() * size];
    for (block, row) in copy.chunks_mut(size).zip(matrix.rows()) {
        block.iter_mut().zip(row.iter().skip(columns.start)).for_each(|(to, &from)| *to = from);
    }
    (Cow::Owned(copy), size)
}

/// Adds `factors[i]` times row i to `sum`, for each i of a list. Row i is K of the `numbers`, from
/// place i · `stride` on.
fn add_weighted_rows<T: Real, const K: usize>(
    sum: &mut [T; K],
    list: &[u64],
    factors: ArrayView1<T>,
    numbers: &[T],
    stride: usize,
) {
    let mut total = *sum; // stays in the registers
    for (number, &word) in list.iter().enumerate() {
        let mut ones = word;
        while ones != 0 {
            let i = 64 * number + ones.trailing_zeros() as usize; // the place of the lowest 1
            ones &= ones - 1; // and away with it
            let row: &[T; K] = numbers[i * stride..].first_chunk().expect("K numbers");
            for j in 0..K {
                total[j] = multiply_add::<T, FUSED>(factors[i], row[j], total[j]);
            }
        }
    }
    *sum = total;
}

/// The same matrix with its rows one after the other in memory.
///
/// A transposed matrix is copied in tiles of 16 × 16. Row by row, each number would come from
/// another line of the cache, and a line would be gone before its next number is wanted.
fn row_by_row<'a, T: Real>(matrix: &'a ArrayView2<'a, T>) -> CowArray<'a, T, Ix2> {
    if matrix.is_standard_layout() {
        return matrix.into();
    }
    let mut copy = Array2::zeros(matrix.dim());
    let bands = matrix.axis_chunks_iter(Axis(0), 16);
    for (mut copy, band) in copy.axis_chunks_iter_mut(Axis(0), 16).zip(bands) {
        let tiles = band.axis_chunks_iter(Axis(1), 16);
        let copies = copy.axis_chunks_iter_mut(Axis(1), 16);
        copies.zip(tiles).for_each(|(mut copy, tile)| copy.assign(&tile));
    }
    copy.into()
}

/// a · b + c, in one instruction if it is to be `FUSED`, and in two otherwise.
fn multiply_add<T: Real, const FUSED: bool>(a: T, b: T, c: T) -> T {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// Whether the processor has such an instruction. Without one, `mul_add` would be slow.
const FUSED: bool = cfg!(any(target_feature = "fma", target_arch = "aarch64"));

// -------------------------------------------------------------------------- layers, networks --

/// A layer of neurons that all see the same inputs. Column j of W holds the weights of neuron j.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense<T> {
    /// W, `[inputs × outputs]`
    pub weights: Array2<T>,
    /// b, `[outputs]`
    pub bias: Array1<T>,
}

impl<T: Real> Dense<T> {
    /// A layer whose weights are drawn from `generator`, and whose bias is zero.
    pub fn new(
        inputs: usize,
        outputs: usize,
        initialization: Initialization,
        generator: &mut impl Rng,
    ) -> Self {
        let weights = initialization.weights(inputs, outputs, generator);
        Self { weights, bias: Array1::zeros(outputs) }
    }

    /// Z = XW + b: from `[batch × inputs]` to `[batch × outputs]`.
    ///
    /// # Panics
    /// If X is not as wide as W is high.
    pub fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        let (weights, bias) = (self.weights.dim(), self.bias.len());
        assert!(
            weights.1 == bias,
            "dense: weights {weights:?} and bias [{bias}] must have as many outputs"
        );
        product(inputs, self.weights.view()) + &self.bias
    }
}

/// A dense layer and the activation function of its neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<T> {
    /// W and b.
    pub dense: Dense<T>,
    /// f in A = f(XW + b).
    pub activation: Activation,
}

impl<T: Real> Layer<T> {
    /// A = f(Z), entry by entry: `[batch × outputs]`.
    pub fn activate(&self, pre_activations: ArrayView2<T>) -> Array2<T> {
        let mut activations = pre_activations.as_standard_layout().into_owned();
        self.activation.apply(activations.as_slice_mut().expect("standard layout"));
        activations
    }
}

/// Layers in a row: each takes what the one before it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    /// From the side of the inputs to the side of the outputs.
    pub layers: Vec<Layer<T>>,
}

/// What a forward pass computed on its way. The backward pass will need all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace<T> {
    /// Z of each layer, `[batch × outputs]`
    pub pre_activations: Vec<Array2<T>>,
    /// A = f(Z) of each layer, `[batch × outputs]`
    pub activations: Vec<Array2<T>>,
}

impl<T: Real> Network<T> {
    /// A network of dense layers; `sizes` are the inputs, the neurons of each hidden layer, and
    /// the outputs, such as `[784, 128, 10]`.
    ///
    /// # Panics
    /// If there are fewer than two sizes.
    pub fn new(
        sizes: &[usize],
        (hidden, output): (Activation, Activation),
        initialization: Initialization,
        generator: &mut impl Rng,
    ) -> Self {
        assert!(sizes.len() >= 2, "a network has at least inputs and outputs, not sizes {sizes:?}");
        let mut layers = Vec::new();
        for pair in sizes.windows(2) {
            let dense = Dense::new(pair[0], pair[1], initialization, generator);
            let last = layers.len() == sizes.len() - 2;
            let activation = if last { output } else { hidden };
            layers.push(Layer { dense, activation });
        }
        Self { layers }
    }

    /// The outputs alone: from `[batch × inputs]` to `[batch × outputs]`.
    pub fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        self.trace(inputs).activations.pop().expect("a network has a layer")
    }

    /// The outputs, and everything on the way to them.
    pub fn trace(&self, inputs: ArrayView2<T>) -> Trace<T> {
        let mut trace = Trace { pre_activations: Vec::new(), activations: Vec::new() };
        for (index, layer) in self.layers.iter().enumerate() {
            let z = layer.dense.forward(trace.inputs_of(index, inputs));
            trace.activations.push(layer.activate(z.view()));
            trace.pre_activations.push(z);
        }
        trace
    }

    /// W and b of each layer in turn, each as one list of numbers (W row by row).
    pub fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        let dense = self.layers.iter_mut().map(|layer| &mut layer.dense);
        let slices =
            dense.flat_map(|dense| [dense.weights.as_slice_mut(), dense.bias.as_slice_mut()]);
        slices.map(|slice| slice.expect("weights are kept in standard layout")).collect()
    }

    /// The same lists, to look at.
    pub fn parameters(&self) -> Vec<&[T]> {
        let dense = self.layers.iter().map(|layer| &layer.dense);
        let slices = dense.flat_map(|dense| [dense.weights.as_slice(), dense.bias.as_slice()]);
        slices.map(|slice| slice.expect("weights are kept in standard layout")).collect()
    }

    /// How many numbers there are to learn.
    pub fn parameter_count(&self) -> usize {
        self.parameters().into_iter().map(<[T]>::len).sum()
    }
}

impl<T: Real> Trace<T> {
    /// What layer `index` was given: the activations of the layer before it, or the network's
    /// `inputs`, which the trace does not copy.
    pub fn inputs_of<'a>(&'a self, index: usize, inputs: ArrayView2<'a, T>) -> ArrayView2<'a, T> {
        if index == 0 { inputs } else { self.activations[index - 1].view() }
    }

    /// What the network answered, `[batch × outputs]`.
    pub fn output(&self) -> ArrayView2<'_, T> {
        self.activations.last().expect("a network has a layer").view()
    }
}

// ---------------------------------------------------------------------------- initialization --

/// Where the weights of a layer start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initialization {
    /// All weights 0: then all neurons of a layer stay equal for ever.
    Zeros,
    /// Normal numbers of mean 0 and this standard deviation.
    Normal(f64),
    /// Uniform in ±√(6 / (inputs + outputs)): variance 2 / (inputs + outputs) (Glorot and Bengio
    /// 2010).
    Xavier,
    /// Normal numbers of variance 2 / inputs, for ReLU (He et al. 2015).
    He,
}

impl Initialization {
    /// `[inputs × outputs]` weights, drawn row by row. They are drawn as `f64` and then rounded, so
    /// that a network in `f32` and one in `f64` start alike.
    pub fn weights<T: Real>(
        self,
        inputs: usize,
        outputs: usize,
        generator: &mut impl Rng,
    ) -> Array2<T> {
        let (fan_in, fan_out) = (inputs as f64, outputs as f64);
        let draw = || match self {
            Self::Zeros => 0.0,
            Self::Normal(deviation) => deviation * normal(generator),
            Self::Xavier => (6.0 / (fan_in + fan_out)).sqrt() * uniform(generator),
            Self::He => (2.0 / fan_in).sqrt() * normal(generator),
        };
        let numbers: Array1<f64> = std::iter::repeat_with(draw).take(inputs * outputs).collect();
        let weights = numbers.into_shape_with_order((inputs, outputs)).expect("as many as drawn");
        weights.mapv(T::of)
    }
}

/// A number from the normal distribution of mean 0 and variance 1.
fn normal(generator: &mut impl Rng) -> f64 {
    StandardNormal.sample(generator)
}

/// A number between −1 and 1, each as likely as any other; its variance is 1/3.
fn uniform(generator: &mut impl Rng) -> f64 {
    2.0 * generator.random::<f64>() - 1.0
}

// --------------------------------------------------------------------------- softmax, losses --

/// ln Σⱼ exp zⱼ of one row, without overflow: the largest z is taken out of the sum first.
///
/// Of an empty row it is −∞, the logarithm of an empty sum.
pub fn log_sum_exp<T: Real>(row: ArrayView1<T>) -> T {
    let largest = largest(row);
    if largest.is_infinite() {
        return largest; // ∞ − ∞ would not be a number
    }
    largest + row.iter().map(|&z| (z - largest).exp()).sum::<T>().ln()
}

/// The largest number of a row, −∞ if it is empty, not-a-number if one of them is.
fn largest<T: Real>(row: ArrayView1<T>) -> T {
    row.fold(T::neg_infinity(), |largest, &z| if z > largest || z.is_nan() { z } else { largest })
}

/// Softmax, row by row: pⱼ = exp zⱼ / Σₖ exp zₖ. Each row becomes probabilities that add up to 1.
///
/// Softmax does not change when the same number is taken from all logits of a row; the largest is
/// taken, so that no exponential overflows. `logits: [batch × classes]`, result the same shape.
pub fn softmax<T: Real>(logits: ArrayView2<T>) -> Array2<T> {
    let mut probabilities = logits.to_owned();
    for mut row in probabilities.rows_mut() {
        let largest = largest(row.view());
        row.mapv_inplace(|z| (z - largest).exp());
        let sum = row.sum();
        row /= sum;
    }
    probabilities
}

/// ln softmax(z)ⱼ = zⱼ − ln Σₖ exp zₖ, row by row. It is finite wherever the differences of the
/// logits are; the logarithm of [`softmax`] is −∞ as soon as a probability rounds to 0.
pub fn log_softmax<T: Real>(logits: ArrayView2<T>) -> Array2<T> {
    let mut log_probabilities = logits.to_owned();
    for mut row in log_probabilities.rows_mut() {
        let largest = largest(row.view());
        row -= largest; // first, so that what is left is small and keeps its digits
        let normalizer = log_sum_exp(row.view());
        row -= normalizer;
    }
    log_probabilities
}

/// The mean of (a − y)² over all entries, for `outputs` and `targets: [batch × outputs]`.
pub fn mean_squared_error<T: Real>(outputs: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    mean(outputs, targets, |a, y| (a - y) * (a - y))
}

/// The mean of −y ln p − (1 − y) ln(1 − p) over all entries, with p = σ(z).
///
/// It takes the logits z, `[batch × outputs]`, and computes softplus(z) − yz, which is the same but
/// never takes the logarithm of 0; softplus(z) is split, so that its large part and yz cancel before
/// the small part is added. Targets are between 0 and 1.
pub fn binary_cross_entropy<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    mean(logits, targets, |z, y| (relu(z) - y * z) + softplus(-z.abs()))
}

/// The mean over the batch of −Σⱼ yⱼ ln pⱼ, for `probabilities` and `targets: [batch × classes]`.
///
/// A class with y = 0 counts nothing, whatever its p.
pub fn cross_entropy<T: Real>(probabilities: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    let surprise = |p: T, y: T| if y == T::zero() { y } else { -y * p.ln() };
    mean(probabilities, targets, surprise) * T::of(targets.ncols() as f64)
}

/// Softmax and cross-entropy in one: the mean over the batch of −Σⱼ yⱼ ln softmax(z)ⱼ.
///
/// The logarithm undoes the exponential, see [`log_softmax`]; so the loss is finite wherever the
/// differences of the logits are. `logits` and `targets: [batch × classes]`.
pub fn softmax_cross_entropy<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    let log_probabilities = log_softmax(logits);
    mean(log_probabilities.view(), targets, |log_p, y| -y * log_p) * T::of(targets.ncols() as f64)
}

/// The mean of f(output, target) over all entries.
fn mean<T: Real>(outputs: ArrayView2<T>, targets: ArrayView2<T>, f: impl Fn(T, T) -> T) -> T {
    let (shape, target_shape) = (outputs.dim(), targets.dim());
    assert!(shape == target_shape, "loss: outputs {shape:?} and targets {target_shape:?} differ");
    let sum: T = outputs.iter().zip(&targets).map(|(&output, &target)| f(output, target)).sum();
    sum / T::of(outputs.len() as f64)
}

/// One name for the losses that a network can be trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Loss {
    /// [`mean_squared_error`]
    MeanSquaredError,
    /// [`binary_cross_entropy`], of logits
    BinaryCrossEntropy,
    /// [`softmax_cross_entropy`], of logits
    SoftmaxCrossEntropy,
}

impl Loss {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 3] =
        [Self::MeanSquaredError, Self::BinaryCrossEntropy, Self::SoftmaxCrossEntropy];

    /// How wrong `outputs` are: 0 is perfect. Both are `[batch × outputs]`.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn value<T: Real>(self, outputs: ArrayView2<T>, targets: ArrayView2<T>) -> T {
        match self {
            Self::MeanSquaredError => mean_squared_error(outputs, targets),
            Self::BinaryCrossEntropy => binary_cross_entropy(outputs, targets),
            Self::SoftmaxCrossEntropy => softmax_cross_entropy(outputs, targets),
        }
    }
}

/// Labels as rows with a single 1: label 3 of 5 classes becomes 0 0 0 1 0.
///
/// Result `[labels × classes]`.
///
/// # Panics
/// If a label is not below `classes`.
pub fn one_hot<T: Real>(labels: &[u8], classes: usize) -> Array2<T> {
    let mut rows = Array2::zeros((labels.len(), classes));
    for (mut row, &label) in rows.rows_mut().into_iter().zip(labels) {
        assert!(usize::from(label) < classes, "one-hot: label {label} is not below {classes}");
        row[usize::from(label)] = T::one();
    }
    rows
}

#[cfg(test)]
mod tests;
