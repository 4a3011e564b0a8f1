#!/bin/sh
# Seconds of an epoch of wide networks in JAX, PyTorch and this chapter's program, in turn.
#
#   compare_wide.sh VENV [RUNS]
#
# Each line is a run of all: JAX, PyTorch with one thread and with two, ours with one thread and with all.
set -eu
venv=$1 runs=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for packed in "$here"/../data/*.gz; do
    gunzip -c "$packed" >"$work/$(basename "$packed" .gz)"
done
cargo build --quiet --manifest-path "$here/../Cargo.toml"
seconds() { sed -nE 's/.*fit_seconds"?[=:]([0-9.]+).*/\1/p' | tr '\n' ' '; }
ours() {
    cargo run --quiet --manifest-path "$here/../Cargo.toml" -- train --json --epochs 1 "$@" | seconds
}
for size in "1024,1024 128" "512 32"; do
    set -- $size
    echo "784-$1-10, batches of $2: jax, torch 1, torch 2, ours 1, ours"
    run=0
    while [ "$run" -lt "$runs" ]; do
        "$venv/bin/python" "$here/jax_mnist.py" "$work" "$run" "$1" "$2" 1 | seconds
        "$venv/bin/python" "$here/torch_wide.py" "$work" "$1" "$2" 1 1 | seconds
        "$venv/bin/python" "$here/torch_wide.py" "$work" "$1" "$2" 1 2 | seconds
        ours --hidden "$1" --batch-size "$2" --threads 1
        ours --hidden "$1" --batch-size "$2"
        echo
        run=$((run + 1))
    done
done
