# SPDX-License-Identifier: Apache-2.0
"""Files that the case's .gitignore excludes cannot be committed beside it."""
import os
import sys

os.makedirs(os.path.join(sys.argv[1], "hidden"), exist_ok=True)
for name in ("hidden/a.py", "kept/b.gen.py"):
    with open(os.path.join(sys.argv[1], name), "w", encoding="utf-8") as f:
        f.write("import anthropic\nanthropic.Anthropic()\n")
