// SPDX-License-Identifier: Apache-2.0
#include "live/http_connection.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <deque>

#include "base/text.h"
#include "live/mcp_message.h"

namespace stormwatch::live {
namespace {

struct HeaderList {
  curl_slist* list = nullptr;
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl_slist_free_all(list); }
};

// One exchange on its way. For an event stream `on_bytes` sees what comes; `stop` ends it without an error.
struct Exchange {
  CURL* easy = curl_easy_init();
  HeaderList headers;
  HttpAnswer answer;
  std::size_t most = 0, received = 0;
  std::size_t* all_received = nullptr;
  std::size_t all_most = 0;
  std::function<bool(std::string_view)> on_events;  ///< false: enough
  bool is_events = false, finished = false, too_long = false, stopped = false;
  CURLcode code = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> problem{};
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    if (easy) curl_easy_cleanup(easy);
  }
  /// What the library says of its failure: of a certificate, what is wrong with it.
  [[nodiscard]] std::string why() const { return problem[0] ? excerpt_of(problem.data(), 300) : curl_easy_strerror(code); }
};

std::size_t take_header(char* data, std::size_t, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  std::string_view line(data, count);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) exchange.answer.headers.clear();
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && exchange.answer.headers.size() < 200) {
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    exchange.answer.headers.emplace(lower(line.substr(0, colon)), std::string(value.substr(0, 4096)));
  }
  return count;
}

std::size_t take_body(char* data, std::size_t, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.received == 0) {
    curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &exchange.answer.status);
    exchange.is_events = lower(exchange.answer.header("content-type")).starts_with("text/event-stream");
  }
  exchange.received += count;
  *exchange.all_received += count;
  if (*exchange.all_received > exchange.all_most) {
    exchange.too_long = true;
    return 0;
  }
  if (exchange.is_events && exchange.on_events) {
    if (exchange.on_events({data, count})) return count;
    exchange.stopped = true;
    return 0;
  }
  if (exchange.answer.body.size() + count > exchange.most) {
    exchange.too_long = true;
    return 0;
  }
  exchange.answer.body.append(data, count);
  return count;
}

class CurlConnection final : public HttpConnection {
 public:
  CurlConnection(HttpTarget target, const ProbeLimits& limits, Transcript& transcript, Clock::time_point deadline)
      : target_(std::move(target)), limits_(limits), transcript_(transcript), deadline_(deadline), multi_(curl_multi_init()), stream_events_(limits.message_bytes) {
    facts.https = lower(target_.url).starts_with("https://");
    facts.loopback = is_loopback(target_.url);
  }
  ~CurlConnection() override {
    close();
    if (multi_) curl_multi_cleanup(multi_);
  }

  [[nodiscard]] std::string_view transport() const override { return stream_ ? "sse" : "http"; }

  Result<Message> ask(std::string_view method, std::string_view id, const std::string& body, double seconds) override {
    return stream_ ? ask_sse(method, id, body, seconds) : ask_streamable(method, id, body, seconds);
  }

  Result<void> tell(const std::string& body) override {
    transcript_.write("sent", body);
    auto exchange = prepare("POST", stream_ ? endpoint_ : target_.url, body, session_headers("", body), true);
    run(*exchange, until_after(limits_.step_seconds));
    return {};
  }

  Result<HttpAnswer> send(std::string_view method, const std::string& url, const std::string& body, const std::vector<std::string>& extra, bool with_user_headers, double seconds) override {
    transcript_.write("sent", std::string(method) + " " + url + (body.empty() ? "" : " " + body));
    auto exchange = prepare(method, url, body, extra, with_user_headers);
    // The checks want the head of the answer; of an event stream that is enough.
    exchange->on_events = [](std::string_view) { return false; };
    run(*exchange, until_after(seconds));
    if (!exchange->finished) return failure("no answer within " + std::to_string(static_cast<int>(seconds)) + " s", target_.url);
    if (exchange->code != CURLE_OK && !exchange->stopped && !exchange->too_long) return failure(exchange->why(), target_.url);
    transcript_.write("received", "HTTP " + std::to_string(exchange->answer.status) + " " + exchange->answer.body);
    return std::move(exchange->answer);
  }

  Result<void> fall_back_to_sse(double seconds) override {
    stream_ = prepare("GET", target_.url, "", {"Accept: text/event-stream"}, true);
    stream_->on_events = [this](std::string_view bytes) {
      stream_events_.feed(bytes);
      while (std::optional<ServerEvent> event = stream_events_.next()) events_.push_back(std::move(*event));
      return events_.size() < 10'000;
    };
    curl_multi_add_handle(multi_, stream_->easy);
    const auto until = until_after(seconds);
    while (true) {
      while (!events_.empty()) {
        const ServerEvent event = std::move(events_.front());
        events_.pop_front();
        if (event.type == "endpoint") return take_endpoint(event.data);
      }
      if (stream_->finished || !turn(until)) break;
    }
    const long status = stream_->answer.status;
    drop_stream();
    return failure("neither Streamable HTTP nor HTTP+SSE is spoken there" + (status ? " (HTTP " + std::to_string(status) + ")" : std::string()), target_.url);
  }

  void close() override {
    if (!session_.empty() && !stream_) {
      auto exchange = prepare("DELETE", target_.url, "", session_headers("", ""), true);
      run(*exchange, std::min(deadline_, Clock::now() + std::chrono::seconds(2)));
      session_.clear();
    }
    drop_stream();
    notes.too_long += stream_events_.dropped();
  }

 private:
  HttpTarget target_;
  ProbeLimits limits_;
  Transcript& transcript_;
  Clock::time_point deadline_;
  CURLM* multi_;
  EventSplitter stream_events_;
  std::unique_ptr<Exchange> stream_;
  std::deque<ServerEvent> events_;
  std::string endpoint_, session_, protocol_;
  std::size_t all_received_ = 0;

  [[nodiscard]] Clock::time_point until_after(double seconds) const {
    return std::min(deadline_, Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
  }

  void drop_stream() {
    if (stream_) curl_multi_remove_handle(multi_, stream_->easy);
    stream_.reset();
  }

  std::unique_ptr<Exchange> prepare(std::string_view method, const std::string& url, const std::string& body, const std::vector<std::string>& extra, bool with_user_headers) {
    auto exchange = std::make_unique<Exchange>();
    exchange->most = limits_.message_bytes;
    exchange->all_received = &all_received_;
    exchange->all_most = limits_.all_bytes;
    CURL* easy = exchange->easy;
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, std::string(method).c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (!target_.authorities.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, target_.authorities.c_str());
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->problem.data());
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(limits_.step_seconds, 10.0) * 1000));
    curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "stormwatch-probe");
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange.get());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange.get());
    curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange.get());
    if (method == "POST") {
      curl_easy_setopt(easy, CURLOPT_POST, 1L);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body.c_str());
      exchange->headers.add("Content-Type: application/json");
      exchange->headers.add("Accept: application/json, text/event-stream");
      exchange->headers.add("Expect:");
    }
    for (const std::string& line : extra) exchange->headers.add(line);
    if (with_user_headers)
      for (const std::string& line : target_.headers) exchange->headers.add(line);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers.list);
    return exchange;
  }

  // One step of all exchanges on their way; false when the time is up.
  bool turn(Clock::time_point until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return false;
    int running = 0, queued = 0;
    curl_multi_perform(multi_, &running);
    bool ended = false;
    while (CURLMsg* done = curl_multi_info_read(multi_, &queued)) {
      if (done->msg != CURLMSG_DONE) continue;
      Exchange* exchange = nullptr;
      curl_easy_getinfo(done->easy_handle, CURLINFO_PRIVATE, &exchange);
      exchange->code = done->data.result;
      exchange->finished = ended = true;
      curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &exchange->answer.status);
    }
    if (!ended && events_.empty()) curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::min<long long>(left, 200)), nullptr);
    return true;
  }

  void run(Exchange& exchange, Clock::time_point until) {
    curl_multi_add_handle(multi_, exchange.easy);
    while (!exchange.finished && turn(until)) {}
    curl_multi_remove_handle(multi_, exchange.easy);
  }

  [[nodiscard]] std::vector<std::string> session_headers(std::string_view method, const std::string& body) const {
    std::vector<std::string> headers;
    const bool stateless = body.find("io.modelcontextprotocol/protocolVersion") != std::string::npos;
    if (stateless) {
      headers.push_back("MCP-Protocol-Version: " + std::string(mcp_versions[0]));
      headers.push_back("Mcp-Method: " + std::string(method));
    } else if (!protocol_.empty()) {
      headers.push_back("MCP-Protocol-Version: " + protocol_);
    }
    if (!session_.empty() && !stateless) headers.push_back("Mcp-Session-Id: " + session_);
    return headers;
  }

  Result<void> take_endpoint(std::string_view data) {
    std::string url(data);
    if (url.find("://") == std::string::npos) {
      const std::string origin = origin_of(target_.url);
      if (url.starts_with("//")) return drop_stream(), failure("the server names an endpoint of another origin", excerpt_of(url, 100));
      if (!url.starts_with("/")) {
        const std::size_t path = target_.url.find('/', target_.url.find("://") + 3);
        const std::string folder = path == std::string::npos ? "/" : target_.url.substr(path, target_.url.find_last_of('/', target_.url.find_first_of("?#")) - path + 1);
        url = folder + url;
      }
      url = origin + url;
    }
    if (origin_of(url) != origin_of(target_.url)) {
      drop_stream();
      return failure("the server names an endpoint of another origin, which is not contacted", excerpt_of(origin_of(url), 100));
    }
    if (const std::size_t id = url.find("ession"); id != std::string::npos)
      if (const std::size_t equals = url.find('=', id); equals != std::string::npos) facts.session_ids.push_back(url.substr(equals + 1, url.find('&', equals) - equals - 1));
    endpoint_ = std::move(url);
    return {};
  }

  std::optional<Message> take(const std::string& text, std::string_view id) {
    transcript_.write("received", text);
    Result<std::vector<Message>> messages = read_messages(text, limits_.message_bytes);
    if (!messages) {
      if (last_status < 400 && notes.not_messages++ == 0) notes.first_not_message = excerpt_of(text, 80);
      return std::nullopt;
    }
    std::optional<Message> answer;
    for (Message& message : *messages) {
      if (message.kind == Message::Kind::request) {
        if (notes.server_requests.size() < 100) ++notes.server_requests[excerpt_of(message.method, 80)];
      } else if (message.kind == Message::Kind::notification) {
        if (notes.notifications.size() < 100) ++notes.notifications[excerpt_of(message.method, 80)];
      } else if (!answer && (message.id == id || (message.kind == Message::Kind::error && message.id.empty()))) {
        answer = std::move(message);
      }
    }
    return answer;
  }

  Result<Message> ask_streamable(std::string_view method, std::string_view id, const std::string& body, double seconds) {
    transcript_.write("sent", body);
    if (method == "initialize") session_.clear(), protocol_.clear();
    auto exchange = prepare("POST", target_.url, body, session_headers(method, body), true);
    EventSplitter events(limits_.message_bytes);
    std::optional<Message> answer;
    exchange->on_events = [&](std::string_view bytes) {
      events.feed(bytes);
      while (std::optional<ServerEvent> event = events.next())
        if (!answer) answer = take(event->data, id);
      return !answer;
    };
    run(*exchange, until_after(seconds));
    notes.too_long += events.dropped();
    last_status = exchange->answer.status;
    if (!answer && !exchange->is_events && exchange->finished && !exchange->answer.body.empty() && !exchange->too_long) answer = take(exchange->answer.body, id);
    note_head(exchange->answer, method, answer);
    if (answer) return std::move(*answer);
    if (exchange->too_long) return ++notes.too_long, failure("the answer to " + std::string(method) + " is over the bound", target_.url);
    if (!exchange->finished) return failure("no answer to " + std::string(method) + " within " + std::to_string(static_cast<int>(seconds)) + " s", target_.url);
    if (exchange->code != CURLE_OK) return failure(exchange->why(), target_.url);
    if (last_status >= 300 && last_status < 400) return failure("the server sends elsewhere (HTTP " + std::to_string(last_status) + " to " + excerpt_of(exchange->answer.header("location"), 100) + "), which is not followed", target_.url);
    return failure("HTTP " + std::to_string(last_status) + " and no message in answer to " + std::string(method), target_.url);
  }

  void note_head(const HttpAnswer& head, std::string_view method, const std::optional<Message>& answer) {
    if (head.status == 401 || head.status == 403) {
      facts.asks_for_token = true;
      if (facts.challenge.empty()) facts.challenge = excerpt_of(head.header("www-authenticate"), 400);
    }
    if (method == "initialize" && answer && answer->kind == Message::Kind::response) {
      session_ = head.header("mcp-session-id");
      if (!session_.empty()) facts.session_ids.push_back(session_);
      if (const std::string version(answer->result()->text("protocolVersion")); version.size() < 40 && version.find_first_of("\r\n") == std::string::npos) protocol_ = version;
    }
  }

  Result<Message> ask_sse(std::string_view method, std::string_view id, const std::string& body, double seconds) {
    transcript_.write("sent", body);
    const auto until = until_after(seconds);
    auto exchange = prepare("POST", endpoint_, body, {}, true);
    curl_multi_add_handle(multi_, exchange->easy);
    Result<Message> result = failure("no answer to " + std::string(method) + " within " + std::to_string(static_cast<int>(seconds)) + " s", target_.url);
    while (true) {
      std::optional<Message> answer;
      while (!events_.empty() && !answer) {
        answer = take(events_.front().data, id);
        events_.pop_front();
      }
      if (answer) {
        result = std::move(*answer);
        break;
      }
      if (exchange->finished && exchange->answer.status >= 400) {
        last_status = exchange->answer.status;
        result = failure("HTTP " + std::to_string(last_status) + " in answer to " + std::string(method), target_.url);
        break;
      }
      if (stream_->finished) {
        result = failure("the event stream ended before the answer to " + std::string(method), target_.url);
        break;
      }
      if (!turn(until)) break;
    }
    curl_multi_remove_handle(multi_, exchange->easy);
    return result;
  }
};

}  // namespace

std::string HttpAnswer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

std::string origin_of(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string scheme = lower(url.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return {};
  std::string_view rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  std::string host = lower(rest);
  const std::string_view usual = scheme == "https" ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  return host.empty() ? std::string() : scheme + "://" + host;
}

bool is_loopback(std::string_view url) {
  const std::string origin = origin_of(url);
  const std::size_t at = origin.find("://");
  if (at == std::string::npos) return false;
  std::string host = origin.substr(at + 3);
  if (host.starts_with("[")) return host.starts_with("[::1]");
  host.erase(std::min(host.find(':'), host.size()));
  in_addr address{};
  // 127.0.0.1.example.com is a name like any other.
  return host == "localhost" || (::inet_pton(AF_INET, host.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127);
}

Result<std::unique_ptr<HttpConnection>> open_http(const HttpTarget& target, const ProbeLimits& limits, Transcript& transcript, Clock::time_point deadline) {
  if (origin_of(target.url).empty()) return failure("no address", target.url, "", "http:// or https://");
  for (const std::string& line : target.headers)
    if (line.find(':') == std::string::npos || line.find_first_of("\r\n") != std::string::npos) return failure("--header", "", "", "\"Name: value\"");
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return failure(curl_easy_strerror(ready));
  return std::make_unique<CurlConnection>(target, limits, transcript, deadline);
}

}  // namespace stormwatch::live
