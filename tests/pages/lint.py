#!/usr/bin/env python3
"""The pages stay within Chrome 61 and 60 KB. Prints TAP.

esbuild refuses or lowers syntax; what it does not know are APIs and CSS that came later.
Each rule is tried on a planted line first, which it has to find."""
import glob
import gzip
import os
import re

SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("BUILDDIR", ".")
WEB = os.path.join(SRC, "node", "web")
LIMIT_BYTES = 60 * 1024

# (rule, pattern, planted line): APIs younger than Chrome 61, or missing on plain HTTP.
SCRIPT = [
	("no service worker, no crypto.subtle, no randomUUID, no clipboard on plain HTTP",
		r"serviceWorker|crypto\.subtle|randomUUID|navigator\.clipboard", "crypto.randomUUID()"),
	("no Object.fromEntries, flat, flatMap, matchAll, replaceAll, at",
		r"Object\.fromEntries|\.flat\(|\.flatMap\(|\.matchAll\(|\.replaceAll\(|\.at\(\s*-?\d", "a.at(-1)"),
	("no structuredClone, queueMicrotask, globalThis, ResizeObserver",
		r"structuredClone|queueMicrotask|globalThis|ResizeObserver", "globalThis.x"),
	("no Promise.finally, allSettled, any",
		r"\)\.finally\(|Promise\.(allSettled|any)\b", "f().finally(g)"),
	("no Blob.text, Blob.arrayBuffer, replaceChildren, toggleAttribute, showModal",
		r"[bB]lob\.(text|arrayBuffer)\(|replaceChildren|toggleAttribute|showModal", "a.replaceChildren()"),
	("no look-behind, named groups, \\p, dotAll in regular expressions",
		r"\(\?<|\\p\{|/[gimuy]*s[gimuy]*\.(test|exec)\(", r"/\p{L}/u"),
	("no Intl younger than 61", r"Intl\.(RelativeTimeFormat|ListFormat|PluralRules|DisplayNames|Segmenter)",
		"new Intl.ListFormat()"),
	("no HTML put in as text", r"dangerouslySetInnerHTML|\.innerHTML|document\.write|\beval\(", "a.innerHTML = b"),
]
STYLE = [
	("no gap of flex boxes: grid-gap is what Chrome 61 knows", r"(?<![-\w])(row-|column-)?gap\s*:", "a { gap: 1px; }"),
	("no inset, aspect-ratio, accent-color", r"(?<![-\w])(inset|aspect-ratio|accent-color)\s*:", "a { inset: 0; }"),
	("no min(), max(), clamp(), color-mix()", r"(?<![-\w])(min|max|clamp|color-mix)\(", "a { width: min(1px, 2px); }"),
	("no :where, :is, :has, :focus-visible", r":(where|is|has|focus-visible|focus-within-visible)\b", "a:is(b) {}"),
	("no dvh, svh, lvh", r"\d(dvh|svh|lvh)\b", "a { height: 1dvh; }"),
	("no overflow-wrap: anywhere", r"overflow-wrap\s*:\s*anywhere", "a { overflow-wrap: anywhere; }"),
	("no nesting, no layers, no containers", r"@(layer|container|supports selector)|^\s*&", "@layer a;"),
	("nothing from elsewhere: no web font, no URL", r"@font-face|@import|url\(\s*['\"]?(?!data:)", "a { background: url(x.png); }"),
]
number = failed = 0


def say(name, findings):
	global number, failed
	number += 1
	failed += bool(findings)
	for finding in findings:
		print("#", finding)
	print("not ok" if findings else "ok", number, "-", name)


def without_comments(text):
	text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.S)
	return re.sub(r"(?<![:\w\"'])//[^\n]*", "", text)


def find(pattern, name, text):
	return [f"{name}:{at}: {line.strip()[:100]}" for at, line in
		enumerate(without_comments(text).split("\n"), 1) if re.search(pattern, line)]


def read(path):
	with open(path, encoding="utf-8") as source:
		return source.read()


def built_folder():
	for folder in (os.path.join(BUILD, "gen", "web"), os.path.join(WEB, "built")):
		if os.path.exists(os.path.join(folder, "main.zh.js")):
			return folder
	return None


def with_chunks(folder, names):
	"""These files and what they import, once each."""
	found = []
	while names:
		name = names.pop(0)
		if name not in found:
			found.append(name)
			names += re.findall(r'from"\./(chunk-\w+\.js)"', read(os.path.join(folder, name)))
	return found


def budget(folder, language):
	def size(names):
		return sum(len(gzip.compress(open(os.path.join(folder, n), "rb").read(), 9)) for n in names)
	page = ["index.html", "style.css", "start.js"]
	first = with_chunks(folder, [*page, f"main.{language}.js"])
	phone = with_chunks(folder, [*first, f"desk.{language}.js"])
	everything = with_chunks(folder, [*phone, f"pc.{language}.js"])
	print(f"# {language}: first page {size(first)}, all pages of a phone {size(phone)}, "
		f"with those made for a PC {size(everything)} bytes gzipped")
	return [] if size(phone) <= LIMIT_BYTES else [f"{size(phone)} bytes are more than {LIMIT_BYTES}"]


def main():
	folder = built_folder()
	print(f"1..{len(SCRIPT) + len(STYLE) + 4}")
	sources = sorted(glob.glob(os.path.join(WEB, "src", "**", "*.ts*"), recursive=True)) + \
		[os.path.join(WEB, "start.js")]
	styles = [os.path.join(WEB, "style.css")]
	if folder:
		styles.append(os.path.join(folder, "style.css"))
	for paths, rules in ((sources, SCRIPT), (styles, STYLE)):
		for rule, pattern, planted in rules:
			findings = [] if find(pattern, "planted", planted) else ["the rule does not see " + planted]
			for path in paths:
				findings += find(pattern, os.path.relpath(path, SRC), read(path))
			say(rule, findings)
	lock = read(os.path.join(WEB, "package-lock.json"))
	say("package-lock.json names no package host", re.findall(r'"resolved".*', lock)[:3])
	long = [f"{os.path.relpath(p, SRC)}: {n} lines" for p in sources for n in [read(p).count("\n")] if n > 800]
	say("no file of the pages is longer than 800 lines", long)
	for language in ("zh", "en"):
		name = f"a phone loads at most 60 KB gzipped for all its pages, {language}"
		if folder:
			say(name, budget(folder, language))
			continue
		global number
		number += 1
		print(f"ok {number} - {name} # SKIP built without pages")
	return failed > 0


raise SystemExit(main())
