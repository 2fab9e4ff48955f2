// SPDX-License-Identifier: Apache-2.0
#include "live/verify_secrets.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "base/embedded.h"
#include "base/file.h"
#include "format/content_document.h"
#include "live/http_request.h"

namespace stormwatch::embedded {
extern const EmbeddedFile key_checks[];
extern const std::size_t key_checks_count;
}  // namespace stormwatch::embedded

namespace stormwatch::live {
namespace {

constexpr std::string_view kSecret = "{secret}";

std::unexpected<Error> wrong(const std::string& file, const Node& node, std::string what, std::string expected) {
  return failure(std::move(what), file, "line " + std::to_string(node.line), std::move(expected));
}

Result<std::vector<long>> statuses_of(const Node& node, const std::string& file) {
  std::vector<long> statuses;
  for (const Node& item : node.items) {
    const auto number = item.as_number();
    if (!number || *number < 100 || *number > 599) return wrong(file, item, "'" + item.scalar + "' is no status", "a list of HTTP statuses");
    statuses.push_back(static_cast<long>(*number));
  }
  if (statuses.empty()) return wrong(file, node, "no statuses", "a list of HTTP statuses");
  return statuses;
}

Result<std::vector<std::string>> texts_of(const Node& node, const std::string& file) {
  std::vector<std::string> texts;
  for (const Node& item : node.items) {
    if (!item.is_scalar() || item.scalar.find_first_of("\r\n") != std::string::npos) return wrong(file, item, "no text of one line", "a list of texts");
    texts.push_back(item.scalar);
  }
  return texts;
}

Result<KeyCheck> read_check(const Node& node, const std::string& file) {
  KeyCheck check;
  for (const Node::Member& member : node.members) {
    Result<void> read;
    const auto take = [&](auto from, auto& into) {
      if (from) into = std::move(*from);
      else read = std::unexpected(from.error());
    };
    if (member.key == "patterns") take(texts_of(member.value, file), check.patterns);
    else if (member.key == "headers") take(texts_of(member.value, file), check.headers);
    else if (member.key == "accepted") take(statuses_of(member.value, file), check.accepted);
    else if (member.key == "refused") take(statuses_of(member.value, file), check.refused);
    else if (member.key == "method") check.method = member.value.scalar;
    else if (member.key == "url") check.url = member.value.scalar;
    else if (member.key == "accepted_text") check.accepted_text = member.value.scalar;
    else return wrong(file, member.value, "unknown key '" + member.key + "'", "patterns, method, url, headers, accepted, refused, accepted_text");
    if (!read) return std::unexpected(read.error());
  }
  if (check.method != "GET" && check.method != "POST") return wrong(file, node, "method '" + check.method + "'", "GET or POST");
  const std::size_t host_end = check.url.find('/', check.url.find("://") + 3);
  const bool safe = check.url.starts_with("https://") || (check.url.starts_with("http://") && is_loopback(check.url));
  if (!safe || host_end == std::string::npos || check.url.find(kSecret) < host_end) return wrong(file, node, "url '" + check.url + "'", "https://HOST/... with a fixed host");
  const bool asks = check.url.find(kSecret) != std::string::npos || std::ranges::any_of(check.headers, [](const std::string& header) { return header.find(kSecret) != std::string::npos; });
  if (!asks || check.patterns.empty() || check.accepted.empty()) return wrong(file, node, "a check that asks nothing", "patterns, accepted, and {secret} in a header or the url");
  return check;
}

Result<void> add_checks(std::string_view text, const std::string& file, std::vector<KeyCheck>& checks) {
  const Result<std::vector<Node>> documents = format::read_content(text, file);
  if (!documents) return std::unexpected(documents.error());
  for (const Node& document : *documents) {
    const Node* list = document.find("checks");
    if (!list || !list->is_list()) return wrong(file, document, "no list `checks`", "checks: [...]");
    for (const Node& item : list->items) {
      Result<KeyCheck> check = read_check(item, file);
      if (!check) return std::unexpected(check.error());
      checks.push_back(std::move(*check));
    }
  }
  return {};
}

// In a path only what needs no escape; keys have no other characters, and what has is not sent.
bool fits_a_path(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':' || c == '.' || c == '~'; });
}
bool fits_a_header(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string filled(std::string text, std::string_view value) {
  for (std::size_t at; (at = text.find(kSecret)) != std::string::npos;) text.replace(at, kSecret.size(), value);
  return text;
}

Verified ask(const HeldSecret& secret, const KeyCheck& check, double seconds) {
  if (!fits_a_header(secret.value) || (check.url.find(kSecret) != std::string::npos && !fits_a_path(secret.value)))
    return {secret.asset, "", "the value has characters that the request cannot carry"};
  HttpRequest asked;
  asked.method = check.method;
  asked.url = filled(check.url, secret.value);
  for (const std::string& header : check.headers) asked.headers.push_back(filled(header, secret.value));
  asked.seconds = seconds;
  asked.most_bytes = 4U << 20;
  const Result<HttpAnswer> answer = request(asked);
  if (!answer) return {secret.asset, "unknown", "no answer from " + origin_of(check.url)};
  const std::string said = origin_of(check.url) + " answered " + std::to_string(answer->status);
  if (std::ranges::find(check.refused, answer->status) != check.refused.end()) return {secret.asset, "refused", said};
  if (std::ranges::find(check.accepted, answer->status) == check.accepted.end()) return {secret.asset, "unknown", said};
  const bool agreed = answer->body.find(check.accepted_text) != std::string::npos;
  return {secret.asset, agreed ? "accepted" : "refused", said};
}

}  // namespace

Result<std::vector<KeyCheck>> load_key_checks(const std::vector<std::string>& folders) {
  std::vector<KeyCheck> checks;
  for (const std::string& folder : folders) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
      if (at->path().extension() == ".yaml") files.push_back(at->path().native());
    if (error) return failure("cannot list the folder: " + error.message(), folder);
    std::ranges::sort(files);
    for (const std::string& file : files) {
      const Result<std::string> text = read_text(file);
      if (!text) return std::unexpected(text.error());
      if (Result<void> added = add_checks(*text, file, checks); !added) return std::unexpected(added.error());
    }
  }
  for (std::size_t i = 0; i < embedded::key_checks_count; ++i)
    if (Result<void> added = add_checks(embedded::key_checks[i].text(), std::string("key_checks/") + embedded::key_checks[i].path, checks); !added) return std::unexpected(added.error());
  return checks;
}

std::vector<Verified> verify_secrets(std::span<const HeldSecret> secrets, std::span<const KeyCheck> checks, const VerifyLimits& limits) {
  std::map<std::string_view, const KeyCheck*> check_of;
  for (const KeyCheck& check : checks)
    for (const std::string& pattern : check.patterns) check_of.emplace(pattern, &check);
  const auto deadline = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.seconds_all));
  std::vector<Verified> answers;
  std::set<AssetId> seen;
  std::size_t asked = 0;
  for (const HeldSecret& secret : secrets) {
    if (!seen.insert(secret.asset).second) continue;
    const auto check = check_of.find(secret.pattern);
    const double left = std::chrono::duration<double>(deadline - Clock::now()).count();
    if (check == check_of.end()) answers.push_back({secret.asset, "", "no harmless way to ask is known for " + secret.pattern});
    else if (asked >= limits.most || left < 1) answers.push_back({secret.asset, "", "more keys than are asked for in one scan"});
    else {
      answers.push_back(ask(secret, *check->second, std::min(limits.seconds_each, left)));
      ++asked;
    }
  }
  return answers;
}

}  // namespace stormwatch::live
