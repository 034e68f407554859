#!/usr/bin/env python3
"""kehou verify on a database that somebody, or the disk, altered. Prints TAP."""
import os
import sqlite3
import sys

sys.dont_write_bytecode = True  # nothing is left in the tree
import runner
import test_cli
from test_cli import SCHOOL, Run, as_head, carry, invite, make_hub, make_school, path, stick


def prepare():
	make_hub().works()
	invite("hub", SCHOOL, "1.khi").works()
	make_school("school", "1.khi").works()
	pupil = as_head("school", "--json", "do", "pupil.add", "name=周小檗", "school_year=2026",
		"grade=1").works().json()["rows"][0]["pupil"]
	as_head("school", "do", "pupil.private", f"pupil={pupil}", "address=沟沿胡同").works()
	as_head("school", "do", "guardian.add", f"pupil={pupil}", "name=周大檗",
		"phone=13800009876").works()
	carry(stick("usb"), "school", "hub", "school")


def alter(node, *statements):
	"""Past what guards the tables; gives the database as it was."""
	with open(path(node) + "/kehou.db", "rb") as file:
		before = file.read()
	database = sqlite3.connect(path(node) + "/kehou.db")
	database.execute("PRAGMA ignore_check_constraints=1")
	for statement in statements:
		assert database.execute(statement).rowcount > 0, f"{statement}: no row"
	database.commit()
	database.close()
	return before


def verify(node, code):
	return Run("verify", "--json", node=node).works(code).json()


def put_back(node, before):
	assert not os.path.exists(path(node) + "/kehou.db-wal")
	with open(path(node) + "/kehou.db", "wb") as file:
		file.write(before)
	assert verify(node, 0)["good"] is True


def test_private_columns_are_compared_where_the_key_is():
	assert verify("school", 0)["private_compared"] is True
	for statement in ("UPDATE guardian SET phone = '13800000000'",
			"UPDATE pupil SET address = 'nowhere'", "UPDATE staff SET pin_hash = x'00'"):
		before = alter("school", statement)
		answer = verify("school", 1)
		assert answer["good"] is False and answer["state_equal"] is False, (statement, answer)
		put_back("school", before)


def test_where_no_key_is_verify_says_that_private_columns_were_not_compared():
	assert verify("hub", 0)["private_compared"] is False
	assert "not compared" in Run("verify", node="hub").works().out
	assert "没有比对" in Run("verify", node="hub", lang="zh").works().out
	assert "not compared" not in Run("verify", node="school").works().out


def test_what_is_noted_of_the_segments_is_compared_with_the_segments():
	for statement, differs in (
			("UPDATE kehou_segment SET max_s = max_s + 2592000", "times"),
			("UPDATE kehou_segment SET min_s = 0", "times"),
			("UPDATE kehou_segment SET hash = zeroblob(32)", "hashes"),
			("UPDATE kehou_segment SET count = count + 5", "counts"),
			("UPDATE kehou_stream SET merged = merged + 3", "merged"),
			("UPDATE kehou_stream SET merged = 0", "merged")):
		before = alter("hub", statement)
		answer = verify("hub", 1)
		assert answer["good"] is False and differs in answer["books_differ"], (statement, answer)
		assert "DIFFER" in Run("verify", node="hub").works(1).out
		put_back("hub", before)


def put(work):
	test_cli.work = work


def main():
	return runner.run(runner.cases(globals()), put, prepare)


if __name__ == "__main__":
	sys.exit(main())
