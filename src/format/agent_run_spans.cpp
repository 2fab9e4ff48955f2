// SPDX-License-Identifier: Apache-2.0
// Traces: spans in OTLP/JSON and as programs print them, by the conventions of OpenTelemetry for generative AI and MCP, OpenInference,
// Traceloop, Vercel AI and Pydantic AI; exports of LangSmith and Langfuse.
#include <algorithm>
#include <charconv>
#include <ctime>
#include <unordered_map>

#include "format/agent_run_reader.h"
#include "format/document.h"

namespace stormwatch::format {

namespace {

constexpr std::size_t kMostSpans = 200'000;

constexpr std::string_view kConventions[] = {"gen_ai.", "ai.", "llm.", "tool.", "input.", "output.", "openinference.", "traceloop.", "mcp.", "tool_arguments", "tool_response", "server.address", "net.peer.name", "url.full",
                                             "http.url", "http.host", "process.", "agent.name", "all_messages_events", "pydantic_ai."};

bool is_read(std::string_view key) {
  return std::ranges::any_of(kConventions, [&](std::string_view start) { return key.starts_with(start); });
}

/// A value of OTLP ({"stringValue": ...}, lists and maps of them) or plain JSON, as text.
std::string value_text(const Node& value) {
  if (value.is_scalar()) return value.scalar;
  if (value.is_map() && value.members.size() == 1 && value.members[0].key.ends_with("Value")) return value_text(value.members[0].value);
  return texts_of_value(&value);
}

/// Nanoseconds since 1970; seconds and less by their size. "2026-11-01T10:00:00.5Z" too.
std::uint64_t time_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && (end == text.data() + text.size() || *end == '.')) {
    while (number && number < 1'000'000'000'000'000'000ULL) number *= 10;
    return number;
  }
  std::tm parts{};
  const std::string zero(text);
  const char* rest = strptime(zero.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) rest = strptime(zero.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
  const std::time_t seconds = rest ? timegm(&parts) : 0;
  if (seconds <= 0) return 0;
  std::uint64_t below = 0, scale = 1'000'000'000;
  if (*rest == '.')
    for (++rest; *rest >= '0' && *rest <= '9' && scale > 1; ++rest) below += static_cast<std::uint64_t>(*rest - '0') * (scale /= 10);
  return static_cast<std::uint64_t>(seconds) * 1'000'000'000ULL + below;
}

void take_attributes(const Node& attributes, RunSpan& span) {
  const auto take = [&](std::string_view key, const Node& value) {
    if (is_read(key) && span.attributes.size() < 400) span.attributes.try_emplace(std::string(key), value_text(value).substr(0, kMostRunText));
  };
  for (const Node& one : attributes.items)
    if (const Node* value = one.find("value")) take(one.text("key"), *value);
  for (const Node::Member& member : attributes.members) take(member.key, member.value);
}

bool is_tool(const RunSpan& span) {
  const auto is = [&](std::string_view key, std::initializer_list<std::string_view> values) {
    const auto found = span.attributes.find(key);
    return found != span.attributes.end() && std::ranges::find(values, found->second) != values.end();
  };
  return is("gen_ai.operation.name", {"execute_tool"}) || is("openinference.span.kind", {"TOOL", "tool"}) || is("traceloop.span.kind", {"tool"}) || is("ai.operationId", {"ai.toolCall"}) || is("mcp.method.name", {"tools/call"}) ||
         (span.attributes.contains("gen_ai.tool.name") && !span.attributes.contains("gen_ai.request.model"));
}

std::string tool_of(const RunSpan& span) {
  if (const std::string_view name = span.any({"gen_ai.tool.name", "tool.name", "ai.toolCall.name", "mcp.tool.name", "traceloop.entity.name"}); !name.empty()) return std::string(name);
  const std::string_view name = span.name;
  for (const std::string_view start : {"execute_tool ", "tools/call ", "running tool: "})
    if (name.starts_with(start)) return std::string(name.substr(start.size()));
  return std::string(name);
}

}  // namespace

std::string_view RunSpan::any(std::initializer_list<std::string_view> keys) const {
  for (const std::string_view key : keys)
    if (const auto found = attributes.find(key); found != attributes.end() && !found->second.empty()) return found->second;
  return {};
}

bool AgentRunReader::note_span(const Node& map) {
  if (const Node* scopes = map.find("scopeSpans"); scopes && scopes->is_list()) {
    const std::string before = service_;
    if (const Node* attributes = map.at_path("resource.attributes"))
      for (const Node& one : attributes->items)
        if (const Node* value = one.find("value"); value && one.text("key") == "service.name") service_ = value_text(*value);
    for (const Node& scope : scopes->items)
      if (const Node* spans = scope.find("spans"))
        for (const Node& span : spans->items) note_span(span);
    service_ = before;
    return true;
  }
  const Node* context = map.find("context");
  const Node* attributes = map.find("attributes");
  const auto id_in = [&](const Node& at, std::string_view camel, std::string_view snake) { return at.text(camel, at.text(snake)); };
  std::string_view id = id_in(map, "spanId", "span_id"), trace = id_in(map, "traceId", "trace_id");
  if (id.empty() && context && context->is_map()) id = id_in(*context, "spanId", "span_id"), trace = id_in(*context, "traceId", "trace_id");
  if (id.empty() || !attributes || !(attributes->is_map() || attributes->is_list())) return false;
  if (spans_.size() >= kMostSpans) { cut_ = true; return true; }
  RunSpan span{.trace = std::string(trace), .id = std::string(id), .parent = std::string(id_in(map, "parentSpanId", map.find("parent_span_id") ? "parent_span_id" : "parent_id")), .name = std::string(map.text("name").substr(0, 200)), .service = service_};
  const std::string_view kind = map.text("kind");
  span.client = kind == "3" || kind == "SPAN_KIND_CLIENT" || kind == "SpanKind.CLIENT" || kind == "CLIENT";
  span.start = time_of(map.text("startTimeUnixNano", map.text("start_time", map.text("startTime"))));
  span.end = time_of(map.text("endTimeUnixNano", map.text("end_time", map.text("endTime"))));
  span.line = line_ + map.line;
  take_attributes(*attributes, span);
  // Older conventions tell each message as an event of the span: gen_ai.user.message {content}.
  if (const Node* events = map.find("events"); events && events->is_list()) {
    std::size_t number = 0;
    for (const Node& event : events->items) {
      const std::string_view name = event.text("name");
      const Node* said = event.find("attributes");
      if (!said || !name.starts_with("gen_ai.") || ++number > 200) continue;
      RunSpan one;
      take_attributes(*said, one);
      for (const Node& pair : said->items)
        if (const Node* value = pair.find("value"); value && (pair.text("key") == "content" || pair.text("key") == "id")) one.attributes.try_emplace(std::string(pair.text("key")), value_text(*value).substr(0, kMostRunText));
      for (const Node::Member& member : said->members)
        if (member.key == "content" || member.key == "id") one.attributes.try_emplace(member.key, value_text(member.value).substr(0, kMostRunText));
      const std::string prefix = "event." + std::to_string(number + 1000);
      span.attributes.try_emplace(prefix + ".name", name);
      span.attributes.try_emplace(prefix + ".content", one.any({"content", "gen_ai.prompt", "gen_ai.completion", "gen_ai.event.content"}));
      for (const std::string_view key : {"gen_ai.input.messages", "gen_ai.output.messages"})
        if (const std::string_view text = one.any({key}); !text.empty()) span.attributes.try_emplace(std::string(key), text);
    }
  }
  spans_.push_back(std::move(span));
  return true;
}

bool AgentRunReader::visit_export(const Node& run, int depth) {
  const auto map_or_list = [](const Node* node) { return node && (node->is_map() || node->is_list()) ? node : nullptr; };
  const Node *inputs = run.find("inputs"), *outputs = run.find("outputs");
  const std::string_view kind = run.text("run_type");
  if (!kind.empty() && (inputs || outputs)) {
    const std::string before = current_;
    const std::string_view trace = run.text("trace_id", run.text("session_id"));
    if (before == "file" || !before.starts_with("langsmith/")) current_ = "langsmith/" + std::string(trace.empty() ? run.text("id") : trace);
    format_ = "langsmith";
    const bool outer = in_span_;
    in_span_ = true;
    time_ = time_of(run.text("start_time"));
    if (kind == "tool") add_call(run, run.text("name"), {}, inputs);
    else if (const Node* in = map_or_list(inputs)) visit(*in, depth + 1);
    for (const char* children : {"child_runs", "children"})
      if (const Node* list = map_or_list(run.find(children))) visit(*list, depth + 1);
    time_ = time_of(run.text("end_time"));
    if (kind == "tool") add_result(run, run.text("name"), {}, outputs);
    else if (const Node* out = map_or_list(outputs)) visit(*out, depth + 1);
    in_span_ = outer;
    current_ = before;
    return true;
  }
  const std::string_view type = run.text("type"), trace = run.text("traceId", run.text("trace_id"));
  const bool observation = !trace.empty() && (type == "GENERATION" || type == "SPAN" || type == "TOOL" || type == "AGENT" || type == "EVENT" || type == "RETRIEVER" || type == "CHAIN");
  if (!observation || !(run.find("input") || run.find("output"))) return false;
  const std::string before = current_;
  current_ = "langfuse/" + std::string(trace);
  format_ = "langfuse";
  const bool outer = in_span_;
  in_span_ = true;
  time_ = time_of(run.text("startTime", run.text("start_time")));
  const Node *in = run.find("input"), *out = run.find("output");
  const bool tool = type == "TOOL" || type == "RETRIEVER";
  if (tool) add_call(run, run.text("name"), {}, in);
  else if (in) in->is_string() ? visit_text(in->scalar, Kind::request) : visit(*in, depth + 1);
  time_ = time_of(run.text("endTime", run.text("end_time")));
  if (tool) add_result(run, run.text("name"), {}, out);
  else if (out) out->is_string() ? visit_text(out->scalar, Kind::answer) : visit(*out, depth + 1);
  if (const std::string_view model = run.text("model"); !model.empty() && open_.contains(current_)) conversation().run.model = model;
  in_span_ = outer;
  current_ = before;
  return true;
}

void AgentRunReader::visit_span(const RunSpan& span) {
  Node at;
  at.line = span.line;
  time_ = span.start;
  const auto text_node = [](std::string_view text) {
    Node node;
    node.kind = Node::Kind::string;
    node.scalar = text;
    return node;
  };
  if (is_tool(span)) {
    const std::string tool = tool_of(span);
    const std::string_view id = span.any({"gen_ai.tool.call.id", "ai.toolCall.id"});
    const Node in = text_node(span.any({"gen_ai.tool.call.arguments", "tool_arguments", "input.value", "ai.toolCall.args", "traceloop.entity.input", "mcp.request.argument"}));
    add_call(at, tool, id, &in);
    time_ = span.end;
    if (const std::string_view out = span.any({"gen_ai.tool.call.result", "tool_response", "output.value", "ai.toolCall.result", "traceloop.entity.output"}); !out.empty()) {
      const Node value = text_node(out);
      add_result(at, tool, id, &value);
    }
    return;
  }
  if (const std::string_view model = span.any({"gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "ai.model.id"}); !model.empty()) conversation().run.model = model;
  if (const std::string_view agent = span.any({"gen_ai.agent.name", "agent.name"}); !agent.empty()) conversation().run.agent = agent;
  if (const std::string_view definitions = span.any({"gen_ai.tool.definitions", "ai.prompt.tools", "llm.request.functions"}); !definitions.empty())
    if (const auto parsed = parse_json(definitions, limits_); parsed && parsed->is_list()) visit_offers(*parsed);
  if (const std::string_view system = span.any({"gen_ai.system_instructions"}); !system.empty()) visit_text(system, Kind::instruction);
  for (const std::string_view key : {"gen_ai.input.messages", "ai.prompt.messages", "ai.prompt", "all_messages_events", "pydantic_ai.all_messages"})
    if (const std::string_view text = span.any({key}); !text.empty()) visit_text(text, Kind::request);
  // llm.input_messages.0.message.role, gen_ai.prompt.0.role, and events of the older conventions: in the order of their numbers.
  const auto numbered = [&](std::string_view prefix, std::string_view role_key, std::string_view content_key) {
    for (std::size_t i = 0; i < 1000; ++i) {
      const std::string base = std::string(prefix) + std::to_string(i) + ".";
      const auto role = span.attributes.find(base + std::string(role_key));
      if (role == span.attributes.end()) break;
      const auto content = span.attributes.find(base + std::string(content_key));
      const std::string text = content == span.attributes.end() ? std::string() : content->second;
      const std::string& who = role->second;
      const Node value = text_node(text);
      if (text.empty()) continue;
      if (who == "tool" || who == "function") add_result(at, {}, {}, &value);
      else add(who == "system" || who == "developer" ? Kind::instruction : who == "user" || who == "human" ? Kind::request : Kind::answer, at, {}, {}, text);
    }
  };
  numbered("llm.input_messages.", "message.role", "message.content");
  numbered("gen_ai.prompt.", "role", "content");
  for (auto event = span.attributes.lower_bound("event."); event != span.attributes.end() && event->first.starts_with("event."); ++event) {
    if (!event->first.ends_with(".name")) continue;
    const auto content = span.attributes.find(event->first.substr(0, event->first.size() - 4) + "content");
    if (content == span.attributes.end() || content->second.empty()) continue;
    const Node value = text_node(content->second);
    if (event->second == "gen_ai.tool.message") add_result(at, {}, {}, &value);
    else if (event->second == "gen_ai.system.message") add(Kind::instruction, at, {}, {}, content->second);
    else if (event->second == "gen_ai.user.message") add(Kind::request, at, {}, {}, content->second);
  }
  if (span.attributes.contains("llm.model_name") && !span.attributes.contains("llm.input_messages.0.message.role"))
    if (const std::string_view text = span.any({"input.value"}); !text.empty()) visit_text(text, Kind::request);
  time_ = span.end;
  if (const std::string_view text = span.any({"gen_ai.output.messages", "ai.response.toolCalls"}); !text.empty()) visit_text(text, Kind::answer);
  numbered("llm.output_messages.", "message.role", "message.content");
  numbered("gen_ai.completion.", "role", "content");
}

void AgentRunReader::visit_spans() {
  std::ranges::stable_sort(spans_, {}, &RunSpan::start);
  std::unordered_map<std::string_view, const RunSpan*> by_id;
  for (const RunSpan& span : spans_) by_id.try_emplace(span.id, &span);
  in_span_ = true;
  format_ = "otlp";
  line_ = 0;
  for (const RunSpan& span : spans_) {
    current_ = "trace/" + span.trace;
    service_ = span.service;
    model_.clear();
    const bool of_ai = std::ranges::any_of(span.attributes, [](const auto& one) { return !one.first.starts_with("server.") && !one.first.starts_with("net.") && !one.first.starts_with("url.") && !one.first.starts_with("http.") && !one.first.starts_with("process."); });
    if (of_ai && (is_tool(span) || !span.client || span.any({"gen_ai.request.model", "gen_ai.input.messages", "llm.model_name", "gen_ai.prompt.0.role"}).size())) { visit_span(span); continue; }
    // What a tool did: the nearest span above that is a tool's.
    const RunSpan* above = &span;
    for (int hops = 0; above && hops < 20 && !(above != &span && is_tool(*above)); ++hops) {
      const auto parent = by_id.find(above->parent);
      above = parent == by_id.end() || parent->second == above ? nullptr : parent->second;
    }
    if (!above || above == &span || !is_tool(*above)) continue;
    const std::string_view program = span.any({"process.command_line", "process.command", "process.executable.path"}), asked = span.any({"url.full", "http.url", "server.address", "net.peer.name", "http.host"});
    std::vector<RunAct>& acts = conversation().run.acts;
    if (acts.size() >= 1000) continue;
    if (!program.empty()) acts.push_back({tool_of(*above), "process", std::string(program.substr(0, 400)), span.line});
    else if (span.client && !asked.empty()) acts.push_back({tool_of(*above), "host", std::string(asked.substr(0, 400)), span.line});
  }
  spans_.clear();
}

}  // namespace stormwatch::format
