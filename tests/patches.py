#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the patches of `fix` to what they promise: patches.py BINARY. For each kind: scan, patch with patch -p1, scan again; the findings that the
patch answers are gone, no other came, and what nobody asked for is as it was. Then: texts that must not be touched, and --apply."""
import json
import os
import subprocess
import sys
import tempfile

POD = """apiVersion: v1
kind: Pod
metadata:
  name: vllm
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.10.0
      securityContext:
        privileged: true  # for the GPU
        allowPrivilegeEscalation: true
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: notes
data:
  privileged: "yes"
"""
COMPOSE = """services:
  ray:
    image: rayproject/ray:2.9.0
    privileged: true
    ports:
      - "8265:8265"
  other:
    image: nginx:1.27
    ports:
      - 0.0.0.0:9999:9999
  ollama:
    image: ollama/ollama:0.5.0
    ports: ["0.0.0.0:11434:11434"]
"""
# name: files, rules that the patch must end, lines that must stand in what it makes
KINDS = {
    "remote code": ({"load.py": 'from transformers import AutoModel\n\nm = AutoModel.from_pretrained(\n    "acme/model",  \n    trust_remote_code = True,\n)'},
                    ["code-trusts-remote-code"], ["    trust_remote_code = False,", ")"]),
    "weights only": ({"load.py": "import torch\r\na = torch.load(open('x)', 'rb'), weights_only=False)\r\nb = torch.load(p)\r\n"}, ["code-unsafe-load"],
                     ["a = torch.load(open('x)', 'rb'), weights_only=True)", "b = torch.load(p, weights_only=True)"]),
    "yaml loader": ({"conf.py": "import yaml\nimport torch\nc = yaml.load(open('a.yaml'), Loader=yaml.Loader)\n"}, ["code-unsafe-load"], ["c = yaml.load(open('a.yaml'), Loader=yaml.SafeLoader)"]),
    "arrays": ({"a.py": "import numpy as np\nx = np.load('x.npy', allow_pickle=True)\n"}, ["code-unsafe-load"], ["x = np.load('x.npy', allow_pickle=False)"]),
    "share": ({"app.py": "import gradio as gr\ndemo = gr.Interface(fn=lambda x: x, inputs='text', outputs='text')\ndemo.launch(share=True)\n"}, ["code-public-share"], ["demo.launch(share=False)"]),
    "pod": ({"pod.yaml": POD}, ["pod-privileged", "ai-workload-privileged", "pod-may-gain-privileges"],
            ["        privileged: false  # for the GPU", "        allowPrivilegeEscalation: false", '  privileged: "yes"']),
    "compose": ({"docker-compose.yml": COMPOSE}, ["ai-control-plane-open", "ai-workload-privileged", "ai-endpoint-open"],
                ["    privileged: false", '      - "127.0.0.1:8265:8265"', "      - 0.0.0.0:9999:9999", '    ports: ["127.0.0.1:11434:11434"]']),
    "launcher": ({".mcp.json": '{"mcpServers": {"git": {"command": "uvx", "args": ["mcp-server-git"]}}}\n', "requirements.txt": "mcp-server-git==2026.1.14\n"},
                 ["mcp-server-unpinned-package"], ['{"mcpServers": {"git": {"command": "uvx", "args": ["mcp-server-git==2026.1.14"]}}}']),
    "revision": ({"a.py": 'from transformers import AutoModel\nm = AutoModel.from_pretrained("org/name")\n',
                  "b.py": 'from transformers import AutoModel\nm = AutoModel.from_pretrained("org/name", revision="' + "a" * 40 + '")\n'},
                 ["model-unpinned-revision"], ['m = AutoModel.from_pretrained("org/name", revision="' + "a" * 40 + '")']),
    "digest": ({"docker-compose.yml": "services:\n  a:\n    image: 'ollama/ollama'  # newest\n", "compose.prod.yml": "services:\n  a:\n    image: ollama/ollama@sha256:" + "0" * 64 + "\n", "Dockerfile": "FROM ollama/ollama\nUSER 1\n"},
               ["ai-service-image-unpinned", "image-base-unpinned"], ["    image: 'ollama/ollama@sha256:" + "0" * 64 + "'  # newest", "FROM ollama/ollama@sha256:" + "0" * 64]),
    "upgrade": ({"requirements.txt": "# pinned\nmcp==1.9.0 ; python_version > '3.9'\n"}, ["vulnerable-package"], ["# pinned"]),
}
# texts in which nothing may be changed
UNTOUCHED = {
    "comment in the call": {"load.py": "import torch\na = torch.load(\n    p,  # weights_only=False\n)\n"},
    "keywords of others": {"load.py": "import torch\na = torch.load(p, **more)\n"},
    "another major release": {"requirements.txt": "langchain==0.0.100\n"},
    "two commits": {"a.py": 'from transformers import AutoModel\nm = AutoModel.from_pretrained("org/name")\nn = AutoModel.from_pretrained("org/name", revision="' + "a" * 40 + '")\no = AutoModel.from_pretrained("org/name", revision="' + "b" * 40 + '")\n'},
    "two digests": {"docker-compose.yml": "services:\n  a:\n    image: qdrant/qdrant\n", "compose.x.yml": "services:\n  a:\n    image: qdrant/qdrant@sha256:" + "0" * 64 + "\n  b:\n    image: qdrant/qdrant@sha256:" + "1" * 64 + "\n"},
    "hashes": {"requirements.txt": "mcp==1.9.0 --hash=sha256:" + "0" * 64 + "\n"},
    "a launcher of nothing that is here": {".mcp.json": '{"mcpServers": {"x": {"command": "npx", "args": ["-y", "some-server"]}}}\n'},
    "control characters": {"load.py": "import torch\n# \x1b[31m\na = torch.load(p)\n"},
}


def write(folder, files):
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", newline="") as f:
            f.write(text)


def read(folder):
    out = {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), newline="") as f:
            out[name] = f.read()
    return out


def main(binary):
    wrong = []

    def run(*words, **more):
        return subprocess.run([binary, *words], capture_output=True, text=True, **more)

    def rules(folder):
        return sorted(f["rule"] for f in json.loads(run("scan", folder, "--format", "json", "--quiet").stdout)["findings"] if f["state"] == "open")

    for kind, (files, ended, lines) in KINDS.items():
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as twin:
            write(folder, files)
            write(twin, files)
            before = rules(folder)
            diff = subprocess.run([binary, "fix", folder, "--diff", "--quiet"], capture_output=True).stdout
            for extra in (["--dry-run"], []):
                patched = subprocess.run(["patch", "-p1", "--binary", "-F0", *extra], cwd=folder, input=diff, capture_output=True)
                if patched.returncode or b"offset" in patched.stdout or b"fuzz" in patched.stdout:
                    wrong.append(f"{kind}: patch says {patched.stdout!r} {patched.stderr!r}")
            after = rules(folder)
            for rule in ended:
                if rule not in before:
                    wrong.append(f"{kind}: {rule} is not found before")
                if rule in after:
                    wrong.append(f"{kind}: {rule} is still found")
            for rule in set(after):
                if after.count(rule) > before.count(rule):
                    wrong.append(f"{kind}: {rule} came by the patch")
            now = [line for text in read(folder).values() for line in text.replace("\r\n", "\n").split("\n")]
            for line in lines:
                if line not in now:
                    wrong.append(f"{kind}: no line {line!r} in {now}")
            applied = run("fix", twin, "--apply", "--quiet")
            if applied.returncode or read(twin) != read(folder):
                wrong.append(f"{kind}: --apply makes another text than the patch: {applied.stdout} {applied.stderr}")
    for kind, files in UNTOUCHED.items():
        with tempfile.TemporaryDirectory() as folder:
            write(folder, files)
            diff = run("fix", folder, "--diff", "--quiet").stdout
            if diff:
                wrong.append(f"{kind}: a patch was made: {diff}")
    with tempfile.TemporaryDirectory() as folder:
        write(folder, KINDS["pod"][0])
        one = run("fix", folder, "--diff", "--finding", "pod-may-gain-privileges", "--quiet").stdout
        if "allowPrivilegeEscalation: false" not in one or "+        privileged: false" in one:
            wrong.append("--finding RULE: " + one)
        none = run("fix", folder, "--finding", "no-such-rule", "--quiet")
        if none.returncode != 2 or "no-such-rule" not in none.stderr:
            wrong.append(f"--finding of nothing: {none.returncode} {none.stderr}")
        write(folder, KINDS["compose"][0])
        plan = json.loads(run("plan", folder, "--format", "json", "--quiet").stdout)
        if not any("--finding" in action["patch"] for action in plan["actions"]):
            wrong.append("no action of the plan names its patch")
        if not all(action["verify"].startswith("stormwatch ") for action in plan["actions"]):
            wrong.append("an action without a command that verifies it")
    print("\n".join(wrong) or f"{len(KINDS)} kinds of patch: applied, and gone on the next scan; {len(UNTOUCHED)} texts untouched")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
