#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the rules about AI resources a platform and holds the table in docs/infrastructure.md to the count.

    count_ai_rules.py [--write]

A rule of rules/serving is about AI. A rule of another folder is, when every resource type of its condition is one of an AI service
(those with a type beside it that is none are general), or when it names no type and its id says AI. Without --write: exit 1 when the
table is not what was counted, or when a platform has fewer than 60 rules or all fewer than 250.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "infrastructure.md")
BEGIN, END = "<!-- rules counted by scripts/count_ai_rules.py -->", "<!-- end of the count -->"
PLATFORMS = {"AWS": ["aws"], "Azure": ["azure"], "Google": ["gcp"], "Kubernetes and serving": ["kubernetes", "serving"]}
AI_TYPES = re.compile(r"bedrock|sagemaker|comprehend|kendra|rekognition|_lex_|qbusiness|s3vectors|cognitive|machine_learning|search_service|"
                      r"_bot_|databricks|ai_foundry|ai_services|vertex|notebooks_|workbench|colab|dialogflow|model_armor|discovery_engine|"
                      r"document_ai|gemini|_tpu_|_ces_|opensearchserverless")
AI_WORDS = re.compile(r"(^|-)(ai|model|models|bedrock|sagemaker|notebook|training|gpu|gemini|vector|perimeter-without-models)(-|$)")
TYPE = re.compile(r"\b(?:aws|azurerm|google)_[a-z0-9_]+")
LEAST_EACH, LEAST_ALL = 60, 250


def is_about_ai(folder, text):
    if folder == "serving":
        return True
    condition = text.split("\nmatch:")[1].split("\nexamples:")[0]
    name = re.search(r"^id: (\S+)", text, re.M).group(1)
    types = {t for t in TYPE.findall(condition) if t != "aws_iam_policy_document"}
    if types and all(AI_TYPES.search(t) for t in types):
        return True
    return bool(AI_WORDS.search(name))


def count():
    rows = []
    for platform, folders in PLATFORMS.items():
        about_ai = general = 0
        for folder in folders:
            for name in sorted(os.listdir(os.path.join(ROOT, "rules", folder))):
                with open(os.path.join(ROOT, "rules", folder, name), encoding="utf-8") as f:
                    for text in re.split(r"^---\n", f.read(), flags=re.M):
                        if not text.strip():
                            continue
                        if is_about_ai(folder, text):
                            about_ai += 1
                        else:
                            general += 1
        rows.append((platform, about_ai, general))
    others = sum(len(os.listdir(os.path.join(ROOT, "rules", f))) for f in ("cloud", "containers") if os.path.isdir(os.path.join(ROOT, "rules", f)))
    rows.append(("networks and images", 0, others))
    return rows


def table(rows):
    lines = [BEGIN, "", "| platform | about AI | general |", "|---|---|---|"]
    lines += [f"| {platform} | {about_ai} | {general} |" for platform, about_ai, general in rows]
    lines += [f"| all | {sum(r[1] for r in rows)} | {sum(r[2] for r in rows)} |", "", END]
    return "\n".join(lines)


def main():
    rows = count()
    with open(PAGE, encoding="utf-8") as f:
        page = f.read()
    if BEGIN not in page:
        sys.exit(f"{PAGE} has no place for the table")
    wanted = page[:page.index(BEGIN)] + table(rows) + page[page.index(END) + len(END):]
    if "--write" in sys.argv:
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write(wanted)
    elif wanted != page:
        sys.exit("the table in docs/infrastructure.md is not what was counted: run scripts/count_ai_rules.py --write\n" + table(rows))
    short = [f"{platform}: {about_ai}" for platform, about_ai, _ in rows[:4] if about_ai < LEAST_EACH]
    if short or sum(r[1] for r in rows) < LEAST_ALL:
        sys.exit("too few rules about AI: " + ", ".join(short or ["all together"]))
    print("; ".join(f"{platform} {about_ai}" for platform, about_ai, _ in rows[:4]))


if __name__ == "__main__":
    main()
