/* PINs in two steps, so that the slow one (Argon2id, 8 MiB) needs no database, and what binds
 * a session to the PIN that it was opened with. */
#ifndef SCHEMA_PIN_H
#define SCHEMA_PIN_H

#include "schema/domain.h"

#define PIN_MIN_BYTES 4
#define PIN_MAX_BYTES 128
#define PIN_MAX_CANDIDATES 4   /* people of one name */
#define PIN_HASH_BYTES 128     /* crypto_pwhash_STRBYTES */
#define PIN_MARK_BYTES 16

struct pin_candidates {
	size_t n;
	struct { int64_t staff; char hash[PIN_HASH_BYTES]; } who[PIN_MAX_CANDIDATES];
};
/* People of this name or id; none is OK.  USAGE for a name that is too long. */
int pin_candidates(struct replica *r, const char *name, struct pin_candidates *ret) MUST_CHECK;
/* Any thread: whose PIN it is, 0 nobody's.  As slow where there is no candidate. */
int64_t pin_check(const struct pin_candidates *c, const char *pin);
/* Any thread: a PIN's hash, for pin_known.  USAGE: too long, NOMEM. */
int pin_make(const char *pin, char ret[PIN_HASH_BYTES]) MUST_CHECK;
/* What the command that sets this PIN next is to keep, in place of hashing it itself; both
 * NULL afterwards. */
void pin_known(struct replica *r, const char *pin, const char *hash);
/* Changes when the person's PIN does, or the node begins a new epoch (a restore, a copy). */
int pin_mark(struct replica *r, int64_t staff, uint8_t ret[PIN_MARK_BYTES]) MUST_CHECK;
/* At the machine itself, for whoever forgot the PIN and finds no head to set it: the caller
 * can open the data directory, which is the right to it.  First a line of access_log (view
 * "kehou pin"), then the person's own command for it.  NOT_FOUND: nobody of this name or
 * id; USAGE: several; otherwise as domain_do. */
int pin_reset(struct replica *r, const char *name, const char *pin, struct domain_error *ret_error)
    MUST_CHECK;

#endif
