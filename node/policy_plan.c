#include "node/policy_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/domain.h"

#define ZONE_S 28800 /* UTC+8, always */

static void
today(const struct env *env, char ret[11])
{
	time_t s = (time_t)(env->now_s(env->ctx) + ZONE_S);
	struct tm t;

	if (gmtime_r(&s, &t) == NULL || strftime(ret, 11, "%Y-%m-%d", &t) != 10)
		(void)snprintf(ret, 11, "2000-01-01");
}

/* What was published is of the right form; an older or newer program's may not be. */
static void
take(struct link_plan *plan, const char *name, const char *value)
{
	long long n = strtoll(value, NULL, 10);
	int at[4];

	if (strcmp(name, "exchange_minutes") == 0 && n >= 5 && n <= 10080 &&
	    (plan->given & LINK_GIVEN_INTERVAL) == 0)
		plan->interval_s = (unsigned)n * 60;
	else if (strcmp(name, "exchange_bytes_day") == 0 && n >= 0 &&
	    (plan->given & LINK_GIVEN_BYTES) == 0)
		plan->day_bytes = (uint64_t)n;
	else if (strcmp(name, "exchange_stick_only") == 0 &&
	    (plan->given & LINK_GIVEN_NETWORK) == 0)
		plan->network = n == 0;
	else if (strcmp(name, "exchange_window") == 0 &&
	    (plan->given & LINK_GIVEN_WINDOW) == 0 &&
	    sscanf(value, "%2d:%2d-%2d:%2d", &at[0], &at[1], &at[2], &at[3]) == 4) {
		plan->from_min = at[0] * 60 + at[1];
		plan->to_min = at[2] * 60 + at[3];
	}
}

int
policy_plan(struct replica *r, const struct env *env, struct link_plan *plan)
{
	/* Not a person: nobody's access is noted, and no rule of the domain is asked. */
	struct domain_user self = { .staff = -1, .roles = DOMAIN_HEAD,
	    .scope = replica_scope(r) };
	struct domain_error error = { .code = "" };
	json_t *rows = NULL, *row;
	json_int_t first = -1;
	char date[11];
	size_t i;
	int status;

	if (replica_role(r) != ROLE_SCHOOL)
		return STATUS_OK;
	today(env, date);
	row = json_pack("{s:s}", "date", date);
	status = domain_show(r, &self, "policy_settings", row, &rows, &error);
	json_decref(row);
	if (status != STATUS_OK)
		return status;
	json_array_foreach(rows, i, row) {
		const char *name = json_string_value(json_object_get(row, "name"));
		json_t *value = json_object_get(row, "value");
		json_int_t site = json_integer_value(json_object_get(row, "site"));
		char text[32] = "";

		if (first < 0)
			first = site; /* rows come in the order of sites */
		if (name == NULL || site != first)
			continue;
		if (json_is_integer(value))
			(void)snprintf(text, sizeof text, "%lld",
			    (long long)json_integer_value(value));
		else if (json_is_string(value))
			(void)snprintf(text, sizeof text, "%s", json_string_value(value));
		take(plan, name, text);
	}
	json_decref(rows);
	return STATUS_OK;
}
