// SPDX-License-Identifier: Apache-2.0
// Records of what agents did: transcripts and traces, as conversations of requests, answers, tool calls and their results.
//
// Read by shape, wherever it stands in a JSON document or in JSON lines: messages of chat APIs (OpenAI chat and responses, Anthropic, Gemini,
// LangChain, Vercel AI), transcripts of coding agents (Claude Code, Codex, SWE-agent, OpenHands), exports of LangSmith and Langfuse, spans
// in OTLP/JSON by the conventions for generative AI, OpenInference, Traceloop and Vercel AI, and logs of MCP messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/node.h"
#include "base/result.h"

namespace stormwatch::format {

struct RunEvent {
  enum class Kind : std::uint8_t { instruction, request, answer, call, result };
  Kind kind = Kind::request;
  std::string tool;  ///< of a call or a result; empty where the record does not say
  std::string id;    ///< that a call and its result share; may be empty
  std::string text;  ///< of a call all strings of its arguments, one a line; at most kMostText
  std::uint32_t line = 0, column = 0;
  std::uint64_t time = 0;  ///< nanoseconds; 0 where the record does not say
};

/// What a tool did while it ran, as spans below its own tell: a host it asked, a program it started.
struct RunAct {
  std::string tool, kind, object;  ///< kind: host (an address or a name, as the span has it), process (its command line)
  std::uint32_t line = 0;
};

/// A tool as it was offered to the model.
struct RunOffer {
  std::string name, description;
};

struct AgentRun {
  std::string format;                ///< messages, claude-code, codex, otlp, langsmith, langfuse, mcp, steps
  std::string agent, model;          ///< by their names; may be empty
  std::vector<RunEvent> events;      ///< in the order in which they happened
  std::vector<RunAct> acts;
  std::vector<RunOffer> offers;
  [[nodiscard]] bool has_calls() const;
};

struct AgentRuns {
  std::vector<AgentRun> runs;
  std::size_t malformed_lines = 0;  ///< of JSON lines
  bool cut = false;                 ///< more events or conversations than are kept
};

constexpr std::size_t kMostRunText = 256 << 10;  ///< bytes of one event
constexpr std::size_t kMostRunEvents = 200'000, kMostRuns = 20'000;

/// Conversations of one file, in order. `lines`: a document a line. Errors: no JSON at all.
Result<AgentRuns> read_agent_runs(std::string_view text, bool lines, const Limits& limits);

}  // namespace stormwatch::format
