// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/packed_charts.h"

#include <algorithm>

#include "format/archive.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostArchives = 64;
constexpr std::uint64_t kLargestFile = 2U << 20;

bool is_of_chart(std::string_view name) {
  return name.ends_with("/Chart.yaml") || name.ends_with("/values.yaml") || name.find("/templates/") != std::string_view::npos;
}

}  // namespace

void PackedCharts::open(const std::string& archive, std::vector<Gap>& gaps) {
  if (!opened_.insert(archive).second) return;
  if (opened_.size() > kMostArchives) return gaps.push_back({archive, "", "over-limit", "more than " + std::to_string(kMostArchives) + " packed charts; the rest was not read"});
  const auto opened = (*source_.open_file)(archive);
  if (!opened) return gaps.push_back({archive, "", "unreadable", "a packed chart: " + opened.error().what});
  format::ExpansionBudget budget(*source_.limits);
  std::vector<format::ArchiveNote> notes;
  format::visit_archive(archive.substr(archive.rfind('/') + 1), format::sniff(archive, opened->bytes().first(std::min<std::size_t>(opened->bytes().size(), 4096)), opened->bytes().size()), opened->bytes(), *source_.limits, budget,
                        [&](const format::ArchiveMember& member, format::MemberContent& content) {
                          if (member.is_folder || member.is_link || !is_of_chart(member.name)) return;
                          bool cut = false;
                          const Bytes bytes = content.read(kLargestFile, cut);
                          if (!cut) files_[archive + std::string(kMemberMark) + member.name] = std::string(as_text(bytes));
                        },
                        notes);
  for (const format::ArchiveNote& note : notes)
    if (!note.anomaly) gaps.push_back({archive, note.member, note.word, note.detail});
}

std::vector<std::string> PackedCharts::charts_in(const std::string& folder, std::vector<Gap>& gaps) {
  std::vector<std::string> charts;
  if (is_packed(folder)) return charts;
  for (const std::string_view name : source_.files->files_in(folder)) {
    if (!name.ends_with(".tgz")) continue;
    const std::string archive = folder + "/" + std::string(name);
    open(archive, gaps);
    const std::string prefix = archive + std::string(kMemberMark);
    for (auto at = files_.lower_bound(prefix); at != files_.end() && at->first.starts_with(prefix); ++at) {
      const std::string_view member = std::string_view(at->first).substr(prefix.size());
      const std::size_t slash = member.find('/');
      if (member.substr(slash + 1) == "Chart.yaml") charts.push_back(prefix + std::string(member.substr(0, slash)));
    }
  }
  return charts;
}

const std::string* PackedCharts::text_of(const std::string& path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

std::vector<std::string> PackedCharts::files_below(const std::string& folder) const {
  std::vector<std::string> found;
  const std::string prefix = folder + "/";
  for (auto at = files_.lower_bound(prefix); at != files_.end() && at->first.starts_with(prefix); ++at) found.push_back(at->first);
  return found;
}

}  // namespace stormwatch::collect
