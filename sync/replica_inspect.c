/* What a file says of itself, for people; secrets are never shown. */
#include "sync/backup.h"
#include "sync/receipt.h"
#include "sync/replica_internal.h"
#include "sync/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct out {
	replica_inspect_line *line;
	void *ctx;
};

static void
say_text(const struct out *o, const char *name, const char *text)
{
	o->line(o->ctx, name, text);
}

static void
say_number(const struct out *o, const char *name, uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, n);
	o->line(o->ctx, name, text);
}

static void
say_hex(const struct out *o, const char *name, const uint8_t *p, size_t len)
{
	char text[2 * 64 + 1];

	replica_hex(p, len > 64 ? 64 : len, text);
	o->line(o->ctx, name, text);
}

static void
inspect_roster(const struct out *o, const struct roster *r)
{
	say_number(o, "county", r->county);
	say_text(o, "name", r->name);
	say_number(o, "number", r->number);
	say_number(o, "schools", r->nschools);
	say_number(o, "certificates", r->ncerts);
	say_number(o, "invitations", r->ninvites);
	say_number(o, "revocations", r->nrevocations);
	say_hex(o, "root", r->root_pk, sizeof(r->root_pk));
	say_hex(o, "hash", r->hash, sizeof(r->hash));
}

static int
inspect_invitation(const struct out *o, const uint8_t *data, size_t len)
{
	struct invitation inv = {0};
	int status = invitation_read(data, len, &inv);

	if (status == STATUS_OK) {
		const struct roster_school *s = roster_school(&inv.roster, inv.scope);

		say_text(o, "kind", "invitation");
		say_number(o, "county", inv.county);
		say_text(o, "county_name", inv.roster.name);
		say_number(o, "school", inv.scope);
		if (s != NULL)
			say_text(o, "school_name", s->name);
		say_number(o, "roster", inv.roster.number);
		say_hex(o, "root", inv.roster.root_pk, 32);
	}
	invitation_release(&inv);
	return status;
}

static int
inspect_receipt(const struct out *o, const uint8_t *data, size_t len)
{
	struct node_id by;
	int status = receipt_signer(data, len, &by);

	if (status != STATUS_OK)
		return status;
	say_text(o, "kind", "receipt");
	say_hex(o, "by", by.b, sizeof(by.b));
	say_text(o, "signature", "not checked: no roster at hand");
	return STATUS_OK;
}

static int
inspect_bundle(const struct out *o, const struct env *env, const char *path)
{
	struct bundle_reader *reader = NULL;
	struct file *file;
	int status = env->files->open_read(env->ctx, path, &file);

	if (status != STATUS_OK)
		return status;
	status = bundle_reader_new(env, file, &reader);
	if (status == STATUS_OK) {
		const struct bundle_info *i = bundle_reader_info(reader);

		say_text(o, "kind", "bundle");
		say_number(o, "county", i->county);
		say_hex(o, "sender", i->sender.b, NODE_ID_BYTES);
		say_hex(o, "recipient", i->recipient.b, NODE_ID_BYTES);
		say_number(o, "number", i->number);
		say_number(o, "replaces", i->replaces);
		say_number(o, "received", i->received);
		say_number(o, "roster", i->roster);
		say_number(o, "sealed_bytes", i->body_bytes);
		say_text(o, "request", i->request_len > 0 ? "yes" : "no");
		say_text(o, "signature", "not checked: no roster at hand");
	}
	bundle_reader_free(reader);
	env->files->close(env->ctx, file);
	return status;
}

static int
inspect_backup(const struct out *o, const struct env *env, const char *path)
{
	struct backup_reader *reader = NULL;
	struct file *file;
	int status = env->files->open_read(env->ctx, path, &file);

	if (status != STATUS_OK)
		return status;
	status = backup_reader_new(env, file, &reader);
	if (status == STATUS_OK) {
		const struct backup_info *i = backup_reader_info(reader);

		say_text(o, "kind", "backup");
		say_number(o, "county", i->county);
		say_hex(o, "node", i->node.b, NODE_ID_BYTES);
		say_number(o, "school", i->scope);
		say_number(o, "made_s", i->time_s < 0 ? 0 : (uint64_t)i->time_s);
		say_text(o, "opens_with", i->role == ROLE_HUB ? "root key" :
		    i->role == ROLE_SCHOOL ? "recovery sheet" : "passphrase");
		say_text(o, "passphrase", backup_reader_has_passphrase(reader) ?
		    "yes" : "no");
	}
	backup_reader_free(reader);
	env->files->close(env->ctx, file);
	return status;
}

int
replica_inspect(const uint8_t *data, size_t len, const struct env *env,
    const char *path, replica_inspect_line *line, void *ctx)
{
	struct out o = { line, ctx };
	struct roster r = {0};
	int status;

	if (len < 4 || data[0] != 'K' || data[1] != 'H')
		return len < 4 ? STATUS_TRUNCATED : STATUS_MALFORMED;
	switch (data[2]) {
	case 'A':
		return inspect_backup(&o, env, path);
	case 'B':
		return inspect_bundle(&o, env, path);
	case 'C':
		return inspect_receipt(&o, data, len);
	case 'I':
		return inspect_invitation(&o, data, len);
	case 'R':
		status = roster_read(data, len, 0, NULL, &r);
		if (status == STATUS_OK) {
			say_text(&o, "kind", "roster");
			inspect_roster(&o, &r);
		}
		roster_release(&r);
		return status;
	case 'J':
	case 'K':
	case 'S':
	case 'T':
	case 'U':
		say_text(&o, "kind", "secret key");
		return STATUS_OK;
	default:
		return STATUS_MALFORMED;
	}
}
