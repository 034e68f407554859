/* The build itself: the headers stand alone in one unit and the libraries are new enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <sqlite3.h>
#include <zlib.h>

#include "schema/domain.h"
#include "schema/roster_import.h"
#include "sync/replica.h"
#include "sync/store.h"

/* A later shared library than the headers is fine, an older one is not. */
static void linked_libraries_are_not_older_than_their_headers(void **state)
{
	(void)state;
	assert_true(sqlite3_libversion_number() >= SQLITE_VERSION_NUMBER);
	assert_true(sodium_library_version_major() >= SODIUM_LIBRARY_VERSION_MAJOR);
	assert_int_equal(zlibVersion()[0], ZLIB_VERSION[0]);
}

static void sqlite_has_what_the_store_needs(void **state)
{
	(void)state;
	assert_true(sqlite3_threadsafe() != 0);
	assert_true(sqlite3_compileoption_used("ENABLE_PREUPDATE_HOOK") != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linked_libraries_are_not_older_than_their_headers),
		cmocka_unit_test(sqlite_has_what_the_store_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
