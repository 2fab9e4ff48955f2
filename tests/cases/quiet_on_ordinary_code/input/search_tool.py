import requests
from langchain_core.tools import tool

BASE = load_settings().base


def address(kind: str) -> str:
    return f"{BASE}/{kind}"


@tool
def search(kind: str, query: str) -> str:
    """Search one kind of record."""
    url = address(kind)
    return requests.post(url, json={"q": query}, timeout=10).text
