#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [ARGS]: installs what is missing, builds, and runs `stormwatch ARGS`. Without ARGS it scans the example AI system.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
"$here/scripts/build.sh" stormwatch
if [ $# -gt 0 ]; then
  exec "$here/build/stormwatch" "$@"
fi
example=$("$here/examples/make.sh")
"$here/build/stormwatch" scan "$example" --format terminal --output html:"$here/stormwatch-report.html"
