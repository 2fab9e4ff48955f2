// SPDX-License-Identifier: Apache-2.0
// Patches of Kubernetes manifests as kubectl and Kustomize apply them: strategic merge (lists of core kinds by the name of their
// items, `$patch: delete | replace`, null deletes) and JSON Patch (RFC 6902). What comes from the patch keeps the patch's lines.
#pragma once

#include "base/node.h"

namespace stormwatch::collect {

void merge_strategically(Node& manifest, const Node& patch);

/// `operations` is a list of {op, path, value, from}. False if an operation did not fit the manifest: then the rest is not applied.
bool apply_json_patch(Node& manifest, const Node& operations);

}  // namespace stormwatch::collect
