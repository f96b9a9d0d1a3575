#!/usr/bin/env bash
# `just bench`: the benchmarks of every crate that has some. Arguments go to the benchmarks.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

.ci/setup.sh host
crates=()
for folder in {shared,server}/*/benches; do
  [ ! -d "$folder" ] || crates+=(-p "$(basename "$(dirname "$folder")")")
done
if [ ${#crates[@]} = 0 ]; then
  say "no crate has benchmarks (a folder benches/ with a [[bench]] in its Cargo.toml)"
  exit 0
fi
cargo bench "${crates[@]}" --benches -- "$@"
