/* kehou-courier: one exchange with a hub, started by kehoud (node/outing.h). */
#include <unistd.h>

#include "node/outing.h"

int
main(void)
{
	return outing_serve(STDIN_FILENO);
}
