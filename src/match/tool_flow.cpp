// SPDX-License-Identifier: Apache-2.0
#include "match/tool_flow.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace stormwatch::match {
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

constexpr std::string_view kDropSites[] = {"webhook.site", "requestbin.", "pipedream.net", "requestcatcher.com", "ngrok.io", "ngrok-free.app", "ngrok.app", "trycloudflare.com", "interact.sh", "oast.",
                                           "burpcollaborator.net", "beeceptor.com", "hookb.in", "transfer.sh", "file.io", "0x0.st", "termbin.com", "pastebin.com", "api.telegram.org", "discord.com",
                                           "discordapp.com", "serveo.net", "localhost.run", "dnslog.cn", "ceye.io", "canarytokens.com"};

}  // namespace

bool wildcard_matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && lower(pattern[p]) == lower(name[n])) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool is_secret_path(std::string_view path) {
  if (path.empty() || path.size() > 4096 || path.find('\n') != std::string_view::npos) return false;
  static const std::array<std::string_view, 26> kPaths{
      "*/.ssh/*", "~/.ssh*", "*/.ssh", ".ssh/*", "*id_rsa", "*id_ed25519", "*id_ecdsa", "*/.env", ".env", "*/.env.local", "*/.env.production", "*/.aws/credentials*", "*/.netrc", "*/.git-credentials",
      "*/.npmrc", "*/.pypirc", "*/.kube/config", "*/etc/shadow*", "*/.gnupg/*", "*/.docker/config.json", "*/.config/gcloud/*", "*.pem", "*.p12", "*.kdbx", "*/secrets.y*ml", "*/credentials.json"};
  return std::ranges::any_of(kPaths, [&](std::string_view pattern) { return wildcard_matches(pattern, path); });
}

ToolFlow flow_of(std::string_view tool, std::span<const std::string_view> texts) {
  const std::vector<std::string> words = words_of(tool.substr(0, 256));
  ToolFlow flow;
  const bool reads = !words.empty() && has_any(std::vector<std::string>{words.front()}, kReads);
  const bool about_others = has_any(words, kWrittenByOthers);
  flow.outbound = (has_any(words, kSends) && !reads) || (has_any(words, kMakes) && has_any(words, kPublicPlaces) && !reads);
  flow.untrusted = has_any(words, kBrings) || (reads && about_others);
  bool url = false, body = false;
  for (const std::string_view text : texts) {
    flow.sensitive = flow.sensitive || is_secret_path(text);
    const std::string host = host_of(text);
    if (!host.empty()) {
      url = true;
      const std::size_t query = text.find('?');
      body = body || (query != std::string_view::npos && text.size() - query > 60);  // a query that carries data
    } else if (text == "POST" || text == "PUT" || text == "PATCH") {
      body = true;
    }
  }
  flow.outbound = flow.outbound || (url && body);
  return flow;
}

std::string_view drop_site_of(std::string_view host) {
  for (const std::string_view site : kDropSites)
    if (host == site || (host.ends_with(site) && host[host.size() - site.size() - 1] == '.') || (site.ends_with('.') && host.find(site) != std::string_view::npos)) return site.substr(0, site.find('.'));
  return {};
}

bool is_drop_site(std::string_view host) { return !drop_site_of(host).empty(); }

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

}  // namespace stormwatch::match
