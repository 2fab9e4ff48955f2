// SPDX-License-Identifier: Apache-2.0
// A manifest as another file changes it: an overlay of Kustomize, other values of a chart. Its assets stand beside the original's,
// each derived from the one it changes, so that a finding that both have is told once, at the original.
#pragma once

#include <string>
#include <vector>

#include "base/node.h"
#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

struct ManifestVariant {
  std::string path;             ///< of the file that changes it
  std::uint32_t line = 0;       ///< in it
  Node root;                    ///< nodes of other files have line 0
  std::string original_path;    ///< of the file that the original was observed in
  Node original;
};

/// `beside` are other manifests of the same set (services, ingresses): they say how the changed one is reached.
void observe_variants(const Source& source, const std::vector<ManifestVariant>& variants, const std::vector<Node>& beside, Observation& into);

/// Sets the lines of a tree to 0.
void forget_lines(Node& node);

}  // namespace stormwatch::collect
