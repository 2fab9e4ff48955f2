#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""OpenVEX and OSCAL reports against the schemas that their keepers publish, with and without findings.

    report_schemas.py STORMWATCH

The schemas are not kept here: the environment's STORMWATCH_SCHEMAS names a folder with openvex_json_schema.json (openvex/spec) and
oscal_assessment-results_schema.json (a release of usnistgov/OSCAL). Skipped without them or without python3-jsonschema.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

FOLDER = os.environ.get("STORMWATCH_SCHEMAS", "")
try:
    import jsonschema
except ImportError:
    sys.exit(77)
if not FOLDER:
    sys.exit(77)

TARGETS = {"findings": {"requirements.txt": "langflow==1.2.0\ntorch==2.0.0\n", "a.py": "import torch\nm = torch.load('m.bin')\n"}, "nothing": {"readme.txt": "hello\n"}}


def schema_of(name):
    # Classes of Unicode letters and digits, which Python's expressions do not know; what is checked here is in ASCII.
    text = pathlib.Path(FOLDER, name).read_text()
    return json.loads(text.replace(r"(\\p{L}|_)(\\p{L}|\\p{N}|", "([A-Za-z]|_)([A-Za-z]|[0-9]|"))


def main():
    bad = []
    for form, name in (("openvex", "openvex_json_schema.json"), ("oscal", "oscal_assessment-results_schema.json")):
        validator = jsonschema.validators.validator_for(schema := schema_of(name))(schema)
        for target, files in TARGETS.items():
            with tempfile.TemporaryDirectory() as folder:
                for path, content in files.items():
                    pathlib.Path(folder, path).write_text(content)
                ran = subprocess.run([sys.argv[1], "scan", folder, "--format", form], capture_output=True, text=True)
            if form == "openvex" and target == "nothing":
                if ran.stdout or "no openvex document" not in ran.stderr:
                    bad.append("openvex without a flaw is not refused")
                continue
            bad += [f"{form} {target} {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(json.loads(ran.stdout))]
    print("\n".join(bad[:20]) or "all reports hold to their schemas")
    sys.exit(1 if bad else 0)


main()
