// SPDX-License-Identifier: Apache-2.0
// collection.json of a folder that `stormwatch collect` made: what was refused, skipped or cut off there is missing in the scan too.
#include "collect/collector.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostGaps = 2000;

bool wants(const Source& source) { return source.name == "collection.json" && source.text.substr(0, 200).find("\"stormwatch.collection\"") != std::string_view::npos; }

bool is_reason(std::string_view reason) { return reason == "refused" || reason == "timeout" || reason == "over-limit" || reason == "unsupported"; }

Result<Observation> read(const Source& source) {
  const Result<Node> state = format::parse_json(source.text, *source.limits);
  if (!state) return std::unexpected(state.error());
  Observation observation;
  const auto add = [&](std::string_view reason, std::string detail) {
    if (observation.gaps.size() < kMostGaps) observation.gaps.push_back({source.path, source.member, is_reason(reason) ? std::string(reason) : "unreadable", std::move(detail)});
  };
  if (const Node* gaps = state->find("gaps"))
    for (const Node& gap : gaps->items) {
      const std::string_view times = gap.text("times", "1");
      add(gap.text("reason"), "not collected: " + excerpt_of(gap.text("listing"), 80) + ": " + excerpt_of(gap.text("detail"), 160) + (times == "1" ? "" : " (" + excerpt_of(times, 12) + " times)"));
    }
  return observation;
}

}  // namespace

extern const Collector collection;
const Collector collection{.name = "collection", .wants = wants, .read = read};

}  // namespace stormwatch::collect
