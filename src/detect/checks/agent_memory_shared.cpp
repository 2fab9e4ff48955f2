// SPDX-License-Identifier: Apache-2.0
// Conversations of different callers kept in one memory.
#include "detect/code_rule.h"

namespace stormwatch::detect {

extern const Detector agent_memory_shared;
const Detector agent_memory_shared{
    .advisory = {.id = "agent-memory-shared",
                 .title = "All callers of a route share one memory",
                 .why = "What one person tells the model is in the context of the next: private text is repeated to others, and whoever plants an instruction in the memory reaches everyone.",
                 .fix = "Name the thread, session or user of the memory after who is logged in, never after a constant or after what the caller sends unchecked; make conversations for each session.",
                 .severity = Severity::medium,
                 .vector = Vector::sensitive_data,
                 .controls = {"owasp-llm-2025:LLM02", "owasp-llm-2025:LLM08", "mitre-atlas:AML.T0057", "cwe:200", "eu-ai-act:15", "nist-ai-rmf:MEASURE 2.7"},
                 .effort_hours = 3},
    .look = look_at_code({.what = "insecure-setting", .subjects = {{"memory-shared", Severity::medium}}}),
    .examples = [] {
      const std::string head = "from fastapi import FastAPI\nfrom langgraph.prebuilt import create_react_agent\nfrom langgraph.checkpoint.memory import InMemorySaver\napp = FastAPI()\nagent = create_react_agent(\"openai:gpt-4o\", tools=[], checkpointer=InMemorySaver())\n";
      const std::string chain = "from flask import Flask, request\nfrom langchain.chains import ConversationChain\nfrom langchain.memory import ConversationBufferMemory\nfrom langchain_openai import ChatOpenAI\napp = Flask(__name__)\n";
      return std::vector<Example>{{"one thread for all", {{"app.py", head + "@app.post(\"/ask\")\ndef ask(text: str):\n    return agent.invoke({\"messages\": text}, {\"configurable\": {\"thread_id\": \"main\"}})\n"}}, true},
                                  {"one conversation for all", {{"app.py", chain + "chat = ConversationChain(llm=ChatOpenAI(), memory=ConversationBufferMemory())\n@app.route(\"/ask\", methods=[\"POST\"])\ndef ask():\n    return chat.predict(input=request.json[\"text\"])\n"}}, true},
                                  {"a thread for each user", {{"app.py", head + "@app.post(\"/ask\")\ndef ask(text: str, user = Depends(current_user)):\n    return agent.invoke({\"messages\": text}, {\"configurable\": {\"thread_id\": user.id}})\n"}}, false},
                                  {"a conversation for each call", {{"app.py", chain + "@app.route(\"/ask\", methods=[\"POST\"])\ndef ask():\n    chat = ConversationChain(llm=ChatOpenAI(), memory=ConversationBufferMemory())\n    return chat.predict(input=request.json[\"text\"])\n"}}, false},
                                  {"a program for one person", {{"chat.py", head + "while True:\n    text = input()\n    if not text: break\n    print(agent.invoke({\"messages\": text}, {\"configurable\": {\"thread_id\": \"main\"}}))\n"}}, false}};
    }};

}  // namespace stormwatch::detect
