// SPDX-License-Identifier: Apache-2.0
#include "collect/vex_remarks.h"

#include "base/file.h"
#include "collect/packages.h"

namespace stormwatch::collect {

void add_vex_remarks(const format::VexDocument& document, bool given, const Place& place, std::vector<PackageRemark>& into) {
  for (const format::VexStatement& statement : document.statements) {
    Place at = place;
    at.line = statement.line;
    const Sighting sighting{"exploitability", statement.vulnerabilities.front(), format::write_vex_note(statement, given), excerpt_of(statement.words), at};
    for (const format::DeclaredPackage& package : statement.packages) into.push_back({package.ecosystem, registry_spelling(package.ecosystem, package.name), package.version, sighting});
  }
}

Result<void> add_vex_file(const std::string& path, std::vector<PackageRemark>& into) {
  const Result<std::string> text = read_text(path, 256 << 20);
  if (!text) return std::unexpected(text.error());
  Result<format::VexDocument> document = format::parse_vex(*text, Limits{});
  if (!document) {
    document.error().where = path;
    return std::unexpected(document.error());
  }
  if (document->statements.empty()) return failure("no statement in it names a package by its URL, a flaw and a status", path);
  add_vex_remarks(*document, true, Place{.path = path}, into);
  return {};
}

}  // namespace stormwatch::collect
