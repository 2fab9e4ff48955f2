// SPDX-License-Identifier: Apache-2.0
// The symbolic pickle machine: opcodes in pickle_machine.cpp, calls and what they resolve to in pickle_resolve.cpp, joblib's raw
// arrays in pickle_arrays.cpp. One machine reads one run of bytes; nested pickles get a machine of their own.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/pickle.h"
#include "format/pickle_value.h"

namespace stormwatch::format::pickle {

/// Callees whose result the machine knows.
enum class Special : std::uint8_t {
  none, get_attribute, import_module, resolve_name, reconstructor, new_object, new_object_ex, apply, rebuild_from_type, ufunc,
  load_bytes, make_type, make_code, builtin_type, encode, array_wrapper
};

class Machine {
 public:
  Machine(Bytes bytes, const Limits& limits, PickleReport& report, int depth, bool follow_arrays)
      : bytes_(bytes), limits_(limits), report_(report), values_(bytes, limits.pickle_memory), depth_(depth), follow_arrays_(follow_arrays) {}

  void run();  ///< all streams
  [[nodiscard]] bool met_arrays() const { return met_arrays_; }

 private:
  enum class Step : std::uint8_t { on, stop, broken };
  struct Known {
    GlobalGroup group{};
    Special special = Special::none;
  };

  // pickle_machine.cpp
  bool read_stream();
  Step step();
  Step step_payload(std::uint8_t opcode);
  Step step_memo(std::uint8_t opcode);
  Step step_container(std::uint8_t opcode);
  Step step_object(std::uint8_t opcode);
  Step step_line(std::uint8_t opcode);
  Step broken(std::string why);
  Step push_payload(ValueKind kind, std::uint64_t length);
  Step frame(std::uint64_t length);
  Step memo_put(std::uint64_t index);
  Step memo_get(std::uint64_t index);
  Step global(Value module, Value name);
  bool pop(Value& value);
  bool pop_mark(std::vector<Value>& items);
  void push(Value value) { stack_.push_back(value); }
  void anomaly(std::string_view what, std::string detail, std::uint64_t offset);

  // pickle_resolve.cpp
  const Known& known(Value name);
  Value call(Value callee, const std::vector<Value>& arguments, bool constructs);
  Value call_name(Value callee, const std::vector<Value>& arguments, bool constructs);
  Value call_computed(Value callee, const std::vector<Value>& arguments, bool constructs);
  Value attribute(Value object, std::string_view name);
  Value get_attribute(Value callee, const std::vector<Value>& arguments);
  Value import_module(const std::vector<Value>& arguments);
  Value resolve_name(const std::vector<Value>& arguments);
  void read_nested(const std::vector<Value>& arguments, bool expected);
  void note_code(std::string maker, const std::vector<Value>& arguments);
  void collect_words(Value value, int depth, std::vector<std::string>& words) const;
  void record(GlobalGroup group, std::string callee, Value callee_value, const std::vector<Value>& arguments, bool constructs);
  Value build(Value object, Value state);
  GlobalGroup group_of_owner(Value object, std::string_view method);
  void report_names();

  // pickle_arrays.cpp
  bool skip_array(Value wrapper);
  std::int64_t item_size(Value dtype, bool& has_objects) const;
  [[nodiscard]] Value state_item(Value object, std::string_view key) const;

  Bytes bytes_;
  const Limits& limits_;
  PickleReport& report_;
  Values values_;
  int depth_;
  bool follow_arrays_;
  bool met_arrays_ = false;
  std::size_t at_ = 0;        ///< next byte
  std::size_t opcode_at_ = 0;
  std::size_t release_at_ = 8U << 20;  ///< where pages behind are handed back next
  std::size_t frame_end_ = 0;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Value> memo_;
  std::unordered_map<std::uint64_t, Value> far_memo_;
  std::uint64_t memo_count_ = 0;
  int call_depth_ = 0;
  std::vector<Known> known_;
  std::vector<bool> is_known_;
  std::map<std::string, int> recorded_;
  std::size_t recorded_dangerous_ = 0, recorded_other_ = 0;
};

}  // namespace stormwatch::format::pickle
