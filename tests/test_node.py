#!/usr/bin/env python3
"""The daemon kehoud from outside: real processes, real sockets. Prints TAP."""
import glob
import http.client
import io
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import zipfile

import runner

KEHOU, KEHOUD = os.environ["KEHOU"], os.environ["KEHOUD"]
PIN, PASSPHRASE = "246810", "correct horse battery"
SCHOOL, OTHER = "3141018501", "3141018502"
SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
work = ""


def path(*names):
	return os.path.join(work, *names)


def kehou(*args, secrets=(), node=None):
	pipes = []
	for i, secret in enumerate(secrets):
		read, write = os.pipe()
		os.write(write, secret.encode() + b"\n")
		os.close(write)
		pipes.append(read)
		args = [str(read) if a == f"FD{i}" else a for a in args]
	run = subprocess.run([KEHOU, "--lang", "en", *(["-D", path(node)] if node else []), *args],
		capture_output=True, text=True, pass_fds=pipes, timeout=120, check=False)
	for pipe in pipes:
		os.close(pipe)
	return run


def made(run):
	assert run.returncode == 0, run.stdout + run.stderr


class Daemon:
	timeout = 60

	def __init__(self, node, *args):
		self.errors = open(path("kehoud.log"), "w+", encoding="utf-8")
		self.process = subprocess.Popen([KEHOUD, "-D", path(node), "--listen",
			"127.0.0.1:0", *args], stderr=subprocess.PIPE, text=True)
		self.said = []
		for line in self.process.stderr:
			self.said.append(line)
			m = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
			if m:
				self.port = int(m[1])
				break
		else:
			raise AssertionError("".join(self.said))
		self.cookie = None

	def __enter__(self):
		return self

	def __exit__(self, *_):
		if self.process.poll() is None:
			self.stop()

	def stop(self):
		self.process.send_signal(signal.SIGTERM)
		self.said.append(self.process.communicate(timeout=60)[1])
		self.errors.close()
		assert self.process.returncode == 0, f"{self.process.returncode}: {self.said}"

	def ask(self, method, target, body=None, headers=None):
		"""Status, headers, body."""
		c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
		sent = {"Accept-Language": "en", **(headers or {})}
		if self.cookie:
			sent["Cookie"] = "kehou=" + self.cookie
		if isinstance(body, (dict, list)):
			body = json.dumps(body).encode()
			sent["Content-Type"] = "application/json"
		c.request(method, target, body, sent)
		answer = c.getresponse()
		data = answer.read()
		c.close()
		for name, value in answer.getheaders():
			if name == "Set-Cookie":
				m = re.match(r"kehou=([\w-]*);", value)
				self.cookie = m[1] if m else None
				assert "HttpOnly" in value and "SameSite=Strict" in value, value
		return answer.status, dict(answer.getheaders()), data

	def json(self, method, target, body=None, status=200, **more):
		got, _headers, data = self.ask(method, target, body, **more)
		value = json.loads(data)
		assert got == status, f"{method} {target}: {got} {value}"
		if status >= 400:
			assert set(value) == {"code", "message", "data_safe", "next"}, value
			assert len(value["message"]) > 4, value
		return value

	def get(self, target, status=200, **more):
		return self.json("GET", target, None, status, **more)

	def post(self, target, body=None, status=200, **more):
		return self.json("POST", target, {} if body is None else body, status, **more)

	def do(self, command, args=None, status=200, request_id=None):
		return self.post("/api/v1/command/" + command,
			{"request_id": request_id, "args": args or {}}, status)

	def sign_in(self, staff="head", pin=PIN, status=200):
		return self.post("/api/v1/sign-in", {"staff": staff, "pin": pin}, status)


FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)


def no_clock():
	"""Why the clock cannot be set here, or None."""
	if FAKETIME is None:
		return "faketime is not installed"
	with open(KEHOUD, "rb") as f:
		return "a build with sanitizers wants to be loaded first" if b"__asan_init" in f.read() \
			else None


class At(Daemon):
	"""A daemon whose clock says something else: when, or what set said last."""

	def __init__(self, node, when, *args):
		global KEHOUD
		real, self.clock = KEHOUD, path(node, "clock")
		script = path("kehoud-" + re.sub(r"\W", "", when))
		said = f"FAKETIME='{when}'" if when else \
			f"FAKETIME_NO_CACHE=1 FAKETIME_TIMESTAMP_FILE='{self.clock}'"
		with open(script, "w", encoding="utf-8") as f:
			f.write(f"#!/bin/sh\nexport FAKETIME_DONT_FAKE_MONOTONIC=1 {said}\n"
				f"export LD_PRELOAD={FAKETIME}\nexec {real} \"$@\"\n")
		os.chmod(script, 0o755)
		try:
			KEHOUD = script
			super().__init__(node, *args)
		finally:
			KEHOUD = real

	@staticmethod
	def set(node, at_s):
		"""For a node that is started without when, or runs: it is at_s now."""
		with open(path(node, "clock.new"), "w", encoding="utf-8") as f:
			f.write(f"{int(at_s - time.time()):+d}\n")
		os.rename(path(node, "clock.new"), path(node, "clock"))


def school(name):
	shutil.copytree(path("template"), path(name))
	return name


# ---- the tests -------------------------------------------------------------------
def test_the_doctor_looks_while_the_daemon_runs():
	with Daemon(school("doctored")):
		rows = json.loads(kehou("--json", "doctor", node="doctored").stdout)
		state = {r["check"]: r["condition"] for r in rows}
		assert state["database"] == "good" and "busy" not in state, rows


def test_settings_come_from_the_file_and_the_command_line_wins():
	school("settled")
	with open(path("settled") + "/kehoud.ini", "w", encoding="utf-8") as f:
		f.write("[http]\nlisten = 192.0.2.1:1\nhost = fromfile\n[log]\nlevel = notice\n")
	with Daemon("settled") as d:  # its --listen wins: the file's address is not ours
		assert d.ask("GET", "/healthz", headers={"Host": "fromfile"})[0] == 200
		assert d.ask("GET", "/healthz", headers={"Host": "elsewhere"})[0] != 200
	with Daemon("settled", "--host", "elsewhere") as d:
		assert d.ask("GET", "/healthz", headers={"Host": "elsewhere"})[0] == 200
		assert d.ask("GET", "/healthz", headers={"Host": "fromfile"})[0] != 200


def test_a_wrong_setting_ends_in_one_line():
	school("wrong")
	with open(path("wrong") + "/kehoud.ini", "w", encoding="utf-8") as f:
		f.write("[log]\nlevel = loud\n")
	run = subprocess.run([KEHOUD, "-D", path("wrong")], capture_output=True, text=True,
		timeout=60, check=False)
	assert run.returncode == 2 and run.stderr.count("\n") == 1, run
	assert "kehoud.ini:2: level = loud" in run.stderr, run
	for args in (["--listen", "nowhere"], ["--config", path("absent.ini")]):
		run = subprocess.run([KEHOUD, "-D", path("template"), *args], capture_output=True,
			text=True, timeout=60, check=False)
		assert run.returncode == 2 and run.stderr.count("\n") == 1, run


def said_under(stream, errors):
	"""What a wrong setting says to a file where systemd names stream as the journal's."""
	errors.seek(0)
	errors.truncate()
	run = subprocess.run([KEHOUD, "-D", path("wrong_journal")], stderr=errors, timeout=60,
		check=False, env={**os.environ, "JOURNAL_STREAM": stream})
	assert run.returncode == 2, run
	errors.seek(0)
	return errors.read()


def test_the_journal_hears_how_grave_it_is_and_a_file_just_the_words():
	school("wrong_journal")
	with open(path("wrong_journal") + "/kehoud.ini", "w", encoding="utf-8") as f:
		f.write("[log]\nlevel = loud\n")
	with open(path("errors"), "w+", encoding="utf-8") as f:
		own = os.fstat(f.fileno())
		assert said_under(f"{own.st_dev}:{own.st_ino}", f).startswith("<3>")
		# Standard error was redirected: the variable still names the journal's socket.
		for other in (f"{own.st_dev}:{own.st_ino + 1}", f"{own.st_dev + 1}:{own.st_ino}",
				f"{own.st_dev}:{own.st_ino}0", "", "1"):
			said = said_under(other, f)
			assert said.startswith("kehoud: ") and "level = loud" in said, (other, said)


def refused_start(*args):
	"""The lines of a daemon that does not begin."""
	run = subprocess.run([KEHOUD, *args], capture_output=True, text=True, timeout=60,
		check=False)
	assert run.returncode == 1, run
	return run.stderr


def test_what_keeps_it_from_starting_is_named():
	here = ("--listen", "127.0.0.1:0")
	said = refused_start("-D", path("no", "such"), *here)
	assert said == f"kehoud: {path('no', 'such')}: No such file or directory; " \
		"nothing was started\n", said
	with open(path("file"), "wb"):
		said = refused_start("-D", path("file"), "--config", os.devnull, *here)
	assert "Not a directory; nothing was started" in said, said
	with socket.create_server(("127.0.0.1", 0)) as taken:
		listen = "127.0.0.1:%d" % taken.getsockname()[1]
		said = refused_start("-D", school("taken"), "--listen", listen)
		assert f"cannot listen on {listen}: another program has this port\n" in said, said
	assert "no such address" in refused_start("-D", path("taken"), "--listen", "a.invalid:1")


def test_a_second_daemon_on_a_folder_starts_nothing():
	node = school("twice")
	with Daemon(node) as first:
		said = refused_start("-D", path(node), "--listen", "127.0.0.1:0")
		assert said == f"kehoud: {path(node)}: another kehoud serves it already; " \
			"nothing was started\n", said
		made(kehou("status", node=node))  # the first still lends the folder
		first.get("/api/v1/status")
	with Daemon(node) as d:
		assert d.ask("GET", "/healthz")[0] == 200


def test_a_hangup_reads_the_settings_again():
	school("again")
	ini = path("again") + "/kehoud.ini"

	def after(text, said):
		with open(ini, "w", encoding="utf-8") as f:
			f.write(text)
		d.process.send_signal(signal.SIGHUP)
		line = d.process.stderr.readline()
		while line and said not in line:  # what the engine says comes when it comes
			line = d.process.stderr.readline()
		assert line, said
	with open(ini, "w", encoding="utf-8") as f:
		f.write("[log]\nlevel = notice\n")
	with Daemon("again") as d:
		after("[log]\nlevel = info\n", "all are in force")
		after("[hub]\nurl = http://127.0.0.1:1\n", "need a restart")
		after("[hub]\nwhere = there\n", "kehoud.ini:2: unknown key where")
		assert d.ask("GET", "/healthz")[0] == 200


def test_healthy_before_there_is_a_node_and_ready_only_after():
	with Daemon("nothing") as d:
		d.get("/healthz")
		# Through the engine: from then on it has looked.
		assert d.get("/api/v1/status")["setup"] is True
		assert d.get("/readyz", 503)["code"] == "NOT_INITIALISED"
		status, headers, _body = d.ask("GET", "/api/v1/view/pupils")
		assert status == 503 and int(headers["Retry-After"]) > 0
	with Daemon(school("ready")) as d:
		status = d.get("/api/v1/status")
		d.get("/readyz")
		assert status["setup"] is False and status["school"] == SCHOOL, status
		assert status["role"] == "school" and status["saved"] >= 1, status


def test_nobody_sees_rows_without_signing_in():
	with Daemon(school("who")) as d:
		assert d.get("/api/v1/me") == {"staff": None, "first": False, "invitation": False,
			"people": []}
		for target in ("/api/v1/view/pupils", "/api/v1/view/staff"):
			assert d.get(target, 401)["code"] == "USAGE.sign_in"
		assert d.do("site.add", {}, 401)["code"] == "USAGE.sign_in"
		assert d.sign_in(pin="000000", status=401)["code"] == "PASSPHRASE.sign_in"
		assert d.sign_in(staff="nobody", status=401)["code"] == "PASSPHRASE.sign_in"
		assert d.sign_in()["staff"]["roles"] == ["head"]
		assert d.get("/api/v1/view/staff")["rows"][0]["name"] == "head"
		cookie = d.cookie
		d.post("/api/v1/sign-out")
		assert d.cookie == cookie
		d.get("/api/v1/view/staff", 401)
		# The device may go on offering names, and nothing else.
		assert [p["name"] for p in d.get("/api/v1/me")["people"]] == ["head"]
		d.cookie = None
		assert d.get("/api/v1/me")["people"] == []


def test_a_new_pin_ends_the_sessions_of_before():
	with Daemon(school("pins")) as d:
		d.sign_in()
		staff = d.do("staff.add", {"name": "二年级", "roles": "teacher", "pin": "135790"})
		head = d.cookie
		d.cookie = None
		d.sign_in(staff="二年级", pin="135790")
		teacher = d.cookie
		d.get("/api/v1/view/staff")
		d.cookie = head
		d.do("staff.pin", {"staff_id": staff["rows"][0]["staff"], "pin": "864213"})
		d.cookie = teacher
		d.get("/api/v1/view/staff", 401)


def test_a_command_is_done_once_whatever_arrives_twice():
	with Daemon(school("once")) as d:
		d.sign_in()
		args = {"name": "二年级", "roles": "teacher", "pin": "135790"}
		first = d.do("staff.add", args, request_id="abc")
		assert first["changed"] > 0
		again = d.do("staff.add", args, request_id="abc")
		assert again["changed"] == 0 and again["rows"] == first["rows"]
		assert d.do("staff.add", args, 409)["code"] == "R10.name_taken"
		assert len(d.get("/api/v1/view/staff")["rows"]) == 2
		d.sign_in("二年级", "135790")
		assert d.do("staff.add", {**args, "name": "x"}, 403)["code"] == "USAGE.role"


def test_who_has_left_is_out_at_the_next_call():
	with Daemon(school("left")) as d:
		d.sign_in()
		row = d.do("staff.add", {"name": "t", "roles": "teacher", "pin": "135790"})["rows"][0]
		head, d.cookie = d.cookie, None
		d.sign_in("t", "135790")
		teacher = d.cookie
		d.get("/api/v1/view/staff")
		d.cookie = head
		d.do("staff.end", {"staff_id": row["staff"]})
		d.cookie = teacher
		d.get("/api/v1/view/staff", 401)


def test_calls_that_make_no_sense_get_a_word():
	with Daemon(school("sense")) as d:
		d.sign_in()
		assert d.get("/api/v1/view/nonsense", 404)["code"] == "USAGE.view_unknown"
		assert d.do("nonsense", {}, 404)["code"] == "USAGE.command_unknown"
		assert d.get("/api/v1/view/pupils?x=1", 400)["code"] == "USAGE.parameter_unknown"
		assert d.get("/api/v1/view/pupils?grp=1&grp=2", 400)["code"] == "USAGE.arguments"
		for body in (b"", b"[]", b"{", b"\xff", b'{"args":{},"args":{}}', b'{"args":[]}',
				b'{"request_id":7}', b"[" * 5000):
			d.json("POST", "/api/v1/command/staff.add", body, 400)
		d.json("PUT", "/api/v1/me", b"", 405)
		d.get("/no/such/page", 404)
		assert d.json("POST", "/api/v1/command/staff.add", b" " * 300000, 413)[
			"code"] == "TOO_LARGE"
		assert "没有" in d.get("/nothing", 404, headers={"Accept-Language": "zh-CN"})["message"]


def test_every_answer_forbids_what_pages_do_not_need():
	with Daemon(school("heads")) as d:
		for target in ("/", "/api/v1/status", "/nothing"):
			_status, headers, _body = d.ask("GET", target)
			assert "default-src 'none'" in headers["Content-Security-Policy"]
			assert headers["X-Content-Type-Options"] == "nosniff"
		status, headers, _body = d.ask("GET", "/")
		assert status == 200 and headers["Content-Type"].startswith("text/html")
		assert d.ask("GET", "/", headers={"If-None-Match": headers["ETag"]})[0] == 304
		assert d.get("/api/v1/schema")["views"]


def test_pages_may_come_from_a_folder():
	os.makedirs(path("pages"))
	with open(path("pages", "index.html"), "w", encoding="utf-8") as f:
		f.write("<p>page")
	with Daemon(school("folder"), "--web", path("pages")) as d:
		assert d.ask("GET", "/")[2] == b"<p>page"
		assert d.ask("GET", "/%2e%2e/kehoud.log")[0] == 404


def test_foreign_names_and_pages_are_refused():
	with Daemon(school("foreign"), "--host", "school.example") as d:
		for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1", "x" * 300):
			assert d.get("/api/v1/status", 403, headers={"Host": host})["code"] == "USAGE.foreign"
		for host in ("localhost", "192.168.1.20:8620", "[fe80::1]:8620", "school.example"):
			d.get("/api/v1/status", headers={"Host": host})
		for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"},
				{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://127.0.0.1:1"}):
			d.post("/api/v1/sign-out", status=403, headers=headers)
		d.post("/api/v1/sign-out", headers={"Origin": f"http://127.0.0.1:{d.port}",
			"Sec-Fetch-Site": "same-origin"})


def guess(d, headers=None):
	"""Wrong tries, five of them free, until one has to wait. Where a PIN takes longer than
	the first waits they are over by the next try."""
	wrong = {"staff": "head", "pin": "000000"}
	tries = [d.ask("POST", "/api/v1/sign-in", wrong, headers)[0] for _ in range(5)]
	while tries[-1] == 401 and len(tries) < 15:
		tries.append(d.ask("POST", "/api/v1/sign-in", wrong, headers)[0])
	assert set(tries[:-1]) == {401} and tries[-1] == 429 and len(tries) > 5, tries


def test_guessing_slows_down_at_one_phone_only():
	with Daemon(school("guess")) as d:
		guess(d)
		status, headers, body = d.ask("POST", "/api/v1/sign-in", {"staff": "head", "pin": PIN})
		assert status == 429 and 1 <= int(headers["Retry-After"]) <= 300, body
		c = http.client.HTTPConnection("127.0.0.1", d.port, timeout=60,
			source_address=("127.0.0.2", 0))
		c.request("POST", "/api/v1/sign-in", json.dumps({"staff": "head", "pin": PIN}))
		assert c.getresponse().status == 200
		c.close()
		# A proxy on this machine speaks for others: each has its own tries.
		by = [{"X-Forwarded-For": f"10.9.8.7, 192.0.2.{who}"} for who in (7, 8)]
		guess(d, by[0])
		for who, status in ((0, 429), (1, 200)):
			d.post("/api/v1/sign-in", {"staff": "head", "pin": PIN}, status,
				headers=by[who])


def test_name_and_id_of_one_person_are_guessed_together():
	with Daemon(school("ids")) as d:
		staff = d.sign_in()["staff"]["id"]
		# What merely begins with the id is nobody.
		for other in (f"{staff} zz", f"{staff}.0", f" {staff}", f"0{staff}", f"+{staff}"):
			d.sign_in(other, status=401)
		for i in range(5):
			d.sign_in(staff if i % 2 else "head", "000000", 401)
		d.sign_in(staff, status=429)
		d.sign_in("head", status=429)


def test_one_network_has_no_endless_names_and_its_known_devices_get_in():
	def ask(name, i, cookie=None, net=1):
		d.cookie = cookie
		return d.ask("POST", "/api/v1/sign-in", {"staff": name, "pin": PIN},
			{"X-Forwarded-For": f"2001:db8:0:{net}::{i:x}"})
	with Daemon(school("names")) as d:
		d.sign_in()
		known = d.cookie
		for i in range(400):
			status, headers, _body = ask(f"nobody{i}", i)
			if status == 429:
				break
		assert 200 <= i < 400 and int(headers["Retry-After"]) <= 10, (i, headers)
		assert ask("head", 1000, net=2)[0] == 200
		assert ask("head", 1001, known)[0] == 200


def test_one_network_has_five_tries_for_a_person_and_the_own_device_gets_in():
	def ask(i, pin, cookie=None):
		d.cookie = cookie
		return d.ask("POST", "/api/v1/sign-in", {"staff": "head", "pin": pin},
			{"X-Forwarded-For": f"2001:db8:0:1::{i:x}"})[0]
	with Daemon(school("rotating")) as d:
		d.sign_in()
		own = d.cookie
		# Each from another address of the network; on a slow machine a wait may end between.
		assert 429 in (ask(i, "000000") for i in range(30))
		assert ask(100, PIN, own) == 200


def test_kehou_borrows_the_database_and_gives_it_back():
	node = school("loan")
	with Daemon(node) as d:
		d.sign_in()
		made(kehou("--as", "head", "--pin-fd", "FD0", "do", "staff.add", "name=by hand",
			"roles=guard", secrets=[PIN], node=node))
		# The whole node into a file, while the daemon has the directory.
		made(kehou("backup", path("beside.kha"), "--passphrase-fd", "FD0",
			secrets=["a long passphrase"], node=node))
		made(kehou("restore", path("beside.kha"), "--passphrase-fd", "FD0",
			secrets=["a long passphrase"], node="besides"))
		assert "by hand" in kehou("--as", "head", "--pin-fd", "FD0", "show", "staff",
			secrets=[PIN], node="besides").stdout
		assert [r["name"] for r in d.get("/api/v1/view/staff")["rows"]].count("by hand") == 1
		loan = socket.socket(socket.AF_UNIX)
		loan.connect(path(node, "control"))
		assert loan.recv(3) == b"ok\n"
		assert d.get("/readyz", 503)["code"] == "BUSY"
		assert d.get("/api/v1/view/staff", 503)["code"] == "BUSY"
		loan.close()
		d.get("/api/v1/view/staff")
		dead = subprocess.Popen([sys.executable, "-c", "import socket, sys, time\n"
			"s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.recv(3)\n"
			"print('has it', flush=True); time.sleep(600)", path(node, "control")],
			stdout=subprocess.PIPE)
		assert dead.stdout.readline() == b"has it\n"
		dead.kill()
		dead.wait()
		dead.stdout.close()
		d.get("/api/v1/view/staff")
		held = socket.socket(socket.AF_UNIX)
		held.connect(path(node, "control"))
		assert held.recv(3) == b"ok\n"
		d.stop()
		held.close()
	made(kehou("verify", node=node))


def test_a_fresh_machine_is_set_up_in_the_browser():
	with open(path("invite2"), "rb") as f:
		invitation = f.read()
	with Daemon("fresh") as d:
		assert d.json("POST", "/api/v1/setup/inspect", b"nonsense", 400)["data_safe"]
		seen = d.json("POST", "/api/v1/setup/inspect", invitation)
		assert seen["school"] == OTHER and seen["valid"] is True, seen
		assert d.get("/api/v1/status")["setup"] is True
		assert len(d.json("POST", "/api/v1/setup/school", invitation)["recovery"]) > 20
		assert d.get("/api/v1/status")["school"] == OTHER
		assert d.get("/api/v1/me")["first"] is True
		d.json("POST", "/api/v1/setup/school", invitation, 409)
		d.do("staff.add", {"name": "first", "roles": "head", "pin": PIN})
		d.do("staff.add", {"name": "second", "roles": "head", "pin": PIN}, 401)
		d.sign_in("first")


def test_bundles_go_out_by_download_and_come_in_by_upload():
	with Daemon(school("carry")) as d:
		d.get("/api/v1/exchange/files", 401)
		d.sign_in()
		files = d.get("/api/v1/exchange/files")["files"]
		bundles = [f for f in files if f["name"].endswith(".KHB")]
		assert len(bundles) == 1 and bundles[0]["for"] == "登封市", files
		os.makedirs(path("carried", "KEHOU"))
		for f in files:
			status, _headers, data = d.ask("GET", "/api/v1/exchange/file/" + f["name"])
			assert status == 200 and len(data) == f["bytes"]
			with open(path("carried", "KEHOU", f["name"]), "wb") as out:
				out.write(data)
		d.get("/api/v1/exchange/file/..%2Fkehou.db", 404)
		made(kehou("import", "--from", path("carried"), node="hub"))
		made(kehou("export", "--to", path("carried"), node="hub"))
		outcomes = []
		left = path("carry", "brought", "KEHOU", "F" * 32 + ".KHB")
		os.makedirs(os.path.dirname(left))
		with open(left, "wb") as f: # by a kill in the middle of an upload
			f.write(b"KHB1" + b"x" * 500)
		for name in sorted(os.listdir(path("carried", "KEHOU"))):
			with open(path("carried", "KEHOU", name), "rb") as f:
				answer = d.json("POST", "/api/v1/exchange/file/a%20copy." + name, f.read())
			outcomes.append(answer["outcome"])
		assert "merged" in outcomes, outcomes
		assert os.listdir(os.path.dirname(left)) == []
		assert d.get("/api/v1/status")["waiting"] == 0
		bad = d.json("POST", "/api/v1/exchange/file/x.KHB", b"KHB1" + b"x" * 500)
		assert bad["outcome"] == "refused" and bad["message"], bad


def test_a_class_list_is_planned_then_taken_as_planned():
	with open(os.path.join(SRC, "tests/data/rosters/01-plain-utf8.csv"), "rb") as f:
		data = f.read()
	with Daemon(school("list")) as d:
		d.sign_in()
		plan = d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", data)
		assert plan["counts"]["new"] > 0, plan["counts"]
		assert d.get("/api/v1/view/pupils")["rows"] == []
		d.post("/api/v1/roster/import", {"token": "0" * 64}, 409)
		done = d.post("/api/v1/roster/import", {"token": plan["token"], "request_id": "r"})
		assert done["changed"] > 0
		assert len(d.get("/api/v1/view/pupils")["rows"]) == plan["counts"]["new"]
		for sheet in ("roster/export.xlsx", "roster/template.xlsx"):
			assert d.ask("GET", "/api/v1/" + sheet)[2][:2] == b"PK"
		assert d.get("/api/v1/inbox")["rows"] == []
		d.cookie = None
		d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", b"x" * 500000, 413)


def test_a_table_of_a_page_becomes_a_spreadsheet_with_text_as_text():
	table = {"name": "孩子", "columns": [{"key": "0", "title": "学籍号"}, {"key": "1", "title": "场次"}],
		"rows": [{"0": "41018520140812956X", "1": 12}, {"0": "=1+1"}, {"0": "𬍛<&>"}]}
	with Daemon(school("table")) as d:
		d.sign_in()
		status, headers, data = d.ask("POST", "/api/v1/sheet", table)
		assert status == 200 and "spreadsheetml" in headers["Content-Type"], headers
		with zipfile.ZipFile(io.BytesIO(data)) as book:
			words = book.read("xl/sharedStrings.xml").decode()
			cells = book.read("xl/worksheets/sheet1.xml").decode()
		for word in ("学籍号", "场次", "41018520140812956X", "=1+1", "𬍛&lt;&amp;&gt;"):
			assert word in words, words
		assert "<v>12</v>" in cells and "<f>" not in cells, cells
		for bad in ({}, {**table, "columns": []}, {**table, "columns": [{"key": "0"}]},
				{**table, "rows": {}}, {**table, "columns": table["columns"] * 33}):
			d.post("/api/v1/sheet", bad, 400)
		d.post("/api/v1/sheet", {**table, "rows": [{"0": "x" * 40000}]}, 413)
		d.cookie = None
		d.post("/api/v1/sheet", table, 401)


def test_a_stop_leaves_the_database_whole_and_free():
	node = school("stop")
	with Daemon(node) as d:
		d.sign_in()
		d.do("staff.add", {"name": "last", "roles": "teacher"})
		idle = socket.create_connection(("127.0.0.1", d.port))
		d.stop()
		idle.close()
	db = sqlite3.connect(path(node, "kehou.db"))
	assert db.execute("SELECT count(*) FROM staff WHERE name = 'last'").fetchone() == (1,)
	db.close()
	made(kehou("verify", node=node))


def asking(d, target, receive_bytes):
	s = socket.socket()
	s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
	s.settimeout(60)
	s.connect(("127.0.0.1", d.port))
	s.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
	return s


def test_a_stop_answers_who_waits_and_not_for_ever_who_does_not_read():
	node = school("last")
	os.makedirs(path("wide"))
	with open(path("wide", "wide.html"), "wb") as f:
		f.write(bytes(4 << 20))
	with Daemon(node, "--web", path("wide")) as d:
		loan = socket.socket(socket.AF_UNIX)
		loan.connect(path(node, "control"))
		assert loan.recv(3) == b"ok\n"
		silent = asking(d, "/wide.html", 4096)
		waits = asking(d, "/api/v1/status", 65536)
		for _ in range(2):  # what came before them is at its handler
			assert d.ask("GET", "/healthz")[0] == 200
		d.process.send_signal(signal.SIGTERM)
		# The loan ends with the stop, in time or not.
		said = waits.recv(12)
		assert said in (b"HTTP/1.1 200", b"HTTP/1.1 503"), said
		d.stop()
		got = 0
		try:
			while n := len(silent.recv(65536)):
				got += n
		except ConnectionResetError:
			pass
		assert got < 4 << 20, "it was all sent: nothing is shown"
		for s in (silent, waits, loan):
			s.close()


def test_a_stop_sends_the_rest_of_an_answer_that_is_on_its_way():
	node, size = school("rest"), 4 << 20  # more than the kernel holds for a slow reader
	os.makedirs(path("large"))
	with open(path("large", "large.html"), "wb") as f:
		f.truncate(size)
	with Daemon(node, "--web", path("large")) as d:
		reader = asking(d, "/large.html", 4096)
		assert reader.recv(12) == b"HTTP/1.1 200"
		d.process.send_signal(signal.SIGTERM)
		while "stopping" not in (line := d.process.stderr.readline()):
			assert line, "it does not stop"
		while kehou("status", node=node).returncode != 0:
			pass  # until the database is free: then the answers are what is left
		reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
		got = 12
		while n := len(reader.recv(1 << 20)):
			got += n
		assert got > size, f"{got} bytes of {size}"
		reader.close()


def prepare():
	made(kehou("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy",
		path("a.key"), "--root-copy", path("b.key"), "--passphrase-fd", "FD0",
		secrets=[PASSPHRASE], node="hub"))
	made(kehou("invite", "--school", SCHOOL, "--name", "寨东小学", "--class", "220", "-o",
		path("invite"), node="hub"))
	made(kehou("invite", "--school", OTHER, "--name", "其他小学", "--class", "220", "-o",
		path("invite2"), node="hub"))
	made(kehou("init", "school", "--invite", path("invite"), "--head", "head", "--pin-fd",
		"FD0", secrets=[PIN], node="template"))


def put(folder):
	global work
	work = folder


def main():
	return runner.run(runner.cases(globals()), put, prepare)


if __name__ == "__main__":
	sys.exit(main())
