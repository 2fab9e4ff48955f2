# SPDX-License-Identifier: Apache-2.0
"""probe --exercise against tools that do what they say and tools that do not: what is seen, that it ends in time, that nothing remains.

    exercise.py STORMWATCH [--node FOLDER]

Everything runs in bubblewrap sandboxes without a network. With --node (a folder with node_modules/@modelcontextprotocol/server-*) the
real servers are exercised too: no finding at medium or above.
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SERVER = str(pathlib.Path(__file__).parent / "live" / "exercised_server.py")
EXECUTABLE = sys.argv[1]
PYTHON = "/usr/bin/python3"
failures = []

# What each server's doing is called; benign ones have none at medium or above.
EXPECTED = {
    "adder": set(), "reader": set(), "writer": set(), "fetcher": set(), "weather": set(), "git": set(), "stateful": set(), "environment": set(),
    "reads-key": {"reads-canary"}, "reads-by-link": {"reads-canary"}, "reads-in-thread": {"reads-canary"}, "at-start": {"reads-canary"},
    "returns-key": {"reads-canary", "returns-canary"}, "sends-https": {"reads-canary", "leaks-canary"}, "sends-http": {"leaks-canary"},
    "sends-dns": {"reads-canary", "leaks-canary"}, "sends-raw": {"reads-canary", "leaks-canary"}, "sends-later": {"reads-canary", "leaks-canary"},
    "asks": {"asks-for-host-though-closed"}, "plants": {"plants-start"}, "system": {"writes-system"}, "outside": {"writes-outside"},
    "deletes": {"deletes-though-read-only"}, "starts": {"starts-process-though-read-only"}, "drops": {"starts-written-program"}, "orders": {"orders-the-model"},
    "ends": {"reads-canary"},
}
BOUNDS = {"slow": "timeout", "memory": "over-limit", "forks": "over-limit"}


def check(name, held, detail=""):
    if not held:
        failures.append(name)
        print(f"FAILED {name}: {str(detail)[:1500]}")


def exercise(*command, timeout="4", env=None, seconds=120):
    began = time.monotonic()
    done = subprocess.run([EXECUTABLE, "probe", "--exercise", "--format", "json", "--quiet", "--timeout", timeout, *command], capture_output=True, text=True, timeout=seconds, env={**os.environ, **(env or {})})
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr, time.monotonic() - began


def subjects(report):
    return {f["explanation"].split(": ", 1)[1].split(" ")[0] for f in report.get("findings", []) if f["rule"] == "mcp-tool-observed" and f["severity"] in ("medium", "high", "critical")}


def judged(report):
    return [(f["severity"], f["rule"], f["explanation"][:200]) for f in report.get("findings", []) if f["severity"] in ("medium", "high", "critical")]


def test_server(name):
    # To reach a limit of memory or processes takes time of its own where the machine is busy.
    code, report, errors, seconds = exercise("--", PYTHON, SERVER, name, timeout="30" if BOUNDS.get(name) == "over-limit" else "4")
    reasons = {gap["reason"] for gap in report.get("scan", {}).get("incomplete", [])}
    if name in BOUNDS:
        check(f"{name} is bounded", code == 0 and BOUNDS[name] in reasons and seconds < 60, (code, errors, reasons, seconds))
        return
    check(f"{name} does what it does", code == 0 and subjects(report) == EXPECTED[name], (code, errors, judged(report)))
    if not EXPECTED[name]:
        check(f"{name} is benign", not judged(report), judged(report))


def test_refusals():
    code, _, errors, _ = exercise("http://127.0.0.1:9/mcp")
    check("a URL is not exercised", code == 2 and "--exercise" in errors, errors)
    code, _, errors, _ = exercise("--", "npx", "-y", "some-server")
    check("npx is told why not", code == 2 and "no network" in errors, errors)
    code, _, errors, _ = exercise("--", PYTHON, SERVER, "adder", env={"PATH": "/nowhere"})
    check("no bubblewrap is told", code == 2 and "bubblewrap" in errors, errors)
    code, _, errors, _ = exercise("--", "/no/such/program")
    check("no such program", code == 2 and "no such program" in errors, errors)
    done = subprocess.run([PYTHON, SERVER, "reads-key"], capture_output=True, text=True, timeout=20, check=False)
    check("the test server runs nowhere else", done.returncode != 0 and "only for the sandbox" in done.stderr, done.stderr)


def test_home_is_hidden(folder):
    home = pathlib.Path(folder) / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh" / "id_x").write_text("real")
    (home / "server.py").write_text(pathlib.Path(SERVER).read_text().replace('lambda a: str(a.get("a", 0) + a.get("b", 0))', f'lambda a: str(os.path.exists({str(home / ".ssh")!r}))'))
    transcript = f"{folder}/talk.jsonl"
    code, report, errors, _ = exercise("--transcript", transcript, "--", PYTHON, str(home / "server.py"), "adder", env={"HOME": str(home)})
    check("the real home is not there", code == 0 and '\\"text\\": \\"False\\"' in pathlib.Path(transcript).read_text(), (code, errors))


def test_nothing_remains():
    processes = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if b"exercised_server.py" in words and int(entry.name) != os.getpid():
                processes.append(words)
    check("no process remains", not processes, processes)


def test_node(folder):
    with tempfile.TemporaryDirectory() as data:
        for name, arguments in (("everything", []), ("filesystem", [data]), ("memory", [])):
            code, report, errors, seconds = exercise("--", f"{folder}/node_modules/.bin/mcp-server-{name}", *arguments, timeout="6")
            check(f"real server {name}", code == 0 and len([a for a in report["assets"] if a["kind"] == "tool"]) >= 8 and not judged(report), (code, errors, judged(report)))
            print(f"{name}: {seconds:.1f} s; {sorted((f['severity'], f['rule'], f['explanation'][:100]) for f in report.get('findings', []))}")
        check("the real folder is untouched", not list(pathlib.Path(data).iterdir()))


if not shutil.which("bwrap"):
    print("skipped: bubblewrap is not installed")
    sys.exit(77)
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    list(pool.map(test_server, [*EXPECTED, *BOUNDS]))
test_refusals()
with tempfile.TemporaryDirectory() as temporary:
    test_home_is_hidden(temporary)
test_nothing_remains()
others = sys.argv[sys.argv.index("--node") + 1] if "--node" in sys.argv else ""
if others and (pathlib.Path(others) / "node_modules").is_dir():
    test_node(others)
else:
    print("the real servers are skipped: they are not installed (--node FOLDER)")
print(f"exercise: {len(failures)} failures")
sys.exit(1 if failures else 0)
