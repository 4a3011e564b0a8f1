#!/bin/sh
# PyTorch, JAX, Burn and the program of this chapter at one epoch of its three blocks, in turn, on this machine.
#
#   compare.sh [--record] [RUNS] [VENV]
#
# Each trains RUNS times (5 if not given), with the seeds 0, 1, 2 and so on. VENV is a Python environment
# with the packages of chapter 5's requirements.txt; without one, an environment is made in a temporary
# folder (a download of about 1 GB). Prints a Markdown table of medians; each run goes to standard error.
# With --record the medians go into the values that the book shows.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
packages="-r $here/../../ch05_mnist/peers/requirements.txt"
. "$here/../../ch05_mnist/peers/environment.sh"
. "$here/../../ch05_mnist/peers/contenders.sh"

# Stricter than glibc by itself: each array of 128 KiB and more goes back at once.
given_back=glibc.malloc.mmap_threshold=131072:glibc.malloc.trim_threshold=131072
seed=0
while [ "$seed" -lt "$runs" ]; do
    for threads in 1 2; do
        peer torch_$threads "PyTorch, $threads" torch_blocks.py "$seed" $threads
        peer torch_last_$threads "PyTorch, $threads, channels last" torch_blocks.py "$seed" $threads channels-last
    done
    peer jax "JAX, 2" jax_blocks.py "$seed"
    with_tunables "" peer torch_plain "PyTorch, 2, plain memory" torch_blocks.py "$seed" 2 channels-last
    with_tunables "" peer jax_plain "JAX, 2, plain memory" jax_blocks.py "$seed"
    # Burn takes minutes, so it has one turn.
    [ "$seed" -gt 0 ] || burn burn_2 "Burn, 2" burn_blocks "$seed" 2
    ours blocks "ours, 2" --seed "$seed"
    ours blocks_1 "ours, 1" --threads 1 --seed "$seed"
    with_tunables "$given_back" ours blocks_back "ours, 2, given back" --seed "$seed"
    seed=$((seed + 1))
done

cargo run --quiet --manifest-path "$here/../Cargo.toml" -- peers "$work/runs" $record
