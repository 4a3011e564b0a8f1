#!/usr/bin/env python3
"""Writes captum.json, next to this file: attributions that Captum and PyTorch compute in float64, with
which `tests/oracle.rs` compares chapter 7.

Run by hand, on a CPU, when something is to be added:

    python3 -m venv target/oracle && target/oracle/bin/pip install torch captum
    target/oracle/bin/python tests/oracle/make_captum.py

It is deterministic: all inputs come from one seeded generator of Python, and are written down with
the results. PyTorch keeps the weights of a linear layer as [outputs x inputs]; here they are written
as [inputs x outputs], as in the book.
"""

import json
import random
from pathlib import Path

import torch
from captum.attr import DeepLift, InputXGradient, IntegratedGradients, LRP, Saliency, ShapleyValues
from captum.attr._utils.lrp_rules import EpsilonRule
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
rng = random.Random(2017)


def numbers(*shape, scale=1.0):
    """Normal numbers, rounded to six digits so that they are short to write down."""
    if not shape:
        return round(rng.gauss(0.0, scale), 6)
    return [numbers(*shape[1:], scale=scale) for _ in range(shape[0])]


def network(sizes):
    """A network with ReLUs in its hidden layers, and its weights as the book writes them."""
    modules, layers = [], []
    for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weights = numbers(inputs, outputs, scale=inputs**-0.5)
        bias = numbers(outputs, scale=0.5)
        linear = nn.Linear(inputs, outputs)
        linear.weight.data = torch.tensor(weights).T.contiguous()
        linear.bias.data = torch.tensor(bias)
        modules.append(linear)
        if index + 2 < len(sizes):
            modules.append(nn.ReLU())
        layers.append({"weights": weights, "bias": bias})
    return nn.Sequential(*modules), layers


STEPS = 25


def case(sizes):
    model, layers = network(sizes)
    rows = 4
    x, baseline = torch.tensor(numbers(rows, sizes[0])), torch.tensor(numbers(rows, sizes[0]))
    classes = [rng.randrange(sizes[-1]) for _ in range(rows)]
    target = torch.tensor(classes)
    result = {"layers": layers, "inputs": x.tolist(), "baselines": baseline.tolist()}
    result["classes"], result["steps"] = classes, STEPS
    result["saliency"] = Saliency(model).attribute(x, target=target, abs=False).tolist()
    result["input_x_gradient"] = InputXGradient(model).attribute(x, target=target).tolist()
    # Equal parts, each looked at in its middle, is Captum's "riemann_middle".
    result["integrated_gradients"] = (
        IntegratedGradients(model)
        .attribute(x, baseline, target=target, n_steps=STEPS, method="riemann_middle")
        .tolist()
    )
    # With one hidden layer of ReLUs, DeepLIFT's rescale rule is the exact integral.
    result["deep_lift"] = DeepLift(model).attribute(x, baseline, target=target).tolist()
    parts = torch.tensor([[i % 3 for i in range(sizes[0])]])
    shares = ShapleyValues(model).attribute(x, baseline, target=target, feature_mask=parts)
    result["shapley"] = shares.tolist()
    for module in model:
        if isinstance(module, nn.Linear):
            module.rule = EpsilonRule(epsilon=0.01)
    result["relevance"] = LRP(model).attribute(x, target=target).tolist()
    return result


cases = [case(sizes) for sizes in ([6, 8, 4], [9, 16, 10], [6, 7, 5, 3])]
path = Path(__file__).with_name("captum.json")
path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, indent=1) + "\n")
