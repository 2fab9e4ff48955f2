// SPDX-License-Identifier: Apache-2.0
// Lock files and project files to the packages they name: Python (uv, poetry, pdm, Pipenv, PEP 751, pyproject.toml), npm
// (package.json, package-lock.json 1 to 3, yarn, pnpm), Go (go.mod) and Rust (Cargo.lock).
//
// Never throws; a file that breaks its format is an Error with a position. Path dependencies (the project itself, workspace
// members, links) are not packages of a registry and are left out.
#pragma once

#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "format/declared_package.h"

namespace stormwatch::format {

using LockfileReader = Result<Manifest> (*)(std::string_view text, const Limits& limits);
/// The reader for a file of this name ("uv.lock", "pylock.gpu.toml", any case); nullptr if the name is none of them.
LockfileReader lockfile_reader(std::string_view file_name);

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

}  // namespace stormwatch::format
