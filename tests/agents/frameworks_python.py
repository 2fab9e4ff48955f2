# SPDX-License-Identifier: Apache-2.0
"""Small applications of our own in the Python frameworks, and what must be seen of each."""
from app import App


def apps():
    yield App("OpenAI SDK", {"app.py": '''
import json
from openai import OpenAI
client = OpenAI()
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Weather of a city", "parameters": {"type": "object"}}}, {"type": "web_search"}]
def get_weather(city): return "sunny"
def assistant(question):
    return client.chat.completions.create(model="gpt-4o-mini", tools=TOOLS, messages=[{"role": "system", "content": "You are a patient guide to the weather of large cities."}, {"role": "user", "content": question}])
'''}, agents={"assistant": "openai"}, models={"gpt-4o-mini": "openai"}, tools={"get_weather", "web_search"}, prompts=1)
    yield App("OpenAI Agents SDK", {"app.py": '''
from agents import Agent, Runner, SQLiteSession, function_tool, input_guardrail
@function_tool(needs_approval=True)
def refund(order: str) -> str:
    "Pays an order back"
    return "done"
@input_guardrail
async def no_insults(ctx, agent, text): ...
billing = Agent(name="billing", instructions="You answer questions on invoices and pay back what was paid twice.", model="gpt-4.1", tools=[refund])
front = Agent(name="front", instructions="You greet customers and send them to the right colleague.", handoffs=[billing], input_guardrails=[no_insults])
Runner.run_sync(front, "hello", max_turns=6, session=SQLiteSession("1"))
'''}, agents={"billing": "openai-agents", "front": "openai-agents"}, models={"gpt-4.1": "openai"}, tools={"refund"}, handoffs={("front", "billing")}, guards={"front": {"no_insults"}}, steps={"front": 6}, memory={"front"}, prompts=2)
    yield App("Anthropic SDK", {"app.py": '''
import anthropic
client = anthropic.Anthropic()
def research(question):
    tools = [{"name": "look_up", "description": "Finds an article", "input_schema": {"type": "object"}}, {"type": "code_execution_20250522", "name": "code_execution"}]
    return client.messages.create(model="claude-sonnet-4-5", max_tokens=100, system="You look things up before you answer, and name your sources.", tools=tools, messages=[{"role": "user", "content": question}])
'''}, agents={"research": "anthropic"}, models={"claude-sonnet-4-5": "anthropic"}, tools={"look_up", "code_execution"}, prompts=1)
    yield App("Claude Agent SDK", {"app.py": '''
from claude_agent_sdk import ClaudeAgentOptions, query
options = ClaudeAgentOptions(system_prompt="You keep the notes of a small team in order, nothing else.", allowed_tools=["Read", "Bash"], permission_mode="default", max_turns=4, model="claude-sonnet-4-5")
'''}, agents={"options": "claude-agent-sdk"}, models={"claude-sonnet-4-5": "anthropic"}, steps={"options": 4}, prompts=1)
    yield App("LangChain", {"app.py": '''
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, PIIMiddleware
from langchain.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
@tool
def send_note(text: str) -> str:
    "Sends a note"
    return text
agent = create_agent("openai:gpt-4o", tools=[send_note], system_prompt="You are the secretary of the club and write short notes.", middleware=[HumanInTheLoopMiddleware(interrupt_on={"send_note": True}), PIIMiddleware("email")], checkpointer=InMemorySaver())
'''}, agents={"agent": "langchain"}, models={"gpt-4o": "openai"}, tools={"send_note"}, guards={"agent": {"PIIMiddleware"}}, approval={"agent"}, memory={"agent"}, prompts=1)
    yield App("LangGraph", {"app.py": '''
from langchain_anthropic import ChatAnthropic
from langchain_chroma import Chroma
from langchain.tools.retriever import create_retriever_tool
from langgraph.checkpoint.memory import MemorySaver
from langgraph.prebuilt import create_react_agent
from langgraph_supervisor import create_supervisor
model = ChatAnthropic(model="claude-3-5-haiku-latest")
store = Chroma(collection_name="manuals")
search = create_retriever_tool(store.as_retriever(), "search_manuals", "Searches the manuals")
reader = create_react_agent(model, [search], name="reader", prompt="You answer only from the manuals that the search gives you.", checkpointer=MemorySaver())
boss = create_supervisor([reader], model=model, supervisor_name="boss")
'''}, agents={"reader": "langgraph", "boss": "langgraph"}, models={"claude-3-5-haiku-latest": "anthropic"}, tools={"create_retriever_tool"}, handoffs={("boss", "reader")}, memory={"reader"}, stores={"chroma"}, prompts=1)
    yield App("LlamaIndex", {"app.py": '''
from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI
def multiply(a: int, b: int) -> int:
    "Multiplies"
    return a * b
tool = FunctionTool.from_defaults(multiply)
llm = OpenAI(model="gpt-4o")
maths = FunctionAgent(name="maths", system_prompt="You do sums, one step at a time, with the tools you have.", tools=[tool], llm=llm, can_handoff_to=["writer"])
writer = FunctionAgent(name="writer", system_prompt="You write what the others found in plain words for children.", llm=llm)
team = AgentWorkflow(agents=[maths, writer], root_agent="maths")
'''}, agents={"maths": "llamaindex", "writer": "llamaindex", "team": "llamaindex"}, models={"gpt-4o": "openai"}, tools={"multiply"}, handoffs={("team", "maths"), ("team", "writer")}, prompts=2)
    yield App("CrewAI", {"crew.py": '''
from crewai import Agent, Crew, LLM, Task
from crewai_tools import SerperDevTool
llm = LLM(model="anthropic/claude-sonnet-4-5")
scout = Agent(role="scout", goal="Find news on tides", backstory="You have watched the sea for forty years and trust only measurements.", tools=[SerperDevTool()], llm=llm, max_iter=5)
editor = Agent(role="editor", goal="Write", backstory="You shorten what others write until nothing can be left out.", llm=llm, memory=True)
crew = Crew(agents=[scout, editor], tasks=[Task(description="tides", agent=scout, human_input=True)], memory=True)
'''}, agents={"scout": "crewai", "editor": "crewai", "crew": "crewai"}, models={"claude-sonnet-4-5": "anthropic"}, tools={"SerperDevTool"}, handoffs={("crew", "scout"), ("crew", "editor")}, steps={"scout": 5}, memory={"editor", "crew"}, prompts=2)
    yield App("CrewAI flow", {"flow.py": '''
from crewai.flow.flow import Flow, listen, start
from crewai.flow.persistence import persist
from litellm import completion
@persist
class Trip(Flow):
    @start()
    def ask(self):
        return completion(model="gpt-4o-mini", messages=[{"role": "user", "content": "Name a city"}])
    @listen(ask)
    def plan(self, city):
        return city
'''}, agents={"Trip": "crewai-flow"}, models={"gpt-4o-mini": "openai"}, memory={"Trip"})
    yield App("CrewAI YAML", {"pyproject.toml": "[project]\nname='c'\n", "src/c/config/agents.yaml": '''
cook:
  role: Cook
  goal: Cook with what is there
  backstory: You learned cooking in a kitchen without electricity, and waste nothing.
  llm: openai/gpt-4o-mini
'''}, agents={"cook": "crewai"}, models={"gpt-4o-mini": "openai"}, prompts=1)
    yield App("AutoGen AgentChat", {"app.py": '''
from autogen_agentchat.agents import AssistantAgent, UserProxyAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_ext.models.openai import OpenAIChatCompletionClient
async def lookup(word: str) -> str:
    "Looks a word up"
    return word
client = OpenAIChatCompletionClient(model="gpt-4o")
linguist = AssistantAgent("linguist", model_client=client, tools=[lookup], system_message="You explain where words come from, with dates.")
person = UserProxyAgent("person")
team = RoundRobinGroupChat([linguist, person], max_turns=8)
'''}, agents={"linguist": "autogen", "person": "autogen", "team": "autogen"}, models={"gpt-4o": "openai"}, tools={"lookup"}, handoffs={("team", "linguist"), ("team", "person")}, steps={"team": 8}, prompts=1)
    yield App("AutoGen Core", {"app.py": '''
from autogen_core import RoutedAgent, message_handler
class Counter(RoutedAgent):
    @message_handler
    async def count(self, message: str, ctx) -> int:
        return len(message)
'''}, agents={"Counter": "autogen-core"})
    yield App("Semantic Kernel", {"app.py": '''
from semantic_kernel.agents import ChatCompletionAgent, HandoffOrchestration
from semantic_kernel.connectors.ai.open_ai import AzureChatCompletion
from semantic_kernel.functions import kernel_function
class Menu:
    @kernel_function(description="The menu of today")
    def specials(self) -> str:
        return "soup"
waiter = ChatCompletionAgent(service=AzureChatCompletion(deployment_name="gpt-4o"), name="waiter", instructions="You recommend dishes of the menu and nothing else.", plugins=[Menu()])
host = ChatCompletionAgent(service=AzureChatCompletion(deployment_name="gpt-4o"), name="host", instructions="You welcome guests and call the waiter when they sit.")
room = HandoffOrchestration(members=[host, waiter])
'''}, agents={"waiter": "semantic-kernel", "host": "semantic-kernel", "room": "semantic-kernel"}, models={"gpt-4o": "azure-openai"}, tools={"specials"}, handoffs={("room", "host"), ("room", "waiter")}, prompts=2)
    yield App("Haystack", {"app.py": '''
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.tools import tool
@tool
def opening_hours(day: str) -> str:
    "When the library is open"
    return "9-17"
librarian = Agent(chat_generator=OpenAIChatGenerator(model="gpt-4o-mini"), tools=[opening_hours], system_prompt="You help visitors of the library in short sentences.", max_agent_steps=10)
'''}, agents={"librarian": "haystack"}, models={"gpt-4o-mini": "openai"}, tools={"opening_hours"}, steps={"librarian": 10}, prompts=1)
    yield App("DSPy", {"app.py": '''
import dspy
lm = dspy.LM("openai/gpt-4o-mini")
dspy.configure(lm=lm)
def search(query: str) -> str:
    "Searches"
    return query
solver = dspy.ReAct("question -> answer", tools=[search], max_iters=5)
'''}, agents={"solver": "dspy"}, models={"gpt-4o-mini": "openai"}, tools={"search"}, steps={"solver": 5}, thinks_with={"solver": "gpt-4o-mini"})
    yield App("Bedrock knowledge bases", {"app.py": '''
import boto3
client = boto3.client("bedrock-agent-runtime")
def answer(question):
    return client.retrieve_and_generate(input={"text": question}, retrieveAndGenerateConfiguration={"type": "KNOWLEDGE_BASE", "knowledgeBaseConfiguration": {"knowledgeBaseId": "KB12345678", "modelArn": "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"}})
'''}, stores={"bedrock-knowledge-base"})
    yield App("Bedrock knowledge bases in LangChain", {"app.py": '''
from langchain_aws import AmazonKnowledgeBasesRetriever
retriever = AmazonKnowledgeBasesRetriever(knowledge_base_id="KB12345678")
'''}, stores={"bedrock-knowledge-base"})
    yield App("PydanticAI", {"app.py": '''
from pydantic_ai import Agent, RunContext, UsageLimits
bank = Agent("anthropic:claude-sonnet-4-5", name="bank", system_prompt="You answer questions of customers of a bank about their account.")
@bank.tool
def balance(ctx: RunContext[str], account: str) -> str:
    "The balance"
    return "0"
bank.run_sync("hello", usage_limits=UsageLimits(request_limit=3))
'''}, agents={"bank": "pydantic-ai"}, models={"claude-sonnet-4-5": "anthropic"}, tools={"balance"}, steps={"bank": 3}, prompts=1)
    yield App("smolagents", {"app.py": '''
from smolagents import CodeAgent, DuckDuckGoSearchTool, InferenceClientModel, ToolCallingAgent
model = InferenceClientModel(model_id="Qwen/Qwen2.5-Coder-32B-Instruct")
web = ToolCallingAgent(tools=[DuckDuckGoSearchTool()], model=model, name="web", max_steps=4)
lead = CodeAgent(tools=[], model=model, managed_agents=[web], name="lead", executor_type="docker")
'''}, agents={"web": "smolagents", "lead": "smolagents"}, tools={"DuckDuckGoSearchTool"}, handoffs={("lead", "web")}, steps={"web": 4})
    yield App("Google ADK", {"agent.py": '''
from google.adk.agents import Agent, LoopAgent
from google.adk.tools import google_search
def stop_secrets(callback_context, llm_request): ...
seeker = Agent(name="seeker", model="gemini-2.0-flash", instruction="You search the web for what the user wants to know.", tools=[google_search], before_model_callback=stop_secrets)
root_agent = LoopAgent(name="rounds", sub_agents=[seeker], max_iterations=3)
'''}, agents={"seeker": "google-adk", "rounds": "google-adk"}, models={"gemini-2.0-flash": "google"}, tools={"google_search"}, handoffs={("rounds", "seeker")}, guards={"seeker": {"stop_secrets"}}, steps={"rounds": 3}, prompts=1)
    yield App("Strands", {"app.py": '''
from strands import Agent, tool
from strands.models import BedrockModel
@tool
def letters(word: str) -> int:
    "Counts letters"
    return len(word)
counter = Agent(model=BedrockModel(model_id="anthropic.claude-3-7-sonnet-20250219-v1:0", guardrail_id="g-1"), tools=[letters], system_prompt="You count letters of words and say how many there are.")
'''}, agents={"counter": "strands"}, models={"anthropic.claude-3-7-sonnet-20250219-v1:0": "amazon-bedrock"}, tools={"letters"}, prompts=1)
    yield App("Bedrock agents", {"app.py": '''
import boto3
client = boto3.client("bedrock-agent")
made = client.create_agent(agentName="claims", foundationModel="anthropic.claude-3-5-sonnet-20240620-v1:0", instruction="You take claims of insured people and open a case for each.", guardrailConfiguration={"guardrailIdentifier": "g", "guardrailVersion": "1"})
'''}, agents={"claims": "bedrock-agents"}, models={"anthropic.claude-3-5-sonnet-20240620-v1:0": "amazon-bedrock"}, guards={"claims": {"guardrail"}}, prompts=1)
    yield App("MCP clients", {"app.py": '''
from langchain_mcp_adapters.client import MultiServerMCPClient
from mcp import StdioServerParameters
files = StdioServerParameters(command="npx", args=["-y", "@modelcontextprotocol/server-filesystem", "/data"])
many = MultiServerMCPClient({"weather": {"url": "https://weather.example.org/mcp", "transport": "streamable_http"}, "sums": {"command": "python", "args": ["sums.py"]}})
'''}, servers={"@modelcontextprotocol/server-filesystem", "weather", "sums"})
    yield App("plain HTTP", {"app.py": '''
import requests
def ask(text):
    body = {"model": "mistral-large-latest", "messages": [{"role": "system", "content": "You are the voice of a museum and speak of its pictures only."}, {"role": "user", "content": text}]}
    return requests.post("https://api.mistral.ai/v1/chat/completions", json=body, timeout=30)
'''}, models={"mistral-large-latest": "mistral"}, providers={"mistral"}, prompts=1)
    yield App("settings", {".env.example": "OPENAI_API_KEY=\nOPENAI_MODEL_NAME=gpt-4o\nOLLAMA_BASE_URL=http://localhost:11434\nEMBEDDING_MODEL=text-embedding-3-small\nPORT=8080\n"}, models={"gpt-4o": "openai", "text-embedding-3-small": "openai"}, providers={"openai", "ollama"})
