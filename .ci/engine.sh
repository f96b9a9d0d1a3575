#!/usr/bin/env bash
# Builds the simulation engine for the browser into a folder: what_if.js and what_if_bg.wasm.
#   engine.sh [--out DIR]
# Does nothing when no input has changed.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

OUT=$SLIPWAY_ENGINE
[ "${1:-}" != --out ] || OUT=$2
# The most that a browser may have to load [10^6 bytes]: it is fetched when somebody asks what if.
BUDGET_MB=1.5
TARGET=wasm32-unknown-unknown PROFILE=web-engine

.ci/setup.sh wasm
. "$SLIPWAY_CACHE/wasm-toolchain.sh"

wanted=$(hash_of Cargo.toml Cargo.lock viewer/what_if viewer/bundle shared)-$PROFILE-$WASM_TOOLCHAIN-$(${RUSTC:-rustc} -V | cut -d' ' -f2)
if [ -e "$OUT/what_if_bg.wasm" ] && [ "$(cat "$OUT.stamp" 2>/dev/null)" = "$wanted" ]; then
  say "the engine for the browser is up to date"
  exit 0
fi
say "building the engine for the browser (profile $PROFILE, $WASM_TOOLCHAIN's Rust)"
begun=$SECONDS
CARGO_TARGET_DIR=$WASM_TARGET_DIR cargo build -p what_if --lib --target "$TARGET" --profile "$PROFILE" "${WASM_CARGO_OPTIONS[@]}"
# The tool runs on this machine: nothing of the browser's toolchain may reach it.
(
  unset RUSTC RUSTC_BOOTSTRAP LD_LIBRARY_PATH CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
  cargo run --quiet -p bundle -- "$WASM_TARGET_DIR/$TARGET/$PROFILE/what_if.wasm" "$OUT" --name what_if --quality 9 --budget-mb "$BUDGET_MB"
)
echo "$wanted" >"$OUT.stamp"
say "the engine is in $OUT ($(( SECONDS - begun )) s)"
