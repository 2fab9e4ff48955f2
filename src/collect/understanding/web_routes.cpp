// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/web_routes.h"

#include <algorithm>

#include "base/text.h"
#include "collect/understanding/route_askers.h"

namespace stormwatch::collect {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

namespace {

bool is_script(const View& v) { return v.module.family == code::Family::javascript; }

/// The first place of a handler, for files whose name makes the route.
Index first_expression_of(const View& v, Index function) {
  for (Index i = 0; i < v.module.expressions.size(); ++i)
    if (v.module.at(i).owner == function) return i;
  return kNone;
}

void declared_routes(const View& v, NearFiles& files, std::vector<WebRoute>& out) {
  for (const code::Role& r : v.roles) {
    if (r.kind != code::RoleKind::route || r.function == kNone || r.declared == kNone) continue;
    const Expression& e = v.module.at(r.declared);
    const std::string& name = e.kind == ExpressionKind::call ? v.names.callee(e) : v.names.qualified(r.declared);
    if (last_of(name) == "use" || name.ends_with("on_message")) continue;
    WebRoute route{.file = &files.own(), .function = r.function, .path = r.name, .declared = r.declared, .layers = {}};
    if (is_script(v)) {
      // app.post("/chat", requireAuth, handle): all between the path and the handler.
      for (std::size_t k = 2; k < e.parts.size(); ++k)
        if (v.names.local_function(e.parts[k]) != r.function) route.layers.push_back(e.parts[k]);
    } else {
      if (const Index given = v.module.keyword(e, "dependencies"); given != kNone) route.layers.push_back(given);
      for (const Index d : v.module.functions[r.function].decorators)
        if (d != r.declared && std::ranges::none_of(v.roles, [&](const code::Role& other) { return other.declared == d && other.kind == code::RoleKind::route; })) route.layers.push_back(d);
    }
    out.push_back(std::move(route));
  }
}

/// Route("/chat", answer), app.router.add_post("/chat", answer), app.add_api_route("/chat", answer), fastify.route({url, handler})
void called_routes(const View& v, NearFiles& files, std::vector<WebRoute>& out) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    const std::string_view last = last_of(name);
    Index path = v.module.argument(e, 0, "path"), handler = kNone;
    if (is_script(v) && one_of(last, {"post", "get", "put", "all"}) && e.parts.size() > 2) {
      // router.post("/chat", requireAuth, controller.chat): a handler of another file.
      handler = e.parts.back();
      if (v.names.local_function(handler) != kNone) continue;
    } else if (is_script(v)) {
      if (last != "route" || e.parts.size() < 2 || v.module.at(e.parts[1]).kind != ExpressionKind::map) continue;
      path = v.module.keyword(e, "url");
      handler = v.module.keyword(e, "handler");
    } else if (one_of(last, {"Route", "WebSocketRoute", "add_post", "add_get", "add_route", "add_api_route", "add_api_websocket_route"}) || one_of(name, {"aiohttp.web.post", "aiohttp.web.get"})) {
      handler = v.module.argument(e, last == "add_route" && v.names.imports("aiohttp") ? 2 : 1, "endpoint");
      if (last == "add_route" && v.names.imports("aiohttp")) path = v.module.argument(e, 1);
    } else if (last == "add_url_rule") {
      handler = v.module.argument(e, 2, "view_func");
    } else {
      continue;
    }
    const std::string shown_path = v.names.string_value(path).value_or("");
    if (handler == kNone || !shown_path.starts_with("/")) continue;
    WebRoute route{.path = shown_path, .declared = i, .layers = {}};
    if (const Index f = v.names.local_function(handler); f != kNone) { route.file = &files.own(); route.function = f; }
    else if (const Found found = files.find(files.own(), v.names.qualified(handler)); found && found.function != kNone) { route.file = found.file; route.function = found.function; }
    else continue;
    if (is_script(v) && last != "route") route.layers.assign(e.parts.begin() + 2, e.parts.end() - 1);
    for (const char* key : {"dependencies", "middleware", "preHandler", "onRequest", "preValidation"})
      if (const Index given = v.module.keyword(e, key); given != kNone) route.layers.push_back(given);
    for (const Index d : route.file->module->functions[route.function].decorators) {
      if (route.file == &files.own()) route.layers.push_back(d);
      else route.asks = true;  // what it does cannot be told from here
    }
    out.push_back(std::move(route));
  }
}

/// add_routes(app, chain, path="/chat"): LangServe puts invoke, stream, batch and a playground there.
void served_runnables(const View& v, std::vector<WebRoute>& out) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || !one_of(v.names.callee(e), {"langserve.add_routes", "langserve.server.add_routes"})) continue;
    WebRoute route{.path = v.names.string_value(v.module.keyword(e, "path")).value_or("/"), .declared = i, .layers = {}};
    if (const Index given = v.module.keyword(e, "dependencies"); given != kNone) route.layers.push_back(given);
    if (const Index given = v.module.keyword(e, "per_req_config_modifier"); given != kNone) route.layers.push_back(given);
    out.push_back(std::move(route));
  }
}

/// app/api/chat/route.ts with `export async function POST`, pages/api/chat.ts with a default handler.
void handlers_of_next(const View& v, NearFiles& files, std::vector<WebRoute>& out) {
  const std::string& path = v.source.path;
  const std::string_view name = last_of(path, '/');
  const bool in_app = one_of(name, {"route.ts", "route.js", "route.tsx", "route.mjs"}) && (path.starts_with("app/") || holds(path, "/app/"));
  const bool in_pages = path.starts_with("pages/api/") || holds(path, "/pages/api/");
  if (!in_app && !in_pages) return;
  std::string shown_path = path.substr(path.rfind(in_app ? "app/" : "pages/") + (in_app ? 3 : 5));
  shown_path.resize(in_app ? shown_path.rfind('/') : shown_path.rfind('.'));
  for (Index f = 0; f < v.module.functions.size(); ++f) {
    const code::Function& function = v.module.functions[f];
    if (function.owner != kNone || function.in_class != kNone || function.begin > v.text.size()) continue;
    const std::string_view before = v.text.substr(function.begin < 60 ? 0 : function.begin - 60, std::min<std::size_t>(function.begin, 60));
    const bool handles = in_app ? one_of(function.name, {"POST", "GET", "PUT", "PATCH"}) && holds(before, "export") : holds(before.substr(before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n')), "export default") || v.text.substr(function.begin, 15) == "export default ";
    if (!handles) continue;
    const Index at = first_expression_of(v, f);
    if (at != kNone) out.push_back({.file = &files.own(), .function = f, .path = shown_path, .declared = at, .layers = {}});
  }
  // export const POST = async (request) => ...; what wraps it, as in auth(async ...), may ask.
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.owner != kNone || s.targets.size() != 1 || s.value == kNone || !in_app) continue;
    if (!one_of(v.module.at(s.targets[0]).text, {"POST", "GET", "PUT", "PATCH"}) || v.module.at(s.value).kind != ExpressionKind::function) continue;
    const Index f = v.module.at(s.value).function;
    const bool told = std::ranges::any_of(out, [&](const WebRoute& r) { return r.function == f; });
    if (f != kNone && !told) out.push_back({.file = &files.own(), .function = f, .path = shown_path, .declared = s.targets[0], .layers = {}});
  }
}

/// Methods with @Post() of a class with @Controller(): guards stand as decorators before them.
void controllers_of_nest(const View& v, NearFiles& files, std::vector<WebRoute>& out) {
  if (!v.names.imports("@nestjs/common")) return;
  for (Index f = 0; f < v.module.functions.size(); ++f) {
    const code::Function& function = v.module.functions[f];
    if (function.in_class == kNone || function.begin > v.text.size()) continue;
    const code::Class& in_class = v.module.classes[function.in_class];
    // The decorators of a method stand between the end of what comes before it and its name.
    const auto end_before = v.text.substr(0, function.begin).find_last_of("};{");
    std::string_view marks = v.text.substr(end_before == std::string_view::npos ? 0 : end_before, function.begin - (end_before == std::string_view::npos ? 0 : end_before));
    if (const auto opens = v.text.substr(0, function.begin).rfind("\n\n"); opens != std::string_view::npos && function.begin - opens > marks.size()) marks = v.text.substr(opens, function.begin - opens);
    if (!holds(marks, {"@Post(", "@Get(", "@Sse(", "@Put(", "@All(", "@Patch("})) continue;
    const std::string_view above = v.text.substr(in_class.begin < 800 ? 0 : in_class.begin - 800, std::min<std::uint32_t>(in_class.begin, 800) + 200);
    if (!holds(above, "@Controller(")) continue;
    const Index at = first_expression_of(v, f);
    if (at == kNone) continue;
    out.push_back({.file = &files.own(), .function = f, .path = in_class.name + "." + function.name, .declared = at, .layers = {}, .asks = holds(marks, {"@UseGuards", "@Roles", "@ApiBearerAuth", "Auth"}) || holds(above, {"@UseGuards", "@Roles", "@ApiBearerAuth", "@Auth"})});
  }
}

/// Functions of views.py that take a request, and methods of view classes.
void views_of_django(const View& v, NearFiles& files, std::vector<WebRoute>& out) {
  const std::string_view name = last_of(v.source.path, '/');
  if ((!holds(name, "view") && !holds(v.source.path, "/views/")) || !(v.names.imports("django") || v.names.imports("rest_framework"))) return;
  for (Index f = 0; f < v.module.functions.size(); ++f) {
    const code::Function& function = v.module.functions[f];
    if (function.owner != kNone) continue;
    const std::size_t first = function.in_class == kNone ? 0 : 1;
    if (function.parameters.size() <= first || function.parameters[first].name != "request") continue;
    WebRoute route{.file = &files.own(), .function = f, .path = function.name, .declared = first_expression_of(v, f), .layers = function.decorators};
    if (route.declared == kNone) continue;
    std::erase_if(route.layers, [&](Index d) { return holds(v.text_of(d), "permission_classes") && holds(v.text_of(d), "AllowAny"); });
    if (first) {
      if (!one_of(function.name, {"get", "post", "put", "patch", "create", "dispatch"})) continue;
      const code::Class& c = v.module.classes[function.in_class];
      route.path = c.name + "." + function.name;
      route.layers.insert(route.layers.end(), c.decorators.begin(), c.decorators.end());
      const std::string_view body = c.end <= v.text.size() ? v.text.substr(c.begin, c.end - c.begin) : std::string_view();
      route.asks = std::ranges::any_of(c.bases, [&](Index b) { return is_name_of_asking(last_of(v.names.qualified(b))) || holds(v.names.qualified(b), "Mixin"); }) || (holds(body, "permission_classes") && !holds(body, "AllowAny"));
    }
    out.push_back(std::move(route));
  }
}

/// demo.launch(share=True) and launch(server_name="0.0.0.0") without auth=: what the page's functions do, any visitor does.
void pages_of_gradio(const View& v, NearFiles& files, std::vector<WebRoute>& out) {
  if (!v.names.imports("gradio")) return;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& launch = v.module.at(i);
    if (launch.kind != ExpressionKind::call || last_of(v.names.callee(launch)) != "launch") continue;
    const std::string address = v.names.string_value(v.module.keyword(launch, "server_name")).value_or("");
    if (v.names.boolean_value(v.module.keyword(launch, "share")) != true && address != "0.0.0.0" && address != "::") continue;
    if (v.module.keyword(launch, "auth") != kNone || v.module.keyword(launch, "auth_dependency") != kNone || std::ranges::find(launch.names, "**") != launch.names.end()) continue;
    for (const Expression& e : v.module.expressions) {
      if (e.kind != ExpressionKind::call) continue;
      const std::string_view last = last_of(v.names.callee(e));
      if (!one_of(last, {"Interface", "ChatInterface", "click", "submit", "change", "then", "success"})) continue;
      const Index given = v.module.argument(e, 0, "fn");
      if (const Index f = given == kNone ? kNone : v.names.local_function(given); f != kNone) out.push_back({.file = &files.own(), .function = f, .path = v.module.functions[f].name, .declared = i, .layers = {}, .gradio = true});
    }
    return;
  }
}

}  // namespace

std::vector<WebRoute> web_routes_of(const View& v, NearFiles& files) {
  std::vector<WebRoute> out;
  declared_routes(v, files, out);
  called_routes(v, files, out);
  if (is_script(v)) {
    handlers_of_next(v, files, out);
    controllers_of_nest(v, files, out);
  } else {
    served_runnables(v, out);
    views_of_django(v, files, out);
    pages_of_gradio(v, files, out);
  }
  return out;
}

}  // namespace stormwatch::collect
