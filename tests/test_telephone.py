#!/usr/bin/env python3
"""A school is enrolled by a code read over the telephone: real processes, a false hub, sign-in
pages, guessing. Prints TAP."""
import json
import os
import re
import socket
import sys
import threading

import runner
import test_network
import test_node
from test_network import Proxy, exchange, facts, first_head, same
from test_node import Daemon, PASSPHRASE, SCHOOL, kehou, made, path

# The confined courier cannot be searched for leaks, and would say so where kehou speaks.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"


def make_hub():
	made(kehou("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy",
		path("copy1"), "--root-copy", path("copy2"), "--passphrase-fd", "FD0",
		secrets=(PASSPHRASE,), node="hub"))


def invite(*more, number=SCHOOL):
	run = kehou("invite", "--school", number, "--name", "第一小学", "--class", "220", "--code",
		*more, node="hub")
	made(run)
	code = run.stdout.strip()
	assert re.fullmatch(r"(\d{6} ){4}\d{6}", code), run.stdout
	return code


def url(port):
	return f"http://127.0.0.1:{port}"


def wrong(code, group=3):
	"""The same with another digit in one group."""
	at = 7 * (group - 1)
	return code[:at] + str((int(code[at]) + 1) % 10) + code[at + 1:]


def set_up(school, hub, code, status=200):
	got, _headers, data = school.ask("POST", "/api/v1/setup/code", {"hub": hub, "code": code})
	value = json.loads(data)
	assert got == status, (got, value)
	if status != 200:
		assert value["data_safe"] is True and value["message"] and value["next"], value
	return value


def a_school_is_set_up_by_a_code_and_calls_its_hub_from_then_on():
	make_hub()
	code = invite()
	with Daemon("hub") as hub:
		with Daemon("school") as school:
			assert set_up(school, url(hub.port), wrong(code), 400)["group"] == 3
			assert facts(school)["setup"]
			answer = set_up(school, url(hub.port) + "/", code)
			# The cookie lost: another code for this school, and no other, opens it.
			school.cookie = None
			assert set_up(school, url(hub.port), invite(number="3141018502"), 403)["code"] == \
				"USAGE.other_invitation"
			assert set_up(school, url(hub.port), invite()) == {} and school.cookie
			assert answer["school"] == SCHOOL and answer["school_name"] == "第一小学"
			assert answer["county_name"] == "登封市" and len(answer["recovery"]) > 60
			first_head(school)
			assert facts(school)["network"]["url"] == url(hub.port)
			exchange(school)
			assert facts(school)["waiting"] == 0 and facts(school)["certified"]
			set_up(school, url(hub.port), code, 409)
			# Used: nobody gets it again.
			assert os.listdir(path("hub", "codes")) == [] or \
				hub.ask("GET", "/sync/v1/invitation/" + "0" * 32)[0] == 404
			with Daemon("second") as second:
				assert set_up(second, url(hub.port), code, 404)["code"] == "setup.code_unknown"
		with Daemon("school") as school:
			assert facts(school)["network"]["url"] == url(hub.port)
	same("hub", "school")


def kehou_does_the_same_and_says_what_is_wrong():
	make_hub()
	code = invite()
	with Daemon("hub") as hub:
		for text, where, said in ((wrong(code, 5), hub.port, "setup.code_group"),
				(code[:-1], hub.port, "setup.code_group"), (code[:20], hub.port, "setup.code_form"),
				(code, 1, "setup.hub_unreachable")):
			run = kehou("--json", "init", "school", "--code", text, "--hub", url(where), node="s")
			assert run.returncode == 1 and json.loads(run.stdout + run.stderr)["code"] == said, run
			assert not os.path.exists(path("s"))
		made(kehou("init", "school", "--code", code.replace(" ", "-"), "--hub", url(hub.port),
			node="s"))
		with Daemon("s") as school:
			first_head(school)
			exchange(school)
			assert facts(school)["certified"]
		made(kehou("invite", "relay", "--name", "中转站", "--code", node="hub"))
		run = kehou("--json", "invite", "device", "--school", SCHOOL, "--code", node="hub")
		made(run)
		made(kehou("init", "school", "--code", json.loads(run.stdout)["code"], "--hub",
			url(hub.port), node="device"))


def one_word_for_what_is_used_withdrawn_past_its_time_or_never_was():
	make_hub()
	gone = invite(number="3141018502")
	late = invite("--days", "1")
	name = next(x for x in sorted(os.listdir(path("hub", "codes")),
		key=lambda x: os.stat(path("hub", "codes", x)).st_mtime_ns, reverse=True))
	kept = invite("--days", "30")
	made(kehou("invite", "--withdraw", "--school", "3141018502", node="hub"))
	run = kehou("--json", "invite", "--withdraw", "--school", "3141018502", node="hub")
	assert run.returncode == 1 and "NOT_FOUND" in run.stdout + run.stderr
	assert len(os.listdir(path("hub", "codes"))) == 2
	with Daemon("hub") as hub, Daemon("school") as school:
		never = set_up(school, url(hub.port), gone, 404)
		assert never["code"] == "setup.code_unknown"
		answers = {hub.ask("GET", "/sync/v1/invitation/" + name,
			headers={"X-Forwarded-For": "192.0.2.1"})[2] for name in
			("0" * 32, "z", "0" * 31)}
		assert len(answers) == 1, answers
		# Its time, five bytes after magic, county and invitation: now 1978.
		with open(path("hub", "codes", name), "r+b") as f:
			f.seek(4 + 3 + 16)
			f.write(b"\x80\x80\x80\x80\x01")
		assert set_up(school, url(hub.port), late, 404) == never
		assert len(os.listdir(path("hub", "codes"))) == 1
		set_up(school, url(hub.port), kept)


def guessing_is_slowed_for_one_caller_and_bounded_for_all():
	make_hub()
	code = invite()
	with Daemon("hub") as hub, Daemon("school") as school:
		seen = []
		for i in range(8):
			got, headers, data = hub.ask("GET", f"/sync/v1/invitation/{i:032x}")
			seen.append(got)
			if got == 429:
				assert int(headers["Retry-After"]) > 0
				assert json.loads(data)["code"] == "setup.code_tries"
		assert seen[:5] == [404] * 5 and seen[-1] == 429, seen
		# Whoever guesses gets no answer, right or wrong; others do.
		assert set_up(school, url(hub.port), code, 429)["code"] == "setup.code_tries"
		other = {"X-Forwarded-For": "192.0.2.7"}
		assert hub.ask("GET", "/sync/v1/invitation/" + "0" * 32, headers=other)[0] == 404
		for i in range(600):
			got = hub.ask("GET", f"/sync/v1/invitation/{i:032x}",
				headers={"X-Forwarded-For": f"198.51.100.{i}"})[0]
			if got == 429:
				break
		assert got == 429 and i > 500, i
	# A restart lets people in again; 83 bits need no memory of guesses.
	with Daemon("hub") as hub, Daemon("school") as school:
		set_up(school, url(hub.port), code)


class FalseHub:
	"""Answers every request with the same bytes."""

	def __init__(self, status, kind, body):
		self.answer = (f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: "
			f"{len(body)}\r\nConnection: close\r\n\r\n").encode() + body
		self.asked = b""
		self.socket = socket.create_server(("127.0.0.1", 0))
		self.port = self.socket.getsockname()[1]
		threading.Thread(target=self.run, daemon=True).start()

	def run(self):
		while True:
			c, _ = self.socket.accept()
			self.asked = c.recv(65536)
			c.sendall(self.answer)
			c.close()


def a_false_hub_and_a_sign_in_page_change_nothing():
	make_hub()
	code = invite()
	name = os.listdir(path("hub", "codes"))[0]
	with open(path("hub", "codes", name), "rb") as f:
		sealed = f.read()
	changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
	other = invite()
	with open(path("hub", "codes", next(x for x in os.listdir(path("hub", "codes"))
			if x != name)), "rb") as f:
		another = f.read()
	plain = "application/octet-stream"
	with Daemon("school") as school:
		for status, kind, body, said in (("200 OK", plain, changed, "setup.hub_false"),
				("200 OK", plain, another, "setup.hub_false"),
				("200 OK", plain, b"KHW1", "setup.portal"),
				("200 OK", plain, b"x" * 6000000, "setup.portal"),
				("200 OK", "text/html", b"<html>sign in</html>", "setup.portal"),
				("302 Found", "text/plain", b"", "setup.portal"),
				("404 Not Found", "text/plain", b"no", "setup.portal"),
				("502 Bad Gateway", "text/html", b"<html>502</html>", "BUSY"),
				("407 Proxy Authentication Required", "text/html", b"<html>", "setup.proxy"),
				("503 Busy", "text/plain", b"", "BUSY")):
			false = FalseHub(status, kind, body)
			answer = set_up(school, url(false.port), code, 503 if said == "BUSY" else 502)
			assert answer["code"] == said, (status, answer)
			# What is asked tells neither code nor key.
			assert code[:6].encode() not in false.asked and name[:32].encode() in false.asked
		assert set_up(school, "ftp://x", code, 400)["code"] == "setup.hub_address"
		assert set_up(school, url(1), code, 502)["code"] == "setup.hub_unreachable"
		assert set_up(school, "http://no.such.invalid", code, 502)["code"] == \
			"setup.hub_unreachable"
		assert facts(school)["setup"] and other


def a_line_that_is_cut_may_be_tried_again():
	make_hub()
	code = invite()
	with Daemon("hub") as hub, Daemon("school") as school:
		proxy = Proxy(hub.port, bad=4)
		for _ in range(12):
			got, _headers, data = school.ask("POST", "/api/v1/setup/code",
				{"hub": url(proxy.port), "code": code})
			if got == 200:
				break
			assert json.loads(data)["code"] in ("setup.hub_unreachable", "setup.hub_slow"), data
		assert got == 200 and proxy.cut > 0, (got, proxy.cut)


def a_hub_that_hangs_keeps_neither_pages_nor_the_stop_waiting():
	make_hub()
	code = invite()
	silent = socket.create_server(("127.0.0.1", 0))
	with Daemon("school") as school:
		answers = []
		asking = threading.Thread(target=lambda: answers.append(school.ask("POST",
			"/api/v1/setup/code", {"hub": url(silent.getsockname()[1]), "code": code})[0]))
		asking.start()
		held = silent.accept()
		assert facts(school)["setup"]
		assert set_up(school, url(1), code, 503)["code"] == "BUSY"
		school.stop()
		asking.join(60)
		assert answers == [503], answers
	held[0].close()


TESTS = [a_school_is_set_up_by_a_code_and_calls_its_hub_from_then_on,
	kehou_does_the_same_and_says_what_is_wrong,
	one_word_for_what_is_used_withdrawn_past_its_time_or_never_was,
	guessing_is_slowed_for_one_caller_and_bounded_for_all,
	a_false_hub_and_a_sign_in_page_change_nothing, a_line_that_is_cut_may_be_tried_again,
	a_hub_that_hangs_keeps_neither_pages_nor_the_stop_waiting]


def put(work):
	test_node.work = work


def main():
	return runner.run(TESTS, put, each=True, notes=[f"KEHOU_SEED={test_network.seed}"])


if __name__ == "__main__":
	sys.exit(main())
