// SPDX-License-Identifier: Apache-2.0
// Kustomizations: what an overlay changes in the manifests below it is judged as it is after the change, at the patch that says so. The
// manifests themselves are read where they lie (kubernetes.cpp); what both have is told once, there.
#include "collect/collector.h"
#include "collect/infrastructure/kustomization.h"

namespace stormwatch::collect {
namespace {

bool wants(const Source& source) { return source.member.empty() && is_kustomization(source.name) && !source.text.empty() && source.files && source.open_file; }

Result<Observation> read(const Source& source) {
  Observation observation;
  RenderedKustomization rendered = render_kustomization(source);
  observation.gaps = std::move(rendered.gaps);
  observe_variants(source, rendered.changed, rendered.beside, observation);
  return observation;
}

}  // namespace

extern const Collector kustomize;
const Collector kustomize{.name = "kustomize", .wants = wants, .read = read};

}  // namespace stormwatch::collect
