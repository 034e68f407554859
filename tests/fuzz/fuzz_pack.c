/* Unpacking of any bytes, and packing of them and back. */
#include <stdlib.h>
#include <string.h>

#include "sync/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer packed = BUFFER_INIT, back = BUFFER_INIT;

	if (unpack(data, size, 1u << 20, &back) == STATUS_OK && back.len > 1u << 20)
		abort();
	buffer_clear(&back);
	if (pack(data, size, &packed) != STATUS_OK
	    || unpack(packed.data, packed.len, size, &back) != STATUS_OK
	    || back.len != size || (size && memcmp(back.data, data, size) != 0))
		abort();
	buffer_release(&packed);
	buffer_release(&back);
	return 0;
}
