#!/usr/bin/env bash
# `just dist`: one archive with one program that needs no other file and no network.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

# The most that a browser may have to load [10^6 bytes, brotli-11].
BUDGET_MB=4.5

.ci/setup.sh host
SLIPWAY_WEB_PROFILE=web .ci/wasm.sh --out "$SLIPWAY_CACHE/viewer-dist" --quality 11 --budget-mb "$BUDGET_MB"
.ci/engine.sh
say "building the hub for release, with pages, viewer, plants and meshes inside"
SLIPWAY_EMBED_VIEWER=$SLIPWAY_CACHE/viewer-dist SLIPWAY_EMBED_ENGINE=$SLIPWAY_ENGINE cargo build --release -p hub --bin slipway

version=$(cargo pkgid -p hub | sed 's/.*[#@]//')
target=$(rustc -vV | sed -n 's/^host: //p')
name=slipway-$version-$target
packed=$(mktemp -d); trap 'rm -rf "$packed"' EXIT
mkdir -p "$packed/$name" dist
cp "$CARGO_TARGET_DIR/release/slipway" "$packed/$name/"
strip --strip-debug "$packed/$name/slipway" 2>/dev/null || say "strip is missing: the program stays large"
cp README.md CHANGELOG.md LICENSE "$packed/$name/"
# The same inputs give the same bytes.
tar -C "$packed" --sort=name --owner=0 --group=0 --numeric-owner --mtime='2000-01-01 00:00Z' -cf - "$name" | gzip -9n >"dist/$name.tar.gz"
(cd dist && sha256sum "$name.tar.gz" >SHA256SUMS)
say "dist/$name.tar.gz, $(( $(stat -c %s "dist/$name.tar.gz") / 1000000 )) MB; checksum in dist/SHA256SUMS"
