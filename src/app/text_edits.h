// SPDX-License-Identifier: Apache-2.0
// Changes of a file's text and their unified diff, as patch -p1 reads it.
//
// An edit replaces bytes within one line by text without a line break, so lines keep their numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stormwatch::app {

struct TextEdit {
  std::size_t begin = 0, end = 0;  ///< bytes of the file's text
  std::string text;
  friend bool operator==(const TextEdit&, const TextEdit&) = default;
};

/// The text with the edits; of edits that overlap the first alone.
std::string edited_text(std::string_view text, std::vector<TextEdit> edits);

/// Empty if the texts are equal, if they differ in their number of lines, or if the path or a line that would be shown holds control characters.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace stormwatch::app
