/* A sealed bundle: one hop from one node to another.
 *
 * Clear header · AEAD chunks · signature trailer (docs/FORMAT.md, "Bundle").
 * The signature over the whole file is checked before anything is decrypted;
 * sender and recipient stand inside again.  Memory is one chunk, whatever the
 * size. */
#ifndef SYNC_BUNDLE_H
#define SYNC_BUNDLE_H

#include "sync/env.h"
#include "sync/identity.h"
#include "sync/invitation.h"

#define BUNDLE_CHUNK_BYTES (64u * 1024)
#define BUNDLE_MAX_BYTES (64u * 1024 * 1024) /* one file on a stick */
#define BUNDLE_MAX_MANIFEST_BYTES (1024u * 1024)
#define BUNDLE_MAX_SEGMENTS 65536

struct bundle_info {         /* clear header, readable by anyone */
	uint64_t county;
	struct node_id sender, recipient;
	uint64_t number;         /* counts up from sender to recipient */
	uint64_t replaces;       /* how many just before it nobody needs once this one is
	                          * there; 0 in an export of several bundles */
	uint64_t received;       /* highest bundle number of the recipient's that
	                          * the sender has taken in */
	uint64_t roster;         /* number of the sender's roster */
	uint64_t body_bytes;     /* sealed bytes between header and trailer */
	const uint8_t *request; size_t request_len; /* enrolment request or empty;
	                          * borrowed from the reader */
};

/* Items follow the manifest inside; each is one of these. */
enum bundle_item {
	BUNDLE_SEGMENT = 1,      /* packed segment */
	BUNDLE_RECEIPT = 2,
	BUNDLE_VERDICT = 3,
	BUNDLE_CHECKPOINT = 4    /* head and pieces */
};

/* The manifest: what the sender knows, and what it says it sends. */
struct bundle_manifest {
	struct vector vector;    /* sender's stored vector of the shared scopes:
	                          * what changed since `since` */
	uint64_t since;          /* sender's bundle number that the recipient has
	                          * acknowledged; 0: vector is complete */
	uint64_t ended;          /* number of the newest checkpoint that the sender has of
	                          * the shared school; 0 none */
	uint8_t heard[VECTOR_DIGEST_BYTES]; /* vector_digest of the recipient's vector as
	                          * the sender knows it after the bundle `received` */
	uint64_t items;          /* how many follow */
	uint64_t item_bytes;     /* sum of their lengths as handed to the writer */
};

struct bundle_writer;
/* Starts writing to a file that the caller opened; env, file and sender must
 * outlive the writer.  info.sender must be sender's id (USAGE); body_bytes is
 * computed.  manifest.items and item_bytes must be right: the end checks them
 * (USAGE).  TOO_LARGE when the file would pass BUNDLE_MAX_BYTES.  Padmé padding
 * of the plaintext.  After a failure every later call repeats it. */
int bundle_writer_new(const struct env *env, struct file *file,
    const struct bundle_info *info, const struct identity *sender,
    const uint8_t recipient_seal_pk[32], const struct bundle_manifest *manifest,
    struct bundle_writer **ret) MUST_CHECK;
/* len: 1 to SEGMENT_MAX_BYTES. */
int bundle_writer_item(struct bundle_writer *w, enum bundle_item kind,
    const uint8_t *data, size_t len) MUST_CHECK;
/* Pads, seals the last chunk, signs.  ret_hash: content address of the file. */
int bundle_writer_finish(struct bundle_writer *w, uint8_t ret_hash[HASH_BYTES])
    MUST_CHECK;
void bundle_writer_free(struct bundle_writer *w);

struct bundle_reader;
/* Reads the clear header.  NEWER for a later format, MALFORMED, TRUNCATED,
 * TOO_LARGE. */
int bundle_reader_new(const struct env *env, struct file *file,
    struct bundle_reader **ret) MUST_CHECK;
const struct bundle_info *bundle_reader_info(const struct bundle_reader *r);
/* First pass: reads the whole file once, BAD_SIGNATURE unless sign_pk signed
 * it.  A relay stops here. */
int bundle_reader_verify(struct bundle_reader *r, const uint8_t sign_pk[32])
    MUST_CHECK;
/* Second pass: derives the key, reads the manifest, whose vector the caller
 * releases.  NOT_FOR_US, BAD_SIGNATURE, MALFORMED.  USAGE before a good
 * verify. */
int bundle_reader_open(struct bundle_reader *r, const struct identity *recipient,
    struct bundle_manifest *ret_manifest) MUST_CHECK;
/* Next item; data is borrowed until the next call; NOT_FOUND at the end, once
 * counts, padding and the hash of the second pass were checked: take in nothing
 * for good before that. */
int bundle_reader_item(struct bundle_reader *r, enum bundle_item *ret_kind,
    const uint8_t **ret_data, size_t *ret_len) MUST_CHECK;
void bundle_reader_free(struct bundle_reader *r);

#endif
