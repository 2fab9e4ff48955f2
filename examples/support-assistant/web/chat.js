import axios from "axios";
import { marked } from "marked";

const log = document.getElementById("log");

export async function send(message) {
  const reply = await axios.post("/chat", { session: sessionStorage.id, message });
  const row = document.createElement("div");
  row.innerHTML = marked(reply.data.reply_markdown);
  log.append(row);
}
