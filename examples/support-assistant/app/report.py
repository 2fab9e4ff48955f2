"""Weekly numbers: the model writes the query, we run it."""
import sqlite3

from openai import OpenAI

client = OpenAI()


def weekly_report(question: str):
    reply = client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": "Write one pandas expression over the data frame `tickets`. Reply with code only."},
            {"role": "user", "content": question},
        ],
    )
    code = reply.choices[0].message.content
    tickets = sqlite3.connect("tickets.db").execute("select * from tickets").fetchall()
    return eval(code, {"tickets": tickets})
