#!/usr/bin/env python3
"""Broken and hostile requests over raw sockets against a running kehoud. KEHOU_SEED repeats
a run, KEHOU_FUZZ_SECONDS makes it long (make check-http); half of it is a hub's, whose
schools are strangers too. Prints TAP."""
import hashlib
import http.client
import os
import random
import re
import socket
import subprocess
import sys
import time

import runner
import test_node
from test_network import Ear, exchange, facts, first_head, make_county, same
from test_node import Daemon, kehou, made, school

SEED = int(os.environ.get("KEHOU_SEED", "1"))
SECONDS = float(os.environ.get("KEHOU_FUZZ_SECONDS", "0"))
REQUESTS = 1200
AT_ONCE = 24

PATHS = ["/", "/healthz", "/readyz", "/api/v1/status", "/api/v1/me", "/api/v1/schema",
	"/api/v1/view/pupils", "/api/v1/view/staff", "/api/v1/command/staff.add",
	"/api/v1/command/rollcall", "/api/v1/sign-in", "/api/v1/sign-out",
	"/api/v1/setup/inspect", "/api/v1/setup/school", "/api/v1/setup/first",
	"/api/v1/exchange/files", "/api/v1/exchange/file/x.KHB", "/api/v1/exchange/stick/a/import",
	"/api/v1/roster/plan?name=a&year=2026", "/api/v1/roster/import", "/api/v1/inbox",
	"/api/v1/sheet", "/sync/v1/hello", "/sync/v1/in/" + "0" * 32 + ".KHB",
	"/sync/v1/out/" + "0" * 16, "/sync/v1/out/" + "0" * 16 + "/" + "0" * 32 + ".KHB"]
METHODS = ["GET", "POST", "PATCH", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get",
	"", "G\0T", "A" * 300]
BODIES = [b"", b"{}", b"[]", b"{", b"null", b'{"args":{}}', b'{"staff":"head","pin":"0"}',
	b'{"name":"a","columns":[{"key":"0","title":""}],"rows":[0]}',
	b"\xff\xfe\0\0", b'{"a":' * 500, b"[" * 3000, b'{"args":{"x":' + b"9" * 400 + b"}}",
	b'{"staff":"\\u0000","pin":"\\ud800"}', b"KHB1" + bytes(300), b"PK\3\4" + bytes(80),
	b"\xd0\xcf\x11\xe0" + bytes(600), "姓名,班级\n张三,一年级\n".encode()]
HEADERS = ["Host: evil.example", "Host:", "Origin: http://evil", "Cookie: kehou=" + "a" * 43,
	"Cookie: kehou=; kehou=;;;=", "Cookie: " + "a=b; " * 300, "Accept-Language: \xff\xfe",
	"Range: bytes=5-", "Range: bytes=99999999999999999999-", "Kehou-Offset: -1",
	"Kehou-Offset: 18446744073709551615", "Kehou-Length: 4", "Kehou-Length: 0x",
	"Content-Length: -1", "Content-Length: 5", "Content-Length: 18446744073709551616",
	"Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Expect: 100-continue",
	"Connection: close", "Connection: keep-alive, upgrade", "If-None-Match: *",
	"X-Forwarded-For: 1", ": no name", " folded", "No-Colon", "X: " + "y" * 9000]


def mangle(rng, data):
	data = bytearray(data)
	for _ in range(rng.choice((0, 0, 0, 1, 2, 6))):
		if not data:
			break
		at = rng.randrange(len(data))
		kind = rng.randrange(4)
		if kind == 0:
			data[at] = rng.randrange(256)
		elif kind == 1:
			del data[at:at + rng.randrange(1, 9)]
		elif kind == 2:
			data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
		else:
			data[at:at] = data[at:at + rng.randrange(1, 40)]
	return bytes(data)


def request(rng, cookie):
	body = rng.choice(BODIES)
	if rng.random() < 0.05:
		body = rng.choice((b"x", b'{"a":', b"\0")) * rng.randrange(1, 80000)
	target = rng.choice(PATHS)
	if rng.random() < 0.2:
		target += rng.choice(("?", "&", "%", "%00", "/../", "?a=%zz", "?grp=1&grp=2", "\xe4",
			"?" + "a&" * 40, "/" * 600))
	lines = [f"{rng.choice(METHODS[:3] if rng.random() < 0.8 else METHODS)} {target} "
		+ rng.choice(("HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "", "HTTP/1.1 x"))]
	if rng.random() < 0.9:
		lines.append("Host: 127.0.0.1")
	if rng.random() < 0.4:
		lines.append("Cookie: kehou=" + cookie)
	if rng.random() < 0.8:
		lines.append(f"Content-Length: {len(body)}")
	lines += rng.sample(HEADERS, rng.choice((0, 0, 1, 1, 2, 4)))
	end = rng.choice(("\r\n", "\r\n", "\r\n", "\n"))
	data = (end.join(lines) + end + end).encode("latin-1") + body
	return mangle(rng, data) * rng.choice((1, 1, 1, 2, 3))


HEX = "0123456789abcdefABCDEFg%"
NUMBERS = [-1, 0, 1, 3, 4, 100, 65535, 65536, 65537, 1 << 26, (1 << 26) + 1, 1 << 31, 1 << 63,
	(1 << 64) - 1, 1 << 64, "", "x", "0x10", " 1", "1e3", "9" * 80]
TYPES = [b"KHB1", b"KHR1", b"KHB2", b"KHB", b""]


class Said:
	"""What a school said to its hub, and requests that are made of its words."""

	def __init__(self, heard, node):
		def all_of(what):
			return [m.decode() for m in sorted(set(re.findall(what, heard)))]
		self.node, self.whole = node, []
		self.requests = [m[0] for m in re.finditer(
			rb"(GET|PATCH) /sync/v1/[^\0]*?\r\n\r\n", heard)]
		self.names = all_of(rb"/sync/v1/(?:in|out/\w+)/(\w+\.KH[BR])")
		self.proofs, self.passes = all_of(rb"Kehou-Proof: (\w+)"), all_of(rb"Kehou-Pass: (\w+)")
		at = heard.index(b"KHB1", heard.index(b"PATCH "))
		self.bundle = heard[at:at + 3000]
		assert self.names and self.proofs and self.passes, heard[:2000]

	def word(self, rng, words):
		"""One of them, whole, cut, longer or with other digits."""
		word, kind = rng.choice(words), rng.randrange(6)
		if kind == 0:
			return word[:rng.randrange(len(word))]
		if kind == 1:
			return word + rng.choice(HEX) * rng.randrange(1, 300)
		if kind == 2:
			at = rng.randrange(len(word))
			return word[:at] + rng.choice(HEX) + word[at + 1:]
		return word if kind < 5 else "".join(rng.choice(HEX) for _ in word)

	def garbage(self, rng):
		"""A body, and the name that is right for it."""
		kind = rng.randrange(4)
		data = mangle(rng, self.bundle[:rng.randrange(1, len(self.bundle))]) if kind else \
			rng.choice(TYPES) + rng.randbytes(rng.randrange(1200))
		if kind == 1:  # as if the school had sealed it
			data = self.bundle[:7] + bytes.fromhex(self.node) + rng.randbytes(900)
		h = hashlib.blake2b(b"kehou 1 file\0" + data, digest_size=32).hexdigest().upper()
		return data, h[:32] + rng.choice((".KHB", ".KHB", ".KHR"))

	def patch(self, rng):
		data, name = self.garbage(rng)
		offset, length = 0, len(data)
		if rng.random() < 0.4:
			name = self.word(rng, self.names)
		elif rng.random() < 0.5:  # a piece of it, or of another size
			offset = rng.choice((*NUMBERS, rng.randrange(len(data) + 1)))
			length = rng.choice((*NUMBERS, len(data), len(data) + 1))
		else:
			self.whole.append(name)
		head = [f"PATCH /sync/v1/in/{name} HTTP/1.1", f"Kehou-Offset: {offset}",
			f"Kehou-Length: {length}"]
		if rng.random() < 0.6:
			head.append("Kehou-Pass: " + self.word(rng, self.passes))
		return head, data

	def ask(self, rng):
		target = rng.choice(("hello", "in/" + self.word(rng, self.names),
			"out/" + self.word(rng, [self.node, "0" * 16]),
			f"out/{self.node}/" + self.word(rng, self.names),
			"invitation/" + self.word(rng, ["0" * 32, "a" * 16])))
		head = [f"GET /sync/v1/{target} HTTP/1.1"]
		if rng.random() < 0.6:
			head.append("Kehou-Proof: " + self.word(rng, self.proofs))
		if rng.random() < 0.3:
			head.append(f"Range: bytes={rng.choice(NUMBERS)}-" + rng.choice(("", "5", "-", ",1-")))
		return head, b""

	def request(self, rng, _cookie):
		kind = rng.randrange(10)
		if kind == 0:  # word for word, or nearly
			return mangle(rng, rng.choice(self.requests) + self.bundle)
		head, data = self.patch(rng) if kind < 6 else self.ask(rng)
		head.append("Host: 127.0.0.1")
		if data or rng.random() < 0.3:
			head.append("Content-Length: " + str(rng.choice(NUMBERS) if rng.random() < 0.15
				else len(data) + rng.choice((0,) * 12 + (-1, 1))))
		head += rng.sample(HEADERS, rng.choice((0, 0, 0, 1, 2)))
		text = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + data
		return (text if rng.random() < 0.7 else mangle(rng, text)) * rng.choice((1, 1, 1, 2))


def send_some(rng, d, make=request):
	"""Opens many, says a piece to each in any order, then ends them in any way."""
	open_ones = []
	for _ in range(AT_ONCE):
		s = socket.create_connection(("127.0.0.1", d.port), timeout=60)
		s.setblocking(False)
		open_ones.append([s, make(rng, d.cookie)])
	rng.shuffle(open_ones)
	for one in open_ones + open_ones:
		cut = rng.randrange(len(one[1]) + 1) if rng.random() < 0.3 else len(one[1])
		try:
			sent = one[0].send(one[1][:cut]) if cut else 0
			one[1] = one[1][sent:]
			one[0].recv(65536)
		except OSError:
			pass
	for s, _rest in open_ones:
		s.close()


# Debian's libmicrohttpd joins the lines of a folded header by memcpy, now and then over
# itself. The C library copies it right; the sanitizer ends the process.
FOLDED = re.compile(r"memcpy-param-overlap.*\n *#0 .*libasan.*\n *#1 .*/libmicrohttpd\.so")


def ended_by_a_fold(d):
	try:
		return FOLDED.search(d.process.communicate(timeout=60)[1]) is not None
	except subprocess.TimeoutExpired:
		return False


def send_until(over, rng, d, make, well):
	"""How many were sent; True once it is over, False where a fold ended the process."""
	done = 0
	try:
		while not over(done):
			send_some(rng, d, make)
			done += AT_ONCE
			assert d.process.poll() is None, f"it died: {d.process.returncode}"
			if done % (AT_ONCE * 10) == 0:
				assert d.ask("GET", "/healthz")[0] == 200
				well()
	except (AssertionError, OSError, http.client.HTTPException):
		if not ended_by_a_fold(d):
			raise
		return done, False
	return done, True


def attack(node, make, begin, well, end):
	"""Requests to a daemon of node until there are enough. begin, well and end are told it:
	before them, now and then, and after the last."""
	rng, done, folds, began = random.Random(SEED), 0, 0, time.monotonic()
	over = False
	while not over:
		with Daemon(node) as d:
			begin(d)
			sent, over = send_until(lambda n: done + n >= REQUESTS
				and time.monotonic() - began >= SECONDS / 2, rng, d, make, lambda: well(d))
			if over:
				end(d)
		done += sent
		folds += not over
	print(f"# {done} requests" + (f", {folds} folds" if folds else ""))
	made(kehou("verify", node=node))


def hostile_requests_do_no_harm():
	test_node.prepare()

	def stay(d):
		if d.get("/api/v1/me")["staff"] is None:
			d.sign_in()

	def end(d):
		d.sign_in()  # one of the last may have signed out
		assert [r["name"] for r in d.get("/api/v1/view/staff")["rows"]] == ["head"]
	attack(school("fuzzed"), request, Daemon.sign_in, stay, end)


def at_the_hub(hub, work):
	"""work with the school at this hub, signed in."""
	with Daemon("school0", "--hub", f"http://127.0.0.1:{hub.port}") as d:
		d.sign_in("校长")
		return work(d)


def all_arrives(d, name):
	"""What is new at the school, whatever strangers have sent to its hub."""
	d.do("staff.add", {"name": name, "roles": "teacher"})
	for _ in range(20):
		exchange(d)
		if facts(d)["waiting"] == 0:
			return
	raise AssertionError(facts(d))


def hostile_schools_do_their_hub_no_harm():
	make_county()
	with Daemon("hub") as hub:
		ear = Ear(hub.port)
		with Daemon("school0", "--hub", f"http://127.0.0.1:{ear.port}") as d:
			first_head(d)
			all_arrives(d, "一")
			all_arrives(d, "二")
			said = Said(ear.heard, d.get("/api/v1/devices")["rows"][0]["node"])
	states = set()

	def well(hub):
		assert hub.get("/sync/v1/hello")["role"] == "hub"
		for name in said.whole[-60:]:
			states.add(hub.get("/sync/v1/in/" + name)["state"])
	attack("hub", said.request, lambda hub: None, well,
		lambda hub: at_the_hub(hub, lambda d: all_arrives(d, "三")))
	assert "refused" in states, f"nothing reached what opens bundles: {states}"
	same("hub", "school0")
	made(kehou("verify", node="school0"))


def put(work):
	test_node.work = work


def main():
	return runner.run([hostile_requests_do_no_harm, hostile_schools_do_their_hub_no_harm], put,
		each=True, notes=[f"KEHOU_SEED={SEED}"])


if __name__ == "__main__":
	sys.exit(main())
