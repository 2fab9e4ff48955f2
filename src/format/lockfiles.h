// SPDX-License-Identifier: Apache-2.0
// Files that name packages, to the packages they name: lock files, project files, lists of what is installed, bills of materials.
//
// Never throws; a file that breaks its format is an Error with a position. Path dependencies (the project itself, workspace
// members, links) are not packages of a registry and are left out.
#pragma once

#include <span>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "format/declared_package.h"

namespace stormwatch::format {

using LockfileReader = Result<Manifest> (*)(std::string_view text, const Limits& limits);

struct LockfileFormat {
  std::string_view pattern;    ///< of the path's end, '*' for any run within a part, letters of any case: "poetry.lock", "conda-meta/*.json"
  std::string_view ecosystem;  ///< of most of its packages
  LockfileReader read = nullptr;
  enum class Says : std::uint8_t { asked, locked, installed } says{};  ///< what is asked for, what gets installed, what is there
};
/// All of them, in the order they are tried.
std::span<const LockfileFormat> lockfile_formats();
/// The format of a file by its path; nullptr if it is none of them.
const LockfileFormat* lockfile_format(std::string_view path);
/// Its reader.
LockfileReader lockfile_reader(std::string_view path);

Result<Manifest> parse_uv_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_poetry_lock(std::string_view text, const Limits& limits);  ///< poetry.lock and pdm.lock
Result<Manifest> parse_pylock(std::string_view text, const Limits& limits);       ///< PEP 751
Result<Manifest> parse_pipfile_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_pyproject(std::string_view text, const Limits& limits);    ///< PEP 621, 735, 518, poetry
Result<Manifest> parse_package_json(std::string_view text, const Limits& limits);
Result<Manifest> parse_package_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_yarn_lock(std::string_view text, const Limits& limits);    ///< version 1 and berry
Result<Manifest> parse_pnpm_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_go_mod(std::string_view text, const Limits& limits);
Result<Manifest> parse_cargo_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_cargo_toml(std::string_view text, const Limits& limits);
Result<Manifest> parse_bun_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_deno_lock(std::string_view text, const Limits& limits);    ///< versions 3 to 5
Result<Manifest> parse_setup_py(std::string_view text, const Limits& limits);     ///< its literal lists; nothing is run
Result<Manifest> parse_pom(std::string_view text, const Limits& limits);          ///< with its own properties and dependencyManagement
Result<Manifest> parse_gradle_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_gradle_verification(std::string_view text, const Limits& limits);
Result<Manifest> parse_gradle_catalogue(std::string_view text, const Limits& limits);  ///< libs.versions.toml: libraries, and plugins as the markers that Gradle asks for
Result<Manifest> parse_nuget_lock(std::string_view text, const Limits& limits);   ///< packages.lock.json
Result<Manifest> parse_dotnet_deps(std::string_view text, const Limits& limits);  ///< NAME.deps.json
Result<Manifest> parse_nuget_config(std::string_view text, const Limits& limits); ///< packages.config
Result<Manifest> parse_msbuild_project(std::string_view text, const Limits& limits);
Result<Manifest> parse_gemfile_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_composer_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_pubspec_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_mix_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_cabal_freeze(std::string_view text, const Limits& limits);
Result<Manifest> parse_stack_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_renv_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_conan_lock(std::string_view text, const Limits& limits);   ///< versions 1 and 2
Result<Manifest> parse_swift_resolved(std::string_view text, const Limits& limits);
Result<Manifest> parse_podfile_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_dpkg_status(std::string_view text, const Limits& limits);  ///< of dpkg and opkg
Result<Manifest> parse_apk_installed(std::string_view text, const Limits& limits);
Result<Manifest> parse_pacman_desc(std::string_view text, const Limits& limits);
Result<Manifest> parse_conda_meta(std::string_view text, const Limits& limits);
Result<Manifest> parse_pixi_lock(std::string_view text, const Limits& limits);
Result<Manifest> parse_conda_lock(std::string_view text, const Limits& limits);   ///< conda-lock.yml
Result<Manifest> parse_conda_explicit(std::string_view text, const Limits& limits);  ///< one address a line, below @EXPLICIT
Result<Manifest> parse_github_workflow(std::string_view text, const Limits& limits);
Result<Manifest> parse_editor_extensions(std::string_view text, const Limits& limits);
Result<Manifest> parse_recommended_extensions(std::string_view text, const Limits& limits);  ///< of a workspace or a development container
Result<Manifest> parse_tool_versions(std::string_view text, const Limits& limits);
Result<Manifest> parse_mise(std::string_view text, const Limits& limits);
Result<Manifest> parse_node_version(std::string_view text, const Limits& limits);
Result<Manifest> parse_sbom(std::string_view text, const Limits& limits);         ///< CycloneDX and SPDX by their content

}  // namespace stormwatch::format
