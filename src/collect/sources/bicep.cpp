// SPDX-License-Identifier: Apache-2.0
// Bicep files in Terraform's names: parameters stand for their defaults, variables for their values; expressions are worked out as
// far as these are known, the rest stays unresolved. A module is read with what its callers give it, up to eight different calls from
// files beside it or in folders above, four calls up; a module that nobody calls there with its own defaults. Child resources within the
// body of another are not read. Language: Azure's "Bicep file structure and syntax".
#include <algorithm>
#include <cctype>
#include <map>

#include "collect/collector.h"
#include "collect/infrastructure/azure_forms.h"
#include "collect/infrastructure/resource.h"
#include "collect/infrastructure/tree.h"
#include "format/expression.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostStatements = 5000;
constexpr std::size_t kMostCalls = 8, kMostFilesRead = 64, kLargestFile = 1U << 20;
constexpr int kDeepestCall = 4;

using Given = std::map<std::string, Node>;  // parameters by name

struct ModuleCall {
  std::string path;  // as the caller writes it
  Given given;
};

bool wants(const Source& source) { return source.name.ends_with(".bicep") && !source.text.empty(); }

class Reader {
 public:
  Reader(const Source& source, std::string_view text, const Given& given, Observation& observation) : source_(source), text_(text), given_(given), observation_(observation) {}

  std::vector<Resource> read() {
    while (at_ < text_.size() && ++statements_ <= kMostStatements) {
      skip_blanks();
      if (at_ >= text_.size()) break;
      const std::string word = name();
      if (word == "param") parameter();
      else if (word == "var") variable();
      else if (word == "resource") resource();
      else if (word == "module") module();
      else end_of_line();
    }
    if (statements_ > kMostStatements) observation_.gaps.push_back({source_.path, source_.member, "over-limit", "more than " + std::to_string(kMostStatements) + " statements; the rest was not read"});
    return std::move(resources_);
  }
  [[nodiscard]] const std::vector<ModuleCall>& calls() const { return calls_; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_]))) line_ += text_[at_++] == '\n';
      else if (text_.substr(at_).starts_with("//")) at_ = std::min(text_.find('\n', at_), text_.size());
      else if (text_.substr(at_).starts_with("/*")) to(std::min(text_.find("*/", at_ + 2), text_.size() - 2) + 2);
      else if (text_[at_] == '@') decorator();
      else break;
    }
  }
  void skip_spaces() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  void to(std::size_t end) {
    end = std::min(end, text_.size());
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }
  void end_of_line() { to(std::min(text_.find('\n', at_), text_.size())); }
  std::string name() {
    const std::size_t begin = at_;
    while (std::isalnum(static_cast<unsigned char>(peek())) || peek() == '_') ++at_;
    if (at_ == begin && at_ < text_.size()) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  // "@description('...')", which may go over lines.
  void decorator() {
    ++at_;
    if (!value()) end_of_line();
  }
  std::optional<Node> value() {
    std::size_t end = 0;
    auto found = format::evaluate_expression(text_.substr(at_), format::Dialect::bicep, names_, budget_, line_, &end);
    if (found) to(at_ + end);
    return found;
  }

  // "param name type = default"; without a default nobody here knows it.
  void parameter() {
    skip_spaces();
    const std::string key = name();
    const auto given = given_.find(key);
    if (given != given_.end()) names_[key] = given->second;
    const std::size_t equals = text_.find('=', at_), line_end = std::min(text_.find('\n', at_), text_.size());
    if (equals == std::string_view::npos || equals > line_end) return end_of_line();
    at_ = equals + 1;
    auto found = value();
    if (!found) return refuse("default of " + key);
    if (given != given_.end()) return;
    if (!(found->is_string() && found->scalar.empty()) && found->kind != Node::Kind::null) names_[key] = std::move(*found);
  }
  void variable() {
    skip_spaces();
    const std::string key = name();
    skip_spaces();
    if (peek() != '=') return end_of_line();
    ++at_;
    auto found = value();
    if (!found) return refuse("variable " + key);
    names_[key] = std::move(*found);
  }
  void refuse(const std::string& what) {
    observation_.gaps.push_back({source_.path, source_.member, "unsupported", what + " at line " + std::to_string(line_) + " was not understood"});
    end_of_line();
  }

  // "module symbol 'path.bicep' = { params: { ... } }", "= if (condition) { ... }"; of a loop every round's.
  void module() {
    skip_spaces();
    name();
    skip_spaces();
    const auto path = peek() == '\'' ? value() : std::nullopt;
    const std::size_t equals = text_.find('=', at_), line_end = std::min(text_.find('\n', at_), text_.size());
    if (!path || equals == std::string_view::npos || equals > line_end) return end_of_line();
    at_ = equals + 1;
    skip_spaces();
    if (text_.substr(at_).starts_with("if")) {
      at_ += 2;
      skip_spaces();
      if (!value()) return end_of_line();
      skip_blanks();
    }
    const auto body = value();
    if (!body) return end_of_line();
    const auto add = [&](const Node& one) {
      ModuleCall call{path->scalar, {}};
      if (const Node* params = one.find("params"))
        for (const Node::Member& member : params->members) call.given[member.key] = member.value;
      if (calls_.size() < kMostStatements) calls_.push_back(std::move(call));
    };
    if (body->is_map()) add(*body);
    for (const Node& one : body->items) add(one);
  }

  // "resource symbol 'Type@version' = { ... }", "= if (condition) { ... }", "= [for x in list: { ... }]", "existing = { ... }".
  void resource() {
    const std::uint32_t line = line_;
    skip_spaces();
    const std::string symbol = name();
    skip_spaces();
    const auto type = peek() == '\'' ? value() : std::nullopt;
    skip_spaces();
    const bool existing = text_.substr(at_).starts_with("existing");
    const std::size_t equals = text_.find('=', at_), line_end = std::min(text_.find('\n', at_), text_.size());
    if (!type || equals == std::string_view::npos || equals > line_end) return refuse("resource " + symbol);
    at_ = equals + 1;
    skip_spaces();
    if (text_.substr(at_).starts_with("if")) {
      at_ += 2;
      skip_spaces();
      if (!value()) return refuse("condition of " + symbol);
      skip_blanks();
    }
    const auto body = value();
    if (!body) return refuse("resource " + symbol);
    if (existing) return;
    if (!body->is_map() && !body->is_list()) {
      observation_.gaps.push_back({source_.path, source_.member, "unresolved", "resource " + symbol + " at line " + std::to_string(line) + " is made in a loop over what is set elsewhere"});
      return;
    }
    const auto add = [&](const Node& one, const std::string& address) {
      auto found = azure_resource(type->scalar, symbol, one);
      if (!found) return;
      found->address = address;
      found->line = line;
      resources_.push_back(std::move(*found));
    };
    const std::string bare = type->scalar.substr(0, type->scalar.find('@')) + "." + symbol;
    if (body->is_map()) add(*body, bare);
    for (std::size_t i = 0; i < body->items.size() && i < 64; ++i) add(body->items[i], bare + "[" + std::to_string(i) + "]");
  }

  const Source& source_;
  std::string_view text_;
  const Given& given_;
  Observation& observation_;
  std::size_t at_ = 0, statements_ = 0;
  std::uint32_t line_ = 1;
  format::Names names_;
  format::ExpressionBudget budget_;
  std::vector<Resource> resources_;
  std::vector<ModuleCall> calls_;
};

// With what a module is called.
class Callers {
 public:
  explicit Callers(const Source& source) : source_(source) {}

  std::vector<Given> of(const std::string& path, int depth) {
    std::vector<Given> found;
    if (depth > kDeepestCall || !source_.files || !source_.open_file || !source_.member.empty()) return found;
    const std::string name = path.substr(path.rfind('/') + 1);
    for (std::string_view folder = folder_of(path);; folder = folder_of(folder)) {
      for (const std::string_view other : source_.files->files_in(folder)) {
        const std::string caller = folder.empty() ? std::string(other) : std::string(folder) + "/" + std::string(other);
        if (other.ends_with(".bicep") && caller != path) add_calls(caller, path, name, depth, found);
      }
      if (folder.empty()) return found;
    }
  }
  [[nodiscard]] bool cut() const { return cut_; }

 private:
  static std::string_view folder_of(std::string_view path) { return path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/')); }

  static std::string joined(std::string_view folder, std::string_view relative) {
    std::string at(folder);
    while (!relative.empty()) {
      const std::size_t slash = std::min(relative.find('/'), relative.size());
      const std::string_view step = relative.substr(0, slash);
      relative.remove_prefix(std::min(slash + 1, relative.size()));
      if (step == "..") at = folder_of(at);
      else if (!step.empty() && step != ".") at += (at.empty() ? "" : "/") + std::string(step);
    }
    return at;
  }

  void add_calls(const std::string& caller, const std::string& path, const std::string& name, int depth, std::vector<Given>& into) {
    if (++read_ > kMostFilesRead) return void(cut_ = true);
    const auto opened = (*source_.open_file)(caller);
    if (!opened || opened->bytes().size() > kLargestFile || as_text(opened->bytes()).find(name) == std::string_view::npos) return;
    std::vector<Given> outer = of(caller, depth + 1);
    if (outer.empty()) outer.emplace_back();
    for (const Given& given : outer) {
      Observation aside;
      Reader reader(source_, as_text(opened->bytes()), given, aside);
      (void)reader.read();
      for (const ModuleCall& call : reader.calls())
        if (joined(folder_of(caller), call.path) == path) add(call.given, into);
    }
  }

  void add(const Given& given, std::vector<Given>& into) {
    const auto equals = [&](const Given& other) {
      return std::ranges::equal(given, other, [](const auto& a, const auto& b) { return a.first == b.first && same_values(a.second, b.second); });
    };
    if (std::ranges::any_of(into, equals)) return;
    if (into.size() == kMostCalls) cut_ = true;
    else into.push_back(given);
  }

  const Source& source_;
  std::size_t read_ = 0;
  bool cut_ = false;
};

// A resource that each call makes alike is one; those that differ are told apart by the number of the call.
std::vector<Resource> united(std::vector<std::vector<Resource>> calls) {
  std::vector<Resource> all = std::move(calls.front());
  const std::vector<Resource> first = all;
  for (std::size_t i = 1; i < calls.size(); ++i)
    for (Resource& resource : calls[i]) {
      const auto twin = std::ranges::find(first, resource.address, &Resource::address);
      if (twin != first.end() && same_values(twin->body, resource.body)) continue;
      resource.address = "call " + std::to_string(i + 1) + " " + resource.address;
      all.push_back(std::move(resource));
    }
  return all;
}

Result<Observation> read(const Source& source) {
  Observation observation;
  Callers callers(source);
  std::vector<Given> given = callers.of(source.path, 0);
  if (callers.cut()) observation.gaps.push_back({source.path, source.member, "over-limit", "the module is called in more ways than were followed"});
  if (given.empty()) given.emplace_back();
  std::vector<std::vector<Resource>> calls;
  for (const Given& one : given) {
    Observation aside;  // what was not understood is said once
    calls.push_back(Reader(source, source.text, one, calls.empty() ? observation : aside).read());
  }
  observe_resources(source, united(std::move(calls)), {}, observation);
  return observation;
}

}  // namespace

extern const Collector bicep;
const Collector bicep{.name = "bicep", .wants = wants, .read = read};

}  // namespace stormwatch::collect
