//! Batch normalization. Page: *Batch normalization* (`ch09_vision/normalization.md`).
//!
//! Images are `[batch × channels × height × width]`. What is normalized is each channel, over all
//! images of a batch and all places.

use ch01_neuron::Real;
use ndarray::{Array1, Array4, ArrayView4};
use rayon::prelude::*;

use crate::backward::{NUMBER, by_image_mut, channel_sums, for_each_image, share, zeros};

/// What is added to a variance, so that its root is never 0.
pub const EPSILON: f64 = 1e-5;
/// How much of the running mean and variance each batch replaces.
pub const MOMENTUM: f64 = 0.1;

/// Brings each channel to mean β and standard deviation γ, which are learned (Ioffe and Szegedy 2015).
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm<T> {
    /// γ, `[channels]`
    pub scale: Array1<T>,
    /// β, `[channels]`
    pub shift: Array1<T>,
    /// What stands for the mean of a batch when the network is in use, `[channels]`
    pub running_mean: Array1<T>,
    /// And for its variance, `[channels]`
    pub running_variance: Array1<T>,
    /// Both as they will be after the step that is being taken.
    pub(crate) next: Option<[Array1<T>; 2]>,
}

/// What a batch was like, channel by channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics<T> {
    /// μ
    pub mean: Array1<T>,
    /// σ², over all m numbers of a channel
    pub variance: Array1<T>,
    /// m: images times places.
    pub count: usize,
}

/// What the forward pass of a batch gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalized<T> {
    /// z̃ = γ ẑ + β
    pub outputs: Array4<T>,
    /// ẑ = (z − μ) / √(σ² + ε), which the backward pass needs.
    pub normalized: Array4<T>,
    /// μ and σ² of the batch.
    pub statistics: Statistics<T>,
}

/// How the loss changes with γ and β, and what the batch does to the running statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormGradient<T> {
    /// ∂L/∂γ, `[channels]`
    pub scale: Array1<T>,
    /// ∂L/∂β, `[channels]`
    pub shift: Array1<T>,
    /// The running mean and variance after this batch, which follow no gradient.
    pub running: [Array1<T>; 2],
    /// The gradient of what follows none.
    zeros: Array1<T>,
}

impl<T: Real> Statistics<T> {
    /// Those of a batch.
    pub fn of(images: ArrayView4<T>) -> Self {
        let count = images.len() / images.dim().1.max(1);
        let m = T::of(count as f64);
        let mean = channel_sums([images, images], |_, x, _| x) / m;
        let square = |j: usize, x: T, _: T| (x - mean[j]) * (x - mean[j]);
        let variance = channel_sums([images, images], square) / m;
        Self { mean, variance, count }
    }
}

/// 1 / √(σ² + ε) of each channel.
fn inverse_deviations<T: Real>(variance: &Array1<T>) -> Array1<T> {
    variance.mapv(|variance| (variance + T::of(EPSILON)).sqrt().recip())
}

/// The number z of channel j becomes f(j, z, x) with the number x at the same place of `other` images.
fn zip_channels<T: Real>(
    images: &mut Array4<T>,
    other: ArrayView4<T>,
    f: impl Fn(usize, T, T) -> T + Sync,
) {
    let (_, channels, height, width) = images.dim();
    let of_image = |(image, other): (&mut [T], &[T])| {
        let maps = image.chunks_mut(height * width).zip(other.chunks(height * width));
        for (j, (map, other)) in maps.enumerate() {
            map.iter_mut().zip(other).for_each(|(z, &x)| *z = f(j, *z, x));
        }
    };
    for_each_image(images, other, NUMBER * channels * height * width, of_image);
}

/// The number z of channel j becomes f(j, z).
fn map_channels<T: Real>(images: &mut Array4<T>, f: impl Fn(usize, T) -> T + Sync) {
    let (batch, channels, height, width) = images.dim();
    let of_image = |image: &mut [T]| {
        for (j, map) in image.chunks_mut(height * width).enumerate() {
            map.iter_mut().for_each(|z| *z = f(j, *z));
        }
    };
    let share = share(batch, NUMBER * channels * height * width);
    by_image_mut(images).with_min_len(share).for_each(of_image);
}

impl<T: Real> BatchNorm<T> {
    /// γ = 1, β = 0, and running statistics of mean 0 and variance 1.
    pub fn new(channels: usize) -> Self {
        let (zeros, ones) = (Array1::zeros(channels), Array1::ones(channels));
        Self {
            scale: ones.clone(),
            shift: zeros.clone(),
            running_mean: zeros,
            running_variance: ones,
            next: None,
        }
    }

    /// In training: with the mean and the variance of the batch.
    pub fn forward(&self, images: Array4<T>) -> Normalized<T> {
        let statistics = Statistics::of(images.view());
        let inverse = inverse_deviations(&statistics.variance);
        let mut normalized = images;
        map_channels(&mut normalized, |j, x| (x - statistics.mean[j]) * inverse[j]);
        let mut outputs = zeros(normalized.dim());
        zip_channels(&mut outputs, normalized.view(), |j, _, x| self.scale[j] * x + self.shift[j]);
        Normalized { outputs, normalized, statistics }
    }

    /// In use: with the running mean and variance, so that an image is read without others.
    pub fn forward_in_use(&self, mut images: Array4<T>) -> Array4<T> {
        let factors = &self.scale * &inverse_deviations(&self.running_variance);
        let rest = &self.shift - &(&factors * &self.running_mean);
        map_channels(&mut images, |j, x| factors[j] * x + rest[j]);
        images
    }

    /// For δ = ∂L/∂z̃: ∂L/∂β = Σ δ, ∂L/∂γ = Σ δ ẑ, and
    /// ∂L/∂z = γ / √(σ² + ε) · (δ − mean of δ − ẑ · mean of δ ẑ).
    ///
    /// Gives the gradients of the parameters, and ∂L/∂x in the shape of the images.
    pub fn backward(
        &self,
        trace: &Normalized<T>,
        gradient: Array4<T>,
    ) -> (BatchNormGradient<T>, Array4<T>) {
        let Normalized { normalized, statistics, .. } = trace;
        let shift = channel_sums([gradient.view(), gradient.view()], |_, g, _| g);
        let scale = channel_sums([gradient.view(), normalized.view()], |_, g, x| g * x);
        let m = T::of(statistics.count as f64);
        let (mean, slope) = (&shift / m, &scale / m);
        let factors = &self.scale * &inverse_deviations(&statistics.variance);
        let mut inputs = gradient;
        zip_channels(&mut inputs, normalized.view(), |j, g, x| {
            factors[j] * (g - mean[j] - x * slope[j])
        });
        let (running, zeros) = (self.updated(statistics), Array1::zeros(scale.len()));
        (BatchNormGradient { scale, shift, running, zeros }, inputs)
    }

    /// The running statistics after another batch: a tenth of them becomes those of the batch, the
    /// variance with m / (m − 1), for a batch varies less around its own mean.
    pub fn updated(&self, batch: &Statistics<T>) -> [Array1<T>; 2] {
        let share = T::of(MOMENTUM);
        let m = batch.count.max(2) as f64;
        let mixed = |old: &Array1<T>, new: &Array1<T>, factor: T| {
            let pairs = old.iter().zip(new);
            pairs.map(|(&old, &new)| old + share * (factor * new - old)).collect()
        };
        let mean = mixed(&self.running_mean, &batch.mean, T::one());
        [mean, mixed(&self.running_variance, &batch.variance, T::of(m / (m - 1.0)))]
    }

    /// γ, β, and the running mean and variance.
    pub(crate) fn arrays(&self) -> [&Array1<T>; 4] {
        [&self.scale, &self.shift, &self.running_mean, &self.running_variance]
    }

    /// The same, to change.
    pub(crate) fn arrays_mut(&mut self) -> [&mut Array1<T>; 4] {
        [&mut self.scale, &mut self.shift, &mut self.running_mean, &mut self.running_variance]
    }
}

impl<T: Real> BatchNormGradient<T> {
    /// The gradients in the order of [`BatchNorm::arrays`].
    pub(crate) fn arrays(&self) -> [&Array1<T>; 4] {
        [&self.scale, &self.shift, &self.zeros, &self.zeros]
    }
}
