#!/usr/bin/env python3
"""Makes a registry (sync/registry.h) out of annotated CREATE TABLE files.

usage: registry.py --name NAME --version N OUT.c OUT.h IN.sql...
"""
import re
import sys

TYPES = {"INTEGER": "VALUE_INT", "TEXT": "VALUE_TEXT", "BLOB": "VALUE_BLOB"}
PRIVACY = {"public": "PRIVACY_PUBLIC", "county": "PRIVACY_COUNTY",
           "subject": "PRIVACY_SUBJECT", "private": "PRIVACY_PRIVATE"}
HINTS = {"scope": "HINT_SCOPE", "tx_time": "HINT_TX_TIME", "tx_staff": "HINT_TX_STAFF",
         "next_id": "HINT_NEXT_ID", "list": "HINT_LIST", "row_time": "HINT_ROW_TIME"}

TABLE = re.compile(r"^-- table (\d+) (\w+) scope=(school|county)((?: \S+)*)\s*$")
COLUMN = re.compile(r"^\s*(\w+)\s+(INTEGER|TEXT|BLOB)\s*,?\s*-- (key|col) (\d+) (.*?)(?:\s+:(?:\s+(.*))?)?$")


class Wrong(Exception):
    pass


def literal(text):
    if re.fullmatch(r"-?\d+", text):
        return text
    if re.fullmatch(r"'[^']*'", text):
        return text
    raise Wrong("default=%s: an integer or 'text'" % text)


def parse_column(m):
    c = {"name": m[1], "type": m[2], "key": m[3] == "key", "id": int(m[4]),
         "privacy": None, "quiet": False, "hub": False, "default": None,
         "hint": "HINT_NONE", "hint_table": None, "hint_by": None}
    for word in m[5].split():
        if word in PRIVACY:
            c["privacy"] = word
        elif word in ("lww",):
            pass
        elif word == "quiet":
            c["quiet"] = True
        elif word == "hub":
            c["hub"] = True
        elif word.startswith("default="):
            c["default"] = literal(word[8:])
        elif word.startswith("hint=last_by:"):
            c["hint"] = "HINT_LAST_BY"
            c["hint_table"], c["hint_by"] = word[13:].split(".")
        elif word.startswith("hint="):
            c["hint"] = HINTS[word[5:]]
        else:
            raise Wrong("column %s: what is '%s'?" % (c["name"], word))
    if c["privacy"] is None:
        raise Wrong("column %s has no privacy class" % c["name"])
    return c


def parse(path):
    tables, table = [], None
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        try:
            m = TABLE.match(line)
            if m:
                table = {"id": int(m[1]), "name": m[2], "scope": m[3], "subject": None,
                         "urgent": False, "erases": None, "columns": [], "where": path}
                for word in m[4].split():
                    if word == "urgent":
                        table["urgent"] = True
                    elif word.startswith("subject="):
                        table["subject"] = word[8:]
                    elif word.startswith("erases="):
                        table["erases"] = word[7:]
                    else:
                        raise Wrong("what is '%s'?" % word)
                tables.append(table)
                continue
            m = COLUMN.match(line)
            if m:
                if table is None:
                    raise Wrong("a column before its '-- table' line")
                table["columns"].append(parse_column(m))
            elif re.match(r"^\s*\w+\s+(INTEGER|TEXT|BLOB)\b", line):
                raise Wrong("a column without its annotation")
        except (Wrong, KeyError) as e:
            sys.exit("%s:%d: %s" % (path, number, e))
    return tables


def check(tables):
    ids = {}
    for t in tables:
        where = "%s: table %s" % (t["where"], t["name"])
        if t["id"] in ids:
            sys.exit("%s: number %d is taken by %s" % (where, t["id"], ids[t["id"]]))
        ids[t["id"]] = t["name"]
        seen = [c["id"] for c in t["columns"]]
        if seen != sorted(set(seen)) or not seen or seen[-1] > 47:
            sys.exit("%s: column numbers must ascend, 1 to 47" % where)
        keys = [c["key"] for c in t["columns"]]
        if keys != sorted(keys, reverse=True) or not keys[0] or sum(keys) > 6:
            sys.exit("%s: keys come first, 1 to 6" % where)
        if t["scope"] == "school" and t["columns"][0]["hint"] != "HINT_SCOPE":
            sys.exit("%s: the first key of a school's table is the school, hint=scope" % where)
        if t["subject"] and t["subject"] not in [c["name"] for c in t["columns"]]:
            sys.exit("%s: no column %s" % (where, t["subject"]))
        for c in t["columns"]:
            # Whose a row is must stay readable when the person's leaf is erased.
            if c["name"] == t["subject"] and c["privacy"] not in ("public", "county"):
                sys.exit("%s: the subject %s is itself of class %s" % (where, c["name"], c["privacy"]))
        if t["erases"] and not [c for c in t["columns"] if c["key"] and c["name"] == t["erases"]]:
            sys.exit("%s: no key %s" % (where, t["erases"]))
        if t["erases"] and t["scope"] != "school":
            sys.exit("%s: a person belongs to a school" % where)
    return ids


def sql_of(t):
    names = [c["name"] for c in t["columns"]]
    keys = [c["name"] for c in t["columns"] if c["key"]]
    rest = [c["name"] for c in t["columns"] if not c["key"]]
    every = names + ["row_version"]
    name = t["name"]
    cols = []
    for c in t["columns"]:
        col = "%s %s" % (c["name"], c["type"])
        if c["key"]:
            col += " NOT NULL"
        elif c["default"] is not None:
            col += " DEFAULT %s" % c["default"]
        cols.append(col)
    cols += ["row_version INTEGER NOT NULL DEFAULT (kehou_version())",
             "PRIMARY KEY (%s)" % ", ".join(keys),
             "CHECK (kehou_guard(%s))" % ", ".join(every)]
    at = " AND ".join("%s = ?%d" % (k, i + 1) for i, k in enumerate(keys))
    put = ", ".join("%s = excluded.%s" % (c, c) for c in rest + ["row_version"])
    n = len(keys)
    create = ("CREATE TABLE %s (%s) WITHOUT ROWID; CREATE TRIGGER %s_delete BEFORE DELETE ON %s "
              "BEGIN SELECT kehou_guard(); END;" % (name, ", ".join(cols), name, name))
    return {
        "create": create,
        "save": "CREATE TABLE kehou_old AS SELECT * FROM %s" % name,
        "renew": "DROP TABLE %s; %s INSERT INTO %s (%s) SELECT %s, kehou_renewed(row_version) "
                 "FROM kehou_old; DROP TABLE kehou_old;"
                 % (name, create, name, ", ".join(every), ", ".join(names)),
        "apply": "INSERT INTO %s (%s) SELECT %s, v FROM kehou_rows WHERE true ON CONFLICT (%s) "
                 "DO UPDATE SET %s WHERE kehou_wins(%s.row_version, excluded.row_version)"
                 % (name, ", ".join(every), ", ".join("c%d" % i for i in range(len(names))),
                    ", ".join(keys), put, name),
        "get": "SELECT %s FROM %s WHERE %s" % (", ".join(rest + ["row_version"]), name, at),
        "put": "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s"
               % (name, ", ".join(every), ", ".join("?%d" % (i + 1) for i in range(len(every))),
                  ", ".join(keys), put),
        "drop": "DELETE FROM %s WHERE %s" % (name, at),
        "scan": "SELECT %s FROM %s %sORDER BY %s"
                % (", ".join(every), name, "WHERE %s = ?1 " % keys[0] if t["scope"] == "school" else "",
                   ", ".join(keys)),
        "touch": "UPDATE %s SET row_version = ?%d WHERE %s" % (name, n + 1, at),
    }


def add_of(c):
    """Gives the saved copy of an older table the column that it lacks."""
    return "ALTER TABLE kehou_old ADD COLUMN %s %s%s" % (
        c["name"], c["type"], "" if c["default"] is None else " DEFAULT %s" % c["default"])


def c_string(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def c_missing(c):
    if c["default"] is None:
        return "{ .type = VALUE_NULL }"
    if c["default"].startswith("'"):
        body = c["default"][1:-1]
        return "{ .p = (const uint8_t *)%s, .len = %d, .type = VALUE_TEXT }" % (
            c_string(body), len(body.encode("utf-8")))
    return "{ .i = %s, .type = VALUE_INT }" % c["default"]


def emit(out, header, name, version, tables):
    numbers = {t["name"]: t["id"] for t in tables}
    lines = ["/* Made by tools/registry.py; do not edit. */", '#include "%s"' % header, "", "#include <stddef.h>", ""]
    for t in tables:
        lines.append("static const struct registry_column %s_%s_columns[] = {" % (name, t["name"]))
        for c in t["columns"]:
            lines.append("\t{ %d, %s, %s, %s, %s, %s, %d, %s, %s, %s }," % (
                c["id"], c_string(c["name"]), TYPES[c["type"]], PRIVACY[c["privacy"]],
                "MERGE_QUIET" if c["quiet"] else "MERGE_LWW", c["hint"],
                numbers.get(c["hint_table"], 0) if c["hint_table"] else 0,
                c_string(c["hint_by"]) if c["hint_by"] else "NULL", c_missing(c),
                "true" if c["hub"] else "false"))
        lines.append("};")
        lines.append("static const char *const %s_%s_adds[] = {" % (name, t["name"]))
        lines += ["\t%s," % c_string(add_of(c)) for c in t["columns"]]
        lines.append("};")
    lines.append("")
    lines.append("static const struct registry_table %s_tables[] = {" % name)
    for t in tables:
        names = [c["name"] for c in t["columns"]]
        lines.append("\t{")
        lines.append("\t\t.id = %d, .name = %s, .scope = %s, .urgent = %s," % (
            t["id"], c_string(t["name"]), "REGISTRY_SCHOOL" if t["scope"] == "school" else "REGISTRY_COUNTY",
            "true" if t["urgent"] else "false"))
        lines.append("\t\t.ncolumns = %d, .nkeys = %d, .subject = %d, .erases = %d, .columns = %s_%s_columns," % (
            len(names), sum(c["key"] for c in t["columns"]),
            names.index(t["subject"]) if t["subject"] else -1,
            names.index(t["erases"]) if t["erases"] else 0, name, t["name"]))
        for kind, sql in sql_of(t).items():
            lines.append("\t\t.%s = %s," % (kind, c_string(sql)))
        lines.append("\t\t.adds = %s_%s_adds," % (name, t["name"]))
        lines.append("\t},")
    lines += ["};", "", "const struct registry %s = {" % name,
              "\t.tables = %s_tables, .ntables = %d, .version = %d," % (name, len(tables), version), "};", ""]
    open(out, "w", encoding="utf-8").write("\n".join(lines))


def main(argv):
    if len(argv) < 8 or argv[1] != "--name" or argv[3] != "--version":
        sys.exit(__doc__.strip())
    name, version, out, header = argv[2], int(argv[4]), argv[5], argv[6]
    tables = [t for path in argv[7:] for t in parse(path)]
    check(tables)
    tables.sort(key=lambda t: t["id"])
    guard = name.upper() + "_H"
    open(header, "w", encoding="utf-8").write(
        "/* Made by tools/registry.py; do not edit. */\n#ifndef %s\n#define %s\n\n"
        '#include "sync/registry.h"\n\nextern const struct registry %s;\n\n#endif\n' % (guard, guard, name))
    emit(out, "gen/" + header.rsplit("/", 1)[-1], name, version, tables)


if __name__ == "__main__":
    main(sys.argv)
