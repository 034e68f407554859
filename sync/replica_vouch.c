/* Who hands a file over, said before the file is there; who asks for what is there for him. */
#include "sync/replica_internal.h"

#include <string.h>

#define CONTEXT "kehou 1 proof"

void
replica_vouch(const struct replica *r, const char *what, uint8_t ret[SIGNATURE_BYTES])
{
	identity_sign(&r->self, CONTEXT, what, strlen(what), ret);
}

bool
replica_vouched(const struct replica *r, const char *what, const struct node_id *node,
    const uint8_t signature[SIGNATURE_BYTES], bool *ret_carrier)
{
	const struct roster_cert *cert = roster_node(&r->roster, node);

	if (cert == NULL || roster_revoked(&r->roster, node) ||
	    identity_verify(cert->node.sign_pk, CONTEXT, what, strlen(what), signature) !=
	    STATUS_OK)
		return false;
	*ret_carrier = cert->role != ROLE_SCHOOL;
	return true;
}
