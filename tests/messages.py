#!/usr/bin/env python3
"""The message catalogues are complete and say what their keys ask. Prints TAP."""
import glob
import os
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PO2C = os.path.join(SRC, "tools", "po2c.py")
ENGLISH = 'msgid "error.FULL"\nmsgstr "No space: {1}"\n'
CHINESE = 'msgid "error.FULL"\nmsgstr "空间已满：{1}"\n'
number, failed = 0, 0


def check(english, chinese, *sources):
	run = subprocess.run([sys.executable, PO2C, "check", "en=" + english, "zh=" + chinese,
		*sources], capture_output=True, text=True, check=False)
	return run.returncode, run.stdout + run.stderr


def say(good, name, detail=""):
	global number, failed
	number += 1
	failed += not good
	for line in detail.splitlines() if not good else ():
		print("#", line)
	print("ok" if good else "not ok", number, "-", name)


def planted(name, good, english=ENGLISH, chinese=CHINESE, source=None):
	"""A small catalogue with one fault, which the check has to see."""
	with tempfile.TemporaryDirectory() as folder:
		paths = []
		for file, text in (("en.po", english), ("zh.po", chinese), source or (None, None)):
			if file is not None:
				paths.append(os.path.join(folder, file))
				with open(paths[-1], "w", encoding="utf-8") as target:
					target.write(text)
		code, output = check(*paths)
		say((code == 0) == good, name, output)


def status_names():
	with open(os.path.join(SRC, "sync", "status.h"), encoding="utf-8") as source:
		return [word.split()[0][len("STATUS_"):] for word in source.read().split("\n\t")
			if word.startswith("STATUS_") and "= -" in word]


def main():
	sources = glob.glob(os.path.join(SRC, "tools", "*.c")) + \
		glob.glob(os.path.join(SRC, "node", "*.c")) + \
		glob.glob(os.path.join(SRC, "schema", "**", "*.sql"), recursive=True)
	english, chinese = (os.path.join(SRC, "po", name) for name in ("en.po", "zh_CN.po"))
	code, output = check(english, chinese, *sources)
	say(code == 0, "every message and every refusal has words in both languages", output)
	with open(english, encoding="utf-8") as source:
		text = source.read()
	missing = [name for name in status_names()
		for key in (f"error.{name}", f"error.{name}.next", f"status.{name}")
		if f'msgid "{key}"' not in text]
	say(status_names() and not missing, "every status has words and advice",
		" ".join(missing))
	planted("a small sound catalogue is let through", True)
	planted("a missing translation is found", False, chinese="")
	planted("an empty translation is found", False,
		chinese='msgid "error.FULL"\nmsgstr ""\n')
	planted("an argument that a translation drops is found", False,
		chinese='msgid "error.FULL"\nmsgstr "空间已满"\n')
	planted("an error of two lines is found", False,
		english=ENGLISH.replace(": {1}", "\\n{1}"))
	planted("a key that a source uses and nobody wrote is found", False,
		source=("a.c", 'say(MSG("no.such"));'))
	planted("a refusal without words is found", False,
		source=("a.sql", "SELECT refuse('R99.no_words');"))
	second = 'msgid "error.ABSENT"\nmsgstr "x"\n'
	planted("keys out of order are found", False, ENGLISH + "\n" + second,
		CHINESE + "\n" + second)
	print(f"1..{number}")
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
