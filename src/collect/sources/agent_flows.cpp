// SPDX-License-Identifier: Apache-2.0
// Agents that were drawn, not written: workflows exported from n8n (JSON), Flowise chat flows and agent flows (JSON), Dify apps (YAML).
//
// Their nodes and edges are put down as code's are: agents, the models, tools, memory and stores that edges or settings give them,
// prompts, hand-offs, step limits, approval. Followed: n8n's workflow export, Flowise's flow export (v1 and v2), Dify's DSL 0.1-0.5.
// At most kMostNodes nodes of a flow are read; beyond them a Gap says so.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "collect/collector.h"
#include "collect/prompt_secrets.h"
#include "format/document.h"

namespace stormwatch::collect {
namespace {

constexpr std::size_t kMostNodes = 2'000, kMostEdges = 20'000, kMostTools = 100, kMostHandOffs = 200;

struct Word {
  std::string_view part, word;
};
/// Within the lower-case type of a model's node, or a provider's name.
constexpr Word kVendors[] = {{"azure", "azure-openai"}, {"openrouter", "openrouter"}, {"openai", "openai"}, {"anthropic", "anthropic"}, {"vertex", "google"}, {"google", "google"}, {"gemini", "google"}, {"mistral", "mistral"},
    {"ollama", "ollama"}, {"groq", "groq"}, {"bedrock", "amazon-bedrock"}, {"deepseek", "deepseek"}, {"cohere", "cohere"}, {"fireworks", "fireworks"}, {"together", "together"}, {"replicate", "replicate"},
    {"huggingface", "huggingface"}, {"perplexity", "perplexity"}, {"tongyi", "alibaba"}, {"alibaba", "alibaba"}, {"zhipu", "zhipu"}, {"xai", "xai"}, {"localai", "localai"}, {"watsonx", "ibm"}};
/// Within the lower-case type or name of a tool. A tool whose code the author of the flow wrote runs no code of the model's.
constexpr Word kAbilities[] = {{"codeinterpreter", "code-exec"}, {"code_interpreter", "code-exec"}, {"pythoninterpreter", "code-exec"}, {"executecommand", "code-exec"}, {"requestspost", "network-send"},
    {"requestsget", "browse"}, {"httprequest", "browse"}, {"http_request", "browse"}, {"webscraper", "browse"}, {"browser", "browse"}, {"serp", "browse"}, {"bravesearch", "browse"}, {"googlecustomsearch", "browse"}, {"google_search", "browse"}, {"tavily", "browse"},
    {"duckduckgo", "browse"}, {"searxng", "browse"}, {"wikipedia", "browse"}, {"exasearch", "browse"}, {"gmail", "message-send"}, {"slack", "message-send"}, {"telegram", "message-send"}, {"discord", "message-send"}, {"teams", "message-send"}, {"emailsend", "message-send"},
    {"readfile", "file-read"}, {"writefile", "file-write"}, {"postgres", "database"}, {"mysql", "database"}, {"mongodb", "database"}, {"sql", "database"}, {"airtable", "database"}, {"stripe", "transact"}, {"retriever", "read-sensitive"}, {"vectorstore", "read-sensitive"}};

std::string_view word_of(std::span<const Word> words, std::string_view text) {
  const std::string small = lower(text.substr(0, 200));
  for (const Word& w : words)
    if (holds(small, w.part)) return w.word;
  return {};
}

enum class Part : std::uint8_t { other, agent, model, tool, memory, store, people };

/// A node of any of the three, as far as it says something about agents.
struct FlowNode {
  Part part = Part::other;
  std::string name, type, vendor, model, prompt;
  std::vector<std::string> tools;  ///< that it names itself
  bool memory = false, approves = false;
  std::optional<std::int64_t> most_steps;
  std::uint32_t line = 0;
};

class Drawing {
 public:
  Drawing(const Source& source, std::string_view framework) : source_(source), framework_(framework), file_(source.member.empty() ? source.path : source.path + "!/" + source.member) {}

  void add(std::string id, FlowNode node) {
    if (nodes_.size() < kMostNodes) nodes_.emplace(std::move(id), std::move(node));
    else cut_ = true;
  }
  /// What `from` is or makes goes to `to`.
  void join(std::string from, std::string to) {
    if (edges_.size() < kMostEdges) edges_.emplace_back(std::move(from), std::move(to));
    else cut_ = true;
  }

  Observation put_down(std::string name) {
    Observation out;
    if (cut_) out.gaps.push_back({source_.path, source_.member, "over-limit", "the flow has more parts than are read"});
    const bool speaks = std::ranges::any_of(nodes_, [](const auto& n) { return n.second.part == Part::agent || n.second.part == Part::model || !n.second.model.empty(); });
    if (!speaks) return out;
    if (name.empty()) name = source_.name.substr(0, source_.name.rfind('.'));
    ApplicationFacts facts;
    facts.framework = framework_;
    const AssetId application = out.add(make_asset(file_, excerpt_of(name, 120), std::move(facts), source_.place()));
    std::map<std::string, AssetId> ids;
    for (const auto& [id, node] : nodes_)
      if (node.part == Part::agent) ids[id] = agent(out, application, id, node);
    for (const auto& [id, node] : nodes_) {
      if (node.part == Part::agent || (node.part == Part::other && node.model.empty())) continue;
      if (const auto user = ids.find(user_of(id)); user == ids.end()) give(out, application, node);
    }
    std::size_t looked = 0;
    for (const auto& [from, to] : edges_)
      if (ids.contains(from) && ids.contains(to) && from != to && ++looked <= kMostHandOffs && !leads(to, from)) out.relate(ids[from], RelationKind::calls_agent, ids[to], place(nodes_.at(from)));
    return out;
  }

 private:
  [[nodiscard]] Place place(const FlowNode& node) const { return source_.place_of_line(node.line); }

  /// A way back to where the work came from: a circle that is drawn ends at a condition, and is not one agent asking another.
  [[nodiscard]] bool leads(const std::string& from, const std::string& to) const {
    std::multimap<std::string_view, std::string_view> next(edges_.begin(), edges_.end());
    std::set<std::string_view> seen{from};
    std::vector<std::string_view> stack{from};
    while (!stack.empty()) {
      const std::string_view at = stack.back();
      stack.pop_back();
      if (at == to) return true;
      for (auto [edge, end] = next.equal_range(at); edge != end; ++edge)
        if (seen.insert(edge->second).second) stack.push_back(edge->second);
    }
    return false;
  }

  /// The agent that an edge from the node leads to; "".
  [[nodiscard]] std::string user_of(const std::string& id) const {
    for (const auto& [from, to] : edges_)
      if (from == id)
        if (const auto at = nodes_.find(to); at != nodes_.end() && at->second.part == Part::agent) return to;
    return {};
  }

  AssetId agent(Observation& out, AssetId application, const std::string& id, const FlowNode& node) {
    AgentFacts facts;
    facts.framework = framework_;
    facts.model_name = node.model;
    facts.max_steps = node.most_steps;
    if (node.memory) facts.memory = true;
    if (node.approves) facts.human_approval = true;
    std::vector<const FlowNode*> parts;
    for (const auto& [from, to] : edges_) {
      const auto at = nodes_.find(from);
      if (to != id || at == nodes_.end()) continue;
      parts.push_back(&at->second);
      if (at->second.part == Part::model && facts.model_name.empty()) facts.model_name = at->second.model;
      if (at->second.part == Part::memory) facts.memory = true;
    }
    const auto able = [&](std::string_view tool) {
      const std::string_view word = word_of(kAbilities, tool);
      if (!word.empty() && std::ranges::find(facts.capabilities, word) == facts.capabilities.end()) facts.capabilities.emplace_back(word);
      if (word == "browse") { facts.browses_web = true; facts.reads_untrusted = true; }
    };
    for (const std::string& tool : node.tools) able(tool);
    for (const FlowNode* part : parts)
      if (part->part == Part::tool || part->part == Part::store) able(part->type);
    const AssetId made = out.add(make_asset(file_ + "#" + id, excerpt_of(node.name, 80), std::move(facts), place(node)));
    out.relate(application, RelationKind::contains, made, place(node));
    FlowNode own = node;
    own.part = Part::model;
    give(out, made, own);
    for (const std::string& tool : node.tools) give(out, made, {.part = Part::tool, .name = tool, .type = tool, .line = node.line});
    for (const FlowNode* part : parts)
      if (part->part != Part::agent) give(out, made, *part);
    return made;
  }

  /// Relates an agent or the application to what the node is.
  void give(Observation& out, AssetId user, const FlowNode& node) {
    if (!node.prompt.empty()) {
      PromptFacts facts;
      facts.role = "system";
      facts.text = excerpt_of(node.prompt, 400);
      facts.length = static_cast<std::int64_t>(node.prompt.size());
      Asset prompt = make_asset(file_ + "#" + node.name + " prompt at line " + std::to_string(node.line), excerpt_of(node.name, 80) + " prompt", std::move(facts), place(node));
      prompt.sightings = read_prompt_secrets(node.prompt, [&](std::size_t) { return place(node); });
      out.relate(user, RelationKind::has_prompt, out.add(std::move(prompt)), place(node));
    }
    if (!node.model.empty() && !node.vendor.empty()) {
      ModelFacts facts;
      facts.source = node.vendor;
      facts.publisher = node.vendor;
      out.relate(user, RelationKind::uses_model, out.add(make_asset(node.vendor + "/" + node.model, node.model, std::move(facts), place(node))), place(node));
    }
    if (node.part == Part::tool) {
      ToolFacts facts;
      if (const auto word = word_of(kAbilities, node.type); !word.empty()) facts.capabilities = {std::string(word)};
      out.relate(user, RelationKind::has_tool, out.add(make_asset(file_ + "#" + node.name, excerpt_of(node.name, 80), std::move(facts), place(node))), place(node));
    } else if (node.part == Part::memory) {
      MemoryFacts facts;
      out.relate(user, RelationKind::has_memory, out.add(make_asset(file_ + "#" + node.name, excerpt_of(node.name, 80), std::move(facts), place(node))), place(node));
    } else if (node.part == Part::store) {
      VectorStoreFacts facts;
      facts.product = node.type;
      out.relate(user, RelationKind::reads, out.add(make_asset(file_ + "#" + node.name, excerpt_of(node.name, 80), std::move(facts), place(node))), place(node));
    }
  }

  const Source& source_;
  std::string_view framework_;
  std::string file_;
  std::map<std::string, FlowNode> nodes_;
  std::vector<std::pair<std::string, std::string>> edges_;
  bool cut_ = false;
};

std::string text_at(const Node& node, std::string_view path) {
  const Node* found = node.at_path(path);
  return found && found->is_scalar() ? found->scalar : std::string();
}
bool yes_at(const Node& node, std::string_view path) {
  const Node* found = node.at_path(path);
  return found && found->as_bool() == true;
}
std::optional<std::int64_t> number_at(const Node& node, std::string_view path) {
  const std::string text = text_at(node, path);
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoll(text);
}

Observation read_n8n(const Node& flow, const Source& source) {
  Drawing drawing(source, "n8n");
  for (const Node& n : flow.find("nodes")->items) {
    const std::string type(n.text("type"));
    const std::string kind = type.substr(type.rfind('.') + 1);
    const bool of_models = holds(type, "n8n-nodes-langchain");
    FlowNode node{.name = std::string(n.text("name")), .type = kind, .line = n.line};
    if (of_models && (kind == "agent" || kind == "agentTool" || kind == "openAiAssistant" || kind.starts_with("chain"))) node.part = Part::agent;
    else if (of_models && kind.starts_with("lm")) node.part = Part::model;
    else if (of_models && (kind.starts_with("tool") || kind == "mcpClientTool")) node.part = Part::tool;
    else if (of_models && kind.starts_with("memory")) node.part = Part::memory;
    else if (of_models && kind.starts_with("vectorStore")) node.part = Part::store;
    else if (kind.ends_with("Tool")) node.part = Part::tool;
    if (node.part == Part::agent || node.part == Part::model) {
      for (const char* path : {"parameters.model.value", "parameters.model", "parameters.modelName", "parameters.modelId.value"})
        if (node.model.empty()) node.model = text_at(n, path);
      if (node.model.starts_with("models/")) node.model.erase(0, 7);
      node.vendor = word_of(kVendors, kind);
      for (const char* path : {"parameters.options.systemMessage", "parameters.systemMessage", "parameters.instructions"})
        if (node.prompt.empty()) node.prompt = text_at(n, path);
      node.most_steps = number_at(n, "parameters.options.maxIterations");
    }
    std::string id = node.name;  // n8n's connections name nodes
    drawing.add(std::move(id), std::move(node));
  }
  if (const Node* connections = flow.find("connections"); connections && connections->is_map())
    for (const Node::Member& from : connections->members)
      for (const Node::Member& port : from.value.members)
        if (port.key.starts_with("ai_"))
          for (const Node& slot : port.value.items)
            for (const Node& edge : slot.items) drawing.join(from.key, std::string(edge.text("node")));
  return drawing.put_down(std::string(flow.text("name")));
}

Observation read_flowise(const Node& flow, const Source& source) {
  Drawing drawing(source, "flowise");
  for (const Node& n : flow.find("nodes")->items) {
    const Node* data = n.find("data");
    if (!data || !data->is_map()) continue;
    const std::string category(data->text("category")), type(data->text("type"));
    FlowNode node{.name = std::string(data->text("label")), .type = std::string(data->text("name")), .line = n.line};
    if (category == "Agent Flows" && (type == "Agent" || type == "LLM" || type == "ConditionAgent")) node.part = Part::agent;
    else if (category == "Agents" || category == "Multi Agents" || (category == "Sequential Agents" && (type == "Agent" || type == "LLMNode" || type == "ConditionAgent"))) node.part = Part::agent;
    else if (category == "Chat Models" || category == "LLMs") node.part = Part::model;
    else if (category.starts_with("Tools")) node.part = Part::tool;
    else if (category == "Memory") node.part = Part::memory;
    else if (category == "Vector Stores") node.part = Part::store;
    const Node* inputs = data->find("inputs");
    if (inputs && inputs->is_map()) {
      for (const char* word : {"agent", "llm", "conditionAgent"}) {
        const std::string of(word);
        if (node.model.empty()) node.model = text_at(*inputs, of + "ModelConfig.modelName");
        if (node.vendor.empty()) node.vendor = word_of(kVendors, inputs->text(of + "Model"));
        node.memory |= yes_at(*inputs, of + "EnableMemory");
        if (const Node* messages = inputs->find(of + "Messages"); messages && messages->is_list())
          for (const Node& message : messages->items)
            if (message.text("role") == "system" && node.prompt.empty()) node.prompt = message.text("content");
      }
      if (const Node* tools = inputs->find("agentTools"); tools && tools->is_list())
        for (const Node& tool : tools->items) {
          const std::string name(tool.text("agentSelectedTool"));
          if (!name.empty() && node.tools.size() < kMostTools) node.tools.push_back(name);
          node.approves |= yes_at(tool, "agentSelectedToolRequiresHumanInput");
        }
      if (node.part == Part::model) {
        node.model = inputs->text("modelName");
        node.vendor = word_of(kVendors, node.type);
      }
      for (const char* key : {"systemMessage", "systemMessagePrompt", "workerPrompt", "supervisorPrompt", "agentInstructions"})
        if (node.prompt.empty()) node.prompt = inputs->text(key);
      for (const char* key : {"maxIterations", "recursionLimit"})
        if (!node.most_steps) node.most_steps = number_at(*inputs, key);
      node.approves |= yes_at(*inputs, "interrupt");
    }
    if (node.name.empty()) node.name = node.type;
    drawing.add(std::string(n.text("id")), std::move(node));
  }
  if (const Node* edges = flow.find("edges"); edges && edges->is_list())
    for (const Node& edge : edges->items) drawing.join(std::string(edge.text("source")), std::string(edge.text("target")));
  return drawing.put_down({});
}

/// "langgenius/openai/openai" and "openai".
void take_model(const Node* model, FlowNode& node) {
  if (!model || !model->is_map()) return;
  node.model = model->text("name", model->text("model"));
  const std::string provider(model->text("provider"));
  node.vendor = word_of(kVendors, provider);
  if (node.vendor.empty()) node.vendor = provider.substr(provider.rfind('/') + 1);
}

Observation read_dify(const Node& app, const Source& source) {
  Drawing drawing(source, "dify");
  const std::string name = text_at(app, "app.name");
  if (const Node* settings = app.find("model_config"); settings && settings->is_map()) {
    FlowNode node{.part = Part::agent, .name = name.empty() ? "agent" : name, .line = settings->line};
    take_model(settings->find("model"), node);
    node.prompt = settings->text("pre_prompt");
    node.most_steps = number_at(*settings, "agent_mode.max_iteration");
    if (const Node* tools = settings->at_path("agent_mode.tools"); tools && tools->is_list())
      for (const Node& tool : tools->items)
        if (node.tools.size() < kMostTools && !tool.text("tool_name").empty() && text_at(tool, "enabled") != "false") node.tools.emplace_back(tool.text("tool_name"));
    if (const Node* sets = settings->at_path("dataset_configs.datasets.datasets"); sets && sets->is_list() && !sets->items.empty()) {
      drawing.add("#knowledge", {.part = Part::store, .name = "knowledge", .type = "dify", .line = sets->line});
      drawing.join("#knowledge", "#agent");
    }
    drawing.add("#agent", std::move(node));
  }
  if (const Node* nodes = app.at_path("workflow.graph.nodes"); nodes && nodes->is_list())
    for (const Node& n : nodes->items) {
      const Node* data = n.find("data");
      if (!data || !data->is_map()) continue;
      const std::string type(data->text("type"));
      FlowNode node{.name = std::string(data->text("title", type)), .type = type, .line = n.line};
      if (type == "llm") {
        node.part = Part::agent;
        take_model(data->find("model"), node);
        if (const Node* prompts = data->find("prompt_template"); prompts && prompts->is_list())
          for (const Node& prompt : prompts->items)
            if (prompt.text("role") == "system" && node.prompt.empty()) node.prompt = prompt.text("text");
        node.memory = data->find("memory") && data->find("memory")->is_map();
      } else if (type == "agent") {
        node.part = Part::agent;
        take_model(data->at_path("agent_parameters.model.value"), node);
        node.prompt = text_at(*data, "agent_parameters.instruction.value");
        node.most_steps = number_at(*data, "agent_parameters.maximum_iterations.value");
        if (const Node* tools = data->at_path("agent_parameters.tools.value"); tools && tools->is_list())
          for (const Node& tool : tools->items)
            if (node.tools.size() < kMostTools && !tool.text("tool_name").empty()) node.tools.emplace_back(tool.text("tool_name"));
      } else if (type == "tool") {
        node.part = Part::tool;
        if (!data->text("tool_name").empty()) node.type = data->text("tool_name");
      } else if (type == "knowledge-retrieval") {
        node.part = Part::store;
        node.type = "dify";
      }
      drawing.add(std::string(n.text("id")), std::move(node));
    }
  if (const Node* edges = app.at_path("workflow.graph.edges"); edges && edges->is_list())
    for (const Node& edge : edges->items) drawing.join(std::string(edge.text("source")), std::string(edge.text("target")));
  return drawing.put_down(name);
}

bool wants(const Source& source) {
  if (source.cut || source.text.empty() || source.bytes.size() > (16U << 20)) return false;
  const auto has = [&](std::string_view word) { return holds(source.text, word); };
  if (source.kind == format::ContentKind::yaml) return has("kind: app") && (has("workflow:") || has("model_config:")) && has("mode:");
  if (source.kind != format::ContentKind::json || !has("\"nodes\"")) return false;
  return (has("n8n-nodes") && has("\"connections\"")) || (has("\"edges\"") && has("\"category\"") && has("\"inputs\"") && (has("\"Agent Flows\"") || has("\"baseClasses\"")));
}

Result<Observation> read(const Source& source) {
  if (source.kind == format::ContentKind::yaml) {
    auto documents = format::parse_yaml(source.text, *source.limits);
    if (!documents) return std::unexpected(documents.error());
    for (const Node& document : *documents)
      if (document.text("kind") == "app" && document.find("app")) return read_dify(document, source);
    return Observation{};
  }
  auto document = format::parse_json(source.text, *source.limits);
  if (!document) return std::unexpected(document.error());
  const Node* nodes = document->find("nodes");
  if (!nodes || !nodes->is_list()) return Observation{};
  return document->find("connections") ? read_n8n(*document, source) : read_flowise(*document, source);
}

}  // namespace

extern const Collector agent_flows;
const Collector agent_flows{.name = "agent flows", .wants = wants, .read = read};

}  // namespace stormwatch::collect
