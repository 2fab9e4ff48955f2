// SPDX-License-Identifier: Apache-2.0
#include "format/vex.h"

#include <algorithm>
#include <array>
#include <map>

#include "format/document.h"
#include "format/package_url.h"

namespace stormwatch::format {
namespace {

constexpr std::size_t kMostStatements = 100'000, kMostPackages = 10'000, kMostAliases = 100;

const std::vector<Node>& items_of(const Node* list) {
  static const std::vector<Node> none;
  return list && list->is_list() ? list->items : none;
}

void add_package(std::string_view url, VexStatement& statement) {
  DeclaredPackage package;
  if (statement.packages.size() < kMostPackages && read_package_url(url, package)) statement.packages.push_back(std::move(package));
}

void add_id(std::string_view id, VexStatement& statement) {
  if (!id.empty() && id.size() <= 64 && id.find_first_of(" ;,=\n\t") == std::string_view::npos && statement.vulnerabilities.size() < kMostAliases) statement.vulnerabilities.emplace_back(id);
}

void take(VexStatement statement, VexDocument& document) {
  static constexpr std::array<std::string_view, 4> kStatus{"not_affected", "affected", "fixed", "under_investigation"};
  const bool whole = !statement.vulnerabilities.empty() && !statement.packages.empty() && std::ranges::find(kStatus, statement.status) != kStatus.end();
  if (whole && document.statements.size() < kMostStatements) document.statements.push_back(std::move(statement));
  else ++document.left_out;
}

/// A component of OpenVEX: its own URL, or that among its identifiers.
void add_component(const Node& component, VexStatement& statement) {
  const std::size_t before = statement.packages.size();
  if (const Node* identifiers = component.find("identifiers")) add_package(identifiers->text("purl"), statement);
  if (statement.packages.size() == before) add_package(component.is_string() ? component.scalar : component.text("@id"), statement);
}

VexDocument read_openvex(const Node& root) {
  VexDocument document;
  for (const Node& one : items_of(root.find("statements"))) {
    VexStatement statement{.status = std::string(one.text("status")), .justification = std::string(one.text("justification")), .author = std::string(one.text("supplier", root.text("author"))), .line = one.line};
    statement.timestamp = one.text("last_updated", one.text("timestamp", root.text("last_updated", root.text("timestamp"))));
    statement.words = one.text("impact_statement", one.text("status_notes", one.text("action_statement")));
    if (const Node* flaw = one.find("vulnerability")) {
      // Version 0.0.1 of the format wrote the id alone.
      add_id(flaw->is_string() ? flaw->scalar : flaw->text("name"), statement);
      for (const Node& alias : items_of(flaw->find("aliases"))) add_id(alias.scalar, statement);
    }
    for (const Node& product : items_of(one.find("products"))) {
      const std::vector<Node>& parts = items_of(product.find("subcomponents"));
      for (const Node& part : parts) add_component(part, statement);
      if (parts.empty()) add_component(product, statement);
    }
    for (const Node& part : items_of(one.find("subcomponents"))) add_component(part, statement);
    take(std::move(statement), document);
  }
  return document;
}

std::string status_of_state(std::string_view state) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kStates{{{"not_affected", "not_affected"}, {"false_positive", "not_affected"}, {"resolved", "fixed"}, {"resolved_with_pedigree", "fixed"}, {"exploitable", "affected"}, {"in_triage", "under_investigation"}}};
  const auto found = std::ranges::find(kStates, state, &std::pair<std::string_view, std::string_view>::first);
  return found == kStates.end() ? std::string() : std::string(found->second);
}

using Urls = std::map<std::string, std::string, std::less<>>;  // bom-ref -> package URL

void collect_urls(const Node* components, const Limits& limits, Urls& urls, std::size_t depth = 0) {
  if (depth > limits.document_depth) return;
  for (const Node& component : items_of(components)) {
    if (const std::string_view url = component.text("purl"); !url.empty()) urls.emplace(component.text("bom-ref"), url);
    collect_urls(component.find("components"), limits, urls, depth + 1);
  }
}

std::string author_of(const Node& root) {
  if (const Node* authors = root.at_path("metadata.authors.0")) return std::string(authors->text("name", authors->text("email")));
  if (const Node* supplier = root.at_path("metadata.supplier")) return std::string(supplier->text("name"));
  return {};
}

VexDocument read_cyclonedx(const Node& root, const Limits& limits) {
  Urls urls;
  collect_urls(root.find("components"), limits, urls);
  if (const Node* subject = root.at_path("metadata.component"); subject && !subject->text("purl").empty()) urls.emplace(subject->text("bom-ref"), subject->text("purl"));
  const Node* metadata = root.find("metadata");
  const std::string issued(metadata ? metadata->text("timestamp") : std::string_view{}), author = author_of(root);
  VexDocument document;
  for (const Node& one : items_of(root.find("vulnerabilities"))) {
    const Node* analysis = one.find("analysis");
    if (!analysis || analysis->text("state").empty()) continue;  // a flaw that is only listed
    VexStatement statement{.status = status_of_state(analysis->text("state")), .justification = std::string(analysis->text("justification")), .words = std::string(analysis->text("detail")), .author = author, .line = one.line};
    if (analysis->text("state") == "false_positive" && statement.justification.empty()) statement.justification = "false_positive";
    statement.timestamp = analysis->text("lastUpdated", analysis->text("firstIssued", one.text("updated", issued)));
    add_id(one.text("id"), statement);
    for (const Node& reference : items_of(one.find("references"))) add_id(reference.text("id"), statement);
    for (const Node& affected : items_of(one.find("affects"))) {
      std::string_view reference = affected.text("ref");
      if (const std::size_t part = reference.find('#'); reference.starts_with("urn:cdx:") && part != std::string_view::npos) reference.remove_prefix(part + 1);
      const auto url = urls.find(reference);
      add_package(url == urls.end() ? reference : std::string_view(url->second), statement);
    }
    take(std::move(statement), document);
  }
  return document;
}

/// Untrusted text as a value of a note: visible, without the separator, bounded.
std::string value_of(std::string_view text) {
  std::string value;
  for (const char c : text.substr(0, 120)) value += static_cast<unsigned char>(c) < ' ' || c == ';' || c == 127 ? ' ' : c;
  return value;
}

}  // namespace

std::string write_vex_note(const VexStatement& statement, bool given) {
  std::string ids;
  for (const std::string& id : statement.vulnerabilities) ids += (ids.empty() ? "" : ",") + id;
  return "status=" + statement.status + ";ids=" + ids + ";because=" + value_of(statement.justification) + ";by=" + value_of(statement.author) + ";at=" + value_of(statement.timestamp) + (given ? ";given" : "");
}

VexNote read_vex_note(std::string_view text) {
  VexNote note;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view key = part.substr(0, equals), value = part.substr(std::min(equals + 1, part.size()));
    if (key == "status") note.status = value;
    else if (key == "because") note.justification = value;
    else if (key == "by") note.author = value;
    else if (key == "at") note.timestamp = value;
    else if (key == "given") note.given = true;
    else if (key == "ids")
      for (std::string_view ids = value; !ids.empty(); ids.remove_prefix(std::min(ids.size(), ids.find(',') == std::string_view::npos ? ids.size() : ids.find(',') + 1))) note.vulnerabilities.emplace_back(ids.substr(0, ids.find(',')));
  }
  return note;
}

bool looks_like_vex(std::string_view text) {
  const std::string_view head = text.substr(0, 4096);
  if (head.find("openvex.dev/ns") != std::string_view::npos) return true;
  return head.find("CycloneDX") != std::string_view::npos && text.find("\"vulnerabilities\"") != std::string_view::npos && text.find("\"analysis\"") != std::string_view::npos;
}

Result<VexDocument> parse_vex(std::string_view text, const Limits& limits) {
  Result<Node> root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  if (root->text("@context").find("openvex.dev/ns") != std::string_view::npos) return read_openvex(*root);
  if (root->text("bomFormat") == "CycloneDX") return read_cyclonedx(*root, limits);
  return failure("no VEX document", "", "", "OpenVEX, or CycloneDX with an analysis of its vulnerabilities");
}

}  // namespace stormwatch::format
