/* What kehou-sheets answers, between the files of roster_apart. */
#ifndef SCHEMA_ROSTER_APART_MESSAGE_H
#define SCHEMA_ROSTER_APART_MESSAGE_H

#include <stdint.h>

/* A message: kind, cell kind, length, line, column, text.  'S' sheet (kind 1: hidden), 'C'
 * cell, 'E' end: line is the status, column 1 when merges are known, text the reason. */
struct roster_apart_message {
	char what;
	uint8_t kind;
	uint16_t len;
	uint32_t line, column;
};

#endif
