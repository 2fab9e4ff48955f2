// SPDX-License-Identifier: Apache-2.0
// The card of a model (README.md with front matter as the Hugging Face hub reads it) and the recipe of a merge (mergekit).
//
// Facts only: licence, what the model was made from, what it was trained on, what the card has a word on. Read where weights or a
// configuration lie beside it. What a run of the Trainer left (trainer_state.json) says whether the model was evaluated at all.
#include <algorithm>

#include "collect/card_sections.h"
#include "collect/collector.h"
#include "collect/model_lineage.h"
#include "format/document.h"
#include "posture/model_role.h"

namespace stormwatch::collect {
namespace {

bool has_front_matter(const Source& source) { return source.text.starts_with("---\n") || source.text.starts_with("---\r\n"); }
bool is_card(const Source& source) {
  if (source.name == "README.md") return has_front_matter(source) || source.text.substr(0, 4096).find("odel card") != std::string_view::npos || source.text.substr(0, 4096).find("odel Card") != std::string_view::npos;
  return source.kind == format::ContentKind::markdown && (source.name == "MODEL_CARD.md" || source.name == "model_card.md" || source.name == "modelcard.md" || source.name == "model-card.md");
}
bool is_training_state(const Source& source) { return source.name == "trainer_state.json" && source.text.find("\"log_history\"") != std::string_view::npos; }
bool is_recipe(const Source& source) { return source.kind == format::ContentKind::yaml && source.name.starts_with("mergekit") && source.text.find("merge_method") != std::string_view::npos; }

std::string beside(const Source& source, std::string_view name) { return (source.folder().empty() ? std::string() : std::string(source.folder()) + "/") + std::string(name); }

bool wants(const Source& source) {
  if (!source.files || !source.member.empty() || source.text.size() > (32U << 20)) return false;
  if (!is_card(source) && !is_recipe(source) && !is_training_state(source)) return false;
  return source.files->contains(beside(source, "config.json")) || source.files->contains(beside(source, "adapter_config.json")) || !weights_beside(source).empty();
}

std::vector<std::string> texts_of(const Node* node) {
  std::vector<std::string> out;
  if (node && node->is_scalar()) out.push_back(node->scalar);
  if (node)
    for (const Node& item : node->items)
      if (item.is_scalar() && out.size() < 64) out.push_back(item.scalar);
  return out;
}

void add_bases(const Source& source, const Node& node, int depth, Observation& observation, const Asset& asset) {
  if (depth > 12) return;
  for (const Node::Member& member : node.members) {
    if ((member.key == "model" || member.key == "base_model") && member.value.is_string()) add_base_model(source, member.value.scalar, {}, observation, asset);
    add_bases(source, member.value, depth + 1, observation, asset);
  }
  for (const Node& item : node.items) add_bases(source, item, depth + 1, observation, asset);
}

void read_front_matter(const Source& source, const Node& root, Observation& observation, Asset& asset) {
  auto& facts = std::get<ModelFacts>(asset.facts);
  if (const auto licence = texts_of(root.find("license")); !licence.empty()) facts.licence = excerpt_of(licence[0] == "other" && !root.text("license_name").empty() ? root.text("license_name") : std::string_view(licence[0]), 80);
  facts.task = excerpt_of(root.text("pipeline_tag"), 60);
  for (const std::string& tag : texts_of(root.find("tags")))
    if (facts.role.empty()) facts.role = role_of_name(tag);
  for (const std::string& base : texts_of(root.find("base_model"))) add_base_model(source, base, {}, observation, asset);
  for (const std::string& name : texts_of(root.find("datasets"))) {
    if (!hub_name(name)) continue;
    DatasetFacts data;
    data.source = "huggingface";
    const AssetId id = observation.add(make_asset("hf:" + name, name, std::move(data), source.place()));
    observation.relate(asset.id, RelationKind::trains_on, id, source.place());
  }
}

/// Whether the run evaluated what it trained: an entry of the log holds a figure of an evaluation.
bool was_evaluated(const Node& state) {
  const Node* log = state.find("log_history");
  if (!log || !log->is_list()) return false;
  return std::ranges::any_of(log->items, [](const Node& entry) { return std::ranges::any_of(entry.members, [](const Node::Member& member) { return member.key.starts_with("eval_"); }); });
}

void read_card(const Source& source, const Node* front_matter, Observation& observation, Asset& asset) {
  auto& facts = std::get<ModelFacts>(asset.facts);
  facts.has_card = true;
  facts.documented = documented_in(source.text);
  const auto document = [&](std::string_view topic) {
    if (std::ranges::find(facts.documented, topic) == facts.documented.end()) facts.documented.emplace_back(topic);
  };
  if (front_matter) {
    read_front_matter(source, *front_matter, observation, asset);
    if (!facts.licence.empty()) document("licence");
    if (front_matter->find("model-index")) document("evaluation");
    if (!texts_of(front_matter->find("datasets")).empty()) document("training-data");
  }
  if (has_licence_file(source)) document("licence");
  std::ranges::sort(facts.documented);
}

Result<Observation> read(const Source& source) {
  Observation observation;
  const Limits limits = source.limits ? *source.limits : Limits{};
  std::optional<Node> document;
  if (is_training_state(source)) {
    auto state = format::parse_json(source.text, limits);
    if (!state) return std::unexpected(state.error());
    document = std::move(*state);
  } else if (is_recipe(source) || has_front_matter(source)) {
    std::string_view text = source.text;
    const std::size_t end = is_recipe(source) ? text.size() : text.find("\n---", 3);
    if (end == std::string_view::npos) return observation;
    auto documents = format::parse_yaml(text.substr(0, std::min(end + 1, text.size())), limits);
    if (documents && !documents->empty() && documents->front().is_map()) document = std::move(documents->front());
  }
  if (!document && !is_card(source)) return observation;
  std::vector<std::string> weights = weights_beside(source);
  if (weights.empty()) weights.push_back(beside(source, source.files->contains(beside(source, "config.json")) ? "config.json" : "adapter_config.json"));
  for (const std::string& path : weights) {
    ModelFacts facts;
    facts.source = "file";
    Asset asset = make_asset(model_key(path), path.substr(path.rfind('/') + 1), std::move(facts), source.place());
    if (is_training_state(source)) {
      if (was_evaluated(*document)) std::get<ModelFacts>(asset.facts).documented.emplace_back("evaluation");
    } else if (is_recipe(source)) {
      add_bases(source, *document, 0, observation, asset);
    } else {
      read_card(source, document ? &*document : nullptr, observation, asset);
    }
    observation.add(std::move(asset));
  }
  return observation;
}

}  // namespace

extern const Collector model_card;
const Collector model_card{.name = "model-card", .wants = wants, .read = read};

}  // namespace stormwatch::collect
