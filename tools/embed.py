#!/usr/bin/env python3
"""Puts the built pages into a C file: embed.py OUT.c [FOLDER].

FOLDER holds index.html and what it names as {{main.zh.js}}, {{style.css}} …: each such file
gets the path /web/NAME.HASH.EXT, and the paths of the chunks that it imports follow, so that
they are asked for at once. A chunk-HASH.js keeps its name. Without FOLDER there is one page that says that this
program was built without pages. The struct is that of node/web_files.h. The same input
gives the same output, byte for byte."""
import gzip
import hashlib
import os
import re
import sys

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
NO_PAGES = """<!doctype html><html lang="zh"><meta charset="utf-8"><title>课后</title>
<p>本程序未编入网页（configure --without-web）。请使用命令 kehou。
<p lang="en">This program was built without pages. Use the command kehou.
"""


def digest(body):
	return hashlib.sha256(body).hexdigest()[:12]


def hashed_path(name, body):
	stem, extension = os.path.splitext(name)
	return f"/web/{stem}.{digest(body)}{extension}"


def load(folder):
	"""(path, type, body, immutable) of each file, the page first."""
	with open(os.path.join(folder, "index.html"), encoding="utf-8") as source:
		page = source.read()
	files = []

	def place(match):
		name = match[1]
		with open(os.path.join(folder, name), "rb") as source:
			body = source.read()
		path = hashed_path(name, body)
		if path not in (known[0] for known in files):
			files.append((path, TYPES[os.path.splitext(name)[1]], body, True))
		chunks = re.findall(rb'from"\./(chunk-\w+\.js)"', body) if "main." in name else []
		return " ".join([path, *("/web/" + chunk.decode() for chunk in chunks)])

	page = re.sub(r"\{\{([\w.-]+)\}\}", place, page)
	for name in sorted(os.listdir(folder)):
		if re.fullmatch(r"chunk-\w+\.js", name):
			with open(os.path.join(folder, name), "rb") as source:
				files.append(("/web/" + name, TYPES[".js"], source.read(), True))
	return [("/", TYPES[".html"], page.encode(), False), *files]


def c_array(body):
	lines = []
	for start in range(0, len(body), 24):
		lines.append("\t" + ",".join(str(byte) for byte in body[start:start + 24]) + ",")
	return "\n".join(lines)


def generate(files):
	parts = ["/* Made by tools/embed.py. */", '#include "node/web_files.h"', ""]
	entries = []
	for number, (path, kind, body, immutable) in enumerate(files):
		packed = gzip.compress(body, 9, mtime=0)
		parts += [f"static const uint8_t file_{number}[] = {{", c_array(packed), "};", ""]
		entries.append(f'\t{{ "{path}", "{kind}", "\\"{digest(body)}\\"", file_{number}, '
			f'{len(packed)}, {len(body)}, {"true" if immutable else "false"} }},')
	parts += ["const struct web_file web_files[] = {", *entries, "};",
		f"const size_t web_files_count = {len(files)};", ""]
	return "\n".join(parts)


def main():
	out = sys.argv[1]
	files = load(sys.argv[2]) if len(sys.argv) > 2 else \
		[("/", TYPES[".html"], NO_PAGES.encode(), False)]
	with open(out, "w", encoding="utf-8") as target:
		target.write(generate(files))


if __name__ == "__main__":
	main()
