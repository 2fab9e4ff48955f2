// SPDX-License-Identifier: Apache-2.0
// What npm runs when a package is installed (docs.npmjs.com, "scripts", life cycle): the install scripts of package.json, of the target's own
// package and of modules that are there; and what every start of Python runs: the code in .pth files beside installed packages. What attacks
// the machine is named in the sighting's detail.
#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/command_text.h"
#include "collect/packages.h"
#include "collect/understanding/view.h"
#include "format/document.h"
#include "format/package_url.h"

namespace stormwatch::collect {
namespace {

bool wants_source(const Source& source) {
  return (source.name == "package.json" && source.text.find("install\"") != std::string_view::npos) || (is_startup_file(source) && source.text.find("import") != std::string_view::npos);
}

/// Whether every program that the code starts is written out in it: `execSync('sh setup.sh')`.
bool starts_only_what_it_names(std::string_view code) {
  constexpr std::size_t kLongestRead = 4096;
  if (code.size() > kLongestRead) return false;
  bool any = false;
  for (const std::string_view call : {"exec", "spawn", "fork"})
    for (std::size_t at = code.find(call); at != std::string_view::npos; at = code.find(call, at + 1)) {
      std::size_t end = at;
      while (end < code.size() && std::isalpha(static_cast<unsigned char>(code[end])) != 0) ++end;
      if (end == code.size() || code[end] != '(') continue;
      any = true;
      const std::size_t begins = code.find_first_not_of("( [\\", end), quote = begins == std::string_view::npos || (code[begins] != '\'' && code[begins] != '"') ? std::string_view::npos : code.find(code[begins], begins + 1);
      const std::size_t after = quote == std::string_view::npos ? quote : code.find_first_not_of(' ', quote + 1);
      if (after == std::string_view::npos || (code[after] != ',' && code[after] != ')' && code[after] != ']')) return false;
    }
  return any;
}

/// Code in the command line that fetches, decodes or starts things: nothing that a build needs.
bool is_inline_code(std::string_view command) {
  if (!holds(command, {"node -e", "node --eval", "python -c", "python3 -c"})) return false;
  if (holds(command, {"http", "Buffer.from", "atob(", "eval(", "urllib", "process.env"})) return true;
  return holds(command, {"child_process", "exec("}) && !starts_only_what_it_names(command);
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

/// What no package needs before a program has begun: to start others, to ask the network, to decode what it runs.
std::string_view danger_at_start(std::string_view line) {
  if (holds(line, {"b64decode", "marshal.loads", "zlib.decompress", "codecs.decode", "fromhex("})) return "hidden-code";
  if (holds(line, {"subprocess", "os.system(", "os.popen(", "os.exec", "os.spawn", "pty.spawn(", "ctypes"})) return "starts-programs";
  if (holds(line, {"urlopen", "urlretrieve", "requests.", "http.client", "socket.", "httpx."})) return "network";
  return holds(line, {"exec(", "eval("}) ? "inline-code" : "";
}

Observation read_startup_file(const Source& source) {
  Observation observation;
  std::vector<Sighting> seen;
  int number = 0;
  for (std::string_view rest = source.text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    ++number;
    if (!line.starts_with("import")) continue;
    seen.push_back({"install-script", "start of Python", std::string(danger_at_start(line)), excerpt_of(line), source.place_of_line(number), Confidence::high, source.context == "vendored" ? "" : source.context});
  }
  if (seen.empty()) return observation;
  Asset owner = application_of(source);
  owner.sightings = std::move(seen);
  observation.add(std::move(owner));
  return observation;
}

Result<Observation> read_source(const Source& source) {
  if (source.name != "package.json") return read_startup_file(source);
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
