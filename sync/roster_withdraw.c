/* Invitations that are taken back, and who came in by one all the same. */
#include "sync/roster.h"

size_t
roster_withdraw(struct roster *r, uint8_t role, uint64_t scope)
{
	size_t n = 0;

	for (size_t i = 0; i < r->ninvites; i++) {
		struct roster_invite *v = &r->invites[i];

		if (v->state != INVITE_OPEN || v->role != role || v->scope != scope)
			continue;
		v->state = INVITE_WITHDRAWN;
		n++;
	}
	return n;
}

bool
roster_uninvited(const struct roster *r, const struct roster_cert *c)
{
	const struct roster_invite *v = roster_invite(r, c->invite);

	return v != NULL && (v->state & INVITE_WITHDRAWN) &&
	    !roster_revoked(r, &c->node.id);
}
