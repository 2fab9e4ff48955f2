// SPDX-License-Identifier: Apache-2.0
// What is installed on a system, and what tools ask for: dpkg, opkg, apk, pacman, conda environments, GitHub Actions, editor
// extensions, version files of asdf, mise and Node.
#include "format/document.h"
#include "format/lines.h"
#include "format/lockfiles.h"

namespace stormwatch::format {
namespace {

/// "Field: value" blocks divided by empty lines.
template <class Block>
void for_each_block(std::string_view text, std::string_view name_field, std::string_view version_field, Block block) {
  std::string_view name, version, status;
  std::uint32_t line_of_name = 0;
  const auto finish = [&] {
    if (!name.empty() && !version.empty()) block(name, version, status, line_of_name);
    name = version = status = {};
  };
  for_each_line(text, [&](std::string_view line, std::uint32_t number) {
    if (line.empty()) return finish();
    if (line.starts_with(name_field)) {
      name = trimmed_line(line.substr(name_field.size()));
      line_of_name = number;
    } else if (line.starts_with(version_field)) {
      version = trimmed_line(line.substr(version_field.size()));
    } else if (line.starts_with("Status:")) {
      status = trimmed_line(line.substr(7));
    }
  });
  finish();
}

/// "owner/repository/path@reference"; no local folders and no images.
void add_action(const Node& uses, Manifest& manifest) {
  if (!uses.is_string()) return;
  const std::string_view text = uses.scalar;
  const std::size_t at = text.rfind('@');
  if (text.starts_with('.') || text.find("://") != std::string_view::npos || at == std::string_view::npos || at + 1 == text.size()) return;
  const std::size_t first = text.find('/');
  if (first == std::string_view::npos || first == 0 || first > at) return;
  const std::size_t second = text.find('/', first + 1);
  DeclaredPackage package{.ecosystem = "GitHub Actions", .name = std::string(text.substr(0, std::min(second, at))), .version = std::string(text.substr(at + 1)), .line = uses.line, .development = true};
  // A commit cannot be moved; a tag or branch can.
  package.hashed = package.version.size() == 40 && package.version.find_first_not_of("0123456789abcdef") == std::string::npos;
  manifest.packages.push_back(std::move(package));
}

void add_tool(std::string_view name, std::string_view version, std::uint32_t line, Manifest& manifest) {
  if (version.starts_with('v')) version.remove_prefix(1);
  if (!name.empty() && starts_with_digit(version)) manifest.packages.push_back({.ecosystem = "runtime", .name = std::string(name), .version = std::string(version), .line = line});
}

}  // namespace

Result<Manifest> parse_dpkg_status(std::string_view text, const Limits& limits) {
  Manifest manifest;
  for_each_block(text.substr(0, limits.text_bytes), "Package:", "Version:", [&](std::string_view name, std::string_view version, std::string_view status, std::uint32_t line) {
    // "want flag state": removed packages leave their configuration, what is unpacked lies there whole. Images without a package
    // manager have no status at all.
    if (status.ends_with(" not-installed") || status.ends_with(" config-files")) return;
    manifest.packages.push_back({.ecosystem = "Debian", .name = std::string(name), .version = std::string(version), .line = line, .direct = false});
  });
  return manifest;
}

Result<Manifest> parse_apk_installed(std::string_view text, const Limits& limits) {
  Manifest manifest;
  for_each_block(text.substr(0, limits.text_bytes), "P:", "V:", [&](std::string_view name, std::string_view version, std::string_view, std::uint32_t line) {
    manifest.packages.push_back({.ecosystem = "Alpine", .name = std::string(name), .version = std::string(version), .line = line, .direct = false});
  });
  return manifest;
}

Result<Manifest> parse_pacman_desc(std::string_view text, const Limits& limits) {
  Manifest manifest;
  std::string_view field, name, version;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t) {
    if (line.size() > 2 && line.front() == '%' && line.back() == '%') field = line;
    else if (field == "%NAME%" && name.empty()) name = line;
    else if (field == "%VERSION%" && version.empty()) version = line;
  });
  if (!name.empty() && !version.empty()) manifest.packages.push_back({.ecosystem = "Arch", .name = std::string(name), .version = std::string(version), .line = 1, .direct = false});
  return manifest;
}

Result<Manifest> parse_conda_meta(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const std::string_view name = root->text("name"), version = root->text("version");
  if (!name.empty() && !version.empty())
    manifest.packages.push_back({.ecosystem = "Conda", .name = std::string(name), .version = std::string(version), .source = std::string(root->text("channel")), .line = root->find("name")->line, .direct = false});
  return manifest;
}

Result<Manifest> parse_github_workflow(std::string_view text, const Limits& limits) {
  auto documents = parse_yaml(text, limits);
  if (!documents) return std::unexpected(documents.error());
  Manifest manifest;
  const auto add_steps = [&](const Node* steps) {
    if (steps && steps->is_list())
      for (const Node& step : steps->items)
        if (const Node* uses = step.find("uses")) add_action(*uses, manifest);
  };
  for (const Node& root : *documents) {
    add_steps(root.at_path("runs.steps"));  // an action of its own
    const Node* jobs = root.find("jobs");
    if (!jobs || !jobs->is_map()) continue;
    for (const Node::Member& job : jobs->members) {
      if (const Node* uses = job.value.find("uses")) add_action(*uses, manifest);
      add_steps(job.value.find("steps"));
    }
  }
  return manifest;
}

Result<Manifest> parse_editor_extensions(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  if (!root->is_list()) return manifest;
  for (const Node& entry : root->items) {
    const Node* identifier = entry.find("identifier");
    if (!identifier || identifier->text("id").empty() || entry.text("version").empty()) continue;
    manifest.packages.push_back({.ecosystem = "VSCode", .name = std::string(identifier->text("id")), .version = std::string(entry.text("version")), .line = entry.line});
  }
  return manifest;
}

Result<Manifest> parse_recommended_extensions(std::string_view text, const Limits& limits) {
  auto root = parse_json(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  for (const char* path : {"recommendations", "extensions.recommendations", "customizations.vscode.extensions"}) {
    const Node* list = root->at_path(path);
    if (!list || !list->is_list()) continue;
    for (const Node& entry : list->items) {
      // "publisher.name@1.2.3"; "-publisher.name" of a development container takes one away.
      const std::size_t at = std::min(entry.scalar.find('@'), entry.scalar.size());
      if (!entry.is_string() || entry.scalar.starts_with('-') || entry.scalar.find('.') == std::string::npos) continue;
      manifest.packages.push_back({.ecosystem = "VSCode", .name = entry.scalar.substr(0, at), .version = at < entry.scalar.size() ? entry.scalar.substr(at + 1) : "", .line = entry.line, .development = true});
    }
  }
  return manifest;
}

Result<Manifest> parse_tool_versions(std::string_view text, const Limits& limits) {
  Manifest manifest;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    line = line.substr(0, line.find('#'));
    std::string_view name;
    for (bool first = true; !trimmed_line(line).empty(); first = false) {
      line = trimmed_line(line);
      const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
      if (first) name = line.substr(0, end);
      else add_tool(name, line.substr(0, end), number, manifest);
      line.remove_prefix(end);
    }
  });
  return manifest;
}

Result<Manifest> parse_mise(std::string_view text, const Limits& limits) {
  auto root = parse_toml(text, limits);
  if (!root) return std::unexpected(root.error());
  Manifest manifest;
  const Node* tools = root->find("tools");
  if (!tools || !tools->is_map()) return manifest;
  for (const Node::Member& tool : tools->members) {
    const std::uint32_t line = tool.line ? tool.line : tool.value.line;
    if (tool.value.is_list())
      for (const Node& version : tool.value.items) add_tool(tool.key, version.scalar, line, manifest);
    else add_tool(tool.key, tool.value.is_map() ? tool.value.text("version") : std::string_view(tool.value.scalar), line, manifest);
  }
  return manifest;
}

Result<Manifest> parse_node_version(std::string_view text, const Limits& limits) {
  Manifest manifest;
  for_each_line(text.substr(0, limits.text_bytes), [&](std::string_view line, std::uint32_t number) {
    line = trimmed_line(line);
    if (!line.starts_with('#') && manifest.packages.empty()) add_tool("nodejs", line, number, manifest);
  });
  return manifest;
}

}  // namespace stormwatch::format
