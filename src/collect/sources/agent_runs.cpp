// SPDX-License-Identifier: Apache-2.0
// Records of what agents did (format/agent_run.h): the agents, the tools they called, and what should not have happened
// (collect/run_judge.h). Agents of one name in one folder are one, however many runs there are.
#include <algorithm>
#include <map>

#include "collect/collector.h"
#include "collect/instruction_text.h"
#include "collect/run_judge.h"
#include "collect/tool_words.h"
#include "format/agent_run.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostTools = 300, kMostOfASubject = 20;

bool is_lines(const Source& source) { return source.kind != format::ContentKind::json; }

bool wants(const Source& source) {
  // Rows of tests and examples are made up; package manifests and schemas speak of calls and record none.
  if (source.text.empty() || !source.context.empty() || !source.has_topic("agent-run")) return false;
  if (source.kind == format::ContentKind::json) return !source.cut;
  return source.kind == format::ContentKind::json_lines || (source.kind == format::ContentKind::text && source.name.ends_with(".log"));
}

struct Reader {
  const Source& source;
  Observation out;
  std::map<std::string, std::size_t> agents, tools;      ///< places in out.assets by key
  std::map<std::string, std::size_t> told;               ///< signs of a subject

  Asset& agent_of(const format::AgentRun& run, std::string& key) {
    const std::string folder(source.folder()), name = run.agent.empty() ? (run.format == "messages" || run.format == "steps" ? std::string("agent") : run.format) : excerpt_of(run.agent, 120);
    key = "run:" + folder + "#" + name;
    const auto [found, is_new] = agents.try_emplace(key, out.assets.size());
    if (is_new) {
      AgentFacts facts;
      if (run.format == "claude-code" || run.format == "codex") facts.framework = run.format;
      out.assets.push_back(make_asset(key, name, std::move(facts), source.place()));
    }
    return out.assets[found->second];
  }

  Asset& tool_of(const std::string& agent, const std::string& name, std::uint32_t line) {
    const std::string key = agent + "#" + name;
    const auto [found, is_new] = tools.try_emplace(key, out.assets.size());
    if (is_new) {
      ToolFacts facts;
      const auto can = capabilities_in_words(name, {});
      facts.capabilities.assign(can.begin(), can.end());
      out.assets.push_back(make_asset(key, excerpt_of(name, 120), std::move(facts), source.place_of_line(line)));
    }
    return out.assets[found->second];
  }

  void read(const format::AgentRun& run) {
    std::vector<RunSign> signs = judge_run(run, source.patterns);
    // Messages alone may be rows of a data set or examples of an interface: without more they are no agent of this system.
    if (signs.empty() && (run.format == "messages" || run.format == "steps")) return;
    std::string key;
    agent_of(run, key);
    const AssetId agent = out.assets[agents[key]].id;
    if (auto& facts = std::get<AgentFacts>(out.assets[agents[key]].facts); facts.model_name.empty()) facts.model_name = excerpt_of(run.model, 120);
    for (const format::RunEvent& event : run.events) {
      if (event.kind != format::RunEvent::Kind::call || event.tool.empty() || tools.size() >= kMostTools) continue;
      const std::size_t before = tools.size();
      const Asset& tool = tool_of(key, event.tool, event.line);
      if (tools.size() != before) out.relate(agent, RelationKind::has_tool, tool.id, source.place_of_line(event.line, event.column));
    }
    // What the model was told of the tools; messages of requests are read by the collector of tool definitions.
    for (const format::RunOffer& offer : run.offers) {
      if (tools.size() >= kMostTools) break;
      const std::size_t before = tools.size();
      Asset& tool = tool_of(key, offer.name, 0);
      if (tools.size() != before) out.relate(agent, RelationKind::has_tool, tool.id, source.place());
      auto& facts = std::get<ToolFacts>(tool.facts);
      if (!facts.description.empty() || offer.description.empty()) continue;
      facts.description = excerpt_of(offer.description, 1000);
      const auto can = capabilities_in_words(offer.name, offer.description);
      facts.capabilities.assign(can.begin(), can.end());
      tool.sightings = read_instructions(offer.description, [&](std::size_t) { return source.place(); });
    }
    for (RunSign& sign : signs) {
      if (++told[sign.subject] > kMostOfASubject) continue;
      const bool of_tool = sign.subject == "order-in-result" || sign.subject == "drop-site";
      auto& facts = std::get<AgentFacts>(out.assets[agents[key]].facts);
      const bool obeyed = sign.subject == "obeyed-order";
      if (obeyed) facts.injection_defence = false;
      if (obeyed || (sign.subject == "order-in-result" && sign.confidence == Confidence::high)) facts.reads_untrusted = true;  // not from a file of its own machine
      Asset& asset = of_tool && !sign.tool.empty() && (tools.size() < kMostTools || tools.contains(key + "#" + sign.tool)) ? tool_of(key, sign.tool, sign.line) : out.assets[agents[key]];
      asset.sightings.push_back({"run-behaviour", std::move(sign.subject), std::move(sign.detail), std::move(sign.excerpt), source.place_of_line(sign.line, sign.column), sign.confidence, source.context});
    }
  }
};

Result<Observation> read_runs(const Source& source) {
  auto runs = format::read_agent_runs(source.text, is_lines(source), *source.limits);
  if (!runs) return std::unexpected(runs.error());
  Reader reader{source, {}, {}, {}, {}};
  for (const format::AgentRun& run : runs->runs) reader.read(run);
  for (const auto& [subject, count] : reader.told)
    if (count > kMostOfASubject) reader.out.gaps.push_back({source.path, source.member, "over-limit", std::to_string(count) + " times " + subject + " in its runs; " + std::to_string(kMostOfASubject) + " are told"});
  if (runs->cut) reader.out.gaps.push_back({source.path, source.member, "over-limit", "more events of runs, or nested deeper, than are read"});
  if (runs->malformed_lines && !runs->runs.empty() && !source.cut) reader.out.gaps.push_back({source.path, source.member, "malformed", std::to_string(runs->malformed_lines) + " lines of the record are no JSON"});
  return std::move(reader.out);
}

}  // namespace

extern const Collector agent_runs;
const Collector agent_runs{.name = "records of agents' runs", .wants = wants, .read = read_runs};

}  // namespace stormwatch::collect
