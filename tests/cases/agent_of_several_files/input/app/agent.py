from langchain.agents import AgentExecutor, create_openai_tools_agent
from langchain_openai import ChatOpenAI

from app.tools import TOOLS
from app import extra

model = ChatOpenAI(model="gpt-4o-mini")
inner = create_openai_tools_agent(model, TOOLS, prompt)
helper = AgentExecutor(agent=inner, tools=TOOLS + [extra.send_mail])
