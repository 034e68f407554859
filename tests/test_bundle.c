/* Bundle: nothing that was touched, cut, or meant for another is accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sync/folder.h"
#include "sync/segment.h"
#include "tests/sim/sim_env.h"
#include "tests/vectors/bundles.h"

/* As bundles_read by the right recipient, for whoever signed. */
static int
read_case(const struct bundles_case *c, const uint8_t *data, size_t len)
{
	uint64_t items;

	return bundles_read(data, len, c->sender.pub.sign_pk, &c->recipient, &items);
}

static void
vectors_are_rebuilt_byte_for_byte(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++)
		assert_true(bundles_match((enum trust_size)i));
}

/* The format as written down, by other code, gives the same bytes. */
static void
the_second_writer_writes_the_same(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++) {
		struct buffer a = BUFFER_INIT, b = BUFFER_INIT, plain = BUFFER_INIT;
		struct bundles_case c;

		bundles_case_init(&c, (enum trust_size)i);
		bundles_write(&c, &a);
		bundles_plain(&c, &plain);
		bundles_seal(&c, plain.data, plain.len, &b);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
		buffer_release(&a);
		buffer_release(&b);
		buffer_release(&plain);
		bundles_case_release(&c);
	}
}

static void
check_items(struct bundle_reader *r, const struct bundles_case *c)
{
	enum bundle_item kind;
	const uint8_t *data;
	size_t len, i;

	for (i = 0; i < c->manifest.items; i++) {
		assert_int_equal(bundle_reader_item(r, &kind, &data, &len), STATUS_OK);
		assert_int_equal(kind, c->items[i].kind);
		assert_int_equal(len, c->items[i].data.len);
		assert_memory_equal(data, c->items[i].data.data, len);
	}
	assert_int_equal(bundle_reader_item(r, &kind, &data, &len), STATUS_NOT_FOUND);
	assert_int_equal(bundle_reader_item(r, &kind, &data, &len), STATUS_NOT_FOUND);
}

static void
what_is_read_is_what_was_written(void **state)
{
	(void)state;
	for (unsigned i = TRUST_SMALL; i <= TRUST_MAXIMAL; i++) {
		struct sim_world *w = sim_world_new(1);
		const struct env *env = sim_node(w, 1, 0);
		struct buffer b = BUFFER_INIT;
		struct bundle_manifest m;
		const struct bundle_info *info;
		struct bundle_reader *r;
		struct bundles_case c;
		struct file *file;

		bundles_case_init(&c, (enum trust_size)i);
		bundles_write(&c, &b);
		sim_poke(w, "b", b.data, b.len);
		assert_int_equal(env->files->open_read(env->ctx, "b", &file), STATUS_OK);
		assert_int_equal(bundle_reader_new(env, file, &r), STATUS_OK);
		info = bundle_reader_info(r);
		assert_true(info->county == c.info.county && info->number == c.info.number
		    && info->roster == c.info.roster
		    && info->replaces == c.info.replaces
		    && info->received == c.info.received);
		assert_int_equal(node_id_compare(&info->sender, &c.info.sender), 0);
		assert_int_equal(node_id_compare(&info->recipient, &c.info.recipient), 0);
		assert_int_equal(info->request_len, c.info.request_len);
		assert_memory_equal(info->request, c.request, info->request_len);
		assert_int_equal(bundle_reader_open(r, &c.recipient, &m), STATUS_USAGE);
		assert_int_equal(bundle_reader_verify(r, c.sender.pub.sign_pk), STATUS_OK);
		assert_int_equal(bundle_reader_open(r, &c.recipient, &m), STATUS_OK);
		assert_true(m.since == c.manifest.since
		    && m.items == c.manifest.items
		    && m.item_bytes == c.manifest.item_bytes);
		assert_true(vector_covers(&m.vector, &c.manifest.vector)
		    && vector_covers(&c.manifest.vector, &m.vector));
		check_items(r, &c);
		vector_release(&m.vector);
		bundle_reader_free(r);
		env->files->close(env->ctx, file);
		buffer_release(&b);
		bundles_case_release(&c);
		sim_world_free(w);
	}
}

static void
no_changed_byte_is_accepted(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;
	size_t i;
	int bit;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_write(&c, &b);
	for (i = 0; i < b.len; i++)
		for (bit = 0; bit < 8; bit++) {
			b.data[i] ^= (uint8_t)(1 << bit);
			assert_int_not_equal(read_case(&c, b.data, b.len), STATUS_NOT_FOUND);
			b.data[i] ^= (uint8_t)(1 << bit);
		}
	assert_int_equal(read_case(&c, b.data, b.len), STATUS_NOT_FOUND);
	buffer_release(&b);
	bundles_case_release(&c);
}

/* Signed anew after the change: the AEAD has to hold without the signature. */
static void
no_changed_byte_opens_even_when_signed_again(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;
	uint64_t items;
	size_t i;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_write(&c, &b);
	for (i = 0; i < b.len - SIGNATURE_BYTES; i++) {
		b.data[i] ^= 1;
		identity_sign(&c.sender, "kehou 1 bundle", b.data,
		    b.len - SIGNATURE_BYTES, b.data + b.len - SIGNATURE_BYTES);
		assert_int_not_equal(bundles_read(b.data, b.len, c.sender.pub.sign_pk,
		    &c.recipient, &items), STATUS_NOT_FOUND);
		assert_int_equal(items, 0);
		b.data[i] ^= 1;
	}
	buffer_release(&b);
	bundles_case_release(&c);
}

static void
no_shorter_or_longer_file_is_accepted(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;
	size_t len, full;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_write(&c, &b);
	full = b.len;
	for (len = 0; len < full; len++)
		assert_int_equal(read_case(&c, b.data, len), STATUS_TRUNCATED);
	buffer_put_u8(&b, 0);
	assert_int_equal(read_case(&c, b.data, b.len), STATUS_MALFORMED);
	buffer_release(&b);
	bundles_case_release(&c);
}

static void
chunks_cannot_be_swapped(void **state)
{
	const size_t chunk = BUNDLE_CHUNK_BYTES + 16;
	struct buffer b = BUFFER_INIT, plain = BUFFER_INIT;
	struct bundles_case c;
	uint8_t *first, *copy = malloc(chunk);
	uint64_t items;

	(void)state;
	assert_non_null(copy);
	bundles_case_init(&c, TRUST_MAXIMAL);
	bundles_write(&c, &b);
	bundles_plain(&c, &plain);
	first = b.data + b.len - SIGNATURE_BYTES - (plain.len + 3 * 16);
	memcpy(copy, first, chunk);
	memcpy(first, first + chunk, chunk);
	memcpy(first + chunk, copy, chunk);
	identity_sign(&c.sender, "kehou 1 bundle", b.data, b.len - SIGNATURE_BYTES,
	    b.data + b.len - SIGNATURE_BYTES);
	assert_int_equal(bundles_read(b.data, b.len, c.sender.pub.sign_pk, &c.recipient,
	    &items), STATUS_BAD_SIGNATURE);
	assert_int_equal(items, 0);
	free(copy);
	buffer_release(&b);
	buffer_release(&plain);
	bundles_case_release(&c);
}

static void
only_the_recipient_opens_and_only_the_sender_is_believed(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;
	struct identity other, impostor;
	uint64_t items;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_write(&c, &b);
	trust_node("another", 0, &other);
	assert_int_equal(bundles_read(b.data, b.len, c.sender.pub.sign_pk, &other, &items),
	    STATUS_NOT_FOR_US);
	assert_int_equal(bundles_read(b.data, b.len, other.pub.sign_pk, &c.recipient, &items),
	    STATUS_BAD_SIGNATURE);
	/* The recipient's name with other keys behind it. */
	impostor = other;
	impostor.pub.id = c.recipient.pub.id;
	assert_int_equal(bundles_read(b.data, b.len, c.sender.pub.sign_pk, &impostor, &items),
	    STATUS_BAD_SIGNATURE);
	buffer_release(&b);
	bundles_case_release(&c);
}

static void
a_body_is_not_taken_over_under_another_name(void **state)
{
	struct buffer b = BUFFER_INIT, plain = BUFFER_INIT;
	struct bundles_case c;
	struct identity thief;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_plain(&c, &plain); /* names the true sender inside */
	trust_node("thief", 0, &thief);
	c.sender = thief;
	c.info.sender = thief.pub.id;
	bundles_seal(&c, plain.data, plain.len, &b);
	assert_int_equal(read_case(&c, b.data, b.len), STATUS_NOT_FOR_US);
	buffer_release(&b);
	buffer_release(&plain);
	bundles_case_release(&c);
}

/* A plaintext sealed and signed by the true sender, yet wrong. */
static int
read_plain(const struct bundles_case *c, const struct buffer *plain)
{
	struct buffer b = BUFFER_INIT;
	int rc;

	bundles_seal(c, plain->data, plain->len, &b);
	rc = read_case(c, b.data, b.len);
	buffer_release(&b);
	return rc;
}

static void
declared_counts_and_padding_are_checked(void **state)
{
	struct buffer plain = BUFFER_INIT;
	struct bundles_case c;
	size_t end, i;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_plain(&c, &plain);
	assert_int_equal(read_plain(&c, &plain), STATUS_NOT_FOUND);
	end = 1 + 17 + 4 + 100;
	for (i = end; i < plain.len; i++) {
		plain.data[i] = 1;
		assert_int_equal(read_plain(&c, &plain), STATUS_MALFORMED);
		plain.data[i] = 0;
	}
	buffer_put_u8(&plain, 0); /* one more than the padding rule gives */
	assert_int_equal(read_plain(&c, &plain), STATUS_MALFORMED);
	plain.len--;
	plain.data[18] = 0; /* an item of no kind */
	assert_int_equal(read_plain(&c, &plain), STATUS_MALFORMED);
	plain.data[18] = 5;
	assert_int_equal(read_plain(&c, &plain), STATUS_MALFORMED);
	plain.data[18] = 1;
	plain.data[19]--; /* shorter than the declared sum */
	assert_int_equal(read_plain(&c, &plain), STATUS_MALFORMED);
	plain.data[19] += 2; /* longer */
	assert_int_equal(read_plain(&c, &plain), STATUS_MALFORMED);
	plain.data[19]--;
	plain.data[21] = 0xff; /* longer than any item may be */
	assert_int_equal(read_plain(&c, &plain), STATUS_TOO_LARGE);
	buffer_release(&plain);
	bundles_case_release(&c);
}

static void
no_changed_inside_byte_does_harm(void **state)
{
	struct buffer plain = BUFFER_INIT;
	struct bundles_case c;
	size_t i;
	int v;

	(void)state;
	bundles_case_init(&c, TRUST_SEVERAL);
	bundles_plain(&c, &plain);
	/* The manifest, whose length is in two bytes, and the first item's head. */
	for (i = 0; i < 160; i++) {
		uint8_t right = plain.data[i];

		for (v = 0; v < 256; v += 5) {
			plain.data[i] = (uint8_t)v;
			(void)read_plain(&c, &plain);
		}
		plain.data[i] = right;
	}
	assert_int_equal(read_plain(&c, &plain), STATUS_NOT_FOUND);
	buffer_release(&plain);
	bundles_case_release(&c);
}

static void
later_formats_other_files_and_giants_are_told_apart(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_write(&c, &b);
	b.data[3] = '2';
	assert_int_equal(read_case(&c, b.data, b.len), STATUS_NEWER);
	b.data[3] = '1';
	b.data[2] = 'R';
	assert_int_equal(read_case(&c, b.data, b.len), STATUS_MALFORMED);
	buffer_clear(&b);
	buffer_put(&b, "KHB1\1", 5);
	buffer_put(&b, "ssssssssrrrrrrrr", 16);
	buffer_put(&b, "\1\0\1\1", 4);
	buffer_put_varint(&b, BUNDLE_MAX_BYTES + UINT64_C(1));
	buffer_put_u8(&b, 0);
	buffer_put(&b, "01234567890123456789012345678901", 32);
	assert_int_equal(read_case(&c, b.data, b.len), STATUS_TOO_LARGE);
	buffer_release(&b);
	bundles_case_release(&c);
}

/* --- The writer ----------------------------------------------------------- */

struct setup {
	struct bundles_case c;
	struct sim_world *w;
	const struct env *env;
	struct file *file;
	struct bundle_writer *writer;
};

static void
setup_start(struct setup *s)
{
	bundles_case_init(&s->c, TRUST_SMALL);
	s->w = sim_world_new(1);
	s->env = sim_node(s->w, 1, 0);
	assert_int_equal(s->env->files->create(s->env->ctx, "b", &s->file), STATUS_OK);
	assert_int_equal(bundle_writer_new(s->env, s->file, &s->c.info, &s->c.sender,
	    s->c.recipient.pub.seal_pk, &s->c.manifest, &s->writer), STATUS_OK);
}

static void
setup_end(struct setup *s)
{
	bundle_writer_free(s->writer);
	s->env->files->close(s->env->ctx, s->file);
	sim_world_free(s->w);
	bundles_case_release(&s->c);
}

static void
the_writer_holds_to_what_it_declared(void **state)
{
	uint8_t bytes[101] = {0}, hash[HASH_BYTES];
	struct setup s;

	(void)state;
	setup_start(&s);
	assert_int_equal(bundle_writer_finish(s.writer, hash), STATUS_USAGE);
	setup_end(&s);
	setup_start(&s);
	assert_int_equal(bundle_writer_item(s.writer, BUNDLE_SEGMENT, bytes, 101),
	    STATUS_USAGE);
	assert_int_equal(bundle_writer_item(s.writer, BUNDLE_SEGMENT, bytes, 100),
	    STATUS_USAGE); /* sticky */
	setup_end(&s);
	setup_start(&s);
	assert_int_equal(bundle_writer_item(s.writer, BUNDLE_SEGMENT, bytes, 99), STATUS_OK);
	assert_int_equal(bundle_writer_finish(s.writer, hash), STATUS_USAGE);
	setup_end(&s);
	setup_start(&s);
	assert_int_equal(bundle_writer_item(s.writer, BUNDLE_SEGMENT, bytes, 100), STATUS_OK);
	assert_int_equal(bundle_writer_item(s.writer, BUNDLE_SEGMENT, bytes, 1), STATUS_USAGE);
	setup_end(&s);
}

static void
what_would_pass_the_limit_is_not_begun(void **state)
{
	struct bundle_writer *writer;
	struct setup s;
	size_t len;

	(void)state;
	setup_start(&s);
	bundle_writer_free(s.writer);
	s.env->files->close(s.env->ctx, s.file);
	assert_int_equal(s.env->files->create(s.env->ctx, "c", &s.file), STATUS_OK);
	s.c.manifest.item_bytes = BUNDLE_MAX_BYTES - 1000;
	assert_int_equal(bundle_writer_new(s.env, s.file, &s.c.info, &s.c.sender,
	    s.c.recipient.pub.seal_pk, &s.c.manifest, &writer), STATUS_TOO_LARGE);
	s.c.manifest.item_bytes = 100;
	s.c.manifest.items = BUNDLE_MAX_SEGMENTS + 1;
	assert_int_equal(bundle_writer_new(s.env, s.file, &s.c.info, &s.c.sender,
	    s.c.recipient.pub.seal_pk, &s.c.manifest, &writer), STATUS_TOO_LARGE);
	assert_non_null(sim_peek(s.w, "c", &len));
	assert_int_equal(len, 0);
	s.writer = NULL;
	setup_end(&s);
}

static int
export_one(const struct env *env, const struct bundles_case *c, char name[FOLDER_NAME_BYTES])
{
	struct bundle_writer *writer = NULL;
	struct folder_write *fw;
	struct file *file;
	uint8_t hash[HASH_BYTES];
	size_t i;
	int rc = folder_write_begin(env, "stick", FOLDER_BUNDLE, &fw, &file);

	if (rc != STATUS_OK)
		return rc;
	rc = bundle_writer_new(env, file, &c->info, &c->sender, c->recipient.pub.seal_pk,
	    &c->manifest, &writer);
	for (i = 0; i < c->manifest.items && rc == STATUS_OK; i++)
		rc = bundle_writer_item(writer, c->items[i].kind, c->items[i].data.data,
		    c->items[i].data.len);
	if (rc == STATUS_OK)
		rc = bundle_writer_finish(writer, hash);
	bundle_writer_free(writer);
	if (rc == STATUS_OK)
		rc = folder_write_finish(fw, hash, name);
	folder_write_free(fw);
	return rc;
}

static void
an_export_that_fails_anywhere_leaves_nothing(void **state)
{
	struct bundles_case c;
	uint64_t n;
	bool struck = true;

	(void)state;
	bundles_case_init(&c, TRUST_MAXIMAL);
	for (n = 1; struck; n++) {
		struct sim_world *w = sim_world_new(n);
		const struct env *env = sim_node(w, n, 0);
		char name[FOLDER_NAME_BYTES];
		int rc;

		assert_true(n < 100);
		sim_mount(w, "stick");
		sim_fail_at(w, n, STATUS_FULL);
		rc = export_one(env, &c, name);
		struck = sim_struck(w);
		assert_int_equal(sim_count(w, "stick"), rc == STATUS_OK);
		sim_world_free(w);
	}
	bundles_case_release(&c);
}

/* --- The second pass ------------------------------------------------------ */

static void
a_file_that_changes_between_the_passes_is_refused(void **state)
{
	struct sim_world *w = sim_world_new(1);
	const struct env *env = sim_node(w, 1, 0);
	struct buffer one = BUFFER_INIT, two = BUFFER_INIT, plain = BUFFER_INIT;
	struct bundle_manifest m;
	struct bundle_reader *r;
	struct bundles_case c;
	struct file *file;
	enum bundle_item kind;
	const uint8_t *data;
	uint8_t *p;
	size_t len;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_plain(&c, &plain);
	bundles_seal(&c, plain.data, plain.len, &one);
	plain.data[24] ^= 1; /* of the segment */
	bundles_seal(&c, plain.data, plain.len, &two);
	sim_poke(w, "b", one.data, one.len);
	assert_int_equal(env->files->open_read(env->ctx, "b", &file), STATUS_OK);
	assert_int_equal(bundle_reader_new(env, file, &r), STATUS_OK);
	assert_int_equal(bundle_reader_verify(r, c.sender.pub.sign_pk), STATUS_OK);
	p = (uint8_t *)(uintptr_t)sim_peek(w, "b", &len); /* behind its back */
	memcpy(p, two.data, len);
	assert_int_equal(bundle_reader_open(r, &c.recipient, &m), STATUS_OK);
	assert_int_equal(bundle_reader_item(r, &kind, &data, &len), STATUS_OK);
	assert_int_equal(bundle_reader_item(r, &kind, &data, &len), STATUS_BAD_SIGNATURE);
	vector_release(&m.vector);
	bundle_reader_free(r);
	env->files->close(env->ctx, file);
	buffer_release(&one);
	buffer_release(&two);
	buffer_release(&plain);
	bundles_case_release(&c);
	sim_world_free(w);
}

static void
a_small_bundle_costs_at_most_164_bytes(void **state)
{
	struct buffer b = BUFFER_INIT;
	struct bundles_case c;

	(void)state;
	bundles_case_init(&c, TRUST_SMALL);
	bundles_write(&c, &b);
	print_message("# %zu bytes beside a segment of %zu\n", b.len - c.items[0].data.len,
	    c.items[0].data.len);
	assert_true(b.len - c.items[0].data.len <= 164);
	buffer_release(&b);
	bundles_case_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_rebuilt_byte_for_byte),
		cmocka_unit_test(the_second_writer_writes_the_same),
		cmocka_unit_test(what_is_read_is_what_was_written),
		cmocka_unit_test(no_changed_byte_is_accepted),
		cmocka_unit_test(no_changed_byte_opens_even_when_signed_again),
		cmocka_unit_test(no_shorter_or_longer_file_is_accepted),
		cmocka_unit_test(chunks_cannot_be_swapped),
		cmocka_unit_test(only_the_recipient_opens_and_only_the_sender_is_believed),
		cmocka_unit_test(a_body_is_not_taken_over_under_another_name),
		cmocka_unit_test(declared_counts_and_padding_are_checked),
		cmocka_unit_test(no_changed_inside_byte_does_harm),
		cmocka_unit_test(later_formats_other_files_and_giants_are_told_apart),
		cmocka_unit_test(the_writer_holds_to_what_it_declared),
		cmocka_unit_test(what_would_pass_the_limit_is_not_begun),
		cmocka_unit_test(an_export_that_fails_anywhere_leaves_nothing),
		cmocka_unit_test(a_file_that_changes_between_the_passes_is_refused),
		cmocka_unit_test(a_small_bundle_costs_at_most_164_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
