#!/usr/bin/env python3
"""What kehou says of a machine's own state and of who may do what. Prints TAP."""
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import runner
import test_cli
from test_cli import (OTHER, PASSPHRASE, PIN, Run, SCHOOL, as_head, invite, make_hub, make_school,
	path, snapshot, stick)
from test_records_end import no_clock


def test_a_withdrawn_invitation_is_refused_with_its_words():
	make_hub("hub").works()
	invite("hub", SCHOOL, "1.khi").works()
	invite("hub", OTHER, "2.khi", "冶上教学点").works()
	make_school("school", "1.khi").works()
	make_school("late", "2.khi").works()
	Run("invite", "--withdraw", "--school", OTHER, node="hub").works()
	folder = stick("late-usb", fresh=True)
	Run("export", "--to", folder, node="late").works()
	for lang, words in (("en", "knows no such invitation: withdrawn or never given"),
			("zh_CN", "县里没有这份邀请：已收回或从未发出")):
		run = Run("import", "--from", folder, node="hub", lang=lang).works(3)
		assert words in run.out, run.out
	Run("invite", "--withdraw", "--school", OTHER, node="hub").fails(1, OTHER)
	# The school is told too.
	Run("export", "--to", folder, node="hub").works()
	Run("import", "--from", folder, node="late").works()
	assert "took back the invitation" in Run("status", node="late").works().out
	assert "took it back" in Run("doctor", node="late").works(1).out
	assert Run("--json", "status", node="late").works().json()["invite_withdrawn"] is True


def test_a_refused_file_is_one_line_of_words_or_of_json():
	make_school("double", "1.khi").works() # the invitation of another machine
	folder = stick("double-usb", fresh=True)
	Run("export", "--to", folder, node="school").works()
	Run("import", "--from", folder, node="hub").works()
	Run("export", "--to", folder, node="double").works()
	before = snapshot("hub")
	for lang, words in (("en", "is safe"), ("zh", "数据安全")):
		assert words in Run("import", "--from", folder, node="hub", lang=lang).fails(3).err
	run = Run("--json", "import", "--from", folder, node="hub").fails(3)
	error = json.loads(run.err)
	assert error["code"] == "REFUSED" and error["data_safe"] and error["next"], error
	refused = [f for f in run.json()["files"] if f["outcome"] == "refused"]
	assert [f["status"] for f in refused] == ["INVITE_USED"], run.out
	assert "another machine" in refused[0]["reason"], run.out
	assert snapshot("hub") == before


def test_what_only_writes_a_file_says_so_in_json_too():
	for args, keys in ((("roster", "export", "-o", path("list.xlsx")), {"file", "children"}),
			(("roster", "template", "-o", path("empty.xlsx")), {"file"}),
			(("pin", "head"), {"name"})):
		run = as_head("school", "--json", *args) if args[0] == "roster" and args[1] == "export" \
			else Run("--json", *args, "--pin-fd", "FD0", node="school", secrets=[PIN]) \
			if args[0] == "pin" else Run("--json", *args)
		assert set(run.works().json()) == keys and run.err == "", run.out + run.err
	run = Run("pin", "head", "--pin-fd", "FD0", node="school", secrets=[PIN]).works()
	assert run.out == "" and "new PIN" in run.err, run.out


def as_staff(name, *args, pin=PIN, node="office", secrets=()):
	return Run("--as", name, "--pin-fd", "FD0", *args, node=node, secrets=[pin, *secrets])


def test_the_hubs_commands_refuse_a_wrong_pin_and_a_role_that_may_not():
	Run("init", "hub", "--county", "410184", "--name", "新郑市", "--root-copy", path("o-a.key"),
		"--root-copy", path("o-b.key"), "--passphrase-fd", "FD0", "--clerk", "clerk",
		"--pin-fd", "FD1", node="office", secrets=[PASSPHRASE, PIN]).works()
	with open(path("pin"), "w", encoding="utf-8") as file:
		file.write(PIN)
	as_staff("clerk", "do", "county.staff.add", "name=审计员", "roles=auditor",
		"pin=@" + path("pin")).works()
	roster = Run("--json", "status", node="office").works().json()["roster"]
	offer = ("invite", "--school", "3141018401", "--name", "寨东小学", "--class", "220", "-o",
		path("office.khi"))
	issue = ("root", "issue", "--root-copy", path("o-a.key"), "--passphrase-fd", "FD1")
	for args, secrets in ((offer, ()), (("invite", "--withdraw", "--school", "3141018401"), ()),
			(("invite", "relay", "--name", "x", "-o", path("relay.khi")), ()),
			(("revoke", "--school", "3141018401"), ()), (("seal", "new"), ()),
			(issue, (PASSPHRASE,)), (("stick",), ()), (("retention",), ()),
			(("backup", path("office.khb")), ()),
			(("export", "--to", stick("office-usb", fresh=True)), ())):
		as_staff("clerk", *args, pin="135790", secrets=secrets).fails(1, "PIN")
		as_staff("nobody", *args, secrets=secrets).fails(1, "nobody")
		as_staff("审计员", *args, secrets=secrets).fails(1, "role")
	assert Run("--json", "status", node="office").works().json()["roster"] == roster
	as_staff("clerk", *offer).works()
	as_staff("clerk", *issue, secrets=[PASSPHRASE]).works()
	as_staff("审计员", "show", "schools").works()
	Run("revoke", "--school", "3141018401", node="office").works()


def test_who_acts_is_never_passed_over_in_silence():
	as_staff("clerk", "status", pin="135790").fails(1, "PIN")
	as_staff("clerk", "doctor").fails(2, "--as")
	as_staff("clerk", "inspect", path("1.khi")).fails(2, "--as")
	as_staff("clerk", "policy", "publish", "--check", path("pin")).fails(2, "--as")
	Run("--pin-fd", "FD0", "status", node="office", secrets=[PIN]).fails(2, "--as")


def test_a_recovery_sheet_is_for_the_head_alone():
	Run("recovery", "new", node="school").fails(1, "--as")
	as_staff("head", "do", "staff.add", "name=李老师", "roles=teacher", "pin=@" + path("pin"),
		node="school").works()
	as_staff("李老师", "recovery", "new", node="school").fails(1, "role")
	assert len(as_staff("head", "recovery", "new", node="school").works().out.strip()) > 30


# ---- the machine's own state ----
def test_another_nodes_key_file_is_noticed_and_nothing_is_done_with_it():
	own, before = path("school/keys/node.key"), snapshot("school")
	shutil.copy(own, path("own.key"))
	shutil.copyfile(path("late/keys/node.key"), own)
	Run("status", node="school").fails(1, "another node", "is safe", "Put this machine")
	Run("status", node="school", lang="zh_CN").fails(1, "另一个节点的密钥", "放回去")
	Run("export", "--to", stick("strange", fresh=True), node="school").fails(1, "another node")
	run = Run("doctor", node="school").works(1)
	assert "belongs to another node" in run.out and "Put this machine" in run.out, run.out
	shutil.copyfile(path("own.key"), own)
	assert snapshot("school") == before
	assert "Since" not in Run("status", node="school").works().out


def test_a_directory_that_goes_on_under_a_new_mark_says_so():
	shutil.copytree(path("school"), path("moved"))
	for lang, words in (("en", "was copied, moved to another disk"), ("zh_CN", "被拷贝、换了磁盘")):
		assert words in Run("status", node="moved", lang=lang).works().out
	assert "import and export once" in Run("doctor", node="moved").works().out
	assert Run("--json", "status", node="moved").works().json()["renewed_ms"] > 0
	assert "new mark" not in Run("doctor", node="school").works().out


def test_after_a_month_a_new_mark_is_history():
	why = no_clock()
	if why is not None:
		raise runner.Skip(why)
	shutil.copytree(path("school"), path("moved long ago"))
	assert "moved to another disk" in Run("status", node="moved long ago").works().out
	late = Run("status", node="moved long ago", before=("faketime", "-f", "+40d")).works()
	assert "moved to another disk" not in late.out, late.out


def test_doctor_sees_what_others_can_read():
	for name, mode, right in (("kehou.db", 0o644, 0o600), ("keys", 0o755, 0o700)):
		os.chmod(path("school/" + name), mode)
		run = Run("doctor", node="school").works(1)
		assert name + f" {mode:04o}" in run.out and "chmod go=" in run.out, run.out
		os.chmod(path("school/" + name), right)
	Run("doctor", node="school").works()


def test_doctor_says_of_a_newer_database_what_every_command_says():
	shutil.copytree(path("school"), path("tomorrow"))
	database = sqlite3.connect(path("tomorrow/kehou.db"))
	assert database.execute("UPDATE kehou_meta SET data = x'7F' WHERE space = 'store' "
		"AND name = 'schema'").rowcount == 1
	database.commit()
	database.close()
	run = Run("doctor", node="tomorrow").works(1)
	assert "newer version" in run.out and "Upgrade" in run.out, run.out


def test_a_disk_that_is_read_only_is_not_called_a_stick():
	shut = ("unshare", "-rm", "sh", "-c", 'mount --bind "$0" "$0" && '
		'mount -o remount,ro,bind "$0" "$0" && exec "$@"', path("school"))
	if subprocess.run([*shut, "true"], capture_output=True, check=False).returncode != 0:
		raise runner.Skip("no namespaces for this user here")
	folder = stick("whole", fresh=True)
	for args in (("status",), ("export", "--to", folder), ("import", "--from", folder)):
		for lang, words in (("en", "data directory cannot be written"), ("zh_CN", "数据目录无法写入")):
			run = Run(*args, node="school", before=shut, lang=lang).fails(1, words)
			assert "stick" not in run.err and "U盘" not in run.err, run.err
	run = Run("doctor", node="school", before=shut).works(1)
	assert "mounted read-only" in run.out, run.out


def test_other_files_beside_ours_are_passed_over():
	folder = stick("strange", fresh=True)
	os.makedirs(os.path.join(folder, "KEHOU", "photos"))
	open(os.path.join(folder, "KEHOU", "读我.txt"), "w", encoding="utf-8").close()
	result = Run("--json", "import", "--from", folder, node="hub").works().json()
	assert result["merged"] == 0 and result["refused"] == 0
	Run("export", "--to", folder, node="school").works()


def test_a_stick_that_was_tampered_with_is_neither_read_nor_written():
	kinds = {"link": lambda f: os.symlink("/", f + "/KEHOU"),
		"file": lambda f: open(f + "/KEHOU", "wb").close(),
		"inner": lambda f: (os.mkdir(f + "/KEHOU"), os.symlink("/etc/passwd",
			f + "/KEHOU/" + "A" * 32 + ".KHB")),
		"pipe": lambda f: (os.mkdir(f + "/KEHOU"), os.mkfifo(f + "/KEHOU/x")),
		"name": lambda f: (os.mkdir(f + "/KEHOU"), open(f + "/KEHOU/a\x1b[2J", "wb").close()),
		"many": lambda f: (os.mkdir(f + "/KEHOU"), [open(f"{f}/KEHOU/{i}", "wb").close()
			for i in range(4097)])}
	for kind, make in kinds.items():
		folder = stick("tampered-" + kind, fresh=True)
		make(folder)
		files = sorted(os.walk(folder))
		before = snapshot("school")
		for lang, word in (("en", "tampered with"), ("zh", "被人动过")):
			Run("export", "--to", folder, node="school", lang=lang).fails(1, word)
			Run("import", "--from", folder, node="school", lang=lang).fails(1, word)
		assert sorted(os.walk(folder)) == files and snapshot("school") == before, kind


def mounted(name, *options):
	"""A small file system of its own, where we may mount one."""
	os.makedirs(path(name), exist_ok=True)
	return subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs",
		path(name)], capture_output=True, check=False).returncode == 0


def test_a_full_stick_is_told_and_left_as_it_was():
	if not mounted("full", "size=4k"):
		return "nothing can be mounted here"
	try:
		with open(path("full/other"), "wb") as target:
			target.write(b"x" * 4096)
		before = snapshot("school")
		for lang, word in (("en", "full"), ("zh", "已满")):
			Run("export", "--to", path("full"), node="school", lang=lang).fails(1, word)
		assert os.listdir(path("full")) == ["other"] and snapshot("school") == before
		os.mkdir(path("full/KEHOU"))
		Run("export", "--to", path("full"), node="school").fails(1, "full")
		assert os.listdir(path("full/KEHOU")) == []
	finally:
		subprocess.run(["umount", path("full")], check=True)
	return None


def test_a_write_protected_stick_is_told():
	if not mounted("protected", "size=64k", "ro"):
		return "nothing can be mounted here"
	try:
		before = snapshot("school")
		for lang, word in (("en", "write-protected"), ("zh", "写保护")):
			Run("export", "--to", path("protected"), node="school", lang=lang).fails(1, word)
		assert snapshot("school") == before
	finally:
		subprocess.run(["umount", path("protected")], check=True)
	return None


def test_a_stick_that_is_unmounted_before_it_is_written_is_called_pulled_out():
	if not mounted("pulled", "size=1m"):
		return "nothing can be mounted here"
	before = snapshot("school")
	read, write = os.pipe()
	export = subprocess.Popen([test_cli.KEHOU, "--lang", "en", "-D", path("school"), "--as",
		"head", "--pin-fd", str(read), "export", "--to", path("pulled")], pass_fds=[read],
		stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
	os.close(read)
	fds = f"/proc/{export.pid}/fd" # it looked at the folder before it opens the database
	while export.poll() is None and not any(os.path.realpath(os.path.join(fds, fd)).endswith(
			"kehou.db") for fd in os.listdir(fds)):
		pass
	subprocess.run(["umount", path("pulled")], check=True)
	os.write(write, PIN.encode() + b"\n")
	os.close(write)
	out, err = export.communicate(timeout=120)
	assert export.returncode == 1 and "pulled out" in err and "is safe" in err, out + err
	assert os.listdir(path("pulled")) == []
	assert snapshot("school") == before
	return None


def test_an_invitation_without_room_for_its_file_is_none():
	if not mounted("small", "size=8k"):
		return "nothing can be mounted here"
	try:
		with open(path("small/other"), "wb") as target:
			target.write(b"x" * 8192)
		before = Run("--json", "status", node="hub").works().json()["roster"]
		Run("invite", "--school", "3141018503", "--name", "新校", "--class", "220", "-o",
			path("small/3.khi"), node="hub").fails(1, "no space")
		assert os.listdir(path("small")) == ["other"]
		assert Run("--json", "status", node="hub").works().json()["roster"] == before
		assert "新校" not in Run("show", "schools", node="hub").works().out
	finally:
		subprocess.run(["umount", path("small")], check=True)
	return None


def test_a_known_school_keeps_its_name_and_says_so():
	run = Run("invite", "--school", SCHOOL, "--name", "别名", "--class", "111", "-o",
		path("again.khi"), node="hub").works()
	assert "别名" not in run.err and "that stands" in run.err, run.err


def test_every_list_of_erased_persons_beside_a_backup_counts():
	make_hub("lhub").works()
	invite("lhub", SCHOOL, "l.khi").works()
	sheet = make_school("lschool", "l.khi").works().out.strip()
	as_head("lschool", "do", "pupil.add", "name=钱一", "school_year=2026", "grade=1").works()
	Run("backup", path("l1.kha"), node="lschool").works()
	pupil = as_head("lschool", "--json", "show", "pupils").works().json()[0]["pupil"]
	as_head("lschool", "do", "pupil.erase", f"pupil={pupil}").works()
	Run("backup", path("l2.kha"), node="lschool").works()
	many, odd = path("many"), path("odd.erased")
	os.mkdir(many)
	os.symlink(many, path("link")) # the folder of the backup may be one
	os.link(path("l1.kha"), os.path.join(many, "l1.kha"))
	with open(path("l2.kha.erased"), "rb") as file:
		erased = bytearray(file.read())
	erased[len(erased) // 2] ^= 1
	with open(odd, "wb") as file:
		file.write(erased)
	back = ("restore", path("link/l1.kha"), "--recovery-fd", "FD0")
	Run(*back, "--erased", odd, node="lback", secrets=[sheet]).fails(1, "is damaged")
	os.rename(odd, os.path.join(many, "odd.erased"))
	run = Run(*back, node="lback", secrets=[sheet])
	assert run.code == 3 and "odd.erased is damaged" in run.err, run.err
	shutil.rmtree(path("lback"))
	os.remove(os.path.join(many, "odd.erased"))
	for i in range(70):
		os.link(path("l2.kha.erased"), os.path.join(many, f"{i}.erased"))
	run = Run(*back, "--erased", path("l2.kha.erased"), node="lback", secrets=[sheet]).works()
	assert "erased here too: 1" in run.err, run.err


def test_what_root_makes_in_a_directory_of_another_user_is_that_users():
	if os.geteuid() != 0:
		return "only root can make it so"
	os.chmod(test_cli.work, 0o711)
	os.mkdir(path("theirs"), 0o700)
	os.chown(path("theirs"), 65534, 65534)
	invite("hub", "3141018511", "t.khi").works()
	sheet = make_school("theirs", "t.khi").works().out.strip()
	Run("backup", path("theirs/t.kha"), node="theirs").works()
	shutil.copy(path("theirs/t.kha"), path("t.kha"))
	os.mkdir(path("again"), 0o700)
	os.chown(path("again"), 65534, 65534)
	Run("restore", path("t.kha"), "--recovery-fd", "FD0", node="again", secrets=[sheet]).works()
	for node in ("theirs", "again"):
		owners = {os.lstat(os.path.join(folder, name)).st_uid
			for folder, _, names in os.walk(path(node)) for name in names}
		assert owners == {65534}, (node, owners)
		Run("status", node=node).works()
	os.chown(path("again/kehou.db"), 0, 0)
	os.chmod(path("again/kehou.db"), 0o600)
	Run("status", node="again").fails(1, "belongs to another user")
	return None


def test_two_restores_into_one_directory_do_not_clear_each_other_away():
	folder = path("twice")
	sheet = as_head("late", "recovery", "new").works().out.strip()
	Run("backup", path("late.kha"), node="late").works()
	back = ("restore", path("late.kha"), "--recovery-fd", "FD0")
	# What another restore, which lives, has put there.
	os.makedirs(os.path.join(folder, "keys"))
	for name, text in (("restoring", "kehou.db\n"), ("kehou.db", "the first of it")):
		with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
			file.write(text)
	other = os.open(os.path.join(folder, "keys"), os.O_RDONLY)
	fcntl.flock(other, fcntl.LOCK_EX)
	for lang, word in (("en", "at work in this directory"), ("zh_CN", "正在这个目录里")):
		Run(*back, node="twice", secrets=[sheet], lang=lang).fails(5, word)
		Run("init", "school", "--invite", path("2.khi"), node="twice", lang=lang).fails(5, word)
	assert sorted(os.listdir(folder)) == ["kehou.db", "keys", "restoring"]
	os.close(other)
	# One whose restore is dead is cleared away.
	Run(*back, node="twice", secrets=[sheet]).works()
	Run("verify", node="twice").works()
	# And two that begin at once: one is done, the other one says so.
	for i in range(4):
		with ThreadPoolExecutor(2) as pool:
			runs = list(pool.map(lambda _, n=f"once{i}": Run(*back, node=n, secrets=[sheet]),
				range(2)))
		assert sorted(r.code for r in runs)[0] == 0, [r.err for r in runs]
		assert sorted(r.code for r in runs)[1] in (1, 5), [r.err for r in runs]
		Run("verify", node=f"once{i}").works()


def put(folder):
	test_cli.work = folder


def main():
	return runner.run(runner.cases(globals()), put)


if __name__ == "__main__":
	sys.exit(main())
