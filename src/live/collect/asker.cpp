// SPDX-License-Identifier: Apache-2.0
#include "live/collect/asker.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <thread>

#include "base/text.h"
#include "live/canonical_json.h"
#include "live/collect/answer_tree.h"
#include "live/collect/signature_v4.h"

namespace stormwatch::live {
namespace {

using Speaks = CalledService::Speaks;

// "{region}" and the like; nullopt if one stands for nothing. `encode` is told the name and value.
template <class F>
std::optional<std::string> filled(std::string_view text, const CallValues& values, F&& encode) {
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{'), close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out + std::string(text);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const std::string* value = values.find(name);
    if (!value) return std::nullopt;
    out += std::string(text.substr(0, open)) + encode(name, *value);
    text = text.substr(close + 1);
  }
  return out;
}
std::string as_it_is(std::string_view, const std::string& value) { return value; }

bool fill(Node& node, const CallValues& values) {
  if (node.is_string() && holds(node.scalar, "{")) {
    auto text = filled(node.scalar, values, as_it_is);
    if (!text) return false;
    node.scalar = std::move(*text);
  }
  return std::ranges::all_of(node.items, [&](Node& item) { return fill(item, values); }) && std::ranges::all_of(node.members, [&](Node::Member& member) { return fill(member.value, values); });
}

// Sets the member at a dotted way.
void set_at(Node& map, std::string_view way, std::string_view text) {
  map.kind = Node::Kind::map;
  const std::size_t dot = way.find('.');
  const std::string key(way.substr(0, dot));
  auto found = std::ranges::find(map.members, key, &Node::Member::key);
  if (found == map.members.end()) found = map.members.insert(map.members.end(), {key, Node(), 0});
  if (dot != std::string_view::npos) return set_at(found->value, way.substr(dot + 1), text);
  found->value.kind = Node::Kind::string;
  found->value.scalar = text;
}

std::string fields_of(const Node& with) {
  std::string out;
  const auto add = [&](std::string_view key, const Node& value) { out += (out.empty() ? "" : "&") + percent_encoded(key) + "=" + percent_encoded(value.scalar); };
  for (const Node::Member& member : with.members) {
    if (member.value.is_scalar()) add(member.key, member.value);
    for (const Node& item : member.value.items) add(member.key, item);
  }
  return out;
}

double wait_told(const HttpAnswer& answer) {
  const std::string text = answer.header("retry-after");
  double seconds = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  return error == std::errc{} && end == text.data() + text.size() ? seconds : -1;
}

bool says_throttled(std::string_view code) {
  return holds(code, "Throttl") || holds(code, "TooManyRequests") || code == "RequestLimitExceeded" || code == "SlowDown" || code == "RATE_LIMIT_EXCEEDED" || code == "ProvisionedThroughputExceededException";
}
bool says_refused(std::string_view code) {
  return holds(code, "AccessDenied") || holds(code, "Unauthorized") || holds(code, "NotAuthorized") || holds(code, "AuthorizationFailed") || holds(code, "AuthFailure") || holds(code, "InvalidClientTokenId") ||
         holds(code, "UnrecognizedClient") || holds(code, "ExpiredToken") || holds(code, "SignatureDoesNotMatch") || holds(code, "OptInRequired") || holds(code, "PERMISSION_DENIED");
}


}  // namespace

const std::string* CallValues::find(std::string_view name) const {
  for (auto item = items.rbegin(); item != items.rend(); ++item)
    if (const Node* value = (*item)->find(name); value && value->is_scalar()) return &value->scalar;
  const auto found = scope.find(name);
  return found == scope.end() ? nullptr : &found->second;
}

bool Asker::out_of_time() const { return std::chrono::duration<double>(Clock::now() - begun_).count() > limits_.all_seconds; }

Result<HttpRequest> Asker::request_of(const Call& call, const CalledService& service, const CallValues& values, const std::string& page) const {
  CallValues with_region = values;
  if (!service.region.empty()) with_region.scope["region"] = service.region;
  const auto host = filled(service.host, with_region, as_it_is);
  // An id of Azure is itself a path; everything else is one part of it.
  const auto path = filled(call.path.empty() ? "/" : call.path, with_region, [&](std::string_view name, const std::string& value) { return percent_encoded(value, table_.platform == "azure" && name == "id" ? "/" : ""); });
  Node with = call.with;
  if (!host || !path || !fill(with, with_region)) return failure("a name in the call stands for nothing", call.operation);
  with.kind = Node::Kind::map;
  HttpRequest request;
  request.seconds = limits_.answer_seconds;
  const std::string origin = !endpoint_.empty() ? endpoint_ : holds(*host, "://") ? *host : "https://" + *host;
  request.url = origin + *path;
  const auto add_query = [&](const std::string& fields) {
    if (!fields.empty()) request.url += (holds(request.url, "?") ? "&" : "?") + fields;
  };
  if (!page.empty() && call.page_to == "url") {
    if (origin_of(page) != origin_of(request.url)) return failure("the next page is at another origin", call.operation);
    request.url = page;
    return request;
  }
  request.method = !call.method.empty() ? call.method : service.speaks == Speaks::json || service.speaks == Speaks::query ? "POST" : "GET";
  if (!page.empty() && call.paged_in_query) add_query(percent_encoded(call.page_to) + "=" + percent_encoded(page));
  else if (!page.empty() && (service.speaks == Speaks::json || (service.speaks == Speaks::rest && request.method == "POST"))) set_at(with, call.page_to, page);
  else if (!page.empty()) with.members.push_back({call.page_to, [&] { Node token; token.kind = Node::Kind::string; token.scalar = page; return token; }(), 0});
  if (service.speaks == Speaks::query) {
    request.body = "Action=" + percent_encoded(call.operation) + "&Version=" + service.version + (with.members.empty() ? "" : "&") + fields_of(with);
    request.headers.push_back("Content-Type: application/x-www-form-urlencoded; charset=utf-8");
  } else if (service.speaks == Speaks::json) {
    request.body = canonical_json(with);
    request.headers.push_back("Content-Type: application/x-amz-json-" + service.version);
    request.headers.push_back("X-Amz-Target: " + service.target + "." + call.operation);
  } else if (request.method == "POST") {
    request.body = canonical_json(with);
    request.headers.push_back("Content-Type: application/json");
  } else add_query(fields_of(with));
  request.headers.push_back("Accept: " + (call.accept.empty() ? (service.speaks == Speaks::xml || service.speaks == Speaks::query ? "application/xml" : "application/json") : call.accept));
  return request;
}

Answered Asker::judged(const Call& call, const HttpAnswer& answer) const {
  using Outcome = Answered::Outcome;
  if (answer.status >= 200 && answer.status < 300) {
    Result<Node> tree = answer_tree(answer.body);
    if (!tree) return {Outcome::failed, {}, "the answer is neither JSON nor XML"};
    return {Outcome::good, std::move(*tree), {}};
  }
  const std::string status = std::to_string(answer.status);
  if (answer.status >= 300 && answer.status < 400) return {Outcome::failed, {}, status + ": redirected elsewhere, which is not followed"};
  const std::string code = error_code_in(answer.body, answer.header("x-amzn-errortype")), why = code.empty() ? status : status + " " + code;
  if (std::ranges::any_of(call.none, [&](const std::string& none) { return none == status || none == code; })) return {Outcome::none, {}, why};
  if (answer.status == 429 || answer.status == 503 || says_throttled(code)) return {Outcome::throttled, {}, why};
  if (answer.status == 401 || answer.status == 403 || says_refused(code)) return {Outcome::refused, {}, why};
  return {Outcome::failed, {}, why};
}

Answered Asker::ask(const Call& call, const CallValues& values, const std::string& page) {
  using Outcome = Answered::Outcome;
  const CalledService& service = *table_.service(call.service);
  double wait = limits_.first_wait;
  Answered answered;
  for (int tried = 0; tried < limits_.tries; ++tried) {
    if (out_of_time()) return {Outcome::throttled, {}, "no time is left"};
    Result<HttpRequest> request = request_of(call, service, values, page);
    if (!request) return {Outcome::failed, {}, request.error().what};
    authority_.protect(*request);
    const std::string* region = service.region.empty() ? values.find("region") : &service.region;
    if (Result<void> proven = authority_.prove(*request, service, region ? *region : std::string()); !proven) return {Outcome::refused, {}, proven.error().what};
    ++requests_;
    const Result<HttpAnswer> answer = client_.send(*request);
    double told = -1;
    if (!answer) {
      answered = {Outcome::failed, {}, answer.error().what};
      // What is too long or not trusted stays so.
      if (holds(answer.error().what, "longer than") || holds(answer.error().what, "ertificate") || holds(answer.error().what, "not protected")) return answered;
    } else {
      answered = judged(call, *answer);
      told = wait_told(*answer);
      const bool again = answered.outcome == Outcome::throttled || (answered.outcome == Outcome::failed && answer->status >= 500);
      if (!again) return answered;
    }
    if (tried + 1 == limits_.tries) break;
    if (told > limits_.longest_wait) return answered;
    std::this_thread::sleep_for(std::chrono::duration<double>(told >= 0 ? told : wait));
    wait = std::min(wait * 2, limits_.longest_wait);
  }
  return answered;
}

}  // namespace stormwatch::live
