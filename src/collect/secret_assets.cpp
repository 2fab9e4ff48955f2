// SPDX-License-Identifier: Apache-2.0
#include "collect/secret_assets.h"

#include <algorithm>
#include <map>
#include <string>

#include "base/hash.h"

namespace stormwatch::collect {

namespace {

struct Kind {
  std::string vendor, type;
};

// The pattern's subject is "VENDOR/TYPE"; "-" stands for no vendor.
Kind kind_of_pattern(const match::Pattern& pattern) {
  const std::size_t slash = pattern.subject.find('/');
  if (slash == std::string::npos) return {"", pattern.subject};
  std::string vendor = pattern.subject.substr(0, slash);
  return {vendor == "-" ? "" : vendor, pattern.subject.substr(slash + 1)};
}

int rank_of(const match::Pattern& pattern) {
  const int vendor = pattern.subject.starts_with('-') ? 0 : 4;
  return vendor + static_cast<int>(confidence_named(pattern.confidence).value_or(Confidence::low));
}

bool applies(const match::Pattern& pattern, format::ContentKind kind) {
  return pattern.kinds.empty() || std::ranges::find(pattern.kinds, format::name_of(kind)) != pattern.kinds.end();
}

/// Tokens that pages carry to every visitor and that open nothing: a counter's beacon.
bool is_public_by_design(std::string_view text, const match::Hit& hit) {
  const std::size_t begin = hit.value_begin > 60 ? hit.value_begin - 60 : 0;
  return text.substr(begin, hit.value_begin - begin).find("data-cf-beacon") != std::string_view::npos;
}

std::vector<match::Hit> telling_hits(const Source& source, std::string_view text, std::span<const match::Hit> all) {
  std::vector<match::Hit> hits;
  for (const match::Hit& hit : all)
    if (source.pattern(hit).topic == "secret" && applies(source.pattern(hit), source.kind) && !is_public_by_design(text, hit)) hits.push_back(hit);
  std::ranges::stable_sort(hits, [&](const match::Hit& a, const match::Hit& b) {
    const int ranks[] = {rank_of(source.pattern(a)), rank_of(source.pattern(b))};
    const std::uint64_t lengths[] = {a.value_end - a.value_begin, b.value_end - b.value_begin};
    return ranks[0] != ranks[1] ? ranks[0] > ranks[1] : lengths[0] > lengths[1];
  });
  std::map<std::uint64_t, match::Hit> kept;  // by value_begin, not overlapping
  for (const match::Hit& hit : hits) {
    auto after = kept.lower_bound(hit.value_end);
    if (after != kept.begin() && std::prev(after)->second.value_end > hit.value_begin) continue;
    kept.emplace(hit.value_begin, hit);
  }
  hits.clear();
  for (const auto& [begin, hit] : kept) hits.push_back(hit);
  return hits;
}

std::string exposure_of(const Source& source) {
  if (source.kind == format::ContentKind::notebook) return "notebook";
  switch (source.kind) {
    case format::ContentKind::json:
    case format::ContentKind::yaml:
    case format::ContentKind::toml:
    case format::ContentKind::hcl:
    case format::ContentKind::properties:
    case format::ContentKind::dockerfile: return "configuration";
    default: return "repository";
  }
}

}  // namespace

Asset secret_asset(std::string_view vendor, std::string_view type, std::string_view value, std::string_view exposure, const Place& place) {
  SecretFacts facts;
  facts.type = type;
  facts.vendor = vendor;
  facts.fingerprint = keyed_fingerprint(value);
  facts.exposure = exposure;
  facts.test_value = false;  // documented example values were refused before this
  const std::string owner(vendor.empty() ? type : vendor);
  std::string name = (vendor.empty() ? "" : owner + " ") + std::string(type) + " " + facts.fingerprint.substr(0, 6);
  std::string key = owner + ":" + facts.fingerprint;
  return make_asset(std::move(key), std::move(name), std::move(facts), place);
}

std::size_t add_secrets(const Source& source, std::string_view text, std::span<const match::Hit> hits, const std::function<Place(std::size_t)>& place_at,
                        std::size_t most, Observation& seen) {
  const AssetId repository = Asset::id_of(AssetKind::repository, ".");
  std::map<AssetId, std::size_t> positions;
  std::size_t secrets = 0, left_out = 0;
  for (std::size_t i = 0; i < seen.assets.size(); ++i)
    if (seen.assets[i].kind() == AssetKind::secret) {
      positions.emplace(seen.assets[i].id, i);
      ++secrets;
    }
  for (const match::Hit& hit : telling_hits(source, text, hits)) {
    const match::Pattern& pattern = source.pattern(hit);
    const std::string_view value = text.substr(hit.value_begin, hit.value_end - hit.value_begin);
    const Kind kind = kind_of_pattern(pattern);
    const Place place = place_at(hit.value_begin);
    const std::string named = (kind.vendor.empty() ? "" : kind.vendor + " ") + kind.type;
    const bool local = pattern.id == "url-password-local";  // it opens nothing to who reads it elsewhere
    Asset asset = secret_asset(kind.vendor, kind.type, value, local ? std::string() : exposure_of(source), place);
    if (pattern.short_lived) std::get<SecretFacts>(asset.facts).short_lived = true;
    asset.confidence = confidence_named(pattern.confidence).value_or(Confidence::medium);
    const auto [found, added] = positions.emplace(asset.id, seen.assets.size());
    if (!added) {  // the same secret again in this file
      if (found->second < seen.assets.size() && seen.assets[found->second].places.size() < most) seen.assets[found->second].places.push_back(place);
      continue;
    }
    if (secrets >= most) {
      positions.erase(found);
      ++left_out;
      continue;
    }
    ++secrets;
    if (source.depth.hold_secrets) seen.held.push_back({asset.id, pattern.id, std::string(value)});
    Sighting sighting;
    sighting.what = "secret";
    sighting.subject = pattern.id;
    sighting.detail = named;
    sighting.excerpt = redacted(value);
    sighting.place = place;
    sighting.confidence = asset.confidence;
    sighting.context = source.context;
    asset.sightings.push_back(std::move(sighting));
    seen.relate(repository, RelationKind::stores_secret, asset.id, place, asset.confidence);
    seen.add(std::move(asset));
  }
  const bool named = std::ranges::any_of(seen.assets, [](const Asset& asset) { return asset.kind() == AssetKind::repository; });
  if (secrets > 0 && !named) seen.add(make_asset(".", "repository", RepositoryFacts{}));
  return left_out;
}

}  // namespace stormwatch::collect
