//! How long the parts of training take, with the documents' network and batches of 32 images.
//!
//! `cargo bench -p benches`, or with the beginning of a name behind it: `-- product`.

use std::hint::black_box;
use std::path::Path;

use ch02_forward::{
    Loss, Network, TransposedProduct, product, product_by_definition, sparse_product,
    tiled_product, transposed_product,
};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{Adam, Gradient, Optimizer, Parameter, parameters};
use ch05_mnist::{
    Dataset, Fast, Model, Recipe, evaluate, read_images, read_labels, softmax_and_losses,
    train_step,
};
use criterion::{
    BatchSize, Bencher, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use flate2::read::GzDecoder;
use ndarray::Array2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const BATCH: usize = 32;

fn training_set() -> Dataset {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("run by Cargo"))
        .join("../../chapters/ch05_mnist/data");
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

/// A product without zeros by tiles, of the sizes of a small layer and of a wide one. A change of the
/// compiler that takes the sums out of the registers shows here, as several times the time.
fn tiles(criterion: &mut Criterion) {
    let number = |(i, j): (usize, usize)| ((i + 2 * j) % 7) as f32 - 3.5;
    for [rows, inner, columns] in [[32, 128, 10], [128, 1024, 1024]] {
        let left = Array2::from_shape_fn((rows, inner), number);
        let right = Array2::from_shape_fn((inner, columns), number);
        let (x, w) = (left.view(), right.view());
        let mut group = criterion.benchmark_group(format!("product {rows} × {inner} × {columns}"));
        group.throughput(Throughput::Elements((rows * inner * columns) as u64));
        let mut bench = |name: &str, product: &(dyn Fn() -> Array2<f32> + Sync)| {
            group.bench_function(name, |b| one_thread(|| b.iter(|| black_box(product()))));
        };
        bench("by tiles", &|| tiled_product(black_box(x), black_box(w)));
        bench("skips zeros", &|| sparse_product(black_box(x), black_box(w)));
        bench("ndarray's dot", &|| black_box(x).dot(&black_box(w)));
        group.finish();
    }
}

/// What the fast step does in another way than the plain one, and the step.
fn fast_step(criterion: &mut Criterion) {
    let data = training_set();
    let (inputs, targets) = batch(&data);
    let (x, y, loss) = (inputs.view(), targets.view(), Loss::SoftmaxCrossEntropy);
    let network = network();
    let trace = network.trace(x);
    let z = trace.output();
    let deltas = network.deltas_with(&trace, loss.gradient(z, y), |_, gradient| gradient);
    let delta = deltas[0].view();
    let mut weights = network.layers[0].dense.weights.clone();
    let weights = weights.as_slice_mut().expect("standard layout");
    let mut group = criterion.benchmark_group("fast step");
    group.bench_function("loss, and its gradient", |b| {
        b.iter(|| (loss.value(black_box(z), y), loss.gradient(black_box(z), y)));
    });
    group.bench_function("both at once", |b| {
        b.iter(|| softmax_and_losses(black_box(z), y, BATCH));
    });
    group.bench_function("gradient, then Adam", |b| {
        let mut adam = Adam::default();
        one_thread(|| {
            b.iter(|| {
                let gradient = transposed_product(black_box(x), delta);
                let gradient = gradient.as_slice().expect("standard layout");
                adam.step(1e-6, vec![Parameter::new(&mut *weights, gradient)]);
            });
        });
    });
    group.bench_function("both in one walk", |b| {
        let mut adam = Adam::default();
        one_thread(|| {
            b.iter(|| {
                let product = TransposedProduct::new(black_box(x), delta);
                let gradient = Gradient::Product(&product);
                adam.step(1e-6, vec![Parameter { values: &mut *weights, gradient }]);
            });
        });
    });
    let mut fast = Fast { network: network.clone() };
    let mut step = |b: &mut Bencher| {
        let (mut adam, mut chance) = (Adam::default(), generator());
        b.iter(|| fast.step(&mut adam, 1e-6, black_box((x, y)), &mut chance));
    };
    group.bench_function("all of it, one thread", |b| one_thread(|| step(b)));
    group.bench_function("all of it, all threads", &mut step);
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

/// The time of an epoch, each with a new trainer.
fn one_epoch(b: &mut Bencher, recipe: &Recipe, data: &Dataset) {
    b.iter_batched_ref(
        || Fast::<f32>::trainer(recipe, data.pixels(), generator()),
        |trainer| trainer.epoch(data, || ()),
        BatchSize::PerIteration,
    );
}

/// One pass through the training set, and one look at 10,000 images.
fn epoch(criterion: &mut Criterion) {
    let data = training_set();
    let recipe = Recipe::documents();
    let mut group = criterion.benchmark_group("epoch");
    group.sample_size(10);
    group.throughput(Throughput::Elements(data.len() as u64)); // examples
    group.bench_function("60,000 examples", |b| {
        one_thread(|| one_epoch(b, &recipe, &data));
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
            one_epoch(b, &recipe, &data);
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
            one_epoch(b, &recipe, &data);
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().without_plots();
    targets = products, tiles, step, fast_step, epoch, growth
}
criterion_main!(benches);
