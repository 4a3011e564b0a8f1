//! Chapter 9 against PyTorch: `vision.json`, which `make_vision.py` has written.

use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Network, one_hot};
use ch05_mnist::{Model, OptimizerName};
use ch09_vision::{
    BatchNorm, Block, Convolution, ConvolutionalNetwork, max_pool, mean_pool, mean_pool_backward,
};
use formulas::generator;
use ndarray::{Array1, Array4};
use serde_json::Value;

use super::{assert_agree, cases, list, matrix, read};

/// Numbers of four dimensions.
fn images(value: &Value) -> Array4<f64> {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let mut shape = Vec::new();
    let mut inner = value.clone();
    while let Some(values) = inner.as_array() {
        shape.push(values.len());
        inner = values[0].clone();
    }
    let mut numbers = vec![value.clone()];
    for _ in 0..4 {
        numbers = numbers.iter().flat_map(list).collect();
    }
    let numbers = numbers.iter().map(|number| number.as_f64().expect("a number")).collect();
    let shape = (shape[0], shape[1], shape[2], shape[3]);
    Array4::from_shape_vec(shape, numbers).expect("four dimensions")
}

fn vector(value: &Value) -> Array1<f64> {
    list(value).into()
}

#[test]
fn convolutions_agree() {
    let oracle = read("vision.json");
    for case in cases(&oracle["convolutions"]) {
        let number = |name: &str| case[name].as_u64().expect("a count") as usize;
        let layer = Convolution {
            kernels: images(&case["kernels"]),
            bias: vector(&case["bias"]),
            stride: number("stride"),
            padding: number("padding"),
        };
        let (x, delta) = (images(&case["images"]), images(&case["delta"]));
        let shape = (x.dim().2, x.dim().3);
        let outputs = images(&case["outputs"]);
        assert_agree("forward", &layer.forward_by_definition(x.view()), &outputs);
        assert_agree("fast forward", &layer.forward(x.view()), &outputs);
        for gradient in [
            layer.backward_by_definition(x.view(), delta.view()),
            layer.backward(x.view(), delta.view()),
        ] {
            assert_agree("kernels", &gradient.kernels, &images(&case["kernel_gradient"]));
            assert_agree("bias", &gradient.bias, &vector(&case["bias_gradient"]));
        }
        let back = images(&case["image_gradient"]);
        assert_agree("images", &layer.input_gradient_by_definition(delta.view(), shape), &back);
        assert_agree("fast images", &layer.input_gradient(delta.view(), shape), &back);
    }
}

#[test]
fn pools_agree_with_ties() {
    let oracle = read("vision.json");
    for case in cases(&oracle["pools"]) {
        let (x, size) = (images(&case["images"]), case["size"].as_u64().expect("a size") as usize);
        let shape = (x.dim().2, x.dim().3);
        let [max, mean] = ["max", "mean"].map(|name| &case[name]);
        let pooled = max_pool(x.view(), size);
        assert_agree("max", &pooled.values, &images(&max["values"]));
        let back = pooled.backward(images(&max["delta"]).view(), shape);
        assert_agree("max gradient", &back, &images(&max["gradient"]));
        assert_agree("mean", &mean_pool(x.view(), size), &images(&mean["values"]));
        let back = mean_pool_backward(images(&mean["delta"]).view(), size, shape);
        assert_agree("mean gradient", &back, &images(&mean["gradient"]));
    }
}

fn norm(scale: &Value, shift: &Value, mean: &Value, variance: &Value) -> BatchNorm<f64> {
    let mut norm = BatchNorm::new(list(scale).len());
    (norm.scale, norm.shift) = (vector(scale), vector(shift));
    (norm.running_mean, norm.running_variance) = (vector(mean), vector(variance));
    norm
}

#[test]
fn batch_normalization_agrees_in_both_modes() {
    let oracle = read("vision.json");
    for case in cases(&oracle["norms"]) {
        let norm =
            norm(&case["scale"], &case["shift"], &case["running_mean"], &case["running_variance"]);
        let x = images(&case["images"]);
        assert_agree("in use", &norm.forward_in_use(x.clone()), &images(&case["in_use"]));
        let trace = norm.forward(x);
        assert_agree("outputs", &trace.outputs, &images(&case["outputs"]));
        let (gradient, back) = norm.backward(&trace, images(&case["delta"]));
        assert_agree("scale", &gradient.scale, &vector(&case["scale_gradient"]));
        assert_agree("shift", &gradient.shift, &vector(&case["shift_gradient"]));
        assert_agree("images", &back, &images(&case["image_gradient"]));
        assert_agree("mean", &gradient.running[0], &vector(&case["mean_after"]));
        assert_agree("variance", &gradient.running[1], &vector(&case["variance_after"]));
    }
}

/// A network of two blocks and two dense layers, from the names and numbers that PyTorch has for it.
fn network(state: &Value) -> ConvolutionalNetwork<f64> {
    let block = |first: usize| {
        let kernels = images(&state[format!("{first}.weight")]);
        let of = |name: &str| &state[format!("{}.{name}", first + 1)];
        let bias = Array1::zeros(kernels.dim().0);
        Block {
            convolution: Convolution { kernels, bias, stride: 1, padding: 1 },
            normalization: Some(norm(
                of("weight"),
                of("bias"),
                of("running_mean"),
                of("running_var"),
            )),
        }
    };
    let layer = |index: usize, activation| {
        let weights =
            matrix(&state[format!("{index}.weight")]).t().as_standard_layout().into_owned();
        let bias = vector(&state[format!("{index}.bias")]);
        Layer { dense: Dense { weights, bias }, activation }
    };
    let layers = vec![layer(9, Activation::Relu), layer(11, Activation::Identity)];
    ConvolutionalNetwork {
        shape: (8, 8),
        blocks: vec![block(0), block(4)],
        dense: Network { layers },
    }
}

#[test]
fn five_steps_of_adam_agree() {
    let oracle = read("vision.json");
    let case = &oracle["network"];
    let x = matrix(&case["images"]);
    let labels: Vec<u8> = list(&case["labels"]).iter().map(|&label| label as u8).collect();
    let y = one_hot::<f64>(&labels, 10);
    let mut network = self::network(&case["before"]);
    let mut optimizer = OptimizerName::Adam.optimizer::<f64>();
    for (step, loss) in list(&case["losses"]).iter().enumerate() {
        let (ours, gradients) = network.loss_and_gradients((x.view(), y.view()), &mut generator());
        assert_agree("loss", &[ours], &[*loss]);
        if step == 0 {
            for (block, name) in [(0, 0), (1, 4)] {
                let theirs = images(&case["gradients"][format!("{name}.weight")]);
                assert_agree("kernels", &gradients.blocks[block].convolution.kernels, &theirs);
            }
        }
        optimizer.step(0.01, network.with_gradients(&gradients));
        network.after_step();
    }
    let after = self::network(&case["after"]);
    for (ours, theirs) in network.parameters().into_iter().zip(after.parameters()) {
        assert_agree("parameters", ours, theirs);
    }
    let logits = ch05_mnist::Model::forward(&network, x.view());
    assert_agree("logits", &logits, &matrix(&case["logits"]));
}
