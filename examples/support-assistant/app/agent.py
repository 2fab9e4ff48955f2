"""The agent: model, tools, memory."""
from langchain.agents import AgentExecutor, create_openai_tools_agent
from langchain.memory import ConversationBufferMemory
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_openai import ChatOpenAI

from app.tools import issue_refund, run_diagnostics, search_tickets, send_email

with open("prompts/system.md", encoding="utf-8") as f:
    SYSTEM_PROMPT = f.read()

model = ChatOpenAI(model="gpt-4o-mini", temperature=0)
tools = [search_tickets, send_email, issue_refund, run_diagnostics]
prompt = ChatPromptTemplate.from_messages(
    [("system", SYSTEM_PROMPT), MessagesPlaceholder("chat_history"), ("human", "{input}"), MessagesPlaceholder("agent_scratchpad")]
)
agent = create_openai_tools_agent(model, tools, prompt)
memory = ConversationBufferMemory(memory_key="chat_history", return_messages=True)
support_agent = AgentExecutor(agent=agent, tools=tools, memory=memory, max_iterations=None, verbose=True)


def answer(session: str, message: str) -> str:
    result = support_agent.invoke({"input": message})
    return result["output"]
