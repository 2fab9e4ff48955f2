// SPDX-License-Identifier: Apache-2.0
// Tools, resources, prompts and routes in Go, Java and C#: MCP (mark3labs/mcp-go, modelcontextprotocol/go-sdk, io.modelcontextprotocol,
// ModelContextProtocol), Spring AI, LangChain4j, Semantic Kernel, Microsoft.Extensions.AI, and handlers of HTTP requests.
#include "code/typed_roles.h"

#include "base/text.h"

#include <algorithm>

namespace stormwatch::code {

namespace {

constexpr std::uint64_t kNothing = 1ULL << 63;  // Role::given when no parameter carries foreign text

/// The text of a description: a literal, or the default that a translating function is given.
std::string said(const Names& names, Index i, int depth = 0) {
  if (i == kNone) return {};
  if (auto text = names.string_value(i)) return *text;
  const Index made = names.literal_of(i);
  if (made == kNone || depth > 3 || names.module().at(made).kind != ExpressionKind::call) return {};
  const Expression& call = names.module().at(made);
  return call.parts.size() < 2 ? std::string() : said(names, call.parts.back(), depth + 1);
}

class Roles {
 public:
  explicit Roles(const Names& names) : names_(names), m_(names.module()) {}

  std::vector<Role> all() {
    if (m_.family == Family::go) {
      for (Index i = 0; i < m_.expressions.size(); ++i)
        if (m_.at(i).kind == ExpressionKind::call) go_tool(i, m_.at(i));
      handlers();
    } else {
      for (Index f = 0; f < m_.functions.size(); ++f) annotated(f);
      for (Index i = 0; i < m_.expressions.size(); ++i)
        if (m_.at(i).kind == ExpressionKind::call) made(i, m_.at(i));
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_number(std::string_view type) const {
    const std::string_view bare = type.substr(type.rfind(' ') + 1);
    return one_of(bare, {"int", "Integer", "long", "Long", "double", "Double", "float", "Float", "boolean", "Boolean", "bool", "decimal", "Guid", "UUID", "DateTime", "int64", "float64", "int?", "bool?", "long?", "double?", "LocalDate", "Instant", "DateTimeOffset", "TimeSpan", "Duration", "uint", "short", "byte", "char"});
  }
  /// A service, a context or an answer that the framework hands over.
  [[nodiscard]] bool is_service(std::string_view type) const {
    if (holds(type, {"FromServices", "FromKeyedServices"})) return true;
    std::string_view bare = type.substr(type.rfind(' ') + 1);
    bare = bare.substr(0, bare.find_first_of("<?"));
    if (one_of(bare, {"HttpServletResponse", "Model", "ModelMap", "Principal", "Authentication", "CancellationToken", "McpServer", "IMcpServer", "Kernel", "ILogger", "HttpClient", "RedirectAttributes", "BindingResult", "Locale", "HttpResponse", "ClaimsPrincipal", "McpSyncServerExchange", "McpAsyncServerExchange"})) return true;
    for (const std::string_view end : {"Service", "Client", "Factory", "Context", "Repository", "Options", "Logger", "Server", "Manager", "Provider", "Exchange", "Response", "Writer", "Progress", "Store", "Db", "Connection"})
      if (bare.ends_with(end)) return true;
    return m_.family == Family::c_sharp && bare.size() > 2 && bare[0] == 'I' && std::isupper(static_cast<unsigned char>(bare[1]));
  }
  [[nodiscard]] std::uint64_t foreign(Index function) const {
    std::uint64_t given = 0;
    const auto& parameters = m_.functions[function].parameters;
    for (std::size_t i = 0; i < std::min<std::size_t>(parameters.size(), 63); ++i)
      if (!is_number(parameters[i].type) && !is_service(parameters[i].type)) given |= 1ULL << i;
    return given ? given : kNothing;
  }
  void add(Role role) {
    for (const Role& known : out_)
      if (known.kind == role.kind && known.name == role.name && known.spot.line == role.spot.line) return;
    if (role.function != kNone && !role.given) role.given = foreign(role.function);
    out_.push_back(std::move(role));
  }
  /// A function, or a call that wraps one.
  [[nodiscard]] Index body_of(Index i, int depth = 0) const {
    if (i == kNone || depth > 4) return kNone;
    if (const Index f = names_.local_function(i); f != kNone) return f;
    const Expression& e = m_.at(i);
    if (e.kind != ExpressionKind::call) return kNone;
    for (std::size_t k = e.parts.size(); k-- > 1;)
      if (const Index f = body_of(e.parts[k], depth + 1); f != kNone) return f;
    // handler(client) gives back the closure.
    if (const Index maker = names_.local_function(e.parts[0]); maker != kNone)
      for (Index f = 0; f < m_.functions.size(); ++f)
        if (m_.functions[f].owner == maker) return f;
    return kNone;
  }

  static bool is_request(std::string_view type) { return holds(type, {"CallToolRequest", "GetPromptRequest", "ReadResourceRequest"}); }
  [[nodiscard]] std::uint64_t request_parameters(Index function) const {
    std::uint64_t given = 0;
    const auto& parameters = m_.functions[function].parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
      // go-sdk: (ctx, request, input)
      if (is_request(parameters[i].type) || i >= 2) given |= 1ULL << std::min<std::size_t>(i, 62);
    return given ? given : kNothing;
  }

  /// mcp.NewTool("name", mcp.WithDescription("...")), &mcp.Tool{Name: "name"}; the handler stands beside it.
  void go_tool(Index i, const Expression& e) {
    const std::string& name = names_.callee(e);
    const auto last = last_of(name);
    const bool marks = name.starts_with("github.com/mark3labs/mcp-go/mcp.");
    // A server's own Tool{Name, Description}, and its own MustTool("name", "what it does", handler).
    const bool sdk = name.starts_with("github.com/modelcontextprotocol/go-sdk/mcp.") || (!marks && name.find("mcp") < name.rfind('/') + 4 && m_.keyword(e, "Name") != kNone && m_.keyword(e, "Description") != kNone);
    if (!marks && !sdk) return wrapped_tool(i, e);
    Role role;
    role.declared = i;
    role.spot = e.spot;
    role.server = name;
    if (one_of(last, {"NewTool", "NewPrompt", "NewResource", "NewToolWithRawSchema"}) && marks) {
      role.kind = last == "NewPrompt" ? RoleKind::mcp_prompt : last == "NewResource" ? RoleKind::mcp_resource : RoleKind::mcp_tool;
      role.name = said(names_, m_.argument(e, last == "NewResource" ? 1 : 0));
      if (last == "NewToolWithRawSchema") role.description = said(names_, m_.argument(e, 1));
      for (const Index option : e.parts) {
        if (m_.at(option).kind != ExpressionKind::call) continue;
        const auto word = last_of(names_.callee(m_.at(option)));
        if (one_of(word, {"WithDescription", "WithPromptDescription", "WithResourceDescription"})) role.description = said(names_, m_.argument(m_.at(option), 0));
        else if (one_of(word, {"WithString", "WithNumber", "WithBoolean", "WithObject", "WithArray", "WithArgument"})) role.parameters.push_back(said(names_, m_.argument(m_.at(option), 0)));
      }
    } else if (one_of(last, {"Tool", "Prompt", "Resource"}) && e.text == "new" && m_.keyword(e, "Name") != kNone) {
      role.kind = last == "Prompt" ? RoleKind::mcp_prompt : last == "Resource" ? RoleKind::mcp_resource : RoleKind::mcp_tool;
      role.name = said(names_, m_.keyword(e, "Name"));
      role.description = said(names_, m_.keyword(e, "Description"));
    } else {
      return;
    }
    if (role.name.empty() || role.name.size() > 100) return;
    role.function = handler_of(i, e);
    const bool known = marks || name.starts_with("github.com/modelcontextprotocol/go-sdk/");
    if (role.function != kNone) role.given = known ? request_parameters(role.function) : foreign(role.function);
    add(std::move(role));
  }

  void wrapped_tool(Index i, const Expression& e) {
    const Expression& callee = m_.at(e.parts[0]);
    if (!callee.text.ends_with("Tool") || e.text == "new" || e.parts.size() < 4) return;
    const std::string name = said(names_, m_.argument(e, 0)), description = said(names_, m_.argument(e, 1));
    const bool word = !name.empty() && name.size() < 80 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
    const Index body = names_.local_function(m_.argument(e, 2));
    if (!word || description.find(' ') == std::string::npos || body == kNone || m_.functions[body].parameters.empty()) return;
    Role role{RoleKind::mcp_tool, body, name, description, names_.callee(e), i, e.spot, {}, {}};
    // (ctx, arguments)
    role.given = m_.functions[body].parameters.size() > 1 ? 2 : 1;
    add(std::move(role));
  }

  /// The function that is handed over with the tool: to AddTool, in one ServerTool, or returned beside it.
  [[nodiscard]] Index handler_of(Index tool, const Expression& e) const {
    for (const Expression& call : m_.expressions) {
      if (call.kind != ExpressionKind::call || call.parts.size() < 3) continue;
      const auto with = std::ranges::find_if(call.parts, [&](Index p) { return p == tool || (m_.at(p).kind == ExpressionKind::name && names_.binding(p) == tool && m_.at(p).owner == e.owner); });
      if (with == call.parts.end() || with == call.parts.begin()) continue;
      for (auto after = call.parts.end(); --after != with;)
        if (const Index f = body_of(*after); f != kNone) return f;
    }
    // return mcp.NewTool(...), func(ctx, request) {...}
    for (Index f = 0; f < m_.functions.size(); ++f) {
      const Function& inner = m_.functions[f];
      if (inner.owner == e.owner && e.owner != kNone && inner.begin > e.begin && std::ranges::any_of(inner.parameters, [](const Parameter& p) { return is_request(p.type); })) return f;
    }
    return kNone;
  }

  /// A function that takes a request of net/http, gin, echo, fiber or MCP.
  void handlers() {
    for (Index f = 0; f < m_.functions.size(); ++f) {
      if (std::ranges::any_of(out_, [&](const Role& r) { return r.function == f; })) continue;
      const Function& function = m_.functions[f];
      Role role;
      role.function = f;
      role.name = function.name;
      role.spot = function.spot;
      for (std::size_t i = 0; i < std::min<std::size_t>(function.parameters.size(), 62); ++i) {
        const std::string& type = function.parameters[i].type;
        if (one_of(type, {"*http.Request", "*gin.Context", "echo.Context", "*fiber.Ctx", "fiber.Ctx"})) { role.kind = RoleKind::route; role.given |= 1ULL << i; }
        // Functions that read one argument out of a request are no handlers.
        if (type.find("CallToolRequest") != std::string::npos && i && function.returns.find("CallToolResult") != std::string::npos) { role.kind = RoleKind::mcp_dispatch; role.given |= request_parameters(f); }
      }
      if (role.given) add(std::move(role));
    }
  }

  [[nodiscard]] std::string description_of(const Function& function) const {
    for (const Index d : function.decorators) {
      const Expression& e = m_.at(d);
      if (last_of(names_.callee(e)) == "Description") return said(names_, m_.argument(e, 0));
    }
    return {};
  }

  void annotated(Index f) {
    const Function& function = m_.functions[f];
    for (const Index d : function.decorators) {
      const Expression& e = m_.at(d);
      const std::string& qualified = names_.callee(e);
      const auto mark = last_of(qualified);
      Role role;
      role.function = f;
      role.name = function.name;
      role.declared = d;
      role.spot = function.spot;
      const bool quarkus = names_.imports("io.quarkiverse.mcp.server");
      if (one_of(mark, {"McpServerTool", "McpTool"}) || (quarkus && mark == "Tool")) role.kind = RoleKind::mcp_tool;
      else if (quarkus && one_of(mark, {"Prompt", "Resource"})) role.kind = mark == "Prompt" ? RoleKind::mcp_prompt : RoleKind::mcp_resource;
      else if (one_of(mark, {"McpServerPrompt", "McpPrompt"})) role.kind = RoleKind::mcp_prompt;
      else if (one_of(mark, {"McpServerResource", "McpResource"})) role.kind = RoleKind::mcp_resource;
      else if (mark == "KernelFunction" || mark == "DefineKernelFunction" || (mark == "Tool" && holds(qualified, {"springframework.ai", "langchain4j"})) || (mark == "Tool" && (names_.imports("dev.langchain4j") || names_.imports("org.springframework.ai")))) role.kind = RoleKind::tool;
      else if (one_of(mark, {"GetMapping", "PostMapping", "PutMapping", "DeleteMapping", "PatchMapping", "RequestMapping", "MessageMapping", "HttpGet", "HttpPost", "HttpPut", "HttpDelete", "HttpPatch", "GET", "POST", "PUT", "DELETE", "Function"})) role.kind = RoleKind::route;
      else continue;
      if (role.kind != RoleKind::route) {
        for (const char* key : {"name", "Name"})
          if (const Index named = m_.keyword(e, key); named != kNone && !said(names_, named).empty()) role.name = said(names_, named);
        if (mark == "KernelFunction" && e.parts.size() > 1 && e.names[1].empty()) role.name = said(names_, e.parts[1]).empty() ? role.name : said(names_, e.parts[1]);
        for (const char* key : {"description", "Description", "value"})
          if (const Index text = m_.keyword(e, key); text != kNone && role.description.empty()) role.description = said_all(text);
        // langchain4j: @Tool("what it does")
        if (role.description.empty() && mark == "Tool" && e.parts.size() > 1) role.description = said_all(e.parts[1]);
        if (role.description.empty()) role.description = description_of(function);
        if (mark == "Tool") role.server.clear();
      }
      add(std::move(role));
      return;
    }
    if (m_.family == Family::java && one_of(function.name, {"doGet", "doPost", "doPut", "doDelete"}) && !function.parameters.empty() && holds(function.parameters[0].type, {"HttpServletRequest"})) {
      Role role{RoleKind::route, f, function.name, {}, {}, kNone, function.spot, 1, {}};
      add(std::move(role));
    }
  }

  /// `{"a", "b"}` of an annotation is one text.
  [[nodiscard]] std::string said_all(Index i) const {
    if (m_.at(i).kind != ExpressionKind::list) return said(names_, i);
    std::string all;
    for (const Index p : m_.at(i).parts) all += (all.empty() ? "" : " ") + said(names_, p);
    return all;
  }

  /// Tool.builder().name("x").description("y").build(), new Tool("x", "y", schema), AIFunctionFactory.Create(fn, "x"), app.MapGet("/x", fn)
  void made(Index i, const Expression& e) {
    const std::string& name = names_.callee(e);
    const auto last = last_of(name);
    Role role;
    role.declared = i;
    role.spot = e.spot;
    role.server = name;
    if (m_.family == Family::java) {
      if (e.text == "new" && one_of(last, {"SyncToolSpecification", "AsyncToolSpecification"})) {
        role.kind = RoleKind::mcp_tool;
        tool_value(m_.argument(e, 0), role);
        role.function = body_of(m_.argument(e, 1));
      } else if (last == "build" && holds(name, {"ToolSpecification.builder"}) && names_.imports("io.modelcontextprotocol")) {
        role.kind = RoleKind::mcp_tool;
        tool_value(chained(e, "tool"), role);
        role.function = body_of(chained(e, "callHandler"));
      } else if (last == "build" && holds(name, {"FunctionToolCallback.builder"})) {
        role.kind = RoleKind::tool;
        role.description = said(names_, chained(e, "description"));
        const Index first = chained(e, "builder");
        role.name = said(names_, first);
        if (const Index maker = chain_call(e, "builder"); maker != kNone) role.function = body_of(m_.argument(m_.at(maker), 1));
      } else if (last == "build" && name.ends_with("ToolSpecification.builder.name.description.build") && names_.imports("dev.langchain4j")) {
        role.kind = RoleKind::tool;
        role.name = said(names_, chained(e, "name"));
        role.description = said(names_, chained(e, "description"));
      } else return;
    } else {
      if (last == "Create" && holds(name, {"AIFunctionFactory", "KernelFunctionFactory", "McpServerTool"})) {
        role.kind = holds(name, {"McpServerTool"}) ? RoleKind::mcp_tool : RoleKind::tool;
        role.function = body_of(m_.argument(e, 0));
        role.name = said(names_, m_.argument(e, 1, "name"));
        role.description = said(names_, m_.argument(e, 2, "description"));
        if (role.function == kNone) return;
        if (role.name.empty()) role.name = m_.functions[role.function].name;
        if (role.description.empty()) role.description = description_of(m_.functions[role.function]);
      } else if (one_of(last, {"MapGet", "MapPost", "MapPut", "MapDelete", "MapPatch"}) && e.parts.size() > 2) {
        role.kind = RoleKind::route;
        role.name = said(names_, m_.argument(e, 0));
        role.function = body_of(m_.argument(e, 1));
        if (role.function == kNone) return;
      } else return;
    }
    if (role.name.empty() || role.name.size() > 100) return;
    add(std::move(role));
  }

  void tool_value(Index tool, Role& role) const {
    const Index at = names_.literal_of(tool);
    if (at == kNone || m_.at(at).kind != ExpressionKind::call) return;
    const Expression& e = m_.at(at);
    if (e.text == "new") {
      role.name = said(names_, m_.argument(e, 0));
      role.description = said(names_, m_.argument(e, 1));
      return;
    }
    role.name = said(names_, chained(e, "name"));
    role.description = said(names_, chained(e, "description"));
  }

  /// In a.x(1).y(2).build(): the call of `method`, its first argument; kNone.
  [[nodiscard]] Index chain_call(const Expression& from, std::string_view method) const {
    const Expression* e = &from;
    for (int hop = 0; hop < 60 && e->kind == ExpressionKind::call; ++hop) {
      const Expression& callee = m_.at(e->parts[0]);
      if (callee.kind != ExpressionKind::attribute) return kNone;
      if (callee.text == method) return static_cast<Index>(e - m_.expressions.data());
      e = &m_.at(callee.parts[0]);
    }
    return kNone;
  }
  [[nodiscard]] Index chained(const Expression& from, std::string_view method) const {
    const Index at = chain_call(from, method);
    return at == kNone ? kNone : m_.argument(m_.at(at), 0);
  }

  const Names& names_;
  const Module& m_;
  std::vector<Role> out_;
};

}  // namespace

std::vector<Role> typed_roles_of(const Names& names) { return Roles(names).all(); }

}  // namespace stormwatch::code
