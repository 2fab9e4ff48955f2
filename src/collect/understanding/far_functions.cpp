// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/far_functions.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "code/guards.h"
#include "collect/understanding/parsed_files.h"

namespace stormwatch::collect {

using code::Index;
using code::kNone;

std::string file_of_import(const Source& source, std::string_view application, std::string_view path, std::string_view module) {
  if (!source.files || !source.member.empty() || module.empty()) return {};
  const auto first_there = [&](const std::string& stem, std::initializer_list<std::string_view> endings) {
    for (const std::string_view ending : endings)
      if (source.files->contains(stem + std::string(ending))) return stem + std::string(ending);
    return std::string();
  };
  std::string folder(path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/')));
  const auto below = [](const std::string& above, const std::string& rest) { return above.empty() || above == "." ? rest : above + "/" + rest; };
  const auto upwards = [&] { folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/')); };
  if (!path.ends_with(".py") && !path.ends_with(".ipynb")) {
    if (!module.starts_with("./") && !module.starts_with("../")) return {};
    while (module.starts_with("./") || module.starts_with("../")) {
      if (module.starts_with("../")) { upwards(); module.remove_prefix(3); }
      else module.remove_prefix(2);
    }
    std::string stem(module);
    if (stem.ends_with(".js")) stem.resize(stem.size() - 3);
    return first_there(below(folder, stem), {".ts", ".js", ".tsx", ".mjs", "/index.ts", "/index.js"});
  }
  std::size_t dots = 0;
  while (dots < module.size() && module[dots] == '.') ++dots;
  for (std::size_t k = 1; k < dots; ++k) upwards();
  std::string named(module.substr(dots));
  std::ranges::replace(named, '.', '/');
  if (named.empty()) return first_there(below(folder, "__init__"), {".py"});
  if (dots) return first_there(below(folder, named), {".py", "/__init__.py"});
  for (const std::string& above : {std::string(application), std::string(), folder})
    if (std::string found = first_there(below(above, named), {".py", "/__init__.py"}); !found.empty()) return found;
  return {};
}

namespace {

bool is_typed(std::string_view path) { return path.ends_with(".go") || path.ends_with(".java"); }
std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'))); }

/// com.x.Service stands in com/x/Service.java below a folder above the file that imports it.
std::string java_class_file(const Source& source, std::string_view path, const code::Import& import) {
  std::string inner = import.module;
  std::ranges::replace(inner, '.', '/');
  inner += "/" + import.name + ".java";
  for (std::string folder = folder_of(path);; folder = folder_of(folder)) {
    const std::string there = folder.empty() ? inner : folder + "/" + inner;
    if (source.files->contains(there)) return there;
    if (folder.empty()) return {};
  }
}

/// The folder of the target that a Go package of its own stands in: the end of its path below the module's root, or the file's own for ".".
std::string go_package_folder(const Source& source, std::string_view application, std::string_view path, std::string_view package) {
  if (package == ".") return folder_of(path);
  for (auto slash = package.find('/'); slash != std::string_view::npos; slash = package.find('/', slash + 1)) {
    const std::string inner(package.substr(slash + 1));
    const std::string folder = application.empty() || application == "." ? inner : std::string(application) + "/" + inner;
    if (std::ranges::any_of(source.files->files_in(folder), [](std::string_view f) { return f.ends_with(".go"); })) return folder;
  }
  return {};
}

}  // namespace

struct FarFunctions::File {
  explicit File(std::shared_ptr<const ParsedFile> of) : parsed(std::move(of)), names(parsed->module) {}
  std::shared_ptr<const ParsedFile> parsed;
  code::Names names;
};

const FarFunctions::File* FarFunctions::open(const std::string& path) {
  if (const auto known = files_.find(path); known != files_.end()) return known->second.get();
  if (!source_.open_file) return nullptr;
  if (files_.size() >= kMostFiles) { cut_ = true; return nullptr; }
  auto& slot = files_[path];
  std::shared_ptr<const ParsedFile> parsed = source_.parsed ? source_.parsed->find(path) : nullptr;
  if (!parsed) {
    const auto opened = (*source_.open_file)(path);
    // What is mapped may shrink while it is read; files of that size are not written by hand.
    if (!opened || opened->mapped() || opened->changed()) return nullptr;
    auto module = parse_code(path, as_text(opened->bytes()), *source_.limits);
    if (!module) return nullptr;
    parsed = std::make_shared<const ParsedFile>(std::move(*module), std::string(as_text(opened->bytes())));
    if (source_.parsed) source_.parsed->keep(path, parsed);
  }
  slot = std::make_shared<const File>(std::move(parsed));
  return slot.get();
}

code::FindFar FarFunctions::finder_of(std::string path, int hops) {
  if (hops >= kMostHops) return {};
  return [this, path = std::move(path), hops](const code::Import& import, std::string_view member) { return find(path, import, member, hops); };
}

FarFunctions::Body FarFunctions::body_of(const std::string& from, const code::Names& names, std::string_view name) {
  const code::FindFar finder = finder_of(from, 0);
  const code::Summary* found = code::far_named(names, finder, name);
  // Another file of a Go package: a function without a root.
  if (!found && names.module().family == code::Family::go && !holds(name, ".")) found = finder({".", std::string(name), std::string(name), {}}, {});
  const auto body = bodies_.find(found);
  return body == bodies_.end() ? Body{} : body->second;
}

const code::Summary* FarFunctions::find(const std::string& from, const code::Import& import, std::string_view member, int hops) {
  if (hops >= kMostHops) return nullptr;
  if (is_typed(from)) return find_typed(from, import, member, hops);
  const auto file = [&](std::string_view module) { return file_of_import(source_, application_, from, module); };
  if (import.name.empty() || import.name == "default") {
    const std::string path = member.empty() ? std::string() : file(import.module);
    return path.empty() || path == from ? nullptr : function_of(path, std::string(member), hops);
  }
  if (!member.empty() && from.ends_with(".py"))
    if (const std::string path = file(import.module + (import.module.ends_with('.') ? "" : ".") + import.name); !path.empty() && path != from) return function_of(path, std::string(member), hops);
  const std::string path = file(import.module);
  if (path.empty() || path == from) return nullptr;
  return function_of(path, member.empty() ? import.name : import.name + "." + std::string(member), hops);
}

const code::Summary* FarFunctions::find_typed(const std::string& from, const code::Import& import, std::string_view member, int hops) {
  if (!source_.files || !source_.member.empty() || import.module.empty()) return nullptr;
  if (from.ends_with(".java")) {
    if (member.empty() || import.name.empty() || import.name == "*") return nullptr;
    const std::string path = java_class_file(source_, from, import);
    return path.empty() || path == from ? nullptr : function_of(path, import.name + "." + std::string(member), hops);
  }
  const bool own = import.module == ".";
  const std::string name = !own ? std::string(member) : member.empty() ? import.name : import.name + "." + std::string(member);
  if (name.empty() || (!own && import.name != "default")) return nullptr;
  const std::string folder = go_package_folder(source_, application_, from, import.module);
  if (folder.empty() && !own) return nullptr;
  const std::string last = name.substr(name.rfind('.') == std::string::npos ? 0 : name.rfind('.') + 1);
  int looked = 0;
  for (const std::string_view file : source_.files->files_in(folder)) {
    const std::string path = folder.empty() ? std::string(file) : folder + "/" + std::string(file);
    if (!file.ends_with(".go") || file.ends_with("_test.go") || path == from || ++looked > kMostOfPackage) continue;
    if (!defines(path, last)) continue;
    if (const code::Summary* found = function_of(path, name, hops)) return found;
  }
  return nullptr;
}

/// Looked up in the text before the file is parsed; the names a file defines are kept.
bool FarFunctions::defines(const std::string& path, std::string_view function) {
  auto known = defined_.find(path);
  if (known == defined_.end()) {
    if (!source_.open_file || defined_.size() >= kMostLookedAt) { cut_ |= source_.open_file != nullptr; return false; }
    known = defined_.emplace(path, std::set<std::string>()).first;
    const auto opened = (*source_.open_file)(path);
    if (!opened || opened->mapped() || opened->changed()) return false;
    std::string_view text = as_text(opened->bytes());
    for (auto at = text.find("func "); at != std::string_view::npos; at = text.find("\nfunc ", at)) {
      at = text.find("func ", at) + 5;
      std::string_view rest = text.substr(at, 300);
      if (rest.starts_with('(')) rest = rest.substr(std::min(rest.size(), rest.find(')') + 2));
      known->second.emplace(rest.substr(0, rest.find_first_of("([ ")));
    }
  }
  return known->second.contains(std::string(function));
}

const code::Summary* FarFunctions::function_of(const std::string& path, const std::string& name, int hops) {
  const std::string key = fmt::format("{}#{}", path, name);
  if (const auto known = summaries_.find(key); known != summaries_.end()) return known->second.get();
  auto& slot = summaries_[key];
  const File* file = open(path);
  if (!file) return nullptr;
  const std::size_t dot = name.find('.');
  const std::string in_class = dot == std::string::npos ? std::string() : name.substr(0, dot);
  const std::string last = dot == std::string::npos ? name : name.substr(dot + 1);
  const auto& functions = file->parsed->module.functions;
  for (Index f = 0; f < functions.size(); ++f) {
    if (functions[f].name != last || functions[f].owner != kNone) continue;
    const Index c = functions[f].in_class;
    if (in_class != (c == kNone ? std::string() : file->parsed->module.classes[c].name)) continue;
    if (functions_ >= kMostFunctions || followed_ + file->parsed->text.size() > kMostBytes) { cut_ = true; return nullptr; }
    ++functions_;
    followed_ += file->parsed->text.size();
    auto made = std::make_shared<code::Summary>(code::summarise(file->names, f, finder_of(path, hops + 1)));
    for (code::FarSink& sink : made->sinks) {
      sink.beyond = fmt::format("{}:{} {}", path, sink.spot.line, sink.beyond);
      if (!sink.guard.empty() && !sink.guard.ends_with(".py") && !sink.guard.ends_with(".ts") && !sink.guard.ends_with(".js")) sink.guard += " of " + path;
    }
    bodies_[made.get()] = {path, &file->parsed->module, &file->names, file->parsed->text, f};
    return (slot = std::move(made)).get();
  }
  // A package's __init__ or an index that hands on what stands in another file.
  for (const code::Import& import : file->parsed->module.imports) {
    const std::string_view root = in_class.empty() ? last : in_class;
    if (import.alias != root || import.name.empty()) continue;
    const code::Summary* found = find(path, import, in_class.empty() ? std::string_view() : std::string_view(last), hops + 1);
    slot = std::shared_ptr<const code::Summary>(std::shared_ptr<const code::Summary>(), found);  // owned by its own name
    return found;
  }
  return nullptr;
}

}  // namespace stormwatch::collect
