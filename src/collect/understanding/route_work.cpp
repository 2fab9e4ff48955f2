// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/route_work.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "code/effects.h"
#include "collect/understanding/agent_rules.h"

namespace stormwatch::collect {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

namespace {

constexpr std::size_t kMostFunctionsOfWork = 150;

bool is_verb(std::string_view last) {
  return one_of(last, {"invoke", "ainvoke", "run", "arun", "run_sync", "run_stream", "run_async", "run_live", "stream", "astream", "astream_events", "astream_log", "stream_events", "kickoff", "kickoff_async", "akickoff", "generate", "streamVNext", "generateVNext", "query", "aquery", "chat", "achat", "stream_chat", "astream_chat", "batch", "abatch",
                       "predict", "apredict", "call", "acall", "complete", "acomplete", "initiate_chat", "a_initiate_chat", "forward", "streamEvents", "iter", "run_stream_events", "stream_async", "invoke_async"});
}

/// Calls that the tables of effects do not name: the SDKs of agents, and clouds that serve models.
bool is_work_by_name(std::string_view name) {
  if (code::is_model_name(name)) return true;
  const std::string_view last = last_of(name);
  const std::string_view object = name.substr(0, name.size() > last.size() ? name.size() - last.size() - 1 : 0);
  if (name.ends_with(".responses.stream") || name.ends_with("chat.completions.stream") || name.ends_with(".beta.messages.stream")) return true;
  if (name.starts_with("@openai/agents") || name.starts_with("@anthropic-ai/claude-agent-sdk") || name.starts_with("@anthropic-ai/claude-code")) return one_of(last, {"run", "query"});
  if (name.starts_with("@google/gen") || name.starts_with("google.gen")) return one_of(last, {"sendMessage", "sendMessageStream", "send_message_stream", "generateContentStream", "generate_content_stream", "generateImages"});
  if (name.starts_with("ai.")) return one_of(last, {"streamObject", "generateObject", "createAgentUIStreamResponse", "convertToModelMessages"}) ? last != "convertToModelMessages" : (is_verb(last) && holds(object, "Agent"));
  if (name.starts_with("openai.") || name.starts_with("openai/")) return last == "stream" || one_of(last, {"create_and_run", "createAndRun", "create_and_poll", "create_and_run_stream"});
  if (name.starts_with("anthropic.") || name.starts_with("@anthropic-ai/sdk")) return last == "stream" && holds(object, "messages");
  if (name.starts_with("boto3.")) return one_of(last, {"invoke_model", "invoke_model_with_response_stream", "converse", "converse_stream", "invoke_agent", "invoke_inline_agent", "retrieve_and_generate"});
  if (name.starts_with("agents.Runner.")) return one_of(last, {"run", "run_sync", "run_streamed"});
  if (name.starts_with("litellm.")) return one_of(last, {"responses", "aresponses", "acompletion", "completion"});
  if (name.starts_with("@mastra/") || name.starts_with("strands.") || name.starts_with("agent_framework.") || name.starts_with("claude_agent_sdk.") || name.starts_with("claude_code_sdk.") || name.starts_with("deepagents.")) return is_verb(last) || one_of(last, {"query", "receive_response"}) || (name.starts_with("strands.") && last == "Agent()");
  // Anything that a framework of agents made: "pydantic_ai.Agent.iter", "agno.agent.Agent.arun".
  return is_verb(last) && !agent_framework(object).empty();
}

/// `agent.ainvoke(...)` on what this file does not make: a state of the program, a parameter.
bool is_agent_by_word(const CodeFile& file, const Expression& call, std::string_view name) {
  const std::string_view last = last_of(name);
  if (one_of(last, {"generateText", "streamText", "generateObject", "streamObject"}) && lower(name).ends_with("llm." + lower(last))) return true;
  if (!one_of(last, {"invoke", "ainvoke", "astream", "astream_events", "kickoff", "kickoff_async", "arun", "streamEvents"}) || file.module->at(call.parts[0]).kind != ExpressionKind::attribute) return false;
  const std::string object = lower(last_of(name.substr(0, name.size() - last.size() - 1)));
  return one_of(object, {"agent", "graph", "agent_graph", "agent_executor", "agentexecutor", "crew", "chain", "rag_chain", "qa_chain", "workflow", "runnable", "supervisor", "compiled_graph", "app_graph", "react_agent"}) || object.ends_with("_agent") || object.ends_with("_crew") || object.ends_with("_llm") || object == "llm";
}

struct Walk {
  NearFiles& files;
  Driven out;
  bool given_tools = false;  ///< a function on the way names tools
  std::set<std::pair<const CodeFile*, Index>> seen;
  std::vector<std::pair<const CodeFile*, Index>> waiting;

  /// Tools that the file gives, or one that it imports: agents are often made beside where they run.
  void work_in(const CodeFile& file) {
    out.model = true;
    out.tools = out.tools || gives_tools_to_model(file.text);
    if (!out.tools)
      for (const code::Import& import : file.module->imports)
        if (const CodeFile* near = files.open_imported(file, import); near && makes_agent(*near) && gives_tools_to_model(near->text)) { out.tools = true; return; }
  }
  static bool makes_agent(const CodeFile& file) {
    return std::ranges::any_of(file.module->expressions, [&](const Expression& e) { return e.kind == ExpressionKind::call && !agent_framework(file.names->callee(e)).empty(); });
  }
  void follow(const Found& found) {
    if (!found) return;
    if (found.function != kNone) waiting.emplace_back(found.file, found.function);
    // A method that the class has from another library, which calls those that the class gives it.
    if (const std::string_view asked = last_of(found.member); found.in_class != kNone && (is_verb(asked) || one_of(asked, {"process", "handle", "respond", "execute", "answer", "ask"})))
      for (Index f = 0; f < found.file->module->functions.size(); ++f)
        if (found.file->module->functions[f].in_class == found.in_class) waiting.emplace_back(found.file, f);
    // graph.ainvoke where another file says what graph is.
    if (found.value != kNone && is_verb(last_of(found.member))) {
      const std::string& made = found.file->names->qualified(found.value);
      if (is_work_by_name(made + "." + found.member)) { work_in(*found.file); return; }
      // What a function of a third file made.
      const Found maker = found.file->module->at(found.value).kind == ExpressionKind::call ? files.find(*found.file, made, 2) : Found{};
      if (maker && maker.function != kNone && makes_agent(*maker.file, maker.function)) work_in(*maker.file);
    }
  }
  static bool makes_agent(const CodeFile& file, Index function) {
    for (const Index f : file.functions_in(function))
      if (const auto calls = file.calls.find(f); calls != file.calls.end())
        for (const Index c : calls->second)
          if (!agent_framework(file.names->callee(file.module->at(c))).empty() || file.names->callee(file.module->at(c)).ends_with(".compile")) return true;
    return false;
  }
  void look(const CodeFile& file, Index call) {
    const Expression& e = file.module->at(call);
    const std::string& name = file.names->callee(e);
    if (is_work(file, e)) { work_in(file); return; }
    if (const Index f = file.names->local_function(e.parts[0]); f != kNone) waiting.emplace_back(&file, f);
    else if (!name.empty()) follow(files.find(file, name));
    // Functions handed on to be called: StreamingResponse(answer(q)), add_task(run_agent, q), asyncio.to_thread(run).
    for (std::size_t k = 1; k < e.parts.size(); ++k) {
      const Expression& part = file.module->at(e.parts[k]);
      if (part.kind != ExpressionKind::name && part.kind != ExpressionKind::attribute) continue;
      if (const Index f = file.names->local_function(e.parts[k]); f != kNone) waiting.emplace_back(&file, f);
      else if (const Found found = files.find(file, file.names->qualified(e.parts[k])); found && found.function != kNone) waiting.emplace_back(found.file, found.function);
    }
  }
  void run() {
    while (!waiting.empty() && seen.size() < kMostFunctionsOfWork && !(out.model && out.tools)) {
      const auto [file, function] = waiting.back();
      waiting.pop_back();
      if (!seen.emplace(file, function).second) continue;
      given_tools = given_tools || gives_tools_to_model(file->text_of_function(function));
      for (const Index f : file->functions_in(function))
        if (const auto calls = file->calls.find(f); calls != file->calls.end())
          for (const Index c : calls->second) look(*file, c);
    }
  }
};

}  // namespace

bool gives_tools_to_model(std::string_view text) {
  return holds(text, {"tools=", "tools =", "tools:", "tools,", "bind_tools", "bindTools", "ToolNode", "toolsets=", "mcp_servers", "mcpServers", "@tool", ".tool_plain", ".tool\n", ".tool(", "function_tool", "initialize_agent", "register_tool", "functions=", "plugins=", "CodeAgent", "create_sql_agent", "create_pandas_dataframe_agent", "handoffs=", "allowed_tools", "allowedTools"});
}

bool is_work(const CodeFile& file, const Expression& call) {
  const std::string& name = file.names->callee(call);
  if (code::is_model_call(*file.names, call) || is_work_by_name(name)) return true;
  if (is_agent_by_word(file, call, name)) return true;
  // The API of a vendor, called by hand.
  const code::Effect effect = code::effect_of(*file.names, call).effect;
  if (effect == code::Effect::fetch || effect == code::Effect::send) return !provider_of_host(file.names->pattern_of(file.module->argument(call, 0, "url"))).empty();
  return false;
}

Driven driven_by(NearFiles& files, const CodeFile& file, Index function) {
  Walk walk{.files = files, .out = {}, .seen = {}, .waiting = {}};
  walk.waiting.emplace_back(&file, function);
  walk.run();
  walk.out.tools = walk.out.tools || (walk.out.model && walk.given_tools);
  return walk.out;
}

}  // namespace stormwatch::collect
