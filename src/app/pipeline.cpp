// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>

#include "app/version.h"
#include "base/parallel.h"
#include "graph/merge.h"

namespace stormwatch::app {

namespace {

std::vector<Coverage> coverage_of(const Estate& estate, std::span<const detect::Detector> ran,
                                  std::span<const detect::Detector> all, std::span<const Gap> failed) {
  std::set<std::string_view> gap_paths;
  for (const Gap& gap : estate.gaps()) gap_paths.insert(gap.path);
  std::vector<Coverage> rows;
  for (std::size_t k = 0; k < kAssetKindNames.size(); ++k) {
    Coverage row{.subject = std::string(kAssetKindNames[k])};
    for (const Asset& asset : estate.assets()) {
      if (static_cast<std::size_t>(asset.kind()) != k) continue;
      const bool partly = std::ranges::any_of(asset.places, [&](const Place& p) { return gap_paths.contains(p.path); });
      ++(partly ? row.partial : row.assessed);
    }
    if (row.assessed + row.partial) rows.push_back(row);
  }
  for (std::size_t v = 0; v < kVectorNames.size(); ++v) {
    Coverage row{.subject = std::string(kVectorNames[v]), .is_vector = true};
    const auto of_vector = [&](const detect::Detector& d) { return static_cast<std::size_t>(d.advisory.vector) == v; };
    row.assessed = std::ranges::count_if(ran, of_vector);
    row.not_assessed = std::ranges::count_if(all, of_vector) - row.assessed;
    for (const Gap& gap : failed)
      for (const detect::Detector& d : ran)
        if (of_vector(d) && gap.detail.starts_with("rule " + d.advisory.id + " failed")) ++row.failed, --row.assessed;
    rows.push_back(row);
  }
  return rows;
}

// Collectors know the target's root as "."; people know it by the folder's name.
void name_roots(std::vector<Observation>& observations, const std::vector<std::string>& targets) {
  if (targets.size() != 1 || targets[0] == collect::kMachine) return;
  std::error_code failed;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(targets[0], failed);
  const std::string name = (whole.has_filename() ? whole.filename() : whole.parent_path().filename()).string();
  if (failed || name.empty()) return;
  for (Observation& observation : observations)
    for (Asset& asset : observation.assets)
      if (asset.key == "." && (asset.kind() == AssetKind::application || asset.kind() == AssetKind::repository)) asset.name = excerpt_of(name, 80);
}

}  // namespace

std::vector<std::string> folders_of(const std::vector<std::string>& roots, const char* part) {
  constexpr std::array<const char*, 6> parts{"rules", "steps", "frameworks", "packs", "known", "key_checks"};
  std::vector<std::string> folders;
  for (const std::string& root : roots) {
    const auto holds = [&](const char* name) { return std::filesystem::is_directory(root + "/" + name); };
    if (holds(part)) folders.push_back(root + "/" + part);
    else if (std::string_view(part) == "rules" && std::ranges::none_of(parts, holds)) folders.push_back(root);
  }
  return folders;
}

std::string advisories_file() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && *data == '/') return std::string(data) + "/stormwatch/advisories.adb";
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? std::string(home) + "/.local/share/stormwatch/advisories.adb" : std::string();
}

std::string cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache && *cache == '/') return std::string(cache) + "/stormwatch";
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? std::string(home) + "/.cache/stormwatch" : std::string();
}

std::string now_utc() {
  std::time_t now = std::time(nullptr);
  if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH"); fixed && *fixed) now = static_cast<std::time_t>(std::strtoll(fixed, nullptr, 10));
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

namespace {
template <class T, class U>
Result<void> take(Result<T> from, U& into) {
  if (!from) return std::unexpected(from.error());
  into = std::move(*from);
  return {};
}
}  // namespace

Result<Content> load_content(const std::vector<std::string>& rules_folders, const std::string& advisories) {
  for (const std::string& folder : rules_folders)
    if (!std::filesystem::is_directory(folder)) return failure("no such folder", folder, "", "a folder of rules");
  Content content;
  // Each part reads files of its own; together they are most of what a short scan takes.
  const std::array<std::function<Result<void>()>, 5> parts{
      [&]() -> Result<void> {
        auto patterns = collect::load_packs(folders_of(rules_folders, "packs"));
        if (!patterns) return std::unexpected(patterns.error());
        auto database = match::Database::build(std::move(*patterns), cache_folder());
        if (!database) return std::unexpected(database.error());
        content.patterns = std::make_unique<match::Database>(std::move(*database));
        return {};
      },
      [&]() -> Result<void> { return take(detect::load_detectors(folders_of(rules_folders, "rules")), content.detectors); },
      [&]() -> Result<void> { return take(forecast::load_steps(folders_of(rules_folders, "steps")), content.steps); },
      [&]() -> Result<void> { return take(govern::load_frameworks(folders_of(rules_folders, "frameworks")), content.frameworks); },
      [&]() -> Result<void> { return take(detect::load_known(folders_of(rules_folders, "known")), content.known); }};
  std::array<Result<void>, parts.size()> loaded;
  parallel_for(parts.size(), 0, [&](std::size_t i) { loaded[i] = parts[i](); });
  for (const Result<void>& part : loaded)
    if (!part) return std::unexpected(part.error());
  if (!advisories.empty()) {
    auto own = advisory::Database::load(advisories);
    if (!own) return std::unexpected(own.error());
    content.own_advisories = std::make_unique<advisory::Database>(std::move(*own));
  } else if (std::error_code none; std::filesystem::exists(advisories_file(), none)) {
    auto imported = advisory::Database::open(advisories_file());
    if (!imported) return std::unexpected(imported.error());
    if (imported->date() >= advisory::Database::embedded().date()) content.own_advisories = std::make_unique<advisory::Database>(std::move(*imported));
  }
  return content;
}

Result<Posture> run_pipeline(const Content& content, const PipelineOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto stage = [&](std::string_view name) {
    if (options.on_stage) options.on_stage(name);
  };
  Posture posture;
  posture.scan.started = now_utc();
  posture.scan.targets = options.collect.targets;

  // bytes -> observations -> estate
  stage("reading");
  collect::CollectOptions collecting = options.collect;
  collecting.patterns = content.patterns.get();
  collecting.depth.digests = content.known.own_digests;
  Result<collect::Collected> collected = collect::collect(collecting);
  if (!collected) return std::unexpected(collected.error());
  posture.scan.files = collected->files;
  posture.scan.bytes = collected->bytes;
  name_roots(collected->observations, posture.scan.targets);
  if (!options.statements.empty()) {
    Observation said;
    said.remarks = options.statements;
    collected->observations.push_back(std::move(said));
  }
  if (options.on_collected) options.on_collected(collected->observations);
  stage("joining");
  Estate estate = graph::merge(std::move(collected->observations));

  // estate -> signals -> findings
  stage("judging");
  std::vector<detect::Detector> chosen;
  for (const detect::Detector& detector : content.detectors)
    if (options.only.empty() || std::ranges::find(options.only, name_of(detector.advisory.vector)) != options.only.end())
      chosen.push_back(detector);
  const detect::Context context{&content.advisories(), content.patterns.get(), &content.known};
  detect::Detected detected = detect::run(estate, chosen, context, options.collect.jobs);
  posture.findings = detect::findings_of(std::move(detected.signals), chosen, options.collect.jobs);
  posture.scan.coverage = coverage_of(estate, chosen, content.detectors, detected.gaps);
  if (!detected.gaps.empty()) {
    std::vector<Gap> gaps(estate.gaps().begin(), estate.gaps().end());
    gaps.insert(gaps.end(), detected.gaps.begin(), detected.gaps.end());
    estate = Estate({estate.assets().begin(), estate.assets().end()}, {estate.relations().begin(), estate.relations().end()}, std::move(gaps));
  }
  posture.estate = std::move(estate);
  if (options.set_history)
    if (Result<void> set = options.set_history(posture); !set) return std::unexpected(set.error());

  // findings -> forecast, actions, assessments
  stage("forecasting");
  if (options.forecast.organisation) posture.estate = options.forecast.organisation->with_stated_assets(posture.estate);
  Result<Forecast> forecast = options.make_forecast ? options.make_forecast(posture) : forecast::forecast(posture.estate, posture.findings, *content.steps, options.forecast);
  if (!forecast) return std::unexpected(forecast.error());
  posture.forecast = std::move(*forecast);
  posture.compliance = govern::assess(posture.estate, posture.findings, *content.frameworks);

  posture.tool.version = kVersion;
  std::string rules;
  for (const detect::Detector& detector : content.detectors) rules += detector.advisory.id + "\n";
  posture.tool.rules_version = hex(hash64(rules)).substr(0, 12);
  posture.tool.advisories_date = content.advisories().date();
  posture.tool.advisories_count = static_cast<std::int64_t>(content.advisories().count());
  posture.scan.finished = now_utc();
  posture.scan.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return posture;
}

}  // namespace stormwatch::app
