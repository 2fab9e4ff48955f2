// SPDX-License-Identifier: Apache-2.0
#include "posture/evidence.h"

#include <algorithm>

#include "base/hash.h"

namespace stormwatch {

std::string Place::text() const {
  std::string t = path;
  if (!member.empty()) t += "!/" + member;
  if (line) t += ":" + std::to_string(line);
  else if (offset >= 0) t += "@" + std::to_string(offset);
  if (!resource.empty()) t += " (" + resource + ")";
  return t;
}

bool is_sighting(std::string_view what) {
  return std::ranges::any_of(kSightings, [&](const SightingWord& word) { return word.what == what; });
}

namespace {
// Length of the valid UTF-8 sequence at the start of `text`; 0 if there is none (RFC 3629).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF0 && byte(1) < 0x90) ||
      (lead == 0xF4 && byte(1) > 0x8F))
    return 0;
  return length;
}

std::string escaped_byte(unsigned char c) {
  static constexpr char digits[] = "0123456789abcdef";
  return {'\\', 'x', digits[c >> 4], digits[c & 15]};
}

// Characters that do not show or that reorder what is shown: written as U+XXXX, so that a reader sees them.
bool is_invisible(std::uint32_t c) {
  return c == 0x00AD || c == 0x061C || c == 0x180E || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF) || (c >= 0x80 && c < 0xA0);
}
}  // namespace

std::string excerpt_of(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    if (out.size() >= most) return out + "…";
    const std::size_t length = sequence_length(text);
    const auto lead = static_cast<unsigned char>(text[0]);
    if (length == 0) {
      out += escaped_byte(lead);
      text.remove_prefix(1);
      continue;
    }
    if (length == 1) {
      const bool blank = lead == ' ' || lead == '\n' || lead == '\t' || lead == '\r';
      if (blank && (out.empty() || out.back() == ' ')) {}
      else if (blank) out += ' ';
      else if (lead < 0x20 || lead == 0x7F) out += escaped_byte(lead);
      else out += static_cast<char>(lead);
    } else {
      std::uint32_t c = lead & (0xFFU >> (length + 1));
      for (std::size_t i = 1; i < length; ++i) c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3F);
      if (is_invisible(c)) {
        std::string digits;
        for (std::uint32_t v = c; v || digits.size() < 4; v >>= 4) digits.insert(digits.begin(), "0123456789ABCDEF"[v & 15]);
        out += "<U+" + digits + ">";
      } else {
        out += text.substr(0, length);
      }
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string redacted(std::string_view secret) {
  const std::size_t shown = std::min<std::size_t>(4, secret.size() / 3);
  return excerpt_of(secret.substr(0, shown)) + "… (fingerprint " + keyed_fingerprint(secret) + ")";
}

}  // namespace stormwatch
