//! Chapter 6: overfitting.
//!
//! A network that knows its examples by heart need not know anything else. This crate measures that,
//! and holds what is done about it: weight decay, a largest norm, dropout, early stopping, more
//! examples out of those there are. What it needs of the earlier chapters it extends by traits; what
//! it draws at random comes from the generator it is handed.

use ch01_neuron::{Activation, Real};
use ch02_forward::{Initialization, Layer, Loss, Network};
use ch03_backprop::{ActivationBackward, DenseBackward, Gradients, LossBackward};
use ch04_optimizers::{Adam, Optimizer, Schedule, parameters};
use ch05_mnist::{CLASSES, Dataset, Images, shuffled};
use nalgebra::{DMatrix, DVector};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use rand::{Rng, RngExt};

// ---------------------------------------------------------------------------------- polynomials --

/// The powers 1, x, x², … up to `degree` of each number, one number a row:
/// `[points × (degree + 1)]`.
pub fn powers<T: Real>(numbers: ArrayView1<T>, degree: usize) -> Array2<T> {
    let mut powers = Array2::ones((numbers.len(), degree + 1));
    for power in 1..=degree {
        let next = &powers.column(power - 1) * &numbers;
        powers.column_mut(power).assign(&next);
    }
    powers
}

/// w₀ + w₁x + w₂x² + …, from the inside out: ((… + w₂) x + w₁) x + w₀ (Horner's scheme).
pub fn polynomial<T: Real>(weights: ArrayView1<T>, x: T) -> T {
    weights.iter().rev().fold(T::zero(), |value, &weight| value * x + weight)
}

/// The weights w with the smallest |Xw − y|², and of those the shortest, by the singular values of
/// X.
///
/// `inputs: [points × weights]`, `targets: [points]`, result `[weights]`. Singular values below a
/// trillionth of the largest count as 0: rounding has eaten their digits.
///
/// # Panics
/// If there is not a target for each row of `inputs`, or no input at all.
pub fn least_squares<T: Real>(inputs: ArrayView2<T>, targets: ArrayView1<T>) -> Array1<T> {
    let (shape, count) = (inputs.dim(), targets.len());
    assert!(shape.0 == count, "least squares: inputs {shape:?} and targets [{count}] differ");
    let numbers = inputs.iter().map(|number| number.as_f64());
    let matrix = DMatrix::from_row_iterator(shape.0, shape.1, numbers);
    let targets = DVector::from_iterator(count, targets.iter().map(|target| target.as_f64()));
    let parts = matrix.svd(true, true);
    let smallest = 1e-12 * parts.singular_values.max();
    let weights = parts.solve(&targets, smallest).expect("both sides were asked for");
    weights.iter().map(|&weight| T::of(weight)).collect()
}

/// The weights with the smallest |Xw − y|² + λ|w|².
///
/// The penalty is a sum of squares too, so it is least squares again, with a row for each weight
/// below X: √λ for this weight, 0 for the others, and the target 0. λ is at least 0. Shapes and
/// panics are those of [`least_squares`] (Hoerl and Kennard 1970).
pub fn ridge<T: Real>(inputs: ArrayView2<T>, targets: ArrayView1<T>, lambda: T) -> Array1<T> {
    let ((points, weights), count) = (inputs.dim(), targets.len());
    assert!(points == count, "ridge: inputs {:?} and targets [{count}] differ", inputs.dim());
    let mut all_inputs = Array2::zeros((points + weights, weights));
    let mut all_targets = Array1::zeros(points + weights);
    for row in 0..points {
        all_inputs.row_mut(row).assign(&inputs.row(row));
        all_targets[row] = targets[row];
    }
    for weight in 0..weights {
        all_inputs[[points + weight, weight]] = lambda.sqrt();
    }
    least_squares(all_inputs.view(), all_targets.view())
}

// ---------------------------------------------------------------------------- bias and variance --

/// Why predictions are wrong, if a machine is trained again and again on new examples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decomposition<T> {
    /// How far the mean prediction is from the truth, squared.
    pub bias_squared: T,
    /// How far a prediction is from the mean prediction, squared, in the mean.
    pub variance: T,
}

/// Bias and variance, each a mean over the points.
///
/// `predictions: [training sets × points]`, one machine a row; `truth: [points]`, without noise.
///
/// # Panics
/// If there is not a truth for each column of `predictions`.
pub fn decompose<T: Real>(predictions: ArrayView2<T>, truth: ArrayView1<T>) -> Decomposition<T> {
    let (shape, points) = (predictions.dim(), truth.len());
    assert!(shape.1 == points, "decompose: predictions {shape:?} and truth [{points}] differ");
    let mean = predictions.sum_axis(Axis(0)) / T::of(shape.0 as f64); // [points]
    let square = |array: Array2<T>| array.mapv(|x| x * x).sum() / T::of(array.len() as f64);
    let bias = (&mean - &truth).insert_axis(Axis(0));
    let distances = &predictions - &mean;
    Decomposition { bias_squared: square(bias), variance: square(distances) }
}

// ------------------------------------------------------------------------------------ splitting --

/// The examples with these indices, in this order.
pub fn subset(data: &Dataset, indices: &[usize]) -> Dataset {
    let pixels = data.images.pixels.select(Axis(0), indices);
    let labels = indices.iter().map(|&index| data.labels[index]).collect();
    Dataset { images: Images { pixels, ..data.images }, labels }
}

/// Deals the examples out at random into parts of these sizes, none of them into two parts.
///
/// # Panics
/// If there are fewer examples than the sizes ask for.
pub fn split<const N: usize>(
    data: &Dataset,
    sizes: [usize; N],
    generator: &mut impl Rng,
) -> [Dataset; N] {
    let (asked, count) = (sizes.iter().sum::<usize>(), data.len());
    assert!(asked <= count, "split: sizes {sizes:?} ask for {asked} of {count} examples");
    let order = shuffled(count, generator);
    let mut rest = &order[..];
    sizes.map(|size| {
        let (part, others) = rest.split_at(size);
        rest = others;
        subset(data, part)
    })
}

/// The examples 0 to `count` − 1 as `folds` pairs of (training, validation) indices: each example
/// is in one validation part, and in the training part of all other pairs.
///
/// # Panics
/// If there are fewer than two folds, or fewer examples than folds.
pub fn folds(
    count: usize,
    folds: usize,
    generator: &mut impl Rng,
) -> Vec<(Vec<usize>, Vec<usize>)> {
    assert!(folds >= 2 && folds <= count, "folds: {folds} of {count} examples");
    let order = shuffled(count, generator);
    let part = |fold: usize| (fold * count / folds)..((fold + 1) * count / folds);
    let pair = |fold: usize| {
        let held_out = part(fold);
        let training = [&order[..held_out.start], &order[held_out.end..]].concat();
        (training, order[held_out].to_vec())
    };
    (0..folds).map(pair).collect()
}

/// How much a measured share of mistakes would spread from test set to test set:
/// √(error (1 − error) / examples).
pub fn standard_error<T: Real>(error: T, examples: usize) -> T {
    (error * (T::one() - error) / T::of(examples as f64)).sqrt()
}

// ---------------------------------------------------------------------------------- label noise --

/// Gives about this share of the examples a label at random, right or wrong, each digit as likely
/// as any other (Zhang et al. 2017).
///
/// # Panics
/// If `share` is not from 0 to 1.
pub fn randomize_labels(data: &mut Dataset, share: f64, generator: &mut impl Rng) {
    assert!((0.0..=1.0).contains(&share), "randomize labels: share {share} must be from 0 to 1");
    for label in &mut data.labels {
        if generator.random_bool(share) {
            *label = generator.random_range(0..CLASSES as u8);
        }
    }
}

// ----------------------------------------------------------------------------------- confidence --

/// The factor ω from 0 to 1 for which the logits ωZ have the lowest cross-entropy: how much less sure
/// a network should be (Guo, Pleiss, Sun and Weinberger 2017). By thirds, since the loss is a bowl
/// in ω: the lowest place is not in the outer third whose border is higher. If all factors are as
/// good, it is 1.
///
/// `logits: [examples × classes]`, `targets: [examples × classes]`.
pub fn cooling<T: Real>(logits: ArrayView2<T>, targets: ArrayView2<T>) -> T {
    let loss = |factor: T| {
        let cooled = logits.mapv(|z| factor * z);
        Loss::SoftmaxCrossEntropy.value(cooled.view(), targets)
    };
    let (mut low, mut high) = (T::zero(), T::one());
    for _ in 0..100 {
        let third = (high - low) / T::of(3.0);
        if loss(low + third) < loss(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    T::of(0.5) * (low + high)
}

// ------------------------------------------------------------------------------------- training --

/// What holds a network back from learning its examples by heart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restraints {
    /// λ of the penalty λ/2 · Σ w², 0 for none.
    pub penalty: f64,
    /// λ of the decay that is kept out of the gradient, 0 for none.
    pub decay: f64,
    /// How many units a step keeps.
    pub dropouts: Dropouts,
    /// The largest length of a neuron's weights, if there is one, as it is with masks of 0 and 1. With
    /// masks of 0 and 1/ν it is ν times as long, ν being the share of its inputs that is kept.
    pub largest_norm: Option<f64>,
    /// What is done to the images, each time that they are seen.
    pub augmentation: Augmentation,
}

impl Restraints {
    /// Nothing holds the network back.
    pub const NONE: Self = Self {
        penalty: 0.0,
        decay: 0.0,
        dropouts: Dropouts::NONE,
        largest_norm: None,
        augmentation: Augmentation::None,
    };
}

/// All that is decided before training begins, except for chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// How many neurons each hidden layer has.
    pub hidden: Vec<usize>,
    /// How often each example is seen.
    pub epochs: usize,
    /// How many examples are seen between two steps.
    pub batch_size: usize,
    /// How large a step of Adam is at first.
    pub learning_rate: f64,
    /// How that changes on the way.
    pub schedule: Schedule,
    /// What holds the network back.
    pub restraints: Restraints,
}

/// A network and its optimizer, on their way through a course.
#[derive(Debug, Clone, PartialEq)]
pub struct Learner<T> {
    /// The network as it is now.
    pub network: Network<T>,
    /// Knows how many steps there have been.
    pub adam: Adam<T>,
}

impl<T: Real> Learner<T> {
    /// A new network of ReLUs for images of `pixels` pixels, with logits for outputs.
    pub fn new(course: &Course, pixels: usize, generator: &mut impl Rng) -> Self {
        let sizes = [&[pixels], &course.hidden[..], &[CLASSES]].concat();
        let activations = (Activation::Relu, Activation::Identity);
        let network = Network::new(&sizes, activations, Initialization::He, generator);
        Self { network, adam: Adam::default() }
    }

    /// Trains a new network through the epochs of the course, or until `go_on`, which is shown the
    /// network and its training loss after each epoch, answers no.
    pub fn train(
        course: &Course,
        data: &Dataset,
        generator: &mut impl Rng,
        mut go_on: impl FnMut(&Network<T>, f64) -> bool,
    ) -> Self {
        let mut learner = Self::new(course, data.pixels(), generator);
        for _ in 0..course.epochs {
            let loss = learner.epoch(course, data, generator, || ());
            if !go_on(&learner.network, loss) {
                break;
            }
        }
        learner
    }

    /// One pass through all the examples, in a new order; gives their mean loss, each example's as
    /// it was when its turn came, through the units that were kept. Calls `after_batch` after each
    /// batch.
    pub fn epoch(
        &mut self,
        course: &Course,
        data: &Dataset,
        generator: &mut impl Rng,
        mut after_batch: impl FnMut(),
    ) -> f64 {
        let total_steps = course.epochs * data.len().div_ceil(course.batch_size);
        let shape = (data.images.height, data.images.width);
        let mut total_loss = 0.0;
        for indices in shuffled(data.len(), generator).chunks(course.batch_size) {
            let factor = course.schedule.factor(self.adam.memory.steps as usize, total_steps);
            let rate = T::of(course.learning_rate * factor);
            let (mut inputs, targets) = data.batch(indices);
            course.restraints.augmentation.batch(&mut inputs, shape, generator);
            let batch = (inputs.view(), targets.view());
            let loss = self.step(&course.restraints, rate, batch, generator);
            total_loss += loss.as_f64() * indices.len() as f64;
            after_batch();
        }
        total_loss / data.len() as f64
    }
}

// --------------------------------------------------------------------------------- weight decay --

/// What [`Network`] needs to keep its weights small. The biases are left alone: they do not decide
/// how steep the network's function is.
pub trait SmallWeights<T> {
    /// λ/2 · Σ w² over the weights of all layers: the penalty that is added to the loss.
    fn penalty(&self, lambda: T) -> T;

    /// Adds the penalty's gradient, λW, to the gradient of each layer's W.
    fn add_penalty_gradient(&self, lambda: T, gradients: &mut Gradients<T>);

    /// W ← (1 − `share`) W in each layer: decay that no gradient and no optimizer has seen.
    fn decay(&mut self, share: T);

    /// Shortens the weights of each neuron (a column of W) of layer `index` to length
    /// `largest(index)`, if they are longer (Hinton et al. 2012).
    fn limit_norms(&mut self, largest: impl Fn(usize) -> T);
}

impl<T: Real> SmallWeights<T> for Network<T> {
    fn penalty(&self, lambda: T) -> T {
        let weights = self.layers.iter().flat_map(|layer| &layer.dense.weights);
        T::of(0.5) * lambda * weights.map(|&weight| weight * weight).sum::<T>()
    }

    fn add_penalty_gradient(&self, lambda: T, gradients: &mut Gradients<T>) {
        for (layer, gradient) in self.layers.iter().zip(&mut gradients.layers) {
            gradient.weights.scaled_add(lambda, &layer.dense.weights);
        }
    }

    fn decay(&mut self, share: T) {
        for layer in &mut self.layers {
            layer.dense.weights *= T::one() - share;
        }
    }

    fn limit_norms(&mut self, largest: impl Fn(usize) -> T) {
        for (index, layer) in self.layers.iter_mut().enumerate() {
            let largest = largest(index);
            let weights = &mut layer.dense.weights; // [inputs × outputs]
            let mut squares = Array1::<T>::zeros(weights.ncols()); // [outputs]
            for row in weights.rows() {
                squares.zip_mut_with(&row, |sum, &weight| *sum += weight * weight);
            }
            if squares.iter().any(|&square| square > largest * largest) {
                let factors = squares.mapv(|square| (largest / square.sqrt()).min(T::one()));
                *weights *= &factors; // column j times factor j
            }
        }
    }
}

// ------------------------------------------------------------------------------- early stopping --

/// Watches a number that ought to fall, and keeps the model with which it was lowest.
#[derive(Debug, Clone, PartialEq)]
pub struct EarlyStopping<M> {
    /// How many times in a row the number may fail to fall before it is enough, at least 1.
    pub patience: usize,
    /// The lowest number so far, and the model it belongs to; none if nothing was a number.
    pub best: Option<(f64, M)>,
    /// How many times in a row it has failed.
    pub failures: usize,
}

impl<M> EarlyStopping<M> {
    /// Nothing seen yet.
    ///
    /// # Panics
    /// If there is no patience at all.
    pub fn new(patience: usize) -> Self {
        assert!(patience > 0, "early stopping: patience {patience} must be at least 1");
        Self { patience, best: None, failures: 0 }
    }

    /// Takes note of a number, such as the validation loss after an epoch; `model` is asked for its
    /// weights only if it is the best so far. Answers whether to go on.
    pub fn observe(&mut self, number: f64, model: impl FnOnce() -> M) -> bool {
        let better = match &self.best {
            None => !number.is_nan(),
            Some((lowest, _)) => number < *lowest,
        };
        if better {
            (self.best, self.failures) = (Some((number, model())), 0);
        } else {
            self.failures += 1;
        }
        self.failures < self.patience
    }
}

// -------------------------------------------------------------------------------------- dropout --

/// Which share of the units is kept; the rest are silent for one example of one step (Hinton et al.
/// 2012, Srivastava et al. 2014).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// ν, the probability of keeping a unit, above 0 and at most 1.
    pub keep: f64,
}

impl Dropout {
    /// A mask: each entry is 1/ν with probability ν, and 0 otherwise, so that its mean is 1.
    ///
    /// # Panics
    /// If ν is not above 0 and at most 1.
    pub fn mask<T: Real>(self, shape: (usize, usize), generator: &mut impl Rng) -> Array2<T> {
        let keep = self.keep;
        assert!(keep > 0.0 && keep <= 1.0, "dropout: keep {keep} must be above 0 and at most 1");
        if keep == 1.0 {
            return Array2::ones(shape);
        }
        let kept = T::of(1.0 / keep);
        let entry = || if f64::from(generator.random::<f32>()) < keep { kept } else { T::zero() };
        Array2::from_shape_simple_fn(shape, entry)
    }

    /// A ⊙ M with a new mask M, and the mask, which the backward pass needs; all are
    /// `[batch × units]`.
    pub fn forward<T: Real>(
        self,
        activations: ArrayView2<T>,
        generator: &mut impl Rng,
    ) -> (Array2<T>, Array2<T>) {
        let mask = self.mask(activations.dim(), generator);
        (&activations * &mask, mask)
    }

    /// ∂L/∂A = M ⊙ ∂L/∂(A ⊙ M), for the mask M of the forward pass; all are `[batch × units]`.
    ///
    /// # Panics
    /// If the shapes differ.
    pub fn backward<T: Real>(mask: ArrayView2<T>, gradient: Array2<T>) -> Array2<T> {
        masked("gradient", gradient, mask)
    }
}

/// Numbers times a mask that was drawn before; panics, with the name of the numbers, if the shapes
/// differ.
fn masked<T: Real>(name: &str, numbers: Array2<T>, mask: ArrayView2<T>) -> Array2<T> {
    let (shape, given) = (mask.dim(), numbers.dim());
    assert!(shape == given, "dropout: mask {shape:?} and {name} {given:?} differ");
    numbers * mask
}

/// Dropout in a network: on its inputs, and on the outputs of each hidden layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropouts {
    /// Usually keeps 0.8: an input that is missing is missed.
    pub inputs: Dropout,
    /// Usually keeps 0.5.
    pub hidden: Dropout,
}

impl Dropouts {
    /// Every unit is kept.
    pub const NONE: Self = Self { inputs: Dropout { keep: 1.0 }, hidden: Dropout { keep: 1.0 } };
    /// The shares of the paper: 0.8 of the inputs, 0.5 of the hidden units.
    pub const PAPER: Self = Self { inputs: Dropout { keep: 0.8 }, hidden: Dropout { keep: 0.5 } };

    /// That of what layer `index` is given: the network's inputs for layer 0, then hidden units.
    pub fn before(self, index: usize) -> Dropout {
        if index == 0 { self.inputs } else { self.hidden }
    }
}

/// What a forward pass with masks computed on its way, for the backward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskedTrace<T> {
    /// M of what each layer is given, `[batch × inputs]`
    pub masks: Vec<Array2<T>>,
    /// A ⊙ M, what each layer is given, `[batch × inputs]`
    pub inputs: Vec<Array2<T>>,
    /// Z of each layer, `[batch × outputs]`
    pub pre_activations: Vec<Array2<T>>,
    /// What the network answered, `[batch × outputs]`
    pub output: Array2<T>,
}

/// What [`Network`] needs to be trained with dropout.
pub trait MaskedNetwork<T> {
    /// A mask for what each layer is given, the network's inputs first.
    fn masks(&self, batch: usize, dropouts: Dropouts, generator: &mut impl Rng) -> Vec<Array2<T>>;

    /// The forward pass through the units that the masks leave.
    fn masked_trace(&self, inputs: ArrayView2<T>, masks: Vec<Array2<T>>) -> MaskedTrace<T>;

    /// The backward pass through the same units; `output_gradient` is ∂L/∂A of the last layer,
    /// `[batch × outputs]`.
    fn masked_backward(&self, trace: &MaskedTrace<T>, output_gradient: Array2<T>) -> Gradients<T>;
}

impl<T: Real> MaskedNetwork<T> for Network<T> {
    fn masks(&self, batch: usize, dropouts: Dropouts, generator: &mut impl Rng) -> Vec<Array2<T>> {
        let mask = |(index, layer): (usize, &Layer<T>)| {
            dropouts.before(index).mask((batch, layer.dense.weights.nrows()), generator)
        };
        self.layers.iter().enumerate().map(mask).collect()
    }

    fn masked_trace(&self, inputs: ArrayView2<T>, masks: Vec<Array2<T>>) -> MaskedTrace<T> {
        let (layers, given) = (self.layers.len(), masks.len());
        assert!(layers == given, "dropout: a network of {layers} layers, {given} masks");
        let (mut layer_inputs, mut pre_activations) = (Vec::new(), Vec::new());
        let mut activations = inputs.to_owned();
        for (layer, mask) in self.layers.iter().zip(&masks) {
            let kept = masked("activations", activations, mask.view());
            let z = layer.dense.forward(kept.view());
            activations = layer.activate(z.view());
            layer_inputs.push(kept);
            pre_activations.push(z);
        }
        MaskedTrace { masks, inputs: layer_inputs, pre_activations, output: activations }
    }

    fn masked_backward(&self, trace: &MaskedTrace<T>, output_gradient: Array2<T>) -> Gradients<T> {
        let mut activation_gradient = output_gradient;
        let mut layers = Vec::new();
        for (index, layer) in self.layers.iter().enumerate().rev() {
            let z = trace.pre_activations[index].view();
            let delta = layer.activation.backward(z, activation_gradient);
            layers.push(layer.dense.backward(trace.inputs[index].view(), delta.view()));
            if index == 0 {
                break; // nobody asks how the loss changes with a pixel
            }
            let gradient = layer.dense.input_gradient(delta.view());
            activation_gradient = Dropout::backward(trace.masks[index].view(), gradient);
        }
        layers.reverse();
        Gradients { layers }
    }
}

// --------------------------------------------------------------------------------------- a step --

impl<T: Real> Learner<T> {
    /// One step with all restraints; gives the loss before the step, without the penalty.
    ///
    /// `inputs: [batch × pixels]`, `targets: [batch × classes]`.
    pub fn step(
        &mut self,
        restraints: &Restraints,
        learning_rate: T,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        generator: &mut impl Rng,
    ) -> T {
        let (network, loss) = (&self.network, Loss::SoftmaxCrossEntropy);
        let masks = network.masks(inputs.nrows(), restraints.dropouts, generator);
        let trace = network.masked_trace(inputs, masks);
        let output_gradient = loss.gradient(trace.output.view(), targets);
        let gradients = network.masked_backward(&trace, output_gradient);
        self.update(restraints, learning_rate, gradients);
        loss.value(trace.output.view(), targets)
    }

    /// Moves the weights: the penalty joins the gradient, decay comes before Adam's step, and the
    /// limit of the norms after it.
    fn update(&mut self, restraints: &Restraints, learning_rate: T, mut gradients: Gradients<T>) {
        let network = &mut self.network;
        if restraints.penalty > 0.0 {
            network.add_penalty_gradient(T::of(restraints.penalty), &mut gradients);
        }
        if restraints.decay > 0.0 {
            network.decay(learning_rate * T::of(restraints.decay));
        }
        self.adam.step(learning_rate, parameters(network, &gradients));
        if let Some(largest) = restraints.largest_norm {
            network.limit_norms(|index| T::of(largest * restraints.dropouts.before(index).keep));
        }
    }
}

// -------------------------------------------------------------------------------- more examples --

/// The image moved down by `rows` and right by `columns`; what comes in from beyond its edges is 0.
pub fn shift<T: Real>(image: ArrayView2<T>, rows: isize, columns: isize) -> Array2<T> {
    Array2::from_shape_fn(image.dim(), |(i, j)| {
        pixel(image, i as isize - rows, j as isize - columns)
    })
}

/// A pixel of an image, 0 beyond its edges.
fn pixel<T: Real>(image: ArrayView2<T>, row: isize, column: isize) -> T {
    let place = usize::try_from(row).ok().zip(usize::try_from(column).ok()); // none below 0
    place.and_then(|place| image.get(place)).copied().unwrap_or(T::zero())
}

/// The brightness at a place between pixels: the mean of the four around it, each with more weight
/// the nearer it is.
///
/// # Panics
/// If the place is not a number, or too far away for an `isize`.
pub fn bilinear<T: Real>(image: ArrayView2<T>, row: T, column: T) -> T {
    let (top, left) = (row.floor(), column.floor());
    let (down, right) = (row - top, column - left); // from 0 to 1
    let whole = |number: T| number.to_isize().expect("a place near the image");
    let (i, j) = (whole(top), whole(left));
    let between = |a: T, b: T, share: T| a + share * (b - a);
    between(
        between(pixel(image, i, j), pixel(image, i, j + 1), right),
        between(pixel(image, i + 1, j), pixel(image, i + 1, j + 1), right),
        down,
    )
}

/// A bell curve of standard deviation `width`, at whole distances up to three times as far, scaled
/// so that its entries add up to 1.
///
/// # Panics
/// If `width` is not above 0 and at most a thousand.
pub fn gaussian_kernel<T: Real>(width: T) -> Array1<T> {
    let inside = width > T::zero() && width <= T::of(1000.0);
    assert!(inside, "gaussian kernel: width {width} must be above 0 and at most 1000");
    let reach = (T::of(3.0) * width).ceil().as_f64() as isize;
    let bell = |distance: isize| (-T::of(0.5) * (T::of(distance as f64) / width).powi(2)).exp();
    let kernel: Array1<T> = (-reach..=reach).map(bell).collect();
    let sum = kernel.sum();
    kernel / sum
}

/// Each number of a field becomes a mean of its neighbors with the weights of the kernel, first
/// along the rows, then along the columns. What lies beyond the edges counts as 0.
pub fn smooth<T: Real>(field: ArrayView2<T>, kernel: ArrayView1<T>) -> Array2<T> {
    let along_rows = smooth_rows(field, kernel);
    smooth_rows(along_rows.t(), kernel).reversed_axes()
}

/// The sum of 2r + 1 shifted copies of the rows, each times its number of the kernel.
fn smooth_rows<T: Real>(field: ArrayView2<T>, kernel: ArrayView1<T>) -> Array2<T> {
    let (reach, width) = (kernel.len() / 2, field.ncols());
    let field = field.as_standard_layout();
    let mut smoothed = Array2::zeros(field.dim());
    for (from, mut to) in field.rows().into_iter().zip(smoothed.rows_mut()) {
        let (from, to) = (from.to_slice().expect("standard layout"), to.as_slice_mut());
        let to = to.expect("standard layout");
        for (place, &weight) in kernel.iter().enumerate() {
            let (right, left) = (place.saturating_sub(reach), reach.saturating_sub(place));
            let kept = width.saturating_sub(right.max(left)); // pixels that stay inside
            for (sum, &number) in
                to[left.min(width)..][..kept].iter_mut().zip(&from[right.min(width)..])
            {
                *sum += weight * number;
            }
        }
    }
    smoothed
}

/// How far each pixel looks: two fields of numbers, `[height × width]`, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Displacement<T> {
    /// Downward.
    pub rows: Array2<T>,
    /// To the right.
    pub columns: Array2<T>,
}

impl<T: Real> Displacement<T> {
    /// Random numbers between −1 and 1, smoothed by a bell curve of this `width`, times `strength`
    /// (Simard, Steinkraus and Platt 2003).
    pub fn elastic(
        shape: (usize, usize),
        (strength, width): (T, T),
        generator: &mut impl Rng,
    ) -> Self {
        let kernel = gaussian_kernel(width);
        let mut field = || {
            let draw = || T::of(2.0 * generator.random::<f64>() - 1.0);
            let noise = Array2::from_shape_simple_fn(shape, draw);
            smooth(noise.view(), kernel.view()) * strength
        };
        Self { rows: field(), columns: field() }
    }

    /// The image in which each pixel shows what the field makes it look at.
    ///
    /// # Panics
    /// If the image and the fields differ in size.
    pub fn apply(&self, image: ArrayView2<T>) -> Array2<T> {
        let (shape, fields) = (image.dim(), [self.rows.dim(), self.columns.dim()]);
        assert!(fields == [shape; 2], "displacement: image {shape:?} and fields {fields:?} differ");
        Array2::from_shape_fn(shape, |(i, j)| {
            let row = T::of(i as f64) + self.rows[[i, j]];
            let column = T::of(j as f64) + self.columns[[i, j]];
            bilinear(image, row, column)
        })
    }
}

/// How new examples are made of old ones, each time that these are seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Augmentation {
    /// The images stay as they are.
    None,
    /// Moved by up to so many pixels, up or down and left or right.
    Shift(usize),
    /// Bent, by [`Displacement::elastic`].
    Elastic {
        /// α of the paper, in pixels.
        strength: f64,
        /// σ of the paper, in pixels.
        width: f64,
    },
}

impl Augmentation {
    /// A new image of an old one. Shifts are of at most 2³¹ − 1 pixels.
    pub fn image<T: Real>(self, image: ArrayView2<T>, generator: &mut impl Rng) -> Array2<T> {
        match self {
            Self::None => image.to_owned(),
            Self::Shift(most) => {
                let most = most as i32;
                let mut draw = || generator.random_range(-most..=most) as isize;
                shift(image, draw(), draw())
            }
            Self::Elastic { strength, width } => {
                let sizes = (T::of(strength), T::of(width));
                Displacement::elastic(image.dim(), sizes, generator).apply(image)
            }
        }
    }

    /// The same for each row of a batch, `[batch × pixels]`, of images of this shape.
    pub fn batch<T: Real>(
        self,
        inputs: &mut Array2<T>,
        shape: (usize, usize),
        generator: &mut impl Rng,
    ) {
        if self == Self::None {
            return;
        }
        for row in inputs.rows_mut() {
            let mut image: ArrayViewMut2<T> =
                row.into_shape_with_order(shape).expect("as many pixels as the shape says");
            let new = self.image(image.view(), generator);
            image.assign(&new);
        }
    }
}
