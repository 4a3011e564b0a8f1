//! Many layers, with and without shortcuts. Page: *Deeper* (`ch09_vision/deeper.md`).

use ch01_neuron::{Real, relu};
use ch02_forward::{Dense, Initialization, Loss, product};
use ch03_backprop::{DenseBackward, DenseGradient, LossBackward};
use ch04_optimizers::Parameter;
use ch05_mnist::Model;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use rand::Rng;

/// Two layers, and perhaps a shortcut around them: q becomes q + branch(q), or branch(q) alone.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidualBlock<T> {
    /// The first layer of the branch, `[width × width]`
    pub first: Dense<T>,
    /// The second, `[width × width]`
    pub second: Dense<T>,
    /// Whether the block adds what it was given to what its branch makes of it.
    pub shortcut: bool,
}

/// What a branch computed on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchTrace<T> {
    /// relu(q), `[batch × width]`
    pub active: Array2<T>,
    /// What the second layer was given, `[batch × width]`
    pub hidden: Array2<T>,
}

/// A layer, blocks, and a layer of logits: 2 + 2 · blocks layers in all.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepNetwork<T> {
    /// From the pixels to the width of the blocks.
    pub stem: Dense<T>,
    /// From the side of the pixels on.
    pub blocks: Vec<ResidualBlock<T>>,
    /// From the width of the blocks to the logits.
    pub head: Dense<T>,
}

/// Where the weights of the blocks start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// By He's rule.
    He,
    /// At the identity matrix, and a tenth of He's weights.
    NearIdentity,
    /// The first layer of each branch by He's rule, the second at 0.
    ZeroBranch,
}

/// How the loss changes with every parameter of a deep network, and with what its blocks give.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepGradient<T> {
    /// Of the stem, then two for each block, then of the head.
    pub layers: Vec<DenseGradient<T>>,
    /// ∂L/∂q of what the stem gives, and then of what each block gives, `[batch × width]`
    pub states: Vec<Array2<T>>,
}

impl<T: Real> ResidualBlock<T> {
    /// A block whose biases are 0.
    pub fn new(width: usize, shortcut: bool, start: Start, generator: &mut impl Rng) -> Self {
        let mut layers = [(); 2].map(|()| Dense::new(width, width, Initialization::He, generator));
        match start {
            Start::He => (),
            Start::ZeroBranch => layers[1].weights.fill(T::zero()),
            Start::NearIdentity => {
                for layer in &mut layers {
                    layer.weights *= T::of(0.1);
                    layer.weights.diag_mut().mapv_inplace(|w| w + T::one());
                }
            }
        }
        let [first, second] = layers;
        Self { first, second, shortcut }
    }

    /// What the block gives, and all that its backward pass needs; both are `[batch × width]`.
    pub fn trace(&self, q: ArrayView2<T>) -> (Array2<T>, BranchTrace<T>) {
        let active = q.mapv(relu);
        let hidden = self.first.forward(active.view()).mapv_into(relu);
        let mut outputs = self.second.forward(hidden.view());
        if self.shortcut {
            outputs += &q;
        }
        (outputs, BranchTrace { active, hidden })
    }

    /// The gradients of both layers, and ∂L/∂q of what the block was given, from that of what it gave.
    pub fn backward(
        &self,
        trace: &BranchTrace<T>,
        gradient: ArrayView2<T>,
    ) -> ([DenseGradient<T>; 2], Array2<T>) {
        let second = self.second.backward(trace.hidden.view(), gradient);
        let delta = where_on(self.second.input_gradient(gradient), &trace.hidden);
        let first = self.first.backward(trace.active.view(), delta.view());
        let mut below = where_on(self.first.input_gradient(delta.view()), &trace.active);
        if self.shortcut {
            below += &gradient;
        }
        ([first, second], below)
    }

    /// The Jacobian of the branch at one example: how each of its outputs changes with each input,
    /// `[width × width]`.
    pub fn branch_jacobian(&self, q: ArrayView1<T>) -> Array2<T> {
        let (_, trace) = self.trace(q.insert_axis(Axis(0)));
        let on = |a: &T| if *a > T::zero() { T::one() } else { T::zero() };
        let first = &self.first.weights * &trace.active.row(0).map(on).insert_axis(Axis(1));
        let second = &self.second.weights * &trace.hidden.row(0).map(on).insert_axis(Axis(1));
        product(first.view(), second.view()).reversed_axes()
    }
}

/// The slope of ReLU is 1 where what it gave is positive, and 0 elsewhere.
fn where_on<T: Real>(mut gradient: Array2<T>, outputs: &Array2<T>) -> Array2<T> {
    gradient.zip_mut_with(outputs, |g, &a| {
        if a <= T::zero() {
            *g = T::zero();
        }
    });
    gradient
}

/// The sum over all paths: each block is passed by the shortcut or by the branch, whose Jacobian enters
/// the product of the path. There are 2 to the number of blocks.
pub fn sum_over_paths<T: Real>(jacobians: &[Array2<T>]) -> Array2<T> {
    let width = jacobians[0].nrows();
    let mut sum = Array2::zeros((width, width));
    for path in 0..1_usize << jacobians.len() {
        let through = (0..jacobians.len()).filter(|block| path >> block & 1 == 1);
        sum += &through.fold(Array2::eye(width), |below, block| jacobians[block].dot(&below));
    }
    sum
}

/// The cosine between what a wide layer of ReLUs by He's rule makes of two inputs, from the cosine between
/// them (Cho and Saul 2009).
pub fn next_cosine<T: Real>(cosine: T) -> T {
    let pi = T::of(std::f64::consts::PI);
    let angle = cosine.max(-T::one()).min(T::one()).acos();
    (angle.sin() + (pi - angle) * angle.cos()) / pi
}

impl<T: Real> DeepNetwork<T> {
    /// A network of so many blocks with inputs, a width, and outputs of these sizes. Stem and head
    /// start by He's rule.
    pub fn new(
        [inputs, width, outputs]: [usize; 3],
        (blocks, shortcut): (usize, bool),
        start: Start,
        generator: &mut impl Rng,
    ) -> Self {
        let stem = Dense::new(inputs, width, Initialization::He, generator);
        let head = Dense::new(width, outputs, Initialization::He, generator);
        let block = |_| ResidualBlock::new(width, shortcut, start, generator);
        Self { stem, blocks: (0..blocks).map(block).collect(), head }
    }

    /// What the stem gives, and then what each block gives, `[batch × width]`.
    pub fn states(&self, inputs: ArrayView2<T>) -> Vec<Array2<T>> {
        let mut states = vec![self.stem.forward(inputs)];
        for (index, block) in self.blocks.iter().enumerate() {
            states.push(block.trace(states[index].view()).0);
        }
        states
    }

    /// W and b of each layer, in the order of the gradients.
    fn layers(&self) -> impl Iterator<Item = &Dense<T>> {
        let blocks = self.blocks.iter().flat_map(|block| [&block.first, &block.second]);
        std::iter::once(&self.stem).chain(blocks).chain(std::iter::once(&self.head))
    }
}

impl<T: Real> Model<T> for DeepNetwork<T> {
    type Gradients = DeepGradient<T>;

    fn forward(&self, inputs: ArrayView2<T>) -> Array2<T> {
        let mut q = self.stem.forward(inputs);
        for block in &self.blocks {
            q = block.trace(q.view()).0;
        }
        self.head.forward(q.mapv_into(relu).view())
    }

    fn loss_and_gradients(
        &self,
        (inputs, targets): (ArrayView2<T>, ArrayView2<T>),
        _generator: &mut impl Rng,
    ) -> (T, DeepGradient<T>) {
        let (mut q, mut traces) = (self.stem.forward(inputs), Vec::new());
        for block in &self.blocks {
            let (next, trace) = block.trace(q.view());
            traces.push(trace);
            q = next;
        }
        let features = q.mapv_into(relu); // [batch × width]
        let logits = self.head.forward(features.view());
        let delta = Loss::SoftmaxCrossEntropy.gradient(logits.view(), targets);
        let mut layers = vec![self.head.backward(features.view(), delta.view())];
        let mut states = vec![where_on(self.head.input_gradient(delta.view()), &features)];
        for (block, trace) in self.blocks.iter().zip(&traces).rev() {
            let ([first, second], below) = block.backward(trace, states[states.len() - 1].view());
            layers.extend([second, first]);
            states.push(below);
        }
        layers.push(self.stem.backward(inputs, states[states.len() - 1].view()));
        layers.reverse();
        states.reverse();
        let loss = Loss::SoftmaxCrossEntropy.value(logits.view(), targets);
        (loss, DeepGradient { layers, states })
    }

    fn parameters(&self) -> Vec<&[T]> {
        let slices =
            self.layers().flat_map(|dense| [dense.weights.as_slice(), dense.bias.as_slice()]);
        slices.map(|slice| slice.expect("weights are kept in standard layout")).collect()
    }

    fn parameters_mut(&mut self) -> Vec<&mut [T]> {
        let blocks = self.blocks.iter_mut().flat_map(|block| [&mut block.first, &mut block.second]);
        let layers = std::iter::once(&mut self.stem).chain(blocks).chain([&mut self.head]);
        let slices =
            layers.flat_map(|dense| [dense.weights.as_slice_mut(), dense.bias.as_slice_mut()]);
        slices.map(|slice| slice.expect("weights are kept in standard layout")).collect()
    }

    fn with_gradients<'a>(&'a mut self, gradients: &'a DeepGradient<T>) -> Vec<Parameter<'a, T>> {
        let layers = gradients.layers.iter();
        let slices = layers.flat_map(|layer| [layer.weights.as_slice(), layer.bias.as_slice()]);
        let slices = slices.map(|slice| slice.expect("gradients are kept in standard layout"));
        let pairs = self.parameters_mut().into_iter().zip(slices);
        pairs.map(|(values, gradient)| Parameter::new(values, gradient)).collect()
    }
}
