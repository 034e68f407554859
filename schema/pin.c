#include "schema/pin.h"

#include <string.h>

#include <sodium.h>

#include "gen/domain_entries.h"
#include "schema/runtime.h"

/* As pin_hash() of the store. */
#define PASSES 3
#define MEMORY_BYTES (8u * 1024 * 1024)

static int
begin(struct replica *r, const char *sql, struct store_stmt **ret)
{
	const char *tail;
	int status = store_prepare(replica_store(r), sql, ret, &tail);

	if (status == STATUS_OK)
		status = store_bind(*ret, "school", value_int((int64_t)replica_scope(r)));
	return status;
}

int
pin_candidates(struct replica *r, const char *name, struct pin_candidates *ret)
{
	struct store_stmt *st;
	bool row = true;
	int status;

	ret->n = 0;
	if (strlen(name) > RUNTIME_MAX_TEXT_BYTES)
		return STATUS_USAGE;
	status = begin(r, domain_sql_pin_candidates, &st);
	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "name", value_text(name, strlen(name)));
	while (status == STATUS_OK && ret->n < PIN_MAX_CANDIDATES) {
		struct value hash;

		status = store_step(st, &row);
		if (status != STATUS_OK || !row)
			break;
		hash = store_column(st, 1);
		if (hash.type != VALUE_TEXT || hash.len >= PIN_HASH_BYTES)
			continue;
		ret->who[ret->n].staff = store_column(st, 0).i;
		memcpy(ret->who[ret->n].hash, hash.p, hash.len);
		ret->who[ret->n++].hash[hash.len] = '\0';
	}
	store_reset(st);
	return status;
}

int64_t
pin_check(const struct pin_candidates *c, const char *pin)
{
	char nobody[PIN_HASH_BYTES];
	int64_t staff = 0;

	if (strlen(pin) > PIN_MAX_BYTES)
		return 0;
	for (size_t i = 0; i < c->n && staff == 0; i++)
		if (crypto_pwhash_str_verify(c->who[i].hash, pin, strlen(pin)) == 0)
			staff = c->who[i].staff;
	/* Whether there is such a name is not to be told from the time it takes. */
	if (c->n == 0)
		(void)!crypto_pwhash_str(nobody, pin, strlen(pin), PASSES, MEMORY_BYTES);
	return staff;
}

int
pin_make(const char *pin, char ret[PIN_HASH_BYTES])
{
	if (strlen(pin) > PIN_MAX_BYTES)
		return STATUS_USAGE;
	return crypto_pwhash_str(ret, pin, strlen(pin), PASSES, MEMORY_BYTES) == 0 ? STATUS_OK
	    : STATUS_NOMEM;
}

void
pin_known(struct replica *r, const char *pin, const char *hash)
{
	store_know_pin(replica_store(r), pin, hash);
}

int
pin_mark(struct replica *r, int64_t staff, uint8_t ret[PIN_MARK_BYTES])
{
	uint64_t epoch = replica_epoch(r);
	crypto_generichash_state state;
	struct store_stmt *st;
	bool row = false;
	int status = begin(r, domain_sql_pin_of, &st);

	if (status != STATUS_OK)
		return status;
	status = store_bind(st, "staff", value_int(staff));
	if (status == STATUS_OK)
		status = store_step(st, &row);
	if (status == STATUS_OK) {
		struct value hash = row ? store_column(st, 0) : value_text("", 0);

		crypto_generichash_init(&state, NULL, 0, PIN_MARK_BYTES);
		crypto_generichash_update(&state, (const uint8_t *)&epoch, sizeof(epoch));
		if (hash.type == VALUE_TEXT)
			crypto_generichash_update(&state, hash.p, hash.len);
		crypto_generichash_final(&state, ret, PIN_MARK_BYTES);
	}
	store_reset(st);
	return status;
}

static int
note_reset(const struct runtime *rt, int64_t staff)
{
	const struct runtime_access access = {.view = "kehou pin", .fields = "pin",
		.school = value_int((int64_t)rt->scope), .pupil = value_null(), .rows = 1};

	return runtime_note(rt, staff, &access);
}

int
pin_reset(struct replica *r, const char *name, const char *pin, struct domain_error *ret_error)
{
	struct runtime rt = domain_runtime(r);
	struct domain_user user = {.scope = replica_scope(r)};
	struct pin_candidates c;
	json_t *args, *answer = NULL;
	int status = pin_candidates(r, name, &c);

	if (status == STATUS_OK && c.n != 1)
		status = c.n == 0 ? STATUS_NOT_FOUND : STATUS_USAGE;
	if (status == STATUS_OK)
		status = domain_user_now(r, c.who[0].staff, &user, NULL);
	if (status == STATUS_OK)
		status = note_reset(&rt, user.staff);
	if (status != STATUS_OK)
		return runtime_fail(&rt, status, ret_error);
	args = json_pack("{s:s}", "pin", pin);
	status = domain_do(r, &user, rt.scope != 0 ? "staff.pin" : "county.staff.pin", NULL, args,
	    &answer, ret_error);
	json_decref(args);
	json_decref(answer);
	return status;
}
