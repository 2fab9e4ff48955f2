// SPDX-License-Identifier: Apache-2.0
// forecast calibrate: EPSS snapshots and lists of exploited flaws -> the model card, with reliability tables by time split.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/ledger_use.h"
#include "app/obtain.h"
#include "base/file.h"
#include "forecast/calibration.h"
#include "format/block_codec.h"

namespace stormwatch::app {

namespace {

using forecast::CalibrationRound;
using forecast::HorizonScore;

constexpr std::uint64_t kMostBytes = 512ULL << 20;

struct Inputs {
  std::vector<forecast::EpssSnapshot> snapshots;
  std::vector<forecast::KnownExploited> exploited;
  std::string known_until;
  std::vector<std::string> read;  ///< names of files
};

/// The first date in a file's name: epss-2026-01-25.csv.gz.
std::string date_in(const std::string& name) {
  for (std::size_t i = 0; i + 10 <= name.size(); ++i)
    if (forecast::days_of(name.substr(i, 10)) > 0) return name.substr(i, 10);
  return "";
}

Result<std::string> text_of(const std::string& path) {
  const Result<FileBytes> file = FileBytes::open(path, true);
  if (!file) return std::unexpected(file.error());
  if (!path.ends_with(".gz")) return std::string(as_text(file->bytes()));
  const std::string_view packed = as_text(file->bytes());
  if (packed.size() < 18) return failure("no gzip file", path);
  std::uint64_t size = 0;  // the last four bytes say how long it was
  for (std::size_t i = 0; i < 4; ++i) size |= std::uint64_t{static_cast<unsigned char>(packed[packed.size() - 4 + i])} << (8 * i);
  if (size > kMostBytes) return failure("larger than 512 MiB when unpacked", path);
  std::string plain;
  if (const std::string_view wrong = format::expand_block(format::BlockCodec::gzip, file->bytes(), size, plain); !wrong.empty()) return failure(std::string(wrong), path);
  return plain;
}

Result<void> read_epss(const std::string& path, Inputs& into) {
  forecast::EpssSnapshot snapshot{.date = date_in(std::filesystem::path(path).filename().string())};
  if (snapshot.date.empty()) return failure("no date in the name", path, "", "a name such as epss-2026-01-25.csv");
  const Result<std::string> text = text_of(path);
  if (!text) return std::unexpected(text.error());
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string_view row = std::string_view(*text).substr(at, end - at);
    at = end + 1;
    const std::size_t cut = row.find_first_of(",\t;");
    if (!row.starts_with("CVE-") || cut == std::string_view::npos) continue;
    const double epss = std::strtod(row.data() + cut + 1, nullptr);
    if (epss >= 0 && epss <= 1) snapshot.flaws.push_back({std::string(row.substr(0, cut)), epss});
  }
  if (snapshot.flaws.size() < 1000) return failure(fmt::format("{} scores", snapshot.flaws.size()), path, "", "a whole EPSS snapshot: cve,epss,percentile");
  into.snapshots.push_back(std::move(snapshot));
  return {};
}

Result<void> read_exploited(const std::string& path, Inputs& into) {
  const Result<std::string> text = text_of(path);
  if (!text) return std::unexpected(text.error());
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("vulnerabilities")) return failure("no list of exploited flaws", path, "", "CISA's known_exploited_vulnerabilities.json");
  const auto lower = [](std::string word) {
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return word;
  };
  std::vector<forecast::KnownExploited> list;
  for (const auto& one : json["vulnerabilities"]) list.push_back({one.value("cveID", ""), lower(one.value("vendorProject", "") + " " + one.value("product", "")), one.value("dateAdded", "")});
  const std::string until = json.value("dateReleased", "").substr(0, 10);
  if (until > into.known_until) {  // the newest list holds the others
    into.exploited = std::move(list);
    into.known_until = until;
  }
  return {};
}

Result<Inputs> read_inputs(const std::vector<std::string>& places) {
  Inputs out;
  std::vector<std::string> paths;
  for (const std::string& place : places) {
    std::error_code problem;
    if (!std::filesystem::is_directory(place, problem)) {
      paths.push_back(place);
      continue;
    }
    for (std::filesystem::directory_iterator it(place, problem), end; !problem && it != end; it.increment(problem)) {
      const std::string name = it->path().filename().string();
      if (name.starts_with("epss") || (name.find("kev") != std::string::npos && name.ends_with(".json")) || name.starts_with("known_exploited")) paths.push_back(it->path().string());
    }
    if (problem) return failure(problem.message(), place);
  }
  std::ranges::sort(paths);
  for (const std::string& path : paths) {
    const std::string name = std::filesystem::path(path).filename().string();
    const Result<void> read = name.starts_with("epss") ? read_epss(path, out) : read_exploited(path, out);
    if (!read) return std::unexpected(read.error());
    out.read.push_back(name);
  }
  std::ranges::sort(out.snapshots, {}, &forecast::EpssSnapshot::date);
  if (out.exploited.empty()) return failure("no list of exploited flaws among the inputs", "", "", "folders or files: kev-*.json and epss-DATE.csv[.gz]");
  return out;
}

std::string reliability(const HorizonScore& score) {
  std::string text = "| chance from | to | flaws | expected | observed |\n|---|---|---|---|---|\n";
  for (const forecast::ReliabilityRow& row : score.reliability)
    text += fmt::format("| {:.2g} | {:.2g} | {} | {:.2f} | {:.0f} |\n", row.from, row.to, row.count, row.expected, row.observed);
  return text;
}

struct Pooled {
  std::size_t rounds = 0, events = 0;
  double expected = 0, brier = 0, climatology = 0, against_past = 0;
  [[nodiscard]] double skill() const { return climatology > 0 ? 1 - brier / climatology : 0; }
  [[nodiscard]] bool calibrated() const {
    return events >= 20 && skill() > 0 && expected >= 0.5 * static_cast<double>(events) && expected <= 2.0 * static_cast<double>(events);
  }
};

std::string verdict(const Pooled& pooled) {
  if (pooled.rounds == 0) return "no verdict: there is no snapshot to judge that has an earlier, ended one of its version";
  if (pooled.events < 20) return fmt::format("no verdict: {} events, 20 are needed", pooled.events);
  if (pooled.skill() <= 0) return "no skill above the average rate: use it to rank, not as a chance";
  return pooled.calibrated() ? "calibrated for this event, within the limits of this page" : "some skill, but the sum of the chances is off by more than half";
}

std::string epss_part(const Inputs& inputs, int days) {
  const std::vector<CalibrationRound> rounds = forecast::calibrate(inputs.snapshots, inputs.exploited, inputs.known_until, days);
  std::string text = fmt::format("\n## EPSS as the chance of confirmed exploitation, {} days\n\n", days);
  if (rounds.empty()) return text + "No snapshot is old enough for its horizon to have ended when the list of exploited flaws was released. No verdict.\n";
  text += "| snapshot | version | flaws | became exploited | EPSS itself expects | skill of EPSS itself | fitted on | expects | skill | skill against the fit's rate |\n|---|---|---|---|---|---|---|---|---|---|\n";
  std::map<std::string, Pooled> pooled;
  std::map<std::string, std::vector<const CalibrationRound*>> of_version;
  for (const CalibrationRound& r : rounds) {
    text += fmt::format("| {} | {} | {} | {} | {:.0f} | {:.1f} | {} | {} | {} | {} |\n", r.date, r.version, r.raw.count, r.raw.events, r.raw.expected, r.raw.skill,
                        r.fitted_on.empty() ? "-" : r.fitted_on, r.fitted_on.empty() ? "-" : fmt::format("{:.1f}", r.mapped.expected),
                        r.fitted_on.empty() ? "-" : fmt::format("{:+.5f}", r.mapped.skill), r.fitted_on.empty() ? "-" : fmt::format("{:+.5f}", r.skill_against_past));
    Pooled& sum = pooled[r.version];
    if (r.fitted_on.empty()) continue;
    ++sum.rounds;
    sum.events += r.mapped.events;
    sum.expected += r.mapped.expected;
    sum.brier += r.mapped.brier * static_cast<double>(r.mapped.count);
    sum.climatology += r.mapped.climatology * static_cast<double>(r.mapped.count);
    of_version[r.version].push_back(&r);
  }
  for (const auto& [version, sum] : pooled) {
    text += fmt::format("\n**EPSS {}**: {} rounds judged, {} events, {:.1f} expected, skill {:+.5f}: {}.\n", version, sum.rounds, sum.events, sum.expected, sum.skill(), verdict(sum));
    if (!of_version[version].empty()) text += fmt::format("\nReliability of the newest round ({}):\n\n", of_version[version].back()->date) + reliability(of_version[version].back()->mapped);
  }
  text += "\nThe map of each version, fitted on all its ended snapshots: logit p = a + b logit EPSS + c if the flaw is of this year or the last.\n\n"
          "| version | snapshots | fitted on | events | a | b | c |\n|---|---|---|---|---|---|---|\n";
  for (const forecast::FittedMap& one : forecast::fit_versions(inputs.snapshots, inputs.exploited, inputs.known_until, days))
    text += one.fitted_on.empty() ? fmt::format("| {} | {} | none has ended: no map | - | - | - | - |\n", one.version, one.snapshots)
                                  : fmt::format("| {} | {} | {} | {} | {:.3f} | {:.3f} | {:.3f} |\n", one.version, one.snapshots, one.fitted_on, one.events, one.map.intercept, one.map.slope, one.map.recent);
  return text;
}

std::string recurrence_part(const Inputs& inputs) {
  const auto years = forecast::recurrence(inputs.exploited, inputs.known_until);
  std::string text = "\n## A product that was exploited is exploited again within a year\n\nProducts by how many entries they had on January 1; forecast is the share in all earlier years.\n\n"
                     "| year | 1 before: again / products (forecast) | 2-3 before | 4 or more before | expected | observed | skill |\n|---|---|---|---|---|---|---|\n";
  Pooled sum;
  for (const forecast::RecurrenceYear& y : years) {
    text += fmt::format("| {} |", y.year);
    for (std::size_t c = 0; c < 3; ++c) text += fmt::format(" {} / {} ({}) |", y.again[c], y.products[c], std::isfinite(y.forecast[c]) ? fmt::format("{:.3f}", y.forecast[c]) : "-");
    text += y.score.count ? fmt::format(" {:.1f} | {} | {:+.3f} |\n", y.score.expected, y.score.events, y.score.skill) : " - | - | - |\n";
    if (y.score.count == 0) continue;
    ++sum.rounds;
    sum.events += y.score.events;
    sum.expected += y.score.expected;
    sum.brier += y.score.brier * static_cast<double>(y.score.count);
    sum.climatology += y.score.climatology * static_cast<double>(y.score.count);
  }
  return text + fmt::format("\n{} years judged, {} events, {:.1f} expected, skill {:+.3f}: {}.\n", sum.rounds, sum.events, sum.expected, sum.skill(), verdict(sum));
}

}  // namespace

int calibrate(const Arguments& arguments) {
  const std::vector<std::string> places(arguments.positional.begin() + 1, arguments.positional.end());
  if (places.empty()) return refuse({"nothing to read", "", "", "folders or files with epss-DATE.csv[.gz] and kev-*.json"});
  const Result<Inputs> inputs = read_inputs(places);
  if (!inputs) return refuse(inputs.error());
  std::string text = fmt::format("# Model card: triggers from published flaws\n\nMade by `stormwatch forecast calibrate` from {}; exploited flaws known up to {} ({} entries).\n",
                                 fmt::join(inputs->read, ", "), inputs->known_until, inputs->exploited.size());
  text += "\nThe event is an entry in CISA KEV within the horizon: confirmed exploitation somewhere, not an attack on this estate. The list lags, is incomplete and centred\non the United States. "
          "Each snapshot is judged with a map fitted only on snapshots of the same EPSS version whose horizon had ended by then. Skill is against the\nsample's own rate (Brier skill score). "
          "The word \"calibrated\" is printed only with skill above 0, expected over observed within 0.5 and 2, and 20 events.\n";
  for (const int days : {30, 90}) text += epss_part(*inputs, days);
  text += recurrence_part(*inputs);
  if (const std::string path = arguments.value("--output"); !path.empty()) {
    if (const Result<void> written = write_aside(path, text); !written) return refuse(written.error());
    print("wrote " + path + "\n");
  } else {
    print(text);
  }
  return done;
}

}  // namespace stormwatch::app
