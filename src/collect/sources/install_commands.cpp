// SPDX-License-Identifier: Apache-2.0
// Packages that Dockerfiles, scripts, pipelines and notebooks install or start by command.
#include "collect/collector.h"
#include "collect/packages.h"
#include "format/install_commands.h"

namespace stormwatch::collect {
namespace {

/// Files whose commands a pipeline runs.
bool is_pipeline(const Source& source) {
  if (!source.name.ends_with(".yml") && !source.name.ends_with(".yaml")) return false;
  return source.path.find(".github/workflows/") != std::string::npos || source.path.find(".circleci/") != std::string::npos || source.name == "action.yml" || source.name == "action.yaml" || source.name.starts_with(".gitlab-ci") ||
         source.name.starts_with("azure-pipelines") || source.name.starts_with("cloudbuild") || source.name.starts_with("buildspec");
}

bool wants_source(const Source& source) {
  using enum format::ContentKind;
  return !source.text.empty() && (source.kind == dockerfile || source.kind == shell || source.kind == notebook || is_pipeline(source));
}

Result<Observation> read_source(const Source& source) {
  Observation observation;
  add_packages(source, format::parse_install_commands(source.text, source.kind == format::ContentKind::notebook, *source.limits), {}, observation);
  return observation;
}

}  // namespace

extern const Collector install_commands;
const Collector install_commands{.name = "install-commands", .wants = wants_source, .read = read_source};

}  // namespace stormwatch::collect
