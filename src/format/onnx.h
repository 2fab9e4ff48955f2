// SPDX-License-Identifier: Apache-2.0
// What an ONNX model holds that a scanner cares for: operators outside the standard domains, files it names outside itself,
// metadata (onnx.proto3 of ONNX 1.17; field numbers as there). Weights are skipped, not touched.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace stormwatch::format {

struct OnnxOperator {
  std::string domain, type, node;
  std::uint64_t offset = 0;
  bool python = false;     ///< its name or domain says that Python runs it
  std::string script;      ///< a text attribute that looks like source code; empty if none
};

struct OnnxExternal {
  std::string tensor, location;
  std::uint64_t offset = 0;
};

struct OnnxModel {
  bool is_onnx = false;
  std::string producer, producer_version, graph, doc;
  std::uint64_t ir_version = 0, nodes = 0, initializers = 0;
  std::vector<OnnxOperator> custom;      ///< one a (domain, type), at most 200
  std::vector<OnnxExternal> external;    ///< one a location, at most 200
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> function_domains;
  std::string broken;                    ///< why the walk stopped; empty if it did not
  std::uint64_t broken_at = 0;
};

OnnxModel read_onnx(Bytes bytes);

/// Whether a path names something outside the model's own folder: absolute, a drive, a URL, or "..".
bool leaves_folder(std::string_view path);

}  // namespace stormwatch::format
