/* What happens to sticks between two nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/folder.h"
#include "tests/sim/county.h"

static size_t
list(struct county *c, const char *stick, struct folder_entry **ret)
{
	size_t n = 0, ignored;

	*ret = NULL;
	if (folder_list(c->nodes[0].env, stick, ret, &n, &ignored) != STATUS_OK)
		return 0;
	return n;
}

static void
path_of(char ret[256], const char *stick, const char *name)
{
	(void)snprintf(ret, 256, "%s/%s/%s", stick, FOLDER_NAME, name);
}

void
county_stick_lost(struct county *c, const char *stick)
{
	sim_erase(c->world, stick);
}

/* What lay on the other one before stays. */
void
county_stick_copied(struct county *c, const char *from, const char *to)
{
	sim_copy(c->world, from, to);
}

/* One file is cut short, or a byte of it changes. */
void
county_stick_damaged(struct county *c, const char *stick, uint32_t draw)
{
	struct folder_entry *all;
	size_t n = list(c, stick, &all), len;
	const uint8_t *p;
	uint8_t *copy;
	char path[256];

	if (n == 0) {
		free(all);
		return;
	}
	path_of(path, stick, all[draw % n].name);
	free(all);
	p = sim_peek(c->world, path, &len);
	if (p == NULL || len == 0)
		return;
	copy = malloc(len);
	if (copy == NULL)
		abort();
	memcpy(copy, p, len);
	if (draw >> 16 & 1)
		copy[(draw >> 8) % len] ^= (uint8_t)(1 + (draw >> 17) % 255);
	else
		len = (draw >> 8) % len;
	sim_poke(c->world, path, copy, len);
	free(copy);
	c->damaged = true;
}
