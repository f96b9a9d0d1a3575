#!/usr/bin/env bash
# Builds the 3D page's program into a folder that the hub serves.
#   wasm.sh [--out DIR] [--quality 0-11] [--budget-mb MB] [--progress]
# Does nothing when no input has changed. With --progress it says every while how long is left,
# and leaves the same in DIR/building.json while DIR has no program yet.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

OUT=$SLIPWAY_VIEWER QUALITY=9 BUDGET=() PROGRESS=no
while [ $# -gt 0 ]; do
  case $1 in
    --out) OUT=$2; shift 2 ;;
    --quality) QUALITY=$2; shift 2 ;;
    --budget-mb) BUDGET=(--budget-mb "$2"); shift 2 ;;
    --progress) PROGRESS=yes; shift ;;
    *) sed -n '2,5p' "$0" >&2; exit 2 ;;
  esac
done
TARGET=wasm32-unknown-unknown
PROFILE=$SLIPWAY_WEB_PROFILE
# Linking the whole program once more with fat LTO takes about this part of a full build.
LINK_SHARE=${SLIPWAY_LINK_SHARE:-30}
# A full build on two cores [s], for the first estimate of all.
FIRST_GUESS=600

.ci/setup.sh wasm
. "$SLIPWAY_CACHE/wasm-toolchain.sh"

wanted=$(hash_of Cargo.toml Cargo.lock viewer/Cargo.toml viewer/src viewer/bundle shared)-$PROFILE-$QUALITY-$WASM_TOOLCHAIN-$(${RUSTC:-rustc} -V | cut -d' ' -f2)
stamp=$OUT.stamp
if [ -e "$OUT/viewer_bg.wasm.br" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  say "the viewer is up to date ($(( $(stat -c %s "$OUT/viewer_bg.wasm.br") / 1000 )) kB, brotli)"
  exit 0
fi

build() {
  CARGO_TARGET_DIR=$WASM_TARGET_DIR cargo build -p viewer --target "$TARGET" --profile "$PROFILE" "${WASM_CARGO_OPTIONS[@]}" "$@"
}

# Counts the crates that cargo reports as built, against the number that it reported last time.
watch_progress() {
  local known=$SLIPWAY_CACHE/wasm-$PROFILE.known begun=$SECONDS done=0 fresh=0 total last line said=$((SECONDS - 5))
  read -r total last < <(cat "$known" 2>/dev/null || echo "$(count_crates) $FIRST_GUESS")
  while IFS= read -r line; do
    case $line in
      *'"reason":"compiler-artifact"'*'"fresh":true'*) fresh=$((fresh + 1)) ;;
      *'"reason":"compiler-artifact"'*) done=$((done + 1)) ;;
      *'"reason":"build-finished","success":true'*)
        # Only a build from nothing tells how long that takes.
        [ "$fresh" -gt 20 ] || echo "$((done + fresh)) $((SECONDS - begun))" >"$known" ;;
    esac
    if [ $((SECONDS - said)) -ge 15 ]; then
      said=$SECONDS
      tell_progress "$((done + fresh))" "$total" "$((SECONDS - begun))" "$done" "$last"
    fi
  done
}

# tell_progress DONE TOTAL ELAPSED COMPILED LAST
tell_progress() {
  local done=$1 total=$2 elapsed=$3 compiled=$4 last=$5 share left
  [ "$total" -gt "$done" ] || total=$((done + 1))
  share=$(( (100 - LINK_SHARE) * compiled / (total - done + compiled) ))
  if [ "$share" -ge 5 ]; then left=$(( elapsed * (100 - share) / share ))
  else left=$(( last * (total - done) / total - elapsed )); fi
  [ "$left" -ge 15 ] || left=15
  say "browser build: $done of about $total crates, about $(( (left + 59) / 60 )) min left"
  [ -e "$OUT/viewer_bg.wasm" ] || { mkdir -p "$OUT"; printf '{"crates":%d,"of":%d,"seconds_left":%d}\n' "$done" "$total" "$left" >"$OUT/building.json"; }
}

count_crates() {
  cargo tree -p viewer --target "$TARGET" -e normal,build --prefix none 2>/dev/null | sed 's/ (.*//' | sort -u | wc -l
}

# A build that failed is no build under way.
trap 'rm -f "$OUT/building.json"' EXIT
say "building the viewer for the browser (profile $PROFILE, $WASM_TOOLCHAIN's Rust)"
begun=$SECONDS
if [ $PROGRESS = yes ]; then
  build --message-format=json-render-diagnostics --quiet | watch_progress
else
  build
fi
module=$WASM_TARGET_DIR/$TARGET/$PROFILE/viewer.wasm
# The tool runs on this machine: nothing of the browser's toolchain may reach it.
(
  unset RUSTC RUSTC_BOOTSTRAP LD_LIBRARY_PATH CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
  cargo run --quiet -p bundle -- "$module" "$OUT" --quality "$QUALITY" "${BUDGET[@]}"
)
echo "$wanted" >"$stamp"
say "the viewer is in $OUT ($(( SECONDS - begun )) s)"
