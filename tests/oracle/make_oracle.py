#!/usr/bin/env python3
"""Writes oracle.json, next to this file: numbers that PyTorch computes in float64, with which
`tests/oracle.rs` compares the crates.

Run by hand, on a CPU, when something is to be added:

    python3 -m venv target/oracle && target/oracle/bin/pip install torch
    target/oracle/bin/python tests/oracle/make_oracle.py

It is deterministic: all inputs come from one seeded generator of Python, and are written down with
the results. PyTorch keeps the weights of a linear layer as [outputs x inputs]; here they are written
as [inputs x outputs], as in the book.
"""

import json
import random
from pathlib import Path

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
rng = random.Random(1986)


def numbers(*shape, scale=1.0):
    """Normal numbers, rounded to six digits so that they are short to write down."""
    if not shape:
        return round(rng.gauss(0.0, scale), 6)
    return [numbers(*shape[1:], scale=scale) for _ in range(shape[0])]


def shares(rows, columns):
    """Rows of positive numbers that add up to 1 (up to rounding)."""
    return torch.softmax(torch.tensor(numbers(rows, columns)), dim=1).tolist()


ACTIVATIONS = {
    "Identity": lambda z: z,
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "Relu": torch.relu,
    "LeakyRelu": lambda z: nn.functional.leaky_relu(z, 0.01),
    "Softplus": lambda z: torch.logaddexp(z, torch.zeros(())),  # F.softplus is z beyond 20
    "Gelu": lambda z: nn.functional.gelu(z, approximate="none"),
}


def activations():
    hard = [1e-300, 1e-8, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 36.0, 40.0, 100.0, 700.0, 1000.0]
    points = [0.0] + [sign * z for z in hard for sign in (1, -1)] + numbers(30, scale=3.0)
    result = {"points": points, "functions": {}}
    for name, function in ACTIVATIONS.items():
        z = torch.tensor(points, requires_grad=True)
        a = function(z)
        a.sum().backward()
        slopes = z.grad.tolist() if z.grad is not None else [1.0] * len(points)
        result["functions"][name] = {"values": a.tolist(), "derivatives": slopes}
    return result


LOSSES = {
    "MeanSquaredError": nn.functional.mse_loss,
    "BinaryCrossEntropy": nn.functional.binary_cross_entropy_with_logits,
    "SoftmaxCrossEntropy": nn.functional.cross_entropy,
}


def losses():
    """Each loss of small, large and tied logits, with its gradient by the logits."""
    cases = []
    batches = [numbers(1, 1), numbers(1, 4), numbers(5, 3, scale=3.0), numbers(4, 10, scale=30.0)]
    batches += [[[1000.0, -1000.0, 0.0], [7.0, 7.0, 7.0]], [[-1000.0, 1000.0, 1000.0]]]
    for logits in batches:
        rows, columns = len(logits), len(logits[0])
        hot = [[float(j == i % columns) for j in range(columns)] for i in range(rows)]
        for targets in (shares(rows, columns), hot):
            for name, loss in LOSSES.items():
                z = torch.tensor(logits, requires_grad=True)
                value = loss(z, torch.tensor(targets))
                value.backward()
                cases.append({"loss": name, "outputs": logits, "targets": targets,
                              "value": value.item(), "gradient": z.grad.tolist()})
    softmax = [{"logits": z, "probabilities": torch.softmax(torch.tensor(z), dim=1).tolist(),
                "log_probabilities": torch.log_softmax(torch.tensor(z), dim=1).tolist(),
                "log_sum_exp": torch.logsumexp(torch.tensor(z), dim=1).tolist()} for z in batches]
    return {"losses": cases, "softmax": softmax}


def networks():
    """A network of three layers, 4-5-6-3, on a batch of seven: outputs, loss and all gradients."""
    sizes = [4, 5, 6, 3]
    layers = [{"weights": numbers(i, o, scale=0.6), "bias": numbers(o, scale=0.3)}
              for i, o in zip(sizes, sizes[1:])]
    inputs = numbers(7, 4)
    targets = shares(7, 3)
    cases = []
    for name, function in ACTIVATIONS.items():
        for last in sorted({name, "Identity"}):
            for loss_name, loss in LOSSES.items():
                parameters = [(torch.tensor(layer["weights"], requires_grad=True),
                               torch.tensor(layer["bias"], requires_grad=True)) for layer in layers]
                a = torch.tensor(inputs)
                for index, (weights, bias) in enumerate(parameters):
                    z = nn.functional.linear(a, weights.T, bias)
                    a = (ACTIVATIONS[last] if index == 2 else function)(z)
                value = loss(a, torch.tensor(targets))
                value.backward()
                cases.append({"hidden": name, "last": last, "loss": loss_name,
                              "value": value.item(), "outputs": a.tolist(),
                              "gradients": [{"weights": w.grad.tolist(), "bias": b.grad.tolist()}
                                            for w, b in parameters]})
    return {"layers": layers, "inputs": inputs, "targets": targets, "cases": cases}


def optimizers():
    """Twenty steps of each optimizer from the same start, with the same gradients."""
    start = numbers(5)
    gradients = numbers(20, 5)
    for gradient in gradients:
        gradient[0] *= 1e-3
        gradient[1] *= 1e3
    gradients[7] = [0.0] * 5
    o = torch.optim
    cases = []
    for name, make, options in [
        ("Sgd", o.SGD, {}),
        ("Sgd", o.SGD, {"weight_decay": 0.1}),
        ("Momentum", o.SGD, {"momentum": 0.9}),
        ("Momentum", o.SGD, {"momentum": 0.5}),
        ("Momentum", o.SGD, {"momentum": 0.9, "weight_decay": 0.1}),
        ("Nesterov", o.SGD, {"momentum": 0.9, "nesterov": True}),
        ("Nesterov", o.SGD, {"momentum": 0.5, "nesterov": True}),
        ("Nesterov", o.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
        ("AdaGrad", o.Adagrad, {}),
        ("AdaGrad", o.Adagrad, {"eps": 0.01}),
        ("AdaGrad", o.Adagrad, {"weight_decay": 0.1}),
        ("RmsProp", o.RMSprop, {}),
        ("RmsProp", o.RMSprop, {"alpha": 0.9}),
        ("RmsProp", o.RMSprop, {"eps": 0.01}),
        ("RmsProp", o.RMSprop, {"weight_decay": 0.1}),
        ("RmsProp", o.RMSprop, {"momentum": 0.9}),
        ("RmsProp", o.RMSprop, {"centered": True}),
        ("RmsProp", o.RMSprop, {"alpha": 0.9, "eps": 0.001, "weight_decay": 0.1, "momentum": 0.5,
                                "centered": True}),
        ("Adam", o.Adam, {}),
        ("Adam", o.Adam, {"betas": [0.8, 0.95]}),
        ("Adam", o.Adam, {"betas": [0.0, 0.9]}),
        ("Adam", o.Adam, {"eps": 0.01}),
        ("Adam", o.Adam, {"weight_decay": 0.1}),
        ("AdamW", o.AdamW, {}),
        ("AdamW", o.AdamW, {"weight_decay": 0.3}),
        ("AdamW", o.AdamW, {"betas": [0.8, 0.95], "eps": 0.01, "weight_decay": 0.1}),
    ]:
        theta = nn.Parameter(torch.tensor(start))
        optimizer = make([theta], lr=0.01, foreach=False, **options)
        path = []
        for gradient in gradients:
            theta.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(theta.tolist())
        options.pop("nesterov", None)
        cases.append({"optimizer": name, "options": options, "path": path})
    return {"start": start, "gradients": gradients, "rate": 0.01, "cases": cases}


def schedules():
    """The factors of PyTorch's own schedulers, read off an optimizer whose rate begins at 1."""
    s = torch.optim.lr_scheduler
    total = 20
    cases = []
    for name, make in [
        ("Step", lambda o: s.StepLR(o, step_size=6, gamma=0.3)),
        ("Linear", lambda o: s.LinearLR(o, start_factor=1.0, end_factor=0.0, total_iters=total)),
        ("Cosine", lambda o: s.CosineAnnealingLR(o, T_max=total)),
    ]:
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
        scheduler = make(optimizer)
        factors = []
        for _ in range(total):
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        cases.append({"schedule": name, "factors": factors})
    return {"total": total, "step_every": 6, "step_factor": 0.3, "cases": cases}


def regularization():
    """Four steps of a network 4-5-6-3 with PyTorch's own dropout, and with weight decay of the
    weights but not of the biases: the masks, the loss and all parameters after each step.
    """
    sizes, keep, decay = [4, 5, 6, 3], [0.8, 0.5, 0.5], 0.3
    layers = [{"weights": numbers(i, o, scale=0.6), "bias": numbers(o, scale=0.3)}
              for i, o in zip(sizes, sizes[1:])]
    inputs, targets = numbers(7, 4), shares(7, 3)

    def drop(values, keep, seed):
        """PyTorch's dropout, and the mask that it drew."""
        torch.manual_seed(seed)
        dropped = nn.functional.dropout(values, 1.0 - keep)
        torch.manual_seed(seed)
        mask = nn.functional.dropout(torch.ones_like(values), 1.0 - keep)
        assert torch.allclose(dropped, mask * values, rtol=1e-15, atol=0.0)
        return dropped, (mask != 0).long().tolist()

    cases = []
    for name, make in [("Sgd", torch.optim.SGD), ("Adam", torch.optim.Adam),
                       ("AdamW", torch.optim.AdamW)]:
        parameters = [(nn.Parameter(torch.tensor(layer["weights"])),
                       nn.Parameter(torch.tensor(layer["bias"]))) for layer in layers]
        groups = [{"params": [w for w, _ in parameters], "weight_decay": decay},
                  {"params": [b for _, b in parameters], "weight_decay": 0.0}]
        optimizer = make(groups, lr=0.05, foreach=False)
        steps = []
        for step in range(4):
            a, masks = torch.tensor(inputs), []
            for index, (weights, bias) in enumerate(parameters):
                a, mask = drop(a, keep[index], 10 * step + index)
                masks.append(mask)
                a = nn.functional.linear(a, weights.T, bias)
                if index < 2:
                    a = torch.relu(a)
            loss = nn.functional.cross_entropy(a, torch.tensor(targets))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            steps.append({"masks": masks, "loss": loss.item(),
                          "weights": [w.tolist() for w, _ in parameters],
                          "biases": [b.tolist() for _, b in parameters]})
        cases.append({"optimizer": name, "steps": steps})
    return {"layers": layers, "inputs": inputs, "targets": targets, "keep": keep, "decay": decay,
            "rate": 0.05, "cases": cases}


def displacement():
    """An image of 6 x 9 read between its pixels, some places beyond its edges."""
    image, rows, columns = numbers(6, 9), numbers(6, 9, scale=2.0), numbers(6, 9, scale=2.0)
    i, j = torch.meshgrid(torch.arange(6.0), torch.arange(9.0), indexing="ij")
    x = 2.0 * (j + torch.tensor(columns)) / 8.0 - 1.0
    y = 2.0 * (i + torch.tensor(rows)) / 5.0 - 1.0
    bent = nn.functional.grid_sample(torch.tensor(image)[None, None], torch.stack([x, y], -1)[None],
                                     mode="bilinear", padding_mode="zeros", align_corners=True)
    return {"image": image, "rows": rows, "columns": columns, "bent": bent[0, 0].tolist()}


oracle = {"made_by": f"tests/oracle/make_oracle.py with PyTorch {torch.__version__}, float64, CPU",
          "activations": activations(), **losses(), "networks": networks(),
          "optimizers": optimizers(), "schedules": schedules(),
          "regularization": regularization(), "displacement": displacement()}
# One line for each thing that is compared, so that a change shows where it is.
text = json.dumps(oracle, separators=(",", ":"), allow_nan=False).replace(',{"', ',\n{"') + "\n"
Path(__file__).with_name("oracle.json").write_text(text)
