// SPDX-License-Identifier: Apache-2.0
// Scanning: one pass of the first stage marks regions of the text per pattern; RE2 then searches those regions only.
#include "match/database.h"

#include <re2/re2.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <tuple>

#include "base/file.h"
#include "base/text.h"
#include "match/checksum.h"
#include "match/first_stage.h"
#include "match/placeholder.h"

namespace stormwatch::match {

namespace {

// The second stage of one pattern; compiled when it is first needed, because few patterns are in one scan.
struct Confirmer {
  std::once_flag made;
  std::unique_ptr<RE2> regex;
  std::vector<std::unique_ptr<RE2>> unless, unless_around;
  int value_group = 0;
};

RE2::Options options_of(const Pattern& pattern) {
  RE2::Options options;
  options.set_case_sensitive(!pattern.ignore_case);
  options.set_log_errors(false);
  options.set_max_mem(16 << 20);
  return options;
}

void make(const Pattern& pattern, Confirmer& confirmer) {
  confirmer.regex = std::make_unique<RE2>(pattern.regex, options_of(pattern));
  const auto& names = confirmer.regex->NamedCapturingGroups();
  const auto value = names.find("value");
  confirmer.value_group = value != names.end() ? value->second : std::min(confirmer.regex->NumberOfCapturingGroups(), 1);
  const RE2::Options options = options_of(pattern);
  for (const std::string& refused : pattern.unless) confirmer.unless.push_back(std::make_unique<RE2>(refused, options));
  for (const std::string& refused : pattern.unless_around) confirmer.unless_around.push_back(std::make_unique<RE2>(refused, options));
}

Result<void> check(const Pattern& pattern) {
  Confirmer confirmer;
  make(pattern, confirmer);
  if (!confirmer.regex->ok())
    return failure("pattern \"" + pattern.id + "\": " + confirmer.regex->error(), {}, {}, "an RE2 expression in `regex`");
  for (const auto* list : {&confirmer.unless, &confirmer.unless_around})
    for (const auto& refused : *list)
      if (!refused->ok()) return failure("pattern \"" + pattern.id + "\": " + refused->error(), {}, {}, "RE2 expressions in `unless`");
  return {};
}

// Where a pattern may stand: the union of the reaches around the ends that the first stage gave.
struct Region {
  std::uint32_t pattern;
  std::uint64_t begin, end;
};

struct Marks {
  std::span<const std::uint32_t> reach;
  std::uint64_t base = 0, size = 0;          // of the block in the text, and of the text
  std::vector<Region> regions;
  std::vector<std::uint32_t> last;           // per pattern: its last region + 1
  std::vector<std::uint32_t> touched;
  std::vector<std::uint64_t> covered;        // per pattern: no hit may begin before this
};

// A longer match is not a value any more, and matching it again for each region would take quadratic time.
constexpr std::uint64_t kLongestHit = 1ULL << 20;

// Texts go through the first stage in blocks, so that what it marks never takes much memory. A block begins with the end of the one
// before: a pattern of the first stage that is longer than this is not found where it stands across two blocks.
constexpr std::uint64_t kBlock = 8ULL << 20, kOverlap = 64ULL << 10;

int mark(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  auto& marks = *static_cast<Marks*>(context);
  const std::uint64_t end = marks.base + to, reach = marks.reach[id];
  const std::uint64_t from = end > reach ? end - reach : 0, until = std::min(marks.size, end + reach);
  if (marks.last[id] != 0) {
    Region& region = marks.regions[marks.last[id] - 1];
    if (from <= region.end) {
      region.end = std::max(region.end, until);
      return 0;
    }
  } else {
    if (marks.touched.empty() || marks.touched.back() != id) marks.touched.push_back(id);
  }
  marks.regions.push_back({id, from, until});
  marks.last[id] = static_cast<std::uint32_t>(marks.regions.size());
  return 0;
}

// Scratch of one thread; grows to the largest database the thread has scanned with.
struct ThreadScratch {
  hs_scratch_t* scratch = nullptr;
  std::uint64_t fits = 0;  // serial number of the database it was last grown for
  Marks marks;
  ThreadScratch() = default;
  ThreadScratch(const ThreadScratch&) = delete;
  ThreadScratch& operator=(const ThreadScratch&) = delete;
  ~ThreadScratch() { hs_free_scratch(scratch); }
};

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool word_is_near(const Pattern& pattern, std::string_view text, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t from = begin > pattern.near_bytes ? begin - pattern.near_bytes : 0;
  const std::string_view window = text.substr(from, end - from + pattern.near_bytes);
  return std::ranges::any_of(pattern.near, [&](const std::string& word) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    for (auto at = window.begin();; ++at) {
      at = std::search(at, window.end(), word.begin(), word.end(), same);
      if (at == window.end()) return false;
      // The start of a word: "okta" does not stand in "bookTable", but does in "myOktaToken".
      if (at == window.begin() || !is_letter(at[-1]) || !is_letter(*at) || (at[-1] >= 'a' && *at <= 'Z')) return true;
    }
  });
}

/// A stretch of a picture or another file that is written in base64, where any short form turns up by chance.
bool is_within_encoded_data(std::string_view text, std::uint64_t begin, std::uint64_t end) {
  constexpr std::uint64_t kLongerThanAnyToken = 400;  // bytes of base64 that touch the value without being of it
  const auto encodes = [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '/'; };
  std::uint64_t around = 0;
  while (begin > 0 && around < kLongerThanAnyToken && encodes(text[begin - 1])) --begin, ++around;
  while (end < text.size() && around < kLongerThanAnyToken && encodes(text[end])) ++end, ++around;
  return around >= kLongerThanAnyToken;
}

bool accepted(const Pattern& pattern, const Confirmer& confirmer, std::string_view text, const Hit& hit) {
  const std::string_view value = text.substr(hit.value_begin, hit.value_end - hit.value_begin);
  if (pattern.entropy > 0 && entropy_of(value) < pattern.entropy) return false;
  if (!pattern.checksum.empty() && !passes(pattern.checksum, value)) return false;
  if (!pattern.near.empty() && !word_is_near(pattern, text, hit.begin, hit.end)) return false;
  if (pattern.topic == "secret" && (is_placeholder(value) || is_public_token(value) || is_within_encoded_data(text, hit.value_begin, hit.value_end))) return false;
  const auto holds = [](std::string_view part, const auto& list) {
    return std::ranges::any_of(list, [&](const auto& refused) { return RE2::PartialMatch(re2::StringPiece(part.data(), part.size()), *refused); });
  };
  return !holds(value, confirmer.unless) && !holds(text.substr(hit.begin, hit.end - hit.begin), confirmer.unless_around);
}

}  // namespace

struct Database::State {
  std::vector<Pattern> patterns;
  FirstStage first;
  std::unique_ptr<Confirmer[]> confirmers;
  std::uint64_t serial = 0;

  const Confirmer& confirmer(std::uint32_t pattern) {
    Confirmer& confirmer = confirmers[pattern];
    std::call_once(confirmer.made, [&] { make(patterns[pattern], confirmer); });
    return confirmer;
  }

  // Adds the hits within one region. A match that reaches the region's end is searched for again in a longer one, so that a
  // long value is not cut.
  void confirm(std::string_view text, const Region& region, std::uint64_t& covered, std::vector<Hit>& hits) {
    const Confirmer& second = confirmer(region.pattern);
    if (!second.regex->ok()) return;
    const re2::StringPiece piece(text.data(), text.size());
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(second.value_group) + 1);
    std::uint64_t at = std::max(region.begin, covered), end = region.end;
    while (at < end && second.regex->Match(piece, at, end, RE2::UNANCHORED, groups.data(), static_cast<int>(groups.size()))) {
      Hit hit{.pattern = region.pattern};
      hit.begin = static_cast<std::uint64_t>(groups[0].data() - text.data());
      hit.end = hit.begin + groups[0].size();
      if (hit.end == end && end < text.size() && end - hit.begin < kLongestHit) {
        end = std::min<std::uint64_t>(text.size(), end + (end - hit.begin) * 3 + 1024);
        at = hit.begin;
        continue;
      }
      const re2::StringPiece value = groups.back().data() ? groups.back() : groups[0];
      hit.value_begin = static_cast<std::uint64_t>(value.data() - text.data());
      hit.value_end = hit.value_begin + value.size();
      if (accepted(patterns[region.pattern], second, text, hit)) hits.push_back(hit);
      at = covered = std::max(hit.end, hit.begin + 1);
    }
  }

  // Confirms the regions that no mark of what follows `until` can make longer, all of them at the text's end; the others stay.
  void confirm_regions(std::string_view text, Marks& marks, std::uint64_t until, std::vector<Hit>& hits) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < marks.regions.size(); ++i) {
      const Region region = marks.regions[i];
      std::uint32_t& last = marks.last[region.pattern];
      if (until < text.size() && last == i + 1 && region.end + marks.reach[region.pattern] + kOverlap >= until) {
        marks.regions[kept] = region;
        last = static_cast<std::uint32_t>(++kept);
        continue;
      }
      if (last == i + 1) last = 0;
      confirm(text, region, marks.covered[region.pattern], hits);
    }
    marks.regions.resize(kept);
  }
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

std::span<const Pattern> Database::patterns() const { return state_->patterns; }

Result<Database> Database::build(std::vector<Pattern> patterns, const std::string& cache_folder) {
  std::map<std::string_view, bool> ids;
  for (const Pattern& pattern : patterns)
    if (!ids.emplace(pattern.id, true).second) return failure("two patterns have the id \"" + pattern.id + "\"", {}, {}, "unique ids");
  auto first = first_stage_of(patterns, cache_folder);
  if (!first) return std::unexpected(first.error());
  if (!first->from_cache)  // the cache's name holds the expressions, so they were checked when it was written
    for (const Pattern& pattern : patterns)
      if (auto checked = check(pattern); !checked) return std::unexpected(checked.error());
  static std::atomic<std::uint64_t> serials{0};
  auto state = std::make_unique<State>();
  state->confirmers = std::make_unique<Confirmer[]>(patterns.size());
  state->patterns = std::move(patterns);
  state->first = *std::move(first);
  state->serial = ++serials;
  return Database(std::move(state));
}

std::vector<Hit> Database::scan(std::string_view text) const {
  static thread_local ThreadScratch mine;
  std::vector<Hit> hits;
  if (!state_->first.database || text.empty()) return hits;
  if (mine.fits != state_->serial) {
    if (hs_alloc_scratch(state_->first.database.get(), &mine.scratch) != HS_SUCCESS) return hits;
    mine.fits = state_->serial;
  }
  Marks& marks = mine.marks;
  marks.reach = state_->first.reach;
  marks.size = text.size();
  marks.regions.clear();
  if (marks.last.size() < state_->patterns.size()) marks.last.resize(state_->patterns.size());
  if (marks.covered.size() < state_->patterns.size()) marks.covered.resize(state_->patterns.size());

  for (std::uint64_t begin = 0; begin < text.size(); begin += kBlock) {
    const std::uint64_t from = begin > kOverlap ? begin - kOverlap : 0, until = std::min<std::uint64_t>(text.size(), begin + kBlock);
    marks.base = from;
    const std::string_view part = text.substr(from, until - from);
    hs_scan(state_->first.database.get(), part.data(), static_cast<unsigned>(part.size()), 0, mine.scratch, mark, &marks);
    state_->confirm_regions(text, marks, until, hits);
    if (text.size() > kBlock) release_pages_before(reinterpret_cast<const std::byte*>(text.data()) + until);
  }
  for (std::uint32_t id : marks.touched) marks.last[id] = 0, marks.covered[id] = 0;
  marks.touched.clear();
  std::ranges::sort(hits, [](const Hit& a, const Hit& b) { return std::tie(a.begin, a.pattern, a.end) < std::tie(b.begin, b.pattern, b.end); });
  return hits;
}

std::string Database::subject_of(const Hit& hit, std::string_view text) const {
  const Pattern& pattern = state_->patterns[hit.pattern];
  return pattern.subject == "$1" ? std::string(text.substr(hit.value_begin, hit.value_end - hit.value_begin)) : pattern.subject;
}

}  // namespace stormwatch::match
