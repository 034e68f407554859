#!/usr/bin/env python3
"""What kehoud is as a process: what it holds, what wakes it, what it leaves to others and
what it lets nobody do. Prints TAP."""
import ctypes
import json
import os
import re
import select
import shutil
import signal
import socket
import sys
import time

import runner
import test_node
from runner import Skip
from test_node import Daemon, KEHOUD, kehou, made, path, school

HEAVY = ("libcurl", "libssl", "libkrb5")


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


FAR = {"X-Forwarded-For": "192.0.2.7"}


def overtaken(d, target, bodies, answer):
	"""How many of these calls, made at once, are still without an answer when a page's call
	that came after them has its own. All must have it in the end."""
	calls = [socket.create_connection(("127.0.0.1", d.port)) for _ in bodies]
	behind = 0
	for s, body in zip(calls, bodies):
		body = json.dumps(body).encode()
		s.sendall((f"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: kehou={d.cookie}\r\n"
			f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body)
	d.get("/api/v1/status")
	for s in calls:
		s.setblocking(False)
		try:
			s.recv(1, socket.MSG_PEEK)
		except BlockingIOError:
			behind += 1
		s.setblocking(True)
		assert s.recv(len(answer)) == answer, target
		s.close()
	return behind


def a_sign_in_keeps_no_tap_waiting():
	with Daemon(school("queue")) as d:
		# On one engine's thread it could never overtake.
		assert any(overtaken(d, "/api/v1/sign-in", [{"staff": f"nobo{attempt * 4 + i:02d}",
			"pin": "000000"} for i in range(8)], b"HTTP/1.1 401") for attempt in range(20))


def at_once(d, n, peer, name):
	"""The answers to n sign-ins whose requests were all sent before one was read."""
	calls, seen = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(n)], []
	for i, s in enumerate(calls):
		body = json.dumps({"staff": name.format(i), "pin": "000000"}).encode()
		s.sendall((f"POST /api/v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n{peer}"
			f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode() + body)
	for s in calls:
		with s, s.makefile("rb") as answer:
			seen.append(int(answer.readline().split()[1]))
			assert seen[-1] == 401 or b"\r\nRetry-After: " in answer.read(), seen
	return seen


def guesses_at_once_are_no_more_than_one_after_another():
	with Daemon(school("burst")) as d:
		seen = at_once(d, 40, "", "head")
		# Five, and on a machine that stands still meanwhile those whose wait is over.
		assert 5 <= seen.count(401) <= 8 and seen.count(429) == 40 - seen.count(401), seen


def one_address_does_not_fill_the_queue_of_pins():
	with Daemon(school("crowd")) as d:
		# Fewer than wait at all; another attempt for a machine that checks as fast as it reads.
		assert any(503 in at_once(d, 12, f"X-Forwarded-For: 192.0.2.{attempt}\r\n",
			f"no-{attempt}-{{}}") for attempt in range(20))
		at_once(d, 45, "X-Forwarded-For: 198.51.100.1\r\n", "nobody{}")
		d.sign_in()


def a_new_pin_keeps_no_tap_waiting():
	with Daemon(school("new-pins")) as d:
		d.sign_in()
		assert any(overtaken(d, "/api/v1/command/staff.add", [{"request_id": f"{attempt}-{i}",
			"args": {"name": f"t{attempt}-{i}", "roles": "teacher", "pin": "135790"}}
			for i in range(8)], b"HTTP/1.1 200") for attempt in range(20))
		d.sign_in("t0-7", "135790")


def sessions_survive_a_restart():
	node = school("again")
	with Daemon(node) as d:
		d.sign_in()
		cookie = d.cookie
		d.get("/api/v1/view/staff")
	with open(path(node, "sessions"), "rb") as f:
		assert cookie.encode() not in f.read()
	assert os.stat(path(node, "sessions")).st_mode & 0o077 == 0
	with Daemon(node) as d:
		d.cookie = cookie
		assert d.get("/api/v1/me")["staff"]["name"] == "head"
		d.get("/api/v1/view/staff")
		d.post("/api/v1/sign-out")
	with Daemon(node) as d:
		d.cookie = cookie
		d.get("/api/v1/view/staff", 401)
		assert [p["name"] for p in d.get("/api/v1/me")["people"]] == ["head"]
	with open(path(node, "sessions"), "r+b") as f:
		f.write(b"\xff" * 40)
	with Daemon(node) as d:
		d.get("/healthz")


def another_pin_ends_the_sessions_wherever_it_was_set():
	node = school("reset")
	with open(path("new-pin"), "w", encoding="utf-8") as f:
		f.write("864213")
	with Daemon(node) as d:
		d.sign_in()
		row = d.do("staff.add", {"name": "t", "roles": "teacher", "pin": "135790"})["rows"][0]
		d.cookie = None
		d.sign_in("t", "135790")
		d.get("/api/v1/view/staff")
		made(kehou("--as", "head", "--pin-fd", "FD0", "do", "staff.pin",
			"pin=@" + path("new-pin"), f"staff_id={row['staff']}", secrets=[test_node.PIN],
			node=node))
		d.get("/api/v1/view/staff", 401)
		d.sign_in("t", "864213")
		# One's own new PIN keeps one's own session and ends the others.
		other, d.cookie = d.cookie, None
		d.sign_in("t", "864213")
		d.do("staff.pin", {"pin": "975310"})
		d.get("/api/v1/view/staff")
		d.cookie = other
		d.get("/api/v1/view/staff", 401)


def a_forgotten_pin_is_set_anew_at_the_machine_and_leaves_a_trace():
	node = school("forgot")
	with Daemon(node) as d:
		d.sign_in()
		for _ in range(5):
			d.sign_in(pin="000000", status=401)
		assert d.ask("POST", "/api/v1/sign-in", {"staff": "head", "pin": "0"})[0] == 429
		run = kehou("pin", "nobody", "--pin-fd", "FD0", secrets=["864213"], node=node)
		assert run.returncode != 0 and "nobody" in run.stderr, run
		run = kehou("pin", "head", "--pin-fd", "FD0", secrets=["86"], node=node)
		assert run.returncode != 0, run
		made(kehou("pin", "head", "--pin-fd", "FD0", secrets=["864213"], node=node))
		d.get("/api/v1/view/staff", 401)
	# Guesses are forgotten at a restart: nobody is out for good.
	with Daemon(node) as d:
		d.sign_in(status=401)
		d.sign_in(pin="864213")
		rows = d.get("/api/v1/view/access_log")["rows"]
		assert [r["view"] for r in rows][-1] == "kehou pin", rows
		assert rows[-1]["name"] == "head" and rows[-1]["fields"] == "pin", rows


def a_copy_or_an_older_state_ends_sessions():
	node = school("first")
	with Daemon(node) as d:
		d.sign_in()
		cookie = d.cookie
	shutil.copytree(path(node), path("copied"))
	with Daemon("copied") as d:
		d.cookie = cookie
		d.get("/api/v1/view/staff", 401)
	with Daemon(node) as d:
		d.cookie = cookie
		d.get("/api/v1/view/staff")


def the_first_head_needs_the_invitation_or_the_machine():
	made(kehou("init", "school", "--invite", path("invite2"), node="bare"))
	with open(path("invite"), "rb") as f:
		others = f.read()
	with open(path("invite2"), "rb") as f:
		ours = f.read()
	args = {"name": "first", "roles": "head", "pin": test_node.PIN}
	with Daemon("bare") as d:
		me = d.get("/api/v1/me", headers=FAR)
		assert me["first"] is False and me["invitation"] is True, me
		call = {"request_id": None, "args": args}
		for _ in range(2):
			d.json("POST", "/api/v1/command/staff.add", call, 401, headers=FAR)
			d.get("/api/v1/view/pupils", 401, headers=FAR)
			d.json("POST", "/api/v1/setup/first", b"nonsense", 400, headers=FAR)
			assert d.json("POST", "/api/v1/setup/first", others, 403, headers=FAR)[
				"code"] == "USAGE.other_invitation"
		assert d.get("/api/v1/me")["first"] is True
		d.json("POST", "/api/v1/setup/first", ours, headers=FAR)
		assert d.get("/api/v1/me", headers=FAR)["first"] is True
		d.json("POST", "/api/v1/command/staff.add", call, headers=FAR)
		d.json("POST", "/api/v1/command/staff.add", call, 401, headers=FAR)
		d.json("POST", "/api/v1/setup/first", ours, 409, headers=FAR)


OPEN = {"/api/v1/schema", "/api/v1/words", "/api/v1/me", "/api/v1/sign-in", "/api/v1/sign-out",
	"/api/v1/status", "/healthz", "/readyz", "/api/v1/roster/template.xlsx", "/api/v1/setup/inspect",
	"/api/v1/setup/school", "/api/v1/setup/first", "/api/v1/setup/code"}


def a_stranger_gets_nothing_of_any_call_in_docs_api_even_at_the_machine_itself():
	with open(os.path.join(test_node.SRC, "docs/api.md"), encoding="utf-8") as f:
		calls = re.findall(r"`(GET|POST) (/[^`? ]+)", f.read())
	assert len(calls) > 30, calls
	with Daemon(school("stranger")) as d:
		for method, target in calls:
			if target not in OPEN:
				answer = d.json(method, target, None if method == "GET" else {}, 401)
				assert answer["code"] == "USAGE.sign_in", (method, target, answer)


def a_hub_lets_nobody_in_before_it_has_people():
	with Daemon("hub") as d:
		me = d.get("/api/v1/me")
		assert me["first"] is False, me
		d.get("/api/v1/schools", 401)
		d.get("/api/v1/view/pupils", 401)
		d.do("county.staff.add", {"name": "x", "roles": "clerk", "pin": "246810"}, 401)
		d.get("/api/v1/exchange/files", 401)
	with open(path("clerk.pin"), "w", encoding="utf-8") as f:
		f.write(test_node.PIN)
	made(kehou("do", "county.staff.add", "name=县办", "roles=clerk", "pin=@" + path("clerk.pin"),
		node="hub"))
	with Daemon("hub") as d:
		d.sign_in("县办", "135791", 401)
		d.sign_in("nobody", status=401)
		d.sign_in("县办")
		assert d.get("/api/v1/me")["staff"]["name"] == "县办"
		assert d.get("/api/v1/schools")["rows"]
		clerk = d.get("/api/v1/view/county_staff")["rows"][0]["staff"]
		d.do("county.staff.add", {"name": "second", "roles": "clerk", "pin": test_node.PIN})
		d.do("county.staff.end", {"staff_id": clerk})
		d.get("/api/v1/schools", 401)


def R18_a_look_at_telephones_is_noted_before_they_are_shown():
	with open(os.path.join(test_node.SRC, "tests/data/rosters/01-plain-utf8.csv"), "rb") as f:
		data = f.read()
	with Daemon(school("noted")) as d:
		d.sign_in()
		plan = d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", data)
		d.post("/api/v1/roster/import", {"token": plan["token"], "request_id": "r"})
		assert d.get("/api/v1/view/access_log")["rows"] == []
		shown = d.get("/api/v1/view/guardians")["rows"]
		noted = d.get("/api/v1/view/access_log")["rows"]
		assert shown and noted[0]["view"] == "guardians" and noted[0]["name"] == "head", noted
		d.cookie = None
		d.get("/api/v1/view/guardians", 401)


def a_large_file_takes_no_memory():
	if with_sanitizers():
		raise Skip("a build with sanitizers holds memory of its own")
	size = 48 << 20
	with Daemon(school("large")) as d:
		d.sign_in()
		# A PIN takes 8 MiB while it is checked; from here on the peak is that of files.
		with open(f"/proc/{d.process.pid}/clear_refs", "w", encoding="ascii") as f:
			f.write("5")
		answer = d.json("POST", "/api/v1/exchange/file/x.KHB", b"KHB1" + bytes(size))
		assert answer["outcome"] == "refused", answer
		os.makedirs(path("large", "outgoing", "KEHOU"), exist_ok=True)
		name = "0" * 32 + ".KHB"
		with open(path("large", "outgoing", "KEHOU", name), "wb") as f:
			f.truncate(size)
		status, _headers, data = d.ask("GET", "/api/v1/exchange/file/" + name)
		assert status == 200 and len(data) == size
		peak = int(status_of(d.process.pid)["VmHWM"].split()[0])
		assert peak <= 16 << 10, f"{peak} KiB"
		assert raw(d.port, b"POST /api/v1/exchange/file/x.KHB HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			b"Cookie: kehou=%s\r\nContent-Length: %d\r\n\r\n" % (d.cookie.encode(),
			(66 << 20) + 1)).startswith(b"HTTP/1.1 413")


def switches(pid):
	total = 0
	for task in os.listdir(f"/proc/{pid}/task"):
		state = status_of(f"{pid}/task/{task}")
		total += int(state["voluntary_ctxt_switches"])
	return total


def nothing_wakes_it_while_nobody_asks():
	with Daemon(school("idle")) as d:
		d.get("/api/v1/status")
		d.get("/readyz")
		last = [switches(d.process.pid)]

		def quiet():
			time.sleep(4)
			last.append(switches(d.process.pid))
			return last[-1] == last[-2]
		# What was begun ends first; then there are four seconds without a wake-up.
		until("it is never quiet: " + str(last), quiet)


def what_was_kept_for_speed_is_given_back_when_nobody_asks():
	with Daemon(school("resting")) as d:
		d.sign_in()
		for view in ("pupils", "staff", "guardians", "access_log"):
			d.get("/api/v1/view/" + view)

		def resident():
			return int(status_of(d.process.pid)["VmRSS"].split()[0])
		worked = resident()
		until(f"it still holds {worked} KiB", lambda: resident() < worked - 1024)
		d.do("staff.add", {"name": "t", "roles": "teacher"})
		assert "t" in [row["name"] for row in d.get("/api/v1/view/staff")["rows"]]


def connections_that_say_nothing_hinder_nobody_and_are_closed():
	with Daemon(school("slow")) as d:
		slow = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(300)]
		for i, s in enumerate(slow):
			s.sendall(b"GET /api/v1/status HTTP/1.1\r\nHost: a\r\nX: "[:i % 48])
		d.get("/api/v1/status")
		for s in slow:
			s.settimeout(120)
			try:
				while s.recv(4096):
					pass
			except ConnectionResetError:
				pass
			s.close()
		d.get("/api/v1/status")


def drip(slow, honest, body):
	"""A byte to each of the slow, and some KiB of body to the honest one, again and again
	until the slow are closed; what of the body is left."""
	deadline = time.monotonic() + 120
	while slow:
		assert time.monotonic() < deadline, f"{len(slow)} are still there"
		assert body, "the body was too small for this machine"
		honest.sendall(body[:16384])
		body = body[16384:]
		for s in select.select(slow, [], [], 0.1)[0]:
			s.close()  # nothing is ever answered to half a request: it was closed
		slow = [s for s in slow if s.fileno() >= 0]
		for s in slow:
			try:
				s.send(b"x")
			except OSError:
				pass  # closed meanwhile
	return body


def connections_that_drip_are_closed_in_a_crowd_and_an_upload_goes_on():
	node = school("drip")
	with open(path(node, "kehoud.ini"), "w", encoding="utf-8") as f:
		f.write("[http]\nlongest = 2\n")
	heads = (b"GET /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
		b"POST /api/v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n")
	with Daemon(node) as d:
		d.sign_in()
		body = memoryview(b"KHB1" + bytes(20 << 20))
		honest = socket.create_connection(("127.0.0.1", d.port), timeout=60)
		honest.sendall(b"POST /api/v1/exchange/file/x.KHB HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			b"Cookie: kehou=%s\r\nContent-Length: %d\r\n\r\n" % (d.cookie.encode(), len(body))
			+ body[:65536])
		slow = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(300)]
		for i, s in enumerate(slow):
			s.sendall(heads[i % 2])
		left = drip(slow, honest, body[65536:])
		assert left, "it was through too soon to show anything"
		honest.sendall(left)
		assert honest.recv(12) == b"HTTP/1.1 200"
		honest.close()


def raw(port, data):
	s = socket.create_connection(("127.0.0.1", port), timeout=60)
	try:
		s.sendall(data)
		s.shutdown(socket.SHUT_WR)
	except OSError:
		pass
	got = b""
	try:
		while piece := s.recv(65536):
			got += piece
	except OSError:
		pass
	s.close()
	return got


def what_is_too_much_is_refused():
	with Daemon(school("much")) as d:
		head = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		for data in (head + b"X: " + b"a" * 40000 + b"\r\n\r\n",
				head + b"".join(b"X%d: a\r\n" % i for i in range(3000)) + b"\r\n",
				b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
				b"POST /api/v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
				b"Content-Length: 99999999999999999999\r\n\r\n",
				b"POST /api/v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\n"
				b"Transfer-Encoding: chunked\r\n\r\n" + b"800\r\n" + b"x" * 2048
				+ b"\r\n0\r\n\r\n"):
			got = raw(d.port, data)
			assert not got.startswith(b"HTTP/1.1 2"), got[:200]
		large = bytes(5 << 20)
		head = b"POST /api/v1/command/rollcall HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		# It is read to its end, so that who sends it hears why it is refused.
		for more, body in ((b"Content-Length: %d\r\n\r\n" % len(large), large),
			(b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n%s\r\n0\r\n\r\n" %
			(len(large), large))):
			with socket.create_connection(("127.0.0.1", d.port), timeout=60) as s:
				s.sendall(head + more + body)
				assert s.recv(12) == b"HTTP/1.1 413"
		# Who asks first does not send it.
		with socket.create_connection(("127.0.0.1", d.port), timeout=60) as s:
			s.sendall(head + b"Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n")
			assert s.recv(12) == b"HTTP/1.1 413"
		d.sign_in()
		for depth, status in ((5000, 400), (40000, 413)):
			deep = b'{"args": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
			d.json("POST", "/api/v1/command/staff.add", deep[:250000], status)
		d.get("/api/v1/view/pupils?" + "&".join(f"p{i}=1" for i in range(60)), 400)
		d.get("/api/v1/status")



def a_body_of_many_values_takes_no_memory():
	with Daemon(school("values")) as d:
		def post(target, size, status, **headers):
			body = b'{"name": "x", "columns": [], "rows": [' + b"{}," * (size // 3) + b"{}]}"
			got = d.ask("POST", target, body, {"Content-Type": "application/json", **headers})[0]
			assert got == status, (target, got)
		for _ in range(5):
			post("/api/v1/command/rollcall", 250000, 401, **{"X-Forwarded-For": "10.0.0.9"})
			post("/api/v1/command/rollcall", 250000, 413)
			post("/api/v1/sign-in", 60000, 413)
		d.sign_in()
		# A PIN takes 8 MiB; from here on the peak is that of bodies.
		with open(f"/proc/{d.process.pid}/clear_refs", "w", encoding="ascii") as f:
			f.write("5")
		post("/api/v1/sheet", (2 << 20) - 100, 413)
		post("/api/v1/command/rollcall", 250000, 413)
		peak = int(status_of(d.process.pid)["VmHWM"].split()[0])
		assert with_sanitizers() or peak <= 16 << 10, f"{peak} KiB"


def a_long_head_is_told_so():
	def ask(size, name=b"Cookie: a="):
		return raw(d.port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + name +
			b"x" * size + b"\r\n\r\n")[9:12]
	with Daemon(school("heads")) as d:
		assert [ask(size) for size in (1000, 3000)] == [b"200"] * 2
		assert [ask(size) for size in (3700, 3850, 4000, 7000, 20000)] == [b"431"] * 5
		# Up to the library's own limit; of cookies it closes without a word in the last 100 bytes.
		assert [ask(size, b"X: ") for size in range(7800, 8200, 25)] == [b"431"] * 16


def has_landlock():
	"""Whether the kernel can confine what makes files: the second version of landlock."""
	version = ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1)
	return version >= 2


def the_daemon_reaches_nothing_outside_its_folders():
	node = school("fenced")
	own, outside = path("settings"), path("outside")
	os.mkdir(own)
	os.mkdir(outside)
	ini = os.path.join(own, "k.ini")

	def put(where):
		with open(where, "w", encoding="utf-8") as f:
			f.write("[log]\nlevel = info\n")

	def after_hangup(wanted):
		d.process.send_signal(signal.SIGHUP)
		line = d.process.stderr.readline()
		while line and not re.search(wanted, line):
			line = d.process.stderr.readline()
		assert line, wanted
	put(ini)
	put(os.path.join(outside, "k.ini"))
	with Daemon(node, "--config", ini) as d:
		d.sign_in()
		assert d.ask("GET", "/api/v1/roster/export.xlsx")[2][:2] == b"PK"  # written by another
		assert not [n for n in os.listdir(path(node)) if n.startswith("tmp.")]
		state = status_of(d.process.pid)
		assert state["NoNewPrivs"] == "1" and state["Seccomp"] == "2", state
		assert all(status_of(task)["Seccomp"] == "2"
			for task in os.listdir(f"/proc/{d.process.pid}/task"))
		os.rename(ini, ini + ".old")
		put(ini)  # as an editor does: another file of the name
		after_hangup("all are in force")
		if not has_landlock():
			raise Skip("the kernel has no landlock of the second version")
		os.remove(ini)
		os.symlink(os.path.join(outside, "k.ini"), ini)
		after_hangup("Permission denied")


TESTS = [the_daemon_reaches_nothing_outside_its_folders,
	the_network_is_spoken_to_by_another_process, a_sign_in_keeps_no_tap_waiting,
	guesses_at_once_are_no_more_than_one_after_another,
	one_address_does_not_fill_the_queue_of_pins,
	a_new_pin_keeps_no_tap_waiting,
	sessions_survive_a_restart, another_pin_ends_the_sessions_wherever_it_was_set,
	a_forgotten_pin_is_set_anew_at_the_machine_and_leaves_a_trace,
	a_copy_or_an_older_state_ends_sessions,
	the_first_head_needs_the_invitation_or_the_machine,
	a_stranger_gets_nothing_of_any_call_in_docs_api_even_at_the_machine_itself,
	a_hub_lets_nobody_in_before_it_has_people,
	R18_a_look_at_telephones_is_noted_before_they_are_shown, a_large_file_takes_no_memory,
	nothing_wakes_it_while_nobody_asks, what_was_kept_for_speed_is_given_back_when_nobody_asks,
	connections_that_say_nothing_hinder_nobody_and_are_closed,
	connections_that_drip_are_closed_in_a_crowd_and_an_upload_goes_on, what_is_too_much_is_refused,
	a_long_head_is_told_so, a_body_of_many_values_takes_no_memory]


def put(work):
	test_node.work = work


def main():
	return runner.run(TESTS, put, test_node.prepare)


if __name__ == "__main__":
	sys.exit(main())
