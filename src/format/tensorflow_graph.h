// SPDX-License-Identifier: Apache-2.0
// Operators of a TensorFlow SavedModel, MetaGraph or frozen GraphDef (saved_model.proto, meta_graph.proto, graph.proto): those
// that touch files, run Python or load libraries, wherever they stand, function libraries included.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace stormwatch::format {

struct TensorflowOperator {
  std::string op, node, group;  ///< group: runs-code, writes-files, reads-files, loads-code
  std::uint64_t offset = 0;
};

struct TensorflowGraph {
  bool is_tensorflow = false;
  std::string kind;             ///< saved-model, graph-def
  std::uint64_t nodes = 0;
  std::vector<TensorflowOperator> dangerous;  ///< one an op, at most 100
  std::string broken;
};

TensorflowGraph read_tensorflow_graph(Bytes bytes);

}  // namespace stormwatch::format
