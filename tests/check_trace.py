#!/usr/bin/env python3
"""The order of system calls with which a bundle gets onto a stick. Prints TAP.

Records tests/trace_writer under strace and checks, for the file and the folder that it
writes: write, fsync, rename, fsync of the same still open file, fsync of the folder, drop
of the cache, read back. The check itself is tested: a trace with any step missing or in
another place must be caught.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILDDIR", ".")
CALLS = "openat,open,creat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2," \
	"fadvise64,read,pread64,close,unlink,unlinkat"
LINE = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+=\s+(-?\d+)")


def events(text):
	"""(what, path) of each call that went well, in the order of the trace."""
	paths = {}
	for line in text.splitlines():
		m = LINE.match(line)
		if not m or int(m.group(3)) < 0:
			continue
		call, args, result = m.group(1), m.group(2), int(m.group(3))
		strings = re.findall(r'"([^"]*)"', args)
		fd = int(m.group(2).split(",")[0]) if re.match(r"\d+\b", args) else None
		if call in ("open", "openat", "creat"):
			paths[result] = [strings[0], "O_CREAT" in args]
			yield "open", result, strings[0], "O_CREAT" in args
		elif call.startswith("rename"):
			yield "rename", None, strings[0], strings[1]
		elif call == "close":
			yield "close", fd, paths.pop(fd, [None])[0], None
		elif fd in paths:
			yield call, fd, paths[fd][0], result


def wrong(text):
	"""What is wrong with the order in this trace; None when nothing is."""
	trace = list(events(text))
	renames = [i for i, e in enumerate(trace) if e[0] == "rename" and e[3].endswith(".KHB")]
	if len(renames) != 1:
		return f"{len(renames)} renames to a final name"
	at = renames[0]
	temporary, final = trace[at][2], trace[at][3]
	opened = [i for i, e in enumerate(trace[:at])
		if e[0] == "open" and e[2] == temporary and e[3]]
	if len(opened) != 1:
		return "the temporary file is not created once"
	fd = trace[opened[0]][1]

	def find(start, *conditions):
		return next((i for i, e in enumerate(trace) if i > start
			and any(all((c is None or c == v) for c, v in zip(cond, e))
				for cond in conditions)), None)

	writes = [i for i, e in enumerate(trace) if e[0] in ("write", "pwrite64") and e[1] == fd
		and i > opened[0] and e[2] == temporary]
	if not writes:
		return "missing: write"
	if writes[-1] > at:
		return "written after the rename"
	if not any(e[0] == "fsync" and e[1] == fd for e in trace[writes[-1]:at]):
		return "missing: fsync file"
	closed = find(opened[0], ("close", fd))
	again = find(at, ("fsync", fd, temporary))
	if again is None or (closed is not None and closed < again):
		return "missing: fsync file again"
	folder = find(again, ("fsync", None, os.path.dirname(final)))
	if folder is None:
		return "missing: fsync folder"
	reopened = find(folder, ("open", None, final))
	if reopened is None:
		return "missing: read back"
	reader = trace[reopened][1]
	read = find(reopened, ("pread64", reader), ("read", reader))
	if read is None:
		return "missing: read back"
	if not any(e[0] == "fadvise64" and e[2] == final for e in trace[reopened:read]):
		return "missing: drop cache"
	return None


GOOD = [
	'openat(AT_FDCWD, "d/KEHOU/~0A1B.TMP", O_WRONLY|O_CREAT|O_EXCL, 0600) = 3',
	'write(3, "KHB1"..., 60)                 = 60',
	'fsync(3)                                = 0',
	'rename("d/KEHOU/~0A1B.TMP", "d/KEHOU/00.KHB") = 0',
	'fsync(3)                                = 0',
	'openat(AT_FDCWD, "d/KEHOU", O_RDONLY|O_DIRECTORY) = 4',
	'fsync(4)                                = 0',
	'close(4)                                = 0',
	'openat(AT_FDCWD, "d/KEHOU/00.KHB", O_RDONLY) = 4',
	'fadvise64(4, 0, 0, POSIX_FADV_DONTNEED) = 0',
	'pread64(4, "KHB1"..., 65536, 0)         = 60',
	'close(4)                                = 0',
	'close(3)                                = 0',
]


def planted():
	"""(name, trace) of wrong orders."""
	def without(*gone):
		return [l for i, l in enumerate(GOOD) if i not in gone]

	def moved(which, to):
		rest = without(which)
		return rest[:to] + [GOOD[which]] + rest[to:]

	yield "no write", without(1)
	yield "no fsync before the rename", without(2)
	yield "a write after the fsync", moved(1, 2)
	yield "a write after the rename", moved(1, 4)
	yield "no rename", without(3)
	yield "no fsync after the rename", without(4)
	yield "the second fsync before the rename", moved(4, 3)
	yield "closed before the second fsync", moved(12, 4)
	yield "the second fsync failed", [
		l.replace("= 0", "= -1 EIO (Input/output error)") if i == 4 else l
		for i, l in enumerate(GOOD)]
	yield "no fsync of the folder", without(6)
	yield "the folder synced before the rename", GOOD[:3] + GOOD[5:8] + GOOD[3:5] + GOOD[8:]
	yield "the folder synced before the file", GOOD[:4] + GOOD[5:8] + GOOD[4:5] + GOOD[8:]
	yield "the cache not dropped", without(9)
	yield "the cache dropped after the reading", moved(9, 10)
	yield "not read back", without(10)
	yield "read back before the folder is synced", GOOD[:5] + GOOD[8:12] + GOOD[5:8] + GOOD[12:]


def record():
	"""The trace of trace_writer; None when strace cannot trace here."""
	strace = shutil.which("strace")
	if not strace:
		return None, "no strace"
	with tempfile.TemporaryDirectory(prefix="kehou-trace-") as d:
		out = os.path.join(d, "trace")
		probe = subprocess.run([strace, "-o", os.devnull, "true"], stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL)
		if probe.returncode != 0:
			return None, "strace may not trace here"
		stick = os.path.join(d, "stick")
		os.mkdir(stick)
		# A leak check cannot run under another tracer.
		env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
		run = subprocess.run([strace, "-f", "-s", "256", "-e", "trace=" + CALLS, "-o", out,
			os.path.join(BUILD, "tests", "trace_writer"), stick], stdout=subprocess.PIPE,
			stderr=subprocess.PIPE, env=env, text=True)
		if run.returncode != 0:
			raise SystemExit(f"Bail out! trace_writer: {run.stderr.strip()}")
		with open(out, encoding="utf-8", errors="replace") as f:
			return f.read(), None


def main():
	failed = 0
	results = [("the order of a right trace is accepted", wrong("\n".join(GOOD)), None)]
	for name, lines in planted():
		found = wrong("\n".join(lines))
		results.append((f"caught: {name}", None if found else "not caught", None))
	text, why = record()
	if text is None:
		results.append(("the recorded order of writing a bundle", None, why))
	else:
		results.append(("the recorded order of writing a bundle", wrong(text), None))
	print(f"1..{len(results)}")
	for i, (name, problem, skip) in enumerate(results, 1):
		state = "not ok" if problem else "ok"
		print(f"{state} {i} - {name}" + (f": {problem}" if problem else "")
			+ (f" # SKIP {skip}" if skip else ""))
		failed += bool(problem)
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
