// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/near_files.h"

#include <algorithm>

#include "base/text.h"
#include "collect/understanding/far_functions.h"
#include "collect/understanding/parsed_files.h"

namespace stormwatch::collect {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

namespace {

bool is_python(std::string_view path) { return path.ends_with(".py") || path.ends_with(".ipynb"); }

void list_calls(CodeFile& file) {
  for (Index i = 0; i < file.module->expressions.size(); ++i)
    if (file.module->at(i).kind == ExpressionKind::call) file.calls[file.module->at(i).owner].push_back(i);
}

/// The name that a script hands out as its default, or as all of it.
std::string default_export(std::string_view text) {
  for (const std::string_view mark : {"export default ", "module.exports = "}) {
    const auto at = text.rfind(mark);
    if (at == std::string_view::npos) continue;
    std::string_view rest = text.substr(at + mark.size(), 200);
    for (const std::string_view word : {"async ", "function ", "class ", "new "})
      if (rest.starts_with(word)) rest.remove_prefix(word.size());
    std::size_t end = 0;
    while (end < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[end])) || rest[end] == '_' || rest[end] == '$')) ++end;
    return std::string(rest.substr(0, end));
  }
  return {};
}

}  // namespace

std::string_view CodeFile::text_of_function(Index function) const {
  const code::Function& f = module->functions[function];
  return f.begin < f.end && f.end <= text.size() ? text.substr(f.begin, f.end - f.begin) : std::string_view();
}

std::string_view CodeFile::text_of(Index expression) const {
  const Expression& e = module->at(expression);
  return e.begin <= e.end && e.end <= text.size() ? text.substr(e.begin, e.end - e.begin) : std::string_view();
}

std::vector<Index> CodeFile::functions_in(Index function) const {
  std::vector<Index> out{function};
  // A function stands behind the one around it.
  for (Index f = 0; f < module->functions.size(); ++f)
    if (f != function && std::ranges::find(out, module->functions[f].owner) != out.end() && module->functions[f].owner != kNone) out.push_back(f);
  return out;
}

struct NearFiles::Kept {
  Kept(std::string path, std::shared_ptr<const ParsedFile> of) : parsed(std::move(of)), names(parsed->module) {
    file.path = std::move(path);
    file.module = &parsed->module;
    file.names = &names;
    file.text = parsed->text;
    list_calls(file);
  }
  std::shared_ptr<const ParsedFile> parsed;
  code::Names names;
  CodeFile file;
};

NearFiles::NearFiles(const Source& source, std::string application, std::string_view text, const code::Module& module, const code::Names& names) : source_(source), application_(std::move(application)) {
  own_.path = source.path;
  own_.module = &module;
  own_.names = &names;
  own_.text = text;
  list_calls(own_);
}

const CodeFile* NearFiles::open(const std::string& path) {
  if (path == own_.path) return &own_;
  if (const auto known = kept_.find(path); known != kept_.end()) return known->second ? &known->second->file : nullptr;
  if (!source_.open_file) return nullptr;
  if (kept_.size() >= kMostFiles) { cut_ = true; return nullptr; }
  auto& slot = kept_[path];
  std::shared_ptr<const ParsedFile> parsed = source_.parsed ? source_.parsed->find(path) : nullptr;
  if (!parsed) {
    const auto opened = (*source_.open_file)(path);
    // What is mapped may shrink while it is read; files of that size are not written by hand.
    if (!opened || opened->mapped() || opened->changed()) return nullptr;
    const std::string_view text = as_text(opened->bytes());
    if (bytes_ + text.size() > kMostBytes) { cut_ = true; return nullptr; }
    auto module = parse_code(path, text, *source_.limits);
    if (!module) return nullptr;
    parsed = std::make_shared<const ParsedFile>(std::move(*module), std::string(text));
    if (source_.parsed) source_.parsed->keep(path, parsed);
  }
  bytes_ += parsed->text.size();
  slot = std::make_shared<Kept>(path, std::move(parsed));
  return slot ? &slot->file : nullptr;
}

std::string NearFiles::file_of(const CodeFile& from, std::string_view module) const {
  if (std::string found = file_of_import(source_, application_, from.path, module); !found.empty()) return found;
  // "@/lib/agent": the paths that Next.js and Vite set up stand for the application's folder or its src.
  if (is_python(from.path) || !source_.files || !(module.starts_with("@/") || module.starts_with("~/"))) return {};
  const std::string root = application_.empty() || application_ == "." ? std::string() : application_ + "/";
  for (const std::string_view below : {"", "src/", "app/"})
    for (const std::string_view ending : {".ts", ".tsx", ".js", ".mjs", "/index.ts", "/index.js"})
      if (std::string path = root + std::string(below) + std::string(module.substr(2)) + std::string(ending); source_.files->contains(path)) return path;
  return {};
}

const CodeFile* NearFiles::open_imported(const CodeFile& from, const code::Import& import) {
  std::string path = is_python(from.path) && !import.name.empty() ? file_of(from, import.module + (import.module.ends_with('.') ? "" : ".") + import.name) : std::string();
  if (path.empty()) path = file_of(from, import.module);
  return path.empty() || path == from.path ? nullptr : open(path);
}

Found NearFiles::find(const CodeFile& from, std::string_view name, int hops) {
  if (hops > kMostHops || name.empty()) return {};
  if (name[0] == '.') return find_in(from, name.substr(1), hops);
  const auto joined = [](std::string_view first, std::string_view rest) { return rest.empty() ? std::string(first) : std::string(first) + "." + std::string(rest); };
  for (const std::size_t k : from.names->imports_behind(name)) {
    const code::Import& import = from.module->imports[k];
    const std::string_view member = name.substr(std::min(name.size(), from.names->import_root(k).size() + 1));
    if (is_python(from.path) && !import.name.empty())
      if (const std::string path = file_of(from, import.module + (import.module.ends_with('.') ? "" : ".") + import.name); !path.empty() && path != from.path)
        if (const CodeFile* file = open(path))
          if (Found found = find_in(*file, member, hops + 1)) return found;
    const std::string path = file_of(from, import.module);
    const CodeFile* file = path.empty() || path == from.path ? nullptr : open(path);
    if (!file) continue;
    if (!import.name.empty() && import.name != "default" && import.name != "*") return find_in(*file, joined(import.name, member), hops + 1);
    if (import.name == "default")
      if (Found found = find_in(*file, joined(default_export(file->text), member), hops + 1)) return found;
    if (Found found = find_in(*file, member, hops + 1)) return found;
  }
  return {};
}

Found NearFiles::find_in(const CodeFile& file, std::string_view symbol, int hops) {
  if (symbol.empty() || hops > kMostHops) return {};
  const std::string_view first = symbol.substr(0, symbol.find('.'));
  const std::string_view rest = first.size() < symbol.size() ? symbol.substr(first.size() + 1) : std::string_view();
  const code::Module& m = *file.module;
  for (Index f = 0; f < m.functions.size(); ++f) {
    const code::Function& function = m.functions[f];
    if (function.name != first || function.owner != kNone || function.in_class != kNone) continue;
    if (rest.empty()) return {.file = &file, .function = f};
    // What it gives back is asked.
    for (const code::Statement& s : m.statements) {
      if (s.kind != code::StatementKind::give || s.owner != f || s.value == kNone) continue;
      const std::string& given = file.names->qualified(s.value);
      if (given.empty()) continue;
      if (Found found = find(file, given + "." + std::string(rest), hops + 1)) return found;
      return {.file = &file, .value = s.value, .member = std::string(rest)};
    }
    return {};
  }
  for (Index c = 0; c < m.classes.size(); ++c) {
    if (m.classes[c].name != first) continue;
    if (rest.empty()) return {.file = &file, .in_class = c};
    for (Index f = 0; f < m.functions.size(); ++f)
      if (m.functions[f].in_class == c && m.functions[f].name == last_of(rest)) return {.file = &file, .function = f};
    return {.file = &file, .in_class = c, .member = std::string(rest)};
  }
  for (const code::Statement& s : m.statements) {
    if (s.kind != code::StatementKind::assign || s.owner != kNone || s.targets.size() != 1 || s.value == kNone) continue;
    const Expression& target = m.at(s.targets[0]);
    if (target.kind != ExpressionKind::name || target.text != first || m.at(s.value).kind == ExpressionKind::none) continue;
    if (const Index f = m.at(s.value).kind == ExpressionKind::function ? m.at(s.value).function : kNone; f != kNone && rest.empty()) return {.file = &file, .function = f};
    if (!rest.empty())
      if (const std::string& made = file.names->qualified(s.value); !made.empty() && made != first)
        if (Found found = find(file, made + "." + std::string(rest), hops + 1); found && found.value == kNone) return found;
    return {.file = &file, .value = s.value, .member = std::string(rest)};
  }
  // A package's __init__ or an index that hands on what stands in another file.
  for (const code::Import& import : m.imports)
    if (import.alias == first && !import.module.empty()) return find(file, code::Names::imported_as(import) + (rest.empty() ? "" : "." + std::string(rest)), hops + 1);
  return {};
}

}  // namespace stormwatch::collect
