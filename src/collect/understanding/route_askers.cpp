// SPDX-License-Identifier: Apache-2.0
// Names are those of FastAPI, Starlette, Flask, Quart, Django, aiohttp, Express, Fastify, Hono, NestJS and Next.js, and of the
// libraries for logins that are used with them (references of the projects, 2026).
#include "collect/understanding/route_askers.h"

#include <algorithm>

#include "base/text.h"

namespace stormwatch::collect {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

namespace {

constexpr int kMostDepth = 3;
constexpr std::size_t kMostCallsAsked = 60;  // of one function

/// Layers and decorators that let everyone through.
bool is_harmless(std::string_view name) {
  const std::string low = lower(last_of(name));
  return holds(low, {"cors", "gzip", "brotli", "compress", "trustedhost", "httpsredirect", "sessionmiddleware", "proxyheaders", "prometheus", "slowapi", "ratelimit", "rate_limit", "limiter", "limit", "throttle", "correlation", "requestid", "request_id", "logging", "logger", "logrequest", "log_", "timing", "timeout",
                     "metric", "telemetry", "sentry", "trace", "tracing", "static", "exception", "errorhandler", "error_handler", "langfuse", "profil", "helmet", "morgan", "json", "urlencoded", "bodyparser", "body_parser", "cookieparser", "multer", "upload", "multipart", "formbody", "websocket", "swagger", "openapi", "prettyjson",
                     "cache", "csrf_exempt", "csrf", "async", "await", "handle_error", "observe", "retry", "validate", "validator", "cross_origin", "api_view", "require_post", "require_http", "staticmethod", "classmethod", "wraps", "inject", "stream_with_context", "api_doc", "swag_from", "response", "expect", "marshal", "doc",
                     "router", "routes", "raw", "text", "secureheaders", "securityheaders", "security_headers", "favicon", "compression", "get_db", "get_settings", "get_config", "get_store", "get_client", "get_llm", "get_agent", "get_graph", "get_service", "get_session", "get_async_session", "sessionlocal", "dbsession", "getdb"});
}

std::string without_authors(std::string_view name) {
  std::string low = lower(name);
  for (auto at = low.find("author"); at != std::string::npos; at = low.find("author", at + 1))
    if (!std::string_view(low).substr(at).starts_with("authori")) low.erase(at, 6);
  return low;
}

bool class_asks(NearFiles& files, const CodeFile& file, Index in_class) {
  const code::Class& c = file.module->classes[in_class];
  if (c.begin < c.end && c.end <= file.text.size() && asks_in_text(file.text.substr(c.begin, c.end - c.begin))) return true;
  for (Index f = 0; f < file.module->functions.size(); ++f)
    if (file.module->functions[f].in_class == in_class && function_asks(files, file, f, 1)) return true;
  return false;
}

/// The qualified name stands for something that asks; unknown is yes, unless the name says that it lets everyone through.
bool name_asks(NearFiles& files, const CodeFile& file, std::string_view name, int depth) {
  if (name.empty() || depth > kMostDepth) return true;
  if (is_name_of_asking(last_of(name))) return true;
  const Found found = files.find(file, name);
  if (found && found.function != kNone) return function_asks(files, *found.file, found.function, depth + 1);
  if (found && found.in_class != kNone) return class_asks(files, *found.file, found.in_class);
  if (found && found.value != kNone && found.member.empty()) return value_asks(files, *found.file, found.value, depth + 1);
  return !is_harmless(name);
}

/// The names after Depends( and Security( in the text of a type.
bool annotation_asks(NearFiles& files, const CodeFile& file, std::string_view type) {
  if (holds(type, {"Security(", "Header("}) && holds(lower(type), {"security(", "authorization", "x-api", "token"})) return true;
  for (auto at = type.find("Depends("); at != std::string_view::npos; at = type.find("Depends(", at + 8)) {
    std::string_view name = type.substr(at + 8);
    name = name.substr(0, name.find_first_of("(),[ "));
    if (name.empty()) continue;
    std::string qualified(name);
    // As the file's imports call it.
    for (const code::Import& import : file.module->imports)
      if (import.alias == name.substr(0, name.find('.'))) qualified = code::Names::imported_as(import) + std::string(name.substr(import.alias.size()));
    const bool local = std::ranges::any_of(file.module->functions, [&](const code::Function& f) { return f.name == name; }) || file.names->local_class(name) != kNone;
    if (name_asks(files, file, local ? "." + qualified : qualified, 1)) return true;
  }
  return false;
}

/// user: CurrentUser where CurrentUser = Annotated[User, Depends(get_current_user)] stands here or in another file.
bool alias_asks(NearFiles& files, const CodeFile& file, std::string_view type) {
  if (type.empty() || type.find_first_of("[(. |") != std::string_view::npos) return false;
  std::string name;
  for (const code::Import& import : file.module->imports)
    if (import.alias == type) name = code::Names::imported_as(import);
  if (name.empty()) name = "." + std::string(type);
  const Found found = files.find(file, name);
  if (!found || found.value == kNone || !found.member.empty()) return false;
  return annotation_asks(files, *found.file, found.file->text_of(found.value));
}

bool is_mount(std::string_view last) {
  return one_of(last, {"FastAPI", "APIRouter", "Flask", "Quart", "Blueprint", "Starlette", "Application", "Litestar", "Router", "Mount", "include_router", "register_blueprint", "add_routes", "mount", "Sanic", "Dash"});
}

/// Middleware(AuthMiddleware, ...) and AuthMiddleware alike; the entries of a list one by one.
bool layers_ask(NearFiles& files, const CodeFile& file, Index given) {
  const Index list = file.names->literal_of(given);
  const Expression& e = file.module->at(list == kNone ? given : list);
  if (e.kind == ExpressionKind::list) return std::ranges::any_of(e.parts, [&](Index p) { return layers_ask(files, file, p); });
  if (e.kind == ExpressionKind::none) return false;
  if (e.kind == ExpressionKind::call && last_of(file.names->callee(e)) == "Middleware" && e.parts.size() > 1) return value_asks(files, file, e.parts[1]);
  return value_asks(files, file, given);
}

bool python_call_asks(NearFiles& files, const CodeFile& file, const Expression& e) {
  const std::string_view last = last_of(file.names->callee(e));
  for (const char* key : {"dependencies", "middleware", "middlewares", "guards"})
    if (const Index given = file.module->keyword(e, key); given != kNone && is_mount(last) && layers_ask(files, file, given)) return true;
  if (one_of(last, {"add_middleware", "before_request", "before_app_request", "before_serving"}) && e.parts.size() > 1) return value_asks(files, file, e.parts[1]);
  // Whole applications put behind a login.
  return one_of(last, {"AuthenticationMiddleware", "JWTManager", "FastApiMCP"}) ? last != "FastApiMCP" : false;
}

bool script_call_asks(NearFiles& files, const CodeFile& file, const Expression& e) {
  if (file.module->at(e.parts[0]).kind != ExpressionKind::attribute) return false;
  const std::string_view method = file.module->at(e.parts[0]).text;
  if (!one_of(method, {"use", "addHook", "register", "useGlobalGuards", "all", "decorateRequest"})) return false;
  for (std::size_t k = 1; k < e.parts.size(); ++k) {
    const Expression& part = file.module->at(e.parts[k]);
    if (part.kind == ExpressionKind::string || part.kind == ExpressionKind::map || part.kind == ExpressionKind::format) continue;
    // app.use("/chat", router): a router lets through, what it holds is looked at where it stands.
    if (value_asks(files, file, e.parts[k])) return true;
  }
  return false;
}

}  // namespace

bool is_name_of_asking(std::string_view name) {
  std::string low = without_authors(name);
  for (auto at = low.find("guardrail"); at != std::string::npos; at = low.find("guardrail")) low.erase(at, 9);
  if (holds(low, {"auth", "login", "jwt", "token", "apikey", "api_key", "verify", "secur", "permission", "principal", "identity", "credential", "guard", "protect", "current_user", "currentuser", "get_user", "getuser", "require_user", "requireuser", "role", "admin", "tenant", "signed", "signature", "passport", "clerk", "shield", "iap", "cognito", "oidc", "saml", "firebase", "whitelist", "allowlist", "ip_filter", "access", "account", "member"}) && !holds(low, {"securityheaders", "security_headers", "max_token", "count_token", "tokeniz", "accesslog", "access_log"})) return true;
  return one_of(low, {"user", "userdep", "active_user", "session_user", "get_session_user"});
}

bool asks_in_text(std::string_view code) {
  return holds(code, {"401", "403", "HTTP_401", "HTTP_403", "nauthorized", "nauthenticated", "uthorization\"", "uthorization'", "current_user", "currentUser", "is_authenticated", "isAuthenticated", "get_user(", "getUser(", "getSession(", "get_session_user", "getServerSession", "requireUser", "require_user", "verify_token", "verifyToken", "validate_token",
                      "validateToken", "verifyIdToken", "verify_id_token", "decode_token", "jwt.decode", "jwt.verify", "jwtVerify", "jwtDecode", "-api-key", "-API-Key", "-Api-Key", "API_KEY_HEADER", "session[", "session.get(", "req.session", "req.user", "request.user", "req.auth", "await auth(", "auth()", "getAuth(", "getToken(", "auth.getUser",
                      "auth.protect", "validateRequest", "cookies()", "req.cookies", "request.cookies", "compare_digest", "timingSafeEqual", "verify_signature", "verifySignature", "ignature", "LoginRequired", "permission_classes", "HTTPBearer", "OAuth2", "APIKey", "login_required", "Security(", "checkAuth", "check_auth", "authenticate", "locals.user", "ctx.user", "c.get('user", "c.get(\"user", "withAuth",
                      "BasicAuth", "basic_auth", "basicAuth", "getSessionUser", "get_remote_user", "X-Forwarded-User", "X-Goog-", "x-ms-client-principal", "X-MS-CLIENT-PRINCIPAL", "permission", "password"});
}

bool refuses_in_text(std::string_view code) {
  return holds(code, {"401", "403", "nauthorized", "nauthenticated", "current_user", "currentUser", "is_authenticated", "getServerSession", "verify_token", "verifyToken", "verifyIdToken", "verify_id_token", "jwt.decode", "jwt.verify", "jwtVerify", "compare_digest", "timingSafeEqual", "auth.getUser", "await auth("});
}

bool function_asks(NearFiles& files, const CodeFile& file, Index function, int depth) {
  if (depth > kMostDepth) return false;
  if (asks_in_text(file.text_of_function(function))) return true;
  if (parameters_ask(files, file, function)) return true;
  std::size_t asked = 0;
  for (const Index f : file.functions_in(function)) {
    const auto calls = file.calls.find(f);
    if (calls == file.calls.end()) continue;
    for (const Index c : calls->second) {
      if (++asked > kMostCallsAsked) return false;
      const Expression& e = file.module->at(c);
      // What answers with 401 when the model's vendor does.
      if (holds(lower(last_of(file.names->callee(e))), {"error", "exception"})) continue;
      if (const Index local = file.names->local_function(e.parts[0]); local != kNone && local != function) {
        if (refuses_in_text(file.text_of_function(local))) return true;
      } else if (const Found found = depth < 2 ? files.find(file, file.names->callee(e)) : Found{}; found && found.function != kNone) {
        if (refuses_in_text(found.file->text_of_function(found.function))) return true;
      } else if (const std::string_view name = last_of(file.names->callee(e)); holds(lower(name), {"verify_", "authentic", "requireauth", "require_auth", "checkauth", "check_auth", "currentuser", "current_user"})) {
        return true;
      }
    }
  }
  return false;
}

bool value_asks(NearFiles& files, const CodeFile& file, Index value, int depth) {
  if (value == kNone || depth > kMostDepth) return value != kNone;
  const Expression& e = file.module->at(value);
  switch (e.kind) {
    case ExpressionKind::list: return std::ranges::any_of(e.parts, [&](Index p) { return value_asks(files, file, p, depth + 1); });
    case ExpressionKind::function: return e.function != kNone && function_asks(files, file, e.function, depth + 1);
    case ExpressionKind::string: case ExpressionKind::none: case ExpressionKind::number: case ExpressionKind::boolean: return false;
    case ExpressionKind::map:
      for (std::size_t k = 0; k < e.parts.size() && k < e.names.size(); ++k)
        if (one_of(e.names[k], {"preHandler", "onRequest", "preValidation", "beforeHandle", "before", "middleware", "middlewares", "auth"}) && value_asks(files, file, e.parts[k], depth + 1)) return true;
      return false;
    case ExpressionKind::call: {
      const std::string& name = file.names->callee(e);
      if (last_of(name) == "Depends" || last_of(name) == "Security" || last_of(name) == "Provide") {
        if (last_of(name) == "Security") return true;
        const Index given = file.module->argument(e, 0, "dependency");
        return given != kNone && value_asks(files, file, given, depth + 1);
      }
      if (const Index f = file.names->local_function(e.parts[0]); f != kNone) return is_name_of_asking(last_of(name)) || function_asks(files, file, f, depth + 1);
      return name_asks(files, file, name, depth);
    }
    case ExpressionKind::name: case ExpressionKind::attribute: {
      if (is_name_of_asking(e.text)) return true;
      if (const Index f = file.names->local_function(value); f != kNone) return function_asks(files, file, f, depth + 1);
      const Index bound = e.kind == ExpressionKind::name ? file.names->binding(value) : kNone;
      if (bound != kNone && bound != value) return value_asks(files, file, bound, depth + 1);
      return name_asks(files, file, file.names->qualified(value), depth);
    }
    default: return true;
  }
}

bool parameters_ask(NearFiles& files, const CodeFile& file, Index function) {
  for (const code::Parameter& p : file.module->functions[function].parameters) {
    if (one_of(p.name, {"authorization", "x_api_key", "current_user", "auth", "credentials", "authenticated_user", "principal"})) return true;
    if (annotation_asks(files, file, p.type) || alias_asks(files, file, p.type)) return true;
    if (p.value == kNone || file.module->at(p.value).kind != ExpressionKind::call) continue;
    const std::string_view given = last_of(file.names->callee(file.module->at(p.value)));
    if (one_of(given, {"Depends", "Security"}) && value_asks(files, file, p.value)) return true;
    if (one_of(given, {"Header", "Cookie"}) && is_name_of_asking(p.name)) return true;
  }
  return false;
}

bool asks_of_all(NearFiles& files, const CodeFile& file) {
  const bool python = file.module->family == code::Family::python;
  for (const Expression& e : file.module->expressions)
    if (e.kind == ExpressionKind::call && (python ? python_call_asks(files, file, e) : script_call_asks(files, file, e))) return true;
  if (!python) return holds(file.text, {"APP_GUARD", "useGlobalGuards"});
  for (Index f = 0; f < file.module->functions.size(); ++f)
    for (const Index d : file.module->functions[f].decorators) {
      const Expression& e = file.module->at(d);
      const std::string_view last = last_of(file.names->qualified(e.kind == ExpressionKind::call ? e.parts[0] : d));
      if (one_of(last, {"middleware", "before_request", "before_app_request", "before_serving"}) && function_asks(files, file, f)) return true;
    }
  return false;
}

}  // namespace stormwatch::collect
