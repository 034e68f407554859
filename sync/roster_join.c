/* Two rosters of one county that grew apart: after its hub was put back to an older
 * state; and which of two knows the newer root. */
#include <stdlib.h>
#include <string.h>

#include "sync/roster_internal.h"

bool
roster_follows(const struct roster *r, const struct roster *before)
{
	if (r->nsteps < before->nsteps)
		return false;
	for (size_t i = 0; i < before->nsteps; i++)
		if (memcmp(r->steps[i].root_pk, before->steps[i].root_pk, 32) != 0)
			return false;
	return true;
}

static int
join_certs(struct roster *r, const struct roster *other, const uint8_t issuing_sk[64],
    bool *ret_changed)
{
	for (size_t i = 0; i < other->ncerts; i++) {
		int rc = roster_certify_again(r, &other->certs[i], issuing_sk);

		switch (rc) {
		case STATUS_OK:
			*ret_changed = true;
			break;
		case STATUS_EXISTS:
		case STATUS_FORK:        /* other keys under an id of ours */
		case STATUS_INVITE_USED: /* another took it here: he asks again */
			break;
		default:
			return rc;
		}
	}
	return STATUS_OK;
}

static int
note(int rc, bool *ret_changed)
{
	if (rc == STATUS_OK)
		*ret_changed = true;
	return rc == STATUS_EXISTS ? STATUS_OK : rc;
}

static int
join_invites(struct roster *r, const struct roster *other, bool *ret_changed)
{
	int rc = STATUS_OK;

	for (size_t i = 0; rc == STATUS_OK && i < other->ninvites; i++) {
		struct roster_invite v = other->invites[i];

		v.state = INVITE_OPEN; /* until its certificate is here */
		rc = note(roster_add_invite(r, &v), ret_changed);
	}
	return rc;
}

/* What the other one has withdrawn is so here too, and what it gave to somebody who
 * stands here otherwise is open here no more. */
static void
close_invites(struct roster *r, const struct roster *other, bool *ret_changed)
{
	for (size_t i = 0; i < other->ninvites; i++) {
		const struct roster_invite *v = roster_invite(r, other->invites[i].id);
		uint8_t theirs = other->invites[i].state;

		if (v == NULL || (v->state & INVITE_WITHDRAWN) ||
		    !((theirs & INVITE_WITHDRAWN) ||
		    (theirs == INVITE_BOUND && v->state == INVITE_OPEN)))
			continue;
		r->invites[v - r->invites].state |= INVITE_WITHDRAWN;
		*ret_changed = true;
	}
}

/* What changed of the rights since is in the higher one, and most replicas are judged
 * by it. */
static int
join_rights(struct roster *r, const struct roster *other, bool *ret_changed)
{
	struct roster_right *list;

	if (other->number <= r->number || other->nrights == 0)
		return STATUS_OK;
	list = calloc(other->nrights, sizeof *list);
	if (list == NULL)
		return STATUS_NOMEM;
	memcpy(list, other->rights, other->nrights * sizeof *list);
	free(r->rights);
	r->rights = list;
	r->nrights = other->nrights;
	*ret_changed = true;
	return STATUS_OK;
}

int
roster_join(struct roster *r, const struct roster *other, const uint8_t issuing_sk[64],
    bool *ret_changed)
{
	int rc = STATUS_OK;

	*ret_changed = false;
	rc = join_rights(r, other, ret_changed);
	/* A certificate's since may be above our number until the caller raises it. */
	if (other->number > r->number)
		r->number = other->number;
	for (size_t i = 0; rc == STATUS_OK && i < other->nschools; i++)
		rc = note(roster_add_school(r, &other->schools[i]), ret_changed);
	if (rc == STATUS_OK)
		rc = join_invites(r, other, ret_changed);
	if (rc == STATUS_OK)
		rc = join_certs(r, other, issuing_sk, ret_changed);
	if (rc == STATUS_OK)
		close_invites(r, other, ret_changed);
	for (size_t i = 0; rc == STATUS_OK && i < other->nrevocations; i++)
		rc = note(roster_add_revocation(r, &other->revocations[i]), ret_changed);
	for (size_t i = 0; rc == STATUS_OK && i < other->nsealings; i++)
		rc = note(roster_set_sealing(r, &other->sealings[i]), ret_changed);
	return rc;
}
