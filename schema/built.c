#include "schema/built.h"

#include <stdlib.h>
#include <string.h>

#define SLACK_S 86400 /* the compiler dates in its own zone */

/* "Mmm dd yyyy" of the compiler. */
int64_t
built_s(void)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *date = __DATE__;
	const char month[4] = { date[0], date[1], date[2], '\0' };
	const char *at = strstr(months, month);
	int64_t m = at != NULL ? (at - months) / 3 + 1 : 1;
	int64_t y = atoi(date + 7), day = atoi(date + 4), era_day;

	/* Days from 1970-01-01, years beginning in March. */
	y -= m <= 2;
	era_day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return (y * 365 + y / 4 - y / 100 + y / 400 + era_day - 719468) * 86400;
}

bool
built_after(int64_t now_s)
{
	return now_s < built_s() - SLACK_S;
}
