#include "node/fence.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/log.h"
#include "node/outing.h"
#include "schema/apart.h"

#define MORE 12

struct paths {
	struct confine_path list[OUTING_PATHS + MORE];
	char folders[3][PATH_MAX];
	size_t n, nfolders;
};

static void
add(struct paths *p, const char *path, int use)
{
	if (path != NULL && p->n < sizeof p->list / sizeof *p->list)
		p->list[p->n++] = (struct confine_path){ path, use };
}

/* The folder that a file lies in. */
static void
add_around(struct paths *p, const char *file, int use)
{
	const char *slash = file != NULL ? strrchr(file, '/') : NULL;
	char *folder = p->folders[p->nfolders];

	if (file == NULL || strlen(file) >= PATH_MAX)
		return;
	(void)snprintf(folder, PATH_MAX, "%.*s", slash == NULL || slash == file ? 1
	    : (int)(slash - file), slash == NULL ? "." : file);
	p->nfolders++;
	add(p, folder, use);
}

static void
tell(unsigned layers)
{
	static const char *const words[] = { "the kernel has neither landlock nor seccomp: "
	    "this process is confined by the unit alone", "confined by landlock; no seccomp "
	    "here", "confined by seccomp; the kernel's landlock is too old",
	    "confined by landlock and seccomp" };

	log_line(layers == (CONFINE_LANDLOCK | CONFINE_SECCOMP) ? LOG_LEVEL_DEBUG
	    : LOG_LEVEL_NOTICE, "%s", words[layers & 3]);
}

void
fence_close(const struct fence *f)
{
	struct paths *p = calloc(1, sizeof *p);
	char program[PATH_MAX];

	if (p == NULL) {
		log_line(LOG_LEVEL_WARNING, "not confined: no memory");
		return;
	}
	memcpy(p->list, outing_paths, sizeof outing_paths);
	p->n = OUTING_PATHS;
	add(p, f->dir, CONFINE_WRITE);
	add(p, "/dev/null", CONFINE_WRITE);
	for (size_t i = 0; i < f->nsticks; i++) {
		if (mkdir(f->sticks[i], 0755) != 0 && errno != EEXIST)
			log_line(LOG_LEVEL_NOTICE, "%s is not there: sticks below it are opened "
			    "after the next start only", f->sticks[i]);
		add(p, f->sticks[i], CONFINE_WRITE);
	}
	add_around(p, f->config, CONFINE_READ);
	add_around(p, f->ca, CONFINE_READ);
	add(p, f->web, CONFINE_READ);
	/* In a build's folder the programs lie outside of /usr. */
	if (apart_find(OUTING_PROGRAM, program) == STATUS_OK)
		add_around(p, program, CONFINE_RUN);
	tell(confine_daemon(p->list, p->n));
	free(p);
}
