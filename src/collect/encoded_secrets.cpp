// SPDX-License-Identifier: Apache-2.0
#include "collect/encoded_secrets.h"

#include <algorithm>

#include "collect/secret_assets.h"
#include "match/encoded.h"

namespace stormwatch::collect {

namespace {
constexpr int kLayers = 3;
constexpr std::size_t kDecodedBytes = 4U << 20;

/// Decoded pieces as one text, a line or more each, and where each came from.
struct Decoded {
  struct Start {
    std::size_t begin, origin, origin_end;
    bool named;  ///< by its key in a manifest, so that what is decoded is all there is to judge
  };
  std::string text;
  std::vector<Start> starts;

  void add(std::string_view piece, std::size_t origin, std::size_t origin_end, bool named) {
    starts.push_back({text.size(), origin, origin_end, named});
    text.append(piece).append("\n");
  }
  [[nodiscard]] const Start& start_of(std::size_t at) const { return *std::prev(std::ranges::upper_bound(starts, at, {}, &Start::begin)); }
};

Decoded decode(std::string_view text, bool manifest) {
  Decoded all;
  for (const match::EncodedPart& part : match::find_encoded(text, manifest, kDecodedBytes)) all.add(part.text, part.begin, part.end, part.form == "kubernetes-secret");
  std::size_t from = 0;
  for (int layer = 1; layer < kLayers && from < all.text.size(); ++layer) {
    const std::string before = all.text.substr(from);
    const std::size_t base = from;
    from = all.text.size();
    if (from > kDecodedBytes) break;
    for (const match::EncodedPart& part : match::find_encoded(before, false, kDecodedBytes)) {
      const Decoded::Start from_piece = all.start_of(base + part.begin);
      all.add(part.text, from_piece.origin, from_piece.origin_end, false);
    }
  }
  return all;
}
}  // namespace

std::size_t add_all_secrets(const Source& source, std::string_view text, std::span<const match::Hit> hits, const std::function<Place(std::size_t)>& place_at, std::size_t most,
                            Observation& seen) {
  const bool manifest = source.kind == format::ContentKind::yaml || source.kind == format::ContentKind::json || source.kind == format::ContentKind::text ||
                        source.kind == format::ContentKind::markdown;
  const Decoded decoded = source.patterns ? decode(text, manifest) : Decoded{};
  std::vector<match::Hit> inner = decoded.text.empty() ? std::vector<match::Hit>{} : source.patterns->scan(decoded.text);
  std::erase_if(inner, [&](const match::Hit& hit) { return source.pattern(hit).topic != "secret"; });
  if (decoded.text.empty()) return add_secrets(source, text, hits, place_at, most, seen);
  std::vector<match::Hit> outer;
  for (const match::Hit& hit : hits) {
    const auto holds = [&](const Decoded::Start& start) { return hit.value_begin < start.origin_end && start.origin < hit.value_end; };
    const bool told = source.pattern(hit).subject.starts_with('-') &&
                      (std::ranges::any_of(inner, [&](const match::Hit& within) { return holds(decoded.start_of(within.value_begin)); }) ||
                       std::ranges::any_of(decoded.starts, [&](const Decoded::Start& start) { return start.named && holds(start); }));
    if (!told) outer.push_back(hit);
  }
  Source within;
  within.path = source.path;
  within.member = source.member;
  within.kind = format::ContentKind::properties;
  within.patterns = source.patterns;
  within.limits = source.limits;
  within.depth = source.depth;
  within.context = source.context;
  const std::size_t left_out = add_secrets(source, text, outer, place_at, most, seen);
  return left_out + add_secrets(within, decoded.text, inner, [&](std::size_t at) { return place_at(decoded.start_of(at).origin); }, most, seen);
}

}  // namespace stormwatch::collect
