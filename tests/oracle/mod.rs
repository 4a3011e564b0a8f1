//! The crates against PyTorch: `oracle/oracle.json` holds numbers that `oracle/make_oracle.py`
//! computed with it in `float64`.
//!
//! All agree to a relative 1e-10, or to an absolute 1e-15 where they are smaller than 1e-5: PyTorch
//! computes σ′ as σ (1 − σ), for one, which is rounded to 1e-16, and has no correct digit left where
//! σ is almost 1.

use approx::relative_eq;
use ch01_neuron::Activation;
use ch02_forward::{Dense, Layer, Loss, Network, log_softmax, log_sum_exp, one_hot, softmax};
use ch03_backprop::{LossBackward, NetworkBackward};
use ch04_optimizers::{
    AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, Parameter, RmsProp, Schedule, Sgd,
    parameters,
};
use ch06_overfitting::{Displacement, MaskedNetwork, WeightDecay};
use ch07_inside::{
    InputGradient, coalition_values, gradient_times_input, integrated_gradients,
    integrated_gradients_by_slopes, integrated_gradients_exactly, relevance, shapley_values,
};
use ndarray::{Array1, Array2};
use serde_json::Value;

mod vision;

fn oracle() -> Value {
    read("oracle.json")
}

fn read(name: &str) -> Value {
    let file = formulas::package().join("oracle").join(name);
    let text = std::fs::read_to_string(&file);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn list(value: &Value) -> Vec<f64> {
    let numbers = value.as_array().expect("a list").iter();
    numbers.map(|number| number.as_f64().expect("a number")).collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().expect("a list of rows").iter().map(list).collect();
    let shape = (rows.len(), rows[0].len());
    Array2::from_shape_vec(shape, rows.concat()).expect("rows of one length")
}

fn cases(value: &Value) -> &[Value] {
    let cases = value.as_array().expect("a list of cases");
    assert!(!cases.is_empty());
    cases
}

fn activation(name: &Value) -> Activation {
    let named = |activation: &Activation| format!("{activation:?}") == name.as_str().unwrap();
    Activation::ALL.into_iter().find(named).expect("a known activation")
}

fn loss(name: &Value) -> Loss {
    let named = |loss: &Loss| format!("{loss:?}") == name.as_str().unwrap();
    Loss::ALL.into_iter().find(named).expect("a known loss")
}

/// Fails unless all numbers of both lists agree to a relative 1e-10, or to 1e-15.
#[track_caller]
fn assert_agree<'a>(
    what: &str,
    ours: impl IntoIterator<Item = &'a f64>,
    theirs: impl IntoIterator<Item = &'a f64>,
) {
    let (mut ours, mut theirs) = (ours.into_iter(), theirs.into_iter());
    for index in 0.. {
        match (ours.next(), theirs.next()) {
            (None, None) => return,
            (Some(our), Some(their)) => assert!(
                relative_eq!(our, their, epsilon = 1e-15, max_relative = 1e-10),
                "{what}[{index}]: {our:e}, but PyTorch has {their:e}"
            ),
            (our, their) => panic!("{what}: lists of different length, {our:?} and {their:?}"),
        }
    }
}

#[test]
fn activations_and_their_derivatives_agree_with_pytorch() {
    let oracle = oracle();
    let points = list(&oracle["activations"]["points"]);
    let functions = oracle["activations"]["functions"].as_object().expect("functions by name");
    assert_eq!(functions.len(), Activation::ALL.len() - 1, "all but the step");
    for (name, theirs) in functions {
        let f = activation(&Value::from(name.as_str()));
        let values: Vec<f64> = points.iter().map(|&z| f.value(z)).collect();
        assert_agree(name, &values, &list(&theirs["values"]));
        let derivatives: Vec<f64> = points.iter().map(|&z| f.derivative(z)).collect();
        assert_agree(&format!("{name}'"), &derivatives, &list(&theirs["derivatives"]));
    }
}

#[test]
fn softmax_and_log_sum_exp_agree_with_pytorch() {
    for case in cases(&oracle()["softmax"]) {
        let logits = matrix(&case["logits"]);
        assert_agree("softmax", &softmax(logits.view()), &matrix(&case["probabilities"]));
        let log_probabilities = matrix(&case["log_probabilities"]);
        assert_agree("log softmax", &log_softmax(logits.view()), &log_probabilities);
        let sums: Array1<f64> = logits.rows().into_iter().map(log_sum_exp).collect();
        assert_agree("log-sum-exp", &sums, &list(&case["log_sum_exp"]));
    }
}

#[test]
fn losses_and_their_gradients_agree_with_pytorch() {
    for case in cases(&oracle()["losses"]) {
        let (outputs, targets) = (matrix(&case["outputs"]), matrix(&case["targets"]));
        let (name, loss) = (case["loss"].to_string(), loss(&case["loss"]));
        let value = loss.value(outputs.view(), targets.view());
        assert_agree(&name, &[value], &[case["value"].as_f64().unwrap()]);
        let gradient = loss.gradient(outputs.view(), targets.view());
        assert_agree(&name, &gradient, &matrix(&case["gradient"]));
    }
}

#[test]
fn all_gradients_of_a_network_of_three_layers_agree_with_pytorch() {
    let oracle = &oracle()["networks"];
    let (inputs, targets) = (matrix(&oracle["inputs"]), matrix(&oracle["targets"]));
    for case in cases(&oracle["cases"]) {
        let name = format!("{}, {}, {}", case["hidden"], case["last"], case["loss"]);
        let functions = [&case["hidden"], &case["hidden"], &case["last"]].map(activation);
        let layer = |(layer, activation): (&Value, Activation)| {
            let (weights, bias) = (matrix(&layer["weights"]), list(&layer["bias"]).into());
            Layer { dense: Dense { weights, bias }, activation }
        };
        let layers = cases(&oracle["layers"]).iter().zip(functions).map(layer).collect();
        let network = Network { layers };

        let trace = network.trace(inputs.view());
        assert_agree(&format!("outputs of {name}"), trace.output(), &matrix(&case["outputs"]));
        let loss = loss(&case["loss"]);
        let value = loss.value(trace.output(), targets.view());
        assert_agree(&format!("loss of {name}"), &[value], &[case["value"].as_f64().unwrap()]);
        let output_gradient = loss.gradient(trace.output(), targets.view());
        let gradients = network.backward(inputs.view(), &trace, output_gradient);
        assert_eq!(gradients.layers.len(), cases(&case["gradients"]).len());
        for (ours, theirs) in gradients.layers.iter().zip(cases(&case["gradients"])) {
            assert_agree(&format!("weights of {name}"), &ours.weights, &matrix(&theirs["weights"]));
            assert_agree(&format!("bias of {name}"), &ours.bias, &list(&theirs["bias"]));
        }
    }
}

/// The optimizer of a case, with PyTorch's names for the options.
fn optimizer(name: &str, options: &Value) -> Box<dyn Optimizer<f64>> {
    let known = ["weight_decay", "momentum", "eps", "alpha", "centered", "betas"];
    assert!(options.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())));
    let option = |name: &str, usual: f64| options[name].as_f64().unwrap_or(usual);
    let (momentum, weight_decay) = (option("momentum", 0.0), option("weight_decay", 0.0));
    match name {
        "Sgd" => Box::new(Sgd { weight_decay, ..Sgd::default() }),
        "Momentum" => Box::new(Momentum { weight_decay, ..Momentum::new(momentum) }),
        "Nesterov" => Box::new(Nesterov { weight_decay, ..Nesterov::new(momentum) }),
        "AdaGrad" => {
            let usual = AdaGrad::default();
            Box::new(AdaGrad { epsilon: option("eps", usual.epsilon), weight_decay, ..usual })
        }
        "RmsProp" => {
            let usual = RmsProp::default();
            let (decay, epsilon) = (option("alpha", usual.decay), option("eps", usual.epsilon));
            let centered = options["centered"].as_bool().unwrap_or(usual.centered);
            Box::new(RmsProp { decay, epsilon, momentum, centered, weight_decay, ..usual })
        }
        "Adam" => Box::new(Adam { weight_decay, ..adam(options) }),
        "AdamW" => {
            let decoupled_decay = option("weight_decay", AdamW::<f64>::default().decoupled_decay);
            Box::new(AdamW { decoupled_decay, adam: adam(options) })
        }
        _ => panic!("unknown optimizer {name}"),
    }
}

fn adam(options: &Value) -> Adam<f64> {
    let usual = Adam::default();
    let beta = |index: usize, usual: f64| options["betas"][index].as_f64().unwrap_or(usual);
    let (beta1, beta2) = (beta(0, usual.beta1), beta(1, usual.beta2));
    Adam { beta1, beta2, epsilon: options["eps"].as_f64().unwrap_or(usual.epsilon), ..usual }
}

#[test]
fn twenty_steps_of_each_optimizer_with_each_option_agree_with_pytorch() {
    let oracle = &oracle()["optimizers"];
    let (gradients, rate) = (matrix(&oracle["gradients"]), oracle["rate"].as_f64().unwrap());
    for case in cases(&oracle["cases"]) {
        let name = case["optimizer"].as_str().expect("a name");
        let mut optimizer = optimizer(name, &case["options"]);
        let (mut theta, path) = (list(&oracle["start"]), matrix(&case["path"]));
        assert_eq!(path.nrows(), 20);
        for (step, (gradient, theirs)) in gradients.rows().into_iter().zip(path.rows()).enumerate()
        {
            let gradient = gradient.as_slice().expect("rows are contiguous");
            optimizer.step(rate, vec![Parameter::new(&mut theta, gradient)]);
            assert_agree(&format!("{name} {}, step {step}", case["options"]), &theta, theirs);
        }
    }
}

#[test]
fn schedules_agree_with_pytorch() {
    let oracle = &oracle()["schedules"];
    let total = oracle["total"].as_u64().unwrap() as usize;
    for case in cases(&oracle["cases"]) {
        let schedule = match case["schedule"].as_str().expect("a name") {
            "Step" => Schedule::Step {
                every: oracle["step_every"].as_u64().unwrap() as usize,
                factor: oracle["step_factor"].as_f64().unwrap(),
            },
            "Linear" => Schedule::Linear,
            "Cosine" => Schedule::Cosine,
            name => panic!("unknown schedule {name}"),
        };
        let factors: Vec<f64> = (0..total).map(|step| schedule.factor(step, total)).collect();
        assert_agree(&format!("{schedule:?}"), &factors, &list(&case["factors"]));
    }
}

#[test]
fn dropout_and_weight_decay_agree_with_pytorch_step_by_step() {
    let oracle = &oracle()["regularization"];
    let (inputs, targets) = (matrix(&oracle["inputs"]), matrix(&oracle["targets"]));
    let [decay, rate] = ["decay", "rate"].map(|name| oracle[name].as_f64().expect("a number"));
    let layer = |(index, layer): (usize, &Value)| {
        let (weights, bias) = (matrix(&layer["weights"]), list(&layer["bias"]).into());
        let activation = if index < 2 { Activation::Relu } else { Activation::Identity };
        Layer { dense: Dense { weights, bias }, activation }
    };
    for case in cases(&oracle["cases"]) {
        let layers = cases(&oracle["layers"]).iter().enumerate().map(layer).collect();
        let mut network = Network { layers };
        let name = case["optimizer"].as_str().expect("a name");
        let (mut sgd, mut adam) = (Sgd::default(), Adam::default());
        for (index, step) in cases(&case["steps"]).iter().enumerate() {
            let keeps = list(&oracle["keep"]);
            let masks = cases(&step["masks"]).iter().zip(keeps);
            let masks = masks.map(|(mask, keep)| matrix(mask) / keep).collect();
            let trace = network.masked_trace(inputs.view(), masks);
            let loss = Loss::SoftmaxCrossEntropy;
            let value = loss.value(trace.trace.output(), targets.view());
            let what = format!("{name}, step {index}");
            assert_agree(&format!("loss of {what}"), &[value], &[step["loss"].as_f64().unwrap()]);
            let output_gradient = loss.gradient(trace.trace.output(), targets.view());
            let mut gradients = network.masked_backward(&trace, output_gradient);
            match name {
                "AdamW" => network.decay(rate * decay),
                _ => network.add_l2_gradient(decay, &mut gradients),
            }
            match name {
                "Sgd" => sgd.step(rate, parameters(&mut network, &gradients)),
                _ => adam.step(rate, parameters(&mut network, &gradients)),
            }
            for (layer, ours) in network.layers.iter().enumerate() {
                let what = format!("of layer {layer}, {what}");
                let theirs = matrix(&step["weights"][layer]);
                assert_agree(&format!("weights {what}"), &ours.dense.weights, &theirs);
                let theirs = list(&step["biases"][layer]);
                assert_agree(&format!("bias {what}"), &ours.dense.bias, &theirs);
            }
        }
    }
}

#[test]
fn a_displaced_image_agrees_with_pytorch() {
    let oracle = &oracle()["displacement"];
    let [image, rows, columns, bent] =
        ["image", "rows", "columns", "bent"].map(|name| matrix(&oracle[name]));
    let ours = Displacement { rows, columns }.apply(image.view());
    for (index, (our, their)) in ours.iter().zip(&bent).enumerate() {
        // PyTorch scales each place to lie between -1 and 1 and back, which rounds it by 1e-15.
        assert!((our - their).abs() < 1e-13, "pixel {index}: {our}, but PyTorch has {their}");
    }
}

/// Saliency, gradient × input, integrated gradients by steps, DeepLIFT, the ε-rule and Shapley values, by
/// Captum. For one hidden layer DeepLIFT's rescale rule is the exact integral.
#[test]
fn attributions_agree_with_captum() {
    for case in cases(&read("captum.json")["cases"]) {
        let count = cases(&case["layers"]).len();
        let layer = |(index, layer): (usize, &Value)| {
            let (weights, bias) = (matrix(&layer["weights"]), list(&layer["bias"]).into());
            let last = index + 1 == count;
            let activation = if last { Activation::Identity } else { Activation::Relu };
            Layer { dense: Dense { weights, bias }, activation }
        };
        let network =
            Network { layers: cases(&case["layers"]).iter().enumerate().map(layer).collect() };
        let [x, start] = ["inputs", "baselines"].map(|name| matrix(&case[name]));
        let classes: Vec<u8> = list(&case["classes"]).iter().map(|&class| class as u8).collect();
        let outputs = network.layers[count - 1].dense.bias.len();
        let c = one_hot::<f64>(&classes, outputs);
        let steps = case["steps"].as_u64().expect("a number") as usize;
        let path = (start.view(), x.view());
        let agree = |name: &str, ours: &Array2<f64>| {
            assert_agree(&format!("{name}, {count} layers"), ours, &matrix(&case[name]));
        };
        // Captum keeps the steps of a path and the sums of shares in single precision.
        let near = |name: &str, ours: &Array2<f64>| {
            let errors = ours - &matrix(&case[name]);
            let error = errors.iter().fold(0.0_f64, |most, e| most.max(e.abs()));
            assert!(error < 1e-6, "{name}, {count} layers: off by {error:e}");
        };
        agree("saliency", &network.input_gradient(x.view(), c.view()));
        agree("input_x_gradient", &gradient_times_input(&network, x.view(), c.view()));
        agree("relevance", &relevance(&network, x.view(), c.view(), 0.01));
        let plain = integrated_gradients(&network, path, c.view(), steps);
        let fast = integrated_gradients_by_slopes(&network, path, c.view(), steps);
        near("integrated_gradients", &plain);
        near("integrated_gradients", &fast);
        if count > 2 {
            continue; // no finite sums
        }
        agree("deep_lift", &integrated_gradients_exactly(&network, path, c.view()));
        let part: Vec<usize> = (0..x.ncols()).map(|i| i % 3).collect();
        let shares = Array2::from_shape_fn(x.dim(), |(r, i)| {
            let ends = (start.row(r), x.row(r));
            let values = coalition_values(&network, ends, c.row(r), (3, &part));
            shapley_values(3, &values)[part[i]]
        });
        near("shapley", &shares);
    }
}
