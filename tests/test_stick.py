#!/usr/bin/env python3
"""Sticks in the daemon: folders that stand for sticks and, where mounts are permitted,
real file systems that are plugged in, full, read-only and pulled out. Prints TAP."""
import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time

import runner
import test_node
from runner import Skip
from test_crowd import slow
from test_network import digests, first_head, make_county, same
from test_node import Daemon, PIN, SCHOOL, kehou, made, path

MOUNTS = "KEHOU_STICK_MOUNTS"


def mount(where, size="4m", more="", source="tmpfs"):
	if MOUNTS not in os.environ:
		raise Skip("mounts are not permitted")
	os.makedirs(where, exist_ok=True)
	subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}{more}", source, where],
		check=True)


def umount(where, *how):
	subprocess.run(["umount", *how, where], check=True)


def daemon(node, *more):
	os.makedirs(path("sticks", node), exist_ok=True)
	return Daemon(node, "--sticks", path("sticks", node), *more)


def wait(d, good):
	"""The first list of sticks that is good: what the daemon does is seen there."""
	deadline = time.monotonic() + 60
	while time.monotonic() < deadline:
		sticks = d.get("/api/v1/status")["sticks"]
		if good(sticks):
			return sticks
		time.sleep(0.02)
	raise AssertionError(sticks)


def listed(d, label, **want):
	found = wait(d, lambda all: any(s["label"] == label and
		all_of(s, busy=False, **want) for s in all))
	return next(s for s in found if s["label"] == label)


def all_of(stick, **want):
	return all(stick[k] == v for k, v in want.items())


def tree(folder):
	return sorted((d, tuple(names), tuple(files)) for d, names, files in os.walk(folder))


def export(d, stick, status=200, body=None):
	return d.post(f"/api/v1/exchange/stick/{stick['id']}/export", body, status)


def carry(a, b, label="u"):
	shutil.copytree(path("sticks", a, label, "KEHOU"), path("carried", "KEHOU"))
	shutil.rmtree(path("sticks", a, label))
	os.rename(path("carried"), path("sticks", b, label))


def a_school_and_its_hub_exchange_by_stick_through_the_api():
	make_county()
	with daemon("hub") as hub, daemon("school0") as school:
		first_head(school)
		os.mkdir(path("sticks", "school0", "u"))
		stick = listed(school, "u", state="no folder")
		assert not os.listdir(path("sticks", "school0", "u"))
		done = export(school, stick)
		assert done["safe_to_remove"] and done["bundles"] == 1 and done["bytes"] > 0, done
		carry("school0", "hub")
		listed(hub, "u", state="ready", safe_to_remove=True)
		carry("hub", "school0")
		listed(school, "u", state="ready", safe_to_remove=True)
		facts = school.get("/api/v1/status")
		assert facts["certified"] and facts["waiting"] == 0, facts
		rows = school.get("/api/v1/exchange/history")["rows"]
		assert {(r["way"], r["direction"]) for r in rows} == {("stick", "in"),
			("stick", "out")}, rows
		again = listed(school, "u")
		answer = school.post(f"/api/v1/exchange/stick/{again['id']}/import")
		assert answer["refused"] == 0 and answer["transactions"] == 0, answer
	same("hub", "school0")


def the_hub_lists_its_sticks_and_since_when_each_is_out():
	make_county()
	with open(path("clerk.pin"), "w", encoding="utf-8") as f:
		f.write(PIN)
	made(kehou("do", "county.staff.add", "name=县", "roles=clerk", "pin=@" + path("clerk.pin"),
		node="hub"))
	with daemon("hub") as hub, daemon("school0") as school:
		first_head(school)
		school.get("/api/v1/exchange/sticks", 403)
		hub.get("/api/v1/exchange/sticks", 401)
		hub.post("/api/v1/sign-in", {"staff": "县", "pin": PIN})
		assert hub.get("/api/v1/exchange/sticks") == {"sticks": []}
		os.mkdir(path("sticks", "school0", "u"))
		export(school, listed(school, "u"))
		carry("school0", "hub")
		listed(hub, "u", safe_to_remove=True)
		stick = hub.get("/api/v1/exchange/sticks")["sticks"][0]
		assert stick["number"] == 1 and stick["here"] and stick["out_since_s"] == 0, stick
		assert stick["label"] == "u" and stick["schools"] == ["第1小学"], stick
		os.rename(path("sticks", "hub", "u"), path("away"))
		wait(hub, lambda s: not s)
		stick = hub.get("/api/v1/exchange/sticks")["sticks"][0]
		assert not stick["here"] and stick["out_since_s"] == stick["last_s"] > 0, stick
		named = hub.post("/api/v1/exchange/sticks", {"number": 1, "label": "东沟片"})["sticks"][0]
		assert named["label"] == "东沟片", named
		hub.post("/api/v1/exchange/sticks", {"number": 2, "kept": True}, 404)
		hub.post("/api/v1/exchange/sticks", {"number": 1}, 400)
		kept = hub.post("/api/v1/exchange/sticks", {"number": 1, "kept": True})["sticks"][0]
		assert kept["out_since_s"] == 0, kept
	said = kehou("stick", node="hub")
	assert "东沟片" in said.stdout and "is back" in said.stdout, said
	made(kehou("import", "--from", path("away"), node="hub"))
	made(kehou("export", "--to", path("away"), node="hub"))
	rows = json.loads(kehou("--json", "stick", node="hub").stdout)
	assert rows[0]["out_since_ms"] > 0 and rows[0]["schools"] == [SCHOOL], rows
	made(kehou("stick", "1", "--forget", node="hub"))
	assert kehou("stick", node="hub").stdout == ""


def what_is_no_stick_of_ours_is_left_alone():
	make_county()
	with daemon("school0") as school:
		first_head(school)
		root = path("sticks", "school0")
		made = {"link": lambda f: os.symlink("/", f + "/KEHOU"),
			"inner": lambda f: (os.mkdir(f + "/KEHOU"), os.symlink("/etc/passwd",
				f + "/KEHOU/" + "0" * 32 + ".KHB")),
			"pipe": lambda f: (os.mkdir(f + "/KEHOU"), os.mkfifo(f + "/KEHOU/x")),
			"name": lambda f: (os.mkdir(f + "/KEHOU"), open(f + "/KEHOU/a\x1b[2J",
				"wb").close()),
			"many": lambda f: (os.mkdir(f + "/KEHOU"), [open(f"{f}/KEHOU/{i}",
				"wb").close() for i in range(10000)])}
		for name, make in made.items():
			os.mkdir(path(name))
			make(path(name))
			os.rename(path(name), os.path.join(root, name))
			stick = listed(school, name, state="hostile")
			before = tree(os.path.join(root, name))
			export(school, stick, 409)
			school.post(f"/api/v1/exchange/stick/{stick['id']}/import", status=409)
			assert tree(os.path.join(root, name)) == before, name
			shutil.rmtree(os.path.join(root, name))
		os.symlink("/", os.path.join(root, "root"))
		os.mkdir(os.path.join(root.encode(), b"a\x1b[31m\xff\xe2\x80\xaez"))
		# The last one above may still be on the list, and may go before the new one comes.
		sticks = wait(school, lambda s: [x["label"] for x in s] == ["a?[31m????z"])
		export(school, {"id": "0" * 16}, 404)
		assert school.post("/api/v1/exchange/stick/x", status=404)["code"] == \
			"USAGE.stick_unknown"


def damaged_files_are_refused_and_said():
	make_county()
	with daemon("school0") as school:
		os.makedirs(path("bad", "KEHOU"))
		for i in range(3):
			with open(path("bad", "KEHOU", f"{i:032X}.KHB"), "wb") as f:
				f.write(os.urandom(5000))
		os.rename(path("bad"), path("sticks", "school0", "bad"))
		stick = listed(school, "bad", state="ready", safe_to_remove=True)
		assert "not taken: 3" in stick["message"], stick


def a_stick_is_found_when_it_is_mounted_and_forgotten_when_it_is_not():
	make_county()
	os.makedirs(path("sticks", "school0", "usb"))
	with daemon("school0") as school:
		first_head(school)
		empty = listed(school, "usb", state="no folder")
		mount(path("sticks", "school0", "usb"))
		new = wait(school, lambda s: s[0]["id"] != empty["id"])[0]
		assert new["free_bytes"] <= 4 << 20, new
		assert export(school, new)["bundles"] == 1
		export(school, empty, 404)
		umount(path("sticks", "school0", "usb"))
		wait(school, lambda s: s[0]["id"] == empty["id"])
		assert not os.listdir(path("sticks", "school0", "usb"))


def what_could_not_be_mounted_is_told_and_left_alone():
	make_county()
	where = path("sticks", "school0", "sdz1")
	with daemon("school0") as school:
		first_head(school)
		mount(where, "4k", ",ro", "kehou-unreadable")  # as kehou-stick@.service does
		stick = listed(school, "sdz1", state="unreadable")
		assert "cannot be read here" in stick["message"], stick
		refused = export(school, stick, 409)
		assert refused["code"] == "HOSTILE" and refused["data_safe"], refused
		school.post(f"/api/v1/exchange/stick/{stick['id']}/import", status=409)
		umount(where)


def a_full_stick_says_so_and_is_not_changed():
	make_county()
	where = path("sticks", "school0", "usb")
	mount(where, "160k")
	with open(where + "/film", "wb") as f:
		f.write(bytes(156 << 10))
	with daemon("school0") as school:
		first_head(school)
		stick = listed(school, "usb", state="full")
		before = tree(where)
		refused = export(school, stick, 500)
		assert refused["code"] == "FULL" and refused["data_safe"], refused
		assert tree(where) == before
		assert "full" in listed(school, "usb")["message"]
		os.remove(where + "/film")
		assert export(school, stick)["bundles"] == 1
	umount(where)


def a_read_only_stick_is_read_and_not_written():
	make_county()
	where = path("sticks", "hub", "usb")
	mount(where)
	with daemon("school0") as school:
		first_head(school)
		os.mkdir(path("sticks", "school0", "u"))
		export(school, listed(school, "u"))
	shutil.copytree(path("sticks", "school0", "u", "KEHOU"), where + "/KEHOU")
	subprocess.run(["mount", "-o", "remount,ro", where], check=True)
	before = tree(where)
	with daemon("hub") as hub:
		stick = listed(hub, "usb", state="read-only", safe_to_remove=True)
		assert "write-protected" in stick["message"], stick
		assert tree(where) == before
	umount(where)
	hub, school = digests("hub", "school0")
	assert any(hub[scope] == school[scope] for scope in set(hub) & set(school)), (hub, school)


def a_stick_pulled_out_in_the_middle_costs_nothing():
	make_county()
	where = path("sticks", "school0", "usb")
	with daemon("school0") as school:
		first_head(school)
		for i in range(12):
			mount(where)
			stick = wait(school, lambda s: s and s[0]["free_bytes"] <= 4 << 20)[0]
			answers = []
			work = threading.Thread(target=lambda: answers.append(school.ask("POST",
				f"/api/v1/exchange/stick/{stick['id']}/export", {})))
			work.start()
			time.sleep(i * 0.002)  # at another place each time; none is expected
			umount(where, "-l")
			work.join()
			# Written before it was pulled, or not at all: never the folder below.
			assert answers[0][0] in (200, 404, 409), answers
			assert not os.listdir(where), i
			wait(school, lambda s: s and s[0]["free_bytes"] > 4 << 20)
		mount(where)
		stick = wait(school, lambda s: s and s[0]["free_bytes"] <= 4 << 20)[0]
		assert export(school, stick)["bundles"] == 1
	umount(where)


def backed_up(d, stick, sheet, node):
	"""A backup on a stick, brought back out of it with the sheet."""
	done = d.post(f"/api/v1/backup/stick/{stick['id']}")
	assert done["safe_to_remove"] and done["bytes"] > 1000, done
	file = path("sticks", "kept", stick["label"], done["file"])
	assert os.path.getsize(file) == done["bytes"]
	last = d.get("/api/v1/backup")["last"]
	assert last["bytes"] == done["bytes"], last
	run = kehou("restore", file, "--recovery-fd", "FD0", secrets=[sheet], node=node)
	made(run)
	return file


def a_backup_by_the_page_comes_back_with_the_sheet_of_its_day():
	make_county()
	with daemon("kept") as d:
		with open(path("invite0"), "rb") as f:
			sheet = d.json("POST", "/api/v1/setup/school", f.read())["recovery"]
		first_head(d)
		state = d.get("/api/v1/backup")
		assert state == {"last": None, "opens": "sheet", "erased": False, "running": False}, state
		status, headers, data = d.ask("POST", "/api/v1/backup/file", b"")
		name = headers["Content-Disposition"].split('"')[1]
		assert status == 200 and name.startswith("kehou-3141018501-20"), (status, headers)
		assert not os.listdir(path("kept", "backup"))
		assert d.get("/api/v1/backup")["last"]["bytes"] == len(data)
		with open(path(name), "wb") as f:
			f.write(data)
		made(kehou("restore", path(name), "--recovery-fd", "FD0", secrets=[sheet],
			node="back"))
		one, two = digests("kept", "back")
		assert one == two and len(one) > 0, (one, two)
		os.mkdir(path("sticks", "kept", "u"))
		before = backed_up(d, listed(d, "u"), sheet, "back2")
		# Nobody makes a sheet with a phone that lies there, nor guesses for ever.
		assert d.post("/api/v1/recovery", {"pin": "000000"}, 403)["code"] == "PASSPHRASE.pin"
		d.post("/api/v1/recovery", {}, 400)
		again = d.post("/api/v1/recovery", {"pin": PIN})["recovery"]
		assert again != sheet
		shutil.rmtree(path("sticks", "kept", "u"))
		os.mkdir(path("sticks", "kept", "v"))
		after = backed_up(d, listed(d, "v"), again, "back3")
		run = kehou("restore", after, "--recovery-fd", "FD0", secrets=[sheet], node="back4")
		assert run.returncode == 1, run.stdout + run.stderr
		assert not os.path.exists(before)
		d.post("/api/v1/backup/stick/0123456789abcdef", status=404)
		d.get("/api/v1/backup/erased", 404)
		d.do("staff.add", {"name": "teacher", "roles": "teacher", "pin": "135790"},
			request_id="t")
		d.sign_in("teacher", "135790")
		for call in ("backup/file", "recovery"):
			d.post("/api/v1/" + call, {"pin": "135790"}, 403)
		d.get("/api/v1/backup", 403)
		d.post("/api/v1/sign-out")
		d.post("/api/v1/backup/file", status=401)


def a_backup_that_finds_no_room_leaves_nothing_behind():
	make_county()
	with daemon("school0") as d:
		first_head(d)
		where = path("sticks", "school0", "full")
		mount(where, "300k")
		# The mount, not the folder that was there for a moment.
		stick = wait(d, lambda s: s and s[0]["free_bytes"] <= 300 << 10)[0]
		answer = d.post(f"/api/v1/backup/stick/{stick['id']}", status=500)
		assert answer["code"] == "FULL" and answer["data_safe"], answer
		assert not os.listdir(os.path.join(where, "KEHOU-BACKUP"))
		assert d.get("/api/v1/backup")["last"] is None
	umount(where)


def a_stick_that_hangs_lets_people_be_told_so():
	make_county()
	os.makedirs(path("sticks", "school0"))
	d, fifo = slow("school0", "/sticks/", daemon)
	with d:
		first_head(d)
		os.mkdir(path("sticks", "school0", "u"))
		stick, done = listed(d, "u", state="no folder"), []
		writing = threading.Thread(target=lambda: done.append(export(d, stick)))
		writing.start()
		gate = os.open(fifo, os.O_WRONLY)  # opens once it hangs
		said = d.get("/api/v1/status", 503)
		assert said["code"] == "BUSY" and said["data_safe"] and "stick" in said["message"], said
		assert d.ask("GET", "/")[0] == 200
		os.unlink(fifo)
		os.close(gate)
		writing.join()
		assert done[0]["bundles"] == 1, done
		assert d.get("/api/v1/view/staff")["rows"]
	assert any("work on a stick takes long" in line for line in d.said), d.said


def a_command_for_light_and_sound_hears_how_it_went():
	make_county()
	heard, program = path("heard"), path("light")  # beside the data, where kehoud may not write
	os.mkfifo(heard)
	with open(program, "w", encoding="utf-8") as f:
		f.write(f"#!/bin/sh\necho $1 >{heard}\n")
	os.chmod(program, 0o755)
	with open(path("school0", "kehoud.ini"), "w", encoding="utf-8") as f:
		f.write(f"[stick]\ncommand = {program}\n")

	def word():
		with open(heard, encoding="utf-8") as f:
			return f.read().strip()
	with daemon("school0") as school:
		first_head(school)
		os.mkdir(path("sticks", "school0", "u"))
		stick = listed(school, "u", state="no folder")
		export(school, stick)
		assert [word(), word()] == ["busy", "done"]
		os.symlink("/etc/passwd", path("sticks", "school0", "u", "KEHOU", "x"))
		export(school, listed(school, "u"), 409)
		assert [word(), word()] == ["busy", "failed"]


def a_stick_with_errors_is_read_and_people_are_told():
	make_county()
	whole, where = path("whole"), path("sticks", "school0", "usb")
	mount(whole)
	os.makedirs(where)
	subprocess.run(["mount", "--bind", whole, where], check=True)
	# As after an error: the file system is read-only, its mount is not.
	subprocess.run(["mount", "-o", "remount,ro", whole], check=True)
	with daemon("school0") as school:
		first_head(school)
		stick = listed(school, "usb", state="damaged")
		assert "errors" in stick["message"], stick
		refused = export(school, stick, 500)
		assert refused["code"] == "READONLY" and refused["data_safe"], refused
	umount(where)
	umount(whole)


def says_damaged(d, stick, code):
	"""A stick that could be written to and refuses: told at once, and from then on."""
	refused = export(d, stick, 500)
	assert refused["code"] == code and refused["data_safe"], refused
	assert "stick" in refused["next"] and "right" not in refused["next"], refused
	said = listed(d, stick["label"], state="damaged")
	assert "errors" in said["message"], said
	assert export(d, stick, 500)["code"] == "READONLY"


def a_stick_that_stops_while_it_is_in_use_is_damaged():
	make_county()
	where = path("sticks", "school0", "usb")
	mount(where)
	with daemon("school0") as school:
		first_head(school)
		stick = listed(school, "usb", state="no folder")
		assert export(school, stick)["bundles"] == 1
		# As after an error: of the file system, not of its mount, and without an event.
		subprocess.run(["unshare", "-m", "mount", "-o", "remount,ro", where], check=True)
		assert " rw," in mounted_at(where) and mounted_at(where).split(" - ")[1].split()[2] \
			.startswith("ro"), mounted_at(where)
		says_damaged(school, stick, "READONLY")
	umount(where)


def mounted_at(where):
	with open("/proc/self/mountinfo", encoding="utf-8") as f:
		return next(line for line in f if f" {where} " in line)


def a_file_system_that_finds_an_error_is_told_of():
	make_county()
	where, image = path("sticks", "school0", "usb"), path("image")
	os.makedirs(where)
	with open(image, "wb") as f:
		f.truncate(8 << 20)
	if not shutil.which("mkfs.ext2", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
		raise Skip("no mkfs.ext2")
	subprocess.run(["mkfs.ext2", "-q", "-F", image], check=True,
		env=os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
	if subprocess.run(["mount", "-o", "loop,errors=remount-ro", image, where],
		capture_output=True, check=False).returncode != 0:
		raise Skip("loop mounts are not permitted")
	try:
		device = os.path.basename(mounted_at(where).split(" - ")[1].split()[1])
		error = f"/sys/fs/ext4/{device}/trigger_fs_error"
		if not os.access(error, os.W_OK):
			raise Skip("no error can be asked for")
		with daemon("school0") as school:
			first_head(school)
			stick = listed(school, "usb", state="no folder")
			assert export(school, stick)["bundles"] == 1
			with open(error, "w", encoding="utf-8") as f:
				f.write("test\n")
			says_damaged(school, stick, "READONLY")
	finally:
		umount(where)


def what_lets_nobody_write_to_it_is_damaged():
	make_county()
	for what in errno.EROFS, errno.EIO:
		os.makedirs(path("sticks", "school0"), exist_ok=True)
		d, fifo = slow("school0", "/sticks/", daemon, KEHOU_FAIL=str(what))
		os.unlink(fifo)
		with d:
			if what == errno.EROFS:
				first_head(d)
			else:
				d.sign_in("校长", PIN)
			os.makedirs(path("u", "KEHOU"))
			os.rename(path("u"), path("sticks", "school0", "u"))
			# By itself, with nobody at the button.
			stick = listed(d, "u", state="damaged")
			assert "errors" in stick["message"], stick
			row = d.get("/api/v1/exchange/history")["rows"][0]
			assert row["direction"] == "out" and row["outcome"] == "refused", row
			# Another one comes: all are looked at again.
			os.mkdir(path("sticks", "school0", "w"))
			says_damaged(d, listed(d, "w", state="no folder"), errno_name(what))
			listed(d, "u", state="damaged")
		for label in "uw":
			shutil.rmtree(path("sticks", "school0", label))


def errno_name(what):
	return "IO" if what == errno.EIO else "READONLY"


TESTS = [the_hub_lists_its_sticks_and_since_when_each_is_out,
	a_stick_with_errors_is_read_and_people_are_told,
	a_command_for_light_and_sound_hears_how_it_went,
	a_school_and_its_hub_exchange_by_stick_through_the_api,
	what_is_no_stick_of_ours_is_left_alone, damaged_files_are_refused_and_said,
	a_stick_is_found_when_it_is_mounted_and_forgotten_when_it_is_not,
	what_could_not_be_mounted_is_told_and_left_alone,
	a_full_stick_says_so_and_is_not_changed,
	a_read_only_stick_is_read_and_not_written,
	a_stick_pulled_out_in_the_middle_costs_nothing,
	a_backup_by_the_page_comes_back_with_the_sheet_of_its_day,
	a_backup_that_finds_no_room_leaves_nothing_behind,
	a_stick_that_hangs_lets_people_be_told_so,
	a_stick_that_stops_while_it_is_in_use_is_damaged,
	a_file_system_that_finds_an_error_is_told_of,
	what_lets_nobody_write_to_it_is_damaged]


def put(work):
	test_node.work = work


def main():
	# Root may mount images too.
	for how in ("-m", "-rm"):
		may = subprocess.run(["unshare", how, "true"], capture_output=True, check=False)
		if may.returncode == 0 and MOUNTS not in os.environ:
			os.environ[MOUNTS] = "1"
			os.execvp("unshare", ["unshare", how, sys.executable, *sys.argv])
	return runner.run(TESTS, put, each=True)


if __name__ == "__main__":
	sys.exit(main())
