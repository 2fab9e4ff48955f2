// SPDX-License-Identifier: Apache-2.0
// A small range of IPv4 addresses of this machine or a private network, and which of their ports take connections.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stormwatch::live {

/// "127.0.0.0/29" or one address, in order. Refused: more than 256 addresses, and addresses that are neither loopback nor private
/// (RFC 1918): who scans the internet needs another tool and a permission.
Result<std::vector<std::string>> addresses_of(std::string_view cidr);

/// "8000,11434" or "8000-8010", sorted, at most 256.
Result<std::vector<long>> ports_of(std::string_view list);

struct OpenPort {
  std::string address;
  long port = 0;
};
/// TCP connections that are opened and closed at once, at most 128 at a time, each given `seconds`. In the order of addresses, then ports.
std::vector<OpenPort> open_ports(const std::vector<std::string>& addresses, const std::vector<long>& ports, double seconds);

}  // namespace stormwatch::live
