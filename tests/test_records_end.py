#!/usr/bin/env python3
"""R18: what the plan no longer keeps ends by the county's command, and only that. Prints TAP."""
import glob
import json
import os
import sys

sys.dont_write_bytecode = True  # nothing is left in the tree
import runner
import test_cli
from test_cli import KEHOU, SRC, SCHOOL, OTHER, Run, as_head, carry, invite, make_hub, \
	make_school, path, same, stick
from test_erase import unpacked

FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
THIRD = "3141018503"
GONE, STAYS, HURT, NEW = "甲小荻", "乙小荻", "丙小荻", "戊小荻"
WORDS = "姑姑来接的"  # with whom the child left, free text
child = {}


def no_clock():
	"""Why the clock cannot be set here, or None."""
	if FAKETIME is None:
		return "faketime is not installed"
	with open(KEHOU, "rb") as file:
		return "a build with sanitizers wants to be loaded first" if b"__asan_init" in \
			file.read() else None


def at(time):
	"""The clock of every program that starts from here on; it goes on from there."""
	os.environ.update(LD_PRELOAD=FAKETIME, FAKETIME="@" + time, TZ="UTC-8")


def do(node, *args, school=None):
	run = as_head(node, "--json", "do", *args) if school is None else \
		Run("--json", "do", *args, node=node)
	return run.works().json()


def show(node, view, *args):
	run = as_head(node, "--json", "show", view, *args) if node != "hub" else \
		Run("--json", "show", view, *args, node=node)
	return run.works().json()


def retention(*args):
	return Run("--json", "retention", *args, node="hub").works().json()


def of(rows, school=SCHOOL):
	return [r for r in rows if str(r["school"]) == school]


def add(node, name, year, grade):
	return do(node, "pupil.add", f"name={name}", f"school_year={year}",
		f"grade={grade}")["rows"][0]["pupil"]


def day(node, date, *leave, words=None):
	do(node, "session.open", f"date={date}", "slot=2", "begin=16:30", "end=18:00")
	do(node, "rollcall", f"date={date}", "slot=2", "extra=" + json.dumps(leave))
	for pupil in leave:
		more = (f"person={words}", f"approval={words}") if words else ()
		do(node, "leave.one", f"date={date}", "slot=2", f"pupil={pupil}", "how=9", *more)
	do(node, "session.close", f"date={date}", "slot=2")


def holds(node, word):
	word = word.encode()
	for folder, _, names in os.walk(path(node)):
		for name in names:
			with open(os.path.join(folder, name), "rb") as file:
				if word in file.read():
					return True
	return any(word in body for body in unpacked(node))


def publish(version, start, days):
	with open(os.path.join(SRC, "tests/data/demo/policy.json"), encoding="utf-8") as file:
		plan = json.load(file)
	plan["version"] = version
	plan["from"] = start
	plan["retention"] = [{"code": 1, "title": "点名与离校记录", "quantity": days}]
	plan.pop("consent_notice")
	with open(path("plan.json"), "w", encoding="utf-8") as file:
		json.dump(plan, file)
	Run("policy", "publish", path("plan.json"), node="hub").works()


def begin():
	"""2022: two schools with a day each; the first one signs its month."""
	at("2022-10-10 16:00:00")
	make_hub().works()
	publish(1, "2020-09-01", 3650)
	for node, school in (("one", SCHOOL), ("two", OTHER), ("three", THIRD)):
		invite("hub", school, node + ".khi").works()
		make_school(node, node + ".khi").works()
	carry(stick("usb"), "one", "two", "three", "hub", "one", "two", "three")
	child.update({GONE: add("one", GONE, 2022, 6), STAYS: add("one", STAYS, 2022, 1),
		HURT: add("one", HURT, 2022, 6)})
	do("one", "guardian.add", f"pupil={child[GONE]}", "name=甲大荻")
	staff = show("one", "staff")[0]["staff"]
	do("one", "staff.edit", f"staff_id={staff}", "checked_on=2020-09-01", "kind=1")
	day("one", "2022-10-10", child[GONE], child[STAYS], child[HURT], words=WORDS)
	child["incident"] = do("one", "incident.report", "kind=1", "date=2022-10-10", "place=操场",
		f"pupil={child[HURT]}", "what=擦伤")["rows"][0]["incident"]
	child["two"] = add("two", "己小荻", 2022, 1)
	day("two", "2022-10-10", child["two"])
	at("2022-11-03 09:00:00")
	do("one", "statement.submit", "month=202210", "signer=校长", "posted_on=2022-11-03")
	for step in (2, 3):
		do("one", "statement.sign", "month=202210", f"step={step}", "signer=章")
	carry(stick("usb"), "one", "two", "hub", "one", "two")


def test_R18_nothing_ends_while_the_plan_keeps_it():
	begin()
	at("2026-10-12 16:00:00")
	do("one", "pupil.enrol", f"pupil={child[STAYS]}", "school_year=2026", "grade=5")
	child[NEW] = add("one", NEW, 2026, 1)
	day("one", "2026-10-12", child[STAYS], child[NEW])
	carry(stick("usb"), "one", "hub", "one")
	before = Run("digest", node="hub").works().out
	# Ten years by the plan that was published.
	assert of(retention()) == [], retention()
	assert of(retention("--yes")) == []
	rows = show("hub", "retention")
	assert [r["days"] for r in rows if r["code"] == 1] == [3650], rows
	assert before == Run("digest", node="hub").works().out


def pay():
	more = ("year=2022", "fen=10000000", "reason=预算", "on=2022-01-10")
	do("hub", "ledger.budget", *more, school=True)
	do("hub", "ledger.allocate", *more, f"to_school={SCHOOL}", school=True)
	for step in (4, 5):
		do("hub", "statement.approve", f"of_school={SCHOOL}", "month=202210", f"step={step}",
			"voucher=记-1", school=True)


def close():
	do("one", "incident.add", f"incident={child['incident']}", "kind=5", "text=已愈")
	carry(stick("usb"), "one", "hub", "one")


def test_R18_money_not_paid_and_an_open_incident_keep_the_days():
	publish(2, "2026-09-01", 1095)
	for why, settle in (("money", pay), ("incident", close)):
		rows = of(retention())
		assert [(r["school_year"], r["due"], r["due_on"], r["kept_by"]) for r in rows] == \
			[(2022, 0, "2026-08-31", why)], rows
		assert of(retention("--dry-run")) == [] and of(retention("--yes")) == []
		settle()
	due = of(retention())
	assert [(r["school_year"], r["due"], r["kept_by"], r["sessions"], r["leavings"],
		r["children"]) for r in due] == [(2022, 1, None, 1, 3, 1)], due


def test_R18_a_look_counts_and_changes_nothing():
	before = Run("digest", node="hub").works().out
	rows = of(retention("--dry-run"))
	assert len(rows) == 1 and rows[0]["records"] == 11 and rows[0]["segments"] > 0, rows
	assert rows == of(retention("--dry-run"))
	assert before == Run("digest", node="hub").works().out
	Run("verify", node="hub").works()
	assert show("hub", "retention_ended") == []
	assert "nothing was changed" in Run("retention", "--dry-run", node="hub").works().err
	child["look"] = rows[0]


def test_R18_what_ends_is_gone_and_what_must_be_kept_is_there():
	assert holds("hub", GONE) and holds("hub", WORDS) and holds("one", WORDS)
	# What the school has written and not delivered, of today and of the year that ends.
	day("one", "2026-10-13", child[STAYS])
	do("one", "leave.one", "date=2022-10-11", "slot=2", f"pupil={child[STAYS]}", "how=1")
	rows = retention("--yes")
	assert of(rows) == [child["look"]], (rows, child["look"])
	assert not holds("hub", GONE) and not holds("hub", WORDS)
	carry(stick("usb"), "hub", "one", "hub", "one")
	for node in ("hub", "one"):
		assert not holds(node, GONE) and not holds(node, WORDS), node
		Run("verify", node=node).works()
		assert holds(node, HURT) and holds(node, "擦伤"), node
	same("hub", "one")
	names = {p["name"] for p in show("one", "pupils")}
	assert names >= {STAYS, HURT, NEW} and GONE not in names, names
	dates = {str(s["date"]) for s in show("one", "sessions", "date=2026-10-13")}
	assert dates, "what was not delivered yet is lost"
	assert show("hub", "statements", "month=202210")[0]["fen"] > 0
	wrong = show("hub", "violations_R11", "month=202210")
	assert [w for w in wrong if w["what"] == "total_differs"] == [], wrong
	ended = of(show("hub", "retention_ended"))
	assert [(e["before_day"], e["records"], e["came_late"]) for e in ended] == \
		[("2023-09-01", child["look"]["records"], 1)], ended
	assert show("one", "retention_ended")[0]["before_day"] == "2023-09-01"


def test_R18_a_record_of_what_has_ended_is_refused_with_words():
	run = as_head("one", "do", "leave.one", "date=2022-10-12", "slot=2",
		f"pupil={child[STAYS]}", "how=1").fails(1)
	assert "no longer keeps" in run.err and "clock" in run.err, run.err
	run = as_head("one", "do", "leave.one", "date=2022-10-12", "slot=2",
		f"pupil={child[STAYS]}", "how=1", lang="zh").fails(1)
	assert "终止保存" in run.err, run.err
	Run("audit-pack", "--month", "2022-10", "--school", SCHOOL, "-o", path("pack"),
		node="hub").fails(1, "2022-10")
	assert not os.path.exists(path("pack"))


def test_R18_doing_it_again_changes_nothing():
	before = Run("digest", node="hub").works().out
	assert of(retention("--yes")) == []
	assert before == Run("digest", node="hub").works().out
	status = Run("status", "--json", node="one").works().json()
	assert status["ends_held"] == 0 and status["held"] == 0 and status["waiting"] == 0, status


def test_R18_a_silent_school_is_left_alone_until_it_is_named():
	rows = of(retention("--yes"), OTHER)
	assert [(r["records"], r["left_alone"]) for r in rows] == [(0, "silent")], rows
	do("two", "leave.one", "date=2022-10-11", "slot=2", f"pupil={child['two']}", "how=1")
	rows = retention("--yes", "--school", OTHER)
	assert len(rows) == 1 and rows[0]["records"] > 0 and rows[0]["left_alone"] is None, rows
	day("two", "2026-10-13", child["two"])
	carry(stick("usb"), "two", "hub", "two", "hub", "two")
	same("hub", "two", scope=OTHER)
	for node in ("hub", "two"):
		Run("verify", node=node).works()
	assert show("two", "sessions", "date=2026-10-13"), "what was not delivered yet is lost"
	# The child is still called: nobody turned the year.
	assert [p["name"] for p in show("two", "pupils")] == ["己小荻"]
	Run("retention", "--school", "1", node="hub").fails(1, "1")
	Run("retention", node="one").fails(1, "hub")
	Run("retention", "--dry-run", "--yes", node="hub").fails(2)


def test_R18_a_new_machine_begins_after_what_has_ended():
	invite("hub", SCHOOL, "again.khi").works()
	make_school("again", "again.khi").works()
	carry(stick("usb"), "again", "hub", "again", "hub", "again")
	same("hub", "again")
	Run("verify", node="again").works()
	assert not holds("again", WORDS)
	assert of(show("hub", "retention_ended"))[0]["number"] == 1


def test_R18_a_lost_stick_dies_with_the_hubs_sealing_key():
	make_hub("shub").works()
	invite("shub", SCHOOL, "s.khi").works()
	make_school("sschool", "s.khi").works()
	usb, lost = stick("s-usb", fresh=True), stick("s-lost", fresh=True)
	carry(usb, "sschool", "shub", "sschool")
	as_head("sschool", "do", "pupil.add", "name=吴一", "school_year=2026", "grade=1").works()
	Run("export", "--to", lost, node="sschool").works()
	Run("seal", "new", node="sschool").fails(1, "hub")
	assert Run("--json", "seal", "new", node="shub").works().json()["roster"] > 0
	Run("seal", "new", node="shub").works()
	run = Run("import", "--from", lost, node="shub").works(3)
	assert "key that is no more" in run.out + run.err, run.out + run.err
	carry(lost, "shub", "sschool", "shub", "sschool")
	same("shub", "sschool")
	Run("verify", node="shub").works()


def test_R18_rules_name_keys_of_the_schema():
	import registry  # tools/registry.py
	tables = {t["id"]: t for f in glob.glob(os.path.join(SRC, "schema/tables/*.sql"))
		for t in registry.parse(f)}
	day_columns = {"date", "week_on"}
	for row in show("hub", "retention_rules", "on=2026-10-12", f"school={SCHOOL}"):
		if row["table_id"] is None:
			continue
		table = tables[row["table_id"]]
		column = next(c for c in table["columns"] if c["id"] == row["column_id"])
		want = {1: day_columns, 2: day_columns, 3: {"school_year"}, 4: {"pupil"}}[row["rule"]]
		assert column["key"] and column["name"] in want, (table["name"], column)
		assert table["scope"] == "school", table["name"]


def put(work):
	test_cli.work = work


def main():
	sys.path.insert(0, os.path.join(SRC, "tools"))
	why = no_clock()
	if why:
		print("1..0 # SKIP", why)
		return 0
	return runner.run(runner.cases(globals(), "test_R18_"), put)


if __name__ == "__main__":
	sys.exit(main())
