/* What kehoud and kehou-courier say to each other: JSON objects, one a message of a socket
 * of type SOCK_SEQPACKET.
 *
 * First the job goes over there; then each question of that side has one answer: {"seen":
 * NAME} {"yes"}; {"known": NODE} {"yes"}; {"whose": i} {"node": NODE, "" after the last};
 * {"delivered": NAME} {"yes"}; {"vouch": NAME or NODE} {"proof": text, "" for none}; {"have": NAME} and {"append": NAME, "offset", "total"}, which the bytes
 * follow as a message, {"status", "offset", "whole"}; {"end", …} is its last word.  An end
 * of file from here means: stop. */
#ifndef NODE_OUTING_MESSAGE_H
#define NODE_OUTING_MESSAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* message is taken; false when it did not go. */
bool outing_say(int socket, json_t *message);
/* The next one; NULL after wait_ms (*ret_late; -1 waits for ever), at the end, or when it is
 * none. */
json_t *outing_hear(int socket, int wait_ms, bool *ret_late);
const char *outing_text(const json_t *message, const char *key); /* or NULL */
uint64_t outing_number(const json_t *message, const char *key);  /* or 0 */

#endif
