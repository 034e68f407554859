#!/usr/bin/env python3
"""Recomputes the month from the CSV files beside this script: python3 check.py

Needs Python 3.7 and nothing else; knows nothing of the program that wrote the files.
Exit 0: every figure agrees.  Exit 1: each line names a file and a row that do not.
从同一文件夹的 CSV 重新计算当月全部金额；逐项列出不一致之处；全部一致时退出码为 0。"""
import collections
import csv
import datetime
import hashlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = ("file", "sha256", "rows", "voucher", "reason", "signer")
WRONG, AGREED, UTC8 = [], [0], datetime.timezone(datetime.timedelta(hours=8))


def read(name):
	if not os.path.isfile(os.path.join(HERE, name)):
		sys.exit("%s is missing: the pack is not whole" % name)
	with open(os.path.join(HERE, name), encoding="utf-8-sig", newline="") as f:
		rows = list(csv.DictReader(f))
	for i, row in enumerate(rows, 2):  # row numbers as the spreadsheet shows them
		for key, text in row.items():
			if text is None or key is None:
				sys.exit("%s row %d: columns are missing or too many" % (name, i))
			try:
				row[key] = (text if key in TEXT else int(text)) if text else None
			except ValueError:
				pass
		row["row"] = "%s row %d" % (name, i)
	return rows


def manifest():
	"""Bytes against the hashes that were taken when the pack was written."""
	for entry in read("manifest.csv"):
		name, path = entry["file"], os.path.join(HERE, *entry["file"].split("/"))
		if not os.path.isfile(path):
			sys.exit("%s is missing: the pack is not whole" % name)
		data = open(path, "rb").read()
		if hashlib.sha256(data).hexdigest() == entry["sha256"]:
			continue
		hashes = (entry["rows"] or "").split()
		lines = [hashlib.sha256(x).hexdigest()[:12] for x in data.split(b"\r\n")[:-1]]
		at = [i for i in range(max(len(hashes), len(lines)))
			if hashes[i:i + 1] != lines[i:i + 1]] if hashes else []
		WRONG.append("%s%s is not as it was packed" % (name, " row %d" % (at[0] + 1) if at else ""))


def same(row, what, found):
	AGREED[0] += 1
	if row[what] != found:
		WRONG.append("%s: %s is %s, recomputed %s (%s)" % (row["row"], what, row[what], found,
			" ".join(str(v) for k, v in row.items() if k in ("school", "name", "date", "month"))))


def pick(rows, fits, value):
	"""The narrowest line of the plan that fits, then the first."""
	def weight(r):
		return (r["school"] != 0, r.get("site", -1) >= 0, r["class"] != 0,
			(r.get("kind") or r.get("person") or 0) != 0, bool(r.get("role")), -r["no"])
	rows = [r for r in rows if all(r[k] in ok for k, ok in fits.items())]
	return max(rows, key=weight)[value] if rows else None


def month_of(date):
	return date.year * 100 + date.month


class Month:
	def __init__(self):
		self.month = read("pack.csv")[0]["month"]
		self.sites = {(s["school"], s["site"]): s for s in read("sites.csv")}
		self.staff = {(s["school"], s["staff"]): s for s in read("staff.csv")}
		self.plans, self.rates, self.settings = read("plans.csv"), read("rates.csv"), read("settings.csv")
		self.steps = {(s["school"], s["month"], s["step"]): s for s in read("steps.csv")}

	def setting(self, school, site, version, name):
		s = self.sites.get((school, site))
		return s and pick(self.settings, {"version": [version], "name": [name], "school": [0, school],
			"site": [-1, site], "class": [0, s["class"]], "kind": [0, s["kind"]]}, "value")

	def plan(self, date):
		return next((p["version"] for p in self.plans if p["from_on"] <= date
			and (p["until_on"] is None or date < p["until_on"])), None)

	def duties(self):
		"""Who watched how long, by session; then the corrections."""
		hands = collections.defaultdict(list)
		for h in read("handovers.csv"):
			if h["to_staff"] is not None:
				hands[tuple(h[k] for k in ("school", "date", "slot", "site", "grp"))].append(h)
		for s in read("sessions.csv"):
			if s["marks"] == 0 or s["begins"] >= s["ends"]:
				continue
			key = tuple(s[k] for k in ("school", "date", "slot", "site", "grp"))
			turns, midnight = [(s["staff"], s["begins"], s["at_ms"], 0)], datetime.datetime.combine(
				datetime.date.fromisoformat(s["date"]), datetime.time(), UTC8).timestamp()
			for h in sorted(hands[key], key=lambda h: h["no"]):
				minute = (h["at_ms"] // 1000 - int(midnight)) // 60
				turns.append((h["to_staff"], max(s["begins"], min(s["ends"], minute)),
					max(s["at_ms"], h["at_ms"]), int(h["kind"] == 3)))
			for who in {t[0] for t in turns if t[0] is not None}:
				mine = [(t, n) for t, n in zip(turns, turns[1:] + [(None, s["ends"])]) if t[0] == who]
				yield key + (who, 0), {"role": 1 + (s["kind"] is not None), "sessions": 1,
					"minutes": sum(max(0, n[1] - t[1]) for t, n in mine), "version": s["policy"],
					"at": max(t[2] for t, n in mine), "emergency": max(t[3] for t, n in mine)}
		for e in read("entries.csv"):
			yield tuple(e[k] for k in ("school", "date", "slot", "site", "grp", "person", "entry")), {
				"role": e["role"], "sessions": e["sessions"], "minutes": e["minutes"],
				"version": 0, "at": e["at_ms"], "emergency": e["emergency"]}

	def paid_in(self, school, site, own, d):
		"""The month of its recording, or the one before until its statement or the cut-off."""
		at = datetime.datetime.fromtimestamp(d["at"] // 1000, UTC8)
		first = at.replace(day=1, hour=0, minute=0, second=0)
		before = month_of(first - datetime.timedelta(1))
		signed = self.steps.get((school, before, 1))
		cut = self.setting(school, site, d["version"], "cutoff_day")
		in_time = at < first + datetime.timedelta(5 if cut is None else cut)
		return max(own, before if in_time and (not signed or d["at"] <= signed["at_ms"]) else month_of(at))

	def worth(self):
		for key, d in self.duties():
			school, date, site, who = key[0], key[1], key[3], self.staff.get((key[0], key[5]), {})
			own = month_of(datetime.date.fromisoformat(date))
			d["version"] = d["version"] or self.plan(date)
			if self.paid_in(school, site, own, d) != self.month:
				continue
			fits = {"version": [d["version"]], "role": [0, d["role"]], "school": [0, school],
				"class": [0, self.sites.get((school, site), {}).get("class")], "person": [0, who.get("kind")]}
			fen, unit, per = (pick(self.rates, fits, k) for k in ("fen", "unit", "unit_min"))
			barred = who.get("barred") == 1 and who["barred_on"] <= date
			pays = int(bool(who.get("checked_on")) and who["checked_on"] <= date
				and (not barred or d["emergency"] == 1))
			d.update(rate=fen, pays=pays, late=int(own < self.month), fen=0)
			if fen is not None and pays:
				sign = -1 if d["minutes"] < 0 else 1
				d["fen"] = d["sessions"] * fen if unit == 3 else sign * (
					(abs(d["minutes"]) * fen * 2 + per) // (2 * per))
			yield key, d


def money(m):
	ledger, spendings = read("ledger.csv"), read("spendings.csv")
	def total(rows, **fits):
		return sum(r["fen"] for r in rows if r["year"] == m.month // 100
			and all(r[k] == v for k, v in fits.items()))
	for row in read("money.csv"):
		given, spent = total(ledger, kind=2, to_school=row["school"]), total(spendings, school=row["school"])
		budget = total(ledger, kind=1) if any(r["kind"] == 1 for r in ledger) else None
		for what, found in (("allocated", given), ("spent", spent), ("left_fen", given - spent),
				("county_budget", budget), ("county_allocated", total(ledger, kind=2))):
			same(row, what, found)
	papers = [(r["voucher"], what, r[of], r["fen"]) for what, of, rows in (
		("approval", "school", read("approvals.csv")), ("ledger", "to_school", ledger),
		("spending", "school", spendings)) for r in rows if (r["voucher"] or "").strip()]
	for row in read("vouchers.csv"):
		key = (row["voucher"], row["what"], row["school"], row["fen"])
		AGREED[0] += 1
		papers.remove(key) if key in papers else WRONG.append("%s: no such voucher" % row["row"])
	WRONG.extend("vouchers.csv lacks %s of %s.csv" % p[:2] for p in papers)


def statement(m):
	worth, lines = dict(m.worth()), collections.defaultdict(list)
	for key, d in worth.items():
		lines[key[0], key[5]].append((key, d))
	for row in read("duty.csv"):
		d = worth.pop(tuple(row[k] for k in ("school", "date", "slot", "site", "grp", "staff", "entry")), {})
		for what in ("role", "minutes", "sessions", "version", "rate", "pays", "fen", "late"):
			same(row, what, d.get(what))
	WRONG.extend("duty.csv lacks %s" % (k,) for k in worth)
	last = datetime.date(m.month // 100 + (m.month % 100 == 12), m.month % 100 % 12 + 1, 1)
	plan, sums = m.plan((last - datetime.timedelta(1)).isoformat()), collections.defaultdict(list)
	for row in read("statement.csv"):
		mine = lines.pop((row["school"], row["staff"]), [])
		cap, whole = m.setting(row["school"], 0, plan, "cap_month_fen"), sum(d["fen"] for k, d in mine)
		for what, found in (("minutes", sum(d["minutes"] for k, d in mine)), ("before_cap", whole),
				("sessions", sum(d["sessions"] for k, d in mine)), ("cap", cap),
				("unpaid_minutes", sum(d["minutes"] for k, d in mine if not d["pays"])),
				("late", sum(d["late"] for k, d in mine)), ("entries", sum(k[6] != 0 for k, d in mine)),
				("fen", min(whole, cap) if cap else whole)):
			same(row, what, found)
		sums[row["school"]].append(min(whole, cap) if cap else whole)
	WRONG.extend("statement.csv lacks %s" % (k,) for k in lines)
	for (school, month, _), row in sorted(m.steps.items()):
		if month == m.month:
			same(row, "fen", sum(sums[school]))
			same(row, "people", len(sums[school]))
	for row in read("approvals.csv"):
		if row["state"] == 1:
			same(row, "fen", sum(sums[row["school"]]))
	return sum(map(sum, sums.values()))


try:
	manifest()
	m = Month()
	paid = statement(m)
	money(m)
except (OSError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
	WRONG.append("a row cannot be read: %r" % (error,))
print("\n".join(WRONG) if WRONG else "%d figures agree; %d: %d.%02d yuan" % (
	AGREED[0], m.month, paid // 100, paid % 100))
sys.exit(1 if WRONG else 0)
