// SPDX-License-Identifier: Apache-2.0
// TOML 1.0 to a tree through toml++, which is compiled in this file only and whose exceptions stop here.
//
// Members come in the order of the file. Dates and times are text. Columns count characters, as toml++ does.
#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include "format/document.h"

namespace stormwatch::format {
namespace {

struct Converter {
  const Limits& limits;
  std::size_t nodes = 0;
  const char* problem = nullptr;

  bool convert(const toml::node& from, Node& to, std::size_t depth) {
    if (depth > limits.document_depth) return problem = "nested too deep", false;
    if (++nodes > limits.document_nodes) return problem = "too many values", false;
    to.line = from.source().begin.line;
    to.column = from.source().begin.column;
    if (const toml::table* table = from.as_table()) return convert_table(*table, to, depth);
    if (const toml::array* array = from.as_array()) {
      to.kind = Node::Kind::list;
      to.items.reserve(array->size());
      for (const toml::node& item : *array)
        if (!convert(item, to.items.emplace_back(), depth + 1)) return false;
      return true;
    }
    if (const auto* text = from.as_string()) {
      to.kind = Node::Kind::string;
      to.scalar = text->get();
    } else if (const auto* flag = from.as_boolean()) {
      to.kind = Node::Kind::boolean;
      to.scalar = flag->get() ? "true" : "false";
    } else if (const auto* integer = from.as_integer()) {
      to.kind = Node::Kind::number;
      to.scalar = std::to_string(integer->get());
    } else {
      to.kind = from.is_floating_point() ? Node::Kind::number : Node::Kind::string;
      std::ostringstream written;
      from.visit([&](const auto& value) {
        if constexpr (toml::is_value<decltype(value)>) written << value.get();
      });
      to.scalar = written.str();
    }
    return true;
  }

  bool convert_table(const toml::table& table, Node& to, std::size_t depth) {
    to.kind = Node::Kind::map;
    to.members.reserve(table.size());
    for (const auto& [key, value] : table) {
      Node::Member& member = to.members.emplace_back();
      member.key = std::string(key.str());
      member.line = key.source().begin.line;
      if (!convert(value, member.value, depth + 1)) return false;
    }
    // toml++ keeps tables sorted by name; readers expect the file's order.
    std::ranges::stable_sort(to.members, {}, [](const Node::Member& m) { return std::pair(m.line, m.value.column); });
    return true;
  }
};

}  // namespace

Result<Node> parse_toml(std::string_view text, const Limits& limits) {
  if (text.size() > limits.document_bytes) return failure("document over the size limit");
  try {
    const toml::table table = toml::parse(text);
    Converter converter{limits};
    Node root;
    if (!converter.convert(table, root, 0)) return failure(converter.problem);
    return root;
  } catch (const toml::parse_error& error) {
    return failure(std::string(error.description()), {},
                   "line " + std::to_string(error.source().begin.line) + ", column " + std::to_string(error.source().begin.column));
  } catch (const std::exception& error) {
    return failure(std::string("broken TOML: ") + error.what());
  }
}

}  // namespace stormwatch::format
