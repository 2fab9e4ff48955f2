// SPDX-License-Identifier: Apache-2.0
#include "live/guard/flow.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace stormwatch::live::guard {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
/// "sendEmail_to-all" -> send, email, to, all.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = lower(name[i]);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter || (is_upper(name[i]) && i && !is_upper(name[i - 1]))) words.emplace_back();
    if (letter) words.back() += c;
  }
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

template <std::size_t N>
bool has_any(const std::vector<std::string>& words, const std::array<std::string_view, N>& of) {
  return std::ranges::any_of(words, [&](const std::string& word) { return std::ranges::find(of, word) != of.end(); });
}

constexpr std::array<std::string_view, 13> kBrings{"fetch", "browse", "crawl", "scrape", "web", "url", "page", "navigate", "website", "inbox", "rss", "feed", "download"};
constexpr std::array<std::string_view, 10> kWrittenByOthers{"mail", "email", "emails", "issue", "issues", "comment", "comments", "messages", "ticket", "tickets"};
constexpr std::array<std::string_view, 12> kReads{"get", "read", "list", "search", "fetch", "view", "open", "query", "find", "receive", "check", "show"};
constexpr std::array<std::string_view, 19> kSends{"send", "post", "upload", "publish", "tweet", "share", "webhook", "transfer", "forward", "reply",
                                                  "submit", "notify", "push", "exfiltrate", "transmit", "pay", "wire", "beacon", "sms"};
constexpr std::array<std::string_view, 9> kMakes{"create", "add", "update", "write", "put", "merge", "edit", "open", "make"};
constexpr std::array<std::string_view, 12> kPublicPlaces{"issue", "comment", "gist", "pull", "pr", "tweet", "mail", "email", "message", "invite", "webhook", "ticket"};

}  // namespace

bool is_secret_path(std::string_view path) {
  if (path.empty() || path.size() > 4096 || path.find('\n') != std::string_view::npos) return false;
  static const std::array<std::string_view, 26> kPaths{
      "*/.ssh/*", "~/.ssh*", "*/.ssh", ".ssh/*", "*id_rsa", "*id_ed25519", "*id_ecdsa", "*/.env", ".env", "*/.env.local", "*/.env.production", "*/.aws/credentials*", "*/.netrc", "*/.git-credentials",
      "*/.npmrc", "*/.pypirc", "*/.kube/config", "*/etc/shadow*", "*/.gnupg/*", "*/.docker/config.json", "*/.config/gcloud/*", "*.pem", "*.p12", "*.kdbx", "*/secrets.y*ml", "*/credentials.json"};
  return std::ranges::any_of(kPaths, [&](std::string_view pattern) { return pattern_matches(pattern, path); });
}

Part part_of(const Policy& policy, std::string_view tool, const std::vector<std::string_view>& texts) {
  const std::vector<std::string> words = words_of(tool.substr(0, 256));
  Part part;
  const bool reads = !words.empty() && has_any(std::vector<std::string>{words.front()}, kReads);
  const bool about_others = has_any(words, kWrittenByOthers);
  part.outbound = any_matches(policy.outbound, tool) || (has_any(words, kSends) && !reads) || (has_any(words, kMakes) && has_any(words, kPublicPlaces) && !reads);
  part.untrusted = any_matches(policy.untrusted, tool) || has_any(words, kBrings) || (reads && about_others);
  part.sensitive = any_matches(policy.sensitive, tool);
  bool url = false, body = false;
  for (const std::string_view text : texts) {
    part.sensitive = part.sensitive || is_secret_path(text) || any_matches(policy.sensitive_paths, text);
    const std::string host = host_of(text);
    if (!host.empty()) {
      url = true;
      const std::size_t query = text.find('?');
      body = body || (query != std::string_view::npos && text.size() - query > 60);  // a query that carries data
    } else if (text == "POST" || text == "PUT" || text == "PATCH") {
      body = true;
    }
  }
  part.outbound = part.outbound || (url && body);
  return part;
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || scheme == 0 || scheme > 16) return {};
  for (const char c : url.substr(0, scheme))
    if (!((lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')) return {};
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  if (rest.starts_with('[')) rest = rest.substr(0, rest.find(']') == std::string_view::npos ? 0 : rest.find(']') + 1);
  else rest = rest.substr(0, rest.find(':'));
  while (rest.ends_with('.')) rest.remove_suffix(1);
  std::string host;
  for (const char c : rest) host += lower(c);
  return host;
}

bool lies_within(std::string_view path, std::string_view folder) {
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos) return false;
  const auto parts_of = [](std::string_view text, std::vector<std::string_view>& parts) {
    while (!text.empty()) {
      const std::size_t slash = std::min(text.find('/'), text.size());
      const std::string_view part = text.substr(0, slash);
      text.remove_prefix(std::min(slash + 1, text.size()));
      if (part.empty() || part == ".") continue;
      if (part != "..") parts.push_back(part);
      else if (!parts.empty()) parts.pop_back();
    }
  };
  std::vector<std::string_view> have, want;
  parts_of(path, have);
  parts_of(folder, want);
  return have.size() >= want.size() && std::equal(want.begin(), want.end(), have.begin());
}

}  // namespace stormwatch::live::guard
