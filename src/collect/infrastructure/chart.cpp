// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/chart.h"

#include <algorithm>
#include <optional>

#include "collect/infrastructure/packed_charts.h"
#include "format/chart/template.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

using format::chart::Value;

constexpr std::size_t kMostTemplates = 500;
constexpr std::size_t kMostCharts = 64;
constexpr std::size_t kMostValues = 8;
constexpr int kDeepestSubchart = 4;
constexpr std::size_t kLargestFile = 2U << 20;

std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}
std::string below(std::string_view folder, std::string_view name) { return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name); }

void put_lines(Node& node, const std::vector<std::uint32_t>& lines) {
  if (node.line && node.line <= lines.size()) node.line = lines[node.line - 1];
  node.column = 0;
  for (Node& item : node.items) put_lines(item, lines);
  for (Node::Member& member : node.members) {
    if (member.line && member.line <= lines.size()) member.line = lines[member.line - 1];
    put_lines(member.value, lines);
  }
}

class Renderer {
 public:
  Renderer(const Source& source, std::string other_values) : source_(source), other_values_(std::move(other_values)), packed_(source) {}

  RenderedChart render() {
    const std::string folder(source_.folder());
    const auto meta = document(source_.path);
    if (!meta || meta->text("type") == "library") return std::move(result_);  // a library writes nothing itself
    Value values = values_of(folder);
    if (!other_values_.empty()) {
      const auto other = document(other_values_);
      if (!other || !other->is_map()) return std::move(result_);
      merge_maps(values, Value::of_node(*other), true);
    }
    add_chart(folder, *meta, std::move(values), Value::of_map(), 0);
    for (const Chart& chart : charts_) write(chart);
    return std::move(result_);
  }

 private:
  struct Chart {
    std::string folder;
    Value root;
    std::vector<std::string> templates;
  };

  std::optional<std::string> text_of(const std::string& path) {
    if (path == source_.path) return std::string(source_.text);
    if (PackedCharts::is_packed(path)) {
      const std::string* packed = packed_.text_of(path);
      return packed ? std::optional(*packed) : std::nullopt;
    }
    const auto opened = (*source_.open_file)(path);
    if (!opened || opened->bytes().size() > kLargestFile) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(opened->bytes().data()), opened->bytes().size());
  }
  std::optional<Node> document(const std::string& path) {
    const auto text = text_of(path);
    if (!text) return std::nullopt;
    auto documents = format::parse_yaml(*text, *source_.limits);
    if (!documents || documents->empty()) return std::nullopt;
    return std::move(documents->front());
  }
  Value values_of(const std::string& folder) {
    const auto values = document(below(folder, "values.yaml"));
    return values && values->is_map() ? Value::of_node(*values) : Value::of_map();
  }

  [[nodiscard]] std::vector<std::string> files_below(const std::string& folder) const {
    if (PackedCharts::is_packed(folder)) return packed_.files_below(folder);
    std::vector<std::string> found;
    const auto paths = source_.files->paths();
    const std::string prefix = folder + "/";
    for (auto at = std::ranges::lower_bound(paths, prefix); at != paths.end() && at->starts_with(prefix) && found.size() < kMostTemplates * 4; ++at) found.push_back(*at);
    return found;
  }

  // The chart's templates, and its subcharts' with the values that are theirs.
  void add_chart(const std::string& folder, const Node& meta, Value values, const Value& globals, int depth) {
    if (charts_.size() >= kMostCharts || depth > kDeepestSubchart) {
      result_.gaps.push_back({below(folder, "Chart.yaml"), "", "over-limit", "charts within charts: the rest was not rendered"});
      return;
    }
    merge_globals(values, globals);
    Value subcharts = Value::of_map();
    if (const Node* dependencies = meta.find("dependencies"))
      for (const Node& dependency : dependencies->items) add_dependency(folder, dependency, values, depth);
    for (const std::string& packed : packed_.charts_in(below(folder, "charts"), result_.gaps)) {
      const std::string name = packed.substr(packed.rfind('/') + 1);
      if (const auto inner = is_named(meta, name) ? std::nullopt : document(below(packed, "Chart.yaml"))) add_with_values(packed, *inner, name, values, depth);
    }
    for (const std::string& name : folders_in(below(folder, "charts")))
      if (!is_named(meta, name))
        if (const auto inner = document(below(folder, "charts/" + name + "/Chart.yaml"))) add_with_values(below(folder, "charts/" + name), *inner, name, values, depth);
    Chart chart{folder, root_of(meta, values, folder), {}};
    for (const std::string& path : files_below(below(folder, "templates"))) {
      if (path.ends_with("NOTES.txt") || path.find("/templates/tests/") != std::string::npos) continue;
      const bool partial = path.substr(path.rfind('/') + 1).starts_with('_') || path.ends_with(".tpl");
      if (!partial && !path.ends_with(".yaml") && !path.ends_with(".yml")) continue;
      const auto text = text_of(path);
      if (!text) continue;
      if (auto added = templates_.add(path, *text); !added) result_.gaps.push_back({path, "", "unsupported", "template not read at " + added.error().position + ": " + added.error().what});
      else if (!partial) {
        if (++count_ > kMostTemplates) return result_.gaps.push_back({folder, "", "over-limit", "more than " + std::to_string(kMostTemplates) + " templates; the rest was not rendered"});
        chart.templates.push_back(path);
      }
    }
    if (meta.text("type") != "library") charts_.push_back(std::move(chart));
  }

  static void merge_globals(Value& values, const Value& globals) {
    Value& own = (*values.map)["global"];
    if (!own.is_map()) own = Value::of_map();
    merge_maps(own, globals.deep_copy(), true);
  }

  [[nodiscard]] std::vector<std::string> folders_in(const std::string& folder) const {
    std::vector<std::string> names;
    for (const std::string& path : files_below(folder)) {
      const std::string rest = path.substr(folder.size() + 1);
      const std::size_t slash = rest.find('/');
      if (slash != std::string::npos && rest.substr(slash) == "/Chart.yaml") names.push_back(rest.substr(0, slash));
    }
    return names;
  }
  static bool is_named(const Node& meta, const std::string& name) {
    const Node* dependencies = meta.find("dependencies");
    return dependencies && std::ranges::any_of(dependencies->items, [&](const Node& one) { return one.text("name") == name; });
  }

  void add_dependency(const std::string& folder, const Node& dependency, const Value& values, int depth) {
    const std::string name(dependency.text("name"));
    const std::string alias(dependency.text("alias", name));
    if (name.empty() || name.find('/') != std::string::npos) return;
    // "condition" names paths into the values; the first that is there decides.
    if (const std::string_view condition = dependency.text("condition"); !condition.empty()) {
      const std::string first(condition.substr(0, condition.find(',')));
      const Value* at = &values;
      for (std::size_t begin = 0; at && begin <= first.size();) {
        const std::size_t dot = std::min(first.find('.', begin), first.size());
        at = at->find(std::string_view(first).substr(begin, dot - begin));
        begin = dot + 1;
      }
      if (at && at->kind == Node::Kind::boolean && !at->holds()) return;
    }
    // Vendored, beside the chart, or by a path of its own.
    std::vector<std::string> places{below(folder, "charts/" + name), below(parent_of(folder), name)};
    if (const std::string_view at = dependency.text("repository"); at.starts_with("file://"))
      if (const auto joined = resolved(folder, at.substr(7))) places.insert(places.begin(), *joined);
    for (const std::string& packed : packed_.charts_in(below(folder, "charts"), result_.gaps))
      if (packed.substr(packed.rfind('/') + 1) == name) places.insert(places.begin() + 1, packed);
    for (const std::string& place : places)
      if (PackedCharts::is_packed(place) || source_.files->contains(below(place, "Chart.yaml")))
        if (const auto inner = document(below(place, "Chart.yaml"))) return add_with_values(place, *inner, alias, values, depth);
    result_.gaps.push_back({below(folder, "Chart.yaml"), "", "unsupported", "the chart " + name + " that it depends on is not in the tree: line " + std::to_string(dependency.line)});
  }

  static std::optional<std::string> resolved(const std::string& folder, std::string_view relative) {
    std::string at = folder;
    for (std::size_t begin = 0; begin <= relative.size();) {
      const std::size_t slash = std::min(relative.find('/', begin), relative.size());
      const std::string_view step = relative.substr(begin, slash - begin);
      begin = slash + 1;
      if (step.empty() || step == ".") continue;
      if (step == "..") {
        if (at.empty()) return std::nullopt;
        at = parent_of(at);
      } else at = below(at, step);
    }
    return at;
  }

  void add_with_values(const std::string& folder, const Node& meta, const std::string& name, const Value& outer, int depth) {
    Value values = values_of(folder);
    if (const Value* given = outer.find(name); given && given->is_map()) merge_maps(values, given->deep_copy(), true);
    const Value* globals = outer.find("global");
    add_chart(folder, meta, std::move(values), globals ? *globals : Value::of_map(), depth + 1);
  }

  static Value root_of(const Node& meta, const Value& values, const std::string& folder) {
    Value chart = Value::of_map();
    for (const Node::Member& member : meta.members) {
      std::string key = member.key;
      if (!key.empty()) key[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(key[0])));
      (*chart.map)[key] = Value::of_node(member.value);
    }
    for (const std::string_view field : {"Version", "AppVersion"})  // texts, whatever YAML makes of them
      if (const auto found = chart.map->find(field); found != chart.map->end()) found->second.kind = Node::Kind::string;
    const Value version = Value::of_map({{"Version", Value::of("v1.31.0")}, {"GitVersion", Value::of("v1.31.0")}, {"Major", Value::of("1")}, {"Minor", Value::of("31")}});
    return Value::of_map({{"Values", values},
                          {"Chart", chart},
                          {"Release", Value::of_map({{"Name", Value::of("release-name")}, {"Namespace", Value::of("default")}, {"Service", Value::of("Helm")}, {"IsInstall", Value::of_flag(true)}, {"IsUpgrade", Value::of_flag(false)}, {"Revision", Value::of_number(1)}})},
                          {"Capabilities", Value::of_map({{"KubeVersion", version}, {"APIVersions", Value::of_map()}, {"HelmVersion", Value::of_map({{"Version", Value::of("v3.16.0")}})}})},
                          {"Template", Value::of_map({{"Name", Value::of(folder + "/templates")}, {"BasePath", Value::of(folder + "/templates")}})},
                          {"Files", Value::of_map()},
                          {"Subcharts", Value::of_map()}});
  }

  void write(const Chart& chart) {
    for (const std::string& path : chart.templates) {
      Value root = Value::of_map(*chart.root.map);
      (*root.map)["Template"] = Value::of_map({{"Name", Value::of(path)}, {"BasePath", Value::of(below(chart.folder, "templates"))}});
      auto rendered = templates_.render(path, root);
      if (!rendered) {
        result_.gaps.push_back({path, "", "unsupported", "template not rendered at " + rendered.error().position + ": " + excerpt_of(rendered.error().what, 160)});
        continue;
      }
      if (rendered->text.find("kind:") == std::string::npos) continue;
      Error incomplete;
      auto documents = format::parse_yaml(rendered->text, *source_.limits, &incomplete);
      if (!documents) incomplete = documents.error();
      if (!incomplete.what.empty()) result_.gaps.push_back({path, "", "malformed", "what the template writes is no YAML: " + incomplete.what});
      if (!documents || documents->empty()) continue;
      for (Node& node : *documents) put_lines(node, rendered->lines);
      result_.files.push_back({path, std::move(*documents)});
    }
  }

  const Source& source_;
  std::string other_values_;  // a path; empty: the chart's own alone
  PackedCharts packed_;
  format::chart::Templates templates_;
  std::vector<Chart> charts_;
  std::size_t count_ = 0;
  RenderedChart result_;
};

}  // namespace

RenderedChart render_chart(const Source& source, const std::string& other_values) {
  if (!source.files || !source.open_file) return {};
  return Renderer(source, other_values).render();
}

std::vector<std::string> other_values_of(const Source& source) {
  std::vector<std::string> found;
  if (!source.files) return found;
  for (const std::string_view name : source.files->files_in(source.folder())) {
    const bool yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    const std::string_view stem = name.substr(0, name.rfind('.'));
    const bool begins = stem.starts_with("values") && stem.size() > 7 && std::string_view("-_.").find(stem[6]) != std::string_view::npos;
    const bool ends = stem.ends_with("-values") || stem.ends_with("_values") || stem.ends_with(".values");
    if (yaml && (begins || ends) && found.size() < kMostValues) found.push_back(below(source.folder(), name));
  }
  return found;
}

bool is_packed_subchart(const FileIndex* files, std::string_view path) {
  if (!files || !path.ends_with(".tgz")) return false;
  const std::string folder = parent_of(path);
  if (folder == "charts") return files->contains("Chart.yaml");
  return folder.ends_with("/charts") && files->contains(below(parent_of(folder), "Chart.yaml"));
}

bool is_chart_template(const FileIndex* files, std::string_view path) {
  if (!files) return false;
  for (std::size_t at = path.rfind("/templates/"); at != std::string_view::npos; at = at ? path.rfind("/templates/", at - 1) : std::string_view::npos)
    if (files->contains(std::string(path.substr(0, at)) + "/Chart.yaml")) return true;
  return path.starts_with("templates/") && files->contains("Chart.yaml");
}

bool is_subchart(const FileIndex* files, std::string_view folder) {
  const std::size_t at = folder.rfind("/charts/");
  if (files && folder.starts_with("charts/") && folder.find('/', 7) == std::string_view::npos) return files->contains("Chart.yaml");
  if (!files || at == std::string_view::npos || folder.find('/', at + 8) != std::string_view::npos) return false;
  return files->contains(std::string(folder.substr(0, at)) + "/Chart.yaml");
}

}  // namespace stormwatch::collect
