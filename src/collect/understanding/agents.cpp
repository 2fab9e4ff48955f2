// SPDX-License-Identifier: Apache-2.0
// Agents that the calls of known frameworks make, with what they may do, their models, prompts, memory, helpers, limits and guards.
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/text.h"
#include "collect/prompt_secrets.h"
#include "collect/understanding/agent_values.h"
#include "collect/understanding/sight.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

constexpr std::size_t kMostAgents = 300, kMostHelpers = 200;  // a file, an agent

/// TOOLS = [search, send] at the top of a file: other files import the list. The relation's beginning is no asset; join() puts the
/// tools in the list's place.
void lists_of_tools(View& v) {
  for (const code::Statement& s : v.module.statements) {
    if (s.kind != code::StatementKind::assign || s.owner != kNone || s.targets.size() != 1 || s.value == kNone) continue;
    const Expression& target = v.module.at(s.targets[0]);
    if (target.kind != ExpressionKind::name || v.module.at(s.value).kind != ExpressionKind::list) continue;
    GivenTools given;
    given.as_data = false;  // a list of named things may be anything
    tools_given(v, s.value, given);
    for (const AssetId tool : given.tools) v.out.relate(Asset::id_of(AssetKind::tool, v.file + "#" + target.text), RelationKind::has_tool, tool, v.place(s.spot));
  }
}

/// Methods of Java and C# classes that are tools: another file gives an object of the class to its agent.
void classes_of_tools(View& v) {
  for (const code::Role& r : v.roles) {
    if (r.kind != code::RoleKind::tool || r.function == kNone || v.module.functions[r.function].in_class == kNone) continue;
    const std::string& in_class = v.module.classes[v.module.functions[r.function].in_class].name;
    v.out.relate(tools_of_class(v, in_class), RelationKind::has_tool, Asset::id_of(AssetKind::tool, v.file + "#" + r.name), v.place(r.spot));
  }
}

bool makes_from_positions(std::string_view last) {
  return one_of(last, {"initialize_agent", "create_agent", "create_react_agent", "create_tool_calling_agent", "create_openai_functions_agent", "create_openai_tools_agent", "create_structured_chat_agent", "create_json_chat_agent", "create_xml_agent", "createReactAgent", "createToolCallingAgent", "create_supervisor", "create_deep_agent", "ReAct", "CodeAct", "Agent", "from_tools"});
}

/// The model that an agent is made with, as the expression that names it; kNone.
Index model_given(const View& v, Index call) {
  if (const Index given = value_given(v, call, model_keys()); given != kNone) return given;
  const Expression& e = v.module.at(call);
  const std::string& callee = v.names.callee(e);
  // client.GetChatClient("gpt-4o").AsAIAgent(...), ChatClient.builder(model)
  if (one_of(last_of(callee), {"CreateAIAgent", "AsAIAgent"})) return v.module.at(e.parts[0]).kind == ExpressionKind::attribute ? v.module.at(e.parts[0]).parts[0] : kNone;
  if (const auto given = values_given(v, call, "builder"); !given.empty()) return given[0];
  const bool first_text = one_of(last_of(callee), {"Agent", "ChatClientAgent"});
  if (!first_text && !makes_from_positions(last_of(callee))) return kNone;
  for (std::size_t k = 0; k < 2; ++k) {
    const Index given = v.module.argument(e, k);
    const Index made = given == kNone ? kNone : v.names.literal_of(given);
    if (made == kNone) continue;
    const Expression& m = v.module.at(made);
    if (m.kind == ExpressionKind::string && !vendor_of("", m.text).empty()) return given;
    if (m.kind == ExpressionKind::string && (m.text.find(':') != std::string::npos || !first_text) && m.text.find(' ') == std::string::npos) return given;
    if (m.kind == ExpressionKind::call && !model_named(v, given).name.empty()) return given;
  }
  return kNone;
}

/// AgentExecutor(agent=X): one agent, made in two steps. kNone when `e` wraps none of this file.
Index wrapped_agent(const View& v, const Expression& e) {
  const std::string& name = v.names.callee(e);
  if (name.find("AgentExecutor") == std::string::npos) return kNone;
  const Index inner = v.names.literal_of(v.module.argument(e, name.ends_with(".from_agent_and_tools") ? 0 : 99, "agent"));
  return inner != kNone && v.module.at(inner).kind == ExpressionKind::call && !framework_of(v, v.module.at(inner)).empty() ? inner : kNone;
}

std::string variable_of(const View& v, Index call) {
  for (const code::Statement& s : v.module.statements)
    if (s.value == call && s.targets.size() == 1 && !v.module.at(s.targets[0]).text.empty()) return v.module.at(s.targets[0]).text;
  return {};
}

std::string agent_name(const View& v, Index call, std::string_view framework) {
  const Expression& e = v.module.at(call);
  std::string name;
  for (const std::string_view key : name_keys()) {
    const auto given = values_given(v, call, key);
    if (!given.empty()) name = names_string(v, given[0]);
    if (!name.empty()) break;
  }
  if (name.empty() && framework == "autogen") name = names_string(v, v.module.argument(e, 0));
  // AiServices.builder(Assistant.class): the interface names it.
  if (name.empty() && v.module.family == code::Family::java)
    for (const char* key : {"builder", "create", "agentBuilder"})
      if (const auto given = values_given(v, call, key); name.empty() && !given.empty() && framework == "langchain4j") name = v.module.at(given[0]).text;
  if (name.empty()) name = variable_of(v, call);
  // CrewAI: a method with @agent names it.
  if (name.empty() && e.owner != kNone) name = v.module.functions[e.owner].name;
  if (name.empty()) name = last_of(v.names.callee(e));
  if (name.size() > 80) name.resize(80);
  return name;
}

/// The agent of this file that an expression stands for; nothing when it is none.
std::optional<AssetId> agent_at(const View& v, Index i) {
  const Index made = v.names.literal_of(i);
  if (made == kNone) return std::nullopt;
  const Expression& e = v.module.at(made);
  if (e.kind == ExpressionKind::call) {
    const auto framework = framework_of(v, e);
    if (!framework.empty()) return Asset::id_of(AssetKind::agent, v.file + "#" + agent_name(v, made, framework));
    if (one_of(last_of(v.names.callee(e)), {"handoff", "AgentTool", "handoffTo"})) return agent_at(v, v.module.argument(e, 0, "agent"));
    // CrewAI: self.researcher() is the method with @agent that makes it.
    if (const Index f = v.names.local_function(e.parts[0]); f != kNone)
      for (Index k = 0; k < v.module.expressions.size(); ++k)
        if (v.module.at(k).kind == ExpressionKind::call && v.module.at(k).owner == f)
          if (const auto inner = framework_of(v, v.module.at(k)); !inner.empty()) return Asset::id_of(AssetKind::agent, v.file + "#" + agent_name(v, k, inner));
  }
  if (e.kind == ExpressionKind::string)
    for (const Owner& o : v.owners)
      if (o.kind == AssetKind::agent && o.name == e.text) return o.id;
  return std::nullopt;
}

void names_of_guards(const View& v, Index given, Texts& out, int depth = 0) {
  const Index at = v.names.literal_of(given);
  if (at == kNone || depth > 2 || out.size() > 20) return;
  const Expression& e = v.module.at(at);
  if (e.kind == ExpressionKind::list) {
    for (const Index p : e.parts) names_of_guards(v, p, out, depth + 1);
    return;
  }
  if (e.kind == ExpressionKind::none || (e.kind == ExpressionKind::boolean && e.text == "false")) return;
  std::string name(last_of(e.kind == ExpressionKind::call || e.kind == ExpressionKind::name || e.kind == ExpressionKind::attribute ? v.names.qualified(at) : std::string()));
  if (name.empty()) name = names_string(v, given);
  if (name.empty() && !v.module.at(given).text.empty()) name = v.module.at(given).text;
  add_word(out, name.empty() || name.size() > 80 ? "guardrail" : name);
}

/// What stands round the model: middleware, advisors, processors, by the names of their classes.
void around(const View& v, Index call, AgentFacts& facts, bool& retrieves) {
  for (const std::string_view key : {"middleware", "defaultAdvisors", "advisors", "hooks", "capabilities"}) {
    for (const Index given : values_given(v, call, key)) {
      const Index list = v.names.literal_of(given);
      if (list == kNone) continue;
      std::vector<Index> parts = v.module.at(list).kind == ExpressionKind::list ? v.module.at(list).parts : std::vector<Index>{list};
      for (const Index p : parts) {
        const std::string name(last_of(v.names.qualified(v.names.literal_of(p) == kNone ? p : v.names.literal_of(p))));
        const std::string& whole = v.names.qualified(p);
        const auto holds = [&](std::string_view word) { return name.find(word) != std::string::npos || whole.find(word) != std::string::npos; };
        if (holds("HumanInTheLoop") || holds("Approval")) facts.human_approval = true;
        else if (holds("ChatMemory")) facts.memory = true;
        else if (holds("QuestionAnswer") || holds("RetrievalAugmentation")) retrieves = true;
        else if (holds("Guard") || holds("PII") || holds("Moderation")) { add_word(facts.guardrails, holds("SafeGuardAdvisor") ? "SafeGuardAdvisor" : name); facts.injection_defence = true; }
        else if (holds("CallLimit"))
          if (const Index made = v.names.literal_of(p); made != kNone && v.module.at(made).kind == ExpressionKind::call)
            for (const char* limit : {"run_limit", "runLimit", "thread_limit"})
              if (const auto most = v.names.integer_value(v.names.option(v.module.at(made), limit)); most && !facts.max_steps) facts.max_steps = most;
      }
    }
  }
}

void limits(const View& v, Index call, AgentFacts& facts) {
  for (const std::string_view key : step_keys()) {
    const auto given = values_given(v, call, key);
    if (given.empty()) continue;
    if (const auto most = v.names.integer_value(given[0])) { facts.max_steps = *most; return; }
    // stopWhen: stepCountIs(5), usage_limits=UsageLimits(request_limit=5)
    std::vector<Index> tests{v.names.literal_of(given[0])};
    if (tests[0] != kNone && v.module.at(tests[0]).kind == ExpressionKind::list) tests = v.module.at(tests[0]).parts;
    for (const Index t : tests) {
      if (t == kNone || v.module.at(t).kind != ExpressionKind::call) continue;
      const Expression& test = v.module.at(t);
      auto most = v.names.integer_value(v.names.option(test, "request_limit"));
      if (!most && test.parts.size() == 2) most = v.names.integer_value(test.parts[1]);
      if (most) { facts.max_steps = *most; return; }
    }
  }
}

void approvals(const View& v, Index call, AgentFacts& facts) {
  const Expression& e = v.module.at(call);
  const std::string mode = names_string(v, v.names.option(e, "human_input_mode"));
  for (const std::string_view key : approval_keys())
    if (!values_given(v, call, key).empty()) facts.human_approval = true;
  if (mode == "ALWAYS" || mode == "TERMINATE" || v.names.boolean_value(v.module.keyword(e, "human_input")) == true) facts.human_approval = true;
  else if (mode == "NEVER" && !facts.human_approval) facts.human_approval = false;
  for (const char* key : {"permission_mode", "permissionMode"})
    if (names_string(v, v.names.option(e, key)) == "bypassPermissions") facts.human_approval = false;
}

/// graph.compile(checkpointer=..., interrupt_before=[...]), Runner.run(agent, ..., max_turns=5): what is said of an agent elsewhere.
void said_elsewhere(const View& v, Index call, AgentFacts& facts) {
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || i == call) continue;
    const std::string& name = v.names.callee(e);
    const auto last = last_of(name);
    if (!one_of(last, {"compile", "run", "run_sync", "run_streamed", "Runner", "initiate_chat", "set_entry_point", "run_stream", "InMemoryRunner"})) continue;
    const Expression& callee = v.module.at(e.parts[0]);
    bool about = callee.kind == ExpressionKind::attribute && v.names.literal_of(callee.parts[0]) == call;
    for (std::size_t k = 1; k < e.parts.size() && !about; ++k) about = v.names.literal_of(e.parts[k]) == call;
    if (!about) continue;
    limits(v, i, facts);
    approvals(v, i, facts);
    for (const std::string_view key : memory_keys())
      if (const auto given = values_given(v, i, key); !given.empty() && v.module.at(given[0]).kind != ExpressionKind::none && v.names.boolean_value(given[0]) != false) facts.memory = true;
  }
}

/// dspy.configure(lm=...), dspy.settings.configure(lm=...): the model of all modules; kNone.
Index model_of_all(const View& v) {
  for (const Expression& e : v.module.expressions)
    if (e.kind == ExpressionKind::call && one_of(v.names.callee(e), {"dspy.configure", "dspy.settings.configure"})) return v.module.keyword(e, "lm");
  return kNone;
}

/// The executors of ADK and AutoGen: in a container or at the provider, or in this process.
std::optional<bool> executes_in(std::string_view name) {
  if (holds(name, {"BuiltInCodeExecutor", "VertexAiCodeExecutor", "ContainerCodeExecutor", "GkeCodeExecutor", "AgentEngineSandboxCodeExecutor", "DockerCommandLineCodeExecutor", "DockerJupyterCodeExecutor", "ACADynamicSessionsCodeExecutor"})) return true;
  if (holds(name, {"UnsafeLocalCodeExecutor", "LocalCommandLineCodeExecutor"})) return false;
  return std::nullopt;
}

void add_agent(View& v, Index i, std::string_view framework) {
  const Expression& e = v.module.at(i);
  const std::string last(last_of(v.names.callee(e)));
  AgentFacts facts;
  facts.framework = framework;
  const std::string name = agent_name(v, i, framework);
  GivenTools given;
  for (const std::string_view key : tool_keys())
    for (const Index list_at : values_given(v, i, key)) {
      tools_given(v, list_at, given);
      const Index list = v.names.literal_of(list_at);
      if (list != kNone && v.module.at(list).kind == ExpressionKind::list)
        for (const Index p : v.module.at(list).parts) {
          const std::string tool = names_string(v, p);
          if (tool == "Bash") add_word(given.capabilities, "code-exec");
          else if (one_of(tool, {"Write", "Edit"})) add_word(given.capabilities, "file-write");
          else if (one_of(tool, {"WebFetch", "WebSearch"})) add_word(given.capabilities, "browse");
        }
    }
  const Index wrapped = wrapped_agent(v, e);
  const Index maker_at = wrapped == kNone ? i : wrapped;
  const Expression& maker = v.module.at(maker_at);
  if (makes_from_positions(last_of(v.names.callee(maker))))
    for (std::size_t k = 0; k < 2; ++k) tools_given(v, v.module.argument(maker, k), given);
  if (wrapped != kNone) tools_given(v, v.module.keyword(maker, "tools"), given);
  std::ranges::sort(given.tools);
  given.tools.erase(std::unique(given.tools.begin(), given.tools.end()), given.tools.end());
  facts.capabilities = given.capabilities;
  if (given.asks) facts.human_approval = true;
  if (one_of(last, {"create_python_agent", "create_pandas_dataframe_agent", "create_csv_agent", "CodeAgent", "ReactCodeAgent", "CodeExecutorAgent", "CodeActAgent", "CodeAct", "ProgramOfThought"})) add_word(facts.capabilities, "code-exec");
  if (one_of(last, {"create_sql_agent"})) add_word(facts.capabilities, "database");
  if (const Index executor = v.names.literal_of(v.module.keyword(e, "code_executor")); executor != kNone)
    if (const auto where = executes_in(v.names.qualified(executor))) facts.sandboxed = where;
  if (v.module.keyword(e, "code_executor") != kNone || v.names.boolean_value(v.module.keyword(e, "allow_code_execution")) == true) add_word(facts.capabilities, "code-exec");
  // AutoGen: code_execution_config={"use_docker": ...}
  const Index execution = v.names.literal_of(v.module.keyword(e, "code_execution_config"));
  if (execution != kNone && v.module.at(execution).kind == ExpressionKind::map) {
    add_word(facts.capabilities, "code-exec");
    const Index docker = v.module.member(v.module.at(execution), "use_docker");
    if (const auto used = v.names.boolean_value(docker)) facts.sandboxed = *used;
    else if (docker != kNone) facts.sandboxed = true;
  }
  // smolagents runs model-written Python in this process unless an executor says otherwise.
  if (framework == "smolagents" && last == "CodeAgent") {
    const std::string executor = names_string(v, v.module.keyword(e, "executor_type"));
    facts.sandboxed = !executor.empty() && executor != "local";
  }
  // DSPy's interpreter is Deno in WebAssembly.
  if (framework == "dspy" && last != "ReAct") facts.sandboxed = true;
  limits(v, i, facts);
  approvals(v, i, facts);
  for (const std::string_view key : memory_keys()) {
    const auto kept = values_given(v, i, key);
    if (kept.empty() || v.module.at(kept[0]).kind == ExpressionKind::none || v.names.boolean_value(kept[0]) == false) continue;
    facts.memory = true;
  }
  for (const std::string_view key : guard_keys())
    for (const Index guard : values_given(v, i, key)) {
      names_of_guards(v, guard, facts.guardrails);
      // A callback may do anything; a guardrail says that it defends.
      if (!facts.guardrails.empty() && (key.find("uardrail") != std::string_view::npos || key.find("Processors") != std::string_view::npos)) facts.injection_defence = true;
    }
  bool retrieves = value_given(v, i, retriever_keys()) != kNone;
  around(v, i, facts, retrieves);
  said_elsewhere(v, i, facts);
  if (std::ranges::find(facts.capabilities, "browse") != facts.capabilities.end()) { facts.browses_web = true; facts.reads_untrusted = true; }
  Index model_at = model_given(v, maker_at);
  if (model_at == kNone && framework == "dspy") model_at = model_of_all(v);
  const NamedModel model = model_named(v, model_at);
  facts.model_name = model.name;
  const Place place = v.place(e.spot);
  const bool has_memory = facts.memory.value_or(false);
  Asset agent = make_asset(v.file + "#" + name, name, std::move(facts), place);
  const auto& known = std::get<AgentFacts>(agent.facts);
  if (std::ranges::find(known.capabilities, "code-exec") != known.capabilities.end() && known.sandboxed != true && known.human_approval != true) {
    Sighting s{.what = "insecure-setting", .subject = known.sandboxed == false ? "code-execution-here" : "code-execution-unconfined"};
    s.detail = fmt::format("can run code ({}); {}", known.framework, known.sandboxed == false ? "no sandbox is set" : "no sandbox and no approval was seen");
    s.excerpt = shown(v, i);
    s.place = place;
    s.context = v.source.context;
    s.confidence = known.sandboxed == false ? Confidence::high : Confidence::medium;
    agent.sightings.push_back(std::move(s));
  }
  const AssetId id = v.out.add(std::move(agent));
  v.out.relate(v.app().id, RelationKind::contains, id, place);
  for (const AssetId tool : given.tools) v.out.relate(id, RelationKind::has_tool, tool, place);
  if (!model.name.empty() && !model.vendor.empty()) v.out.relate(id, RelationKind::uses_model, add_model(v, model, place), place);
  if (has_memory) v.out.relate(id, RelationKind::has_memory, v.out.add(make_asset(v.file + "#" + name + "-memory", name + " memory", MemoryFacts{}, place)), place);
  if (retrieves) {
    bool any = false;
    for (const Asset& a : v.out.assets)
      if (a.kind() == AssetKind::vector_store) { v.out.relate(id, RelationKind::reads, a.id, place); any = true; break; }
    if (!any) v.out.relate(id, RelationKind::reads, v.out.add(make_asset(v.file + "#" + name + "-retriever", name + " retriever", VectorStoreFacts{}, place)), place);
  }
  for (const std::string_view key : prompt_keys())
    for (const Index prompt : values_given(v, i, key)) add_prompt(v, "system", prompt, id);
  // Handoffs and sub-agents.
  std::set<AssetId> helpers;
  std::vector<Index> asked = given.agents;
  for (const std::string_view key : helper_keys())
    for (const Index list_at : values_given(v, i, key)) {
      const Index list = v.names.literal_of(list_at);
      if (list == kNone) continue;
      const Expression& l = v.module.at(list);
      if (l.kind == ExpressionKind::list || l.kind == ExpressionKind::map) asked.insert(asked.end(), l.parts.begin(), l.parts.end());
      else asked.push_back(list_at);
    }
  // RoundRobinGroupChat([a, b]), new AgentGroupChat(a, b), create_supervisor([a, b], model=...)
  if (last.find("Group") != std::string::npos || last == "Swarm" || last == "AgentWorkflow" || last == "create_supervisor" || last.ends_with("Orchestration"))
    for (std::size_t k = 1; k < e.parts.size(); ++k) {
      const Index list = v.names.literal_of(e.parts[k]);
      if (list != kNone && v.module.at(list).kind == ExpressionKind::list) asked.insert(asked.end(), v.module.at(list).parts.begin(), v.module.at(list).parts.end());
      else asked.push_back(e.parts[k]);
    }
  if (asked.size() > kMostHelpers) asked.resize(kMostHelpers);
  for (const Index p : asked)
    if (const auto other = agent_at(v, p); other && *other != id && helpers.insert(*other).second) v.out.relate(id, RelationKind::calls_agent, *other, place);
  v.owners.push_back({id, AssetKind::agent, name});
}

}  // namespace

void add_prompt(View& v, const std::string& role, Index value, AssetId user) {
  if (value == kNone) return;
  const std::string text = v.names.pattern_of(value);
  if (text.size() < 40 || text.find(' ') == std::string::npos) return;
  const Expression& e = v.module.at(value);
  const std::string name = (e.kind == ExpressionKind::name || e.kind == ExpressionKind::attribute) && !e.text.empty() ? e.text : role + " prompt at line " + std::to_string(e.spot.line);
  const AssetId id = Asset::id_of(AssetKind::prompt, v.file + "#" + name);
  for (const Asset& a : v.out.assets)
    if (a.id == id) {
      if (std::ranges::none_of(v.out.relations, [&](const Relation& r) { return r.to == id && (r.from == user || user == v.app().id); })) v.out.relate(user, RelationKind::has_prompt, id, v.place(e.spot));
      return;
    }
  PromptFacts facts;
  facts.role = role;
  facts.text = excerpt_of(text, 400);
  facts.length = static_cast<std::int64_t>(text.size());
  const Index literal = v.names.literal_of(value);
  const Place place = v.place(literal == kNone ? e.spot : v.module.at(literal).spot);
  Asset prompt = make_asset(v.file + "#" + name, name, std::move(facts), place);
  for (Sighting& secret : read_prompt_secrets(text, [&](std::size_t) { return place; })) {
    secret.context = v.source.context;
    prompt.sightings.push_back(std::move(secret));
  }
  v.out.relate(user, RelationKind::has_prompt, v.out.add(std::move(prompt)), place);
}

void observe_agents(View& v) {
  // Agents of tests and of other people's code are not agents of this system.
  if (v.source.context == "test" || v.source.context == "vendored") return;
  std::set<Index> inner;  // agents that another call wraps
  for (const Expression& e : v.module.expressions)
    if (e.kind == ExpressionKind::call)
      if (const Index wrapped = wrapped_agent(v, e); wrapped != kNone) inner.insert(wrapped);
  lists_of_tools(v);
  if (v.module.family == code::Family::java || v.module.family == code::Family::c_sharp) classes_of_tools(v);
  std::size_t agents = 0;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || inner.contains(i)) continue;
    if (const auto framework = framework_of(v, e); !framework.empty() && ++agents <= kMostAgents) add_agent(v, i, framework);
  }
  if (agents > kMostAgents) v.out.gaps.push_back({v.source.path, v.source.member, "over-limit", "the file makes more agents than are read"});
  observe_agent_classes(v);
  observe_model_calls(v);
  observe_used_servers(v);
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind == ExpressionKind::map) {
      const Index role = v.module.member(e, "role");
      if (role != kNone && one_of(names_string(v, role), {"system", "developer"}) && v.module.member(e, "content") != kNone) add_prompt(v, "system", v.module.member(e, "content"), v.app().id);
      continue;
    }
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    if (name.empty()) continue;
    if (one_of(last_of(name), {"SystemMessage", "SystemMessagePromptTemplate", "SystemChatMessage", "NewSystemMessage"})) add_prompt(v, "system", v.module.argument(e, 0, "content"), v.app().id);
    if (one_of(last_of(name), {"AddSystemMessage"}) || name.ends_with("SystemMessage.from") || name.ends_with("openai-go.SystemMessage")) add_prompt(v, "system", v.module.argument(e, 0), v.app().id);
    if (code::is_model_call(v.names, e))
      for (const std::string_view key : prompt_keys())
        if (const Index given = v.names.option(e, key); given != kNone) add_prompt(v, "system", given, v.app().id);
  }
}

}  // namespace stormwatch::collect
