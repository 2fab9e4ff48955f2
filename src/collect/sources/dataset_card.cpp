// SPDX-License-Identifier: Apache-2.0
// What stands about a data set beside its rows: the card of a Hugging Face repository, dataset_info.json and
// state.json of the datasets library, Croissant, Data Package, DVC.
//
// Each makes one asset of its folder's data set with licence, sources, splits and languages. What the words say is believed as said;
// whether the rows agree is not judged here.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/dataset/column.h"
#include "format/document.h"

namespace stormwatch::collect {

namespace {

constexpr std::size_t kListed = 40;

/// The YAML between the first two lines of "---"; empty if there is none.
std::string_view front_matter(std::string_view text) {
  if (!text.starts_with("---\n") && !text.starts_with("---\r\n")) return {};
  const std::size_t begin = text.find('\n') + 1, end = text.find("\n---", begin - 1);
  return end == std::string_view::npos || end < begin ? std::string_view{} : text.substr(begin, end - begin);
}

bool is_dataset_card(const Source& source) {
  if (source.kind != format::ContentKind::markdown || lower(source.name) != "readme.md") return false;
  const std::string_view matter = front_matter(source.text.substr(0, 256 << 10));
  for (const std::string_view key : {"task_categories:", "dataset_info:", "size_categories:", "source_datasets:", "annotations_creators:", "language_creators:", "task_ids:", "configs:"})
    if (matter.starts_with(key) || matter.find("\n" + std::string(key)) != std::string_view::npos) return true;
  return false;
}

bool is_croissant(const Source& source) {
  return source.kind == format::ContentKind::json && source.text.substr(0, 16 << 10).find("mlcommons.org/croissant") != std::string_view::npos;
}

/// What `save_to_disk` of datasets writes beside its Arrow files.
bool is_state(const Source& source) { return source.name == "state.json" && source.text.find("\"_data_files\"") != std::string_view::npos; }

bool wants(const Source& source) {
  if (source.text.empty() || source.cut) return false;
  const bool json = source.kind == format::ContentKind::json;
  return is_dataset_card(source) || is_croissant(source) || (json && (source.name == "dataset_info.json" || source.name == "datapackage.json" || is_state(source))) ||
         (source.name.ends_with(".dvc") && source.text.find("outs:") != std::string_view::npos);
}

/// A scalar, or the scalars of a list; of maps their "name", "url" or "id".
Texts texts_of(const Node* node) {
  Texts texts;
  if (!node) return texts;
  const auto add = [&](const Node& item) {
    std::string_view text = item.is_scalar() ? std::string_view(item.scalar) : std::string_view{};
    for (const std::string_view key : {"name", "config_name", "url", "id", "path"})
      if (item.is_map() && text.empty()) text = item.text(key);
    if (!text.empty() && texts.size() < kListed) texts.push_back(excerpt_of(text, 120));
  };
  if (node->is_list())
    for (const Node& item : node->items) add(item);
  else add(*node);
  return texts;
}

std::string joined(const Texts& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return excerpt_of(all, 200);
}

void read_splits(const Node& node, DatasetFacts& facts) {
  const Node* info = node.find("dataset_info");
  const Node* splits = info && info->is_map() ? info->find("splits") : node.find("splits");
  if (!splits) return;
  std::int64_t rows = 0;
  const auto add = [&](std::string_view name, const Node& split) {
    if (facts.splits.size() < kListed && !name.empty()) facts.splits.push_back(excerpt_of(name, 60));
    if (const Node* count = split.find("num_examples"))
      if (const auto number = count->as_number(); number && *number > 0 && *number < 1e15) rows += static_cast<std::int64_t>(*number);
  };
  if (splits->is_map())
    for (const Node::Member& member : splits->members) add(member.key, member.value);
  else
    for (const Node& split : splits->items) add(split.text("name"), split);
  if (rows > 0) facts.rows = rows;
}

void read_card(const Source& source, const Node& card, DatasetFacts& facts) {
  facts.format = "dataset-card";
  facts.licence = joined(texts_of(card.find("license")));
  facts.languages = texts_of(card.find("language"));
  facts.source = joined(texts_of(card.find("source_datasets")));
  read_splits(card, facts);
  const std::string body = lower(source.text.substr(0, 512 << 10));
  const auto says = [&](std::initializer_list<std::string_view> words) { return std::ranges::any_of(words, [&](std::string_view word) { return body.find(word) != std::string::npos; }); };
  facts.provenance = !facts.source.empty() || says({"# source data", "# data collection", "# dataset creation", "# curation rationale", "# data source"});
  const std::string creators = joined(texts_of(card.find("annotations_creators"))) + joined(texts_of(card.find("language_creators")));
  if (creators.find("crowdsourced") != std::string::npos || says({"user-generated", "user generated", "crowdsourced", "crowd-sourced", "reddit", "tweets", "stack exchange", "stackoverflow", "forum posts", "sharegpt"})) facts.user_generated = true;
  if (creators.find("found") != std::string::npos || says({"common crawl", "web crawl", "scraped from", "crawled from", "wikipedia", "web-scraped"})) facts.public_source = true;
}

void read_croissant(const Source& source, const Node& card, DatasetFacts& facts, Asset& asset) {
  facts.format = "croissant";
  const Node* licence = card.find("license");
  facts.licence = joined(texts_of(licence ? licence : card.find("sc:license")));
  facts.source = excerpt_of(card.text("url"), 200);
  const Node* files = card.find("distribution");
  if (!files || !files->is_list()) return;
  std::size_t remote = 0, unchecked = 0;
  std::string first;
  for (const Node& file : files->items) {
    const std::string_view url = file.text("contentUrl");
    if (!url.starts_with("http")) continue;
    ++remote;
    // A file made by another one of the list has no digest of its own.
    if (!file.text("sha256").empty() || !file.text("md5").empty() || file.find("containedIn") || url.find("huggingface.co") != std::string_view::npos) continue;
    if (++unchecked == 1) first = excerpt_of(url, 150);
  }
  if (unchecked == 0) return;
  asset.sightings.push_back({.what = "data-anomaly", .subject = "url-rows-without-digest", .detail = std::to_string(unchecked) + " of " + std::to_string(remote) + " files of the description are fetched and have no digest",
                             .excerpt = first, .place = source.place(), .confidence = Confidence::medium, .context = source.context});
}

void read_dvc(const Node& pointer, DatasetFacts& facts) {
  facts.format = "dvc";
  if (const Node* outs = pointer.find("outs"); outs && outs->is_list() && !outs->items.empty()) {
    facts.digest = excerpt_of(outs->items[0].text("md5"), 80);
    if (const Node* size = outs->items[0].find("size"))
      if (const auto bytes = size->as_number(); bytes && *bytes >= 0 && *bytes < 1e18) facts.bytes = static_cast<std::int64_t>(*bytes);
  }
  if (const Node* deps = pointer.find("deps"); deps && deps->is_list() && !deps->items.empty()) facts.source = excerpt_of(deps->items[0].text("path"), 200);
}

Result<Observation> read(const Source& source) {
  Observation seen;
  const bool markdown = source.kind == format::ContentKind::markdown, yaml = markdown || source.name.ends_with(".dvc");
  Node document;
  if (yaml) {
    auto documents = format::parse_yaml(markdown ? front_matter(source.text) : source.text, *source.limits);
    if (!documents) return std::unexpected(documents.error());
    if (documents->empty()) return seen;
    document = std::move(documents->front());
  } else {
    auto parsed = format::parse_json(source.text, *source.limits);
    if (!parsed) return std::unexpected(parsed.error());
    document = std::move(*parsed);
  }
  if (!document.is_map()) return seen;
  const std::string folder = source.folder().empty() ? "." : std::string(source.folder());
  std::string name = excerpt_of(document.text("pretty_name", document.text("name", document.text("dataset_name", folder.substr(folder.rfind('/') + 1)))), 120);
  Asset asset = make_asset("data:" + source.path + (source.member.empty() ? "" : "!/" + source.member), std::move(name), DatasetFacts{}, source.place());
  auto& facts = std::get<DatasetFacts>(asset.facts);
  facts.has_card = true;
  if (markdown) {
    read_card(source, document, facts);
  } else if (yaml) {
    facts.has_card.reset();
    read_dvc(document, facts);
  } else if (is_croissant(source)) {
    read_croissant(source, document, facts, asset);
  } else if (source.name == "datapackage.json") {
    if (!document.find("resources")) return seen;
    facts.format = "data-package";
    facts.licence = joined(texts_of(document.find("licenses")));
    facts.source = joined(texts_of(document.find("sources")));
  } else if (source.name == "state.json") {
    facts.has_card.reset();
    facts.format = "dataset-state";
    if (const std::string_view split = document.text("_split"); !split.empty() && split != "null") facts.splits.push_back(excerpt_of(split, 60));
    facts.digest = excerpt_of(document.text("_fingerprint"), 80);
  } else {
    if (!document.find("features") && !document.find("splits")) return seen;
    // Written by the library for every set: a card only where somebody put words into it.
    if (document.text("description").empty() && document.text("license").empty()) facts.has_card.reset();
    facts.format = "dataset-info";
    facts.licence = excerpt_of(document.text("license"), 200);
    facts.source = excerpt_of(document.text("homepage"), 200);
    read_splits(document, facts);
  }
  seen.add(std::move(asset));
  return seen;
}

constexpr FormatRow kFormats[] = {{"dataset-card", "front matter of a README with keys of data sets"},
                                  {"croissant", "JSON-LD that conforms to mlcommons.org/croissant", {"data-url-split-view"}},
                                  {"data-package", "datapackage.json with resources"},
                                  {"dvc", "a pointer file with outs"},
                                  {"dataset-state", "state.json with _data_files, as datasets.save_to_disk writes it"},
                                  {"dataset-info", "dataset_info.json with features or splits"}};

}  // namespace

extern const Collector dataset_card;
const Collector dataset_card{.name = "dataset-card", .wants = wants, .read = read, .formats = kFormats};

}  // namespace stormwatch::collect
