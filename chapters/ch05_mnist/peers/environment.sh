# What the comparisons with other libraries begin with; compare.sh of a chapter reads it.
#
# Takes the arguments of compare.sh, [--record] [RUNS] [VENV], and `packages`, those of a new Python
# environment. Gives `record`, `runs`, `venv`, and `work`, a folder that is removed at the end.

record=
[ "${1:-}" = --record ] && record=--record && shift
runs=${1:-5}
case $runs in
'' | *[!0-9]* | 0*) echo "error: RUNS: expected a whole number from 1, found '$runs'" >&2 && exit 2 ;;
esac
venv=${2:-${VENV:-}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

if [ -z "$venv" ]; then
    venv=$work/venv
    echo "making a Python environment" >&2
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet $packages >&2
fi
[ -x "$venv/bin/python" ] || {
    echo "error: $venv: expected a Python environment, found no bin/python in it" >&2
    exit 2
}
