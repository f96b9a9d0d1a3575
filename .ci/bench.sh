#!/usr/bin/env bash
# `just bench`: what the hub costs, side by side with its peers in the same run. Arguments go to
# the benchmarks (tests/peers); `just bench --help` lists them. `just bench sim` measures simulations
# beside other simulators, `just bench events` the event list beside others, and `just bench truth`
# holds simulations to values that are known exactly, with a standard error of 0.2 %, each alone.
#   SLIPWAY_BENCH_PROFILE   cargo's profile (default: release; dev tries the benchmarks, quickly)
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

.ci/setup.sh host
if [ "${1:-}" = events ]; then
  exec cargo bench --profile "${SLIPWAY_BENCH_PROFILE:-release}" -p des --bench event_list
fi
if [ "${1:-}" = truth ]; then
  export SLIPWAY_TRUTH_ERROR=${SLIPWAY_TRUTH_ERROR:-0.002}
  exec cargo test --profile "${SLIPWAY_BENCH_PROFILE:-release}" -p linesim --test truth -- --nocapture
fi
.ci/setup.sh simulators || say "going on without the simulators that could not be had"
SLIPWAY_SIMULATORS=$(.ci/setup.sh simulators-python)
if [ -x "$SLIPWAY_SIMULATORS" ]; then export SLIPWAY_SIMULATORS; else unset SLIPWAY_SIMULATORS; fi
if [ "${1:-}" = sim ]; then
  shift
  .ci/engine.sh || say "going on without the engine for the browser"
  exec cargo bench --profile "${SLIPWAY_BENCH_PROFILE:-release}" -p hub --bench cost -- --only sim "$@"
fi
.ci/setup.sh peers || say "going on without the peers that could not be had"
export PATH=$SLIPWAY_CACHE/peers/bin:$PATH
# Every viewer is a socket here and another in the hub.
ulimit -n "$(ulimit -Hn)"
cargo bench --profile "${SLIPWAY_BENCH_PROFILE:-release}" -p hub --bench cost -- "$@"
