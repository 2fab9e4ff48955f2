// SPDX-License-Identifier: Apache-2.0
#include "collect/config_maps.h"

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "collect/read_source.h"
#include "format/document.h"
#include "format/sniff.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostKeys = 200;
constexpr std::string_view kSecrets = "secrets";  // the collector that has read the whole manifest

struct Carried {
  std::string name;
  std::string_view text;
  std::uint32_t line = 0;   ///< of the text's first line, from 1
  bool literal = false;     ///< a block that stands line for line in the manifest
  std::string resource;
};

/// The lines of a text, found once.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at != std::string_view::npos; at = text.find('\n', at)) starts_.push_back(at == 0 && starts_.empty() ? 0 : ++at);
  }
  [[nodiscard]] std::string_view at(std::uint32_t line) const {
    if (line == 0 || line > starts_.size()) return {};
    const std::size_t begin = starts_[line - 1];
    return text_.substr(begin, std::min(text_.find('\n', begin), text_.size()) - begin);
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

// "config.yaml: |-", also with a hint of its indentation or a remark behind it.
bool opens_literal(std::string_view line) {
  line = line.substr(0, line.find(" #"));
  const std::size_t bar = line.rfind('|');
  return bar != std::string_view::npos && line.find_first_not_of("+-0123456789 \t\r", bar + 1) == std::string_view::npos;
}

// One key more than is read says that there are more.
std::vector<Carried> carried_by(const Node& root, const Lines& lines) {
  std::vector<Carried> all;
  const Node* data = root.find("data");
  if (root.text("kind") != "ConfigMap" || !data) return all;
  const Node* metadata = root.find("metadata");
  const std::string_view name = metadata ? metadata->text("name") : "", space = metadata ? metadata->text("namespace", "default") : "default";
  for (const Node::Member& member : data->members) {
    if (all.size() > kMostKeys) break;
    if (!member.value.is_string() || !holds(member.value.scalar, "\n")) continue;
    const bool literal = opens_literal(lines.at(member.line));
    all.push_back({member.key, member.value.scalar, member.line + (literal ? 1 : 0), literal, "ConfigMap/" + std::string(space) + "/" + std::string(name) + "/" + member.key});
  }
  return all;
}

/// Moves what was seen in the text of a key to where the manifest has it.
class Moving {
 public:
  Moving(const Source& manifest, const std::string& path, const Carried& carried) : manifest_(manifest), path_(path), carried_(carried) {}

  void move(Observation& seen) const {
    for (Asset& asset : seen.assets) {
      std::ranges::for_each(asset.places, [&](Place& place) { move(place); });
      std::ranges::for_each(asset.sightings, [&](Sighting& one) { move(one.place); });
      visit_fields([&](std::string_view, auto& field) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, Configuration>) move(field);
      }, asset.facts);
    }
    for (Relation& relation : seen.relations) std::ranges::for_each(relation.evidence, [&](Place& place) { move(place); });
    for (PackageRemark& remark : seen.remarks) move(remark.sighting.place);
    for (Gap& gap : seen.gaps) {
      if (gap.path != path_) continue;
      gap.path = manifest_.path;
      gap.member = manifest_.member;
      gap.detail = carried_.resource + ": " + gap.detail;
    }
  }

 private:
  [[nodiscard]] std::uint32_t moved(std::uint32_t line) const { return carried_.literal && line > 0 ? line + carried_.line - 1 : carried_.line; }
  void move(Place& place) const {
    if (place.path != path_) return;
    place.path = manifest_.path;
    place.member = manifest_.member;
    place.line = moved(place.line);
    place.column = 0;
    place.offset = -1;
    if (place.resource.empty()) place.resource = carried_.resource;
  }
  void move(Node& node) const {
    node.line = moved(node.line);
    for (Node& item : node.items) move(item);
    for (Node::Member& member : node.members) {
      member.line = moved(member.line);
      move(member.value);
    }
  }
  void move(Configuration& tree) const {
    if (!tree) return;
    auto copy = std::make_shared<Node>(*tree);
    move(*copy);
    tree = std::move(copy);
  }

  const Source& manifest_;
  const std::string& path_;
  const Carried& carried_;
};

void read_carried(const Run& run, const Source& manifest, const Carried& carried, FileResult& result) {
  const std::string path = manifest.path + (manifest.member.empty() ? "" : "!/" + manifest.member) + "/" + carried.name;
  Source source = source_of(run, path);
  source.path = path;
  source.context = manifest.context;
  source.bytes = as_bytes(carried.text);
  source.size = carried.text.size();
  source.kind = format::sniff(carried.name, source.bytes, source.size);
  if (!format::is_text(source.kind)) return;
  FileResult seen;
  read_source(run, source, seen);
  const Moving moving(manifest, path, carried);
  for (Observation& observation : seen.observations) {
    moving.move(observation);
    result.observations.push_back(std::move(observation));
  }
}

}  // namespace

void read_config_maps(const Run& run, const Source& manifest, FileResult& result) {
  if (manifest.kind != format::ContentKind::yaml || manifest.cut || !holds(manifest.text, "kind: ConfigMap") || !holds(manifest.text, "\ndata:")) return;
  const auto documents = format::parse_yaml(manifest.text, run.limits);
  if (!documents) return;  // the reader of manifests says so
  std::vector<const Collector*> readers;
  std::ranges::copy_if(run.collectors, std::back_inserter(readers), [](const Collector* one) { return one->name != kSecrets; });
  Run inner = run;
  inner.collectors = readers;
  const Lines lines(manifest.text);
  std::size_t count = 0;
  for (const Node& root : *documents)
    for (const Carried& carried : carried_by(root, lines)) {
      if (++count > kMostKeys) return add_gap(result, manifest, "over-limit", "more than " + std::to_string(kMostKeys) + " keys of ConfigMaps; the rest were not read as files");
      // None within another.
      if (!holds(carried.text, "kind: ConfigMap")) read_carried(inner, manifest, carried, result);
    }
}

}  // namespace stormwatch::collect
