#!/usr/bin/env python3
"""Schools and their hub in network namespaces, over links as in the hills: a slow link (tc
tbf), a seeded proxy that delays, cuts and resets, a hub that restarts, addresses that
change, clocks decades apart, a week offline. Each ends with equal digests. KEHOU_SEED
repeats a run. Prints TAP."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

if "KEHOU_NETNS" not in os.environ and __name__ == "__main__":
	# A network and mounts of our own: what is made here ends with us.
	inside = ["unshare", "-n", "-m"]
	if shutil.which("unshare") and shutil.which("ip") and subprocess.run([*inside, "sh", "-c",
		"mount -t tmpfs none /run && mkdir /run/netns && ip netns add try"],
		capture_output=True, check=False).returncode == 0:
		os.environ["KEHOU_NETNS"] = "1"
		os.execvp("unshare", [*inside, sys.executable, *sys.argv])
	print("1..0 # SKIP network namespaces are not permitted here")
	sys.exit(0)

import runner
import test_node
import test_network
from test_network import exchange, facts, first_head, make_county, same
from test_node import At, Daemon, kehou, made, no_clock, path

HUB, HOME, OTHER_HOME = "10.77.0.2", "10.77.0.1", "10.77.0.9"
seed = test_network.seed


def ip(*args):
	subprocess.run(["ip", *args], check=True, capture_output=True)


def make_link():
	"""A school's machine here, the hub's beyond a veth of 2G speed."""
	subprocess.run("mount -t tmpfs none /run && mkdir /run/netns", shell=True, check=True)
	ip("link", "set", "lo", "up")
	ip("netns", "add", "county")
	ip("link", "add", "home", "type", "veth", "peer", "name", "far", "netns", "county")
	ip("addr", "add", HOME + "/24", "dev", "home")
	ip("link", "set", "home", "up")
	for args in (("link", "set", "lo", "up"), ("addr", "add", HUB + "/24", "dev", "far"),
		("link", "set", "far", "up")):
		ip("-n", "county", *args)


def shape(rate):
	"""None: as fast as it goes. False where the kernel has no tbf."""
	for prefix, dev in (([], "home"), (["ip", "netns", "exec", "county"], "far")):
		subprocess.run([*prefix, "tc", "qdisc", "del", "dev", dev, "root"],
			capture_output=True, check=False)
		if rate and subprocess.run([*prefix, "tc", "qdisc", "add", "dev", dev, "root", "tbf",
			"rate", rate, "burst", "3000", "latency", "800ms"], capture_output=True,
			check=False).returncode != 0:
			return False
	return True


class Hub:
	"""In the other namespace, always at the same port."""

	def __enter__(self):
		self.process = subprocess.Popen(["ip", "netns", "exec", "county", test_node.KEHOUD,
			"-D", path("hub"), "--listen", HUB + ":8620"], stderr=subprocess.PIPE, text=True)
		for line in self.process.stderr:
			if "listening on" in line:
				break
		else:
			raise AssertionError("the hub does not start")
		self.drain = threading.Thread(target=self.process.stderr.read, daemon=True)
		self.drain.start()
		return self

	def kill(self):
		self.process.kill()
		self.process.wait()

	def __exit__(self, *_):
		if self.process.poll() is None:
			self.process.send_signal(signal.SIGTERM)
			assert self.process.wait(60) == 0


class Proxy(test_network.Proxy):
	"""To the hub beyond the link; holds each piece back for a moment."""

	def connect(self):
		return test_network.socket.create_connection((HUB, self.target), timeout=30)

	def pause(self):
		time.sleep(self.random.random() * 0.02)


def add(school, first, n):
	for i in range(first, first + n):
		school.do("staff.add", {"name": f"教师{i}", "roles": "teacher"}, request_id=f"s{i}")


def keep_trying(school, tries=80):
	for _ in range(tries):
		exchange(school)
		if facts(school)["waiting"] == 0:
			return
	raise AssertionError("it never arrives", facts(school))


def a_link_like_2g_that_is_cut_and_reset():
	if not shape("50kbit"):
		return "no tbf in this kernel"
	make_county()
	with Hub():
		proxy = Proxy(8620, bad=10)
		with Daemon("school0", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			first_head(school)
			add(school, 0, 60)
			keep_trying(school)
			assert proxy.cut >= 3, "too little was cut: the test shows nothing"
	same("hub", "school0")
	return None


def a_hub_that_restarts_and_a_school_whose_address_changes():
	make_county()
	with Hub() as hub, Daemon("school0", "--hub", f"http://{HUB}:8620") as school:
		first_head(school)
		exchange(school)
		add(school, 0, 20)
		hub.kill()
		assert exchange(school)["failure"] != ""
		with Hub():
			ip("addr", "del", HOME + "/24", "dev", "home")
			ip("addr", "add", OTHER_HOME + "/24", "dev", "home")
			try:
				keep_trying(school)
			finally:
				ip("addr", "del", OTHER_HOME + "/24", "dev", "home")
				ip("addr", "add", HOME + "/24", "dev", "home")
	same("hub", "school0")


def clocks_of_1970_and_2039():
	if no_clock():
		return no_clock()
	make_county(2)
	with Hub():
		for i, when in enumerate(("1970-01-02 00:00:00", "2039-06-01 00:00:00")):
			with At(f"school{i}", "@" + when, "--hub", f"http://{HUB}:8620") as school:
				first_head(school)
				add(school, 0, 3)
				keep_trying(school, 6)
	same("hub", "school0")
	same("hub", "school1")
	return None


def a_week_offline():
	if no_clock():
		return no_clock()
	make_county()
	with Hub(), Daemon("school0", "--hub", f"http://{HUB}:8620") as school:
		first_head(school)
		keep_trying(school, 6)
	for day in range(1, 8):
		with At("school0", f"+{day}d", "--hub", f"http://{HUB}:8620") as school:
			school.post("/api/v1/sign-in", {"staff": "校长", "pin": test_node.PIN})
			add(school, 10 * day, 3)
			if day == 3:
				assert exchange(school)["failure"] != ""
			assert facts(school)["waiting"] >= 3 * day
	with Hub(), At("school0", "+8d", "--hub", f"http://{HUB}:8620") as school:
		school.post("/api/v1/sign-in", {"staff": "校长", "pin": test_node.PIN})
		keep_trying(school, 6)
	same("hub", "school0")
	return None


def answered(n, source):
	"""How many of n connections that are kept open get an answer; the open sockets."""
	kept, good = [], 0
	for _ in range(n):
		s = socket.create_connection((HUB, 8620), timeout=60, source_address=(source, 0))
		kept.append(s)
		try:
			s.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HUB}\r\n\r\n".encode())
			good += s.recv(4096).startswith(b"HTTP/1.1 200")
		except OSError:
			pass
	return good, kept


def one_address_has_so_many_connections_and_others_go_on():
	make_county()
	ip("addr", "add", OTHER_HOME + "/24", "dev", "home")
	try:
		with Hub():
			good, kept = answered(60, HOME)
			assert good == 50, good
			other, more = answered(1, OTHER_HOME)
			assert other == 1
			for s in kept + more:
				s.close()
	finally:
		ip("addr", "del", OTHER_HOME + "/24", "dev", "home")


TESTS = [one_address_has_so_many_connections_and_others_go_on, a_link_like_2g_that_is_cut_and_reset,
	a_hub_that_restarts_and_a_school_whose_address_changes, clocks_of_1970_and_2039,
	a_week_offline]


def put(work):
	test_node.work = work


def main():
	make_link()
	return runner.run(TESTS, put, prepare=lambda: shape(None), each=True,
		notes=[f"KEHOU_SEED={seed}"])


if __name__ == "__main__":
	sys.exit(main())
