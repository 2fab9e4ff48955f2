// SPDX-License-Identifier: Apache-2.0
// Requirement lines to packages.
#include "format/requirements.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace stormwatch::format {
namespace {

constexpr std::size_t kPackages = 100'000;
constexpr std::size_t kLogicalLine = 64 << 10;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }
bool is_word(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }
bool is_name(char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; }

bool is_foreign_letter(std::string_view text, std::size_t at) {
  return at + 1 < text.size() && static_cast<unsigned char>(text[at]) >= 0xce && static_cast<unsigned char>(text[at]) <= 0xd4 && (static_cast<unsigned char>(text[at + 1]) & 0xc0U) == 0x80U;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string without_blanks(std::string_view text) {
  std::string result;
  for (char c : text)
    if (!is_blank(c)) result += c;
  return result;
}

/// Index of '#' that starts a comment: at the start or after a blank.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '#' && (i == 0 || is_blank(line[i - 1]))) return line.substr(0, i);
  return line;
}

bool is_location(std::string_view text) {
  return text.find("://") != std::string_view::npos || text.starts_with("./") || text.starts_with("../") || text.starts_with("/") || text.starts_with("file:") ||
         text.starts_with("git+") || text == "." || text.ends_with(".whl") || text.ends_with(".tar.gz");
}

/// "https://host/a/b-1.0-py3-none-any.whl#egg=b&x" -> "b-1.0-py3-none-any.whl".
std::string file_of_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("#?"));
  std::size_t slash = url.rfind('/');
  std::string_view file = slash == std::string_view::npos ? url : url.substr(slash + 1);
  std::string plain;
  for (std::size_t i = 0; i < file.size(); ++i) {
    if (file.substr(i, 3) == "%2B" || file.substr(i, 3) == "%2b") {
      plain += '+';
      i += 2;
    } else {
      plain += file[i];
    }
  }
  return plain;
}

/// The exact version of a set of specifiers: that of "==" (without wildcard) or "===".
std::string exact_version(std::string_view specifiers) {
  std::string found;
  while (true) {
    std::size_t comma = specifiers.find(',');
    std::string_view one = trimmed(specifiers.substr(0, comma));
    std::size_t equals = one.starts_with("===") ? 3 : one.starts_with("==") ? 2 : 0;
    if (equals && found.empty() && one.find('*') == std::string_view::npos) {
      found = trimmed(one.substr(equals));
      found.resize(std::min(found.find_first_of(" \t"), found.size()));
    }
    if (comma == std::string_view::npos) return found;
    specifiers.remove_prefix(comma + 1);
  }
}

bool read_location(std::string_view location, DeclaredPackage& package) {
  std::size_t semicolon = location.find(" ;");
  location = trimmed(location.substr(0, semicolon));
  package.source = package.requirement = location;
  std::size_t egg = location.find("#egg=");
  if (egg == std::string_view::npos) egg = location.find("&egg=");
  if (egg != std::string_view::npos) {
    std::string_view name = location.substr(egg + 5);
    std::size_t end = 0;
    while (end < name.size() && is_name(name[end])) ++end;
    package.name = name.substr(0, end);
  }
  if (location.starts_with("git+") || location.starts_with("hg+") || location.starts_with("svn+") || location.starts_with("bzr+")) {
    // Without "#egg=" the repository's name is the best that is known: ".../peft.git@v0.11.0".
    std::string_view path = location.substr(0, location.find_first_of("#?"));
    path = path.substr(std::min(path.rfind('/'), path.size() - 1) + 1);
    path = path.substr(0, path.find('@'));
    if (path.ends_with(".git")) path.remove_suffix(4);
    if (package.name.empty() && !path.empty() && std::all_of(path.begin(), path.end(), is_name)) package.name = path;
    return !package.name.empty();
  }
  std::string name, version;
  if (read_archive_name(file_of_url(location), name, version)) {
    if (package.name.empty()) package.name = name;
    package.version = version;
  }
  return !package.name.empty();
}

/// "-r base.txt", "--requirement=base.txt": the value; empty if the line is not that option.
std::string_view option_value(std::string_view line, std::string_view brief, std::string_view full) {
  for (std::string_view option : {brief, full}) {
    if (option.empty() || !line.starts_with(option)) continue;
    std::string_view rest = line.substr(option.size());
    if (rest.empty() || (option == full && rest[0] != '=' && !is_blank(rest[0]))) continue;
    if (rest[0] == '=') rest.remove_prefix(1);
    return trimmed(rest);
  }
  return {};
}

void read_line(std::string_view line, std::uint32_t number, Manifest& manifest) {
  line = trimmed(line);
  if (line.empty()) return;
  DeclaredPackage package{.ecosystem = "PyPI", .line = number};
  if (line[0] == '-') {
    if (auto file = option_value(line, "-r", "--requirement"); !file.empty()) manifest.includes.emplace_back(file);
    else if (auto extra = option_value(line, "", "--extra-index-url"); !extra.empty()) manifest.extra_indexes.emplace_back(extra);
    else if (auto index = option_value(line, "-i", "--index-url"); !index.empty()) manifest.indexes.emplace_back(index);
    else if (auto editable = option_value(line, "-e", "--editable"); !editable.empty() && read_location(editable, package)) manifest.packages.push_back(std::move(package));
    return;
  }
  // Options of the requirement stand behind it, each after a blank: " --hash=sha256:...".
  std::size_t options = std::min({line.find(" --"), line.find("\t--"), line.find(" -C")});
  package.hashed = options != std::string_view::npos && line.find("--hash", options) != std::string_view::npos;
  line = trimmed(line.substr(0, options));
  // "name @ https://..." names a package first; "https://user@host/..." does not.
  const std::size_t at = line.find('@'), scheme = line.find("://");
  const bool named = at != std::string_view::npos && (scheme == std::string_view::npos || at < scheme);
  bool read = is_location(line) && !named ? read_location(line, package) : read_requirement(line, package);
  if (read) manifest.packages.push_back(std::move(package));
}

}  // namespace

std::string normal_python_name(std::string_view name) {
  std::string result;
  for (char c : name) {
    if (c == '-' || c == '_' || c == '.') {
      if (result.empty() || result.back() != '-') result += '-';
    } else {
      result += lower(c);
    }
  }
  return result;
}

bool read_archive_name(std::string_view file, std::string& name, std::string& version) {
  if (file.ends_with(".whl")) {
    std::size_t first = file.find('-'), second = first == std::string_view::npos ? first : file.find('-', first + 1);
    if (second == std::string_view::npos) return false;
    name = file.substr(0, first);
    version = file.substr(first + 1, second - first - 1);
    return !name.empty() && !version.empty();
  }
  for (std::string_view ending : {".tar.gz", ".zip", ".tar.bz2"}) {
    if (!file.ends_with(ending)) continue;
    file.remove_suffix(ending.size());
    std::size_t dash = file.rfind('-');
    if (dash == std::string_view::npos || dash == 0 || dash + 1 == file.size() || !(file[dash + 1] >= '0' && file[dash + 1] <= '9')) return false;
    name = file.substr(0, dash);
    version = file.substr(dash + 1);
    return std::all_of(name.begin(), name.end(), is_name);
  }
  return false;
}

bool read_requirement(std::string_view text, DeclaredPackage& package) {
  text = trimmed(text);
  std::size_t end = 0;
  bool foreign = false;  // Greek or Cyrillic letters: no registry has such a name, which is why one is written
  while (end < text.size() && (is_name(text[end]) || is_foreign_letter(text, end))) {
    const bool two_bytes = !is_name(text[end]);
    foreign |= two_bytes;
    end += two_bytes ? 2 : 1;
  }
  if (end == 0 || end > 200 || (!foreign && (!is_word(text[0]) || !is_word(text[end - 1])))) return false;
  package.name = text.substr(0, end);
  std::string_view rest = trimmed(text.substr(end));
  if (foreign && (rest.empty() || std::string_view("=<>!~[").find(rest[0]) == std::string_view::npos)) return false;  // words of a sentence
  if (rest.starts_with('[')) {
    std::size_t close = rest.find(']');
    if (close == std::string_view::npos) return false;
    rest = trimmed(rest.substr(close + 1));
  }
  if (rest.starts_with('@')) {
    std::string name = std::move(package.name);
    package.name.clear();
    rest = trimmed(rest.substr(1));
    if (rest.empty()) return false;
    read_location(rest, package);
    package.name = std::move(name);
    return true;
  }
  rest = trimmed(rest.substr(0, rest.find(';')));
  if (rest.starts_with('(') && rest.ends_with(')')) rest = trimmed(rest.substr(1, rest.size() - 2));
  if (!rest.empty() && std::string_view("=<>!~").find(rest[0]) == std::string_view::npos) return false;
  package.requirement = without_blanks(rest);
  package.version = exact_version(rest);
  if (package.version.find("${") != std::string::npos) package.version.clear();
  return true;
}

Manifest parse_requirements(std::string_view text, const Limits& limits) {
  Manifest manifest;
  text = text.substr(0, limits.text_bytes);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string logical;
  std::uint32_t number = 0, start = 0;
  while (!text.empty() && manifest.packages.size() < kPackages) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (logical.empty()) start = number;
    // A comment ends the continuation, as in pip.
    bool comment = trimmed(line).starts_with('#');
    bool goes_on = !comment && line.ends_with('\\') && logical.size() < kLogicalLine && !text.empty();
    if (goes_on || (!comment && line.ends_with('\\'))) line.remove_suffix(1);
    if (!comment) logical += logical.empty() ? std::string(line) : " " + std::string(trimmed(line));
    if (goes_on) {
      if (logical.empty()) logical = " ";
      continue;
    }
    read_line(without_comment(logical), start, manifest);
    logical.clear();
  }
  return manifest;
}

}  // namespace stormwatch::format
