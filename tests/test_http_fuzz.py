#!/usr/bin/env python3
"""Broken and hostile requests over raw sockets against a running kehoud. KEHOU_SEED repeats
a run, KEHOU_FUZZ_SECONDS makes it long (make check-http). Prints TAP."""
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
from test_node import Daemon, school

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


def send_some(rng, d):
	"""Opens many, says a piece to each in any order, then ends them in any way."""
	open_ones = []
	for _ in range(AT_ONCE):
		s = socket.create_connection(("127.0.0.1", d.port), timeout=60)
		s.setblocking(False)
		open_ones.append([s, request(rng, d.cookie)])
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


def send_until(over, rng, d):
	"""How many were sent; True once it is over, False where a fold ended the process."""
	done = 0
	d.sign_in()
	try:
		while not over(done):
			send_some(rng, d)
			done += AT_ONCE
			assert d.process.poll() is None, f"it died: {d.process.returncode}"
			if done % (AT_ONCE * 10) == 0:
				assert d.ask("GET", "/healthz")[0] == 200
				if d.get("/api/v1/me")["staff"] is None:
					d.sign_in()
		d.sign_in()  # one of the last may have signed out
		assert [r["name"] for r in d.get("/api/v1/view/staff")["rows"]] == ["head"]
	except (AssertionError, OSError, http.client.HTTPException):
		if not ended_by_a_fold(d):
			raise
		return done, False
	return done, True


def hostile_requests_do_no_harm():
	rng, done, folds, began = random.Random(SEED), 0, 0, time.monotonic()
	school("fuzzed")
	over = False
	while not over:
		with Daemon("fuzzed") as d:
			sent, over = send_until(lambda n: done + n >= REQUESTS
				and time.monotonic() - began >= SECONDS, rng, d)
		done += sent
		folds += not over
	print(f"# {done} requests" + (f", {folds} folds" if folds else ""))
	test_node.made(test_node.kehou("verify", node="fuzzed"))


def put(work):
	test_node.work = work


def main():
	return runner.run([hostile_requests_do_no_harm], put, test_node.prepare,
		notes=[f"KEHOU_SEED={SEED}"])


if __name__ == "__main__":
	sys.exit(main())
