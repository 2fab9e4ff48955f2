// SPDX-License-Identifier: Apache-2.0
// Names are those of the frameworks' public references as of 2026.
#include "collect/understanding/agent_rules.h"

#include <algorithm>

namespace stormwatch::collect {

namespace {

const AgentRule kRules[] = {
    {"langchain", "langchain", {"AgentExecutor", "initialize_agent", "create_agent", "create_react_agent", "create_openai_functions_agent", "create_tool_calling_agent", "create_sql_agent", "create_pandas_dataframe_agent", "create_csv_agent", "create_python_agent", "create_openai_tools_agent", "create_structured_chat_agent", "create_json_chat_agent", "create_xml_agent"}},
    {"langgraph", "langgraph", {"create_react_agent", "StateGraph", "create_supervisor", "create_swarm", "Graph", "MessageGraph"}},
    {"deepagents", "deepagents", {"create_deep_agent"}},
    {"@langchain", "langchain", {"createReactAgent", "AgentExecutor", "StateGraph", "createAgent", "createToolCallingAgent", "createSupervisor"}},
    {"langchain", "langchain", {"createAgent", "createReactAgent"}},
    {"agents", "openai-agents", {"Agent", "SandboxAgent", "RealtimeAgent"}},
    {"@openai/agents", "openai-agents", {"Agent", "RealtimeAgent"}},
    {"openai", "openai-assistants", {"assistants.create"}},
    {"swarm", "swarm", {"Agent"}},
    {"crewai", "crewai", {"Agent", "Crew"}},
    {"autogen", "autogen", {"AssistantAgent", "UserProxyAgent", "ConversableAgent", "GroupChatManager", "CodeExecutorAgent", "RoundRobinGroupChat", "SelectorGroupChat", "Swarm", "MagenticOneGroupChat", "GPTAssistantAgent", "MultimodalWebSurfer", "SocietyOfMindAgent", "FileSurfer", "WebSurfer", "GraphFlow", "OpenAIAssistantAgent"}},
    {"ag2", "autogen", {"AssistantAgent", "UserProxyAgent", "ConversableAgent"}},
    {"llama_index", "llamaindex", {"ReActAgent", "FunctionAgent", "OpenAIAgent", "AgentWorkflow", "FunctionCallingAgent", "from_tools", "AgentRunner", "CodeActAgent"}},
    {"llamaindex", "llamaindex", {"ReActAgent", "OpenAIAgent", "agent"}},
    {"@llamaindex", "llamaindex", {"agent", "multiAgent"}},
    {"smolagents", "smolagents", {"CodeAgent", "ToolCallingAgent", "MultiStepAgent"}},
    {"transformers", "transformers-agents", {"ReactCodeAgent", "CodeAgent", "HfAgent"}},
    {"pydantic_ai", "pydantic-ai", {"Agent"}},
    {"google.adk", "google-adk", {"Agent", "LlmAgent", "SequentialAgent", "ParallelAgent", "LoopAgent"}},
    {"com.google.adk", "google-adk", {"LlmAgent.builder", "SequentialAgent.builder", "LoopAgent.builder", "ParallelAgent.builder"}},
    {"google.golang.org/adk", "google-adk", {"llmagent.New", "sequentialagent.New", "loopagent.New", "parallelagent.New"}},
    {"semantic_kernel", "semantic-kernel", {"ChatCompletionAgent", "OpenAIAssistantAgent", "OpenAIResponsesAgent", "AzureAIAgent", "AzureAssistantAgent", "BedrockAgent", "AgentGroupChat", "SequentialOrchestration", "ConcurrentOrchestration", "HandoffOrchestration", "GroupChatOrchestration", "MagenticOrchestration"}},
    {"com.microsoft.semantickernel", "semantic-kernel", {"ChatCompletionAgent.builder"}},
    {"agent_framework", "agent-framework", {"ChatAgent", "Agent", "create_agent", "as_agent"}},
    {"claude_agent_sdk", "claude-agent-sdk", {"ClaudeSDKClient", "query", "ClaudeAgentOptions"}},
    {"claude_code_sdk", "claude-agent-sdk", {"ClaudeSDKClient", "query"}},
    {"@anthropic-ai/claude-agent-sdk", "claude-agent-sdk", {"query"}},
    {"agno", "agno", {"Agent", "Team"}},
    {"phi", "phidata", {"Agent", "Assistant"}},
    {"haystack", "haystack", {"Agent"}},
    {"haystack_experimental", "haystack", {"Agent"}},
    {"dspy", "dspy", {"ReAct", "CodeAct", "ProgramOfThought"}},
    {"@mastra", "mastra", {"Agent"}},
    {"ai", "vercel-ai", {"ToolLoopAgent", "Experimental_Agent"}},
    {"strands", "strands", {"Agent", "Swarm"}},
    {"boto3.client", "bedrock-agents", {"create_agent", "invoke_inline_agent"}},
    {"camel", "camel", {"ChatAgent"}},
    {"metagpt", "metagpt", {"Role"}},
    {"qwen_agent", "qwen-agent", {"Assistant"}},
    {"org.springframework.ai", "spring-ai", {"ChatClient.builder", "ChatClient.Builder"}},
    {"dev.langchain4j", "langchain4j", {"AiServices.builder", "AiServices.create", "AgenticServices.agentBuilder", "AgenticServices.supervisorBuilder", "AgenticServices.sequenceBuilder", "AgenticServices.loopBuilder", "AgenticServices.parallelBuilder"}},
    {"github.com/tmc/langchaingo/agents", "langchaingo", {"NewExecutor", "Initialize", "NewOneShotAgent", "NewConversationalAgent", "NewOpenAIFunctionsAgent"}},
    {"github.com/cloudwego/eino", "eino", {"NewAgent", "NewChatModelAgent"}},
    {"github.com/firebase/genkit", "genkit", {"DefinePrompt"}},
};

/// C# names types without their namespace.
const AgentRule kBare[] = {
    {"", "semantic-kernel", {"ChatCompletionAgent", "OpenAIAssistantAgent", "OpenAIResponseAgent", "AzureAIAgent", "BedrockAgent", "AgentGroupChat", "SequentialOrchestration", "ConcurrentOrchestration", "HandoffOrchestration", "GroupChatOrchestration", "MagenticOrchestration"}},
    {"", "agent-framework", {"ChatClientAgent", "CreateAIAgent", "AsAIAgent"}},
};

constexpr ClassRule kClasses[] = {{"crewai", "Flow", "crewai-flow"}, {"autogen_core", "RoutedAgent", "autogen-core"}, {"llama_index", "Workflow", "llamaindex-workflow"}, {"workflows", "Workflow", "llamaindex-workflow"}};

constexpr std::string_view kName[] = {"name", "agentName", "agent_name", "role"};
constexpr std::string_view kTools[] = {"tools", "functions", "plugins", "allowed_tools", "allowedTools", "toolsets", "defaultTools", "defaultToolCallbacks", "toolConfig", "toolProvider"};
constexpr std::string_view kModel[] = {"model", "llm", "model_client", "chat_model", "chatModel", "chatLanguageModel", "streamingChatModel", "chat_generator", "service", "foundationModel", "client", "chat_client", "llm_config", "kernel"};
constexpr std::string_view kModelName[] = {"model", "model_name", "modelName", "model_id", "modelId", "deployment_name", "azure_deployment", "deploymentName", "id", "ai_model_id", "azureDeployment", "repo_id"};
constexpr std::string_view kPrompt[] = {"system", "instructions", "system_prompt", "systemPrompt", "system_message", "systemMessage", "system_instruction", "instruction", "backstory", "prompt", "defaultSystem", "global_instruction"};
constexpr std::string_view kMemory[] = {"memory", "checkpointer", "store", "session_service", "db", "storage", "session", "chatMemory", "chatMemoryProvider", "memory_service", "session_manager", "chat_history", "message_history", "thread"};
constexpr std::string_view kHelpers[] = {"handoffs", "sub_agents", "subAgents", "agents", "managed_agents", "participants", "members", "can_handoff_to", "nodes", "subagents"};
constexpr std::string_view kSteps[] = {"max_iterations", "max_steps", "max_turns", "max_iter", "max_consecutive_auto_reply", "recursion_limit", "maxSteps", "maxTurns", "max_round", "max_loops", "stopWhen", "max_agent_steps", "max_iters", "maxSequentialToolsInvocations", "maxIterations", "usage_limits", "timeout_steps", "max_tool_iterations"};
constexpr std::string_view kGuards[] = {"input_guardrails", "output_guardrails", "guardrails", "guardrail", "inputGuardrails", "outputGuardrails", "inputGuardrailClasses", "outputGuardrailClasses", "inputProcessors", "outputProcessors", "guardrailConfig", "guardrailConfiguration", "guardrail_id", "before_model_callback", "before_tool_callback", "after_model_callback", "final_answer_checks", "toolGuardrails"};
constexpr std::string_view kApproval[] = {"interrupt_before", "interrupt_after", "interrupt_on", "interruptOn", "can_use_tool", "canUseTool", "approval_func", "confirmation_strategies", "requireApproval"};
constexpr std::string_view kRetriever[] = {"retriever", "contentRetriever", "retrievalAugmentor", "knowledge", "knowledge_base", "knowledge_sources", "knowledgeBaseId", "query_engine", "vector_store"};

struct ToolWord {
  std::string_view word, capability;
};
constexpr ToolWord kToolWords[] = {{"PythonREPL", "code-exec"}, {"PythonAstREPL", "code-exec"}, {"ShellTool", "code-exec"}, {"BashTool", "code-exec"}, {"Bash", "code-exec"}, {"bash_20", "code-exec"}, {"CodeInterpreter", "code-exec"}, {"code_interpreter", "code-exec"}, {"PythonInterpreter", "code-exec"}, {"TerminalTool", "code-exec"}, {"LocalShellTool", "code-exec"}, {"local_shell", "code-exec"}, {"CodeExecut", "code-exec"}, {"code_execution", "code-exec"}, {"python_repl", "code-exec"}, {"strands_tools.shell", "code-exec"}, {"RequestsPost", "network-send"},
    {"RequestsGet", "browse"}, {"WebSearch", "browse"}, {"web_search", "browse"}, {"web_fetch", "browse"}, {"WebFetch", "browse"}, {"http_request", "browse"}, {"DuckDuckGo", "browse"}, {"Tavily", "browse"}, {"SerpA", "browse"}, {"SerperDev", "browse"}, {"GoogleSearch", "browse"}, {"google_search", "browse"}, {"GoogleSerper", "browse"}, {"Wikipedia", "browse"}, {"ScrapeWebsite", "browse"}, {"WebsiteSearch", "browse"}, {"Playwright", "browse"}, {"Browser", "browse"}, {"VisitWebpage", "browse"}, {"ComputerTool", "browse"}, {"computer_use", "browse"}, {"computer_20", "browse"}, {"BraveSearch", "browse"}, {"Exa", "browse"}, {"url_context", "browse"},
    {"FileReadTool", "file-read"}, {"ReadFile", "file-read"}, {"file_read", "file-read"}, {"DirectoryRead", "file-read"}, {"FileManagementToolkit", "file-write"}, {"FileWriterTool", "file-write"}, {"WriteFile", "file-write"}, {"file_write", "file-write"}, {"text_editor_20", "file-write"}, {"DeleteFile", "delete"}, {"SQLDatabase", "database"}, {"QuerySQL", "database"}, {"NL2SQL", "database"}, {"Gmail", "message-send"}, {"Slack", "message-send"}, {"FileSearchTool", "read-sensitive"}, {"file_search", "read-sensitive"}, {"VertexAiSearchTool", "read-sensitive"}, {"RetrieverTool", "read-sensitive"}, {"create_retriever_tool", "read-sensitive"}, {"Stripe", "transact"}};

struct Host {
  std::string_view part, vendor;
};
constexpr Host kHosts[] = {{"api.openai.com", "openai"}, {".openai.azure.com", "azure-openai"}, {".services.ai.azure.com", "azure-ai"}, {"api.anthropic.com", "anthropic"}, {"generativelanguage.googleapis.com", "google"}, {"aiplatform.googleapis.com", "google"}, {"api.mistral.ai", "mistral"}, {"api.cohere.ai", "cohere"}, {"api.cohere.com", "cohere"}, {"api.groq.com", "groq"},
    {"api.together.xyz", "together"}, {"api.together.ai", "together"}, {"api.deepseek.com", "deepseek"}, {"openrouter.ai/api", "openrouter"}, {"api.x.ai", "xai"}, {"api.perplexity.ai", "perplexity"}, {"api.fireworks.ai", "fireworks"}, {"api-inference.huggingface.co", "huggingface"}, {"router.huggingface.co", "huggingface"}, {"bedrock-runtime.", "amazon-bedrock"},
    {"api.replicate.com", "replicate"}, {"dashscope.aliyuncs.com", "alibaba"}, {"dashscope-intl.aliyuncs.com", "alibaba"}, {"api.moonshot.", "moonshot"}, {"open.bigmodel.cn", "zhipu"}, {"localhost:11434", "ollama"}, {"127.0.0.1:11434", "ollama"}, {"ollama:11434", "ollama"}, {"integrate.api.nvidia.com", "nvidia"}, {"api.voyageai.com", "voyage"}, {"api.jina.ai", "jina"}, {"models.inference.ai.azure.com", "github-models"}, {"api.cerebras.ai", "cerebras"}};

}  // namespace

std::string_view agent_framework(std::string_view name) {
  const auto makes = [&](std::string_view maker) {
    const auto dot = maker.find('.');
    if (dot != std::string_view::npos && maker.find("uilder", dot) != std::string_view::npos) {
      const auto at = name.find(maker);
      return at != std::string_view::npos && at && name[at - 1] == '.' && name.ends_with(".build");
    }
    if (name.ends_with(maker) && (name.size() == maker.size() || name[name.size() - maker.size() - 1] == '.' || name[name.size() - maker.size() - 1] == '/')) return true;
    const auto at = name.find(maker);
    return at != std::string_view::npos && at && name[at - 1] == '.' && name.substr(at + maker.size()).starts_with(".from_");
  };
  for (const AgentRule& r : kRules) {
    if (!name.starts_with(r.root)) continue;
    const char after = name.size() > r.root.size() ? name[r.root.size()] : '\0';
    if (after != '.' && after != '_' && after != '/') continue;
    if (std::ranges::any_of(r.makers, makes)) return r.framework;
  }
  return {};
}

std::string_view bare_agent_framework(std::string_view name) {
  const std::string_view last = name.substr(name.rfind('.') + 1);
  for (const AgentRule& r : kBare)
    if (std::ranges::find(r.makers, last) != r.makers.end()) return r.framework;
  return {};
}

std::span<const ClassRule> agent_classes() { return kClasses; }
Keys name_keys() { return kName; }
Keys tool_keys() { return kTools; }
Keys model_keys() { return kModel; }
Keys model_name_keys() { return kModelName; }
Keys prompt_keys() { return kPrompt; }
Keys memory_keys() { return kMemory; }
Keys helper_keys() { return kHelpers; }
Keys step_keys() { return kSteps; }
Keys guard_keys() { return kGuards; }
Keys approval_keys() { return kApproval; }
Keys retriever_keys() { return kRetriever; }

/// Code that OpenAI, Anthropic or Google run in containers of their own: a tool's type in their APIs, or the class that stands for it.
bool runs_at_provider(std::string_view tool) {
  if (tool.find('.') == std::string_view::npos) return tool.starts_with("code_interpreter") || tool.starts_with("code_execution");
  const auto last = tool.substr(tool.rfind('.') + 1);
  return (tool.starts_with("agents.") && last == "CodeInterpreterTool") || (tool.starts_with("pydantic_ai.") && last == "CodeExecutionTool") || last == "HostedCodeInterpreterTool" || last == "ToolCodeExecution";
}

std::string_view tool_capability(std::string_view name) {
  for (const ToolWord& r : kToolWords)
    if (name.find(r.word) != std::string_view::npos) return r.capability == "code-exec" && runs_at_provider(name) ? "hosted-code" : r.capability;
  return {};
}

std::string_view provider_of_host(std::string_view url) {
  for (const Host& h : kHosts)
    if (const auto at = url.find(h.part); at != std::string_view::npos && at < 80) return h.vendor;
  return {};
}

}  // namespace stormwatch::collect
