#!/usr/bin/env python3
"""A day's work on one kehoud again and again for SOAK_SECONDS: memory, descriptors and the
time of an answer have to stay flat. SOAK_ROUNDS a second at most (10 without). Prints what
it saw; run by make check-soak."""
import os
import shutil
import statistics
import sys
import tempfile
import time

import test_node
from test_daemon import status_of
from test_node import Daemon, SRC, school

SECONDS = float(os.environ.get("SOAK_SECONDS", "3600"))
PACE_S = 1 / float(os.environ.get("SOAK_ROUNDS", "10"))
SLICES = 10


def work(d, n):
	"""One round: pages, a list, a command, a wrong PIN, files out and in; its seconds a call."""
	times = []

	def timed(f, *args, **more):
		began = time.monotonic()
		f(*args, **more)
		times.append(time.monotonic() - began)
	for target in ("/api/v1/status", "/api/v1/me", "/api/v1/view/pupils",
			"/api/v1/view/staff", "/api/v1/view/guardians", "/api/v1/inbox"):
		timed(d.get, target)
	timed(d.ask, "GET", "/")
	timed(d.do, "staff.edit", {"staff_id": d.me, "number": str(n % 7)})
	if n % 100 == 0:  # after some of them it is told to wait
		status, _, _ = d.ask("POST", "/api/v1/sign-in", {"staff": "nobody", "pin": "000000"})
		assert status in (401, 429), status
	elif n % 20 == 0:
		timed(d.sign_in)
	if n % 20 == 0:
		timed(d.ask, "GET", "/api/v1/roster/export.xlsx")
		d.json("POST", "/api/v1/exchange/file/x.KHB", b"KHB1" + bytes(300000))
	if n % 200 == 0:
		d.get("/api/v1/exchange/files")
		d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", d.list)
	return statistics.median(times)


def look(d):
	pid = d.process.pid
	return {"rss": int(status_of(pid)["VmRSS"].split()[0]),
		"files": len(os.listdir(f"/proc/{pid}/fd")),
		"threads": int(status_of(pid)["Threads"])}


def soak():
	with open(os.path.join(SRC, "tests/data/rosters/01-plain-utf8.csv"), "rb") as f:
		data = f.read()
	rows, n = [], 0
	with Daemon(school("soak")) as d:
		d.me, d.list = d.sign_in()["staff"]["id"], data
		plan = d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", data)
		d.post("/api/v1/roster/import", {"token": plan["token"], "request_id": "r"})
		for part in range(SLICES):
			end, times = time.monotonic() + SECONDS / SLICES, []
			while time.monotonic() < end:
				n, began = n + 1, time.monotonic()
				times.append(work(d, n))
				time.sleep(max(0, began + PACE_S - time.monotonic()))
			rows.append({**look(d), "ms": statistics.median(times) * 1000, "rounds": n})
			print("# part {}: {rounds} rounds, {rss} KiB, {files} descriptors, {threads} "
				"threads, {ms:.2f} ms".format(part + 1, **rows[-1]), flush=True)
	first, last = rows[1], rows[-1]
	assert last["rss"] <= first["rss"] * 1.1 + 1024, "memory grows"
	assert last["files"] <= first["files"] + 2, "descriptors grow"
	assert last["threads"] == first["threads"], "threads grow"
	# Slower by half is a trend, not a busy machine, only if all of the last parts are.
	late = min(r["ms"] for r in rows[-3:])
	assert late <= 1.5 * min(r["ms"] for r in rows[1:4]) + 1, "it becomes slower"


def main():
	test_node.work = tempfile.mkdtemp(prefix="kehou-soak-")
	try:
		test_node.prepare()
		soak()
		print(f"flat over {SECONDS:.0f} s")
		return 0
	finally:
		shutil.rmtree(test_node.work, ignore_errors=True)


if __name__ == "__main__":
	sys.exit(main())
