// SPDX-License-Identifier: Apache-2.0
// A server is called open only where its file shows all of it: an HTTP transport, an address that is every interface's, and nowhere
// a word of authentication or a middleware that is not known. What another file or a proxy adds is not seen, so doubt is silence.
#include "collect/understanding/server_access.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Effect;
using code::Expression;
using code::ExpressionKind;
using code::Family;
using code::Index;
using code::kNone;

constexpr int kMostParts = 200;

/// Anything that may be a check of who calls: auth= and token_verifier=, requireBearerAuth, jwt, keys, certificates. "author" is none.
bool speaks_of_authentication(std::string_view source) {
  const std::string text = lower(source);
  for (auto at = text.find("auth"); at != std::string::npos; at = text.find("auth", at + 4)) {
    const std::string_view rest = std::string_view(text).substr(at + 4, 3);
    if (!rest.starts_with("or") || rest == "ori") return true;
  }
  return holds(text, {"bearer", "jwt", "api_key", "apikey", "api-key", "x-api", "token", "passport", "session_secret", "client_cert", "ssl_ca", "requestcert", "clientcas", "allowlist", "allow_list", "ip_filter", "oidc", "saml", "login", "password", "credential"});
}

bool is_every_interface(std::string_view host) { return host == "0.0.0.0" || host == "::" || host == "[::]"; }

/// Layers of Express, Hono and Starlette that let everyone through.
bool is_known_layer(std::string_view name) {
  return holds(lower(name), {"json", "urlencoded", "cors", "helmet", "morgan", "compression", "static", "logger", "express.raw", "express.text"});
}

/// A middleware, or a router of another file, may ask who calls.
bool has_unknown_layer(const View& v) {
  for (const Expression& e : v.module.expressions) {
    if (e.kind != ExpressionKind::call || v.module.at(e.parts[0]).kind != ExpressionKind::attribute) continue;
    const std::string_view method = v.module.at(e.parts[0]).text;
    if (one_of(method, {"add_middleware", "middleware", "Use"})) return true;
    if (v.module.family == Family::c_sharp && method.starts_with("Use") && !one_of(method, {"UseUrls", "UseHttpsRedirection", "UseRouting", "UseCors", "UseStaticFiles", "UseHsts"})) return true;
    if (v.module.keyword(e, "middleware") != kNone || v.module.keyword(e, "dependencies") != kNone) return true;
    if (method != "use") continue;
    for (std::size_t k = 1; k < e.parts.size(); ++k) {
      const Expression& layer = v.module.at(e.parts[k]);
      if (layer.kind == ExpressionKind::string) continue;
      if (!is_known_layer(layer.kind == ExpressionKind::call ? v.names.callee(layer) : v.names.qualified(e.parts[k]))) return true;
    }
  }
  return false;
}

bool serves_http(const View& v) {
  for (const Expression& e : v.module.expressions) {
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    const auto last = last_of(name);
    if (one_of(last, {"SseServerTransport", "StreamableHTTPServerTransport", "StreamableHTTPSessionManager", "NewStreamableHTTPServer", "NewSSEServer", "NewStreamableHTTPHandler", "NewSSEHandler", "MapMcp", "sse_app", "streamable_http_app", "http_app"})) return true;
    if (one_of(last, {"run", "run_async"}) && one_of(names_string(v, v.module.argument(e, 0, "transport")), {"sse", "http", "streamable-http"})) return true;
  }
  return false;
}

std::string host_given(const View& v, const Expression& call) {
  for (const char* key : {"host", "hostname", "Host"})
    if (const Index host = v.names.option(call, key); host != kNone) return names_string(v, host);
  return {};
}

/// The address that a call binds, as far as it says one; "" when it says none or one that is not known.
std::string bound_by(const View& v, const Expression& call) {
  const std::string& name = v.names.callee(call);
  const auto last = last_of(name);
  if (one_of(last, {"run", "run_async", "FastMCP", "Config", "serve", "run_http_async", "run_sse_async", "run_streamable_http_async"})) return host_given(v, call);
  if (last == "listen" && v.module.family == Family::javascript) {
    // app.listen(3000): Node binds every interface; app.listen(3000, "127.0.0.1"); app.listen({port, host})
    if (const std::string host = host_given(v, call); !host.empty()) return host;
    const Index second = v.module.argument(call, 1);
    if (second == kNone || v.module.at(second).kind == ExpressionKind::function || v.names.local_function(second) != kNone) return "::";
    return names_string(v, second);
  }
  if (v.module.family == Family::go && one_of(last, {"ListenAndServe", "Start"})) {
    const std::string address = v.names.pattern_of(v.module.argument(call, 0));
    return address.starts_with(':') && address.size() > 1 ? "0.0.0.0" : address.substr(0, address.rfind(':'));
  }
  // app.Run("http://0.0.0.0:3001"), UseUrls("http://*:3001"); without an address ASP.NET serves this machine only.
  if (v.module.family == Family::c_sharp && one_of(last, {"Run", "RunAsync", "UseUrls"})) {
    const std::string address = names_string(v, v.module.argument(call, 0));
    return holds(address, {"://0.0.0.0", "://*", "://+", "://[::]"}) ? "0.0.0.0" : std::string();
  }
  return {};
}

void open_server(View& v) {
  if (!serves_http(v) || speaks_of_authentication(v.text) || has_unknown_layer(v)) return;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || !is_every_interface(bound_by(v, e))) continue;
    sight(v, "insecure-setting", "mcp-http-open", fmt::format("listens on every interface ({}) and nothing in its file asks who calls", v.names.callee(e)), i, Confidence::medium);
    for (Asset& a : v.out.assets)
      if (auto* facts = std::get_if<McpServerFacts>(&a.facts); facts && !facts->authenticated) facts->authenticated = false;
    return;
  }
}

/// The token or the Authorization header that this server's caller sent.
bool is_callers_token(const View& v, Index i) {
  const Expression& e = v.module.at(i);
  if (e.kind != ExpressionKind::attribute && e.kind != ExpressionKind::subscript && e.kind != ExpressionKind::call) return false;
  const std::string text = lower(v.text_of(i).substr(0, 200));
  if (e.kind == ExpressionKind::attribute && e.text == "token") return holds(text, {"get_access_token()", "authinfo", "auth_info"});
  const bool asks = holds(text, {"authorization"}) && holds(text, {"headers"});
  return asks && holds(text, {"get_http_headers", "get_http_request", "request_context.request", "requestinfo", "req.headers", "request.headers", "req.header("});
}

bool carries_callers_token(const View& v, Index given) {
  std::vector<Index> stack{given};
  std::set<Index> seen;
  for (int steps = 0; !stack.empty() && steps < kMostParts; ++steps) {
    const Index i = stack.back();
    stack.pop_back();
    if (i == kNone || !seen.insert(i).second) continue;
    if (is_callers_token(v, i)) return true;
    const Expression& e = v.module.at(i);
    if (e.kind == ExpressionKind::name) stack.push_back(v.names.binding(i));
    else if (e.kind != ExpressionKind::call || !v.names.callee(e).starts_with('.')) stack.insert(stack.end(), e.parts.begin(), e.parts.end());
  }
  return false;
}

/// headers={"Authorization": what the caller sent} in a request to somewhere else.
void passed_tokens(View& v) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const Effect effect = code::effect_of(v.names, e).effect;
    const bool downstream = one_of(last_of(v.names.callee(e)), {"streamablehttp_client", "streamable_http_client", "sse_client", "StreamableHttpTransport", "SSETransport", "StreamableHTTPClientTransport"});
    if (effect != Effect::fetch && effect != Effect::send && !downstream) continue;
    const Index headers = v.names.option(e, "headers");
    if (headers == kNone || !carries_callers_token(v, headers)) continue;
    sight(v, "insecure-setting", "token-passthrough", fmt::format("hands the token of its caller on to {}", v.names.callee(e)), i, Confidence::medium);
  }
}

}  // namespace

void observe_access(View& v) {
  const bool server = std::ranges::any_of(v.owners, [](const Owner& o) { return o.kind == AssetKind::mcp_server; });
  if (v.source.context == "test" || v.source.context == "vendored") return;
  open_server(v);
  if (server) passed_tokens(v);
}

}  // namespace stormwatch::collect
