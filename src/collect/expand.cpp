// SPDX-License-Identifier: Apache-2.0
#include "collect/expand.h"

#include <algorithm>

#include "format/numpy.h"
#include "posture/context.h"
#include "base/file.h"
#include "collect/read_source.h"

namespace stormwatch::collect {

namespace {
using format::ContentKind;
constexpr std::uint64_t kStoredCharge = 16 << 20;  ///< what reading a stored binary counts at most: its parser skips the bulk
constexpr std::uint64_t kUnknownSize = 1ULL << 62;
constexpr std::size_t kMostWhiteouts = 100'000;

bool is_model_kind(ContentKind kind) {
  switch (kind) {
    case ContentKind::pickle:
    case ContentKind::numpy:
    case ContentKind::safetensors:
    case ContentKind::gguf:
    case ContentKind::ggml:
    case ContentKind::hdf5:
    case ContentKind::protobuf:
    case ContentKind::flatbuffer: return true;
    default: return false;
  }
}

/// Members that only archives of models have, whose weights may be an archive again.
bool is_model_part(std::string_view member) {
  return member == "MAR-INF/MANIFEST.json" || member == "model_config.yaml" || member == "./model_config.yaml" || member.ends_with("model_weights.ckpt");
}

class Expansion {
 public:
  Expansion(const Run& run, const Source& container, std::size_t depth, format::ExpansionBudget& budget, FileResult& result)
      : run_(run), container_(container), depth_(depth), budget_(budget), result_(result) {}

  void visit(const format::ArchiveMember& member, format::MemberContent& content) {
    Source source = source_of(run_, container_.path);
    source.path = container_.path;
    const std::string shown = shown_member(member.name);
    source.member = container_.member.empty() ? shown : container_.member + "!/" + shown;
    source.name = shown.substr(shown.rfind('/') + 1);
    if (source.name.starts_with(".wh.") && result_.whiteouts.size() < kMostWhiteouts) result_.whiteouts.push_back(source.place());
    source.container_kind = depth_ == 0 ? container_.kind : container_.container_kind;
    source.context = container_.context.empty() ? context_of(shown) : container_.context;
    const Bytes head = content.head();
    if (content.stored() && (!released_ || head.data() > released_ + (8 << 20))) release_pages_before(released_ = head.data());
    source.size = member.size ? member.size : head.size() < 4096 ? head.size() : kUnknownSize;
    source.size = std::max<std::uint64_t>(source.size, head.size());
    source.kind = format::sniff(shown, head, source.size);
    holds_model_ |= is_model_kind(source.kind) || is_model_part(member.name);
    source.bytes = head;

    const bool nested = format::is_container(source.kind);
    if (nested && depth_ + 1 >= run_.limits.archive_depth) return add_gap(result_, source, "too-deep", "an archive within " + std::to_string(depth_ + 1) + " archives was not opened");
    if (!nested && !format::is_text(source.kind) && !is_wanted(run_, source)) return;
    if (source.kind == ContentKind::numpy && !content.stored() && format::holds_plain_numbers(head)) {
      source.cut = source.size > head.size();  // the header says all; a matrix of zeros expands to gigabytes
    } else if (!take(source, content)) {
      return;
    }
    if (!nested || is_wanted(run_, source)) read_source(run_, source, result_);
    if (nested) expand(run_, source, depth_ + 1, budget_, result_);
  }
  [[nodiscard]] bool holds_model() const { return holds_model_; }

 private:
  /// Gives the source its bytes, within the limits and the budget.
  bool take(Source& source, format::MemberContent& content) {
    const bool text = format::is_text(source.kind);
    const bool rows = text && is_rows(source.kind, source.bytes);
    const std::uint64_t most = text && !rows ? run_.limits.text_bytes + 1 : run_.limits.member_bytes;
    // Stored bytes are no cost of memory: a model of any size is read where it lies.
    source.bytes = content.read(content.stored() && (!text || rows) ? ~0ULL : most, source.cut);
    if (text && !rows && content.stored()) {
      bool whole_cut = false;
      source.whole = content.read(~0ULL, whole_cut);
    }
    if (content.stored() && !budget_.take(std::min<std::uint64_t>(source.bytes.size(), text && !rows ? most : kStoredCharge))) {
      add_gap(result_, source, "over-limit", "the archive as a whole costs more than the limit");
      return false;
    }
    if (source.cut && (!text || rows) && source.bytes.size() >= most) add_gap(result_, source, "over-limit", "only the first " + std::to_string(most) + " bytes were read");
    if (!source.cut || source.size == kUnknownSize) source.size = source.bytes.size();
    return true;
  }

  const Run& run_;
  const Source& container_;
  std::size_t depth_;
  format::ExpansionBudget& budget_;
  FileResult& result_;
  bool holds_model_ = false;
  const std::byte* released_ = nullptr;  ///< pages of a large stored archive before it were handed back
};

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Oddities of an archive that holds a model are sightings on the model; of any other they say what may not have been seen.
void report_notes(const Source& container, const std::vector<format::ArchiveNote>& notes, bool holds_model, FileResult& result) {
  Observation said;
  const Place artifact = container.artifact();
  const std::string path = artifact.member.empty() ? artifact.path : artifact.path + "!/" + artifact.member;
  Asset model = make_asset("file:" + path, path.substr(path.rfind('/') + 1), ModelFacts{}, artifact);
  for (const format::ArchiveNote& note : notes) {
    const std::string shown = shown_member(note.member);
    const std::string member = note.member.empty() ? container.member : container.member.empty() ? shown : container.member + "!/" + shown;
    if (!note.anomaly) {
      said.gaps.push_back({container.path, member, note.word, excerpt_of(note.detail)});
    } else if (holds_model) {
      model.sightings.push_back({.what = "container-anomaly", .subject = note.word, .detail = excerpt_of(note.detail), .excerpt = excerpt_of(note.member),
                                 .place = {.path = container.path, .member = member}});
    } else {
      said.gaps.push_back({container.path, member, "malformed", note.word + ": " + excerpt_of(note.detail)});
    }
  }
  if (!model.sightings.empty()) said.add(std::move(model));
  if (!said.assets.empty() || !said.gaps.empty()) result.observations.push_back(std::move(said));
}
}  // namespace

std::string shown_member(std::string_view name) {
  if (name.starts_with("./")) name.remove_prefix(2);
  constexpr std::string_view kBlobs = "blobs/sha256/", kLayer = "/layer.tar";
  if (name.starts_with(kBlobs) && is_hex_digest(name.substr(kBlobs.size()))) return std::string(name.substr(kBlobs.size(), 12));
  if (name.ends_with(kLayer) && is_hex_digest(name.substr(0, name.size() - kLayer.size()))) return std::string(name.substr(0, 12));
  return shown_path(name);
}

void expand(const Run& run, const Source& container, std::size_t depth, format::ExpansionBudget& budget, FileResult& result) {
  std::vector<format::ArchiveNote> notes;
  Expansion expansion(run, container, depth, budget, result);
  format::visit_archive(
      container.name, container.kind, container.bytes, run.limits, budget,
      [&](const format::ArchiveMember& member, format::MemberContent& content) { expansion.visit(member, content); }, notes);
  if (!notes.empty()) report_notes(container, notes, expansion.holds_model(), result);
}

}  // namespace stormwatch::collect
