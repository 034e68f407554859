#!/usr/bin/env python3
"""The program kehou from outside: real nodes in folders, real sticks. Prints TAP."""
import glob
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import runner

SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEHOU = os.environ["KEHOU"]
PIN, PASSPHRASE = "246810", "correct horse battery"
SCHOOL, OTHER = "3141018501", "3141018502"
COMMANDS = ("init hub", "init school", "init relay", "invite", "invite relay", "roster import", "do",
	"show", "show schools", "show inbox", "commands", "views", "export", "import", "stick", "status", "inspect",
	"verify", "digest", "doctor", "policy publish", "audit-pack", "backup", "restore",
	"recovery new", "root rotate", "root issue", "seal new", "retention")
work = ""


class Run:
	def __init__(self, *args, node=None, secrets=(), stdin=None, lang="en", env=None, before=()):
		"""secrets: texts for descriptors that the caller names by FD0, FD1 …"""
		command, pipes = [*before, KEHOU, "--lang", lang], []
		if node:
			command += ["-D", os.path.join(work, node)]
		for i, secret in enumerate(secrets):
			read, write = os.pipe()
			os.write(write, secret.encode() + b"\n")
			os.close(write)
			pipes.append(read)
			args = [str(read) if a == f"FD{i}" else a for a in args]
		clean = {k: v for k, v in os.environ.items()
			if k not in ("KEHOU_DIR", "LC_ALL", "LC_MESSAGES", "LANG")}
		run = subprocess.run(command + list(args), input=stdin, capture_output=True,
			text=True, pass_fds=pipes, timeout=120, check=False,
			env={**clean, **(env or {})})
		for pipe in pipes:
			os.close(pipe)
		self.code, self.out, self.err = run.returncode, run.stdout, run.stderr

	def json(self):
		return json.loads(self.out)

	def fails(self, code, *words):
		"""One line that says something, and the exit code."""
		lines = self.err.splitlines()
		assert self.code == code, f"exit {self.code}, not {code}: {self.out}{self.err}"
		assert len(lines) == 1 and len(lines[0]) > 20, f"not one line: {self.err}"
		for word in words:
			assert word in self.err, f"{word} not in: {self.err}"
		return self

	def works(self, code=0):
		assert self.code == code, f"exit {self.code}: {self.out}{self.err}"
		return self


def path(name):
	return os.path.join(work, name)


def make_hub(node="hub", county="410185", name="登封市"):
	return Run("init", "hub", "--county", county, "--name", name, "--root-copy",
		path(node + "-a.key"), "--root-copy", path(node + "-b.key"), "--passphrase-fd",
		"FD0", node=node, secrets=[PASSPHRASE])


def invite(node, school, file, name="寨东小学"):
	return Run("invite", "--school", school, "--name", name, "--class", "220", "-o",
		path(file), node=node)


def make_school(node, file):
	return Run("init", "school", "--invite", path(file), "--head", "head", "--pin-fd",
		"FD0", node=node, secrets=[PIN])


def as_head(node, *args, **more):
	return Run("--as", "head", "--pin-fd", "FD0", *args, node=node, secrets=[PIN], **more)


def stick(name, fresh=False):
	if fresh:
		shutil.rmtree(path(name), ignore_errors=True)
	os.makedirs(path(name), exist_ok=True)
	return path(name)


def bundles(folder):
	return sorted(glob.glob(os.path.join(folder, "KEHOU", "*.KHB")))


def snapshot(node):
	"""What must not change when something is refused."""
	return Run("digest", node=node).works().out + str(
		Run("status", "--json", node=node).works().json()["transactions"])


# ---- the tests, in the order of a life -------------------------------------------
def test_version_and_help_need_no_node():
	assert Run("--version").works().out.startswith("kehou ")
	assert "import" in Run("--help").works().out
	for lang, word in (("en", "xample"), ("zh", "示例")):
		for command in COMMANDS:
			text = Run(*command.split(), "--help", lang=lang).works().out
			assert word in text and "kehou" in text, f"{command}: {text}"


def test_help_of_a_command_tells_its_parameters_and_numbers():
	for lang, words in (("en", ("Roll call", "absent", "noon")), ("zh", ("点名", "中午"))):
		text = Run("do", "rollcall", "--help", lang=lang).works().out
		assert all(word in text for word in words), text
	assert "谁还在校" in Run("show", "still_here", "--help", lang="zh").works().out
	assert "谁还在校" in Run("views", lang="zh").works().out


def test_language_follows_lang_unless_told():
	assert "没有" in subprocess.run([KEHOU, "nonsense"], capture_output=True, text=True,
		env={"LANG": "zh_CN.UTF-8"}, check=False).stderr
	assert "no command" in subprocess.run([KEHOU, "nonsense"], capture_output=True,
		text=True, env={"LANG": "C.UTF-8"}, check=False).stderr
	assert "no command" in subprocess.run([KEHOU, "--lang", "en", "nonsense"],
		capture_output=True, text=True, env={"LANG": "zh_CN.UTF-8"}, check=False).stderr


def test_mistakes_on_the_command_line_give_2_and_one_line():
	for args in ((), ("nonsense",), ("status", "extra"), ("status", "--nonsense"),
			("export",), ("export", "--to"), ("export", "--to", "a", "--to", "b"),
			("inspect",), ("invite", "--school", "12", "--name", "x", "--class", "220",
			"-o", "f"), ("invite", "--school", SCHOOL, "--name", "x", "--class", "221",
			"-o", "f"), ("do",), ("do", "nonsense"), ("show", "nonsense"),
			("digest", "abc"), ("init", "school"), ("roster", "import")):
		Run(*args, node="nowhere").fails(2)
	Run("status").fails(2, "KEHOU_DIR")
	assert not os.path.exists(path("nowhere"))


def test_errors_are_json_when_asked_for():
	run = Run("status", "--json", node="nowhere")
	error = json.loads(run.fails(10).err)
	assert set(error) == {"code", "message", "data_safe", "next"}
	assert error["code"] == "NOT_INITIALISED" and error["data_safe"] is True
	assert run.out == ""


def test_an_empty_directory_is_not_initialised():
	os.mkdir(path("empty"))
	for command in ("status", "verify", "digest", "doctor", "show schools"):
		Run(*command.split(), node="empty").fails(10)
	assert os.listdir(path("empty")) == []


def test_hub_is_made_once_and_its_root_key_twice():
	Run("init", "hub", "--county", "41018", "--name", "x", "--root-copy", path("a"),
		"--root-copy", path("b"), "--passphrase-fd", "FD0", node="hub",
		secrets=[PASSPHRASE]).fails(2, "six digits")
	Run("init", "hub", "--county", "410185", "--name", "x", "--root-copy", path("a"),
		"--root-copy", path("a"), "--passphrase-fd", "FD0", node="hub",
		secrets=[PASSPHRASE]).fails(2, "root-copy")
	Run("init", "hub", "--county", "410185", "--name", "x", "--root-copy", path("a"),
		"--root-copy", path("b"), "--passphrase-fd", "FD0", node="hub",
		secrets=["short"]).fails(2, "8")
	os.makedirs(path("hub"), mode=0o755, exist_ok=True)
	make_hub().works()
	for copy in ("hub-a.key", "hub-b.key", "hub/kehou.db", "hub/keys"):
		assert os.stat(path(copy)).st_mode & 0o077 == 0
	before = snapshot("hub")
	make_hub().fails(1, "Nothing was changed")
	assert snapshot("hub") == before


def test_school_starts_from_its_invitation_and_prints_the_recovery_text_once():
	invite("hub", SCHOOL, "1.khi").works()
	invite("hub", OTHER, "2.khi", "冶上教学点").works()
	Run("invite", "--school", SCHOOL, "--name", "x", "--class", "220", "-o", path("1.khi"),
		node="hub").fails(1, "not overwritten")
	run = make_school("school", "1.khi").works()
	assert len(run.out.strip()) > 40 and "printed" not in run.out
	make_school("school", "2.khi").fails(1, "already")


def test_a_damaged_invitation_makes_nothing():
	good = open(path("2.khi"), "rb").read()
	for name, data in (("cut.khi", good[:len(good) // 2]), ("none.khi", b""),
			("text.khi", b"hello\n"),
			("bent.khi", good[:len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) +
			good[len(good) // 2 + 1:])):
		with open(path(name), "wb") as target:
			target.write(data)
		make_school("unborn", name).fails(1)
		Run("status", node="unborn").fails(10)
	make_school("unborn", "missing.khi").fails(1, "missing.khi")


def test_secrets_on_the_command_line_are_refused():
	as_head("school", "do", "staff.add", "name=x", "roles=teacher", "pin=1234").fails(2,
		"pin=@FILE")
	as_head("school", "do", "staff.add", "name=李老师", "roles=teacher", "pin=-",
		stdin="1357\n").works()


def test_children_are_shown_to_nobody_who_has_not_signed_in():
	for view in ("pupils", "inbox"):
		Run("show", view, node="school").fails(1, "signed in")
		as_head("school", "show", view).works()


def test_a_wrong_pin_opens_nothing():
	Run("--as", "head", "--pin-fd", "FD0", "show", "staff", node="school",
		secrets=["999999"]).fails(1, "PIN")
	Run("--as", "nobody", "--pin-fd", "FD0", "show", "staff", node="school",
		secrets=[PIN]).fails(1, "nobody")
	Run("--as", "head", "show", "staff", node="school").fails(2, "--pin-fd")


def test_roster_import_again_changes_nothing():
	file = os.path.join(SRC, "tests", "data", "rosters", "01-plain-utf8.csv")
	args = ("--json", "roster", "import", file, "--school-year", "2020")
	assert as_head("school", *args, "--dry-run").json()["counts"]["new"] == 23
	assert as_head("school", *args).json()["counts"]["new"] == 23
	again = as_head("school", *args).json()["counts"]
	assert again["new"] == 0 and again["changed"] == 0 and again["unchanged"] == 23
	assert len(as_head("school", "--json", "show", "pupils").works().json()) == 23


def test_bad_parameters_of_commands_change_nothing():
	before = snapshot("school")
	as_head("school", "do", "pupil.edit").fails(2, "pupil")
	as_head("school", "do", "pupil.edit", "pupil=abc").fails(2, "pupil")
	as_head("school", "do", "pupil.edit", "pupil=1", "nonsense=2").fails(2, "nonsense")
	as_head("school", "do", "pupil.edit", "pupil=1", "pupil=1").fails(2, "pupil")
	as_head("school", "do", "pupil.edit", "pupil").fails(2, "key=value")
	error = json.loads(as_head("school", "--json", "do", "pupil.edit", "pupil=1").fails(
		1).err)
	assert error["code"] == "R19.no_pupil" and error["data_safe"] is True
	assert snapshot("school") == before


def test_status_says_the_three_facts_before_any_contact():
	text = Run("status", node="school", lang="zh").works().out
	assert "本机已保存" in text and "待上报" in text and "县中心尚未确认" in text


def hold(node):
	"""A process that has the node open and waits for a PIN, and the pipe for it."""
	read, write = os.pipe()
	holder = subprocess.Popen([KEHOU, "-D", path(node), "--as", "head", "--pin-fd",
		str(read), "--json", "show", "staff"], pass_fds=[read], stdout=subprocess.PIPE,
		stderr=subprocess.DEVNULL)
	os.close(read)
	return holder, write


def test_a_locked_directory_gives_11():
	# Two that start together may both be refused: then neither was the owner, try again.
	for _ in range(50):
		holder, write = hold("school")
		run = Run("status", node="school")
		while run.code == 0 and holder.poll() is None:
			run = Run("status", node="school")
		try:
			os.write(write, PIN.encode() + b"\n")
		except BrokenPipeError:
			pass
		os.close(write)
		holder.communicate(timeout=60)
		if run.code != 0 and holder.returncode == 0:
			break
	run.fails(11)
	assert holder.returncode == 0
	Run("status", node="school").works()


def test_the_stick_goes_there_and_back_until_the_county_confirms():
	folder = stick("usb")
	Run("export", "--to", folder, node="school").works()
	assert bundles(folder)
	Run("import", "--from", folder, node="hub").works()
	Run("export", "--to", folder, node="hub").works()
	Run("import", "--from", folder, node="school").works()
	status = Run("status", "--json", node="school").works().json()
	assert status["waiting"] == 0 and status["certified"] and status["confirmed_ms"] > 0
	assert "县中心已确认至 2" in Run("status", node="school", lang="zh").out
	assert Run("digest", SCHOOL, node="hub").out == Run("digest", SCHOOL,
		node="school").works().out
	row = [s for s in Run("show", "schools", "--json", node="hub").json()
		if s["school"] == SCHOOL][0]
	assert row["enrolled"] and row["transactions"] == status["transactions"]


def test_the_same_stick_again_is_known_and_changes_nothing():
	before = snapshot("hub")
	result = Run("--json", "import", "--from", path("usb"), node="hub").works().json()
	assert result["merged"] == 0 and result["rows"] == 0
	assert snapshot("hub") == before


def test_bad_bundles_are_refused_and_the_good_one_is_taken():
	as_head("school", "do", "staff.add", "name=王老师", "roles=teacher").works()
	folder = stick("bad", fresh=True)
	Run("export", "--to", folder, node="school").works()
	good = open(bundles(folder)[0], "rb").read()
	middle = len(good) // 2
	for i, data in enumerate((good[:middle], b"", b"KHB1", os.urandom(4096),
			good[:middle] + bytes([good[middle] ^ 0x40]) + good[middle + 1:],
			good + b"x")):
		with open(os.path.join(folder, "KEHOU", f"{i:032X}.KHB"), "wb") as target:
			target.write(data)
	run = Run("--json", "import", "--from", folder, node="hub").works(3)
	result = run.json()
	assert result["refused"] == 6 and result["merged"] == 1, result
	assert "REFUSED" in Run("import", "--from", folder, node="hub").works(3).out
	for file in bundles(folder):
		run = Run("inspect", file)
		assert run.code in (0, 1) and "Traceback" not in run.err


def test_an_oversized_a_newer_and_a_foreign_bundle_change_nothing():
	make_hub("far", "410184", "新郑市").works()
	invite("far", "3141018401", "far.khi").works()
	make_school("far-school", "far.khi").works()
	folder = stick("bad-kinds", fresh=True)
	Run("export", "--to", folder, node="far-school").works()
	foreign = bundles(folder)[0]
	good = open(bundles(path("usb"))[0], "rb").read()
	with open(os.path.join(folder, "KEHOU", "A" * 32 + ".KHB"), "wb") as target:
		target.write(good)
		target.truncate(3 << 30)
	with open(os.path.join(folder, "KEHOU", "B" * 32 + ".KHB"), "wb") as target:
		target.write(b"KHB2" + good[4:])
	before = snapshot("hub")
	run = Run("--json", "import", "--from", folder, node="hub").works(3)
	reasons = {f["file"]: f["status"] for f in run.json()["files"] if f["outcome"] == "refused"}
	assert reasons == {"A" * 32 + ".KHB": "TOO_LARGE", "B" * 32 + ".KHB": "NEWER",
		os.path.basename(foreign): "FOREIGN"}, reasons
	text = Run("import", "--from", folder, node="hub").works(3).err
	assert "is safe" in text and "export again" in text and "Saved" not in text, text
	assert snapshot("hub") == before


def test_an_older_bundle_than_the_newest_brings_nothing():
	old, new = stick("old", fresh=True), stick("new", fresh=True)
	as_head("school", "do", "staff.add", "name=张老师", "roles=teacher").works()
	Run("export", "--to", old, node="school").works()
	as_head("school", "do", "staff.add", "name=赵老师", "roles=teacher").works()
	Run("export", "--to", new, node="school").works()
	assert Run("--json", "import", "--from", new, node="hub").works().json()["merged"] == 1
	before = snapshot("hub")
	result = Run("--json", "import", "--from", old, node="hub").works().json()
	assert result["transactions"] == result["rows"] == result["refused"] == 0, result
	assert snapshot("hub") == before


def test_a_database_of_a_newer_version_is_not_touched():
	shutil.copytree(path("school"), path("tomorrow"))
	file = path("tomorrow/kehou.db")
	database = sqlite3.connect(file)
	changed = database.execute("UPDATE kehou_meta SET data = x'7F' WHERE space = 'store' "
		"AND name = 'schema'").rowcount
	database.commit()
	database.close()
	assert changed == 1
	before = open(file, "rb").read()
	for command in (("status",), ("verify",), ("export", "--to", stick("usb")),
			("import", "--from", stick("usb"))):
		Run(*command, node="tomorrow").fails(1, "newer version", "is safe", "Upgrade")
	assert open(file, "rb").read() == before


def test_a_root_key_of_before_is_not_written_over():
	key = open(path("hub-a.key"), "rb").read()
	Run("init", "hub", "--county", "410185", "--name", "x", "--root-copy",
		path("hub-a.key"), "--root-copy", path("fresh.key"), "--passphrase-fd", "FD0",
		node="second", secrets=[PASSPHRASE]).fails(1, "hub-a.key", "not overwritten")
	assert open(path("hub-a.key"), "rb").read() == key
	assert not os.path.exists(path("second")) and not os.path.exists(path("fresh.key"))


def test_what_is_no_number_of_a_child_is_refused():
	before = snapshot("school")
	for name in ("absent", "excused", "extra"):
		as_head("school", "do", "rollcall", "date=2026-11-24", "slot=2",
			f"{name}=[0]").fails(1, "0")
	as_head("school", "do", "leave.one", "date=2026-11-24", "slot=2", "pupil=0").fails(1)
	as_head("school", "do", "attendance.correct", "date=2026-11-24", "slot=2", "pupil=0",
		"state=1").fails(1)
	assert snapshot("school") == before


def test_a_folder_that_is_not_there_is_told():
	Run("import", "--from", path("no-stick"), node="hub").fails(1, "no-stick")
	Run("export", "--to", path("no-stick"), node="school").fails(1, "no-stick")


def test_a_folder_that_cannot_be_written_is_told():
	with open(path("file"), "w", encoding="utf-8") as target:
		target.write("x")
	Run("export", "--to", path("file"), node="school").fails(2)
	assert snapshot("school")


def test_another_countys_hub_takes_nothing():
	make_hub("foreign", "410184", "新郑市").works()
	before = snapshot("foreign")
	folder = stick("abroad", fresh=True)
	Run("export", "--to", folder, node="school").works()
	run = Run("--json", "import", "--from", folder, node="foreign")
	assert run.code in (0, 3), run.err
	assert run.json()["merged"] == 0
	assert snapshot("foreign") == before


def test_a_used_invitation_is_refused_visibly():
	make_school("double", "1.khi").works()
	folder = stick("double-usb", fresh=True)
	Run("export", "--to", folder, node="double").works()
	run = Run("import", "--from", folder, node="hub").works(3)
	assert "REFUSED" in run.out, run.out


def test_inspect_tells_kinds_and_no_secret():
	for file in (path("1.khi"), bundles(path("usb"))[0], os.path.join(path("hub"), "roster")):
		assert Run("inspect", file).works().out.strip()
	Run("inspect", os.path.join(SRC, "configure.ac")).fails(1)


def test_verify_and_doctor_are_content():
	for node in ("hub", "school"):
		assert Run("verify", "--json", node=node).works().json()["good"] is True
		assert Run("doctor", node=node).works().out


def test_doctor_sees_an_open_key_file():
	key = os.path.join(path("school"), "keys", "node.key")
	os.chmod(key, 0o644)
	run = Run("doctor", node="school").works(1)
	assert "BAD" in run.out and "node.key" in run.out
	os.chmod(key, 0o600)
	Run("doctor", node="school").works(0)


def test_a_damaged_database_is_told_as_unsafe():
	shutil.copytree(path("school"), path("broken"))
	for name in glob.glob(path("broken") + "/kehou.db-*"):
		os.remove(name)
	with open(path("broken") + "/kehou.db", "r+b") as database:
		database.write(b"\0" * 8192)
	error = json.loads(Run("status", "--json", node="broken").fails(1).err)
	assert error["code"] == "CORRUPT" and error["data_safe"] is False


def test_a_lost_disk_comes_back_with_the_recovery_sheet():
	make_hub("county").works()
	invite("county", SCHOOL, "lost.khi").works()
	sheet = make_school("lost", "lost.khi").works().out.strip()
	as_head("lost", "do", "pupil.add", "name=钱一", "school_year=2026", "grade=1").works()
	usb = stick("lost-usb", fresh=True)
	for node, way in (("lost", "export"), ("county", "import")):
		Run(way, "--to" if way == "export" else "--from", usb, node=node).works()
	shutil.rmtree(path("lost"))
	invite("county", SCHOOL, "again.khi").works()
	again = ("init", "school", "--invite", path("again.khi"), "--recovery-fd", "FD0")
	Run(*again, node="again", secrets=[sheet[:-1] + ("1" if sheet[-1] != "1" else "2")]).fails(2)
	assert not os.path.exists(path("again"))
	run = Run(*again, node="again", secrets=[sheet.lower()]).works()
	assert run.out == "" and "sheet stays valid" in run.err
	for node, way in (("again", "export"), ("county", "import"), ("county", "export"),
			("again", "import"), ("again", "export"), ("county", "import")):
		Run(way, "--to" if way == "export" else "--from", usb, node=node).works()
	assert "钱一" in as_head("again", "show", "pupils").works().out
	status = Run("status", "--json", node="again").works().json()
	assert status["locked"] == 0 and status["certified"] is True
	assert Run("verify", "--json", node="again").works().json()["good"] is True
	assert Run("digest", SCHOOL, node="again").works().out == \
		Run("digest", SCHOOL, node="county").works().out


def carry(usb, *nodes):
	for node in nodes:
		Run("import", "--from", usb, node=node)
		Run("export", "--to", usb, node=node).works()


def same(*nodes, scope=SCHOOL):
	digests = {Run("digest", scope, node=node).works().out for node in nodes}
	assert len(digests) == 1, digests


def test_a_backup_brings_the_school_back_and_nobody_who_was_erased():
	make_hub("bhub").works()
	invite("bhub", SCHOOL, "b.khi").works()
	sheet = make_school("bschool", "b.khi").works().out.strip()
	usb = stick("b-usb", fresh=True)
	with open(path("two.csv"), "w", encoding="utf-8") as file:
		file.write("姓名,年级\n钱一,1\n孙二,1\n")
	as_head("bschool", "roster", "import", path("two.csv")).works()
	carry(usb, "bschool", "bhub", "bschool")
	run = Run("backup", path("1.kha"), node="bschool").works()
	assert "recovery sheet" in run.err
	Run("backup", path("1.kha"), node="bschool").fails(1, "not overwritten")
	assert Run("inspect", "--json", path("1.kha")).works().json()[0]["text"] == "backup"
	pupil = as_head("bschool", "--json", "show", "pupils").works().json()[0]
	as_head("bschool", "do", "pupil.erase", f"pupil={pupil['pupil']}").works()
	Run("backup", path("2.kha"), node="bschool").works()
	carry(usb, "bschool", "bhub")
	shutil.rmtree(path("bschool"))
	back = ("restore", path("1.kha"), "--recovery-fd", "FD0")
	with open(path("1.kha"), "rb") as file:
		whole = file.read()
	for name, data, word in (("cut.kha", whole[:9999], "damaged"), ("no.kha", b"no", ""),
			("odd.kha", whole[:9000] + b"?" + whole[9001:], "damaged"),
			("new.kha", b"KHA2" + whole[4:], "newer version")):
		with open(path(name), "wb") as file:
			file.write(data)
		Run("restore", path(name), "--recovery-fd", "FD0", node="bback",
			secrets=[sheet]).fails(1, word)
		assert not os.path.exists(path("bback")) or os.listdir(path("bback")) in ([], ["keys"])
	Run(*back, node="bback", secrets=[sheet[:-1] + "0" if sheet[-1] != "0" else "1"]).fails(2)
	Run(*back[:2], "--passphrase-fd", "FD0", node="bback", secrets=[PASSPHRASE]).fails(1)
	# The list beside the later backup speaks for the earlier one.
	assert "erased here too: 1" in Run(*back, node="bback", secrets=[sheet]).works().err
	assert subprocess.run(["grep", "-rqa", pupil["name"], path("bback")], check=False).returncode == 1
	Run(*back, node="bback", secrets=[sheet]).fails(1, "already")
	names = [p["name"] for p in as_head("bback", "--json", "show", "pupils").works().json()]
	assert pupil["name"] not in names and len([n for n in names if n]) == 1, names
	Run("verify", node="bback").works()
	carry(usb, "bback", "bhub", "bback", "bhub", "bback")
	Run("verify", node="bback").works()


def test_a_hub_of_last_week_gets_everything_back_from_its_schools():
	invite("bhub", "3141018509", "b9.khi").works()
	run = Run("backup", path("hub.kha"), node="bhub").works()
	assert "root key" in run.err
	usb = stick("b-usb")
	make_school("bnew", "b9.khi").works()
	as_head("bback", "do", "pupil.add", "name=李三", "school_year=2026", "grade=1").works()
	carry(usb, "bback", "bnew", "bhub", "bback", "bnew")
	# The list holds an erased person too, in the order of random numbers.
	li, = (p for p in as_head("bback", "--json", "show", "pupils").works().json()
		if p["name"] == "李三")
	Run("do", "pupil.edit", f"school={SCHOOL}", "birth=2014-05-01",
		f"pupil={li['pupil']}", node="bhub").works()
	carry(usb, "bhub", "bback", "bnew")
	same("bhub", "bback")
	known = Run("digest", SCHOOL, node="bhub").works().out
	shutil.rmtree(path("bhub"))
	back = ("restore", path("hub.kha"), "--root-copy")
	Run(*back, path("hub-a.key"), "--passphrase-fd", "FD0", node="bhub",
		secrets=[PASSPHRASE]).fails(1, "not sealed to this root key")
	Run(*back, path("bhub-a.key"), "--passphrase-fd", "FD0", node="bhub",
		secrets=["wrong passphrase"]).fails(1, "passphrase")
	Run(*back, path("bhub-b.key"), "--passphrase-fd", "FD0", node="bhub",
		secrets=[PASSPHRASE]).works()
	rows = Run("--json", "show", "schools", node="bhub").works().json()
	assert [r["enrolled"] for r in rows if r["school"] == "3141018509"] == [False]
	carry(usb, "bhub", "bback", "bnew", "bhub", "bback", "bnew")
	assert Run("digest", SCHOOL, node="bhub").works().out == known
	same("bhub", "bback")
	same("bhub", "bnew", scope="3141018509")
	for node in ("bhub", "bback", "bnew"):
		Run("verify", node=node).works()
		assert Run("status", "--json", node=node).works().json()["held"] == 0


def test_who_reads_a_stick_is_shut_off_and_still_knows_the_machine():
	usb, trace, file = stick("shut-usb"), path("shut.trace"), path("bhub/kehou.db")
	query = "SELECT hex(data) FROM kehou_meta WHERE space = 'self' AND name IN ('epoch', 'superseded')"
	assert "--all" in Run("export", "--to", usb, node="bhub").works().err
	Run("export", "--all", "--to", usb, node="bhub").works()
	before = subprocess.check_output(["sqlite3", file, query])
	for args in (("import", "--from", usb), ("export", "--to", usb), ("inspect", bundles(usb)[0])):
		run = Run(*args, node="bhub", before=("strace", "-qq", "-o", trace, "-e",
			"trace=openat,seccomp") if shutil.which("strace") else ())
		if "ptrace" in run.err or not shutil.which("strace"):
			raise runner.Skip("strace may not trace here")
		run.works()
		with open(trace, encoding="utf-8", errors="replace") as lines:
			calls = [line for line in lines if "= -1" not in line]
		shut = next(i for i, c in enumerate(calls) if c.startswith("seccomp(SECCOMP_SET_MODE_FILTER"))
		assert any(".KHB" in c for c in calls[shut:]), calls
		assert args[0] == "inspect" or not any(".KHB" in c for c in calls[:shut]), calls
	assert subprocess.check_output(["sqlite3", file, query]) == before  # not taken for a copy


def test_a_new_sheet_is_printed_and_opens_the_next_backup():
	sheet = as_head("bback", "recovery", "new").works().out.strip()
	Run("recovery", "new", node="bhub").fails(1, "school")
	Run("backup", path("3.kha"), node="bback").works()
	Run("restore", path("3.kha"), "--recovery-fd", "FD0", node="bnext",
		secrets=[sheet]).works()
	assert "李三" in as_head("bnext", "show", "pupils").works().out


def test_a_school_that_slept_through_new_roots_follows_from_one_stick():
	usb = stick("b-usb")
	first = path("bhub-a.key")
	rotate = ("root", "rotate", "--root-copy", first, "--passphrase-fd", "FD0", "--new-copy",
		path("r2a"), "--new-copy", path("r2b"), "--new-passphrase-fd", "FD1")
	Run(*rotate, node="bhub", secrets=["wrong passphrase", PASSPHRASE]).fails(1, "passphrase")
	assert not os.path.exists(path("r2a"))
	Run(*rotate, node="bhub", secrets=[PASSPHRASE, "another long one"]).works()
	Run(*rotate, node="bhub", secrets=[PASSPHRASE, "another long one"]).fails(1, "overwritten")
	Run("root", "issue", "--root-copy", first, "--passphrase-fd", "FD0", node="bhub",
		secrets=[PASSPHRASE]).fails(1, "newer root key")
	Run("root", "issue", "--root-copy", path("r2b"), "--passphrase-fd", "FD0", node="bhub",
		secrets=["another long one"]).works()
	invite("bhub", "3141018511", "b11.khi").works()
	make_school("blate", "b11.khi").works()
	Run("root", "rotate", "--root-copy", path("r2a"), "--passphrase-fd", "FD0", "--new-copy",
		path("r3a"), "--new-copy", path("r3b"), "--new-passphrase-fd", "FD1", node="bhub",
		secrets=["another long one", PASSPHRASE]).works()
	carry(usb, "blate", "bhub", "bback", "bhub", "bback", "blate")
	numbers = {Run("status", "--json", node=n).works().json()["roster"]
		for n in ("bhub", "bback", "blate")}
	assert len(numbers) == 1, numbers
	same("bhub", "bback")
	# The backup of before opens with the root of before, and the hub learns of the new one.
	shutil.rmtree(path("bhub"))
	Run("restore", path("hub.kha"), "--root-copy", first, "--passphrase-fd", "FD0",
		node="bhub", secrets=[PASSPHRASE]).works()
	carry(usb, "bhub", "bback", "bhub", "blate")
	Run("invite", "--school", "3141018513", "--name", "新", "--class", "220", "-o",
		path("b13.khi"), node="bhub").fails(1, "root issue")
	Run("root", "issue", "--root-copy", path("r3a"), "--passphrase-fd", "FD0", node="bhub",
		secrets=[PASSPHRASE]).works()
	invite("bhub", "3141018513", "b13.khi").works()
	carry(usb, "bhub", "bback", "blate", "bhub", "bback", "blate")
	same("bhub", "bback")
	for node in ("bhub", "bback", "blate"):
		Run("verify", node=node).works()


def test_a_second_device_shares_the_school_and_its_key():
	make_hub("twos").works()
	device = ("invite", "device", "--school", SCHOOL, "-o", path("two.khi"))
	Run(*device, node="twos").fails(1, SCHOOL, "enrolled")
	invite("twos", SCHOOL, "one.khi").works()
	make_school("one", "one.khi").works()
	usb, alone = stick("twos-usb", fresh=True), stick("twos-alone", fresh=True)
	carry(usb, "one", "twos", "one")
	Run("invite", "device", node="one").fails(1, "county")
	assert not os.path.exists(path("two.khi"))
	assert "recovery" in Run(*device, node="twos").works().err
	Run("init", "school", "--invite", path("two.khi"), node="two").works()
	as_head("one", "do", "pupil.add", "name=钱一", "school_year=2026", "grade=1").works()
	carry(usb, "two", "twos", "one", "twos", "two")
	assert "钱一" in as_head("two", "show", "pupils").works().out
	assert Run("status", "--json", node="two").works().json()["locked"] == 0
	as_head("two", "do", "pupil.add", "name=孙二", "school_year=2026", "grade=1").works()
	carry(alone, "two", "one", "two")
	assert "孙二" in as_head("one", "show", "pupils").works().out
	assert "孙二" not in Run("show", "pupils", node="twos").out
	carry(usb, "one", "twos", "one", "twos", "two", "twos")
	digests = {Run("digest", SCHOOL, node=node).works().out for node in ("one", "two", "twos")}
	assert len(digests) == 1
	for node in ("one", "two", "twos"):
		assert Run("verify", "--json", node=node).works().json()["good"] is True
	two_notes_of_an_allergy_are_a_question(usb)
	revoke_the_second(usb)


def two_notes_of_an_allergy_are_a_question(usb):
	child = as_head("one", "--json", "show", "pupils").works().json()[0]["pupil"]
	for node, what in (("one", "花生"), ("two", "牛奶")):
		as_head(node, "do", "pupil.private", f"pupil={child}", "allergy=" + what).works()
	carry(usb, "one", "twos", "two", "twos", "one", "twos")
	for node in ("one", "two"):
		rows = as_head(node, "--json", "show", "inbox").works().json()
		assert [{r["stands"], r["other"]} for r in rows] == [{"花生", "牛奶"}], rows
	assert Run("--json", "show", "inbox", node="twos").works().json() == []
	as_head("two", "do", "inbox.keep", "id=" + rows[0]["no"]).works()
	carry(usb, "one", "twos", "two", "twos", "one", "twos")
	for node in ("one", "two"):
		assert as_head(node, "--json", "show", "inbox").works().json() == []


def who_is_revoked_is_told(usb):
	"""It hears of it by the roster on the stick; what it wrote since is only there."""
	for lang, word in (("en", "revoked"), ("zh", "作废")):
		assert word in Run("import", "--from", usb, node="two", lang=lang).works(3).err
	status = Run("--json", "status", node="two").works().json()
	assert status["revoked"] is True and status["only_here"] == 1, status
	assert [n["code"] for n in status["notes"]] == ["revoked"], status
	assert "1 records are only here" in Run("status", node="two").works().out
	assert "1" in Run("doctor", node="two").works(1).out
	assert "revoked" in as_head("two", "do", "staff.add", "name=周四", "roles=teacher").works().err
	assert "revoked" in Run("export", "--to", usb, node="two").works(3).err
	assert Run("--json", "status", node="two").works().json()["only_here"] == 2
	# Nobody else takes it, but it is what was signed.
	proof = Run("--json", "verify", node="two").works().json()
	assert proof["good"] is True and proof["bad_segments"] == 0, proof


def revoke_the_second(usb):
	Run("revoke", "--node", "12", node="twos").fails(2, "12")
	Run("revoke", "--node", "0" * 16, node="twos").fails(1, "0" * 16)
	devices = Run("revoke", "--school", SCHOOL, "--json", node="twos").works().json()
	assert len(devices) == 2 and not any(d["revoked"] for d in devices)
	lost = max(devices, key=lambda d: d["since"])["node"]
	Run("revoke", "--node", lost, node="one").fails(1, "hub")
	Run("revoke", "--node", lost, node="twos").fails(2, "--yes")
	assert not any(d["revoked"] for d in Run("revoke", "--school", SCHOOL, "--json",
		node="twos").works().json())
	assert "new key" in Run("revoke", "--node", lost, "--yes", node="twos").works().err
	Run("revoke", "--node", lost, node="twos").fails(1, "already")
	assert lost in Run("revoke", "--school", SCHOOL, node="twos").works().out
	carry(usb, "one", "twos", "one", "twos")
	as_head("two", "do", "pupil.add", "name=李三", "school_year=2026", "grade=1").works()
	Run("export", "--to", usb, node="two").works()
	refused = Run("--json", "import", "--from", usb, node="twos").works(3).json()["files"]
	assert [f["scope"] for f in refused if f["status"] == "REVOKED"] == [SCHOOL], refused
	assert Run("import", "--from", usb, node="one").code in (0, 3)
	who_is_revoked_is_told(usb)
	assert "李三" not in as_head("one", "show", "pupils").works().out
	assert Run("digest", SCHOOL, node="one").works().out == \
		Run("digest", SCHOOL, node="twos").works().out


def test_the_county_begins_with_a_clerk_who_signs_in():
	Run("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy", path("ck-a"),
		"--root-copy", path("ck-b"), "--passphrase-fd", "FD0", "--clerk", "clerk",
		"--pin-fd", "FD1", node="ck", secrets=(PASSPHRASE, PIN)).works()
	Run("show", "county_staff", node="ck").fails(1)
	rows = Run("--json", "--as", "clerk", "--pin-fd", "FD0", "show", "county_staff",
		node="ck", secrets=(PIN,)).works().json()
	assert [row["name"] for row in rows] == ["clerk"], rows
	Run("init", "hub", "--county", "410185", "--name", "登封市", "--root-copy", path("cl-a"),
		"--root-copy", path("cl-b"), "--passphrase-fd", "FD0", "--clerk", "clerk",
		node="cl", secrets=(PASSPHRASE,)).fails(2)
	assert not os.path.exists(path("cl")) and not os.path.exists(path("cl-a"))


def test_R5_the_central_school_gets_the_numbers_of_its_schools_and_nothing_else():
	usb = stick("c-usb", fresh=True)
	make_hub("chub").works()
	for node, school in (("centre", SCHOOL), ("point", OTHER)):
		invite("chub", school, node + ".khi", name=node).works()
		make_school(node, node + ".khi").works()
	as_head("point", "do", "site.add", "site=0", "central=" + SCHOOL).works()
	as_head("point", "do", "pupil.add", "name=周五", "school_year=2026", "grade=1").works()
	carry(usb, "point", "centre", "chub", "centre", "point")
	rows = as_head("centre", "--json", "show", "points").works().json()
	assert [(r["of_school"], r["name"]) for r in rows] == [(int(OTHER), "point")] * 2, rows
	assert as_head("point", "--json", "show", "points").works().json() == []
	assert "周五" not in as_head("centre", "show", "pupils").works().out
	assert Run("digest", OTHER, node="centre").out != Run("digest", OTHER, node="point").out
	as_head("centre", "do", "points.send").fails(1)
	for node in ("chub", "centre", "point"):
		assert Run("verify", "--json", node=node).works().json()["good"] is True


def test_a_plan_is_checked_with_lines_and_published_whole():
	plan = os.path.join(SRC, "tests/data/demo/policy.json")
	Run("policy", "publish", plan, "--check").works()
	text = open(plan, encoding="utf-8").read()
	text = text.replace('"unit": 1, "unit_min": 60, "fen": 3000', '"unit": 9, "fen": 3000')
	line = text[:text.index('"unit": 9')].count("\n") + 1
	with open(path("bad.json"), "w", encoding="utf-8") as out:
		out.write(text)
	make_hub("planhub")
	for more in ((), ("--check",)):
		run = Run("policy", "publish", path("bad.json"), *more, node="planhub").works(1)
		assert "line %d: rates 3: unit" % line in run.err, run.err
		assert "(%d)" % line in run.err.splitlines()[-1], run.err
	run = Run("--json", "policy", "publish", path("bad.json"), node="planhub").fails(1)
	assert [m["line"] for m in run.json()] == [line], run.out
	assert not Run("--json", "show", "policy", node="planhub").json()
	Run("policy", "publish", plan, node="planhub").works()
	assert Run("--json", "show", "policy", node="planhub").json()
	lists = Run("--json", "show", "policy_lists", "date=2020-09-07", node="planhub").json()
	assert len(lists) >= 14, lists


def test_schools_do_not_do_the_hubs_work():
	for args in (("show", "schools"), ("invite", "--school", OTHER, "--name", "x",
			"--class", "220", "-o", path("x.khi")), ("policy", "publish", "-")):
		Run(*args, node="school", stdin="{}").fails(1, "hub")
	assert not os.path.exists(path("x.khi"))


def put(folder):
	global work
	work = folder


def main():
	return runner.run(runner.cases(globals()), put)


if __name__ == "__main__":
	sys.exit(main())
