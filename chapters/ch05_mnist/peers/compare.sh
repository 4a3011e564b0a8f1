#!/bin/sh
# Keras, PyTorch, JAX, Burn and the program of this chapter on the same job, in turn, on this machine.
#
#   compare.sh [--record] [RUNS] [VENV]
#
# Each program trains RUNS times (5 if not given), with the seeds 0, 1, 2 and so on. VENV is a Python
# environment with the packages of requirements.txt; without one, an environment is made in a temporary
# folder (a download of about 1 GB). Prints a Markdown table of medians; each run goes to standard
# error. With --record the medians go into the values and the figure that the book shows.
# README.md says what to look out for.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
packages="-r $here/requirements.txt"
. "$here/environment.sh"

. "$here/contenders.sh"

# JAX has no reliable option for the number of its threads, so one thread is one core.
jax() {
    key=$1 name=$2
    shift 2
    output=$("$@" "$venv/bin/python" "$here/jax_mnist.py" "$work" "$seed")
    record "$key" "$name" "$output"
}

seed=0
while [ "$seed" -lt "$runs" ]; do
    peer keras "Keras" keras_mnist.py "$seed"
    peer torch_1 "PyTorch, 1 thread" torch_mnist.py "$seed" 1
    peer torch_2 "PyTorch, 2 threads" torch_mnist.py "$seed" 2
    peer torch_fused_1 "PyTorch, fused Adam, 1 thread" torch_mnist.py "$seed" 1 fused
    peer torch_fused_2 "PyTorch, fused Adam, 2 threads" torch_mnist.py "$seed" 2 fused
    jax jax_1 "JAX, 1 thread" taskset -c 0
    jax jax "JAX, all cores" env
    burn burn_1 "Burn, Flex, 1 thread" burn_mnist "$seed" 1
    burn burn_2 "Burn, Flex, 2 threads" burn_mnist "$seed" 2
    ours documents "this chapter, documents' recipe" --recipe documents --seed "$seed"
    ours documents_1 "this chapter, documents' recipe, 1 thread" --threads 1 --seed "$seed"
    ours steady "this chapter, steady recipe" --recipe steady --seed "$seed"
    seed=$((seed + 1))
done

cargo run --quiet --manifest-path "$here/../Cargo.toml" -- peers "$work/runs" $record
