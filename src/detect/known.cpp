// SPDX-License-Identifier: Apache-2.0
#include "detect/known.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/embedded.h"
#include "base/file.h"
#include "detect/lookalike.h"

namespace stormwatch::embedded {
extern const EmbeddedFile known[];
extern const std::size_t known_count;
}  // namespace stormwatch::embedded

namespace stormwatch::detect {
namespace {

constexpr std::string_view kPublishers = "publishers.txt", kDigests = "malicious_digests.txt", kPackages = "packages.txt", kNeighbours = "package_neighbours.txt", kUnowned = "unowned_names.txt";
constexpr std::array kLists{kPublishers, kDigests, kPackages, kNeighbours, kUnowned};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

void settle(Known& known) {
  std::ranges::sort(known.publishers);
  known.publishers.erase(std::unique(known.publishers.begin(), known.publishers.end()), known.publishers.end());
  for (auto& [ecosystem, packages] : known.packages) {
    std::ranges::stable_sort(packages.names, {}, &KnownPackage::name);
    const auto repeats = std::ranges::unique(packages.names, {}, &KnownPackage::name);
    packages.names.erase(repeats.begin(), repeats.end());
  }
}

/// "npm @scope/name word" of one of the lists of packages: false if it is no such line.
bool add_package(std::string_view line, std::string_view list, Known& known) {
  std::array<std::string_view, 3> words;
  std::size_t count = 0;
  while (!line.empty()) {
    if (count == words.size()) return false;
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words[count++] = line.substr(0, end);
    line = trimmed(line.substr(end));
  }
  if (count < 2 || (list == kNeighbours && count > 2) || (list == kUnowned && count < 3) || words[1].size() > 214) return false;
  KnownPackages& packages = known.packages[std::string(words[0])];
  if (list == kNeighbours) packages.neighbours.emplace(words[1]);
  else if (list == kUnowned) packages.unowned.insert_or_assign(std::string(words[1]), std::string(words[2]));
  else packages.names.push_back({std::string(words[1]), std::string(words[2]), spelling_of(words[1])});
  return true;
}

}  // namespace

Result<void> add_list(std::string_view name, std::string_view text, std::string_view shown_path, Known& known) {
  if (std::ranges::find(kLists, name) == kLists.end()) return {};
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const auto wrong = [&](std::string_view expected) { return failure("malformed line", std::string(shown_path), "line " + std::to_string(number), std::string(expected)); };
    const std::size_t space = line.find_first_of(" \t");
    if (name == kPublishers) {
      if (space != std::string_view::npos || line.size() > 200) return wrong("one name of a publisher");
      known.publishers.emplace_back(line);
      continue;
    }
    if (name != kDigests) {
      if (!add_package(line, name, known)) return wrong(name == kNeighbours ? "an ecosystem and a name" : name == kUnowned ? "an ecosystem, a name and the package that is meant" : "an ecosystem, a name and at most one word more");
      continue;
    }
    std::string digest(line.substr(0, space));
    std::ranges::transform(digest, digest.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    const bool hex = std::ranges::all_of(digest, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (digest.size() != 64 || !hex) return wrong("64 hex digits of a SHA-256, then words");
    known.malicious.insert_or_assign(std::move(digest), std::string(space == std::string_view::npos ? std::string_view{} : trimmed(line.substr(space)).substr(0, 300)));
  }
  return {};
}

const Known& Known::embedded() {
  static const Known lists = [] {
    Known made;
    for (std::size_t i = 0; i < stormwatch::embedded::known_count; ++i)
      (void)add_list(stormwatch::embedded::known[i].path, stormwatch::embedded::known[i].text(), "known", made);
    settle(made);
    return made;
  }();
  return lists;
}

Result<Known> load_known(const std::vector<std::string>& folders) {
  Known known = Known::embedded();
  for (const std::string& folder : folders)
    for (const std::string_view name : kLists) {
      const std::string path = folder + "/" + std::string(name);
      if (std::error_code ignored; !std::filesystem::is_regular_file(path, ignored)) continue;
      const Result<std::string> text = read_text(path);
      if (!text) return std::unexpected(text.error());
      const std::size_t before = known.malicious.size();
      if (Result<void> added = add_list(name, *text, path, known); !added) return std::unexpected(added.error());
      known.own_digests = known.own_digests || known.malicious.size() > before;
    }
  settle(known);
  return known;
}

}  // namespace stormwatch::detect
