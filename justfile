# One command each; the first time each gets what the machine lacks and says so.

set positional-arguments

_list:
    @just --list --unsorted

# the hub with its demo, and the dashboard in a browser; more arguments go to `slipway serve`
run *ARGS:
    @.ci/run-demo.sh "$@"

# everything: format, clippy, rules, Rust, clients, meshes, pages in a real browser
[no-exit-message]
test:
    @.ci/test.sh

# what to run before every commit: format, clippy, rules
[no-exit-message]
check:
    @.ci/check.sh

# the search for leaks over so many cases, from a seed on: `just leaks 1000000 7`
[no-exit-message]
leaks CASES="100000" SEED="1":
    @.ci/leaks.sh "$@"

# benchmarks
bench *ARGS:
    @.ci/bench.sh "$@"

# the 3D page's program and the simulation engine, if their sources changed; SLIPWAY_WEB_PROFILE=web-dev builds quicker
wasm *ARGS:
    @.ci/engine.sh
    @.ci/wasm.sh "$@"

# one archive with one program that holds pages, viewer, plants and meshes
dist:
    @.ci/dist.sh

# Set-up alone: `just _setup host wasm browser clients`.
_setup +PARTS:
    @for part in "$@"; do .ci/setup.sh "$part"; done
