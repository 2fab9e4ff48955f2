// SPDX-License-Identifier: Apache-2.0
// One call of a table as an HTTP request, and its answer: signed, patient with throttling, and bounded.
//
// Tried again: 429, 503, what the provider calls throttling, 5xx and dropped connections, with the time that Retry-After says (at most
// `longest_wait`) or a time that doubles. Redirects are not followed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "live/collect/call_table.h"
#include "live/http_request.h"

namespace stormwatch::live {

/// Proves to a service who asks: signs, or adds a token. What it holds is written nowhere.
class Authority {
 public:
  virtual ~Authority() = default;
  virtual Result<void> prove(HttpRequest& request, const CalledService& service, const std::string& region) = 0;
  /// Certificates for the connection, where the platform has its own.
  virtual void protect(HttpRequest&) const {}
};

struct AskLimits {
  double answer_seconds = 30;
  int tries = 5;
  double first_wait = 0.5, longest_wait = 30;  ///< seconds
  double all_seconds = 4 * 3600;               ///< then nothing more is asked
  std::size_t pages = 10'000;                  ///< of one list
  std::size_t items = 200'000;                 ///< of one listing
  std::size_t listing_bytes = 512U << 20;
};

/// What {name} in a table stands for: the item, those around it, and the scope.
struct CallValues {
  std::vector<const Node*> items;  ///< outermost first
  std::map<std::string, std::string, std::less<>> scope;

  [[nodiscard]] const std::string* find(std::string_view name) const;
};

struct Answered {
  enum class Outcome : std::uint8_t { good, none, refused, failed, throttled };
  Outcome outcome = Outcome::failed;
  Node tree;
  std::string why;  ///< "403 AccessDenied", "connection dropped"; never a value of the answer
};

class Asker {
 public:
  /// `endpoint`: an origin that stands for all hosts, for private endpoints and tests; empty: the hosts of the table.
  Asker(const CallTable& table, Authority& authority, AskLimits limits, std::string endpoint) : table_(table), authority_(authority), limits_(limits), endpoint_(std::move(endpoint)), begun_(Clock::now()) {}

  Answered ask(const Call& call, const CallValues& values, const std::string& page);
  [[nodiscard]] const AskLimits& limits() const { return limits_; }
  [[nodiscard]] const CallTable& table() const { return table_; }
  [[nodiscard]] bool out_of_time() const;
  [[nodiscard]] std::size_t requests() const { return requests_; }

 private:
  Result<HttpRequest> request_of(const Call& call, const CalledService& service, const CallValues& values, const std::string& page) const;
  Answered judged(const Call& call, const HttpAnswer& answer) const;

  const CallTable& table_;
  Authority& authority_;
  AskLimits limits_;
  std::string endpoint_;
  HttpClient client_;
  std::chrono::steady_clock::time_point begun_;
  std::size_t requests_ = 0;
};

}  // namespace stormwatch::live
