// SPDX-License-Identifier: Apache-2.0
// Which modules the target's own code imports: one remark a file, so that the graph can say which packages are used (graph/join_packages.h).
#include "code/import_lines.h"
#include "collect/collector.h"
#include "format/document.h"
#include "format/pickle_globals.h"

namespace stormwatch::collect {
namespace {

struct Language {
  std::string_view ecosystem;
  code::ImportSyntax syntax;
};

std::optional<Language> language_of(const Source& source) {
  using format::ContentKind;
  using code::ImportSyntax;
  if (source.kind == ContentKind::python || source.kind == ContentKind::notebook) return Language{"PyPI", ImportSyntax::python};
  if (source.kind == ContentKind::javascript || source.kind == ContentKind::typescript) return Language{"npm", ImportSyntax::javascript};
  if (source.kind != ContentKind::other_source) return std::nullopt;
  const std::string_view name = source.name;
  if (name.ends_with(".go")) return Language{"Go", ImportSyntax::go};
  if (name.ends_with(".java") || name.ends_with(".kt") || name.ends_with(".scala")) return Language{"Maven", ImportSyntax::java};
  if (name.ends_with(".cs")) return Language{"NuGet", ImportSyntax::c_sharp};
  if (name.ends_with(".rs")) return Language{"crates.io", ImportSyntax::rust};
  return std::nullopt;
}

/// What is installed imports what it needs itself; that says nothing of the target's own code.
bool is_installed(const Source& source) {
  for (const std::string& path : {source.path, source.member})
    if (path.find("site-packages/") != std::string::npos || path.find("node_modules/") != std::string::npos || path.find("dist-packages/") != std::string::npos) return true;
  return source.name.ends_with(".min.js");
}

bool wants_source(const Source& source) { return !source.text.empty() && language_of(source) && source.context != "vendored" && !is_installed(source); }

/// The code of a notebook's cells, a line each.
std::string cells_of(const Source& source) {
  const Result<Node> root = format::parse_json(source.text, *source.limits);
  const Node* cells = root ? root->find("cells") : nullptr;
  std::string text;
  if (!cells || !cells->is_list()) return text;
  for (const Node& cell : cells->items) {
    const Node* lines = cell.is_map() && cell.text("cell_type") == "code" ? cell.find("source") : nullptr;
    if (!lines) continue;
    if (lines->is_string()) text += lines->scalar;
    if (lines->is_list())
      for (const Node& line : lines->items)
        if (line.is_string()) text += line.scalar;
    text += '\n';
  }
  return text;
}

Result<Observation> read_source(const Source& source) {
  Observation observation;
  const Language language = *language_of(source);
  const bool is_notebook = source.kind == format::ContentKind::notebook;
  std::string modules;
  for (const code::ImportedModule& import : code::imported_modules(is_notebook ? cells_of(source) : source.text, language.syntax)) {
    if (language.ecosystem == "PyPI" && format::is_standard_module(std::string_view(import.module).substr(0, import.module.find('.')))) continue;
    if (language.ecosystem == "Maven" && (import.module.starts_with("java.") || import.module.starts_with("javax."))) continue;
    if (language.ecosystem == "Go" && import.module.find('.') == std::string::npos) continue;
    modules += import.module + ":" + std::to_string(is_notebook ? 0 : import.line) + " ";
  }
  if (modules.empty()) return observation;
  observation.remarks.push_back({std::string(language.ecosystem), "", "", {"import", "", std::move(modules), "", source.place(), Confidence::high, source.context}});
  return observation;
}

}  // namespace

extern const Collector package_imports;
const Collector package_imports{.name = "package-imports", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
