// SPDX-License-Identifier: Apache-2.0
#include "live/wire_probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace stormwatch::live {
namespace {

constexpr std::size_t kAnswerBytes = 256U << 10;
constexpr std::uint32_t kAskForTls = 80'877'103, kVersion3 = 196'608;

struct WireAddress {
  std::string scheme, host, port;
};

std::optional<WireAddress> wire_address(std::string_view address) {
  const std::size_t mark = address.find("://");
  if (mark == std::string_view::npos) return std::nullopt;
  WireAddress at{std::string(address.substr(0, mark)), "", ""};
  if (at.scheme == "postgres") at.scheme = "postgresql";
  if (at.scheme != "redis" && at.scheme != "postgresql") return std::nullopt;
  std::string_view rest = address.substr(mark + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t bracket = rest.find(']'), colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  at.host = std::string(rest.substr(0, colon));
  if (at.host.starts_with('[') && at.host.ends_with(']')) at.host = at.host.substr(1, at.host.size() - 2);
  at.port = colon == std::string_view::npos ? at.scheme == "redis" ? "6379" : "5432" : std::string(rest.substr(colon + 1));
  const bool number = !at.port.empty() && at.port.size() <= 5 && std::ranges::all_of(at.port, [](char c) { return c >= '0' && c <= '9'; });
  if (at.host.empty() || at.host.find('@') != std::string::npos || !number) return std::nullopt;
  return at;
}

/// One TCP connection, every step bounded in time.
class Talk {
 public:
  explicit Talk(double seconds) : seconds_(seconds) {}
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() {
    if (socket_ >= 0) ::close(socket_);
  }

  Result<void> open(const WireAddress& at) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failed = ::getaddrinfo(at.host.c_str(), at.port.c_str(), &hints, &found); failed != 0) return failure(::gai_strerror(failed), at.host);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
    int trouble = 0;
    for (const addrinfo* one = found; one; one = one->ai_next) {
      if (socket_ >= 0) ::close(socket_);
      socket_ = ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (socket_ < 0) continue;
      begin_step();
      if (::connect(socket_, one->ai_addr, one->ai_addrlen) != 0 && (errno != EINPROGRESS || !ready(POLLOUT))) {
        trouble = errno;
        continue;
      }
      socklen_t size = sizeof trouble;
      if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &trouble, &size) != 0 || trouble != 0) continue;
      char name[NI_MAXHOST];
      if (::getnameinfo(one->ai_addr, one->ai_addrlen, name, sizeof name, nullptr, 0, NI_NUMERICHOST) == 0) peer_ = name;
      return {};
    }
    return failure(trouble ? std::strerror(trouble) : "no connection", at.host + ":" + at.port);
  }

  [[nodiscard]] const std::string& peer() const { return peer_; }

  void send(std::string_view bytes) {
    begin_step();
    while (!bytes.empty() && ready(POLLOUT)) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return;
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Bytes until `whole(bytes)`, the end, the bound or the time.
  template <class Whole>
  std::string receive(Whole whole) {
    std::string bytes;
    begin_step();
    while (bytes.size() < kAnswerBytes && !whole(bytes) && ready(POLLIN)) {
      char part[4096];
      const ssize_t got = ::recv(socket_, part, sizeof part, 0);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
      if (got > 0) bytes.append(part, static_cast<std::size_t>(got));
    }
    return bytes;
  }

 private:
  double seconds_;
  int socket_ = -1;
  std::string peer_;
  Clock::time_point deadline_;

  void begin_step() { deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds_)); }
  bool ready(short events) {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
      if (left <= 0) return false;
      pollfd wait{socket_, events, 0};
      const int answered = ::poll(&wait, 1, static_cast<int>(left));
      if (answered < 0 && errno == EINTR) continue;
      return answered > 0;
    }
  }
};

void let_in(ServiceSeen& seen, const std::string& detail) {
  seen.authentication = "none";
  seen.settings.emplace_back(seen.exposure == "local" ? "open-administration-local" : "open-administration", detail);
}

/// The value of "key:value" on a line of its own.
std::string line_value(std::string_view text, std::string_view key) {
  for (std::size_t at = 0; (at = text.find(key, at)) != std::string_view::npos; at += key.size())
    if (at == 0 || text[at - 1] == '\n') return std::string(text.substr(at + key.size(), text.find_first_of("\r\n", at) - at - key.size()));
  return {};
}

Result<void> ask_redis(Talk& talk, Transcript& transcript, ServiceSeen& seen) {
  transcript.write("sent", "INFO");
  talk.send("*1\r\n$4\r\nINFO\r\n");
  const std::string answer = talk.receive([](std::string_view bytes) {
    const std::size_t line = bytes.find("\r\n");
    if (line == std::string_view::npos) return false;
    return bytes[0] != '$' || bytes.size() >= line + 4 + static_cast<std::size_t>(std::max(0L, std::strtol(bytes.data() + 1, nullptr, 10)));
  });
  transcript.write("received", answer);
  seen.evidence = {"INFO: " + excerpt_of(answer.substr(0, answer.find_first_of("\r\n")), 80)};
  if (answer.starts_with("-NOAUTH") || answer.starts_with("-DENIED") || answer.starts_with("-NOPERM")) {
    seen.authentication = "token";
    return {};
  }
  seen.version = line_value(answer, "redis_version:");
  if (!answer.starts_with('$') || seen.version.empty()) return failure("speaks no Redis", seen.address);
  for (const auto& [key, title] : {std::pair{"valkey_version:", "Valkey"}, {"dragonfly_version:", "Dragonfly"}})
    if (std::string version = line_value(answer, key); !version.empty()) {
      seen.title = title;
      seen.version = version.starts_with("df-v") ? version.substr(4) : std::move(version);
    }
  seen.version = excerpt_of(seen.version, 60);
  seen.evidence = {"INFO: " + seen.title + " " + seen.version};
  if (answer.find("module:name=search") != std::string::npos) seen.evidence.emplace_back("INFO: the module search, which holds vectors");
  let_in(seen, "INFO is answered to anyone, and with it every command");
  return {};
}

std::string big_endian(std::uint32_t value) {
  value = htonl(value);
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  if (at + sizeof value <= bytes.size()) std::memcpy(&value, bytes.data() + at, sizeof value);
  return ntohl(value);
}

/// The messages of PostgreSQL in `bytes`: `see(type, body)` for each that is whole. Returns whether it came to one that waits for us.
template <class See>
bool each_message(std::string_view bytes, See see) {
  bool waits = false;
  while (bytes.size() >= 5) {
    const std::size_t size = number_at(bytes, 1);
    if (size < 4 || size + 1 > bytes.size()) break;
    const std::string_view body = bytes.substr(5, size - 4);
    see(bytes[0], body);
    waits = waits || bytes[0] == 'Z' || bytes[0] == 'E' || (bytes[0] == 'R' && number_at(body, 0) != 0);
    bytes.remove_prefix(size + 1);
  }
  return waits;
}

bool waits_for_us(std::string_view bytes) {
  return each_message(bytes, [](char, std::string_view) {});
}

/// One field of an error: its letter, then text that ends with a zero.
std::string error_field(std::string_view body, char field) {
  while (!body.empty() && body[0] != '\0') {
    const std::size_t end = std::min(body.find('\0'), body.size());
    if (body[0] == field) return std::string(body.substr(1, end - 1));
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return {};
}

struct Started {
  std::optional<std::uint32_t> asks;  ///< the kind of authentication; 0: none
  std::string version, refused;       ///< server_version; the code and message of a refusal
  bool ready = false, other = false;  ///< other: a product that only borrows the protocol
};

Started start_postgresql(Talk& talk, Transcript& transcript) {
  using namespace std::string_literals;
  const std::string words = "user\0postgres\0database\0postgres\0application_name\0stormwatch\0\0"s;
  transcript.write("sent", "start-up as postgres, without a password");
  talk.send(big_endian(static_cast<std::uint32_t>(words.size() + 8)) + big_endian(kVersion3) + words);
  Started started;
  each_message(talk.receive(waits_for_us), [&](char type, std::string_view body) {
    if (type == 'R' && body.size() >= 4) started.asks = number_at(body, 0);
    if (type == 'Z') started.ready = true;
    if (type == 'E') started.refused = error_field(body, 'C') + " " + excerpt_of(error_field(body, 'M'), 160);
    if (type != 'S') return;
    const std::size_t end = std::min(body.find('\0'), body.size());
    const std::string_view name = body.substr(0, end), value = body.substr(std::min(end + 1, body.size()));
    if (name == "server_version") started.version = std::string(value.substr(0, value.find_first_of(" \0"s)));
    if (name == "crdb_version") started.other = true;
  });
  transcript.write("received", started.asks ? fmt::format("authentication {} {}", *started.asks, started.refused) : started.refused);
  return started;
}

std::string vector_extension(Talk& talk, Transcript& transcript) {
  using namespace std::string_literals;
  const std::string query = "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector'"s;
  transcript.write("sent", query);
  talk.send("Q" + big_endian(static_cast<std::uint32_t>(query.size() + 5)) + query + '\0');
  std::string version;
  each_message(talk.receive(waits_for_us), [&](char type, std::string_view body) {
    if (type == 'D' && body.size() > 6 && number_at(body, 2) <= body.size() - 6) version = excerpt_of(body.substr(6, number_at(body, 2)), 40);
  });
  transcript.write("received", version.empty() ? "no extension vector" : "extension vector " + version);
  talk.send("X\0\0\0\4"s);
  return version;
}

Result<void> ask_postgresql(const WireAddress& at, Talk& talk, const ProbeLimits& limits, Transcript& transcript, ServiceSeen& seen) {
  transcript.write("sent", "whether TLS is offered");
  talk.send(big_endian(8) + big_endian(kAskForTls));
  const std::string offers = talk.receive([](std::string_view bytes) { return !bytes.empty(); });
  if (offers != "S" && offers != "N") return failure("speaks no PostgreSQL", seen.address);
  Talk plain(limits.step_seconds);
  if (Result<void> opened = plain.open(at); !opened) return opened;
  const Started started = start_postgresql(plain, transcript);
  if ((!started.asks && started.refused.empty()) || started.other) return failure("speaks no PostgreSQL", seen.address);
  seen.requests = 2;
  seen.tls = offers == "S" && started.refused.starts_with("28000");
  seen.version = excerpt_of(started.version, 60);
  seen.evidence = {std::string("TLS is ") + (offers == "S" ? "offered" : "not offered")};
  if (started.asks && *started.asks != 0) seen.authentication = "token";
  // Invalid authorization (28000: also no entry in pg_hba.conf; 28P01: a wrong password).
  else if (started.refused.starts_with("28")) seen.authentication = "token";
  else if (started.asks) let_in(seen, "the user postgres is let in without a password");
  if (!started.ready) return {};
  if (const std::string vector = vector_extension(plain, transcript); !vector.empty()) {
    seen.product = "pgvector";
    seen.title = "PostgreSQL with pgvector";
    seen.evidence.push_back("extension vector " + vector);
  }
  return {};
}

}  // namespace

bool is_wire_address(std::string_view address) {
  return address.starts_with("redis://") || address.starts_with("postgresql://") || address.starts_with("postgres://");
}

Result<ServiceSeen> probe_wire(std::string_view address, const ProbeLimits& limits, Transcript& transcript) {
  const std::optional<WireAddress> at = wire_address(address);
  // What was given may hold a password, and what is refused is shown.
  if (!at) return failure("no address that can be asked", std::string(address.substr(0, address.find("://") + 3)) + "…", "", "redis://HOST:PORT or postgresql://HOST:PORT, without credentials");
  Talk talk(limits.step_seconds);
  if (const Result<void> opened = talk.open(*at); !opened) return failure("nothing answers: " + opened.error().what, std::string(address));
  ServiceSeen seen;
  seen.address = fmt::format("{}://{}:{}", at->scheme, at->host.find(':') == std::string::npos ? at->host : "[" + at->host + "]", at->port);
  seen.exposure = exposure_of(talk.peer());
  seen.product = at->scheme;
  seen.title = at->scheme == "redis" ? "Redis" : "PostgreSQL";
  seen.sure = true;
  seen.requests = 1;
  const Result<void> asked = at->scheme == "redis" ? ask_redis(talk, transcript, seen) : ask_postgresql(*at, talk, limits, transcript, seen);
  if (!asked) return std::unexpected(asked.error());
  return seen;
}

}  // namespace stormwatch::live
