#!/usr/bin/env bash
# What reading input costs, as ratios to tools of Debian on the same warm files in one run.
#
#   bench/input.sh [STORMWATCH] [SOURCE_TREE]
#
# Makes its inputs in a temporary folder (STORMWATCH_BENCH_DIR keeps them): a 1 GiB safetensors, a 1 GiB torch zip, 1 GiB
# pickles with one and with many payloads, and, unless a tree is given, a source tree from /usr/include and /usr/lib/python3.
# keywords.txt holds the words (keywords of gitleaks' rules) that rg is asked to find in the tree.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
stormwatch=${1:-$here/../build/stormwatch}
work=${STORMWATCH_BENCH_DIR:-$(mktemp -d)}
[ -n "${STORMWATCH_BENCH_DIR:-}" ] || trap 'rm -rf "$work"' EXIT
mkdir -p "$work"

python3 - "$work" <<'PYTHON'
import json, os, struct, sys
work, size = sys.argv[1], 1 << 30
def path(name): return os.path.join(work, name)
if not os.path.exists(path("model.safetensors")):
    header = json.dumps({"w": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    with open(path("model.safetensors"), "wb") as f:
        f.write(struct.pack("<Q", len(header)) + header)
        f.truncate(8 + len(header) + size)
if not os.path.exists(path("model.pt")):
    # Stored members, 64-byte aligned, as torch.save writes them; tensors are holes.
    pickle = b"\x80\x02}q\x00X\x01\x00\x00\x00wq\x01K\x01s."
    parts = [("archive/data.pkl", len(pickle), pickle)] + [("archive/data/%d" % i, size // 64, None) for i in range(64)] + [("archive/version", 2, b"3\n")]
    with open(path("model.pt"), "wb") as f:
        directory = b""
        for name, length, data in parts:
            at, raw = f.tell(), name.encode()
            pad = -(at + 30 + len(raw) + 4) % 64
            extra = b"FB" + struct.pack("<H", pad) + b"Z" * pad
            common = struct.pack("<HHIIIIHH", 0, 0, 0, 0, length, length, len(raw), len(extra))
            f.write(b"PK\3\4\0\0" + common + raw + extra)
            if data: f.write(data)
            else: f.seek(length, 1)
            directory += b"PK\1\2\0\0\0\0" + common + b"\0" * 10 + struct.pack("<I", at) + raw + extra
        at = f.tell()
        f.write(directory + b"PK\5\6\0\0\0\0" + struct.pack("<HHIIH", len(parts), len(parts), len(directory), at, 0))
if not os.path.exists(path("one.pkl")):
    with open(path("one.pkl"), "wb") as f:
        f.write(b"\x80\x04\x8e" + struct.pack("<Q", size))
        f.seek(size, 1)
        f.write(b".")
if not os.path.exists(path("many.pkl")):
    with open(path("many.pkl"), "wb") as f:
        f.write(b"\x80\x04](")
        block = b"B" + struct.pack("<I", 4096) + b"\0" * 4096
        for _ in range(64): f.write(block * (size // 4096 // 64))
        f.write(b"e.")
PYTHON
printf 'import os\n' > "$work/line.py"
tree=${2:-$work/tree}
if [ ! -d "$tree" ]; then
  mkdir -p "$tree"
  (cd / && find usr/include usr/lib/python3 usr/lib/python3.11 -type f \( -name '*.py' -o -name '*.h' -o -name '*.hpp' -o -name '*.txt' -o -name '*.json' -o -name '*.toml' \) -print0 |
    xargs -0 cp --parents -t "$tree")
fi

python3 - "$stormwatch" "$work" "$tree" "$here/keywords.txt" <<'PYTHON'
import os, resource, subprocess, sys, time
stormwatch, work, tree, keywords = sys.argv[1:]
def best(command, runs=3):
    """Least wall time of some runs, and the greatest resident size."""
    times, resident = [], 0
    for _ in range(runs):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        times.append(time.perf_counter() - start)
        resident = max(resident, usage.ru_maxrss)
    return min(times), resident / 1024
def scan(target, *more):
    return [stormwatch, "scan", target, "--format", "json", "--output", os.path.join(work, "report.json"), "--quiet", *more]
def row(what, seconds, resident, bar, base=None, base_name=""):
    ratio = f"{seconds / base:6.2f} x {base_name} ({base:.3f} s)" if base else ""
    print(f"{what:34} {seconds:8.3f} s {resident:7.0f} MiB   bar {bar:18} {ratio}")
subprocess.run(scan(os.path.join(work, "line.py")), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fills the pattern cache
row("one-line file", *best(scan(f"{work}/line.py"), 5), "0.050 s")
row("1 GiB safetensors", *best(scan(f"{work}/model.safetensors")), "0.050 s")
row("1 GiB torch zip", *best(scan(f"{work}/model.pt")), "0.300 s")
for name in ("one.pkl", "many.pkl"):
    cat, _ = best(["cat", f"{work}/{name}"])
    row(f"1 GiB pickle, {name[:-4]} payload(s)", *best(scan(f"{work}/{name}")), "2 x cat, 64 MiB", cat, "cat")
files = sum(len(f) for _, _, f in os.walk(tree))
size = sum(os.path.getsize(os.path.join(d, n)) for d, _, f in os.walk(tree) for n in f)
rg, _ = best(["rg", "-F", "-i", "-f", keywords, tree])
print(f"source tree: {files} files, {size / 2**20:.0f} MiB")
row("tree, without parsing code", *best(scan(tree, "--no-code")), "3 x rg", rg, "rg")
row("tree, everything", *best(scan(tree), 1), "20 x rg", rg, "rg")
PYTHON
