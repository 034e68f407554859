#!/usr/bin/env python3
"""A hub with everybody at its door and a disk that takes its time (hold_sync.c). Prints
TAP."""
import hashlib
import json
import os
import resource
import select
import signal
import socket
import subprocess
import sys

import runner
import test_node
from test_daemon import status_of, until
from test_network import make_county
from test_node import Daemon, SRC, path

CROWD = 1000   # of 1,200 connections that the hub takes
PIECES = 256   # that wait for their sync, ENGINE_MAX_JOBS


def held():
	"""A hub whose pieces wait for their sync until the FIFO that is returned is opened for
	writing and closed again."""
	make_county()
	return slow("hub", "/spool/part/", Daemon)


def slow(node, at, start, **more):
	"""node's daemon with a disk that is slow below at, and the FIFO of hold_sync.c; more of
	what that reads in the environment."""
	shim, fifo = path("hold.so"), path(node, "hold")
	subprocess.run([*os.environ.get("CC", "cc").split(), "-shared", "-fPIC", "-o", shim,
		os.path.join(SRC, "tests", "hold_sync.c")], check=True)
	os.mkfifo(fifo)
	before = dict(os.environ)
	# AddressSanitizer wants to be the first that is loaded.
	os.environ.update(LD_PRELOAD=shim, KEHOU_HOLD=fifo, KEHOU_HOLD_AT=at, **more,
		ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
	try:
		return start(node), fifo
	finally:
		os.environ.clear()
		os.environ.update(before)


def bundle(i):
	"""Of no known sender, which a hub finds out when it merges."""
	data = f"piece {i}".encode()
	digest = hashlib.blake2b(b"kehou 1 file\0" + data, digest_size=32).hexdigest()
	return digest[:32].upper() + ".KHB", data


def send(hub, text, body=b""):
	s = socket.create_connection(("127.0.0.1", hub.port), timeout=60)
	s.sendall(text.encode() + body)
	return s


def patch(hub, name, data, offset=0, total=None):
	return send(hub, f"PATCH /sync/v1/in/{name} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		f"Content-Length: {len(data)}\r\nKehou-Offset: {offset}\r\n"
		f"Kehou-Length: {len(data) if total is None else total}\r\n\r\n", data)


def answer(s):
	"""Its status and what it says."""
	with s, s.makefile("rb") as f:
		status, length = int(f.readline().split()[1]), 0
		while (line := f.readline().strip()) != b"":
			if line.lower().startswith(b"content-length:"):
				length = int(line.split(b":")[1])
		return status, json.loads(f.read(length))


def pages_and_other_schools_are_answered_while_a_piece_waits_for_its_sync():
	hub, fifo = held()
	with hub:
		name, data = bundle(0)
		first = patch(hub, name, data[:4], total=len(data))
		gate = os.open(fifo, os.O_WRONLY)  # opens once the piece is being synced
		hub.get("/api/v1/status")
		hub.get("/sync/v1/hello")
		# What is written and not synced yet is not told as being there.
		assert hub.get("/sync/v1/in/" + name) == {"have": 0, "state": "part"}
		others = [patch(hub, *bundle(i)) for i in range(1, 10)]
		hub.get("/api/v1/status")
		assert not select.select([first, *others], [], [], 0)[0]
		os.unlink(fifo)
		os.close(gate)
		assert answer(first) == (200, {"have": 4, "state": "part"})
		for s in others:
			assert answer(s)[0] == 200
		assert hub.get("/sync/v1/in/" + name) == {"have": 4, "state": "part"}


def more_pieces_than_may_wait_are_sent_away_at_once_and_the_others_kept():
	hub, fifo = held()
	with hub:
		first = patch(hub, *bundle(0))
		gate = os.open(fifo, os.O_WRONLY)
		waiting = [patch(hub, *bundle(i)) for i in range(1, PIECES + 50)]
		away = []
		while len(away) < 49:  # the one in hand, and as many as may wait
			for s in select.select(waiting, [], [], 60)[0]:
				waiting.remove(s)
				away.append(answer(s))
		assert all(status == 503 for status, _ in away), away
		hub.get("/api/v1/status")
		os.unlink(fifo)
		os.close(gate)
		for s in [first, *waiting]:
			assert answer(s)[0] == 200


def all_who_come_at_once_are_let_in_and_answered():
	make_county()
	soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
	if hard != resource.RLIM_INFINITY and hard < CROWD + 1100:
		raise runner.Skip(f"{hard} descriptors are too few")
	resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, CROWD + 100), hard))
	with Daemon("hub") as hub:
		# It does not come to accept any: they stand in the queue of its socket.
		hub.process.send_signal(signal.SIGSTOP)
		try:
			until("it does not stop", lambda: status_of(hub.process.pid)["State"][0] == "T")
			crowd = [send(hub, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
				for _ in range(CROWD)]
		finally:
			hub.process.send_signal(signal.SIGCONT)
		for s in crowd:
			assert s.recv(12) == b"HTTP/1.1 200"
			s.close()
		hub.get("/api/v1/status")
	resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


TESTS = [pages_and_other_schools_are_answered_while_a_piece_waits_for_its_sync,
	more_pieces_than_may_wait_are_sent_away_at_once_and_the_others_kept,
	all_who_come_at_once_are_let_in_and_answered]


def put(work):
	test_node.work = work


def main():
	return runner.run(TESTS, put, each=True)


if __name__ == "__main__":
	sys.exit(main())
