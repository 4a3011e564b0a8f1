#!/usr/bin/env bash
# Compiles all widgets to WebAssembly:  bash book/widgets/build.sh [script to write]
#
# With rustup:  rustup target add wasm32-unknown-unknown
# With Debian:  apt-get install --no-install-recommends rustc-web rust-web-src
set -euo pipefail
cd "$(dirname "$0")/../.."
script=${1:-book/src/widgets/module.js}
target=wasm32-unknown-unknown
flags=(--quiet -p book-widgets --lib --profile widgets --target "$target" --target-dir target/wasm)

host=$(rustc --print sysroot)
if [ -d "$host/lib/rustlib/$target" ]; then
  cargo build "${flags[@]}"
else
  # Debian's compiler knows the target, and builds the standard library from its source: without
  # the texts of panics, which nobody would read, the module is smaller by a quarter.
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$host/lib/rustlib/$(rustc --print host-tuple)/bin/rust-lld
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zunstable-options -Cpanic=immediate-abort" \
    cargo build "${flags[@]}" -Zbuild-std=std,panic_abort -Zbuild-std-features=
fi

# as_script NAME FILE: a script that hands the bytes of a file to book/theme/widgets.js.
as_script() {
  printf '// %s for the widgets, made by book/widgets/build.sh. Loaded when one nears the screen.\n' "$1"
  printf 'window.bookWidgets("%s", "' "$1"
  base64 -w0 "$2"
  printf '");\n'
}
module=target/wasm/$target/widgets/book_widgets.wasm
mkdir -p "$(dirname "$script")"
as_script module "$module" >"$script"
as_script digits book/widgets/data/digits.bin >"$(dirname "$script")/digits.js"
echo "$script: $(stat -c %s "$module") bytes of WebAssembly, $(gzip -9c "$module" | wc -c) compressed"
