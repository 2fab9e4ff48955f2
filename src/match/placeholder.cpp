// SPDX-License-Identifier: Apache-2.0
#include "match/placeholder.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/hash.h"
#include "base/text.h"
#include "match/checksum.h"

namespace stormwatch::match {

namespace {

// Values that are computed or filled in elsewhere: ${X}, $(x), {{x}}, <x>, %(x)s, %s, #{x}.
bool is_template(std::string_view value) {
  static constexpr std::array<std::string_view, 8> markers{"${", "{{", "$(", "%(", "#{", "<%", "%{", "%s"};
  if (std::ranges::any_of(markers, [&](std::string_view marker) { return value.find(marker) != std::string_view::npos; })) return true;
  const std::size_t open = value.find('<');
  if (open != std::string_view::npos && value.find('>', open) != std::string_view::npos) return true;
  return value.starts_with('$') || (value.starts_with('{') && value.ends_with('}'));
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// A stand-in's word, not within other letters: long random texts hold short words by chance.
bool has_word(const std::string& lower) {
  static constexpr std::array<std::string_view, 29> words{
      "example", "placeholder", "changeme", "change", "replaceme", "replace", "your", "yourkey", "yourtoken", "yoursecret",
      "yourpassword", "yourapi", "my-secret", "my_secret", "here", "insert", "enter", "redacted", "dummy", "notreal", "not-real",
      "not_real", "sample", "fake", "todo", "fixme", "foobar", "removed", "hidden"};
  return std::ranges::any_of(words, [&](std::string_view word) {
    for (std::size_t at = lower.find(word); at != std::string::npos; at = lower.find(word, at + 1)) {
      const bool begins = at == 0 || !(is_letter(lower[at - 1]) || (lower[at - 1] >= '0' && lower[at - 1] <= '9'));
      const bool ends = at + word.size() == lower.size() || !is_letter(lower[at + word.size()]);
      if (begins && ends) return true;
    }
    return false;
  });
}

// Values that the OAuth specifications (RFC 5849, 6749, 6750, 7662) print, and the keys that every Azurite and every Cosmos DB emulator has
// (learn.microsoft.com); by their hashes, so that they do not stand here too.
bool is_documented(std::string_view value) {
  static constexpr std::array<std::uint64_t, 11> hashes{0x2ca5c4538c41f76bULL, 0x21d132071bbf345dULL, 0x7ccf41398516a71fULL, 0x3ac1218554287ff3ULL, 0x75e5c42ddb7ecc83ULL, 0x806d1721dd1590baULL, 0x4c9da1722558682eULL, 0x11117c7c712b2e9aULL, 0xaeafd59f1361c85aULL, 0xb9a4a4ca04b71520ULL, 0x2fe7688f0e934e73ULL};
  return std::ranges::find(hashes, hash64(value)) != hashes.end();
}

// One character over and over ("xxxxxxxx", "********", "0000"), or a longer run inside than chance gives.
bool is_repetitive(std::string_view value) {
  std::array<bool, 256> seen{};
  std::size_t distinct = 0, run = 1, longest = 1;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (!seen[c]) seen[c] = true, ++distinct;
    run = i > 0 && value[i] == value[i - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  if (value.size() > 200) return longest * 3 >= value.size();  // long keys have runs of their own
  return (value.size() >= 8 && distinct <= 3) || longest >= 6 || (longest >= 4 && longest * 2 >= value.size());
}

// "1234567890", "abcdefgh": most steps to the next character are +1.
bool is_sequential(const std::string& lower) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < lower.size(); ++i)
    if (lower[i] == lower[i - 1] + 1 || (lower[i - 1] == '9' && (lower[i] == '0' || lower[i] == 'a'))) ++steps;
  return lower.size() >= 6 && steps * 5 >= lower.size() * 4;
}

// "sk_live_abc123xyz987": after the prefix nothing but runs that count up or down or repeat, each of three or more.
bool is_counted(std::string_view lower) {
  lower.remove_prefix(lower.find_last_of("_-") + 1);
  if (lower.size() < 9 || lower.size() > 40) return false;
  for (std::size_t begin = 0; begin < lower.size();) {
    const int step = begin + 1 < lower.size() ? lower[begin + 1] - lower[begin] : 2;
    if (step < -1 || step > 1) return false;
    std::size_t end = begin + 2;
    while (end < lower.size() && lower[end] - lower[end - 1] == step) ++end;
    if (end - begin < 3) return false;
    begin = end;
  }
  return true;
}

// "000102030405...": bytes that count up, in hexadecimal, as documentation and tests write keys.
bool is_counted_bytes(std::string_view lower) {
  if (lower.size() < 16 || lower.size() % 2 != 0) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  int before = -1;
  for (std::size_t i = 0; i < lower.size(); i += 2) {
    const int high = digit(lower[i]), low = digit(lower[i + 1]), now = high * 16 + low;
    if (high < 0 || low < 0 || (i > 0 && now != (before + 1) % 256)) return false;
    before = now;
  }
  return true;
}

// Of a token in parts ("xoxa-2-511111111-...-e039d0...") the last is the secret; ids before it may be made unreadable on their own.
bool ends_in_random_part(std::string_view value) {
  const std::string_view tail = value.substr(value.find_last_of("-_.") + 1);
  if (tail.size() == value.size() || tail.size() < 16) return false;
  const bool digit = std::ranges::any_of(tail, [](char c) { return c >= '0' && c <= '9'; });
  const bool letter = std::ranges::any_of(tail, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  std::array<bool, 256> seen{};
  for (const char c : tail) seen[static_cast<unsigned char>(c)] = true;
  return digit && letter && std::ranges::count(seen, true) >= 9 && !is_repetitive(tail) && !is_sequential(lower(tail));
}

}  // namespace

bool is_placeholder(std::string_view value) {
  if (value.size() > 200) return is_repetitive(value) || value.find("EXAMPLEEXAMPLE") != std::string_view::npos;  // key bodies and long tokens: their checks tell more
  if (value.find("...") != std::string_view::npos || value.find("\xE2\x80\xA6") != std::string_view::npos) return true;
  if (is_template(value) || (is_repetitive(value) && !ends_in_random_part(value)) || is_documented(value)) return true;
  if (value.size() >= 12 && value.size() % 4 == 0 && value.find_first_of("-_.") == std::string_view::npos) {  // a stand-in in base64, as manifests have them
    const std::string decoded = base64_decoded(value);
    const bool readable = std::ranges::all_of(decoded, [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\n'; });
    if (decoded == "password" || decoded == "password\n") return true;
    if (readable && decoded.size() >= 8 && is_placeholder(std::string_view(decoded).substr(0, decoded.find('\n')))) return true;
  }
  const std::string small = lower(value);
  return is_sequential(small) || is_counted(small) || is_counted_bytes(small) || has_word(small) || small.find("abcdefghij") != std::string::npos ||
         value.find("EXAMPLE") != std::string_view::npos;
}

}  // namespace stormwatch::match
