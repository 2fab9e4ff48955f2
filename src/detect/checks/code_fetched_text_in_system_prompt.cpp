// SPDX-License-Identifier: Apache-2.0
// Text that was fetched, retrieved or given back by a tool, in the system prompt.
//
// Retrieved passages in the system prompt are common practice (the templates of retrieval chains do it): severity low, and said so.
#include "detect/code_rule.h"

namespace stormwatch::detect {

namespace {

std::vector<Example> python_examples() {
  const std::string head = "import requests\nfrom openai import OpenAI\nclient = OpenAI()\ndef ask(question):\n    page = requests.get(\"https://news.invalid/today\").text\n    return client.chat.completions.create(model=\"gpt-4o\", messages=[";
  const std::string search = "from openai import OpenAI\nimport chromadb\nclient = OpenAI()\ncollection = chromadb.Client().get_collection(\"notes\")\ndef ask(question):\n    notes = collection.query(query_texts=[question])[\"documents\"]\n    text = \"\\n\".join(n for n in notes[0])\n";
  const std::string tools = "from openai import OpenAI\nclient = OpenAI()\nasync def step(session, name, arguments, messages):\n    result = await session.call_tool(name, arguments)\n";
  const std::string chain = "from langchain_core.prompts import ChatPromptTemplate\nfrom langchain_chroma import Chroma\nfrom langchain_openai import ChatOpenAI\nprompt = ChatPromptTemplate.from_messages([(\"SLOT\", \"Answer from this: {context}\"), (\"human\", \"{question}\")])\nstore = Chroma()\ndef ask(question):\n    docs = store.similarity_search(question)\n    return (prompt | ChatOpenAI()).invoke({\"context\": docs, \"question\": question})\n";
  const auto in_slot = [&](const char* slot) { std::string text = chain; return text.replace(text.find("SLOT"), 4, slot); };
  return {{"a page in the system role", {{"app.py", head + "{\"role\": \"system\", \"content\": f\"Answer from this page: {page}\"}, {\"role\": \"user\", \"content\": question}])\n"}}, true},
          {"a page in a message of its own", {{"app.py", head + "{\"role\": \"system\", \"content\": \"Answer from the page.\"}, {\"role\": \"user\", \"content\": page}, {\"role\": \"user\", \"content\": question}])\n"}}, false},
          {"retrieved text in the instructions of an agent", {{"app.py", search + "    from agents import Agent\n    return Agent(name=\"helper\", instructions=f\"Know this: {text}\")\n"}}, true},
          {"retrieved text in a user message", {{"app.py", search + "    return client.chat.completions.create(model=\"gpt-4o\", messages=[{\"role\": \"system\", \"content\": \"Be brief.\"}, {\"role\": \"user\", \"content\": text + question}])\n"}}, false},
          {"a tool's result in the system role", {{"app.py", tools + "    messages.append({\"role\": \"system\", \"content\": f\"The tool said {result}\"})\n    return client.chat.completions.create(model=\"gpt-4o\", messages=messages)\n"}}, true},
          {"a tool's result in the tool role", {{"app.py", tools + "    messages.append({\"role\": \"tool\", \"content\": str(result)})\n    return client.chat.completions.create(model=\"gpt-4o\", messages=messages)\n"}}, false},
          {"documents fill a hole of a system template", {{"app.py", in_slot("system")}}, true},
          {"instructions that a function makes", {{"app.py", search + "    return text\ndef brief(context, agent):\n    return \"Know this: \" + ask(\"news\")\nfrom agents import Agent\nhelper = Agent(name=\"helper\", instructions=brief)\n"}}, true},
          {"a function that is a system prompt", {{"app.py", search + "    return text\nfrom pydantic_ai import Agent, RunContext\nhelper = Agent(\"openai:gpt-4o\")\n@helper.system_prompt\ndef brief(ctx: RunContext[str]) -> str:\n    return \"Know this: \" + ask(ctx.deps)\n"}}, true},
          {"a retriever before a system template", {{"app.py", in_slot("system").substr(0, in_slot("system").find("def ask")) + "chain = {\"context\": store.as_retriever(), \"question\": lambda q: q} | prompt | ChatOpenAI()\n"}}, true},
          {"documents fill a hole of a user template", {{"app.py", in_slot("human")}}, false}};
}

std::vector<Example> script_examples() {
  const std::string head = "import { generateText } from \"ai\";\nimport { openai } from \"@ai-sdk/openai\";\nimport { Client } from \"@modelcontextprotocol/sdk/client/index.js\";\nexport async function ask(mcp: Client, store, question: string) {\n";
  const std::string asked = "  return generateText({model: openai(\"gpt-4o\"), system: `Know this: ${text}`, prompt: question});\n}\n";
  return {{"a tool's result, in TypeScript", {{"app.ts", head + "  const text = await mcp.callTool({name: \"read\", arguments: {}});\n" + asked}}, true},
          {"retrieved text, in TypeScript", {{"app.ts", head + "  const found = await store.similaritySearch(question, 4);\n  const text = found.map(d => d.pageContent).join(\"\\n\");\n" + asked}}, true},
          {"constant instructions, in TypeScript", {{"app.ts", head + "  const found = await store.similaritySearch(question, 4);\n  return generateText({model: openai(\"gpt-4o\"), system: \"Be brief.\", prompt: JSON.stringify(found) + question});\n}\n"}}, false}};
}

/// The text is brought in one file and put into the system prompt in another.
std::vector<Example> examples_across_files() {
  const std::string app = "from openai import OpenAI\nfrom search import find_context\nfrom prompts import messages_of\ndef ask(question):\n    context = find_context(question)\n    return OpenAI().chat.completions.create(model=\"gpt-4o\", messages=messages_of(context, question))\n";
  const std::string search = "from store import vectors\ndef find_context(question):\n    return \"\\n\".join(d.page_content for d in vectors.similarity_search(question))\n";
  const std::string head = "def messages_of(context, question):\n    return [{\"role\": \"system\", \"content\": ";
  return {{"across three files", {{"app.py", app}, {"search.py", search}, {"prompts.py", head + "\"Know this: \" + context}, {\"role\": \"user\", \"content\": question}]\n"}}, true},
          {"across three files, in a user message", {{"app.py", app}, {"search.py", search}, {"prompts.py", head + "\"Be brief.\"}, {\"role\": \"user\", \"content\": context + question}]\n"}}, false}};
}

}  // namespace

extern const Detector code_fetched_text_in_system_prompt;
const Detector code_fetched_text_in_system_prompt{
    .advisory = {.id = "prompt-fetched-text-in-system-role",
                 .title = "Text from elsewhere is put into the system prompt",
                 .why = "Models give the system prompt more weight than anything else. Whoever writes the page, the document or the answer of the tool writes rules of the application. That passages of an index stand there is common practice: the risk is as great as the number of people who may write into the index.",
                 .fix = "Keep the system prompt constant. Give what was fetched, retrieved or answered by a tool as a tool result or a message of its own, marked as quoted material.",
                 .severity = Severity::medium,
                 .vector = Vector::prompt_injection,
                 .controls = {"owasp-llm-2025:LLM01", "mitre-atlas:AML.T0051.001", "cwe:1427", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7", "iso-42001:A.6.2.4"},
                 .effort_hours = 1},
    .look = look_at_code({.what = "untrusted-input-flow", .subjects = {{"fetched-system-prompt", Severity::medium}, {"tool-result-system-prompt", Severity::medium}, {"retrieved-system-prompt", Severity::low}}}),
    .examples = [] {
      std::vector<Example> all = python_examples();
      for (auto more : {script_examples(), examples_across_files()}) all.insert(all.end(), more.begin(), more.end());
      return all;
    }};

}  // namespace stormwatch::detect
