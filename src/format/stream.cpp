// SPDX-License-Identifier: Apache-2.0
// Archives that are read from front to back: 7z, ar, compressed tars, and compressed streams of one file, through libarchive.
//
// Only filters that libarchive carries itself are switched on: for others it would start programs.
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/text.h"
#include "format/archive_parts.h"
#include "format/sniff_parts.h"

namespace stormwatch::format {

namespace {
using Reader = std::unique_ptr<::archive, int (*)(::archive*)>;

std::string message_of(::archive* reader) {
  const char* text = archive_error_string(reader);
  return text ? text : "damaged";
}

/// Reads the current entry of a reader; counts what it expands.
class StreamedContent final : public MemberContent {
 public:
  StreamedContent(const ArchiveVisit& work, ::archive* reader, std::string name) : work_(work), reader_(reader), name_(std::move(name)) {}

  Bytes head() override {
    fill(kMemberHead);
    return as_bytes(head_);
  }
  Bytes read(std::uint64_t most, bool& cut) override {
    if (!ended_ && !failed_) fill(most + 1);  // one byte more tells whether this is all
    cut = failed_ || data_.size() > most;
    const Bytes bytes = data_.bytes();
    return bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, bytes.size())));
  }
  [[nodiscard]] bool stored() const override { return false; }
  [[nodiscard]] std::uint64_t taken() const { return data_.size(); }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Nothing more of the archive can be read.
  [[nodiscard]] bool fatal() const { return fatal_; }

 private:
  void fill(std::uint64_t wanted) {
    while (!ended_ && !failed_ && data_.size() < wanted) {
      const std::uint64_t had = data_.size();
      const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(wanted - had, had < 65536 ? 65536 : 1 << 18));
      if (had + part > work_.expansion_limit() || !work_.budget.take(part)) {
        failed_ = fatal_ = true;
        work_.gap(name_, "over-limit", "it expands to more than the limit");
        return;
      }
      if (block_.size() < part) block_.resize(part);
      const la_ssize_t got = archive_read_data(reader_, block_.data(), part);
      const auto count = static_cast<std::size_t>(std::max<la_ssize_t>(got, 0));
      if (head_.size() < kMemberHead) head_.append(block_, 0, std::min(count, kMemberHead - head_.size()));
      work_.budget.bytes += part - count;
      if (count > 0 && !data_.append(as_bytes(std::string_view(block_).substr(0, count)))) {
        failed_ = true;
        work_.gap(name_, "over-limit", "only the first " + std::to_string(data_.size()) + " bytes were read: " + data_.trouble());
        return;
      }
      if (got == 0) ended_ = true;
      if (got < 0) {
        failed_ = true;
        fatal_ = got == ARCHIVE_FATAL;
        const std::string why = message_of(reader_);
        const bool secret = why.find("ncrypt") != std::string::npos || why.find("assphrase") != std::string::npos;
        work_.gap(name_, secret ? "encrypted" : "malformed", why);
      }
    }
  }

  const ArchiveVisit& work_;
  ::archive* reader_;
  std::string name_;
  std::string head_, block_;
  SpooledBytes data_;
  bool ended_ = false, failed_ = false, fatal_ = false;
};

/// The name of the file in a compressed stream: the stream's without its ending.
std::string inner_name(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  const std::string small = lower(name);
  if (small.ends_with(".tgz") || small.ends_with(".txz") || small.ends_with(".tbz")) return std::string(name.substr(0, name.size() - 4)) + ".tar";
  for (std::string_view ending : {".gz", ".bz2", ".xz", ".zst", ".zstd", ".lz4", ".lzma", ".z"})
    if (small.ends_with(ending) && name.size() > ending.size()) return std::string(name.substr(0, name.size() - ending.size()));
  return std::string(name);
}

std::string name_of_entry(archive_entry* entry) {
  if (const char* utf8 = archive_entry_pathname_utf8(entry)) return utf8;
  if (const char* raw = archive_entry_pathname(entry)) return raw;
  return {};
}

bool open_reader(::archive* reader, Bytes bytes, bool as_one_file) {
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_bzip2(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_lzma(reader);
  archive_read_support_filter_lzip(reader);
  archive_read_support_filter_zstd(reader);
  archive_read_support_filter_lz4(reader);
  if (!as_one_file) {
    archive_read_support_format_tar(reader);
    archive_read_support_format_7zip(reader);
    archive_read_support_format_ar(reader);
  }
  archive_read_support_format_raw(reader);
  return archive_read_open_memory(reader, bytes.data(), bytes.size()) == ARCHIVE_OK;
}

/// Visits the members; false if there are none.
bool visit_members(const ArchiveVisit& work, bool as_one_file) {
  const Reader reader(archive_read_new(), archive_read_free);
  if (!reader || !open_reader(reader.get(), work.bytes, as_one_file)) {
    work.gap("", "malformed", reader ? message_of(reader.get()) : "out of memory");
    return true;
  }
  std::size_t members = 0;
  std::uint64_t expanded = 0;
  std::set<std::string, std::less<>> names;
  for (;;) {
    archive_entry* entry = nullptr;
    const int state = archive_read_next_header(reader.get(), &entry);
    if (state == ARCHIVE_EOF) return members > 0;
    if (state < ARCHIVE_WARN) {
      const std::string why = message_of(reader.get());
      work.gap("", why.find("ncrypt") != std::string::npos ? "encrypted" : "malformed", why + "; the rest was not read");
      return true;
    }
    const bool single = archive_format(reader.get()) == ARCHIVE_FORMAT_RAW;
    if (single && archive_filter_code(reader.get(), 0) == ARCHIVE_FILTER_NONE) return true;  // not packed: it would hold itself
    const bool objects = (archive_format(reader.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR;
    ArchiveMember member;
    member.name = single ? inner_name(work.name) : name_of_entry(entry);
    member.size = archive_entry_size_is_set(entry) ? static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0)) : 0;
    member.is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    const char* link = archive_entry_symlink(entry) ? archive_entry_symlink(entry) : archive_entry_hardlink(entry);
    member.is_link = link != nullptr;
    if (link) member.link_target = link;
    if (!work.count_member(members)) return true;
    if (objects && (member.name == "/" || member.name == "//")) continue;  // its symbol and name tables
    if (!single) work.check_name(member);
    if (archive_entry_is_encrypted(entry)) {
      work.gap(member.name, "encrypted", "the member is encrypted");
      continue;
    }
    // 7z made on Windows states no type: a file.
    const auto type = archive_entry_filetype(entry);
    if (member.is_folder || member.is_link || (!single && type != AE_IFREG && type != 0)) continue;
    if (!names.insert(member.name).second && !objects) work.anomaly(member.name, "duplicate-name", "the name stands more than once: readers differ in which they take");
    StreamedContent content(work, reader.get(), member.name);
    work.visit(member, content);
    if (content.fatal()) return true;
    // What was not read is expanded all the same to get past it.
    const std::uint64_t rest = member.size > content.taken() ? member.size - content.taken() : 0;
    expanded += content.taken() + rest;
    if (!single && (!work.budget.take(rest) || expanded > work.expansion_limit())) {
      work.gap("", "over-limit", "it expands to more than the limit; the rest was not read");
      return true;
    }
    if (single) return true;
  }
}

}  // namespace

namespace {
/// What a reader is given: a header that was made, then the bytes where they lie.
struct TwoPieces {
  std::string header;
  Bytes rest;
  int given = 0;
  static la_ssize_t next(::archive* /*reader*/, void* self, const void** piece) {
    auto& pieces = *static_cast<TwoPieces*>(self);
    if (pieces.given > 1) return 0;
    const Bytes bytes = pieces.given == 0 ? as_bytes(pieces.header) : pieces.rest;
    ++pieces.given;
    *piece = bytes.data();
    return static_cast<la_ssize_t>(bytes.size());
  }
};
}  // namespace

void expand_zip_member(const ArchiveVisit& work, Bytes packed, std::uint16_t method, std::uint16_t flags, std::uint32_t crc, std::uint64_t size, std::uint64_t most,
                       SpooledBytes& into, bool& cut) {
  constexpr std::uint64_t kMostPacked = 64 << 20;
  if (packed.size() > kMostPacked || size >= 0xffffffffU) return;
  // The library reads whole archives: one is made that holds this member only, its sizes stated.
  TwoPieces zip{std::string("PK\3\4", 4), packed};
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i, value >>= 8) zip.header += static_cast<char>(value & 255);
  };
  put(63, 2);
  put(flags & 2, 2);  // bit 1: how LZMA data end
  put(method, 2);
  put(0, 4);
  put(crc, 4);
  put(packed.size(), 4);
  put(size, 4);
  put(1, 2);
  put(0, 2);
  zip.header += 'm';
  const Reader reader(archive_read_new(), archive_read_free);
  archive_entry* entry = nullptr;
  if (!reader || archive_read_support_format_zip_streamable(reader.get()) != ARCHIVE_OK ||
      archive_read_open(reader.get(), &zip, nullptr, TwoPieces::next, nullptr) != ARCHIVE_OK || archive_read_next_header(reader.get(), &entry) != ARCHIVE_OK)
    return;
  most = std::min({most, work.expansion_limit(), work.budget.bytes});
  std::string block(static_cast<std::size_t>(std::min<std::uint64_t>(most + 1, 256 << 10)), '\0');
  for (;;) {
    const la_ssize_t got = archive_read_data(reader.get(), block.data(), block.size());
    const std::uint64_t room = most - into.size();
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(static_cast<std::uint64_t>(std::max<la_ssize_t>(got, 0)), room));
    cut = got < 0 || static_cast<std::uint64_t>(got) > room || !into.append(as_bytes(std::string_view(block).substr(0, count)));
    if (cut || got == 0) break;
  }
  work.budget.take(into.size());
}

void visit_stream(const ArchiveVisit& work) {
  // Zeros at the start of a compressed stream make it an empty tar to the library; then it is one file.
  const std::string_view all = as_text(work.bytes);
  if (all.starts_with("\x1f\x8b") && all.size() <= 64 && all.ends_with(std::string_view("\0\0\0\0", 4))) return;  // gzip of nothing
  if (!visit_members(work, false)) visit_members(work, true);
}

}  // namespace stormwatch::format
