// SPDX-License-Identifier: Apache-2.0
// A resource that runs and that no code declares, where most of its kind are declared.
#include <map>
#include <set>

#include "detect/detector.h"
#include "graph/join_live.h"

namespace stormwatch::detect {
namespace {

void look(const Estate& estate, const Context&, Signals& signals) {
  struct Kind {
    std::vector<const Asset*> undeclared;
    std::size_t declared = 0;
  };
  std::set<AssetId> known;
  for (const Relation& relation : estate.relations())
    if (relation.kind == RelationKind::derived_from) known.insert(relation.from);
  std::map<std::string, Kind> kinds;
  for (const Asset& asset : estate.assets()) {
    if (!graph::is_observed_live(asset)) continue;
    Kind& kind = kinds[graph::resource_type(asset)];
    if (known.contains(asset.id)) ++kind.declared;
    else if (!graph::resource_name(asset).empty()) kind.undeclared.push_back(&asset);
  }
  for (const auto& [type, kind] : kinds) {
    // Where code is not how this kind is made, that something is not in the code says nothing.
    if (kind.declared < 2 || kind.declared <= kind.undeclared.size()) continue;
    for (const Asset* asset : kind.undeclared)
      signals.raise(*asset, asset->places.empty() ? Place() : asset->places.front(),
                    type + " " + excerpt_of(graph::resource_name(*asset), 80) + " is in no code that was read, where " + std::to_string(kind.declared) + " of " + std::to_string(kind.declared + kind.undeclared.size()) + " of its kind are");
  }
}

}  // namespace

extern const Detector live_resource_undeclared;
const Detector live_resource_undeclared{
    .advisory = {.id = "live-resource-undeclared",
                 .title = "A resource runs that no code declares",
                 .why = "What is made by hand is reviewed by nobody and stays when the project ends.",
                 .fix = "Find out who made it and what for; take it into the code or remove it.",
                 .severity = Severity::info,
                 .vector = Vector::misconfiguration,
                 .controls = {"nist-ai-rmf:GOVERN 1.6", "iso-42001:A.4.2"}},
    .look = look,
    .examples = [] {
      std::string code, live = R"({"NotebookInstances": [)";
      for (const std::string name : {"a", "b", "c"}) {
        code += "resource \"aws_sagemaker_notebook_instance\" \"" + name + "\" {\n  name = \"" + name + "\"\n}\n";
        live += R"({"NotebookInstanceName": ")" + name + R"(", "NotebookInstanceArn": "arn:aws:sagemaker:e:1:notebook-instance/)" + name + R"(", "DirectInternetAccess": "Enabled"}, )";
      }
      const std::string forgotten = R"({"NotebookInstanceName": "forgotten", "NotebookInstanceArn": "arn:aws:sagemaker:e:1:notebook-instance/forgotten", "DirectInternetAccess": "Enabled"}]})";
      return std::vector<Example>{{"one by hand", {{"main.tf", code}, {"live/n.json", live + forgotten}}, true}, {"no code at all", {{"live/n.json", live + forgotten}}, false}};
    }};

}  // namespace stormwatch::detect
