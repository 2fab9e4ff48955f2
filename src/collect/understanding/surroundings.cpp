// SPDX-License-Identifier: Apache-2.0
// What code says of the world round its models: pages that load what an answer names, doors by which strangers come in, cameras, whose
// rights a tool uses, who fills an index and for whom it answers.
//
// A fact is set only where a call or an argument says it, both ways where both can be written; anything else stays unknown.
#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "collect/understanding/sight.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

/// A fact that is true wherever it is seen once, with the place that shows it.
void show(View& v, Asset& asset, Flag& fact, bool value, code::Spot spot) {
  if (fact && (*fact || !value)) return;
  fact = value;
  asset.places.push_back(v.place(spot));
}

// --- pages -----------------------------------------------------------------------------------------------------------------------

/// Interfaces made in Python that show text as markdown, images of other hosts included.
void pages(View& v, const Expression& call, std::string_view name) {
  auto& facts = std::get<ApplicationFacts>(v.app().facts);
  const auto given_text = [&] {
    const Index shown = v.module.argument(call, 0);
    return shown != kNone && v.module.at(shown).kind != ExpressionKind::string;
  };
  const std::string_view last = last_of(name);
  if (name.starts_with("streamlit.") && one_of(last, {"markdown", "write", "write_stream"})) {
    if (given_text()) show(v, v.app(), facts.renders_external_urls, true, call.spot);
  } else if (name.starts_with("gradio.") && one_of(last, {"Chatbot", "ChatInterface"})) {
    const auto renders = v.names.boolean_value(v.module.keyword(call, "render_markdown"));
    show(v, v.app(), facts.renders_external_urls, renders.value_or(true), call.spot);
  } else if (name == "chainlit.Message") {
    show(v, v.app(), facts.renders_external_urls, true, call.spot);
  }
}

// --- doors -----------------------------------------------------------------------------------------------------------------------

void sign_ups(View& v, const Expression& call, std::string_view name) {
  auto& facts = std::get<ApplicationFacts>(v.app().facts);
  if (one_of(last_of(name), {"get_register_router", "createUserWithEmailAndPassword"}) || name.ends_with("auth.sign_up") || name.ends_with("auth.signUp")) show(v, v.app(), facts.self_signup, true, call.spot);
}

/// A route called /register whose code takes a password makes accounts.
void sign_up_routes(View& v) {
  for (const code::Role& role : v.roles) {
    if (role.kind != code::RoleKind::route || role.function == kNone) continue;
    std::string_view path = role.name;
    while (path.ends_with('/')) path.remove_suffix(1);
    if (!one_of(path.substr(path.rfind('/') + 1), {"register", "signup", "sign-up", "sign_up", "create-account"})) continue;
    const code::Function& function = v.module.functions[role.function];
    if (function.end <= v.text.size() && function.begin < function.end && holds(lower(v.text.substr(function.begin, function.end - function.begin)), "password"))
      show(v, v.app(), std::get<ApplicationFacts>(v.app().facts).self_signup, true, role.spot);
  }
}

/// Gradio: a public link or every address without a password opens the agent of this file; its default is this machine only.
void control_pages(View& v, const Expression& call, std::string_view name) {
  if (last_of(name) != "launch" || (!name.starts_with("gradio") && !holds(name, "GradioUI"))) return;
  const bool guarded = v.module.keyword(call, "auth") != kNone;
  const bool shared = v.names.boolean_value(v.module.keyword(call, "share")) == true;
  const Index bound = v.module.keyword(call, "server_name");
  const std::string address = names_string(v, bound);
  if (!shared && bound != kNone && address.empty()) return;  // decided elsewhere
  if (shared && !guarded) show(v, v.app(), std::get<ApplicationFacts>(v.app().facts).public_access, true, call.spot);
  const bool open = !guarded && (shared || address == "0.0.0.0" || address == "::");
  for (Asset& asset : v.out.assets)
    if (auto* agent = std::get_if<AgentFacts>(&asset.facts)) show(v, asset, agent->control_interface_exposed, open, call.spot);
}

// --- sensors ---------------------------------------------------------------------------------------------------------------------

void sensors(View& v, const Expression& call, std::string_view name, bool& seen) {
  const Index first = v.module.argument(call, 0);
  const bool camera = name == "cv2.VideoCapture" && first != kNone && (v.names.integer_value(first) || names_string(v, first).starts_with("/dev/video") || names_string(v, first).starts_with("rtsp://"));
  seen = seen || camera || one_of(name, {"picamera2.Picamera2", "picamera.PiCamera", "sounddevice.InputStream", "sounddevice.rec", "streamlit.camera_input", "streamlit.audio_input", "speech_recognition.Microphone", "navigator.mediaDevices.getUserMedia"});
}

void feed_models(View& v) {
  for (Asset& asset : v.out.assets)
    if (auto* model = std::get_if<ModelFacts>(&asset.facts)) model->physical_input = true;
}

// --- rights of tools -------------------------------------------------------------------------------------------------------------

/// The name of a credential in the environment that is somebody's identity. An API key is most often that of a service which sells answers
/// (models, searches, weather) and opens nobody's data.
bool is_acting_credential(std::string_view name) {
  const std::string low = lower(name);
  if (!holds(low, "token") && !holds(low, "secret") && !holds(low, "password")) return false;
  for (const std::string_view harmless : {"hugging", "hf_", "max_token", "tokens", "tokenizer"})
    if (holds(low, harmless)) return false;
  return true;
}

/// os.environ["X_TOKEN"], os.getenv("X_TOKEN"), process.env.X_TOKEN
bool reads_credential(const View& v, Index i) {
  const Expression& e = v.module.at(i);
  if (e.kind == ExpressionKind::call) {
    const std::string& name = v.names.callee(e);
    return (name == "os.getenv" || name == "os.environ.get" || name == "getenv") && is_acting_credential(names_string(v, v.module.argument(e, 0)));
  }
  const std::string_view text = v.text_of(i);
  if (text.size() > 120) return false;
  if (e.kind == ExpressionKind::attribute && text.starts_with("process.env.")) return is_acting_credential(text.substr(12));
  return text.starts_with("os.environ[") && is_acting_credential(text.substr(11));
}

/// Names at the top of the file that hold such a credential, or something made with one.
std::set<std::string> shared_names(const View& v) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> read;
  for (Index i = 0; i < v.module.expressions.size(); ++i)
    if (v.module.at(i).owner == kNone && reads_credential(v, i)) read.emplace_back(v.module.at(i).begin, v.module.at(i).end);
  std::set<std::string> out;
  for (int round = 0; round < 2; ++round)
    for (const code::Statement& s : v.module.statements) {
      if (s.kind != code::StatementKind::assign || s.owner != kNone || s.targets.size() != 1 || s.value == kNone) continue;
      const Expression& value = v.module.at(s.value);
      const bool reads = std::ranges::any_of(read, [&](const auto& at) { return at.first >= value.begin && at.second <= value.end; });
      const bool passes = value.kind == ExpressionKind::call && std::ranges::any_of(value.parts, [&](Index p) { return v.module.at(p).kind == ExpressionKind::name && out.contains(v.module.at(p).text); });
      if ((reads || passes) && !v.module.at(s.targets[0]).text.empty()) out.insert(v.module.at(s.targets[0]).text);
    }
  return out;
}

/// A tool that takes the caller's own token acts as the caller; one that takes the program's acts as the program for everybody.
void rights_of_tools(View& v) {
  const std::set<std::string> shared = shared_names(v);
  for (const code::Role& role : v.roles) {
    if ((role.kind != code::RoleKind::tool && role.kind != code::RoleKind::mcp_tool) || role.function == kNone) continue;
    Flag of_all;
    for (const code::Parameter& p : v.module.functions[role.function].parameters)
      if (one_of(p.name, {"access_token", "user_token", "auth_token", "accessToken", "userToken", "bearer_token"})) of_all = false;
    for (Index i = 0; i < v.module.expressions.size() && !of_all; ++i) {
      const Expression& e = v.module.at(i);
      if (!stands_in(v, e.owner, role.function)) continue;
      if (e.kind == ExpressionKind::call && last_of(v.names.callee(e)) == "get_access_token") of_all = false;
      else if (reads_credential(v, i) || (e.kind == ExpressionKind::name && shared.contains(e.text))) of_all = true;
    }
    if (!of_all) continue;
    const AssetId id = Asset::id_of(AssetKind::tool, v.file + "#" + role.name);
    for (Asset& asset : v.out.assets)
      if (asset.id == id)
        if (auto* facts = std::get_if<ToolFacts>(&asset.facts)) facts->shared_identity = of_all;
  }
}

// --- indexes ---------------------------------------------------------------------------------------------------------------------

/// Loaders of what anybody writes, and of sources whose own rights differ from reader to reader.
constexpr std::array<std::string_view, 9> kOpenLoaders{"WebBaseLoader", "RecursiveUrlLoader", "SitemapLoader", "YoutubeLoader", "RSSFeedLoader", "RedditPostsLoader", "SimpleWebPageReader", "BeautifulSoupWebReader", "HNLoader"};
constexpr std::array<std::string_view, 9> kGuardedLoaders{"SharePointLoader", "OneDriveLoader", "GoogleDriveLoader", "ConfluenceLoader", "NotionDBLoader", "SharePointReader", "GoogleDriveReader", "ConfluenceReader", "OneDriveReader"};

struct IndexUse {
  bool from_anybody = false, guarded = false, uploaded = false, filled = false, searched = false, filtered = false;
  code::Spot spot;
};

void look_at_index(const View& v, const Expression& call, std::string_view name, IndexUse& use) {
  const std::string_view last = last_of(name);
  const auto among = [&](const auto& all) { return std::ranges::find(all, last) != all.end() || std::ranges::any_of(all, [&](std::string_view one) { return holds(name, one) && one_of(last, {"load", "lazy_load", "load_data"}); }); };
  use.from_anybody = use.from_anybody || among(kOpenLoaders);
  use.guarded = use.guarded || among(kGuardedLoaders);
  use.uploaded = use.uploaded || name == "streamlit.file_uploader" || name == "gradio.UploadButton" || name == "chainlit.AskFileMessage";
  if (one_of(last, {"add_documents", "from_documents", "aadd_documents", "add_texts", "from_texts", "upsert", "addDocuments", "fromDocuments"})) use.filled = true, use.spot = call.spot;
  if (one_of(last, {"similarity_search", "as_retriever", "similarity_search_with_score", "asRetriever", "similaritySearch", "as_query_engine"})) {
    use.searched = true;
    const Index options = v.module.keyword(call, "search_kwargs");
    use.filtered = use.filtered || v.module.keyword(call, "filter") != kNone || v.module.keyword(call, "filters") != kNone || (options != kNone && holds(v.text_of(options), "filter"));
  }
}

void judge_indexes(View& v, IndexUse use) {
  for (const code::Role& role : v.roles)
    if (role.kind == code::RoleKind::route && role.function != kNone)
      for (const code::Parameter& p : v.module.functions[role.function].parameters) use.uploaded = use.uploaded || holds(p.type, "UploadFile");
  for (Asset& asset : v.out.assets)
    if (auto* store = std::get_if<VectorStoreFacts>(&asset.facts)) {
      if (use.filled && (use.from_anybody || use.uploaded)) show(v, asset, store->untrusted_writers, true, use.spot);
      if (use.guarded && use.searched && (use.filled || use.filtered)) show(v, asset, store->access_broader_than_source, !use.filtered, use.spot);
    }
}

}  // namespace

bool stands_in(const View& v, Index owner, Index function) {
  for (; owner != kNone; owner = v.module.functions[owner].owner)
    if (owner == function) return true;
  return false;
}

void observe_surroundings(View& v) {
  bool sensor = false;
  IndexUse index;
  for (const Expression& e : v.module.expressions) {
    if (e.kind != ExpressionKind::call) continue;
    const std::string name = v.names.callee(e);
    if (name.empty()) continue;
    pages(v, e, name);
    sign_ups(v, e, name);
    control_pages(v, e, name);
    sensors(v, e, name, sensor);
    look_at_index(v, e, name, index);
  }
  sign_up_routes(v);
  if (sensor) feed_models(v);
  rights_of_tools(v);
  judge_indexes(v, index);
}

}  // namespace stormwatch::collect
