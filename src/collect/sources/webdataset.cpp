// SPDX-License-Identifier: Apache-2.0
// WebDataset: a tar whose members are samples, one group a key: "000001.jpg", "000001.txt", "000001.json" stand side by side.
//
// Texts of a sample are its row's cells. Other members (pictures, pickles) are read as members of the archive by their own collectors.
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/dataset/column.h"
#include "collect/dataset/content.h"
#include "format/archive.h"

namespace stormwatch::collect {

namespace {

constexpr std::size_t kText = 1 << 20;

bool wants(const Source& source) { return source.kind == format::ContentKind::tar; }

bool is_text_part(std::string_view ending) {
  static constexpr std::array<std::string_view, 8> endings{"txt", "text", "json", "cls", "caption", "transcript", "cls2", "id"};
  return std::ranges::find(endings, ending) != endings.end();
}

/// The samples of one archive, as they come.
class Samples {
 public:
  explicit Samples(const Source& source) : content_(source, source.path) {}

  void add(const format::ArchiveMember& member, format::MemberContent& bytes) {
    if (member.is_folder || member.is_link) return;
    const std::size_t slash = member.name.rfind('/'), begin = slash == std::string::npos ? 0 : slash + 1;
    const std::size_t dot = member.name.find('.', begin);
    if (dot == std::string::npos || dot == begin) {
      ++others_;
      return;
    }
    const std::string key = member.name.substr(0, dot), ending = lower(std::string_view(member.name).substr(dot + 1));
    if (key != key_) end_sample();
    key_ = key;
    if (ending.size() > 40 || (endings_.size() >= 100 && !endings_.contains(ending))) return;
    endings_.insert(ending);
    parts_.push_back(ending);
    if (!is_text_part(ending) || texts_.size() > 50) return;
    bool cut = false;
    texts_.emplace_back(*endings_.find(ending), std::string(as_text(bytes.read(kText, cut))));
  }

  void end_sample() {
    if (parts_.empty()) return;
    ++samples_;
    if (parts_.size() > 1) ++grouped_;
    std::vector<Cell> cells;
    for (const auto& [ending, text] : texts_) cells.push_back({ending, text});
    if (!cells.empty()) content_.read(Row{.number = samples_, .cells = cells});
    parts_.clear();
    texts_.clear();
  }

  /// Most keys have several members: files of a folder that was packed do not.
  [[nodiscard]] bool are_samples() const { return samples_ >= 3 && grouped_ * 10 >= samples_ * 8 && others_ * 10 <= samples_; }

  void finish(Observation& seen, Asset& asset) {
    auto& facts = std::get<DatasetFacts>(asset.facts);
    facts.rows = static_cast<std::int64_t>(samples_);
    facts.columns.assign(endings_.begin(), endings_.end());
    facts.shape = endings_.contains("cls") ? "classification" : "samples";
    content_.finish(seen, asset);
  }

 private:
  DatasetContent content_;
  std::string key_;
  std::vector<std::string> parts_;
  std::vector<std::pair<std::string_view, std::string>> texts_;  ///< the names are those of `endings_`, which stay where they are
  std::set<std::string> endings_;
  std::uint64_t samples_ = 0, grouped_ = 0, others_ = 0;
};

Result<Observation> read(const Source& source) {
  Observation seen;
  Samples samples(source);
  const Limits limits = source.limits ? *source.limits : Limits{};
  format::ExpansionBudget budget(limits);
  std::vector<format::ArchiveNote> notes;  // the runner's own walk reports them
  format::visit_archive(source.name, source.kind, source.bytes, limits, budget,
                        [&](const format::ArchiveMember& member, format::MemberContent& content) { samples.add(member, content); }, notes);
  samples.end_sample();
  if (!samples.are_samples()) return seen;
  const std::string path = source.member.empty() ? source.path : source.path + "!/" + source.member;
  DatasetFacts facts;
  facts.format = "webdataset";
  facts.bytes = static_cast<std::int64_t>(source.size);
  if (const std::string split = split_of(path); !split.empty()) facts.splits.push_back(split);
  Asset asset = make_asset("file:" + path, source.name, facts, source.place());
  samples.finish(seen, asset);
  seen.add(std::move(asset));
  return seen;
}

constexpr FormatRow kFormats[] = {{"webdataset", "members of a tar grouped by key", {"personal-data-in-dataset", "content-prompt-injection"}}};

}  // namespace

extern const Collector webdataset;
const Collector webdataset{.name = "webdataset", .wants = wants, .read = read, .formats = kFormats};

}  // namespace stormwatch::collect
