// SPDX-License-Identifier: Apache-2.0
// db: the advisories that packages are judged by: what there is, from files, from the public exports.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "advisory/database.h"
#include "advisory/database_file.h"
#include "app/command.h"
#include "app/obtain.h"
#include "base/dates.h"
#include "live/download.h"

namespace stormwatch::app {

namespace {

// Exports as their publishers offer them: OSV's one archive an ecosystem, FIRST's scores, CISA's catalogue.
constexpr std::string_view kOsv = "https://storage.googleapis.com/osv-vulnerabilities";
constexpr std::string_view kScores = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz";
constexpr std::string_view kKnown = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
constexpr std::string_view kEcosystems = "PyPI,npm,Go,crates.io,Maven,NuGet,RubyGems,Packagist";

std::string output_of(const Arguments& arguments) { return arguments.value("--output", advisories_file()); }

std::string age_of(std::string_view date) {
  const std::int64_t days = days_between(date, now_utc()).value_or(0);
  return days > 30 ? fmt::format(", {} days old: `stormwatch db update`", days) : "";
}

int say_info(const Arguments& arguments) {
  const auto say = [](std::string_view name, const advisory::Database& database) {
    fmt::print("{}: {} advisories, newest {}{}\n", name, database.count(), database.date().empty() ? "unknown" : database.date(), age_of(database.date()));
  };
  std::string path = arguments.value("--advisories");
  if (std::error_code none; path.empty() && std::filesystem::exists(advisories_file(), none)) path = advisories_file();
  if (!path.empty()) {
    const auto own = advisory::Database::load(path);
    if (!own) return refuse(own.error());
    if (path.ends_with(".adb"))
      if (const auto whole = advisory::verify_database(path); !whole) return refuse(whole.error());
    say(path, *own);
    if (own->refused()) fmt::print("{} records refused\n", own->refused());
  }
  say("embedded", advisory::Database::embedded());
  return done;
}

int import_from(const std::vector<std::string>& sources, const Arguments& arguments) {
  const std::string output = output_of(arguments);
  if (output.empty()) return refuse({"no place for the database", "", "", "--output FILE, or HOME"});
  const auto summary = advisory::import_advisories(sources, output, {.today = now_utc().substr(0, 10), .allow_older = arguments.has("--allow-older")});
  if (!summary) return refuse(summary.error());
  fmt::print("{}: {} advisories on {} packages and versions, {} CVEs with a score, {} known exploited, newest {}\n", output, summary->advisories, summary->rows, summary->scored, summary->exploited, summary->date);
  if (summary->refused) fmt::print("{} records refused: they break their format\n", summary->refused);
  return done;
}

int update(const Arguments& arguments) {
  const std::string mirror = arguments.value("--mirror");
  const std::filesystem::path folder = arguments.value("--keep", cache_folder().empty() ? "" : cache_folder() + "/downloads");
  if (folder.empty()) return refuse({"no place for what is downloaded", "", "", "--keep FOLDER, or HOME"});
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return refuse({"cannot make the folder: " + error.message(), folder.string()});

  std::vector<std::pair<std::string, std::string>> wanted;  // address, file
  std::string_view names = kEcosystems;
  const std::string asked = arguments.value("--ecosystems");
  if (!asked.empty()) names = asked;
  while (!names.empty()) {
    const std::string name(names.substr(0, names.find(',')));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    if (name.empty() || name.find_first_of("/\\?#%") != std::string::npos || name.starts_with('.')) return refuse({"no ecosystem: " + name, "", "--ecosystems", "names of OSV joined by ','"});
    wanted.emplace_back((mirror.empty() ? std::string(kOsv) : mirror) + "/" + name + "/all.zip", (folder / (name + ".zip")).string());
  }
  wanted.emplace_back(mirror.empty() ? std::string(kScores) : mirror + "/epss_scores-current.csv.gz", (folder / "epss_scores-current.csv.gz").string());
  wanted.emplace_back(mirror.empty() ? std::string(kKnown) : mirror + "/known_exploited_vulnerabilities.json", (folder / "known_exploited_vulnerabilities.json").string());

  const bool shown = ::isatty(STDERR_FILENO) && !arguments.has("--quiet");
  live::DownloadOptions options;
  options.ca_file = arguments.value("--ca");
  std::vector<std::string> files;
  for (const auto& [address, file] : wanted) {
    options.on_progress = [&, from = address](std::uint64_t at, std::uint64_t total) {
      if (shown) fmt::print(stderr, "\r\033[K{} {:.1f}{} MB", from, static_cast<double>(at) / 1e6, total ? fmt::format(" of {:.1f}", static_cast<double>(total) / 1e6) : "");
      return true;
    };
    const auto got = live::download(address, file, options);
    if (shown) fmt::print(stderr, "\r\033[K");
    // What came is kept; the database stays as it was until all is there.
    if (!got) return refuse(got.error(), internal_error);
    if (!arguments.has("--quiet")) fmt::print(stderr, "{}: {}\n", address, !got->changed ? "unchanged" : got->resumed ? "downloaded, resumed" : "downloaded");
    files.push_back(file);
  }
  return import_from(files, arguments);
}

int run(const Arguments& arguments) {
  const std::string what = arguments.positional.empty() ? "" : arguments.positional[0];
  if (what == "info") return say_info(arguments);
  if (what == "update") return update(arguments);
  if (what == "import") {
    if (arguments.positional.size() < 2) return refuse({"db import what?", "", "", "OSV JSON (folder, file, .zip, .tar.gz), EPSS scores, KEV"});
    return import_from({arguments.positional.begin() + 1, arguments.positional.end()}, arguments);
  }
  return refuse({what.empty() ? "db what?" : "db " + what, "", "", "info, import SOURCE..., update"});
}

}  // namespace

extern const Command db;
const Command db{.name = "db",
                 .arguments = "info | import SOURCE... | update",
                 .summary = "the advisories that packages are judged by",
                 .options = {{"--advisories", "PATH", "info: of this database or OSV JSON"},
                             {"--output", "FILE", "import, update: the database to write; scans find the default one by themselves"},
                             {"--allow-older", "", "import, update: take the place of a newer database"},
                             {"--ecosystems", "A,B", "update: PyPI,npm,Go,crates.io,Maven,NuGet,RubyGems,Packagist unless said"},
                             {"--mirror", "URL", "update: a copy of the exports: URL/ECOSYSTEM/all.zip, URL/epss_scores-current.csv.gz, URL/known_exploited_vulnerabilities.json"},
                             {"--keep", "FOLDER", "update: where downloads stay, so that only what changed comes again"},
                             {"--ca", "FILE", "update: certificates of further authorities, PEM"},
                             {"--quiet", "", "no progress"}},
                 .examples = {"stormwatch db info", "stormwatch db update", "stormwatch db import osv-pypi.zip epss_scores-current.csv.gz known_exploited_vulnerabilities.json",
                              "stormwatch db update --mirror https://mirror.example/osv --ecosystems PyPI,npm"},
                 .run = run,
                 .order = 40};

}  // namespace stormwatch::app
