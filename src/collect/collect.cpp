// SPDX-License-Identifier: Apache-2.0
#include "collect/collect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "base/parallel.h"
#include "collect/git_history.h"
#include "collect/image_layers.h"
#include "collect/machine.h"
#include "collect/prose.h"
#include "collect/relate_images.h"
#include "collect/runner.h"
#include "collect/understanding/parsed_files.h"

namespace stormwatch::collect {

namespace {
/// A target as opened: its folder, and the files in it (one, when the target is a file).
struct Target {
  int folder = -1;
  bool is_folder = false;
  std::string prefix;
  std::string real_path;  ///< of the folder
  Walked walked;

  Target() = default;
  Target(Target&& other) noexcept
      : folder(std::exchange(other.folder, -1)), is_folder(other.is_folder), prefix(std::move(other.prefix)), real_path(std::move(other.real_path)), walked(std::move(other.walked)) {}
  Target& operator=(Target&&) = delete;
  ~Target() {
    if (folder >= 0) ::close(folder);
  }
};

/// Tells how far the work is, from one thread at a time and not too often; a thread that finds another telling goes on.
class Reporter {
 public:
  Reporter(const std::function<void(const Progress&)>& tell, std::int64_t files) : tell_(tell), files_(files) {}
  void add(std::int64_t bytes) {
    const std::int64_t bytes_done = bytes_ += bytes;
    const std::int64_t done = ++done_;
    if (!tell_ || telling_.test_and_set(std::memory_order_acquire)) return;
    const auto now = std::chrono::steady_clock::now();
    if (done == files_ || now - last_ >= std::chrono::milliseconds(50)) {
      last_ = now;
      tell_(Progress{done, files_, bytes_done});
    }
    telling_.clear(std::memory_order_release);
  }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

 private:
  const std::function<void(const Progress&)>& tell_;
  std::int64_t files_;
  std::atomic<std::int64_t> done_{0}, bytes_{0};
  std::atomic_flag telling_;
  std::chrono::steady_clock::time_point last_{};
};

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// `named`: paths in the answer start with the target, so that several targets never share one.
Result<Target> open_target(const std::string& given, const CollectOptions& options, bool named) {
  Target target;
  const std::string path = without_slashes(given);
  // The target itself may be a link: the user named it.
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), ::free);
  struct stat status {};
  if (!real || ::stat(real.get(), &status) != 0) return failure(std::string("cannot open: ") + std::strerror(errno), given);
  if (named) target.prefix = path == "/" ? path : path + "/";
  std::string folder = real.get();
  if (S_ISDIR(status.st_mode)) {
    target.is_folder = true;
  } else if (S_ISREG(status.st_mode)) {
    const std::size_t slash = folder.rfind('/');
    const std::string name = folder.substr(slash + 1);
    folder = slash == 0 ? "/" : folder.substr(0, slash);
    const std::string shown = path.substr(path.rfind('/') + 1);
    if (named) target.prefix = path.substr(0, path.rfind('/') + 1);
    target.walked.files.push_back({shown_path(shown), name});
  } else {
    return failure("neither a file nor a folder", given);
  }
  target.folder = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (target.folder < 0) return failure(std::string("cannot open: ") + std::strerror(errno), given);
  target.real_path = folder;
  if (target.is_folder) target.walked = walk_folder(target.folder, folder, options.use_ignore_files, options.jobs);
  return target;
}

std::vector<const Collector*> chosen_collectors(bool understand_code) {
  std::vector<const Collector*> chosen;
  for (std::size_t i = 0; i < sources_table_count; ++i)
    if (understand_code || !sources_table[i]->parses_code) chosen.push_back(sources_table[i]);
  return chosen;
}
}  // namespace

namespace {
/// The places of this computer that can be opened; the others are Gaps.
Result<void> add_machine(const CollectOptions& options, std::vector<Target>& targets, Observation& unread) {
  const auto places = machine_places([](std::string_view name) -> std::optional<std::string> {
    const char* value = ::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  });
  if (!places) return std::unexpected(places.error());
  for (const std::string& place : *places) {
    Result<Target> target = open_target(place, options, true);
    if (target) targets.push_back(std::move(*target));
    else unread.gaps.push_back({place, "", "unreadable", target.error().what});
  }
  if (places->empty()) unread.gaps.push_back({"machine", "", "unsupported", "no AI client, skill, model cache or AI server of this user was found at the places known for them"});
  return {};
}
}  // namespace

Result<Collected> collect(const CollectOptions& options) {
  std::vector<Target> targets;
  Observation unread;
  for (const std::string& given : options.targets) {
    if (given == kMachine) {
      if (auto added = add_machine(options, targets, unread); !added) return std::unexpected(added.error());
      continue;
    }
    Result<Target> target = open_target(given, options, options.targets.size() > 1);
    if (!target) return std::unexpected(target.error());
    targets.push_back(std::move(*target));
  }
  std::int64_t files = 0;
  for (const Target& target : targets) files += static_cast<std::int64_t>(target.walked.files.size());
  const std::vector<const Collector*> collectors = chosen_collectors(options.understand_code);
  Collected collected;
  std::vector<Place> whiteouts;
  if (!unread.gaps.empty()) collected.observations.push_back(std::move(unread));
  Reporter reporter(options.on_progress, files);
  for (Target& target : targets) {
    std::vector<std::string> paths;
    for (const FoundFile& file : target.walked.files) paths.push_back(target.prefix + file.path);
    const FileIndex index(std::move(paths));
    const OpenFile open_file = [&target](std::string_view path) -> Result<FileBytes> {
      if (!path.starts_with(target.prefix)) return failure("no such file", std::string(path));
      path.remove_prefix(target.prefix.size());
      const auto found = std::ranges::lower_bound(target.walked.files, path, {}, [](const FoundFile& file) { return std::string_view(file.path); });
      if (found == target.walked.files.end() || found->path != path) return failure("no such file", std::string(path));
      return FileBytes::open_beneath(target.folder, found->open_path);
    };
    ParsedFiles parsed;
    const Run run{collectors, options.patterns, &index, options.limits, options.depth, target.prefix, &open_file, &parsed, options.model_keys};

    Observation walked;
    walked.gaps = std::move(target.walked.gaps);
    for (Gap& gap : walked.gaps) gap.path.insert(0, target.prefix);
    if (!walked.gaps.empty()) collected.observations.push_back(std::move(walked));
    if (target.is_folder) std::ranges::move(read_folder(run).observations, std::back_inserter(collected.observations));

    std::vector<FileResult> results(target.walked.files.size());
    parallel_for(results.size(), options.jobs, [&](std::size_t i) {
      results[i] = read_file(run, target.folder, target.walked.files[i]);
      reporter.add(results[i].bytes);
    });
    for (FileResult& result : results) {
      std::ranges::move(result.observations, std::back_inserter(collected.observations));
      std::ranges::move(result.whiteouts, std::back_inserter(whiteouts));
    }
    if (options.history && target.is_folder) std::ranges::move(read_history(run, target.real_path, options.jobs).observations, std::back_inserter(collected.observations));
    collected.ignored += target.walked.ignored;
  }
  std::size_t texts = 0;
  for (const Target& target : targets) texts += static_cast<std::size_t>(std::ranges::count_if(target.walked.files, [](const FoundFile& file) { return is_prose_name(file.path); }));
  weigh_guesses(collected.observations, texts);
  settle_layers(collected.observations, whiteouts);
  relate_images(collected.observations);
  collected.files = files;
  collected.bytes = reporter.bytes();
  return collected;
}

}  // namespace stormwatch::collect
