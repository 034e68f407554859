#!/usr/bin/env python3
"""Half past six: the daily bundles of many schools at once on one hub process. Time until
all are merged and acknowledged, peak memory, the hub's answers to a page meanwhile; against
the same bundles merged from a folder. KEHOU_SCHOOLS=N (1000 without); KEHOU_PREPARED=DIR
keeps what was prepared there, and a later run takes it from there."""
import concurrent.futures
import glob
import hashlib
import http.client
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import threading
import time

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [TESTS, os.path.join(TESTS, "vectors")]
import wire  # noqa: F401: finds a Python that has nacl
from nacl.signing import SigningKey
import test_node
from test_node import Daemon, PASSPHRASE, PIN, kehou, made, path

SCHOOLS = int(os.environ.get("KEHOU_SCHOOLS", "1000"))
PIECE = 65536
SEEN_WAIT_S = 3  # as node/courier.c
REST_S = 45      # more than ENGINE_REST_MS
SENDER, RECIPIENT = slice(7, 15), slice(15, 23)  # of a bundle's header, docs/FORMAT.md


def enrol(i):
	"""A new machine, with its first bundle on a stick of its own."""
	made(kehou("init", "school", "--invite", path(f"invite{i}"), "--head", "校长",
		"--pin-fd", "FD0", secrets=(PIN,), node=f"school{i}"))
	os.mkdir(path(f"stick{i}"))
	made(kehou("export", "--to", path(f"stick{i}"), node=f"school{i}"))
	return glob.glob(path(f"stick{i}", "KEHOU", "*.KHB"))[0]


def day(i):
	"""One bundle that the hub has not seen; the machine is needed no more."""
	made(kehou("import", "--from", path(f"stick{i}"), node=f"school{i}"))
	with Daemon(f"school{i}") as d:
		d.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})
		for k in range(30):
			d.do("staff.add", {"name": f"教师{k}", "roles": "teacher"}, request_id=str(k))
	os.mkdir(path(f"out{i}"))
	made(kehou("export", "--to", path(f"out{i}"), node=f"school{i}"))
	with open(path(f"school{i}", "keys", "node.key"), "rb") as f:
		seed = f.read()[4:36]
	with open(path(f"out{i}", "seed"), "wb") as f:
		f.write(seed)
	shutil.rmtree(path(f"school{i}"))
	shutil.rmtree(path(f"stick{i}"))


def prepare():
	"""All enrolled, and for each one bundle that the hub has not seen."""
	made(kehou("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy",
		path("copy1"), "--root-copy", path("copy2"), "--passphrase-fd", "FD0",
		secrets=(PASSPHRASE,), node="hub"))
	os.makedirs(path("stick", "KEHOU"))
	os.mkdir(path("answers"))
	for i in range(SCHOOLS):
		made(kehou("invite", "--school", str(3141000001 + i), "--name", f"第{i + 1}小学",
			"--class", "220", "-o", path(f"invite{i}"), node="hub"))
	with concurrent.futures.ThreadPoolExecutor(2) as pool:
		asked = list(pool.map(enrol, range(SCHOOLS)))
		whose = {}
		for i, name in enumerate(asked):
			with open(name, "rb") as f:
				whose[f.read(SENDER.stop)[SENDER]] = i
			shutil.copy(name, path("stick", "KEHOU"))
		made(kehou("import", "--from", path("stick"), node="hub"))
		made(kehou("export", "--all", "--to", path("answers"), node="hub"))
		# Each answer on its school's stick alone: all on all would be a million looks.
		for name in glob.glob(path("answers", "KEHOU", "*.KHB")):
			with open(name, "rb") as f:
				i = whose[f.read(RECIPIENT.stop)[RECIPIENT]]
			shutil.move(name, path(f"stick{i}", "KEHOU"))
			for roster in glob.glob(path("answers", "KEHOU", "*.KHR")):
				shutil.copy(roster, path(f"stick{i}", "KEHOU"))
		list(pool.map(day, range(SCHOOLS)))


class School(threading.Thread):
	"""What a school's courier does, and how long it took."""

	def __init__(self, port, bundle):
		super().__init__(daemon=True)
		self.port, self.bundle, self.refused, self.took = port, bundle, 0, None
		with open(os.path.join(os.path.dirname(bundle), "..", "seed"), "rb") as f:
			self.key = SigningKey(f.read())

	def proof(self, what):
		said = hashlib.blake2b(b"kehou 1 proof\0" + what.encode(), digest_size=32).digest()
		return {"Kehou-Proof": self.node + self.key.sign(said).signature.hex()}

	def ask(self, method, target, body=None, headers=None):
		while True:
			try:
				c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
				c.request(method, target, body, headers or {})
				answer = c.getresponse()
				data = answer.read()
				c.close()
				if answer.status not in (429, 503):
					return answer.status, data
			except OSError:
				pass
			self.refused += 1
			time.sleep(random.uniform(0.5, 3))

	def run(self):
		began = time.monotonic()
		name = os.path.basename(self.bundle)
		with open(self.bundle, "rb") as f:
			data = f.read()
		self.node = data[SENDER].hex()
		self.ask("GET", "/sync/v1/hello")
		known = json.loads(self.ask("GET", "/sync/v1/in/" + name, None, self.proof(name))[1])
		for at in range(0, len(data), PIECE):
			status, said = self.ask("PATCH", "/sync/v1/in/" + name, data[at:at + PIECE],
				{"Kehou-Offset": str(at), "Kehou-Length": str(len(data)),
				"Kehou-Pass": known["pass"]})
			assert status in (200, 409), (status, said)
		while json.loads(self.ask("GET", "/sync/v1/in/" + name)[1])["state"] == "waiting":
			time.sleep(SEEN_WAIT_S)
		files = json.loads(self.ask("GET", "/sync/v1/out/" + self.node, None,
			self.proof(self.node))[1])["files"]
		for f in files:
			if f["name"].endswith(".KHB"):
				self.ask("GET", f"/sync/v1/out/{self.node}/{f['name']}", None, {"Range": "bytes=0-"})
		assert any(f["name"].endswith(".KHB") for f in files), files
		self.took = time.monotonic() - began


def peak_mib(pid):
	with open(f"/proc/{pid}/status", encoding="ascii") as f:
		return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) / 1024


def resident_mib(pid):
	with open(f"/proc/{pid}/status", encoding="ascii") as f:
		return next(int(line.split()[1]) for line in f if line.startswith("VmRSS")) / 1024


def look_at_pages(hub, stop, took):
	"""A process of its own: a thousand threads of this one would keep it waiting."""
	seen = []
	while not stop.is_set():
		began = time.monotonic()
		status, _, _ = hub.ask("GET", "/api/v1/status")
		seen.append((time.monotonic() - began, status))
		time.sleep(0.05)
	took.put(seen)


def main():
	# Prepared in memory; what is measured is on the disk.
	memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
	disk = tempfile.mkdtemp(prefix="kehou-bench-hub-")
	kept = os.environ.get("KEHOU_PREPARED")
	test_node.work = kept or tempfile.mkdtemp(prefix="kehou-bench-hub-", dir=memory)
	scratch = None if kept else test_node.work
	try:
		if not os.path.exists(path("ready")):
			os.makedirs(path(), exist_ok=True)
			began = time.monotonic()
			prepare()
			open(path("ready"), "w", encoding="ascii").close()
			print(f"prepared in {time.monotonic() - began:.0f} s", flush=True)
		for name in ["hub", *(f"out{i}" for i in range(SCHOOLS))]:
			shutil.copytree(path(name), os.path.join(disk, name))
		test_node.work = disk
		shutil.copytree(path("hub"), path("other"))
		os.makedirs(path("all", "KEHOU"))
		bundles = [glob.glob(path(f"out{i}", "KEHOU", "*.KHB"))[0] for i in range(SCHOOLS)]
		for b in bundles:
			shutil.copy(b, path("all", "KEHOU"))
		size = sum(os.path.getsize(b) for b in bundles)
		began = time.monotonic()
		made(kehou("import", "--from", path("all"), node="other"))
		print(f"{SCHOOLS} schools, {size / SCHOOLS:.0f} B a bundle")
		print(f"from a folder: {time.monotonic() - began:.1f} s", flush=True)
		with Daemon("hub") as hub:
			stop, asked = multiprocessing.Event(), multiprocessing.Queue()
			page = multiprocessing.Process(target=look_at_pages, args=(hub, stop, asked))
			idle = peak_mib(hub.process.pid)
			page.start()
			schools = [School(hub.port, b) for b in bundles]
			began = time.monotonic()
			for s in schools:
				s.start()
			for s in schools:
				s.join()
			total = time.monotonic() - began
			stop.set()
			took = asked.get(timeout=60)
			page.join()
			assert all(s.took is not None for s in schools)
			times = sorted(t for t, status in took if status == 200)
			print(f"at once over HTTP, merged and acknowledged: {total:.1f} s; turned away "
				f"{sum(s.refused for s in schools)} times")
			print(f"hub's peak {peak_mib(hub.process.pid):.1f} MiB (before: {idle:.1f})")
			print(f"a page meanwhile: median {times[len(times) // 2] * 1000:.0f} ms, "
				f"95 % {times[len(times) * 95 // 100] * 1000:.0f} ms, longest "
				f"{times[-1] * 1000:.0f} ms; turned away {len(took) - len(times)} of {len(took)}")
			worked = resident_mib(hub.process.pid)
			time.sleep(REST_S)
			print(f"resident {worked:.1f} MiB then, {resident_mib(hub.process.pid):.1f} at rest")
	finally:
		if scratch:
			shutil.rmtree(scratch, ignore_errors=True)
		shutil.rmtree(disk, ignore_errors=True)


if __name__ == "__main__":
	main()
