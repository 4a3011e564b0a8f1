"""The IDX files of a folder, packed or not, as arrays."""
import gzip
import os

import numpy as np


def read(folder, name):
    path = os.path.join(folder, name)
    with open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz") as file:
        data = file.read()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder, prefix):
    """Images and labels; the prefix is "train" or "t10k"."""
    return read(folder, f"{prefix}-images-idx3-ubyte"), read(folder, f"{prefix}-labels-idx1-ubyte")
