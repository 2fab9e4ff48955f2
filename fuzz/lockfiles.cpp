// SPDX-License-Identifier: Apache-2.0
// Fuzzes the lock file readers; the first byte chooses one.
#include "format/lockfiles.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace stormwatch;
  if (size == 0) return 0;
  static constexpr const char* kNames[] = {"uv.lock", "poetry.lock", "pylock.toml", "pipfile.lock", "pyproject.toml", "package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "go.mod", "cargo.lock"};
  Limits limits;
  limits.document_nodes = 20'000;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  (void)format::lockfile_reader(kNames[data[0] % std::size(kNames)])(text, limits);
  return 0;
}
