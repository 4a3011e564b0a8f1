"""Wide networks in PyTorch, seconds an epoch: torch_wide.py DIR HIDDEN BATCH EPOCHS THREADS"""
import sys
import time

import torch
from torch import nn

from idx import load

folder, hidden = sys.argv[1], [int(size) for size in sys.argv[2].split(",")]
batch, epochs, threads = map(int, sys.argv[3:6])
torch.set_num_threads(threads)
x, y = load(folder, "train")
x, y = torch.tensor(x.reshape(-1, 784) / 255.0, dtype=torch.float32), torch.tensor(y.astype("int64"))
layers = []
for inputs, outputs in zip([784, *hidden], hidden):
    layers += [nn.Linear(inputs, outputs), nn.ReLU()]
model = nn.Sequential(*layers, nn.Linear(hidden[-1], 10))
optimizer = torch.optim.Adam(model.parameters(), fused=True)
criterion = nn.CrossEntropyLoss()
start = time.perf_counter()
for _ in range(epochs):
    for indices in torch.randperm(len(x)).split(batch):
        optimizer.zero_grad()
        criterion(model(x[indices]), y[indices]).backward()
        optimizer.step()
seconds = (time.perf_counter() - start) / epochs
print(f"torch {torch.__version__} hidden={hidden} batch={batch} threads={threads} fit_seconds={seconds:.2f}")
