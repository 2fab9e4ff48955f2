// SPDX-License-Identifier: Apache-2.0
// deno.lock, versions 3 to 5 (denoland/deno_lockfile): packages of npm and JSR. What is fetched by URL is code, not a package, and stays out.
#include <set>

#include "format/document.h"
#include "format/lockfiles.h"

namespace stormwatch::format {
namespace {

/// "npm:@scope/name@^1.2" of the workspace and its members: what the project itself asks for.
void add_asked(const Node& workspace, std::set<std::string, std::less<>>& asked) {
  for (const char* path : {"dependencies", "packageJson.dependencies"})
    if (const Node* list = workspace.at_path(path); list && list->is_list())
      for (const Node& item : list->items) {
        const std::string_view text = item.scalar;
        asked.emplace(text.substr(0, text.find('@', text.find(':') + 2)));
      }
}

}  // namespace

Result<Manifest> parse_deno_lock(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  std::set<std::string, std::less<>> asked, seen;
  if (const Node* workspace = root->find("workspace")) {
    add_asked(*workspace, asked);
    if (const Node* members = workspace->find("members"); members && members->is_map())
      for (const Node::Member& member : members->members) add_asked(member.value, asked);
  }
  const Node* within = root->find("packages");  // version 3; the later ones have both tables at the top
  if (!within) within = &*root;
  for (const auto& [key, ecosystem] : {std::pair{"npm", "npm"}, std::pair{"jsr", "JSR"}}) {
    const Node* table = within->find(key);
    if (!table || !table->is_map()) continue;
    for (const Node::Member& member : table->members) {
      // "name@1.2.3_peer@4.5.6": one package stands there once for each set of its peers.
      const std::string_view named = member.key;
      const std::size_t at = named.find('@', 1);
      if (at == std::string_view::npos) continue;
      const std::string_view version = named.substr(at + 1, named.find('_', at) - at - 1);
      const std::string name(named.substr(0, at));
      if (version.empty() || !seen.insert(std::string(key) + ":" + name + "@" + std::string(version)).second) continue;
      manifest.packages.push_back({.ecosystem = ecosystem, .name = name, .version = std::string(version), .line = member.line, .hashed = !member.value.text("integrity").empty(),
                                   .direct = asked.contains(std::string(key) + ":" + name), .install_script = member.value.text("scripts") == "true"});
    }
  }
  return manifest;
}

}  // namespace stormwatch::format
