#!/usr/bin/env python3
"""Turns the message catalogues po/*.po into a C or JSON table, and checks them.

    po2c.py c OUT.c en=po/en.po zh=po/zh_CN.po
    po2c.py json OUT.json LANGUAGE=FILE.po
    po2c.py check en=po/en.po zh=po/zh_CN.po [SOURCE.c|SOURCE.sql]...
    po2c.py sort FILE.po...

A msgid is a key such as "error.FULL"; English is the source.  Arguments are
{1} {2} ..., plurals are avoided by wording.  check fails on a missing or empty
translation, on arguments that differ, on a key that a source uses and nobody
wrote, on a refusal code in SQL without words, and on keys out of order: two
people who add words rarely meet in one line.  sort puts them in order."""
import ast
import json
import re
import sys


def parse(path):
    entries, field, key, text = {}, None, None, None

    def finish(line):
        nonlocal key, text
        if key is not None:
            if text is None:
                raise SystemExit(f"{path}:{line}: msgid without msgstr")
            if key in entries:
                raise SystemExit(f"{path}:{line}: {key} stands twice")
            if key:
                entries[key] = text
        key = text = None

    number = 0
    with open(path, encoding="utf-8") as source:
        for number, raw in enumerate(source, 1):
            line = raw.strip()
            if not line or line.startswith("#"):
                continue
            match = re.match(r'(msgid|msgstr)?\s*(".*")$', line)
            if not match:
                raise SystemExit(f"{path}:{number}: not understood: {line}")
            value = ast.literal_eval(match.group(2))
            if match.group(1) == "msgid":
                finish(number)
                key, field = value, "msgid"
            elif match.group(1) == "msgstr":
                text, field = value, "msgstr"
            elif field == "msgid":
                key += value
            elif field == "msgstr":
                text += value
    finish(number)
    return entries


def sort(path):
    """Entries in the order of their keys; what stands before the first stays."""
    with open(path, encoding="utf-8") as source:
        head, *entries = re.split(r"(?m)^(?=msgid )", source.read())
    entries.sort(key=lambda entry: ast.literal_eval(entry.split("\n")[0][6:]).encode())
    with open(path, "w", encoding="utf-8") as target:
        target.write(head + "\n\n".join(e.strip() for e in entries) + "\n")


def c_string(text):
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + out.replace("\n", '\\n"\n\t    "') + '"'


def emit_c(out, tables):
    keys = sorted(tables["en"], key=lambda key: key.encode())
    with open(out, "w", encoding="utf-8") as target:
        target.write("/* Made by tools/po2c.py out of po/; do not edit. */\n"
                     '#include "schema/message.h"\n\n'
                     "const struct message_entry message_table[] = {\n")
        for key in keys:
            target.write("\t{ %s, {\n\t    %s,\n\t    %s } },\n" % (
                c_string(key), c_string(tables["en"][key]),
                c_string(tables["zh"].get(key, tables["en"][key]))))
        target.write("};\nconst size_t message_table_len = %d;\n" % len(keys))


def arguments(text):
    return sorted(set(re.findall(r"\{\d\}", text)))


def check(tables, sources):
    english, faults = tables["en"], []
    for language, table in tables.items():
        keys = list(table)
        faults += [f"{language}: {key} stands after {before}; po2c.py sort"
                   for before, key in zip(keys, keys[1:]) if key.encode() < before.encode()]
        for key in sorted(set(english) | set(table)):
            if not table.get(key):
                faults.append(f"{language}: {key} is missing or empty")
            elif key not in english:
                faults.append(f"{language}: {key} is not in the source language")
            elif arguments(table[key]) != arguments(english[key]):
                faults.append(f"{language}: {key}: arguments differ")
            if key.startswith("error.") and "\n" in table.get(key, ""):
                faults.append(f"{language}: {key}: an error is one line")
    for path in sources:
        with open(path, encoding="utf-8") as source:
            text = source.read()
        if path.endswith(".sql"):
            text = re.sub(r"--[^\n]*", "", text)
            used = {"error." + code for code in
                    re.findall(r"refuse\(\s*'([^']+)'", text)}
        else:
            used = set(re.findall(r'MSG\("([^"]+)"\)', text))
        faults += [f"{path}: {key} has no words"
                   for key in sorted(used - set(english))]
    return faults


def main(argv):
    if len(argv) < 3:
        raise SystemExit(__doc__)
    mode, rest = argv[1], argv[2:]
    if mode == "sort":
        for path in rest:
            sort(path)
        return 0
    if mode in ("c", "json"):
        out, rest = rest[0], rest[1:]
    tables = {}
    while rest and re.match(r"[a-z]{2}=", rest[0]):
        language, path = rest.pop(0).split("=", 1)
        tables[language] = parse(path)
    if mode == "c":
        emit_c(out, tables)
    elif mode == "json":
        with open(out, "w", encoding="utf-8") as target:
            (table,) = tables.values()
            json.dump(table, target, ensure_ascii=False, sort_keys=True, indent=0)
    elif mode == "check":
        faults = check(tables, rest)
        for fault in faults:
            print(fault)
        return 1 if faults else 0
    else:
        raise SystemExit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
