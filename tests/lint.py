#!/usr/bin/env python3
"""Checks on the sources that a compiler does not make. Prints TAP.

Each check is a function of a source tree (and of a build tree where it reads objects)
that returns its findings, and comes with planted trees: the check has to find something
in each `bad` one and nothing in the `good` one, or it counts as failed itself.
"""
import glob
import os
import re
import runpy
import subprocess
import sys
import tempfile

SRC = os.environ.get("SRCDIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILDDIR", "")
CC = os.environ.get("CC", "cc").split()
FOLDERS = ("sync", "schema", "node", "tools", "tests")

# --- Reading C ----------------------------------------------------------------

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def read(path):
	with open(path, encoding="utf-8") as f:
		return f.read()


def name_of(root, path):
	return os.path.relpath(path, root)


def c_files(root, folders=FOLDERS, pattern="*.[ch]"):
	for folder in folders:
		yield from sorted(glob.glob(os.path.join(root, folder, "**", pattern), recursive=True))


def blank(text):
	return re.sub(r"[^\n]", " ", text)


def without_comments(text):
	return TOKEN.sub(lambda m: blank(m[0]) if m[0].startswith("/") else m[0], text)


def code_only(text):
	return TOKEN.sub(lambda m: blank(m[0]), text)


def string_literals(text):
	"""(line, text) of each literal; neighbours that the compiler joins are joined."""
	text = without_comments(text)
	for run in re.finditer(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', text):
		parts = re.findall(r'"((?:\\.|[^"\\\n])*)"', run[0])
		yield text.count("\n", 0, run.start()) + 1, "".join(parts).replace("\\n", " ")


# --- The checks -----------------------------------------------------------------

MAY_INCLUDE = {
	"sync": {"sync"},
	"schema": {"schema", "sync"},
	"node": {"node", "schema", "sync"},
	"tools": {"tools", "schema", "sync"},
	"tests": {"tests", "node", "tools", "schema", "sync"},
}
# The owner of a generated header is told by the first word of its name.
GENERATED_OWNER = {
	"bench": "tests", "tiny": "tests",
	"store": "sync", "sync": "sync", "engine": "sync",
	"schema": "schema", "domain": "schema", "roster": "schema",
	"kehou": "tools", "messages": "tools", "po": "tools",
	"test": "tests", "toy": "tests", "county": "tests", "bench": "tests",
	"upgrade": "tests",
}
SYNC_NEVER = {"jansson.h", "curl/curl.h", "cmocka.h"}


def layers(root, _build):
	for path in c_files(root):
		name = name_of(root, path)
		folder = name.split(os.sep)[0]
		for number, line in enumerate(without_comments(read(path)).split("\n"), 1):
			m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
			if not m:
				continue
			quote, target = m.groups()
			where = f"{name}:{number}: includes {target}"
			if quote == "<":
				if folder == "sync" and target in SYNC_NEVER:
					yield where + ", which is not for the engine"
				if target.split("/")[0] in FOLDERS and "/" in target:
					yield where + " in angle brackets"
				continue
			if "/" not in target:
				if target != "config.h":
					yield where + " without its folder"
				continue
			owner = target.split("/")[0]
			if owner == "gen":
				word = re.split(r"[_.]", target.split("/")[1])[0]
				owner = GENERATED_OWNER.get(word)
				if owner is None:
					yield where + f": no folder owns gen/{word}_*"
					continue
			if owner not in MAY_INCLUDE[folder]:
				yield where + f", which {folder}/ may not see"


layers.good = {
	"sync/a.c": '#include <time.h>\n#include "sync/a.h"\n#include "gen/store_sql.h"\n',
	"schema/b.c": '#include "sync/a.h"\n#include "schema/b.h"\n/* #include "tools/c.h" */\n',
	"tests/t.c": '#include "tools/c.h"\n#include "node/d.h"\n',
}
layers.bad = [
	{"sync/a.c": '#include "schema/b.h"\n'},
	{"sync/a.c": '#include "gen/schema_registry.h"\n'},
	{"sync/a.h": '#include <jansson.h>\n'},
	{"schema/b.c": '#include "tools/c.h"\n'},
	{"tools/c.c": '#include "node/d.h"\n'},
	{"node/d.c": '#include "tools/c.h"\n'},
	{"tools/c.c": '#include "tests/t.h"\n'},
	{"sync/a.c": '#include "a.h"\n'},
	{"sync/a.c": '#include "gen/whose.h"\n'},
]

SQL = re.compile(
	r"\bSELECT\s|\b(?:INSERT|REPLACE)\s+(?:OR\s+\w+\s+)?INTO\b|\bUPDATE\s+\S+\s+SET\b|"
	r"\bDELETE\s+FROM\b|\b(?:CREATE|DROP|ALTER)\s+(?:TEMP\s+|VIRTUAL\s+|UNIQUE\s+)?"
	r"(?:TABLE|INDEX|VIEW|TRIGGER)\b|\bPRAGMA\s|\bSAVEPOINT\s|\bVACUUM\b|"
	r"^\s*(?:BEGIN|COMMIT|ROLLBACK|ATTACH|DETACH)\b")
# FILE: why it holds SQL all the same.
SQL_EXCEPTIONS = {}


def sql_in_sql_files(root, _build):
	for path in c_files(root, ("sync", "schema", "node", "tools")):
		name = name_of(root, path)
		if name in SQL_EXCEPTIONS:
			continue
		for number, literal in string_literals(read(path)):
			if SQL.search(literal):
				yield f"{name}:{number}: SQL in C: {literal[:60]!r}"


sql_in_sql_files.good = {
	"sync/store.c": '/* "SELECT 1" */ const char *a = "select a row", *b = "UPDATE";\n'
	'const char *c = "please SELECT";\n',
}
sql_in_sql_files.bad = [
	{"sync/store.c": 'const char *a = "SELECT a FROM b";\n'},
	{"schema/b.c": 'const char *a = "INSERT OR IGNORE "\n\t"INTO b VALUES (1)";\n'},
	{"tools/c.c": 'const char *a = "UPDATE b SET c = 1";\n'},
	{"sync/store.c": 'const char *a = "PRAGMA user_version";\n'},
	{"sync/store.c": 'const char *a = "CREATE TABLE x (a)";\n'},
	{"sync/store.c": 'const char *a = "BEGIN IMMEDIATE";\n'},
	{"node/d.c": 'const char *a = "DELETE FROM b";\n'},
]


def only_the_store_knows_sqlite(root, _build):
	for path in c_files(root, ("sync",)):
		name = name_of(root, path)
		if os.path.basename(path).startswith("store"):
			continue
		for m in re.finditer(r"\bsqlite3\w*", without_comments(read(path))):
			line = read(path).count("\n", 0, m.start()) + 1
			yield f"{name}:{line}: {m[0]} outside store*.c"


only_the_store_knows_sqlite.good = {
	"sync/store_apply.c": "int a(sqlite3 *db) { return sqlite3_step(db); }\n",
	"sync/merge.c": "/* not sqlite3_step */\n",
}
only_the_store_knows_sqlite.bad = [
	{"sync/merge.c": "int a(void) { return sqlite3_step(0); }\n"},
	{"sync/merge.c": "#include <sqlite3.h>\n"},
]

IMPURE = re.compile(
	r"(?<![\w.>])(time|gettimeofday|clock|clock_gettime|localtime|localtime_r|mktime|"
	r"printf|fprintf|vprintf|vfprintf|dprintf|puts|fputs|putchar|perror|syslog|"
	r"exit|_exit|_Exit|quick_exit|system|popen|fork|getenv|setenv|"
	r"socket|connect|bind|listen|accept|getaddrinfo|"
	r"open|openat|fopen|creat|unlink|rename|opendir|fsync|"
	r"rand|random|srand|srandom|getrandom|arc4random|randombytes_buf|"
	r"sleep|usleep|nanosleep)\s*\(")


def core_is_pure(root, _build):
	for path in c_files(root, ("sync",), "*.c"):
		name = name_of(root, path)
		if os.path.basename(path) == "env_posix.c":
			continue
		code = code_only(read(path))
		for m in IMPURE.finditer(code):
			yield f"{name}:{code.count(chr(10), 0, m.start()) + 1}: calls {m[1]}()"


core_is_pure.good = {
	"sync/env_posix.c": "void a(void) { time(0); exit(1); }\n",
	"sync/merge.c": 'void a(struct env *e) { e->time(e); e->vfs.open(e); my_time(1); }\n'
	'/* exit(1) */ const char *b = "getenv(x)"; int c(char *d) { return snprintf(d, 1, ""); }\n',
}
core_is_pure.bad = [
	{"sync/merge.c": f"void a(void) {{ {call}; }}\n"}
	for call in ("time(NULL)", 'printf("x")', "exit(1)", "socket(1, 2, 3)", 'getenv("A")')
]

# file.c exports file_*; what else a file may export, and why.
EXPORT_EXCEPTIONS = {
	"sync/buffer": ("reader_", "zigzag_"),       # the two ends of one encoding
	"sync/stream": ("node_id_", "stream_id_", "vector_"),
	"sync/pack": ("pack", "unpack"),             # a pair of verbs, nothing else
	"sync/invitation": ("request_",),            # the answer to an invitation
	"sync/leaves": ("private_",),                # the two parts beside the facts
	"sync/merge_retention": ("merge_checkpoint", "merge_ended_", "merge_has_ended",
		"merge_piece", "merge_thin"),         # what is left goes with the checkpoint
	"sync/keyring": ("recovery_",),              # the keyring on paper
	"sync/replica_peer": ("peer_",),             # what a replica keeps of another node
	"schema/domain": ("schema_domain",),         # what the schema hands the engine
	"tools/kehou": ("main",),
	"node/kehoud": ("main",),
	"node/kehou_courier": ("main",),
	"tools/kehou_sheets": ("main",),
}


MODULES_OF_SEVERAL_FILES = {
	"gen/domain", "node/outing", "node/spool", "sync/column", "sync/env", "sync/replica", "sync/roster", "sync/store", "schema/domain", "tools/kehou",
}


def allowed_prefixes(unit):
	base = os.path.basename(unit)
	prefixes = [base + "_", base + "$"]
	# sync/store_apply.c is part of the module store; schema/roster_import.c is its own.
	if unit.split("_")[0] in MODULES_OF_SEVERAL_FILES:
		prefixes.append(base.split("_")[0] + "_")
	return prefixes + list(EXPORT_EXCEPTIONS.get(unit, ()))


def exports(_root, build):
	for obj in sorted(o for d in ("sync", "schema", "node", "tools", "gen")
			for o in glob.glob(os.path.join(build, d, "*.o"))):
		unit = os.path.relpath(obj, build)[:-2]
		# automake writes tools/tools_kehou-NAME.o for objects with flags of their own
		unit = re.sub(r"/[^/]*-", "/", unit)
		out = subprocess.run(["nm", "-g", "--defined-only", "-P", obj],
			stdout=subprocess.PIPE, check=True, text=True).stdout
		for symbol in (line.split()[0] for line in out.splitlines() if line.strip()):
			if symbol.startswith("__"):
				continue        # the sanitizers' and the compiler's own
			if not any(symbol == p[:-1] if p.endswith("$") else symbol.startswith(p)
					for p in allowed_prefixes(unit)):
				yield f"{unit}.c exports {symbol}"


exports.compiled = True
exports.good = {
	"sync/merge.c": "int merge_a(void); int merge_a(void) { return 1; }\n"
	"static int b(void) { return merge_a(); }\nint (*merge_c)(void) = b;\n",
	"sync/store_apply.c": "int store_b(void); int store_b(void) { return 1; }\n",
	"sync/buffer.c": "int reader_b(void); int reader_b(void) { return 1; }\n",
}
exports.bad = [
	{"sync/merge.c": "int store_a(void); int store_a(void) { return 1; }\n"},
	{"sync/merge.c": "int helper = 1;\n"},
	{"schema/roster_import.c": "int roster_a(void); int roster_a(void) { return 1; }\n"},
]

MAX_LINES = 800


def lengths(root, _build):
	for path in c_files(root, FOLDERS, "*"):
		name = name_of(root, path)
		if not re.search(r"\.(c|h|sql|py|sh|am)$", name):
			continue
		lines = read(path).count("\n")
		if lines > MAX_LINES:
			yield f"{name}: {lines} lines, more than {MAX_LINES}"


lengths.good = {"sync/a.c": "\n" * 800, "tests/a.csv": "\n" * 900}
lengths.bad = [{"sync/a.c": "\n" * 801}, {"tests/t.py": "\n" * 801}]


def build_lists_every_file(root, _build):
	"""By name, or by a folder above it (EXTRA_DIST takes whole folders)."""
	fragments = [os.path.join(root, "Makefile.am")] + \
		[path for folder in FOLDERS for path in
			glob.glob(os.path.join(root, folder, "**", "include.am"), recursive=True)]
	listed = set()
	for path in filter(os.path.exists, fragments):
		listed.update(re.sub(r"#.*|\$\(srcdir\)/", "", read(path)).split())
	# A test's only source is not named: it follows from the program.
	listed |= {word + ".c" for word in listed if word.startswith("tests/")}
	for path in c_files(root, FOLDERS, "*.*"):
		name = name_of(root, path)
		if not re.search(r"\.(c|h|sql|py|sh|awk|po|json|csv|bin|ts|tsx|mjs|css|html|js)$", name):
			continue
		parts = name.split(os.sep)
		if not any(os.sep.join(parts[:n]) in listed for n in range(2, len(parts) + 1)):
			yield f"{name} is in no include.am"


build_lists_every_file.good = {
	"tests/include.am": "UNIT_TESTS = \\\n\ttests/test_a\nEXTRA_DIST = tests/data\n",
	"tests/test_a.c": "", "tests/data/a.csv": "",
}
build_lists_every_file.bad = [
	{"sync/include.am": "x_SOURCES = sync/a.h # sync/a.c\n", "sync/a.c": ""},
	{"tests/include.am": "EXTRA_DIST = tests/data\n", "tests/vectors/a.bin": ""},
]


def headers_stand_alone(root, build):
	include = ["-I", root] + (["-I", build] if build else [])
	for path in c_files(root, ("sync", "schema", "node", "tools"), "*.h"):
		done = subprocess.run(CC + ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-fsyntax-only",
			*include, "-x", "c", "-include", path, os.devnull],
			stderr=subprocess.PIPE, text=True)
		if done.returncode:
			yield f"{name_of(root, path)}: {done.stderr.splitlines()[-1] if done.stderr else ''}"
			yield from done.stderr.splitlines()[:3]


headers_stand_alone.good = {
	"sync/a.h": "struct a { int b; };\n",
	"sync/b.h": '#include "sync/a.h"\nstruct b { struct a c; };\n',
}
headers_stand_alone.bad = [{"sync/b.h": "struct b { struct a c; };\n"}]


def no_failure_is_swallowed(root, _build):
	paths = [p for d in ("", ".ci", *FOLDERS) for p in glob.glob(os.path.join(root, d, "*"))]
	for path in sorted(p for p in paths if os.path.isfile(p)):
		script = os.path.dirname(path) != root.rstrip("/") and \
			re.match(rb"#!.*sh\b", open(path, "rb").read(64))
		if not script and not re.search(r"\.(sh|am|ac)$", path):
			continue
		for number, line in enumerate(read(path).split("\n"), 1):
			if re.search(r"\|\|\s*(true|:)\s*(;|\)|$)", line):
				yield f"{name_of(root, path)}:{number}: {line.strip()}"


no_failure_is_swallowed.good = {"tests/a.sh": "false || exit 1\n"}
no_failure_is_swallowed.bad = [
	{"tests/a.sh": "false || true\n"},
	{".ci/run": "#!/bin/bash\nfalse || :\n"},
	{"tests/include.am": "x:\n\tfalse || true\n"},
]

REQUIREMENTS = [f"R{n}" for n in range(1, 22)]
STATES = {"done", "part", "open"}


def test_names(root):
	names = set()
	for path in c_files(root, ("tests",), "*"):
		if path.endswith(".c"):
			names.update(re.findall(r"(?:cmocka_unit_test\w*|(?:SCHOOL_)?CASE)\(\s*(\w+)", code_only(read(path))))
	# The scripts run every function that begins so; titles of the pages' tests are sentences.
	for path in sorted(glob.glob(os.path.join(root, "tests", "test_*.py"))):
		names.update(re.findall(r"^def test_(R\d+_\w+)\(\):", read(path), re.M))
	for path in sorted(glob.glob(os.path.join(root, "tests", "pages", "*.mjs"))):
		names.update(re.sub(r"\W+", "_", name) for name in
			re.findall(r"""\btest\(['"](R\d+_[^'"]+)['"]""", read(path)))
	return names


def requirements(root, _build):
	path = os.path.join(root, "tests", "requirements.tsv")
	if not os.path.exists(path):
		yield "tests/requirements.tsv is missing"
		return
	lines = read(path).rstrip("\n").split("\n")
	if lines[0] != "id\tpart\ttest\tstate":
		yield f"tests/requirements.tsv:1: heading is {lines[0]!r}"
	known = test_names(root)
	seen = set()
	for number, line in enumerate(lines[1:], 2):
		where = f"tests/requirements.tsv:{number}"
		cells = line.split("\t")
		if len(cells) != 4 or not all(cells):
			yield f"{where}: four filled columns wanted"
			continue
		id_, part, tests, state = cells
		if (id_, part) in seen:
			yield f"{where}: {id_} {part} stands twice"
		seen.add((id_, part))
		if id_ not in REQUIREMENTS:
			yield f"{where}: no requirement {id_}"
		if state not in STATES:
			yield f"{where}: no state {state}"
		if state == "open":
			if tests != "-":
				yield f"{where}: open, and yet has tests"
			continue
		for test in tests.split():
			if test not in known:
				yield f"{where}: {id_} is claimed by {test}, which no test program runs"
			elif not re.search(rf"(?i)(^|_){id_}(_|$)", test):
				yield f"{where}: the test {test} does not carry the id {id_}"
	for id_ in REQUIREMENTS:
		if not any(row[0] == id_ for row in seen):
			yield f"tests/requirements.tsv: {id_} is not listed"


def planted_requirements(first, test="int main(void) { cmocka_unit_test(r1_holds); }\n"):
	rows = [first] + [f"{id_}\tall\t-\topen" for id_ in REQUIREMENTS[1:]]
	return {"tests/requirements.tsv": "id\tpart\ttest\tstate\n" + "\n".join(rows) + "\n",
		"tests/test_a.c": test}


requirements.good = planted_requirements(
	"R1\troll call\tr1_holds\tdone\nR1\tleaving\tr1_holds\tpart")
requirements.bad = [
	planted_requirements("R1\tall\tr1_never_written\tdone"),
	planted_requirements("R1\tall\t-\tdone"),
	planted_requirements("R1\tall\tr1_holds\tfinished"),
	planted_requirements("R2\tall\t-\topen"),
	planted_requirements("R1\tall\tr1_holds\tdone\nR1\tall\tr1_holds\tdone"),
	planted_requirements("R1\tall\tr1_holds\tdone", "/* cmocka_unit_test(r1_holds) */\n"),
	planted_requirements("R1\tall\tholds\tdone", "int a = cmocka_unit_test(holds);\n"),
	{"tests/test_a.c": ""},
]

COLUMN = re.compile(r"^\s+\w+ (?:INTEGER|TEXT|BLOB)\b")


def columns_say_what_they_mean(root, _build):
	for path in sorted(glob.glob(os.path.join(root, "schema/tables/*.sql"))):
		for number, line in enumerate(read(path).split("\n"), 1):
			if COLUMN.match(line) and not re.search(r"-- (?:key|col) \d+ .*\s: \S", line):
				yield f"{name_of(root, path)}:{number}: a column without its meaning"


columns_say_what_they_mean.good = {"schema/tables/a.sql": "CREATE TABLE a (\n"
	"\tb INTEGER, -- key 1 public : number of b\n\tPRIMARY KEY (b)\n);\n"}
columns_say_what_they_mean.bad = [
	{"schema/tables/a.sql": "\tb INTEGER, -- key 1 public\n"},
	{"schema/tables/a.sql": "\tb TEXT, -- col 2 public default=1 :\n"},
	{"schema/tables/a.sql": "\tb BLOB,\n"},
]

CODED = re.compile(r"^(kind|state|how|part|role|direction|outcome|step|purpose|phase|stage|sex|source|"
	r"definition|connectivity|channel|choice|slot|slots|roles|class|site_class|unit|list|payer|relation)$")
CODES = re.compile(r"\b\d+ \S|\bas \w|\bbits\b|policy_entry\.code|城乡分类|班|GB/T")
# Where lists that others keep come from.
SOURCES = {
	("pupil", "sex"): "GB/T 2261.1", ("pupil", "student_no"): "学籍号",
	("site", "school"): "学校（机构）标识码", ("site", "class"): "国家统计局|National Bureau of Statistics",
	("site", "class_year"): "year",
}


def codes_are_listed(root, _build):
	table = ""
	for path in sorted(glob.glob(os.path.join(root, "schema/tables/*.sql"))):
		for number, line in enumerate(read(path).split("\n"), 1):
			table = (re.match(r"-- table \d+ (\w+)", line) or [None, table])[1]
			m = re.match(r"^\s+(\w+) INTEGER, -- \w+ \d+ .*?\s: (.*)", line) or \
				re.match(r"^\s+(\w+) TEXT, -- \w+ \d+ .*?\s: (.*)", line)
			if not m:
				continue
			where = f"{name_of(root, path)}:{number}: {table}.{m[1]}"
			if " INTEGER" in line and "next_id" not in line and CODED.match(m[1]) and not CODES.search(m[2]):
				yield f"{where} does not list its codes"
			if not re.search(SOURCES.get((table, m[1]), ""), m[2]):
				yield f"{where} does not say whose list it is"


codes_are_listed.good = {"schema/tables/a.sql": "-- table 1 a scope=school\n"
	"\tkind INTEGER, -- col 2 public : 1 here 2 there\n\thow INTEGER, -- col 3 public : as b.how\n"}
codes_are_listed.bad = [
	{"schema/tables/a.sql": "-- table 1 a scope=school\n\tkind INTEGER, -- col 2 public : kind of it\n"},
	{"schema/tables/a.sql": "-- table 1 pupil scope=school\n\tsex INTEGER, -- col 2 public : 1 male 2 female\n"},
]

NAMES_TESTS = re.compile(r"`(?:tests/)?((?:test|check)_\w+\.(?:c|py))`([^`|]*)")


def documents_name_tests_that_exist(root, _build):
	for path in sorted(glob.glob(os.path.join(root, "docs", "*.md"))):
		for file, words in NAMES_TESTS.findall(read(path)):
			test = os.path.join(root, "tests", file)
			if not os.path.exists(test):
				yield f"{name_of(root, path)}: there is no {file}"
				continue
			text = read(test)
			for name in re.findall(r"\b[A-Za-z0-9]+(?:_[A-Za-z0-9]+){3,}\b", words):
				if name not in text:
					yield f"{name_of(root, path)}: {file} has no {name}"


documents_name_tests_that_exist.good = {"docs/a.md": "x (`tests/test_a.c` one_two_three_four) y\n",
	"tests/test_a.c": "test_one_two_three_four(void)\n"}
documents_name_tests_that_exist.bad = [
	{"docs/a.md": "x (`tests/test_a.c`) y\n"},
	{"docs/a.md": "`test_a.c` one_two_three_four\n", "tests/test_a.c": "one_two_three(void)\n"},
]


def mutations_still_stand(root, _build):
	path = os.path.join(root, "tests", "sim", "mutations.py")
	for name, file, old, *_ in runpy.run_path(path)["MUTATIONS"] if os.path.exists(path) else []:
		if read(os.path.join(root, file)).count(old) != 1:
			yield f"tests/sim/mutations.py: {name}: what is to be broken does not stand once in {file}"


mutations_still_stand.good = {"tests/sim/mutations.py": "MUTATIONS = [('a', 'a.c', 'x', 'y')]\n", "a.c": "x\n"}
mutations_still_stand.bad = [
	{"tests/sim/mutations.py": "MUTATIONS = [('a', 'a.c', 'x', 'y')]\n", "a.c": "z\n"},
]


def contexts_are_in_the_formats(root, _build):
	known = set(re.findall(r"`(kehou \d [a-z ]+)`", read(os.path.join(root, "docs", "FORMAT.md"))))
	for path in c_files(root, ("sync", "schema", "node")):
		for line, text in string_literals(read(path)):
			if re.fullmatch(r"kehou \d [a-z ]+", text) and text not in known:
				yield f"{name_of(root, path)}:{line}: docs/FORMAT.md does not know the context {text}"


contexts_are_in_the_formats.good = {"docs/FORMAT.md": "| `kehou 1 a b` | x |\n",
	"sync/a.c": "hash(\"kehou 1 a b\");\n"}
contexts_are_in_the_formats.bad = [{"docs/FORMAT.md": "| `kehou 1 a` |\n", "sync/a.c": "hash(\"kehou 1 b\");\n"}]

CHECKS = [columns_say_what_they_mean, codes_are_listed, layers, sql_in_sql_files, only_the_store_knows_sqlite, core_is_pure, exports,
	lengths, build_lists_every_file, headers_stand_alone, no_failure_is_swallowed, requirements,
	documents_name_tests_that_exist, mutations_still_stand, contexts_are_in_the_formats]

# --- Running ----------------------------------------------------------------------


def plant(check, tree):
	with tempfile.TemporaryDirectory() as root:
		for name, text in tree.items():
			path = os.path.join(root, name)
			os.makedirs(os.path.dirname(path), exist_ok=True)
			with open(path, "w", encoding="utf-8") as f:
				f.write(text)
			if getattr(check, "compiled", False):
				subprocess.run(CC + ["-c", path, "-o", path[:-2] + ".o"], check=True)
		return list(check(root, root))


def self_test(check):
	found = [f"in the good tree: {f}" for f in plant(check, check.good)]
	for number, tree in enumerate(check.bad):
		if not plant(check, tree):
			found.append(f"planted violation {number} is not found: {tree}")
	return found


def main():
	print(f"1..{2 * len(CHECKS)}")
	failed = 0
	for number, check in enumerate(CHECKS):
		for offset, (what, found) in enumerate((
				("the tree keeps to it", list(check(SRC, BUILD))),
				("a planted violation is found", self_test(check)))):
			for line in found:
				print(f"# {line}")
			failed += bool(found)
			print(f"{'not ok' if found else 'ok'} {2 * number + offset + 1} - "
				f"{check.__name__}: {what}")
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
