// SPDX-License-Identifier: Apache-2.0
// Helm charts: what their templates write with the chart's own values, judged like manifests. Each finding stands at the line of
// the template that wrote it, what other values files (values-prod.yaml) bring at those files; a template that cannot be written without a cluster or a missing chart is a Gap with its line.
#include <algorithm>
#include <map>

#include "collect/collector.h"
#include "collect/infrastructure/chart.h"
#include "collect/infrastructure/manifest.h"
#include "collect/infrastructure/manifest_variant.h"
#include "collect/infrastructure/packed_charts.h"
#include "collect/infrastructure/tree.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) {
  return source.name == "Chart.yaml" && source.member.empty() && source.files && source.open_file && !is_subchart(source.files, source.folder());
}

// The file of a template; of a packed chart the archive and its member.
Source written_to(const Source& chart, const std::string& path) {
  Source written = chart;
  const std::size_t mark = path.find(kMemberMark);
  written.path = path.substr(0, mark);
  if (mark != std::string::npos) written.member = path.substr(mark + kMemberMark.size());
  written.name = path.substr(path.rfind('/') + 1);
  written.text = {};
  return written;
}

std::string identity_of(const std::string& path, const Node& manifest) {
  const Node* metadata = manifest.find("metadata");
  return path + "#" + std::string(manifest.text("kind")) + "/" + std::string(metadata ? metadata->text("name") : std::string_view{});
}

using Manifests = std::map<std::string, Node>;

Manifests manifests_of(const RenderedChart& chart) {
  Manifests manifests;
  for (const ChartFile& file : chart.files)
    for (const Node& node : file.documents)
      if (node.is_map()) manifests.emplace(identity_of(file.path, node), node);
  return manifests;
}

// What another values file makes of the chart, where that is something else than the chart's own values make.
void observe_with_other_values(const Source& source, const std::string& values, const Manifests& own, Observation& into) {
  std::vector<ManifestVariant> variants;
  std::vector<Node> beside;
  for (auto& [identity, node] : manifests_of(render_chart(source, values))) {
    const auto original = own.find(identity);
    Node changed = node;
    forget_lines(changed);
    const std::string_view kind = changed.text("kind");
    if (kind == "Service" || kind == "Ingress") beside.push_back(std::move(changed));
    else if (original == own.end() || !same_values(original->second, node)) variants.push_back({values, 1, std::move(changed), identity.substr(0, identity.rfind('#')), original == own.end() ? Node{} : original->second});
  }
  observe_variants(source, variants, beside, into);
}

Result<Observation> read(const Source& source) {
  Observation observation;
  RenderedChart chart = render_chart(source);
  observation.gaps = std::move(chart.gaps);
  const Manifests own = manifests_of(chart);
  for (ChartFile& file : chart.files) {
    std::vector<ManifestDocument> documents;
    for (Node& node : file.documents)
      if (node.is_map()) documents.push_back({std::move(node), {}});
    Observation found = observe_manifests(written_to(source, file.path), std::move(documents));
    for (Asset& asset : found.assets) observation.add(std::move(asset));
    std::ranges::move(found.relations, std::back_inserter(observation.relations));
    std::ranges::move(found.gaps, std::back_inserter(observation.gaps));
  }
  for (const std::string& values : other_values_of(source)) observe_with_other_values(source, values, own, observation);
  return observation;
}

}  // namespace

extern const Collector helm_chart;
const Collector helm_chart{.name = "helm_chart", .wants = wants, .read = read};

}  // namespace stormwatch::collect
