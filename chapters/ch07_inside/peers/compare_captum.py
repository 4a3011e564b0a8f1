#!/usr/bin/env python3
"""Integrated gradients of 1,000 test images with 50 steps, by Captum and by this book, in turn; prints
each round and the medians.

    python3 -m venv target/oracle && target/oracle/bin/pip install torch captum
    cargo run -p ch05_mnist -- train --recipe steady --weights digits.safetensors
    target/oracle/bin/python chapters/ch07_inside/peers/compare_captum.py digits.safetensors

Both take the same weights and the same images, in single precision, with one thread each.
"""

import gzip
import json
import os
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path

import torch
from captum.attr import IntegratedGradients
from torch import nn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
IMAGES, STEPS, ROUNDS = 1000, 50, 5
torch.set_num_threads(1)


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


def images():
    folder = ROOT / "chapters/ch05_mnist/data"
    packed, plain = folder / "t10k-images-idx3-ubyte.gz", folder / "t10k-images-idx3-ubyte"
    raw = gzip.decompress(packed.read_bytes()) if packed.exists() else plain.read_bytes()
    pixels = torch.frombuffer(bytearray(raw[16 : 16 + IMAGES * 784]), dtype=torch.uint8)
    return pixels.reshape(IMAGES, 784).float() / 255


weights = tensors(sys.argv[1])
hidden, inputs = weights["0.weight"].shape
model = nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 10))
model.load_state_dict(weights)
x = images()
target = model(x).argmax(dim=1)
ours = [str(ROOT / os.environ.get("PROGRAM", "target/debug/ch07_inside")), "speed", "--weights", sys.argv[1]]

rows = []
for _ in range(ROUNDS):
    start = time.perf_counter()
    attribute = IntegratedGradients(model).attribute
    attribute(x, torch.zeros_like(x), target=target, n_steps=STEPS, method="riemann_middle")
    row = {"captum": time.perf_counter() - start, "load": os.getloadavg()[0]}
    row |= json.loads(subprocess.run(ours, capture_output=True, check=True, text=True).stdout)
    print(row, flush=True)
    rows.append(row)

median = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
print("median", median)
