// SPDX-License-Identifier: Apache-2.0
// Files whose text an agent takes as its orders: AGENTS.md, CLAUDE.md, rules of editors, slash commands, sub-agents, prompts.
//
// Each is a prompt asset; `role` says which sort. Their author may order what he likes, so only what works against the reader of
// the file is sighted: hidden characters, secrecy with reach, commands that harm.
#include <algorithm>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/command_text.h"
#include "collect/instruction_text.h"
#include "collect/prompt_secrets.h"
#include "collect/prose.h"

namespace stormwatch::collect {
namespace {

/// agent-instructions, command, sub-agent, system, template; empty for other files.
std::string_view role_of(const Source& source) {
  const std::string path = "/" + lower(source.path);
  const std::string name = path.substr(path.rfind('/') + 1);
  const auto within = [&](std::string_view part) { return path.find(part) != std::string::npos; };
  for (const std::string_view known : {"agents.md", "claude.md", "claude.local.md", "gemini.md", "qwen.md", "codex.md", "warp.md", ".cursorrules", ".windsurfrules", ".clinerules", ".roorules", ".goosehints", "copilot-instructions.md", "agent.md", "soul.md", "crush.md", "conventions.md", ".rules"})
    if (name == known) return "agent-instructions";
  if (name.ends_with(".skill.md")) return "agent-instructions";
  const bool prose = name.ends_with(".md") || name.ends_with(".mdc") || name.ends_with(".txt");
  if (prose && (within("/.cursor/rules/") || within("/.windsurf/rules/") || within("/.clinerules/") || within("/.roo/rules") || within("/.kiro/steering/") || within("/.continue/rules/") || within("/.claude/rules/") || within("/.amazonq/rules/") ||
                within("/.github/instructions/") || name.ends_with(".instructions.md")))
    return "agent-instructions";
  if (prose && (within("/.claude/commands/") || within("/.codex/prompts/") || within("/.cursor/commands/") || within("/.opencode/command/") || within("/.gemini/commands/") || name.ends_with(".prompt.md"))) return "command";
  if (prose && (within("/.claude/agents/") || within("/.opencode/agent/") || within("/.github/agents/") || name.ends_with(".chatmode.md") || name.ends_with(".agent.md"))) return "sub-agent";
  // Commands and agents of a plugin stand at its root, beside the folder of its manifest.
  if (prose && source.files && name != "readme.md")
    for (const auto& [folder, role] : {std::pair{std::string_view("/commands/"), std::string_view("command")}, {"/agents/", "sub-agent"}})
      if (const std::size_t at = path.rfind(folder); at != std::string::npos)
        for (const char* manifest : {".claude-plugin/plugin.json", ".claude-plugin/marketplace.json", ".cursor-plugin/plugin.json", ".codex-plugin/plugin.json"})
          if (source.files->contains((at ? source.path.substr(0, at - 1) + "/" : "") + manifest)) return role;
  const std::size_t stem = name.find('.');
  const std::string base = name.substr(0, stem);
  const bool texty = prose || name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".j2") || name.ends_with(".jinja") || name.ends_with(".jinja2") || name.ends_with(".tmpl") || stem == std::string::npos;
  if (texty && (base == "system_prompt" || base == "system-prompt" || base == "systemprompt" || base.ends_with("_system_prompt") || base.ends_with("-system-prompt"))) return "system";
  if (name.ends_with(".prompt") || name.ends_with(".prompty")) return "template";
  if (texty && (within("/prompts/") || within("/prompt_templates/") || within("/prompt-templates/"))) return "template";
  return {};
}

bool wants_prompt(const Source& source) {
  return !source.cut && source.bytes.size() < (1U << 20) && !source.text.empty() && source.container_kind == format::ContentKind{} && !role_of(source).empty();
}

Result<Observation> read_prompt(const Source& source) {
  const std::string_view role = role_of(source);
  PromptFacts facts;
  facts.role = role;
  facts.text = excerpt_of(source.text.substr(0, 400));
  facts.length = static_cast<std::int64_t>(source.text.size());
  Asset prompt = make_asset("file:" + source.path, source.name, facts, source.place_of_line(1));
  const auto place_at = [&](std::size_t offset) { return source.place_at(offset); };
  for (Sighting& sighting : read_instructions(prose_of(source.text), place_at)) {
    const bool invisible = sighting.what == "invisible-text";
    const bool against_reader = sighting.confidence == Confidence::high && (sighting.subject == "covert-action" || sighting.subject == "data-diversion" || sighting.subject == "sensitive-read" || sighting.detail == "written in base64" ||
                                                                           (role == "agent-instructions" && sighting.subject == "override"));
    if (invisible || against_reader) prompt.sightings.push_back(std::move(sighting));
  }
  if (prompt.sightings.empty())
    if (std::optional<Sighting> guess = guess_attack(source.text, Ground::obeyed, place_at)) prompt.sightings.push_back(std::move(*guess));
  if (source.patterns && role != "template" && role != "system")
    for (Sighting& sighting : read_commands(source.text, source.hits, *source.patterns, format::name_of(source.kind), place_at))
      if (sighting.confidence == Confidence::high) prompt.sightings.push_back(std::move(sighting));
  if (role == "system" || role == "template")
    for (Sighting& secret : read_prompt_secrets(source.text, place_at)) prompt.sightings.push_back(std::move(secret));
  for (Sighting& sighting : prompt.sightings)
    if (sighting.what == "insecure-setting") sighting.context = source.context;
  Observation observation;
  observation.add(std::move(prompt));
  return observation;
}

}  // namespace

extern const Collector agent_files;
const Collector agent_files{.name = "agent instructions and prompts", .wants = wants_prompt, .read = read_prompt};

}  // namespace stormwatch::collect
