#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Malware is found in every form a manifest, launcher or instruction names it; VEX statements go in and come out again.

    packages.py STORMWATCH
"""
import json, pathlib, subprocess, sys, tempfile

STORMWATCH = sys.argv[1]


def launch(command, *arguments):
    return json.dumps({"mcpServers": {"s": {"command": command, "args": list(arguments)}}})


def workflow(step):
    return f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {step}\n"


# path, content, the malicious release (all of them public records)
FORMS = [
    ("requirements.txt", "litellm==1.82.7\n", "litellm"), ("deps/requirements-dev.in", "mistralai==2.4.6\n", "mistralai"),
    ("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["mistralai==2.4.6"]\n', "mistralai"),
    ("uv.lock", 'version = 1\n[[package]]\nname = "lightning"\nversion = "2.6.2"\n', "lightning"),
    ("poetry.lock", '[[package]]\nname = "ultralytics"\nversion = "8.3.42"\n', "ultralytics"),
    ("Pipfile.lock", '{"_meta": {}, "default": {"telnyx": {"version": "==4.87.1"}}, "develop": {}}', "telnyx"),
    ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nname = "xinference"\nversion = "2.6.1"\n', "xinference"),
    ("environment.yml", "name: x\ndependencies:\n  - python=3.11\n  - pip:\n    - guardrails-ai==0.10.1\n", "guardrails-ai"),
    ("n.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["!pip install -q litellm==1.82.7\n"], "metadata": {}, "outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "litellm"),
    ("venv/lib/python3.12/site-packages/litellm-1.82.8.dist-info/METADATA", "Metadata-Version: 2.1\nName: litellm\nVersion: 1.82.8\n", "litellm"),
    ("package.json", '{"name": "x", "dependencies": {"cline": "2.3.0"}}', "cline"),
    ("package-lock.json", '{"name": "x", "lockfileVersion": 3, "packages": {"": {"name": "x"}, "node_modules/postmark-mcp": {"version": "1.0.16"}}}', "postmark-mcp"),
    ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  cline@2.3.0:\n    resolution: {integrity: sha512-x}\n", "cline"),
    ("yarn.lock", '# yarn lockfile v1\n\n\ncline@^2.0.0:\n  version "2.3.0"\n', "cline"),
    ("node_modules/cline/package.json", '{"name": "cline", "version": "2.3.0"}', "cline"),
    ("bom.cdx.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "name": "xinference", "version": "2.6.0", "purl": "pkg:pypi/xinference@2.6.0"}]}', "xinference"),
    (".mcp.json", launch("npx", "-y", "postmark-mcp@1.0.16"), "postmark-mcp"), (".mcp.json", launch("npx", "-y", "@lanyer640/mcp-runcommand-server"), "@lanyer640/mcp-runcommand-server"),
    (".mcp.json", launch("cmd", "/c", "npx", "-y", "postmark-mcp@1.0.17"), "postmark-mcp"), (".mcp.json", launch("uvx", "--from", "litellm==1.82.8", "litellm"), "litellm"),
    (".mcp.json", launch("uv", "run", "--with", "mistralai==2.4.6", "server.py"), "mistralai"), (".mcp.json", launch("bunx", "cline@2.3.0"), "cline"),
    (".mcp.json", launch("uvx", "Guardrails_AI==0.10.1"), "guardrails-ai"), (".mcp.json", launch("pipx", "run", "--spec", "durabletask==1.4.1", "x"), "durabletask"),
    (".github/workflows/ci.yml", workflow("pip install litellm==1.82.7"), "litellm"), (".gitlab-ci.yml", "a:\n  script:\n    - npx -y postmark-mcp@1.0.16\n", "postmark-mcp"),
    ("compose.yaml", 'services:\n  a:\n    image: x/y:1\n    command: ["npx", "-y", "postmark-mcp@1.0.16"]\n', "postmark-mcp"),
    ("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: x/y:1\n      command: [uvx, litellm==1.82.8]\n", "litellm"),
    ("x.egg-info/requires.txt", "litellm==1.82.7\n\n[extra]\nother==1\n", "litellm"),
    ("setup.sh", "#!/bin/sh\nuv tool install litellm==1.82.7\n", "litellm"),
] + [("Dockerfile", f"FROM python:3.12\n{line}\n", name) for line, name in [
    ('RUN pip install "xinference==2.6.1"', "xinference"), ("RUN uv pip install --system ultralytics==8.3.41", "ultralytics"), ("RUN npm install -g cline@2.3.0", "cline"), ("RUN npx -y postmark-mcp@1.0.17", "postmark-mcp"),
    ("RUN uv tool install litellm==1.82.7", "litellm"), ("RUN pipx install durabletask==1.4.1", "durabletask"), ("RUN pnpm dlx cline@2.3.0", "cline"), ('CMD ["uvx", "litellm==1.82.8"]', "litellm"), ("RUN yarn global add cline@2.3.0", "cline"),
    ("RUN poetry add guardrails-ai==0.10.1", "guardrails-ai"), ("RUN npm i -g @openclaw-ai/openclawai", "@openclaw-ai/openclawai"), ("RUN set -e; \\\n  pip install \\\n    litellm==1.82.7", "litellm")]]

# Releases before, and texts that only speak of one.
QUIET = [("x.egg-info/requires.txt", "other==1\n\n[extra]\nlitellm==1.82.7\n"), ("other-0.18.2.egg-info/requires.txt", "litellm==1.82.7\n"), ("requirements.txt", "litellm==1.82.6\n# litellm==1.82.7\n"), (".mcp.json", launch("npx", "-y", "postmark-mcp@1.0.15")), ("Dockerfile", 'FROM x\nRUN echo "never pip install litellm==1.82.7"\n'),
         (".github/workflows/ci.yml", workflow("pip install litellm==1.82.6").replace("      - run", "      - name: pip install litellm==1.82.7\n        run"))]


def scan(files, *options):
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        run = subprocess.run([STORMWATCH, "scan", folder, "--format", "json", "--quiet", "--no-progress", "--no-ignore", *options], capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)


def malware(report):
    names = {a["id"]: a["name"] for a in report["assets"]}
    return {names[f["asset"]] for f in report["findings"] if f["rule"] == "malicious-package"}


def statement(flaw, status, package, **more):
    return {"vulnerability": {"name": flaw}, "products": [{"@id": package}], "status": status, **more}


def openvex(*statements, time="2026-07-08T18:02:03Z"):
    return json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex", "author": "Example Security", "timestamp": time, "version": 1, "statements": list(statements)})


def check_vex(folder):
    flaw, package = "CVE-2025-3248", "pkg:pypi/langflow@1.2.0"
    given = pathlib.Path(folder) / "vex.json"
    given.write_text(openvex(statement(flaw, "not_affected", package, justification="vulnerable_code_not_in_execute_path"), statement("CVE-2025-34291", "under_investigation", "pkg:pypi/langflow")))
    files = {"requirements.txt": "langflow==1.2.0\n"}

    def of(report, name=flaw):
        return next(f for f in report["findings"] if name in f["identifiers"])

    plain = scan(files)
    assert "vex" not in of(plain)["vulnerability"] and of(plain)["state"] == "open"
    out = pathlib.Path(folder) / "out.json"
    said = scan(files, "--vex", str(given), "--output", f"openvex:{out}")
    assert of(said)["vulnerability"]["vex"] == "not_affected" and of(said)["state"] == "accepted" and "Example Security" in of(said)["explanation"], of(said)
    assert of(said, "CVE-2025-34291")["vulnerability"]["vex"] == "under_investigation" and of(said, "CVE-2025-34291")["state"] == "open"
    assert len(said["findings"]) == len(plain["findings"]), "a statement drops nothing"
    written = json.loads(out.read_text())
    again = {s["vulnerability"]["name"]: s for s in written["statements"]}
    assert again[flaw]["status"] == "not_affected" and again[flaw]["justification"] == "vulnerable_code_not_in_execute_path" and again[flaw]["products"][0]["@id"] == package, again[flaw]
    # What was written is read again, and by then lies in the target.
    found = scan({**files, "langflow.openvex.json": out.read_text()})
    assert of(found)["vulnerability"] | {"vex": "not_affected", "vex_given": False} == of(found)["vulnerability"] and of(found)["state"] == "open", of(found)["vulnerability"]
    torn = scan({**files, "a.json": openvex(statement(flaw, "fixed", package)), "b.json": openvex(statement(flaw, "affected", package, action_statement="update"))})
    assert of(torn)["vulnerability"]["vex"] == "" and "contradict" in of(torn)["explanation"], of(torn)
    other = scan({**files, "a.json": openvex(statement(flaw, "fixed", "pkg:pypi/langflow@1.3.0"))})
    assert "vex" not in of(other)["vulnerability"], "another version"
    given.write_text("{}")
    refused = subprocess.run([STORMWATCH, "scan", folder, "--vex", str(given)], capture_output=True, text=True)
    assert refused.returncode == 2 and "VEX" in refused.stderr, refused


def main():
    for path, content, name in FORMS:
        assert name in malware(scan({path: content})), (path, content, name)
    for path, content in QUIET:
        assert not malware(scan({path: content})), (path, content)
    with tempfile.TemporaryDirectory() as folder:
        check_vex(folder)
    print(f"packages: {len(FORMS) + len(QUIET) + 1} passed, 0 failed")


main()
