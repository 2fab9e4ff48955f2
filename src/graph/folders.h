// SPDX-License-Identifier: Apache-2.0
// Paths within the target as folders: where a file lies, and whether it lies below a folder.
#pragma once

#include <string_view>

namespace stormwatch::graph {

inline std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// "" and "." are the root, which holds all.
inline bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() || folder == "." || (path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/'));
}

}  // namespace stormwatch::graph
