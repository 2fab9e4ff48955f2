// SPDX-License-Identifier: Apache-2.0
// The configuration of a Keras model (versions 2 and 3): Lambda layers, objects of foreign modules, classes that the loader
// must be given. Fields as in keras/src/saving/serialization_lib.py and keras/src/legacy/saving.
#pragma once

#include "base/node.h"
#include "collect/model_asset.h"

namespace stormwatch::collect {

/// Whether a document is such a configuration.
bool is_keras_config(const Node& root);
/// `offset`: of the configuration in the source, -1 if lines say it.
void add_keras_config(const Source& source, const Node& root, std::int64_t offset, Observation& observation, Asset& asset);

}  // namespace stormwatch::collect
