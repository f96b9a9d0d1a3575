#!/usr/bin/env bash
# `just run`: the hub with its demo at once, the 3D page's program built meanwhile.
# Further arguments go to `slipway serve`.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

.ci/setup.sh host
say "building the hub (the first time some minutes)"
cargo build -p hub --bin slipway

# open_page URL: in a browser where there is a display, else the address is enough.
open_page() {
  if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
    xdg-open "$1" >/dev/null 2>&1 &
  fi
  say "the dashboard: $1/    the 3D page: $1/viewer/    (Ctrl-C ends it)"
}

# Repeats the hub's own lines and opens the page when the hub says where it listens.
watch_hub() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line" >&2
    case $line in *"listening on http"*) line=${line##*listening on }; open_page "${line%%[[:space:]]*}" ;; esac
  done
}

# Each in a process group of its own, so that ending one ends what it started.
set -m
"$CARGO_TARGET_DIR/debug/slipway" serve --demo --viewer "$SLIPWAY_VIEWER" --engine "$SLIPWAY_ENGINE" "$@" 2> >(watch_hub) &
hub=$!
{ .ci/engine.sh && .ci/wasm.sh --progress; } &
wasm=$!
set +m

end() {
  trap - INT TERM EXIT
  kill -- "-$wasm" 2>/dev/null || true
  # The hub stops in order: feeds are told, the journal is closed.
  kill "$hub" 2>/dev/null || true
  wait "$hub" 2>/dev/null || true
}
trap end EXIT
trap 'exit 130' INT TERM

status=0 ended=
wait -n -p ended "$hub" "$wasm" || status=$?
# A hub that could not start has said why; there is nothing to build a page for.
[ "$ended" = "$wasm" ] || exit "$status"
[ "$status" = 0 ] || say "the 3D page or the simulation engine could not be built (see above); the dashboard works without them"
wait "$hub"
