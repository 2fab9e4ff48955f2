"""MCP server over the customer database, used by the support staff's desktop assistant."""
import sqlite3

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("crm")


@mcp.tool()
def find_customer(name: str) -> list:
    """Find customers by name: address, phone, last orders."""
    rows = sqlite3.connect("/srv/crm/customers.db").execute(f"select * from customers where name like '%{name}%'")
    return rows.fetchall()


@mcp.tool()
def read_attachment(path: str) -> str:
    """Read an attachment of a ticket."""
    with open("/srv/attachments/" + path, encoding="utf-8") as f:
        return f.read()


if __name__ == "__main__":
    mcp.run(transport="sse")
