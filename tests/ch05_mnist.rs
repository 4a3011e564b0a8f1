//! The formulas of chapter 5, each checked with numbers.

use ch02_forward::{Dense, Loss, NonZeros, one_hot, softmax};
use ch04_optimizers::{Adam, Sgd};
use ch05_mnist::{
    CLASSES, Dataset, Evaluation, Images, Recipe, Trainer, center_digit, evaluate, likeliest,
    save_weights, shuffled, train_step,
};
use formulas::*;
use image::{GrayImage, Luma};
use ndarray::{Array1, Array2, ArrayView1, Axis};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Small images of noise, with labels that mean nothing.
fn noise(examples: usize) -> Dataset {
    let mut generator = generator();
    let pixels = Array2::from_shape_simple_fn((examples, 12), || generator.random());
    let labels = labels(examples, CLASSES as u8, &mut generator);
    Dataset::new(Images { pixels, height: 3, width: 4 }, labels).expect("as many of both")
}

/// A pixel p becomes p/255. Half a unit in the last place of the quotient would be 1.1e-16; the
/// library multiplies by a rounded 1/255, which may cost another.
#[test]
fn pixel_brightness() {
    let pixels = Array2::from_shape_fn((256, 1), |(p, _)| p as u8);
    let data = Dataset::new(Images { pixels, height: 1, width: 1 }, vec![0; 256]).expect("equal");
    let (inputs, _) = data.batch::<f64>(&(0..256).collect::<Vec<_>>());
    for p in 0..256 {
        assert_relative(inputs[[p, 0]], p as f64 / 255.0, 3e-16);
    }
    assert_eq!([inputs[[0, 0]], inputs[[255, 0]]], [0.0, 1.0]);
}

/// Accuracy is the diagonal of the confusion matrix over all of it, and the mean of [right] over
/// the examples, counted here one example at a time. Exact: it is a quotient of whole numbers.
#[test]
fn accuracy() {
    let data = noise(1203); // more than two of the batches that `evaluate` takes, and a rest
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let right = (0..data.len()).filter(|&index| {
        let (input, _) = data.batch(&[index]);
        let p = softmax(network.forward(input.view()).view());
        p.iter().all(|&other| other <= p[[0, usize::from(data.labels[index])]])
    });
    let right = right.count() as f64;
    let evaluation = evaluate(&network, &data);
    assert_eq!(evaluation.accuracy, right / 1203.0);
    assert_eq!(evaluation.confusion.diag().sum() as f64, right);
    assert_eq!(evaluation.confusion.sum(), 1203);
}

/// The loss of a data set is the mean of the losses of its examples, each taken alone; batches of
/// different sizes count by their sizes. 1e-12: sums of a thousand numbers near 2.
#[test]
fn mean_loss() {
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let alone = (0..data.len()).map(|index| {
        let (input, target) = data.batch(&[index]);
        Loss::SoftmaxCrossEntropy.value(network.forward(input.view()).view(), target.view())
    });
    assert_close(evaluate(&network, &data).loss, alone.sum::<f64>() / 1203.0, 1e-12);
}

/// A layer of n inputs and m outputs has nm + m parameters: 101,770 in the documents' network.
/// Exact: counted one by one.
#[test]
fn documents_parameters() {
    let network = Recipe::documents().network::<f32>(784, &mut generator());
    let counted = network.parameters().concat().len();
    assert_eq!(counted, (784 * 128 + 128) + (128 * 10 + 10));
    assert_eq!([counted, network.parameter_count()], [101_770, 101_770]);
}

/// Every order of four things is as likely as any other. Of 240,000 shuffles each of the 24 orders
/// gets 10,000, give or take a standard deviation of 98; five of those make 490.
#[test]
fn shuffle() {
    let mut generator = generator();
    let mut counts = std::collections::BTreeMap::<Vec<usize>, u32>::new();
    for _ in 0..240_000 {
        *counts.entry(shuffled(4, &mut generator)).or_default() += 1;
    }
    assert_eq!(counts.len(), 24);
    for (order, count) in counts {
        assert!(count.abs_diff(10_000) < 490, "{order:?} came {count} times");
    }
}

/// A training step is θ ← θ − η ∂L/∂θ, here with the gradient from finite differences of the loss
/// instead of the backward pass. 1e-8: what such differences are good for.
#[test]
fn training_step() {
    let data = noise(7);
    let (inputs, targets) = data.batch::<f64>(&[0, 1, 2, 3, 4, 5, 6]);
    let recipe = Recipe { hidden: vec![3], ..Recipe::documents() };
    let mut network = recipe.network::<f64>(12, &mut generator());
    let mut expected = network.clone();
    for slice in 0..4 {
        let slopes: Vec<f64> = (0..network.parameters()[slice].len())
            .map(|index| {
                let mut nudged = network.clone();
                let x = network.parameters()[slice][index];
                let loss = |x| {
                    nudged.parameters_mut()[slice][index] = x;
                    let outputs = nudged.forward(inputs.view());
                    Loss::SoftmaxCrossEntropy.value(outputs.view(), targets.view())
                };
                ch03_backprop::central_difference(loss, x, 1e-5)
            })
            .collect();
        for (parameter, slope) in
            expected.parameters_mut().swap_remove(slice).iter_mut().zip(slopes)
        {
            *parameter -= 0.1 * slope;
        }
    }
    train_step(&mut network, &mut Sgd::default(), 0.1, (inputs.view(), targets.view()));
    for (slice, expected) in network.parameters().into_iter().zip(expected.parameters()) {
        for (&found, &expected) in slice.iter().zip(expected) {
            assert_close(found, expected, 1e-8);
        }
    }
}

/// An epoch has ⌈D/n⌉ steps: the steps of two epochs are taken here by hand, three batches an epoch,
/// with the rate of the steady recipe falling by a sixth of its first value each time. Then it is 0,
/// and a further epoch changes nothing. Exact: the same operations.
#[test]
fn steps_per_epoch() {
    let data = noise(65);
    let recipe = Recipe { epochs: 2, hidden: vec![3], ..Recipe::steady() };
    let mut trainer = Trainer::<f64, _>::new(&recipe, &data, ChaCha8Rng::seed_from_u64(0));
    let mut generator = ChaCha8Rng::seed_from_u64(0);
    let mut network = recipe.network::<f64>(12, &mut generator);
    let mut adam = Adam::default();
    for epoch in 0..2 {
        let mut steps = 0;
        trainer.epoch(|| steps += 1);
        let order = shuffled(65, &mut generator);
        for (step, batch) in [&order[..32], &order[32..64], &order[64..]].into_iter().enumerate() {
            let (inputs, targets) = data.batch::<f64>(batch);
            let rate = 0.002 * (1.0 - f64::from(3 * epoch + step as i32) / 6.0);
            train_step(&mut network, &mut adam, rate, (inputs.view(), targets.view()));
        }
        assert_eq!(steps, 3); // 32 + 32 + 1
        assert_eq!(trainer.network, network);
    }
    trainer.epoch(|| ());
    assert_eq!(trainer.network, network);
}

/// Of the examples of a digit, the share that is read right, counted one by one; and the accuracy is
/// the mean of the recalls, each weighted by how often its digit comes. 1e-12: ten roundings.
#[test]
fn recall() {
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let evaluation = evaluate(&network, &data);
    let mut weighted = 0.0;
    for j in 0..CLASSES {
        let (mut of_digit, mut found) = (0.0, 0.0);
        for (row, &label) in evaluation.probabilities.rows().into_iter().zip(&data.labels) {
            if usize::from(label) == j {
                of_digit += 1.0;
                found += f64::from(row.iter().all(|&p| p <= row[j]));
            }
        }
        let matrix = &evaluation.confusion;
        assert_eq!(matrix[[j, j]] as f64 / matrix.row(j).sum() as f64, found / of_digit);
        weighted += found / of_digit * of_digit / 1203.0;
    }
    assert_close(evaluation.accuracy, weighted, 1e-12);
}

/// Of what is called a digit, the share that is one, counted one by one: found among the answers, where
/// recall looks among the labels. Exact: quotients of the same whole numbers.
#[test]
fn precision() {
    let data = noise(1203);
    let network = Recipe::documents().network::<f64>(12, &mut generator());
    let Evaluation { confusion, probabilities, .. } = evaluate(&network, &data);
    for k in 0..CLASSES {
        let answered = |row: &ArrayView1<f64>| row.iter().all(|&p| p <= row[k]);
        let rows = probabilities.rows().into_iter().zip(&data.labels);
        let called: Vec<u8> = rows.filter(|(row, _)| answered(row)).map(|(_, &l)| l).collect();
        if called.is_empty() {
            continue; // nothing is called so, and nothing can be said
        }
        let right = called.iter().filter(|&&label| usize::from(label) == k).count();
        let expected = right as f64 / called.len() as f64;
        assert_eq!(confusion[[k, k]] as f64 / confusion.column(k).sum() as f64, expected);
    }
}

/// The nearest of ten points is the one with the largest x · m − |m|²/2: a dense layer whose column
/// j is point j. Exact, but for ties, which random points do not have.
#[test]
fn nearest_mean() {
    let mut generator = generator();
    let means = matrix(5, 10, &mut generator); // [inputs × classes]
    let bias = means.map_axis(Axis(0), |mean| -0.5 * mean.dot(&mean));
    let layer = Dense { weights: means.clone(), bias };
    let points = matrix(200, 5, &mut generator);
    for (point, sums) in points.rows().into_iter().zip(layer.forward(points.view()).rows()) {
        let distance = |j: usize| {
            let offset = &point - &means.column(j);
            offset.dot(&offset)
        };
        let nearest = (0..10).min_by(|&j, &k| distance(j).total_cmp(&distance(k)));
        assert_eq!(nearest, Some(likeliest(sums)));
    }
}

/// The deviation of the share of right answers among D, each right with probability ρ: summed here
/// over the binomial distribution, outcome by outcome. 1e-10: logarithms of a thousand odds are added up on the way.
#[test]
fn accuracy_error() {
    for (questions, right) in [(1, 0.5), (10, 0.9), (1000, 0.98), (1000, 0.001)] {
        let mut probability = f64::from(questions) * f64::ln(1.0 - right); // ln of: none right
        let mut variance = 0.0;
        for count in 0..=questions {
            let share = f64::from(count) / f64::from(questions);
            variance += probability.exp() * (share - right).powi(2);
            let odds = f64::from(questions - count) / f64::from(count + 1);
            probability += (odds * right / (1.0 - right)).ln();
        }
        let deviation = (right * (1.0 - right) / f64::from(questions)).sqrt();
        assert_close(variance.sqrt(), deviation, 1e-10);
    }
}

/// A product that skips zeros multiplies once for each entry that is not zero and each column of the
/// other matrix: counted in three loops. Exact.
#[test]
fn skipped_products() {
    let mut generator = generator();
    for (batch, inputs, outputs) in SHAPES {
        let x = sparse_matrix(batch, inputs, &mut generator);
        let mut multiplications = 0;
        for r in 0..batch {
            for i in 0..inputs {
                for _ in 0..outputs {
                    multiplications += usize::from(x[[r, i]] != 0.0);
                }
            }
        }
        assert_eq!(NonZeros::of_rows(x.view()).count() * outputs, multiplications);
        assert_eq!(NonZeros::of_columns(x.view()).count() * outputs, multiplications);
    }
}

/// Ten equal logits, whatever their size and whatever the label, cost −Σ yⱼ ln(1/10) = ln 10, which
/// is about 2.303. 1e-12: the logarithm of a sum of ten.
#[test]
fn guessing_loss() {
    for label in 0..10 {
        for logit in [0.0, -1000.0, 1e-9, 3.7, 1000.0] {
            let (z, y) = (Array2::from_elem((1, 10), logit), one_hot(&[label], 10));
            let loss = Loss::SoftmaxCrossEntropy.value(z.view(), y.view());
            let sum: f64 = -y.iter().map(|&y: &f64| y * f64::ln(0.1)).sum::<f64>();
            assert_close(loss, sum, 1e-12);
            assert_close(sum, f64::ln(10.0), 1e-12);
            assert_close(loss, 2.303, 1e-3);
        }
    }
}

/// In the file, row j and column i of the first weights are what W has in row i and column j: read
/// here from the bytes, after the header whose length the first eight of them tell. Exact.
#[test]
fn torch_layout() {
    let recipe = Recipe { hidden: vec![3], ..Recipe::documents() };
    let network = recipe.network::<f32>(4, &mut generator());
    let file = save_weights(&network);
    let header = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let names: serde_json::Value = serde_json::from_slice(&file[8..8 + header]).expect("JSON");
    let tensor = &names["0.weight"];
    assert_eq!(tensor["shape"], serde_json::json!([3, 4]));
    let start = 8 + header + tensor["data_offsets"][0].as_u64().expect("a number") as usize;
    for j in 0..3 {
        for i in 0..4 {
            let at = start + 4 * (4 * j + i);
            let number = f32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
            assert_eq!(number, network.layers[0].dense.weights[[i, j]]);
        }
    }
}

/// The largest probability has the largest logit; of equal ones the first is taken. Exact: the
/// exponential grows, and equal logits give equal probabilities.
#[test]
fn ranking_of_logits() {
    let mut generator = generator();
    for row in 0..500 {
        let mut z = matrix(1, 10, &mut generator);
        z[[0, row % 10]] = z[[0, 3]]; // a tie
        let mut largest = 0;
        for j in 1..10 {
            if z[[0, j]] > z[[0, largest]] {
                largest = j;
            }
        }
        assert_eq!(likeliest(softmax(z.view()).row(0)), largest);
    }
}

/// The mean of all positions, weighted by the ink: summed here row by row and column by column, where
/// the library goes pixel by pixel. 1e-9: sums of some thousand numbers. After the shift the center
/// is within half a pixel of 14.5 in both directions, for blots whose box stays in the image. 0.01
/// more: pixels are rounded to whole numbers.
#[test]
fn center_of_ink() {
    let mut generator = generator();
    for _ in 0..50 {
        let (side, corner) = (generator.random_range(20..60), generator.random_range(0..30));
        let mut picture = GrayImage::from_pixel(100, 100, Luma([255]));
        for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
            let ink = if x == 0 || y == 0 { 255 } else { generator.random_range(100..=255) };
            let ink = if x > y { ink } else { ink / 2 }; // the upper right half is darker
            picture.put_pixel(corner + x, corner + y, Luma([255 - ink]));
        }
        let ink = Array2::from_shape_fn((100, 100), |(y, x)| {
            f64::from(255 - picture.get_pixel(x as u32, y as u32).0[0])
        });
        let mean = |sums: Array1<f64>| {
            let moment: f64 = sums.iter().enumerate().map(|(k, sum)| sum * (k as f64 + 0.5)).sum();
            moment / sums.sum()
        };
        let negative =
            GrayImage::from_fn(100, 100, |x, y| Luma([255 - picture.get_pixel(x, y).0[0]]));
        let (x, y) = ch05_mnist::center_of_ink(&negative).expect("there is ink");
        assert_close(x, mean(ink.sum_axis(Axis(0))), 1e-9);
        assert_close(y, mean(ink.sum_axis(Axis(1))), 1e-9);
        let input = center_digit::<f64>(&picture).expect("there is ink");
        let input = input.to_shape((28, 28)).expect("784 pixels");
        for axis in [Axis(0), Axis(1)] {
            let center = mean(input.sum_axis(axis));
            assert!((center - 14.5).abs() <= 0.51, "the center is at {center}");
        }
    }
}
