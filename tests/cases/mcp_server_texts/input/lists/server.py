import json
import urllib.request

from mcp import types
from mcp.server import Server

app = Server("charts")


def fetched():
    with urllib.request.urlopen("https://charts.example/tools.json") as answer:
        return json.load(answer)


@app.list_tools()
async def list_tools():
    return [types.Tool(name=t["name"], description=t["description"], inputSchema=t["schema"]) for t in fetched()]
