#!/usr/bin/env python3
"""The program kehou killed at every step, and with every step failing. Prints TAP.

A hub and a small school are prepared once. Each command then runs on copies of them under
strace, which kills it on entering the Nth call of a kind that changes files, for every N
and kind until it ends unharmed; and again with that call failing for a full disk (ENOSPC)
and a broken one (EIO). After each run:

  - the node opens and verifies, its digests and counts are those from before the command
    or from after it, and from after it when it had said that it is done;
  - each file under a final name on the stick is whole;
  - a call that failed is told in one line and by the exit code;
  - the command run again succeeds, and once more changes nothing;
  - a round of exchange leaves equal digests at both ends and nothing waiting.

KEHOU_CRASH_STEP=K visits every Kth N only; without it each N is killed at, and each fourth
fails. The rare commands (backup, restore, keys, retention) are thinned more, unless K is 1. The checks themselves are tested on broken states.
"""
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

import runner

SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEHOU = os.environ.get("KEHOU", os.path.join(SRC, "build", "tools", "kehou"))
STEP = int(os.environ.get("KEHOU_CRASH_STEP") or 0)
CALLS = ("pwrite64", "write", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink",
	"unlinkat", "ftruncate", "mkdir")
MODES = (("killed", "signal=SIGKILL", STEP or 1), ("disk full", "error=ENOSPC", STEP or 4),
	("disk broken", "error=EIO", STEP or 4))
PIN, PASSPHRASE, SCHOOL = "246810", "correct horse battery", "3141018501"
TIMES = ("confirmed_ms", "receipt_ms", "last_export_ms", "last_import_ms", "renewed_ms")
POINTS_MIN = 10 # a command with fewer has not been traced at all
POINTS_MAX = 1000
# strace is the parent, in which a leak cannot be looked for.
ENV = {**{k: v for k, v in os.environ.items() if k not in ("KEHOU_DIR", "LANG")
	and not k.startswith("LC_")}, "LC_ALL": "C.UTF-8",
	"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}


class Wrong(Exception):
	"""What a check has found."""


# --- Running the program ----------------------------------------------------------------

def run(world, *args, secret=None, before=()):
	"""The program in the folder of a world; secrets go to the descriptors named FD, FD2."""
	pipes = []
	secrets = () if secret is None else (secret,) if isinstance(secret, str) else secret
	for name, text in zip(("FD", "FD2"), secrets):
		read, write = os.pipe()
		os.write(write, text.encode() + b"\n")
		os.close(write)
		pipes.append(read)
		args = [str(read) if a == name else a for a in args]
	try:
		return subprocess.run([*before, KEHOU, "--lang", "en", *args], cwd=world, env=ENV,
			stdin=subprocess.DEVNULL, capture_output=True, text=True, pass_fds=pipes,
			timeout=60, check=False)
	finally:
		for pipe in pipes:
			os.close(pipe)


def refused(world, *args, secret=None):
	done = run(world, *args, secret=secret)
	if done.returncode <= 0:
		raise Wrong(f"{' '.join(args)}: exit {done.returncode}, and it had been done before")


def works(world, *args, secret=None):
	done = run(world, *args, secret=secret)
	if done.returncode != 0:
		raise Wrong(f"{' '.join(args)}: exit {done.returncode}: {done.stdout}{done.stderr}")
	return done.stdout


def as_head(*args):
	return ("-D", "school", "--as", "head", "--pin-fd", "FD", *args)


# --- What is looked at afterwards -------------------------------------------------------

def state(world, case):
	"""What a command changes as a whole or not at all: (digests, counts, pupils). What a
	command writes by the clock has another digest each time: its rows stand for it."""
	status = json.loads(works(world, "-D", case.node, "--json", "status"))
	counts = {k: v for k, v in status.items() if k not in TIMES}
	counts["notes"] = [note["code"] for note in status["notes"]] # their words tell a time
	digest, rows = works(world, "-D", case.node, "digest"), ""
	if case.secret:
		# A copied node begins a new epoch, of which new ids are made.
		rows = json.loads(works(world, *as_head("--json", "show", "pupils"), secret=PIN))
		rows = sorted(json.dumps({**row, "pupil": ""}) for row in rows)
		if case.before and digest != case.before[0]:
			digest = "another"
	return digest, json.dumps(counts, sort_keys=True), str(rows)


def check_sound(world, node):
	verify = json.loads(works(world, "-D", node, "--json", "verify"))
	if verify["good"] is not True:
		raise Wrong(f"verify: {verify}")


def final_names(world):
	return sorted(glob.glob(os.path.join(world, "usb", "KEHOU", "*.KH[BR]")))


def check_files(world):
	"""A final name is the hash of the whole file, and the program reads it."""
	for path in final_names(world):
		with open(path, "rb") as file:
			name = hashlib.blake2b(b"kehou 1 file\0" + file.read(), digest_size=32)
		if os.path.basename(path)[:32] != name.hexdigest()[:32].upper():
			raise Wrong(f"{os.path.basename(path)} is not whole")
		works(world, "inspect", path)


def check_gone(world, case):
	"""Who was erased is in no file of the node, once it was opened again."""
	for folder, _, names in os.walk(os.path.join(world, case.node)):
		for name in names:
			with open(os.path.join(folder, name), "rb") as file:
				if case.gone.encode() in file.read():
					raise Wrong(f"{name} still has {case.gone}")


def check_state(world, case, promised):
	found = case.state(world)
	if found == case.after and case.gone:
		check_gone(world, case)
	if found == case.after or (not promised and found in (case.before, case.between)):
		return
	raise Wrong(f"neither before nor after (done was said: {promised}):"
		f"\n{case.before}\n{case.after}\nfound\n{found}")


def check_again(world, case):
	works(world, *case.args, secret=case.secret)
	check_state(world, case, True)
	once, files = works(world, "-D", case.node, "digest"), final_names(world)
	works(world, *case.args, secret=case.secret)
	check_state(world, case, True)
	if works(world, "-D", case.node, "digest") != once:
		raise Wrong("the command once more changed the node")
	if final_names(world) != files:
		raise Wrong("the command once more changed the files on the stick")

	if [f for f in os.listdir(os.path.join(world, "usb")) if f != "KEHOU"] or \
			glob.glob(os.path.join(world, "usb", "KEHOU", "~*")):
		raise Wrong("temporary files stay on the stick")


def exchange(world, school="school"):
	works(world, "-D", school, "export", "--to", "usb")
	works(world, "-D", "hub", "import", "--from", "usb")
	works(world, "-D", "hub", "export", "--to", "usb")
	works(world, "-D", school, "import", "--from", "usb")


def check_round(world, school="school"):
	exchange(world, school)
	status = json.loads(works(world, "-D", school, "--json", "status"))
	if status["waiting"] != 0 or status["stored_only"] != 0 or status["held"] != 0:
		raise Wrong(f"after a round not all has arrived: {status}")
	for scope in (SCHOOL, "0"):
		ends = [works(world, "-D", node, "digest", scope) for node in (school, "hub")]
		if ends[0] != ends[1]:
			raise Wrong(f"after a round the ends differ in {scope}: {ends}")
	for node in (school, "hub"):
		check_sound(world, node)


def passed_over(hit, later, case):
	"""May a call fail and the command succeed? Only where nothing hangs on it."""
	call, rest = hit.split("(", 1)
	again = f"{call}({rest.split(',')[0].split(')')[0]}"
	path = re.search(r'[<"]([^>"]*)[>"]', rest).group(1)
	if call == "fdatasync" and os.path.basename(path) in ("hub", "school"):
		return True # SQLite's folder; many systems cannot do that
	if isinstance(case, Ending) and call == "pwrite64" and "ENOSPC" in hit:
		return path.endswith("kehou.db-wal") # room is given back when there is some
	if call == "unlink" and os.path.basename(path).startswith("~"):
		return True # swept the next time
	if call == "ftruncate" and os.path.basename(path) == "kehou.db":
		return True # by SQLite when it closes: its log stays, and the next one does it
	# Done otherwise: the same file came to its name anew and was synced then.
	path = path if call != "fsync" else again.split("<")[1]
	return call == "fsync" and "/KEHOU" in path and any(line.startswith("fsync(") and
		f"<{path}" in line and line.endswith("= 0") for line in later)


def check_told(done, hit, later, promised, case=None):
	"""A failed call is told by the exit code and in one line."""
	if done.returncode < 0 or done.returncode >= 64:
		raise Wrong(f"exit {done.returncode}: {done.stderr}")
	told = ("kehou: ", "It is done and cannot be") if done.returncode == 3 else "kehou: "
	lines = [line for line in done.stderr.splitlines() if line.startswith(told)]
	if done.returncode == 0 and not promised and not passed_over(hit, later, case):
		raise Wrong("exit 0, and a call before the end had failed")
	if done.returncode != 0 and not hit.startswith("write(2<") and \
			(len(lines) != 1 or len(lines[0]) < 20):
		raise Wrong(f"exit {done.returncode}, not told in one line: {done.stderr}")
	if done.returncode != 0 and not hit.startswith("write(2<") and \
			bool(re.search(r": The stick|: usb", lines[0])) != ("usb" in hit):
		raise Wrong(f"the wrong disk is blamed: {lines[0]}")


# --- The commands and the worlds they run in --------------------------------------------

class Case:
	"""sparse: visited more thinly than others, and killed only, unless KEHOU_CRASH_STEP is 1."""
	sparse = 1

	def __init__(self, name, node, world, args, secret=None, gone=""):
		self.gone = gone
		self.name, self.node, self.world = name, node, world
		self.args, self.secret = args, secret
		self.before = self.after = self.between = None

	def learn(self, folder):
		"""What the command does when nothing comes between."""
		world = copy(self.world, folder, "learn")
		self.before = self.state(world)
		works(world, *self.args, secret=self.secret)
		self.after = self.state(world)
		# Enrolment is a step of its own: the roster names the school, its rows are to come.
		if "first import" in self.name:
			self.between = (self.before[0], self.after[1], self.before[2])
		self.again(world)
		self.round(world)
		shutil.rmtree(world)

	def state(self, world):
		return state(world, self)

	def sound(self, world):
		check_sound(world, self.node)

	def again(self, world):
		check_again(world, self)

	def round(self, world):
		check_round(world)


class Ending(Case):
	"""What ends is gone from every file as soon as the node is as afterwards."""
	sparse = 40


class Backup(Case):
	"""The file is there whole or not at all; one that is there is not written over."""
	sparse = 40

	def state(self, world):
		path = os.path.join(world, "new.kha")
		if os.path.exists(path):
			works(world, "-D", "tried", "restore", "new.kha", "--recovery-fd", "FD",
				secret=self.sheet)
			check_sound(world, "tried")
			shutil.rmtree(os.path.join(world, "tried"))
		return state(world, self), os.path.exists(path)

	def again(self, world):
		if not os.path.exists(os.path.join(world, "new.kha")):
			works(world, *self.args)
		refused(world, *self.args)
		check_state(world, self, True)
		if glob.glob(os.path.join(world, "*~")):
			raise Wrong("temporary files stay")


class Restore(Case):
	"""What was cut is no node, and the next one begins anew."""
	sparse = 80

	def state(self, world):
		if run(world, "-D", self.node, "status").returncode == 10:
			return "no node"
		status = json.loads(works(world, "-D", self.node, "--json", "status"))
		return works(world, "-D", self.node, "digest"), status["transactions"], \
			status["locked"]

	def sound(self, world):
		if self.state(world) != "no node":
			check_sound(world, self.node)

	def again(self, world):
		if self.state(world) == "no node":
			works(world, *self.args, secret=self.secret)
		check_state(world, self, True)
		refused(world, *self.args, secret=self.secret)
		check_state(world, self, True)

	def round(self, world):
		check_round(world, self.node)


class Root(Case):
	"""Keys of the county: the old ones in use or the new ones, and a school follows."""
	sparse = 40

	def again(self, world):
		rotated, key = "rotate" in self.args, "a.key"
		if rotated and self.state(world) == self.before:
			# Copies that nobody was told of may lie there.
			args = [{"na.key": "la.key", "nb.key": "lb.key"}.get(a, a) for a in self.args]
			works(world, *args, secret=self.secret)
			key = "la.key"
		elif rotated:
			key = "na.key"
		if rotated:
			check_state(world, self, True)
			refused(world, *self.args, secret=self.secret)
			check_state(world, self, True)
		works(world, "-D", "hub", "root", "issue", "--root-copy", key, "--passphrase-fd",
			"FD", secret=PASSPHRASE)
		works(world, "-D", "hub", "invite", "--school", "3141018509", "--name", "新校",
			"--class", "220", "-o", "new.khi")


def copy(world, folder, name):
	target = os.path.join(folder, name)
	shutil.copytree(world, target)
	return target


def first_pupil(world):
	rows = json.loads(works(world, *as_head("--json", "show", "pupils"), secret=PIN))
	return rows[0]


def erasing(world):
	child = first_pupil(world)
	return Case("do pupil.erase", "school", world, as_head("do", "pupil.erase",
		f"pupil={child['pupil']}"), PIN, child["name"])


def begin(folder, name):
	"""A hub and a school that has not spoken yet; its recovery sheet."""
	world = os.path.join(folder, name)
	os.makedirs(os.path.join(world, "usb"))
	works(world, "-D", "hub", "init", "hub", "--county", "410185", "--name", "登封市",
		"--root-copy", "a.key", "--root-copy", "b.key", "--passphrase-fd", "FD",
		secret=PASSPHRASE)
	works(world, "-D", "hub", "invite", "--school", SCHOOL, "--name", "寨东小学", "--class",
		"220", "-o", "1.khi")
	sheet = works(world, "-D", "school", "init", "school", "--invite", "1.khi", "--head", "head",
		"--pin-fd", "FD", secret=PIN)
	return world, sheet.strip()


def prepare(folder):
	"""Worlds in the order of a life, each the start of the cases that are made of it."""
	world, _ = begin(folder, "begin")
	roster = os.path.join(SRC, "tests", "data", "rosters", "01-plain-utf8.csv")
	with open(roster, "rb") as source, open(os.path.join(world, "few.csv"), "wb") as few:
		few.writelines(source.readlines()[:6])
	works(world, *as_head("roster", "import", "few.csv", "--school-year", "2026"), secret=PIN)
	yield "fresh", world
	world = copy(world, folder, "enrolled")
	exchange(world)
	yield "enrolled", world
	world = copy(world, folder, "written")
	pupil = first_pupil(world)["pupil"]
	works(world, *as_head("do", "pupil.edit", f"pupil={pupil}", "birth=2014-05-11"), secret=PIN)
	works(world, "-D", "hub", "do", "pupil.edit", f"school={SCHOOL}", f"pupil={pupil}",
		"birth=2014-05-01")
	yield "written", world
	world = copy(world, folder, "reported")
	works(world, "-D", "school", "export", "--to", "usb")
	yield "reported", world
	world = copy(world, folder, "read")
	works(world, "-D", "hub", "import", "--from", "usb")
	yield "read", world
	world = copy(world, folder, "answered")
	works(world, "-D", "hub", "export", "--to", "usb")
	yield "answered", world


def past(folder):
	"""A school whose only day is six years ago, where the clock can be set; and what is to go."""
	clock = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
	with open(KEHOU, "rb") as file:
		if clock and b"__asan_init" not in file.read():
			ENV.update(LD_PRELOAD=clock[0], FAKETIME="@2020-10-12 16:00:00")
	try:
		world, sheet = begin(folder, "past")
		add = as_head("--json", "do", "pupil.add", "name=孙小荻", "school_year=2020", "grade=6")
		child = json.loads(works(world, *add, secret=PIN))["rows"][0]["pupil"]
		works(world, *as_head("do", "leave.one", "date=2020-10-12", "slot=2",
			f"pupil={child}", "how=9", "person=孙姑姑"), secret=PIN)
		exchange(world)
	finally:
		ENV.pop("LD_PRELOAD", None)
		ENV.pop("FAKETIME", None)
	works(world, *as_head("do", "pupil.add", "name=李小", "school_year=2026", "grade=1"),
		secret=PIN)
	exchange(world)
	return world, sheet


def lives(folder):
	"""Backup, restore, the county's keys, retention."""
	end = ("-D", "hub", "retention", "--yes")
	world, sheet = past(folder)
	ended = copy(world, folder, "ended")
	works(ended, *end)
	works(ended, "-D", "hub", "export", "--to", "usb")
	saved = copy(world, folder, "saved")
	works(saved, "-D", "school", "backup", "old.kha")
	child = first_pupil(saved)
	works(saved, *as_head("do", "pupil.erase", f"pupil={child['pupil']}"), secret=PIN)
	exchange(saved)
	works(saved, "-D", "school", "backup", "later.kha")
	backup = Backup("backup", "school", world, ("-D", "school", "backup", "new.kha"))
	backup.sheet = sheet
	key = ("--root-copy", "a.key", "--passphrase-fd", "FD")
	return [
		Ending("retention at the hub", "hub", world, end, gone="孙姑姑"),
		Ending("import of what has ended", "school", ended,
			("-D", "school", "import", "--from", "usb"), gone="孙姑姑"),
		backup,
		Restore("restore", "back", saved, ("-D", "back", "restore", "old.kha",
			"--recovery-fd", "FD"), sheet, child["name"]),
		Root("root issue", "hub", world, ("-D", "hub", "root", "issue", *key), PASSPHRASE),
		*([] if STEP != 1 else [Root("root rotate", "hub", world, ("-D", "hub", "root", "rotate", *key, "--new-copy",
			"na.key", "--new-copy", "nb.key", "--new-passphrase-fd", "FD2"),
			(PASSPHRASE, PASSPHRASE))]), # ten seconds a point
	]


def cases(folder):
	worlds = dict(prepare(folder))
	added = as_head("do", "--request-id", "crash-1", "pupil.add", "name=孙小",
		"school_year=2026", "grade=1", "birth=2014-08-12")
	export, take = ("export", "--to", "usb"), ("import", "--from", "usb")
	return [
		Case("do pupil.add", "school", worlds["enrolled"], added, PIN),
		Case("first export of a school", "school", worlds["fresh"], ("-D", "school", *export)),
		Case("export of a school", "school", worlds["written"], ("-D", "school", *export)),
		Case("import at the hub", "hub", worlds["reported"], ("-D", "hub", *take)),
		Case("export of the hub", "hub", worlds["read"], ("-D", "hub", *export)),
		Case("import at the school", "school", worlds["answered"], ("-D", "school", *take)),
		Case("first import at the hub", "hub", first_report(worlds["fresh"], folder),
			("-D", "hub", *take)),
		erasing(worlds["written"]),
		*lives(folder),
	]


def first_report(fresh, folder):
	world = copy(fresh, folder, "first")
	works(world, "-D", "school", "export", "--to", "usb")
	return world


# --- Stepping through -------------------------------------------------------------------

def strace(call, what, n, out):
	return ("strace", "-f", "-qq", "-y", "-s", "0", "-o", out, "-e",
		"trace=" + ",".join(CALLS), "-e", f"inject={call}:{what}:when={n}")


def visit(case, folder, what, call, n):
	"""One run and all that has to hold after it. False when the Nth call does not exist."""
	world = tempfile.mkdtemp(dir=folder)
	out = world + ".trace"
	shutil.rmtree(world)
	shutil.copytree(case.world, world)
	step = "?"
	try:
		done = run(world, *case.args, secret=case.secret, before=strace(call, what, n, out))
		with open(out, encoding="utf-8", errors="replace") as trace:
			lines = [re.sub(r"^\d+ +", "", line.strip()) for line in trace]
		killed = done.returncode == -9
		hits = [line for line in lines if "(INJECTED)" in line]
		if not killed and not hits:
			if done.returncode != 0:
				raise Wrong(f"unharmed, but exit {done.returncode}: {done.stderr}")
			return False
		step = hits[0] if hits else (lines[:-1] or ["before any call"])[-1]
		at = lines.index(hits[0]) if hits else len(lines)
		promised = step.startswith("write(2<") if hits else False
		promised = promised or any(re.match(r"write\(2<.*= \d+$", line)
			for line in lines[:at])
		if not killed:
			check_told(done, step, lines[at + 1:], promised, case)
		check_files(world)
		check_state(world, case, promised or done.returncode == 0)
		case.sound(world)
		case.again(world)
		case.round(world)
		return True
	except (Wrong, OSError, KeyError, ValueError, subprocess.TimeoutExpired) as wrong:
		raise Wrong(f"{call} {n} ({step}): {wrong}") from wrong
	finally:
		shutil.rmtree(world, ignore_errors=True)
		if os.path.exists(out):
			os.remove(out)


def walk(case, folder, what, step, call):
	"""All points of one kind of call in one command: (their number, what was found)."""
	seen, found = 0, []
	for n in range(1, POINTS_MAX * step, step):
		try:
			if not visit(case, folder, what, call, n):
				return seen, found
		except Wrong as bad:
			found.append(str(bad))
		seen += 1
		if len(found) == 10:
			break
	return seen, found + ["too many, the rest was left out"]


def gather(walks, step):
	"""The walks of one command together."""
	points, found = 0, []
	for one in walks:
		seen, wrong = one.result()
		points += seen
		found += wrong
	if points < max(1, POINTS_MIN // step):
		found.append(f"only {points} points: the command was not traced")
	return points, found


# --- The checks checked -----------------------------------------------------------------

def caught(check, *args):
	try:
		check(*args)
	except Wrong:
		return []
	return [f"{check.__name__} saw nothing"]


def self_test(case, folder):
	"""Broken states are found, and the unbroken one passes."""
	world, found = copy(case.world, folder, "broken"), []
	works(world, *case.args)
	check_files(world)
	check_sound(world, "school")
	check_state(world, case, True)
	path = final_names(world)[0]
	with open(path, "rb") as file:
		whole = file.read()
	for data in (whole[:-1], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
		with open(path, "wb") as file:
			file.write(data)
		found += caught(check_files, world)
	with open(path, "wb") as file:
		file.write(whole)
	stranger = Case("", "school", world, case.args)
	stranger.before, stranger.after = case.after, ("", "", "")
	found += caught(check_state, world, stranger, True)
	stranger.before = stranger.after
	found += caught(check_state, world, stranger, False)
	add = as_head("do", "pupil.add", "name=孙大", "school_year=2026", "grade=1")
	works(world, *add, secret=PIN)
	found += caught(check_state, world, case, False)
	twice = Case("", "school", world, add, PIN)
	twice.before = state(world, twice)
	works(world, *add, secret=PIN)
	twice.after = state(world, twice)
	found += caught(check_again, world, twice)
	with open(os.path.join(world, "school", "kehou.db"), "r+b") as database:
		database.seek(8192)
		database.write(bytes(65536))
	found += caught(check_sound, world, "school")
	found += caught(check_round, world)
	for code, text, promised in ((-11, "", False), (139, "", False), (0, "", False),
			(1, "kehou: The stick is full: usb. Nothing more.", False),
			(1, "", False), (3, "Saved on this machine.", False), (1, "kehou: a line that is long enough\n" * 2, False)):
		done = subprocess.CompletedProcess([], code, "", text)
		found += caught(check_told, done, "fsync(3</x>) = -1 EIO", [], promised)
	return found


# --- Main -------------------------------------------------------------------------------

def tell(number, name, found):
	print(f"{'not ok' if found else 'ok'} {number} - {name}")
	for text in found:
		print("\n".join("# " + line for line in text.splitlines()))
	sys.stdout.flush()
	return bool(found)


def missing():
	"""Why nothing can be traced here; None when it can."""
	if not shutil.which("strace"):
		return "strace is missing: apt-get install --no-install-recommends strace"
	probe = subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "true"],
		capture_output=True, text=True, check=False)
	return None if probe.returncode == 0 else f"strace may not trace here: {probe.stderr}"


def check(folder, pool):
	failed, number, all_cases = False, 1, cases(folder)
	for case in all_cases:
		case.learn(folder)
	failed |= tell(number, "broken states are found", self_test(all_cases[2], folder))
	walks = [(case, mode, step, [pool.submit(walk, case, folder, what, step, call)
		for call in CALLS]) for mode, what, every in MODES for case in all_cases
		if case.sparse == 1 or STEP == 1 or mode == "killed"
		for step in (every if STEP == 1 else every * case.sparse,)]
	for case, mode, step, parts in walks:
		number += 1
		points, found = gather(parts, step)
		print(f"# {case.name}, {mode}: {points} points")
		failed |= tell(number, f"{case.name}, {mode} at any step", found)
	print(f"1..{number}")
	return failed


def main():
	why = missing()
	if why:
		print("1..1")
		return int(tell(1, "strace traces", [why]))
	# The machine stays up: whether memory holds the files or a disk is all the same.
	memory = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
	with tempfile.TemporaryDirectory(prefix="kehou-crash.", dir=memory) as folder, \
			concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool, \
			runner.no_clocks_left():
		try:
			return int(check(folder, pool))
		except Exception: # the preparation must not end in half a protocol
			print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
			print("Bail out! the worlds could not be prepared")
			return 1


if __name__ == "__main__":
	sys.exit(main())
