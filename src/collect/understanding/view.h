// SPDX-License-Identifier: Apache-2.0
// One understood source file on its way to assets: what the parts of this folder read and where they put what they find.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "code/flow.h"
#include "code/names.h"
#include "code/roles.h"
#include "collect/source.h"
#include "posture/asset.h"

namespace stormwatch::collect {

/// An agent, MCP server or tool that the file defines, with the functions behind it.
struct Owner {
  AssetId id;
  AssetKind kind{};
  std::string name;
  code::Index function = code::kNone;  ///< of a tool
};

class FarFunctions;

struct View {
  const Source& source;
  std::string_view text;            ///< what was parsed (a notebook's cells joined)
  const code::Module& module;
  const code::Names& names;
  const std::vector<code::Role>& roles;
  const code::Flows& flows;
  std::function<Place(code::Spot)> place;
  std::string file;                 ///< "path" or "path!/member": the first part of keys
  Observation& out;
  std::size_t application = 0;      ///< position in out.assets
  bool is_notebook = false;
  FarFunctions* far = nullptr;      ///< bodies in other files of the target; null: this file only
  std::vector<Owner> owners;        ///< filled by the parts, servers first

  [[nodiscard]] Asset& app() { return out.assets[application]; }
  [[nodiscard]] std::string_view text_of(code::Index i) const {
    const code::Expression& e = module.at(i);
    return e.end <= text.size() && e.begin <= e.end ? text.substr(e.begin, e.end - e.begin) : std::string_view{};
  }
  /// The tool or server that the function belongs to, else the application.
  [[nodiscard]] Asset& asset_of(code::Index function);
};

void observe_models(View& view);       ///< models, providers, datasets, vector stores
void observe_servers(View& view);      ///< MCP servers and tools
void observe_agents(View& view);       ///< agents, prompts, memory
void observe_risks(View& view);        ///< sightings: loads, flows, settings
void observe_behaviour(View& view);    ///< sightings: what a server or tool does beyond what it says
void observe_surroundings(View& view); ///< facts: pages, doors, sensors, whose rights tools use, who fills an index

/// The function `owner`, or one around it, is `function`.
bool stands_in(const View& view, code::Index owner, code::Index function);
/// A string constant, or "" when the value is not known.
std::string names_string(const View& view, code::Index expression);
/// The vendor of a hosted model, from the callee ("langchain_openai.ChatOpenAI") or the model's name; "" if neither says.
std::string vendor_of(std::string_view callee, std::string_view model);

/// Runs all parts over one file. `file_name` is the first part of keys.
Observation observe_code(const Source& source, std::string_view text, const code::Module& module, std::function<Place(code::Spot)> place);

/// A file of code: parsed, unless a file that calls into it had it parsed, and understood.
Result<Observation> observe_code_file(const Source& source);
/// The same, but only what the file's web routes drive (open_web_routes.cpp): for files that name nothing of AI themselves.
Result<Observation> observe_routes_file(const Source& source);

/// The application that a file belongs to, by the nearest manifest.
Asset application_of(const Source& source);

/// A source file that the text pass showed to be worth parsing.
bool is_routed(const Source& source);

}  // namespace stormwatch::collect
