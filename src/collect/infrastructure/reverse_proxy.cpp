// SPDX-License-Identifier: Apache-2.0
#include "collect/infrastructure/reverse_proxy.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostWords = 50'000, kMostRoutes = 500;
constexpr int kDeepest = 16;

/// A line of settings: its words, and the lines of its block.
struct Directive {
  std::vector<std::string> words;
  std::vector<Directive> block;
  bool has_block = false;
  std::uint32_t line = 0;
};

/// Both grammars: words, quotes, comments and blocks. nginx ends a line with ';', Caddy with its end.
class Reader {
 public:
  Reader(std::string_view text, bool by_lines) : text_(text), by_lines_(by_lines) {}

  std::vector<Directive> read(int depth = 0) {
    std::vector<Directive> out;
    Directive line;
    const auto end_line = [&] {
      if (!line.words.empty() || line.has_block) out.push_back(std::move(line));
      line = {};
    };
    while (at_ < text_.size() && words_ < kMostWords) {
      const char c = text_[at_];
      if (c == '\n') {
        ++at_;
        if (by_lines_) end_line();
      } else if (c == ' ' || c == '\t' || c == '\r') {
        ++at_;
      } else if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == ';' && !by_lines_) {
        ++at_;
        end_line();
      } else if (c == '}') {
        ++at_;
        end_line();
        if (depth > 0) return out;
      } else if (c == '{' && !in_word()) {
        ++at_;
        if (depth >= kDeepest) return out;
        line.has_block = true;
        line.block = read(depth + 1);
        end_line();
      } else {
        if (line.words.empty()) line.line = line_here();
        line.words.push_back(word());
        ++words_;
      }
    }
    end_line();
    return out;
  }

 private:
  std::uint32_t line_here() {
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
    counted_ = at_;
    return line_;
  }
  // "{$NAME}" and "{http.x}" are words of Caddy's; a block opens before a blank or the line's end.
  [[nodiscard]] bool in_word() const { return by_lines_ && at_ + 1 < text_.size() && text_[at_ + 1] != ' ' && text_[at_ + 1] != '\t' && text_[at_ + 1] != '\n' && text_[at_ + 1] != '\r' && text_[at_ + 1] != '#'; }

  std::string word() {
    std::string out;
    if (const char quote = text_[at_]; quote == '"' || quote == '\'' || quote == '`') {
      const std::size_t end = text_.find(quote, at_ + 1);
      out = text_.substr(at_ + 1, end == std::string_view::npos ? end : end - at_ - 1);
      at_ = end == std::string_view::npos ? text_.size() : end + 1;
      return out;
    }
    int open = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || (c == ';' && !by_lines_)) break;
      if (c == '{' && !by_lines_ && !out.ends_with('$')) break;
      if (c == '}' && open == 0) break;
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
      out += c;
    }
    if (out.empty()) ++at_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0, words_ = 0, counted_ = 0;
  std::uint32_t line_ = 1;
  bool by_lines_;
};

std::string_view first(const Directive& line) { return line.words.empty() ? std::string_view() : std::string_view(line.words[0]); }
std::string_view second(const Directive& line) { return line.words.size() < 2 ? std::string_view() : std::string_view(line.words[1]); }

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// "http://name:port/path", "name:port", "unix:/x".
std::optional<std::pair<std::string, std::int64_t>> host_of(std::string_view address) {
  if (const std::size_t scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find('/'));
  const std::size_t colon = address.rfind(':');
  const std::string_view host = address.substr(0, colon);
  if (host.empty() || host == "unix" || host.find_first_of("${}[]*~ ") != std::string_view::npos) return std::nullopt;
  return std::pair(std::string(host), colon == std::string_view::npos ? 0 : number_of(address.substr(colon + 1)));
}

// ---- nginx

bool turns_away(const Directive& line) { return first(line) == "return" && (second(line) == "401" || second(line) == "403"); }

/// What a block itself says of who may pass; nullopt where it says nothing.
std::optional<bool> asked_by_nginx(const std::vector<Directive>& block) {
  bool denied = false;
  std::optional<bool> asks;
  for (const Directive& line : block) {
    const std::string_view name = first(line);
    if (name == "auth_basic" || name == "auth_request" || name == "auth_jwt") asks = second(line) != "off";
    else if (name == "ssl_verify_client") asks = second(line) == "on" ? std::optional(true) : asks;
    else if (name == "access_by_lua_block" || name == "access_by_lua_file" || name == "js_access") asks = true;
    else if (name == "deny" && second(line) == "all") denied = true;
    else if (name == "if" && std::ranges::any_of(line.block, turns_away)) asks = true;  // a header or cookie that is compared
  }
  return denied ? std::optional(true) : asks;
}

struct NginxScope {
  std::optional<bool> asks = false;
  std::vector<std::int64_t> listens;
};

class Nginx {
 public:
  explicit Nginx(const std::vector<Directive>& all) { collect_names(all, 0); }

  void walk(const std::vector<Directive>& block, NginxScope scope, std::vector<ProxyRoute>& out) {
    if (const auto own = asked_by_nginx(block)) scope.asks = own;
    std::map<std::string, std::string> set;
    for (const Directive& line : block) {
      const std::string_view name = first(line);
      if (name == "listen") {
        const std::string_view word = second(line);
        const std::size_t colon = word.rfind(':');
        if (const std::int64_t port = number_of(colon == std::string_view::npos ? word : word.substr(colon + 1))) scope.listens.push_back(port);
      }
      if (name == "set" && line.words.size() > 2) set[line.words[1]] = line.words[2];
      if (name == "include" && scope.asks == false && !one_of_types(second(line))) scope.asks = std::nullopt;
    }
    for (const Directive& line : block) {
      if (first(line) == "proxy_pass" || first(line) == "grpc_pass") {
        std::string target(second(line));
        if (const auto variable = set.find(target); variable != set.end()) target = variable->second;
        add(target, scope, line.line, out);
      }
      if (first(line) == "http" || first(line) == "stream" || first(line) == "location") walk(line.block, scope, out);
      if (first(line) == "server" && line.has_block) {
        NginxScope inner = scope;
        if (std::ranges::none_of(line.block, [](const Directive& one) { return first(one) == "listen"; })) inner.listens = {80};
        walk(line.block, inner, out);
      }
    }
  }

 private:
  // Files of types and of parameters hold no question.
  static bool one_of_types(std::string_view path) { return path.find("mime.types") != std::string_view::npos || path.find("_params") != std::string_view::npos || path.find("ssl") != std::string_view::npos; }

  void collect_names(const std::vector<Directive>& block, int depth) {
    for (const Directive& line : block) {
      if (first(line) == "upstream")
        for (const Directive& server : line.block)
          if (first(server) == "server") upstreams_[std::string(second(line))].emplace_back(second(server));
      if (depth < 2 && first(line) == "http") collect_names(line.block, depth + 1);
    }
  }
  void add(const std::string& target, const NginxScope& scope, std::uint32_t line, std::vector<ProxyRoute>& out) {
    const auto put = [&](std::string_view address) {
      if (const auto host = host_of(address); host && out.size() < kMostRoutes) out.push_back({host->first, host->second, scope.listens, scope.asks, line});
    };
    const auto host = host_of(target);
    const auto known = host ? upstreams_.find(host->first) : upstreams_.end();
    if (known == upstreams_.end()) return put(target);
    for (const std::string& server : known->second) put(server);
  }

  std::map<std::string, std::vector<std::string>> upstreams_;
};

// ---- Caddy

/// Ports of "example.org, :8080, http://x:81".
std::vector<std::int64_t> ports_of_site(const std::vector<std::string>& words) {
  std::vector<std::int64_t> ports;
  for (std::string_view word : words) {
    while (word.ends_with(',')) word.remove_suffix(1);
    if (word.empty()) continue;
    const bool plain = word.starts_with("http://");
    if (const std::size_t scheme = word.find("://"); scheme != std::string_view::npos) word.remove_prefix(scheme + 3);
    word = word.substr(0, word.find('/'));
    const std::size_t colon = word.rfind(':');
    if (const std::int64_t port = colon == std::string_view::npos ? 0 : number_of(word.substr(colon + 1))) ports.push_back(port);
    else if (plain) ports.push_back(80);
    else ports.insert(ports.end(), {80, 443});
  }
  return ports;
}

class Caddy {
 public:
  explicit Caddy(const std::vector<Directive>& all) {
    for (const Directive& line : all)
      if (const std::string_view name = first(line); name.starts_with('(') && name.ends_with(')')) snippets_[std::string(name.substr(1, name.size() - 2))] = &line.block;
  }

  void walk(const std::vector<Directive>& block, std::optional<bool> asks, const std::vector<std::int64_t>& listens, int depth, std::vector<ProxyRoute>& out) {
    if (depth > kDeepest) return;
    if (asks != true) {
      const auto own = asked(block, depth);
      if (own != false) asks = own;
    }
    for (const Directive& line : block) {
      const std::string_view name = first(line);
      if (name == "reverse_proxy") {
        for (std::size_t i = 1; i < line.words.size(); ++i) add(line.words[i], asks, listens, line.line, out);
        for (const Directive& inner : line.block)
          if (first(inner) == "to")
            for (std::size_t i = 1; i < inner.words.size(); ++i) add(inner.words[i], asks, listens, inner.line, out);
      } else if (name == "handle" || name == "handle_path" || name == "route") {
        walk(line.block, asks, listens, depth + 1, out);
      } else if (name == "import") {
        if (const auto found = snippets_.find(std::string(second(line))); found != snippets_.end()) walk(*found->second, asks, listens, depth + 1, out);
      }
    }
  }

 private:
  // A matcher ("/admin*", "@api") asks of a part of the requests only.
  static bool of_all(const Directive& line) { return second(line).empty() || !(second(line).starts_with('/') || second(line).starts_with('@')) || second(line) == "/*"; }

  std::optional<bool> asked(const std::vector<Directive>& block, int depth) const {
    std::optional<bool> asks = false;
    for (const Directive& line : block) {
      const std::string_view name = first(line);
      const bool question = name == "basic_auth" || name == "basicauth" || name == "forward_auth" || name == "jwtauth" || name == "authorize" || name == "authenticate" || name == "authp" || name == "client_auth";
      if (question && of_all(line)) return true;
      if (name == "respond" && std::ranges::any_of(line.words, [](const std::string& word) { return word == "401" || word == "403"; })) return true;
      if (name == "import") {
        const auto found = snippets_.find(std::string(second(line)));
        const auto inner = found == snippets_.end() || depth > kDeepest ? std::nullopt : asked(*found->second, depth + 1);
        if (inner == true) return true;
        if (!inner) asks = std::nullopt;
      }
    }
    return asks;
  }

  static void add(const std::string& word, std::optional<bool> asks, const std::vector<std::int64_t>& listens, std::uint32_t line, std::vector<ProxyRoute>& out) {
    if (word.starts_with('/') || word.starts_with('@') || word == "*") return;
    if (const auto host = host_of(word); host && out.size() < kMostRoutes) out.push_back({host->first, host->second, listens, asks, line});
  }

  std::map<std::string, const std::vector<Directive>*> snippets_;
};

}  // namespace

std::vector<ProxyRoute> nginx_routes(std::string_view text) {
  const std::vector<Directive> all = Reader(text, false).read();
  std::vector<ProxyRoute> out;
  Nginx(all).walk(all, {}, out);
  return out;
}

std::vector<ProxyRoute> caddy_routes(std::string_view text, const std::vector<std::pair<std::string, std::string>>& variables) {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find("{$", at), close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) {
      filled += text.substr(at);
      break;
    }
    filled += text.substr(at, open - at);
    const std::string_view inner = text.substr(open + 2, close - open - 2), name = inner.substr(0, inner.find(':'));
    const auto given = std::ranges::find(variables, name, [](const auto& pair) { return std::string_view(pair.first); });
    if (given != variables.end()) {
      std::string value = given->second;
      std::erase(value, '"');
      filled += value;
    } else {
      filled += inner.find(':') == std::string_view::npos ? std::string_view("unset.invalid") : inner.substr(inner.find(':') + 1);
    }
    at = close + 1;
  }
  const std::vector<Directive> all = Reader(filled, true).read();
  std::vector<ProxyRoute> out;
  Caddy caddy(all);
  for (const Directive& site : all)
    if (site.has_block && !site.words.empty() && !first(site).starts_with('(')) caddy.walk(site.block, false, ports_of_site(site.words), 0, out);
  return out;
}

}  // namespace stormwatch::collect
