#!/usr/bin/env python3
"""Writes to a store as any other program would; success is to be refused."""
import re
import sqlite3
import sys

path, name = sys.argv[1:]
text = open(__file__.rsplit("/", 1)[0] + "/tables/tiny_statements.sql", encoding="utf-8").read()
sql = re.search(r"^-- name: %s\n(.*?)(?=^-- name|\Z)" % name, text, re.M | re.S)[1]
db = sqlite3.connect(path)
row = {"school": 2141018501, "child": 9 if name == "add" else 1, "state": 7}
try:
    db.execute(sql, row)
    db.commit()
except sqlite3.OperationalError as e:
    sys.exit("kehou_" not in str(e))
sys.exit("%s was not refused" % name)
