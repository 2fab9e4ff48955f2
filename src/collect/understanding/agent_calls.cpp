// SPDX-License-Identifier: Apache-2.0
// Agents without a framework's constructor: model APIs that are called with tools, through a client or by plain HTTP, and classes and
// interfaces that a framework turns into agents (CrewAI flows, AutoGen Core, LangChain4j services).
#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "collect/understanding/agent_values.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

/// The client that a model's API is called through.
std::string_view client_of(std::string_view name) {
  for (const auto& [root, framework] : std::initializer_list<std::pair<std::string_view, std::string_view>>{{"openai", "openai"}, {"anthropic", "anthropic"}, {"@anthropic-ai/sdk", "anthropic"}, {"ai.", "vercel-ai"}, {"google.genai", "google-genai"}, {"@google/genai", "google-genai"}, {"ollama", "ollama"}, {"litellm", "litellm"}, {"mistralai", "mistral"}, {"groq", "groq"}, {"boto3.client", "bedrock"}})
    if (name.starts_with(root)) return framework;
  return {};
}

bool calls_model(const View& v, const Expression& e, std::string_view name) {
  if (code::is_model_call(v.names, e)) return true;
  return one_of(last_of(name), {"converse", "converse_stream", "tool_runner", "streamText", "streamObject"}) && !client_of(name).empty();
}

/// A loop that calls a model with tools is an agent, whatever it is called.
void agent_of_call(View& v, Index i, const Expression& e, const std::string& name, std::set<std::string>& seen) {
  const auto framework = client_of(name);
  if (framework.empty()) return;
  const Index list = value_given(v, i, tool_keys());
  if (list == kNone) return;
  GivenTools given;
  tools_given(v, list, given);
  if (given.tools.empty()) return;
  std::string agent_name;
  for (Index f = e.owner; f != kNone && agent_name.empty(); f = v.module.functions[f].owner)
    if (const std::string& own = v.module.functions[f].name; own != "lambda") agent_name = own;
  if (agent_name.empty()) agent_name = v.app().name;
  if (!seen.insert(agent_name).second) return;
  AgentFacts facts;
  facts.framework = framework;
  facts.capabilities = given.capabilities;
  if (given.asks) facts.human_approval = true;
  const Index model_at = value_given(v, i, model_keys().subspan(0, 2)) != kNone ? value_given(v, i, model_keys().subspan(0, 2)) : value_given(v, i, model_name_keys());
  const NamedModel model = model_named(v, model_at);
  facts.model_name = model.name;
  for (const std::string_view key : step_keys()) {
    const Index most = value_given(v, i, Keys(&key, 1));
    const Index test = v.names.literal_of(most);
    if (test == kNone) continue;
    if (const auto steps = v.names.integer_value(test)) facts.max_steps = steps;
    else if (v.module.at(test).kind == ExpressionKind::call && v.module.at(test).parts.size() == 2) facts.max_steps = v.names.integer_value(v.module.at(test).parts[1]);
  }
  for (const std::string_view key : guard_keys())
    if (value_given(v, i, Keys(&key, 1)) != kNone) { add_word(facts.guardrails, key); facts.injection_defence = true; }
  if (std::ranges::find(facts.capabilities, "browse") != facts.capabilities.end()) { facts.browses_web = true; facts.reads_untrusted = true; }
  const Place place = v.place(e.spot);
  const AssetId id = v.out.add(make_asset(v.file + "#" + agent_name, agent_name, std::move(facts), place));
  v.out.relate(v.app().id, RelationKind::contains, id, place);
  std::ranges::sort(given.tools);
  given.tools.erase(std::unique(given.tools.begin(), given.tools.end()), given.tools.end());
  for (const AssetId tool : given.tools) v.out.relate(id, RelationKind::has_tool, tool, place);
  if (!model.name.empty()) {
    NamedModel whole = model;
    if (whole.vendor.empty()) whole.vendor = vendor_of(name, whole.name);
    if (!whole.vendor.empty()) v.out.relate(id, RelationKind::uses_model, add_model(v, whole, place), place);
  }
  for (const std::string_view key : prompt_keys())
    if (const Index prompt = v.names.option(e, key); prompt != kNone) add_prompt(v, "system", prompt, id);
  v.owners.push_back({id, AssetKind::agent, agent_name});
}

/// requests.post("https://api.openai.com/v1/...", json={"model": "gpt-4o", ...})
void plain_http(View& v, const Expression& e, std::set<std::string>& seen) {
  std::string vendor, url;
  for (std::size_t k = 1; k < e.parts.size() && k < 5; ++k) {
    url = v.names.pattern_of(e.parts[k]);
    if (url.starts_with("http") || url.starts_with("{}")) vendor = provider_of_host(url);
    if (!vendor.empty()) break;
  }
  if (vendor.empty()) return;
  const Place place = v.place(e.spot);
  ProviderFacts facts;
  facts.vendor = vendor;
  facts.base_url = url.find("{}") == std::string::npos ? url.substr(0, 200) : std::string();
  v.out.relate(v.app().id, RelationKind::uses_provider, v.out.add(make_asset(vendor, vendor, std::move(facts), place)), place);
  // The body names the model: among the arguments, or in the maps of the same function.
  const auto model_in = [&](Index i) {
    const Index at = v.names.literal_of(i);
    if (at == kNone || v.module.at(at).kind != ExpressionKind::map) return std::string();
    const std::string name = names_string(v, v.module.member(v.module.at(at), "model"));
    if (!name.empty()) return name;
    for (const Index p : v.module.at(at).parts) {  // { body: JSON.stringify({ model }) }
      const Index inner = v.names.literal_of(p);
      if (inner == kNone || v.module.at(inner).kind != ExpressionKind::call) continue;
      for (const Index q : v.module.at(inner).parts)
        if (const Index map = v.names.literal_of(q); map != kNone && v.module.at(map).kind == ExpressionKind::map)
          if (const std::string found = names_string(v, v.module.member(v.module.at(map), "model")); !found.empty()) return found;
    }
    return std::string();
  };
  std::string model;
  for (std::size_t k = 1; k < e.parts.size() && model.empty(); ++k) model = model_in(e.parts[k]);
  for (Index i = 0; i < v.module.expressions.size() && model.empty(); ++i)
    if (v.module.at(i).kind == ExpressionKind::map && v.module.at(i).owner == e.owner) model = model_in(i);
  if (model.empty() && vendor == "google")
    if (const auto at = url.find("models/"); at != std::string::npos) model = url.substr(at + 7, url.find_first_of(":?/", at + 7) - at - 7);
  if (model.empty() || model.size() > 100 || model.find(' ') != std::string::npos || model.find("{}") != std::string::npos || !seen.insert(vendor + "/" + model).second) return;
  v.out.relate(v.app().id, RelationKind::uses_model, add_model(v, {vendor, model}, place), place);
}

/// class Trip(Flow): @start() def ask(self) ... @listen(ask) def plan(self, asked)
void flow_class(View& v, Index c, std::string_view framework) {
  const code::Class& k = v.module.classes[c];
  AgentFacts facts;
  facts.framework = framework;
  const Place place = v.place(k.spot);
  std::vector<std::pair<std::string, code::Spot>> called;
  for (Index f = 0; f < v.module.functions.size(); ++f) {
    const code::Function& function = v.module.functions[f];
    if (function.in_class != c) continue;
    for (const Index d : function.decorators) {
      const std::string_view mark = last_of(v.names.qualified(v.module.at(d).kind == ExpressionKind::call ? v.module.at(d).parts[0] : d));
      if (mark == "human_feedback") facts.human_approval = true;
      if (mark == "persist") facts.memory = true;
    }
    for (const code::CallEffect& effect : v.flows.effects[f])
      if (const auto word = code::capability_of(effect.effect); !word.empty()) add_word(facts.capabilities, word);
  }
  for (const Index d : k.decorators)
    if (last_of(v.names.qualified(v.module.at(d).kind == ExpressionKind::call ? v.module.at(d).parts[0] : d)) == "persist") facts.memory = true;
  const bool memory = facts.memory.value_or(false);
  const AssetId id = v.out.add(make_asset(v.file + "#" + k.name, k.name, std::move(facts), place));
  v.out.relate(v.app().id, RelationKind::contains, id, place);
  if (memory) v.out.relate(id, RelationKind::has_memory, v.out.add(make_asset(v.file + "#" + k.name + "-memory", k.name + " memory", MemoryFacts{}, place)), place);
  // What its steps use: models called in them, agents made in them.
  for (const Expression& e : v.module.expressions) {
    if (e.kind != ExpressionKind::call || e.begin < k.begin || e.end > k.end) continue;
    const Index i = static_cast<Index>(&e - v.module.expressions.data());
    if (code::is_model_call(v.names, e)) {
      const NamedModel model = model_named(v, v.names.option(e, "model"));
      if (!model.name.empty() && !model.vendor.empty()) v.out.relate(id, RelationKind::uses_model, add_model(v, model, v.place(e.spot)), v.place(e.spot));
    }
    for (const Owner& o : v.owners)
      if (o.kind == AssetKind::agent && o.id != id && !framework_of(v, e).empty() && names_string(v, value_given(v, i, name_keys())) == o.name) v.out.relate(id, RelationKind::calls_agent, o.id, v.place(e.spot));
  }
  v.owners.push_back({id, AssetKind::agent, k.name});
}

/// @SystemMessage("...") of an interface's method, @RegisterAiService, @AiService: the interface is the agent.
void service_interface(View& v, Index c) {
  const code::Class& k = v.module.classes[c];
  const auto mark_of = [&](Index d) { return last_of(v.names.callee(v.module.at(d))); };
  Index prompt = kNone;
  bool service = false;
  GivenTools given;
  for (const Index d : k.decorators) {
    if (one_of(mark_of(d), {"RegisterAiService", "AiService"})) {
      service = true;
      if (const Index tools = v.module.keyword(v.module.at(d), "tools"); tools != kNone) tools_given(v, tools, given);
    }
    if (mark_of(d) == "SystemMessage") prompt = v.module.argument(v.module.at(d), 0, "value");
  }
  for (const code::Function& f : v.module.functions) {
    if (f.in_class != c) continue;
    for (const Index d : f.decorators) {
      if (one_of(mark_of(d), {"SystemMessage", "UserMessage", "Agent"})) service = true;
      if (mark_of(d) == "SystemMessage" && prompt == kNone) prompt = v.module.argument(v.module.at(d), 0, "value");
    }
  }
  if (!service) return;
  const AssetId id = Asset::id_of(AssetKind::agent, v.file + "#" + k.name);
  const Place place = v.place(k.spot);
  const bool known = std::ranges::any_of(v.out.assets, [&](const Asset& a) { return a.id == id; });
  if (!known) {
    AgentFacts facts;
    facts.framework = "langchain4j";
    facts.capabilities = given.capabilities;
    v.out.add(make_asset(v.file + "#" + k.name, k.name, std::move(facts), place));
    v.out.relate(v.app().id, RelationKind::contains, id, place);
    v.owners.push_back({id, AssetKind::agent, k.name});
  }
  for (const AssetId tool : given.tools) v.out.relate(id, RelationKind::has_tool, tool, place);
  add_prompt(v, "system", prompt, id);
}

struct TypedModel {
  std::string_view part, vendor;  ///< within the qualified name, or of an import
};
constexpr TypedModel kTyped[] = {{"AzureOpenAi", "azure-openai"}, {"AzureOpenAI", "azure-openai"}, {"OpenAi", "openai"}, {"OpenAI", "openai"}, {"go-openai", "openai"}, {"openai-go", "openai"}, {"llms/openai", "openai"}, {"com.openai", "openai"}, {"Anthropic", "anthropic"}, {"anthropic-sdk-go", "anthropic"}, {"llms/anthropic", "anthropic"},
    {"com.anthropic", "anthropic"}, {"Ollama", "ollama"}, {"ollama/ollama", "ollama"}, {"llms/ollama", "ollama"}, {"VertexAi", "google"}, {"GoogleAi", "google"}, {"Gemini", "google"}, {"genai", "google"}, {"generative-ai-go", "google"}, {"Mistral", "mistral"}, {"llms/mistral", "mistral"}, {"Bedrock", "amazon-bedrock"}, {"bedrockruntime", "amazon-bedrock"}, {"HuggingFace", "huggingface"}, {"Cohere", "cohere"}, {"ChatClient", "openai"}};

}  // namespace

void observe_model_calls(View& v) {
  std::set<std::string> agents, models;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call || e.parts.size() < 2) continue;
    const std::string& name = v.names.callee(e);
    if (name.empty()) continue;
    if (calls_model(v, e, name)) agent_of_call(v, i, e, name, agents);
    const code::CallEffect effect = code::effect_of(v.names, e);
    if (effect.effect == code::Effect::send || effect.effect == code::Effect::fetch) plain_http(v, e, models);
  }
}

void observe_agent_classes(View& v) {
  for (Index c = 0; c < v.module.classes.size(); ++c) {
    if (v.module.family == code::Family::java && v.names.imports("dev.langchain4j")) service_interface(v, c);
    if (v.module.family == code::Family::java && (v.names.imports("io.quarkiverse.langchain4j"))) service_interface(v, c);
    for (const Index b : v.module.classes[c].bases)
      for (const ClassRule& r : agent_classes()) {
        const std::string& base = v.names.qualified(b);
        if (base.starts_with(r.root) && last_of(base) == r.last) { flow_class(v, c, r.framework); break; }
      }
  }
}

void observe_typed_models(View& v) {
  if (v.module.family <= code::Family::javascript || v.source.context == "test" || v.source.context == "vendored") return;
  std::set<std::string> seen;
  for (Index i = 0; i < v.module.expressions.size(); ++i) {
    const Expression& e = v.module.at(i);
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = v.names.callee(e);
    if (name.empty() || name[0] == '.') continue;
    const auto last = last_of(name);
    const bool builds = last == "build" && name.find("uilder") != std::string::npos;
    const bool adds = last.starts_with("Add") && (last.find("ChatCompletion") != std::string::npos || last.find("ChatClient") != std::string::npos || last.find("Embedding") != std::string::npos);
    const bool go = v.module.family == code::Family::go;
    if (!(e.text == "new" || builds || adds || go || last == "GetChatClient" || last == "GetEmbeddingClient")) continue;
    std::string vendor;
    for (const TypedModel& t : kTyped)
      if (name.find(t.part) != std::string::npos) { vendor = t.vendor; break; }
    if (vendor.empty() || (go && name.find('/') == std::string::npos)) continue;
    if (vendor == "openai" && name.find("ChatClient") != std::string::npos && !v.names.imports("OpenAI") && !v.names.imports("Azure.AI")) continue;
    Index given = kNone;
    for (const std::string_view key : {"modelName", "model", "modelId", "deploymentName", "Model", "embeddingModel"}) {
      const auto values = values_given(v, i, key);
      if (!values.empty()) { given = values[0]; break; }
    }
    if (given == kNone && (adds || last == "GetChatClient" || last == "GetEmbeddingClient" || last == "ChatClient")) given = v.module.argument(e, 0);
    if (given == kNone && last == "OllamaApiClient") given = v.module.argument(e, 1);
    if (given == kNone && go && one_of(last, {"WithModel", "GenerativeModel"})) given = v.module.argument(e, 0);
    if (given == kNone && go && one_of(last, {"GenerateContent", "GenerateContentStream"}) && vendor == "google") given = v.module.argument(e, 1);
    NamedModel model = model_named(v, given);
    if (go && model.name.empty() && given != kNone && name.find("genai") != std::string::npos && last == "GenerateContent") continue;
    const Place place = v.place(e.spot);
    if (model.name.empty() && !builds && e.text != "new" && !adds) continue;
    if (seen.insert("provider " + vendor).second) {
      ProviderFacts facts;
      facts.vendor = vendor;
      for (const std::string_view key : {"baseUrl", "endpoint", "BaseURL"})
        if (const auto url = values_given(v, i, key); !url.empty()) facts.base_url = names_string(v, url[0]);
      v.out.relate(v.app().id, RelationKind::uses_provider, v.out.add(make_asset(vendor, vendor, std::move(facts), place)), place);
    }
    // `model`, `any`: a word that stands for a name.
    const bool stands_for = model.name.find_first_of("0123456789-.:/") == std::string::npos && vendor_of("", model.name).empty();
    if (model.name.empty() || model.name.size() > 100 || stands_for || model.name == "N/A" || !seen.insert(model.name).second) continue;
    model.vendor = vendor;
    v.out.relate(v.app().id, RelationKind::uses_model, add_model(v, model, place), place);
  }
}

}  // namespace stormwatch::collect
