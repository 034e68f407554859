#!/usr/bin/env python3
"""A day's work on a school's kehoud again and again for SOAK_SECONDS, with exchanges with its
hub over the network and by stick: memory and descriptors of both and the time of an answer
have to stay flat. SOAK_ROUNDS a second at most (10 without). Prints what it saw; run by make
check-soak."""
import os
import shutil
import statistics
import sys
import tempfile
import time

import test_node
from test_daemon import status_of
from test_network import exchange, same
from test_node import SRC, path, school
from test_stick import carry, daemon, export, listed

SECONDS = float(os.environ.get("SOAK_SECONDS", "3600"))
PACE_S = 1 / float(os.environ.get("SOAK_ROUNDS", "10"))
SLICES = 10
EXCHANGE = 60   # rounds from one to the next
STICK = 150


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


def by_stick(d, hub):
	"""To the hub and back; each program reads a stick by itself once it is plugged in."""
	assert export(d, listed(d, "u"))["safe_to_remove"]
	carry("soak", "hub")
	listed(hub, "u", safe_to_remove=True)
	carry("hub", "soak")
	listed(d, "u", safe_to_remove=True)


def by_network(d):
	"""Once nothing of the last stick is on its way; what is still to be confirmed."""
	state = exchange(d)
	assert state["failure"] == "", state
	return d.get("/api/v1/status")["waiting"]


def look(d):
	pid = d.process.pid
	return {"rss": int(status_of(pid)["VmRSS"].split()[0]),
		"files": len(os.listdir(f"/proc/{pid}/fd")),
		"threads": int(status_of(pid)["Threads"])}


def tell(part, rows):
	now = rows[-1]
	print(f"# part {part}: {now['rounds']} rounds, {now['ms']:.2f} ms" + "".join(
		"; {}: {rss} KiB, {files} descriptors, {threads} threads".format(who, **now[who])
		for who in ("school", "hub")), flush=True)


def judge(rows):
	for who in ("school", "hub"):
		first, last = rows[1][who], rows[-1][who]
		assert last["rss"] <= first["rss"] * 1.1 + 1024, who + ": memory grows"
		assert last["files"] <= first["files"] + 2, who + ": descriptors grow"
		assert last["threads"] == first["threads"], who + ": threads grow"
	# Slower by half is a trend, not a busy machine, only if all of the last parts are.
	late = min(r["ms"] for r in rows[-3:])
	assert late <= 1.5 * min(r["ms"] for r in rows[1:4]) + 1, "it becomes slower"


def rounds(d, hub, n, seconds):
	"""Rounds after the n-th for so long; the last one's number and the median of their times."""
	end, times = time.monotonic() + seconds, []
	while time.monotonic() < end:
		n, began = n + 1, time.monotonic()
		times.append(work(d, n))
		if n % STICK == 0:
			by_stick(d, hub)
		if n % EXCHANGE == 0:
			by_network(d)
		time.sleep(max(0, began + PACE_S - time.monotonic()))
	return n, statistics.median(times) * 1000


def begin(d):
	with open(os.path.join(SRC, "tests/data/rosters/01-plain-utf8.csv"), "rb") as f:
		d.list = f.read()
	d.me = d.sign_in()["staff"]["id"]
	plan = d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", d.list)
	d.post("/api/v1/roster/import", {"token": plan["token"], "request_id": "r"})
	os.mkdir(path("sticks", "soak", "u"))


def soak():
	rows, n = [], 0
	with daemon("hub") as hub, daemon(school("soak"), "--hub",
		f"http://127.0.0.1:{hub.port}") as d:
		begin(d)
		for part in range(SLICES):
			n, ms = rounds(d, hub, n, SECONDS / SLICES)
			rows.append({"school": look(d), "hub": look(hub), "ms": ms, "rounds": n})
			tell(part + 1, rows)
		left = [by_network(d) for _ in range(3)][-1]
		assert left == 0, f"{left} did not arrive"
	same("hub", "soak")
	judge(rows)


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
