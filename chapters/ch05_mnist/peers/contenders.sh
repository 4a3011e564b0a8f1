# How the programs of a comparison on MNIST are run; compare.sh of a chapter reads it, after environment.sh.
#
# Takes `here`, the folder of compare.sh, `venv` and `work`. Unpacks the data into `work`, compiles what is
# compiled, and gives a function for each kind of program. Each writes a line: key|name|seconds of
# training|accuracy. A program that fails ends it all.

common=$here/../../ch05_mnist/peers
for packed in "$common"/../data/*.gz; do
    gunzip -c "$packed" >"$work/$(basename "$packed" .gz)"
done

# With this machine's own instructions, as the repository's .cargo/config.toml has it.
(cd "$common/burn" && cargo build --quiet --release --locked --target-dir "${CARGO_TARGET_DIR:-target}")
burn_programs=$(cd "$common/burn" && cd "${CARGO_TARGET_DIR:-target}" && pwd)/release
cargo build --quiet --manifest-path "$here/../Cargo.toml"

# Our programs keep large arrays that they have freed. So that nobody else loses time to the operating system,
# glibc is told the same for all.
export GLIBC_TUNABLES=glibc.malloc.mmap_threshold=25165824:glibc.malloc.trim_threshold=50331648
# with_tunables TUNABLES COMMAND: runs one of the functions below with other settings, as a control.
with_tunables() {
    kept=$GLIBC_TUNABLES GLIBC_TUNABLES=$1
    shift
    "$@"
    GLIBC_TUNABLES=$kept
}
# record KEY NAME OUTPUT
record() {
    printf '%s\n' "$3" |
        sed -E "s/.*fit_seconds\"?[=:]([0-9.e-]+).*test_accuracy\"?[=:]([0-9.]+).*/$1|$2|\\1|\\2/" |
        tee -a "$work/runs" >&2
}
# peer KEY NAME SCRIPT ARGUMENTS
peer() {
    key=$1 name=$2 script=$3
    shift 3
    output=$("$venv/bin/python" "$here/$script" "$work" "$@")
    record "$key" "$name" "$output"
}
# burn KEY NAME PROGRAM SEED THREADS
burn() {
    output=$(RAYON_NUM_THREADS=$5 "$burn_programs/$3" "$work" "$4")
    record "$1" "$2" "$output"
}
# ours KEY NAME OPTIONS
ours() {
    key=$1 name=$2
    shift 2
    output=$(cargo run --quiet --manifest-path "$here/../Cargo.toml" -- train --json "$@")
    record "$key" "$name" "$output"
}
