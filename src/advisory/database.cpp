// SPDX-License-Identifier: Apache-2.0
// Look-ups: the rows that affect a version of a package, and what several sources say of one weakness made one.
#include "advisory/database.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <span>

#include "advisory/affected.h"
#include "advisory/cvss.h"
#include "advisory/database_file.h"
#include "advisory/table.h"
#include "advisory/version.h"
#include "base/embedded.h"
#include "base/file.h"

namespace stormwatch::embedded {
extern const EmbeddedFile advisories[];
extern const std::size_t advisories_count;
}  // namespace stormwatch::embedded

namespace stormwatch::advisory {

struct Database::State {
  std::unique_ptr<const std::string> owned;
  FileBytes file;
  State(std::string_view table, std::string_view scores, std::string_view table_index = {}, std::string_view scores_index = {})
      : advisories(table, table_index), exploitation(scores, scores_index) {}
  SortedTable advisories, exploitation;
  std::size_t count = 0, refused = 0;
  std::string date;
};

namespace {

/// GHSA, then the ecosystem's own database, then CVE.
int rank_of_id(std::string_view id) { return id.starts_with("GHSA-") ? 0 : id.starts_with("MAL-") ? 1 : id.starts_with("CVE-") ? 3 : 2; }

void add_exploitation(Match& match, const SortedTable& table, std::string_view cve) {
  std::string_view line = table.lines_of(cve), cells = next_part(line, '\n');
  next_part(cells, '\t');
  const std::string_view score = next_part(cells, '\t');
  double epss = 0;
  if (std::from_chars(score.data(), score.data() + score.size(), epss).ec == std::errc{}) match.epss = std::max(match.epss.value_or(0), epss);
  if (cells == "K") match.known_exploited = true;
}

/// Each hit behind the first one that shares an id with it, straight or through others; in the order of those, then of the hits.
std::vector<std::pair<std::size_t, const Hit*>> joined_by_ids(const std::vector<Hit>& hits) {
  std::vector<std::size_t> group(hits.size());
  const auto root = [&](std::size_t i) {
    while (group[i] != i) i = group[i] = group[group[i]];
    return i;
  };
  struct Named {
    std::uint64_t end;  // the last eight bytes: texts are compared only where they are the same
    std::string_view id;
    std::size_t hit;
    auto operator<=>(const Named&) const = default;
  };
  std::vector<Named> named;
  if (hits.size() == 1) return {{0, &hits.front()}};
  named.reserve(hits.size() * 3);
  const auto name = [&](std::string_view id, std::size_t hit) {
    std::uint64_t end = 0;
    const std::size_t size = std::min(id.size(), sizeof end);
    std::memcpy(&end, id.data() + id.size() - size, size);
    named.emplace_back(end, id, hit);
  };
  for (std::size_t i = 0; i < hits.size(); ++i) {
    group[i] = i;
    name(hits[i].row.id, i);
    for (std::string_view aliases = hits[i].row.aliases; !aliases.empty();) name(next_part(aliases, ','), i);
  }
  std::sort(named.begin(), named.end());
  for (std::size_t k = 1; k < named.size(); ++k) {
    if (named[k].end != named[k - 1].end || named[k].id != named[k - 1].id) continue;
    const std::size_t a = root(named[k - 1].hit), b = root(named[k].hit);
    group[std::max(a, b)] = std::min(a, b);
  }
  std::vector<std::pair<std::size_t, const Hit*>> joined;
  joined.reserve(hits.size());
  for (std::size_t i = 0; i < hits.size(); ++i) joined.emplace_back(root(i), &hits[i]);
  std::sort(joined.begin(), joined.end());
  return joined;
}

/// The ids of the hits, the one to show first.
std::vector<std::string_view> ids_of(std::span<const Hit* const> hits) {
  std::vector<std::string_view> ids;
  ids.reserve(hits.size() * 4);
  for (const Hit* hit : hits) {
    ids.push_back(hit->row.id);
    for (std::string_view aliases = hit->row.aliases; !aliases.empty();) ids.push_back(next_part(aliases, ','));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const auto primary = std::min_element(ids.begin(), ids.end(), [](std::string_view left, std::string_view right) {
    const int a = rank_of_id(left), b = rank_of_id(right);
    return a != b ? a < b : left < right;
  });
  std::rotate(ids.begin(), primary, primary + 1);
  return ids;
}

/// The worst score of the hits, and the highest of their fixes: that is safe by all of them; a source without one does not withdraw it.
void add_score_and_fix(Match& match, std::span<const Hit* const> hits) {
  const Hit* last_fix = nullptr;
  std::string_view vector;
  for (const Hit* hit : hits) {
    if (const auto score = score_of_short(hit->row.cvss); score && (!match.cvss || *score > *match.cvss)) {
      match.cvss = score;
      vector = hit->row.cvss;
    }
    if (hit->fixed_version && (!last_fix || compare(*hit->fixed_version, *last_fix->fixed_version) > 0)) last_fix = hit;
  }
  match.cvss_vector = long_vector(vector);
  if (last_fix) match.fixed_version = last_fix->fixed;
}

Match merged(std::span<const Hit* const> hits, const SortedTable& exploitation) {
  Match match;
  match.cwes.reserve(hits.size() * 2);
  for (const Hit* hit : hits) {
    for (std::string_view cwes = hit->row.cwes; !cwes.empty();) match.cwes.push_back("CWE-" + std::string(next_part(cwes, ',')));
    match.malicious |= !hit->row.flags.empty();
    match.reported_only |= hit->row.flags == "m";
  }
  std::sort(match.cwes.begin(), match.cwes.end());
  match.cwes.erase(std::unique(match.cwes.begin(), match.cwes.end()), match.cwes.end());
  add_score_and_fix(match, hits);
  const std::vector<std::string_view> ids = ids_of(hits);
  for (std::string_view id : ids)
    if (id.starts_with("CVE-")) add_exploitation(match, exploitation, id);
  match.id = ids.front();
  match.aliases.assign(ids.begin() + 1, ids.end());
  return match;
}

/// Each match is moved once, which a sort of the matches themselves does not hold to.
std::vector<Match> sorted_by_id(std::vector<Match> matches) {
  if (std::ranges::is_sorted(matches, {}, &Match::id)) return matches;
  std::vector<Match*> order;
  order.reserve(matches.size());
  for (Match& match : matches) order.push_back(&match);
  std::sort(order.begin(), order.end(), [](const Match* left, const Match* right) { return left->id < right->id; });
  std::vector<Match> sorted;
  sorted.reserve(matches.size());
  for (Match* match : order) sorted.push_back(std::move(*match));
  return sorted;
}

}  // namespace

std::string_view embedded_table(std::string_view name) {
  for (std::size_t i = 0; i < embedded::advisories_count; ++i)
    if (embedded::advisories[i].path == name) return embedded::advisories[i].text();
  return {};
}

Database::Database(std::shared_ptr<const State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

const Database& Database::embedded() {
  static const Database database = [] {
    auto state = std::make_shared<State>(embedded_table("advisories.tsv"), embedded_table("exploitation.tsv"));
    state->date = header_word(state->advisories.text(), "date");
    std::string_view count = header_word(state->advisories.text(), "advisories");
    std::from_chars(count.data(), count.data() + count.size(), state->count);
    return Database(std::move(state));
  }();
  return database;
}

Result<Database> Database::open(const std::string& path) {
  auto file = FileBytes::open(path, true);
  if (!file) return std::unexpected(file.error());
  const std::string_view bytes = as_text(file->bytes());
  auto header = read_database_header(bytes, path);
  if (!header) return std::unexpected(header.error());
  const std::size_t second_index = header->index + 4 * header->packages;
  auto state = std::make_shared<State>(bytes.substr(0, header->exploitation), bytes.substr(header->exploitation, header->index - header->exploitation),
                                       bytes.substr(header->index, second_index - header->index), bytes.substr(second_index));
  state->count = header->advisories;
  state->date = header->date;
  state->file = std::move(*file);
  return Database(std::move(state));
}

Result<Database> Database::load(const std::string& path) {
  if (path.ends_with(".adb")) return open(path);
  auto loaded = load_osv(path);
  if (!loaded) return std::unexpected(loaded.error());
  auto owned = std::make_unique<const std::string>(std::move(loaded->text));
  auto state = std::make_shared<State>(*owned, embedded_table("exploitation.tsv"));
  state->owned = std::move(owned);
  state->count = loaded->advisories;
  state->refused = loaded->refused;
  state->date = loaded->dates.empty() ? std::string() : loaded->dates.back();
  return Database(std::move(state));
}

std::vector<Match> Database::look_up(std::string_view ecosystem, std::string_view package, std::string_view version) const {
  std::string_view lines = state_->advisories.lines_of(key_of(ecosystem, package));
  if (lines.empty()) return {};
  VersionQuestion question(scheme_of(ecosystem), version);
  std::vector<Hit> hits;
  hits.reserve(16);
  while (!lines.empty()) question.ask(next_row(lines), hits);
  if (hits.empty()) return {};

  std::vector<Match> matches;
  matches.reserve(hits.size());
  std::vector<const Hit*> same;
  const auto joined = joined_by_ids(hits);
  for (std::size_t i = 0; i < joined.size(); ++i) {
    same.push_back(joined[i].second);
    if (i + 1 < joined.size() && joined[i + 1].first == joined[i].first) continue;
    matches.push_back(merged(same, state_->exploitation));
    same.clear();
  }
  return sorted_by_id(std::move(matches));
}

std::size_t Database::count() const { return state_->count; }
std::string Database::date() const { return state_->date; }
std::size_t Database::refused() const { return state_->refused; }

}  // namespace stormwatch::advisory
