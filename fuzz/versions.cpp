// SPDX-License-Identifier: Apache-2.0
// Versions, image names and CVSS vectors of others: three lines; the order of versions must be one.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "advisory/cvss.h"
#include "advisory/database.h"
#include "advisory/image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch::advisory;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 3> lines;
  for (std::string_view& line : lines) {
    line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : rest.size());
  }
  const auto [a, b, c] = lines;
  for (const char* ecosystem : {"PyPI", "npm", "Go", "Docker"}) {
    const auto ab = compare_versions(ecosystem, a, b), ba = compare_versions(ecosystem, b, a);
    if (ab.has_value() != ba.has_value() || (ab && *ab != -*ba)) std::abort();
    if (compare_versions(ecosystem, a, a).value_or(0) != 0) std::abort();
    const auto bc = compare_versions(ecosystem, b, c), ac = compare_versions(ecosystem, a, c);
    if (ab && bc && ac && *ab <= 0 && *bc <= 0 && *ac > 0) std::abort();
  }
  for (const std::string_view line : lines) {
    (void)package_of_image(line);
    const auto score = base_score(line);
    if (score && !(*score >= 0 && *score <= 10)) std::abort();
    if (const std::string shorter = short_vector(line); !shorter.empty() && base_score(long_vector(shorter)) != score) std::abort();
  }
  return 0;
}
