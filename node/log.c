#include "node/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int highest = LOG_LEVEL_INFO;

void
log_set_level(enum log_level level)
{
	highest = (int)level;
}

/* Whoever redirected standard error left the variable as it was: systemd.exec(5). */
static bool
is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[48];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
		return false;
	(void)snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}

void
log_line(enum log_level level, const char *format, ...)
{
	char line[LOG_LINE_BYTES];
	va_list ap;
	int head = 0, n;

	if ((int)level > highest)
		return;
	if (is_journal())
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
