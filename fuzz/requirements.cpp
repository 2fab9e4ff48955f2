// SPDX-License-Identifier: Apache-2.0
// Fuzzes pip's requirements files and the version orders on what they name.
#include "advisory/database.h"
#include "format/requirements.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stormwatch;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const format::Manifest manifest = format::parse_requirements(text, Limits{});
  const std::string* before = nullptr;
  for (const format::DeclaredPackage& package : manifest.packages) {
    if (package.version.empty()) continue;
    for (const char* ecosystem : {"PyPI", "npm", "Go", "Docker"}) {
      if (before && advisory::compare_versions(ecosystem, *before, package.version).value_or(0) !=
                        -advisory::compare_versions(ecosystem, package.version, *before).value_or(0))
        __builtin_trap();
    }
    before = &package.version;
  }
  return 0;
}
