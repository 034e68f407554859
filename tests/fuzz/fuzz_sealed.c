/* Any bytes: a label is read or refused, and no code opens what it did not seal. */
#include <assert.h>

#include "sync/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct code code = { .key = { 1 } };
	struct buffer out = BUFFER_INIT;
	struct code_label label;
	int status = code_label(data, len, &label);

	assert(code_open(&code, data, len, &out) != STATUS_OK);
	assert(out.len == 0);
	assert(status != STATUS_OK || (label.county >= 100000 && label.until_s >= 0));
	buffer_release(&out);
	return 0;
}
