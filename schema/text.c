#include "schema/text.h"

#include <stdio.h>
#include <stdlib.h>

#include "schema/initial.h"
#include "schema/roster_cell.h"

void
text_yuan(int64_t fen, char *ret, size_t size)
{
	snprintf(ret, size, "%s%lld.%02d", fen < 0 ? "-" : "", llabs(fen / 100),
	    abs((int)(fen % 100)));
}

static bool
yuan(const char *in, char ret[STORE_FUNCTION_BYTES])
{
	text_yuan(strtoll(in, NULL, 10), ret, STORE_FUNCTION_BYTES);
	return true;
}

static bool
student_no_fault(const char *in, char ret[STORE_FUNCTION_BYTES])
{
	static const char *const words[] = { [ROSTER_CELL_NUMBER_OK] = "",
		[ROSTER_CELL_NUMBER_NONE] = "student_no",
		[ROSTER_CELL_NUMBER_CHECK] = "check_digit" };
	char number[ROSTER_CELL_NUMBER_BYTES];

	snprintf(ret, STORE_FUNCTION_BYTES, "%s", words[roster_cell_number(in, number)]);
	return true;
}

static bool
birth_of(const char *in, char ret[STORE_FUNCTION_BYTES])
{
	char birth[ROSTER_CELL_BIRTH_BYTES];

	if (!roster_cell_birth(in, birth))
		return false;
	snprintf(ret, STORE_FUNCTION_BYTES, "%s", birth);
	return true;
}

const struct store_function text_functions[] = {
	{ "initials", initial_letters },
	{ "yuan", yuan },
	{ "student_no_fault", student_no_fault },
	{ "birth_of", birth_of },
	{ NULL, NULL },
};
