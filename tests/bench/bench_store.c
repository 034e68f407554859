/* Prints what the store costs beside plain SQLite: ratios of one run.
 *
 * The same rows of attendance go through the store, into the same table without
 * the store's columns and guard, and through SQLite's session extension, in turn;
 * of every kind the fastest of several rounds counts (of taps the median, because
 * the disk decides).  The pipeline is all that a hub does: a sealed bundle from a file
 * verified, decrypted, its segment verified, unpacked, decoded, judged, applied and
 * committed.  usage: bench_store [FOLDER [local | apply | pipeline]]; the folder is on
 * the disk to be measured, a second word runs one kind alone, for a profiler. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

#include "gen/bench_sql.h"
#include "gen/schema_registry.h"
#include "gen/sync_sql.h"
#include "sync/bundle.h"
#include "sync/folder.h"
#include "sync/merge.h"

#define SCHOOL INT64_C(4101850123)
#define NOW INT64_C(1788240000)
#define LOCAL_ROWS 1000
#define TAPS 200
#define COLUMNS 9 /* written of attendance: all but reason */

static const char *const names[COLUMNS] = { "school", "date", "slot", "site", "grp",
    "pupil", "state", "at", "by_staff" };

static void
must(int status, const char *what)
{
	if (status != 0) {
		fprintf(stderr, "bench_store: %s: %d\n", what, status);
		exit(EXIT_FAILURE);
	}
}

static double
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Row i of a school's days: 200 pupils, two slots, in the order of the key. */
static void
row_values(int64_t i, int64_t v[COLUMNS])
{
	v[0] = SCHOOL;
	v[1] = 20000 + i / 400;
	v[2] = 1 + i / 200 % 2;
	v[3] = INT64_C(77) << 24 | 1;
	v[4] = INT64_C(77) << 24 | (2 + i / 25 % 8);
	v[5] = INT64_C(77) << 24 | (1000 + i % 200);
	v[6] = i % 12 == 0 ? 2 : 1;
	v[7] = (NOW + i / 25) * 1000;
	v[8] = INT64_C(77) << 24 | (20 + i / 25 % 8);
}

/* ---- plain SQLite ---- */

struct plain {
	sqlite3 *db;
	sqlite3_stmt *insert, *begin, *commit;
};

static void
plain_open(struct plain *p, const char *path)
{
	must(sqlite3_open(path, &p->db), "open");
	must(sqlite3_exec(p->db, SYNC_SQL_OPEN, NULL, NULL, NULL), "pragmas");
	must(sqlite3_exec(p->db, BENCH_SQL_PLAIN_CREATE, NULL, NULL, NULL), "create");
	must(sqlite3_prepare_v2(p->db, BENCH_SQL_INSERT, -1, &p->insert, NULL), "insert");
	must(sqlite3_prepare_v2(p->db, BENCH_SQL_BEGIN, -1, &p->begin, NULL), "begin");
	must(sqlite3_prepare_v2(p->db, BENCH_SQL_COMMIT, -1, &p->commit, NULL), "commit");
}

static void
plain_close(struct plain *p)
{
	(void)sqlite3_finalize(p->insert);
	(void)sqlite3_finalize(p->begin);
	(void)sqlite3_finalize(p->commit);
	must(sqlite3_close(p->db), "close");
}

static void
plain_step(sqlite3_stmt *st)
{
	must(sqlite3_step(st) != SQLITE_DONE, "step");
	(void)sqlite3_reset(st);
}

static double
plain_insert(struct plain *p, int64_t first, int64_t n)
{
	double t0 = now_us();

	plain_step(p->begin);
	for (int64_t i = first; i < first + n; i++) {
		int64_t v[COLUMNS];

		row_values(i, v);
		for (int c = 0; c < COLUMNS; c++)
			must(sqlite3_bind_int64(p->insert, c + 1, v[c]), "bind");
		plain_step(p->insert);
	}
	plain_step(p->commit);
	return now_us() - t0;
}

static double
session_insert(struct plain *p, int64_t first, int64_t n)
{
	sqlite3_session *session;
	double t0 = now_us(), took;
	void *changes;
	int len;

	must(sqlite3session_create(p->db, "main", &session), "session");
	must(sqlite3session_attach(session, NULL), "attach");
	(void)plain_insert(p, first, n);
	must(sqlite3session_changeset(session, &len, &changes), "changeset");
	took = now_us() - t0;
	sqlite3_free(changes);
	sqlite3session_delete(session);
	return took;
}

/* ---- the store ---- */

static struct store *
tracked_open(const char *path)
{
	struct store_options o = { .registry = &schema_registry, .create = true };
	struct store *s = NULL;

	must(store_open(path, &o, &s), "store_open");
	return s;
}

static double
tracked_insert(struct store *s, int64_t first, int64_t n)
{
	struct store_author a = { .node = {{1}}, .epoch = 77, .scope = (uint64_t)SCHOOL,
	    .time_s = NOW };
	double t0 = now_us();
	struct store_stmt *st;
	int places[COLUMNS];
	uint64_t seq;

	must(store_begin(s, &a), "store_begin");
	must(store_prepare(s, BENCH_SQL_INSERT, &st, NULL), "store_prepare");
	for (int c = 0; c < COLUMNS; c++)
		places[c] = store_parameter(st, names[c]);
	store_reset(st);
	for (int64_t i = first; i < first + n; i++) {
		int64_t v[COLUMNS];
		bool row;

		row_values(i, v);
		must(store_prepare(s, BENCH_SQL_INSERT, &st, NULL), "store_prepare");
		for (int c = 0; c < COLUMNS; c++)
			store_bind_at(st, places[c], value_int(v[c]));
		must(store_step(st, &row), "store_step");
		store_reset(st);
	}
	must(store_commit(s, &seq), "store_commit");
	return now_us() - t0;
}

static void
make_batch(struct batch *b, int64_t first, int64_t n)
{
	const struct registry_table *t = &schema_registry.tables[
	    registry_find_name(&schema_registry, "attendance")];

	for (int64_t i = first; i < first + n; i++) {
		struct value v[REGISTRY_MAX_COLUMNS];
		int64_t raw[COLUMNS];
		struct batch_row row = { .op = BATCH_WHOLE, .length = 1,
		    .mask = registry_value_mask(t) };

		row_values(i, raw);
		for (int c = 0; c < COLUMNS; c++)
			v[c] = value_int(raw[c]);
		v[COLUMNS] = value_null();
		if ((i - first) % 25 == 0)
			must(batch_add_tx(b, NOW + i / 25, 0), "batch_add_tx");
		row.tx = b->ntx - 1;
		row.stamp = (uint64_t)(NOW + i / 25 - STAMP_EPOCH_S) << STAMP_COUNTER_BITS;
		must(batch_add_row(b, t, &row, v, false), "batch_add_row");
	}
}

static double
tracked_apply(struct store *s, int64_t first, int64_t n)
{
	struct stream_id id = { .node = {{2}}, .epoch = 78, .scope = (uint64_t)SCHOOL };
	struct batch b;
	uint32_t writer;
	double t0, took;

	batch_init(&b);
	make_batch(&b, first, n);
	t0 = now_us();
	must(store_begin_merge(s), "store_begin_merge");
	must(store_stream(s, &id, &writer), "store_stream");
	must(store_apply(s, &b.tables[0], writer), "store_apply");
	must(store_commit_merge(s), "store_commit_merge");
	took = now_us() - t0;
	for (uint32_t i = 0; i < b.tables[0].nrows; i++)
		must(b.tables[0].rows[i].slow, "slow row");
	batch_release(&b);
	return took;
}

/* ---- the pipeline ---- */

#define COUNTY 410185

static const char *stick;           /* the folder that bundles lie in */
static struct identity school, hub;
static struct roster roster;
static struct keyring no_keys;

static void
make_roster(void)
{
	static struct roster_cert certs[2];
	bool first;

	must(sodium_init() < 0, "sodium_init");
	must(identity_generate(&env_posix, &school), "identity");
	must(identity_generate(&env_posix, &hub), "identity");
	first = node_id_compare(&school.pub.id, &hub.pub.id) < 0;
	certs[!first] = (struct roster_cert){ .node = school.pub, .role = ROLE_SCHOOL,
	    .scope = (uint64_t)SCHOOL, .since = 1 };
	certs[first] = (struct roster_cert){ .node = hub.pub, .role = ROLE_HUB, .since = 1 };
	roster = (struct roster){ .county = COUNTY, .certs = certs, .ncerts = 2 };
	must(roster_default_rights(&roster, &schema_registry), "rights");
	roster.number = 1;
}

/* A bundle with one segment of rows; hash: of the segment before, then of this one. */
static void
write_bundle(int64_t first, int64_t n, uint64_t number, uint8_t hash[HASH_BYTES],
    char name[FOLDER_NAME_BYTES])
{
	struct segment_header h = { .stream = { .node = school.pub.id, .epoch = 78,
	    .scope = (uint64_t)SCHOOL }, .first = (uint64_t)first / 25 + 1, .roster = 1 };
	struct bundle_info info = { .county = COUNTY, .number = number, .roster = 1,
	    .sender = school.pub.id, .recipient = hub.pub.id };
	struct bundle_manifest m = { .items = 1 };
	struct buffer packed = BUFFER_INIT;
	uint8_t before[HASH_BYTES], address[HASH_BYTES];
	struct bundle_writer *w;
	struct folder_write *fw;
	struct file *file;
	struct batch b;

	batch_init(&b);
	make_batch(&b, first, n);
	h.count = b.ntx;
	memcpy(before, hash, HASH_BYTES);
	must(segment_build(&schema_registry, COUNTY, &h, before, &b, NULL, &school,
	    &env_posix, &packed, hash), "segment_build");
	batch_release(&b);
	m.item_bytes = packed.len;
	must(folder_write_begin(&env_posix, stick, FOLDER_BUNDLE, &fw, &file), "folder");
	must(bundle_writer_new(&env_posix, file, &info, &school, hub.pub.seal_pk, &m, &w),
	    "bundle");
	must(bundle_writer_item(w, BUNDLE_SEGMENT, packed.data, packed.len), "item");
	must(bundle_writer_finish(w, address), "bundle");
	must(folder_write_finish(fw, address, name), "folder");
	bundle_writer_free(w);
	folder_write_free(fw);
	buffer_release(&packed);
}

static void
take_bundle(struct store *s, const char *name, int64_t n)
{
	struct merge m = { .store = s, .registry = &schema_registry, .roster = &roster,
	    .keys = &no_keys, .scope = SCOPE_COUNTY, .self = &hub.pub, .now_s = NOW };
	struct merge_result result = {0};
	struct bundle_manifest manifest;
	struct bundle_reader *r;
	enum bundle_item kind;
	struct file *file;
	const uint8_t *data;
	size_t len;
	int status;

	must(folder_open(&env_posix, stick, name, &file), "folder_open");
	must(bundle_reader_new(&env_posix, file, &r), "bundle");
	must(bundle_reader_verify(r, school.pub.sign_pk), "verify");
	must(bundle_reader_open(r, &hub, &manifest), "open");
	must(store_begin_merge(s), "store_begin_merge");
	while ((status = bundle_reader_item(r, &kind, &data, &len)) == STATUS_OK)
		must(merge_segment(&m, data, len, &result), "merge");
	must(status == STATUS_NOT_FOUND ? STATUS_OK : status, "item");
	must(store_commit_merge(s), "store_commit_merge");
	vector_release(&manifest.vector);
	bundle_reader_free(r);
	env_posix.files->close(NULL, file);
	must(result.rows != (uint64_t)n || result.refused_rows != 0 || result.held != 0,
	    "rows");
}

static double
pipeline(struct store *s, int64_t n)
{
	char name[FOLDER_NAME_BYTES];
	uint8_t hash[HASH_BYTES] = {0};
	double t0, took;

	write_bundle(0, 400, 1, hash, name);
	take_bundle(s, name, 400);
	must(folder_remove(&env_posix, stick, name), "folder_remove");
	write_bundle(400, n, 2, hash, name);
	t0 = now_us();
	take_bundle(s, name, n);
	took = now_us() - t0;
	must(folder_remove(&env_posix, stick, name), "folder_remove");
	return took;
}

/* ---- rounds ---- */

enum kind { PLAIN, SESSION, LOCAL, APPLY, PIPELINE, KINDS };

static void
remove_database(const char *path)
{
	char side[300];

	(void)unlink(path);
	(void)snprintf(side, sizeof(side), "%s-wal", path);
	(void)unlink(side);
}

/* A fresh database that holds a day, then n rows of later days. */
static double
once(enum kind kind, const char *path, int64_t n)
{
	struct plain p;
	struct store *s;
	double took;

	if (kind == PIPELINE) {
		s = tracked_open(path);
		took = pipeline(s, n);
		store_close(s);
	} else if (kind == LOCAL || kind == APPLY) {
		s = tracked_open(path);
		(void)tracked_apply(s, 0, 400);
		took = kind == LOCAL ? tracked_insert(s, 400, n) : tracked_apply(s, 400, n);
		store_close(s);
	} else {
		plain_open(&p, path);
		(void)plain_insert(&p, 0, 400);
		took = kind == SESSION ? session_insert(&p, 400, n) :
		    plain_insert(&p, 400, n);
		plain_close(&p);
	}
	remove_database(path);
	return took;
}

static void
fastest(const enum kind *kinds, unsigned nkinds, const char *path, int64_t n,
    unsigned rounds, double *ret)
{
	for (unsigned k = 0; k < nkinds; k++)
		ret[k] = 1e30;
	for (unsigned i = 0; i < rounds; i++) {
		for (unsigned k = 0; k < nkinds; k++) {
			double t = once(kinds[k], path, n);

			if (t < ret[k])
				ret[k] = t;
		}
	}
}

static void
bench_local(const char *path, const char *where)
{
	static const enum kind kinds[] = { PLAIN, SESSION, LOCAL };
	double us[3];

	fastest(kinds, 3, path, LOCAL_ROWS, 15, us);
	printf("local insert, %d rows, %-7s plain %7.0f us  session %7.0f us (%.2f)  "
	    "store %7.0f us  ratio %.2f\n", LOCAL_ROWS, where, us[0], us[1],
	    us[1] / us[0], us[2], us[2] / us[0]);
}

static void
bench_apply(const char *path, const char *where, int64_t n, unsigned rounds)
{
	static const enum kind kinds[] = { PLAIN, APPLY, PIPELINE };
	double us[3];

	fastest(kinds, 3, path, n, rounds, us);
	printf("apply, %6lld rows, %-7s      plain %7.0f us  store %7.0f us  ratio %.2f  "
	    "pipeline %7.0f us  ratio %.2f\n", (long long)n, where, us[0], us[1],
	    us[1] / us[0], us[2], us[2] / us[0]);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
bench_tap(const char *plain_path, const char *store_path)
{
	double a[TAPS], b[TAPS];
	struct store *s = tracked_open(store_path);
	struct plain p;

	plain_open(&p, plain_path);
	for (int64_t i = 0; i < TAPS; i++) {
		a[i] = plain_insert(&p, i, 1);
		b[i] = tracked_insert(s, i, 1);
	}
	plain_close(&p);
	store_close(s);
	remove_database(plain_path);
	remove_database(store_path);
	qsort(a, TAPS, sizeof(a[0]), by_size);
	qsort(b, TAPS, sizeof(b[0]), by_size);
	printf("tap, 1 row, disk, median:          plain %7.0f us  store %7.0f us  "
	    "ratio %.2f\n", a[TAPS / 2], b[TAPS / 2], b[TAPS / 2] / a[TAPS / 2]);
}

static int64_t
pages(const char *path)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t n;

	must(sqlite3_open(path, &db), "open");
	must(sqlite3_prepare_v2(db, BENCH_SQL_PAGES, -1, &st, NULL), "pages");
	must(sqlite3_step(st) != SQLITE_ROW, "pages");
	n = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	must(sqlite3_close(db), "close");
	return n;
}

/* Differences, so that the empty tables of the schema do not count. */
static void
bench_bytes(const char *path, const char *plain_path)
{
	const int64_t n = 40000;
	int64_t store, plain;
	struct store *s = tracked_open(path);
	struct plain p;

	store_close(s);
	store = -pages(path);
	s = tracked_open(path);
	(void)tracked_apply(s, 0, n);
	store_close(s);
	store += pages(path);
	remove_database(path);
	plain_open(&p, plain_path);
	plain_close(&p);
	plain = -pages(plain_path);
	remove_database(plain_path);
	plain_open(&p, plain_path);
	(void)plain_insert(&p, 0, n);
	plain_close(&p);
	plain += pages(plain_path);
	remove_database(plain_path);
	printf("bytes a row in the database:       plain %7.1f     store %7.1f     "
	    "more %.1f\n", (double)plain * 4096 / (double)n, (double)store * 4096 / (double)n,
	    (double)(store - plain) * 4096 / (double)n);
}

int
main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "/var/tmp";
	char base[200], store[260], plain[260];

	/* Memory given back between rounds would come again as page faults, which cost more
	 * on some machines than what is measured. */
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
	(void)snprintf(base, sizeof(base), "%s/kehou-bench-XXXXXX", folder);
	must(mkdtemp(base) == NULL, "mkdtemp");
	stick = base;
	make_roster();
	(void)snprintf(store, sizeof(store), "%s/store.db", base);
	(void)snprintf(plain, sizeof(plain), "%s/plain.db", base);
	if (argc > 2) {
		enum kind kind = strcmp(argv[2], "local") == 0 ? LOCAL :
		    strcmp(argv[2], "apply") == 0 ? APPLY : PIPELINE;

		for (unsigned i = 0; i < 20; i++)
			(void)once(kind, ":memory:", 2000);
	} else {
		bench_local(":memory:", "memory:");
		bench_local(store, "disk:");
		bench_tap(plain, store);
		bench_apply(":memory:", "memory:", 400, 25);
		bench_apply(":memory:", "memory:", 2000, 15);
		bench_apply(":memory:", "memory:", 40000, 5);
		bench_apply(store, "disk:", 400, 25);
		bench_apply(store, "disk:", 2000, 15);
		bench_apply(store, "disk:", 40000, 5);
		bench_bytes(store, plain);
	}
	free(roster.rights);
	(void)snprintf(store, sizeof(store), "%s/%s", base, FOLDER_NAME);
	must(rmdir(store) != 0 && errno != ENOENT, "rmdir"); /* only a pipeline has bundles */
	must(rmdir(base), "rmdir");
	return EXIT_SUCCESS;
}
