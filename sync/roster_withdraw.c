/* Invitations that nobody has used are taken back. */
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
