// SPDX-License-Identifier: Apache-2.0
// What a function of Python or JavaScript sets to work: a model, or an agent with tools, itself or through functions that it calls
// in this file and in others of the target.
#pragma once

#include "collect/understanding/near_files.h"

namespace stormwatch::collect {

struct Driven {
  bool model = false;
  bool tools = false;  ///< the file in which the model is called, or made, gives it tools
};

/// At most kMostFunctionsOfWork functions are walked.
Driven driven_by(NearFiles& files, const CodeFile& file, code::Index function);
/// The call itself, not what it leads to, makes a model answer or an agent run.
bool is_work(const CodeFile& file, const code::Expression& call);
/// The file gives tools to a model: `tools=`, bind_tools, MCP servers of an agent.
bool gives_tools_to_model(std::string_view text);

}  // namespace stormwatch::collect
