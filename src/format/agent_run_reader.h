// SPDX-License-Identifier: Apache-2.0
// How records of agents are read (agent_run.h): a walk over documents that knows events by their shape. Spans are gathered first, since
// traces are written in the order in which spans end.
#pragma once

#include <map>
#include <unordered_map>

#include "format/agent_run.h"

namespace stormwatch::format {

/// What matters of one span of a trace.
struct RunSpan {
  std::string trace, id, parent, name, service;
  bool client = false;  ///< it asks another program
  std::uint64_t start = 0, end = 0;  ///< nanoseconds
  std::uint32_t line = 0;
  std::map<std::string, std::string, std::less<>> attributes;  ///< of the conventions that are read

  /// The first of the attributes that is there; empty if none is.
  [[nodiscard]] std::string_view any(std::initializer_list<std::string_view> keys) const;
};

class AgentRunReader {
 public:
  explicit AgentRunReader(const Limits& limits) : limits_(limits) {}
  /// `line` is added to the lines of the document.
  void read(const Node& document, std::uint32_t line);
  AgentRuns take();

 private:
  struct Open {
    AgentRun run;
    bool spans = false;  ///< events come in any order, and histories repeat them
    std::unordered_map<std::string, std::string> tool_of_call;
  };
  using Kind = RunEvent::Kind;

  Open& conversation();
  void add(Kind kind, const Node& at, std::string_view tool, std::string_view id, std::string text);
  void add_call(const Node& at, std::string_view tool, std::string_view id, const Node* arguments);
  void add_result(const Node& at, std::string_view tool, std::string_view id, const Node* value);

  void visit(const Node& node, int depth);
  void visit_list(const Node& list, int depth);
  bool visit_wrapper(const Node& map, int depth);
  bool visit_message(const Node& message);
  void visit_content(const Node& content, Kind speaker, const Node& message);
  void visit_block(const Node& block, Kind speaker, const Node& message);
  bool visit_item(const Node& item);
  void visit_calls(const Node& list);
  void visit_offers(const Node& list);
  void visit_text(std::string_view json, Kind speaker);

  // agent_run_spans.cpp
  bool note_span(const Node& map);
  bool visit_export(const Node& run, int depth);
  void visit_spans();
  void visit_span(const RunSpan& span);

  const Limits& limits_;
  std::map<std::string, Open, std::less<>> open_;
  std::vector<std::string> order_;  ///< keys of open_ as they came
  std::string current_ = "file", service_, model_;  ///< of the record that is read
  std::string_view format_ = "messages";
  std::uint32_t line_ = 0;
  std::uint64_t time_ = 0;
  bool in_span_ = false;
  std::size_t events_ = 0, lists_ = 0;
  std::vector<RunSpan> spans_;
  bool cut_ = false;
};

/// All strings of a value, one a line, and numbers by their spelling; at most kMostRunText bytes.
std::string texts_of_value(const Node* value);

}  // namespace stormwatch::format
