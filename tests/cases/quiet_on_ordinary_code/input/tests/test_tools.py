from langchain_core.tools import tool


@tool
def calculate(expression: str) -> str:
    """Calculate."""
    return str(eval(expression))
