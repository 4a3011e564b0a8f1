"""An epoch of the chapter's three blocks in JAX, a compiled step for each batch: jax_blocks.py DIR SEED

Compiling is not timed. The whole epoch as one `lax.scan`, the fastest way in chapter 5, took several
times as long as this when it was tried, once.
"""
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "ch05_mnist/peers"))
from idx import load

folder, seed = sys.argv[1], int(sys.argv[2])
(x_train, y_train), (x_test, y_test) = load(folder, "train"), load(folder, "t10k")
x_train, x_test = (jnp.array(x[..., None] / 255.0, jnp.float32) for x in (x_train, x_test))
y_train = jnp.array(y_train.astype(np.int32))
batch, warm, top = 32, 100, 0.003
steps = len(x_train) // batch

key, *keys = jax.random.split(jax.random.PRNGKey(seed), 6)
he = jax.nn.initializers.he_normal()
sizes = [(1, 16), (16, 32), (32, 64)]
blocks = [
    (he(key, (3, 3, i, o)), jnp.ones(o), jnp.zeros(o)) for key, (i, o) in zip(keys, sizes)
]
dense = [(he(key, (i, o)), jnp.zeros(o)) for key, (i, o) in zip(keys[3:], [(576, 128), (128, 10)])]
running = [(jnp.zeros(o), jnp.ones(o)) for _, o in sizes]


def logits(parameters, running, x, training):
    (blocks, dense), found = parameters, []
    for (kernels, scale, shift), old in zip(blocks, running):
        x = jax.lax.conv_general_dilated(
            x, kernels, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        now = (x.mean((0, 1, 2)), x.var((0, 1, 2))) if training else old
        x = (x - now[0]) * jax.lax.rsqrt(now[1] + 1e-5) * scale + shift
        found.append(tuple(0.9 * o + 0.1 * n for o, n in zip(old, now)))
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        x = jax.nn.relu(x)
    x = x.reshape(len(x), -1)
    (first, bias), (last, offset) = dense
    return jax.nn.relu(x @ first + bias) @ last + offset, found


def loss(parameters, running, x, y):
    z, running = logits(parameters, running, x, True)
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1)), running


def step(state, indices):
    parameters, running, m, s, t = state
    rate = top * jnp.minimum((t + 1) / warm, 1 - jnp.maximum(t - warm, 0) / (steps - warm))
    t = t + 1
    gradients = jax.value_and_grad(loss, has_aux=True)
    (value, running), g = gradients(parameters, running, x_train[indices], y_train[indices])
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    s = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, s, g)
    rate, scale = rate / (1 - 0.9**t), 1 / (1 - 0.999**t)
    change = lambda p, m, s: p - rate * m / (jnp.sqrt(scale * s) + 1e-8)
    return (jax.tree.map(change, parameters, m, s), running, m, s, t), value


parameters = (blocks, dense)
zeros = jax.tree.map(jnp.zeros_like, parameters)
state = (parameters, running, zeros, zeros, jnp.float32(0))
order = jax.random.permutation(key, len(x_train))[: steps * batch].reshape(-1, batch)
compiled = jax.jit(step).lower(state, order[0]).compile()
start = time.perf_counter()
for indices in order:
    state, _ = compiled(state, indices)
jax.block_until_ready(state)
seconds = time.perf_counter() - start
answers = [
    logits(state[0], state[1], x_test[i : i + 500], False)[0].argmax(1)
    for i in range(0, len(x_test), 500)
]
accuracy = float((jnp.concatenate(answers) == y_test).mean())
print(f"jax {jax.__version__} seed={seed} fit_seconds={seconds:.2f} test_accuracy={accuracy:.4f}")
