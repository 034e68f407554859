#include "schema/roster_file.h"

#include <string.h>

#include "schema/roster_csv.h"
#include "schema/roster_xls.h"
#include "schema/roster_xlsx.h"

static bool
begins(const uint8_t *data, size_t len, const char *what, size_t n)
{
	return len >= n && memcmp(data, what, n) == 0;
}

/* Web pages and XML that some programs save under the name of a spreadsheet. */
static bool
is_markup(const uint8_t *data, size_t len)
{
	size_t i = begins(data, len, "\xef\xbb\xbf", 3) ? 3 : 0;

	while (i < len && (data[i] == ' ' || data[i] == '\r' || data[i] == '\n'))
		i++;
	return begins(data + i, len - i, "<?xml", 5) || begins(data + i, len - i, "<html", 5)
	    || begins(data + i, len - i, "<!DOC", 5) || begins(data + i, len - i, "<HTML", 5)
	    || begins(data + i, len - i, "%PDF", 4) || begins(data + i, len - i, "{\\rtf", 5);
}

int
roster_file_parse(int fd, const uint8_t *data, size_t len, struct roster_book *book,
    const char **ret_reason)
{
	int status;

	*ret_reason = "R19.broken_file";
	if (is_markup(data, len)) {
		*ret_reason = "R19.other_format";
		return STATUS_MALFORMED;
	}
	if (begins(data, len, "PK\3\4", 4) || begins(data, len, "PK\5\6", 4)) {
		status = roster_xlsx_read(data, len, book, ret_reason);
	} else if (begins(data, len, "\xd0\xcf\x11\xe0", 4)
	    || begins(data, len, "\x09\x08", 2) || begins(data, len, "\x09\x04", 2)) {
		status = roster_xls_read(fd, data, len, book, ret_reason);
	} else {
		*ret_reason = "R19.encoding";
		status = roster_csv_read(data, len, book);
	}
	if (status == STATUS_TOO_LARGE)
		*ret_reason = "R19.too_large";
	return status;
}
