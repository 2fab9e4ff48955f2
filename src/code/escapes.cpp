// SPDX-License-Identifier: Apache-2.0
#include "code/escapes.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/utf8.h"

namespace stormwatch::code {

std::string unescape(std::string_view body) {
  if (body.find('\\') == std::string_view::npos) return std::string(body);
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\' || i + 1 >= body.size()) { out += body[i]; continue; }
    const char c = body[++i];
    const auto digits = [&](std::size_t from, std::size_t count, int base) {
      std::uint32_t value = 0;
      const auto end = std::min(from + count, body.size());
      const auto [stop, error] = std::from_chars(body.data() + from, body.data() + end, value, base);
      if (error != std::errc()) return false;
      append_utf8(out, value);
      i = static_cast<std::size_t>(stop - body.data()) - 1;
      return true;
    };
    switch (c) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'b': out += '\b'; break;
      case '\n': break;
      case 'x': if (!digits(i + 1, 2, 16)) out += "\\x"; break;
      case 'u': if (i + 1 < body.size() && body[i + 1] == '{') {
                  const auto close = body.find('}', i);
                  if (close != std::string_view::npos && close - i <= 9 && digits(i + 2, close - i - 2, 16)) { i = close; break; }
                  out += "\\u";
                } else if (!digits(i + 1, 4, 16)) out += "\\u";
                break;
      case 'U': if (!digits(i + 1, 8, 16)) out += "\\U"; break;
      case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': digits(i, 3, 8); break;
      case '\\': case '\'': case '"': case '`': case '$': out += c; break;
      default: out += '\\'; out += c;
    }
  }
  return out;
}

}  // namespace stormwatch::code
