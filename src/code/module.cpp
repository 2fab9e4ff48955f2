// SPDX-License-Identifier: Apache-2.0
#include "code/module.h"

namespace stormwatch::code {

Index Module::argument(const Expression& call, std::size_t position) const {
  for (std::size_t i = 1, seen = 0; i < call.parts.size(); ++i) {
    if (i < call.names.size() && !call.names[i].empty()) {
      if (call.names[i] == "*") return kNone;
      continue;
    }
    if (seen++ == position) return call.parts[i];
  }
  return kNone;
}

Index Module::member(const Expression& map, std::string_view key) const {
  if (map.kind != ExpressionKind::map) return kNone;
  for (std::size_t i = map.parts.size(); i-- > 0;)
    if (i < map.names.size() && map.names[i] == key) return map.parts[i];
  return kNone;
}

Index Module::keyword(const Expression& call, std::string_view name) const {
  for (std::size_t i = 1; i < call.parts.size(); ++i)
    if (i < call.names.size() && call.names[i] == name) return call.parts[i];
  for (std::size_t i = call.parts.size(); i-- > 1;) {
    const Index found = member(expressions[call.parts[i]], name);
    if (found != kNone) return found;
  }
  return kNone;
}

Index Module::argument(const Expression& call, std::size_t position, std::string_view name) const {
  const Index found = keyword(call, name);
  return found != kNone ? found : argument(call, position);
}

}  // namespace stormwatch::code
