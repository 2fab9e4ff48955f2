// SPDX-License-Identifier: Apache-2.0
// What a call is given under a name, however the language writes it: f(name=x), f({name: x}), new T { Name = x }, T{Name: x},
// builder().name(x).build(); and the tools and models among such values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collect/understanding/agent_rules.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

/// All values given under the name; a builder's method may take several.
std::vector<code::Index> values_given(const View& view, code::Index call, std::string_view key);
/// The first value under the first name that has one; kNone.
code::Index value_given(const View& view, code::Index call, Keys keys);

struct NamedModel {
  std::string vendor, name;  ///< either may be empty
};
/// A model named by a text ("openai:gpt-4o"), or by the call that makes its client.
NamedModel model_named(const View& view, code::Index given, int depth = 0);

/// The framework whose agent the call makes; "".
std::string_view framework_of(const View& view, const code::Expression& call);

struct GivenTools {
  bool as_data = true;  ///< maps with a name and a description are tools too, as the APIs take them
  std::vector<AssetId> tools;
  Texts capabilities;
  bool asks = false;  ///< one of them waits for a person
  std::vector<std::string> servers;  ///< variables or names of MCP servers among them
  std::vector<code::Index> agents;   ///< agents that are given as tools
};
void tools_given(View& view, code::Index list, GivenTools& out, int depth = 0);

/// Stands for the tools among the methods of a class of the same application, in whatever file: no asset, join() puts the tools there.
AssetId tools_of_class(const View& view, std::string_view name);

void add_word(Texts& to, std::string_view word);

/// Model APIs called directly, with tools; agents that are classes or interfaces; approval, memory and retrievers beside them.
void observe_model_calls(View& view);
void observe_agent_classes(View& view);
/// MCP servers that code uses as a client.
void observe_used_servers(View& view);
/// Models of Go, Java and C# clients.
void observe_typed_models(View& view);
/// A prompt's asset, related to who uses it.
void add_prompt(View& view, const std::string& role, code::Index value, AssetId user);
AssetId add_model(View& view, const NamedModel& model, Place place);

}  // namespace stormwatch::collect
