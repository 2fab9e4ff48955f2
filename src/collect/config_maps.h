// SPDX-License-Identifier: Apache-2.0
// What ConfigMaps of Kubernetes carry: each key of their `data` is a file of its own (a configuration, a script, a prompt), read by
// whoever reads such files, with the lines of the manifest.
//
// Lines are exact for literal blocks (`key: |`); of other scalars the key's line is told. 200 keys a file, none within another;
// more are a Gap. Templates that do not parse are left to those who render them.
#pragma once

#include "collect/runner.h"

namespace stormwatch::collect {

/// Reads what the manifest carries, if it has ConfigMaps; secrets are left to the reader of the whole file.
void read_config_maps(const Run& run, const Source& manifest, FileResult& result);

}  // namespace stormwatch::collect
