#!/usr/bin/env python3
"""kehou audit-pack and the script in it: a month by real commands, recomputed. TAP."""
import csv
import datetime
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # nothing is left in the tree
import runner

sys.path.insert(0, os.path.join(os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(
	os.path.abspath(__file__)))), "tests", "vectors"))
import wire  # noqa: E402, F401: finds a Python that has nacl
from read_segment import Reader, read_header, unpack  # noqa: E402

KEHOU = os.environ["KEHOU"]
PIN, PASSPHRASE, SCHOOL = "246810", "correct horse battery", "3141018501"
# Entered today for last month: the plan's cut-off leaves time until the 40th day.
NOW = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
TODAY = NOW.date()
LAST = TODAY.replace(day=1) - datetime.timedelta(1)
MONTH = int(LAST.strftime("%Y%m"))
YEAR = LAST.year
work = ""


def path(*names):
	return os.path.join(work, *names)


def kehou(*args, code=0, node="hub", secret=PIN, stdin=None):
	read, write = os.pipe()
	os.write(write, (secret + "\n").encode())
	os.close(write)
	run = subprocess.run([KEHOU, "--lang", "en", "-D", path(node)] +
		[str(read) if a == "FD" else a for a in args], pass_fds=[read], input=stdin,
		capture_output=True, text=True, timeout=120, check=False)
	os.close(read)
	assert run.returncode == code, f"{args}: exit {run.returncode}: {run.stdout}{run.stderr}"
	return run


def head(*args, **more):
	return kehou("--as", "head", "--pin-fd", "FD", *args, node="school", **more)


def do(*args):
	return json.loads(head("--json", "do", *args).stdout)["rows"]


def pack(name, *more, month=LAST, **also):
	return head("audit-pack", "--month", month.strftime("%Y-%m"), "-o", path(name), *more, **also)


def check(name):
	return subprocess.run([sys.executable, "-I", path(name, "check.py")], cwd="/",
		capture_output=True, text=True, timeout=120, check=False)


def carry(source, to):
	kehou("export", "--to", path("usb"), *(["--all"] if source == "hub" else []), node=source)
	kehou("import", "--from", path("usb"), node=to)


def number(year, month, day):
	return (datetime.date(year, month, day) - datetime.date(2000, 1, 1)).days


# The noon window is the whole day, so that a handover of today falls into it.
PLAN = {"version": 1, "from": number(YEAR - 1, 1, 1), "title": "plan",
	"terms": [{"from": number(YEAR - 1, 1, 1), "until": number(YEAR + 2, 1, 1)}], "days": [],
	"windows": [{"class": 0, "from": 101, "until": 1231, "slot": 1, "begin": 0, "end": 1439},
		{"class": 0, "from": 101, "until": 1231, "slot": 2, "begin": 970, "end": 1070}],
	"rates": [{"unit": 2, "unit_min": 45, "fen": 2000},
		{"unit": 2, "unit_min": 45, "fen": 2333, "class": 220}],
	"settings": [{"name": "cap_month_fen", "value": 30000}, {"name": "cutoff_day", "value": 40}],
	"phases": [{"code": 2, "title": "all", "quantity": 1}],
	"activities": [{"code": 1, "title": "reading"}]}


def body(packed):
	"""Of a segment, unpacked."""
	r = Reader(packed)
	read_header(Reader(r.sized(8 << 20)))
	return unpack(r, 8 << 20)


def test_a_month_of_duty_by_commands():
	os.mkdir(path("usb"))
	kehou("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy", path("a"),
		"--root-copy", path("b"), "--passphrase-fd", "FD", secret=PASSPHRASE)
	kehou("invite", "--school", SCHOOL, "--name", "寨东小学", "--class", "220", "-o", path("khi"))
	kehou("init", "school", "--invite", path("khi"), "--head", "head", "--pin-fd", "FD",
		node="school")
	kehou("do", "policy.publish", "document=-", stdin=json.dumps(PLAN))
	kehou("do", "ledger.budget", f"year={YEAR}", "fen=900000", "reason=b",
		f"on={YEAR}-01-01", "voucher=B-0001")
	carry("school", "hub")
	kehou("do", "ledger.allocate", f"year={YEAR}", "fen=500000", "to_school=" + SCHOOL,
		"reason=a, with a \"quote\"", f"on={YEAR}-01-02", "voucher=0002")
	carry("hub", "school")
	first = LAST.replace(day=1)
	do("site.add", "site=0", "name=寨东小学", "class=220", "kind=1")
	people = [do("staff.add", f"name={name}", "roles=teacher")[0]["staff"]
		for name in ("teacher a", "teacher b")]
	child = do("pupil.add", "name=child 1", f"school_year={YEAR}", "grade=1")[0]["pupil"]
	me = [s["staff"] for s in json.loads(head("--json", "show", "staff").stdout)
		if s["name"] == "head"][0]
	for staff in (me, people[0]):
		do("staff.edit", f"staff_id={staff}", f"checked_on={YEAR - 1}-01-01")
	for day in range(20):
		do("rollcall", f"date={first + datetime.timedelta(day)}", "slot=2", f"extra=[{child}]")
	do("rollcall", f"date={first}", "slot=1", f"extra=[{child}]")
	do("handover.record", f"date={first}", "slot=1", f"to_staff={people[0]}", "counted=1")
	for staff, minutes in ((people[0], 100), (people[0], -45), (people[1], 50)):
		do("duty.add", f"person={staff}", f"date={first}", "slot=2", f"minutes={minutes}",
			"reason=second adult, by paper")
	do("incident.report", "kind=6", f"date={first}", f"pupil={child}", "place=office", "what=SAID-OF-THE-HEAD",
		f"about_staff={me}")
	do("statement.submit", f"month={MONTH}")
	signed = int(time.time())
	do("ledger.spend", f"year={YEAR}", "purpose=3", "fen=1250", "voucher=S-7", "reason=chalk",
		f"on={LAST}")
	while int(time.time()) == signed: # what is of the same second belongs to the statement
		pass
	do("duty.add", f"person={people[0]}", f"date={LAST}", "slot=2", "minutes=45", "reason==1+1 late")


def test_R11_every_figure_of_the_pack_agrees():
	run = pack("good")
	assert "SHA-256" in run.stderr and not os.path.exists(path("good.tmp"))
	with open(path("good", "manifest.csv"), "rb") as f:
		assert hashlib.sha256(f.read()).hexdigest() in run.stderr
	run = check("good")
	assert run.returncode == 0 and "figures agree" in run.stdout, run.stdout + run.stderr
	lines = table("good", "statement.csv")
	# The head at the cap; teacher a 55 minutes of 2333 / 45; teacher b is not checked.
	assert sorted(int(r["fen"]) for r in lines) == [0, 2851, 30000], lines
	assert "328.51 yuan" in run.stdout, run.stdout
	assert {r["voucher"] for r in table("good", "vouchers.csv")} == {"B-0001", "0002", "S-7"}


def table(name, file):
	with open(path(name, file), encoding="utf-8-sig", newline="") as f:
		return list(csv.DictReader(f))


def pick_of(file, where):
	"""The first row that is so; rows are in order of ids, which are drawn."""
	return next(i for i, row in enumerate(table("good", file)) if where.items() <= row.items())


def altered(name, file, column, value, where, forge=False):
	"""A copy of the good pack with one cell changed; forge: the manifest made anew."""
	shutil.rmtree(path(name), ignore_errors=True)
	shutil.copytree(path("good"), path(name))
	rows, pick = table(name, file), pick_of(file, where)
	assert rows[pick][column] != str(value)
	rows[pick][column] = value
	with open(path(name, file), "w", encoding="utf-8-sig", newline="") as f:
		out = csv.DictWriter(f, list(rows[0]))
		out.writeheader()
		out.writerows(rows)
	if forge:
		lines = table(name, "manifest.csv")
		with open(path(name, "manifest.csv"), "w", encoding="ascii", newline="") as f:
			out = csv.DictWriter(f, list(lines[0]))
			out.writeheader()
			for line in lines:
				with open(path(name, *line["file"].split("/")), "rb") as data:
					line["sha256"] = hashlib.sha256(data.read()).hexdigest()
				out.writerow(line)
	run = check(name)
	assert run.returncode == 1 and "Traceback" not in run.stderr, run.stdout + run.stderr
	return run.stdout + run.stderr


CHANGES = (("sessions.csv", "ends", 1000, {}), ("sessions.csv", "marks", 0, {}),
	("handovers.csv", "to_staff", 5, {}), ("entries.csv", "minutes", 101, {"minutes": "100"}),
	("rates.csv", "fen", 2001, {}), ("staff.csv", "checked_on", "", {"name": "head"}),
	("settings.csv", "value", 1, {}), ("plans.csv", "from_on", "2199-01-01", {}),
	("duty.csv", "fen", 1, {"name": "head"}), ("duty.csv", "minutes", 1, {"name": "head"}),
	("statement.csv", "fen", 1, {"name": "head"}), ("steps.csv", "fen", 1, {}),
	("ledger.csv", "fen", 1, {"voucher": "B-0001"}), ("spendings.csv", "fen", 1, {}),
	("money.csv", "left_fen", 1, {}), ("vouchers.csv", "voucher", "X", {}),
	("sites.csv", "class", 111, {}))


def test_R11_one_altered_row_fails_and_is_named():
	for file, column, value, where in CHANGES:
		said = altered("bent", file, column, value, where)
		row = pick_of(file, where) + 2
		assert f"{file} row {row} is not as it was packed" in said, said


def test_R11_a_figure_altered_together_with_the_manifest_is_recomputed_and_named():
	for file, column, value, where in CHANGES:
		if file in ("handovers.csv", "rates.csv", "staff.csv"):
			continue # that row changes no sum; rates: below
		said = altered("bent", file, column, value, where, forge=True)
		assert "recomputed" in said or "vouchers.csv" in said or "lacks" in said, (file, said)
		assert "as it was packed" not in said, said
	assert "duty.csv row" in altered("bent", "rates.csv", "fen", 2334, {"class": "220"}, forge=True)
	day = {"name": "head", "date": str(LAST.replace(day=3)), "slot": "2"}
	said = altered("bent", "duty.csv", "fen", 1, day, forge=True)
	row = pick_of("duty.csv", day) + 2
	assert f"duty.csv row {row}: fen is 1, recomputed 5184" in said, said


def test_a_missing_file_is_named():
	for name in ("entries.csv", "segments/roster", "manifest.csv"):
		shutil.rmtree(path("bent"))
		shutil.copytree(path("good"), path("bent"))
		os.remove(path("bent", *name.split("/")))
		run = check("bent")
		said = run.stdout + run.stderr
		assert run.returncode == 1 and name in said and "Traceback" not in said, said


def test_the_signed_segments_are_in_the_pack_and_stand_under_their_hashes():
	segments = [n for n in os.listdir(path("good", "segments")) if n.endswith(".seg")]
	assert {n.split("-")[0] for n in segments} == {"0", SCHOOL}, segments
	with open(path("good", "segments", segments[0]), "r+b") as f:
		byte = f.read(1)
		f.seek(0)
		f.write(bytes([byte[0] ^ 1]))
		f.flush()
		run = check("good")
		f.seek(0)
		f.write(byte)
	assert run.returncode == 1 and segments[0] in run.stdout
	assert check("good").returncode == 0


def test_R18_no_name_of_a_child_and_no_report_is_in_the_pack():
	words = (b"child 1", b"SAID-OF-THE-HEAD", b"office")
	kept = b""
	database = sqlite3.connect(path("school", "kehou.db"))
	for (packed,) in database.execute("SELECT packed FROM kehou_segment"):
		kept += body(packed)
	database.close()
	assert all(word in kept for word in words), "the search finds nothing"
	for name in os.listdir(path("good", "segments")):
		with open(path("good", "segments", name), "rb") as f:
			data = f.read()
		found = data if name == "roster" else body(data)
		assert not [word for word in words if word in found], (name, words)


def test_no_cell_of_the_pack_is_a_formula():
	with open(path("good", "entries.csv"), encoding="utf-8-sig") as f:
		text = f.read()
	assert "'=1+1 late" in text and ",=1+1" not in text, text


def test_the_month_that_runs_with_a_handover_of_this_minute():
	people = {s["name"]: s["staff"] for s in json.loads(head("--json", "show", "staff").stdout)}
	child = json.loads(head("--json", "show", "pupils").stdout)[0]["pupil"]
	do("rollcall", f"date={TODAY}", "slot=1", f"extra=[{child}]")
	do("handover.record", f"date={TODAY}", "slot=1", f"to_staff={people['teacher a']}", "counted=1")
	pack("now", month=TODAY)
	run = check("now")
	assert run.returncode == 0, run.stdout + run.stderr
	noon = [r for r in table("now", "duty.csv") if r["date"] == str(TODAY)]
	assert sum(int(r["minutes"]) for r in noon) == 1439 and len(noon) == 2
	assert [r["late"] for r in table("now", "duty.csv") if r["entry"] != "0"] == ["1"]


def test_the_hub_packs_one_school_from_what_reached_it():
	carry("school", "hub")
	kehou("audit-pack", "--month", LAST.strftime("%Y-%m"), "-o", path("county"), "--school", SCHOOL)
	run = check("county")
	assert run.returncode == 0 and "328.51 yuan" in run.stdout, run.stdout + run.stderr
	with open(path("county", "duty.csv"), "rb") as a, open(path("good", "duty.csv"), "rb") as b:
		assert a.read() == b.read()


def test_nothing_half_written_and_nothing_overwritten():
	with open(path("good", "manifest.csv"), "rb") as f:
		before = f.read()
	assert "not overwritten" in pack("good", code=1).stderr
	with open(path("good", "manifest.csv"), "rb") as f:
		assert f.read() == before
	os.mkdir(path("cut.tmp"))
	assert "broke off" in pack("cut", code=1).stderr and os.listdir(path("cut.tmp")) == []
	os.rmdir(path("cut.tmp"))
	# The first file is written, then a view is refused: nobody has signed in.
	kehou("audit-pack", "--month", LAST.strftime("%Y-%m"), "-o", path("cut"), node="school", code=1)
	assert not os.path.exists(path("cut")) and not os.path.exists(path("cut.tmp"))


def test_mistakes_give_one_line():
	for args in (("--month", "2026-13", "-o", "x"), ("--month", "202610", "-o", "x"), ("-o", "x"),
			("--month", "2026-10"), ("--month", "2026-10", "-o", ""),
			("--month", "2026-10", "-o", "x", "--school", "abc")):
		lines = head("audit-pack", *args, code=2).stderr.splitlines()
		assert len(lines) == 1 and len(lines[0]) > 15, lines
	answer = json.loads(head("--json", "audit-pack", "--month", LAST.strftime("%Y-%m"), "-o",
		path("json")).stdout)
	assert answer["month"] == MONTH and answer["segments"] > 0


def put(folder):
	global work
	work = folder


def main():
	return runner.run(runner.cases(globals()), put)


if __name__ == "__main__":
	sys.exit(main())
