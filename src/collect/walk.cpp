// SPDX-License-Identifier: Apache-2.0
#include "collect/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include "base/file.h"
#include "base/parallel.h"
#include "collect/ignore.h"

namespace stormwatch::collect {

namespace {
constexpr std::uint64_t kMostIgnoreFile = 4 << 20;

struct Folder {
  std::string path;  // "" is the root
  std::shared_ptr<const IgnoreRules> rules;
};

struct Listed {
  std::vector<std::string> files, links;
  std::vector<Folder> folders;
  std::vector<Gap> gaps;
  std::int64_t ignored = 0;
};

std::string join(const std::string& folder, std::string_view name) { return folder.empty() ? std::string(name) : folder + '/' + std::string(name); }

bool is_version_control(std::string_view name) { return name == ".git" || name == ".hg" || name == ".svn" || name == ".jj"; }

unsigned char type_of(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status {};
  if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return IFTODT(status.st_mode);
}

void read_ignore_file(int root, const std::string& path, std::vector<IgnoreRule>& rules, std::vector<Gap>& gaps) {
  const Result<FileBytes> file = FileBytes::open_beneath(root, path, kMostIgnoreFile);
  if (!file || file->bytes().size() >= kMostIgnoreFile) {
    gaps.push_back({.path = shown_path(path), .reason = file ? "over-limit" : "unreadable", .detail = "the ignore file was not applied"});
    return;
  }
  std::vector<IgnoreRule> read = parse_ignore_file(as_text(file->bytes()));
  rules.insert(rules.end(), std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
}

Listed list_folder(int root, const Folder& folder, bool use_ignore_files) {
  Listed listed;
  const auto give_up = [&](const char* doing) {
    listed.gaps.push_back({.path = folder.path.empty() ? "." : shown_path(folder.path), .reason = errno == ENAMETOOLONG ? "too-deep" : "unreadable",
                           .detail = std::string(doing) + ": " + std::strerror(errno)});
  };
  const int descriptor = open_descriptor_beneath(root, folder.path.empty() ? "." : folder.path.c_str(), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) {
    give_up("cannot open the folder");
    return listed;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(descriptor), ::closedir);
  if (!stream) {
    give_up("cannot list the folder");
    ::close(descriptor);
    return listed;
  }
  std::vector<std::pair<std::string, unsigned char>> entries;
  bool has_gitignore = false, has_ignore = false;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {  // NOLINT(concurrency-mt-unsafe): the stream is ours
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || is_version_control(name)) continue;
    const unsigned char type = type_of(descriptor, *entry);
    has_gitignore |= name == ".gitignore" && type == DT_REG;
    has_ignore |= name == ".ignore" && type == DT_REG;
    entries.emplace_back(name, type);
    errno = 0;
  }
  if (errno != 0) give_up("cannot list all of the folder");
  std::sort(entries.begin(), entries.end());

  std::shared_ptr<const IgnoreRules> rules = folder.rules;
  if (use_ignore_files && (has_gitignore || has_ignore)) {
    std::vector<IgnoreRule> own;
    if (has_gitignore) read_ignore_file(root, join(folder.path, ".gitignore"), own, listed.gaps);
    if (has_ignore) read_ignore_file(root, join(folder.path, ".ignore"), own, listed.gaps);
    rules = std::make_shared<const IgnoreRules>(rules, folder.path, std::move(own));
  }
  for (auto& [name, type] : entries) {
    std::string path = join(folder.path, name);
    if (rules && rules->ignores(path, type == DT_DIR)) {
      ++listed.ignored;
      continue;
    }
    switch (type) {
      case DT_REG: listed.files.push_back(std::move(path)); break;
      case DT_DIR: listed.folders.push_back({std::move(path), rules}); break;
      case DT_LNK: listed.links.push_back(std::move(path)); break;
      default:
        listed.gaps.push_back({.path = shown_path(path), .reason = type == DT_UNKNOWN ? "unreadable" : "unsupported",
                               .detail = type == DT_FIFO ? "a named pipe" : type == DT_SOCK ? "a socket" : type == DT_UNKNOWN ? "its type cannot be told" : "a device"});
    }
  }
  return listed;
}

/// Where a link leads, relative to the root; empty when that is nowhere or outside, which is then a Gap.
std::string follow_inside(const std::string& real_root, const std::string& link, std::vector<Gap>& gaps) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath((real_root + '/' + link).c_str(), nullptr), ::free);
  if (!real) {
    gaps.push_back({.path = shown_path(link), .reason = "link", .detail = errno == ELOOP ? "a link that leads in a circle" : "a link that leads nowhere"});
    return {};
  }
  const std::string_view to = real.get();
  const std::string_view root = real_root == "/" ? std::string_view() : std::string_view(real_root);
  if (to == real_root) return {};
  if (to.starts_with(root) && to.size() > root.size() && to[root.size()] == '/') return std::string(to.substr(root.size() + 1));
  gaps.push_back({.path = shown_path(link), .reason = "link", .detail = "a link that leads out of the target"});
  return {};
}

bool is_digest_store(std::string_view target, std::string_view link) {
  const bool blobs = target.find("blobs/") == 0 || target.find("/blobs/") != std::string_view::npos;
  return blobs && (link.find("snapshots/") == 0 || link.find("/snapshots/") != std::string_view::npos);
}
}  // namespace

std::string shown_path(std::string_view raw) {
  std::string shown;
  shown.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size();) {
    const auto byte = static_cast<unsigned char>(raw[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte >= 0xf5 ? 0 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 0;
    bool valid = length > 0 && i + length <= raw.size();
    for (std::size_t k = 1; valid && k < length; ++k) valid = (static_cast<unsigned char>(raw[i + k]) & 0xc0) == 0x80;
    if (valid && length >= 3) {
      const auto second = static_cast<unsigned char>(raw[i + 1]);  // overlong, surrogate, past U+10FFFF
      valid = !(byte == 0xe0 && second < 0xa0) && !(byte == 0xed && second >= 0xa0) && !(byte == 0xf0 && second < 0x90) && !(byte == 0xf4 && second >= 0x90);
    }
    if (valid) {
      shown.append(raw.substr(i, length));
      i += length;
    } else {
      shown += "\\x";
      shown += "0123456789abcdef"[byte >> 4];
      shown += "0123456789abcdef"[byte & 15];
      ++i;
    }
  }
  return shown;
}

Walked walk_folder(int root, const std::string& real_path, bool use_ignore_files, unsigned jobs) {
  Walked walked;
  std::vector<std::string> links;
  for (std::vector<Folder> level{Folder{}}; !level.empty();) {
    std::vector<Listed> listed(level.size());
    parallel_for(level.size(), jobs, [&](std::size_t i) { listed[i] = list_folder(root, level[i], use_ignore_files); });
    std::vector<Folder> below;
    for (Listed& one : listed) {
      for (std::string& path : one.files) walked.files.push_back({shown_path(path), std::move(path)});
      std::ranges::move(one.links, std::back_inserter(links));
      std::ranges::move(one.gaps, std::back_inserter(walked.gaps));
      std::ranges::move(one.folders, std::back_inserter(below));
      walked.ignored += one.ignored;
    }
    level = std::move(below);
  }
  std::map<std::string, std::string> names;  // of stored contents: the first link in order
  std::ranges::sort(links);
  for (const std::string& link : links) {
    const std::string target = follow_inside(real_path, link, walked.gaps);
    if (!target.empty() && is_digest_store(target, link)) names.try_emplace(target, link);
  }
  if (!names.empty())
    for (FoundFile& file : walked.files)
      if (const auto named = names.find(file.open_path); named != names.end()) file.path = shown_path(named->second);
  std::ranges::sort(walked.files, {}, &FoundFile::path);
  std::ranges::sort(walked.gaps);
  return walked;
}

}  // namespace stormwatch::collect
