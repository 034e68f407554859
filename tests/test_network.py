#!/usr/bin/env python3
"""Schools and their hub over a network that loses, cuts and resets: real processes, a
seeded proxy between them. KEHOU_SEED repeats a run. Prints TAP."""
import hashlib
import json
import os
import random
import re
import shutil
import select
import socket
import struct
import sys
import threading
import time

import runner
import test_node
from test_node import Daemon, PASSPHRASE, PIN, SCHOOL, kehou, made, path

seed = int(os.environ.get("KEHOU_SEED", "1"))


class Proxy:
	"""Cuts the first `bad` connections after some bytes, by reset or by end of file, and
	lets the others pass. With `page` set it answers by itself."""

	def __init__(self, port, bad=0):
		self.target, self.bad, self.random = port, bad, random.Random(seed)
		self.seen = self.cut = 0
		self.socket = socket.create_server(("127.0.0.1", 0))
		self.port = self.socket.getsockname()[1]
		self.page = None
		threading.Thread(target=self.accept, daemon=True).start()

	def accept(self):
		while True:
			try:
				c, _ = self.socket.accept()
			except OSError:
				return
			self.seen += 1
			bad = self.seen <= self.bad
			limit = self.random.randrange(0, 1500 * self.seen) if bad else None
			reset = self.random.random() < 0.5
			threading.Thread(target=self.serve, args=(c, limit, reset), daemon=True).start()

	def serve(self, c, limit, reset):
		if self.page:
			c.recv(65536)
			c.sendall(self.page)
			c.close()
			return
		try:
			s = self.connect()
		except OSError:
			c.close()
			return
		done = threading.Event()
		left = [limit]
		for a, b in ((c, s), (s, c)):
			threading.Thread(target=self.pump, args=(a, b, left, done), daemon=True).start()
		done.wait(30)
		if left[0] is not None and left[0] <= 0:
			self.cut += 1
			if reset:
				c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		for x in (c, s):
			try:
				x.shutdown(socket.SHUT_RDWR)
			except OSError:
				pass
			x.close()

	def connect(self):
		return socket.create_connection(("127.0.0.1", self.target), timeout=20)

	def pause(self):
		pass

	def pump(self, a, b, left, done):
		try:
			while True:
				data = a.recv(700)
				if not data:
					break
				if left[0] is not None:
					data = data[:max(left[0], 0)]
					left[0] -= 700
				self.pause()
				b.sendall(data)
				if left[0] is not None and left[0] <= 0:
					break
		except OSError:
			pass
		done.set()


def make_county(schools=1):
	made(kehou("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy",
		path("copy1"), "--root-copy", path("copy2"), "--passphrase-fd", "FD0",
		secrets=(PASSPHRASE,), node="hub"))
	for i in range(schools):
		number = str(int(SCHOOL) + i)
		made(kehou("invite", "--school", number, "--name", f"第{i + 1}小学", "--class", "220",
			"-o", path(f"invite{i}"), node="hub"))
		made(kehou("init", "school", "--invite", path(f"invite{i}"), node=f"school{i}"))


def exchange(school):
	"""Asks for one and waits for its end; what the node then says of its network."""
	school.post("/api/v1/exchange/now", status=202)
	deadline = time.monotonic() + 60
	while time.monotonic() < deadline:
		state = school.get("/api/v1/status")["network"]
		if not state["running"]:
			return state
		time.sleep(0.02)
	raise AssertionError("the exchange does not end")


def facts(school):
	return school.get("/api/v1/status")


def first_head(school):
	school.do("staff.add", {"name": "校长", "roles": "head", "pin": PIN},
		request_id="head")
	school.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})


def digests(*nodes):
	made_all = [kehou("digest", node=n) for n in nodes]
	for run in made_all:
		made(run)
	return [dict(line.split() for line in run.stdout.splitlines()) for run in made_all]


def same(*nodes):
	first, *rest = digests(*nodes)
	for other in rest:
		for scope in set(first) & set(other):
			assert first[scope] == other[scope], (scope, first, other)


def everything_arrives_and_the_receipt_comes_back():
	make_county()
	with Daemon("hub") as hub, Daemon("school0", "--hub",
		f"http://127.0.0.1:{hub.port}") as school:
		first_head(school)
		assert facts(school)["waiting"] > 0
		state = exchange(school)
		assert state["failure"] == "" and state["last_success_s"] > 0, state
		now = facts(school)
		assert now["waiting"] == 0 and now["certified"] and now["confirmed_s"] > 0, now
	same("hub", "school0")


def whatever_is_cut_the_next_exchange_goes_on():
	make_county()
	with Daemon("hub") as hub:
		proxy = Proxy(hub.port, bad=12)
		with Daemon("school0", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			first_head(school)
			for i in range(40):
				school.do("staff.add", {"name": f"教师{i}", "roles": "teacher"},
					request_id=f"staff-{i}")
			tries = 0
			while facts(school)["waiting"] > 0:
				exchange(school)
				tries += 1
				assert tries < 60, "it never arrives"
			assert proxy.cut >= 3, "too little was cut: the test shows nothing"
	same("hub", "school0")


def a_hub_killed_in_the_middle_loses_nothing():
	make_county()
	with Daemon("hub") as hub:
		proxy = Proxy(hub.port)
		with Daemon("school0", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			first_head(school)
			exchange(school)
			school.do("staff.add", {"name": "教师", "roles": "teacher"}, request_id="s")
			hub.process.kill()
			hub.process.wait()
			state = exchange(school)
			assert state["failure"] != "" and state["last_failure_s"] > 0, state
			assert facts(school)["waiting"] > 0
			with Daemon("hub") as again:
				proxy.target = again.port
				exchange(school)
				assert facts(school)["waiting"] == 0
	same("hub", "school0")


def a_sign_in_page_of_the_network_is_told_from_a_hub():
	make_county()
	with Daemon("hub") as hub:
		proxy = Proxy(hub.port)
		proxy.page = (b"HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n"
			b"Content-Length: 0\r\nConnection: close\r\n\r\n")
		with Daemon("school0", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			first_head(school)
			assert exchange(school)["failure"] == "portal"
			assert facts(school)["waiting"] > 0
			proxy.page = (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
				b"Content-Length: 13\r\nConnection: close\r\n\r\n<html></html>")
			assert exchange(school)["failure"] == "portal"
			proxy.page = None
			assert exchange(school)["failure"] == ""
			assert facts(school)["waiting"] == 0


def another_countys_hub_gets_nothing():
	make_county()
	os.rename(path("hub"), path("hub.ours"))
	for name in ("copy1", "copy2"):
		os.unlink(path(name))
	made(kehou("init", "hub", "--county", "410122", "--name", "中牟县", "--root-copy",
		path("copy1"), "--root-copy", path("copy2"), "--passphrase-fd", "FD0",
		secrets=(PASSPHRASE,), node="hub"))
	with Daemon("hub") as hub, Daemon("school0", "--hub",
		f"http://127.0.0.1:{hub.port}") as school:
		first_head(school)
		assert exchange(school)["failure"] == "other_hub"
		assert not os.listdir(path("hub", "spool", "part"))


def a_hub_refuses_names_sizes_and_nodes_that_cannot_be():
	make_county()
	with Daemon("hub") as hub:
		name = "0" * 32 + ".KHB"
		head = {"Kehou-Offset": "0", "Kehou-Length": "4"}
		assert hub.ask("GET", "/sync/v1/in/../kehou.db")[0] in (400, 404)
		assert hub.ask("GET", "/sync/v1/in/x.KHB")[0] == 404
		assert hub.ask("GET", "/sync/v1/out/" + "z" * 16)[0] == 404
		assert hub.ask("PATCH", "/sync/v1/in/" + name, b"abcd", head)[0] == 422
		assert hub.ask("PATCH", "/sync/v1/in/" + name, b"abcd", {})[0] == 400
		assert hub.ask("PATCH", "/sync/v1/in/" + name, b"x" * 70000, head)[0] == 413
		assert hub.ask("PATCH", "/sync/v1/in/" + name, b"ab", {"Kehou-Offset": "9",
			"Kehou-Length": "12"})[0] == 409
		assert not os.listdir(path("hub", "spool", "part"))


class Ear(Proxy):
	"""Hears what goes through it."""

	def __init__(self, port):
		self.heard = b""
		super().__init__(port)

	def pump(self, a, b, left, done):
		class Both:
			@staticmethod
			def sendall(data):
				self.heard += data
				b.sendall(data)
		super().pump(a, Both, left, done)


def a_schools_file_is_known_for_its_own_and_nobody_elses():
	make_county()
	with Daemon("hub") as hub:
		ear = Ear(hub.port)
		with Daemon("school0", "--hub", f"http://127.0.0.1:{ear.port}") as school:
			first_head(school)
			exchange(school)
			school.do("staff.add", {"name": "教师", "roles": "teacher"}, request_id="t")
			exchange(school)
		name, word = re.search(rb"PATCH /sync/v1/in/(\S+) [^\0]*?Kehou-Pass: (\w+)", ear.heard).groups()
		name, word = name.decode(), word.decode()
		proof = re.findall(rb"GET /sync/v1/in/" + name.encode() + rb" [^\0]*?Kehou-Proof: (\w+)",
			ear.heard)[0].decode()

		def begin(name, word=None):
			got = hub.ask("PATCH", "/sync/v1/in/" + name, b"abcd", {"Kehou-Offset": "0",
				"Kehou-Length": "100", **({"Kehou-Pass": word} if word else {})})[0]
			kept = [f for f in os.listdir(path("hub", "spool", "part")) if f.startswith(name)]
			return got, kept[0][len(name):] if kept else None
		# The same file again, under the word that the hub gave for it.
		assert begin(name, word) == (200, "-" + proof[:16])
		other = "0" * 32 + ".KHB"
		assert begin(other, word) == (200, "")
		assert begin("1" * 32 + ".KHB", "02" + word[2:]) == (200, "")
		assert begin("2" * 32 + ".KHB") == (200, "")
		# A proof is of one file.
		assert "pass" not in hub.get("/sync/v1/in/" + other, headers={"Kehou-Proof": proof})


def a_strangers_question_makes_a_hub_write_nothing():
	make_county()

	def asked(node):
		return [f["name"][-3:] for f in hub.get("/sync/v1/out/" + node)["files"]]

	def written():
		with open(path("hub", "sidecar"), "rb") as f:
			return f.read(), os.stat(path("hub", "kehou.db-wal")).st_size
	with Daemon("hub") as hub:
		with Daemon("school0", "--hub", f"http://127.0.0.1:{hub.port}") as school:
			first_head(school)
			exchange(school)
			node = school.get("/api/v1/devices")["rows"][0]["node"]
			asked("0" * 16)
			before = written()
			for _ in range(5):
				assert asked("0" * 16) == ["KHR"] and "KHR" in asked(node)
			assert written() == before
			# For the school itself it is made.
			school.do("staff.add", {"name": "教师", "roles": "teacher"}, request_id="t")
			assert exchange(school)["failure"] == "" and facts(school)["waiting"] == 0
			assert written() != before
	same("hub", "school0")


def two_hubs_that_sign_one_number_are_heard_of():
	def invite(hub, i):
		made(kehou("invite", "--school", str(int(SCHOOL) + i), "--name", f"第{i}小学", "--class",
			"220", "-o", path(f"invite{hub}{i}"), node=hub))

	def number(node):
		return json.loads(kehou("--json", "status", node=node).stdout)["roster"]

	def exchanged(hub):
		with Daemon(hub) as h, Daemon("school0", "--hub", f"http://127.0.0.1:{h.port}") as s:
			if not refused:
				first_head(s)
			s.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})
			exchange(s)
			refused.append(facts(s)["roster_refused"])
		return "".join(s.said)
	refused = []
	make_county()
	shutil.copytree(path("hub"), path("hub2"))
	invite("hub2", 6)
	exchanged("hub2")
	for i in range(10, 20):
		if number("hub") < number("school0"):
			invite("hub", i)
	assert number("hub") == number("school0")
	said = exchanged("hub")
	assert refused[0] == 0 and refused[1] > 0 and "a roster of the county was refused" in said
	assert f"Roster {refused[1]} of the county was refused" in kehou("status", node="school0").stdout
	invite("hub2", 7)
	invite("hub2", 8)
	exchanged("hub2")
	assert refused[2] == 0, refused


def nobody_calls_a_school():
	make_county()
	piece = {"Kehou-Offset": "0", "Kehou-Length": "900000"}
	name = "0" * 32 + ".KHB"
	with Daemon("school0") as school:
		assert school.ask("PATCH", "/sync/v1/in/" + name, b"x" * 60000, piece)[0] == 404
		for target in ("hello", "in/" + name, "out/" + "0" * 16):
			school.get("/sync/v1/" + target, 404)
		assert school.ask("PATCH", "/sync/v1/in/" + name, b"x" * 60000, piece)[0] == 404
	for folder in ("part", "out"):
		assert not os.listdir(path("school0", "spool", folder)), folder


def until(what, condition):
	deadline = time.monotonic() + 120
	while not condition():
		assert time.monotonic() < deadline, what
		time.sleep(0.05)


def bad_bundles_of_a_schools_name_delay_nobody():
	make_county(2)
	with Daemon("hub") as hub, Daemon("school0", "--hub", f"http://127.0.0.1:{hub.port}") as a, \
		Daemon("school1", "--hub", f"http://127.0.0.1:{hub.port}") as b:
		for school in (a, b):
			first_head(school)
			exchange(school)
		node = bytes.fromhex(a.get("/api/v1/devices")["rows"][0]["node"])
		junk = [b"KHB1\xc9\x84\x19" + node + bytes([i]) * 900 for i in range(40)]
		names = []
		for data in junk:
			h = hashlib.blake2b(b"kehou 1 file\0" + data, digest_size=32).hexdigest().upper()
			names.append(h[:32] + ".KHB")
			assert hub.ask("PATCH", "/sync/v1/in/" + names[-1], data, {"Kehou-Offset": "0",
				"Kehou-Length": str(len(data))})[0] == 200
		for i, school in enumerate((a, b)):
			school.do("staff.add", {"name": f"教师{i}", "roles": "teacher"}, request_id="s")
			exchange(school)
			assert facts(school)["waiting"] == 0
		until("the junk", lambda: all(json.loads(hub.ask("GET", "/sync/v1/in/" + n)[2])["state"]
			== "refused" for n in names))
	same("hub", "school0")
	same("hub", "school1")


def make_relay():
	made(kehou("invite", "relay", "--name", "中心校中转站", "-o", path("relay.khi"), node="hub"))
	made(kehou("init", "relay", "--invite", path("relay.khi"), node="relay"))
	round_by_stick("relay")


def round_by_stick(node):
	os.makedirs(path("stick"), exist_ok=True)
	for command, way, at in (("export", "--to", node), ("import", "--from", "hub"),
		("export", "--to", "hub"), ("import", "--from", node)):
		made(kehou(command, way, path("stick"), node=at))


def idle(node):
	"""A relay with a line exchanges by itself, when it starts and when something came."""
	until("the relay is done", lambda: not facts(node)["network"]["running"])


def arrives(school, *relays):
	"""Exchanges until nothing waits, with time for the relays to hand on."""
	for _ in range(12):
		exchange(school)
		if facts(school)["waiting"] == 0:
			return
		for relay in relays:
			idle(relay)
	raise AssertionError("it never arrives", facts(school))


def a_relay_hands_on_by_network_and_answers_find_their_way_back():
	make_county(2)
	make_relay()
	with Daemon("hub") as hub, Daemon("relay", "--hub", f"http://127.0.0.1:{hub.port}") as relay:
		with Daemon("school0", "--hub", f"http://127.0.0.1:{relay.port}") as a, \
			Daemon("school1", "--hub", f"http://127.0.0.1:{relay.port}") as b:
			first_head(a)
			first_head(b)
			arrives(a, relay)
			arrives(b, relay)
			assert facts(relay)["role"] == "relay"
	same("hub", "school0")
	same("hub", "school1")


def a_relay_killed_in_the_middle_keeps_what_it_acknowledged():
	make_county()
	make_relay()
	with Daemon("hub") as hub:
		with Daemon("relay") as relay, Daemon("school0", "--hub",
			f"http://127.0.0.1:{relay.port}") as school:
			exchange(school)
			first_head(school)
			assert exchange(school)["failure"] in ("", "other_hub")
			exchange(school)
			kept = facts(relay)["kept"]
			relay.process.kill()
			relay.process.wait()
			assert kept > 0 and facts(school)["waiting"] > 0
		with Daemon("relay", "--hub", f"http://127.0.0.1:{hub.port}") as relay:
			assert facts(relay)["kept"] == kept
			idle(relay)
			with Daemon("school0", "--hub", f"http://127.0.0.1:{relay.port}") as school:
				school.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})
				arrives(school, relay)
	same("hub", "school0")


def network_to_the_relay_and_stick_from_there():
	make_county()
	make_relay()
	with Daemon("relay") as relay, Daemon("school0", "--hub",
		f"http://127.0.0.1:{relay.port}") as school:
		first_head(school)
		exchange(school)
		exchange(school)
		round_by_stick("relay")
		arrives(school)
	same("hub", "school0")


def the_countys_policy_says_when_and_an_incident_goes_at_once():
	make_county()
	plan = {"version": 1, "from": "2020-01-01", "title": "方案", "settings": [
		{"name": "exchange_minutes", "value": 10080},
		{"name": "exchange_window", "value": "03:00-03:01"}]}
	with open(path("policy.json"), "w", encoding="utf-8") as f:
		json.dump(plan, f)
	made(kehou("policy", "publish", path("policy.json"), node="hub"))
	with Daemon("hub") as hub, Daemon("school0", "--hub",
		f"http://127.0.0.1:{hub.port}") as school:
		first_head(school)
		arrives(school)
		until("the policy", lambda: facts(school)["network"]["interval_s"] == 10080 * 60)
		school.do("staff.add", {"name": "教师", "roles": "teacher"}, request_id="s")
		assert facts(school)["waiting"] == 1
		sent = facts(school)["network"]["out_success_s"]
		school.do("incident.report", {"kind": 1, "date": "2026-09-01", "place": "操场",
			"what": "摔伤"}, request_id="i")
		until("the incident", lambda: not facts(school)["network"]["urgent"])
		assert facts(school)["network"]["out_success_s"] >= sent > 0
		# It went ahead alone: at the hub is the incident, not yet the teacher.
		until("merged", lambda: "摔伤" in kehou("show", "incidents", node="hub").stdout)
		assert "教师" not in kehou("show", "people", node="hub").stdout
		# So does one that is entered at the machine, while the daemon runs.
		made(kehou("--as", "校长", "--pin-fd", "FD0", "do", "incident.report", "kind=1",
			"date=2026-09-02", "place=教室", "what=磕碰", secrets=(PIN,), node="school0"))
		until("merged", lambda: "磕碰" in kehou("show", "incidents", node="hub").stdout)
		assert "教师" not in kehou("show", "people", node="hub").stdout
		arrives(school)
	same("hub", "school0")


def a_machine_is_replaced_and_the_old_one_revoked_without_a_stick():
	make_county(0)
	made(kehou("invite", "--school", SCHOOL, "--name", "第一小学", "--class", "220", "-o",
		path("invite"), node="hub"))
	run = kehou("--json", "init", "school", "--invite", path("invite"), node="old")
	sheet = json.loads(run.stdout)["recovery"]
	with Daemon("hub") as hub:
		url = f"http://127.0.0.1:{hub.port}"
		with Daemon("old", "--hub", url) as old:
			first_head(old)
			exchange(old)
			node = old.get("/api/v1/devices")["rows"][0]["node"]
			made(kehou("revoke", "--node", node.upper(), "--yes", node="hub"))
			old.post("/api/v1/exchange/now", status=202)
			until("it hears of it", lambda: facts(old)["revoked"])
			assert [n["code"] for n in facts(old)["notes"]] == ["revoked"], facts(old)
			code = kehou("invite", "--school", SCHOOL, "--name", "第一小学", "--class", "220",
				"--code", node="hub").stdout
			made(kehou("init", "school", "--code", code, "--hub", url, "--recovery-fd", "FD0",
				secrets=(sheet,), node="new"))
			with Daemon("new") as new:
				until("the machine is known", lambda: facts(new)["certified"])
				until("what was delivered", lambda: not new.get("/api/v1/me")["first"])
				new.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})
				exchange(new)
				new.do("staff.add", {"name": "新机", "roles": "teacher"}, request_id="n")
				arrives(new)
			# The lost one goes on writing; nobody takes it.
			old.do("staff.add", {"name": "旧机", "roles": "teacher"}, request_id="o")
			exchange(old)
			exchange(old)
		people = kehou("show", "people", node="hub").stdout
		assert "新机" in people and "旧机" not in people, people
	same("hub", "new")


class Forward(Proxy):
	"""A proxy of the network that everything has to go through."""

	def serve(self, c, limit, reset):
		head = c.recv(65536)
		self.lines = getattr(self, "lines", []) + [head.split(b"\r\n")[0]]
		s = self.connect()
		s.sendall(re.sub(rb"^(\w+) http://[^/]*", rb"\1", head, count=1))
		done = threading.Event()
		for a, b in ((c, s), (s, c)):
			threading.Thread(target=self.pump, args=(a, b, [None], done), daemon=True).start()
		done.wait(60)
		c.close()
		s.close()


def the_proxy_that_is_set_is_used_and_no_other_way():
	make_county()
	with Daemon("hub", "--host", "hub.invalid") as hub:
		proxy = Forward(hub.port)
		with open(path("school0", "kehoud.ini"), "w", encoding="utf-8") as f:
			f.write(f"[hub]\nurl = http://hub.invalid\nproxy = http://127.0.0.1:{proxy.port}\n")
		with Daemon("school0") as school:
			first_head(school)
			exchange(school)
			# libcurl keeps a connection: later requests on it reach the hub as they are.
			assert proxy.lines and all(x.split()[1].startswith(b"http://hub.invalid/")
				for x in proxy.lines), proxy.lines


def a_hub_that_hangs_keeps_neither_pages_nor_the_stop_waiting():
	make_county()
	silent = socket.create_server(("127.0.0.1", 0))
	with Daemon("school0", "--hub", f"http://127.0.0.1:{silent.getsockname()[1]}") as school:
		held = silent.accept()
		first_head(school)
		assert facts(school)["network"]["running"]
		school.stop()
	held[0].close()


def a_file_that_came_while_all_asked_and_the_database_was_lent_is_merged():
	make_county()
	os.mkdir(path("stick"))
	made(kehou("export", "--to", path("stick"), node="school0"))
	name = next(n for n in os.listdir(path("stick", "KEHOU")) if n.endswith(".KHB"))
	with open(path("stick", "KEHOU", name), "rb") as f:
		data = f.read()
	with Daemon("hub") as hub:
		hub.get("/sync/v1/hello")  # as every school does first
		loan = socket.socket(socket.AF_UNIX)
		loan.connect(path("hub", "control"))
		assert loan.recv(3) == b"ok\n"
		# More than the engine's queue has room for; all of them are answered in the end.
		asking = [socket.create_connection(("127.0.0.1", hub.port)) for _ in range(300)]
		for s in asking:
			s.sendall(b"GET /sync/v1/hello HTTP/1.1\r\nHost: 127.0.0.1\r\n"
				b"Connection: close\r\n\r\n")
		refused = 0
		while refused == 0:  # the queue is full once one is sent away
			for s in select.select(asking, [], [], 60)[0]:
				refused += s.recv(12) == b"HTTP/1.1 503"
				asking.remove(s)
				s.close()
		said = hub.json("PATCH", "/sync/v1/in/" + name, data, headers={"Kehou-Offset": "0",
			"Kehou-Length": str(len(data))})
		assert said["state"] == "waiting", said
		for s in asking:
			assert s.recv(12) == b"HTTP/1.1 503"  # lent for too long
			s.close()
		loan.close()
		deadline = time.monotonic() + 60
		while hub.get("/sync/v1/in/" + name)["state"] != "seen":
			assert time.monotonic() < deadline, "it waits for ever"
			time.sleep(0.05)


def schools_that_all_ask_turn_no_page_away():
	make_county()
	with Daemon("hub") as hub:
		loan = socket.socket(socket.AF_UNIX)
		loan.connect(path("hub", "control"))
		assert loan.recv(3) == b"ok\n"

		def ask(target):
			s = socket.create_connection(("127.0.0.1", hub.port))
			s.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
				"Connection: close\r\n\r\n".encode())
			return s

		asking = [ask("/sync/v1/hello") for _ in range(300)]
		first = select.select(asking, [], [], 60)[0][0]
		assert first.recv(12) == b"HTTP/1.1 503"  # no room for more schools
		page = ask("/api/v1/status")
		loan.close()
		assert page.recv(12) == b"HTTP/1.1 200"
		for s in [page, *asking]:
			s.close()


class Drip(Proxy):
	"""A byte a second in both directions, until it is let go."""
	free = None

	def pump(self, a, b, left, done):
		try:
			while data := a.recv(700):
				while data and not self.free.is_set():
					b.sendall(data[:1])
					data = data[1:]
					self.free.wait(1)
				b.sendall(data)
		except OSError:
			pass
		done.set()


def a_line_that_carries_a_byte_a_second_is_given_up():
	make_county()
	with open(path("school0", "kehoud.ini"), "w", encoding="utf-8") as f:
		f.write("[hub]\nstall = 2\n")
	with Daemon("hub") as hub:
		proxy = Drip(hub.port)
		proxy.free = threading.Event()
		with Daemon("school0", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			first_head(school)
			state = exchange(school)
			assert state["failure"] == "slow" and state["last_failure_s"] > 0, state
			assert facts(school)["waiting"] > 0
			proxy.free.set()
			assert exchange(school)["failure"] == ""
			assert facts(school)["waiting"] == 0
	same("hub", "school0")


def status_at_the_machine_tells_each_way_of_the_network():
	def said():
		return json.loads(kehou("--json", "status", node="school0").stdout)["network"]
	make_county()
	assert said() is None and "network" not in kehou("status", node="school0").stdout
	with Daemon("hub") as hub, Daemon("school0", "--hub",
		f"http://127.0.0.1:{hub.port}") as school:
		first_head(school)
		arrives(school)
		# Asked while the daemon runs, and the same as its own answer.
		ways, told = facts(school)["network"], said()
		assert told["end"] == "done" and not told["urgent"], told
		assert told["out_success_ms"] == ways["out_success_s"] * 1000 > 0, (told, ways)
		assert told["in_success_ms"] == ways["in_success_s"] * 1000 > 0, (told, ways)
		assert told["out_failure_ms"] == told["in_failure_ms"] == 0, told
		text = kehou("status", node="school0").stdout
		assert re.search("^To the county by network: last sent 20.*last failed never$", text,
			re.M) and re.search("^From the county by network: last received 20.*never$", text,
			re.M) and "did not end well" not in text, text
		hub.process.kill()
		hub.process.wait()
		assert exchange(school)["failure"] == "no_route"
		after = said()
		assert after["end"] == "no_route" and not after["urgent"], after
		assert after["out_failure_ms"] > 0 < after["in_failure_ms"], after
		assert after["out_success_ms"] == told["out_success_ms"], (told, after)
	text = kehou("status", node="school0").stdout
	assert re.search("^To the county by network: last sent 20.*last failed 20", text, re.M), text
	assert "did not end well: no connection to the hub" in text, text
	# The word outlives a start of the daemon.
	with Daemon("school0", "--hub", "http://127.0.0.1:9") as school:
		assert facts(school)["network"]["failure"] == "no_route"
		school.sign_in("校长")
		school.do("incident.report", {"kind": 1, "date": "2026-09-01", "place": "操场",
			"what": "摔伤"}, request_id="i")
		assert said()["urgent"]
	assert "urgent has not gone" in kehou("status", node="school0").stdout


TESTS = [a_machine_is_replaced_and_the_old_one_revoked_without_a_stick,
	the_proxy_that_is_set_is_used_and_no_other_way,
	a_hub_that_hangs_keeps_neither_pages_nor_the_stop_waiting,
	a_line_that_carries_a_byte_a_second_is_given_up,
	a_file_that_came_while_all_asked_and_the_database_was_lent_is_merged,
	schools_that_all_ask_turn_no_page_away,
	a_relay_hands_on_by_network_and_answers_find_their_way_back,
	a_relay_killed_in_the_middle_keeps_what_it_acknowledged,
	network_to_the_relay_and_stick_from_there,
	the_countys_policy_says_when_and_an_incident_goes_at_once,
	everything_arrives_and_the_receipt_comes_back,
	whatever_is_cut_the_next_exchange_goes_on, a_hub_killed_in_the_middle_loses_nothing,
	a_sign_in_page_of_the_network_is_told_from_a_hub, another_countys_hub_gets_nothing,
	a_hub_refuses_names_sizes_and_nodes_that_cannot_be,
	a_schools_file_is_known_for_its_own_and_nobody_elses,
	a_strangers_question_makes_a_hub_write_nothing, two_hubs_that_sign_one_number_are_heard_of,
	nobody_calls_a_school, status_at_the_machine_tells_each_way_of_the_network,
	bad_bundles_of_a_schools_name_delay_nobody]


def put(work):
	test_node.work = work


def main():
	return runner.run(TESTS, put, each=True, notes=[f"KEHOU_SEED={seed}"])


if __name__ == "__main__":
	sys.exit(main())
