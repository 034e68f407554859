/* The hub's own: invitations, the table of schools. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "sync/code_folder.h"
#include "tools/kehou.h"
#include "tools/output.h"

#define CODE_DAYS 7            /* that a code holds, where nobody says otherwise */
#define CODE_DAYS_MAX 30

/* 城乡分类代码 of the statistics bureau. */
static bool
known_class(uint64_t code)
{
	static const uint16_t codes[] = { 111, 112, 121, 122, 123, 210, 220 };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i] == code)
			return true;
	return false;
}

int
kehou_hub_only(struct cli *c, unsigned roles)
{
	int rc = cli_open(c);

	if (rc != CLI_OK)
		return rc;
	if (replica_role(c->replica) != ROLE_HUB)
		return cli_fail(c, STATUS_RIGHTS, "hub", c->dir);
	return cli_allow_named(c, roles);
}

/* How an invitation leaves the hub: as a file, by telephone, or both. */
struct way {
	const char *out, *days;
	bool code;
};

static int
check_way(struct cli *c, const struct way *way, uint64_t *ret_days)
{
	struct stat there;

	*ret_days = CODE_DAYS;
	if (way->out == NULL && !way->code)
		return cli_usage(c, MSG("usage.needs"), "-o / --code");
	if (way->days != NULL && (!way->code ||
	    !cli_decimal(way->days, CODE_DAYS_MAX, ret_days) || *ret_days == 0))
		return cli_usage(c, MSG("usage.days"), way->days);
	/* Before the roster changes: an invitation that cannot be written must
	 * not stand in it. */
	if (way->out != NULL && !cli_folder_of(way->out, &there))
		return cli_fail(c, STATUS_NOT_FOUND, "out_folder", way->out);
	if (way->out != NULL && access(way->out, F_OK) == 0)
		return cli_fail(c, STATUS_EXISTS, "write", way->out);
	return CLI_OK;
}

/* Sealed and kept here; the text is for the telephone. */
static int
keep_code(struct cli *c, const struct buffer *file, uint64_t days, char ret[CODE_TEXT_BYTES],
    int64_t *ret_until_s)
{
	struct code_label label = { .county = replica_roster(c->replica)->county,
		.until_s = c->env->now_s(c->env->ctx) + (int64_t)days * 86400 };
	char digits[CODE_DIGITS + 1], text[CODE_TEXT_BYTES];
	struct buffer sealed = BUFFER_INIT;
	struct invitation in = { 0 };
	struct code code;
	unsigned group;
	int status = invitation_parse(file->data, file->len, &in);

	memcpy(label.invite, in.id, sizeof label.invite);
	code_new(c->env, text);
	if (status == STATUS_OK)
		status = code_parse(text, digits, &group);
	if (status == STATUS_OK)
		status = code_derive(digits, &code);
	if (status == STATUS_OK)
		status = code_seal(&code, c->env, &label, file->data, file->len, &sealed);
	if (status == STATUS_OK)
		status = code_folder_keep(c->env, c->dir, replica_roster(c->replica), code.id,
		    &sealed);
	if (status == STATUS_OK)
		memcpy(ret, text, sizeof text);
	*ret_until_s = label.until_s;
	sodium_memzero(text, sizeof text);
	sodium_memzero(digits, sizeof digits);
	code_wipe(&code);
	invitation_release(&in);
	buffer_release(&sealed);
	return status == STATUS_OK ? CLI_OK : cli_fail(c, status, "code", NULL);
}

static void
say_invitation(struct cli *c, const struct replica_invite *in, const struct way *way,
    const char *code, int64_t until_s)
{
	char id[24], until[MESSAGE_TIME_BYTES];
	json_t *done;

	cli_number(in->school.id, id);
	if (c->json) {
		done = json_pack("{s:s*, s:s*, s:s, s:s}", "file", way->out, "code",
		    way->code ? code : NULL, "school", id, "name", in->school.name);
		if (way->code)
			json_object_set_new(done, "until_s", json_integer(until_s));
		output_json(stdout, done);
		json_decref(done);
		return;
	}
	if (way->out != NULL)
		cli_say(c, stderr, MSG("invite.done"), in->school.name, way->out, NULL);
	if (way->code) {
		message_time(c->lang, until_s, until);
		printf("%s\n", code);
		cli_say(c, stderr, MSG("invite.code"), in->school.name, until, NULL);
	}
}

#define INVITATION_MORE_BYTES 4096 /* than the roster of before that is in it */

/* Before the roster changes, for a stick may be full. */
static int
room_for_invitation(struct cli *c, const char *out)
{
	char roster[4096];
	struct stat st;

	(void)snprintf(roster, sizeof roster, "%s/roster", c->dir);
	return cli_room_for(c, out, (stat(roster, &st) == 0 ? (size_t)st.st_size : 0) +
	    INVITATION_MORE_BYTES);
}

/* A school that the roster knows already keeps name and class. */
static void
say_known(struct cli *c, const struct replica_invite *in, struct replica_invite *ret)
{
	const struct roster_school *known = in->role == ROLE_SCHOOL
	    ? roster_school(replica_roster(c->replica), in->school.id) : NULL;
	char class[32];

	*ret = *in;
	if (known == NULL)
		return;
	ret->school = *known;
	(void)snprintf(class, sizeof class, "class.%u", (unsigned)known->class_code);
	if (!c->json && (strcmp(known->name, in->school.name) != 0 ||
	    known->class_code != in->school.class_code))
		cli_say(c, stderr, MSG("invite.known"), known->name, cli_text(c, class), NULL);
}

static int
make_invitation(struct cli *c, const struct replica_invite *in, const struct way *way)
{
	struct buffer file = BUFFER_INIT;
	struct replica_invite made;
	char code[CODE_TEXT_BYTES] = "";
	int64_t until_s = 0;
	uint64_t days;
	int rc = check_way(c, way, &days);

	if (rc == CLI_OK && c->replica == NULL)
		rc = kehou_hub_only(c, KEHOU_OFFICE);
	if (rc == CLI_OK && way->out != NULL)
		rc = room_for_invitation(c, way->out);
	if (rc != CLI_OK)
		return rc;
	rc = replica_invite(c->replica, in, &file);
	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, "new_invite", in->school.name);
	else if (way->out != NULL)
		rc = cli_write_new(c, way->out, file.data, file.len);
	if (rc == CLI_OK && way->code)
		rc = keep_code(c, &file, days, code, &until_s);
	if (file.data != NULL)
		sodium_memzero(file.data, file.len);
	buffer_release(&file);
	if (rc == CLI_OK) {
		say_known(c, in, &made);
		say_invitation(c, &made, way, code, until_s);
	}
	sodium_memzero(code, sizeof code);
	return rc;
}

/* What was invited so and nobody used: refused from now on, and no code opens it. */
static int
withdraw(struct cli *c, uint8_t role, uint64_t school, const char *subject)
{
	int rc = kehou_hub_only(c, KEHOU_OFFICE);

	if (rc != CLI_OK)
		return rc;
	rc = replica_withdraw(c->replica, role, school);
	if (rc == STATUS_OK)
		rc = code_folder_sweep(c->env, c->dir, replica_roster(c->replica));
	if (rc != STATUS_OK)
		return cli_fail(c, rc, "withdraw", subject);
	if (c->json)
		puts("{\"withdrawn\":true}");
	else
		cli_say(c, stderr, MSG("invite.withdrawn"), NULL);
	return CLI_OK;
}

static int
take_name(struct cli *c, const char *name, struct replica_invite *in)
{
	if (strlen(name) >= sizeof in->school.name || *name == '\0')
		return cli_usage(c, MSG("usage.form"), "--name");
	memcpy(in->school.name, name, strlen(name) + 1);
	return CLI_OK;
}

int
kehou_hub_invite(struct cli *c, int argc, char **argv)
{
	const char *school = NULL, *name = NULL, *class = NULL, *kind = NULL;
	struct way way = { .out = NULL };
	bool back = false;
	const struct cli_option options[] = {
		{ "--school", &school, 1, NULL }, { "--name", &name, 1, NULL },
		{ "--class", &class, 1, NULL }, { "--kind", &kind, 1, NULL },
		{ "-o", &way.out, 1, NULL }, { "--days", &way.days, 1, NULL },
		{ "--code", NULL, 0, &way.code }, { "--withdraw", NULL, 0, &back },
		{ NULL, NULL, 0, NULL },
	};
	struct replica_invite in = { .role = ROLE_SCHOOL };
	uint64_t class_code, kind_code;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	for (size_t i = 0; i < (back ? 1 : 3); i++)
		if (*options[i].values == NULL)
			return cli_usage(c, MSG("usage.needs"), options[i].name);
	if (strlen(school) != 10 || !cli_decimal(school, 9999999999u, &in.school.id) ||
	    school[0] == '0')
		return cli_usage(c, MSG("usage.school"), school);
	if (back)
		return withdraw(c, ROLE_SCHOOL, in.school.id, school);
	if (!cli_decimal(class, 999, &class_code) || !known_class(class_code))
		return cli_usage(c, MSG("usage.class"), class);
	if (!cli_decimal(kind != NULL ? kind : "1", 6, &kind_code) || kind_code == 0)
		return cli_usage(c, MSG("usage.kind"), kind);
	in.school.class_code = (uint16_t)class_code;
	in.school.kind = (uint8_t)kind_code;
	rc = take_name(c, name, &in);
	return rc == CLI_OK ? make_invitation(c, &in, &way) : rc;
}

int
kehou_hub_invite_relay(struct cli *c, int argc, char **argv)
{
	const char *name = NULL;
	struct way way = { .out = NULL };
	bool back = false;
	const struct cli_option options[] = {
		{ "--name", &name, 1, NULL }, { "-o", &way.out, 1, NULL },
		{ "--days", &way.days, 1, NULL }, { "--code", NULL, 0, &way.code },
		{ "--withdraw", NULL, 0, &back }, { NULL, NULL, 0, NULL },
	};
	struct replica_invite in = { .role = ROLE_RELAY };
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (back)
		return withdraw(c, ROLE_RELAY, 0, "relay");
	if (name == NULL)
		return cli_usage(c, MSG("usage.needs"), "--name");
	rc = take_name(c, name, &in);
	return rc == CLI_OK ? make_invitation(c, &in, &way) : rc;
}

/* Whether a machine of the school may still write. */
static bool
has_machine(const struct roster *roster, uint64_t school)
{
	for (size_t i = 0; i < roster->ncerts; i++)
		if (roster->certs[i].role == ROLE_SCHOOL &&
		    roster->certs[i].scope == school &&
		    !roster_revoked(roster, &roster->certs[i].node.id))
			return true;
	return false;
}

/* The roster knows the school already, and a machine of it hands the key on. */
int
kehou_hub_invite_device(struct cli *c, int argc, char **argv)
{
	const char *school = NULL;
	struct way way = { .out = NULL };
	const struct cli_option options[] = {
		{ "--school", &school, 1, NULL }, { "-o", &way.out, 1, NULL },
		{ "--days", &way.days, 1, NULL }, { "--code", NULL, 0, &way.code },
		{ NULL, NULL, 0, NULL },
	};
	struct replica_invite in = { .role = ROLE_SCHOOL };
	const struct roster_school *known;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = cli_open(c);
	if (rc != CLI_OK)
		return rc;
	if (replica_role(c->replica) != ROLE_HUB)
		return cli_fail(c, STATUS_RIGHTS, "invite_device", c->dir);
	rc = cli_allow_named(c, KEHOU_OFFICE);
	if (rc != CLI_OK)
		return rc;
	if (school == NULL)
		return cli_usage(c, MSG("usage.needs"), "--school");
	if (strlen(school) != 10 || !cli_decimal(school, 9999999999u, &in.school.id))
		return cli_usage(c, MSG("usage.school"), school);
	known = roster_school(replica_roster(c->replica), in.school.id);
	if (known == NULL || !has_machine(replica_roster(c->replica), in.school.id))
		return cli_fail(c, STATUS_NOT_FOUND, "invite_device", school);
	in.school = *known;
	rc = make_invitation(c, &in, &way);
	if (rc == CLI_OK && !c->json)
		cli_say(c, stderr, MSG("invite.device"), NULL);
	return rc;
}

static bool
parse_node(const char *text, struct node_id *ret)
{
	static const char digits[] = "0123456789ABCDEF";

	if (strlen(text) != 2 * NODE_ID_BYTES)
		return false;
	for (size_t i = 0; i < NODE_ID_BYTES; i++) {
		const char *hi = strchr(digits, text[2 * i]);
		const char *lo = strchr(digits, text[2 * i + 1]);

		if (hi == NULL || lo == NULL)
			return false;
		ret->b[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	return true;
}

/* A school's devices, for whoever has to find the lost one. */
static int
list_devices(struct cli *c, uint64_t school)
{
	const struct roster *roster = replica_roster(c->replica);
	json_t *rows = json_array();

	for (size_t i = 0; i < roster->ncerts; i++) {
		const struct roster_cert *cert = &roster->certs[i];
		char id[2 * NODE_ID_BYTES + 1];

		if (cert->role != ROLE_SCHOOL || cert->scope != school)
			continue;
		for (size_t k = 0; k < NODE_ID_BYTES; k++)
			(void)snprintf(id + 2 * k, 3, "%02X", cert->node.id.b[k]);
		json_array_append_new(rows, json_pack("{s:s, s:I, s:b, s:b}", "node", id,
		    "since", (json_int_t)cert->since, "revoked",
		    roster_revoked(roster, &cert->node.id), "uninvited",
		    roster_uninvited(roster, cert)));
	}
	if (c->json)
		output_json(stdout, rows);
	else if (json_array_size(rows) == 0)
		cli_say(c, stderr, MSG("revoke.none"), NULL);
	else
		output_table(stdout, c->lang, NULL, rows);
	json_decref(rows);
	return CLI_OK;
}

/* Whose it is, before what cannot be taken back. */
static int
ask_revoke(struct cli *c, const struct node_id *node)
{
	const struct roster *roster = replica_roster(c->replica);
	const struct roster_cert *cert = roster_node(roster, node);
	const struct roster_school *school = cert != NULL
	    ? roster_school(roster, cert->scope) : NULL;

	return cli_usage(c, MSG("revoke.yes"), school != NULL ? school->name : roster->name);
}

int
kehou_hub_revoke(struct cli *c, int argc, char **argv)
{
	const char *text = NULL, *school = NULL;
	bool yes = false;
	const struct cli_option options[] = {
		{ "--node", &text, 1, NULL }, { "--school", &school, 1, NULL },
		{ "--yes", NULL, 0, &yes }, { NULL, NULL, 0, NULL },
	};
	struct node_id node;
	uint64_t id = 0;
	int npos, rc = cli_options(c, options, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	if (text == NULL && school == NULL)
		return cli_usage(c, MSG("usage.needs"), "--school / --node");
	if (text != NULL && school != NULL)
		return cli_usage(c, MSG("usage.extra"), "--school");
	if (text != NULL && !parse_node(text, &node))
		return cli_usage(c, MSG("usage.node"), text);
	if (school != NULL && !cli_decimal(school, 9999999999u, &id))
		return cli_usage(c, MSG("usage.school"), school);
	rc = kehou_hub_only(c, KEHOU_OFFICE);
	if (rc != CLI_OK)
		return rc;
	if (text == NULL)
		return list_devices(c, id);
	if (!yes && roster_node(replica_roster(c->replica), &node) != NULL &&
	    !roster_revoked(replica_roster(c->replica), &node))
		return ask_revoke(c, &node);
	rc = replica_revoke(c->replica, &node);
	if (rc != STATUS_OK)
		return cli_fail(c, rc, "revoke", text);
	if (c->json)
		puts("{\"revoked\":true}");
	else
		cli_say(c, stderr, MSG("revoke.done"), text, NULL);
	return CLI_OK;
}

struct schools {
	json_t *rows;
	bool raw; /* for --json: numbers instead of words */
	const struct cli *c;
};

static int
add_school(void *ctx, const struct replica_school *s)
{
	struct schools *all = ctx;
	char id[24], last[MESSAGE_TIME_BYTES], merged[MESSAGE_TIME_BYTES];
	json_t *row;

	cli_number(s->school->id, id);
	if (all->raw)
		row = json_pack("{s:s, s:s, s:i, s:i, s:b, s:I, s:I, s:I, s:I}",
		    "school", id, "school_name", s->school->name, "class_code",
		    (int)s->school->class_code, "kind", (int)s->school->kind, "enrolled",
		    s->enrolled, "last_contact_ms", (json_int_t)s->last_contact_s * 1000,
		    "merged_ms", (json_int_t)s->merged_time_s * 1000, "transactions",
		    (json_int_t)s->transactions, "held", (json_int_t)s->held);
	else {
		char class[32], kind[32];

		message_time(all->c->lang, s->last_contact_s, last);
		message_time(all->c->lang, s->merged_time_s, merged);
		snprintf(class, sizeof class, "class.%u", (unsigned)s->school->class_code);
		snprintf(kind, sizeof kind, "kind.%u", (unsigned)s->school->kind);
		row = json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:I}",
		    "school", id, "school_name", s->school->name, "class_code",
		    cli_text(all->c, class), "kind", cli_text(all->c, kind), "enrolled",
		    s->enrolled, "last_contact", last, "newest_merged", merged,
		    "transactions", (json_int_t)s->transactions, "held",
		    (json_int_t)s->held);
	}
	return row != NULL && json_array_append_new(all->rows, row) == 0
	    ? STATUS_OK : STATUS_NOMEM;
}

int
kehou_hub_schools(struct cli *c, int argc, char **argv)
{
	struct schools all = { .raw = c->json, .c = c };
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos > 0)
		return cli_usage(c, MSG("usage.extra"), argv[0]);
	rc = kehou_hub_only(c, KEHOU_OFFICE | DOMAIN_AUDITOR);
	if (rc != CLI_OK)
		return rc;
	all.raw = c->json; /* --json may stand after the command */
	all.rows = json_array();
	rc = all.rows == NULL ? STATUS_NOMEM
	    : replica_schools(c->replica, add_school, &all);
	if (rc != STATUS_OK)
		rc = cli_fail(c, rc, NULL, NULL);
	else if (c->json)
		output_json(stdout, all.rows);
	else if (json_array_size(all.rows) == 0)
		cli_say(c, stderr, MSG("schools.none"), NULL);
	else
		output_table(stdout, c->lang, NULL, all.rows);
	json_decref(all.rows);
	return rc;
}
