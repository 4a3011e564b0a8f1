//! Convolution, fast: shifted slices of a padded image. Page: *Fast* (`ch09_vision/fast.md`).
//!
//! Row after row, a padded image is one long line of numbers. A weight of a kernel meets, at
//! neighboring places of the output, neighboring numbers of this line; so it multiplies one slice of
//! it, and the weight beside it multiplies the same slice shifted by one. [`Convolution::forward`] and
//! [`Convolution::input_gradient`] add up such slices, some outputs at a time, in registers;
//! [`Convolution::backward`] adds up products of pixels with the δ of all outputs at a place. What
//! they compute is defined in `convolution.rs` and `backward.rs`, and tests hold them to it.

use std::array;

use ch01_neuron::Real;
use ch02_forward::product::{FUSED, multiply_add};
use ndarray::{Array2, Array4, ArrayView4, Axis};
use rayon::prelude::*;

use crate::backward::{ConvolutionGradient, channel_sums, for_each_image, share, zeros};
use crate::convolution::Convolution;

/// So many maps are computed at a time,
const ROWS: usize = if cfg!(target_feature = "avx512f") { 8 } else { 4 };
/// and so many places of each: as `f32` they fill half of the registers, 16 of the 32 of AVX-512 or 8 of
/// the 16 of AVX2.
const MANY: usize = if cfg!(target_feature = "avx512f") { 32 } else { 16 };

/// Where the numbers of an image come to lie when it is written as one line of numbers, channel by
/// channel, with zeros around each channel and behind the last.
///
/// With a stride, a channel is dealt out to stride × stride parts, each of which holds every so many of
/// its rows and columns: so numbers that are a stride apart become neighbors.
struct Frame {
    /// Height and width of a channel of the image.
    image: (usize, usize),
    /// The same with the zeros around it.
    padded: (usize, usize),
    /// The first row and column that the image fills.
    first: [usize; 2],
    /// How far it is from one number of the image to the next: 1, unless there are zeros between.
    step: usize,
    stride: usize,
}

impl Frame {
    /// Height and width of a part of a channel.
    fn part(&self) -> (usize, usize) {
        (self.padded.0.div_ceil(self.stride), self.padded.1.div_ceil(self.stride))
    }

    /// Where row y and column x of a channel lie.
    fn place(&self, channel: usize, y: usize, x: usize) -> usize {
        let ((height, width), s) = (self.part(), self.stride);
        let part = (channel * s + y % s) * s + x % s;
        (part * height + y / s) * width + x / s
    }

    /// The line of an image, `[channels × height × width]`.
    fn line<T: Real>(&self, image: &[T]) -> Vec<T> {
        let (height, width) = self.image;
        let length = self.place(image.len() / (height * width), 0, 0);
        let mut line = vec![T::zero(); length + MANY];
        for (index, from) in image.chunks_exact(width).enumerate() {
            let (channel, y) = (index / height, self.first[0] + self.step * (index % height));
            if (self.step, self.stride) == (1, 1) {
                let start = (channel * self.padded.0 + y) * self.padded.1 + self.first[1];
                line[start..][..width].copy_from_slice(from);
            } else {
                let columns = (self.first[1]..).step_by(self.step);
                columns.zip(from).for_each(|(x, &from)| line[self.place(channel, y, x)] = from);
            }
        }
        line
    }

    /// Where the slice of each weight begins, for kernels of this shape, in the order of a kernel.
    fn starts(&self, [channels, rows, columns]: [usize; 3]) -> Vec<usize> {
        let weights = ndarray::indices((channels, rows, columns)).into_iter();
        weights.map(|(channel, k, l)| self.place(channel, k, l)).collect()
    }
}

/// W places of some sums; the sums stay in registers until all slices have been added: row by row
/// Σₜ `weights[row][t]` · `line[starts[t] + p]`. Gives W.
#[inline(never)]
fn tile<T: Real, const W: usize>(
    weights: [&[T]; ROWS],
    starts: &[usize],
    line: &[T],
    sums: &mut [T],
    place: usize,
) -> usize {
    let mut tile = [[T::zero(); W]; ROWS];
    let line = &line[place..];
    let mut rows = weights;
    for row in &mut rows {
        *row = &row[..starts.len()]; // so that no length is asked for again
    }
    for (t, &start) in starts.iter().enumerate() {
        let slice: &[T; W] = line[start..].first_chunk().expect("a line ends in zeros");
        for r in 0..ROWS {
            for p in 0..W {
                tile[r][p] = multiply_add::<T, FUSED>(rows[r][t], slice[p], tile[r][p]);
            }
        }
    }
    let length = sums.len() / ROWS;
    for (sums, tile) in sums.chunks_exact_mut(length).zip(tile) {
        sums[place..][..W].copy_from_slice(&tile);
    }
    W
}

/// Kernels as rows of weights, with rows of 0 that fill the last block.
fn rows_in_blocks<T: Real>(kernels: ArrayView4<T>) -> Array2<T> {
    let (rows, a, b, c) = kernels.dim();
    let mut padded = Array2::zeros((rows.next_multiple_of(ROWS), a * b * c));
    for (mut to, from) in padded.rows_mut().into_iter().zip(kernels.outer_iter()) {
        to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
    }
    padded
}

/// Fills maps, `[maps × height × width]`: with the sum of the slices of the line for each row of `weights`,
/// and a bias. In a sum, the rows of a map lie so far `apart`, and between them are numbers that mean nothing.
fn fill_maps<T: Real>(
    weights: &Array2<T>,
    starts: &[usize],
    (line, apart): (&[T], usize),
    (maps, height, width): (&mut [T], usize, usize),
    bias: impl Fn(usize) -> T,
) {
    let length = ((height - 1) * apart + width).next_multiple_of(16);
    let mut sums = vec![T::zero(); ROWS * length];
    for (block, rows) in weights.axis_chunks_iter(Axis(0), ROWS).enumerate() {
        let rows = rows.to_slice().expect("standard layout");
        let rows = array::from_fn(|row| &rows[row * starts.len()..][..starts.len()]);
        let mut place = 0;
        while place < length {
            place += match length - place {
                MANY.. => tile::<T, MANY>(rows, starts, line, &mut sums, place),
                _ => tile::<T, 16>(rows, starts, line, &mut sums, place),
            };
        }
        let numbers = ROWS * block..maps.len() / (height * width); // those of rows of 0 are left out
        for (j, sum) in numbers.zip(sums.chunks_exact(length)) {
            take_rows((sum, apart, bias(j)), (&mut maps[j * height * width..], height, width));
        }
    }
}

/// Writes the rows of a sum to a map and adds a bias, sixteen numbers at a time, for rows are short. What is
/// too much is in the place of the next row, or of the next map, and is overwritten with it.
fn take_rows<T: Real>(
    (sum, apart, bias): (&[T], usize, T),
    (maps, height, width): (&mut [T], usize, usize),
) {
    for row in 0..height {
        let (from, to) = (&sum[row * apart..], &mut maps[row * width..]);
        let wide = width.next_multiple_of(16);
        let count = if wide <= from.len().min(to.len()) { wide } else { width };
        let (froms, from) = from[..count].as_chunks::<16>();
        let (tos, to) = to[..count].as_chunks_mut::<16>();
        tos.iter_mut().zip(froms).for_each(|(to, from)| *to = from.map(|z| z + bias));
        to.iter_mut().zip(from).for_each(|(to, &z)| *to = z + bias);
    }
}

impl<T: Real> Convolution<T> {
    /// What [`Convolution::forward_by_definition`] computes, with the same panics. The images are dealt
    /// out among threads; how many there are changes no bit.
    pub fn forward(&self, images: ArrayView4<T>) -> Array4<T> {
        let (batch, channels, height, width) = self.checked(images.dim());
        let (outputs, _, rows, columns) = self.kernels.dim();
        let (new_height, new_width) = self.output_shape((height, width));
        let frame = self.frame((height, width));
        let (_, line_width) = frame.part();
        let weights = rows_in_blocks(self.kernels.view());
        let starts = frame.starts([channels, rows, columns]);
        let work = |(maps, image): (&mut [T], &[T])| {
            let (line, maps) = (frame.line(image), (maps, new_height, new_width));
            fill_maps(&weights, &starts, (&line, line_width), maps, |j| self.bias[j]);
        };
        let mut result = zeros((batch, outputs, new_height, new_width));
        for_each_image(&mut result, images, weights.len() * new_height * new_width, work);
        result
    }

    /// Images in the middle of their padding.
    fn frame(&self, image: (usize, usize)) -> Frame {
        let padded = (image.0 + 2 * self.padding, image.1 + 2 * self.padding);
        Frame { image, padded, first: [self.padding; 2], step: 1, stride: self.stride }
    }

    /// What [`Convolution::input_gradient_by_definition`] computes: slices of δ, with the kernels
    /// turned by 180°.
    pub fn input_gradient(&self, delta: ArrayView4<T>, shape: (usize, usize)) -> Array4<T> {
        let (batch, outputs, height, width) = delta.dim();
        let (_, channels, rows, columns) = self.kernels.dim();
        let mut turned = self.kernels.view().permuted_axes([1, 0, 2, 3]);
        turned.invert_axis(Axis(2));
        turned.invert_axis(Axis(3));
        let weights = rows_in_blocks(turned); // [channels × outputs · rows · columns]
        let frame = Frame {
            image: (height, width),
            padded: (shape.0 + rows - 1, shape.1 + columns - 1),
            first: [rows - 1 - self.padding, columns - 1 - self.padding],
            step: self.stride,
            stride: 1,
        };
        let starts = frame.starts([outputs, rows, columns]);
        let work = |(maps, delta): (&mut [T], &[T])| {
            let (line, maps) = (frame.line(delta), (maps, shape.0, shape.1));
            fill_maps(&weights, &starts, (&line, frame.padded.1), maps, |_| T::zero());
        };
        let mut result = zeros((batch, channels, shape.0, shape.1));
        for_each_image(&mut result, delta, weights.len() * shape.0 * shape.1, work);
        result
    }

    /// What [`Convolution::backward_by_definition`] computes. The gradients of eight images at a time are
    /// added up, and then those sums in their order, so that the number of threads changes no bit.
    pub fn backward(&self, images: ArrayView4<T>, delta: ArrayView4<T>) -> ConvolutionGradient<T> {
        const GROUP: usize = 8; // images
        let (batch, channels, height, width) = self.checked(images.dim());
        let (outputs, _, rows, columns) = self.kernels.dim();
        let products = Products {
            frame: self.frame((height, width)),
            kernel: [channels, rows, columns],
            outputs,
            width: delta.dim().3,
        };
        let [image, map] = [images.len(), delta.len()].map(|size| (size / batch.max(1)).max(1));
        let (images, delta) = (images.as_standard_layout(), delta.as_standard_layout());
        let [all, deltas] = [&images, &delta].map(|all| all.as_slice().expect("standard layout"));
        let groups = all.par_chunks(GROUP * image).zip(deltas.par_chunks(GROUP * map));
        let groups = groups.with_min_len(share(batch, products.terms() * map).div_ceil(GROUP));
        let sums: Vec<Vec<T>> = groups.map(|group| products.of_group(group, image, map)).collect();
        let sum = sums.into_iter().reduce(|mut sum, more| {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            sum
        });
        let (terms, lanes) = (products.terms(), products.lanes());
        let sum = sum.unwrap_or_else(|| vec![T::zero(); terms * lanes]); // of no images
        let kernels = Array2::from_shape_fn((outputs, terms), |(j, t)| sum[t * lanes + j]);
        let kernels = kernels.into_shape_with_order(self.kernels.dim()).expect("as many terms");
        ConvolutionGradient {
            kernels,
            bias: channel_sums([delta.view(), delta.view()], |_, d, _| d),
        }
    }
}

/// The products of pixels and δ whose sums are the gradient of kernels.
struct Products {
    frame: Frame,
    /// Channels, rows and columns of a kernel.
    kernel: [usize; 3],
    outputs: usize,
    /// How many places a row of the output has.
    width: usize,
}

impl Products {
    /// How many weights a kernel has.
    fn terms(&self) -> usize {
        self.kernel.iter().product()
    }

    /// The outputs and some zeros, so that they fill registers.
    fn lanes(&self) -> usize {
        self.outputs.next_multiple_of(16)
    }

    /// Their sums over some images, `[terms and some more × lanes]`; `image` and `map` are how many numbers
    /// an image and its δ have.
    fn of_group<T: Real>(
        &self,
        (images, deltas): (&[T], &[T]),
        image: usize,
        map: usize,
    ) -> Vec<T> {
        let terms = self.terms().next_multiple_of(ROWS);
        let mut sums = vec![T::zero(); terms * self.lanes()];
        let mut starts = self.frame.starts(self.kernel);
        starts.resize(terms, 0); // their sums mean nothing
        for (image, delta) in images.chunks_exact(image).zip(deltas.chunks_exact(map)) {
            let line = self.frame.line(image);
            let places = self.place_by_place(delta);
            let (blocks, _) = starts.as_chunks::<ROWS>();
            for (starts, sums) in blocks.iter().zip(sums.chunks_exact_mut(ROWS * self.lanes())) {
                let mut lane = 0;
                while lane < self.lanes() {
                    let slices = starts.map(|start| &line[start..]);
                    lane += match self.lanes() - lane {
                        MANY.. => self.add::<T, MANY>(slices, &places, sums, lane),
                        _ => self.add::<T, 16>(slices, &places, sums, lane),
                    };
                }
            }
        }
        sums
    }

    /// δ of an image, with the outputs of a place side by side: `[height × width × lanes]`.
    fn place_by_place<T: Real>(&self, delta: &[T]) -> Vec<T> {
        let (lanes, places) = (self.lanes(), delta.len() / self.outputs);
        let (mut turned, zeros) = (vec![T::zero(); places * lanes], vec![T::zero(); places]);
        let map = |j: usize| delta.get(j * places..).and_then(|maps| maps.get(..places));
        let (rows, _) = turned.as_chunks_mut::<16>();
        for block in 0..lanes / 16 {
            let maps: [&[T]; 16] = array::from_fn(|j| map(16 * block + j).unwrap_or(&zeros));
            for (place, row) in rows.iter_mut().skip(block).step_by(lanes / 16).enumerate() {
                *row = array::from_fn(|j| maps[j][place]);
            }
        }
        turned
    }

    /// Adds to some rows of sums the products of as many slices with δ, for L outputs from `lane` on.
    #[inline(never)]
    fn add<T: Real, const L: usize>(
        &self,
        slices: [&[T]; ROWS],
        places: &[T],
        sums: &mut [T],
        lane: usize,
    ) -> usize {
        let (lanes, (_, line_width)) = (self.lanes(), self.frame.part());
        let mut tile = [[T::zero(); L]; ROWS];
        for (row, deltas) in places.chunks_exact(self.width * lanes).enumerate() {
            let mut slices = slices;
            for slice in &mut slices {
                *slice = &slice[row * line_width..][..self.width];
            }
            for u in 0..self.width {
                let deltas: &[T; L] =
                    deltas[u * lanes + lane..].first_chunk().expect("as many lanes");
                for r in 0..ROWS {
                    for j in 0..L {
                        tile[r][j] = multiply_add::<T, FUSED>(slices[r][u], deltas[j], tile[r][j]);
                    }
                }
            }
        }
        for (sums, tile) in sums.chunks_exact_mut(lanes).zip(tile) {
            sums[lane..][..L].iter_mut().zip(tile).for_each(|(sum, more)| *sum += more);
        }
        L
    }
}
