// SPDX-License-Identifier: Apache-2.0
// Scans arbitrary bytes with the packs that the executable carries, and counts personal data in them.
#include <cstdint>
#include <cstdlib>

#include "collect/collect.h"
#include "match/database.h"
#include "match/personal.h"

namespace {
const stormwatch::match::Database& packs() {
  static const stormwatch::match::Database database = [] {
    auto patterns = stormwatch::collect::load_packs({});
    if (!patterns) std::abort();
    auto built = stormwatch::match::Database::build(*std::move(patterns), "");
    if (!built) std::abort();
    return *std::move(built);
  }();
  return database;
}
}  // namespace

// Compiling the packs takes longer than one input may.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  (void)packs();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stormwatch::match::Database& database = packs();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::uint64_t before = 0;
  for (const stormwatch::match::Hit& hit : database.scan(text)) {
    if (hit.begin < before || hit.begin > hit.value_begin || hit.value_begin > hit.value_end || hit.value_end > hit.end || hit.end > size) std::abort();
    before = hit.begin;
    (void)database.subject_of(hit, text);
  }
  stormwatch::match::PersonalData personal;
  personal.read(text);
  for (std::size_t i = 0; i < stormwatch::match::PersonalData::class_count; ++i) {
    const auto kind = static_cast<stormwatch::match::PersonalData::Class>(i);
    if (personal.count(kind) > 0 && personal.first(kind) >= size) std::abort();
  }
  return 0;
}
