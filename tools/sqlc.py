#!/usr/bin/env python3
"""Compiles named statements (-- name: X) of .sql files into string constants.

usage: sqlc.py PREFIX OUT.h IN.sql...
"""
import re
import sys


def main(argv):
    prefix, out, inputs = argv[1], argv[2], argv[3:]
    names, current = {}, None
    for path in inputs:
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            m = re.match(r"^-- name: (\w+)\s*$", line)
            if m:
                current = m[1].upper()
                if current in names:
                    sys.exit("%s:%d: %s stands twice" % (path, number, m[1]))
                names[current] = []
            elif line.strip().startswith("--") or not line.strip():
                continue
            elif current is None:
                sys.exit("%s:%d: a statement without a name" % (path, number))
            else:
                names[current].append(re.sub(r"\s+--.*$", "", line.rstrip("\n")))
    guard = prefix + "_H"
    with open(out, "w", encoding="utf-8") as f:
        f.write("/* Made by tools/sqlc.py; do not edit. */\n#ifndef %s\n#define %s\n\n" % (guard, guard))
        for name, lines in names.items():
            text = "\n".join('\t"%s\\n"' % l.replace("\\", "\\\\").replace('"', '\\"') for l in lines)
            f.write("#define %s_%s \\\n%s\n\n" % (prefix, name, text.replace("\n", " \\\n")))
        f.write("#endif\n")


if __name__ == "__main__":
    main(sys.argv)
