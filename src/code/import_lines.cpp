// SPDX-License-Identifier: Apache-2.0
#include "code/import_lines.h"

#include <algorithm>
#include <array>
#include <set>

namespace stormwatch::code {
namespace {

constexpr std::size_t kLongestLine = 2000, kLongestModule = 200;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool is_name(char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_'; }

/// The run of letters, digits and `more` at the beginning.
std::string_view name_at(std::string_view text, std::string_view more) {
  std::size_t end = 0;
  while (end < text.size() && (is_name(text[end]) || more.find(text[end]) != std::string_view::npos)) ++end;
  return text.substr(0, end);
}

class Reader {
 public:
  Reader(ImportSyntax syntax, std::size_t most) : syntax_(syntax), most_(most) {}

  void line(std::string_view text) {
    ++number_;
    if (modules.size() >= most_ || text.size() > kLongestLine) return;
    text = trimmed(text);
    switch (syntax_) {
      case ImportSyntax::python: python(text); break;
      case ImportSyntax::javascript: javascript(text); break;
      case ImportSyntax::go: go(text); break;
      case ImportSyntax::java: java(text); break;
      case ImportSyntax::c_sharp: keyword(text, "using ", "."); break;
      case ImportSyntax::rust: keyword(text.starts_with("pub ") ? text.substr(4) : text, "use ", ""); break;
    }
  }

  std::vector<ImportedModule> modules;

 private:
  void add(std::string_view module) {
    if (module.empty() || module.size() > kLongestModule || module.front() == '.' || module.front() == '/' || modules.size() >= most_) return;
    if (seen_.emplace(module).second) modules.push_back({std::string(module), number_});
  }

  void keyword(std::string_view text, std::string_view word, std::string_view more) {
    if (text.starts_with(word)) add(name_at(trimmed(text.substr(word.size())), more));
  }

  void python(std::string_view text) {
    for (const std::string_view quotes : {"\"\"\"", "'''"})
      for (std::size_t at = text.find(quotes); at != std::string_view::npos; at = text.find(quotes, at + 3)) quoted_ = !quoted_;
    if (quoted_) return;
    if (text.starts_with("from ")) {
      const std::string_view module = name_at(text.substr(5), ".");
      const std::size_t import = text.find(" import ");
      if (import == std::string_view::npos) return;
      add(module);
      // Of a namespace the distribution shows in the name after it: "from google.cloud import storage".
      if ((module.starts_with("google") || module.starts_with("azure")) && !module.empty()) add(std::string(module) + "." + std::string(name_at(trimmed(text.substr(import + 8)), "")));
    } else if (text.starts_with("import ")) {
      for (std::string_view rest = text.substr(7); !rest.empty();) {
        add(name_at(trimmed(rest), "."));
        const std::size_t comma = rest.find(',');
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
      }
    } else {
      for (const std::string_view call : {"import_module(", "__import__("})
        if (const std::size_t at = text.find(call); at != std::string_view::npos) quoted(text.substr(at + call.size()));
    }
  }

  /// A string at the very beginning.
  void quoted(std::string_view text) {
    text = trimmed(text);
    if (text.empty() || (text.front() != '"' && text.front() != '\'' && text.front() != '`')) return;
    const std::size_t end = text.find(text.front(), 1);
    if (end != std::string_view::npos && text.substr(1, end - 1).find_first_of(" $") == std::string_view::npos) add(text.substr(1, end - 1));
  }

  void javascript(std::string_view text) {
    if (text.starts_with("//") || text.starts_with('*')) return;
    if (text.starts_with("import ")) quoted(text.substr(7));
    for (const std::string_view before : {"from ", "require(", "import("})
      for (std::size_t at = text.find(before); at != std::string_view::npos; at = text.find(before, at + 1))
        if (at == 0 || !is_name(text[at - 1])) quoted(text.substr(at + before.size()));
  }

  void go(std::string_view text) {
    if (text.starts_with("import (")) block_ = true;
    else if (block_ && text.starts_with(')')) block_ = false;
    else if (block_ || text.starts_with("import "))
      if (const std::size_t quote = text.find('"'); quote != std::string_view::npos) quoted(text.substr(quote));
  }

  void java(std::string_view text) {
    if (!text.starts_with("import ")) return;
    text = trimmed(text.substr(7));
    if (text.starts_with("static ")) text = trimmed(text.substr(7));
    add(name_at(text, "."));
  }

  ImportSyntax syntax_;
  std::size_t most_;
  std::uint32_t number_ = 0;
  bool quoted_ = false, block_ = false;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

std::vector<ImportedModule> imported_modules(std::string_view text, ImportSyntax syntax, std::size_t most) {
  Reader reader(syntax, most);
  while (!text.empty() && reader.modules.size() < most) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(reader.modules);
}

}  // namespace stormwatch::code
