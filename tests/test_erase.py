#!/usr/bin/env python3
"""R18: an erased child is in no file of any node, and everything still verifies."""
import os
import re
import sqlite3
import sys

sys.dont_write_bytecode = True  # nothing is left in the tree
import runner
import test_cli
import test_node
from test_cli import Run, SRC, SCHOOL, as_head, invite, make_hub, make_school, path, stick

sys.path.insert(0, os.path.join(SRC, "tests", "vectors"))
import wire  # noqa: E402, F401: finds a Python that has nacl
from read_segment import Reader, read_header, unpack  # noqa: E402

MiB = 1 << 20
WORDS = ("周小檗", "G410185201509010014", "青霉素过敏", "沟沿胡同", "周大檗", "13800009876",
	"周三檗", "舅舅来接")


def do(node, *args):
	return as_head(node, "--json", "do", *args).works().json()


def carry(*nodes, folder="stick"):
	for node in nodes:
		if os.path.isdir(os.path.join(stick(folder), "KEHOU")):
			Run("import", "--from", stick(folder), node=node).works()
		Run("export", "--to", stick(folder), node=node).works()


def unpacked(node):
	"""Bodies of the segments that are stored or wait."""
	database = sqlite3.connect(f"file:{path(node)}/kehou.db?mode=ro", uri=True)
	for (packed,) in database.execute("SELECT packed FROM kehou_segment UNION ALL "
			"SELECT packed FROM kehou_held WHERE packed IS NOT NULL").fetchall():
		r = Reader(packed)
		read_header(Reader(r.sized(8 * MiB)))
		yield unpack(r, 8 * MiB)
	database.close()


def in_files(node):
	"""(word, file) for each word that is in a file, byte for byte."""
	for folder, _, names in os.walk(path(node)):
		for name in names:
			if not os.path.isfile(os.path.join(folder, name)):
				continue  # the daemon's socket
			with open(os.path.join(folder, name), "rb") as file:
				data = file.read()
			yield from ((word, name) for word in WORDS if word.encode() in data)


def found(node):
	"""The same, and in a segment."""
	yield from in_files(node)
	for body in unpacked(node):
		yield from ((word, "segment") for word in WORDS if word.encode() in body)


def begin():
	make_hub().works()
	invite("hub", SCHOOL, "1.khi").works()
	make_school("school", "1.khi").works()


def a_child(request="r"):
	pupil = do("school", "pupil.add", "name=周小檗", "birth=2015-09-01", "school_year=2026",
		"grade=1", "student_no=G410185201509010014", "--request-id", request)["rows"][0]["pupil"]
	do("school", "pupil.private", f"pupil={pupil}", "health=青霉素过敏", "address=沟沿胡同")
	do("school", "guardian.add", f"pupil={pupil}", "name=周大檗", "phone=13800009876")
	do("school", "leave.one", f"pupil={pupil}", "date=2026-09-21", "slot=2", "how=9",
		"person=周三檗", "approval=舅舅来接")
	return pupil


def test_R18_an_erased_child_is_in_no_file_of_school_or_hub():
	begin()
	pupil = a_child("r-add")
	do("school", "pupil.add", "name=李不改", "school_year=2026", "grade=1")
	carry("school", "hub", "school")
	assert {w for w, _ in found("school")} >= {"周小檗", "周大檗"}, "the search finds nothing"
	assert {w for w, _ in found("hub")} >= {"周小檗", "周大檗"}
	# After a late edit that is not sealed yet.
	do("school", "pupil.edit", f"pupil={pupil}", "name=周小檗")
	do("school", "pupil.erase", f"pupil={pupil}")
	assert list(found("school")) == []
	assert list(found("hub"))
	carry("school", "hub", "school")
	assert list(found("hub")) == [], list(found("hub"))
	for node in ("hub", "school"):
		Run("verify", node=node).works()
	assert Run("digest", SCHOOL, node="hub").works().out == \
		Run("digest", SCHOOL, node="school").works().out
	rows = as_head("school", "--json", "show", "pupils").works().out
	assert "李不改" in rows
	assert str(pupil) in as_head("school", "--json", "show", "erasures").works().out


def test_R18_what_is_written_of_an_erased_child_does_not_stay():
	pupil = a_child("r-2")
	do("school", "pupil.erase", f"pupil={pupil}")
	# Nobody is told that words are saved which are not: nothing else is refused, and
	# what is kept with less is told so.
	edit = as_head("school", "do", "pupil.edit", f"pupil={pupil}", "name=周小檗",
		"--request-id", "r-2-edit").fails(1)
	assert "was erased" in edit.err, edit.err
	add = as_head("school", "do", "guardian.add", f"pupil={pupil}", "name=周大檗",
		"phone=13800009876", "--request-id", "r-2-add").works()
	assert "not the names" in add.err and "周大檗" not in add.out, (add.out, add.err)
	assert list(found("school")) == [], list(found("school"))
	assert do("school", "guardian.add", f"pupil={pupil}", "name=周大檗")["emptied"] is True
	assert "emptied" not in do("school", "pupil.edit", f"pupil={pupil}", "sex=2")
	carry("school", "hub", "school")
	for node in ("hub", "school"):
		assert list(found(node)) == [], list(found(node))
		Run("verify", node=node).works()
	assert Run("digest", SCHOOL, node="hub").works().out == \
		Run("digest", SCHOOL, node="school").works().out


def test_R18_a_request_that_comes_again_tells_nothing():
	again = do("school", "pupil.add", "name=周小檗", "school_year=2026", "grade=1",
		"--request-id", "r-add")
	assert again["changed"] == 0 and again["rows"] == [], again
	assert list(found("school")) == []


def test_R18_the_clerk_may_erase_at_the_hub():
	pupil = a_child("r-3")
	carry("school", "hub", "school")
	assert list(found("hub"))
	Run("do", "pupil.erase", f"pupil={pupil}", f"school={SCHOOL}", node="hub").works()
	assert list(found("hub")) == []
	# A copy of the school's answer from before is still under way.
	carry("school", "hub", "school")
	for node in ("hub", "school"):
		assert list(found(node)) == [], list(found(node))
		Run("verify", node=node).works()
	assert Run("digest", SCHOOL, node="hub").works().out == \
		Run("digest", SCHOOL, node="school").works().out


def test_R18_only_a_guardian_of_the_child_is_named():
	pupil = a_child("r-4")
	error = as_head("school", "do", "pupil.erase", f"pupil={pupil}", "guardian=7").fails(1)
	assert "guardian" in error.err
	as_head("school", "do", "pupil.erase", "pupil=7").fails(1)
	assert list(found("school"))


def test_R18_a_person_who_left_is_erased_and_the_work_stays():
	name = "郑离岗"
	staff = do("school", "staff.add", f"name={name}", "roles=teacher")["rows"][0]["staff"]
	error = as_head("school", "do", "staff.erase", f"staff_id={staff}").fails(1)
	assert name in error.err
	carry("school", "hub", "school")
	word = name.encode()
	held = {node: any(word in open(os.path.join(folder, file), "rb").read()
		for folder, _, names in os.walk(path(node)) for file in names)
		or any(word in body for body in unpacked(node)) for node in ("hub", "school")}
	assert all(held.values()), held
	do("school", "staff.end", f"staff_id={staff}")
	do("school", "staff.erase", f"staff_id={staff}")
	carry("school", "hub", "school")
	for node in ("hub", "school"):
		for folder, _, names in os.walk(path(node)):
			for file in names:
				with open(os.path.join(folder, file), "rb") as data:
					assert word not in data.read(), (node, file)
		assert not any(word in body for body in unpacked(node)), node
		Run("verify", node=node).works()
	rows = as_head("school", "--json", "show", "erasures").works().json()
	assert [r["staff"] for r in rows if r["pupil"] is None] == [staff], rows
	assert Run("digest", SCHOOL, node="hub").works().out == \
		Run("digest", SCHOOL, node="school").works().out


LIST = ("姓名,性别,年级,班级,学籍号,出生日期,家庭住址,监护人,与学生关系,联系电话\n"
	"周小檗,女,1,1,G410185201509010014,2015-09-01,沟沿胡同,周大檗,母亲,13800009876\n").encode()


def test_R18_a_class_list_that_came_by_the_page_lies_in_no_file():
	invite("hub", test_cli.OTHER, "2.khi").works()
	make_school("page", "2.khi").works()
	with open(os.path.join(path("page"), "roster-plan"), "wb") as file:
		file.write(LIST)  # an earlier version left one
	with test_node.Daemon("page") as d:
		d.sign_in()
		with open(f"/proc/{d.process.pid}/limits", encoding="ascii") as file:
			assert re.search(r"Max core file size +0 +0 ", file.read())
		assert list(in_files("page")) == [], "an earlier list"
		token = d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", LIST)["token"]
		assert list(in_files("page")) == [], "a list that nobody has agreed to yet"
		done = {"token": token, "request_id": "page-1"}
		assert d.post("/api/v1/roster/import", done)["changed"] > 0
		assert list(in_files("page")), "the search finds nothing"
		# The answer was lost on its way; the list is not needed for it any more.
		assert d.post("/api/v1/roster/import", done)["changed"] == 0
		d.post("/api/v1/roster/import", {"token": token, "request_id": "page-2"}, 409)
		pupil = d.get("/api/v1/view/pupils")["rows"][0]["pupil"]
		d.json("POST", "/api/v1/roster/plan?name=a.csv&year=2026", LIST)
		d.do("pupil.erase", {"pupil": pupil})
		assert list(in_files("page")) == [], list(in_files("page"))
	assert list(found("page")) == [], list(found("page"))


def put(work):
	test_cli.work = work
	test_node.put(work)


def main():
	return runner.run(runner.cases(globals()), put)


if __name__ == "__main__":
	sys.exit(main())
