#!/usr/bin/env python3
"""The pages in one language: web_language.py SRC OUT zh|en

Copies the scripts of SRC to OUT. A call t('中文', 'English') becomes its half, and a pair
['中文', 'English'] one string: a browser loads the language that it shows
(docs/decisions/004-words-in-pairs.md)."""
import os
import re
import sys

CALL = re.compile(r"(?<![\w.$])(?<!function )t\(")
TEXT = r"('(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
PAIR = re.compile(r"\[" + TEXT + ", " + TEXT + r"\]")
CHINESE = re.compile("[\u3400-\u9fff]")


def arguments(text, at):
	"""Places of the commas of a call whose first argument begins at at, and of its end."""
	commas, depth = [], 0
	while True:
		c = text[at]
		if c in "'\"`":
			begin = at
			at += 1
			while text[at] != c:
				at += 2 if text[at] == "\\" else 1
			if c == "`" and "${" in text[begin:at]:
				raise SystemExit(f"a template in a call of t: {text[begin:at]}")
		elif c == "/" and re.search(r"[(,=:?&|!]\s*$", text[max(0, at - 9):at]):
			at += 1
			while text[at] != "/":
				at += 2 if text[at] == "\\" else 1
		elif c in "([{":
			depth += 1
		elif c in ")]}" and depth == 0:
			return commas, at
		elif c in ")]}":
			depth -= 1
		elif c == "," and depth == 0:
			commas.append(at)
		at += 1


def halves(text, second):
	out, done = [], 0
	for match in CALL.finditer(text):
		if match.start() < done:
			continue
		commas, end = arguments(text, match.end())
		if len(commas) != 1:
			continue  # not of two: the function itself
		half = text[commas[0] + 1:end] if second else text[match.end():commas[0]]
		out += [text[done:match.start()], "(", halves(half, second), ")"]
		done = end + 1
	return "".join(out) + text[done:]


def pair(match, second):
	if not CHINESE.search(match[1]) or CHINESE.search(match[2]):
		return match[0]
	return match[2] if second else match[1]


def one(text, second):
	return PAIR.sub(lambda match: pair(match, second), halves(text, second))


def main():
	source, out, language = sys.argv[1:]
	second = language == "en"
	for folder, _, names in os.walk(source):
		to = os.path.join(out, os.path.relpath(folder, source))
		os.makedirs(to, exist_ok=True)
		for name in names:
			with open(os.path.join(folder, name), encoding="utf-8") as file:
				text = file.read()
			with open(os.path.join(to, name), "w", encoding="utf-8") as file:
				file.write(one(text, second))


if __name__ == "__main__":
	main()
