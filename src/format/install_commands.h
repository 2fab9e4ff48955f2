// SPDX-License-Identifier: Apache-2.0
// Packages that shell text installs: "pip install", "uv pip install", "python -m pip install", "npm install", "pnpm add",
// "yarn add", "go install", "cargo install", "gem install", "apt-get install", "apk add", "conda install", and what the launchers npx,
// bunx, uvx, "pipx run", "pnpm dlx" fetch and start, in Dockerfiles, scripts, pipelines and notebook cells.
//
// Text is split as a shell would, quotes and continuation lines included; nothing is expanded, and words that hold a variable are
// left out. In a notebook only lines of "!" and "%" and cells of "%%bash" count.
#pragma once

#include <string_view>

#include "base/limits.h"
#include "format/declared_package.h"

namespace stormwatch::format {

Manifest parse_install_commands(std::string_view text, bool notebook, const Limits& limits);

}  // namespace stormwatch::format
