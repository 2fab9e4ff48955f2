// SPDX-License-Identifier: Apache-2.0
// The modules that source text imports, told by its lines alone: cheap enough for every file, where the parsers of this room read only
// those that matter. Guesses on purpose: an import within a text of several lines may be taken for one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::code {

enum class ImportSyntax : std::uint8_t { python, javascript, go, java, c_sharp, rust };

struct ImportedModule {
  std::string module;  ///< as written: "PIL.Image", "@scope/name/part", "github.com/a/b", "org.apache.spark.sql.Row"
  std::uint32_t line = 0;
};

/// Each module once, at its first line, in order; relative ones are left out. At most `most`.
std::vector<ImportedModule> imported_modules(std::string_view text, ImportSyntax syntax, std::size_t most = 400);

}  // namespace stormwatch::code
