#!/usr/bin/env python3
"""Writes vision.json, next to this file: what PyTorch computes in float64 for chapter 9, with which
`tests/oracle.rs` compares the crate. Run by hand, as make_oracle.py:

    target/oracle/bin/python tests/oracle/make_vision.py
"""

import json
import random
from pathlib import Path

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
rng = random.Random(1989)


def numbers(*shape, scale=1.0):
    if not shape:
        return round(rng.gauss(0.0, scale), 6)
    return [numbers(*shape[1:], scale=scale) for _ in range(shape[0])]


def leaf(values):
    return torch.tensor(values, requires_grad=True)


def convolutions():
    """Forward and all gradients of layers with strides and paddings."""
    cases = []
    for kernels, stride, padding, images in [
        ((1, 1, 1, 1), 1, 0, (1, 1, 1, 1)),
        ((2, 3, 3, 3), 1, 1, (2, 3, 4, 5)),
        ((3, 2, 2, 3), 1, 1, (1, 2, 5, 4)),
        ((2, 1, 5, 5), 2, 2, (3, 1, 8, 8)),
        ((2, 2, 3, 3), 3, 2, (1, 2, 7, 5)),
        ((17, 2, 3, 3), 1, 0, (2, 2, 6, 6)),
    ]:
        w, b, x = numbers(*kernels), numbers(kernels[0]), numbers(*images)
        wt, bt, xt = leaf(w), leaf(b), leaf(x)
        z = nn.functional.conv2d(xt, wt, bt, stride=stride, padding=padding)
        delta = numbers(*z.shape)
        (z * torch.tensor(delta)).sum().backward()
        cases.append(
            {
                "kernels": w, "bias": b, "images": x, "stride": stride, "padding": padding,
                "outputs": z.tolist(), "delta": delta, "kernel_gradient": wt.grad.tolist(),
                "bias_gradient": bt.grad.tolist(), "image_gradient": xt.grad.tolist(),
            }
        )
    return cases


def pools():
    """Largest numbers and means of squares, with ties, and the gradients."""
    cases = []
    for shape, size in [((2, 2, 4, 6), 2), ((1, 1, 5, 7), 2), ((1, 2, 7, 9), 3)]:
        for x in (torch.tensor(numbers(*shape)), torch.tensor(numbers(*shape)).round(), torch.zeros(*shape)):
            case = {"images": x.tolist(), "size": size}
            for name, pool in (("max", nn.functional.max_pool2d), ("mean", nn.functional.avg_pool2d)):
                leaf_x = x.clone().requires_grad_()
                y = pool(leaf_x, size)
                delta = numbers(*y.shape)
                (y * torch.tensor(delta)).sum().backward()
                case[name] = {"values": y.tolist(), "delta": delta, "gradient": leaf_x.grad.tolist()}
            cases.append(case)
    return cases


def norms():
    """Batch normalization in both modes, its gradients, and what it remembers."""
    cases = []
    for shape, scale in [((2, 3, 4, 4), 1.0), ((5, 2, 3, 1), 20.0), ((2, 1, 1, 2), 1e-3)]:
        channels = shape[1]
        norm = nn.BatchNorm2d(channels)
        with torch.no_grad():
            norm.weight.copy_(torch.tensor(numbers(channels)))
            norm.bias.copy_(torch.tensor(numbers(channels)))
            norm.running_mean.copy_(torch.tensor(numbers(channels)))
            norm.running_var.copy_(torch.tensor(numbers(channels)).abs() + 0.1)
        case = {
            "scale": norm.weight.tolist(), "shift": norm.bias.tolist(),
            "running_mean": norm.running_mean.tolist(), "running_variance": norm.running_var.tolist(),
        }
        x = leaf(numbers(*shape, scale=scale))
        norm.eval()
        case["in_use"] = norm(x).tolist()
        norm.train()
        y = norm(x)
        delta = numbers(*shape)
        (y * torch.tensor(delta)).sum().backward()
        case |= {
            "images": x.tolist(), "outputs": y.tolist(), "delta": delta,
            "scale_gradient": norm.weight.grad.tolist(), "shift_gradient": norm.bias.grad.tolist(),
            "image_gradient": x.grad.tolist(), "mean_after": norm.running_mean.tolist(),
            "variance_after": norm.running_var.tolist(),
        }
        cases.append(case)
    return cases


def network():
    """Five steps of Adam of a small network with batch normalization: losses and all parameters."""
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, bias=False), nn.BatchNorm2d(3), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(16, 5), nn.ReLU(), nn.Linear(5, 10),
    )
    state = lambda: {
        name: value.tolist() for name, value in model.state_dict().items() if "tracked" not in name
    }
    images, labels = numbers(6, 64), [3, 1, 4, 1, 5, 9]
    result = {"images": images, "labels": labels, "before": state()}
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x, y = torch.tensor(images).reshape(6, 1, 8, 8), torch.tensor(labels)
    losses = []
    for _ in range(5):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        if not losses:
            result["gradients"] = {n: p.grad.tolist() for n, p in model.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return result | {"losses": losses, "after": state(), "logits": model(x).tolist()}


made_by = f"tests/oracle/make_vision.py with PyTorch {torch.__version__}, float64, CPU"
oracle = {"made_by": made_by, "convolutions": convolutions(), "pools": pools(), "norms": norms(),
          "network": network()}
text = json.dumps(oracle, separators=(",", ":"), allow_nan=False).replace(',{"', ',\n{"') + "\n"
Path(__file__).with_name("vision.json").write_text(text)
