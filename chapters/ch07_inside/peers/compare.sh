#!/bin/sh
# Captum and this chapter on the same job, in turn, on this machine.
#
#   compare.sh [--record] [RUNS] [VENV]
#
# The job: integrated gradients of 1,000 test images with 50 steps from black, in single precision. Each
# contender does it RUNS times (5 if not given), with one thread and with two. VENV is a Python
# environment with torch and captum; without one, an environment is made in a temporary folder (a
# download of some GB). Prints a Markdown table of medians; each run goes to standard error. With
# --record the medians go into the values that the book shows. README.md says what to look out for.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
packages="torch captum"
. "$here/../../ch05_mnist/peers/environment.sh"

cd "$here/../../.."
cargo build --quiet -p ch07_inside
cargo run --quiet -p ch05_mnist -- train --recipe steady --weights "$work/digits.safetensors" >&2
program=${CARGO_TARGET_DIR:-target}/debug/ch07_inside
"$venv/bin/python" "$here/integrated.py" "$work/digits.safetensors" "$runs" "$program" >"$work/runs"
cargo run --quiet -p ch07_inside -- peers "$work/runs" $record
