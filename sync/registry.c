#include "sync/registry.h"

#include <string.h>

int
registry_find(const struct registry *reg, uint16_t table_id)
{
	size_t low = 0, high = reg->ntables;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (reg->tables[mid].id < table_id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < reg->ntables && reg->tables[low].id == table_id ? (int)low : -1;
}

int
registry_find_name(const struct registry *reg, const char *name)
{
	size_t i;

	for (i = 0; i < reg->ntables; i++)
		if (strcmp(reg->tables[i].name, name) == 0)
			return (int)i;
	return -1;
}

int
registry_column(const struct registry_table *t, uint16_t column_id)
{
	int i;

	for (i = 0; i < t->ncolumns; i++)
		if (t->columns[i].id == column_id)
			return i;
	return -1;
}

uint64_t
registry_value_mask(const struct registry_table *t)
{
	return ((UINT64_C(1) << t->ncolumns) - 1) & ~((UINT64_C(1) << t->nkeys) - 1);
}
