#!/bin/sh
# Stands for kehoud in make check-valgrind: an error or a leak makes its exit status 99.
exec valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite \
	--track-fds=no --child-silent-after-fork=yes "$KEHOUD_REAL" "$@"
