#define _GNU_SOURCE /* dl_iterate_phdr */

#include "node/memory.h"

#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only segments that the loader maps without the right to write: relocated pages lie in the
 * others and would be lost. */
static int
give_back(struct dl_phdr_info *info, size_t size, void *ctx)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)size, (void)ctx;
	if (strncmp(info->dlpi_name, "linux-", 6) == 0)
		return 0; /* the kernel's own */
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
		uintptr_t to = (info->dlpi_addr + p->p_vaddr + p->p_memsz + page - 1) & ~(page - 1);

		if (p->p_type == PT_LOAD && (p->p_flags & PF_W) == 0)
			(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void
memory_rest(void)
{
	(void)malloc_trim(0);
	(void)dl_iterate_phdr(give_back, NULL);
}
