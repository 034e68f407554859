/* pin: a forgotten PIN is set anew at the machine itself. */
#include <sodium.h>

#include "schema/pin.h"
#include "tools/kehou.h"
#include "tools/output.h"

int
kehou_pin(struct cli *c, int argc, char **argv)
{
	struct domain_error error = { .code = "" };
	char pin[CLI_SECRET_MAX_BYTES];
	json_t *done;
	int npos, rc = cli_options(c, NULL, argc, argv, &npos);

	if (rc != CLI_OK)
		return rc;
	if (npos != 1)
		return cli_usage(c, npos == 0 ? MSG("usage.who") : MSG("usage.extra"),
		    npos == 0 ? NULL : argv[1]);
	rc = cli_open(c);
	if (rc == CLI_OK)
		rc = cli_secret(c, c->pin_fd, "PIN", pin);
	if (rc != CLI_OK)
		return rc;
	rc = pin_reset(c->replica, argv[0], pin, &error);
	sodium_memzero(pin, sizeof pin);
	if (rc == STATUS_NOT_FOUND)
		return cli_fail(c, rc, "pin", argv[0]);
	if (rc != STATUS_OK)
		return cli_fail_domain(c, rc, &error);
	if (c->json) {
		done = json_pack("{s:s}", "name", argv[0]);
		output_json(stdout, done);
		json_decref(done);
	} else
		cli_say(c, stderr, MSG("pin.done"), argv[0], NULL);
	return CLI_OK;
}
