#!/usr/bin/env python3
"""Puts a file's bytes into C: text2c.py NAME FILE OUT.c makes NAME[] and NAME_len."""
import sys

name, source, out = sys.argv[1:]
with open(source, "rb") as f:
	data = f.read()
lines = ["\t" + ", ".join(str(b) for b in data[i:i + 20]) + ",\n"
	for i in range(0, len(data), 20)]
with open(out, "w", encoding="ascii") as f:
	f.write("#include <stddef.h>\n\nextern const unsigned char %s[];\nextern const size_t %s_len;\n"
		% (name, name))
	f.write("const unsigned char %s[] = {\n%s};\nconst size_t %s_len = sizeof %s;\n"
		% (name, "".join(lines), name, name))
