// SPDX-License-Identifier: Apache-2.0
// inventory: the asset graph, by layer and kind.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "app/command.h"
#include "app/obtain.h"
#include "report/report.h"

namespace stormwatch::app {

namespace {

// The facts of an asset that say most, as "name=value" pairs on one line.
std::string facts_line(const Asset& asset) {
  std::string line;
  visit_fields([&](std::string_view name, const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    std::string text;
    if constexpr (std::is_same_v<T, Text>) text = value;
    else if constexpr (std::is_same_v<T, Flag>) text = value ? (*value ? "yes" : "no") : "";
    else if constexpr (std::is_same_v<T, Count>) text = value ? std::to_string(*value) : "";
    else if constexpr (std::is_same_v<T, Texts>) text = fmt::format("{}", fmt::join(value, " "));
    if (!text.empty() && line.size() < 160) line += fmt::format("{}{}={}", line.empty() ? "" : ", ", name, excerpt_of(text, 50));
  }, asset.facts);
  return line;
}

int run(const Arguments& arguments) {
  const auto obtained = obtain(arguments, arguments.positional);
  if (!obtained) return obtained.error();
  if (const std::string format = arguments.value("--format", "terminal"); format != "terminal") {
    const report::Report* report = report::find_report(format);
    if (!report) return refuse({"--format " + format, "", "", "terminal or json"});
    print(report->render(obtained->posture, {}));
    return done;
  }
  const bool colour = colour_wanted(STDOUT_FILENO);
  const Estate& estate = obtained->posture.estate;
  std::string text;
  for (std::size_t layer = 0; layer < kLayerNames.size(); ++layer) {
    for (std::size_t kind = 0; kind < kAssetKindNames.size(); ++kind) {
      if (static_cast<std::size_t>(layer_of(static_cast<AssetKind>(kind))) != layer) continue;
      std::vector<const Asset*> assets;
      for (const Asset& asset : estate.assets())
        if (static_cast<std::size_t>(asset.kind()) == kind) assets.push_back(&asset);
      if (assets.empty()) continue;
      std::ranges::sort(assets, {}, [](const Asset* a) { return std::pair(a->name, a->key); });
      text += fmt::format("{}{} ({}){}  {}\n", colour ? "\x1b[1m" : "", kAssetKindNames[kind], assets.size(), colour ? "\x1b[0m" : "", kLayerNames[layer]);
      const std::size_t most = arguments.has("--verbose") ? assets.size() : 20;
      for (std::size_t i = 0; i < assets.size() && i < most; ++i) {
        const Asset& asset = *assets[i];
        text += fmt::format("  {}  {}{}{}\n", excerpt_of(asset.name, 70), colour ? "\x1b[2m" : "", facts_line(asset), colour ? "\x1b[0m" : "");
        const std::size_t at = estate.index_of(asset.id);
        if (!arguments.has("--relations")) continue;
        for (const std::uint32_t r : estate.out(at)) {
          const Relation& relation = estate.relations()[r];
          if (const Asset* to = estate.find(relation.to)) text += fmt::format("      {} {} {}\n", name_of(relation.kind), name_of(to->kind()), excerpt_of(to->name, 60));
        }
      }
      if (assets.size() > most) text += fmt::format("  and {} more (--verbose)\n", assets.size() - most);
    }
  }
  text += fmt::format("{} assets, {} relations, {} parts not assessed\n", estate.assets().size(), estate.relations().size(), estate.gaps().size());
  print(text);
  return done;
}

}  // namespace

extern const Command inventory;
const Command inventory{.name = "inventory",
                        .arguments = "[TARGET...|REPORT.json]",
                        .summary = "the asset graph, by layer and kind",
                        .options = scan_options({{"--format", "NAME", "terminal or json"},
                                                 {"--relations", "", "under each asset, what it relates to"},
                                                 {"--verbose", "", "every asset"}}),
                        .examples = {"stormwatch inventory .", "stormwatch inventory report.json --relations"},
                        .run = run,
                        .order = 2};

}  // namespace stormwatch::app
