// SPDX-License-Identifier: Apache-2.0
#include "live/address_range.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

namespace stormwatch::live {
namespace {

constexpr std::size_t kMost = 256, kAtOnce = 128;

std::optional<long> number_of(std::string_view text, long most) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 0 && value <= most ? std::optional(value) : std::nullopt;
}

bool is_inner(std::uint32_t address) { return address >> 24 == 127 || address >> 24 == 10 || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8; }

// A connection that is on its way, or -1.
int begin_connection(const OpenPort& to) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(to.port));
  ::inet_pton(AF_INET, to.address.c_str(), &address.sin_addr);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS) return socket;
  ::close(socket);
  return -1;
}

bool is_connected(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

void try_batch(std::vector<OpenPort>& batch, double seconds, std::vector<OpenPort>& open) {
  std::vector<pollfd> waiting;
  for (const OpenPort& to : batch) waiting.push_back({begin_connection(to), POLLOUT, 0});
  std::vector<bool> connected(batch.size());
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::ranges::any_of(waiting, [](const pollfd& one) { return one.fd >= 0; })) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0 || ::poll(waiting.data(), waiting.size(), static_cast<int>(left)) <= 0) break;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      connected[i] = is_connected(waiting[i].fd);
      ::close(waiting[i].fd);
      waiting[i].fd = -1;
    }
  }
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (waiting[i].fd >= 0) ::close(waiting[i].fd);
    if (connected[i]) open.push_back(std::move(batch[i]));
  }
}

}  // namespace

Result<std::vector<std::string>> addresses_of(std::string_view cidr) {
  const std::string expected = "an IPv4 range of this machine or a private network, at most 256 addresses: 127.0.0.1, 192.168.1.0/24";
  const std::size_t slash = cidr.find('/');
  const auto bits = slash == std::string_view::npos ? std::optional<long>(32) : number_of(cidr.substr(slash + 1), 32);
  in_addr first{};
  if (!bits || *bits < 24 || ::inet_pton(AF_INET, std::string(cidr.substr(0, slash)).c_str(), &first) != 1) return failure("--cidr " + std::string(cidr), "", "", expected);
  const std::uint32_t count = 1U << (32 - *bits), begin = ntohl(first.s_addr) & ~(count - 1);
  std::vector<std::string> addresses;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!is_inner(begin + i)) return failure("--cidr " + std::string(cidr) + " is of the internet", "", "", expected);
    const in_addr address{htonl(begin + i)};
    char text[INET_ADDRSTRLEN];
    addresses.emplace_back(::inet_ntop(AF_INET, &address, text, sizeof text));
  }
  return addresses;
}

Result<std::vector<long>> ports_of(std::string_view list) {
  std::vector<long> ports;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    const std::string_view part = list.substr(at, comma - at);
    const std::size_t dash = part.find('-');
    const auto from = number_of(part.substr(0, dash), 65'535), to = dash == std::string_view::npos ? from : number_of(part.substr(dash + 1), 65'535);
    if (!from || !to || *from < 1 || *to < *from || static_cast<std::size_t>(*to - *from) >= kMost) return failure("--ports " + std::string(list), "", "", "ports and ranges, at most 256: 8000,8080-8090");
    for (long port = *from; port <= *to; ++port) ports.push_back(port);
    at = comma + 1;
  }
  std::ranges::sort(ports);
  const auto repeated = std::ranges::unique(ports);
  ports.erase(repeated.begin(), repeated.end());
  if (ports.size() > kMost) return failure("--ports names " + std::to_string(ports.size()) + " ports", "", "", "at most 256");
  return ports;
}

std::vector<OpenPort> open_ports(const std::vector<std::string>& addresses, const std::vector<long>& ports, double seconds) {
  std::vector<OpenPort> open, batch;
  for (const std::string& address : addresses)
    for (const long port : ports) {
      batch.push_back({address, port});
      if (batch.size() < kAtOnce) continue;
      try_batch(batch, seconds, open);
      batch.clear();
    }
  try_batch(batch, seconds, open);
  return open;
}

}  // namespace stormwatch::live
