#!/usr/bin/env python3
"""Embeds schema/commands, views, internal and migrations into C.

usage: generate.py OUT.c OUT.h SCHEMA_DIR

The header comments of a file are its contract (docs/domain.md): about, about_zh, roles,
params, scope, lane, requires, audit, sensitive, each, over,
ask, idle.  Anything else there is an error.  What
several share stands in schema/parts."""
import os
import re
import sys

ROLES = ["teacher", "head", "guard", "clerk", "lead", "auditor"]
KEYS = {"about", "about_zh", "roles", "params", "scope", "lane", "requires", "audit", "sensitive",
        "each", "over", "ask", "idle"}
PARAM = re.compile(r"^([a-z][a-z0-9_]*):([itdmjb])(\?)?$")
# Bound by the runtime, never taken from outside.
OWN = {"school", "staff", "user_roles", "new_id", "hub", "over"}


def fail(path, words):
    sys.exit("%s: %s" % (path, words))


def with_parts(path, lines):
    """A line "-- include NAME" stands for the text of schema/parts/NAME.sql; with
    " for :PARAM" at its end, that parameter is the school there."""
    for line in lines:
        m = re.match(r"^-- include ([a-z_]+)(?: for :([a-z_]+))?$", line)
        if not m:
            yield line
            continue
        part = os.path.join(os.path.dirname(os.path.dirname(path)), "parts", m[1] + ".sql")
        if not os.path.exists(part):
            fail(path, "no part " + m[1])
        with open(part, encoding="utf-8") as f:
            text = [x for x in f.read().rstrip("\n").split("\n")
                    if x.startswith("-- include ") or not x.startswith("-- ")]
        for x in with_parts(path, text):
            yield re.sub(r":school\b", ":" + m[2], x) if m[2] else x


def read_entry(path, kind):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    head, n = {}, 0
    while (n < len(lines) and lines[n].startswith("-- ")
            and not lines[n].startswith("-- include ")):
        key, colon, text = lines[n][3:].partition(":")
        if not colon or key not in KEYS or key in head:
            fail(path, "line %d: not a header" % (n + 1))
        head[key] = text.strip()
        n += 1
    sql = "\n".join(with_parts(path, lines[n:])).strip() + "\n"
    for key in ("about", "about_zh", "roles", "params", "requires"):
        if key not in head:
            fail(path, "no %s" % key)
    roles = 0
    for role in head["roles"].split():
        if role not in ROLES:
            fail(path, "unknown role " + role)
        roles |= 1 << ROLES.index(role)
    params = []
    for text in head["params"].split():
        m = PARAM.match(text)
        if not m or m.group(1) in OWN:
            fail(path, "bad parameter " + text)
        params.append((m.group(1), m.group(2), bool(m.group(3))))
    used = set(re.findall(r"(?<![:\w]):([a-z][a-z0-9_]*)", re.sub(r"'[^']*'", "''", sql)))
    names = {p[0] for p in params}
    if used - names - OWN:
        fail(path, "undeclared parameters: " + " ".join(sorted(used - names - OWN)))
    if names - used and "over" not in head: # else they are that view's
        fail(path, "unused parameters: " + " ".join(sorted(names - used)))
    if set(head.get("audit", "").split()) - names:
        fail(path, "audit: no such parameter: " + head["audit"])
    if not re.fullmatch(r"R\d+( R\d+)*", head["requires"]):
        fail(path, "requires is a list of requirements")
    if kind == "view" and re.search(r"\b(INSERT|UPDATE|DELETE|CREATE|DROP)\b", sql):
        fail(path, "a view only reads")
    if kind == "command" and ("each" in head or "over" in head):
        fail(path, "only a view is made of each school's")
    if head.get("each", "school") != "school" or "each" in head and (
            used & {"user_roles", "over"} or "now_ms" in sql):
        fail(path, "each: school, and the same for whoever asks, whenever")
    if head.get("ask", "school") != "school" or "ask" in head and (
            kind == "command" or "school" not in used):
        fail(path, "ask: school, of a view of schools")
    if ("over" in head) != ("over" in used):
        fail(path, "over: VIEW gives :over")
    if kind == "command" and "sensitive" in head:
        fail(path, "only a view shows sensitive fields")
    if kind == "command" and head.get("scope") not in ("school", "county"):
        fail(path, "scope is school or county")
    if head.get("idle", "hub") != "hub" or "idle" in head and (kind != "command"
            or head.get("scope") != "school" or [p for p in params if not p[2]]):
        fail(path, "idle: hub, of a command for a school that needs no parameter")
    # A list that is cut must say so: the statement asks for one row more.
    most = re.search(r"\bLIMIT (\d+);\n$", sql) if kind == "view" else None
    if most:
        sql = sql[:most.start()] + "LIMIT %d;\n" % (int(most[1]) + 1)
    return {"name": os.path.basename(path)[:-4], "head": head, "sql": sql, "roles": roles,
            "params": params, "most": int(most[1]) if most else 0}


def c_text(text):
    """A C string, one piece a line."""
    pieces = []
    for line in text.rstrip("\n").split("\n"):
        line = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        pieces.append('"%s\\n"' % line.replace("?", "\\?"))
    return "\n\t".join(pieces)


def folder(base, name):
    path = os.path.join(base, name)
    return [os.path.join(path, f) for f in sorted(os.listdir(path)) if f.endswith(".sql")]


def ident(name):
    return re.sub(r"\W", "_", name)


def write_entries(out, kind, entries):
    for e in entries:
        if e["params"]:
            out.write("static const struct domain_param %s_%s_params[] = {\n"
                      % (kind, ident(e["name"])))
            for name, t, optional in e["params"]:
                out.write('\t{"%s", \'%s\', %s},\n' % (name, t, str(optional).lower()))
            out.write("};\n")
    out.write("const struct domain_entry domain_%ss[] = {\n" % kind)
    for e in entries:
        params = "%s_%s_params" % (kind, ident(e["name"])) if e["params"] else "NULL"
        out.write('{\n\t"%s",\n\t%s,\n\t%s,\n\t%s,\n\t"%s",\n\t%d, %s, %d, %s, %s, %s,\n\t%s, %s, %s, %s, %d\n},\n' % (
            e["name"], c_text(e["head"]["about"]).replace("\\n", ""),
            c_text(e["head"]["about_zh"]).replace("\\n", ""), c_text(e["sql"]),
            e["head"]["requires"], e["roles"], params, len(e["params"]),
            str(e["head"].get("scope") == "county").lower(),
            str(e["head"].get("lane") == "urgent").lower(),
            '"%s"' % e["head"]["sensitive"] if "sensitive" in e["head"] else "NULL",
            str("each" in e["head"]).lower(), str("ask" in e["head"]).lower(),
            '"%s"' % e["head"]["over"] if "over" in e["head"] else "NULL", str("idle" in e["head"]).lower(),
            e["most"]))
    out.write("};\nconst size_t domain_n%ss = %d;\n\n" % (kind, len(entries)))


def main(out_c, out_h, base):
    commands = [read_entry(p, "command") for p in folder(base, "commands")]
    views = [read_entry(p, "view") for p in folder(base, "views")]
    for e in views:
        over = [v for v in views if v["name"] == e["head"].get("over")]
        if "over" in e["head"] and not (over and "each" in over[0]["head"]
                and set(over[0]["params"]) <= set(e["params"])
                and over[0]["roles"] & e["roles"] == e["roles"]):
            fail(e["name"], "over: a view of each school with the same parameters, for "
                 "whoever may see this one")
    migrations = folder(base, "migrations")
    for n, path in enumerate(migrations, 1):
        if not os.path.basename(path).startswith("%03d-" % n):
            fail(path, "migrations are numbered from 001 without gaps")
    os.makedirs(os.path.dirname(out_c) or ".", exist_ok=True)
    with open(out_h, "w", encoding="utf-8") as h, open(out_c, "w", encoding="utf-8") as c:
        h.write("/* Made by schema/generate.py. */\n#ifndef GEN_DOMAIN_ENTRIES_H\n"
                "#define GEN_DOMAIN_ENTRIES_H\n\n"
                "extern const char *const domain_migrations[]; /* NULL at the end */\n")
        c.write('/* Made by schema/generate.py. */\n#include "schema/domain.h"\n'
                '#include "gen/domain_entries.h"\n\n')
        write_entries(c, "command", commands)
        write_entries(c, "view", views)
        for path in folder(base, "internal"):
            with open(path, encoding="utf-8") as f:
                sql = "\n".join(x for x in with_parts(path, f.read().split("\n"))
                                if not x.startswith("-- "))
            name = "domain_sql_" + ident(os.path.basename(path)[:-4])
            h.write("extern const char %s[];\n" % name)
            c.write("const char %s[] =\n\t%s;\n" % (name, c_text(sql.strip())))
        c.write("\nconst char *const domain_migrations[] = {\n")
        for path in migrations:
            with open(path, encoding="utf-8") as f:
                c.write("\t%s,\n" % c_text(f.read()))
        c.write("\tNULL\n};\n")
        h.write("\n#endif\n")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
