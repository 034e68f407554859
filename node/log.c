#include "node/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int highest = LOG_LEVEL_INFO;

void
log_set_level(enum log_level level)
{
	highest = (int)level;
}

void
log_line(enum log_level level, const char *format, ...)
{
	char line[LOG_LINE_BYTES];
	va_list ap;
	int head = 0, n;

	if ((int)level > highest)
		return;
	if (getenv("JOURNAL_STREAM") != NULL)
		head = snprintf(line, sizeof line, "<%d>", (int)level);
	else
		head = snprintf(line, sizeof line, "kehoud: ");
	va_start(ap, format);
	n = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	n += head;
	if (n > (int)sizeof line - 2)
		n = (int)sizeof line - 2;
	for (int i = head; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7F)
			line[i] = '?';
	line[n++] = '\n';
	/* One write, so that lines of two threads do not mix. */
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}
