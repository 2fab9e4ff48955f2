// SPDX-License-Identifier: Apache-2.0
#include "match/first_stage.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/file.h"
#include "base/hash.h"

namespace stormwatch::match {

namespace {

constexpr std::string_view kMagic = "SWPATT01";
constexpr std::uint64_t kMostCacheBytes = 512ULL << 20;

const std::string& expression_of(const Pattern& pattern) { return pattern.prefilter.empty() ? pattern.regex : pattern.prefilter; }
unsigned flags_of(const Pattern& pattern) { return pattern.ignore_case ? HS_FLAG_CASELESS : 0U; }

// Everything the compiled form depends on: what is compiled, by which version, for which processor.
std::uint64_t key_of(std::span<const Pattern> patterns) {
  hs_platform_info_t platform{};
  hs_populate_platform(&platform);
  std::uint64_t key = hash64(hs_version(), platform.cpu_features * 31 + platform.tune);
  for (const Pattern& pattern : patterns) {
    key = hash64(expression_of(pattern), key * 31 + flags_of(pattern));
    key = hash64(pattern.regex, key + pattern.reach + (pattern.near.empty() ? 0 : pattern.near_bytes));
    for (const std::string& refused : pattern.unless) key = hash64(refused, key);
    for (const std::string& refused : pattern.unless_around) key = hash64(refused, key);
  }
  return key;
}

std::uint32_t longest_match(const Pattern& pattern) {
  if (pattern.reach > 0) return std::min(pattern.reach, kLongestReach);
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  std::uint32_t reach = kLongestReach;
  if (hs_expression_info(pattern.regex.c_str(), flags_of(pattern), &info, &error) == HS_SUCCESS && info) {
    reach = std::min(info->max_width, kLongestReach);
    if (!pattern.near.empty() && !pattern.prefilter.empty())  // the prefilter may be the word beside the match
      reach = std::min(reach + pattern.near_bytes, kLongestReach);
    std::free(info);
  } else if (error) {
    hs_free_compile_error(error);
  }
  return reach;
}

// A first stage of one character would call the confirmer at every byte.
Result<void> check_width(const Pattern& pattern) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(expression_of(pattern).c_str(), flags_of(pattern), &info, &error) != HS_SUCCESS || !info) {
    std::string what = error && error->message ? error->message : "not understood";
    if (error) hs_free_compile_error(error);
    return failure("pattern \"" + pattern.id + "\": " + what, {}, {}, "an expression that the first stage reads; give a simpler `prefilter`");
  }
  const unsigned width = info->min_width;
  std::free(info);
  if (width < 2)
    return failure("pattern \"" + pattern.id + "\" may match a single byte", {}, {}, "a `prefilter` of at least two characters");
  return {};
}

Result<FirstStage> compile(std::span<const Pattern> patterns) {
  std::vector<const char*> expressions;
  std::vector<unsigned> flags, ids;
  FirstStage stage;
  for (const Pattern& pattern : patterns) {
    if (auto checked = check_width(pattern); !checked) return std::unexpected(checked.error());
    expressions.push_back(expression_of(pattern).c_str());
    flags.push_back(flags_of(pattern));
    ids.push_back(static_cast<unsigned>(ids.size()));
    stage.reach.push_back(longest_match(pattern));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK, nullptr,
                       &database, &error) != HS_SUCCESS) {
    std::string what = error && error->message ? error->message : "out of memory";
    if (error && error->expression >= 0 && static_cast<std::size_t>(error->expression) < patterns.size())
      what = "pattern \"" + patterns[static_cast<std::size_t>(error->expression)].id + "\": " + what;
    if (error) hs_free_compile_error(error);
    return failure(what);
  }
  stage.database.reset(database);
  return stage;
}

// The file: magic, hash of the rest, count, one reach a pattern, the serialised database.
std::string serialised(const FirstStage& stage) {
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(stage.database.get(), &bytes, &size) != HS_SUCCESS) return {};
  const auto count = static_cast<std::uint32_t>(stage.reach.size());
  std::string rest(reinterpret_cast<const char*>(&count), sizeof count);
  rest.append(reinterpret_cast<const char*>(stage.reach.data()), stage.reach.size() * sizeof(std::uint32_t));
  rest.append(bytes, size);
  std::free(bytes);
  const std::uint64_t check = hash64(rest);
  return std::string(kMagic) + std::string(reinterpret_cast<const char*>(&check), sizeof check) + rest;
}

bool load(Bytes bytes, std::size_t patterns, FirstStage& stage) {
  ByteCursor cursor(bytes);
  const auto magic = cursor.take(kMagic.size());
  const auto check = cursor.u64();
  if (!magic || as_text(*magic) != kMagic || !check || hash64(as_text(bytes.subspan(cursor.offset()))) != *check) return false;
  const auto count = cursor.u32();
  if (!count || *count != patterns) return false;
  const auto reach = cursor.take(std::uint64_t{*count} * sizeof(std::uint32_t));
  if (!reach || cursor.at_end()) return false;
  stage.reach.resize(patterns);
  std::memcpy(stage.reach.data(), reach->data(), reach->size());
  const Bytes rest = bytes.subspan(cursor.offset());
  hs_database_t* database = nullptr;
  if (hs_deserialize_database(reinterpret_cast<const char*>(rest.data()), rest.size(), &database) != HS_SUCCESS) return false;
  stage.database.reset(database);
  stage.from_cache = true;
  return true;
}

}  // namespace

Result<FirstStage> first_stage_of(std::span<const Pattern> patterns, const std::string& cache_folder) {
  if (patterns.empty()) return FirstStage{};
  const std::string path = cache_folder.empty() ? std::string() : cache_folder + "/patterns-" + hex(key_of(patterns)) + ".hs";
  if (!path.empty()) {
    FirstStage stage;
    auto file = FileBytes::open(path);
    if (file && file->bytes().size() <= kMostCacheBytes && load(file->bytes(), patterns.size(), stage)) return stage;
  }
  auto stage = compile(patterns);
  if (stage && !path.empty()) {
    std::error_code ignored;
    std::filesystem::create_directories(cache_folder, ignored);
    const std::string bytes = serialised(*stage);
    if (!bytes.empty()) (void)write_aside(path, bytes);
  }
  return stage;
}

}  // namespace stormwatch::match
