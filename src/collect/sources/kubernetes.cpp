// SPDX-License-Identifier: Apache-2.0
// Kubernetes manifests in YAML (JSON: live_export.cpp). Templates of a chart are read with the chart
// (helm_chart.cpp), patches with the kustomization that lays them over (kustomize.cpp); templates of anything else are a Gap.
#include "collect/collector.h"
#include "collect/infrastructure/chart.h"
#include "collect/infrastructure/kustomization.h"
#include "collect/infrastructure/manifest.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) {
  if (source.kind != format::ContentKind::yaml || source.text.find("apiVersion:") == std::string_view::npos || source.text.find("kind:") == std::string_view::npos) return false;
  if (!source.member.empty()) return !is_packed_subchart(source.files, source.path);
  return !is_chart_template(source.files, source.path) && !is_patch(source);
}

Observation observe(const Source& source, std::vector<Node> documents) {
  std::vector<ManifestDocument> manifests;
  for (Node& document : documents) manifests.push_back({std::move(document), {}});
  return observe_manifests(source, std::move(manifests));
}

Result<Observation> read(const Source& source) {
  Error incomplete;
  auto documents = format::parse_yaml(source.text, *source.limits, &incomplete);
  const bool is_template = source.text.find("{{") != std::string_view::npos;
  if (!documents || !incomplete.what.empty()) {
    Observation observation;
    if (documents) observation = observe(source, std::move(*documents));
    else incomplete = documents.error();
    observation.gaps.push_back({source.path, source.member, is_template ? "unsupported" : "malformed",
                                is_template ? "a template that was not rendered: scan the output of helm template" : "manifest: " + incomplete.what + " at " + incomplete.position});
    return observation;
  }
  return observe(source, std::move(*documents));
}

}  // namespace

extern const Collector kubernetes;
const Collector kubernetes{.name = "kubernetes", .wants = wants, .read = read};

}  // namespace stormwatch::collect
