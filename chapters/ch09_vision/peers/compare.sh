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

for packed in "$here"/../../ch05_mnist/data/*.gz; do
    gunzip -c "$packed" >"$work/$(basename "$packed" .gz)"
done

# With this machine's own instructions, as the repository's .cargo/config.toml has it.
(cd "$here/burn" && cargo build --quiet --release --locked --target-dir "${CARGO_TARGET_DIR:-target}")
burn_program=$(cd "$here/burn" && cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/burn_blocks

record() { printf '%s\n' "$output" | sed -E "$1/$key|$name|\\1|\\2/" | tee -a "$work/runs" >&2; }
# One run of a script, as a line: key|name|seconds of training|accuracy. One that fails ends it all.
peer() {
    key=$1 name=$2 script=$3
    shift 3
    output=$("$venv/bin/python" "$here/$script" "$work" "$seed" "$@")
    record 's/.*fit_seconds=([0-9.]+) test_accuracy=([0-9.]+).*'
}
burn() {
    key=$1 name=$2 threads=$3
    output=$(RAYON_NUM_THREADS=$threads "$burn_program" "$work" "$seed")
    record 's/.*fit_seconds=([0-9.]+) test_accuracy=([0-9.]+).*'
}
ours() {
    key=$1 name=$2
    shift 2
    output=$(cargo run --quiet --manifest-path "$here/../Cargo.toml" -- train --json --seed "$seed" "$@")
    record 's/.*"fit_seconds":([0-9.e-]+).*"test_accuracy":([0-9.]+).*'
}

cargo build --quiet --manifest-path "$here/../Cargo.toml"
seed=0
while [ "$seed" -lt "$runs" ]; do
    for threads in 1 2; do
        peer torch_$threads "PyTorch, threads: $threads" torch_blocks.py $threads
        peer torch_last_$threads "PyTorch, threads: $threads, channels last" torch_blocks.py $threads channels-last
    done
    peer jax "JAX, 2 cores" jax_blocks.py
    # Burn takes minutes, so it has one turn.
    [ "$seed" -gt 0 ] || burn burn_2 "Burn, Flex, 2 threads" 2
    ours blocks "this chapter"
    ours blocks_1 "this chapter, 1 thread" --threads 1
    export GLIBC_TUNABLES=glibc.malloc.mmap_threshold=131072:glibc.malloc.trim_threshold=131072
    ours blocks_back "this chapter, freed memory given back"
    unset GLIBC_TUNABLES
    seed=$((seed + 1))
done

cargo run --quiet --manifest-path "$here/../Cargo.toml" -- peers "$work/runs" $record
