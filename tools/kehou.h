/* The commands of the program kehou, one file a group.  argv starts after the
 * command's words; each returns an exit code (enum cli_exit) and has printed
 * its line when that is not CLI_OK. */
#ifndef TOOLS_KEHOU_H
#define TOOLS_KEHOU_H

#include "tools/cli.h"

typedef int kehou_command(struct cli *c, int argc, char **argv);

/* kehou_init.c */
kehou_command kehou_init_hub, kehou_init_school, kehou_init_relay;
/* The recovery text goes to a new file of mode 0600, or to standard output, once:
 * it is data, to be printed on paper. */
int kehou_give_recovery(struct cli *c, const char *path, const char *text);
/* kehou_backup.c */
kehou_command kehou_backup, kehou_restore, kehou_recovery_new;
/* kehou_root.c */
/* Whether the two copies of a root key can be written: the folder of each is there, and a
 * key of before is never written over. */
int kehou_root_places(struct cli *c, const char *const copies[2]);
kehou_command kehou_root_issue, kehou_root_rotate, kehou_seal_new;
/* kehou_hub.c */
kehou_command kehou_hub_invite, kehou_hub_invite_relay, kehou_hub_invite_device,
    kehou_hub_revoke, kehou_hub_schools;
/* Who may do the hub's own commands, where --as names anybody. */
#define KEHOU_OFFICE (DOMAIN_CLERK | DOMAIN_LEAD)
/* Opens the node; CLI_OK when it is a hub, and whom --as names has one of the roles. */
int kehou_hub_only(struct cli *c, unsigned roles);
/* kehou_policy.c */
kehou_command kehou_policy_publish;
/* kehou_inbox.c */
kehou_command kehou_inbox;
/* kehou_roster.c */
kehou_command kehou_roster_import, kehou_roster_export, kehou_roster_template,
    kehou_roster_undo;
/* kehou_audit.c */
kehou_command kehou_audit_pack;
/* kehou_do.c */
kehou_command kehou_do, kehou_do_show, kehou_do_commands, kehou_do_views;
/* --help of one command or view of the domain: what it is, and its parameters. */
void kehou_do_help(const struct cli *c, bool view, const char *name);
/* kehou_retention.c */
kehou_command kehou_retention;
/* kehou_stick.c */
kehou_command kehou_stick;
/* kehou_exchange.c */
kehou_command kehou_exchange_export, kehou_exchange_import;
/* kehou_status.c */
kehou_command kehou_status, kehou_status_inspect, kehou_status_verify,
    kehou_status_digest;
/* kehou_pin.c */
kehou_command kehou_pin;

/* kehou_doctor.c */
kehou_command kehou_doctor;

#endif
