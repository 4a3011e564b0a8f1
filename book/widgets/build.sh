#!/usr/bin/env bash
# Compiles all widgets to WebAssembly:  bash book/widgets/build.sh [folder to write the scripts to]
#
# There are two modules, so that a page loads no more than it needs: see book/widgets/src/list.rs.
#
# Needs wasm-opt (apt-get install binaryen), and the target:
# With rustup:  rustup target add wasm32-unknown-unknown
# With Debian:  apt-get install --no-install-recommends rustc-web rust-web-src
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts=${1:-book/src/widgets}
target=wasm32-unknown-unknown
flags=(--quiet -p book-widgets --lib --profile widgets --target "$target" --target-dir target/wasm
  --no-default-features --crate-type cdylib)

# Sixteen pixels at a time.
export RUSTFLAGS="-Ctarget-feature=+simd128"
host=$(rustc --print sysroot)
# build MODULE: compiles the library with the list of that name.
build() {
  if [ -d "$host/lib/rustlib/$target" ]; then
    cargo rustc "${flags[@]}" --features "$1"
  else
    cargo rustc "${flags[@]}" --features "$1" -Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size
  fi
}
if [ ! -d "$host/lib/rustlib/$target" ]; then
  # Debian's compiler knows the target, and builds the standard library from its source: a small one,
  # without the text of a panic, which nobody would read.
  RUSTFLAGS+=" -Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none"
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$host/lib/rustlib/$(rustc --print host-tuple)/bin/rust-lld
  export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
fi

# as_script NAME FILE: a script that hands the bytes of a file to book/theme/widgets.js.
as_script() {
  printf '// %s for the widgets, made by book/widgets/build.sh. Loaded when one nears the screen.\n' "$1"
  printf 'window.bookWidgets("%s", "' "$1"
  base64 -w0 "$2"
  printf '");\n'
}
mkdir -p "$scripts"
for name in $(basename -s .rs book/widgets/src/list/*.rs); do
  build "$name"
  # Binaryen makes it smaller. What floating-point numbers come out as stays.
  # (Nothing lies in the first kilobyte, where the stack ends.)
  module=target/wasm/$name.wasm
  wasm-opt --merge-similar-functions -Oz --low-memory-unused --optimize-added-constants-propagate -Oz \
    --strip-debug --strip-producers \
    --enable-simd --enable-bulk-memory --enable-sign-ext --enable-mutable-globals --enable-multivalue \
    --enable-nontrapping-float-to-int --enable-reference-types \
    "target/wasm/$target/widgets/book_widgets.wasm" -o "$module"
  as_script "$name" "$module" >"$scripts/$name.js"
  echo "$scripts/$name.js: $(stat -c %s "$module") bytes of WebAssembly, $(gzip -9c "$module" | wc -c) compressed"
done
for data in $(basename -s .bin book/widgets/data/*.bin); do
  as_script "$data" "book/widgets/data/$data.bin" >"$scripts/$data.js"
done
