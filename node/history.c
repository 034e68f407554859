#include "node/history.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/buffer.h"

#define FILE_MAX_BYTES (256u * 1024)
#define PATH_BYTES 1024

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
path_of(const char *dir, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s/history.json", dir);

	return n > 0 && n < PATH_BYTES;
}

static json_t *
read_list(const struct env *env, const char *path)
{
	struct buffer b = BUFFER_INIT;
	json_t *list = NULL;

	if (env_read_file(env, path, FILE_MAX_BYTES, &b) == STATUS_OK)
		list = json_loadb((const char *)b.data, b.len, 0, NULL);
	buffer_release(&b);
	if (json_is_array(list))
		return list;
	json_decref(list);
	return json_array();
}

static void
write_list(const struct env *env, const char *path, json_t *list)
{
	char *text = json_dumps(list, JSON_COMPACT);

	if (text != NULL)
		(void)!env_write_file(env, path, (const uint8_t *)text, strlen(text));
	free(text);
}

void
history_add(const struct env *env, const char *dir, const struct history_line *line)
{
	static const char *const ways[] = { "", "network", "stick", "browser" };
	char path[PATH_BYTES];
	json_t *list;

	if (!path_of(dir, path))
		return;
	(void)pthread_mutex_lock(&lock);
	list = read_list(env, path);
	(void)!json_array_insert_new(list, 0, json_pack(
	    "{s:I, s:s, s:s, s:I, s:I, s:s, s:s}", "at_ms",
	    (json_int_t)env->now_s(env->ctx) * 1000, "way", ways[line->way], "direction",
	    line->in ? "in" : "out", "bundles", (json_int_t)line->bundles, "transactions",
	    (json_int_t)line->transactions, "outcome", line->outcome, "message",
	    line->message));
	while (json_array_size(list) > HISTORY_MAX)
		(void)!json_array_remove(list, HISTORY_MAX);
	write_list(env, path, list);
	json_decref(list);
	(void)pthread_mutex_unlock(&lock);
}

json_t *
history_list(const struct env *env, const char *dir)
{
	char path[PATH_BYTES];
	json_t *list;

	if (!path_of(dir, path))
		return json_array();
	(void)pthread_mutex_lock(&lock);
	list = read_list(env, path);
	(void)pthread_mutex_unlock(&lock);
	return list;
}
