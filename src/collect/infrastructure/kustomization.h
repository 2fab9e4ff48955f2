// SPDX-License-Identifier: Apache-2.0
// A kustomization that lies in the target (kustomize.config.k8s.io/v1beta1, Component v1alpha1): its resources with the patches, images and
// literals that it and its components lay over them. Nothing is fetched and no plug-in is run.
//
// Worked out: resources and bases (files and folders of the target), components, patches, patchesStrategicMerge, patchesJson6902, images,
// namespace, namePrefix and nameSuffix (for finding what a patch is about), literals of configMapGenerator where a container takes its
// environment from them. A Gap: what lies elsewhere, helmCharts, generators, transformers, replacements and vars, broken patches.
#pragma once

#include <vector>

#include "collect/infrastructure/manifest_variant.h"
#include "collect/source.h"

namespace stormwatch::collect {

struct RenderedKustomization {
  std::vector<ManifestVariant> changed;  ///< what this kustomization itself changes; what its bases change is theirs to tell
  std::vector<Node> beside;              ///< services and ingresses of the whole set
  std::vector<Gap> gaps;
};

/// `source` is the kustomization file.
RenderedKustomization render_kustomization(const Source& source);

/// The nearest kustomization lays this file over others: it is a part of a manifest, and no manifest to judge alone.
bool is_patch(const Source& source);

bool is_kustomization(std::string_view file_name);

}  // namespace stormwatch::collect
