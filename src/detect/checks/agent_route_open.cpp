// SPDX-License-Identifier: Apache-2.0
// Routes of services in Python, JavaScript, Java and C# that drive a model, with tools or without, and ask nobody who calls.
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

std::vector<Example> python_examples() {
  const std::string agent = "from fastapi import APIRouter, Depends, FastAPI, Request\nfrom agents import Agent, Runner, function_tool\n@function_tool\ndef refund(order: str) -> str:\n    return pay(order)\nagent = Agent(name='desk', tools=[refund])\n";
  const std::string served = "if __name__ == '__main__':\n    uvicorn.run(app, host='0.0.0.0')\n";
  const std::string body = "async def ask(q: str):\n    result = await Runner.run(agent, q)\n    return result.final_output\n";
  const std::string route = "@app.post('/ask')\n" + body;
  const std::string app = "app = FastAPI()\n";
  const std::string router = "from fastapi import APIRouter\nfrom service import answer\nrouter = APIRouter()\n@router.post('/ask')\nasync def ask(q: str):\n    return await answer(q)\n";
  const std::string service = "from agents import Agent, Runner\nagent = Agent(name='desk', tools=[refund])\nasync def answer(q):\n    return (await Runner.run(agent, q)).final_output\n";
  const std::string main = "from fastapi import Depends, FastAPI\nfrom routes import router\nfrom keys import check\napp = FastAPI()\n";
  const std::string keys = "from fastapi import HTTPException, Header\ndef check(x_key: str = Header()):\n    if x_key != KEY:\n        raise HTTPException(401)\n";
  const std::string flask = "from flask import Flask, request\nfrom flask_login import login_required\nfrom langchain.agents import create_agent\nagent = create_agent(model='openai:gpt-4o', tools=[refund])\napp = Flask(__name__)\n@app.route('/ask', methods=['POST'])\n";
  const std::string answer = "def ask():\n    return agent.invoke({'messages': request.json['q']})['output']\napp.run(host='0.0.0.0')\n";
  const std::string langserve = "from fastapi import FastAPI\nfrom langserve import add_routes\nfrom langchain_openai import ChatOpenAI\napp = FastAPI()\n";
  return {{"an agent behind FastAPI", {{"main.py", agent + app + route + served}}, true},
          {"in a router, through a service of another file", {{"routes.py", router}, {"service.py", service}, {"main.py", main + "app.include_router(router)\n" + served}}, true},
          {"behind Flask", {{"app.py", flask + answer}}, true},
          {"LangServe", {{"server.py", langserve + "add_routes(app, ChatOpenAI(), path='/chat')\n" + served}}, true},
          {"views of Django", {{"desk/views.py", "from django.http import JsonResponse\nfrom openai import OpenAI\nclient = OpenAI()\ndef ask(request):\n    return JsonResponse({'a': client.responses.create(model='gpt-4o', input=request.POST['q'], tools=[refund]).output_text})\n"}, {"desk/urls.py", "from django.urls import path\nfrom .views import ask\nurlpatterns = [path('ask', ask)]\n"}, {"Dockerfile", "FROM python\n"}}, true},
          {"a public page of Gradio", {{"ui.py", "import gradio as gr\nfrom openai import OpenAI\nclient = OpenAI()\ndef ask(q, h):\n    return client.responses.create(model='gpt-4o', input=q).output_text\ngr.ChatInterface(ask).launch(share=True)\n"}}, true},
          {"a page of Gradio with a login", {{"ui.py", "import gradio as gr\nfrom openai import OpenAI\nclient = OpenAI()\ndef ask(q, h):\n    return client.responses.create(model='gpt-4o', input=q).output_text\ngr.ChatInterface(ask).launch(share=True, auth=people)\n"}}, false},
          {"with a dependency of the application", {{"main.py", agent + "def check(request: Request):\n    if request.headers.get('Authorization') != KEY:\n        raise HTTPException(401)\napp = FastAPI(dependencies=[Depends(check)])\n" + route + served}}, false},
          {"with a user among the parameters", {{"main.py", agent + app + "@app.post('/ask')\nasync def ask(q: str, user: User = Depends(get_current_user)):\n    return await Runner.run(agent, q)\n" + served}}, false},
          {"with a dependency of the mount", {{"routes.py", router}, {"service.py", service}, {"keys.py", keys}, {"main.py", main + "app.include_router(router, dependencies=[Depends(check)])\n" + served}}, false},
          {"with a middleware", {{"main.py", agent + app + "@app.middleware('http')\nasync def gate(request, call_next):\n    if request.headers.get('x-key') != KEY:\n        return Response(status_code=401)\n    return await call_next(request)\n" + route + served}}, false},
          {"with a decorator", {{"app.py", flask + "@login_required\n" + answer}}, false},
          {"LangServe with a dependency", {{"server.py", langserve + "add_routes(app, ChatOpenAI(), path='/chat', dependencies=[Depends(verify_token)])\n" + served}}, false},
          {"a library: who uses it makes the application", {{"serve.py", "from fastapi import APIRouter\n" + agent.substr(agent.find("from agents")) + "router = APIRouter()\n@router.post('/ask')\n" + body}}, false},
          {"a route that drives no model", {{"main.py", agent + app + "@app.get('/up')\ndef up():\n    return 'yes'\n" + served}}, false},
          {"an example", {{"pyproject.toml", "[project]\nname = 'kit'\n"}, {"examples/main.py", agent + app + route + served}}, false}};
}

std::vector<Example> script_examples() {
  const std::string imports = "import express from 'express';\nimport { Agent, run, tool } from '@openai/agents';\nconst refund = tool({ name: 'refund', execute: async () => 'done' });\nconst agent = new Agent({ name: 'desk', tools: [refund] });\nconst app = express();\napp.use(express.json());\n";
  const std::string handle = "async (req, res) => { const r = await run(agent, req.body.q); res.json(r.finalOutput); });\napp.listen(3000);\n";
  const std::string next = "import { streamText } from 'ai';\nimport { openai } from '@ai-sdk/openai';\nexport async function POST(req: Request) {\n  const { messages } = await req.json();\nASKreturn streamText({ model: openai('gpt-4o'), messages, tools: { refund } }).toTextStreamResponse();\n}\n";
  const auto with = [&](const char* ask) { std::string text = next; return text.replace(text.find("ASK"), 3, ask); };
  const std::string config = "export default {};\n";
  const std::string nest = "import { Controller, Post, UseGuards } from '@nestjs/common';\nimport OpenAI from 'openai';\nconst client = new OpenAI();\nMARK@Controller('chat')\nexport class ChatController {\n\n  @Post()\n  async ask(body: any) { return client.responses.create({ model: 'gpt-4o', input: body.q, tools: [] }); }\n}\n";
  const auto marked = [&](const char* mark) { std::string text = nest; return text.replace(text.find("MARK"), 4, mark); };
  const std::string boot = "import { NestFactory } from '@nestjs/core';\nconst app = await NestFactory.create(AppModule);\nawait app.listen(3000);\n";
  return {{"an agent behind Express", {{"server.js", imports + "app.post('/ask', " + handle}}, true},
          {"behind Express with a layer", {{"server.js", imports + "app.post('/ask', requireAuth, " + handle}}, false},
          {"behind Express with a layer before all", {{"server.js", imports + "const gate = (req, res, next) => req.headers.authorization === key ? next() : res.status(401).end();\napp.use(gate);\napp.post('/ask', " + handle}}, false},
          {"a handler of Next.js", {{"package.json", "{}\n"}, {"next.config.ts", config}, {"app/api/chat/route.ts", with("")}}, true},
          {"a handler of Next.js that asks", {{"package.json", "{}\n"}, {"next.config.ts", config}, {"app/api/chat/route.ts", with("const session = await auth();\nif (!session) return new Response('no', { status: 401 });\n")}}, false},
          {"a handler of Next.js behind a proxy file", {{"package.json", "{}\n"}, {"next.config.ts", config}, {"proxy.ts", "export { auth as proxy } from './auth';\n"}, {"app/api/chat/route.ts", with("")}}, false},
          {"a controller of NestJS", {{"main.ts", boot}, {"chat.controller.ts", marked("")}}, true},
          {"a controller of NestJS with a guard", {{"main.ts", boot}, {"chat.controller.ts", marked("@UseGuards(AuthGuard)\n")}}, false}};
}

}  // namespace

extern const Detector agent_route_open;
const Detector agent_route_open{
    .advisory = {.id = "agent-route-open",
                 .title = "A route that drives an agent asks nobody who calls",
                 .why = "Whoever reaches the address talks to the agent, runs its tools with the rights of the service, and spends its budget for models.",
                 .fix = "Ask for a login on the route or for all routes (`dependencies=[Depends(...)]`, `login_required`, a middleware, `auth()` in the handler, a guard, Spring Security, `[Authorize]`), or say where a gateway does it. Set a rate limit for each caller.",
                 .severity = Severity::medium,
                 .vector = Vector::insecure_endpoint,
                 .controls = {"owasp-llm-2025:LLM06", "owasp-llm-2025:LLM10", "mitre-atlas:AML.T0049", "cwe:306", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.4.5"},
                 .effort_hours = 2},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"agent-route-open", Severity::medium}, {"model-route-open", Severity::low}}}),
    .examples = [] {
      std::vector<Example> all = java_examples();
      for (const auto& more : {csharp_examples(), python_examples(), script_examples()}) all.insert(all.end(), more.begin(), more.end());
      return all;
    }};

}  // namespace stormwatch::detect
