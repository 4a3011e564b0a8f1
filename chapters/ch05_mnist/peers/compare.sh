#!/bin/sh
# Keras, PyTorch, Burn and the program of this chapter on the same job, in turn, on this machine.
#
#   compare.sh [RUNS] [VENV]
#
# Each program trains RUNS times (5 if not given), with the seeds 0, 1, 2 and so on. VENV is a Python
# environment with torch, tensorflow and numpy; without one, an environment is made in a temporary
# folder (a download of about 1 GB). Prints a Markdown table of medians; each run goes to standard
# error. README.md says what to look out for.
set -eu

runs=${1:-5}
case $runs in
'' | *[!0-9]* | 0*) echo "error: RUNS: expected a whole number from 1, found '$runs'" >&2 && exit 2 ;;
esac
venv=${2:-${VENV:-}}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

if [ -z "$venv" ]; then
    venv=$work/venv
    echo "making a Python environment" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet numpy torch tensorflow-cpu >&2
fi
[ -x "$venv/bin/python" ] || {
    echo "error: $venv: expected a Python environment, found no bin/python in it" >&2
    exit 2
}

for packed in "$here"/../data/*.gz; do
    gunzip -c "$packed" >"$work/$(basename "$packed" .gz)"
done

# With this machine's own instructions, as the repository's .cargo/config.toml has it.
(cd "$here/burn" && cargo build --quiet --release --locked --target-dir "${CARGO_TARGET_DIR:-target}")
burn_program=$(cd "$here/burn" && cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/burn_mnist

printed='s/.*fit_seconds=([0-9.]+) test_accuracy=([0-9.]+).*'
# One run, as a line for table.py: name|training time|accuracy. A program that fails ends it all.
peer() {
    name=$1 script=$2
    shift 2
    output=$("$venv/bin/python" "$here/$script" "$work" "$@")
    record "$printed"
}
burn() {
    name=$1 threads=$2
    output=$(RAYON_NUM_THREADS=$threads "$burn_program" "$work" "$seed")
    record "$printed"
}
ours() {
    name=$1
    shift
    output=$(cargo run --quiet --manifest-path "$here/../Cargo.toml" -- train --json "$@")
    record 's/.*"fit_seconds":([0-9.e-]+).*"test_accuracy":([0-9.]+).*'
}
record() { printf '%s\n' "$output" | sed -E "$1/$name|\\1|\\2/" | tee -a "$work/runs" >&2; }

cargo build --quiet --manifest-path "$here/../Cargo.toml"
seed=0
while [ "$seed" -lt "$runs" ]; do
    peer "Keras" keras_mnist.py "$seed"
    peer "PyTorch, 1 thread" torch_mnist.py "$seed" 1
    peer "PyTorch, 2 threads" torch_mnist.py "$seed" 2
    peer "PyTorch, fused Adam, 1 thread" torch_mnist.py "$seed" 1 fused
    peer "PyTorch, fused Adam, 2 threads" torch_mnist.py "$seed" 2 fused
    burn "Burn, Flex, 1 thread" 1
    burn "Burn, Flex, 2 threads" 2
    ours "this chapter, documents' recipe" --recipe documents --seed "$seed"
    ours "this chapter, steady recipe" --recipe steady --seed "$seed"
    seed=$((seed + 1))
done

"$venv/bin/python" "$here/table.py" "$work/runs" "this chapter, documents' recipe"
