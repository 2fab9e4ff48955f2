// SPDX-License-Identifier: Apache-2.0
// Tells text from binary, and kinds of text from each other: the name first where shapes are shared, the look where it decides.
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "format/sniff_parts.h"

namespace stormwatch::format {

namespace {
using namespace std::literals;
using enum ContentKind;

struct Ending {
  std::string_view ending;
  ContentKind kind;
};
constexpr Ending kEndings[] = {
    {"py", python}, {"pyw", python}, {"pyi", python}, {"pyx", python}, {"js", javascript}, {"mjs", javascript}, {"cjs", javascript},
    {"jsx", javascript}, {"ts", typescript}, {"tsx", typescript}, {"mts", typescript}, {"cts", typescript}, {"sh", shell},
    {"bash", shell}, {"zsh", shell}, {"ksh", shell}, {"fish", shell}, {"yaml", yaml}, {"yml", yaml}, {"toml", toml}, {"tf", hcl},
    {"tfvars", hcl}, {"hcl", hcl}, {"xml", xml}, {"xsd", xml}, {"svg", xml}, {"pmml", xml}, {"csproj", xml}, {"html", html},
    {"htm", html}, {"xhtml", html}, {"csv", csv}, {"tsv", csv}, {"md", markdown}, {"markdown", markdown}, {"mdx", markdown},
    {"mdc", markdown}, {"mk", makefile}, {"properties", properties}, {"ini", properties}, {"cfg", properties}, {"conf", properties},
    {"env", properties}, {"jinja", jinja}, {"jinja2", jinja}, {"j2", jinja}, {"dockerfile", dockerfile}, {"c", other_source},
    {"cc", other_source}, {"cpp", other_source}, {"cxx", other_source}, {"cu", other_source}, {"h", other_source},
    {"hpp", other_source}, {"go", other_source}, {"rs", other_source}, {"java", other_source}, {"kt", other_source},
    {"kts", other_source}, {"rb", other_source}, {"php", other_source}, {"cs", other_source}, {"swift", other_source},
    {"scala", other_source}, {"lua", other_source}, {"pl", other_source}, {"pm", other_source}, {"r", other_source},
    {"jl", other_source}, {"m", other_source}, {"mm", other_source}, {"sql", other_source}, {"proto", other_source},
    {"dart", other_source}, {"ex", other_source}, {"exs", other_source}, {"erl", other_source}, {"hs", other_source},
    {"ps1", other_source}, {"bat", other_source}, {"cmd", other_source}, {"vue", other_source}, {"svelte", other_source},
    {"groovy", other_source}, {"gradle", other_source}, {"bicep", other_source}, {"rego", other_source},
};

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string_view without_space(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos ? std::string_view{} : text.substr(at);
}

bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; }

/// One object a line: the first line closes what it opens, and another line opens again.
bool is_json_lines(std::string_view text) {
  std::string_view rest = without_space(text);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || !rest.starts_with('{')) return false;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < end; ++i) {
    const char c = rest[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return depth == 0 && !quoted && without_space(rest.substr(end)).starts_with('{');
}

/// Lines of which at least two, and most, are "key:" or list items; for names that tell nothing.
bool looks_like_yaml(std::string_view text) {
  int keys = 0, others = 0;
  for (int lines = 0; lines < 40 && !text.empty(); ++lines) {
    const std::string_view line = first_line(text);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view body = without_space(line);
    if (body.empty() || body.starts_with('#') || line == "---") continue;
    std::size_t at = body.starts_with("- ") ? 2 : 0;
    const std::size_t start = at;
    while (at < body.size() && is_word_char(body[at])) ++at;
    const bool key = at > start && at < body.size() && body[at] == ':' && (at + 1 == body.size() || body[at + 1] == ' ' || body[at + 1] == '\r');
    ++(key || (start == 2 && at > start) ? keys : others);
  }
  return keys >= 2 && others * 3 <= keys;
}

bool looks_like_python(std::string_view text) {
  int signs = 0;
  for (int lines = 0; lines < 60 && !text.empty(); ++lines) {
    const std::string_view line = first_line(text);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const bool ends_block = line.ends_with(':') || line.ends_with(":\r");
    signs += (line.starts_with("import ") && !line.ends_with(';')) || (line.starts_with("from ") && line.find(" import ") != std::string_view::npos) ||
             ((line.starts_with("def ") || line.starts_with("class ")) && ends_block);
  }
  return signs >= 2;
}

ContentKind by_look(std::string_view head) {
  const std::string_view body = without_space(head);
  if (body.starts_with("#!")) {
    const std::string_view line = first_line(body);
    if (line.find("python") != std::string_view::npos) return python;
    if (line.find("node") != std::string_view::npos || line.find("deno") != std::string_view::npos || line.find("bun") != std::string_view::npos) return javascript;
    if (line.find("sh") != std::string_view::npos) return shell;
    return other_source;
  }
  if (body.starts_with('{')) return is_json_lines(body) ? json_lines : json;
  if (body.starts_with('[') && body.size() > 1) {
    const std::string_view next = without_space(body.substr(1));
    if (next.starts_with('{') || next.starts_with('"') || next.starts_with('[') || next.starts_with(']')) return json;
  }
  if (body.starts_with("<?xml")) return xml;
  const std::string start = lower(body.substr(0, 15));
  if (start.starts_with("<!doctype html") || start.starts_with("<html")) return html;
  return text;
}

bool is_requirements(std::string_view name) {
  return name.ends_with(".txt") || name.ends_with(".in")
             ? name.find("requirements") != std::string_view::npos || name.starts_with("constraints") || name.starts_with("reqs")
             : false;
}

ContentKind by_name(std::string_view name) {
  if (name == "dockerfile" || name == "containerfile" || name.starts_with("dockerfile.") || name.starts_with("containerfile.")) return dockerfile;
  if (name == "makefile" || name == "gnumakefile") return makefile;
  if (is_requirements(name)) return requirements;
  if (name == "pipfile" || name == "poetry.lock" || name == "uv.lock" || name == "cargo.lock" || name == "pdm.lock") return toml;
  if (name == ".env" || name.starts_with(".env.") || name == ".npmrc" || name == ".pypirc" || name == ".netrc" || name == ".editorconfig" || name == ".gitconfig") return properties;
  if (name == ".bashrc" || name == ".zshrc" || name == ".profile" || name == ".bash_profile" || name == ".envrc") return shell;
  if (name == "jenkinsfile" || name == "vagrantfile" || name == "gemfile" || name == "rakefile") return other_source;
  if (name == "sconstruct" || name == "sconscript" || name == "build.bazel" || name == "wscript") return python;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return binary;
  const std::string_view ending = name.substr(dot + 1);
  for (const Ending& row : kEndings)
    if (row.ending == ending) return row.kind;
  return binary;  // tells nothing
}
}  // namespace

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

bool is_text_bytes(std::string_view head) {
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff") || head.starts_with("\0\0\xfe\xff"sv)) return true;
  std::size_t control = 0, high = 0;
  for (const char c : head) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) return false;
    high += byte >= 0x80;
    control += (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t' && byte != '\f' && byte != 0x1b && byte != '\b') || byte == 0x7f;
  }
  if (control * 50 > head.size()) return false;
  if (high * 3 <= head.size()) return true;
  // Mostly high bytes: text of another script is UTF-8, and a head may end within a character.
  std::size_t bad = 0;
  for (std::size_t i = 0; i < head.size();) {
    const auto byte = static_cast<unsigned char>(head[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    if (length == 0) { ++bad; ++i; continue; }
    std::size_t good = 1;
    while (good < length && i + good < head.size() && (static_cast<unsigned char>(head[i + good]) & 0xc0) == 0x80) ++good;
    if (good < length && i + good < head.size()) ++bad;
    i += good;
  }
  return bad * 50 <= head.size();
}

ContentKind sniff_text(std::string_view name, std::string_view path, std::string_view head) {
  (void)path;
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  const ContentKind look = by_look(head);
  if (name.ends_with(".ipynb") && look == json) return notebook;
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return json_lines;
  if (name.ends_with(".json") || name.ends_with(".jsonc") || name.ends_with(".json5")) return look == json_lines ? json_lines : json;
  const ContentKind named = by_name(name);
  if (named != binary) return named;
  if (look == json && head.find("\"cell_type\"") != std::string_view::npos && head.find("\"cells\"") != std::string_view::npos) return notebook;
  if (look != text) return look;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) {
    if (looks_like_python(head)) return python;
    if (looks_like_yaml(head)) return yaml;
  }
  return text;
}

}  // namespace stormwatch::format
