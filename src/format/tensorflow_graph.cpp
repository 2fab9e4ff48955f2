// SPDX-License-Identifier: Apache-2.0
#include "format/tensorflow_graph.h"

#include <set>
#include <utility>

#include "format/protobuf.h"

namespace stormwatch::format {
namespace {

std::string_view group_of(std::string_view op) {
  static constexpr std::pair<std::string_view, std::string_view> kGroups[] = {
      {"PyFunc", "runs-code"}, {"PyFuncStateless", "runs-code"}, {"EagerPyFunc", "runs-code"}, {"NumPyFunction", "runs-code"}, {"WriteFile", "writes-files"},
      {"ReadFile", "reads-files"}, {"MatchingFiles", "reads-files"}, {"WholeFileReader", "reads-files"}, {"WholeFileReaderV2", "reads-files"},
      {"PrintV2File", "writes-files"}, {"CopyHost", ""}, {"LoadLibrary", "loads-code"}, {"LoadDataset", "reads-files"}, {"SaveDataset", "writes-files"},
      {"DebugFileWriter", "writes-files"}, {"WriteSummary", ""}, {"CreateSummaryFileWriter", "writes-files"}};
  for (auto [name, group] : kGroups)
    if (name == op) return group;
  return {};
}

bool is_op_name(std::string_view op) {
  if (op.empty() || op.size() > 200) return false;
  for (char c : op)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '>' || c == '.' || c == '/')) return false;
  return true;
}

class Walk {
 public:
  Walk(Bytes file, TensorflowGraph& graph) : start_(file.data()), graph_(graph) {}

  /// NodeDef: 1 name, 2 op.
  void read_node(Bytes message) {
    ProtobufReader reader(message);
    TensorflowOperator found;
    while (auto field = reader.next()) {
      if (field->number == 1 && field->wire == 2) found.node = field->text().substr(0, 200);
      if (field->number == 2 && field->wire == 2) found.op = field->text().substr(0, 200);
    }
    if (!is_op_name(found.op)) return;
    ++graph_.nodes;
    found.group = group_of(found.op);
    if (found.group.empty() || graph_.dangerous.size() >= 100 || !seen_.insert(found.op).second) return;
    found.offset = static_cast<std::uint64_t>(message.data() - start_);
    graph_.dangerous.push_back(std::move(found));
  }
  /// GraphDef: 1 node, 2 library (1 function: 3 node_def).
  void read_graph(Bytes message) {
    ProtobufReader reader(message);
    while (auto field = reader.next()) {
      if (field->wire != 2) continue;
      if (field->number == 1) read_node(field->bytes);
      if (field->number != 2) continue;
      ProtobufReader library(field->bytes);
      while (auto function = library.next()) {
        if (function->number != 1 || function->wire != 2) continue;
        ProtobufReader body(function->bytes);
        while (auto part = body.next())
          if (part->number == 3 && part->wire == 2) read_node(part->bytes);
      }
    }
    if (reader.broken()) graph_.broken = "a graph message breaks";
  }
  /// MetaGraphDef: 2 graph_def.
  void read_meta_graph(Bytes message) {
    ProtobufReader reader(message);
    while (auto field = reader.next())
      if (field->number == 2 && field->wire == 2) read_graph(field->bytes);
    if (reader.broken()) graph_.broken = "a meta graph message breaks";
  }

 private:
  const std::byte* start_;
  TensorflowGraph& graph_;
  std::set<std::string> seen_;
};

}  // namespace

TensorflowGraph read_tensorflow_graph(Bytes bytes) {
  // SavedModel: 1 schema version (varint), 2 meta graphs. GraphDef: 1 nodes (messages).
  TensorflowGraph saved, frozen;
  Walk saved_walk(bytes, saved), frozen_walk(bytes, frozen);
  ProtobufReader reader(bytes);
  while (auto field = reader.next())
    if (field->number == 2 && field->wire == 2) saved_walk.read_meta_graph(field->bytes);
  if (saved.nodes > 0) {
    saved.is_tensorflow = true;
    saved.kind = "saved-model";
    if (reader.broken()) saved.broken = "the message breaks";
    return saved;
  }
  frozen_walk.read_graph(bytes);
  frozen.is_tensorflow = frozen.nodes > 0;
  frozen.kind = "graph-def";
  if (!frozen.is_tensorflow) {
    // A MetaGraphDef by itself (.meta).
    TensorflowGraph meta;
    Walk(bytes, meta).read_meta_graph(bytes);
    meta.is_tensorflow = meta.nodes > 0;
    meta.kind = "meta-graph";
    return meta;
  }
  return frozen;
}

}  // namespace stormwatch::format
