// SPDX-License-Identifier: Apache-2.0
// Look-ups: the rows of a package, the ranges that hold its version, and what several sources say of one weakness made one.
#include "advisory/database.h"

#include <algorithm>
#include <charconv>
#include <map>

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
  State(std::string_view table, std::string_view scores) : advisories(table), exploitation(scores) {}
  SortedTable advisories, exploitation;
  std::size_t count = 0, refused = 0;
  std::string date;
};

namespace {

struct Bound {
  char kind;  ///< '+', '-', '='
  std::string_view text;
  std::optional<Version> version;  ///< nullopt for the beginning
};

/// OSV's evaluation: the events in version order switch "affected" on and off. A bound that cannot be read makes the range
/// say nothing. `fixed` is lowered to the first fix above the version.
bool in_range(std::string_view range, VersionScheme scheme, const Version& asked, std::string_view& fixed, std::optional<Version>& fixed_version) {
  std::vector<Bound> bounds;
  bounds.reserve(4);
  for (std::size_t at = 0; at < range.size();) {
    const std::string_view event = range.substr(at, range.find(' ', at) - at);
    at += event.size() + 1;
    if (event.size() < 2) return false;
    Bound bound{event[0], event.substr(1), std::nullopt};
    if (bound.kind != '+' || bound.text != "0") {
      bound.version = Version::parse(scheme, bound.text);
      if (!bound.version) return false;
    }
    bounds.push_back(std::move(bound));
  }
  const auto before = [](const Bound& left, const Bound& right) {
    if (!left.version || !right.version) return !left.version && right.version;
    int by = compare(*left.version, *right.version);
    return by != 0 ? by < 0 : left.kind != '+' && right.kind == '+';
  };
  if (!std::is_sorted(bounds.begin(), bounds.end(), before)) std::stable_sort(bounds.begin(), bounds.end(), before);
  bool affected = false;
  for (const Bound& bound : bounds) {
    int by = bound.version ? compare(asked, *bound.version) : 1;
    if (bound.kind == '+') affected |= by >= 0;
    else if (bound.kind == '-') affected &= by < 0;
    else affected &= by <= 0;
  }
  if (!affected) return false;
  for (const Bound& bound : bounds)
    if (bound.kind == '-' && compare(*bound.version, asked) > 0 && (!fixed_version || compare(*bound.version, *fixed_version) < 0)) {
      fixed = bound.text;
      fixed_version = bound.version;
    }
  return true;
}

struct Hit {
  const Row* row;
  std::string_view fixed;
  std::optional<Version> fixed_version;
};

std::optional<Hit> affected_by(const Row& row, VersionScheme scheme, const std::optional<Version>& asked, std::string_view text) {
  Hit hit{&row, {}, std::nullopt};
  bool malware = !row.flags.empty();
  // Malware under every version of a name needs no version to be named.
  if (!asked) return malware && row.ranges == "+0" ? std::optional(hit) : std::nullopt;
  bool affected = false;
  for (std::string_view range : split(row.ranges, '|')) affected |= in_range(range, scheme, *asked, hit.fixed, hit.fixed_version);
  for (std::string_view listed : split(row.versions, ',')) {
    if (affected) break;
    if (listed == text) affected = true;
    else if (auto other = Version::parse(scheme, listed)) affected = compare(*other, *asked) == 0;
  }
  return affected ? std::optional(std::move(hit)) : std::nullopt;
}

/// GHSA, then the ecosystem's own database, then CVE.
int rank_of_id(std::string_view id) { return id.starts_with("GHSA-") ? 0 : id.starts_with("MAL-") ? 1 : id.starts_with("CVE-") ? 3 : 2; }

void add_exploitation(Match& match, const SortedTable& table, std::string_view cve) {
  if (!cve.starts_with("CVE-")) return;
  std::vector<std::string_view> cells = split(table.line_of(cve), '\t');
  if (cells.size() < 2) return;
  double epss = 0;
  if (std::from_chars(cells[1].data(), cells[1].data() + cells[1].size(), epss).ec == std::errc{})
    match.epss = std::max(match.epss.value_or(0), epss);
  if (cells.size() > 2 && cells[2] == "K") match.known_exploited = true;
}

/// Hits that share an id, straight or through others, in groups; in the order of each group's first.
std::vector<std::vector<const Hit*>> joined_by_ids(const std::vector<Hit>& hits) {
  std::vector<std::size_t> group(hits.size());
  const auto root = [&](std::size_t i) {
    while (group[i] != i) i = group[i] = group[group[i]];
    return i;
  };
  std::vector<std::pair<std::string_view, std::size_t>> named;  // each id with the hit that has it
  for (std::size_t i = 0; i < hits.size(); ++i) {
    group[i] = i;
    named.emplace_back(hits[i].row->id, i);
    std::string_view aliases = hits[i].row->aliases;
    while (!aliases.empty()) {
      named.emplace_back(aliases.substr(0, aliases.find(',')), i);
      aliases.remove_prefix(std::min(aliases.size(), named.back().first.size() + 1));
    }
  }
  std::sort(named.begin(), named.end());
  for (std::size_t k = 1; k < named.size(); ++k) {
    if (named[k].first != named[k - 1].first) continue;
    const std::size_t a = root(named[k - 1].second), b = root(named[k].second);
    group[std::max(a, b)] = std::min(a, b);
  }
  std::vector<std::vector<const Hit*>> groups;
  std::vector<std::size_t> place(hits.size());
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (const std::size_t first = root(i); first == i) {
      place[i] = groups.size();
      groups.emplace_back();
    } else {
      place[i] = place[first];
    }
    groups[place[i]].push_back(&hits[i]);
  }
  return groups;
}

Match merged(const std::vector<const Hit*>& hits, const SortedTable& exploitation) {
  Match match;
  std::vector<std::string> ids;
  const Hit* last_fix = nullptr;
  for (const Hit* hit : hits) {
    const Row& row = *hit->row;
    ids.emplace_back(row.id);
    for (std::string_view alias : split(row.aliases, ',')) ids.emplace_back(alias);
    for (std::string_view cwe : split(row.cwes, ',')) match.cwes.push_back("CWE-" + std::string(cwe));
    match.malicious |= !row.flags.empty();
    match.reported_only |= row.flags == "m";
    std::string vector = long_vector(row.cvss);
    auto score = base_score(vector);
    if (score && (!match.cvss || *score > *match.cvss)) {
      match.cvss = score;
      match.cvss_vector = vector;
    }
    if (hit->fixed_version && (!last_fix || compare(*hit->fixed_version, *last_fix->fixed_version) > 0)) last_fix = hit;
  }
  // Sources that disagree: the highest of their fixes is safe by all of them; a source without one does not withdraw it.
  if (last_fix) match.fixed_version = last_fix->fixed;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const std::string& id : ids) add_exploitation(match, exploitation, id);
  auto primary = std::min_element(ids.begin(), ids.end(), [](const std::string& left, const std::string& right) {
    return std::pair(rank_of_id(left), std::string_view(left)) < std::pair(rank_of_id(right), std::string_view(right));
  });
  match.id = *primary;
  ids.erase(primary);
  match.aliases = std::move(ids);
  std::sort(match.cwes.begin(), match.cwes.end());
  match.cwes.erase(std::unique(match.cwes.begin(), match.cwes.end()), match.cwes.end());
  return match;
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
  auto state = std::make_shared<State>(bytes.substr(0, header->exploitation), bytes.substr(header->exploitation));
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
  std::vector<Row> rows = state_->advisories.rows_of(key_of(ecosystem, package));
  if (rows.empty()) return {};
  VersionScheme scheme = scheme_of(ecosystem);
  auto asked = Version::parse_public(scheme, version);
  std::vector<Hit> hits;
  for (const Row& row : rows)
    if (auto hit = affected_by(row, scheme, asked, version)) hits.push_back(std::move(*hit));

  std::vector<Match> matches;
  for (const std::vector<const Hit*>& members : joined_by_ids(hits)) matches.push_back(merged(members, state_->exploitation));
  std::sort(matches.begin(), matches.end(), [](const Match& left, const Match& right) { return left.id < right.id; });
  return matches;
}

std::size_t Database::count() const { return state_->count; }
std::string Database::date() const { return state_->date; }
std::size_t Database::refused() const { return state_->refused; }

}  // namespace stormwatch::advisory
