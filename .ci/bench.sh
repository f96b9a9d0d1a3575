#!/usr/bin/env bash
# `just bench`: what the hub costs, side by side with its peers in the same run. Arguments go to
# the benchmarks (tests/peers); `just bench --help` lists them. `just bench events` measures the
# simulation's event list beside others instead, in half a minute.
#   SLIPWAY_BENCH_PROFILE   cargo's profile (default: release; dev tries the benchmarks, quickly)
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

.ci/setup.sh host
if [ "${1:-}" = events ]; then
  exec cargo bench --profile "${SLIPWAY_BENCH_PROFILE:-release}" -p des --bench event_list
fi
.ci/setup.sh peers || say "going on without the peers that could not be had"
export PATH=$SLIPWAY_CACHE/peers/bin:$PATH
# Every viewer is a socket here and another in the hub.
ulimit -n "$(ulimit -Hn)"
cargo bench --profile "${SLIPWAY_BENCH_PROFILE:-release}" -p hub --bench cost -- "$@"
