// SPDX-License-Identifier: Apache-2.0
#include "app/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/obtain.h"
#include "base/file.h"

namespace stormwatch::app {

namespace {

std::string format_names() {
  std::string names;
  for (std::size_t i = 0; i < report::formats_table_count; ++i)
    names += (names.empty() ? "" : ", ") + std::string(report::formats_table[i]->name);
  return names;
}

}  // namespace

std::vector<Option> output_options() {
  static const std::string names = format_names();
  return {{"--format", "NAME", names},
          {"--output", "[FORMAT:]FILE", "write there instead; may be given several times", true},
          {"--fail-on", "SEVERITY|LEVEL", "exit 1 if a finding or incident is at or above it"},
          {"--strict", "", "exit 3 if some input could not be assessed"},
          {"--verbose", "", "all findings, incidents and actions"}};
}

// `--output FILE` takes the format of --format; `--output FORMAT:FILE` its own. What no file took is printed.
Result<std::vector<Output>> outputs_of(const Arguments& arguments) {
  const std::string bar = arguments.value("--fail-on");
  if (!bar.empty() && !severity_named(bar) && !level_named(bar))
    return failure("--fail-on " + bar, "", "", "critical, high, medium, low, info; or outlook, advisory, watch, warning, emergency");
  const std::string name = arguments.value("--format", "terminal");
  const report::Report* format = report::find_report(name);
  if (!format) return failure("--format " + name, "", "", format_names());
  std::vector<Output> outputs;
  bool all_own = true;
  for (const std::string& value : arguments.values("--output")) {
    const std::size_t colon = value.find(':');
    const report::Report* own = colon == std::string::npos ? nullptr : report::find_report(value.substr(0, colon));
    all_own &= own != nullptr;
    outputs.push_back(own ? Output{own, value.substr(colon + 1)} : Output{format, value});
    if (outputs.back().path.empty()) return failure("--output " + value, "", "", "FILE or FORMAT:FILE");
  }
  if (all_own) outputs.push_back({format, ""});
  return outputs;
}

namespace {

/// An older file of the same name is left as it is.
void say_nothing_to_write(const Output& output) {
  fmt::print(stderr, "no {} document{}{}: there is no {}\n", output.format->name, output.path.empty() ? "" : " written to ", output.path, output.format->needs);
}

}  // namespace

int write_outputs(const Arguments& arguments, const std::vector<Output>& outputs, const Posture& posture) {
  int worst = done;
  for (const Output& output : outputs) {
    const bool to_terminal = output.path.empty();
    if (to_terminal && arguments.has("--quiet") && output.format->name == "terminal") continue;
    const std::string text = output.format->render(posture, to_terminal ? report::RenderOptions{colour_wanted(STDOUT_FILENO), terminal_width(), arguments.has("--verbose")} : report::RenderOptions{false, 100, true});
    if (text.empty() && !output.format->needs.empty()) {
      say_nothing_to_write(output);
    } else if (to_terminal) {
      print(text);
    } else if (const Result<void> written = write_aside(output.path, text); !written) {
      worst = refuse(written.error(), internal_error);
    } else if (!arguments.has("--quiet")) {
      fmt::print(stderr, "wrote {}\n", output.path);
    }
  }
  return worst != done ? worst : exit_code_for(arguments, posture);
}

}  // namespace stormwatch::app
