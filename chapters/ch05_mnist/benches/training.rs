//! How long the parts of training take, with the documents' network and batches of 32 images.
//!
//! `cargo bench -p ch05_mnist`, or with the beginning of a name behind it: `-- product`.

use std::hint::black_box;
use std::path::Path;

use ch02_forward::{Loss, Network, product, product_by_definition, transposed_product};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{Adam, Optimizer, parameters};
use ch05_mnist::{Dataset, Recipe, evaluate, read_images, read_labels, train_step};
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

/// X [32 × 784] times W [784 × 128], and Xᵀ times δ [32 × 128].
fn products(criterion: &mut Criterion) {
    let (inputs, _) = batch(&training_set());
    let weights = network().layers[0].dense.weights.clone();
    let delta = inputs.dot(&weights);
    let mut group = criterion.benchmark_group("product 32 × 784 × 128");
    group.throughput(Throughput::Elements((BATCH * 784 * 128) as u64)); // multiplications
    group.bench_function("ours, skips zeros", |b| {
        b.iter(|| product(black_box(inputs.view()), black_box(weights.view())));
    });
    group.bench_function("ndarray's dot", |b| {
        b.iter(|| black_box(&inputs).dot(black_box(&weights)));
    });
    group.bench_function("by definition", |b| {
        b.iter(|| product_by_definition(black_box(inputs.view()), black_box(weights.view())));
    });
    group.bench_function("ours, transposed", |b| {
        b.iter(|| transposed_product(black_box(inputs.view()), black_box(delta.view())));
    });
    group.bench_function("ndarray's dot, transposed", |b| {
        b.iter(|| black_box(&inputs).t().dot(black_box(&delta)));
    });
    group.finish();
}

/// The parts of one step, and the step.
fn step(criterion: &mut Criterion) {
    let data = training_set();
    let (inputs, targets) = batch(&data);
    let mut network = network();
    let loss = Loss::SoftmaxCrossEntropy;
    let trace = network.trace(inputs.view());
    let output_gradient = loss.gradient(trace.output(), targets.view());
    let gradients = network.backward(inputs.view(), &trace, output_gradient.clone());
    let mut group = criterion.benchmark_group("step");
    let indices: Vec<usize> = (0..BATCH).collect();
    group.bench_function("gather a batch", |b| b.iter(|| data.batch::<f32>(black_box(&indices))));
    group.bench_function("forward", |b| b.iter(|| network.trace(black_box(inputs.view()))));
    group.bench_function("backward", |b| {
        let gradient = || output_gradient.clone();
        let backward = |gradient| network.backward(black_box(inputs.view()), &trace, gradient);
        b.iter_batched(gradient, backward, BatchSize::SmallInput);
    });
    group.bench_function("Adam", |b| {
        let mut adam = Adam::default();
        b.iter(|| adam.step(1e-6, parameters(&mut network, black_box(&gradients))));
    });
    group.bench_function("all of it", |b| {
        let mut adam = Adam::default();
        let batch = (inputs.view(), targets.view());
        let mut chance = generator();
        b.iter(|| train_step(&mut network, &mut adam, 1e-6, black_box(batch), &mut chance));
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
            let trainer = || recipe.trainer::<f32, _>(data.pixels(), generator());
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
        let network = network();
        b.iter(|| evaluate(black_box(&network), &first));
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
            let trainer = || recipe.trainer::<f32, _>(data.pixels(), generator());
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
            let trainer = || recipe.trainer::<f32, _>(data.pixels(), generator());
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
