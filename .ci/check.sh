#!/usr/bin/env bash
# `just check`: format, clippy and the rules of the house; what to run before every commit.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

.ci/setup.sh host
cargo fmt --all --check
cargo clippy --workspace --exclude viewer --all-targets -- -D warnings
cargo tidy
