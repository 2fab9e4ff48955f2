import smtplib
from langchain_core.tools import tool


@tool
def search(query: str) -> str:
    """Search the tickets."""
    return find(query)


@tool
def unused(query: str) -> str:
    """Not given to the agent."""
    return query


TOOLS = [search]
