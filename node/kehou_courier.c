/* kehou-courier: one exchange with a hub, started by kehoud (node/outing.h), or one question
 * for an invitation, by kehou and kehoud (schema/enrol.h). */
#include <string.h>
#include <unistd.h>

#include "node/outing.h"
#include "schema/enrol.h"

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], ENROL_MODE) == 0)
		return outing_serve_code(STDIN_FILENO);
	return outing_serve(STDIN_FILENO);
}
