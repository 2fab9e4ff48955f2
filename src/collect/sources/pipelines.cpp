// SPDX-License-Identifier: Apache-2.0
// Build pipelines: the GitHub workflows of a repository as one pipeline, a GitLab pipeline as another; whose actions they run, who may
// start them, which checks of data and models they run, where they publish.
//
// One pipeline a repository, not one a file: what is published and which checks stand before it is said by all files together. An
// action of GitHub's own (actions/, github/) adds nobody to those who already run the pipeline; any other counts as pinned only by a
// full commit or an image digest. A check that no file names stays unknown: it may run elsewhere. At most kMostFiles files are read.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "collect/collector.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {
using namespace std::literals;

constexpr std::size_t kMostFiles = 300, kMostPlaces = 20;
constexpr int kDeepest = 12;

enum class CheckKind : std::uint8_t { data, model, attack };
struct Check {
  std::string_view text;  ///< in a command or in the name of an action
  CheckKind kind;
};
constexpr Check kChecks[] = {
    {"great_expectations", CheckKind::data}, {"great-expectations", CheckKind::data}, {"gx checkpoint", CheckKind::data}, {"soda scan", CheckKind::data},   {"pydeequ", CheckKind::data},
    {"pandera validate", CheckKind::data},   {"dbt test", CheckKind::data},           {"dbt build", CheckKind::data},     {"deepchecks", CheckKind::data},  {"cleanlab", CheckKind::data},
    {"deepeval test", CheckKind::model},     {"promptfoo eval", CheckKind::model},    {"promptfoo-action", CheckKind::model}, {"lm_eval", CheckKind::model}, {"lm-eval", CheckKind::model},
    {"inspect eval", CheckKind::model},      {"ragas evaluate", CheckKind::model},    {"promptfoo redteam", CheckKind::attack}, {"python -m garak", CheckKind::attack}, {"garak --", CheckKind::attack},
    {"pyrit_scan", CheckKind::attack},       {"giskard scan", CheckKind::attack},     {"counterfit", CheckKind::attack}, {"textattack attack", CheckKind::attack}, {"agentdojo.scripts.benchmark", CheckKind::attack},
};

struct Target {
  std::string_view text;      ///< in a command or in the name of an action
  std::string_view registry;  ///< key and name of the registry
  bool immutable;             ///< a version that was published there cannot be replaced
};
constexpr Target kTargets[] = {
    {"pypa/gh-action-pypi-publish", "PyPI", true}, {"twine upload", "PyPI", true},   {"poetry publish", "PyPI", true}, {"uv publish", "PyPI", true},          {"flit publish", "PyPI", true},
    {"hatch publish", "PyPI", true},               {"npm publish", "npm", true},     {"changesets/action", "npm", true}, {"cargo publish", "crates.io", true}, {"huggingface-cli upload", "Hugging Face", false},
    {"hf upload", "Hugging Face", false},
};

bool is_commit(std::string_view text) { return text.size() == 40 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos; }

/// nullopt: adds nobody to those who run the pipeline anyway.
std::optional<bool> is_pinned(std::string_view action) {
  if (action.starts_with("./") || action.starts_with("actions/") || action.starts_with("github/")) return std::nullopt;
  if (action.starts_with("docker://")) return holds(action, "@sha256:");
  const std::size_t at = action.find('@');
  if (at == std::string_view::npos || holds(action, "${{")) return std::nullopt;
  return is_commit(action.substr(at + 1));
}

bool is_workflow(std::string_view path) {
  return path.starts_with(".github/workflows/") && path.find('/', 18) == std::string_view::npos && (path.ends_with(".yml") || path.ends_with(".yaml"));
}

/// Events whose runs have the repository's rights while what they handle comes from anybody.
constexpr std::array kOpenEvents{"pull_request_target"sv, "issue_comment"sv, "issues"sv, "discussion_comment"sv};

class PipelineReader {
 public:
  PipelineReader(std::string key, std::string name, std::string platform) : pipeline_(make_asset(std::move(key), std::move(name), PipelineFacts{})) { facts().platform = std::move(platform); }

  void read(const std::string& path, const Node& root) {
    path_ = path;
    read_events(root.find("on"));
    walk(root, 0);
  }

  Observation finish(std::string first_path) {
    if (pipeline_.places.empty()) pipeline_.places.push_back({.path = std::move(first_path)});
    Observation said;
    const AssetId id = said.add(std::move(pipeline_));
    for (const auto& [registry, where] : publishes_) {
      RegistryFacts there;
      there.product = registry->registry;
      there.public_write = false;
      there.authenticated = true;
      there.immutable_tags = registry->immutable;
      said.relate(id, RelationKind::publishes_to, said.add(make_asset(std::string(registry->registry), std::string(registry->registry), std::move(there), where)), where);
    }
    return said;
  }

 private:
  PipelineFacts& facts() { return std::get<PipelineFacts>(pipeline_.facts); }
  [[nodiscard]] Place place(const Node& at) const { return {.path = path_, .line = at.line, .column = at.column}; }
  void show(const Node& at) {
    if (pipeline_.places.size() < kMostPlaces) pipeline_.places.push_back(place(at));
  }

  void read_events(const Node* events) {
    if (!events) return;
    const auto met = [&](std::string_view event, const Node& at) {
      if (std::ranges::find(kOpenEvents, event) == kOpenEvents.end()) return;
      facts().untrusted_trigger = true;
      show(at);
    };
    if (!facts().untrusted_trigger) facts().untrusted_trigger = false;
    if (events->is_scalar()) met(events->scalar, *events);
    for (const Node& event : events->items) met(event.scalar, event);
    for (const Node::Member& event : events->members) met(event.key, event.value);
  }

  void read_action(const Node& action) {
    const std::optional<bool> pinned = is_pinned(action.scalar);
    auto& all = facts().pinned_actions;
    if (!pinned) {
      if (!all) all = true;  // the first action of another decides
      return;
    }
    if (!*pinned) show(action);
    all = all.value_or(true) && *pinned;
  }

  void read_command(const Node& command) {
    for (const Check& check : kChecks) {
      if (!holds(command.scalar, check.text)) continue;
      if (check.kind == CheckKind::data) facts().data_quality_gate = true;
      else facts().evaluation_gate = true;
      if (check.kind == CheckKind::attack) pipeline_.sightings.push_back({.what = "call", .subject = "adversarial-test", .detail = std::string(check.text), .excerpt = excerpt_of(command.scalar, 120), .place = place(command)});
      show(command);
    }
    for (const Target& target : kTargets)
      if (holds(command.scalar, target.text) && !holds(command.scalar, "--dry-run")) publishes_.try_emplace(first_of(target), place(command));
  }

  /// The first row of the same registry, so that each is published to once.
  static const Target* first_of(const Target& target) { return std::ranges::find(kTargets, target.registry, &Target::registry); }

  void walk(const Node& node, int depth) {
    if (depth > kDeepest) return;
    for (const Node::Member& member : node.members) {
      if (member.key == "uses" && member.value.is_string()) {
        read_action(member.value);
        read_command(member.value);
      } else if ((member.key == "run" || member.key == "script" || member.key == "before_script") && member.value.is_string()) {
        read_command(member.value);
      } else if (member.key == "script" || member.key == "before_script") {
        for (const Node& line : member.value.items)
          if (line.is_string()) read_command(line);
      } else {
        walk(member.value, depth + 1);
      }
    }
    for (const Node& item : node.items) walk(item, depth + 1);
  }

  Asset pipeline_;
  std::string path_;
  std::map<const Target*, Place> publishes_;
};

bool wants_workflows(const Source& source) { return source.kind == format::ContentKind::empty && source.name == "." && source.member.empty() && source.open_file && source.files; }

Result<Observation> read_workflows(const Source& source) {
  PipelineReader reader(".github/workflows", "GitHub workflows", "github-actions");
  Observation missed;
  std::size_t seen = 0;
  std::string first;
  for (const std::string& path : source.files->paths()) {
    if (!is_workflow(path)) continue;
    if (++seen > kMostFiles) {
      missed.gaps.push_back({path, "", "over-limit", "more workflows than are read together"});
      break;
    }
    const auto opened = (*source.open_file)(path);
    if (!opened || opened->bytes().size() > source.limits->document_bytes) continue;  // the file itself is a source too: its gap is put down there
    const auto documents = format::parse_yaml(as_text(opened->bytes()), *source.limits);
    if (!documents || documents->empty()) continue;
    if (first.empty()) first = path;
    reader.read(path, documents->front());
  }
  if (first.empty()) return missed;
  Observation said = reader.finish(first);
  said.gaps = std::move(missed.gaps);
  return said;
}

bool wants_gitlab(const Source& source) { return !source.cut && source.kind == format::ContentKind::yaml && source.name == ".gitlab-ci.yml" && source.member.empty(); }

Result<Observation> read_gitlab(const Source& source) {
  const auto documents = format::parse_yaml(source.text, *source.limits);
  if (!documents) return std::unexpected(documents.error());
  PipelineReader reader(source.path, "GitLab pipeline", "gitlab");
  for (const Node& document : *documents) reader.read(source.path, document);
  return reader.finish(source.path);
}

bool wants(const Source& source) { return wants_workflows(source) || wants_gitlab(source); }
Result<Observation> read(const Source& source) { return source.kind == format::ContentKind::empty ? read_workflows(source) : read_gitlab(source); }

}  // namespace

extern const Collector pipelines;
const Collector pipelines{.name = "build pipelines", .wants = wants, .read = read};

}  // namespace stormwatch::collect
