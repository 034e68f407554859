#!/usr/bin/env python3
"""A stick that is pulled out: every file that was reported as written is whole. Prints TAP.

Linux's own vfat, in a kernel that runs as a process (user-mode Linux), writes bundles by
tests/trace_writer to the image of a stick; killing the kernel at a moment that the seed
chooses is pulling the stick. The image, read with mtools, must hold each file that the
writer had reported, with the bytes that its name says; so must the files of the cuts
before. The usual order of syncs must lose some: otherwise this test could not fail.

	check_vfat.py [TRIALS [SEED]]    20 trials by default

Takes about six seconds a trial. Needs the packages user-mode-linux, kmod, dosfstools, mtools.
"""
import glob
import hashlib
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(os.environ.get("BUILDDIR", "."))
WRITER = os.path.join(BUILD, "tests", "trace_writer")
MODULES = ("fs/nls/nls_cp437", "fs/nls/nls_iso8859-1", "fs/nls/nls_ascii", "fs/fat/fat",
	"fs/fat/vfat")
STICK_BYTES = 128 << 20
FILE_BYTES = 300000
BOOT_S = 600  # for a kernel to come up on a busy machine

INIT = """#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
for m in {modules}; do insmod /usr/lib/uml/modules/$(uname -r)/kernel/$m.ko; done
mount -t tmpfs tmpfs /mnt && mkdir /mnt/stick && mount -t vfat /dev/ubda /mnt/stick
{writer} /mnt/stick {bytes} {order}
echo WRITER ENDED
sleep 1000
"""


def content_name(data):
	digest = hashlib.blake2b(b"kehou 1 file\0" + data, digest_size=32).hexdigest()
	return digest[:32].upper() + ".KHB"


def boot(folder, image, order):
	init = os.path.join(folder, "init")
	with open(init, "w", encoding="ascii") as f:
		f.write(INIT.format(modules=" ".join(MODULES), writer=WRITER, bytes=FILE_BYTES,
			order=order))
	os.chmod(init, 0o755)
	return subprocess.Popen(["linux.uml", "mem=128M", "root=/dev/root",
		"rootfstype=hostfs", "rootflags=/", "ro", "ubda=" + image, "init=" + init,
		"con=null", "con0=null,fd:1"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
		stderr=subprocess.DEVNULL, start_new_session=True,
		env={**os.environ, "TMPDIR": folder, "HOME": folder})


def reported(text):
	words = text.decode("ascii", "replace").split("\r\n")[:-1]
	return [w for w in words if len(w) == 36 and w.endswith(".KHB")]


def pull(folder, image, order, files, then_s):
	"""Runs the writer until it has reported `files` files and `then_s` seconds more; the
	names that were reported when the kernel was killed."""
	kernel = boot(folder, image, order)
	said = b""
	try:
		cut = None
		deadline = time.monotonic() + BOOT_S
		while time.monotonic() < (cut or deadline):
			left = (cut or deadline) - time.monotonic()
			ready, _, _ = select.select([kernel.stdout], [], [], max(left, 0))
			if not ready:
				break
			more = os.read(kernel.stdout.fileno(), 65536)
			said += more
			if not more or b"WRITER ENDED" in said:
				raise AssertionError("the writer ended: " + said.decode("ascii",
					"replace")[-600:])
			if cut is None and len(reported(said)) >= files:
				cut = time.monotonic() + then_s
		if cut is None:
			raise AssertionError("no file in time: " + said.decode("ascii",
				"replace")[-600:])
	finally:
		os.killpg(kernel.pid, signal.SIGKILL)
		kernel.wait()
	# What it had said before it died counts as reported, too.
	os.set_blocking(kernel.stdout.fileno(), False)
	said += kernel.stdout.read() or b""
	kernel.stdout.close()
	return reported(said)


def lost(folder, image, names):
	"""Those of the names whose file on the stick is missing or has other bytes."""
	out = os.path.join(folder, "out")
	shutil.rmtree(out, ignore_errors=True)
	os.mkdir(out)
	subprocess.run(["mcopy", "-n", "-i", image, "::KEHOU/*.KHB", out],
		env={**os.environ, "MTOOLS_SKIP_CHECK": "1"}, check=False, capture_output=True)
	found = set()
	for path in glob.glob(os.path.join(out, "*")):
		with open(path, "rb") as f:
			if content_name(f.read()) == os.path.basename(path).upper():
				found.add(os.path.basename(path).upper())
	return [name for name in names if name not in found]


def series(trials, order, chance):
	"""(files reported, those lost) over so many cuts, three to a stick."""
	every, gone = 0, []
	for i in range(trials):
		with_stick = i % 3
		if with_stick == 0:
			folder = tempfile.mkdtemp(prefix="kehou-vfat-")
			image = os.path.join(folder, "stick")
			with open(image, "wb") as f:
				f.truncate(STICK_BYTES)
			subprocess.run(["mkfs.vfat", image], check=True, capture_output=True)
			names = []
		try:
			names += pull(folder, image, order, chance.randint(1, 40), chance.random() * 0.3)
			now = lost(folder, image, names)
			print(f"# cut {i + 1}: {len(names)} reported on this stick, {len(now)} lost",
				flush=True)
			if with_stick == 2 or i == trials - 1 or now:
				every += len(names)
				gone += now
				names = []
		finally:
			if with_stick == 2 or i == trials - 1:
				shutil.rmtree(folder, ignore_errors=True)
	return every, gone


def main():
	trials = int(sys.argv[1]) if len(sys.argv) > 1 else 20
	seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
	missing = [p for p in ("linux.uml", "mkfs.vfat", "mcopy") if not shutil.which(p)]
	if missing or os.geteuid():
		print(f"1..0 # SKIP needs root and {' '.join(missing) or 'nothing else'}")
		return 0
	print(f"1..2\n# seed {seed}", flush=True)
	chance = random.Random(seed)
	every, gone = series(trials, "", chance)
	good = bool(every) and not gone
	print(f"# {every} files reported as written, {len(gone)} lost: {' '.join(gone)}")
	print("ok 1" if good else "not ok 1", "- every reported file is whole after the stick was pulled")
	every, gone = series(max(3, trials // 4), "usual", chance)
	print(f"# {every} files reported as written, {len(gone)} lost")
	print("ok 2" if gone else "not ok 2", "- the usual order of syncs loses reported files",
		flush=True)
	return 0 if good and gone else 1


if __name__ == "__main__":
	sys.exit(main())
