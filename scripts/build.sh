#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# build.sh [TARGET...]: installs what is missing, configures once, builds. Quiet when nothing has changed.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install_packages.sh

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if [ ! -f build/build.ninja ]; then
  echo "configuring"
  if ! cmake --preset release >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "cmake could not configure the build; the lines above say why" >&2
    exit 1
  fi
fi
targets=()
[ $# -gt 0 ] && targets=(--target "$@")
cmake --build build "${targets[@]}" -- -n 2>/dev/null | grep -q 'no work to do' || echo "building (some minutes the first time)"
if [ -t 1 ]; then
  cmake --build build "${targets[@]}" | sed -u "/no work to do/d"
elif ! cmake --build build "${targets[@]}" >"$log" 2>&1; then
  grep -E 'error|FAILED' "$log" | head -n 40 >&2 || tail -n 40 "$log" >&2
  echo "the build failed; the lines above say where" >&2
  exit 1
fi
