//! The formulas of chapter 2, each checked with numbers.

use ch01_neuron::{Activation, sigmoid};
use ch02_forward::{self as library, Dense, Initialization, Layer, Network};
use formulas::*;
use ndarray::{Array1, Array2, Axis, array};

/// Shapes of products: those of layers, and two whose sums or columns fill more than one word of 64
/// bits and more than one block of columns.
fn product_shapes() -> impl Iterator<Item = (usize, usize, usize)> {
    SHAPES.into_iter().chain([(3, 130, 200), (130, 3, 200)])
}

/// Entry (r, j) of XW is row r of X times column j of W, summed by three loops here. Both of the
/// library's products agree. 1e-13: 130 roundings at 1e-16.
#[test]
fn matrix_product() {
    let mut generator = generator();
    for (batch, inputs, outputs) in product_shapes() {
        let w = matrix(inputs, outputs, &mut generator);
        for draw in [matrix, sparse_matrix] {
            let x = draw(batch, inputs, &mut generator);
            let mut sums = Array2::zeros((batch, outputs));
            for r in 0..batch {
                for j in 0..outputs {
                    for i in 0..inputs {
                        sums[[r, j]] += x[[r, i]] * w[[i, j]];
                    }
                }
            }
            assert_all_close(&library::product(x.view(), w.view()), &sums, 1e-13);
            assert_all_close(&library::product_by_definition(x.view(), w.view()), &sums, 1e-13);
        }
    }
}

/// Row r of XW is a weighted sum of the rows of W, with the entries of row r of X as the weights;
/// the rows with weight 0 may be left out. 1e-13 as above.
#[test]
fn product_by_rows() {
    let mut generator = generator();
    for (batch, inputs, outputs) in product_shapes() {
        let x = sparse_matrix(batch, inputs, &mut generator);
        let w = matrix(inputs, outputs, &mut generator);
        let product = library::product(x.view(), w.view());
        let plain = library::product_by_rows(x.view(), w.view());
        for r in 0..batch {
            let mut row = Array1::zeros(outputs);
            for i in (0..inputs).filter(|&i| x[[r, i]] != 0.0) {
                row = row + x[[r, i]] * &w.row(i);
            }
            assert_all_close(&product.row(r), &row, 1e-13);
            assert_all_close(&plain.row(r), &row, 1e-13);
        }
    }
}

/// Entry (i, j) of XᵀZ is column i of X times column j of Z, summed by three loops here; and the
/// product by definition of X, turned over, and Z is the same. 1e-13 as above.
#[test]
fn transposed_product() {
    let mut generator = generator();
    for (batch, inputs, outputs) in product_shapes() {
        let x = sparse_matrix(batch, inputs, &mut generator);
        let z = matrix(batch, outputs, &mut generator);
        let mut sums = Array2::zeros((inputs, outputs));
        for i in 0..inputs {
            for j in 0..outputs {
                for r in 0..batch {
                    sums[[i, j]] += x[[r, i]] * z[[r, j]];
                }
            }
        }
        assert_all_close(&library::transposed_product(x.view(), z.view()), &sums, 1e-13);
        assert_all_close(&library::product_by_definition(x.t(), z.view()), &sums, 1e-13);
    }
}

/// The four days of the page as the layer computes them, and the table on the right, which was
/// filled in by hand. 1e-15: one rounding or two of numbers up to 4.
#[test]
fn four_days() {
    let days = array![[1.0, 0.5], [0.2, 0.1], [-1.0, 1.0], [0.5, -0.5]];
    let weights = array![[3.0, -1.0, 0.0], [4.0, 2.0, 5.0]];
    let dense = Dense { weights, bias: array![-2.0, 1.0, -1.0] };
    let by_hand = array![[3.0, 1.0, 1.5], [-1.0, 1.0, -0.5], [-1.0, 4.0, 4.0], [-2.5, -0.5, -3.5]];
    assert_all_close(&dense.forward(days.view()), &by_hand, 1e-15);
}

/// Z = XW + b by indices: neuron j, for example r, adds up x_ri w_ij and its bias. 1e-13: at most
/// thirty products are added.
#[test]
fn dense_forward() {
    let mut generator = generator();
    for (batch, inputs, outputs) in SHAPES {
        let weights = matrix(inputs, outputs, &mut generator);
        let dense = Dense { weights, bias: vector(outputs, &mut generator) };
        let x = matrix(batch, inputs, &mut generator);
        let z = Array2::from_shape_fn((batch, outputs), |(r, j)| {
            (0..inputs).map(|i| x[[r, i]] * dense.weights[[i, j]]).sum::<f64>() + dense.bias[j]
        });
        assert_all_close(&dense.forward(x.view()), &z, 1e-13);
    }
}

/// The rows of a batch know nothing of each other: each gives what it gives alone. Exact: a row's
/// sums are added in the same order, whatever stands in the other rows.
#[test]
fn batch_rows() {
    let mut generator = generator();
    let functions = (Activation::Gelu, Activation::Tanh);
    let network = Network::new(&[30, 9, 4], functions, Initialization::Xavier, &mut generator);
    let x = sparse_matrix(16, 30, &mut generator);
    let together = network.forward(x.view());
    for r in 0..16 {
        let alone = network.forward(x.row(r).insert_axis(Axis(0)));
        assert_eq!(together.row(r), alone.row(0));
    }
}

/// A = f(Z), number by number, with the eight functions written down once more. 1e-15: rounding;
/// GELU's Φ is an integral here, by Simpson's rule, good to 1e-13.
#[test]
fn layer_activation() {
    let phi =
        |z: f64| 0.5 + integral(|u| (-u * u / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt(), z);
    let functions: [(Activation, &dyn Fn(f64) -> f64); 8] = [
        (Activation::Identity, &|z| z),
        (Activation::Step, &|z| if z < 0.0 { 0.0 } else { 1.0 }),
        (Activation::Sigmoid, &|z| 1.0 / (1.0 + (-z).exp())),
        (Activation::Tanh, &|z| (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())),
        (Activation::Relu, &|z| (z + z.abs()) / 2.0),
        (Activation::LeakyRelu, &|z| z.max(0.01 * z)),
        (Activation::Softplus, &|z| z.exp().ln_1p()),
        (Activation::Gelu, &|z| z * phi(z)),
    ];
    let mut generator = generator();
    let x = matrix(5, 4, &mut generator);
    for (activation, f) in functions {
        let both = (activation, activation);
        let network = Network::new(&[4, 3], both, Initialization::He, &mut generator);
        let z = x.dot(&network.layers[0].dense.weights); // the biases are zero
        let tolerance = if activation == Activation::Gelu { 1e-13 } else { 1e-15 };
        assert_all_close(&network.layers[0].activate(z.view()), &z.mapv(f), tolerance);
        assert_all_close(&network.forward(x.view()), &z.mapv(f), 10.0 * tolerance);
    }
}

/// A network is its layers, one inside the other: f₃(f₂(f₁(X)W₂ + b₂)W₃ + b₃), with ndarray's own
/// products here. 1e-12: three sums of up to nine roundings, each passed on through a layer.
#[test]
fn network_composition() {
    let mut generator = generator();
    let functions = (Activation::Softplus, Activation::Sigmoid);
    let mut network =
        Network::new(&[4, 9, 5, 3], functions, Initialization::Normal(1.0), &mut generator);
    for layer in &mut network.layers {
        layer.dense.bias = vector(layer.dense.bias.len(), &mut generator);
    }
    let x = matrix(7, 4, &mut generator);
    let [one, two, three] = [0, 1, 2].map(|l| &network.layers[l].dense);
    let softplus = |z: f64| z.exp().ln_1p();
    let a1 = (x.dot(&one.weights) + &one.bias).mapv(softplus);
    let a2 = (a1.dot(&two.weights) + &two.bias).mapv(softplus);
    let a3 = (a2.dot(&three.weights) + &three.bias).mapv(|z| 1.0 / (1.0 + (-z).exp()));
    assert_all_close(&network.forward(x.view()), &a3, 1e-12);
}

/// Brackets in a product of three may be moved: the two double sums of the page, with loops for
/// both, and the library's products in both orders. 1e-12: up to 270 products of three numbers.
#[test]
fn three_factors() {
    let mut generator = generator();
    for (n, m, k) in SHAPES {
        let x = matrix(n, m, &mut generator);
        let (one, two) = (matrix(m, k, &mut generator), matrix(k, 4, &mut generator));
        let left_first = Array2::from_shape_fn((n, 4), |(r, j)| {
            let inner = |c: usize| (0..m).map(|i| x[[r, i]] * one[[i, c]]).sum::<f64>();
            (0..k).map(|c| inner(c) * two[[c, j]]).sum::<f64>()
        });
        let right_first = Array2::from_shape_fn((n, 4), |(r, j)| {
            let inner = |i: usize| (0..k).map(|c| one[[i, c]] * two[[c, j]]).sum::<f64>();
            (0..m).map(|i| x[[r, i]] * inner(i)).sum::<f64>()
        });
        assert_all_close(&left_first, &right_first, 1e-12);
        let product = |a: &Array2<f64>, b: &Array2<f64>| library::product(a.view(), b.view());
        assert_all_close(&product(&product(&x, &one), &two), &left_first, 1e-12);
        assert_all_close(&product(&x, &product(&one, &two)), &right_first, 1e-12);
    }
}

/// Without activation functions, two layers collapse into one, and three: with W = W₁W₂W₃ and
/// b = (b₁W₂ + b₂)W₃ + b₃, XW + b is the whole network. 1e-12: numbers up to 100 here.
#[test]
fn linear_network() {
    let mut generator = generator();
    let layers: Vec<_> = [(4, 9), (9, 5), (5, 3)]
        .map(|(inputs, outputs)| Dense {
            weights: matrix(inputs, outputs, &mut generator),
            bias: vector(outputs, &mut generator),
        })
        .map(|dense| Layer { dense, activation: Activation::Identity })
        .into();
    let [one, two, three] = [0, 1, 2].map(|l| &layers[l].dense);
    let weights = one.weights.dot(&two.weights).dot(&three.weights);
    let bias = (one.bias.dot(&two.weights) + &two.bias).dot(&three.weights) + &three.bias;
    let x = matrix(7, 4, &mut generator);
    let two_layers =
        x.dot(&one.weights.dot(&two.weights)) + (one.bias.dot(&two.weights) + &two.bias);
    let network = Network { layers: layers.clone() };
    assert_all_close(&network.trace(x.view()).activations[1], &two_layers, 1e-12);
    assert_all_close(&network.forward(x.view()), &(x.dot(&weights) + &bias), 1e-12);
}

/// Two step neurons with output weights w and −w are a bump: the network says w from where the first
/// switches on to where the second does, and 0 elsewhere. Exact. Sigmoids with sums 10,000 times as
/// large do the same: e⁻¹⁰⁰ is all that is missing at a distance of 0.01 from an edge.
#[test]
fn bump() {
    let mut generator = generator();
    for _ in 0..100 {
        let (w, left) = (number(&mut generator), number(&mut generator));
        let right = left + 0.1 + number(&mut generator).abs();
        let network = |f: Activation, scale: f64| {
            let (weights, bias) = (array![[1.0, 1.0]], array![-left, -right]);
            let hidden = Dense { weights: weights * scale, bias: bias * scale };
            let output = Dense { weights: array![[w], [-w]], bias: array![0.0] };
            let layers = [(hidden, f), (output, Activation::Identity)];
            Network { layers: layers.map(|(dense, activation)| Layer { dense, activation }).into() }
        };
        let says = |network: &Network<f64>, x: f64| network.forward(array![[x]].view())[[0, 0]];
        let (steps, sigmoids) = (network(Activation::Step, 1.0), network(Activation::Sigmoid, 1e4));
        for x in [left - 9.0, left - 0.01, left + 0.01, right - 0.01, right + 0.01, right + 9.0] {
            let printed = if left <= x && x < right { w } else { 0.0 };
            assert_eq!(says(&steps, x), printed);
            assert_close(says(&sigmoids, x), printed, 1e-15);
        }
        assert_eq!([says(&steps, left), says(&steps, right)], [w, 0.0]); // on the edges themselves
    }
}

/// A layer has a weight for each pair of input and neuron, and a bias for each neuron: for
/// 784-128-10 that makes 101,770 numbers. Exact.
#[test]
fn parameter_count() {
    let functions = (Activation::Relu, Activation::Identity);
    for (sizes, by_hand) in
        [(&[784, 128, 10][..], 101_770), (&[2, 2, 1], 9), (&[1, 1], 2), (&[3, 2, 2, 5], 29)]
    {
        let mut network =
            Network::<f64>::new(sizes, functions, Initialization::Zeros, &mut generator());
        assert_eq!(network.parameter_count(), by_hand);
        let kept: usize = network.parameters_mut().iter().map(|list| list.len()).sum();
        assert_eq!(kept, by_hand);
    }
}

/// Softmax takes the exponential of each logit, over the sum of all of them. As printed it
/// overflows beyond 700; there, ties and a far winner have answers that are known. 1e-14: thirty
/// roundings at 1e-16.
#[test]
fn softmax() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let mut printed = logits.mapv(f64::exp);
        for mut row in printed.rows_mut() {
            row /= row.sum();
        }
        assert_all_close(&library::softmax(logits.view()), &printed, 1e-14);
    }
    let hard = array![[1000.0, 1000.0], [-1000.0, -1000.0], [1000.0, -1000.0], [1e17, 1e17]];
    let known = array![[0.5, 0.5], [0.5, 0.5], [1.0, 0.0], [0.5, 0.5]];
    assert_all_close(&library::softmax(hard.view()), &known, 1e-14);
}

/// With two classes softmax is the sigmoid of the difference of the logits. 1e-15: rounding.
#[test]
fn softmax_of_two() {
    for z in points() {
        for other in [0.0, 1.0, -30.0] {
            let p = library::softmax(array![[z, other]].view());
            let sigmoid = 1.0 / (1.0 + (-(z - other)).exp());
            assert_all_close(&p, &array![[sigmoid, 1.0 - sigmoid]], 1e-15);
        }
    }
}

/// The probabilities of a row are between 0 and 1 and add up to 1, whatever the logits. 1e-14:
/// thirty roundings.
#[test]
fn softmax_sum() {
    let mut generator = generator();
    for scale in [0.0, 1e-9, 1.0, 1e3, 1e9, 1e300] {
        let logits = matrix(50, 30, &mut generator) * scale;
        let probabilities = library::softmax(logits.view());
        assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
        assert_all_close(&probabilities.sum_axis(Axis(1)), &Array1::ones(50), 1e-14);
    }
}

/// The same number τ taken from all logits of a row changes nothing: the exponentials of z − τ,
/// shared out as printed, are the library's softmax of z, and of z − τ. 1e-12, because z − τ itself
/// is rounded, by up to 1e-13 at 1000. As printed only up to 600, where nothing overflows.
#[test]
fn softmax_shift() {
    let mut generator = generator();
    let logits = matrix(50, 10, &mut generator);
    let probabilities = library::softmax(logits.view());
    for shift in [-600.0, -1.0, 1e-9, 7.0, 600.0] {
        let mut printed = (&logits - shift).mapv(f64::exp);
        for mut row in printed.rows_mut() {
            row /= row.sum();
        }
        assert_all_close(&printed, &probabilities, 1e-12);
    }
    for shift in [-1000.0, 1000.0] {
        assert_all_close(&library::softmax((&logits - shift).view()), &probabilities, 1e-12);
    }
}

/// ln Σ exp z as printed, where that does not overflow; where it does, the largest logit taken out
/// of the sum gives the answer: ln (n exp z) = z + ln n. 1e-14: rounding.
#[test]
fn log_sum_exp() {
    let mut generator = generator();
    for length in [1, 2, 10, 100] {
        let z = vector(length, &mut generator) * 5.0;
        assert_close(library::log_sum_exp(z.view()), z.mapv(f64::exp).sum().ln(), 1e-14);
        for huge in [1000.0, -1000.0] {
            let ties = Array1::from_elem(length, huge);
            assert_close(library::log_sum_exp(ties.view()), huge + (length as f64).ln(), 1e-14);
        }
    }
    assert_eq!(library::log_sum_exp(array![1000.0, -1000.0].view()), 1000.0);
}

/// The logarithm of softmax, as printed, where softmax does not round to 0; and where it does, the
/// distance to the largest logit. 1e-13: the logarithm of a small p, which has a few digits more.
#[test]
fn log_softmax() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let mut printed = logits.mapv(f64::exp);
        for mut row in printed.rows_mut() {
            row /= row.sum();
        }
        assert_all_close(&library::log_softmax(logits.view()), &printed.mapv(f64::ln), 1e-13);
    }
    let hard = array![[1000.0, -1000.0], [1e17, 1e17]];
    let known = array![[0.0, -2000.0], [-2.0_f64.ln(), -2.0_f64.ln()]];
    assert_all_close(&library::log_softmax(hard.view()), &known, 1e-15);
}

/// The mean over all N entries of (a − y)², added up by two loops. 1e-14: rounding.
#[test]
fn mean_squared_error() {
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let a = matrix(batch, outputs, &mut generator);
        let y = matrix(batch, outputs, &mut generator);
        let mut sum = 0.0;
        for (r, j) in (0..batch * outputs).map(|e| (e / outputs, e % outputs)) {
            sum += (a[[r, j]] - y[[r, j]]).powi(2);
        }
        let loss = library::mean_squared_error(a.view(), y.view());
        assert_close(loss, sum / (batch * outputs) as f64, 1e-14);
        assert_eq!(library::mean_squared_error(a.view(), a.view()), 0.0);
    }
}

/// The binary cross-entropy of a probability p = σ(z): the mean of −y ln p − (1 − y) ln(1 − p), as
/// printed. 1e-12: 1 − p loses up to four digits where |z| is 10.
#[test]
fn binary_cross_entropy() {
    let mut generator = generator();
    for (batch, outputs, _) in SHAPES {
        let z = matrix(batch, outputs, &mut generator) * 3.0;
        let y = matrix(batch, outputs, &mut generator).mapv(sigmoid); // between 0 and 1
        let p = z.mapv(|z| 1.0 / (1.0 + (-z).exp()));
        let surprise = -&y * p.mapv(f64::ln) - (1.0 - &y) * (1.0 - &p).mapv(f64::ln);
        let printed = surprise.sum() / (batch * outputs) as f64;
        assert_close(library::binary_cross_entropy(z.view(), y.view()), printed, 1e-12);
    }
}

/// From the logit itself, the binary cross-entropy is softplus(z) − yz. It has no logarithm of 0:
/// at ±1000 a right answer costs 0 and a wrong one 1000. 1e-14: rounding.
#[test]
fn binary_cross_entropy_of_logits() {
    for (z, y) in points().into_iter().flat_map(|z| [(z, 0.0), (z, 0.3), (z, 1.0)]) {
        let softplus = if z < 700.0 { z.exp().ln_1p() } else { z };
        let loss = library::binary_cross_entropy(array![[z]].view(), array![[y]].view());
        assert_close(loss, softplus - y * z, 1e-14);
    }
    let loss =
        |z: f64, y: f64| library::binary_cross_entropy(array![[z]].view(), array![[y]].view());
    assert_eq!([loss(1000.0, 1.0), loss(-1000.0, 0.0)], [0.0, 0.0]);
    assert_eq!([loss(1000.0, 0.0), loss(-1000.0, 1.0)], [1000.0, 1000.0]);
    assert_relative(loss(40.0, 1.0), (-40.0_f64).exp(), 1e-15); // not lost in 40 − 40
}

/// The cross-entropy is the mean over the batch, not over all entries, of −Σ y ln p. A class that
/// is not asked for, y = 0, costs nothing even at p = 0. 1e-14: rounding.
#[test]
fn cross_entropy() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let y = distributions(batch, classes, &mut generator);
        let mut sum = 0.0;
        for (r, j) in (0..batch * classes).map(|e| (e / classes, e % classes)) {
            sum -= y[[r, j]] * p[[r, j]].ln();
        }
        assert_close(library::cross_entropy(p.view(), y.view()), sum / batch as f64, 1e-14);
    }
    let certain = array![[1.0, 0.0]];
    assert_eq!(library::cross_entropy(certain.view(), certain.view()), 0.0);
}

/// For labels, the cross-entropy is −1/n times the logarithm of the likelihood: of the product of
/// the probabilities that the right classes were given. 1e-14: rounding.
#[test]
fn cross_entropy_likelihood() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let p = distributions(batch, classes, &mut generator);
        let labels = labels(batch, classes as u8, &mut generator);
        let likelihood: f64 = (0..batch).map(|r| p[[r, usize::from(labels[r])]]).product();
        let targets = library::one_hot(&labels, classes);
        let loss = library::cross_entropy(p.view(), targets.view());
        assert_close(loss, -likelihood.ln() / batch as f64, 1e-14);
    }
}

/// Label k becomes a row with a 1 at k and 0 elsewhere. Exact.
#[test]
fn one_hot() {
    let labels = labels(100, 7, &mut generator());
    for ((r, j), &y) in library::one_hot::<f64>(&labels, 7).indexed_iter() {
        assert_eq!(y, if usize::from(labels[r]) == j { 1.0 } else { 0.0 });
    }
}

/// Softmax, then cross-entropy, in one: the same number, from the logits themselves; and finite
/// where softmax gives the right class a probability of 0. 1e-13: logits up to 10 are rounded.
#[test]
fn softmax_cross_entropy() {
    let mut generator = generator();
    for (batch, classes, _) in SHAPES {
        let logits = matrix(batch, classes, &mut generator) * 3.0;
        let targets = distributions(batch, classes, &mut generator);
        let in_one = library::softmax_cross_entropy(logits.view(), targets.view());
        let probabilities = library::softmax(logits.view());
        assert_close(in_one, library::cross_entropy(probabilities.view(), targets.view()), 1e-13);
    }
    let (logits, targets) = (array![[1000.0, -1000.0]], array![[0.0, 1.0]]);
    assert_eq!(library::softmax_cross_entropy(logits.view(), targets.view()), 2000.0);
}

/// Xavier's weights are uniform with variance 2 / (inputs + outputs), so none is beyond
/// √(6 / (inputs + outputs)). 2 %: the variance of 60,000 uniform numbers strays by 0.4 %.
#[test]
fn xavier_variance() {
    let mut generator = generator();
    for (inputs, outputs) in [(300, 200), (600, 100), (100, 600)] {
        let weights = Initialization::Xavier.weights::<f64>(inputs, outputs, &mut generator);
        let (variance, sizes) = (weights.var(0.0), (inputs + outputs) as f64);
        assert_relative(variance, 2.0 / sizes, 0.02);
        let largest = weights.fold(0.0_f64, |largest, w| largest.max(w.abs()));
        assert!(largest <= (6.0 / sizes).sqrt() && largest > 0.999 * (6.0 / sizes).sqrt());
        assert!(weights.sum().abs() < 4.0 * (2.0 / sizes * weights.len() as f64).sqrt());
    }
}

/// He's weights are normal with variance 2 / inputs: their mean is 0, and 68.3 % of them are within
/// one standard deviation. 3 %: the variance of 60,000 normal numbers strays by 0.6 %.
#[test]
fn he_variance() {
    let mut generator = generator();
    for (inputs, outputs) in [(300, 200), (600, 100), (100, 600)] {
        let weights = Initialization::He.weights::<f64>(inputs, outputs, &mut generator);
        let (variance, count) = (2.0 / inputs as f64, weights.len() as f64);
        assert_relative(weights.var(0.0), variance, 0.03);
        assert!(weights.sum().abs() < 4.0 * (variance * count).sqrt());
        let within = weights.iter().filter(|w| w.abs() < variance.sqrt()).count() as f64;
        assert_close(within / count, 0.683, 0.01);
    }
}

/// A weighted sum of n inputs has variance n · Var(w) · E(x²), if weights and inputs are drawn
/// independently. 10 %: 500 rows share their 400 × 400 weights, and 200,000 sums stray by 1 or 2 %.
#[test]
fn variance_through_layer() {
    let mut generator = generator();
    for deviation in [0.01, 0.1, 1.0] {
        let weights = Initialization::Normal(deviation).weights(400, 400, &mut generator);
        let dense = Dense { weights, bias: Array1::zeros(400) };
        let x = matrix(500, 400, &mut generator).mapv(|x| 0.5 + x.max(0.0));
        let mean_square = x.mapv(|x| x * x).mean().expect("not empty");
        let z = dense.forward(x.view());
        assert_relative(
            z.mapv(|z| z * z).mean().unwrap(),
            400.0 * deviation.powi(2) * mean_square,
            0.1,
        );
    }
    // The coins of the page: all four cases, and their mean square.
    let coins = array![[0.5, 0.5, -0.5, -0.5], [0.5, -0.5, 0.5, -0.5]]; // one case a column
    let z = array![[1.0, 1.0]].dot(&coins);
    assert_eq!(z, array![[1.0, 0.0, 0.0, -1.0]]);
    assert_eq!(z.mapv(|z| z * z).mean(), Some(2.0 * coins.var(0.0) * 1.0));
}

/// ReLU throws half of a symmetric sum away: E(a²) = Var(z) / 2. With He's 2 / n the two cancel,
/// and five layers later the signal is as large as at first; 1 / n loses a factor of 2 a layer.
/// 40 %: chance moves the growth through one layer of 1,000 neurons by about 7 %, through five 16 %.
#[test]
fn variance_through_network() {
    let mut generator = generator();
    let mean_square = |a: &Array2<f64>| a.mapv(|a| a * a).mean().expect("not empty");
    let x = matrix(20, 1000, &mut generator);
    let functions = (Activation::Relu, Activation::Relu);
    let one_by_n = Initialization::Normal(0.001_f64.sqrt());
    for (start, factor) in [(Initialization::He, 1.0), (one_by_n, 0.5_f64)] {
        let network = Network::new(&[1000; 6], functions, start, &mut generator);
        let growth = mean_square(&network.forward(x.view())) / mean_square(&x);
        assert_relative(growth, factor.powi(5), 0.4);
    }
}

/// A nudge h of a layer's inputs becomes f′(z) Σ w h: the change of the layer's outputs, measured
/// with a step of 1e-6 to both sides. 1e-8: the error of such a difference is about 1e-12 times the
/// third derivative, and rounding adds 1e-16 / 1e-6.
#[test]
fn nudge_through_layer() {
    let mut generator = generator();
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Gelu] {
        let weights = matrix(6, 5, &mut generator);
        let dense = Dense { weights, bias: vector(5, &mut generator) };
        let layer = Layer { dense, activation };
        let network = Network { layers: vec![layer] };
        let (x, h) = (matrix(7, 6, &mut generator), matrix(7, 6, &mut generator));
        let at = |step: f64| network.forward((&x + &(step * &h)).view());
        let measured = (at(1e-6) - at(-1e-6)) / 2e-6;
        let dense = &network.layers[0].dense;
        let z = x.dot(&dense.weights) + &dense.bias;
        let by_formula = z.mapv(|z| activation.derivative(z)) * h.dot(&dense.weights);
        assert_all_close(&measured, &by_formula, 1e-8);
    }
}

/// In a wide layer the mean square of a nudge grows by M Var(w) E f′(z)². The nudge is measured
/// through ten layers of tanh by two forward passes a 1e-7th apart; the slopes come from 1 − tanh²
/// at the sums. 15 % a layer: chance moves the mean of 400 neurons' squares by about 7 %, of all
/// ten layers together by less than a factor 1.6.
#[test]
fn nudge_factor() {
    let mut generator = generator();
    let mean_square = |a: &Array2<f64>| a.mapv(|a| a * a).mean().expect("not empty");
    for deviation in [0.03_f64, 0.05, 0.1] {
        let (start, functions) =
            (Initialization::Normal(deviation), (Activation::Tanh, Activation::Tanh));
        let network = Network::new(&[400; 11], functions, start, &mut generator);
        let (x, h) = (matrix(20, 400, &mut generator), matrix(20, 400, &mut generator));
        let (plain, nudged) = (network.trace(x.view()), network.trace((&x + &(1e-7 * &h)).view()));
        let mut before = mean_square(&h);
        let mut product = 1.0;
        for layer in 0..10 {
            let moved = (&nudged.activations[layer] - &plain.activations[layer]) / 1e-7;
            let slope = plain.pre_activations[layer].mapv(|z| 1.0 - z.tanh() * z.tanh());
            let factor = 400.0 * deviation.powi(2) * mean_square(&slope);
            let after = mean_square(&moved);
            assert_relative(after / before, factor, 0.15);
            product *= after / before / factor;
            before = after;
        }
        assert!((1.0 / 1.6..1.6).contains(&product), "{product}");
    }
}
