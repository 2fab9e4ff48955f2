// SPDX-License-Identifier: Apache-2.0
// The configuration files of a model repository (Hugging Face layout): config.json, tokenizer_config.json, chat templates,
// adapter_config.json, model_index.json. What they say goes to the weights beside them.
#include <algorithm>

#include "collect/collector.h"
#include "collect/model_lineage.h"
#include "collect/template_sightings.h"
#include "format/document.h"
#include "posture/model_role.h"

namespace stormwatch::collect {
namespace {

using format::ContentKind;

bool wants(const Source& source) {
  if (source.kind == ContentKind::jinja) return true;
  if (source.kind != ContentKind::json || source.text.size() > (32U << 20)) return false;
  if (source.container_kind == ContentKind::zip) return false;
  for (std::string_view name : {"config.json", "adapter_config.json", "model_index.json", "preprocessor_config.json", "processor_config.json"})
    if (source.name == name) return true;
  return source.text.find("\"chat_template\"") != std::string_view::npos;
}

/// One asset for each file of weights beside the source; the source itself stands for the model where there are none.
std::vector<Asset> assets_of(const Source& source, std::string_view format) {
  std::vector<Asset> assets;
  for (const std::string& path : weights_beside(source)) {
    ModelFacts facts;
    facts.source = "file";
    assets.push_back(make_asset(model_key(path), path.substr(path.rfind('/') + 1), std::move(facts), source.place()));
  }
  if (assets.empty()) {
    assets.push_back(model_asset(source, format));
    std::get<ModelFacts>(assets.back().facts).digest.clear();
    std::get<ModelFacts>(assets.back().facts).bytes.reset();
    assets.back().confidence = Confidence::medium;
  }
  return assets;
}

void add_remote_code(const Source& source, const Node& map, Observation& observation, Asset& asset) {
  std::get<ModelFacts>(asset.facts).remote_code = true;
  for (const Node::Member& member : map.members) {
    const Node* value = &member.value;
    if (value->is_list() && !value->items.empty()) value = &value->items[0];
    if (!value->is_string()) continue;
    // "owner/name--file.Class" takes the code from another repository.
    bool other = value->scalar.find("--") != std::string::npos;
    Sighting sighting = sighting_at(source, "embedded-code", other ? "remote-repository-code" : "repository-code", member.key + " = " + value->scalar);
    sighting.place.line = member.value.line;
    add_sighting(source, observation, asset, std::move(sighting));
  }
}

/// The classes of a classifier: {"id2label": {"0": "ham", "1": "spam"}}.
std::vector<std::string> labels_of(const Node& root) {
  std::vector<std::string> labels;
  const Node* names = root.find("id2label");
  if (!names) return labels;
  for (const Node::Member& member : names->members)
    if (member.value.is_string()) labels.push_back(member.value.scalar);
  return labels;
}

void add_templates(const Source& source, const Node& root, Observation& observation, Asset& asset) {
  const Node* node = root.find("chat_template");
  if (!node) return;
  if (node->is_string()) add_template(source, node->scalar, -1, node->line, observation, asset);
  for (const Node& item : node->items)
    if (const Node* inner = item.find("template"); inner && inner->is_string()) add_template(source, inner->scalar, -1, inner->line, observation, asset);
  for (const Node::Member& member : node->members)
    if (member.value.is_string()) add_template(source, member.value.scalar, -1, member.value.line, observation, asset);
}

/// Diffusers: {"unet": ["diffusers", "UNet2DConditionModel"], ...}; another library is code of the repository.
void add_components(const Source& source, const Node& root, Observation& observation, Asset& asset) {
  std::get<ModelFacts>(asset.facts).architecture = excerpt_of(root.text("_class_name"), 120);
  for (const Node::Member& member : root.members) {
    if (!member.value.is_list() || member.value.items.size() != 2 || !member.value.items[0].is_string()) continue;
    const std::string& library = member.value.items[0].scalar;
    if (library == "diffusers" || library == "transformers" || library == "null" || library == "onnxruntime.modeling_utils" || library.starts_with("diffusers.") || library == "stable_diffusion" ||
        library == "optimum" || library.empty())
      continue;
    add_sighting(source, observation, asset, sighting_at(source, "embedded-code", "repository-code", member.key + " = " + library + "." + member.value.items[1].scalar));
  }
}

Result<Observation> read_jinja(const Source& source) {
  Observation observation;
  bool chat = source.name.find("chat_template") != std::string::npos ||
              (source.files && (source.files->contains(std::string(source.folder()) + "/tokenizer_config.json") || (source.folder().empty() && source.files->contains("tokenizer_config.json"))));
  for (Asset& asset : assets_of(source, "chat-template")) {
    add_template(source, source.text, 0, 0, observation, asset);
    for (Sighting& sighting : asset.sightings) {
      sighting.place = source.place_at(static_cast<std::uint64_t>(std::max<std::int64_t>(0, sighting.place.offset)));
    }
    // Web pages and configuration are templates too: there only what reaches Python's internals counts.
    if (!chat) std::erase_if(asset.sightings, [](const Sighting& s) { return s.subject != "attribute-walk" && s.subject != "obfuscation"; });
    bool seen = !asset.sightings.empty();
    if (chat || seen) observation.add(std::move(asset));
    break;
  }
  return observation;
}

Result<Observation> read(const Source& source) {
  if (source.kind == ContentKind::jinja) return read_jinja(source);
  Observation observation;
  auto root = format::parse_json(source.text, source.limits ? *source.limits : Limits{});
  if (!root) return std::unexpected(root.error());
  if (!root->is_map()) return observation;
  const Node* architectures = root->find("architectures");
  const Node* auto_map = root->find("auto_map");
  bool configuration = (architectures && architectures->is_list()) || root->find("model_type") || auto_map || root->find("transformers_version") || root->find("_name_or_path");
  bool adapter = root->find("base_model_name_or_path") && root->find("peft_type");
  bool pipeline = root->find("_diffusers_version") && root->find("_class_name");
  if (!configuration && !adapter && !pipeline && !root->find("chat_template")) return observation;
  bool first = true;
  const std::string_view format = adapter ? "lora-adapter" : source.name == "tokenizer_config.json" ? "tokenizer-config" : "repository";
  for (Asset& asset : assets_of(source, format)) {
    auto& facts = std::get<ModelFacts>(asset.facts);
    if (architectures && architectures->is_list() && !architectures->items.empty()) facts.architecture = excerpt_of(architectures->items[0].scalar, 120);
    else if (configuration && facts.architecture.empty()) facts.architecture = excerpt_of(root->text("model_type"), 120);
    if (auto_map && auto_map->is_map()) add_remote_code(source, *auto_map, observation, asset);
    if (const Node* trust = root->find("trust_remote_code"); trust && trust->as_bool().value_or(false)) facts.remote_code = true;
    if (pipeline) add_components(source, *root, observation, asset);
    if (configuration || adapter || pipeline) {
      facts.has_card = source.files && source.files->contains((source.folder().empty() ? std::string() : std::string(source.folder()) + "/") + "README.md") ? Flag{} : Flag{false};
      if (facts.licence.empty()) facts.licence = excerpt_of(root->text("license"), 80);
      if (has_licence_file(source)) facts.documented.emplace_back("licence");
    }
    if (configuration) facts.role = role_of_labels(labels_of(*root));
    // The libraries note the commit from which they loaded what the configuration was saved from.
    if (const std::string_view commit = root->text("_commit_hash"); configuration && commit.size() == 40) {
      facts.revision = excerpt_of(commit, 40);
      add_base_model(source, root->text("_name_or_path"), commit, observation, asset, Confidence::medium);
    }
    if (adapter) {
      facts.task = excerpt_of(root->text("task_type"), 60);
      add_base_model(source, root->text("base_model_name_or_path"), root->text("revision"), observation, asset);
    }
    add_templates(source, *root, observation, asset);
    // What was seen is one thing, whatever the number of files with weights.
    if (!first) asset.sightings.clear();
    first = false;
    observation.add(std::move(asset));
  }
  return observation;
}

constexpr FormatRow kFormats[] = {{"repository", "configuration of a model as Hugging Face's libraries write it", {"model-embedded-code"}},
                                  {"tokenizer-config", "named tokenizer_config.json, with a template or a tokenizer", {"model-template-risk"}},
                                  {"chat-template", "a Jinja template named chat_template or beside a tokenizer", {"model-template-risk"}},
                                  {"lora-adapter", "an object with peft_type and base_model_name_or_path", {"model-lookalike-publisher"}}};

}  // namespace

extern const Collector model_repository;
const Collector model_repository{.name = "model-repository", .wants = wants, .read = read, .formats = kFormats};

}  // namespace stormwatch::collect
