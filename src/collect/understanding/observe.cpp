// SPDX-License-Identifier: Apache-2.0
#include "collect/understanding/far_functions.h"
#include "collect/understanding/parsed_files.h"
#include "collect/understanding/server_access.h"
#include "collect/understanding/sight.h"
#include "collect/understanding/tool_promises.h"
#include "collect/understanding/view.h"

#include <array>

namespace stormwatch::collect {

namespace {

constexpr std::array<std::string_view, 11> kManifests{"pyproject.toml", "requirements.txt", "setup.py", "package.json", "Pipfile", "environment.yml", "setup.cfg", "langgraph.json", "go.mod", "pom.xml", "build.gradle"};

struct Framework {
  std::string_view module, name;
};
constexpr Framework kFrameworks[] = {{"fastapi", "fastapi"}, {"flask", "flask"}, {"django", "django"}, {"streamlit", "streamlit"}, {"gradio", "gradio"}, {"chainlit", "chainlit"},
                                     {"express", "express"}, {"next", "next"}, {"hono", "hono"}, {"starlette", "starlette"}, {"litestar", "litestar"}, {"aiohttp.web", "aiohttp"},
                                     {"slack_bolt", "slack"}, {"discord", "discord"}, {"telegram", "telegram"}, {"koa", "koa"}, {"fastify", "fastify"}};

void describe_application(View& view) {
  auto& facts = std::get<ApplicationFacts>(view.app().facts);
  for (const Framework& f : kFrameworks)
    if (view.names.imports(f.module)) { facts.framework = f.name; break; }
  for (const code::Flow& flow : view.flows.flows)
    if ((flow.what == "system-prompt" && (flow.labels & (code::kUserInput | code::kToolArgument))) || (flow.what == "network" && (flow.labels & code::kUserInput))) facts.user_input_to_model = true;
  for (const code::Role& r : view.roles)
    if (r.kind == code::RoleKind::route && facts.framework.size()) facts.customer_facing = facts.customer_facing;
  for (const char* limiter : {"slowapi", "flask_limiter", "fastapi_limiter", "express-rate-limit", "django_ratelimit"})
    if (view.names.imports(limiter)) facts.rate_limited = true;
  for (const char* guard : {"guardrails", "nemoguardrails", "llm_guard", "presidio_analyzer", "lakera", "rebuff"})
    if (view.names.imports(guard)) facts.output_filter = true;
}

}  // namespace

Asset application_of(const Source& source) {
  std::string folder;
  const auto near = source.files ? source.files->nearest_folder_with(source.path, kManifests) : std::nullopt;
  folder = near ? *near : std::string(source.folder());
  // Without a manifest a Python package belongs to the folder that holds it.
  while (!near && source.files && !folder.empty() && source.files->contains(folder + "/__init__.py")) folder.resize(folder.rfind('/') == std::string::npos ? 0 : folder.rfind('/'));
  if (folder.empty()) folder = ".";
  const std::string name = folder == "." ? "application" : folder.substr(folder.rfind('/') + 1);
  return make_asset(folder, name, ApplicationFacts{}, source.place());
}

bool is_routed(const Source& source) { return source.has_topic("route"); }

Asset& View::asset_of(code::Index function) {
  const auto find = [&](AssetId id) -> Asset& {
    for (Asset& a : out.assets)
      if (a.id == id) return a;
    return out.assets[application];
  };
  for (code::Index f = function; f != code::kNone; f = module.functions[f].owner)
    for (const Owner& o : owners)
      if (o.function == f) return find(o.id);
  // A file that defines an MCP server and nothing else to hang on: its helpers are the (first) server's.
  const Owner* server = nullptr;
  for (const Owner& o : owners)
    if (o.kind == AssetKind::mcp_server && !server) server = &o;
  return server ? find(server->id) : out.assets[application];
}

Observation observe_code(const Source& source, std::string_view text, const code::Module& module, std::function<Place(code::Spot)> place) {
  Observation out;
  if (module.cut) out.gaps.push_back({source.path, source.member, "too-deep", "source nests too deep; inner parts were not understood"});
  const code::Names names(module);
  const std::vector<code::Role> roles = code::roles_of(names);
  const Asset application = application_of(source);
  FarFunctions far(source, application.key);
  const code::Flows flows = code::follow(names, roles, far.finder());
  const std::string file = source.member.empty() ? source.path : source.path + "!/" + source.member;
  out.add(application);
  View view{.source = source, .text = text, .module = module, .names = names, .roles = roles, .flows = flows, .place = std::move(place), .file = file, .out = out, .far = &far};
  observe_servers(view);
  observe_models(view);
  observe_agents(view);
  observe_risks(view);
  observe_typed_risks(view);
  observe_promises(view);
  observe_access(view);
  observe_open_routes(view);
  observe_open_web_routes(view);
  observe_tool_identity(view);
  observe_regions(view);
  observe_behaviour(view);
  if (far.cut()) out.gaps.push_back({source.path, source.member, "over-limit", "calls into other files were followed in part"});
  // An application without anything of ours in it is not worth an asset.
  if (out.assets.size() == 1 && out.assets[0].sightings.empty()) {
    out.assets.clear();
    out.relations.clear();
    return out;
  }
  describe_application(view);
  observe_surroundings(view);
  return out;
}

namespace {

/// Parsed, unless a file that calls into it had it parsed.
Result<std::shared_ptr<const ParsedFile>> parsed(const Source& source) {
  const bool shared = source.parsed && source.member.empty();
  std::shared_ptr<const ParsedFile> file = shared ? source.parsed->find(source.path) : nullptr;
  if (!file || file->text != source.text) {
    auto module = parse_code(source.name, source.text, *source.limits, source.kind == format::ContentKind::javascript);
    if (!module) return std::unexpected(module.error());
    file = std::make_shared<const ParsedFile>(std::move(*module), std::string(source.text));
    if (shared) source.parsed->keep(source.path, file);
  }
  return file;
}

}  // namespace

Result<Observation> observe_code_file(const Source& source) {
  const auto file = parsed(source);
  if (!file) return std::unexpected(file.error());
  return observe_code(source, source.text, (*file)->module, [&](code::Spot spot) { return source.place_of_line(spot.line, spot.column); });
}

Result<Observation> observe_routes_file(const Source& source) {
  const auto file = parsed(source);
  if (!file) return std::unexpected(file.error());
  Observation out;
  const code::Names names((*file)->module);
  const std::vector<code::Role> roles = code::roles_of(names);
  const code::Flows flows;
  out.add(application_of(source));
  View view{.source = source, .text = source.text, .module = (*file)->module, .names = names, .roles = roles, .flows = flows, .place = [&](code::Spot spot) { return source.place_of_line(spot.line, spot.column); }, .file = source.path, .out = out};
  observe_open_web_routes(view);
  if (out.assets[0].sightings.empty()) out.assets.clear();
  return out;
}

}  // namespace stormwatch::collect
