/* Exchanges made by kehou-courier, a program of its own that is started for each one:
 * libcurl and TLS stay out of this process, and what a stranger's server answers is parsed
 * where neither records nor keys can be read, and nothing be written
 * (docs/decisions/010-apart.md). */
#ifndef NODE_OUTING_H
#define NODE_OUTING_H

#include "node/courier.h"
#include "schema/confine.h"

#define OUTING_PROGRAM "kehou-courier"
#define OUTING_MAX_MESSAGE_BYTES 4096
#define OUTING_LOOK_MS 250 /* between two looks whether to stop */

/* As courier_run, in the other process; job->wait is not used.  A program that ends without
 * a word is COURIER_HERE. */
void outing_run(const struct courier_options *options, const struct courier_job *job,
    struct courier_result *ret);
/* Over there: carries out what comes through the socket.  Exit status. */
int outing_serve(int socket);
/* Over there: one sealed invitation, for schema/enrol.h. */
int outing_serve_code(int socket);

/* What name look-ups, TLS and the start of a program read. */
#define OUTING_PATHS 12
extern const struct confine_path outing_paths[OUTING_PATHS];
/* Over there: shuts itself off; folder: what is to go, or NULL. */
void outing_confine(const struct courier_options *options, const char *folder);

#endif
