// SPDX-License-Identifier: Apache-2.0
#include "app/obtain.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "app/accepted.h"
#include "app/ledger_use.h"
#include "app/text_fixes.h"
#include "app/verify_keys.h"
#include "base/file.h"
#include "collect/vex_remarks.h"
#include "graph/fold_live.h"
#include "report/json.h"
#include "store/store.h"

namespace stormwatch::app {

namespace {

// One line on the terminal that says how far the reading is; erased when done. Nothing when stderr is no terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool shown) : shown_(shown) {}
  ~ProgressLine() { erase(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  void stage(std::string_view name) {
    stage_ = name;
    if (shown_) fmt::print(stderr, "\r\x1b[K{} …", stage_), std::fflush(stderr);
  }
  void files(const collect::Progress& p) {
    if (!shown_) return;
    constexpr std::int64_t cells = 24;
    const std::int64_t full = p.files_found ? p.files_done * cells / p.files_found : 0;
    std::string bar;
    for (std::int64_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
    fmt::print(stderr, "\r\x1b[K{} {} {}/{} files, {} MiB", stage_, bar, p.files_done, p.files_found, p.bytes_done >> 20);
    std::fflush(stderr);
  }
  void erase() {
    if (shown_) std::fputs("\r\x1b[K", stderr), std::fflush(stderr);
  }

 private:
  bool shown_;
  std::string stage_;
};

Result<double> number_option(const Arguments& arguments, std::string_view name, double otherwise) {
  if (!arguments.has(name)) return otherwise;
  const std::string text = arguments.value(name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0)
    return failure(fmt::format("{} {}", name, text), "", "", "a number of at least 0");
  return value;
}

std::vector<std::string> comma_separated(const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (const std::string& value : values)
    for (std::size_t at = 0; at <= value.size();) {
      const std::size_t comma = std::min(value.find(',', at), value.size());
      if (comma > at) parts.push_back(value.substr(at, comma - at));
      at = comma + 1;
    }
  return parts;
}

Result<forecast::ForecastOptions> forecast_options(const Arguments& arguments) {
  forecast::ForecastOptions options;
  const Result<double> horizon = number_option(arguments, "--horizon", 90), budget = number_option(arguments, "--budget", 0),
                       jobs = number_option(arguments, "--jobs", 0);
  for (const Result<double>* number : {&horizon, &budget, &jobs})
    if (!*number) return std::unexpected(number->error());
  if (*horizon < 1 || *horizon > 3650) return failure("--horizon " + arguments.value("--horizon"), "", "", "1 to 3650 days");
  options.horizon_days = static_cast<int>(*horizon);
  options.budget_hours = *budget;
  options.jobs = static_cast<unsigned>(std::min(*jobs, 1024.0));
  options.what_if = comma_separated(arguments.values("--what-if"));
  return options;
}

Result<PipelineOptions> pipeline_options(const Arguments& arguments, std::vector<std::string> targets) {
  PipelineOptions options;
  options.collect.targets = std::move(targets);
  options.collect.use_ignore_files = !arguments.has("--no-ignore");
  options.collect.understand_code = !arguments.has("--no-code");
  options.collect.history = arguments.has("--history");
  options.collect.depth.weights = arguments.has("--weights");
  if (arguments.has("--verify-secrets")) {
    Result<std::vector<live::KeyCheck>> checks = live::load_key_checks(folders_of(arguments.values("--rules"), "key_checks"));
    if (!checks) return std::unexpected(checks.error());
    options.collect.depth.hold_secrets = true;
    options.on_collected = [checks = std::move(*checks)](std::vector<Observation>& observations) { verify_keys(observations, checks); };
  }
  const Result<double> sample = number_option(arguments, "--sample-rows", 0);
  if (!sample) return std::unexpected(sample.error());
  if (*sample < 0 || *sample > 1e12) return failure("--sample-rows " + arguments.value("--sample-rows"), "", "", "0 to 10^12 rows");
  options.collect.depth.sample_rows = static_cast<std::uint64_t>(*sample);
  for (const std::string& path : arguments.values("--model-key")) {
    Result<std::string> pem = read_text(path, 1 << 20);
    if (!pem) return std::unexpected(pem.error());
    if (pem->find("-----BEGIN ") == std::string::npos) return failure("no PEM in it", path, "", "a public key or certificates");
    options.collect.model_keys.push_back({path.substr(path.rfind('/') + 1), std::move(*pem)});
  }
  for (const std::string& path : arguments.values("--vex"))
    if (Result<void> read = collect::add_vex_file(path, options.statements); !read) return std::unexpected(read.error());
  options.only = comma_separated(arguments.values("--only"));
  for (const std::string& vector : options.only)
    if (!vector_named(vector)) return failure("--only " + vector, "", "", fmt::format("{}", fmt::join(kVectorNames, ", ")));
  Result<forecast::ForecastOptions> forecast = forecast_options(arguments);
  if (!forecast) return std::unexpected(forecast.error());
  options.collect.jobs = forecast->jobs;
  options.forecast = std::move(*forecast);
  options.forecast.what_if.clear();  // applied after the plain forecast, so that both are known
  return options;
}

// A single target that is a report: its text.
std::optional<std::string> report_text(const std::vector<std::string>& targets) {
  if (targets.size() != 1 || !targets[0].ends_with(".json")) return std::nullopt;
  {
    const Result<FileBytes> file = FileBytes::open(targets[0], true);
    if (!file || as_text(file->bytes()).substr(0, 256).find("\"stormwatch.report/") == std::string_view::npos) return std::nullopt;
  }
  Result<std::string> text = read_text(targets[0], 4ULL << 30);
  if (!text) return std::nullopt;
  return std::move(*text);
}

}  // namespace

Result<forecast::ForecastOptions> forecast_options(const Arguments& arguments, const forecast::StepRules& steps, const std::vector<std::string>& targets) {
  Result<forecast::ForecastOptions> options = forecast_options(arguments);
  if (!options) return options;
  options->fixable = rules_with_a_fix();
  // Shown in commands to copy: only a plain path is.
  if (targets.size() == 1 && !targets[0].empty() && targets[0].find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == std::string::npos)
    options->target = targets[0];
  if (const std::string path = arguments.value("--organisation"); !path.empty()) {
    const Result<std::string> text = read_text(path, 4 << 20);
    if (!text) return std::unexpected(text.error());
    auto organisation = forecast::organisation_of(*text, path, steps);
    if (!organisation) return std::unexpected(organisation.error());
    options->organisation = std::make_shared<const forecast::Organisation>(std::move(*organisation));
  }
  return options;
}

std::vector<Option> scan_options(std::vector<Option> more) {
  std::vector<Option> options = std::move(more);
  for (const Option& option : std::vector<Option>{
           {"--only", "VECTOR[,VECTOR]", "judge only these vectors (vulnerability, poisoned-model, ...)", true},
           {"--rules", "DIR", "more rules, steps, frameworks, packs and lists of what is known (publishers, malicious digests)", true},
           {"--advisories", "PATH", "a database (.adb) or OSV JSON (folder, file, .zip, .tar.gz) to use in place of the embedded advisories and those of `db update`"},
           {"--vex", "FILE", "OpenVEX, or CycloneDX with an analysis: flaws it calls not affected or fixed count as accepted; may repeat", true},
           {"--baseline", "REPORT", "findings that this JSON report has count as accepted"},
           {"--suppressions", "FILE", "YAML list of accepted findings: {finding or rule, path, reason, until}"},
           {"--store", "URL", "keep the scan and its history: sqlite:///PATH"},
           {"--horizon", "DAYS", "how far the forecast looks (90)"},
           {"--ledger", "FILE", "append-only record of forecasts and outcomes; also $STORMWATCH_LEDGER, or beside --store"},
           {"--organisation", "FILE", "YAML of what only you know: crown jewels, values, appetite, controls, owners"},
           {"--tenant", "NAME", "whose estate it is, where one ledger serves several"},
           {"--jobs", "N", "threads (one a core)"},
           {"--no-ignore", "", "read what .gitignore excludes, too"},
           {"--weights", "", "read the values of tensors, too: outliers, hidden payloads, broken numbers; takes as long as reading the files"},
           {"--history", "", "also look for credentials in every version of every file that git keeps, of branches that are gone, too"},
           {"--verify-secrets", "", "ask each vendor, with one harmless request a key, whether keys that were found still work: sends them there; off unless given"},
           {"--sample-rows", "N", "read only N rows of each data set, spread over it; the report says so"},
           {"--model-key", "FILE", "PEM public key or certificates (roots) to check signatures of models against; may repeat", true},
           {"--no-code", "", "do not parse source code: faster, sees less"},
           {"--quiet", "", "print nothing but errors"},
           {"--no-progress", "", "no progress line"}})
    options.push_back(option);
  return options;
}

int refuse(const Error& error, ExitCode code) {
  fmt::print(stderr, "stormwatch: {}\n", error.message());
  return code;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

bool colour_wanted(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  return ::isatty(descriptor) && !(refused && *refused);
}

int terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 100;
}

namespace {

/// The forecast as things are, and where the options name actions the one with them done: what both rest on is read once.
Result<Forecast> forecast_both(const Posture& posture, const forecast::StepRules& steps, forecast::ForecastOptions options, std::optional<Forecast>& changed) {
  const std::vector<std::string> done = std::exchange(options.what_if, {});
  const auto folded = graph::fold_live(posture.estate, posture.findings);
  const forecast::StandingForecast standing(folded ? folded->estate : posture.estate, folded ? folded->findings : posture.findings, steps, options);
  Result<Forecast> plain = standing.forecast(options);
  if (!plain || done.empty()) return plain;
  options.what_if = done;
  Result<Forecast> with = standing.forecast(options);
  if (!with) return with;
  changed = std::move(*with);
  return plain;
}

}  // namespace

std::expected<Obtained, int> obtain(const Arguments& arguments, std::vector<std::string> targets, const Prepare& prepare) {
  if (targets.empty()) targets.emplace_back(".");
  Result<PipelineOptions> options = pipeline_options(arguments, targets);
  if (!options) return std::unexpected(refuse(options.error()));
  Obtained obtained;
  Result<Content> content = load_content(arguments.values("--rules"), arguments.value("--advisories"));
  if (!content) return std::unexpected(refuse(content.error()));
  const std::string ledger = ledger_path(arguments), tenant = arguments.value("--tenant");
  auto steps = learned_steps(content->steps, ledger, tenant);
  if (!steps) return std::unexpected(refuse(steps.error()));
  content->steps = std::move(*steps);
  obtained.content = std::make_shared<Content>(std::move(*content));
  auto stated = forecast_options(arguments, *obtained.content->steps, targets);
  if (!stated) return std::unexpected(refuse(stated.error()));
  auto held = held_levels(ledger, tenant, options->shown_target.empty() ? targets : std::vector{options->shown_target});
  if (!held) return std::unexpected(refuse(held.error()));
  stated->before = std::move(*held);
  options->forecast = *stated;
  std::error_code no_folder;
  const bool is_folder = !prepare && targets.size() == 1 && std::filesystem::is_directory(targets[0], no_folder);
  options->make_forecast = [&, is_folder](const Posture& posture) {
    if (is_folder) stated->mendable = mendable_findings(posture, targets[0]);
    return forecast_both(posture, *obtained.content->steps, *stated, obtained.changed);
  };
  const auto record = [&]() -> Result<void> {
    return ledger.empty() ? Result<void>{} : record_forecast(ledger, obtained.posture, now_utc(), tenant);
  };

  if (const auto text = prepare ? std::nullopt : report_text(targets)) {
    Result<Posture> posture = report::from_json(*text);
    if (!posture) {
      posture.error().where = targets[0];
      return std::unexpected(refuse(posture.error()));
    }
    obtained.posture = std::move(*posture);
    if (options->forecast.organisation) obtained.posture.estate = options->forecast.organisation->with_stated_assets(obtained.posture.estate);
    stated = forecast_options(arguments, *obtained.content->steps, obtained.posture.scan.targets);
    if (!stated) return std::unexpected(refuse(stated.error()));
    Result<Forecast> forecast = options->make_forecast(obtained.posture);
    if (!forecast) return std::unexpected(refuse(forecast.error()));
    obtained.posture.forecast = std::move(*forecast);
    if (const Result<void> recorded = record(); !recorded) return std::unexpected(refuse(recorded.error()));
    return obtained;
  }

  if (prepare)
    if (Result<void> prepared = prepare(*obtained.content, *options); !prepared) return std::unexpected(refuse(prepared.error()));
  std::optional<store::Store> kept;
  if (arguments.has("--store")) {
    Result<store::Store> opened = store::Store::open(arguments.value("--store"));
    if (!opened) return std::unexpected(refuse(opened.error()));
    kept = std::move(*opened);
  }
  const Result<Accepted> accepted = Accepted::load(arguments.value("--baseline"), arguments.value("--suppressions"));
  if (!accepted) return std::unexpected(refuse(accepted.error()));
  options->set_history = [&](Posture& posture) -> Result<void> {
    if (!options->shown_target.empty()) posture.scan.targets = {options->shown_target};
    if (kept)
      if (Result<void> merged = kept->merge_history(posture); !merged) return merged;
    accepted->apply(posture.findings);
    return {};
  };
  ProgressLine progress(::isatty(STDERR_FILENO) && !arguments.has("--quiet") && !arguments.has("--no-progress"));
  options->on_stage = [&](std::string_view stage) { progress.stage(stage); };
  options->collect.on_progress = [&](const collect::Progress& p) { progress.files(p); };
  Result<Posture> posture = run_pipeline(*obtained.content, *options);
  progress.erase();
  if (!posture) return std::unexpected(refuse(posture.error()));
  obtained.posture = std::move(*posture);
  obtained.fresh = true;
  if (const Result<void> recorded = record(); !recorded) return std::unexpected(refuse(recorded.error()));
  if (kept) {
    const Result<std::int64_t> saved = kept->save(obtained.posture, report::to_json(obtained.posture));
    if (!saved) return std::unexpected(refuse(saved.error(), internal_error));
  }
  return obtained;
}

int exit_code_for(const Arguments& arguments, const Posture& posture) {
  if (const std::string bar = arguments.value("--fail-on"); !bar.empty()) {
    if (const auto severity = severity_named(bar)) {
      for (const Finding& finding : posture.findings)
        if (finding.state == FindingState::open && finding.signal.severity >= *severity) return at_or_above;
    } else if (const auto level = level_named(bar)) {
      for (const Incident& incident : posture.forecast.incidents)
        if (incident.level >= *level) return at_or_above;
    }
  }
  return arguments.has("--strict") && !posture.estate.gaps().empty() ? incomplete : done;
}

}  // namespace stormwatch::app
