"""An epoch of the chapter's three blocks in PyTorch: torch_blocks.py DIR SEED THREADS [channels-last]

Adam is the fused one, which was the faster in chapter 5. Only training is timed.
"""
import sys
import time
from pathlib import Path

import torch
from torch import nn

sys.path.append(str(Path(__file__).resolve().parents[2] / "ch05_mnist/peers"))
from idx import load

folder, seed, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
layout = torch.channels_last if len(sys.argv) > 4 else torch.contiguous_format
torch.set_num_threads(threads)
images = lambda x: torch.tensor(x[:, None] / 255.0, dtype=torch.float32).to(memory_format=layout)
(x_train, y_train), (x_test, y_test) = load(folder, "train"), load(folder, "t10k")
x_train, x_test = images(x_train), images(x_test)
y_train, y_test = (torch.tensor(y.astype("int64")) for y in (y_train, y_test))

torch.manual_seed(seed)
layers = []
for inputs, outputs in [(1, 16), (16, 32), (32, 64)]:
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    layers += [convolution, nn.BatchNorm2d(outputs), nn.MaxPool2d(2), nn.ReLU()]
layers += [nn.Flatten(), nn.Linear(576, 128), nn.ReLU(), nn.Linear(128, 10)]
model = nn.Sequential(*layers).to(memory_format=layout)
steps, warm, rate = 60_000 // 32, 100, 0.003
optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
falling = lambda step: min((step + 1) / warm, 1 - max(step - warm, 0) / (steps - warm))
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, falling)
criterion = nn.CrossEntropyLoss()
start = time.perf_counter()
for batch in torch.randperm(len(x_train)).split(32):
    optimizer.zero_grad()
    criterion(model(x_train[batch]), y_train[batch]).backward()
    optimizer.step()
    schedule.step()
seconds = time.perf_counter() - start
model.eval()
with torch.no_grad():
    right = sum((model(x).argmax(1) == y).sum().item() for x, y in zip(x_test.split(500), y_test.split(500)))
print(
    f"torch {torch.__version__} seed={seed} threads={threads} fit_seconds={seconds:.2f} "
    f"test_accuracy={right / len(x_test):.4f}"
)
