// SPDX-License-Identifier: Apache-2.0
// fix: what can be changed for a finding without a person's judgement, printed; done only with --apply.
//
// A kind of fix is a row of kFixes: the rule whose findings it answers, and a function that says, and if asked does, what it does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/command.h"
#include "app/convert_checkpoint.h"
#include "app/obtain.h"
#include "app/text_fixes.h"
#include "base/file.h"

namespace stormwatch::app {

namespace {

struct Order {
  bool apply = false, replace = false;
};
enum class Outcome : std::uint8_t { proposed, applied, impossible, failed };

/// What to do with a twin, by what it was made from; said once however many files there are.
struct Advice {
  bool torch = false, arrays = false, shared = false;
};

struct Fix {
  std::string_view rule;
  /// `path` is the file on disk. Prints what it would do, or did.
  Outcome (*answer)(const std::string& path, const Order& order, Advice& advice);
};

std::string size_text(std::uint64_t bytes) {
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 10'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

std::string list_text(std::string_view title, const std::vector<std::string>& items, std::uint64_t count) {
  if (items.empty()) return "";
  std::string text = fmt::format("  {}: ", title);
  for (std::size_t i = 0; i < items.size() && i < 8; ++i) text += (i ? ", " : "") + excerpt_of(items[i], 120);
  if (count > 8) text += fmt::format(" and {} more", count - 8);
  return text + "\n";
}

std::string next_steps(const Advice& advice) {
  std::string text = "\nThen load the twin in place of the file it was made from:\n";
  if (advice.torch) text += "  from safetensors.torch import load_file; state = load_file(TWIN)\n  (with transformers or diffusers: from_pretrained(..., use_safetensors=True))\n";
  if (advice.arrays) text += "  from safetensors.numpy import load_file; arrays = load_file(TWIN)\n";
  if (advice.shared) text += "  (shared tensors stand once: safetensors.torch.load_model puts them back, or assign them after load_state_dict(strict=False))\n";
  return text + "  and delete the file once nothing loads it: it is left where it is\n";
}

Outcome convert(const std::string& path, const Order& order, Advice& advice) {
  const Result<CheckpointPlan> plan = plan_conversion(path);
  if (!plan) {
    print(fmt::format("{}\n  cannot be converted: {}\n", excerpt_of(path, 300), excerpt_of(plan.error().message(), 400)));
    return Outcome::impossible;
  }
  std::string text = fmt::format("{}\n  {} ({}, {} tensors, {}) → {} ({})\n", excerpt_of(path, 300), order.apply ? "converts" : "would convert", plan->format, plan->tensors,
                                 size_text(plan->bytes), excerpt_of(plan->twin, 300), size_text(plan->twin_bytes));
  text += list_text("stands once", plan->aliases, plan->aliases.size());
  text += list_text("left out, no tensor of the model", plan->left_out, plan->left_out_count);
  if (plan->twin_exists && !order.replace) {
    print(text + fmt::format("  {} is there already: it is not touched without --replace\n", excerpt_of(plan->twin, 300)));
    return Outcome::impossible;
  }
  if (plan->twin_exists) text += "  replaces the file that is there\n";
  const auto note = [&] {
    (plan->format.starts_with("pytorch") ? advice.torch : advice.arrays) = true;
    advice.shared = advice.shared || !plan->aliases.empty();
  };
  if (!order.apply) {
    print(text);
    note();
    return Outcome::proposed;
  }
  const Result<Converted> converted = apply_conversion(*plan, order.replace);
  if (!converted) {
    print(text + fmt::format("  failed: {}\n", excerpt_of(converted.error().message(), 400)));
    return Outcome::failed;
  }
  print(text + fmt::format("  written, read again and compared: {} of tensors are equal byte for byte; sha256 {}\n", size_text(converted->compared), converted->digest));
  note();
  return Outcome::applied;
}

constexpr Fix kFixes[] = {{"model-executes-code-on-load", convert}};

}  // namespace

std::vector<std::string> rules_with_a_fix() {
  std::vector<std::string> out;
  for (const Fix& fix : kFixes) out.emplace_back(fix.rule);
  return out;
}

namespace {

struct Tally {
  std::size_t counts[4] = {};
  std::size_t files = 0;  ///< checkpoints and texts that were looked at
  void add(Outcome outcome) { ++counts[static_cast<std::size_t>(outcome)], ++files; }
  [[nodiscard]] std::size_t of(Outcome outcome) const { return counts[static_cast<std::size_t>(outcome)]; }
};

void convert_checkpoints(const Posture& posture, const std::filesystem::path& root, bool is_folder, const std::vector<std::string>& wanted, const Order& order, Tally& tally) {
  std::vector<std::string> done_paths;
  Advice advice;
  for (const Finding& finding : posture.findings)
    for (const Fix& fix : kFixes) {
      if (fix.rule != finding.signal.rule || !is_wanted(finding, wanted)) continue;
      // What stands within an archive of archives or an image is changed where that is built.
      const std::string path = is_folder ? (root / finding.signal.place.path).string() : root.string();
      if (std::ranges::find(done_paths, path) != done_paths.end()) continue;
      done_paths.push_back(path);
      tally.add(fix.answer(path, order, advice));
    }
  if (advice.torch || advice.arrays) print(next_steps(advice));
}

Result<void> write_fixed(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  const auto mode = std::filesystem::status(path, ignored).permissions();
  if (Result<void> written = write_aside(path.string(), text); !written) return written;
  std::filesystem::permissions(path, mode, ignored);
  return {};
}

void mend_texts(const std::vector<FixedFile>& files, const std::filesystem::path& root, const Order& order, Tally& tally) {
  for (const FixedFile& file : files) {
    if (!order.apply) {
      print(file.diff);
      tally.add(Outcome::proposed);
      continue;
    }
    const Result<void> written = write_fixed(root / file.path, file.after);
    print(written ? fmt::format("{}  changed\n", file.path) : fmt::format("{}  failed: {}\n", file.path, excerpt_of(written.error().message(), 300)));
    tally.add(written ? Outcome::applied : Outcome::failed);
  }
}

std::string summary(const Tally& tally, const Order& order) {
  if (tally.files == 0) return "There is no finding that can be fixed without a person's judgement.\n";
  if (order.apply) return fmt::format("\n{} changed, {} not possible, {} failed\n", tally.of(Outcome::applied), tally.of(Outcome::impossible), tally.of(Outcome::failed));
  return fmt::format("\n{} file{} can be mended, {} cannot. Nothing was changed; --apply does it.\n", tally.of(Outcome::proposed), tally.of(Outcome::proposed) == 1 ? "" : "s", tally.of(Outcome::impossible));
}

int run(const Arguments& arguments) {
  if (arguments.positional.size() > 1) return refuse({"more than one target", "", "", "one folder or file"});
  const std::string target = arguments.positional.empty() ? "." : arguments.positional[0];
  const auto obtained = obtain(arguments, {target});
  if (!obtained) return obtained.error();
  if (!obtained->fresh) return refuse({"a report holds no files to change", target, "", "the folder or file that was scanned"});
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(target, ignored);
  const std::filesystem::path root(target), folder = is_folder ? root : root.has_parent_path() ? root.parent_path() : std::filesystem::path(".");
  const std::vector<std::string> wanted = arguments.values("--finding");
  for (const std::string& one : wanted)
    if (std::ranges::none_of(obtained->posture.findings, [&](const Finding& finding) { return is_wanted(finding, std::array{one}); }))
      return refuse({"no open finding is " + one, "--finding", "", "the id of a finding of this target, its first 4 characters or more, or a rule"});
  const std::vector<FixedFile> texts = fixed_files(obtained->posture, folder.string(), wanted);
  Tally tally;
  if (arguments.has("--diff")) {
    for (const FixedFile& file : texts) print(file.diff);
    return done;
  }
  const Order order{arguments.has("--apply"), arguments.has("--replace")};
  convert_checkpoints(obtained->posture, root, is_folder, wanted, order, tally);
  mend_texts(texts, folder, order, tally);
  print(summary(tally, order));
  if (tally.of(Outcome::failed)) return internal_error;
  return arguments.has("--strict") && tally.of(Outcome::impossible) ? incomplete : done;
}

}  // namespace

extern const Command fix;
const Command fix{.name = "fix",
                  .arguments = "[TARGET]",
                  .summary = "print, or with --apply do, what findings can be fixed by: patches of text, and pickles of tensors to safetensors",
                  .options = scan_options({{"--apply", "", "do it; without this nothing is changed"},
                                           {"--diff", "", "only the patches of text, for patch -p1 or git apply"},
                                           {"--finding", "ID|RULE", "only what answers this finding, or those of this rule; may repeat", true},
                                           {"--replace", "", "replace a file that is there already"},
                                           {"--strict", "", "exit 3 if something could not be fixed"}}),
                  .examples = {"stormwatch fix . --diff > fixes.patch", "stormwatch fix models/", "stormwatch fix pytorch_model.bin --apply"},
                  .run = run,
                  .order = 14};

}  // namespace stormwatch::app
