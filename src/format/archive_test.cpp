// SPDX-License-Identifier: Apache-2.0
// Archives good and bad, made here byte by byte: what is read, what is noted, and that no cut of them does harm.
#include "format/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <map>

namespace stormwatch::format {
namespace {

using namespace std::literals;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8) out += static_cast<char>(value & 255);
}

std::string deflated(std::string_view data) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct ZipPart {
  std::string name, data;
  bool deflate = false;
  std::string local_name{};   // when it differs
  std::uint16_t flags = 0;
  bool listed = true;
  std::uint32_t wrong_crc = 0;
};

std::string make_zip(const std::vector<ZipPart>& parts, std::string_view before = "") {
  std::string out(before), directory;
  std::uint16_t count = 0;
  for (const ZipPart& part : parts) {
    const std::string packed = part.deflate ? deflated(part.data) : part.data;
    const auto crc = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(part.data.data()), static_cast<uInt>(part.data.size()))) ^ part.wrong_crc;
    const std::string local = part.local_name.empty() ? part.name : part.local_name;
    const std::size_t at = out.size() - before.size();
    std::string common;
    put(common, part.flags, 2);
    put(common, part.deflate ? 8 : 0, 2);
    put(common, 0, 4);
    put(common, crc, 4);
    put(common, packed.size(), 4);
    put(common, part.data.size(), 4);
    out += "PK\3\4\x14\0"s + common;
    put(out, local.size(), 2);
    put(out, 0, 2);
    out += local + packed;
    if (!part.listed) continue;
    ++count;
    directory += "PK\1\2\x14\0\x14\0"s + common;
    put(directory, part.name.size(), 2);
    put(directory, 0, 12);
    put(directory, at, 4);
    directory += part.name;
  }
  const std::size_t at = out.size() - before.size();
  out += directory + "PK\5\6\0\0\0\0"s;
  put(out, count, 2);
  put(out, count, 2);
  put(out, directory.size(), 4);
  put(out, at, 4);
  put(out, 0, 2);
  return out;
}

std::string tar_header(std::string name, std::size_t size, char type = '0', bool ustar = true, std::string link = "") {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  header.replace(100, 7, "0000644");
  char octal[16];
  std::snprintf(octal, sizeof octal, "%011zo", size);
  header.replace(124, 11, octal);
  header[156] = type;
  header.replace(157, link.size(), link);
  if (ustar) header.replace(257, 8, "ustar\00000"s);
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(octal, sizeof octal, "%06o", sum);
  header.replace(148, 7, octal, 7);
  return header;
}

std::string tar_member(const std::string& name, std::string data, char type = '0', bool ustar = true) {
  std::string out = tar_header(name, data.size(), type, ustar);
  data.resize((data.size() + 511) / 512 * 512);
  return out + data;
}

/// Packs with libarchive: 7z and compressed tars.
std::string packed_by_library(int format, int filter, const std::map<std::string, std::string>& members) {
  archive* writer = archive_write_new();
  if (format == ARCHIVE_FORMAT_AR_GNU) archive_write_set_format_ar_svr4(writer);
  else archive_write_set_format(writer, format);
  archive_write_add_filter(writer, filter);
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [name, data] : members) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(data.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(writer, entry);
    archive_write_data(writer, data.data(), data.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

struct Seen {
  std::vector<std::pair<std::string, std::string>> members;
  std::vector<ArchiveNote> notes;
  [[nodiscard]] std::string text(std::string_view name) const {
    for (const auto& [member, data] : members)
      if (member == name) return data;
    return "<absent>";
  }
  [[nodiscard]] bool noted(std::string_view word) const {
    for (const ArchiveNote& note : notes)
      if (note.word == word) return true;
    return false;
  }
};

Seen open_all(std::string_view name, std::string_view bytes, Limits limits = {}) {
  Seen seen;
  ExpansionBudget budget(limits);
  const Bytes all = as_bytes(bytes);
  const ContentKind kind = sniff(name, all.first(std::min<std::size_t>(4096, all.size())), all.size(), all.last(std::min<std::size_t>(512, all.size())));
  visit_archive(name, kind, all, limits, budget,
                [&](const ArchiveMember& member, MemberContent& content) {
                  bool cut = false;
                  (void)content.head();
                  seen.members.emplace_back(member.name, as_text(content.read(limits.member_bytes, cut)));
                },
                seen.notes);
  return seen;
}

TEST(Zip, reads_stored_and_deflated_members) {
  const Seen seen = open_all("a.zip", make_zip({{"a.txt", "alpha"}, {"b/c.txt", std::string(9000, 'x'), true}}));
  ASSERT_EQ(seen.members.size(), 2U);
  EXPECT_EQ(seen.text("a.txt"), "alpha");
  EXPECT_EQ(seen.text("b/c.txt"), std::string(9000, 'x'));
  EXPECT_TRUE(seen.notes.empty()) << seen.notes[0].word << seen.notes[0].detail;
}

TEST(Zip, gives_stored_members_in_place) {
  const std::string zip = make_zip({{"a.txt", "alpha"}});
  std::vector<ArchiveNote> notes;
  ExpansionBudget budget{Limits{}};
  visit_archive("a.zip", ContentKind::zip, as_bytes(zip), Limits{}, budget,
                [&](const ArchiveMember&, MemberContent& content) {
                  bool cut = false;
                  const Bytes bytes = content.read(~0ULL, cut);
                  EXPECT_GE(as_text(bytes).data(), zip.data());
                  EXPECT_LT(as_text(bytes).data(), zip.data() + zip.size());
                },
                notes);
}

TEST(Zip, reads_other_methods_of_compression) {
  // What Python's zipfile writes for a member "x" of 40 times 'a' with bzip2.
  const std::string packed = packed_by_library(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_BZIP2, {{"x", std::string(40, 'a')}});
  std::string zip = make_zip({{"x", packed}});
  const std::string data(40, 'a');
  const auto crc = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(data.data()), 40));
  for (const auto& [signature, at] : {std::pair{"PK\3\4"s, 6U}, std::pair{"PK\1\2"s, 8U}}) {
    std::string fields;
    put(fields, 0, 2);
    put(fields, 12, 2);
    put(fields, 0, 4);
    put(fields, crc, 4);
    put(fields, packed.size(), 4);
    put(fields, 40, 4);
    zip.replace(zip.find(signature) + at, fields.size(), fields);
  }
  EXPECT_EQ(open_all("a.zip", zip).text("x"), data);
}

TEST(Zip, reads_what_stands_after_a_program) {
  const Seen seen = open_all("tool.pyz", make_zip({{"__main__.py", "print(1)"}}, "#!/usr/bin/env python3\n"));
  EXPECT_EQ(seen.text("__main__.py"), "print(1)");
}

TEST(Zip, reads_without_a_directory) {
  std::string zip = make_zip({{"a.txt", "alpha"}, {"b.txt", std::string(5000, 'y'), true}});
  zip.resize(zip.find("PK\1\2"));
  const Seen seen = open_all("a.zip", zip);
  EXPECT_EQ(seen.text("a.txt"), "alpha");
  EXPECT_EQ(seen.text("b.txt"), std::string(5000, 'y'));
  EXPECT_TRUE(seen.noted("malformed"));
}

TEST(Zip, notes_what_misleads) {
  EXPECT_TRUE(open_all("a.zip", make_zip({{"a", "1", false, "b"}})).noted("name-mismatch"));
  EXPECT_TRUE(open_all("a.zip", make_zip({{"a", "1"}, {"hidden", "2", false, "", 0, false}, {"c", "3"}})).noted("hidden-member"));
  EXPECT_TRUE(open_all("a.zip", make_zip({{"a", "1"}, {"a", "2"}})).noted("duplicate-name"));
  EXPECT_TRUE(open_all("a.zip", make_zip({{"../../etc/x", "1"}})).noted("path-traversal"));
  EXPECT_TRUE(open_all("a.zip", make_zip({{"/etc/x", "1"}})).noted("path-traversal"));
  EXPECT_TRUE(open_all("a.zip", make_zip({{"a", "1", false, "", 0, true, 1}})).noted("crc-mismatch"));
  const Seen hidden = open_all("a.zip", make_zip({{"a", "1"}, {"hidden", "secret", true, "", 0, false}}));
  EXPECT_EQ(hidden.text("hidden"), "secret");
}

TEST(Zip, reads_plain_content_that_is_flagged_as_encrypted) {
  const Seen plain = open_all("a.zip", make_zip({{"a.txt", "a text that anyone can read", false, "", 1}, {"b", std::string(300, 'q'), true, "", 1}}));
  EXPECT_EQ(plain.text("a.txt"), "a text that anyone can read");
  EXPECT_EQ(plain.text("b"), std::string(300, 'q'));
  EXPECT_TRUE(plain.noted("encrypted-flag"));
  const Seen secret = open_all("a.zip", make_zip({{"a", "\x90\x01\x00\x9a\xf3\x07\x1b\xe1\x00\x00\xc3\x02"s, false, "", 1}}));
  EXPECT_TRUE(secret.members.empty());
  EXPECT_TRUE(secret.noted("encrypted"));
}

TEST(Zip, stops_a_bomb) {
  Limits limits;
  const Seen seen = open_all("a.zip", make_zip({{"zeros", std::string(100 << 20, '\0'), true}}), limits);
  EXPECT_TRUE(seen.noted("over-limit"));
  ASSERT_EQ(seen.members.size(), 1U);
  EXPECT_LE(seen.members[0].second.size(), 40U << 20);
}

TEST(Zip, counts_members) {
  std::vector<ZipPart> parts;
  for (int i = 0; i < 50; ++i) parts.push_back({std::to_string(i), "x"});
  Limits limits;
  limits.archive_members = 20;
  const Seen seen = open_all("a.zip", make_zip(parts), limits);
  EXPECT_EQ(seen.members.size(), 20U);
  EXPECT_TRUE(seen.noted("over-limit"));
}

TEST(Tar, reads_all_dialects) {
  const std::string tar = tar_member("old.txt", "v7", '\0', false) + tar_member("new.txt", "ustar") + tar_member("././@LongLink", std::string(150, 'n') + '\0', 'L') +
                          tar_member("short", "gnu") + tar_member("x", "22 path=long/pax/name\n", 'x') + tar_member("short", "pax") + std::string(1024, '\0');
  const Seen seen = open_all("a.tar", tar);
  EXPECT_EQ(seen.text("old.txt"), "v7");
  EXPECT_EQ(seen.text("new.txt"), "ustar");
  EXPECT_EQ(seen.text(std::string(150, 'n')), "gnu");
  EXPECT_EQ(seen.text("long/pax/name"), "pax");
  EXPECT_TRUE(seen.notes.empty());
}

TEST(Tar, notes_what_misleads_or_is_cut) {
  EXPECT_TRUE(open_all("a.tar", tar_member("../x", "1") + std::string(1024, '\0')).noted("path-traversal"));
  EXPECT_TRUE(open_all("a.tar", tar_header("l", 0, '2', true, "../../etc/passwd") + std::string(1024, '\0')).noted("link-outside"));
  EXPECT_TRUE(open_all("a.tar", tar_header("x", 100000) + "cut").noted("malformed"));
  std::string broken = tar_member("a", "1") + tar_member("b", "2");
  broken[1024 + 150] ^= 1;
  EXPECT_TRUE(open_all("a.tar", broken).noted("malformed"));
}

TEST(Stream, reads_compressed_tars_and_single_files) {
  const std::map<std::string, std::string> members{{"a.txt", "alpha"}, {"dir/b.txt", std::string(70000, 'b')}};
  for (int filter : {ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_LZ4}) {
    const Seen seen = open_all("a.tgz", packed_by_library(ARCHIVE_FORMAT_TAR_USTAR, filter, members));
    EXPECT_EQ(seen.text("a.txt"), "alpha") << filter;
    EXPECT_EQ(seen.text("dir/b.txt"), std::string(70000, 'b')) << filter;
    EXPECT_TRUE(seen.notes.empty());
    const Seen single = open_all("x/model.pkl.gz", packed_by_library(ARCHIVE_FORMAT_RAW, filter, {{"x", "content"}}));
    EXPECT_EQ(single.text("model.pkl"), "content") << filter;
  }
  const Seen seven = open_all("a.7z", packed_by_library(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, members));
  EXPECT_EQ(seven.text("dir/b.txt"), std::string(70000, 'b'));
  const Seen ar = open_all("a.deb", packed_by_library(ARCHIVE_FORMAT_AR_GNU, ARCHIVE_FILTER_NONE, {{"b.txt", "in ar"}}));
  EXPECT_EQ(ar.text("b.txt"), "in ar");
}

TEST(Stream, reads_a_7z_that_states_no_file_types) {
  // What 7-Zip writes on Windows for a file "a" of the text "hi": stored, attribute "archive" only.
  const std::string body = "\x01\x04\x06\x00\x01\x09\x02\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x02\x00\x08\x00\x00\x05\x01\x11\x05\x00"
                           "a\x00\x00\x00\x15\x06\x01\x00\x20\x00\x00\x00\x00\x00"s;
  std::string start;
  put(start, 2, 8);
  put(start, body.size(), 8);
  put(start, crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())), 4);
  std::string all = "7z\xbc\xaf\x27\x1c\x00\x04"s;
  put(all, crc32(0, reinterpret_cast<const Bytef*>(start.data()), static_cast<uInt>(start.size())), 4);
  EXPECT_EQ(open_all("a.7z", all + start + "hi" + body).text("a"), "hi");
}

TEST(Stream, stops_a_bomb) {
  uLongf size = compressBound(64 << 20);
  std::string zlib(size, '\0');
  const std::string zeros(64 << 20, '\0');
  compress(reinterpret_cast<Bytef*>(zlib.data()), &size, reinterpret_cast<const Bytef*>(zeros.data()), zeros.size());
  zlib.resize(size);
  const Seen seen = open_all("a.joblib", zlib);
  ASSERT_EQ(seen.members.size(), 1U);
  EXPECT_LE(seen.members[0].second.size(), 32U << 20);
  const Seen gz = open_all("a.gz", packed_by_library(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_GZIP, {{"x", zeros}}));
  EXPECT_TRUE(gz.noted("over-limit"));
}

TEST(Archive, survives_every_cut_and_flip) {
  const std::map<std::string, std::string> members{{"a.txt", "alpha"}, {"dir/b.bin", std::string(3000, '\x01')}};
  const std::string archives[] = {
      make_zip({{"a.txt", std::string(700, 'a')}, {"b.txt", std::string(9000, 'x'), true}, {"c", "3"}}),
      tar_member("a.txt", std::string(700, 'a')) + tar_member("b", "2") + std::string(1024, '\0'),
      packed_by_library(ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE, members),
      packed_by_library(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP, members),
      packed_by_library(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD, members),
      packed_by_library(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ, members),
  };
  for (const std::string& archive : archives) {
    for (std::size_t length = 1; length < archive.size(); length += archive.size() > 2000 ? 100 : 7) (void)open_all("a.bin", archive.substr(0, length));
    for (std::size_t at = 0; at < archive.size(); at += 13) {
      std::string flipped = archive;
      flipped[at] = static_cast<char>(flipped[at] ^ 0xff);
      (void)open_all("a.bin", flipped);
    }
  }
}

}  // namespace
}  // namespace stormwatch::format
