#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A year of made-up forecasts whose truth is known, through the executable: ledger_year.py BINARY.

40 incidents with known rates, a forecast a week, events drawn from the rates and told by `forecast observe`. What `forecast verify` says is held to
the same scores worked out here from the definitions (docs/forecast.md), and its verdicts to what was put in: honest chances are calibrated, chances
that are too high and chances that tell nothing are not."""
import datetime
import hashlib
import json
import math
import os
import random
import subprocess
import sys
import tempfile

WEEKS, INCIDENTS, BEGIN = 52, 40, datetime.date(2025, 1, 6)
LEVELS = ["none", "outlook", "advisory", "watch", "warning", "emergency"]
wrong = []


def check(holds, what):
    if not holds:
        wrong.append(what)


def day(date):
    return (date - datetime.date(1970, 1, 1)).days


def chances_of(rate, factor=1.0):
    """Of at least one event within 7, 30, 90 days at a rate per 30 days; four digits, so that every JSON writer writes them alike."""
    return [min(0.95, max(0.001, round(factor * (1 - math.exp(-rate * days / 30)), 4))) for days in (7, 30, 90)]


def level_of(p30):
    return LEVELS[sum(p30 >= edge for edge in (0.02, 0.05, 0.1, 0.3))]


def written(path, chances):
    """A ledger as `forecast --ledger` leaves one: a line a forecast, each with the digest of itself and the one before."""
    previous = ""
    with open(path, "w") as ledger:
        for week in range(WEEKS):
            body = {"targets": ["estate"], "horizon_days": 90, "model": "m", "incidents": []}
            for number, (p7, p30, p90) in enumerate(chances):
                body["incidents"].append({"id": f"{number:016x}", "type": "I2", "asset": f"{number + 1000:016x}", "name": f"service {number}", "level": level_of(p30),
                                          "p7": p7, "p30": p30, "p90": p90, "below": 0})
            entry = {"n": week + 1, "at": f"{BEGIN + datetime.timedelta(7 * week)}T06:00:00Z", "kind": "forecast", "tenant": "", "body": json.dumps(body, separators=(",", ":")), "previous": previous}
            previous = hashlib.sha256(json.dumps(entry, separators=(",", ":")).encode()).hexdigest()
            ledger.write(json.dumps({**entry, "body": body, "hash": previous}, separators=(",", ":")) + "\n")


def scored(chances, events, known_until, days, column):
    """Counts, events, expected number and Brier score: of each incident the forecasts that are a horizon apart and whose time is over."""
    pairs = []
    for number, row in enumerate(chances):
        last = None
        for week in range(WEEKS):
            at = day(BEGIN) + 7 * week + 0.25
            if at + days > known_until or (last is not None and at < last + days):
                continue
            last = at
            pairs.append((row[column], any(at < when <= at + days for when in events.get(number, []))))
    happened = sum(came for _, came in pairs)
    return len(pairs), happened, sum(p for p, _ in pairs), sum((p - came) ** 2 for p, came in pairs) / len(pairs)


def main(binary):
    rng = random.Random(20260101)
    rates = [0.01 * 1.12 ** number for number in range(INCIDENTS)]  # 0.01 to 0.83 a month
    events, end = {}, day(BEGIN) + 365
    for number, rate in enumerate(rates):
        at = day(BEGIN) + rng.expovariate(rate / 30)
        while at < end - 1:
            events.setdefault(number, []).append(math.floor(at) + 1)  # told by the day
            at += rng.expovariate(rate / 30)
    count = sum(map(len, events.values()))
    books = {"honest": [chances_of(rate) for rate in rates], "too high": [chances_of(rate, 3.5) for rate in rates], "flat": [chances_of(sum(rates) / INCIDENTS)] * INCIDENTS}

    def run(*words):
        return subprocess.run([binary, "forecast", *words], capture_output=True, text=True, timeout=60)

    with tempfile.TemporaryDirectory() as folder:
        told = os.path.join(folder, "told")
        written(told, books["honest"])
        lines = open(told).read().count("\n")
        for number, days in events.items():
            for when in days:
                ran = run("observe", "incident", "--ledger", told, "--type", "I2", "--asset", f"service {number}", "--at", str(datetime.date(1970, 1, 1) + datetime.timedelta(when)))
                check(ran.returncode == 0 and "no forecast" not in ran.stdout, f"observe: {ran.stdout} {ran.stderr}")
        outcomes = [json.loads(line) for line in open(told).read().splitlines()[lines:]]
        check(len(outcomes) == count, "an outcome was lost")
        for name, chances in books.items():
            path = os.path.join(folder, name.replace(" ", "-"))
            written(path, chances)
            # The same outcomes, chained to another book.
            previous, rows = json.loads(open(path).read().splitlines()[-1])["hash"], []
            for outcome in outcomes:
                entry = {key: outcome[key] for key in ("n", "at", "kind", "tenant")}
                entry["body"], entry["previous"] = json.dumps(outcome["body"], separators=(",", ":")), previous
                previous = hashlib.sha256(json.dumps(entry, separators=(",", ":")).encode()).hexdigest()
                rows.append(json.dumps({**entry, "body": outcome["body"], "hash": previous}, separators=(",", ":")) + "\n")
            with open(path, "a") as ledger:
                ledger.writelines(rows)
            last = str(datetime.date(1970, 1, 1) + datetime.timedelta(end))
            ran = run("observe", "quiet", "--ledger", path, "--days", "365", "--at", last)
            check(ran.returncode == 0, f"{name}: {ran.stderr}")
            scores = json.loads(run("verify", "--ledger", path, "--at", "2026-02-01", "--format", "json").stdout)
            for column, horizon in enumerate(scores["horizons"]):
                n, happened, expected, brier = scored(chances, events, end, horizon["days"], column)
                said = (horizon["forecasts"], horizon["events"])
                check(said == (n, happened), f"{name}, {horizon['days']} days: counts {said}, expected {(n, happened)}")
                check(abs(horizon["expected"] - expected) < 1e-6 and abs(horizon["brier"] - brier) < 1e-9, f"{name}, {horizon['days']} days: {horizon['expected']} {horizon['brier']}, worked out {expected} {brier}")
                base = happened / n
                check(abs(horizon["skill"] - (1 - brier / (base * (1 - base)))) < 1e-9, f"{name}: skill {horizon['skill']}")
                check(sum(row["count"] for row in horizon["reliability"]) == n and abs(sum(row["observed"] for row in horizon["reliability"]) - happened) < 1e-9, f"{name}: reliability loses some")
                if name == "honest":
                    check(horizon["verdict"] == "calibrated", f"honest, {horizon['days']} days: {horizon['verdict']}, skill {horizon['skill']}")
                    for row in horizon["reliability"]:
                        mean = row["expected"] / row["count"]
                        check(abs(row["observed"] - row["expected"]) <= 3.5 * math.sqrt(row["count"] * mean * (1 - mean)) + 0.5, f"honest: row {row}")
                else:
                    check(horizon["verdict"] != "calibrated", f"{name}, {horizon['days']} days: {horizon['verdict']}")
                if name == "flat":
                    check(abs(horizon["skill"]) < 0.05, f"flat: skill {horizon['skill']}")
            check(scores["unforeseen"] == sum(when <= day(BEGIN) for days in events.values() for when in days), f"{name}: unforeseen {scores['unforeseen']}")
            for level in scores["levels"]:
                least = LEVELS.index(level["level"])
                hits = sum(LEVELS.index(level_of(chances[number][1])) >= least for number, days in events.items() for when in days if when > day(BEGIN))
                check(level["hits"] == hits, f"{name}: {level['level']} {level['hits']} hits, expected {hits}")
            if name == "honest":
                # Judged from the middle of the year, what came later is not known and its forecasts are open.
                middle = json.loads(run("verify", "--ledger", path, "--at", "2025-07-01", "--format", "json").stdout)
                for column, horizon in enumerate(middle["horizons"]):
                    n, happened, _, brier = scored(chances, events, day(datetime.date(2025, 7, 1)), horizon["days"], column)
                    check((horizon["forecasts"], horizon["events"]) == (n, happened) and abs(horizon["brier"] - brier) < 1e-9, f"middle of the year: {horizon['forecasts']} {horizon['events']}, expected {n} {happened}")
                    check(horizon["open"] > scores["horizons"][column]["open"], "nothing is open in the middle of the year")
        with open(os.path.join(folder, "honest")) as ledger:
            text = ledger.read()
        with open(os.path.join(folder, "honest"), "w") as ledger:
            ledger.write(text.replace('"p30":0.', '"p30":0.9', 1))
        ran = run("verify", "--ledger", os.path.join(folder, "honest"))
        check(ran.returncode == 3 and ":1" in ran.stderr, f"a changed line: {ran.returncode} {ran.stderr}")
    print("\n".join(wrong) or f"{WEEKS} weeks, {INCIDENTS} incidents, {count} events: the scores are as worked out from the definitions; only honest chances are called calibrated")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
