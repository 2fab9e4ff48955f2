// SPDX-License-Identifier: Apache-2.0
// Packages that Dockerfiles, scripts and notebooks install by command.
#include "collect/collector.h"
#include "collect/packages.h"
#include "format/install_commands.h"

namespace stormwatch::collect {
namespace {

bool wants_source(const Source& source) {
  using enum format::ContentKind;
  return (source.kind == dockerfile || source.kind == shell || source.kind == notebook) &&
         (source.text.find(" install ") != std::string_view::npos || source.text.find(" add ") != std::string_view::npos || source.text.find("npm i ") != std::string_view::npos);
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
