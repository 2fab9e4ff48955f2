// SPDX-License-Identifier: Apache-2.0
#include "advisory/affected.h"

#include <algorithm>

namespace stormwatch::advisory {

VersionQuestion::VersionQuestion(VersionScheme scheme, std::string_view version) : scheme_(scheme), text_(version), version_(Version::parse_public(scheme_, version)) {}

bool VersionQuestion::before(const Bound& left, const Bound& right) {
  if (!left.version || !right.version) return !left.version && right.version;
  const int by = compare(*left.version, *right.version);
  return by != 0 ? by < 0 : left.kind != '+' && right.kind == '+';
}

/// False if a bound cannot be read: then the range says nothing.
bool VersionQuestion::read_bounds(std::string_view range) {
  bounds_.clear();
  while (!range.empty()) {
    const std::string_view event = next_part(range, ' ');
    if (event.size() < 2) return false;
    Bound& bound = bounds_.emplace_back(event[0], event.substr(1), std::nullopt);
    if (bound.kind == '+' && bound.text == "0") continue;
    bound.version = Version::parse(scheme_, bound.text);
    if (!bound.version) return false;
  }
  if (!std::is_sorted(bounds_.begin(), bounds_.end(), before)) std::stable_sort(bounds_.begin(), bounds_.end(), before);
  return true;
}

bool VersionQuestion::in_range(std::string_view range) {
  if (!version_ || !read_bounds(range)) return false;
  bool affected = false;
  for (const Bound& bound : bounds_) {
    const int by = bound.version ? compare(*version_, *bound.version) : 1;
    if (bound.kind == '+') affected |= by >= 0;
    else if (bound.kind == '-') affected &= by < 0;
    else affected &= by <= 0;
  }
  return affected;
}

void VersionQuestion::lower_fix(Hit& hit) const {
  for (const Bound& bound : bounds_)
    if (bound.kind == '-' && compare(*bound.version, *version_) > 0 && (!hit.fixed_version || compare(*bound.version, *hit.fixed_version) < 0)) {
      hit.fixed = bound.text;
      hit.fixed_version = bound.version;
    }
}

bool VersionQuestion::is_listed(std::string_view versions) const {
  while (!versions.empty()) {
    const std::string_view listed = next_part(versions, ',');
    if (listed == text_) return true;
    if (const auto other = Version::parse(scheme_, listed); other && compare(*other, *version_) == 0) return true;
  }
  return false;
}

void VersionQuestion::ask(const Row& row, std::vector<Hit>& hits) {
  const auto add = [&] { read_rest(hits.emplace_back(row).row); };
  if (!version_) {
    if (row.ranges != "+0") return;
    add();
    if (hits.back().row.flags.empty()) hits.pop_back();
    return;
  }
  bool affected = false;
  for (std::string_view ranges = row.ranges; !ranges.empty();) {
    if (!in_range(next_part(ranges, '|'))) continue;
    if (!affected) add();
    affected = true;
    lower_fix(hits.back());
  }
  if (!affected && is_listed(row.versions)) add();
}

std::string outside_ranges(std::string_view ecosystem, std::string_view ranges, std::string_view versions) {
  const VersionScheme scheme = scheme_of(ecosystem);
  std::string outside;
  while (!versions.empty()) {
    const std::string_view listed = next_part(versions, ',');
    VersionQuestion question(scheme, listed);
    bool held = false;
    for (std::string_view rest = ranges; !rest.empty() && !held;) held = question.in_range(next_part(rest, '|'));
    if (!held) outside.append(outside.empty() ? "" : ",").append(listed);
  }
  return outside;
}

}  // namespace stormwatch::advisory
