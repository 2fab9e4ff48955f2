#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A ConfigMap with 201 keys that are files."""
import os
import sys

with open(os.path.join(sys.argv[1], "many.yaml"), "w", encoding="utf-8") as out:
    out.write("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: many\ndata:\n")
    for i in range(201):
        out.write(f"  f{i}.txt: |\n    one\n    two\n")
