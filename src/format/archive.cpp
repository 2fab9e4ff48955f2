// SPDX-License-Identifier: Apache-2.0
#include "format/archive.h"

#include <zlib.h>

#include <algorithm>

#include "base/text.h"
#include "format/archive_parts.h"
#include "format/sniff_parts.h"

namespace stormwatch::format {

bool ArchiveVisit::count_member(std::size_t& members) const {
  if (members >= limits.archive_members || budget.members == 0) {
    gap("", "over-limit", "more than " + std::to_string(members) + " members; the rest was not read");
    return false;
  }
  ++members;
  --budget.members;
  return true;
}

void ArchiveVisit::check_name(const ArchiveMember& member) const {
  if (member.is_link && !member.link_target.starts_with('/')) {
    const std::size_t folders = static_cast<std::size_t>(std::ranges::count(member.name, '/'));
    std::size_t up = 0;
    for (std::string_view rest = member.link_target; rest.starts_with("../"); rest.remove_prefix(3)) ++up;
    if (up > folders) anomaly(member.name, "link-outside", "a link that leads outside the folder: " + member.link_target);
  }
  std::string path = member.name;
  std::ranges::replace(path, '\\', '/');
  const bool drive = path.size() >= 3 && path[1] == ':' && path[2] == '/';
  const bool above = path == ".." || path.starts_with("../") || path.find("/../") != std::string::npos || path.ends_with("/..");
  if (path.starts_with('/') || drive || above) anomaly(member.name, "path-traversal", "unpacking writes outside the folder: " + member.name);
}

std::uint64_t ArchiveVisit::expansion_limit() const {
  return std::max<std::uint64_t>(16 << 20, bytes.size() > limits.expanded_bytes / limits.expansion_ratio ? limits.expanded_bytes : bytes.size() * limits.expansion_ratio);
}

namespace {
/// Calls `take` with each piece; ends where that is false.
template <class F>
Inflated inflate_pieces(Bytes packed, std::uint64_t most, bool with_zlib_header, F&& take) {
  Inflated result;
  z_stream stream{};
  if (inflateInit2(&stream, with_zlib_header ? 15 : -15) != Z_OK) {
    result.broken = true;
    return result;
  }
  constexpr std::size_t kBlock = 64 << 10;
  std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, std::max<std::uint64_t>(most, 1))), '\0');
  std::uint64_t given = 0;
  while (result.produced < most) {
    if (stream.avail_in == 0 && given < packed.size()) {
      const auto part = static_cast<uInt>(std::min<std::uint64_t>(packed.size() - given, 1 << 30));
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + given));
      stream.avail_in = part;
      given += part;
    }
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(std::min<std::uint64_t>(block.size(), most - result.produced));
    const uInt room = stream.avail_out;
    const int state = inflate(&stream, Z_NO_FLUSH);
    const uInt got = room - stream.avail_out;
    if (!take(std::string_view(block).substr(0, got))) break;
    result.produced += got;
    if (state == Z_STREAM_END) {
      result.ended = true;
      break;
    }
    if (state != Z_OK || (got == 0 && stream.avail_in == 0)) {
      result.broken = true;
      break;
    }
  }
  result.used = given - stream.avail_in;
  inflateEnd(&stream);
  return result;
}
}  // namespace

Inflated inflate_bytes(Bytes packed, std::uint64_t most, bool with_zlib_header, bool keep) {
  std::string data;
  Inflated result = inflate_pieces(packed, most, with_zlib_header, [&](std::string_view piece) {
    if (keep) data += piece;
    return true;
  });
  result.data = std::move(data);
  return result;
}

Inflated inflate_into(SpooledBytes& into, Bytes packed, std::uint64_t most, bool with_zlib_header) {
  return inflate_pieces(packed, most, with_zlib_header, [&](std::string_view piece) { return into.append(as_bytes(piece)); });
}

namespace {
class InflatedContent final : public MemberContent {
 public:
  InflatedContent(const ArchiveVisit& work, std::string name) : work_(work), name_(std::move(name)) {}
  Bytes head() override {
    head_ = inflate_bytes(work_.bytes, kMemberHead, true).data;
    return as_bytes(head_);
  }
  Bytes read(std::uint64_t most, bool& cut) override {
    most = std::min({most, work_.expansion_limit(), work_.budget.bytes});
    SpooledBytes& data = data_.emplace();
    const Inflated whole = inflate_into(data, work_.bytes, most, true);
    work_.budget.take(whole.produced);
    cut = !whole.ended;
    if (whole.broken) work_.gap(name_, "malformed", "the compressed stream ends early or is damaged");
    const Bytes all = data.bytes();
    if (!data.trouble().empty()) cut = true, work_.gap(name_, "over-limit", "only the first " + std::to_string(all.size()) + " bytes were read: " + data.trouble());
    return all;
  }
  [[nodiscard]] bool stored() const override { return false; }

 private:
  const ArchiveVisit& work_;
  std::string name_, head_;
  std::optional<SpooledBytes> data_;
};
}  // namespace

namespace {
/// joblib's old header stands before the stream.
Bytes zlib_stream(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (!text.starts_with("ZF0x") || text.size() < 22) return bytes;
  return bytes.subspan(text[20] == ' ' ? 21 : 20);
}
}  // namespace

void visit_zlib(const ArchiveVisit& whole) {
  const ArchiveVisit work{whole.name, zlib_stream(whole.bytes), whole.limits, whole.budget, whole.visit, whole.notes};
  ArchiveMember member;
  member.name = work.name.substr(work.name.rfind('/') + 1);
  for (std::string_view ending : {".z", ".zlib"})
    if (lower(member.name).ends_with(ending)) member.name.resize(member.name.size() - ending.size());
  InflatedContent content(work, member.name);
  work.visit(member, content);
}

void visit_archive(std::string_view name, ContentKind kind, Bytes bytes, const Limits& limits, ExpansionBudget& budget,
                   const VisitMember& visit, std::vector<ArchiveNote>& notes) {
  const ArchiveVisit work{name, bytes, limits, budget, visit, notes};
  switch (kind) {
    case ContentKind::zip: visit_zip(work); break;
    case ContentKind::tar: visit_tar(work); break;
    case ContentKind::zlib: visit_zlib(work); break;
    default: visit_stream(work); break;
  }
}

}  // namespace stormwatch::format
