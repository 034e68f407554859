#!/usr/bin/env python3
"""What kehoud holds in memory at rest, on a fresh machine and at a school that was used, and
how soon it serves a page."""
import os
import re
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import test_node  # noqa: E402
from test_node import Daemon, school  # noqa: E402

RUNS = 5


def held(d):
	with open(f"/proc/{d.process.pid}/smaps_rollup", encoding="ascii") as f:
		kib = {m[1]: int(m[2]) for m in re.finditer(r"(?m)^(\w+): +(\d+) kB", f.read())}
	return kib["Rss"], kib["Private_Clean"], kib["Private_Dirty"]


def fresh(name):
	began = time.monotonic()
	with Daemon(name) as d:
		d.ask("GET", "/")
		first_ms = (time.monotonic() - began) * 1000
		return (*held(d), first_ms)


def used(name):
	began = time.monotonic()
	with Daemon(school(name)) as d:
		d.ask("GET", "/")
		first_ms = (time.monotonic() - began) * 1000
		d.sign_in()
		for view in ("pupils", "staff", "guardians", "access_log"):
			d.get("/api/v1/view/" + view)
		d.do("staff.add", {"name": "t", "roles": "teacher"})
		d.get("/api/v1/exchange/files")
		return (*held(d), first_ms)


def report(what, runs):
	resident, clean, dirty, first = (statistics.median(r) for r in zip(*runs))
	print(f"{what}, median of {len(runs)}:")
	print(f"  resident {resident / 1024:.1f} MiB, private written {dirty / 1024:.1f} MiB,"
		f" private read {clean / 1024:.1f} MiB")
	print(f"  start to the first page {first:.0f} ms")


def main():
	with tempfile.TemporaryDirectory() as test_node.work:
		test_node.prepare()
		report("no node, after one page", [fresh(f"fresh{i}") for i in range(RUNS)])
		report("a school, after a sign-in, views, a command, an export",
			[used(f"used{i}") for i in range(RUNS)])


if __name__ == "__main__":
	main()
