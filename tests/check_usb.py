#!/usr/bin/env python3
"""USB sticks that are plugged into a machine: Debian's kernel, udev and systemd in qemu, kehou
as `make install` puts it there. Prints TAP.

The machine is a school's, set up by its page. Sticks are images that qemu plugs in and pulls
out; the county's hub is a folder on this side, to which the test carries them with mtools.

	check_usb.py [CASE...]    KEHOU_CUTS=N cuts of power, 3 by default; KEHOU_SEED repeats them

Needs root (files in the machine's disk are root's), Debian's mirror and tools/packages.sh's
packages for long runs. Without hardware that helps qemu the machine is slow.
"""
import contextlib
import glob
import os
import random
import re
import select
import shutil
import subprocess
import sys
import time

import runner
import test_node
import usb_machine
from check_vfat import content_name
from test_network import first_head, make_county
from test_node import kehou, made, path
from usb_machine import Machine, STEP_S, run

SCHOOLS = 12     # with a bundle each on the stick of the hub
SLOW_BYTES_S = 16384
MIB = 1 << 20
LIGHT = "/var/lib/kehou/light"
machine = node = debs = None
seed = int(os.environ.get("KEHOU_SEED", random.randrange(1 << 32)))


class Guest(test_node.Daemon):
	"""The daemon in the machine, seen from here."""
	timeout = STEP_S

	def __init__(self, port):  # it runs already
		self.port, self.cookie = port, None


# ---- sticks ----
def stick(name, kind="vfat", mib=48):
	"""The image of a stick as shops sell them: one partition, at the first MiB."""
	image = path(name + ".img")
	with open(image, "wb") as f:
		f.truncate(mib * MIB)
	if kind is None:
		return image
	run("sfdisk", "-q", image, input=b"label: dos\nstart=2048, type=" +
		{"vfat": b"c", "ext4": b"83"}.get(kind, b"7") + b"\n")
	part = path("part")
	with open(part, "wb") as f:
		f.truncate((mib - 1) * MIB)
	run(*{"vfat": ("mkfs.vfat", "-F", "32", "-s", "1"), "exfat": ("mkfs.exfat",), "ext4":
		("mke2fs", "-q", "-F", "-t", "ext4", "-d", make_links()), "ntfs":
		("mkntfs", "-q", "-F", "-Q")}[kind], part)
	into(image, part)
	return image


def into(image, part):
	run("dd", "if=" + part, "of=" + image, "bs=1M", "seek=1", "conv=notrunc,sparse")
	os.remove(part)


def make_links():
	"""A folder with what no stick of PCs can hold."""
	folder = path("links")
	if not os.path.isdir(folder):
		os.makedirs(folder + "/KEHOU")
		os.symlink("/etc/shadow", folder + "/KEHOU/" + "0" * 32 + ".KHB")
		os.mknod(folder + "/KEHOU/disk", 0o60666, os.makedev(254, 0))
	return folder


def mtools(program, image, *args):
	return subprocess.run([program, "-i", f"{image}@@1M", *args], capture_output=True, check=False,
		timeout=STEP_S, env={**os.environ, "MTOOLS_SKIP_CHECK": "1"})


def taken(image):
	"""What a stick holds, as a folder here."""
	folder = path("carried")
	shutil.rmtree(folder, ignore_errors=True)
	os.mkdir(folder)
	mtools("mcopy", image, "-s", "-n", "-Q", "::KEHOU", folder)
	return folder


def put_back(image, folder):
	done = mtools("mcopy", image, "-s", "-n", "-D", "o", folder + "/KEHOU", "::")
	assert done.returncode == 0, done
	shutil.rmtree(folder)


def content(image):
	"""All that a stick holds, without the flag that says that it is in use."""
	with open(image, "rb") as f:
		data = bytearray(f.read())
	data[MIB + 0x41] = data[MIB + 6 * 512 + 0x41] = 0
	return bytes(data)


def bundles(image):
	"""Names of the bundles on it: those whose bytes are what the name says, and the others."""
	whole, broken = set(), set()
	folder = taken(image)
	for file in glob.glob(folder + "/KEHOU/*.KHB"):
		name = os.path.basename(file)
		with open(file, "rb") as f:
			(whole if content_name(f.read()) == name else broken).add(name)
	shutil.rmtree(folder)
	return whole, broken


# ---- the machine ----
def wait(what, good):
	deadline = time.monotonic() + STEP_S
	while time.monotonic() < deadline:
		found = what()
		if good(found):
			return found
		select.select([], [], [], 0.1)
	raise AssertionError((found, machine.do("journalctl -b -n 30 --no-pager; cat /proc/mounts")))


def sticks():
	return node.get("/api/v1/status")["sticks"]


def listed(**want):
	"""The one stick that is in, when it is as wanted."""
	want = {"busy": False, **want}
	return wait(sticks, lambda s: len(s) == 1 and all(s[0][k] == v for k, v in want.items()))[0]


@contextlib.contextmanager
def plugged(image, **how):
	machine.plug(image, **how)
	try:
		yield
	finally:
		machine.pull()
		wait(sticks, lambda s: not s)
		# The unit is gone with it, and nothing is left where it was mounted.
		wait(lambda: machine.do("systemctl list-units --plain --no-legend 'kehou-stick@*'; "
			"ls /mnt/kehou; grep -c /mnt/kehou /proc/mounts", 1), lambda said: said == "0")


def export(status=200, **body):
	return node.post(f"/api/v1/exchange/stick/{sticks()[0]['id']}/export", body, status)


def heard(*words):
	"""What the command for a light was told, which it is told by the way."""
	wait(lambda: machine.do(f"cat {LIGHT} 2>/dev/null; true").split(), lambda all: all == [*words])
	machine.do("rm " + LIGHT)


def wait_for_page():
	def health():
		try:
			return node.ask("GET", "/healthz")[0]
		except OSError:
			return None
	wait(health, lambda got: got == 200)


def into_the_machine(root):
	shutil.copytree(path("many"), root + "/srv/many")
	usb_machine.put(root, "usr/local/bin/light", f"#!/bin/sh\necho $1 >>{LIGHT}\n", 0o755)


def make_hub_of_many():
	"""A hub with something to say to each of its schools."""
	make_county(SCHOOLS)
	os.mkdir(path("round"))
	for i in range(SCHOOLS):
		made(kehou("export", "--to", path("round"), node=f"school{i}"))
	made(kehou("import", "--from", path("round"), node="hub"))
	os.rename(path("hub"), path("many"))
	for name in glob.glob(path("school*")) + glob.glob(path("invite*")) + glob.glob(path("copy*")):
		(shutil.rmtree if os.path.isdir(name) else os.remove)(name)


def prepare():
	global machine, node
	make_hub_of_many()
	os.mkdir(path("machine"))
	usb_machine.make_disk(path("machine"), debs, into_the_machine)
	began = time.monotonic()
	machine = Machine(path("machine"))
	# As README and kehoud.ini say.
	ini = machine.do("ls /etc/kehou/kehoud.ini /usr/local/etc/kehou/kehoud.ini 2>/dev/null; true")
	machine.do(f"sed -i 's,^#command = .*,command = /usr/local/bin/light,' {ini}")
	machine.do("systemd-sysusers && systemctl enable --now kehoud")
	node = Guest(machine.port)
	wait_for_page()
	machine.do("sync")
	machine.keep("fresh")
	print(f"# the machine is up after {time.monotonic() - began:.0f} s", flush=True)


# ---- the cases ----
def a_stick_goes_from_the_school_to_the_county_and_back():
	make_county()
	with open(path("invite0"), "rb") as f:
		node.json("POST", "/api/v1/setup/school", f.read())
	first_head(node)
	image = stick("shop")
	with plugged(image):
		listed(state="no folder")
		how = machine.do("grep /mnt/kehou/ /proc/mounts")
		uid = machine.do("id -u kehou")
		assert re.search(r"/dev/sd\w1 /mnt/kehou/sd\w1 vfat rw,nosuid,nodev,noexec,", how), how
		assert f"uid={uid}," in how and "fmask=0077,dmask=0077," in how, how
		assert machine.do("systemctl is-active kehou-stick@sda1") == "active"
		done = export()
		assert done["bundles"] == 1 and done["safe_to_remove"], done
		heard("busy", "done")
	whole, broken = bundles(image)
	assert len(whole) == 1 and not broken, (whole, broken)
	folder = taken(image)
	made(kehou("import", "--from", folder, node="hub"))
	made(kehou("export", "--to", folder, node="hub"))
	put_back(image, folder)
	# Now by itself.
	with plugged(image):
		listed(state="ready", safe_to_remove=True)
		heard("busy", "done")
	facts = node.get("/api/v1/status")
	assert facts["certified"] and facts["waiting"] == 0, facts
	assert machine.do("systemctl --failed --plain --no-legend") == ""


def a_stick_with_exfat_is_written_too():
	image = stick("exfat", "exfat")
	with plugged(image):
		listed(state="no folder")
		done = export()
		assert done["bundles"] >= 1 and done["safe_to_remove"], done
	with plugged(image):
		listed(state="ready", safe_to_remove=True)


def refused(image, state, word, reads=False, **how):
	"""A stick that is told in a word, and stays as it was."""
	before = content(image)
	with plugged(image, **how):
		said = listed(state=state)
		assert word in said["message"], said
		export({"full": 500, "read-only": 500, "damaged": 500}.get(state, 409))
		if not reads:
			node.post(f"/api/v1/exchange/stick/{said['id']}/import", status=409)
	assert content(image) == before, state


def a_stick_without_a_file_system_is_told():
	refused(stick("blank", None), "unreadable", "cannot be read here")


def a_stick_with_links_and_devices_is_not_even_mounted():
	refused(stick("links", "ext4"), "unreadable", "cannot be read here")


def a_stick_whose_file_system_is_broken_is_told():
	image = stick("broken")
	with open(image, "r+b") as f:
		f.seek(MIB + 14)
		f.write(bytes(2))  # no reserved sectors: vfat's name still stands, its map does not
	refused(image, "unreadable", "cannot be read here")


def break_chain(image, name):
	"""The second cluster of a file is free, says the map that Linux reads."""
	shown = mtools("mshowfat", image, "::KEHOU/" + name).stdout.decode()
	first = int(re.search(r"<(\d+)-\d+>", shown)[1])
	with open(image, "r+b") as f:
		f.seek(MIB + 14)
		reserved = int.from_bytes(f.read(2), "little")
		f.seek(MIB + reserved * 512 + 4 * (first + 1))
		f.write(bytes(4))


def a_stick_on_which_linux_finds_an_error_is_damaged():
	image, name = stick("chain"), "0" * 32 + ".KHB"
	os.makedirs(path("chain", "KEHOU"))
	with open(path("chain", "KEHOU", name), "wb") as f:
		f.write(bytes(5000))
	put_back(image, path("chain"))
	break_chain(image, name)
	refused(image, "damaged", "errors", reads=True)


def a_stick_with_ntfs_is_told_where_linux_cannot_read_it():
	if machine.do("modinfo -n ntfs3 2>/dev/null; true"):
		raise runner.Skip("this Linux can")
	refused(stick("ntfs", "ntfs"), "unreadable", "cannot be read here")


def a_full_stick_is_told_and_read():
	image = stick("full")
	with open(path("film"), "wb") as f:
		f.truncate(46 * MIB - 200 * 1024)
	mtools("mcopy", image, path("film"), "::")
	free = 1 << 20
	while free > 16384:  # what is left, in smaller pieces
		with open(path("film"), "wb") as f:
			f.truncate(free)
		if mtools("mcopy", image, path("film"), f"::F{free}").returncode != 0:
			free //= 2
		else:
			free //= 2
	os.remove(path("film"))
	refused(image, "full", "full", reads=True)


def a_stick_with_a_write_protect_switch_is_told_and_read():
	refused(path("shop.img"), "read-only", "write-protected", reads=True, read_only=True)


def a_stick_with_ten_thousand_files_in_our_folder_is_told():
	image = stick("huge")
	folder = path("huge", "KEHOU")
	os.makedirs(folder)
	for i in range(10000):
		with open(f"{folder}/{i}", "wb"):
			pass
	put_back(image, path("huge"))
	refused(image, "hostile", "too many files")


def a_stick_with_control_characters_in_names_is_told():
	image = stick("names")
	os.makedirs(path("names", "KEHOU"))
	with open(path("names", "KEHOU", "holi aXb of us.jpg"), "wb"):
		pass
	put_back(image, path("names"))
	with open(image, "rb") as f:
		data = f.read()
	long = "aXb".encode("utf-16-le")  # in one entry of the folder: it holds 5, 6 and 2 letters
	assert data.count(long) == 1
	with open(image, "wb") as f:
		f.write(data.replace(long, "a\x1bb".encode("utf-16-le")))
	refused(image, "hostile", "strange names")


def a_stick_that_was_pulled_out_elsewhere_is_written_whole():
	image = path("shop.img")
	with open(image, "r+b") as f:
		f.seek(MIB + 0x41)
		f.write(b"\x01")
	node.do("staff.add", {"name": "陈", "roles": "teacher", "pin": "135790"})
	with plugged(image):
		said = listed(state="ready", safe_to_remove=True)
		assert "bundles written: 1" in said["message"], said
	assert "not properly unmounted" in machine.do("journalctl -b -k --no-pager")
	assert not bundles(image)[1]


# ---- in the middle of it ----
def round_of_schools(name):
	"""A stick that was at every school: the hub writes to each an answer."""
	image = stick(name)
	shutil.copytree(path("round"), path(name))
	put_back(image, path(name))
	return image


def answers(image):
	"""What the hub wrote, whole and not."""
	whole, broken = bundles(image)
	return whole - set(os.listdir(path("round", "KEHOU"))), broken


def repair(image):
	"""As a PC does."""
	part = path("part")
	run("dd", "if=" + image, "of=" + part, "bs=1M", "skip=1")
	assert subprocess.run(["fsck.vfat", "-a", part], stdout=subprocess.DEVNULL,
		check=False).returncode == 1
	into(image, part)


def goes_on(image):
	"""After another plug all that was to be said is on the stick, whole."""
	with plugged(image):
		said = listed(safe_to_remove=True)
	# Pulled out within a change of its table of clusters: Linux finds that, and it is told.
	if said["state"] == "damaged":
		print("# damaged by the pull, and told", flush=True)
		assert "FAT-fs" in machine.do("journalctl -b -k -p err --no-pager | grep error")
		repair(image)
		with plugged(image):
			said = listed(safe_to_remove=True)
	assert "You may pull the stick out" in said["message"], said
	whole, broken = answers(image)
	assert len(whole) == SCHOOLS and not broken, (whole, broken)


def a_stick_pulled_out_in_the_middle_is_whole_after_the_next_plug():
	"""From here on the machine is a hub's."""
	machine.do("systemctl stop kehoud && rm -rf /var/lib/kehou && cp -a /srv/many /var/lib/kehou "
		"&& chown -R kehou:kehou /var/lib/kehou && systemctl start kehoud")
	wait_for_page()
	machine.do("sync")
	machine.keep("hub")
	image = round_of_schools("pulled")
	machine.plug(image, bytes_s=SLOW_BYTES_S)
	wait(machine.written, lambda n: n > 40000)
	machine.pull()
	wait(sticks, lambda s: not s)
	whole, broken = answers(image)
	assert len(whole) < SCHOOLS and len(broken) <= 1, (whole, broken)
	assert machine.do("systemctl is-active kehoud") == "active"
	goes_on(image)


def power_that_is_cut_leaves_what_was_reported_whole():
	global machine, node
	cuts, chance = int(os.environ.get("KEHOU_CUTS", "3")), random.Random(seed)
	for i in range(cuts + 1):
		machine.cut()
		machine = Machine(path("machine"), "hub")
		node = Guest(machine.port)
		image = round_of_schools(f"cut{i}")
		machine.plug(image, bytes_s=SLOW_BYTES_S)
		if i > 0:
			after = chance.randrange(4000, 80000)
			wait(lambda after=after: machine.written() > after or
				any(s["safe_to_remove"] for s in sticks()), bool)
		else:  # at once after it was said
			listed(safe_to_remove=True)
		said = [s["safe_to_remove"] for s in sticks()]
		machine.cut()
		whole, broken = answers(image)
		print(f"# cut {i + 1}: {len(whole)} whole, {len(broken)} not, reported: {said}", flush=True)
		# One is written at a time: those before it are whole.
		assert len(broken) <= 1, (whole, broken)
		assert said != [True] or len(whole) == SCHOOLS and not broken, (whole, broken)
		assert i > 0 or said == [True]
	# The machine that lost its power last comes up by itself, and goes on with its stick.
	machine = Machine(path("machine"))
	node = Guest(machine.port)
	wait_for_page()
	goes_on(image)


TESTS = [a_stick_goes_from_the_school_to_the_county_and_back,
	a_stick_without_a_file_system_is_told,
	a_stick_with_links_and_devices_is_not_even_mounted,
	a_stick_that_was_pulled_out_elsewhere_is_written_whole,
	a_stick_whose_file_system_is_broken_is_told,
	a_stick_on_which_linux_finds_an_error_is_damaged,
	a_stick_with_a_write_protect_switch_is_told_and_read,
	a_full_stick_is_told_and_read,
	a_stick_with_control_characters_in_names_is_told,
	a_stick_with_ten_thousand_files_in_our_folder_is_told,
	a_stick_with_exfat_is_written_too, a_stick_with_ntfs_is_told_where_linux_cannot_read_it,
	a_stick_pulled_out_in_the_middle_is_whole_after_the_next_plug,
	power_that_is_cut_leaves_what_was_reported_whole]


def put(work):
	test_node.work = work


def main():
	global debs
	missing = [p for p in usb_machine.PROGRAMS if not shutil.which(p)]
	if missing or os.geteuid():
		print(f"1..0 # SKIP needs root and {' '.join(missing) or 'nothing else'}")
		return 0
	debs = usb_machine.packages(os.path.join(usb_machine.BUILD, "usb-packages"))
	if debs is None:
		print("1..0 # SKIP Debian's packages for the machine cannot be fetched")
		return 0
	try:
		return runner.run(TESTS, put, prepare, notes=[f"seed {seed}"])
	finally:
		if machine is not None:
			machine.cut()


if __name__ == "__main__":
	sys.exit(main())
