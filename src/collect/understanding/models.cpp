// SPDX-License-Identifier: Apache-2.0
// Models, providers, data sets and vector stores that code names.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "collect/understanding/agent_values.h"
#include "collect/understanding/view.h"

namespace stormwatch::collect {

namespace {

using code::Expression;
using code::ExpressionKind;
using code::Index;
using code::kNone;

bool starts(std::string_view name, std::string_view root) {
  return name.starts_with(root) && (name.size() == root.size() || name[root.size()] == '.' || name[root.size()] == '_' || name[root.size()] == '/' || name[root.size()] == '-');
}
struct Vendor {
  std::string_view root, vendor;
};
constexpr Vendor kVendors[] = {{"openai", "openai"}, {"agents", "openai"}, {"langchain_openai", "openai"}, {"@langchain/openai", "openai"}, {"@ai-sdk/openai", "openai"}, {"llama_index.llms.openai", "openai"},
    {"anthropic", "anthropic"}, {"@anthropic-ai", "anthropic"}, {"langchain_anthropic", "anthropic"}, {"@langchain/anthropic", "anthropic"}, {"@ai-sdk/anthropic", "anthropic"}, {"llama_index.llms.anthropic", "anthropic"}, {"claude_agent_sdk", "anthropic"},
    {"google.generativeai", "google"}, {"google.genai", "google"}, {"vertexai", "google"}, {"langchain_google", "google"}, {"langchain_google_genai", "google"}, {"langchain_google_vertexai", "google"}, {"@google/generative-ai", "google"}, {"@google/genai", "google"}, {"google.adk", "google"}, {"@langchain/google", "google"},
    {"mistralai", "mistral"}, {"langchain_mistralai", "mistral"}, {"@mistralai", "mistral"}, {"cohere", "cohere"}, {"langchain_cohere", "cohere"}, {"cohere-ai", "cohere"}, {"groq", "groq"}, {"langchain_groq", "groq"}, {"groq-sdk", "groq"},
    {"ollama", "ollama"}, {"langchain_ollama", "ollama"}, {"llama_index.llms.ollama", "ollama"}, {"together", "together"}, {"langchain_together", "together"}, {"replicate", "replicate"}, {"langchain_aws", "amazon-bedrock"}, {"@aws-sdk/client-bedrock-runtime", "amazon-bedrock"},
    {"huggingface_hub", "huggingface"}, {"langchain_huggingface", "huggingface"}, {"fireworks", "fireworks"}, {"dashscope", "alibaba"}, {"zhipuai", "zhipu"}, {"deepseek", "deepseek"}, {"voyageai", "voyage"}, {"ai21", "ai21"}, {"perplexity", "perplexity"}};

constexpr Vendor kModelNames[] = {{"gpt-", "openai"}, {"chatgpt-", "openai"}, {"o1", "openai"}, {"o3", "openai"}, {"o4-mini", "openai"}, {"text-embedding-", "openai"}, {"text-davinci", "openai"}, {"dall-e", "openai"}, {"whisper-1", "openai"}, {"tts-1", "openai"},
    {"claude-", "anthropic"}, {"gemini-", "google"}, {"text-bison", "google"}, {"mistral-", "mistral"}, {"open-mistral", "mistral"}, {"codestral", "mistral"}, {"command-r", "cohere"}, {"embed-english", "cohere"}, {"deepseek-", "deepseek"}, {"grok-", "xai"},
    {"anthropic.claude", "amazon-bedrock"}, {"amazon.titan", "amazon-bedrock"}, {"amazon.nova", "amazon-bedrock"}, {"qwen-", "alibaba"}, {"glm-", "zhipu"}, {"voyage-", "voyage"}};

bool is_hub_name(std::string_view name) {
  if (name.empty() || name.size() > 120 || name[0] == '.' || name[0] == '/' || name[0] == '~' || name.find("://") != std::string_view::npos || name.find(' ') != std::string_view::npos || name.find('\\') != std::string_view::npos || name.find('{') != std::string_view::npos) return false;
  return std::ranges::count(name, '/') <= 1 && !name.ends_with("/");
}

bool is_commit(std::string_view revision) {
  return revision.size() == 40 && revision.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A path in the code as the target knows it: relative to the file's folder, or to the root. "" when no such file is there.
std::string resolved_path(const View& v, std::string_view written) {
  if (!v.source.files || written.empty()) return {};
  while (written.starts_with("./")) written.remove_prefix(2);
  std::string folder(v.source.folder());
  while (written.starts_with("../")) {
    written.remove_prefix(3);
    const auto slash = folder.rfind('/');
    folder = slash == std::string::npos ? std::string() : folder.substr(0, slash);
  }
  const std::string beside = folder.empty() ? std::string(written) : folder + "/" + std::string(written);
  if (v.source.files->contains(beside)) return beside;
  if (v.source.files->contains(written)) return std::string(written);
  const std::string& app = v.out.assets[v.application].key;
  const std::string below = app + "/" + std::string(written);
  return v.source.files->contains(below) ? below : std::string();
}

AssetId add_provider(View& v, const std::string& vendor, const std::string& base_url, Place place) {
  ProviderFacts facts;
  facts.vendor = vendor;
  facts.base_url = base_url;
  const AssetId id = v.out.add(make_asset(vendor, vendor, std::move(facts), place));
  v.out.relate(v.app().id, RelationKind::uses_provider, id, place);
  return id;
}

void hosted(View& v, const Expression& call, const std::string& name) {
  if (one_of(last_of(name), {"import_module", "getenv", "get", "print", "append", "info", "debug", "error", "warning"})) return;
  Index written = kNone;
  for (const char* key : {"model", "model_name", "model_id", "modelId", "deployment_name", "azure_deployment", "engine", "llm"}) {
    written = v.module.keyword(call, key);
    if (written != kNone && names_string(v, written).empty() == false) break;
  }
  std::string model = written == kNone ? std::string() : names_string(v, written);
  const std::string last(last_of(name));
  const bool constructor = !last.empty() && ((last[0] >= 'A' && last[0] <= 'Z') || one_of(last, {"create", "openai", "anthropic", "google", "init_chat_model", "completion", "acompletion", "LiteLlm", "parse", "chat", "generate", "generate_content"}));
  if (!constructor) return;
  if (model.empty() && one_of(last, {"GenerativeModel", "LM", "LLM", "openai", "anthropic", "google", "init_chat_model", "OpenAIModel", "AnthropicModel", "GeminiModel", "Claude", "OpenAIChat"})) {
    written = v.module.argument(call, 0);
    model = names_string(v, written);
  }
  std::string vendor = vendor_of(name, model);
  for (const char split : {':', '/'}) {
    // "openai:gpt-4o", "anthropic/claude-..."
    const auto at = model.find(split);
    if (at != std::string::npos && at > 0 && at < 24 && (name.find("litellm") != std::string::npos || name.find("LiteLlm") != std::string::npos || last == "init_chat_model" || name.find("pydantic_ai") != std::string::npos || name.starts_with("crewai") || name.starts_with("dspy"))) {
      vendor = model.substr(0, at);
      model = model.substr(at + 1);
    }
  }
  std::string base_url;
  for (const char* key : {"base_url", "api_base", "baseURL", "azure_endpoint", "endpoint", "openai_api_base"}) {
    base_url = names_string(v, v.module.keyword(call, key));
    if (!base_url.empty()) break;
  }
  if (vendor.empty()) return;
  if (vendor == "huggingface" && name.find("Inference") == std::string::npos && name.find("Endpoint") == std::string::npos) return;  // runs here
  const Place place = v.place(call.spot);
  if (!base_url.empty() && base_url.find("://") != std::string::npos) {
    std::string host = base_url.substr(base_url.find("://") + 3);
    host = host.substr(0, host.find_first_of("/:"));
    if (vendor == "openai" && !host.ends_with("openai.com")) vendor = host.ends_with("azure.com") ? "azure-openai" : host;
  }
  if (name.find("Azure") != std::string::npos) vendor = "azure-openai";
  const AssetId provider = add_provider(v, vendor, base_url, place);
  (void)provider;
  if (model.empty() || model.size() > 120 || model.find(' ') != std::string::npos || model.find("{}") != std::string::npos) return;
  ModelFacts facts;
  facts.source = vendor;
  facts.publisher = vendor;
  const AssetId id = v.out.add(make_asset(vendor + "/" + model, model, std::move(facts), place));
  v.out.relate(v.app().id, RelationKind::uses_model, id, place);
}

void hub(View& v, const Expression& call, const std::string& name, std::set<std::string>& named) {
  const auto last = last_of(name);
  static constexpr std::string_view roots[] = {"transformers", "diffusers", "sentence_transformers", "peft", "huggingface_hub", "unsloth", "optimum", "timm", "auto_gptq", "awq", "ctransformers", "trl", "vllm", "FlagEmbedding", "@xenova/transformers", "@huggingface/transformers", "adapters", "setfit", "flair", "open_clip", "InstructorEmbedding", "langchain_huggingface", "langchain_community.embeddings"};
  const bool known = std::ranges::any_of(roots, [&](std::string_view r) { return name.starts_with(r); });
  Index written = kNone;
  if (last == "from_pretrained") {
    written = v.module.argument(call, 0, "pretrained_model_name_or_path");
    if (!known && !name.starts_with(".") && name.find('.') == std::string::npos) return;
  } else if (!known) {
    return;
  } else if (last == "pipeline") {
    written = v.module.argument(call, 1, "model");
  } else if (one_of(last, {"SentenceTransformer", "CrossEncoder", "LLM", "HuggingFaceEmbeddings", "FlagModel", "BGEM3FlagModel", "create_model"})) {
    written = v.module.argument(call, 0, "model");
    if (names_string(v, written).empty()) written = v.module.argument(call, 0, "model_name");
  } else if (one_of(last, {"hf_hub_download", "snapshot_download"})) {
    written = v.module.argument(call, 0, "repo_id");
  } else {
    return;
  }
  std::string model = names_string(v, written);
  if (model.empty() || !named.insert(model + "@" + std::to_string(call.spot.line)).second) return;
  const Place place = v.place(call.spot);
  ModelFacts facts;
  const auto remote = v.names.boolean_value(v.module.keyword(call, "trust_remote_code"));
  if (remote) facts.remote_code = *remote;
  std::string key = resolved_path(v, model);
  if (!key.empty()) {
    v.out.relate(v.app().id, RelationKind::loads, v.out.add(make_asset("file:" + key, model, std::move(facts), place)), place);
    return;
  }
  if (!is_hub_name(model)) return;
  if (model.find('/') == std::string::npos && name.starts_with("sentence_transformers")) model = "sentence-transformers/" + model;
  facts.source = "huggingface";
  if (const auto slash = model.find('/'); slash != std::string::npos) facts.publisher = model.substr(0, slash);
  facts.revision = names_string(v, v.module.keyword(call, "revision"));
  facts.pinned = is_commit(facts.revision);
  if (names_string(v, v.module.keyword(call, "repo_type")) == "dataset") {
    DatasetFacts data;
    data.source = "huggingface";
    data.public_source = true;
    v.out.relate(v.app().id, RelationKind::loads, v.out.add(make_asset("hf:" + model, model, std::move(data), place)), place);
    return;
  }
  const std::string revision = facts.revision;
  const bool pinned = facts.pinned == true;
  Asset asset = make_asset("hf:" + model, model, std::move(facts), place);
  if (!pinned) {
    Sighting s{.what = "unsafe-load", .subject = "unpinned-revision", .detail = "model " + model + " is loaded " + (revision.empty() ? "without a revision" : "from the branch or tag " + revision)};
    s.excerpt = excerpt_of(model);
    s.place = place;
    s.context = v.source.context;
    asset.sightings.push_back(std::move(s));
  }
  v.out.relate(v.app().id, RelationKind::uses_model, v.out.add(std::move(asset)), place);
}

void files(View& v, const Expression& call, const std::string& name) {
  static constexpr std::string_view loads[] = {"torch.load", "joblib.load", "pickle.load", "dill.load", "cloudpickle.load", "keras.models.load_model", "tensorflow.keras.models.load_model", "safetensors.torch.load_file", "onnxruntime.InferenceSession",
      "llama_cpp.Llama", "xgboost.Booster.load_model", "torch.jit.load", "tf_keras.models.load_model", "onnx.load", "keras.saving.load_model", "tensorflow.saved_model.load", "ultralytics.YOLO", "fasttext.load_model", "gensim.models.KeyedVectors.load", "numpy.load"};
  if (std::ranges::find(loads, name) == std::end(loads)) return;
  Index written = v.module.argument(call, 0, name == "llama_cpp.Llama" ? "model_path" : "filename");
  if (written == kNone) return;
  // pickle.load(open(path, "rb")), pickle.load(f) with f from `with open(path) as f`
  const Index literal = v.names.literal_of(written);
  if (literal != kNone && v.module.at(literal).kind == ExpressionKind::call && v.names.callee(v.module.at(literal)) == "open") written = v.module.argument(v.module.at(literal), 0);
  const std::string path = resolved_path(v, v.names.pattern_of(written));
  if (path.empty()) return;
  const Place place = v.place(call.spot);
  v.out.relate(v.app().id, RelationKind::loads, v.out.add(make_asset("file:" + path, path.substr(path.rfind('/') + 1), ModelFacts{}, place)), place);
}

void data_sets(View& v, const Expression& call, const std::string& name) {
  const bool hub_data = name == "datasets.load_dataset" || name == "load_dataset";
  const bool file_data = one_of(name, {"pandas.read_csv", "pandas.read_json", "pandas.read_parquet"});
  if (!hub_data && !file_data) return;
  const std::string written = names_string(v, v.module.argument(call, 0, "path"));
  if (written.empty()) return;
  const Place place = v.place(call.spot);
  DatasetFacts facts;
  std::string key = resolved_path(v, written);
  if (!key.empty()) key = "file:" + key;
  else if (hub_data && is_hub_name(written) && !one_of(written, {"json", "csv", "text", "parquet", "imagefolder", "arrow", "webdataset"})) {
    key = "hf:" + written;
    facts.source = "huggingface";
    facts.public_source = true;
  } else {
    return;
  }
  v.out.relate(v.app().id, RelationKind::loads, v.out.add(make_asset(key, written, std::move(facts), place)), place);
}

struct StoreRule {
  std::string_view root, last, product;
};
constexpr StoreRule kStores[] = {{"chromadb", "", "chroma"}, {"langchain_chroma", "Chroma", "chroma"}, {"pinecone", "", "pinecone"}, {"langchain_pinecone", "", "pinecone"}, {"qdrant_client", "", "qdrant"}, {"langchain_qdrant", "", "qdrant"}, {"weaviate", "", "weaviate"},
    {"langchain_weaviate", "", "weaviate"}, {"pymilvus", "", "milvus"}, {"langchain_milvus", "", "milvus"}, {"faiss", "", "faiss"}, {"lancedb", "", "lancedb"}, {"pgvector", "", "pgvector"}, {"langchain_postgres", "", "pgvector"}, {"llama_index.vector_stores.chroma", "", "chroma"},
    {"llama_index.vector_stores.pinecone", "", "pinecone"}, {"llama_index.vector_stores.qdrant", "", "qdrant"}, {"@pinecone-database/pinecone", "", "pinecone"}, {"@qdrant/js-client-rest", "", "qdrant"}, {"weaviate-ts-client", "", "weaviate"}, {"elasticsearch", "", "elasticsearch"}};

void vector_stores(View& v, const Expression& call, const std::string& name, std::set<std::string>& made) {
  std::string product;
  for (const StoreRule& r : kStores)
    if (starts(name, r.root)) product = r.product;
  if (product == "elasticsearch" && name.find("ector") == std::string::npos) return;
  if (product.empty() && (name.starts_with("langchain_community.vectorstores") || name.starts_with("langchain.vectorstores") || name.starts_with("@langchain/community/vectorstores"))) {
    std::string_view rest(name);
    for (const std::string_view known : {"Chroma", "FAISS", "Pinecone", "Qdrant", "Weaviate", "Milvus", "PGVector", "LanceDB", "Redis", "DeepLake"})
      if (rest.find(known) != std::string_view::npos) { product = known; std::ranges::transform(product, product.begin(), [](unsigned char c) { return std::tolower(c); }); }
  }
  if (product.empty() || !made.insert(product).second) return;
  VectorStoreFacts facts;
  facts.product = product;
  for (const char* key : {"url", "host", "uri", "location", "connection_string"}) {
    facts.url = names_string(v, v.module.keyword(call, key));
    if (!facts.url.empty()) break;
  }
  if (v.module.keyword(call, "api_key") != kNone || v.module.keyword(call, "auth_client_secret") != kNone || v.module.keyword(call, "auth_credentials") != kNone) facts.authenticated = true;
  const Place place = v.place(call.spot);
  const AssetId id = v.out.add(make_asset(v.app().key + "#" + product, product, std::move(facts), place));
  v.out.relate(v.app().id, RelationKind::reads, id, place);
}

/// Amazon Bedrock's knowledge bases, asked by id: retrieve(knowledgeBaseId=...), AmazonKnowledgeBasesRetriever(knowledge_base_id=...).
void knowledge_bases(View& v, const Expression& call, const std::string& name, std::set<std::string>& made) {
  static constexpr std::string_view calls[] = {"retrieve", "retrieve_and_generate", "retrieve_and_generate_stream", "AmazonKnowledgeBasesRetriever", "AmazonKnowledgeBaseRetriever", "RetrieveCommand", "RetrieveAndGenerateCommand"};
  if (std::ranges::find(calls, last_of(name)) == std::end(calls)) return;
  const auto member = [&](Index map, std::string_view key) {
    const Index at = map == kNone ? kNone : v.names.literal_of(map);
    return at == kNone || v.module.at(at).kind != ExpressionKind::map ? kNone : v.module.member(v.module.at(at), key);
  };
  Index given = v.names.option(call, "knowledgeBaseId");
  if (given == kNone) given = v.names.option(call, "knowledge_base_id");
  if (given == kNone) given = member(member(v.names.option(call, "retrieveAndGenerateConfiguration"), "knowledgeBaseConfiguration"), "knowledgeBaseId");
  if (given == kNone) return;
  std::string id = names_string(v, given);
  if (id.empty() || id.size() > 60) id = "knowledge base";
  if (!made.insert("bedrock " + id).second) return;
  VectorStoreFacts facts;
  facts.product = "bedrock-knowledge-base";
  facts.authenticated = true;  // AWS signs each request
  const Place place = v.place(call.spot);
  v.out.relate(v.app().id, RelationKind::reads, v.out.add(make_asset(v.app().key + "#bedrock-" + id, id, std::move(facts), place)), place);
}

}  // namespace

std::string names_string(const View& v, Index i) { return v.names.string_value(i).value_or(""); }

std::string vendor_of(std::string_view callee, std::string_view model) {
  std::string found;
  std::size_t longest = 0;
  for (const Vendor& k : kVendors)
    if (starts(callee, k.root) && k.root.size() > longest) { found = k.vendor; longest = k.root.size(); }
  if (!found.empty() && found != "openai") return found;
  for (const Vendor& k : kModelNames)
    if (model.starts_with(k.root)) return found.empty() ? std::string(k.vendor) : found;
  return found;
}

void observe_models(View& view) {
  if (view.module.family > code::Family::javascript) return observe_typed_models(view);
  std::set<std::string> named, stores;
  for (const Expression& e : view.module.expressions) {
    if (e.kind != ExpressionKind::call) continue;
    const std::string& name = view.names.callee(e);
    if (name.empty()) continue;
    hosted(view, e, name);
    hub(view, e, name, named);
    files(view, e, name);
    data_sets(view, e, name);
    vector_stores(view, e, name, stores);
    knowledge_bases(view, e, name, stores);
  }
}

}  // namespace stormwatch::collect
