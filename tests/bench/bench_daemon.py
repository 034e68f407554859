#!/usr/bin/env python3
"""What an idle kehoud of a fresh machine holds in memory, and how soon it serves a page."""
import http.client
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

KEHOUD = os.environ.get("KEHOUD", "node/kehoud")
RUNS = 5


def one_run(work):
	began = time.monotonic()
	daemon = subprocess.Popen([KEHOUD, "-D", work, "--listen", "127.0.0.1:0"],
		stderr=subprocess.PIPE, text=True)
	port = None
	for line in daemon.stderr:
		m = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
		if m:
			port = int(m[1])
			break
	if port is None:
		sys.exit("kehoud did not start")
	c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
	c.request("GET", "/")
	c.getresponse().read()
	first_ms = (time.monotonic() - began) * 1000
	c.close()
	with open(f"/proc/{daemon.pid}/smaps_rollup", encoding="ascii") as f:
		kib = {m[1]: int(m[2]) for m in re.finditer(r"(?m)^(\w+): +(\d+) kB", f.read())}
	daemon.send_signal(signal.SIGTERM)
	daemon.communicate(timeout=60)
	return (kib["Rss"], kib["Private_Clean"], kib["Private_Dirty"], first_ms)


def main():
	runs = []
	for _ in range(RUNS):
		with tempfile.TemporaryDirectory() as work:
			runs.append(one_run(work))
	resident, clean, dirty, first = (statistics.median(r) for r in zip(*runs))
	print(f"idle, no node, after one page, median of {RUNS}:")
	print(f"  resident {resident / 1024:.1f} MiB, private written {dirty / 1024:.1f} MiB,"
		f" private read {clean / 1024:.1f} MiB")
	print(f"  start to the first page {first:.0f} ms")


if __name__ == "__main__":
	main()
