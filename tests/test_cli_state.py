#!/usr/bin/env python3
"""What kehou says of a machine's own state and of who may do what. Prints TAP."""
import sys

import runner
import test_cli
from test_cli import OTHER, Run, SCHOOL, invite, make_hub, make_school, path, stick


def test_a_withdrawn_invitation_is_refused_with_its_words():
	make_hub("hub").works()
	invite("hub", SCHOOL, "1.khi").works()
	invite("hub", OTHER, "2.khi", "冶上教学点").works()
	make_school("school", "1.khi").works()
	make_school("late", "2.khi").works()
	Run("invite", "--withdraw", "--school", OTHER, node="hub").works()
	folder = stick("late-usb", fresh=True)
	Run("export", "--to", folder, node="late").works()
	for lang, words in (("en", "knows no such invitation: withdrawn or never given"),
			("zh_CN", "县里没有这份邀请：已收回或从未发出")):
		run = Run("import", "--from", folder, node="hub", lang=lang).works(3)
		assert words in run.out, run.out
	Run("invite", "--withdraw", "--school", OTHER, node="hub").fails(1, OTHER)


def put(folder):
	test_cli.work = folder


def main():
	return runner.run(runner.cases(globals()), put)


if __name__ == "__main__":
	sys.exit(main())
