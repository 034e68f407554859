/* What lies in a folder when an export begins; a header is read once, when it is asked
 * for, however many recipients look at it. */
#include "sync/replica_internal.h"

#include <stdlib.h>
#include <string.h>

/* The reader of an open bundle, and its header.  ret_reader may be NULL. */
static int
read_header(struct replica *r, struct file *file, struct bundle_info *ret,
    struct bundle_reader **ret_reader)
{
	struct bundle_reader *reader = NULL;
	int status = bundle_reader_new(r->env, file, &reader);

	if (status == STATUS_OK) {
		*ret = *bundle_reader_info(reader);
		ret->request = NULL; /* the reader's */
	}
	if (ret_reader != NULL)
		*ret_reader = reader;
	else
		bundle_reader_free(reader);
	return status;
}

int
replica_header(struct replica *r, const char *folder, const char *name,
    struct bundle_info *ret)
{
	struct file *file;
	int status = folder_open(r->env, folder, name, &file);

	if (status != STATUS_OK)
		return status;
	status = read_header(r, file, ret, NULL);
	r->env->files->close(r->env->ctx, file);
	return status;
}

int
replica_recipient(struct replica *r, const char *folder, const char *name,
    struct node_id *ret)
{
	struct bundle_info info;

	if (folder_name_kind(name) != FOLDER_BUNDLE ||
	    replica_header(r, folder, name, &info) != STATUS_OK)
		return STATUS_MALFORMED;
	*ret = info.recipient;
	return STATUS_OK;
}

int
replica_lying_open(struct replica *r, const char *folder, struct replica_lying *ret)
{
	size_t ignored;
	int status = folder_list(r->carrier, folder, &ret->files, &ret->n, &ignored);

	ret->folder = folder;
	ret->fresh = status == STATUS_NOT_FOUND;
	if (status == STATUS_OK) {
		ret->headers = calloc(ret->n + 1, sizeof(*ret->headers));
		status = ret->headers == NULL ? STATUS_NOMEM : STATUS_OK;
	}
	return status;
}

void
replica_lying_release(struct replica_lying *l)
{
	free(l->files);
	free(l->headers);
}

const struct bundle_info *
replica_lying_header(struct replica *r, struct replica_lying *l, size_t i)
{
	struct replica_header *h = &l->headers[i];

	if (!h->read)
		h->bundle = l->files[i].kind == FOLDER_BUNDLE && replica_header(r, l->folder,
		    l->files[i].name, &h->info) == STATUS_OK;
	h->read = true;
	return h->bundle ? &h->info : NULL;
}

/* All its bytes are read. */
bool
replica_lying_ours(struct replica *r, struct replica_lying *l, size_t i)
{
	struct bundle_reader *reader = NULL;
	struct bundle_info info;
	struct file *file;
	bool ours = false;

	if (l->files[i].kind != FOLDER_BUNDLE ||
	    folder_open(r->env, l->folder, l->files[i].name, &file) != STATUS_OK)
		return false;
	if (read_header(r, file, &info, &reader) == STATUS_OK)
		ours = info.county == r->county &&
		    node_id_compare(&info.sender, &r->self.pub.id) == 0 &&
		    bundle_reader_verify(reader, r->self.pub.sign_pk) == STATUS_OK;
	bundle_reader_free(reader);
	r->env->files->close(r->env->ctx, file);
	return ours;
}

bool
replica_lying_has(struct replica *r, struct replica_lying *l, const struct node_id *node)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct bundle_info *info = replica_lying_header(r, l, i);

		if (info != NULL && (node_id_compare(&info->sender, node) == 0 ||
		    node_id_compare(&info->recipient, node) == 0))
			return true;
	}
	return false;
}

void
replica_lying_undo(struct replica *r, const struct replica_lying *l, const char *roster)
{
	bool there = false;

	for (size_t i = 0; i < l->n; i++)
		there = there || strcmp(l->files[i].name, roster) == 0;
	if (roster[0] != '\0' && !there)
		(void)!folder_remove(r->carrier, l->folder, roster);
	if (l->fresh)
		folder_unmake(r->carrier, l->folder);
}

int
replica_lying_remove(struct replica *r, struct replica_lying *l, size_t i)
{
	(void)replica_lying_header(r, l, i);
	return replica_away(r, folder_remove(r->carrier, l->folder, l->files[i].name));
}
