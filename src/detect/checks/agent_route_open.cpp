// SPDX-License-Identifier: Apache-2.0
// Routes of Java and C# services that drive a model, with tools or without, and ask nobody who calls.
#include "detect/code_rule.h"

namespace stormwatch::detect {

namespace {

std::vector<Example> java_examples() {
  const std::string build = "<project><dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency>MORE</dependencies></project>\n";
  const auto with = [&](const char* more) { std::string text = build; return text.replace(text.find("MORE"), 4, more); };
  const std::string imports = "package a;\nimport org.springframework.ai.chat.client.ChatClient;\nimport org.springframework.web.bind.annotation.*;\n";
  const std::string head = imports + "@RestController\npublic class ChatController {\n  private final ChatClient chat;\n  ChatController(ChatClient.Builder b) { this.chat = b.defaultTools(new OrderTools()).build(); }\n";
  const std::string route = "  @PostMapping(\"/ask\")\n  public String ask(@RequestBody String q) { return chat.prompt().user(q).call().content(); }\n}\n";
  const std::string caller = imports + "@RestController\npublic class AskController {\n  private final AskService service;\n  AskController(AskService s) { this.service = s; }\n  @PostMapping(\"/ask\")\n  public String ask(@RequestBody String q) { return service.answer(q); }\n}\n";
  const std::string service = imports + "public class AskService {\n  private final ChatClient chat;\n  AskService(ChatClient.Builder b) { this.chat = b.build(); }\n  public String answer(String q) { return chat.prompt().user(q).tools(new OrderTools()).call().content(); }\n}\n";
  return {{"a controller of Spring without security", {{"pom.xml", with("")}, {"src/ChatController.java", head + route}}, true},
          {"its service drives the model", {{"pom.xml", with("")}, {"src/AskController.java", caller}, {"src/AskService.java", service}}, true},
          {"with Spring Security", {{"pom.xml", with("<dependency><artifactId>spring-boot-starter-security</artifactId></dependency>")}, {"src/ChatController.java", head + route}}, false},
          {"with a filter of its own", {{"pom.xml", with("")}, {"src/ChatController.java", head + route}, {"src/KeyFilter.java", "package a;\npublic class KeyFilter {}\n"}}, false},
          {"with a role on the route", {{"pom.xml", with("")}, {"src/ChatController.java", head + "  @PreAuthorize(\"hasRole('USER')\")\n" + route}}, false},
          {"a route that drives no model", {{"pom.xml", with("")}, {"src/ChatController.java", head + "  @GetMapping(\"/up\")\n  public String up() { return \"yes\"; }\n}\n"}}, false}};
}

std::vector<Example> csharp_examples() {
  const std::string project = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"></Project>\n";
  const std::string imports = "using Microsoft.SemanticKernel;\nusing Microsoft.SemanticKernel.ChatCompletion;\nusing Microsoft.AspNetCore.Mvc;\n";
  const std::string program = imports + "var builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddKernel().Plugins.AddFromType<Orders>();\nvar app = builder.Build();\napp.MapPost(\"/ask\", async (Kernel kernel, string q) => { var r = await kernel.InvokePromptAsync(q); return r.ToString(); })";
  const std::string controller = imports + "[ApiController]\nROLE\npublic class AskController : ControllerBase {\n  private readonly IChatCompletionService chat;\n  [HttpPost(\"ask\")]\n  public async Task<string> Ask(string q) { var r = await chat.GetChatMessageContentAsync(q); return r.ToString(); }\n}\n";
  const auto role = [&](const char* mark) { std::string text = controller; return text.replace(text.find("ROLE"), 4, mark); };
  return {{"a minimal API", {{"a.csproj", project}, {"Program.cs", program + ";\napp.Run();\n"}}, true},
          {"a controller", {{"a.csproj", project}, {"AskController.cs", role("[Route(\"api\")]")}, {"Program.cs", "var app = WebApplication.CreateBuilder(args).Build();\napp.MapControllers();\napp.Run();\n"}}, true},
          {"an agent of the Agent Framework", {{"a.csproj", project}, {"Program.cs", "using Microsoft.Agents.AI;\nusing Microsoft.Extensions.AI;\nvar app = WebApplication.CreateBuilder(args).Build();\nAIAgent agent = client.CreateAIAgent(instructions: \"help\", tools: [AIFunctionFactory.Create(Refund)]);\napp.MapPost(\"/ask\", async (string q) => (await agent.RunAsync(q)).Text);\napp.Run();\n"}}, true},
          {"a minimal API that asks", {{"a.csproj", project}, {"Program.cs", program + ".RequireAuthorization();\napp.Run();\n"}}, false},
          {"a controller that asks", {{"a.csproj", project}, {"AskController.cs", role("[Authorize]")}}, false},
          {"a controller behind a login for all", {{"a.csproj", project}, {"AskController.cs", role("[Route(\"api\")]")}, {"Program.cs", "var b = WebApplication.CreateBuilder(args);\nb.Services.AddAuthentication();\nvar app = b.Build();\napp.MapControllers();\n"}}, false}};
}

}  // namespace

extern const Detector agent_route_open;
const Detector agent_route_open{
    .advisory = {.id = "agent-route-open",
                 .title = "A route that drives an agent asks nobody who calls",
                 .why = "Whoever reaches the address talks to the agent, runs its tools with the rights of the service, and spends its budget for models.",
                 .fix = "Ask for a login on the route or for all routes (Spring Security, `[Authorize]`, `RequireAuthorization()`), or say where a gateway does it. Set a rate limit for each caller.",
                 .severity = Severity::medium,
                 .vector = Vector::insecure_endpoint,
                 .controls = {"owasp-llm-2025:LLM06", "owasp-llm-2025:LLM10", "mitre-atlas:AML.T0049", "cwe:306", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.4.5"},
                 .effort_hours = 2},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"agent-route-open", Severity::medium}, {"model-route-open", Severity::low}}}),
    .examples = [] {
      std::vector<Example> all = java_examples();
      const auto more = csharp_examples();
      all.insert(all.end(), more.begin(), more.end());
      return all;
    }};

}  // namespace stormwatch::detect
