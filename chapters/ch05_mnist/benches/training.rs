//! How long the parts of training take, with the documents' network and batches of 32 images.
//!
//! `cargo bench -p ch05_mnist`, or with the beginning of a name behind it: `-- product`.

use std::hint::black_box;
use std::path::Path;

use ch02_forward::{Loss, Network, product, product_by_definition, transposed_product};
use ch03_backprop::LossBackward;
use ch04_optimizers::{Adam, GradientRows, Optimizer, parameters};
use ch05_mnist::{
    Dataset, Fast, FastNetwork, Product, Recipe, evaluate, fast_parameters, fast_product,
    read_images, read_labels, softmax_and_loss, train_step,
};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const BATCH: usize = 32;

fn training_set() -> Dataset {
    let folder =
        Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("run by Cargo")).join("data");
    let open = |name: &str| GzDecoder::new(std::fs::File::open(folder.join(name)).expect(name));
    let images = read_images(open("train-images-idx3-ubyte.gz")).expect("images");
    let labels = read_labels(open("train-labels-idx1-ubyte.gz")).expect("labels");
    Dataset::new(images, labels).expect("as many labels as images")
}

fn generator() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(0)
}

fn network() -> Network<f32> {
    Recipe::documents().network(784, &mut generator())
}

/// The first 32 images: about one pixel in five is not 0.
fn batch(data: &Dataset) -> (Array2<f32>, Array2<f32>) {
    data.batch(&(0..BATCH).collect::<Vec<_>>())
}

fn one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(work)
}

/// X [32 × 784] times W [784 × 128], and Xᵀ times δ [32 × 128]; then products in which nothing is zero.
/// A change of the compiler that takes the sums out of the registers shows here, as several times the
/// time.
fn products(criterion: &mut Criterion) {
    let (inputs, _) = batch(&training_set());
    let weights = network().layers[0].dense.weights.clone();
    let delta = inputs.dot(&weights);
    let (x, w, d) = (inputs.view(), weights.view(), delta.view());
    let mut group = criterion.benchmark_group("product 32 × 784 × 128");
    group.throughput(Throughput::Elements((BATCH * 784 * 128) as u64)); // multiplications
    group.bench_function("fast", |b| b.iter(|| fast_product(black_box(x), black_box(w))));
    group.bench_function("by rows", |b| b.iter(|| product(black_box(x), black_box(w))));
    group.bench_function("ndarray's dot", |b| b.iter(|| black_box(x).dot(&black_box(w))));
    group.bench_function("by definition", |b| {
        b.iter(|| product_by_definition(black_box(x), black_box(w)));
    });
    group.bench_function("transposed, fast, row by row", |b| {
        let (product, mut rows) = (Product::transposed(x, d), vec![0.0; 16 * 128]);
        b.iter(|| (0..784).step_by(16).for_each(|i| product.write_rows(i, black_box(&mut rows))));
    });
    group.bench_function("transposed, by rows", |b| {
        b.iter(|| transposed_product(black_box(x), black_box(d)));
    });
    group.finish();
    let number = |(i, j): (usize, usize)| ((i + 2 * j) % 7) as f32 - 3.5;
    for [rows, inner, columns] in [[32, 128, 10], [128, 1024, 1024]] {
        let (left, right) = (
            Array2::from_shape_fn((rows, inner), number),
            Array2::from_shape_fn((inner, columns), number),
        );
        let mut group = criterion.benchmark_group(format!("product {rows} × {inner} × {columns}"));
        group.throughput(Throughput::Elements((rows * inner * columns) as u64));
        group.bench_function("fast", |b| {
            one_thread(|| b.iter(|| fast_product(black_box(left.view()), black_box(right.view()))));
        });
        group.bench_function("ndarray's dot", |b| {
            b.iter(|| black_box(&left).dot(black_box(&right)));
        });
        group.finish();
    }
}

/// The parts of one step in their plain and their fast form, and the step.
fn step(criterion: &mut Criterion) {
    let data = training_set();
    let (inputs, targets) = batch(&data);
    let (x, y) = (inputs.view(), targets.view());
    let mut network = network();
    let loss = Loss::SoftmaxCrossEntropy;
    let trace = network.trace(x);
    let output_gradient = loss.gradient(trace.output(), y);
    let same = |_, numbers| numbers;
    let mut group = criterion.benchmark_group("step");
    let indices: Vec<usize> = (0..BATCH).collect();
    group.bench_function("deal a batch", |b| b.iter(|| data.batch::<f32>(black_box(&indices))));
    group.bench_function("forward, plain", |b| b.iter(|| network.trace(black_box(x))));
    group.bench_function("forward, fast", |b| {
        one_thread(|| b.iter(|| network.fast_trace_with(black_box(x), same)));
    });
    group.bench_function("loss, plain", |b| {
        b.iter(|| (loss.value(trace.output(), y), loss.gradient(trace.output(), y)));
    });
    group.bench_function("loss, fast", |b| {
        b.iter(|| softmax_and_loss(black_box(trace.output()), y));
    });
    let fast = network.fast_backward_with(x, &trace, output_gradient, same);
    let gradients = fast.carry_out();
    group.bench_function("Adam, on numbers", |b| {
        let mut adam = Adam::default();
        one_thread(|| b.iter(|| adam.step(1e-6, parameters(&mut network, black_box(&gradients)))));
    });
    group.bench_function("gradient and Adam in one walk", |b| {
        let mut adam = Adam::default();
        one_thread(|| b.iter(|| adam.step(1e-6, fast_parameters(&mut network, black_box(&fast)))));
    });
    group.bench_function("all of it, plain", |b| {
        let (mut adam, mut chance) = (Adam::default(), generator());
        b.iter(|| train_step(&mut network, &mut adam, 1e-6, black_box((x, y)), &mut chance));
    });
    group.bench_function("all of it, fast, one thread", |b| {
        let (mut adam, mut chance) = (Adam::default(), generator());
        let mut fast = Fast { network: network.clone() };
        one_thread(|| b.iter(|| train_step(&mut fast, &mut adam, 1e-6, (x, y), &mut chance)));
    });
    group.finish();
}

/// One pass through the training set, and one look at 10,000 images.
fn epoch(criterion: &mut Criterion) {
    let data = training_set();
    let recipe = Recipe::documents();
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(10);
    group.throughput(Throughput::Elements(data.len() as u64)); // examples
    group.bench_function("60,000 examples", |b| {
        one_thread(|| {
            let trainer = || Fast::<f32>::trainer(&recipe, data.pixels(), generator());
            b.iter_batched_ref(
                trainer,
                |trainer| trainer.epoch(&data, || ()),
                BatchSize::PerIteration,
            );
        });
    });
    let first = data.first(10_000);
    group.throughput(Throughput::Elements(first.len() as u64));
    group.bench_function("evaluate 10,000", |b| {
        let fast = Fast { network: network() };
        b.iter(|| evaluate(black_box(&fast), &first));
    });
    group.finish();
}

/// Time for one example: the same in every line of a group, if time grows linearly.
fn growth(criterion: &mut Criterion) {
    let data = training_set();
    let mut group = criterion.benchmark_group("growth with examples");
    group.sample_size(10);
    for examples in [2_500, 5_000, 10_000, 20_000] {
        let (recipe, data) = (Recipe::documents(), data.first(examples));
        group.throughput(Throughput::Elements(examples as u64));
        group.bench_function(BenchmarkId::from_parameter(examples), |b| {
            let trainer = || Fast::<f32>::trainer(&recipe, data.pixels(), generator());
            b.iter_batched_ref(
                trainer,
                |trainer| trainer.epoch(&data, || ()),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("growth with hidden neurons");
    group.sample_size(10);
    let data = data.first(5_000);
    for hidden in [32, 64, 128, 256, 512] {
        let recipe = Recipe { hidden: vec![hidden], ..Recipe::documents() };
        group.throughput(Throughput::Elements((data.len() * hidden) as u64));
        group.bench_function(BenchmarkId::from_parameter(hidden), |b| {
            let trainer = || Fast::<f32>::trainer(&recipe, data.pixels(), generator());
            b.iter_batched_ref(
                trainer,
                |trainer| trainer.epoch(&data, || ()),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = products, step, epoch, growth
}
criterion_main!(benches);
