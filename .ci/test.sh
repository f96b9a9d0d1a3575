#!/usr/bin/env bash
# `just test`: everything, the browser included. Prints the minutes of each stage and, as its last
# line, how many tests passed, failed and were skipped over all runners. Fails if anything failed.
set -euo pipefail
. "$(dirname "$0")/env.sh"
. "$ROOT/.ci/count.sh"
cd "$ROOT"

WORKSPACE=(--workspace --exclude viewer)
LOGS=$SLIPWAY_CACHE/test-logs
BROKEN=() MINUTES=()
rm -rf "$LOGS"; mkdir -p "$LOGS"

# stage NAME FUNCTION: runs it, notes how long it took and whether it failed.
stage() {
  local begun=$SECONDS
  say "$1"
  "$2" || BROKEN+=("$1")
  MINUTES+=("$(printf '%s %d:%02d min' "$1" $(( (SECONDS - begun) / 60 )) $(( (SECONDS - begun) % 60 )))")
}

# step NAME COMMAND…: runs it; a failure is named at the end and the other steps go on.
step() {
  local name=$1; shift
  say "  $name"
  "$@" || { BROKEN+=("$name"); say "  FAILED: $name"; }
}

set_up() {
  .ci/setup.sh host && .ci/setup.sh browser && .ci/setup.sh clients && .ci/setup.sh wasm
}

host() {
  step "format" cargo fmt --all --check
  step "clippy" cargo clippy "${WORKSPACE[@]}" --all-targets -- -D warnings
  # Binaries and tests in one selection, so that no library is compiled twice.
  cargo build "${WORKSPACE[@]}" --bins --tests
}

browser_build() {
  .ci/wasm.sh || return 1
  .ci/engine.sh || return 1
  . "$SLIPWAY_CACHE/wasm-toolchain.sh"
  local browser=(--target wasm32-unknown-unknown --profile "$SLIPWAY_WEB_PROFILE")
  step "shared crates for the browser" env CARGO_TARGET_DIR="$WASM_TARGET_DIR" \
    cargo check "${browser[@]}" "${WASM_CARGO_OPTIONS[@]}" "${SHARED[@]}"
  # Debian's compiler is another version than rustup's clippy.
  [ "$WASM_TOOLCHAIN" != rustup ] || step "clippy on the viewer" env CARGO_TARGET_DIR="$WASM_TARGET_DIR" \
    cargo clippy "${browser[@]}" -p viewer -- -D warnings
}

SHARED=()
for manifest in shared/*/Cargo.toml; do SHARED+=(-p "$(basename "$(dirname "$manifest")")"); done

rust_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    logged rust cargo nextest run "${WORKSPACE[@]}" --no-fail-fast
    count_nextest "$LOGS/rust"
    logged rustdoc cargo test "${WORKSPACE[@]}" --doc --no-fail-fast
    count_cargo_test "$LOGS/rustdoc"
  else
    logged rust cargo test "${WORKSPACE[@]}" --no-fail-fast
    count_cargo_test "$LOGS/rust"
  fi
}

# node_tests FOLDER: node's own runner over the folder's *.test.mjs.
node_tests() {
  local files
  mapfile -t files < <(find "$1" -maxdepth 1 -name '*.test.mjs' | LC_ALL=C sort)
  [ ${#files[@]} -gt 0 ] || return 0
  local name=node-${1//\//-}
  logged "$name" node --test --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$LOGS/$name.tap" "${files[@]}"
  count_tap "$LOGS/$name.tap"
}

python_tests() {
  compgen -G 'tests/clients/test_*.py' >/dev/null || return 0
  logged python "$(.ci/setup.sh python)" -m unittest discover -s tests/clients -p 'test_*.py' -v
  count_unittest "$LOGS/python"
}

page_tests() {
  compgen -G 'tests/browser/*.spec.mjs' >/dev/null || return 0
  logged pages env PLAYWRIGHT_JSON_OUTPUT_NAME="$LOGS/pages.json" \
    tests/browser/node_modules/.bin/playwright test --config tests/browser/playwright.config.mjs
  count_playwright "$LOGS/pages.json"
}

# logged NAME COMMAND…: keeps the output for counting; a failure is remembered.
logged() {
  local name=$1; shift
  "$@" 2>&1 | tee "$LOGS/$name" || { BROKEN+=("tests: $name"); return 0; }
}

tests() {
  export SLIPWAY_BIN=$CARGO_TARGET_DIR/debug/slipway
  SLIPWAY_PYTHON=$(.ci/setup.sh python); export SLIPWAY_PYTHON
  say "  Rust"; rust_tests
  say "  meshes and modules (Node)"; node_tests tests/browser
  say "  clients"; python_tests; node_tests tests/clients
  say "  pages in a browser"; page_tests
}

stage "set-up" set_up
if [ ${#BROKEN[@]} = 0 ]; then
  stage "host build" host
  stage "browser build" browser_build
  stage "tests" tests
fi

echo
printf 'stage: %s\n' "${MINUTES[@]}"
if [ ${#BROKEN[@]} -gt 0 ]; then printf 'FAILED: %s\n' "${BROKEN[@]}"; fi
# Whatever broke outside a runner counts as one failure each, so that the line cannot look green.
[ "$FAILED" -gt 0 ] || FAILED=${#BROKEN[@]}
echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
[ ${#BROKEN[@]} = 0 ] && [ "$FAILED" = 0 ] && [ "$PASSED" -gt 0 ]
