// SPDX-License-Identifier: Apache-2.0
// Runs the examples of rules through the real pipeline, in a folder of its own that is removed afterwards.
#pragma once

#include <string>
#include <vector>

#include "app/pipeline.h"

namespace stormwatch::app {

struct ExampleResult {
  std::string rule, example;
  bool held = false;
  std::string detail;  ///< what was wrong
};

/// Every example of every detector; a detector without one that fires and one that does not gives a result that did not hold.
Result<std::vector<ExampleResult>> run_examples(const Content& content, const std::string& only_rule = {});

}  // namespace stormwatch::app
