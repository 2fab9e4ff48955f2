// SPDX-License-Identifier: Apache-2.0
// What npm runs when a package is installed (docs.npmjs.com, "scripts", life cycle): the install scripts of package.json, of the target's own
// package and of modules that are there. A command that attacks the machine is named in the sighting's detail.
#include <algorithm>
#include <array>

#include "collect/collector.h"
#include "collect/command_text.h"
#include "collect/packages.h"
#include "collect/understanding/view.h"
#include "format/document.h"
#include "format/package_url.h"

namespace stormwatch::collect {
namespace {

bool wants_source(const Source& source) { return source.name == "package.json" && source.text.find("install\"") != std::string_view::npos; }

/// Code in the command line that fetches, decodes or starts things: nothing that a build needs.
bool is_inline_code(std::string_view command) {
  const bool is_code = command.find("node -e") != std::string_view::npos || command.find("node --eval") != std::string_view::npos || command.find("python -c") != std::string_view::npos || command.find("python3 -c") != std::string_view::npos;
  if (!is_code) return false;
  return std::ranges::any_of(std::array<std::string_view, 8>{"http", "child_process", "exec(", "Buffer.from", "atob(", "eval(", "urllib", "process.env"}, [&](std::string_view part) { return command.find(part) != std::string_view::npos; });
}

std::string danger_of(std::string_view command, const Source& source) {
  if (!source.patterns) return is_inline_code(command) ? "inline-code" : "";
  const std::vector<match::Hit> hits = source.patterns->scan(command);
  for (const Sighting& sighting : read_commands(command, hits, *source.patterns, "shell", [&](std::size_t) { return source.place(); }))
    if (sighting.confidence != Confidence::low) return sighting.subject;
  return is_inline_code(command) ? "inline-code" : "";
}

/// The module that is there, or the application that the file is of.
Asset owner_of(const Source& source, const Node& root) {
  const std::string name(root.text("name")), version(root.text("version"));
  if (path_within(source).find("node_modules/") == std::string_view::npos || name.empty() || version.empty()) return application_of(source);
  PackageFacts facts;
  facts.ecosystem = "npm";
  facts.version = excerpt_of(version, 80);
  facts.install_script = true;
  const std::string spelled = registry_spelling("npm", name);
  facts.purl = format::package_url("npm", spelled, facts.version);
  return make_asset("npm/" + spelled + "@" + facts.version, spelled, std::move(facts), source.place());
}

Result<Observation> read_source(const Source& source) {
  Observation observation;
  const Result<Node> root = format::parse_json(source.text, *source.limits);
  if (!root) return std::unexpected(root.error());
  const Node* scripts = root->find("scripts");
  if (!scripts || !scripts->is_map()) return observation;
  std::vector<Sighting> seen;
  for (const Node::Member& member : scripts->members) {
    if (member.key != "preinstall" && member.key != "install" && member.key != "postinstall") continue;
    if (!member.value.is_string() || member.value.scalar.empty()) continue;
    seen.push_back({"install-script", member.key, danger_of(member.value.scalar, source), excerpt_of(member.value.scalar), source.place_of_line(member.line), Confidence::high, source.context});
  }
  if (seen.empty()) return observation;
  Asset owner = owner_of(source, *root);
  owner.sightings = std::move(seen);
  observation.add(std::move(owner));
  return observation;
}

}  // namespace

extern const Collector install_scripts;
const Collector install_scripts{.name = "install-scripts", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
