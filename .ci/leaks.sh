#!/usr/bin/env bash
# `just leaks CASES SEED`: random plants, labels and audiences; whatever is told to an audience is
# compared with an independent rule (server/hub/src/tests/leaks.rs). A failure says its seed.
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

.ci/setup.sh host
export SLIPWAY_LEAKS=${1:-100000} SLIPWAY_LEAKS_SEED=${2:-1}
cargo test -p hub --lib tests::leaks -- --nocapture
