// SPDX-License-Identifier: Apache-2.0
#include "detect/lookalike.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace stormwatch::detect {
namespace {

constexpr std::size_t kShortest = 5;  // shorter names are near to everything

char letter_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c + 32);
  return c;
}

bool is_separator(char c) { return c == '-' || c == '_' || c == '.' || c == '@' || c == '/'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void replace_all(std::string& text, std::string_view from, char to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) text.replace(at, from.size(), 1, to);
}

/// Keys beside each other on the keyboard that most people have.
bool are_neighbouring_keys(char a, char b) {
  static constexpr std::array<std::string_view, 3> kRows{"qwertyuiop", "asdfghjkl", "zxcvbnm"};
  const auto place = [](char c, int& row, double& column) {
    for (row = 0; row < 3; ++row)
      if (const std::size_t at = kRows[static_cast<std::size_t>(row)].find(c); at != std::string_view::npos) {
        column = static_cast<double>(at) + 0.5 * row;
        return true;
      }
    return false;
  };
  int row_a = 0, row_b = 0;
  double column_a = 0, column_b = 0;
  return place(a, row_a, column_a) && place(b, row_b, column_b) && std::abs(row_a - row_b) <= 1 && std::abs(column_a - column_b) <= 1.01;
}

/// How `name` slips from `meant`, both folded and of Damerau distance 1; empty where that is too little to say.
std::string_view slip_of(std::string_view name, std::string_view meant) {
  std::size_t at = 0;
  while (at < name.size() && at < meant.size() && name[at] == meant[at]) ++at;
  const std::string_view longer = name.size() > meant.size() ? name : meant;
  const bool last = at + 1 >= longer.size();
  if (name.size() == meant.size()) {
    if (name.substr(at + 1) != meant.substr(at + 1)) return "two letters exchanged";
    // A digit more or other is a version, or a name that as_read() already looked at.
    if (is_digit(name[at]) || is_digit(meant[at])) return {};
    return meant.size() >= 7 || are_neighbouring_keys(name[at], meant[at]) ? std::string_view("another letter") : std::string_view{};
  }
  const char c = longer[at];
  // A plural or a number behind a short name is a name of its own.
  if (is_digit(c) || (last && c == 's' && meant.size() < 9)) return {};
  if (name.size() < meant.size()) return meant.size() >= 7 ? std::string_view("a letter left out") : std::string_view{};
  const bool doubled = (at > 0 && longer[at - 1] == c) || (at + 1 < longer.size() && longer[at + 1] == c);
  if (doubled) return meant.size() >= 6 ? std::string_view("a letter doubled") : std::string_view{};
  return meant.size() >= 7 ? std::string_view("a letter more") : std::string_view{};
}

std::string_view how_read(const Spelling& name, const Spelling& meant) {
  if (meant.bare.size() < kShortest) return {};
  if (name.bare == meant.bare) return meant.bare.size() >= 6 ? std::string_view("other separators") : std::string_view{};
  if (name.read == meant.read) return "letters that look alike";
  // A slip moves no slash: "@mastra/core" and "mastracode" are two names.
  return name.scoped == meant.scoped && one_slip(name.bare, meant.bare) ? slip_of(name.bare, meant.bare) : std::string_view{};
}

/// What nobody's own name is by chance: for registries of which no neighbours are listed.
bool is_plain_trick(std::string_view how) { return how == "two letters exchanged" || how == "a letter doubled" || how == "other separators" || how == "letters that look alike"; }

/// "openai-official", "real-openai": a well-known name with a claim to be the true or the better one.
bool claims_to_be(std::string_view name, std::string_view meant) {
  static constexpr std::array<std::string_view, 9> kClaims{"official", "original", "real", "genuine", "fixed", "patched", "unlocked", "cracked", "free"};
  if (meant.size() < kShortest || name.size() <= meant.size() + 1) return false;
  const auto is_claim = [](std::string_view word) { return std::ranges::find(kClaims, word) != kClaims.end(); };
  if (name.starts_with(meant) && is_separator(name[meant.size()])) return is_claim(name.substr(meant.size() + 1));
  const std::size_t before = name.size() - meant.size() - 1;
  return name.ends_with(meant) && is_separator(name[before]) && is_claim(name.substr(0, before));
}

std::string_view scope_of(std::string_view name) { return name.starts_with('@') ? name.substr(0, name.find('/')) : std::string_view{}; }
std::optional<Lookalike> scope_slip(std::string_view name, const KnownPackages& packages) {
  const std::string_view scope = scope_of(name);
  if (scope.empty() || packages.neighbours.contains(scope)) return std::nullopt;
  const Spelling spelling = spelling_of(scope);
  for (const KnownPackage& known : packages.names) {
    const std::string_view other = scope_of(known.name);
    if (other.empty()) continue;
    if (!how_read(spelling, spelling_of(other)).empty()) return Lookalike{known.name, "a scope that reads like another"};
    if (!known.product.empty() && last_of(name, '/') == known.product) return Lookalike{known.name, "another scope"};
  }
  return std::nullopt;
}

}  // namespace

Spelling spelling_of(std::string_view name) {
  Spelling out{.read = as_read(name), .scoped = name.find('/') != std::string_view::npos};
  for (char c : name)
    if (!is_separator(c)) out.bare += letter_of(c);
  return out;
}

std::string as_read(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, char>, 16> kAlike{{{"\xd0\xb0", 'a'}, {"\xd0\xb5", 'e'}, {"\xd0\xbe", 'o'}, {"\xd1\x80", 'p'}, {"\xd1\x81", 'c'}, {"\xd1\x83", 'y'}, {"\xd1\x85", 'x'}, {"\xd1\x96", 'l'},
                                                                            {"\xd1\x95", 's'}, {"\xd0\xbc", 'm'}, {"\xd1\x98", 'j'}, {"\xd4\x9b", 'q'}, {"\xce\xbf", 'o'}, {"\xce\xb1", 'a'}, {"\xce\xbd", 'v'}, {"\xc4\xb1", 'l'}}};
  // "l", "i" and "1" are one stroke.
  static constexpr std::string_view kDigits = "01345i", kLetters = "oleasl";
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (is_separator(name[i])) continue;
    char c = letter_of(name[i]);
    if (const std::size_t digit = kDigits.find(c); digit != std::string_view::npos) c = kLetters[digit];
    const auto alike = std::ranges::find(kAlike, name.substr(i, 2), &std::pair<std::string_view, char>::first);
    if (alike != kAlike.end()) {
      c = alike->second;
      ++i;
    }
    out += c;
  }
  replace_all(out, "rn", 'm');
  replace_all(out, "vv", 'w');
  return out;
}

bool one_slip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1 || a == b) return false;
  std::size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (a.size() != b.size()) return a.substr(i) == b.substr(i + 1);
  if (a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

std::optional<Lookalike> lookalike_of(std::string_view ecosystem, std::string_view any_case, const Known& known) {
  const auto found = known.packages.find(ecosystem == "Conda" ? "PyPI" : ecosystem);
  if (found == known.packages.end()) return std::nullopt;
  const KnownPackages& packages = found->second;
  std::string name;
  for (char c : any_case) name += letter_of(c);
  if (packages.neighbours.contains(name) || std::ranges::binary_search(packages.names, name, {}, &KnownPackage::name)) return std::nullopt;
  if (!scope_of(name).empty() && std::ranges::any_of(packages.names, [&](const KnownPackage& one) { return scope_of(one.name) == scope_of(name); })) return std::nullopt;
  const bool neighbours_are_listed = !packages.neighbours.empty() && ecosystem != "Conda";
  const Spelling spelling = spelling_of(name);
  for (const KnownPackage& one : packages.names) {
    const std::string_view how = how_read(spelling, one.spelling);
    if (ecosystem == "Conda" && how == "other separators") return std::nullopt;  // its channels write '_' where PyPI has '-': jupyter_client
    if (!how.empty() && (neighbours_are_listed || is_plain_trick(how))) return Lookalike{one.name, how};
    if (claims_to_be(name, one.name)) return Lookalike{one.name, "a claim to be it"};
  }
  return scope_slip(name, packages);
}

}  // namespace stormwatch::detect
