// SPDX-License-Identifier: Apache-2.0
// Routes of Java and C# that drive a model and ask nobody who calls.
//
// What asks may stand far from the route: a filter, an interceptor, a policy for all routes. So a route is told of only where its
// file, the build file, the files that set the program up and the names of all files of its module say nothing of authentication.
// Doubt is silence; a gateway before the program is never seen, which the confidence says.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <set>

#include "base/text.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Family;
using code::Index;
using code::kNone;

constexpr std::size_t kMostOpened = 24;       // files of the module, for one file with routes
constexpr std::size_t kMostBytes = 1 << 20;   // of one of them
constexpr std::size_t kMostServices = 8;      // classes that the routes hand their work to

constexpr std::array<std::string_view, 3> kJavaBuilds{"pom.xml", "build.gradle", "build.gradle.kts"};

/// Words by which code asks who calls. Keys and tokens alone are no such words: models have them too.
bool asks_who_calls(std::string_view text) {
  return holds(text, {"Principal", "@PreAuthorize", "@Secured", "@RolesAllowed", "@Authenticated", "SecurityContext", "springframework.security", "Authorization", "AddAuthentication", "UseAuthentication", "[Authorize", "ApiKeyAuth", "X-API-K", "x-api-k", "X-Api-K", "Bearer", "JwtBearer", "StpUtil", "SaCheck",
                      "shiro", "UserContext", "LoginUser", "CurrentUser", "HttpSession", "AddMicrosoftIdentity", "AddIdentity", "EasyAuth", "UseMiddleware", "AddEndpointFilter", "ServiceFilter", "HttpTrigger", "HandlerInterceptor", "OncePerRequestFilter", "WebFilter"});
}

/// A file whose name says that it asks: SecurityConfig.java, JwtFilter.java, ApiKeyMiddleware.cs. An Author is nobody's login.
bool is_named_for_asking(std::string_view path) {
  if (!path.ends_with(".java") && !path.ends_with(".cs") && !path.ends_with(".kt")) return false;
  std::string name(last_of(path, '/'));
  for (auto at = name.find("Author"); at != std::string::npos && !std::string_view(name).substr(at).starts_with("Authori"); at = name.find("Author", at)) name.erase(at, 6);
  return holds(name, {"Security", "Auth", "Jwt", "Filter", "Interceptor", "Middleware", "ApiKey", "Token", "Login", "Identity", "Gateway"});
}

bool gives_tools(std::string_view text) {
  return holds(text, {".tools(", "defaultTools", "oolCallbacks(", "defaultFunctions", ".functions(", "toolProvider(", "tools = ", "FunctionChoiceBehavior", "ToolCallBehavior", "UseFunctionInvocation", "AddFromType", "AddFromObject", "AIFunctionFactory", "ImportPlugin"});
}

std::string read_file(const View& v, const std::string& path) {
  if (!v.source.open_file || !v.source.files->contains(path)) return {};
  const auto opened = (*v.source.open_file)(path);
  if (!opened || opened->mapped() || opened->changed() || opened->bytes().size() > kMostBytes) return {};
  return std::string(as_text(opened->bytes()));
}

std::string folder_above(const std::string& folder) { return folder.substr(0, folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/')); }
std::string within(const std::string& folder, std::string_view name) { return folder.empty() ? std::string(name) : folder + "/" + std::string(name); }

/// The folder of the project: the nearest with a build file; nullopt when there is none.
std::optional<std::string> module_folder(const View& v) {
  if (v.module.family == Family::java) return v.source.files->nearest_folder_with(v.source.path, kJavaBuilds);
  for (std::string folder(v.source.folder());; folder = folder_above(folder)) {
    if (std::ranges::any_of(v.source.files->files_in(folder), [](std::string_view f) { return f.ends_with(".csproj"); })) return folder;
    if (folder.empty()) return std::nullopt;
  }
}

/// Text of the build files in a folder.
std::string build_text(const View& v, const std::string& folder) {
  std::string all;
  for (const std::string_view name : v.source.files->files_in(folder))
    if (one_of(name, {kJavaBuilds[0], kJavaBuilds[1], kJavaBuilds[2]}) || name.ends_with(".csproj")) all += read_file(v, within(folder, name));
  return all;
}

/// A package for logins stands in the build file or in one above it.
bool builds_with_security(const View& v, std::string folder) {
  for (;; folder = folder_above(folder)) {
    if (holds(lower(build_text(v, folder)), {"security", "sa-token", "shiro", "keycloak", "oauth2", "oidc", "jwt", "identity.web", "authentication"})) return true;
    if (folder.empty()) return false;
  }
}

/// The module's files, and those of modules beside it that its build file names.
std::vector<std::string> files_of_project(const View& v, const std::string& module, const std::string& build) {
  const std::string above = module.empty() ? std::string() : folder_above(module);
  std::vector<std::string> out;
  for (const std::string& path : v.source.files->paths()) {
    if (module.empty() || path.starts_with(module + "/")) { out.push_back(path); continue; }
    if (!above.empty() && !path.starts_with(above + "/")) continue;
    const std::string beside = path.substr(above.empty() ? 0 : above.size() + 1);
    const auto slash = beside.find('/');
    if (slash != std::string::npos && slash > 2 && holds(build, beside.substr(0, slash))) out.push_back(path);
  }
  return out;
}

struct Project {
  bool asks = true;    ///< something in it may ask who calls
  bool tools = false;  ///< the files that set it up give a model tools
};

Project project_of(const View& v) {
  const auto module = module_folder(v);
  if (!module || !v.source.open_file || builds_with_security(v, *module)) return {};
  Project out;
  std::size_t opened = 0;
  for (const std::string& path : files_of_project(v, *module, build_text(v, *module))) {
    if (is_named_for_asking(path)) return {};
    const std::string_view name = last_of(path, '/');
    const bool sets_up = one_of(name, {"Program.cs", "Startup.cs"}) || name.ends_with("Extensions.cs") || name.ends_with("Application.java") || name.ends_with("Config.java") || name.ends_with("Configuration.java") || name.ends_with("Configurer.java");
    if (!sets_up) continue;
    const std::string text = read_file(v, path);
    if (++opened > kMostOpened || asks_who_calls(text)) return {};
    out.tools = out.tools || gives_tools(text);
  }
  out.asks = false;
  return out;
}

// --- what the route drives -------------------------------------------------------------------------------------------------------

bool drives_model(std::string_view text) {
  const bool java = holds(text, {"org.springframework.ai.", "dev.langchain4j."}) && holds(text, {"ChatClient", "ChatModel", "ChatLanguageModel", "AiServices", "@AiService", "dev.langchain4j.service."});
  return java || (holds(text, {"Microsoft.SemanticKernel", "Microsoft.Extensions.AI", "Microsoft.Agents.AI"}) && holds(text, {"Kernel ", "IChatClient", "IChatCompletionService", "AIAgent", "ChatCompletionAgent"}));
}

/// Agents and kernels of C#, in a file that uses them.
bool runs_agent(std::string_view callee) {
  return one_of(last_of(callee), {"InvokeAsync", "InvokeStreamingAsync", "RunAsync", "RunStreamingAsync", "InvokePromptStreamingAsync", "GetStreamingChatMessageContentsAsync"});
}

struct Driven {
  bool model = false, tools = false;
};

/// The class that a call's object is of: ChatService of "com.x.ChatService.answer".
std::string class_called(const std::string& callee) {
  const auto dot = callee.rfind('.');
  if (dot == std::string::npos || callee[0] == '.') return {};
  const std::string name(last_of(std::string_view(callee).substr(0, dot)));
  return !name.empty() && std::isupper(static_cast<unsigned char>(name[0])) ? name : std::string();
}

/// The text of the target's file of that class; an interface IChat may have its code in Chat.
std::string text_of_class(const View& v, const std::string& name, std::string_view ending) {
  const bool interface = ending == ".cs" && name.size() > 2 && name[0] == 'I' && std::isupper(static_cast<unsigned char>(name[1]));
  for (const std::string& file : {interface ? name.substr(1) + ".cs" : name + "Impl" + std::string(ending), name + std::string(ending)})
    for (const std::string& path : v.source.files->paths())
      if (path.ends_with(file) && (path.size() == file.size() || path[path.size() - file.size() - 1] == '/')) return read_file(v, path);
  return {};
}

/// What the routes of the file drive: a model that the file itself calls, or a class of the target that does.
Driven driven_by(const View& v, const std::set<Index>& functions) {
  Driven out;
  const bool uses_models = drives_model(v.text);
  std::set<std::string> classes;
  for (const Expression& e : v.module.expressions) {
    if (e.kind != ExpressionKind::call || e.owner == kNone || !functions.contains(e.owner)) continue;
    if (code::is_model_call(v.names, e) || (uses_models && runs_agent(v.names.callee(e)))) out.model = true;
    if (std::string name = class_called(v.names.callee(e)); !name.empty() && classes.size() < kMostServices) classes.insert(std::move(name));
  }
  out.tools = out.model && gives_tools(v.text);
  const std::string_view ending = v.module.family == Family::java ? ".java" : ".cs";
  for (const std::string& name : classes) {
    const std::string text = text_of_class(v, name, ending);
    if (!drives_model(text) || text == v.text) continue;
    out.model = true;
    out.tools = out.tools || gives_tools(text);
  }
  return out;
}

/// The function of a route, and those within them and of this file that they call.
std::set<Index> functions_of_route(const View& v, Index route) {
  std::set<Index> out{route};
  for (std::size_t before = 0; before != out.size();) {
    before = out.size();
    for (Index f = 0; f < v.module.functions.size(); ++f)
      if (out.contains(v.module.functions[f].owner)) out.insert(f);
    for (const Expression& e : v.module.expressions)
      if (e.kind == ExpressionKind::call && out.contains(e.owner))
        if (const Index f = v.names.local_function(e.parts[0]); f != kNone) out.insert(f);
  }
  return out;
}

}  // namespace

void observe_open_routes(View& v) {
  if (v.module.family != Family::java && v.module.family != Family::c_sharp) return;
  if (v.source.context == "test" || v.source.context == "vendored" || !v.source.files || !v.source.member.empty()) return;
  std::vector<const code::Role*> routes;
  for (const code::Role& r : v.roles)
    if (r.kind == code::RoleKind::route && r.function != kNone && r.declared != kNone) routes.push_back(&r);
  if (routes.empty() || asks_who_calls(v.text)) return;
  for (const code::Role* first : routes) {
    const Driven driven = driven_by(v, functions_of_route(v, first->function));
    if (!driven.model) continue;
    const Project project = project_of(v);
    if (project.asks) return;
    const bool tools = driven.tools || project.tools;
    sight(v, "insecure-setting", tools ? "agent-route-open" : "model-route-open",
          fmt::format("the route {} drives a model{}, and nothing in its file, its build file or the files that set the program up asks who calls", first->name, tools ? " with tools" : ""), first->declared, Confidence::medium);
    return;
  }
}

}  // namespace stormwatch::collect
