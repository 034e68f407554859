#!/usr/bin/env python3
"""Who reads what beside the views, and the trace that reading leaves. Prints TAP."""
import os
import sqlite3
import sys

sys.dont_write_bytecode = True  # nothing is left in the tree
import runner
import test_node
from test_node import PIN, SCHOOL, Daemon, kehou, made, path, school

HIT, SAID = "the head hit the child", "my number is 13700000000"
TIMELINE = "/api/v1/timeline?pupil="
REPORT = {"incident", "incident_note", "incident_person", "incident_food", "opinion", "opinion_answer"}


def hire(d, name, roles):
	return d.do("staff.add", {"name": name, "roles": roles, "pin": PIN})["rows"][0]["staff"]


def as_one(d, name):
	d.cookie = None
	d.sign_in(name)
	return d


def a_reported_school(name):
	"""A school where a teacher has reported its head, and a child by whom it was seen."""
	with Daemon(school(name)) as d:
		d.sign_in()
		head = d.get("/api/v1/view/staff")["rows"][0]["staff"]
		for person, roles in (("teach", "teacher"), ("door", "guard"), ("other", "head")):
			hire(d, person, roles)
		pupil = d.do("pupil.add", {"name": "周小檗", "birth": "2015-09-01", "school_year": 2026,
			"grade": 1})["rows"][0]["pupil"]
		as_one(d, "teach")
		d.do("guardian.add", {"pupil": pupil, "name": "周大檗", "phone": "13800009876"})
		incident = d.do("incident.report", {"kind": 6, "date": "2026-11-02", "pupil": pupil, "place": "office",
			"who": "the head", "what": HIT, "about_staff": head})["rows"][0]["incident"]
		d.do("incident.add", {"incident": incident, "kind": 4, "text": HIT})
		d.do("incident.people", {"incident": incident, "pupils": [pupil], "part": 1})
		d.do("opinion.add", {"kind": 3, "pupil": pupil, "name": SAID, "text": SAID,
			"on": "2026-11-02"})
	return pupil, incident


def of_table(rows):
	return {r["table"] for r in rows}


def test_R13_the_history_of_a_child_tells_no_report_to_anybody():
	pupil, _incident = a_reported_school("accused")
	with Daemon("accused") as d:
		for name in ("head", "other", "teach"):
			rows = as_one(d, name).get(TIMELINE + str(pupil))["rows"]
			assert of_table(rows) >= {"pupil", "guardian", "enrolment"}, (name, rows)
			assert not of_table(rows) & REPORT, (name, rows)
			assert HIT not in str(rows) and SAID not in str(rows), (name, rows)
			seen = d.get("/api/v1/view/incidents")["rows"]
			assert len(seen) == (name == "teach"), (name, seen)
		as_one(d, "door").get(TIMELINE + str(pupil), 403)
		d.cookie = None
		d.get(TIMELINE + str(pupil), 401)
	os.mkdir(path("stick"))
	made(kehou("export", "--to", path("stick"), node="accused"))
	made(kehou("import", "--from", path("stick"), node="hub"))
	with open(path("pin"), "w", encoding="utf-8") as file:
		file.write(PIN)
	for role in ("clerk", "lead", "auditor"):
		who = [] if role == "clerk" else ["--as", "clerk", "--pin-fd", "FD0"]
		made(kehou(*who, "do", "county.staff.add", f"name={role}", f"roles={role}",
			"pin=@" + path("pin"), node="hub", secrets=[PIN] if who else []))
	with Daemon("hub") as d:
		for role in ("clerk", "lead", "auditor"):
			as_one(d, role).get(TIMELINE + str(pupil), 403)
			assert HIT in str(d.get("/api/v1/view/incidents")["rows"]), role


def test_R18_who_reads_the_history_of_a_child_is_noted():
	pupil, _incident = a_reported_school("noted")
	with Daemon("noted") as d:
		as_one(d, "teach").get(TIMELINE + str(pupil))
		rows = as_one(d, "head").get("/api/v1/view/access_log")["rows"]
		line = [r for r in rows if r["view"] == "timeline"]
		assert [(r["name"], str(r["pupil"])) for r in line] == [("teach", str(pupil))], rows
		assert "birth" in line[0]["fields"], line


def number(value):
	"""As the key of a row holds it."""
	value, out = value << 1, bytearray(b"\1")
	while value > 127:
		out.append(value & 127 | 128)
		value >>= 7
	return bytes(out + bytes([value]))


def disagree(node, table, column, *keys):
	database = sqlite3.connect(path(node, "kehou.db"))
	database.execute("INSERT INTO kehou_inbox (tbl, col, scope, key, winner, loser, winner_writer,"
		" winner_stamp, winner_seq, loser_writer, loser_stamp, loser_seq) VALUES (?, ?, ?, ?, 'a', 'b',"
		" 1, 2, 1, 1, 1, 1)", (table, column, int(SCHOOL), b"".join(number(k) for k in (int(SCHOOL), *keys))))
	database.commit()
	database.close()


def told(d):
	return sorted(r["table"] for r in d.get("/api/v1/inbox")["rows"])


def test_R13_records_that_disagree_are_told_to_whom_their_views_are():
	pupil, incident = a_reported_school("inbox")
	pupil, incident = int(pupil), int(incident)
	disagree("inbox", 12, 3, pupil)                      # pupil.name
	disagree("inbox", 40, 6, incident)                   # incident.place
	disagree("inbox", 76, 5, incident, pupil, 1)         # incident_person.since_on
	disagree("inbox", 58, 4, pupil, 2026)                # place_refusal.reason: the head's view
	with Daemon("inbox") as d:
		for name, tables in (("head", ["place_refusal", "pupil"]), ("teach", ["pupil"])):
			assert told(as_one(d, name)) == tables, name
			rows = d.get("/api/v1/view/inbox")["rows"]
			assert sorted(r["table"] for r in rows) == tables, (name, rows)
		as_one(d, "door").get("/api/v1/inbox", 403)
		rows = as_one(d, "head").get("/api/v1/view/access_log")["rows"]
		assert {r["name"] for r in rows if r["view"] == "inbox"} == {"head", "teach"}, rows
	for who, tables in (("head", "pupil place_refusal"), ("teach", "pupil")):
		run = kehou("--as", who, "--pin-fd", "FD0", "--json", "show", "inbox", node="inbox", secrets=[PIN])
		made(run)
		assert "incident" not in run.stdout and run.stdout.count('"table"') == len(tables.split()), run.stdout
	run = kehou("--as", "door", "--pin-fd", "FD0", "show", "inbox", node="inbox", secrets=[PIN])
	assert run.returncode == 1, run.stdout + run.stderr


def look(node, sql):
	"""Looks as many as nobody taps: the daemon has the database for itself while it runs."""
	database = sqlite3.connect(path(node, "kehou.db"))
	database.execute("INSERT INTO access_log (at, staff, school, view, fields, pupil, rows) " + sql)
	database.commit()
	database.close()


def looks(node):
	with Daemon(node) as d:
		return as_one(d, "head").get("/api/v1/view/access_log")


def test_R18_no_look_is_hidden_behind_a_thousand_others():
	pupil, _incident = a_reported_school("crowd")
	with Daemon("crowd") as d:
		as_one(d, "teach").get(f"/api/v1/view/guardian_copy?pupil={pupil}")
	look("crowd", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)"
		" SELECT at, staff, school, 'pupil', fields, pupil, 1 FROM access_log, n"
		" WHERE view = 'guardian_copy'")
	answer = looks("crowd")
	assert [r["times"] for r in answer["rows"] if r["view"] == "pupil"] == [1001], answer
	assert "guardian_copy" in [r["view"] for r in answer["rows"]] and answer["more"] is False, answer
	look("crowd", "SELECT at, staff, school, 'pupil', fields, id, 1 FROM access_log WHERE view = 'pupil'")
	answer = looks("crowd")
	assert answer["more"] is True and len(answer["rows"]) == 1000, len(answer["rows"])
	run = kehou("--as", "head", "--pin-fd", "FD0", "show", "access_log", node="crowd", secrets=[PIN])
	made(run)
	assert "more rows than these 1000" in run.stderr, run.stderr


def main():
	return runner.run(runner.cases(globals()), test_node.put, test_node.prepare)


if __name__ == "__main__":
	sys.exit(main())
