// SPDX-License-Identifier: Apache-2.0
// CrewAI's config/agents.yaml: a map of agents with role, goal and backstory. The code that reads it (crew.py in the folder above) gives
// them their tools; the agents of both are one.
#include "collect/collector.h"
#include "collect/prompt_secrets.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostAgents = 200;

bool wants(const Source& source) {
  return source.kind == format::ContentKind::yaml && !source.cut && source.text.size() < (1U << 20) && source.context != "vendored" && source.text.find("backstory:") != std::string_view::npos && source.text.find("goal:") != std::string_view::npos && source.text.find("role:") != std::string_view::npos;
}

/// The file whose code makes these agents; the YAML itself when there is none.
std::string maker_of(const Source& source) {
  std::string folder(source.folder());
  const std::string above = folder.rfind('/') == std::string::npos ? std::string() : folder.substr(0, folder.rfind('/') + 1);
  if (source.files && source.member.empty() && source.files->contains(above + "crew.py")) return above + "crew.py";
  return source.member.empty() ? source.path : source.path + "!/" + source.member;
}

Result<Observation> read(const Source& source) {
  auto documents = format::parse_yaml(source.text, *source.limits);
  if (!documents) return std::unexpected(documents.error());
  Observation out;
  const std::string file = maker_of(source);
  std::size_t agents = 0;
  for (const Node& document : *documents) {
    const Node* named = document.find("agents");
    const Node& all = named && named->is_map() ? *named : document;
    for (const Node::Member& member : all.members) {
      const Node& agent = member.value;
      if (!agent.is_map() || agent.text("role").empty() || (agent.text("goal").empty() && agent.text("backstory").empty())) continue;
      if (++agents > kMostAgents) { out.gaps.push_back({source.path, source.member, "over-limit", "the file has more agents than are read"}); return out; }
      const Place place = source.place_of_line(member.line);
      AgentFacts facts;
      facts.framework = "crewai";
      facts.model_name = agent.text("llm");
      if (const Node* most = agent.find("max_iter"); most && most->as_number()) facts.max_steps = static_cast<std::int64_t>(*most->as_number());
      if (const Node* memory = agent.find("memory"); memory && memory->as_bool() == true) facts.memory = true;
      if (const Node* code = agent.find("allow_code_execution"); code && code->as_bool() == true) facts.capabilities.emplace_back("code-exec");
      const AssetId id = out.add(make_asset(file + "#" + member.key, member.key, std::move(facts), place));
      if (const std::string_view story = agent.text("backstory"); story.size() >= 40) {
        PromptFacts prompt;
        prompt.role = "system";
        prompt.text = excerpt_of(story, 400);
        prompt.length = static_cast<std::int64_t>(story.size());
        const Place told = source.place_of_line(agent.find("backstory")->line);
        Asset asset = make_asset(file + "#" + member.key + " backstory", member.key + " backstory", std::move(prompt), told);
        asset.sightings = read_prompt_secrets(story, [&](std::size_t) { return told; });
        for (Sighting& secret : asset.sightings) secret.context = source.context;
        out.relate(id, RelationKind::has_prompt, out.add(std::move(asset)), place);
      }
      if (const std::string_view model = agent.text("llm"); !model.empty() && model.size() < 100) {
        const auto slash = model.find('/');
        const std::string vendor(slash == std::string_view::npos ? std::string_view("openai") : model.substr(0, slash));
        const std::string name(slash == std::string_view::npos ? model : model.substr(slash + 1));
        ModelFacts of_model;
        of_model.source = vendor;
        out.relate(id, RelationKind::uses_model, out.add(make_asset(vendor + "/" + name, name, std::move(of_model), place)), place);
      }
    }
  }
  return out;
}

}  // namespace

extern const Collector crew_files;
const Collector crew_files{.name = "crew files", .wants = wants, .read = read};

}  // namespace stormwatch::collect
