#!/usr/bin/env python3
"""kehou in the hands of somebody in a hurry: what is mistyped, missing or in the wrong place
is told in words that help, and nothing is left behind. Prints TAP."""
import os
import sys

sys.dont_write_bytecode = True  # nothing is left in the tree
import runner
import test_cli
from test_cli import (OTHER, PASSPHRASE, PIN, SCHOOL, Run, as_head, bundles, carry, invite,
	make_hub, make_school, path, stick)


def prepare():
	make_hub().works()
	invite("hub", SCHOOL, "1.khi").works()
	invite("hub", OTHER, "2.khi", "冶上教学点").works()
	Run("invite", "relay", "--name", "中转站", "-o", path("relay.khi"), node="hub").works()
	make_school("school", "1.khi").works()


def lines(run):
	return run.out.splitlines()


def test_a_commands_first_word_alone_names_those_that_begin_so():
	for words in (("init",), ("init", "shool"), ("init", "--json")):
		Run(*words).fails(2, "init hub", "init school", "init relay")
	Run("roster", lang="zh").fails(2, "roster import", "roster undo", "没有写全")
	Run("policy").fails(2, "policy publish")
	for words in (("init", "--help"), ("help", "init")):
		assert len(lines(Run(*words).works())) == 3
	assert "--dry-run" in Run("help", "roster", "import").works().out


def hub_with(copies, node="unborn"):
	return Run("init", "hub", "--county", "410185", "--name", "x", "--root-copy", copies[0],
		"--root-copy", copies[1], "--passphrase-fd", "FD0", node=node, secrets=[PASSPHRASE])


def test_a_hub_whose_root_key_has_no_place_is_not_begun():
	good, bad = path("new.key"), path("nowhere/new.key")
	for copies in ((good, bad), (bad, good)):
		hub_with(copies).fails(1, "nowhere/new.key")
	hub_with((good, os.path.join(path("school"), "..", "new.key"))).fails(2, "--root-copy")
	assert not os.path.exists(good) and not os.path.exists(path("unborn"))
	hub_with((good, path("new2.key"))).works()


def test_a_root_key_is_not_changed_for_one_that_has_no_place():
	before = lines(Run("status", node="unborn").works())
	Run("root", "rotate", "--root-copy", path("new.key"), "--passphrase-fd", "FD0",
		"--new-copy", path("newer.key"), "--new-copy", path("nowhere/newer.key"),
		"--new-passphrase-fd", "FD1", node="unborn", secrets=[PASSPHRASE, PASSPHRASE]).fails(
		1, "nowhere/newer.key")
	assert not os.path.exists(path("newer.key"))
	assert lines(Run("status", node="unborn").works()) == before


def test_an_invitation_of_the_other_kind_names_the_command():
	for lang, words in (("en", "is for a relay: use kehou init relay"),
			("zh", "请用 kehou init relay")):
		Run("init", "school", "--invite", path("relay.khi"), node="no", lang=lang).fails(2, words)
	Run("init", "relay", "--invite", path("2.khi"), node="no").fails(2, "use kehou init school")
	Run("init", "relay", "--invite", path("2.khi"), node="no", lang="zh").fails(2,
		"请用 kehou init school")
	assert not os.path.exists(path("no"))


def test_a_failed_birth_leaves_no_folder_and_takes_no_other_away():
	with open(path("bad.khi"), "wb") as file:
		file.write(b"KHI")
	make_school("no", "bad.khi").fails(1)
	assert not os.path.exists(path("no"))
	os.mkdir(path("mine"))
	make_school("mine", "bad.khi").fails(1)
	assert os.path.isdir(path("mine"))
	make_school("nowhere/deep", "2.khi").fails(1, "nowhere/deep", "-D")


def test_what_the_first_person_lacks_is_found_before_the_school_is_made():
	with open(path("full.txt"), "w", encoding="utf-8") as file:
		file.write("of somebody else\n")
	for more, secrets, words in ((("--head", "x"), ["12"], "four digits"),
			(("--head", " "), [PIN], "name"),
			(("--recovery-out", path("full.txt"), "--head", "x"), [PIN], "not overwritten")):
		Run("init", "school", "--invite", path("2.khi"), *more, "--pin-fd", "FD0", node="no",
			secrets=secrets).fails(1, words)
		assert not os.path.exists(path("no")), more
	Run("init", "school", "--invite", path("2.khi"), "--recovery-fd", "FD0", "--head", "x",
		node="no", secrets=["AAAAA"]).fails(2, "recovery text")
	assert not os.path.exists(path("no"))


def test_a_fingerprint_of_nothing_is_not_printed():
	for scope in ("999", "3141018599", "abc"):
		run = Run("digest", SCHOOL, scope, node="school").fails(2, scope)
		assert run.out == ""
	Run("digest", "999", "--json", node="school", lang="zh").fails(2, "999")
	run = Run("digest", "0", SCHOOL, node="school").works()
	assert [line.split()[0] for line in lines(run)] == ["0", SCHOOL]
	Run("digest", OTHER, node="hub").works()  # invited, nothing of it here yet


def test_a_file_in_the_place_of_a_stick_is_called_a_file():
	Run("export", "--to", path("1.khi"), node="school").fails(2, "is a file")
	Run("import", "--from", path("1.khi"), node="school", lang="zh").fails(2, "文件夹")


def test_what_is_a_folder_and_what_a_file_is_told():
	Run("inspect", path("school")).fails(2, "is a folder")
	Run("roster", "import", path("school"), node="school", lang="zh").fails(2, "文件夹")
	Run("status", node="1.khi").fails(2, "is a file")
	Run("export", "--to", path("nowhere"), node="school").fails(1, "no such folder")


def test_an_invitation_that_cannot_be_written_is_not_made():
	before = Run("status", node="hub").works().out
	Run("invite", "--school", "3141018503", "--name", "x", "--class", "220", "-o",
		path("nowhere/3.khi"), node="hub").fails(1, "nobody was invited")
	assert Run("status", node="hub").works().out == before


def test_a_relay_and_a_hub_say_where_the_records_are():
	Run("init", "relay", "--invite", path("relay.khi"), node="relay").works()
	for words in (("show", "pupils"), ("do", "rollcall", "date=2026-12-01", "slot=2"),
			("audit-pack", "--month", "2026-10", "-o", path("pack"))):
		Run(*words, node="relay").fails(1, "relay")
	for words in (("roster", "undo"), ("roster", "export", "-o", path("list.xlsx"))):
		Run(*words, node="hub").fails(2, "at a school")
	assert not os.path.exists(path("list.xlsx")) and not os.path.exists(path("pack"))
	Run("do", "policy.publish", "document={}", node="hub").fails(1, "no version")


def test_a_file_from_elsewhere_that_is_damaged_puts_no_data_at_risk():
	run = Run("root", "issue", "--root-copy", path("1.khi"), "--passphrase-fd", "FD0",
		node="hub", secrets=[PASSPHRASE]).fails(1, "is safe")
	assert "damaged" in run.err


def test_two_words_too_many_are_not_called_missing():
	Run("revoke", "--node", "AB", "--school", SCHOOL, node="hub").fails(2, "too many")
	Run("pin", "a", "b", node="school").fails(2, "too many")
	Run("pin", node="school", lang="zh").fails(2, "姓名")
	Run("backup", node="school", lang="zh").fails(2, "文件")


def test_an_import_says_that_the_countys_roster_was_on_the_stick():
	carry(stick("usb"), "school", "hub")
	run = Run("import", "--from", stick("usb"), node="school").works()
	assert "roster" in run.err and len(lines(run)) - 2 == len(bundles(path("usb"))), run.err
	assert Run("import", "--from", path("usb"), "--json", node="school").works().json()["rosters"] > 0
	assert "县名册" in Run("import", "--from", path("usb"), node="school", lang="zh").works().err


def test_a_message_to_one_school_is_shown_to_that_school_alone():
	make_school("other", "2.khi").works()
	carry(stick("usb"), "school", "other", "hub")
	for title, more in (("一校", ("to_school=" + OTHER,)), ("各校", ())):
		Run("do", "notice.publish", "title=" + title, "body=x", *more, node="hub").works()
	Run("export", "--to", stick("usb"), "--all", node="hub").works()
	for node, own, shown in (("school", SCHOOL, {"各校"}), ("other", OTHER, {"一校", "各校"})):
		carry(stick("usb"), node)
		for args in ((), ("school=" + own,)):
			rows = as_head(node, "--json", "show", "notices", *args).works().json()
			assert {row["title"] for row in rows} == shown, rows
		as_head(node, "show", "notices", "school=3141018599").fails(2, "3141018599")


def test_an_inbox_for_people_names_child_table_and_column():
	pupil = as_head("school", "--json", "do", "pupil.add", "name=丁一",
		"school_year=2026", "grade=1").works().json()["rows"][0]["pupil"]
	carry(stick("usb"), "school", "hub")
	as_head("school", "do", "pupil.edit", f"pupil={pupil}", "birth=2019-02-01").works()
	Run("do", "pupil.edit", f"school={SCHOOL}", f"pupil={pupil}", "birth=2019-02-02",
		node="hub").works()
	carry(stick("usb"), "school", "hub", "school")
	run = as_head("school", "show", "inbox", lang="zh").works()
	for word in ("丁一", "学生资料", "出生日期", "填写人", "另一份填写人"):
		assert word in run.out, run.out
	for word in ("pupil", "birth", "stands_by", "other_by"):
		assert word not in run.out, run.out
	row = as_head("school", "show", "inbox", "--json").works().json()[0]
	assert row["table"] == "pupil" and row["field"] == "birth"


def main():
	return runner.run(runner.cases(globals()), test_cli.put, prepare)


if __name__ == "__main__":
	sys.exit(main())
