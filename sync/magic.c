#include "sync/magic.h"

void
magic_put(struct buffer *b, char kind)
{
	const uint8_t magic[MAGIC_BYTES] = {'K', 'H', (uint8_t)kind, MAGIC_VERSION};

	buffer_put(b, magic, sizeof magic);
}

int
magic_read(struct reader *r, char kind)
{
	const uint8_t *p = reader_take(r, MAGIC_BYTES);

	if (p == NULL)
		return STATUS_TRUNCATED;
	if (p[0] != 'K' || p[1] != 'H' || p[2] != (uint8_t)kind)
		return STATUS_MALFORMED;
	if (p[3] > MAGIC_VERSION && p[3] <= '9')
		return STATUS_NEWER;
	return p[3] == MAGIC_VERSION ? STATUS_OK : STATUS_MALFORMED;
}
