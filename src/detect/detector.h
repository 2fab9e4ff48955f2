// SPDX-License-Identifier: Apache-2.0
// A detector is a value: the fixed text of its rule, a function from the estate to signals, and examples that prove it.
//
// In code: checks/NAME.cpp with `extern const Detector NAME;`. As YAML: rules/TOPIC/NAME.yaml (rules/rule_engine.h).
// `examples` gives small inputs as files; the generic test scans each and looks whether the rule fires. Dangerous or
// secret-shaped content is made there, at run time, never committed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "advisory/database.h"
#include "match/database.h"
#include "posture/finding.h"

namespace stormwatch::detect {

struct ExampleFile {
  std::string path;
  std::string content;
  bool writable_by_others = false;
};

struct Example {
  std::string name;
  std::vector<ExampleFile> files;
  bool fires = true;
};

/// Where signals go; adds the rule's id and default severity.
class Signals {
 public:
  explicit Signals(const Advisory& advisory) : advisory_(advisory) {}
  /// A signal with rule and severity filled in; complete it through the reference, which lives until the next `raise`.
  Signal& raise(const Asset& asset, Place place, std::string evidence);
  [[nodiscard]] std::vector<Signal> take() { return std::move(signals_); }

  /// Says that the rule cannot be decided for the asset, because `unknown` is set where it was not read ("${var.key}").
  void leave_open(const Asset& asset, Place place, std::string unknown);
  /// A subject of which a rule says neither yes nor no.
  struct Open {
    const Advisory* advisory;
    const Asset* asset;
    Place place;
    std::string unknown;
  };
  [[nodiscard]] std::vector<Open> take_open() { return std::move(open_); }

 private:
  const Advisory& advisory_;
  std::vector<Signal> signals_;
  std::vector<Open> open_;
};

struct Known;
class TypeIndex;

/// What detectors may ask beside the estate. Pointers outlive the run; the first two are set.
struct Context {
  const advisory::Database* advisories = nullptr;
  const match::Database* patterns = nullptr;
  const Known* known = nullptr;  ///< null: what the executable brings (known.h)
  const TypeIndex* types = nullptr;  ///< of the estate (type_index.h); set by detect::run
};

struct Detector {
  Advisory advisory;
  std::function<void(const Estate&, const Context&, Signals&)> look;
  std::function<std::vector<Example>()> examples;
};

extern const Detector* const checks_table[];
extern const std::size_t checks_table_count;

}  // namespace stormwatch::detect
