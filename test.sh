#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test.sh: installs what is missing, builds, and runs every test.
set -euo pipefail
cd "$(dirname "$0")"
scripts/build.sh
# version and lock-file vectors of others, where they lie beside the checkout; their tests skip without them
[ -d ../shared/versions ] && export STORMWATCH_VECTORS="${STORMWATCH_VECTORS:-$PWD/../shared}"
exec ctest --test-dir build --output-on-failure --parallel "$(nproc)" --timeout 300 "$@"
