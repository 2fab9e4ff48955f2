// SPDX-License-Identifier: Apache-2.0
#include "app/accepted.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/pipeline.h"
#include "base/file.h"
#include "format/document.h"
#include "report/json.h"

namespace stormwatch::app {

bool glob_matches(std::string_view glob, std::string_view path) {
  if (glob.empty()) return path.empty();
  if (glob.starts_with("**")) {
    std::string_view rest = glob.substr(2);
    if (rest.starts_with('/')) rest.remove_prefix(1);
    for (std::size_t i = 0; i <= path.size(); ++i)
      if ((i == 0 || path[i - 1] == '/' || glob.size() == 2 || glob[2] != '/') && glob_matches(rest, path.substr(i))) return true;
    return false;
  }
  if (glob[0] == '*') {
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (glob_matches(glob.substr(1), path.substr(i))) return true;
      if (i < path.size() && path[i] == '/') break;
    }
    return false;
  }
  return !path.empty() && (glob[0] == path[0] || (glob[0] == '?' && path[0] != '/')) && glob_matches(glob.substr(1), path.substr(1));
}

Result<Accepted> Accepted::load(const std::string& baseline_report, const std::string& suppressions_file) {
  Accepted accepted;
  if (!baseline_report.empty()) {
    const Result<std::string> text = read_text(baseline_report, 4ULL << 30);
    if (!text) return std::unexpected(text.error());
    Result<Posture> posture = report::from_json(*text);
    if (!posture) {
      posture.error().where = baseline_report;
      return std::unexpected(posture.error());
    }
    for (const Finding& finding : posture->findings) accepted.baseline_.insert(finding.id);
  }
  if (suppressions_file.empty()) return accepted;
  const Result<std::string> text = read_text(suppressions_file);
  if (!text) return std::unexpected(text.error());
  auto documents = format::parse_yaml(*text, Limits{});
  if (!documents) {
    documents.error().where = suppressions_file;
    return std::unexpected(documents.error());
  }
  if (documents->empty() || documents->front().kind == Node::Kind::null) return accepted;
  if (!documents->front().is_list()) return failure("not a list", suppressions_file, "line 1", "- {finding or rule, path, reason, until}");
  for (const Node& item : documents->front().items) {
    const auto typo = [&](std::string what, std::string expected) {
      return failure(std::move(what), suppressions_file, fmt::format("line {}", item.line), std::move(expected));
    };
    static constexpr std::string_view known[] = {"finding", "rule", "path", "reason", "until"};
    for (const Node::Member& member : item.members)
      if (std::ranges::find(known, member.key) == std::end(known)) return typo("unknown word '" + member.key + "'", "finding, rule, path, reason, until");
    Suppression s{std::string(item.text("finding")), std::string(item.text("rule")), std::string(item.text("path")),
                  std::string(item.text("reason")), std::string(item.text("until"))};
    if (s.finding.empty() && s.rule.empty() && s.path.empty()) return typo("nothing is named", "finding, rule or path");
    if (s.reason.empty()) return typo("no reason", "reason: why this is accepted");
    if (!s.until.empty() && (s.until.size() != 10 || s.until[4] != '-' || s.until[7] != '-')) return typo("until: " + s.until, "YYYY-MM-DD");
    accepted.suppressions_.push_back(std::move(s));
  }
  return accepted;
}

void Accepted::apply(std::vector<Finding>& findings) const {
  const std::string today = now_utc().substr(0, 10);
  for (Finding& finding : findings) {
    const bool named = std::ranges::any_of(suppressions_, [&](const Suppression& s) {
      return (s.finding.empty() || s.finding == finding.id.text()) && (s.rule.empty() || s.rule == finding.signal.rule) &&
             (s.path.empty() || glob_matches(s.path, finding.signal.place.path)) && (s.until.empty() || s.until >= today);
    });
    if (named || baseline_.contains(finding.id)) finding.state = FindingState::accepted;
  }
}

}  // namespace stormwatch::app
