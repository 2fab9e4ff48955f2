// SPDX-License-Identifier: Apache-2.0
// The target folder as a repository, with the governance documents that stand in it, told by their names.
//
// A document that is there says no more than that it is there; what it holds is not judged.
#include <algorithm>
#include <array>
#include <set>

#include "collect/collector.h"

namespace stormwatch::collect {

extern const Collector repository;

namespace {
using namespace std::literals;

struct Document {
  std::string_view words;  ///< all must stand in the file's name as whole words, in this order
  std::string_view document;
};
constexpr Document kDocuments[] = {
    {"model card", "model-card"},
    {"modelcard", "model-card"},
    {"system card", "system-card"},
    {"data card", "data-card"},
    {"datacard", "data-card"},
    {"dataset card", "data-card"},
    {"datasheet", "data-card"},
    {"data sheet", "data-card"},
    {"risk assessment", "risk-assessment"},
    {"risk register", "risk-assessment"},
    {"ai risk", "risk-assessment"},
    {"impact assessment", "impact-assessment"},
    {"fria", "impact-assessment"},
    {"aiia", "impact-assessment"},
    {"dpia", "dpia"},
    {"data protection impact", "dpia"},
    {"threat model", "threat-model"},
    {"incident response", "incident-process"},
    {"incident process", "incident-process"},
    {"incident management", "incident-process"},
    {"incident plan", "incident-process"},
    {"security", "security-policy"},
    {"security policy", "security-policy"},
    {"ai policy", "ai-policy"},
    {"responsible ai", "ai-policy"},
    {"acceptable use", "ai-policy"},
    {"technical documentation", "technical-documentation"},
    {"post market monitoring", "monitoring-plan"},
    {"monitoring plan", "monitoring-plan"},
    {"human oversight", "human-oversight"},
    {"data governance", "data-governance"},
    {"evaluation report", "evaluation-report"},
    {"red team report", "evaluation-report"},
    {"license", "licence"},
    {"licence", "licence"},
    {"codeowners", "code-owners"},
    {"changelog", "changelog"},
    {"transparency notice", "transparency-notice"},
};

constexpr std::array kEndings{"md"sv, "markdown"sv, "rst"sv, "txt"sv, "adoc"sv, "pdf"sv, "docx"sv, "doc"sv, "html"sv, "yaml"sv, "yml"sv, "json"sv, "xlsx"sv, "odt"sv};
constexpr std::array kOthersFolders{"node_modules"sv, "site-packages"sv, "vendor"sv, "third_party"sv, ".venv"sv, "venv"sv, "test"sv, "tests"sv, "fixtures"sv, "examples"sv};

/// "docs/AI_Risk-Assessment.v2.md" as "ai risk assessment v2"; empty if the ending is not a document's.
std::string words_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  std::string ending(dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1));
  std::ranges::transform(ending, ending.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (dot != std::string_view::npos && std::ranges::find(kEndings, std::string_view(ending)) == kEndings.end()) return {};
  std::string words;
  char before = ' ';
  for (char c : name.substr(0, dot)) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && before >= 'a' && before <= 'z') words += ' ';  // ModelCard
    before = c;
    words += upper ? static_cast<char>(c + 32) : c == '_' || c == '-' || c == '.' ? ' ' : c;
  }
  return words;
}

bool holds_words(std::string_view text, std::string_view words) {
  for (std::size_t at = text.find(words); at != std::string_view::npos; at = text.find(words, at + 1)) {
    const bool starts = at == 0 || text[at - 1] == ' ';
    const std::size_t end = at + words.size();
    if (starts && (end == text.size() || text[end] == ' ')) return true;
  }
  return false;
}

bool is_others(std::string_view path) {
  for (std::size_t slash; (slash = path.find('/')) != std::string_view::npos; path.remove_prefix(slash + 1))
    if (std::ranges::find(kOthersFolders, path.substr(0, slash)) != kOthersFolders.end()) return true;
  return false;
}

std::optional<std::string_view> document_of(std::string_view path) {
  const std::string words = words_of(path.substr(path.rfind('/') + 1));
  if (words.empty()) return std::nullopt;
  for (const Document& row : kDocuments) {
    // "security", "license" and the like are documents only when that is the whole name.
    const bool one_word = row.words.find(' ') == std::string_view::npos;
    if (one_word ? words == row.words : holds_words(words, row.words)) return row.document;
  }
  return std::nullopt;
}

bool wants(const Source& source) { return source.kind == format::ContentKind::empty && source.name == "." && source.member.empty(); }

Result<Observation> read(const Source& source) {
  RepositoryFacts facts;
  std::set<std::string_view> documents;
  Asset asset = make_asset(source.path, source.path == "." ? "repository" : source.path, facts);
  for (const std::string& path : source.files->paths()) {
    if (is_others(path)) continue;
    const std::optional<std::string_view> document = document_of(path);
    if (!document || !documents.insert(*document).second) continue;
    asset.places.push_back({.path = path});
  }
  if (asset.places.empty()) asset.places.push_back({.path = source.path});
  for (std::string_view document : documents) facts.documents.emplace_back(document);
  asset.facts = std::move(facts);
  Observation said;
  said.add(std::move(asset));
  return said;
}
}  // namespace

const Collector repository{.name = "repository", .wants = wants, .read = read};

}  // namespace stormwatch::collect
