/* Invitations that nobody has used are taken out of the county's roster. */
#include <string.h>

#include "sync/roster.h"

size_t
roster_withdraw(struct roster *r, uint8_t role, uint64_t scope)
{
	size_t kept = 0, all = r->ninvites;

	for (size_t i = 0; i < all; i++) {
		const struct roster_invite *v = &r->invites[i];

		if (v->bound || v->role != role || v->scope != scope)
			r->invites[kept++] = *v;
	}
	r->ninvites = kept;
	return all - kept;
}
