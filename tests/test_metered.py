#!/usr/bin/env python3
"""What the county's plan allows of a line: so many bytes a day, and hours; and what the machine
says of the line. Real processes, a proxy that counts between them. KEHOU_SEED repeats a run. Prints TAP."""
import glob
import json
import os
import random
import re
import sys
import threading
import time

import runner
import test_node
from test_network import Proxy, arrives, exchange, facts, first_head, kept, make_county, same, seed, until
from test_node import At, Daemon, PIN, kehou, made, no_clock, path


class Count(Proxy):
	"""Counts what goes through it; with hold, nothing more after so many bytes."""
	total, hold, free = 0, None, None

	def pump(self, a, b, left, done):
		try:
			while data := a.recv(700):
				self.total += len(data)
				if self.hold is not None and self.total > self.hold:
					self.free.wait()
				b.sendall(data)
		except OSError:
			pass
		done.set()


def words(rng, n):
	"""What no compression makes smaller."""
	return "".join(chr(rng.randrange(0x4e00, 0x9f00)) for _ in range(n))


def fill(school, n):
	rng = random.Random(seed)
	for i in range(n):
		school.do("staff.add", {"name": words(rng, 1500), "roles": "teacher"},
			request_id=f"fill-{i}")


def publish_much():
	rng = random.Random(seed)
	with open(path("policy.json"), "w", encoding="utf-8") as f:
		json.dump({"version": 1, "from": "2020-01-01", "title": "方案", "emergency_plans": [
			{"kind": i, "title": "预案", "body": words(rng, 3000)} for i in range(1, 7)]}, f)
	made(kehou("policy", "publish", path("policy.json"), node="hub"))


def a_small_days_bytes_are_kept_to_and_all_arrives_in_the_end():
	"""A day is over when link.json says that its bytes are another's."""
	budget, days = 20000, 0
	make_county()
	publish_much()
	with Daemon("school0") as school:
		first_head(school)
		fill(school, 20)
	with open(path("school0", "kehoud.ini"), "w", encoding="utf-8") as f:
		f.write(f"[hub]\nday_bytes = {budget}\n")
	with Daemon("hub") as hub:
		proxy = Count(hub.port)
		waiting = 1
		while waiting:
			before, days = proxy.total, days + 1
			assert days < 20, "it never arrives"
			with Daemon("school0", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
				school.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})
				# What is written meanwhile sends nothing back to its beginning.
				if days == 1 or kept("school0")["part"]:
					school.do("staff.add", {"name": f"教师{days}", "roles": "teacher"},
						request_id=f"day-{days}")
				for _ in range(2):  # also when a person asks again
					state = exchange(school)
				assert 0 < proxy.total - before <= budget, (days, proxy.total - before)
				assert kept("school0")["bytes"] >= proxy.total - before
				# That is no failure, and it goes on at midnight in UTC+8.
				assert state["failure"] == "" and state["last_failure_s"] == 0, state
				assert kept("school0")["failures"] == 0
				waiting = facts(school)["waiting"]
				if waiting:
					assert (state["next_s"] + 28800) % 86400 == 0, state
					assert state["next_s"] > time.time(), state
			kept("school0", day=kept("school0")["day"] - 1)
		assert days > 5, "too much went at once: the test shows nothing"
	same("hub", "school0")


def a_hub_gives_no_more_of_a_file_than_it_is_asked_for():
	make_county()
	with Daemon("hub") as hub:
		file = hub.get("/sync/v1/out/" + "0" * 16)["files"][0]
		target = "/sync/v1/out/" + "0" * 16 + "/" + file["name"]
		size = file["bytes"]

		def part(said):
			status, headers, body = hub.ask("GET", target, headers={"Range": "bytes=" + said})
			assert status == 206 or not body.startswith(whole[:4])
			return status, headers.get("Content-Range"), body
		whole = hub.ask("GET", target)[2]
		assert len(whole) == size
		assert part("5-14") == (206, f"bytes 5-14/{size}", whole[5:15])
		assert part("5-") == (206, f"bytes 5-{size - 1}/{size}", whole[5:])
		assert part(f"7-{1 << 80}") == (206, f"bytes 7-{size - 1}/{size}", whole[7:])
		assert part("9-8")[0] != 206 and part(f"{size}-")[0] != 206


def an_exchange_ends_with_the_hours_of_the_plan_and_goes_on_in_the_next():
	if no_clock():
		return no_clock()
	night = (time.time() + 28800) // 86400 * 86400 - 28800 + 2 * 3600  # 02:00 in UTC+8
	make_county()
	with Daemon("school0") as school:
		first_head(school)
		fill(school, 60)
	with open(path("school0", "kehoud.ini"), "w", encoding="utf-8") as f:
		f.write("[hub]\nwindow = 02:00-04:00\ninterval = 1\n")
	with Daemon("hub") as hub:
		proxy = Count(hub.port)
		proxy.hold, proxy.free = 100000, threading.Event()
		At.set("school0", night + 3600)
		with At("school0", "", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			until("it is in the middle", lambda: proxy.total > proxy.hold)
			assert facts(school)["network"]["running"]
			At.set("school0", night + 3 * 3600)
			until("it ends", lambda: not facts(school)["network"]["running"])
			state = facts(school)["network"]
			assert state["failure"] == "" and state["last_success_s"] == 0, state
			assert facts(school)["waiting"] > 0
			assert state["next_s"] == night + 86400, state
			before, parts = proxy.total, os.listdir(path("hub", "spool", "part"))
			assert len(parts) == 1, parts
			sealed = max(os.stat(f).st_size for f in glob.glob(path("school0", "spool", "out",
				"*", "KEHOU", "*.KHB")))
			# Who asks for one by hand gets the whole of it, at any hour.
			proxy.hold = None
			proxy.free.set()
			school.post("/api/v1/sign-in", {"staff": "校长", "pin": PIN})
			assert exchange(school)["failure"] == "" and facts(school)["waiting"] == 0
			assert proxy.total - before < sealed, (proxy.total - before, sealed)
	same("hub", "school0")
	return None


def an_exchange_over_midnight_takes_no_bytes_of_the_new_day():
	if no_clock():
		return no_clock()
	midnight = (time.time() + 28800) // 86400 * 86400 + 86400 - 28800
	make_county()
	with Daemon("school0") as school:
		first_head(school)
		fill(school, 60)
	with open(path("school0", "kehoud.ini"), "w", encoding="utf-8") as f:
		f.write("[hub]\ninterval = 1\nday_bytes = 200000\n")
	with Daemon("hub") as hub:
		proxy = Count(hub.port)
		proxy.hold, proxy.free = 100000, threading.Event()
		At.set("school0", midnight - 60)
		with At("school0", "", "--hub", f"http://127.0.0.1:{proxy.port}") as school:
			until("it is in the middle", lambda: proxy.total > proxy.hold)
			At.set("school0", midnight + 60)
			proxy.hold = None
			proxy.free.set()
			until("it goes on in the new day", lambda: facts(school)["waiting"] == 0)
	same("hub", "school0")
	return None


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


TESTS = [status_at_the_machine_tells_each_way_of_the_network,
	a_small_days_bytes_are_kept_to_and_all_arrives_in_the_end,
	a_hub_gives_no_more_of_a_file_than_it_is_asked_for,
	an_exchange_ends_with_the_hours_of_the_plan_and_goes_on_in_the_next,
	an_exchange_over_midnight_takes_no_bytes_of_the_new_day]


def put(work):
	test_node.work = work


def main():
	return runner.run(TESTS, put, each=True, notes=[f"KEHOU_SEED={seed}"])


if __name__ == "__main__":
	sys.exit(main())
