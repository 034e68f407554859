#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "node/stick_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sync/folder.h"

#define LINE_BYTES 4096
/* What kehou-stick@.service mounts in place of a stick that it cannot mount. */
#define UNREADABLE "kehou-unreadable"

/* ---- names ---- */
/* Length of the character at s, 0 where it is none that people should see. */
static size_t
character(const unsigned char *s)
{
	size_t n = *s >= 0xf0 && *s < 0xf5 ? 4 : *s >= 0xe0 ? 3 : *s >= 0xc2 ? 2 : 1;

	if (n == 1)
		return *s >= 0x20 && *s < 0x7f;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((*s == 0xc2 && s[1] < 0xa0) || (*s == 0xe0 && s[1] < 0xa0) ||
	    (*s == 0xed && s[1] >= 0xa0) || (*s == 0xf0 && s[1] < 0x90) ||
	    (*s == 0xf4 && s[1] >= 0x90))
		return 0;
	/* What turns the direction of writing around or is not seen at all. */
	if (*s == 0xe2 && ((s[1] == 0x80 && s[2] >= 0x8b) || (s[1] == 0x81 && s[2] >= 0xa0)))
		return 0;
	return n > 4 || *s >= 0xf5 ? 0 : n;
}

static void
set_label(struct stick_place *p)
{
	const char *slash = strrchr(p->path, '/');
	const unsigned char *s = (const unsigned char *)(slash != NULL ? slash + 1 : p->path);
	size_t at = 0;

	while (*s != '\0') {
		size_t n = character(s), len = n == 0 ? 1 : n;

		if (at + len >= sizeof p->label)
			break;
		if (n == 0)
			p->label[at] = '?';
		else
			memcpy(p->label + at, s, n);
		at += len;
		s += len;
	}
	p->label[at] = '\0';
}

static void
set_id(struct stick_place *p, const char *source)
{
	struct hash h;
	uint8_t sum[HASH_BYTES];

	folder_hash_init(&h);
	hash_update(&h, (const uint8_t *)source, strlen(source) + 1);
	hash_update(&h, (const uint8_t *)p->path, strlen(p->path));
	hash_final(&h, sum);
	for (size_t i = 0; i < (STICK_ID_BYTES - 1) / 2; i++)
		(void)snprintf(p->id + 2 * i, 3, "%02x", sum[i]);
}

static bool
below(const char *path, const char *root)
{
	size_t n = strlen(root);

	while (n > 1 && root[n - 1] == '/')
		n--;
	return strncmp(path, root, n) == 0 && path[n] == '/' && path[n + 1] != '\0';
}

/* ---- mounts ---- */
/* Spaces and the like stand as \ and three octal digits. */
static void
unescape(char *s)
{
	char *out = s;

	for (; *s != '\0'; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else
			*out++ = *s;
	}
	*out = '\0';
}

static bool
has_option(const char *options, const char *name)
{
	size_t n = strlen(name), len;

	for (; *options != '\0'; options += len + (options[len] == ',')) {
		len = strcspn(options, ",");
		if (len == n && strncmp(options, name, n) == 0)
			return true;
	}
	return false;
}

/* What people mount read-only is so in both; errors change the file system's alone, or,
 * with ext4 under a newer Linux, not even that. */
static bool
is_stopped(const char *mount, const char *super)
{
	return has_option(super, "emergency_ro") ||
	    (has_option(mount, "rw") && has_option(super, "ro"));
}

/* id parent major:minor root PLACE options [optional …] - TYPE SOURCE options */
static bool
read_mount(char *line, struct stick_place *ret)
{
	char *save = NULL, *word, *place = NULL, *mount = NULL, *type, *source, *super;

	*ret = (struct stick_place){ 0 };
	for (int i = 0; (word = strtok_r(i == 0 ? line : NULL, " ", &save)) != NULL; i++) {
		if (i == 0)
			ret->plugged = strtoull(word, NULL, 10);
		else if (i == 4)
			place = word;
		else if (i == 5)
			mount = word;
		else if (i > 5 && strcmp(word, "-") == 0)
			break;
	}
	type = strtok_r(NULL, " ", &save);
	source = strtok_r(NULL, " ", &save);
	super = strtok_r(NULL, " ", &save);
	if (word == NULL || place == NULL || source == NULL || strcmp(type, "autofs") == 0)
		return false;
	unescape(place);
	if (strlen(place) >= sizeof ret->path)
		return false;
	memcpy(ret->path, place, strlen(place) + 1);
	ret->stopped = super != NULL && is_stopped(mount, super);
	ret->unreadable = strcmp(type, "tmpfs") == 0 && strcmp(source, UNREADABLE) == 0;
	set_label(ret);
	set_id(ret, source);
	return true;
}

size_t
stick_scan_mounts(const char *mountinfo, const char *const *roots, size_t nroots,
    struct stick_place ret[STICK_MAX])
{
	size_t n = 0;

	for (const char *at = mountinfo; *at != '\0'; at += *at == '\n') {
		size_t len = strcspn(at, "\n"), same;
		char line[LINE_BYTES];
		struct stick_place p;
		bool wanted = false;

		(void)snprintf(line, sizeof line, "%.*s", (int)(len < LINE_BYTES ? len : 0), at);
		at += len;
		if (!read_mount(line, &p))
			continue;
		for (size_t i = 0; i < nroots; i++)
			wanted = wanted || below(p.path, roots[i]);
		/* A later mount on the same place covers the earlier. */
		for (same = 0; same < n && strcmp(ret[same].path, p.path) != 0; same++)
			;
		if (wanted && same < STICK_MAX) {
			ret[same] = p;
			n += same == n;
		}
	}
	return n;
}

size_t
stick_scan_folders(const char *root, struct stick_place places[STICK_MAX], size_t n)
{
	DIR *d = opendir(root);
	struct dirent *e;

	while (d != NULL && n < STICK_MAX && (e = readdir(d)) != NULL) {
		struct stick_place p = { 0 };
		struct stat st;
		int len = snprintf(p.path, sizeof p.path, "%s/%s", root, e->d_name);
		size_t same = 0;

		if (e->d_name[0] == '.' || len < 0 || (size_t)len >= sizeof p.path ||
		    lstat(p.path, &st) != 0 || !S_ISDIR(st.st_mode))
			continue;
		while (same < n && strcmp(places[same].path, p.path) != 0)
			same++;
		if (same < n)
			continue;
		p.plugged = (uint64_t)st.st_ino;
		set_label(&p);
		set_id(&p, "");
		places[n++] = p;
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

/* ---- one stick ---- */
void
stick_scan_folder(int fd, char ret[STICK_FOLDER_BYTES])
{
	(void)snprintf(ret, STICK_FOLDER_BYTES, "/proc/self/fd/%d/.", fd);
}

static enum stick_state
look_into(int fd, char ret_mark[FOLDER_MARK_BYTES])
{
	char folder[STICK_FOLDER_BYTES];
	int status;

	stick_scan_folder(fd, folder);
	status = folder_judge(&env_posix, folder);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STICK_NO_FOLDER : STICK_HOSTILE;
	(void)!folder_mark(&env_posix, folder, ret_mark);
	return STICK_READY;
}

int
stick_scan_open(struct stick_place *place)
{
	int fd = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statvfs v;

	if (fd < 0)
		return -1;
	if (fstatvfs(fd, &v) != 0) {
		(void)close(fd);
		return -1;
	}
	place->free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	place->mark[0] = '\0';
	place->state = place->unreadable ? STICK_UNREADABLE : look_into(fd, place->mark);
	if (place->state == STICK_HOSTILE || place->state == STICK_UNREADABLE)
		return fd;
	if (place->stopped || place->failed)
		place->state = STICK_DAMAGED;
	else if ((v.f_flag & ST_RDONLY) != 0)
		place->state = STICK_READ_ONLY;
	else if (place->free_bytes < STICK_LEAST_BYTES)
		place->state = STICK_FULL;
	return fd;
}

bool
stick_scan_same(const struct stick_place *place, int fd)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && lstat(place->path, &there) == 0 &&
	    here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}
