#!/usr/bin/env python3
"""The systemd unit and the files beside it, and the calls kehoud makes under it. Prints TAP."""
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

import runner
from runner import Skip

SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILDDIR", SRC)
KEHOUD = os.environ.get("KEHOUD", os.path.join(BUILD, "node/kehoud"))
MAX_EXPOSURE = 2.0


def need(program):
	if shutil.which(program) is None:
		raise Skip(f"{program} is not installed")


def run(*args):
	return subprocess.run(args, capture_output=True, text=True, timeout=120, check=False)


def exposure(text):
	with tempfile.TemporaryDirectory() as work:
		unit = os.path.join(work, "kehoud.service")
		with open(unit, "w", encoding="utf-8") as f:
			f.write(text)
		done = run("systemd-analyze", "security", "--offline=true", unit)
	m = re.search(r"exposure level for kehoud.service: ([\d.]+)", done.stdout)
	if m is None and "offline" in done.stderr:
		raise Skip("systemd-analyze is too old for --offline")
	assert m, done.stdout + done.stderr
	return float(m[1])


def unit_text():
	with open(os.path.join(BUILD, "node/kehoud.service"), encoding="utf-8") as f:
		return f.read()


def test_the_unit_exposes_little():
	need("systemd-analyze")
	text = unit_text()
	assert exposure(text) <= MAX_EXPOSURE, exposure(text)
	# The same without its filter of calls and users is found.
	loose = re.sub(r"(?m)^(SystemCall|PrivateUsers|CapabilityBounding|Restrict).*\n", "", text)
	assert exposure(loose) > MAX_EXPOSURE, exposure(loose)


def test_the_unit_names_places_that_exist_after_an_install():
	text = unit_text()
	assert "@" not in re.sub(r"@(system-service|privileged|resources)\b", "", text), text
	assert re.search(r"(?m)^ExecStart=/\S+/kehoud -D /var/lib/kehou --config /\S+\.ini$", text)


def calls_of_kehoud():
	"""What it calls from start to a clean stop, a page and a name look-up included."""
	with tempfile.TemporaryDirectory() as work:
		log = os.path.join(work, "calls")
		daemon = subprocess.Popen(["strace", "-f", "-o", log, KEHOUD, "-D",
			os.path.join(work, "d"), "--listen", "127.0.0.1:0", "--hub",
			"http://kehou.invalid"], stderr=subprocess.PIPE, text=True)
		try:
			lines = []
			while not any("listening on" in line for line in lines[-1:]):
				lines.append(daemon.stderr.readline())
				if lines[-1] == "":
					raise Skip("strace cannot run here: " + "".join(lines)[:200])
			with open(log, encoding="utf-8", errors="replace") as f:
				pid = int(f.readline().split()[0])
			os.kill(pid, signal.SIGTERM)
			daemon.communicate(timeout=60)
		finally:
			if daemon.poll() is None:
				daemon.kill()
		with open(log, encoding="utf-8", errors="replace") as f:
			return set(re.findall(r"(?m)^\d+ +(\w+)\(", f.read()))


def filter_set(name):
	done = run("systemd-analyze", "syscall-filter", name)
	assert done.returncode == 0, done.stderr
	found = set()
	for word in re.findall(r"(?m)^ +([@\w-]+)$", done.stdout):
		found |= filter_set(word) if word.startswith("@") else {word}
	return found


def calls_of_the_reader():
	"""What the program calls that reads class lists, shutting itself off included."""
	with tempfile.TemporaryDirectory() as work:
		log = os.path.join(work, "calls")
		with open(os.path.join(SRC, "tests/data/rosters/02-excel-gbk.csv"), "rb") as f:
			done = subprocess.run(["strace", "-o", log, os.path.join(BUILD,
				"libexec/kehou/kehou-sheets"), "read"], stdin=f, capture_output=True,
				timeout=120, check=False)
		assert done.returncode == 0 and done.stdout, done
		with open(log, encoding="utf-8", errors="replace") as f:
			return set(re.findall(r"(?m)^(\w+)\(", f.read()))


def test_sticks_can_be_written_under_a_strict_system():
	paths = re.search(r"(?m)^ReadWritePaths=(.*)$", unit_text())[1].split()
	# The roots of node/stick.h, and where the stick's own unit mounts.
	assert {"-/media", "-/run/media", "-/mnt"} <= set(paths), paths
	# They are there when it shuts itself off, and it can go through them.
	made = re.search(r"(?m)^ExecStartPre=\+.*install -d -m 755 (.*)$", unit_text())[1].split()
	assert made == ["/media", "/run/media", "/mnt/kehou"], made
	with open(os.path.join(SRC, "node/udev/kehou-stick@.service"), encoding="utf-8") as f:
		assert re.search(r"(?m)^ExecStart=.*mount .* /mnt/", f.read())


# What udev says of a block device of this machine as if it were such a stick; the rules and
# what udev writes down are in a namespace of their own, and nothing is started. Debian finds
# out what a device is in rules of this name, which those that ask must come after.
AS_IF = """set -e
mount -t tmpfs none /run
mount -t tmpfs none /dev
for d in /etc/udev/rules.d /lib/udev/rules.d; do test ! -d $d || mount -t tmpfs none $d; done
mkdir -p /run/udev/rules.d
cp "$1" /run/udev/rules.d/
echo "$2" >/run/udev/rules.d/60-persistent-storage.rules
exec udevadm test --action="$3" "$4" 2>&1
"""


def wanted_by_udev(bus, kind, action="add"):
	"""Name of the device, and the unit that udev has systemd start for it, or None."""
	block = sorted(glob.glob("/sys/class/block/*"))
	if os.geteuid() != 0 or not block:
		raise Skip("needs root and a block device")
	as_if = f'ENV{{ID_BUS}}="{bus}", ENV{{ID_FS_USAGE}}="filesystem", ENV{{ID_FS_TYPE}}="{kind}"'
	done = run("unshare", "-m", "sh", "-c", AS_IF, "sh",
		os.path.join(SRC, "node/udev/80-kehou-stick.rules"), as_if, action, block[0])
	if done.returncode != 0 and re.search(r"unshare|mount:", done.stdout + done.stderr):
		raise Skip("no namespace here: " + done.stderr[:200])
	assert done.returncode == 0, done.stdout + done.stderr
	assert not re.search(r"(?m)^\S*80-kehou-stick\.rules:\d", done.stdout), done.stdout
	m = re.search(r"(?m)^SYSTEMD_WANTS=(.*)$", done.stdout)
	return os.path.basename(block[0]), m and m[1]


def test_udev_starts_the_sticks_unit_for_usb_file_systems_of_pcs_only():
	need("udevadm")
	need("unshare")
	name, unit = wanted_by_udev("usb", "vfat")
	assert unit == f"kehou-stick@{name}.service", unit
	assert wanted_by_udev("usb", "exfat")[1] == unit
	assert wanted_by_udev("usb", "ext4")[1] is None
	assert wanted_by_udev("ata", "vfat")[1] is None
	assert wanted_by_udev("usb", "vfat", "remove")[1] is None


def test_systemd_understands_the_sticks_unit():
	need("systemd-analyze")
	with open(os.path.join(SRC, "node/udev/kehou-stick@.service"), encoding="utf-8") as f:
		text = f.read()
	with tempfile.TemporaryDirectory() as work:
		unit = os.path.join(work, "kehou-stick@sdb1.service")
		for more, wanted in (("", False), ("Typo=yes\n", True)):
			with open(unit, "w", encoding="utf-8") as f:
				f.write(text + more)
			done = run("systemd-analyze", "verify", unit)
			assert ("kehou-stick@sdb1" in done.stdout + done.stderr) == wanted, done


def test_what_it_calls_passes_the_filter():
	need("systemd-analyze")
	need("strace")
	with open(KEHOUD, "rb") as f:
		if b"__asan_init" in f.read():
			raise Skip("a build with sanitizers makes calls of its own")
	allowed = filter_set("@system-service") | filter_set("@default")
	allowed -= filter_set("@privileged")
	for line in re.findall(r"(?m)^SystemCallFilter=([a-z].*)$", unit_text()):
		allowed |= set(line.split())
	made = calls_of_kehoud() | calls_of_the_reader()
	assert {"seccomp", "landlock_restrict_self"} <= allowed
	assert "epoll_wait" in made or "epoll_pwait" in made, made
	assert made <= allowed, made - allowed


def test_the_sample_is_read_and_so_is_each_of_its_lines():
	with open(os.path.join(SRC, "node/kehoud.ini"), encoding="utf-8") as f:
		sample = f.read()
	whole = re.sub(r"(?m)^#(\w+ = )", r"\1", sample)
	assert whole.count("\n") == sample.count("\n") and whole != sample
	with tempfile.TemporaryDirectory() as work:
		ini = os.path.join(work, "kehoud.ini")
		for text, wanted in ((sample, "nowhere"), (whole, "nowhere"),
			(whole + "more = 1\n", "unknown key more")):
			with open(ini, "w", encoding="utf-8") as f:
				f.write(text)
			# The wrong option is found after the file was read.
			done = run(KEHOUD, "-D", work, "--config", ini, "--listen", "nowhere")
			assert done.returncode == 2 and wanted in done.stderr, done


def test_the_manual_page_is_clean():
	need("mandoc")
	done = run("mandoc", "-Tlint", os.path.join(SRC, "node/kehoud.8"))
	# Whether kehou(1) is installed is not the page's fault.
	said = [line for line in done.stdout.splitlines() if "manual not found" not in line]
	assert said == [], said


def main():
	return runner.run(runner.cases(globals()))


if __name__ == "__main__":
	sys.exit(main())
