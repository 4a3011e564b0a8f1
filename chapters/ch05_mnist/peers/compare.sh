#!/bin/sh
# Keras, PyTorch and the program of this chapter on the same job, in turn, on this machine.
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

# One run: what it is called in the table, its training time, its accuracy.
peer() {
    name=$1 script=$2
    shift 2
    "$venv/bin/python" "$here/$script" "$work" "$@" |
        sed -E "s/.*fit_seconds=([0-9.]+) test_accuracy=([0-9.]+).*/$name|\1|\2/"
}
ours() {
    cargo run --quiet --manifest-path "$here/../Cargo.toml" -- train --json --seed "$1" "$2" "$3" |
        sed -E "s/.*\"fit_seconds\":([0-9.e-]+).*\"test_accuracy\":([0-9.]+).*/$4|\1|\2/"
}
record() { tee -a "$work/runs" >&2; }

cargo build --quiet --manifest-path "$here/../Cargo.toml"
seed=0
while [ "$seed" -lt "$runs" ]; do
    peer "Keras" keras_mnist.py "$seed" | record
    peer "PyTorch, 1 thread" torch_mnist.py "$seed" 1 | record
    peer "PyTorch, 2 threads" torch_mnist.py "$seed" 2 | record
    peer "PyTorch, fused Adam, 1 thread" torch_mnist.py "$seed" 1 fused | record
    peer "PyTorch, fused Adam, 2 threads" torch_mnist.py "$seed" 2 fused | record
    ours "$seed" --recipe documents "this chapter, documents' recipe" | record
    ours "$seed" --recipe steady "this chapter, steady recipe" | record
    seed=$((seed + 1))
done

"$venv/bin/python" "$here/table.py" "$work/runs" "this chapter, documents' recipe"
