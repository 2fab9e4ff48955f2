// SPDX-License-Identifier: Apache-2.0
// Every container format from memory: all members read, nested nothing, within small limits.
#include "format/archive.h"

#include <algorithm>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stormwatch;
  using namespace stormwatch::format;
  if (size < 2) return 0;
  Limits limits;
  limits.member_bytes = 1 << 20;
  limits.expanded_bytes = 8 << 20;
  limits.archive_members = 200;
  // The first byte chooses the reader, 0 lets the content choose.
  const Bytes bytes{reinterpret_cast<const std::byte*>(data + 1), size - 1};
  ContentKind kind = sniff("x.bin", bytes.first(std::min<std::size_t>(4096, bytes.size())), bytes.size(), bytes.last(std::min<std::size_t>(512, bytes.size())));
  constexpr ContentKind kKinds[] = {ContentKind::zip, ContentKind::tar, ContentKind::seven_zip, ContentKind::zlib, ContentKind::gzip};
  if (data[0] != 0 || !is_container(kind)) kind = kKinds[data[0] % 5];
  ExpansionBudget budget(limits);
  std::vector<ArchiveNote> notes;
  visit_archive("x.bin", kind, bytes, limits, budget,
                [&](const ArchiveMember&, MemberContent& content) {
                  bool cut = false;
                  (void)content.head();
                  const Bytes all = content.read(limits.member_bytes, cut);
                  volatile unsigned sum = 0;
                  for (std::size_t i = 0; i < all.size(); i += 97) sum = sum + static_cast<unsigned>(all[i]);
                },
                notes);
  return 0;
}
