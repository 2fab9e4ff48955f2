import subprocess
import openai

client = openai.OpenAI()


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def notes(log: str) -> str:
    return client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": log}]).choices[0].message.content


def tag(version: str) -> None:
    command = ["git", "tag", "-m", notes(run(["git", "log"]))]
    command.append(version)
    run(command)
