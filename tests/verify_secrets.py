#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys asked about with --verify-secrets, through the executable: verify_secrets.py BINARY

A server of this machine plays the vendor of keys made here (--rules points their check at it). Nothing may be asked without the option,
each key once, and no value may stand in what is printed.
"""
import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading

DICE = random.Random(29)


def key():
    return "sk-or-v1-" + "".join(DICE.choice("0123456789abcdef") for _ in range(64))


KEYS = {"accepted": key(), "refused": key(), "odd": key()}
STATUS = {KEYS["accepted"]: 200, KEYS["refused"]: 401, KEYS["odd"]: 500}
ASKED = []


class Vendor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        secret = self.headers.get("Authorization", "").removeprefix("Bearer ")
        ASKED.append((self.path, secret))
        self.send_response(STATUS.get(secret, 404))
        if STATUS.get(secret) == 500:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(secret.encode())

    def log_message(self, *_):
        pass


def scan(binary, folder, *options):
    run = subprocess.run([binary, "scan", folder, "--format", "json", "--no-progress", *options], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, (run.returncode, run.stderr)
    for value in KEYS.values():
        assert value not in run.stdout and value[9:] not in run.stdout, "a value stands in the report"
        assert value not in run.stderr, "a value stands on the terminal"
    return json.loads(run.stdout)


def main():
    binary = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as work:
        project, rules = os.path.join(work, "project"), os.path.join(work, "rules")
        os.makedirs(os.path.join(rules, "key_checks"))
        os.makedirs(project)
        with open(os.path.join(project, "settings.py"), "w", encoding="utf-8") as file:
            file.writelines(f'{name.upper()} = "{value}"\n' for name, value in KEYS.items())
        with open(os.path.join(project, "again.env"), "w", encoding="utf-8") as file:
            file.write(f"OPENROUTER_API_KEY={KEYS['accepted']}\n")
            file.write("client_secret = \"" + "".join(DICE.choice("abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ23456789") for _ in range(40)) + "\"\n")
        check = os.path.join(rules, "key_checks", "vendor.yaml")

        def write_check(url):
            with open(check, "w", encoding="utf-8") as file:
                file.write("checks:\n  - {patterns: [openrouter-key], url: '" + url + "', headers: ['Authorization: Bearer {secret}'], accepted: [200], refused: [401]}\n")

        write_check(f"http://127.0.0.1:{server.server_port}/key")
        scan(binary, project, "--rules", rules)
        assert not ASKED, "asked without being told to"

        report = scan(binary, project, "--rules", rules, "--verify-secrets")
        assert sorted(ASKED) == sorted(("/key", value) for value in KEYS.values()), "each key once: " + str(len(ASKED))
        answers = sorted(str(a["attributes"].get("verified")) for a in report["assets"] if a["kind"] == "secret")
        assert answers == ["None", "accepted", "refused", "unknown"], answers
        told = {(f["location"]["path"], f["location"].get("line")): f for f in report["findings"] if f["rule"] == "provider-key-exposed" or "openrouter" in f["evidence"]}
        assert told[("settings.py", 1)]["severity"] == "critical" and told[("settings.py", 1)]["confidence"] == "high", told
        assert told[("settings.py", 2)]["severity"] == "low", told[("settings.py", 2)]
        assert told[("again.env", 1)]["severity"] == "critical", told
        gaps = [g["detail"] for g in report["scan"]["incomplete"]]
        assert any("answered 500" in detail for detail in gaps) and any("no harmless way" in detail for detail in gaps), gaps

        for wrong in ("http://example.com/key", "https://{secret}.example.com/", "https://example.com"):
            write_check(wrong)
            run = subprocess.run([binary, "scan", project, "--rules", rules, "--verify-secrets"], capture_output=True, text=True, timeout=60)
            assert run.returncode == 2 and "vendor.yaml" in run.stderr, (wrong, run.returncode, run.stderr)
    server.shutdown()
    print("verify_secrets: asked only when told to, each key once, answers kept, no value shown")


main()
