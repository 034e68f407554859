/* kehou-sheets: reads class lists and writes spreadsheets for kehou and kehoud, which hold
 * what strangers' bytes must not reach (schema/roster_apart.h, schema/sheet.h). */
#include <string.h>
#include <unistd.h>

#include "schema/roster_apart.h"
#include "schema/sheet_xlsx.h"

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "read") == 0)
		return roster_apart_serve(STDIN_FILENO, STDOUT_FILENO);
	if (argc == 2 && strcmp(argv[1], "write") == 0)
		return sheet_xlsx_serve(STDIN_FILENO, STDOUT_FILENO);
	return 1;
}
