/* stick: what a hub knows of the sticks that it gave out. */
#include <string.h>

#include "tools/kehou.h"
#include "tools/output.h"

struct sticks {
	struct cli *c;
	json_t *rows;
};

static int
add_stick(void *ctx, const struct replica_stick *s)
{
	struct sticks *all = ctx;
	char out[MESSAGE_TIME_BYTES], last[MESSAGE_TIME_BYTES];
	json_t *row;

	if (all->c->json) {
		json_t *schools = json_array();

		for (size_t i = 0; i < s->nschools; i++) {
			char id[24];

			json_array_append_new(schools, json_string(cli_number(s->schools[i],
			    id)));
		}
		row = json_pack("{s:i, s:s, s:I, s:I, s:o}", "number", (int)s->number,
		    "label", s->label, "out_since_ms", (json_int_t)s->out_s * 1000,
		    "last_ms", (json_int_t)s->last_s * 1000, "schools", schools);
	} else {
		message_time(all->c->lang, s->out_s, out);
		message_time(all->c->lang, s->last_s, last);
		row = json_pack("{s:i, s:s, s:s, s:s, s:i}", "number", (int)s->number,
		    "label", s->label, "out_since", s->out_s == 0 ?
		    cli_text(all->c, MSG("stick.back")) : out, "last_here", last, "schools",
		    (int)s->nschools);
	}
	return row != NULL && json_array_append_new(all->rows, row) == 0 ? STATUS_OK
	    : STATUS_NOMEM;
}

static int
list(struct cli *c)
{
	struct sticks all = { .c = c, .rows = json_array() };
	int rc = all.rows == NULL ? STATUS_NOMEM : replica_sticks(c->replica, add_stick, &all);

	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, NULL, NULL);
	else if (c->json)
		output_json(stdout, all.rows);
	else if (json_array_size(all.rows) == 0)
		cli_say(c, stderr, MSG("stick.none"), NULL);
	else
		output_table(stdout, c->lang, NULL, all.rows);
	json_decref(all.rows);
	return rc;
}

int
kehou_stick(struct cli *c, int argc, char **argv)
{
	const char *label = NULL;
	bool kept = false, forget = false;
	const struct cli_option options[] = {
		{ "--label", &label, 1, NULL }, { "--kept", NULL, 0, &kept },
		{ "--forget", NULL, 0, &forget }, { NULL, NULL, 0, NULL },
	};
	uint64_t number = 0;
	int npos, rc = cli_options(c, options, argc, argv, &npos);
	unsigned said = (label != NULL) + (kept ? 1u : 0) + (forget ? 1u : 0);

	if (rc != CLI_OK)
		return rc;
	if (npos > 1)
		return cli_usage(c, MSG("usage.extra"), argv[1]);
	if (said != (npos == 1))
		return cli_usage(c, MSG("usage.needs"), "NUMBER --label / --kept / --forget");
	if (npos == 1 && (!cli_decimal(argv[0], INT32_MAX, &number) || number == 0))
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = kehou_hub_only(c, KEHOU_OFFICE);
	if (rc != CLI_OK || npos == 0)
		return rc != CLI_OK ? rc : list(c);
	rc = replica_stick_set(c->replica, (uint32_t)number, label != NULL ? REPLICA_STICK_LABEL :
	    kept ? REPLICA_STICK_KEPT : REPLICA_STICK_FORGET, label);
	return rc == STATUS_OK ? list(c) : cli_fail(c, rc, "stick", argv[0]);
}
