// SPDX-License-Identifier: Apache-2.0
// Tar: v7, ustar, GNU long names and pax records (POSIX.1-2017, pax). Members are spans of the archive.
#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "format/archive_parts.h"

namespace stormwatch::format {

namespace {
constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kMostExtended = 1 << 20;

std::string_view text_field(std::string_view header, std::size_t at, std::size_t length) {
  const std::string_view field = header.substr(at, length);
  return field.substr(0, field.find('\0'));
}

/// Octal digits, or GNU's base 256 when the first bit is set.
std::optional<std::uint64_t> number_field(std::string_view header, std::size_t at, std::size_t length) {
  const std::string_view field = header.substr(at, length);
  if (static_cast<unsigned char>(field[0]) & 0x80) {
    std::uint64_t value = static_cast<unsigned char>(field[0]) & 0x7f;
    for (std::size_t i = 1; i < length; ++i) {
      if (value >> 55) return std::nullopt;
      value = (value << 8) | static_cast<unsigned char>(field[i]);
    }
    return value;
  }
  std::uint64_t value = 0;
  std::size_t i = 0;
  while (i < length && field[i] == ' ') ++i;
  for (; i < length && field[i] >= '0' && field[i] <= '7'; ++i) value = value * 8 + static_cast<std::uint64_t>(field[i] - '0');
  if (i < length && field[i] != ' ' && field[i] != '\0') return std::nullopt;
  return value;
}

bool checksum_holds(std::string_view header) {
  const std::optional<std::uint64_t> stated = number_field(header, 148, 8);
  std::uint64_t sum = 0;
  std::int64_t signed_sum = 0;  // what some old programs wrote
  for (std::size_t i = 0; i < kBlock; ++i) {
    const char c = i >= 148 && i < 156 ? ' ' : header[i];
    sum += static_cast<unsigned char>(c);
    signed_sum += static_cast<signed char>(c);
  }
  return stated && (*stated == sum || static_cast<std::int64_t>(*stated) == signed_sum);
}

/// "LENGTH key=value\n" records.
void read_pax(std::string_view text, std::map<std::string, std::string, std::less<>>& records) {
  while (!text.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || length <= digits + 2 || length > text.size() || text[digits] != ' ') return;
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    if (const std::size_t equal = record.find('='); equal != std::string_view::npos) records[std::string(record.substr(0, equal))] = record.substr(equal + 1);
    text.remove_prefix(length);
  }
}
}  // namespace

void visit_tar(const ArchiveVisit& work) {
  const std::string_view all = as_text(work.bytes);
  std::uint64_t at = 0;
  std::size_t members = 0;
  std::string long_name, long_link;
  std::map<std::string, std::string, std::less<>> pax, global_pax;
  std::set<std::string, std::less<>> names;
  while (at + kBlock <= all.size()) {
    const std::string_view header = all.substr(static_cast<std::size_t>(at), kBlock);
    if (header[0] == '\0' && header.find_first_not_of('\0') == std::string_view::npos) {
      return;  // the end mark; what follows is padding
    }
    if (!checksum_holds(header)) return work.gap("", "malformed", "a header at offset " + std::to_string(at) + " breaks its checksum; the rest was not read");
    std::optional<std::uint64_t> size = number_field(header, 124, 12);
    if (!size) return work.gap("", "malformed", "a header at offset " + std::to_string(at) + " has no size; the rest was not read");
    const char type = header[156];
    if (type != 'x' && type != 'g') {
      for (const auto* records : {&global_pax, &pax})
        if (const auto stated = records->find("size"); stated != records->end()) {
          std::uint64_t value = 0;
          std::from_chars(stated->second.data(), stated->second.data() + stated->second.size(), value);
          size = value;
        }
    }
    const bool has_body = type != '1' && type != '2' && type != '3' && type != '4' && type != '5' && type != '6';
    const std::uint64_t body = has_body ? *size : 0;
    at += kBlock;
    const std::uint64_t left = all.size() - at;
    const std::string_view content = all.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(std::min(body, left)));
    const bool truncated = body > left;
    at = truncated ? all.size() : std::min<std::uint64_t>(all.size(), at + (body + kBlock - 1) / kBlock * kBlock);

    if (type == 'L' || type == 'K') {
      (type == 'L' ? long_name : long_link) = content.substr(0, std::min<std::size_t>(content.find('\0'), 65536));
      continue;
    }
    if (type == 'x' || type == 'g') {
      if (content.size() <= kMostExtended) read_pax(content, type == 'x' ? pax : global_pax);
      continue;
    }
    ArchiveMember member;
    member.name = text_field(header, 0, 100);
    if (header.substr(257, 6) == std::string_view("ustar\0", 6))
      if (const std::string_view prefix = text_field(header, 345, 155); !prefix.empty()) member.name = std::string(prefix) + '/' + member.name;
    if (!long_name.empty()) member.name = long_name;
    if (const auto path = pax.find("path"); path != pax.end()) member.name = path->second;
    member.link_target = !long_link.empty() ? long_link : std::string(text_field(header, 157, 100));
    if (const auto path = pax.find("linkpath"); path != pax.end()) member.link_target = path->second;
    const bool sparse = type == 'S' || pax.contains("GNU.sparse.major") || pax.contains("GNU.sparse.map");
    long_name.clear();
    long_link.clear();
    pax.clear();
    member.size = body;
    member.is_folder = type == '5' || (has_body && member.name.ends_with('/'));
    member.is_link = type == '1' || type == '2';
    if (!work.count_member(members)) return;
    work.check_name(member);
    if (!member.is_folder && !member.is_link && !names.insert(member.name).second) work.anomaly(member.name, "duplicate-name", "the name stands more than once: readers differ in which they take");
    if (sparse) work.gap(member.name, "unsupported", "a sparse member was not read");
    if (truncated) work.gap(member.name, "malformed", "the archive ends within this member");
    if (has_body && !member.is_folder && !sparse) {
      StoredContent stored(as_bytes(content));
      work.visit(member, stored);
    }
  }
  if (at < all.size() && all.find_first_not_of('\0', static_cast<std::size_t>(at)) != std::string_view::npos) work.gap("", "malformed", "the archive ends within a header");
}

}  // namespace stormwatch::format
