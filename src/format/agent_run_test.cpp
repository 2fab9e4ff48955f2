// SPDX-License-Identifier: Apache-2.0
#include "format/agent_run.h"

#include <gtest/gtest.h>

namespace stormwatch::format {
namespace {

/// "request: hello | call weather: Rome | result weather: sunny"
std::string told(const AgentRun& run) {
  constexpr std::string_view kKinds[] = {"instruction", "request", "answer", "call", "result"};
  std::string out;
  for (const RunEvent& event : run.events) {
    if (!out.empty()) out += " | ";
    out += std::string(kKinds[static_cast<std::size_t>(event.kind)]) + (event.tool.empty() ? "" : " " + event.tool) + ": " + event.text;
  }
  return out;
}

std::string read_one(std::string_view text, bool lines = false) {
  const auto runs = read_agent_runs(text, lines, {});
  if (!runs) return "error: " + runs.error().message();
  if (runs->runs.size() != 1) return std::to_string(runs->runs.size()) + " runs";
  return told(runs->runs[0]);
}

constexpr std::string_view kWeather = "request: Rome? | call weather: Rome | result weather: sunny | answer: Sunny.";

TEST(AgentRun, MessagesOfChatApis) {
  EXPECT_EQ(read_one(R"({"messages": [{"role": "user", "content": "Rome?"}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\": \"Rome\"}"}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "sunny"}, {"role": "assistant", "content": "Sunny."}]})"), kWeather);
  EXPECT_EQ(read_one(R"([{"role": "user", "content": [{"type": "text", "text": "Rome?"}]}, {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Rome"}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "sunny"}]}]}, {"role": "assistant", "content": "Sunny."}])"), kWeather);
  EXPECT_EQ(read_one(R"({"input": [{"role": "user", "content": [{"type": "input_text", "text": "Rome?"}]}, {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{\"city\":\"Rome\"}"},
    {"type": "function_call_output", "call_id": "c", "output": "sunny"}, {"role": "assistant", "content": [{"type": "output_text", "text": "Sunny."}]}]})"), kWeather);
  EXPECT_EQ(read_one(R"({"contents": [{"role": "user", "parts": [{"text": "Rome?"}]}, {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"city": "Rome"}}}]},
    {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"result": "sunny"}}}]}, {"role": "model", "parts": [{"text": "Sunny."}]}]})"), kWeather);
  EXPECT_EQ(read_one(R"({"messages": [{"type": "human", "content": "Rome?"}, {"type": "ai", "content": "", "tool_calls": [{"name": "weather", "args": {"city": "Rome"}, "id": "c"}]},
    {"type": "tool", "content": "sunny", "tool_call_id": "c"}, {"type": "ai", "content": "Sunny."}]})"), kWeather);
  EXPECT_EQ(read_one(R"([{"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": {"content": "Rome?"}},
    {"lc": 1, "type": "constructor", "id": ["x", "AIMessage"], "kwargs": {"content": "", "tool_calls": [{"name": "weather", "args": {"city": "Rome"}, "id": "c"}]}},
    {"lc": 1, "type": "constructor", "id": ["x", "ToolMessage"], "kwargs": {"content": "sunny", "tool_call_id": "c"}}, {"lc": 1, "type": "constructor", "id": ["x", "AIMessage"], "kwargs": {"content": "Sunny."}}])"), kWeather);
}

TEST(AgentRun, TranscriptsOfCodingAgents) {
  EXPECT_EQ(read_one(R"({"type":"user","sessionId":"s","message":{"role":"user","content":"Rome?"}}
{"type":"assistant","sessionId":"s","message":{"role":"assistant","model":"m","content":[{"type":"tool_use","id":"t","name":"weather","input":{"city":"Rome"}}]}}
{"type":"user","sessionId":"s","toolUseResult":"sunny","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"sunny"}]}}
{"type":"assistant","sessionId":"s","message":{"role":"assistant","content":[{"type":"text","text":"Sunny."}]}}
)", true), kWeather);
  EXPECT_EQ(read_one(R"({"timestamp":"x","type":"session_meta","payload":{"id":"1","cwd":"/"}}
{"type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"Rome?"}]}}
{"type":"event_msg","payload":{"type":"user_message","message":"Rome?"}}
{"type":"response_item","payload":{"type":"function_call","name":"weather","arguments":"{\"city\":\"Rome\"}","call_id":"c"}}
{"type":"response_item","payload":{"type":"function_call_output","call_id":"c","output":"sunny"}}
{"type":"response_item","payload":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Sunny."}]}}
)", true), kWeather);
  EXPECT_EQ(read_one(R"({"trajectory": [{"action": "ls", "observation": "a.txt", "thought": "look"}]})"), "call shell: ls | result shell: a.txt");
}

TEST(AgentRun, SpansComeInTheOrderOfTime) {
  // The span of the tool ended first and is written first; the model's second call repeats the history.
  const auto runs = read_agent_runs(R"({"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "desk"}}]}, "scopeSpans": [{"spans": [
    {"traceId": "t", "spanId": "h", "parentSpanId": "b", "name": "GET", "kind": 3, "startTimeUnixNano": "1700000000200000001", "endTimeUnixNano": "1700000000200000002", "attributes": [{"key": "server.address", "value": {"stringValue": "api.weather.example"}}]},
    {"traceId": "t", "spanId": "b", "parentSpanId": "r", "name": "execute_tool weather", "kind": 1, "startTimeUnixNano": "1700000000200000000", "endTimeUnixNano": "1700000000300000000", "attributes": [
      {"key": "gen_ai.operation.name", "value": {"stringValue": "execute_tool"}}, {"key": "gen_ai.tool.name", "value": {"stringValue": "weather"}},
      {"key": "gen_ai.tool.call.arguments", "value": {"stringValue": "{\"city\": \"Rome\"}"}}, {"key": "gen_ai.tool.call.result", "value": {"stringValue": "sunny"}}]},
    {"traceId": "t", "spanId": "c", "parentSpanId": "r", "name": "chat m", "kind": 3, "startTimeUnixNano": "1700000000400000000", "endTimeUnixNano": "1700000000500000000", "attributes": [
      {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
      {"key": "gen_ai.input.messages", "value": {"stringValue": "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Rome?\"}]}]"}},
      {"key": "gen_ai.output.messages", "value": {"stringValue": "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"Sunny.\"}]}]"}}]},
    {"traceId": "t", "spanId": "a", "parentSpanId": "r", "name": "chat m", "kind": 3, "startTimeUnixNano": "1700000000000000000", "endTimeUnixNano": "1700000000100000000", "attributes": [
      {"key": "gen_ai.request.model", "value": {"stringValue": "m"}}, {"key": "gen_ai.agent.name", "value": {"stringValue": "forecaster"}},
      {"key": "gen_ai.input.messages", "value": {"stringValue": "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Rome?\"}]}]"}}]}]}]}]})", false, {});
  ASSERT_TRUE(runs && runs->runs.size() == 1);
  const AgentRun& run = runs->runs[0];
  EXPECT_EQ(told(run), kWeather);
  EXPECT_EQ(run.agent, "forecaster");
  EXPECT_EQ(run.model, "m");
  ASSERT_EQ(run.acts.size(), 1U);
  EXPECT_EQ(run.acts[0].tool + " " + run.acts[0].kind + " " + run.acts[0].object, "weather host api.weather.example");
}

TEST(AgentRun, ExportsOfPlatforms) {
  EXPECT_EQ(read_one(R"([{"run_type": "chain", "id": "1", "trace_id": "t", "name": "agent", "start_time": "2026-01-01T00:00:00", "end_time": "2026-01-01T00:00:09", "inputs": {"messages": [{"type": "human", "content": "Rome?"}]}, "outputs": {"messages": [{"type": "ai", "content": "Sunny."}]}},
    {"run_type": "tool", "id": "2", "trace_id": "t", "name": "weather", "start_time": "2026-01-01T00:00:01", "end_time": "2026-01-01T00:00:02", "inputs": {"city": "Rome"}, "outputs": {"output": "sunny"}}])"), kWeather);
  EXPECT_EQ(read_one(R"([{"type": "TOOL", "traceId": "t", "id": "1", "name": "weather", "startTime": "2026-01-01T00:00:01.5Z", "endTime": "2026-01-01T00:00:02Z", "input": {"city": "Rome"}, "output": "sunny"},
    {"type": "GENERATION", "traceId": "t", "id": "2", "name": "llm", "model": "m", "startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-01T00:00:03Z", "input": [{"role": "user", "content": "Rome?"}], "output": {"role": "assistant", "content": "Sunny."}}])"), kWeather);
  EXPECT_EQ(read_one(R"(2026-01-01 [weather] Message from client: {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"weather","arguments":{"city":"Rome"}}}
2026-01-01 [weather] Message from server: {"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"sunny"}]}}
)", true), "call weather: Rome | result weather: sunny");
}

TEST(AgentRun, SaysWhatItCouldNotRead) {
  EXPECT_EQ(read_one(R"({"messages": [{"role": "user", "content": "Rome?"}, {"role": "assistant", "content": "Sunny."}]})"), "0 runs");  // nobody called anything
  EXPECT_TRUE(read_one("{").starts_with("error"));
  const auto runs = read_agent_runs("{\"action\": \"ls\", \"observation\": \"a\"}\n{broken\n", true, {});
  ASSERT_TRUE(runs);
  EXPECT_EQ(runs->malformed_lines, 1U);
  std::string deep;
  for (int i = 0; i < 90; ++i) deep += "{\"a\":";
  deep += "1";
  deep.append(90, '}');
  const auto cut = read_agent_runs(deep, false, {});
  ASSERT_TRUE(cut);
  EXPECT_TRUE(cut->cut);
}

}  // namespace
}  // namespace stormwatch::format
