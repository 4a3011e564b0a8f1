"""The same job in JAX, a whole epoch compiled by XLA: jax_mnist.py DIR [seed] [hidden] [batch] [epochs]

An epoch is one `lax.scan` over its batches, with Adam inside; compiling it is not timed. `hidden` may
be several sizes, such as 1024,1024.
"""
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

from idx import load

arguments = dict(enumerate(sys.argv))
folder, seed = arguments[1], int(arguments.get(2, 0))
hidden = [int(size) for size in arguments.get(3, "128").split(",")]
batch, epochs = int(arguments.get(4, 32)), int(arguments.get(5, 5))
(x_train, y_train), (x_test, y_test) = load(folder, "train"), load(folder, "t10k")
x_train, x_test = (jnp.array(x.reshape(-1, 784) / 255.0, jnp.float32) for x in (x_train, x_test))
y_train = jnp.array(y_train.astype(np.int32))

sizes = [784, *hidden, 10]
key, *keys = jax.random.split(jax.random.PRNGKey(seed), len(sizes))
glorot = jax.nn.initializers.glorot_uniform()
parameters = [
    (glorot(key, (inputs, outputs)), jnp.zeros(outputs))
    for key, inputs, outputs in zip(keys, sizes, sizes[1:])
]


def logits(parameters, x):
    for weights, bias in parameters[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = parameters[-1]
    return x @ weights + bias


def loss(parameters, x, y):
    log_probabilities = jax.nn.log_softmax(logits(parameters, x))
    return -jnp.mean(jnp.take_along_axis(log_probabilities, y[:, None], 1))


def step(state, indices):
    parameters, m, s, t = state
    t = t + 1
    value, gradient = jax.value_and_grad(loss)(parameters, x_train[indices], y_train[indices])
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, gradient)
    rate, scale = 0.001 / (1 - 0.9**t), 1 / (1 - 0.999**t)
    change = lambda p, m, s: p - rate * m / (jnp.sqrt(scale * s) + 1e-8)
    return (jax.tree.map(change, parameters, m, s), m, s, t), value


@jax.jit
def epoch(state, key):
    order = jax.random.permutation(key, len(x_train))[: len(x_train) // batch * batch]
    return jax.lax.scan(step, state, order.reshape(-1, batch))


zeros = jax.tree.map(jnp.zeros_like, parameters)
state = (parameters, zeros, zeros, jnp.float32(0))
jax.block_until_ready(epoch(state, key))  # compiles
start = time.perf_counter()
for _ in range(epochs):
    key, of_epoch = jax.random.split(key)
    state, _ = epoch(state, of_epoch)
jax.block_until_ready(state)
seconds = time.perf_counter() - start
accuracy = float((logits(state[0], x_test).argmax(1) == y_test).mean())
print(
    f"jax {jax.__version__} seed={seed} hidden={hidden} batch={batch} fit_seconds={seconds:.2f} "
    f"test_accuracy={accuracy:.4f}"
)
