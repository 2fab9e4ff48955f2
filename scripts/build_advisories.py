#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Build advisories/advisories.tsv and advisories/exploitation.tsv from OSV archives, EPSS and KEV.

    build_advisories.py SOURCES [FACTS] [OUTPUT]

SOURCES holds osv-pypi.tar.gz, osv-go.tar.gz, osv-crates.tar.gz, osv-bitnami.tar.gz, epss-DATE.tsv.gz and kev-DATE.json; FACTS
(default SOURCES/../facts) holds malicious_ai.tsv and ai_advisories.tsv. Only facts go into the tables: ids, names, versions,
scores; no text of others. The same sources give the same bytes. The format is described in src/advisory/table.h.

Left out: withdrawn records, RustSec notices that are no weakness (unmaintained, unsound), rows that others derived from prose,
versions[] that the record's own ranges already say.
"""
import csv
import gzip
import io
import json
import os
import re
import sys
import tarfile

ARCHIVES = ["osv-pypi.tar.gz", "osv-go.tar.gz", "osv-crates.tar.gz", "osv-bitnami.tar.gz"]
# Listed names that real projects use outside the registry (other indexes, source code): a sample once stood under them, the
# name alone proves nothing.
SHARED_NAMES = ("nvidia rapids", "mlc-", "research-code", "bytedance", "pywhool", "groq MCP", "embeddings tooling", "jupyter", "gradio component")
EXTRA_ECOSYSTEMS = {"npm", "crates.io", "Maven", "NuGet"}
WORD = re.compile(r"^[!-~]+$")
PEP440 = re.compile(
    r"^\s*v?(?:(?:(?P<epoch>[0-9]+)!)?(?P<release>[0-9]+(?:\.[0-9]+)*)"
    r"(?P<pre>[-_.]?(?P<pre_l>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre_n>[0-9]+)?)?"
    r"(?P<post>(?:-(?P<post_n1>[0-9]+))|(?:[-_.]?(?:post|rev|r)[-_.]?(?P<post_n2>[0-9]+)?))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_n>[0-9]+)?)?)(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?\s*$", re.I)
BASE3 = [("AV", "NALP"), ("AC", "LH"), ("PR", "NLH"), ("UI", "NR"), ("S", "UC"), ("C", "HLN"), ("I", "HLN"), ("A", "HLN")]
BASE4 = [("AV", "NALP"), ("AC", "LH"), ("AT", "NP"), ("PR", "NLH"), ("UI", "NPA"), ("VC", "HLN"), ("VI", "HLN"), ("VA", "HLN"),
         ("SC", "HLN"), ("SI", "HLN"), ("SA", "HLN")]


def python_key(text):
    """Public version by PEP 440 as something that sorts; None if it is no such version."""
    m = PEP440.match(text)
    if not m:
        return None
    release = [int(n) for n in m["release"].split(".")]
    while release and release[-1] == 0:
        release.pop()
    if m["pre"]:
        letter = m["pre_l"].lower()
        pre = ({"a": 1, "alpha": 1, "b": 2, "beta": 2}.get(letter, 3), int(m["pre_n"] or 0))
    else:
        pre = (0, 0) if m["dev"] and not m["post"] else (4, 0)
    post = int(m["post_n1"] or m["post_n2"] or 0) if m["post"] else -1
    dev = int(m["dev_n"] or 0) if m["dev"] else float("inf")
    return int(m["epoch"] or 0), tuple(release), pre, post, dev


def in_ranges(version, ranges):
    """OSV's evaluation for PyPI; None where a bound is no PEP 440 version."""
    key = python_key(version)
    if key is None:
        return None
    for events in ranges:
        bounds = []
        for kind, bound in events:
            at = (-1,) if kind == "+" and bound == "0" else python_key(bound)
            if at is None:
                return None
            bounds.append((at, kind))
        hit = False
        for at, kind in sorted(bounds):
            if kind == "+":
                hit = hit or key >= at
            elif kind == "-":
                hit = hit and key < at
            else:
                hit = hit and key <= at
        if hit:
            return True
    return False


def short_vector(vector):
    m = re.match(r"^CVSS:(3\.[01]|4\.0)/", vector or "")
    if not m:
        return ""
    given = [part.split(":") for part in vector[9:].split("/")]
    values = {}
    for part in given:
        if len(part) != 2 or part[0] in values:
            return ""
        values[part[0]] = part[1]
    short = m[1] + ":"
    for name, allowed in BASE4 if m[1] == "4.0" else BASE3:
        if len(values.get(name, "")) != 1 or values[name] not in allowed:
            return ""
        short += values[name]
    return short


def severity_of(holder):
    """CVSS 3 before 4, as the executable does."""
    best = ""
    for entry in holder.get("severity") or []:
        short = short_vector(entry.get("score"))
        if short and (not best or best[0] == "4"):
            best = short
    return best


def events_of(ranges):
    result = []
    for r in ranges or []:
        if r.get("type") == "GIT":
            continue
        events = [(sign, event[name]) for event in r.get("events", [])
                  for name, sign in (("introduced", "+"), ("fixed", "-"), ("last_affected", "=")) if event.get(name)]
        if events and all(WORD.match(v) and "|" not in v for _, v in events):
            result.append(events)
    return result


def key_of(ecosystem, name):
    name = name.lower()
    if ecosystem == "PyPI":
        name = re.sub(r"[-_.]+", "-", name)
    if ecosystem == "crates.io":
        name = name.replace("_", "-")
    return ecosystem.lower() + "/" + name


def ranges_text(ranges):
    return "|".join(" ".join(sign + v for sign, v in events) for events in ranges)


def rows_of(record, cwes_by_id):
    """(key, id, aliases, ranges, versions, cvss, flags, cwes) of one OSV record."""
    if record.get("withdrawn"):
        return
    ids = [record["id"]] + list(record.get("aliases") or [])
    aliases = sorted({a for a in ids[1:] if WORD.match(a) and "," not in a})
    cwes = set((record.get("database_specific") or {}).get("cwe_ids") or [])
    for i in ids:
        cwes |= cwes_by_id.get(i, set())
    numbers = sorted({c[4:] for c in cwes if re.match(r"^CWE-[0-9]+$", c)}, key=int)
    malware = any(i.startswith("MAL-") for i in ids) or "506" in numbers
    for affected in record.get("affected") or []:
        package = affected.get("package") or {}
        ecosystem, name = package.get("ecosystem", ""), package.get("name", "")
        if not ecosystem or not WORD.match(name) or (affected.get("database_specific") or {}).get("informational"):
            continue
        ranges = events_of(affected.get("ranges"))
        if ranges == [[("+", "0")]]:
            ranges = events_of((affected.get("ecosystem_specific") or {}).get("custom_ranges")) or ranges
        versions = [v for v in affected.get("versions") or [] if WORD.match(v) and "," not in v and "|" not in v]
        if ranges and ecosystem == "PyPI":
            versions = [v for v in versions if in_ranges(v, ranges) is not True]
        if not ranges and not versions:
            continue
        yield (key_of(ecosystem, name), record["id"], ",".join(aliases), ranges_text(ranges), ",".join(sorted(set(versions))),
               severity_of(affected) or severity_of(record), "M" if malware else "", ",".join(numbers))


def records_of(path):
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".json"):
                yield json.load(archive.extractfile(member))


def table(path):
    with open(path, encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


def facts_rows(facts):
    """Official rows of ecosystems that no archive here covers, and malware."""
    for row in table(os.path.join(facts, "ai_advisories.tsv")):
        if row["confidence"] != "official" or row["withdrawn"] or row["ecosystem"] not in EXTRA_ECOSYSTEMS or "raw_" in row["ranges"]:
            continue
        if row["ecosystem"] == "crates.io":
            continue  # in its archive
        signs = {"introduced": "+", "fixed": "-", "last_affected": "="}
        ranges = [[(signs[k], v) for k, v in (event.split("=", 1) for event in part.split(","))] for part in row["ranges"].split(";") if part]
        cwes = ",".join(sorted({c[4:] for c in row["cwe"].split(",") if c}, key=int))
        yield (key_of(row["ecosystem"], row["package"]), row["id"], row["aliases"].replace(";", ","), ranges_text(ranges), "",
               short_vector(row["cvss_v3"]) or short_vector(row["cvss_v4"]), "", cwes)
    with open(os.path.join(facts, "malicious_ai.tsv"), encoding="utf-8") as text:
        next(text)
        for line in text:
            ecosystem, name, versions, _, target, ids, _, _, _, evidence = line.rstrip("\n").split("\t")[:10]
            if ecosystem not in ("PyPI", "npm", "Go", "crates.io") or evidence not in ("read", "record", "listed"):
                continue
            if not WORD.match(name) or "*" in name:
                continue
            known = [i for i in re.split(r"[;,]", ids) if re.match(r"^(MAL|GHSA|PYSEC|CVE|GO|RUSTSEC)-[0-9A-Za-z-]+$", i)]
            ranges, listed = "", []
            for part in versions.split("|"):
                if part == "*":
                    ranges = "+0"
                elif part.startswith(">="):
                    ranges = "+" + part[2:]
                elif re.match(r"^[0-9][0-9A-Za-z.+-]*$", part):
                    listed.append(part)
            if not ranges and not listed:
                continue
            # Every version of a name that only a list of samples knows: the name may since have been given to somebody else.
            sure = known or ranges != "+0"
            if not sure and target.startswith(SHARED_NAMES):
                continue
            own = known[0] if known else "MALWARE-" + key_of(ecosystem, name).split("/", 1)[1].replace("/", "-").lstrip("@").upper()
            yield (key_of(ecosystem, name), own, ",".join(sorted(known[1:])), ranges, ",".join(sorted(listed)), "", "M" if sure else "m", "506")


def dated(folder, pattern):
    found = sorted(f for f in os.listdir(folder) if re.match(pattern, f))
    if not found:
        sys.exit(f"{folder}: no file like {pattern}")
    return os.path.join(folder, found[-1]), re.search(r"\d{4}-\d{2}-\d{2}", found[-1])[0]


def main(sources, facts, output):
    cwes_by_id = {}
    for row in table(os.path.join(facts, "ai_advisories.tsv")):
        if row["cwe"]:
            cwes_by_id.setdefault(row["id"], set()).update(c for c in row["cwe"].split(",") if c)
    rows, ids = set(), set()
    for archive in ARCHIVES:
        for record in records_of(os.path.join(sources, archive)):
            for row in rows_of(record, cwes_by_id):
                rows.add(row)
    # A malware record that the ecosystem's own database has too is marked there; both stay and are merged by alias.
    rows.update(facts_rows(facts))
    lines = sorted("\t".join(row).rstrip("\t") for row in rows)
    lines.sort(key=lambda line: line.encode())
    for row in rows:
        ids.add(row[1])
    epss_path, date = dated(sources, r"epss-.*\.tsv\.gz$")
    kev_path, _ = dated(sources, r"kev-.*\.json$")
    with open(kev_path, encoding="utf-8") as text:
        kev = {v["cveID"] for v in json.load(text)["vulnerabilities"]}
    used = {i for row in rows for i in [row[1]] + row[2].split(",") if i.startswith("CVE-")}
    scores = {}
    with gzip.open(epss_path, "rt", encoding="utf-8") as text:
        for line in text:
            cve, score = line.split("\t")[:2]
            if cve in used or cve in kev:
                scores[cve] = score.rstrip("0").rstrip(".") or "0"
    exploitation = []
    for cve in sorted(used | kev, key=str.encode):
        if cve in scores or cve in kev:
            exploitation.append("\t".join([cve, scores.get(cve, ""), "K" if cve in kev else ""]).rstrip("\t"))
    os.makedirs(output, exist_ok=True)
    for name, header, body in (("advisories.tsv", f"#stormwatch-advisories 1 date={date} advisories={len(ids)} rows={len(lines)}", lines),
                               ("exploitation.tsv", f"#stormwatch-exploitation 1 date={date} rows={len(exploitation)}", exploitation)):
        with io.open(os.path.join(output, name), "w", encoding="ascii", newline="\n") as text:
            text.write(header + "\n" + "\n".join(body) + "\n")
        print(f"{name}: {len(body)} rows, {os.path.getsize(os.path.join(output, name))} bytes")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else os.path.join(sys.argv[1], "..", "facts"),
         sys.argv[3] if len(sys.argv) > 3 else os.path.join(root, "advisories"))
