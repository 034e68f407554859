#!/usr/bin/env python3
"""What kehoud is as a process: what it holds, what wakes it, what it leaves to others and
what it lets nobody do. Prints TAP."""
import os
import shutil
import socket
import sys
import tempfile
import time
import traceback

import test_node
from test_node import Daemon, KEHOUD, kehou, made, path, school

HEAVY = ("libcurl", "libssl", "libkrb5")


class Skip(Exception):
	pass


def with_sanitizers():
	with open(KEHOUD, "rb") as f:
		return b"__asan_init" in f.read()


def until(what, found):
	deadline = time.monotonic() + 120
	while time.monotonic() < deadline:
		value = found()
		if value:
			return value
		time.sleep(0.02)
	raise AssertionError(what)


def status_of(pid):
	with open(f"/proc/{pid}/status", encoding="utf-8") as f:
		return dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)


def child_of(pid, name):
	for entry in filter(str.isdigit, os.listdir("/proc")):
		try:
			state = status_of(entry)
			if state["PPid"] == str(pid) and state["Name"].startswith(name[:15]):
				return int(entry)
		except (OSError, KeyError, ValueError):
			pass
	return None


def maps(pid):
	with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
		return f.read()


def the_network_is_spoken_to_by_another_process():
	# Somebody who takes a connection and never answers.
	silent = socket.create_server(("127.0.0.1", 0))
	with Daemon(school("apart"), "--hub", f"http://127.0.0.1:{silent.getsockname()[1]}") as d:
		d.sign_in()
		d.post("/api/v1/exchange/now", status=202)
		peer, _ = silent.accept()
		courier = until("no courier", lambda: child_of(d.process.pid, "kehou-courier"))
		state = status_of(courier)
		assert state["NoNewPrivs"] == "1", state
		assert state["Seccomp"] == "2", state
		assert "libcurl" in maps(courier)
		for library in HEAVY:
			assert library not in maps(d.process.pid), library
		d.stop()
		assert not os.path.exists(f"/proc/{courier}"), "the courier outlived its daemon"
		peer.close()
	silent.close()


TESTS = [the_network_is_spoken_to_by_another_process]


def main():
	wanted = sys.argv[1:]
	tests = [t for t in TESTS if not wanted or t.__name__ in wanted]
	print(f"1..{len(tests)}")
	failed = 0
	test_node.work = tempfile.mkdtemp(prefix="kehou-daemon-")
	try:
		test_node.prepare()
		for i, test in enumerate(tests, 1):
			words = test.__name__.replace("_", " ")
			try:
				test()
				print(f"ok {i} - {words}", flush=True)
			except Skip as reason:
				print(f"ok {i} - {words} # SKIP {reason}", flush=True)
			except Exception:
				failed += 1
				print("# " + traceback.format_exc().replace("\n", "\n# "))
				print(f"not ok {i} - {words}", flush=True)
	finally:
		shutil.rmtree(test_node.work, ignore_errors=True)
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
