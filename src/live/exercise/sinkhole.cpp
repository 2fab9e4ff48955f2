// SPDX-License-Identifier: Apache-2.0
#include "live/exercise/sinkhole.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "base/text.h"
#include "live/exercise/authority.h"

namespace stormwatch::live::exercise {
namespace {

constexpr std::size_t kRequest = 1U << 20;
constexpr int kConversations = 64;

/// The value of a header in the head of a request.
std::string header_of(std::string_view head, std::string_view name) {
  const std::string folded = lower(head), wanted = "\r\n" + std::string(name) + ":";
  const std::size_t at = folded.find(wanted);
  if (at == std::string::npos) return {};
  std::string_view value = head.substr(at + wanted.size());
  value = value.substr(0, value.find("\r\n"));
  while (value.starts_with(' ')) value.remove_prefix(1);
  return std::string(value);
}

int listen_on_loopback(int type, std::uint16_t& port) {
  const int socket = ::socket(AF_INET6, type | SOCK_CLOEXEC, 0);
  const int off = 0;
  if (socket < 0) return -1;
  ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_any;
  socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || (type == SOCK_STREAM && ::listen(socket, 64) != 0) ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(socket);
    return -1;
  }
  port = ntohs(address.sin6_port);
  return socket;
}

std::uint16_t big_endian(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>((static_cast<unsigned char>(bytes[at]) << 8) | static_cast<unsigned char>(bytes[at + 1]));
}

}  // namespace

std::string question_of(std::string_view message, std::uint16_t& type, std::size_t& end) {
  if (message.size() < 17 || (static_cast<unsigned char>(message[2]) & 0x80) || big_endian(message, 4) == 0) return {};
  std::string name;
  std::size_t at = 12;
  while (at < message.size() && message[at] != 0) {
    const auto length = static_cast<unsigned char>(message[at]);
    if (length > 63 || at + 1 + length >= message.size() || name.size() + length > 253) return {};
    if (!name.empty()) name += '.';
    for (std::size_t i = 0; i < length; ++i) name += lower(message[at + 1 + i]);
    at += 1U + length;
  }
  if (at + 5 > message.size()) return {};
  type = big_endian(message, at + 1);
  end = at + 5;
  return name;
}

/// One accepted connection, from its first byte to its end.
class Sinkhole::Conversation {
 public:
  Conversation(Sinkhole& owner, int socket, Meant meant) : owner_(owner), socket_(socket), meant_(std::move(meant)) {}
  ~Conversation() {
    if (secure_) SSL_free(secure_);
    ::close(socket_);
  }

  void hold() {
    constexpr std::array<std::uint16_t, 5> kGreeting{21, 25, 465, 587, 2525};
    const bool greets = std::ranges::find(kGreeting, meant_.port) != kGreeting.end();
    for (int turn = 0; turn < 200; ++turn) {
      if (greets && turn == 0 && !waits(50)) say("220 ready\r\n");
      if (!more()) break;
      if (!secure_ && buffer_.starts_with('\x16')) {
        if (!secured()) return;
        continue;
      }
      if (is_request()) {
        if (!request()) break;
      } else if (greets) {
        const bool data = buffer_.starts_with("DATA") || buffer_.starts_with("data");
        seen(buffer_);
        buffer_.clear();
        say(data ? "354 go on\r\n" : "250 done\r\n");
      }
    }
    if (!buffer_.empty()) seen(buffer_);
  }

 private:
  Sinkhole& owner_;
  int socket_;
  Meant meant_;
  SSL* secure_ = nullptr;
  std::string buffer_;

  [[nodiscard]] bool waits(int milliseconds) const {
    if (secure_ && SSL_pending(secure_) > 0) return true;
    pollfd wait{socket_, POLLIN, 0};
    return ::poll(&wait, 1, milliseconds) > 0;
  }

  // A TLS handshake begins before our buffer may hold bytes of it: only the first one is looked at.
  bool more() {
    if (!waits(3000)) return false;
    std::array<char, 16384> bytes;
    if (!secure_ && buffer_.empty()) {
      char first = 0;
      if (::recv(socket_, &first, 1, MSG_PEEK) == 1 && first == '\x16') return buffer_ = first, true;
    }
    const ssize_t got = secure_ ? SSL_read(secure_, bytes.data(), bytes.size()) : ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0 || buffer_.size() > kRequest) return false;
    buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
  }

  bool secured() {
    buffer_.clear();
    secure_ = owner_.authority_->server_side(meant_.host);
    if (!secure_) return false;
    SSL_set_fd(secure_, socket_);
    const bool accepted = SSL_accept(secure_) == 1;
    if (const char* named = SSL_get_servername(secure_, TLSEXT_NAMETYPE_host_name)) meant_.host = lower(named);
    if (!accepted) owner_.acts_.tell("request", meant_.host, "a TLS connection whose certificate was refused");
    return accepted;
  }

  void say(std::string_view text) const {
    if (secure_) SSL_write(secure_, text.data(), static_cast<int>(text.size()));
    else (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }

  [[nodiscard]] bool is_request() const {
    for (const std::string_view method : {"GET ", "POST ", "PUT ", "HEAD ", "PATCH ", "DELETE ", "OPTIONS ", "CONNECT "})
      if (std::string_view(buffer_).starts_with(method)) return true;
    return false;
  }

  // One request of HTTP/1.1, its body to the length or the last chunk. False when the conversation is over.
  bool request() {
    std::size_t head = std::string::npos;
    while ((head = buffer_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return false;
    const std::string top = buffer_.substr(0, head + 2), length = header_of(top, "content-length"), host = header_of(top, "host");
    const bool chunked = lower(header_of(top, "transfer-encoding")).find("chunked") != std::string::npos;
    if (!header_of(top, "expect").empty()) say("HTTP/1.1 100 Continue\r\n\r\n");
    const std::size_t body = length.empty() ? 0 : std::min<std::size_t>(std::strtoull(length.c_str(), nullptr, 10), kRequest);
    while (buffer_.size() < head + 4 + body && more()) {}
    std::size_t end = std::min(buffer_.size(), head + 4 + body);
    if (chunked) {
      std::size_t last = std::string::npos;
      while ((last = buffer_.find("0\r\n\r\n", head + 2)) == std::string::npos && more()) {}
      end = last == std::string::npos ? buffer_.size() : last + 5;
    }
    const std::string line = top.substr(0, top.find("\r\n"));
    const std::string whole = buffer_.substr(0, end);
    buffer_.erase(0, end);
    if (!host.empty()) meant_.host = lower(host.substr(0, host.find(':')));
    if (line.starts_with("CONNECT ")) {
      meant_.host = lower(line.substr(8, line.find_first_of(": ", 8) - 8));
      owner_.acts_.tell("host", line.substr(8, line.find(' ', 8) - 8), "by a proxy request");
      say("HTTP/1.1 200 Connection established\r\n\r\n");
      return true;
    }
    owner_.acts_.tell("request", meant_.host, line.substr(0, 300) + ", " + std::to_string(whole.size()) + " bytes");
    seen(whole);
    say("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n");
    if (!line.starts_with("HEAD ")) say("{}");
    return true;
  }

  void seen(std::string_view bytes) {
    for (const std::string& canary : owner_.markers_.in(bytes)) owner_.acts_.tell("leak", canary, meant_.host + ":" + std::to_string(meant_.port));
  }
};

Sinkhole::Sinkhole(ActWriter& acts, const MarkerSearch& markers) : acts_(acts), markers_(markers) {}
Sinkhole::~Sinkhole() = default;

Result<std::string> Sinkhole::start() {
  Result<std::unique_ptr<Authority>> authority = Authority::make();
  if (!authority) return std::unexpected(authority.error());
  authority_ = std::move(*authority);
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: a client that goes must not end us
  names_ = listen_on_loopback(SOCK_DGRAM, names_port_);
  listener_ = listen_on_loopback(SOCK_STREAM, listener_port_);
  if (names_ < 0 || listener_ < 0) return failure(std::string("the sinkhole cannot listen: ") + std::strerror(errno));
  std::thread([this] { serve_names(); }).detach();
  std::thread([this] { serve_connections(); }).detach();
  return authority_->certificate();
}

std::string Sinkhole::name_of_address(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = host_of_.find(address);
  return found == host_of_.end() ? address : found->second;
}

std::string Sinkhole::address_for(const std::string& host) {
  const std::lock_guard lock(mutex_);
  if (const auto found = address_of_.find(host); found != address_of_.end()) return found->second;
  const std::size_t number = address_of_.size() + 10;
  if (number > 65'000) return "198.18.0.1";
  const std::string address = fmt::format("198.18.{}.{}", number / 250, number % 250 + 1);
  address_of_[host] = address;
  host_of_[address] = host;
  return address;
}

void Sinkhole::look_at_datagram(std::string_view bytes, bool question, const std::string& host) {
  std::uint16_t type = 0;
  std::size_t end = 0;
  const std::string name = question ? question_of(bytes, type, end) : std::string();
  if (!name.empty()) {
    acts_.tell("name", name);
    std::string row;
    {
      const std::lock_guard lock(mutex_);
      if (asked_.size() > (1U << 20)) asked_.erase(0, asked_.size() / 2);
      // The labels that carry data stand first; the rest is the same in each name.
      // Each is asked for twice, once for either kind of address.
      if (const std::string label = name.substr(0, name.find('.')); !asked_.ends_with(label)) asked_ += label;
      row = asked_;
    }
    for (const std::string& canary : markers_.in(name)) acts_.tell("leak", canary, "DNS question for " + name);
    if (markers_.in(name).empty())
      for (const std::string& canary : markers_.in(row)) {
        acts_.tell("leak", canary, "DNS questions, the last for " + name);
        const std::lock_guard lock(mutex_);
        asked_.clear();
      }
    return;
  }
  for (const std::string& canary : markers_.in(bytes)) acts_.tell("leak", canary, host.empty() ? "a datagram" : "a datagram to " + host);
}

std::string Sinkhole::answer_to(std::string_view question) {
  std::uint16_t type = 0;
  std::size_t end = 0;
  const std::string name = question_of(question, type, end);
  if (name.empty()) return {};
  const bool addressed = type == 1;
  std::string answer(question.substr(0, end));
  answer[2] = '\x81', answer[3] = '\x80';                                     // an answer, recursion done, no error
  answer[4] = 0, answer[5] = 1, answer[6] = 0, answer[7] = addressed ? '\1' : '\0';
  answer[8] = answer[9] = answer[10] = answer[11] = 0;
  if (addressed) {
    in_addr bytes{};
    ::inet_pton(AF_INET, address_for(name).c_str(), &bytes);
    answer += std::string("\xC0\x0C\0\1\0\1\0\0\0\x3C\0\4", 12);
    answer.append(reinterpret_cast<const char*>(&bytes), 4);
  }
  return answer;
}

void Sinkhole::serve_names() {
  std::array<char, 65536> bytes;
  for (;;) {
    sockaddr_in6 from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(names_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) continue;
    const std::string_view message(bytes.data(), static_cast<std::size_t>(got));
    look_at_datagram(message, true, "");
    if (const std::string answer = answer_to(message); !answer.empty()) ::sendto(names_, answer.data(), answer.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&from), size);
  }
}

int Sinkhole::connect(int socket, int family, bool datagrams, const std::string& host, std::uint16_t port) {
  const std::uint16_t ours = htons(datagrams ? names_port_ : listener_port_);
  sockaddr_in four{};
  sockaddr_in6 six{};
  four.sin_family = AF_INET, four.sin_port = ours, four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  six.sin6_family = AF_INET6, six.sin6_port = ours, six.sin6_addr = in6addr_loopback;
  const bool of_four = family == AF_INET;
  const int done = of_four ? ::connect(socket, reinterpret_cast<sockaddr*>(&four), sizeof four) : ::connect(socket, reinterpret_cast<sockaddr*>(&six), sizeof six);
  const int result = done == 0 ? 0 : -errno;
  if (!datagrams && (done == 0 || result == -EINPROGRESS)) {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
    const std::uint16_t from = ntohs(of_four ? reinterpret_cast<sockaddr_in&>(own).sin_port : reinterpret_cast<sockaddr_in6&>(own).sin6_port);
    const std::lock_guard lock(mutex_);
    meant_[from] = {host, port};
  }
  return result;
}

Sinkhole::Meant Sinkhole::meant_by(std::uint16_t port) {
  // The kernel may hand the connection over before `connect` has written down what it was meant for.
  for (int turn = 0; turn < 40; ++turn) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto found = meant_.find(port); found != meant_.end()) {
        const Meant meant = found->second;
        meant_.erase(found);
        return meant;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return {"unknown", 0};
}

void Sinkhole::serve_connections() {
  for (;;) {
    sockaddr_in6 from{};
    socklen_t size = sizeof from;
    const int socket = ::accept4(listener_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC);
    if (socket < 0) continue;
    if (conversations_ >= kConversations) {
      ::close(socket);
      continue;
    }
    const timeval patience{5, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ++conversations_;
    std::thread([this, socket, port = ntohs(from.sin6_port)] {
      Conversation(*this, socket, meant_by(port)).hold();
      --conversations_;
    }).detach();
  }
}

}  // namespace stormwatch::live::exercise
