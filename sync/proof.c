#include "sync/proof.h"

#include <string.h>

#define CONTEXT "kehou 1 proof"

void
proof_make(const struct identity *by, const char *what, uint8_t ret[PROOF_BYTES])
{
	memcpy(ret, by->pub.id.b, NODE_ID_BYTES);
	identity_sign(by, CONTEXT, what, strlen(what), ret + NODE_ID_BYTES);
}

const struct roster_cert *
proof_of(const struct roster *r, const char *what, const uint8_t proof[PROOF_BYTES])
{
	const struct roster_cert *cert;
	struct node_id by;

	memcpy(by.b, proof, NODE_ID_BYTES);
	cert = roster_node(r, &by);
	if (cert == NULL || roster_revoked(r, &by) ||
	    identity_verify(cert->node.sign_pk, CONTEXT, what, strlen(what),
	    proof + NODE_ID_BYTES) != STATUS_OK)
		return NULL;
	return cert;
}
