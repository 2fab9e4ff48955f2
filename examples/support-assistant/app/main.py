"""The public chat endpoint."""
import os

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

from app.agent import answer
from app.rag import remember

app = FastAPI(title="Support assistant")
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"])


@app.post("/chat")
async def chat(request: Request):
    body = await request.json()
    reply = answer(body["session"], body["message"])
    return {"reply_markdown": reply}


@app.post("/tickets")
async def new_ticket(request: Request):
    # every mail to support@ arrives here and becomes searchable for the assistant
    ticket = await request.json()
    remember(ticket["id"], ticket["subject"] + "\n" + ticket["body"])
    return {"ok": True}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8080")))
