#!/usr/bin/env python3
"""The installed sample configuration of nginx, with Debian's nginx and a test CA between
schools and their hub. Prints TAP."""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

import runner
import test_node
import test_network
from test_network import arrives, exchange, first_head, make_county, same
from test_node import At, Daemon, SRC, no_clock, path

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")


def openssl(*args):
	subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=test_node.work)


def make_certificates():
	openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=test CA")
	openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-keyout", "hub.key", "-out", "hub.csr", "-subj", "/CN=localhost")
	with open(path("san"), "w", encoding="utf-8") as f:
		f.write("subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n")
	openssl("x509", "-req", "-in", "hub.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
		"-CAcreateserial", "-out", "hub.pem", "-days", "30", "-extfile", "san")


def free_port():
	"""One that is free on both loopbacks."""
	with socket.create_server(("127.0.0.1", 0)) as a:
		port = a.getsockname()[1]
		with socket.create_server(("::1", port), family=socket.AF_INET6):
			return port


class Nginx:
	def __init__(self, hub_port):
		self.port = free_port()
		with open(os.path.join(SRC, "node/nginx.conf.sample"), encoding="utf-8") as f:
			server = f.read()
		for old, new in (("127.0.0.1:8620", f"127.0.0.1:{hub_port}"),
			("listen 443", f"listen 127.0.0.1:{self.port}"),
			("listen [::]:443", f"listen [::1]:{self.port}"),
			("kehou.example.org", "localhost"),
			("/etc/kehou/tls/fullchain.pem", path("hub.pem")),
			("/etc/kehou/tls/privkey.pem", path("hub.key"))):
			assert old in server, f"the sample says {old} no more"
			server = server.replace(old, new)
		folders = "".join(f"{name}_temp_path {path('nginx-' + name)};\n" for name in
			("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
		with open(path("nginx.conf"), "w", encoding="utf-8") as f:
			f.write(f"daemon off;\nmaster_process off;\npid {path('nginx.pid')};\n"
				f"error_log {path('nginx.log')};\nevents {{ worker_connections 256; }}\n"
				f"http {{\naccess_log off;\n{folders}{server}}}\n")
		self.process = subprocess.Popen([NGINX, "-p", test_node.work, "-e", path("nginx.log"),
			"-c", path("nginx.conf")])

	def __enter__(self):
		deadline = time.monotonic() + 60
		while True:
			try:
				socket.create_connection(("::1", self.port), timeout=5).close()
				return self
			except OSError:
				assert self.process.poll() is None and time.monotonic() < deadline
				time.sleep(0.05)

	def __exit__(self, *_):
		self.process.send_signal(signal.SIGTERM)
		self.process.wait(60)


def ask(port, method, target, body=None, headers=None):
	return ask_all(port, method, target, body, headers)[::2]


def ask_all(port, method, target, body=None, headers=None):
	"""Status, headers, body."""
	context = ssl.create_default_context(cafile=path("ca.pem"))
	c = http.client.HTTPSConnection("localhost", port, timeout=60, context=context)
	c.request(method, target, body, headers or {})
	answer = c.getresponse()
	data = answer.read()
	c.close()
	return answer.status, answer.headers, data


def a_pinned_authority_over_names_ipv4_and_ipv6():
	make_county(3)
	make_certificates()
	with Daemon("hub") as hub, Nginx(hub.port) as nginx:
		for i, host in enumerate(("localhost", "127.0.0.1", "[::1]")):
			with Daemon(f"school{i}", "--hub", f"https://{host}:{nginx.port}", "--ca",
				path("ca.pem")) as school:
				first_head(school)
				arrives(school)
	for i in range(3):
		same("hub", f"school{i}")


def an_authority_that_the_system_does_not_know_is_refused():
	make_county()
	make_certificates()
	with Daemon("hub") as hub, Nginx(hub.port) as nginx:
		with Daemon("school0", "--hub", f"https://localhost:{nginx.port}") as school:
			first_head(school)
			assert exchange(school)["failure"] == "tls"
			assert not os.listdir(path("hub", "spool", "part"))


def the_systems_authorities_serve_where_none_is_pinned():
	"""With the test's CA in place of the system's, in a mount namespace of the daemon."""
	bundle = "/etc/ssl/certs/ca-certificates.crt"
	if not os.path.exists(bundle) or subprocess.run(["unshare", "-m", "true"], check=False,
		capture_output=True).returncode != 0:
		return "no mount namespace here"
	make_county()
	make_certificates()
	with open(path("kehoud"), "w", encoding="utf-8") as f:
		f.write(f"#!/bin/sh\nmount --bind {path('ca.pem')} {bundle} && exec {test_node.KEHOUD} "
			'"$@"\n')
	os.chmod(path("kehoud"), 0o755)
	with Daemon("hub") as hub, Nginx(hub.port) as nginx:
		real = test_node.KEHOUD
		with open(path("apart"), "w", encoding="utf-8") as f:
			f.write(f"#!/bin/sh\nexec unshare -m {path('kehoud')} \"$@\"\n")
		os.chmod(path("apart"), 0o755)
		try:
			test_node.KEHOUD = path("apart")
			with Daemon("school0", "--hub", f"https://localhost:{nginx.port}") as school:
				first_head(school)
				arrives(school)
		finally:
			test_node.KEHOUD = real
	same("hub", "school0")
	return None


def a_daemon_that_is_stopped_behind_nginx_is_no_sign_in_page():
	make_county()
	make_certificates()
	with Daemon("hub") as hub, Nginx(hub.port) as nginx:
		with Daemon("school0", "--hub", f"https://localhost:{nginx.port}", "--ca",
			path("ca.pem")) as school:
			first_head(school)
			arrives(school)
			hub.stop()
			assert exchange(school)["failure"] == "busy"


def a_clock_that_fell_back_is_told_and_not_the_certificate():
	if no_clock():
		return no_clock()
	make_county()
	make_certificates()
	with Daemon("hub") as hub, Nginx(hub.port) as nginx:
		url = ("--hub", f"https://localhost:{nginx.port}")
		with At("school0", "@1970-01-02 00:00:00", *url, "--ca", path("ca.pem")) as school:
			first_head(school)
			assert exchange(school)["failure"] == "clock"
			words = school.get("/api/v1/exchange/history")["rows"][0]["words"]
			assert "the date of this machine is wrong" in words, words
		# Under a right one it may be the network, the date or the county.
		with Daemon("school0", *url) as school:
			school.post("/api/v1/sign-in", {"staff": "校长", "pin": test_node.PIN})
			assert exchange(school)["failure"] == "tls"
			words = school.get("/api/v1/exchange/history")["rows"][0]["words"]
			assert all(x in words for x in ("browser", "date", "county")), words
	return None


def a_file_goes_through_in_pieces():
	make_county()
	make_certificates()
	name = "/sync/v1/in/" + "0" * 32 + ".KHB"
	piece = os.urandom(65536)
	with Daemon("hub") as hub, Nginx(hub.port) as nginx:
		for i in range(3):
			status, data = ask(nginx.port, "PATCH", name, piece, {"Kehou-Offset":
				str(i * 65536), "Kehou-Length": str(3 * 65536)})
			if i < 2:
				assert (status, json.loads(data)["have"]) == (200, (i + 1) * 65536), data
		assert status == 422, status # another hash: the whole is dropped


def whoever_comes_through_the_proxy_is_no_local_caller():
	make_county()
	make_certificates()
	with Daemon("school0") as school, Nginx(school.port) as nginx:
		assert school.get("/api/v1/me")["first"] is True
		for said in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"X-Forwarded-For": ""},
			{"Forwarded": "for=127.0.0.1"}):
			status, data = ask(nginx.port, "GET", "/api/v1/me", None, said)
			assert status == 200 and json.loads(data)["first"] is False, (data, said)


def a_browser_keeps_its_cookie_for_tls_and_large_files_pass():
	make_county()
	make_certificates()
	with Daemon("school0") as school, Nginx(school.port) as nginx:
		first_head(school)
		status, headers, _data = ask_all(nginx.port, "POST", "/api/v1/sign-in",
			json.dumps({"staff": "校长", "pin": test_node.PIN}))
		assert status == 200 and "; secure" in headers["Set-Cookie"].lower(), headers
		assert headers["Strict-Transport-Security"], headers
		status, data = ask(nginx.port, "POST", "/api/v1/exchange/file/x.KHB", bytes(9 << 20),
			{"Cookie": headers["Set-Cookie"].split(";")[0]})
		assert status == 200 and json.loads(data)["outcome"] == "refused", (status, data)


def what_is_too_large_is_told_by_the_daemon():
	make_county()
	make_certificates()
	with Daemon("school0") as school, Nginx(school.port) as nginx:
		for size in (300 << 10, 9 << 20, 65 << 20):
			status, data = ask(nginx.port, "POST", "/api/v1/exchange/file/x.KHB", bytes(size))
			assert status == 413 and json.loads(data)["code"] == "TOO_LARGE", (status, data)


TESTS = [a_pinned_authority_over_names_ipv4_and_ipv6,
	an_authority_that_the_system_does_not_know_is_refused,
	the_systems_authorities_serve_where_none_is_pinned,
	a_clock_that_fell_back_is_told_and_not_the_certificate,
	a_daemon_that_is_stopped_behind_nginx_is_no_sign_in_page, a_file_goes_through_in_pieces,
	whoever_comes_through_the_proxy_is_no_local_caller,
	a_browser_keeps_its_cookie_for_tls_and_large_files_pass,
	what_is_too_large_is_told_by_the_daemon]


def put(work):
	test_node.work = work


def main():
	if NGINX is None or shutil.which("openssl") is None:
		print("1..0 # SKIP nginx or openssl is not installed")
		return 0
	return runner.run(TESTS, put, each=True)


if __name__ == "__main__":
	sys.exit(main())
