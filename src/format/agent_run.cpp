// SPDX-License-Identifier: Apache-2.0
#include "format/agent_run.h"

#include <algorithm>

#include "base/hash.h"
#include "format/agent_run_reader.h"
#include "format/document.h"

namespace stormwatch::format {

namespace {

constexpr int kDeepest = 40;

const Node* first_of(const Node& map, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const Node* node = map.find(key); node && node->kind != Node::Kind::null) return node;
  return nullptr;
}

std::string_view text_of(const Node& map, std::initializer_list<std::string_view> keys) {
  const Node* node = first_of(map, keys);
  return node && node->is_scalar() ? std::string_view(node->scalar) : std::string_view();
}

enum class Role : std::uint8_t { none, instruction, request, answer, result };

Role role_of(std::string_view word) {
  const auto is = [&](std::initializer_list<std::string_view> words) { return std::ranges::find(words, word) != words.end(); };
  if (is({"system", "developer", "SystemMessage"})) return Role::instruction;
  if (is({"user", "human", "HumanMessage"})) return Role::request;
  if (is({"assistant", "ai", "model", "AIMessage", "AIMessageChunk"})) return Role::answer;
  if (is({"tool", "function", "ToolMessage", "FunctionMessage"})) return Role::result;
  return Role::none;
}

/// The role of a message, by its field `role`, or by `type` where it has a content: LangChain's own writings.
Role role_of_message(const Node& map) {
  if (const Node* role = map.find("role"); role && role->is_string()) return first_of(map, {"content", "parts", "tool_calls", "function_call"}) ? role_of(role->scalar) : Role::none;
  return map.find("content") ? role_of(map.text("type")) : Role::none;
}

bool is_item_type(std::string_view type) {
  for (const std::string_view known : {"function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "mcp_call", "local_shell_call", "local_shell_call_output", "computer_call", "computer_call_output", "web_search_call"})
    if (type == known) return true;
  return false;
}

}  // namespace

bool AgentRun::has_calls() const {
  return std::ranges::any_of(events, [](const RunEvent& event) { return event.kind == RunEvent::Kind::call || event.kind == RunEvent::Kind::result; });
}

std::string texts_of_value(const Node* value) {
  std::string out;
  if (!value) return out;
  std::vector<const Node*> open{value};
  while (!open.empty() && out.size() < kMostRunText) {
    const Node& node = *open.back();
    open.pop_back();
    if (const Node* said = node.is_map() && node.find("type") ? node.find("text") : nullptr; said && said->is_string()) {  // a block of a message
      open.push_back(said);
      continue;
    }
    if (node.is_scalar()) {
      if (!out.empty()) out += '\n';
      out.append(node.scalar, 0, kMostRunText - std::min(out.size(), kMostRunText));
    }
    for (auto item = node.items.rbegin(); item != node.items.rend(); ++item) open.push_back(&*item);
    for (auto member = node.members.rbegin(); member != node.members.rend(); ++member) open.push_back(&member->value);
  }
  return out;
}

AgentRunReader::Open& AgentRunReader::conversation() {
  const auto [found, is_new] = open_.try_emplace(current_);
  if (is_new) {
    order_.push_back(current_);
    found->second.run.format = format_;
    found->second.run.agent = service_;
    found->second.run.model = model_;
  }
  found->second.spans |= in_span_;
  return found->second;
}

void AgentRunReader::add(Kind kind, const Node& at, std::string_view tool, std::string_view id, std::string text) {
  if (events_ >= kMostRunEvents || order_.size() >= kMostRuns) { cut_ = true; return; }
  ++events_;
  if (text.size() > kMostRunText) text.resize(kMostRunText);
  conversation().run.events.push_back({kind, std::string(tool), std::string(id), std::move(text), line_ + at.line, at.column, time_});
}

void AgentRunReader::add_call(const Node& at, std::string_view tool, std::string_view id, const Node* arguments) {
  if (!id.empty() && !tool.empty()) conversation().tool_of_call.try_emplace(std::string(id), tool);
  std::string text = texts_of_value(arguments);
  if (arguments && arguments->is_string() && (text.starts_with('{') || text.starts_with('[')))  // arguments as the model wrote them
    if (const auto parsed = parse_json(text, limits_)) text = texts_of_value(&*parsed);
  add(Kind::call, at, tool, id, std::move(text));
}

void AgentRunReader::add_result(const Node& at, std::string_view tool, std::string_view id, const Node* value) {
  std::string name(tool);
  if (name.empty() && !id.empty())
    if (const auto known = conversation().tool_of_call.find(std::string(id)); known != conversation().tool_of_call.end()) name = known->second;
  add(Kind::result, at, name, id, texts_of_value(value));
}

void AgentRunReader::visit_calls(const Node& list) {
  for (const Node& one : list.items) {
    if (!one.is_map()) continue;
    const Node* function = one.find("function");
    const Node& named = function && function->is_map() ? *function : one;
    const std::string_view tool = function && function->is_string() ? std::string_view(function->scalar) : text_of(named, {"name", "toolName", "tool_name", "tool"});
    if (!tool.empty()) add_call(one, tool, text_of(one, {"id", "toolCallId", "tool_call_id", "call_id"}), first_of(named, {"arguments", "args", "input", "parameters", "kwargs"}));
  }
}

void AgentRunReader::visit_offers(const Node& list) {
  for (const Node& one : list.items) {
    const Node* function = one.find("function");
    const Node& tool = function && function->is_map() ? *function : one;
    const std::string_view name = tool.text("name"), description = tool.text("description");
    std::vector<RunOffer>& offers = conversation().run.offers;
    if (!name.empty() && offers.size() < 1000 && std::ranges::none_of(offers, [&](const RunOffer& known) { return known.name == name; })) offers.push_back({std::string(name), std::string(description.substr(0, 4096))});
  }
}

void AgentRunReader::visit_block(const Node& block, Kind speaker, const Node& message) {
  if (block.is_string()) return add(speaker, block.line ? block : message, {}, {}, block.scalar);
  if (!block.is_map()) return;
  const std::string_view type = block.text("type");
  if (type == "tool_use" || type == "tool-call" || type == "tool_call" || type == "server_tool_use" || type == "mcp_tool_use" || type == "tool-use")
    return add_call(block, text_of(block, {"name", "toolName"}), text_of(block, {"id", "toolCallId"}), first_of(block, {"input", "args", "arguments"}));
  if (type == "tool_result" || type == "tool-result" || type == "tool_call_response" || type == "mcp_tool_result" || type == "web_search_tool_result" || type == "web_fetch_tool_result")
    return add_result(block, text_of(block, {"toolName", "name"}), text_of(block, {"tool_use_id", "toolCallId", "id"}), first_of(block, {"content", "result", "output", "response"}));
  if (const Node* call = first_of(block, {"functionCall", "function_call"}); call && call->is_map()) return add_call(*call, call->text("name"), call->text("id"), first_of(*call, {"args", "arguments"}));
  if (const Node* answer = first_of(block, {"functionResponse", "function_response"}); answer && answer->is_map()) return add_result(*answer, answer->text("name"), answer->text("id"), answer->find("response"));
  // Parts of Vercel AI's messages in the browser: "tool-getWeather" with its input and output.
  if (type.starts_with("tool-") && block.find("toolCallId")) {
    add_call(block, type.substr(5), block.text("toolCallId"), block.find("input"));
    if (const Node* output = block.find("output")) add_result(block, type.substr(5), block.text("toolCallId"), output);
    return;
  }
  if (type == "thinking" || type == "reasoning") return;
  if (const Node* text = first_of(block, {"text", "content"}); text && text->is_string()) add(speaker, *text, {}, {}, text->scalar);
}

void AgentRunReader::visit_content(const Node& content, Kind speaker, const Node& message) {
  if (content.is_string()) {
    if (!content.scalar.empty()) add(speaker, content, {}, {}, content.scalar);
    return;
  }
  for (const Node& block : content.items) visit_block(block, speaker, message);
}

bool AgentRunReader::visit_message(const Node& message) {
  const Role role = role_of_message(message);
  if (role == Role::none) return false;
  if (const std::string_view model = text_of(message, {"model", "model_name"}); role == Role::answer && !model.empty() && conversation().run.model.empty()) conversation().run.model = model;
  const Node* content = first_of(message, {"content", "parts"});
  if (role == Role::result) {
    const Node* call = message.find("tool_call");
    std::string_view tool = text_of(message, {"name", "tool_name", "toolName"});
    if (tool.empty() && call && call->is_map()) tool = text_of(*call, {"name", "function"});
    // Vercel AI and OpenTelemetry put results into parts of the message.
    const bool parts = content && content->is_list() && std::ranges::any_of(content->items, [](const Node& part) { return part.text("type") == "tool-result" || part.text("type") == "tool_call_response"; });
    if (parts) visit_content(*content, Kind::result, message);
    else add_result(message, tool, text_of(message, {"tool_call_id", "toolCallId", "call_id", "id"}), content);
    return true;
  }
  const Kind speaker = role == Role::instruction ? Kind::instruction : role == Role::request ? Kind::request : Kind::answer;
  if (content) visit_content(*content, speaker, message);
  if (const Node* calls = first_of(message, {"tool_calls", "toolCalls"}); calls && calls->is_list()) visit_calls(*calls);
  else if (const Node* more = message.at_path("additional_kwargs.tool_calls"); more && more->is_list()) visit_calls(*more);
  if (const Node* call = message.find("function_call"); call && call->is_map()) add_call(*call, call->text("name"), {}, call->find("arguments"));
  if (const Node* invocations = message.find("toolInvocations"); invocations && invocations->is_list())
    for (const Node& one : invocations->items) {
      add_call(one, one.text("toolName"), one.text("toolCallId"), one.find("args"));
      if (const Node* value = one.find("result")) add_result(one, one.text("toolName"), one.text("toolCallId"), value);
    }
  return true;
}

/// Items of the responses API, messages of MCP, steps of programs that solve tasks.
bool AgentRunReader::visit_item(const Node& item) {
  const std::string_view type = item.text("type");
  if (is_item_type(type)) {
    const std::string_view id = text_of(item, {"call_id", "id"});
    if (type.ends_with("_output")) {
      add_result(item, {}, id, item.find("output"));
    } else {
      const std::string_view name = text_of(item, {"name"});
      add_call(item, name.empty() ? type.substr(0, type.size() - 5) : name, id, first_of(item, {"arguments", "input", "action"}));
      if (const Node* output = item.find("output"); output && type == "mcp_call") add_result(item, name, id, output);
    }
    return true;
  }
  if (item.text("method") == "tools/call") {
    const Node* parameters = item.find("params");
    if (!parameters || parameters->text("name").empty()) return false;
    format_ = "mcp";
    add_call(item, parameters->text("name"), item.text("id"), parameters->find("arguments"));
    return true;
  }
  if (const Node* answer = item.find("result"); answer && item.find("jsonrpc") && answer->is_map() && answer->find("content")) {
    add_result(item, {}, item.text("id"), answer->find("content"));
    return true;
  }
  const Node* action = item.find("action");
  const Node* seen = item.find("observation");
  if (action && seen && seen->is_string() && (action->is_string() || action->is_map())) {
    format_ = "steps";
    add_call(item, action->is_map() ? text_of(*action, {"name", "tool", "action"}) : std::string_view("shell"), {}, action);
    add_result(item, action->is_map() ? text_of(*action, {"name", "tool", "action"}) : std::string_view("shell"), {}, seen);
    return true;
  }
  return false;
}

/// What stands around events: transcripts of coding agents, records of platforms, spans.
bool AgentRunReader::visit_wrapper(const Node& map, int depth) {
  if (note_span(map) || visit_export(map, depth)) return true;
  const std::string_view type = map.text("type");
  if (const Node* message = map.find("message"); message && message->is_map() && (type == "user" || type == "assistant") && map.find("sessionId")) {
    format_ = "claude-code";
    current_ = std::string(map.text("sessionId")) + "/" + std::string(map.text("agentId"));
    return visit_message(*message);
  }
  if (const Node* payload = map.find("payload"); payload && payload->is_map() && (type == "response_item" || type == "session_meta" || type == "turn_context" || type == "event_msg" || type == "compacted")) {
    format_ = "codex";
    if (type == "turn_context" && conversation().run.model.empty()) conversation().run.model = payload->text("model");
    if (type == "response_item" && !visit_item(*payload)) visit_message(*payload);
    return true;
  }
  // {"lc": 1, "id": [..., "HumanMessage"], "kwargs": {"content": ...}}
  if (const Node *id = map.find("id"), *body = map.find("kwargs"); id && body && id->is_list() && !id->items.empty() && body->is_map() && map.find("lc")) {
    Node message = *body;
    message.line = map.line;
    std::erase_if(message.members, [](const Node::Member& member) { return member.key == "role"; });
    Node role;
    role.kind = Node::Kind::string;
    role.scalar = id->items.back().scalar;
    message.members.push_back({"role", role, map.line});
    return visit_message(message);
  }
  return false;
}

void AgentRunReader::visit_list(const Node& list, int depth) {
  // A list of messages is a conversation of its own, unless something around it names one.
  const bool own = !in_span_ && current_ == "file" && std::ranges::any_of(list.items, [](const Node& item) { return item.is_map() && (role_of_message(item) != Role::none || is_item_type(item.text("type")) || (item.find("lc") && item.find("kwargs"))); });
  const std::string before = current_;
  if (own) current_ = "list/" + std::to_string(++lists_);
  for (const Node& item : list.items) visit(item, depth + 1);
  current_ = before;
}

void AgentRunReader::visit(const Node& node, int depth) {
  if (depth > kDeepest) { cut_ = true; return; }
  if (node.is_list()) return visit_list(node, depth);
  if (!node.is_map() || visit_wrapper(node, depth) || visit_message(node) || visit_item(node)) return;
  const std::string outer = model_;
  if (const std::string_view model = text_of(node, {"model", "model_name"}); !model.empty()) model_ = model;
  if (const Node* calls = first_of(node, {"tool_calls", "toolCalls"}); calls && calls->is_list() && !first_of(node, {"messages", "message"})) {
    const std::string before = current_;
    if (current_ == "file") current_ = "list/" + std::to_string(++lists_);
    visit_calls(*calls);
    current_ = before;
  }
  for (const Node::Member& member : node.members) {
    if (member.key == "tool_calls" || member.key == "toolCalls") continue;
    if (member.value.is_list() || member.value.is_map()) visit(member.value, depth + 1);
  }
  model_ = outer;
}

void AgentRunReader::visit_text(std::string_view json, Kind speaker) {
  const auto start = json.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return;
  Node at;
  if (json[start] == '{' || json[start] == '[')
    if (auto parsed = parse_json(json, limits_)) {
      const std::size_t before = events_;
      visit(*parsed, 1);
      if (events_ != before) return;
    }
  add(speaker, at, {}, {}, std::string(json));
}

void AgentRunReader::read(const Node& document, std::uint32_t line) {
  line_ = line;
  current_ = "file";
  visit(document, 0);
}

AgentRuns AgentRunReader::take() {
  visit_spans();
  AgentRuns out;
  out.cut = cut_;
  for (const std::string& key : order_) {
    Open& open = open_.find(key)->second;
    if (open.spans) {
      std::ranges::stable_sort(open.run.events, {}, &RunEvent::time);
      std::unordered_map<std::uint64_t, bool> seen;
      std::erase_if(open.run.events, [&](const RunEvent& event) { return !seen.try_emplace(hash64(event.text, hash64(event.tool, static_cast<std::uint64_t>(event.kind))), true).second; });
    }
    if (open.run.has_calls()) out.runs.push_back(std::move(open.run));
  }
  return out;
}

Result<AgentRuns> read_agent_runs(std::string_view text, bool lines, const Limits& limits) {
  AgentRunReader reader(limits);
  if (!lines) {
    auto document = parse_json(text, limits);
    if (!document) return std::unexpected(document.error());
    reader.read(*document, 0);
    return reader.take();
  }
  std::size_t malformed = 0;
  std::uint32_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view row = text.substr(at, end - at);
    at = end + 1;
    // Logs of clients say who wrote a message before it.
    const std::size_t brace = row.find('{');
    if (brace == std::string_view::npos) continue;
    if (auto document = parse_json(row.substr(brace), limits)) reader.read(*document, line);
    else ++malformed;
  }
  AgentRuns out = reader.take();
  out.malformed_lines = malformed;
  return out;
}

}  // namespace stormwatch::format
