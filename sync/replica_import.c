#include "sync/replica_internal.h"

#include <stdlib.h>
#include <string.h>

struct importing {
	struct replica *r;
	const char *folder;
	struct file *handle;           /* of the bundle at hand */
	struct replica_file *file;     /* what becomes of the file at hand */
	struct peer peer;
	bool newest;                   /* the bundle is the sender's newest so far */
	bool copied;                   /* it shows that there is a copy of us */
	bool ours;                     /* this machine failed, not the file */
};

/* Of a step that reads nothing from the folder.  A database or a disk that fails
 * here would fail for each file; none of them may be called refused for it. */
static int
own_step(struct importing *im, int status)
{
	switch (status) {
	case STATUS_NOMEM:
	case STATUS_IO:
	case STATUS_FULL:
	case STATUS_READONLY:
	case STATUS_CORRUPT:
	case STATUS_BUSY:
		im->ours = true;
		break;
	default:
		break;
	}
	return status;
}

/* ---- rosters ---- */

static int
read_whole(struct replica *r, const char *folder, const char *name, size_t max,
    struct buffer *ret)
{
	struct file *file;
	uint64_t size;
	int status = folder_open(r->env, folder, name, &file);

	if (status != STATUS_OK)
		return status;
	status = r->env->files->size(r->env->ctx, file, &size);
	if (status == STATUS_OK && size > max)
		status = STATUS_TOO_LARGE;
	if (status == STATUS_OK) {
		uint8_t *p = buffer_extend(ret, (size_t)size);
		size_t got = 0;

		status = p == NULL && size > 0 ? STATUS_NOMEM :
		    r->env->files->read_at(r->env->ctx, file, 0, p, (size_t)size,
		    &got);
		if (status == STATUS_OK && got != size)
			status = STATUS_TRUNCATED;
	}
	r->env->files->close(r->env->ctx, file);
	return status;
}

/* What was counted on the way is rolled back with the rest. */
static void
refused(struct replica_file *f, int status)
{
	f->outcome = REPLICA_REFUSED;
	f->status = status;
	f->segments = f->transactions = f->rows = 0;
	f->held = f->conflicts = f->refused_rows = 0;
}

static int
import_roster(struct importing *im, const char *name)
{
	struct buffer b = BUFFER_INIT;
	bool taken = false;
	int status = read_whole(im->r, im->folder, name, ROSTER_MAX_BYTES, &b);

	if (status == STATUS_OK)
		status = own_step(im, replica_take_roster(im->r, b.data, b.len, &taken));
	buffer_release(&b);
	if (im->ours)
		return status;
	im->file->outcome = taken ? REPLICA_MERGED : REPLICA_KNOWN;
	switch (status) {
	case STATUS_OK:
		return STATUS_OK;
	case STATUS_NOMEM:
	case STATUS_CORRUPT:
		return status;
	case STATUS_FOREIGN:
		im->file->outcome = REPLICA_OTHERS;
		return STATUS_OK;
	default:
		refused(im->file, status);
		return STATUS_OK;
	}
}

/* ---- bundles ---- */

void
replica_receipt_name(uint64_t scope, const struct node_id *by,
    char ret[REPLICA_RECEIPT_NAME])
{
	uint8_t b[8];

	for (unsigned i = 0; i < 8; i++)
		b[i] = (uint8_t)(scope >> (56 - 8 * i));
	replica_hex(b, sizeof(b), ret);
	ret[16] = '-';
	replica_hex(by->b, NODE_ID_BYTES, ret + 17);
}

/* Keeps a receipt when it is newer than the one at hand. */
static int
take_receipt(struct importing *im, const uint8_t *data, size_t len)
{
	struct replica *r = im->r;
	struct receipt rc = {0}, old = {0};
	struct buffer b = BUFFER_INIT;
	const struct roster_cert *signer;
	struct node_id by;
	char name[REPLICA_RECEIPT_NAME];
	int status = receipt_signer(data, len, &by);

	signer = status == STATUS_OK ? roster_node(&r->roster, &by) : NULL;
	if (signer == NULL || signer->role != ROLE_HUB ||
	    roster_revoked(&r->roster, &by)) {
		im->file->status = STATUS_UNKNOWN_SENDER;
		im->file->held++;
		return STATUS_OK;
	}
	status = receipt_read(data, len, r->county, signer->node.sign_pk, &rc);
	if (status != STATUS_OK)
		goto out;
	replica_receipt_name(rc.scope, &by, name);
	status = store_meta_get(r->store, "receipt", name, &b);
	if (status == STATUS_OK)
		status = receipt_read(b.data, b.len, r->county, signer->node.sign_pk,
		    &old);
	else if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	/* Within an epoch numbers order receipts; a hub that was put back goes on
	 * in another one, which counts when it follows the one at hand, or when the
	 * hub's own newest bundle says so: another device may carry an old one. */
	if (status == STATUS_OK && (old.number == 0 || (old.epoch == rc.epoch ?
	    rc.number > old.number : rc.supersedes == old.epoch ||
	    (im->newest && node_id_compare(&by, &im->file->sender) == 0))))
		status = store_meta_set(r->store, "receipt", name, data, len);
out:
	buffer_release(&b);
	receipt_release(&rc);
	receipt_release(&old);
	if (status == STATUS_NOMEM || status == STATUS_OK)
		return status;
	im->file->status = status;
	im->file->held++;
	return STATUS_OK;
}

/* Keeps a hub's verdict; its rows are made anew. */
static int
take_verdict(struct importing *im, const uint8_t *data, size_t len)
{
	struct merge m = replica_merge(im->r);
	const struct roster_cert *signer;
	struct node_id by;
	struct verdict v;
	int status = verdict_signer(data, len, &by);

	signer = status == STATUS_OK ? roster_node(&im->r->roster, &by) : NULL;
	if (signer == NULL || signer->role != ROLE_HUB)
		status = STATUS_UNKNOWN_SENDER;
	else if (roster_revoked(&im->r->roster, &by))
		status = STATUS_REVOKED; /* said before or after: nobody can tell */
	else
		status = verdict_read(data, len, im->r->county, signer->node.sign_pk,
		    &v);
	if (status == STATUS_OK) {
		status = merge_verdict(&m, &v, data, len);
		if (status != STATUS_TOO_LARGE)
			return status;
	}
	im->file->status = status;
	im->file->held++;
	return STATUS_OK;
}

static int
take_checkpoint(struct importing *im, const uint8_t *data, size_t len)
{
	struct replica *r = im->r;
	int taken = STATUS_OK, status = replica_take_checkpoint(r,
	    roster_node(&r->roster, &im->file->sender), data, len, &taken);

	if (status != STATUS_OK || taken == STATUS_OK || taken == STATUS_EXISTS)
		return status;
	im->file->status = taken;
	im->file->held++;
	return STATUS_OK;
}

static int
take_item(struct importing *im, enum bundle_item kind, const uint8_t *data,
    size_t len)
{
	struct merge m = replica_merge(im->r);
	struct merge_result res = {0};
	struct replica_file *f = im->file;
	int status;

	if (kind == BUNDLE_RECEIPT)
		return take_receipt(im, data, len);
	if (kind == BUNDLE_VERDICT)
		return take_verdict(im, data, len);
	if (kind == BUNDLE_CHECKPOINT)
		return take_checkpoint(im, data, len);
	if (kind != BUNDLE_SEGMENT) {
		f->status = STATUS_NEWER;
		f->held++;
		return STATUS_OK;
	}
	m.from = roster_node(&im->r->roster, &f->sender);
	status = merge_segment(&m, data, len, &res);
	f->segments += res.segments;
	f->transactions += res.transactions;
	f->rows += res.rows;
	f->held += res.held + res.refused;
	f->conflicts += res.conflicts;
	f->refused_rows += res.refused_rows;
	im->copied |= res.copied;
	if (res.status != STATUS_OK)
		f->status = res.status;
	return status;
}

/* The peer has a number from us that we never gave: another copy of this node speaks
 * to it, or did.  What we said counts for nothing there, so we say all of it anew,
 * above that number.  Known already, the copy goes on in an epoch of its own. */
static int
outnumber(struct importing *im, uint64_t theirs)
{
	struct peer *p = &im->peer;
	uint64_t known = 0;
	int status;

	if (theirs <= p->sent || theirs > PEER_NUMBER_MAX)
		return STATUS_OK;
	status = replica_number(im->r, "copied", &known);
	im->copied |= known == 0;
	p->sent = p->floor = theirs;
	peer_forget_sent(p);
	return status;
}

/* What the manifest says of the sender. */
static int
learn(struct importing *im, const struct bundle_info *info,
    const struct bundle_manifest *m)
{
	struct peer *p = &im->peer;
	int status;

	im->copied = false;
	status = outnumber(im, info->received);
	if (status != STATUS_OK)
		return status;
	/* An older bundle says nothing that the newest does not say better; its
	 * vector may be of a state that was lost since. */
	im->newest = info->number > p->received;
	if (!im->newest) {
		/* Late, or of another copy, which has to learn that it is not heard:
		 * an answer goes out in any case. */
		peer_forget_sent(p);
		return STATUS_OK;
	}
	if (m->since == 0) {
		/* A complete vector is the truth, also when it is lower: the
		 * sender may have been put back to an older state. */
		vector_release(&p->acked);
		memset(&p->acked, 0, sizeof(p->acked));
		p->told = p->verdicts = 0;
		/* Who tells all may have a copy that is silent and learns by our
		 * answer alone what was heard in its place. */
		p->receipt_since = p->sent + 1;
	}
	status = vector_merge(&p->acked, &m->vector);
	if (status != STATUS_OK)
		return status;
	p->received = info->number;
	p->ended = m->ended;
	p->contact_s = im->r->env->now_s(im->r->env->ctx);
	if (info->received < p->told) { /* another copy had what this one lacks */
		peer_forget_sent(p);
		p->verdicts = 0;
	} else if (info->received <= p->sent) {
		status = peer_acknowledge(p, info->received, m->heard);
	}
	return status;
}

static int
take_items(struct importing *im, struct bundle_reader *reader)
{
	int status;

	for (;;) {
		enum bundle_item kind;
		const uint8_t *data;
		size_t len;

		status = bundle_reader_item(reader, &kind, &data, &len);
		if (status == STATUS_NOT_FOUND)
			return STATUS_OK;
		if (status == STATUS_OK)
			status = own_step(im, take_item(im, kind, data, len));
		if (status != STATUS_OK)
			return status;
	}
}

static int
keep_bundle(struct importing *im, bool named)
{
	struct replica *r = im->r;
	struct merge m = replica_merge(r);
	uint32_t ended = 0;
	int status = peer_save(r, &im->peer);

	if (status == STATUS_OK && named)
		status = store_meta_set(r->store, "seen", im->file->name, "", 0);
	if (status == STATUS_OK && im->copied)
		status = replica_found_copy(r);
	if (status == STATUS_OK)
		status = merge_checkpoint_retry(&m, &ended);
	if (status == STATUS_OK)
		status = merge_erase(&m);
	if (status == STATUS_OK)
		status = store_commit_merge(r->store);
	r->reclaim |= ended > 0;
	return status;
}

/* What follows a bundle that is kept; a failure here takes nothing of it back. */
static int
after_bundle(struct importing *im, bool erasing, bool left)
{
	int status = left ? replica_mark_left(im->r) : STATUS_OK;

	if (status == STATUS_OK && erasing)
		status = store_truncate_log(im->r->store);
	return status == STATUS_OK ? replica_note_erased(im->r) : status;
}

/* A verified bundle, in one transaction: rows, vectors, segments, receipts. */
static int
take_bundle(struct importing *im, struct bundle_reader *reader)
{
	struct replica *r = im->r;
	const struct bundle_info *info = bundle_reader_info(reader);
	struct bundle_manifest m = {0};
	uint64_t epoch = r->epoch;
	bool named = false, erasing = false;
	int status = replica_open_bundle(r, reader, &m);

	if (status == STATUS_OK)
		status = own_step(im, peer_load(r, &info->sender, &im->peer));
	if (status == STATUS_OK)
		status = own_step(im, store_begin_merge(r->store));
	if (status != STATUS_OK)
		goto out;
	status = learn(im, info, &m);
	if (status == STATUS_OK)
		status = take_items(im, reader);
	if (status == STATUS_OK)
		/* A name is remembered only for the content that it is made of: another
		 * bundle's name, given to this one, must not keep that one out. */
		status = folder_holds(r->env, im->handle, im->file->name, &named);
	if (status == STATUS_OK) {
		erasing = store_erasing(r->store);
		status = own_step(im, keep_bundle(im, named));
	}
	if (status == STATUS_OK) {
		status = own_step(im, after_bundle(im, erasing, r->epoch != epoch));
	} else {
		store_rollback(r->store);
		r->epoch = epoch;
	}
out:
	peer_release(&im->peer);
	vector_release(&m.vector);
	return status;
}

/* Binds an invitation to the first keys that use it. */
static int
enrol(struct importing *im, struct bundle_reader *reader)
{
	struct replica *r = im->r;
	const struct bundle_info *info = bundle_reader_info(reader);
	const struct roster_invite *invite;
	struct roster_cert cert = {0};
	struct request req;
	int status;

	if (r->role != ROLE_HUB || info->request_len == 0)
		return STATUS_UNKNOWN_SENDER;
	status = request_read(info->request, info->request_len, &r->roster, &req);
	if (status != STATUS_OK)
		return status;
	if (node_id_compare(&req.node.id, &info->sender) != 0)
		return STATUS_BAD_SIGNATURE;
	status = bundle_reader_verify(reader, req.node.sign_pk);
	if (status != STATUS_OK)
		return status;
	invite = roster_invite(&r->roster, req.invite);
	if (invite == NULL)
		return STATUS_INVITE_UNKNOWN;
	cert.node = req.node;
	cert.role = invite->role;
	cert.scope = invite->scope;
	cert.since = r->roster.number + 1;
	memcpy(cert.invite, req.invite, sizeof(cert.invite));
	status = roster_certify(&r->roster, &cert, r->issuing_sk);
	if (status == STATUS_OK)
		status = own_step(im, replica_publish_roster(r));
	return status;
}

static int
judge_bundle(struct importing *im, struct bundle_reader *reader)
{
	struct replica *r = im->r;
	const struct bundle_info *info = bundle_reader_info(reader);
	const struct roster_cert *cert;
	int status;

	im->file->sender = info->sender;
	if (info->county != r->county)
		return STATUS_FOREIGN;
	if (r->role == ROLE_RELAY &&
	    node_id_compare(&info->recipient, &r->self.pub.id) != 0)
		return replica_relay_take(r, im->handle, reader, &im->ours, &im->file->scope);
	if (node_id_compare(&info->recipient, &r->self.pub.id) != 0)
		return STATUS_NOT_FOR_US;
	cert = roster_node(&r->roster, &info->sender);
	if (cert == NULL) {
		status = enrol(im, reader);
		cert = roster_node(&r->roster, &info->sender);
		if (status == STATUS_OK && cert == NULL)
			status = STATUS_UNKNOWN_SENDER;
	} else {
		status = bundle_reader_verify(reader, cert->node.sign_pk);
	}
	if (status != STATUS_OK)
		return status;
	im->file->scope = cert->scope; /* refused or not, people see whose it is */
	if (roster_revoked(&r->roster, &info->sender))
		return STATUS_REVOKED;
	return take_bundle(im, reader);
}

bool
replica_has_seen(struct replica *r, const char *name)
{
	struct buffer b = BUFFER_INIT;
	char path[REPLICA_PATH_BYTES], newest[FOLDER_NAME_BYTES] = {0};
	uint8_t hash[HASH_BYTES];
	struct hash h;
	int status;

	if (folder_name_kind(name) == FOLDER_BUNDLE && r->role == ROLE_RELAY)
		return replica_relay_knows(r, name);
	if (folder_name_kind(name) == FOLDER_BUNDLE) {
		status = store_meta_get(r->store, "seen", name, &b);
		buffer_release(&b);
		return status == STATUS_OK;
	}
	status = replica_path(r->dir, "roster", path);
	if (status == STATUS_OK)
		status = env_read_file(r->env, path, ROSTER_MAX_BYTES, &b);
	folder_hash_init(&h);
	hash_update(&h, b.data, b.len);
	hash_final(&h, hash);
	folder_name_of(hash, FOLDER_ROSTER, newest);
	buffer_release(&b);
	return status == STATUS_OK && strcmp(name, newest) == 0;
}

static int
import_bundle(struct importing *im, const char *name)
{
	struct replica *r = im->r;
	struct bundle_reader *reader = NULL;
	struct file *file;
	int status;

	if (replica_has_seen(r, name)) {
		im->file->outcome = REPLICA_KNOWN;
		return STATUS_OK;
	}
	status = folder_open(r->env, im->folder, name, &file);
	if (status != STATUS_OK) {
		refused(im->file, status);
		return STATUS_OK;
	}
	im->handle = file;
	status = bundle_reader_new(r->env, file, &reader);
	if (status == STATUS_OK)
		status = judge_bundle(im, reader);
	bundle_reader_free(reader);
	r->env->files->close(r->env->ctx, file);
	if (im->ours)
		return status;
	switch (status) {
	case STATUS_OK:
		im->file->outcome = r->role == ROLE_RELAY ? REPLICA_KEPT :
		    im->file->held > 0 ||
		    im->file->refused_rows > 0 ? REPLICA_PARTLY : REPLICA_MERGED;
		return STATUS_OK;
	case STATUS_NOMEM:
	case STATUS_CORRUPT:
	case STATUS_FULL:
		return status; /* ours, not the file's */
	case STATUS_EXISTS: /* at a relay: another here makes it superfluous */
		im->file->outcome = REPLICA_KNOWN;
		return STATUS_OK;
	case STATUS_NOT_FOR_US:
		im->file->outcome = REPLICA_OTHERS;
		return STATUS_OK;
	default:
		refused(im->file, status);
		return STATUS_OK;
	}
}

/* ---- the whole ---- */

static void
count(struct replica_import *t, const struct replica_file *f)
{
	t->merged += f->outcome == REPLICA_MERGED;
	t->known += f->outcome == REPLICA_KNOWN;
	t->partly += f->outcome == REPLICA_PARTLY;
	t->refused += f->outcome == REPLICA_REFUSED;
	t->others += f->outcome == REPLICA_OTHERS;
	t->kept += f->outcome == REPLICA_KEPT;
	t->transactions += f->transactions;
	t->rows += f->rows;
	t->conflicts += f->conflicts;
	t->held += f->held;
}

static int
import_kind(struct importing *im, const struct folder_entry *list, size_t n,
    enum folder_kind kind, replica_file_report *report, void *ctx,
    struct replica_import *total)
{
	for (size_t i = 0; i < n; i++) {
		struct replica_file f = {0};
		int status;

		if (list[i].kind != kind)
			continue;
		memcpy(f.name, list[i].name, sizeof(f.name));
		im->file = &f;
		status = kind == FOLDER_ROSTER ? import_roster(im, list[i].name) :
		    import_bundle(im, list[i].name);
		if (status != STATUS_OK)
			return status;
		count(total, &f);
		if (kind == FOLDER_ROSTER && f.outcome == REPLICA_REFUSED)
			total->roster_status = f.status;
		total->rosters += kind == FOLDER_ROSTER && (f.outcome == REPLICA_MERGED ||
		    f.outcome == REPLICA_KNOWN);
		if (report != NULL && kind == FOLDER_BUNDLE)
			report(ctx, &f);
	}
	return STATUS_OK;
}

int
replica_import(struct replica *r, const char *folder, replica_file_report *report,
    void *ctx, struct replica_import *ret)
{
	struct importing im = { .r = r, .folder = folder };
	struct replica_import total = {0};
	struct folder_entry *list = NULL;
	size_t n = 0, ignored = 0;
	int status = replica_seal(r);

	r->away = false;
	if (status == STATUS_OK)
		status = replica_away(r, folder_judge(r->env, folder));
	if (status == STATUS_OK)
		status = replica_away(r, folder_list(r->env, folder, &list, &n,
		    &ignored));
	if (status == STATUS_OK)
		status = import_kind(&im, list, n, FOLDER_ROSTER, report, ctx, &total);
	if (status == STATUS_OK)
		status = replica_settle_held(r);
	/* A change of the sealing key may have failed half done. */
	if (status == STATUS_OK)
		status = replica_settle_sealing(r);
	if (status == STATUS_OK)
		status = import_kind(&im, list, n, FOLDER_BUNDLE, report, ctx, &total);
	if (status == STATUS_OK)
		status = replica_take_keys(r);
	if (status == STATUS_OK)
		status = replica_reclaim(r);
	if (status == STATUS_OK)
		status = store_begin_merge(r->store);
	if (status == STATUS_OK) {
		status = replica_set_number(r, "imported",
		    (uint64_t)r->env->now_s(r->env->ctx));
		if (status == STATUS_OK)
			status = store_commit_merge(r->store);
		if (status != STATUS_OK)
			store_rollback(r->store);
	}
	free(list);
	total.ignored = (uint32_t)ignored;
	if (status == STATUS_OK)
		*ret = total;
	return status;
}
