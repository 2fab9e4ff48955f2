// SPDX-License-Identifier: Apache-2.0
#include "format/install_commands.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/text.h"
#include "format/lines.h"

namespace stormwatch::format {
namespace {

constexpr std::size_t kLogicalLine = 64 << 10;
constexpr std::size_t kPackages = 20'000;

/// Options that take the next word as their value.
constexpr std::array<std::string_view, 37> kWithValue{"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--python", "-p",
                                                      "--cache-dir", "--src", "--only-binary", "--no-binary", "--platform", "--trusted-host", "--timeout", "--retries", "--progress-bar", "--registry", "--index-strategy", "--python-version", "--default-index", "--index", "-e", "--channel", "--name", "-n", "--file", "--virtual", "--repository", "--target-release"};

/// Words of a shell line; the operators && || ; | & stand alone.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool any = false;
  const auto finish = [&] {
    if (any) words.push_back(std::move(word));
    word.clear();
    any = false;
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' || c == '\'') {
      any = true;
      const std::size_t end = std::min(line.find(c, i + 1), line.size());
      word += line.substr(i + 1, end - i - 1);
      i = end;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      finish();
    } else if (c == ';' || c == '|' || c == '&') {
      finish();
      words.emplace_back(";");
    } else if (c == '#' && !any) {
      break;
    } else {
      any = true;
      word += c;
    }
  }
  finish();
  return words;
}

bool is_pip(std::string_view word) {
  while (word.starts_with('!') || word.starts_with('%')) word.remove_prefix(1);
  word = last_of(word, '/');
  return word == "pip" || word == "pip3" || (word.starts_with("pip3.") && word.size() <= 7);
}

bool is_plain(std::string_view word) { return !word.empty() && word.find_first_of("$`{}<>\\*") == std::string_view::npos; }

void add_system_package(std::string_view ecosystem, std::string_view word, std::uint32_t line, Manifest& manifest);

void add_module(std::string_view ecosystem, std::string_view word, std::uint32_t line, Manifest& manifest) {
  DeclaredPackage package{.ecosystem = std::string(ecosystem), .line = line};
  const std::size_t at = word.rfind('@');
  package.name = word.substr(0, at == 0 ? word.size() : at);
  if (at != std::string_view::npos && at != 0) package.requirement = word.substr(at + 1);
  std::string_view version = package.requirement;
  if (version.starts_with('v')) version.remove_prefix(1);
  if (!version.empty() && version[0] >= '0' && version[0] <= '9' && std::count(version.begin(), version.end(), '.') >= 2) package.version = version;
  if (ecosystem == "npm" && (word.starts_with('.') || word.starts_with('/') || word.find(':') != std::string_view::npos)) return;
  if (ecosystem == "Go" && (word.starts_with('.') || word.find('.') == std::string_view::npos || at == std::string_view::npos)) return;
  manifest.packages.push_back(std::move(package));
}

/// "--extra-index-url URL", "--index-url=URL".
void add_index(std::span<const std::string> words, std::size_t i, Manifest& manifest) {
  for (const auto& [option, list] : {std::pair{std::string_view("--extra-index-url"), &manifest.extra_indexes}, {"--index-url", &manifest.indexes}, {"-i", &manifest.indexes}}) {
    if (words[i] == option && i + 1 < words.size()) list->push_back(words[i + 1]);
    else if (words[i].starts_with(std::string(option) + "=") && option.size() > 2) list->push_back(words[i].substr(option.size() + 1));
  }
}

void read_arguments(std::string_view ecosystem, std::span<const std::string> words, std::uint32_t line, Manifest& manifest) {
  for (std::size_t i = 0; i < words.size() && manifest.packages.size() < kPackages; ++i) {
    const std::string& word = words[i];
    if (word == ";") return;
    if (word.starts_with('-')) {
      if (ecosystem == "PyPI") add_index(words, i, manifest);
      if (std::find(kWithValue.begin(), kWithValue.end(), word) != kWithValue.end()) ++i;
      continue;
    }
    if (ecosystem == "Debian" || ecosystem == "Alpine" || ecosystem == "Conda") {
      if (word.find_first_of("$`{}\\") == std::string::npos && !word.starts_with("2>") && !word.starts_with('>')) add_system_package(ecosystem, word, line, manifest);
      continue;
    }
    if (ecosystem != "PyPI") {
      if (is_plain(word)) add_module(ecosystem, word, line, manifest);
      continue;
    }
    // Unquoted "a>=1" would be a redirection to a shell and is meant as a range; both leave the version open.
    if (word.find_first_of("$`{}\\") != std::string::npos || word.starts_with('.') || word.starts_with('/') || word.starts_with('>') || word.starts_with("2>")) continue;
    DeclaredPackage package{.ecosystem = "PyPI", .line = line};
    if (word.find("://") == std::string::npos && !word.ends_with(".whl") && !word.ends_with(".txt") && read_requirement(word, package)) manifest.packages.push_back(std::move(package));
  }
}

/// "npx -y NAME@1", "uvx --from NAME==1 program", "pnpm dlx NAME": the package that a launcher fetches and starts.
void read_launcher(std::string_view ecosystem, std::span<const std::string> words, std::uint32_t line, Manifest& manifest) {
  std::vector<std::string> packages;
  bool named = false;  // what is started stands in another word than the package
  for (std::size_t i = 0; i < words.size() && words[i] != ";"; ++i) {
    const std::string& word = words[i];
    const bool takes_package = word == "--from" || word == "--with" || word == "--spec" || word == "--package" || (word == "-p" && ecosystem == "npm");
    if (takes_package && i + 1 < words.size()) {
      named |= word != "--with";
      packages.push_back(words[++i]);
    } else if (word.starts_with('-')) {
      if (std::find(kWithValue.begin(), kWithValue.end(), word) != kWithValue.end()) ++i;
    } else {
      if (!named) packages.push_back(word);
      break;
    }
  }
  for (std::string& package : packages)
    if (ecosystem == "PyPI" && package.find("==") == std::string::npos && package.find('@') != std::string::npos) package.replace(package.find('@'), 1, package.ends_with("@latest") ? ">=" : "==");
  read_arguments(ecosystem, packages, line, manifest);
}

/// Where `words[i]` begins what a launcher starts: the launcher's ecosystem; empty elsewhere.
std::string_view launched_at(std::span<const std::string> words, std::size_t i) {
  const std::string_view before = last_of(words[i - 1], '/');
  if (before == "uvx") return "PyPI";
  if (before == "npx" || before == "bunx") return "npm";
  if (i < 2) return {};
  const std::string_view first = last_of(words[i - 2], '/');
  if (before == "run" && first == "pipx") return "PyPI";
  if (before == "run" && first == "tool" && i > 2 && last_of(words[i - 3], '/') == "uv") return "PyPI";
  return (before == "dlx" && (first == "pnpm" || first == "yarn")) || (before == "exec" && first == "npm") ? std::string_view("npm") : std::string_view{};
}

/// "name=1.2" as apt, apk and conda write it ("name==1.2" and "channel::name=1.2=build" for conda); a bare name leaves the choice.
void add_system_package(std::string_view ecosystem, std::string_view word, std::uint32_t line, Manifest& manifest) {
  if (word.find("://") != std::string_view::npos || word.starts_with('.') || word.starts_with('/')) return;
  if (const std::size_t channel = word.find("::"); channel != std::string_view::npos) word.remove_prefix(channel + 2);
  const std::size_t end = word.find_first_of("=<>~!");
  DeclaredPackage package{.ecosystem = std::string(ecosystem), .name = std::string(word.substr(0, end)), .line = line};
  if (end != std::string_view::npos) {
    package.requirement = word.substr(end);
    std::string_view version = word.substr(end);
    if (version.starts_with('=')) {
      version.remove_prefix(version.starts_with("==") ? 2 : 1);
      if (ecosystem == "Conda") version = version.substr(0, version.find('='));
      if (version.find_first_of("*<>,|") == std::string_view::npos) package.version = version;
    }
  }
  if (!package.name.empty()) manifest.packages.push_back(std::move(package));
}

/// "cargo install NAME --version 1.2.3", "gem install NAME -v 1.2.3".
void read_versioned(std::string_view ecosystem, std::span<const std::string> words, std::uint32_t line, Manifest& manifest) {
  std::string version;
  const std::size_t first = manifest.packages.size();
  for (std::size_t i = 0; i < words.size() && words[i] != ";"; ++i) {
    const std::string& word = words[i];
    if (word == "--version" || word == "-v" || word == "--vers") {
      if (i + 1 < words.size()) version = words[++i];
    } else if (word.starts_with("--version=")) {
      version = word.substr(10);
    } else if (word == "--git" || word == "--path" || word == "--features" || word == "--root" || word == "--target") {
      if (word == "--git" || word == "--path") return;
      ++i;
    } else if (!word.starts_with('-') && is_plain(word)) {
      const std::size_t at = word.find(ecosystem == "RubyGems" ? ':' : '@');
      manifest.packages.push_back({.ecosystem = std::string(ecosystem), .name = word.substr(0, at), .version = at == std::string::npos ? "" : word.substr(at + 1), .line = line});
    }
  }
  if (!version.empty() && version.find_first_of("^~<>*=$ ") == std::string::npos)
    for (std::size_t i = first; i < manifest.packages.size(); ++i)
      if (manifest.packages[i].version.empty()) manifest.packages[i].version = version;
}

/// pip's indexes as its environment and its configuration name them: "ENV PIP_EXTRA_INDEX_URL=URL", "export ...", "PIP_INDEX_URL: URL" of a
/// pipeline, "pip config set global.extra-index-url URL" (https://pip.pypa.io/en/stable/topics/configuration/).
void read_index_setting(std::string_view line, Manifest& manifest) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] == '#') return;
  for (const auto& [name, list] : {std::pair{std::string_view("PIP_EXTRA_INDEX_URL"), &manifest.extra_indexes}, {"PIP_INDEX_URL", &manifest.indexes}, {"global.extra-index-url", &manifest.extra_indexes}, {"global.index-url", &manifest.indexes}}) {
    const std::size_t at = line.find(name);
    if (at == std::string_view::npos || (at > 0 && std::string_view(" \t\"'").find(line[at - 1]) == std::string_view::npos)) continue;
    std::string_view value = line.substr(at + name.size());
    const std::size_t begin = value.find_first_not_of("=: \t\"'");
    if (begin == 0 || begin == std::string_view::npos) continue;
    value = value.substr(begin, value.find_first_of(" \t\"';\\", begin) - begin);
    if (value.starts_with("http://") || value.starts_with("https://")) list->emplace_back(value);
  }
}

/// "- name: pip install a" of a pipeline: a title, not a command.
bool is_title(std::string_view line) {
  line = trimmed_line(line);
  if (line.starts_with("- ")) line = trimmed_line(line.substr(2));
  return line.starts_with("name:") || line.starts_with("description:") || line.starts_with("displayName:");
}

bool names_packages(std::string_view line) {
  for (const std::string_view word : {"install", " add ", "npm i ", "npx ", "uvx ", "bunx ", "\"npx\"", "\"uvx\"", "pipx run ", "tool run ", " dlx ", "npm exec "})
    if (line.find(word) != std::string_view::npos) return true;
  return false;
}

/// A Dockerfile's `CMD ["uvx", "a"]` as the words it stands for.
std::string plain_form(std::string_view line) {
  std::string text(line);
  const std::size_t first = line.find_first_not_of(" \t"), open = line.find('[');
  if (first == std::string_view::npos || open == std::string_view::npos) return text;
  const std::size_t blank = line.find_first_of(" \t", first);
  const std::string_view word = line.substr(first, blank - first);
  if ((word != "CMD" && word != "ENTRYPOINT" && word != "RUN") || line.find_first_not_of(" \t", blank) != open) return text;
  bool quoted = false;
  for (std::size_t i = open; i < text.size(); ++i)
    if (text[i] == '"') quoted = !quoted;
    else if (!quoted && (text[i] == '[' || text[i] == ']' || text[i] == ',')) text[i] = ' ';
  return text;
}

void read_command_line(std::string_view line, std::uint32_t number, Manifest& manifest) {
  read_index_setting(line, manifest);
  if (!names_packages(line) || is_title(line)) return;
  const std::vector<std::string> words = words_of(plain_form(line));
  std::string_view tool;  // whose "install" may stand after options: "apt-get -y install"
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string_view before = last_of(words[i - 1], '/');
    while (before.starts_with('!') || before.starts_with('%')) before.remove_prefix(1);
    if (!before.starts_with('-')) tool = before;
    if (const std::string_view launched = launched_at(words, i); !launched.empty()) {
      read_launcher(launched, std::span(words).subspan(i), number, manifest);
      continue;
    }
    std::string_view ecosystem;
    if (words[i] == "install" && is_pip(words[i - 1])) ecosystem = "PyPI";
    else if (words[i] == "install" && (before == "pipx" || (before == "tool" && i > 1 && last_of(words[i - 2], '/') == "uv"))) ecosystem = "PyPI";
    else if (words[i] == "add" && (before == "uv" || before == "poetry" || before == "pdm" || before == "rye")) ecosystem = "PyPI";
    else if (words[i] == "add" && before == "global" && i > 1 && words[i - 2] == "yarn") ecosystem = "npm";
    else if ((words[i] == "add" || words[i] == "install") && before == "bun") ecosystem = "npm";
    else if ((words[i] == "install" || words[i] == "i" || words[i] == "add") && (before == "npm" || before == "pnpm")) ecosystem = "npm";
    else if (words[i] == "add" && before == "yarn") ecosystem = "npm";
    else if (words[i] == "install" && before == "go") ecosystem = "Go";
    else if (words[i] == "install" && (tool == "apt-get" || tool == "apt" || tool == "aptitude")) ecosystem = "Debian";
    else if (words[i] == "add" && tool == "apk") ecosystem = "Alpine";
    else if (words[i] == "install" && (tool == "conda" || tool == "mamba" || tool == "micromamba")) ecosystem = "Conda";
    else if (words[i] == "install" && (before == "cargo" || before == "gem")) {
      read_versioned(before == "cargo" ? "crates.io" : "RubyGems", std::span(words).subspan(i + 1), number, manifest);
      continue;
    }
    if (!ecosystem.empty()) read_arguments(ecosystem, std::span(words).subspan(i + 1), number, manifest);
  }
}

/// Reads the strings of a line of a notebook's JSON as lines of its cells. Only those of "!" and "%" are of a shell, and all within a
/// cell of "%%bash".
void read_cell_strings(std::string_view line, std::uint32_t number, bool& shell_cell, Manifest& manifest) {
  if (line.find("install") == std::string_view::npos && line.find("\"source\"") == std::string_view::npos && line.find("%%") == std::string_view::npos && line.find(']') == std::string_view::npos && !shell_cell) return;
  if (line.find_first_not_of(" \t") == line.find(']')) shell_cell = false;
  std::string text;
  const auto take = [&] {
    const std::size_t first = text.find_first_not_of(' ');
    if (first != std::string::npos) {
      if (text.compare(first, 6, "%%bash") == 0 || text.compare(first, 4, "%%sh") == 0) shell_cell = true;
      if ((shell_cell || text[first] == '!' || text[first] == '%') && text.find("install") != std::string::npos) read_command_line(text, number, manifest);
    }
    text.clear();
  };
  for (std::size_t i = line.find('"'); i < line.size(); i = line.find('"', i + 1)) {
    for (++i; i < line.size() && line[i] != '"'; ++i) {
      if (line[i] != '\\' || i + 1 == line.size()) text += line[i];
      else if (line[++i] == 'n') take();
      else text += line[i] == 't' ? ' ' : line[i];
    }
    if (text == "source") shell_cell = false;
    take();
  }
}

}  // namespace

Manifest parse_install_commands(std::string_view text, bool notebook, const Limits& limits) {
  Manifest manifest;
  text = text.substr(0, limits.text_bytes);
  std::string logical;
  std::uint32_t number = 0, start = 0;
  bool shell_cell = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (notebook) {
      read_cell_strings(line, number, shell_cell, manifest);
      continue;
    }
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] == '#') continue;  // within a continuation too, as Dockerfiles allow
    if (logical.empty()) start = number;
    if (line.ends_with('\\') && logical.size() < kLogicalLine) {
      logical.append(line.substr(0, line.size() - 1)).append(" ");
      continue;
    }
    logical.append(line);
    read_command_line(logical, start, manifest);
    logical.clear();
  }
  if (!logical.empty()) read_command_line(logical, start, manifest);
  return manifest;
}

}  // namespace stormwatch::format
