// SPDX-License-Identifier: Apache-2.0
#include "collect/git_history.h"

#include <git2.h>

#include <algorithm>
#include <atomic>
#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_set>
#include <vector>

#include "base/parallel.h"
#include "collect/encoded_secrets.h"
#include "collect/read_source.h"
#include "collect/walk.h"
#include "posture/context.h"

namespace stormwatch::collect {

namespace {

constexpr std::size_t kMostBlobs = 5'000'000, kMostSecrets = 20'000, kSecretsOfBlob = 200, kDepth = 200, kChunk = 64, kMostObject = 256ULL << 20;

template <auto Free>
struct Closer {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Repository = std::unique_ptr<git_repository, Closer<git_repository_free>>;
using Objects = std::unique_ptr<git_odb, Closer<git_odb_free>>;
using Object = std::unique_ptr<git_odb_object, Closer<git_odb_object_free>>;
using Walk = std::unique_ptr<git_revwalk, Closer<git_revwalk_free>>;

struct Id {
  std::array<unsigned char, GIT_OID_RAWSZ> bytes{};
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;
};
struct IdHash {
  std::size_t operator()(const Id& id) const {
    std::size_t hash = 0;
    std::memcpy(&hash, id.bytes.data(), sizeof hash);  // digests are spread already
    return hash;
  }
};
using Ids = std::unordered_set<Id, IdHash>;

Id id_of(const git_oid& oid) {
  Id id;
  std::memcpy(id.bytes.data(), oid.id, id.bytes.size());
  return id;
}
git_oid oid_of(const Id& id) {
  git_oid oid{};
  std::memcpy(oid.id, id.bytes.data(), id.bytes.size());
  return oid;
}
std::string shown(const Id& id) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 6; ++i) text += {kHex[id.bytes[i] >> 4], kHex[id.bytes[i] & 15]};
  return text;
}

std::string last_error() {
  const git_error* error = git_error_last();
  return error && error->message ? excerpt_of(error->message) : "unknown";
}

// The library's settings are of the process: nothing of this user or machine is asked, and a repository of another user is read
// like any other file. Objects are named by digests that are not computed again: what a name holds is what is judged.
void set_up_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    git_libgit2_init();
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    for (const int level : {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
      git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  });
}

Repository open_repository(const std::string& folder) {
  git_repository* opened = nullptr;
  if (git_repository_open_ext(&opened, folder.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0) return nullptr;
  return Repository(opened);
}

Objects objects_of(git_repository* repository) {
  git_odb* objects = nullptr;
  return git_repository_odb(&objects, repository) == 0 ? Objects(objects) : nullptr;
}

/// What keeps the objects outside of the folder, where nothing may be read: a link, or a file that names another place. Empty if nothing does.
std::string way_out(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path own = fs::path(folder) / ".git", root = fs::symlink_status(own, error).type() == fs::file_type::not_found ? fs::path(folder) : own;
  const auto is_link = [&](const fs::path& path) { return fs::symlink_status(path, error).type() == fs::file_type::symlink; };
  if (is_link(root) || fs::symlink_status(root, error).type() == fs::file_type::regular) return ".git";
  for (const char* other : {"commondir", "objects/info/alternates", "objects/info/http-alternates"})
    if (fs::symlink_status(root / other, error).type() != fs::file_type::not_found) return other;
  for (const char* part : {"objects", "objects/info", "objects/pack", "refs", "packed-refs", "HEAD", "config"})
    if (is_link(root / part)) return part;
  for (const char* part : {"objects", "objects/pack"})
    for (fs::directory_iterator at(root / part, error), end; !error && at != end; at.increment(error))
      if (at->is_symlink(error)) return std::string(part) + "/" + at->path().filename().string();
  return {};
}

/// Null if it is not there, or would take more than `kMostObject` of memory: a small file can claim any size.
Object read_object(git_odb* objects, const Id& id) {
  const git_oid oid = oid_of(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  if (git_odb_read_header(&size, &type, objects, &oid) != 0 || size > kMostObject) return nullptr;
  git_odb_object* object = nullptr;
  return git_odb_read(&object, objects, &oid) == 0 ? Object(object) : nullptr;
}

/// One version of a file, and the commit that is the first to hold it.
struct Version {
  Id blob, commit;
  std::string path;
};

/// The commits' trees, each tree and each blob once.
class Versions {
 public:
  explicit Versions(git_repository* repository) : repository_(repository), objects_(objects_of(repository)) {}

  Result<void> find() {
    if (!objects_) return failure("its objects cannot be read: " + last_error());
    git_revwalk* made = nullptr;
    if (git_revwalk_new(&made, repository_) != 0) return failure(last_error());
    const Walk walk(made);
    git_revwalk_sorting(made, GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME | GIT_SORT_REVERSE);
    git_revwalk_push_glob(made, "*");
    git_revwalk_push_head(made);
    git_oid oid;
    while (git_revwalk_next(&oid, made) == 0) read_commit(id_of(oid));
    find_unnamed();
    return {};
  }

  std::vector<Version> versions;
  std::size_t commits = 0, missing = 0, left_out = 0;

 private:
  void read_commit(const Id& commit) {
    if (!seen_.insert(commit).second) return;
    const Object object = read_object(objects_.get(), commit);
    if (!object) {
      ++missing;
      return;
    }
    ++commits;
    const std::string_view text(static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get()));
    git_oid tree;
    if (!text.starts_with("tree ") || text.size() < 45 || git_oid_fromstrn(&tree, text.data() + 5, GIT_OID_HEXSZ) != 0) return;
    read_tree(id_of(tree), commit, "", 0);
  }

  // Entries are "MODE NAME\0" and the id's bytes.
  void read_tree(const Id& tree, const Id& commit, const std::string& folder, std::size_t depth) {
    if (depth > kDepth || !seen_.insert(tree).second) return;
    const Object object = read_object(objects_.get(), tree);
    if (!object || git_odb_object_type(object.get()) != GIT_OBJECT_TREE) {
      ++missing;
      return;
    }
    std::string_view left(static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get()));
    while (true) {
      const std::size_t space = left.find(' '), zero = space == std::string_view::npos ? space : left.find('\0', space);
      if (zero == std::string_view::npos || left.size() - zero - 1 < GIT_OID_RAWSZ) return;
      const std::string_view mode = left.substr(0, space), name = left.substr(space + 1, zero - space - 1);
      Id id;
      std::memcpy(id.bytes.data(), left.data() + zero + 1, id.bytes.size());
      left.remove_prefix(zero + 1 + GIT_OID_RAWSZ);
      if (mode == "40000" || mode == "040000") {
        read_tree(id, commit, folder + std::string(name) + "/", depth + 1);
      } else if (mode.starts_with("100") && seen_.insert(id).second) {
        if (versions.size() < kMostBlobs) versions.push_back({id, commit, folder + std::string(name)});
        else ++left_out;
      }
    }
  }

  // What no reference leads to: deleted branches, amended commits, files that were staged and never committed.
  void find_unnamed() {
    std::vector<Id> unnamed;
    struct Found {
      const Ids* seen;
      std::vector<Id>* unnamed;
    } found{&seen_, &unnamed};
    git_odb_foreach(
        objects_.get(),
        [](const git_oid* oid, void* payload) {
          auto& into = *static_cast<Found*>(payload);
          if (into.unnamed->size() < kMostBlobs && !into.seen->contains(id_of(*oid))) into.unnamed->push_back(id_of(*oid));
          return 0;
        },
        &found);
    std::ranges::sort(unnamed);
    std::vector<Id> blobs;
    for (const Id& id : unnamed) {
      const git_oid oid = oid_of(id);
      std::size_t size = 0;
      git_object_t type = GIT_OBJECT_INVALID;
      if (git_odb_read_header(&size, &type, objects_.get(), &oid) != 0) continue;
      if (type == GIT_OBJECT_COMMIT) read_commit(id);
      if (type == GIT_OBJECT_BLOB) blobs.push_back(id);
    }
    for (const Id& id : blobs)
      if (seen_.insert(id).second && versions.size() < kMostBlobs) versions.push_back({id, {}, ""});
  }

  git_repository* repository_;
  Objects objects_;
  Ids seen_;  ///< commits, trees and blobs
};

/// A repository a thread: the library's caches are not shared.
class Readers {
 public:
  explicit Readers(std::string folder) : folder_(std::move(folder)) {}
  struct Reader {
    Repository repository;
    Objects objects;
  };
  std::unique_ptr<Reader> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto reader = std::move(idle_.back());
        idle_.pop_back();
        return reader;
      }
    }
    auto reader = std::make_unique<Reader>();
    reader->repository = open_repository(folder_);
    if (reader->repository) reader->objects = objects_of(reader->repository.get());
    return reader->objects ? std::move(reader) : nullptr;
  }
  void give_back(std::unique_ptr<Reader> reader) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
  }

 private:
  std::string folder_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_;
};

struct Unread {
  std::atomic<std::size_t> missing{0}, binary{0}, long_ones{0};
  std::atomic<std::int64_t> bytes{0};
};

Observation read_version(const Run& run, git_odb* objects, const Version& version, const std::string& place, Unread& unread) {
  Observation seen;
  const Object object = read_object(objects, version.blob);
  if (!object) {
    ++unread.missing;
    return seen;
  }
  const Bytes bytes(static_cast<const std::byte*>(git_odb_object_data(object.get())), git_odb_object_size(object.get()));
  unread.bytes += static_cast<std::int64_t>(bytes.size());
  const std::string path = shown_path(version.path);
  const format::ContentKind kind = format::sniff(path, bytes.first(std::min<std::size_t>(4096, bytes.size())), bytes.size());
  if (!format::is_text(kind)) {
    if (kind != format::ContentKind::empty) ++unread.binary;
    return seen;
  }
  Source source;
  source.path = place;
  source.member = path.empty() ? shown(version.blob) : shown(version.commit) + ":" + path;
  source.name = path.substr(path.rfind('/') + 1);
  source.kind = kind;
  source.patterns = run.patterns;
  source.limits = &run.limits;
  source.depth = run.depth;
  source.context = context_of(path);
  source.bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), run.limits.text_bytes));
  if (source.bytes.size() < bytes.size()) ++unread.long_ones;
  source.text = as_text(source.bytes);
  const std::vector<match::Hit> hits = run.patterns->scan(source.text);
  const auto place_at = [&](std::size_t at) { return source.place_at(at); };
  add_all_secrets(source, source.text, hits, place_at, kSecretsOfBlob, seen);
  return seen;
}

}  // namespace

FileResult read_history(const Run& run, const std::string& folder, unsigned jobs) {
  FileResult result;
  Observation all;
  const std::string place = run.prefix + ".git";
  const auto gap = [&](std::string reason, std::string detail) { all.gaps.push_back({place, "", std::move(reason), std::move(detail)}); };
  set_up_library();
  const std::string outside = way_out(folder);
  if (!outside.empty()) gap("link", "its objects lie outside the target (" + excerpt_of(outside, 80) + "): not followed; scan the repository that holds them");
  const Repository repository = outside.empty() ? open_repository(folder) : nullptr;
  if (!repository && outside.empty()) gap("unsupported", "no history to read here: " + last_error());
  if (!repository || !run.patterns) {
    result.observations.push_back(std::move(all));
    return result;
  }
  Versions found(repository.get());
  if (const auto read = found.find(); !read) gap("unreadable", read.error().what);

  Readers readers(folder);
  Unread unread;
  std::vector<Observation> seen((found.versions.size() + kChunk - 1) / kChunk);
  parallel_for(seen.size(), jobs, [&](std::size_t chunk) {
    auto reader = readers.take();
    if (!reader) {
      unread.missing += kChunk;
      return;
    }
    for (std::size_t i = chunk * kChunk; i < std::min(found.versions.size(), (chunk + 1) * kChunk); ++i) {
      Observation of_version = read_version(run, reader->objects.get(), found.versions[i], place, unread);
      std::ranges::move(of_version.assets, std::back_inserter(seen[chunk].assets));
      std::ranges::move(of_version.relations, std::back_inserter(seen[chunk].relations));
    }
    readers.give_back(std::move(reader));
  });

  // The versions are in the order of commits, the oldest first: a secret's first place counts, not each later version of its file.
  std::set<AssetId> known;
  std::size_t secrets = 0, more = 0;
  for (Observation& chunk : seen) {
    for (Asset& asset : chunk.assets) {
      if (!known.insert(asset.id).second) continue;
      if (auto* facts = std::get_if<SecretFacts>(&asset.facts)) {
        if (secrets >= kMostSecrets) {
          ++more;
          continue;
        }
        ++secrets;
        facts->exposure = "history";
      }
      all.add(std::move(asset));
    }
    for (Relation& relation : chunk.relations)
      if (known.contains(relation.to)) all.relations.push_back(std::move(relation));
  }
  if (more > 0) gap("over-limit", std::to_string(more) + " more secrets of the history are not listed");
  if (found.left_out > 0) gap("over-limit", std::to_string(found.left_out) + " versions of files beyond the first " + std::to_string(kMostBlobs) + " were not read");
  if (const std::size_t lost = found.missing + unread.missing; lost > 0) gap("unreadable", std::to_string(lost) + " objects of the history are not here, damaged or larger than 256 MiB");
  if (unread.binary > 0) gap("unsupported", std::to_string(unread.binary) + " versions of files in the history are no text and were not searched for credentials");
  if (unread.long_ones > 0) gap("over-limit", "of " + std::to_string(unread.long_ones) + " versions only the start was read");
  result.bytes = unread.bytes;
  result.observations.push_back(std::move(all));
  return result;
}

}  // namespace stormwatch::collect
