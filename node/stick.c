#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "node/stick.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "node/history.h"
#include "node/log.h"

#define MOUNTINFO "/proc/self/mountinfo"
#define MOUNTINFO_MAX_BYTES (1u << 20)
#define MESSAGE_BYTES 256

struct known {               /* one stick, and what came of it */
	struct stick_place place;
	bool queued, tried;      /* tried: or not to be tried by itself */
	unsigned busy;           /* how many work on it */
	bool ended;              /* something was done: the rest says what */
	int status;
	uint64_t transactions, refused;
	uint32_t bundles;
};
struct stick_set {
	struct stick_options o;
	pthread_t thread;
	pthread_mutex_t lock;    /* of what follows */
	struct known known[STICK_MAX];
	size_t n;
	bool stopping;
	/* the thread's */
	int wake, mounts, folders;
	bool running;
};
struct auto_job {
	struct engine_job job;   /* first */
	struct stick_set *set;
	char id[STICK_ID_BYTES];
};

const char *const stick_roots[STICK_ROOTS] = { "/media", "/run/media", "/mnt/kehou" };

/* Under the lock. */
static struct known *
find(struct stick_set *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->known[i].place.id, id) == 0)
			return &s->known[i];
	return NULL;
}

/* Any thread: by pread, for two may read at a time. */
static size_t
mounts_now(const struct stick_set *s, struct stick_place ret[STICK_MAX])
{
	char *text = malloc(MOUNTINFO_MAX_BYTES);
	size_t len = 0, n;
	ssize_t got = 1;

	if (text == NULL)
		return 0;
	while (s->mounts >= 0 && len + 1 < MOUNTINFO_MAX_BYTES && got > 0) {
		got = pread(s->mounts, text + len, MOUNTINFO_MAX_BYTES - 1 - len, (off_t)len);
		len += got > 0 ? (size_t)got : 0;
	}
	text[len] = '\0';
	n = stick_scan_mounts(text, s->o.roots, s->o.nroots, ret);
	free(text);
	return n;
}

static bool
is_shut(const struct stick_place *p)
{
	return p->state == STICK_HOSTILE || p->state == STICK_UNREADABLE;
}

/* ---- work on one stick ---- */
/* The stick is worked on through what was opened, never by its path: when it is gone,
 * nothing is written into the folder that it was mounted on. */
static int
work_begin(struct stick_set *s, const char *id, struct stick_place *ret, int *ret_fd,
    char ret_folder[STICK_FOLDER_BYTES])
{
	struct known *k;

	pthread_mutex_lock(&s->lock);
	k = find(s, id);
	if (k != NULL) {
		*ret = k->place;
		k->busy++;
	}
	pthread_mutex_unlock(&s->lock);
	*ret_fd = -1;
	if (k == NULL)
		return STATUS_NOT_FOUND;
	engine_may_hang(s->o.engine);
	*ret_fd = stick_scan_open(ret);
	if (*ret_fd < 0)
		return STATUS_REMOVED;
	stick_scan_folder(*ret_fd, ret_folder);
	bell_ring(s->o.bell, BELL_BUSY);
	return is_shut(ret) ? STATUS_HOSTILE : STATUS_OK;
}

/* A file system that stops itself after an error sends no event of mounts. */
static void
look_again(const struct stick_set *s, struct stick_place *p)
{
	struct stick_place now[STICK_MAX];
	size_t n = mounts_now(s, now);
	int fd;

	for (size_t i = 0; i < n; i++)
		if (now[i].plugged == p->plugged && strcmp(now[i].id, p->id) == 0)
			p->stopped = now[i].stopped;
	fd = stick_scan_open(p);
	if (fd >= 0)
		(void)close(fd);
}

/* Rights that are missing are no error of the stick's. */
static bool
may_write(const char *folder)
{
	char kehou[STICK_FOLDER_BYTES + sizeof FOLDER_NAME];

	(void)snprintf(kehou, sizeof kehou, "%s/" FOLDER_NAME, folder);
	if (access(kehou, F_OK) != 0)
		kehou[strlen(folder)] = '\0';
	return access(kehou, W_OK) == 0 || errno != EACCES;
}

/* What could be written to when it was looked at, and still says so, and refuses: nobody
 * but the write that failed tells of the error. */
static void
judge_refusal(const struct stick_set *s, struct stick_place *p, int fd, int status)
{
	char folder[STICK_FOLDER_BYTES];

	stick_scan_folder(fd, folder);
	look_again(s, p);
	/* Our own disk may be the one that refuses: EIO of it cannot be told from the stick's. */
	if ((status != STATUS_READONLY && status != STATUS_IO) || is_shut(p) ||
	    access(s->o.dir, W_OK) != 0 || p->state == STICK_READ_ONLY ||
	    p->state == STICK_DAMAGED || !may_write(folder))
		return;
	p->failed = true;
	p->state = STICK_DAMAGED;
}

/* wrote: status is what came of writing to it. */
static int
work_end(struct stick_set *s, struct stick_place *p, int fd, int status, bool wrote,
    struct stick_done *done)
{
	struct known *k;

	if (fd >= 0) {
		if (!stick_scan_same(p, fd))
			status = STATUS_REMOVED;
		judge_refusal(s, p, fd, wrote ? status : STATUS_OK);
		(void)close(fd);
	}
	bell_ring(s->o.bell, status == STATUS_OK ? BELL_DONE : BELL_FAILED);
	pthread_mutex_lock(&s->lock);
	k = find(s, p->id);
	if (k != NULL && k->place.plugged == p->plugged) {
		k->place = *p;
		k->busy -= k->busy > 0;
	}
	if (done != NULL)
		done->state = p->state;
	if (k != NULL && done != NULL) {
		k->ended = k->tried = true;
		k->status = status;
		k->transactions = done->in.transactions;
		k->refused = done->in.refused;
		k->bundles = done->out.bundles;
	}
	pthread_mutex_unlock(&s->lock);
	engine_goes_on(s->o.engine);
	return status;
}

static const char *
outcome_of(int status, const struct stick_done *done, bool in)
{
	if (status != STATUS_OK)
		return "refused";
	if (!in)
		return done->out.bundles > 0 ? "written" : "known";
	return done->in.refused > 0 ? "refused" : done->in.partly > 0 ? "partly"
	    : done->in.merged > 0 ? "merged" : "known";
}

static void
remember(struct stick_set *s, int status, const struct stick_done *done, bool in)
{
	uint64_t files = (uint64_t)done->in.merged + done->in.known + done->in.partly +
	    done->in.refused;

	history_add(s->o.env, s->o.dir, &(struct history_line){ .way = HISTORY_STICK, .in = in,
	    .bundles = in ? files : done->out.bundles,
	    .transactions = in ? done->in.transactions : done->out.transactions,
	    .outcome = outcome_of(status, done, in),
	    .message = status == STATUS_OK ? "" : status_name(status) });
	if (status != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "stick %s: %s", done->label, status_text(status));
}

/* A hub's list of sticks; what was read or written stands without it. */
static void
note(struct replica *r, const char *folder, bool out, const char *label)
{
	int status = replica_stick(r, folder, out, label);

	if (status != STATUS_OK)
		log_line(LOG_LEVEL_WARNING, "stick %s is not noted: %s", label, status_text(status));
}

static int
import_from(struct stick_set *s, struct replica *r, const char *folder,
    struct stick_done *done)
{
	int status = replica_import(r, folder, NULL, NULL, &done->in);

	if (status == STATUS_OK)
		engine_warn(&done->in);
	if (status == STATUS_OK)
		note(r, folder, false, done->label);
	if (status == STATUS_NOT_FOUND) /* no folder KEHOU: nothing to read */
		status = STATUS_OK;
	remember(s, status, done, true);
	return status;
}

int
stick_import(struct stick_set *s, const char *id, struct replica *r, struct stick_done *ret)
{
	char folder[STICK_FOLDER_BYTES];
	struct stick_place place;
	int fd, status;

	*ret = (struct stick_done){ 0 };
	status = work_begin(s, id, &place, &fd, folder);
	if (status == STATUS_NOT_FOUND)
		return status;
	(void)snprintf(ret->label, sizeof ret->label, "%s", place.label);
	if (status == STATUS_OK)
		status = import_from(s, r, folder, ret);
	return work_end(s, &place, fd, status, false, ret);
}

static int
writable(const struct stick_place *p)
{
	return p->state == STICK_READ_ONLY || p->state == STICK_DAMAGED ? STATUS_READONLY
	    : p->state == STICK_FULL ? STATUS_FULL : STATUS_OK;
}

static int
export_to(struct stick_set *s, struct replica *r, const char *folder, bool all,
    struct stick_done *done)
{
	int status = replica_export(r, folder, all, &done->out);

	if (status == STATUS_OK)
		note(r, folder, true, done->label);
	remember(s, status, done, false);
	return status;
}

int
stick_export(struct stick_set *s, const char *id, struct replica *r, bool all,
    struct stick_done *ret)
{
	char folder[STICK_FOLDER_BYTES];
	struct stick_place place;
	int fd, status;
	bool may;

	*ret = (struct stick_done){ 0 };
	status = work_begin(s, id, &place, &fd, folder);
	if (status == STATUS_NOT_FOUND)
		return status;
	(void)snprintf(ret->label, sizeof ret->label, "%s", place.label);
	if (status == STATUS_OK)
		status = writable(&place);
	may = status == STATUS_OK;
	if (may)
		status = export_to(s, r, folder, all || place.state == STICK_NO_FOLDER, ret);
	return work_end(s, &place, fd, status, may, ret);
}

/* ---- for something else ---- */
int
stick_take(struct stick_set *s, const char *id, struct stick_hold *ret)
{
	int status = s != NULL ? work_begin(s, id, &ret->place, &ret->fd, ret->folder)
	    : STATUS_NOT_FOUND;

	ret->wrote = false;
	if (status == STATUS_NOT_FOUND)
		return status;
	if (status == STATUS_OK)
		status = writable(&ret->place);
	if (status != STATUS_OK)
		return stick_let_go(s, ret, status);
	engine_goes_on(s->o.engine);
	return status;
}

int
stick_let_go(struct stick_set *s, struct stick_hold *hold, int status)
{
	return work_end(s, &hold->place, hold->fd, status, hold->wrote, NULL);
}

/* ---- by itself ---- */
static void
both(struct stick_set *s, const char *id, struct replica *r)
{
	struct stick_done done = { 0 };
	char folder[STICK_FOLDER_BYTES];
	struct stick_place place;
	int fd, status = work_begin(s, id, &place, &fd, folder);
	bool may;

	if (status == STATUS_NOT_FOUND)
		return;
	(void)snprintf(done.label, sizeof done.label, "%s", place.label);
	if (status == STATUS_OK)
		status = import_from(s, r, folder, &done);
	if (status == STATUS_OK)
		status = writable(&place);
	may = status == STATUS_OK;
	if (may)
		status = export_to(s, r, folder, false, &done);
	(void)work_end(s, &place, fd, status, may, &done);
}

static void
run_auto(struct engine_job *job, struct replica *r, int status)
{
	struct auto_job *a = (struct auto_job *)job;
	struct stick_set *s = a->set;
	struct known *k;

	if (r != NULL)
		both(s, a->id, r);
	pthread_mutex_lock(&s->lock);
	k = find(s, a->id);
	if (k != NULL) {
		k->queued = false;
		/* Before set-up there is nobody whom it could be for. */
		k->tried = k->tried || (status != STATUS_BUSY && status != STATUS_LOCKED &&
		    status != STATUS_NOT_INITIALISED);
	}
	pthread_mutex_unlock(&s->lock);
	free(a);
}

/* Whether some stick has to be looked at again later. */
static bool
submit_all(struct stick_set *s)
{
	bool later = false;

	for (size_t i = 0; i < STICK_MAX; i++) {
		struct auto_job *a = NULL;

		pthread_mutex_lock(&s->lock);
		if (i < s->n && !s->known[i].tried && !s->known[i].ended) {
			later = true;
			if (!s->known[i].queued)
				a = calloc(1, sizeof *a);
		}
		if (a != NULL) {
			a->set = s;
			a->job.run = run_auto;
			memcpy(a->id, s->known[i].place.id, sizeof a->id);
			s->known[i].queued = true;
		}
		pthread_mutex_unlock(&s->lock);
		if (a != NULL && engine_submit(s->o.engine, &a->job) != STATUS_OK) {
			pthread_mutex_lock(&s->lock);
			if (i < s->n)
				s->known[i].queued = false;
			pthread_mutex_unlock(&s->lock);
			free(a);
		}
	}
	return later;
}

/* ---- what is plugged in ---- */
static size_t
places_now(const struct stick_set *s, struct stick_place ret[STICK_MAX])
{
	size_t n = mounts_now(s, ret);

	for (size_t i = 0; s->o.folders && i < s->o.nroots; i++)
		n = stick_scan_folders(s->o.roots[i], ret, n);
	return n;
}

static void
look(struct stick_set *s)
{
	struct stick_place places[STICK_MAX];
	struct known now[STICK_MAX];
	size_t n = places_now(s, places), kept = 0;

	memset(now, 0, sizeof now);
	/* Outside the lock: a dying stick may take its time. */
	for (size_t i = 0; i < n; i++) {
		int fd = stick_scan_open(&places[i]);

		if (fd < 0)
			continue;
		(void)close(fd);
		now[kept].place = places[i];
		now[kept++].tried = places[i].state == STICK_NO_FOLDER || is_shut(&places[i]);
	}
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < kept; i++) {
		const struct known *old = find(s, now[i].place.id);
		struct stick_place place = now[i].place;

		if (old == NULL || old->place.plugged != place.plugged)
			continue;
		now[i] = *old;
		now[i].place = place;
		if (old->place.failed && !is_shut(&place)) {
			now[i].place.failed = true;
			now[i].place.state = STICK_DAMAGED;
		}
	}
	memcpy(s->known, now, sizeof now);
	s->n = kept;
	pthread_mutex_unlock(&s->lock);
}

static void *
stick_main(void *arg)
{
	struct stick_set *s = arg;
	struct pollfd fds[3] = { { .fd = s->wake, .events = POLLIN },
		{ .fd = s->mounts, .events = POLLPRI }, { .fd = s->folders, .events = POLLIN } };
	char events[4096];

	for (;;) {
		bool stopping;

		look(s);
		if (poll(fds, 3, submit_all(s) ? STICK_AGAIN_S * 1000 : -1) < 0)
			continue;
		pthread_mutex_lock(&s->lock);
		stopping = s->stopping;
		pthread_mutex_unlock(&s->lock);
		if (stopping)
			return NULL;
		if ((fds[2].revents & POLLIN) != 0 &&
		    read(s->folders, events, sizeof events) < 0)
			fds[2].fd = -1;
	}
}

/* ---- for the pages ---- */
static const char *
state_word(const struct known *k, enum message_lang lang)
{
	switch (k->place.state) {
	case STICK_FULL:
		return message_text(lang, MSG("stick.full"));
	case STICK_DAMAGED:
		return message_text(lang, MSG("stick.damaged"));
	case STICK_READ_ONLY:
		return message_text(lang, MSG("stick.read_only"));
	case STICK_NO_FOLDER:
		return message_text(lang, MSG("stick.no_folder"));
	case STICK_HOSTILE:
		return message_text(lang, MSG("stick.hostile"));
	case STICK_UNREADABLE:
		return message_text(lang, MSG("stick.unreadable"));
	default:
		return message_text(lang, MSG("stick.ready"));
	}
}

/* Not done, and the state says why. */
static bool
told_by_state(const struct known *k)
{
	return k->place.state == STICK_DAMAGED ||
	    (k->place.state == STICK_READ_ONLY && k->status == STATUS_READONLY);
}

static void
message_of(const struct known *k, enum message_lang lang, char ret[MESSAGE_BYTES])
{
	const char *text = state_word(k, lang);
	char read[24], wrote[24], refused[24], key[48];
	const char *args[3] = { read, wrote, refused };

	(void)snprintf(read, sizeof read, "%llu", (unsigned long long)k->transactions);
	(void)snprintf(wrote, sizeof wrote, "%u", (unsigned)k->bundles);
	(void)snprintf(refused, sizeof refused, "%llu", (unsigned long long)k->refused);
	if (k->busy > 0 || k->queued)
		text = message_text(lang, MSG("stick.busy"));
	else if (k->ended && k->status == STATUS_OK)
		text = k->refused > 0 ? message_text(lang, MSG("stick.done_refused"))
		    : message_text(lang, MSG("stick.done"));
	else if (k->ended && k->status != STATUS_HOSTILE && k->status != STATUS_FULL &&
	    !told_by_state(k)) {
		(void)snprintf(key, sizeof key, "status.%s", status_name(k->status));
		args[0] = message_or_key(lang, key);
		text = message_text(lang, MSG("stick.failed"));
	} else if (k->ended && k->status == STATUS_FULL)
		text = message_text(lang, MSG("stick.full"));
	(void)message_format(ret, MESSAGE_BYTES, text != NULL ? text : "", args, 3);
}

json_t *
stick_list(struct stick_set *s, enum message_lang lang)
{
	static const char *const states[] = { "", "ready", "full", "read-only", "no folder", "damaged",
		"hostile", "unreadable" };
	json_t *list = json_array();

	if (s == NULL || list == NULL)
		return list;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++) {
		const struct known *k = &s->known[i];
		char message[MESSAGE_BYTES];

		message_of(k, lang, message);
		(void)json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s, s:s, s:b, s:b}",
		    "id", k->place.id, "label", k->place.label, "free_bytes",
		    (json_int_t)k->place.free_bytes, "state", states[k->place.state], "message",
		    message, "busy", k->busy > 0 || k->queued, "safe_to_remove",
		    k->ended && k->busy == 0 && !k->queued));
	}
	pthread_mutex_unlock(&s->lock);
	return list;
}

bool
stick_is_here(struct stick_set *s, const char *mark)
{
	bool here = false;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->n; i++)
		here |= strcmp(s->known[i].place.mark, mark) == 0;
	pthread_mutex_unlock(&s->lock);
	return here;
}

/* ---- begin and end ---- */
static void
close_all(struct stick_set *s)
{
	const int fds[] = { s->wake, s->mounts, s->folders };

	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

int
stick_mounts_open(void)
{
	return open(MOUNTINFO, O_RDONLY | O_CLOEXEC);
}

int
stick_new(const struct stick_options *options, struct stick_set **ret)
{
	struct stick_set *s = calloc(1, sizeof *s);

	if (s == NULL) {
		if (options->mounts >= 0)
			(void)close(options->mounts);
		return STATUS_NOMEM;
	}
	s->o = *options;
	s->wake = eventfd(0, EFD_CLOEXEC);
	s->mounts = options->mounts;
	s->folders = s->o.folders ? inotify_init1(IN_CLOEXEC) : -1;
	for (size_t i = 0; s->folders >= 0 && i < s->o.nroots; i++)
		(void)inotify_add_watch(s->folders, s->o.roots[i], IN_CREATE | IN_DELETE |
		    IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR);
	pthread_mutex_init(&s->lock, NULL);
	s->running = s->wake >= 0 && pthread_create(&s->thread, NULL, stick_main, s) == 0;
	if (!s->running) {
		stick_free(s);
		return STATUS_NOMEM;
	}
	*ret = s;
	return STATUS_OK;
}

void
stick_stop(struct stick_set *s)
{
	if (s == NULL || !s->running)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_mutex_unlock(&s->lock);
	(void)eventfd_write(s->wake, 1);
	pthread_join(s->thread, NULL);
	s->running = false;
}

void
stick_free(struct stick_set *s)
{
	if (s == NULL)
		return;
	close_all(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
