/* An invitation by telephone: a code of 30 digits, the keys that are made of it, and the
 * file in which the hub keeps the invitation sealed under them (docs/FORMAT.md "Sealed
 * invitation", docs/decisions/015-a-code-by-telephone.md).
 *
 * Five groups of six digits: five of data and a check digit (Damm) over the group's number
 * and the five, so that a digit misheard, two swapped, or two groups in each other's place
 * are noticed before anything is asked of anybody.  25 digits of data are 83 bits. */
#ifndef SYNC_CODE_H
#define SYNC_CODE_H

#include "sync/invitation.h"

#define CODE_GROUPS 5
#define CODE_GROUP_DIGITS 6
#define CODE_DIGITS (CODE_GROUPS * CODE_GROUP_DIGITS)
#define CODE_TEXT_BYTES (CODE_DIGITS + CODE_GROUPS) /* groups, spaces, NUL */
#define CODE_ID_BYTES 16
#define CODE_SEALED_MAX_BYTES (INVITATION_MAX_BYTES + 128)

/* Fresh digits in groups, to be read aloud.  The caller wipes it. */
void code_new(const struct env *env, char ret[CODE_TEXT_BYTES]);
/* Digits out of what a person typed: spaces, hyphens, dots, commas and full-width forms are
 * let through.  MALFORMED with the number (1 to 5) of the first group that is wrong, or 0
 * when there are not 30 digits. */
int code_parse(const char *text, char ret_digits[CODE_DIGITS + 1], unsigned *ret_group)
    MUST_CHECK;

/* What digits stand for: the name that the hub is asked for, and the key that it cannot
 * compute from that name.  Takes some 30 ms and 8 MiB (Argon2id). */
struct code {
	uint8_t id[CODE_ID_BYTES];
	uint8_t key[32];           /* secret */
};
int code_derive(const char digits[CODE_DIGITS + 1], struct code *ret) MUST_CHECK;
void code_wipe(struct code *c);

/* What anybody may read of a sealed invitation. */
struct code_label {
	uint64_t county;
	uint8_t invite[16];        /* the invitation's id, as in the roster */
	int64_t until_s;           /* the hub gives it to nobody from then on */
};
int code_seal(const struct code *c, const struct env *env, const struct code_label *label,
    const uint8_t *invitation, size_t len, struct buffer *ret) MUST_CHECK;
int code_label(const uint8_t *sealed, size_t len, struct code_label *ret) MUST_CHECK;
/* The invitation's bytes.  BAD_SIGNATURE: sealed under another code, or changed. */
int code_open(const struct code *c, const uint8_t *sealed, size_t len, struct buffer *ret)
    MUST_CHECK;

#endif
