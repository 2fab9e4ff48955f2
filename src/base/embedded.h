// SPDX-License-Identifier: Apache-2.0
// Data files that the build puts into the executable: rules, steps, frameworks, packs (cmake/EmbedDir.cmake).
//
// A room declares its own table:  namespace stormwatch::embedded { extern const EmbeddedFile rules[]; extern const std::size_t rules_count; }
#pragma once

#include <cstddef>
#include <string_view>

namespace stormwatch {

struct EmbeddedFile {
  const char* path;  ///< relative to the embedded folder
  const unsigned char* begin;
  const unsigned char* end;

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
  }
};

}  // namespace stormwatch
