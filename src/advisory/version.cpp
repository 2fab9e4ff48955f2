// SPDX-License-Identifier: Apache-2.0
// SemVer 2.0 and loose orders, and the choice between the schemes.
#include "advisory/version.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "advisory/database.h"
#include "advisory/ecosystem_orders.h"
#include "advisory/version_text.h"

namespace stormwatch::advisory {
namespace {

constexpr std::size_t kLongestVersion = 256;

/// -1 for words that mean "before the release"; 0 for the end of the version; 1 for anything else.
int rank_of_word(std::string_view word) {
  for (std::string_view before : {"a", "alpha", "b", "beta", "c", "cr", "rc", "dev", "pre", "preview", "snapshot", "nightly", "m", "milestone"})
    if (word == before) return -1;
  return word.empty() ? 0 : 1;
}

std::string_view next_run(std::string_view& text) {
  while (!text.empty() && !is_digit(text[0]) && !(lower(text[0]) >= 'a' && lower(text[0]) <= 'z')) text.remove_prefix(1);
  std::size_t end = 0;
  if (!text.empty() && is_digit(text[0])) {
    while (end < text.size() && is_digit(text[end])) ++end;
  } else {
    while (end < text.size() && lower(text[end]) >= 'a' && lower(text[end]) <= 'z') ++end;
  }
  std::string_view run = text.substr(0, end);
  text.remove_prefix(end);
  return run;
}

}  // namespace

VersionScheme scheme_of(std::string_view ecosystem) {
  static constexpr std::pair<std::string_view, VersionScheme> kSchemes[] = {
      {"pypi", VersionScheme::pep440}, {"npm", VersionScheme::semver}, {"crates.io", VersionScheme::semver}, {"go", VersionScheme::semver}, {"hex", VersionScheme::semver},
      {"swifturl", VersionScheme::semver}, {"bitnami", VersionScheme::semver}, {"julia", VersionScheme::semver}, {"vscode", VersionScheme::semver},
      {"maven", VersionScheme::maven}, {"debian", VersionScheme::debian}, {"ubuntu", VersionScheme::debian}, {"echo", VersionScheme::debian},
      {"alpine", VersionScheme::alpine}, {"wolfi", VersionScheme::alpine}, {"chainguard", VersionScheme::alpine}, {"minimos", VersionScheme::alpine},
      {"red hat", VersionScheme::rpm}, {"rocky linux", VersionScheme::rpm}, {"almalinux", VersionScheme::rpm}, {"suse", VersionScheme::rpm}, {"opensuse", VersionScheme::rpm},
      {"mageia", VersionScheme::rpm}, {"openeuler", VersionScheme::rpm}, {"photon os", VersionScheme::rpm}, {"arch", VersionScheme::rpm},
      {"rubygems", VersionScheme::gem}, {"nuget", VersionScheme::nuget}, {"packagist", VersionScheme::composer}, {"pub", VersionScheme::pub},
      {"cran", VersionScheme::numbers}, {"bioconductor", VersionScheme::numbers}, {"hackage", VersionScheme::numbers}, {"ghc", VersionScheme::numbers}};
  const std::string name = lower(ecosystem.substr(0, ecosystem.find(':')));
  for (const auto& [known, scheme] : kSchemes)
    if (name == known) return scheme;
  return VersionScheme::loose;
}

std::optional<SemanticVersion> SemanticVersion::parse(std::string_view text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '=')) text.remove_prefix(1);
  if (!text.empty() && lower(text[0]) == 'v') text.remove_prefix(1);
  while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  text = text.substr(0, text.find('+'));
  SemanticVersion version;
  std::size_t at = 0, part = 0;
  for (; part < 3; ++part) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == at) break;
    version.core[part] = without_zeros(text.substr(at, end - at));
    at = end;
    if (part < 2 && at < text.size() && text[at] == '.') ++at;
    else { ++part; break; }
  }
  if (part == 0) return std::nullopt;
  for (; part < 3; ++part) version.core[part] = "0";
  if (at == text.size()) return version;
  // "1.2.3-rc.1"; a fourth number or a letter stuck to the core ("1.2.3.4", "1.2.3rc1") is read the same way.
  std::string_view rest = text.substr(at);
  if (rest[0] == '-' || rest[0] == '.') rest.remove_prefix(1);
  while (true) {
    std::size_t dot = rest.find('.');
    std::string_view word = rest.substr(0, dot);
    version.prerelease.emplace_back(all_digits(word) ? without_zeros(word) : word);
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return version;
}

int compare(const SemanticVersion& left, const SemanticVersion& right) {
  for (int i = 0; i < 3; ++i)
    if (int by = compare_digits(left.core[i], right.core[i])) return by;
  if (left.prerelease.empty() != right.prerelease.empty()) return left.prerelease.empty() ? 1 : -1;
  for (std::size_t i = 0; i < std::min(left.prerelease.size(), right.prerelease.size()); ++i) {
    const std::string &a = left.prerelease[i], &b = right.prerelease[i];
    bool a_number = all_digits(a), b_number = all_digits(b);
    if (a_number != b_number) return a_number ? -1 : 1;
    if (int by = a_number ? compare_digits(a, b) : sign(a.compare(b))) return by;
  }
  return left.prerelease.size() == right.prerelease.size() ? 0 : left.prerelease.size() < right.prerelease.size() ? -1 : 1;
}

int compare_loose(std::string_view left, std::string_view right) {
  if (!left.empty() && lower(left[0]) == 'v') left.remove_prefix(1);
  if (!right.empty() && lower(right[0]) == 'v') right.remove_prefix(1);
  while (true) {
    const std::string a = lower(next_run(left)), b = lower(next_run(right));
    if (a.empty() && b.empty()) return 0;
    bool a_number = all_digits(a), b_number = all_digits(b);
    if (a_number && b_number) {
      if (int by = compare_digits(a, b)) return by;
    } else if (a_number && b.empty()) {
      if (without_zeros(a) != "0") return 1;
    } else if (b_number && a.empty()) {
      if (without_zeros(b) != "0") return -1;
    } else if (a_number != b_number) {
      // Zero weighs as much as the end, so words stand to it as to the end: otherwise "e" < "0" = "" < "e".
      const std::string_view number = a_number ? a : b, word = a_number ? b : a;
      const int number_is = without_zeros(number) != "0" ? 1 : -rank_of_word(word);
      return a_number ? number_is : -number_is;
    } else {
      if (int by = rank_of_word(a) - rank_of_word(b)) return sign(by);
      if (int by = sign(a.compare(b))) return by;
    }
  }
}

std::optional<Version::Numbers> Version::parse_plain(VersionScheme scheme, std::string_view text) {
  if (scheme != VersionScheme::pep440 && scheme != VersionScheme::semver) return std::nullopt;
  Numbers numbers{};
  const std::size_t most = scheme == VersionScheme::semver ? 3 : numbers.size();
  std::size_t part = 0, digits = 0;
  for (const char c : text) {
    if (is_digit(c)) {
      if (++digits > 9) return std::nullopt;
      numbers[part] = numbers[part] * 10 + static_cast<std::uint32_t>(c - '0');
    } else if (c == '.' && digits > 0 && ++part < most) {
      digits = 0;
    } else {
      return std::nullopt;
    }
  }
  return digits > 0 ? std::optional(numbers) : std::nullopt;
}

std::shared_ptr<const Version::Parsed> Version::parse_whole(VersionScheme scheme, std::string_view text, bool with_label) {
  auto parsed = std::make_shared<Parsed>();
  if (scheme == VersionScheme::pep440) {
    auto python = PythonVersion::parse(text);
    parsed->python = python ? std::move(*python) : PythonVersion::parse_legacy(text);
    if (!with_label) parsed->python.local.clear();
  } else if (scheme == VersionScheme::semver) {
    auto semantic = SemanticVersion::parse(text);
    if (!semantic) return nullptr;
    parsed->semantic = std::move(*semantic);
  } else {
    parsed->text = text;
  }
  return parsed;
}

std::optional<Version::Numbers> Version::numbers_of(VersionScheme scheme, const Parsed& parsed) {
  constexpr std::size_t kMostDigits = 9;
  Numbers numbers{};
  if (scheme == VersionScheme::pep440) {
    const PythonVersion& python = parsed.python;
    if (python.is_legacy() || python.epoch != 0 || python.release.size() > numbers.size()) return std::nullopt;
    for (std::size_t i = 0; i < python.release.size(); ++i) {
      if (python.release[i] > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
      numbers[i] = static_cast<std::uint32_t>(python.release[i]);
    }
    return numbers;
  }
  if (scheme != VersionScheme::semver) return std::nullopt;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string& digits = parsed.semantic.core[i];
    if (digits.size() > kMostDigits) return std::nullopt;
    std::from_chars(digits.data(), digits.data() + digits.size(), numbers[i]);
  }
  return numbers;
}

std::shared_ptr<const Version::Parsed> Version::whole() const {
  if (!is_plain_) return parsed_;
  std::string text;
  const std::size_t parts = scheme_ == VersionScheme::semver ? 3 : numbers_.size();
  for (std::size_t i = 0; i < parts; ++i) text += (i ? "." : "") + std::to_string(numbers_[i]);
  return parse_whole(scheme_, text, true);
}

std::optional<Version> Version::parse(VersionScheme scheme, std::string_view text) { return parse(scheme, text, true); }
std::optional<Version> Version::parse_public(VersionScheme scheme, std::string_view text) { return parse(scheme, text, false); }

std::optional<Version> Version::parse(VersionScheme scheme, std::string_view text, bool with_label) {
  if (text.empty() || text.size() > kLongestVersion) return std::nullopt;
  Version version;
  version.scheme_ = scheme;
  const std::string_view shown = with_label || scheme != VersionScheme::pep440 ? text : text.substr(0, text.find('+'));
  std::optional<Numbers> numbers = parse_plain(scheme, shown);
  version.is_plain_ = numbers.has_value();
  if (!numbers) {
    version.parsed_ = parse_whole(scheme, text, with_label);
    if (!version.parsed_) return std::nullopt;
    numbers = numbers_of(scheme, *version.parsed_);
  }
  version.has_numbers_ = numbers.has_value();
  if (numbers) version.numbers_ = *numbers;
  return version;
}

int compare(const Version& left, const Version& right) {
  if (left.has_numbers_ && right.has_numbers_)
    if (left.numbers_ != right.numbers_ || (left.is_plain_ && right.is_plain_)) return left.numbers_ < right.numbers_ ? -1 : left.numbers_ == right.numbers_ ? 0 : 1;
  const auto a = left.whole(), b = right.whole();
  switch (left.scheme_) {
    case VersionScheme::pep440: return compare(a->python, b->python);
    case VersionScheme::semver: return compare(a->semantic, b->semantic);
    case VersionScheme::maven: return compare_maven(a->text, b->text);
    case VersionScheme::debian: return compare_debian(a->text, b->text);
    case VersionScheme::alpine: return compare_alpine(a->text, b->text);
    case VersionScheme::rpm: return compare_rpm(a->text, b->text);
    case VersionScheme::gem: return compare_gem(a->text, b->text);
    case VersionScheme::nuget: return compare_nuget(a->text, b->text);
    case VersionScheme::composer: return compare_composer(a->text, b->text);
    case VersionScheme::pub: return compare_pub(a->text, b->text);
    case VersionScheme::numbers: return compare_numbers(a->text, b->text);
    case VersionScheme::loose: break;
  }
  return compare_loose(a->text, b->text);
}

std::optional<int> compare_versions(std::string_view ecosystem, std::string_view left, std::string_view right) {
  VersionScheme scheme = scheme_of(ecosystem);
  auto a = Version::parse(scheme, left), b = Version::parse(scheme, right);
  if (!a || !b) return std::nullopt;
  return compare(*a, *b);
}

std::string normal_name(std::string_view ecosystem, std::string_view name) {
  std::string result;
  bool python = scheme_of(ecosystem) == VersionScheme::pep440;
  bool crate = ecosystem.size() == 9 && lower(ecosystem[0]) == 'c';
  result.reserve(name.size());
  for (char c : name) {
    if (python && (c == '-' || c == '_' || c == '.')) {
      if (result.empty() || result.back() != '-') result += '-';
    } else {
      result += crate && c == '_' ? '-' : lower(c);
    }
  }
  return result;
}

}  // namespace stormwatch::advisory
