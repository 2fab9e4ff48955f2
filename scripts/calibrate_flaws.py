#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/model-card-flaws.md anew: calibrate_flaws.py EPSS_HISTORY KEV.json [STORMWATCH [OUTPUT]]

EPSS_HISTORY is a git repository of weekly copies of EPSS with one file a CVE year, EPSS_CVE_data/CVE_YEAR_EPSS.csv (CVE;EPSS or CVE,EPSS a
line), such as github.com/EMBA-support-repos/EPSS-data. Of each quarter the first whole copy is taken, so that horizons do not overlap much, and the
ones that the card in docs/ has always had. Nothing is written but the card.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

KEPT = ["2024-04-07", "2024-07-07", "2024-10-27", "2025-01-26", "2025-05-04", "2025-07-27", "2025-10-26", "2026-01-25", "2026-04-26", "2026-06-21", "2026-07-19"]
LEAST_ROWS = 235_000  # a whole copy has one row a CVE; some crawls broke off


def git(history, *arguments):
    return subprocess.run(["git", "-C", history, *arguments], capture_output=True, check=True, text=True).stdout


def rows_of(history, commit):
    """CVE and score of every file of one commit, as lines."""
    names = [n for n in git(history, "ls-tree", "-r", "--name-only", commit).splitlines() if re.search(r"CVE_\d{4}_EPSS\.csv$", n)]
    lines = []
    for name in names:
        for line in git(history, "show", f"{commit}:{name}").splitlines():
            found = re.match(r"(CVE-\d{4}-\d+)[;,\t]([0-9.eE-]+)", line)
            if found:
                lines.append(f"{found[1]},{found[2]}")
    return lines


def main(history, kev, binary="build/stormwatch", output="docs/model-card-flaws.md"):
    by_date = {}
    for line in git(history, "log", "--format=%cs %H").splitlines():
        date, commit = line.split()
        by_date.setdefault(date, []).append(commit)  # the newest of a day first
    with tempfile.TemporaryDirectory() as folder:
        for date in KEPT:
            for commit in by_date.get(date, []):
                lines = rows_of(history, commit)
                if len(lines) >= LEAST_ROWS:
                    Path(folder, f"epss-{date}.csv").write_text("\n".join(lines) + "\n")
                    break
            else:
                print(f"no whole copy of {date}", file=sys.stderr)
        subprocess.run([binary, "forecast", "calibrate", folder, kev, "--output", output], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
