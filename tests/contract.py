#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the executable to what others rely on: exit codes, the report's schema, the same bytes every time, bad input."""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

import jsonschema

BINARY = ""
TIMEOUT = float(os.environ.get("STORMWATCH_TEST_TIMEOUT", "120"))  # seconds; a build with sanitizers needs more
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SARIF = os.path.join(os.environ.get("STORMWATCH_SHARED", os.path.join(ROOT, "..", "shared")), "corpora", "bom_schema", "schemas", "sarif-schema-2.1.0.json")


def run(*words, **options):
    return subprocess.run([BINARY, *words], capture_output=True, timeout=TIMEOUT, **options)


def report_of(*words):
    ran = run("scan", *words, "--format", "json")
    assert ran.returncode in (0, 1, 3), ran.stderr
    return json.loads(ran.stdout)


def without_times(report):
    for key in ("started", "finished", "seconds"):
        report["scan"].pop(key)
    return json.dumps(report)


class Example(unittest.TestCase):
    """The example system, made once."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = subprocess.run([os.path.join(ROOT, "examples", "make.sh"), os.path.join(cls.temporary.name, "assistant")],
                                    check=True, capture_output=True, text=True).stdout.strip()
        cls.report = report_of(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_report_keeps_its_schema(self):
        schema = json.loads(run("schema", "report").stdout)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(self.report, schema, cls=jsonschema.Draft202012Validator)

    def test_relations_and_findings_name_assets_that_are_there(self):
        ids = {a["id"] for a in self.report["assets"]}
        for relation in self.report["relations"]:
            self.assertIn(relation["from"], ids)
            self.assertIn(relation["to"], ids)
        for finding in self.report["findings"]:
            self.assertIn(finding["asset"], ids)
        self.assertEqual(len(ids), len(self.report["assets"]))
        self.assertEqual(len({f["id"] for f in self.report["findings"]}), len(self.report["findings"]))

    def test_same_bytes_with_one_and_eight_threads(self):
        one, eight = report_of(self.folder, "--jobs", "1"), report_of(self.folder, "--jobs", "8")
        self.assertEqual(without_times(one), without_times(eight))

    def test_no_secret_leaves(self):
        with open(os.path.join(self.folder, ".env"), encoding="utf-8") as f:
            secrets = [line.split("=", 1)[1].strip() for line in f if "KEY" in line]
        for name in ("json", "sarif", "html", "terminal"):
            text = run("scan", self.folder, "--format", name, "--verbose").stdout.decode()
            for secret in secrets:
                self.assertNotIn(secret[4:16], text, f"{name} shows more than 4 characters of a secret")

    def test_paths_cross_three_layers(self):
        layer = {a["id"]: a["layer"] for a in self.report["assets"]}
        crossed = max(len({layer[s["asset"]] for s in p["steps"]}) for i in self.report["forecast"]["incidents"] for p in i["paths"])
        self.assertGreaterEqual(crossed, 3)
        self.assertTrue(self.report["actions"])

    def test_every_vector_of_the_example_is_found(self):
        vectors = {f["vector"] for f in self.report["findings"]}
        for vector in ("vulnerability", "misconfiguration", "sensitive-data", "poisoned-model", "insecure-endpoint"):
            self.assertIn(vector, vectors)

    def test_rules_name_controls_that_exist(self):
        known = {c["framework"] + ":" + c["control"] for c in self.report["compliance"]}
        frameworks = {c.split(":", 1)[0] for c in known}
        for rule in json.loads(run("rules", "list", "--format", "json").stdout)["rules"]:
            self.assertTrue(rule["controls"], rule["id"])
            for control in rule["controls"]:
                self.assertTrue(control in known or control.split(":", 1)[0] not in frameworks, f"{rule['id']}: {control}")

    def test_sarif_is_valid(self):
        if not os.path.exists(SARIF):
            self.skipTest("the SARIF schema of the shared data is not here")
        with open(SARIF, encoding="utf-8") as f:
            schema = json.load(f)
        jsonschema.Draft7Validator(schema).validate(json.loads(run("scan", self.folder, "--format", "sarif").stdout))

    def test_html_loads_nothing(self):
        page = run("scan", self.folder, "--format", "html").stdout.decode()
        for outside in ("src=\"http", "href=\"http", "url(http", "@import"):
            self.assertNotIn(outside, page.split("<script type=\"application/json\"")[0])
        self.assertEqual(page.count("</script>"), 2)

    def test_what_no_file_takes_is_printed(self):
        path = os.path.join(self.temporary.name, "report.html")
        self.assertIn(b"FORECAST", run("scan", self.folder, "--format", "terminal", "--output", "html:" + path).stdout)
        self.assertTrue(os.path.getsize(path) > 10_000)
        self.assertEqual(run("scan", self.folder, "--format", "html", "--output", path).stdout, b"")

    def test_a_report_is_a_target(self):
        path = os.path.join(self.temporary.name, "report.json")
        run("scan", self.folder, "--output", "json:" + path, "--quiet")
        again = json.loads(run("forecast", path, "--format", "json").stdout)
        self.assertEqual(again["forecast"]["incidents"], self.report["forecast"]["incidents"])
        self.assertIn(b"Expected loss", run("plan", path).stdout)
        what = self.report["actions"][0]["id"]
        self.assertIn("→".encode(), run("plan", path, "--what-if", what).stdout)
        self.assertEqual(run("plan", path, "--what-if", "no such action").returncode, 2)

    def test_store_and_diff(self):
        store = "sqlite://" + os.path.join(self.temporary.name, "scans.db")
        self.assertEqual(run("scan", self.folder, "--store", store, "--quiet").returncode, 0)
        os.rename(os.path.join(self.folder, ".env"), os.path.join(self.temporary.name, "env-kept"))
        try:
            self.assertEqual(run("scan", self.folder, "--store", store, "--quiet").returncode, 0)
        finally:
            os.rename(os.path.join(self.temporary.name, "env-kept"), os.path.join(self.folder, ".env"))
        changed = run("diff", "--store", store).stdout.decode()
        self.assertIn("Findings that are gone", changed)
        self.assertIn("Forecast: expected loss", changed)
        rows = run("query", "--store", store, "select count(*) from scan").stdout.decode().split()
        self.assertEqual(rows[-1], "2")
        self.assertNotEqual(run("query", "--store", store, "delete from scan").returncode, 0)

    def test_baseline_accepts_what_was_there(self):
        path = os.path.join(self.temporary.name, "baseline.json")
        run("scan", self.folder, "--output", "json:" + path, "--quiet")
        self.assertEqual(run("scan", self.folder, "--fail-on", "low", "--quiet").returncode, 1)
        self.assertEqual(run("scan", self.folder, "--fail-on", "low", "--baseline", path, "--quiet").returncode, 0)


class BadInput(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name

    def tearDown(self):
        self.temporary.cleanup()

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)
        return path

    def test_wrong_usage_is_2_and_says_what_is_right(self):
        for words, hint in ((["scna"], b"scan"), (["scan", "--fromat", "json"], b"--format"), (["scan", "--format", "pdf"], b"json"),
                            (["scan", "--fail-on", "bad"], b"critical"), (["scan", "--only", "x"], b"vulnerability"), (["scan", "--jobs", "many"], b"number")):
            ran = run(*words)
            self.assertEqual(ran.returncode, 2, words)
            self.assertIn(hint, ran.stderr, words)

    def test_a_target_that_is_not_there(self):
        ran = run("scan", os.path.join(self.folder, "nothing"))
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"nothing", ran.stderr)

    def test_help_of_every_command(self):
        for command in ("scan", "inventory", "forecast", "plan", "diff", "query", "explain", "rules", "db", "schema", "completion"):
            ran = run(command, "--help")
            self.assertEqual(ran.returncode, 0, command)
            self.assertIn(b"Usage:", ran.stdout)

    def test_a_rule_with_a_typo_names_file_line_and_words(self):
        self.write("rules/mine.yaml", b"id: my-rule\ntitle: T\nwhy: W\nfix: F\nseverity: high\nvector: misconfiguration\nmatch:\n  kind: endpoint\n  feild: tls\n  is: false\n")
        ran = run("scan", self.folder, "--rules", self.folder)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"mine.yaml", ran.stderr)
        self.assertIn(b"line ", ran.stderr)
        self.assertIn(b"field", ran.stderr)

    def test_a_full_disk_keeps_the_old_report(self):
        self.write("a.py", b"import openai\n")
        ran = run("scan", self.folder, "--output", "json:/dev/full")
        self.assertEqual(ran.returncode, 4)
        self.assertIn(b"/dev/full", ran.stderr)
        kept = self.write("report.json", b"old")
        full = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64)))
        ran = run("scan", os.path.join(self.folder, "a.py"), "--quiet", "--output", "json:" + kept, preexec_fn=full)
        self.assertEqual(ran.returncode, 4)
        with open(kept, "rb") as f:
            self.assertEqual(f.read(), b"old")

    def test_hostile_files_end_in_incomplete_or_silence_never_in_a_crash(self):
        self.write("deep.json", b"[" * 200000)
        self.write("mcp.json", b'{"mcpServers": ' + b'{"a":' * 5000)
        self.write("deep.yaml", b"- " * 20000 + b"x")
        self.write("bomb.yaml", b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((c,) * 2 + (c - 1,) * 8) for c in range(98, 115)))
        self.write("cut.pkl", b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7f\x8c")
        self.write("cut.zip", b"PK\x03\x04" + bytes(60))
        self.write("cut.gguf", b"GGUF\x03\0\0\0" + b"\xff" * 40)
        self.write("model.safetensors", b"\xff" * 8 + b"{")
        self.write("latin.py", "# caf\xe9\nimport openai\n".encode("latin-1"))
        self.write("empty.pt", b"")
        self.write(os.path.join("loop", "x.py"), b"import torch\n")
        os.symlink("..", os.path.join(self.folder, "loop", "back"))
        os.symlink("/etc", os.path.join(self.folder, "outside"))
        os.mkfifo(os.path.join(self.folder, "pipe"))
        os.makedirs(os.fsencode(self.folder) + b"/bad-\xff-name")
        report = report_of(self.folder)
        paths = {g["path"] for g in report["scan"]["incomplete"]}
        self.assertTrue({"cut.pkl", "cut.zip"} <= paths | {f["location"]["path"] for f in report["findings"]}, paths)
        self.assertFalse([a for a in report["assets"] for l in a["locations"] if l["path"].startswith("outside")])
        self.assertEqual(run("scan", self.folder, "--strict", "--quiet").returncode, 3)

    def test_a_scan_number_that_is_none(self):
        store = "sqlite://" + os.path.join(self.folder, "scans.db")
        for number in ("99999999999999999999", "-", "7"):
            ran = run("diff", "--store", store, "1", number)
            self.assertEqual(ran.returncode, 2, ran.stderr)

    def test_what_changed_since_a_report_stands_in_the_json(self):
        self.write("docker-compose.yml", b"services:\n  o: {image: ollama/ollama, ports: ['127.0.0.1:11434:11434']}\n")
        before = self.write("../before.json", run("scan", self.folder, "--format", "json").stdout)
        self.write("docker-compose.yml", b"services:\n  o: {image: ollama/ollama, ports: ['11434:11434']}\n")
        report = json.loads(run("forecast", self.folder, "--since", before, "--format", "json").stdout)
        os.remove(before)
        jsonschema.validate(report, json.loads(run("schema", "report").stdout))
        change = report["forecast"]["change"]
        self.assertGreater(change["pressure_after"], change["pressure_before"])
        self.assertAlmostEqual(sum(part["change"] for part in change["parts"]), change["pressure_after"] - change["pressure_before"], places=6)
        self.assertEqual(change["parts"][0]["of"], "estate")
        self.assertNotIn("change", json.loads(run("forecast", self.folder, "--format", "json").stdout)["forecast"])

    def test_a_broken_report_as_target(self):
        path = self.write("r.json", b'{"schema": "stormwatch.report/1", "assets": [{"kind": "spaceship", "id": "00000000000000ff"}]}')
        ran = run("forecast", path)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"spaceship", ran.stderr)

    def test_escape_sequences_do_not_reach_the_terminal(self):
        self.write("\x1b[31mred.py", b"import pickle\npickle.load(open('x','rb'))\n")
        self.assertNotIn(b"\x1b", run("scan", self.folder, "--verbose").stdout)


if __name__ == "__main__":
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
