// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/parsed_files.h"

#include "code/javascript.h"
#include "code/python.h"
#include "code/typed.h"

namespace stormwatch::collect {

Result<code::Module> parse_code(std::string_view path, std::string_view text, const Limits& limits, bool script) {
  const auto ends = [&](auto... endings) { return (path.ends_with(endings) || ...); };
  if (ends(".go")) return code::read_typed(code::Family::go, text, limits);
  if (ends(".java")) return code::read_typed(code::Family::java, text, limits);
  if (ends(".cs")) return code::read_typed(code::Family::c_sharp, text, limits);
  if (ends(".tsx", ".jsx")) return code::read_javascript(code::Dialect::tsx, text, limits);
  if (ends(".ts", ".mts", ".cts")) return code::read_javascript(code::Dialect::typescript, text, limits);
  if (ends(".js", ".mjs", ".cjs") || (script && !ends(".py"))) return code::read_javascript(code::Dialect::javascript, text, limits);
  return code::read_python(text, limits);
}

std::shared_ptr<const ParsedFile> ParsedFiles::find(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->second;
}

void ParsedFiles::keep(const std::string& path, std::shared_ptr<const ParsedFile> file) {
  const std::scoped_lock lock(mutex_);
  if (by_path_.contains(path) || file->text.size() > kMostBytes) return;
  bytes_ += file->text.size();
  entries_.emplace_front(path, std::move(file));
  by_path_.emplace(entries_.front().first, entries_.begin());
  while (bytes_ > kMostBytes) {
    bytes_ -= entries_.back().second->text.size();
    by_path_.erase(entries_.back().first);
    entries_.pop_back();
  }
}

}  // namespace stormwatch::collect
