#include "sync/replica_internal.h"

#include <string.h>

#define DAY_S 86400u

int
replica_load_roster(struct replica *r)
{
	struct buffer b = BUFFER_INIT;
	struct roster file = {0};
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "roster", path);

	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ROSTER_MAX_BYTES, &b);
	if (status == STATUS_OK)
		status = roster_read(b.data, b.len, r->county, r->root_pk, &file);
	buffer_release(&b);
	r->roster_ahead = status != STATUS_OK;
	if (status != STATUS_OK)
		return status;
	roster_release(&r->roster);
	r->roster = file;
	return STATUS_OK;
}

int
replica_put_roster_back(struct replica *r, int status)
{
	return replica_load_roster(r) == STATUS_OK ? status : STATUS_CORRUPT;
}

int
replica_retry_held(struct replica *r)
{
	struct merge m = replica_merge(r);
	struct merge_result result = {0};
	uint64_t epoch = r->epoch;
	int status = store_begin_merge(r->store);

	if (status == STATUS_OK)
		status = merge_retry(&m, &result);
	if (status == STATUS_OK && result.copied)
		status = replica_found_copy(r);
	if (status == STATUS_OK)
		status = replica_set_number(r, "retried", r->roster.number);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK) {
		store_rollback(r->store);
		r->epoch = epoch;
	}
	return status == STATUS_OK && r->epoch != epoch ? replica_mark_left(r) : status;
}

int
replica_settle_held(struct replica *r)
{
	uint64_t retried = 0;
	int status = replica_number(r, "retried", &retried);

	return status == STATUS_OK && retried != r->roster.number ? replica_retry_held(r) :
	    status;
}

/* A hub is the only one who signs.  A roster that knows more than its own tells that
 * it was put back to an older state; what was lost comes back, and a roster with all
 * of it goes out. */
static int
join_roster(struct replica *r, struct roster *next, bool *ret_taken)
{
	uint64_t number = r->roster.number;
	bool changed = false, higher = next->number > number;
	int status = replica_seal(r); /* under the roster that it was written with */

	if (status == STATUS_OK)
		status = roster_join(&r->roster, next, r->issuing_sk, &changed);
	/* The other one may have been made by an older program. */
	if (status == STATUS_OK && (changed || higher))
		status = roster_default_rights(&r->roster, r->registry);
	if (status == STATUS_OK && (changed || higher)) {
		status = replica_publish_roster(r);
		if (status == STATUS_OK)
			status = replica_settle_sealing(r);
		*ret_taken = status == STATUS_OK;
		return status;
	}
	r->roster.number = number;
	if (status != STATUS_OK)
		status = replica_put_roster_back(r, status);
	return status;
}

/* Whether another roster, of a number that we have, is lost history or an alarm. */
static int
may_join(struct replica *r, const struct roster *next, bool *ret)
{
	uint64_t superseded = 0;
	int status = replica_number(r, "superseded", &superseded);

	*ret = r->role == ROLE_HUB &&
	    (superseded != 0 || next->number > r->roster.number) &&
	    memcmp(next->issuing_pk, r->roster.issuing_pk, SIGN_PK_BYTES) == 0 &&
	    memcmp(next->issuing_pk, r->issuing_sk + 32, SIGN_PK_BYTES) == 0 &&
	    memcmp(next->hash, r->roster.hash, HASH_BYTES) != 0;
	return status;
}

/* Whether nothing would be taken of this roster, signed or not: nearly every bundle
 * brings ours again or one of before, with a signature for each node of the county.  A hub
 * that was put back looks for what it lost. */
static bool
says_nothing_new(struct replica *r, const uint8_t *data, size_t len)
{
	struct roster other = {0};
	uint64_t superseded = 0;
	bool older;

	if (roster_is(&r->roster, data, len))
		return true;
	if (r->role == ROLE_HUB &&
	    (replica_number(r, "superseded", &superseded) != STATUS_OK || superseded != 0))
		return false;
	if (roster_parse(data, len, &other) != STATUS_OK)
		return false;
	older = other.county == r->county && other.number < r->roster.number &&
	    other.nsteps <= r->roster.nsteps;
	roster_release(&other);
	return older;
}

/* A hub that was put back to before a change of the county's keys can sign nothing and
 * takes the newer roster whole.  What it gave, withdrew or revoked itself meanwhile is
 * kept, and joins that one with the next issuing key. */
static int
set_aside(struct replica *r)
{
	struct buffer b = BUFFER_INIT;
	char from[REPLICA_PATH_BYTES], to[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "roster", from);

	if (status == STATUS_OK)
		status = replica_path(r->dir, REPLICA_ROSTER_ASIDE, to);
	if (status != STATUS_OK || r->role != ROLE_HUB)
		return status;
	/* Since the first one this hub could do nothing of its own. */
	status = env_absent(r->env, to);
	if (status != STATUS_OK)
		return status == STATUS_EXISTS ? STATUS_OK : status;
	status = env_read_file(r->env, from, ROSTER_MAX_BYTES, &b);
	if (status == STATUS_OK)
		status = env_write_file(r->env, to, b.data, b.len);
	buffer_release(&b);
	return status;
}

int
replica_join_aside(struct replica *r, const uint8_t issuing_sk[64])
{
	struct buffer b = BUFFER_INIT;
	struct roster own = {0};
	char path[REPLICA_PATH_BYTES];
	bool changed;
	int status = replica_path(r->dir, REPLICA_ROSTER_ASIDE, path);

	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ROSTER_MAX_BYTES, &b);
	if (status == STATUS_OK)
		status = roster_read(b.data, b.len, r->county, r->root_pk, &own);
	buffer_release(&b);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	status = roster_join(&r->roster, &own, issuing_sk, &changed);
	roster_release(&own);
	return status;
}

/* Of the county and yet not to be taken: two hubs sign, or somebody has a key.  People hear of
 * it (replica_status); once a day is enough. */
static int
note_refused(struct replica *r, uint64_t number, int why)
{
	uint64_t now_s = (uint64_t)r->env->now_s(r->env->ctx), since = 0, before = 0;
	int status = replica_number(r, "roster_refused", &before);

	if (status == STATUS_OK)
		status = replica_number(r, "roster_refused_s", &since);
	if (status != STATUS_OK || (before == number && now_s - since < DAY_S))
		return status == STATUS_OK ? why : status;
	status = store_begin_merge(r->store);
	if (status != STATUS_OK)
		return status;
	status = replica_set_number(r, "roster_refused", number);
	if (status == STATUS_OK)
		status = replica_set_number(r, "roster_refused_s", now_s);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status == STATUS_OK ? why : status;
}

int
replica_take_roster(struct replica *r, const uint8_t *data, size_t len,
    bool *ret_taken)
{
	bool join = false;
	struct roster next = {0};
	char path[REPLICA_PATH_BYTES];
	int status;

	*ret_taken = false;
	if (says_nothing_new(r, data, len))
		return STATUS_OK;
	status = roster_read(data, len, r->county, r->root_pk, &next);
	if (status == STATUS_OK)
		status = may_join(r, &next, &join);
	if (status == STATUS_OK && join)
		status = join_roster(r, &next, ret_taken);
	if (status != STATUS_OK || join)
		goto out;
	/* A newer root stands above the number: its hub may have been put back. */
	if (roster_follows(&next, &r->roster) && next.nsteps > r->roster.nsteps)
		goto take;
	if (next.number == r->roster.number &&
	    memcmp(next.hash, r->roster.hash, HASH_BYTES) != 0) {
		status = note_refused(r, next.number, STATUS_FORK);
		goto out;
	}
	if (next.number <= r->roster.number)
		goto out;
	/* Signed with a root key of before: whoever has that one has no say any more. */
	if (!roster_follows(&next, &r->roster)) {
		status = note_refused(r, next.number, STATUS_STALE);
		goto out;
	}
	/* What older rosters allowed is not said otherwise afterwards. */
	if (!roster_keeps_rights(&r->roster, &next)) {
		status = note_refused(r, next.number, STATUS_FORK);
		goto out;
	}
take:
	/* What was written under the old one names it. */
	status = replica_seal(r);
	if (status == STATUS_OK)
		status = set_aside(r);
	if (status == STATUS_OK)
		status = replica_path(r->dir, "roster", path);
	if (status == STATUS_OK)
		status = env_write_file(r->env, path, data, len);
	if (status != STATUS_OK)
		goto out;
	roster_release(&r->roster);
	r->roster = next;
	memset(&next, 0, sizeof(next));
	*ret_taken = true;
	status = replica_retry_held(r);
out:
	roster_release(&next);
	return status;
}

int
replica_publish_roster(struct replica *r)
{
	struct buffer b = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES];
	int status = replica_path(r->dir, "roster", path);

	/* What was written under the old one names it. */
	if (status == STATUS_OK)
		status = replica_seal(r);
	r->roster.number++;
	/* Put back to before its issuing key was changed: root issue makes another. */
	if (status == STATUS_OK &&
	    memcmp(r->issuing_sk + 32, r->roster.issuing_pk, SIGN_PK_BYTES) != 0)
		status = STATUS_STALE;
	if (status == STATUS_OK)
		status = roster_sign(&r->roster, r->issuing_sk, &b);
	if (status == STATUS_OK)
		status = env_write_file(r->env, path, b.data, b.len);
	buffer_release(&b);
	return status == STATUS_OK ? replica_retry_held(r) :
	    replica_put_roster_back(r, status);
}
