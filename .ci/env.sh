# Where things built and fetched are kept: outside the checkout, so that a fresh clone starts warm.
# Sourced by the other scripts.
#   SLIPWAY_CACHE     everything below (default: ~/.cache/slipway)
#   CARGO_TARGET_DIR  what cargo builds for this machine (default: $SLIPWAY_CACHE/host)
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export SLIPWAY_CACHE=${SLIPWAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/slipway}
if [ -n "${CARGO_TARGET_DIR:-}" ] && [ "$CARGO_TARGET_DIR" != "$SLIPWAY_CACHE/host" ]; then
  WASM_TARGET_DIR=$CARGO_TARGET_DIR/wasm-browser
else
  WASM_TARGET_DIR=$SLIPWAY_CACHE/wasm
fi
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$SLIPWAY_CACHE/host} WASM_TARGET_DIR
# The folder that the hub serves the 3D page's program from: viewer.js, viewer_bg.wasm(.br).
export SLIPWAY_VIEWER=${SLIPWAY_VIEWER:-$SLIPWAY_CACHE/viewer}
# The folder with the simulation engine for the browser: what_if.js, what_if_bg.wasm.
export SLIPWAY_ENGINE=${SLIPWAY_ENGINE:-$SLIPWAY_CACHE/engine}
# The browser build's profile: web (small, minutes) or web-dev (large, quick turns).
export SLIPWAY_WEB_PROFILE=${SLIPWAY_WEB_PROFILE:-web}
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
mkdir -p "$SLIPWAY_CACHE"

say() { printf '\033[1m· %s\033[0m\n' "$*" >&2; }

# give_up WHAT WHY DO: the one way in which set-up fails.
give_up() {
  printf '\nSlipway needs %s.\n  why it is missing: %s\n  what to do:        %s\n' "$1" "$2" "$3" >&2
  exit 1
}

# hash_of PATH…: one hash over the contents and names of files and folders.
hash_of() {
  (cd "$ROOT" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-16
}
