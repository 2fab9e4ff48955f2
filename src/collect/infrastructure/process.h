// SPDX-License-Identifier: Apache-2.0
// One program with its arguments and environment in one shape, whoever starts it: a container of Kubernetes or compose, an image's
// own command, a unit of systemd, a program of supervisor. Rules reach it as items of `configuration.processes`.
//
//   product      the fingerprint's (services/*.yaml); absent if it is none that is known
//   image        as written; absent on a host
//   settings     "complete", or "${...}" (unknown) where more options may be set in a place that was not read
//   options      {trust-remote-code: "true", host: 0.0.0.0}: names without dashes, '_' as '-'; said twice: a list
//   environment  {NAME: value}: credentials as fingerprints, what is not worked out as "${NAME}"
//   documented   names of variables that hold a secret of the product's own documentation; absent if none does
//   listens      all, loopback, an address, or "${...}": as options, environment and the product's default say; absent if not known
#pragma once

#include <vector>

#include "base/node.h"
#include "collect/infrastructure/service.h"

namespace stormwatch::collect {

Node process_of(const Container& container, std::uint32_t line);

/// What is really started: `sh -c "vllm serve m --x"` is the words of what the shell is given; quotes around words are dropped.
std::vector<std::string> words_started(const std::vector<std::string>& arguments);

/// Adds `processes` to a workload's tree; nothing if there are none.
void add_processes(Node& tree, std::vector<Node> processes);

/// The address that the process listens on, as in `listens`.
std::string listening_address(const Container& container);
/// The exposure of a program that runs on a host itself: local, internal, internet; empty if not known.
std::string exposure_on_host(const Container& container);

}  // namespace stormwatch::collect
