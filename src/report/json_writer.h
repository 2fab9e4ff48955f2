// SPDX-License-Identifier: Apache-2.0
// JSON written as it is told, without a tree of it in memory: a report of 100,000 assets is many times its text as a tree.
// Text that is no UTF-8 comes out with U+FFFD in place of the broken bytes; a number that is not finite comes out as null.
#pragma once

#include <rapidjson/prettywriter.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/parallel.h"

namespace stormwatch::report {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : stream_{out}, writer_(stream_) { writer_.SetIndent(' ', 1); }

  /// {"name": value ...}; `members` calls field() and the like.
  template <class F>
  void object(F&& members) {
    writer_.StartObject();
    members();
    writer_.EndObject();
  }
  template <class F>
  void object(std::string_view name, F&& members) {
    key(name);
    object(members);
  }
  /// "name": [one(item) ...]
  template <class List, class F>
  void list(std::string_view name, const List& items, F&& one) {
    key(name);
    writer_.StartArray();
    for (const auto& item : items) one(item);
    writer_.EndArray();
  }
  /// The same bytes as `list` of objects that put(writer, item) fills, written by several threads: of a member of the outermost object.
  template <class List, class F>
  void long_list(std::string_view name, const List& items, F&& put) {
    const auto fill = [&](JsonWriter& json, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) json.object([&] { put(json, items[i]); });
    };
    key(name);
    writer_.StartArray();
    constexpr std::size_t kPart = 2'000, kPartsAtOnce = 8;
    for (std::size_t begin = 0; begin < items.size(); begin += kPart * kPartsAtOnce) {
      const std::size_t parts = std::min(kPartsAtOnce, (items.size() - begin + kPart - 1) / kPart);
      std::vector<std::string> texts(parts);
      parallel_for(parts, 0, [&](std::size_t part) {
        const std::size_t from = begin + part * kPart;
        JsonWriter json(texts[part]);
        // At the depth of a member of the outermost object; what opens that depth is taken off again.
        json.writer_.StartObject();
        json.key("");
        json.writer_.StartArray();
        const std::size_t opened = texts[part].size();
        fill(json, from, std::min(items.size(), from + kPart));
        texts[part].erase(0, opened + std::string_view("\n  ").size());
      });
      for (const std::string& text : texts) writer_.RawValue(text.data(), text.size(), rapidjson::kObjectType);
    }
    writer_.EndArray();
  }
  template <class T>
  void field(std::string_view name, const T& value) {
    key(name);
    put(value);
  }
  /// Left out when empty or zero.
  template <class T>
  void field_if(std::string_view name, const T& value) {
    if (value != T{}) field(name, value);
  }
  void put(std::string_view text) {
    if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
      writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
      return;
    }
    const std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    writer_.RawValue(quoted.data(), quoted.size(), rapidjson::kStringType);
  }
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(const char* text) { put(std::string_view(text)); }
  void put(bool value) { writer_.Bool(value); }
  void put(double value) { std::isfinite(value) ? writer_.Double(value) : writer_.Null(); }
  template <std::integral T>
  void put(T value) {
    if constexpr (std::is_signed_v<T>) writer_.Int64(value);
    else writer_.Uint64(value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    value ? put(*value) : static_cast<void>(writer_.Null());
  }
  template <class Tag>
  void put(const Id<Tag>& id) {
    put(std::string_view(id.text()));
  }
  template <class T>
  void put(const std::vector<T>& items) {
    writer_.StartArray();
    for (const T& item : items) put(item);
    writer_.EndArray();
  }

 private:
  struct Stream {
    using Ch = char;
    std::string& text;
    void Put(char c) { text += c; }
    void Flush() {}
  };

  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }

  Stream stream_;
  rapidjson::PrettyWriter<Stream> writer_;
};

}  // namespace stormwatch::report
