#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scans each tests/cases/NAME/input and holds the report to tests/cases/NAME/expected.json. Adding a folder adds a test.

expected.json: {"findings": [{"rule", "path", "severity"?, "line"?, "resource"?}], "no_findings": [{"rule"?, "path"?}],
"assets": [{"kind", "name"}], "absent_assets": [...], "relations": [[from name, kind, to name]], "absent_relations": [...], "incomplete": [{"path", "reason"}], "arguments": [...]}.
Every entry of findings, assets, relations and incomplete must be there; no finding may match an entry of no_findings. A case with
generate.py is given a temporary copy of input/, on which `generate.py FOLDER` runs first.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

TIMEOUT = float(os.environ.get("STORMWATCH_TEST_TIMEOUT", "120"))  # seconds; a build with sanitizers needs more


def scan(binary, folder, arguments):
    ran = subprocess.run([binary, "scan", folder, "--format", "json", *arguments], capture_output=True, timeout=TIMEOUT)
    if ran.returncode not in (0, 1, 3):
        raise AssertionError(f"exit {ran.returncode}: {ran.stderr.decode(errors='replace')[-400:]}")
    return json.loads(ran.stdout)


def matches(want, finding):
    place = finding["location"]
    return all((finding.get(key) if key in ("rule", "severity", "vector", "title") else place.get(key)) == value for key, value in want.items())


def check(report, expected):
    wrong = []
    for want in expected.get("findings", []):
        if not any(matches(want, f) for f in report["findings"]):
            wrong.append(f"no finding {want}")
    for want in expected.get("no_findings", []):
        wrong += [f"unwanted finding {f['rule']} at {f['location']}" for f in report["findings"] if matches(want, f)]
    kinds = {(a["kind"], a["name"]) for a in report["assets"]}
    wrong += [f"no asset {want}" for want in expected.get("assets", []) if (want["kind"], want["name"]) not in kinds]
    wrong += [f"unwanted asset {want}" for want in expected.get("absent_assets", []) if (want["kind"], want["name"]) in kinds]
    names = {a["id"]: a["name"] for a in report["assets"]}
    joined = {(names[r["from"]], r["kind"], names[r["to"]]) for r in report["relations"]}
    wrong += [f"no relation {want}" for want in expected.get("relations", []) if tuple(want) not in joined]
    wrong += [f"unwanted relation {want}" for want in expected.get("absent_relations", []) if tuple(want) in joined]
    gaps = {(g["path"], g["reason"]) for g in report["scan"]["incomplete"]}
    wrong += [f"not in incomplete: {want}" for want in expected.get("incomplete", []) if (want["path"], want["reason"]) not in gaps]
    return wrong


def main(binary):
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")
    failed, count = 0, 0
    for name in sorted(os.listdir(root)):
        case = os.path.join(root, name)
        if not os.path.isfile(os.path.join(case, "expected.json")):
            continue
        count += 1
        with open(os.path.join(case, "expected.json"), encoding="utf-8") as f:
            expected = json.load(f)
        with tempfile.TemporaryDirectory() as temporary:
            folder = os.path.join(temporary, "input")
            shutil.copytree(os.path.join(case, "input"), folder, symlinks=True)
            if os.path.exists(os.path.join(case, "generate.py")):
                subprocess.run([sys.executable, os.path.join(case, "generate.py"), folder], check=True)
            wrong = check(scan(binary, folder, expected.get("arguments", [])), expected)
        for line in wrong:
            print(f"{name}: {line}")
        failed += bool(wrong)
    print(f"{count - failed} of {count} cases hold")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
