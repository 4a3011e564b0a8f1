"""Integrated gradients of 1,000 test images with 50 steps, by Captum and by this chapter, in turn.

    python integrated.py WEIGHTS [RUNS] [PROGRAM]

Prints a line `key|name|seconds|load` for each run. compare.sh calls it; see there. Both take the same
weights and the same images, in single precision, from a black baseline, and have to come to the same
map. What is timed is the fastest of three times in a row, of each contender.
"""

import gzip
import json
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import torch
from captum.attr import IntegratedGradients
from torch import nn

ROOT = Path(__file__).resolve().parents[3]
IMAGES, STEPS, TIMES = 1000, 50, 3


def tensors(path):
    """The tensors of a safetensors file."""
    raw = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + length]), raw[8 + length :]
    header.pop("__metadata__", None)
    result = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        numbers = torch.frombuffer(bytearray(data[start:end]), dtype=torch.float32)
        result[name] = numbers.reshape(entry["shape"])
    return result


def first(name, header, length):
    """So many bytes of a file of MNIST, after its header."""
    folder = ROOT / "chapters/ch05_mnist/data"
    packed, plain = folder / f"{name}.gz", folder / name
    raw = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    return torch.frombuffer(bytearray(raw[header : header + length]), dtype=torch.uint8)


weights, runs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
layers = tensors(weights)
hidden, inputs = layers["0.weight"].shape
model = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 10))
model.load_state_dict(layers)
x = first("t10k-images-idx3-ubyte", 16, IMAGES * inputs).reshape(IMAGES, inputs).float() / 255
labels = first("t10k-labels-idx1-ubyte", 8, IMAGES).long()


def captum(**how):
    """Seconds, and the sum of the sizes of all attributions."""
    start = time.perf_counter()
    attribute = IntegratedGradients(model).attribute
    how |= {"n_steps": STEPS, "method": "riemann_middle"}
    map_ = attribute(x, torch.zeros_like(x), target=labels, **how)
    return time.perf_counter() - start, map_.abs().sum().item()


def ours(threads):
    """What the chapter's program measures, as it prints it."""
    program = [sys.argv[3] if len(sys.argv) > 3 else ROOT / "target/debug/ch07_inside", "speed"]
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    done = subprocess.run(
        program + ["--weights", weights], env=environment, capture_output=True, check=True, text=True
    )
    return json.loads(done.stdout)


def tell(key, name, seconds):
    line = f"{key}|{name}|{seconds}|{os.getloadavg()[0]}"
    print(line, flush=True)
    print(line, file=sys.stderr, flush=True)


for _ in range(runs):
    for threads in (1, 2):
        torch.set_num_threads(threads)
        with_threads = f"{threads} thread{'s' if threads > 1 else ''}"
        for key, name, how in [
            ("captum", "Captum", {}),
            ("captum_by_step", "Captum, a step at a time", {"internal_batch_size": IMAGES}),
        ]:
            timed = [captum(**how) for _ in range(TIMES)]
            tell(f"{key}_{threads}", f"{name}, {with_threads}", min(timed)[0])
        measured = ours(threads)
        sizes, theirs = measured["sizes"], timed[0][1]
        if abs(sizes - theirs) > 1e-3 * theirs:
            sys.exit(f"error: expected the same map, found sizes that add up to {sizes} and {theirs}")
        for key, name in [("plain", "plain"), ("by_slopes", "by slopes"), ("exact", "exactly")]:
            tell(f"{key}_{threads}", f"this chapter, {name}, {with_threads}", measured[key])
        if threads == 1:
            tell("shapley", "this chapter, Shapley values of one image", measured["shapley"])
