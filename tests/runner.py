"""Runs the cases of a Python test and prints TAP. Not a test itself."""
import contextlib
import glob
import os
import re
import shutil
import sys
import tempfile
import traceback


class Skip(Exception):
	"""Raised by a case that cannot run here, with the reason."""


def cases(names, prefix="test_"):
	"""The functions of a module that are cases by their name."""
	return [f for name, f in names.items() if name.startswith(prefix) and callable(f)]


def one(number, test):
	"""Runs a case and prints its line; whether it held. A word that it returns is why it
	was passed over."""
	name = re.sub("^test_", "", test.__name__).replace("_", " ")
	try:
		skip = test()
	except Skip as reason:
		skip = str(reason).replace("\n", " ")
	except Exception:  # a test that breaks has failed, whatever broke
		print("# " + traceback.format_exc().replace("\n", "\n# "))
		print(f"not ok {number} - {name}", flush=True)
		return False
	print(f"ok {number} - {name}" + (f" # SKIP {skip}" if skip else ""), flush=True)
	return True


@contextlib.contextmanager
def folder(put):
	"""A temporary folder, told to put."""
	work = tempfile.mkdtemp(prefix="kehou-")
	put(work)
	try:
		yield
	finally:
		shutil.rmtree(work, ignore_errors=True)


def clocks():
	"""What libfaketime made for processes that have ended; it leaves that behind."""
	return {path for path in glob.glob("/dev/shm/*faketime_s*_[0-9]*")
		if not os.path.exists("/proc/" + path.rsplit("_", 1)[1])}


@contextlib.contextmanager
def no_clocks_left():
	"""Removes what libfaketime left behind of processes that ended meanwhile."""
	before = clocks()
	try:
		yield
	finally:
		for path in clocks() - before:
			with contextlib.suppress(FileNotFoundError):
				os.remove(path)


def run(tests, put=lambda work: None, prepare=lambda: None, each=False, notes=()):
	"""All cases, or those named on the command line; the exit status. put is told the folder
	that they work in: one for all, in which prepare was called, or with each one for each
	case, in which prepare is called."""
	wanted = sys.argv[1:]
	tests = [t for t in tests if not wanted or t.__name__ in wanted]
	held = 0
	print(f"1..{len(tests)}")
	for note in notes:
		print("#", note)
	with contextlib.ExitStack() as whole:
		whole.enter_context(no_clocks_left())
		if not each:
			whole.enter_context(folder(put))
			prepare()
		for number, test in enumerate(tests, 1):
			with contextlib.ExitStack() as alone:
				if each:
					alone.enter_context(folder(put))
					prepare()
				held += one(number, test)
	return 0 if held == len(tests) else 1
