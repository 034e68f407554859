"""Breaks the engine on purpose, one line at a time, and shows that the simulator finds it.

	make check-mutations            every mutation; prints the table
	mutations.py NAME...            only these

Each mutation is built from a copy: the changed file is compiled anew and linked in
front of the library. Then the lists of found.list are run, and seeds until one fails;
the table says which it was (0: no county could even be set up) and what failed. Reads
SRCDIR, BUILDDIR, COMPILE (compiler and flags), OBJECTS and LINK_LIBS from its
environment, as the make target sets them. Prints TAP."""

import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

SEEDS = 600                  # at most, for one mutation
LONGEST_S = 1200

YEARS = 1000001              # the first seed with the events of years

# Name, file, what stands there (once), what is put in its place, and from which seed
# on it is looked for where that is not 1.
MUTATIONS = [
	("a database put back goes on in its epoch", "sync/replica.c",
		"	*ret_behind = true;\n	if (status", "	*ret_behind = false;\n	if (status"),
	("a longer life does not win whole", "sync/row.c",
		"	if (write->length > row->length) {", "	if (write->length >= row->length) {"),
	("nothing is said to be confirmed", "sync/replica_status.c",
		"	*ret_merged = t->hash_seen ? t->merged : 0;",
		"	*ret_merged = t->hash_seen ? t->merged : 0;\n	t->confirmed_s = 0;"),
	("what has ended was never confirmed", "sync/replica_status.c",
		"		t->confirmed_s = ends->time_s;", "		t->confirmed_s = 0;", YEARS),
	("what waits counts until all is confirmed", "sync/replica_status.c",
		"s->waiting += head.logged - (merged < head.logged ? merged : head.logged);",
		"s->waiting += merged < head.logged ? head.logged : 0;"),
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
	("a row id is given again", "sync/store_function.c",
		"s->counter_next++));", "s->counter_next));"),
	("a school writes for the county", "sync/merge.c",
		"(cert->role == ROLE_SCHOOL && s->scope == cert->scope);", "cert->role == ROLE_SCHOOL;"),
	("commits are not synced", "sync/store.sql",
		"PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"),
	("an older database is taken for the newest", "sync/replica.c",
		"reader_varint(&rd) > exports ||", "reader_varint(&rd) > exports + 99 ||"),
	("the sidecar is not written before an export", "sync/replica_export.c",
		"	if (status == STATUS_OK)\n		status = replica_mark_left(r);\n", ""),
	("what was not sealed is left in the old epoch", "sync/replica_copy.c",
		"if (status == STATUS_OK && head.logged == head.stored)\n			continue;",
		"if (status == STATUS_OK)\n			continue;"),
	("what was told before a restore still counts", "sync/replica_copy.c",
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
		"rc.number > old.number : rc.supersedes", "rc.number < old.number : rc.supersedes"),
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
	("a key that moves is only renamed", "sync/env.c",
		"		rc = env_write_file(env, to, b.data, b.len);\n	if (rc == STATUS_OK)\n		rc = env->files->remove(env->ctx, from);",
		"		rc = env->files->rename(env->ctx, from, to);"),
	("early segments wait for ever", "sync/merge.c",
		"	if (status == STATUS_OK && ret->segments > before)\n		status = merge_follow(m, &stream, ret);\n	return status;",
		"	(void)before;\n	return status;"),
	("early segments are taken for the next", "sync/merge.c",
		"	if (!near)\n", "	if (!near && h->first > 100000)\n"),
	# Machines that come, go and are copied.
	("a second machine begins the first generation of the key", "sync/replica_init.c",
		"int status = has_others(&inv->roster, inv->scope, inv->id) ?", "int status = false ?"),
	("keys are not handed on to other devices", "sync/replica_keys.c",
		"		if (is_wrapped(all, key->generation, to->pk[i / keys->n]))\n			continue;",
		"		if (i > 1 || is_wrapped(all, key->generation, to->pk[i / keys->n]))\n			continue;"),
	("what a new key opens is not read", "sync/replica_keys.c",
		"if (status == STATUS_OK && had != r->keys.n)", "if (status == STATUS_OK && had > r->keys.n)"),
	("the sheet opens nothing", "sync/replica_keys.c",
		"	if (sheet->there)\n		open_wraps", "	if (false)\n		open_wraps"),
	("a copied directory goes on in its epoch", "sync/replica.c",
		"inode == here->inode &&\n	    memcmp(machine, here->machine, sizeof(machine)) == 0;", "inode != 0;"),
	("a copy clears the other's bundles away", "sync/replica_export.c",
		" || info->number <= to->floor ||", " ||", YEARS),
	("a copy that is not heard is not told", "sync/replica_import.c",
		"	p->sent = p->floor = theirs;\n	peer_forget_sent(p);\n", "	p->floor = p->sent;\n"),
	("segments of a revoked node go on to count", "sync/roster_rights.c",
		"		if (node_id_compare(&r->revocations[i].node, id) == 0)\n			return true;",
		"		if (node_id_compare(&r->revocations[i].node, id) == 0)\n			return false;"),
	("devices are not served", "sync/replica_export.c",
		"		if (status == STATUS_OK && yes)\n			status = export_to(r, there, c, ret);",
		"		if (status == STATUS_OK && yes && c->since == 0)\n			status = export_to(r, there, c, ret);"),
	("a relay takes nothing for the hub", "sync/replica_relay.c",
		"	if (role == ROLE_HUB || c->role == ROLE_HUB)\n", "	if (role == ROLE_HUB)\n"),
	# Erasure.
	("an erased person's rows keep the words", "sync/merge_erase.c",
		"return status == STATUS_OK ? store_erase_rows(store, scope) : status;", "return status;"),
	("the log is not emptied after an erasure", "sync/store.sql",
		"PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint(PASSIVE)"),
	("the emptied log is not synced", "sync/store_erase.c",
		"log->pMethods->xSync(log, SQLITE_SYNC_FULL) != SQLITE_OK)", "log->pMethods->iVersion < 1)"),
	("what arrives after an erasure keeps the words", "sync/merge.c",
		"	if (status == STATUS_OK && n > 0) {\n		seg->packed = ret_packed->data;\n		seg->packed_len = ret_packed->len;\n	}\n",
		""),
	("freed pages are not overwritten", "sync/store.sql",
		"PRAGMA secure_delete = ON", "PRAGMA secure_delete = OFF"),
	# Other versions, other rights.
	("what an older program passed over is not read again", "sync/replica_upgrade.c",
		"	status = merge_upgrade(&m, fresh, &result);\n	if (status == STATUS_OK)\n		status = merge_retry",
		"	if (status == STATUS_OK)\n		status = merge_retry"),
	("a hub grants nothing after an upgrade", "sync/replica_upgrade.c",
		"		status = roster_default_rights(&r->roster, r->registry);\n", ""),
	("nobody asks for rights", "sync/merge_rights.c",
		"	if ((t->table->scope == REGISTRY_COUNTY) != (stream->scope == SCOPE_COUNTY) ||\n	    t->table->urgent != (stream->lane == LANE_URGENT))\n		return false;",
		"	if (t->nrows > 0)\n		return true;"),
	("nonsense stops its stream", "sync/merge.c",
		"	if (decoded == STATUS_NOMEM) {\n		status = decoded;", "	if (decoded != STATUS_OK) {\n		refuse(ret, decoded);"),
	# What others have of a revoked device.
	("what a sibling has of a revoked device stays", "sync/merge_revoke.c",
		"	if (status >= 0)\n		status = store_cut(m->store, writer, after);\n", ""),
	("rows of a revoked device are not made anew", "sync/merge_revoke.c",
		"	if (status == STATUS_OK && r.n > 0)\n		status = redo_all(&r, scope);\n",
		"	if (status == STATUS_OK && r.n > 1000000)\n		status = redo_all(&r, scope);\n"),
	("of a revoked device more goes than the revocation says", "sync/merge_revoke.c",
		"			through = v->through;\n", "			through = 0;\n"),
	("an incident waits for what was written before it", "sync/replica_export.c",
		"	for (int urgent = 1; urgent >= (p->urgent ? 1 : 0); urgent--) {",
		"	for (int urgent = 0; urgent >= (p->urgent ? 1 : 0); urgent--) {", YEARS),
	# The hub's keys.
	("what lies on a stick is not sealed anew", "sync/replica_export.c",
		"	hash_update(&plan.content, roster_seal_pk(&r->roster, to), SEAL_PK_BYTES);\n",
		"", YEARS),
	("what is under way to the sealing key before is lost", "sync/replica_sealing.c",
		"	int status = move(r, KEY, LAST);\n", "	int status = STATUS_OK;\n", YEARS),
	("the first sealing key lives on", "sync/replica_sealing.c",
		"	if (r->nsealings == 2 && !sodium_is_zero(", "	if (r->nsealings == 3 && !sodium_is_zero(", YEARS),
	("a sealing key is not put in use after a cut", "sync/replica_sealing.c",
		"		if (status == STATUS_OK && is_in_use(r, &key))\n			status = install(r);",
		"		if (status == STATUS_OK && is_in_use(r, &key))\n			status = STATUS_OK;", YEARS),
	("an issuing key is not put in use after a cut", "sync/replica_root.c",
		"		memcpy(r->issuing_sk, sk, sizeof(sk));\n		status = install_next(r);\n",
		"", YEARS),
	("a hub goes on with an issuing key that its roster does not name", "sync/replica_root.c",
		"	if (status != STATUS_OK &&\n	    memcmp(r->roster.issuing_pk, next_sk + 32, SIGN_PK_BYTES) != 0)\n		memcpy(",
		"	if (status != STATUS_OK)\n		memcpy(", YEARS),
	# Rights that change.
	("rights are judged by the newest roster", "sync/merge_rights.c",
		"h->stream.scope, h->roster, rights);", "h->stream.scope, m->roster->number, rights);", YEARS),
	("who has no certificate yet may write anything", "sync/replica.c",
		"		if (r->roster.number == 0) /* at its birth */\n", "", YEARS),
	# Records that end.
	("what ended waits to be confirmed", "sync/replica_status.c",
		"	t->hash_seen = t->merged == ended;\n", "	t->hash_seen = t->merged == 0;\n", YEARS),
	("what has ended comes back with what is late", "sync/merge_retention.c",
		"			t->rows[row].slow = 2;\n			++*ret_ended;", "			++*ret_ended;", YEARS),
	("rows that end stay in the tables", "sync/merge_retention.c",
		"		status = store_end_rows(m->store, c, m->now_s);\n", "		status = STATUS_OK;\n", YEARS),
	("what has ended is written again", "sync/store_retention.c",
		"	if (!checkpoint_ends(matches, found, values))\n		return STATUS_OK;\n",
		"	if (!checkpoint_ends(matches, found, values) || s != NULL)\n		return STATUS_OK;\n", YEARS),
	("a machine without the history gets nothing in its place", "sync/merge_retention.c",
		"	if (status == STATUS_OK && !t->whole)\n		status = checkpoint_pieces(",
		"	if (status == STATUS_OK && t->other)\n		status = checkpoint_pieces(", YEARS),
	("pieces keep an erased person's words", "sync/merge_retention.c",
		"	if (n > 0)\n		buffer_put_bytes(e->out, stubbed", "	if (n > 1000000)\n		buffer_put_bytes(e->out, stubbed", YEARS),
	("who has an older checkpoint is not told of the next", "sync/replica_export.c",
		"c == NULL || peer->ended >= c->number)", "c == NULL || peer->ended > 0)", YEARS),
	("a checkpoint is not signed by the new issuing key", "sync/replica_retention.c",
		"		if (store_checkpoint(r->store, scopes[i]) != NULL)\n			status = renew",
		"		if (store_checkpoint(r->store, scopes[i]) != NULL && i > 999)\n			status = renew", YEARS),
	# Images and backups.
	("what was heard of us is not compared", "sync/replica_peer.c",
		"		if (memcmp(ours, heard, sizeof(ours)) != 0)\n			peer_forget_sent(p);\n", "", YEARS),
	("a hub does not say that it heard another", "sync/replica_export.c",
		"	hash_update(&h, heard, sizeof(heard));\n", "", YEARS),
	("what was logged before is sealed under the newest roster", "sync/replica.c",
		"		status = seal_under(r, retried);\n", "		status = seal_under(r, r->roster.number);\n", YEARS),
	("nobody is told of a copy", "sync/replica_copy.c",
		"	if (status == STATUS_OK && known == 0)\n		status = replica_set_number(r, \"copied\",",
		"	if (status == STATUS_OK && known == 1)\n		status = replica_set_number(r, \"copied\",", YEARS),
	("an image that is known goes on in its epoch", "sync/replica_copy.c",
		"	return status == STATUS_OK ? replica_leave_epoch(r) : status;\n}\n\n/* Local number",
		"	return status;\n}\n\n/* Local number", YEARS),
	("two images give one id to two rows", "sync/replica.c",
		"		.ids = r->ids,\n", "		.ids = r->epoch,\n", YEARS),
	("what two copies had in common is sent by one alone", "sync/replica_copy.c",
		"		if (status == STATUS_OK && !ours)\n			vector_lower(", "		if (status == STATUS_OK && end != 0)\n			vector_lower(", YEARS),
	("the other way on is refused", "sync/merge_fork.c",
		"	ret->after = spot.first - 1;\n", "	ret->after = head->stored;\n", YEARS),
	("a restore passes over the lists of erased persons", "sync/replica_backup.c",
		"		l->status = replica_take_erased(r, l->data, l->len);\n", "		l->status = STATUS_OK;\n", YEARS),
	("a backup takes the sidecar along, and its place with it", "sync/replica_backup.c",
		"\"sidecar\", SNAPSHOT, \"roster\"", "SNAPSHOT, \"roster\"", YEARS),
	("what a cut restore left is taken for another node", "sync/replica_backup.c",
		"	if (status == STATUS_OK && ours)\n		status = clear(to->dir, env);\n", "	(void)ours;\n", YEARS),
	("a restore that was cut is opened as a node", "sync/replica.c",
		"	if (status == STATUS_OK && restoring)\n		status = STATUS_NOT_INITIALISED;\n", "", YEARS),
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
	_, file, old, new = mutation[:4]
	paths, flags = sources(root, build, folder, file, mutate(root, file, old, new))
	objects = []
	for path in paths:
		objects.append(os.path.join(folder, re.sub(r"\W", "_", os.path.basename(path)) + ".o"))
		command = environment("COMPILE")
		at = next(i for i, word in enumerate(command) if word.startswith("-"))
		done = call(command[:at] + flags + command[at:] + ["-w", "-c", path, "-o", objects[-1]],
			cwd=build)
		if done.returncode != 0:
			raise ValueError(done.stdout)
	program = os.path.join(folder, "check_sim")
	done = call(environment("COMPILE") + ["-o", program] + environment("OBJECTS") + objects +
		environment("LINK_LIBS"), cwd=build)
	if done.returncode != 0:
		raise ValueError(done.stdout)
	return program


def hunt(program, first):
	"""The first list or seed that fails and its words; (None, None) where none does."""
	quiet = dict(os.environ, KEHOU_SHRINK="0", KEHOU_FAILURES="1")
	lists = os.path.join(os.environ["SRCDIR"], "tests/sim/found.list")
	try:
		done = call([program, lists], env=quiet, timeout=LONGEST_S)
		found = re.search(r"^not ok (\d+) - .*\n# (.*)$", done.stdout, re.M)
		if found:
			return f"list {found.group(1)}", found.group(2)
		done = call([program, str(first), str(first + SEEDS - 1), "3"], env=quiet,
			timeout=LONGEST_S)
	except subprocess.TimeoutExpired:
		return None, None
	found = re.search(r"^# seed (\d+) of \d+ schools: (.*)$", done.stdout, re.M)
	if found:
		return int(found.group(1)), found.group(2)
	if done.returncode != 0:
		return 0, (done.stdout.strip().splitlines() or ["no county is born"])[0][:200]
	return None, None


def examine(mutation):
	root, build = os.environ["SRCDIR"], os.environ["BUILDDIR"]
	name = re.sub(r"\W+", "-", mutation[0])
	folder = os.path.join(build, "mutations", name)
	try:
		program = compile_mutation(root, build, folder, mutation)
	except ValueError as e:
		return None, f"cannot be built: {e}"
	seed, words = hunt(program, mutation[4] if len(mutation) > 4 else 1)
	os.remove(program)
	return seed, words or f"not found by {SEEDS} seeds"


def main(wanted):
	chosen = [m for m in MUTATIONS if not wanted or m[0] in wanted]
	missed, rows = 0, []
	print(f"1..{len(chosen)}", flush=True)
	with ThreadPoolExecutor(max_workers=int(os.environ.get("KEHOU_WORKERS", "2"))) as pool:
		for i, (seed, words) in enumerate(pool.map(examine, chosen)):
			name, file = chosen[i][:2]
			missed += seed is None
			print(f"{'not ok' if seed is None else 'ok'} {i + 1} - {name}")
			print("#   " + words.replace("\n", "\n#   "), flush=True)
			rows.append(f"| {name} | `{file}` | {'missed' if seed is None else seed} | {words} |")
	print("#\n# | broken | in | seeds | found by |\n# | --- | --- | ---: | --- |")
	for row in rows:
		print("# " + row)
	print(f"# {len(chosen) - missed} of {len(chosen)} found")
	return 1 if missed else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
