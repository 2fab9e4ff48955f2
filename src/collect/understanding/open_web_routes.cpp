// SPDX-License-Identifier: Apache-2.0
// Routes of Python and JavaScript that drive a model and ask nobody who calls.
//
// Silent where the route, its handler, its router, a middleware or a file that sets the application up asks or may ask; where the
// target makes no application of the route (a library: who uses it decides); in tests, examples and other people's code. Confidence is
// low where nothing on the way asks but something beside it may: files for logins that the route does not use, a proxy with a login
// among the target's files, an application that is only served on this machine, or files that were not all read.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "collect/understanding/route_askers.h"
#include "collect/understanding/route_work.h"
#include "collect/understanding/sight.h"
#include "collect/understanding/web_routes.h"
#include "posture/context.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

constexpr std::size_t kMostLookedThrough = 600, kMostSetUps = 24;  // files of the application; those of them that are parsed
constexpr std::size_t kMostBytes = 8 << 20;
constexpr std::size_t kMostRoutes = 200;

std::string folder_of(std::string_view path) { return std::string(path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'))); }

std::string read_file(const View& v, const std::string& path) {
  const auto opened = (*v.source.open_file)(path);
  if (!opened || opened->mapped() || opened->changed() || opened->bytes().size() > (1 << 20)) return {};
  return std::string(as_text(opened->bytes()));
}

bool is_python_file(std::string_view path) { return path.ends_with(".py"); }
bool is_script_file(std::string_view path) {
  return (path.ends_with(".ts") || path.ends_with(".js") || path.ends_with(".mjs") || path.ends_with(".cjs") || path.ends_with(".tsx")) && !path.ends_with(".d.ts") && !path.ends_with(".min.js");
}

/// The file makes an application, or puts routers and layers into one.
bool sets_up(std::string_view text, bool python) {
  return python ? holds(text, {"FastAPI(", "Flask(", "Quart(", "Starlette(", "web.Application(", "include_router(", "register_blueprint(", "add_middleware(", "before_request", "MIDDLEWARE", "DEFAULT_PERMISSION_CLASSES", "urlpatterns", "Sanic("})
                : holds(text, {"express()", "new Hono", "astify(", "NestFactory", "APP_GUARD", ".use(", "addHook("});
}
bool makes_application(std::string_view text, bool python) {
  return python ? holds(text, {"FastAPI(", "Flask(", "Quart(", "Starlette(", "web.Application(", "urlpatterns", "Sanic("}) : holds(text, {"express()", "new Hono", "astify(", "NestFactory"});
}

/// The file stands in a folder at, above or below the application's, or in one of those where settings of deployments are kept.
bool is_beside(std::string_view path, const std::string& root) {
  const std::string folder = folder_of(path);
  const std::string below = root.empty() || root == "." ? std::string() : root + "/";
  if (path.starts_with(below) || folder.empty() || below.starts_with(folder + "/")) return true;
  return one_of(lower(folder.substr(0, folder.find('/'))), {"deploy", "deployment", "deployments", "k8s", "kubernetes", "helm", "infra", "infrastructure", "charts", "docker", "nginx", "terraform"});
}

/// A gateway, proxy or cloud setting of the target that asks for a login before anything comes to the application.
bool proxy_asks(const View& v, const std::string& root) {
  for (const std::string& path : v.source.files->paths()) {
    const std::string name = lower(last_of(path, '/'));
    const bool gateway = holds(name, {"nginx", "caddyfile", "traefik", "envoy", "kong", "haproxy", "oauth2", "authelia"}) || (holds(name, {"compose", "ingress", "gateway", "serverless", "values", "template.y"}) && (name.ends_with(".yml") || name.ends_with(".yaml")));
    if (!gateway || !is_beside(path, root) || !context_of(path).empty()) continue;
    if (holds(lower(read_file(v, path)), {"auth_request", "auth_basic", "basicauth", "basic_auth", "forward_auth", "forwardauth", "oauth2-proxy", "oauth2_proxy", "auth-url", "authelia", "authentik", "authorizer", "jwt_authn", "key-auth", "oidc"})) return true;
  }
  return false;
}

bool is_deployment(std::string_view path) {
  const std::string name = lower(last_of(path, '/'));
  return name.starts_with("dockerfile") || name.ends_with(".dockerfile") || holds(name, {"compose", "procfile", "serverless", "fly.toml", "render.yaml", "vercel.json", "railway", "azure.yaml", "app.yaml", "cloudbuild", "gunicorn", "chart.yaml", "deployment.y", "heroku"}) || name.ends_with(".tf") || name.ends_with(".bicep");
}

struct Project {
  bool asks = false;            ///< something stands before all routes and asks, or may
  bool application = false;     ///< an application is made
  bool deployed = false;        ///< somebody serves it to more than this machine
  std::string doubt;            ///< what may ask after all; empty when nothing was seen
};

Project project_of(const View& v, const std::string& root, NearFiles& files) {
  Project out;
  const bool python = v.module.family == code::Family::python;
  const std::string below = root.empty() || root == "." ? std::string() : root + "/";
  out.application = makes_application(v.text, python);
  out.deployed = !python || holds(v.text, "0.0.0.0");
  if (asks_of_all(files, files.own())) { out.asks = true; return out; }
  std::size_t looked = 0, set_ups = 0, bytes = 0;
  bool next = false;
  for (const std::string& path : v.source.files->paths()) {
    out.deployed = out.deployed || (is_deployment(path) && is_beside(path, root) && context_of(path).empty());
    if (!path.starts_with(below) || !(python ? is_python_file(path) : is_script_file(path))) continue;
    const std::string context = context_of(path);
    if (context == "test" || context == "vendored" || path == v.source.path) continue;
    const std::string_view name = last_of(path, '/');
    // Next.js runs it before every handler.
    if (!python && (name.starts_with("middleware.") || name.starts_with("proxy.")) && one_of(folder_of(path), {root == "." ? "" : root, below + "src"})) {
      if (holds(lower(read_file(v, path)), {"auth", "clerk", "session", "login", "401", "user"})) { out.asks = true; return out; }
      continue;
    }
    next = next || name.starts_with("next.config.");
    if (is_name_of_asking(name.substr(0, name.find('.'))) && out.doubt.empty()) out.doubt = path + " may ask";
    if (++looked > kMostLookedThrough || bytes > kMostBytes) { out.doubt = "not all files of the application were read"; continue; }
    const std::string text = read_file(v, path);
    bytes += text.size();
    if (!sets_up(text, python)) continue;
    if (++set_ups > kMostSetUps) { out.doubt = "not all files that set the application up were read"; continue; }
    out.application = out.application || makes_application(text, python);
    out.deployed = out.deployed || holds(text, "0.0.0.0");
    if (python && holds(text, "MIDDLEWARE") && (holds(text, {"LoginRequired"}) || (holds(text, "DEFAULT_PERMISSION_CLASSES") && !holds(text, "AllowAny")))) { out.asks = true; return out; }
    const CodeFile* file = files.open(path);
    if (!file) out.doubt = path + " was not read";
    else if (asks_of_all(files, *file)) { out.asks = true; return out; }
  }
  out.application = out.application || next;
  if (!out.deployed && out.doubt.empty()) out.doubt = "nothing shows that it is served beyond this machine";
  if (out.doubt.empty() && proxy_asks(v, root)) out.doubt = "a proxy among the target's files may ask";
  return out;
}

bool route_asks(NearFiles& files, const WebRoute& route) {
  if (route.asks) return true;
  for (const Index layer : route.layers)
    if (value_asks(files, files.own(), layer)) return true;
  return route.function != kNone && function_asks(files, *route.file, route.function);
}

}  // namespace

void observe_open_web_routes(View& v) {
  if (v.module.family > code::Family::javascript || !v.source.context.empty() || v.is_notebook) return;
  if (!v.source.files || !v.source.open_file || !v.source.member.empty()) return;
  NearFiles files(v.source, v.app().key, v.text, v.module, v.names);
  std::vector<WebRoute> routes = web_routes_of(v, files);
  if (routes.size() > kMostRoutes) {
    v.out.gaps.push_back({v.source.path, v.source.member, "over-limit", "the file has more routes than are judged"});
    routes.resize(kMostRoutes);
  }
  const WebRoute* first = nullptr;
  bool tools = false;
  std::size_t others = 0;
  for (const WebRoute& route : routes) {
    const Driven driven = route.file ? driven_by(files, *route.file, route.function) : Driven{.model = true, .tools = gives_tools_to_model(v.text)};
    if (!driven.model || route_asks(files, route)) continue;
    if (first && (tools || !driven.tools)) { ++others; continue; }
    others += first != nullptr;
    first = &route;
    tools = driven.tools;
  }
  if (!first) return;
  const Project project = first->gradio ? Project{.asks = false, .application = true, .deployed = true, .doubt = {}} : project_of(v, v.app().key, files);
  if (project.asks || !project.application) return;
  const bool doubt = !project.doubt.empty() || files.cut();
  const std::string what = first->gradio ? fmt::format("the page of Gradio runs {} for every visitor: it drives a model{}, is open to others and has no login", first->path, tools ? " with tools" : "")
                                         : fmt::format("the route {}{} drives a model{}, and neither it nor what sets the application up asks who calls", first->path, others ? fmt::format(" (and {} more)", others) : "", tools ? " with tools" : "");
  sight(v, "insecure-setting", tools ? "agent-route-open" : "model-route-open", what + (doubt ? "; " + (project.doubt.empty() ? std::string("not all files were read") : project.doubt) : ""), first->declared, doubt ? Confidence::low : Confidence::medium);
}

}  // namespace stormwatch::collect
