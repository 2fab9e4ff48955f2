// SPDX-License-Identifier: Apache-2.0
// What a command line starts: the package, its version and whether that is fixed, and what in it is risky. Nothing is run.
//
// Knows npx, bunx, pnpm dlx, yarn dlx, npm exec, uvx, uv tool run, uv run --with, pipx run, docker/podman run, python -m, and the
// wrappers env, cmd /c, sh -c. A version counts as fixed if it names one release: "1.2.3", "==1.2.3", a digest, a 40-digit commit.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::collect {

struct LaunchRisk {
  std::string subject;  ///< shell-wrapper, pipe-to-shell, whole-filesystem, privileged-container, container-socket, host-mount, host-network ...
  std::string detail;   ///< the argument that shows it
};

struct Launch {
  std::string launcher;        ///< npx, uvx, docker, python, node, or the program itself
  std::string ecosystem;       ///< npm, PyPI, docker, git; empty if no package is named
  std::string package;         ///< without version
  std::string version;         ///< as written; empty if none
  std::optional<bool> pinned;  ///< unknown for local programs
  std::string url;             ///< of a remote server behind a bridge such as mcp-remote
  std::vector<LaunchRisk> risks;
};

Launch read_launch(std::string_view command, std::span<const std::string> arguments);
/// True if the version names exactly one release: digits with dots, optionally a pre-release, no range and no tag.
bool is_exact_version(std::string_view version);

}  // namespace stormwatch::collect
