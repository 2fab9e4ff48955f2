// SPDX-License-Identifier: Apache-2.0
// Databases that agents keep their memory and vectors in and that speak no HTTP: asks an address which of them answers there, and
// whether it lets in anyone.
//
// Redis and its kin: one INFO (https://redis.io/docs/latest/commands/info/). PostgreSQL: whether it offers TLS, then a start-up as the
// user `postgres` without a password, and where that is let in one SELECT over the installed extensions
// (https://www.postgresql.org/docs/current/protocol-message-formats.html). Nothing is guessed, written or changed. Bounded: 256 KiB of
// each answer, the limits' time for each step. What is spoken is plain: a server that only speaks TLS is told as one that nothing was seen of.
#pragma once

#include <string>
#include <string_view>

#include "live/service_probe.h"

namespace stormwatch::live {

/// redis://, postgresql:// and postgres://.
[[nodiscard]] bool is_wire_address(std::string_view address);
/// The port stands in the address, or is the protocol's own. Fails when nothing there speaks that protocol.
Result<ServiceSeen> probe_wire(std::string_view address, const ProbeLimits& limits, Transcript& transcript);

}  // namespace stormwatch::live
