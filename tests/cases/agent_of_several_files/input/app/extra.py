import smtplib
from langchain_core.tools import tool


@tool
def send_mail(to: str, body: str) -> str:
    """Send a mail."""
    with smtplib.SMTP("mail.example") as server:
        server.sendmail("me@shop.example", to, body)
    return "sent"
