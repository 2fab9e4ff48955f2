// SPDX-License-Identifier: Apache-2.0
#include "live/service_probe.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <set>

#include "format/document.h"
#include "live/canonical_json.h"
#include "live/http_request.h"
#include "match/checksum.h"

namespace stormwatch::live {
namespace {

constexpr std::size_t kRequests = 320;
constexpr std::size_t kAnswerBytes = 512U << 10;
constexpr std::string_view kNoSuchPage = "/stormwatch-asks-for-no-such-page";
constexpr std::string_view kForeign = "https://another-site.invalid";

struct Page {
  bool answered = false;
  HttpAnswer answer;
  std::optional<Node> json;
};

bool found(const ServicePattern& pattern, std::string_view text) { return !pattern || re2::RE2::PartialMatch(text, *pattern); }

const Node* member_of(const Page& page, std::string_view path) {
  if (!page.json) return nullptr;
  return path == "." ? &*page.json : page.json->at_path(path);
}

bool holds(const ServiceSign& sign, const Page& page) {
  if (!page.answered || page.answer.status != sign.status) return false;
  for (const ServiceSign::Named& member : sign.json) {
    const Node* node = member_of(page, member.name);
    if (!node || (member.value && !(node->is_scalar() && found(member.value, node->scalar)))) return false;
  }
  for (const ServiceSign::Named& header : sign.headers) {
    const auto [begin, end] = page.answer.headers.equal_range(header.name);
    if (std::none_of(begin, end, [&](const auto& row) { return found(header.value, row.second); })) return false;
  }
  return found(sign.body, page.answer.body);
}

std::string said_by(const ServiceSign& sign) {
  std::string what = "GET " + sign.path + ": ";
  for (const ServiceSign::Named& member : sign.json) what += "member " + member.name + " ";
  for (const ServiceSign::Named& header : sign.headers) what += "header " + header.name + " ";
  if (sign.body) what += "body /" + sign.body->pattern() + "/";
  while (what.ends_with(' ')) what.pop_back();
  return what;
}

class Asking {
 public:
  Asking(const HttpTarget& target, const ProbeLimits& limits, Transcript& transcript)
      : target_(target), limits_(limits), transcript_(transcript), deadline_(Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(limits.all_seconds))) {
    base_ = target.url.substr(0, target.url.find_first_of("?#"));
    while (base_.ends_with('/')) base_.pop_back();
  }

  [[nodiscard]] const std::string& base() const { return base_; }
  [[nodiscard]] std::size_t requests() const { return requests_; }
  [[nodiscard]] const std::string& trouble() const { return trouble_; }  ///< of the last request without an answer
  [[nodiscard]] bool gave_up() const { return silent_ >= 2 || requests_ >= kRequests || Clock::now() >= deadline_; }

  const Page& page(const std::string& path) {
    const auto [at, added] = pages_.try_emplace(path);
    if (added) at->second = ask(path, {}, true);
    return at->second;
  }
  Page ask(const std::string& path, std::vector<std::string> headers, bool with_user_headers) {
    Page page;
    if (gave_up()) return page;
    HttpRequest request;
    request.url = base_ + path;
    request.headers = std::move(headers);
    request.headers.emplace_back("Accept: */*");
    if (with_user_headers) request.headers.insert(request.headers.end(), target_.headers.begin(), target_.headers.end());
    request.seconds = std::min(limits_.step_seconds, std::max(0.1, std::chrono::duration<double>(deadline_ - Clock::now()).count()));
    request.most_bytes = kAnswerBytes;
    request.ca_file = target_.authorities;
    request.plain_allowed = request.cut_allowed = true;
    transcript_.write("sent", "GET " + request.url);
    ++requests_;
    Result<HttpAnswer> answer = client_.send(request);
    if (!answer) {
      ++silent_;
      trouble_ = answer.error().what;
      transcript_.write("event", trouble_);
      return page;
    }
    silent_ = 0;
    transcript_.write("received", fmt::format("HTTP {} {}", answer->status, answer->body));
    page.answered = true;
    page.answer = std::move(*answer);
    const std::size_t first = page.answer.body.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && (page.answer.body[first] == '{' || page.answer.body[first] == '[')) {
      Limits limits;
      if (Result<Node> json = format::parse_json(page.answer.body, limits)) page.json = std::move(*json);
    }
    return page;
  }

 private:
  const HttpTarget& target_;
  const ProbeLimits& limits_;
  Transcript& transcript_;
  Clock::time_point deadline_;
  HttpClient client_;
  std::string base_, trouble_;
  std::map<std::string, Page> pages_;
  std::size_t requests_ = 0;
  int silent_ = 0;  ///< requests without an answer in a row
};

struct Match {
  const ServicePrint* print = nullptr;
  int sure = 0, hints = 0;
  std::vector<std::string> evidence;
  [[nodiscard]] bool told() const { return sure > 0 || hints >= 2; }
  [[nodiscard]] int score() const { return sure * 10 + hints; }
};

/// Whether a sign of a page other than the first says something: the server does not say the same of a page that is not there.
bool counts(const ServiceSign& sign, const Page& page, const Page& missing) {
  return holds(sign, page) && (sign.path == "/" || !holds(sign, missing));
}

Match match_of(const ServicePrint& print, Asking& asking, const Page& missing, bool first_page_only) {
  Match match{&print, 0, 0, {}};
  std::set<std::string_view> hinted;  // what one page says twice is one hint
  for (const ServiceSign& sign : print.signs) {
    if (first_page_only && sign.path != "/") continue;
    if (!counts(sign, asking.page(sign.path), missing)) continue;
    if (!sign.sure && !hinted.insert(sign.path).second) continue;
    ++(sign.sure ? match.sure : match.hints);
    match.evidence.push_back(said_by(sign));
    if (match.sure > 0 && !first_page_only) break;
  }
  return match;
}

Match best_match(std::span<const ServicePrint> prints, Asking& asking, const Page& missing, long port) {
  Match best;
  std::vector<const ServicePrint*> order;
  for (const ServicePrint& print : prints) {
    Match match = match_of(print, asking, missing, true);
    if (match.score() > best.score()) best = std::move(match);
    order.push_back(&print);
  }
  if (best.sure > 0) return best;
  // Those that showed something, then those that usually stand at this port, then the rest, then families.
  std::ranges::stable_sort(order, [&](const ServicePrint* a, const ServicePrint* b) {
    const auto rank = [&](const ServicePrint* print) { return print->family ? 3 : print == best.print ? 0 : std::ranges::find(print->ports, port) != print->ports.end() ? 1 : 2; };
    return rank(a) < rank(b);
  });
  for (const ServicePrint* print : order) {
    if (print->family && best.told()) break;
    Match match = match_of(*print, asking, missing, false);
    if (match.score() > best.score()) best = std::move(match);
    if (best.sure > 0 || asking.gave_up()) break;
  }
  return best;
}

std::string version_of(const ServicePrint& print, Asking& asking) {
  for (const ServiceVersion& place : print.versions) {
    const Page& page = asking.page(place.path);
    if (!page.answered || page.answer.status >= 500) continue;
    std::string whole = place.header.empty() ? page.answer.body : page.answer.header(place.header);
    if (!place.json.empty()) {
      const Node* node = member_of(page, place.json);
      if (!node || !node->is_scalar()) continue;
      whole = node->scalar;
    }
    std::string version = whole;
    if (place.pattern && !re2::RE2::PartialMatch(whole, *place.pattern, &version)) continue;
    if (place.base64 && !re2::RE2::PartialMatch(match::base64_decoded(version), *place.base64, &version)) continue;
    if (version.starts_with('v')) version.erase(0, 1);
    if (!version.empty() && version.size() <= 60 && version[0] >= '0' && version[0] <= '9') return excerpt_of(version, 60);
  }
  return {};
}

bool leads_to_login(const HttpAnswer& answer) {
  std::string where = answer.header("location");
  std::ranges::transform(where, where.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(std::array{"login", "signin", "sign-in", "/auth", "oauth", "sso"}, [&](const char* word) { return where.find(word) != std::string::npos; });
}

std::string state_of(const Page& page, const Page& missing) {
  const HttpAnswer& answer = page.answer;
  if (!page.answered) return "unknown";
  if (answer.status == 401 || answer.status == 403 || answer.status == 407) return "guarded";
  if (answer.status >= 300 && answer.status < 400) return leads_to_login(answer) ? "guarded" : "unknown";
  if (answer.status == 404 || answer.status == 405 || answer.status == 410 || answer.status == 501) return "absent";
  if (answer.status < 200 || answer.status >= 300) return "unknown";
  const bool html = answer.header("content-type").starts_with("text/html");
  if (html && (answer.body.find("type=\"password\"") != std::string::npos || answer.body.find("type='password'") != std::string::npos)) return "guarded";
  // The same page for every path is the frame of an application, not the route.
  if (html && missing.answered && missing.answer.status == answer.status) return "unknown";
  return missing.answered && missing.answer.status == answer.status && missing.answer.body == answer.body ? "unknown" : "open";
}

// A route that takes POSTs alone. What refuses a GET for its method may ask who is there before that or after: only of products that are
// known to ask first does it say that nobody asked. Nothing is generated to find out.
std::string state_of_inference(const ServicePrint& print, const Page& page, const Page& missing) {
  const std::string state = state_of(page, missing);
  if (state == "guarded" || !page.answered) return state;
  return std::ranges::find(print.let_through, page.answer.status) != print.let_through.end() ? "open" : "not-assessed";
}

void look_at_routes(const ServicePrint& print, Asking& asking, const Page& missing, ServiceSeen& seen) {
  bool open = false, guarded = false;
  for (const ServiceRoutes& routes : print.routes)
    for (const std::string& path : routes.paths) {
      const Page& page = asking.page(path);
      RouteSeen route{routes.kind, path, page.answered ? page.answer.status : 0, routes.kind == "inference" ? state_of_inference(print, page, missing) : state_of(page, missing)};
      open = open || route.state == "open";
      guarded = guarded || route.state == "guarded";
      seen.routes.push_back(std::move(route));
    }
  seen.authentication = open && guarded ? "partial" : open ? "none" : guarded ? "token" : "";
}

// One line where nothing is known of the class, so that silence is not taken for a door that is shut.
void say_not_assessed(ServiceSeen& seen) {
  const RouteSeen* tried = nullptr;
  for (const RouteSeen& route : seen.routes) {
    if (route.kind != "inference") continue;
    if (route.state == "open" || route.state == "guarded") return;
    if (route.status != 0) tried = &route;
  }
  if (tried)
    seen.gaps.push_back({seen.address, "", "unresolved",
                         fmt::format("whether anyone may let {} generate was not assessed: GET {} answers {}, which says nothing of POST, and nothing is generated to find out", seen.title, tried->path, tried->status)});
}

bool names_a_limit(const HttpAnswer& answer) {
  return std::ranges::any_of(answer.headers, [](const auto& header) { return header.first.starts_with("x-ratelimit-limit") || header.first.starts_with("ratelimit"); });
}

const RouteSeen* open_route(const ServiceSeen& seen, std::string_view kind) {
  const auto at = std::ranges::find_if(seen.routes, [&](const RouteSeen& route) { return route.kind == kind && route.state == "open"; });
  return at == seen.routes.end() ? nullptr : &*at;
}

std::string said_of(const RouteSeen& route) {
  if (route.kind != "inference") return fmt::format("GET {} answers {} to anyone", route.path, route.status);
  return fmt::format("{} is open to anyone: a GET is answered {} before anybody asks who is there, where a guarded one answers 401", route.path, route.status);
}

void note_unclaimed(const ServicePrint& print, Asking& asking, const Page& missing, ServiceSeen& seen) {
  const auto sign = std::ranges::find_if(print.unclaimed, [&](const ServiceSign& one) { return counts(one, asking.page(one.path), missing); });
  if (sign != print.unclaimed.end())
    seen.settings.emplace_back(seen.exposure == "local" ? "unclaimed-local" : "unclaimed", fmt::format("GET {} says that nobody has set it up: whoever comes first becomes its administrator", sign->path));
}

void note_settings(Asking& asking, bool with_credentials, ServiceSeen& seen) {
  const bool local = seen.exposure == "local";
  const auto note = [&](std::string subject, std::string detail) { seen.settings.emplace_back(std::move(subject), std::move(detail)); };
  if (!with_credentials)
    for (const char* kind : {"code", "administration", "inference", "read"})
      if (const RouteSeen* route = open_route(seen, kind)) note(std::string("open-") + kind + (local ? "-local" : ""), said_of(*route));
  if (!seen.tls && !local && std::ranges::any_of(seen.routes, [](const RouteSeen& route) { return route.state == "guarded"; }))
    note("token-over-http", "it asks who is there, and what is sent to it is not encrypted");
  // One more request, as a page of another site would send it.
  const auto probed = std::ranges::find_if(seen.routes, [](const RouteSeen& route) { return route.state == "open" && route.kind != "inference"; });
  if (probed == seen.routes.end()) return;
  const Page foreign = asking.ask(probed->path, {"Origin: " + std::string(kForeign)}, true);
  const std::string allowed = foreign.answered ? foreign.answer.header("access-control-allow-origin") : "";
  const bool with_cookies = foreign.answered && foreign.answer.header("access-control-allow-credentials") == "true";
  if (foreign.answered && foreign.answer.status < 300 && (allowed == "*" || allowed == kForeign))
    note("any-origin", fmt::format("pages of any site may read GET {} (Access-Control-Allow-Origin: {}{})", probed->path, allowed, with_cookies ? ", with credentials" : ""));
}

long port_of(const std::string& base) {
  const std::string origin = origin_of(base);
  const std::size_t colon = origin.rfind(':');
  if (colon != std::string::npos && colon > origin.find("://") + 2 && origin.find(']', colon) == std::string::npos) return std::strtol(origin.c_str() + colon + 1, nullptr, 10);
  return origin.starts_with("https") ? 443 : 80;
}

}  // namespace

std::string exposure_of(const std::string& peer) {
  in_addr four{};
  in6_addr six{};
  std::string plain = peer.starts_with("::ffff:") ? peer.substr(7) : peer;
  if (::inet_pton(AF_INET, plain.c_str(), &four) == 1) {
    const std::uint32_t address = ntohl(four.s_addr);
    if (address >> 24 == 127) return "local";
    const bool inner = address >> 24 == 10 || address >> 20 == 0xAC1 || address >> 16 == 0xC0A8 || address >> 16 == 0xA9FE || address >> 22 == (100U << 2 | 1U);
    return inner ? "internal" : "internet";
  }
  if (::inet_pton(AF_INET6, peer.c_str(), &six) == 1) {
    if (IN6_IS_ADDR_LOOPBACK(&six)) return "local";
    return (six.s6_addr[0] & 0xFE) == 0xFC || IN6_IS_ADDR_LINKLOCAL(&six) ? "internal" : "internet";
  }
  return {};
}

Result<ServiceSeen> probe_service(const HttpTarget& target, std::span<const ServicePrint> prints, const ProbeLimits& limits, Transcript& transcript) {
  if (origin_of(target.url).empty()) return failure("no address", target.url, "", "http:// or https://");
  Asking asking(target, limits, transcript);
  ServiceSeen seen;
  seen.address = asking.base();
  seen.tls = seen.address.starts_with("https");
  const Page first = asking.page("/");
  const Page missing = asking.page(std::string(kNoSuchPage));
  if (!first.answered && !missing.answered) return failure("nothing answers: " + asking.trouble(), origin_of(target.url));
  seen.exposure = exposure_of((first.answered ? first : missing).answer.peer);
  const Match match = best_match(prints, asking, missing, port_of(seen.address));
  if (match.told()) {
    seen.product = match.print->product;
    seen.title = match.print->title;
    seen.sure = match.sure > 0;
    seen.evidence = match.evidence;
    seen.version = version_of(*match.print, asking);
    look_at_routes(*match.print, asking, missing, seen);
    say_not_assessed(seen);
    if (names_a_limit(first.answer)) seen.rate_limited = true;
    note_settings(asking, !target.headers.empty(), seen);
    note_unclaimed(*match.print, asking, missing, seen);
  }
  seen.requests = asking.requests();
  if (asking.gave_up())
    seen.gaps.push_back({seen.address, "", asking.requests() >= kRequests ? "over-limit" : "timeout",
                         fmt::format("given up after {} requests{}", asking.requests(), asking.trouble().empty() ? "" : ": " + asking.trouble())});
  if (!match.told())
    seen.gaps.push_back({seen.address, "", "unsupported", fmt::format("answers HTTP {}, and shows the signs of none of the {} AI services that are known", first.answer.status, prints.size())});
  return seen;
}

std::string services_file(std::span<const ServiceSeen> services, std::span<const Gap> gaps) {
  const auto text = [](std::string_view key, std::string_view value) { return value.empty() ? std::string() : fmt::format(", {}: {}", json_string(key), json_string(value)); };
  std::string out = "{\"stormwatch.services\": 1,\n\"services\": [";
  for (const char* separator = "\n"; const ServiceSeen& seen : services) {
    if (seen.product.empty()) continue;
    out += fmt::format("{}{{\"address\": {}{}{}{}{}{}, \"sure\": {}, \"tls\": {}", std::exchange(separator, ",\n"), json_string(seen.address), text("product", seen.product), text("title", seen.title),
                       text("version", seen.version), text("exposure", seen.exposure), text("authentication", seen.authentication), seen.sure, seen.tls);
    if (seen.rate_limited) out += fmt::format(", \"rate_limited\": {}", *seen.rate_limited);
    out += ", \"routes\": [";
    for (const char* comma = ""; const RouteSeen& route : seen.routes)
      out += fmt::format("{}{{\"class\": {}, \"path\": {}, \"status\": {}, \"state\": {}}}", std::exchange(comma, ", "), json_string(route.kind), json_string(route.path), route.status, json_string(route.state));
    out += "], \"settings\": [";
    for (const char* comma = ""; const auto& [subject, detail] : seen.settings) out += fmt::format("{}{{\"subject\": {}, \"detail\": {}}}", std::exchange(comma, ", "), json_string(subject), json_string(detail));
    out += "], \"evidence\": [";
    for (const char* comma = ""; const std::string& row : seen.evidence) out += std::exchange(comma, ", ") + json_string(row);
    out += "]}";
  }
  out += "\n],\n\"gaps\": [";
  const char* separator = "\n";
  const auto add_gap = [&](const Gap& gap) { out += fmt::format("{}{{\"path\": {}, \"reason\": {}, \"detail\": {}}}", std::exchange(separator, ",\n"), json_string(gap.path), json_string(gap.reason), json_string(gap.detail)); };
  for (const ServiceSeen& seen : services) std::ranges::for_each(seen.gaps, add_gap);
  std::ranges::for_each(gaps, add_gap);
  return out + "\n]}\n";
}

}  // namespace stormwatch::live
