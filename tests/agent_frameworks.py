#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the inventory of agents to small applications, one a framework: agent_frameworks.py BINARY [--docs FILE] [--write FILE]

Each tests/agents/frameworks_*.py yields applications and what must be seen of them. All are scanned; each agent, model, tool, prompt,
hand-off, guardrail, step limit, approval, memory and retriever that is named must be there, with a line; agents that are not named must not.
`--write FILE` makes docs/frameworks.md of it, `--docs FILE` holds that page to what is made.
"""
import importlib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "agents"))
TIMEOUT = float(os.environ.get("STORMWATCH_TEST_TIMEOUT", "240"))
COLUMNS = ("agents", "models", "tools", "prompts", "handoffs", "memory", "retrievers", "guards", "steps", "approval", "servers")
TITLES = ("agents", "models", "tools", "prompts", "hand-offs", "memory", "retrievers", "guardrails", "step limit", "approval", "MCP servers")


def scan(binary, app):
    with tempfile.TemporaryDirectory() as root:
        for path, content in app.files.items():
            full = os.path.join(root, "app", path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as f:
                f.write(content.lstrip("\n"))
        ran = subprocess.run([binary, "scan", os.path.join(root, "app"), "--format", "json", "--no-ignore"], capture_output=True, timeout=TIMEOUT)
        if ran.returncode not in (0, 1, 3):
            sys.exit(f"{app.framework}: exit {ran.returncode}: {ran.stderr.decode(errors='replace')[-400:]}")
        return json.loads(ran.stdout)


def check(app, report):
    """What is missing or wrong, as sentences."""
    wrong = []
    assets = {a["id"]: a for a in report["assets"]}
    kind = lambda name: [a for a in report["assets"] if a["kind"] == name]
    by_name = lambda name: {a["name"]: a for a in kind(name)}
    edges = lambda relation: {(assets[r["from"]]["name"], assets[r["to"]]["name"]) for r in report["relations"] if r["kind"] == relation and r["from"] in assets and r["to"] in assets}
    agents, models = by_name("agent"), by_name("model")
    for name, framework in app.agents.items():
        if name not in agents:
            wrong.append(f"agent {name} is missing, there are {sorted(agents)}")
        elif agents[name]["attributes"].get("framework") != framework:
            wrong.append(f"agent {name} is of {agents[name]['attributes'].get('framework')}")
        elif not agents[name]["locations"][0].get("line"):
            wrong.append(f"agent {name} has no line")
    wrong += [f"agent {name} is none" for name in agents if name not in app.agents]
    for name, source in app.models.items():
        if name not in models:
            wrong.append(f"model {name} is missing, there are {sorted(models)}")
        elif models[name]["attributes"].get("source") != source:
            wrong.append(f"model {name} is of {models[name]['attributes'].get('source')}")
    wrong += [f"provider {p} is missing" for p in app.providers - set(by_name("provider"))]
    used = {to for _, to in edges("has_tool")}
    wrong += [f"tool {t} is missing, there are {sorted(used)}" for t in app.tools - used]
    wrong += [f"{agent} is not given {tool}, there are {sorted(edges('has_tool'))}" for agent, tool in app.given - edges("has_tool")]
    wrong += [f"hand-off {h} is missing, there are {sorted(edges('calls_agent'))}" for h in app.handoffs - edges("calls_agent")]
    of = lambda name: agents.get(name, {"attributes": {}})["attributes"]
    for name, guards in app.guards.items():
        if not guards <= set(of(name).get("guardrails", [])):
            wrong.append(f"guardrails of {name} are {of(name).get('guardrails')}")
    wrong += [f"{name} thinks with {of(name).get('model_name')}" for name, model in app.thinks_with.items() if of(name).get("model_name") != model]
    wrong += [f"{name} stops after {of(name).get('max_steps')}" for name, most in app.steps.items() if of(name).get("max_steps") != most]
    wrong += [f"{name} asks nobody" for name in app.approval if of(name).get("human_approval") is not True]
    wrong += [f"{name} has no memory" for name in app.memory if of(name).get("memory") is not True or name not in {f for f, _ in edges("has_memory")}]
    readers = {f for f, to in edges("reads")}
    wrong += [f"{name} reads no store" for name in app.retrievers - readers]
    wrong += [f"store {s} is missing" for s in app.stores - {a["attributes"].get("product") for a in kind("vector-store")}]
    wrong += [f"server {s} is not used, there are {sorted(edges('connects_to'))}" for s in app.servers - {to for _, to in edges("connects_to")}]
    if len(edges("has_prompt")) < app.prompts:
        wrong.append(f"{len(edges('has_prompt'))} prompts of {app.prompts}")
    return wrong


def page(apps):
    lines = ["# Frameworks of agents", "", "What a scan sees of an application in each framework: `x` where a sample of tests/agents is held to it, `–` where the sample has none.", "Made by `tests/agent_frameworks.py BINARY --write docs/frameworks.md`.", "",
             "| framework | " + " | ".join(TITLES) + " |", "|---" * (len(TITLES) + 1) + "|"]
    for app in apps:
        lines.append(f"| {app.framework} | " + " | ".join("x" if getattr(app, c) else "–" for c in COLUMNS) + " |")
    lines += ["", "Drawn agents (n8n, Flowise and Dify exports) are held to samples in src/collect. MCP servers are read in Python, JavaScript,",
              "TypeScript, Go (mark3labs/mcp-go, modelcontextprotocol/go-sdk), Java (the MCP Java SDK, Spring AI) and C# (ModelContextProtocol).", ""]
    return "\n".join(lines)


def main():
    binary = sys.argv[1]
    apps = [app for name in sorted(os.listdir(os.path.join(HERE, "agents"))) if name.startswith("frameworks_") for app in importlib.import_module(name[:-3]).apps()]
    failed = 0
    for app in apps:
        for wrong in check(app, scan(binary, app)):
            print(f"{app.framework}: {wrong}")
            failed += 1
    made = page(apps)
    for flag, act in (("--write", "w"), ("--docs", "r")):
        if flag in sys.argv:
            with open(sys.argv[sys.argv.index(flag) + 1], act, encoding="utf-8") as f:
                if act == "w":
                    f.write(made)
                elif f.read() != made:
                    print("docs/frameworks.md is not what the samples make")
                    failed += 1
    print(f"{len(apps)} applications, {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
