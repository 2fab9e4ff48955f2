// SPDX-License-Identifier: Apache-2.0
#include "live/exercise/canaries.h"

#include "base/text.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace stormwatch::live::exercise {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (is_letter_or_digit(c)) out += c;
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += kBase64[(held >> (bits - 6)) & 63];
  }
  if (bits) out += kBase64[(held << (6 - bits)) & 63];
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace

Result<std::vector<Canary>> make_canaries() {
  bool failed = false;
  const auto letters = [&](std::size_t count) {
    std::string text;
    std::array<unsigned char, 64> random{};
    while (text.size() < count && !failed) {
      if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) failed = true;
      for (const unsigned char byte : random)
        if (byte < 252 && text.size() < count) text += kLetters[byte % 36];
    }
    return text;
  };
  std::vector<Canary> all;
  const auto add = [&](std::string name, std::string path, const auto& content_of) {
    std::string marker = letters(24), content = content_of(marker);
    all.push_back({std::move(name), std::move(path), std::move(content), std::move(marker)});
  };
  const auto more = [&](std::size_t count) { return letters(count); };
  // The marker stands in lines of its own length, so that encodings of lines carry it whole.
  add("ssh private key", ".ssh/id_rsa", [&](const std::string& m) {
    std::string key = "-----BEGIN OPENSSH " + std::string("PRIVATE KEY-----\n") + "b3BlbnNzaC1rZXktdjEA" + more(50) + "\n";
    for (int i = 0; i < 6; ++i) key += more(70) + "\n";
    return key + m + more(46) + "\n-----END OPENSSH " + "PRIVATE KEY-----\n";
  });
  add("cloud credentials", ".aws/credentials", [&](const std::string& m) { return "[default]\naws_access_key_id = AKIA" + std::string("2") + "E0A8F3B244C9986\naws_secret_access_key = " + m + more(16) + "\n"; });
  add(".env of the home", ".env", [&](const std::string& m) { return "DATABASE_PASSWORD=" + m + "\n"; });
  add("git credentials", ".git-credentials", [&](const std::string& m) { return "https://developer:" + m + "@git.example.com\n"; });
  add("git configuration", ".gitconfig", [&](const std::string& m) { return "[user]\n\tname = developer\n\temail = " + m + "@example.com\n"; });
  add("netrc", ".netrc", [&](const std::string& m) { return "machine api.example.com login developer password " + m + "\n"; });
  add("kube configuration", ".kube/config", [&](const std::string& m) { return "apiVersion: v1\nkind: Config\nusers:\n- name: developer\n  user:\n    token: " + m + "\n"; });
  add("assistant configuration", ".cursor/mcp.json", [&](const std::string& m) { return "{\"mcpServers\": {\"notes\": {\"command\": \"true\", \"env\": {\"NOTES_TOKEN\": \"" + m + "\"}}}}\n"; });
  add("shell history", ".bash_history", [&](const std::string& m) { return "cd work\nexport NOTES_TOKEN=" + m + "\nls\n"; });
  add("token of the environment", "", [&](const std::string& m) { return "NOTES_API_TOKEN=" + m; });
  if (failed) return failure("the system gives no random numbers");
  return all;
}

MarkerSearch::MarkerSearch(const std::vector<Canary>& canaries) {
  for (const Canary& canary : canaries) {
    const auto add = [&](std::string text, bool any_case) { needles_.push_back({std::move(text), canary.name, any_case}); };
    add(canary.marker, true);
    add(std::string(canary.marker.rbegin(), canary.marker.rend()), true);
    add(hex(canary.marker), true);
    for (std::size_t shift = 0; shift < 3; ++shift) {
      // Only the letters that the marker alone decides: the first and last of an encoding depend on their neighbours.
      const std::string encoded = base64(std::string(shift, 'x') + canary.marker);
      const std::size_t skip = shift == 0 ? 0 : shift + 1;
      add(letters_of(std::string_view(encoded).substr(skip, encoded.size() - skip - 1)), false);
    }
  }
}

std::vector<std::string> MarkerSearch::in(std::string_view text) const {
  std::vector<std::string> found;
  const std::string exact = letters_of(text);
  std::string folded = exact;
  for (char& c : folded) c = lower(c);
  for (const Needle& needle : needles_)
    if ((needle.any_case ? folded : exact).find(needle.text) != std::string::npos && std::ranges::find(found, needle.canary) == found.end()) found.push_back(needle.canary);
  return found;
}

}  // namespace stormwatch::live::exercise
