/* What a node does once after its schema rose. */
#include "sync/replica_internal.h"

int
replica_upgrade(struct replica *r)
{
	struct merge m = replica_merge(r);
	struct merge_result result = {0};
	uint64_t *fresh = r->rights; /* scratch, nobody writes meanwhile */
	bool any = false;
	int status = store_upgraded(r->store, fresh, &any);

	if (status != STATUS_OK || !any)
		return status;
	if (r->role == ROLE_HUB) {
		status = roster_default_rights(&r->roster, r->registry);
		if (status == STATUS_OK)
			status = replica_publish_roster(r);
	}
	if (status == STATUS_OK)
		status = replica_seal(r);
	if (status == STATUS_OK)
		status = store_begin_merge(r->store);
	if (status != STATUS_OK)
		return status;
	status = merge_upgrade(&m, fresh, &result);
	if (status == STATUS_OK)
		status = merge_retry(&m, &result);
	if (status == STATUS_OK)
		status = store_upgrade_done(r->store);
	/* What an older program could not read it could not erase. */
	if (status == STATUS_OK)
		status = store_erase_again(r->store);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	if (status != STATUS_OK)
		store_rollback(r->store);
	return status;
}
