"""A Debian in qemu with kehou installed, into which sticks are plugged. Not a test itself.

Debian's own kernel, systemd and udev, unpacked out of their packages and started as they
are; only what a machine without a person needs is added: a shell on the second serial port.
"""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import time

BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
STEP_S = int(os.environ.get("KEHOU_STEP_S", "600"))  # without hardware's help, on a busy machine
PROGRAMS = ("qemu-system-x86_64", "qemu-img", "apt-get", "dpkg-deb", "mke2fs", "depmod", "sfdisk",
	"mkfs.vfat", "mkfs.exfat", "mkntfs", "mcopy")
PACKAGES = """base-files base-passwd bash coreutils dash findutils grep iproute2 kmod libc-bin
	linux-image-amd64 mount sed systemd systemd-sysv udev util-linux busybox-static
	libcurl4 libexpat1 libfreexl1 libinih1 libjansson4 libmicrohttpd12 libminizip1
	libsodium23 libsqlite3-0 libxlsxwriter4 zlib1g""".split()
LEFT_OUT = ["usr/share/doc", "usr/share/man", "usr/share/locale"] + ["lib/modules/*/kernel/" + d
	for d in ("sound", "drivers/gpu", "drivers/media", "drivers/net/ethernet",
	"drivers/net/wireless", "drivers/infiniband", "drivers/staging", "drivers/scsi/[a-rt-z]*")]
NOT_STARTED = "systemd.getty_auto=no " + " ".join("systemd.mask=" + unit for unit in (
	"getty-static.service", "getty@tty1.service", "systemd-update-utmp.service",
	"systemd-update-utmp-runlevel.service", "systemd-random-seed.service",
	"systemd-pstore.service", "systemd-journal-flush.service"))
FOR_ROOT = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")

SHELL = """#!/bin/bash
exec 0<>/dev/ttyS1
stty raw -echo
exec >&0 2>&0
printf '\\036ready\\036'
while IFS= read -r line; do
	(eval "$line") </dev/null
	printf '\\036%d\\036' $?
done
"""
SHELL_UNIT = """[Unit]
Description=What the test asks
After=basic.target
[Service]
ExecStart=/usr/sbin/test-shell
"""
INIT = """#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
for m in {modules}; do /bin/busybox insmod /$m; done
/bin/busybox mount -t ext4 /dev/vda /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /sbin/init
"""


def run(*args, **more):
	done = subprocess.run(args, capture_output=True, check=False, timeout=STEP_S, **more)
	assert done.returncode == 0, (args, done.stdout[-2000:], done.stderr[-2000:])
	return done.stdout


# ---- the machine's disk ----
def packages(cache):
	"""The packages and what they need, fetched into cache; None: they cannot be had."""
	os.makedirs(os.path.join(cache, "partial"), exist_ok=True)
	nothing = os.path.join(cache, "status")
	with open(nothing, "w", encoding="ascii"):
		pass
	command = ["apt-get", "-q", "-y", "--no-install-recommends", "-o", "Dir::State::status=" +
		nothing, "-o", "Dir::Cache::archives=" + cache, "-o", "Debug::NoLocking=1",
		"-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30"]
	done = subprocess.run([*command, "--download-only", "install", *PACKAGES],
		capture_output=True, text=True, check=False, timeout=STEP_S)
	if done.returncode != 0:
		return None
	wanted = subprocess.run([*command, "--simulate", "install", *PACKAGES],
		capture_output=True, text=True, check=True, timeout=STEP_S).stdout
	names = {"_".join((m[0], m[1].replace(":", "%3a"))) for m in
		re.findall(r"(?m)^Inst (\S+) \((\S+) ", wanted)}
	return [os.path.join(cache, f) for f in sorted(os.listdir(cache))
		if f.endswith(".deb") and f.rsplit("_", 1)[0] in names]


def unpack(debs, root):
	for name in ("bin", "sbin", "lib", "lib64"):
		os.makedirs(os.path.join(root, "usr", name))
		os.symlink("usr/" + name, os.path.join(root, name))
	without = [f"--exclude=./{name}" for name in LEFT_OUT]
	for deb in debs:
		data = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
		run("tar", "-x", "--keep-directory-symlink", "-C", root, *without, stdin=data.stdout)
		assert data.wait() == 0, deb
	os.makedirs(os.path.join(root, "root"), exist_ok=True)


def put(root, name, text, mode=0o644):
	path = os.path.join(root, name)
	os.makedirs(os.path.dirname(path), exist_ok=True)
	with open(path, "w", encoding="utf-8") as f:
		f.write(text)
	os.chmod(path, mode)


def settle(root):
	"""What the packages' own scripts would have done, as far as it matters here."""
	for name in ("passwd", "group"):
		shutil.copy(f"{root}/usr/share/base-passwd/{name}.master", f"{root}/etc/{name}")
	shutil.copy(f"{root}/usr/share/libc-bin/nsswitch.conf", f"{root}/etc/nsswitch.conf")
	if not os.path.lexists(root + "/usr/bin/sh"):
		os.symlink("dash", root + "/usr/bin/sh")
	run("ldconfig", "-r", root)
	version = os.listdir(root + "/lib/modules")[0]
	run("depmod", "-b", root, version)
	put(root, "etc/machine-id", "0123456789abcdef0123456789abcdef\n")
	put(root, "etc/hostname", "kehou\n")
	put(root, "usr/sbin/test-shell", SHELL, 0o755)
	put(root, "etc/systemd/system/test-shell.service", SHELL_UNIT)
	os.makedirs(root + "/etc/systemd/system/multi-user.target.wants", exist_ok=True)
	os.symlink("../test-shell.service",
		root + "/etc/systemd/system/multi-user.target.wants/test-shell.service")
	os.symlink("/lib/systemd/system/multi-user.target", root + "/etc/systemd/system/default.target")
	return version


def needed(modules, names):
	"""Files of the modules and of what they need, in the order of loading."""
	with open(modules + "/modules.dep", encoding="ascii") as f:
		needs = {a: b.split() for a, b in (line.split(":") for line in f)}
	found = []
	for name in names:
		for file in needs:
			if os.path.basename(file).replace("-", "_") == name + ".ko":
				found += [*reversed(needs[file]), file]
	return list(dict.fromkeys(found))


def initrd(root, version, file):
	"""A start in memory that mounts the disk: the kernel's drivers for it are modules."""
	modules = f"{root}/lib/modules/{version}"
	files = needed(modules, FOR_ROOT)
	parts = [("dev", 0o40755, b""), ("root", 0o40755, b""), ("bin", 0o40755, b"")]
	with open(root + "/usr/bin/busybox", "rb") as f:
		parts.append(("bin/busybox", 0o100755, f.read()))
	for name in files:
		with open(f"{modules}/{name}", "rb") as f:
			parts.append((os.path.basename(name), 0o100644, f.read()))
	text = INIT.format(modules=" ".join(map(os.path.basename, files)))
	parts += [("init", 0o100755, text.encode()), ("TRAILER!!!", 0, b"")]
	with open(file, "wb") as f:
		for number, (name, mode, data) in enumerate(parts, 1):
			fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
			head = b"070701" + b"".join(b"%08X" % x for x in fields) + name.encode() + b"\0"
			f.write(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))


def make_disk(folder, debs, add):
	"""disk, kernel and initrd in folder; add(root) puts in what the test wants."""
	root = os.path.join(folder, "tree")
	unpack(debs, root)
	version = settle(root)
	run("make", "-C", BUILD, "-s", "install", "DESTDIR=" + root)
	add(root)
	shutil.copy(f"{root}/boot/vmlinuz-{version}", folder + "/kernel")
	initrd(root, version, folder + "/initrd")
	run("mke2fs", "-q", "-t", "ext4", "-d", root, folder + "/raw", "1200M")
	run("qemu-img", "convert", "-O", "qcow2", folder + "/raw", folder + "/disk")
	os.remove(folder + "/raw")
	shutil.rmtree(root)


# ---- the machine ----
class Machine:
	"""folder holds disk, kernel and initrd; memory: the name of a state to go on from."""

	def __init__(self, folder, memory=None):
		self.folder, self.said, self.events = folder, b"", []
		with socket.create_server(("127.0.0.1", 0)) as s:
			self.port = s.getsockname()[1]
		for name in ("qmp", "shell"):
			if os.path.exists(f"{folder}/{name}"):
				os.remove(f"{folder}/{name}")
		self.errors = open(folder + "/qemu.log", "ab")
		self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL",
			"qemu-system-x86_64", "-nodefaults",
			"-no-user-config", "-display", "none", "-accel", "kvm", "-accel", "tcg", "-m", "512",
			"-smp", "1", "-cpu", "qemu64,-svm", "-kernel", folder + "/kernel", "-initrd", folder + "/initrd",
			"-append", "console=ttyS0 net.ifnames=0 mitigations=off " + NOT_STARTED,
			"-drive", f"if=virtio,format=qcow2,file={folder}/disk,cache=unsafe",
			"-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.port}-10.0.2.15:8620",
			"-device", "virtio-net-pci,netdev=net", "-device", "virtio-rng-pci",
			"-device", "qemu-xhci,id=usb", "-serial", f"file:{folder}/console",
			"-chardev", f"socket,id=shell,path={folder}/shell,server=on,wait=on",
			"-serial", "chardev:shell", "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
			*(["-loadvm", memory] if memory else [])], stdin=subprocess.DEVNULL,
			stdout=self.errors, stderr=self.errors)
		try:
			self.shell = self.connect("shell")
			self.monitor = self.connect("qmp").makefile("rw", encoding="utf-8")
			json.loads(self.monitor.readline())
			self.qmp("qmp_capabilities")
			if not memory:
				assert self.answer() == (b"", b"ready"), self.said
				self.do(f"udevadm settle --timeout={STEP_S} && ip link set lo up && ip link set eth0 up && "
					"ip addr add 10.0.2.15/24 dev eth0")
		except BaseException:
			self.cut()
			raise

	def connect(self, name):
		deadline = time.monotonic() + STEP_S
		s = socket.socket(socket.AF_UNIX)
		while True:
			try:
				s.connect(f"{self.folder}/{name}")
				s.settimeout(STEP_S)
				return s
			except OSError:
				if self.process.poll() is not None or time.monotonic() > deadline:
					raise
				select.select([], [], [], 0.02)

	def answer(self):
		while self.said.count(b"\x1e") < 2:
			more = self.shell.recv(65536)
			assert more, "the machine ended: " + self.console()
			self.said += more
		text, status, self.said = self.said.split(b"\x1e", 2)
		return text, status

	def do(self, command, status=0):
		"""What a command of its shell says."""
		assert "\n" not in command
		self.shell.sendall(command.encode() + b"\n")
		text, got = self.answer()
		assert int(got) == status, (command, got, text.decode(errors="replace"))
		return text.decode(errors="replace").strip()

	def console(self):
		with open(self.folder + "/console", "rb") as f:
			return f.read()[-3000:].decode(errors="replace")

	def line(self):
		line = self.monitor.readline()
		assert line, "qemu ended"
		return json.loads(line)

	def qmp(self, execute, **arguments):
		self.monitor.write(json.dumps({"execute": execute, "arguments":
			{k.replace("_", "-"): v for k, v in arguments.items()}}) + "\n")
		self.monitor.flush()
		while True:
			said = self.line()
			if "event" in said:
				self.events.append(said)
			else:
				assert "return" in said, (execute, arguments, said)
				return said["return"]

	def keep(self, memory):
		"""Keeps disk and memory as they are now, to go on from again and again."""
		said = self.qmp("human-monitor-command", command_line="savevm " + memory)
		assert not said, said

	def plug(self, image, name="stick", read_only=False, bytes_s=0):
		"""bytes_s: how fast it writes; 0: as it can."""
		disk = {"driver": "raw", "node-name": name + "-disk", "read-only": read_only,
			"file": {"driver": "file", "filename": image}}
		if bytes_s:
			self.qmp("object-add", qom_type="throttle-group", id=name + "-speed",
				limits={"bps-write": bytes_s})
			disk = {"driver": "throttle", "node-name": name + "-disk",
				"throttle-group": name + "-speed", "file": {**disk, "node-name": name + "-raw"}}
		self.qmp("blockdev-add", **disk)
		self.qmp("device_add", driver="usb-storage", bus="usb.0", id=name,
			drive=name + "-disk", removable=True)

	def written(self, name="stick"):
		"""Bytes that the machine has written to it so far."""
		return sum(b["stats"]["wr_bytes"] for b in self.qmp("query-blockstats")
			if name in b.get("qdev", ""))

	def pull(self, name="stick"):
		self.events.clear()
		self.qmp("device_del", id=name)
		while not any(e["event"] == "DEVICE_DELETED" and e["data"].get("device") == name
			for e in self.events):
			self.events.append(self.line())
		self.qmp("blockdev-del", node_name=name + "-disk")
		if any(o["name"] == name + "-speed" for o in self.qmp("qom-list", path="/objects")):
			self.qmp("object-del", id=name + "-speed")

	def cut(self):
		"""The power is gone: what the machine had not written to a disk yet is lost."""
		try:
			self.qmp("quit")
			self.process.wait(timeout=60)
		except Exception:  # it hangs, or never came so far
			self.process.kill()
			self.process.wait()
		self.errors.close()
