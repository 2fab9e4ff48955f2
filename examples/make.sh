#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# make.sh [FOLDER]: copies the example system to FOLDER (build/example) and generates there what is not committed. Prints the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$here/../build/example/support-assistant"}
rm -rf "$target"
mkdir -p "$target"
cp -a "$here/support-assistant/." "$target/"
python3 "$here/generate.py" "$target"
cd "$target" && pwd
