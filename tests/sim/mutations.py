"""Breaks the engine on purpose, one line at a time, and shows that the simulator finds it.

	make check-mutations            every mutation; prints the table
	mutations.py NAME...            only these

Each mutation is built from a copy: the changed file is compiled anew and linked in
front of the library. Then seeds are run until one fails; the table says which. Reads
SRCDIR, BUILDDIR, COMPILE (compiler and flags), OBJECTS and LINK_LIBS from its
environment, as the make target sets them. Prints TAP."""

import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SEEDS = 600                  # at most, for one mutation
STEP = 40                    # at a time

# Name, file, what stands there (once), what is put in its place.
MUTATIONS = [
	("a database put back goes on in its epoch", "sync/replica.c",
		"	*ret_behind = true;\n	if (status", "	*ret_behind = false;\n	if (status"),
	("a longer life does not win whole", "sync/row.c",
		"	if (write->length > row->length) {", "	if (write->length >= row->length) {"),
	("stored is said of what is not here", "sync/replica_status.c",
		"stored = e == NULL || !t.hash_seen ? 0 :\n		    e->stored < head.logged ? e->stored : head.logged;",
		"stored = e == NULL ? 0 : e->stored;"),
	("a bundle on vfat is not synced again", "sync/folder.c",
		"	rc = f->fsync(ctx, w->file);\n	if (rc == STATUS_OK)\n		rc = f->fsync_dir(ctx, w->folder);\n	if (rc != STATUS_OK)\n		return rc;\n	f->drop",
		"	rc = f->fsync_dir(ctx, w->folder);\n	if (rc != STATUS_OK)\n		return rc;\n	f->drop"),
	("a bundle's name is not synced", "sync/folder.c",
		"	if (rc == STATUS_OK)\n		rc = f->fsync_dir(ctx, w->folder);\n	if (rc != STATUS_OK)\n		return rc;\n	f->drop",
		"	if (rc != STATUS_OK)\n		return rc;\n	f->drop"),
	("what was sealed stays in the log", "sync/store.sql",
		"DELETE FROM kehou_log WHERE writer = ?1 AND seq <= ?2",
		"DELETE FROM kehou_log WHERE writer = ?1 AND seq < ?2"),
	("the count of row ids is not kept", "sync/store_function.c",
		"value_int((int64_t)s->counter_next));\n	status = store_run", "value_int(1));\n	status = store_run"),
	("a school writes for the county", "sync/merge.c",
		"(cert->role == ROLE_SCHOOL && s->scope == cert->scope);", "cert->role == ROLE_SCHOOL;"),
	("commits are not synced", "sync/store.sql",
		"PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"),
	("an older database is taken for the newest", "sync/replica.c",
		"if (head.stored < left ||", "if (head.stored + 99 < left ||"),
	("the sidecar is not written before an export", "sync/replica_export.c",
		"	if (status == STATUS_OK)\n		status = replica_mark_left(r);\n", ""),
	("what was not sealed is left in the old epoch", "sync/replica.c",
		"if (status == STATUS_OK && head.logged == head.stored)\n			continue;",
		"if (status == STATUS_OK)\n			continue;"),
	("what was told before a restore still counts", "sync/replica.c",
		"	if (status == STATUS_OK)\n		status = peer_forget_told(r);\n", ""),
	("an edit does not beat what it overwrites", "sync/store_capture.c",
		"uint64_t seen = VERSION_STAMP(version) + 1;", "uint64_t seen = VERSION_STAMP(version);"),
	("a row deleted comes back at its old length", "sync/store_capture.c",
		"n->after.length = length + 1;", "n->after.length = length - 1;"),
	("the older stamp wins", "sync/row.c",
		"return a > b ? 1 : -1;", "return a > b ? -1 : 1;"),
	("among equal stamps who came first wins", "sync/row.c",
		"	if (d != 0)\n		return d;", "	if (d != 0)\n		return -1;"),
	("a deleted row's latest stamp is forgotten", "sync/row.c",
		"	row->version = version;\n	row->exists = w->length % 2 == 1;",
		"	row->version = 0;\n	row->exists = w->length % 2 == 1;"),
	("a receipt says one too many", "sync/replica_export.c",
		"ret->merged = head.merged;", "ret->merged = head.merged + 1;\n	ret->stored = ret->merged;"),
	("an older receipt takes the place of a newer", "sync/replica_import.c",
		"rc.number > old.number : im->newest", "rc.number < old.number : im->newest"),
	("what is logged counts as confirmed", "sync/replica_status.c",
		"s->waiting += head.logged - (merged", "s->waiting += head.stored - (merged"),
	("a clock set back is not looked for in the log", "sync/replica_status.c",
		"for (uint32_t i = 0; status == STATUS_OK && i < b.ntx; i++)",
		"for (uint32_t i = 0; status == STATUS_OK && i < b.ntx && i < 1; i++)"),
	("a complete vector cannot be lower", "sync/replica_import.c",
		"if (m->since == 0) {", "if (m->since == UINT64_MAX) {"),
	("what lies on no stick is thought to lie there", "sync/replica_export.c",
		"	return false;\n}\n\n/* Own earlier bundles", "	return true;\n}\n\n/* Own earlier bundles"),
	("a stream's last segment stays at home", "sync/replica_export.c",
		"e->through <= has)", "e->through <= has + 1)"),
	("rosters are not synced", "sync/env.c",
		"	if (rc == STATUS_OK)\n		rc = f->fsync(env->ctx, file);\n	if (rc == STATUS_OK)\n		rc = f->rename",
		"	if (rc == STATUS_OK)\n		rc = f->rename"),
	("a new name is not synced", "sync/env.c",
		"		rc = f->fsync_dir(env->ctx, folder);", "		rc = rc + 0 * (folder == NULL);"),
	("early segments wait for ever", "sync/merge.c",
		"	if (status == STATUS_OK && ret->segments > before)\n		status = follow(m, &stream, ret);\n	return status;",
		"	(void)before;\n	return status;"),
	("early segments are taken for the next", "sync/merge.c",
		"	if (h->first > head.stored + 1)\n", "	if (h->first > head.stored + 100000)\n"),
]


def environment(name):
	return shlex.split(os.environ[name])


def read(path):
	with open(path, encoding="utf-8") as f:
		return f.read()


def write(path, text):
	os.makedirs(os.path.dirname(path), exist_ok=True)
	with open(path, "w", encoding="utf-8") as f:
		f.write(text)


def call(command, **more):
	return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
		text=True, check=False, **more)


def mutate(root, file, old, new):
	text = read(os.path.join(root, file))
	if text.count(old) != 1:
		raise ValueError(f"stands {text.count(old)} times in {file}")
	return text.replace(old, new)


def sources(root, build, folder, file, text):
	"""The files to compile for a mutation, and where its headers are."""
	if not file.endswith(".sql"):
		path = os.path.join(folder, file)
		write(path, text)
		return [path], []
	copy = os.path.join(folder, "statements.sql")
	write(copy, text)
	header = os.path.join(folder, "gen/sync_sql.h")
	os.makedirs(os.path.dirname(header), exist_ok=True)
	made = call([sys.executable, os.path.join(root, "tools/sqlc.py"), "SYNC_SQL", header, copy])
	if made.returncode != 0:
		raise ValueError(made.stdout)
	names = sorted(os.listdir(os.path.join(root, "sync")))
	paths = [os.path.join(root, "sync", n) for n in names if n.endswith(".c")]
	return [p for p in paths if includes(root, p)], ["-I" + folder]


def includes(root, path):
	text = read(path)
	return "gen/sync_sql.h" in text or "store_internal.h" in text


def compile_mutation(root, build, folder, mutation):
	_, file, old, new = mutation
	paths, flags = sources(root, build, folder, file, mutate(root, file, old, new))
	objects = []
	for path in paths:
		objects.append(os.path.join(folder, re.sub(r"\W", "_", os.path.basename(path)) + ".o"))
		command = environment("COMPILE")
		done = call(command[:1] + flags + command[1:] + ["-w", "-c", path, "-o", objects[-1]],
			cwd=build)
		if done.returncode != 0:
			raise ValueError(done.stdout)
	program = os.path.join(folder, "check_sim")
	done = call(environment("COMPILE") + ["-o", program] + environment("OBJECTS") + objects +
		environment("LINK_LIBS"), cwd=build)
	if done.returncode != 0:
		raise ValueError(done.stdout)
	return program


def hunt(program):
	"""The first line of what the first failing seeds say, or None."""
	quiet = dict(os.environ, KEHOU_SHRINK="0")
	for first in range(1, SEEDS, STEP):
		done = call([program, str(first), str(first + STEP - 1), "3"], env=quiet)
		found = re.search(r"^# (seed .*)$", done.stdout, re.M)
		if found:
			return found.group(1)
		if done.returncode != 0:
			return (done.stdout.strip().splitlines() or ["dies without a word"])[0][:200]
	return None


def examine(mutation):
	root, build = os.environ["SRCDIR"], os.environ["BUILDDIR"]
	name = re.sub(r"\W+", "-", mutation[0])
	folder = os.path.join(build, "mutations", name)
	try:
		program = compile_mutation(root, build, folder, mutation)
	except ValueError as e:
		return False, f"cannot be built: {e}"
	words = hunt(program)
	os.remove(program)
	return words is not None, words or f"not found by {SEEDS} seeds"


def main(wanted):
	chosen = [m for m in MUTATIONS if not wanted or m[0] in wanted]
	failed = 0
	print(f"1..{len(chosen)}", flush=True)
	with ThreadPoolExecutor(max_workers=2) as pool:
		for i, (found, words) in enumerate(pool.map(examine, chosen)):
			failed += not found
			print(f"{'ok' if found else 'not ok'} {i + 1} - {chosen[i][0]}")
			print("#   " + words.replace("\n", "\n#   "), flush=True)
	print(f"# {len(chosen) - failed} of {len(chosen)} found")
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
