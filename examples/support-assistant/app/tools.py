"""What the agent may do."""
import os
import smtplib
import subprocess
from email.message import EmailMessage

import stripe
from langchain_core.tools import tool

from app.rag import search

stripe.api_key = os.environ["STRIPE_KEY"]


@tool
def search_tickets(query: str) -> str:
    """Search past support tickets for similar problems."""
    return "\n---\n".join(search(query))


@tool
def send_email(to: str, subject: str, body: str) -> str:
    """Send an e-mail to a customer."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "support@shop.example", to, subject
    message.set_content(body)
    with smtplib.SMTP(os.environ["SMTP_HOST"]) as server:
        server.send_message(message)
    return "sent"


@tool
def issue_refund(payment_intent: str, amount_cents: int) -> str:
    """Refund a payment."""
    refund = stripe.Refund.create(payment_intent=payment_intent, amount=amount_cents)
    return refund.status


@tool
def run_diagnostics(command: str) -> str:
    """Run a network diagnostic such as ping or traceroute for a customer's shop address."""
    return subprocess.run(command, shell=True, capture_output=True, text=True, timeout=30).stdout
