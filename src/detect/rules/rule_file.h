// SPDX-License-Identifier: Apache-2.0
// One YAML rule as written: the advisory's text, a condition, the evidence sentence and the examples that prove it.
//
//   id: sagemaker-notebook-root-access        lower-case words joined by '-', the subject first; unique
//   title, why, fix: TEXT                     in plain words
//   severity: high   vector: misconfiguration   effort_hours: 0.5   confidence: high
//   controls: ["cwe:250", ...]   equivalents: {checkov: [CKV_AWS_307]}
//   match: CONDITION                          graph/query.h
//   evidence: "port {configuration.port}"     optional; {PATH} is a fact's value. Without it: the clauses that held
//   examples: {bad: [EXAMPLE...], good: [EXAMPLE...]}   at least one of each; EXAMPLE is {file: main.tf, content: TEXT} or
//                                             {files: {main.tf: TEXT, b.tf: TEXT}}, with an optional name
#pragma once

#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "detect/detector.h"

namespace stormwatch::detect {

/// The rules of one file: one a YAML document. Unknown keys, words and values are Errors with file and line.
Result<std::vector<Detector>> read_rules(std::string_view text, std::string_view file, const Limits& limits = {});

}  // namespace stormwatch::detect
