// SPDX-License-Identifier: Apache-2.0
#include "code/foreign_text.h"

#include <unordered_map>

#include "base/text.h"
#include "code/flow.h"

namespace stormwatch::code {

namespace {

/// What must be known of the object before a method's name counts.
enum class Of : std::uint8_t { anything, retriever, package, loader };

struct Source {
  std::uint32_t label = 0;
  Of of = Of::anything;
};

/// Methods by name. Many packages have a `search`; `similarity_search` is one of a vector store wherever it stands.
const std::unordered_map<std::string_view, Source>& methods() {
  static const std::unordered_map<std::string_view, Source> known = [] {
    std::unordered_map<std::string_view, Source> out;
    for (const char* name : {"similarity_search", "asimilarity_search", "similarity_search_with_score", "asimilarity_search_with_score", "similarity_search_with_relevance_scores", "similarity_search_by_vector", "max_marginal_relevance_search",
                             "get_relevant_documents", "aget_relevant_documents", "as_retriever", "similaritySearch", "similaritySearchWithScore", "similaritySearchVectorWithScore", "maxMarginalRelevanceSearch", "getRelevantDocuments", "asRetriever"})
      out[name] = {kRetrieved, Of::anything};
    for (const char* name : {"call_tool", "callTool", "call_tool_sync", "acall_tool", "execute_tool", "executeTool", "execute_tool_call", "executeToolCall", "run_tool", "runTool", "invoke_tool", "invokeTool"}) out[name] = {kToolResult, Of::anything};
    for (const char* name : {"invoke", "ainvoke", "retrieve", "aretrieve", "get", "call", "run"}) out[name] = {kRetrieved, Of::retriever};
    for (const char* name : {"query", "search", "query_points", "scroll", "near_text", "near_vector", "hybrid", "get_all", "text", "news", "extract", "search_and_contents", "scrape", "scrape_url", "crawl", "crawl_url", "summary", "page", "fetch", "retr", "results"})
      out[name] = {0, Of::package};
    for (const char* name : {"load", "aload", "lazy_load", "load_data", "aload_data", "load_and_split"}) out[name] = {kRetrieved, Of::loader};
    return out;
  }();
  return known;
}

struct Package {
  std::string_view root;
  std::uint32_t label;
};
constexpr Package kPackages[] = {{"chromadb", kRetrieved}, {"pinecone", kRetrieved}, {"@pinecone-database/pinecone", kRetrieved}, {"qdrant_client", kRetrieved}, {"@qdrant/js-client-rest", kRetrieved}, {"weaviate", kRetrieved}, {"pymilvus", kRetrieved},
                                 {"mem0", kRetrieved}, {"imaplib", kRetrieved}, {"imap_tools", kRetrieved}, {"poplib", kRetrieved}, {"tavily", kWebContent}, {"@tavily/core", kWebContent}, {"duckduckgo_search", kWebContent}, {"ddgs", kWebContent},
                                 {"exa_py", kWebContent}, {"firecrawl", kWebContent}, {"@mendable/firecrawl-js", kWebContent}, {"wikipedia", kWebContent}};

/// Calls known by their whole name that open a document; a document whose name the program itself holds is its own.
bool opens_document(std::string_view name) {
  return one_of(name, {"pypdf.PdfReader", "PyPDF2.PdfReader", "fitz.open", "pymupdf.open", "pdfplumber.open", "docx.Document", "docx2txt.process", "pdfminer.high_level.extract_text", "pdf-parse", "mammoth.extractRawText"});
}

bool is_constant(const Names& names, Index i) { return i != kNone && names.string_value(i).has_value(); }

/// The value that a method is called on, as far as it was made by one call.
Index maker_of(const Names& names, const Expression& callee) {
  if (callee.kind != ExpressionKind::attribute) return kNone;
  const Index made = names.literal_of(callee.parts[0]);
  return made != kNone && names.module().at(made).kind == ExpressionKind::call ? made : kNone;
}

/// WebBaseLoader(url).load(): pages; PyPDFLoader("handbook.pdf").load(): the program's own.
std::uint32_t loaded(const Names& names, const std::string& name, const Expression& callee) {
  if (!holds(name, {"Loader.", "Reader."})) return 0;
  if (holds(name, {"WebBaseLoader", "RecursiveUrlLoader", "SitemapLoader", "WebPageReader", "BeautifulSoupWebReader", "YoutubeLoader", "CheerioWebBaseLoader", "PlaywrightWebBaseLoader"})) return kWebContent;
  const Index maker = maker_of(names, callee);
  return maker == kNone || is_constant(names, names.module().argument(names.module().at(maker), 0)) ? 0 : static_cast<std::uint32_t>(kRetrieved);
}

/// The word before the method: "bm25_retriever" of self.bm25_retriever.invoke.
bool is_retriever(std::string_view name, const Module& m, const Expression& callee) {
  std::string_view object = name.substr(0, name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.'));
  const Expression& written = m.at(callee.parts[0]);
  for (const std::string_view word : {last_of(object), std::string_view(written.text)})
    if (const std::string low = lower(word); low.ends_with("retriever")) return true;
  return false;
}

std::uint32_t of_package(const Names& names, std::string_view name) {
  for (const Package& p : kPackages)
    if (name.starts_with(p.root) && name.size() > p.root.size() && name[p.root.size()] == '.') return p.label;
  const std::string_view object = last_of(name.substr(0, name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.')));
  if (!holds(lower(object), {"collection", "index", "qdrant", "tavily", "milvus", "memory"})) return 0;
  for (const Package& p : kPackages)
    if (names.imports(p.root)) return p.label;
  return 0;
}

/// TOOLS[name](**arguments), tools_by_name[call["name"]].invoke(call["args"]): whichever tool the model asked for.
bool runs_chosen_tool(const Names& names, const Expression& written) {
  const Module& m = names.module();
  // fn = TOOLS[name]; fn(...)
  const Index bound = written.kind == ExpressionKind::name ? names.literal_of(static_cast<Index>(&written - m.expressions.data())) : kNone;
  const Expression& callee = bound == kNone ? written : m.at(bound);
  const Expression& chosen = callee.kind == ExpressionKind::attribute && one_of(callee.text, {"invoke", "ainvoke", "run", "arun", "execute", "call", "func", "fn"}) ? m.at(callee.parts[0]) : callee;
  if (chosen.kind != ExpressionKind::subscript || chosen.parts.size() < 2 || is_constant(names, chosen.parts[1])) return false;
  const std::string table = lower(m.at(chosen.parts[0]).text);
  return holds(table, {"tool", "available_functions", "function_map", "functions_by_name"});
}

}  // namespace

std::uint32_t foreign_text_of(const Names& names, const Expression& call) {
  const Module& m = names.module();
  const Expression& callee = m.at(call.parts[0]);
  if (runs_chosen_tool(names, callee)) return kToolResult;
  const std::string& name = names.callee(call);
  if (opens_document(name)) return is_constant(names, m.argument(call, 0)) ? 0 : static_cast<std::uint32_t>(kRetrieved);
  const std::string_view last = callee.kind == ExpressionKind::attribute || callee.kind == ExpressionKind::name ? std::string_view(callee.text) : last_of(name);
  if (last == "execute" && name.ends_with(".messages.get.execute")) return kRetrieved;
  const auto found = methods().find(last);
  if (found == methods().end()) return 0;
  const bool method = callee.kind == ExpressionKind::attribute;
  switch (found->second.of) {
    case Of::anything: return found->second.label;
    case Of::retriever: return method && is_retriever(name, m, callee) ? found->second.label : 0;
    case Of::package: return of_package(names, name);
    case Of::loader: return method ? loaded(names, name, callee) : 0;
  }
  return 0;
}

}  // namespace stormwatch::code
