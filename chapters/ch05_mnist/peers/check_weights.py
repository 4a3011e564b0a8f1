"""Weights that `train` has saved, opened in PyTorch: check_weights.py WEIGHTS DIR

Loads the file into Sequential(Linear, ReLU, …, Linear) without transposing anything, and prints how
many of the test images in DIR (the four IDX files, packed or not) it reads right.
"""
import sys

import torch
from safetensors.torch import load_file
from torch import nn

from idx import load


def network(weights):
    """The layers that the shapes of the file ask for."""
    layers = []
    while f"{len(layers)}.weight" in weights:
        outputs, inputs = weights[f"{len(layers)}.weight"].shape
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


weights = load_file(sys.argv[1])
model = network(weights)
model.load_state_dict(weights)
images, labels = load(sys.argv[2], "t10k")
labels = torch.tensor(labels, dtype=torch.long)
inputs = torch.from_numpy(images.reshape(len(images), -1) / 255.0).float()
with torch.no_grad():
    logits = model(inputs)
right = (logits.argmax(1) == labels).sum().item()
loss = nn.functional.cross_entropy(logits.double(), labels).item()
print(f"right={right} of={len(labels)} test_accuracy={right / len(labels):.4f} test_loss={loss:.6f}")
