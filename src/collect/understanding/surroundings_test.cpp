// SPDX-License-Identifier: Apache-2.0
// Facts that code, settings and notebooks state of the world round models: each seen, each seen the other way where it can be written,
// and unknown where nothing says it.
#include <gtest/gtest.h>

#include "collect/folder_sample.h"

namespace stormwatch::collect {
namespace {

template <class F>
F read(std::string_view path, std::string_view text) {
  FolderSample folder;
  folder.write(std::string(path), text);
  return facts_in<F>(folder.scan());
}

const std::string kModel = "from openai import OpenAI\nclient = OpenAI()\nanswer = client.chat.completions.create(model='gpt-4o', messages=[])\n";

TEST(Surroundings, PagesThatShowAnswersAsMarkdownLoadWhatTheyName) {
  EXPECT_EQ(read<ApplicationFacts>("app.py", "import streamlit as st\n" + kModel + "st.markdown(answer)\n").renders_external_urls, true);
  EXPECT_EQ(read<ApplicationFacts>("app.py", "import streamlit as st\n" + kModel + "st.markdown('# Title')\n").renders_external_urls, std::nullopt);
  EXPECT_EQ(read<ApplicationFacts>("app.py", "import gradio as gr\n" + kModel + "gr.ChatInterface(fn=answer)\n").renders_external_urls, true);
  EXPECT_EQ(read<ApplicationFacts>("app.py", "import gradio as gr\n" + kModel + "gr.Chatbot(render_markdown=False)\n").renders_external_urls, false);
  EXPECT_EQ(read<ApplicationFacts>("app.py", kModel).renders_external_urls, std::nullopt);
}

TEST(Surroundings, RoutesThatTakeAPasswordToRegisterLetStrangersIn) {
  const std::string head = "from fastapi import FastAPI\napp = FastAPI()\n" + kModel;
  EXPECT_EQ(read<ApplicationFacts>("app.py", head + "@app.post('/auth/register')\ndef join(user: str, password: str):\n    return user\n").self_signup, true);
  EXPECT_EQ(read<ApplicationFacts>("app.py", head + "@app.post('/agents/register')\ndef join(agent: str):\n    return agent\n").self_signup, std::nullopt);
}

TEST(Surroundings, AnAgentsPageIsOpenWithAPublicLinkAndNotByDefault) {
  const std::string head = "from smolagents import CodeAgent, GradioUI, InferenceClientModel\nagent = CodeAgent(tools=[], model=InferenceClientModel())\n";
  EXPECT_EQ(read<AgentFacts>("ui.py", head + "GradioUI(agent).launch(share=True)\n").control_interface_exposed, true);
  EXPECT_EQ(read<AgentFacts>("ui.py", head + "GradioUI(agent).launch()\n").control_interface_exposed, false);
  EXPECT_EQ(read<AgentFacts>("ui.py", head + "GradioUI(agent).launch(share=True, auth=('a', secret))\n").control_interface_exposed, false);
  EXPECT_EQ(read<AgentFacts>("ui.py", head).control_interface_exposed, std::nullopt);
}

TEST(Surroundings, ModelsBesideACameraReadTheWorld) {
  const std::string head = "import cv2\nfrom ultralytics import YOLO\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained('org/detector')\n";
  EXPECT_EQ(read<ModelFacts>("see.py", head + "camera = cv2.VideoCapture(0)\n").physical_input, true);
  EXPECT_EQ(read<ModelFacts>("see.py", head + "film = cv2.VideoCapture('film.mp4')\n").physical_input, std::nullopt);
}

TEST(Surroundings, AToolActsAsTheProgramOrAsTheCaller) {
  const std::string head = "import os, requests\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP('issues')\n";
  EXPECT_EQ(read<ToolFacts>("s.py", head + "@mcp.tool()\ndef look(query: str) -> str:\n    return requests.get('https://t.invalid', headers={'a': os.environ['TRACKER_TOKEN']}).text\n").shared_identity, true);
  EXPECT_EQ(read<ToolFacts>("s.py", head + "KEY = os.getenv('TRACKER_TOKEN')\n@mcp.tool()\ndef look(query: str) -> str:\n    return requests.get('https://t.invalid', headers={'a': KEY}).text\n").shared_identity, true);
  EXPECT_EQ(read<ToolFacts>("s.py", head + "@mcp.tool()\ndef look(query: str, access_token: str) -> str:\n    return requests.get('https://t.invalid', headers={'a': access_token}).text\n").shared_identity, false);
  EXPECT_EQ(read<ToolFacts>("s.py", head + "@mcp.tool()\ndef look(query: str) -> str:\n    return requests.get('https://t.invalid', headers={'a': os.environ['SEARCH_API_KEY']}).text\n").shared_identity, std::nullopt);
}

TEST(Surroundings, WhoFillsAnIndexAndForWhomItAnswers) {
  const std::string head = "from langchain_chroma import Chroma\nfrom langchain_community.document_loaders import WebBaseLoader, SharePointLoader\n";
  EXPECT_EQ(read<VectorStoreFacts>("rag.py", head + "store = Chroma.from_documents(WebBaseLoader('https://a.invalid').load())\n").untrusted_writers, true);
  EXPECT_EQ(read<VectorStoreFacts>("rag.py", head + "store = Chroma.from_documents([])\n").untrusted_writers, std::nullopt);
  const std::string guarded = head + "store = Chroma.from_documents(SharePointLoader('x').load())\n";
  EXPECT_EQ(read<VectorStoreFacts>("rag.py", guarded + "r = store.as_retriever()\n").access_broader_than_source, true);
  EXPECT_EQ(read<VectorStoreFacts>("rag.py", guarded + "r = store.as_retriever(search_kwargs={'filter': {'reader': user}})\n").access_broader_than_source, false);
  EXPECT_EQ(read<VectorStoreFacts>("rag.py", guarded).access_broader_than_source, std::nullopt);
}

TEST(Surroundings, ANotebookSaysWhatItWasCopiedFrom) {
  const auto notebook = [](const std::string& provenance) { return R"({"nbformat": 4, "nbformat_minor": 5, "metadata": {"colab": {)" + provenance + R"(}}, "cells": [{"cell_type": "code", "source": "x = 1"}]})"; };
  EXPECT_EQ(read<NotebookFacts>("n.ipynb", notebook(R"("provenance": [{"file_id": "https://github.com/a/b/blob/main/n.ipynb"}])")).untrusted_source, true);
  EXPECT_EQ(read<NotebookFacts>("n.ipynb", notebook(R"("provenance": [])")).untrusted_source, false);
  EXPECT_EQ(read<NotebookFacts>("n.ipynb", notebook(R"("provenance": [{"file_id": "1aBc"}])")).untrusted_source, std::nullopt);
}

TEST(Surroundings, AClientsFileKeepsCredentialsOrTheirNames) {
  const auto client = [](std::string_view value) { return R"({"mcpServers": {"a": {"command": "npx", "args": ["-y", "server-a"], "env": {"A_TOKEN": ")" + std::string(value) + R"("}}}})"; };
  EXPECT_EQ(read<McpClientFacts>(".cursor/mcp.json", client("q7Zk2mP9" "vX4tB6nL1s")).stores_tokens, true);
  EXPECT_EQ(read<McpClientFacts>(".cursor/mcp.json", client("${env:A_TOKEN}")).stores_tokens, false);
  EXPECT_EQ(read<McpClientFacts>(".cursor/mcp.json", R"({"mcpServers": {"a": {"command": "npx", "args": ["-y", "server-a"]}}})").stores_tokens, std::nullopt);
}

TEST(Surroundings, ComposeNetworksLetOutUnlessTheyAreInternal) {
  const auto compose = [](std::string_view service, std::string_view networks) { return "services:\n  a:\n    image: acme/a:1\n" + std::string(service) + std::string(networks); };
  EXPECT_EQ(read<WorkloadFacts>("compose.yaml", compose("", "")).egress_open, true);
  EXPECT_EQ(read<WorkloadFacts>("compose.yaml", compose("    network_mode: none\n", "")).egress_open, false);
  EXPECT_EQ(read<WorkloadFacts>("compose.yaml", compose("    networks: [shut]\n", "networks:\n  shut:\n    internal: true\n")).egress_open, false);
  EXPECT_EQ(read<WorkloadFacts>("compose.yaml", compose("    networks: [shut, open]\n", "networks:\n  shut:\n    internal: true\n  open: {}\n")).egress_open, true);
  EXPECT_EQ(read<WorkloadFacts>("compose.yaml", compose("    networks: [theirs]\n", "networks:\n  theirs:\n    external: true\n")).egress_open, std::nullopt);
}

TEST(Surroundings, CodeThatTheProviderRunsIsNotRunHere) {
  const std::string agents = "from agents import Agent, CodeInterpreterTool, LocalShellTool\n";
  EXPECT_EQ(read<AgentFacts>("a.py", agents + "a = Agent(name='a', tools=[CodeInterpreterTool(tool_config={})])\n").capabilities, (Texts{"hosted-code"}));
  EXPECT_EQ(read<AgentFacts>("a.py", agents + "a = Agent(name='a', tools=[LocalShellTool(run)])\n").capabilities, (Texts{"code-exec"}));
  const std::string adk = "from google.adk.agents import LlmAgent\nfrom google.adk.code_executors import BuiltInCodeExecutor, UnsafeLocalCodeExecutor\n";
  EXPECT_EQ(read<AgentFacts>("a.py", adk + "a = LlmAgent(name='a', model='gemini-2.0-flash', code_executor=BuiltInCodeExecutor())\n").sandboxed, true);
  EXPECT_EQ(read<AgentFacts>("a.py", adk + "a = LlmAgent(name='a', model='gemini-2.0-flash', code_executor=UnsafeLocalCodeExecutor())\n").sandboxed, false);
}

}  // namespace
}  // namespace stormwatch::collect
