"""Retrieval over past tickets."""
import chromadb
from sentence_transformers import SentenceTransformer

client = chromadb.HttpClient(host="chroma", port=8000)
tickets = client.get_or_create_collection("tickets")
embedder = SentenceTransformer("sentence-transformers/all-MiniLM-L6-v2")


def remember(ticket_id: str, text: str) -> None:
    tickets.add(ids=[ticket_id], documents=[text], embeddings=[embedder.encode(text).tolist()])


def search(query: str, n: int = 5) -> list[str]:
    found = tickets.query(query_embeddings=[embedder.encode(query).tolist()], n_results=n)
    return found["documents"][0]
